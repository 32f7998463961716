/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry's life: taken, confirmed, renewed, ended; and the count that the kernel would keep. */
#include "conntrack/engine_internal.h"
#include "conntrack/proto/proto.h"

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

inline void ct_core_refresh(ct_engine *engine, ct_entry *entry, int64_t timeout_ns)
{
  bool sooner;

  if (entry->status & CT_STATUS_FIXED_TIMEOUT)
    return;
  sooner = engine->now_ns + timeout_ns < entry->deadline_ns;
  entry->deadline_ns = engine->now_ns + timeout_ns;
  if (!(entry->status & CT_STATUS_CONFIRMED))
    return;
  if (sooner && engine->lanes != NULL)
    ct_lanes_sooner(engine->lanes, entry);
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

/* Frees an entry that is in no list any more. A dead master still counts while a child holds on to it. */
static void release(ct_engine *engine, ct_entry *entry)
{
  bool counts_on = false;

  if (entry->ext != 0) {
    const ct_ext *ext;

    ct_expect_master_gone(engine, entry);
    ext = ct_ext_get(engine, entry);
    if (ext && ext->children != 0) {
      gint64 *id = g_new(gint64, 1);

      *id = (gint64)entry->id;
      g_hash_table_insert(engine->orphaned_masters, id, GUINT_TO_POINTER(ext->children));
      counts_on = true;
    }
    ct_ext_drop(engine, entry);
  }
  if (!counts_on)
    ct_core_count_add(engine, -1);
  ct_table_give(&engine->table, entry);
}

void ct_core_child_gone(ct_engine *engine, uint64_t master_id)
{
  ct_entry *master = ct_core_by_id(engine, master_id);
  gint64 key = (gint64)master_id;
  guint children;

  if (master) {
    ct_ext_get(engine, master)->children--;
    return;
  }
  children = GPOINTER_TO_UINT(g_hash_table_lookup(engine->orphaned_masters, &key));
  g_assert(children > 0);
  if (children == 1) {
    g_hash_table_remove(engine->orphaned_masters, &key);
    if (engine->lanes != NULL)
      ct_lanes_uncount(engine->lanes);
    else
      ct_core_count_add(engine, -1);
  } else {
    gint64 *id = g_new(gint64, 1);

    *id = key;
    g_hash_table_insert(engine->orphaned_masters, id, GUINT_TO_POINTER(children - 1));
  }
}

void ct_core_destroy_at(ct_engine *engine, ct_entry *entry, ct_reason reason, int64_t ended_ns)
{
  if (G_UNLIKELY(engine->lanes != NULL)) {
    ct_lanes_destroy(engine->lanes, entry, reason);
    return;
  }
  entry->status |= CT_STATUS_DYING;
  engine->stats.ended[reason]++;
  if (reason == CT_REASON_END_TIMEOUT)
    engine->stats.expired_by_timeout[ct_proto_of_entry(entry)->timeout(entry)]++;
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

inline ct_entry *ct_core_create(ct_engine *engine, const ct_packet *packet, const ct_tuple *tuple, ct_result *result)
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
  /*
   * The kernel begins with a timeout of 0, and a tracker that lets a first packet pass without a verdict leaves it at
   * that.
   */
  entry->deadline_ns = engine->now_ns;
  if (engine->params.acct)
    entry->traits |= CT_ENTRY_COUNTED;
  if (ct_expect_any(engine) && ct_expect_meet(engine, entry, tuple, packet))
    result->changes |= CT_CHANGE_EXPECTED;
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
  entry->status |= CT_STATUS_CONFIRMED;
  entry->created_ns = packet->time_ns;
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
