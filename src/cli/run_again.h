/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The captures of a run once more, through the same kernel under --gc kernel: what --gc exact leaves out. */
#ifndef CLI_RUN_AGAIN_H
#define CLI_RUN_AGAIN_H

#include "pressure/sweep.h"
#include "run.h"

/*
 * Opens them a second time, before the sandbox, where they are files and that kernel would differ. replay: as for the
 * first time. What is wrong with the captures has been said of the first opening.
 */
void cli_run_open_again(cli_run *run, replay_options replay);
/*
 * After the play. => FALSE where they could not be opened twice, were not the same the second time, or somebody
 * interrupts; figures are then not to be used.
 */
gboolean cli_run_again(cli_run *run, sweep_figures *figures);

#endif
