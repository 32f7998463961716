/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens when the table is full, and who clears away the dead: early drop, and the kernel's collector on virtual time. Spec 7.2, 7.3. Internal. */
#ifndef CT_EVICT_H
#define CT_EVICT_H

#include <stdbool.h>
#include <stdint.h>

#include "collector.h"
#include "tuple.h"

struct ct_engine;

/*
 * Makes room for one entry of this original tuple.
 * => true where at least one was evicted; false: the packet has to be dropped.
 */
bool ct_evict_early_drop(struct ct_engine *engine, const ct_tuple *original);

/* A hint: the first entry of a bucket, and where its chain goes on. The buckets are active and have held something. */
void ct_evict_prefetch(const struct ct_engine *engine, uint32_t bucket);

/* Kills the expired entries that a look-up of this tuple meets, as far as it walks (CT_GC_KERNEL only). */
void ct_evict_reap_bucket(struct ct_engine *engine, const ct_tuple *tuple);

/* Runs the collector as often as is due by now_ns (CT_GC_KERNEL only). */
void ct_evict_collect(struct ct_engine *engine, int64_t now_ns);

#endif
