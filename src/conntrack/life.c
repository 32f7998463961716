/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry's life: taken, confirmed, renewed, ended; and the count that the kernel would keep. */
#include "conntrack/engine_internal.h"
#include "conntrack/master.h"
#include "conntrack/way.h"

void ct_core_count_add(ct_engine *engine, int delta)
{
  unsigned __int128 area = (unsigned __int128)engine->stats.count_ns_hi << 64 | engine->stats.count_ns_lo;

  if (engine->count_since_ns < engine->now_ns) {
    area += (unsigned __int128)engine->count * (uint64_t)(engine->now_ns - engine->count_since_ns);
    engine->stats.count_ns_hi = (uint64_t)(area >> 64);
    engine->stats.count_ns_lo = (uint64_t)area;
  }
  engine->count_since_ns = engine->now_ns;
  engine->count = (uint64_t)((int64_t)engine->count + delta);
}

static void note_peak(ct_engine *engine)
{
  if (engine->count > engine->stats.peak_count) {
    engine->stats.peak_count = engine->count;
    engine->stats.peak_time_ns = engine->now_ns;
  }
}

/* A timer that would fire less than a second later is left alone; one that is to fire earlier is set (KERNELS K6). */
static bool gains_too_little(const ct_engine *engine, const ct_entry *entry, int64_t timeout_ns)
{
  int64_t gain_ns = engine->now_ns + timeout_ns - entry->deadline_ns;

  return entry->status & CT_STATUS_CONFIRMED && gain_ns >= 0 && gain_ns < CT_NS_PER_S;
}

inline void ct_core_refresh(ct_engine *engine, ct_entry *entry, int64_t timeout_ns)
{
  bool sooner;

  if (entry->status & CT_STATUS_FIXED_TIMEOUT)
    return;
  if (G_UNLIKELY(engine->params.profile->refresh_skips_a_second) && gains_too_little(engine, entry, timeout_ns))
    return;
  sooner = engine->now_ns + timeout_ns < entry->deadline_ns;
  entry->deadline_ns = engine->now_ns + timeout_ns;
  if (!(entry->status & CT_STATUS_CONFIRMED))
    return;
  if (sooner && engine->keeper != NULL)
    engine->keeper->sooner(engine->kept_by, entry);
  else if (sooner && engine->params.gc == CT_GC_KERNEL)
    ct_buckets_sooner(&engine->buckets, &engine->table, entry);
  if (engine->params.gc == CT_GC_EXACT)
    ct_timer_refresh(&engine->timer, entry, ct_table_number(&engine->table, entry), engine->now_ns);
}

inline void ct_core_refresh_acct(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet,
                                 int64_t timeout_ns, ct_result *result)
{
  ct_core_refresh(engine, entry, timeout_ns);
  result->changes |= CT_CHANGE_REFRESHED;
  if (entry->traits & CT_ENTRY_COUNTED) {
    ct_counter_add(&entry->counter[dir], packet->length);
    result->changes |= CT_CHANGE_COUNTED;
  }
}

/* Frees an entry that is in no list any more. */
static void release(ct_engine *engine, ct_entry *entry)
{
  if (entry->ext == 0 || !ct_master_bury(engine, entry))
    ct_core_count_add(engine, -1);
  ct_table_give(&engine->table, entry);
}

void ct_core_destroy_at(ct_engine *engine, ct_entry *entry, ct_reason reason, int64_t ended_ns)
{
  if (G_UNLIKELY(engine->keeper != NULL)) {
    engine->keeper->end(engine->kept_by, entry, reason);
    return;
  }
  entry->status |= CT_STATUS_DYING;
  engine->stats.ended[reason]++;
  if (reason == CT_REASON_END_TIMEOUT)
    engine->stats.expired_by_timeout[ct_proto_of_entry(engine->params.profile, entry)->timeout(entry)]++;
  ct_event_entry(engine, CT_EVENT_DESTROY, entry, CT_EV_DESTROY, reason, ended_ns);
  if (engine->buckets.active)
    ct_buckets_remove(&engine->buckets, &engine->table, entry);
  ct_table_remove(&engine->table, entry);
  release(engine, entry);
}

void ct_core_destroy(ct_engine *engine, ct_entry *entry, ct_reason reason)
{
  ct_core_destroy_at(engine, entry, reason, engine->now_ns);
}

inline ct_entry *ct_core_create(ct_engine *engine, const ct_tuple *tuple, ct_result *result)
{
  ct_entry *entry;

  ct_core_count_add(engine, 1);
  if (engine->params.max != 0 && engine->count > engine->params.max && !ct_evict_early_drop(engine, tuple)) {
    ct_core_count_add(engine, -1);
    engine->stats.drop++;
    result->reason = CT_REASON_TABLE_FULL;
    return NULL;
  }
  entry = ct_table_take(&engine->table, tuple);
  ct_way_open(engine, entry, tuple, result);
  return entry;
}

void ct_core_forget(ct_engine *engine, ct_entry *entry) { release(engine, entry); }

static bool chain_is_too_long(ct_engine *engine, const uint32_t at[2])
{
  int dir;

  for (dir = 0; dir < 2; dir++)
    if (ct_evict_chain_is_full(ct_buckets_length(&engine->buckets, at[dir]), engine->params.hash_seed, engine->last_id))
      return true;
  return false;
}

/* __nf_conntrack_confirm, spec 4.1. Clashes need parallel packets and cannot happen here. */
inline bool ct_core_confirm(ct_engine *engine, ct_entry *entry, const ct_packet *packet, uint32_t hash,
                            ct_result *result)
{
  uint32_t at[2] = { 0, 0 };

  if (engine->buckets.active)
    ct_buckets_of_entry(&engine->buckets, &engine->table, entry, at);
  if (engine->buckets.active && engine->params.profile->chain_limit && chain_is_too_long(engine, at)) {
    engine->stats.chaintoolong++;
    engine->stats.insert_failed++;
    result->reason = CT_REASON_CHAIN_TOO_LONG;
    return false;
  }
  ct_way_confirm(entry, packet);
  ct_table_insert(&engine->table, entry, hash);
  if (engine->buckets.active)
    ct_buckets_insert(&engine->buckets, &engine->table, entry, at);
  if (engine->params.gc == CT_GC_EXACT) {
    ct_timer_arm(&engine->timer, entry, ct_table_number(&engine->table, entry), engine->now_ns);
    if (ct_timer_is_wasteful(&engine->timer, engine->table.used))
      ct_timer_compact(&engine->timer, engine->table.slab);
  }
  engine->stats.created++;
  note_peak(engine);
  result->changes |= CT_CHANGE_CREATED;
  result->events |= entry->status & CT_STATUS_EXPECTED ? CT_EV_RELATED : CT_EV_NEW;
  if (entry->status & CT_STATUS_HELPER)
    result->events |= CT_EV_HELPER;
  return true;
}
