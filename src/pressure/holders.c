/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "holders.h"

#include <string.h>

/* now differs from peak exactly where the row stands in changed, at place - 1. */
typedef struct row {
  pressure_holder held;
  guint place;
} row;

struct pressure_holders {
  GHashTable *rows;   /* of row, by its key */
  GPtrArray *changed; /* rows that are not as they were at the peak */
  guint64 now, peak;
};

static guint key_hash(gconstpointer data)
{
  const pressure_holder_key *key = data;
  guint64 h = (key->addr.halves[0] ^ key->addr.halves[1] * UINT64_C(0x9e3779b97f4a7c15)) + key->family;

  h = (h ^ ((guint64)key->proto << 16 | key->port) * UINT64_C(0xbf58476d1ce4e5b9)) * UINT64_C(0xd6e8feb86659fd93);
  return (guint)(h >> 32);
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
  const pressure_holder_key *ka = a, *kb = b;

  return ka->family == kb->family && ka->proto == kb->proto && ka->port == kb->port &&
         ct_addr_equal(&ka->addr, &kb->addr);
}

pressure_holders *pressure_holders_new(void)
{
  pressure_holders *h = g_new0(pressure_holders, 1);

  h->rows = g_hash_table_new_full(key_hash, key_equal, NULL, g_free);
  h->changed = g_ptr_array_new();
  return h;
}

void pressure_holders_free(pressure_holders *h)
{
  if (h == NULL)
    return;
  g_ptr_array_unref(h->changed);
  g_hash_table_unref(h->rows);
  g_free(h);
}

/* After its figures changed: among the changed or not, as they say; a row of nothing goes. */
static void settle(pressure_holders *h, row *r)
{
  gboolean differs = r->held.now != r->held.peak;

  if (differs && r->place == 0) {
    g_ptr_array_add(h->changed, r);
    r->place = h->changed->len;
  } else if (!differs && r->place != 0) {
    row *last = g_ptr_array_index(h->changed, h->changed->len - 1);

    last->place = r->place;
    g_ptr_array_index(h->changed, r->place - 1) = last;
    g_ptr_array_set_size(h->changed, (gint)h->changed->len - 1);
    r->place = 0;
  }
  if (r->held.now == 0 && r->held.peak == 0)
    g_hash_table_remove(h->rows, r);
}

void pressure_holders_come(pressure_holders *h, const pressure_holder_key *key)
{
  row *r = g_hash_table_lookup(h->rows, key);

  if (r == NULL) {
    r = g_new0(row, 1);
    r->held.key = *key;
    g_hash_table_add(h->rows, r);
  }
  r->held.now++;
  settle(h, r);
  if (++h->now <= h->peak)
    return;
  h->peak = h->now;
  while (h->changed->len > 0) {
    r = g_ptr_array_index(h->changed, h->changed->len - 1);
    r->held.peak = r->held.now;
    settle(h, r);
  }
}

void pressure_holders_go(pressure_holders *h, const pressure_holder_key *key)
{
  row *r = g_hash_table_lookup(h->rows, key);

  g_return_if_fail(r != NULL && r->held.now > 0);
  h->now--;
  r->held.now--;
  settle(h, r);
}

guint64 pressure_holders_peak(const pressure_holders *h) { return h->peak; }

static gint by_key(const pressure_holder *a, const pressure_holder *b)
{
  gint order = (gint)a->key.family - (gint)b->key.family;

  if (order == 0)
    order = memcmp(a->key.addr.bytes, b->key.addr.bytes, sizeof(a->key.addr.bytes));
  if (order == 0)
    order = (gint)a->key.proto - (gint)b->key.proto;
  return order != 0 ? order : (gint)a->key.port - (gint)b->key.port;
}

static gint by_peak(gconstpointer pa, gconstpointer pb)
{
  const pressure_holder *a = pa, *b = pb;

  return a->peak != b->peak ? (a->peak > b->peak ? -1 : 1) : by_key(a, b);
}

static gint by_now(gconstpointer pa, gconstpointer pb)
{
  const pressure_holder *a = pa, *b = pb;

  return a->now != b->now ? (a->now > b->now ? -1 : 1) : by_key(a, b);
}

/* Puts one in its place among the most that come first; n is how many there are. */
static guint keep(pressure_holder *kept, guint n, guint most, const pressure_holder *one, GCompareFunc order)
{
  guint at = n;

  if (n == most && (most == 0 || order(one, &kept[n - 1]) >= 0))
    return n;
  if (n == most)
    at--;
  else
    n++;
  for (; at > 0 && order(one, &kept[at - 1]) < 0; at--)
    kept[at] = kept[at - 1];
  kept[at] = *one;
  return n;
}

static gboolean is_among(const pressure_holder *rows, guint n, const pressure_holder *one)
{
  guint i;

  for (i = 0; i < n && !key_equal(&rows[i].key, &one->key); i++)
    ;
  return i < n;
}

pressure_holder *pressure_holders_rows(const pressure_holders *h, guint most, guint *n)
{
  pressure_holder *rows = g_new0(pressure_holder, 2 * most + 1), *now = g_new0(pressure_holder, most + 1);
  guint n_peak = 0, n_now = 0, i;
  GHashTableIter iter;
  gpointer data;

  g_hash_table_iter_init(&iter, h->rows);
  while (g_hash_table_iter_next(&iter, NULL, &data)) {
    const row *r = data;

    if (r->held.peak > 0)
      n_peak = keep(rows, n_peak, most, &r->held, by_peak);
    if (r->held.now > 0)
      n_now = keep(now, n_now, most, &r->held, by_now);
  }
  *n = n_peak;
  for (i = 0; i < n_now; i++)
    if (!is_among(rows, n_peak, &now[i]))
      rows[(*n)++] = now[i];
  g_free(now);
  return rows;
}
