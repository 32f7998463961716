/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bob Jenkins' hash as the kernel has it, of bytes as they lie in a little-endian machine's memory. */
#ifndef FIREWALL_NFT_JHASH_H
#define FIREWALL_NFT_JHASH_H

#include <glib.h>

guint32 fw_nft_jhash(const guint8 *bytes, guint n, guint32 seed);

#endif
