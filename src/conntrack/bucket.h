/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's hash table, as far as it can be seen from outside: which entries share a bucket decides who is evicted when
 * the table is full, which corpses a look-up stumbles over, and when a chain is too long (spec 7.2, 7.4, 7.5). Look-ups
 * never come here, so it exists only once somebody needs it: built then from the table in order of creation, as
 * if it had been there all along. Internal to src/conntrack.
 */
#ifndef CT_BUCKET_H
#define CT_BUCKET_H

#include "table.h"

/*
 * What every look-up under the kernel's collection asks of a bucket, in one word of memory: its chain need not be walked to know that it
 * is short and that nothing in it has expired.
 */
typedef struct ct_bucket {
  uint32_t head;          /* node; newest first */
  uint32_t length : 8;    /* nodes in the chain; never more than 250 (bucket.c) */
  uint32_t earliest : 24; /* in ticks of 2^30 ns after base_ns: no node's deadline lies before; may be too early, never too late */
} ct_bucket;

/* A node is one direction of an entry: number * 2 + dir; 0 is none. */
typedef struct ct_buckets {
  bool active;
  uint32_t size;     /* nf_conntrack_buckets */
  uint64_t seed;     /* of the keyed hash */
  int64_t base_ns;   /* the first deadline's time, about; INT64_MIN before */
  ct_bucket *buckets;
  uint32_t *next;    /* by node */
  uint32_t next_size;
} ct_buckets;

void ct_buckets_init(ct_buckets *buckets, uint32_t size, uint64_t seed);
void ct_buckets_clear(ct_buckets *buckets);

/* Makes it active, with every confirmed entry of the table in it. */
void ct_buckets_build(ct_buckets *buckets, const ct_table *table);

/* The bucket of a tuple, by a keyed hash scaled to the size as the kernel scales its own. */
uint32_t ct_buckets_index(const ct_buckets *buckets, const ct_tuple *tuple);
/* Those of an entry's two tuples. */
void ct_buckets_of_entry(const ct_buckets *buckets, const ct_table *table, const ct_entry *entry, uint32_t at[2]);

/*
 * Only while active; at: the entry's buckets. Insertion is at the head, the original's node first, so that a reply's stands
 * before it.
 */
void ct_buckets_insert(ct_buckets *buckets, const ct_table *table, const ct_entry *entry, const uint32_t at[2]);
void ct_buckets_remove(ct_buckets *buckets, const ct_table *table, const ct_entry *entry);

/* Nodes in a bucket. */
static inline uint32_t ct_buckets_length(const ct_buckets *buckets, uint32_t bucket) { return buckets->buckets[bucket].length; }

/* false: nothing in the bucket has a deadline at or before now. */
bool ct_buckets_may_expire(const ct_buckets *buckets, uint32_t bucket, int64_t now_ns);
/* An entry's deadline was moved to an earlier time. */
void ct_buckets_sooner(ct_buckets *buckets, const ct_table *table, const ct_entry *entry);
/* The whole chain was looked at, and this is the earliest deadline in it; INT64_MAX where it is empty. */
void ct_buckets_set_earliest(ct_buckets *buckets, uint32_t bucket, int64_t deadline_ns);

static inline uint32_t ct_buckets_first(const ct_buckets *buckets, uint32_t bucket) { return buckets->buckets[bucket].head; }
static inline uint32_t ct_buckets_after(const ct_buckets *buckets, uint32_t node) { return buckets->next[node]; }

/* A hint. */
static inline void ct_buckets_prefetch(const ct_buckets *buckets, const ct_tuple *tuple)
{
  __builtin_prefetch(&buckets->buckets[ct_buckets_index(buckets, tuple)], 1);
}

uint64_t ct_buckets_memory_bytes(const ct_buckets *buckets);

#endif
