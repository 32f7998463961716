/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet's way through all lanes: what core.c of the engine does, once for every version of its connection and once
 * for the lanes that know no such connection.
 */
#include <string.h>

#include "conntrack/helper/list.h"
#include "conntrack/lanes/internal.h"
#include "conntrack/way.h"

/* A packet as the chains see it: an ICMP answer is looked up by its request's tuple, but hashed by its own. */
typedef struct passing {
  const ct_packet *packet;
  const ct_tuple *tuple; /* that it is looked up by */
  ct_tuple own;          /* that stands in it */
  uint32_t table_hash;
  uint32_t hash;       /* of own */
  uint32_t reply_hash; /* of its answer; 0: not known yet */
} passing;

static void passing_init(ct_lanes *lanes, passing *p, const ct_packet *packet, const ct_tuple *tuple,
                         uint32_t table_hash)
{
  const uint32_t *hashes = ct_lanes_hashes_of(lanes, packet, tuple);

  p->packet = packet;
  p->tuple = tuple;
  p->table_hash = table_hash;
  if (ct_way_own_tuple(packet, tuple, &p->own) == tuple)
    p->own = *tuple;
  p->hash = hashes ? hashes[0] : ct_buckets_hash(lanes->hash_state, &p->own);
  p->reply_hash = hashes ? hashes[1] : 0;
}

/* --- what is known of it --- */

/* An expired entry of the packet's own tuple is in no lane's way any more. => false where it was one. */
static bool is_alive(ct_lanes *lanes, uint32_t number, uint32_t mask)
{
  uint32_t dead = ct_lanes_dead(lanes, &lanes->records[number], mask);

  if (dead == 0)
    return true;
  ct_lanes_end_all(lanes, dead, number, CT_REASON_END_TIMEOUT);
  return false;
}

/* The versions of the packet's connection that lanes of the mask have, each in lanes of its own. => how many. */
static unsigned find_versions(ct_lanes *lanes, const passing *p, uint32_t mask, ct_lanes_found *found)
{
  const ct_table *table = &lanes->engine->table;
  uint32_t at, number = ct_table_each_first(table, p->table_hash, &at);
  unsigned n = 0;

  while (number != 0) {
    bool stays = true;

    if (lanes->records[number].lanes & mask && ct_table_is_of(table, number, p->tuple, &found[n].dir)) {
      if (is_alive(lanes, number, mask)) {
        found[n].number = number;
        found[n].lanes = lanes->records[number].lanes & mask;
        if (p->packet->flags & CT_PACKET_ANSWER)
          found[n].dir = CT_REPLY;
        n++;
      } else {
        stays = false;
        n = 0;
      }
    }
    /* What has ended may have left a gap, into which others move. */
    number = stays ? ct_table_each_next(table, p->table_hash, &at) : ct_table_each_first(table, p->table_hash, &at);
  }
  return n;
}

/*
 * Looks a packet up in lanes of the mask, in whose chains the dead are collected that it comes by. Where one of those
 * was a master whose helper ends others with it, what was found may have been among them: then it is looked up again.
 * => as find_versions
 */
static unsigned look_up(ct_lanes *lanes, const passing *p, uint32_t mask, ct_lanes_found *found)
{
  unsigned n = find_versions(lanes, p, mask, found), i, stay;

  for (;;) {
    ct_lanes_reap(lanes, mask, p->hash, found, n);
    for (i = stay = 0; i < n; i++)
      stay += (lanes->records[found[i].number].lanes & mask) == found[i].lanes;
    if (stay == n)
      return n;
    n = find_versions(lanes, p, mask, found);
  }
}

/* --- one version --- */

static void count_invalid(ct_lanes *lanes, uint32_t rest)
{
  for (; rest != 0; rest &= rest - 1)
    lanes->lane[ct_lane_first(rest)].stats.invalid++;
}

static void count_drop(ct_lanes *lanes, uint32_t rest)
{
  lanes->changed |= rest;
  for (; rest != 0; rest &= rest - 1)
    lanes->lane[ct_lane_first(rest)].stats.drop++;
}

static void count_drop_by_tracker(ct_lanes *lanes, uint32_t rest)
{
  count_drop(lanes, rest);
  for (; rest != 0; rest &= rest - 1)
    lanes->lane[ct_lane_first(rest)].stats.by_tracker++;
}

/* The tracker has not accepted the packet. */
static void count_verdict(ct_lanes *lanes, uint32_t mask, ct_track verdict)
{
  if (verdict == CT_TRACK_INVALID)
    count_invalid(lanes, mask);
  else if (verdict == CT_TRACK_DROP)
    count_drop_by_tracker(lanes, mask);
}

/* The confirm hook, as far as it is a helper's. => false where that refused the packet. */
static bool help(ct_lanes *lanes, ct_entry *entry, const ct_packet *packet, ct_result *result)
{
  if (!ct_way_is_helped(lanes->engine, entry, result))
    return true;
  lanes->due_unknown = true;
  return ct_way_help(lanes->engine, entry, packet, result);
}

/* => what the tracker said. */
static ct_track track_alike(ct_lanes *lanes, const passing *p, uint32_t number, ct_dir dir)
{
  ct_entry *entry = ct_lanes_entry(lanes, number);
  ct_result result;
  ct_track verdict;

  memset(&result, 0, sizeof(result));
  verdict = ct_way_judge(lanes->engine, entry, dir, p->packet, &result);
  switch (verdict) {
  case CT_TRACK_REPEAT:
  case CT_TRACK_GONE: return verdict;
  case CT_TRACK_ACCEPT:
    ct_way_note_reply(entry, &result);
    if (entry->ext != 0 && !help(lanes, entry, p->packet, &result))
      lanes->changed |= lanes->acting;
    break;
  default: break;
  }
  ct_lanes_copy(lanes, number);
  ct_lanes_touch(lanes, number);
  return verdict;
}

/*
 * Tracked as the first lane's timeouts have it; where others would have made something else of it, they part from it
 * with the entry as it was, and track it on their own. (What a packet does to an entry that it ends does not depend on
 * timeouts.)
 * => the lanes for which the entry was ended, to be looked up again.
 */
static uint32_t track_version(ct_lanes *lanes, const passing *p, const ct_lanes_found *found)
{
  uint32_t number = found->number, mask = found->lanes, alike;
  ct_track verdict;

  if (lanes->records[number].lanes &
      ~mask) { /* the packet is something else to its other lanes: a GRE packet whose keys differ */
    const ct_entry before = *ct_lanes_entry(lanes, number);

    ct_lanes_act(lanes, mask);
    number = ct_lanes_split(lanes, number, mask, &before);
  }
  for (;;) {
    const ct_entry *entry = ct_lanes_act_on(lanes, number, mask);
    bool of_one = !(mask & ~lanes->lane[ct_lane_first(mask)].timed);
    ct_entry before;

    if (!of_one)
      before = *entry;
    verdict = track_alike(lanes, p, number, found->dir);
    if (verdict == CT_TRACK_REPEAT || verdict == CT_TRACK_GONE)
      break;
    alike = of_one ? mask : ct_lanes_alike(lanes, mask, ct_lanes_entry(lanes, number), p->packet, verdict);
    count_verdict(lanes, alike, verdict);
    mask &= ~alike;
    if (mask == 0)
      break;
    number = ct_lanes_split(lanes, number, mask, &before);
  }
  return verdict == CT_TRACK_REPEAT ? mask : 0;
}

/* --- a new connection --- */

/* Lanes with room for one more, which it counts in already. */
static uint32_t admit(ct_lanes *lanes, uint32_t mask, uint32_t hash, const ct_packet *packet)
{
  uint32_t rest, full = 0, some, dropped = 0;

  for (rest = mask; rest != 0; rest &= rest - 1)
    full |= (uint32_t)ct_lane_count_one(lanes, ct_lane_first(rest)) << ct_lane_first(rest);
  for (; full != 0; full &= ~some) {
    some = full & lanes->lane[ct_lane_first(full)].sized;
    dropped |= some & ~ct_lanes_make_room(lanes, some, hash);
  }
  count_drop(lanes, dropped);
  if (dropped != 0)
    ct_lanes_count_refused(lanes, dropped, packet);
  for (rest = dropped; rest != 0; rest &= rest - 1)
    ct_lane_uncount(lanes, ct_lane_first(rest), 1);
  return mask & ~dropped;
}

/* => the lanes that it was done for, all where no connection can begin so: timeouts do not decide that. */
static uint32_t begin_alike(ct_lanes *lanes, const passing *p, uint32_t mask, const uint32_t hash[2])
{
  uint32_t number = ct_lanes_take(lanes, &p->own, mask, hash), alike;
  ct_entry *entry = ct_lanes_entry(lanes, number);
  ct_result result;
  ct_track verdict;

  ct_lanes_act(lanes, mask);
  memset(&result, 0, sizeof(result));
  ct_way_open(lanes->engine, entry, &p->own, &result);
  verdict = ct_way_judge(lanes->engine, entry, CT_ORIGINAL, p->packet, &result);
  if (verdict != CT_TRACK_ACCEPT) {
    ct_lanes_forget(lanes, number);
    count_verdict(lanes, mask, verdict);
    return mask;
  }
  alike = ct_lanes_alike(lanes, mask, entry, p->packet, verdict);
  lanes->records[number].lanes = alike;
  ct_way_begin(lanes->engine, entry, p->packet, NULL, &result);
  if (entry->ext == 0 || help(lanes, entry, p->packet, &result)) {
    ct_lanes_confirm(lanes, number, p->packet, p->table_hash);
  } else {
    lanes->changed |= alike;
    ct_lanes_forget(lanes, number);
  }
  return alike;
}

/* When it is known in which lanes this packet has made room, for the next: it needs some if those are full again. */
static void look_ahead_once(ct_lanes *lanes, const ct_packet *packet)
{
  if (lanes->looked_ahead)
    return;
  lanes->looked_ahead = true;
  ct_lanes_look_ahead(lanes, packet);
}

static void begin(ct_lanes *lanes, const passing *p, uint32_t mask)
{
  uint32_t hash[2] = { p->hash, p->reply_hash };

  mask = admit(lanes, mask, p->hash, p->packet);
  look_ahead_once(lanes, p->packet);
  if (mask != 0 && hash[CT_REPLY] == 0)
    hash[CT_REPLY] = ct_lanes_hash_of_answer(lanes, &p->own);
  while (mask != 0)
    mask &= ~begin_alike(lanes, p, mask, hash);
}

/* Lanes that have to go alone: a helper is going to remember what this lane alone has seen. */
static uint32_t lanes_apart(ct_lanes *lanes, const passing *p, uint32_t mask)
{
  uint32_t rest, apart = 0;

  if (ct_helper_for(&lanes->engine->params, &p->packet->tuple) != NULL) {
    lanes->helped |= mask;
    return mask;
  }
  for (rest = mask & lanes->helped; rest != 0; rest &= rest - 1) {
    lanes->engine->expects = lanes->lane[ct_lane_first(rest)].expects;
    if (ct_expect_any(lanes->engine) && ct_expect_find(lanes->engine, &p->own) != NULL)
      apart |= rest & -rest;
  }
  return apart;
}

static void begin_all(ct_lanes *lanes, const passing *p, uint32_t mask)
{
  uint32_t apart = lanes_apart(lanes, p, mask), rest;

  for (rest = apart; rest != 0; rest &= rest - 1)
    begin(lanes, p, rest & -rest);
  if (mask & ~apart)
    begin(lanes, p, mask & ~apart);
}

/* --- the way --- */

/*
 * Who has been evicted, or expired, is missed by its packets' own tuples. A GRE packet that goes by another, with a
 * call's key, misses nobody by that; but whom it would have belonged to need not be remembered any longer, and would
 * pile up under the one hash.
 */
static unsigned find_missing(ct_lanes *lanes, const passing *p, uint32_t mask, ct_lanes_miss *misses)
{
  const ct_packet *packet = p->packet;
  unsigned n = ct_lanes_missing(lanes, mask, packet, &packet->tuple, packet->hash, misses), all = n;

  if (p->tuple != &packet->tuple)
    all += ct_lanes_missing(lanes, mask, packet, p->tuple, p->table_hash, misses + n);
  for (; n < all; n++)
    misses[n].remembered = misses[n].cut = 0;
  return all;
}

static void track(ct_lanes *lanes, const ct_packet *packet, const ct_tuple *tuple, uint32_t table_hash, uint32_t mask)
{
  ct_lanes_found found[CT_LANES_MOST + 1];
  ct_lanes_miss misses[2 * CT_LANES_MOST];
  uint32_t unknown = mask, again = 0;
  unsigned i, n, n_misses;
  passing p;

  passing_init(lanes, &p, packet, tuple, table_hash);
  n = look_up(lanes, &p, mask, found);
  for (i = 0; i < n; i++)
    unknown &= ~found[i].lanes;
  n_misses = unknown != 0 ? find_missing(lanes, &p, unknown, misses) : 0;
  for (i = 0; i < n; i++)
    again |= track_version(lanes, &p, &found[i]);
  if (again != 0)
    ct_lanes_reap(lanes, again, p.hash, NULL, 0);
  if ((unknown | again) != 0)
    begin_all(lanes, &p, unknown | again);
  ct_lanes_count_missed(lanes, misses, n_misses);
}

/* PPTP's call ids may differ from lane to lane: they go by what its helper has read there. */
static void track_gre(ct_lanes *lanes, const ct_packet *packet)
{
  uint32_t rest, unkeyed = lanes->all & ~lanes->helped;

  for (rest = lanes->helped; rest != 0; rest &= rest - 1) {
    ct_tuple keyed;

    ct_lanes_act(lanes, rest & -rest);
    if (ct_way_gre_key(lanes->engine, packet, &keyed))
      track(lanes, packet, &keyed, ct_tuple_hash(&keyed), rest & -rest);
    else
      unkeyed |= rest & -rest;
  }
  if (unkeyed != 0)
    track(lanes, packet, &packet->tuple, packet->hash, unkeyed);
}

static void track_icmp_error(ct_lanes *lanes, const ct_packet *packet)
{
  ct_lanes_found found[CT_LANES_MOST + 1];
  ct_lanes_miss misses[2 * CT_LANES_MOST];
  uint32_t unknown = lanes->all;
  unsigned i, n;
  passing p;

  passing_init(lanes, &p, packet, &packet->tuple, packet->hash);
  n = look_up(lanes, &p, lanes->all, found);
  for (i = 0; i < n; i++)
    unknown &= ~found[i].lanes;
  if (unknown != 0)
    ct_lanes_count_missed(lanes, misses, find_missing(lanes, &p, unknown, misses));
  count_invalid(lanes, unknown);
  for (i = 0; i < n; i++) {
    ct_result result = { 0 };
    ct_entry *entry;

    if (!ct_way_relate(lanes->engine, found[i].dir, packet, &result)) {
      count_invalid(lanes, lanes->all & ~unknown);
      return; /* it is the packet that decides that, not the version */
    }
    entry = ct_lanes_act_on(lanes, found[i].number, found[i].lanes);
    if (entry->ext != 0 && !help(lanes, entry, packet, &result))
      lanes->changed |= found[i].lanes;
    ct_lanes_copy(lanes, found[i].number);
  }
}

void ct_lanes_packet(ct_lanes *lanes, const ct_packet *packet)
{
  ct_lanes_advance(lanes, packet->time_ns);
  if (packet->kind == CT_PACKET_NONE)
    return;
  lanes->engine->packet = packet;
  lanes->looked_ahead = false;
  lanes->n_packets++;
  if (packet->kind == CT_PACKET_TRACK && packet->flags & CT_PACKET_GRE_V1 && lanes->helped != 0)
    track_gre(lanes, packet);
  else if (packet->kind == CT_PACKET_TRACK)
    track(lanes, packet, &packet->tuple, packet->hash, lanes->all);
  else if (packet->kind == CT_PACKET_ICMP_ERROR)
    track_icmp_error(lanes, packet);
  else if (packet->kind != CT_PACKET_UNTRACKED)
    count_invalid(lanes, lanes->all);
  lanes->engine->packet = NULL;
  look_ahead_once(lanes, packet);
  if (lanes->due_unknown)
    ct_lanes_find_due(lanes);
}
