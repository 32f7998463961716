/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How large a table would have had to be: the same packets through a second engine beside the first, whose table has
 * room for many more entries. The smallest nf_conntrack_max with which nobody is evicted and nothing dropped for want
 * of room is the most entries that there were at the moment of an allocation, the newcomer and what the kernel has not
 * yet collected among them: with one less the table is full at that moment, with so many it never is. Exact, and it
 * costs the tracking a second time.
 *
 * Life: room_new before the first packet; room_packet with each; room_needed; room_free.
 */
#ifndef PRESSURE_ROOM_H
#define PRESSURE_ROOM_H

#include <glib.h>

#include "replay/replay.h"

typedef struct pressure_room pressure_room;

/* params: of the first engine, but most in place of its nf_conntrack_max. */
pressure_room *pressure_room_new(const ct_params *params, guint64 most);
/* NULL is fine. */
void pressure_room_free(pressure_room *room);
/* A translation that is inferred for the first engine is for this one, too. */
void pressure_room_packet(pressure_room *room, const replay_seen *seen);
/* => that nf_conntrack_max for the packets so far; 0: not known, as there was not room enough even here. */
guint64 pressure_room_needed(const pressure_room *room);

#endif
