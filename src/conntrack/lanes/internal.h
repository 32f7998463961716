/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The insides of lanes.h. Which file answers for what:
 *
 *   lanes.c  the whole, its clock    track.c  a packet's way
 *   life.c   entries in their lanes  room.c   full tables, expired entries, the collector
 *   bins.c   hash chains of all sizes  chains.c  a lane's own, and who shares them
 *   victims.c  who was evicted, or expired, and may be missed
 *   timing.c lanes whose timeouts differ  ahead.c  memory fetched in time
 *   whole.c  all of these, as one for the compiler
 *
 * One engine (engine_internal.h) holds the entries, the parameters and the clock, and is what trackers and helpers are
 * given; its count, buckets, timer and collector are not used. Lanes are its keeper (keeper.h, life.c).
 */
#ifndef CT_LANES_INTERNAL_H
#define CT_LANES_INTERNAL_H

#include "conntrack/engine_internal.h"
#include "conntrack/lanes.h"
#include "conntrack/lanes/bins.h"
#include "conntrack/proto/proto.h"
#include "conntrack/refused.h"

/*
 * Beside each entry of the table, with a copy of what chains are walked for: half a line of memory is all that ending
 * an entry in one of its lanes has to fetch.
 */
typedef struct ct_lane_record {
  uint32_t lanes;       /* it is in these, dead or alive, and counts there */
  uint32_t lost;        /* it was evicted from these, or expired there, and may be missed */
  uint32_t hash[2];     /* that its chains go by */
  uint64_t id : 48;     /* the entry's */
  uint64_t timeout : 6; /* ct_timeout that the deadline was set by; CT_LANES_ANY_TIMEOUT: by one that is the same in all
                           its lanes */
  uint64_t of : 5;      /* the lane whose deadline it is: in another it is later by what the timeout is longer there */
  uint64_t assured : 1;
  uint64_t extended : 1;     /* it has an extension */
  uint64_t some_expired : 1; /* of the lost, ct_lanes.expired says which */
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
  uint64_t max, limit; /* nf_conntrack_max; the same, with UINT64_MAX for none */
  uint32_t buckets;
  uint32_t sized, timed; /* the lanes with as many buckets; those with the same timeouts; itself among them */
  uint32_t kin;          /* those for whose timeouts trackers choose alike (timing.c) */
  int64_t timeout_ns[CT_TIMEOUT_COUNT];
  ct_bins *bins;    /* shared with those with as many buckets, and until one of these loses something with all */
  __int128 area_ns; /* of the count over time, short by count * now */
  ct_collector collector;
  ct_expect_table *expects;
  uint32_t remembered; /* a victim is for so many packets after its last */
} ct_lane;

/* What is known of a packet that was told of in advance. */
typedef struct ct_lanes_ahead {
  ct_tuple tuple;
  uint32_t table_hash;
  uint32_t hash[2]; /* for chains: its own, and where it was worth it its answer's; else 0 */
  uint32_t begins;  /* the lanes in which it was to make an entry when that was looked up */
  bool shortens;    /* the deadline may come nearer (ct_timing) */
} ct_lanes_ahead;

struct ct_lanes {
  ct_engine *engine;
  const ct_proto *protos[256]; /* by number; which ICMP it is does not matter here */
  uint64_t hash_state;
  unsigned n;
  uint32_t all;                               /* a bit for each lane */
  uint64_t varied;                            /* a bit for each ct_timeout that is not the same in all */
  uint64_t choices;                           /* that some tracker chooses from (ct_timing) */
  int64_t least_ns[CT_LANES_ANY_TIMEOUT + 1]; /* the shortest of each there is */
  uint32_t acting;                            /* the lanes that trackers and helpers act for */
  uint32_t changed;                           /* since fn was told */
  uint32_t helped;       /* lanes in which an entry with an extension was made: they may expect something */
  uint64_t n_packets;    /* so far */
  ct_lane_victim *queue; /* those that are in no lane any more, a ring */
  uint32_t queue_size, queue_first, queue_n;
  int64_t next_due_ns; /* no lane has to do anything before */
  bool due_unknown;    /* a helper may have announced something that ends sooner */
  int64_t tell_ns;     /* before the clock gets there, fn is told */
  ct_lanes_fn fn;
  void *user;
  ct_lane_record *records; /* by number */
  uint32_t *expired;       /* by number too, where the record says so: the lanes in which it expired */
  uint32_t n_records;
  uint32_t forgot; /* lanes that forgot somebody who may be missed */
  ct_refused *refused;
  ct_bins *bins[CT_LANES_MOST]; /* different ones, those of many lanes first */
  unsigned n_bins;
  GArray *walk;          /* room.c: what is being walked */
  const ct_packet *told; /* the first of n_told packets that were told of in advance; others may stand there by now */
  size_t n_told;
  ct_lanes_ahead ahead[CT_PREFETCH_MOST]; /* of these */
  uint32_t full;                          /* lanes that may run full with these packets */
  bool looked_ahead;                      /* from the packet that is being tracked */
  ct_lane lane[CT_LANES_MOST];
};

/* ct_entry.last_seen counts in so many packets. */
enum { CT_LANES_SEEN_SHIFT = 8 };

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
  return record->deadline_ns + lanes->lane[lane].timeout_ns[record->timeout] -
         lanes->lane[record->of].timeout_ns[record->timeout];
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

/*
 * Trackers and helpers act for these lanes from now on; timeouts and expectations are those of the first. => those
 * before.
 */
static inline uint32_t ct_lanes_act(ct_lanes *lanes, uint32_t mask)
{
  uint32_t before = lanes->acting;

  lanes->acting = mask;
  lanes->engine->timeout_ns = lanes->lane[ct_lane_first(mask)].timeout_ns;
  if (lanes->helped != 0)
    lanes->engine->expects = lanes->lane[ct_lane_first(mask)].expects;
  return before;
}

/* --- ahead.c --- */

/* Fetches for the packets behind this one. */
void ct_lanes_look_ahead(ct_lanes *lanes, const ct_packet *packet);
/*
 * The hashes of a packet that was told of in advance; NULL where it was another, or goes by another tuple than its own.
 */
const uint32_t *ct_lanes_hashes_of(const ct_lanes *lanes, const ct_packet *packet, const ct_tuple *tuple);
uint32_t ct_lanes_hash_of_answer(const ct_lanes *lanes, const ct_tuple *tuple);

/* --- lanes.c --- */

/* Sets next_due_ns. */
void ct_lanes_find_due(ct_lanes *lanes);

/* --- life.c --- */

/*
 * Counts one more in a lane. => whether those are too many. (The integral of the count over time: what comes in now has
 * missed all the time before, what leaves misses the rest.)
 */
static inline bool ct_lane_count_one(ct_lanes *lanes, unsigned lane)
{
  ct_lane *l = &lanes->lane[lane];

  l->area_ns -= lanes->engine->now_ns;
  return ++l->stats.count > l->limit;
}
/* So many less. */
static inline void ct_lane_uncount(ct_lanes *lanes, unsigned lane, uint32_t n)
{
  ct_lane *l = &lanes->lane[lane];

  l->area_ns += (__int128)lanes->engine->now_ns * n;
  l->stats.count -= n;
}
/* => the number of a new entry that counts already in these lanes, and is in no chain yet. */
uint32_t ct_lanes_take(ct_lanes *lanes, const ct_tuple *original, uint32_t mask, const uint32_t hash[2]);
/* It was not to be: frees it, and it counts no more. */
void ct_lanes_forget(ct_lanes *lanes, uint32_t number);
/* Into the chains. It leaves lanes where a chain is too long. */
void ct_lanes_confirm(ct_lanes *lanes, uint32_t number, const ct_packet *packet, uint32_t table_hash);
/* A packet that would have begun a connection found no room in these lanes. */
void ct_lanes_count_refused(ct_lanes *lanes, uint32_t mask, const ct_packet *packet);
/* Ends an entry in lanes that share their chains; its memory goes with the last, unless it may be missed. */
void ct_lanes_end(ct_lanes *lanes, uint32_t mask, uint32_t number, ct_reason reason);
/* The same in any lanes. */
void ct_lanes_end_all(ct_lanes *lanes, uint32_t mask, uint32_t number, ct_reason reason);
/* Lanes of an entry get an entry of their own, a copy of what it was before. => its number. */
uint32_t ct_lanes_split(ct_lanes *lanes, uint32_t number, uint32_t mask, const ct_entry *before);

/* What the engine asks of lanes. */
extern const ct_keeper ct_lanes_keeper;

/* --- chains.c --- */

/* Whether a hash, which may lie beyond all, is in a bucket of the lane's. */
static inline bool ct_lane_holds_hash(const ct_lane *l, uint64_t hash, uint32_t bucket)
{
  return hash <= UINT32_MAX && ct_buckets_scale((uint32_t)hash, l->buckets) == bucket;
}

/* The bins that a bucket lies in, one or two, of which one is known. */
static inline void ct_lane_bins_of(const ct_lane *l, uint32_t bin, uint32_t bucket, uint32_t *first, uint32_t *last)
{
  *first = *last = bin;
  if (!l->bins->straddled)
    return;
  if (bin > 0 && ct_lane_holds_hash(l, ct_bins_start(l->bins, bin) - 1, bucket))
    *first = bin - 1;
  if (bin + 1 < l->bins->n && ct_lane_holds_hash(l, ct_bins_start(l->bins, bin + 1), bucket))
    *last = bin + 1;
}

/* So many nodes of a lane are in the bucket of a hash. */
uint32_t ct_lane_chain_length(const ct_lanes *lanes, unsigned lane, uint32_t hash);
/* A lane is about to lose something: it parts from those it shares its chains with, but for those of its size. */
void ct_lane_part(ct_lanes *lanes, unsigned lane);

/* --- room.c --- */

GArray *ct_lanes_walk_new(void);

/*
 * A look-up comes by the chains of a hash and collects the dead it meets, up to its entry there (in lanes of found[i])
 * or the end.
 */
typedef struct ct_lanes_found {
  uint32_t number, lanes;
  ct_dir dir;
} ct_lanes_found;
void ct_lanes_reap(ct_lanes *lanes, uint32_t mask, uint32_t hash, const ct_lanes_found *found, unsigned n_found);
/* Room for one more in lanes of one size; it counts already. => the lanes in which somebody could go. */
uint32_t ct_lanes_make_room(ct_lanes *lanes, uint32_t mask, uint32_t hash);
/* One run of a lane's collector. The clock stands at its time. */
void ct_lane_collect(ct_lanes *lanes, unsigned lane);

/* --- timing.c --- */

/* Acts for these lanes on an entry of theirs, whose deadline is that of the first from now on. => the entry. */
ct_entry *ct_lanes_act_on(ct_lanes *lanes, uint32_t number, uint32_t mask);
/* Copies into the record what a tracker or a helper has made of the entry for the lanes that are acted for. */
void ct_lanes_copy(ct_lanes *lanes, uint32_t number);
/* Fills in which lanes are alike. */
void ct_lanes_compare(ct_lanes *lanes);
/* Of the mask, the lanes for which what a tracker made of an entry with a packet is the same as for the first. */
uint32_t ct_lanes_alike(const ct_lanes *lanes, uint32_t mask, const ct_entry *entry, const ct_packet *packet,
                        ct_track verdict);

/* --- victims.c --- */

/* An entry was evicted from these lanes, or has expired in them; in one only, where it has an extension. */
void ct_lanes_add_victim(ct_lanes *lanes, uint32_t number, uint32_t mask);
void ct_lanes_add_expired(ct_lanes *lanes, uint32_t number, uint32_t mask);
/* A packet of an entry was seen. */
void ct_lanes_touch(ct_lanes *lanes, uint32_t number);
/* An entry that has left its last lane: freed, or followed where it is somebody's victim. */
void ct_lanes_leave(ct_lanes *lanes, uint32_t number);
/* A victim that a packet would have belonged to. */
typedef struct ct_lanes_miss {
  ct_lane_victim victim;
  uint32_t lanes;      /* that had it */
  uint32_t remembered; /* of all, those in which it is, and would have lived to see the packet */
  uint32_t cut;        /* of all, those in which it is, and expired, and the packet goes on with it */
} ct_lanes_miss;

/*
 * A packet finds no entry of this tuple in these lanes. => how many there are, CT_LANES_MOST at most; to be asked
 * before trackers renew entries.
 */
unsigned ct_lanes_missing(ct_lanes *lanes, uint32_t mask, const ct_packet *packet, const ct_tuple *tuple,
                          uint32_t table_hash, ct_lanes_miss *misses);
/* After the packet. */
void ct_lanes_count_missed(ct_lanes *lanes, const ct_lanes_miss *misses, unsigned n);

#endif
