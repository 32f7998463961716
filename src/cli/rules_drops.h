/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who dropped how many packets of how many connections: what the plain view says of rules at its end. */
#ifndef CLI_RULES_DROPS_H
#define CLI_RULES_DROPS_H

#include "emit/text.h"
#include "firewall/walk/firewall.h"

typedef struct cli_rules_drops cli_rules_drops;

cli_rules_drops *cli_rules_drops_new(void);
void cli_rules_drops_free(cli_rules_drops *drops); /* NULL is fine */

/* A packet and what became of it; those that were not dropped are only counted where nobody knows. */
void cli_rules_drops_packet(cli_rules_drops *drops, const fw_outcome *outcome, const ct_packet *packet);
/* Whether some were dropped by no rule or policy: by conntrack, address translation, or the IP layer. */
gboolean cli_rules_drops_by_kernel(const cli_rules_drops *drops);
/* A line for each who dropped, the heaviest first. */
void cli_rules_drops_put(const cli_rules_drops *drops, emit_text *out);

#endif
