/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serial lines: Cisco's HDLC, PPP in the same framing, either with a byte of direction in front, or a guess at which.
 */
#include "packet/link.h"

enum { CISCO_UNICAST = 0x0f, CISCO_MULTICAST = 0x8f, PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057 };

ct_reason pkt_link_cisco_hdlc(pkt_link *link)
{
  const guint8 *header = pkt_link_take(link, 4);

  if (header == NULL)
    return CT_REASON_LINK_TRUNCATED;
  /* Keep-alives and discovery have ethertypes of their own, below those of Ethernet's lengths some of them. */
  return ct_be16(header + 2) > 1500 ? pkt_link_ethertype(link, ct_be16(header + 2)) : CT_REASON_NOT_IP;
}

ct_reason pkt_link_ppp_serial(pkt_link *link)
{
  if (link->at >= link->captured)
    return CT_REASON_LINK_TRUNCATED;
  if (link->data[link->at] == CISCO_UNICAST || link->data[link->at] == CISCO_MULTICAST)
    return pkt_link_cisco_hdlc(link);
  return pkt_link_ppp(link);
}

/* PPP without address and control begins with its protocol, whose bytes could be a Frame Relay address as well. */
ct_reason pkt_link_hdlc(pkt_link *link)
{
  const guint8 *bytes = link->data + link->at;
  guint protocol;

  if (link->captured - link->at < 2)
    return CT_REASON_LINK_TRUNCATED;
  protocol = ct_be16(bytes);
  if (protocol != PPP_IPV4 && protocol != PPP_IPV6 && (bytes[0] & 1) == 0 && (bytes[1] & 1) != 0)
    return pkt_link_frame_relay(link);
  return pkt_link_ppp_serial(link);
}

ct_reason pkt_link_ppp_with_direction(pkt_link *link)
{
  return pkt_link_direction(link) ? pkt_link_ppp(link) : CT_REASON_LINK_TRUNCATED;
}

ct_reason pkt_link_cisco_hdlc_with_direction(pkt_link *link)
{
  return pkt_link_direction(link) ? pkt_link_cisco_hdlc(link) : CT_REASON_LINK_TRUNCATED;
}
