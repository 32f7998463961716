/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the stages of a packet's way leave a note: CT_TRACE(engine, call) makes the call where somebody listens. The
 * macro keeps the arguments from being worked out for nobody. Internal to src/conntrack.
 */
#ifndef CT_TRACE_INTERNAL_H
#define CT_TRACE_INTERNAL_H

#include "conntrack/engine_internal.h"
#include "conntrack/trace.h"

#define CT_TRACE(engine, call)               \
  do {                                       \
    if (G_UNLIKELY((engine)->trace != NULL)) \
      call;                                  \
  } while (0)

void ct_trace_begin(ct_trace *trace);
/* entry: what was found, or NULL. */
void ct_trace_note_look_up(ct_engine *engine, const ct_tuple *tuple, const ct_entry *entry);
void ct_trace_note_cell(ct_trace *trace, ct_dir dir, uint8_t row, uint8_t old, uint8_t cell);
/* The states after the exceptions. */
static inline void ct_trace_note_arc(ct_trace *trace, ct_trace_arc arc, uint8_t old, uint8_t new)
{
  trace->arc = arc;
  trace->arc_old = old;
  trace->arc_new = new;
}

/* What the bounds are held against. */
static inline void ct_trace_note_segment(ct_trace *trace, uint32_t seq, uint32_t end, uint32_t ack, uint32_t sack)
{
  trace->seq = seq;
  trace->end = end;
  trace->ack = ack;
  trace->sack = sack;
}

/* dir: the sender's. */
void ct_trace_note_sides(ct_trace *trace, ct_trace_window window, const ct_tcp *tcp, ct_dir dir);
/* SCTP: the packet's tag, and what the entry knew for its direction. */
void ct_trace_note_tags(ct_trace *trace, uint32_t vtag, uint32_t my_vtag);
/* The entry was accepted: which timeout its tracker says it runs on. */
void ct_trace_note_timeout(ct_engine *engine, const ct_entry *entry);

#endif
