/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that the next packets will need, fetched while this one is tracked. In full tables one thing leads to the
 * other: the packet to its chains, these to the victims, and a victim to the chain of its answer. So what a packet
 * needs is fetched in steps, each a packet later than the one before, in every lane. That is soon enough, as a packet
 * takes long through many lanes, and late enough to be still in the nearest cache when its turn comes: a whole run of
 * packets fetched for at once pushes itself out of it.
 */
#include <string.h>

#include "conntrack/lanes/internal.h"

enum { STEPS = 4, CANDIDATES = 4, NEXT_CHAINS = 3 };

uint32_t ct_lanes_hash_of_answer(const ct_lanes *lanes, const ct_tuple *tuple)
{
  ct_tuple inverse;

  ct_tuple_invert(tuple, &inverse);
  return ct_buckets_hash(lanes->hash_state, &inverse);
}

const uint32_t *ct_lanes_hashes_of(const ct_lanes *lanes, const ct_packet *packet, const ct_tuple *tuple)
{
  uintptr_t at = ((uintptr_t)packet - (uintptr_t)lanes->told) / sizeof(*packet);

  if (at >= lanes->n_told || tuple != &packet->tuple || packet->flags & CT_PACKET_ANSWER ||
      memcmp(&lanes->ahead[at].tuple, tuple, sizeof(*tuple)) != 0)
    return NULL;
  return lanes->ahead[at].hash;
}

/* The packet's own chains, and the versions of its connection. */
static void fetch_first(const ct_lanes *lanes, const ct_lanes_ahead *ahead)
{
  const ct_table *table = &lanes->engine->table;
  uint32_t at, number;
  unsigned i;

  for (i = 0; i < lanes->n_bins; i++)
    ct_bins_prefetch(lanes->bins[i], ahead->hash[0]);
  number = ct_table_each_first(table, ahead->table_hash, &at);
  if (number == 0)
    ct_table_fetch_entry(table, table->free_entry != 0 ? table->free_entry : table->top + STEPS);
  for (; number != 0; number = ct_table_each_next(table, ahead->table_hash, &at)) {
    ct_pages_fetch(&lanes->records[number]);
    ct_table_fetch_entry(table, number);
  }
}

/* => the lanes in which the packet finds no entry, if it comes to nothing before it. */
static uint32_t lanes_without(const ct_lanes *lanes, uint32_t table_hash)
{
  const ct_table *table = &lanes->engine->table;
  uint32_t at, number, with = 0;

  for (number = ct_table_each_first(table, table_hash, &at); number != 0;
       number = ct_table_each_next(table, table_hash, &at))
    with |= lanes->records[number].lanes;
  return lanes->all & ~with;
}

static void fetch_bins_behind(const ct_bins *bins, const ct_bin *bin)
{
  uint32_t j;

  for (j = 1; j <= NEXT_CHAINS; j++)
    ct_pages_fetch(&bins->bins[((size_t)(bin - bins->bins) + j) & (bins->n - 1)]);
}

/*
 * Where it will make an entry, or bring its deadline nearer, the answer's chains; and the chains behind its own where
 * it will look for a victim there.
 */
static void fetch_chains(const ct_lanes *lanes, ct_lanes_ahead *ahead)
{
  uint32_t those;
  unsigned i;

  ahead->begins = lanes_without(lanes, ahead->table_hash);
  those = ahead->shortens ? lanes->all : ahead->begins;
  if (those == 0)
    return;
  ahead->hash[1] = ct_lanes_hash_of_answer(lanes, &ahead->tuple);
  for (i = 0; i < lanes->n_bins; i++) {
    const ct_bins *bins = lanes->bins[i];
    const ct_bin *bin = &bins->bins[ct_bins_of(bins, ahead->hash[0])];

    if (bins->lanes & those)
      ct_bins_prefetch(bins, ahead->hash[1]);
    if (bins->lanes & ahead->begins & lanes->full && (bin->head.assured || bin->head.n == 0))
      fetch_bins_behind(bins, bin);
  }
}

/*
 * In a full table somebody in the new entry's own bucket goes first, or in the next ones where it is known that nobody
 * there can. (Where buckets are not bins, this is a guess.)
 */
static const ct_bin *first_open(const ct_bins *bins, uint32_t hash)
{
  uint32_t i, at = ct_bins_of(bins, hash);

  for (i = 0; i < CT_EVICTION_BUCKETS - 1 && (bins->bins[at].head.assured || bins->bins[at].head.n == 0); i++)
    at = (at + 1) & (bins->n - 1);
  return &bins->bins[at];
}

/*
 * Entries of a bin that may go; 0, which is nobody's number, for what is none. No branches here: so many nodes are
 * looked at, which are all in most bins.
 */
static inline uint32_t candidate(const ct_bin *bin, uint32_t i)
{
  return bin->node[i].number & (0u - (uint32_t)((i < bin->head.n) & !bin->node[i].assured));
}

/* Whether a lane in which the packet begins something would have to evict with so many more. */
static bool will_be_full(const ct_lanes *lanes, const ct_lanes_ahead *ahead, const ct_bins *bins, uint32_t more)
{
  uint32_t those = bins->lanes & ahead->begins & lanes->full;
  const ct_lane *l;

  if (those == 0)
    return false;
  l = &lanes->lane[ct_lane_first(those)];
  return l->stats.count + more > l->limit;
}

static void fetch_victims(const ct_lanes *lanes, const ct_lanes_ahead *ahead)
{
  uint32_t i, j;

  for (i = 0; i < lanes->n_bins; i++)
    if (will_be_full(lanes, ahead, lanes->bins[i], 2)) {
      const ct_bin *bin = first_open(lanes->bins[i], ahead->hash[0]);

#pragma GCC unroll 4
      for (j = 0; j < CANDIDATES; j++)
        ct_pages_fetch(&lanes->records[candidate(bin, j)]);
    }
}

/* Out of the bucket of its answer as well; and where all of them turn out to be ASSURED, others will be looked for. */
static void fetch_answers(const ct_lanes *lanes, const ct_lanes_ahead *ahead)
{
  uint32_t i, j;

  for (i = 0; i < lanes->n_bins; i++)
    if (will_be_full(lanes, ahead, lanes->bins[i], 1)) {
      const ct_bin *bin = first_open(lanes->bins[i], ahead->hash[0]);
      uint32_t all = 1;

#pragma GCC unroll 4
      for (j = 0; j < CANDIDATES; j++) {
        const ct_lane_record *record = &lanes->records[candidate(bin, j)];

        all &= record->assured;
        ct_bins_prefetch(lanes->bins[i], record->hash[record->hash[0] == bin->node[j].hash]);
      }
      if (all)
        fetch_bins_behind(lanes->bins[i], bin);
    }
}

static void step(ct_lanes *lanes, size_t at, unsigned which)
{
  if (at >= lanes->n_told)
    return;
  if (which == 0)
    fetch_first(lanes, &lanes->ahead[at]);
  else if (which == 1)
    fetch_chains(lanes, &lanes->ahead[at]);
  else if (lanes->full == 0)
    return;
  else if (which == 2)
    fetch_victims(lanes, &lanes->ahead[at]);
  else
    fetch_answers(lanes, &lanes->ahead[at]);
}

void ct_lanes_look_ahead(ct_lanes *lanes, const ct_packet *packet)
{
  size_t at = ((uintptr_t)packet - (uintptr_t)lanes->told) / sizeof(*packet);
  unsigned i;

  if (at < lanes->n_told)
    for (i = 0; i < STEPS; i++)
      step(lanes, at + STEPS - i, i);
}

static void tell_of(const ct_lanes *lanes, ct_lanes_ahead *ahead, const ct_packet *packet)
{
  const ct_timing *timing = NULL;

  if (packet->kind == CT_PACKET_TRACK)
    timing = lanes->protos[packet->tuple.proto]->timing;
  ahead->tuple = packet->tuple;
  ahead->table_hash = packet->hash;
  ahead->hash[0] = ct_buckets_hash(lanes->hash_state, &packet->tuple);
  ahead->hash[1] = 0;
  ahead->shortens = timing && timing->shortens && timing->shortens(packet);
}

void ct_lanes_prefetch(ct_lanes *lanes, const ct_packet *packets, size_t n)
{
  unsigned lane;
  size_t i, j;

  n = MIN(n, CT_PREFETCH_MOST);
  lanes->told = packets;
  lanes->n_told = n;
  lanes->full = 0;
  for (lane = 0; lane < lanes->n && lanes->records != NULL; lane++)
    if (lanes->lane[lane].stats.count + n > lanes->lane[lane].limit)
      lanes->full |= UINT32_C(1) << lane;
  for (i = 0; i < n; i++) {
    ct_table_prefetch_slot(&lanes->engine->table, packets[i].hash);
    tell_of(lanes, &lanes->ahead[i], &packets[i]);
  }
  for (i = 0; i < STEPS; i++)
    for (j = 0; j < STEPS - i; j++)
      step(lanes, j, (unsigned)i);
}
