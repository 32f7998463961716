/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between hostile.c, which decides on the speech of two hosts, and talk.c, which makes bytes of it.
 * No other file includes this.
 */
#ifndef VERIFY_TALK_H
#define VERIFY_TALK_H

#include "conntrack/tuple.h"
#include "verify/hostile_packets.h"
#include "verify/random.h"

/* Two hosts, and the beliefs that each of them would have if all were well. */
typedef struct verify_talk {
  verify_random random;
  verify_hostile *out;
  guint32 number;
  guint phase;
  guint8 family, proto;
  guint polite; /* percent of packets that follow the protocol */
  ct_addr addr[2];
  guint16 port[2];
  guint16 ip_id;
  guint step; /* of the script */
  /* TCP */
  guint32 next[2], edge[2]; /* next number to send; right edge of the window the other side granted */
  guint32 last_seq[2];
  guint8 scale[2];
  /* SCTP */
  guint32 tag[2];
  /* for ICMP errors: the packet sent last in each direction */
  guint8 sent[2][160];
  guint sent_bytes[2];
} verify_talk;

/* Layer 4 as it is to be; fields that no function below sets lie as it says. */
typedef enum { VERIFY_SUM_RIGHT, VERIFY_SUM_WRONG, VERIFY_SUM_ZERO } verify_sum_kind;

typedef struct verify_segment {
  guint32 seq, ack;
  guint16 window;
  guint8 flags;
  guint payload;
  verify_sum_kind sum;
} verify_segment;

static inline guint32 below(verify_talk *talk, guint32 n) { return verify_random_below(&talk->random, n); }
static inline gboolean chance(verify_talk *talk, guint percent)
{
  return verify_random_percent(&talk->random, percent);
}

/* Puts n random bytes behind. */
void verify_talk_bytes(verify_talk *talk, GByteArray *out, guint n);
void verify_talk_tcp_options(verify_talk *talk, const verify_segment *segment, guint dir, GByteArray *out);
void verify_talk_tcp(verify_talk *talk, const verify_segment *segment, guint dir, GByteArray *out);
void verify_talk_udp(verify_talk *talk, guint dir, GByteArray *out);
void verify_talk_udplite(verify_talk *talk, guint dir, GByteArray *out);
void verify_talk_echo(verify_talk *talk, guint8 type, guint8 code, GByteArray *out);
/* An error about `about`, n bytes of it. */
void verify_talk_icmp_error(verify_talk *talk, guint8 type, guint8 code, const guint8 *about, guint n, GByteArray *out);
/* An ICMPv6 redirect about `about`, with or without the option that carries it. */
void verify_talk_redirect(verify_talk *talk, const guint8 *about, guint n, GByteArray *out);
void verify_talk_gre(verify_talk *talk, guint dir, GByteArray *out);
/* Sum over finished SCTP bytes. */
void verify_talk_sctp_sum(GByteArray *sctp, verify_sum_kind sum);
/* The ICMP sum, when the addresses are known. */
void verify_talk_icmp_sum(const verify_talk *talk, const ct_addr *src, const ct_addr *dst, GByteArray *icmp,
                          verify_sum_kind sum);

/* Wraps layer 4 into IP, in one piece or several, and appends it to the talk's packets. */
void verify_talk_send(verify_talk *talk, const ct_addr *src, const ct_addr *dst, guint8 proto, const GByteArray *l4);

#endif
