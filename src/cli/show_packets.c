/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -P: one line per packet, or with -W the packets themselves. */
#include "run.h"
#include "say.h"
#include "show.h"

#include "emit/asked.h"
#include "journal/history.h"

#include <string.h>

typedef struct showing {
  cli_run run;
  journal_history history; /* not where no line tells of it */
  gboolean telling;
  cap_writer *writer; /* NULL: lines only */
  GError *write_error;
  emit_asked asked;
} showing;

/* --flow: its packets, and those that would have belonged to it. */
static gboolean is_of_flow(const showing *s, const ct_result *result)
{
  guint64 flow = s->run.o->flow;
  const journal_end *past = s->history.past.end; /* NULL, too, where no history is kept */

  return flow == 0 || result->conn == flow || (past != NULL && past->conn == flow);
}

static gboolean chosen(const showing *s, const replay_seen *seen, const ct_view *view)
{
  const cli_options *o = s->run.o;
  const ct_result *result = seen->result;

  if (!is_of_flow(s, result))
    return FALSE;
  if (o->classes != 0 && !(o->classes & 1u << (result->verdict == CT_VERDICT_DROP ? CT_CLASS_COUNT : result->cls)))
    return FALSE;
  if (o->any_reason && !o->reasons[result->reason])
    return FALSE;
  return view != NULL ? cli_filter_entry(&o->filter, view) : cli_filter_packet(&o->filter, seen->packet);
}

static void write_packet(showing *s, const replay_seen *seen)
{
  if (s->write_error == NULL && !cap_writer_frame(s->writer, seen->frame, seen->interface, &s->write_error))
    s->run.unwanted = TRUE;
}

static void show_row(showing *s, const replay_seen *seen, const emit_packet *packet)
{
  emit_packet_record record = {
    .packet = packet, .interface = seen->interface, .vlan = seen->link->vlan, .frame_bytes = seen->frame->wire
  };

  if (s->run.columns.needs & EMIT_NEEDS_WIRE)
    emit_wire_read(seen->packet, s->run.params.profile, &record.wire);
  emit_output_row(&s->run.shown, &record);
}

/* What the output cannot do without: all of it, or what its columns ask for. */
static gboolean needs(const showing *s, guint need)
{
  return !s->run.silent && (s->run.columns.n == 0 || s->run.columns.needs & need);
}

static void on_packet(const replay_seen *seen, gpointer user)
{
  showing *s = user;
  const ct_result *result = seen->result;
  ct_view view, *shown = NULL;
  const emit_query *query =
    s->run.silent || s->run.columns.n > 0 ? NULL : emit_asked_packet(&s->asked, s->run.engine, seen->packet, result);

  if (s->telling || s->run.o->flow != 0)
    journal_history_packet(&s->history, seen->packet, result);
  if (result->entry != NULL && (needs(s, EMIT_NEEDS_VIEW) || s->run.silent || s->run.o->filter.any)) {
    ct_entry_view(s->run.engine, result->entry, &view);
    shown = &view;
  }
  if (!s->run.showing || !chosen(s, seen, shown) || !cli_firewall_chosen(&s->run.firewall)) {
    if (!s->run.silent)
      emit_output_skip(&s->run.shown);
    return;
  }
  if (s->writer != NULL)
    write_packet(s, seen);
  if (!s->run.silent) {
    const emit_packet packet = { .packet = seen->packet,
                                 .result = result,
                                 .view = shown,
                                 .first_ns = s->run.first_ns,
                                 .past = s->telling ? &s->history.past : NULL,
                                 .advice = s->telling ? &s->history.advice : NULL,
                                 .query = query,
                                 .other_side = s->telling ? s->history.other_side : 0,
                                 .rules = needs(s, EMIT_NEEDS_RULES) ? cli_firewall_tell(&s->run.firewall, seen->packet)
                                                                     : NULL };

    if (s->run.columns.n > 0)
      show_row(s, seen, &packet);
    else
      emit_output_packet(&s->run.shown, &packet);
  }
}

static void on_event(const ct_event *event, void *user) { emit_output_note(user, event); }

static void on_idle(gpointer user)
{
  showing *s = user;

  if (s->writer != NULL && s->write_error == NULL)
    cap_writer_flush(s->writer, &s->write_error);
}

static void show_entry(const ct_view *view, void *user) { emit_output_entry(user, view); }

static void show_expect(const ct_expect_view *expect, void *user) { emit_output_expect(user, expect); }

/* What stands after the last packet. */
static void show_end(cli_run *run)
{
  const emit_statistics statistics = { .stats = ct_engine_stats(run->engine),
                                       .count = ct_engine_count(run->engine),
                                       .rules = cli_firewall_counters(&run->firewall) };

  ct_engine_each(run->engine, show_entry, &run->shown);
  ct_engine_each_expect(run->engine, show_expect, &run->shown);
  emit_output_stats(&run->shown, &statistics);
}

static gboolean open_writer(showing *s)
{
  if (s->run.capture_fd < 0)
    return TRUE;
  if (strcmp(s->run.o->write, "-") == 0 && !s->run.silent) {
    cli_say("-W -: the lines of -o would stand between the packets; give a file");
    s->run.code = CLI_EXIT_USAGE;
    return FALSE;
  }
  s->writer = cap_writer_open_fd(s->run.capture_fd, s->run.o->write, replay_source_writer_kind(s->run.source));
  return TRUE;
}

static void close_writer(showing *s)
{
  if (s->writer == NULL)
    return;
  if (s->write_error != NULL)
    cap_writer_close(s->writer, NULL);
  else
    cap_writer_close(s->writer, &s->write_error);
  if (s->write_error == NULL)
    return;
  if (!g_error_matches(s->write_error, CAP_ERROR, CAP_ERROR_CLOSED)) {
    cli_say("%s", s->write_error->message);
    s->run.code = cli_exit_graver(s->run.code, CLI_EXIT_OUTPUT);
  }
  g_clear_error(&s->write_error);
}

static void play(showing *s)
{
  cli_watch watch = { .packet = on_packet, .idle = on_idle, .user = s };
  cli_run *run = &s->run;

  if (!run->silent && run->columns.n == 0 && run->format->note != NULL)
    ct_engine_watch(run->engine, run->params.events != 0 ? G_MAXUINT32 : 1u << CT_EVENT_DROP, on_event, &run->shown);
  /* A transcript is what a kernel would have said, and nothing beside. */
  s->telling =
    needs(s, EMIT_NEEDS_HISTORY) && !(emit_format_wants(run->format, &run->emit, run->what) & EMIT_WANTS_END);
  if (s->telling || run->o->flow != 0)
    journal_history_begin(&s->history, run->engine);
  if (s->telling)
    journal_history_try(&s->history, run->engine);
  if (cli_run_play(run, &watch) && !run->silent &&
      emit_format_wants(run->format, &run->emit, run->what) & EMIT_WANTS_END)
    show_end(run);
  journal_history_end(&s->history);
  close_writer(s);
}

cli_exit cli_show_packets(const cli_options *o)
{
  showing s = { .writer = NULL };

  if (cli_run_open(&s.run, o, EMIT_CAN_PACKETS) && open_writer(&s))
    play(&s);
  return cli_run_close(&s.run);
}
