/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table as the lines so far have shown it, for a transcript's differences. What is relied on: an entry changes only
 * by a packet that belongs to it, whose result names it, or with an event of its own, and ends with a DESTROY event; an
 * expectation comes and goes with events (CT_EVENT_EXPECT_OVER among them). So nobody has to look at the whole table
 * for each packet. Internal to src/emit.
 */
#ifndef EMIT_LISTED_H
#define EMIT_LISTED_H

#include <glib.h>

#include "conntrack/engine.h"

typedef struct emit_listed emit_listed;

emit_listed *emit_listed_new(void);
void emit_listed_free(emit_listed *listed);

/*
 * Notes what the table now holds for this entry.
 * => TRUE where that is new or differs from what was noted: anything listed, or a deadline by more than 1.5 s.
 */
gboolean emit_listed_entry(emit_listed *listed, const ct_view *view);
/*
 * Those noted whose time is over by now_ns are listed no more, even where they are collected later. Calls fn for each,
 * the earliest first, and forgets them.
 */
void emit_listed_expire(emit_listed *listed, gint64 now_ns, void (*fn)(const ct_tuple *tuple, gpointer user),
                        gpointer user);
/* The entry's original tuple as a tuple is listed alone: with a zone where that covers this direction only. */
ct_tuple emit_listed_original(const ct_view *view);
/* A packet ended the entry's time: the next emit_listed_expire tells it, where it had been noted. */
void emit_listed_entry_over(emit_listed *listed, const ct_view *view);
/* => whether the entry is noted: neither gone nor over. */
gboolean emit_listed_has(const emit_listed *listed, guint64 id);
/* The entry has gone. => TRUE where it had been noted. */
gboolean emit_listed_entry_gone(emit_listed *listed, guint64 id);
/* The same for expectations, known by tuple and mask. => TRUE where it, its class, helper or master is news. */
gboolean emit_listed_expect(emit_listed *listed, const ct_expect_view *expect);
gboolean emit_listed_expect_gone(emit_listed *listed, const ct_expect_view *expect);

#endif
