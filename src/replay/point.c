/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "point.h"

#include <string.h>

static const gint64 second_ns = G_GINT64_CONSTANT(1000000000);

gint64 replay_time_add(gint64 time_ns, gint64 duration_ns)
{
  gint64 sum;

  if (__builtin_add_overflow(time_ns, duration_ns, &sum))
    return duration_ns > 0 ? G_MAXINT64 : G_MININT64;
  return sum;
}

/*
 * Reads digits, with an optional fraction, as a multiple of unit_ns. Integers only: a double would round nanoseconds of
 * today's dates. => the first character after it, or NULL.
 */
static const char *read_decimal(const char *p, gint64 unit_ns, gint64 *ns)
{
  const char *start = p;
  gint64 whole = 0, scale = unit_ns;

  for (; g_ascii_isdigit(*p); p++)
    if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, *p - '0', &whole))
      return NULL;
  if (__builtin_mul_overflow(whole, unit_ns, &whole))
    return NULL;
  if (*p == '.') {
    if (p == start && !g_ascii_isdigit(p[1]))
      return NULL;
    for (p++; g_ascii_isdigit(*p); p++) {
      scale /= 10;
      if (__builtin_add_overflow(whole, (*p - '0') * scale, &whole))
        return NULL;
    }
  }
  *ns = whole;
  return p == start ? NULL : p;
}

static gint64 unit_of(const char *word, gsize length)
{
  static const struct {
    const char *word;
    gint64 ns;
  } units[] = {
    { "ns", 1 },
    { "us", 1000 },
    { "ms", 1000000 },
    { "s", G_GINT64_CONSTANT(1000000000) },
    { "m", 60 * G_GINT64_CONSTANT(1000000000) },
    { "min", 60 * G_GINT64_CONSTANT(1000000000) },
    { "h", 3600 * G_GINT64_CONSTANT(1000000000) },
    { "d", 86400 * G_GINT64_CONSTANT(1000000000) },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(units); i++)
    if (strlen(units[i].word) == length && strncmp(units[i].word, word, length) == 0)
      return units[i].ns;
  return 0;
}

gboolean replay_duration_parse(const char *text, gint64 *duration_ns)
{
  const char *p = text;
  gint64 sum = 0, part, unit;

  if (*p == '\0')
    return FALSE;
  while (*p != '\0') {
    const char *word = p;
    gsize length = 0;

    while (g_ascii_isdigit(*word) || *word == '.')
      word++;
    while (g_ascii_isalpha(word[length]))
      length++;
    /* A number without a unit counts seconds, but only alone: in "1h30" nobody knows what 30 is. */
    unit = length == 0 && p == text ? second_ns : unit_of(word, length);
    p = unit == 0 ? NULL : read_decimal(p, unit, &part);
    if (p != word || __builtin_add_overflow(sum, part, &sum))
      return FALSE;
    p += length;
  }
  *duration_ns = sum;
  return TRUE;
}

/* Exactly n digits. => the number, or -1. */
static int read_digits(const char **p, int n)
{
  int value = 0;

  for (; n > 0; n--, (*p)++) {
    if (!g_ascii_isdigit(**p))
      return -1;
    value = value * 10 + (**p - '0');
  }
  return value;
}

static gboolean read_char(const char **p, char c)
{
  if (**p != c)
    return FALSE;
  (*p)++;
  return TRUE;
}

/* hh:mm[:ss[.fraction]] => ns of the day, or -1. */
static gint64 read_clock(const char **p)
{
  int hour = read_digits(p, 2), minute;
  gint64 ns = 0, second;

  if (hour < 0 || hour > 23 || !read_char(p, ':'))
    return -1;
  minute = read_digits(p, 2);
  if (minute < 0 || minute > 59)
    return -1;
  if (read_char(p, ':')) {
    const char *end = read_decimal(*p, second_ns, &ns);

    if (end == NULL)
      return -1;
    *p = end;
  }
  second = ns / second_ns;
  if (second > 60)
    return -1;
  return (hour * 3600 + minute * 60) * second_ns + ns;
}

/* "Z", "+02:00", "-0530", "+02" to the end of the text; nothing is no zone. => FALSE where it is something else. */
static gboolean read_zone(const char *p, replay_point *point)
{
  int sign = *p == '-' ? -1 : 1, hours, minutes = 0;

  point->is_zoned = *p != '\0';
  point->east_s = 0;
  if (*p == '\0' || strcmp(p, "Z") == 0)
    return TRUE;
  if (*p != '+' && *p != '-')
    return FALSE;
  p++;
  hours = read_digits(&p, 2);
  read_char(&p, ':');
  if (*p != '\0')
    minutes = read_digits(&p, 2);
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59 || *p != '\0')
    return FALSE;
  point->east_s = sign * (hours * 3600 + minutes * 60);
  return TRUE;
}

/* A time of day alone. */
static gboolean read_time_of_day(const char *p, replay_point *point)
{
  point->value = read_clock(&p);
  return point->value >= 0 && read_zone(p, point);
}

static gboolean read_date(const char *p, replay_point *point)
{
  int year = read_digits(&p, 4), month, day;
  GDateTime *midnight;
  gint64 days_ns, clock_ns = 0;

  if (year < 0 || !read_char(&p, '-') || (month = read_digits(&p, 2)) < 0 || !read_char(&p, '-') ||
      (day = read_digits(&p, 2)) < 0)
    return FALSE;
  if (read_char(&p, 'T') || read_char(&p, ' '))
    clock_ns = read_clock(&p);
  if (clock_ns < 0 || !read_zone(p, point))
    return FALSE;
  midnight = g_date_time_new_utc(year, month, day, 0, 0, 0);
  if (midnight == NULL)
    return FALSE;
  days_ns = g_date_time_to_unix(midnight);
  g_date_time_unref(midnight);
  return !__builtin_mul_overflow(days_ns, second_ns, &days_ns) &&
         !__builtin_add_overflow(days_ns, clock_ns, &point->value) &&
         !__builtin_sub_overflow(point->value, point->east_s * second_ns, &point->value);
}

gboolean replay_point_parse(const char *text, replay_point *point)
{
  const char *end;
  guint64 number;

  point->is_zoned = TRUE;
  point->east_s = 0;
  switch (*text) {
  case '+': point->kind = REPLAY_POINT_OFFSET; return replay_duration_parse(text + 1, &point->value);
  case '#':
    point->kind = REPLAY_POINT_NUMBER;
    if (!g_ascii_string_to_unsigned(text + 1, 10, 1, G_MAXINT64, &number, NULL))
      return FALSE;
    point->value = (gint64)number;
    return TRUE;
  case '@':
    point->kind = REPLAY_POINT_TIME;
    end = read_decimal(text + 1, second_ns, &point->value);
    return end != NULL && *end == '\0';
  default:
    point->kind = REPLAY_POINT_CLOCK;
    if (read_time_of_day(text, point))
      return TRUE;
    point->kind = REPLAY_POINT_TIME;
    return read_date(text, point);
  }
}

/*
 * The first such time of day from the first frame on. A time without a fraction is that of the first frame's own
 * second, too: nobody who reads 14:03:05 there means the next day.
 */
static gint64 from_clock(gint64 of_day_ns, gint64 first_ns, gboolean *is_next_day)
{
  static const gint64 day_ns = 86400 * G_GINT64_CONSTANT(1000000000);
  gint64 into_ns = first_ns % day_ns, time_ns;

  into_ns += into_ns < 0 ? day_ns : 0;
  time_ns = replay_time_add(first_ns, of_day_ns - into_ns);
  *is_next_day = of_day_ns < into_ns - into_ns % second_ns;
  return *is_next_day ? replay_time_add(time_ns, day_ns) : time_ns;
}

/* NULL: UTC. */
static gint64 (*zone_east_s)(gint64 time_ns);

void replay_points_zone(gint64 (*east_s)(gint64 time_ns)) { zone_east_s = east_s; }

gint64 replay_points_east_s(gint64 time_ns) { return zone_east_s != NULL ? zone_east_s(time_ns) : 0; }

/* What a clock of the zone showed, in UTC; of an hour that it shows twice, the second one. */
static gint64 from_zone(gint64 shown_ns)
{
  gint64 around_ns = replay_time_add(shown_ns, -replay_points_east_s(shown_ns) * second_ns);

  return replay_time_add(shown_ns, -replay_points_east_s(around_ns) * second_ns);
}

static gint64 east_ns_of(const replay_point *point, gint64 first_ns)
{
  return (point->is_zoned ? point->east_s : replay_points_east_s(first_ns)) * second_ns;
}

gint64 replay_point_time_ns(const replay_point *point, gint64 first_ns)
{
  gint64 east_ns = east_ns_of(point, first_ns);
  gboolean is_next_day;

  switch (point->kind) {
  case REPLAY_POINT_OFFSET: return replay_time_add(first_ns, point->value);
  case REPLAY_POINT_CLOCK:
    return replay_time_add(from_clock(point->value, replay_time_add(first_ns, east_ns), &is_next_day), -east_ns);
  default: return point->is_zoned ? point->value : from_zone(point->value);
  }
}

char *replay_point_missed(const replay_point *point, gint64 first_ns)
{
  gint64 seconds = point->value / second_ns;
  gboolean is_next_day = FALSE;

  if (point->kind == REPLAY_POINT_CLOCK)
    from_clock(point->value, replay_time_add(first_ns, east_ns_of(point, first_ns)), &is_next_day);
  if (!is_next_day)
    return g_strdup("");
  return g_strdup_printf("%02d:%02d:%02d is the next day's, as the first packet comes later in the day; ",
                         (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
}
