/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a router does with the options of an IPv4 header (RULES 1.7): it reads them behind PREROUTING, when it knows
 * where the packet goes, drops what is malformed or source-routed, and writes its own address and time where they ask
 * for them.
 */
#ifndef FIREWALL_WALK_IP_OPTIONS_H
#define FIREWALL_WALK_IP_OPTIONS_H

#include "firewall/walk/firewall_internal.h"

enum { FW_IP_OPTIONS_MOST = 40 };

/* Whether it has come in with some, and is routed: only then are they looked at. */
static inline gboolean fw_ip_options_matter(const fw_firewall *f, const fw_packet *p)
{
  return p->family == FW_IPV4 && p->l4_offset > 20 && !p->own && !f->facts->bridge;
}
/*
 * Reads them into f->ip_options, of a packet for which fw_ip_options_matter, and changes the packet's bytes as the
 * kernel does. => FALSE: it drops the packet, and outcome.kernel says why.
 */
gboolean fw_ip_options_receive(fw_firewall *f, fw_packet *p);
/*
 * Behind FORWARD, where they were changed: addresses become those of the interface by which it leaves, and the header's
 * sum is made anew.
 */
void fw_ip_options_leave(fw_firewall *f, fw_packet *p);
/*
 * The options of an ICMP error about a packet whose options were read, at most FW_IP_OPTIONS_MOST bytes. from: the
 * error's source; NULL: not known. => how many bytes; -1: there is no room in them, and the kernel sends none.
 */
int fw_ip_options_echo(const fw_firewall *f, const fw_packet *p, const fw_address *from, guint8 *to);

/* Whether such an error goes back by the routers that the packet names in a source route: then to the last of them. */
gboolean fw_ip_options_lead_back(const fw_firewall *f, const fw_packet *p, fw_address *by);

#endif
