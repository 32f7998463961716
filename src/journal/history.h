/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Journal and other worlds together, for who shows packets: one call after each, one answer. */
#ifndef JOURNAL_HISTORY_H
#define JOURNAL_HISTORY_H

#include "advice.h"
#include "refused.h"

/* What there is, and is not, of the other side of a TCP segment whose verdict rests on that. */
typedef struct journal_sides {
  guint64 other_side; /* the first refused segment of its other side, before it; 0: none, or not known */
  /* It acknowledges, and is INVALID without an entry: there never was one of its tuple, and no SYN of either side. */
  gboolean unopened;
  guint64 syn;    /* unopened: the SYN that it answers, which comes later. Set by who can look ahead; 0: not known */
  guint64 synack; /* a SYN that begins an entry: the first answer to it, which came before and was refused; 0: none */
  /* It found no entry, but would be an answer to this connection, were that not translated; 0: to none. */
  guint64 untranslated;
  ct_tuple answer; /* such an answer as it would be found */
} journal_sides;

typedef struct journal_history {
  const ct_engine *engine;
  journal *ends;
  whatif *worlds;
  gboolean blind;      /* goes on where another stood, of which nothing is remembered */
  trials *trials;      /* NULL: none are made */
  gboolean when_asked; /* ... or only by journal_history_shorten */
  journal_refused *refused;
  journal_past past;     /* of the packet at hand */
  journal_advice advice; /* where it was refused or dropped; else UNKNOWN */
  journal_sides sides;   /* of the packet at hand */
} journal_history;

/* The engine must live as long as it plays. */
void journal_history_begin(journal_history *h, ct_engine *engine);
/* Before the first packet: sysctls are tried one by one, too, which costs memory and time (trials.h). */
void journal_history_try(journal_history *h, const ct_engine *engine);
/* Or: trials are made where journal_history_shorten asks for them, which takes memory for each packet, but time for
 * these. */
void journal_history_remember(journal_history *h, const ct_engine *engine);
/*
 * Of the packet at hand: makes the timeouts in past and advice the shortest that do, as far as trials can tell. Where
 * they are made of each packet, that has been done.
 */
void journal_history_shorten(journal_history *h, const ct_packet *packet, const ct_result *result);
/* A packet after the engine has tracked it: past, advice and sides are of it then. */
void journal_history_packet(journal_history *h, const ct_packet *packet, const ct_result *result);
/*
 * Who has ended, and what was refused, as bytes and back; before the first packet. Worlds and trials are not kept: what
 * would have helped is known of what they have seen.
 */
void journal_history_keep(journal_history *h, resume_io *io);
/*
 * Before the first packet, of an engine that goes on: of its connections not all packets will have been seen, so that
 * no trials are made of them; nor is it known whether something began what is not remembered.
 * remembers: journal_history_keep has brought what was before.
 */
void journal_history_goes_on(journal_history *h, gboolean remembers);
/* Also of one that was never begun, all zero. */
void journal_history_end(journal_history *h);

#endif
