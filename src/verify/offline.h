/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole comparisons without a kernel: an engine against a transcript, a transcript against another. Needs no privilege.
 */
#ifndef VERIFY_OFFLINE_H
#define VERIFY_OFFLINE_H

#include "verify/report.h"

/*
 * Replays the capture with the transcript's times and settings and compares. Flows of helpers that the engine does not
 * have are left out whole, with their children, and counted. Where a recording of a virtual clock differs under the
 * usual phase of its ticks, its own is looked for: the one with which both agree longest. => FALSE and error where the
 * comparison could not be made (files broken, capture and transcript do not fit).
 */
gboolean verify_offline_capture(const char *capture, const char *transcript, verify_report *report, GError **error);

/* Compares two transcripts of the same capture line by line. */
gboolean verify_offline_transcripts(const char *transcript, const char *other, verify_report *report, GError **error);

#endif
