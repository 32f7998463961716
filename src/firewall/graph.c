/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/graph.h"

#include "firewall/extension.h"

/* One chain on the way down; a stack of them, since chains may be as deep as there are rules. */
typedef struct frame {
  fw_chain *chain;
  guint next;   /* the rule to look at */
  guint height; /* of the deepest way below, so far */
} frame;

enum { WHITE, GREY, BLACK };

typedef struct walking {
  guint8 *colour; /* by index of the chain */
  guint *height;  /* of BLACK ones */
  GArray *stack;  /* frame */
  fw_backend backend;
} walking;

static gboolean fail_at(const fw_rule *rule, GError **error, const char *what, const char *name)
{
  fw_place place = { rule->chain->table->file, rule->line, 0 };

  return fw_fail(error, &place, what, name);
}

static void push(walking *w, fw_chain *chain)
{
  frame f = { chain, 0, 0 };

  w->colour[chain->index] = GREY;
  g_array_append_val(w->stack, f);
}

/* Looks at the next rule of the chain on top. */
static gboolean step(walking *w, GError **error)
{
  frame *top = &g_array_index(w->stack, frame, w->stack->len - 1);
  const fw_rule *rule;
  fw_chain *to;

  if (top->next == top->chain->n_rules) {
    w->colour[top->chain->index] = BLACK;
    w->height[top->chain->index] = top->height;
    g_array_set_size(w->stack, w->stack->len - 1);
    return TRUE;
  }
  rule = top->chain->rules[top->next];
  to = rule->target.chain;
  if (to == NULL) {
    top->next++;
    return TRUE;
  }
  switch (w->colour[to->index]) {
  case GREY: return fail_at(rule, error, "this jump closes a loop: it leads back to chain %s", to->name);
  case WHITE: push(w, to); return TRUE; /* and this rule again */
  default: break;
  }
  top->height = MAX(top->height, w->height[to->index] + 1);
  if (w->backend == FW_BACKEND_NFT && w->stack->len - 1 + w->height[to->index] + 1 > FW_NFT_DEPTH)
    return fail_at(rule, error, "this jump goes deeper than the 15 chains that nftables allows: to chain %s", to->name);
  top->next++;
  return TRUE;
}

static gboolean walk(walking *w, fw_chain *from, GError **error)
{
  push(w, from);
  while (w->stack->len > 0)
    if (!step(w, error))
      return FALSE;
  return TRUE;
}

static gboolean check_loops(fw_table *table, fw_backend backend, GError **error)
{
  walking w = { g_new0(guint8, table->chains->len + 1), g_new0(guint, table->chains->len + 1),
                g_array_new(FALSE, FALSE, sizeof(frame)), backend };
  gboolean ok = TRUE;
  guint i;

  for (i = 0; i < table->chains->len && ok; i++) {
    fw_chain *chain = g_ptr_array_index(table->chains, i);

    if (chain->hook != FW_HOOK_NONE)
      ok = walk(&w, chain, error);
  }
  g_array_free(w.stack, TRUE);
  g_free(w.colour);
  g_free(w.height);
  return ok;
}

/* Hooks flow along jumps until nothing changes: each chain at most five times. */
static void spread_hooks(fw_table *table)
{
  GPtrArray *todo = g_ptr_array_new();
  guint i;

  for (i = 0; i < table->chains->len; i++) {
    fw_chain *chain = g_ptr_array_index(table->chains, i);

    chain->hooks = chain->hook != FW_HOOK_NONE ? 1 << chain->hook : 0;
    if (chain->hooks != 0)
      g_ptr_array_add(todo, chain);
  }
  while (todo->len > 0) {
    const fw_chain *chain = g_ptr_array_steal_index(todo, todo->len - 1);

    for (i = 0; i < chain->n_rules; i++) {
      fw_chain *to = chain->rules[i]->target.chain;

      if (to != NULL && (chain->hooks & ~to->hooks) != 0) {
        to->hooks |= chain->hooks;
        g_ptr_array_add(todo, to);
      }
    }
  }
  g_ptr_array_free(todo, TRUE);
}

static gboolean check_hooks(const fw_rule *rule, const fw_bounds *bounds, const char *name, GError **error)
{
  guint8 wrong = bounds->hooks != 0 ? rule->chain->hooks & ~bounds->hooks : 0;
  fw_place place = { rule->chain->table->file, rule->line, 0 };
  guint hook;

  if (wrong == 0)
    return TRUE;
  for (hook = 0; (wrong & 1 << hook) == 0; hook++)
    ;
  return fw_fail(error, &place, "%s cannot be reached from %s", name, fw_hook_name(hook));
}

/* Where an extension may stand, by its bounds and by what it was given. */
static gboolean check_extension(const fw_rule *rule, const fw_bounds *bounds, const char *name,
                                guint8 (*hooks)(const void *data), const void *data, GError **error)
{
  return check_hooks(rule, bounds, name, error) &&
         (hooks == NULL || check_hooks(rule, &(fw_bounds){ .hooks = hooks(data) }, name, error));
}

static gboolean check_rule(const fw_rule *rule, GError **error)
{
  const fw_target_ops *target = rule->target.ops;
  guint i;

  for (i = 0; i < rule->n_matches; i++) {
    const fw_match_ops *ops = rule->matches[i].ops;

    if (ops != NULL && !check_extension(rule, &ops->bounds, ops->name, ops->hooks, rule->matches[i].data, error))
      return FALSE;
  }
  return target == NULL ||
         check_extension(rule, &target->bounds, target->name, target->hooks, rule->target.data, error);
}

gboolean fw_graph_check(fw_table *table, fw_backend backend, GError **error)
{
  guint c, i;

  if (!check_loops(table, backend, error))
    return FALSE;
  spread_hooks(table);
  for (c = 0; c < table->chains->len; c++) {
    const fw_chain *chain = g_ptr_array_index(table->chains, c);

    for (i = 0; i < chain->n_rules; i++)
      if (!check_rule(chain->rules[i], error))
        return FALSE;
  }
  return TRUE;
}
