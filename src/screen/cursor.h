/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine at a moment of a timeline, moved forwards and backwards. Forwards it tracks; backwards it begins at the
 * keyframe before. Where it goes back a little at a time, it keeps a state of its own close by.
 *
 * A moment is a packet's (everything up to and with it done, the clock at it) or a time (everything up to it done, the
 * clock at it).
 */
#ifndef SCREEN_CURSOR_H
#define SCREEN_CURSOR_H

#include "replay/tape.h"
#include "timeline.h"

typedef struct cursor cursor;

/* Called for what is tracked on the way. Both may be NULL. */
typedef struct cursor_watch {
  void (*engine)(ct_engine *engine, gpointer user); /* a new one, before it tracks anything */
  void (*packet)(const ct_engine *engine, const ct_packet *packet, const ct_result *result, gpointer user);
  gpointer user;
  gboolean records; /* what rules did is told step by step, which takes time */
} cursor_watch;

/* rewind is owned. watch: copied; NULL: nobody. The cursor stands before the first packet. */
cursor *cursor_new(const timeline *line, replay_rewind *rewind, const cursor_watch *watch);
/* NULL is fine. */
void cursor_free(cursor *c);

/*
 * Goes to the last packet that was taken at or before number; 0: before the first. => FALSE where it cannot be reached:
 * the tape has forgotten it, or the file can no longer be read; the cursor is then wherever it came to.
 */
gboolean cursor_go(cursor *c, guint64 number);
gboolean cursor_go_time(cursor *c, gint64 time_ns);
/* Goes to the state that was kept nearest to that packet, at or before it; nothing is tracked. => FALSE: none was. */
gboolean cursor_begin_before(cursor *c, guint64 number);
/* Tracks so many packets more at the most, for long ways in slices. => FALSE at the end of the tape. */
gboolean cursor_on(cursor *c, guint packets);

const ct_engine *cursor_engine(const cursor *c);
/* The last packet done; 0: none. */
guint64 cursor_number(const cursor *c);
gint64 cursor_ns(const cursor *c); /* the clock; the first frame's time before the first packet */
/* How its packets come to its engine: of rules, what they did with that packet. */
const way *cursor_way(const cursor *c);
/* TRUE where the clock has gone on since that packet. */
gboolean cursor_is_later(const cursor *c);
/* That packet and what became of it; NULL where it is not at hand. result->entry is not to be used. */
const ct_packet *cursor_packet(const cursor *c, const ct_result **result);

#endif
