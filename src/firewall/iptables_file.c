/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iptables-save as lines: tables, chains, counters, banners; its rules are iptables_command.c's. */
#include "firewall/iptables_file.h"

#include <string.h>

#include "firewall/extension.h"
#include "firewall/graph.h"

/* The built-in chains of each table, and when they run. */
typedef struct table_hooks {
  const char *name;
  gint32 priority[FW_HOOKS]; /* NONE: it has no such chain */
} table_hooks;

#define NONE G_MININT32

static const table_hooks tables[] = {
  { "raw", { -300, NONE, NONE, -300, NONE } }, { "mangle", { -150, -150, -150, -150, -150 } },
  { "nat", { -100, 100, NONE, -100, 100 } },   { "filter", { NONE, 0, 0, 0, NONE } },
  { "security", { NONE, 50, 50, 50, NONE } },
};

static const table_hooks *find_table(const char *name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(tables); i++)
    if (strcmp(tables[i].name, name) == 0)
      return &tables[i];
  return NULL;
}

/* The next word of a ':' or '*' line; it ends there. => NULL: none. */
static char *next_word(char **at)
{
  char *word = *at + strspn(*at, " \t");

  if (*word == '\0')
    return NULL;
  *at = word + strcspn(word, " \t");
  if (**at != '\0')
    *(*at)++ = '\0';
  return word;
}

static gboolean fail_in(fw_iptables_file *f, const char *at, GError **error, const char *expected)
{
  fw_place place = f->place;

  place.column = (guint)(at != NULL ? (gsize)(at - f->line) + 1 : strlen(f->line) + 1);
  return fw_fail(error, &place, "expected %s", expected);
}

static gboolean begin_table(fw_iptables_file *f, GError **error)
{
  char *at = f->line + 1, *name = next_word(&at);
  const table_hooks *hooks = name != NULL ? find_table(name) : NULL;
  guint hook;

  if (hooks == NULL)
    return fail_in(f, name, error, "a table: raw, mangle, nat, filter or security");
  f->table = fw_build_table(f->ruleset, f->family, name, &f->place);
  for (hook = 0; hook < FW_HOOKS; hook++)
    if (hooks->priority[hook] != NONE)
      fw_build_hook_chain(f->table, hook, hooks->priority[hook]);
  return TRUE;
}

/* "[p:b]". => FALSE: it is not. */
static gboolean read_counters(const char *text, const char **end, fw_counters *counters)
{
  char *at;

  if (*text != '[' || !g_ascii_isdigit(text[1]))
    return FALSE;
  counters->packets = g_ascii_strtoull(text + 1, &at, 10);
  if (*at != ':' || !g_ascii_isdigit(at[1]))
    return FALSE;
  counters->bytes = g_ascii_strtoull(at + 1, &at, 10);
  if (*at != ']')
    return FALSE;
  *end = at + 1;
  return TRUE;
}

static gboolean hook_chain_line(fw_iptables_file *f, fw_chain *chain, const char *policy, const char *counters,
                                GError **error)
{
  const char *end;

  if (strcmp(policy, "ACCEPT") == 0)
    chain->policy = FW_POLICY_ACCEPT;
  else if (strcmp(policy, "DROP") == 0)
    chain->policy = FW_POLICY_DROP;
  else if (strcmp(policy, "-") != 0)
    return fail_in(f, policy, error, "ACCEPT, DROP or -");
  chain->declared = TRUE;
  if (counters != NULL && strcmp(policy, "-") != 0 &&
      (!read_counters(counters, &end, &chain->counters) || *end != '\0'))
    return fail_in(f, counters, error, "counters [PACKETS:BYTES]");
  return TRUE;
}

static gboolean chain_line(fw_iptables_file *f, GError **error)
{
  char *at = f->line + 1, *name = next_word(&at), *policy = next_word(&at), *counters = next_word(&at);
  fw_place place = f->place;
  fw_chain *chain;

  place.column = 2;
  if (name == NULL || policy == NULL)
    return fail_in(f, NULL, error, ":CHAIN POLICY [PACKETS:BYTES]");
  if (!fw_iptables_chain_name(name, &place, error))
    return FALSE;
  chain = fw_table_chain(f->table, name);
  if (chain != NULL && chain->hook != FW_HOOK_NONE) {
    chain->line = f->place.line;
    return hook_chain_line(f, chain, policy, counters, error);
  }
  if (fw_target_find(name, f->family) != NULL)
    return fw_fail(error, &place, "expected a chain's name that is no target's, found \"%s\"", name);
  if (chain != NULL && f->backend != FW_BACKEND_NFT)
    return fw_fail(error, &place, "expected a new chain, \"%s\" is there", name);
  /* What stands in the policy's place of a user chain is never looked at: `[0:0]` and names are found there. */
  if (strcmp(policy, "-") != 0 && f->backend != FW_BACKEND_NFT)
    return fail_in(f, policy, error, "- for a chain that is not built in");
  if (chain == NULL)
    chain = fw_build_chain(f->table, name);
  chain->declared = TRUE;
  chain->line = f->place.line;
  return TRUE;
}

/* -- the end of a table -- */

static gboolean find_target_chain(fw_iptables_file *f, fw_rule *rule, GError **error)
{
  fw_target *t = &rule->target;
  fw_place place = { f->file->name, rule->line, 0 };
  GString *words;

  if (t->kind != FW_TARGET_JUMP && t->kind != FW_TARGET_GOTO)
    return TRUE;
  t->chain = fw_table_chain(f->table, t->name);
  if (t->chain != NULL && t->text != NULL)
    return fw_fail(error, &place, "expected no option behind a jump to chain %s, found \"%s\"", t->name, t->text);
  if (t->chain != NULL && t->chain->hook != FW_HOOK_NONE)
    return fw_fail(error, &place, "expected a chain that is not built in, found \"%s\"", t->name);
  if (t->chain != NULL)
    return TRUE;
  words = g_string_new(NULL);
  g_string_append_printf(words, "%s %s", t->is_goto ? "-g" : "-j", t->name);
  if (t->text != NULL)
    g_string_append_printf(words, " %s", t->text);
  fw_note_add(f->ruleset, t->text != NULL ? FW_NOTE_TARGET : FW_NOTE_CHAIN, &place, words->str);
  g_string_free(words, TRUE);
  t->kind = FW_TARGET_UNKNOWN;
  rule->unknown = TRUE;
  return TRUE;
}

static gboolean end_table(fw_iptables_file *f, GError **error)
{
  guint c, i;

  fw_build_table_finish(f->table);
  for (c = 0; c < f->table->chains->len; c++) {
    fw_chain *chain = g_ptr_array_index(f->table->chains, c);

    for (i = 0; i < chain->n_rules; i++)
      if (!find_target_chain(f, chain->rules[i], error))
        return FALSE;
  }
  if (!fw_graph_check(f->table, f->backend, error))
    return FALSE;
  f->table = NULL;
  return TRUE;
}

/* -- lines -- */

static gboolean rule_line(fw_iptables_file *f, GError **error)
{
  const char *start = f->line + strspn(f->line, " \t");
  fw_counters counters;
  gboolean counted = FALSE;

  if (*start == '[') {
    counted = read_counters(start, &start, &counters);
    if (!counted)
      return fail_in(f, start, error, "counters [PACKETS:BYTES]");
  }
  if (!fw_words_split(&f->words, f->line, start - f->line, &f->place, error))
    return FALSE;
  if (f->words.n == 0)
    return TRUE;
  f->place.column = f->words.words[0].column;
  return fw_iptables_command(f, counted ? &counters : NULL, error);
}

/* Blanks before '*', ':' and COMMIT are refused by the tools; a file that was pasted has them, and means the same. */
static char *strip(char *line)
{
  char *at = line + strspn(line, " \t");

  if (*at != '*' && *at != ':' && *at != '#' && strncmp(at, "COMMIT", 6) != 0)
    return line;
  if (at != line)
    memmove(line, at, strlen(at) + 1);
  g_strchomp(line);
  return line;
}

static gboolean table_line(fw_iptables_file *f, GError **error)
{
  if (strcmp(f->line, "COMMIT") == 0)
    return end_table(f, error);
  if (f->line[0] == ':')
    return chain_line(f, error);
  if (f->line[0] == '*')
    return fail_in(f, f->line, error, "COMMIT before the next table");
  return rule_line(f, error);
}

static gboolean one_line(fw_iptables_file *f, GError **error)
{
  f->place.column = 1;
  strip(f->line);
  if (f->line[strspn(f->line, " \t")] == '\0')
    return TRUE;
  if (f->line[0] == '#') {
    fw_iptables_banner(f->file, f->line);
    if (strncmp(f->line, "# Warning: ", 11) == 0 || strncmp(f->line, "# Table `", 9) == 0)
      fw_note_add(f->ruleset, FW_NOTE_INCOMPLETE, &f->place, f->line + 2);
    return TRUE;
  }
  if (f->table != NULL)
    return table_line(f, error);
  if (f->line[0] == '*')
    return begin_table(f, error);
  if (strncmp(f->line, "iptables ", 9) == 0 || strncmp(f->line, "ip6tables ", 10) == 0)
    return fail_in(f, f->line, error, "what iptables-save writes, not a script that calls iptables");
  return fail_in(f, f->line, error, "a table: \"*filter\"");
}

static gboolean read_lines(fw_iptables_file *f, const char *text, gsize length, GError **error)
{
  fw_lines lines = { text, text + length, 0, FALSE, FALSE };
  GError *problem = NULL;

  while (fw_lines_next(&lines, f->file->name, f->line, &problem)) {
    f->place.line = lines.line;
    if (!one_line(f, error))
      return FALSE;
  }
  if (problem != NULL) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  f->place.line = lines.line;
  f->place.column = 0;
  if (f->table != NULL)
    return fw_fail(error, &f->place, "expected COMMIT before the end of the file");
  if (lines.cr)
    fw_note_add(f->ruleset, FW_NOTE_WARNING, &f->place,
                "lines end with a carriage return: iptables-restore refuses that");
  return TRUE;
}

/* The banner decides about words that come after it, so it is looked for beforehand. */
static void read_banners(fw_file *file, const char *text, gsize length)
{
  fw_lines lines = { text, text + length, 0, FALSE, FALSE };
  char *line = g_malloc(FW_LINE_MAX + 1);

  while (file->version == 0 && fw_lines_next(&lines, file->name, line, NULL))
    if (line[0] == '#')
      fw_iptables_banner(file, line);
  g_free(line);
}

gboolean fw_iptables_read(fw_ruleset *r, const char *name, const char *text, gsize length,
                          const fw_read_options *options, GError **error)
{
  fw_iptables_file *f = g_new0(fw_iptables_file, 1);
  gboolean ok;

  f->ruleset = r;
  f->file = fw_build_file(r, name);
  f->place.file = f->file->name;
  read_banners(f->file, text, length);
  f->file->family = fw_iptables_guess_family(text, length, &f->file->family_said);
  if (options->has_family) {
    f->file->family = options->family;
    f->file->family_said = TRUE;
  }
  f->family = f->file->family;
  f->backend = fw_file_backend(f->file, options, NULL);
  ok = read_lines(f, text, length, error);
  g_free(f);
  return ok;
}
