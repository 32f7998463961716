/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Victims are entries that stay where they are found, in the index, with a bit for each lane that lost them: that a packet would
 * have belonged to one costs no look-up but its own.
 */
#include "internal.h"

enum { AHEAD = 4 };

static void let_go(ct_lanes *lanes, unsigned lane, ct_lane_victim victim)
{
  ct_lane_record *record = &lanes->records[victim.number];

  if (victim.number == 0 || (uint32_t)record->id != victim.id || !(record->victims >> lane & 1))
    return;
  record->victims &= ~(UINT32_C(1) << lane);
  ct_lanes_tidy(lanes, victim.number);
}

/* What the ring comes to next, nobody has looked at for long. */
static void prefetch_ring(const ct_lanes *lanes, const ct_lane *l)
{
  const ct_lane_victim *slot = &l->victims[l->next_victim];

  if (l->next_victim + 8 * AHEAD >= lanes->followed)
    return;
  ct_pages_fetch(&slot[8 * AHEAD]);
  ct_pages_fetch(&lanes->records[slot[2 * AHEAD].number]);
  if (lanes->records[slot[AHEAD].number].lanes == 0)
    ct_pages_fetch(ct_lanes_entry(lanes, slot[AHEAD].number));
}

void ct_lane_victim_add(ct_lanes *lanes, unsigned lane, uint32_t number)
{
  ct_lane *l = &lanes->lane[lane];
  ct_lane_victim *slot;

  if (l->victims == NULL)
    l->victims = g_new0(ct_lane_victim, lanes->followed);
  slot = &l->victims[l->next_victim];
  prefetch_ring(lanes, l);
  l->next_victim = l->next_victim + 1 == lanes->followed ? 0 : l->next_victim + 1;
  let_go(lanes, lane, *slot);
  *slot = (ct_lane_victim){ number, (uint32_t)lanes->records[number].id };
  lanes->records[number].victims |= UINT32_C(1) << lane;
}

/* Where it would not have been gone by now anyway. */
static uint32_t lanes_in_time(const ct_lanes *lanes, const ct_lane_record *record, int64_t time_ns)
{
  uint32_t rest, in_time = 0;

  if (!ct_lanes_is_spread(lanes, record))
    return time_ns < record->deadline_ns ? lanes->all : 0;
  for (rest = lanes->all; rest != 0; rest &= rest - 1)
    if (time_ns < ct_lane_deadline(lanes, record, ct_lane_first(rest)))
      in_time |= rest & -rest;
  return in_time;
}

unsigned ct_lanes_missing(const ct_lanes *lanes, uint32_t mask, const ct_packet *packet, ct_lanes_miss *misses)
{
  const ct_table *table = &lanes->engine->table;
  uint32_t at, number;
  unsigned n = 0;
  ct_dir dir;

  for (number = ct_table_each_first(table, packet->hash, &at); number != 0 && n < CT_LANES_MOST;
       number = ct_table_each_next(table, packet->hash, &at)) {
    const ct_lane_record *record = &lanes->records[number];

    if (record->victims & mask && ct_table_is_of(table, number, &packet->tuple, &dir))
      misses[n++] = (ct_lanes_miss){ { number, (uint32_t)record->id }, record->victims & mask, lanes_in_time(lanes, record, packet->time_ns) };
  }
  return n;
}

void ct_lanes_count_missed(ct_lanes *lanes, const ct_lanes_miss *misses, unsigned n)
{
  for (; n-- > 0; misses++) {
    ct_lane_record *record = &lanes->records[misses->victim.number];
    uint32_t rest = record->victims & misses->lanes;

    if ((uint32_t)record->id != misses->victim.id || rest == 0)
      continue; /* forgotten meanwhile: the packet has made newer victims */
    record->victims &= ~rest;
    for (rest &= misses->in_time; rest != 0; rest &= rest - 1)
      lanes->lane[ct_lane_first(rest)].stats.missed++;
    ct_lanes_tidy(lanes, misses->victim.number);
  }
}
