/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Occupancy over time in a fixed number of steps, whatever the capture's length: when the steps run out, each two
 * neighbours become one and steps get twice as long. Kept per step: the highest count, evictions and drops. No
 * allocation after the first, so that many of them can run beside a replay.
 */
#ifndef PRESSURE_OCCUPANCY_H
#define PRESSURE_OCCUPANCY_H

#include <glib.h>

#include "conntrack/engine.h"
#include "resume/io.h"

enum { PRESSURE_STEPS = 600 };

typedef struct pressure_step {
  guint64 peak; /* highest count within the step; carried over through steps without packets */
  guint64 evictions, drops;
} pressure_step;

typedef struct pressure_occupancy {
  gint64 start_ns, step_ns; /* step_ns 0: nothing was seen yet */
  gint64 until_ns;          /* the end of the last step so far */
  guint n;
  guint64 last_count, evictions, drops; /* running totals as last told */
  pressure_step steps[PRESSURE_STEPS];
} pressure_occupancy;

/* Begins the step that now_ns lies in. */
void pressure_occupancy_step(pressure_occupancy *occupancy, gint64 now_ns);

/*
 * The state after a packet: the engine's clock, entries, and the totals of evictions and drops so far. Time does not go
 * back.
 */
static inline void pressure_occupancy_note(pressure_occupancy *o, gint64 now_ns, guint64 count, guint64 evictions,
                                           guint64 drops)
{
  pressure_step *step;

  if (G_UNLIKELY(o->step_ns == 0 || now_ns >= o->until_ns))
    pressure_occupancy_step(o, now_ns);
  step = &o->steps[o->n - 1];
  step->peak = MAX(step->peak, count);
  step->evictions += evictions - o->evictions;
  step->drops += drops - o->drops;
  o->last_count = count;
  o->evictions = evictions;
  o->drops = drops;
}

/* All of it as bytes, or from them. */
void pressure_occupancy_keep(pressure_occupancy *occupancy, resume_io *io);

/* TRUE where an entry that ended so had to go before its time. */
gboolean pressure_is_eviction(ct_reason reason);
/* So far: such entries, and packets that found no room, in the table or in a chain. */
guint64 pressure_evictions(const ct_stats *stats);
guint64 pressure_drops(const ct_stats *stats);

#endif
