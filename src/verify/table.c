/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include <string.h>

#include "transcript.h"

guint verify_tuple_hash(gconstpointer tuple) { return ct_tuple_hash(tuple); }
gboolean verify_tuple_equal(gconstpointer a, gconstpointer b) { return ct_tuple_equal(a, b); }

void verify_table_init(verify_table *table)
{
  table->entries = g_hash_table_new_full(verify_tuple_hash, verify_tuple_equal, NULL, g_free);
  table->expected = g_array_new(FALSE, FALSE, sizeof(verify_expect));
}

void verify_table_clear(verify_table *table)
{
  g_hash_table_unref(table->entries);
  g_array_unref(table->expected);
}

verify_entry *verify_table_find(const verify_table *table, const ct_tuple *orig)
{
  return g_hash_table_lookup(table->entries, orig);
}

static void expects_apply(GArray *expected, const verify_line *line)
{
  for (guint i = 0; i < line->expect_gone->len; i++) {
    const ct_tuple *gone = &g_array_index(line->expect_gone, ct_tuple, i);
    for (guint j = 0; j < expected->len; j++)
      if (ct_tuple_equal(&g_array_index(expected, verify_expect, j).tuple, gone)) {
        g_array_remove_index(expected, j);
        break;
      }
  }
  for (guint i = 0; i < line->expected->len; i++) {
    verify_expect expect = g_array_index(line->expected, verify_expect, i);
    expect.stamp = line->number;
    g_array_append_val(expected, expect);
  }
}

void verify_table_apply(verify_table *table, const verify_line *line)
{
  for (guint i = 0; i < line->gone->len; i++)
    g_hash_table_remove(table->entries, &g_array_index(line->gone, ct_tuple, i));
  for (guint i = 0; i < line->listed->len; i++) {
    verify_entry *entry = g_memdup2(&g_array_index(line->listed, verify_entry, i), sizeof *entry);
    entry->stamp = line->number;
    /* replace, not insert: the key lives inside the value, so both must change together */
    g_hash_table_replace(table->entries, &entry->orig, entry);
  }
  expects_apply(table->expected, line);
}
