/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A case's rules and sets in the kernel of the namespace that the process is in. directory: where programs may write
 * what they have to say.
 */
#ifndef GENERATOR_BOX_RULES_H
#define GENERATOR_BOX_RULES_H

#include "generator.h"

/* => FALSE: they were refused. What ipset lists of them goes into the result. */
gboolean gen_rules_load_sets(const char *directory, const gen_case *c, gen_result *result);
/* six: of IPv6, which nft has together with IPv4. => FALSE: they were refused. */
gboolean gen_rules_load(const char *directory, const gen_case *c, gboolean six);
/* => what is loaded, to be freed; NULL: the tool has failed. */
char *gen_rules_list(const char *directory, const gen_case *c, gboolean six, gboolean counters);
/*
 * Whether nft has listed, as `json`, each check of a connection's protocols, and of IPv6's next header, that the
 * kernel holds: it takes some for its own and leaves them out (doc/rules.md).
 */
gboolean gen_rules_listed_whole(const char *directory, const gen_case *c, const char *json);
/* All that the case has loaded. => FALSE: it is still there. */
gboolean gen_rules_unload(const char *directory, const gen_case *c);

#endif
