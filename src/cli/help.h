/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --help and --version print. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "commands.h"

void cli_help(void);
/* Of 'L', 'E', 'C', 'S', 'P' or 'V' (--evictions): all options that it knows what to do with, a line each. */
void cli_help_command(int command);
void cli_help_subcommand(const cli_subcommand *command);
void cli_version(void);

#endif
