/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `nft monitor trace` of 1.0.6 (RULES 6.4). */
#ifndef FIREWALL_NFT_TRACE_H
#define FIREWALL_NFT_TRACE_H

#include "firewall/walk/walk.h"

/* Where the trace is; start with all zero. */
typedef struct fw_nft_tracer {
  const fw_packet *packet;
  guint64 number;
  const fw_chain *base;
} fw_nft_tracer;

/*
 * A step of a chain of nftables, on a line with its end; before the first of each base chain the packet, on its own.
 * The packet's number stands for the kernel's id. Nothing of a rule that did not hold, or of which nobody knows, and of
 * the end of a chain that was jumped to. => FALSE: nothing was written.
 */
gboolean fw_nft_trace(GString *out, fw_nft_tracer *tracer, const fw_packet *packet, const fw_walk_said *said);

#endif
