/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/packet.h"

#include <string.h>

enum {
  IPV6_HOP = 0,
  IPV6_ROUTING = 43,
  IPV6_FRAGMENT = 44,
  IPV6_AUTH = 51,
  IPV6_NONE = 59,
  IPV6_DEST = 60,
  PROTO_UDPLITE = CT_PROTO_UDPLITE
};

static gboolean is_extension(guint8 next)
{
  return next == IPV6_HOP || next == IPV6_ROUTING || next == IPV6_FRAGMENT || next == IPV6_AUTH || next == IPV6_DEST;
}

/* The walk behind which -p of ip6tables looks (RULES 3.0). */
static void read_ipv6_protocol(fw_packet *p, guint8 next)
{
  guint8 scratch[4];

  p->l4_offset = 40;
  while (is_extension(next)) {
    const guint8 *h = ct_packet_at(p->raw, p->l4_offset, 2, scratch), *f;
    guint length;

    if (h == NULL) {
      p->broken = TRUE;
      return;
    }
    length = next == IPV6_AUTH ? (h[1] + 2U) << 2 : (h[1] + 1U) << 3;
    if (next == IPV6_FRAGMENT) {
      f = ct_packet_at(p->raw, p->l4_offset, 4, scratch);
      if (f == NULL) {
        p->broken = TRUE;
        return;
      }
      p->fragment = ct_be16(f + 2) >> 3;
      h = f;
      length = 8;
      if (p->fragment != 0 && is_extension(h[0])) {
        p->protocolless = TRUE;
        return;
      }
    }
    next = h[0];
    p->l4_offset += length;
    if (p->fragment != 0)
      break;
  }
  p->protocol = next;
}

static guint whole_header(guint8 protocol)
{
  switch (protocol) {
  case CT_PROTO_TCP: return 20;
  case CT_PROTO_UDP:
  case PROTO_UDPLITE:
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6: return 8;
  case CT_PROTO_SCTP:
  case CT_PROTO_DCCP: return 12;
  default: return 4;
  }
}

static void read_l4(fw_packet *p)
{
  guint8 scratch[20];
  const guint8 *h = p->broken || p->fragment != 0 ? NULL : ct_packet_at(p->raw, p->l4_offset, 4, scratch);

  if (h == NULL)
    return;
  p->l4 = FW_L4_PORTS;
  p->source_port = ct_be16(h);
  p->destination_port = ct_be16(h + 2);
  if ((guint64)p->l4_offset + whole_header(p->protocol) <= p->raw->length)
    p->l4 |= FW_L4_WHOLE;
  if (p->protocol == CT_PROTO_TCP && p->l4 & FW_L4_WHOLE) {
    h = ct_packet_at(p->raw, p->l4_offset, 20, scratch);
    p->tcp_flags = h[13];
  }
}

void fw_packet_read(fw_packet *p, const ct_packet *raw)
{
  const guint8 *d = raw->data;

  memset(p, 0, sizeof *p);
  p->raw = raw;
  p->state = 1; /* FW_STATE_INVALID: all there is before conntrack */
  if (d[0] >> 4 == 6) {
    p->family = FW_IPV6;
    memcpy(p->source.bytes, d + 8, 16);
    memcpy(p->destination.bytes, d + 24, 16);
    p->ttl = d[7];
    p->tos = (guint8)(d[0] << 4 | d[1] >> 4);
    read_ipv6_protocol(p, d[6]);
  } else {
    p->family = FW_IPV4;
    memcpy(p->source.bytes, d + 12, 4);
    memcpy(p->destination.bytes, d + 16, 4);
    p->ttl = d[8];
    p->tos = d[1];
    p->protocol = d[9];
    p->fragment = ct_be16(d + 6) & 0x1fff;
    p->l4_offset = (d[0] & 15U) * 4;
  }
  read_l4(p);
}

/* One's complement: the header's sum after a byte at an even or odd place has changed. */
static guint16 sum_changed(guint16 sum, guint16 old, guint16 new)
{
  guint32 s = (guint16)~sum + (guint32)(guint16)~old + new;

  s = (s & 0xffff) + (s >> 16);
  s = (s & 0xffff) + (s >> 16);
  return (guint16)~s;
}

static guint8 byte_at_hook(const fw_packet *p, guint32 offset)
{
  const guint8 *d = p->raw->data;
  guint16 sum;

  if (p->family == FW_IPV6)
    switch (offset) {
    case 0: return (guint8)(0x60 | p->tos >> 4);
    case 1: return (guint8)((d[1] & 15) | p->tos << 4);
    case 7: return p->ttl;
    default: return d[offset];
    }
  switch (offset) {
  case 1: return p->tos;
  case 8: return p->ttl;
  case 10:
  case 11:
    sum = sum_changed(ct_be16(d + 10), ct_be16(d + 8), (guint16)(p->ttl << 8 | d[9]));
    sum = sum_changed(sum, ct_be16(d), (guint16)(d[0] << 8 | p->tos));
    return (guint8)(offset == 10 ? sum >> 8 : sum);
  default: return d[offset];
  }
}

const guint8 *fw_packet_at(const fw_packet *p, guint32 offset, guint32 n, guint8 *scratch)
{
  const guint8 *bytes = ct_packet_at(p->raw, offset, n, scratch);
  guint32 i;

  if (bytes == NULL || !p->edited || offset > 11)
    return bytes;
  if (bytes != scratch)
    memcpy(scratch, bytes, n);
  for (i = 0; i < n && offset + i <= 11; i++)
    scratch[i] = byte_at_hook(p, offset + i);
  return scratch;
}
