/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How large a table would have had to be: the same packets through a second engine beside the first, whose table has
 * room for ROOM_MOST entries. The smallest nf_conntrack_max with which nobody is evicted and nothing dropped for want
 * of room is the most entries that there were at the moment of an allocation, the newcomer and what the kernel has not
 * yet collected among them: with one less the table is full at that moment, with so many it never is. Exact, and it
 * costs the tracking a second time.
 *
 * Life: room_new before the first packet; room_packet with each; room_needed; room_free.
 */
#ifndef PRESSURE_ROOM_H
#define PRESSURE_ROOM_H

#include <glib.h>

#include "conntrack/engine.h"

enum { ROOM_MOST = 1 << 22 };

typedef struct pressure_room pressure_room;

/* params: of the first engine; its nf_conntrack_max is not taken. */
pressure_room *pressure_room_new(const ct_params *params);
/* NULL is fine. */
void pressure_room_free(pressure_room *room);
void pressure_room_packet(pressure_room *room, const ct_packet *packet);
/* => that nf_conntrack_max; 0: not known, as more than ROOM_MOST entries would have been needed. */
guint64 pressure_room_needed(const pressure_room *room);

#endif
