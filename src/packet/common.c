/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/common.h"

#include <string.h>

#include "conntrack/read/checksum.h"
#include "conntrack/read/packet_check.h"
#include "conntrack/proto/tables.h"

enum { LINK_ETHERNET = 1, TYPE_IPV4 = 0x0800, IPV4_HEADER = 20, TCP_HEADER = 20, UDP_HEADER = 8, FRAGMENT = 0x3fff };
enum { FRAME_LEAST = PKT_COMMON_L3_OFFSET + IPV4_HEADER + TCP_HEADER }; /* shorter UDP frames go the long way */

typedef struct ipv4 {
  const guint8 *ip, *l4;
  guint32 length, l4_bytes;
  ct_sum addresses; /* summed: both the header and the pseudo header have them */
  guint8 proto;
} ipv4;

static inline gboolean sum_is_right(ct_sum sum) { return ct_sum_fold(sum) == 0xffff; }

/* => FALSE where this is not plain, whole, well-formed IPv4 over Ethernet. */
static inline gboolean ipv4_read(const cap_frame *frame, gboolean verify, ipv4 *h)
{
  const guint8 *ip = frame->data + PKT_COMMON_L3_OFFSET;

  if (frame->link != LINK_ETHERNET || frame->captured < FRAME_LEAST || frame->wire > frame->captured ||
      ct_be16(ip - 2) != TYPE_IPV4 || ip[0] != 0x45 || (ct_be16(ip + 6) & FRAGMENT) != 0)
    return FALSE;
  h->ip = ip;
  h->l4 = ip + IPV4_HEADER;
  h->proto = ip[9];
  h->length = ct_be16(ip + 2);
  if (h->length < IPV4_HEADER + UDP_HEADER || h->length > frame->captured - PKT_COMMON_L3_OFFSET)
    return FALSE;
  h->l4_bytes = h->length - IPV4_HEADER;
  h->addresses = ct_sum_bytes(0, ip + 12, 8);
  return !verify || sum_is_right(ct_sum_bytes(h->addresses, ip, 12));
}

static inline gboolean l4_sum_is_right(const ipv4 *h)
{
  return sum_is_right(
    ct_sum_bytes(ct_sum_value(ct_sum_value(h->addresses, h->proto), (guint16)h->l4_bytes), h->l4, h->l4_bytes));
}

/*
 * SYN, ACK, FIN+ACK, RST, ... of tcp_error's list: those that occur and that every kernel let in. The rest goes the
 * long way.
 */
static inline gboolean flags_are_common(guint flags)
{
  const guint32 common = (guint32)(CT_TCP_SET_PSH(CT_TCP_SYN) | CT_TCP_SET_PSH(CT_TCP_SYN | CT_TCP_ACK) |
                                   CT_TCP_SET_PSH(CT_TCP_ACK) | CT_TCP_SET_PSH(CT_TCP_FIN | CT_TCP_ACK) |
                                   CT_TCP_SET(CT_TCP_RST) | CT_TCP_SET_PSH(CT_TCP_RST | CT_TCP_ACK));

  return (flags & CT_TCP_URG) == 0 && (common >> flags & 1) != 0;
}

static inline gboolean tcp_read(const ipv4 *h, gboolean verify, ct_packet *packet)
{
  static const guint8 aligned_timestamp[4] = { 1, 1, 8, 10 };
  const guint8 *tcp = h->l4;
  guint header = (guint)(tcp[12] >> 4) * 4, flags = tcp[13] & 0x3f;

  if (h->l4_bytes < TCP_HEADER || header < TCP_HEADER || header > h->l4_bytes || !flags_are_common(flags) ||
      (verify && !l4_sum_is_right(h)))
    return FALSE;
  memset(&packet->l4, 0, sizeof(packet->l4));
  packet->l4.tcp.seq = ct_be32(tcp + 4);
  packet->l4.tcp.ack = ct_be32(tcp + 8);
  packet->l4.tcp.payload_bytes = h->l4_bytes - header;
  packet->l4.tcp.window = ct_be16(tcp + 14);
  packet->l4.tcp.flags = (guint8)flags;
  packet->l4.tcp.header_bytes = (guint8)header;
  if (header == TCP_HEADER)
    packet->l4.tcp.options = CT_TCP_OPTIONS_NONE;
  else if (header == 32 && memcmp(tcp + 20, aligned_timestamp, 4) == 0)
    packet->l4.tcp.options = CT_TCP_OPTIONS_TIMESTAMP;
  else
    packet->l4.tcp.options = CT_TCP_OPTIONS_OTHER;
  return TRUE;
}

static inline gboolean udp_read(const ipv4 *h, gboolean verify, ct_packet *packet)
{
  guint claimed = ct_be16(h->l4 + 4);

  if (claimed < UDP_HEADER || claimed > h->l4_bytes || (verify && ct_be16(h->l4 + 6) != 0 && !l4_sum_is_right(h)))
    return FALSE;
  memset(&packet->l4, 0, sizeof(packet->l4));
  return TRUE;
}

gboolean pkt_common_decode(const cap_frame *frame, guint64 number, gboolean verify_l3, gboolean verify_l4,
                           ct_packet *packet)
{
  ct_tuple *tuple = &packet->tuple;
  ipv4 h;

  if (!ipv4_read(frame, verify_l3, &h))
    return FALSE;
  if (h.proto == CT_PROTO_TCP ? !tcp_read(&h, verify_l4, packet)
                              : h.proto != CT_PROTO_UDP || !udp_read(&h, verify_l4, packet))
    return FALSE;
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
