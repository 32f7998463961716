/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conversations of a few hosts on both sides, mostly as they should be, with packets that do not belong. */
#include <arpa/inet.h>
#include <string.h>

#include "conntrack/proto/proto.h"
#include "generator.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, PAYLOAD_MOST = 200, HEADER_MOST = 40 };
enum { ESP = 50, OTHER_PROTOCOL = 253 };
enum { DESTINATION_OPTIONS = 60, EXT_BYTES = 8, FRAGMENT = 44, FRAGMENT_BYTES = 8 };

/* ---- what is said ---- */

static ct_addr address(guint8 family, guint side, guint host)
{
  ct_addr a;
  g_autofree char *text = family == CT_IPV4 ? g_strdup_printf(side == 0 ? "10.1.0.%u" : "198.51.100.%u", host)
                                            : g_strdup_printf(side == 0 ? "fd01::%x" : "fd02::%x", host);

  memset(&a, 0, sizeof a);
  inet_pton(family == CT_IPV4 ? AF_INET : AF_INET6, text, a.bytes);
  return a;
}

/* What comes of another conversation: from its server to its client, whether a rule or a helper announces it or not. */
static void flow_follow(gen_flow *f, verify_random *r, guint number, const gen_flow *of)
{
  *f = *of;
  f->client_side = !of->client_side;
  f->proto = verify_random_percent(r, 60) ? CT_PROTO_UDP : CT_PROTO_TCP;
  f->tuple.proto = f->proto;
  f->tuple.src = of->tuple.dst;
  f->tuple.dst = of->tuple.src;
  f->tuple.src_id = (guint16)(30000 + number);
  f->tuple.dst_id = verify_random_percent(r, 50) ? GEN_ANNOUNCED : of->tuple.src_id;
}

static gboolean is_to_box(const gen_flow *f) { return f->tuple.dst.bytes[f->family == CT_IPV4 ? 3 : 15] == 1; }

static guint8 other_protocol(verify_random *r)
{
  static const guint8 others[] = { OTHER_PROTOCOL, OTHER_PROTOCOL, CT_PROTO_SCTP, CT_PROTO_SCTP,
                                   CT_PROTO_DCCP,  CT_PROTO_GRE,   ESP,           CT_PROTO_UDPLITE };

  return others[verify_random_below(r, G_N_ELEMENTS(others))];
}

static void flow_make(gen_flow *f, verify_random *r, guint number)
{
  static const guint16 ports[] = { 22, 25, 53, 80, 443, 5060, 8080, 12345, GEN_TFTP };
  guint to = verify_random_percent(r, 15) ? 1 : 2 + verify_random_below(r, 3);

  f->family = verify_random_percent(r, 30) ? CT_IPV6 : CT_IPV4;
  f->client_side = (guint8)verify_random_percent(r, 35);
  f->proto = verify_random_percent(r, 50)   ? CT_PROTO_TCP
             : verify_random_percent(r, 60) ? CT_PROTO_UDP
             : verify_random_percent(r, 80) ? (f->family == CT_IPV6 ? CT_PROTO_ICMPV6 : CT_PROTO_ICMP)
                                            : other_protocol(r);
  memset(&f->tuple, 0, sizeof f->tuple);
  f->tuple.family = f->family;
  f->tuple.proto = f->proto;
  f->tuple.src = address(f->family, f->client_side, 2 + verify_random_below(r, 3));
  /* The box's own address is asked on the client's side. */
  f->tuple.dst = address(f->family, to == 1 ? f->client_side : !f->client_side, to);
  f->tuple.src_id = (guint16)(20000 + 97 * number + verify_random_below(r, 90));
  f->tuple.dst_id = ports[verify_random_below(r, G_N_ELEMENTS(ports))];
}

/* What a conversation of TCP says next, if all goes well. */
static void tcp_step(gen_packet *p, verify_random *r, guint *phase)
{
  static const guint8 flags[] = { SYN, SYN | ACK, ACK, PSH | ACK, ACK, PSH | ACK, ACK, FIN | ACK, FIN | ACK, ACK };
  static const guint8 reply[] = { 0, 1, 0, 0, 1, 1, 0, 0, 1, 0 };

  if (verify_random_percent(r, 82)) {
    p->flags = flags[*phase % G_N_ELEMENTS(flags)];
    p->reply = reply[*phase % G_N_ELEMENTS(reply)];
    p->bytes = p->flags & PSH ? (guint16)verify_random_below(r, PAYLOAD_MOST) : 0;
    (*phase)++;
    return;
  }
  p->flags = verify_random_percent(r, 40) ? RST : (guint8)verify_random_below(r, 64);
  p->reply = (guint8)verify_random_percent(r, 50);
  p->seq_off = verify_random_percent(r, 30) ? (gint32)verify_random_below(r, 200000) - 100000 : 0;
}

static void packet_make(gen_case *c, verify_random *r, guint *phases)
{
  gen_packet p = { .kind = GEN_PACKET_DATA, .ttl = 64, .window = 8192, .first = 'a' };
  const gen_flow *f;

  p.flow = (guint8)verify_random_below(r, GEN_FLOWS);
  f = &c->flows[p.flow];
  if (verify_random_percent(r, 15))
    p.ttl = (guint8)(33 + verify_random_below(r, 200));
  if (verify_random_percent(r, 3))
    p.ttl = 1; /* it ends in the box */
  if (verify_random_percent(r, 15))
    p.tos = (guint8)(verify_random_below(r, 64) << 2);
  p.first = (guint8)('a' + verify_random_below(r, 4));
  p.bad_sum = verify_random_percent(r, 2);
  if (verify_random_percent(r, 5) && f->proto != CT_PROTO_ICMPV6) {
    p.kind = GEN_PACKET_ERROR;
    p.reply = (guint8)verify_random_percent(r, 60);
    p.code = (guint8)verify_random_below(r, 4);
  } else if (f->proto == CT_PROTO_TCP) {
    tcp_step(&p, r, &phases[p.flow]);
  } else {
    p.reply = phases[p.flow]++ > 0 && verify_random_percent(r, 50);
    p.bytes = (guint16)verify_random_below(r, PAYLOAD_MOST);
  }
  if (f->proto == CT_PROTO_TCP && p.flags & SYN)
    p.options = (guint8)verify_random_below(r, 4);
  p.ext = f->family == CT_IPV6 && verify_random_percent(r, 8);
  if (verify_random_percent(r, 2))
    p.cut = (guint8)(1 + verify_random_below(r, 20));
  if (p.cut == 0 && !p.ext && verify_random_percent(r, 5)) {
    p.split = (guint8)(1 + verify_random_below(r, 200));
    p.swapped = verify_random_percent(r, 25);
  }
  /* What the box would have sent comes from no link. */
  if (is_to_box(f))
    p.reply = 0;
  g_array_append_val(c->packets, p);
}

void gen_packets(gen_case *c, verify_random *r, guint n)
{
  guint phases[GEN_FLOWS] = { 0 };

  for (guint i = 0; i < GEN_FLOWS; i++) {
    const gen_flow *of = i > 0 ? &c->flows[verify_random_below(r, i)] : NULL;

    if (of != NULL && !is_to_box(of) && verify_random_percent(r, 20))
      flow_follow(&c->flows[i], r, i, of);
    else
      flow_make(&c->flows[i], r, i);
  }
  for (guint i = 0; i < n; i++)
    packet_make(c, r, phases);
}

/* ---- as bytes ---- */

void gen_world_start(gen_world *w, const gen_case *c)
{
  memset(w, 0, sizeof *w);
  for (guint i = 0; i < GEN_FLOWS; i++) {
    w->talks[i].flow = c->flows[i];
    w->talks[i].seq[0] = 1000 * (i + 1);
    w->talks[i].seq[1] = 500000 * (i + 1);
    w->talks[i].arrived[0] = g_byte_array_new();
    w->talks[i].arrived[1] = g_byte_array_new();
  }
}

void gen_world_clear(gen_world *w)
{
  for (guint i = 0; i < GEN_FLOWS; i++)
    for (guint d = 0; d < 2; d++)
      g_byte_array_unref(w->talks[i].arrived[d]);
}

static guint32 sum_of(guint32 sum, const guint8 *b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    sum += i % 2 == 0 ? (guint32)b[i] << 8 : b[i];
  return sum;
}

static guint16 folded(guint32 sum)
{
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint16)~sum;
}

static void put16(guint8 *at, guint32 v)
{
  at[0] = (guint8)(v >> 8);
  at[1] = (guint8)v;
}

static void put32(guint8 *at, guint32 v)
{
  put16(at, v >> 16);
  put16(at + 2, v);
}

/* The tuple as this packet's sender has it. A server answers what it saw. */
static ct_tuple tuple_of(const gen_talk *t, gboolean reply)
{
  ct_tuple tuple = reply && t->is_seen ? t->seen : t->flow.tuple;
  ct_addr src = tuple.src;
  guint16 id = tuple.src_id;

  if (!reply)
    return tuple;
  tuple.src = tuple.dst;
  tuple.src_id = tuple.dst_id;
  tuple.dst = src;
  tuple.dst_id = id;
  return tuple;
}

static gsize address_bytes(guint8 family) { return family == CT_IPV4 ? 4 : 16; }

/* The header of the network's layer before n bytes of another. */
static void put_ip(GByteArray *out, const ct_tuple *t, guint8 proto, const gen_packet *p, gsize n)
{
  const guint8 ext[EXT_BYTES] = { proto, 0, 1, 4 };
  guint8 h[40] = { 0 };

  g_byte_array_set_size(out, 0);
  if (t->family == CT_IPV4) {
    h[0] = 0x45;
    h[1] = p->tos;
    put16(h + 2, (guint32)(20 + n));
    put16(h + 4, (guint32)(p->flow + 1));
    h[8] = p->ttl;
    h[9] = proto;
    memcpy(h + 12, t->src.bytes, 4);
    memcpy(h + 16, t->dst.bytes, 4);
    put16(h + 10, folded(sum_of(0, h, 20)));
    g_byte_array_append(out, h, 20);
    return;
  }
  h[0] = (guint8)(0x60 | p->tos >> 4);
  h[1] = (guint8)(p->tos << 4);
  put16(h + 4, (guint32)n + (p->ext ? EXT_BYTES : 0));
  h[6] = p->ext ? DESTINATION_OPTIONS : proto;
  h[7] = p->ttl;
  memcpy(h + 8, t->src.bytes, 16);
  memcpy(h + 24, t->dst.bytes, 16);
  g_byte_array_append(out, h, 40);
  if (p->ext)
    g_byte_array_append(out, ext, EXT_BYTES);
}

static void put_sum(guint8 *l4, gsize n, gsize at, const ct_tuple *t, guint8 proto, gboolean pseudo, gboolean bad)
{
  const gsize a = address_bytes(t->family);
  guint32 sum = pseudo ? sum_of(sum_of((guint32)n + proto, t->src.bytes, a), t->dst.bytes, a) : 0;
  guint16 checksum = folded(sum_of(sum, l4, n));

  put16(l4 + at, checksum == 0 && proto == CT_PROTO_UDP ? 0xffff : checksum);
  if (bad)
    l4[at] ^= 0x55;
}

static gsize put_tcp(guint8 *l4, gen_talk *t, const gen_packet *p, const ct_tuple *tuple)
{
  static const guint8 options[4][12] = {
    { 0 }, { 2, 4, 0x05, 0xb4 }, { 2, 4, 0x03, 0xe8, 1, 3, 3, 7 }, { 1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0 }
  };
  const guint32 seq = t->seq[p->reply] + (guint32)p->seq_off;

  put16(l4, tuple->src_id);
  put16(l4 + 2, tuple->dst_id);
  put32(l4 + 4, seq);
  put32(l4 + 8, p->flags & ACK ? t->seq[!p->reply] : 0);
  l4[12] = (guint8)((5 + p->options) << 4);
  l4[13] = p->flags;
  put16(l4 + 14, p->window);
  if (p->seq_off == 0)
    t->seq[p->reply] += p->bytes + (p->flags & (SYN | FIN) ? 1 : 0);
  memcpy(l4 + 20, options[p->options], 4U * p->options);
  return 20 + 4U * p->options;
}

/* => how many bytes of a header. sum: where its checksum is; 0: it has none. */
static gsize put_header(guint8 *l4, gen_talk *t, const gen_packet *p, const ct_tuple *tuple, gsize *sum)
{
  *sum = 0;
  switch (t->flow.proto) {
  case CT_PROTO_TCP: *sum = 16; return put_tcp(l4, t, p, tuple);
  case CT_PROTO_UDP:
    put16(l4, tuple->src_id);
    put16(l4 + 2, tuple->dst_id);
    put16(l4 + 4, 8U + p->bytes);
    *sum = 6;
    return 8;
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6:
    l4[0] = t->flow.proto == CT_PROTO_ICMP ? (p->reply ? 0 : 8) : (p->reply ? 129 : 128);
    /* The id is the client's on both ways. */
    put16(l4 + 4, p->reply ? tuple->dst_id : tuple->src_id);
    put16(l4 + 6, 1);
    *sum = 2;
    return 8;
  case CT_PROTO_SCTP:
    put16(l4, tuple->src_id);
    put16(l4 + 2, tuple->dst_id);
    put32(l4 + 4, p->flags & 1 ? 0 : 77);
    l4[12] = (guint8)(p->first - 'a'); /* the kind of its only chunk */
    put16(l4 + 14, MAX(4U, p->bytes));
    return 20;
  case CT_PROTO_DCCP:
  case CT_PROTO_UDPLITE:
    put16(l4, tuple->src_id);
    put16(l4 + 2, tuple->dst_id);
    l4[4] = 5; /* the header's words, or a sum over nothing */
    *sum = 6;
    return 20;
  case CT_PROTO_GRE: /* version 0 */ put16(l4 + 2, 0x0800); return 4;
  case ESP: put32(l4, 1000U + p->flow); return 16;
  default: return 0;
  }
}

/* About the last packet that came the other way, from whom it came to. */
static gboolean error_make(const gen_talk *t, const gen_packet *p, const ct_tuple *tuple, GByteArray *out)
{
  static const guint8 types[2][4] = { { 3, 3, 11, 5 }, { 1, 1, 3, 2 } },
                      codes[2][4] = { { 1, 3, 0, 1 }, { 0, 4, 0, 0 } };
  const GByteArray *about = t->arrived[!p->reply];
  const gboolean six = t->flow.family == CT_IPV6;
  guint8 l4[8 + 100] = { 0 };
  const gsize n = 8 + MIN(about->len, 100);
  const guint8 proto = six ? CT_PROTO_ICMPV6 : CT_PROTO_ICMP;

  if (about->len == 0)
    return FALSE;
  l4[0] = types[six][p->code];
  l4[1] = codes[six][p->code];
  if (six && l4[0] == 2)
    put32(l4 + 4, 1400);
  memcpy(l4 + 8, about->data, n - 8);
  put_sum(l4, n, 2, tuple, proto, six, p->bad_sum);
  put_ip(out, tuple, proto, p, n);
  g_byte_array_append(out, l4, (guint)n);
  return TRUE;
}

/* ---- fragments ---- */

/* One of IPv4 is its packet's header and a part of the rest; of IPv6 there is a header between. */
static void put_fragment(GByteArray *out, const guint8 *whole, guint32 from, guint32 to, gboolean more, guint32 id)
{
  const gboolean six = whole[0] >> 4 == 6;
  const guint32 header = six ? 40 : 20;
  guint8 between[FRAGMENT_BYTES] = { 0 };

  g_byte_array_set_size(out, 0);
  g_byte_array_append(out, whole, header);
  if (six) {
    put16(out->data + 4, FRAGMENT_BYTES + to - from);
    out->data[6] = FRAGMENT;
    between[0] = whole[6];
    put16(between + 2, from | more);
    put32(between + 4, id);
    g_byte_array_append(out, between, sizeof between);
  } else {
    put16(out->data + 2, header + to - from);
    put16(out->data + 4, id);
    put16(out->data + 6, from / 8 | (more ? 0x2000 : 0));
    put16(out->data + 10, 0);
    put16(out->data + 10, folded(sum_of(0, out->data, 20)));
  }
  g_byte_array_append(out, whole + header + from, to - from);
}

/* In two, where there are bytes enough. */
static void split(GByteArray *out, GByteArray *rest, const gen_packet *p)
{
  static guint32 id = 0; /* never again: what has no other half waits for it, longer than a ruleset takes */
  const guint32 n = out->len - (out->data[0] >> 4 == 6 ? 40 : 20);
  g_autoptr(GByteArray) whole = NULL;
  guint32 at;

  if (n <= 8)
    return;
  at = 8 * (1 + p->split % ((n - 1) / 8));
  whole = g_byte_array_new();
  g_byte_array_append(whole, out->data, out->len);
  id++;
  put_fragment(p->swapped ? rest : out, whole->data, 0, at, TRUE, id);
  put_fragment(p->swapped ? out : rest, whole->data, at, n, FALSE, id);
}

/* => its offset, or -1: it is no fragment. */
static gint32 fragment_at(const GByteArray *b)
{
  guint32 field;

  if (b->data[0] >> 4 == 6) {
    if (b->len < 48 || b->data[6] != FRAGMENT)
      return -1;
    return (b->data[42] << 8 | b->data[43]) & 0xfff8;
  }
  field = (guint32)(b->data[6] << 8 | b->data[7]);
  return field & 0x3fff ? (gint32)(field & 0x1fff) * 8 : -1;
}

static gboolean is_last(const GByteArray *b) { return !(b->data[0] >> 4 == 6 ? b->data[43] & 1 : b->data[6] & 0x20); }

static guint32 skip_of(const GByteArray *b) { return b->data[0] >> 4 == 6 ? 40 + FRAGMENT_BYTES : 20; }

/* The later fragment's part goes behind the earlier, which becomes the packet with the last. */
static void join(GByteArray *first, const GByteArray *later)
{
  const gboolean six = first->data[0] >> 4 == 6;

  g_byte_array_append(first, later->data + skip_of(later), later->len - skip_of(later));
  if (six && is_last(later)) {
    first->data[6] = first->data[40];
    g_byte_array_remove_range(first, 40, FRAGMENT_BYTES);
  }
  if (six)
    put16(first->data + 4, first->len - 40);
  else
    put16(first->data + 2, first->len);
  if (!six && is_last(later))
    put16(first->data + 6, 0);
}

/* What came in fragments may leave in one piece that is called a fragment. */
static void unwrap(GByteArray *b)
{
  if (b->data[0] >> 4 != 6 || fragment_at(b) != 0 || !is_last(b))
    return;
  b->data[6] = b->data[40];
  g_byte_array_remove_range(b, 40, FRAGMENT_BYTES);
  put16(b->data + 4, b->len - 40);
}

void gen_packets_join(GPtrArray *packets)
{
  for (guint i = 0; i < packets->len; i++)
    unwrap(g_ptr_array_index(packets, i));
  for (guint i = 0; i + 1 < packets->len;) {
    GByteArray *one = g_ptr_array_index(packets, i), *two = g_ptr_array_index(packets, i + 1);

    if (fragment_at(one) == 0 && fragment_at(two) == (gint32)(one->len - skip_of(one))) {
      join(one, two);
      g_ptr_array_remove_index(packets, i + 1);
    } else {
      i++;
    }
  }
}

guint gen_packet_make(gen_world *w, const gen_packet *p, GByteArray *out, GByteArray *rest)
{
  gen_talk *t = &w->talks[p->flow];
  const ct_tuple tuple = tuple_of(t, p->reply);
  const guint side = p->reply ? !t->flow.client_side : t->flow.client_side;
  guint8 l4[HEADER_MOST + PAYLOAD_MOST] = { 0 };
  gsize header, sum = 0, n;

  if (p->kind == GEN_PACKET_ERROR && error_make(t, p, &tuple, out))
    return side;
  header = put_header(l4, t, p, &tuple, &sum);
  memset(l4 + header, 'x', p->bytes);
  if (p->bytes > 0)
    l4[header] = p->first;
  if (!p->reply && t->flow.proto == CT_PROTO_UDP && tuple.dst_id == GEN_TFTP && p->bytes > 4)
    memcpy(l4 + header, "\0\1x", 4); /* a request to read */
  n = header + p->bytes;
  if (sum > 0)
    put_sum(l4, n, sum, &tuple, t->flow.proto, t->flow.proto != CT_PROTO_ICMP, p->bad_sum);
  if (p->cut > 0)
    n = MIN(n, p->cut);
  put_ip(out, &tuple, t->flow.proto, p, n);
  g_byte_array_append(out, l4, (guint)n);
  if (p->split > 0)
    split(out, rest, p);
  return side;
}

void gen_packet_came(gen_world *w, const gen_packet *p, const guint8 *b, gsize n)
{
  gen_talk *t = &w->talks[p->flow];
  const gsize header = t->flow.family == CT_IPV4     ? 20
                       : b[6] == DESTINATION_OPTIONS ? 40 + EXT_BYTES
                                                     : 40,
              a = address_bytes(t->flow.family);
  const guint8 *addresses = b + (t->flow.family == CT_IPV4 ? 12 : 8), *l4 = b + header;

  if (p->kind == GEN_PACKET_ERROR || p->cut > 0 || n < header + 8)
    return;
  g_byte_array_set_size(t->arrived[p->reply], 0);
  g_byte_array_append(t->arrived[p->reply], b, (guint)n);
  if (p->reply)
    return;
  t->is_seen = TRUE;
  t->seen = t->flow.tuple;
  memcpy(t->seen.src.bytes, addresses, a);
  memcpy(t->seen.dst.bytes, addresses + a, a);
  if (t->flow.proto == CT_PROTO_TCP || t->flow.proto == CT_PROTO_UDP) {
    t->seen.src_id = (guint16)(l4[0] << 8 | l4[1]);
    t->seen.dst_id = (guint16)(l4[2] << 8 | l4[3]);
  } else if (t->flow.proto == CT_PROTO_SCTP || t->flow.proto == CT_PROTO_DCCP || t->flow.proto == CT_PROTO_UDPLITE) {
    t->seen.src_id = (guint16)(l4[0] << 8 | l4[1]);
    t->seen.dst_id = (guint16)(l4[2] << 8 | l4[3]);
  } else if (t->flow.proto == CT_PROTO_ICMP || t->flow.proto == CT_PROTO_ICMPV6) {
    t->seen.src_id = (guint16)(l4[4] << 8 | l4[5]);
  }
}
