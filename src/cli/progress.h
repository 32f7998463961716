/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a replay has come: a line on standard error that is drawn over and over, and leaves no trace. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "options.h"
#include "replay/replay.h"

typedef struct cli_progress {
  gboolean shown;
  gint64 next_us;
} cli_progress;

/* TRUE where somebody sees it and it does not cut through the output, which goes to fd; or as --progress says. */
gboolean cli_progress_wanted(const cli_options *options, int fd);
void cli_progress_begin(cli_progress *progress);
/* Draws it where it is due; to be called often. */
void cli_progress_tick(cli_progress *progress, replay_source *source, const ct_engine *engine);
/* Takes it away. */
void cli_progress_clear(cli_progress *progress);

#endif
