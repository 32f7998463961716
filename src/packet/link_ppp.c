/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PPP (RFC 1661, RFC 1662) in its wrappings, and Cisco's HDLC. */
#include "packet/link.h"

enum {
  PPP_IPV4 = 0x0021,
  PPP_IPV6 = 0x0057,
  PPP_MPLS = 0x0281,
  TYPE_MPLS = 0x8847,
  CISCO_UNICAST = 0x0f,
  CISCO_MULTICAST = 0x8f
};

ct_reason pkt_link_ppp_protocol(pkt_link *link)
{
  const guint8 *bytes = pkt_link_take(link, 1);
  guint protocol;

  if (bytes == NULL)
    return CT_REASON_LINK_TRUNCATED;
  protocol = bytes[0];
  if (!(protocol & 1)) { /* odd first bytes are protocols cut down to one byte by negotiation */
    if ((bytes = pkt_link_take(link, 1)) == NULL)
      return CT_REASON_LINK_TRUNCATED;
    protocol = protocol << 8 | bytes[0];
  }
  switch (protocol) {
  case PPP_IPV4: link->family = CT_IPV4; return CT_REASON_NONE;
  case PPP_IPV6: link->family = CT_IPV6; return CT_REASON_NONE;
  case PPP_MPLS: return pkt_link_ethertype(link, TYPE_MPLS);
  default: return CT_REASON_NOT_IP;
  }
}

/* Address and control may be there or left out by negotiation: ff is no protocol's first byte. */
ct_reason pkt_link_ppp(pkt_link *link)
{
  if (link->captured - link->at >= 2 && link->data[link->at] == 0xff && link->data[link->at + 1] == 0x03)
    link->at += 2;
  return pkt_link_ppp_protocol(link);
}

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

static gboolean direction_take(pkt_link *link)
{
  const guint8 *direction = pkt_link_take(link, 1);

  if (direction == NULL)
    return FALSE;
  link->direction = direction[0] == 0 ? CAP_DIR_IN : CAP_DIR_OUT;
  return TRUE;
}

ct_reason pkt_link_ppp_with_direction(pkt_link *link)
{
  return direction_take(link) ? pkt_link_ppp(link) : CT_REASON_LINK_TRUNCATED;
}

ct_reason pkt_link_cisco_hdlc_with_direction(pkt_link *link)
{
  return direction_take(link) ? pkt_link_cisco_hdlc(link) : CT_REASON_LINK_TRUNCATED;
}
