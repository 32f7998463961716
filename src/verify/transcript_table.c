/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/transcript_table.h"

#include <string.h>

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

gboolean verify_table_assured(const verify_table *table, const ct_tuple *orig)
{
  const verify_entry *entry = verify_table_find(table, orig);

  return entry != NULL && (entry->status & CT_STATUS_ASSURED) != 0;
}

/* => the expectation of this tuple and mask, or NULL. */
static verify_expect *expect_find(const GArray *expected, const verify_expect *x)
{
  for (guint i = 0; i < expected->len; i++) {
    verify_expect *other = &g_array_index(expected, verify_expect, i);

    if (ct_tuple_equal(&x->tuple, &other->tuple) && ct_tuple_equal(&x->mask, &other->mask))
      return other;
  }
  return NULL;
}

/*
 * An expectation that made way within the frame for another of the same tuple and mask: recordings that know them by
 * these alone do not list it anew, but the event says whose it is now.
 */
static void expect_event_apply(GArray *expected, const verify_event *event)
{
  verify_expect *listed = event->type == VERIFY_EV_EXP_NEW ? expect_find(expected, &event->u.expect) : NULL;

  if (listed == NULL)
    return;

  guint64 stamp = listed->stamp;

  *listed = event->u.expect;
  listed->stamp = stamp;
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
  for (guint i = 0; i < line->events->len; i++)
    expect_event_apply(expected, &g_array_index(line->events, verify_event, i));
  for (guint i = 0; i < line->expected->len; i++) {
    verify_expect expect = g_array_index(line->expected, verify_expect, i), *listed = expect_find(expected, &expect);

    expect.stamp = line->number;
    if (listed != NULL)
      *listed = expect;
    else
      g_array_append_val(expected, expect);
  }
}

void verify_table_apply(verify_table *table, const verify_line *line)
{
  for (guint i = 0; i < line->gone->len; i++)
    g_hash_table_remove(table->entries, &g_array_index(line->gone, ct_tuple, i));
  for (guint i = 0; i < line->listed->len; i++) {
    verify_entry *entry = g_memdup2(&g_array_index(line->listed, verify_entry, i), sizeof(*entry));

    entry->stamp = line->number;
    /* replace, not insert: the key lives inside the value, so both must change together */
    g_hash_table_replace(table->entries, &entry->orig, entry);
  }
  expects_apply(table->expected, line);
}

/* Equal but for the time: all members were zeroed before they were filled, and strings are interned. */
static gboolean entry_unchanged(const verify_entry *a, const verify_entry *b)
{
  gint64 moved_ns = (a->listed_ns + a->rest_ns) - (b->listed_ns + b->rest_ns);
  verify_entry x = *a, y = *b;

  x.timeout_s = y.timeout_s = x.rest_ns = y.rest_ns = x.listed_ns = y.listed_ns = 0;
  x.stamp = y.stamp = 0;
  return ABS(moved_ns) <= 1500000000 && memcmp(&x, &y, sizeof(x)) == 0;
}

/* Known, and still of the same master, class and helper. */
static gboolean expect_unchanged(const GArray *expected, const verify_expect *x)
{
  const verify_expect *before = expect_find(expected, x);

  /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an element of an array is somewhere */
  return before != NULL && before->class_number == x->class_number && before->helper == x->helper &&
         ct_tuple_equal(&before->master, &x->master);
}

static void gone_observe(const verify_table *table, verify_line *line, const GArray *entries)
{
  g_autoptr(GHashTable) now = g_hash_table_new(verify_tuple_hash, verify_tuple_equal);
  GHashTableIter iter;
  gpointer key;

  for (guint i = 0; i < entries->len; i++)
    g_hash_table_add(now, &g_array_index(entries, verify_entry, i).orig);
  g_hash_table_iter_init(&iter, table->entries);
  while (g_hash_table_iter_next(&iter, &key, NULL))
    if (!g_hash_table_contains(now, key))
      g_array_append_vals(line->gone, key, 1);
}

void verify_table_observe(verify_table *table, verify_line *line, const GArray *entries, const GArray *expected)
{
  gone_observe(table, line, entries);
  for (guint i = 0; i < entries->len; i++) {
    const verify_entry *entry = &g_array_index(entries, verify_entry, i);
    const verify_entry *before = verify_table_find(table, &entry->orig);

    if (before == NULL || !entry_unchanged(before, entry))
      g_array_append_val(line->listed, *entry);
  }
  for (guint i = 0; i < table->expected->len; i++) {
    const verify_expect *x = &g_array_index(table->expected, verify_expect, i);

    if (expect_find(expected, x) == NULL)
      g_array_append_val(line->expect_gone, x->tuple);
  }
  for (guint i = 0; i < expected->len; i++) {
    const verify_expect *x = &g_array_index(expected, verify_expect, i);

    if (!expect_unchanged(table->expected, x))
      g_array_append_val(line->expected, *x);
  }
  verify_table_apply(table, line);
}
