/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP and UDP-Lite. A flow seen in both directions becomes a stream; since 5.0 UDP has to last over two seconds for
 * that. Spec 6.1.
 */
#include "conntrack/engine_internal.h"
#include "conntrack/proto/proto.h"
#include "conntrack/read/packet_check.h"
#include "conntrack/state/io.h"
#include "conntrack/trace_internal.h"

#define STREAM_AGE_NS (2 * CT_NS_PER_S)

static void become_stream(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_timeout timeout,
                          ct_result *result)
{
  ct_core_refresh_acct(engine, entry, dir, packet, ct_core_timeout(engine, timeout), result);
  if (!(entry->status & CT_STATUS_ASSURED)) {
    entry->status |= CT_STATUS_ASSURED;
    result->events |= CT_EV_ASSURED;
  }
}

static ct_track udp_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result)
{
  if (!(entry->status & CT_STATUS_CONFIRMED))
    entry->l4.udp_stream_ns = engine->now_ns + (engine->params.profile->udp_stream_two_seconds ? STREAM_AGE_NS : -1);
  CT_TRACE(engine, engine->trace->udp_stream_ns = entry->l4.udp_stream_ns);
  if (entry->status & CT_STATUS_SEEN_REPLY && engine->now_ns > entry->l4.udp_stream_ns)
    become_stream(engine, entry, dir, packet, CT_TIMEOUT_UDP_STREAM, result);
  else
    ct_core_refresh_acct(engine, entry, dir, packet, ct_core_timeout(engine, CT_TIMEOUT_UDP), result);
  return CT_TRACK_ACCEPT;
}

static ct_track udplite_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet,
                               ct_result *result)
{
  bool own = engine->params.profile->udplite_own_timeouts; /* up to 3.x; then UDP's */

  if (entry->status & CT_STATUS_SEEN_REPLY)
    become_stream(engine, entry, dir, packet, own ? CT_TIMEOUT_UDPLITE_STREAM : CT_TIMEOUT_UDP_STREAM, result);
  else
    ct_core_refresh_acct(engine, entry, dir, packet, ct_core_timeout(engine, own ? CT_TIMEOUT_UDPLITE : CT_TIMEOUT_UDP),
                         result);
  return CT_TRACK_ACCEPT;
}

static ct_timeout udp_timeout(const ct_entry *entry)
{
  return entry->status & CT_STATUS_ASSURED ? CT_TIMEOUT_UDP_STREAM : CT_TIMEOUT_UDP;
}

/* A deadline is set by one of the two; until an answer was seen only by the first. */
static uint64_t udp_asked(const ct_entry *entry, const ct_packet *packet, ct_track verdict)
{
  (void)packet;
  (void)verdict;
  return UINT64_C(1) << CT_TIMEOUT_UDP | (uint64_t)((entry->status & CT_STATUS_SEEN_REPLY) != 0)
                                           << CT_TIMEOUT_UDP_STREAM;
}

static const ct_timing udp_timing = { .asked = udp_asked };

static void udp_keep(ct_state_io *io, const ct_engine *engine, ct_entry *entry)
{
  io_near64(io, &entry->l4.udp_stream_ns, engine->now_ns);
}

const ct_proto ct_proto_udp = { .name = "udp",
                                .number = CT_PROTO_UDP,
                                .title = "UDP",
                                .ids = CT_IDS_PORTS,
                                .sum_at = 6,
                                .sum_bytes = 2,
                                .read_ids = ct_ids_read_ports,
                                .check = ct_check_udp,
                                .packet = udp_packet,
                                .timeout = udp_timeout,
                                .timing = &udp_timing,
                                .keep = udp_keep };
const ct_proto ct_proto_udplite = { .name = "udplite",
                                    .number = CT_PROTO_UDPLITE,
                                    .ids = CT_IDS_PORTS,
                                    .sum_at = 6,
                                    .sum_bytes = 2,
                                    .read_ids = ct_ids_read_ports,
                                    .check = ct_check_udplite,
                                    .packet = udplite_packet,
                                    .timeout = udp_timeout,
                                    .timing = &udp_timing };
