/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT and SIGTERM: the first ends the reading soon, and what was seen until then is shown; a second ends the
 * process. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>

#include "replay/replay.h"

/* Not 0 after an interrupt that was caught. */
extern volatile sig_atomic_t cli_stop;

/* From here on an interrupt sets cli_stop and ends the sources soon; either may be NULL. */
void cli_interrupts_catch(replay_source *first, replay_source *second);
/* From here on an interrupt ends the process. */
void cli_interrupts_release(void);

#endif
