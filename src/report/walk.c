/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection's walk through the states: which of its packets changed them, as marks on the diagram and as a list
 * beside it.
 */
#include "collect.h"

#include <string.h>

/* => the machine of the connection's protocol; REPORT_MACHINES_MAX where there is none. */
static guint machine_of(const report *r, const report_conn *conn)
{
  guint i;

  for (i = 0; i < r->n_machines && r->machines[i]->proto != conn->tuple.proto; i++) {}
  return i < r->n_machines ? i : REPORT_MACHINES_MAX;
}

/* => TRUE where a packet took part: refused ones stop at the door. */
static gboolean took_part(const report_row *row)
{
  return row->cls != CT_CLASS_INVALID && !row->dropped && row->kind == CT_PACKET_TRACK;
}

/* => the node that a packet left the connection in; node: the one before. */
static guint node_after(const states_machine *m, const report_row *row, guint node)
{
  if (m->has_table)
    return row->new_state;
  return row->has_timeout ? states_node_of_status(row->status) : node;
}

void report_walk_find(const report *r, const report_conn *conn, report_walk *walk)
{
  guint i, node = 0, n_rows = conn->rows != NULL ? conn->rows->len : 0;
  const states_machine *m;

  memset(walk, 0, sizeof(*walk));
  walk->machine = machine_of(r, conn);
  if (walk->machine == REPORT_MACHINES_MAX || conn->id == 0)
    return;
  m = r->machines[walk->machine];
  for (i = 0; i < n_rows; i++) {
    const report_row *row = &g_array_index(conn->rows, report_row, i);
    guint to;

    if (!took_part(row))
      continue;
    if (m->has_table)
      node = row->old_state;
    to = node_after(m, row, node);
    if (to != node && to < m->n_nodes && node < m->n_nodes) {
      walk->steps[walk->n] = (states_step){ node, to, m->has_table ? row->input : STATES_INPUTS_MAX };
      walk->rows[walk->n++] = i;
      node = to;
      if (walk->n == REPORT_STEPS_MAX)
        return;
    }
  }
}

enum { WALK_TOLD = 16 };

static void put_steps(emit_text *out, const report *r, const report_conn *conn, const report_walk *walk)
{
  const states_machine *m = r->machines[walk->machine];
  guint i;

  emit_text_literal(out, "<ol>\n");
  for (i = 0; i < walk->n; i++) {
    const report_row *row = &g_array_index(conn->rows, report_row, walk->rows[i]);

    emit_text_literal(out, "<li><b>");
    emit_text_string(out, m->nodes[walk->steps[i].from].name);
    emit_text_literal(out, " \342\206\222 ");
    emit_text_string(out, m->nodes[walk->steps[i].to].name);
    emit_text_literal(out, "</b><br/>packet ");
    emit_text_u64(out, row->number);
    emit_text_literal(out, ": ");
    if (m->has_table) {
      emit_text_string(out, m->inputs[row->input]);
      emit_text_char(out, ' ');
    }
    emit_text_string(out, row->dir == CT_ORIGINAL ? "from the original side</li>\n" : "from the reply side</li>\n");
  }
  emit_text_literal(out, "</ol>\n");
}

static void put_summary(emit_text *out, const states_machine *m, const report_walk *walk)
{
  guint i;

  emit_text_literal(out, "<summary>Walk through the states of ");
  emit_text_string(out, m->protocol);
  emit_text_literal(out, ": <span class=\"state\">");
  emit_text_string(out, m->nodes[walk->steps[0].from].name);
  for (i = 0; i < walk->n && i < WALK_TOLD; i++) {
    emit_text_literal(out, " \342\206\222 ");
    emit_text_string(out, m->nodes[walk->steps[i].to].name);
  }
  emit_text_string(out, i < walk->n ? " \342\200\246</span></summary>\n" : "</span></summary>\n");
}

void report_put_walk(emit_text *out, const report *r, const report_conn *conn, const report_walk *walk, gboolean open)
{
  char words[160];

  if (walk->n == 0 || r->drawings[walk->machine] == NULL)
    return;
  g_snprintf(words, sizeof(words),
             "Diagram of the states of %s; the %u steps of connection #%" G_GUINT64_FORMAT
             " are numbered on it and listed after it.",
             r->machines[walk->machine]->protocol, walk->n, conn->id);
  emit_text_string(out, open ? "<details class=\"walk\" open=\"\">" : "<details class=\"walk\">");
  put_summary(out, r->machines[walk->machine], walk);
  emit_text_literal(out, "<div class=\"walk\" tabindex=\"0\" role=\"region\" aria-label=\"Diagram and steps\">");
  states_put_walk(out, r->drawings[walk->machine], walk->steps, walk->n, words);
  put_steps(out, r, conn, walk);
  emit_text_literal(out, "</div></details>\n");
}
