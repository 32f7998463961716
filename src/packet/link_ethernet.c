/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ethernet, everything an ethertype can lead to, and Linux's cooked headers, which carry an ethertype as well. */
#include "packet/link.h"

enum {
  TYPE_IPV4 = 0x0800,
  TYPE_IPV6 = 0x86dd,
  TYPE_VLAN = 0x8100,
  TYPE_VLAN_SERVICE = 0x88a8,
  TYPE_VLAN_OLD = 0x9100, /* and 0x9200, 0x9300: stacked tags before 802.1ad */
  TYPE_VLAN_OLD2 = 0x9200,
  TYPE_VLAN_OLD3 = 0x9300,
  TYPE_MPLS = 0x8847,
  TYPE_MPLS_UPSTREAM = 0x8848,
  TYPE_PPPOE_SESSION = 0x8864,
  TYPE_LLC_JUMBO = 0x8870,
  LENGTH_LARGEST = 1500, /* ethertypes up to here are 802.3 lengths */
  COOKED_LLC = 4,        /* ETH_P_802_2 as the protocol of a cooked header */
  PACKET_OUTGOING = 4
};

ct_reason pkt_link_pppoe(pkt_link *link)
{
  const guint8 *header = pkt_link_take(link, 6);

  if (header == NULL)
    return CT_REASON_LINK_TRUNCATED;
  link->layers++;
  return pkt_link_ppp_protocol(link);
}

ct_reason pkt_link_llc(pkt_link *link)
{
  const guint8 *llc = pkt_link_take(link, 3), *snap;

  if (llc == NULL)
    return CT_REASON_LINK_TRUNCATED;
  if (link->in_llc) /* one in another is nothing real, and hostile frames must not nest calls */
    return CT_REASON_NOT_IP;
  link->in_llc = TRUE;
  if (llc[0] == 0x06 && llc[1] == 0x06 && llc[2] == 0x03) { /* RFC 948's way */
    link->family = CT_IPV4;
    return CT_REASON_NONE;
  }
  if (llc[0] != 0xaa || llc[1] != 0xaa || llc[2] != 0x03)
    return CT_REASON_NOT_IP;
  if ((snap = pkt_link_take(link, 5)) == NULL)
    return CT_REASON_LINK_TRUNCATED;
  /* RFC 1042, and 802.1H's tunnel of the same. */
  if (snap[0] != 0 || snap[1] != 0 || (snap[2] != 0 && snap[2] != 0xf8) || ct_be16(snap + 3) <= LENGTH_LARGEST)
    return CT_REASON_NOT_IP;
  return pkt_link_ethertype(link, ct_be16(snap + 3));
}

/* Tags may be stacked as deep as the frame is long. */
ct_reason pkt_link_ethertype(pkt_link *link, guint16 type)
{
  const guint8 *tag;

  for (;;) {
    switch (type) {
    case TYPE_IPV4: link->family = CT_IPV4; return CT_REASON_NONE;
    case TYPE_IPV6: link->family = CT_IPV6; return CT_REASON_NONE;
    case TYPE_VLAN:
    case TYPE_VLAN_SERVICE:
    case TYPE_VLAN_OLD:
    case TYPE_VLAN_OLD2:
    case TYPE_VLAN_OLD3:
      if ((tag = pkt_link_take(link, 4)) == NULL)
        return CT_REASON_LINK_TRUNCATED;
      link->layers++;
      link->vlan = link->vlan << 12 | (ct_be16(tag) & 0xfff);
      type = ct_be16(tag + 2);
      break;
    case TYPE_MPLS:
    case TYPE_MPLS_UPSTREAM: return pkt_link_mpls(link);
    case TYPE_PPPOE_SESSION: return pkt_link_pppoe(link);
    case TYPE_LLC_JUMBO: return pkt_link_llc(link);
    default: return type <= LENGTH_LARGEST ? pkt_link_llc(link) : CT_REASON_NOT_IP;
    }
  }
}

ct_reason pkt_link_ethernet(pkt_link *link)
{
  const guint8 *header = pkt_link_take(link, 14);

  return header != NULL ? pkt_link_ethertype(link, ct_be16(header + 12)) : CT_REASON_LINK_TRUNCATED;
}

static void cooked_direction(pkt_link *link, guint packet_type)
{
  link->direction = packet_type == PACKET_OUTGOING ? CAP_DIR_OUT : CAP_DIR_IN;
}

static ct_reason cooked_protocol(pkt_link *link, guint16 protocol)
{
  if (protocol == COOKED_LLC)
    return pkt_link_llc(link);
  return protocol > LENGTH_LARGEST ? pkt_link_ethertype(link, protocol) : CT_REASON_NOT_IP;
}

ct_reason pkt_link_cooked_v1(pkt_link *link)
{
  const guint8 *header = pkt_link_take(link, 16);

  if (header == NULL)
    return CT_REASON_LINK_TRUNCATED;
  cooked_direction(link, ct_be16(header));
  return cooked_protocol(link, ct_be16(header + 14));
}

ct_reason pkt_link_cooked_v2(pkt_link *link)
{
  const guint8 *header = pkt_link_take(link, 20);

  if (header == NULL)
    return CT_REASON_LINK_TRUNCATED;
  link->ifindex = ct_be32(header + 4);
  cooked_direction(link, header[10]);
  return cooked_protocol(link, ct_be16(header));
}
