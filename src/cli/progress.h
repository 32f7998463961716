/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a replay has come: a line on standard error that is drawn over and over. It leaves no trace, unless it is
 * always wanted: then its last state stays, also of a run that is over at once.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "options.h"
#include "replay/replay.h"

typedef struct cli_progress {
  gboolean shown, always;
  gint64 begun_us, next_us;
} cli_progress;

/* TRUE where somebody sees it, or as --progress says. */
gboolean cli_progress_wanted(const cli_options *options);
/* out: before something of it goes to a terminal, the line there is taken away. Both outlive what is shown. */
void cli_progress_begin(cli_progress *progress, const cli_options *options, emit_text *out);
/*
 * Draws it where it is due; to be called often. Where out goes to a terminal, it is there until the first line comes:
 * it would cut through what follows.
 */
void cli_progress_tick(cli_progress *progress, replay_source *source, const emit_text *out);
/* There is no more to come of source: takes it away, or leaves it as it is now. */
void cli_progress_end(cli_progress *progress, replay_source *source);

#endif
