/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The newest packets wait until what is written of them is in the cache: with many connections both the slot of a
 * record and the record are far away, and who asks for one when the packet is at hand stands still twice. So the slot
 * is fetched when a packet comes, the record some packets later, and the packet is noted some packets after that.
 * Internal to src/flows.
 */
#ifndef FLOWS_WAITING_H
#define FLOWS_WAITING_H

#include "live.h"

enum { WAITING_MOST = 16, WAITING_FETCH = 8 }; /* powers of two */

typedef struct waiting_packet {
  ct_packet packet; /* its data are gone */
  ct_result result; /* and so may its entry be */
  flow_packet seen;
} waiting_packet;

typedef struct waiting {
  guint begin, end; /* of those that wait, counted on and on */
  waiting_packet packets[WAITING_MOST];
} waiting;

static inline waiting_packet *waiting_at(waiting *w, guint i) { return &w->packets[i % WAITING_MOST]; }
static inline gboolean waiting_is_full(const waiting *w) { return w->end - w->begin == WAITING_MOST; }

/* There is room. interface is interned. */
static inline void waiting_add(waiting *w, const live_flows *known, const flow_packet *seen, const char *interface)
{
  waiting_packet *at = waiting_at(w, w->end++);

  at->packet = *seen->packet;
  at->packet.data = NULL;
  at->result = *seen->result;
  at->seen = (flow_packet){ &at->packet, &at->result, interface, seen->vlan, NULL, NULL };
  live_flows_fetch_slot(known, at->result.conn);
  if (w->end - w->begin > WAITING_FETCH)
    live_flows_fetch(known, waiting_at(w, w->end - 1 - WAITING_FETCH)->result.conn);
}

#endif
