/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One kernel over a whole capture, as far as it has been played: keyframes to come back to, a byte of marks for each
 * packet, the strip, and which packet is at which time. The playing is the first pass; it takes batches as they come.
 *
 * Memory: keyframes up to their bound, a byte a frame, 16 bytes a batch.
 *
 * Life: timeline_new; timeline_take for each batch of the capture in order; the questions; timeline_free.
 */
#ifndef SCREEN_TIMELINE_H
#define SCREEN_TIMELINE_H

#include "journal/keyframes.h"
#include "replay/replay.h"
#include "strip.h"
#include "way.h"

typedef struct timeline timeline;

/* params: copied. keyframe_bytes: all keyframes together at most. */
timeline *timeline_new(const ct_params *params, gsize keyframe_bytes);
/* The same with the rules of that number around it; rules outlive it. */
timeline *timeline_new_ruled(const ct_params *params, gsize keyframe_bytes, const screen_rules *rules, guint which);
/* A way like its own, for a cursor. */
void timeline_way(const timeline *t, way *w, gboolean records);
/* NULL is fine. */
void timeline_free(timeline *t);

void timeline_take(timeline *t, const replay_batch *batch);
/* Packets before that number cannot be read again: what is known of them goes. */
void timeline_forget(timeline *t, guint64 number);

const ct_params *timeline_params(const timeline *t);
const keyframes *timeline_keyframes(const timeline *t);
const strip *timeline_strip(const timeline *t);
/* Number of the first and last packet played, 0: none; times of the first frame and of the engine's clock. */
guint64 timeline_first(const timeline *t);
guint64 timeline_last(const timeline *t);
gint64 timeline_first_ns(const timeline *t);
gint64 timeline_last_ns(const timeline *t);
/* The engine's, of all that was played. */
const ct_stats *timeline_stats(const timeline *t);
/* => packets up to number, none of which is forgotten, that have the mark: SCREEN_MARK_DROPPED or _INVALID. */
guint64 timeline_count(const timeline *t, guint64 number, guint8 mark);
/* What is kept, in bytes. */
gsize timeline_bytes(const timeline *t);

/* SCREEN_MARK_* of a packet; 0 where it is not known. */
guint8 timeline_marks(const timeline *t, guint64 number);
/* => the next packet after `number` (or the one before it) that has any of the marks; 0: there is none. */
guint64 timeline_next(const timeline *t, guint64 number, guint8 marks);
guint64 timeline_previous(const timeline *t, guint64 number, guint8 marks);
/* => a packet at or before which all packets are whose time has come by then, close to the last such; 0: none is. */
guint64 timeline_before(const timeline *t, gint64 time_ns);
/* => the time that the engine's clock had at a packet or somewhat later; for guesses only. */
gint64 timeline_time_of(const timeline *t, guint64 number);

#endif
