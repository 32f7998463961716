/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stateful matches remember by key: an open hash table of keys and values of fixed sizes, in memory that only
 * grows when there are more keys than ever before. Values move when keys are added: a pointer is good until then.
 */
#ifndef FIREWALL_WALK_MEMORY_H
#define FIREWALL_WALK_MEMORY_H

#include <glib.h>

#include "resume/io.h"

typedef struct fw_memory {
  guint key_bytes, value_bytes; /* multiples of 8 */
  guint32 *slots;               /* number of an item + 1; 0: free */
  guint32 mask, n;
  guint8 *items;
  guint32 n_items, room; /* ever used, allocated */
  guint32 free;          /* first of a list of freed items, + 1 */
} fw_memory;

void fw_memory_init(fw_memory *memory, guint key_bytes, guint value_bytes);
void fw_memory_clear(fw_memory *memory);
/* => the value; NULL: no such key. */
void *fw_memory_find(const fw_memory *memory, const void *key);
/* The key must not be there. => its value, all 0. */
void *fw_memory_add(fw_memory *memory, const void *key);
/* => FALSE: no such key. */
gboolean fw_memory_remove(fw_memory *memory, const void *key);
/* Removes those of which drop(key, value, user) is true. */
void fw_memory_sweep(fw_memory *memory, gboolean (*drop)(const void *key, void *value, gpointer user), gpointer user);
/* Appends all keys to an array of such. */
void fw_memory_keys(const fw_memory *memory, GArray *keys);
/* All keys and values as bytes, or from them in place of those that are there. Values are plain. */
void fw_memory_keep(fw_memory *memory, resume_io *io);

#endif
