/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRE: a stream once both sides were seen. PPTP gives the calls it announces timeouts of their own. Spec 6.3. */
#include "conntrack/proto.h"

static int64_t gre_timeout_ns(const ct_engine *engine, const ct_entry *entry, bool stream)
{
  const ct_ext *ext = ct_ext_get(engine, entry);

  if (ext && ext->gre_timeout_s[stream] != 0)
    return ext->gre_timeout_s[stream] * CT_NS_PER_S;
  return ct_core_timeout(engine, stream ? CT_TIMEOUT_GRE_STREAM : CT_TIMEOUT_GRE);
}

static ct_track gre_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result)
{
  bool stream = entry->status & CT_STATUS_SEEN_REPLY;

  ct_core_refresh_acct(engine, entry, dir, packet, gre_timeout_ns(engine, entry, stream), result);
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

const ct_proto ct_proto_gre = { .name = "gre", .number = CT_PROTO_GRE, .packet = gre_packet, .timeout = gre_timeout };
