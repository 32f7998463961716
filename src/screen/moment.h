/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A moment of a capture as somebody types it. */
#ifndef SCREEN_MOMENT_H
#define SCREEN_MOMENT_H

#include <glib.h>

typedef struct moment {
  gboolean is_number;
  guint64 number; /* of a packet */
  gint64 time_ns;
} moment;

/*
 * "+90", "+1h30m" (after the first frame), "#4711" or "4711" (a packet), "14:03:05", "14:03" (of the day that here_ns
 * is in, and of the zone that people are shown), and all that --at takes. => FALSE where it is none of these.
 */
gboolean moment_parse(const char *text, gint64 first_ns, gint64 here_ns, moment *m);
/* => one line that says what would be right; to be freed. */
char *moment_refused(const char *text);

#endif
