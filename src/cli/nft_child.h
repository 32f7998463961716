/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program nft in a network namespace of its own, with links of given names, held to bounds. */
#ifndef CLI_NFT_CHILD_H
#define CLI_NFT_CHILD_H

#include <glib.h>

enum { CLI_NFT_SECONDS = 30, CLI_NFT_MEMORY_MIB = 1024, CLI_NFT_LISTING_MIB = 256, CLI_NFT_LINKS_MOST = 256 };

typedef enum { CLI_NFT_DONE, CLI_NFT_REFUSED, CLI_NFT_NO_NAMESPACE, CLI_NFT_TOO_MUCH, CLI_NFT_DIED } cli_nft_end;

typedef struct cli_nft_child {
  char *nft;           /* the program */
  const char *path;    /* of the rules; NULL: text is handed on by standard input */
  const GString *text; /* of the rules */
  GString *listing;    /* what it listed, as JSON */
  GString *said;       /* on standard error, the first 64 KiB of it */
} cli_nft_child;

/* => a path to free, or NULL. */
char *cli_nft_child_find(void);
/*
 * Loads the rules into an empty namespace and lists them; `listing` and `said` are emptied first. names: char *, links
 * to be there. Nothing outside the namespace is touched: without one nothing is run.
 */
cli_nft_end cli_nft_child_run(cli_nft_child *child, const GPtrArray *names);

#endif
