/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "library.h"

#include <string.h>

#include "firewall/iptables.h"
#include "firewall/save.h"
#include "firewall/walk/walk.h"

enum { LINK_ETHERNET_BYTES = 14 };
#define RULING_LEAST (offsetof(ctreplay_ruling, answered) + sizeof(uint32_t))

_Static_assert((int)CTREPLAY_RULES_NONE == FW_VERDICT_NONE && (int)CTREPLAY_RULES_ACCEPT == FW_VERDICT_ACCEPT &&
                 (int)CTREPLAY_RULES_DROP == FW_VERDICT_DROP && (int)CTREPLAY_RULES_REJECT == FW_VERDICT_REJECT &&
                 (int)CTREPLAY_RULES_UNKNOWN == FW_VERDICT_UNKNOWN,
               "verdicts are the same");

typedef struct lib_rules_text {
  char *name;
  GBytes *bytes;
} lib_rules_text;

static void text_free(gpointer data)
{
  lib_rules_text *t = data;

  g_free(t->name);
  g_bytes_unref(t->bytes);
  g_free(t);
}

/* ---- loading ---- */

/* All texts, of which the last is new, added to an empty ruleset. => FALSE and error. */
static gboolean read_all(const ctreplay_engine *engine, const GPtrArray *texts, fw_ruleset *ruleset, GError **error)
{
  const fw_read_options read = { FALSE, FW_IPV4, engine->rules.options.backend };
  guint i;

  for (i = 0; i < texts->len; i++) {
    const lib_rules_text *t = g_ptr_array_index(texts, i);
    gsize n;
    const char *bytes = g_bytes_get_data(t->bytes, &n);

    if (!fw_rules_read(ruleset, t->name, bytes != NULL ? bytes : "", n, &read, error))
      return FALSE;
  }
  fw_rules_finish(ruleset);
  return TRUE;
}

static void keep(ctreplay_engine *engine, fw_ruleset *ruleset)
{
  guint i;

  if (engine->rules.ruleset != NULL) {
    fw_ruleset_free(engine->rules.ruleset);
    g_ptr_array_free(engine->rules.notes, TRUE);
  }
  engine->rules.ruleset = ruleset;
  engine->rules.notes = g_ptr_array_new_with_free_func(g_free);
  for (i = 0; i < ruleset->notes->len; i++) {
    const fw_note *note = g_ptr_array_index(ruleset->notes, i);

    g_ptr_array_add(engine->rules.notes, g_strdup_printf("%s:%u: %s: %s", note->place.file, note->place.line,
                                                         fw_note_kind_text(note->kind), note->words));
  }
}

int ctreplay_engine_load_rules(ctreplay_engine *engine, const char *name, const void *bytes, size_t n_bytes)
{
  int code = lib_may_change(engine);
  GError *error = NULL;
  fw_ruleset *ruleset;
  lib_rules_text *t;

  if (code != CTREPLAY_OK)
    return code;
  if (name == NULL || (bytes == NULL && n_bytes > 0))
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "rules need a name, and bytes");
  if (engine->engine != NULL)
    return lib_fail(engine, CTREPLAY_ERROR_STARTED, "%s: rules are loaded before the first packet", name);
  if (engine->rules.texts == NULL)
    engine->rules.texts = g_ptr_array_new_with_free_func(text_free);
  t = g_new0(lib_rules_text, 1);
  t->name = g_strdup(name);
  t->bytes = g_bytes_new(bytes, n_bytes);
  g_ptr_array_add(engine->rules.texts, t);
  ruleset = fw_ruleset_new();
  if (!read_all(engine, engine->rules.texts, ruleset, &error)) {
    fw_ruleset_free(ruleset);
    g_ptr_array_set_size(engine->rules.texts, (gint)engine->rules.texts->len - 1);
    code = lib_fail(engine, CTREPLAY_ERROR_VALUE, "%s", error->message);
    g_error_free(error);
    return code;
  }
  keep(engine, ruleset);
  return CTREPLAY_OK;
}

const char *ctreplay_engine_rules_note(const ctreplay_engine *engine, unsigned i)
{
  if (engine == NULL || engine->rules.notes == NULL || i >= engine->rules.notes->len)
    return NULL;
  return g_ptr_array_index(engine->rules.notes, i);
}

/* ---- the box ---- */

static gboolean set_name(char **field, const char *value)
{
  if (*value == '\0' || strlen(value) >= 16)
    return FALSE;
  g_free(*field);
  *field = g_strdup(value);
  return TRUE;
}

/* Reading asks for it, too. */
static gboolean set_backend(ctreplay_engine *engine, const char *value)
{
  gboolean nft = strcmp(value, "nft") == 0;

  if (engine->rules.ruleset != NULL || (!nft && strcmp(value, "legacy") != 0))
    return FALSE;
  engine->rules.options.backend = nft ? FW_BACKEND_NFT : FW_BACKEND_LEGACY;
  return TRUE;
}

static gboolean set_mode(ctreplay_engine *engine, const char *value)
{
  gboolean observe = strcmp(value, "observe") == 0;

  if (!observe && strcmp(value, "faithful") != 0)
    return FALSE;
  engine->rules.options.mode = observe ? FW_MODE_OBSERVE : FW_MODE_FAITHFUL;
  return TRUE;
}

static gboolean set_bridge(fw_box_facts *facts, const char *value)
{
  if (!set_name(&facts->bridge_name, value))
    return FALSE;
  facts->bridge = TRUE;
  return TRUE;
}

gboolean lib_rules_option(ctreplay_engine *engine, const char *name, const char *value)
{
  fw_box_facts *facts;

  if (engine->rules.facts == NULL)
    engine->rules.facts = fw_box_facts_new();
  facts = engine->rules.facts;
  if (strcmp(name, "local") == 0)
    return fw_box_facts_local(facts, value);
  if (strcmp(name, "route") == 0)
    return fw_box_facts_route(facts, value);
  if (strcmp(name, "assume") == 0)
    return fw_box_facts_assume(facts, value);
  if (strcmp(name, "iface") == 0)
    return set_name(&facts->interface, value);
  if (strcmp(name, "bridge") == 0)
    return set_bridge(facts, value);
  return strcmp(name, "backend") == 0 ? set_backend(engine, value) : set_mode(engine, value);
}

int ctreplay_engine_set_interface(ctreplay_engine *engine, const char *interface)
{
  int code = lib_may_change(engine);

  if (code != CTREPLAY_OK)
    return code;
  g_free(engine->rules.interface);
  engine->rules.interface = g_strdup(interface);
  return CTREPLAY_OK;
}

/* ---- packets ---- */

void lib_rules_start(ctreplay_engine *engine)
{
  if (engine->rules.ruleset == NULL)
    return;
  if (engine->rules.facts == NULL)
    engine->rules.facts = fw_box_facts_new();
  engine->rules.options.hz = engine->params.hz;
  engine->rules.options.seed = engine->params.hash_seed;
  engine->rules.firewall = fw_firewall_new(engine->rules.ruleset, engine->rules.facts, &engine->rules.options);
  engine->rules.rule_text = g_string_new(NULL);
}

void lib_rules_free(ctreplay_engine *engine)
{
  fw_firewall_free(engine->rules.firewall);
  if (engine->rules.ruleset != NULL) {
    fw_ruleset_free(engine->rules.ruleset);
    g_ptr_array_free(engine->rules.notes, TRUE);
  }
  fw_box_facts_free(engine->rules.facts);
  if (engine->rules.texts != NULL)
    g_ptr_array_free(engine->rules.texts, TRUE);
  if (engine->rules.rule_text != NULL)
    g_string_free(engine->rules.rule_text, TRUE);
  g_free(engine->rules.interface);
}

void lib_rules_packet(ctreplay_engine *engine, const cap_frame *frame, const ct_packet *packet, ct_result *result)
{
  fw_arrival arrival = { .packet = packet, .in = engine->rules.interface };

  engine->rules.met = TRUE;
  if (engine->rules.firewall == NULL) {
    ct_engine_packet(engine->engine, packet, result);
    return;
  }
  if (frame->link == CTREPLAY_LINK_ETHERNET && frame->captured >= LINK_ETHERNET_BYTES)
    arrival.link = frame->data;
  fw_firewall_packet(engine->rules.firewall, engine->engine, &arrival, result);
}

/* ---- what they said ---- */

static void tell_place(ctreplay_engine *engine, const fw_outcome *o, ctreplay_ruling *out)
{
  const fw_decision *d = &o->decision;
  const fw_rule *rule = fw_decision_rule(d);
  const fw_chain *chain = rule != NULL ? rule->chain : d->chain;

  if (chain == NULL)
    return;
  out->table = chain->table->name;
  out->chain = chain->name;
  out->file = chain->table->file;
  out->line = rule != NULL ? rule->line : chain->line;
  if (rule == NULL)
    return;
  out->rule = rule->number;
  g_string_truncate(engine->rules.rule_text, 0);
  fw_save_rule(engine->rules.rule_text, rule);
  out->rule_text = engine->rules.rule_text->str;
}

int ctreplay_engine_ruling(ctreplay_engine *engine, ctreplay_ruling *ruling)
{
  ctreplay_ruling out = { .rule_text = "" };
  const fw_outcome *o;

  if (engine == NULL || !lib_fits(ruling, RULING_LEAST))
    return lib_fail(engine, CTREPLAY_ERROR_ARGUMENT, "struct_bytes of the ruling is not set");
  if (!engine->rules.met)
    return lib_fail(engine, CTREPLAY_ERROR_NOT_FOUND, "there was no packet yet");
  if (engine->rules.firewall != NULL) {
    o = fw_firewall_said(engine->rules.firewall); /* the packet's bytes were the caller's */
    out.verdict = o->verdict;
    out.by_kernel = o->kernel != FW_KERNEL_NOTHING;
    out.answered = o->answer.sent != 0;
    out.answer_to = o->answer_to;
    if (o->verdict != FW_VERDICT_NONE) {
      out.mark = o->packet.mark;
      tell_place(engine, o, &out);
    }
  }
  lib_give(ruling, &out, sizeof(out), RULING_LEAST);
  return CTREPLAY_OK;
}

const char *ctreplay_rules_verdict_name(uint32_t verdict)
{
  return verdict <= CTREPLAY_RULES_UNKNOWN ? fw_verdict_name((fw_verdict)verdict) : NULL;
}
