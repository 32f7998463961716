/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a replay has come: a line on standard error that is drawn over and over, and leaves no trace. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "options.h"
#include "replay/replay.h"

typedef struct cli_progress {
  gboolean shown;
  gint64 begun_us, next_us;
} cli_progress;

/* TRUE where somebody sees it, or as --progress says. */
gboolean cli_progress_wanted(const cli_options *options);
void cli_progress_begin(cli_progress *progress);
/*
 * Draws it where it is due; to be called often. Where out goes to a terminal, it is there until the first line comes:
 * it would cut through what follows.
 */
void cli_progress_tick(cli_progress *progress, replay_source *source, const emit_text *out);
/* Takes it away. */
void cli_progress_clear(cli_progress *progress);

#endif
