/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctreplay rules: checks rulesets and lists what is in them; writes them back as iptables-save does, or as JSON. With
 * --rules the files are captures, and what is listed is what the rules made of them (rules_run.c).
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "firewall/cover.h"
#include "firewall/nft/text.h"
#include "firewall/rules_json.h"
#include "firewall.h"
#include "firewall/save.h"
#include "output.h"
#include "rules_run.h"
#include "rules_text.h"
#include "sandbox.h"
#include "say.h"

typedef enum rules_output { RULES_TEXT, RULES_SAVE, RULES_JSON, RULES_NFT, RULES_TRACE, RULES_LOG } rules_output;

typedef struct rules_own {
  rules_output output;
  gboolean counters;
  const char *table; /* what is told; NULL: all */
  fw_read_options read;
} rules_own;

static const cli_choice outputs[] = { { "text", RULES_TEXT },
                                      { "save", RULES_SAVE },
                                      { "json", RULES_JSON },
                                      { "nft", RULES_NFT },
                                      { "trace", RULES_TRACE },
                                      { "log", RULES_LOG },
                                      { NULL, 0 } };

/* -4, -6: the family is option->value. */
static gboolean read_family(const cli_option *option, gpointer base, const char *value, GError **error)
{
  fw_read_options *read = cli_option_field(option, base);

  (void)value;
  (void)error;
  read->has_family = TRUE;
  read->family = (fw_family)option->value;
  return TRUE;
}

static gboolean is_told(const rules_own *own, const fw_table *table)
{
  return own->table == NULL || strcmp(table->name, own->table) == 0;
}

/* -- what is listed -- */

static void list_file(GString *out, const fw_file *file, const rules_own *own)
{
  const char *said;
  fw_backend backend = fw_file_backend(file, &own->read, &said);

  if (file->sets) {
    g_string_append_printf(out, "%s: sets of ipset\n", file->name);
    return;
  }
  if (file->nft) {
    g_string_append_printf(out, "%s: nftables\n", file->name);
    return;
  }
  g_string_append_printf(out, "%s: %s, %s; judged as %s (%s)\n", file->name,
                         file->family == FW_IPV6 ? "ip6tables" : "iptables",
                         own->read.has_family ? "as asked for"
                         : file->family_said  ? "by its banner"
                                              : "by what it holds",
                         backend == FW_BACKEND_NFT ? "nft" : "legacy", said);
}

static guint count_unknown(const fw_chain *chain)
{
  guint n = 0, i;

  for (i = 0; i < chain->n_rules; i++)
    n += chain->rules[i]->unknown;
  return n;
}

/* Adds its rules to how many there are, and how many of these are not understood. */
static void list_table(GString *out, const fw_table *table, guint *rules, guint *unknowns)
{
  guint i, unknown;

  if (table->nft != NULL)
    g_string_append_printf(out, "%s %s\n", fw_family_name(table->family), table->name);
  else
    g_string_append_printf(out, "%s %s\n", table->family == FW_IPV6 ? "IPv6" : "IPv4", table->name);
  for (i = 0; i < table->chains->len; i++) {
    const fw_chain *chain = g_ptr_array_index(table->chains, i);

    unknown = count_unknown(chain);
    *rules += chain->n_rules;
    *unknowns += unknown;
    g_string_append_printf(out, "  %-28s %-6s %8u rule%s", chain->name, fw_policy_name(chain->policy), chain->n_rules,
                           chain->n_rules == 1 ? "" : "s");
    if (unknown > 0)
      g_string_append_printf(out, ", %u unknown", unknown);
    else if (chain->hook == FW_HOOK_NONE && chain->hooks == 0)
      g_string_append(out, chain->frames ? ", not followed" : ", never reached");
    g_string_append_c(out, '\n');
  }
}

static void list_set(GString *out, const fw_set *set)
{
  g_string_append_printf(out, "set %-26s %-16s %6u element%s%s\n", set->name, set->type, set->elements->len,
                         set->elements->len == 1 ? "" : "s", set->known ? "" : ", unknown");
}

static void list_notes(GString *out, const fw_ruleset *r)
{
  guint i;

  for (i = 0; i < r->notes->len; i++) {
    const fw_note *note = g_ptr_array_index(r->notes, i);

    g_string_append_printf(out, "%s:%u", note->place.file, note->place.line);
    if (note->place.column > 0)
      g_string_append_printf(out, ":%u", note->place.column);
    g_string_append_printf(out, ": %s: %s\n", fw_note_kind_text(note->kind), note->words);
  }
}

/* Of a chain that no chain jumps to, the chain's own line says it. => how many. */
static guint list_never(GString *out, const fw_ruleset *r, const rules_own *own)
{
  GArray *never = fw_cover_find(r, NULL);
  guint i, n = 0;

  for (i = 0; i < never->len; i++) {
    const fw_covered *c = &g_array_index(never, fw_covered, i);
    const fw_chain *chain = c->rule->chain;

    if (!is_told(own, chain->table))
      continue;
    n++;
    if (c->by == NULL && chain->hooks == 0)
      continue;
    g_string_append_printf(out, "%s:%u: can never match: %s %s %u: ", chain->table->file, c->rule->line,
                           chain->table->name, chain->name, c->rule->number);
    if (c->by != NULL)
      g_string_append_printf(out, "line %u takes all of it\n", c->by->line);
    else
      g_string_append(out, "no packet comes to its chain\n");
  }
  g_array_free(never, TRUE);
  return n;
}

static void list_ruleset(GString *out, const fw_ruleset *r, const rules_own *own)
{
  guint rules = 0, unknown = 0, never, i;

  for (i = 0; i < r->files->len; i++)
    list_file(out, g_ptr_array_index(r->files, i), own);
  for (i = 0; i < r->tables->len; i++)
    if (is_told(own, g_ptr_array_index(r->tables, i)))
      list_table(out, g_ptr_array_index(r->tables, i), &rules, &unknown);
  for (i = 0; i < r->sets->len && own->table == NULL; i++)
    list_set(out, g_ptr_array_index(r->sets, i));
  list_notes(out, r);
  never = list_never(out, r, own);
  g_string_append_printf(out, "%u rule%s, %u unknown", rules, rules == 1 ? "" : "s", unknown);
  if (never > 0)
    g_string_append_printf(out, ", %u can never match", never);
  g_string_append_c(out, '\n');
}

static void save_ruleset(GString *out, const fw_ruleset *r, const rules_own *own)
{
  fw_save_style style = { .counters = own->counters };
  guint i;

  for (i = 0; i < r->tables->len; i++)
    if (is_told(own, g_ptr_array_index(r->tables, i)))
      fw_save_table(out, g_ptr_array_index(r->tables, i), &style);
}

/* A warning is understood, all else is not. */
static gboolean understood(const fw_ruleset *r)
{
  guint i;

  for (i = 0; i < r->notes->len; i++) {
    const fw_note *note = g_ptr_array_index(r->notes, i);

    if (note->kind != FW_NOTE_WARNING && note->kind != FW_NOTE_INCOMPLETE)
      return FALSE;
  }
  return TRUE;
}

/* -- the way of a file -- */

static gboolean parse_texts(const GPtrArray *texts, const rules_own *own, fw_ruleset *r, GError **error)
{
  guint i;

  if (!cli_rules_texts_open(texts, error))
    return FALSE;
  for (i = 0; i < texts->len; i++) {
    const cli_rules_text *t = g_ptr_array_index(texts, i);

    if (!cli_rules_text_parse(r, t, &own->read, error))
      return FALSE;
  }
  fw_rules_finish(r);
  return TRUE;
}

static cli_exit write_out(const GString *text)
{
  cli_output output = { .fd = -1 };

  if (!cli_output_open(&output, "-o", NULL))
    return CLI_EXIT_OUTPUT;
  emit_text_bytes(&output.text, text->str, text->len);
  return cli_output_close(&output, CLI_EXIT_OK);
}

static cli_exit show(const fw_ruleset *r, const rules_own *own)
{
  GString *out = g_string_new(NULL), *notes = g_string_new(NULL);
  cli_exit code;

  switch (own->output) {
  case RULES_SAVE: save_ruleset(out, r, own); break;
  case RULES_NFT: fw_nft_text_ruleset(out, r, NULL); break;
  case RULES_JSON: fw_rules_json(out, r, &own->read); break;
  default: list_ruleset(out, r, own); break;
  }
  /* Written back as data, a ruleset still has to say what was not understood. */
  if (own->output == RULES_SAVE || own->output == RULES_NFT) {
    list_notes(notes, r);
    fputs(notes->str, stderr);
  }
  code = cli_exit_graver(write_out(out), understood(r) ? CLI_EXIT_OK : CLI_EXIT_DIFFERENT);
  g_string_free(out, TRUE);
  g_string_free(notes, TRUE);
  return code;
}

/* Everything is read before anything is parsed, so that parsers run behind the fence. */
static cli_exit check(const cli_options *o, const rules_own *own)
{
  GError *error = NULL;
  GPtrArray *texts = cli_rules_texts_read(o->captures, &error);
  fw_ruleset *r;
  cli_exit code;

  if (texts == NULL)
    return cli_usage(error);
  r = fw_ruleset_new();
  if (!o->no_sandbox)
    cli_sandbox_enter();
  if (!parse_texts(texts, own, r, &error))
    code = cli_usage(error);
  else
    code = cli_rules_has_table(r, own->table) ? show(r, own) : CLI_EXIT_USAGE;
  g_ptr_array_free(texts, TRUE);
  fw_ruleset_free(r);
  return code;
}

static cli_exit run_rules(const cli_options *o, const rules_own *own)
{
  static const cli_rules_style styles[] = { [RULES_TEXT] = CLI_RULES_TEXT,
                                            [RULES_SAVE] = CLI_RULES_SAVE,
                                            [RULES_NFT] = CLI_RULES_NFT,
                                            [RULES_TRACE] = CLI_RULES_TRACE,
                                            [RULES_LOG] = CLI_RULES_LOG };

  if (own->output == RULES_JSON || own->counters || own->read.has_family) {
    cli_say("rules --rules: of -o, text, save, nft, trace or log; counters are there in any case");
    return CLI_EXIT_USAGE;
  }
  return cli_rules_run(o, styles[own->output], own->table);
}

cli_exit cli_command_rules(int argc, char **argv)
{
  static const cli_option own_options[] = {
    { "output", 'o', "text|save|json|nft|trace|log", CLI_OWN,
      CLI_CHOICE(rules_own, output, outputs, "text, save, json, nft, trace or log"), .called = "rules -o" },
    { "ipv4", '4', NULL, CLI_OWN, CLI_BY(read_family, rules_own, read), .value = FW_IPV4 },
    { "ipv6", '6', NULL, CLI_OWN, CLI_BY(read_family, rules_own, read), .value = FW_IPV6 },
    { "counters", 0, NULL, CLI_OWN, CLI_FLAG(rules_own, counters) },
    { "table", 't', "TABLE", CLI_OWN, CLI_TEXT(rules_own, table), .called = "rules --table" },
    { .name = NULL },
  };
  rules_own own = { RULES_TEXT, FALSE, NULL, { FALSE, FW_IPV4, FW_BACKEND_UNSET } };
  GError *error = NULL;
  cli_options o;
  cli_exit code;

  cli_options_init(&o);
  o.own = &own;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES, own_options, &error)) {
    code = cli_usage(error);
  } else if (own.table != NULL && own.output != RULES_TEXT && own.output != RULES_SAVE) {
    cli_say("rules --table: of -o, text or save");
    code = CLI_EXIT_USAGE;
  } else if (o.rules->len > 0 || o.box_ruled) {
    code = run_rules(&o, &own);
  } else if (o.box != NULL) {
    cli_say("rules --box %s: there are no rules in it that can be followed; give --rules FILE", o.box_path);
    code = CLI_EXIT_USAGE;
  } else if (own.output == RULES_TRACE || own.output == RULES_LOG) {
    cli_say("rules -o %s: give --rules FILE and a capture", own.output == RULES_TRACE ? "trace" : "log");
    code = CLI_EXIT_USAGE;
  } else if (o.captures->len == 0) {
    cli_say("rules: give files of iptables-save, ip6tables-save or ipset save, or rules of nftables");
    code = CLI_EXIT_USAGE;
  } else if (!cli_firewall_is_alone(&o, TRUE)) {
    code = CLI_EXIT_USAGE;
  } else {
    own.read.backend = (fw_backend)o.backend;
    code = check(&o, &own);
  }
  cli_options_clear(&o);
  return code;
}
