/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line about each option, for --help, `ctreplay help` and the shells' completion. */
#ifndef CLI_OPTION_HELP_H
#define CLI_OPTION_HELP_H

#include "commands.h"
#include "options.h"

/* What the option is for, in a few words; of a sub-command that has its own way with it, that. NULL: nobody wrote it.
 */
const char *cli_option_help(const char *command, const cli_option *option);
/* The i-th line of the table: of which sub-command (NULL: of all), and of which option. => FALSE past the end. */
gboolean cli_option_help_get(guint i, const char **command, const char **option);

/*
 * What a sub-command (NULL: the command line without one) takes, from its own parsing: const cli_option *, without
 * spellings that are gone. To be freed with g_ptr_array_unref.
 */
GPtrArray *cli_options_of(const cli_subcommand *command);

/* "-o, --output FORMAT" */
char *cli_option_spelling(const cli_option *option);

#endif
