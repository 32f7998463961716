/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry's end. */
#include "conntrack/engine_internal.h"
#include "conntrack/helper/helping.h"
#include "conntrack/master.h"
#include "conntrack/nat/internal.h"
#include "conntrack/proto/proto.h"

bool ct_core_bury(ct_engine *engine, ct_entry *entry)
{
  const ct_ext *ext = ct_ext_get(engine, entry);
  uint32_t children;

  engine->ended_id = entry->id;
  engine->ended_mark = ext->mark;
  engine->ended_labels = ext->labels;
  ct_helper_gone(engine, entry);
  ct_expect_end_all(engine, entry);
  if (ext->master_id != 0) {
    ct_master_child_gone(engine, ext->master_id);
    if (entry->proto == CT_PROTO_GRE)
      ct_gre_key_drop(engine, ext->master_id);
  }
  children = ext->children; /* whom the helper has ended is none of them any more */
  if (children != 0)
    ct_master_orphan(engine, entry->id, children);
  ct_ext_drop(engine, entry);
  return children != 0;
}

/* Frees an entry that is in no list any more. */
static void release(ct_engine *engine, ct_entry *entry)
{
  if (G_UNLIKELY(engine->nat != NULL))
    ct_nat_forget(engine, entry);
  if (entry->ext == 0 && engine->ended_id == entry->id)
    engine->ended_id = 0; /* a dropped packet's entry had this id before */
  if (entry->ext == 0 || !ct_core_bury(engine, entry))
    ct_core_count_add(engine, -1);
  ct_table_give(&engine->table, entry);
}

/* Not its helper's timeout, nor that of a rule's policy. */
static bool is_of_settings(const ct_engine *engine, const ct_entry *entry)
{
  const ct_ext *ext = ct_ext_get(engine, entry);

  return ext == NULL || (ext->timeout_ns == NULL && ext->helper_deadline_ns != entry->deadline_ns);
}

void ct_core_destroy_at(ct_engine *engine, ct_entry *entry, ct_reason reason, int64_t ended_ns)
{
  if (G_UNLIKELY(engine->keeper != NULL)) {
    engine->keeper->end(engine->kept_by, entry, reason);
    return;
  }
  entry->status |= CT_STATUS_DYING;
  engine->stats.ended[reason]++;
  if (reason == CT_REASON_END_TIMEOUT && is_of_settings(engine, entry))
    engine->stats.expired_by_timeout[ct_proto_of_entry(engine->params.profile, entry)->timeout(entry)]++;
  if (G_UNLIKELY(engine->ended_view != NULL))
    ct_entry_view(engine, entry, engine->ended_view);
  if (ct_event_wanted(engine, CT_EVENT_DESTROY))
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

void ct_core_forget(ct_engine *engine, ct_entry *entry) { release(engine, entry); }
