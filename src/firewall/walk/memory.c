/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/memory.h"

#include <string.h>

#include "conntrack/tuple.h"

enum { FIRST_SLOTS = 64 };

static guint stride(const fw_memory *m) { return m->key_bytes + m->value_bytes; }
static guint8 *item(const fw_memory *m, guint32 number) { return m->items + (gsize)number * stride(m); }

static inline guint64 word_at(const guint8 *key, guint at)
{
  guint64 word;

  memcpy(&word, key + at, sizeof word);
  return word;
}

/* Two words at once: what one of them waits for is the other's product. */
static guint32 hash(const fw_memory *m, const guint8 *key)
{
  guint64 h = 0x9e3779b97f4a7c15u;
  guint i;

  for (i = 0; i + 8 < m->key_bytes; i += 16)
    h = ct_hash_words(h ^ word_at(key, i), word_at(key, i + 8) ^ i);
  if (i < m->key_bytes)
    h = ct_hash_words(h, word_at(key, i) ^ i);
  return (guint32)(h >> 16);
}

static inline gboolean keys_differ(const fw_memory *m, const guint8 *a, const guint8 *b)
{
  guint i;

  for (i = 0; i < m->key_bytes; i += 8)
    if (word_at(a, i) != word_at(b, i))
      return TRUE;
  return FALSE;
}

void fw_memory_init(fw_memory *m, guint key_bytes, guint value_bytes)
{
  memset(m, 0, sizeof *m);
  m->key_bytes = key_bytes;
  m->value_bytes = value_bytes;
}

void fw_memory_clear(fw_memory *m)
{
  g_free(m->slots);
  g_free(m->items);
  memset(m, 0, sizeof *m);
}

/* => the slot of the key, or the free one where it would stand. */
static guint32 slot_of(const fw_memory *m, const void *key)
{
  guint32 at = hash(m, key) & m->mask;

  while (m->slots[at] != 0 && keys_differ(m, item(m, m->slots[at] - 1), key))
    at = (at + 1) & m->mask;
  return at;
}

void *fw_memory_find(const fw_memory *m, const void *key)
{
  guint32 at;

  if (m->n == 0)
    return NULL;
  at = slot_of(m, key);
  return m->slots[at] != 0 ? item(m, m->slots[at] - 1) + m->key_bytes : NULL;
}

static void grow(fw_memory *m)
{
  guint32 old = m->slots != NULL ? m->mask + 1 : 0, i, *slots = m->slots;

  m->mask = (old != 0 ? old * 2 : FIRST_SLOTS) - 1;
  m->slots = g_new0(guint32, (gsize)m->mask + 1);
  for (i = 0; i < old; i++)
    if (slots[i] != 0)
      m->slots[slot_of(m, item(m, slots[i] - 1))] = slots[i];
  g_free(slots);
}

static guint32 take(fw_memory *m)
{
  guint32 number;

  if (m->free != 0) {
    number = m->free - 1;
    memcpy(&m->free, item(m, number), sizeof m->free);
    return number;
  }
  if (m->n_items == m->room) {
    m->room = m->room != 0 ? m->room * 2 : 32;
    m->items = g_realloc_n(m->items, m->room, stride(m));
  }
  return m->n_items++;
}

void *fw_memory_add(fw_memory *m, const void *key)
{
  guint32 number;
  guint8 *at;

  if (m->slots == NULL || m->n + 1 > (m->mask + 1) / 2)
    grow(m);
  number = take(m);
  at = item(m, number);
  memcpy(at, key, m->key_bytes);
  memset(at + m->key_bytes, 0, m->value_bytes);
  m->slots[slot_of(m, key)] = number + 1;
  m->n++;
  return at + m->key_bytes;
}

/* Linear probing without gravestones: what stands behind moves up. */
static void close_gap(fw_memory *m, guint32 gap)
{
  guint32 at = gap;

  for (;;) {
    guint32 home;

    at = (at + 1) & m->mask;
    if (m->slots[at] == 0)
      break;
    home = hash(m, item(m, m->slots[at] - 1)) & m->mask;
    if (((at - home) & m->mask) < ((at - gap) & m->mask))
      continue;
    m->slots[gap] = m->slots[at];
    gap = at;
  }
  m->slots[gap] = 0;
}

static void remove_at(fw_memory *m, guint32 at)
{
  guint32 number = m->slots[at] - 1;

  close_gap(m, at);
  memcpy(item(m, number), &m->free, sizeof m->free);
  m->free = number + 1;
  m->n--;
}

gboolean fw_memory_remove(fw_memory *m, const void *key)
{
  guint32 at;

  if (m->n == 0)
    return FALSE;
  at = slot_of(m, key);
  if (m->slots[at] == 0)
    return FALSE;
  remove_at(m, at);
  return TRUE;
}

void fw_memory_sweep(fw_memory *m, gboolean (*drop)(const void *key, void *value, gpointer user), gpointer user)
{
  guint32 at, turns;

  if (m->slots == NULL)
    return;
  /* What a removal moves up may come from beyond the end: those are met in the second turn. */
  for (turns = 0; turns < 2; turns++)
    for (at = 0; at <= m->mask; at++)
      while (m->slots[at] != 0) {
        guint8 *key = item(m, m->slots[at] - 1);

        if (!drop(key, key + m->key_bytes, user))
          break;
        remove_at(m, at);
      }
}

void fw_memory_keys(const fw_memory *m, GArray *keys)
{
  guint32 at;

  for (at = 0; m->slots != NULL && at <= m->mask; at++)
    if (m->slots[at] != 0)
      g_array_append_vals(keys, item(m, m->slots[at] - 1), 1);
}

static void keep_items(fw_memory *m, resume_io *io)
{
  guint32 at;

  for (at = 0; m->slots != NULL && at <= m->mask; at++)
    if (m->slots[at] != 0)
      resume_raw(io, item(m, m->slots[at] - 1), stride(m));
}

void fw_memory_keep(fw_memory *m, resume_io *io)
{
  guint32 n = resume_count(io, m->n, stride(m)), i;
  guint key_bytes = m->key_bytes, value_bytes = m->value_bytes;
  guint8 *read;

  if (!resume_reads(io)) {
    keep_items(m, io);
    return;
  }
  fw_memory_clear(m);
  fw_memory_init(m, key_bytes, value_bytes);
  read = g_malloc(stride(m));
  for (i = 0; i < n && !io->failed; i++) {
    resume_raw(io, read, stride(m));
    if (!io->failed && fw_memory_find(m, read) != NULL)
      resume_fail(io, "what a rule remembers has one key twice");
    else if (!io->failed)
      memcpy(fw_memory_add(m, read), read + key_bytes, value_bytes);
  }
  g_free(read);
}
