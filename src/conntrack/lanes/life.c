/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries in their lanes: counted, confirmed, ended. Each figure is what an engine (create.c, end.c, count.c) would
 * have counted for the lane alone.
 */
#include "conntrack/lanes/internal.h"
#include "conntrack/master.h"
#include "conntrack/way.h"

/* Two bins of so many cells behind the first hold too few for a chain to be full. */
enum { DEEP = CT_CHAIN_LEAST / (2 * CT_BIN_NODES) };

static void grow_records(ct_lanes *lanes)
{
  uint32_t size = lanes->engine->table.size;

  if (lanes->n_records >= size)
    return;
  lanes->records = ct_pages_grow(lanes->records, lanes->n_records, size, sizeof(ct_lane_record));
  lanes->expired = ct_pages_grow(lanes->expired, lanes->n_records, size, sizeof(uint32_t));
  lanes->records[0].assured = 1; /* nobody's, which nobody evicts */
  lanes->n_records = size;
}

uint32_t ct_lanes_take(ct_lanes *lanes, const ct_tuple *original, uint32_t mask, const uint32_t hash[2])
{
  ct_engine *engine = lanes->engine;
  ct_entry *entry = ct_table_take(&engine->table, original);
  uint32_t number = ct_table_number(&engine->table, entry);

  grow_records(lanes);
  lanes->records[number] =
    (ct_lane_record){ .lanes = mask, .hash = { hash[0], hash[1] }, .timeout = CT_LANES_ANY_TIMEOUT };
  return number;
}

/*
 * What few entries have goes when they end; they are in one lane only. => false where it counts on, a dead master with
 * children.
 */
static bool drop_ext(ct_lanes *lanes, unsigned lane, ct_entry *entry)
{
  uint32_t before = ct_lanes_act(lanes, UINT32_C(1) << lane);
  bool counts_on = ct_core_bury(lanes->engine, entry);

  ct_lanes_act(lanes, before);
  return !counts_on;
}

void ct_lanes_forget(ct_lanes *lanes, uint32_t number)
{
  ct_entry *entry = ct_lanes_entry(lanes, number);
  uint32_t rest = lanes->records[number].lanes;

  if (entry->ext == 0 || drop_ext(lanes, ct_lane_first(rest), entry))
    for (; rest != 0; rest &= rest - 1)
      ct_lane_uncount(lanes, ct_lane_first(rest), 1);
  lanes->records[number] = (ct_lane_record){ 0 };
  ct_table_give(&lanes->engine->table, entry);
}

uint32_t ct_lanes_split(ct_lanes *lanes, uint32_t number, uint32_t mask, const ct_entry *before)
{
  ct_table *table = &lanes->engine->table;
  const uint32_t hash[2] = { lanes->records[number].hash[0], lanes->records[number].hash[1] };
  uint32_t pair, copied;
  ct_entry *entry;
  ct_tuple tuple;
  unsigned i;

  g_assert(before->ext == 0); /* what has a helper is in one lane */
  ct_table_tuple(table, ct_lanes_entry(lanes, number), CT_ORIGINAL, &tuple);
  copied = ct_lanes_take(lanes, &tuple, mask, hash);
  entry = ct_lanes_entry(lanes, copied);
  pair = entry->addr[0]; /* of IPv6 each has its own */
  *entry = *before;
  entry->addr[0] = pair;
  lanes->records[copied].id = lanes->records[number].id;
  ct_lanes_copy(lanes, copied);
  lanes->records[number].lanes &= ~mask;
  ct_table_insert(table, entry, ct_tuple_hash(&tuple));
  for (i = 0; i < lanes->n_bins; i++) {
    ct_bins *bins = lanes->bins[i];

    if (bins->lanes & mask) {
      bins->mixed |= (bins->lanes & ~mask) != 0;
      ct_bins_insert_beside(bins, copied, hash, number, !(bins->lanes & lanes->records[number].lanes));
    }
  }
  return copied;
}

void ct_lanes_count_refused(ct_lanes *lanes, uint32_t mask, const ct_packet *packet)
{
  uint32_t rest = ct_refused_note(lanes->refused, &packet->tuple, packet->hash, mask);

  for (; rest != 0; rest &= rest - 1)
    lanes->lane[ct_lane_first(rest)].stats.refused++;
}

static bool is_too_long(const ct_lanes *lanes, unsigned lane, const uint32_t hash[2])
{
  int dir;

  for (dir = 0; dir < 2; dir++)
    if (ct_evict_chain_is_full(ct_lane_chain_length(lanes, lane, hash[dir]), lanes->engine->params.hash_seed,
                               lanes->lane[lane].stats.created + 1))
      return true;
  return false;
}

/* As many nodes as a bucket in this bin may have at most. */
static uint32_t most_nodes(const ct_bins *bins, uint32_t hash)
{
  uint32_t at = ct_bins_of(bins, hash), from = at, to = at, length = 0;
  const ct_bin *cell;

  if (bins->straddled) {
    from -= at > 0;
    to += at + 1 < bins->n;
  }
  for (; from <= to; from++)
    for (cell = &bins->bins[from]; cell != NULL; cell = ct_bins_older(bins, cell))
      length += cell->head.n;
  return length;
}

/* Most bins have no cells behind them, which is soon seen. */
static bool may_be_full(const ct_bins *bins, const uint32_t hash[2])
{
  if (!bins->straddled &&
      (bins->bins[ct_bins_of(bins, hash[0])].more | bins->bins[ct_bins_of(bins, hash[1])].more) == 0)
    return false;
  return most_nodes(bins, hash[0]) >= CT_CHAIN_LEAST || most_nodes(bins, hash[1]) >= CT_CHAIN_LEAST;
}

/* => those of an entry's lanes in which one of its chains is full; they count that. */
static uint32_t lanes_of_full_chains(ct_lanes *lanes, uint32_t number, const ct_packet *packet)
{
  const ct_lane_record *record = &lanes->records[number];
  uint32_t rest = 0, full = 0;
  unsigned i;

  for (i = 0; i < lanes->n_bins; i++)
    if (lanes->bins[i]->deepest >= DEEP && lanes->bins[i]->lanes & record->lanes &&
        may_be_full(lanes->bins[i], record->hash))
      rest |= lanes->bins[i]->lanes & record->lanes;
  for (; rest != 0; rest &= rest - 1) {
    i = ct_lane_first(rest);
    if (!is_too_long(lanes, i, record->hash))
      continue;
    ct_lane_part(lanes, i);
    lanes->lane[i].stats.insert_failed++;
    full |= rest & -rest;
  }
  lanes->changed |= full;
  if (full != 0)
    ct_lanes_count_refused(lanes, full, packet);
  return full;
}

/*
 * Bins that may not become more, since that would be more than some lane has buckets, and are deep all the same: that
 * lane has collected what the others still have. They part, or each look-up would walk it.
 */
static void relieve(ct_lanes *lanes, const ct_bins *bins)
{
  uint32_t rest;

  if (bins->deepest < CT_BINS_DEEP || bins->n <= bins->fewest / 2)
    return;
  for (rest = bins->lanes; rest != 0; rest &= rest - 1)
    if (lanes->lane[ct_lane_first(rest)].buckets == bins->fewest) {
      ct_lane_part(lanes, ct_lane_first(rest));
      return;
    }
}

static void insert_into_bins(ct_lanes *lanes, const ct_lane_record *record, uint32_t number)
{
  const uint32_t nearness =
    ct_bins_nearness(lanes->bins[0], ct_lanes_soonest(lanes, record)); /* all count from the same time */
  uint32_t deepest = 0;
  unsigned i;

  for (i = 0; i < lanes->n_bins; i++)
    if (lanes->bins[i]->lanes & record->lanes) {
      lanes->bins[i]->mixed |= (lanes->bins[i]->lanes & ~record->lanes) != 0;
      ct_bins_insert(lanes->bins[i], number, record->hash, nearness);
      deepest = MAX(deepest, lanes->bins[i]->deepest);
    }
  if (deepest >= CT_BINS_DEEP)
    for (i = 0; i < lanes->n_bins; i++)
      relieve(lanes, lanes->bins[i]);
}

static void count_created(ct_lanes *lanes, uint32_t rest)
{
  lanes->changed |= rest;
  for (; rest != 0; rest &= rest - 1) {
    ct_lane_stats *s = &lanes->lane[ct_lane_first(rest)].stats;

    s->created++;
    if (s->count > s->crest) {
      s->crest = s->count;
      s->peak = MAX(s->peak, s->crest);
    }
  }
}

void ct_lanes_confirm(ct_lanes *lanes, uint32_t number, const ct_packet *packet, uint32_t table_hash)
{
  uint32_t full = lanes_of_full_chains(lanes, number, packet);
  ct_lane_record *record = &lanes->records[number];
  ct_entry *entry = ct_lanes_entry(lanes, number);

  if (full == record->lanes) {
    ct_lanes_forget(lanes, number);
    return;
  }
  record->lanes &= ~full;
  for (; full != 0; full &= full - 1)
    ct_lane_uncount(lanes, ct_lane_first(full), 1);
  ct_way_confirm(entry, packet);
  record->id = entry->id & ((UINT64_C(1) << 48) - 1);
  ct_lanes_copy(lanes, number);
  ct_lanes_touch(lanes, number);
  ct_table_insert(&lanes->engine->table, entry, table_hash);
  insert_into_bins(lanes, record, number);
  count_created(lanes, record->lanes);
}

/* --- the end --- */

static void count_end(ct_lane_stats *stats, ct_reason reason)
{
  stats->expired += reason == CT_REASON_END_TIMEOUT;
  stats->early_drop += reason == CT_REASON_END_EVICTED;
  stats->gc_evicted += reason == CT_REASON_END_GC_EVICTED;
}

void ct_lanes_end(ct_lanes *lanes, uint32_t mask, uint32_t number, ct_reason reason)
{
  ct_lane_record *record = &lanes->records[number];
  ct_bins *bins = lanes->lane[ct_lane_first(mask)].bins;
  uint32_t rest;
  bool counts_on;

  lanes->changed |= mask;
  record->lanes &= ~mask;
  if (!(record->lanes & bins->lanes))
    ct_bins_remove(bins, number, record->hash);
  else
    bins->mixed = true;
  if (reason == CT_REASON_END_EVICTED || reason == CT_REASON_END_GC_EVICTED)
    ct_lanes_add_victim(lanes, number, mask);
  else if (reason == CT_REASON_END_TIMEOUT)
    ct_lanes_add_expired(lanes, number, mask);
  counts_on = record->extended && !drop_ext(lanes, ct_lane_first(mask), ct_lanes_entry(lanes, number));
  for (rest = mask; rest != 0; rest &= rest - 1) {
    unsigned i = ct_lane_first(rest);

    count_end(&lanes->lane[i].stats, reason);
    if (!counts_on)
      ct_lane_uncount(lanes, i, 1);
  }
  if (record->lanes == 0)
    ct_lanes_leave(lanes, number);
}

void ct_lanes_end_all(ct_lanes *lanes, uint32_t mask, uint32_t number, ct_reason reason)
{
  while (mask != 0) {
    uint32_t some = mask & lanes->lane[ct_lane_first(mask)].bins->lanes;

    ct_lanes_end(lanes, some, number, reason);
    mask &= ~some;
  }
}

/* --- what the engine asks --- */

/* Ends it in the lanes that are acted for. */
static void keep_end(void *kept_by, ct_entry *entry, ct_reason reason)
{
  ct_lanes *lanes = kept_by;
  uint32_t number = ct_table_number(&lanes->engine->table, entry);

  ct_lanes_end_all(lanes, lanes->records[number].lanes & lanes->acting, number, reason);
}

static void keep_sooner(void *kept_by, const ct_entry *entry)
{
  ct_lanes *lanes = kept_by;
  const ct_lane_record *record = &lanes->records[ct_table_number(&lanes->engine->table, entry)];
  unsigned i;

  for (i = 0; i < lanes->n_bins; i++)
    if (lanes->bins[i]->lanes & record->lanes)
      ct_bins_sooner(lanes->bins[i], record->hash, entry->deadline_ns);
}

/* In the lanes that are acted for. */
static ct_entry *keep_find(void *kept_by, const ct_tuple *tuple, ct_dir *dir)
{
  const ct_lanes *lanes = kept_by;
  const ct_table *table = &lanes->engine->table;
  uint32_t hash = ct_tuple_hash(tuple), at, number;

  for (number = ct_table_each_first(table, hash, &at); number != 0; number = ct_table_each_next(table, hash, &at))
    if (lanes->records[number].lanes & lanes->acting && ct_table_is_of(table, number, tuple, dir) &&
        ct_lanes_dead(lanes, &lanes->records[number], lanes->acting) == 0)
      return ct_table_entry(table, number);
  return NULL;
}

static void keep_uncount(void *kept_by)
{
  ct_lanes *lanes = kept_by;

  ct_lane_uncount(lanes, ct_lane_first(lanes->acting), 1);
}

const ct_keeper ct_lanes_keeper = {
  .find = keep_find, .sooner = keep_sooner, .end = keep_end, .uncount = keep_uncount
};
