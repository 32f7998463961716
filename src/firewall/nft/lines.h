/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a ruleset's parts stand in a text of nft's own language. The text is not understood, only taken apart: its
 * blocks, its statements and the commands that add. What nft listed of it says the rest.
 */
#ifndef FIREWALL_NFT_LINES_H
#define FIREWALL_NFT_LINES_H

#include <glib.h>

typedef struct fw_nft_lines fw_nft_lines;

/* names: guint for each line of text: how it is called; NULL: by its own number. Both are read here only. */
fw_nft_lines *fw_nft_lines_new(const char *text, gsize length, const GArray *names);
void fw_nft_lines_free(fw_nft_lines *lines);

/* kind: "table", "chain"; anything else: a set, map or object. name: NULL of a table. => 0: not found. */
guint fw_nft_lines_of(const fw_nft_lines *lines, const char *kind, const char *family, const char *table,
                      const char *name);
/* The rule with an index from 0 in a chain of `n` rules. Where the text shows another number of them: the chain's. */
guint fw_nft_lines_of_rule(const fw_nft_lines *lines, const char *family, const char *table, const char *chain,
                           guint index, guint n);

#endif
