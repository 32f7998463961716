/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SLIP as the BSDs capture it: a direction, the link's own compressed header (RFC 1144), and the packet as it was
 * before that compression. Bytes as they are on a line that compresses (CSLIP) cannot be read without their past.
 */
#include "packet/link.h"

enum { HEADER = 16 };

ct_reason pkt_link_slip(pkt_link *link)
{
  const guint8 *header = pkt_link_take(link, HEADER);

  if (header == NULL)
    return CT_REASON_LINK_TRUNCATED;
  if (header[0] <= 1)
    link->direction = header[0] == 0 ? CAP_DIR_IN : CAP_DIR_OUT;
  return pkt_link_by_version(link);
}

/* BSD/OS wrote another header of the same length, whose direction nobody documented. */
ct_reason pkt_link_slip_bsdos(pkt_link *link)
{
  return pkt_link_take(link, HEADER) != NULL ? pkt_link_by_version(link) : CT_REASON_LINK_TRUNCATED;
}
