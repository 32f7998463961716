/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What readers fill a ruleset with. Rules in motion live in a GSequence, so that a file of insertions costs no more. */
#include "firewall/build.h"

#include <string.h>

#include "firewall/nft/nft.h"

G_DEFINE_QUARK(fw - error - quark, fw_error)

void fw_make_harmless(char *text)
{
  char *at = text;
  const char *end;

  while (!g_utf8_validate(at, -1, &end)) {
    at += end - at;
    *at++ = '?';
  }
  for (at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl(*at))
      *at = '?';
    else if ((guchar)at[0] == 0xc2 && (guchar)at[1] < 0xa0) /* those of Latin-1 */
      at[0] = at[1] = '?';
}

gboolean fw_fail(GError **error, const fw_place *place, const char *format, ...)
{
  GString *text = g_string_new(NULL);
  va_list args;

  g_string_append(text, place->file);
  if (place->line > 0)
    g_string_append_printf(text, ":%u", place->line);
  if (place->column > 0)
    g_string_append_printf(text, ":%u", place->column);
  g_string_append(text, ": ");
  va_start(args, format);
  g_string_append_vprintf(text, format, args);
  va_end(args);
  fw_make_harmless(text->str);
  g_set_error_literal(error, FW_ERROR, FW_ERROR_SYNTAX, text->str);
  g_string_free(text, TRUE);
  return FALSE;
}

void fw_note_add(fw_ruleset *r, fw_note_kind kind, const fw_place *place, const char *words)
{
  fw_note *note = fw_ruleset_take(r, sizeof *note);
  g_autofree char *harmless = g_strdup(words);

  fw_make_harmless(harmless);
  note->kind = kind;
  note->place = *place;
  note->words = fw_ruleset_word(r, harmless, -1);
  g_ptr_array_add(r->notes, note);
}

fw_file *fw_build_file(fw_ruleset *r, const char *name)
{
  fw_file *file = fw_ruleset_take(r, sizeof *file);

  file->name = fw_ruleset_word(r, name, -1);
  g_ptr_array_add(r->files, file);
  return file;
}

fw_table *fw_build_table(fw_ruleset *r, fw_family family, const char *name, const fw_place *place)
{
  guint i;

  for (i = 0; i < r->tables->len; i++) {
    fw_table *old = g_ptr_array_index(r->tables, i);

    /* One of nftables' own stays beside it; what nft lists of iptables' own rules is the same table. */
    if (old->family == family && strcmp(old->name, name) == 0 && (old->nft == NULL || old->nft->xt)) {
      g_ptr_array_remove(r->tables, old);
      break;
    }
  }
  return fw_build_other_table(r, family, name, place);
}

void fw_build_leave(fw_ruleset *r, fw_table *table) { g_ptr_array_remove(r->tables, table); }

fw_table *fw_build_other_table(fw_ruleset *r, fw_family family, const char *name, const fw_place *place)
{
  fw_table *table = g_new0(fw_table, 1);

  table->ruleset = r;
  table->family = family;
  table->name = fw_ruleset_word(r, name, -1);
  table->file = place->file;
  table->line = place->line;
  table->chains = g_ptr_array_new();
  table->by_name = g_hash_table_new(g_str_hash, g_str_equal);
  g_ptr_array_add(r->tables, table);
  return table;
}

fw_chain *fw_build_chain(fw_table *table, const char *name)
{
  fw_chain *chain = fw_ruleset_take(table->ruleset, sizeof *chain);

  chain->table = table;
  chain->name = fw_ruleset_word(table->ruleset, name, -1);
  chain->hook = FW_HOOK_NONE;
  chain->index = table->chains->len;
  chain->reading = g_sequence_new(NULL);
  g_ptr_array_add(table->chains, chain);
  g_hash_table_insert(table->by_name, (gpointer)chain->name, chain);
  return chain;
}

fw_chain *fw_build_hook_chain(fw_table *table, fw_hook hook, gint32 priority)
{
  fw_chain *chain = fw_build_chain(table, fw_hook_name(hook));

  chain->hook = hook;
  chain->priority = priority;
  chain->policy = FW_POLICY_ACCEPT;
  return chain;
}

/* It leaves its place when the table ends: files may remove chains by the hundred thousand. */
void fw_build_chain_remove(fw_chain *chain)
{
  g_hash_table_remove(chain->table->by_name, chain->name);
  g_sequence_free(chain->reading);
  chain->reading = NULL;
}

gboolean fw_build_chain_is_there(const fw_chain *chain) { return chain->reading != NULL; }

void fw_build_compact(fw_table *table)
{
  guint n = 0, i;

  for (i = 0; i < table->chains->len; i++) {
    fw_chain *chain = g_ptr_array_index(table->chains, i);

    if (!fw_build_chain_is_there(chain))
      continue;
    chain->index = n;
    table->chains->pdata[n++] = chain;
  }
  g_ptr_array_set_size(table->chains, (gint)n);
}

guint fw_build_length(const fw_chain *chain) { return g_sequence_get_length(chain->reading); }

void fw_build_append(fw_chain *chain, fw_rule *rule)
{
  rule->chain = chain;
  g_sequence_append(chain->reading, rule);
}

gboolean fw_build_insert(fw_chain *chain, fw_rule *rule, guint position)
{
  if (position > fw_build_length(chain))
    return FALSE;
  rule->chain = chain;
  g_sequence_insert_before(g_sequence_get_iter_at_pos(chain->reading, position), rule);
  return TRUE;
}

gboolean fw_build_delete(fw_chain *chain, guint position)
{
  if (position >= fw_build_length(chain))
    return FALSE;
  g_sequence_remove(g_sequence_get_iter_at_pos(chain->reading, position));
  return TRUE;
}

void fw_build_flush(fw_chain *chain)
{
  g_sequence_remove_range(g_sequence_get_begin_iter(chain->reading), g_sequence_get_end_iter(chain->reading));
}

static void chain_finish(fw_chain *chain)
{
  GSequenceIter *i;
  guint n = 0;

  chain->n_rules = fw_build_length(chain);
  chain->rules = g_new(fw_rule *, chain->n_rules + 1);
  for (i = g_sequence_get_begin_iter(chain->reading); !g_sequence_iter_is_end(i); i = g_sequence_iter_next(i)) {
    chain->rules[n] = g_sequence_get(i);
    chain->rules[n]->number = n + 1;
    n++;
  }
  g_sequence_free(chain->reading);
  chain->reading = NULL;
}

void fw_build_table_finish(fw_table *table)
{
  guint i;

  fw_build_compact(table);
  for (i = 0; i < table->chains->len; i++)
    chain_finish(g_ptr_array_index(table->chains, i));
}

static void number_chain(fw_ruleset *r, const fw_chain *chain)
{
  guint i, m;

  for (i = 0; i < chain->n_rules; i++) {
    fw_rule *rule = chain->rules[i];

    rule->serial = r->n_rules++;
    for (m = 0; m < rule->n_matches; m++)
      rule->matches[m].serial = r->n_matches++;
  }
}

void fw_build_finish(fw_ruleset *r)
{
  guint t, c;

  r->n_rules = 0;
  r->n_matches = 0;
  for (t = 0; t < r->tables->len; t++) {
    fw_table *table = g_ptr_array_index(r->tables, t);

    for (c = 0; c < table->chains->len; c++)
      number_chain(r, g_ptr_array_index(table->chains, c));
  }
}
