/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/evict.h"

#include <stdlib.h>

#include "conntrack/engine_internal.h"
#include "conntrack/proto/proto.h"

enum { SCAN_AHEAD = 8 };

/* A table with no more entries, in no longer a slab, is collected entry by entry (scan_few). */
enum { SPARSE_ENTRIES = 64, SPARSE_SLAB = 4096 };

static ct_entry *node_entry(const ct_engine *engine, uint32_t node) { return ct_table_entry(&engine->table, node / 2); }

static void end_expired(ct_engine *engine, ct_entry *entry)
{
  ct_core_destroy_at(engine, entry, CT_REASON_END_TIMEOUT, entry->deadline_ns);
}

/*
 * Ends the entries of a bucket that may go. Ending one takes out two nodes, perhaps both of this chain, so the walk
 * starts again after each; a chain is short.
 */
static uint32_t evict_bucket(ct_engine *engine, uint32_t bucket)
{
  uint32_t node, evicted = 0;

  for (node = ct_buckets_first(&engine->buckets, bucket); node != 0;) {
    ct_entry *entry = node_entry(engine, node);

    if (ct_core_is_expired(engine, entry)) {
      end_expired(engine, entry);
    } else if (!(entry->status & CT_STATUS_ASSURED)) {
      ct_core_destroy(engine, entry, CT_REASON_END_EVICTED);
      evicted++;
    } else {
      node = ct_buckets_after(&engine->buckets, node);
      continue;
    }
    node = ct_buckets_first(&engine->buckets, bucket);
  }
  return evicted;
}

/*
 * The oldest unassured entry met while walking the buckets from `first`, looking at no more than `limit` entries; NULL:
 * none.
 */
static ct_entry *oldest_unassured(ct_engine *engine, uint32_t first, uint32_t buckets, uint32_t limit)
{
  ct_entry *found = NULL;
  uint32_t i, node, seen = 0;

  for (i = 0; i < buckets && seen < limit; i++) {
    uint32_t bucket = (first + i) % engine->buckets.size;

    for (node = ct_buckets_first(&engine->buckets, bucket); node != 0;
         node = ct_buckets_after(&engine->buckets, node)) {
      ct_entry *entry = node_entry(engine, node);

      if (!(entry->status & CT_STATUS_ASSURED))
        found = entry; /* newest first: the last one seen is the oldest */
      seen++;
    }
    if (found)
      break;
  }
  return found;
}

static bool evict_one(ct_engine *engine, uint32_t bucket)
{
  ct_entry *victim;

  switch (engine->params.profile->eviction) {
  case CT_EVICT_OLDEST8: victim = oldest_unassured(engine, bucket, engine->buckets.size, CT_EVICTION_BUCKETS); break;
  case CT_EVICT_ROUND:
    victim = oldest_unassured(engine, engine->buckets_round++ % engine->buckets.size, 1, UINT32_MAX);
    if (victim)
      break;
    victim = oldest_unassured(engine, bucket, 1, UINT32_MAX);
    break;
  default: victim = oldest_unassured(engine, bucket, 1, UINT32_MAX); break;
  }
  if (!victim)
    return false;
  ct_core_destroy(engine, victim, CT_REASON_END_EVICTED);
  engine->stats.early_drop++;
  return true;
}

void ct_engine_evictions(ct_engine *engine, ct_evicts_fn evicts, void *user)
{
  engine->evicts = evicts;
  engine->evicts_user = user;
}

static bool evict_those_known(ct_engine *engine)
{
  uint32_t number, evicted = 0;

  for (number = 1; number < engine->table.top; number++) {
    ct_entry *entry = ct_table_entry(&engine->table, number);
    ct_tuple original;

    if (entry->id == 0 || !(entry->status & CT_STATUS_CONFIRMED) || entry->status & CT_STATUS_ASSURED ||
        ct_core_is_expired(engine, entry))
      continue;
    ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &original);
    if (!engine->evicts(&original, engine->evicts_user))
      continue;
    ct_core_destroy(engine, entry, CT_REASON_END_EVICTED);
    evicted++;
  }
  engine->stats.early_drop += evicted;
  engine->collector.early_drop |= evicted == 0;
  return evicted != 0;
}

bool ct_evict_early_drop(ct_engine *engine, const ct_tuple *original)
{
  uint32_t first, i;

  if (engine->evicts != NULL)
    return evict_those_known(engine);
  if (!engine->buckets.active)
    ct_buckets_build(&engine->buckets, &engine->table);
  first = ct_buckets_index(&engine->buckets, original);
  if (engine->params.profile->eviction != CT_EVICT_BUCKETS)
    return evict_one(engine, first);
  for (i = 0; i < CT_EVICTION_BUCKETS; i++) {
    uint32_t evicted = evict_bucket(engine, (first + i) % engine->buckets.size);

    if (evicted != 0) {
      engine->stats.early_drop += evicted;
      return true;
    }
  }
  engine->collector.early_drop = true;
  return false;
}

void ct_evict_reap_bucket(ct_engine *engine, const ct_tuple *tuple)
{
  uint32_t bucket = ct_buckets_index(&engine->buckets, tuple), node;
  int64_t earliest_ns = INT64_MAX;

  if (!ct_buckets_may_expire(&engine->buckets, bucket, engine->now_ns))
    return;
  for (node = ct_buckets_first(&engine->buckets, bucket); node != 0;) {
    ct_entry *entry = node_entry(engine, node);
    ct_tuple met;

    if (ct_core_is_expired(engine, entry)) {
      end_expired(engine, entry);
      node = ct_buckets_first(&engine->buckets, bucket);
      continue;
    }
    ct_table_tuple(&engine->table, entry, (ct_dir)(node & 1), &met);
    if (ct_tuple_equal(&met, tuple))
      return; /* the look-up ends where it finds what it wants */
    earliest_ns = MIN(earliest_ns, entry->deadline_ns);
    node = ct_buckets_after(&engine->buckets, node);
  }
  ct_buckets_set_earliest(&engine->buckets, bucket, earliest_ns);
}

/* --- the collector --- */

/*
 * Each node once, as long as it is there when its turn comes: a kill takes both nodes of an entry, and may take those
 * of another entry with it, before or behind. Adds the nodes that it came by to *met. => expired entries killed.
 */
static uint32_t scan_bucket(ct_engine *engine, uint32_t bucket, uint64_t early_limit, uint32_t *met)
{
  ct_buckets *buckets = &engine->buckets;
  uint32_t node, killed = 0;

  for (node = ct_buckets_first(buckets, bucket); node != 0; node = buckets->cursor) {
    ct_entry *entry = node_entry(engine, node);

    ++*met;
    buckets->cursor = ct_buckets_after(buckets, node);
    if (ct_core_is_expired(engine, entry)) {
      end_expired(engine, entry);
      killed++;
      continue;
    }
    ct_collector_weigh(&engine->collector, &engine->params, entry->deadline_ns, engine->now_ns);
    if (early_limit != 0 && engine->count >= early_limit && ct_proto_may_go_early(engine->params.profile, entry))
      ct_core_destroy(engine, entry, CT_REASON_END_GC_EVICTED);
  }
  return killed;
}

void ct_evict_prefetch(const ct_engine *engine, uint32_t bucket)
{
  uint32_t node = ct_buckets_first(&engine->buckets, bucket);
  const char *entry = (const char *)node_entry(engine, node);

  ct_pages_fetch(&engine->buckets.nodes[node]);
  ct_pages_fetch(entry);
  ct_pages_fetch(entry + 64);
}

static int compare_index(const void *a, const void *b)
{
  uint32_t ia = *(const uint32_t *)a, ib = *(const uint32_t *)b;

  return ia < ib ? -1 : ia > ib;
}

/*
 * A run over a nearly empty table: only the buckets that hold something, in their order, so that the outcome is the
 * same. A capture with long gaps means a run a minute, and walking a quarter of a million empty buckets each time would
 * take for ever.
 */
static void scan_few(ct_engine *engine, uint64_t early_limit)
{
  uint32_t at[2 * SPARSE_ENTRIES] = { 0 }, n = 0, met = 0, number, i;

  for (number = 1; number < engine->table.top && n < G_N_ELEMENTS(at); number++) {
    const ct_entry *entry = ct_table_entry(&engine->table, number);

    if (entry->id == 0 || !(entry->status & CT_STATUS_CONFIRMED))
      continue;
    ct_buckets_of_entry(&engine->buckets, &engine->table, entry, &at[n]);
    n += 2;
  }
  qsort(at, n, sizeof(*at), compare_index);
  for (i = 0; i < n; i++)
    if (i == 0 || at[i] != at[i - 1])
      scan_bucket(engine, at[i], early_limit, &met);
}

static bool is_sparse(const ct_engine *engine)
{
  return engine->table.used <= SPARSE_ENTRIES && engine->table.top <= SPARSE_SLAB &&
         engine->table.used <= ct_collector_enough(&engine->params);
}

/* => false where it has killed so much that the rest has to wait for the next run. */
static bool scan_all(ct_engine *engine, uint64_t early_limit)
{
  ct_collector *c = &engine->collector;
  uint32_t killed = 0, met = 0;

  while (c->next_bucket < engine->buckets.size) {
    if (c->next_bucket + SCAN_AHEAD < engine->buckets.size)
      ct_evict_prefetch(engine, c->next_bucket + SCAN_AHEAD);
    killed += scan_bucket(engine, c->next_bucket++, early_limit, &met);
    if (killed > ct_collector_enough(&engine->params) && c->next_bucket < engine->buckets.size)
      return false;
  }
  c->next_bucket = 0;
  return true;
}

/* 4.18's way: the next share of the table. */
static void run_share(ct_engine *engine, uint64_t early_limit)
{
  ct_collector *c = &engine->collector;
  uint32_t left = ct_collector_share(engine->buckets.size), met = 0, killed = 0;

  for (; left > 0; left--) {
    killed += scan_bucket(engine, c->next_bucket++, early_limit, &met);
    if (c->next_bucket >= engine->buckets.size)
      c->next_bucket = 0;
  }
  ct_collector_end_share(c, &engine->params, engine->now_ns, met, killed);
}

/*
 * One run of the work: to the end of the table or until it has killed enough. Sets the next run; of those up to now_ns
 * the first that may do something.
 */
static void run_collector(ct_engine *engine, int64_t now_ns)
{
  ct_collector *c = &engine->collector;
  const uint64_t count = engine->count;
  const bool from_start = c->next_bucket == 0;
  uint64_t early_limit = ct_collector_begin(c, &engine->params, engine->params.max, engine->now_ns);
  bool whole = true;

  if (engine->params.profile->collecting == CT_COLLECT_SHARES) {
    run_share(engine, early_limit);
    return;
  }
  if (c->next_bucket == 0 && is_sparse(engine))
    scan_few(engine, early_limit);
  else
    whole = scan_all(engine, early_limit);
  ct_collector_end(c, &engine->params, engine->now_ns, whole);
  if (from_start && whole && engine->count == count)
    ct_collector_leap(c, &engine->params, now_ns);
}

void ct_evict_collect(ct_engine *engine, int64_t now_ns)
{
  ct_collector *c = &engine->collector;

  while (c->next_run_ns <= now_ns) {
    engine->now_ns = c->next_run_ns;
    if (engine->count == 0)
      ct_collector_pass_empty(c, &engine->params, now_ns);
    else
      run_collector(engine, now_ns);
  }
}
