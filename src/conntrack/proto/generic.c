/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any other protocol: one entry per pair of hosts, never ASSURED. Spec 6.4. */
#include "conntrack/proto/proto.h"

#include "conntrack/engine_internal.h"

static ct_track generic_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet,
                               ct_result *result)
{
  ct_core_refresh_acct(engine, entry, dir, packet, ct_core_timeout(engine, CT_TIMEOUT_GENERIC), result);
  return CT_TRACK_ACCEPT;
}

static ct_timeout generic_timeout(const ct_entry *entry)
{
  (void)entry;
  return CT_TIMEOUT_GENERIC;
}

const ct_proto ct_proto_generic = { .name = "unknown", .packet = generic_packet, .timeout = generic_timeout };
