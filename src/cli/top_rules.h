/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for the full screen: --rules, and --other-rules for what if. */
#ifndef CLI_TOP_RULES_H
#define CLI_TOP_RULES_H

#include "firewall.h"

#include "screen/way.h"

/* Numbers of rulesets. */
enum { TOP_RULES_NONE, TOP_RULES_GIVEN, TOP_RULES_OTHER, TOP_RULES_COUNT };

typedef struct top_rules {
  cli_firewall sets[TOP_RULES_COUNT]; /* all zero: not given */
  cli_options other;                  /* the command line's, with other files */
  screen_rules calls;
} top_rules;

/* Reads the files of both, before the fence. other: const char *; may be empty. => FALSE, said, with the exit code. */
gboolean top_rules_load(top_rules *rules, const cli_options *options, GPtrArray *other, cli_exit *code);
/* Parses them, behind it. => FALSE, said. */
gboolean top_rules_start(top_rules *rules, const ct_params *params);
/* => the ruleset that a word names: "none", "other", "given"; FALSE: there is no such one here. */
gboolean top_rules_find(const top_rules *rules, const char *word, guint *which);
gboolean top_rules_are_there(const top_rules *rules);
void top_rules_clear(top_rules *rules);

#endif
