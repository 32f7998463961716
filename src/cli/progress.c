/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

enum { WIDTH = 30, FIRST_US = 700 * 1000, EVERY_US = 100 * 1000 };

gboolean cli_progress_wanted(const cli_options *o, int fd)
{
  if (o->progress != CLI_AUTO)
    return o->progress == CLI_ALWAYS;
  return isatty(STDERR_FILENO) && !isatty(fd);
}

void cli_progress_begin(cli_progress *progress)
{
  progress->shown = FALSE;
  progress->next_us = g_get_monotonic_time() + FIRST_US;
}

static void draw(replay_source *source, const ct_engine *engine)
{
  replay_progress p;
  char bar[WIDTH + 1];
  guint full, i;

  replay_source_progress(source, &p);
  if (p.total_bytes == 0) {
    fprintf(stderr, "\r\033[K%" G_GUINT64_FORMAT " packets, %" G_GUINT64_FORMAT " entries", p.frames,
            ct_engine_count(engine));
  } else {
    full = (guint)(WIDTH * (double)MIN(p.done_bytes, p.total_bytes) / (double)p.total_bytes);
    for (i = 0; i < WIDTH; i++)
      bar[i] = i < full ? '#' : '.';
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r\033[K[%s] %3u%%  %" G_GUINT64_FORMAT " packets, %" G_GUINT64_FORMAT " entries", bar,
            full * 100 / WIDTH, p.frames, ct_engine_count(engine));
  }
  fflush(stderr);
}

void cli_progress_tick(cli_progress *progress, replay_source *source, const ct_engine *engine)
{
  gint64 now_us = g_get_monotonic_time();

  if (now_us < progress->next_us)
    return;
  progress->next_us = now_us + EVERY_US;
  progress->shown = TRUE;
  draw(source, engine);
}

void cli_progress_clear(cli_progress *progress)
{
  if (progress->shown)
    fputs("\r\033[K", stderr);
  progress->shown = FALSE;
}
