/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record.h"

/* Kinds of values. */
enum { KIND_REAL = 7, KIND_0 = 8, KIND_1 = 9, KIND_TEXT = 13 };

void record_init(record *r) { emit_text_init(&r->body, -1); }

void record_clear(record *r) { emit_text_clear(&r->body); }

void record_begin(record *r)
{
  r->n_head = r->n_known = 0;
  r->body.used = 0;
}

static void put_kind(record *r, guint64 kind)
{
  r->n_head += varint_put(r->head + VARINT_MOST + r->n_head, kind);
  r->n_known = r->n_head;
}

/* The last n bytes of a number, the highest first. */
static void put_bytes(record *r, guint64 value, guint n)
{
  guint64 bytes = GUINT64_TO_BE(value << (64 - 8 * n));

  memcpy(emit_text_reserve(&r->body, sizeof(bytes)), &bytes, sizeof(bytes));
  r->body.used += n;
}

void record_int(record *r, gint64 value)
{
  static const guint8 bytes_of[] = { 0, 1, 2, 3, 4, 6, 8 };
  const guint64 size = (guint64)(value < 0 ? ~value : value);
  guint kind = 1;

  if (value == 0 || value == 1) {
    put_kind(r, value == 0 ? KIND_0 : KIND_1);
    return;
  }
  while (kind < 6 && size >> (8 * bytes_of[kind] - 1) != 0)
    kind++;
  put_kind(r, kind);
  put_bytes(r, (guint64)value, bytes_of[kind]);
}

/* A whole number takes less room, and SQLite makes a real one of it again: it has written it like that itself. */
void record_real(record *r, double value)
{
  guint64 bits;

  if (value > -1e12 && value < 1e12 && (double)(gint64)value == value) {
    record_int(r, (gint64)value);
    return;
  }
  memcpy(&bits, &value, sizeof(bits));
  put_kind(r, KIND_REAL);
  put_bytes(r, bits, sizeof(bits));
}

void record_text_end(record *r) { put_kind(r, KIND_TEXT + 2 * (r->body.used - r->text_from)); }

void record_text(record *r, const char *text)
{
  if (text == NULL) {
    record_null(r);
    return;
  }
  record_text_begin(r);
  emit_text_string(&r->body, text);
  record_text_end(r);
}

const guint8 *record_head(record *r, gsize *n)
{
  guint8 length[VARINT_MOST];
  /* It counts itself. */
  guint n_length = r->n_known + 1 <= 0x7f ? 1 : 2;

  varint_put(length, r->n_known + n_length);
  memcpy(r->head + VARINT_MOST - n_length, length, n_length);
  *n = r->n_known + n_length;
  return r->head + VARINT_MOST - n_length;
}
