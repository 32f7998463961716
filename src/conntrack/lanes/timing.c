/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timeouts decide when an entry ends, never what a packet is. So lanes whose timeouts differ have the same entry for as
 * long as its tracker would have done the same with them, which the tracker says itself (ct_timing in proto.h). Where
 * it chooses between timeouts, and chooses alike, the deadline is as much later in a lane as the chosen timeout is
 * longer there. Entries part where a timeout that differs may have been asked of.
 */
#include "conntrack/lanes/internal.h"

#define BIT(timeout) (UINT64_C(1) << (timeout))

/* --- which lanes are alike --- */

static void compare(ct_lanes *lanes, unsigned i, unsigned j)
{
  ct_lane *a = &lanes->lane[i], *b = &lanes->lane[j];
  uint64_t differ = 0;
  unsigned t;

  for (t = 0; t < CT_TIMEOUT_COUNT; t++)
    if (a->timeout_ns[t] != b->timeout_ns[t])
      differ |= BIT(t);
  lanes->varied |= differ;
  a->sized |= (uint32_t)(a->buckets == b->buckets) << j;
  a->timed |= (uint32_t)(differ == 0) << j;
  a->kin |= (uint32_t)ct_proto_choose_alike(lanes->engine->params.profile, a->timeout_ns, b->timeout_ns) << j;
}

void ct_lanes_compare(ct_lanes *lanes)
{
  unsigned i, j, t;

  lanes->choices = ct_proto_choices(lanes->engine->params.profile);
  for (i = 0; i < lanes->n; i++)
    for (j = 0; j < lanes->n; j++)
      compare(lanes, i, j);
  for (t = 0; t < CT_TIMEOUT_COUNT; t++) {
    lanes->least_ns[t] = INT64_MAX;
    for (i = 0; i < lanes->n; i++)
      lanes->least_ns[t] = MIN(lanes->least_ns[t], lanes->lane[i].timeout_ns[t]);
  }
}

/* --- deadlines --- */

ct_entry *ct_lanes_act_on(ct_lanes *lanes, uint32_t number, uint32_t mask)
{
  ct_lane_record *record = &lanes->records[number];
  ct_entry *entry = ct_lanes_entry(lanes, number);

  ct_lanes_act(lanes, mask);
  if (ct_lanes_is_spread(lanes, record)) {
    entry->deadline_ns = record->deadline_ns = ct_lane_deadline(lanes, record, ct_lane_first(mask));
    record->of = ct_lane_first(mask) & 31;
  }
  return entry;
}

/* The timeout that the entry's deadline was set by, where that may differ between its lanes. */
static inline unsigned chosen(const ct_lanes *lanes, const ct_entry *entry)
{
  const ct_proto *proto = lanes->protos[entry->proto];
  ct_timeout timeout;

  if (lanes->varied == 0 || proto->timing == NULL || proto->timing->choices == 0)
    return CT_LANES_ANY_TIMEOUT;
  timeout = proto->timeout(entry);
  return proto->timing->choices & BIT(timeout) ? timeout : CT_LANES_ANY_TIMEOUT;
}

void ct_lanes_copy(ct_lanes *lanes, uint32_t number)
{
  const ct_entry *entry = ct_lanes_entry(lanes, number);
  ct_lane_record *record = &lanes->records[number];
  int64_t before_ns = ct_lanes_soonest(lanes, record);
  unsigned i;

  record->extended = entry->ext != 0;
  record->assured = (entry->status & CT_STATUS_ASSURED) != 0;
  record->deadline_ns = entry->deadline_ns;
  record->timeout = chosen(lanes, entry) & CT_LANES_ANY_TIMEOUT;
  record->of = ct_lane_first(lanes->acting) & 31;
  if (!ct_lanes_is_spread(lanes, record) || ct_lanes_soonest(lanes, record) >= before_ns)
    return;
  /*
   * The tracker has told of it where the deadline of the lane it acted for is sooner, but in others it may be so alone.
   */
  for (i = 0; i < lanes->n_bins; i++)
    if (lanes->bins[i]->lanes & record->lanes)
      ct_bins_sooner(lanes->bins[i], record->hash, ct_lanes_soonest(lanes, record));
}

/* --- entries that part --- */

/* The lanes of the mask that have the first's values of these timeouts. */
static uint32_t same_values(const ct_lanes *lanes, uint32_t mask, uint64_t timeouts)
{
  const ct_lane *first = &lanes->lane[ct_lane_first(mask)];
  uint32_t rest, same = mask & first->timed;
  uint64_t t;

  for (rest = mask & ~first->timed; rest != 0; rest &= rest - 1) {
    const ct_lane *l = &lanes->lane[ct_lane_first(rest)];

    for (t = timeouts; t != 0 && l->timeout_ns[__builtin_ctzll(t)] == first->timeout_ns[__builtin_ctzll(t)]; t &= t - 1)
      ;
    if (t == 0)
      same |= rest & -rest;
  }
  return same;
}

uint32_t ct_lanes_alike(const ct_lanes *lanes, uint32_t mask, const ct_entry *entry, const ct_packet *packet,
                        ct_track verdict)
{
  const ct_lane *first = &lanes->lane[ct_lane_first(mask)];
  const ct_timing *timing;
  uint64_t asked;

  if (!(mask & ~first->timed))
    return mask;
  timing = lanes->protos[entry->proto]->timing;
  asked = lanes->varied & (timing ? timing->asked(entry, packet, verdict) : ~lanes->choices);
  if (timing && timing->choices != 0)
    mask &= first->kin;
  return asked == 0 ? mask : same_values(lanes, mask, asked);
}
