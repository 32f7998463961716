/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said beside the output: a line on standard error, which begins with the program's name. */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <glib.h>

#include "exit.h"

void cli_say(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* Says what the error tells, and frees it. => CLI_EXIT_USAGE; SKIP for CLI_ERROR_CANNOT. */
cli_exit cli_usage(GError *error);

#endif
