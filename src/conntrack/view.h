/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Value copies of what the engine holds: all that sinks ever see. A view stays true to its moment whatever the engine
 * does next.
 */
#ifndef CT_VIEW_H
#define CT_VIEW_H

#include "conntrack/reason.h"
#include "conntrack/status.h"
#include "conntrack/tuple.h"

typedef struct ct_tcp_side_view {
  uint32_t end, max_end, max_window, max_ack;
  uint8_t scale, flags;
} ct_tcp_side_view;

/* How far a helper has moved one direction's sequence numbers (NAT 12): before a position and behind it. */
typedef struct ct_seqadj {
  uint32_t position;
  int32_t before, after;
} ct_seqadj;

/* The 128 labels of an entry: n is bit n % 32 of [n / 32]. */
enum { CT_LABELS = 128 };
typedef struct ct_labels {
  uint32_t words[CT_LABELS / 32];
} ct_labels;

static inline bool ct_labels_have(const ct_labels *labels, unsigned n) { return labels->words[n / 32] >> n % 32 & 1; }
static inline bool ct_labels_any(const ct_labels *labels)
{
  return (labels->words[0] | labels->words[1] | labels->words[2] | labels->words[3]) != 0;
}

typedef struct ct_view {
  uint64_t id; /* creation order of confirmed entries, from 1: the connection number people see */
  ct_tuple tuple[2];
  uint32_t status; /* CT_STATUS_* */
  uint8_t state;   /* ct_tcp_state, ct_sctp_state or ct_dccp_state; 0 for others */
  bool counted;    /* nf_conntrack_acct was on at creation: packets and bytes are meaningful */
  uint8_t timeout; /* ct_timeout that the deadline was last set by, or CT_TIMEOUT_OF_* */
  bool has_master;
  bool inferred;       /* its reply tuple is how its packets were seen to leave */
  uint8_t zone_way;    /* 1 << ct_dir: its zone is that direction's alone, and has the number 0; else 0 */
  int64_t deadline_ns; /* absolute */
  int64_t timeout_ns;  /* rest, from the engine's clock at the view's moment; 0 if past */
  int64_t idle_ns;     /* since the deadline was last renewed; 0 where a helper or a user set it */
  int64_t created_ns;  /* confirmed at */
  int64_t ended_ns;    /* in DESTROY events: when (the nominal deadline for an expired one) */
  uint64_t packets[2], bytes[2];
  uint32_t mark, secmark;
  ct_labels labels;
  ct_seqadj seqadj[2]; /* where status has SEQ_ADJUST */
  const char *helper;  /* static name, or NULL */
  uint64_t master_id;
  ct_tuple master_tuple; /* original tuple of the master, where has_master */
  const char
    *expected_helper; /* where has_master: the master's helper, what announced this child ("PORT"), in which packet */
  const char *expected_by;
  uint64_t expected_by_packet;
  uint32_t use; /* 1 + children */
  struct {
    ct_tcp_side_view side[2];
    uint8_t last_dir, last_index, last_flags, last_scale, retrans;
    uint16_t last_window;
    uint32_t last_seq, last_ack, last_end;
  } tcp;
  uint32_t sctp_vtag[2];
  uint32_t gre_timeout_s[2];
} ct_view;

typedef enum { CT_EXPECT_PERMANENT = 1, CT_EXPECT_INACTIVE = 2, CT_EXPECT_USERSPACE = 4 } ct_expect_flags;

typedef struct ct_expect_view {
  uint64_t id;
  ct_tuple tuple, mask; /* mask: source address and id; destination and protocol are always exact */
  uint64_t master_id;
  ct_tuple master_tuple;
  int64_t deadline_ns, timeout_ns; /* timeout may be negative: the kernel's wheel fires late (spec 8.1) */
  uint32_t flags;
  uint32_t class_number;
  const char *class_name; /* "" where the policy class has no name */
  const char *helper;     /* of the expecting helper; static */
  uint64_t made_by_packet;
  const char *made_by; /* what announced it: "PORT", "227", ...; static */
  /* Of a translated master: which of its directions is expected, and what the destination becomes; fn is the kernel's
     name for how, "" for none. */
  bool translated;
  uint8_t nat_dir; /* ct_dir */
  ct_addr saved;   /* zero: the master's own */
  uint16_t saved_id;
  const char *fn;
} ct_expect_view;

#endif
