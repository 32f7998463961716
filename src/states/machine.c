/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From tables to nodes and arcs, and which arcs a capture took. */
#include <string.h>

#include "conntrack/proto/tables.h"
#include "emit/parts.h"
#include "states/arcs.h"
#include "states/probe.h"

/* --- tables --- */

static void name_timeout(states_node *node, const ct_params *params, guint timeout)
{
  node->timeout_ns = ct_params_timeout_ns(params, (ct_timeout)timeout);
  if (emit_timeout_sysctl(params, (ct_timeout)timeout, node->sysctl) == NULL)
    node->sysctl[0] = '\0';
}

static void add_states(states_machine *m, const ct_params *params, guint n, guint first_timeout)
{
  guint i;

  m->n_nodes = n;
  for (i = 0; i < n; i++) {
    g_strlcpy(m->nodes[i].name, i == 0 ? "NONE" : ct_state_name(m->proto, i), sizeof(m->nodes[i].name));
    if (i > 0)
      name_timeout(&m->nodes[i], params, first_timeout + i);
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

static void read_tcp(states_machine *m, const ct_params *params)
{
  static const char *const names[] = {
#define X(id, name) name,
    CT_TCP_INDEX_LIST(X)
#undef X
  };

  memcpy(m->inputs, names, sizeof(names));
  add_states(m, params, CT_TCP_STATE_COUNT, CT_TIMEOUT_TCP_NONE);
  read_table(m, &params->profile->tcp_table[0][0][0], CT_TCP_INDEX_COUNT, CT_TCP_STATE_COUNT);
}

static void read_sctp(states_machine *m, const ct_params *params)
{
  static const char *const names[] = {
#define X(id, type, name) name,
    CT_SCTP_ROW_LIST(X)
#undef X
  };

  memcpy(m->inputs, names, sizeof(names));
  add_states(m, params, CT_SCTP_STATE_COUNT, CT_TIMEOUT_SCTP_NONE);
  read_table(m, &params->profile->sctp_table[0][0][0], CT_SCTP_ROW_COUNT, CT_SCTP_STATE_COUNT);
}

/* The original side as the client, which it is until a connection is born again the other way round. */
static void read_dccp(states_machine *m, const ct_params *params)
{
  static const char *const names[] = {
#define X(id, name) name,
    CT_DCCP_ROW_LIST(X)
#undef X
  };

  memcpy(m->inputs, names, sizeof(names));
  add_states(m, params, CT_DCCP_STATE_COUNT, CT_TIMEOUT_DCCP_NONE);
  read_table(m, &ct_dccp_table_linux_6_1[0][0][0], CT_DCCP_ROW_COUNT, CT_DCCP_STATE_COUNT);
}

static gboolean has_table(guint8 proto, const ct_profile *profile)
{
  return proto == CT_PROTO_TCP || (proto == CT_PROTO_SCTP && profile->sctp_table != NULL) ||
         (proto == CT_PROTO_DCCP && profile->dccp_tracker);
}

states_machine *states_machine_new(const char *protocol, const ct_params *params)
{
  static const struct {
    const char *name;
    guint8 proto;
  } protocols[] = { { "tcp", CT_PROTO_TCP },       { "sctp", CT_PROTO_SCTP },       { "udp", CT_PROTO_UDP },
                    { "gre", CT_PROTO_GRE },       { "udplite", CT_PROTO_UDPLITE }, { "icmp", CT_PROTO_ICMP },
                    { "icmpv6", CT_PROTO_ICMPV6 }, { "dccp", CT_PROTO_DCCP } };
  states_machine *m;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(protocols) && strcmp(protocols[i].name, protocol) != 0; i++) {}
  if (i == G_N_ELEMENTS(protocols))
    return NULL;
  m = g_new0(states_machine, 1);
  m->protocol = protocols[i].name;
  m->profile = params->profile->name;
  m->proto = protocols[i].proto;
  m->arcs = g_array_new(FALSE, TRUE, sizeof(states_arc));
  m->has_table = has_table(m->proto, params->profile);
  if (!m->has_table)
    states_probe(m, params);
  else if (m->proto == CT_PROTO_TCP)
    read_tcp(m, params);
  else if (m->proto == CT_PROTO_SCTP)
    read_sctp(m, params);
  else
    read_dccp(m, params);
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

/* What became of a TCP or DCCP packet, which may be something else than its cell says. */
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

    if (m->proto != CT_PROTO_SCTP && i + 1 == n)
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
