/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet's walk, written down: for traces, transcripts and explanations. */
#ifndef FIREWALL_WALK_RECORD_H
#define FIREWALL_WALK_RECORD_H

#include "firewall/walk/walk.h"

typedef struct fw_recorded {
  fw_walk_said said;
  fw_hook hook;
  gboolean answer; /* on the way of a packet that the box has answered with, */
  gboolean looped; /* which came in by lo */
  char *failed;    /* in words (words.h), of a rule that did not hold; NULL: not asked for */
} fw_recorded;

typedef struct fw_record {
  GArray *lines; /* fw_recorded, of the last packet */
  gboolean answer, looped;
} fw_record;

/* "accept", "drop", "continue", "jump X", "goto X", "return", as nft's trace calls the end of a rule. */
void fw_recorded_verdict(GString *out, const fw_walk_said *said);
/* Whether it is of a rule that held, or of a policy. */
gboolean fw_recorded_held(const fw_walk_said *said);
/* Whether the walk through these chains ended there: accepted, dropped. */
gboolean fw_recorded_ends(const fw_walk_said *said);
/* "TABLE:CHAIN:rule:4", "TABLE:CHAIN:policy:5", "TABLE:CHAIN:return:3" (RULES 6.4). */
void fw_recorded_place(GString *out, const fw_walk_said *said);
/* The same of a rule, and of a decision. */
void fw_rule_place(GString *out, const fw_rule *rule);
void fw_decision_place(GString *out, const fw_decision *decision);
/* The rule that decided, or of which it is not known whether it did. => NULL: a policy, or nobody. */
const fw_rule *fw_decision_rule(const fw_decision *decision);

#endif
