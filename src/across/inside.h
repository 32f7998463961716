/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of across share: who waits, and for whom. Nobody else includes this. */
#ifndef ACROSS_INSIDE_H
#define ACROSS_INSIDE_H

#include "across.h"

enum { ACROSS_TRANSITS = 15 };

/* How long the last pairs took, of one way; below 0 where clocks differ by more than that. */
typedef struct across_transit {
  gint64 ns[ACROSS_TRANSITS];
  guint n, next;
  gint64 typical_ns; /* their median */
} across_transit;

/* What waits under one key on one side; the oldest first. */
typedef struct across_waiting {
  guint64 key;
  across_sighting *first, *last;
} across_waiting;

struct across {
  across_watcher watcher;
  GHashTable *waiting[2][ACROSS_KEYS]; /* key => across_waiting */
  GQueue all[2];                       /* across_sighting, in the order in which they came; also paired ones */
  GQueue undecided;                    /* those that have a mate, and came after it */
  GHashTable *outside, *inside;        /* ends on A's side => on B's, and back */
  GHashTable *connections;             /* the lesser end first => across_connection */
  across_transit transits[2];          /* from A to B, from B to A */
  gint64 now_ns;                       /* of the latest packet */
};

/* ---- waiting.c ---- */

/* Not the same for both directions. */
guint64 across_hash_ends(const ct_tuple *ends);
/* With these ends in place of its own. */
void across_make_keys(across_sighting *s, const ct_tuple *with);
void across_wait(across *x, across_sighting *s);
void across_leave(across *x, across_sighting *s);
/* => NULL: nobody. side: whose. */
across_waiting *across_waiting_find(const across *x, guint side, const across_sighting *s, across_key key);

/* ---- settle.c ---- */

gboolean across_is_transit_known(const across *x, const across_sighting *s);
/* Nobody came out long before it came in, for all that is known of how long it takes. */
gboolean across_is_plausible(const across *x, const across_sighting *s, const across_sighting *other);
/* ... and not much later either. */
gboolean across_is_usual(const across *x, const across_sighting *s, const across_sighting *other);
/* By how much their time apart is not what is usual. */
gint64 across_oddness(const across *x, const across_sighting *s, const across_sighting *other);
void across_note_transit(across *x, const across_sighting *a, const across_sighting *b, gboolean sure);
/* Where the IP ids of a connection pass as they are, another id is another packet. */
gboolean across_is_possible(const across_sighting *s, across_key key);
/* They may be a pair: known by that key. Either may have had another mate by a lesser one. */
void across_mate(across *x, across_sighting *s, across_sighting *other, across_key key);
void across_part(across *x, across_sighting *s);
/* Decides of those that have waited long enough. */
void across_settle_aged(across *x);
/* s has to go: it is paired now if it can be. */
void across_settle(across *x, across_sighting *s);
void across_settle_all(across *x);

/* ---- across.c ---- */

/* Both wait. They are told, and remain in x->all. sure: there was no choice. */
void across_pair_waiting(across *x, across_sighting *a, across_sighting *b, gboolean sure);

#endif
