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
 * broadcast. Addresses as they stand in the header. => NULL: it is not such a one, the box is a host, or rules choose
 * the table.
 */
const fw_interface_name *fw_where_straight(fw_firewall *f, guint32 from, guint32 to);
/*
 * Whether the kernel drops a packet as a martian, behind PREROUTING: one of IPv4 that has come in, with a source that
 * nobody has, to 0.0.0.0 from anybody else, or from or to 127.0.0.0/8 where the box has told that its
 * net.ipv4.conf.*.route_localnet is 0. The first bytes of most say that it does not.
 */
gboolean fw_where_is_martian(const fw_firewall *f, const fw_packet *p);
static inline gboolean fw_where_may_be_martian(const fw_packet *p)
{
  return p->family == FW_IPV4 && (p->source.bytes[0] - 1U >= 223 || p->source.bytes[0] == 127 ||
                                  p->destination.bytes[0] == 127 || p->destination.words[0] == 0);
}
/*
 * Whether the IP layer refuses one of IPv6 that has come in, before any hook (ip6_rcv): ::1, a group as its source, a
 * group of no scope or of the sender's own interface.
 */
gboolean fw_where_is_refused(const fw_packet *p);
static inline gboolean fw_where_may_be_refused(const fw_packet *p)
{
  return p->family == FW_IPV6 && (p->source.bytes[0] == 0xff || p->source.bytes[0] == 0 ||
                                  p->destination.bytes[0] == 0xff || p->destination.bytes[0] == 0);
}
/* Whether it is good on a link alone: fe80::/10. */
static inline gboolean fw_where_is_on_link(fw_family family, const fw_address *a)
{
  return family == FW_IPV6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}
/*
 * Why the kernel does not forward one of IPv6 from link to link, by its source: SCOPE, MARTIAN; NOTHING: it does, or it
 * is not known whether it would leave by another interface.
 */
fw_kernel_drop fw_where_out_of_scope(const fw_firewall *f, const fw_packet *p);
static inline gboolean fw_where_may_be_out_of_scope(const fw_packet *p)
{
  return p->family == FW_IPV6 && (p->source.bytes[0] == 0xfe || p->source.bytes[0] == 0);
}
/* The box's first address on an interface. => NULL: nobody has said one. interface: NULL is fine. */
const fw_address *fw_where_own_on(const fw_firewall *f, fw_family family, const char *interface);
/* Path and interface once more, by the destination that it has got. */
void fw_where_again(fw_firewall *f, fw_packet *p);

#endif
