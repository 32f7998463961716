/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sub-commands: the first word of the command line; each begins in src/cli/command_NAME.c. To add one: a line here, its
 * file in local.mk, lines about its options in option_help_table.c, its entry in the manual.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <glib.h>

#include "exit.h"

/* X(name, arguments, help): the function is cli_command_NAME. */
#define CLI_SUBCOMMAND_LIST(X)                                                                                        \
  X(flows, "[OPTION]... CAPTURE...",                                                                                  \
    "a record of each connection that ever was; -o csv|tsv|json, --by, --sort, --top")                                \
  X(sweep, "[OPTION]... CAPTURE...", "other settings on the same capture: --max 1k,2k,4k ...")                        \
  X(timeouts, "[OPTION]... CAPTURE...", "what each timeout ended, whom it cut, and what would have cut nobody")       \
  X(top, "[OPTION]... CAPTURE...", "full screen: the table through time, forwards and backwards")                     \
  X(explain, "CAPTURE [--flow N|--packet N]", "each packet told as the kernel saw it")                                \
  X(diff, "[OPTION]... A [B]", "where two captures, kernels (--max 64,128), rulesets or saved outputs part, and why") \
  X(agree, "LISTING CAPTURE... [--at POINT]", "the box's own conntrack -L against the replay at that moment")         \
  X(box, "FOLDER|TAR", "what was gathered on a box: what it sets, what is not used, and what is missing")             \
  X(states, "tcp|sctp|udp|icmp|gre [CAPTURE...]", "a protocol's states, from the tables that run; -o svg draws them") \
  X(report, "CAPTURE -W report.html", "one page for people: ladders, states, the table over time")                    \
  X(rules, "FILE... | --rules FILE CAPTURE...",                                                                       \
    "check and list rulesets (iptables-save, nft -j, ipset save), or count what they did")                            \
  X(list, "WHAT | changes A B", "the words that options take; what two kernels do otherwise")                         \
  X(help, "[WORD]", "what a command, option, format, sysctl, reason, field, state, kernel or helper is")              \
  X(test, "SCENARIO...", "run scenarios and check what they expect (TAP)")                                            \
  X(compile, "SCENARIO -W CAPTURE", "make a capture of a scenario")                                                   \
  X(decompile, "CAPTURE...", "make a scenario of captures, which passes")                                             \
  X(verify, "CAPTURE",                                                                                                \
    "compare with this machine's own kernel (--routed: under rules), or with a transcript (--against FILE)")

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

/* What `list` can list that a word is, or may have meant; NULL: none. */
const char *cli_list_similar(const char *word);

/* The command line without a sub-command: -L -E -C -S -P, or none of them. */
cli_exit cli_replay(int argc, char **argv);

#endif
