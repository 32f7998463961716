/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A profile is one kernel's conntrack as data: its tables, its defaults, its rules where kernels differ. Code asks
 * the profile, never the kernel's version. From 3.10 on a profile is the one before it and what differs
 * (kernels_table.c); the two of ip_conntrack's time stand in files of their own. Spec 13, KERNELS.
 */
#ifndef CT_PROFILE_H
#define CT_PROFILE_H

#include "conntrack/param.h"

typedef enum ct_eviction {
  CT_EVICT_BUCKETS, /* every unassured entry of the first productive one of eight buckets (4.8 and later) */
  CT_EVICT_OLDEST8, /* the oldest unassured of the first eight entries looked at (2.6.3x) */
  CT_EVICT_OWN,     /* the oldest unassured entry of the packet's own bucket (2.6.18) */
  CT_EVICT_ROUND    /* the oldest unassured of a round-robin bucket, else of the own one (2.4) */
} ct_eviction;

/* How a segment is treated that is right but for running a little past the receiver's window. KERNELS K1.6. */
typedef enum ct_overshoot { CT_OVERSHOOT_INVALID, CT_OVERSHOOT_NOTED, CT_OVERSHOOT_ACCEPTED } ct_overshoot;

/* What becomes of fragments that overlap. KERNELS K13. */
typedef enum ct_fragment_overlap {
  CT_FRAGMENTS_SPARE_REPEATED, /* the datagram is discarded, but a fragment that is here already goes alone */
  CT_FRAGMENTS_DISCARDED,      /* the datagram is discarded */
  CT_FRAGMENTS_CUT_V4          /* of IPv4 bytes that are here twice are cut away; of IPv6 the datagram is discarded */
} ct_fragment_overlap;

/* Which counters conntrack -S and /proc/net/stat have. KERNELS K5, K11. */
typedef enum ct_statistics {
  CT_STATISTICS_3_10, /* all of them run */
  CT_STATISTICS_4_19, /* searched, new, delete, delete_list are gone */
  CT_STATISTICS_5_10, /* ignore is gone, clash_resolve has come */
  CT_STATISTICS_5_15  /* chaintoolong has come */
} ct_statistics;

/* How expired entries are found. KERNELS K6. */
typedef enum ct_collecting {
  CT_COLLECT_NONE,      /* a timer each */
  CT_COLLECT_EVERY_120, /* all buckets every two minutes */
  CT_COLLECT_SHARES,    /* a 128th of the buckets a run */
  CT_COLLECT_BY_MEAN    /* all buckets, as often as the mean remaining time says */
} ct_collecting;

/* What happens to a DCCP packet that is too short for its header. KERNELS K2. */
typedef enum ct_short_header { CT_SHORT_INVALID, CT_SHORT_DROPPED } ct_short_header;

/* Which tags the chunks carry that end an association. KERNELS K4, spec 13.2. */
typedef enum ct_sctp_tag_rules {
  CT_SCTP_TAGS_2_6,    /* ABORT either; SHUTDOWN COMPLETE its side's, or the other's with the T bit */
  CT_SCTP_TAGS_EITHER, /* ABORT either; SHUTDOWN COMPLETE either, and without the T bit any */
  CT_SCTP_TAGS_T_BIT   /* the T bit says whose */
} ct_sctp_tag_rules;

/* Where an IRC offer may stand; what an offer that cannot be used does to the rest. KERNELS K9. */
typedef enum ct_irc_start { CT_IRC_ANYWHERE, CT_IRC_PRIVMSG } ct_irc_start;
typedef enum ct_irc_after { CT_IRC_GOES_ON, CT_IRC_STOPS } ct_irc_after;
/* What introduces the six numbers of FTP's 227. KERNELS K9. */
typedef enum ct_ftp_227 { CT_FTP_227_PARENTHESES, CT_FTP_227_DIGIT } ct_ftp_227;
/* How an expectation ends at its time. KERNELS K8. */
typedef enum ct_expectation_end { CT_EXPECTATION_TIMER, CT_EXPECTATION_STAMP } ct_expectation_end;

/* Tables by [dir][input][state]. */
typedef const uint8_t (*ct_tcp_table_rows)[6][10];
typedef const uint8_t (*ct_sctp_table_rows)[11][10];
typedef const uint8_t (*ct_dccp_table_rows)[10][8];

typedef uint32_t (*ct_ram_sizing)(uint64_t ram_bytes);

struct ct_proto;
typedef const struct ct_proto *const *ct_tracker_list;
typedef const char *const *ct_name_list;

/*
 * Every rule that some kernel had otherwise, by the name that KERNELS K0 gives it. X(type, field, comment); values and
 * what they mean to people stand in switches_table.c, who has which in kernels_table.c.
 */
/* clang-format off */
#define CT_PROFILE_SWITCHES(X)                                                                                         \
  X(ct_tcp_table_rows, tcp_table)                /* K1.1: a SYN from the reply side in TIME_WAIT */                    \
  X(bool, tcp_window_three_way)                  /* K1.4: lower bounds are let pass, upper ones refused */             \
  X(bool, tcp_lower_seq_skipped_without_receiver_window) /* K1.5 */                                                    \
  X(uint8_t, tcp_overshoot)                      /* K1.6: ct_overshoot */                                              \
  X(bool, tcp_reinit_on_syn_only)                /* K1.7: only a SYN begins the windows anew */                        \
  X(bool, tcp_scales_cleared_by_reply_only)      /* K1.8 */                                                            \
  X(bool, tcp_keepalive_ack_bumps_end)           /* K1.9 */                                                            \
  X(bool, tcp_options_keep_liberal)              /* K1.10: a SYN leaves BE_LIBERAL alone */                            \
  X(bool, tcp_simultaneous_open)                 /* K1.11 */                                                           \
  X(bool, tcp_challenge_ack_after_last_ack)      /* K1.12 */                                                           \
  X(bool, tcp_rst_exact_match)                   /* K1.14: an established state is kept unless the RST is exact */     \
  X(bool, tcp_rst_close_timeout)                 /* K1.15: an accepted RST has CLOSE's time whatever the state */      \
  X(bool, tcp_rst_unchecked_when_closing)        /* K1.16 */                                                           \
  X(bool, tcp_rst_unchecked_after_syn)           /* K1.17: max_ack is not asked when a SYN was let through */          \
  X(bool, tcp_rst_seq_zero_to_window)            /* K1.18 */                                                           \
  X(bool, tcp_rst_needs_turn)                    /* K1.19: a RST answers a SYN only from the other side */             \
  X(bool, tcp_rst_answers_challenge_ack)         /* K1.20 */                                                           \
  X(bool, tcp_zero_window_timeout)               /* K1.21 */                                                           \
  X(bool, tcp_syn_repeat_renews)                 /* K1.22: a repeated SYN renews the time, and is counted */           \
  X(bool, tcp_out_of_window_fin_rst_shorten)     /* K1.23 */                                                           \
  X(bool, reset_closes)                          /* K1.24: the reset that REJECT sends closes the entry */             \
  X(bool, postrouting_has_input)                 /* K17: rules of POSTROUTING know by which device a packet came */    \
  X(bool, reject_spares_other_sums)              /* K17: REJECT asks AH, ESP, GRE for no sum */                        \
  X(bool, reject_spares_udp_without_sum)         /* K17: nor UDP that has none */                                      \
  X(bool, udp_stream_two_seconds)                /* K2: a UDP flow is a stream only after two seconds */               \
  X(uint32_t, udp_stream_timeout_s)              /* K2 */                                                              \
  X(bool, udplite_own_timeouts)                  /* K2: 30 and 180 s of its own, else UDP's */                         \
  X(ct_tracker_list, trackers)                   /* K2: what is tracked (dccp_tracker among them) */                   \
  X(bool, trackers_by_l3)                        /* K2: GRE, 1 and 58 are any protocol in the other IP */              \
  X(bool, pptp_gre_child_long)                   /* K2: 600 and 18000 s for a PPTP tunnel, else 30 and 180 */          \
  X(ct_dccp_table_rows, dccp_table)              /* K2: SYNC before there is an entry */                               \
  X(bool, dccp_needs_48_bit_sequence)            /* K2: types that may not have short sequence numbers */              \
  X(uint8_t, dccp_short_header)                  /* K2: ct_short_header */                                             \
  X(bool, icmp_error_to_sender)                  /* K3: an ICMP error has to go to the sender of the packet in it */   \
  X(bool, icmpv6_redirect)                       /* K3: looked into */                                                 \
  X(bool, icmpv6_mld2_untracked)                 /* K3: types 151 and 152 */                                           \
  X(ct_sctp_table_rows, sctp_table)              /* K4: T-3, T-4, T-6 */                                               \
  X(uint32_t, sctp_established_s)                /* K4 */                                                              \
  X(uint32_t, sctp_shutdown_ms)                  /* K4 */                                                              \
  X(uint8_t, sctp_tag_rules)                     /* K4: ct_sctp_tag_rules */                                           \
  X(bool, sctp_heartbeats)                       /* K4: heartbeats are known at all */                                 \
  X(bool, sctp_init_collision_marks)             /* K4 */                                                              \
  X(bool, sctp_init_exemption)                   /* K4: the same INIT again is no new start */                         \
  X(bool, sctp_heartbeat_mismatch_tolerated)     /* K4 */                                                              \
  X(bool, sctp_any_first_chunk_sets_reply_tag)   /* K4 */                                                              \
  X(bool, sctp_assured_on_any_established)       /* K4 */                                                              \
  X(bool, sctp_repeated_init_renews)             /* K4 */                                                              \
  X(bool, sctp_first_state_counts)               /* K4: a first packet's chunks are judged from the state they set */  \
  X(bool, sctp_checksum)                         /* K4: CRC32c is verified */                                          \
  X(bool, refuses_before_look_up)                /* K5 lengths_judged before lookup: what is wrong takes no entry */   \
  X(bool, new_judged)                            /* K5: a refused first packet uses up no expectation */               \
  X(bool, refusals_count_error)                  /* K5: `error` and `invalid` both */                                  \
  X(bool, reopen_counts_invalid)                 /* K5 */                                                              \
  X(uint8_t, statistics)                         /* K5: ct_statistics */                                               \
  X(bool, entry_timers)                          /* K6 expiry: an entry goes at its deadline whatever --gc says */     \
  X(bool, refresh_skips_a_second)                /* K6: no renewal that gains less than a second */                    \
  X(uint8_t, collecting)                         /* K6 gc: ct_collecting */                                            \
  X(ct_eviction, eviction)                       /* K6 early_drop victim */                                            \
  X(bool, gc_drops_closing)                      /* K6: closing connections go from 95 % on */                         \
  X(ct_ram_sizing, buckets_for_ram)              /* K6 */                                                              \
  X(uint32_t, buckets_least)                     /* K6: no smaller hash table */                                       \
  X(uint32_t, auto_max_per_bucket)               /* K6: nf_conntrack_max when the kernel sizes itself */               \
  X(bool, chain_limit)                           /* K6: a hash chain can be too long */                                \
  X(uint8_t, fragment_overlap)                   /* K13: ct_fragment_overlap */                                        \
  X(bool, helpers_by_port)                       /* K7: up to 4.6; later a rule has to name the helper */              \
  X(bool, child_gets_masters_helper)             /* K7 */                                                              \
  X(bool, helper_bit_on_every_helped_entry)      /* K7 */                                                              \
  X(uint8_t, expectation_end)                    /* K8: ct_expectation_end */                                          \
  X(bool, expectations_by_class)                 /* K8: the same for another class is another one */                   \
  X(bool, expectation_same_of_any_master)        /* K8: SIP media, else a clash */                                     \
  X(uint8_t, irc_start)                          /* K9: ct_irc_start */                                                \
  X(uint8_t, irc_after_failed)                   /* K9: ct_irc_after */                                                \
  X(uint32_t, irc_bytes)                         /* K9 */                                                              \
  X(uint8_t, ftp_227)                            /* K9: ct_ftp_227 */                                                  \
  X(bool, amanda_state)                          /* K9 */                                                              \
  X(bool, sip_strict_numbers)                    /* K9 */                                                              \
  X(bool, sip_multi_header_walk_mended)          /* K9 */                                                              \
  X(bool, sip_expires_needs_number)              /* K9 */                                                              \
  X(uint32_t, events_default)                    /* K10 */                                                             \
  X(bool, destroy_event_has_state)               /* K10 */                                                             \
  X(ct_name_list, missing_sysctls)               /* K12: ends with NULL; names behind the prefix, or beginnings */
/* clang-format on */

typedef struct ct_profile {
  const char *name; /* "linux-6.18" */
  const char *help;
  bool recorded; /* a kernel's own recordings were compared with it; else it rests on the reading of its source */
  /* trackers: 256 by protocol number; NULL: as any other protocol, by address alone. Tables: [dir][input][state]. */
#define X(type, field) type field;
  CT_PROFILE_SWITCHES(X)
#undef X
  bool ip_conntrack;            /* sysctls and listings carry ip_conntrack names */
  bool ip_conntrack_files;      /* nf_conntrack's kernel has /proc/net/ip_conntrack too, for IPv4 alone: up to 4.7 */
  bool listing_2_4;             /* ip_conntrack's lines end in a blank, and expectations stand in the same file */
  bool tcp_loose_counts;        /* 2.6: after a pick-up so many packets of each side go unchecked, as tcp_loose says */
  bool icmp_errors_summed;      /* 2.4: the sum of an ICMP error is verified, and no other layer-4 sum */
  bool icmp_errors_count_error; /* 2.6: those that it understood, too */
  bool lengths_judged;          /* UDP's length field counts: not in 2.4 */
  bool expectations_kept;       /* up to 2.6: announced again, one stays, with its time anew; later it is replaced */
  bool expectations_timeless;   /* 2.4: those of FTP and TFTP have no timeout */
  uint64_t
    tcp_flag_sets; /* bit by FIN, SYN, RST, PSH, ACK, URG as they stand in the header: what may be set together */
  void (*defaults)(ct_params *params); /* on top of those that switches tell; NULL: none */
  uint32_t max_per_bucket;             /* nf_conntrack_max when only the hash size is given (hashsize= at load) */
  uint32_t buckets_step;               /* the hash table is a multiple of this: whole pages */
} ct_profile;

/*
 * Those of kernels_table.c, oldest first: X(id, name, its rules there, whether recordings were compared, what it is).
 * linux-2.4 and linux-2.6 have files of their own.
 */
/* clang-format off */
#define CT_PROFILE_KERNELS(X)                                                                                          \
  X(linux_3_10, "linux-3.10", LINUX_3_10, false, "Linux 3.10.108")                                                     \
  X(rhel_7, "rhel-7", RHEL_7, false, "RHEL 7, 3.10.0-1160: 3.10 with the trackers of about 4.5")                       \
  X(linux_4_19, "linux-4.19", LINUX_4_19, true, "Linux 4.19.222 (Debian 10)")                                          \
  X(rhel_8, "rhel-8", RHEL_8, false, "RHEL 8, 4.18.0-240: the core of about 5.6")                                      \
  X(linux_5_4, "linux-5.4", LINUX_5_4, true, "Linux 5.4.301 (Ubuntu 20.04)")                                           \
  X(linux_5_10, "linux-5.10", LINUX_5_10, true, "Linux 5.10.265 (Debian 11)")                                          \
  X(linux_5_15, "linux-5.15", LINUX_5_15, true, "Linux 5.15.215 (Ubuntu 22.04)")                                       \
  X(linux_6_1, "linux-6.1", LINUX_6_1, true, "Linux 6.1.192 (Debian 12)")                                              \
  X(linux_6_6, "linux-6.6", LINUX_6_6, true, "Linux 6.6.150")                                                          \
  X(linux_6_8, "linux-6.8", LINUX_6_8, true, "Linux 6.8.1 (Ubuntu 24.04)")                                             \
  X(linux_6_12, "linux-6.12", LINUX_6_12, true, "Linux 6.12.94 (Debian 13)")                                           \
  X(linux_6_18, "linux-6.18", LINUX_6_18, true, "Linux 6.18 (stable)")
/* clang-format on */
#define X(id, name, rules, recorded, help) extern const ct_profile ct_profile_##id;
CT_PROFILE_KERNELS(X)
#undef X
extern const ct_profile ct_profile_linux_2_6, ct_profile_linux_2_4;

/* => the profile of that name, or NULL. */
const ct_profile *ct_profile_find(const char *name);
/* The i-th profile, the default first; NULL past the end. */
const ct_profile *ct_profile_get(unsigned i);
/* The hash size of a machine that was set up for max entries, as the kernel would have chosen it (spec 7.1). */
uint32_t ct_profile_buckets_for_max(const ct_profile *profile, uint32_t max);

/*
 * Sizes as a machine would have them: by its memory, by the max it was set up for, by the hashsize= it was loaded with.
 * ..._by_ram and ..._by_hashsize set max, buckets and (where the kernel derives it) expect_max; ..._by_max leaves
 * expect_max alone, since raising or lowering nf_conntrack_max does, and of 0, no limit, buckets too. A later one
 * overrides; then set single sysctls.
 */
void ct_params_size_by_ram(ct_params *params, uint64_t ram_bytes);
void ct_params_size_by_max(ct_params *params, uint32_t max);
void ct_params_size_by_hashsize(ct_params *params, uint32_t buckets);

#endif
