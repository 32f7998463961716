/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -P: one line per packet, or with -w the packets themselves. */
#include "run.h"

#include <errno.h>
#include <string.h>

typedef struct showing {
  cli_run run;
  cap_writer *writer; /* NULL: lines only */
  GError *write_error;
  emit_tables tables;
  GArray *entries, *expects;
} showing;

static gboolean chosen(const cli_options *o, const replay_seen *seen, const ct_view *view)
{
  const ct_result *result = seen->result;

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

static void on_packet(const replay_seen *seen, gpointer user)
{
  showing *s = user;
  const ct_result *result = seen->result;
  ct_view view, *shown = NULL;

  if (result->entry != NULL) {
    ct_entry_view(s->run.engine, result->entry, &view);
    shown = &view;
  }
  if (!s->run.showing || !chosen(s->run.o, seen, shown)) {
    if (s->run.emit.collector != NULL)
      emit_collector_clear(s->run.emit.collector);
    return;
  }
  if (s->writer != NULL)
    write_packet(s, seen);
  if (!s->run.silent) {
    emit_packet packet = {
      .frame = seen->frame, .packet = seen->packet, .result = result, .view = shown, .first_ns = s->run.first_ns
    };

    s->run.format->packet(&s->run.out, &s->run.emit, &packet);
  }
}

static void on_event(const ct_event *event, void *user) { emit_collector_event(user, event); }

static void on_idle(gpointer user)
{
  showing *s = user;

  if (s->writer != NULL && s->write_error == NULL)
    cap_writer_flush(s->writer, &s->write_error);
}

static void keep_entry(const ct_view *view, void *user) { g_array_append_val((GArray *)user, *view); }

static void keep_expect(const ct_expect_view *expect, void *user) { g_array_append_val((GArray *)user, *expect); }

/* For formats whose last line holds the tables. */
static void keep_tables(showing *s)
{
  s->entries = g_array_new(FALSE, FALSE, sizeof(ct_view));
  s->expects = g_array_new(FALSE, FALSE, sizeof(ct_expect_view));
  ct_engine_each(s->run.engine, keep_entry, s->entries);
  ct_engine_each_expect(s->run.engine, keep_expect, s->expects);
  s->tables = (emit_tables){ .entries = (const ct_view *)s->entries->data,
                             .n_entries = s->entries->len,
                             .expects = (const ct_expect_view *)s->expects->data,
                             .n_expects = s->expects->len,
                             .stats = ct_engine_stats(s->run.engine) };
  s->run.emit.tables = &s->tables;
}

static gboolean open_writer(showing *s)
{
  if (s->run.capture_fd < 0)
    return TRUE;
  if (strcmp(s->run.o->write, "-") == 0 && !s->run.silent) {
    cli_say("-w -: the lines of -o would stand between the packets; give a file");
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
  GPtrArray *sysctls = cli_transcript_sysctls(&s->run.params, s->run.o->replay.checksums);
  GPtrArray *helpers = cli_transcript_helpers(&s->run.params);
  char *name = g_path_get_basename(g_ptr_array_index(s->run.o->captures, 0));

  s->run.emit.capture = name;
  s->run.emit.sysctls = (const char *const *)sysctls->pdata;
  s->run.emit.helpers = (const char *const *)helpers->pdata;
  if (s->run.format->collects && !s->run.silent) {
    s->run.emit.collector = emit_collector_new();
    ct_engine_watch(s->run.engine, s->run.params.events != 0 ? G_MAXUINT32 : 1u << CT_EVENT_DROP, on_event,
                    s->run.emit.collector);
  }
  cli_run_play(&s->run, &watch);
  if (s->run.format->collects && s->run.format->end != NULL)
    keep_tables(s);
  close_writer(s);
  cli_run_finish_output(&s->run);
  g_ptr_array_unref(sysctls);
  g_ptr_array_unref(helpers);
  g_free(name);
  emit_collector_free(s->run.emit.collector);
  if (s->entries != NULL) {
    g_array_unref(s->entries);
    g_array_unref(s->expects);
  }
}

cli_exit cli_show_packets(const cli_options *o)
{
  showing s = { .writer = NULL };

  if (cli_run_open(&s.run, o, EMIT_CAN_PACKETS)) {
    s.run.silent = o->write != NULL && o->format == NULL;
    if (open_writer(&s))
      play(&s);
  }
  return cli_run_close(&s.run);
}
