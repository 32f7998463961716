/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/collector.h"

#include <glib.h>

#include "conntrack/profile/profile.h"

/* In seconds where nothing else is said. */
enum {
  SCAN_MIN_S = 1,
  SCAN_MAX_S = 60,
  SCAN_WHOLE_S = 120, /* up to 5.14 */
  SHARES = 128,       /* 4.18 and its like: a run is a share of the table, all of which takes 16 s at most */
  SHARES_MAX_S = 16,
  LIFETIME_MAX_S = 300,
  FIRST_WEIGHT = 100,
  KILLS_A_SECOND = 64000,
  DEFAULT_HZ = 250
};

#define NS_PER_S INT64_C(1000000000)

static int64_t ticks_a_second(const ct_params *params) { return params->hz ? params->hz : DEFAULT_HZ; }
static int64_t tick_ns(const ct_params *params) { return NS_PER_S / ticks_a_second(params); }

/* The first tick at or after a moment: deferred work runs on ticks. */
static int64_t on_tick_after(const ct_params *params, int64_t time_ns)
{
  int64_t into = time_ns % tick_ns(params);

  return into == 0 ? time_ns : time_ns + tick_ns(params) - into;
}

/* How long an empty table is left alone, or all of it takes. */
static int64_t idle_s(const ct_params *params)
{
  switch (params->profile->collecting) {
  case CT_COLLECT_BY_MEAN: return SCAN_MAX_S;
  case CT_COLLECT_SHARES: return SHARES_MAX_S;
  default: return SCAN_WHOLE_S;
  }
}

void ct_collector_start(ct_collector *c, const ct_params *params, int64_t now_ns)
{
  int64_t period_ms = idle_s(params) * INT64_C(1000), phase_ms = (int64_t)(params->hash_seed >> 32) % period_ms;

  /* A machine has been up for a while when a capture starts, its collector idling at one run a minute. */
  c->next_run_ns = on_tick_after(params, now_ns + (period_ms - phase_ms) * (NS_PER_S / 1000));
  c->next_bucket = 0;
}

uint64_t ct_collector_begin(ct_collector *c, const ct_params *params, uint64_t max, int64_t now_ns)
{
  if (c->next_bucket == 0) {
    c->mean_ticks = SCAN_MAX_S * ticks_a_second(params);
    c->weight = FIRST_WEIGHT;
    c->earliest_ns = INT64_MAX;
    c->started_ns = now_ns;
  }
  return c->early_drop && params->profile->gc_drops_closing ? max / 100 * 95 : 0;
}

void ct_collector_weigh(ct_collector *c, const ct_params *params, int64_t deadline_ns, int64_t now_ns)
{
  int64_t hz = ticks_a_second(params), left = (deadline_ns - now_ns) / tick_ns(params);

  c->earliest_ns = MIN(c->earliest_ns, deadline_ns);
  left = CLAMP(left, hz * SCAN_MIN_S, hz * LIFETIME_MAX_S);
  c->mean_ticks += (left - c->mean_ticks) / (int64_t)++c->weight;
}

uint32_t ct_collector_enough(const ct_params *params)
{
  if (params->profile->collecting != CT_COLLECT_BY_MEAN)
    return UINT32_MAX; /* a run ends by the clock there, which has no say here */
  return (uint32_t)(KILLS_A_SECOND / ticks_a_second(params));
}

void ct_collector_end(ct_collector *c, const ct_params *params, int64_t now_ns, bool whole)
{
  int64_t hz = ticks_a_second(params), next, took;

  c->early_drop = false;
  if (!whole) {
    c->next_run_ns = now_ns + tick_ns(params);
    return;
  }
  next = CLAMP(c->mean_ticks, SCAN_MIN_S * hz, SCAN_MAX_S * hz);
  took = MAX((now_ns - c->started_ns) / tick_ns(params), 1);
  /* A saved state says nothing of a cycle that is over, so that it does not matter which runs were passed over. */
  c->mean_ticks = c->started_ns = 0;
  c->weight = 0;
  if (params->profile->collecting != CT_COLLECT_BY_MEAN) {
    c->next_run_ns = now_ns + SCAN_WHOLE_S * NS_PER_S;
    return;
  }
  c->next_run_ns = now_ns + (next > took ? next - took : 1) * tick_ns(params);
}

/*
 * As long as every entry has as much left as the longest pause between two runs, their mean is no less, whatever the
 * order: each run is followed by the next after that pause.
 */
void ct_collector_leap(ct_collector *c, const ct_params *params, int64_t now_ns)
{
  const int64_t longest = SCAN_MAX_S * ticks_a_second(params);
  const bool by_mean = params->profile->collecting == CT_COLLECT_BY_MEAN;
  const int64_t period_ns = by_mean ? (longest - 1) * tick_ns(params) : SCAN_WHOLE_S * NS_PER_S;
  const int64_t last_ns = MIN(now_ns, c->earliest_ns - (by_mean ? longest * tick_ns(params) : 1));

  if (c->next_run_ns <= last_ns)
    c->next_run_ns += ((last_ns - c->next_run_ns) / period_ns + 1) * period_ns;
}

uint32_t ct_collector_share(uint32_t buckets) { return MAX(buckets / SHARES, 1); }

/* Each run waits a little longer than the last, up to the longest; one that found mostly dead is followed soon. */
void ct_collector_end_share(ct_collector *c, const ct_params *params, int64_t now_ns, uint32_t met, uint32_t expired)
{
  uint32_t least = (uint32_t)MAX(ticks_a_second(params) / SHARES, 1);
  uint32_t most = (uint32_t)MAX(SHARES_MAX_S * ticks_a_second(params) / SHARES, 1);

  c->early_drop = false;
  c->share_ticks = met != 0 && expired > met / 2 ? least : MIN(c->share_ticks + least, most);
  c->next_run_ns = now_ns + c->share_ticks * tick_ns(params);
}

void ct_collector_pass_empty(ct_collector *c, const ct_params *params, int64_t now_ns)
{
  int64_t period = idle_s(params) * NS_PER_S;

  if (params->profile->collecting == CT_COLLECT_BY_MEAN)
    period -= tick_ns(params);
  else if (params->profile->collecting == CT_COLLECT_SHARES)
    period /= SHARES;

  c->early_drop = false;
  c->next_run_ns += ((now_ns - c->next_run_ns) / period + 1) * period;
}
