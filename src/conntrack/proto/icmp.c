/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMP and ICMPv6 queries: an entry per request, identifier, type and code. Errors never come here; they belong to the
 * connection they are about (core.c). Spec 6.2.
 */
#include "conntrack/engine_internal.h"
#include "conntrack/proto/icmp_answers.h"
#include "conntrack/proto/proto.h"
#include "conntrack/read/packet_check.h"
#include "conntrack/state/io.h"

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

static const char *icmp_type_name(uint8_t type)
{
  switch (type) {
  case 0: return "echo reply";
  case 3: return "unreachable";
  case 4: return "source quench";
  case 5: return "redirect";
  case 8: return "echo request";
  case 9: return "router advertisement";
  case 10: return "router solicitation";
  case 11: return "time exceeded";
  case 12: return "parameter problem";
  case 13: return "timestamp request";
  case 14: return "timestamp reply";
  case 15: return "information request";
  case 16: return "information reply";
  case 17: return "mask request";
  case 18: return "mask reply";
  default: return NULL;
  }
}

static const char *icmpv6_type_name(uint8_t type)
{
  switch (type) {
  case 1: return "unreachable";
  case 2: return "packet too big";
  case 3: return "time exceeded";
  case 4: return "parameter problem";
  case 128: return "echo request";
  case 129: return "echo reply";
  case 130: return "multicast listener query";
  case 131: return "multicast listener report";
  case 132: return "multicast listener done";
  case 133: return "router solicitation";
  case 134: return "router advertisement";
  case 135: return "neighbour solicitation";
  case 136: return "neighbour advertisement";
  case 137: return "redirect";
  case 139: return "node information query";
  case 140: return "node information reply";
  case 143: return "multicast listener report v2";
  case 151: return "multicast router advertisement";
  case 152: return "multicast router solicitation";
  default: return NULL;
  }
}

static void icmp_keep(ct_state_io *io, const ct_engine *engine, ct_entry *entry)
{
  (void)engine;
  io_var32(io, &entry->l4.icmp_requests);
}

/* clang-format off */
#define ICMP_FACTS                                                                                                     \
  .name = "icmp", .title = "ICMP", .number = CT_PROTO_ICMP, .family = CT_IPV4,                                         \
  .ids = CT_IDS_ICMP, .sum_at = 2, .sum_bytes = 2,                                                                     \
  .read_ids = ct_ids_read_icmp, .precheck = ct_precheck_icmp, .check = ct_check_icmp_family,                           \
  .answers = ct_icmp_answers, .n_answers = CT_ICMP_ANSWERS, .type_name = icmp_type_name

const ct_proto ct_proto_icmp = { ICMP_FACTS, .packet = icmp_packet, .timeout = icmp_timeout };
const ct_proto ct_proto_icmp_2_6 = { ICMP_FACTS, .packet = counted_packet, .timeout = icmp_timeout, .keep = icmp_keep };
const ct_proto ct_proto_icmpv6 = {
  .name = "icmpv6", .title = "ICMP6", .number = CT_PROTO_ICMPV6, .family = CT_IPV6,
  .ids = CT_IDS_ICMP, .sum_at = 2, .sum_bytes = 2,
  .read_ids = ct_ids_read_icmp, .precheck = ct_precheck_icmp, .check = ct_check_icmp_family,
  .answers = ct_icmpv6_answers, .n_answers = CT_ICMPV6_ANSWERS, .type_name = icmpv6_type_name,
  .packet = icmpv6_packet, .timeout = icmpv6_timeout
};
/* clang-format on */
