/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of model.h as text: lines of a transcript, and entries as a report shows them. Appends to the GString. */
#ifndef VERIFY_TRANSCRIPT_WRITE_H
#define VERIFY_TRANSCRIPT_WRITE_H

#include "verify/model.h"

void verify_tuple_put(GString *out, const ct_tuple *tuple);
void verify_entry_put(GString *out, const verify_entry *entry);
void verify_expect_put(GString *out, const verify_expect *expect);
void verify_event_put(GString *out, const verify_event *event);

/* Whole lines of a transcript, newline included. */
void verify_header_put(GString *out, const verify_header *header);
void verify_line_put(GString *out, const verify_line *line);
void verify_end_put(GString *out, const verify_end *end);

#endif
