/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two runs beside each other, and what stands at the end of them. Internal to ctreplay diff. */
#ifndef CLI_DIFF_RUN_H
#define CLI_DIFF_RUN_H

#include "diff.h"
#include "diff_rulings.h"
#include "firewall.h"

/* What can differ in a packet's answer; the words of the summary. */
#define DIFF_KIND_LIST(X) \
  X(CLASS, "class")       \
  X(STATE, "state")       \
  X(TIMEOUT, "timeout")   \
  X(STATUS, "status")     \
  X(VERDICT, "verdict")   \
  X(REASON, "reason")     \
  X(RULING, "ruling")     \
  X(RULE, "rule")         \
  X(MARK, "mark")         \
  X(TRANSLATION, "translation")
enum {
#define X(id, word) DIFF_##id,
  DIFF_KIND_LIST(X)
#undef X
    DIFF_KINDS
};
/* By their numbers; NULL past the last. */
extern const char *const diff_words[];

typedef struct diff_side {
  cli_options o; /* a copy with this side's own values; shares the rest */
  gboolean bare; /* without history and trace */
  ct_params params;
  replay_source *source;
  ct_engine *engine;
  cli_firewall ruleset;  /* as it was read, where it is this side's alone */
  cli_firewall firewall; /* of this side alone, over its rules or those of both */
  journal_history history;
  emit_output shown; /* on the comparison's line, as this side's kernel has it */
  const replay_batch *batch;
  guint next;
  gint64 first_ns;
  /* the packet at hand */
  const ct_packet *packet;
  const replay_origin *origin;
  const cap_frame *frame;
  ct_result result;
  ct_trace trace;
  ct_view view;
  gboolean has_view;
  diff_ruling ruling;
} diff_side;

typedef struct diff_run {
  diff_side a, b;
  gboolean two_rulesets;
  gboolean json;
  guint only; /* bits of DIFF_*: no others count */
  cli_output output;
  emit_text line; /* of -P, which stands behind words of ours */
  char *heading;
  guint64 packets, differing, lines_most, lines;
  guint64 sent[2]; /* packets that the box itself sends under the rules of this side alone: the other has none such */
  guint64 ignored; /* packets whose bytes differ where conntrack does not look */
  guint64 by_kind[DIFF_KINDS];
  guint64 first;     /* number of the first packet that differs; 0: none */
  GHashTable *flows; /* those that have had their line => whether one of them told of another class or verdict */
  GHashTable *whys;
  struct diff_trial *trial; /* by which rules; NULL: there is none that differs, or it cannot be told */
  diff_rulings *rulings;
  char *parting; /* the captures themselves differ, or one ends: there is no going on; NULL: they do not */
} diff_run;

/* Opens its capture, for a kernel of params. => FALSE and error; cli_diff_side_clear is due in any case. */
gboolean cli_diff_side_prepare(diff_side *side, GError **error);
/* Also of a side that was not prepared, but is zero. */
void cli_diff_side_clear(diff_side *side);
/* The next packet, not tracked yet; tracked; both. => FALSE: there is none. */
gboolean cli_diff_side_read(diff_side *side);
void cli_diff_side_track(diff_side *side);
gboolean cli_diff_side_next(diff_side *side);
/* Whether the packet at hand, not tracked yet, is an answer of the box's own to what this side's rules reject. */
gboolean cli_diff_side_sent(const diff_side *side);
/* One packet through an engine and the firewall around it, if there is one. pairs: NULL where nothing is paired. */
void cli_diff_track(ct_engine *engine, const cli_firewall *firewall, const ct_packet *packet,
                    const replay_origin *origin, replay_pairs_figures *pairs, ct_result *result);
/*
 * => 1 << DIFF_* of what conntrack says otherwise; view NULL: there is no entry. Connection numbers are left out: one
 * entry more and all later ones would differ.
 */
guint cli_diff_differences(const ct_result *a, const ct_view *x, const ct_result *b, const ct_view *y);

/* Known once a source has ended. */
gboolean cli_diff_failed(const diff_side *side);
/* The connection of the packet at hand, the same for all packets of it. */
const ct_tuple *cli_diff_flow(const diff_run *run);

/* What stands at the beginning, of a packet that is shown (bits of DIFF_*), and at the end. */
void cli_diff_put_sides(diff_run *run);
void cli_diff_put_packet_json(diff_run *run, guint differs);
void cli_diff_put_summary(diff_run *run);

#endif
