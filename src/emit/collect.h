/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events kept until the packet they belong to is shown. What shows a packet with all that happened around it (json,
 * transcript, explain) needs the events since the line before; the engine delivers them before the packet's own
 * callback, those of timers with packet number 0.
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

#endif
