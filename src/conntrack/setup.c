/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine as a whole: its making and unmaking, and what it says of itself. */
#include "conntrack/engine_internal.h"
#include "conntrack/nat/internal.h"
#include "conntrack/table/pages.h"

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
  engine->policies = g_ptr_array_new_with_free_func(g_free);
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
  g_ptr_array_free(engine->policies, TRUE);
  g_hash_table_destroy(engine->ext_owners);
  g_hash_table_destroy(engine->orphaned_masters);
  ct_expect_table_free(engine->expects);
  ct_nat_free(engine->nat);
  ct_buckets_clear(&engine->buckets);
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
