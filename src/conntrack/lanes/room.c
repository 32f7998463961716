/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Full tables, expired entries and the collector, lane by lane: what evict.c does for an engine (spec 7.2, 7.3). A
 * chain is in order of creation, the newest first and of an entry the reply's node first, also where its nodes come out
 * of two bins.
 */
#include <string.h>

#include "conntrack/proto/proto.h"
#include "conntrack/lanes/internal.h"

/* A node that is being walked. */
typedef struct met {
  uint32_t bucket, number;
  uint64_t id; /* the highest first; of an entry's two nodes in a bucket, either */
} met;

GArray *ct_lanes_walk_new(void) { return g_array_new(FALSE, FALSE, sizeof(met)); }

static bool is_before(const met *a, const met *b)
{
  return a->bucket != b->bucket ? a->bucket < b->bucket : a->id > b->id;
}

/* Into a list that stays in order; most come in order. */
static void add_met(GArray *list, met m)
{
  guint i;

  g_array_append_val(list, m);
  for (i = list->len - 1; i > 0 && is_before(&m, &g_array_index(list, met, i - 1)); i--)
    g_array_index(list, met, i) = g_array_index(list, met, i - 1);
  g_array_index(list, met, i) = m;
}

/* The nodes of lanes of one size in a bin, in buckets from..to, join the list. */
static void add_bin(ct_lanes *lanes, uint32_t mask, uint32_t bin, uint32_t from, uint32_t to)
{
  const ct_lane *l = &lanes->lane[ct_lane_first(mask)];
  const ct_bin *cell;
  uint32_t i;

  for (cell = &l->bins->bins[bin]; cell != NULL; cell = ct_bins_older(l->bins, cell))
    for (i = cell->head.n; i-- > 0;) {
      const ct_lane_record *record = &lanes->records[cell->node[i].number];
      uint32_t bucket = ct_buckets_scale(cell->node[i].hash, l->buckets);

      if (bucket >= from && bucket <= to && record->lanes & mask)
        add_met(lanes->walk, (met){ bucket, cell->node[i].number, record->id });
    }
}

/* The first hash of a bucket: the inverse of ct_buckets_scale. */
static uint32_t first_hash(uint32_t bucket, uint32_t buckets)
{
  return (uint32_t)((((uint64_t)bucket << 32) + buckets - 1) / buckets);
}

static void walk_bucket(ct_lanes *lanes, uint32_t mask, uint32_t bin, uint32_t bucket)
{
  uint32_t first, last;

  ct_lane_bins_of(&lanes->lane[ct_lane_first(mask)], bin, bucket, &first, &last);
  g_array_set_size(lanes->walk, 0);
  for (; first <= last; first++)
    add_bin(lanes, mask, first, bucket, bucket);
}

static bool is_in(const ct_lanes *lanes, unsigned lane, uint32_t number)
{
  return lanes->records[number].lanes >> lane & 1;
}

/* --- early drop --- */

/* => the lanes in which it was evicted. */
static uint32_t evict_node(ct_lanes *lanes, uint32_t mask, uint32_t number)
{
  const ct_lane_record *record = &lanes->records[number];
  uint32_t dead = ct_lanes_dead(lanes, record, mask), evicted = record->assured ? 0 : record->lanes & mask & ~dead;

  if (dead != 0)
    ct_lanes_end(lanes, dead, number, CT_REASON_END_TIMEOUT);
  if (evicted != 0)
    ct_lanes_end(lanes, evicted, number, CT_REASON_END_EVICTED);
  return evicted;
}

/* => the next entry of a bucket that is to go; 0 at the end. *whole: all that were passed over are ASSURED. */
static uint32_t next_to_go(const ct_lanes *lanes, const ct_bins *bins, uint32_t mask, uint32_t bin, uint32_t bucket,
                           uint32_t buckets, bool may_expire, bool *whole)
{
  ct_bin *cell;
  uint32_t i;

  *whole = true;
  for (cell = &bins->bins[bin]; cell != NULL; cell = ct_bins_older(bins, cell))
    for (i = cell->head.n; i-- > 0;) {
      const ct_lane_record *record;

      if (cell->node[i].assured && !may_expire)
        continue;
      record = &lanes->records[cell->node[i].number];
      if ((record->assured ? ct_lanes_dead(lanes, record, mask) : record->lanes & mask) != 0 &&
          ct_buckets_scale(cell->node[i].hash, buckets) == bucket)
        return cell->node[i].number;
      cell->node[i].assured = record->assured;
      *whole = *whole && record->assured;
    }
  return 0;
}

/* The bucket lies in one bin, whose chain is in order. */
static uint32_t evict_in_bin(ct_lanes *lanes, ct_bins *bins, uint32_t mask, uint32_t bin, uint32_t bucket,
                             uint32_t buckets)
{
  bool may_expire = ct_bin_may_expire(&bins->bins[bin], ct_bins_tick(bins, lanes->engine->now_ns)), whole;
  uint32_t number, evicted = 0;

  if (bin + 1 < bins->n)
    ct_pages_fetch(&bins->bins[bin + 1]); /* in case this one has nobody */
  if (bins->bins[bin].head.assured && !may_expire)
    return 0;
  while ((number = next_to_go(lanes, bins, mask, bin, bucket, buckets, may_expire, &whole)) != 0)
    evicted |= evict_node(lanes, mask, number);
  bins->bins[bin].head.assured = whole;
  return evicted;
}

static uint32_t evict_bucket(ct_lanes *lanes, uint32_t mask, uint32_t bin, uint32_t bucket)
{
  const ct_lane *l = &lanes->lane[ct_lane_first(mask)];
  uint32_t i, evicted = 0;

  if (!l->bins->straddled)
    return evict_in_bin(lanes, l->bins, mask, bin, bucket, l->buckets);
  walk_bucket(lanes, mask, bin, bucket);
  for (i = 0; i < lanes->walk->len;
       i++) /* some may have gone with their other node, or with another entry: then they are in no lane */
    evicted |= evict_node(lanes, mask, g_array_index(lanes->walk, met, i).number);
  return evicted;
}

/* => 1 where it was evicted and not expired. */
static uint32_t go_plainly(ct_lanes *lanes, ct_lane *l, uint32_t bit, uint32_t number, uint32_t other, bool dead)
{
  ct_lane_record *record = &lanes->records[number];

  ct_bins_remove_one(l->bins, number, other);
  record->lanes &= ~bit;
  if (dead)
    ct_lanes_add_expired(lanes, number, bit);
  else
    record->lost |= bit;
  if (record->lanes == 0)
    ct_lanes_leave(lanes, number);
  return !dead;
}

/*
 * The same where bins are buckets of one lane, which is how it is in most floods: who has expired and who is not
 * ASSURED goes, in one pass from the newest on. It ends before what needs more than that - a helper's memory, an entry
 * with both nodes here - and leaves the rest to evict_in_bin.
 * => how many were evicted.
 */
static uint32_t evict_plainly(ct_lanes *lanes, unsigned lane, ct_bins *bins, uint32_t at, bool may_expire)
{
  ct_lane *l = &lanes->lane[lane];
  ct_bin *bin = &bins->bins[at];
  uint32_t n = bin->head.n, i, kept = n, gone, evicted = 0; /* what stays is moved up to `kept` */
  int64_t earliest_ns = INT64_MAX;

  for (i = n; i-- > 0;) {
    ct_bin_node node = bin->node[i];
    const ct_lane_record *record = &lanes->records[node.number];
    uint32_t other;
    bool dead;

    if (node.assured && !may_expire) {
      bin->node[--kept] = node;
      continue;
    }
    dead = may_expire && ct_lane_deadline(lanes, record, lane) <= lanes->engine->now_ns;
    if (record->assured && !dead) {
      node.assured = 1;
      bin->node[--kept] = node;
      earliest_ns = MIN(earliest_ns, ct_lane_deadline(lanes, record, lane));
      continue;
    }
    other = record->hash[record->hash[0] == node.hash];
    if (record->extended || ct_bins_of(bins, other) == at)
      break;
    evicted += go_plainly(lanes, l, UINT32_C(1) << lane, node.number, other, dead);
  }
  i++; /* so many were not looked at */
  memmove(&bin->node[i], &bin->node[kept], (n - kept) * sizeof(*bin->node));
  gone = kept - i;
  bin->head.n = (n - gone) & CT_BIN_NODES;
  bin->head.assured = i == 0;
  if (i == 0 && may_expire)
    ct_bins_set_earliest(bins, at, earliest_ns);
  bins->used -= 2 * gone;
  ct_lane_uncount(lanes, lane, gone);
  l->stats.early_drop += evicted;
  l->stats.expired += gone - evicted;
  lanes->changed |= (uint32_t)(gone != 0) << lane;
  return evicted;
}

/* => whether somebody could go. */
static bool make_room_plainly(ct_lanes *lanes, unsigned lane, ct_bins *bins, uint32_t first)
{
  uint32_t i, now_tick = ct_bins_tick(bins, lanes->engine->now_ns);

  for (i = 0; i < CT_EVICTION_BUCKETS; i++) {
    uint32_t at = (first + i) & (bins->n - 1), evicted = 0;
    const ct_bin *bin = &bins->bins[at];
    bool may_expire = ct_bin_may_expire(bin, now_tick);

    if (bin->head.assured && !may_expire)
      continue;
    if (bin->more == 0)
      evicted = evict_plainly(lanes, lane, bins, at, may_expire);
    if (!bin->head.assured || bin->more != 0)
      evicted |= evict_in_bin(lanes, bins, UINT32_C(1) << lane, at, at, bins->n);
    if (evicted != 0)
      return true;
  }
  return false;
}

uint32_t ct_lanes_make_room(ct_lanes *lanes, uint32_t mask, uint32_t hash)
{
  unsigned lane = ct_lane_first(mask);
  uint32_t i, rest, buckets = lanes->lane[lane].buckets, bucket = ct_buckets_scale(hash, buckets), without = mask;

  ct_lane_part(lanes, lane);
  if (ct_bins_are_buckets(lanes->lane[lane].bins)) {
    if (make_room_plainly(lanes, lane, lanes->lane[lane].bins, ct_bins_of(lanes->lane[lane].bins, hash)))
      return mask;
    lanes->lane[lane].collector.early_drop = true;
    return 0;
  }
  for (i = 0; i < CT_EVICTION_BUCKETS && without != 0; i++) {
    without &= ~evict_bucket(lanes, without,
                             ct_bins_of(lanes->lane[lane].bins, i == 0 ? hash : first_hash(bucket, buckets)), bucket);
    bucket = bucket + 1 == buckets ? 0 : bucket + 1;
  }
  for (rest = without; rest != 0; rest &= rest - 1)
    lanes->lane[ct_lane_first(rest)].collector.early_drop = true;
  return mask & ~without;
}

/* --- what a look-up meets --- */

/* Of the lanes in which a node is dead, those in which a look-up of `hash` comes by it. */
static uint32_t lanes_met(const ct_lanes *lanes, ct_bin_node node, uint32_t rest, uint32_t hash,
                          const ct_lanes_found *found, unsigned n_found)
{
  uint32_t result = 0;
  unsigned i;

  /* It ends where it finds what it wants, and what is older lies behind. */
  for (i = 0; i < n_found; i++)
    if (lanes->records[found[i].number].id > lanes->records[node.number].id)
      rest &= ~found[i].lanes;
  for (; rest != 0; rest &= rest - 1) {
    uint32_t buckets = lanes->lane[ct_lane_first(rest)].buckets;

    if (ct_buckets_scale(node.hash, buckets) == ct_buckets_scale(hash, buckets))
      result |= rest & -rest;
  }
  return result;
}

/* => the lanes in which the first node that has to go has to; 0: none has. *earliest_ns: of all nodes. */
static uint32_t find_dead(const ct_lanes *lanes, const ct_bins *bins, uint32_t bin, uint32_t mask, uint32_t hash,
                          const ct_lanes_found *found, unsigned n_found, uint32_t *number, int64_t *earliest_ns)
{
  const ct_bin *cell;
  uint32_t i, those;

  *earliest_ns = INT64_MAX;
  for (cell = &bins->bins[bin]; cell != NULL; cell = ct_bins_older(bins, cell))
    for (i = cell->head.n; i-- > 0;) {
      const ct_lane_record *record = &lanes->records[cell->node[i].number];

      *earliest_ns = MIN(*earliest_ns, ct_lanes_soonest(lanes, record));
      those = ct_lanes_dead(lanes, record, mask & bins->lanes);
      if (those != 0 && (those = lanes_met(lanes, cell->node[i], those, hash, found, n_found)) != 0) {
        *number = cell->node[i].number;
        return those;
      }
    }
  return 0;
}

static void reap_bin(ct_lanes *lanes, ct_bins *bins, uint32_t bin, uint32_t mask, uint32_t hash,
                     const ct_lanes_found *found, unsigned n_found)
{
  int64_t earliest_ns;
  uint32_t rest, number;

  while ((rest = find_dead(lanes, bins, bin, mask, hash, found, n_found, &number, &earliest_ns)) != 0)
    ct_lanes_end(lanes, rest, number, CT_REASON_END_TIMEOUT);
  ct_bins_set_earliest(bins, bin, earliest_ns);
}

void ct_lanes_reap(ct_lanes *lanes, uint32_t mask, uint32_t hash, const ct_lanes_found *found, unsigned n_found)
{
  uint32_t now_tick = ct_bins_tick(lanes->bins[0], lanes->engine->now_ns); /* all count from the same time */
  unsigned i;

  for (i = 0; i < lanes->n_bins; i++) {
    ct_bins *bins = lanes->bins[i];
    uint32_t at = ct_bins_of(bins, hash), from = at, to = at;

    if (bins->straddled) {
      from -= at > 0;
      to += at + 1 < bins->n;
    }
    for (; from <= to; from++)
      if (ct_bin_may_expire(&bins->bins[from], now_tick) && bins->lanes & mask)
        reap_bin(lanes, bins, from, mask, hash, found, n_found);
  }
}

/* --- the collector --- */

/* => 1 where it was dead and is collected. */
static uint32_t scan_node(ct_lanes *lanes, unsigned lane, uint32_t number, uint64_t early_limit)
{
  ct_lane *l = &lanes->lane[lane];
  const ct_lane_record *record = &lanes->records[number];

  if (!is_in(lanes, lane, number))
    return 0;
  if (ct_lane_deadline(lanes, record, lane) <= lanes->engine->now_ns) {
    ct_lanes_end(lanes, UINT32_C(1) << lane, number, CT_REASON_END_TIMEOUT);
    return 1;
  }
  ct_collector_weigh(&l->collector, &lanes->engine->params, ct_lane_deadline(lanes, record, lane),
                     lanes->engine->now_ns);
  if (early_limit != 0 && l->stats.count >= early_limit &&
      ct_proto_may_go_early(lanes->engine->params.profile, ct_lanes_entry(lanes, number)))
    ct_lanes_end(lanes, UINT32_C(1) << lane, number, CT_REASON_END_GC_EVICTED);
  return 0;
}

/*
 * The buckets before `end` that are in the list, and leave it. => false where the collector has had enough; its next
 * bucket is then set. (A walked node may be gone: ending one entry can end others.)
 */
static bool scan_list(ct_lanes *lanes, unsigned lane, uint32_t end, uint64_t early_limit, uint32_t *killed)
{
  ct_lane *l = &lanes->lane[lane];
  GArray *list = lanes->walk;
  guint i;

  for (i = 0; i < list->len && g_array_index(list, met, i).bucket < end; i++) {
    uint32_t bucket = g_array_index(list, met, i).bucket;

    *killed += scan_node(lanes, lane, g_array_index(list, met, i).number, early_limit);
    if (i + 1 < list->len && g_array_index(list, met, i + 1).bucket == bucket)
      continue;
    if (*killed > ct_collector_enough(&lanes->engine->params) && bucket + 1 < l->buckets) {
      l->collector.next_bucket = bucket + 1;
      return false;
    }
  }
  if (i > 0)
    g_array_remove_range(list, 0, i);
  return true;
}

/* Sixty-four bins at a time: those that hold something, and what is in them, are fetched together. */
static void prefetch_word(const ct_lanes *lanes, const ct_bins *bins, uint32_t word)
{
  uint64_t rest;
  uint32_t i;

  for (rest = (word + 1) * 64 < bins->n ? bins->occupied[word + 1] : 0; rest != 0; rest &= rest - 1)
    ct_pages_fetch(&bins->bins[(word + 1) * 64 + (uint32_t)__builtin_ctzll(rest)]);
  for (rest = bins->occupied[word]; rest != 0; rest &= rest - 1) {
    const ct_bin *bin = &bins->bins[word * 64 + (uint32_t)__builtin_ctzll(rest)];

    for (i = 0; i < bin->head.n; i++)
      ct_pages_fetch(&lanes->records[bin->node[i].number]);
  }
}

/* The buckets that end in a bin. One that goes on in the next bin waits for that. */
static bool scan_bin(ct_lanes *lanes, unsigned lane, uint32_t bin, uint32_t from, uint64_t early_limit,
                     uint32_t *killed)
{
  const ct_lane *l = &lanes->lane[lane];
  uint32_t end = l->buckets;

  if (bin + 1 < l->bins->n)
    end = ct_buckets_scale((uint32_t)ct_bins_start(l->bins, bin + 1), l->buckets);
  if (ct_bins_holds(l->bins, bin)) {
    add_bin(lanes, UINT32_C(1) << lane, bin, from, UINT32_MAX);
    ct_bins_look_at(l->bins, bin);
  }
  return scan_list(lanes, lane, end, early_limit, killed);
}

/* Empty bins are passed over: a capture with long gaps means a run a minute, and most of them find next to nothing. */
static bool scan_all(ct_lanes *lanes, unsigned lane, uint64_t early_limit)
{
  const ct_bins *bins = lanes->lane[lane].bins;
  uint32_t from = lanes->lane[lane].collector.next_bucket, killed = 0;
  uint32_t bin = ct_bins_of(bins, first_hash(from, lanes->lane[lane].buckets));

  for (; bin < bins->n; bin++) {
    uint64_t rest = bins->occupied[bin / 64] >> (bin % 64);

    if (bin % 64 == 0)
      prefetch_word(lanes, bins, bin / 64);
    if (lanes->walk->len == 0 && rest == 0) {
      bin |= 63;
      continue;
    }
    if (lanes->walk->len == 0)
      bin += (uint32_t)__builtin_ctzll(rest);
    if (!scan_bin(lanes, lane, bin, from, early_limit, &killed))
      return false;
  }
  return lanes->walk->len == 0 || scan_list(lanes, lane, lanes->lane[lane].buckets, early_limit, &killed);
}

void ct_lane_collect(ct_lanes *lanes, unsigned lane)
{
  ct_lane *l = &lanes->lane[lane];
  const ct_params *params = &lanes->engine->params;
  int64_t now_ns = lanes->engine->now_ns;
  uint64_t early_limit = ct_collector_begin(&l->collector, params, l->max, now_ns);
  bool whole;

  g_array_set_size(lanes->walk, 0);
  whole = scan_all(lanes, lane, early_limit);
  if (whole)
    l->collector.next_bucket = 0;
  ct_collector_end(&l->collector, params, now_ns, whole);
}
