/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine as a whole: its making and unmaking, its clock, and what it says of itself. */
#include "conntrack/engine_internal.h"
#include "conntrack/table/pages.h"

enum { EXPIRY_AHEAD = 8 }; /* index slots fetched before their entries expire */

ct_engine *ct_engine_new(const ct_params *params)
{
  ct_engine *engine = g_new0(ct_engine, 1);
  int i;

  engine->params = *params;
  if (params->profile->entry_timers)
    engine->params.gc = CT_GC_EXACT; /* which is what these kernels did */
  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    engine->own_timeout_ns[i] = ct_params_timeout_ns(params, (ct_timeout)i);
  engine->timeout_ns = engine->own_timeout_ns;
  engine->now_ns = INT64_MIN;
  engine->collector.next_run_ns = INT64_MAX;
  ct_table_init(&engine->table);
  ct_timer_init(&engine->timer);
  ct_buckets_init(&engine->buckets, params->buckets, params->hash_seed);
  /* The kernel's buckets are needed from the start where corpses lie in them, or where chains can grow too long. */
  if (engine->params.gc == CT_GC_KERNEL ||
      (params->profile->chain_limit && (params->max == 0 || params->buckets < params->max / 4)))
    ct_buckets_build(&engine->buckets, &engine->table);
  engine->free_exts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  engine->ext_owners = g_hash_table_new_full(ct_ext_id_hash, g_int64_equal, g_free, NULL);
  engine->orphaned_masters = g_hash_table_new_full(ct_ext_id_hash, g_int64_equal, g_free, NULL);
  engine->expects = ct_expect_table_new();
  return engine;
}

bool ct_engine_affords(uint64_t buckets) { return ct_pages_affordable(buckets, sizeof(ct_bucket)); }

void ct_engine_free(ct_engine *engine)
{
  uint32_t i;

  if (!engine)
    return;
  for (i = 1; i <= engine->n_exts; i++)
    if (engine->exts[i]) {
      g_free(engine->exts[i]->helper_state);
      g_free(engine->exts[i]);
    }
  g_free(engine->exts);
  g_array_free(engine->free_exts, TRUE);
  g_hash_table_destroy(engine->ext_owners);
  g_hash_table_destroy(engine->orphaned_masters);
  ct_expect_table_free(engine->expects);
  ct_buckets_clear(&engine->buckets);
  ct_timer_clear(&engine->timer);
  ct_table_clear(&engine->table);
  g_free(engine);
}

int64_t ct_engine_now(const ct_engine *engine) { return engine->now_ns; }
uint64_t ct_engine_count(const ct_engine *engine) { return engine->count; }
const ct_stats *ct_engine_stats(const ct_engine *engine) { return &engine->stats; }
const ct_params *ct_engine_params(const ct_engine *engine) { return &engine->params; }

uint64_t ct_engine_memory_bytes(const ct_engine *engine)
{
  return ct_table_memory_bytes(&engine->table) + ct_timer_memory_bytes(&engine->timer) +
         ct_buckets_memory_bytes(&engine->buckets) + (uint64_t)engine->n_exts * sizeof(ct_ext);
}

double ct_engine_mean(const ct_engine *engine, int64_t since_ns)
{
  unsigned __int128 area = (unsigned __int128)engine->stats.count_ns_hi << 64 | engine->stats.count_ns_lo;

  if (engine->now_ns <= since_ns)
    return (double)engine->count;
  area += (unsigned __int128)engine->count * ((uint64_t)engine->now_ns - (uint64_t)engine->count_since_ns);
  return (double)area / (double)((uint64_t)engine->now_ns - (uint64_t)since_ns);
}

/* --- the clock --- */

inline int64_t ct_core_on_tick(const ct_engine *engine, int64_t time_ns)
{
  int64_t tick_ns, ticks;

  if (engine->params.hz == 0)
    return time_ns;
  tick_ns = CT_NS_PER_S / engine->params.hz;
  time_ns += engine->params.hz_phase_ns;
  ticks = time_ns / tick_ns - (time_ns % tick_ns < 0);
  return ticks * tick_ns;
}

static void expire_up_to(ct_engine *engine, int64_t now_ns)
{
  ct_entry *entry;

  while ((entry = ct_timer_pop(&engine->timer, engine->table.slab, now_ns)) != NULL) {
    const ct_timer_due *soon = ct_timer_peek(&engine->timer, EXPIRY_AHEAD);

    if (soon && ct_table_entry(&engine->table, soon->number)->id == soon->id)
      ct_table_prefetch_removal(&engine->table, ct_table_entry(&engine->table, soon->number));
    engine->now_ns = MAX(engine->now_ns, entry->deadline_ns);
    ct_core_destroy_at(engine, entry, CT_REASON_END_TIMEOUT, entry->deadline_ns);
  }
  if (engine->params.gc == CT_GC_KERNEL)
    ct_evict_collect(engine, now_ns);
  engine->now_ns = now_ns;
}

inline void ct_core_pass_time(ct_engine *engine, int64_t now_ns)
{
  int64_t due_ns;

  if (G_UNLIKELY(engine->now_ns == INT64_MIN)) {
    engine->now_ns = engine->count_since_ns = now_ns;
    if (engine->params.gc == CT_GC_KERNEL)
      ct_collector_start(&engine->collector, &engine->params, now_ns);
  }
  while ((due_ns = ct_expect_next_deadline(engine)) <= now_ns) {
    expire_up_to(engine, MAX(due_ns, engine->now_ns));
    ct_expect_advance(engine, engine->now_ns);
  }
  expire_up_to(engine, now_ns);
}

void ct_engine_advance(ct_engine *engine, int64_t now_ns)
{
  g_assert(engine->packet == NULL && !engine->in_watcher);
  now_ns = ct_core_on_tick(engine, now_ns);
  if (now_ns > engine->now_ns)
    ct_core_pass_time(engine, now_ns);
}

void ct_engine_flush(ct_engine *engine)
{
  uint32_t n, i, *order;

  g_assert(engine->packet == NULL && !engine->in_watcher);
  order = ct_table_in_order(&engine->table, &n);
  for (i = 0; i < n; i++) {
    ct_entry *entry = ct_table_entry(&engine->table, order[i]);

    if (entry->id !=
        0) /* an earlier one may have taken it along; none is made meanwhile, so its number has no other owner */
      ct_core_destroy(engine, entry, CT_REASON_END_CAPTURE);
  }
  g_free(order);
}
