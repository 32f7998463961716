/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Queries to groups (multicast, or everybody on the link) and what comes back. An answer has another source than the
 * address that was asked, so it never belongs to the query's entry: it is NEW, to the astonishment of those who wrote a
 * rule for ESTABLISHED. Remembers the latest queries, a fixed number of them, for half a minute (a UDP entry's life).
 *
 * Life: all zero is none; nothing to free.
 */
#ifndef EMIT_ASKED_H
#define EMIT_ASKED_H

#include "conntrack/engine.h"
#include "resume/io.h"
#include "text.h"

#include <glib.h>

typedef struct emit_query {
  guint64 packet, conn; /* its number, and the connection it made; packet 0: none */
  gint64 time_ns;
  ct_tuple tuple;     /* as sent: from whom, to which group */
  const char *helper; /* that would expect answers to it, on the host that asked; NULL: there is none for its port */
  gboolean helped;    /* that helper was attached to its connection */
} emit_query;

enum { EMIT_QUERIES = 64 };
typedef struct emit_asked {
  emit_query latest[EMIT_QUERIES];
  guint next;
} emit_asked;

/*
 * One packet, in order, after the engine, whose result it is, has seen it. => the query that it answers in vain, valid
 * until the next call; NULL where it answers none, or belongs to an entry.
 */
const emit_query *emit_asked_packet(emit_asked *asked, const ct_engine *engine, const ct_packet *packet,
                                    const ct_result *result);
/* All of it as bytes and back, into one that is all zero. What is read may come from anybody. */
void emit_asked_keep(emit_asked *asked, resume_io *io);
/* Why it is no answer to conntrack: "an answer from another address never matches #1", and what a helper has to do with
 * it. */
void emit_query_words(emit_text *out, const emit_query *query);
/* "answers packet 4, which went to 224.0.0.252: " and that. */
void emit_query_remark(emit_text *out, const emit_query *query);

#endif
