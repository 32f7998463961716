/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live.h"

#include <stdlib.h>
#include <string.h>

#include "conntrack/tuple.h"

enum { LINE_BYTES = 64, CHUNK_FLOWS = 1024, BITS_FIRST = 10 };

G_STATIC_ASSERT(sizeof(live_flow) == 3 * LINE_BYTES);

struct live_flows {
  live_flow **slots; /* open addressing; NULL: empty */
  guint bits, mask, n;
  live_flow *free;       /* linked by ended */
  live_flow *next, *end; /* of the newest chunk: not given yet */
  GPtrArray *chunks;
};

/*
 * Eight numbers that follow each other share a line of slots, since connections that were made together are often met
 * together; the lines are spread by the key of the hashes that only find (tuple.h), so that nobody who writes a capture
 * can choose who stays so that they make a long run.
 */
static guint slot_of(const live_flows *f, guint64 conn)
{
  guint64 line = ct_hash_words(conn >> 3, 0) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);

  return (guint)(line >> (64 - (f->bits - 3))) << 3 | (guint)(conn & 7);
}

static guint find_slot(const live_flows *f, guint64 conn)
{
  guint at = slot_of(f, conn);

  while (f->slots[at] != NULL && f->slots[at]->conn != conn)
    at = (at + 1) & f->mask;
  return at;
}

static void set_bits(live_flows *f, guint bits)
{
  f->bits = bits;
  f->mask = (1u << bits) - 1;
  f->slots = g_new0(live_flow *, (gsize)1 << bits);
}

static void grow(live_flows *f)
{
  live_flow **old = f->slots;
  guint size = f->mask + 1, i;

  set_bits(f, f->bits + 1);
  for (i = 0; i < size; i++)
    if (old[i] != NULL)
      f->slots[find_slot(f, old[i]->conn)] = old[i];
  g_free(old);
}

static live_flow *take_one(live_flows *f)
{
  live_flow *live = f->free;

  if (live != NULL) {
    f->free = (live_flow *)(void *)live->ended;
    return live;
  }
  if (f->next == f->end) {
    f->next = aligned_alloc(LINE_BYTES, CHUNK_FLOWS * sizeof(live_flow));
    if (f->next == NULL)
      g_error("no memory for %d more connections", CHUNK_FLOWS);
    f->end = f->next + CHUNK_FLOWS;
    g_ptr_array_add(f->chunks, f->next);
  }
  return f->next++;
}

static void free_extra(live_flow *live)
{
  live_extra *extra = live->extra;

  if (extra == NULL)
    return;
  if (extra->at_peak != NULL) {
    flow_record_clear(extra->at_peak);
    g_free(extra->at_peak);
  }
  g_free(extra->now);
  g_free(extra->states);
  g_free(extra);
}

live_flows *live_flows_new(void)
{
  live_flows *f = g_new0(live_flows, 1);

  f->chunks = g_ptr_array_new_with_free_func(free);
  set_bits(f, BITS_FIRST);
  return f;
}

void live_flows_free(live_flows *f)
{
  guint i;

  if (f == NULL)
    return;
  for (i = 0; i <= f->mask && f->n > 0; i++)
    if (f->slots[i] != NULL)
      free_extra(f->slots[i]);
  g_ptr_array_unref(f->chunks);
  g_free(f->slots);
  g_free(f);
}

live_flow *live_flows_find(const live_flows *f, guint64 conn) { return f->slots[find_slot(f, conn)]; }

void live_flows_fetch_slot(const live_flows *f, guint64 conn) { __builtin_prefetch(&f->slots[slot_of(f, conn)]); }

/* Most stand where they are looked for first. */
void live_flows_fetch(const live_flows *f, guint64 conn)
{
  const char *live = (const char *)f->slots[slot_of(f, conn)];

  if (live == NULL)
    return;
  __builtin_prefetch(live, 1);
  __builtin_prefetch(live + LINE_BYTES, 1);
  __builtin_prefetch(live + 2 * LINE_BYTES, 1);
}

live_flow *live_flows_add(live_flows *f, guint64 conn)
{
  live_flow *live = take_one(f);

  if (f->n > f->mask / 2)
    grow(f);
  memset(live, 0, sizeof(*live));
  live->conn = conn;
  f->slots[find_slot(f, conn)] = live;
  f->n++;
  return live;
}

void live_flows_remove(live_flows *f, live_flow *live)
{
  guint hole = find_slot(f, live->conn), at;

  /* What stands behind a hole moves into it where its search would end there. */
  for (at = (hole + 1) & f->mask; f->slots[at] != NULL; at = (at + 1) & f->mask)
    if (((at - slot_of(f, f->slots[at]->conn)) & f->mask) >= ((at - hole) & f->mask)) {
      f->slots[hole] = f->slots[at];
      hole = at;
    }
  f->slots[hole] = NULL;
  f->n--;
  free_extra(live);
  live->ended = (live_ended *)(void *)f->free;
  f->free = live;
}

guint live_flows_count(const live_flows *f) { return f->n; }

void live_flows_each(const live_flows *f, void (*fn)(live_flow *live, gpointer user), gpointer user)
{
  guint i;

  for (i = 0; i <= f->mask; i++)
    if (f->slots[i] != NULL)
      fn(f->slots[i], user);
}

live_extra *live_extra_make(live_flow *live)
{
  live->extra = g_new0(live_extra, 1);
  return live->extra;
}

/* ---- states ---- */

static guint put_own_states(const live_flow *live, flow_step *steps)
{
  guint i;

  for (i = 0; i < live->n_states; i++)
    steps[i] = (flow_step){ live->state_ns[i], live->states[i] & 127, live->states[i] >> 7 };
  return i;
}

void live_add_state(live_flow *live, const flow_step *step)
{
  live_extra *extra;

  if (live->n_states < LIVE_STATES) {
    live->state_ns[live->n_states] = step->time_ns;
    live->states[live->n_states++] = (guint8)(step->dir << 7 | step->state);
    return;
  }
  if (live->n_states == FLOWS_STEPS_MOST)
    return;
  extra = live_extra_of(live);
  if (extra->states == NULL) {
    extra->states = g_new(flow_step, FLOWS_STEPS_MOST);
    put_own_states(live, extra->states);
  }
  extra->states[live->n_states++] = *step;
}

guint live_states(const live_flow *live, flow_step *steps)
{
  if (live->n_states <= LIVE_STATES)
    return put_own_states(live, steps);
  memcpy(steps, live->extra->states, live->n_states * sizeof(*steps));
  return live->n_states;
}
