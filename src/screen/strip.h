/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole of a capture in a fixed number of steps of time: how full the table was in each, and whether something was
 * refused, dropped or evicted. Where the steps run out, each two neighbours become one.
 *
 * Life: all zero; strip_note as things happen; strip_column for each column of a screen.
 */
#ifndef SCREEN_STRIP_H
#define SCREEN_STRIP_H

#include <glib.h>

enum { STRIP_STEPS = 1024 };

/* What is marked in a stretch of time, and at a packet; the gravest last. */
enum {
  SCREEN_MARK_TAKEN = 1 << 0, /* a packet that the engine was given */
  SCREEN_MARK_EVENT = 1 << 1, /* something of -E */
  SCREEN_MARK_NEW = 1 << 2,
  SCREEN_MARK_STATE = 1 << 3,
  SCREEN_MARK_INVALID = 1 << 4,
  SCREEN_MARK_EVICTED = 1 << 5,
  SCREEN_MARK_DROPPED = 1 << 6
};

typedef struct strip_step {
  guint64 peak;
  guint8 marks;
} strip_step;

typedef struct strip {
  gint64 start_ns, step_ns; /* step_ns 0: nothing was noted */
  gint64 last_ns;
  guint n;
  guint64 last_count, peak;
  strip_step steps[STRIP_STEPS];
} strip;

/* Time does not go back. count: entries then. */
void strip_note(strip *s, gint64 now_ns, guint64 count, guint8 marks);

/* Of the i-th of so many columns, which share the time from the first note to the last evenly. */
strip_step strip_column(const strip *s, guint i, guint columns);
/* => the column that a time is in; the first and the last for those outside. */
guint strip_column_of(const strip *s, gint64 time_ns, guint columns);

#endif
