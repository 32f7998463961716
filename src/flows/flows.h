/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One record for each connection that ever was: made when it is confirmed, kept while it lives, handed out when it has
 * ended. So memory follows the table, not the captures' length.
 *
 * Whether somebody missed a connection is known only afterwards. Where that is asked for (FLOWS_NEEDS_MISSED), the
 * newest FLOWS_ENDED_MOST records that have ended wait to be missed before they are handed out, as long as the journal
 * remembers their ends. Otherwise a record is handed out after the packet that ended it, or when its time was over.
 *
 * Life: flows_new; flows_packet after each packet of the engine; flows_end; flows_free.
 */
#ifndef FLOWS_FLOWS_H
#define FLOWS_FLOWS_H

#include <glib.h>

#include "conntrack/engine.h"
#include "emit/row.h"
#include "journal/journal.h"

enum { FLOWS_ENDED_MOST = JOURNAL_ENDS_MOST, FLOWS_HISTORY_MOST = 31, FLOWS_STEPS_MOST = 64 };

/* What fields need: emit_field.needs of flows_table. */
enum {
  FLOWS_NEEDS_STEPS = 1 << 0,  /* the states with their times */
  FLOWS_NEEDS_MISSED = 1 << 1, /* packets that came after the end */
  FLOWS_NEEDS_RULES = 1 << 2   /* what rules said of its packets */
};

/* A state that was reached. */
typedef struct flow_step {
  gint64 time_ns;
  guint8 state;
  guint8 dir;
} flow_step;

typedef struct flow_record {
  guint64 conn;
  ct_tuple tuple[2];
  gint64 first_ns, last_ns; /* of packets that were let through as its own */
  guint64 first_packet, last_packet;
  guint64 packets[2], bytes[2]; /* by ct_dir: those that the kernel counts (spec 3.5) */
  guint64 uncounted[2];         /* let through, but not counted: retransmissions and what the state table ignores */
  guint64 errors;               /* ICMP errors about it */
  guint64 invalid;              /* INVALID, and found to belong to it */
  guint64 dropped;              /* its packets that a rule, or conntrack itself, dropped */
  guint64 missed;               /* packets that came after its end and found nothing */
  guint64 missed_packet;        /* the first of them; 0: none */
  gint64 missed_after_ns;       /* how long after the end */
  gint64 silence_ns;            /* the longest time without a packet of it */
  guint64 silence_packet;       /* the packet that ended it; 0: there was but one packet */
  guint16 invalid_reason;       /* of the first INVALID one */
  guint16 reason;               /* CT_REASON_END_* once it has ended */
  guint8 state, timeout;        /* timeout: ct_timeout that its deadline was last set by */
  gboolean alive;               /* it has not ended */
  gboolean counted;             /* nf_conntrack_acct was on: packets and bytes are the entry's own */
  gboolean inferred;            /* its translation is, from how its first packet was seen to leave */
  gboolean of_moment;           /* as it stood at at_ns, rather than at its end */
  gint64 at_ns;
  gint64 created_ns, ended_ns, deadline_ns;
  guint64 ended_packet; /* being handled when it ended; 0: none, a timer ended it */
  guint32 status, mark, secmark;
  ct_labels labels;
  const char *helper;
  guint64 master; /* 0: none */
  const char *expected_by;
  const char *interface, *rule, *verdict, *dropped_rule; /* of its first packet, and the last one dropped; interned */
  guint32 vlan;
  guint8 steps; /* letters in history, at most FLOWS_HISTORY_MOST */
  gboolean more_steps;
  char history[FLOWS_HISTORY_MOST + 1];
  guint8 n_states; /* 0: none, or not kept */
  const flow_step *states;
} flow_record;

/* What the engine does not know of a packet. */
typedef struct flow_packet {
  const ct_packet *packet;
  const ct_result *result;
  const char *interface; /* "": none */
  guint32 vlan;
  const emit_rules *rules;  /* NULL: none, or not asked for */
  const journal_past *past; /* NULL: not asked for */
} flow_packet;

typedef struct flows flows;
typedef struct live_flow live_flow; /* live.h */

/*
 * keep: whether a connection is wanted, asked when it ends; NULL: all are. done: a record that is complete; valid
 * during the call. needs: FLOWS_NEEDS_*. at_peak: what stood in the table at its peak can be told at the end.
 */
typedef struct flows_options {
  guint needs;
  gboolean at_peak;
  gboolean (*keep)(const ct_view *view, gpointer user);
  void (*done)(const flow_record *record, gpointer user);
  gpointer user;
} flows_options;

/* The engine must live as long, and not have seen a packet yet. */
flows *flows_new(ct_engine *engine, const flows_options *options);
void flows_free(flows *f); /* NULL is fine */

void flows_packet(flows *f, const flow_packet *seen);
/* Hands out all that is left: what has ended, then what still lives, in order of creation. */
void flows_end(flows *f);

/* Calls fn for what is in the table now, as it stands at that time, in order of creation. */
void flows_each(flows *f, gint64 at_ns, void (*fn)(const flow_record *record, gpointer user), gpointer user);
/*
 * The same for the moment at which the table was fullest, the first such one; with at_peak, before flows_end. Of the
 * packet that filled it everything is told.
 */
void flows_each_at_peak(flows *f, void (*fn)(const flow_record *record, gpointer user), gpointer user);
/* When that was; 0 packets: never was anything in the table. */
void flows_peak(const flows *f, gint64 *time_ns, guint64 *packet);

/* Records that are kept for later, and how many at most so far: what memory is spent on. */
guint64 flows_kept_most(const flows *f);

/* A copy that owns what it points to, for those who keep records; and its end. */
void flow_record_copy(flow_record *to, const flow_record *from);
void flow_record_clear(flow_record *record);

/* The fields of a record; the letters of the history stand in doc/flows.md. */
extern const emit_table flows_table;
/* The letter of a state, in upper case. */
char flow_letter(guint8 proto, guint8 state);

#endif
