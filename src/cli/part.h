/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what is shown speaks of all that was given, or of a part. */
#ifndef CLI_PART_H
#define CLI_PART_H

#include "run.h"

/*
 * After the last packet that was looked at, of so many. gone: whoever took the output wanted no more of it.
 * => FALSE where the captures were read to their ends; else *part is filled
 */
gboolean cli_part_of(replay_source *source, guint64 packets, gboolean gone, emit_part *part);
/* The same of a run, after its play; FALSE also where its reader has gone, or had what it asked for. */
gboolean cli_part_of_run(cli_run *run, emit_part *part);
/* At the end, where nobody did before: a format's last line; a line on standard error. */
void cli_part_end(cli_run *run);
void cli_part_say(cli_run *run);

#endif
