/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One packet told as the kernel saw it, in sentences that can be read aloud: the look-up and its result, the cell of
 * the state table, the exceptions, the window's four bounds with the numbers, the timeout and why that one, the
 * members that changed and those that did not. Everything is told from the engine's own trace (conntrack/trace.h);
 * nothing is tracked a second time.
 */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "conntrack/engine.h"
#include "conntrack/trace.h"
#include "emit/collect.h"
#include "emit/emit.h"
#include "emit/text.h"
#include "journal/history.h"

/* The facts to be told; all of one packet, valid until it has been told. */
typedef struct explain_facts {
  const ct_params *params;
  const ct_packet *packet;
  const ct_result *result;
  const ct_trace *trace;
  const ct_view *after;            /* the entry after the packet; NULL where there is none */
  const emit_collector *collector; /* the events since the packet before; NULL: not told */
  const journal_history *history;  /* of this packet; NULL: what ended before is not known */
  const emit_rules *rules;         /* what rules made of it; NULL: there are none */
  const char *rules_told;          /* their walk in sentences, a line each; with rules */
  const struct emit_query *query;  /* the query to a group that it answers in vain (emit/asked.h); NULL: none */
  gint64 first_ns;                 /* time of the first frame: times count from it */
  guint columns;                   /* of the screen that text goes to; 0: to none */
} explain_facts;

/* X(ID, name in JSON, heading in text) */
#define EXPLAIN_TOPIC_LIST(X)            \
  X(PACKET, "packet", "Packet")          \
  X(LOOK_UP, "look_up", "Look-up")       \
  X(CLASS, "class", "Class")             \
  X(TABLE, "table", "State table")       \
  X(EXCEPTION, "exception", "Exception") \
  X(TAG, "tag", "Tag")                   \
  X(WINDOW, "window", "Window")          \
  X(VERDICT, "verdict", "Verdict")       \
  X(RULES, "rules", "Rules")             \
  X(TIMEOUT, "timeout", "Timeout")       \
  X(CHANGES, "changes", "Changes")       \
  X(EVENTS, "events", "Events")
typedef enum explain_topic {
#define X(id, name, heading) EXPLAIN_##id,
  EXPLAIN_TOPIC_LIST(X)
#undef X
    EXPLAIN_TOPIC_COUNT
} explain_topic;

typedef struct explain_sentence {
  explain_topic topic;
  char *text;
} explain_sentence;

/* => the sentences in order, explain_sentence *; free with g_ptr_array_unref. */
GPtrArray *explain_sentences(const explain_facts *facts);

/* One of the window's four bounds on a segment, as the numbers stood. */
typedef struct explain_bound {
  const char *name, *what; /* "I", "upper bound of the sequence number" */
  const char *number;      /* which of the segment's numbers: "seq", "end", "ack" */
  guint32 value, limit;
  gboolean upper; /* value may not be after limit; otherwise not before it */
  gboolean kept;
  guint32 distance; /* how much there is to spare, or by how much it is broken */
} explain_bound;
enum { EXPLAIN_BOUNDS = 4 };
/* => EXPLAIN_BOUNDS, or 0 where no window was checked. */
guint explain_bounds(const ct_trace *trace, explain_bound *bounds);

/*
 * The kernel's rule behind a refusal, in words, with the function it stands in; NULL for reasons that refuse nothing.
 * Static.
 */
const char *explain_rule(ct_reason reason);
/* The same with its sysctl as the profile's kernel spells it; to be freed. */
char *explain_rule_words(ct_reason reason, const ct_profile *profile);

/* The packet as paragraphs, each sentence on lines of its own; or as one line of JSON. */
void explain_text(emit_text *out, const explain_facts *facts);
void explain_json(emit_text *out, const explain_facts *facts);

#endif
