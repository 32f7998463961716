/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --help and --version print. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "commands.h"

void cli_help(void);
void cli_help_subcommand(const cli_subcommand *command);
void cli_version(void);

#endif
