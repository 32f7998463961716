/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ruleset as JSON: what was understood of it, one document. The keys stand in ctreplay-rules(5). */
#ifndef FIREWALL_RULES_JSON_H
#define FIREWALL_RULES_JSON_H

#include "firewall/iptables.h"

void fw_rules_json(GString *out, const fw_ruleset *ruleset, const fw_read_options *options);

#endif
