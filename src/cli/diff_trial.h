/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By which of their rules two kernels answer otherwise, found by experiment: the captures are played once more through
 * A, B, and for each rule that they have otherwise a kernel like B in which that rule alone is as A has it. A rule that
 * undoes a difference is what made it, also where the packet only follows from an earlier one.
 */
#ifndef CLI_DIFF_TRIAL_H
#define CLI_DIFF_TRIAL_H

#include "diff_run.h"

typedef struct diff_trial diff_trial;

/*
 * Opens the captures once more; before the fence. => NULL where the kernels have no rule otherwise, or a capture cannot
 * be read twice. Both sides have to outlive it.
 */
diff_trial *cli_diff_trial_prepare(const diff_side *a, const diff_side *b);
/* NULL is fine. */
void cli_diff_trial_free(diff_trial *trial);

/*
 * A packet that the two answered in two ways, after both have done so: the trial is of those alone that can have a part
 * in it.
 */
void cli_diff_trial_note(diff_trial *trial, const diff_side *a, const diff_side *b);
/*
 * Plays it all, where there was such a packet, and counts the differences (bits of DIFF_*: of these kinds) by rules.
 * As many packets as were compared.
 */
void cli_diff_trial_run(diff_trial *trial, const diff_run *run);

/* What it has found, as text and as lines of JSON; NULL: nothing was tried. */
void cli_diff_trial_put(emit_text *out, const diff_trial *trial);
void cli_diff_trial_json(emit_text *out, const diff_trial *trial);

#endif
