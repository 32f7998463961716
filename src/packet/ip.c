/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/ip.h"

#include "conntrack/read/checksum.h"

enum {
  IPV4_HEADER = 20,
  IPV4_HEADER_LARGEST = 60,
  IPV6_HEADER = 40,
  IPV6_HOP_BY_HOP = 0,
  OPTION_PAD1 = 0,
  OPTION_JUMBO = 0xc2,
  IPV6_PAYLOAD_LARGEST = 65535
};

static void packet_trim(ct_packet *packet, guint32 length)
{
  packet->length = length;
  if (packet->captured > length)
    packet->captured = length;
}

static ct_reason ipv4_checksum_check(ct_packet *packet, const guint8 *ip, guint header_bytes, ct_checksums checksums)
{
  if (checksums == CT_CHECKSUMS_IGNORE || ct_sum_fold(ct_sum_bytes(0, ip, header_bytes)) == 0xffff)
    return CT_REASON_NONE;
  if (packet->captured < header_bytes) {
    packet->flags |= CT_PACKET_CSUM_SKIPPED;
    return CT_REASON_NONE;
  }
  if (checksums == CT_CHECKSUMS_AUTO && ct_be16(ip + 10) == 0) {
    packet->flags |= CT_PACKET_CSUM_OFFLOAD;
    return CT_REASON_NONE;
  }
  packet->flags |= CT_PACKET_CSUM_BAD;
  return CT_REASON_IP_CHECKSUM;
}

ct_reason pkt_ipv4_check(ct_packet *packet, ct_checksums checksums)
{
  guint8 scratch[IPV4_HEADER_LARGEST];
  const guint8 *ip = ct_packet_at(packet, 0, IPV4_HEADER, scratch);
  guint header_bytes, length;
  ct_reason reason;

  if (ip == NULL)
    return CT_REASON_IP_HEADER_SHORT;
  if (ip[0] >> 4 != 4)
    return CT_REASON_IP_VERSION;
  header_bytes = (ip[0] & 0x0fu) * 4;
  if (header_bytes < IPV4_HEADER || (ip = ct_packet_at(packet, 0, header_bytes, scratch)) == NULL)
    return CT_REASON_IP_HEADER_SHORT;
  reason = ipv4_checksum_check(packet, ip, header_bytes, checksums);
  if (reason != CT_REASON_NONE)
    return reason;
  length = ct_be16(ip + 2);
  if (length > packet->length)
    return CT_REASON_IP_TRUNCATED;
  if (length < header_bytes)
    return CT_REASON_IP_LENGTH;
  packet_trim(packet, length);
  return CT_REASON_NONE;
}

/*
 * Only lengths: pads, a jumbo length where the header has none, and options that end where the header does. => FALSE
 * where they are broken; *payload is replaced by a jumbo length.
 */
static gboolean hop_by_hop_check(const ct_packet *packet, guint32 *payload)
{
  guint8 scratch[6];
  const guint8 *bytes = ct_packet_at(packet, IPV6_HEADER, 2, scratch);
  guint32 at = IPV6_HEADER + 2, claimed = *payload, left, option_bytes, jumbo;

  if (bytes == NULL)
    return FALSE;
  left = (bytes[1] + 1u) * 8 - 2;
  if (at + left > packet->length)
    return FALSE;
  /*
   * Seen live on 6.18.44: options may not reach beyond a payload length that is set, even where the wire has the
   * bytes.
   */
  if (claimed != 0 && left + 2 > claimed)
    return FALSE;
  while (left > 0) {
    if ((bytes = ct_packet_at(packet, at, 1, scratch)) == NULL)
      return FALSE;
    if (bytes[0] == OPTION_PAD1) {
      at++;
      left--;
      continue;
    }
    if (left < 2 || (bytes = ct_packet_at(packet, at, 2, scratch)) == NULL)
      return FALSE;
    option_bytes = bytes[1] + 2u;
    if (option_bytes > left)
      return FALSE;
    if (bytes[0] == OPTION_JUMBO) {
      if (option_bytes != 6 || at % 4 != 2 || (bytes = ct_packet_at(packet, at, 6, scratch)) == NULL)
        return FALSE;
      jumbo = ct_be32(bytes + 2);
      if (jumbo <= IPV6_PAYLOAD_LARGEST || claimed != 0 || jumbo > packet->length - IPV6_HEADER)
        return FALSE;
      *payload = jumbo;
    }
    at += option_bytes;
    left -= option_bytes;
  }
  return TRUE;
}

ct_reason pkt_ipv6_check(ct_packet *packet)
{
  guint8 scratch[IPV6_HEADER];
  const guint8 *ip = ct_packet_at(packet, 0, IPV6_HEADER, scratch);
  guint32 payload;

  if (ip == NULL)
    return CT_REASON_IP_HEADER_SHORT;
  if (ip[0] >> 4 != 6)
    return CT_REASON_IP_VERSION;
  payload = ct_be16(ip + 4);
  if (ip[6] == IPV6_HOP_BY_HOP && !hop_by_hop_check(packet, &payload))
    return CT_REASON_IP_OPTIONS;
  if (payload > packet->length - IPV6_HEADER)
    return CT_REASON_IP_TRUNCATED;
  packet_trim(packet, payload + IPV6_HEADER);
  return CT_REASON_NONE;
}
