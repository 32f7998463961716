/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRE: a stream once both sides were seen. Spec 6.3. */
#include "conntrack/proto/proto.h"

#include "conntrack/engine_internal.h"

enum { GRE_PROTOCOL_PPP = 0x880b };

/* Of version 1, PPTP's, the call id of the destination; that of the source is in no packet (expect/gre_key.h). */
static ct_reason gre_read_ids(ct_packet *packet, uint32_t at, const ct_profile *profile, ct_tuple *tuple)
{
  uint8_t scratch[8];
  const uint8_t *gre = ct_packet_at(packet, at, 4, scratch);
  uint16_t protocol;

  (void)profile;
  if (gre == NULL || (gre[1] & 0x07) != 1)
    return CT_REASON_NONE;
  protocol = ct_be16(gre + 2);
  gre = ct_packet_at(packet, at, 8, scratch);
  if (gre == NULL)
    return CT_REASON_NONE;
  if (protocol != GRE_PROTOCOL_PPP)
    return CT_REASON_GRE_VERSION;
  tuple->dst_id = ct_be16(gre + 6);
  packet->flags |= CT_PACKET_GRE_V1;
  return CT_REASON_NONE;
}

static ct_track gre_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result)
{
  bool stream = entry->status & CT_STATUS_SEEN_REPLY;

  ct_core_refresh_acct(engine, entry, dir, packet,
                       ct_core_timeout(engine, stream ? CT_TIMEOUT_GRE_STREAM : CT_TIMEOUT_GRE), result);
  if (stream && !(entry->status & CT_STATUS_ASSURED)) {
    entry->status |= CT_STATUS_ASSURED;
    result->events |= CT_EV_ASSURED;
  }
  return CT_TRACK_ACCEPT;
}

static ct_timeout gre_timeout(const ct_entry *entry)
{
  return entry->status & CT_STATUS_ASSURED ? CT_TIMEOUT_GRE_STREAM : CT_TIMEOUT_GRE;
}

static void gre_view(const ct_engine *engine, const ct_entry *entry, ct_view *view)
{
  (void)entry;
  view->gre_timeout_s[0] = engine->params.timeout_s[CT_TIMEOUT_GRE];
  view->gre_timeout_s[1] = engine->params.timeout_s[CT_TIMEOUT_GRE_STREAM];
}

const ct_proto ct_proto_gre = { .name = "gre",
                                .number = CT_PROTO_GRE,
                                .ids = CT_IDS_KEYS,
                                .shows = CT_SHOWS_TIMEOUTS,
                                .read_ids = gre_read_ids,
                                .packet = gre_packet,
                                .timeout = gre_timeout,
                                .view = gre_view };
