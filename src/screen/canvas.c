/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "canvas.h"

#include <string.h>

void canvas_init(canvas *c, guint rows, guint columns, gboolean utf8)
{
  guint i;

  c->rows = MAX(rows, 1);
  c->columns = MAX(columns, 1);
  c->utf8 = utf8;
  c->cells = g_renew(canvas_cell, c->cells, (gsize)c->rows * c->columns);
  for (i = 0; i < c->rows * c->columns; i++)
    c->cells[i] = (canvas_cell){ ' ', STYLE_PLAIN };
}

void canvas_clear(canvas *c) { g_clear_pointer(&c->cells, g_free); }

static gunichar harmless(const canvas *c, gunichar character)
{
  if (character < 0x7f)
    return character < ' ' ? '?' : character;
  return c->utf8 && character < 0x110000 && g_unichar_isprint(character) && !g_unichar_iswide(character) &&
             !g_unichar_iszerowidth(character) && g_unichar_type(character) != G_UNICODE_PRIVATE_USE
           ? character
           : '?';
}

void canvas_char(canvas *c, guint row, guint column, guint style, gunichar character)
{
  if (row < c->rows && column < c->columns)
    c->cells[(gsize)row * c->columns + column] = (canvas_cell){ character, (guint8)style };
}

/* => the next character of what need not be UTF-8; *text moves behind it. */
static gunichar next(const char **text)
{
  gunichar character = g_utf8_get_char_validated(*text, -1);

  if (character >= 0x110000) {
    (*text)++;
    return '?';
  }
  *text = g_utf8_next_char(*text);
  return character;
}

guint canvas_put(canvas *c, guint row, guint column, guint end, guint style, const char *text)
{
  for (end = MIN(end, c->columns); *text != '\0' && column < end; column++)
    canvas_char(c, row, column, style, harmless(c, next(&text)));
  return column;
}

guint canvas_put_cut(canvas *c, guint row, guint column, guint style, const char *text)
{
  guint end = canvas_put(c, row, column, c->columns, style, text);

  if (end == c->columns && column + (gsize)g_utf8_strlen(text, -1) > c->columns)
    canvas_char(c, row, c->columns - 1, style, '~');
  return end;
}

guint canvas_format(canvas *c, guint row, guint column, guint style, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  return canvas_put(c, row, column, c->columns, style, text);
}

void canvas_put_right(canvas *c, guint row, guint from, guint end, guint style, const char *text)
{
  guint n = (guint)strlen(text), room = end > from ? end - from : 0;

  canvas_put(c, row, end - MIN(n, room), end, style, text + (n - MIN(n, room)));
}

/* => where the row that begins at a cell ends: at the last blank for which there is room, else where it has to. */
static guint row_end(const canvas *line, guint from, guint n, guint columns)
{
  guint end;

  if (n - from <= columns)
    return n;
  for (end = from + columns; end > from; end--)
    if (line->cells[end].c == ' ')
      return end;
  return from + columns;
}

/* => the cell behind the blanks there. */
static guint behind_blanks(const canvas *line, guint at, guint n)
{
  while (at < n && line->cells[at].c == ' ')
    at++;
  return at;
}

guint canvas_folded(const canvas *line, guint n, guint columns, guint most)
{
  guint rows = 0, at = 0;

  while (at < n && rows < most) {
    at = behind_blanks(line, row_end(line, at, n, columns), n);
    rows++;
  }
  return MAX(rows, 1);
}

void canvas_fold(canvas *c, guint row, guint rows, guint column, const canvas *line, guint n)
{
  guint columns = c->columns > column ? c->columns - column : 1, at = 0, i;

  for (; rows > 0 && at < n; rows--, row++) {
    guint end = row_end(line, at, n, columns);
    gboolean cut = rows == 1 && end < n;

    if (cut)
      end = row_end(line, at, n, MAX(columns, 3) - 2);
    for (i = at; i < end; i++)
      canvas_char(c, row, column + i - at, line->cells[i].style, line->cells[i].c);
    if (cut)
      canvas_char(c, row, column + end - at + 1, line->cells[end - 1].style, '~');
    at = behind_blanks(line, end, n);
  }
}

void canvas_style_line(canvas *c, guint row, guint style)
{
  guint i;

  for (i = 0; row < c->rows && i < c->columns; i++)
    c->cells[(gsize)row * c->columns + i].style = (guint8)style;
}

char *canvas_text(const canvas *c)
{
  GString *text = g_string_new(NULL);
  guint row, i, n;

  for (row = 0; row < c->rows; row++) {
    const canvas_cell *line = &c->cells[(gsize)row * c->columns];

    for (n = c->columns; n > 0 && line[n - 1].c == ' '; n--)
      continue;
    for (i = 0; i < n; i++)
      g_string_append_unichar(text, line[i].c);
    g_string_append_c(text, '\n');
  }
  return g_string_free(text, FALSE);
}
