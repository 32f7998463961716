/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay list matches, list targets: what of iptables is understood, and what of that a replay can decide. */
#ifndef CLI_LIST_RULES_H
#define CLI_LIST_RULES_H

#include "conntrack/param.h"

void cli_list_matches(const ct_params *params);
void cli_list_targets(const ct_params *params);

#endif
