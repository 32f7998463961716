/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pages of an SQLite file (https://www.sqlite.org/fileformat2.html), written behind those that SQLite itself has
 * written: one after the other, in large pieces. Nobody else adds pages to the file meanwhile.
 *
 * Life: pages_begin; pages_add, pages_put; pages_end, after which SQLite may open the file again.
 */
#ifndef DATABASE_PAGES_H
#define DATABASE_PAGES_H

#include <glib.h>

enum { PAGE_BYTES = 8192 };

typedef struct pages {
  int fd;
  int error;      /* errno of the first write that failed; 0: fine */
  guint32 next;   /* the page that is added next; the first is 1 */
  guint8 *buffer; /* the pages before that, not written yet */
  guint waiting;  /* how many they are */
} pages;

/* count: how many pages the file has. */
void pages_begin(pages *p, int fd, guint32 count);
/* A page of PAGE_BYTES at the end. => its number. */
guint32 pages_add(pages *p, const guint8 *page);
/* => the number of the page that is added after the next one. */
guint32 pages_after(const pages *p);
/* In the place of one that was there before. */
void pages_put(pages *p, guint32 number, const guint8 *page);
/* Writes the rest, and in the file's header how long it is now. => FALSE where anything could not be written. */
gboolean pages_end(pages *p);
/* Frees what pages_end has not. */
void pages_clear(pages *p);

#endif
