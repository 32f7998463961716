/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands behind the last packet of a routed box: entries and counters. Internal to src/verify. */
#ifndef VERIFY_ROUTED_END_H
#define VERIFY_ROUTED_END_H

#include "conntrack/engine.h"
#include "firewall/walk/firewall.h"
#include "verify/box.h"
#include "verify/routed.h"

/* Counts a difference, and keeps the first in words. */
void verify_routed_differ(verify_routed_report *report, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* JSON for or of nft without the tables of the box itself, and without what empties all. To be freed. */
char *verify_routed_without_ours(const char *listed);

/* The kernel's /proc/net/nf_conntrack and the engine's; timeouts by two seconds. */
gboolean verify_routed_entries(verify_routed_report *report, ct_engine *engine, const ct_params *params,
                               GError **error);
/* What iptables-save -c, ip6tables-save -c and nft list table print, line by line. */
gboolean verify_routed_counters(verify_routed_report *report, verify_box *box, fw_firewall *firewall, GError **error);

#endif
