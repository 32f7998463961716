/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look at JSON's text before it is parsed: how deep it goes, and where the members of its list begin. */
#ifndef FIREWALL_NFT_SCAN_H
#define FIREWALL_NFT_SCAN_H

#include <glib.h>

typedef struct fw_nft_spot {
  guint line, column; /* from 1 */
} fw_nft_spot;

/*
 * spots: fw_nft_spot of each object two levels below the top, in order: those of {"nftables":[...]}. => FALSE: it nests
 * deeper than `most`; *deep is where.
 */
gboolean fw_nft_scan(const char *text, gsize length, guint most, GArray *spots, fw_nft_spot *deep);

#endif
