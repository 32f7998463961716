/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A box's listing against a replay at that moment: entries in both, only there, only here, and the fields that differ,
 * each with its cause where it can be told.
 *
 * Life: agree_new with the listing before the first packet; agree_packet after each, agree_at at the moment; then the
 * differences and the timeouts that the box must have; agree_free. The listing and the engine have to outlive it.
 */
#ifndef AGREE_AGREE_H
#define AGREE_AGREE_H

#include "conntrack/engine.h"
#include "listing/listing.h"

/* X(NAME, word): why there is a difference. */
#define AGREE_CAUSE_LIST(X)       \
  X(UNKNOWN, "unexplained")       \
  X(BEFORE, "before-capture")     \
  X(NOT_CAPTURED, "not-captured") \
  X(RULE, "rule")                 \
  X(NO_RULES, "no-rules")         \
  X(OFFLOADED, "offloaded")       \
  X(HELPER, "helper")             \
  X(ONE_SIDED, "one-direction")   \
  X(TIMEOUT, "timeout")           \
  X(REFUSED, "refused")           \
  X(EVICTED, "evicted")           \
  X(MOMENT, "moment")             \
  X(UNTOLD, "untold")
typedef enum agree_cause {
#define X(name, word) AGREE_##name,
  AGREE_CAUSE_LIST(X)
#undef X
    AGREE_CAUSES
} agree_cause;
const char *agree_cause_word(agree_cause cause);

typedef enum agree_kind { AGREE_DIFFERS, AGREE_ONLY_THERE, AGREE_ONLY_HERE, AGREE_KINDS } agree_kind;

/* X(NAME, word): fields that both tell. */
#define AGREE_FIELD_LIST(X) \
  X(STATE, "state")         \
  X(TIMEOUT, "timeout")     \
  X(STATUS, "status")       \
  X(ORIGINAL, "original")   \
  X(REPLY, "reply")         \
  X(COUNTERS, "counters")   \
  X(MARK, "mark")           \
  X(HELPER, "helper")
typedef enum agree_field {
#define X(name, word) AGREE_FIELD_##name,
  AGREE_FIELD_LIST(X)
#undef X
    AGREE_FIELDS
} agree_field;
const char *agree_field_word(agree_field field);

typedef struct agree_difference {
  agree_kind kind;
  const listing_entry *there; /* NULL: only here */
  const ct_view *here;        /* NULL: only there */
  guint fields;               /* 1 << agree_field, of those in both */
  agree_cause cause;
  gboolean perhaps; /* nothing rules the cause out, and nothing proves it: unexplained */
  char *words;      /* a sentence without its full stop; NULL: unexplained */
} agree_difference;

/*
 * A listing of another moment than it was taken for looks as if the box had other timeouts, each by as much. shift_s:
 * by how much it is later than was told, less than 0: earlier; 0: there is no such sign.
 */
typedef struct agree_shift {
  gint64 shift_s;
  guint states;     /* of which the timeouts say so: all that say anything */
  gboolean is_sure; /* nobody sets timeouts to such values */
} agree_shift;

/* What the box's timeouts must be, by the rests that it lists and the silences that are seen here. */
typedef struct agree_timeout {
  guint seen;        /* entries that say so */
  guint agreeing;    /* of these, with the value below; 0: no value has most of them */
  guint32 value_s;   /* the most frequent one */
  guint32 largest_s; /* listed in that state: the box's is no less */
} agree_timeout;

typedef struct agree agree;

/* What is known of the run, and of the listing: how long it took to print it, each entry at its own moment. */
typedef struct agree_facts {
  gboolean ruled;
  gboolean loaded; /* the table did not begin empty: what began before the capture is in it, too */
  gint64 took_ns;
  gboolean told[CT_TIMEOUT_COUNT]; /* the box itself has said that it has the timeout that the run has */
  gboolean told_max;               /* ... and nf_conntrack_max */
} agree_facts;

agree *agree_new(const listing *there, ct_engine *engine, const agree_facts *facts);
void agree_free(agree *a); /* NULL is fine */
/* dropped: a rule has dropped it. */
void agree_packet(agree *a, const ct_packet *packet, const ct_result *result, gboolean dropped);
/* The moment: first_ns is the first packet's time. */
void agree_at(agree *a, gint64 first_ns);

/* Of the moment; the differences in the listing's order, then those that are only here. */
guint agree_in_both(const agree *a);
guint agree_alike(const agree *a);
/* Of those alike: whose timeouts are a second apart, and whose are further apart by what the listing took. */
guint agree_second_apart(const agree *a);
guint agree_listed_later(const agree *a);
const agree_difference *agree_get(const agree *a, guint i); /* NULL past the last */
guint agree_unexplained(const agree *a);
gint64 agree_now(const agree *a);
/* FALSE: nothing says it, or the box has told it otherwise itself. */
gboolean agree_timeout_of(const agree *a, ct_timeout timeout, agree_timeout *found);
agree_shift agree_shift_of(const agree *a);

#endif
