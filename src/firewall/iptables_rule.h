/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One command of a table taken apart: which it is, and the rule that it holds. */
#ifndef FIREWALL_IPTABLES_RULE_H
#define FIREWALL_IPTABLES_RULE_H

#include "firewall/iptables_words.h"

/* Reads all words of f->words. => FALSE: error is set. */
gboolean fw_command_parse(fw_command *c);
void fw_command_clear(fw_command *c);

/* Lists of addresses become one rule for each pair of them. each() is given a rule of its own. */
gboolean fw_command_each_rule(fw_command *c, gboolean (*each)(fw_rule *rule, gpointer user), gpointer user);

#endif
