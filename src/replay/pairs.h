/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that a capture shows more than once on their way through a box: as they arrived, and as they left, translated
 * or not (NAT 20); or just as they were at another place. conntrack sees each once, as it arrived. Internal to
 * src/replay.
 *
 * Only captures are looked at that say where, or in which direction, a packet passed. Batches come in the order of the
 * stream, some ahead of the one that is played, so that of a packet that arrived it is known how it left.
 */
#ifndef REPLAY_PAIRS_H
#define REPLAY_PAIRS_H

#include "replay.h"

/* Batches looked ahead at most, and so much of the stream's time. */
enum { REPLAY_PAIRS_AHEAD = 16 };
#define REPLAY_PAIRS_AHEAD_NS (50 * G_GINT64_CONSTANT(1000000))

typedef struct replay_pairs replay_pairs;

replay_pairs *replay_pairs_new(void);
void replay_pairs_free(replay_pairs *pairs); /* NULL is fine */
/* Whether frames of this batch, or of one before, say where they passed; until then there is nothing to pair. */
gboolean replay_pairs_wanted(replay_pairs *pairs, const replay_batch *batch);
/*
 * The next batch: its packets' pairs are told in their origins and those of batches before, as far as these still wait
 * to be played. Copies become packets of kind CT_PACKET_NONE. first_waiting: the number of the first packet that waits.
 */
void replay_pairs_batch(replay_pairs *pairs, replay_batch *batch, guint64 first_waiting);

replay_pairs_figures *replay_pairs_tell(replay_pairs *pairs);

/* Whether there is something to pair, after replay_pairs_wanted or replay_pairs_keep. */
gboolean replay_pairs_begun(const replay_pairs *pairs);
/*
 * What a later packet may be the copy of, as bytes, and back. Of packets that wait to be played then, each is to be
 * told by replay_pairs_wait, as it was when it was looked at; replay_pairs_forget forgets those from a number on that
 * were not.
 */
void replay_pairs_keep(replay_pairs *pairs, resume_io *io);
void replay_pairs_wait(replay_pairs *pairs, ct_packet *packet, replay_origin *origin);
void replay_pairs_forget(replay_pairs *pairs, guint64 from);

#endif
