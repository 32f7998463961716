/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines that are longer than a screen is wide, for people: a terminal breaks them anywhere, and what belongs together
 * no longer stands together. What goes into files and pipes is never folded.
 */
#ifndef EMIT_FOLD_H
#define EMIT_FOLD_H

#include "text.h"

/*
 * Puts a line, without its newline. One that does not fit goes on at `column`, on lines of its own that begin with so
 * many blanks; column 0: it is broken wherever it has to be. Broken is only at blanks: what has none stays whole.
 * Colours take no room.
 */
void emit_fold_line(emit_text *out, const char *line, gsize n, gsize column, guint indent, guint screen);
/* Puts all of a text, line by line, with its newlines. */
void emit_fold_text(emit_text *out, const emit_text *text, guint indent, guint screen);
/* => the columns that a text takes. */
gsize emit_fold_width(const char *text, gsize n);

#endif
