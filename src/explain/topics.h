/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The topics, one function each: it says its sentences about the packet, or nothing. Internal to
 * src/explain.
 */
#ifndef EXPLAIN_TOPICS_H
#define EXPLAIN_TOPICS_H

#include "explain/teller.h"
#include "explain/words.h"

void explain_packet(explain_teller *t);
void explain_look_up(explain_teller *t);
void explain_class(explain_teller *t);
void explain_cells(explain_teller *t);
void explain_window(explain_teller *t);
void explain_verdict(explain_teller *t);
void explain_rules(explain_teller *t);
void explain_timeout(explain_teller *t);
void explain_changes(explain_teller *t);
void explain_events(explain_teller *t);

/* Whether rules keep the packet from the confirm hook. */
gboolean explain_is_dropped_by_rules(const explain_facts *facts);
/* Whether the reset with which a rule answers it has closed its entry. */
gboolean explain_is_reset_by_rules(const explain_facts *facts);
/* Whether they have kept it from conntrack altogether. */
gboolean explain_is_before_conntrack(const explain_facts *facts);
/* => the number of the packet that this one, of the box's own, answers; 0: it is no such answer. */
guint64 explain_answers(const explain_facts *facts);

#endif
