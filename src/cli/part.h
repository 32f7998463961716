/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what is shown speaks of all that was given, or of a part. */
#ifndef CLI_PART_H
#define CLI_PART_H

#include "emit/emit.h"
#include "replay/replay.h"

/*
 * After the last packet that was looked at, of so many. gone: whoever took the output wanted no more of it.
 * => FALSE where the captures were read to their ends; else *part is filled
 */
gboolean cli_part_of(replay_source *source, guint64 packets, gboolean gone, emit_part *part);

#endif
