/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two transcripts of rules, line by line, as JSON: every member counts, whatever it is called, but for times and for
 * those that an engine cannot know (verify_rules_left_out). Sets are compared as sets. Where the end of an expired
 * entry is seen, on this line or a neighbour's, is the clock's business: ends are compared at the end.
 */
#ifndef VERIFY_RULES_COMPARE_H
#define VERIFY_RULES_COMPARE_H

#include <json-glib/json-glib.h>

typedef struct verify_rules_compare verify_rules_compare;

/* Names of members that say what the referee has done to a frame before it sent it, ended by NULL. */
extern const char *const verify_rules_done_before[];
/* Names of members that are not compared, ended by NULL. */
extern const char *const verify_rules_left_out[];

verify_rules_compare *verify_rules_compare_new(void);
void verify_rules_compare_free(verify_rules_compare *compare);

/* One line of each; both may be changed. */
void verify_rules_compare_line(verify_rules_compare *compare, JsonObject *truth, JsonObject *own);
/* After the last: the ends of entries. */
void verify_rules_compare_end(verify_rules_compare *compare);

/* An id that the kernel drew was given to our side: from now on it may have found fewer taken ones on the way. */
void verify_rules_compare_drew(verify_rules_compare *compare);

guint64 verify_rules_compare_fields(const verify_rules_compare *compare);
guint verify_rules_compare_differences(const verify_rules_compare *compare);
/* The first of them, a line each: "packet 3: trace.0.1: the kernel has "accept", ctreplay "drop"". */
const char *verify_rules_compare_text(const verify_rules_compare *compare);

#endif
