/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all commands ask about the captures that were given, before the reading and after it. */
#ifndef CLI_CAPTURES_H
#define CLI_CAPTURES_H

#include "exit.h"
#include "options.h"
#include "replay/replay.h"

/* TRUE where path is one of the captures given: output must not be written over what is about to be read. */
gboolean cli_names_capture(const cli_options *options, const char *path);
/* TRUE where standard output is one of them: with ">>", what is shown would be read again as a capture. */
gboolean cli_shows_into_capture(const cli_options *options);

/*
 * Raises the limit of open files, as far as the system lets, where n and a few more need it: every capture is open
 * before the first byte is read, and a rotated day may be many.
 */
void cli_allow_many_files(guint n);

/*
 * Says what is remarkable and what is wrong about the captures, after the end. => CLI_EXIT_INPUT where something is
 * wrong.
 */
cli_exit cli_say_about_captures(replay_source *source);
/*
 * Of a source that has been started: FALSE where not one capture could be opened, so that there is nothing to show;
 * *code then says so, and it has been said.
 */
gboolean cli_has_captures(replay_source *source, cli_exit *code);
/* Says what it means where there were flows to the ports of helpers that the kernel attaches to none. */
void cli_say_about_helpers(const cli_options *options, const ct_params *params, const ct_stats *stats);

#endif
