/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording of a capture under rules, and the engine with the same rules beside it: sides, addresses, sysctls, times
 * and tick come from the recording's first line.
 */
#ifndef VERIFY_RULES_H
#define VERIFY_RULES_H

#include <glib.h>

#include "firewall/ruleset.h"

typedef struct verify_rules_report {
  guint64 packets, fields;
  guint differences;
  char *kernel, *capture; /* of the truth */
  char *text;             /* the first differences */
} verify_rules_report;

void verify_rules_report_clear(verify_rules_report *report);
void verify_rules_report_print(GString *out, const verify_rules_report *report);

/* Whether a transcript's first line is one of rules. */
gboolean verify_rules_is_transcript(const char *path);

/* Adds to a ruleset what nft makes of a text in its own language, that of the file `path`. => FALSE and error */
typedef gboolean (*verify_rules_list_fn)(fw_ruleset *ruleset, const char *path, const GString *text, GError **error);

/*
 * rules: paths, ended by NULL. list: NULL: nft's own language is refused. own_fd: where the engine's transcript goes,
 * -1 nowhere. => FALSE and error where the comparison could not be made.
 */
gboolean verify_rules_capture(const char *capture, const char *transcript, const char *const *rules,
                              verify_rules_list_fn list, int own_fd, verify_rules_report *report, GError **error);

#endif
