/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that made no entry, by tuple: TCP segments that were refused, of each tuple the first, and the first SYN/ACK,
 * since who is told that nothing of a packet's other side was accepted wants to know whether something of it had come
 * (a SYN/ACK that stands before its SYN is the usual one); and what begins a connection but was dropped, refused or
 * kept from conntrack, of each tuple the last, since its answer is then INVALID, or begins a connection of its own.
 *
 * Bounded: the first JOURNAL_REFUSED_MOST tuples are remembered, at about 120 bytes each; of others nothing is known.
 *
 * Life: journal_refused_new; journal_refused_packet after each packet, and before that, of the same packet,
 * journal_refused_other_side and journal_refused_opener; journal_refused_free.
 */
#ifndef JOURNAL_REFUSED_H
#define JOURNAL_REFUSED_H

#include <glib.h>

#include "conntrack/engine.h"
#include "journal.h"

enum { JOURNAL_REFUSED_MOST = 1 << 16, JOURNAL_ANSWERS_WITHIN_S = 30 };

typedef struct journal_refused journal_refused;

journal_refused *journal_refused_new(void);
/* NULL is fine. */
void journal_refused_free(journal_refused *r);
/* All of it as bytes and back, as journal_keep. */
void journal_refused_keep(journal_refused *r, resume_io *io);
/* Of all that are remembered. */
void journal_refused_each(const journal_refused *r, void (*fn)(const ct_tuple *tuple, gpointer user), gpointer user);
void journal_refused_packet(journal_refused *r, const ct_packet *packet, const ct_result *result);
/*
 * => FALSE: nothing is remembered in either direction of the packet's tuple, so that of a packet which is not INVALID
 * none of the next has to be asked. Costs next to nothing.
 */
gboolean journal_refused_may_know(const journal_refused *r, const ct_packet *packet);
/*
 * entry: the packet's, which it does not fit; NULL: it is not asked about, or there is none. => the number of the first
 * refused segment that goes the other way; of an entry whose reply side has spoken, of that side where it is a SYN/ACK;
 * 0: none is known.
 */
guint64 journal_refused_other_side(const journal_refused *r, const ct_packet *packet, const ct_view *entry);
/*
 * => whether anything was remembered, in either direction of the packet's tuple, that could have begun a connection; or
 * may have been, as no more can be.
 */
gboolean journal_refused_began(const journal_refused *r, const ct_packet *packet);
/* => of a SYN: the first SYN/ACK that answers it by its number, and was refused before it; 0: none is known. */
guint64 journal_refused_synack(const journal_refused *r, const ct_packet *packet);
/*
 * => of a packet that found no entry: what it answers, or, of an ICMP error, is about, where that came at most
 * JOURNAL_ANSWERS_WITHIN_S before and made no entry; number 0: none is known.
 */
journal_opener journal_refused_opener(const journal_refused *r, const ct_packet *packet, const ct_result *result);

#endif
