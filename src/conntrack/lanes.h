/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several kernels at once that differ in nothing but the size of their table (nf_conntrack_max, nf_conntrack_buckets)
 * and their timeouts: a lane for each. What a packet does to a connection is the same in all lanes that know the same
 * of it, so it is done once: an entry carries the lanes it is in, and where lanes have come to differ - one evicted a
 * connection that another still has, one gives it a longer time - a connection has an entry for each version of it.
 * Only what depends on the size is done lane by lane: counting, chains, eviction, collection. Each lane ends up with
 * what an engine of its own (engine.h, CT_GC_KERNEL) would have counted, at a fraction of the work.
 *
 * Life: ct_lanes_new; ct_lanes_prefetch and ct_lanes_packet, ct_lanes_advance; ct_lanes_stats; ct_lanes_free. Pure, as
 * an engine is.
 */
#ifndef CT_LANES_H
#define CT_LANES_H

#include "conntrack/engine.h"

enum { CT_LANES_MOST = 32 };

typedef struct ct_lanes ct_lanes;

typedef struct ct_lane_stats {
  uint64_t count, peak; /* as ct_engine_count, and its highest at a confirmation */
  uint64_t crest;       /* the same since fn was told */
  uint64_t created, expired;
  uint64_t early_drop, gc_evicted; /* evicted by a packet that found the table full, and by the collector */
  uint64_t drop, insert_failed;
  uint64_t by_tracker; /* of those dropped: by the protocol's tracker, not for want of room */
  uint64_t refused;    /* connections of which a packet found no room, in the table or in a chain (refused.h) */
  uint64_t missed;     /* evicted connections that a later packet belonged to, which they would have lived to see */
  uint64_t cut;        /* expired ones that a later packet belonged to (ct_packet_goes_on) */
  uint64_t invalid;    /* packets that were INVALID */
} ct_lane_stats;

/*
 * Told of lanes (a bit each) whose figures have changed, before the clock goes on: once for each moment at which
 * something happened, or for several of them, all before the time that it last returned. Stats then hold the highest
 * count since it was told. What happened last is not told: it stands in the stats. It may read, not call.
 */
typedef int64_t (*ct_lanes_fn)(const ct_lanes *lanes, uint32_t changed, void *user);

/*
 * Whether kernels of these parameters can be lanes of one another: the same but for size and timeouts, and collected as
 * the kernel does it.
 */
bool ct_lanes_fit(const ct_params *a, const ct_params *b);

/*
 * 1 to CT_LANES_MOST lanes, of which each fits the first. Who ended before its time, or by it, is remembered until a
 * packet of its own comes, or the evicted would have expired, or remembered[lane] packets (about: counted by 256) have
 * come since the last of their own. fn may be NULL.
 */
ct_lanes *ct_lanes_new(const ct_params *const *params, const uint32_t *remembered, unsigned n, ct_lanes_fn fn,
                       void *user);
/* NULL is fine. */
void ct_lanes_free(ct_lanes *lanes);

/* As ct_engine_packet, in all lanes, and of a packet of kind CT_PACKET_NONE too; verdicts and events are told to
 * nobody. */
void ct_lanes_packet(ct_lanes *lanes, const ct_packet *packet);
/* As ct_engine_advance and ct_engine_prefetch. */
void ct_lanes_advance(ct_lanes *lanes, int64_t now_ns);
void ct_lanes_prefetch(ct_lanes *lanes, const ct_packet *packets, size_t n);

int64_t ct_lanes_now(const ct_lanes *lanes);
const ct_lane_stats *ct_lanes_stats(const ct_lanes *lanes, unsigned lane);
/* As ct_engine_mean. */
double ct_lanes_mean(const ct_lanes *lanes, unsigned lane, int64_t since_ns);
/* Whether more may have been missed or cut, since somebody had to be forgotten. */
bool ct_lanes_forgot(const ct_lanes *lanes, unsigned lane);

#endif
