/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry comes to be: taken, and confirmed. */
#include "conntrack/engine_internal.h"
#include "conntrack/way.h"

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

static bool chain_is_too_long(ct_engine *engine, const uint32_t at[2])
{
  int dir;

  for (dir = 0; dir < 2; dir++)
    if (ct_evict_chain_is_full(ct_buckets_length(&engine->buckets, at[dir]), engine->params.hash_seed, engine->last_id))
      return true;
  return false;
}

/*
 * Whether somebody has one of the entry's tuples. Where all replies are their originals' inverses, that would need
 * parallel packets: an entry that is there is found, and none is made.
 */
static __attribute__((noinline)) bool is_taken_by_another(ct_engine *engine, const ct_entry *entry, uint32_t hash)
{
  uint32_t hashes[2] = { hash, hash };
  ct_dir dir, found;
  ct_tuple tuple[2];

  ct_table_has_second(&engine->table, entry, hash, &hashes[CT_REPLY]);
  for (dir = CT_ORIGINAL; dir <= CT_REPLY; dir++)
    ct_table_looked_up(&engine->table, entry, dir, &tuple[dir]);
  for (dir = CT_ORIGINAL; dir <= CT_REPLY; dir++) {
    found = dir;
    /* Where its two directions are in two zones, each has to do with that direction of others alone. */
    if (tuple[CT_ORIGINAL].zone != tuple[CT_REPLY].zone
          ? ct_table_find_as(&engine->table, &tuple[dir], hashes[dir], dir) != NULL
          : ct_table_find(&engine->table, &tuple[dir], hashes[dir], &found) != NULL)
      return true;
  }
  return false;
}

/* __nf_conntrack_confirm, spec 4.1. */
inline bool ct_core_confirm(ct_engine *engine, ct_entry *entry, const ct_packet *packet, uint32_t hash,
                            ct_result *result)
{
  uint32_t at[2] = { 0, 0 };

  if (G_UNLIKELY(ct_table_has_keys(&engine->table)) && !(entry->traits & CT_ENTRY_ALONE) &&
      is_taken_by_another(engine, entry, hash)) {
    engine->stats.insert_failed++;
    engine->stats.drop++;
    result->reason = CT_REASON_CLASH;
    return false;
  }
  if (engine->buckets.active)
    ct_buckets_of_entry(&engine->buckets, &engine->table, entry, at);
  if (engine->buckets.active && engine->params.profile->chain_limit && chain_is_too_long(engine, at)) {
    engine->stats.chaintoolong++;
    engine->stats.insert_failed++;
    result->reason = CT_REASON_CHAIN_TOO_LONG;
    return false;
  }
  entry->traits &= (uint8_t)~CT_ENTRY_ALONE;
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
  ct_core_note_peak(engine);
  result->changes |= CT_CHANGE_CREATED;
  result->events |= entry->status & CT_STATUS_EXPECTED ? CT_EV_RELATED : CT_EV_NEW;
  if (entry->status & CT_STATUS_HELPER)
    result->events |= CT_EV_HELPER;
  return true;
}
