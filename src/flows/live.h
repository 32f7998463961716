/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the packets of a connection have said so far; the rest its entry knows, and is asked for when somebody looks.
 * There may be as many of these as the table has entries, and each packet looks one up: so they lie in a slab, three
 * cache lines each, of which most packets touch the first, under an index by the connection's number. What few
 * connections have stands apart (live_extra). Internal to src/flows.
 */
#ifndef FLOWS_LIVE_H
#define FLOWS_LIVE_H

#include "flows.h"

enum { LIVE_STATES = 8 }; /* kept in the record itself; more are in live_extra */

/* A record that is complete but for what packets say, between its connection's end and whoever takes it. */
typedef struct live_ended live_ended;
struct live_ended {
  flow_record record;
  live_flow *live;
  live_ended *next; /* that ended after it */
};

typedef struct live_extra {
  guint64 packets[2], bytes[2]; /* where nf_conntrack_acct is off */
  guint64 uncounted[2], errors, invalid, dropped, missed, missed_packet;
  gint64 missed_after_ns;
  guint16 invalid_reason;
  const char *rule, *verdict, *dropped_rule; /* interned */
  flow_step *states;                         /* all of them, FLOWS_STEPS_MOST; NULL: they fit */
  flow_record *now;                          /* with at_peak: what the entry said after its last packet */
  flow_record *at_peak;                      /* as it was at the peak, where it has changed since; NULL: it has not */
  guint64 epoch;                             /* the peak that at_peak is of */
} live_extra;

struct live_flow {
  guint64 conn;
  gint64 last_ns, silence_ns;
  guint64 last_packet, silence_packet;
  live_extra *extra; /* NULL: nothing of that */
  live_ended *ended; /* NULL: it lives */
  guint32 vlan;
  guint8 state, steps, n_states;
  guint8 more_steps : 1, wanted : 1, begun : 1; /* begun: a packet was let through as its own */
  gint64 first_ns;
  guint64 first_packet;
  const char *interface; /* interned */
  char history[FLOWS_HISTORY_MOST + 1];
  gint64 state_ns[LIVE_STATES]; /* its states, and when they were reached */
  guint8 states[LIVE_STATES];   /* dir << 7 | state */
};

typedef struct live_flows live_flows;

live_flows *live_flows_new(void);
void live_flows_free(live_flows *flows); /* NULL is fine */
/* => NULL where there is none. */
live_flow *live_flows_find(const live_flows *flows, guint64 conn);
/* Hints: its slot will be looked at soon; and, once that is in the cache, its record. */
void live_flows_fetch_slot(const live_flows *flows, guint64 conn);
void live_flows_fetch(const live_flows *flows, guint64 conn);
/* One that is not there yet; all zero but for its number. */
live_flow *live_flows_add(live_flows *flows, guint64 conn);
void live_flows_remove(live_flows *flows, live_flow *live);
guint live_flows_count(const live_flows *flows);
/* In no order; fn may not add or remove. */
void live_flows_each(const live_flows *flows, void (*fn)(live_flow *live, gpointer user), gpointer user);

live_extra *live_extra_make(live_flow *live);
static inline live_extra *live_extra_of(live_flow *live)
{
  return live->extra != NULL ? live->extra : live_extra_make(live);
}

void live_add_state(live_flow *live, const flow_step *step);
/* The states so far, put into room for FLOWS_STEPS_MOST. => how many */
guint live_states(const live_flow *live, flow_step *steps);

#endif
