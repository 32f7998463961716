/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ended is remembered: by tuple the connection that had it last, when it ended, why, and by which timeout. So a
 * packet that finds no entry can be told what it would have belonged to, however many packets came in between.
 *
 * Bounded: the newest JOURNAL_ENDS_MOST ends are kept (at 80 bytes and two slots of 8 each: 6 MB; more where entries
 * were translated), of a tuple the last one. Memory grows with use. Everything here is plain data; the words are emit's
 * (emit_past).
 *
 * Life: journal_new; journal_watch, or journal_event for each DESTROY; journal_past_of after each packet; journal_free.
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <glib.h>

#include "conntrack/engine.h"
#include "resume/io.h"

enum { JOURNAL_ENDS_MOST = 1 << 16 };

typedef struct journal journal;

typedef struct journal_end {
  ct_tuple tuple; /* the original one */
  guint64 conn;
  gint64 ended_ns;
  gint64 renewed_ns; /* when its deadline was last set; meaningful where timeout is one */
  guint64 by_packet; /* evicted: the packet it had to make room for; 0: the collector's doing, or nobody's */
  guint32 hash;
  guint16 reason; /* CT_REASON_END_* */
  guint8 timeout; /* ct_timeout that it ran on; or CT_TIMEOUT_OF_*, where HELPER is a tracker's own, too */
  guint8 state;   /* of its protocol, at the end */
} journal_end;

/* params: of the engine, copied. most: ends kept, JOURNAL_ENDS_MOST or fewer. */
journal *journal_new(const ct_params *params, guint most);
/* NULL is fine. */
void journal_free(journal *j);
/* From now on the journal hears of the ends in this engine, which must live as long as it plays. */
void journal_watch(journal *j, ct_engine *engine);
/* A DESTROY event; others are passed over. */
void journal_event(journal *j, const ct_event *event);

/*
 * Who has ended, as bytes and back; into one that has not heard of an end yet. What is read may come from anybody: what
 * cannot have been is a failure of io.
 */
void journal_keep(journal *j, resume_io *io);

/* The form of a tuple in which both directions, and an ICMP request and its answer, are the same key. */
ct_tuple journal_key(const ct_tuple *tuple);

/* => how the last connection of this tuple ended, in either direction; NULL where none is remembered. */
const journal_end *journal_find(const journal *j, const ct_tuple *tuple);
/* Of all that are remembered. */
void journal_each(const journal *j, void (*fn)(const ct_tuple *tuple, gpointer user), gpointer user);
/* How many ends were forgotten to make room for newer ones. */
guint64 journal_forgotten(const journal *j);

/* What became of a packet that could have begun a connection, and did not. */
typedef enum journal_fate {
  JOURNAL_UNTRACKED, /* rules kept it from conntrack */
  JOURNAL_BEFORE,    /* rules dropped it before conntrack */
  JOURNAL_DROPPED_BY_RULES,
  JOURNAL_DROPPED, /* by conntrack itself, for the reason */
  JOURNAL_REFUSED  /* INVALID, for the reason */
} journal_fate;

typedef struct journal_opener {
  guint64 number;     /* 0: none */
  gboolean is_inside; /* the packet at hand is an ICMP error about it */
  journal_fate fate;
  ct_reason reason;
} journal_opener;

/* What a packet would have belonged to. */
typedef struct journal_past {
  const journal_end *end; /* NULL: nothing that is remembered */
  gint64 ago_ns;          /* how long before the packet it ended */
  gint64 silent_ns;       /* of a timeout's: how long before the packet it had last been renewed; else 0 */
  guint32 kept_s;         /* its timeout in whole seconds, with which it would have been there; 0: none is known */
  gboolean room_keeps;    /* evicted: in a larger table it would have been there */
  guint64 room_max;      /* ... with this nf_conntrack_max, with which nobody would have been evicted so far. Set by who
                            knows; 0 */
  gboolean refused;      /* it would have been there, and the packet is INVALID then, or dropped ... */
  ct_reason refused_why; /* ... for this */
  journal_opener opener; /* end is NULL: what it answers, where that made no entry (refused.h) */
} journal_past;

struct whatif;

/*
 * Of a packet after tracking, and after whatif_packet where there is one (w may be NULL: kept_s is then 0). end is NULL
 * where the packet found its entry, where nothing is remembered, and where the packet does not go on with it
 * (ct_packet_goes_on).
 */
journal_past journal_past_of(const journal *j, const struct whatif *w, const ct_packet *packet,
                             const ct_result *result);

/* Whether TCP is judged by the rules from before nf_conntrack. */
gboolean journal_tcp_is_old(const ct_params *params);

/* The timeout that an entry ran on, as its view says; or CT_TIMEOUT_OF_*, where HELPER is one that its tracker set,
 * too. */
guint journal_timeout_of(const ct_params *params, const ct_view *view);

#endif
