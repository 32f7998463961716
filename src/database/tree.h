/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A B-tree of an SQLite file whose cells come in order: each page is filled and written once, from the leaves up. That
 * costs a tenth of what SQLite's own way takes, which has to expect a cell anywhere.
 *
 * SQLite has made the tree, empty. Life: tree_begin; tree_row or tree_key for each cell, in ascending order; tree_end.
 */
#ifndef DATABASE_TREE_H
#define DATABASE_TREE_H

#include "pages.h"

/* A leaf has some tens of rows, what stands above it hundreds of pages: more levels than a file has pages for. */
enum { TREE_LEVELS = 12, TREE_KEY_MOST = 512 };

/* A page that is being filled: its cells from the end downwards, what points at them from the front. */
typedef struct tree_level {
  guint8 *page;
  guint n, top; /* cells; where the last of them begins */
} tree_level;

typedef struct tree {
  pages *pages;
  guint32 root;
  gboolean is_index;
  gint64 last_row; /* of a table: the last cell's */
  tree_level levels[TREE_LEVELS];
} tree;

void tree_begin(tree *t, pages *into, guint32 root, gboolean is_index);
/* Of a table: row above all before it. A record is its header and its body. => FALSE: it is not above. */
gboolean tree_row(tree *t, gint64 row, const guint8 *head, gsize n_head, const guint8 *body, gsize n_body);
/* Of an index: a whole record, of at most TREE_KEY_MOST bytes. */
void tree_key(tree *t, const guint8 *record, gsize n);
void tree_end(tree *t);
/* Frees what tree_end has not: of a tree that is given up. */
void tree_clear(tree *t);

/* SQLite's numbers of one to nine bytes. => how many. */
enum { VARINT_MOST = 9 };
guint varint_put(guint8 *to, guint64 value);

#endif
