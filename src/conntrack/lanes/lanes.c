/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lanes as a whole: their making and unmaking, their clock, and what they say of themselves. */
#include "conntrack/lanes/internal.h"

bool ct_lanes_fit(const ct_params *a, const ct_params *b)
{
  const ct_profile *profile = a->profile;

  return a->gc == CT_GC_KERNEL && !profile->entry_timers && profile->eviction == CT_EVICT_BUCKETS &&
         profile->chain_limit && !profile->refuses_before_look_up && !profile->new_judged &&
         profile->collecting == CT_COLLECT_BY_MEAN && profile->gc_drops_closing && ct_params_same_rules(a, b);
}

static void lane_init(ct_lane *lane, const ct_params *params, ct_bins *bins)
{
  int i;

  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    lane->timeout_ns[i] = ct_params_timeout_ns(params, (ct_timeout)i);
  lane->max = params->max;
  lane->limit = params->max != 0 ? params->max : UINT64_MAX;
  lane->buckets = MAX(params->buckets, 1);
  lane->bins = bins;
  lane->collector.next_run_ns = INT64_MAX;
  lane->expects = ct_expect_table_new();
}

ct_lanes *ct_lanes_new(const ct_params *const *params, const uint32_t *remembered, unsigned n, ct_lanes_fn fn,
                       void *user)
{
  ct_lanes *lanes = g_new0(ct_lanes, 1);
  ct_params own = *params[0];
  uint32_t buckets[CT_LANES_MOST];
  unsigned i;

  g_assert(n >= 1 && n <= CT_LANES_MOST);
  own.max = 0;
  own.buckets = 1; /* not used here, but made */
  lanes->engine = ct_engine_new(&own);
  lanes->engine->keeper = &ct_lanes_keeper;
  lanes->engine->kept_by = lanes;
  ct_expect_table_free(lanes->engine->expects);
  lanes->hash_state = ct_buckets_state(own.hash_seed);
  lanes->n = n;
  lanes->all = n == 32 ? UINT32_MAX : (UINT32_C(1) << n) - 1;
  lanes->next_due_ns = INT64_MAX;
  lanes->tell_ns = INT64_MIN;
  lanes->fn = fn;
  lanes->user = user;
  lanes->walk = ct_lanes_walk_new();
  lanes->refused = ct_refused_new();
  lanes->bins[0] = g_new(ct_bins, 1);
  lanes->n_bins = 1;
  ct_bins_init(lanes->bins[0]);
  for (i = 0; i < n; i++) {
    lane_init(&lanes->lane[i], params[i], lanes->bins[0]);
    lanes->lane[i].remembered = remembered[i];
    buckets[i] = lanes->lane[i].buckets;
  }
  for (i = 0; i < G_N_ELEMENTS(lanes->protos); i++)
    lanes->protos[i] = ct_proto_tracker(own.profile, (uint8_t)i);
  ct_lanes_compare(lanes);
  ct_bins_share(lanes->bins[0], lanes->all, buckets);
  lanes->engine->expects = lanes->lane[0].expects;
  ct_lanes_act(lanes, lanes->all);
  return lanes;
}

void ct_lanes_free(ct_lanes *lanes)
{
  unsigned i;

  if (!lanes)
    return;
  for (i = 0; i < lanes->n_bins; i++) {
    ct_bins_clear(lanes->bins[i]);
    g_free(lanes->bins[i]);
  }
  for (i = 0; i < lanes->n; i++)
    ct_expect_table_free(lanes->lane[i].expects);
  g_free(lanes->queue);
  ct_pages_free(lanes->records, lanes->n_records, sizeof(ct_lane_record));
  ct_pages_free(lanes->expired, lanes->n_records, sizeof(uint32_t));
  ct_refused_free(lanes->refused);
  g_array_free(lanes->walk, TRUE);
  lanes->engine->expects = NULL; /* one of those */
  ct_engine_free(lanes->engine);
  g_free(lanes);
}

int64_t ct_lanes_now(const ct_lanes *lanes) { return lanes->engine->now_ns; }
const ct_lane_stats *ct_lanes_stats(const ct_lanes *lanes, unsigned lane) { return &lanes->lane[lane].stats; }

bool ct_lanes_forgot(const ct_lanes *lanes, unsigned lane) { return lanes->forgot >> lane & 1; }

double ct_lanes_mean(const ct_lanes *lanes, unsigned lane, int64_t since_ns)
{
  const ct_lane *l = &lanes->lane[lane];
  int64_t now_ns = lanes->engine->now_ns;
  __int128 area_ns = l->area_ns + (__int128)l->stats.count * now_ns;

  if (now_ns <= since_ns)
    return (double)l->stats.count;
  return (double)area_ns / (double)((uint64_t)now_ns - (uint64_t)since_ns);
}

/* --- the clock --- */

static void tell(ct_lanes *lanes)
{
  uint32_t rest;

  if (lanes->fn)
    lanes->tell_ns = lanes->fn(lanes, lanes->changed, lanes->user);
  for (rest = lanes->changed; rest != 0; rest &= rest - 1)
    lanes->lane[ct_lane_first(rest)].stats.crest = lanes->lane[ct_lane_first(rest)].stats.count;
  lanes->changed = 0;
}

/* The clock goes on. */
static inline void go_to(ct_lanes *lanes, int64_t now_ns)
{
  if (now_ns >= lanes->tell_ns && now_ns > lanes->engine->now_ns && lanes->changed != 0)
    tell(lanes);
  lanes->engine->now_ns = now_ns;
}

static int64_t expect_due(ct_lanes *lanes, unsigned lane)
{
  lanes->engine->expects = lanes->lane[lane].expects;
  return ct_expect_next_deadline(lanes->engine);
}

/* When a lane has to do something next. */
static int64_t lane_due(ct_lanes *lanes, unsigned lane)
{
  int64_t due_ns = lanes->lane[lane].collector.next_run_ns;

  return lanes->helped >> lane & 1 ? MIN(due_ns, expect_due(lanes, lane)) : due_ns;
}

void ct_lanes_find_due(ct_lanes *lanes)
{
  unsigned i;

  lanes->due_unknown = false;
  lanes->next_due_ns = INT64_MAX;
  for (i = 0; i < lanes->n; i++)
    lanes->next_due_ns = MIN(lanes->next_due_ns, lane_due(lanes, i));
}

/* All that a lane has to do at this moment: as an engine does it, first the collector, then what was expected. */
static void lane_do(ct_lanes *lanes, unsigned lane, int64_t until_ns)
{
  ct_lane *l = &lanes->lane[lane];
  int64_t now_ns = lanes->engine->now_ns;

  ct_lanes_act(lanes, UINT32_C(1) << lane);
  if (l->collector.next_run_ns <= now_ns) {
    if (l->stats.count == 0)
      ct_collector_pass_empty(&l->collector, &lanes->engine->params, until_ns);
    else
      ct_lane_collect(lanes, lane);
  }
  if (lanes->helped >> lane & 1 && expect_due(lanes, lane) <= now_ns && l->collector.next_run_ns > now_ns)
    ct_expect_advance(lanes->engine, now_ns);
}

/* Lanes take turns in the order of time, since they share a clock. */
static void pass_time(ct_lanes *lanes, int64_t now_ns)
{
  unsigned i;

  while (lanes->next_due_ns <= now_ns) {
    go_to(lanes, MAX(lanes->engine->now_ns, lanes->next_due_ns));
    for (i = 0; i < lanes->n; i++)
      if (lane_due(lanes, i) <= lanes->engine->now_ns)
        lane_do(lanes, i, now_ns);
    ct_lanes_find_due(lanes);
  }
  go_to(lanes, now_ns);
  ct_lanes_act(lanes, lanes->all);
}

static void start_clock(ct_lanes *lanes, int64_t now_ns)
{
  unsigned i;

  lanes->engine->now_ns = lanes->bins[0]->base_ns = now_ns;
  for (i = 0; i < lanes->n; i++)
    ct_collector_start(&lanes->lane[i].collector, &lanes->engine->params, now_ns);
  lanes->next_due_ns = lanes->lane[0].collector.next_run_ns;
}

void ct_lanes_advance(ct_lanes *lanes, int64_t now_ns)
{
  now_ns = ct_core_on_tick(lanes->engine, now_ns);
  if (now_ns <= lanes->engine->now_ns)
    return;
  if (lanes->engine->now_ns == INT64_MIN)
    start_clock(lanes, now_ns);
  pass_time(lanes, now_ns);
}
