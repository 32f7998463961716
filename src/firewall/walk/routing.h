/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policy routing: rules that choose the table which says where a packet goes, and the tables beside the main one
 * (fib_rules_lookup). What a rule asks that no capture tells leaves open whether it holds.
 */
#ifndef FIREWALL_WALK_ROUTING_H
#define FIREWALL_WALK_ROUTING_H

#include "firewall/walk/facts.h"

typedef struct fw_routing fw_routing; /* of one family */

void fw_routing_free(fw_routing *routing); /* NULL is fine */
/*
 * A rule behind those before it: "[not] [from PREFIX] [to PREFIX] [iif NAME] [mark VALUE/MASK] [tos N] [ipproto N]
 * [sport A-B] [dport A-B] [maybe] [suppress LENGTH] table NAME", or "end WORD" in place of "table NAME", with a word of
 * routes that end. *routing is made where it is NULL. => FALSE: it is none.
 */
gboolean fw_routing_rule(fw_routing **routing, fw_family family, const char *text);
/* A route of a table that is not the main one. */
void fw_routing_route(fw_routing *routing, const char *table, const fw_network *route);
/*
 * Where a packet goes to; p: NULL where only `to` is known of it. The main table is what the facts say without rules.
 * => no interface, and no end: a rule decides of which it is not known whether it holds. NONE: no table has a route.
 */
fw_route fw_routing_way(const fw_routing *routing, const fw_box_facts *facts, fw_family family, const fw_address *to,
                        const fw_packet *p);

#endif
