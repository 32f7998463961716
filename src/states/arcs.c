/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "states/arcs.h"

#include <string.h>

const char *states_target_name(const states_machine *m, gint to)
{
  return to == STATES_IGNORE ? "ignored" : to == STATES_INVALID ? "INVALID" : m->nodes[to].name;
}

states_arc *states_arc_add(states_machine *m, guint from, guint dir, guint input, gint to)
{
  states_arc arc = { .from = from, .dir = dir, .input = input, .to = to };

  g_array_append_val(m->arcs, arc);
  if (to >= 0)
    m->nodes[to].entered = TRUE;
  return &g_array_index(m->arcs, states_arc, m->arcs->len - 1);
}

GArray *states_ways(const states_machine *machine)
{
  GArray *ways = g_array_new(FALSE, TRUE, sizeof(states_way));
  guint i, j;

  for (i = 0; i < machine->arcs->len; i++) {
    const states_arc *arc = &g_array_index(machine->arcs, states_arc, i);
    states_way *way = NULL;

    for (j = 0; j < ways->len; j++) {
      states_way *other = &g_array_index(ways, states_way, j);

      if (other->from == arc->from && other->to == arc->to && other->input == arc->input &&
          other->by_rule == arc->by_rule && strcmp(other->was, arc->was) == 0)
        way = other;
    }
    if (way == NULL) {
      states_way fresh = {
        .from = arc->from, .input = arc->input, .to = arc->to, .by_rule = arc->by_rule, .was = arc->was
      };

      g_array_append_val(ways, fresh);
      way = &g_array_index(ways, states_way, ways->len - 1);
    }
    way->dirs[arc->dir] = TRUE;
    way->counts[arc->dir] += arc->count;
  }
  return ways;
}

gboolean states_way_is_general(const states_machine *machine, const GArray *ways, const states_way *way)
{
  guint i, j, sources = 0, nodes = 0;
  gboolean again;

  if (way->to < 0 || way->from == 0 || !machine->has_table || way->by_rule)
    return FALSE;
  for (i = 1; i < machine->n_nodes; i++)
    nodes += machine->nodes[i].entered;
  for (i = 0; i < ways->len; i++) {
    const states_way *other = &g_array_index(ways, states_way, i);

    for (j = 0, again = FALSE; j < i; j++) {
      const states_way *before = &g_array_index(ways, states_way, j);

      again = again || (before->from == other->from && before->to == other->to && before->input == other->input &&
                        before->by_rule == other->by_rule);
    }
    sources += !again && other->to == way->to && other->input == way->input && !other->by_rule && other->from != 0 &&
               machine->nodes[other->from].entered;
  }
  return sources + 1 >= nodes && sources > 2;
}
