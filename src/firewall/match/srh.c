/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m srh: the segment routing header of IPv6. */
#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/save.h"

enum {
  NEXT,
  LENGTH_EQ,
  LENGTH_GT,
  LENGTH_LT,
  SEGMENTS_EQ,
  SEGMENTS_GT,
  SEGMENTS_LT,
  LAST_EQ,
  LAST_GT,
  LAST_LT,
  TAG,
  PREVIOUS_SID,
  NEXT_SID,
  LAST_SID
};

#define ONE_OF(name_, id_, field_, others_)                                                                      \
  {                                                                                                              \
    .name = name_, .id = id_, .type = FW_TYPE_U8, .flags = FW_INV | FW_SAVE, .offset = offsetof(fw_srh, field_), \
    .excluded = (others_) & ~(1 << (id_))                                                                        \
  }
#define LENGTHS (1 << LENGTH_EQ | 1 << LENGTH_GT | 1 << LENGTH_LT)
#define SEGMENTS (1 << SEGMENTS_EQ | 1 << SEGMENTS_GT | 1 << SEGMENTS_LT)
#define LASTS (1 << LAST_EQ | 1 << LAST_GT | 1 << LAST_LT)

static const fw_option options[] = {
  FW_OPTION("srh-next-hdr", NEXT, U8, FW_INV | FW_SAVE, fw_srh, next),
  ONE_OF("srh-hdr-len-eq", LENGTH_EQ, length, LENGTHS),
  ONE_OF("srh-hdr-len-gt", LENGTH_GT, length, LENGTHS),
  ONE_OF("srh-hdr-len-lt", LENGTH_LT, length, LENGTHS),
  ONE_OF("srh-segs-left-eq", SEGMENTS_EQ, segments, SEGMENTS),
  ONE_OF("srh-segs-left-gt", SEGMENTS_GT, segments, SEGMENTS),
  ONE_OF("srh-segs-left-lt", SEGMENTS_LT, segments, SEGMENTS),
  ONE_OF("srh-last-entry-eq", LAST_EQ, last, LASTS),
  ONE_OF("srh-last-entry-gt", LAST_GT, last, LASTS),
  ONE_OF("srh-last-entry-lt", LAST_LT, last, LASTS),
  FW_OPTION("srh-tag", TAG, U16, FW_INV | FW_SAVE, fw_srh, tag),
  FW_OPTION("srh-psid", PREVIOUS_SID, NETWORK, FW_INV | FW_PUT, fw_srh, previous),
  FW_OPTION("srh-nsid", NEXT_SID, NETWORK, FW_INV | FW_PUT, fw_srh, following),
  FW_OPTION("srh-lsid", LAST_SID, NETWORK, FW_INV | FW_PUT, fw_srh, final),
  FW_OPTION_END,
};

static void save_sid(const fw_srh *srh, guint id, const fw_address network[2], const char *name, GString *out)
{
  if ((srh->given & 1 << id) == 0)
    return;
  fw_save_invert(out, (srh->invert & 1 << id) != 0);
  g_string_append_printf(out, " --%s ", name);
  fw_save_network(out, FW_IPV6, &network[0], &network[1]);
}

static void save(const fw_match *m, fw_family family, GString *out)
{
  const fw_srh *srh = m->data;

  fw_save_options(out, family, options, m->ops->given, m->ops->invert, srh);
  save_sid(srh, PREVIOUS_SID, srh->previous, "srh-psid", out);
  save_sid(srh, NEXT_SID, srh->following, "srh-nsid", out);
  save_sid(srh, LAST_SID, srh->final, "srh-lsid", out);
}

const fw_match_ops fw_match_srh = {
  .name = "srh",
  .id = FW_MATCH_srh,
  .size = sizeof(fw_srh),
  .bounds = { .families = 1 << FW_IPV6 },
  .given = FW_BITS(fw_srh, given),
  .invert = FW_BITS(fw_srh, invert),
  .options = options,
  .save = save,
};
