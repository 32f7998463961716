/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a comparison comes to, and what it did not try. */
#ifndef VERIFY_REPORT_H
#define VERIFY_REPORT_H

#include "verify/compare.h"

/* No gap is kept for longer than a day. */
#define VERIFY_MAX_GAP_S G_GINT64_CONSTANT(86400)

/* How much of the capture's own time passed for the kernel: of frames that were sent, from the first to the last. */
typedef struct verify_pace {
  gboolean begun;
  gint64 ts_ns, sent_ns;     /* of the last frame: in the capture, by the kernel's clock */
  gint64 span_ns, passed_ns; /* from the first to the last; a step back in the capture is none */
  gint64 longest_gap_ns;     /* in the capture */
  gint64 longest_kept_ns;    /* by the kernel's clock */
} verify_pace;

void verify_pace_frame(verify_pace *pace, gint64 ts_ns, gint64 sent_ns);
/* Whether gaps were cut by so much that a timeout could have run out in them: they are whole seconds. */
gboolean verify_pace_is_cut(const verify_pace *pace);

typedef struct verify_report {
  gboolean equal;
  verify_counts counts;
  char *kernel, *capture; /* of the truth */
  char *difference;       /* the first one, NULL where equal */
  gint64 phase_ns;        /* of the recording's ticks, where another than VERIFY_PHASE_NS was found; else 0 */
  char *nothing;          /* why nothing was compared, so that equal says nothing; NULL where something was */
  char *changed;          /* what else changed on this machine during a live run; NULL nothing */
  verify_pace pace;
  gboolean recorded; /* the kernel's side was read from a transcript */
} verify_report;

/* Frames of a link type that is not read: none can be sent, and none is compared. */
typedef struct verify_unread {
  guint64 frames;
  guint link; /* of the first one */
} verify_unread;

/* Counts the link type of a frame that was not sent, where it is such a one. */
void verify_unread_count(verify_unread *unread, guint link);

/* The report's part that is the comparison's own. unread may be NULL. */
void verify_report_fill(verify_report *report, const verify_header *header, const verify_compare *compare,
                        const verify_unread *unread);

void verify_report_clear(verify_report *report);
/* A few lines for people. */
void verify_counts_print(GString *out, const verify_counts *counts);
void verify_report_print(GString *out, const verify_report *report);

#endif
