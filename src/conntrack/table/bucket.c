/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/table/bucket.h"

#include <glib.h>
#include <string.h>

/*
 * The kernel refuses an entry whose chain is long (spec 7.4), so no chain of its grows beyond a hundred. Built late,
 * from a table that nobody held to that, one could: somebody who knows the seed can aim. What is beyond CHAIN_MOST is
 * left out, or each look at such a chain would cost as much as there are entries.
 */
enum { CHAIN_MOST = 250 };
#define NODE_LEFT_OUT UINT32_MAX

enum { EARLIEST_MAX = (1 << 24) - 1, TICK_SHIFT = 30 };

void ct_buckets_init(ct_buckets *buckets, uint32_t size, uint64_t seed)
{
  memset(buckets, 0, sizeof(*buckets));
  buckets->size = MAX(size, 1);
  buckets->state = ct_buckets_state(seed);
  buckets->base_ns = INT64_MIN;
}

void ct_buckets_clear(ct_buckets *buckets)
{
  if (!buckets->active)
    return;
  ct_pages_free(buckets->buckets, buckets->size, sizeof(ct_bucket));
  ct_pages_free(buckets->nodes, buckets->nodes_size, sizeof(ct_node));
  buckets->buckets = NULL;
  buckets->nodes = NULL;
  buckets->nodes_size = 0;
  buckets->active = false;
}

void ct_buckets_of_entry(const ct_buckets *buckets, const ct_table *table, const ct_entry *entry, uint32_t at[2])
{
  ct_tuple tuple;
  int dir;

  for (dir = 0; dir < 2; dir++) {
    ct_table_tuple(table, entry, (ct_dir)dir, &tuple);
    at[dir] = ct_buckets_index(buckets, &tuple);
  }
}

/* Rounded down, so that a bucket is looked at too early rather than too late. */
static uint32_t tick_of(const ct_buckets *buckets, int64_t time_ns)
{
  if (time_ns <= buckets->base_ns)
    return 0;
  return (uint32_t)MIN((uint64_t)(time_ns - buckets->base_ns) >> TICK_SHIFT, EARLIEST_MAX);
}

bool ct_buckets_may_expire(const ct_buckets *buckets, uint32_t bucket, int64_t now_ns)
{
  return buckets->buckets[bucket].head != 0 && buckets->buckets[bucket].earliest <= tick_of(buckets, now_ns);
}

void ct_buckets_set_earliest(ct_buckets *buckets, uint32_t bucket, int64_t deadline_ns)
{
  buckets->buckets[bucket].earliest = tick_of(buckets, deadline_ns);
}

void ct_buckets_sooner(ct_buckets *buckets, const ct_table *table, const ct_entry *entry)
{
  uint32_t node = ct_table_number(table, entry) * 2, tick = tick_of(buckets, entry->deadline_ns);
  int dir;

  for (dir = 0; dir < 2; dir++) {
    ct_bucket *bucket = &buckets->buckets[buckets->nodes[node + (uint32_t)dir].at];

    if (bucket->earliest > tick)
      bucket->earliest = tick & EARLIEST_MAX;
  }
}

static void insert_node(ct_buckets *buckets, uint32_t node, uint32_t at, uint32_t tick)
{
  ct_bucket *bucket = &buckets->buckets[at];

  if (bucket->length >= CHAIN_MOST) {
    buckets->nodes[node] = (ct_node){ NODE_LEFT_OUT, at };
    return;
  }
  if (bucket->head == 0 || bucket->earliest > tick)
    bucket->earliest = tick & EARLIEST_MAX;
  buckets->nodes[node] = (ct_node){ bucket->head, at };
  bucket->head = node;
  bucket->length++;
}

/* Room for the nodes of an entry that comes. */
static void make_room(ct_buckets *buckets, const ct_table *table, const ct_entry *entry)
{
  if (buckets->nodes_size < table->size * 2) {
    buckets->nodes = ct_pages_grow(buckets->nodes, buckets->nodes_size, (size_t)table->size * 2, sizeof(ct_node));
    buckets->nodes_size = table->size * 2;
  }
  g_assert(buckets->nodes);
  if (buckets->base_ns == INT64_MIN)
    buckets->base_ns =
      entry->created_ns; /* no later than now, or all that is due within the first tick would seem due at once */
}

void ct_buckets_insert(ct_buckets *buckets, const ct_table *table, const ct_entry *entry, const uint32_t at[2])
{
  uint32_t node = ct_table_number(table, entry) * 2, tick;

  make_room(buckets, table, entry);
  tick = tick_of(buckets, entry->deadline_ns);
  insert_node(buckets, node + CT_ORIGINAL, at[CT_ORIGINAL], tick);
  insert_node(buckets, node + CT_REPLY, at[CT_REPLY], tick);
}

bool ct_buckets_is_left_out(const ct_buckets *buckets, uint32_t node)
{
  return buckets->nodes[node].next == NODE_LEFT_OUT;
}

bool ct_buckets_restore(ct_buckets *buckets, const ct_table *table, const ct_entry *entry, const uint32_t at[2],
                        const bool left_out[2])
{
  uint32_t node = ct_table_number(table, entry) * 2;
  int dir;

  make_room(buckets, table, entry);
  for (dir = CT_ORIGINAL; dir <= CT_REPLY; dir++) {
    if (left_out[dir])
      buckets->nodes[node + (uint32_t)dir] = (ct_node){ NODE_LEFT_OUT, at[dir] };
    else if (buckets->buckets[at[dir]].length < CHAIN_MOST)
      insert_node(buckets, node + (uint32_t)dir, at[dir], tick_of(buckets, entry->deadline_ns));
    else
      return false;
  }
  return true;
}

static void remove_node(ct_buckets *buckets, uint32_t node)
{
  ct_bucket *bucket = &buckets->buckets[buckets->nodes[node].at];
  uint32_t *link = &bucket->head;

  if (buckets->nodes[node].next == NODE_LEFT_OUT)
    return;
  for (; *link != node; link = &buckets->nodes[*link].next)
    g_assert(*link != 0);
  *link = buckets->nodes[node].next;
  bucket->length--;
}

void ct_buckets_remove(ct_buckets *buckets, const ct_table *table, const ct_entry *entry)
{
  uint32_t node = ct_table_number(table, entry) * 2;

  while (G_UNLIKELY(buckets->cursor / 2 == node / 2))
    buckets->cursor = buckets->nodes[buckets->cursor].next;
  remove_node(buckets, node + CT_ORIGINAL);
  remove_node(buckets, node + CT_REPLY);
}

void ct_buckets_build(ct_buckets *buckets, const ct_table *table)
{
  uint32_t n, i, at[2], *order = ct_table_in_order(table, &n);

  ct_buckets_clear(buckets);
  buckets->buckets = ct_pages_new(buckets->size, sizeof(ct_bucket));
  buckets->active = true;
  for (i = 0; i < n; i++) {
    const ct_entry *entry = ct_table_entry(table, order[i]);

    ct_buckets_of_entry(buckets, table, entry, at);
    ct_buckets_insert(buckets, table, entry, at);
  }
  g_free(order);
}

uint64_t ct_buckets_memory_bytes(const ct_buckets *buckets)
{
  return buckets->active ? (uint64_t)buckets->size * sizeof(ct_bucket) + (uint64_t)buckets->nodes_size * sizeof(ct_node)
                         : 0;
}
