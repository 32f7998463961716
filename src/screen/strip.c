/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "strip.h"

/* Short captures get steps of a millisecond; longer ones double them until they fit. */
enum { FIRST_STEP_NS = 1000000 };

static strip_step join(const strip_step *a, const strip_step *b)
{
  return (strip_step){ MAX(a->peak, b->peak), a->marks | b->marks };
}

static void halve(strip *s)
{
  guint i;

  for (i = 0; i < STRIP_STEPS / 2; i++)
    s->steps[i] = join(&s->steps[2 * i], &s->steps[2 * i + 1]);
  s->n = (s->n + 1) / 2;
  for (i = s->n; i < STRIP_STEPS; i++)
    s->steps[i] = (strip_step){ 0, 0 };
  s->step_ns *= 2;
}

/* As unsigned distances: a capture may span more than half of what 64 bits of nanoseconds hold. */
static guint64 since(gint64 a, gint64 b) { return a > b ? (guint64)a - (guint64)b : 0; }

void strip_note(strip *s, gint64 now_ns, guint64 count, guint8 marks)
{
  guint64 into;
  guint at;

  if (s->step_ns == 0) {
    s->start_ns = now_ns;
    s->step_ns = FIRST_STEP_NS;
    s->n = 1;
  }
  into = since(now_ns, s->start_ns);
  while (into / (guint64)s->step_ns >= STRIP_STEPS)
    halve(s);
  at = (guint)(into / (guint64)s->step_ns);
  for (; s->n <= at; s->n++)
    s->steps[s->n].peak = s->last_count;
  s->steps[at].peak = MAX(s->steps[at].peak, count);
  s->steps[at].marks |= marks;
  s->peak = MAX(s->peak, count);
  s->last_count = count;
  s->last_ns = MAX(now_ns, s->start_ns);
}

strip_step strip_column(const strip *s, guint i, guint columns)
{
  strip_step all = { 0, 0 };
  guint from = (guint)((guint64)i * s->n / columns), to = (guint)((guint64)(i + 1) * s->n / columns), at;

  if (s->n == 0)
    return all;
  for (at = from; at < MAX(to, from + 1) && at < s->n; at++)
    all = join(&all, &s->steps[at]);
  return all;
}

guint strip_column_of(const strip *s, gint64 time_ns, guint columns)
{
  guint64 step = s->step_ns > 0 ? since(time_ns, s->start_ns) / (guint64)s->step_ns : 0;
  guint column;

  if (s->n == 0)
    return 0;
  step = MIN(step, s->n - 1);
  /* The first column that shows the step; where steps are wider than columns, the last one of its own. */
  for (column = (guint)(step * columns / s->n); column > 0 && (guint64)column * s->n / columns > step; column--)
    continue;
  while (column + 1 < columns && (guint64)(column + 1) * s->n / columns <= step)
    column++;
  return column;
}
