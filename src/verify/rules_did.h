/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that a referee ran inside its box, before the first packet or between two: rules of iptables that come and
 * go, addresses, routes and devices, policies of timeouts, entries that are ended by hand. Done to the engine's side
 * alike, as far as they are known here; others change nothing.
 */
#ifndef VERIFY_RULES_DID_H
#define VERIFY_RULES_DID_H

#include "firewall/walk/firewall.h"

/* The box. Rules that change make a new ruleset and a new firewall, which go on with the old ones' counters. */
typedef struct verify_rules_box {
  fw_ruleset *ruleset;
  fw_box_facts *facts;
  fw_firewall *firewall; /* NULL: rules are not read yet */
  ct_engine *engine;
  fw_firewall_options options;
} verify_rules_box;

/* => whether it is a command that is known here. */
gboolean verify_rules_box_do(verify_rules_box *box, const char *command);

#endif
