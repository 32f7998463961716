/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole comparisons without a kernel: an engine against a transcript, a transcript against another. Needs no privilege.
 */
#ifndef VERIFY_OFFLINE_H
#define VERIFY_OFFLINE_H

#include "verify/compare.h"

typedef struct verify_report {
  gboolean equal;
  verify_counts counts;
  char *kernel, *capture; /* of the truth */
  char *difference;       /* the first one, NULL where equal */
  char *nothing;          /* why nothing was compared, so that equal says nothing; NULL where something was */
  char *changed;          /* what else changed on this machine during a live run; NULL nothing */
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

/*
 * Replays the capture with the transcript's times and settings and compares. Flows of helpers that the engine does not
 * have are left out whole, with their children, and counted. => FALSE and error where the comparison could not be made
 * (files broken, capture and transcript do not fit).
 */
gboolean verify_offline_capture(const char *capture, const char *transcript, verify_report *report, GError **error);

/* Compares two transcripts of the same capture line by line. */
gboolean verify_offline_transcripts(const char *transcript, const char *other, verify_report *report, GError **error);

#endif
