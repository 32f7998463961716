/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a run: what it reads, and what it writes. */
#ifndef TESTS_DESK_H
#define TESTS_DESK_H

#include <glib.h>

/* Open in parent and workers alike, so that the parent reads what a worker that died had to say. */
typedef struct desk {
  int in, out, err, file, rules;
} desk;

/* rules: a text that stays what it is. */
desk desk_open(const char *rules);
/* Makes the file hold these bytes and no others. */
void desk_fill(int fd, const GByteArray *data);
void desk_empty(int fd);
/* => what the file holds, a zero byte behind it. */
GBytes *desk_content(int fd);

#endif
