/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules in nft's own language, as `nft list ruleset` of 1.0.6 prints them. */
#ifndef FIREWALL_NFT_TEXT_H
#define FIREWALL_NFT_TEXT_H

#include "firewall/nft/nft.h"

/* What one statement remembers: a counter's packets and bytes, a limit's tokens and last moment, what a quota has used.
 */
typedef struct fw_nft_state {
  guint64 a, b;
} fw_nft_state;

/* An element that a set has. */
typedef struct fw_nft_item {
  const guint8 *key, *data;      /* data: of elements that packets have put there */
  const fw_nft_element *element; /* NULL: packets have put it there */
  const fw_nft_statement *inner; /* statements that go with it, */
  const fw_nft_state *states;    /* and what they have come to */
  guint n_inner;
  gint64 timeout_ns, expires_ns; /* 0: never; expires_ns: a moment */
} fw_nft_item;

/* What moves, as it is at a moment: of those who let packets run (run.h). */
typedef struct fw_nft_now {
  const void *run;
  gint64 now_ns;
  const fw_nft_state *(*state)(const void *run, guint32 state);
  void (*each)(const struct fw_nft_now *now, const fw_nft_set *set,
               void (*each)(const fw_nft_item *item, gpointer user), gpointer user);
} fw_nft_now;

/* All tables of nftables. now: counters, quotas and elements as they are now; NULL: as they were written. */
void fw_nft_text_ruleset(GString *out, const fw_ruleset *ruleset, const fw_nft_now *now);
/* A rule on a line, without its end. */
void fw_nft_text_rule(GString *out, const fw_rule *rule, const fw_nft_now *now);
void fw_nft_text_statement(GString *out, const fw_nft_statement *s, const fw_nft_now *now);
void fw_nft_text_expr(GString *out, const fw_nft_expr *e);
/* "{ a, b }" */
void fw_nft_text_set(GString *out, const fw_nft_set *set, const fw_nft_now *now);
void fw_nft_text_verdict(GString *out, const fw_nft_verdict *v);
/* A counter, limit, quota, ct count: state as it is, NULL: as written. */
void fw_nft_text_stateful(GString *out, const fw_nft_statement *s, const fw_nft_state *state);
/* "filter", "mangle + 5", "-17" */
void fw_nft_text_priority(GString *out, fw_family family, const char *hook, gint32 priority);
/* The elements of a named set, with what is before and behind them; nothing where there are none. */
void fw_nft_text_elements(GString *out, const fw_nft_set *set, const fw_nft_now *now);

#endif
