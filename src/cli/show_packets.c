/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -P: one line per packet, or with -W the packets themselves. */
#include "beside.h"
#include "keep.h"
#include "nothing.h"
#include "redact.h"
#include "resume.h"
#include "run.h"
#include "say.h"
#include "sent.h"
#include "show.h"

#include "emit/asked.h"
#include "emit/collect.h"
#include "emit/comment.h"
#include "journal/history.h"

#include <string.h>

typedef struct showing {
  cli_run run;
  journal_history history; /* not where no line tells of it */
  cli_beside beside;
  gboolean telling;
  gboolean whole;     /* a transcript, which needs to hear what the kernel would not have sent, too */
  cap_writer *writer; /* NULL: lines only */
  cli_keep *keep;     /* what goes to the writer, as it arrived; NULL: as */
  cli_sent *sent;     /* it leaves the box */
  cli_redact *redact; /* NULL: addresses stay */
  guint64 untold;     /* frames that were left out, as nothing is known of what is in them */
  GError *write_error;
  emit_asked asked;
  emit_collector *events; /* for comments; NULL: there are none */
  emit_text comment;
  cli_ranges ranges; /* of --display-filter */
  cli_nothing nothing;
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

/* packet: NULL without comments. */
static void write_packet(showing *s, const replay_seen *seen, const emit_packet *packet, gboolean chosen)
{
  const cap_frame *frame = seen->frame;
  const char *comment = NULL;
  gboolean fine;

  if (s->redact != NULL && (frame = cli_redact_frame(s->redact, frame, seen->link->l3_offset)) == NULL) {
    s->untold++;
    return;
  }
  if (packet != NULL) {
    s->comment.used = 0;
    emit_packet_comment(&s->comment, &s->run.emit, packet, s->events);
    emit_text_char(&s->comment, '\0');
    comment = s->comment.data;
  }
  if (s->write_error != NULL)
    return;
  fine = s->sent != NULL
           ? cli_sent_packet(s->sent, seen, comment, &s->write_error)
           : cli_keep_packet(s->keep, frame, seen->interface, seen->packet->number, comment, chosen, &s->write_error);
  if (!fine)
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
  return s->run.o->annotate || (!s->run.silent && (s->run.columns.n == 0 || s->run.columns.needs & need));
}

static void show_packet(showing *s, const replay_seen *seen, const emit_packet *packet)
{
  if (s->run.o->display_filter)
    cli_ranges_add(&s->ranges, &s->run.output.text, seen->packet->number);
  if (s->run.silent)
    return;
  if (s->run.columns.n > 0)
    show_row(s, seen, packet);
  else
    emit_output_packet(&s->run.shown, packet);
}

static void note_choice(showing *s, const ct_result *result, gboolean wanted)
{
  const fw_firewall *firewall = s->run.firewall.firewall;

  cli_nothing_packet(&s->nothing, result, firewall != NULL ? fw_firewall_outcome(firewall)->verdict : FW_VERDICT_NONE,
                     wanted);
}

static void on_packet(const replay_seen *seen, gpointer user)
{
  showing *s = user;
  const cli_options *o = s->run.o;
  gboolean tells = o->annotate || (!s->run.silent && s->run.columns.n == 0), wanted;
  const ct_result *result = seen->result;
  emit_packet packet = { .packet = seen->packet, .result = result, .first_ns = s->run.first_ns };
  ct_view view;

  if (tells)
    packet.query = emit_asked_packet(&s->asked, s->run.engine, seen->packet, result);
  if (s->telling || o->flow != 0) {
    journal_history_packet(&s->history, seen->packet, result);
    cli_beside_packet(&s->beside, &s->history, seen);
  }
  if (result->entry != NULL && (needs(s, EMIT_NEEDS_VIEW) || s->run.silent || o->filter.any)) {
    ct_entry_view(s->run.engine, result->entry, &view);
    packet.view = &view;
  }
  packet.past = s->telling ? &s->history.past : NULL;
  packet.advice = s->telling ? &s->history.advice : NULL;
  packet.sides = s->telling ? &s->history.sides : NULL;
  wanted = s->run.showing && chosen(s, seen, packet.view) && cli_firewall_chosen(&s->run.firewall);
  if (s->run.showing && !s->nothing.any)
    note_choice(s, result, wanted);
  if ((wanted || o->annotate) && needs(s, EMIT_NEEDS_RULES))
    packet.rules = cli_firewall_tell(&s->run.firewall, seen->packet);
  if (s->writer != NULL && (wanted || o->context > 0))
    write_packet(s, seen, o->annotate ? &packet : NULL, wanted);
  if (wanted)
    show_packet(s, seen, &packet);
  else if (!s->run.silent)
    emit_output_skip(&s->run.shown);
  if (s->events != NULL)
    emit_collector_clear(s->events);
}

static void on_comment_event(const ct_event *event, void *user) { emit_collector_event(user, event); }

static void on_event(const ct_event *event, void *user)
{
  showing *s = user;

  if (!event->masked || s->whole)
    emit_output_note(&s->run.shown, event);
}

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
  if (strcmp(s->run.o->write, "-") == 0 && (!s->run.silent || s->run.o->display_filter)) {
    cli_say("-W -: the lines of -o would stand between the packets; give a file");
    s->run.code = CLI_EXIT_USAGE;
    return FALSE;
  }
  s->writer = cap_writer_open_fd(s->run.capture_fd, s->run.o->write,
                                 s->run.o->annotate || s->run.o->sent ? CAP_WRITER_PCAPNG
                                                                      : replay_source_writer_kind(s->run.source));
  if (s->run.o->redact != NULL)
    s->redact = cli_redact_new(s->run.o->redact);
  if (s->run.o->sent)
    s->sent = cli_sent_new(s->writer, &s->run.firewall);
  else
    s->keep = cli_keep_new(s->writer, s->run.o->context);
  return TRUE;
}

static void say_kept(const showing *s)
{
  guint64 chosen, around;

  if (s->untold > 0)
    cli_say("note: --redact: %" G_GUINT64_FORMAT
            " frames were left out, as there is no IP in them that could be renamed",
            s->untold);
  if (s->sent != NULL)
    cli_sent_say(s->sent);
  if (s->keep == NULL || (!s->run.o->annotate && s->run.o->context == 0))
    return;
  cli_keep_count(s->keep, &chosen, &around);
  cli_say("%s: %" G_GUINT64_FORMAT " packet%s chosen, %" G_GUINT64_FORMAT " around %s%s", s->run.o->write, chosen,
          chosen == 1 ? "" : "s", around, chosen == 1 ? "it" : "them",
          s->run.o->annotate ? ", a comment with each" : "");
}

static void close_writer(showing *s)
{
  if (s->writer == NULL)
    return;
  if (s->write_error == NULL)
    say_kept(s);
  cli_keep_free(s->keep);
  cli_sent_free(s->sent);
  cli_redact_free(s->redact);
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
  cli_watch watch = { .packet = on_packet, .idle = on_idle, .ahead = TRUE, .user = s };
  cli_run *run = &s->run;

  s->whole = !run->silent && emit_format_wants(run->format, &run->emit, run->what) & EMIT_WANTS_END;
  if (!run->silent && run->columns.n == 0 && run->format->note != NULL)
    ct_engine_watch(run->engine, G_MAXUINT32, on_event, s);
  if (s->whole)
    ct_engine_watch_over(run->engine, on_event, s);
  /* A transcript is what a kernel would have said, and nothing beside. */
  s->telling = needs(s, EMIT_NEEDS_HISTORY) && !s->whole;
  if (run->o->annotate) {
    s->events = emit_collector_new();
    emit_text_init(&s->comment, -1);
    ct_engine_watch(run->engine, G_MAXUINT32, on_comment_event, s->events);
  }
  if (s->telling || run->o->flow != 0)
    journal_history_begin(&s->history, run->engine);
  if (s->telling) {
    journal_history_try(&s->history, run->engine);
    cli_beside_begin(&s->beside, run);
  }
  if ((s->history.engine == NULL || cli_resume_remember(run, &s->history, &s->asked)) && cli_run_play(run, &watch) &&
      !run->silent && emit_format_wants(run->format, &run->emit, run->what) & EMIT_WANTS_END)
    show_end(run);
  run->history = NULL;
  run->asked = NULL;
  if (run->o->display_filter)
    cli_ranges_end(&s->ranges, &run->output.text);
  cli_beside_end(&s->beside);
  journal_history_end(&s->history);
  close_writer(s);
  if (s->events != NULL)
    emit_text_clear(&s->comment);
  emit_collector_free(s->events);
}

cli_exit cli_show_packets(const cli_options *o)
{
  showing s = { .writer = NULL };

  if (cli_run_open(&s.run, o, EMIT_CAN_PACKETS) && open_writer(&s)) {
    play(&s);
    s.run.nothing = &s.nothing;
  }
  return cli_run_close(&s.run);
}
