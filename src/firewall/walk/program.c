/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/program.h"

#include <string.h>

#include "firewall/nft/run.h"
#include "firewall/walk/facts.h"
#include "firewall/walk/index.h"
#include "firewall/walk/nat.h"
#include "firewall/walk/quick.h"
#include "firewall/walk/sets.h"
#include "firewall/walk/targets.h"
#include "firewall/walk/tests.h"
#include "firewall/walk/walk.h"

#define NS_PER_S G_GINT64_CONSTANT(1000000000)
enum { DEFAULT_HZ = 250, LINE_BYTES = 64 };
_Static_assert(sizeof(fw_step) == LINE_BYTES, "one cache line");

const fw_test_ops *fw_test_ops_of(fw_match_id id)
{
  static const fw_test_ops *const tables[] = { fw_header_tests, fw_ipv6_tests, fw_byte_tests, fw_about_tests,
                                               fw_track_tests,  fw_rate_tests, fw_list_tests, fw_set_tests };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(tables); i++)
    if (tables[i][id].holds != NULL)
      return &tables[i][id];
  return NULL;
}

/* -- assumptions -- */

static fw_truth holds_yes(fw_program *program, fw_packet *p, const fw_test *test)
{
  (void)program, (void)p, (void)test;
  return FW_YES;
}

static fw_truth holds_no(fw_program *program, fw_packet *p, const fw_test *test)
{
  (void)program, (void)p, (void)test;
  return FW_NO;
}

static fw_truth holds_unknown(fw_program *program, fw_packet *p, const fw_test *test)
{
  (void)program, (void)p, (void)test;
  return FW_UNKNOWN;
}

static const fw_assumption *assumption_of(const fw_box_facts *facts, const char *match)
{
  guint i;

  for (i = 0; i < facts->assumptions->len; i++) {
    const fw_assumption *a = &g_array_index(facts->assumptions, fw_assumption, i);

    if (strcmp(a->match, match) == 0)
      return a;
  }
  return NULL;
}

/* -- patterns of interfaces -- */

static guint32 pattern_of(fw_program *program, const fw_interface *interface)
{
  g_autofree char *word = g_strconcat(interface->name, interface->prefix ? "+" : "", NULL);
  guint number = GPOINTER_TO_UINT(g_hash_table_lookup(program->pattern_of, word));

  if (number == 0) {
    g_ptr_array_add(program->patterns, (gpointer)interface);
    number = program->patterns->len;
    g_hash_table_insert(program->pattern_of, g_steal_pointer(&word), GUINT_TO_POINTER(number));
  }
  return number - 1;
}

static guint32 exact_of(const fw_program *program, const char *name)
{
  return GPOINTER_TO_UINT(g_hash_table_lookup(program->pattern_of, name)) - 1;
}

static guint8 *what_holds(const fw_program *program, const char *name)
{
  guint8 *holds = g_new0(guint8, program->patterns->len + 1);
  guint i;

  for (i = 0; i < program->patterns->len; i++) {
    const fw_interface *pattern = g_ptr_array_index(program->patterns, i);

    holds[i] = pattern->prefix ? strncmp(name, pattern->name, pattern->length) == 0 : strcmp(name, pattern->name) == 0;
  }
  return holds;
}

/* Of an interface that nobody knows: it is any but lo, by which only the box's own packets to itself go. */
static guint8 *what_may_hold(const fw_program *program)
{
  guint8 *holds = g_new0(guint8, program->patterns->len + 1);
  guint i;

  for (i = 0; i < program->patterns->len; i++) {
    const fw_interface *pattern = g_ptr_array_index(program->patterns, i);

    holds[i] = pattern->prefix || strcmp(pattern->name, "lo") != 0;
  }
  return holds;
}

static void name_free(gpointer data)
{
  fw_interface_name *name = data;

  g_free((char *)name->name);
  g_free(name->holds);
  g_free(name);
}

/* FNV-1a of the name, for a name is all that is known of a device. */
guint32 fw_device_number(const char *name)
{
  guint32 hash = 2166136261u;
  const char *c;

  for (c = name; *c != '\0'; c++)
    hash = (hash ^ (guint8)*c) * 16777619u;
  return MAX(hash, 1);
}

const fw_interface_name *fw_program_interface(fw_program *program, const char *name)
{
  guint slot = (guint)((guintptr)name >> 4 & (G_N_ELEMENTS(program->latest) - 1));
  fw_interface_name *found;

  if (name == NULL)
    return &program->unknown;
  if (*name == '\0')
    return &program->nothing;
  /* Another name may stand at the same address by now. */
  if (program->latest[slot].asked == name && strcmp(program->latest[slot].found->name, name) == 0)
    return program->latest[slot].found;
  found = g_hash_table_lookup(program->names, name);
  if (found == NULL) {
    found = g_new0(fw_interface_name, 1);
    found->name = g_strdup(name);
    found->known = TRUE;
    found->quick_in = FW_QUICK_IN;
    found->quick_out = FW_QUICK_OUT;
    found->holds = what_holds(program, name);
    found->exact = exact_of(program, name);
    found->device = fw_device_number(name);
    g_hash_table_insert(program->names, (gpointer)found->name, found);
  }
  program->latest[slot].asked = name;
  program->latest[slot].found = found;
  return found;
}

/* -- rules -- */

static void compile_tests(fw_step *step, fw_program *program, const fw_tests *t)
{
  if (t == NULL)
    return;
  step->given = t->given;
  step->invert = t->invert;
  step->protocol = t->protocol;
  if (t->given & FW_TEST_IN)
    step->in = pattern_of(program, &t->in);
  if (t->given & FW_TEST_OUT)
    step->out = pattern_of(program, &t->out);
}

static void compile_match(fw_program *program, fw_test *test, const fw_match *match)
{
  const fw_test_ops *ops = match->ops != NULL ? fw_test_ops_of(match->ops->id) : NULL;
  const fw_assumption *assumed = assumption_of(program->facts, match->name);

  test->match = match;
  test->data = match->data;
  test->holds = holds_unknown;
  if (assumed != NULL) {
    test->holds = assumed->holds ? holds_yes : holds_no;
  } else if (ops != NULL) {
    test->holds = ops->holds;
    program->tracks |= ops->tracks;
    if (ops->state != NULL)
      test->state = ops->state(program, match);
  }
}

static void compile_target(fw_program *program, fw_step *step, const fw_target *target)
{
  const fw_act_ops *ops;

  switch (target->kind) {
  case FW_TARGET_NONE: step->end = FW_END_NEXT; return;
  case FW_TARGET_ACCEPT: step->end = FW_END_ACCEPT; return;
  case FW_TARGET_DROP: step->end = FW_END_DROP; return;
  case FW_TARGET_RETURN: step->end = FW_END_RETURN; return;
  case FW_TARGET_QUEUE: step->end = FW_END_QUEUE; return;
  case FW_TARGET_JUMP:
  case FW_TARGET_GOTO:
    step->end = target->kind == FW_TARGET_GOTO ? FW_END_GOTO : FW_END_JUMP;
    step->chain = GPOINTER_TO_UINT(g_hash_table_lookup(program->chain_of, target->chain)) - 1;
    return;
  case FW_TARGET_EXTENSION:
    ops = fw_act_ops_of(target->ops->id);
    program->tracks |= ops->tracks;
    if (ops->known) {
      step->end = ops->end;
      step->act = ops->act;
    } else {
      step->end = target->ops->harmless ? FW_END_NEXT : FW_END_UNKNOWN;
    }
    return;
  default: step->end = FW_END_UNKNOWN;
  }
}

/* Matches that always hold need not be asked. */
static gboolean always_holds(const fw_program *program, const fw_match *match)
{
  return match->ops != NULL && match->ops->id == FW_MATCH_comment && assumption_of(program->facts, match->name) == NULL;
}

static void compile_rule(fw_program *program, fw_step *step, fw_test **tests, const fw_rule *rule)
{
  guint i;

  step->rule = rule;
  compile_tests(step, program, rule->tests);
  step->tests = (guint32)(*tests - program->tests);
  if (rule->nft != NULL && rule->n_matches > 0) {
    *(*tests)++ = (fw_test){ .holds = fw_nft_run_rule, .data = rule, .match = rule->matches };
    step->n_tests = 1;
  }
  for (i = 0; rule->nft == NULL && i < rule->n_matches; i++)
    if (!always_holds(program, &rule->matches[i])) {
      compile_match(program, (*tests)++, &rule->matches[i]);
      step->n_tests++;
    }
  fw_quick_compile(program, step, program->tests + step->tests);
  compile_target(program, step, &rule->target);
  program->hits[rule->serial].counters = rule->counters;
}

/* -- chains -- */

static void compile_chain(fw_program *program, fw_walk_chain *chain, fw_step **steps, fw_test **tests)
{
  guint i;

  program->loading = chain->chain->table->family;
  chain->steps = *steps;
  chain->n = chain->chain->n_rules;
  chain->counters = chain->chain->counters;
  chain->policy = chain->chain->policy == FW_POLICY_DROP ? FW_VERDICT_DROP : FW_VERDICT_ACCEPT;
  for (i = 0; i < chain->n; i++)
    compile_rule(program, (*steps)++, tests, chain->chain->rules[i]);
  chain->index = fw_index_new(chain->steps, chain->n);
}

static void number_chains(fw_program *program)
{
  guint i, k, n = 0;

  for (i = 0; i < program->ruleset->tables->len; i++)
    program->n_chains += ((fw_table *)g_ptr_array_index(program->ruleset->tables, i))->chains->len;
  program->chains = g_new0(fw_walk_chain, program->n_chains + 1);
  for (i = 0; i < program->ruleset->tables->len; i++) {
    const fw_table *table = g_ptr_array_index(program->ruleset->tables, i);

    for (k = 0; k < table->chains->len; k++) {
      program->chains[n].chain = g_ptr_array_index(table->chains, k);
      program->chains[n].priority = program->chains[n].chain->priority;
      g_hash_table_insert(program->chain_of, (gpointer)program->chains[n].chain, GUINT_TO_POINTER(n + 1));
      n++;
    }
  }
}

/* Equal priorities: what was registered last sees the packet first (RULES 1.1). */
static void register_chain(fw_program *program, guint family, guint n)
{
  const fw_chain *chain = program->chains[n].chain;
  GArray *order = program->hooks[family][chain->hook];
  guint i;

  for (i = 0; i < order->len; i++)
    if (program->chains[g_array_index(order, guint, i)].chain->priority >= chain->priority)
      break;
  g_array_insert_val(order, i, n);
}

/*
 * The same without table nat, and where it is parted. Only where packets come in or begin is there a conntrack to stand
 * before. All chains of type nat are one hook, there since the first of them: of equal priority, later ones go first.
 */
static void line_up(fw_program *program, guint family, guint hook)
{
  const GArray *order = program->hooks[family][hook];
  const gboolean looks_up = hook == FW_HOOK_PREROUTING || hook == FW_HOOK_OUTPUT;
  const gint32 nat = fw_nat_priority((fw_hook)hook);
  const gint64 since = program->nat_since[family];
  fw_hook_chains *row = &program->rows[family][hook];
  guint i;

  row->chains = g_new(fw_walk_chain *, order->len + 1);
  for (i = 0; i < order->len; i++) {
    fw_walk_chain *chain = &program->chains[g_array_index(order, guint, i)];

    if (chain->nat)
      continue;
    row->chains[row->n++] = chain;
    row->n_before += looks_up && chain->priority < FW_PRIORITY_CONNTRACK;
    row->n_before_nat += chain->priority < nat || (chain->priority == nat && chain - program->chains > since);
  }
}

/* iptables-nft makes a base chain when it is first named; legacy tables have all of theirs. */
static gboolean exists(const fw_program *program, const fw_chain *chain)
{
  return chain->declared || chain->n_rules > 0 || chain->nft != NULL || program->backend != FW_BACKEND_NFT;
}

/* By priority, those of both families among those of one. */
static void order_hooks(fw_program *program)
{
  guint n, family, hook;

  for (family = 0; family < 2; family++)
    for (hook = 0; hook < FW_HOOKS; hook++)
      program->hooks[family][hook] = g_array_new(FALSE, FALSE, sizeof(guint));
  program->nat_since[0] = program->nat_since[1] = program->n_chains;
  for (n = 0; n < program->n_chains; n++) {
    const fw_chain *chain = program->chains[n].chain;

    if (chain->hook == FW_HOOK_NONE || chain->table->family > FW_INET || !exists(program, chain))
      continue;
    for (family = 0; family < 2; family++)
      if (chain->table->family == FW_INET || chain->table->family == family)
        register_chain(program, family, n);
    program->chains[n].nat =
      chain->nft != NULL ? strcmp(chain->nft->type, "nat") == 0 : strcmp(chain->table->name, "nat") == 0;
    program->tracks |= program->chains[n].nat;
    for (family = 0; program->chains[n].nat && family < 2; family++)
      if (chain->table->family == FW_INET || chain->table->family == family)
        program->nat_since[family] = MIN(program->nat_since[family], n);
  }
  for (family = 0; family < 2; family++)
    for (hook = 0; hook < FW_HOOKS; hook++)
      line_up(program, family, hook);
}

static guint count_tests(const fw_ruleset *ruleset) { return ruleset->n_matches; }

fw_program *fw_program_new(const fw_ruleset *ruleset, fw_backend backend, const fw_box_facts *facts, guint hz,
                           guint64 seed)
{
  fw_program *program = g_new0(fw_program, 1);

  program->ruleset = ruleset;
  program->backend = backend;
  program->facts = facts;
  program->hz = hz != 0 ? hz : DEFAULT_HZ;
  program->random = seed != 0 ? seed : 0x9e3779b97f4a7c15u;
  program->chain_of = g_hash_table_new(NULL, NULL);
  program->patterns = g_ptr_array_new();
  program->pattern_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  program->names = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, name_free);
  program->recents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, fw_recent_free);
  program->hashlimits = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, fw_hashlimit_free);
  program->timeouts = g_hash_table_new_full(NULL, NULL, NULL, g_free);
  program->labels = fw_ruleset_has_match(ruleset, "connlabel") || (ruleset->nft != NULL && ruleset->nft->labels);
  program->sets = g_hash_table_new_full(NULL, NULL, NULL, fw_live_set_free);
  program->hits = g_new0(fw_hits, ruleset->n_rules + 1);
  program->steps_memory = g_malloc0((ruleset->n_rules + (gsize)1) * sizeof(fw_step) + LINE_BYTES);
  program->steps = (fw_step *)(((guintptr)program->steps_memory + LINE_BYTES - 1) & ~(guintptr)(LINE_BYTES - 1));
  program->tests = g_new0(fw_test, count_tests(ruleset) + 1);
  number_chains(program);
  program->stack = g_new0(fw_frame, program->n_chains + 1);
  program->nft = ruleset->nft != NULL ? fw_nft_run_new(program) : NULL;
  order_hooks(program);
  return program;
}

/* The first packet's time is the moment at which the rules are loaded: buckets are full then. */
static void load(fw_program *program)
{
  fw_step *steps = program->steps;
  fw_test *tests = program->tests;
  guint i;

  program->loaded = TRUE;
  program->loaded_ns = program->now_ns;
  for (i = 0; i < program->n_chains; i++)
    compile_chain(program, &program->chains[i], &steps, &tests);
  program->nothing =
    (fw_interface_name){ "", TRUE, FW_QUICK_IN, FW_QUICK_OUT, what_holds(program, ""), G_MAXUINT32, 0, FW_ROUTE_GOES };
  program->unknown = (fw_interface_name){ "?", FALSE, 0, 0, what_may_hold(program), G_MAXUINT32, 0, FW_ROUTE_GOES };
  for (i = 0; i < FW_ROUTE_ENDS; i++) {
    program->no_way[i] = program->unknown;
    program->no_way[i].ended = (guint8)i;
  }
  if (program->nft != NULL)
    fw_nft_run_load(program);
}

static gint64 tick_of(const fw_program *program, gint64 time_ns)
{
  gint64 tick_ns = NS_PER_S / program->hz;

  return time_ns / tick_ns - (time_ns % tick_ns < 0);
}

void fw_program_tick(fw_program *program, gint64 now_ns)
{
  gint64 tick;

  if (G_LIKELY(program->loaded && now_ns < program->tick_ends_ns)) {
    program->now_ns = MAX(program->now_ns, now_ns);
    return;
  }
  if (!program->loaded) {
    program->now_ns = now_ns;
    program->loaded_jiffies = (guint64)1 << 40; /* a machine that has been up for a while */
    program->jiffies = program->loaded_jiffies;
    load(program);
  }
  tick = tick_of(program, now_ns);
  program->now_ns = now_ns;
  program->jiffies = program->loaded_jiffies + (guint64)(tick - tick_of(program, program->loaded_ns));
  program->tick_ends_ns =
    tick >= G_MAXINT64 / (NS_PER_S / program->hz) ? G_MAXINT64 : (tick + 1) * (NS_PER_S / program->hz);
}

static void free_states(fw_program *program)
{
  guint i;

  for (i = 0; i < program->ruleset->n_matches; i++) {
    const fw_test *test = &program->tests[i];
    const fw_test_ops *ops =
      test->match != NULL && test->match->ops != NULL ? fw_test_ops_of(test->match->ops->id) : NULL;

    if (ops != NULL && test->state != NULL && ops->free_state != NULL)
      ops->free_state(test->state);
  }
}

void fw_program_free(fw_program *program)
{
  guint family, hook, i;

  if (program == NULL)
    return;
  free_states(program);
  for (i = 0; i < program->n_chains; i++)
    fw_index_free(program->chains[i].index);
  fw_nft_run_free(program->nft);
  g_hash_table_destroy(program->chain_of);
  g_ptr_array_free(program->patterns, TRUE);
  g_hash_table_destroy(program->pattern_of);
  g_hash_table_destroy(program->names);
  g_hash_table_destroy(program->recents);
  g_hash_table_destroy(program->hashlimits);
  g_hash_table_destroy(program->sets);
  g_hash_table_destroy(program->timeouts);
  g_free(program->nothing.holds);
  g_free(program->unknown.holds);
  for (family = 0; family < 2; family++)
    for (hook = 0; hook < FW_HOOKS; hook++) {
      g_array_free(program->hooks[family][hook], TRUE);
      g_free(program->rows[family][hook].chains);
    }
  g_free(program->stack);
  g_free(program->hits);
  g_free(program->steps_memory);
  g_free(program->tests);
  g_free(program->chains);
  g_free(program);
}
