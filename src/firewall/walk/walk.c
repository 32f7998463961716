/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/walk.h"

#include <stddef.h>
#include <string.h>

#include "firewall/match/data.h"
#include "firewall/nft/run.h"
#include "firewall/walk/index.h"
#include "firewall/walk/quick.h"
#include "firewall/walk/tests.h"

const char *fw_verdict_name(fw_verdict verdict)
{
  static const char *const names[] = {
#define X(name, text) text,
    FW_VERDICT_LIST(X)
#undef X
  };

  return names[verdict];
}

/* -- does a rule hold -- */

static gboolean addresses_hold(const fw_packet *p, const fw_step *s, guint *failed)
{
  const fw_tests *t = s->rule->tests;

  if (s->given & FW_TEST_SOURCE &&
      fw_address_under(&p->source, &t->source, &t->source_mask) == ((s->invert & FW_TEST_SOURCE) != 0)) {
    *failed = FW_TEST_SOURCE;
    return FALSE;
  }
  if (s->given & FW_TEST_DESTINATION && fw_address_under(&p->destination, &t->destination, &t->destination_mask) ==
                                          ((s->invert & FW_TEST_DESTINATION) != 0)) {
    *failed = FW_TEST_DESTINATION;
    return FALSE;
  }
  return TRUE;
}

static fw_truth interface_holds(const fw_interface_name *name, guint32 pattern, gboolean invert)
{
  if (!name->known && name->holds[pattern] != 0)
    return FW_UNKNOWN;
  return fw_truth_of((name->holds[pattern] != 0) != invert);
}

static inline fw_truth plain_tests(const fw_packet *p, const fw_step *s, guint *failed)
{
  fw_truth truth = FW_YES, one;

  if (s->given & (FW_TEST_SOURCE | FW_TEST_DESTINATION) && !addresses_hold(p, s, failed))
    return FW_NO;
  if (s->given & FW_TEST_IN) {
    one = interface_holds(p->in, s->in, (s->invert & FW_TEST_IN) != 0);
    if (one != FW_YES) {
      *failed = FW_TEST_IN;
      truth = one;
    }
    if (one == FW_NO)
      return one;
  }
  if (s->given & FW_TEST_OUT) {
    one = interface_holds(p->out, s->out, (s->invert & FW_TEST_OUT) != 0);
    if (one != FW_YES) {
      *failed = FW_TEST_OUT;
      truth = one;
    }
    if (one == FW_NO)
      return one;
  }
  if (s->given & FW_TEST_PROTOCOL) {
    if (G_UNLIKELY(p->broken || p->protocolless)) {
      *failed = FW_TEST_PROTOCOL;
      return p->broken ? FW_HOTDROP : FW_NO;
    }
    if ((p->protocol == s->protocol) == ((s->invert & FW_TEST_PROTOCOL) != 0)) {
      *failed = FW_TEST_PROTOCOL;
      return FW_NO;
    }
  }
  if (s->given & FW_TEST_FRAGMENT && (p->fragment != 0) == ((s->invert & FW_TEST_FRAGMENT) != 0)) {
    *failed = FW_TEST_FRAGMENT;
    return FW_NO;
  }
  return truth;
}

/* What the first match that a step's own fields do not ask has said. */
typedef struct first_word {
  gboolean asked;
  fw_truth truth;
} first_word;

/*
 * failed: of FW_NO, FW_HOTDROP and FW_UNKNOWN, what made it so, in the numbers of the step's tests. quick: what the
 * step's own fields were asked for already, and did not refuse. A match that has been asked is not asked again: it may
 * remember.
 */
static inline fw_truth step_holds(fw_program *program, fw_packet *p, const fw_step *s, guint quick, first_word first,
                                  guint *failed)
{
  const fw_test *tests = program->tests + s->tests;
  gboolean maybe = program->maybe;
  fw_truth truth = FW_YES;
  guint i;

  if (s->plain != 0 || (s->quick & FW_QUICK_PLAIN & ~quick) != 0) {
    truth = plain_tests(p, s, failed);
    if (truth == FW_NO || truth == FW_HOTDROP)
      return truth;
  }
  program->maybe |= truth == FW_UNKNOWN;
  for (i = fw_quick_matches(p, s, quick) ? s->n_quick : 0; i < s->n_tests; i++) {
    fw_truth one = first.asked ? first.truth : tests[i].holds(program, p, &tests[i]);

    first.asked = FALSE;
    if (G_LIKELY(one == FW_YES) || (truth == FW_UNKNOWN && one != FW_NO))
      continue;
    *failed = FW_FAILED_MATCH + i;
    truth = one;
    if (truth != FW_UNKNOWN)
      break;
    program->maybe = TRUE; /* what remembers may not, where nobody knows if it is reached */
  }
  program->maybe = maybe;
  return truth;
}

/* -- the walk -- */

enum { JUMPS_MOST = 1 << 20 };

typedef struct walk {
  fw_program *program;
  fw_packet *p;
  const fw_walk_watcher *watcher;
  fw_decision *decision;
  guint32 chain, next, base;
  guint depth;
  guint32 jumps; /* bounded: chains that jump twice to the next one double the way with each */
  gboolean maybe_accept, maybe_drop, open; /* open: it cannot be told where a walk would have gone on */
  guint quick;                             /* what steps' own fields may be asked of this packet */
  gboolean found;                          /* lists are those of the chain, and stand no further than next */
  first_word first;                        /* of the rule that was found */
  fw_index_walk lists;
} walk;

static void say(const walk *w, fw_walk_event event, const fw_step *step, guint failed)
{
  fw_walk_said said = { event, w->program->chains[w->chain].chain, step, failed, w->program->maybe };

  if (event != FW_WALK_PASSED || w->watcher->passed)
    w->watcher->said(&said, w->p, w->watcher->user);
}

static void note_unknown(walk *w, const fw_step *step, guint failed)
{
  if (w->decision->unknown != NULL)
    return;
  w->decision->unknown = step->rule;
  if (failed >= FW_FAILED_MATCH)
    w->decision->unknown_match = &step->rule->matches[failed - FW_FAILED_MATCH];
  else
    w->decision->unknown_test = failed;
}

static void decide(walk *w, fw_verdict verdict, const fw_step *step)
{
  w->decision->verdict = verdict;
  w->decision->rule = step != NULL ? step->rule : NULL;
  w->decision->chain = w->program->chains[w->chain].chain;
}

/* Back to the caller. => FALSE: there is none, the policy decides. */
static gboolean pop(walk *w)
{
  const fw_frame *frame;

  if (w->depth == 0)
    return FALSE;
  frame = &w->program->stack[--w->depth];
  w->chain = frame->chain;
  w->next = frame->next;
  w->found = FALSE;
  w->program->maybe = frame->maybe;
  return TRUE;
}

static void enter(walk *w, guint32 chain)
{
  w->chain = chain;
  w->next = 0;
  w->found = FALSE;
}

static void push(walk *w, gboolean maybe)
{
  w->jumps++;
  w->program->stack[w->depth++] = (fw_frame){ w->chain, w->next, w->program->maybe };
  w->program->maybe |= maybe;
}

/* Out of all that was perhaps never entered. */
static void pop_maybe(walk *w)
{
  while (w->program->maybe && pop(w))
    continue;
}

/* Whether a rule before, of which nobody knows, may have said the opposite: then nobody came here for certain. */
static gboolean is_contested(const walk *w, gboolean accepts)
{
  return w->open || (accepts ? w->maybe_drop : w->maybe_accept);
}

static void policy(walk *w)
{
  fw_walk_chain *base = &w->program->chains[w->base];
  gboolean accepts = base->chain->policy != FW_POLICY_DROP;

  w->chain = w->base;
  if (!is_contested(w, accepts)) {
    base->counters.packets++;
    base->counters.bytes += w->p->raw->length;
  }
  decide(w, accepts ? FW_VERDICT_ACCEPT : FW_VERDICT_DROP, NULL);
  if (w->watcher != NULL)
    say(w, FW_WALK_POLICY, NULL, 0);
}

/* A rule of which nobody knows whether it holds, or one that does in a chain of which nobody knows. */
static void perhaps(walk *w, const fw_step *step, gboolean unknown)
{
  gboolean maybe = w->program->maybe;

  switch (step->end) {
  case FW_END_NEXT:
    w->program->maybe = TRUE;
    if (step->act != NULL)
      step->act(w->program, w->p, step);
    w->program->maybe = maybe;
    return;
  case FW_END_JUMP:
    push(w, unknown);
    enter(w, step->chain);
    return;
  case FW_END_ACCEPT:
  case FW_END_NAT:
  case FW_END_QUEUE: w->maybe_accept = TRUE; break;
  case FW_END_DROP:
  case FW_END_REJECT: w->maybe_drop = TRUE; break;
  default: w->open = TRUE; break;
  }
  if (!unknown)
    pop_maybe(w);
}

/* A rule that holds counts where the packet came to it for certain, or is given the same verdict in any case. */
static gboolean is_certain(const walk *w, const fw_step *step)
{
  switch (step->end) {
  case FW_END_ACCEPT:
  case FW_END_QUEUE:
  case FW_END_NAT: return !is_contested(w, TRUE);
  case FW_END_DROP:
  case FW_END_REJECT: return !is_contested(w, FALSE);
  default: return !w->open && !w->maybe_accept && !w->maybe_drop;
  }
}

/* The packet has other addresses or ports than before. */
static void find_again(walk *w)
{
  w->found = FALSE;
  if (w->quick != 0)
    w->quick = fw_quick_of(w->p);
}

/* => TRUE: the walk has ended. */
static gboolean act(walk *w, const fw_step *step)
{
  guint8 readings;

  switch (step->end) {
  case FW_END_NEXT:
    if (step->act == NULL)
      return FALSE;
    readings = w->p->readings;
    if (!step->act(w->program, w->p, step)) {
      if (w->watcher != NULL)
        say(w, FW_WALK_BROKEN, step, 0);
      decide(w, FW_VERDICT_DROP, step);
      return TRUE;
    }
    if (G_UNLIKELY(w->p->readings != readings))
      find_again(w);
    return FALSE;
  case FW_END_ACCEPT:
  case FW_END_QUEUE: decide(w, FW_VERDICT_ACCEPT, step); return TRUE;
  case FW_END_NAT:
    decide(w, FW_VERDICT_ACCEPT, step);
    w->decision->translated = TRUE;
    return TRUE;
  case FW_END_DROP: decide(w, FW_VERDICT_DROP, step); return TRUE;
  case FW_END_REJECT: decide(w, FW_VERDICT_REJECT, step); return TRUE;
  case FW_END_RETURN:
    if (pop(w))
      return FALSE;
    policy(w);
    return TRUE;
  case FW_END_JUMP: push(w, FALSE); /* fall through */
  case FW_END_GOTO: enter(w, step->chain); return FALSE;
  default:
    note_unknown(w, step, 0);
    w->open = TRUE;
    decide(w, FW_VERDICT_UNKNOWN, step);
    return TRUE;
  }
}

static gboolean rule_without_end(const walk *w, const fw_step *step)
{
  return w->program->maybe && (step->end != FW_END_JUMP && step->end != FW_END_GOTO && step->end != FW_END_RETURN);
}

/* The same in the numbers of the rule's matches, of which those that always hold were left out. */
static guint failed_match(const fw_program *program, const fw_step *s, guint failed)
{
  if (failed < FW_FAILED_MATCH)
    return failed;
  if (s->rule->nft != NULL)
    return fw_nft_run_failed(program);
  return FW_FAILED_MATCH + (guint)(program->tests[s->tests + failed - FW_FAILED_MATCH].match - s->rule->matches);
}

/* truth: of a step that may hold; failed: what made it so. => TRUE: the walk has ended. */
static gboolean one_rule(walk *w, const fw_step *step, fw_truth truth, guint failed)
{
  failed = failed_match(w->program, step, failed);
  if (step->rule->nft != NULL)
    step = fw_nft_run_end(w->program, step);
  if (truth == FW_UNKNOWN) {
    if (w->watcher != NULL)
      say(w, FW_WALK_UNKNOWN, step, failed);
    /* One that goes on anyway, and changes nothing, leaves no question open. */
    if (step->end != FW_END_NEXT || step->act != NULL)
      note_unknown(w, step, failed);
    perhaps(w, step, TRUE);
    return FALSE;
  }
  if (truth == FW_HOTDROP) {
    if (w->watcher != NULL)
      say(w, FW_WALK_HOTDROP, step, failed);
    if (w->program->maybe) {
      w->maybe_drop = TRUE;
      pop_maybe(w);
      return FALSE;
    }
    decide(w, FW_VERDICT_DROP, step);
    w->decision->hotdrop = TRUE;
    return TRUE;
  }
  if (w->watcher != NULL)
    say(w, FW_WALK_RULE, step, failed);
  if (rule_without_end(w, step)) {
    perhaps(w, step, FALSE);
    return FALSE;
  }
  if (!w->program->maybe && is_certain(w, step))
    fw_walk_count(w->program, w->p, step->rule);
  return act(w, step);
}

/* What may have happened instead has to agree with what happened. */
static void settle(walk *w)
{
  fw_decision *d = w->decision;
  gboolean accepts = d->verdict == FW_VERDICT_ACCEPT,
           drops = d->verdict == FW_VERDICT_DROP || d->verdict == FW_VERDICT_REJECT;

  if (w->open || (w->maybe_accept && !accepts) || (w->maybe_drop && !drops))
    d->verdict = FW_VERDICT_UNKNOWN;
}

/* How far a chain was ever walked: what stands behind that was never reached. */
static inline void reach(fw_walk_chain *c, guint32 next)
{
  if (G_UNLIKELY(c->deepest < next))
    c->deepest = next;
}

/* Whether a rule does not hold, by its own fields or by the first match behind them. */
static inline gboolean refuses(walk *w, const fw_step *s)
{
  const fw_test *test;

  if (s->quick & (guint16) ~(FW_QUICK_REST | FW_QUICK_WHOLE) && fw_quick_refuses(w->p, s, w->quick))
    return TRUE;
  if (!fw_quick_leaves_matches(w->p, s, w->quick))
    return FALSE;
  test = &w->program->tests[s->tests + s->n_quick];
  w->first.truth = test->holds(w->program, w->p, test);
  w->first.asked = w->first.truth != FW_NO;
  return w->first.truth == FW_NO;
}

/* => the first rule from `next` on that has to be asked; the end of the chain: none. */
static inline guint32 find(walk *w, const fw_walk_chain *c, guint32 next)
{
  w->first.asked = FALSE;
  /* Whoever wants to hear of the rules that do not hold wants to hear why. */
  if (G_UNLIKELY(w->watcher != NULL && w->watcher->passed))
    return next;
  /* One rule that was asked is most often followed by others like it: these are found sooner without the index. */
  if (next > 0 && next < c->n && !refuses(w, &c->steps[next++]))
    return next - 1;
  if (c->index != NULL && w->quick != 0) {
    w->found = w->found || fw_index_find(c->index, w->p, w->quick, &w->lists);
    if (w->found) {
      while ((next = fw_index_next(&w->lists, next)) < c->n && refuses(w, &c->steps[next]))
        next++;
      return MIN(next, c->n);
    }
  }
  while (next < c->n && refuses(w, &c->steps[next]))
    next++;
  return next;
}

static inline gboolean only_counts(const fw_step *s)
{
  return s->end == FW_END_NEXT && s->act == NULL && s->rule->nft == NULL;
}

/* Rules that hold and only count, one behind the other, where nothing is open and nobody listens. => the next one. */
static guint32 count_on(const walk *w, const fw_walk_chain *c, guint32 next)
{
  const fw_packet *p = w->p;

  if (w->watcher != NULL || w->program->maybe || w->open || w->maybe_accept || w->maybe_drop)
    return next;
  for (; next < c->n; next++) {
    const fw_step *s = &c->steps[next];

    if (!only_counts(s) ||
        (s->quick != FW_QUICK_WHOLE && (fw_quick_refuses(p, s, w->quick) || !fw_quick_decides(p, s, w->quick))) ||
        !(w->quick & FW_QUICK_WHOLE))
      break;
    fw_walk_count(w->program, p, s->rule);
  }
  return next;
}

/* Of a rule of which nobody knows whether it holds: whether one before it has said what it says. */
static inline gboolean is_no_news(const walk *w, const fw_step *s)
{
  if (w->watcher != NULL || w->decision->unknown == NULL)
    return FALSE;
  return s->end == FW_END_DROP ? w->maybe_drop : s->end == FW_END_ACCEPT && w->maybe_accept;
}

/*
 * Rules about nothing but a kind of address, one behind the other, where nobody can tell a host from the box: each is
 * unknown, or does not hold. => the next one.
 */
static guint32 pass_types(const walk *w, const fw_walk_chain *c, guint32 next)
{
  const guint both = FW_ADDRTYPE_LOCAL | FW_ADDRTYPE_UNICAST;

  for (; next < c->n; next++) {
    const fw_step *s = &c->steps[next];
    const guint missing = s->quick & ~w->quick;

    if (missing == 0 || missing & ~(guint)FW_QUICK_TYPES || !(s->quick & FW_QUICK_WHOLE) || (s->types & both) == both ||
        !is_no_news(w, s))
      break;
  }
  return next;
}

/* => TRUE: the walk has ended. */
static gboolean one_step(walk *w)
{
  fw_walk_chain *c = &w->program->chains[w->chain];
  guint32 chain = w->chain, next;
  gboolean ended;

  if (G_UNLIKELY(w->jumps > JUMPS_MOST)) {
    w->open = TRUE;
    decide(w, FW_VERDICT_UNKNOWN, NULL);
    return TRUE;
  }
  while (w->next < c->n && (next = find(w, c, w->next)) < c->n) {
    const fw_step *step = &c->steps[next];
    guint failed = FW_FAILED_NOTHING;
    fw_truth truth;

    if (only_counts(step) && (w->next = count_on(w, c, next)) > next)
      continue;
    if (step->quick & FW_QUICK_TYPES && (w->next = pass_types(w, c, next)) > next)
      continue;
    w->next = next + 1;
    truth =
      fw_quick_decides(w->p, step, w->quick) ? FW_YES : step_holds(w->program, w->p, step, w->quick, w->first, &failed);
    if (truth == FW_UNKNOWN && step->rule->nft == NULL && is_no_news(w, step))
      continue;
    if (truth != FW_NO) {
      ended = one_rule(w, step, truth, failed);
      if (ended || w->chain != chain)
        reach(c, next + 1);
      if (ended || w->chain != chain)
        return ended;
    } else if (w->watcher != NULL) {
      say(w, FW_WALK_PASSED, step, failed_match(w->program, step, failed));
    }
  }
  reach(c, c->n);
  if (w->watcher != NULL && w->chain != w->base)
    say(w, FW_WALK_RETURN, NULL, 0);
  if (pop(w))
    return FALSE;
  policy(w);
  return TRUE;
}

static inline const fw_step *first_not_refused(const fw_walk_chain *c, const fw_packet *p, guint quick)
{
  const fw_step *s = c->steps, *end = s + c->n;

  while (s < end && fw_quick_refuses(p, s, quick))
    s++;
  return s < end ? s : NULL;
}

/* What most packets need of a chain: rules that refuse them, and one that accepts or drops them at once, or the policy.
 */
guint fw_walk_at_once(fw_program *program, const fw_packet *p, fw_walk_chain *const *chains, guint n,
                      fw_decision *decision)
{
  fw_verdict verdict = FW_VERDICT_ACCEPT;
  guint quick = fw_quick_of(p), i;
  const fw_step *s = NULL;

  for (i = 0; i < n && verdict == FW_VERDICT_ACCEPT; i++) {
    fw_walk_chain *c = chains[i];
    const fw_step *by;

    if (c->index != NULL)
      break;
    by = first_not_refused(c, p, quick);
    if (by == NULL) {
      reach(c, c->n);
      c->counters.packets++;
      c->counters.bytes += p->raw->length;
      verdict = c->policy;
    } else if ((by->end == FW_END_ACCEPT || by->end == FW_END_DROP || by->end == FW_END_NAT) &&
               fw_quick_decides(p, by, quick)) {
      reach(c, (guint32)(by - c->steps) + 1);
      fw_walk_count(program, p, by->rule);
      verdict = by->end == FW_END_DROP ? FW_VERDICT_DROP : FW_VERDICT_ACCEPT;
    } else {
      break;
    }
    s = by;
  }
  if (i > 0)
    *decision = (fw_decision){ .verdict = verdict,
                               .chain = chains[i - 1]->chain,
                               .rule = s != NULL ? s->rule : NULL,
                               .translated = s != NULL && s->end == FW_END_NAT };
  return i;
}

void G_GNUC_NO_INLINE fw_walk_in_full(fw_program *program, fw_packet *p, guint chain, const fw_walk_watcher *watcher,
                                      fw_decision *decision)
{
  walk w;

  memset(&w, 0, offsetof(walk, lists));
  w.program = program;
  w.p = p;
  w.watcher = watcher;
  w.decision = decision;
  w.chain = w.base = chain;
  fw_quick_know_more(program, p);
  w.quick = watcher == NULL || !watcher->passed ? fw_quick_of(p) : 0;
  *decision = (fw_decision){ .verdict = FW_VERDICT_NONE };
  program->maybe = FALSE;
  while (!one_step(&w))
    continue;
  program->maybe = FALSE;
  settle(&w);
}

void fw_walk(fw_program *program, fw_packet *p, guint chain, const fw_walk_watcher *watcher, fw_decision *decision)
{
  fw_walk_chain *one = &program->chains[chain];

  if (watcher != NULL || fw_walk_at_once(program, p, &one, 1, decision) == 0)
    fw_walk_in_full(program, p, chain, watcher, decision);
}
