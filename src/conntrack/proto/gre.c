/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRE: a stream once both sides were seen. Spec 6.3. */
#include "conntrack/proto/proto.h"

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

const ct_proto ct_proto_gre = { .name = "gre", .number = CT_PROTO_GRE, .packet = gre_packet, .timeout = gre_timeout };
