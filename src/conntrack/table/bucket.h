/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's hash table, as far as it can be seen from outside: which entries share a bucket decides who is evicted
 * when the table is full, which corpses a look-up stumbles over, and when a chain is too long (spec 7.2, 7.4, 7.5).
 * No entry is looked for here, so it exists only where somebody needs it: from the start under CT_GC_KERNEL, whose
 * look-ups come by to collect, and where chains can grow too long; else from the first full table on, built then in
 * order of creation, as if it had been there all along. Internal to src/conntrack.
 */
#ifndef CT_BUCKET_H
#define CT_BUCKET_H

#include "conntrack/table/pages.h"
#include "conntrack/table/table.h"

/*
 * What every look-up under the kernel's collection asks of a bucket, in one word of memory: its chain need not be
 * walked to know that it is short and that nothing in it has expired.
 */
typedef struct ct_bucket {
  uint32_t head;          /* node; newest first */
  uint32_t length : 8;    /* nodes in the chain; never more than 250 (bucket.c) */
  uint32_t earliest : 24; /* in ticks of 2^30 ns after base_ns: no node's deadline lies before; may be too early, never
                             too late */
} ct_bucket;

/* One direction of an entry: number * 2 + dir; 0 is none. An entry's two lie in one cache line. */
typedef struct ct_node {
  uint32_t next;
  uint32_t at; /* its bucket: to take it out, no tuple need be hashed */
} ct_node;

typedef struct ct_buckets {
  bool active;
  uint32_t size;   /* nf_conntrack_buckets */
  uint64_t state;  /* of the keyed hash, its seed stirred in */
  int64_t base_ns; /* when the first entry came, about; INT64_MIN before */
  ct_bucket *buckets;
  ct_node *nodes;
  uint32_t nodes_size;
  uint32_t cursor; /* node that a walk comes to next; whose entry leaves moves it on. 0: none */
} ct_buckets;

void ct_buckets_init(ct_buckets *buckets, uint32_t size, uint64_t seed);
void ct_buckets_clear(ct_buckets *buckets);

/* Makes it active, with every confirmed entry of the table in it. */
void ct_buckets_build(ct_buckets *buckets, const ct_table *table);

static inline uint64_t ct_buckets_stir(uint64_t state, uint64_t word)
{
  state = (state ^ word) * UINT64_C(0xff51afd7ed558ccd);
  state ^= state >> 33;
  state *= UINT64_C(0xc4ceb9fe1a85ec53);
  return state ^ state >> 29;
}

/* What a seed becomes for ct_buckets_hash. */
static inline uint64_t ct_buckets_state(uint64_t seed) { return ct_buckets_stir(UINT64_C(0x2545f4914f6cdd1d), seed); }

/* The keyed hash of a tuple that buckets go by, whatever their number. */
static inline uint32_t ct_buckets_hash(uint64_t state, const ct_tuple *tuple)
{
  state = ct_buckets_stir(state, tuple->src.halves[0]);
  state = ct_buckets_stir(state, tuple->dst.halves[0]);
  if (tuple->family == CT_IPV6) {
    state = ct_buckets_stir(state, tuple->src.halves[1]);
    state = ct_buckets_stir(state, tuple->dst.halves[1]);
  }
  state = ct_buckets_stir(state, (uint64_t)tuple->src_id << 32 | (uint64_t)tuple->dst_id << 16 |
                                   (uint64_t)tuple->proto << 8 | tuple->family);
  return (uint32_t)(state >> 32);
}

/*
 * The bucket of a hash, scaled to their number as the kernel does it (reciprocal_scale): buckets are stretches of
 * hashes, in their order.
 */
static inline uint32_t ct_buckets_scale(uint32_t hash, uint32_t size)
{
  return (uint32_t)((uint64_t)hash * size >> 32);
}

static inline uint32_t ct_buckets_index(const ct_buckets *buckets, const ct_tuple *tuple)
{
  return ct_buckets_scale(ct_buckets_hash(buckets->state, tuple), buckets->size);
}

/* Those of an entry's two tuples; it need not be in them. */
void ct_buckets_of_entry(const ct_buckets *buckets, const ct_table *table, const ct_entry *entry, uint32_t at[2]);

/*
 * Only while active; at: the entry's buckets. Insertion is at the head, the original's node first, so that a reply's
 * stands before it.
 */
void ct_buckets_insert(ct_buckets *buckets, const ct_table *table, const ct_entry *entry, const uint32_t at[2]);
void ct_buckets_remove(ct_buckets *buckets, const ct_table *table, const ct_entry *entry);

/* Whether a node of an entry (number * 2 + dir) stands in no chain, as its chain was too long when it came. */
bool ct_buckets_is_left_out(const ct_buckets *buckets, uint32_t node);
/* As insert, where it is known which nodes were left out. => false where a chain has no room for one that was not. */
bool ct_buckets_restore(ct_buckets *buckets, const ct_table *table, const ct_entry *entry, const uint32_t at[2],
                        const bool left_out[2]);

/* Nodes in a bucket. */
static inline uint32_t ct_buckets_length(const ct_buckets *buckets, uint32_t bucket)
{
  return buckets->buckets[bucket].length;
}

/* false: nothing in the bucket has a deadline at or before now. */
bool ct_buckets_may_expire(const ct_buckets *buckets, uint32_t bucket, int64_t now_ns);
/* An entry's deadline was moved to an earlier time. */
void ct_buckets_sooner(ct_buckets *buckets, const ct_table *table, const ct_entry *entry);
/* The whole chain was looked at, and this is the earliest deadline in it; INT64_MAX where it is empty. */
void ct_buckets_set_earliest(ct_buckets *buckets, uint32_t bucket, int64_t deadline_ns);

static inline uint32_t ct_buckets_first(const ct_buckets *buckets, uint32_t bucket)
{
  return buckets->buckets[bucket].head;
}
static inline uint32_t ct_buckets_after(const ct_buckets *buckets, uint32_t node) { return buckets->nodes[node].next; }

/* A hint. */
static inline void ct_buckets_prefetch(const ct_buckets *buckets, uint32_t bucket)
{
  ct_pages_fetch(&buckets->buckets[bucket]);
}

uint64_t ct_buckets_memory_bytes(const ct_buckets *buckets);

#endif
