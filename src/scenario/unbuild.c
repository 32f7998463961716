/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes to AST. Nothing here is trusted: a packet that was read is built again and compared, and a packet that does not
 * come out the same is refused. So a field that is read wrongly costs readability, never truth.
 */
#include "scenario/unbuild.h"

#include <string.h>

static guint16 get16(const guint8 *p) { return (guint16)(p[0] << 8 | p[1]); }

static guint32 get32(const guint8 *p) { return (guint32)get16(p) << 16 | get16(p + 2); }

/* The IP header's end and the protocol behind it. => FALSE for fragments, extension headers, headers that are cut. */
static gboolean find_l4(const scn_bytes *b, guint *offset, guint8 *proto)
{
  if (b->family == CT_IPV4) {
    if (b->captured < 20 || b->data[0] >> 4 != 4)
      return FALSE;
    *offset = (b->data[0] & 15) * 4u;
    *proto = b->data[9];
    return *offset >= 20 && *offset <= b->captured && (get16(b->data + 6) & 0x3fff) == 0 &&
           get16(b->data + 2) == b->length;
  }
  if (b->captured < 40 || b->data[0] >> 4 != 6)
    return FALSE;
  *offset = 40;
  *proto = b->data[6];
  return *proto != 0 && *proto != 43 && *proto != 44 && *proto != 51 && *proto != 60 &&
         get16(b->data + 4) == b->length - 40;
}

static gboolean has_identifier(guint8 family, guint8 type)
{
  if (family == CT_IPV4)
    return type == 0 || type == 8 || (type >= 13 && type <= 18);
  return type == 128 || type == 129 || type == 139 || type == 140;
}

gboolean scn_unbuild_tuple(const scn_bytes *b, ct_tuple *tuple)
{
  guint at = b->family == CT_IPV4 ? 12 : 8, n = b->family == CT_IPV4 ? 4 : 16, offset;
  const guint8 *l4;
  guint8 proto;

  if (!find_l4(b, &offset, &proto))
    return FALSE;
  /* The other family's ICMP number is a protocol like any other. */
  if (proto == (b->family == CT_IPV4 ? CT_PROTO_ICMPV6 : CT_PROTO_ICMP))
    return FALSE;
  memset(tuple, 0, sizeof(*tuple));
  memcpy(tuple->src.bytes, b->data + at, n);
  memcpy(tuple->dst.bytes, b->data + at + n, n);
  tuple->family = b->family;
  tuple->proto = proto;
  l4 = b->data + offset;
  if (scn_proto_has_ports(proto)) {
    if (b->captured < offset + 4)
      return FALSE;
    tuple->src_id = get16(l4);
    tuple->dst_id = get16(l4 + 2);
  } else if (ct_tuple_is_icmp(tuple)) {
    if (b->captured < offset + 8)
      return FALSE;
    tuple->src_id = tuple->dst_id = has_identifier(b->family, l4[0]) ? get16(l4 + 4) : 0;
  }
  return TRUE;
}

static void read_ipv4(const scn_bytes *b, scn_ip *ip)
{
  guint header = (b->data[0] & 15) * 4u;

  ip->has_tos = b->data[1] != 0;
  ip->tos = b->data[1];
  ip->id = get16(b->data + 4);
  ip->has_id = ip->id != 0;
  ip->has_df = (get16(b->data + 6) & 0x4000) == 0;
  ip->has_ttl = b->data[8] != 64;
  ip->ttl = b->data[8];
  if (header > 20) {
    ip->options = g_byte_array_new();
    g_byte_array_append(ip->options, b->data + 20, header - 20);
  }
}

static void read_ipv6(const scn_bytes *b, scn_ip *ip)
{
  guint32 word = get32(b->data);

  ip->tos = (guint8)(word >> 20);
  ip->has_tos = ip->tos != 0;
  ip->flow_label = word & 0xfffff;
  ip->has_flow_label = ip->flow_label != 0;
  ip->has_ttl = b->data[7] != 64;
  ip->ttl = b->data[7];
}

/* The captured bytes, and zeros for the rest: as the engine sees a packet that the snap length cut. */
static void read_payload(const scn_bytes *b, guint from, GByteArray *payload)
{
  guint known = b->captured > from ? b->captured - from : 0;

  if (known > 0)
    g_byte_array_append(payload, b->data + from, known);
  g_byte_array_set_size(payload, b->length - from);
  if (payload->len > known)
    memset(payload->data + known, 0, payload->len - known);
}

static void read_option(scn_tcp *tcp, const guint8 *at, guint n, guint32 peer_isn)
{
  scn_tcp_option *option;

  if (at[0] == SCN_TCP_MSS && n == 4)
    scn_tcp_option_add(tcp, SCN_TCP_MSS)->a = get16(at + 2);
  else if (at[0] == SCN_TCP_WSCALE && n == 3)
    scn_tcp_option_add(tcp, SCN_TCP_WSCALE)->a = at[2];
  else if (at[0] == SCN_TCP_SACK_OK && n == 2)
    scn_tcp_option_add(tcp, SCN_TCP_SACK_OK);
  else if (at[0] == SCN_TCP_TIMESTAMP && n == 10) {
    option = scn_tcp_option_add(tcp, SCN_TCP_TIMESTAMP);
    option->a = get32(at + 2);
    option->b = get32(at + 6);
  } else if (at[0] == SCN_TCP_SACK && n >= 10 && n <= 34 && n % 8 == 2) {
    option = scn_tcp_option_add(tcp, SCN_TCP_SACK);
    for (; option->blocks < n / 8; option->blocks++)
      for (guint edge = 0; edge < 2; edge++)
        option->edge[option->blocks][edge] = get32(at + 2 + 8 * option->blocks + 4 * edge) - peer_isn;
  } else {
    option = scn_tcp_option_add(tcp, SCN_TCP_RAW);
    option->raw = g_byte_array_new();
    g_byte_array_append(option->raw, at, n);
  }
}

static void read_options(scn_tcp *tcp, const guint8 *at, const guint8 *end, guint32 peer_isn)
{
  while (at < end) {
    guint n = at[0] <= 1 ? 1 : end - at > 1 ? at[1] : 0;

    if (at[0] == 0 || (at[0] > 1 && n < 2) || n > (guint)(end - at)) {
      /* The end, or nonsense: zeros up to a multiple of four are what the builder pads with. */
      gboolean padding = end - at < 4;

      for (const guint8 *p = at; p < end; p++)
        padding = padding && *p == 0;
      n = (guint)(end - at);
      if (!padding) {
        scn_tcp_option *option = scn_tcp_option_add(tcp, SCN_TCP_RAW);

        option->raw = g_byte_array_new();
        g_byte_array_append(option->raw, at, n);
      }
    } else
      read_option(tcp, at, n, peer_isn);
    at += n;
  }
}

static gboolean read_tcp(const scn_bytes *b, guint at, scn_packet *packet, const scn_flow_state *state)
{
  scn_tcp *tcp = &packet->l4.tcp;
  const guint8 *l4 = b->data + at;
  guint header;

  if (b->captured < at + 20)
    return FALSE;
  header = (l4[12] >> 4) * 4u;
  if (header < 20 || b->captured < at + header || b->length < at + header)
    return FALSE;
  tcp->flags = get16(l4 + 12) & 0x1ff;
  tcp->has_seq = TRUE;
  tcp->seq = get32(l4 + 4) - state->isn[packet->dir];
  tcp->has_ack = (tcp->flags & 16) != 0 || get32(l4 + 8) != 0;
  tcp->ack = get32(l4 + 8) - state->isn[!packet->dir];
  tcp->window = get16(l4 + 14);
  tcp->urgent = get16(l4 + 18);
  packet->sum.value = get16(l4 + 16);
  read_options(tcp, l4 + 20, l4 + header, state->isn[!packet->dir]);
  read_payload(b, at + header, packet->payload);
  return TRUE;
}

static gboolean read_udp(const scn_bytes *b, guint at, scn_packet *packet)
{
  const guint8 *l4 = b->data + at;

  if (b->captured < at + 8)
    return FALSE;
  packet->udp_length = get16(l4 + 4);
  packet->has_udp_length = packet->udp_length != b->length - at;
  packet->sum.value = get16(l4 + 6);
  read_payload(b, at + 8, packet->payload);
  return TRUE;
}

static gboolean read_icmp(const scn_bytes *b, guint at, scn_packet *packet)
{
  const guint8 *l4 = b->data + at;

  if (b->captured < at + 8)
    return FALSE;
  packet->l4.icmp.type = l4[0];
  packet->l4.icmp.code = l4[1];
  packet->l4.icmp.rest = get32(l4 + 4);
  packet->sum.value = get16(l4 + 2);
  read_payload(b, at + 8, packet->payload);
  return TRUE;
}

/* => the length of the header, 0 where it is cut. */
static guint read_gre(const guint8 *l4, guint n, scn_gre *gre)
{
  guint at = 4;
  guint16 flags;

  if (n < 4)
    return 0;
  flags = get16(l4);
  gre->version = flags & 7;
  gre->protocol = get16(l4 + 2);
  gre->has_key = gre->version == 0 && flags & 0x2000;
  gre->has_call = gre->version == 1;
  gre->has_seq = (flags & 0x1000) != 0;
  gre->has_ack = (flags & 0x80) != 0;
  if (n < 4u + 4u * ((gre->has_key || gre->has_call) + gre->has_seq + gre->has_ack))
    return 0;
  if (gre->has_call)
    gre->call = get16(l4 + at + 2);
  if (gre->has_key)
    gre->key = get32(l4 + at);
  at += gre->has_key || gre->has_call ? 4 : 0;
  if (gre->has_seq)
    gre->seq = get32(l4 + at);
  at += gre->has_seq ? 4 : 0;
  if (gre->has_ack)
    gre->ack = get32(l4 + at);
  return at + (gre->has_ack ? 4 : 0);
}

static gboolean read_layer4(const scn_bytes *b, guint at, scn_packet *packet, const scn_flow_state *state)
{
  guint n;

  switch (packet->proto) {
  case CT_PROTO_TCP: return read_tcp(b, at, packet, state);
  case CT_PROTO_UDP:
  case CT_PROTO_UDPLITE: return read_udp(b, at, packet);
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6: return read_icmp(b, at, packet);
  case CT_PROTO_SCTP:
    if (b->captured < b->length ||
        !scn_unbuild_sctp(b->data + at, b->captured - at, state, packet->dir, &packet->l4.sctp))
      return FALSE;
    packet->sum.value = (guint32)b->data[at + 8] | (guint32)b->data[at + 9] << 8 | (guint32)b->data[at + 10] << 16 |
                        (guint32)b->data[at + 11] << 24;
    return TRUE;
  case CT_PROTO_GRE:
    n = read_gre(b->data + at, b->captured - at, &packet->l4.gre);
    if (n > 0)
      read_payload(b, at + n, packet->payload);
    return n > 0;
  default: read_payload(b, at, packet->payload); return TRUE;
  }
}

static gboolean builds_same(const scn_packet *packet, const scn_bytes *b, scn_flow_state *state)
{
  scn_flow_state after = *state;
  scn_built built = { 0 };
  gboolean same;

  if (!scn_build_packet(packet, &after, NULL, &built))
    return FALSE;
  same = built.bytes->len == b->length && memcmp(built.bytes->data, b->data, b->captured) == 0;
  g_byte_array_unref(built.bytes);
  if (same)
    *state = after;
  return same;
}

/* First with right checksums, then with those that are there. */
static gboolean settle(scn_packet *packet, const scn_bytes *b, scn_flow_state *state)
{
  if (builds_same(packet, b, state))
    return TRUE;
  packet->sum.kind = SCN_SUM_GIVEN;
  if (builds_same(packet, b, state))
    return TRUE;
  if (b->family == CT_IPV6)
    return FALSE;
  packet->ip.sum = (scn_sum){ SCN_SUM_GIVEN, get16(b->data + 10) };
  if (builds_same(packet, b, state))
    return TRUE;
  packet->sum.kind = SCN_SUM_RIGHT;
  return builds_same(packet, b, state);
}

scn_packet *scn_unbuild_packet(const scn_bytes *b, const scn_flow *flow, ct_dir dir, scn_flow_state *state)
{
  scn_packet *packet = scn_packet_new();
  guint at;

  packet->flow = flow;
  packet->dir = dir;
  if (find_l4(b, &at, &packet->proto)) {
    if (b->family == CT_IPV4)
      read_ipv4(b, &packet->ip);
    else
      read_ipv6(b, &packet->ip);
    if (read_layer4(b, at, packet, state) && settle(packet, b, state))
      return packet;
  }
  scn_packet_free(packet);
  return NULL;
}
