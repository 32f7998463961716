/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet between a switch chip and its processor (Linux' DSA), where a tag tells the port: Marvell's of 4 bytes or,
 * with an ethertype of its own, of 8, and Broadcom's of 4, after the addresses or before them. Where a frame had a VLAN
 * tag, Marvell's takes its place.
 */
#include "packet/link.h"

enum { ADDRESSES = 12, TAG = 4, TAG_WITH_TYPE = 8 };

static ct_reason tagged(pkt_link *link, guint32 tag_bytes)
{
  const guint8 *type;

  if (pkt_link_take(link, ADDRESSES + tag_bytes) == NULL || (type = pkt_link_take(link, 2)) == NULL)
    return CT_REASON_LINK_TRUNCATED;
  link->layers++;
  return pkt_link_ethertype(link, ct_be16(type));
}

ct_reason pkt_link_dsa(pkt_link *link) { return tagged(link, TAG); }

ct_reason pkt_link_edsa(pkt_link *link) { return tagged(link, TAG_WITH_TYPE); }

ct_reason pkt_link_broadcom(pkt_link *link) { return tagged(link, TAG); }

ct_reason pkt_link_broadcom_prepended(pkt_link *link)
{
  if (pkt_link_take(link, TAG) == NULL)
    return CT_REASON_LINK_TRUNCATED;
  link->layers++;
  return pkt_link_ethernet(link);
}
