/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernels from 3.10 on, as KERNELS K0 has them: the first in full, each next one as the one before it and what
 * differs. All of it is settled when this is compiled. The columns are the last sublevels read of each series.
 */
#include "conntrack/profile/profile.h"
#include "conntrack/profile/sizes.h"
#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"
#include "conntrack/read/packet.h"

/* --- sizes --- */

static uint32_t buckets_3_10(uint64_t ram_bytes) { return ram_bytes > CT_GIB ? 16384 : ct_buckets_by_share(ram_bytes); }

static uint32_t buckets_4_3(uint64_t ram_bytes) { return ram_bytes > 4 * CT_GIB ? 65536 : buckets_3_10(ram_bytes); }

static uint32_t buckets_5_15(uint64_t ram_bytes)
{
  if (ram_bytes > 4 * CT_GIB)
    return 262144;
  if (ram_bytes > CT_GIB)
    return 65536;
  return ct_buckets_by_share(ram_bytes);
}

/* --- what is tracked --- */

/* GRE over IPv6 came with the trackers of both IPs. */
static const ct_proto *const trackers_by_l3[256] = {
  [CT_PROTO_TCP] = &ct_proto_tcp,         [CT_PROTO_UDP] = &ct_proto_udp,   [CT_PROTO_ICMP] = &ct_proto_icmp,
  [CT_PROTO_ICMPV6] = &ct_proto_icmpv6,   [CT_PROTO_SCTP] = &ct_proto_sctp, [CT_PROTO_GRE] = &ct_proto_gre_v4,
  [CT_PROTO_UDPLITE] = &ct_proto_udplite, [CT_PROTO_DCCP] = &ct_proto_dccp,
};
static const ct_proto *const trackers_dccp[256] = { CT_PROTO_LIST(CT_PROTO_TRACKER) };
static const ct_proto *const trackers_today[256] = { CT_PROTO_LIST_TODAY(CT_PROTO_TRACKER) };

/* --- sysctls that there were not (KERNELS K12) --- */

#define NO_RST "tcp_ignore_invalid_rst"
#define NO_GRE "gre_timeout"
#define NO_UDPLITE "udplite_"
#define NO_ACKED "sctp_timeout_heartbeat_acked"
#define NO_HEARTBEAT "sctp_timeout_heartbeat_"
#define NO_RETRY "events_retry_timeout"
#define NO_FLOWS "nf_flowtable_"
#define NO_TUNNELS "nf_hooks_lwtunnel"
#define NO_HELPER "helper"
static const char *const missing_3_10[] = { NO_RST, NO_GRE, NO_HEARTBEAT, NO_FLOWS, NO_TUNNELS, NULL };
static const char *const missing_rhel_7[] = { NO_RST, NO_GRE, NO_UDPLITE, NO_FLOWS, NO_TUNNELS, NULL };
static const char *const missing_4_19[] = { NO_RST, NO_GRE, NO_UDPLITE, NO_RETRY, NO_FLOWS, NO_TUNNELS, NULL };
static const char *const missing_5_4[] = { NO_RST, NO_UDPLITE, NO_ACKED, NO_RETRY, NO_FLOWS, NO_TUNNELS, NULL };
static const char *const missing_5_10[] = { NO_RST, NO_UDPLITE, NO_ACKED, NO_RETRY, NO_TUNNELS, NULL };
static const char *const missing_5_15[] = { NO_UDPLITE, NO_ACKED, NO_RETRY, NULL };
static const char *const missing_6_1[] = { NO_UDPLITE, NO_ACKED, NO_RETRY, NO_HELPER, NULL };
static const char *const missing_6_18[] = { "dccp_", NO_UDPLITE, NO_ACKED, NO_RETRY, NO_HELPER, NULL };

/* clang-format off */

/* What has not changed since 3.10. */
#define COMMON                                                                                                         \
  .lengths_judged = true, .tcp_flag_sets = CT_TCP_FLAG_SETS_6, .max_per_bucket = 8, .buckets_step = 512

#define LINUX_3_10                                                                                                     \
  COMMON,                                                                                                              \
  .tcp_table = ct_tcp_table_linux_3_10,                                                                                \
  .tcp_window_three_way = false,                                                                                       \
  .tcp_lower_seq_skipped_without_receiver_window = false,                                                              \
  .tcp_overshoot = CT_OVERSHOOT_INVALID,                                                                               \
  .tcp_reinit_on_syn_only = false,                                                                                     \
  .tcp_scales_cleared_by_reply_only = false,                                                                           \
  .tcp_keepalive_ack_bumps_end = false,                                                                                \
  .tcp_options_keep_liberal = false,                                                                                   \
  .tcp_simultaneous_open = false,                                                                                      \
  .tcp_challenge_ack_after_last_ack = false,                                                                           \
  .tcp_rst_exact_match = false,                                                                                        \
  .tcp_rst_close_timeout = false,                                                                                      \
  .tcp_rst_unchecked_when_closing = false,                                                                             \
  .tcp_rst_unchecked_after_syn = false,                                                                                \
  .tcp_rst_seq_zero_to_window = false,                                                                                 \
  .tcp_rst_needs_turn = false,                                                                                         \
  .tcp_rst_answers_challenge_ack = false,                                                                              \
  .tcp_zero_window_timeout = false,                                                                                    \
  .tcp_syn_repeat_renews = true,                                                                                       \
  .tcp_out_of_window_fin_rst_shorten = false,                                                                          \
  .reset_closes = false,                                                                                               \
  .postrouting_has_input = false,                                                                                      \
  .reject_spares_other_sums = false,                                                                                   \
  .reject_spares_udp_without_sum = false,                                                                              \
  .udp_stream_two_seconds = false,                                                                                     \
  .udp_stream_timeout_s = 180,                                                                                         \
  .udplite_own_timeouts = true,                                                                                        \
  .trackers = trackers_by_l3,                                                                                          \
  .trackers_by_l3 = true,                                                                                              \
  .pptp_gre_child_long = true,                                                                                         \
  .dccp_table = ct_dccp_table_linux_3_10,                                                                              \
  .dccp_needs_48_bit_sequence = false,                                                                                 \
  .dccp_short_header = CT_SHORT_INVALID,                                                                               \
  .icmp_error_to_sender = false,                                                                                       \
  .icmpv6_redirect = false,                                                                                            \
  .icmpv6_mld2_untracked = false,                                                                                      \
  .sctp_table = ct_sctp_table_linux_3_10,                                                                              \
  .sctp_established_s = 432000,                                                                                        \
  .sctp_shutdown_ms = 300,                                                                                             \
  .sctp_tag_rules = CT_SCTP_TAGS_EITHER,                                                                                        \
  .sctp_heartbeats = false,                                                                                            \
  .sctp_init_collision_marks = false,                                                                                  \
  .sctp_init_exemption = false,                                                                                        \
  .sctp_heartbeat_mismatch_tolerated = false,                                                                          \
  .sctp_any_first_chunk_sets_reply_tag = true,                                                                         \
  .sctp_assured_on_any_established = false,                                                                            \
  .sctp_repeated_init_renews = true,                                                                                   \
  .sctp_first_state_counts = true,                                                                                     \
  .sctp_checksum = false,                                                                                              \
  .refuses_before_look_up = true,                                                                                      \
  .new_judged = true,                                                                                                  \
  .refusals_count_error = true,                                                                                        \
  .reopen_counts_invalid = true,                                                                                       \
  .statistics = CT_STATISTICS_3_10, .ip_conntrack_files = true,                                                      \
  .entry_timers = true,                                                                                                \
  .refresh_skips_a_second = true,                                                                                      \
  .collecting = CT_COLLECT_NONE,                                                                                       \
  .eviction = CT_EVICT_OLDEST8,                                                                                        \
  .gc_drops_closing = false,                                                                                           \
  .buckets_for_ram = buckets_3_10,                                                                                     \
  .buckets_least = 32,                                                                                                 \
  .auto_max_per_bucket = 4,                                                                                            \
  .chain_limit = false,                                                                                                \
  .fragment_overlap = CT_FRAGMENTS_CUT_V4,                                                                           \
  .helpers_by_port = true,                                                                                             \
  .child_gets_masters_helper = false,                                                                                  \
  .helper_bit_on_every_helped_entry = false,                                                                           \
  .expectation_end = CT_EXPECTATION_TIMER,                                                                             \
  .expectations_by_class = true,                                                                                       \
  .expectation_same_of_any_master = false,                                                                             \
  .irc_start = CT_IRC_ANYWHERE,                                                                                        \
  .irc_after_failed = CT_IRC_GOES_ON,                                                                                  \
  .irc_bytes = UINT32_MAX,                                                                                             \
  .ftp_227 = CT_FTP_227_PARENTHESES,                                                                                   \
  .amanda_state = false,                                                                                               \
  .sip_strict_numbers = false,                                                                                         \
  .sip_multi_header_walk_mended = false,                                                                               \
  .sip_expires_needs_number = false,                                                                                   \
  .events_default = 1,                                                                                                 \
  .destroy_event_has_state = false,                                                                                    \
  .missing_sysctls = missing_3_10

#define RHEL_7                                                                                                         \
  LINUX_3_10,                                                                                                          \
  .tcp_table = ct_tcp_table_linux_6_18,                                                                                \
  .tcp_lower_seq_skipped_without_receiver_window = true,                                                               \
  .tcp_challenge_ack_after_last_ack = true,                                                                            \
  .udplite_own_timeouts = false,                                                                                       \
  .sctp_table = ct_sctp_table_linux_4_19,                                                                              \
  .sctp_heartbeats = true,                                                                                             \
  .sctp_checksum = true,                                                                                               \
  .buckets_for_ram = buckets_4_3,                                                                                      \
  .fragment_overlap = CT_FRAGMENTS_DISCARDED,                                                                        \
  .ftp_227 = CT_FTP_227_DIGIT,                                                                                         \
  .missing_sysctls = missing_rhel_7

#define LINUX_4_19                                                                                                     \
  RHEL_7,                                                                                                              \
  .helpers_by_port = false,                                                                                            \
  .tcp_keepalive_ack_bumps_end = true,                                                                                 \
  .tcp_simultaneous_open = true,                                                                                       \
  .tcp_rst_exact_match = true,                                                                                         \
  .tcp_rst_close_timeout = true,                                                                                       \
  .tcp_zero_window_timeout = true,                                                                                     \
  .dccp_table = ct_dccp_table_linux_6_1,                                                                               \
  .sctp_heartbeat_mismatch_tolerated = true,                                                                           \
  .fragment_overlap = CT_FRAGMENTS_SPARE_REPEATED,                                                                   \
  .statistics = CT_STATISTICS_4_19, .ip_conntrack_files = false,                                                     \
  .entry_timers = false,                                                                                               \
  .refresh_skips_a_second = false,                                                                                     \
  .collecting = CT_COLLECT_EVERY_120,                                                                                  \
  .eviction = CT_EVICT_BUCKETS,                                                                                        \
  .gc_drops_closing = true,                                                                                            \
  .helpers_by_port = false,                                                                                            \
  .expectations_by_class = false,                                                                                      \
  .missing_sysctls = missing_4_19

#define RHEL_8                                                                                                         \
  LINUX_4_19,                                                                                                          \
  .postrouting_has_input = true,                                                                                       \
  .reject_spares_other_sums = true,                                                                                    \
  .tcp_rst_exact_match = false,                                                                                        \
  .tcp_rst_close_timeout = false,                                                                                      \
  .udp_stream_two_seconds = true,                                                                                      \
  .udp_stream_timeout_s = 120,                                                                                         \
  .trackers = trackers_dccp,                                                                                           \
  .trackers_by_l3 = false,                                                                                             \
  .pptp_gre_child_long = false,                                                                                        \
  .dccp_short_header = CT_SHORT_DROPPED,                                                                               \
  .refuses_before_look_up = false,                                                                                     \
  .new_judged = false,                                                                                                 \
  .reopen_counts_invalid = false,                                                                                      \
  .collecting = CT_COLLECT_SHARES

#define LINUX_5_4                                                                                                      \
  RHEL_8,                                                                                                              \
  .postrouting_has_input = false,                                                                                      \
  .tcp_options_keep_liberal = true,                                                                                    \
  .tcp_rst_exact_match = true,                                                                                         \
  .tcp_rst_close_timeout = true,                                                                                       \
  .tcp_syn_repeat_renews = false,                                                                                      \
  .dccp_needs_48_bit_sequence = true,                                                                                  \
  .icmp_error_to_sender = true,                                                                                        \
  .icmpv6_redirect = true,                                                                                             \
  .sctp_table = ct_sctp_table_linux_6_18,                                                                              \
  .sctp_established_s = 210,                                                                                           \
  .sctp_shutdown_ms = 3000,                                                                                            \
  .sctp_tag_rules = CT_SCTP_TAGS_T_BIT,                                                                                         \
  .sctp_init_collision_marks = true,                                                                                   \
  .sctp_any_first_chunk_sets_reply_tag = false,                                                                        \
  .sctp_assured_on_any_established = true,                                                                             \
  .sctp_repeated_init_renews = false,                                                                                  \
  .sctp_first_state_counts = false,                                                                                    \
  .collecting = CT_COLLECT_EVERY_120,                                                                                  \
  .expectation_same_of_any_master = true,                                                                              \
  .irc_start = CT_IRC_PRIVMSG,                                                                                         \
  .amanda_state = true,                                                                                                \
  .sip_multi_header_walk_mended = true,                                                                                \
  .sip_expires_needs_number = true,                                                                                    \
  .missing_sysctls = missing_5_4

#define LINUX_5_10                                                                                                     \
  LINUX_5_4,                                                                                                           \
  .postrouting_has_input = true,                                                                                       \
  .tcp_rst_needs_turn = true,                                                                                          \
  .sctp_init_exemption = true,                                                                                         \
  .statistics = CT_STATISTICS_5_10,                                                                                  \
  .refusals_count_error = false,                                                                                       \
  .irc_after_failed = CT_IRC_STOPS,                                                                                    \
  .sip_strict_numbers = true,                                                                                          \
  .missing_sysctls = missing_5_10

#define LINUX_5_15                                                                                                     \
  LINUX_5_10,                                                                                                          \
  .tcp_overshoot = CT_OVERSHOOT_NOTED,                                                                                 \
  .tcp_rst_unchecked_when_closing = true,                                                                              \
  .tcp_rst_unchecked_after_syn = true,                                                                                 \
  .tcp_rst_seq_zero_to_window = true,                                                                                  \
  .reset_closes = true,                                                                                                \
  .collecting = CT_COLLECT_BY_MEAN,                                                                                    \
  .buckets_for_ram = buckets_5_15,                                                                                     \
  .buckets_least = 1024,                                                                                               \
  .auto_max_per_bucket = 1,                                                                                            \
  .statistics = CT_STATISTICS_5_15,                                                                                  \
  .chain_limit = true,                                                                                                 \
  .destroy_event_has_state = true,                                                                                     \
  .missing_sysctls = missing_5_15

#define LINUX_6_1                                                                                                      \
  LINUX_5_15,                                                                                                          \
  .reject_spares_udp_without_sum = true,                                                                               \
  .tcp_window_three_way = true,                                                                                        \
  .tcp_overshoot = CT_OVERSHOOT_ACCEPTED,                                                                              \
  .tcp_reinit_on_syn_only = true,                                                                                      \
  .tcp_scales_cleared_by_reply_only = true,                                                                            \
  .tcp_rst_answers_challenge_ack = true,                                                                               \
  .tcp_out_of_window_fin_rst_shorten = true,                                                                           \
  .helper_bit_on_every_helped_entry = true,                                                                            \
  .expectation_end = CT_EXPECTATION_STAMP,                                                                             \
  .irc_bytes = 4095,                                                                                                   \
  .events_default = 2,                                                                                                 \
  .missing_sysctls = missing_6_1

#define LINUX_6_6                                                                                                      \
  LINUX_6_1,                                                                                                           \
  .child_gets_masters_helper = true,                                                                                   \
  .helper_bit_on_every_helped_entry = false,                                                                           \
  .expectation_end = CT_EXPECTATION_TIMER

#define LINUX_6_8                                                                                                      \
  LINUX_6_6,                                                                                                           \
  .tcp_rst_needs_turn = false,                                                                                         \
  .sctp_init_exemption = false,                                                                                        \
  .child_gets_masters_helper = false,                                                                                  \
  .irc_after_failed = CT_IRC_GOES_ON,                                                                                  \
  .sip_strict_numbers = false

#define LINUX_6_12                                                                                                     \
  LINUX_6_8,                                                                                                           \
  .tcp_rst_needs_turn = true,                                                                                          \
  .dccp_short_header = CT_SHORT_INVALID,                                                                               \
  .icmpv6_mld2_untracked = true,                                                                                       \
  .sctp_init_exemption = true,                                                                                         \
  .child_gets_masters_helper = true,                                                                                   \
  .irc_after_failed = CT_IRC_STOPS,                                                                                    \
  .sip_strict_numbers = true

#define LINUX_6_18                                                                                                     \
  LINUX_6_12,                                                                                                          \
  .trackers = trackers_today,                                                                                          \
  .child_gets_masters_helper = false,                                                                                  \
  .irc_after_failed = CT_IRC_GOES_ON,                                                                                  \
  .missing_sysctls = missing_6_18

/* That a later kernel overrides what an earlier one says is the point here. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

#define X(id, called, rules, is_recorded, text)                                                                        \
  const ct_profile ct_profile_##id = { rules, .name = called, .help = text, .recorded = is_recorded };
CT_PROFILE_KERNELS(X)
#undef X
#pragma GCC diagnostic pop
/* clang-format on */
