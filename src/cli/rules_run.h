/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay rules --rules FILE CAPTURE: what each rule had to do. */
#ifndef CLI_RULES_RUN_H
#define CLI_RULES_RUN_H

#include "exit.h"
#include "firewall/ruleset.h"
#include "options.h"

typedef enum cli_rules_style {
  CLI_RULES_TEXT,  /* as iptables-save -c, with first and last hit and what was never reached */
  CLI_RULES_SAVE,  /* exactly as iptables-save -c */
  CLI_RULES_NFT,   /* exactly as nft list ruleset */
  CLI_RULES_TRACE, /* the kernel's TRACE: lines */
  CLI_RULES_LOG    /* what LOG wrote */
} cli_rules_style;

/* Whether a ruleset has a table of that name; NULL: of any. Says so where it has none. */
gboolean cli_rules_has_table(const fw_ruleset *ruleset, const char *name);
/* table: with TEXT and SAVE the one that is told; NULL: all. */
cli_exit cli_rules_run(const cli_options *options, cli_rules_style style, const char *table);

#endif
