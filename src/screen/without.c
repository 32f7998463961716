/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In place of terminal.c, where this was built without ncursesw. */
#include "terminal.h"

const char *terminal_refused(void)
{
  return "this ctreplay was built without ncursesw; -L --at MOMENT shows the table, report draws a page";
}

int terminal_guard(int (*body)(gpointer user), gpointer user, int *by)
{
  *by = 0;
  return body(user);
}

terminal *terminal_open(void) { return NULL; }
void terminal_close(terminal *t) { (void)t; }

int terminal_fd(const terminal *t)
{
  (void)t;
  return -1;
}

gboolean terminal_is_utf8(const terminal *t)
{
  (void)t;
  return FALSE;
}

void terminal_size(const terminal *t, guint *height, guint *width)
{
  (void)t;
  *height = *width = 0;
}

void terminal_show(terminal *t, const canvas *c, gboolean anew)
{
  (void)anew;
  (void)t;
  (void)c;
}

guint32 terminal_key(terminal *t)
{
  (void)t;
  return 0;
}
