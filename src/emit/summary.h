/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The summary for a person after a replay: one screen of 80 columns. What the engine's statistics do not have is
 * counted here, packet by packet, or told by whoever replays.
 *
 * Life: emit_summary_init; emit_summary_packet for each frame; fill in the rest; emit_summary_print.
 */
#ifndef EMIT_SUMMARY_H
#define EMIT_SUMMARY_H

#include "conntrack/engine.h"
#include "text.h"

/* What pressure did to a table. */
typedef struct emit_pressed {
  guint64 evicted, dropped, peak, entries;
} emit_pressed;

enum { EMIT_ONE_SIDED_MOST = 65536 };

typedef struct emit_summary {
  /* Counted by emit_summary_packet. */
  /* That conntrack saw, by protocol number; CT_CLASS_NONE: dropped by it. */
  guint64 packets[256][CT_CLASS_COUNT];
  guint64 not_tracked; /* frames that conntrack never saw */
  guint64 not_tracked_by_reason[CT_REASON_COUNT];
  guint64 bytes; /* of IP packets */
  /* Packets INVALID, and still NEW, because their other side was never seen; and the connections they are of. */
  guint64 one_sided[2];
  GHashTable *one_sided_conns; /* at most EMIT_ONE_SIDED_MOST; NULL: none */
  guint64 cut, checksums_bad, checksums_offload, checksums_skipped;
  gint64 first_ns, last_ns; /* capture time */
  /* Counted by emit_summary_helped, if that was ever called. */
  gboolean helped_known;
  guint64 helped[CT_REASON_COUNT];

  /* Told by the caller. */
  guint64 frames, fed; /* frames read, and those of them that were replayed */
  const ct_params *params;
  const ct_stats *stats;
  guint64 entries;            /* in the table now */
  double mean;                /* entries over the time from the first packet; ct_engine_mean */
  emit_pressed pressed;       /* what became of this run's table */
  const emit_pressed *kernel; /* what would have been under --gc kernel; NULL: not known */
  const char *const *notes;   /* sentences, NULL at the end: what is remarkable about the capture; may be NULL */
} emit_summary;

/* A row of the packet table: a protocol by its name, or in the last one the others. */
typedef struct emit_summary_row {
  const char *name;
  guint64 packets[CT_CLASS_COUNT], all;
} emit_summary_row;

void emit_summary_init(emit_summary *summary);
/* Counts one frame; result NULL where the engine was not fed it (kind CT_PACKET_NONE). */
void emit_summary_packet(emit_summary *summary, const ct_packet *packet, const ct_result *result);
/*
 * Of each packet that was refused or dropped: whether the setting that its reason names would have let it pass. Where
 * nobody knows and so nobody calls it, the setting is told of all.
 */
void emit_summary_helped(emit_summary *summary, ct_reason reason, gboolean helped);
/* Counts the frame once more where its verdict rests on one direction alone (one_sided.h). */
void emit_summary_one_sided(emit_summary *summary, const ct_packet *packet, const ct_result *result,
                            const ct_view *view);
/* Frees what was counted, not the summary. */
void emit_summary_clear(emit_summary *summary);
/* => the i-th row, which may be empty; FALSE past the last. params must be set. */
gboolean emit_summary_row_get(const emit_summary *summary, guint i, emit_summary_row *row);
/* params and stats must be set. Colour is used for what went wrong. */
void emit_summary_print(emit_text *out, const emit_summary *summary, gboolean colour);

#endif
