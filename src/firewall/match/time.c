/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -m time, -m comment. */
#include <string.h>
#include <time.h>

#include "firewall/match/data.h"
#include "firewall/parse.h"
#include "firewall/save.h"

enum { DATE_START, DATE_STOP, TIME_START, TIME_STOP, CONTIGUOUS, WEEK_DAYS, MONTH_DAYS, LOCAL_ZONE, UTC, KERNEL_ZONE };

#define ALL_MONTH_DAYS 0xfffffffeU
#define ALL_WEEK_DAYS 0xfe
#define LAST_DATE G_MAXINT32
#define LAST_SECOND 86399

static const char *const day_names[] = { NULL, "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

static void time_init(void *data, fw_family family)
{
  fw_time *t = data;

  (void)family;
  t->date_stop = LAST_DATE;
  t->day_stop = LAST_SECOND;
  t->month_days = ALL_MONTH_DAYS;
  t->week_days = ALL_WEEK_DAYS;
}

/* Decimal digits up to max. => FALSE: none, or more. */
static gboolean digits(const char **at, guint max, guint *value)
{
  const char *start = *at;

  *value = 0;
  while (g_ascii_isdigit(**at) && *value <= max)
    *value = *value * 10 + (*(*at)++ - '0');
  return *at != start && *value <= max;
}

/* YYYY[-MM[-DD[Thh[:mm[:ss]]]]] */
static gboolean read_date(const char *at, gint64 *date)
{
  static const char separators[] = "--T::";
  static const guint max[] = { 2038, 12, 31, 23, 59, 59 };
  guint part[6] = { 0, 1, 1, 0, 0, 0 }, i;
  struct tm tm;

  for (i = 0; i < 6; i++) {
    if (!digits(&at, max[i], &part[i]))
      return FALSE;
    if (*at == '\0')
      break;
    if (i == 5 || *at++ != separators[i])
      return FALSE;
  }
  if (part[0] < 1970)
    return FALSE;
  memset(&tm, 0, sizeof tm);
  tm.tm_year = (int)part[0] - 1900;
  tm.tm_mon = (int)part[1] - 1;
  tm.tm_mday = (int)part[2];
  tm.tm_hour = (int)part[3];
  tm.tm_min = (int)part[4];
  tm.tm_sec = (int)part[5];
  *date = timegm(&tm);
  return *date >= 0 && *date <= G_MAXUINT32;
}

/* hh:mm[:ss] */
static gboolean read_time(const char *at, guint32 *seconds)
{
  guint hour, minute, second = 0;

  if (!digits(&at, 23, &hour) || *at++ != ':' || !digits(&at, 59, &minute))
    return FALSE;
  if (*at == ':' && (at++, !digits(&at, 59, &second)))
    return FALSE;
  *seconds = hour * 3600 + minute * 60 + second;
  return *at == '\0';
}

static gboolean add_month_day(const char *part, gpointer user)
{
  guint64 day;

  if (!fw_read_number(part, NULL, &day, 0, 31))
    return FALSE;
  *(guint32 *)user |= (guint32)1 << day;
  return TRUE;
}

static gboolean add_week_day(const char *part, gpointer user)
{
  guint64 day;
  guint i;

  if (fw_read_number(part, NULL, &day, 1, 7)) {
    *(guint32 *)user |= 1U << day;
    return TRUE;
  }
  /* Two letters decide. */
  for (i = 1; i < G_N_ELEMENTS(day_names); i++)
    if (strlen(part) >= 2 && strncmp(part, day_names[i], 2) == 0) {
      *(guint32 *)user |= 1U << i;
      return TRUE;
    }
  return FALSE;
}

static gboolean time_parse(fw_parse *p)
{
  fw_time *t = p->data;
  guint32 days = 0;

  switch (p->option->id) {
  case DATE_START: return read_date(p->arg, &t->date_start) || fw_parse_bad_value(p, "YYYY[-MM[-DD[Thh[:mm[:ss]]]]]");
  case DATE_STOP: return read_date(p->arg, &t->date_stop) || fw_parse_bad_value(p, "YYYY[-MM[-DD[Thh[:mm[:ss]]]]]");
  case TIME_START: return read_time(p->arg, &t->day_start) || fw_parse_bad_value(p, "hh:mm[:ss]");
  case TIME_STOP: return read_time(p->arg, &t->day_stop) || fw_parse_bad_value(p, "hh:mm[:ss]");
  case WEEK_DAYS:
    if (!fw_each_part(p->arg, ',', add_week_day, &days))
      return fw_parse_bad_value(p, "days of the week: Mon,Tue,... or 1 to 7");
    t->week_days = days ^ (p->invert ? ALL_WEEK_DAYS : 0);
    return TRUE;
  case MONTH_DAYS:
    if (!fw_each_part(p->arg, ',', add_month_day, &days))
      return fw_parse_bad_value(p, "days of the month, 1 to 31");
    t->month_days = days ^ (p->invert ? ALL_MONTH_DAYS : 0);
    return TRUE;
  case CONTIGUOUS: t->contiguous = TRUE; return TRUE;
  case LOCAL_ZONE:
  case KERNEL_ZONE: t->kernel_zone = TRUE; return TRUE;
  default: return TRUE;
  }
}

static gboolean time_check(fw_parse *p)
{
  const fw_time *t = p->data;

  if (t->contiguous && t->day_start < t->day_stop)
    fw_note_add(p->ruleset, FW_NOTE_WARNING, &p->place,
                "--contiguous has no meaning for a time of day that does not pass midnight");
  return TRUE;
}

static void save_time(GString *out, const char *option, guint32 s)
{
  g_string_append_printf(out, " --%s %02u:%02u:%02u", option, s / 3600, s / 60 % 60, s % 60);
}

static void save_date(GString *out, const char *option, gint64 date)
{
  time_t seconds = date;
  struct tm tm;

  if (date == 0)
    return;
  gmtime_r(&seconds, &tm);
  g_string_append_printf(out, " --%s %04d-%02d-%02dT%02d:%02d:%02d", option, tm.tm_year + 1900, tm.tm_mon + 1,
                         tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void save_days(GString *out, const fw_time *t)
{
  const char *separator = " ";
  guint i;

  if (t->month_days != ALL_MONTH_DAYS) {
    g_string_append(out, " --monthdays");
    for (i = 1; i <= 31; i++)
      if ((t->month_days & (guint32)1 << i) != 0) {
        g_string_append_printf(out, "%s%u", separator, i);
        separator = ",";
      }
  }
  if (t->week_days == ALL_WEEK_DAYS)
    return;
  separator = " ";
  g_string_append(out, " --weekdays");
  for (i = 1; i <= 7; i++)
    if ((t->week_days & 1 << i) != 0) {
      g_string_append_printf(out, "%s%s", separator, day_names[i]);
      separator = ",";
    }
}

static void time_save(const fw_match *m, fw_family family, GString *out)
{
  const fw_time *t = m->data;

  (void)family;
  if (t->day_start != 0 || t->day_stop != LAST_SECOND) {
    save_time(out, "timestart", t->day_start);
    save_time(out, "timestop", t->day_stop);
  }
  save_days(out, t);
  save_date(out, "datestart", t->date_start);
  /* The tool writes the last date there is even where none was given. */
  save_date(out, "datestop", t->date_stop);
  if (t->kernel_zone)
    g_string_append(out, " --kerneltz");
  if (t->contiguous)
    g_string_append(out, " --contiguous");
}

static const fw_option time_options[] = {
  FW_OPTION_BARE("datestart", DATE_START, STRING, 0),
  FW_OPTION_BARE("datestop", DATE_STOP, STRING, 0),
  FW_OPTION_BARE("timestart", TIME_START, STRING, 0),
  FW_OPTION_BARE("timestop", TIME_STOP, STRING, 0),
  FW_OPTION_BARE("contiguous", CONTIGUOUS, NONE, 0),
  FW_OPTION_BARE("weekdays", WEEK_DAYS, STRING, FW_INV),
  FW_OPTION_BARE("monthdays", MONTH_DAYS, STRING, FW_INV),
  { .name = "localtz", .id = LOCAL_ZONE, .excluded = 1 << UTC },
  { .name = "utc", .id = UTC, .excluded = 1 << LOCAL_ZONE | 1 << KERNEL_ZONE },
  { .name = "kerneltz", .id = KERNEL_ZONE, .excluded = 1 << UTC },
  FW_OPTION_END,
};

const fw_match_ops fw_match_time = {
  .name = "time",
  .id = FW_MATCH_time,
  .size = sizeof(fw_time),
  .options = time_options,
  .init = time_init,
  .parse = time_parse,
  .check = time_check,
  .save = time_save,
};

static const fw_option comment_options[] = {
  { .name = "comment",
    .id = 0,
    .type = FW_TYPE_STRING,
    .flags = FW_REQ | FW_SAVE,
    .max = 255,
    .offset = offsetof(fw_comment, text) },
  FW_OPTION_END,
};

const fw_match_ops fw_match_comment = {
  .name = "comment",
  .id = FW_MATCH_comment,
  .size = sizeof(fw_comment),
  .options = comment_options,
};
