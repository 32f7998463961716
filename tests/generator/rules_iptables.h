/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of a random ruleset of iptables know of the rule that is being written. */
#ifndef TESTS_GENERATOR_RULES_IPTABLES_H
#define TESTS_GENERATOR_RULES_IPTABLES_H

#include "generator.h"

enum { IPT_USER_CHAINS = 3 };

typedef struct ipt_making {
  gen_case *c;
  verify_random *r;
  gboolean six, table_is_nat;
  const char *table, *chain; /* chain: of the base chains that a rule may be reached from, or a user chain */
  guint user;                /* of a user chain: its number; IPT_USER_CHAINS: a base chain */
  guint serial;              /* of names that must not be shared */
  gboolean resets;           /* this ruleset rejects by resets */
  gboolean sets;             /* there are sets */
} ipt_making;

static inline guint below(ipt_making *m, guint n) { return verify_random_below(m->r, n); }
static inline gboolean percent(ipt_making *m, guint n) { return verify_random_percent(m->r, n); }
#define ONE_OF(m, ...) gen_one_of((m)->r, (const char *const[]){ __VA_ARGS__, NULL })
static inline const char *no(ipt_making *m) { return percent(m, 20) ? "! " : ""; }
static inline gboolean is(const ipt_making *m, const char *table) { return g_str_equal(m->table, table); }

/* ---- parts: each appends to a rule ---- */

void ipt_put_address(ipt_making *m, GString *out, char way);
void ipt_put_protocol(ipt_making *m, GString *out);
void ipt_put_matches(ipt_making *m, GString *out);
/* The end of a rule of table nat. */
void ipt_put_nat(ipt_making *m, GString *out);
/* The sets of a family, before all rules. */
void ipt_put_sets(ipt_making *m);
void ipt_put_set_match(ipt_making *m, GString *out);
void ipt_put_set_target(ipt_making *m, GString *out);

#endif
