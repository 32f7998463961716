/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -E, -E expect: the event log. */
#include "nothing.h"
#include "run.h"
#include "show.h"

#include <string.h>

/* => FALSE: it was not asked for by -e, or stands before what is shown. */
static gboolean is_asked(const cli_run *run, const ct_event *event, guint bit)
{
  gboolean asked = (run->o->event_mask & bit) != 0;

  if (!run->showing || event->masked)
    return FALSE;
  cli_nothing_event(run->nothing, event->type, asked);
  return asked;
}

static guint bit_of(ct_event_type type)
{
  return type == CT_EVENT_NEW || type == CT_EVENT_EXPECT_NEW ? CLI_EVENT_NEW
         : type == CT_EVENT_UPDATE                           ? CLI_EVENT_UPDATE
                                                             : CLI_EVENT_DESTROY;
}

static void on_event(const ct_event *event, void *user)
{
  cli_run *run = user;

  if (!is_asked(run, event, bit_of(event->type)) || !cli_filter_entry(&run->o->filter, event->view))
    return;
  if (run->columns.n > 0)
    emit_output_row(&run->shown, event);
  else
    emit_output_event(&run->shown, event);
}

static void on_expect_event(const ct_event *event, void *user)
{
  cli_run *run = user;

  if (is_asked(run, event, bit_of(event->type)) && cli_filter_expect(&run->o->filter, event->expect))
    emit_output_event(&run->shown, event);
}

cli_exit cli_show_events(const cli_options *o)
{
  const guint32 connections = 1u << CT_EVENT_NEW | 1u << CT_EVENT_UPDATE | 1u << CT_EVENT_DESTROY,
                expectations = 1u << CT_EVENT_EXPECT_NEW | 1u << CT_EVENT_EXPECT_DESTROY;
  static const cli_watch watch;
  gboolean expect = o->table == CLI_TABLE_EXPECT;
  cli_nothing nothing;
  cli_run run;

  memset(&nothing, 0, sizeof(nothing));
  if (!cli_run_open(&run, o, expect ? EMIT_CAN_EXPECT_EVENTS : EMIT_CAN_EVENTS))
    return cli_run_close(&run);
  run.nothing = &nothing;
  ct_engine_watch(run.engine, expect ? expectations : connections, expect ? on_expect_event : on_event, &run);
  cli_run_play(&run, &watch);
  return cli_run_close(&run);
}
