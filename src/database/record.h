/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A row of an SQLite file while it is put together, value by value: fileformat2, section 2.1. */
#ifndef DATABASE_RECORD_H
#define DATABASE_RECORD_H

#include "emit/text.h"
#include "tree.h"

enum { RECORD_COLUMNS_MOST = 128 };

typedef struct record {
  guint8 head[VARINT_MOST + RECORD_COLUMNS_MOST * VARINT_MOST]; /* kinds begin behind the room for its own length */
  guint n_head, n_known; /* bytes of kinds; of these, up to the last that is no NULL */
  emit_text body;
  gsize text_from; /* of the text that is being written into the body */
} record;

void record_init(record *r);
void record_clear(record *r);
void record_begin(record *r);

/* The next column's value. */
static inline void record_null(record *r) { r->head[VARINT_MOST + r->n_head++] = 0; }
void record_int(record *r, gint64 value);
void record_real(record *r, double value);
void record_text(record *r, const char *text); /* NULL: none */
/* A text that is written into r->body in between. */
static inline void record_text_begin(record *r) { r->text_from = r->body.used; }
void record_text_end(record *r);

/* The whole: what is left of NULLs at its end is not written. => the header, *n bytes; the body is r->body. */
const guint8 *record_head(record *r, gsize *n);

#endif
