/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/packet.h"

#include <string.h>

#include "firewall/walk/quick.h"

enum { IPV4_BYTES = 20, IPV6_BYTES = 40 };
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
  const guint8 *h;

  /* What conntrack has read needs no second look. */
  if (p->raw->kind == CT_PACKET_TRACK && p->raw->reason == CT_REASON_NONE && p->protocol == CT_PROTO_TCP &&
      p->fragment == 0 && p->raw->tuple.proto == CT_PROTO_TCP && (guint64)p->l4_offset + 20 <= p->raw->length) {
    p->l4 = FW_L4_PORTS | FW_L4_WHOLE;
    p->source_port = p->raw->tuple.src_id;
    p->destination_port = p->raw->tuple.dst_id;
    p->tcp_flags = p->raw->l4.tcp.flags;
    return;
  }
  h = p->broken || p->fragment != 0 ? NULL : ct_packet_at(p->raw, p->l4_offset, 4, scratch);

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

/* Field by field, in their order: this is done for each packet, and memset is slow to begin. */
static inline void start(fw_packet *p, const ct_packet *raw)
{
  p->raw = raw;
  p->hook = FW_HOOK_NONE;
  p->state = 1; /* FW_STATE_INVALID: all there is before conntrack */
  p->l4 = p->tcp_flags = 0;
  p->fragment = p->source_port = p->destination_port = 0;
  p->link = NULL;
  p->in = p->out = NULL;
  p->bridge_in = p->bridge_out = NULL;
  p->entry = NULL;
  p->mark = p->mark_unknown = 0;
  p->type = p->readings = p->direction = 0;
  p->sum_error = 0;
  p->broken = p->protocolless = FALSE;
  p->edited = p->own = p->made = p->routed = FALSE;
  p->has_entry = p->class_only = p->gone = FALSE;
  p->translated = p->seen = FALSE;
}

static void set_ipv4_address(fw_address *address, const guint8 *bytes)
{
  memcpy(&address->words[0], bytes, 4);
  address->words[1] = address->words[2] = address->words[3] = 0;
}

void fw_packet_read(fw_packet *p, const ct_packet *raw)
{
  const guint8 *d = raw->data;
  guint8 cut[IPV6_BYTES] = { 0 };

  start(p, raw);
  /* What the capture has not of a header counts as zeros: always the same. */
  if (G_UNLIKELY(raw->captured < IPV6_BYTES && (raw->captured < IPV4_BYTES || d[0] >> 4 == 6))) {
    memcpy(cut, d, raw->captured);
    d = cut;
  }
  if (d[0] >> 4 == 6) {
    p->family = FW_IPV6;
    memcpy(p->source.bytes, d + 8, 16);
    memcpy(p->destination.bytes, d + 24, 16);
    p->ttl = d[7];
    p->tos = (guint8)(d[0] << 4 | d[1] >> 4);
    read_ipv6_protocol(p, d[6]);
  } else {
    p->family = FW_IPV4;
    set_ipv4_address(&p->source, d + 12);
    set_ipv4_address(&p->destination, d + 16);
    p->ttl = d[8];
    p->tos = d[1];
    p->protocol = d[9];
    p->fragment = ct_be16(d + 6) & 0x1fff;
    p->l4_offset = (d[0] & 15U) * 4;
  }
  read_l4(p);
  p->quick = fw_quick_of_headers(p);
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

/* So many first bytes of a header that a hook sees otherwise than they arrived. */
enum { EDITED_BYTES = 12 };

const guint8 *fw_packet_at(const fw_packet *p, guint32 offset, guint32 n, guint8 *scratch)
{
  const guint8 *bytes = ct_packet_at(p->raw, offset, n, scratch);
  guint32 i;

  if (bytes == NULL || !p->edited || offset >= EDITED_BYTES)
    return bytes;
  if (bytes != scratch)
    memcpy(scratch, bytes, n);
  for (i = 0; i < n && offset + i < EDITED_BYTES; i++)
    scratch[i] = byte_at_hook(p, offset + i);
  return scratch;
}

void fw_packet_append(const fw_packet *p, guint32 n, GByteArray *to)
{
  guint32 held = MIN(n, p->raw->captured), header = MIN(n, EDITED_BYTES);
  guint from = to->len;
  guint8 scratch[EDITED_BYTES];

  g_byte_array_set_size(to, from + n);
  memset(to->data + from + held, 0, n - held);
  memcpy(to->data + from, p->raw->data, held);
  memcpy(to->data + from, fw_packet_at(p, 0, header, scratch), header);
}
