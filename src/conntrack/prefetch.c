/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hints about packets to come: memory fetched in time, or made ready. Nothing here changes what can be observed. */
#include "conntrack/engine_internal.h"
#include "conntrack/nat/internal.h"

/*
 * A packet that makes an entry touches the bucket of its answer too; and where the table is full, those in its own
 * bucket go first.
 */
static void prefetch_new(const ct_engine *engine, const ct_tuple *tuple, uint32_t bucket, bool full)
{
  ct_tuple inverse;

  if (ct_tuple_invert(tuple, &inverse))
    ct_buckets_prefetch(&engine->buckets, ct_buckets_index(&engine->buckets, &inverse));
  if (full)
    ct_evict_prefetch(engine, bucket);
}

static void prefetch_kernel(ct_engine *engine, const ct_packet *packets, size_t n)
{
  bool full = engine->params.max != 0 && engine->count + n > engine->params.max && engine->buckets.nodes_size != 0;
  uint32_t at[CT_PREFETCH_MOST], n_new = 0, before;
  size_t i;

  for (i = 0; i < n; i++) {
    at[i] = ct_buckets_index(&engine->buckets, &packets[i].tuple);
    ct_buckets_prefetch(&engine->buckets, at[i]);
  }
  for (i = 0; i < n; i++) {
    before = n_new;
    engine->hints[i] = ct_table_prefetch_entry(&engine->table, packets[i].hash, &n_new);
    if (n_new != before && packets[i].kind == CT_PACKET_TRACK)
      prefetch_new(engine, &packets[i].tuple, at[i], full);
  }
}

void ct_engine_prefetch(ct_engine *engine, const ct_packet *packets, size_t n)
{
  uint32_t n_new = 0;
  size_t i;

  n = MIN(n, CT_PREFETCH_MOST);
  for (i = 0; i < n; i++)
    ct_table_prefetch_slot(&engine->table, packets[i].hash);
  engine->hinted = packets;
  engine->n_hints = n;
  if (engine->params.gc == CT_GC_KERNEL) {
    prefetch_kernel(engine, packets, n);
    return;
  }
  for (i = 0; i < n; i++)
    engine->hints[i] = ct_table_prefetch_entry(&engine->table, packets[i].hash, &n_new);
  if (G_UNLIKELY(engine->nat != NULL))
    ct_nat_prefetch(engine, packets, engine->hints, n);
}

void ct_engine_populate(ct_engine *engine, uint32_t packets)
{
  ct_table_populate(&engine->table, packets);
  ct_timer_populate(&engine->timer);
}

void ct_engine_discard(ct_engine *engine, uint32_t share, uint32_t shares)
{
  ct_table_discard(&engine->table, share, shares);
}
