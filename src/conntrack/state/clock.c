/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's clock, the numbers it has given so far, its collector and its statistics. */
#include "conntrack/nat/internal.h"
#include "conntrack/state/parts.h"

#define FURTHEST_NS (INT64_C(1) << 62) /* of moments from 0, and of their distances: no sum of two overflows */
/* Half of all numbers: those of the entries and expectations to come never run out, whatever a state says. */
#define LAST_ID_MOST ((UINT64_C(1) << (CT_ENTRY_ID_BITS - 1)) - 1)
#define LAST_EXPECT_MOST (UINT64_MAX / 2)
enum { SCAN_MOST_S = 122, LIFETIME_MOST_S = 300, DEFAULT_HZ = 250, WEIGHT_BITS = 48 };

static void io_collector(ct_state_io *io, ct_engine *engine)
{
  ct_collector *c = &engine->collector;
  uint64_t early_drop = c->early_drop, mean = (uint64_t)c->mean_ticks, bucket = c->next_bucket, share = c->share_ticks;
  int64_t hz = engine->params.hz ? engine->params.hz : DEFAULT_HZ;

  if (engine->params.gc == CT_GC_KERNEL && engine->now_ns != INT64_MIN) {
    io_near64(io, &c->next_run_ns, engine->now_ns);
    if (c->next_run_ns <= engine->now_ns || c->next_run_ns - engine->now_ns > SCAN_MOST_S * CT_NS_PER_S)
      ct_state_fail(io, "its collector runs at an impossible moment");
  }
  io_near64(io, &c->started_ns, 0);
  if (c->started_ns < -FURTHEST_NS || c->started_ns > MAX(engine->now_ns, 0))
    ct_state_fail(io, "its collector began at an impossible moment");
  io_varint(io, &bucket, engine->buckets.size - 1);
  c->next_bucket = (uint32_t)bucket;
  io_varint(io, &mean, (uint64_t)(LIFETIME_MOST_S * hz));
  c->mean_ticks = (int64_t)mean;
  io_varint(io, &c->weight, UINT64_C(1) << WEIGHT_BITS);
  io_varint(io, &early_drop, 1);
  io_varint(io, &share, (uint64_t)(SCAN_MOST_S * hz));
  c->share_ticks = (uint32_t)share;
  c->early_drop = early_drop != 0;
}

static void io_stats(ct_state_io *io, ct_stats *s)
{
  int i;

#define X(name) io_var64(io, &s->name);
  CT_STAT_LIST(X)
#undef X
  io_var64(io, &s->packets);
  io_var64(io, &s->created);
  io_var64(io, &s->begun);
  io_var64(io, &s->hits);
  io_var64(io, &s->untracked);
  for (i = 0; i < CT_REASON_COUNT; i++) {
    io_var64(io, &s->ended[i]);
    io_var64(io, &s->invalid_by_reason[i]);
    io_var64(io, &s->dropped_by_reason[i]);
  }
  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    io_var64(io, &s->expired_by_timeout[i]);
  io_var64(io, &s->clock_back);
  io_var64(io, &s->peak_count);
  io_i64(io, &s->peak_time_ns);
  io_u64(io, &s->count_ns_hi);
  io_u64(io, &s->count_ns_lo);
  io_var64(io, &s->expect_peak);
  io_var64(io, &s->expect_expired);
  io_var64(io, &s->expect_refused);
  io_var64(io, &s->helper_cut);
  for (i = 0; ct_helper_get((unsigned)i) != NULL; i++)
    io_var64(io, &s->unhelped[i]);
}

/* Which families have nat hooks, and what has been drawn. */
static void io_nat(ct_state_io *io, ct_engine *engine)
{
  uint64_t families = engine->nat != NULL ? engine->nat->ipv4 | engine->nat->ipv6 << 1 : 0;
  struct ct_nat *nat;

  io_varint(io, &families, 3);
  if (families == 0)
    return;
  nat = ct_nat_need(engine);
  nat->ipv4 = families & 1;
  nat->ipv6 = families & 2;
  io_u64(io, &nat->random);
  if (nat->random == 0)
    ct_state_fail(io, "what it draws at random would be 0 for ever");
}

void ct_state_io_clock(ct_state_io *io, ct_engine *engine)
{
  uint64_t last_expect = ct_expect_last_id(engine), active = engine->buckets.active;

  io_i64(io, &engine->now_ns);
  if (engine->now_ns != INT64_MIN && (engine->now_ns < -FURTHEST_NS || engine->now_ns > FURTHEST_NS))
    ct_state_fail(io, "its clock stands at an impossible moment");
  io_i64(io, &engine->count_since_ns);
  if (engine->count_since_ns > MAX(engine->now_ns, 0) || engine->count_since_ns < -FURTHEST_NS)
    ct_state_fail(io, "its count began at an impossible moment");
  io_varint(io, &engine->last_id, LAST_ID_MOST);
  io_varint(io, &last_expect, LAST_EXPECT_MOST);
  ct_expect_set_last_id(engine, last_expect);
  io_varint(io, &engine->labels_from, engine->last_id + 1);
  io_var64(io, &engine->sequence);
  io_var32(io, &engine->buckets_round);
  io_varint(io, &active, 1);
  if (!io->writing && !io->failed && active != engine->buckets.active) {
    if (engine->buckets.active)
      ct_state_fail(io, "it has no buckets, which its parameters ask for from the start");
    else
      ct_buckets_build(&engine->buckets, &engine->table);
  }
  io_collector(io, engine);
  io_stats(io, &engine->stats);
  io_nat(io, engine);
}

void ct_state_check_counts(ct_state_io *io, const ct_engine *engine)
{
  const ct_stats *s = &engine->stats;
  uint64_t ended = 0;
  int i;

  for (i = 0; i < CT_REASON_COUNT; i++)
    ended += s->ended[i];
  if (s->created != ended + engine->table.used || s->created > engine->last_id)
    ct_state_fail(io, "it has %u entries, which its statistics contradict", engine->table.used);
  if (engine->params.max != 0 && engine->table.used > engine->params.max)
    ct_state_fail(io, "it has %u entries and a max of %u", engine->table.used, engine->params.max);
  if (s->peak_count < engine->count)
    ct_state_fail(io, "it counts more than it ever did");
  if (s->expect_create - s->expect_delete != ct_expect_count(engine))
    ct_state_fail(io, "it has %u expectations, which its statistics contradict", ct_expect_count(engine));
  if (engine->now_ns == INT64_MIN && (engine->last_id != 0 || engine->count != 0))
    ct_state_fail(io, "it has entries from before its first packet");
}
