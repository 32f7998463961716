/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

enum { WIDTH = 20, FIRST_US = 700 * 1000, EVERY_US = 100 * 1000 };

gboolean cli_progress_wanted(const cli_options *o)
{
  return o->progress != CLI_AUTO ? o->progress == CLI_ALWAYS : isatty(STDERR_FILENO) == 1;
}

static void clear(cli_progress *progress)
{
  if (progress->shown)
    fputs("\r\033[K", stderr);
  progress->shown = FALSE;
}

static void make_way(gpointer user) { clear(user); }

void cli_progress_begin(cli_progress *progress, const cli_options *o, emit_text *out)
{
  progress->shown = FALSE;
  progress->always = o->progress == CLI_ALWAYS;
  progress->begun_us = g_get_monotonic_time();
  /* What is over before that needs none. */
  progress->next_us = progress->begun_us + (progress->always ? 0 : FIRST_US);
  if (cli_progress_wanted(o) && isatty(out->fd)) {
    out->before_first = make_way;
    out->before_first_user = progress;
  }
}

/* "1,234,567 packets" */
static void put_packets(guint64 n)
{
  emit_text words;

  emit_text_init(&words, -1);
  emit_text_u64_grouped(&words, n);
  fprintf(stderr, "%.*s packets", (int)words.used, words.data);
  emit_text_clear(&words);
}

/* "2.1 M", of packets in a second. */
static void put_rate(double rate)
{
  if (rate >= 1e6)
    fprintf(stderr, ", %.1f M/s", rate / 1e6);
  else if (rate >= 1e4)
    fprintf(stderr, ", %.0f k/s", rate / 1e3);
  else
    fprintf(stderr, ", %.0f/s", rate);
}

static void put_left(double left_s)
{
  if (left_s >= 90)
    fprintf(stderr, ", %.0f min left", left_s / 60);
  else
    fprintf(stderr, ", %.0f s left", left_s);
}

static void draw(const cli_progress *progress, replay_source *source, gboolean ended)
{
  double passed_s = (double)MAX(g_get_monotonic_time() - progress->begun_us, 1) / 1e6, share = 0;
  replay_progress p;
  char bar[WIDTH + 1];
  guint full, i;

  replay_source_progress(source, &p);
  fputs("\r\033[K", stderr);
  if (p.total_bytes > 0) {
    share = (double)MIN(p.done_bytes, p.total_bytes) / (double)p.total_bytes;
    full = (guint)(WIDTH * share);
    for (i = 0; i < WIDTH; i++)
      bar[i] = i < full ? '#' : '.';
    bar[WIDTH] = '\0';
    fprintf(stderr, "[%s] %3.0f%%  ", bar, 100 * share);
  }
  put_packets(p.frames);
  put_rate((double)p.frames / passed_s);
  if (ended)
    fprintf(stderr, ", %.1f s\n", passed_s);
  else if (share > 0)
    put_left(passed_s / share - passed_s);
  fflush(stderr);
}

void cli_progress_tick(cli_progress *progress, replay_source *source, const emit_text *out)
{
  gint64 now_us = g_get_monotonic_time();

  if ((out->begun || out->used > 0) && isatty(out->fd)) {
    clear(progress);
    return;
  }
  if (now_us < progress->next_us)
    return;
  progress->next_us = now_us + EVERY_US;
  progress->shown = TRUE;
  draw(progress, source, FALSE);
}

void cli_progress_end(cli_progress *progress, replay_source *source)
{
  if (progress->always)
    draw(progress, source, TRUE);
  else
    clear(progress);
  progress->shown = FALSE;
}
