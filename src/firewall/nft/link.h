/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What binds a table together once it is read: names of chains become chains, and jumps are checked as the kernel does.
 */
#ifndef FIREWALL_NFT_LINK_H
#define FIREWALL_NFT_LINK_H

#include "firewall/build.h"
#include "firewall/nft/nft.h"

/* => FALSE: jumps that lead back, or go deeper than the kernel lets them. */
gboolean fw_nft_link(fw_ruleset *ruleset, fw_table *table, GError **error);

#endif
