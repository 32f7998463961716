/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pressure_figures.h"

#include "pressure/holders.h"
#include "pressure/top.h"

struct cli_pressure {
  pressure_top *dropped[2];  /* by source, by destination */
  pressure_holders *held[2]; /* while the figures are taken: the table can be counted exactly */
  emit_pressure figures;
};

cli_pressure *cli_pressure_new(void)
{
  cli_pressure *p = g_new0(cli_pressure, 1);

  p->dropped[0] = pressure_top_new();
  p->dropped[1] = pressure_top_new();
  return p;
}

void cli_pressure_free(cli_pressure *p)
{
  if (p == NULL)
    return;
  pressure_top_free(p->dropped[0]);
  pressure_top_free(p->dropped[1]);
  g_free(p);
}

void cli_pressure_packet(cli_pressure *p, const replay_seen *seen)
{
  const ct_tuple *tuple = &seen->packet->tuple;

  if (seen->result->verdict != CT_VERDICT_DROP)
    return;
  pressure_top_add(p->dropped[0], tuple->family, &tuple->src);
  pressure_top_add(p->dropped[1], tuple->family, &tuple->dst);
}

void cli_pressure_keep(cli_pressure *p, resume_io *io)
{
  pressure_top_keep(p->dropped[0], io);
  pressure_top_keep(p->dropped[1], io);
}

/* Keeps the longest idle of the ASSURED entries, in order; of equal ones the older. */
static void note_idle(emit_pressure *f, const ct_view *view)
{
  guint at = f->n_idle;

  if (!(view->status & CT_STATUS_ASSURED))
    return;
  if (at == EMIT_HEAVY_ROWS && view->idle_ns <= f->idle[at - 1].idle_ns)
    return;
  if (at < EMIT_HEAVY_ROWS)
    f->n_idle++;
  else
    at--;
  for (; at > 0 && f->idle[at - 1].idle_ns < view->idle_ns; at--)
    f->idle[at] = f->idle[at - 1];
  f->idle[at] = *view;
}

static void on_entry(const ct_view *view, void *user)
{
  cli_pressure *p = user;
  const ct_tuple *tuple = &view->tuple[CT_ORIGINAL];

  pressure_holders_come(p->held[0], &(pressure_holder_key){ .addr = tuple->src, .family = tuple->family });
  pressure_holders_come(p->held[1], &(pressure_holder_key){ .addr = tuple->dst, .family = tuple->family });
  note_idle(&p->figures, view);
}

static void take_rows(emit_pressure *f, emit_heavy_kind kind, const pressure_top *top)
{
  guint i, n = EMIT_HEAVY_ROWS;
  pressure_top_row *rows = pressure_top_rows(top, &n);

  f->n[kind] = n;
  for (i = 0; i < n; i++)
    f->heavy[kind][i] = (emit_heavy){ rows[i].addr, rows[i].family, rows[i].count, rows[i].count - rows[i].error };
  g_free(rows);
}

static void take_held(emit_pressure *f, emit_heavy_kind kind, const pressure_holders *held)
{
  pressure_holder *rows = pressure_holders_rows(held, EMIT_HEAVY_ROWS, &f->n[kind]);
  guint i;

  f->n[kind] = MIN(f->n[kind], EMIT_HEAVY_ROWS); /* it only grew: now is the peak */
  for (i = 0; i < f->n[kind]; i++)
    f->heavy[kind][i] = (emit_heavy){ rows[i].key.addr, rows[i].key.family, rows[i].now, rows[i].now };
  g_free(rows);
}

const emit_pressure *cli_pressure_take(cli_pressure *p, const ct_engine *engine, gint64 first_ns)
{
  p->held[0] = pressure_holders_new();
  p->held[1] = pressure_holders_new();
  p->figures.n_idle = 0;
  ct_engine_each(engine, on_entry, p);
  take_held(&p->figures, EMIT_HEAVY_HELD_SRC, p->held[0]);
  take_held(&p->figures, EMIT_HEAVY_HELD_DST, p->held[1]);
  take_rows(&p->figures, EMIT_HEAVY_DROPPED_SRC, p->dropped[0]);
  take_rows(&p->figures, EMIT_HEAVY_DROPPED_DST, p->dropped[1]);
  p->figures.mean = ct_engine_mean(engine, first_ns);
  pressure_holders_free(p->held[0]);
  pressure_holders_free(p->held[1]);
  return &p->figures;
}
