/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Snapshots by --at and --every. */
#ifndef CLI_SNAPSHOTS_H
#define CLI_SNAPSHOTS_H

#include "options.h"
#include "replay/replay.h"

typedef struct cli_snapshots cli_snapshots;

/* Calls show at each. => NULL where neither option was given. */
cli_snapshots *cli_snapshots_new(const cli_options *options, void (*show)(const replay_moments *now, gpointer user),
                                 gpointer user);
/* Says what was left out, and frees; NULL is fine. */
void cli_snapshots_free(cli_snapshots *snapshots);
void cli_snapshots_moment(cli_snapshots *snapshots, replay_moments *moments, guint64 count);

#endif
