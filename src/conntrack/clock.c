/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's clock: what comes due while it goes on, and the end of everything. */
#include "conntrack/engine_internal.h"

enum { EXPIRY_AHEAD = 8 }; /* index slots fetched before their entries expire */

inline int64_t ct_core_on_tick(const ct_engine *engine, int64_t time_ns)
{
  return ct_params_on_tick(&engine->params, time_ns);
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

/* Whether nothing happens up to then: so it is before nearly every packet. */
static inline bool is_quiet(const ct_engine *engine, int64_t now_ns)
{
  return now_ns < engine->timer.wake_ns && ct_expect_next_deadline(engine) > now_ns &&
         engine->params.gc != CT_GC_KERNEL && engine->now_ns != INT64_MIN;
}

static __attribute__((noinline)) void pass_time(ct_engine *engine, int64_t now_ns)
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

inline void ct_core_pass_time(ct_engine *engine, int64_t now_ns)
{
  if (G_LIKELY(is_quiet(engine, now_ns)))
    engine->now_ns = now_ns;
  else
    pass_time(engine, now_ns);
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
