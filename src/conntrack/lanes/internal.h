/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The insides of lanes.h. Which file answers for what:
 *
 *   lanes.c  the whole, its clock    track.c  a packet's way
 *   life.c   entries in their lanes  room.c   full tables, expired entries, the collector
 *   bins.c   hash chains             victims.c  who was evicted and may be missed
 *   timing.c lanes whose timeouts differ
 *
 * One engine (engine_internal.h) holds the entries, the parameters and the clock, and is what trackers and helpers are given; its
 * count, buckets, timer and collector are not used. Where life.c of the engine is asked to end or to renew an entry, it asks here.
 */
#ifndef CT_LANES_INTERNAL_H
#define CT_LANES_INTERNAL_H

#include "../engine_internal.h"
#include "../lanes.h"
#include "bins.h"

/*
 * Beside each entry of the table, with a copy of what chains are walked for: half a line of memory is all that ending an entry in one of
 * its lanes has to fetch.
 */
typedef struct ct_lane_record {
  uint32_t lanes;   /* it is in these, dead or alive, and counts there */
  uint32_t victims; /* it was evicted from these, and may be missed */
  uint32_t hash[2]; /* that its chains go by */
  uint64_t id : 48; /* the entry's */
  uint64_t timeout : 6; /* ct_timeout that the deadline was set by; CT_LANES_ANY_TIMEOUT: by one that is the same in all its lanes */
  uint64_t of : 5;      /* the lane whose deadline it is: in another it is later by what the timeout is longer there */
  uint64_t assured : 1;
  uint64_t extended : 1; /* it has an extension */
  int64_t deadline_ns;
} ct_lane_record;

#define CT_LANES_ANY_TIMEOUT 63
_Static_assert(CT_TIMEOUT_COUNT < CT_LANES_ANY_TIMEOUT, "a bit for each timeout, and one for none of them");

/* Of a victim: its number and the low half of its id, since another entry may have the number by now. */
typedef struct ct_lane_victim {
  uint32_t number, id;
} ct_lane_victim;

typedef struct ct_lane {
  ct_lane_stats stats;
  uint64_t max;
  uint32_t buckets;
  uint32_t sized, timed; /* the lanes with as many buckets; those with the same timeouts; itself among them */
  uint32_t kin;          /* those whose timeouts of TCP, longer or shorter, make its tracker choose the same ones (timing.c) */
  int64_t timeout_ns[CT_TIMEOUT_COUNT];
  ct_bins *bins;       /* shared with those with as many buckets, and until one of these loses something with all */
  __int128 area_ns;    /* of the count over time, short by count * now */
  uint64_t last_id;    /* so many entries were given an id: chains draw by it */
  ct_collector collector;
  ct_expect_table *expects;
  ct_lane_victim *victims; /* a ring */
  uint32_t next_victim;
} ct_lane;

struct ct_lanes {
  ct_engine *engine;
  uint64_t hash_state;
  unsigned n;
  uint32_t all;       /* a bit for each lane */
  uint64_t varied;    /* a bit for each ct_timeout that is not the same in all */
  int64_t least_ns[CT_LANES_ANY_TIMEOUT + 1]; /* the shortest of each there is */
  uint32_t acting;    /* the lanes that trackers and helpers act for */
  uint32_t changed;   /* since fn was told */
  uint32_t helped;    /* lanes in which an entry with an extension was made: they may expect something */
  uint32_t followed;  /* victims a lane */
  int64_t next_due_ns; /* no lane has to do anything before */
  bool due_unknown;    /* a helper may have announced something that ends sooner */
  ct_lanes_fn fn;
  void *user;
  ct_lane_record *records; /* by number */
  uint32_t n_records;
  ct_bins *bins[CT_LANES_MOST]; /* different ones, those of many lanes first */
  unsigned n_bins;
  GArray *walk;       /* room.c: what is being walked */
  const ct_packet *hashed; /* the first of n_hashes packets that were fetched for; others may stand there by now */
  size_t n_hashes;
  ct_tuple hashed_tuples[CT_PREFETCH_MOST];
  uint32_t hashes[CT_PREFETCH_MOST][2]; /* of these, and where it was worth it of the answers'; else 0 */
  ct_lane lane[CT_LANES_MOST];
};

/* for (rest = mask; rest != 0; rest &= rest - 1) ... */
static inline unsigned ct_lane_first(uint32_t rest) { return (unsigned)__builtin_ctz(rest); }

static inline ct_entry *ct_lanes_entry(const ct_lanes *lanes, uint32_t number)
{
  return ct_table_entry(&lanes->engine->table, number);
}

/* Whether an entry's deadline is not the same in all lanes. */
static inline bool ct_lanes_is_spread(const ct_lanes *lanes, const ct_lane_record *record)
{
  return lanes->varied >> record->timeout & 1;
}

/* An entry's deadline in a lane. */
static inline int64_t ct_lane_deadline(const ct_lanes *lanes, const ct_lane_record *record, unsigned lane)
{
  if (!ct_lanes_is_spread(lanes, record))
    return record->deadline_ns;
  return record->deadline_ns + lanes->lane[lane].timeout_ns[record->timeout] - lanes->lane[record->of].timeout_ns[record->timeout];
}

/* No lane's deadline is before this. */
static inline int64_t ct_lanes_soonest(const ct_lanes *lanes, const ct_lane_record *record)
{
  if (!ct_lanes_is_spread(lanes, record))
    return record->deadline_ns;
  return record->deadline_ns + lanes->least_ns[record->timeout] - lanes->lane[record->of].timeout_ns[record->timeout];
}

/* Of an entry's lanes in the mask, those in which its deadline has been reached. */
static inline uint32_t ct_lanes_dead(const ct_lanes *lanes, const ct_lane_record *record, uint32_t mask)
{
  int64_t now_ns = lanes->engine->now_ns;
  uint32_t rest, dead = 0;

  mask &= record->lanes;
  if (!ct_lanes_is_spread(lanes, record))
    return record->deadline_ns <= now_ns ? mask : 0;
  if (ct_lanes_soonest(lanes, record) > now_ns)
    return 0;
  for (rest = mask; rest != 0; rest &= rest - 1)
    if (ct_lane_deadline(lanes, record, ct_lane_first(rest)) <= now_ns)
      dead |= rest & -rest;
  return dead;
}

/* Trackers and helpers act for these lanes from now on; timeouts and expectations are those of the first. => those before. */
static inline uint32_t ct_lanes_act(ct_lanes *lanes, uint32_t mask)
{
  uint32_t before = lanes->acting;

  lanes->acting = mask;
  lanes->engine->timeout_ns = lanes->lane[ct_lane_first(mask)].timeout_ns;
  if (lanes->helped != 0)
    lanes->engine->expects = lanes->lane[ct_lane_first(mask)].expects;
  return before;
}

/* --- lanes.c --- */

/* Tells of what has changed. */
void ct_lanes_tell(ct_lanes *lanes);
/* Sets next_due_ns. */
void ct_lanes_find_due(ct_lanes *lanes);

/* --- life.c --- */

/* Counts one more, or one less, in a lane. */
void ct_lane_count(ct_lanes *lanes, unsigned lane, int delta);
/* => the number of a new entry that counts already in these lanes, and is in no chain yet. */
uint32_t ct_lanes_take(ct_lanes *lanes, const ct_tuple *original, uint32_t mask, const uint32_t hash[2]);
/* It was not to be: frees it, and it counts no more. */
void ct_lanes_forget(ct_lanes *lanes, uint32_t number);
/* Into the chains. It leaves lanes where a chain is too long. */
void ct_lanes_confirm(ct_lanes *lanes, uint32_t number, const ct_packet *packet, uint32_t table_hash);
/* Ends an entry in lanes that share their chains; its memory goes with the last, unless it may be missed. */
void ct_lanes_end(ct_lanes *lanes, uint32_t mask, uint32_t number, ct_reason reason);
/* The same in any lanes. */
void ct_lanes_end_all(ct_lanes *lanes, uint32_t mask, uint32_t number, ct_reason reason);
/* Frees what is in no lane and nobody's victim. */
void ct_lanes_tidy(ct_lanes *lanes, uint32_t number);
/* A lane is about to lose something: it parts from those it shares its chains with, but for those of its size. */
void ct_lane_part(ct_lanes *lanes, unsigned lane);
/* Lanes of an entry get an entry of their own, a copy of what it was before. => its number. */
uint32_t ct_lanes_split(ct_lanes *lanes, uint32_t number, uint32_t mask, const ct_entry *before);

/* --- room.c --- */

GArray *ct_lanes_walk_new(void);

/* A look-up comes by the chains of a hash and collects the dead it meets, up to its entry there (in lanes of found[i]) or the end. */
typedef struct ct_lanes_found {
  uint32_t number, lanes;
  ct_dir dir;
} ct_lanes_found;
void ct_lanes_reap(ct_lanes *lanes, uint32_t mask, uint32_t hash, const ct_lanes_found *found, unsigned n_found);
/* Room for one more in lanes of one size; it counts already. => the lanes in which somebody could go. */
uint32_t ct_lanes_make_room(ct_lanes *lanes, uint32_t mask, uint32_t hash);
/* So many nodes of a lane are in the bucket of a hash. */
uint32_t ct_lane_chain_length(const ct_lanes *lanes, unsigned lane, uint32_t hash);
/* One run of a lane's collector. The clock stands at its time. */
void ct_lane_collect(ct_lanes *lanes, unsigned lane);

/* --- timing.c --- */

/* Acts for these lanes on an entry of theirs, whose deadline is that of the first from now on. => the entry. */
ct_entry *ct_lanes_act_on(ct_lanes *lanes, uint32_t number, uint32_t mask);
/* Copies into the record what a tracker or a helper has made of the entry for the lanes that are acted for. */
void ct_lanes_copy(ct_lanes *lanes, uint32_t number);
/* Fills in which lanes are alike. */
void ct_lanes_compare(ct_lanes *lanes);
/* Of the mask, the lanes for which what a tracker made of an entry is the same as for the first. */
uint32_t ct_lanes_alike(const ct_lanes *lanes, uint32_t mask, const ct_entry *entry);

/* --- victims.c --- */

void ct_lane_victim_add(ct_lanes *lanes, unsigned lane, uint32_t number);
/* A victim that a packet would have belonged to. */
typedef struct ct_lanes_miss {
  ct_lane_victim victim;
  uint32_t lanes;   /* that had it */
  uint32_t in_time; /* of all, those in which it would have lived to see the packet */
} ct_lanes_miss;

/* A packet finds no entry in these lanes. => how many there are, CT_LANES_MOST at most; to be asked before trackers renew entries. */
unsigned ct_lanes_missing(const ct_lanes *lanes, uint32_t mask, const ct_packet *packet, ct_lanes_miss *misses);
/* After the packet. */
void ct_lanes_count_missed(ct_lanes *lanes, const ct_lanes_miss *misses, unsigned n);

#endif
