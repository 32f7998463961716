/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/refused.h"

#include <glib.h>

#include "conntrack/table/pages.h"

enum { FIRST = 1 << 10 };

typedef struct connection {
  ct_tuple key;
  uint32_t hash, kernels;
} connection;

struct ct_refused {
  connection *ring;
  uint32_t size, next, n; /* a power of two; where the next one goes; how many there are */
  uint32_t *slots;        /* places in the ring, from 1; twice as many, open addressing */
};

ct_refused *ct_refused_new(void) { return g_new0(ct_refused, 1); }

void ct_refused_free(ct_refused *refused)
{
  if (refused == NULL)
    return;
  ct_pages_free(refused->ring, refused->size, sizeof(connection));
  g_free(refused->slots);
  g_free(refused);
}

static uint32_t mask_of(const ct_refused *refused) { return 2 * refused->size - 1; }

/* The slot of that key; where there is none, the empty one that ends its search. */
static uint32_t slot_find(const ct_refused *refused, const ct_tuple *key, uint32_t hash)
{
  uint32_t at = hash & mask_of(refused);

  for (; refused->slots[at] != 0; at = (at + 1) & mask_of(refused)) {
    const connection *met = &refused->ring[refused->slots[at] - 1];

    if (met->hash == hash && ct_tuple_equal(&met->key, key))
      break;
  }
  return at;
}

/* What stands behind a hole moves into it where its search would end there. */
static void slot_remove(ct_refused *refused, uint32_t hole)
{
  uint32_t at, mask = mask_of(refused);

  for (at = (hole + 1) & mask; refused->slots[at] != 0; at = (at + 1) & mask)
    if (((at - refused->ring[refused->slots[at] - 1].hash) & mask) >= ((at - hole) & mask)) {
      refused->slots[hole] = refused->slots[at];
      hole = at;
    }
  refused->slots[hole] = 0;
}

static void grow(ct_refused *refused)
{
  uint32_t size = MAX(2 * refused->size, FIRST), i;

  refused->ring = ct_pages_grow(refused->ring, refused->size, size, sizeof(connection));
  refused->size = size;
  g_free(refused->slots);
  refused->slots = g_new0(uint32_t, 2 * size);
  for (i = 0; i < refused->n; i++)
    refused->slots[slot_find(refused, &refused->ring[i].key, refused->ring[i].hash)] = i + 1;
  refused->next = refused->n;
}

/* A place in the ring, that of the oldest where it has grown as far as it may. */
static uint32_t place(ct_refused *refused)
{
  uint32_t at;

  if (refused->n == refused->size && refused->size < CT_REFUSED_MOST)
    grow(refused);
  at = refused->next;
  refused->next = (at + 1) & (refused->size - 1);
  if (refused->n == refused->size)
    slot_remove(refused, slot_find(refused, &refused->ring[at].key, refused->ring[at].hash));
  else
    refused->n++;
  return at;
}

uint32_t ct_refused_note(ct_refused *refused, const ct_tuple *tuple, uint32_t hash, uint32_t kernels)
{
  uint32_t at, number, fresh = kernels;
  ct_tuple key;

  ct_tuple_key(tuple, &key);
  if (refused->size != 0 && refused->slots[at = slot_find(refused, &key, hash)] != 0) {
    connection *known = &refused->ring[refused->slots[at] - 1];

    fresh &= ~known->kernels;
    known->kernels |= kernels;
    return fresh;
  }
  number = place(refused);
  refused->ring[number] = (connection){ .key = key, .hash = hash, .kernels = kernels };
  refused->slots[slot_find(refused, &key, hash)] = number + 1;
  return fresh;
}

void ct_refused_each(const ct_refused *refused, void (*each)(const ct_tuple *key, uint32_t kernels, void *user),
                     void *user)
{
  uint32_t first = refused->n == refused->size ? refused->next : 0, i;

  for (i = 0; i < refused->n; i++) {
    const connection *one = &refused->ring[(first + i) & (refused->size - 1)];

    each(&one->key, one->kernels, user);
  }
}
