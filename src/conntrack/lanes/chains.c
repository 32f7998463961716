/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chains of lanes: how long one is, and which lanes share theirs. */
#include "conntrack/lanes/internal.h"

uint32_t ct_lane_chain_length(const ct_lanes *lanes, unsigned lane, uint32_t hash)
{
  const ct_lane *l = &lanes->lane[lane];
  uint32_t bucket = ct_buckets_scale(hash, l->buckets), first, last, i, length = 0;
  const ct_bin *cell;

  ct_lane_bins_of(l, ct_bins_of(l->bins, hash), bucket, &first, &last);
  for (; first <= last; first++)
    for (cell = &l->bins->bins[first]; cell != NULL; cell = ct_bins_older(l->bins, cell))
      for (i = 0; i < cell->head.n; i++)
        length += ct_buckets_scale(cell->node[i].hash, l->buckets) == bucket &&
                  lanes->records[cell->node[i].number].lanes >> lane & 1;
  return length;
}

/* --- shared, until one loses something --- */

static void list_bins(ct_lanes *lanes)
{
  unsigned i, j;

  lanes->n_bins = 0;
  for (i = 0; i < lanes->n; i++) {
    for (j = 0; j < lanes->n_bins && lanes->bins[j] != lanes->lane[i].bins; j++)
      ;
    if (j == lanes->n_bins)
      lanes->bins[lanes->n_bins++] = lanes->lane[i].bins;
  }
}

static void share(ct_lanes *lanes, ct_bins *bins, uint32_t mask)
{
  uint32_t buckets[CT_LANES_MOST];
  unsigned i;

  for (i = 0; i < lanes->n; i++)
    buckets[i] = lanes->lane[i].buckets;
  ct_bins_share(bins, mask, buckets);
}

typedef struct users {
  const ct_lane_record *records;
  uint32_t lanes;
} users;

static bool is_of_users(uint32_t number, void *data)
{
  const users *u = data;

  return u->records[number].lanes & u->lanes;
}

/* What is left of shared chains when some lanes have gone: without those dead that only they had not collected yet. */
static void drop_strangers(const ct_lanes *lanes, ct_bins *bins)
{
  users u = { lanes->records, bins->lanes };

  if (!bins->mixed)
    return;
  bins->mixed = (bins->lanes & (bins->lanes - 1)) != 0;
  ct_bins_sift(bins, is_of_users, &u);
}

void ct_lane_part(ct_lanes *lanes, unsigned lane)
{
  uint32_t sized = lanes->lane[lane].sized, rest;
  ct_bins *old = lanes->lane[lane].bins, *own;

  if (old->lanes == sized)
    return;
  own = g_new(ct_bins, 1);
  ct_bins_copy(own, old);
  share(lanes, own, sized);
  drop_strangers(lanes, own);
  share(lanes, old, old->lanes & ~sized);
  drop_strangers(lanes, old);
  for (rest = sized; rest != 0; rest &= rest - 1)
    lanes->lane[ct_lane_first(rest)].bins = own;
  list_bins(lanes);
}
