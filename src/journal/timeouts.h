/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each timeout did to a capture, and the smallest value with which it would have cut nobody; in one read, from the
 * replay and the worlds beside it (whatif.h).
 *
 * A connection is cut where a packet goes on with an entry that the timeout had ended (ct_packet_goes_on); the first
 * packet that finds none decides it, as in a sweep: all rows together miss as many as that cuts. A silence
 * is the time since an entry's deadline was last set by the timeout. With a value that is longer than the longest
 * silence that any packet ended, whether in the replay or with the timeout at its longest, nobody is cut, and with any
 * smaller one somebody is.
 *
 * What that value costs is counted from the entries' lives: exact, for as many as TIMEOUTS_LIVES_MOST (at 40 bytes
 * each).
 *
 * Life: timeouts_new; timeouts_begin; timeouts_packet after each packet; timeouts_end; timeouts_get; timeouts_free.
 */
#ifndef JOURNAL_TIMEOUTS_H
#define JOURNAL_TIMEOUTS_H

#include "conntrack/trace.h"
#include "history.h"

enum { TIMEOUTS_LIVES_MOST = 1 << 20 };

typedef struct timeouts timeouts;

/* Why smallest_s is not known, or may not be the least. */
typedef enum timeouts_doubt {
  TIMEOUTS_SURE,
  TIMEOUTS_NO_SYSCTL, /* nothing sets it */
  TIMEOUTS_CHOSEN,    /* with another value TCP chooses it at other packets, or another timeout than this */
  TIMEOUTS_COMPARED,  /* a FIN or reset outside the window makes TCP keep an entry for less, if its timeout is longer */
  TIMEOUTS_PPTP,      /* where GRE's packets belong depends on the call ids that PPTP announced */
  TIMEOUTS_RULED,     /* rules have a say: what another value would have done to packets, they answer */
  TIMEOUTS_FORGOTTEN, /* too many to be followed, or ends were forgotten */
  TIMEOUTS_TOO_LONG,  /* not even the longest value keeps all that was missed */
  TIMEOUTS_REUSED /* with less, another connection of the same tuple would not have found the entry of the one before */
} timeouts_doubt;

typedef struct timeouts_row {
  guint timeout; /* ct_timeout; or CT_TIMEOUT_OF_*: all that helpers, or policies, set */
  guint32 now_s;
  guint64 ended, missed; /* entries that it ended; of these, missed by a later packet */
  gboolean complete;     /* FALSE: more may have been missed, since ends had to be forgotten */
  gint64 survived_ns;    /* the longest silence on it that a packet ended in time; 0: none */
  gint64 cut_ns;         /* the longest that a packet came too late for; 0: none */
  gboolean known;        /* smallest_s is a value with which nobody is cut */
  gboolean least;        /* ... and there is no smaller one */
  guint32 smallest_s;    /* 0: nothing ever rested on it */
  timeouts_doubt doubt;  /* where not known or not least: the gravest */
  guint64 kept;   /* not known: of those missed, how many kept_s would have kept for the packet that missed them */
  guint32 kept_s; /* 0: none */
  guint64
    next; /* ... and bit by ct_timeout, or CT_TIMEOUT_OF_*: what would have cut others even at the longest value */
  gboolean has_cost; /* of smallest_s */
  guint64 peak;
  double mean;
} timeouts_row;

/* params: of the engine, copied. */
timeouts *timeouts_new(const ct_params *params);
/* NULL is fine. */
void timeouts_free(timeouts *t);
/*
 * The engine must not have seen a packet. trace: its own, which is filled in from now on. ruled: rules have a say on
 * packets. Then nothing is known of a timeout that ended an entry but what it did, since to rules the packets behind it
 * would have been others.
 */
void timeouts_begin(timeouts *t, ct_engine *engine, const ct_trace *trace, gboolean ruled);
/* A packet after the engine has tracked it. */
void timeouts_packet(timeouts *t, const ct_packet *packet, const ct_result *result);
/* After the last packet. Ends all that is in the table. */
void timeouts_end(timeouts *t);
/* => the i-th timeout that ended an entry or that a packet came in time for, helpers' last; FALSE past the last. */
gboolean timeouts_get(timeouts *t, guint i, timeouts_row *row);
/* Entries alive, with the timeouts as they are. => FALSE where there were more than are remembered. */
gboolean timeouts_occupancy(timeouts *t, guint64 *peak, double *mean);

#endif
