/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiled as one with decode.c, which includes it: a call for each frame is saved. */
#include "packet/common.h"

#include <string.h>

#include "conntrack/read/checksum.h"
#include "conntrack/read/packet_check.h"
#include "conntrack/proto/tables.h"

enum { LINK_ETHERNET = 1, TYPE_IPV4 = 0x0800, IPV4_HEADER = 20, TCP_HEADER = 20, UDP_HEADER = 8, FRAGMENT = 0x3fff };
enum { FRAME_LEAST = PKT_COMMON_L3_OFFSET + IPV4_HEADER + TCP_HEADER }; /* shorter UDP frames go the long way */

/* A part of one function, which decode.c has inside its own. */
/* gcc takes what comes behind a dozen conditions for rare, and makes it small and slow, but for G_UNLIKELY. */
#define PART static inline __attribute__((always_inline))

typedef struct ipv4 {
  const guint8 *ip, *l4;
  guint32 length, l4_bytes;
  ct_sum addresses; /* summed: both the header and the pseudo header have them */
  guint8 proto;
} ipv4;

PART gboolean sum_is_right(ct_sum sum) { return ct_sum_fold(sum) == 0xffff; }

/* => FALSE where this is not plain, whole, well-formed IPv4 over Ethernet. */
PART gboolean ipv4_read(const cap_frame *frame, gboolean verify, ipv4 *h)
{
  const guint8 *ip = frame->data + PKT_COMMON_L3_OFFSET;

  if (G_UNLIKELY(frame->link != LINK_ETHERNET || frame->captured < FRAME_LEAST || frame->wire > frame->captured ||
                 ct_be16(ip - 2) != TYPE_IPV4 || ip[0] != 0x45 || (ct_be16(ip + 6) & FRAGMENT) != 0))
    return FALSE;
  h->ip = ip;
  h->l4 = ip + IPV4_HEADER;
  h->proto = ip[9];
  h->length = ct_be16(ip + 2);
  if (G_UNLIKELY(h->length < IPV4_HEADER + UDP_HEADER || h->length > frame->captured - PKT_COMMON_L3_OFFSET))
    return FALSE;
  h->l4_bytes = h->length - IPV4_HEADER;
  h->addresses = ct_sum_bytes(0, ip + 12, 8);
  return !verify || sum_is_right(ct_sum_bytes(h->addresses, ip, 12));
}

PART gboolean l4_sum_is_right(const ipv4 *h)
{
  return sum_is_right(
    ct_sum_bytes(ct_sum_value(ct_sum_value(h->addresses, h->proto), (guint16)h->l4_bytes), h->l4, h->l4_bytes));
}

/*
 * SYN, ACK, FIN+ACK, RST, ... of tcp_error's list: those that occur and that every kernel let in. The rest goes the
 * long way.
 */
PART gboolean flags_are_common(guint flags)
{
  const guint32 common = (guint32)(CT_TCP_SET_PSH(CT_TCP_SYN) | CT_TCP_SET_PSH(CT_TCP_SYN | CT_TCP_ACK) |
                                   CT_TCP_SET_PSH(CT_TCP_ACK) | CT_TCP_SET_PSH(CT_TCP_FIN | CT_TCP_ACK) |
                                   CT_TCP_SET(CT_TCP_RST) | CT_TCP_SET_PSH(CT_TCP_RST | CT_TCP_ACK));

  return (flags & CT_TCP_URG) == 0 && (common >> flags & 1) != 0;
}

PART guint tcp_header_bytes(const ipv4 *h) { return (guint)(h->l4[12] >> 4) * 4; }

PART gboolean tcp_is_common(const ipv4 *h)
{
  guint header = tcp_header_bytes(h);

  return h->l4_bytes >= TCP_HEADER && header >= TCP_HEADER && header <= h->l4_bytes &&
         flags_are_common(h->l4[13] & 0x3f);
}

PART gboolean udp_is_common(const ipv4 *h)
{
  guint claimed = ct_be16(h->l4 + 4);

  return claimed >= UDP_HEADER && claimed <= h->l4_bytes;
}

PART gboolean has_sum(const ipv4 *h) { return h->proto == CT_PROTO_TCP || ct_be16(h->l4 + 6) != 0; }

PART void tcp_read(const ipv4 *h, ct_packet *packet)
{
  static const guint8 aligned_timestamp[4] = { 1, 1, 8, 10 };
  const guint8 *tcp = h->l4;
  guint header = tcp_header_bytes(h);

  packet->l4.tcp.seq = ct_be32(tcp + 4);
  packet->l4.tcp.ack = ct_be32(tcp + 8);
  packet->l4.tcp.payload_bytes = h->l4_bytes - header;
  packet->l4.tcp.window = ct_be16(tcp + 14);
  packet->l4.tcp.flags = tcp[13] & 0x3f;
  packet->l4.tcp.header_bytes = (guint8)header;
  if (header == TCP_HEADER)
    packet->l4.tcp.options = CT_TCP_OPTIONS_NONE;
  else if (header == 32 && memcmp(tcp + 20, aligned_timestamp, 4) == 0)
    packet->l4.tcp.options = CT_TCP_OPTIONS_TIMESTAMP;
  else
    packet->l4.tcp.options = CT_TCP_OPTIONS_OTHER;
}

PART gboolean common_decode(const cap_frame *frame, guint64 number, gboolean verify_l3, gboolean verify_l4,
                            ct_packet *packet)
{
  ct_tuple *tuple = &packet->tuple;
  ipv4 h;

  if (G_UNLIKELY(!ipv4_read(frame, verify_l3, &h)))
    return FALSE;
  if (G_UNLIKELY(h.proto == CT_PROTO_TCP ? !tcp_is_common(&h) : h.proto != CT_PROTO_UDP || !udp_is_common(&h)))
    return FALSE;
  if (verify_l4 && G_LIKELY(has_sum(&h)) && G_UNLIKELY(!l4_sum_is_right(&h)))
    return FALSE;
  memset(&packet->l4, 0, sizeof(packet->l4));
  if (h.proto == CT_PROTO_TCP)
    tcp_read(&h, packet);
  memset(tuple, 0, sizeof(*tuple));
  memcpy(&tuple->src.v4, h.ip + 12, 4);
  memcpy(&tuple->dst.v4, h.ip + 16, 4);
  tuple->src_id = ct_be16(h.l4);
  tuple->dst_id = ct_be16(h.l4 + 2);
  tuple->family = CT_IPV4;
  tuple->proto = h.proto;
  packet->hash = ct_tuple_hash(tuple);
  packet->time_ns = frame->ts_ns;
  packet->number = number;
  packet->data = h.ip;
  packet->length = packet->captured = h.length;
  packet->l4_offset = IPV4_HEADER;
  packet->kind = CT_PACKET_TRACK;
  packet->flags = 0;
  packet->reason = CT_REASON_NONE;
  packet->pad = 0;
  if (h.proto == CT_PROTO_TCP && packet->l4.tcp.options == CT_TCP_OPTIONS_OTHER)
    ct_check_tcp_options(packet);
  return TRUE;
}

gboolean pkt_common_decode(const cap_frame *frame, guint64 number, gboolean verify_l3, gboolean verify_l4,
                           ct_packet *packet)
{
  return common_decode(frame, number, verify_l3, verify_l4, packet);
}
