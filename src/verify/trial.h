/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile conversations through this machine's kernel and through the engine at once. After each packet the entry
 * concerned is looked up (not the whole table, which a kernel takes milliseconds to list), after each batch the whole
 * table and the statistics. Timeouts are chosen per batch so that no deadline falls into a time of sending. A
 * difference is reduced to as few packets as still show it.
 */
#ifndef VERIFY_TRIAL_H
#define VERIFY_TRIAL_H

#include "verify/compare.h"
#include "verify/hostile.h"

typedef struct verify_trial_report {
  guint64 packets; /* sent */
  guint batches;
  guint32 conversations;
  verify_counts counts;   /* summed */
  char *changed;          /* what else changed on this machine during the run; NULL nothing */
  char *difference;       /* the first one, NULL while there is none */
  guint32 conversation;   /* that it happened in; 0: only seen in the table or the statistics after a batch */
  GStrv sysctls;          /* of its batch */
  verify_hostile minimal; /* the rest of it; no packets where it does not happen again by itself */
} verify_trial_report;

/* Sends at least packets, or up to the first difference. say, if not NULL, hears of each batch. => FALSE and error
 * (VERIFY_ERROR_MISSING, ...) where this machine cannot. */
gboolean verify_trial_run(guint64 seed, guint64 packets, void (*say)(const verify_trial_report *so_far),
                          verify_trial_report *report, GError **error);
void verify_trial_report_clear(verify_trial_report *report);

/* Writes the minimal conversation as a capture whose gaps are those of the phases. */
gboolean verify_trial_write(const verify_trial_report *report, const char *path, GError **error);

#endif
