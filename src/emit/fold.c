/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fold.h"

/* A terminal's, counted from its left edge. */
enum { TAB = 8 };

/* => the byte behind a character; width: the columns up to there. */
static gsize step(const char *text, gsize n, gsize i, gsize *width)
{
  if (text[i] == '\033') {
    while (i < n && text[i] != 'm')
      i++;
    return MIN(i + 1, n);
  }
  if (text[i] == '\t')
    *width += TAB - *width % TAB;
  else
    *width += ((guchar)text[i] & 0xc0) != 0x80;
  return i + 1;
}

gsize emit_fold_width(const char *text, gsize n)
{
  gsize width = 0, i = 0;

  while (i < n)
    i = step(text, n, i, &width);
  return width;
}

/* => how much of a text goes on a line with so much room: up to a blank, or all of a word that is longer. */
static gsize piece(const char *text, gsize n, gsize room)
{
  gsize i = 0, width = 0, cut = 0;

  while (i < n) {
    if (text[i] == ' ' && i > 0 && text[i - 1] != ' ') {
      if (width > room)
        return cut > 0 ? cut : i;
      cut = i;
    }
    i = step(text, n, i, &width);
  }
  return width > room && cut > 0 ? cut : n;
}

static gsize trimmed(const char *text, gsize n)
{
  while (n > 0 && text[n - 1] == ' ')
    n--;
  return n;
}

void emit_fold_line(emit_text *out, const char *line, gsize n, gsize column, guint indent, guint screen)
{
  gsize room = screen;
  gboolean first = TRUE;

  n = trimmed(line, n);
  if (screen == 0 || emit_fold_width(line, n) <= screen) {
    emit_text_bytes(out, line, n);
    return;
  }
  indent = MIN(indent, screen / 2);
  /* What stands before the column is no line of a screen that is narrower still. */
  if (column > 0 && column < n && emit_fold_width(line, trimmed(line, column)) > screen)
    column = 0;
  if (column > 0 && column < n) {
    emit_text_bytes(out, line, trimmed(line, column));
    line += column;
    n -= column;
    first = FALSE;
  }
  while (n > 0) {
    gsize cut;

    if (!first) {
      emit_text_char(out, '\n');
      emit_text_pad(out, "", (int)indent);
      room = screen - indent;
    }
    first = FALSE;
    cut = piece(line, n, room);
    emit_text_bytes(out, line, trimmed(line, cut));
    for (; cut < n && line[cut] == ' '; cut++)
      continue;
    line += cut;
    n -= cut;
  }
}

void emit_fold_text(emit_text *out, const emit_text *text, guint indent, guint screen)
{
  gsize at = 0;

  while (at < text->used) {
    const char *end = memchr(text->data + at, '\n', text->used - at);
    gsize n = end != NULL ? (gsize)(end - text->data) - at : text->used - at;

    emit_fold_line(out, text->data + at, n, 0, indent, screen);
    if (end != NULL)
      emit_text_char(out, '\n');
    at += n + (end != NULL);
  }
}
