/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Engines that are written down and read back in tests: packets to feed them, and all that they say and show as one
 * number, which is the same for two engines exactly where they are.
 */
#ifndef TESTS_STATE_KIT_H
#define TESTS_STATE_KIT_H

#include "conntrack/state/state.h"
#include "packet/packet.h"

/* Decoded packets with what they point to. */
typedef struct sk_packets {
  GArray *packets; /* ct_packet */
  pkt_arena *arena;
  pkt_decoder *decoder;
  GPtrArray *bytes;
  guint most; /* of packets */
} sk_packets;

sk_packets *sk_packets_new(const ct_params *params, guint most);
void sk_packets_free(sk_packets *p);
/* The frames of a scenario, or of a capture. => FALSE where the file is none. */
gboolean sk_packets_load(sk_packets *p, const char *path);
const ct_packet *sk_packet(const sk_packets *p, guint i);

/* An engine, and the sum of its results and events so far. */
typedef struct sk_side {
  ct_engine *engine;
  guint64 sum;
} sk_side;

void sk_side_start(sk_side *s, ct_engine *engine, guint64 sum);
void sk_side_packet(sk_side *s, const ct_packet *packet);
void sk_side_free(sk_side *s);

/* What the engine would show now: both listings, statistics, count, mean. */
guint64 sk_shown(const ct_engine *engine);

/* The engine's state. Fails where it cannot be written. */
GByteArray *sk_write(const ct_engine *engine);
/* A new engine that is the same, its parts checked (engine_check) and its state found to be the same bytes. */
ct_engine *sk_copy(const ct_engine *engine);

#endif
