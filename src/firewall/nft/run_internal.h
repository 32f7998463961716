/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The insides of a run. */
#ifndef FIREWALL_NFT_RUN_INTERNAL_H
#define FIREWALL_NFT_RUN_INTERNAL_H

#include "firewall/nft/run.h"
#include "firewall/nft/value.h"
#include "firewall/target/data.h"
#include "firewall/walk/facts.h"
#include "firewall/walk/memory.h"
#include "firewall/walk/tests.h"

#define FW_NFT_NS_PER_S G_GINT64_CONSTANT(1000000000)

typedef struct fw_nft_live fw_nft_live;

/* A connection that `ct count` has in its list. */
typedef struct fw_nft_count {
  GArray *members; /* fw_counted, in the order in which they came */
  guint64 walked;  /* the jiffy in which all were looked through */
} fw_nft_count;

struct fw_nft_run {
  const fw_nft_ruleset *nft;
  fw_nft_state *states;
  fw_nft_live **lives;            /* by fw_nft_set.number */
  GHashTable *ends;               /* fw_nft_end* by rule and verdict */
  GHashTable *logs;               /* fw_nft_statement* => fw_rule* */
  GHashTable *timeouts;           /* fw_nft_object* => gint64*, by ct_timeout */
  GPtrArray *counts;              /* fw_nft_count*; a state's `a` is the number + 1 */
  GArray *free_counts;            /* guint32: numbers of those that nobody has any more */
  guint8 *assumed;                /* by a statement's state: 1 no, 2 yes; 0: nothing is assumed of it */
  guint failed;                   /* the statement of the rule gone through last */
  const fw_nft_verdict *verdict;  /* what a map said to it; NULL: its own end */
  const fw_nft_statement *reject; /* the answer that it asks for; NULL: none */
  const fw_nft_statement *translates;
  gboolean passes; /* it would translate, but not packets of this family */
  gboolean opens;  /* a map of verdicts was asked with what nobody knows */
  fw_nat nat;      /* what that comes to */
  gboolean six;    /* to a packet of IPv6 */
};

/* A value, and which of its bits nobody knows: of a mark at most. */
typedef struct fw_nft_value {
  guint8 bytes[FW_NFT_VALUE_MOST];
  guint n;
  guint32 unknown;
} fw_nft_value;

/* => NO: it cannot be read, and the rule ends ("break"); UNKNOWN: nobody knows it. */
fw_truth fw_nft_value_of(fw_program *program, fw_packet *p, const fw_nft_expr *e, fw_nft_value *v);
fw_truth fw_nft_payload_value(fw_program *program, const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v);
fw_truth fw_nft_exthdr_value(const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v);
fw_truth fw_nft_option_value(const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v);
fw_truth fw_nft_ip_option_value(const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v);
fw_truth fw_nft_chunk_value(const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v);
/* n_bits of a packet, offset_bits behind its byte base. => NO: they are not in it. */
fw_truth fw_nft_bits_value(const fw_packet *p, guint32 base, guint32 offset_bits, guint n_bits, fw_nft_value *v);
fw_truth fw_nft_meta_value(fw_program *program, const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v);
fw_truth fw_nft_ct_value(fw_program *program, const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v);
fw_truth fw_nft_fib_value(fw_program *program, const fw_packet *p, const fw_nft_expr *e, fw_nft_value *v);
static inline void fw_nft_value_number(fw_nft_value *v, guint64 number, guint n_bytes)
{
  v->n = n_bytes;
  v->unknown = 0;
  fw_nft_number_put(number, v->bytes, n_bytes);
}

/* Whether the packet is of the protocol that a field needs. */
fw_truth fw_nft_field_is_there(const fw_packet *p, const fw_nft_field *field);

/* ---- sets ---- */

/* What a key leads to; valid until the set changes. */
typedef struct fw_nft_found {
  const fw_nft_element *element; /* NULL: packets have put it there */
  guint8 *data;                  /* of those */
  guint n_data;
  const fw_nft_verdict *verdict;
  fw_nft_state *states;
  const fw_nft_statement *inner;
  guint n_inner;
} fw_nft_found;

/* most_inner: statements of an element that a rule puts there, at most. */
fw_nft_live *fw_nft_live_new(fw_program *program, const fw_nft_set *set, guint most_inner);
void fw_nft_live_free(fw_nft_live *live);
/* => NO: not in it; UNKNOWN: nobody knows. */
fw_truth fw_nft_live_find(fw_program *program, const fw_nft_set *set, const fw_nft_value *key, fw_nft_found *found);
/* A statement's add, update or delete. => NO: the rule ends. */
fw_truth fw_nft_live_op(fw_program *program, fw_packet *p, const fw_nft_statement *s);
/* As fw_nft_now has them. */
void fw_nft_live_each(const fw_nft_now *now, const fw_nft_set *set,
                      void (*each)(const fw_nft_item *item, gpointer user), gpointer user);
/* The value that an expression of a set's shape says from ... to, for elements. => FALSE: it is no constant. */
gboolean fw_nft_bounds(const fw_nft_expr *e, guint8 *from, guint8 *to);

/* ---- statements ---- */

/* What a statement remembers, as it is when its rule is loaded, or its element put in. */
void fw_nft_state_start(fw_program *program, const fw_nft_statement *s, fw_nft_state *state);
/*
 * counter, limit, quota, ct count: asked and counted with what it remembers; any other is YES. => NO: the rule ends.
 * Where it is not known whether the packet comes here (program->maybe), nothing is counted, and all but a counter are
 * UNKNOWN. _all: those of an element, to the first that is not YES, whose answer it is.
 */
fw_truth fw_nft_stateful(fw_program *program, fw_packet *p, const fw_nft_statement *s, fw_nft_state *state);
fw_truth fw_nft_all_stateful(fw_program *program, fw_packet *p, const fw_nft_found *found);
/* The statement's element has gone. */
void fw_nft_state_end(fw_nft_run *run, const fw_nft_statement *s, fw_nft_state *state);
void fw_nft_count_free(gpointer count);
fw_truth fw_nft_mangle(fw_program *program, fw_packet *p, const fw_nft_statement *s);
/* "reset tcp option". */
fw_truth fw_nft_strip(fw_program *program, fw_packet *p, const fw_nft_statement *s);
/* A translation's address and ports, into the run. */
fw_truth fw_nft_translate(fw_program *program, fw_packet *p, const fw_nft_statement *s);
/* notrack, ct helper, ct timeout, ct expectation. */
fw_truth fw_nft_track(fw_program *program, fw_packet *p, const fw_nft_statement *s);
/* The object that a statement names, by itself or by a map. */
fw_truth fw_nft_object_of(fw_program *program, fw_packet *p, const fw_nft_statement *s, const char *kind,
                          const fw_nft_object **object);

#endif
