/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PROGRESS_WIDTH = 30, PROGRESS_FIRST_US = 700 * 1000, PROGRESS_EVERY_US = 100 * 1000 };

/* The first format of the list that can show it. */
static const emit_format *default_format(guint what)
{
  const emit_format *format;
  guint i;

  for (i = 0; (format = emit_format_get(i)) != NULL; i++)
    if (format->can & what)
      return format;
  return NULL;
}

static gboolean choose_format(cli_run *run)
{
  if (run->what == 0) {
    if (run->o->format == NULL)
      return TRUE;
    cli_say("-o %s: give a command too (-L, -E, -P, -S or -C)", run->o->format->name);
    return FALSE;
  }
  run->format = run->o->format != NULL ? run->o->format : default_format(run->what);
  if (run->format != NULL && (run->format->can & run->what) != 0)
    return TRUE;
  cli_say("-o %s: not a format of -%c; see ctreplay list formats", run->format != NULL ? run->format->name : "",
          run->o->command);
  return FALSE;
}

static gboolean want_colour(const cli_options *o, int fd)
{
  const char *no_color = g_getenv("NO_COLOR"), *term = g_getenv("TERM");

  if (o->colour != CLI_AUTO)
    return o->colour == CLI_ALWAYS;
  return isatty(fd) && (no_color == NULL || *no_color == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

/* With -P a name for text is most likely a mistake. */
static void say_what_is_kept(const char *path)
{
  if (g_str_has_suffix(path, ".json") || g_str_has_suffix(path, ".txt") || g_str_has_suffix(path, ".csv"))
    cli_say("note: -w %s: of -P, -w keeps the packets, as a capture; for the text use > %s", path, path);
}

/* With -P, -w is a capture; its writer takes it from here. */
static gboolean open_output(cli_run *run)
{
  const char *path = run->o->write;
  GError *error = NULL;

  run->fd = STDOUT_FILENO;
  run->capture_fd = -1;
  emit_text_init(&run->out, run->fd);
  if (path == NULL)
    return TRUE;
  if (replay_source_reads(run->source, path)) {
    cli_say("-w %s: that is a capture being read", path);
    return FALSE;
  }
  if (run->o->command == 'P') {
    say_what_is_kept(path);
    run->capture_fd = cap_output_open(path, &error);
    if (run->capture_fd < 0) {
      cli_say("%s", error->message);
      g_error_free(error);
      run->code = CLI_EXIT_OUTPUT;
    }
    return run->capture_fd >= 0;
  }
  if (strcmp(path, "-") != 0) {
    run->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (run->fd < 0) {
      cli_say("-w %s: %s", path, g_strerror(errno));
      run->code = CLI_EXIT_OUTPUT;
      return FALSE;
    }
    run->own_fd = TRUE;
    run->out.fd = run->fd;
  }
  return TRUE;
}

/* Every capture is open before the first byte is read: a rotated day may be many. */
void cli_allow_many_files(guint n)
{
  struct rlimit limit;

  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= n + 64 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = MIN((rlim_t)n + 64, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

static replay_source *volatile interruptible[2];

static void on_interrupt(int number)
{
  guint i;

  (void)number;
  cli_stop = 1;
  for (i = 0; i < G_N_ELEMENTS(interruptible); i++)
    if (interruptible[i] != NULL)
      replay_source_interrupt(interruptible[i]);
}

void cli_catch_interrupts_of(replay_source *first, replay_source *second)
{
  struct sigaction action;

  interruptible[0] = first;
  interruptible[1] = second;
  memset(&action, 0, sizeof(action));
  action.sa_handler = first != NULL || second != NULL ? on_interrupt : SIG_DFL;
  /* Once: who asks twice means it. */
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

void cli_catch_interrupts(replay_source *source) { cli_catch_interrupts_of(source, NULL); }

/* What is wrong with the captures has been said of the first opening. */
static void open_again(cli_run *run, replay_options replay)
{
  if (run->params.gc != CT_GC_EXACT || run->params.profile->entry_timers || run->params.max == 0 ||
      replay_source_live(run->source))
    return;
  sweep_options(&replay);
  run->again = replay_source_prepare(&replay, &run->params, NULL);
}

gboolean cli_run_again(cli_run *run, sweep_figures *figures)
{
  sweep_setting setting = { NULL, run->params };
  replay_figures first, second;

  if (run->again == NULL || cli_stop != 0)
    return FALSE;
  setting.params.gc = CT_GC_KERNEL;
  replay_source_start(run->again);
  cli_catch_interrupts(run->again);
  sweep_run(run->again, &setting, 1, 1, 1, figures, NULL, NULL);
  cli_catch_interrupts(NULL);
  if (cli_stop != 0)
    run->code = cli_exit_graver(run->code, CLI_EXIT_INTERRUPTED);
  replay_source_figures(run->source, &first);
  replay_source_figures(run->again, &second);
  return cli_stop == 0 && first.frames == second.frames && first.fed == second.fed;
}

void cli_say_rounding(const char *hashsize, guint32 buckets)
{
  guint64 wanted;

  if (hashsize != NULL && cli_size_parse(hashsize, CT_BUCKETS_MAX, &wanted) && wanted != buckets)
    cli_say("note: --hashsize %s is %u buckets, as this kernel rounds it", hashsize, buckets);
}

static gboolean open_run(cli_run *run, const cli_options *options, guint what, gboolean twice)
{
  GError *error = NULL;
  replay_options replay = options->replay;

  memset(run, 0, sizeof(*run));
  run->o = options;
  run->what = what;
  run->fd = -1;
  run->out.fd = -1;
  run->code = CLI_EXIT_USAGE;
  if (!cli_kernel_params(options, &run->params, &error)) {
    cli_usage(error);
    return FALSE;
  }
  if (options->captures->len == 0) {
    cli_say("give a capture (- for standard input); ctreplay --help says what else");
    return FALSE;
  }
  if (!choose_format(run))
    return FALSE;
  cli_allow_many_files(options->captures->len * (twice ? 2 : 1));
  replay.stop = &cli_stop;
  run->source = replay_source_prepare(&replay, &run->params, &error);
  if (run->source == NULL) {
    run->code = cli_usage(error);
    return FALSE;
  }
  if (!open_output(run) || !cli_plot_open(run))
    return FALSE;
  if (twice)
    open_again(run, replay);
  cli_say_rounding(options->hashsize, run->params.buckets);
  run->code = CLI_EXIT_OK;
  /* Everything is open; what comes now reads bytes that somebody else chose. */
  if (!options->no_sandbox)
    cli_sandbox_enter();
  replay_source_start(run->source);
  if (!replay_source_readable(run->source)) {
    replay_source_next(run->source);
    return FALSE;
  }
  run->engine = ct_engine_new(&run->params);
  cli_plot_watch(run);
  run->live = replay_source_live(run->source) || isatty(run->fd);
  run->emit.options = options->format_options;
  run->emit.profile = run->params.profile;
  run->emit.show_mark = run->params.features_mark;
  run->emit.show_secmark = run->params.features_secmark;
  run->emit.show_times = run->params.timestamp != 0;
  run->emit.colour = want_colour(options, run->fd);
  run->showing = options->show_from.kind == REPLAY_POINT_NONE;
  return TRUE;
}

gboolean cli_run_open(cli_run *run, const cli_options *options, guint what)
{
  return open_run(run, options, what, FALSE);
}

gboolean cli_run_open_twice(cli_run *run, const cli_options *options) { return open_run(run, options, 0, TRUE); }

static void clear_progress(cli_run *run)
{
  if (run->progress_shown)
    fputs("\r\033[K", stderr);
  run->progress_shown = FALSE;
}

static void draw_progress(cli_run *run)
{
  replay_progress p;
  char bar[PROGRESS_WIDTH + 1];
  guint full, i;

  replay_source_progress(run->source, &p);
  if (p.total_bytes == 0) {
    fprintf(stderr, "\r\033[K%" G_GUINT64_FORMAT " packets, %" G_GUINT64_FORMAT " entries", p.frames,
            ct_engine_count(run->engine));
  } else {
    full = (guint)(PROGRESS_WIDTH * (double)MIN(p.done_bytes, p.total_bytes) / (double)p.total_bytes);
    for (i = 0; i < PROGRESS_WIDTH; i++)
      bar[i] = i < full ? '#' : '.';
    bar[PROGRESS_WIDTH] = '\0';
    fprintf(stderr, "\r\033[K[%s] %3u%%  %" G_GUINT64_FORMAT " packets, %" G_GUINT64_FORMAT " entries", bar,
            full * 100 / PROGRESS_WIDTH, p.frames, ct_engine_count(run->engine));
  }
  fflush(stderr);
  run->progress_shown = TRUE;
}

typedef struct playing {
  cli_run *run;
  const cli_watch *watch;
} playing;

static void on_packet(const replay_seen *seen, gpointer user)
{
  playing *p = user;

  p->watch->packet(seen, p->watch->user);
}

static void on_idle(gpointer user)
{
  playing *p = user;

  if (p->watch->idle != NULL)
    p->watch->idle(p->watch->user);
  emit_text_flush(&p->run->out);
}

static void on_tick(gpointer user)
{
  cli_run *run = ((playing *)user)->run;
  gint64 now_us = g_get_monotonic_time();

  if (now_us < run->progress_next_us)
    return;
  run->progress_next_us = now_us + PROGRESS_EVERY_US;
  draw_progress(run);
}

static gboolean on_wanted(gpointer user)
{
  const cli_run *run = ((playing *)user)->run;

  return run->out.error == 0 && !run->unwanted;
}

/*
 * --show-from, then what the command wants of moments. A time is reached just before it: what happens at it is shown.
 */
static void on_moment(replay_moments *moments, gpointer user)
{
  playing *p = user;
  cli_run *run = p->run;
  const replay_point *from = &run->o->show_from;

  run->now = *moments;
  run->first_ns = moments->first_ns;
  cli_plot_begin(run);
  if (p->watch->moment != NULL) {
    p->watch->moment(moments, p->watch->user);
  } else {
    moments->next_ns = G_MAXINT64;
    moments->next_number = G_MAXUINT64;
  }
  if (run->showing)
    return;
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
    else
      moments->next_ns = MIN(moments->next_ns, ns);
  }
}

/* A bar only where somebody sees it and it does not cut through other output. */
static gboolean want_progress(const cli_run *run)
{
  if (run->o->progress != CLI_AUTO)
    return run->o->progress == CLI_ALWAYS;
  return isatty(STDERR_FILENO) && !isatty(run->fd);
}

void cli_run_play(cli_run *run, const cli_watch *watch)
{
  playing p = { run, watch };
  replay_watcher watcher = { .packet = watch->packet != NULL ? on_packet : NULL,
                             .idle = run->live || watch->idle != NULL ? on_idle : NULL,
                             .tick = want_progress(run) ? on_tick : NULL,
                             .wanted = on_wanted,
                             .moment = on_moment,
                             .user = &p };

  run->played = TRUE;
  run->progress_next_us = g_get_monotonic_time() + PROGRESS_FIRST_US;
  cli_catch_interrupts(run->source);
  if (run->format != NULL && run->format->begin != NULL && !run->silent)
    run->format->begin(&run->out, &run->emit, run->what);
  replay_run(run->source, run->engine, &watcher);
  clear_progress(run);
  cli_catch_interrupts(NULL);
  if (cli_stop != 0)
    run->code = cli_exit_graver(run->code, CLI_EXIT_INTERRUPTED);
}

cli_exit cli_say_about_captures(replay_source *source)
{
  cli_exit code = CLI_EXIT_OK;
  const char *text;
  guint i;

  for (i = 0; (text = replay_source_remark(source, i)) != NULL; i++)
    cli_say("note: %s", text);
  for (i = 0; (text = replay_source_problem(source, i)) != NULL; i++) {
    cli_say("%s", text);
    code = CLI_EXIT_INPUT;
  }
  return code;
}

/* A reader that has gone is no failure; a full disk is one, and what lies on it must not look whole. */
void cli_run_finish_output(cli_run *run)
{
  if (run->out.data == NULL)
    return;
  if (run->format != NULL && run->format->end != NULL && run->played && !run->silent)
    run->format->end(&run->out, &run->emit, run->what);
  emit_text_flush(&run->out);
  /* What lies there after a failure must not look whole. */
  if (run->own_fd && run->out.error != 0 && ftruncate(run->fd, 0) != 0 && errno != EINVAL)
    cli_say("%s: what was written of it is not whole", run->o->write);
  if (run->own_fd && close(run->fd) != 0 && run->out.error == 0)
    run->out.error = errno;
  emit_text_clear(&run->out);
  if (run->out.error == 0 || run->out.error == EPIPE)
    return;
  cli_say("%s: %s", run->own_fd ? run->o->write : "standard output", g_strerror(run->out.error));
  run->code = cli_exit_graver(run->code, CLI_EXIT_OUTPUT);
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

cli_exit cli_run_close(cli_run *run)
{
  gboolean threaded = run->source != NULL && replay_source_threaded(run->source);

  cli_run_finish_output(run);
  cli_plot_close(run);
  if (run->source != NULL)
    run->code = cli_exit_graver(run->code, cli_say_about_captures(run->source));
  replay_source_free(run->source);
  replay_source_free(run->again);
  free_engine(run->engine, threaded);
  run->engine = NULL;
  return run->code;
}
