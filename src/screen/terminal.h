/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A canvas on a terminal, and its keys: the only file that knows curses. A second process watches over the first: when
 * that ends, however it ends, the terminal is as it was.
 */
#ifndef SCREEN_TERMINAL_H
#define SCREEN_TERMINAL_H

#include "canvas.h"

/*
 * Whether standard output is a terminal that a screen can be drawn on. => NULL, or why not, in words that follow
 * "top: ". Static.
 */
const char *terminal_refused(void);

/*
 * Runs body in a process of its own and waits for it; signals that ask to end are handed on to it. After it the
 * terminal is as it was before. => what body returned; where a signal ended it: -1, and which one in *by.
 */
int terminal_guard(int (*body)(gpointer user), gpointer user, int *by);

typedef struct terminal terminal;

/* => NULL where there are no keys to be had. */
terminal *terminal_open(void);
/* Gives the screen back. */
void terminal_close(terminal *t);

/* To be waited on for keys. */
int terminal_fd(const terminal *t);
gboolean terminal_is_utf8(const terminal *t);
void terminal_size(const terminal *t, guint *height, guint *width);
/* anew: also what is thought to stand there, as somebody else may have written over it. */
void terminal_show(terminal *t, const canvas *c, gboolean anew);
/* => a key as session_key takes it; 0: none waits. TERMINAL_RESIZED: the size has changed. */
enum { TERMINAL_RESIZED = 0x120000 };
guint32 terminal_key(terminal *t);

#endif
