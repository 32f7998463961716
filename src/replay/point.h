/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Points in a stream of frames and spans of time, as people write them: a time of day with its date, seconds after the
 * first frame, or the number of a frame.
 */
#ifndef REPLAY_POINT_H
#define REPLAY_POINT_H

#include <glib.h>

typedef enum replay_point_kind {
  REPLAY_POINT_NONE,
  REPLAY_POINT_TIME,   /* value: ns since 1970-01-01 of its zone: UTC where it is_zoned */
  REPLAY_POINT_CLOCK,  /* value: ns into a day of its zone */
  REPLAY_POINT_OFFSET, /* value: ns after the first frame of the stream */
  REPLAY_POINT_NUMBER  /* value: number of a frame, from 1 */
} replay_point_kind;

typedef struct replay_point {
  replay_point_kind kind;
  gint64 value;
  gboolean is_zoned; /* TIME and CLOCK: it was written with its zone */
  gint64 east_s;     /* CLOCK: of UTC, where it was */
} replay_point;

/*
 * Of what zone times are that are written without one: seconds east of UTC at a time; NULL, as at the start: UTC. A
 * setting of the whole process, to be made before points are asked for their time.
 */
void replay_points_zone(gint64 (*east_s)(gint64 time_ns));
/* => the same, of times that somebody writes now. */
gint64 replay_points_east_s(gint64 time_ns);

/*
 * "2026-11-21T10:00:00.25Z", "...+02:00" (blank for T, no zone, seconds or time of day may be left out),
 * "@1763719200.25" (seconds since 1970, UTC), "14:03:05" (the first one in the stream; seconds may have a fraction or
 * be left out, a zone may follow),
 * "+2.5" and "+1h30m" (after the first frame), "#17" (a frame).
 * => FALSE where text is none of these, or out of the range of 64-bit nanoseconds.
 */
gboolean replay_point_parse(const char *text, replay_point *point);

/* Nanoseconds since 1970 for a point of kind TIME, CLOCK or OFFSET; first_ns is the first frame's time. Saturates. */
gint64 replay_point_time_ns(const replay_point *point, gint64 first_ns);

/*
 * => what there is to say of a point that no frame came up to, after its name and before "the captures end before":
 * "09:00:00 is the next day's, as the first packet comes later in the day; "; else "". To be freed.
 */
char *replay_point_missed(const replay_point *point, gint64 first_ns);

/*
 * "90", "0.5", "90s", "250ms", "2m", "1h30m", "1d": seconds where no unit is given.
 * => FALSE where text is no span of time or too long for 64-bit nanoseconds.
 */
gboolean replay_duration_parse(const char *text, gint64 *duration_ns);

/* Adds without leaving the range of 64 bits. */
gint64 replay_time_add(gint64 time_ns, gint64 duration_ns);

#endif
