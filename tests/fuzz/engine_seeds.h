/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inputs that are packets: bytes of settings, then each packet with 4 bytes of head (time since the last one, family
 * and cut, 2 of length) before its IP bytes. fuzz_seeds is here: the samples, under various settings.
 */
#ifndef TESTS_ENGINE_SEEDS_H
#define TESTS_ENGINE_SEEDS_H

#include <glib.h>

#include "fuzz.h"
#include "packet/packet.h"

enum { ENGINE_SEEDS_SETTINGS = 4 };
/* When a run's clock starts. */
#define ENGINE_SEEDS_START_NS G_GINT64_CONSTANT(1700000000000000000)

/*
 * The next packet, decoded, and the time it moves. *bytes is what it points to, to be freed after it. => FALSE at the
 * end.
 */
gboolean engine_seeds_next(const uint8_t **data, size_t *size, gint64 *now_ns, guint number, pkt_decoder *decoder,
                           pkt_arena *arena, guint8 **bytes, ct_packet *packet);

#endif
