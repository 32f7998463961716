/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --box: what was gathered on a box as options, where the command line does not give them. */
#ifndef CLI_BOX_OPTIONS_H
#define CLI_BOX_OPTIONS_H

#include "box/box.h"
#include "options.h"

/*
 * Reads o->box_path, where it is given, and fills what the command line left open; once. The box is freed with the
 * options. => FALSE and CLI_ERROR_USAGE.
 */
gboolean cli_box_apply(cli_options *options, GError **error);

#endif
