/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/rules_expects.h"

struct verify_rules_expects {
  GHashTable *before, *now; /* guint64* id => flags */
  GArray *changed;          /* ct_expect_view */
};

verify_rules_expects *verify_rules_expects_new(void)
{
  verify_rules_expects *e = g_new0(verify_rules_expects, 1);

  e->before = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  e->now = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  e->changed = g_array_new(FALSE, FALSE, sizeof(ct_expect_view));
  return e;
}

void verify_rules_expects_free(verify_rules_expects *e)
{
  if (e == NULL)
    return;
  g_hash_table_unref(e->before);
  g_hash_table_unref(e->now);
  g_array_unref(e->changed);
  g_free(e);
}

static void look_at(const ct_expect_view *view, void *user)
{
  verify_rules_expects *e = user;
  gint64 id = (gint64)view->id;
  gpointer flags = GUINT_TO_POINTER(view->flags), was;

  if (g_hash_table_lookup_extended(e->before, &id, NULL, &was) && was != flags)
    g_array_append_val(e->changed, *view);
  g_hash_table_insert(e->now, g_memdup2(&id, sizeof id), flags);
}

const GArray *verify_rules_expects_changed(verify_rules_expects *e, const ct_engine *engine)
{
  GHashTable *seen;

  g_array_set_size(e->changed, 0);
  ct_engine_each_expect(engine, look_at, e);
  seen = e->before;
  e->before = e->now;
  e->now = seen;
  g_hash_table_remove_all(e->now);
  return e->changed;
}
