/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/lanes/bins.h"

#include <glib.h>
#include <string.h>

enum { FIRST_BINS = 256, FIRST_CELLS = 64, LOAD = 3 /* nodes a bin, above which there are going to be more bins */ };

/* Being deep is no reason for more than this, so that aiming at a bin does not make memory grow. */
enum { DEEP_BINS = 1 << 20 };

static size_t words_of(uint32_t n) { return MAX(n / 64, 1); }

static void make_bins(ct_bins *bins, uint32_t n)
{
  bins->n = n;
  bins->shift = 32 - (uint32_t)__builtin_ctz(n);
  bins->bins = ct_pages_new(n, sizeof(ct_bin));
  bins->occupied = g_new0(uint64_t, words_of(n));
}

static void drop_bins(ct_bins *bins)
{
  ct_pages_free(bins->bins, bins->n, sizeof(ct_bin));
  g_free(bins->occupied);
}

void ct_bins_init(ct_bins *bins)
{
  memset(bins, 0, sizeof(*bins));
  make_bins(bins, FIRST_BINS);
  bins->cells_size = FIRST_CELLS;
  bins->cells = ct_pages_new(bins->cells_size, sizeof(ct_bin));
  bins->cells_top = 1;
  bins->fewest = UINT32_MAX;
}

void ct_bins_clear(ct_bins *bins)
{
  drop_bins(bins);
  ct_pages_free(bins->cells, bins->cells_size, sizeof(ct_bin));
  memset(bins, 0, sizeof(*bins));
}

void ct_bins_copy(ct_bins *bins, const ct_bins *of)
{
  uint32_t bin;

  *bins = *of;
  make_bins(bins, of->n);
  for (bin = 0; bin < of->n; bin++) /* empty ones have no memory yet, and need none */
    if (ct_bins_holds(of, bin))
      bins->bins[bin] = of->bins[bin];
  memcpy(bins->occupied, of->occupied, words_of(bins->n) * sizeof(uint64_t));
  bins->cells = ct_pages_new(bins->cells_size, sizeof(ct_bin));
  memcpy(bins->cells, of->cells, (size_t)bins->cells_top * sizeof(ct_bin));
}

void ct_bins_set_earliest(ct_bins *bins, uint32_t bin, int64_t deadline_ns)
{
  bins->bins[bin].head.nearness = ct_bins_nearness(bins, deadline_ns) & CT_BINS_TICK_MAX;
}

G_GNUC_NO_INLINE static void mark(ct_bins *bins, uint32_t bin)
{
  bins->bins[bin].marked = 1;
  bins->occupied[bin / 64] |= UINT64_C(1) << (bin % 64);
}

void ct_bins_look_at(ct_bins *bins, uint32_t bin)
{
  if (!ct_bin_is_empty(&bins->bins[bin]))
    return;
  bins->bins[bin].marked = 0;
  bins->occupied[bin / 64] &= ~(UINT64_C(1) << (bin % 64));
}

/* --- cells --- */

static uint32_t take_cell(ct_bins *bins)
{
  uint32_t cell = bins->free_cell;

  if (cell != 0) {
    bins->free_cell = bins->cells[cell].more;
    return cell;
  }
  if (bins->cells_top == bins->cells_size) {
    bins->cells = ct_pages_grow(bins->cells, bins->cells_size, (size_t)bins->cells_size * 2, sizeof(ct_bin));
    bins->cells_size *= 2;
  }
  return bins->cells_top++;
}

static uint32_t cells_behind(const ct_bins *bins, const ct_bin *cell)
{
  uint32_t n = 0;

  while ((cell = ct_bins_older(bins, cell)) != NULL)
    n++;
  return n;
}

/* Makes room in a full cell: its nodes up to `at` go to a new one behind it. */
G_GNUC_NO_INLINE static void spill(ct_bins *bins, uint32_t bin, ct_bin *cell, uint32_t at)
{
  bool is_bin = cell >= bins->bins && cell < bins->bins + bins->n;
  uint32_t place = is_bin ? 0 : (uint32_t)(cell - bins->cells), fresh = take_cell(bins);
  ct_bin *older = &bins->cells[fresh];

  if (!is_bin)
    cell = &bins->cells[place]; /* they may have moved */
  *older = *cell;
  older->head.n = (at + 1) & CT_BIN_NODES;
  memmove(cell->node, cell->node + at + 1, (cell->head.n - at - 1) * sizeof(*cell->node));
  cell->head.n = (cell->head.n - at - 1) & CT_BIN_NODES;
  cell->more = fresh & INT32_MAX;
  bins->deepest = MAX(bins->deepest, cells_behind(bins, &bins->bins[bin]));
}

static inline void push(ct_bins *bins, uint32_t bin, ct_bin_node node, uint32_t nearness)
{
  ct_bin *cell = &bins->bins[bin];
  ct_bin_head head;

  if (G_UNLIKELY(cell->head.n == CT_BIN_NODES))
    spill(bins, bin, cell, CT_BIN_NODES - 1);
  head = cell->head;
  cell->node[head.n] = node;
  head.n = (head.n + 1u) & CT_BIN_NODES;
  head.assured = 0;
  head.nearness = MAX(head.nearness, nearness) & CT_BINS_TICK_MAX;
  cell->head = head;
  if (G_UNLIKELY(!cell->marked))
    mark(bins, bin);
}

/* => the cell in which an entry's node of a hash is, with its place there, and the cell before. */
static ct_bin *find(const ct_bins *bins, uint32_t number, uint32_t hash, uint32_t *at, ct_bin **before)
{
  ct_bin *cell;

  *before = NULL;
  for (cell = &bins->bins[ct_bins_of(bins, hash)]; cell != NULL; *before = cell, cell = ct_bins_older(bins, cell))
    if ((*at = ct_bin_place(cell, number, hash)) != CT_BIN_NODES)
      return cell;
  g_assert_not_reached();
  return NULL;
}

static void free_if_empty(ct_bins *bins, ct_bin *cell, ct_bin *before)
{
  uint32_t number;

  if (before == NULL || cell->head.n != 0)
    return;
  number = before->more;
  before->more = cell->more;
  cell->more = bins->free_cell & INT32_MAX;
  bins->free_cell = number;
}

/* --- how many bins --- */

/* More bins, with each chain in the order it had. */
G_GNUC_NO_INLINE static void cut_anew(ct_bins *bins, uint32_t n)
{
  ct_bins old = *bins;
  GArray *chain = g_array_new(FALSE, FALSE, sizeof(ct_bin_node));
  const ct_bin *cell;
  ct_bin first;
  uint32_t bin, i;

  make_bins(bins, n);
  bins->cells = ct_pages_new(bins->cells_size, sizeof(ct_bin));
  bins->cells_top = 1;
  bins->free_cell = bins->deepest = 0;
  for (bin = 0; bin < old.n; bin++) {
    if (!ct_bins_holds(&old, bin))
      continue;
    first = old.bins[bin];
    g_array_set_size(chain, 0);
    for (cell = &old.bins[bin]; cell != NULL; cell = ct_bins_older(&old, cell))
      for (i = cell->head.n; i-- > 0;)
        g_array_append_val(chain, cell->node[i]);
    for (i = chain->len; i-- > 0;) {
      uint32_t at = ct_bins_of(bins, g_array_index(chain, ct_bin_node, i).hash);

      push(bins, at, g_array_index(chain, ct_bin_node, i), first.head.nearness);
    }
  }
  g_array_free(chain, TRUE);
  ct_bins_clear(&old);
}

static bool is_tight(const ct_bins *bins)
{
  return bins->used > LOAD * bins->n || (bins->deepest >= CT_BINS_DEEP && bins->n < DEEP_BINS);
}

static void grow_if_due(ct_bins *bins)
{
  while (is_tight(bins) && bins->n <= bins->fewest / 2)
    cut_anew(bins, bins->n * 2);
}

void ct_bins_share(ct_bins *bins, uint32_t lanes, const uint32_t *buckets)
{
  uint32_t rest, n = bins->n;

  bins->lanes = lanes;
  bins->fewest = UINT32_MAX;
  bins->straddled = false;
  for (rest = lanes; rest != 0; rest &= rest - 1)
    bins->fewest = MIN(bins->fewest, buckets[__builtin_ctz(rest)]);
  while (n > bins->fewest)
    n /= 2;
  if (n != bins->n) {
    g_assert(bins->used == 0);
    drop_bins(bins);
    make_bins(bins, n);
  }
  /* Where some lane's buckets are no multiple of the most bins there can be, they will straddle sooner or later. */
  for (rest = lanes; rest != 0; rest &= rest - 1)
    if (buckets[__builtin_ctz(rest)] % (UINT32_C(1) << (31 - __builtin_clz(bins->fewest))) != 0)
      bins->straddled = true;
}

/* --- entries --- */

void ct_bins_insert(ct_bins *bins, uint32_t number, const uint32_t hash[2], uint32_t nearness)
{
  push(bins, ct_bins_of(bins, hash[0]), ct_bin_node_of(number, hash[0]), nearness);
  push(bins, ct_bins_of(bins, hash[1]), ct_bin_node_of(number, hash[1]), nearness);
  bins->used += 2;
  if (G_UNLIKELY(is_tight(bins)))
    grow_if_due(bins);
}

/* Room behind an entry's node, as one that came right after it would have. => the place in *cell. */
static uint32_t open_behind(ct_bins *bins, uint32_t number, uint32_t hash, ct_bin **cell)
{
  uint32_t at, place, i;
  ct_bin *before;

  *cell = find(bins, number, hash, &at, &before);
  if ((*cell)->head.n == CT_BIN_NODES) {
    spill(bins, ct_bins_of(bins, hash), *cell, at);
    *cell = find(bins, number, hash, &at, &before);
  }
  place = at + 1;
  if ((*cell)->head.n == CT_BIN_NODES) { /* it was the newest of a full cell, which is all older now than what comes */
    *cell = before;
    place = 0;
  }
  for (i = (*cell)->head.n; i > place; i--)
    (*cell)->node[i] = (*cell)->node[i - 1];
  return place;
}

void ct_bins_insert_beside(ct_bins *bins, uint32_t number, const uint32_t hash[2], uint32_t other, bool instead)
{
  uint32_t dir, at;
  ct_bin *before, *cell;

  for (dir = 0; dir < 2; dir++) {
    if (instead) {
      cell = find(bins, other, hash[dir], &at, &before);
      cell->node[at].number = number & INT32_MAX;
      continue;
    }
    at = open_behind(bins, other, hash[dir], &cell);
    cell->node[at] = ct_bin_node_of(number, hash[dir]);
    cell->head.n = (cell->head.n + 1u) & CT_BIN_NODES;
  }
  bins->used += instead ? 0 : 2;
}

void ct_bins_remove_one(ct_bins *bins, uint32_t number, uint32_t hash)
{
  uint32_t at;
  ct_bin *before, *cell = find(bins, number, hash, &at, &before);

  ct_bin_cut(cell, at);
  free_if_empty(bins, cell, before);
}

void ct_bins_remove(ct_bins *bins, uint32_t number, const uint32_t hash[2])
{
  ct_bins_remove_one(bins, number, hash[0]);
  ct_bins_remove_one(bins, number, hash[1]);
  bins->used -= 2;
}

static void sift_cell(ct_bins *bins, ct_bin *cell, bool (*keep)(uint32_t number, void *user), void *user)
{
  uint32_t at;

  for (at = cell->head.n; at-- > 0;)
    if (!keep(cell->node[at].number, user)) {
      ct_bin_cut(cell, at);
      bins->used--;
    }
}

void ct_bins_sift(ct_bins *bins, bool (*keep)(uint32_t number, void *user), void *user)
{
  uint32_t bin;

  for (bin = 0; bin < bins->n; bin++) {
    ct_bin *cell, *before = NULL, *older;

    if (!ct_bins_holds(bins, bin))
      continue;
    cell = &bins->bins[bin];
    do {
      sift_cell(bins, cell, keep, user);
      older = ct_bins_older(bins, cell);
      if (cell->head.n == 0 && before != NULL)
        free_if_empty(bins, cell, before);
      else
        before = cell;
    } while ((cell = older) != NULL);
    ct_bins_look_at(bins, bin);
  }
}

void ct_bins_sooner(ct_bins *bins, const uint32_t hash[2], int64_t deadline_ns)
{
  uint32_t dir, nearness = ct_bins_nearness(bins, deadline_ns);

  for (dir = 0; dir < 2; dir++) {
    ct_bin *bin = &bins->bins[ct_bins_of(bins, hash[dir])];

    bin->head.nearness = MAX(bin->head.nearness, nearness) & CT_BINS_TICK_MAX;
  }
}
