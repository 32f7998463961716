/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comparison's insides, for agree.c, index.c, timeouts.c and causes.c. */
#ifndef AGREE_INTERNAL_H
#define AGREE_INTERNAL_H

#include "agree.h"

#define NS_PER_S G_GINT64_CONSTANT(1000000000)

/* What the capture has of an entry of the listing. */
typedef struct agree_seen {
  guint64 packets, dropped, refused; /* dropped: by a rule; refused: INVALID, or dropped by conntrack */
  gint64 first_ns, last_ns;
  guint16 refused_why; /* ct_reason, of the first */
  guint8 sides;        /* 1: from its source, 2: to it */
  gboolean begins;     /* the first packet was one that begins a connection */
  guint16 ended_why;   /* ct_reason; 0: it has not */
  guint8 ended_on;     /* ct_timeout */
  gint64 ended_ns;
} agree_seen;

struct agree {
  const listing *there;
  ct_engine *engine;
  const ct_params *params;
  agree_facts facts;
  GHashTable *index; /* ct_tuple, as ct_tuple_key makes it => number + 1; both of an entry that is translated */
  ct_tuple *keys;    /* two for each entry */
  agree_seen *seen;
  GArray *views;       /* ct_view, of the moment */
  GArray *differences; /* agree_difference */
  guint *view_of;      /* by entry: its view + 1 */
  guint8 *found;       /* by view */
  guint both, alike, second_apart, listed_later;
  gint64 now_ns, first_ns;
  gint64 full_ns;                    /* when the table was full last, and cost somebody an entry; G_MININT64: never */
  GArray *implied[CT_TIMEOUT_COUNT]; /* guint32: seconds */
  agree_timeout timeouts[CT_TIMEOUT_COUNT];
  agree_shift shift;
};

/* index.c. Makes what agree_find looks in, from the listing; to be cleared with agree_index_clear. */
void agree_index_entries(agree *a);
void agree_index_clear(agree *a);
/* => number of the listing's entry that has the tuple in either direction, from 1; 0: there is none. */
guint agree_find(const agree *a, const ct_tuple *tuple);
/* timeouts.c; the second after the first. */
void agree_find_timeouts(agree *a);
void agree_find_shift(agree *a);
/* causes.c: sets cause and words. */
void agree_explain(agree *a, agree_difference *d);

#endif
