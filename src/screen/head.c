/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands above the table: the moment, how full the table is, what differs with another setting, and the strip. */
#include "inside.h"

#include "emit/formats.h"
#include "emit/parts.h"
#include "emit/zone.h"
#include "pressure/occupancy.h"

#include <string.h>

enum { LINE_TITLE, LINE_TIME, LINE_COUNT, LINE_STATS, LINE_BELOW_STATS };

/* A screen with fewer rows keeps them for the table. */
enum { ROWS_ROOMY = 18, NAME_LEAST = 12 };

char *session_grouped(guint64 number)
{
  emit_text out;
  char *text;

  emit_text_init(&out, -1);
  emit_text_u64_grouped(&out, number);
  text = g_strndup(out.data, out.used);
  emit_text_clear(&out);
  return text;
}

/* Puts a text whole, or not at all. => the column behind it. */
static guint put_whole(canvas *c, guint row, guint at, guint style, const char *text)
{
  return at + g_utf8_strlen(text, -1) <= c->columns ? canvas_put(c, row, at, c->columns, style, text) : at;
}

/* ---- title ---- */

/* Names of files differ at their ends. */
static char *tail(const char *name, gsize room)
{
  const char *from = name + strlen(name);

  if (strlen(name) <= room)
    return g_strdup(name);
  from -= MIN(room - 1, strlen(name));
  while ((*from & 0xc0) == 0x80)
    from++;
  return g_strdup_printf("~%s", from);
}

static void draw_title(const session *s, canvas *c)
{
  static const char program[] = " ctreplay top  ";
  const ct_params *params = timeline_params(session_line(s));
  g_autofree char *max = session_grouped(params->max);
  g_autofree char *right = g_strdup_printf("%s, max %s ", params->profile->name, max);
  g_autofree char *what_if = s->other != NULL ? g_strdup_printf("  what if %s", s->other_text) : g_strdup("");
  gsize taken = strlen(program) + strlen(what_if), behind = strlen(right) + 1, room;
  g_autofree char *name = NULL;
  guint end;

  /* What was asked for goes before what the kernel is called, where there is no room for both. */
  if (taken + NAME_LEAST + behind > c->columns)
    behind = 0;
  room = c->columns > taken + behind ? c->columns - taken - behind : 0;
  name = tail(s->host.capture, MAX(room, (gsize)NAME_LEAST));
  canvas_style_line(c, LINE_TITLE, STYLE_TITLE);
  g_autofree char *left = g_strconcat(program, name, what_if, NULL);
  end = canvas_put_cut(c, LINE_TITLE, 0, STYLE_TITLE, left);
  if (behind > 0)
    canvas_put_right(c, LINE_TITLE, end + 1, c->columns, STYLE_TITLE, right);
}

/* ---- the moment ---- */

static char *clock_text(gint64 time_ns, gboolean with_day)
{
  emit_date date = emit_date_from_ns(emit_zone_ns(time_ns));
  g_autofree char *day = g_strdup_printf("%04" G_GINT64_FORMAT "-%02u-%02u ", date.year, date.month, date.day);

  return g_strdup_printf("%s%02u:%02u:%02u.%03u %s", with_day ? day : "", date.second_of_day / 3600,
                         date.second_of_day / 60 % 60, date.second_of_day % 60, date.ns / 1000000,
                         emit_zone_word(time_ns));
}

static char *progress_text(const session *s, gboolean utf8)
{
  replay_progress p;

  if (s->plays)
    return g_strdup_printf("plays %u%s", s->speed, utf8 ? "\303\227" : "x");
  if (s->wanted != NULL)
    return g_strdup_printf("reading on to %s", s->wanted);
  if (s->ended)
    return g_strdup("");
  if (s->live)
    return g_strdup(s->follows ? "live" : "live; G follows");
  replay_source_progress(s->host.source, &p);
  if (p.total_bytes == 0)
    return g_strdup("reading");
  return g_strdup_printf("reading %u%%", (guint)(100 * MIN(p.done_bytes, p.total_bytes) / p.total_bytes));
}

static char *moment_text(const session *s, gboolean with_day)
{
  gint64 now_ns = cursor_ns(s->at), into_ns = emit_time_since(now_ns, timeline_first_ns(s->line));
  g_autofree char *number = session_grouped(cursor_number(s->at)), *last = session_grouped(timeline_last(s->line));
  g_autofree char *clock = clock_text(now_ns, with_day);

  return g_strdup_printf("packet %s of %s%s  %s%.6f s  %s", number, last, s->ended ? "" : " so far",
                         cursor_is_later(s->at) ? "later, at +" : "+", (double)into_ns / 1e9, clock);
}

static void draw_time(const session *s, canvas *c)
{
  g_autofree char *whole = moment_text(s, TRUE), *brief = moment_text(s, FALSE);
  g_autofree char *progress = progress_text(s, c->utf8);
  gsize room = c->columns - 1, right = *progress != '\0' ? 1 + (gsize)g_utf8_strlen(progress, -1) : 0;
  guint at = canvas_put(c, LINE_TIME, 1, c->columns, STYLE_PLAIN, strlen(whole) + right <= room ? whole : brief);

  if (at + right <= c->columns)
    canvas_put(c, LINE_TIME, c->columns - (guint)right + 1, c->columns, STYLE_KEY, progress);
}

/* ---- how full ---- */

/* Against max where the table comes near it; a few entries in a large table would not be seen. */
static guint64 full_scale(const session *s, guint64 peak)
{
  guint64 max = timeline_params(session_line(s))->max;

  return max > 0 && peak >= max / 16 ? max : peak;
}

static void draw_count(const session *s, canvas *c)
{
  const ct_params *params = timeline_params(session_line(s));
  guint64 entries = ct_engine_count(cursor_engine(session_cursor(s))), highest = timeline_strip(session_line(s))->peak;
  g_autofree char *count = session_grouped(entries), *max = session_grouped(params->max),
                  *peak = session_grouped(highest);
  const rows *r = &s->rows;
  g_autofree char *protocols =
    g_strdup_printf("  tcp %u  udp %u  icmp %u  other %u", r->tcp, r->udp, r->icmp, r->others);
  guint at;

  if (params->max > 0)
    at = canvas_format(c, LINE_COUNT, 1, STYLE_PLAIN, "%s of %s entries (%u%%)", count, max,
                       (guint)(100 * entries / params->max));
  else
    at = canvas_format(c, LINE_COUNT, 1, STYLE_PLAIN, "%s entries, no limit", count);
  at = canvas_format(c, LINE_COUNT, at, STYLE_PLAIN, ", peak %s", peak);
  if (s->filter != NULL) {
    g_autofree char *chosen = g_strdup_printf(", %u chosen: %s", session_rows_count(s), s->filter);

    at = canvas_put_cut(c, LINE_COUNT, at, STYLE_KEY, chosen);
  }
  at = put_whole(c, LINE_COUNT, at, STYLE_PLAIN, protocols);
  put_whole(c, LINE_COUNT, at, STYLE_DIM, full_scale(s, highest) == highest ? "  bars to peak" : "  bars to max");
}

static void draw_stats(const session *s, canvas *c)
{
  const ct_profile *profile = timeline_params(session_line(s))->profile;
  const char *const *names = emit_stats_sent(profile);
  const ct_stats *stats = ct_engine_stats(cursor_engine(session_cursor(s)));
  guint at = 1, i;

  for (i = 0; names[i] != NULL; i++) {
    guint64 value = emit_stats_value(stats, profile, names[i]);
    g_autofree char *word = g_strdup_printf("%s=%" G_GUINT64_FORMAT " ", names[i], value);

    at = put_whole(c, LINE_STATS, at, value > 0 ? STYLE_PLAIN : STYLE_DIM, word);
  }
}

/* ---- what if ---- */

/* What there is of something as it was and with the other setting. */
typedef struct compared {
  const char *what;
  guint64 was, is;
} compared;

enum { COMPARED = 4 };

/* "1234567" as "1234k", where a line is too long else. */
static char *number_text(guint64 number, gboolean brief)
{
  return !brief || number < 10000 ? session_grouped(number)
         : number < 10000000      ? g_strdup_printf("%" G_GUINT64_FORMAT "k", number / 1000)
                                  : g_strdup_printf("%" G_GUINT64_FORMAT "M", number / 1000000);
}

static char *compared_text(const compared *of, gboolean brief)
{
  g_autofree char *was = number_text(of->was, brief), *is = number_text(of->is, brief);

  return g_strdup_printf("  %s %s -> %s", of->what, was, is);
}

static void draw_compared(canvas *c, guint row, const char *when, const compared *all)
{
  gsize n = 1 + strlen(when);
  guint at, i;

  for (i = 0; i < COMPARED; i++) {
    g_autofree char *text = compared_text(&all[i], FALSE);

    n += strlen(text);
  }
  at = canvas_put(c, row, 1, c->columns, STYLE_DIM, when);
  for (i = 0; i < COMPARED; i++) {
    g_autofree char *text = compared_text(&all[i], n > c->columns);

    at = put_whole(c, row, at, all[i].was != all[i].is ? STYLE_CHANGED : STYLE_DIM, text);
  }
}

/* The other table began with the first packet that was kept, empty: neither sum is to be held against the other. */
static gboolean other_is_cut(const session *s) { return timeline_first(s->other) > s->first; }

static gboolean other_is_through(const session *s) { return timeline_last(s->other) == timeline_last(s->line); }

static void draw_whole(const session *s, canvas *c, guint row)
{
  const timeline *a = s->line, *b = s->other;
  guint64 last = timeline_last(a), through = timeline_last(b);

  if (!other_is_through(s)) {
    canvas_format(c, row, 1, STYLE_DIM, "in all   it is played once more: %u%%",
                  last > 0 ? (guint)(100 * MIN(through, last) / last) : 0);
    return;
  }
  draw_compared(
    c, row, s->ended ? "in all " : "so far ",
    (const compared[COMPARED]){
      { "dropped", timeline_count(a, last, SCREEN_MARK_DROPPED), timeline_count(b, last, SCREEN_MARK_DROPPED) },
      { "evicted", pressure_evictions(timeline_stats(a)), pressure_evictions(timeline_stats(b)) },
      { "INVALID", timeline_count(a, last, SCREEN_MARK_INVALID), timeline_count(b, last, SCREEN_MARK_INVALID) },
      { "peak", timeline_strip(a)->peak, timeline_strip(b)->peak },
    });
}

/* As it was -> with the other setting, up to the moment and over all of the capture. => rows that it took. */
static guint draw_what_if(const session *s, canvas *c, guint row, gboolean roomy)
{
  const ct_engine *was = cursor_engine(s->at), *is = cursor_engine(s->other_at);
  guint64 number = cursor_number(s->at);

  if (other_is_cut(s)) {
    g_autofree char *first = session_grouped(timeline_first(s->other));

    canvas_format(c, row, 1, STYLE_BAD, "before packet %s nothing is kept: with it the table begins there, empty",
                  first);
    return roomy ? 1 : 0;
  }
  if (cursor_number(s->other_at) != number || timeline_last(s->other) < number)
    canvas_put(c, row, 1, c->columns, STYLE_DIM, "by now   it is not there yet");
  else
    draw_compared(c, row, "by now ",
                  (const compared[COMPARED]){
                    { "dropped", timeline_count(s->line, number, SCREEN_MARK_DROPPED),
                      timeline_count(s->other, number, SCREEN_MARK_DROPPED) },
                    { "evicted", pressure_evictions(ct_engine_stats(was)), pressure_evictions(ct_engine_stats(is)) },
                    { "INVALID", timeline_count(s->line, number, SCREEN_MARK_INVALID),
                      timeline_count(s->other, number, SCREEN_MARK_INVALID) },
                    { "entries", ct_engine_count(was), ct_engine_count(is) },
                  });
  if (!roomy)
    return 0;
  draw_whole(s, c, row + 1);
  return 2;
}

/* ---- the strip ---- */

/* The gravest first. */
static const struct {
  guint8 mark, style;
  char letter;
} marked[] = {
  { SCREEN_MARK_DROPPED, STYLE_BAD, 'D' },
  { SCREEN_MARK_EVICTED, STYLE_EVICTED, 'E' },
  { SCREEN_MARK_INVALID, STYLE_BAD, 'I' },
};

/* Eighths of a cell, or marks of seven-bit terminals. */
static gunichar bar(const canvas *c, guint64 peak, guint64 full)
{
  static const char ascii[] = " .:-=+*#@";
  guint eighths;

  if (peak == 0 || full == 0)
    return ' ';
  eighths = (guint)(1 + MIN(peak, full) * 7 / full);
  return c->utf8 ? 0x2580 + eighths : (gunichar)ascii[eighths];
}

/* => how many marks fall together anywhere, 1 at least. */
static guint marks_together(const strip *whole, guint columns)
{
  guint most = 1, i, k;

  for (i = 0; i < columns; i++) {
    guint8 marks = strip_column(whole, i, columns).marks;
    guint n = 0;

    for (k = 0; k < G_N_ELEMENTS(marked); k++)
      n += (marks & marked[k].mark) != 0;
    most = MAX(most, n);
  }
  return most;
}

/* One below the other, so that none hides another; where one comes to be seen here, it is shown reversed. */
static void draw_marks(canvas *c, guint row, guint height, guint column, guint8 marks, gboolean here)
{
  guint reverse = here ? STYLE_REVERSE : 0, n = 0, k;

  for (k = 0; k < G_N_ELEMENTS(marked) && n < height; k++)
    if (marks & marked[k].mark)
      canvas_char(c, row + n++, column, marked[k].style | reverse, (gunichar)marked[k].letter);
  if (n == 0 && here)
    canvas_char(c, row, column, STYLE_KEY, '^');
  else if (n == 0)
    canvas_char(c, row, column, STYLE_DIM, c->utf8 ? 0x00b7 : '.');
}

/* => rows that it took. */
static guint draw_strip(const session *s, canvas *c, guint row, gboolean roomy)
{
  const strip *whole = timeline_strip(session_line(s));
  guint64 full = full_scale(s, whole->peak);
  guint columns = c->columns - 2, i, here = strip_column_of(whole, cursor_ns(s->at), columns);
  guint height = roomy ? marks_together(whole, columns) : 1;

  for (i = 0; i < columns; i++) {
    strip_step step = strip_column(whole, i, columns);
    /* Not reversed: a bar that is reversed looks full where it is low. */
    guint8 style = i == here ? STYLE_KEY : STYLE_FULL;

    canvas_char(c, row, i + 1, style, bar(c, step.peak, full));
    draw_marks(c, row + 1, height, i + 1, step.marks, i == here);
  }
  return 1 + height;
}

guint session_draw_head(const session *s, canvas *c)
{
  gboolean roomy = c->rows >= ROWS_ROOMY;
  guint row = LINE_BELOW_STATS;

  draw_title(s, c);
  if (session_seen(s) != VIEW_TABLE || s->at == NULL)
    return LINE_TIME;
  draw_time(s, c);
  draw_count(s, c);
  if (s->other == NULL || roomy)
    draw_stats(s, c);
  if (s->other != NULL)
    row += draw_what_if(s, c, roomy ? LINE_BELOW_STATS : LINE_STATS, roomy);
  return row + draw_strip(s, c, row, roomy);
}
