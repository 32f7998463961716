/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT and SIGTERM: the first ends the reading soon, and what was seen until then is shown; a second ends the
 * process. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>

#include "exit.h"
#include "replay/replay.h"

/* The signal that was caught; 0: none. */
extern volatile sig_atomic_t cli_stop;
/* => the exit code for it, as a shell tells of programs that a signal ends: 128 and its number. */
cli_exit cli_interrupted(void);

/* From here on an interrupt sets cli_stop and ends the sources soon; either may be NULL. */
void cli_interrupts_catch(replay_source *first, replay_source *second);
/* From here on an interrupt ends the process. */
void cli_interrupts_release(void);

#endif
