/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of nftables while packets run: what moves (counters, buckets, elements of sets), and what a rule says of a
 * packet. One of these belongs to one fw_program.
 */
#ifndef FIREWALL_NFT_RUN_H
#define FIREWALL_NFT_RUN_H

#include "firewall/nft/text.h"
#include "firewall/walk/program.h"

typedef struct fw_nft_run fw_nft_run;

fw_nft_run *fw_nft_run_new(fw_program *program);
/* At the first packet: limits are full, elements begin to age. */
void fw_nft_run_load(fw_program *program);
void fw_nft_run_free(fw_nft_run *run);

/* The one test of a rule of nftables: goes through its statements, and does what they do. */
fw_truth fw_nft_run_rule(fw_program *program, fw_packet *p, const fw_test *test);
/* FW_FAILED_MATCH and a statement's number: what did not hold of the rule that was gone through last, or is unknown. */
guint fw_nft_run_failed(const fw_program *program);
/* How the rule that was gone through last goes on, where only the packet decides that; else the step itself. */
const fw_step *fw_nft_run_end(const fw_program *program, const fw_step *step);

/* What the i-th statement that remembers something has come to. */
fw_nft_state *fw_nft_run_state(fw_program *program, guint i);

/* For the listing: what moves as it is now. FALSE: nothing has, no packet came. */
gboolean fw_nft_run_now(const fw_program *program, fw_nft_now *now);

#endif
