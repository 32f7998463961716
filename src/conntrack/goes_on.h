/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a packet that finds no entry would have belonged to, had it been there still. Asked by all who count that. */
#ifndef CT_GOES_ON_H
#define CT_GOES_ON_H

#include "conntrack/read/packet.h"
#include "conntrack/status.h"

/* Whether an ICMP error goes to the sender of the packet in it. Where the profile asks, no other belongs to anybody. */
static inline bool ct_packet_is_to_sender(const ct_packet *packet, const ct_profile *profile)
{
  const ct_addr *sender = packet->flags & CT_PACKET_ANSWER ? &packet->tuple.src : &packet->tuple.dst;

  return !profile->icmp_error_to_sender || ct_addr_equal(sender, &packet->l4.icmp.outer_dst);
}

/*
 * Whether a packet goes on with the connection of its tuple whose entry ended by its timeout in this state, or is there
 * still. A SYN goes on with one that was not open yet; otherwise it begins another. A packet that is refused whatever
 * there is goes on with none.
 */
static inline bool ct_packet_goes_on(const ct_packet *packet, const ct_profile *profile, uint8_t state)
{
  if (packet->reason != CT_REASON_NONE ||
      (packet->kind == CT_PACKET_ICMP_ERROR && !ct_packet_is_to_sender(packet, profile)))
    return false;
  if (!ct_packet_has_tcp(packet) || (packet->l4.tcp.flags & (CT_TCP_SYN | CT_TCP_ACK | CT_TCP_RST)) != CT_TCP_SYN)
    return packet->kind == CT_PACKET_TRACK || packet->kind == CT_PACKET_ICMP_ERROR;
  return state == CT_TCP_SYN_SENT || state == CT_TCP_SYN_RECV || state == CT_TCP_SYN_SENT2;
}

#endif
