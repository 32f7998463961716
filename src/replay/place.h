/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interface by which a packet came, in words. Internal to src/replay. */
#ifndef REPLAY_PLACE_H
#define REPLAY_PLACE_H

#include "replay.h"

/*
 * An interface as messages name it: its name, or its number where it has none. Names come from the capture, so what a
 * terminal could take for a command is not let through. The caller frees.
 */
char *replay_place_name(const char *name, guint32 number);

/* Its number. Cooked headers of "any" have the machine's own; without, it is the file's. */
static inline guint32 replay_place(const replay_origin *origin)
{
  return origin->link.cooked_ifindex != 0 ? origin->link.cooked_ifindex | 1U << 31 : origin->frame->interface;
}

#endif
