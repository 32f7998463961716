/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where text goes: a file or standard output. Opened before anything is parsed, and closed with one rule for all: a
 * reader that has gone is no failure; any other failure is said and is exit code 4, and a file that could not be
 * written whole is emptied, so that nothing half-written looks whole.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "commands.h"

typedef struct cli_output {
  emit_text text;
  const char *path; /* NULL: standard output */
  int fd;
} cli_output;

/*
 * path: NULL or "-" for standard output; it must live as long as the output does. option is what names it in messages
 * ("-w").
 * => FALSE where it cannot be opened, said: CLI_EXIT_OUTPUT.
 */
gboolean cli_output_open(cli_output *output, const char *option, const char *path);
/* Flushes, closes and frees. => code, or CLI_EXIT_OUTPUT where that is graver. */
cli_exit cli_output_close(cli_output *output, cli_exit code);

#endif
