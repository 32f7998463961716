/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRE: a stream once both sides were seen. Spec 6.3. */
#include "conntrack/proto/proto.h"

#include "conntrack/engine_internal.h"

enum { GRE_PROTOCOL_PPP = 0x880b, PPTP_S = 600, PPTP_STREAM_S = 18000 };

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

/* Up to 4.19 a tunnel that PPTP announced had its own times (KERNELS K2). */
static bool is_long_lived(const ct_engine *engine, const ct_entry *entry)
{
  return engine->params.profile->pptp_gre_child_long && entry->status & CT_STATUS_EXPECTED;
}

static ct_track gre_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result)
{
  bool stream = entry->status & CT_STATUS_SEEN_REPLY;
  int64_t timeout_ns = ct_core_timeout(engine, stream ? CT_TIMEOUT_GRE_STREAM : CT_TIMEOUT_GRE);

  if (is_long_lived(engine, entry))
    timeout_ns = (stream ? PPTP_STREAM_S : PPTP_S) * CT_NS_PER_S;
  ct_core_refresh_acct(engine, entry, dir, packet, timeout_ns, result);
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
  bool lasts = is_long_lived(engine, entry);

  view->gre_timeout_s[0] = lasts ? PPTP_S : engine->params.timeout_s[CT_TIMEOUT_GRE];
  view->gre_timeout_s[1] = lasts ? PPTP_STREAM_S : engine->params.timeout_s[CT_TIMEOUT_GRE_STREAM];
}

/* clang-format off */
#define GRE_FACTS                                                                                                      \
  .name = "gre", .number = CT_PROTO_GRE, .ids = CT_IDS_KEYS, .shows = CT_SHOWS_TIMEOUTS, .read_ids = gre_read_ids,     \
  .packet = gre_packet, .timeout = gre_timeout, .view = gre_view
/* clang-format on */

const ct_proto ct_proto_gre = { GRE_FACTS };
/* Up to 4.19 the tracker was IPv4's alone. */
const ct_proto ct_proto_gre_v4 = { GRE_FACTS, .family = CT_IPV4 };
