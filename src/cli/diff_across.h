/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay diff of two captures: what happened to packets on their way across a firewall. Internal to ctreplay diff. */
#ifndef CLI_DIFF_ACROSS_H
#define CLI_DIFF_ACROSS_H

#include "across/across.h"
#include "diff.h"
#include "firewall.h"

typedef enum diff_style { DIFF_TEXT, DIFF_JSON } diff_style;

/* What rules and tracker say of a packet that came in. */
typedef struct across_said {
  guint16 reason;
  guint8 cls, verdict; /* ct_class, ct_verdict */
  guint8 path, ruling; /* fw_path, fw_verdict; NONE without rules */
  gboolean kernel;     /* neither rule nor tracker: TTL, routing, translation */
  char *words;         /* of a rule that did not let it pass; NULL: it did, or there are no rules */
  char *member;        /* the same for JSON */
} across_said;

typedef enum across_what {
  ACROSS_WHAT_LOST,
  ACROSS_WHAT_ADDED,
  ACROSS_WHAT_CHANGED,
  ACROSS_WHAT_PASSED, /* though rules or tracker say that it was dropped */
  ACROSS_WHATS
} across_what;

enum { ACROSS_WAYS = 2 /* A>B, B>A */ };

/* How long packets took, of one way. */
typedef struct across_delays {
  GArray *ns; /* gint64: of every stride-th pair */
  guint stride;
  guint64 pairs, longest_packet;
  gint64 least_ns, most_ns, sum_ns;
} across_delays;

typedef struct across_tally {
  guint64 pairs, skipped[2], fragments[2], stays[2], own[2], beyond[2];
  guint64 what[ACROSS_WHATS], lost[ACROSS_WAYS], added[2];
  gint64 last_ns[2]; /* of packets that were compared */
  guint64 after[2];  /* lost after the other side's last packet */
  guint64 hops[256]; /* pairs by how much less the TTL was */
  guint64 more_ttl;  /* pairs whose TTL was more */
  across_delays delays[ACROSS_WAYS];
  GHashTable *whys, *fields; /* of lost ones; field's name => pairs */
} across_tally;

/* From nothing; what it comes to hold, _end frees. */
void across_tally_begin(across_tally *t);
void across_tally_end(across_tally *t);
/* Counts two sightings of one packet, a's in A: which way it went, how long it took, and its TTL. */
void across_tally_pair(across_tally *t, const across_sighting *a, const across_sighting *b);
/* => 0 where there was none. exact: of all pairs. */
gint64 across_delays_median(const across_delays *d, gboolean *exact);

typedef struct across_teller {
  emit_text *out;
  diff_style style;
  const ct_profile *profile;
  gboolean rules;
  guint64 lines, lines_most, unshown;
  gint64 first_ns;
  GHashTable *translated; /* connections that were told */
} across_teller;

void across_tell_alone(across_teller *t, const across_sighting *s, across_what what);
void across_tell_changed(across_teller *t, const across_sighting *a, const across_sighting *b,
                         const across_field *fields, guint n);
void across_tell_passed(across_teller *t, const across_sighting *a, const across_sighting *b, const across_said *said);
void across_tell_translated(across_teller *t, const across_sighting *a, const across_sighting *b);
/* "INVALID: its sentence (reason)", "drop by filter:FORWARD:rule:3". */
char *across_said_words(const across_said *said, const ct_profile *profile, gboolean rules);
void across_tell_end(across_teller *t, const across_tally *tally, const across_figures *figures);

/* The captures' options are o's; params of the box between them. => exit code. */
cli_exit cli_diff_across(const cli_options *o, const cli_options *side_a, const cli_options *side_b,
                         const ct_params *params, diff_style style);

#endif
