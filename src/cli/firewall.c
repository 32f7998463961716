/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall.h"

#include <string.h>

#include "firewall/iptables.h"
#include "packet/packet.h"
#include "say.h"

enum { DLT_ETHERNET = 1, NOTES_MOST = 10, DROPS_MOST = 5 };

typedef struct rules_text {
  char *name;
  GString *text;
} rules_text;

static void text_free(gpointer data)
{
  rules_text *t = data;

  g_free(t->name);
  g_string_free(t->text, TRUE);
  g_free(t);
}

static gboolean set_facts(cli_firewall *f)
{
  const cli_options *o = f->o;
  guint i;

  for (i = 0; i < o->locals->len; i++)
    if (!fw_box_facts_local(f->facts, g_ptr_array_index(o->locals, i))) {
      cli_say("--local %s: give ADDRESS/LENGTH, with @INTERFACE if you like", (char *)g_ptr_array_index(o->locals, i));
      return FALSE;
    }
  for (i = 0; i < o->routes->len; i++)
    if (!fw_box_facts_route(f->facts, g_ptr_array_index(o->routes, i))) {
      cli_say("--route %s: give PREFIX=INTERFACE", (char *)g_ptr_array_index(o->routes, i));
      return FALSE;
    }
  for (i = 0; i < o->assumptions->len; i++)
    if (!fw_box_facts_assume(f->facts, g_ptr_array_index(o->assumptions, i))) {
      cli_say("--assume %s: give MATCH=yes or MATCH=no", (char *)g_ptr_array_index(o->assumptions, i));
      return FALSE;
    }
  f->facts->interface = g_strdup(o->iface);
  f->facts->bridge = o->bridge != NULL;
  f->facts->bridge_name = g_strdup(o->bridge);
  return TRUE;
}

gboolean cli_firewall_load(cli_firewall *f, const cli_options *o)
{
  GError *error = NULL;
  guint i;

  memset(f, 0, sizeof *f);
  f->o = o;
  if (o->rules->len == 0) {
    if (o->routes->len == 0 && o->assumptions->len == 0 && o->iface == NULL && o->bridge == NULL && o->verdicts == 0 &&
        o->rule == NULL)
      return TRUE;
    cli_say("--route, --iface, --bridge, --assume, --verdict and --rule say nothing without --rules FILE");
    return FALSE;
  }
  f->texts = g_ptr_array_new_with_free_func(text_free);
  f->facts = fw_box_facts_new();
  if (!set_facts(f))
    return FALSE;
  for (i = 0; i < o->rules->len; i++) {
    rules_text *t = g_new0(rules_text, 1);

    t->name = g_strdup(g_ptr_array_index(o->rules, i));
    t->text = g_string_new(NULL);
    g_ptr_array_add(f->texts, t);
    if (!fw_rules_load(t->name, t->text, &error)) {
      cli_usage(error);
      return FALSE;
    }
  }
  return TRUE;
}

/* Each is a question that a verdict may hang on. */
static void say_notes(const fw_ruleset *r)
{
  guint i;

  for (i = 0; i < r->notes->len && i < NOTES_MOST; i++) {
    const fw_note *note = g_ptr_array_index(r->notes, i);

    cli_say("note: %s:%u: %s: %s", note->place.file, note->place.line, fw_note_kind_text(note->kind), note->words);
  }
  if (r->notes->len > NOTES_MOST)
    cli_say("note: and %u more; ctreplay rules FILE lists them", r->notes->len - NOTES_MOST);
}

static void say_backend(const cli_firewall *f)
{
  const fw_read_options none = { FALSE, FW_IPV4, (fw_backend)f->o->backend };
  guint i;

  for (i = 0; i < f->ruleset->files->len; i++) {
    const fw_file *file = g_ptr_array_index(f->ruleset->files, i);
    const char *said;
    fw_backend backend;

    if (file->sets)
      continue;
    backend = fw_file_backend(file, &none, &said);
    cli_say("note: %s: rules are judged as iptables-%s does (%s)", file->name,
            backend == FW_BACKEND_LEGACY ? "legacy" : "nft", said);
    return;
  }
}

static void on_packet(ct_engine *engine, const replay_seen *seen, ct_result *result, gpointer user)
{
  cli_firewall *f = user;
  fw_arrival arrival = { .packet = seen->packet, .in = seen->interface };

  if (seen->frame->link == DLT_ETHERNET && seen->frame->captured >= 14)
    arrival.link = seen->frame->data;
  fw_firewall_packet(f->firewall, engine, &arrival, result);
}

gboolean cli_firewall_start(cli_firewall *f, const ct_params *params, guint wants, gboolean passed)
{
  const cli_options *o = f->o;
  const fw_read_options read = { FALSE, FW_IPV4, (fw_backend)o->backend };
  fw_firewall_options options = { .backend = (fw_backend)o->backend, .mode = (fw_mode)o->rules_mode };
  GError *error = NULL;
  guint i;

  if (f->texts == NULL)
    return TRUE;
  f->ruleset = fw_ruleset_new();
  for (i = 0; i < f->texts->len; i++) {
    const rules_text *t = g_ptr_array_index(f->texts, i);

    if (!fw_rules_read(f->ruleset, t->name, t->text->str, t->text->len, &read, &error)) {
      cli_usage(error);
      return FALSE;
    }
  }
  fw_rules_finish(f->ruleset);
  say_backend(f);
  say_notes(f->ruleset);
  options.hz = params->hz;
  options.seed = params->hash_seed;
  f->tells_walk = (wants & EMIT_WANTS_WALK) != 0;
  f->tells_transcript = (wants & EMIT_WANTS_FIREWALL) != 0;
  options.record = f->tells_walk || f->tells_transcript || passed;
  options.record_passed = passed;
  f->firewall = fw_firewall_new(f->ruleset, f->facts, &options);
  f->door = (replay_door){ on_packet, f };
  f->rule = g_string_new(NULL);
  f->why = g_string_new(NULL);
  f->walk = g_string_new(NULL);
  f->transcript = g_string_new(NULL);
  f->head = g_string_new(NULL);
  f->counters = g_string_new(NULL);
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
  if (f->ruleset != NULL)
    fw_ruleset_free(f->ruleset);
  fw_box_facts_free(f->facts);
  if (f->texts != NULL)
    g_ptr_array_free(f->texts, TRUE);
  string_free(f->rule);
  string_free(f->why);
  string_free(f->walk);
  string_free(f->transcript);
  string_free(f->head);
  string_free(f->counters);
  memset(f, 0, sizeof *f);
}

/* ---- words ---- */

static void tell_unknown(GString *out, const fw_decision *d)
{
  if (d->unknown_match != NULL)
    g_string_append_printf(out, "-m %s cannot be known here", d->unknown_match->name);
  else if (d->unknown_test == FW_TEST_IN)
    g_string_append(out, "its input interface is not known (--iface, --route)");
  else if (d->unknown_test == FW_TEST_OUT)
    g_string_append(out, "its output interface is not known (--route)");
  else
    g_string_append(out, "what its target does is not known here");
}

static void tell_why(GString *out, const fw_outcome *o)
{
  const fw_decision *d = &o->decision;

  if (o->kernel == FW_KERNEL_TTL)
    g_string_append(out, "its TTL ends here");
  else if (o->kernel == FW_KERNEL_NO_LISTENER)
    g_string_append(out, "multicast that the box neither takes nor forwards");
  else if (o->kernel == FW_KERNEL_CONNTRACK)
    g_string_append(out, "by conntrack itself");
  else if (o->kernel == FW_KERNEL_NAT)
    g_string_append(out, "by address translation");
  else if (d->hotdrop)
    g_string_append(out, "its header is too short for the rule's match");
  if (o->verdict == FW_VERDICT_UNKNOWN && d->unknown != NULL)
    tell_unknown(out, d);
  if (o->verdict == FW_VERDICT_REJECT && o->answer.why_not != NULL)
    g_string_append_printf(out, "not answered: %s", o->answer.why_not);
  if (o->nat_unknown != NULL)
    g_string_append_printf(out, "%snat rule %s:%u asks for an address of the box that is not said (--local)",
                           out->len > 0 ? "; " : "", o->nat_unknown->chain->name, o->nat_unknown->number);
}

static const fw_rule *rule_of(const fw_decision *d)
{
  return d->verdict == FW_VERDICT_UNKNOWN && d->unknown != NULL ? d->unknown : d->rule;
}

const emit_rules *cli_firewall_tell(cli_firewall *f, const ct_packet *packet)
{
  const fw_outcome *o;
  const fw_rule *rule;

  if (f->firewall == NULL)
    return NULL;
  o = fw_firewall_outcome(f->firewall);
  g_string_truncate(f->rule, 0);
  g_string_truncate(f->why, 0);
  fw_decision_place(f->rule, &o->decision);
  tell_why(f->why, o);
  rule = rule_of(&o->decision);
  f->told = (emit_rules){ .verdict = o->verdict == FW_VERDICT_NONE ? NULL : fw_verdict_name(o->verdict),
                          .rule = f->rule->str,
                          .why = f->why->str,
                          .file = rule != NULL ? rule->chain->table->file : NULL,
                          .line = rule != NULL ? rule->line : 0,
                          .mark = o->verdict == FW_VERDICT_NONE ? 0 : o->packet.mark };
  if (f->tells_walk) {
    g_string_truncate(f->walk, 0);
    fw_tell_walk(f->walk, f->firewall);
    f->told.walk = f->walk->str;
  }
  if (f->tells_transcript) {
    g_string_truncate(f->transcript, 0);
    fw_tell_transcript(f->transcript, f->firewall, f->sides, packet);
    f->told.transcript = f->transcript->str;
  }
  return &f->told;
}

static void put_list(GString *out, const char *name, const GPtrArray *values)
{
  guint i;

  g_string_append_printf(out, ",\"%s\":[", name);
  for (i = 0; i < values->len; i++) {
    g_autofree char *escaped = g_strescape(g_ptr_array_index(values, i), NULL);

    g_string_append_printf(out, "%s\"%s\"", i > 0 ? "," : "", escaped);
  }
  g_string_append_c(out, ']');
}

const char *cli_firewall_head(cli_firewall *f)
{
  if (f->firewall == NULL)
    return NULL;
  g_string_truncate(f->head, 0);
  put_list(f->head, "rules", f->o->rules);
  put_list(f->head, "local", f->o->locals);
  put_list(f->head, "route", f->o->routes);
  return f->head->str;
}

const char *cli_firewall_counters(cli_firewall *f)
{
  if (f->firewall == NULL)
    return NULL;
  g_string_truncate(f->counters, 0);
  fw_tell_counters(f->counters, f->firewall);
  return f->counters->str;
}

/* ---- selection ---- */

gboolean cli_firewall_chosen(const cli_firewall *f)
{
  const fw_outcome *o;
  GString *place;
  gboolean same;

  if (f->firewall == NULL)
    return TRUE;
  o = fw_firewall_outcome(f->firewall);
  if (f->o->verdicts != 0 && !(f->o->verdicts & 1u << o->verdict))
    return FALSE;
  if (f->o->rule == NULL)
    return TRUE;
  place = g_string_new(NULL);
  fw_decision_place(place, &o->decision);
  same = strcmp(place->str, f->o->rule) == 0;
  g_string_free(place, TRUE);
  return same;
}

/* ---- the summary ---- */

typedef struct dropper {
  guint64 packets;
  const fw_chain *chain;
  const fw_rule *rule; /* NULL: the policy */
} dropper;

static gint heavier(gconstpointer a, gconstpointer b)
{
  const dropper *x = a, *y = b;

  return x->packets < y->packets ? 1 : x->packets > y->packets ? -1 : 0;
}

static void add_droppers(GArray *drops, const fw_program *program, const fw_walk_chain *c)
{
  dropper d = { c->counters.packets - c->chain->counters.packets, c->chain, NULL };
  guint i;

  if (c->chain->policy == FW_POLICY_DROP && d.packets > 0)
    g_array_append_val(drops, d);
  for (i = 0; i < c->n; i++) {
    d = (dropper){ program->hits[c->steps[i].rule->serial].packets, c->chain, c->steps[i].rule };
    if ((c->steps[i].end == FW_END_DROP || c->steps[i].end == FW_END_REJECT) && d.packets > 0)
      g_array_append_val(drops, d);
  }
}

void cli_firewall_drops(const cli_firewall *f, emit_text *out)
{
  const fw_program *program = fw_firewall_program(f->firewall);
  GArray *drops = g_array_new(FALSE, FALSE, sizeof(dropper));
  guint i;

  for (i = 0; i < program->n_chains; i++)
    add_droppers(drops, program, &program->chains[i]);
  g_array_sort(drops, heavier);
  for (i = 0; i < drops->len && i < DROPS_MOST; i++) {
    const dropper *d = &g_array_index(drops, dropper, i);

    emit_text_format(out, "  %8" G_GUINT64_FORMAT "  ", d->packets);
    if (d->rule != NULL)
      emit_text_format(out, "%s:%s:rule:%u (%s:%u)\n", d->chain->table->name, d->chain->name, d->rule->number,
                       d->chain->table->file, d->rule->line);
    else
      emit_text_format(out, "the policy of %s:%s\n", d->chain->table->name, d->chain->name);
  }
  if (drops->len > DROPS_MOST)
    emit_text_format(out, "  and %u more; ctreplay rules --rules FILE CAPTURE counts all\n", drops->len - DROPS_MOST);
  if (drops->len == 0)
    emit_text_literal(out, "  no rule dropped a packet for certain\n");
  if (fw_firewall_tally(f->firewall)->unknown > 0)
    emit_text_format(out,
                     "  %8" G_GUINT64_FORMAT
                     "  unknown: a rule asks for what is not known (-P says which; --route, --local, "
                     "--assume settle it)\n",
                     fw_firewall_tally(f->firewall)->unknown);
  g_array_free(drops, TRUE);
}

void cli_firewall_say_notes(const cli_firewall *f)
{
  const fw_program *program;

  if (f->firewall == NULL)
    return;
  program = fw_firewall_program(f->firewall);
  if (program->zones_wait)
    cli_say("note: rules ask for conntrack zones, which are not followed yet");
  if (fw_firewall_tally(f->firewall)->nat_unknown > 0)
    cli_say("note: %" G_GUINT64_FORMAT
            " packets met a nat rule that asks for an address of the box; which it is, --local ADDRESS@INTERFACE would "
            "say: they were not translated",
            fw_firewall_tally(f->firewall)->nat_unknown);
  if (program->loaded && !program->tracks)
    cli_say("note: no rule needs conntrack; a kernel with these rules alone would track nothing");
}
