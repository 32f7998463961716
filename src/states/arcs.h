/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arcs of a machine, and the ways that a label or a list makes of them. Internal to src/states. */
#ifndef STATES_ARCS_H
#define STATES_ARCS_H

#include "states/states.h"

/* => the new arc, valid until the next one is added; where it leads to has been entered. */
states_arc *states_arc_add(states_machine *machine, guint from, guint dir, guint input, gint to);

/*
 * A way from one node to another, for one line of a label or a list: the directions, the input, how often. Arcs
 * that differ only in their direction are one.
 */
typedef struct states_way {
  guint from, input;
  gint to;
  gboolean dirs[2];
  guint64 counts[2];
  gboolean by_rule;
  const char *was; /* the arcs', which must live on */
} states_way;

/* "SYN_SENT", "ignored", "INVALID". */
const char *states_target_name(const states_machine *machine, gint to);

/* => all ways in the order of the arcs; free with g_array_unref. */
GArray *states_ways(const states_machine *machine);

/*
 * => TRUE where this way is one of many: the same input leads there from every state it can come from (a reset closes
 * from everywhere), so that one arrow tells them all.
 */
gboolean states_way_is_general(const states_machine *machine, const GArray *ways, const states_way *way);

#endif
