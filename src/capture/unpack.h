/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are no captures, but come compressed as those do. */
#ifndef CAP_UNPACK_H
#define CAP_UNPACK_H

#include <glib.h>

/*
 * Unpacks what gzip, xz or zstd packed, in place; other bytes stay as they are. => FALSE: broken, cut, or more than
 * `most` bytes; *reason says why (static).
 */
gboolean cap_unpack(GString *bytes, gsize most, const char **reason);

#endif
