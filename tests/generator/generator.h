/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random rulesets and packets, judged by ctreplay's own code and by the kernel of this machine. A case is a ruleset, as
 * lines of which each rule can be left out, and packets, as descriptions of which each can be left out: what differs is
 * made smaller by leaving out.
 */
#ifndef TESTS_GENERATOR_H
#define TESTS_GENERATOR_H

#include "verify/model.h"
#include "verify/random.h"

/* X(NAME, text) */
#define GEN_KIND_LIST(X) X(IPTABLES, "iptables-nft") X(LEGACY, "iptables-legacy") X(NFT, "nft")
typedef enum gen_kind {
#define X(name, text) GEN_##name,
  GEN_KIND_LIST(X)
#undef X
    GEN_KINDS
} gen_kind;
const char *gen_kind_name(gen_kind kind);

typedef struct gen_line {
  char *text;
  gboolean rule; /* may be left out */
  gboolean six;  /* for ip6tables */
  gboolean set;  /* for ipset, before the rules */
} gen_line;

enum { GEN_FLOWS = 8 };
/* The port that rules announce, and that some conversations come to. */
enum { GEN_ANNOUNCED = 7777, GEN_TFTP = 69 };

/* A conversation: who speaks with whom, before any translation. */
typedef struct gen_flow {
  guint8 family, proto, client_side; /* CT_IPV4, CT_IPV6; 0 lan, 1 wan */
  ct_tuple tuple;                    /* as the client sends it */
} gen_flow;

/* X(NAME): what a packet is. ERROR: an ICMP error about the flow's last packet of the other direction. */
#define GEN_PACKET_LIST(X) X(DATA) X(ERROR)
typedef enum gen_packet_kind {
#define X(name) GEN_PACKET_##name,
  GEN_PACKET_LIST(X)
#undef X
} gen_packet_kind;

typedef struct gen_packet {
  guint8 kind, flow, reply, flags, ttl, tos;
  gboolean bad_sum, ack;
  guint16 bytes, window;
  guint8 code;      /* ERROR */
  guint8 options;   /* of a SYN: which */
  guint8 split;     /* in two fragments, at one of the places where it can be; 0: whole */
  gboolean swapped; /* the later fragment first */
  guint8 cut;       /* so many bytes behind the IP header are all there is; 0: all are there */
  gboolean ext;     /* IPv6: with destination options */
  gint32 seq_off;   /* from what its side would send next */
  guint8 first;     /* the first byte of its payload */
} gen_packet;

typedef struct gen_case {
  guint64 seed;
  gen_kind kind;
  GArray *lines; /* gen_line */
  gen_flow flows[GEN_FLOWS];
  GArray *packets; /* gen_packet */
} gen_case;

gen_case *gen_case_new(guint64 seed, gen_kind kind, guint n_packets);
void gen_case_free(gen_case *c);
/* The ruleset as text; six: ip6tables' part. */
char *gen_case_text(const gen_case *c, gboolean six);
/* Its sets of ipset; empty: there are none. */
char *gen_case_sets(const gen_case *c);

void gen_rules_iptables(gen_case *c, verify_random *random);
void gen_rules_nft(gen_case *c, verify_random *random);
void gen_packets(gen_case *c, verify_random *random, guint n);
void gen_line_add(gen_case *c, gboolean rule, gboolean six, const char *format, ...) G_GNUC_PRINTF(4, 5);
/* One of a list of words. */
const char *gen_one_of(verify_random *random, const char *const *words);

/* ---- bytes ---- */

/* What conversations have come to: how each end is seen by the other, and what it would send next. */
typedef struct gen_talk {
  gen_flow flow;
  ct_tuple seen; /* as it arrived at the server */
  gboolean is_seen;
  guint32 seq[2];         /* what each side sends next */
  GByteArray *arrived[2]; /* the last packet that came through, by its direction: what an error quotes */
} gen_talk;

typedef struct gen_world {
  gen_talk talks[GEN_FLOWS];
} gen_world;

void gen_world_start(gen_world *world, const gen_case *c);
void gen_world_clear(gen_world *world);
/* The IP packet, or its first fragment and the rest, which is empty else. => the side it comes from. */
guint gen_packet_make(gen_world *world, const gen_packet *packet, GByteArray *out, GByteArray *rest);
/* Puts fragments that came together again, as one packet each. packets: GByteArray. */
void gen_packets_join(GPtrArray *packets);
/* It came through, as these bytes. */
void gen_packet_came(gen_world *world, const gen_packet *packet, const guint8 *bytes, gsize n);

/* ---- the kernel ---- */

typedef struct gen_box gen_box;

/* A frame as it was sent, and what came of it. */
typedef struct gen_sent {
  GByteArray *packet; /* IP */
  GByteArray *rest;   /* behind it: its other fragment; empty: there is none */
  guint side;
  gint64 time_ns;
  GPtrArray *out[2]; /* GByteArray: IP packets that came out, by side */
} gen_sent;

typedef struct gen_entry {
  verify_entry entry;
  guint32 mark;
  guint16 zone[2];
} gen_entry;

typedef struct gen_result {
  gboolean refused;     /* the rules were not taken, or could not be listed; said */
  gboolean less;        /* nft lists less of them than the kernel holds: they are not to be compared */
  char *sets;           /* as ipset saves them before the first packet; NULL: there are none */
  char *rules, *rules6; /* as the kernel has them before the first packet: JSON, or iptables-save */
  GPtrArray *sent;      /* gen_sent */
  gint64 wall_ns;       /* what time it was when the first was sent */
  char *counters;       /* the same behind the last, with counters */
  GArray *entries;      /* gen_entry */
} gen_result;

/* => NULL and error: VERIFY_ERROR_MISSING where this machine cannot. The process is in a namespace of its own then. */
gen_box *gen_box_new(GError **error);
void gen_box_free(gen_box *box);
gboolean gen_box_run(gen_box *box, const gen_case *c, gen_result *result, GError **error);
void gen_result_clear(gen_result *result);

/* ---- the judge ---- */

/*
 * Whether ctreplay says the same. what: the differences, in words; compared: how many things were. luck: they hang on
 * what the kernel has drawn at random and did not keep; then nothing is said.
 */
gboolean gen_judge(const gen_case *c, const gen_result *result, GString *what, guint64 *compared, gboolean *luck);

#endif
