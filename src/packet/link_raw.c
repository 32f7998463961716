/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Link types that are hardly there: raw IP, the BSDs' loopback, netfilter's log. */
#include "packet/link.h"

enum { NFLOG_PAYLOAD = 9, NFLOG_TLV_HEADER = 4 };

ct_reason pkt_link_by_version(pkt_link *link)
{
  if (link->at >= link->captured)
    return CT_REASON_LINK_TRUNCATED;
  switch (link->data[link->at] >> 4) {
  case 4: link->family = CT_IPV4; return CT_REASON_NONE;
  case 6: link->family = CT_IPV6; return CT_REASON_NONE;
  default: return CT_REASON_NOT_IP;
  }
}

ct_reason pkt_link_ipv4(pkt_link *link)
{
  link->family = CT_IPV4;
  return CT_REASON_NONE;
}

ct_reason pkt_link_ipv6(pkt_link *link)
{
  link->family = CT_IPV6;
  return CT_REASON_NONE;
}

/*
 * An address family in the byte order of the machine that captured, whichever that was; numbers of IPv6 differ by
 * system.
 */
static ct_reason by_address_family(pkt_link *link, guint32 family)
{
  switch (family) {
  case 2: link->family = CT_IPV4; return CT_REASON_NONE;
  case 10: /* Linux */
  case 23: /* Windows */
  case 24: /* NetBSD, OpenBSD */
  case 28: /* FreeBSD */
  case 30: /* macOS */ link->family = CT_IPV6; return CT_REASON_NONE;
  default: return CT_REASON_NOT_IP;
  }
}

ct_reason pkt_link_null(pkt_link *link)
{
  const guint8 *family = pkt_link_take(link, 4);

  if (family == NULL)
    return CT_REASON_LINK_TRUNCATED;
  return by_address_family(link, pkt_le32(family) <= 0xffff ? pkt_le32(family) : ct_be32(family));
}

/*
 * As tcpdump -i nflog:N writes: a family, then attributes in the byte order of the machine, one of them the packet.
 */
ct_reason pkt_link_nflog(pkt_link *link)
{
  const guint8 *header = pkt_link_take(link, 4), *attribute;
  gboolean little;
  guint length, type;

  if (header == NULL)
    return CT_REASON_LINK_TRUNCATED;
  while ((attribute = pkt_link_take(link, NFLOG_TLV_HEADER)) != NULL) {
    /* Types are small numbers, so one byte of them tells the order. */
    little = attribute[3] == 0;
    length = little ? pkt_le16(attribute) : ct_be16(attribute);
    type = (little ? pkt_le16(attribute + 2) : ct_be16(attribute + 2)) & 0x7fff;
    if (length < NFLOG_TLV_HEADER)
      return CT_REASON_NOT_IP;
    if (type == NFLOG_PAYLOAD)
      return by_address_family(link, header[0]);
    if (pkt_link_take(link, (length - NFLOG_TLV_HEADER + 3) & ~3u) == NULL)
      break;
  }
  return CT_REASON_LINK_TRUNCATED;
}

/* Labels do not name the protocol that they carry: like every tool, and most routers when they hash, look at the IP
 * version. */
ct_reason pkt_link_mpls(pkt_link *link)
{
  const guint8 *label;

  do {
    if ((label = pkt_link_take(link, 4)) == NULL)
      return CT_REASON_LINK_TRUNCATED;
    link->layers++;
  } while (!(label[2] & 0x01));
  return pkt_link_by_version(link);
}
