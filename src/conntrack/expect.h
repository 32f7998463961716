/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expectations: connections announced by others (spec 8.1). The engine asks at four moments: a new entry (meet), a death (master_gone), the
 * passing of time (next_deadline, advance), and a helper's announcement (add). Internal to src/conntrack.
 */
#ifndef CT_EXPECT_H
#define CT_EXPECT_H

#include "ext.h"

typedef struct ct_expect ct_expect;
typedef struct ct_expect_table ct_expect_table;

ct_expect_table *ct_expect_table_new(void);
void ct_expect_table_free(ct_expect_table *table);

/* Fast test for the packet path: false while nobody expects anything. */
bool ct_expect_any(const ct_engine *engine);

/*
 * A new, unconfirmed entry looks for who expected it (spec 8.1 matching). A match sets EXPECTED, the master and what the child
 * inherits on the entry, removes a one-shot expectation (EXPECT_DESTROY, reason END_USED), counts expect_new.
 * => true where it was expected.
 */
bool ct_expect_meet(ct_engine *engine, ct_entry *entry, const ct_tuple *original, const ct_packet *packet);

/* The entry ends: its expectations go with it (END_MASTER). Only called where it has an extension. */
void ct_expect_master_gone(ct_engine *engine, ct_entry *entry);

/* The earliest moment at which an expectation may end; INT64_MAX where there is none. */
int64_t ct_expect_next_deadline(const ct_engine *engine);
/* Ends those due at or before now. */
void ct_expect_advance(ct_engine *engine, int64_t now_ns);

void ct_expect_each(const ct_engine *engine, void (*fn)(const ct_expect_view *, void *), void *user);

#endif
