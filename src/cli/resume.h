/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --load-state and --save-state: a run that goes on where another stood (doc/state.md). What is kept is the engine, the
 * numbers of packets, fragments that wait, what rules remember, who was dropped (-S), the curve of --plot, and who has
 * ended (-P). A state
 * that is not of the same program, parameters, rules and choice of packets is refused with a reason.
 */
#ifndef CLI_RESUME_H
#define CLI_RESUME_H

#include "emit/asked.h"
#include "journal/history.h"
#include "run.h"

typedef struct cli_resume cli_resume;

/*
 * Before the fence: opens what is to be read, and the file beside the one that is to be written.
 * => FALSE where that cannot be, said; run->code then says why.
 */
gboolean cli_resume_open(cli_run *run);
/*
 * Behind the fence, before the source starts and with the firewall there: makes run->engine of the state that is
 * loaded. run->engine stays NULL where none is. => FALSE where it is refused, said.
 */
gboolean cli_resume_load(cli_run *run);
/*
 * Who remembers packets has begun: what the state that was loaded remembers is put into it, and a state that is saved
 * has what it remembers by then; it has to outlive the play. => FALSE where it is refused, said.
 */
gboolean cli_resume_remember(cli_run *run, journal_history *history, emit_asked *asked);
/* The state as it stands now, once: later calls do nothing. All that was read has been tracked. */
void cli_resume_take(cli_run *run);
/*
 * At the end, when all output has been written: puts the state that was taken in its place, unless the run failed or
 * was interrupted, which is said.
 */
void cli_resume_close(cli_run *run);

#endif
