/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP over InfiniBand (RFC 4391): two addresses of 20 bytes, an ethertype, two bytes that mean nothing. */
#include "packet/link.h"

enum { HEADER = 44, TYPE_AT = 40, LENGTH_LARGEST = 1500 };

ct_reason pkt_link_ipoib(pkt_link *link)
{
  const guint8 *header = pkt_link_take(link, HEADER);
  guint16 type;

  if (header == NULL)
    return CT_REASON_LINK_TRUNCATED;
  type = ct_be16(header + TYPE_AT);
  return type > LENGTH_LARGEST ? pkt_link_ethertype(link, type) : CT_REASON_NOT_IP;
}
