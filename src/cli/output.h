/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where text goes: a file or standard output. Opened before anything is parsed, and closed with one rule for all: a
 * reader that has gone is no failure; any other failure is said and is exit code 4, and a file that could not be
 * written whole is emptied, so that nothing half-written looks whole.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "emit/text.h"
#include "exit.h"
#include "options.h"

/* All zero: not open. */
typedef struct cli_output {
  emit_text text;
  const char *path; /* NULL: standard output */
  int fd;
  gboolean spoilt; /* what was written is not whole, for a reason that has been said */
} cli_output;

/*
 * path: NULL or "-" for standard output; it must live as long as the output does. option is what names it in messages
 * ("-W").
 * => FALSE where it cannot be opened, said: CLI_EXIT_OUTPUT.
 */
gboolean cli_output_open(cli_output *output, const char *option, const char *path);
/* Colour: as --color says; by itself only for a terminal. */
gboolean cli_output_colour(const cli_output *output, cli_when when);
/*
 * The output of a format that is opened on this one: its last words. What the format says is wrong is said; the file is
 * then not whole. => code, or CLI_EXIT_OUTPUT where that is graver.
 */
cli_exit cli_output_end_format(cli_output *output, emit_output *format, cli_exit code);
/* Flushes, closes and frees; one that is not open is left alone. => code, or CLI_EXIT_OUTPUT where that is graver. */
cli_exit cli_output_close(cli_output *output, cli_exit code);

#endif
