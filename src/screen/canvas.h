/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A screen as cells: what is to be seen, without a terminal. Whatever is put on it is made harmless first: control
 * characters, and what takes no column or two, become a question mark.
 */
#ifndef SCREEN_CANVAS_H
#define SCREEN_CANVAS_H

#include <glib.h>

typedef enum canvas_style {
  STYLE_PLAIN,
  STYLE_TITLE,   /* the top line */
  STYLE_HEADING, /* of columns */
  STYLE_DIM,
  STYLE_KEY,  /* what to type */
  STYLE_NEW,  /* came with the last step */
  STYLE_GONE, /* went with it */
  STYLE_CHANGED,
  STYLE_BAD, /* INVALID, dropped */
  STYLE_EVICTED,
  STYLE_FULL, /* the strip: how full the table was */
  STYLE_COUNT,
  STYLE_REVERSE = 1 << 7 /* with any of them: the cursor */
} canvas_style;

typedef struct canvas_cell {
  gunichar c;
  guint8 style;
} canvas_cell;

typedef struct canvas {
  guint rows, columns;
  gboolean utf8; /* FALSE: what is no ASCII becomes a question mark, too */
  canvas_cell *cells;
} canvas;

/* Blank, of the size; to be cleared. What was on it before is gone. */
void canvas_init(canvas *c, guint rows, guint columns, gboolean utf8);
void canvas_clear(canvas *c);

/* Puts text at a place, as far as it fits before `end`. => the column behind it. */
guint canvas_put(canvas *c, guint row, guint column, guint end, guint style, const char *text);
/* The same up to the end of the row; where it does not fit, the last column is "~". */
guint canvas_put_cut(canvas *c, guint row, guint column, guint style, const char *text);
guint canvas_format(canvas *c, guint row, guint column, guint style, const char *format, ...) G_GNUC_PRINTF(5, 6);
/* One character of the program's own, which needs no care. */
void canvas_char(canvas *c, guint row, guint column, guint style, gunichar character);
/* Right-justified so that it ends before `end`; what does not fit loses its head. */
void canvas_put_right(canvas *c, guint row, guint from, guint end, guint style, const char *text);
/*
 * How many rows the first n cells of a long line take, which is the first row of a canvas of its own, where rows have
 * so many columns and are broken at blanks; 1 at least, `most` at most.
 */
guint canvas_folded(const canvas *line, guint n, guint columns, guint most);
/* Puts that line on so many rows, from a column on. What does not fit ends in "~". */
void canvas_fold(canvas *c, guint row, guint rows, guint column, const canvas *line, guint n);
/* The style of a whole line, whatever stands there. */
void canvas_style_line(canvas *c, guint row, guint style);

/* As lines of text without the blanks at their ends; to be freed. */
char *canvas_text(const canvas *c);

#endif
