/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the table. */
#include "inside.h"

#include "conntrack/proto/proto.h"
#include "emit/text.h"

#include <string.h>

/* Columns of the table, from the left; addresses get what is left. */
enum { AGE = 9, IDLE = 9, FLAGS = 13, HELPER = 16 }; /* on a wide screen, behind all others */
enum {
  MARK = 2,
  PROTO = 5,
  PROTO_WIDE = 8,
  STATE = 12,
  TIMEOUT = 8,
  PACKETS = 9,
  BYTES = 9,
  CONN = 9,
  ADDRESS_LEAST = 21,
  ADDRESS_SHORT = 15 /* with less, packets are left out */
};

/* Counted together: as wide as what is counted may be. */
enum { KEY = 42, KEY_LEAST = 12 };

/* Which columns there are, and how wide those are that differ. */
typedef struct layout {
  guint address, proto; /* "icmpv6" and "udplite" have their room only where there is more */
  gboolean packets, more;
} layout;

static layout layout_of(const canvas *c)
{
  guint fixed = MARK + PROTO + STATE + TIMEOUT + PACKETS + 1, left = c->columns > fixed ? c->columns - fixed : 0;
  guint more = BYTES + CONN + PROTO_WIDE - PROTO;
  layout l = { .proto = PROTO, .packets = left >= 2 * ADDRESS_SHORT, .more = left >= 2 * (ADDRESS_LEAST + 1) + more };

  if (l.more)
    l.proto = PROTO_WIDE;
  if (l.more)
    left -= more;
  if (!l.packets)
    left += PACKETS;
  l.address = CLAMP(left / 2, 8, 46);
  return l;
}

static guint key_width(const canvas *c)
{
  guint taken = MARK + 3 * PACKETS + BYTES + 1;

  return CLAMP(c->columns > taken ? c->columns - taken : 0, KEY_LEAST, KEY);
}

static void heading(const session *s, canvas *c, guint row, guint *at, guint width, gboolean right, rows_order by)
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

  canvas_put(c, row, *at + skip, *at + width - 1, STYLE_HEADING, text);
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

/* One that has no name is its number. */
static void put_proto(canvas *c, guint row, guint at, guint end, guint8 style, const ct_profile *profile, guint8 proto)
{
  const char *word = ct_proto_word(profile, proto);
  char number[8];

  g_snprintf(number, sizeof(number), "%u", proto);
  canvas_put(c, row, at, end, style, word != NULL ? word : number);
}

static void draw_entry(session *s, canvas *c, guint row, const rows_entry *e, gboolean selected)
{
  static const char marks[] = { ' ', '+', '*', '-' };
  const ct_params *params = timeline_params(session_line(s));
  guint8 style = (guint8)(style_of_change(e->change) | (selected ? STYLE_REVERSE : 0));
  g_autofree char *source = rows_end_text(params, &e->tuple, TRUE),
                  *destination = rows_end_text(params, &e->tuple, FALSE);
  const layout l = layout_of(c);
  guint at = MARK;

  canvas_style_line(c, row, style);
  canvas_char(c, row, 0, style, (gunichar)marks[e->change]);
  put_address(c, row, at, l.address, style, source);
  put_address(c, row, at + l.address, l.address, style, destination);
  at += 2 * l.address;
  put_proto(c, row, at, at + l.proto - 1, style, params->profile, e->tuple.proto);
  at += l.proto;
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
  if (l.packets)
    put_number(c, row, &at, PACKETS, style, e->packets);
  if (!l.more)
    return;
  put_number(c, row, &at, BYTES, style, e->bytes);
  g_autofree char *conn = g_strdup_printf("#%" G_GUINT64_FORMAT, e->id);
  canvas_put_right(c, row, at, at + CONN - 1, style, conn);
  draw_more(s, c, row, at + CONN, style, e);
}

static void draw_group_row(const session *s, canvas *c, guint row, const rows_count *count, gboolean selected)
{
  guint8 style = selected ? STYLE_PLAIN | STYLE_REVERSE : STYLE_PLAIN;
  guint at = MARK + key_width(c);

  (void)s;
  canvas_style_line(c, row, style);
  canvas_put(c, row, MARK, at - 1, style, count->key);
  put_number(c, row, &at, PACKETS, style, count->entries);
  put_number(c, row, &at, PACKETS, style, count->packets);
  put_number(c, row, &at, BYTES, style, count->bytes);
  put_number(c, row, &at, PACKETS, style, count->unreplied);
}

static void draw_headings(const session *s, canvas *c, guint row)
{
  static const char *const groups[] = {
#define X(id, word) word,
    ROWS_GROUP_LIST(X)
#undef X
  };
  const layout l = layout_of(c);
  guint at = MARK;

  canvas_style_line(c, row, STYLE_HEADING);
  if (s->group != ROWS_GROUP_NONE) {
    at += key_width(c);
    canvas_put(c, row, MARK, at - 1, STYLE_HEADING, groups[s->group]);
    heading(s, c, row, &at, PACKETS, TRUE, ROWS_BY_CONN);
    heading(s, c, row, &at, PACKETS, TRUE, ROWS_BY_PACKETS);
    heading(s, c, row, &at, BYTES, TRUE, ROWS_BY_BYTES);
    canvas_put_right(c, row, at - 1, at + PACKETS, STYLE_HEADING, "unreplied");
    return;
  }
  heading(s, c, row, &at, l.address, FALSE, ROWS_BY_SOURCE);
  heading(s, c, row, &at, l.address, FALSE, ROWS_BY_DESTINATION);
  heading(s, c, row, &at, l.proto, FALSE, ROWS_BY_PROTO);
  heading(s, c, row, &at, STATE, FALSE, ROWS_BY_STATE);
  heading(s, c, row, &at, TIMEOUT, TRUE, ROWS_BY_TIMEOUT);
  if (l.packets)
    heading(s, c, row, &at, PACKETS, TRUE, ROWS_BY_PACKETS);
  if (l.more) {
    heading(s, c, row, &at, BYTES, TRUE, ROWS_BY_BYTES);
    heading(s, c, row, &at, CONN, TRUE, ROWS_BY_CONN);
    if (c->columns >= at + AGE + IDLE + FLAGS + HELPER)
      canvas_put(c, row, at, c->columns, STYLE_HEADING, "  age, s  idle, s  flags        helper");
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

void session_draw_table(session *s, canvas *c, guint row, guint end)
{
  guint n = end > row + 1 ? end - row - 1 : 0, i, count = session_rows_count(s);

  s->shown = n;
  draw_headings(s, c, row++);
  keep_seen(s, n);
  for (i = 0; i < n && s->top + i < count; i++) {
    guint at = s->top + i;

    if (s->group != ROWS_GROUP_NONE)
      draw_group_row(s, c, row + i, &g_array_index(s->rows.counts, rows_count, at), at == s->selected);
    else
      draw_entry(s, c, row + i, &g_array_index(s->rows.entries, rows_entry, g_array_index(s->rows.order, guint, at)),
                 at == s->selected);
  }
}
