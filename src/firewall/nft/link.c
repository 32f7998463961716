/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/nft/link.h"

#include <string.h>

#include "firewall/graph.h"

/* ---- names of chains ---- */

static gboolean resolve(fw_table *table, fw_nft_verdict *v)
{
  if (v->kind != FW_NFT_JUMP && v->kind != FW_NFT_GOTO)
    return TRUE;
  v->chain = fw_table_chain(table, v->target);
  return v->chain != NULL;
}

static void no_chain(fw_ruleset *r, const fw_rule *rule, const char *name)
{
  const fw_place place = { rule->chain->table->file, rule->line, 0 };

  fw_note_add(r, FW_NOTE_CHAIN, &place, name);
}

static gboolean resolve_set(fw_table *table, fw_nft_set *set, const char **missing)
{
  guint i;

  for (i = 0; set->verdicts && i < set->elements->len; i++) {
    fw_nft_element *e = &g_array_index(set->elements, fw_nft_element, i);

    if (e->verdict != NULL && !resolve(table, e->verdict)) {
      *missing = e->verdict->target;
      return FALSE;
    }
  }
  return TRUE;
}

static void resolve_rule(fw_ruleset *r, fw_table *table, fw_rule *rule)
{
  const char *missing = NULL;
  guint i;

  for (i = 0; i < rule->nft->n; i++) {
    fw_nft_statement *s = &rule->nft->statements[i];

    if (s->kind == FW_NFT_DO_VERDICT && !resolve(table, &s->verdict))
      missing = s->verdict.target;
    if (s->data_verdict != NULL && !resolve(table, s->data_verdict))
      missing = s->data_verdict->target;
    if (s->kind == FW_NFT_DO_VMAP && !resolve_set(table, s->set, &missing))
      s->set->unknown = TRUE;
    if (missing == NULL && s->kind == FW_NFT_DO_VERDICT && rule->target.chain == NULL &&
        (rule->target.kind == FW_TARGET_JUMP || rule->target.kind == FW_TARGET_GOTO) &&
        rule->target.name == s->verdict.target)
      rule->target.chain = s->verdict.chain;
  }
  if (missing == NULL)
    return;
  no_chain(r, rule, missing);
  rule->unknown = TRUE;
  rule->target.kind = FW_TARGET_UNKNOWN;
  rule->target.chain = NULL;
}

/* ---- jumps ---- */

typedef struct walking {
  guint8 *checked; /* by index: the deepest level at which it was gone through, + 1 */
  guint8 hook, frames;
  const fw_rule *bad;
} walking;

static gboolean check_chain(walking *w, fw_chain *chain, guint level);

static gboolean check_to(walking *w, fw_chain *to, guint level, const fw_rule *rule)
{
  if (to == NULL || check_chain(w, to, level + 1))
    return TRUE;
  if (w->bad == NULL)
    w->bad = rule;
  return FALSE;
}

static gboolean check_set(walking *w, const fw_nft_set *set, guint level, const fw_rule *rule)
{
  guint i;

  for (i = 0; i < set->elements->len; i++) {
    const fw_nft_element *e = &g_array_index(set->elements, fw_nft_element, i);

    if (e->verdict != NULL && !check_to(w, e->verdict->chain, level, rule))
      return FALSE;
  }
  return TRUE;
}

/* As the kernel's: each way from a base chain, no deeper than its stack. A loop is a way that does not end. */
static gboolean check_chain(walking *w, fw_chain *chain, guint level)
{
  guint i, k;

  if (level > FW_NFT_DEPTH)
    return FALSE;
  chain->hooks |= w->hook;
  chain->frames |= w->frames;
  if (w->checked[chain->index] > level)
    return TRUE;
  w->checked[chain->index] = (guint8)(level + 1);
  for (i = 0; i < chain->n_rules; i++) {
    const fw_rule *rule = chain->rules[i];

    if (!check_to(w, rule->target.chain, level, rule))
      return FALSE;
    for (k = 0; k < rule->nft->n; k++) {
      const fw_nft_statement *s = &rule->nft->statements[k];

      if (s->kind == FW_NFT_DO_VMAP && !check_set(w, s->set, level, rule))
        return FALSE;
      if (s->data_verdict != NULL && !check_to(w, s->data_verdict->chain, level, rule))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean check_table(fw_table *table, GError **error)
{
  g_autofree guint8 *checked = g_new0(guint8, table->chains->len + 1);
  guint i;

  for (i = 0; i < table->chains->len; i++) {
    fw_chain *chain = g_ptr_array_index(table->chains, i);
    walking w = { checked, chain->hook != FW_HOOK_NONE ? (guint8)(1 << chain->hook) : 0, chain->frames, NULL };

    if (chain->nft->hook == NULL)
      continue;
    memset(checked, 0, table->chains->len);
    if (!check_chain(&w, chain, 0)) {
      fw_place place = { table->file, w.bad != NULL ? w.bad->line : chain->line, 1 };

      return fw_fail(error, &place, "jumps of table %s go deeper than %d chains, or lead back", table->name,
                     FW_NFT_DEPTH);
    }
  }
  return TRUE; /* g_autofree frees it: NOLINT(clang-analyzer-unix.Malloc) */
}

gboolean fw_nft_link(fw_ruleset *r, fw_table *table, GError **error)
{
  guint i, k;

  for (i = 0; i < table->chains->len; i++) {
    fw_chain *chain = g_ptr_array_index(table->chains, i);

    for (k = 0; k < chain->n_rules; k++)
      resolve_rule(r, table, chain->rules[k]);
  }
  return check_table(table, error);
}
