/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From tables to nodes and arcs, and which arcs a capture took. */
#include <string.h>

#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"
#include "states/arcs.h"
#include "states/probe.h"

/* --- tables --- */

static void name_timeout(states_node *node, const ct_params *params, guint timeout)
{
  node->timeout_ns = ct_params_timeout_ns(params, (ct_timeout)timeout);
  node->sysctl = ct_params_spell_timeout(params->profile, (ct_timeout)timeout);
}

static void add_states(states_machine *m, const ct_params *params, const ct_proto *proto)
{
  guint i;

  m->n_nodes = proto->n_states;
  for (i = 0; i < m->n_nodes; i++) {
    g_strlcpy(m->nodes[i].name, i == 0 ? "NONE" : proto->states[i], sizeof(m->nodes[i].name));
    if (i > 0)
      name_timeout(&m->nodes[i], params, proto->first_timeout + i);
  }
}

static gint cell_target(guint cell)
{
  return cell == CT_TCP_INVALID ? STATES_INVALID : cell == CT_TCP_IGNORE ? STATES_IGNORE : (gint)cell;
}

/* Before there is an entry there is only an original side. */
static gboolean is_asked(guint dir, guint state) { return state > 0 || dir == CT_ORIGINAL; }

/* Every question that the table answers: cell is asked for [dir][row][state]. */
static void read_table(states_machine *m, const guint8 *table, guint n_rows, guint n_states)
{
  guint state, dir, row;

  m->n_inputs = n_rows;
  for (state = 0; state < n_states; state++)
    for (dir = 0; dir < 2; dir++)
      for (row = 0; row < n_rows && is_asked(dir, state); row++)
        states_arc_add(m, state, dir, row, cell_target(table[(dir * n_rows + row) * n_states + state]));
}

static void read_machine(states_machine *m, const ct_params *params, const ct_proto *proto)
{
  g_assert(proto->n_inputs <= STATES_INPUTS_MAX && proto->n_states <= STATES_NODES_MAX);
  memcpy(m->inputs, proto->inputs, proto->n_inputs * sizeof(m->inputs[0]));
  add_states(m, params, proto);
  read_table(m, proto->table(params->profile), proto->n_inputs, proto->n_states);
}

/* Where a protocol stands among pictures. */
static guint rank(const ct_profile *profile, const ct_proto *proto)
{
  const ct_proto *tracker = profile != NULL ? ct_proto_tracker(profile, proto->number) : proto;

  if (tracker->n_inputs > 0)
    return 0;
  return tracker->ids != CT_IDS_NONE ? 1u + tracker->ids : G_MAXUINT;
}

const ct_proto *states_protocol(const ct_profile *profile, guint i)
{
  const ct_proto *proto, *other;
  guint at, j, before;

  for (at = 0; (proto = ct_proto_get(profile, at)) != NULL; at++) {
    for (before = 0, j = 0; (other = ct_proto_get(profile, j)) != NULL; j++)
      before += rank(profile, other) < rank(profile, proto) || (rank(profile, other) == rank(profile, proto) && j < at);
    if (before == i)
      return proto;
  }
  return NULL;
}

static const ct_proto *named(const ct_profile *profile, const char *name)
{
  const ct_proto *proto;
  guint i;

  for (i = 0; (proto = ct_proto_get(profile, i)) != NULL && strcmp(proto->name, name) != 0; i++) {}
  return proto;
}

states_machine *states_machine_new(const char *protocol, const ct_params *params)
{
  const ct_proto *proto = named(params->profile, protocol), *tracker;
  states_machine *m;

  if (proto == NULL)
    return NULL;
  tracker = ct_proto_tracker(params->profile, proto->number);
  m = g_new0(states_machine, 1);
  m->protocol = proto->name;
  m->profile = params->profile->name;
  m->proto = proto->number;
  m->arcs = g_array_new(FALSE, TRUE, sizeof(states_arc));
  m->has_table = tracker->n_inputs > 0;
  m->many_inputs = tracker->many_inputs;
  if (m->has_table)
    read_machine(m, params, tracker);
  else
    states_probe(m, params);
  return m;
}

void states_machine_free(states_machine *machine)
{
  if (machine == NULL)
    return;
  g_array_unref(machine->arcs);
  g_free(machine);
}

/* --- counting --- */

static void count_arc(states_machine *m, guint from, guint dir, guint input, gint to)
{
  guint i;

  for (i = 0; i < m->arcs->len; i++) {
    states_arc *arc = &g_array_index(m->arcs, states_arc, i);

    if (arc->from == from && arc->dir == dir && arc->to == to && (!m->has_table || arc->input == input)) {
      arc->count++;
      return;
    }
  }
  states_arc_add(m, from, dir, input, to)->by_rule = TRUE;
  g_array_index(m->arcs, states_arc, m->arcs->len - 1).count = 1;
}

/* The outcome of a TCP or DCCP packet, which may differ from its cell. */
static gint outcome(const ct_result *result, const ct_trace *trace)
{
  if (result->cls == CT_CLASS_INVALID)
    return STATES_INVALID;
  return trace->arc == CT_TRACE_ARC_UNCHANGED ? STATES_IGNORE : result->new_state;
}

static void count_cells(states_machine *m, const ct_result *result, const ct_trace *trace)
{
  guint i, n = MIN(trace->n_cells, CT_TRACE_CELLS_MAX);

  for (i = 0; i < n; i++) {
    const ct_trace_cell *cell = &trace->cells[i];

    if (!m->many_inputs && i + 1 == n)
      count_arc(m, cell->old, cell->dir, cell->row, outcome(result, trace));
    else
      count_arc(m, cell->old, cell->dir, cell->row, cell_target(cell->cell));
  }
}

void states_machine_count(states_machine *m, const ct_packet *packet, const ct_result *result, const ct_trace *trace,
                          const ct_view *after)
{
  m->counted = TRUE;
  if (packet->kind != CT_PACKET_TRACK || packet->tuple.proto != m->proto || trace->look_ups == 0 ||
      result->verdict != CT_VERDICT_ACCEPT)
    return;
  m->packets++;
  if (m->has_table) {
    count_cells(m, result, trace);
    return;
  }
  count_arc(m, trace->has_before ? states_node_of_status(trace->before.status) : 0, result->dir, 0,
            result->cls == CT_CLASS_INVALID ? STATES_INVALID
            : after != NULL                 ? (gint)states_node_of_status(after->status)
                                            : 0);
}
