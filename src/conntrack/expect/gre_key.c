/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/expect/gre_key.h"

#include <glib.h>

#include "conntrack/ext.h"

/*
 * Two indexes over the same records: by what a packet carries, for the packet path, and by master, for the end of a
 * call. Records with the same address pair and id stand in a ring, the first added first: a hostile side can make any
 * number of them, so neither adding nor dropping one may walk it.
 */
typedef struct key_record {
  ct_tuple tuple; /* src_id 0: as a packet carries it */
  uint16_t src_id;
  uint64_t master_id;
  uint64_t order;                     /* of adding */
  struct key_record *next, *previous; /* a ring: before the first comes the last */
} key_record;

typedef struct key_pair {
  uint64_t master_id;
  key_record *record[2];
} key_pair;

struct ct_gre_keys {
  GHashTable *by_tuple;  /* &tuple of the chain's head => head */
  GHashTable *by_master; /* master id => pair */
  uint64_t last_order;
};

static guint tuple_hash(gconstpointer p) { return ct_tuple_hash(p); }
static gboolean tuple_equal(gconstpointer a, gconstpointer b) { return ct_tuple_equal(a, b); }

ct_gre_keys *ct_gre_keys_new(void)
{
  ct_gre_keys *keys = g_new0(ct_gre_keys, 1);

  keys->by_tuple = g_hash_table_new(tuple_hash, tuple_equal);
  keys->by_master = g_hash_table_new_full(ct_ext_id_hash, g_int64_equal, NULL, g_free);
  return keys;
}

bool ct_gre_keys_any_ever(const ct_gre_keys *keys) { return keys->last_order != 0; }

void ct_gre_keys_free(ct_gre_keys *keys)
{
  GHashTableIter iter;
  gpointer pair;

  if (keys == NULL)
    return;
  g_hash_table_iter_init(&iter, keys->by_master);
  while (g_hash_table_iter_next(&iter, NULL, &pair)) {
    g_free(((key_pair *)pair)->record[0]);
    g_free(((key_pair *)pair)->record[1]);
  }
  g_hash_table_destroy(keys->by_tuple);
  g_hash_table_destroy(keys->by_master);
  g_free(keys);
}

bool ct_gre_keys_any(const ct_gre_keys *keys) { return g_hash_table_size(keys->by_master) > 0; }

static ct_tuple as_carried(const ct_tuple *tuple)
{
  ct_tuple t = *tuple;

  t.src_id = 0;
  return t;
}

uint16_t ct_gre_keys_find(const ct_gre_keys *keys, const ct_tuple *tuple)
{
  ct_tuple t = as_carried(tuple);
  const key_record *r = g_hash_table_lookup(keys->by_tuple, &t);

  return r ? r->src_id : 0;
}

bool ct_gre_keys_add(ct_gre_keys *keys, uint64_t master_id, ct_dir dir, const ct_tuple *tuple)
{
  ct_tuple t = as_carried(tuple);
  gint64 id = (gint64)master_id;
  key_pair *pair = g_hash_table_lookup(keys->by_master, &id);
  key_record *r, *head;

  if (pair != NULL && pair->record[dir] != NULL)
    return ct_tuple_equal(&pair->record[dir]->tuple, &t); /* the same call again */
  if (pair == NULL) {
    pair = g_new0(key_pair, 1);
    pair->master_id = master_id;
    g_hash_table_insert(keys->by_master, &pair->master_id, pair);
  }
  r = g_new0(key_record, 1);
  r->tuple = t;
  r->src_id = tuple->src_id;
  r->master_id = master_id;
  r->order = ++keys->last_order;
  pair->record[dir] = r;
  head = g_hash_table_lookup(keys->by_tuple, &t);
  if (head == NULL) {
    r->next = r->previous = r;
    g_hash_table_insert(keys->by_tuple, &r->tuple, r);
    return true;
  }
  r->next = head;
  r->previous = head->previous;
  head->previous->next = r;
  head->previous = r;
  return true;
}

static void record_drop(ct_gre_keys *keys, key_record *r)
{
  key_record *head = g_hash_table_lookup(keys->by_tuple, &r->tuple);

  if (head == r) {
    g_hash_table_remove(keys->by_tuple, &r->tuple);
    if (r->next != r)
      g_hash_table_insert(keys->by_tuple, &r->next->tuple, r->next);
  }
  r->previous->next = r->next;
  r->next->previous = r->previous;
  g_free(r);
}

void ct_gre_keys_drop(ct_gre_keys *keys, uint64_t master_id)
{
  gint64 id = (gint64)master_id;
  key_pair *pair = g_hash_table_lookup(keys->by_master, &id);
  int dir;

  if (pair == NULL)
    return;
  for (dir = CT_ORIGINAL; dir <= CT_REPLY; dir++)
    if (pair->record[dir] != NULL)
      record_drop(keys, pair->record[dir]);
  g_hash_table_remove(keys->by_master, &id);
}

bool ct_gre_keys_has(const ct_gre_keys *keys, uint64_t master_id, ct_dir dir)
{
  const key_pair *pair = g_hash_table_lookup(keys->by_master, &master_id);

  return pair != NULL && pair->record[dir] != NULL;
}

static gint compare_order(gconstpointer a, gconstpointer b)
{
  const key_record *ra = *(key_record *const *)a, *rb = *(key_record *const *)b;

  return ra->order < rb->order ? -1 : ra->order > rb->order;
}

void ct_gre_keys_each(const ct_gre_keys *keys, ct_gre_keys_fn fn, void *user)
{
  GPtrArray *records = g_ptr_array_new();
  GHashTableIter iter;
  gpointer value;
  unsigned i;

  g_hash_table_iter_init(&iter, keys->by_master);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    for (i = CT_ORIGINAL; i <= CT_REPLY; i++)
      if (((key_pair *)value)->record[i] != NULL)
        g_ptr_array_add(records, ((key_pair *)value)->record[i]);
  g_ptr_array_sort(records, compare_order);
  for (i = 0; i < records->len; i++) {
    const key_record *r = g_ptr_array_index(records, i);
    const key_pair *pair = g_hash_table_lookup(keys->by_master, &r->master_id);
    ct_tuple tuple = r->tuple;

    tuple.src_id = r->src_id;
    fn(r->master_id, pair->record[CT_REPLY] == r ? CT_REPLY : CT_ORIGINAL, &tuple, user);
  }
  g_ptr_array_unref(records);
}
