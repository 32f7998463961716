/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verdicts that rest on one direction alone: a TCP segment acknowledges its other side, of which nothing was accepted
 * for its entry so far, or no SYN/ACK, without which the state table takes nothing else. Asymmetric routes and captures
 * of one direction look like that, and captures that lost packets, or have them out of order.
 */
#ifndef EMIT_ONE_SIDED_H
#define EMIT_ONE_SIDED_H

#include "conntrack/engine.h"
#include "text.h"

#include <glib.h>

/* A hint before a view is made: whether emit_one_sided can be TRUE of the packet. */
gboolean emit_one_sided_may_be(const ct_packet *packet, const ct_result *result);
/* view: the packet's entry; NULL: none. TRUE of INVALID packets, and of those that are still NEW, for that reason. */
gboolean emit_one_sided(const ct_packet *packet, const ct_result *result, const ct_view *view);
/*
 * "nothing of its other side, which it acknowledges, was accepted for #1 so far: ...", or "no SYN/ACK was accepted for
 * #1 so far: ..." view: as emit_one_sided had it. other_side: a segment of that side that was refused before; 0: none
 * is known.
 */
void emit_one_sided_words(emit_text *out, const ct_view *view, guint64 other_side);

#endif
