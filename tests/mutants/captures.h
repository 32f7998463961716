/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The captures that mutants are made of. */
#ifndef TESTS_CAPTURES_H
#define TESTS_CAPTURES_H

#include <glib.h>

typedef struct capture {
  char *name;
  guint8 *data;
  gsize n;
} capture;

/* Appends to an array of captures. A file that cannot be read ends the program. */
void captures_add(GArray *captures, const char *path);
/* In the order of names, so that numbers mean the same mutants everywhere. => how many there were. */
guint captures_add_folder(GArray *captures, const char *path);
/* Those of $CTREPLAY_TRUTH, or the samples where there are none. */
void captures_add_default(GArray *captures);

#endif
