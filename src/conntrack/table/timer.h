/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deadlines in exact order for the price of a store. A hierarchical wheel of buckets that hold notes, which are numbers
 * of entries: the wheel will look at an entry at its armed_tick. A later deadline is only stored in the entry; when the
 * tick comes the note is written anew. An earlier one writes a second note, and where armed_tick belongs tells the good
 * note from the stale. No links between entries, so arming touches no other entry's memory. What a tick gives up is
 * sorted by (deadline, id), so the order is exact although a tick is 67 ms.
 *
 * Owns its notes, not the entries. Internal to src/conntrack.
 */
#ifndef CT_TIMER_H
#define CT_TIMER_H

#include "conntrack/table/due.h"
#include "conntrack/table/entry.h"

enum { CT_TIMER_LEVELS = 4, CT_TIMER_SLOTS = 256 };

typedef struct ct_timer_block ct_timer_block;
typedef struct ct_timer_chunk ct_timer_chunk; /* of blocks */

typedef struct ct_timer {
  int64_t now_tick; /* ticks up to and including this one have been taken out of the wheel */
  ct_timer_block *slots[CT_TIMER_LEVELS][CT_TIMER_SLOTS];
  uint64_t occupied[CT_TIMER_LEVELS][CT_TIMER_SLOTS / 64];
  ct_timer_block *free_blocks;
  ct_timer_chunk *chunks; /* all; the first has blocks that were never used */
  uint32_t chunk_used;
  ct_timer_chunk *spare; /* made ready by ct_timer_populate; NULL: taken */
  uint64_t notes;        /* in the wheel, stale ones included */
  ct_timer_due *due;     /* of the current tick, sorted; from due_next on */
  uint32_t due_next, due_used, due_size;
  ct_timer_due *due_spare; /* to sort by; NULL: not needed yet */
  uint32_t due_spare_size;
  int64_t wake_ns; /* nothing fires before: lets ct_timer_pop answer with one comparison */
  uint64_t blocks;
} ct_timer;

void ct_timer_init(ct_timer *timer);
void ct_timer_clear(ct_timer *timer);
/* Clear and init; a little of its memory is kept. */
void ct_timer_empty(ct_timer *timer);

/*
 * Has memory ready for the notes to come, once there are many. One thread at a time, which need not be the one that
 * uses the timer.
 */
void ct_timer_populate(ct_timer *timer);

/*
 * The entry's deadline is deadline_ns from now on. Entries are armed at creation and need no disarming: an
 * entry whose id has changed is passed over.
 */
void ct_timer_arm(ct_timer *timer, ct_entry *entry, uint32_t number, int64_t now_ns);

/*
 * Arms the entries from..to-1 of a slab, of which no one is armed, as if each had been armed at now_ns. Cheap also
 * where all of them are due within one tick.
 */
void ct_timer_arm_all(ct_timer *timer, ct_entry *slab, uint32_t from, uint32_t to, int64_t now_ns);

/*
 * An entry is first looked at no later than this after it was armed, whatever its deadline: most connections end or
 * change their timeout long before 5 days, and a near note spares the second one that an earlier deadline would need.
 */
#define CT_TIMER_LOOK_AHEAD_NS (INT64_C(60) * 1000000000)
/* No note lies further ahead than this, so that 32 bits of a tick can be compared: over two years. */
#define CT_TIMER_FURTHEST_TICKS (INT64_C(1) << 30)

/* The tick of a moment, modulo 2^32: good for comparing with what is near. */
static inline uint32_t ct_timer_tick(int64_t ns) { return (uint32_t)((uint64_t)ns >> 26); }

/* Call after the deadline of an armed entry was set: writes a note only where the wheel would look too late. */
static inline void ct_timer_refresh(ct_timer *timer, ct_entry *entry, uint32_t number, int64_t now_ns)
{
  /* Both as they lie ahead of the wheel's present. */
  int64_t due_ticks = (entry->deadline_ns >> 26) - timer->now_tick;
  int32_t armed_ticks = (int32_t)(entry->armed_tick - (uint32_t)timer->now_tick);

  if (__builtin_expect(due_ticks < (armed_ticks > 1 ? armed_ticks : 1), 0))
    ct_timer_arm(timer, entry, number, now_ns);
}

/* True when stale notes outweigh the live entries so much that ct_timer_compact should be called. */
static inline bool ct_timer_is_wasteful(const ct_timer *timer, uint64_t live)
{
  return timer->notes > 4 * live + 65536;
}
/* Throws the stale notes out: memory stays bound to the number of live entries, however fast they come and go. */
void ct_timer_compact(ct_timer *timer, ct_entry *slab);

/*
 * The next entry whose deadline is at or before now_ns, in (deadline, id) order, or NULL. slab is the entries' base;
 * the caller ends the entry (or moves its deadline and calls ct_timer_arm) before it asks again.
 */
ct_entry *ct_timer_pop(ct_timer *timer, ct_entry *slab, int64_t now_ns);

/*
 * A hint for ct_timer_pop's caller: what may be popped n entries later, NULL where that is not known. It may be stale.
 */
static inline const ct_timer_due *ct_timer_peek(const ct_timer *timer, uint32_t n)
{
  return timer->due_used - timer->due_next > n ? &timer->due[timer->due_next + n] : NULL;
}

uint64_t ct_timer_memory_bytes(const ct_timer *timer);

#endif
