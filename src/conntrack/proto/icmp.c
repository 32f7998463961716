/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMP and ICMPv6 queries: an entry per request, identifier, type and code. Errors never come here; they belong to the
 * connection they are about (core.c). Spec 6.2.
 */
#include "conntrack/proto/proto.h"

static ct_track query(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_timeout timeout,
                      ct_result *result)
{
  if (!(entry->status & CT_STATUS_CONFIRMED) && packet->flags & CT_PACKET_ANSWER) {
    result->reason = CT_REASON_ICMP_NEW;
    return CT_TRACK_INVALID;
  }
  ct_core_refresh_acct(engine, entry, dir, packet, ct_core_timeout(engine, timeout), result);
  return CT_TRACK_ACCEPT;
}

static ct_track icmp_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result)
{
  return query(engine, entry, dir, packet, CT_TIMEOUT_ICMP, result);
}

static ct_track icmpv6_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet,
                              ct_result *result)
{
  return query(engine, entry, dir, packet, CT_TIMEOUT_ICMPV6, result);
}

/*
 * Up to 2.6 an entry counted its requests, and went with the answer to the last of them; an answer renewed nothing and
 * was not counted. Spec 13.1.
 */
static ct_track counted_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet,
                               ct_result *result)
{
  if (dir == CT_ORIGINAL) {
    ct_track track = icmp_packet(engine, entry, dir, packet, result);

    entry->l4.icmp_requests += track == CT_TRACK_ACCEPT;
    return track;
  }
  if (--entry->l4.icmp_requests > 0)
    return CT_TRACK_ACCEPT;
  entry->status |= CT_STATUS_SEEN_REPLY; /* DESTROY was sent when the packet let go of the entry */
  result->reason = CT_REASON_ICMP_ANSWERED;
  ct_core_destroy(engine, entry, CT_REASON_END_ANSWERED);
  return CT_TRACK_GONE;
}

static ct_timeout icmp_timeout(const ct_entry *entry)
{
  (void)entry;
  return CT_TIMEOUT_ICMP;
}

static ct_timeout icmpv6_timeout(const ct_entry *entry)
{
  (void)entry;
  return CT_TIMEOUT_ICMPV6;
}

const ct_proto ct_proto_icmp = {
  .name = "icmp", .number = CT_PROTO_ICMP, .family = CT_IPV4, .packet = icmp_packet, .timeout = icmp_timeout
};
const ct_proto ct_proto_icmp_2_6 = {
  .name = "icmp", .number = CT_PROTO_ICMP, .family = CT_IPV4, .packet = counted_packet, .timeout = icmp_timeout
};
const ct_proto ct_proto_icmpv6 = {
  .name = "icmpv6", .number = CT_PROTO_ICMPV6, .family = CT_IPV6, .packet = icmpv6_packet, .timeout = icmpv6_timeout
};
