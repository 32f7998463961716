/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of an index, gathered while rows are written and sorted at the end: eight bytes each until then, sixteen
 * while they are sorted.
 *
 * Life: keys_new; keys_add in ascending order of rows; keys_write, or keys_fit is FALSE and SQLite makes the index.
 */
#ifndef DATABASE_KEYS_H
#define DATABASE_KEYS_H

#include "record.h"

typedef struct keys {
  GArray *packed; /* guint64: key above row */
  guint64 most;   /* the largest key */
  gboolean fits;  /* no key or row was too large to be packed */
} keys;

void keys_init(keys *k);
void keys_clear(keys *k);
/* 0: no value, which SQLite has first. */
void keys_add(keys *k, guint64 key, gint64 row);
/* words: what the keys stand for, ascending; NULL: numbers. With k->fits. => how many keys are there twice. */
guint64 keys_write(keys *k, tree *index, const char *const *words);

#endif
