/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "moment.h"

#include "replay/point.h"

#include <string.h>

static const gint64 day_ns = G_GINT64_CONSTANT(86400) * 1000000000, second_ns = 1000000000;

/* => that time of the day that here_ns is in, by the clock that is typed; also before 1970. */
static gint64 of_day(const replay_point *clock, gint64 here_ns)
{
  gint64 east_ns = (clock->is_zoned ? clock->east_s : replay_points_east_s(here_ns)) * second_ns;
  gint64 there_ns = replay_time_add(here_ns, east_ns), rest = there_ns % day_ns;

  there_ns = replay_time_add(there_ns, clock->value - (rest < 0 ? rest + day_ns : rest));
  return replay_time_add(there_ns, -east_ns);
}

gboolean moment_parse(const char *text, gint64 first_ns, gint64 here_ns, moment *m)
{
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  replay_point point;

  *m = (moment){ FALSE, 0, 0 };
  if (*trimmed != '\0' && trimmed[strspn(trimmed, "0123456789")] == '\0') {
    m->is_number = TRUE;
    return g_ascii_string_to_unsigned(trimmed, 10, 0, G_MAXINT64, &m->number, NULL);
  }
  if (!replay_point_parse(trimmed, &point) || point.kind == REPLAY_POINT_NONE)
    return FALSE;
  m->is_number = point.kind == REPLAY_POINT_NUMBER;
  if (m->is_number)
    m->number = (guint64)point.value;
  else if (point.kind == REPLAY_POINT_CLOCK)
    m->time_ns = of_day(&point, here_ns);
  else
    m->time_ns = replay_point_time_ns(&point, first_ns);
  return TRUE;
}

char *moment_refused(const char *text)
{
  return g_strdup_printf("%s is no moment: +90 (seconds after the first packet), 14:03:05, #4711 (a packet)", text);
}
