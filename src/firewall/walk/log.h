/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's log lines (RULES 6.4). */
#ifndef FIREWALL_WALK_LOG_H
#define FIREWALL_WALK_LOG_H

#include "firewall/walk/walk.h"

/* What LOG writes of a packet: "PREFIXIN=r0 OUT=r1 MAC=... ". flags: FW_LOG_ of target/data.h. */
void fw_log_packet(GString *out, const fw_packet *p, const char *prefix, guint8 flags);
/* By a rule with target LOG. */
void fw_log_rule(GString *out, const fw_packet *p, const fw_rule *rule);
/* "TRACE: filter:FORWARD:rule:2 IN=..."; nothing of a rule that did not hold. => FALSE: nothing was written. */
gboolean fw_log_trace(GString *out, const fw_packet *p, const fw_walk_said *said);

#endif
