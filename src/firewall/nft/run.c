/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule's statements, one after the other. */
#include "firewall/nft/run.h"

#include <string.h>

#include "firewall/nft/run_internal.h"
#include "firewall/target/data.h"
#include "firewall/walk/walk.h"

/* How a rule goes on where the packet decides: a step and a rule like its own, but for their end. */
typedef struct fw_nft_end {
  guint64 key; /* rule's serial << 32 | chain's number << 4 | fw_end */
  fw_step step;
  fw_rule rule;
  fw_nat nat;
  fw_netmap netmap;
} fw_nft_end;

enum { ASSUMED_NO = 1, ASSUMED_YES };

/* ---- life ---- */

fw_nft_run *fw_nft_run_new(fw_program *program)
{
  fw_nft_run *run = g_new0(fw_nft_run, 1);

  run->nft = program->ruleset->nft;
  run->states = g_new0(fw_nft_state, run->nft->n_states + 1);
  run->assumed = g_new0(guint8, run->nft->n_states + 1);
  run->ends = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
  run->logs = g_hash_table_new_full(NULL, NULL, NULL, g_free);
  run->timeouts = g_hash_table_new_full(NULL, NULL, NULL, g_free);
  run->counts = g_ptr_array_new_with_free_func(fw_nft_count_free);
  run->free_counts = g_array_new(FALSE, FALSE, sizeof(guint32));
  return run;
}

static gboolean tracks(const fw_nft_expr *e)
{
  guint i;

  if (e == NULL)
    return FALSE;
  if (e->kind == FW_NFT_CT)
    return TRUE;
  for (i = 0; i < e->n_parts; i++)
    if (tracks(e->parts[i]))
      return TRUE;
  return FALSE;
}

/* What --assume says of a statement, by the name that the rule's match has. */
static guint8 assumption_of(const fw_program *program, const char *name)
{
  guint i;

  for (i = 0; i < program->facts->assumptions->len; i++) {
    const fw_assumption *a = &g_array_index(program->facts->assumptions, fw_assumption, i);

    if (strcmp(a->match, name) == 0)
      return a->holds ? ASSUMED_YES : ASSUMED_NO;
  }
  return 0;
}

/* most_inner: by number of a set, how many statements rules give an element of it at most. */
static void load_rule(fw_program *program, const fw_rule *rule, guint *most_inner)
{
  guint i;

  for (i = 0; i < rule->nft->n; i++) {
    const fw_nft_statement *s = &rule->nft->statements[i];

    fw_nft_state_start(program, s, &program->nft->states[s->state]);
    program->nft->assumed[s->state] = assumption_of(program, rule->matches[i].name);
    if (s->kind == FW_NFT_DO_SET_OP)
      most_inner[s->set->number] = MAX(most_inner[s->set->number], s->n_inner);
    program->tracks |= tracks(s->left) || tracks(s->right) || s->kind == FW_NFT_DO_CT_HELPER ||
                       s->kind == FW_NFT_DO_CT_TIMEOUT || s->kind == FW_NFT_DO_CT_COUNT ||
                       s->kind == FW_NFT_DO_CT_EXPECTATION;
  }
}

static void load_table(fw_program *program, const fw_table *table, guint *most_inner)
{
  guint i, k;

  for (i = 0; i < table->nft->objects->len; i++) {
    const fw_nft_object *object = g_ptr_array_index(table->nft->objects, i);

    fw_nft_state_start(program, &object->statement, &program->nft->states[object->statement.state]);
  }
  for (i = 0; i < table->chains->len; i++) {
    const fw_chain *chain = g_ptr_array_index(table->chains, i);

    for (k = 0; k < chain->n_rules; k++)
      load_rule(program, chain->rules[k], most_inner);
  }
}

void fw_nft_run_load(fw_program *program)
{
  fw_nft_run *run = program->nft;
  guint *most_inner = g_new0(guint, run->nft->sets->len + 1);
  guint i;

  run->lives = g_new0(fw_nft_live *, run->nft->sets->len + 1);
  for (i = 0; i < program->ruleset->tables->len; i++) {
    const fw_table *table = g_ptr_array_index(program->ruleset->tables, i);

    if (table->nft != NULL)
      load_table(program, table, most_inner);
  }
  for (i = 0; i < run->nft->sets->len; i++)
    run->lives[i] = fw_nft_live_new(program, g_ptr_array_index(run->nft->sets, i), most_inner[i]);
  g_free(most_inner);
}

void fw_nft_run_free(fw_nft_run *run)
{
  guint i;

  if (run == NULL)
    return;
  for (i = 0; run->lives != NULL && i < run->nft->sets->len; i++)
    fw_nft_live_free(run->lives[i]);
  g_free(run->lives);
  g_free(run->states);
  g_free(run->assumed);
  g_hash_table_destroy(run->ends);
  g_hash_table_destroy(run->logs);
  g_hash_table_destroy(run->timeouts);
  g_ptr_array_free(run->counts, TRUE);
  g_array_free(run->free_counts, TRUE);
  g_free(run);
}

static const fw_nft_state *state_of(const void *run, guint32 state)
{
  return &((const fw_nft_run *)run)->states[state];
}

fw_nft_state *fw_nft_run_state(fw_program *program, guint i) { return &program->nft->states[i]; }

gboolean fw_nft_run_now(const fw_program *program, fw_nft_now *now)
{
  if (program->nft == NULL || !program->loaded)
    return FALSE;
  *now = (fw_nft_now){ program->nft, program->now_ns, state_of, fw_nft_live_each };
  return TRUE;
}

/* ---- ends ---- */

static fw_nft_end *end_like(const fw_program *program, const fw_step *step, fw_end end, guint32 number)
{
  guint64 key = (guint64)step->rule->serial << 32 | (guint64)number << 4 | (guint64)end;
  fw_nft_end *e = g_hash_table_lookup(program->nft->ends, &key);

  if (e != NULL)
    return e;
  e = g_new0(fw_nft_end, 1);
  e->key = key;
  e->step = *step;
  e->rule = *step->rule;
  e->step.rule = &e->rule;
  e->step.end = (guint8)end;
  e->step.act = NULL;
  g_hash_table_insert(program->nft->ends, &e->key, e);
  return e;
}

static const fw_step *end_by_verdict(const fw_program *program, const fw_step *step, const fw_nft_verdict *v)
{
  static const fw_end ends[] = {
    [FW_NFT_ACCEPT] = FW_END_ACCEPT, [FW_NFT_DROP] = FW_END_DROP, [FW_NFT_CONTINUE] = FW_END_NEXT,
    [FW_NFT_RETURN] = FW_END_RETURN, [FW_NFT_JUMP] = FW_END_JUMP, [FW_NFT_GOTO] = FW_END_GOTO
  };
  guint32 chain = 0;
  fw_nft_end *e;

  if (v->chain != NULL)
    chain = GPOINTER_TO_UINT(g_hash_table_lookup(program->chain_of, v->chain)) - 1;
  e = end_like(program, step, ends[v->kind], chain);
  if (v->chain != NULL)
    e->step.chain = chain;
  e->rule.target.chain = v->chain;
  return &e->step;
}

/* The answer is of the packet's family. */
static const fw_step *end_by_reject(const fw_program *program, const fw_step *step)
{
  const fw_nft_run *run = program->nft;
  fw_reject *answers = run->reject->target.data;
  fw_nft_end *e = end_like(program, step, FW_END_REJECT, run->six != 0);

  e->rule.target = run->reject->target;
  e->rule.target.data = &answers[run->six != 0];
  return &e->step;
}

/* A network for a network: the bits in which both ends are the same. */
static void set_netmap(fw_nft_end *e, const fw_nat *nat)
{
  guint i;

  for (i = 0; i < 4; i++)
    e->netmap.mask.words[i] = ~(nat->from.words[i] ^ nat->to.words[i]);
  e->netmap.address = nat->from;
  e->rule.target.ops = fw_target_find("NETMAP", FW_IPV4);
  e->rule.target.data = &e->netmap;
}

static const fw_step *end_by_nat(const fw_program *program, const fw_step *step)
{
  const fw_nft_run *run = program->nft;
  fw_nft_end *e = end_like(program, step, FW_END_NAT, 0);

  e->nat = run->nat;
  e->rule.target = run->translates->target;
  e->rule.target.data = &e->nat;
  if (run->translates->flags != NULL && strstr(run->translates->flags, "netmap") != NULL)
    set_netmap(e, &run->nat);
  return &e->step;
}

const fw_step *fw_nft_run_end(const fw_program *program, const fw_step *step)
{
  if (step->rule->nft->n == 0)
    return step; /* it was not gone through */
  if (program->nft->opens)
    return &end_like(program, step, FW_END_UNKNOWN, 0)->step;
  if (program->nft->translates != NULL)
    return end_by_nat(program, step);
  if (program->nft->passes)
    return &end_like(program, step, FW_END_NEXT, 0)->step;
  if (program->nft->reject != NULL)
    return end_by_reject(program, step);
  return program->nft->verdict != NULL ? end_by_verdict(program, step, program->nft->verdict) : step;
}

guint fw_nft_run_failed(const fw_program *program) { return FW_FAILED_MATCH + program->nft->failed; }

/* Whom a statement answers at all. */
static fw_truth reject(fw_program *program, const fw_packet *p, const fw_nft_statement *s)
{
  const fw_reject *answers = s->target.data;
  gboolean six = p->family == FW_IPV6;

  if (s->family != 0 && s->family != (six ? 6 : 4))
    return FW_NO;
  if (answers[0].kind == FW_REJECT_TCP_RESET && (p->broken || p->protocolless || p->protocol != CT_PROTO_TCP))
    return FW_NO;
  program->nft->reject = s;
  program->nft->six = six;
  return FW_YES;
}

/* ---- match ---- */

/* An element that is found where none should be does not count: the rule has ended. */
static fw_truth in_set(fw_program *program, fw_packet *p, const fw_nft_set *set, const fw_nft_value *v,
                       gboolean inverted)
{
  fw_nft_found found;
  fw_truth truth = fw_nft_live_find(program, set, v, &found);

  if (inverted)
    return truth == FW_UNKNOWN ? truth : fw_truth_of(truth == FW_NO);
  return truth == FW_YES ? fw_nft_all_stateful(program, p, &found) : truth;
}

static gboolean is_between(const fw_nft_value *v, const fw_nft_expr *e)
{
  guint8 from[FW_NFT_VALUE_MOST], to[FW_NFT_VALUE_MOST];
  guint at = 0, i;

  if (!fw_nft_bounds(e, from, to))
    return FALSE;
  if (e->kind != FW_NFT_CONCAT)
    return memcmp(v->bytes, from, v->n) >= 0 && memcmp(v->bytes, to, v->n) <= 0;
  for (i = 0; i < e->n_parts; i++) {
    guint n = e->parts[i]->n_bytes;

    if (memcmp(v->bytes + at, from + at, n) < 0 || memcmp(v->bytes + at, to + at, n) > 0)
      return FALSE;
    at += fw_nft_padded(n);
  }
  return TRUE;
}

static fw_truth compare(fw_nft_op op, const fw_nft_value *v, const fw_nft_value *right)
{
  guint n = MIN(v->n, right->n), i;
  gboolean any = FALSE;
  int order = memcmp(v->bytes, right->bytes, n);

  switch (op) {
  case FW_NFT_EQ: return fw_truth_of(order == 0);
  case FW_NFT_NEQ: return fw_truth_of(order != 0);
  case FW_NFT_LT: return fw_truth_of(order < 0);
  case FW_NFT_GT: return fw_truth_of(order > 0);
  case FW_NFT_LTE: return fw_truth_of(order <= 0);
  case FW_NFT_GTE: return fw_truth_of(order >= 0);
  default: break;
  }
  for (i = 0; i < n; i++)
    any |= (v->bytes[i] & right->bytes[i]) != 0;
  return fw_truth_of(any == (op == FW_NFT_IN));
}

static fw_truth match(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  fw_nft_value v, right;
  fw_truth truth = fw_nft_value_of(program, p, s->left, &v);

  if (truth != FW_YES)
    return truth;
  if (v.unknown != 0)
    return FW_UNKNOWN;
  switch (s->right->kind) {
  case FW_NFT_SET: return in_set(program, p, s->right->set, &v, s->op == FW_NFT_NEQ);
  case FW_NFT_PREFIX:
  case FW_NFT_RANGE:
  case FW_NFT_WILDCARD:
  case FW_NFT_ANY: return fw_truth_of(is_between(&v, s->right) == (s->op != FW_NFT_NEQ));
  case FW_NFT_CONCAT:
    if (fw_nft_bounds(s->right, right.bytes, right.bytes))
      return fw_truth_of(is_between(&v, s->right) == (s->op != FW_NFT_NEQ));
    break;
  default: break;
  }
  truth = fw_nft_value_of(program, p, s->right, &right);
  if (truth != FW_YES)
    return truth;
  return right.unknown != 0 ? FW_UNKNOWN : compare((fw_nft_op)s->op, &v, &right);
}

/* ---- others ---- */

static fw_truth vmap(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  fw_nft_value key;
  fw_nft_found found;
  fw_truth truth;

  program->nft->verdict = NULL;
  truth = fw_nft_value_of(program, p, s->left, &key);
  if (truth == FW_YES)
    truth = fw_nft_live_find(program, s->set, &key, &found);
  if (truth != FW_YES)
    return truth;
  truth = fw_nft_all_stateful(program, p, &found);
  if (truth != FW_YES)
    return truth;
  program->nft->verdict = found.verdict;
  return found.verdict != NULL ? FW_YES : FW_UNKNOWN;
}

static fw_truth counting(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  static const char *const kinds[] = { [FW_NFT_DO_COUNTER] = "counter",
                                       [FW_NFT_DO_LIMIT] = "limit",
                                       [FW_NFT_DO_QUOTA] = "quota",
                                       [FW_NFT_DO_CT_COUNT] = "ct count" };
  const fw_nft_object *object;
  fw_truth truth;

  if (s->object == NULL && s->set == NULL)
    return fw_nft_stateful(program, p, s, &program->nft->states[s->state]);
  truth = fw_nft_object_of(program, p, s, kinds[s->kind], &object);
  if (truth != FW_YES)
    return truth;
  return fw_nft_stateful(program, p, &object->statement, &program->nft->states[object->statement.state]);
}

/* The log knows lines by rules; each statement has one of its own. */
static void write_log(fw_program *program, const fw_packet *p, const fw_rule *rule, const fw_nft_statement *s)
{
  fw_rule *own;

  if (program->log == NULL || program->maybe || s->group >= 0)
    return;
  own = g_hash_table_lookup(program->nft->logs, s);
  if (own == NULL) {
    own = g_memdup2(rule, sizeof *rule);
    own->target = s->target;
    g_hash_table_insert(program->nft->logs, (gpointer)s, own);
  }
  program->log(p, own, program->log_user);
}

/*
 * A flow that may be taken past the rules: nobody knows when the machine did (RULES 5.2). The rest of the rule is done
 * by the packet that takes it there.
 */
static fw_truth flow(fw_program *program, const fw_packet *p)
{
  const ct_view *view = fw_program_view(program, p);

  if (view == NULL || !(view->status & CT_STATUS_CONFIRMED))
    return FW_NO;
  if (view->tuple[0].proto == CT_PROTO_TCP
        ? view->state != CT_TCP_ESTABLISHED
        : view->tuple[0].proto != CT_PROTO_UDP && view->tuple[0].proto != CT_PROTO_GRE)
    return FW_NO;
  program->offloads = TRUE;
  return FW_UNKNOWN;
}

static fw_truth do_one(fw_program *program, fw_packet *p, const fw_rule *rule, const fw_nft_statement *s)
{
  switch (s->kind) {
  case FW_NFT_DO_MATCH: return match(program, p, s);
  case FW_NFT_DO_VMAP: return vmap(program, p, s);
  case FW_NFT_DO_VERDICT: return FW_YES;
  case FW_NFT_DO_COUNTER:
  case FW_NFT_DO_LIMIT:
  case FW_NFT_DO_QUOTA:
  case FW_NFT_DO_CT_COUNT: return counting(program, p, s);
  case FW_NFT_DO_MANGLE: return fw_nft_mangle(program, p, s);
  case FW_NFT_DO_STRIP: return fw_nft_strip(program, p, s);
  case FW_NFT_DO_LOG: write_log(program, p, rule, s); return FW_YES;
  case FW_NFT_DO_REJECT: return reject(program, p, s);
  case FW_NFT_DO_NOTRACK:
  case FW_NFT_DO_CT_HELPER:
  case FW_NFT_DO_CT_TIMEOUT:
  case FW_NFT_DO_CT_EXPECTATION: return fw_nft_track(program, p, s);
  case FW_NFT_DO_SET_OP: return fw_nft_live_op(program, p, s);
  case FW_NFT_DO_NAT: return fw_nft_translate(program, p, s);
  case FW_NFT_DO_FLOW: return flow(program, p);
  case FW_NFT_DO_QUEUE:
  case FW_NFT_DO_LAST:
  case FW_NFT_DO_IGNORED: return FW_YES;
  default: return FW_UNKNOWN;
  }
}

/* What stands behind a verdict is never come to; a vmap whose element says 'continue' gives none. */
static gboolean has_ended(const fw_program *program, const fw_nft_statement *s)
{
  const fw_nft_verdict *v = program->nft->verdict;

  switch (s->kind) {
  case FW_NFT_DO_VMAP: return v != NULL && v->kind != FW_NFT_CONTINUE;
  case FW_NFT_DO_VERDICT: return s->verdict.kind != FW_NFT_CONTINUE;
  case FW_NFT_DO_REJECT:
  case FW_NFT_DO_NAT:
  case FW_NFT_DO_QUEUE: return TRUE;
  default: return FALSE;
  }
}

static inline fw_truth ask(fw_program *program, fw_packet *p, const fw_rule *rule, const fw_nft_statement *s)
{
  guint8 assumed = program->nft->assumed[s->state];

  if (G_UNLIKELY(assumed != 0))
    return fw_truth_of(assumed == ASSUMED_YES);
  return do_one(program, p, rule, s);
}

fw_truth fw_nft_run_rule(fw_program *program, fw_packet *p, const fw_test *test)
{
  const fw_rule *rule = test->data;
  fw_nft_run *run = program->nft;
  gboolean maybe = program->maybe;
  fw_truth truth = FW_YES, one;
  guint i;

  run->verdict = NULL;
  run->reject = NULL;
  run->translates = NULL;
  run->passes = FALSE;
  run->opens = FALSE;
  for (i = 0; i < rule->nft->n; i++) {
    const fw_nft_statement *s = &rule->nft->statements[i];

    one = ask(program, p, rule, s);
    if (one == FW_YES) {
      if (!has_ended(program, s))
        continue;
      /* What a vmap's 'continue' has led to ends it. */
      if (s->kind != FW_NFT_DO_VMAP)
        run->verdict = NULL;
      break;
    }
    run->opens = one == FW_UNKNOWN && s->kind == FW_NFT_DO_VMAP;
    if (truth == FW_UNKNOWN && one != FW_NO) {
      if (run->opens)
        break;
      continue;
    }
    run->failed = i;
    truth = one;
    if (truth != FW_UNKNOWN || run->opens)
      break;
    program->maybe = TRUE; /* what remembers may not, where nobody knows if it is reached */
  }
  program->maybe = maybe;
  return truth;
}
