/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does a capture hold packets a second time: with other addresses, as a router that translates them has them before and
 * after; or just as they were, as two captures of one wire merged, or a mirror port of both its directions? Internal to
 * src/replay.
 */
#ifndef REPLAY_COPIES_H
#define REPLAY_COPIES_H

#include "replay.h"

typedef struct replay_copies replay_copies;

replay_copies *replay_copies_new(void);
void replay_copies_free(replay_copies *copies); /* NULL is fine */
/*
 * One packet, and where it was captured: the interface's number, 0 where the capture does not say, its name, and the
 * direction (cap_direction). Two places are two sightings of a forwarded packet, and no copy.
 */
void replay_copies_packet(replay_copies *copies, const ct_packet *packet, guint32 number, const char *name,
                          guint direction);

/* Whether so many are there that conntrack's answer would mislead. */
gboolean replay_copies_translated(const replay_copies *copies);
gboolean replay_copies_same(const replay_copies *copies);
/* The interface on the side that the translation hides, as messages name it; NULL where the capture does not say. */
const char *replay_copies_inside(const replay_copies *copies);
/* Packets that were looked at, and those of them that were there before. */
guint64 replay_copies_seen(const replay_copies *copies);
guint64 replay_copies_n_translated(const replay_copies *copies);
guint64 replay_copies_n_same(const replay_copies *copies);

#endif
