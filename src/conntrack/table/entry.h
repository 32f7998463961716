/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An entry of the table: 128 bytes, two cache lines, whose number is the same while it lives; its address may change
 * when the slab grows (table.h). What few entries need (master, helper, mark, timeouts of its own) stands in an
 * extension (ext.h); IPv6 addresses in a slab of their own; zones, and replies that are not the inverse of the
 * original, in the entry's key (table.h).
 *
 * The first line holds what every packet reads (key, deadline, TCP windows), the second what is written now and then.
 * Internal to src/conntrack.
 */
#ifndef CT_ENTRY_H
#define CT_ENTRY_H

#include "conntrack/engine.h"

enum { CT_ENTRY_ID_BITS = 48 };

/* ct_entry.traits */
enum {
  CT_ENTRY_IPV6 = 1 << 0, /* addr[0] is the number of its record in the IPv6 slab, addr[1] a hash of both addresses */
  CT_ENTRY_ICMP = 1 << 1, /* ids are ICMP's: only the request's tuple is ever looked up */
  CT_ENTRY_COUNTED = 1 << 2,  /* nf_conntrack_acct was on at creation */
  CT_ENTRY_NOTED = 1 << 3,    /* scratch mark of ct_timer_compact; clear at all other times */
  CT_ENTRY_KEYED = 1 << 4,    /* the tuple of its reply stands in its key, or its alias says it */
  CT_ENTRY_INFERRED = 1 << 5, /* no rule has translated it: so its packets were seen to leave */
  CT_ENTRY_ZONED = 1 << 6,    /* with KEYED: and so does the zone of its original tuple, which is not 0 */
  CT_ENTRY_ALONE = 1 << 7     /* until it is confirmed: its first packet has found that no other has its tuples */
};

/* Per direction, spec 5.4. */
typedef struct ct_tcp_side {
  uint32_t end, max_end, max_window, max_ack;
} ct_tcp_side;

enum {
  CT_TCP_FLAG_WINDOW_SCALE = 0x01,
  CT_TCP_FLAG_SACK_PERM = 0x02,
  CT_TCP_FLAG_CLOSE_INIT = 0x04,
  CT_TCP_FLAG_BE_LIBERAL = 0x08,
  CT_TCP_FLAG_DATA_UNACKNOWLEDGED = 0x10,
  CT_TCP_FLAG_MAXACK_SET = 0x20,
  CT_TCP_FLAG_EXP_CHALLENGE_ACK = 0x40, /* in last_flags only, as the next */
  CT_TCP_FLAG_SIMULTANEOUS_OPEN = 0x80
};

typedef struct ct_tcp {
  ct_tcp_side side[2];
  uint8_t scale[2];
  uint8_t flags[2];
  uint32_t last_seq;
  union {
    uint32_t last_ack;
    uint32_t handshake_ack; /* 2.4: what the client's ACK has to acknowledge for the entry to be ASSURED */
  };
  uint32_t last_end;
  uint16_t last_window;
  union {
    struct {
      uint8_t last_scale, last_flags;
    };
    uint8_t unchecked[2]; /* 2.6: so many packets of each side are still let in after a pick-up */
  };
  uint8_t last_dir, last_index;
  uint8_t retrans;
  uint8_t timeout; /* ct_timeout that the deadline was last set by */
} ct_tcp;

typedef struct ct_sctp {
  uint32_t vtag[2];
  uint8_t init[2];
  uint8_t last_dir, flags;
  uint8_t
    timeout; /* ct_timeout that the deadline was last set by: a refused packet's chunks may move the state alone */
} ct_sctp;

typedef struct ct_dccp {
  uint64_t handshake_seq; /* of the response */
  uint8_t client;         /* which direction sends as the client */
  uint8_t last_dir, last_type;
} ct_dccp;

/* 48 bits each: 281 terabytes and as many packets in one direction of one connection. */
typedef struct ct_counter {
  uint32_t packets_low, bytes_low;
  uint16_t packets_high, bytes_high;
} ct_counter;

struct ct_entry {
  uint32_t addr[2]; /* original source, destination; network order */
  uint16_t port[2]; /* original source id, destination id */
  uint8_t proto;
  uint8_t traits;
  uint16_t status;     /* CT_STATUS_* */
  int64_t deadline_ns; /* absolute; the one meaning, whatever the timer structures hold */
  union {
    ct_tcp tcp;
    ct_sctp sctp;
    ct_dccp dccp;
    uint32_t icmp_requests; /* up to 2.6: those without an answer */
    int64_t udp_stream_ns;  /* UDP: a stream once the clock has passed this */
  } l4;
  ct_counter counter[2];
  uint64_t state : 8;             /* ct_tcp_state, ct_sctp_state, ct_dccp_state */
  uint64_t alias : 8;             /* table.h: what its key would say, in short; 0: nothing is said so */
  uint64_t id : CT_ENTRY_ID_BITS; /* creation order of confirmed entries, from 1; 0: free or not confirmed */
  int64_t created_ns;             /* confirmed at */
  union {
    uint32_t armed_tick; /* the timing wheel's tick at which it will look at this entry; timer.c */
    uint32_t last_seen;  /* where a keeper (keeper.h) needs no wheel: when the last packet came, in packets */
  };
  uint32_t ext; /* number of its extension; 0: none */
};

_Static_assert(sizeof(struct ct_entry) == 128, "an entry is two cache lines");

static inline uint64_t ct_counter_packets(const ct_counter *c)
{
  return (uint64_t)c->packets_high << 32 | c->packets_low;
}
static inline uint64_t ct_counter_bytes(const ct_counter *c) { return (uint64_t)c->bytes_high << 32 | c->bytes_low; }
static inline void ct_counter_add(ct_counter *c, uint32_t bytes)
{
  if (__builtin_expect(++c->packets_low == 0, 0))
    c->packets_high++;
  if (__builtin_expect(__builtin_add_overflow(c->bytes_low, bytes, &c->bytes_low), 0))
    c->bytes_high++;
}

#endif
