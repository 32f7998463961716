/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sub-commands: the first word of the command line, one file each (src/cli/command_NAME.c). To add one: a line here and
 * its file in local.mk.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "exit.h"
#include "options.h"

/* X(name, arguments, help): the function is cli_command_NAME. */
#define CLI_SUBCOMMAND_LIST(X)                                                                                        \
  X(sweep, "[OPTION]... CAPTURE...", "other settings on the same capture: --max 1k,2k,4k ...")                        \
  X(explain, "CAPTURE [--flow N|--packet N]", "each packet told as the kernel saw it")                                \
  X(diff, "[OPTION]... A [B]", "where two captures, kernels (--max 64,128) or saved outputs part, and why")           \
  X(states, "tcp|sctp|udp|icmp|gre [CAPTURE...]", "a protocol's states, from the tables that run; -o svg draws them") \
  X(report, "CAPTURE -w report.html", "one page for people: ladders, states, the table over time")                    \
  X(list, "WHAT", "the formats, sysctls, reasons, profiles, helpers, ... that options take")                          \
  X(test, "SCENARIO...", "run scenarios and check what they expect (TAP)")                                            \
  X(compile, "SCENARIO -w CAPTURE", "make a capture of a scenario")                                                   \
  X(decompile, "CAPTURE...", "make a scenario of captures, which passes")                                             \
  X(verify, "CAPTURE", "compare with this machine's own kernel, or with a transcript (--against FILE)")

typedef struct cli_subcommand {
  const char *name, *arguments, *help;
  /* argv[0] is the sub-command's name. => the exit code; says what is wrong itself (cli_usage, cli_error). */
  cli_exit (*run)(int argc, char **argv);
} cli_subcommand;

#define X(name, arguments, help) cli_exit cli_command_##name(int argc, char **argv);
CLI_SUBCOMMAND_LIST(X)
#undef X

/* The i-th, NULL past the end; by name, NULL where there is none. */
const cli_subcommand *cli_subcommand_get(guint i);
const cli_subcommand *cli_subcommand_find(const char *name);
/* The one that a mistyped word may have meant: at most two letters apart. NULL: none. */
const cli_subcommand *cli_subcommand_similar(const char *word);

/* The command line without a sub-command: -L -E -C -S -P, or none of them. */
cli_exit cli_replay(int argc, char **argv);

/* One line on standard error; both free the error. => CLI_EXIT_USAGE. */
cli_exit cli_usage(GError *error);
void cli_say(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* From here on, memory that runs out ends the process with one line and CLI_EXIT_USAGE instead of an abort. */
void cli_catch_out_of_memory(void);

void cli_help(void);
void cli_help_subcommand(const cli_subcommand *command);
void cli_version(void);

/*
 * Raises the limit of open files, as far as the system lets, where n and a few more need it: everything is opened at
 * the start.
 */
void cli_allow_many_files(guint n);

/* Not 0 after an interrupt; a run (run.h) sees to it that one is caught. A second one ends the process at once. */
extern volatile sig_atomic_t cli_stop;

/* Until it is called with NULL, the first SIGINT or SIGTERM sets cli_stop and ends the source soon. */
void cli_catch_interrupts(replay_source *source);
/* The same for two. */
void cli_catch_interrupts_of(replay_source *first, replay_source *second);

/*
 * Says what is remarkable and what is wrong about the captures, after the end. => CLI_EXIT_INPUT where something is
 * wrong.
 */
cli_exit cli_say_about_captures(replay_source *source);

#endif
