/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine_check.h"

#include "conntrack/engine_internal.h"
#include "conntrack/master.h"
#include "conntrack/nat/internal.h"

/*
 * A fuzzer is to look for new ways through the engine, not through what judges it: half of its time went into noting
 * the comparisons of these loops.
 */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("coverage"))), apply_to = function)
#endif

/*
 * The longest chain that confirmation allows: 50, up to 29, and two, then both nodes of the entry that just fitted.
 * Buckets that were built late hold what came before, but no more than bucket.c's own limit.
 */
enum { CHAIN_MOST = 50 + 29 + 2 + 2, CHAIN_MOST_LATE = 250 };

static bool is_live(const ct_entry *entry) { return entry->id != 0 && entry->status & CT_STATUS_CONFIRMED; }

/* Status bits, tuples and the list of sources agree on what is translated. */
static void check_mapping(const ct_engine *engine, const ct_entry *entry)
{
  const guint16 bits = CT_NAT_BITS | CT_NAT_BOTH_DONE;
  guint32 number, own = ct_table_number(&engine->table, entry);
  guint32 hash;
  ct_tuple original;

  g_assert_false(entry->traits & CT_ENTRY_ALONE);
  g_assert_true(!(entry->status & bits) || engine->nat != NULL);
  g_assert_true(!(entry->status & CT_NAT_BITS) || entry->traits & CT_ENTRY_KEYED);
  g_assert_true(!(entry->status & CT_STATUS_SRC_NAT) || entry->status & CT_STATUS_SRC_NAT_DONE);
  g_assert_true(!(entry->status & CT_STATUS_DST_NAT) || entry->status & CT_STATUS_DST_NAT_DONE);
  if (!(entry->status & CT_STATUS_SRC_NAT_DONE))
    return;
  ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &original);
  hash = ct_nat_source_hash(&original);
  for (number = ct_nat_same_source(engine, &original, hash, 0); number != own;
       number = ct_nat_same_source(engine, &original, hash, number))
    g_assert_cmpuint(number, !=, 0);
}

static bool has_two_zones(const ct_engine *engine, const ct_entry *entry)
{
  ct_tuple tuple[2];

  ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &tuple[CT_ORIGINAL]);
  ct_table_tuple(&engine->table, entry, CT_REPLY, &tuple[CT_REPLY]);
  return tuple[CT_ORIGINAL].zone != tuple[CT_REPLY].zone;
}

static void check_entry(ct_engine *engine, const ct_entry *entry)
{
  const ct_entry *found;
  ct_tuple tuple;
  ct_dir dir;

  g_assert_false(entry->status & CT_STATUS_DYING);
  g_assert_false(entry->traits & CT_ENTRY_NOTED);
  g_assert_cmpuint(entry->id, <=, engine->last_id);
  if (entry->traits & CT_ENTRY_KEYED && entry->alias == 0)
    g_assert_cmpuint(ct_table_number(&engine->table, entry), <, engine->table.keys_size);
  g_assert_true(!(entry->traits & CT_ENTRY_ZONED) || entry->traits & CT_ENTRY_KEYED);
  if (entry->traits & CT_ENTRY_IPV6)
    g_assert_true(entry->addr[0] > 0 && entry->addr[0] < engine->table.pairs_top);
  ct_table_tuple(&engine->table, entry, CT_ORIGINAL, &tuple);
  g_assert_false(ct_tuple_is_icmp_answer(&tuple));
  /*
   * Each of its two tuples finds it, and nobody else. Where somebody's two directions are in two zones, his one tuple
   * may be another's other one: then it is as that direction's that it finds it.
   */
  for (ct_dir own = CT_ORIGINAL; own <= CT_REPLY; own++) {
    ct_table_looked_up(&engine->table, entry, own, &tuple);
    dir = own;
    found = ct_table_find(&engine->table, &tuple, ct_tuple_hash(&tuple), &dir);
    g_assert_nonnull(found);
    g_assert_true(found == entry || has_two_zones(engine, found) || has_two_zones(engine, entry));
    g_assert_true(ct_table_find_as(&engine->table, &tuple, ct_tuple_hash(&tuple), own) == entry);
  }
  check_mapping(engine, entry);
  if (engine->params.gc != CT_GC_EXACT)
    return;
  g_assert_cmpint(entry->deadline_ns, >=, engine->now_ns);
  /* The wheel looks at it no later than it is due. */
  g_assert_true((entry->deadline_ns >> 26) - (engine->now_ns >> 26) >= CT_TIMER_FURTHEST_TICKS ||
                (gint32)(ct_timer_tick(entry->deadline_ns) - entry->armed_tick) >= 0);
}

/* Slab and index: every live entry once in both. */
static void check_table(ct_engine *engine)
{
  const ct_table *t = &engine->table;
  guint32 live = 0, slots = 0, second = 0, hash;
  ct_tuple original;

  for (guint32 number = 1; number < t->top; number++) {
    const ct_entry *entry = ct_table_entry(t, number);

    if (!is_live(entry))
      continue;
    live++;
    ct_table_tuple(t, entry, CT_ORIGINAL, &original);
    second += ct_table_has_second(t, entry, ct_tuple_hash(&original), &hash);
    check_entry(engine, entry);
  }
  for (guint32 at = 0; at <= t->slot_mask; at++) {
    if (t->slots[at].number == 0)
      continue;
    slots++;
    g_assert_cmpuint(t->slots[at].number, <, t->top);
    g_assert_true(is_live(ct_table_entry(t, t->slots[at].number)));
  }
  g_assert_cmpuint(live, ==, t->used);
  g_assert_cmpuint(second, ==, t->second);
  g_assert_cmpuint(slots, ==, t->used + second);
}

static void check_count(const ct_engine *engine)
{
  guint64 ended = 0;

  for (guint i = 0; i < CT_REASON_COUNT; i++)
    ended += engine->stats.ended[i];
  g_assert_cmpuint(engine->stats.created, ==, ended + engine->table.used);
  g_assert_cmpuint(engine->count, ==, engine->table.used + g_hash_table_size(engine->orphaned_masters));
  g_assert_true(engine->params.max == 0 || engine->table.used <= engine->params.max);
  g_assert_cmpuint(engine->stats.peak_count, >=, engine->count);
  g_assert_cmpuint(engine->timer.notes, <=, 4 * (guint64)engine->table.used + 65536);
}

/* The kernel's buckets: every node once, in the bucket of its tuple, under a length and a deadline that are true. */
static void check_buckets(const ct_engine *engine)
{
  const ct_buckets *b = &engine->buckets;
  guint64 nodes = 0;

  if (!b->active)
    return;
  for (guint32 at = 0; at < b->size; at++) {
    guint64 before = G_MAXUINT64;
    guint32 n = 0;

    for (guint32 node = ct_buckets_first(b, at); node != 0; node = ct_buckets_after(b, node), n++) {
      const ct_entry *entry = ct_table_entry(&engine->table, node / 2);
      guint64 place = entry->id * 2 + (node & 1);
      guint32 own[2];

      g_assert_true(is_live(entry));
      g_assert_cmpuint(place, <, before); /* newest first, an answer's before its question's: states rely on it */
      before = place;
      ct_buckets_of_entry(b, &engine->table, entry, own);
      g_assert_cmpuint(own[node & 1], ==, at);
      g_assert_true(engine->params.gc != CT_GC_KERNEL || ct_buckets_may_expire(b, at, entry->deadline_ns));
    }
    g_assert_cmpuint(n, ==, ct_buckets_length(b, at));
    g_assert_cmpuint(n, <=, engine->params.gc == CT_GC_KERNEL ? CHAIN_MOST : CHAIN_MOST_LATE);
    nodes += n;
  }
  g_assert_cmpuint(nodes, <=, 2 * (guint64)engine->table.used);
  g_assert_true(nodes == 2 * (guint64)engine->table.used || engine->params.gc == CT_GC_EXACT);
}

/* Extensions: each belongs to one entry, and masters know how many children they have. */
static void check_exts(const ct_engine *engine)
{
  GHashTable *children = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer key, value;
  guint owners = 0;

  for (guint32 number = 1; number < engine->table.top; number++) {
    const ct_entry *entry = ct_table_entry(&engine->table, number);
    const ct_ext *ext = is_live(entry) ? ct_ext_get(engine, entry) : NULL;
    gint64 id;

    if (ext == NULL)
      continue;
    owners++;
    g_assert_true(ct_master_find(engine, entry->id) == entry);
    if (ext->master_id == 0)
      continue;
    id = (gint64)ext->master_id;
    value = g_hash_table_lookup(children, &id);
    g_hash_table_insert(children, g_memdup2(&id, sizeof(id)), GUINT_TO_POINTER(GPOINTER_TO_UINT(value) + 1));
  }
  g_assert_cmpuint(owners, ==, g_hash_table_size(engine->ext_owners));
  g_assert_cmpuint(owners + engine->free_exts->len, ==, engine->n_exts);
  g_hash_table_iter_init(&iter, children);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    const ct_entry *master = ct_master_find(engine, *(const guint64 *)key);

    g_assert_cmpuint(GPOINTER_TO_UINT(value), ==,
                     master != NULL ? ct_ext_get(engine, master)->children
                                    : GPOINTER_TO_UINT(g_hash_table_lookup(engine->orphaned_masters, key)));
  }
  g_hash_table_unref(children);
}

typedef struct expectations {
  const ct_engine *engine;
  guint64 n, last_id;
} expectations;

static void check_expectation(const ct_expect_view *view, void *user)
{
  expectations *x = user;

  g_assert_cmpuint(view->id, >, x->last_id);
  g_assert_nonnull(ct_master_find(x->engine, view->master_id));
  g_assert_true(x->engine->params.gc != CT_GC_EXACT || view->deadline_ns > x->engine->now_ns);
  x->last_id = view->id;
  x->n++;
}

static void check_expectations(const ct_engine *engine)
{
  expectations x = { engine, 0, 0 };

  ct_engine_each_expect(engine, check_expectation, &x);
  g_assert_cmpuint(x.n, <=, engine->params.expect_max);
  /* Those that are over and not found yet count, but are not listed. */
  g_assert_cmpuint(ct_expect_count(engine), ==, engine->stats.expect_create - engine->stats.expect_delete);
  g_assert_true(engine->params.profile->expectation_end == CT_EXPECTATION_STAMP ? x.n <= ct_expect_count(engine)
                                                                                : x.n == ct_expect_count(engine));
  g_assert_true(ct_expect_any(engine) == (ct_expect_count(engine) > 0));
}

void engine_check(ct_engine *engine)
{
  g_assert_false(engine->in_watcher);
  g_assert_null(engine->packet);
  check_table(engine);
  check_count(engine);
  check_buckets(engine);
  check_exts(engine);
  check_expectations(engine);
}

void engine_check_empty(const ct_engine *engine)
{
  g_assert_cmpuint(engine->table.used, ==, 0);
  g_assert_cmpuint(engine->count, ==, 0);
  g_assert_cmpuint(engine->stats.expect_create, ==, engine->stats.expect_delete);
  g_assert_false(ct_expect_any(engine));
  g_assert_false(ct_gre_key_any(engine));
  g_assert_cmpuint(g_hash_table_size(engine->orphaned_masters), ==, 0);
  g_assert_cmpuint(g_hash_table_size(engine->ext_owners), ==, 0);
  g_assert_true(engine->nat == NULL || engine->nat->n_linked == 0);
}

#ifdef __clang__
#pragma clang attribute pop
#endif
