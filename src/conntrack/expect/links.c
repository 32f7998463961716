/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/expect/links.h"

#include "conntrack/engine_internal.h"
#include "conntrack/expect/gre_key.h"

enum { CHAINS_FIRST = 256 };

ct_expect_table *ct_expect_table_new(void)
{
  ct_expect_table *t = g_new0(ct_expect_table, 1);

  t->n_chains = CHAINS_FIRST;
  t->chains = g_new0(ct_expect *, t->n_chains);
  t->families = g_hash_table_new_full(ct_ext_id_hash, g_int64_equal, NULL, g_free);
  t->keys = ct_gre_keys_new();
  return t;
}

void ct_expect_table_free(ct_expect_table *t)
{
  ct_expect *e, *next;

  if (t == NULL)
    return;
  for (e = t->oldest; e != NULL; e = next) {
    next = e->newer;
    g_free(e);
  }
  g_hash_table_destroy(t->families);
  ct_gre_keys_free(t->keys);
  g_free(t->heap);
  g_free(t->chains);
  g_free(t);
}

ct_expect_table *ct_expect_table_anew(ct_expect_table *t)
{
  if (t != NULL && t->last_id == 0 && g_hash_table_size(t->families) == 0 && !ct_gre_keys_any_ever(t->keys))
    return t;
  ct_expect_table_free(t);
  return ct_expect_table_new();
}

/* --- the heap by (fire_ns, id) --- */

static bool fires_before(const ct_expect *a, const ct_expect *b)
{
  return a->fire_ns != b->fire_ns ? a->fire_ns < b->fire_ns : a->id < b->id;
}

static void heap_put(ct_expect_table *t, uint32_t at, ct_expect *e)
{
  t->heap[at] = e;
  e->heap_at = at;
}

static void heap_settle(ct_expect_table *t, uint32_t at, ct_expect *e)
{
  while (at > 0 && fires_before(e, t->heap[(at - 1) / 2])) {
    heap_put(t, at, t->heap[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
  for (;;) {
    uint32_t child = 2 * at + 1;

    if (child + 1 < t->count && fires_before(t->heap[child + 1], t->heap[child]))
      child++;
    if (child >= t->count || !fires_before(t->heap[child], e))
      break;
    heap_put(t, at, t->heap[child]);
    at = child;
  }
  heap_put(t, at, e);
}

void ct_expect_resettle(ct_expect_table *t, ct_expect *e) { heap_settle(t, e->heap_at, e); }

/* --- chains --- */

ct_expect **ct_expect_chain(const ct_expect_table *t, const ct_tuple *tuple)
{
  uint64_t h = ct_hash_words(tuple->dst.halves[0], tuple->dst.halves[1]);

  h = ct_hash_words(h, (uint64_t)tuple->dst_id << 16 | (uint64_t)tuple->proto << 8 | tuple->family);
  return &t->chains[h >> 32 & (t->n_chains - 1)];
}

static void chain_push(ct_expect_table *t, ct_expect *e)
{
  ct_expect **chain = ct_expect_chain(t, &e->spec.tuple);

  e->chain_next = *chain;
  *chain = e;
}

static void chains_grow(ct_expect_table *t)
{
  ct_expect *e;

  g_free(t->chains);
  t->n_chains *= 4;
  t->chains = g_new0(ct_expect *, t->n_chains);
  for (e = t->oldest; e != NULL; e = e->newer)
    chain_push(t, e);
}

/* --- families --- */

ct_expect_family *ct_expect_family_get(const ct_expect_table *t, uint64_t master_id)
{
  gint64 key = (gint64)master_id;

  return g_hash_table_lookup(t->families, &key);
}

ct_expect_family *ct_expect_family_need(ct_engine *engine, const ct_entry *master)
{
  ct_expect_family *f = ct_expect_family_get(engine->expects, master->id);

  if (f == NULL) {
    f = g_new0(ct_expect_family, 1);
    f->id = master->id;
    ct_table_tuple(&engine->table, master, CT_ORIGINAL, &f->tuple);
    f->helper = ct_ext_get(engine, master)->helper;
    if (f->helper == NULL)
      f->helper = &ct_expect_by_rule;
    g_hash_table_insert(engine->expects->families, &f->id, f);
  }
  return f;
}

void ct_expect_family_tidy(ct_expect_table *t, ct_expect_family *f)
{
  if (f->newest == NULL)
    g_hash_table_remove(t->families, &f->id);
}

/* --- in and out --- */

void ct_expect_link(ct_expect_table *t, ct_expect *e)
{
  ct_expect_family *f = e->family;

  e->id = ++t->last_id;
  e->older = t->newest;
  if (t->newest != NULL)
    t->newest->newer = e;
  else
    t->oldest = e;
  t->newest = e;
  e->family_next = f->newest;
  f->newest = e;
  f->expecting[e->spec.class_number]++;
  if (t->count == t->heap_size) {
    t->heap_size = t->heap_size ? 2 * t->heap_size : 64;
    t->heap = g_renew(ct_expect *, t->heap, t->heap_size);
  }
  heap_settle(t, t->count++, e);
  if (t->count > 2 * t->n_chains)
    chains_grow(t);
  else
    chain_push(t, e);
}

void ct_expect_unlink(ct_expect_table *t, ct_expect *e)
{
  ct_expect **at;
  ct_expect *last;

  for (at = ct_expect_chain(t, &e->spec.tuple); *at != e; at = &(*at)->chain_next)
    ;
  *at = e->chain_next;
  for (at = &e->family->newest; *at != e; at = &(*at)->family_next)
    ;
  *at = e->family_next;
  e->family->expecting[e->spec.class_number]--;
  if (e->older != NULL)
    e->older->newer = e->newer;
  else
    t->oldest = e->newer;
  if (e->newer != NULL)
    e->newer->older = e->older;
  else
    t->newest = e->older;
  last = t->heap[--t->count];
  if (last != e)
    heap_settle(t, e->heap_at, last);
}
