/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the box sends to itself leaves by lo and comes in again there (NAT 15). */
#ifndef FIREWALL_WALK_LOOP_H
#define FIREWALL_WALK_LOOP_H

#include "firewall/walk/firewall_internal.h"

/* Whether a packet of the box that has left goes to the box itself. */
gboolean fw_loop_is_due(const fw_firewall *f, const fw_packet *p);
/*
 * The packet comes in again, concluded and accepted as it left: PREROUTING and INPUT, with the entry that it has. What
 * becomes of it is the outcome's.
 */
void fw_loop_packet(fw_firewall *f, ct_engine *engine, const ct_passage *left, fw_packet *p);
/* The same of an answer that is on its way, between the halves of the packet that it answers. => FALSE: dropped. */
gboolean fw_loop_answer(fw_firewall *f, fw_packet *p);

#endif
