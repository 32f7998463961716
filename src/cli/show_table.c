/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -L, -C, -S: the table, its count, the statistics; as they stand at the end, or at the moments of --at and --every. */
#include <config.h>

#include "part.h"
#include "run.h"
#include "show.h"
#include "snapshots.h"

#include <stdio.h>

typedef struct showing {
  cli_run run;
  cli_snapshots *snapshots;
  guint64 shown, expectations;
  gboolean ended; /* no packet is to come */
} showing;

static void on_entry(const ct_view *view, void *user)
{
  showing *s = user;

  if (!cli_filter_entry(&s->run.o->filter, view))
    return;
  s->shown++;
  emit_output_entry(&s->run.shown, view);
}

static void on_expect(const ct_expect_view *expect, void *user)
{
  showing *s = user;

  if (!cli_filter_expect(&s->run.o->filter, expect))
    return;
  s->shown++;
  emit_output_expect(&s->run.shown, expect);
}

static void count_expect(const ct_expect_view *expect, void *user)
{
  showing *s = user;

  s->expectations += cli_filter_expect(&s->run.o->filter, expect);
}

static void count_entry(const ct_view *view, void *user)
{
  showing *s = user;

  s->shown += cli_filter_entry(&s->run.o->filter, view);
}

/* As the kernel counts, where nobody asks for some of them only. */
static guint64 count(showing *s)
{
  s->shown = s->expectations = 0;
  if (s->run.o->table == CLI_TABLE_EXPECT) {
    ct_engine_each_expect(s->run.engine, count_expect, s);
    return s->expectations;
  }
  if (!s->run.o->filter.any)
    return ct_engine_count(s->run.engine);
  ct_engine_each(s->run.engine, count_entry, s);
  return s->shown;
}

/* => what the figures at the end are a part of; NULL: all was read, or it is not the end. */
static const emit_part *part_at_end(showing *s, emit_part *part)
{
  s->run.part_told = s->ended && cli_part_of_run(&s->run, part);
  return s->run.part_told ? part : NULL;
}

static guint wants(const cli_run *run) { return emit_format_wants(run->format, &run->emit, run->what); }

static void show_stats(showing *s)
{
  cli_run *run = &s->run;
  emit_statistics statistics = { .stats = ct_engine_stats(run->engine), .count = ct_engine_count(run->engine) };
  emit_part part;

  statistics.part = part_at_end(s, &part);
  run->part_said = run->part_told;
  if (wants(run) & EMIT_WANTS_PRESSURE && statistics.stats->packets > 0)
    statistics.pressure = cli_pressure_take(run->pressure, run->engine, run->first_ns);
  emit_output_stats(&run->shown, &statistics);
}

static void show(showing *s)
{
  cli_run *run = &s->run;
  emit_part part;

  switch (run->what) {
  case EMIT_CAN_COUNT: emit_output_count(&run->shown, count(s), part_at_end(s, &part)); break;
  case EMIT_CAN_STATS: show_stats(s); break;
  case EMIT_CAN_EXPECT:
    s->shown = 0;
    ct_engine_each_expect(run->engine, on_expect, s);
    break;
  default:
    s->shown = 0;
    /* No packet is ever on its way, and no entry dying, between two packets: those tables are empty. */
    if (run->o->table == CLI_TABLE_CONNTRACK)
      ct_engine_each(run->engine, on_entry, s);
    if (run->o->table == CLI_TABLE_CONNTRACK && wants(run) & EMIT_WANTS_EXPECTS)
      ct_engine_each_expect(run->engine, on_expect, s);
  }
}

static void show_snapshot(const replay_moments *now, gpointer user)
{
  showing *s = user;

  emit_output_snapshot(&s->run.shown, now->last_ns, now->last_number);
  show(s);
  if (s->run.live)
    emit_text_flush(&s->run.output.text);
}

static void on_moment(replay_moments *moments, gpointer user)
{
  showing *s = user;

  cli_snapshots_moment(s->snapshots, moments, ct_engine_count(s->run.engine));
}

static guint what_of(const cli_options *o)
{
  if (o->command == 'C')
    return EMIT_CAN_COUNT;
  if (o->command == 'S')
    return EMIT_CAN_STATS;
  return o->table == CLI_TABLE_EXPECT ? EMIT_CAN_EXPECT : EMIT_CAN_LIST;
}

/* What conntrack(8) says after a listing. */
static void say_shown(const showing *s)
{
  if (s->run.what == EMIT_CAN_EXPECT)
    fprintf(stderr, "ctreplay v%s: %" G_GUINT64_FORMAT " expectations have been shown.\n", PACKAGE_VERSION, s->shown);
  else if (s->run.what == EMIT_CAN_LIST)
    fprintf(stderr, "ctreplay v%s: %" G_GUINT64_FORMAT " flow entries have been shown.\n", PACKAGE_VERSION, s->shown);
}

/* => TRUE where the table was listed as it stands at the end. */
static gboolean play(showing *s)
{
  cli_watch watch = { .user = s };
  gboolean at_end, played;

  s->snapshots = cli_snapshots_new(s->run.o, show_snapshot, s);
  at_end = s->snapshots == NULL;
  if (!at_end)
    watch.moment = on_moment;
  if (wants(&s->run) & EMIT_WANTS_PRESSURE && s->run.pressure == NULL)
    s->run.pressure = cli_pressure_new();
  played = cli_run_play(&s->run, &watch);
  s->ended = played;
  if (played && at_end)
    show(s);
  cli_snapshots_free(s->snapshots);
  return played && at_end;
}

cli_exit cli_show_table(const cli_options *o)
{
  showing s = { .shown = 0 };
  gboolean listed = cli_run_open(&s.run, o, what_of(o)) && play(&s);
  cli_exit code = cli_run_close(&s.run);

  if (listed)
    say_shown(&s);
  return code;
}
