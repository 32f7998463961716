/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events kept until the packet they belong to is shown. Formats that show a packet with all that happened around it
 * (json, transcript: emit_format.collects) need the events since the line before; the engine delivers them before the
 * packet's own callback, those of timers with packet number 0.
 *
 * Life: emit_collector_new; emit_collector_event from ct_engine_watch with all types; for each packet either
 * emit_format.packet, which takes what was collected, or, for a packet that is not shown, emit_collector_clear.
 */
#ifndef EMIT_COLLECT_H
#define EMIT_COLLECT_H

#include <glib.h>

#include "conntrack/engine.h"

typedef struct emit_collector emit_collector;

emit_collector *emit_collector_new(void);
void emit_collector_free(emit_collector *collector); /* NULL is fine */

/*
 * Copies the event with its view. Of the packet behind it (ct_event.cause) nothing is kept: it is the one shown next.
 */
void emit_collector_event(emit_collector *collector, const ct_event *event);
void emit_collector_clear(emit_collector *collector);

/* The events since the last clear, in order; valid until the next call that changes the collector. */
guint emit_collector_count(const emit_collector *collector);
const ct_event *emit_collector_get(const emit_collector *collector, guint i);

/*
 * The table as the lines so far have shown it, for differences (transcript). What is relied on: an entry changes only
 * by a packet that belongs to it, whose result names it, or with an event of its own, and ends with a DESTROY event; an
 * expectation comes and goes with events. So nobody has to look at the whole table for each packet.
 */

/*
 * Notes what the table now holds for this entry.
 * => TRUE where that is new or differs from what was noted: anything listed, or a deadline by more than 1.5 s.
 */
gboolean emit_collector_list(emit_collector *collector, const ct_view *view);
/* The entry has gone. => TRUE where it had been noted. */
gboolean emit_collector_unlist(emit_collector *collector, guint64 id);
/* The same for expectations, known by tuple and mask. => TRUE where that was news. */
gboolean emit_collector_list_expect(emit_collector *collector, const ct_expect_view *expect);
gboolean emit_collector_unlist_expect(emit_collector *collector, const ct_expect_view *expect);
gboolean emit_collector_lists_expect(const emit_collector *collector, const ct_expect_view *expect);

#endif
