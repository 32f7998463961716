/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP headers, layer-4 checksums, fragments. */
#include "scenario/build.h"

#include <string.h>

#include "conntrack/proto/proto.h"

enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTHENTICATION = 51, FLAG_DF = 0x4000, FLAG_MF = 0x2000 };

static guint put_ipv4(const scn_packet *packet, GByteArray *out)
{
  const scn_ip *ip = &packet->ip;
  guint options = ip->options != NULL ? (ip->options->len + 3) / 4 * 4 : 0;
  gboolean df = ip->has_df ? ip->df : TRUE;
  const ct_addr *src = ip->has_from ? &ip->from : &packet->flow->addr[packet->dir];
  const ct_addr *dst = ip->has_to ? &ip->to : &packet->flow->addr[!packet->dir];

  scn_put_u8(out, (guint8)(0x40 | (5 + options / 4)));
  scn_put_u8(out, ip->has_tos ? ip->tos : 0);
  scn_put_u16(out, 0);
  scn_put_u16(out, ip->has_id ? (guint16)ip->id : 0);
  scn_put_u16(out, df ? FLAG_DF : 0);
  scn_put_u8(out, ip->has_ttl ? ip->ttl : 64);
  scn_put_u8(out, packet->proto);
  scn_put_u16(out, 0);
  g_byte_array_append(out, src->bytes, 4);
  g_byte_array_append(out, dst->bytes, 4);
  if (ip->options != NULL)
    g_byte_array_append(out, ip->options->data, ip->options->len);
  while (out->len % 4)
    scn_put_u8(out, 0);
  return out->len;
}

/* One extension header: its length field in units of 8 bytes without the first, AH's in 4 without two; a fragment
 * header has none. */
static void put_extension(const scn_extension *extension, guint8 next, GByteArray *out)
{
  guint begin = out->len, unit = extension->type == AUTHENTICATION ? 4 : 8, length;

  scn_put_u8(out, next);
  scn_put_u8(out, 0);
  g_byte_array_append(out, extension->body->data, extension->body->len);
  while ((out->len - begin) % unit)
    scn_put_u8(out, 0);
  length = out->len - begin;
  if (extension->type != FRAGMENT)
    out->data[begin + 1] = (guint8)(extension->type == AUTHENTICATION ? length / 4 - 2 : length / 8 - 1);
}

/* => where the part begins that fragments do not repeat: behind hop-by-hop and routing headers (RFC 8200 4.5). */
static guint put_ipv6(const scn_packet *packet, GByteArray *out)
{
  const scn_ip *ip = &packet->ip;
  guint n = ip->extensions != NULL ? ip->extensions->len : 0, fragmentable = 40;
  const ct_addr *src = ip->has_from ? &ip->from : &packet->flow->addr[packet->dir];
  const ct_addr *dst = ip->has_to ? &ip->to : &packet->flow->addr[!packet->dir];
  const scn_extension *first = n ? g_ptr_array_index(ip->extensions, 0) : NULL;

  scn_put_u32(out, 0x60000000u | (guint32)(ip->has_tos ? ip->tos : 0) << 20 |
                     (ip->has_flow_label ? ip->flow_label & 0xfffff : 0));
  scn_put_u16(out, 0);
  scn_put_u8(out, first != NULL ? first->type : packet->proto);
  scn_put_u8(out, ip->has_ttl ? ip->ttl : 64);
  g_byte_array_append(out, src->bytes, 16);
  g_byte_array_append(out, dst->bytes, 16);
  for (guint i = 0; i < n; i++) {
    const scn_extension *extension = g_ptr_array_index(ip->extensions, i);
    const scn_extension *next = i + 1 < n ? g_ptr_array_index(ip->extensions, i + 1) : NULL;

    put_extension(extension, next != NULL ? next->type : packet->proto, out);
    if (extension->type == HOP_BY_HOP || extension->type == ROUTING)
      fragmentable = out->len;
  }
  return fragmentable;
}

static guint32 pseudo_sum(const scn_packet *packet, const scn_built *built, guint32 length)
{
  guint at = built->family == CT_IPV4 ? 12 : 8, n = built->family == CT_IPV4 ? 8 : 32;
  guint32 sum = scn_sum_add(0, built->bytes->data + at, n);

  return sum + packet->proto + (length >> 16) + (length & 0xffff);
}

static guint16 sum_value(const scn_sum *sum, guint16 right)
{
  switch (sum->kind) {
  case SCN_SUM_WRONG: return right ^ 0x5555;
  case SCN_SUM_GIVEN: return (guint16)sum->value;
  default: return right;
  }
}

/* Where the checksum stands in the layer-4 header; -1: the protocol has none that is made here. */
/* => where the internet checksum stands in the header, -1 where there is none (SCTP's is a CRC). */
static gint sum_offset(guint8 proto)
{
  const ct_proto *known = ct_proto_known(NULL, proto);

  return known != NULL && ct_proto_ids(NULL, proto) != CT_IDS_NONE && known->sum_bytes == 2 ? known->sum_at : -1;
}

static void set_crc32c(const scn_packet *packet, guint8 *l4, guint n)
{
  guint32 crc = scn_crc32c(l4, n);

  if (packet->sum.kind == SCN_SUM_WRONG)
    crc ^= 0x55555555;
  else if (packet->sum.kind == SCN_SUM_GIVEN)
    crc = packet->sum.value;
  for (guint i = 0; i < 4; i++) /* the one field that goes out with its low byte first (RFC 9260 appendix A) */
    l4[8 + i] = (guint8)(crc >> 8 * i);
}

static void set_sum(const scn_packet *packet, scn_built *built)
{
  guint n = built->bytes->len - built->l4_offset, covered = n;
  guint8 *l4 = built->bytes->data + built->l4_offset;
  gint at = sum_offset(packet->proto);
  guint16 right;

  if (packet->proto == CT_PROTO_SCTP && n >= 12)
    set_crc32c(packet, l4, n);
  if (at < 0)
    return;
  if (packet->proto == CT_PROTO_UDPLITE && packet->has_udp_length && packet->udp_length >= 8)
    covered = MIN(n, packet->udp_length);
  right = scn_sum_fold(scn_sum_add(packet->proto == CT_PROTO_ICMP ? 0 : pseudo_sum(packet, built, n), l4, covered));
  if (right == 0 && (packet->proto == CT_PROTO_UDP || packet->proto == CT_PROTO_UDPLITE))
    right = 0xffff; /* 0 would say "no checksum" */
  scn_set_u16(built->bytes, built->l4_offset + (guint)at, sum_value(&packet->sum, right));
}

static void put_layer4(const scn_packet *packet, scn_flow_state *state, const scn_built *quoted, GByteArray *out)
{
  /* Options are padded by the length of the buffer: layer 4 begins in a buffer of its own. */
  GByteArray *l4 = g_byte_array_new();

  switch (packet->proto) {
  case CT_PROTO_TCP: scn_build_tcp(packet, state, l4); break;
  case CT_PROTO_UDP:
  case CT_PROTO_UDPLITE: scn_build_udp(packet, l4); break;
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6: scn_build_icmp(packet, quoted, l4); break;
  case CT_PROTO_SCTP: scn_build_sctp(packet, state, l4); break;
  case CT_PROTO_GRE: scn_build_gre(packet, l4); break;
  default: g_byte_array_append(l4, packet->payload->data, packet->payload->len);
  }
  g_byte_array_append(out, l4->data, l4->len);
  g_byte_array_unref(l4);
}

static void set_length(scn_built *built)
{
  if (built->family == CT_IPV4)
    scn_set_u16(built->bytes, 2, (guint16)built->bytes->len);
  else
    scn_set_u16(built->bytes, 4, (guint16)(built->bytes->len - 40));
}

void scn_build_patch(const scn_ip *ip, GByteArray *bytes)
{
  for (guint i = 0; ip->patches != NULL && i < ip->patches->len; i++) {
    const scn_patch *patch = g_ptr_array_index(ip->patches, i);

    for (guint k = 0; k < patch->bytes->len; k++)
      if (patch->offset < bytes->len && k < bytes->len - patch->offset)
        bytes->data[patch->offset + k] = patch->bytes->data[k];
  }
}

void scn_build_finish(const scn_ip *ip, scn_built *built)
{
  GByteArray *bytes = built->bytes;

  if (ip->has_length)
    scn_set_u16(bytes, built->family == CT_IPV4 ? 2 : 4, ip->length);
  if (built->family == CT_IPV4) {
    guint header = MIN((guint)(bytes->data[0] & 15) * 4, bytes->len);

    scn_set_u16(bytes, 10, 0);
    scn_set_u16(bytes, 10, sum_value(&ip->sum, scn_sum_fold(scn_sum_add(0, bytes->data, header))));
  }
  scn_build_patch(ip, bytes);
}

gboolean scn_build_packet(const scn_packet *packet, scn_flow_state *state, const scn_built *quoted, scn_built *out)
{
  out->bytes = g_byte_array_new();
  out->family = packet->flow->family;
  out->fragmentable = out->family == CT_IPV4 ? put_ipv4(packet, out->bytes) : put_ipv6(packet, out->bytes);
  out->l4_offset = out->bytes->len;
  put_layer4(packet, state, quoted, out->bytes);
  if (out->bytes->len - (out->family == CT_IPV4 ? 0 : 40) > 65535) {
    g_byte_array_unref(out->bytes);
    out->bytes = NULL;
    return FALSE;
  }
  set_length(out);
  set_sum(packet, out);
  scn_build_finish(&packet->ip, out);
  return TRUE;
}

static void put_fragment_ipv4(const scn_built *whole, guint32 begin, gboolean more, const scn_ip *ip, scn_built *out)
{
  g_byte_array_append(out->bytes, whole->bytes->data, whole->fragmentable);
  scn_set_u16(out->bytes, 4, (guint16)(ip->has_id ? ip->id : whole->id));
  scn_set_u16(out->bytes, 6,
              (guint16)((ip->has_df && ip->df ? FLAG_DF : 0) | (more ? FLAG_MF : 0) | (begin / 8 & 0x1fff)));
}

/* The fragment header goes between the headers that are repeated and those that are not; the next-header field before
 * it is put right. */
static void put_fragment_ipv6(const scn_built *whole, guint32 begin, gboolean more, const scn_ip *ip, scn_built *out)
{
  guint at = 6, header = 40;
  guint8 next;

  g_byte_array_append(out->bytes, whole->bytes->data, whole->fragmentable);
  while (header < whole->fragmentable) {
    at = header;
    header += 8 + 8u * whole->bytes->data[header + 1];
  }
  next = out->bytes->data[at];
  out->bytes->data[at] = FRAGMENT;
  scn_put_u8(out->bytes, next);
  scn_put_u8(out->bytes, 0);
  scn_put_u16(out->bytes, (guint16)((begin & 0xfff8) | (more ? 1 : 0)));
  scn_put_u32(out->bytes, ip->has_id ? ip->id : whole->id);
}

gboolean scn_build_fragment(const scn_built *whole, guint32 begin, guint32 end, gint more, const scn_ip *ip,
                            const GByteArray *data, scn_built *out)
{
  guint32 total = whole->bytes->len - whole->fragmentable;
  gboolean follows;

  if (end == G_MAXUINT32)
    end = total;
  if (begin > end || begin % 8 != 0 || begin > 65528 || (data == NULL && end > total))
    return FALSE;
  follows = more >= 0 ? more : end < total;
  out->bytes = g_byte_array_new();
  out->family = whole->family;
  if (whole->family == CT_IPV4)
    put_fragment_ipv4(whole, begin, follows, ip, out);
  else
    put_fragment_ipv6(whole, begin, follows, ip, out);
  out->fragmentable = out->l4_offset = out->bytes->len;
  if (data != NULL)
    g_byte_array_append(out->bytes, data->data, data->len);
  else
    g_byte_array_append(out->bytes, whole->bytes->data + whole->fragmentable + begin, end - begin);
  if (ip->has_ttl)
    out->bytes->data[whole->family == CT_IPV4 ? 8 : 7] = ip->ttl;
  set_length(out);
  scn_build_finish(ip, out);
  return TRUE;
}
