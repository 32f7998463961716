/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notes that the stages of a packet's way leave in the trace; called only where there is one (trace_internal.h). */
#include "conntrack/trace_internal.h"

#include <string.h>

#include "conntrack/proto/proto.h"

void ct_engine_trace(ct_engine *engine, ct_trace *trace) { engine->trace = trace; }

void ct_trace_begin(ct_trace *trace) { memset(trace, 0, sizeof(*trace)); }

void ct_trace_note_look_up(ct_engine *engine, const ct_tuple *tuple, const ct_entry *entry)
{
  ct_trace *trace = engine->trace;

  trace->tuple = *tuple;
  trace->found = entry != NULL;
  if (trace->look_ups++ == 0 && entry) {
    trace->has_before = true;
    ct_entry_view(engine, entry, &trace->before);
  }
}

void ct_trace_note_cell(ct_trace *trace, ct_dir dir, uint8_t row, uint8_t old, uint8_t cell)
{
  if (trace->n_cells < CT_TRACE_CELLS_MAX)
    trace->cells[trace->n_cells] = (ct_trace_cell){ (uint8_t)dir, row, old, cell };
  trace->n_cells++;
}

static ct_tcp_side_view view_of_side(const ct_tcp *tcp, ct_dir dir)
{
  const ct_tcp_side *side = &tcp->side[dir];

  return (ct_tcp_side_view){ .end = side->end,
                             .max_end = side->max_end,
                             .max_window = side->max_window,
                             .max_ack = side->max_ack,
                             .scale = tcp->scale[dir],
                             .flags = tcp->flags[dir] };
}

void ct_trace_note_sides(ct_trace *trace, ct_trace_window window, const ct_tcp *tcp, ct_dir dir)
{
  trace->window = window;
  trace->sender = view_of_side(tcp, dir);
  trace->receiver = view_of_side(tcp, !dir);
}

void ct_trace_note_tags(ct_trace *trace, uint32_t vtag, uint32_t my_vtag)
{
  trace->sctp = true;
  trace->vtag = vtag;
  trace->my_vtag = my_vtag;
}

void ct_trace_note_timeout(ct_engine *engine, const ct_entry *entry)
{
  engine->trace->timeout = ct_proto_of_entry(engine->params.profile, entry)->timeout(entry);
}
