/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linux 2.4.37's ip_conntrack: TCP by flags alone, no checksums but of ICMP errors, a real timer for every entry. It
 * told nobody what happened in it; the events shown are those it would have had to tell. Spec 13.1.
 */
#include "conntrack/helper/settings.h"
#include "conntrack/read/packet.h"
#include "conntrack/profile/profile.h"
#include "conntrack/profile/sizes.h"
#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"

static void defaults(ct_params *params)
{
  static const char *const later[] = { "sip", "sane", "pptp", "netbios-ns", "snmp", "Q.931", "RAS", "H.245" };
  size_t i;

  for (i = 0; i < sizeof later / sizeof later[0]; i++)
    ct_params_helper_disable(params, later[i]);
  params->features_mark = false; /* as --features says */
  params->buckets = 8192;
  params->max = 65536;
  params->expect_max = INT32_MAX;
  params->acct = 0;
  params->checksum = 0;
  params->ipfrag_high_thresh = 256 << 10;
  params->ipfrag_low_thresh = 192 << 10;
  params->ipfrag_max_dist = 0; /* came with 2.6.16; 0 never restarts a queue */

  params->timeout_s[CT_TIMEOUT_TCP_RETRANS] = CT_TIMEOUT_NEVER_S;
  params->timeout_s[CT_TIMEOUT_TCP_UNACK] = CT_TIMEOUT_NEVER_S;
}

/* ICMPv6 came with nf_conntrack: its number inside IPv4 is read, and refused, as later kernels do. */
/* clang-format off */
static const ct_proto *const trackers[256] = {
  [CT_PROTO_TCP] = &ct_proto_tcp_2_4, [CT_PROTO_UDP] = &ct_proto_udp,
  [CT_PROTO_ICMP] = &ct_proto_icmp_2_6, [CT_PROTO_ICMPV6] = &ct_proto_icmpv6,
};

/* SCTP, window tracking and their settings came with 2.6. */
static const char *const missing[] = { "sctp_", "checksum", "tcp_loose", "tcp_be_liberal", "tcp_ignore_invalid_rst",
                                       "tcp_max_retrans", "tcp_timeout_max_retrans", "log_invalid", "nf_flowtable_",
                                       "nf_hooks_lwtunnel", NULL };

const ct_profile ct_profile_linux_2_4 = {
  .name = "linux-2.4",
  .help = "Linux 2.4.37, ip_conntrack",
  .ip_conntrack = true,
  .listing_2_4 = true,
  .trackers = trackers,
  .tcp_table = ct_tcp_table_linux_2_4,
  .eviction = CT_EVICT_ROUND,
  .sctp_established_s = 210, /* unused, as there is no tracker */
  .sctp_shutdown_ms = 3000,
  .icmp_errors_summed = true,
  .expectations_kept = true,
  .expectations_timeless = true,
  .entry_timers = true,
  .udp_stream_timeout_s = 180,
  .dccp_table = ct_dccp_table_linux_3_10,
  .irc_bytes = UINT32_MAX,
  .events_default = 1,
  .destroy_event_has_state = true,
  .tcp_flag_sets = CT_TCP_FLAG_SETS_ANY,
  .helpers_by_port = true,
  .defaults = defaults,
  .missing_sysctls = missing,
  .buckets_for_ram = ct_buckets_ip_conntrack,
  .auto_max_per_bucket = 8,
  .max_per_bucket = 8,
  .buckets_least = 16,
  .buckets_step = 1,
};
/* clang-format on */
