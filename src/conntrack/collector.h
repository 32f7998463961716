/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the kernel's collector (gc_worker, spec 7.3) runs, for how long, and when again: its arithmetic, without the
 * table it walks. The engine (evict.c) and those who keep entries in its place walk theirs. Internal to src/conntrack.
 */
#ifndef CT_COLLECTOR_H
#define CT_COLLECTOR_H

#include "conntrack/param.h"

typedef struct ct_collector {
  int64_t next_run_ns; /* INT64_MAX: never */
  int64_t started_ns;  /* of the cycle under way */
  uint32_t next_bucket;
  int64_t mean_ticks; /* running mean of remaining lifetimes */
  uint64_t weight;
  int64_t earliest_ns;  /* the first deadline of the live entries that the cycle has met; INT64_MAX: none */
  bool early_drop;      /* set by a failed early drop */
  uint32_t share_ticks; /* CT_COLLECT_SHARES: between the last run and the one before */
} ct_collector;

/* Prepares the first run after a clock of now_ns: its phase comes from the seed. */
void ct_collector_start(ct_collector *collector, const ct_params *params, int64_t now_ns);

/* A run begins, at next_bucket. => how many entries there have to be for live ones to go early; 0: none do. */
uint64_t ct_collector_begin(ct_collector *collector, const ct_params *params, uint64_t max, int64_t now_ns);
/* It came by one node of a live entry. */
void ct_collector_weigh(ct_collector *collector, const ct_params *params, int64_t deadline_ns, int64_t now_ns);
/* So many dead are enough for one run: the rest waits for the next tick. */
uint32_t ct_collector_enough(const ct_params *params);
/* The run ends, whole or where it had enough. Sets the next. */
void ct_collector_end(ct_collector *collector, const ct_params *params, int64_t now_ns, bool whole);

/*
 * Behind a whole run that ended nothing, and where nothing changes up to now_ns: passes over the runs of which each
 * would do no more than set the next. Not of CT_COLLECT_SHARES.
 */
void ct_collector_leap(ct_collector *collector, const ct_params *params, int64_t now_ns);

/* CT_COLLECT_SHARES: so many buckets are a run's, of a table of that size. */
uint32_t ct_collector_share(uint32_t buckets);
/* The same as ct_collector_end where a run came by so many nodes, and found so many expired. */
void ct_collector_end_share(ct_collector *collector, const ct_params *params, int64_t now_ns, uint32_t met,
                            uint32_t expired);

/* The table is empty: all runs up to now_ns, of which none would find anything. */
void ct_collector_pass_empty(ct_collector *collector, const ct_params *params, int64_t now_ns);

#endif
