/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verdicts that rest on one direction alone: a TCP segment acknowledges its other side, of which nothing was accepted
 * for its entry so far, or no SYN/ACK, without which the state table takes nothing else; or there is no entry, as
 * nothing began its connection (journal_sides.unopened). Asymmetric routes and captures
 * of one direction look like that, and captures that lost packets, or have them out of order.
 */
#ifndef EMIT_ONE_SIDED_H
#define EMIT_ONE_SIDED_H

#include "conntrack/engine.h"
#include "journal/history.h"
#include "text.h"

#include <glib.h>

/* A hint before a view is made: whether emit_one_sided can be TRUE of the packet. */
gboolean emit_one_sided_may_be(const ct_packet *packet, const ct_result *result);
/* view: the packet's entry; NULL: none. TRUE of INVALID packets, and of those that are still NEW, for that reason. */
gboolean emit_one_sided(const ct_packet *packet, const ct_result *result, const ct_view *view);
/* Whether there is anything to say of the packet; sides may be NULL. Cheap. */
gboolean emit_sides_tell(const ct_packet *packet, const ct_result *result, const ct_view *view,
                         const journal_sides *sides);
/*
 * What there is, where there is: "nothing of its other side, which it acknowledges, was accepted for #1 so far: ...",
 * "no SYN/ACK was accepted for #1 so far: ...", of what has no entry "packet 2 is the SYN that it answers: ...", of
 * that SYN "packet 1, which answers it, came before and was refused: ...", of an answer "#1 is translated: ...".
 */
void emit_sides_words(emit_text *out, const ct_profile *profile, const ct_view *view, const journal_sides *sides);

#endif
