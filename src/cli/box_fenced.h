/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was gathered on a box, read behind a fence while this process still needs the file system for all else. */
#ifndef CLI_BOX_FENCED_H
#define CLI_BOX_FENCED_H

#include "box/box.h"

/*
 * fence: unpacking, and all that looks at contents, is done by a child that is fenced in as runs are (sandbox.h); else
 * by this process. => NULL and error: there is nothing to read, nothing in it is known, or the child was ended.
 */
box *cli_box_read(const char *path, gboolean fence, GError **error);

#endif
