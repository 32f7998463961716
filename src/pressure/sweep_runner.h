/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What takes packets through the settings of a sweep: settings that differ in the size of the table and in timeouts
 * alone go together as lanes (conntrack/lanes.h), others have an engine each. The figures are the same either way.
 */
#ifndef PRESSURE_SWEEP_RUNNER_H
#define PRESSURE_SWEEP_RUNNER_H

#include "sweep.h"

typedef struct sweep_runner sweep_runner;

/*
 * => as many as it takes, in `most` parts where they could go together, in an array that frees them. n is at least 1;
 * the settings need not be kept.
 */
GPtrArray *sweep_runners_new(const sweep_setting *settings, guint n, guint most);
/*
 * The same, each setting with an engine, and so with a runner, of its own, which can be kept. paired: packets that are
 * there twice are known (replay_options.pairs). That, and zones, are more than lanes do.
 */
GPtrArray *sweep_runners_whole(const sweep_setting *settings, guint n, gboolean paired);
/* All that a runner with an engine knows, as bytes; or from them into a new one of the same setting. */
void sweep_runner_keep(sweep_runner *runner, const sweep_setting *setting, resume_io *io);
void sweep_runner_run(sweep_runner *runner, const replay_batch *batch);
/* Fills the figures of its own settings, of the array of all. */
void sweep_runner_figures(const sweep_runner *runner, sweep_figures *figures);

#endif
