/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include "conntrack/proto/proto.h"
#include "emit/formats.h"
#include "emit/parts.h"
#include "emit/rules.h"
#include "emit/zone.h"

#include <string.h>

enum {
  LINE_TITLE,
  LINE_TIME,
  LINE_COUNT,
  LINE_STATS,
  LINE_STRIP,
  LINE_MARKS,
  LINE_HEADING,
  LINE_ROWS,
  LINES_BELOW = 2
};

enum { ROWS_LEAST = 10, COLUMNS_LEAST = 40 };

/* Columns of the table, from the left; addresses get what is left. */
enum { AGE = 9, IDLE = 9, FLAGS = 13, HELPER = 16 }; /* on a wide screen, behind all others */
enum { MARK = 2, PROTO = 5, STATE = 12, TIMEOUT = 8, PACKETS = 9, BYTES = 9, CONN = 9, ADDRESS_LEAST = 21 };

static char *grouped(guint64 number)
{
  emit_text out;
  char *text;

  emit_text_init(&out, -1);
  emit_text_u64_grouped(&out, number);
  text = g_strndup(out.data, out.used);
  emit_text_clear(&out);
  return text;
}

/* ---- the head ---- */

static void draw_title(const session *s, canvas *c)
{
  const ct_params *params = timeline_params(session_line(s));
  g_autofree char *max = grouped(params->max);
  g_autofree char *right = g_strdup_printf("%s, max %s ", params->profile->name, max);
  guint end;

  canvas_style_line(c, LINE_TITLE, STYLE_TITLE);
  end = canvas_format(c, LINE_TITLE, 0, STYLE_TITLE, " ctreplay top  %s", s->host.capture);
  if (s->other != NULL)
    end = canvas_format(c, LINE_TITLE, end, STYLE_TITLE, "  what if %s", s->other_text);
  if (end + strlen(right) < c->columns)
    canvas_put_right(c, LINE_TITLE, end + 1, c->columns, STYLE_TITLE, right);
}

static char *clock_text(gint64 time_ns)
{
  emit_date date = emit_date_from_ns(emit_zone_ns(time_ns));

  return g_strdup_printf("%04" G_GINT64_FORMAT "-%02u-%02u %02u:%02u:%02u.%03u %s", date.year, date.month, date.day,
                         date.second_of_day / 3600, date.second_of_day / 60 % 60, date.second_of_day % 60,
                         date.ns / 1000000, emit_zone_word(time_ns));
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

static void draw_time(const session *s, canvas *c)
{
  gint64 now_ns = cursor_ns(s->at), into_ns = emit_time_since(now_ns, timeline_first_ns(s->line));
  g_autofree char *number = grouped(cursor_number(s->at)), *last = grouped(timeline_last(s->line));
  g_autofree char *date = clock_text(now_ns), *progress = progress_text(s, c->utf8);
  guint at;

  at =
    canvas_format(c, LINE_TIME, 1, STYLE_PLAIN, "packet %s of %s%s  %s%.6f s  %s", number, last,
                  s->ended ? "" : " so far", cursor_is_later(s->at) ? "later, at +" : "+", (double)into_ns / 1e9, date);
  canvas_put_right(c, LINE_TIME, at + 1, c->columns, STYLE_KEY, progress);
}

/* Against max where the table comes near it; a few entries in a large table would not be seen. */
static guint64 full_scale(const session *s, guint64 peak)
{
  guint64 max = timeline_params(session_line(s))->max;

  return max > 0 && peak >= max / 16 ? max : peak;
}

static void draw_count(session *s, canvas *c)
{
  const ct_params *params = timeline_params(session_line(s));
  guint64 entries = ct_engine_count(cursor_engine(session_cursor(s))), highest = timeline_strip(session_line(s))->peak;
  g_autofree char *count = grouped(entries), *max = grouped(params->max), *peak = grouped(highest);
  const rows *r = &s->rows;
  guint at;

  if (params->max > 0)
    at = canvas_format(c, LINE_COUNT, 1, STYLE_PLAIN, "%s of %s entries (%u%%)", count, max,
                       (guint)(100 * entries / params->max));
  else
    at = canvas_format(c, LINE_COUNT, 1, STYLE_PLAIN, "%s entries, no limit", count);
  at = canvas_format(c, LINE_COUNT, at, STYLE_PLAIN, ", peak %s", peak);
  if (s->other != NULL) {
    g_autofree char *without = grouped(ct_engine_count(cursor_engine(s->at)));

    at = canvas_format(c, LINE_COUNT, at, STYLE_CHANGED, ", as it was: %s", without);
  }
  if (s->filter != NULL)
    at = canvas_format(c, LINE_COUNT, at, STYLE_KEY, ", %u chosen: %s", session_rows_count(s), s->filter);
  at = canvas_format(c, LINE_COUNT, at, STYLE_PLAIN, "  tcp %u  udp %u  icmp %u  other %u", r->tcp, r->udp, r->icmp,
                     r->others);
  /* Whole, or not at all. */
  if (at + strlen("  bars to peak") <= c->columns)
    canvas_format(c, LINE_COUNT, at, STYLE_DIM, "  bars to %s", full_scale(s, highest) == highest ? "peak" : "max");
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

    if (at + strlen(word) <= c->columns)
      at = canvas_put(c, LINE_STATS, at, c->columns, value > 0 ? STYLE_PLAIN : STYLE_DIM, word);
  }
}

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

static void draw_strip(const session *s, canvas *c)
{
  const strip *whole = timeline_strip(session_line(s));
  guint64 full = full_scale(s, whole->peak);
  guint columns = c->columns - 2, i, here = strip_column_of(whole, cursor_ns(s->at), columns);

  for (i = 0; i < columns; i++) {
    strip_step step = strip_column(whole, i, columns);
    /* Not reversed: a bar that is reversed looks full where it is low. */
    guint8 style = i == here ? STYLE_KEY : STYLE_FULL;

    canvas_char(c, LINE_STRIP, i + 1, style, bar(c, step.peak, full));
    if (step.marks & SCREEN_MARK_DROPPED)
      canvas_char(c, LINE_MARKS, i + 1, STYLE_BAD, 'D');
    else if (step.marks & SCREEN_MARK_EVICTED)
      canvas_char(c, LINE_MARKS, i + 1, STYLE_EVICTED, 'E');
    else if (step.marks & SCREEN_MARK_INVALID)
      canvas_char(c, LINE_MARKS, i + 1, STYLE_BAD, 'I');
    else
      canvas_char(c, LINE_MARKS, i + 1, STYLE_DIM, c->utf8 ? 0x00b7 : '.');
  }
  canvas_char(c, LINE_MARKS, here + 1, STYLE_KEY, '^');
}

/* ---- the table ---- */

static guint address_width(const canvas *c, gboolean *has_more)
{
  guint fixed = MARK + PROTO + STATE + TIMEOUT + PACKETS + 1, left = c->columns > fixed ? c->columns - fixed : 0;

  *has_more = left >= 2 * (ADDRESS_LEAST + 1) + BYTES + CONN;
  if (*has_more)
    left -= BYTES + CONN;
  return CLAMP(left / 2, 8, 46);
}

static void heading(const session *s, canvas *c, guint *at, guint width, gboolean right, rows_order by)
{
  static const char *const headings[] = {
#define X(id, heading, descending) heading,
    ROWS_ORDER_LIST(X)
#undef X
  };
  guint group = s->group != ROWS_GROUP_NONE;
  g_autofree char *text = g_strdup_printf("%s%s", group && by == ROWS_BY_CONN ? "entries" : headings[by],
                                          s->order[group] != by  ? ""
                                          : s->descending[group] ? (c->utf8 ? "\342\226\276" : "v")
                                                                 : (c->utf8 ? "\342\226\264" : "^"));
  glong n = g_utf8_strlen(text, -1);
  guint skip = right && (guint)n < width ? width - 1 - (guint)n : 0;

  canvas_put(c, LINE_HEADING, *at + skip, *at + width, STYLE_HEADING, text);
  *at += width;
}

static guint8 style_of_change(guint8 change)
{
  static const guint8 styles[] = { STYLE_PLAIN, STYLE_NEW, STYLE_CHANGED, STYLE_GONE };

  return styles[change];
}

/* An address that is too long loses its middle. */
static void put_address(canvas *c, guint row, guint at, guint width, guint8 style, const char *text)
{
  gsize n = strlen(text), keep = width - 2;

  if (n < width) {
    canvas_put(c, row, at, at + width, style, text);
    return;
  }
  g_autofree char *cut = g_strdup_printf("%.*s~%s", (int)(keep / 2), text, text + n - (keep - keep / 2));
  canvas_put(c, row, at, at + width, style, cut);
}

static void put_number(canvas *c, guint row, guint *at, guint width, guint8 style, guint64 value)
{
  static const char units[] = "kMGTPE";
  g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, value);
  guint unit;

  for (unit = 0; strlen(text) > width - 1; unit++) {
    value /= 1000;
    g_free(text);
    text = g_strdup_printf("%" G_GUINT64_FORMAT "%c", value, units[unit]);
  }
  canvas_put_right(c, row, *at, *at + width - 1, style, text);
  *at += width;
}

/* What iptstate never knew: how old an entry is, for how long nothing was heard of it, and who listens in. */
static void draw_more(const session *s, canvas *c, guint row, guint at, guint8 style, const rows_entry *e)
{
  gint64 now_ns = cursor_ns(session_cursor(s));

  if (c->columns < at + AGE + IDLE + FLAGS + HELPER || e->change == ROWS_GONE)
    return;
  put_number(c, row, &at, AGE, style, (guint64)MAX(emit_time_since(now_ns, e->created_ns), 0) / 1000000000u);
  put_number(c, row, &at, IDLE, style, (guint64)MAX(e->idle_ns, 0) / 1000000000u);
  at++;
  canvas_put(c, row, at, at + FLAGS - 1, style,
             e->status & CT_STATUS_ASSURED         ? "ASSURED"
             : !(e->status & CT_STATUS_SEEN_REPLY) ? "UNREPLIED"
                                                   : "");
  at += FLAGS;
  canvas_put(c, row, at, at + HELPER - 1, style, e->helper != NULL ? e->helper : "");
}

static void draw_entry(session *s, canvas *c, guint row, const rows_entry *e, gboolean selected)
{
  static const char marks[] = { ' ', '+', '*', '-' };
  const ct_params *params = timeline_params(session_line(s));
  guint8 style = (guint8)(style_of_change(e->change) | (selected ? STYLE_REVERSE : 0));
  g_autofree char *source = rows_end_text(params, &e->tuple, TRUE),
                  *destination = rows_end_text(params, &e->tuple, FALSE);
  gboolean has_more;
  guint at = MARK, width = address_width(c, &has_more);

  canvas_style_line(c, row, style);
  canvas_char(c, row, 0, style, (gunichar)marks[e->change]);
  put_address(c, row, at, width, style, source);
  put_address(c, row, at + width, width, style, destination);
  at += 2 * width;
  canvas_put(c, row, at, at + PROTO - 1, style, ct_proto_name(params->profile, e->tuple.proto));
  at += PROTO;
  canvas_put(c, row, at, at + STATE - 1, style, rows_state_text(params, e));
  at += STATE;
  if (e->change == ROWS_GONE && s->other == NULL)
    canvas_put_right(c, row, at, at + TIMEOUT - 1, style, "gone");
  else if (e->change == ROWS_GONE)
    canvas_put_right(c, row, at, at + TIMEOUT - 1, style, "not so");
  at += TIMEOUT;
  if (e->change != ROWS_GONE) {
    at -= TIMEOUT;
    put_number(c, row, &at, TIMEOUT, style, (guint64)MAX(e->timeout_ns, 0) / 1000000000u);
  }
  put_number(c, row, &at, PACKETS, style, e->packets);
  if (!has_more)
    return;
  put_number(c, row, &at, BYTES, style, e->bytes);
  g_autofree char *conn = g_strdup_printf("#%" G_GUINT64_FORMAT, e->id);
  canvas_put_right(c, row, at, at + CONN - 1, style, conn);
  draw_more(s, c, row, at + CONN, style, e);
}

static void draw_group_row(const session *s, canvas *c, guint row, const rows_count *count, gboolean selected)
{
  guint8 style = selected ? STYLE_PLAIN | STYLE_REVERSE : STYLE_PLAIN;
  guint at = MARK + 42;

  (void)s;
  canvas_style_line(c, row, style);
  canvas_put(c, row, MARK, at - 1, style, count->key);
  put_number(c, row, &at, PACKETS, style, count->entries);
  put_number(c, row, &at, PACKETS, style, count->packets);
  put_number(c, row, &at, BYTES, style, count->bytes);
  put_number(c, row, &at, PACKETS, style, count->unreplied);
}

static void draw_headings(const session *s, canvas *c)
{
  static const char *const groups[] = {
#define X(id, word) word,
    ROWS_GROUP_LIST(X)
#undef X
  };
  gboolean has_more;
  guint at = MARK, width = address_width(c, &has_more);

  canvas_style_line(c, LINE_HEADING, STYLE_HEADING);
  if (s->group != ROWS_GROUP_NONE) {
    canvas_put(c, LINE_HEADING, MARK, 44, STYLE_HEADING, groups[s->group]);
    at += 42;
    heading(s, c, &at, PACKETS, TRUE, ROWS_BY_CONN);
    heading(s, c, &at, PACKETS, TRUE, ROWS_BY_PACKETS);
    heading(s, c, &at, BYTES, TRUE, ROWS_BY_BYTES);
    canvas_put_right(c, LINE_HEADING, at - 1, at + PACKETS, STYLE_HEADING, "unreplied");
    return;
  }
  heading(s, c, &at, width, FALSE, ROWS_BY_SOURCE);
  heading(s, c, &at, width, FALSE, ROWS_BY_DESTINATION);
  heading(s, c, &at, PROTO, FALSE, ROWS_BY_PROTO);
  heading(s, c, &at, STATE, FALSE, ROWS_BY_STATE);
  heading(s, c, &at, TIMEOUT, TRUE, ROWS_BY_TIMEOUT);
  heading(s, c, &at, PACKETS, TRUE, ROWS_BY_PACKETS);
  if (has_more) {
    heading(s, c, &at, BYTES, TRUE, ROWS_BY_BYTES);
    heading(s, c, &at, CONN, TRUE, ROWS_BY_CONN);
    if (c->columns >= at + AGE + IDLE + FLAGS + HELPER)
      canvas_put(c, LINE_HEADING, at, c->columns, STYLE_HEADING, "   age, s  idle, s  flags        helper");
  }
}

/* The row that is chosen is seen. */
static void keep_seen(session *s, guint n)
{
  if (s->selected < s->top)
    s->top = s->selected;
  if (n > 0 && s->selected >= s->top + n)
    s->top = s->selected - n + 1;
}

static void draw_table(session *s, canvas *c)
{
  guint n = s->shown, i, count = session_rows_count(s);

  draw_headings(s, c);
  keep_seen(s, n);
  for (i = 0; i < n && s->top + i < count; i++) {
    guint at = s->top + i;

    if (s->group != ROWS_GROUP_NONE)
      draw_group_row(s, c, LINE_ROWS + i, &g_array_index(s->rows.counts, rows_count, at), at == s->selected);
    else
      draw_entry(s, c, LINE_ROWS + i,
                 &g_array_index(s->rows.entries, rows_entry, g_array_index(s->rows.order, guint, at)),
                 at == s->selected);
  }
}

/* ---- other views ---- */

static void draw_told(session *s, canvas *c)
{
  guint n = c->rows - LINES_BELOW - LINE_TIME - 1, i, top, lines = told_lines(s->told);

  s->shown = n;
  canvas_style_line(c, LINE_TIME, STYLE_HEADING);
  canvas_put(c, LINE_TIME, 1, c->columns, STYLE_HEADING, told_title(s->told));
  top = s->told_top >= n ? s->told_top - n + 1 : 0;
  for (i = 0; i < n && top + i < lines; i++) {
    const told_line *line = told_get(s->told, top + i);
    guint8 style = (guint8)(line->style | (top + i == s->told_top ? STYLE_REVERSE : 0));

    canvas_put(c, LINE_TIME + 1 + i, 0, c->columns, style, line->text);
  }
}

static void draw_help(session *s, canvas *c)
{
  guint n = c->rows - LINES_BELOW - LINE_TIME, i, top;

  s->shown = n;
  top = MIN(s->told_top, help_lines() > n ? help_lines() - n : 0);
  for (i = 0; i < n && top + i < help_lines(); i++)
    canvas_put(c, LINE_TIME + i, 1, c->columns, help_line(top + i)[0] == ' ' ? STYLE_PLAIN : STYLE_KEY,
               help_line(top + i));
}

/* ---- the foot ---- */

/* "; drop by filter:FORWARD:rule:4 (rules.v4:12)" */
static guint draw_ruling(const way *w, const ct_packet *packet, canvas *c, guint row, guint at)
{
  const emit_rules *rules = w->firewall != NULL ? w->rules->tell(w->firewall, packet) : NULL;
  emit_text out;

  if (rules == NULL || rules->verdict == NULL)
    return at;
  emit_text_init(&out, -1);
  emit_rules_words(&out, rules);
  emit_text_char(&out, '\0');
  at = canvas_format(c, row, at, way_dropped(w) ? STYLE_BAD : STYLE_DIM, "; %s", out.data);
  emit_text_clear(&out);
  return at;
}

/* "; evicts #7 tcp 10.0.0.3.1024 > 10.0.0.80.80 and 2 more" */
static guint draw_evicted(const session *s, canvas *c, guint row, guint at)
{
  const session_evicted *e = s->other_at != NULL ? &s->other_evicted : &s->evicted;
  emit_text out;

  if (e->packet == 0 || e->packet != cursor_number(session_cursor(s)))
    return at;
  emit_text_init(&out, -1);
  emit_flow(&out, timeline_params(session_line(s))->profile, &e->tuple);
  if (e->n > 1)
    emit_text_format(&out, " and %u more", e->n - 1);
  emit_text_char(&out, '\0');
  at = canvas_format(c, row, at, STYLE_EVICTED, "; evicts #%" G_GUINT64_FORMAT " %s", e->id, out.data);
  emit_text_clear(&out);
  return at;
}

static void draw_packet(const session *s, canvas *c)
{
  const ct_params *params = timeline_params(session_line(s));
  const ct_result *result;
  const ct_packet *packet = cursor_packet(session_cursor(s), &result);
  const way *w = cursor_way(session_cursor(s));
  guint row = c->rows - 2, at;
  emit_text out;
  guint8 style = STYLE_PLAIN;

  if (packet == NULL)
    return;
  if (result->verdict == CT_VERDICT_DROP || result->cls == CT_CLASS_INVALID || way_dropped(w))
    style = STYLE_BAD;
  emit_text_init(&out, -1);
  emit_packet_flow(&out, params->profile, packet);
  emit_text_char(&out, '\0');
  at = canvas_format(c, row, 1, style, "%s  %s",
                     result->verdict == CT_VERDICT_DROP ? "dropped"
                     : result->cls == CT_CLASS_NONE     ? "not tracked"
                                                        : ct_class_name(result->cls),
                     out.data);
  emit_text_clear(&out);
  if (result->reason != CT_REASON_NONE)
    at = canvas_format(c, row, at, style, ": %s", ct_reason_sentence((ct_reason)result->reason));
  at = draw_evicted(s, c, row, at);
  at = draw_ruling(w, packet, c, row, at);
  if (at >= c->columns)
    canvas_char(c, row, c->columns - 1, style, '~'); /* there is more: p tells it */
}

static const char *hints(const session *s)
{
  switch (session_seen(s)) {
  case VIEW_TABLE: return "?:help  hl:packet  <>:second  idesc:next  Enter:connection  p:packet  q:quit";
  case VIEW_EXPECTS:
  case VIEW_CONNECTION: return "j k:move  Enter:this packet  /:search  q:back";
  case VIEW_HELP: return "q:back";
  default: return "j k:move  /:search  q:back";
  }
}

static void draw_foot(const session *s, canvas *c)
{
  static const char *const prompts[] = { "", "go to (+90, 14:03:05, #4711): ", "choose (-p tcp, or text): ", "/",
                                         "what if (max=64, profile=linux-5.10, rules=none): " };
  guint row = c->rows - 1, at;

  if (s->prompt != PROMPT_NONE) {
    at = canvas_put(c, row, 0, c->columns, STYLE_KEY, prompts[s->prompt]);
    at = canvas_put(c, row, at, c->columns, STYLE_PLAIN, s->typed);
    canvas_char(c, row, at, STYLE_PLAIN | STYLE_REVERSE, ' ');
  } else if (s->message != NULL) {
    canvas_put(c, row, 0, c->columns, STYLE_KEY, s->message);
  } else {
    canvas_put(c, row, 0, c->columns, STYLE_DIM, hints(s));
  }
}

void session_draw(session *s, canvas *c)
{
  s->is_new = FALSE;
  if (c->rows < ROWS_LEAST || c->columns < COLUMNS_LEAST) {
    canvas_put(c, 0, 0, c->columns, STYLE_PLAIN, "larger, please");
    return;
  }
  s->columns = c->columns;
  session_rows(s);
  draw_title(s, c);
  draw_foot(s, c);
  if (session_seen(s) == VIEW_HELP) {
    draw_help(s, c);
    return;
  }
  if (s->at == NULL) {
    canvas_put(c, LINE_TIME, 1, c->columns, STYLE_DIM, "no packet yet");
    return;
  }
  if (session_seen(s) != VIEW_TABLE && s->told != NULL) {
    draw_told(s, c);
    return;
  }
  s->shown = c->rows > LINE_ROWS + LINES_BELOW ? c->rows - LINE_ROWS - LINES_BELOW : 1;
  draw_time(s, c);
  draw_count(s, c);
  draw_stats(s, c);
  draw_strip(s, c);
  draw_table(s, c);
  draw_packet(s, c);
}
