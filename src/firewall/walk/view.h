/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture taken on one side of a box that translates (NAT 20): the packets that come back through the box stand there
 * with their translation undone, while rules and conntrack saw them as they arrived.
 */
#ifndef FIREWALL_WALK_VIEW_H
#define FIREWALL_WALK_VIEW_H

#include <glib.h>

#include "conntrack/engine.h"

/* Whether the packet goes against a translated connection's original tuple, as only one does that is undone already. */
bool fw_view_is_undone(const ct_engine *engine, const ct_packet *packet);
/*
 * Such a packet as it arrived at the box: against its connection's reply tuple. *arrived is the packet then, its bytes
 * are in bytes, and live as long as that. => false: it is none, and stays what it is.
 */
bool fw_view_as_arrived(const ct_engine *engine, const ct_packet *packet, ct_checksums checksums, ct_packet *arrived,
                        GByteArray *bytes);

#endif
