/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine did with one packet, step by step, for those who explain it: the look-up, the cells of the state
 * table, the numbers the window was checked with, the timeout. Facts only; the sentences are others' business
 * (src/explain).
 *
 * Life: the caller owns one and hands it over once (ct_engine_trace); each packet then fills it anew as it arrives.
 * Without one, an engine spends a test for NULL per step.
 */
#ifndef CT_TRACE_H
#define CT_TRACE_H

#include "conntrack/param.h"
#include "conntrack/reason.h"
#include "conntrack/view.h"

/* An SCTP packet has a cell for each chunk that has a row; those past the last place here are only counted. */
enum { CT_TRACE_CELLS_MAX = 16 };

typedef struct ct_trace_cell {
  uint8_t dir, row;  /* ct_tcp_index, ct_sctp_row or ct_dccp_row */
  uint8_t old, cell; /* the state before, and what the table has there: a state, or CT_TCP_IGNORE, ..._INVALID */
} ct_trace_cell;

/* What TCP's exceptions made of the cell (spec 5.5). */
typedef enum ct_trace_arc {
  CT_TRACE_ARC_NONE,         /* no cell was looked at, or the protocol has no exceptions */
  CT_TRACE_ARC_CHECK_WINDOW, /* the window decides */
  CT_TRACE_ARC_ACCEPT,       /* accepted whatever the window says: some resets */
  CT_TRACE_ARC_UNCHANGED,    /* let through, nothing changes */
  CT_TRACE_ARC_INVALID,
  CT_TRACE_ARC_REOPEN /* the entry was over; a second look-up follows */
} ct_trace_arc;

typedef enum ct_trace_window {
  CT_TRACE_WINDOW_NONE,  /* not checked */
  CT_TRACE_WINDOW_OPENS, /* a SYN that opens its side and acknowledges nothing: there is nothing to check */
  CT_TRACE_WINDOW_CHECKED
} ct_trace_window;

typedef struct ct_trace {
  unsigned look_ups; /* 0: refused before; 2: the first one's entry was over */
  bool found;        /* by the last look-up */
  ct_tuple tuple;    /* as the packet has it */
  bool has_before;   /* the (first) look-up found something */
  ct_view before;    /* ... which was this, before the packet */

  unsigned n_cells; /* may be more than are kept */
  ct_trace_cell cells[CT_TRACE_CELLS_MAX];
  ct_trace_arc arc;
  uint8_t arc_old, arc_new; /* the states after the exceptions; arc_new is what the packet leads to if it is accepted */

  ct_trace_window window;
  ct_tcp_side_view sender, receiver; /* as the bounds were taken from: before the segment, but for a side it opened */
  uint32_t seq, end, ack, sack;      /* of the segment, as compared */
  bool ack_bound_2_6;                /* bound IV is held against ack, not sack, and lies one higher */

  bool has_met;       /* it met an expectation ... */
  ct_expect_view met; /* ... which was this, before */

  bool sctp;              /* the two below are told */
  uint32_t vtag, my_vtag; /* in the packet; known for its direction before (0: none yet) */
  int64_t udp_stream_ns;  /* UDP: after this moment an answered flow is a stream; 0: not told */

  ct_timeout timeout;    /* where the result has CT_CHANGE_REFRESHED */
  ct_reason timeout_why; /* TCP_RETRANS, TCP_UNACKED, TCP_ZERO_WINDOW; NONE: the state's own, or a reset's */
} ct_trace;

struct ct_engine;

/* From the next packet on; NULL ends it. */
void ct_engine_trace(struct ct_engine *engine, ct_trace *trace);

#endif
