/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels as lanes (conntrack/lanes.h) beside an engine of its own for each: what the lanes count is what the engines
 * count, after every packet.
 */
#ifndef TESTS_LANES_PAIR_H
#define TESTS_LANES_PAIR_H

#include <glib.h>

#include "conntrack/lanes.h"
#include "conntrack/read/packet.h"

typedef struct lanes_pair lanes_pair;

/* n kernels that fit each other. All victims of so many packets are remembered. */
lanes_pair *lanes_pair_new(const ct_params *params, guint n, guint packets_most);
void lanes_pair_free(lanes_pair *pair);

/* Abort (g_assert) where a lane and its engine differ. The first tells the pair in advance of packets, or does not. */
void lanes_pair_prefetch(lanes_pair *pair, const ct_packet *packets, guint n);
void lanes_pair_packet(lanes_pair *pair, const ct_packet *packet);
void lanes_pair_advance(lanes_pair *pair, gint64 now_ns);

/* The lanes' own figures, to see that something was tried. */
const ct_lanes *lanes_pair_lanes(const lanes_pair *pair);

#endif
