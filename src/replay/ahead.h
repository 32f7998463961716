/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes next. A watcher that asks for it (replay_watcher.ahead) gets each batch when the one behind it has been
 * read, and may look into both from a packet. Of what is live nothing is known before it comes.
 */
#ifndef REPLAY_AHEAD_H
#define REPLAY_AHEAD_H

#include "replay.h"

enum { REPLAY_AHEAD_PACKETS = 128 }; /* looked at, of those that come next; how batches are cut has no say in it */

struct replay_ahead {
  const replay_batch *batch, *next; /* next: NULL: there is none */
  guint at;                         /* the packet, in batch */
};

/*
 * => of a SYN/ACK: the number of the SYN that it answers by its number, of the same addresses and ports, which stands
 * behind it; 0: none does within reach, or nobody looks ahead.
 */
guint64 replay_ahead_syn(const replay_seen *seen);

#endif
