/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/table/timer.h"

#include <glib.h>
#include <string.h>

#include "conntrack/table/pages.h"

enum {
  BLOCK_NOTES = 252,
  CHUNK_BLOCKS = 63, /* 64 KiB */
  BLOCKS_MANY = 64,  /* blocks: below, a few faults do not matter */
  AHEAD = 8          /* entries fetched before they are looked at */
};

struct ct_timer_block {
  ct_timer_block *next;
  uint32_t used;
  uint32_t pad;
  uint32_t notes[BLOCK_NOTES]; /* numbers of entries */
};

struct ct_timer_chunk {
  ct_timer_chunk *next;
  ct_timer_block blocks[CHUNK_BLOCKS];
};

#define TICK_NS (INT64_C(1) << 26)
#define LOOK_AHEAD_TICKS (CT_TIMER_LOOK_AHEAD_NS / TICK_NS)

void ct_timer_init(ct_timer *timer)
{
  memset(timer, 0, sizeof(*timer));
  timer->wake_ns = INT64_MAX;
}

static void free_chunks(ct_timer_chunk *chunk)
{
  ct_timer_chunk *next;

  for (; chunk; chunk = next) {
    next = chunk->next;
    ct_pages_free(chunk, 1, sizeof(*chunk));
  }
}

void ct_timer_clear(ct_timer *timer)
{
  free_chunks(timer->chunks);
  if (timer->spare)
    ct_pages_free(timer->spare, 1, sizeof(*timer->spare));
  g_free(timer->due);
  g_free(timer->due_spare);
  memset(timer, 0, sizeof(*timer));
}

void ct_timer_populate(ct_timer *timer)
{
  ct_timer_chunk *chunk;

  if (__atomic_load_n(&timer->blocks, __ATOMIC_RELAXED) < BLOCKS_MANY ||
      __atomic_load_n(&timer->spare, __ATOMIC_RELAXED) != NULL)
    return;
  chunk = ct_pages_new(1, sizeof(*chunk));
  ct_pages_populate(chunk, 0, 1, sizeof(*chunk));
  __atomic_store_n(&timer->spare, chunk, __ATOMIC_RELEASE);
}

static ct_timer_block *take_block(ct_timer *timer)
{
  ct_timer_block *block = timer->free_blocks;

  if (block) {
    timer->free_blocks = block->next;
    return block;
  }
  if (timer->chunks == NULL || timer->chunk_used == CHUNK_BLOCKS) {
    ct_timer_chunk *chunk = __atomic_exchange_n(&timer->spare, NULL, __ATOMIC_ACQUIRE);

    if (chunk == NULL)
      chunk = ct_pages_new(1, sizeof(*chunk));
    chunk->next = timer->chunks;
    timer->chunks = chunk;
    timer->chunk_used = 0;
  }
  __atomic_store_n(&timer->blocks, timer->blocks + 1, __ATOMIC_RELAXED);
  return &timer->chunks->blocks[timer->chunk_used++];
}

/* The full tick that 32 bits stand for: what the wheel holds is always near its own present. */
static int64_t full_tick(const ct_timer *timer, uint32_t tick)
{
  return timer->now_tick + (int32_t)(tick - (uint32_t)timer->now_tick);
}

typedef struct place {
  int level;
  uint32_t slot;
} place;

/*
 * Where the note of a tick belongs (32 bits of it: arming never looks further ahead than half of what they can tell).
 * The highest byte in which it and the present differ says on which level it will be looked at next. Time does not
 * change it, until the slot is emptied.
 */
static inline place place_of(const ct_timer *timer, uint32_t tick)
{
  uint32_t differ = tick ^ (uint32_t)timer->now_tick;
  int level = differ == 0 ? 0 : (31 - __builtin_clz(differ)) / 8;

  return (place){ level, tick >> (8 * level) & 0xff };
}

static void write_note(ct_timer *timer, uint32_t number, uint32_t tick)
{
  place at = place_of(timer, tick);
  ct_timer_block *block = timer->slots[at.level][at.slot];

  if (!block || block->used == BLOCK_NOTES) {
    ct_timer_block *fresh = take_block(timer);

    fresh->next = block;
    fresh->used = 0;
    timer->slots[at.level][at.slot] = block = fresh;
    timer->occupied[at.level][at.slot / 64] |= UINT64_C(1) << (at.slot % 64);
  }
  block->notes[block->used++] = number;
  timer->notes++;
}

static ct_timer_due *due_slot(ct_timer *timer)
{
  if (timer->due_used == timer->due_size) {
    timer->due_size = timer->due_size ? timer->due_size * 2 : 64;
    timer->due = g_renew(ct_timer_due, timer->due, timer->due_size);
  }
  return &timer->due[timer->due_used++];
}

/* A deadline inside the current tick goes straight into the sorted run; rare, since timeouts are whole seconds. */
static void insert_due(ct_timer *timer, ct_timer_due item)
{
  uint32_t at;

  due_slot(timer);
  for (at = timer->due_used - 1; at > timer->due_next && ct_due_is_before(&item, &timer->due[at - 1]); at--)
    timer->due[at] = timer->due[at - 1];
  timer->due[at] = item;
}

static void sort_due(ct_timer *timer)
{
  ct_timer_due *sorted;

  if (ct_due_is_sorted(timer->due, timer->due_used))
    return;
  if (timer->due_spare_size < timer->due_size) {
    g_free(timer->due_spare);
    timer->due_spare = g_new(ct_timer_due, timer->due_size);
    timer->due_spare_size = timer->due_size;
  }
  sorted = ct_due_sort(timer->due, timer->due_spare, timer->due_used);
  if (sorted != timer->due) {
    uint32_t size = timer->due_size;

    timer->due_spare = timer->due;
    timer->due_size = timer->due_spare_size;
    timer->due_spare_size = size;
    timer->due = sorted;
  }
}

static bool is_empty(const ct_timer *timer) { return timer->notes == 0 && timer->due_next == timer->due_used; }

static void arm(ct_timer *timer, ct_entry *entry, uint32_t number, int64_t now_tick, int64_t look_ahead_ticks)
{
  int64_t tick = MAX(entry->deadline_ns >> 26, now_tick);

  if (is_empty(timer)) {
    timer->now_tick = now_tick;
    timer->due_next = timer->due_used = 0;
  }
  tick = MIN(tick, now_tick + look_ahead_ticks);
  entry->armed_tick = (uint32_t)tick;
  if (tick <= timer->now_tick) {
    insert_due(timer, (ct_timer_due){ entry->deadline_ns, entry->id, number });
    timer->wake_ns = MIN(timer->wake_ns, entry->deadline_ns);
    return;
  }
  write_note(timer, number, (uint32_t)tick);
  timer->wake_ns = MIN(timer->wake_ns, tick * TICK_NS);
}

void ct_timer_arm(ct_timer *timer, ct_entry *entry, uint32_t number, int64_t now_ns)
{
  arm(timer, entry, number, now_ns >> 26, LOOK_AHEAD_TICKS);
}

void ct_timer_arm_all(ct_timer *timer, ct_entry *slab, uint32_t from, uint32_t to, int64_t now_ns)
{
  int64_t now_tick = now_ns >> 26;
  uint32_t number;

  g_assert(is_empty(timer));
  timer->now_tick = now_tick;
  timer->due_next = timer->due_used = 0;
  timer->wake_ns = INT64_MAX;
  for (number = from; number < to; number++) {
    ct_entry *entry = slab + number;
    int64_t tick = MIN(MAX(entry->deadline_ns >> 26, now_tick), now_tick + LOOK_AHEAD_TICKS);

    entry->armed_tick = (uint32_t)tick;
    if (tick <= now_tick)
      *due_slot(timer) = (ct_timer_due){ entry->deadline_ns, entry->id, number };
    else
      write_note(timer, number, (uint32_t)tick);
    timer->wake_ns = MIN(timer->wake_ns, tick <= now_tick ? entry->deadline_ns : tick * TICK_NS);
  }
  sort_due(timer);
}

/* An entry that was looked at too early: half-way to its deadline next time, so that a long life costs few looks. */
static void arm_again(ct_timer *timer, ct_entry *entry, uint32_t number)
{
  int64_t left_ticks = (entry->deadline_ns >> 26) - timer->now_tick;

  arm(timer, entry, number, timer->now_tick, CLAMP(left_ticks / 2, LOOK_AHEAD_TICKS, CT_TIMER_FURTHEST_TICKS));
}

/* => the next occupied slot of a level at or after it, CT_TIMER_SLOTS where there is none. */
static uint32_t next_occupied(const ct_timer *timer, int level, uint32_t from)
{
  uint32_t word = from / 64;
  uint64_t bits;

  if (from >= CT_TIMER_SLOTS)
    return CT_TIMER_SLOTS;
  bits = timer->occupied[level][word] & (~UINT64_C(0) << (from % 64));
  while (bits == 0 && ++word < CT_TIMER_SLOTS / 64)
    bits = timer->occupied[level][word];
  return bits ? word * 64 + (uint32_t)__builtin_ctzll(bits) : CT_TIMER_SLOTS;
}

/*
 * The next tick after now_tick at which a slot has to be emptied, with its level. Lower levels come first: they
 * cover the nearer future. The top level wraps around.
 */
static bool next_slot(const ct_timer *timer, int *level, uint32_t *slot, int64_t *tick)
{
  uint32_t now_tick = (uint32_t)timer->now_tick;
  int l;

  for (l = 0; l < CT_TIMER_LEVELS; l++) {
    uint32_t shift = 8 * (uint32_t)l, found = next_occupied(timer, l, (now_tick >> shift & 0xff) + 1);
    bool top = l == CT_TIMER_LEVELS - 1;

    if (found == CT_TIMER_SLOTS && top)
      found = next_occupied(timer, l, 0);
    if (found == CT_TIMER_SLOTS)
      continue;
    *level = l;
    *slot = found;
    *tick = full_tick(timer, (top ? 0 : now_tick & ~UINT32_C(0) << (shift + 8)) | found << shift);
    return true;
  }
  return false;
}

/* Of a live entry whose tick has come. */
static void look_at(ct_timer *timer, ct_entry *entry, uint32_t number)
{
  if ((entry->deadline_ns >> 26) > timer->now_tick)
    arm_again(timer, entry, number);
  else
    *due_slot(timer) = (ct_timer_due){ entry->deadline_ns, entry->id, number };
}

static void free_block(ct_timer *timer, ct_timer_block *block)
{
  block->next = timer->free_blocks;
  timer->free_blocks = block;
}

static ct_timer_block *take_slot(ct_timer *timer, int level, uint32_t slot)
{
  ct_timer_block *block = timer->slots[level][slot];

  timer->slots[level][slot] = NULL;
  timer->occupied[level][slot / 64] &= ~(UINT64_C(1) << (slot % 64));
  return block;
}

void ct_timer_empty(ct_timer *timer)
{
  ct_timer_chunk *kept = timer->chunks;
  char *from = (char *)timer;
  uint32_t slot;
  int level;

  if (kept) {
    free_chunks(kept->next);
    kept->next = NULL;
  }
  if (timer->spare)
    ct_pages_free(timer->spare, 1, sizeof(*timer->spare));
  g_free(timer->due);
  g_free(timer->due_spare);
  /* Mostly few slots have something in them, and all of them are more memory than the rest of an empty engine. */
  for (level = 0; level < CT_TIMER_LEVELS; level++)
    while ((slot = next_occupied(timer, level, 0)) != CT_TIMER_SLOTS)
      take_slot(timer, level, slot);
  memset(from, 0, offsetof(ct_timer, slots));
  memset(from + offsetof(ct_timer, occupied), 0, sizeof(*timer) - offsetof(ct_timer, occupied));
  timer->wake_ns = INT64_MAX;
  timer->chunks = kept;
}

/*
 * A note of a slot that is emptied now. It is stale where the entry is gone, or its tick is in no part of what the slot
 * stood for. Of two that are good one is as good as none: the first look moves armed_tick on, or the entry ends.
 */
static void take_note(ct_timer *timer, ct_entry *slab, int level, uint32_t number)
{
  ct_entry *entry = slab + number;
  uint32_t differ = entry->armed_tick ^ (uint32_t)timer->now_tick;

  if (entry->id == 0)
    return;
  if (differ == 0)
    look_at(timer, entry, number);
  else if (differ >> (8 * level) == 0)
    write_note(timer, number, entry->armed_tick);
}

/* Notes come mostly in the order of their deadlines: read as they were written, what they bring is nearly sorted. */
static ct_timer_block *oldest_first(ct_timer_block *block)
{
  ct_timer_block *oldest = NULL, *next;

  for (; block; block = next) {
    next = block->next;
    block->next = oldest;
    oldest = block;
  }
  return oldest;
}

/* Takes a slot out: on level 0 its entries become due, on higher ones their notes move down. */
static void empty_slot(ct_timer *timer, ct_entry *slab, int level, uint32_t slot)
{
  ct_timer_block *block, *next;
  uint32_t i;

  for (block = oldest_first(take_slot(timer, level, slot)); block; block = next) {
    for (i = 0; i < block->used; i++) {
      const char *soon = (const char *)&slab[block->notes[MIN(i + AHEAD, block->used - 1)]];

      ct_pages_fetch(soon);
      ct_pages_fetch(soon + 64);
      timer->notes--;
      take_note(timer, slab, level, block->notes[i]);
    }
    next = block->next;
    free_block(timer, block);
  }
}

/*
 * Moves on to the next tick that has anything, unless it lies beyond now_ns. => false where there is nothing up to
 * then.
 */
static bool turn(ct_timer *timer, ct_entry *slab, int64_t now_ns)
{
  uint32_t slot;
  int64_t tick;
  int level;

  timer->due_next = timer->due_used = 0;
  if (!next_slot(timer, &level, &slot, &tick)) {
    timer->wake_ns = INT64_MAX;
    timer->now_tick = now_ns >> 26;
    return false;
  }
  if (tick > now_ns >> 26) {
    timer->wake_ns = tick * TICK_NS;
    return false;
  }
  timer->now_tick = tick;
  empty_slot(timer, slab, level, slot);
  sort_due(timer);
  return true;
}

void ct_timer_compact(ct_timer *timer, ct_entry *slab)
{
  ct_timer_block *old[CT_TIMER_LEVELS][CT_TIMER_SLOTS], *block, *next;
  int level;
  uint32_t slot, i;

  for (level = 0; level < CT_TIMER_LEVELS; level++)
    for (slot = 0; slot < CT_TIMER_SLOTS; slot++)
      old[level][slot] = take_slot(timer, level, slot);
  timer->notes = 0;
  for (level = 0; level < CT_TIMER_LEVELS; level++)
    for (slot = 0; slot < CT_TIMER_SLOTS; slot++)
      for (block = old[level][slot]; block; block = next) {
        for (i = 0; i < block->used; i++) {
          ct_entry *entry = slab + block->notes[i];
          place at = place_of(timer, entry->armed_tick);

          /* Two notes of one number in a slot: one is enough. */
          if (entry->id != 0 && at.level == level && at.slot == slot && !(entry->traits & CT_ENTRY_NOTED)) {
            entry->traits |= CT_ENTRY_NOTED;
            write_note(timer, block->notes[i], entry->armed_tick);
          }
        }
        next = block->next;
        free_block(timer, block);
      }
  for (level = 0; level < CT_TIMER_LEVELS; level++)
    for (slot = 0; slot < CT_TIMER_SLOTS; slot++)
      for (block = timer->slots[level][slot]; block; block = block->next)
        for (i = 0; i < block->used; i++)
          slab[block->notes[i]].traits &= (uint8_t)~CT_ENTRY_NOTED;
}

ct_entry *ct_timer_pop(ct_timer *timer, ct_entry *slab, int64_t now_ns)
{
  if (now_ns < timer->wake_ns)
    return NULL;
  for (;;) {
    while (timer->due_next < timer->due_used) {
      const ct_timer_due item = timer->due[timer->due_next];
      ct_entry *entry = slab + item.number;

      if (item.deadline_ns > now_ns) {
        timer->wake_ns = item.deadline_ns;
        return NULL;
      }
      timer->due_next++;
      if (entry->id != item.id)
        continue;
      if (entry->deadline_ns == item.deadline_ns)
        return entry;
      /* Refreshed since: earlier deadlines have brought their own item, later ones are noted now. */
      if (entry->deadline_ns > item.deadline_ns && (int32_t)(entry->armed_tick - (uint32_t)timer->now_tick) <= 0)
        arm_again(timer, entry, item.number);
    }
    if (!turn(timer, slab, now_ns))
      return NULL;
  }
}

uint64_t ct_timer_memory_bytes(const ct_timer *timer)
{
  return timer->blocks * sizeof(ct_timer_block) +
         ((uint64_t)timer->due_size + timer->due_spare_size) * sizeof(*timer->due);
}
