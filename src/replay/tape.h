/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was read, to be read again from any point on: for whoever goes back in time. Of a plain capture the tape keeps
 * where each batch of frames lies in the file; of everything else (a pipe, a compressed file, several captures) the
 * frames themselves, of which the oldest are forgotten where they come to more than a bound.
 *
 * Life: replay_tape_new; replay_tape_note after each replay_source_next; replay_rewind_new for each place at which it
 * is read again, all on the thread that takes the batches. A tape outlives its rewinds, a source its tape's.
 *
 * Memory: a plain capture costs 72 bytes a batch of up to CAP_BATCH_FRAMES frames; others the same and
 * their bytes.
 */
#ifndef REPLAY_TAPE_H
#define REPLAY_TAPE_H

#include "replay.h"

typedef struct replay_tape replay_tape;

/* kept_bytes_most: of frames that are kept in memory. */
replay_tape *replay_tape_new(gsize kept_bytes_most);
/* NULL is fine. */
void replay_tape_free(replay_tape *tape);
void replay_tape_note(replay_tape *tape, const replay_batch *batch);

/* Number of the earliest packet that can be read again, and of the last one noted; 0: none. */
guint64 replay_tape_first(const replay_tape *tape);
guint64 replay_tape_last(const replay_tape *tape);
/* Of frames that are kept in memory, and of what is known of all. */
gsize replay_tape_bytes(const replay_tape *tape);
/* TRUE where some of the frames are kept in memory. */
gboolean replay_tape_keeps(const replay_tape *tape);

typedef struct replay_rewind replay_rewind;

/*
 * fd: the same capture once more, where it is one plain file; owned, -1: there is none, and what has to be read from
 * there is not there. params and checksums: what it is decoded for, which need not be what the source was.
 */
replay_rewind *replay_rewind_new(const replay_tape *tape, replay_source *source, int fd, const char *path,
                                 const ct_params *params, ct_checksums checksums);
/* NULL is fine. */
void replay_rewind_free(replay_rewind *rewind);
/*
 * The next batch will hold the packet of that number, or the first one after it, maybe behind earlier ones, which are
 * to be passed over: fragments may have waited for it. => FALSE where that is not on the tape.
 */
gboolean replay_rewind_seek(replay_rewind *rewind, guint64 number);
/* => a batch with n >= 1, valid until the next call but one; NULL where the tape ends (so far), or the file cannot be
 * read. */
const replay_batch *replay_rewind_next(replay_rewind *rewind);

#endif
