/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture through this machine's own kernel and through the engine at once, compared packet by packet. The kernel
 * works in a laboratory of its own (lab.h); the engine gets the times at which the packets were really sent. Once per
 * process: the laboratory keeps it.
 */
#ifndef VERIFY_LIVE_H
#define VERIFY_LIVE_H

#include <signal.h>

#include "emit/text.h"
#include "verify/offline.h"

typedef struct verify_live_options {
  GStrv sysctls;      /* "net.netfilter.nf_conntrack_udp_timeout=5"; may be NULL */
  GStrv helpers;      /* "proto:port:name"; may be NULL */
  gboolean checksums; /* judged; else nf_conntrack_checksum=0, and IPv4 header sums are mended before sending */
  gint64 max_gap_ns;  /* the capture's own gaps are kept up to this; 0: as fast as the kernel answers */
  guint64 count;      /* packets to send at most; 0: all */
  emit_text *record;  /* the transcript goes there; may be NULL. The caller flushes it */
  const volatile sig_atomic_t *stop; /* not 0: end early */
} verify_live_options;

/*
 * => TRUE where the comparison was made (report says how it went). FALSE and error: CAP_ERROR_* for the capture,
 * VERIFY_ERROR_MISSING where this machine cannot. A record that cannot be written shows in record->error.
 */
gboolean verify_live_capture(const char *capture, const verify_live_options *options, verify_report *report,
                             GError **error);

#endif
