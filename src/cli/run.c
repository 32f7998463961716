/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"
#include "captures.h"
#include "interrupt.h"
#include "nothing.h"
#include "kernel.h"
#include "part.h"
#include "resume.h"
#include "run_again.h"
#include "run_plot.h"
#include "run_table.h"
#include "sandbox.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- opening ---- */

/* The first format of the list that can show it, as rows where fields are named. */
static const emit_format *default_format(guint what, gboolean rows)
{
  const emit_format *format;
  guint i;

  for (i = 0; (format = emit_format_get(i)) != NULL; i++)
    if (format->can & what && (!rows || format->row != NULL))
      return format;
  return NULL;
}

/* "conntrack and json" */
static char *formats_of(guint what)
{
  GString *names = g_string_new(NULL);
  const emit_format *format;
  guint i;

  for (i = 0; (format = emit_format_get(i)) != NULL; i++)
    if (format->can & what)
      g_string_append_printf(names, "%s%s", names->len > 0 ? " and " : "", format->name);
  return g_string_free(names, FALSE);
}

static void say_no_format(const cli_run *run)
{
  char *names;

  if (run->what != EMIT_CAN_LOSSES && run->what != EMIT_CAN_FLOWS) {
    cli_say("-o %s: not a format of -%c; see ctreplay list formats", run->format->name, run->o->command);
    return;
  }
  names = formats_of(run->what);
  cli_say("-o %s: not a format of %s; it has %s", run->format->name,
          run->what == EMIT_CAN_FLOWS ? "flows" : "--evictions", names);
  g_free(names);
}

static gboolean choose_format(cli_run *run)
{
  if (run->what == 0) {
    if (run->o->format == NULL)
      return TRUE;
    cli_say("-o %s: give a command too (-L, -E, -P, -S or -C)", run->o->format->name);
    return FALSE;
  }
  run->format = run->o->format != NULL ? run->o->format : default_format(run->what, run->o->fields != NULL);
  if ((run->format->can & run->what) != 0)
    return TRUE;
  say_no_format(run);
  return FALSE;
}

/* Before the sandbox, which may not ask for the terminal's width. */
static gboolean choose_columns(cli_run *run)
{
  const emit_table *table = run->o->fields_of != NULL ? run->o->fields_of : cli_columns_table(run->what);
  GError *error = NULL;

  run->screen = run->o->write == NULL && run->o->fields == NULL ? cli_columns_screen() : 0;
  if (table == NULL || run->format == NULL)
    return TRUE;
  if (!cli_columns_choose(&run->columns, run->o, run->format, run->what, table, &error)) {
    cli_usage(error);
    return FALSE;
  }
  return TRUE;
}

/* With -P a name for text is most likely a mistake. */
static void say_what_is_kept(const char *path)
{
  if (g_str_has_suffix(path, ".json") || g_str_has_suffix(path, ".txt") || g_str_has_suffix(path, ".csv"))
    cli_say("note: -W %s: of -P, -W keeps the packets, as a capture; for the text use > %s", path, path);
}

/* With -P, -W is a capture; its writer takes it from here. */
static gboolean open_capture(cli_run *run, const char *path)
{
  GError *error = NULL;

  say_what_is_kept(path);
  run->capture_fd = cap_output_open(path, &error);
  if (run->capture_fd >= 0)
    return TRUE;
  cli_say("%s", error->message);
  g_error_free(error);
  return FALSE;
}

/* A database is written here and there, and read, too: no pipe takes it. */
static gboolean open_database(cli_run *run, const char *path)
{
  struct stat st;

  if (path == NULL || strcmp(path, "-") == 0) {
    cli_say("-o %s: give -W FILE", run->format->name);
    run->code = CLI_EXIT_USAGE;
    return FALSE;
  }
  run->code = CLI_EXIT_OUTPUT;
  run->database_fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (run->database_fd >= 0 && fstat(run->database_fd, &st) == 0 && S_ISREG(st.st_mode))
    return TRUE;
  cli_say("-W %s: %s", path, run->database_fd < 0 ? g_strerror(errno) : "a database needs a regular file");
  return FALSE;
}

static gboolean open_output(cli_run *run)
{
  const char *path = run->o->write;
  gboolean keeps = path != NULL && run->o->command == 'P';

  if (path != NULL && replay_source_reads(run->source, path)) {
    cli_say("-W %s: that is a capture being read", path);
    return FALSE;
  }
  if (run->format != NULL && run->format->is_database) {
    run->silent = TRUE;
    return open_database(run, path) && cli_output_open(&run->output, "-W", NULL);
  }
  run->silent = (keeps && run->o->format == NULL && run->o->fields == NULL) || run->o->display_filter;
  if ((!keeps || open_capture(run, path)) && cli_output_open(&run->output, "-W", keeps ? NULL : path))
    return TRUE;
  run->code = CLI_EXIT_OUTPUT;
  return FALSE;
}

static void describe(cli_run *run)
{
  const cli_options *o = run->o;

  run->capture = g_path_get_basename(g_ptr_array_index(o->captures, 0));
  run->subject = (emit_subject){ run->capture, &run->params, o->replay.checksums, cli_firewall_head(&run->firewall) };
  run->emit = (emit_options){ .options = o->format_options | (o->filter.label_words != NULL ? EMIT_LABELS : 0),
                              .profile = run->params.profile,
                              .show_mark = run->params.features_mark,
                              .show_secmark = run->params.features_secmark,
                              .show_times = run->params.timestamp != 0,
                              .label_names = (const char *const *)run->firewall.label_names,
                              .colour = cli_output_colour(&run->output, o->colour),
                              .subject = &run->subject,
                              .columns = run->columns.n > 0 ? &run->columns : NULL,
                              .first_ns = &run->first_ns,
                              .screen = run->screen };
}

/* Everything that the run will ever open, and what the command line says wrong. */
static gboolean open_all(cli_run *run, gboolean twice)
{
  const cli_options *o = run->o;
  replay_options replay = o->replay;
  GError *error = NULL;

  if (!cli_kernel_params(o, &run->params, &error)) {
    cli_usage(error);
    return FALSE;
  }
  if (o->captures->len == 0) {
    cli_say("give a capture (- for standard input); ctreplay --help says what else");
    return FALSE;
  }
  if (!choose_format(run) || !choose_columns(run))
    return FALSE;
  cli_allow_many_files(o->captures->len * (twice ? 2 : 1));
  if (!cli_table_open(run, &replay))
    return FALSE;
  replay.stop = &cli_stop;
  replay.holds = o->save_state != NULL;
  if (run->what == 0 || run->what & (EMIT_CAN_PACKETS | EMIT_CAN_FLOWS))
    replay.keep = 2; /* for cli_watch.ahead */
  replay.ruled = o->rules->len > 0 || o->box_ruled;
  /* A transcript is of every frame, as a referee is sent them. */
  if (run->format != NULL && emit_format_wants(run->format, &run->emit, run->what) & EMIT_WANTS_END)
    replay.pairs = FALSE;
  run->source = replay_source_prepare(&replay, &run->params, &error);
  if (run->source == NULL) {
    cli_usage(error);
    return FALSE;
  }
  if (!open_output(run) || !cli_plot_open(run))
    return FALSE;
  if (!cli_firewall_load(&run->firewall, o)) {
    run->code = run->firewall.refusal;
    return FALSE;
  }
  if (!cli_resume_open(run))
    return FALSE;
  if (twice && o->load_state == NULL && o->listed == NULL)
    cli_run_open_again(run, replay);
  cli_say_rounding(o->hashsize, run->params.buckets);
  return TRUE;
}

static gboolean open_run(cli_run *run, const cli_options *o, guint what, gboolean twice)
{
  *run = (cli_run){ .o = o, .what = what, .capture_fd = -1, .database_fd = -1, .code = CLI_EXIT_USAGE };
  if (!open_all(run, twice))
    return FALSE;
  run->code = CLI_EXIT_OK;
  /* Everything is open; what comes now reads bytes that somebody else chose. */
  if (!o->no_sandbox)
    cli_sandbox_enter();
  if (!cli_firewall_start(&run->firewall, &run->params,
                          run->format != NULL ? emit_format_wants(run->format, &run->emit, what) : 0, o->explains)) {
    run->code = CLI_EXIT_USAGE;
    return FALSE;
  }
  if (!cli_resume_load(run) || !cli_table_parse(run))
    return FALSE;
  replay_source_start(run->source);
  if (!replay_source_readable(run->source)) {
    replay_source_next(run->source);
    return FALSE;
  }
  if (run->engine == NULL)
    run->engine = ct_engine_new(&run->params);
  cli_plot_watch(run);
  run->live = replay_source_live(run->source) || isatty(run->output.fd);
  run->showing = o->show_from.kind == REPLAY_POINT_NONE;
  describe(run);
  return TRUE;
}

gboolean cli_run_open(cli_run *run, const cli_options *options, guint what)
{
  return open_run(run, options, what, FALSE);
}

gboolean cli_run_open_twice(cli_run *run, const cli_options *options) { return open_run(run, options, 0, TRUE); }

gboolean cli_run_may_have_room(const cli_run *run)
{
  return run->firewall.firewall == NULL && run->o->load_state == NULL && run->o->listed == NULL;
}

/* ---- playing ---- */

typedef struct playing {
  cli_run *run;
  const cli_watch *watch;
} playing;

static void on_packet(const replay_seen *seen, gpointer user)
{
  playing *p = user;

  if (p->run->pressure != NULL)
    cli_pressure_packet(p->run->pressure, seen);
  if (p->watch->packet != NULL)
    p->watch->packet(seen, p->watch->user);
}

static void on_idle(gpointer user)
{
  playing *p = user;

  if (p->watch->idle != NULL)
    p->watch->idle(p->watch->user);
  emit_text_flush(&p->run->output.text);
}

static void on_tick(gpointer user)
{
  cli_run *run = ((playing *)user)->run;

  cli_progress_tick(&run->progress, run->source, &run->output.text);
}

static gboolean on_wanted(gpointer user)
{
  const cli_run *run = ((playing *)user)->run;

  return run->output.text.error == 0 && !run->unwanted;
}

/* No packet is shown then, which is a riddle where a time of day was meant to be of the first one. */
static void say_next_day(const replay_point *from, const replay_moments *moments)
{
  g_autofree char *missed = replay_point_missed(from, moments->first_ns);

  if (*missed != '\0' && moments->ended && !moments->by_time && !moments->by_number)
    cli_say("note: --show-from: %sthe captures end before", missed);
}

/* --show-from: a time is reached just before it, so that what happens at it is shown. */
static void wait_for_start(cli_run *run, replay_moments *moments)
{
  const replay_point *from = &run->o->show_from;

  if (from->kind == REPLAY_POINT_NUMBER) {
    guint64 before = (guint64)from->value - 1;

    /* The packet before may have been left out; then the moment is the first one after it. */
    if (moments->last_number >= before || (run->now.by_number && run->now.next_number >= before))
      run->showing = TRUE;
    else
      moments->next_number = MIN(moments->next_number, before);
  } else {
    gint64 ns = replay_time_add(replay_point_time_ns(from, moments->first_ns), -1);

    if (moments->first_ns > ns || moments->last_ns >= ns)
      run->showing = TRUE;
    else {
      moments->next_ns = MIN(moments->next_ns, ns);
      say_next_day(from, moments);
    }
  }
}

/* What the command wants of moments, then --show-from. */
static void on_moment(replay_moments *moments, gpointer user)
{
  playing *p = user;
  cli_run *run = p->run;

  cli_table_begin(run, moments);
  if (moments->ended)
    cli_resume_take(run);
  run->now = *moments;
  run->first_ns = moments->first_ns;
  cli_plot_begin(run);
  if (p->watch->moment != NULL) {
    p->watch->moment(moments, p->watch->user);
  } else {
    moments->next_ns = G_MAXINT64;
    moments->next_number = G_MAXUINT64;
  }
  if (!run->showing)
    wait_for_start(run, moments);
}

static gboolean begin_format(cli_run *run)
{
  GError *error = NULL;

  if (run->format == NULL || run->silent ||
      emit_output_open(&run->shown, run->format, run->what, &run->emit, &run->output.text, &error))
    return TRUE;
  cli_say("-o %s: %s", run->format->name, error->message);
  g_error_free(error);
  run->code = CLI_EXIT_OUTPUT;
  return FALSE;
}

/* The table of --table is of a moment behind the last packet. */
static void begin_without_packets(cli_run *run)
{
  replay_moments moments = { .ended = TRUE };
  replay_figures figures;

  if (run->listed == NULL || cli_stop != 0)
    return;
  replay_source_figures(run->source, &figures);
  moments.first_ns = moments.upcoming_ns = figures.first_ns;
  cli_table_begin(run, &moments);
}

gboolean cli_run_play(cli_run *run, const cli_watch *watch)
{
  playing p = { run, watch };
  replay_watcher watcher = { .door = run->firewall.firewall != NULL ? &run->firewall.door : NULL,
                             .packet = watch->packet != NULL || run->pressure != NULL ? on_packet : NULL,
                             .idle = run->live || watch->idle != NULL ? on_idle : NULL,
                             .tick = cli_progress_wanted(run->o) ? on_tick : NULL,
                             .wanted = on_wanted,
                             .moment = on_moment,
                             .ahead = watch->ahead,
                             .user = &p };

  if (!begin_format(run))
    return FALSE;
  cli_progress_begin(&run->progress, run->o, &run->output.text);
  cli_interrupts_catch(run->source, NULL);
  replay_run(run->source, run->engine, &watcher);
  begin_without_packets(run);
  if (on_wanted(&p)) /* there was no packet at all, or it has been taken */
    cli_resume_take(run);
  cli_progress_end(&run->progress, run->source);
  cli_interrupts_release();
  run->played = TRUE;
  if (cli_stop != 0)
    run->code = cli_exit_graver(run->code, cli_interrupted());
  return TRUE;
}

/* ---- the end ---- */

void cli_run_finish_output(cli_run *run)
{
  if (emit_output_is_open(&run->shown)) {
    cli_part_end(run);
    run->code = cli_output_end_format(&run->output, &run->shown, run->code);
  }
  if (run->output.text.data != NULL) {
    emit_text_flush(&run->output.text);
    run->unwanted |= run->output.text.error != 0;
  }
  run->code = cli_output_close(&run->output, run->code);
}

static gpointer discard_upper(gpointer engine)
{
  ct_engine_discard(engine, 1, 2);
  return NULL;
}

/*
 * Its entries lie in a few large pieces, so this costs no more than the end of the process would; where they are many,
 * two do it.
 */
static void free_engine(ct_engine *engine, gboolean threaded)
{
  enum { MANY_BYTES = 32 << 20 };

  if (engine != NULL && threaded && ct_engine_memory_bytes(engine) >= MANY_BYTES) {
    GThread *thread = g_thread_try_new("discard", discard_upper, engine, NULL);

    if (thread != NULL) {
      ct_engine_discard(engine, 0, 2);
      g_thread_join(thread);
    }
    /* cppcheck-suppress memleak ; who joins a thread gives it back */
  }
  ct_engine_free(engine);
}

/* A filter that chose nothing: what it chose from. */
static void say_nothing_matched(const cli_run *run)
{
  char *words;

  if (!run->played)
    return;
  /* What was passed over by other choices no filter was asked of. */
  if (run->nothing != NULL && (!run->o->filter.any || run->o->filter.tally->asked == 0) &&
      cli_nothing_say(run->nothing, run->o, ct_engine_stats(run->engine)->created))
    return;
  words = run->o->filter.any ? cli_filter_nothing(&run->o->filter) : NULL;
  if (words != NULL)
    cli_say("note: %s", words);
  g_free(words);
}

static void tell_translation(const cli_run *run)
{
  const fw_tally *tally = fw_firewall_tally(run->firewall.firewall);

  replay_source_translated(run->source, tally->mapped > 0                             ? REPLAY_TRANSLATION_SOME
                                        : tally->nat_unknown + tally->nat_perhaps > 0 ? REPLAY_TRANSLATION_UNKNOWN
                                                                                      : REPLAY_TRANSLATION_NONE);
}

cli_exit cli_run_close(cli_run *run)
{
  gboolean threaded = run->source != NULL && replay_source_threaded(run->source);

  cli_run_finish_output(run);
  if (run->database_fd >= 0)
    close(run->database_fd);
  cli_plot_close(run);
  if (run->source != NULL && run->firewall.firewall != NULL)
    tell_translation(run);
  if (run->source != NULL)
    run->code = cli_exit_graver(run->code, cli_say_about_captures(run->source));
  cli_part_say(run);
  say_nothing_matched(run);
  if (run->engine != NULL)
    cli_say_about_helpers(run->o, &run->params, ct_engine_stats(run->engine));
  cli_resume_close(run);
  cli_table_close(run);
  cli_pressure_free(run->pressure);
  if (run->remembered != NULL)
    g_byte_array_unref(run->remembered);
  replay_source_free(run->source);
  replay_source_free(run->again);
  free_engine(run->engine, threaded);
  run->engine = NULL;
  cli_firewall_say_notes(&run->firewall);
  cli_firewall_clear(&run->firewall);
  g_free(run->capture);
  return run->code;
}
