/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linux 2.6.18's ip_conntrack: IPv4 only, 32-bit, as it came without the PPTP helper's module (which brought GRE's
 * tracker). Counters, marks and security marks were there if the kernel was built so: here they are off until asked
 * for. Spec 13.2.
 */
#include "conntrack/helper/settings.h"
#include "conntrack/read/packet.h"
#include "conntrack/profile/profile.h"
#include "conntrack/profile/sizes.h"
#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"

uint32_t ct_buckets_ip_conntrack(uint64_t ram_bytes)
{
  return ram_bytes > CT_GIB ? 8192 : ct_buckets_by_share(ram_bytes);
}

static void defaults(ct_params *params)
{
  ct_params_helper_disable(params, "pptp"); /* its module is not there; the next two came later */
  ct_params_helper_disable(params, "sane");
  ct_params_helper_disable(params, "snmp");
  params->features_mark = false; /* as --features says */
  params->buckets = 8192;
  params->max = 65536;
  params->expect_max = INT32_MAX; /* only each helper's own limit */
  params->acct = 0;
  params->tcp_loose = 3; /* so many packets of each side go unchecked after a pick-up */
  params->ipfrag_high_thresh = 256 << 10;
  params->ipfrag_low_thresh = 192 << 10;

  params->timeout_s[CT_TIMEOUT_TCP_UNACK] = CT_TIMEOUT_NEVER_S;
}

/* ICMPv6 came with nf_conntrack: its number inside IPv4 is read, and refused, as later kernels do. */
/* clang-format off */
static const ct_proto *const trackers[256] = {
  [CT_PROTO_TCP] = &ct_proto_tcp_2_6, [CT_PROTO_UDP] = &ct_proto_udp, [CT_PROTO_SCTP] = &ct_proto_sctp,
  [CT_PROTO_ICMP] = &ct_proto_icmp_2_6, [CT_PROTO_ICMPV6] = &ct_proto_icmpv6,
};
/* clang-format on */

/* Came with nf_conntrack, or later. */
static const char *const missing[] = { "tcp_ignore_invalid_rst", "nf_flowtable_", "nf_hooks_lwtunnel", NULL };

const ct_profile ct_profile_linux_2_6 = {
  .name = "linux-2.6",
  .help = "Linux 2.6.18, ip_conntrack",
  .ip_conntrack = true,
  .trackers = trackers,
  .tcp_loose_counts = true,
  .tcp_table = ct_tcp_table_linux_2_6,
  .sctp_table = ct_sctp_table_linux_2_6,
  .sctp_repeated_init_renews = true,
  .sctp_established_s = 432000,
  .sctp_shutdown_ms = 300,
  .sctp_checksum = true,
  .eviction = CT_EVICT_OWN,
  .lengths_judged = true,
  .refuses_before_look_up = true,
  .refusals_count_error = true,
  .icmp_errors_count_error = true,
  .expectations_kept = true,
  .entry_timers = true,
  .udp_stream_timeout_s = 180,
  .dccp_table = ct_dccp_table_linux_3_10,
  .irc_bytes = UINT32_MAX,
  .events_default = 1,
  .destroy_event_has_state = true,
  .tcp_flag_sets = CT_TCP_FLAG_SETS_2_6,
  .helpers_by_port = true,
  .defaults = defaults,
  .missing_sysctls = missing,
  .buckets_for_ram = ct_buckets_ip_conntrack,
  .auto_max_per_bucket = 8,
  .max_per_bucket = 8,
  .buckets_least = 16,
  .buckets_step = 1,
};
