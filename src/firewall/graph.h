/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The graph of a table's chains: who jumps to whom, as the kernel checks it when a table is loaded. */
#ifndef FIREWALL_GRAPH_H
#define FIREWALL_GRAPH_H

#include "firewall/build.h"

/* User chains below a built-in one that nftables' kernel allows. */
#define FW_NFT_DEPTH 15

/*
 * Finds out from which hooks each chain is reached (fw_chain.hooks), and refuses what the kernel does: a loop that a
 * built-in chain reaches, with nft also a depth over FW_NFT_DEPTH, and an extension where it may not stand. A loop that
 * nothing reaches is loaded by both.
 */
gboolean fw_graph_check(fw_table *table, fw_backend backend, GError **error);

#endif
