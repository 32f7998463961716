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
  gint64 phase_ns;        /* of the truth's ticks, where its clock was virtual */
  char *kernel, *capture; /* of the truth */
  char *difference;       /* the first one, NULL where equal */
} verify_report;

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
