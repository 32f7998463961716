/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet's walk through one built-in chain and what it jumps to (RULES 4, 1.5). */
#ifndef FIREWALL_WALK_WALK_H
#define FIREWALL_WALK_WALK_H

#include "firewall/walk/program.h"

typedef struct fw_frame {
  guint32 chain, next; /* rule to go on with */
  gboolean maybe;      /* the jump was unknown, and from here on nothing is any more */
} fw_frame;

/* X(NAME, text) */
#define FW_VERDICT_LIST(X) X(NONE, "none") X(ACCEPT, "accept") X(DROP, "drop") X(REJECT, "reject") X(UNKNOWN, "unknown")
typedef enum fw_verdict {
#define X(name, text) FW_VERDICT_##name,
  FW_VERDICT_LIST(X)
#undef X
} fw_verdict;
const char *fw_verdict_name(fw_verdict verdict);

typedef struct fw_decision {
  fw_verdict verdict;
  gboolean hotdrop;      /* the rule's match dropped it, not its target */
  const fw_chain *chain; /* in which it was said; of a policy the built-in one */
  const fw_rule *rule;   /* NULL: the policy */
  /* UNKNOWN, or a verdict that is the same either way: the first rule of which nobody knows. */
  const fw_rule *unknown;
  const fw_match *unknown_match; /* NULL: its target, or a plain test */
  guint unknown_test;            /* FW_TEST_: that plain test; 0: its target */
  gboolean translated;           /* by a nat rule */
} fw_decision;

/* How a rule that held went on, and what else is told about a walk. */
typedef enum fw_walk_event {
  FW_WALK_RULE,   /* a rule that held; with step */
  FW_WALK_PASSED, /* a rule that did not hold; failed says at what */
  FW_WALK_UNKNOWN,
  FW_WALK_HOTDROP,
  FW_WALK_BROKEN, /* behind RULE, of the same step: its target cannot change such a packet, and drops it */
  FW_WALK_RETURN, /* the implicit end of a user chain */
  FW_WALK_POLICY
} fw_walk_event;

/* What failed: one of FW_TEST_ (plain), or FW_FAILED_MATCH + its number. */
enum { FW_FAILED_NOTHING = 0, FW_FAILED_MATCH = 1 << 8 };

typedef struct fw_walk_said {
  fw_walk_event event;
  const fw_chain *chain;
  const fw_step *step; /* NULL: RETURN, POLICY */
  guint failed;
  gboolean maybe;
} fw_walk_said;

typedef struct fw_walk_watcher {
  void (*said)(const fw_walk_said *said, const fw_packet *p, gpointer user);
  gboolean passed; /* of rules that do not hold, too */
  gpointer user;
} fw_walk_watcher;

/* A rule that held, and whether it counts is no question. */
static inline void fw_walk_count(fw_program *program, const fw_packet *p, const fw_rule *rule)
{
  fw_hits *hits = &program->hits[rule->serial];

  if (hits->packets++ == 0) {
    hits->first_ns = program->now_ns;
    hits->first_packet = p->raw->number;
  }
  hits->counters.packets++;
  hits->counters.bytes += p->raw->length;
  hits->last_ns = program->now_ns;
  hits->last_packet = p->raw->number;
  if (G_UNLIKELY(program->counted != NULL))
    program->counted(p, rule, program->counted_user);
}

/*
 * A packet through one built-in chain and all that it jumps to; chain: its number in fw_program.chains. *decision is
 * what the chain says; what rules count, remember and change is done. watcher: NULL where nobody listens.
 */
void fw_walk(fw_program *program, fw_packet *p, guint chain, const fw_walk_watcher *watcher, fw_decision *decision);
/*
 * One chain behind the other, while each says at once what becomes of a packet. => how many have: *decision is that of
 * the last of them, and a drop ends it. The next one takes the whole walk: fw_walk_in_full.
 */
guint fw_walk_at_once(fw_program *program, const fw_packet *p, fw_walk_chain *const *chains, guint n,
                      fw_decision *decision);
void fw_walk_in_full(fw_program *program, fw_packet *p, guint chain, const fw_walk_watcher *watcher,
                     fw_decision *decision);

#endif
