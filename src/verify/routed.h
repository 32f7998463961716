/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture through a routed box of this machine's own kernel under rules (box.h), and the same rules and packets
 * through the engine: what becomes of each packet, and in the end entries and counters. Once per process: it stays in
 * the box's namespace.
 */
#ifndef VERIFY_ROUTED_H
#define VERIFY_ROUTED_H

#include <glib.h>
#include <signal.h>

typedef struct verify_routed_options {
  const char *const *rules;                  /* paths, ended by NULL */
  const char *const *locals, *const *routes; /* as fw_box_facts_local and _route take them; ended by NULL */
  gint64 max_gap_ns;                         /* as verify_live_options */
  guint64 count;                             /* packets to send at most; 0: all */
  const volatile sig_atomic_t *stop;         /* not 0: end early */
} verify_routed_options;

typedef struct verify_routed_report {
  guint64 packets, not_ip, own, unknown; /* sent and compared; not sent, as none or the box's own; of unknown verdict */
  guint64 before;                        /* of the packets: those that IP refuses or holds back before any rule */
  guint entries, counters;               /* compared */
  guint differences;
  GString *text; /* the first of them, a line each */
  char *kernel, *capture;
  char *names[2]; /* of the box's interfaces */
  char *changed;  /* what else changed on this machine during the run; NULL nothing */
} verify_routed_report;

/*
 * => FALSE and error where the comparison could not be made: CAP_ERROR_* for the capture, VERIFY_ERROR_MISSING where
 * this machine cannot, VERIFY_ERROR_FORMAT for rules, addresses or routes that are none. verify_routed_report_clear is
 * due in any case.
 */
gboolean verify_routed_capture(const char *capture, const verify_routed_options *options, verify_routed_report *report,
                               GError **error);
void verify_routed_report_clear(verify_routed_report *report);
void verify_routed_report_print(GString *out, const verify_routed_report *report);

#endif
