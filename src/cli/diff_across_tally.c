/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is counted of two captures across a firewall. */
#include "diff_across.h"

#include <string.h>

enum { DELAYS_MOST = 1 << 20 };

void across_tally_begin(across_tally *t)
{
  guint i;

  memset(t, 0, sizeof(*t));
  t->last_ns[0] = t->last_ns[1] = G_MININT64;
  t->whys = cli_diff_tally_new();
  t->fields = cli_diff_tally_new();
  for (i = 0; i < ACROSS_WAYS; i++) {
    t->delays[i].ns = g_array_new(FALSE, FALSE, sizeof(gint64));
    t->delays[i].stride = 1;
  }
}

void across_tally_end(across_tally *t)
{
  guint i;

  g_hash_table_unref(t->whys);
  g_hash_table_unref(t->fields);
  for (i = 0; i < ACROSS_WAYS; i++)
    g_array_unref(t->delays[i].ns);
}

/* Every second one goes when there are too many: memory has a bound, and no chance has a part in it. */
static void thin(across_delays *d)
{
  gint64 *ns = (gint64 *)(gpointer)d->ns->data;
  guint i;

  for (i = 0; 2 * i < d->ns->len; i++)
    ns[i] = ns[2 * i];
  g_array_set_size(d->ns, i);
  d->stride *= 2;
}

static void note_delay(across_delays *d, gint64 ns, guint64 packet)
{
  if (d->pairs == 0 || ns < d->least_ns)
    d->least_ns = ns;
  if (d->pairs == 0 || ns > d->most_ns) {
    d->most_ns = ns;
    d->longest_packet = packet;
  }
  if (d->pairs++ % d->stride == 0)
    g_array_append_val(d->ns, ns);
  if (d->ns->len >= DELAYS_MOST)
    thin(d);
}

void across_tally_pair(across_tally *t, const across_sighting *a, const across_sighting *b)
{
  int way = across_way(a);
  const across_sighting *in = way >= 0 ? a : b, *out = way >= 0 ? b : a;

  t->pairs++;
  note_delay(&t->delays[way >= 0 ? 0 : 1], emit_time_since(out->time_ns, in->time_ns), in->number);
  if (out->ttl > in->ttl)
    t->more_ttl++;
  else
    t->hops[in->ttl - out->ttl]++;
}

static gint compare_ns(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return x < y ? -1 : x > y;
}

gint64 across_delays_median(const across_delays *d, gboolean *exact)
{
  *exact = d->stride == 1;
  if (d->ns->len == 0)
    return 0;
  g_array_sort(d->ns, compare_ns);
  return g_array_index(d->ns, gint64, (d->ns->len - 1) / 2);
}
