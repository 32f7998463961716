/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A profile is one kernel's conntrack as data: its tables, its defaults, its rules where kernels differ. Code asks
 * the profile, never the kernel's version. Adding one: a file in profile/ and a line in profile.c. Spec 13.
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

struct ct_proto;

typedef struct ct_profile {
  const char *name; /* "linux-6.18" */
  const char *help;
  /* What it tracks: 256 by protocol number; NULL: as any other protocol, by address alone. */
  const struct ct_proto *const *trackers;
  bool ip_conntrack;                  /* sysctls and listings carry ip_conntrack names */
  bool listing_2_4;                   /* ip_conntrack's lines end in a blank, and expectations stand in the same file */
  const uint8_t (*tcp_table)[6][10];  /* [dir][index][state] => ct_tcp_state, or CT_TCP_IGNORE, CT_TCP_INVALID */
  const uint8_t (*sctp_table)[11][9]; /* [dir][chunk row][state] */
  ct_eviction eviction;
  bool udp_stream_two_seconds; /* 5.0: a UDP flow is a stream only after two seconds */
  bool sctp_init_exemption;    /* 6.18 stable: a repeated INIT tag is no new start */
  bool sctp_first_rules;       /* 2.6: tags as they were judged before heartbeats were understood */
  bool tcp_rst_needs_turn;     /* 6.18 stable: a RST answers a SYN only from the other side */
  bool tcp_loose_counts;       /* 2.6: after a pick-up so many packets of each side go unchecked, as tcp_loose says */
  bool icmpv6_mld2_untracked;  /* types 151 and 152: UNTRACKED after 6.1, INVALID before */
  bool icmp_error_to_sender;   /* an ICMP error has to go to whoever sent the packet in it (since 5.2) */
  bool icmp_errors_summed;     /* 2.4: the sum of an ICMP error is verified, and no other layer-4 sum */
  bool lengths_judged;         /* UDP's length field counts: not in 2.4 */
  bool refuses_before_look_up; /* 2.6: what a protocol's check refuses is `error` and `invalid` at once, and takes no
                                  entry */
  bool
    expectations_kept; /* up to 2.6: announced again, an expectation stays, with its time anew; later it is replaced */
  bool expectations_timeless; /* 2.4: those of FTP and TFTP have no timeout */
  bool entry_timers;    /* up to 4.8 each entry had a timer of its own: it goes at its deadline whatever --gc says */
  bool reset_closes;    /* 6.1, late 5.15: the reset that REJECT sends closes the entry */
  bool chain_limit;     /* since 5.15 a hash chain can be too long */
  bool helpers_by_port; /* up to 4.6 a helper is attached by its port; later a rule has to name it (KERNELS K7) */
  uint64_t
    tcp_flag_sets; /* bit by FIN, SYN, RST, PSH, ACK, URG as they stand in the header: what may be set together */
  void (*defaults)(ct_params *params);
  const char *const
    *missing_sysctls; /* NULL-terminated: names behind the prefix (their beginnings) that this kernel has not */
  uint32_t (*buckets_for_ram)(uint64_t ram_bytes);
  uint32_t auto_max_per_bucket; /* nf_conntrack_max when the kernel sizes itself */
  uint32_t max_per_bucket;      /* nf_conntrack_max when only the hash size is given (hashsize= at load) */
  uint32_t buckets_least;       /* no smaller hash table */
  uint32_t buckets_step;        /* the hash table is a multiple of this: whole pages */
} ct_profile;

/* A line each in profile/. */
extern const ct_profile ct_profile_linux_6_18, ct_profile_linux_6_1, ct_profile_linux_2_6, ct_profile_linux_2_4;

/* => the profile of that name, or NULL. */
const ct_profile *ct_profile_find(const char *name);
/* The i-th profile, the default first; NULL past the end. */
const ct_profile *ct_profile_get(unsigned i);
/* The hash size of a machine that was set up for max entries, as the kernel would have chosen it (spec 7.1). */
uint32_t ct_profile_buckets_for_max(const ct_profile *profile, uint32_t max);

/*
 * Sizes as a machine would have them: by its memory, by the max it was set up for, by the hashsize= it was loaded with.
 * ..._by_ram and ..._by_hashsize set max, buckets and (where the kernel derives it) expect_max; ..._by_max leaves
 * expect_max alone, since raising or lowering nf_conntrack_max does. A later one overrides; then set single sysctls.
 */
void ct_params_size_by_ram(ct_params *params, uint64_t ram_bytes);
void ct_params_size_by_max(ct_params *params, uint32_t max);
void ct_params_size_by_hashsize(ct_params *params, uint32_t buckets);

#endif
