/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine as a whole: its making and unmaking, and what it says of itself. */
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/nat/internal.h"
#include "conntrack/table/pages.h"

/* Settings, clock and buckets of an engine that is zero but for its containers, which are empty. */
static void make_ready(ct_engine *engine, const ct_params *params)
{
  int i;

  engine->params = *params;
  if (params->profile->entry_timers)
    engine->params.gc = CT_GC_EXACT; /* which is what these kernels did */
  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    engine->own_timeout_ns[i] = ct_params_timeout_ns(params, (ct_timeout)i);
  engine->timeout_ns = engine->own_timeout_ns;
  engine->now_ns = INT64_MIN;
  engine->collector.next_run_ns = INT64_MAX;
  ct_buckets_init(&engine->buckets, params->buckets, params->hash_seed);
  /* The kernel's buckets are needed from the start where corpses lie in them, or where chains can grow too long. */
  if (engine->params.gc == CT_GC_KERNEL ||
      (params->profile->chain_limit && (params->max == 0 || params->buckets < params->max / 4)))
    ct_buckets_build(&engine->buckets, &engine->table);
}

/* What make_ready and packets have made beside the containers. */
static void take_down(ct_engine *engine)
{
  uint32_t i;

  for (i = 1; i <= engine->n_exts; i++)
    if (engine->exts[i]) {
      g_free(engine->exts[i]->helper_state);
      g_free(engine->exts[i]);
    }
  g_free(engine->exts);
  ct_nat_free(engine->nat);
  ct_buckets_clear(&engine->buckets);
}

ct_engine *ct_engine_new(const ct_params *params)
{
  ct_engine *engine = g_new0(ct_engine, 1);

  ct_table_init(&engine->table);
  ct_timer_init(&engine->timer);
  engine->free_exts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  engine->policies = g_ptr_array_new_with_free_func(g_free);
  engine->ext_owners = g_hash_table_new_full(ct_ext_id_hash, g_int64_equal, g_free, NULL);
  engine->orphaned_masters = g_hash_table_new_full(ct_ext_id_hash, g_int64_equal, g_free, NULL);
  engine->expects = ct_expect_table_new();
  make_ready(engine, params);
  return engine;
}

void ct_engine_anew(ct_engine *engine, const ct_params *params)
{
  const ct_params own = *params; /* which may be the engine's */
  GArray *free_exts = engine->free_exts;
  GPtrArray *policies = engine->policies;
  GHashTable *ext_owners = engine->ext_owners, *orphaned_masters = engine->orphaned_masters;
  ct_expect_table *expects = ct_expect_table_anew(engine->expects);
  char *from = (char *)engine;

  take_down(engine);
  ct_table_empty(&engine->table);
  ct_timer_empty(&engine->timer);
  g_array_set_size(free_exts, 0);
  g_ptr_array_set_size(policies, 0);
  g_hash_table_remove_all(ext_owners);
  g_hash_table_remove_all(orphaned_masters);
  /* All but table and timer, which are large. */
  memset(from, 0, offsetof(ct_engine, table));
  memset(from + offsetof(ct_engine, buckets), 0, sizeof(*engine) - offsetof(ct_engine, buckets));
  engine->free_exts = free_exts;
  engine->policies = policies;
  engine->ext_owners = ext_owners;
  engine->orphaned_masters = orphaned_masters;
  engine->expects = expects;
  make_ready(engine, &own);
}

bool ct_engine_affords(uint64_t buckets) { return ct_pages_affordable(buckets, sizeof(ct_bucket)); }

void ct_engine_free(ct_engine *engine)
{
  if (!engine)
    return;
  take_down(engine);
  g_array_free(engine->free_exts, TRUE);
  g_ptr_array_free(engine->policies, TRUE);
  g_hash_table_destroy(engine->ext_owners);
  g_hash_table_destroy(engine->orphaned_masters);
  ct_expect_table_free(engine->expects);
  ct_timer_clear(&engine->timer);
  ct_table_clear(&engine->table);
  g_free(engine);
}

int64_t ct_engine_now(const ct_engine *engine) { return engine->now_ns; }
const ct_stats *ct_engine_stats(const ct_engine *engine) { return &engine->stats; }
const ct_params *ct_engine_params(const ct_engine *engine) { return &engine->params; }

uint64_t ct_engine_memory_bytes(const ct_engine *engine)
{
  return ct_table_memory_bytes(&engine->table) + ct_timer_memory_bytes(&engine->timer) +
         ct_buckets_memory_bytes(&engine->buckets) + ct_nat_memory_bytes(engine->nat) +
         (uint64_t)engine->n_exts * sizeof(ct_ext) +
         (uint64_t)engine->policies->len * CT_TIMEOUT_COUNT * sizeof(int64_t);
}
