/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose packets each rule has counted: sources by rule, bounded. */
#ifndef CLI_RULES_SOURCES_H
#define CLI_RULES_SOURCES_H

#include "emit/text.h"
#include "firewall/walk/program.h"

enum { CLI_RULES_SOURCES_MOST = 1 << 18, CLI_RULES_SOURCES_SHOWN = 3 };

typedef struct cli_rules_sources cli_rules_sources;

/* Begins to count in this program, which has to outlive it. */
cli_rules_sources *cli_rules_sources_new(fw_program *program);
void cli_rules_sources_free(cli_rules_sources *sources); /* NULL is fine */
/* "; from 10.0.0.1 (12), 10.0.0.7 (3) and 4 more": the heaviest first. After the last packet. */
void cli_rules_sources_put(cli_rules_sources *sources, emit_text *out, const fw_rule *rule);
/* Pairs of rule and source beyond CLI_RULES_SOURCES_MOST were not counted. */
gboolean cli_rules_sources_full(const cli_rules_sources *sources);

#endif
