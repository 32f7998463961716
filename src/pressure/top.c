/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "top.h"

#include <stdlib.h>
#include <string.h>

struct pressure_top {
  guint n;
  pressure_top_row heap[PRESSURE_TOP_KEPT]; /* the lightest on top */
  GHashTable *places;                       /* address => place in the heap + 1 */
};

typedef struct top_key {
  ct_addr addr;
  guint8 family;
} top_key;

static guint key_hash(gconstpointer data)
{
  const top_key *key = data;
  guint64 h = (key->addr.halves[0] ^ key->addr.halves[1] * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xd6e8feb86659fd93);

  return (guint)(h >> 32) ^ key->family;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
  const top_key *ka = a, *kb = b;

  return ka->family == kb->family && ct_addr_equal(&ka->addr, &kb->addr);
}

pressure_top *pressure_top_new(void)
{
  pressure_top *top = g_new0(pressure_top, 1);

  top->places = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
  return top;
}

void pressure_top_free(pressure_top *top)
{
  if (!top)
    return;
  g_hash_table_destroy(top->places);
  g_free(top);
}

static void settle(pressure_top *top, guint at)
{
  top_key key = { top->heap[at].addr, top->heap[at].family }, *kept = g_memdup2(&key, sizeof(key));

  g_hash_table_replace(top->places, kept, GUINT_TO_POINTER(at + 1));
}

static void swap(pressure_top *top, guint a, guint b)
{
  pressure_top_row row = top->heap[a];

  top->heap[a] = top->heap[b];
  top->heap[b] = row;
  settle(top, a);
  settle(top, b);
}

static void sink(pressure_top *top, guint at)
{
  for (;;) {
    guint least = at, left = 2 * at + 1, right = left + 1;

    if (left < top->n && top->heap[left].count < top->heap[least].count)
      least = left;
    if (right < top->n && top->heap[right].count < top->heap[least].count)
      least = right;
    if (least == at)
      return;
    swap(top, at, least);
    at = least;
  }
}

void pressure_top_add(pressure_top *top, guint8 family, const ct_addr *addr)
{
  top_key key = { *addr, family };
  guint place = GPOINTER_TO_UINT(g_hash_table_lookup(top->places, &key));

  if (place != 0) {
    top->heap[place - 1].count++;
    sink(top, place - 1);
    return;
  }
  if (top->n < PRESSURE_TOP_KEPT) {
    guint at = top->n++;

    top->heap[at] = (pressure_top_row){ *addr, family, 1, 0 };
    settle(top, at);
    for (; at > 0 && top->heap[(at - 1) / 2].count > top->heap[at].count; at = (at - 1) / 2)
      swap(top, at, (at - 1) / 2);
    return;
  }
  /* The lightest gives way, and leaves its weight as the newcomer's possible error. */
  key = (top_key){ top->heap[0].addr, top->heap[0].family };
  g_hash_table_remove(top->places, &key);
  top->heap[0] = (pressure_top_row){ *addr, family, top->heap[0].count + 1, top->heap[0].count };
  settle(top, 0);
  sink(top, 0);
}

void pressure_top_keep(pressure_top *top, resume_io *io)
{
  guint32 n = resume_count(io, top->n, sizeof(ct_addr) + 1 + 16), i;

  if (n > PRESSURE_TOP_KEPT)
    resume_fail(io, "it counts more addresses than are kept");
  for (i = 0; i < n && !io->failed; i++) {
    pressure_top_row *row = &top->heap[i];

    resume_raw(io, &row->addr, sizeof row->addr);
    resume_u8(io, &row->family);
    resume_u64(io, &row->count);
    resume_u64(io, &row->error);
    if (!resume_reads(io))
      continue;
    top->n = i + 1;
    settle(top, i);
  }
  if (g_hash_table_size(top->places) != top->n)
    resume_fail(io, "it counts an address twice");
}

static int heavier(const void *pa, const void *pb)
{
  const pressure_top_row *a = pa, *b = pb;

  if (a->count != b->count)
    return a->count > b->count ? -1 : 1;
  if (a->family != b->family)
    return a->family < b->family ? -1 : 1;
  return memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr));
}

pressure_top_row *pressure_top_rows(const pressure_top *top, guint *n)
{
  pressure_top_row *rows = g_memdup2(top->heap, MAX(top->n, 1) * sizeof(*rows));

  qsort(rows, top->n, sizeof(*rows), heavier);
  *n = MIN(*n, top->n);
  return rows;
}
