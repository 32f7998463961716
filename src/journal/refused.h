/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP segments that were refused, by tuple the first of each: who is told that nothing of a packet's other side was
 * accepted wants to know whether something of it had come. A SYN/ACK that stands before its SYN is the usual one.
 *
 * Bounded: the first JOURNAL_REFUSED_MOST tuples are remembered, at about 120 bytes each; of others nothing is known.
 *
 * Life: journal_refused_new; journal_refused_packet after each packet; journal_refused_other_side;
 * journal_refused_free.
 */
#ifndef JOURNAL_REFUSED_H
#define JOURNAL_REFUSED_H

#include <glib.h>

#include "conntrack/engine.h"

enum { JOURNAL_REFUSED_MOST = 1 << 16 };

typedef struct journal_refused journal_refused;

journal_refused *journal_refused_new(void);
/* NULL is fine. */
void journal_refused_free(journal_refused *r);
void journal_refused_packet(journal_refused *r, const ct_packet *packet, const ct_result *result);
/* => the number of the first refused segment that goes the other way; 0: none is known. */
guint64 journal_refused_other_side(const journal_refused *r, const ct_packet *packet);

#endif
