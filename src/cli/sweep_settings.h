/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sweep is asked for as its settings: every combination of what was given several values. */
#ifndef CLI_SWEEP_SETTINGS_H
#define CLI_SWEEP_SETTINGS_H

#include "options.h"
#include "pressure/sweep.h"

/*
 * => sweep_setting[], those of one kernel after each other, in an array that frees them; NULL and a usage error. Says
 * which kernels the names of profiles stand for.
 */
GArray *cli_sweep_settings(const cli_options *o, GError **error);
/* What became of values of --hashsize, a line each. */
void cli_sweep_say_roundings(const cli_options *o, const GArray *settings);
/* => how many settings, from the first one on, are of its kernel. */
guint cli_sweep_kernel_len(const sweep_setting *settings, guint first, guint n);

#endif
