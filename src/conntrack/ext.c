/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/ext.h"

#include <string.h>

#include "conntrack/engine_internal.h"

unsigned ct_ext_id_hash(const void *id) { return (unsigned)ct_hash_words(*(const uint64_t *)id, 0); }

inline ct_ext *ct_ext_get(const ct_engine *engine, const ct_entry *entry)
{
  return entry->ext ? engine->exts[entry->ext] : NULL;
}

ct_ext *ct_ext_need(ct_engine *engine, ct_entry *entry)
{
  if (entry->ext != 0)
    return engine->exts[entry->ext];
  if (engine->free_exts->len > 0) {
    entry->ext = g_array_index(engine->free_exts, uint32_t, engine->free_exts->len - 1);
    g_array_set_size(engine->free_exts, engine->free_exts->len - 1);
  } else {
    if (engine->n_exts + 1 >= engine->exts_size) {
      engine->exts_size = engine->exts_size ? engine->exts_size * 2 : 64;
      engine->exts = g_renew(ct_ext *, engine->exts, engine->exts_size);
    }
    entry->ext = ++engine->n_exts;
  }
  engine->exts[entry->ext] = g_new0(ct_ext, 1);
  if (entry->id != 0)
    ct_ext_own(engine, entry);
  return engine->exts[entry->ext];
}

const int64_t *ct_engine_policy(ct_engine *engine, const int64_t *timeout_ns)
{
  const size_t bytes = CT_TIMEOUT_COUNT * sizeof(*timeout_ns);
  unsigned i;

  for (i = 0; i < engine->policies->len; i++)
    if (memcmp(g_ptr_array_index(engine->policies, i), timeout_ns, bytes) == 0)
      return g_ptr_array_index(engine->policies, i);
  g_ptr_array_add(engine->policies, g_memdup2(timeout_ns, bytes));
  return g_ptr_array_index(engine->policies, i);
}

void ct_ext_own(ct_engine *engine, const ct_entry *entry)
{
  gint64 *id = g_new(gint64, 1);

  *id = (gint64)entry->id;
  g_hash_table_insert(engine->ext_owners, id, GUINT_TO_POINTER(ct_table_number(&engine->table, entry)));
}

void ct_ext_drop(ct_engine *engine, ct_entry *entry)
{
  gint64 id = (gint64)entry->id;

  if (entry->ext == 0)
    return;
  g_hash_table_remove(engine->ext_owners, &id);
  g_free(engine->exts[entry->ext]->helper_state);
  g_free(engine->exts[entry->ext]);
  engine->exts[entry->ext] = NULL;
  g_array_append_val(engine->free_exts, entry->ext);
  entry->ext = 0;
}
