/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 802.11 data frames and the headers that capture drivers put before them. Encrypted frames, pieces of fragmented ones
 * and aggregates of several (A-MSDU: one frame would be several packets) are not IP to us.
 */
#include "packet/link.h"

enum {
  HEADER = 24,
  ADDRESS = 6,
  FRAME_DATA = 0x08, /* type, in the first byte */
  FRAME_TYPE_MASK = 0x0c,
  FRAME_QOS = 0x80,
  FRAME_NO_DATA = 0x40,
  FLAG_TO_DS = 0x01, /* in the second byte */
  FLAG_FROM_DS = 0x02,
  FLAG_MORE_FRAGMENTS = 0x04,
  FLAG_PROTECTED = 0x40,
  FLAG_ORDER = 0x80,
  QOS_AGGREGATE = 0x80,
  PRISM_HEADER = 144,
  RADIOTAP_FCS = 0x10,
  RADIOTAP_PADDED = 0x20
};

static ct_reason data_frame(pkt_link *link, gboolean padded)
{
  const guint8 *header = pkt_link_take(link, HEADER), *qos;
  guint32 bytes = HEADER;

  if (header == NULL)
    return CT_REASON_LINK_TRUNCATED;
  if ((header[0] & FRAME_TYPE_MASK) != FRAME_DATA || header[0] & FRAME_NO_DATA || header[1] & FLAG_PROTECTED ||
      header[1] & FLAG_MORE_FRAGMENTS || header[22] & 0x0f)
    return CT_REASON_NOT_IP;
  if ((header[1] & (FLAG_TO_DS | FLAG_FROM_DS)) == (FLAG_TO_DS | FLAG_FROM_DS)) {
    if (pkt_link_take(link, ADDRESS) == NULL)
      return CT_REASON_LINK_TRUNCATED;
    bytes += ADDRESS;
  }
  if (header[0] & FRAME_QOS) {
    if ((qos = pkt_link_take(link, header[1] & FLAG_ORDER ? 6 : 2)) == NULL)
      return CT_REASON_LINK_TRUNCATED;
    if (qos[0] & QOS_AGGREGATE)
      return CT_REASON_NOT_IP;
    bytes += header[1] & FLAG_ORDER ? 6 : 2;
  }
  if (padded && bytes % 4 != 0 && pkt_link_take(link, 4 - bytes % 4) == NULL)
    return CT_REASON_LINK_TRUNCATED;
  return pkt_link_llc(link);
}

ct_reason pkt_link_wlan(pkt_link *link) { return data_frame(link, FALSE); }

/* => the flags field of a radiotap header of length bytes, 0 where it has none. */
static guint8 radiotap_flags(const guint8 *header, guint32 length)
{
  guint32 present = pkt_le32(header + 4), at = 4, word = present;

  if (!(present & 0x02))
    return 0;
  while (word & 0x80000000u) { /* another word of presence bits follows */
    at += 4;
    if (at + 4 > length)
      return 0;
    word = pkt_le32(header + at);
  }
  at += 4;
  if (present & 0x01)
    at = ((at + 7) & ~7u) + 8; /* the time stamp, aligned */
  return at < length ? header[at] : 0;
}

/* Takes a header of 8 bytes or more whose third and fourth tell its length, as radiotap's and PPI's do. */
static ct_reason told_header_take(pkt_link *link, guint32 *length)
{
  if (link->captured - link->at < 8)
    return CT_REASON_LINK_TRUNCATED;
  *length = pkt_le16(link->data + link->at + 2);
  if (*length < 8)
    return CT_REASON_NOT_IP;
  return pkt_link_take(link, *length) != NULL ? CT_REASON_NONE : CT_REASON_LINK_TRUNCATED;
}

ct_reason pkt_link_wlan_radiotap(pkt_link *link)
{
  const guint8 *header = link->data + link->at;
  guint32 length;
  ct_reason reason = told_header_take(link, &length);
  guint8 flags;

  if (reason != CT_REASON_NONE)
    return reason;
  flags = radiotap_flags(header, length);
  link->tail = flags & RADIOTAP_FCS ? 4 : 0;
  return data_frame(link, (flags & RADIOTAP_PADDED) != 0);
}

ct_reason pkt_link_wlan_avs(pkt_link *link)
{
  guint32 length;

  if (link->captured - link->at < 8)
    return CT_REASON_LINK_TRUNCATED;
  length = ct_be32(link->data + link->at + 4);
  if (length < 8)
    return CT_REASON_NOT_IP;
  return pkt_link_take(link, length) != NULL ? data_frame(link, FALSE) : CT_REASON_LINK_TRUNCATED;
}

ct_reason pkt_link_wlan_prism(pkt_link *link)
{
  /* Drivers put AVS headers under Prism's number as well; AVS has a magic. */
  if (link->captured - link->at >= 4 && (ct_be32(link->data + link->at) & 0xfffff000u) == 0x80211000u)
    return pkt_link_wlan_avs(link);
  return pkt_link_take(link, PRISM_HEADER) != NULL ? data_frame(link, FALSE) : CT_REASON_LINK_TRUNCATED;
}

ct_reason pkt_link_ppi(pkt_link *link)
{
  const guint8 *header = link->data + link->at;
  guint32 length;
  ct_reason reason = told_header_take(link, &length);

  return reason == CT_REASON_NONE ? pkt_link_inner(link, pkt_le32(header + 4)) : reason;
}
