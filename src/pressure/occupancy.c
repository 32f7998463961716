/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "occupancy.h"

/* Short captures get steps of a millisecond; longer ones double them until they fit. */
enum { FIRST_STEP_NS = 1000000 };

static void halve(pressure_occupancy *o)
{
  guint i;

  for (i = 0; i < PRESSURE_STEPS / 2; i++) {
    const pressure_step *a = &o->steps[2 * i], *b = &o->steps[2 * i + 1];

    o->steps[i] = (pressure_step){ MAX(a->peak, b->peak), a->evictions + b->evictions, a->drops + b->drops };
  }
  o->n = (o->n + 1) / 2;
  for (i = o->n; i < PRESSURE_STEPS; i++)
    o->steps[i] = (pressure_step){ 0, 0, 0 };
  o->step_ns *= 2;
}

void pressure_occupancy_step(pressure_occupancy *o, gint64 now_ns)
{
  guint64 into, end; /* as unsigned distances: a capture may span more than half of what 64 bits of nanoseconds hold */
  guint at;

  if (o->step_ns == 0) {
    o->start_ns = now_ns;
    o->step_ns = FIRST_STEP_NS;
    o->n = 1;
  }
  into = now_ns > o->start_ns ? (guint64)now_ns - (guint64)o->start_ns : 0;
  while (into >= (guint64)o->step_ns * PRESSURE_STEPS)
    halve(o);
  at = (guint)(into / (guint64)o->step_ns);
  for (; o->n <= at; o->n++)
    o->steps[o->n].peak = o->last_count;
  end = (guint64)o->step_ns * (at + 1);
  o->until_ns = end > (guint64)G_MAXINT64 - (guint64)o->start_ns ? G_MAXINT64 : (gint64)((guint64)o->start_ns + end);
}

/* What steps can be: the first, doubled some times, and up to the end of the last one. */
static gboolean is_curve(const pressure_occupancy *o)
{
  guint64 steps = (guint64)o->step_ns / FIRST_STEP_NS, end;

  if (o->n == 0 || o->n > PRESSURE_STEPS || o->start_ns < 0 || o->step_ns < FIRST_STEP_NS ||
      o->step_ns > G_MAXINT64 / PRESSURE_STEPS || (guint64)o->step_ns % FIRST_STEP_NS != 0 ||
      (steps & (steps - 1)) != 0)
    return FALSE;
  end = MIN((guint64)o->step_ns * o->n, (guint64)G_MAXINT64 - (guint64)o->start_ns);
  return o->until_ns == o->start_ns + (gint64)end;
}

void pressure_occupancy_keep(pressure_occupancy *o, resume_io *io)
{
  resume_raw(io, o, sizeof *o);
  if (resume_reads(io) && !(o->step_ns == 0 && o->n == 0) && !is_curve(o)) {
    *o = (pressure_occupancy){ .n = 0 };
    resume_fail(io, "its curve is none");
  }
}

gboolean pressure_is_eviction(ct_reason reason)
{
  return reason == CT_REASON_END_EVICTED || reason == CT_REASON_END_GC_EVICTED;
}

guint64 pressure_evictions(const ct_stats *stats) { return stats->early_drop + stats->ended[CT_REASON_END_GC_EVICTED]; }

guint64 pressure_drops(const ct_stats *stats)
{
  return stats->dropped_by_reason[CT_REASON_TABLE_FULL] + stats->dropped_by_reason[CT_REASON_CHAIN_TOO_LONG];
}
