/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys.h"

/* A thousand million connections, sixteen thousand million packets: beyond that SQLite sorts. */
enum { ROW_BITS = 34, KEY_BITS = 64 - ROW_BITS, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

void keys_init(keys *k) { *k = (keys){ .packed = g_array_new(FALSE, FALSE, sizeof(guint64)), .fits = TRUE }; }

void keys_clear(keys *k)
{
  if (k->packed != NULL)
    g_array_unref(k->packed);
  k->packed = NULL;
}

void keys_add(keys *k, guint64 key, gint64 row)
{
  guint64 packed = key << ROW_BITS | (guint64)row;

  if (!k->fits)
    return;
  if (key >> KEY_BITS != 0 || (guint64)row >> ROW_BITS != 0 || k->packed->len == G_MAXUINT) {
    k->fits = FALSE;
    g_array_set_size(k->packed, 0);
    return;
  }
  k->most = MAX(k->most, key);
  g_array_append_val(k->packed, packed);
}

/* By one digit of the key; what is equal in it stays in its order. */
static void sort_by_digit(const guint64 *from, guint64 *to, guint n, guint shift)
{
  guint first[DIGITS] = { 0 }, i, sum = 0;

  for (i = 0; i < n; i++)
    first[from[i] >> shift & (DIGITS - 1)]++;
  for (i = 0; i < DIGITS; i++) {
    guint here = first[i];

    first[i] = sum;
    sum += here;
  }
  for (i = 0; i < n; i++)
    to[first[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

/* Rows came in their order, so keys alone are sorted. */
static void sort(keys *k)
{
  GArray *other = g_array_sized_new(FALSE, FALSE, sizeof(guint64), k->packed->len);
  guint shift;

  g_array_set_size(other, k->packed->len);
  for (shift = ROW_BITS; shift < 64 && k->most >> (shift - ROW_BITS) != 0; shift += DIGIT_BITS) {
    GArray *sorted = other;

    sort_by_digit((const guint64 *)k->packed->data, (guint64 *)other->data, k->packed->len, shift);
    other = k->packed;
    k->packed = sorted;
  }
  g_array_unref(other);
}

guint64 keys_write(keys *k, tree *index, const char *const *words)
{
  record *r = g_new(record, 1);
  guint64 last = 0, again = 0;
  guint i;

  sort(k);
  record_init(r);
  for (i = 0; i < k->packed->len; i++) {
    guint64 packed = g_array_index(k->packed, guint64, i), key = packed >> ROW_BITS;
    guint8 whole[TREE_KEY_MOST];
    const guint8 *head;
    gsize n_head;

    again += key == last && i > 0;
    last = key;
    record_begin(r);
    if (key == 0)
      record_null(r);
    else if (words != NULL)
      record_text(r, words[key - 1]);
    else
      record_int(r, (gint64)key);
    record_int(r, (gint64)(packed & ((G_GUINT64_CONSTANT(1) << ROW_BITS) - 1)));
    head = record_head(r, &n_head);
    g_assert(n_head + r->body.used <= sizeof(whole));
    memcpy(whole, head, n_head);
    memcpy(whole + n_head, r->body.data, r->body.used);
    tree_key(index, whole, n_head + r->body.used);
  }
  record_clear(r);
  g_free(r);
  return again;
}
