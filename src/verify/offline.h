/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole comparisons without a kernel: an engine against a transcript, a transcript against another. Needs no privilege.
 */
#ifndef VERIFY_OFFLINE_H
#define VERIFY_OFFLINE_H

#include "conntrack/profile/profile.h"
#include "verify/report.h"

/*
 * Replays the capture with the transcript's times and settings and compares. Flows of helpers that the engine does not
 * have are left out whole, with their children, and counted. Where a recording of a virtual clock differs under the
 * usual phase of its ticks, its own is looked for: the one with which both agree longest. => FALSE and error where the
 * comparison could not be made (files broken, capture and transcript do not fit).
 */
gboolean verify_offline_capture(const char *capture, const char *transcript, verify_report *report, GError **error);
/* The same for one phase of the truth's ticks, by another profile than that of the truth's kernel (NULL: by that). */
gboolean verify_offline_as(const ct_profile *profile, gint64 phase_ns, const char *capture, const char *transcript,
                           verify_report *report, GError **error);

/* Compares two transcripts of the same capture line by line. */
gboolean verify_offline_transcripts(const char *transcript, const char *other, verify_report *report, GError **error);

#endif
