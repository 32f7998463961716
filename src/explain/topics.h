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
void explain_timeout(explain_teller *t);
void explain_changes(explain_teller *t);
void explain_events(explain_teller *t);

#endif
