/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules that can never match, where that can be proved: an earlier rule of the same chain takes every packet that they
 * ask for, and ends the chain for it; or no packet, and no frame, comes to their chain. Only what is sure is said:
 * conditions that a rule in between could change (marks, TTL, TOS), that remember, or that are not known prove nothing.
 */
#ifndef FIREWALL_COVER_H
#define FIREWALL_COVER_H

#include "firewall/ruleset.h"

/* A rule that can never match. */
typedef struct fw_covered {
  const fw_rule *rule;
  const fw_rule *by; /* the earlier rule that takes all of it; NULL: no packet comes to its chain */
} fw_covered;

/*
 * settled: names of matches (char *) that are taken for held or not held whatever they ask, and prove nothing; NULL:
 * none. => fw_covered[], in the order of tables, chains and rules; to be freed with g_array_free. Bounded: of a very
 * long chain not every pair of rules is looked at, and some may be missing.
 */
GArray *fw_cover_find(const fw_ruleset *ruleset, const GPtrArray *settled);

#endif
