/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timeouts decide when an entry ends, never what a packet is. So lanes whose timeouts differ have the same entry for as
 * long as trackers choose the same timeout for it: under TCP always, if only each is longer than the special ones in
 * all of these lanes or in none. Its deadline is then as much later in a lane as the timeout is longer there. Under
 * other protocols entries part where a timeout that differs may have been looked at.
 */
#include "conntrack/lanes/internal.h"

#define BIT(timeout) (UINT64_C(1) << (timeout))

/* --- which lanes are alike --- */

/*
 * choose_timeout and commit in proto/tcp.c compare each timeout with those of retransmissions and of unacknowledged
 * data.
 */
static bool chooses_alike(const ct_lane *a, const ct_lane *b)
{
  unsigned t;

  for (t = CT_TIMEOUT_TCP_NONE; t <= CT_TIMEOUT_TCP_UNACK; t++)
    if ((a->timeout_ns[t] > a->timeout_ns[CT_TIMEOUT_TCP_RETRANS]) !=
          (b->timeout_ns[t] > b->timeout_ns[CT_TIMEOUT_TCP_RETRANS]) ||
        (a->timeout_ns[t] > a->timeout_ns[CT_TIMEOUT_TCP_UNACK]) !=
          (b->timeout_ns[t] > b->timeout_ns[CT_TIMEOUT_TCP_UNACK]))
      return false;
  return true;
}

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
  a->kin |= (uint32_t)chooses_alike(a, b) << j;
}

void ct_lanes_compare(ct_lanes *lanes)
{
  unsigned i, j, t;

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

static uint8_t timeout_of(const ct_entry *entry)
{
  if (entry->proto == CT_PROTO_TCP && entry->l4.tcp.timeout >= CT_TIMEOUT_TCP_NONE &&
      entry->l4.tcp.timeout <= CT_TIMEOUT_TCP_UNACK)
    return entry->l4.tcp.timeout;
  return CT_LANES_ANY_TIMEOUT;
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
  record->timeout = timeout_of(entry) & CT_LANES_ANY_TIMEOUT;
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

/*
 * Every timeout that a tracker other than TCP's may have looked at when it left the entry as it is; more than it has
 * does no harm.
 */
static uint64_t may_have_asked(const ct_entry *entry)
{
  if (entry->proto == CT_PROTO_UDP)
    return BIT(CT_TIMEOUT_UDP) | (entry->status & CT_STATUS_SEEN_REPLY ? BIT(CT_TIMEOUT_UDP_STREAM) : 0);
  return ~(BIT(CT_TIMEOUT_TCP_UNACK + 1) - BIT(CT_TIMEOUT_TCP_NONE));
}

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

uint32_t ct_lanes_alike(const ct_lanes *lanes, uint32_t mask, const ct_entry *entry)
{
  const ct_lane *first = &lanes->lane[ct_lane_first(mask)];
  uint64_t timeouts;

  if (!(mask & ~first->timed))
    return mask;
  if (entry->proto == CT_PROTO_TCP)
    return mask & first->kin;
  timeouts = lanes->varied & may_have_asked(entry);
  return timeouts == 0 ? mask : same_values(lanes, mask, timeouts);
}
