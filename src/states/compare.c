/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a machine has otherwise than the kernel before it. */
#include <string.h>

#include "states/arcs.h"

/* => -1: it has none of that name. */
static gint node_named(const states_machine *m, const char *name)
{
  guint i;

  for (i = 0; i < m->n_nodes; i++)
    if (strcmp(m->nodes[i].name, name) == 0)
      return (gint)i;
  return -1;
}

static gboolean is_input(const states_machine *m, const states_arc *arc, const char *name)
{
  return strcmp(m->inputs[arc->input], name) == 0;
}

/*
 * The other's arc for the same question that leads elsewhere. Without a table an input can be told apart by time in
 * one, and not in the other (the first of their inputs): such arcs answer for each other. => NULL: there is none
 */
static const states_arc *arc_elsewhere(const states_machine *m, const states_arc *arc, const states_machine *other,
                                       gboolean *asked)
{
  gint from = node_named(other, m->nodes[arc->from].name);
  const char *target = states_target_name(m, arc->to);
  guint i;

  *asked = FALSE;
  for (i = 0; from >= 0 && i < other->arcs->len; i++) {
    const states_arc *old = &g_array_index(other->arcs, states_arc, i);

    if ((gint)old->from != from || old->dir != arc->dir ||
        (!is_input(other, old, m->inputs[arc->input]) && (m->has_table || (old->input != 0 && arc->input != 0))))
      continue;
    *asked = TRUE;
    if (strcmp(states_target_name(other, old->to), target) != 0)
      return old;
  }
  return NULL;
}

static void compare_arc(states_machine *m, states_arc *arc, const states_machine *other)
{
  gboolean asked;
  const states_arc *old = arc_elsewhere(m, arc, other, &asked);

  if (old == NULL && asked)
    return;
  g_strlcpy(arc->was, old != NULL ? states_target_name(other, old->to) : "unknown", sizeof(arc->was));
  m->n_differing++;
  m->n_undrawn += arc->to < 0 || (guint)arc->to == arc->from;
}

void states_machine_compare(states_machine *m, const states_machine *other)
{
  guint i;

  m->other = other->profile;
  m->other_has_table = other->has_table;
  if (m->has_table != other->has_table)
    return;
  for (i = 0; i < m->arcs->len; i++) {
    states_arc *arc = &g_array_index(m->arcs, states_arc, i);

    /* What nothing leads to is shown nowhere. */
    if (arc->from == 0 || m->nodes[arc->from].entered)
      compare_arc(m, arc, other);
  }
  for (i = 1; i < m->n_nodes; i++) {
    gint old = node_named(other, m->nodes[i].name);

    if (old > 0 && other->nodes[old].entered && other->nodes[old].timeout_ns != m->nodes[i].timeout_ns)
      m->nodes[i].was_ns = other->nodes[old].timeout_ns;
  }
}
