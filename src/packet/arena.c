/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/arena.h"

enum { BLOCK_BYTES = 256 * 1024 };

typedef struct block {
  struct block *next;
  gsize size, used;
  guint8 bytes[];
} block;

struct pkt_arena {
  block *first, *current;
};

pkt_arena *pkt_arena_new(void) { return g_new0(pkt_arena, 1); }

void pkt_arena_free(pkt_arena *arena)
{
  block *b, *next;

  if (arena == NULL)
    return;
  for (b = arena->first; b != NULL; b = next) {
    next = b->next;
    g_free(b);
  }
  g_free(arena);
}

/* The first block stays for the next batch; blocks that a burst of fragments needed beyond it go. */
void pkt_arena_reset(pkt_arena *arena)
{
  block *b, *next;

  if (arena->first == NULL)
    return;
  for (b = arena->first->next; b != NULL; b = next) {
    next = b->next;
    g_free(b);
  }
  arena->first->next = NULL;
  arena->first->used = 0;
  arena->current = arena->first;
}

gsize pkt_arena_bytes(const pkt_arena *arena)
{
  gsize bytes = 0;

  for (const block *b = arena->first; b != NULL; b = b->next)
    bytes += b->size;
  return bytes;
}

guint8 *pkt_arena_take(pkt_arena *arena, gsize n)
{
  block *b = arena->current;
  gsize size;

  n = (n + 7) & ~(gsize)7;
  if (b == NULL || b->size - b->used < n) {
    size = MAX(n, (gsize)BLOCK_BYTES);
    b = g_malloc(sizeof(block) + size);
    *b = (block){ .size = size };
    if (arena->current != NULL)
      arena->current->next = b;
    else
      arena->first = b;
    arena->current = b;
  }
  b->used += n;
  return b->bytes + b->used - n;
}
