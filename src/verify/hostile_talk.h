/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between hostile.c, which decides what two hosts say to each other, and hostile_build.c, which makes bytes of it.
 * Nobody else includes this.
 */
#ifndef VERIFY_HOSTILE_TALK_H
#define VERIFY_HOSTILE_TALK_H

#include "conntrack/tuple.h"
#include "hostile.h"

/* Two hosts, and what each of them would believe if all were well. */
typedef struct hostile_talk {
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
  /* for ICMP errors: what was sent last in each direction */
  guint8 sent[2][160];
  guint sent_bytes[2];
} hostile_talk;

/* Layer 4 as it is to be: what is not set by a function below lies as it says. */
typedef enum { HOSTILE_SUM_RIGHT, HOSTILE_SUM_WRONG, HOSTILE_SUM_ZERO } hostile_sum;

typedef struct hostile_segment {
  guint32 seq, ack;
  guint16 window;
  guint8 flags;
  guint payload;
  hostile_sum sum;
} hostile_segment;

#define BELOW(talk, n) verify_random_below(&(talk)->random, (n))
#define CHANCE(talk, percent) verify_random_percent(&(talk)->random, (percent))

/* Puts n random bytes behind. */
void hostile_bytes(hostile_talk *talk, GByteArray *out, guint n);
void hostile_tcp_options(hostile_talk *talk, const hostile_segment *segment, guint dir, GByteArray *out);
void hostile_tcp(hostile_talk *talk, const hostile_segment *segment, guint dir, GByteArray *out);
void hostile_udp(hostile_talk *talk, guint dir, GByteArray *out);
void hostile_udplite(hostile_talk *talk, guint dir, GByteArray *out);
void hostile_echo(hostile_talk *talk, guint8 type, guint8 code, GByteArray *out);
/* An error about `about`, n bytes of it. */
void hostile_icmp_error(hostile_talk *talk, guint8 type, guint8 code, const guint8 *about, guint n, GByteArray *out);
/* An ICMPv6 redirect about `about`, with or without the option that carries it. */
void hostile_redirect(hostile_talk *talk, const guint8 *about, guint n, GByteArray *out);
void hostile_gre(hostile_talk *talk, guint dir, GByteArray *out);
/* Sum over finished SCTP bytes. */
void hostile_sctp_sum(GByteArray *sctp, hostile_sum sum);
/* The ICMP sum, when the addresses are known. */
void hostile_icmp_sum(const hostile_talk *talk, const ct_addr *src, const ct_addr *dst, GByteArray *icmp,
                      hostile_sum sum);

/* Wraps layer 4 into IP, in one piece or several, and appends it to the talk's packets. */
void hostile_send(hostile_talk *talk, const ct_addr *src, const ct_addr *dst, guint8 proto, const GByteArray *l4);

#endif
