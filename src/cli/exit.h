/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit codes: what a script may rely on. Several things can go wrong in one run; the gravest is what the process
 * returns.
 */
#ifndef CLI_EXIT_H
#define CLI_EXIT_H

/* X(NAME, code, meaning), the least grave first: the order decides which one wins. */
#define CLI_EXIT_LIST(X)                                                                                      \
  X(OK, 0, "everything was done")                                                                             \
  X(SKIP, 77, "cannot be checked on this machine")                                                            \
  X(DIFFERENT, 1, "a comparison or a test failed, or what was to be explained is not there")                  \
  X(INTERRUPTED, 130, "interrupted; what was seen until then was shown")                                      \
  X(TERMINATED, 143, "the same, by SIGTERM")                                                                  \
  X(INPUT, 3, "a capture is unreadable, broken, cut or of an unsupported kind; what could be read was shown") \
  X(OUTPUT, 4, "output could not be written")                                                                 \
  X(USAGE, 2, "the command line is wrong; nothing was done")

typedef enum cli_exit {
#define X(name, code, meaning) CLI_EXIT_##name = code,
  CLI_EXIT_LIST(X)
#undef X
} cli_exit;

/* => the graver of the two. */
cli_exit cli_exit_graver(cli_exit a, cli_exit b);

#endif
