/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serial lines: Cisco's HDLC, PPP in the same framing, and either with a byte of direction in front. */
#include "packet/link.h"

enum { CISCO_UNICAST = 0x0f, CISCO_MULTICAST = 0x8f };

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
