/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of the command line without a sub-command, one file each. => the exit code. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "exit.h"
#include "options.h"

cli_exit cli_show_events(const cli_options *options);    /* -E */
cli_exit cli_show_table(const cli_options *options);     /* -L, -C, -S */
cli_exit cli_show_packets(const cli_options *options);   /* -P */
cli_exit cli_show_evictions(const cli_options *options); /* --evictions */
cli_exit cli_show_person(const cli_options *options);    /* none */

#endif
