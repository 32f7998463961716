/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What statements share with targets of iptables: the answer of a reject, a line of the log, a translation. */
#ifndef FIREWALL_NFT_TARGETS_H
#define FIREWALL_NFT_TARGETS_H

#include "firewall/nft/value.h"

/* => FALSE: no such answer. family: 4, 6, 0 both. */
gboolean fw_nft_target_reject(fw_ruleset *ruleset, fw_nft_statement *s, guint8 family);
void fw_nft_target_log(fw_ruleset *ruleset, fw_nft_statement *s);
/* What is constant of it; the rest is found when a packet meets it. */
void fw_nft_target_nat(fw_ruleset *ruleset, fw_nft_statement *s, guint8 family);

#endif
