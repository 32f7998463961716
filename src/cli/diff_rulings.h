/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of packets on the two sides of diff, and how many share a change: "accepted by this rule before, dropped
 * by that one now". Rules of two rulesets are the same where they are written alike, in a chain of the same name:
 * another number is no change.
 */
#ifndef CLI_DIFF_RULINGS_H
#define CLI_DIFF_RULINGS_H

#include "diff.h"
#include "firewall.h"

/* What became of one packet on one side. */
typedef struct diff_ruling {
  guint8 verdict, kernel; /* fw_verdict, NONE: no rules, or it met none; fw_kernel_drop */
  guint8 cls, refused;    /* ct_class; conntrack's verdict is to drop it */
  guint16 reason;         /* ct_reason */
  const fw_rule *rule;    /* that people would name; NULL: the policy of chain, or nobody */
  const fw_chain *chain;
  guint32 mark;   /* of the packet, as it left */
  guint32 answer; /* that a reject asks for: fw_reject_kind, type and code, from 1; 0: none */
  guint64 way;    /* stands for all who decided, of whichever side they are */
} diff_ruling;

typedef struct diff_rulings diff_rulings;

/* Both firewalls have to outlive it; they may be without rules. */
diff_rulings *cli_diff_rulings_new(const cli_firewall *a, const cli_firewall *b);
void cli_diff_rulings_free(diff_rulings *rulings);

/* Of the last packet of side 0 or 1. */
diff_ruling cli_diff_ruling(const diff_rulings *rulings, guint side, const diff_seen *seen);
/* Whether the same became of it by rules, and whether the same rules decided that. */
gboolean cli_diff_rulings_same(const diff_ruling *a, const diff_ruling *b);
gboolean cli_diff_rulings_same_way(const diff_rulings *rulings, const diff_ruling *a, const diff_ruling *b);
/* FALSE: they are in two languages, and no rule of one is one of the other. */
gboolean cli_diff_rulings_comparable(const diff_rulings *rulings);

/*
 * Counts a packet that differs. flow: its connection, the same for all packets of it; differs: bits of what does.
 */
void cli_diff_rulings_count(diff_rulings *rulings, const diff_ruling *a, const diff_ruling *b, const ct_tuple *flow,
                            const ct_packet *packet, const ct_profile *profile, guint differs);
/* The changes, the most packets first, a few lines each. words: of the bits. */
void cli_diff_rulings_put(emit_text *out, const diff_rulings *rulings, const char *const *words);
/* All of them, a line each. */
void cli_diff_rulings_json(emit_text *out, const diff_rulings *rulings, const char *const *words);
/* {"verdict":"drop","by":...} of one side. */
void cli_diff_ruling_json(emit_text *out, const diff_ruling *ruling);
/* The rule as it is written and where, a line of "   why A  "; nothing of a policy. */
void cli_diff_ruling_why(emit_text *out, const char *side, const diff_ruling *ruling);
/* ["class","rules"] */
void cli_diff_words_json(emit_text *out, const char *const *words, guint bits);

#endif
