/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a packet is recognised by. */
#include "across.h"

#include "conntrack/proto/proto.h"

#include <string.h>

/* The first bytes of a payload tell packets apart; captures are often cut behind them. */
enum { PAYLOAD_TOLD_BYTES = 48, ICMP_ECHO_REPLY = 0, ICMP_ECHO = 8, ICMPV6_ECHO = 128, ICMPV6_ECHO_REPLY = 129 };

static guint64 mix(guint64 so_far, guint64 value)
{
  return ct_hash_words(so_far ^ UINT64_C(0x9e3779b97f4a7c15), value) + (so_far << 1);
}

static guint64 mix_bytes(guint64 so_far, const guint8 *bytes, gsize n)
{
  guint64 word;

  for (; n >= 8; bytes += 8, n -= 8) {
    memcpy(&word, bytes, 8);
    so_far = mix(so_far, word);
  }
  word = 0;
  if (n > 0)
    memcpy(&word, bytes, n);
  return mix(so_far, word ^ (guint64)n << 56);
}

/* Zeros where the capture has none. */
static guint32 be32_at(const ct_packet *p, guint32 at)
{
  guint8 scratch[4];
  const guint8 *bytes = ct_packet_at(p, at, 4, scratch);

  return bytes != NULL ? ct_be32(bytes) : 0;
}

static guint16 be16_at(const ct_packet *p, guint32 at)
{
  guint8 scratch[2];
  const guint8 *bytes = ct_packet_at(p, at, 2, scratch);

  return bytes != NULL ? ct_be16(bytes) : 0;
}

static gboolean is_query(const ct_tuple *t)
{
  guint8 type = ct_tuple_icmp_type(t);

  return t->proto == CT_PROTO_ICMP ? type == ICMP_ECHO || type == ICMP_ECHO_REPLY || (type >= 13 && type <= 18)
                                   : type == ICMPV6_ECHO || type == ICMPV6_ECHO_REPLY;
}

ct_tuple across_ends(const ct_tuple *tuple)
{
  ct_tuple ends = *tuple;

  ends.zone = 0;
  if (tuple->proto == CT_PROTO_ICMP || tuple->proto == CT_PROTO_ICMPV6)
    ends.src_id = ends.dst_id = is_query(tuple) ? tuple->src_id : 0;
  return ends;
}

void across_invert(const ct_tuple *ends, ct_tuple *inverse)
{
  *inverse = *ends;
  inverse->src = ends->dst;
  inverse->dst = ends->src;
  inverse->src_id = ends->dst_id;
  inverse->dst_id = ends->src_id;
}

/* Of the IP header: also of an ICMP error, whose tuple in the engine is the packet's inside. */
static void read_ip(across_sighting *s, const ct_packet *p)
{
  gboolean v4 = p->data[0] >> 4 == 4;

  s->tuple.family = v4 ? CT_IPV4 : CT_IPV6;
  s->tuple.proto = s->proto = v4 ? p->data[9] : ct_packet_proto(p);
  if (v4) {
    memcpy(&s->tuple.src, p->data + 12, 4);
    memcpy(&s->tuple.dst, p->data + 16, 4);
    s->ip_id = ct_be16(p->data + 4);
    s->ttl = p->data[8];
  } else if (p->captured >= 40) {
    memcpy(&s->tuple.src, p->data + 8, 16);
    memcpy(&s->tuple.dst, p->data + 24, 16);
    s->ttl = p->data[7];
  }
}

static void read_tcp(across_sighting *s, const ct_packet *p, guint32 at)
{
  guint8 scratch[1];
  const guint8 *length = ct_packet_at(p, at + 12, 1, scratch);

  s->payload_at = at + (length != NULL ? MAX(length[0] >> 4, 5) * 4u : 20);
  s->identity = mix(s->identity, (guint64)be32_at(p, at + 4) << 32 | be32_at(p, at + 8));
  s->identity = mix(s->identity, be16_at(p, at + 12) & 0x3f);
}

/* Of an error, what it is about: translation changes the addresses and ports inside. */
static void read_icmp(across_sighting *s, const ct_packet *p, guint32 at)
{
  guint32 inner = at + 8;
  gboolean v4 = s->tuple.family == CT_IPV4;

  s->payload_at = inner;
  s->tuple.dst_id = be16_at(p, at);
  s->tuple.src_id = is_query(&s->tuple) ? be16_at(p, at + 4) : 0;
  s->identity = mix(s->identity, s->tuple.dst_id);
  s->icmp_error = p->kind == CT_PACKET_ICMP_ERROR;
  if (!s->icmp_error)
    s->identity = mix(s->identity, be16_at(p, at + 6));
  else if (v4)
    s->identity = mix(s->identity, (guint64)be32_at(p, inner + 2) << 32 | be32_at(p, inner + 24));
  else
    s->identity = mix(s->identity, (guint64)be32_at(p, inner + 4) << 32 | be32_at(p, inner + 44));
}

static void read_l4(across_sighting *s, const ct_packet *p)
{
  guint32 at = s->l4_offset;

  s->payload_at = at;
  if (at == 0)
    return;
  if (s->proto == CT_PROTO_ICMP || s->proto == CT_PROTO_ICMPV6) {
    read_icmp(s, p, at);
    return;
  }
  if (ct_proto_has_ports(NULL, &s->tuple)) {
    s->tuple.src_id = be16_at(p, at);
    s->tuple.dst_id = be16_at(p, at + 2);
    s->payload_at = at + 8;
  }
  if (s->proto == CT_PROTO_TCP)
    read_tcp(s, p, at);
  else if (s->proto == CT_PROTO_SCTP)
    s->identity = mix(s->identity, be32_at(p, at + 4));
}

static void read_payload(across_sighting *s, const ct_packet *p)
{
  guint32 have;

  if (s->payload_at == 0)
    s->payload_at = s->tuple.family == CT_IPV4 ? (p->data[0] & 15) * 4u : 40;
  s->payload_bytes = p->length > s->payload_at ? p->length - s->payload_at : 0;
  have = p->captured > s->payload_at ? p->captured - s->payload_at : 0;
  s->payload = mix_bytes(s->payload_bytes, p->data + (have > 0 ? s->payload_at : 0), have);
  if (s->icmp_error)
    return;
  s->identity = mix(s->identity, s->payload_bytes);
  s->identity = mix_bytes(s->identity, p->data + (have > 0 ? s->payload_at : 0), MIN(have, PAYLOAD_TOLD_BYTES));
}

void across_read(across_sighting *s, across_side side, const ct_packet *p)
{
  memset(s, 0, sizeof(*s));
  s->number = p->number;
  s->time_ns = p->time_ns;
  s->length = p->length;
  s->captured = p->captured;
  s->side = (guint8)side;
  s->csum_bad = (p->flags & CT_PACKET_CSUM_BAD) != 0;
  read_ip(s, p);
  s->l4_offset = p->l4_offset >= (s->tuple.family == CT_IPV4 ? 20 : 40) ? p->l4_offset : 0;
  s->identity = mix(s->tuple.family, s->proto);
  read_l4(s, p);
  read_payload(s, p);
  s->ends = across_ends(&s->tuple);
  s->head_bytes = (guint8)MIN(p->captured, ACROSS_HEAD_BYTES);
  memcpy(s->head, p->data, s->head_bytes);
}
