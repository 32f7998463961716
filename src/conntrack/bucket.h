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

/* A node is one direction of an entry: number * 2 + dir; 0 is none. Newest first in each bucket. */
typedef struct ct_buckets {
  bool active;
  uint32_t size;     /* nf_conntrack_buckets */
  uint64_t seed;     /* of the keyed hash */
  uint32_t *heads;   /* by bucket */
  uint32_t *next;    /* by node */
  uint32_t next_size;
} ct_buckets;

void ct_buckets_init(ct_buckets *buckets, uint32_t size, uint64_t seed);
void ct_buckets_clear(ct_buckets *buckets);

/* Makes it active, with every confirmed entry of the table in it. */
void ct_buckets_build(ct_buckets *buckets, const ct_table *table);

/* The bucket of a tuple, by a keyed hash scaled to the size as the kernel scales its own. */
uint32_t ct_buckets_index(const ct_buckets *buckets, const ct_tuple *tuple);

/* Only while active. Insertion is at the head, the original's node first, so that a reply's stands before it. */
void ct_buckets_insert(ct_buckets *buckets, const ct_table *table, const ct_entry *entry);
void ct_buckets_remove(ct_buckets *buckets, const ct_table *table, const ct_entry *entry);

/* Nodes in a bucket, counted no further than limit. */
uint32_t ct_buckets_length(const ct_buckets *buckets, uint32_t bucket, uint32_t limit);

static inline uint32_t ct_buckets_first(const ct_buckets *buckets, uint32_t bucket) { return buckets->heads[bucket]; }
static inline uint32_t ct_buckets_after(const ct_buckets *buckets, uint32_t node) { return buckets->next[node]; }

uint64_t ct_buckets_memory_bytes(const ct_buckets *buckets);

#endif
