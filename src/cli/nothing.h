/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there was, for choices that nothing met: of packets by connection, class, reason and verdict, of events by kind.
 * The filters of connections keep a tally of their own (filter.h).
 */
#ifndef CLI_NOTHING_H
#define CLI_NOTHING_H

#include "options.h"

#include "conntrack/engine.h"
#include "firewall/walk/walk.h"

typedef struct cli_nothing cli_nothing;
struct cli_nothing {
  gboolean any; /* something met them */
  guint64 classes[CT_CLASS_COUNT + 1], reasons[CT_REASON_COUNT], verdicts[FW_VERDICT_UNKNOWN + 1];
  guint64 events[CT_EVENT_TYPE_COUNT];
  guint64 packets;
};

/* met: it is shown. Of no use, and free, once one is. */
void cli_nothing_packet(cli_nothing *n, const ct_result *result, fw_verdict verdict, gboolean met);
void cli_nothing_event(cli_nothing *n, ct_event_type type, gboolean met);
/*
 * A note on standard error where choices were made and nothing met them. connections: the number of the latest.
 * => FALSE: there is nothing to say
 */
gboolean cli_nothing_say(const cli_nothing *n, const cli_options *o, guint64 connections);

#endif
