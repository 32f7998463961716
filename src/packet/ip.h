/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the IP layer asks of a packet before conntrack sees it (spec 0.1): ip_rcv's checks for IPv4, and for IPv6 those of
 * the bridge's hook into netfilter, which is how the transcripts were recorded. A router's ip6_rcv refuses a few more by their
 * addresses (loopback or multicast sources) or by unknown hop-by-hop options; conntrack itself does not care. Only for src/packet.
 */
#ifndef PKT_IP_H
#define PKT_IP_H

#include "conntrack/checksum.h"
#include "packet/packet.h"

/* TRUE, and the packet trimmed, where its header is what nearly all are: no options, no fragment, nothing wrong. For any other
 * the functions below say what there is to say. */
static inline gboolean pkt_ipv4_is_plain(ct_packet *packet, ct_checksums checksums)
{
  const guint8 *ip = packet->data;
  guint32 length;

  if (packet->captured < 20 || ip[0] != 0x45 || ct_be16(ip + 6) & 0x3fff)
    return FALSE;
  length = ct_be16(ip + 2);
  if (length < 20 || length > packet->length)
    return FALSE;
  if (checksums != CT_CHECKSUMS_IGNORE && ct_sum_fold(ct_sum_words5(ip)) != 0xffff)
    return FALSE;
  packet->length = length;
  packet->captured = MIN(packet->captured, length);
  return TRUE;
}

/*
 * packet->length holds the bytes that were on the wire, ->captured what there is of them. Trims both to what the header claims; may set
 * CT_PACKET_CSUM_* flags for the IPv4 header's sum.
 * => NONE where the packet goes on, else why it does not.
 */
ct_reason pkt_ipv4_check(ct_packet *packet, ct_checksums checksums);
ct_reason pkt_ipv6_check(ct_packet *packet);

#endif
