/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall.h"

#include "box/box.h"

#include <string.h>

#include "firewall/iptables.h"
#include "firewall/save.h"
#include "firewall/walk/policies.h"
#include "packet/packet.h"
#include "labels.h"
#include "rules_text.h"
#include "say.h"

enum { NOTES_MOST = 10 };

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean refuse(GError **error, const char *format, ...)
{
  va_list values;

  va_start(values, format);
  if (error != NULL)
    *error = g_error_new_valist(CLI_ERROR, CLI_ERROR_USAGE, format, values);
  va_end(values);
  return FALSE;
}

static gboolean read_policies(cli_firewall *f, GError **error)
{
  const char *path = f->o->timeout_policies, *reason = NULL;
  GString *text = g_string_new(NULL);
  guint line = 0;
  gboolean fine;

  if (f->o->policies_text != NULL)
    g_string_assign(text, f->o->policies_text);
  fine = f->o->policies_text != NULL || fw_rules_load(path, text, error);
  if (fine && !fw_policies_read(f->facts, text->str, &line, &reason))
    fine = refuse(error, "--timeout-policies %s: line %u: %s", path, line, reason);
  g_string_free(text, TRUE);
  return fine;
}

/* Its own, or those that were read before. */
static const char *const *label_names(const cli_firewall *f)
{
  return (const char *const *)(f->label_names != NULL ? f->label_names : f->o->label_names);
}

/* Rules of policy routing, and the tables that they choose, of which a box alone tells. */
static gboolean set_routing(cli_firewall *f, const box *b, GError **error)
{
  guint six, i;

  for (six = 0; six < 2; six++)
    for (i = 0; i < b->rules[six]->len; i++)
      if (!fw_box_facts_rule(f->facts, g_ptr_array_index(b->rules[six], i)))
        return refuse(error, "--box: no rule of policy routing: %s", (const char *)g_ptr_array_index(b->rules[six], i));
  for (i = 0; i < b->tables->len; i++)
    if (!fw_box_facts_table(f->facts, g_ptr_array_index(b->tables, i)))
      return refuse(error, "--box: no route: %s", (const char *)g_ptr_array_index(b->tables, i));
  return TRUE;
}

static gboolean set_facts(cli_firewall *f, GError **error)
{
  const cli_options *o = f->o;
  guint i;

  for (i = 0; i < o->locals->len; i++)
    if (!fw_box_facts_local(f->facts, g_ptr_array_index(o->locals, i)))
      return refuse(error, "--local %s: give ADDRESS/LENGTH, with @INTERFACE if you like",
                    (char *)g_ptr_array_index(o->locals, i));
  for (i = 0; i < o->routes->len; i++)
    if (!fw_box_facts_route(f->facts, g_ptr_array_index(o->routes, i)))
      return refuse(error, "--route %s: give PREFIX=INTERFACE, or PREFIX=unreachable, prohibit, blackhole or throw",
                    (char *)g_ptr_array_index(o->routes, i));
  if (o->box_routed && !set_routing(f, o->box, error))
    return FALSE;
  for (i = 0; i < o->assumptions->len; i++)
    if (!fw_box_facts_assume(f->facts, g_ptr_array_index(o->assumptions, i)))
      return refuse(error, "--assume %s: give MATCH=yes or MATCH=no", (char *)g_ptr_array_index(o->assumptions, i));
  f->facts->labels = label_names(f);
  f->facts->interface = g_strdup(o->iface);
  f->facts->bridge = o->bridge != NULL;
  f->facts->localnet_ends = o->box != NULL && o->box->localnet_told && !o->box->route_localnet;
  for (i = 0; i < 2 && o->box != NULL && !f->facts->bridge; i++)
    f->facts->host[i] = o->box->host[i];
  f->facts->no_router6 = o->box != NULL && o->box->router6_told && !o->box->router6;
  f->facts->source_routes = o->box != NULL && o->box->all_source_routes && o->box->source_routes;
  f->facts->bridge_name = g_strdup(o->bridge);
  return o->timeout_policies == NULL || read_policies(f, error);
}

const char *cli_firewall_option(const cli_options *o)
{
  const struct {
    gboolean given;
    const char *name;
  } options[] = {
    { o->rules_mode != 0, "mode" },           { o->iface != NULL, "iface" },
    { o->routes->len > 0, "route" },          { o->bridge != NULL, "bridge" },
    { o->assumptions->len > 0, "assume" },    { o->verdicts != 0, "verdict" },
    { o->rule_wanted.table != NULL, "rule" }, { o->timeout_policies != NULL, "timeout-policies" },
    { o->view != CLI_VIEW_ARRIVED, "view" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(options); i++)
    if (options[i].given)
      return options[i].name;
  return NULL;
}

gboolean cli_firewall_is_alone(const cli_options *o, gboolean reads)
{
  const char *name = cli_firewall_option(o);

  if (name == NULL && !reads && o->backend != FW_BACKEND_UNSET)
    name = "backend";
  if (name != NULL)
    cli_say("--%s: says nothing without --rules FILE", name);
  return name == NULL;
}

static GPtrArray *texts_of_box(const box *b)
{
  GPtrArray *texts = cli_rules_texts_new(), *rules = box_rules(b);
  guint i;

  for (i = 0; i < rules->len; i++) {
    const box_file *file = g_ptr_array_index(rules, i);
    GString *text = box_rules_text(b, file);

    if (file->kind == BOX_IPTABLES || file->kind == BOX_IP6TABLES)
      cli_rules_texts_add_of(texts, file->name, text, file->kind == BOX_IP6TABLES ? FW_IPV6 : FW_IPV4);
    else
      cli_rules_texts_add(texts, file->name, text);
  }
  g_ptr_array_unref(rules);
  return texts;
}

static gboolean has_sets(const GPtrArray *texts)
{
  guint i;

  for (i = 0; i < texts->len; i++) {
    const char *text = ((cli_rules_text *)g_ptr_array_index(texts, i))->text->str;

    if (g_str_has_prefix(text, "create ") || strstr(text, "\ncreate ") != NULL)
      return TRUE;
  }
  return FALSE;
}

/* Rules of the command line ask for the box's sets, unless they bring their own. */
static void add_sets_of_box(GPtrArray *texts, const box *b)
{
  GPtrArray *rules;
  guint i;

  if (b == NULL || has_sets(texts))
    return;
  rules = box_rules(b);
  for (i = 0; i < rules->len; i++) {
    const box_file *file = g_ptr_array_index(rules, i);

    if (file->kind == BOX_IPSET)
      cli_rules_texts_add(texts, file->name, box_rules_text(b, file));
  }
  g_ptr_array_unref(rules);
}

gboolean cli_firewall_load(cli_firewall *f, const cli_options *o)
{
  GError *error = NULL;

  memset(f, 0, sizeof *f);
  f->o = o;
  f->refusal = CLI_EXIT_USAGE;
  if (!cli_labels_read(o, &f->label_names, &error)) {
    f->refusal = cli_usage(error);
    return FALSE;
  }
  if (o->rules->len == 0 && !o->box_ruled)
    return cli_firewall_is_alone(o, FALSE);
  f->facts = fw_box_facts_new();
  if (set_facts(f, &error))
    f->texts = o->box_ruled ? texts_of_box(o->box) : cli_rules_texts_read(o->rules, &error);
  if (f->texts == NULL)
    f->refusal = cli_usage(error);
  else if (!o->box_ruled)
    add_sets_of_box(f->texts, o->box);
  return f->texts != NULL;
}

/* Scenarios that share rules would say it one after the other. */
static void say_once(const cli_firewall *f, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void say_once(const cli_firewall *f, const char *format, ...)
{
  va_list values;
  char *words;

  va_start(values, format);
  words = g_strdup_vprintf(format, values);
  va_end(values);
  if (!g_hash_table_contains(f->o->notes_said, words))
    cli_say("%s", words);
  g_hash_table_add(f->o->notes_said, words);
}

/* Each is a question that a verdict may hang on. */
static void say_notes(const cli_firewall *f)
{
  const fw_ruleset *r = f->ruleset;
  guint i;

  if (r->tables->len == 0)
    say_once(
      f, "note: --rules: there is no table in what was given, and nothing to judge by; who is not root gets none from "
         "iptables-save");
  for (i = 0; i < r->notes->len && i < NOTES_MOST; i++) {
    const fw_note *note = g_ptr_array_index(r->notes, i);

    if (note->kind == FW_NOTE_LABEL && label_names(f) != NULL)
      continue;
    say_once(f,
             note->kind == FW_NOTE_LABEL ? "note: %s:%u: %s: %s; --connlabels FILE says which it is"
                                         : "note: %s:%u: %s: %s",
             note->place.file, note->place.line, fw_note_kind_text(note->kind), note->words);
  }
  if (r->notes->len > NOTES_MOST)
    say_once(f, "note: and %u more; ctreplay rules FILE lists them", r->notes->len - NOTES_MOST);
}

/* ---- what the command line says of the rules ---- */

/* An assumption that nothing asks for is most likely misspelt. */
static gboolean assumptions_are_asked_for(const cli_firewall *f, GError **error)
{
  guint i;

  for (i = 0; i < f->facts->assumptions->len; i++) {
    const fw_assumption *a = &g_array_index(f->facts->assumptions, fw_assumption, i);

    if (fw_ruleset_has_match(f->ruleset, a->match))
      continue;
    return refuse(error, "--assume %s=%s: no rule has -m %s", a->match, a->holds ? "yes" : "no", a->match);
  }
  return TRUE;
}

/* "INPUT, FORWARD, OUTPUT" */
static char *names_of_chains(const fw_table *table)
{
  GString *names = g_string_new(NULL);
  guint i;

  for (i = 0; i < table->chains->len && i < NOTES_MOST; i++)
    g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", ((fw_chain *)g_ptr_array_index(table->chains, i))->name);
  if (i < table->chains->len)
    g_string_append(names, ", ...");
  return g_string_free(names, FALSE);
}

/* Of both families one may have it. */
static gboolean rule_is_there(const cli_firewall *f, GError **error)
{
  const cli_rule_name *wanted = &f->o->rule_wanted;
  const fw_table *table = NULL;
  const fw_chain *chain = NULL;
  guint i;

  for (i = 0; i < f->ruleset->tables->len; i++) {
    const fw_table *one = g_ptr_array_index(f->ruleset->tables, i);
    const fw_chain *other;

    if (strcmp(one->name, wanted->table) != 0)
      continue;
    table = one;
    other = fw_table_chain(one, wanted->chain);
    if (other != NULL && (wanted->number == 0 ? other->hook != FW_HOOK_NONE : wanted->number <= other->n_rules))
      return TRUE;
    chain = other != NULL ? other : chain;
  }
  if (table == NULL) {
    refuse(error, "--rule %s: the rules have no table %s", wanted->text, wanted->table);
  } else if (chain == NULL) {
    g_autofree char *names = names_of_chains(table);

    refuse(error, "--rule %s: table %s has no chain %s, but %s", wanted->text, table->name, wanted->chain, names);
  } else if (wanted->number == 0) {
    refuse(error, "--rule %s: %s is no built-in chain and has no policy", wanted->text, chain->name);
  } else {
    refuse(error, "--rule %s: chain %s has %u rule%s", wanted->text, chain->name, chain->n_rules,
           chain->n_rules == 1 ? "" : "s");
  }
  return FALSE;
}

/* ---- the run ---- */

/* The firewall itself, over rules that have been read. */
static void make(cli_firewall *f, const ct_params *params, gboolean record, gboolean passed)
{
  const fw_firewall_options options = { .backend = (fw_backend)f->o->backend,
                                        .mode =
                                          f->o->rules_mode > 0 ? (fw_mode)(f->o->rules_mode - 1) : FW_MODE_FAITHFUL,
                                        .hz = params->hz,
                                        .seed = params->hash_seed,
                                        .record = record,
                                        .record_passed = passed,
                                        .sums_stand =
                                          f->o->replay.checksums == CT_CHECKSUMS_VERIFY && !params->checksum };

  f->firewall = fw_firewall_new(f->ruleset, f->facts, &options);
  cli_firewall_open_door(f);
  f->rule = g_string_new(NULL);
  f->why = g_string_new(NULL);
  f->walk = g_string_new(NULL);
  f->leaves = g_string_new(NULL);
  f->transcript = g_string_new(NULL);
  f->head = g_string_new(NULL);
  f->counters = g_string_new(NULL);
}

void cli_firewall_fork(cli_firewall *f, const cli_firewall *from, const ct_params *params, gboolean records)
{
  memset(f, 0, sizeof *f);
  f->o = from->o;
  if (from->firewall == NULL)
    return;
  f->forked = TRUE;
  f->ruleset = from->ruleset;
  f->facts = from->facts;
  make(f, params, records, FALSE);
}

static gboolean read_rules(cli_firewall *f, GError **error)
{
  const fw_read_options read = { FALSE, FW_IPV4, (fw_backend)f->o->backend };
  guint i;

  f->ruleset = fw_ruleset_new();
  if (!cli_rules_texts_open(f->texts, error))
    return FALSE;
  for (i = 0; i < f->texts->len; i++) {
    const cli_rules_text *t = g_ptr_array_index(f->texts, i);

    if (!cli_rules_text_parse(f->ruleset, t, &read, error))
      return FALSE;
  }
  fw_rules_finish(f->ruleset);
  return assumptions_are_asked_for(f, error) && (f->o->rule_wanted.table == NULL || rule_is_there(f, error));
}

gboolean cli_firewall_start(cli_firewall *f, const ct_params *params, guint wants, gboolean passed)
{
  GError *error = NULL;

  if (f->texts == NULL)
    return TRUE;
  if (!read_rules(f, &error)) {
    cli_usage(error);
    return FALSE;
  }
  say_notes(f);
  f->tells_walk = (wants & EMIT_WANTS_WALK) != 0 || passed;
  f->tells_transcript = (wants & EMIT_WANTS_FIREWALL) != 0;
  make(f, params, f->tells_walk || f->tells_transcript || passed, passed);
  return TRUE;
}

gboolean cli_firewall_take(cli_firewall *f, const cli_options *o, GPtrArray *texts, const ct_params *params,
                           GError **error)
{
  memset(f, 0, sizeof *f);
  f->o = o;
  f->texts = texts;
  f->facts = fw_box_facts_new();
  if (!set_facts(f, error) || !read_rules(f, error))
    return FALSE;
  say_notes(f);
  make(f, params, TRUE, TRUE);
  return TRUE;
}

static void string_free(GString *text)
{
  if (text != NULL)
    g_string_free(text, TRUE);
}

void cli_firewall_clear(cli_firewall *f)
{
  fw_firewall_free(f->firewall);
  cli_leaving_clear(&f->leaving);
  if (f->arrived_bytes != NULL)
    g_byte_array_unref(f->arrived_bytes);
  if (f->ruleset != NULL && !f->forked)
    fw_ruleset_free(f->ruleset);
  if (!f->forked) {
    fw_box_facts_free(f->facts);
    cli_labels_free(f->label_names);
  }
  if (f->texts != NULL)
    g_ptr_array_free(f->texts, TRUE);
  string_free(f->rule);
  string_free(f->why);
  string_free(f->walk);
  string_free(f->leaves);
  string_free(f->transcript);
  string_free(f->head);
  string_free(f->counters);
  memset(f, 0, sizeof *f);
}

/* ---- what was counted ---- */

/* "filter:FORWARD:rule:4": whether it names this chain; what stands behind it. */
static const char *behind_chain(const char *place, const fw_chain *chain)
{
  gsize table = strlen(chain->table->name), name = strlen(chain->name);

  return strncmp(place, chain->table->name, table) == 0 && place[table] == ':' &&
             strncmp(place + table + 1, chain->name, name) == 0 && place[table + 1 + name] == ':'
           ? place + table + name + 2
           : NULL;
}

static gboolean counted_in(const fw_program *program, const fw_walk_chain *walked, const char *what, fw_counters *now,
                           fw_counters *before)
{
  const fw_chain *chain = walked->chain;
  guint64 number;

  if (strcmp(what, "policy") == 0 && chain->hook != FW_HOOK_NONE) {
    *now = walked->counters;
    *before = chain->counters;
    return TRUE;
  }
  if (!g_str_has_prefix(what, "rule:") || !g_ascii_string_to_unsigned(what + 5, 10, 1, chain->n_rules, &number, NULL))
    return FALSE;
  *now = program->hits[chain->rules[number - 1]->serial].counters;
  *before = chain->rules[number - 1]->counters;
  return TRUE;
}

gboolean cli_firewall_counted(const cli_firewall *f, const char *place, fw_counters *counters)
{
  const fw_program *program = fw_firewall_program(f->firewall);
  gboolean found = FALSE;
  guint i;

  *counters = (fw_counters){ 0, 0 };
  for (i = 0; i < program->n_chains; i++) {
    const char *what = behind_chain(place, program->chains[i].chain);
    fw_counters now, before;

    if (what == NULL || !counted_in(program, &program->chains[i], what, &now, &before))
      continue;
    counters->packets += now.packets - before.packets;
    counters->bytes += now.bytes - before.bytes;
    found = TRUE;
  }
  return found;
}

/* ---- selection ---- */

static gboolean is_wanted(const cli_rule_name *wanted, const fw_decision *d)
{
  const fw_rule *rule = fw_decision_rule(d);
  const fw_chain *chain = rule != NULL ? rule->chain : d->chain;

  return chain != NULL && (rule != NULL ? rule->number : 0) == wanted->number &&
         strcmp(chain->name, wanted->chain) == 0 && strcmp(chain->table->name, wanted->table) == 0;
}

gboolean cli_firewall_chosen(const cli_firewall *f)
{
  const fw_outcome *o;

  if (f->firewall == NULL)
    return TRUE;
  o = fw_firewall_outcome(f->firewall);
  if (f->o->verdicts != 0 && !(f->o->verdicts & 1u << o->verdict))
    return FALSE;
  return f->o->rule_wanted.table == NULL || is_wanted(&f->o->rule_wanted, &o->decision);
}

/* Whether chains that only the box's own packets meet say anything. */
static gboolean asks_about_the_box(const fw_ruleset *r)
{
  guint i;

  for (i = 0; i < r->tables->len; i++) {
    const fw_table *table = g_ptr_array_index(r->tables, i);
    const fw_chain *input = fw_table_hook_chain(table, FW_HOOK_INPUT),
                   *output = fw_table_hook_chain(table, FW_HOOK_OUTPUT);

    if ((input != NULL && (input->n_rules > 0 || input->policy == FW_POLICY_DROP)) ||
        (output != NULL && (output->n_rules > 0 || output->policy == FW_POLICY_DROP)))
      return TRUE;
  }
  return FALSE;
}

/* Only where the other half of iptables would have judged otherwise. */
static void say_backend(const cli_firewall *f)
{
  const fw_read_options asked = { FALSE, FW_IPV4, (fw_backend)f->o->backend };
  const fw_program *program = fw_firewall_program(f->firewall);
  guint i;

  if (!program->backend_decides)
    return;
  for (i = 0; i < f->ruleset->files->len; i++) {
    const fw_file *file = g_ptr_array_index(f->ruleset->files, i);
    const char *said;
    gboolean legacy;

    if (file->sets || file->nft)
      continue;
    legacy = fw_file_backend(file, &asked, &said) == FW_BACKEND_LEGACY;
    say_once(
      f,
      "note: judged as iptables-%s does (%s), which decided here: --backend %s judges a header that is too short "
      "otherwise",
      legacy ? "legacy" : "nft", said, legacy ? "nft" : "legacy");
    return;
  }
}

static void say_unwritten(const cli_firewall *f)
{
  const fw_tally *t = fw_firewall_tally(f->firewall);

  if (t->unwritten > 0)
    say_once(f,
             "note: %" G_GUINT64_FORMAT
             " translated connection%s a helper whose packets a kernel with %s writes anew (the first: %s): here "
             "payloads stay as they are, and what they announce is expected at the addresses inside",
             t->unwritten, t->unwritten == 1 ? " has" : "s have", t->unwritten_module, t->unwritten_helper);
}

static void say_unplaced(const cli_firewall *f)
{
  const fw_tally *t = fw_firewall_tally(f->firewall);
  GString *from;

  if (t->unplaced == 0)
    return;
  from = g_string_new(NULL);
  fw_save_address(from, t->unplaced_family, &t->unplaced_from);
  say_once(f,
           "note: %" G_GUINT64_FORMAT
           " packets look like answers of the box's own to what rules reject, the first from %s, and were judged as "
           "packets of others: --local %s/LENGTH says that the address is the box's",
           t->unplaced, from->str, from->str);
  g_string_free(from, TRUE);
}

void cli_firewall_say_notes(const cli_firewall *f)
{
  const fw_program *program;

  if (f->firewall == NULL)
    return;
  program = fw_firewall_program(f->firewall);
  if (!program->loaded)
    return;
  cli_firewall_say_views(f);
  say_backend(f);
  if (f->facts->local->len == 0 && !f->facts->bridge && asks_about_the_box(f->ruleset))
    say_once(
      f, "note: without --local ADDRESS/LENGTH the box has no address: its packets were judged as forwarded ones, not "
         "by INPUT and OUTPUT");
  if (program->offloads)
    say_once(
      f,
      "note: rules take flows past themselves (flow add): from then on a kernel shows them to no rule; their counters "
      "and INVALID packets no replay can know");
  if (fw_firewall_tally(f->firewall)->nat_unknown > 0)
    say_once(
      f,
      "note: %" G_GUINT64_FORMAT
      " packets met a nat rule of which is not known to what it maps, and were not translated: an address of the "
      "box is said by --local ADDRESS@INTERFACE",
      fw_firewall_tally(f->firewall)->nat_unknown);
  say_unwritten(f);
  say_unplaced(f);
  if (fw_firewall_tally(f->firewall)->nat_perhaps > 0)
    say_once(f,
             "note: of %" G_GUINT64_FORMAT
             " packets it is not known whether a nat rule holds, and they were not translated: explain says of which "
             "and why; where it asks for the interface out, --route NETWORK=INTERFACE says that",
             fw_firewall_tally(f->firewall)->nat_perhaps);
  if (program->no_policy != NULL)
    say_once(
      f,
      "note: CT --timeout %s: no policy of that name and for such packets is known, and the settings' timeouts were "
      "kept; --timeout-policies FILE says what `nfct timeout list` prints",
      program->no_policy);
  if (!program->tracks)
    say_once(f, "note: no rule needs conntrack; a kernel with these rules alone would track nothing");
}
