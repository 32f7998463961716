/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of a random ruleset of nftables know of the rule that is being written. */
#ifndef TESTS_GENERATOR_RULES_NFT_H
#define TESTS_GENERATOR_RULES_NFT_H

#include "generator.h"

enum { NFT_USER_CHAINS = 3 };

typedef struct nft_making {
  gen_case *c;
  verify_random *r;
  const char *family; /* of the table */
  const char *hook;   /* of the base chain; NULL: a user chain */
  gint priority;
  guint serial; /* of names that must not be shared */
  guint user;   /* of a user chain: its number; USER_CHAINS: a base chain */
  gboolean nat;
  gboolean compared;   /* of two comparisons beside each other nft makes one, and not the same */
  const char *l3, *l4; /* what the rule has asked for so far; nft refuses what contradicts it. NULL: nothing */
} nft_making;

static inline guint below(nft_making *m, guint n) { return verify_random_below(m->r, n); }
static inline gboolean percent(nft_making *m, guint n) { return verify_random_percent(m->r, n); }
#define ONE_OF(m, ...) gen_one_of((m)->r, (const char *const[]){ __VA_ARGS__, NULL })
static inline const char *op(nft_making *m) { return percent(m, 25) ? "!= " : ""; }
static inline gboolean is(const nft_making *m, const char *family) { return g_str_equal(m->family, family); }
static inline gboolean at(const nft_making *m, const char *hook)
{
  return m->hook != NULL && g_str_equal(m->hook, hook);
}

/* Whether the rule may ask for it; if so, it does. */
static inline gboolean takes(const char **asked, const char *what)
{
  if (*asked != NULL && !g_str_equal(*asked, what))
    return FALSE;
  *asked = what;
  return TRUE;
}

static inline gboolean takes_order(nft_making *m)
{
  const gboolean may = !m->compared;

  m->compared = TRUE;
  return may;
}

static inline gboolean takes_tcp(nft_making *m) { return takes(&m->l4, "tcp"); }

/* ---- parts ---- */

/* The lines of a table's own sets, maps and objects. */
void nft_put_sets(nft_making *m);
/* A match or something that counts; nothing where it would not fit the rule. */
void nft_put_match(nft_making *m, GString *out);
/* The same, of what no header has by name. */
void nft_put_wide(nft_making *m, GString *out);

#endif
