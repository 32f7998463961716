/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sweep --save-state, --load-state: the tables of all settings, and their figures, from one capture to the next
 * (doc/state.md). A state of other settings, of another choice of packets or of another program is refused.
 */
#ifndef CLI_SWEEP_RESUME_H
#define CLI_SWEEP_RESUME_H

#include "exit.h"
#include "firewall.h"
#include "options.h"
#include "pressure/sweep.h"

typedef struct cli_sweep_resume cli_sweep_resume;

/* Before the fence; load and save: NULL for none. => FALSE, said, with the exit code. */
gboolean cli_sweep_resume_open(cli_sweep_resume **resume, const char *load, const char *save, cli_exit *code);
/* Behind it, with the rules read: what the state is of. settings: sweep_setting. => FALSE where it is refused, said. */
gboolean cli_sweep_resume_begin(cli_sweep_resume *resume, const cli_options *o, const cli_firewall *rules,
                                const GArray *settings);
/*
 * Of one reading, before its source starts and with the same settings' runners after each other. => FALSE: refused.
 */
gboolean cli_sweep_resume_source(cli_sweep_resume *resume, replay_source *source);
/* What sweep_run_on is to be given for that reading. */
sweep_keeping cli_sweep_resume_keeping(cli_sweep_resume *resume);
/* => FALSE where something could not be kept, said. To be asked for after each reading. */
gboolean cli_sweep_resume_fine(cli_sweep_resume *resume);
/* All was read, and the output is written: puts the new state in its place. => the exit code, or a graver one. */
cli_exit cli_sweep_resume_end(cli_sweep_resume *resume, cli_exit code);
void cli_sweep_resume_close(cli_sweep_resume *resume); /* NULL is fine */

#endif
