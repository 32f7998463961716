/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's hash chains for several sizes of its table at once. Since a bucket is a stretch of hashes
 * (reciprocal_scale), entries kept by hash serve any number of buckets: the 32 bits of the hash are cut into bins,
 * never more of them than the fewest buckets, so that a bucket lies in one bin, or in two where the numbers do not
 * divide. Bins grow with what is in them: a table of 32 million buckets with a thousand entries costs what a thousand
 * entries cost. A bin is one line of memory, and most need no second. Internal to src/conntrack/lanes.
 */
#ifndef CT_LANES_BINS_H
#define CT_LANES_BINS_H

#include "conntrack/table/bucket.h"

enum { CT_BIN_NODES = 7 };

/*
 * Who knows the seed can aim at one bin. So many cells behind one are more than a bucket needs, and a reason for more
 * bins.
 */
enum { CT_BINS_DEEP = 16 };

/* One direction of an entry. */
typedef struct ct_bin_node {
  uint32_t number : 31; /* the entry's, in the table */
  uint32_t assured : 1; /* it was seen ASSURED, which it stays: a walk for victims need not look at it */
  uint32_t hash;
} ct_bin_node;

static inline ct_bin_node ct_bin_node_of(uint32_t number, uint32_t hash)
{
  return (ct_bin_node){ .number = number & INT32_MAX, .hash = hash };
}

/*
 * What changes with each node: to be written as a whole, as what reads it next reads it so, and would have to wait for
 * parts.
 */
typedef struct ct_bin_head {
  uint32_t n : 3;
  uint32_t assured : 1; /* all of the bin were */
  uint32_t
    nearness : 28; /* of the bin: CT_BINS_TICK_MAX less the tick before which no deadline lies, or somewhat more */
} ct_bin_head;

/* The newest nodes of a bin, or older ones that found no room. Zero is an empty one. */
typedef struct ct_bin {
  uint32_t more : 31;  /* number of the cell with older nodes; 0: none */
  uint32_t marked : 1; /* in ct_bins.occupied */
  ct_bin_head head;
  ct_bin_node node[CT_BIN_NODES]; /* the newest last */
} ct_bin;

_Static_assert(sizeof(ct_bin) == 64, "a bin is a cache line");

typedef struct ct_bins {
  uint32_t lanes;    /* a bit for each lane that uses them */
  uint32_t fewest;   /* buckets, of these lanes */
  bool mixed;        /* of its entries, some are not in all of its lanes */
  bool straddled;    /* some lane has buckets that lie in two bins */
  uint32_t n, shift; /* bins, a power of two; a hash's is hash >> shift */
  uint32_t used;     /* nodes */
  uint32_t deepest;  /* no bin has more cells behind it, or ever had */
  int64_t base_ns; /* that ticks of 2^30 ns are counted from: no later than now, or what is due in the first would seem
                      due at once */
  ct_bin *bins;
  uint64_t *occupied; /* a bit for each bin that is not empty, and some that have become so */
  ct_bin *cells;      /* those with older nodes, from 1 */
  uint32_t cells_top, cells_size,
    free_cell; /* so many were in use at some time, there is room for, chain through more */
} ct_bins;

void ct_bins_init(ct_bins *bins);
void ct_bins_clear(ct_bins *bins);
/* Makes one that is the same; to be shared anew. */
void ct_bins_copy(ct_bins *bins, const ct_bins *of);

/* Who uses them, and how many buckets each lane has: at the beginning, while they are empty, and when some leave. */
void ct_bins_share(ct_bins *bins, uint32_t lanes, const uint32_t *buckets);

static inline uint32_t ct_bins_of(const ct_bins *bins, uint32_t hash)
{
  return (uint32_t)((uint64_t)hash >> bins->shift);
}
/* The first hash of a bin; of the one after the last, 2^32. */
static inline uint64_t ct_bins_start(const ct_bins *bins, uint32_t bin) { return (uint64_t)bin << bins->shift; }

/*
 * A bin's nodes, the newest first: for (cell = &bins->bins[bin]; cell; cell = ct_bins_older(bins, cell)), and in each
 * from the last node to the first. Any change ends the walk.
 */
static inline ct_bin *ct_bins_older(const ct_bins *bins, const ct_bin *cell)
{
  return cell->more != 0 ? &bins->cells[cell->more] : NULL;
}

/* No node, neither in it nor in what is older. */
static inline bool ct_bin_is_empty(const ct_bin *bin) { return bin->head.n == 0 && bin->more == 0; }
/* false: it is empty, and was since it was last looked at. */
static inline bool ct_bins_holds(const ct_bins *bins, uint32_t bin)
{
  return bins->occupied[bin / 64] >> (bin % 64) & 1;
}
/* Has it marked as empty where it is. */
void ct_bins_look_at(ct_bins *bins, uint32_t bin);

/* Each bin is one bucket, of one lane. */
static inline bool ct_bins_are_buckets(const ct_bins *bins)
{
  return bins->n == bins->fewest && (bins->lanes & (bins->lanes - 1)) == 0;
}

/* Both directions of an entry, whose hashes these are. nearness: ct_bins_nearness of its deadline. */
void ct_bins_insert(ct_bins *bins, uint32_t number, const uint32_t hash[2], uint32_t nearness);
/* Another entry with the same hashes takes the places beside one's, or instead of it. */
void ct_bins_insert_beside(ct_bins *bins, uint32_t number, const uint32_t hash[2], uint32_t other, bool instead);
/* It is there. */
void ct_bins_remove(ct_bins *bins, uint32_t number, const uint32_t hash[2]);
/* Removes all entries but those that keep says true of. */
void ct_bins_sift(ct_bins *bins, bool (*keep)(uint32_t number, void *user), void *user);

/* An entry's deadline was moved to an earlier time. */
void ct_bins_sooner(ct_bins *bins, const uint32_t hash[2], int64_t deadline_ns);
/* The whole bin was looked at, and this is the earliest deadline in it; INT64_MAX where it is empty. */
void ct_bins_set_earliest(ct_bins *bins, uint32_t bin, int64_t deadline_ns);

enum { CT_BINS_TICK_SHIFT = 30, CT_BINS_TICK_MAX = (1 << 28) - 1 };

/* Rounded down, so that a bin is looked at too early rather than too late. */
static inline uint32_t ct_bins_tick(const ct_bins *bins, int64_t time_ns)
{
  uint64_t ticks = ((uint64_t)time_ns - (uint64_t)bins->base_ns) >> CT_BINS_TICK_SHIFT;

  if (time_ns <= bins->base_ns)
    return 0;
  return ticks < CT_BINS_TICK_MAX ? (uint32_t)ticks : CT_BINS_TICK_MAX;
}

/* The same from the other end, so that an empty bin's is 0. */
static inline uint32_t ct_bins_nearness(const ct_bins *bins, int64_t time_ns)
{
  return CT_BINS_TICK_MAX - ct_bins_tick(bins, time_ns);
}

/* false: nothing in the bin has a deadline at or before the tick of now. */
static inline bool ct_bin_may_expire(const ct_bin *bin, uint32_t now_tick)
{
  return (uint32_t)CT_BINS_TICK_MAX - bin->head.nearness <= now_tick;
}

/*
 * The place of an entry's node in a cell; CT_BIN_NODES where it is in an older one. All nodes are looked at, without a
 * branch: where a search would end, nobody can foresee, and a wrong guess costs more than seven comparisons. So it is
 * with a node that goes.
 */
static inline uint32_t ct_bin_place(const ct_bin *cell, uint32_t number, uint32_t hash)
{
  uint32_t i, same = 0;

#pragma GCC unroll 7
  for (i = 0; i < CT_BIN_NODES; i++)
    same |= (uint32_t)(cell->node[i].hash == hash) << i;
  for (same &= (1u << cell->head.n) - 1; same != 0; same &= same - 1)
    if (cell->node[__builtin_ctz(same)].number == number)
      return (uint32_t)__builtin_ctz(same);
  return CT_BIN_NODES;
}

static inline void ct_bin_cut(ct_bin *cell, uint32_t at)
{
  ct_bin_head head = cell->head;
  uint32_t i;

#pragma GCC unroll 6
  for (i = 0; i + 1 < CT_BIN_NODES; i++)
    cell->node[i] = cell->node[i + (i >= at)];
  head.n = (head.n - 1u) & CT_BIN_NODES;
  cell->head = head;
}

/* One of an entry's nodes is there no more; the other, the caller removes himself. */
void ct_bins_remove_one(ct_bins *bins, uint32_t number, uint32_t hash);

static inline void ct_bins_prefetch(const ct_bins *bins, uint32_t hash)
{
  ct_pages_fetch(&bins->bins[ct_bins_of(bins, hash)]);
}

#endif
