/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two runs side by side, frame by frame: the truth (a transcript) and the run to be measured by it (an engine, or
 * another transcript). Everything a transcript holds is compared. Values that are let pass although they are not equal
 * stand in verify_tolerance, are decided in compare_fields.c's section "what is let pass" and nowhere else, and are
 * counted.
 */
#ifndef VERIFY_COMPARE_H
#define VERIFY_COMPARE_H

#include "verify/model.h"
#include "verify/transcript_table.h"

typedef struct verify_tolerance {
  /*
   * A listed timeout may be that of a moment up to late_ns after the frame's, or early_ns before (an expectation's:
   * expect_early_ns).
   */
  gint64 late_ns, early_ns, expect_early_ns;
  /* An entry whose deadline lies within edge_ns of the frame may still be in one table and no longer in the other. */
  gint64 edge_ns;
  /*
   * An answered UDP flow becomes a stream with the first packet later than two seconds after its first one: a packet
   * that comes within stream_ns of them may be on either side, and the truth says on which.
   */
  gint64 stream_ns;
  /* The DESTROY of an expired entry (and with it those of its expectations) may come a frame later in the truth than in
   * the other run; both_ways: or a frame earlier. */
  gboolean destroy_both_ways;
} verify_tolerance;

/*
 * Engine (hz as the truth's clock) against a transcript of a virtual clock: as the transcripts' description allows.
 */
extern const verify_tolerance verify_tolerance_virtual;
/* Engine against a transcript of its own kind, whose clock is as continuous: nothing is let pass. */
extern const verify_tolerance verify_tolerance_own;
/* Engine against a live kernel, whose ticks nobody knows. */
extern const verify_tolerance verify_tolerance_live;
/* Two transcripts: both list whole seconds of unknown phase. */
extern const verify_tolerance verify_tolerance_transcripts;

typedef struct verify_counts {
  guint64 frames;          /* lines read */
  guint64 not_ip;          /* of these, with a why: nothing to compare */
  guint64 packets;         /* compared */
  guint64 left_out;        /* packets of flows that were left out */
  guint64 fields;          /* single values compared */
  guint64 events, entries; /* compared; entries as often as they stood in the table after a frame */
  /* let pass, by kind */
  guint64 destroys_later, timeouts_late, edges, expects_late, streams;
} verify_counts;

typedef struct verify_compare verify_compare;

/* The names head the two sides of a difference, as "Linux 6.18.9" and "ctreplay". Copied. */
verify_compare *verify_compare_new(const verify_tolerance *tolerance, const char *truth_name, const char *got_name);
void verify_compare_free(verify_compare *compare);

/* Leaves the flow of this tuple out, in both directions, and everything that is said of it. */
void verify_compare_leave_out(verify_compare *compare, const ct_tuple *tuple);
gboolean verify_compare_leaves_out(const verify_compare *compare, const ct_tuple *tuple);

/*
 * One frame. truth_table is the truth after it, got_entries and got_expected the whole of the other run's tables
 * (verify_entry, verify_expect). packet_tuple: of the frame, for leaving out; NULL where it has none.
 * => FALSE at the first difference; nothing more is compared then.
 */
gboolean verify_compare_frame(verify_compare *compare, const verify_line *truth, const verify_table *truth_table,
                              const verify_line *got, const GArray *got_entries, const GArray *got_expected,
                              const ct_tuple *packet_tuple);

/*
 * Why a packet is not sent through a referee that is a bridge: it would judge what a router, and the engine, do not
 * (static). NULL: it is sent.
 */
const char *verify_bridge_alone_judges(const guint8 *packet, gsize bytes);

/*
 * The time to give the other run for a packet of an answered UDP flow that is not a stream yet: time_ns, or, within
 * tolerance of edge_ns, a moment on that side of it which truth_streams (the entry is ASSURED after the packet) tells.
 */
gint64 verify_compare_stream_time(verify_compare *compare, gint64 time_ns, gint64 edge_ns, gboolean truth_streams);

/*
 * The end: the truth's last table against the other run's of time_ns, statistics by name (got_stats may be NULL: not
 * compared). The truth's is taken to be of the same moment; seconds left are compared one by one where it names it.
 */
gboolean verify_compare_end(verify_compare *compare, const verify_end *truth, gint64 time_ns, const GArray *got_entries,
                            const GArray *got_expected, GHashTable *got_stats);

const verify_counts *verify_compare_counts(const verify_compare *compare);
/* The first difference in words, several lines; NULL while there is none. */
const char *verify_compare_difference(const verify_compare *compare);

#endif
