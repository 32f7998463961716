/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a packet comes from and goes to, by what is known of the box. */
#ifndef FIREWALL_WALK_WHERE_H
#define FIREWALL_WALK_WHERE_H

#include "firewall/walk/firewall_internal.h"

/* The interface by which it comes in. */
const fw_interface_name *fw_where_from(fw_firewall *f, const fw_arrival *arrival, const fw_packet *p);
/* Sets the outcome's path, the packet's interfaces, and the one by which it would leave. */
void fw_where_to(fw_firewall *f, const fw_arrival *arrival, fw_packet *p);
/*
 * The interface by which an IPv4 packet leaves that neither comes from the box nor is for it, nor for a group or a
 * broadcast. Addresses as they stand in the header. => NULL: it is not such a one.
 */
const fw_interface_name *fw_where_straight(fw_firewall *f, guint32 from, guint32 to);
/* Path and interface once more, by the destination that it has got. */
void fw_where_again(fw_firewall *f, fw_packet *p);

#endif
