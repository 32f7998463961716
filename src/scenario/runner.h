/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decoder and engine at a moment of a run: perform.c and decompile.c send packets through it, and check.c asks it.
 * Internal to src/scenario.
 *
 * Life: scn_runner_init; scn_runner_frame and scn_runner_wait in the order of time; scn_runner_clear.
 */
#ifndef SCN_RUNNER_H
#define SCN_RUNNER_H

#include "conntrack/trace.h"
#include "emit/emit.h"
#include "journal/history.h"
#include "packet/packet.h"
#include "scenario/ruling.h"

typedef struct scn_runner {
  ct_engine *engine;
  pkt_decoder *decoder;
  pkt_arena *arena;
  emit_output *lines;        /* conntrack's lines of entries, expectations and events */
  emit_output *packet_lines; /* and of packets */
  GPtrArray *events;         /* char *: lines of -E since the step before, blanks squeezed */
  GPtrArray *past;           /* the last of those before */
  gboolean sent;             /* a packet was sent: the rest is about it */
  guint64 number;            /* of the last packet */
  gint64 first_ns;
  cap_frame frame;
  ct_packet packet;
  pkt_link_info link;
  ct_result result;
  gboolean has_view;
  ct_view view; /* the entry after the packet */
  char *line;   /* the packet as -P shows it */
  journal_history history;
  ct_trace trace;               /* of the packet, where scn_runner_trace was called */
  const scn_firewall *firewall; /* set by the caller, before the first packet; NULL: no rules */
  const emit_rules *rules;      /* of the packet; NULL: no rules */
} scn_runner;

/* An engine at rest, with nothing sent. The runner must stay where it is until _clear, which frees what it holds. */
void scn_runner_init(scn_runner *runner, const ct_params *params, ct_checksums checksums);
/* From the next packet on trace is filled in. */
void scn_runner_trace(scn_runner *runner);
void scn_runner_clear(scn_runner *runner);
/* Sends one frame. interface: by which it came in; NULL: not said. */
void scn_runner_frame(scn_runner *runner, const cap_frame *frame, const char *interface);
/* Time passes without a packet. */
void scn_runner_wait(scn_runner *runner, gint64 now_ns);

/* A line of conntrack -L, -L expect or -E, its blanks squeezed; to be freed. */
char *scn_line_of_entry(const scn_runner *runner, const ct_view *view);
char *scn_line_of_expect(const scn_runner *runner, const ct_expect_view *expect);

#endif
