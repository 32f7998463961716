/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of ipset while packets run (RULES 3.6): what a file held, and what SET targets add and take away. */
#ifndef FIREWALL_WALK_SETS_H
#define FIREWALL_WALK_SETS_H

#include "firewall/match/data.h"
#include "firewall/walk/program.h"
#include "resume/io.h"

typedef struct fw_live_set fw_live_set;

/* One for each set of the ruleset, made when a rule names it. => NULL: it is not of a type that is known here. */
fw_live_set *fw_live_set_of(fw_program *program, const fw_set *set);
void fw_live_set_free(void *set);

/* => FW_YES: an element holds the packet, and its counters are as asked for. m's `!` is not looked at. */
fw_truth fw_live_set_test(fw_program *program, fw_live_set *set, const fw_packet *p, const fw_set_match *m);
/*
 * Adds what the packet has in the fields of ref. exist: an element that is there is renewed. timeout_s -1: the set's
 * own. => FALSE: it was there already, or there is no room, or no such thing in the packet.
 */
gboolean fw_live_set_add(fw_program *program, fw_live_set *set, const fw_packet *p, const fw_set_ref *ref,
                         gboolean exist, gint64 timeout_s);
/* => FALSE: it was not there. */
gboolean fw_live_set_del(fw_program *program, fw_live_set *set, const fw_packet *p, const fw_set_ref *ref);

/* The elements of all sets that rules name, as bytes, or from them. */
void fw_live_sets_keep(fw_program *program, resume_io *io);

#endif
