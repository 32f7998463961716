/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of pkt_arena, for src/packet. */
#ifndef PKT_ARENA_H
#define PKT_ARENA_H

#include "packet/packet.h"

/* => n bytes, not cleared, aligned to 8; they live until the arena's next reset. */
guint8 *pkt_arena_take(pkt_arena *arena, gsize n);

#endif
