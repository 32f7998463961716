/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topics, one function each, and what they share. Internal to src/explain. */
#ifndef EXPLAIN_PARTS_H
#define EXPLAIN_PARTS_H

#include "explain.h"

typedef struct explain_teller {
  const explain_facts *facts;
  GPtrArray *sentences;
} explain_teller;

void explain_say(explain_teller *t, explain_topic topic, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Free what they return. "tcp from 10.0.0.1 port 40000 to 192.0.2.80 port 80"; "432000 s", "0.3 s". */
char *explain_tuple_words(const ct_tuple *tuple);
char *explain_seconds(gint64 ns);

/* Static: "original", "reply"; a state's name, or "ignore", "INVALID" for a cell; "syn", ... or "init", ... */
const char *explain_dir(guint dir);
const char *explain_cell_name(guint8 proto, guint cell);
const char *explain_row_name(guint8 proto, guint row);
void explain_tcp_cells(explain_teller *t);
void explain_window(explain_teller *t);
void explain_verdict(explain_teller *t);
void explain_timeout(explain_teller *t);
void explain_changes(explain_teller *t);
void explain_events(explain_teller *t);

#endif
