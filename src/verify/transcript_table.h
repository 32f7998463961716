/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole table, rebuilt: a transcript lists entries only where they changed. And the way back: from whole tables
 * to the entries that a transcript has to list.
 */
#ifndef VERIFY_TRANSCRIPT_TABLE_H
#define VERIFY_TRANSCRIPT_TABLE_H

#include "verify/model.h"

/* The table as it stands after the lines applied so far; keyed by original tuple. Expectations: by tuple and mask. */
typedef struct verify_table {
  GHashTable *entries; /* ct_tuple => verify_entry, owned */
  GArray *expected;    /* verify_expect */
} verify_table;

void verify_table_init(verify_table *table);
void verify_table_clear(verify_table *table);
void verify_table_apply(verify_table *table, const verify_line *line);
/*
 * The other way round: the whole tables as somebody saw them after the line's frame. Fills the line's listed, gone,
 * expected and expect_gone by the transcripts' rule (new, or different in anything but the timeout, or a deadline moved
 * by over 1.5 s) and applies it.
 */
void verify_table_observe(verify_table *table, verify_line *line, const GArray *entries, const GArray *expected);
/* Whether the table has it, ASSURED: of UDP, a stream. */
gboolean verify_table_assured(const verify_table *table, const ct_tuple *orig);
verify_entry *verify_table_find(const verify_table *table, const ct_tuple *orig);

#endif
