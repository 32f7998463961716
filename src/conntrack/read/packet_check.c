/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/read/packet_check.h"

#include "conntrack/read/checksum.h"

enum {
  TCP_HEADER = 20,
  TCP_TIMESTAMP_HEADER = 32,
  UDP_HEADER = 8,
  SCTP_HEADER = 12,
  DCCP_HEADER = 12,
  ICMP_HEADER = 8
};

/*
 * The pseudo header's sum; also for IPv6 the addresses are those of the fixed header, whatever a routing header says.
 */
static ct_sum pseudo_sum(const ct_packet *packet, uint8_t proto, uint32_t length)
{
  ct_sum sum = ct_sum_value(0, proto);

  sum = ct_sum_value(sum, (uint16_t)(length >> 16));
  sum = ct_sum_value(sum, (uint16_t)length);
  if (packet->tuple.family == CT_IPV4)
    return ct_sum_bytes(sum, packet->data + 12, 8);
  return ct_sum_bytes(sum, packet->data + 8, 32);
}

/*
 * A sum that is wrong, but is what a sending host leaves for its card to complete: the pseudo header's alone, with the
 * length (CHECKSUM_PARTIAL) or without it (segmentation offload).
 */
static bool looks_like_offload(const ct_packet *packet, uint8_t proto, uint32_t length, const uint8_t *field)
{
  uint16_t value;

  memcpy(&value, field, sizeof(value));
  return value == ct_sum_fold(pseudo_sum(packet, proto, length)) || value == ct_sum_fold(pseudo_sum(packet, proto, 0));
}

/*
 * Judges an internet checksum over covered bytes at offset at. proto is the pseudo header's, 0 for none; field is the
 * offset of the sum in the header. => true where the packet is to be refused for it.
 */
static bool sum_is_bad(ct_packet *packet, uint32_t at, uint32_t covered, uint8_t proto, uint32_t field,
                       const ct_judge *judge)
{
  uint32_t length = packet->length - at;
  ct_sum sum;

  if (!judge->verify)
    return false;
  if (packet->flags & CT_PACKET_CUT) {
    packet->flags |= CT_PACKET_CSUM_SKIPPED;
    return false;
  }
  sum = proto != 0 ? pseudo_sum(packet, proto, length) : 0;
  if (ct_sum_fold(ct_sum_bytes(sum, packet->data + at, covered)) == 0xffff)
    return false;
  if (judge->checksums == CT_CHECKSUMS_AUTO && proto != 0 &&
      looks_like_offload(packet, proto, length, packet->data + at + field)) {
    packet->flags |= CT_PACKET_CSUM_OFFLOAD;
    return false;
  }
  packet->flags |= CT_PACKET_CSUM_BAD;
  return true;
}

static ct_tcp_options tcp_options_kind(const ct_packet *packet, uint32_t at, uint32_t header_bytes)
{
  static const uint8_t aligned_timestamp[4] = { 1, 1, 8, 10 };
  uint8_t scratch[4];

  if (header_bytes == TCP_HEADER)
    return CT_TCP_OPTIONS_NONE;
  if (header_bytes == TCP_TIMESTAMP_HEADER &&
      memcmp(ct_packet_at(packet, at + TCP_HEADER, sizeof(scratch), scratch), aligned_timestamp, sizeof(scratch)) == 0)
    return CT_TCP_OPTIONS_TIMESTAMP;
  return CT_TCP_OPTIONS_OTHER;
}

ct_reason ct_check_tcp(ct_packet *packet, uint32_t at, const ct_judge *judge)
{
  uint8_t scratch[TCP_HEADER];
  const uint8_t *tcp = ct_packet_at(packet, at, TCP_HEADER, scratch);
  uint32_t header_bytes;

  if (tcp == NULL)
    return CT_REASON_TCP_SHORT;
  header_bytes = (uint32_t)(tcp[12] >> 4) * 4;
  if (header_bytes < TCP_HEADER || header_bytes > packet->length - at)
    return CT_REASON_TCP_SHORT;
  packet->l4.tcp.seq = ct_be32(tcp + 4);
  packet->l4.tcp.ack = ct_be32(tcp + 8);
  packet->l4.tcp.window = ct_be16(tcp + 14);
  packet->l4.tcp.flags = tcp[13] & 0x3f;
  packet->l4.tcp.header_bytes = (uint8_t)header_bytes;
  packet->l4.tcp.payload_bytes = packet->length - at - header_bytes;
  packet->l4.tcp.options = (uint8_t)tcp_options_kind(packet, at, header_bytes);
  if (packet->l4.tcp.options == CT_TCP_OPTIONS_OTHER)
    ct_check_tcp_options(packet);
  if (sum_is_bad(packet, at, packet->length - at, CT_PROTO_TCP, 16, judge))
    return CT_REASON_TCP_CHECKSUM;
  if (!(judge->tcp_flag_sets >> packet->l4.tcp.flags & 1))
    return CT_REASON_TCP_FLAGS;
  return CT_REASON_NONE;
}

ct_reason ct_check_udp(ct_packet *packet, uint32_t at, const ct_judge *judge)
{
  uint8_t scratch[UDP_HEADER];
  const uint8_t *udp = ct_packet_at(packet, at, UDP_HEADER, scratch);
  uint32_t claimed;

  if (udp == NULL)
    return CT_REASON_UDP_SHORT;
  claimed = ct_be16(udp + 4);
  if (!judge->lengths)
    return CT_REASON_NONE;
  if (claimed > packet->length - at || claimed < UDP_HEADER)
    return CT_REASON_UDP_LENGTH;
  if (ct_be16(udp + 6) == 0)
    return CT_REASON_NONE; /* unchecked; the kernel allows it over IPv6 as well */
  /* The whole IP payload, not what the length field says: trailing bytes make the sum fail in the kernel too. */
  if (sum_is_bad(packet, at, packet->length - at, CT_PROTO_UDP, 6, judge))
    return CT_REASON_UDP_CHECKSUM;
  return CT_REASON_NONE;
}

ct_reason ct_check_udplite(ct_packet *packet, uint32_t at, const ct_judge *judge)
{
  uint8_t scratch[UDP_HEADER];
  const uint8_t *udp = ct_packet_at(packet, at, UDP_HEADER, scratch);
  uint32_t coverage;

  if (udp == NULL)
    return CT_REASON_UDP_SHORT;
  coverage = ct_be16(udp + 4);
  if (coverage == 0)
    coverage = packet->length - at;
  else if (coverage < UDP_HEADER || coverage > packet->length - at)
    return CT_REASON_UDPLITE_COVERAGE;
  /* The sum is mandatory: its absence is refused even where sums are not verified. */
  if (ct_be16(udp + 6) == 0)
    return CT_REASON_UDPLITE_NO_CHECKSUM;
  /* Protocol 17 in the pseudo header is the kernel's slip (RFC 3828 says 136): genuine UDP-Lite fails. */
  if (sum_is_bad(packet, at, coverage, CT_PROTO_UDP, 6, judge))
    return CT_REASON_UDPLITE_CHECKSUM;
  return CT_REASON_NONE;
}

ct_reason ct_check_sctp(ct_packet *packet, uint32_t at, const ct_judge *judge)
{
  uint8_t scratch[SCTP_HEADER];
  const uint8_t *sctp = ct_packet_at(packet, at, SCTP_HEADER, scratch);
  uint32_t stored;

  if (sctp == NULL)
    return CT_REASON_SCTP_SHORT;
  if (!judge->verify || !judge->sctp_sums)
    return CT_REASON_NONE;
  if (packet->flags & CT_PACKET_CUT) {
    packet->flags |= CT_PACKET_CSUM_SKIPPED;
    return CT_REASON_NONE;
  }
  stored = (uint32_t)sctp[8] | (uint32_t)sctp[9] << 8 | (uint32_t)sctp[10] << 16 | (uint32_t)sctp[11] << 24;
  if (stored == ct_crc32c_sctp(sctp, packet->length - at))
    return CT_REASON_NONE;
  /* SCTP has no pseudo header; a sender whose card computes the CRC leaves zero. */
  if (judge->checksums == CT_CHECKSUMS_AUTO && stored == 0) {
    packet->flags |= CT_PACKET_CSUM_OFFLOAD;
    return CT_REASON_NONE;
  }
  packet->flags |= CT_PACKET_CSUM_BAD;
  return CT_REASON_SCTP_CHECKSUM;
}

ct_reason ct_check_dccp(ct_packet *packet, uint32_t at, const ct_judge *judge)
{
  enum { FIRST_RESERVED_TYPE = 10 };
  uint8_t scratch[DCCP_HEADER];
  const uint8_t *dccp = ct_packet_at(packet, at, DCCP_HEADER, scratch);
  uint32_t length = packet->length - at, covered = length, header;

  if (dccp == NULL)
    return judge->dccp_short_invalid ? CT_REASON_DCCP_SHORT : CT_REASON_NONE;
  header = dccp[4] * 4u;
  if ((dccp[5] & 0x0f) != 0)
    covered = ((dccp[5] & 0x0fu) - 1) * 4; /* RFC 4340, 9.2: 1 is the header alone, which the kernel reads as nothing */
  if (header < DCCP_HEADER || header > length)
    return CT_REASON_DCCP_LENGTH;
  if (covered > length)
    return CT_REASON_DCCP_COVERAGE;
  if (sum_is_bad(packet, at, covered, CT_PROTO_DCCP, 6, judge))
    return CT_REASON_DCCP_CHECKSUM;
  return (dccp[8] >> 1 & 0x0f) >= FIRST_RESERVED_TYPE ? CT_REASON_DCCP_TYPE : CT_REASON_NONE;
}

ct_reason ct_check_icmp(ct_packet *packet, uint32_t at, const ct_judge *judge)
{
  uint8_t scratch[ICMP_HEADER];

  if (ct_packet_at(packet, at, ICMP_HEADER, scratch) == NULL)
    return CT_REASON_ICMP_SHORT;
  if (sum_is_bad(packet, at, packet->length - at, packet->tuple.family == CT_IPV6 ? CT_PROTO_ICMPV6 : 0, 2, judge))
    return CT_REASON_ICMP_CHECKSUM;
  return CT_REASON_NONE;
}

ct_reason ct_check_icmp_family(ct_packet *packet, uint32_t at, const ct_judge *judge)
{
  (void)at;
  (void)judge;
  return ct_tuple_is_icmp(&packet->tuple) ? CT_REASON_NONE : CT_REASON_ICMP_FAMILY;
}
