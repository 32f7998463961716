/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random rulesets in the words of iptables-save, the same ones for the same walk_state. Texts are the caller's. */
#ifndef UNIT_WALK_RULES_H
#define UNIT_WALK_RULES_H

#include <glib.h>

/* Where the next number is drawn from: any value but 0. */
extern guint64 walk_state;
/* => 0 to n - 1. */
guint walk_draw(guint n);
#define WALK_ONE_OF(list) (list)[walk_draw(G_N_ELEMENTS(list))]

/* Chains with many rules and jumps between them, so that their short ways differ from the long ones. */
char *walk_rules(void);
/* Rules that most packets need not be asked of one by one (settled.h). */
char *walk_kind_rules(void);
/* Rules that translate, with others around them or none. */
char *walk_nat_rules(void);

#endif
