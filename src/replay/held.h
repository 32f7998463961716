/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packets at the end of a capture of which is not known yet how they left the box (pairs.h), because the capture
 * ends sooner than that shows: a run that is gone on with does not play them, and the next one begins with them.
 * Internal to src/replay.
 */
#ifndef REPLAY_HELD_H
#define REPLAY_HELD_H

#include "source_inside.h"

/*
 * The stream has ended, and all batches that are left stand in the queue: takes out of it what is to be held, and puts
 * figures and decoder back to where they stood before it. Does nothing where nothing is paired, or all is known.
 */
void replay_held_take(replay_source *source);
/* What this run holds, as bytes; or what another one has held, for replay_held_begin. After figures and decoder. */
void replay_held_keep(replay_source *source, resume_io *io);
/* Before the reading begins: what another run has held is decoded, and becomes the first batches. */
void replay_held_begin(replay_source *source);
void replay_held_free(replay_held *held); /* NULL is fine */
guint64 replay_held_n(const replay_held *held);

#endif
