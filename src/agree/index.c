/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which entry of the listing a tuple belongs to. One that is translated is found as either side of the box sees it. */
#include "internal.h"

static guint key_hash(gconstpointer key) { return ct_tuple_hash(key); }
static gboolean key_equal(gconstpointer a, gconstpointer b) { return ct_tuple_equal(a, b); }

static void index_entry(agree *a, guint i)
{
  const listing_entry *e = &g_array_index(a->there->entries, listing_entry, i);
  ct_tuple inverse, *key = &a->keys[2 * (gsize)i];

  ct_tuple_key(&e->tuple[CT_ORIGINAL], &key[0]);
  if (!g_hash_table_contains(a->index, &key[0]))
    g_hash_table_insert(a->index, &key[0], GUINT_TO_POINTER(i + 1));
  /* Packets behind a translation have the other side's addresses. */
  if (!ct_tuple_invert(&e->tuple[CT_REPLY], &inverse))
    return;
  ct_tuple_key(&inverse, &key[1]);
  if (!g_hash_table_contains(a->index, &key[1]))
    g_hash_table_insert(a->index, &key[1], GUINT_TO_POINTER(i + 1));
}

void agree_index_entries(agree *a)
{
  guint i, n = a->there->entries->len;

  a->index = g_hash_table_new(key_hash, key_equal);
  a->keys = g_new0(ct_tuple, 2 * (gsize)n + 1);
  for (i = 0; i < n; i++)
    index_entry(a, i);
}

void agree_index_clear(agree *a)
{
  g_hash_table_destroy(a->index);
  g_free(a->keys);
}

guint agree_find(const agree *a, const ct_tuple *tuple)
{
  ct_tuple key;

  ct_tuple_key(tuple, &key);
  return GPOINTER_TO_UINT(g_hash_table_lookup(a->index, &key));
}
