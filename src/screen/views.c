/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <string.h>

/* For how long, and how many packets at a time, a search waits for lines that are still to come. */
enum { SEARCH_US = 300000, SEARCH_PACKETS = 4096 };

/* ---- into views and back ---- */

/* => the frame whose lines s->told has, also where help stands before it; NULL: the table's. */
static session_frame *told_frame(session *s)
{
  guint depth = s->depth;

  while (depth > 0 && s->views[depth].view == VIEW_HELP)
    depth--;
  return s->views[depth].view == VIEW_TABLE ? NULL : &s->views[depth];
}

static told *tell(const session *s, const session_frame *frame)
{
  const timeline *line = session_line(s);

  switch (frame->view) {
  case VIEW_PACKET: return told_packet(line, session_rewind(s, timeline_params(line)), frame->number, s->columns);
  case VIEW_CONNECTION:
    return told_connection(line, session_rewind(s, timeline_params(line)), &frame->entry, s->columns);
  default: return told_expects(line, cursor_engine(session_cursor(s)), s->columns);
  }
}

void session_tell_again(session *s)
{
  const session_frame *frame = told_frame(s);

  g_clear_pointer(&s->told, told_free);
  s->told_columns = s->columns;
  if (frame != NULL)
    s->told = tell(s, frame);
  s->is_new = TRUE;
}

void session_tell_otherwise(session *s)
{
  guint i;

  /* Which connection that is there, or whether there is one, is seen in the table. */
  for (i = 0; i <= s->depth; i++)
    if (s->views[i].view == VIEW_CONNECTION || s->views[i].view == VIEW_EXPECTS)
      s->depth = 0;
  session_tell_again(s);
}

void session_enter(session *s, const session_frame *frame)
{
  /* One explanation takes the place of another, as help does of what is too deep down. */
  if (s->depth + 1 < VIEWS_DEEP && !(frame->view == VIEW_PACKET && session_seen(s) == VIEW_PACKET))
    s->depth++;
  s->views[s->depth] = *frame;
  if (frame->view != VIEW_HELP)
    session_tell_again(s);
}

gboolean session_leave(session *s)
{
  session_view left = session_seen(s);

  if (s->depth == 0)
    return FALSE;
  s->depth--;
  if (left != VIEW_HELP)
    session_tell_again(s);
  return TRUE;
}

void session_tell_packet(session *s, guint64 number)
{
  if (number == 0)
    session_say(s, g_strdup("there is no packet here"));
  else
    session_enter(s, &(session_frame){ .view = VIEW_PACKET, .number = number });
}

void session_tell_expects(session *s) { session_enter(s, &(session_frame){ .view = VIEW_EXPECTS }); }

static const rows_entry *selected_entry(session *s)
{
  session_rows(s);
  if (s->group != ROWS_GROUP_NONE || s->selected >= session_rows_count(s))
    return NULL;
  return &g_array_index(s->rows.entries, rows_entry, g_array_index(s->rows.order, guint, s->selected));
}

void session_tell_connection(session *s)
{
  const rows_entry *e = selected_entry(s);

  if (e == NULL)
    session_say(s, g_strdup(s->group != ROWS_GROUP_NONE ? "a shows connections again" : "there is no connection here"));
  else if (s->other != NULL && e->change == ROWS_GONE)
    session_say(s, g_strdup("that connection is not there with the other setting; W goes back to how it was"));
  else
    session_enter(s, &(session_frame){ .view = VIEW_CONNECTION, .entry = *e });
}

/* ---- lines ---- */

guint session_lines(const session *s)
{
  if (session_seen(s) == VIEW_HELP)
    return help_lines();
  return s->told != NULL ? told_lines(s->told) : 0;
}

static const char *line_text(const session *s, guint i)
{
  return session_seen(s) == VIEW_HELP ? help_line(i) : told_get(s->told, i)->text;
}

void session_scroll(session *s, gint64 by)
{
  session_frame *frame = session_frame_of(s);
  gint64 n = session_lines(s), last = MAX(n - 1, 0);

  if (session_is_page(frame->view)) {
    frame->found = FALSE;
    frame->top = (guint)CLAMP(frame->top + by, 0, MAX(n - (gint64)s->shown, 0));
  } else {
    frame->at = (guint)CLAMP(frame->at + by, 0, last);
  }
}

static gboolean find_line(session *s, gboolean forward)
{
  session_frame *frame = session_frame_of(s);
  guint n = session_lines(s), i, from;

  if (n == 0)
    return FALSE;
  /* On a page where nothing was found yet, the first line that is seen may be the one. */
  from = !session_is_page(frame->view) || frame->found ? frame->at : frame->top + (forward ? n - 1 : 0);
  for (i = 1; i <= n; i++) {
    guint at = (from + (forward ? i : n - i)) % n;
    g_autofree char *line = g_ascii_strdown(line_text(s, at), -1);

    if (strstr(line, s->search) == NULL)
      continue;
    frame->at = at;
    frame->found = TRUE;
    if (at < frame->top || at >= frame->top + s->shown)
      frame->top = at;
    return TRUE;
  }
  return FALSE;
}

gboolean session_search_lines(session *s, gboolean forward)
{
  gint64 until_us = g_get_monotonic_time() + SEARCH_US;

  if (find_line(s, forward))
    return TRUE;
  if (session_seen(s) == VIEW_HELP || s->told == NULL)
    return FALSE;
  /* It may be among what has not been told yet. */
  while (told_work(s->told, SEARCH_PACKETS) && g_get_monotonic_time() < until_us)
    continue;
  return find_line(s, forward);
}
