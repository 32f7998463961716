/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens when the table is full, and who clears away the dead: early drop, and the kernel's collector on virtual
 * time. Spec 7.2, 7.3. Internal.
 */
#ifndef CT_EVICT_H
#define CT_EVICT_H

#include <stdbool.h>
#include <stdint.h>

#include "conntrack/collector.h"
#include "conntrack/tuple.h"

struct ct_engine;

/*
 * Makes room for one entry of this original tuple.
 * => true where at least one was evicted; false: the packet has to be dropped.
 */
bool ct_evict_early_drop(struct ct_engine *engine, const ct_tuple *original);

enum { CT_EVICTION_BUCKETS = 8, CT_CHAIN_LEAST = 52 };

/*
 * Whether a chain of so many nodes takes no more (spec 7.4): 50 and 2, and a random number below 30, which here comes
 * out of the seed and the new entry's number. Never one of fewer than CT_CHAIN_LEAST.
 */
static inline bool ct_evict_chain_is_full(uint32_t length, uint64_t hash_seed, uint64_t id)
{
  uint64_t draw = (hash_seed ^ id) * UINT64_C(0x9e3779b97f4a7c15);

  return length >= CT_CHAIN_LEAST && length >= CT_CHAIN_LEAST + (draw >> 40) % 30;
}

/* A hint: the first entry of a bucket, and where its chain goes on. The buckets are active and have held something. */
void ct_evict_prefetch(const struct ct_engine *engine, uint32_t bucket);

/* Kills the expired entries that a look-up of this tuple meets, as far as it walks (CT_GC_KERNEL only). */
void ct_evict_reap_bucket(struct ct_engine *engine, const ct_tuple *tuple);

/* Runs the collector as often as is due by now_ns (CT_GC_KERNEL only). */
void ct_evict_collect(struct ct_engine *engine, int64_t now_ns);

#endif
