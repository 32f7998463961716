/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PKTAP, what macOS and iOS write of several interfaces at once: a header that names interface, direction and process,
 * then a frame of the link type that the header tells. Apple writes it under number 149, which is anybody's
 * (LINKTYPE_USER2), so that a header has to look like one. Its fields are in the byte order of the machine, little as
 * far as anybody has seen. src/capture reads the name.
 */
#include "packet/link.h"

enum {
  HEADER = 108,
  HEADER_LARGEST = 4096, /* it may grow by fields; more than this is another thing */
  RECORD_PACKET = 1,
  RECORD_AT = 4,
  LINK_AT = 8,
  FLAGS_AT = 36,
  TRAILER_AT = 48,
  FLAG_IN = 1,
  FLAG_OUT = 2
};

ct_reason pkt_link_pktap(pkt_link *link)
{
  const guint8 *header = link->data + link->at;
  gboolean little;
  guint32 length, flags, trailer;
  ct_reason reason;

  if (link->captured - link->at < HEADER)
    return CT_REASON_LINK_TRUNCATED;
  little = pkt_le32(header) <= HEADER_LARGEST;
  length = pkt_32(header, little);
  if (length < HEADER || length > HEADER_LARGEST || pkt_32(header + RECORD_AT, little) != RECORD_PACKET)
    return CT_REASON_NOT_IP;
  if (pkt_link_take(link, length) == NULL)
    return CT_REASON_LINK_TRUNCATED;
  flags = pkt_32(header + FLAGS_AT, little) & (FLAG_IN | FLAG_OUT);
  if (flags == FLAG_IN || flags == FLAG_OUT)
    link->direction = flags == FLAG_IN ? CAP_DIR_IN : CAP_DIR_OUT;
  trailer = pkt_32(header + TRAILER_AT, little);
  reason = pkt_link_inner(link, pkt_32(header + LINK_AT, little));
  if (trailer <= link->wire - link->at) /* a length that cannot be is none: the packet knows its own */
    link->tail = MAX(link->tail, trailer);
  return reason;
}
