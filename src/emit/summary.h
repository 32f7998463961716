/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The summary for a person after a replay: one screen of 80 columns. What the engine's statistics do not have is
 * counted (tally.h), or told by whoever replays.
 *
 * Life: emit_summary_init; emit_tally_packet for each frame; fill in the rest; emit_summary_print;
 * emit_tally_clear.
 */
#ifndef EMIT_SUMMARY_H
#define EMIT_SUMMARY_H

#include "conntrack/engine.h"
#include "tally.h"
#include "text.h"

/* What pressure did to a table. */
typedef struct emit_pressed {
  guint64 evicted, dropped, peak, entries;
} emit_pressed;

typedef struct emit_summary {
  emit_tally tally; /* counted frame by frame */

  /* Told by the caller. */
  guint64 frames, fed; /* frames read, and those of them that were replayed */
  const ct_params *params;
  const char *doubt; /* how near the profile's rules are to the kernel that was named; NULL: they are its own */
  const ct_stats *stats;
  guint64 entries;            /* in the table now */
  double mean;                /* entries over the time from the first packet; ct_engine_mean */
  emit_pressed pressed;       /* what became of this run's table */
  const emit_pressed *kernel; /* what would have been under --gc kernel; NULL: not known */
  gboolean ruled;             /* rules have the last word on packets */
  const char *const *notes;   /* sentences, NULL at the end: what is remarkable about the capture; may be NULL */
} emit_summary;

/* Its tally is fit to count; nothing is told yet. */
void emit_summary_init(emit_summary *summary);
/* params and stats must be set. Colour is used for what went wrong. */
void emit_summary_print(emit_text *out, const emit_summary *summary, gboolean colour);

#endif
