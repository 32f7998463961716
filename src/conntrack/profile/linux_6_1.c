/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linux 6.1, stable series (Debian 12). What 6.18 does differently: DCCP is no protocol of its own any more, ICMPv6
 * types 151 and 152 are left untracked, and a repair of SCTP's INIT came later than 6.1. The repair of TCP's RST (a RST
 * answers a SYN only from the other side) did come to 6.1: 6.1.192 has it, 6.1.166 not yet. Spec 13.4.
 */
#include "conntrack/read/packet.h"
#include "conntrack/profile/profile.h"
#include "conntrack/profile/sizes.h"
#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"

static const ct_proto *const trackers[256] = { CT_PROTO_LIST(CT_PROTO_TRACKER) };

const ct_profile ct_profile_linux_6_1 = {
  .name = "linux-6.1",
  .help = "Linux 6.1 (stable; Debian 12)",
  .trackers = trackers,
  .tcp_table = ct_tcp_table_linux_6_18,
  .sctp_table = ct_sctp_table_linux_6_18,
  .eviction = CT_EVICT_BUCKETS,
  .udp_stream_two_seconds = true,
  .sctp_init_exemption = false,
  .tcp_rst_needs_turn = true,
  .icmpv6_mld2_untracked = false,
  .icmp_error_to_sender = true,
  .lengths_judged = true,
  .reset_closes = true,
  .chain_limit = true,
  .tcp_flag_sets = CT_TCP_FLAG_SETS_6,
  .defaults = NULL,
  .buckets_for_ram = ct_buckets_linux_6,
  .auto_max_per_bucket = 1,
  .max_per_bucket = 8,
  .buckets_least = 1024,
  .buckets_step = 512,
};
