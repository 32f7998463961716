/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux 6.18, stable series: the kernel everything else is compared with. Its defaults are those of param.h. */
#include "conntrack/read/packet.h"
#include "conntrack/profile/profile.h"
#include "conntrack/profile/sizes.h"
#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"

/* Since 5.15; the same in 6.1. */
uint32_t ct_buckets_linux_6(uint64_t ram_bytes)
{
  if (ram_bytes > 4 * CT_GIB)
    return 262144;
  if (ram_bytes > CT_GIB)
    return 65536;
  return ct_buckets_by_share(ram_bytes);
}

static const ct_proto *const trackers[256] = { CT_PROTO_LIST_TODAY(CT_PROTO_TRACKER) };

/* DCCP went with 6.17. */
static const char *const missing[] = { "dccp_", NULL };

const ct_profile ct_profile_linux_6_18 = {
  .name = "linux-6.18",
  .help = "Linux 6.18 (stable)",
  .trackers = trackers,
  .tcp_table = ct_tcp_table_linux_6_18,
  .sctp_table = ct_sctp_table_linux_6_18,
  .eviction = CT_EVICT_BUCKETS,
  .udp_stream_two_seconds = true,
  .sctp_init_exemption = true,
  .tcp_rst_needs_turn = true,
  .icmpv6_mld2_untracked = true,
  .icmp_error_to_sender = true,
  .lengths_judged = true,
  .reset_closes = true,
  .chain_limit = true,
  .tcp_flag_sets = CT_TCP_FLAG_SETS_6,
  .defaults = NULL,
  .missing_sysctls = missing,
  .buckets_for_ram = ct_buckets_linux_6,
  .auto_max_per_bucket = 1,
  .max_per_bucket = 8,
  .buckets_least = 1024,
  .buckets_step = 512,
};
