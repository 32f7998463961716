/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of Endace's cards inside another kind of capture file, as Wireshark converts them. A file of such records is
 * read by src/capture, which leaves only those whole that hold no frame of another link type.
 */
#include "packet/link.h"

enum { HEADER = 16, TYPE_AT = 8, MORE = 0x80, EXTENSION = 8, MULTI_CHANNEL = 4 };
enum { ETHERNET_PAD = 2, ATM_HEADER = 4 };

static ct_reason payload(pkt_link *link, guint8 type)
{
  switch (type) {
  case 2:  /* Ethernet */
  case 11: /* ... with a colour for a drop counter */
  case 16:
  case 20: return pkt_link_take(link, ETHERNET_PAD) != NULL ? pkt_link_ethernet(link) : CT_REASON_LINK_TRUNCATED;
  case 5: /* HDLC of one of many channels */
  case 17:
    if (pkt_link_take(link, MULTI_CHANNEL) == NULL)
      return CT_REASON_LINK_TRUNCATED;
    return pkt_link_hdlc(link);
  case 1: /* HDLC */
  case 10:
  case 15:
  case 19: return pkt_link_hdlc(link);
  case 9: /* AAL5 of one of many channels */
    if (pkt_link_take(link, MULTI_CHANNEL) == NULL)
      return CT_REASON_LINK_TRUNCATED;
    /* fall through */
  case 4: return pkt_link_take(link, ATM_HEADER) != NULL ? pkt_link_atm(link) : CT_REASON_LINK_TRUNCATED;
  case 22: return pkt_link_ipv4(link);
  case 23: return pkt_link_ipv6(link);
  default: return CT_REASON_NOT_IP;
  }
}

ct_reason pkt_link_erf(pkt_link *link)
{
  const guint8 *header = pkt_link_take(link, HEADER), *extension;
  guint8 type, more;

  if (header == NULL)
    return CT_REASON_LINK_TRUNCATED;
  type = more = header[TYPE_AT];
  while (more & MORE) {
    if ((extension = pkt_link_take(link, EXTENSION)) == NULL)
      return CT_REASON_LINK_TRUNCATED;
    more = extension[0];
  }
  return payload(link, type & (MORE - 1));
}
