/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two ways to compare share. Internal to ctreplay diff. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

#include "commands.h"
#include "sandbox.h"

/* TRUE where the file starts as a line of -o json does. */
gboolean cli_diff_is_saved(const char *path);

/* Compares two files of JSON lines, line by line, member by member; shows so many lines that differ. => exit code. */
cli_exit cli_diff_saved(const char *path_a, const char *path_b, guint64 lines_most);

/*
 * Flushes and clears. => CLI_EXIT_OUTPUT, said, where something could not be written (a reader that has gone is none).
 */
cli_exit cli_close_text(emit_text *out);

#endif
