/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --module: what the helpers' modules are loaded with. */
#ifndef CLI_MODULES_H
#define CLI_MODULES_H

#include "options.h"

/*
 * All of --module: those in files first, as what stands on the command line has the last word. A file is a
 * modprobe.d(5): its lines about other modules and of other kinds are not ours, and what the profile's modules do not
 * know is left out with a note. => FALSE and CLI_ERROR_USAGE.
 */
gboolean cli_modules_set(const cli_options *options, ct_params *params, GError **error);

/* From the text of such a file, which messages call path; notes (char *, to be freed) as said above. */
gboolean cli_modules_text(ct_params *params, const char *path, const char *text, GPtrArray *notes, GError **error);

/* Whether that is the name of a module's parameter under the profile. */
gboolean cli_modules_has(const ct_params *params, const char *name);

#endif
