/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bucket.h"

#include <glib.h>
#include <string.h>

void ct_buckets_init(ct_buckets *buckets, uint32_t size, uint64_t seed)
{
  memset(buckets, 0, sizeof(*buckets));
  buckets->size = MAX(size, 1);
  buckets->seed = seed;
}

void ct_buckets_clear(ct_buckets *buckets)
{
  g_free(buckets->heads);
  g_free(buckets->next);
  buckets->heads = buckets->next = NULL;
  buckets->active = false;
}

static uint64_t stir(uint64_t state, uint64_t word)
{
  state = (state ^ word) * UINT64_C(0xff51afd7ed558ccd);
  state ^= state >> 33;
  state *= UINT64_C(0xc4ceb9fe1a85ec53);
  return state ^ state >> 29;
}

uint32_t ct_buckets_index(const ct_buckets *buckets, const ct_tuple *tuple)
{
  uint64_t state = stir(UINT64_C(0x2545f4914f6cdd1d), buckets->seed);

  state = stir(state, tuple->src.halves[0]);
  state = stir(state, tuple->dst.halves[0]);
  if (tuple->family == CT_IPV6) {
    state = stir(state, tuple->src.halves[1]);
    state = stir(state, tuple->dst.halves[1]);
  }
  state = stir(state, (uint64_t)tuple->src_id << 32 | (uint64_t)tuple->dst_id << 16 | (uint64_t)tuple->proto << 8 |
                        tuple->family);
  return (uint32_t)((state >> 32) * buckets->size >> 32);
}

static void insert_node(ct_buckets *buckets, const ct_table *table, const ct_entry *entry, ct_dir dir)
{
  uint32_t node = ct_table_number(table, entry) * 2 + dir, bucket;
  ct_tuple tuple;

  ct_table_tuple(table, entry, dir, &tuple);
  bucket = ct_buckets_index(buckets, &tuple);
  buckets->next[node] = buckets->heads[bucket];
  buckets->heads[bucket] = node;
}

void ct_buckets_insert(ct_buckets *buckets, const ct_table *table, const ct_entry *entry)
{
  if (buckets->next_size < table->size * 2) {
    buckets->next_size = table->size * 2;
    buckets->next = g_renew(uint32_t, buckets->next, buckets->next_size);
  }
  insert_node(buckets, table, entry, CT_ORIGINAL);
  insert_node(buckets, table, entry, CT_REPLY);
}

static void remove_node(ct_buckets *buckets, const ct_table *table, const ct_entry *entry, ct_dir dir)
{
  uint32_t node = ct_table_number(table, entry) * 2 + dir, *link;
  ct_tuple tuple;

  ct_table_tuple(table, entry, dir, &tuple);
  for (link = &buckets->heads[ct_buckets_index(buckets, &tuple)]; *link != node; link = &buckets->next[*link])
    g_assert(*link != 0);
  *link = buckets->next[node];
}

void ct_buckets_remove(ct_buckets *buckets, const ct_table *table, const ct_entry *entry)
{
  remove_node(buckets, table, entry, CT_ORIGINAL);
  remove_node(buckets, table, entry, CT_REPLY);
}

void ct_buckets_build(ct_buckets *buckets, const ct_table *table)
{
  uint32_t n, i, *order = ct_table_in_order(table, &n);

  ct_buckets_clear(buckets);
  buckets->heads = g_new0(uint32_t, buckets->size);
  buckets->next_size = table->size * 2;
  buckets->next = g_new(uint32_t, buckets->next_size);
  buckets->active = true;
  for (i = 0; i < n; i++)
    ct_buckets_insert(buckets, table, ct_table_entry(table, order[i]));
  g_free(order);
}

uint32_t ct_buckets_length(const ct_buckets *buckets, uint32_t bucket, uint32_t limit)
{
  uint32_t node, n = 0;

  for (node = buckets->heads[bucket]; node != 0 && n < limit; node = buckets->next[node])
    n++;
  return n;
}

uint64_t ct_buckets_memory_bytes(const ct_buckets *buckets)
{
  return buckets->active ? ((uint64_t)buckets->size + buckets->next_size) * sizeof(uint32_t) : 0;
}
