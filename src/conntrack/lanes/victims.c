/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who was evicted, and who expired, stays where it is found, in the index, with a bit for each lane that lost it: that
 * a packet would have belonged to it costs no look-up but its own, and no memory as long as some lane has the entry.
 * Those that none has any more wait in a queue until it is too long ago that one of their packets was seen; those that
 * were evicted, no longer than they would have lived. It is counted in packets, which all lanes see, so that what a
 * lane remembers does not depend on which lanes there are beside it. The queue is in the order in which they left their
 * last lane: one may wait behind another that is remembered for longer.
 *
 * A lane has lost one entry of a tuple at most, since the first packet that finds none there ends its being remembered.
 * So the entry's state is still the one in which the lane lost it, though other lanes may have it.
 */
#include "conntrack/goes_on.h"
#include "conntrack/lanes/internal.h"

enum { QUEUE_FIRST = 1024, LOOKED_AT = 2 /* a victim that comes */, AHEAD = 8, HELPED_SHARE = 16 };

/* Frees what is in no lane; it is nobody's victim any more. */
static void free_entry(ct_lanes *lanes, uint32_t number)
{
  ct_entry *entry = ct_lanes_entry(lanes, number);

  ct_table_remove(&lanes->engine->table, entry);
  ct_table_give(&lanes->engine->table, entry);
}

/* Of an entry, the lanes in which it would not have been gone by now. */
static uint32_t lanes_in_time(const ct_lanes *lanes, const ct_lane_record *record)
{
  int64_t now_ns = lanes->engine->now_ns;
  uint32_t rest, in_time = 0;

  if (!ct_lanes_is_spread(lanes, record))
    return now_ns < record->deadline_ns ? lanes->all : 0;
  for (rest = lanes->all; rest != 0; rest &= rest - 1)
    if (now_ns < ct_lane_deadline(lanes, record, ct_lane_first(rest)))
      in_time |= rest & -rest;
  return in_time;
}

void ct_lanes_touch(ct_lanes *lanes, uint32_t number)
{
  ct_lanes_entry(lanes, number)->last_seen = (uint32_t)(lanes->n_packets >> CT_LANES_SEEN_SHIFT);
}

/* Of the lanes that lost an entry, those that remember it, as far as packets decide that. (Modulo 2^40 packets.) */
static uint32_t lanes_that_remember(const ct_lanes *lanes, uint32_t number)
{
  uint32_t ago = (uint32_t)(lanes->n_packets >> CT_LANES_SEEN_SHIFT) - ct_lanes_entry(lanes, number)->last_seen, rest,
           those = 0;

  for (rest = lanes->records[number].lost; rest != 0; rest &= rest - 1)
    if (ago <= lanes->lane[ct_lane_first(rest)].remembered >> CT_LANES_SEEN_SHIFT)
      those |= rest & -rest;
  return those;
}

/*
 * What has a helper has an entry in each lane, and so is remembered for less time: or many lanes would follow many
 * times as many.
 */
static void shorten(ct_lanes *lanes, uint32_t number, unsigned lane)
{
  const uint32_t remembered = lanes->lane[lane].remembered;

  ct_lanes_entry(lanes, number)->last_seen -= (remembered - remembered / HELPED_SHARE) >> CT_LANES_SEEN_SHIFT;
}

void ct_lanes_add_victim(ct_lanes *lanes, uint32_t number, uint32_t mask)
{
  ct_lane_record *record = &lanes->records[number];

  record->lost |= mask;
  if (record->extended)
    shorten(lanes, number, ct_lane_first(mask));
}

void ct_lanes_add_expired(ct_lanes *lanes, uint32_t number, uint32_t mask)
{
  ct_lane_record *record = &lanes->records[number];

  lanes->expired[number] = (record->some_expired ? lanes->expired[number] : 0) | mask;
  record->some_expired = 1;
  ct_lanes_add_victim(lanes, number, mask);
}

/* Of the lanes that lost an entry, those in which it expired. */
static uint32_t lanes_of_expired(const ct_lanes *lanes, uint32_t number)
{
  return lanes->records[number].some_expired ? lanes->expired[number] & lanes->records[number].lost : 0;
}

/* Those that lost it and may count it still, whether as missed or as cut. */
static uint32_t lanes_that_may_count(const ct_lanes *lanes, uint32_t number)
{
  return lanes_that_remember(lanes, number) &
         (lanes_in_time(lanes, &lanes->records[number]) | lanes_of_expired(lanes, number));
}

/* --- the queue --- */

/* It is nobody's victim any more. */
static void forget(ct_lanes *lanes, uint32_t number)
{
  lanes->records[number].lost = 0;
  free_entry(lanes, number);
}

static ct_lane_victim *place(const ct_lanes *lanes, uint32_t behind)
{
  return &lanes->queue[(lanes->queue_first + behind) & (lanes->queue_size - 1)];
}

static void enqueue(ct_lanes *lanes, ct_lane_victim victim)
{
  if (lanes->queue_n == lanes->queue_size) {
    uint32_t size = MAX(lanes->queue_size * 2, QUEUE_FIRST), i;
    ct_lane_victim *queue = g_new0(ct_lane_victim, size);

    for (i = 0; i < lanes->queue_n; i++)
      queue[i] = *place(lanes, i);
    g_free(lanes->queue);
    lanes->queue = queue;
    lanes->queue_size = size;
    lanes->queue_first = 0;
  }
  lanes->queue_n++;
  *place(lanes, lanes->queue_n - 1) = victim;
}

/* It has not been missed meanwhile; otherwise another entry may have its number. */
static bool waits(const ct_lanes *lanes, ct_lane_victim victim)
{
  const ct_lane_record *record = &lanes->records[victim.number];

  return (uint32_t)record->id == victim.id && record->lanes == 0 && record->lost != 0;
}

/* What the queue comes to next, nobody has looked at for long. */
static void fetch_queue(const ct_lanes *lanes)
{
  const ct_lane_victim *soon = place(lanes, 2 * AHEAD), *next = place(lanes, AHEAD);

  ct_pages_fetch(&lanes->records[soon->number]);
  ct_table_fetch_entry(&lanes->engine->table, soon->number);
  if (waits(lanes, *next))
    ct_table_prefetch_removal(&lanes->engine->table, ct_lanes_entry(lanes, next->number));
}

/* Nobody remembers it: they forgot it, but for those in which it would not have lived so long. */
static void note_forgotten(ct_lanes *lanes, uint32_t number)
{
  lanes->forgot |=
    lanes->records[number].lost & (lanes_in_time(lanes, &lanes->records[number]) | lanes_of_expired(lanes, number));
}

/* => false where it has to wait on. */
static bool pass_first(ct_lanes *lanes)
{
  ct_lane_victim victim = *place(lanes, 0);

  if (waits(lanes, victim)) {
    if (lanes_that_may_count(lanes, victim.number) != 0)
      return false;
    note_forgotten(lanes, victim.number);
    forget(lanes, victim.number);
  }
  lanes->queue_first = (lanes->queue_first + 1) & (lanes->queue_size - 1);
  lanes->queue_n--;
  return true;
}

void ct_lanes_leave(ct_lanes *lanes, uint32_t number)
{
  const ct_lane_record *record = &lanes->records[number];
  unsigned i;

  if (record->lost == 0 || !(record->lost & (lanes_in_time(lanes, record) | lanes_of_expired(lanes, number)))) {
    forget(lanes, number); /* who misses it would not have found it any more */
    return;
  }
  enqueue(lanes, (ct_lane_victim){ number, (uint32_t)record->id });
  if (lanes->queue_n > 2 * AHEAD)
    fetch_queue(lanes);
  for (i = 0; i < LOOKED_AT && lanes->queue_n > 0 && pass_first(lanes); i++)
    ;
}

/* --- misses --- */

/* What the packet, in those of the mask that lost this entry, makes of that. */
static ct_lanes_miss miss(ct_lanes *lanes, uint32_t mask, const ct_packet *packet, uint32_t number)
{
  const ct_lane_record *record = &lanes->records[number];
  const ct_entry *entry = ct_lanes_entry(lanes, number);
  uint32_t remember = lanes_that_remember(lanes, number), expired = lanes_of_expired(lanes, number);
  ct_lanes_miss m = { .victim = { number, (uint32_t)record->id }, .lanes = record->lost & mask };

  if (packet->kind != CT_PACKET_TRACK)
    m.lanes &= expired;
  if (packet->reason != CT_REASON_NONE)
    m.lanes &= ~expired;
  lanes->forgot |= m.lanes & ~remember & (expired | lanes_in_time(lanes, record));
  m.remembered = lanes_in_time(lanes, record) & remember & ~expired;
  m.cut = ct_packet_goes_on(packet, lanes->engine->params.profile, (uint8_t)entry->state) ? remember & expired : 0;
  return m;
}

unsigned ct_lanes_missing(ct_lanes *lanes, uint32_t mask, const ct_packet *packet, const ct_tuple *tuple,
                          uint32_t table_hash, ct_lanes_miss *misses)
{
  const ct_table *table = &lanes->engine->table;
  uint32_t at, number;
  unsigned n = 0;
  ct_dir dir;

  for (number = ct_table_each_first(table, table_hash, &at); number != 0 && n < CT_LANES_MOST;
       number = ct_table_each_next(table, table_hash, &at))
    if (lanes->records[number].lost & mask && ct_table_is_of(table, number, tuple, &dir))
      misses[n++] = miss(lanes, mask, packet, number);
  return n;
}

void ct_lanes_count_missed(ct_lanes *lanes, const ct_lanes_miss *misses, unsigned n)
{
  for (; n-- > 0; misses++) {
    ct_lane_record *record = &lanes->records[misses->victim.number];
    uint32_t those = record->lost & misses->lanes, rest;

    if ((uint32_t)record->id != misses->victim.id || those == 0)
      continue; /* forgotten meanwhile: the packet has made newer victims */
    record->lost &= ~those;
    for (rest = those & misses->remembered; rest != 0; rest &= rest - 1)
      lanes->lane[ct_lane_first(rest)].stats.missed++;
    for (rest = those & misses->cut; rest != 0; rest &= rest - 1)
      lanes->lane[ct_lane_first(rest)].stats.cut++;
    if (record->lanes == 0 && record->lost == 0)
      free_entry(lanes, misses->victim.number);
  }
}
