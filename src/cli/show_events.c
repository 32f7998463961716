/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -E, -E expect: the event log. */
#include "run.h"
#include "show.h"

static void on_event(const ct_event *event, void *user)
{
  cli_run *run = user;

  if (!run->showing || event->masked || !cli_filter_entry(&run->o->filter, event->view))
    return;
  if (run->columns.n > 0)
    emit_output_row(&run->shown, event);
  else
    emit_output_event(&run->shown, event);
}

static void on_expect_event(const ct_event *event, void *user)
{
  cli_run *run = user;

  if (run->showing && !event->masked && cli_filter_expect(&run->o->filter, event->expect))
    emit_output_event(&run->shown, event);
}

cli_exit cli_show_events(const cli_options *o)
{
  static const struct {
    guint bit;
    ct_event_type entry, expect;
  } events[] = { { CLI_EVENT_NEW, CT_EVENT_NEW, CT_EVENT_EXPECT_NEW },
                 { CLI_EVENT_UPDATE, CT_EVENT_UPDATE, CT_EVENT_TYPE_COUNT },
                 { CLI_EVENT_DESTROY, CT_EVENT_DESTROY, CT_EVENT_EXPECT_DESTROY } };
  static const cli_watch watch;
  gboolean expect = o->table == CLI_TABLE_EXPECT;
  guint32 mask = 0;
  cli_run run;
  guint i;

  if (!cli_run_open(&run, o, expect ? EMIT_CAN_EXPECT_EVENTS : EMIT_CAN_EVENTS))
    return cli_run_close(&run);
  for (i = 0; i < G_N_ELEMENTS(events); i++)
    if (o->event_mask & events[i].bit)
      mask |= 1u << (expect ? events[i].expect : events[i].entry);
  ct_engine_watch(run.engine, mask & ((1u << CT_EVENT_TYPE_COUNT) - 1), expect ? on_expect_event : on_event, &run);
  cli_run_play(&run, &watch);
  return cli_run_close(&run);
}
