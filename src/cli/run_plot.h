/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --plot of a run: occupancy over time, drawn when the run closes. Internal to the run and to sweep. */
#ifndef CLI_RUN_PLOT_H
#define CLI_RUN_PLOT_H

#include "run.h"

/*
 * Opened like any output, before the sandbox; a file that is read, or that -W writes, is refused. => FALSE where it
 * cannot be, said, with run->code.
 */
gboolean cli_plot_open(cli_run *run);
void cli_plot_watch(cli_run *run); /* once there is an engine */
void cli_plot_begin(cli_run *run); /* the first packet's time is known: run->first_ns */
void cli_plot_close(cli_run *run); /* draws and frees; what fails is in run->code */
/* The curve so far as bytes, or from them into the run's, where it has one. */
void cli_plot_keep(cli_run *run, resume_io *io);
/* "day.pcap and 3 more: conntrack entries over time"; part: NULL where it is of all. To be freed. */
char *cli_plot_title(const cli_options *options, const emit_part *part);

#endif
