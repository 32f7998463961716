/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command does to its table. */
#include <string.h>

#include "firewall/iptables_rule.h"
#include "firewall/save.h"

static gboolean fail(const fw_command *c, const char *format, const char *word)
{
  return fw_fail(c->error, &c->f->place, format, word);
}

static fw_chain *find_chain(fw_command *c)
{
  fw_chain *chain = c->chain != NULL ? fw_table_chain(c->f->table, c->chain) : NULL;

  if (chain == NULL)
    fail(c, "expected the name of a chain of this table, found \"%s\"", c->chain != NULL ? c->chain : "");
  return chain;
}

gboolean fw_iptables_chain_name(const char *name, const fw_place *place, GError **error)
{
  if (name[0] == '\0' || strlen(name) > FW_CHAIN_NAME_MAX)
    return fw_fail(error, place, "expected a chain's name of 1 to %d bytes, found \"%s\"", FW_CHAIN_NAME_MAX, name);
  if (name[0] == '-' || name[0] == '!')
    return fw_fail(error, place, "expected a chain's name that does not begin with '%c'", name[0]);
  if (strpbrk(name, " \t") != NULL)
    return fw_fail(error, place, "expected a chain's name without blanks, found \"%s\"", name);
  return TRUE;
}

/* -- rules -- */

typedef struct adding {
  fw_command *c;
  fw_chain *chain;
} adding;

static gboolean count_rule(fw_command *c)
{
  if (++c->f->rules > FW_RULES_MAX)
    return fw_fail(c->error, &c->f->place, "expected at most %d rules", FW_RULES_MAX);
  return TRUE;
}

static gboolean append(fw_rule *rule, gpointer user)
{
  adding *a = user;

  fw_build_append(a->chain, rule);
  return count_rule(a->c);
}

static gboolean insert(fw_rule *rule, gpointer user)
{
  adding *a = user;
  guint position = a->c->has_number ? a->c->number - 1 : 0;

  if (!fw_build_insert(a->chain, rule, position))
    return fw_fail(a->c->error, &a->c->f->place, "expected a place from 1 to %u in chain %s, found %u",
                   fw_build_length(a->chain) + 1, a->chain->name, position + 1);
  return count_rule(a->c);
}

static gboolean equal_words(const fw_rule *a, const char *words, GString *text)
{
  g_string_truncate(text, 0);
  fw_save_rule_words(text, a);
  return strcmp(text->str, words) == 0;
}

/* Rules are equal if they are written alike: counters do not count. */
static gboolean delete_equal(fw_rule *rule, gpointer user)
{
  adding *a = user;
  GString *words = g_string_new(NULL), *other = g_string_new(NULL);
  GSequenceIter *i;
  gboolean found = FALSE, bounded = TRUE;

  rule->chain = a->chain;
  fw_save_rule_words(words, rule);
  for (i = g_sequence_get_begin_iter(a->chain->reading); !found && bounded && !g_sequence_iter_is_end(i);) {
    GSequenceIter *next = g_sequence_iter_next(i);

    a->c->f->compared += words->len;
    bounded = a->c->f->compared <= FW_COMPARISONS_MAX;
    found = equal_words(g_sequence_get(i), words->str, other);
    if (found)
      g_sequence_remove(i);
    i = next;
  }
  if (!bounded)
    fail(a->c, "expected fewer deletions by equal rule%s", "");
  else if (!found)
    fail(a->c, "expected a rule to delete that is there:%s", words->str);
  g_string_free(words, TRUE);
  g_string_free(other, TRUE);
  return found;
}

static gboolean edit_chain(fw_command *c, gboolean (*each)(fw_rule *rule, gpointer user))
{
  adding a = { c, find_chain(c) };

  return a.chain != NULL && fw_command_each_rule(c, each, &a);
}

static gboolean delete_rule(fw_command *c)
{
  fw_chain *chain;

  if (!c->has_number)
    return edit_chain(c, delete_equal);
  chain = find_chain(c);
  if (chain == NULL)
    return FALSE;
  return fw_build_delete(chain, c->number - 1) ||
         fw_fail(c->error, &c->f->place, "expected a rule from 1 to %u of chain %s, found %u", fw_build_length(chain),
                 chain->name, c->number);
}

/* -- chains -- */

static gboolean new_chain(fw_command *c)
{
  if (!fw_iptables_chain_name(c->chain, &c->f->place, c->error))
    return FALSE;
  if (fw_target_find(c->chain, c->f->family) != NULL)
    return fail(c, "expected a chain's name that is no target's, found \"%s\"", c->chain);
  if (fw_table_chain(c->f->table, c->chain) != NULL)
    return fail(c, "expected a new chain, \"%s\" is there", c->chain);
  fw_build_chain(c->f->table, c->chain)->declared = TRUE;
  return TRUE;
}

static gboolean set_policy(fw_command *c)
{
  fw_chain *chain = find_chain(c);

  if (chain == NULL)
    return FALSE;
  if (chain->hook == FW_HOOK_NONE)
    return fail(c, "expected a built-in chain, found \"%s\"", c->chain);
  if (strcmp(c->second, "ACCEPT") == 0)
    chain->policy = FW_POLICY_ACCEPT;
  else if (strcmp(c->second, "DROP") == 0 && strcmp(c->f->table->name, "nat") != 0)
    chain->policy = FW_POLICY_DROP;
  else
    return fail(c, "expected a policy that this table may have, found \"%s\"", c->second);
  chain->declared = TRUE;
  chain->counters = c->counters;
  return TRUE;
}

/* Commands about all chains: a file of them must not cost their number squared. */
static gboolean may_visit_all(fw_command *c)
{
  c->f->compared += c->f->table->chains->len;
  return c->f->compared <= FW_COMPARISONS_MAX || fail(c, "expected fewer commands about all chains%s", "");
}

static gboolean flush(fw_command *c)
{
  fw_chain *chain;
  guint i;

  if (c->chain != NULL) {
    chain = find_chain(c);
    if (chain != NULL)
      fw_build_flush(chain);
    return chain != NULL;
  }
  if (!may_visit_all(c))
    return FALSE;
  for (i = 0; i < c->f->table->chains->len; i++) {
    chain = g_ptr_array_index(c->f->table->chains, i);
    if (fw_build_chain_is_there(chain))
      fw_build_flush(chain);
  }
  return TRUE;
}

static gboolean delete_chain(fw_command *c, fw_chain *chain)
{
  if (chain->hook != FW_HOOK_NONE)
    return fail(c, "expected a chain of one's own, found \"%s\"", chain->name);
  if (fw_build_length(chain) > 0)
    return fail(c, "expected an empty chain, \"%s\" has rules", chain->name);
  fw_build_chain_remove(chain);
  return TRUE;
}

/* Whether something still jumps to it shows at the end of the table. */
static gboolean delete_chains(fw_command *c)
{
  fw_chain *chain;
  guint i;

  if (c->chain != NULL) {
    chain = find_chain(c);
    return chain != NULL && delete_chain(c, chain);
  }
  if (!may_visit_all(c))
    return FALSE;
  for (i = 0; i < c->f->table->chains->len; i++) {
    chain = g_ptr_array_index(c->f->table->chains, i);
    if (chain->hook == FW_HOOK_NONE && fw_build_chain_is_there(chain) && !delete_chain(c, chain))
      return FALSE;
  }
  fw_build_compact(c->f->table);
  return TRUE;
}

static gboolean not_followed(fw_command *c)
{
  GString *text = g_string_new(NULL);

  fw_words_join(&c->f->words, 0, c->f->words.n, text);
  fw_note_add(c->f->ruleset, FW_NOTE_COMMAND, &c->f->place, text->str);
  g_string_free(text, TRUE);
  return TRUE;
}

static gboolean run(fw_command *c)
{
  switch (c->command) {
  case FW_BUILTIN_APPEND: return edit_chain(c, append);
  case FW_BUILTIN_INSERT: return edit_chain(c, insert);
  case FW_BUILTIN_DELETE: return delete_rule(c);
  case FW_BUILTIN_NEW: return new_chain(c);
  case FW_BUILTIN_POLICY: return set_policy(c);
  case FW_BUILTIN_FLUSH: return flush(c);
  case FW_BUILTIN_DELETE_CHAIN: return delete_chains(c);
  default: return not_followed(c);
  }
}

gboolean fw_iptables_command(fw_iptables_file *f, const fw_counters *counters, GError **error)
{
  fw_command c;
  gboolean ok;

  memset(&c, 0, sizeof c);
  c.f = f;
  c.error = error;
  if (counters != NULL) {
    c.has_counters = TRUE;
    c.counters = *counters;
  }
  ok = fw_command_parse(&c) && (c.other_family || run(&c));
  fw_command_clear(&c);
  return ok;
}
