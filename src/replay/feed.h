/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several captures as one stream of frames, with a memory of the captures that could not be read. Internal to
 * src/replay. */
#ifndef REPLAY_FEED_H
#define REPLAY_FEED_H

#include "replay.h"

typedef struct replay_feed replay_feed;

/* Opens all captures without looking into them; those that cannot be opened are remembered as problems. */
replay_feed *replay_feed_new(const replay_options *options);
/* Reads their headers. names: of the interfaces of captures before them, by number; none: NULL. */
void replay_feed_start(replay_feed *feed, const GPtrArray *names);
/* TRUE where path is one of the captures: writing there would destroy it. */
gboolean replay_feed_reads(const replay_feed *feed, const char *path);
/* TRUE where at least one capture could be opened. */
gboolean replay_feed_readable(const replay_feed *feed);
void replay_feed_free(replay_feed *feed); /* NULL is fine */

/* NULL before the start, and where no capture could be read. */
cap_reader *replay_feed_reader(const replay_feed *feed);

/* The next frames. => FALSE at the end of the last capture. */
gboolean replay_feed_next(replay_feed *feed, cap_batch *batch);

/* TRUE where reading may wait for somebody (pipe, terminal). */
gboolean replay_feed_live(const replay_feed *feed);

/* The problems, oldest first; NULL past the last. To be read by the reading thread, or after the end. */
const char *replay_feed_problem(const replay_feed *feed, guint i);
/* Adds one; takes the string. */
void replay_feed_complain(replay_feed *feed, char *text);

/* Bytes read so far, and in all (0 where unknown). */
void replay_feed_progress(const replay_feed *feed, guint64 *done_bytes, guint64 *total_bytes);

#endif
