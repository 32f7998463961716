/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ruleset in nft's own language: only nft reads it. It is loaded by that program, in a network namespace made for
 * it that nothing else sees and that ends with it, and listed there as JSON.
 */
#ifndef CLI_NFT_LOAD_H
#define CLI_NFT_LOAD_H

#include <glib.h>

/*
 * path: the file, "-" standard input; text: what it holds. Fills json with the listing, and what `fw_nft_lines_new`
 * takes: whole with the text and what it includes, and lines, which was empty, with the line of the file for each line
 * of that. => FALSE and CLI_ERROR: USAGE where nft refuses the text, CANNOT where this machine has no nft, gives no
 * namespace, or its kernel lacks what the text asks for; the message has the command to run elsewhere.
 */
gboolean cli_nft_load(const char *path, const GString *text, GString *json, GString *whole, GArray *lines,
                      GError **error);

#endif
