/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine as text to read, as Markdown tables, and as DOT for Graphviz. */
#include "states/arcs.h"
#include "states/picture.h"

enum { SIDE_WIDTH = 10, WIDTH = 100 };

static void put_seconds(emit_text *out, gint64 ns)
{
  emit_text_seconds(out, ns, 0);
  emit_text_literal(out, " s");
}

static void put_count(emit_text *out, const states_machine *m, guint64 count)
{
  if (!m->counted || count == 0)
    return;
  emit_text_literal(out, " x");
  emit_text_u64(out, count);
}

static void put_title(emit_text *out, const states_machine *m)
{
  emit_text_string(out, m->protocol);
  emit_text_literal(out, ", as ");
  emit_text_string(out, m->profile);
  emit_text_string(out, m->has_table ? " has it: the state table that runs"
                                     : " has it: asked of the engine, packet by packet");
  if (m->counted) {
    emit_text_literal(out, "; ");
    emit_text_u64(out, m->packets);
    emit_text_string(out, m->packets == 1 ? " packet counted" : " packets counted");
  }
}

/* What the marks mean, on a line of its own. */
static void put_compared(emit_text *out, const states_machine *m)
{
  if (m->other == NULL)
    return;
  if (m->has_table != m->other_has_table) {
    emit_text_string(out, m->other);
    emit_text_string(out, m->has_table ? ", the kernel before it, had no state table for it"
                                       : ", the kernel before it, had a state table for it");
  } else if (m->n_differing == 0) {
    emit_text_literal(out, "No transition differs from ");
    emit_text_string(out, m->other);
    emit_text_literal(out, ", the kernel before it");
  } else {
    emit_text_literal(out, "!: differs from ");
    emit_text_string(out, m->other);
    emit_text_literal(out, ", the kernel before it, and what that had (");
    emit_text_u64(out, m->n_differing);
    emit_text_literal(out, " of ");
    emit_text_u64(out, m->arcs->len);
    emit_text_literal(out, " transitions)");
  }
  emit_text_char(out, '\n');
}

/* Of an arc or a way: " ! was SYN_SENT". */
static void put_was(emit_text *out, const char *was)
{
  if (*was == '\0')
    return;
  emit_text_literal(out, " ! was ");
  emit_text_string(out, was);
}

static void put_timeout(emit_text *out, const states_node *node)
{
  put_seconds(out, node->timeout_ns);
  if (node->was_ns == 0)
    return;
  emit_text_literal(out, " ! was ");
  put_seconds(out, node->was_ns);
}

/* --- text --- */

/* "syn -> SYN_SENT x3" */
static void put_arc(emit_text *out, const states_machine *m, const states_arc *arc)
{
  emit_text_string(out, m->inputs[arc->input]);
  emit_text_literal(out, " -> ");
  emit_text_string(out, states_target_name(m, arc->to));
  put_was(out, arc->was);
  put_count(out, m, arc->count);
  if (arc->by_rule)
    emit_text_string(out, " (by a rule beside the table)");
}

static void put_side(emit_text *out, const states_machine *m, guint node, guint dir)
{
  emit_text line;
  gsize column = 2 + SIDE_WIDTH;
  gboolean any = FALSE;
  guint i;

  emit_text_init(&line, -1);
  for (i = 0; i < m->arcs->len; i++) {
    const states_arc *arc = &g_array_index(m->arcs, states_arc, i);

    if (arc->from != node || arc->dir != dir)
      continue;
    line.used = 0;
    put_arc(&line, m, arc);
    if (!any) {
      emit_text_literal(out, "  ");
      emit_text_pad(out, dir == CT_ORIGINAL ? "original" : "reply", SIDE_WIDTH);
    } else if (column + 2 + line.used > WIDTH) {
      emit_text_literal(out, ",\n");
      emit_text_pad(out, "", 2 + SIDE_WIDTH);
      column = 2 + SIDE_WIDTH;
    } else {
      emit_text_literal(out, ", ");
      column += 2;
    }
    emit_text_bytes(out, line.data, line.used);
    column += line.used;
    any = TRUE;
  }
  if (any)
    emit_text_char(out, '\n');
  emit_text_clear(&line);
}

void states_put_text(emit_text *out, const states_machine *m)
{
  guint order[STATES_NODES_MAX], n = states_order(m, order), i, dir;

  put_title(out, m);
  emit_text_char(out, '\n');
  put_compared(out, m);
  emit_text_char(out, '\n');
  for (i = 0; i < n; i++) {
    guint node = order[i];

    if (node > 0 && !m->nodes[node].entered)
      continue;
    emit_text_string(out, m->nodes[node].name);
    if (m->nodes[node].timeout_ns != 0) {
      emit_text_literal(out, ", ");
      put_timeout(out, &m->nodes[node]);
    }
    if (m->nodes[node].sysctl != NULL) {
      emit_text_literal(out, " (");
      emit_text_string(out, m->nodes[node].sysctl);
      emit_text_char(out, ')');
    }
    emit_text_char(out, '\n');
    for (dir = 0; dir < 2; dir++)
      put_side(out, m, node, dir);
  }
}

/* --- Markdown --- */

static void markdown_cell(emit_text *out, const states_machine *m, guint node, guint dir, guint input)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < m->arcs->len; i++) {
    const states_arc *arc = &g_array_index(m->arcs, states_arc, i);

    if (arc->from != node || arc->dir != dir || arc->input != input)
      continue;
    emit_text_string(out, any ? "; " : " ");
    emit_text_string(out, arc->by_rule ? "*" : "");
    emit_text_string(out, states_target_name(m, arc->to));
    emit_text_string(out, arc->by_rule ? "*" : "");
    put_was(out, arc->was);
    put_count(out, m, arc->count);
    any = TRUE;
  }
  emit_text_string(out, any ? " |" : " - |");
}

static void markdown_side(emit_text *out, const states_machine *m, guint dir)
{
  guint order[STATES_NODES_MAX], n = states_order(m, order), i, input;

  emit_text_string(out, dir == CT_ORIGINAL ? "\n| original side |" : "\n| reply side |");
  for (input = 0; input < m->n_inputs; input++) {
    emit_text_char(out, ' ');
    emit_text_string(out, m->inputs[input]);
    emit_text_literal(out, " |");
  }
  emit_text_literal(out, "\n|---|");
  for (input = 0; input < m->n_inputs; input++)
    emit_text_literal(out, "---|");
  emit_text_char(out, '\n');
  for (i = 0; i < n; i++) {
    guint node = order[i];

    if (node > 0 ? !m->nodes[node].entered : dir != CT_ORIGINAL)
      continue;
    emit_text_literal(out, "| ");
    emit_text_string(out, m->nodes[node].name);
    emit_text_literal(out, " |");
    for (input = 0; input < m->n_inputs; input++)
      markdown_cell(out, m, node, dir, input);
    emit_text_char(out, '\n');
  }
}

void states_put_markdown(emit_text *out, const states_machine *m)
{
  guint order[STATES_NODES_MAX], n = states_order(m, order), i, dir;

  emit_text_literal(out, "# ");
  put_title(out, m);
  emit_text_literal(out, "\n\n");
  if (m->other != NULL) {
    put_compared(out, m);
    emit_text_char(out, '\n');
  }
  emit_text_literal(out, "| state | timeout | sysctl |\n|---|---|---|\n");
  for (i = 0; i < n; i++) {
    guint node = order[i];

    if (node == 0 || !m->nodes[node].entered)
      continue;
    emit_text_literal(out, "| ");
    emit_text_string(out, m->nodes[node].name);
    emit_text_literal(out, " | ");
    put_timeout(out, &m->nodes[node]);
    emit_text_literal(out, " | ");
    emit_text_string(out, m->nodes[node].sysctl != NULL ? m->nodes[node].sysctl : "-");
    emit_text_literal(out, " |\n");
  }
  for (dir = 0; dir < 2; dir++)
    markdown_side(out, m, dir);
}

/* --- DOT --- */

static void dot_label(emit_text *out, const states_machine *m, const states_way *way)
{
  gboolean both = way->dirs[0] && way->dirs[1];
  guint dir;

  emit_text_string(out, way->dirs[0] && way->dirs[1] ? "both: " : way->dirs[0] ? "original: " : "reply: ");
  emit_text_string(out, m->inputs[way->input]);
  put_was(out, way->was);
  for (dir = 0; dir < 2; dir++) {
    /* Where either side may send it, the figure says which did. */
    if (both && m->counted && way->counts[dir] > 0)
      emit_text_string(out, dir == CT_ORIGINAL ? ", original" : ", reply");
    put_count(out, m, way->counts[dir]);
  }
}

static gboolean is_same_edge(const states_way *a, const states_way *b)
{
  return a->from == b->from && a->to == b->to && a->by_rule == b->by_rule;
}

/*
 * All arcs from one state to another are one edge with several lines: Graphviz would lay edges of the same ends over
 * one another.
 */
static void dot_edge(emit_text *out, const states_machine *m, const GArray *ways, guint first)
{
  const states_way *way = &g_array_index(ways, states_way, first), *other;
  guint64 count = 0;
  guint i;

  if (way->to < 0 || (way->from != 0 && !m->nodes[way->from].entered))
    return;
  for (i = 0; i < first; i++)
    if (is_same_edge(&g_array_index(ways, states_way, i), way))
      return;
  emit_text_format(out, "  n%u -> n%d [label=\"", way->from, way->to);
  for (i = first; i < ways->len; i++) {
    other = &g_array_index(ways, states_way, i);
    if (!is_same_edge(other, way))
      continue;
    emit_text_string(out, i > first ? "\\n" : "");
    dot_label(out, m, other);
    count += other->counts[0] + other->counts[1];
  }
  emit_text_string(out, way->by_rule ? "\", style=dashed" : "\"");
  if (m->counted)
    emit_text_string(out, count > 0 ? ", penwidth=2" : ", color=gray, fontcolor=gray");
  emit_text_literal(out, "];\n");
}

void states_put_dot(emit_text *out, const states_machine *m)
{
  GArray *ways = states_ways(m);
  guint i;

  emit_text_literal(out, "digraph ");
  emit_text_string(out, m->protocol);
  emit_text_literal(out, " {\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge "
                         "[fontname=\"sans-serif\", fontsize=10];\n");
  if (m->other != NULL) {
    emit_text_literal(out, "  // ");
    put_compared(out, m);
  }
  for (i = 0; i < m->n_nodes; i++) {
    if (i > 0 && !m->nodes[i].entered)
      continue;
    emit_text_literal(out, "  n");
    emit_text_u64(out, i);
    emit_text_literal(out, " [label=\"");
    emit_text_string(out, m->nodes[i].name);
    if (m->nodes[i].timeout_ns != 0) {
      emit_text_literal(out, "\\n");
      put_timeout(out, &m->nodes[i]);
    }
    emit_text_literal(out, "\"];\n");
  }
  for (i = 0; i < ways->len; i++)
    dot_edge(out, m, ways, i);
  emit_text_literal(out, "}\n");
  g_array_unref(ways);
}
