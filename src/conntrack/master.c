/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/master.h"

#include "conntrack/engine_internal.h"

ct_entry *ct_master_find(const ct_engine *engine, uint64_t id)
{
  gint64 key = (gint64)id;
  gpointer number = g_hash_table_lookup(engine->ext_owners, &key);

  return number ? ct_table_entry(&engine->table, GPOINTER_TO_UINT(number)) : NULL;
}

void ct_master_adopt(ct_engine *engine, uint64_t master_id, ct_ext *child)
{
  ct_entry *master = ct_master_find(engine, master_id);
  ct_ext *ext = master ? ct_ext_get(engine, master) : NULL;

  child->master_id = master_id;
  if (ext == NULL)
    return;
  child->mark = ext->mark;
  child->secmark = ext->secmark;
  ext->children++;
}

void ct_master_orphan(ct_engine *engine, uint64_t master_id, uint32_t children)
{
  gint64 *id = g_new(gint64, 1);

  *id = (gint64)master_id;
  g_hash_table_insert(engine->orphaned_masters, id, GUINT_TO_POINTER(children));
}

static void uncount(ct_engine *engine)
{
  if (engine->keeper != NULL)
    engine->keeper->uncount(engine->kept_by);
  else
    ct_core_count_add(engine, -1);
}

void ct_master_child_back(ct_engine *engine, uint64_t master_id)
{
  ct_entry *master = ct_master_find(engine, master_id);
  gint64 key = (gint64)master_id;

  if (master != NULL)
    ct_ext_get(engine, master)->children++;
  else
    ct_master_orphan(engine, master_id, GPOINTER_TO_UINT(g_hash_table_lookup(engine->orphaned_masters, &key)) + 1);
}

void ct_master_child_gone(ct_engine *engine, uint64_t master_id)
{
  ct_entry *master = ct_master_find(engine, master_id);
  gint64 key = (gint64)master_id;
  uint32_t children;

  if (master) {
    ct_ext_get(engine, master)->children--;
    return;
  }
  children = GPOINTER_TO_UINT(g_hash_table_lookup(engine->orphaned_masters, &key));
  g_assert(children > 0);
  if (children > 1) {
    ct_master_orphan(engine, master_id, children - 1);
    return;
  }
  g_hash_table_remove(engine->orphaned_masters, &key);
  uncount(engine);
}
