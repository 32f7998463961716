/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry that somebody other than its packet asks for: a helper that ends another connection. */
#include "conntrack/engine_internal.h"

ct_entry *ct_core_find(ct_engine *engine, const ct_tuple *tuple, ct_dir *dir)
{
  ct_entry *entry;

  if (engine->keeper != NULL)
    return engine->keeper->find(engine->kept_by, tuple, dir);
  *dir = CT_ORIGINAL;
  entry = ct_table_find(&engine->table, tuple, ct_tuple_hash(tuple), dir);

  return entry && !ct_core_is_expired(engine, entry) ? entry : NULL;
}
