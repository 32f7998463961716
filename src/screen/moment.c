/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "moment.h"

#include "replay/point.h"

#include <string.h>

static const gint64 day_ns = G_GINT64_CONSTANT(86400) * 1000000000;

/* => the start of the day, also before 1970. */
static gint64 day_of(gint64 time_ns)
{
  gint64 rest = time_ns % day_ns;

  return time_ns - (rest < 0 ? rest + day_ns : rest);
}

/* Two digits below a limit; *text moves behind them. */
static gboolean two_digits(const char **text, guint limit, guint *value)
{
  if (!g_ascii_isdigit((*text)[0]) || !g_ascii_isdigit((*text)[1]))
    return FALSE;
  *value = (guint)((*text)[0] - '0') * 10 + (guint)((*text)[1] - '0');
  *text += 2;
  return *value < limit;
}

/* "14:03", "14:03:05", "14:03:05.25" => nanoseconds into the day. */
static gboolean time_of_day(const char *text, gint64 *ns)
{
  guint hour, minute, second = 0;
  gint64 unit = 100000000;

  if (!two_digits(&text, 24, &hour) || *text++ != ':' || !two_digits(&text, 60, &minute))
    return FALSE;
  if (*text == ':') {
    text++;
    if (!two_digits(&text, 60, &second))
      return FALSE;
  }
  *ns = ((gint64)hour * 3600 + minute * 60 + second) * 1000000000;
  if (*text == '.' && g_ascii_isdigit(text[1]))
    for (text++; g_ascii_isdigit(*text); text++, unit /= 10)
      *ns += unit * (*text - '0');
  return *text == '\0' || strcmp(text, "Z") == 0;
}

gboolean moment_parse(const char *text, gint64 first_ns, gint64 here_ns, moment *m)
{
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  replay_point point;
  gint64 ns;

  *m = (moment){ FALSE, 0, 0 };
  if (*trimmed != '\0' && trimmed[strspn(trimmed, "0123456789")] == '\0') {
    m->is_number = TRUE;
    return g_ascii_string_to_unsigned(trimmed, 10, 0, G_MAXINT64, &m->number, NULL);
  }
  if (time_of_day(trimmed, &ns)) {
    m->time_ns = replay_time_add(day_of(here_ns), ns);
    return TRUE;
  }
  if (!replay_point_parse(trimmed, &point) || point.kind == REPLAY_POINT_NONE)
    return FALSE;
  m->is_number = point.kind == REPLAY_POINT_NUMBER;
  if (m->is_number)
    m->number = (guint64)point.value;
  else
    m->time_ns = replay_point_time_ns(&point, first_ns);
  return TRUE;
}

char *moment_refused(const char *text)
{
  return g_strdup_printf("%s is no moment: +90 (seconds after the first packet), 14:03:05 (UTC), #4711 (a packet)",
                         text);
}
