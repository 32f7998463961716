/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection or one packet told in lines, by going through the capture once more: from where the connection began,
 * or from far enough before the packet. That goes on in slices.
 */
#ifndef SCREEN_TOLD_H
#define SCREEN_TOLD_H

#include "cursor.h"
#include "rows.h"

/* Packets before the one that is explained: what ended in them is known, and whether it would have been met. */
enum { TOLD_HISTORY_PACKETS = 100000, TOLD_LINES_MOST = 20000 };

typedef struct told told;

typedef struct told_line {
  char *text;
  guint64 number; /* of the packet that the line is about; 0: of none */
  guint8 style;   /* canvas_style */
} told_line;

/* rewind: owned. entry: copied; columns: of the screen. */
told *told_connection(const timeline *line, replay_rewind *rewind, const rows_entry *entry, guint columns);
/* The expectations of an engine, which is at a moment of the line. */
told *told_expects(const timeline *line, const ct_engine *engine, guint columns);
told *told_packet(const timeline *line, replay_rewind *rewind, guint64 number, guint columns);
/* NULL is fine. */
void told_free(told *t);

/* Goes on for about so many packets. => TRUE where there is more to come. */
gboolean told_work(told *t, guint packets);

/* What is known so far. */
const char *told_title(const told *t);
/* Over the columns of its lines; NULL: they have none. */
const char *told_heading(const told *t);
guint told_lines(const told *t);
const told_line *told_get(const told *t, guint i);

#endif
