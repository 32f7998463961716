/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of transcript.h as text: transcript lines, and what a report shows of an entry. Appends to the GString. */
#ifndef VERIFY_PRINT_H
#define VERIFY_PRINT_H

#include "transcript.h"

void verify_print_tuple(GString *out, const ct_tuple *tuple);
void verify_print_entry(GString *out, const verify_entry *entry);
void verify_print_expect(GString *out, const verify_expect *expect);
void verify_print_event(GString *out, const verify_event *event);

/* Whole lines of a transcript, newline included. */
void verify_print_header(GString *out, const verify_header *header);
void verify_print_line(GString *out, const verify_line *line);
void verify_print_end(GString *out, const verify_end *end);

#endif
