/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PPP (RFC 1661, RFC 1662). */
#include "packet/link.h"

enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, PPP_MPLS = 0x0281 };

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
  case PPP_MPLS: return pkt_link_mpls(link);
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
