/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

enum { LINE_BELOW_TITLE = 1, ROWS_LEAST = 10, COLUMNS_LEAST = 40 };

/* "more below (12 lines), above (3)": of what there is no room for. */
static void draw_more(const session *s, canvas *c, guint row, guint top, guint lines)
{
  guint below = lines > top + s->shown ? lines - top - s->shown : 0;

  if (below > 0 && top > 0)
    canvas_format(c, row, 1, STYLE_KEY, "more below (%u %s), and above (%u)", below, below == 1 ? "line" : "lines",
                  top);
  else if (below > 0)
    canvas_format(c, row, 1, STYLE_KEY, "more below (%u %s)", below, below == 1 ? "line" : "lines");
  else if (top > 0)
    canvas_format(c, row, 1, STYLE_KEY, "the end; more above (%u %s)", top, top == 1 ? "line" : "lines");
}

/* Lines on rows from `row` up to `end`, whose last one says how many more there are. => the first one that is seen. */
static guint place(session *s, guint row, guint end)
{
  session_frame *frame = session_frame_of(s);
  guint lines = session_lines(s);

  s->shown = end > row + 2 ? end - row - 1 : 1;
  /* A line that was chosen is seen; a page is filled as far as there is something to fill it with. */
  if (!session_is_page(frame->view) && frame->at < frame->top)
    frame->top = frame->at;
  if (!session_is_page(frame->view) && frame->at >= frame->top + s->shown)
    frame->top = frame->at - s->shown + 1;
  if (!session_is_page(frame->view))
    return frame->top;
  return MIN(frame->top, lines > s->shown ? lines - s->shown : 0);
}

static void draw_lines(session *s, canvas *c, guint row, guint end)
{
  const session_frame *frame = session_frame_of(s);
  guint lines = session_lines(s), top = place(s, row, end), i;
  gboolean chosen = frame->found || !session_is_page(frame->view);

  for (i = 0; i < s->shown && top + i < lines; i++) {
    gboolean is_help = frame->view == VIEW_HELP;
    const char *text = is_help ? help_line(top + i) : told_get(s->told, top + i)->text;
    guint8 style = !is_help ? told_get(s->told, top + i)->style : *text == ' ' ? STYLE_PLAIN : STYLE_KEY;

    canvas_put_cut(c, row + i, is_help ? 1 : 0, (guint)style | (chosen && top + i == frame->at ? STYLE_REVERSE : 0),
                   text);
  }
  draw_more(s, c, row + s->shown, top, lines);
}

static void draw_told(session *s, canvas *c, guint row, guint end)
{
  if (s->told == NULL || s->told_columns != c->columns)
    session_tell_again(s);
  canvas_style_line(c, row, STYLE_HEADING);
  canvas_put_cut(c, row, 1, STYLE_HEADING, told_title(s->told));
  row++;
  if (told_heading(s->told) != NULL)
    canvas_put(c, row++, 0, c->columns, STYLE_HEADING, told_heading(s->told));
  draw_lines(s, c, row, end);
}

void session_draw(session *s, canvas *c)
{
  session_view view = session_seen(s);
  guint row, end;

  s->is_new = FALSE;
  if (c->rows < ROWS_LEAST || c->columns < COLUMNS_LEAST) {
    canvas_put(c, 0, 0, c->columns, STYLE_PLAIN, "larger, please");
    return;
  }
  s->columns = c->columns;
  session_rows(s);
  row = session_draw_head(s, c);
  end = session_draw_foot(s, c, view == VIEW_TABLE && s->at != NULL);
  if (view == VIEW_HELP)
    draw_lines(s, c, row, end);
  else if (s->at == NULL)
    canvas_put(c, LINE_BELOW_TITLE, 1, c->columns, STYLE_DIM, "no packet yet");
  else if (view == VIEW_TABLE)
    session_draw_table(s, c, row, end);
  else
    draw_told(s, c, row, end);
}
