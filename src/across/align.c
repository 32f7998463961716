/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "align.h"

enum { WIDTH = ACROSS_ALIGN_MOST + 1 };

static gint64 apart(gint64 expected, gint64 came)
{
  guint64 ns = expected < came ? (guint64)came - (guint64)expected : (guint64)expected - (guint64)came;

  return (gint64)MIN(ns, (guint64)2 * ACROSS_ALIGN_ALL);
}

/* cost[i * WIDTH + j]: the least for the first i of a and the first j of b. */
static void fill(gint64 *cost, const gint64 *expected, guint m, const gint64 *came, guint n, gint64 alone_ns)
{
  guint i, j;

  for (i = 0; i <= m; i++)
    for (j = 0; j <= n; j++) {
      gint64 *here = &cost[i * WIDTH + j];

      if (i == 0 || j == 0) {
        *here = (gint64)(i + j) * alone_ns;
        continue;
      }
      *here = MIN(here[-1], here[-WIDTH]) + alone_ns;
      *here = MIN(*here, here[-WIDTH - 1] + apart(expected[i - 1], came[j - 1]));
    }
}

/* Where one of the two rows is over, if what remains of the other one costs nothing. */
static void find_open_end(const gint64 *cost, guint m, guint n, guint *end_i, guint *end_j)
{
  guint i;

  for (i = 0; i < m; i++)
    if (cost[i * WIDTH + n] < cost[*end_i * WIDTH + *end_j]) {
      *end_i = i;
      *end_j = n;
    }
  for (i = 0; i < n; i++)
    if (cost[m * WIDTH + i] < cost[*end_i * WIDTH + *end_j]) {
      *end_i = m;
      *end_j = i;
    }
}

void across_align(const gint64 *expected, guint m, const gint64 *came, guint n, gint64 alone_ns, gboolean open,
                  guint8 *partner)
{
  gint64 *cost = g_new(gint64, (gsize)WIDTH * WIDTH);
  guint i = m, j = n, rest;

  fill(cost, expected, m, came, n, alone_ns);
  if (open)
    find_open_end(cost, m, n, &i, &j);
  for (rest = i; rest < m; rest++)
    partner[rest] = ACROSS_NOBODY;
  while (i > 0) {
    const gint64 *here = &cost[i * WIDTH + j];

    if (*here == here[-WIDTH] + alone_ns) {
      partner[--i] = ACROSS_NOBODY;
    } else if (j > 0 && *here == here[-1] + alone_ns) {
      j--;
    } else {
      i--;
      j--;
      partner[i] = (guint8)j;
    }
  }
  g_free(cost);
}
