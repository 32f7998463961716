/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fence around the parsers: once every input and output is open, the process gives up what it does not need any more,
 * so that who finds a bug in a parser meets a wall. As root it becomes nobody first; then a seccomp filter leaves it
 * reading, writing, memory, threads and time. It cannot be undone.
 */
#ifndef CLI_SANDBOX_H
#define CLI_SANDBOX_H

#include <glib.h>

/*
 * For who has opened everything it will ever open. Once per process; later calls do nothing. => FALSE where the machine
 * refused (said).
 */
gboolean cli_sandbox_enter(void);
/* The same for who draws on a terminal: its size may be asked for, and how it takes keys may be changed. */
gboolean cli_sandbox_enter_with_terminal(void);

/* What this build can do, for --version. Static. */
const char *cli_sandbox_description(void);

#endif
