/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frame Relay (Q.922, RFC 2427), Cisco's own encapsulation on it, and the multilink bundles of FRF.16. What its NLPID
 * (one byte for a protocol) leads to is also what ATM has, and Juniper's headers.
 */
#include "packet/link.h"

enum {
  LAST_ADDRESS_BYTE = 0x01,
  ADDRESS_MAX_BYTES = 4,
  CONTROL_UI = 0x03,
  NLPID_SNAP = 0x80,
  NLPID_IPV6 = 0x8e,
  NLPID_IPV4 = 0xcc,
  NLPID_PPP = 0xcf,
  LENGTH_LARGEST = 1500,
  MFR_KIND = 0xe0,  /* begin, end, control: of these */
  MFR_WHOLE = 0xc0, /* a frame that no fragment is missing of */
  BRIDGED_WITH_FCS = 1,
  BRIDGED = 7
};

ct_reason pkt_link_snap(pkt_link *link, guint32 bridged_pad)
{
  const guint8 *snap = pkt_link_take(link, 5);
  guint32 oui;
  guint type;

  if (snap == NULL)
    return CT_REASON_LINK_TRUNCATED;
  oui = ct_be32(snap) >> 8;
  type = ct_be16(snap + 3);
  if (oui == 0)
    return type > LENGTH_LARGEST ? pkt_link_ethertype(link, (guint16)type) : CT_REASON_NOT_IP;
  if (oui != 0x0080c2 || (type != BRIDGED && type != BRIDGED_WITH_FCS))
    return CT_REASON_NOT_IP;
  if (pkt_link_take(link, bridged_pad) == NULL)
    return CT_REASON_LINK_TRUNCATED;
  link->layers++;
  link->tail = type == BRIDGED_WITH_FCS ? 4 : 0;
  return pkt_link_ethernet(link);
}

ct_reason pkt_link_nlpid(pkt_link *link)
{
  const guint8 *nlpid = pkt_link_take(link, 1);

  if (nlpid == NULL)
    return CT_REASON_LINK_TRUNCATED;
  switch (nlpid[0]) {
  case NLPID_IPV4: link->family = CT_IPV4; return CT_REASON_NONE;
  case NLPID_IPV6: link->family = CT_IPV6; return CT_REASON_NONE;
  case NLPID_PPP: return pkt_link_ppp(link);
  case NLPID_SNAP: return pkt_link_snap(link, 0);
  default: return CT_REASON_NOT_IP;
  }
}

/* => NONE with the connection number, its address taken; an address ends where its lowest bit says so. */
static ct_reason address_take(pkt_link *link, guint32 *dlci)
{
  const guint8 *byte;

  *dlci = 0;
  for (guint n = 1; n <= ADDRESS_MAX_BYTES; n++) {
    if ((byte = pkt_link_take(link, 1)) == NULL)
      return CT_REASON_LINK_TRUNCATED;
    /* The first holds 6 bits of it, the second 4 (and congestion), what follows 7 and 6: whether they are all 0 counts.
     */
    *dlci |= byte[0] & (n == 2 ? 0xf0u : 0xfcu);
    if (byte[0] & LAST_ADDRESS_BYTE)
      return n > 1 ? CT_REASON_NONE : CT_REASON_NOT_IP;
  }
  return CT_REASON_NOT_IP;
}

ct_reason pkt_link_frame_relay(pkt_link *link)
{
  guint32 dlci;
  ct_reason reason = address_take(link, &dlci);
  const guint8 *bytes;

  if (reason != CT_REASON_NONE)
    return reason;
  if ((bytes = pkt_link_take(link, 1)) == NULL)
    return CT_REASON_LINK_TRUNCATED;
  if (bytes[0] != CONTROL_UI) { /* Cisco: an ethertype where the control field would be; connection 0 is signalling */
    guint8 high = bytes[0];

    if ((bytes = pkt_link_take(link, 1)) == NULL)
      return CT_REASON_LINK_TRUNCATED;
    return dlci != 0 && (high << 8 | bytes[0]) > LENGTH_LARGEST
             ? pkt_link_ethertype(link, (guint16)(high << 8 | bytes[0]))
             : CT_REASON_NOT_IP;
  }
  if (link->at < link->captured && link->data[link->at] == 0) /* pad, so that what follows is aligned */
    link->at++;
  return pkt_link_nlpid(link);
}

ct_reason pkt_link_frame_relay_with_direction(pkt_link *link)
{
  return pkt_link_direction(link) ? pkt_link_frame_relay(link) : CT_REASON_LINK_TRUNCATED;
}

/* Fragments of frames are not put together: as of 802.11's, a first one is no packet. */
ct_reason pkt_link_multilink_frame_relay(pkt_link *link)
{
  const guint8 *header = pkt_link_take(link, 2);

  if (header == NULL)
    return CT_REASON_LINK_TRUNCATED;
  return (header[0] & MFR_KIND) == MFR_WHOLE ? pkt_link_frame_relay(link) : CT_REASON_NOT_IP;
}
