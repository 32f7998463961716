/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include <string.h>

#include "conntrack/read/checksum.h"
#include "conntrack/read/packet.h"
#include "hostile_talk.h"

static void put8(GByteArray *out, guint v) { g_byte_array_append(out, (const guint8[]){ (guint8)v }, 1); }
static void put16(GByteArray *out, guint v)
{
  g_byte_array_append(out, (const guint8[]){ (guint8)(v >> 8), (guint8)v }, 2);
}
static void put32(GByteArray *out, guint32 v)
{
  put16(out, v >> 16);
  put16(out, v & 0xffff);
}
static void set16(GByteArray *out, guint at, guint v)
{
  out->data[at] = (guint8)(v >> 8);
  out->data[at + 1] = (guint8)v;
}

void hostile_bytes(hostile_talk *t, GByteArray *out, guint n)
{
  for (guint i = 0; i < n; i++)
    put8(out, BELOW(t, 256));
}

/* ---- sums ---- */

static guint16 sum_over(const hostile_talk *t, const ct_addr *src, const ct_addr *dst, guint proto,
                        const GByteArray *l4, guint covered)
{
  const guint n = t->family == CT_IPV4 ? 4 : 16;
  ct_sum sum = ct_sum_value(ct_sum_value(0, (guint16)proto), (guint16)l4->len);
  sum = ct_sum_bytes(ct_sum_bytes(sum, src->bytes, n), dst->bytes, n);
  guint16 folded = (guint16)~ct_sum_fold(ct_sum_bytes(sum, l4->data, covered));
  return folded;
}

/* Stores a sum whose field is zero so far. */
static void sum_store(GByteArray *l4, guint field, guint16 sum, hostile_sum how)
{
  if (how == HOSTILE_SUM_WRONG)
    sum ^= 0x5a01;
  if (how != HOSTILE_SUM_ZERO)
    memcpy(l4->data + field, &sum, 2);
}

static hostile_sum sum_choose(hostile_talk *t) { return CHANCE(t, 97) ? HOSTILE_SUM_RIGHT : HOSTILE_SUM_WRONG; }

/* ---- TCP ---- */

static void sack_blocks(hostile_talk *t, guint dir, GByteArray *out)
{
  const guint blocks = BELOW(t, 4);
  put8(out, 5);
  put8(out, CHANCE(t, 95) ? 2 + 8 * blocks : BELOW(t, 40));
  for (guint i = 0; i < blocks; i++) {
    const guint32 left = t->next[!dir] + BELOW(t, 300) - 100;
    put32(out, left);
    put32(out, left + BELOW(t, 200));
  }
}

static void timestamp(hostile_talk *t, GByteArray *out)
{
  put8(out, 8);
  put8(out, 10);
  hostile_bytes(t, out, 8);
}

static void option_any(hostile_talk *t, guint dir, GByteArray *out)
{
  switch (BELOW(t, 8)) {
  case 0: put8(out, 1); break;
  case 1: put8(out, 0); break;
  case 2:
    put8(out, 3);
    put8(out, CHANCE(t, 90) ? 3 : BELOW(t, 6));
    put8(out, BELOW(t, 20));
    break;
  case 3:
    put8(out, 4);
    put8(out, CHANCE(t, 90) ? 2 : BELOW(t, 4));
    break;
  case 4: sack_blocks(t, dir, out); break;
  case 5: timestamp(t, out); break;
  case 6: put32(out, 0x020405b4); break;
  default: hostile_bytes(t, out, 1 + BELOW(t, 4));
  }
}

/* What stacks send with this kind of segment, or anything at all. */
void hostile_tcp_options(hostile_talk *t, const hostile_segment *s, guint dir, GByteArray *out)
{
  if (CHANCE(t, 12)) {
    for (guint n = BELOW(t, 4); n > 0 && out->len < 30; n--)
      option_any(t, dir, out);
  } else if (s->flags & CT_TCP_SYN) {
    if (CHANCE(t, 80))
      put32(out, 0x020405b4);
    if (CHANCE(t, 70)) {
      put32(out, 0x01030300 | t->scale[dir]);
    }
    if (CHANCE(t, 70))
      put32(out, 0x01010402);
  } else if (CHANCE(t, 30)) {
    put16(out, 0x0101);
    timestamp(t, out);
  } else if (CHANCE(t, 15)) {
    put16(out, 0x0101);
    sack_blocks(t, dir, out);
  }
  while (out->len % 4)
    put8(out, CHANCE(t, 50));
  if (out->len > 40)
    g_byte_array_set_size(out, 40);
}

void hostile_tcp(hostile_talk *t, const hostile_segment *s, guint dir, GByteArray *out)
{
  GByteArray *options = g_byte_array_new();
  hostile_tcp_options(t, s, dir, options);
  put16(out, t->port[dir]);
  put16(out, t->port[!dir]);
  put32(out, s->seq);
  put32(out, s->ack);
  put8(out, CHANCE(t, 99) ? (20 + options->len) << 2 : BELOW(t, 256));
  put8(out, s->flags);
  put16(out, s->window);
  put32(out, 0);
  g_byte_array_append(out, options->data, options->len);
  hostile_bytes(t, out, s->payload);
  if (CHANCE(t, 1))
    g_byte_array_set_size(out, BELOW(t, out->len));
  if (out->len >= 18)
    sum_store(out, 16, sum_over(t, &t->addr[dir], &t->addr[!dir], CT_PROTO_TCP, out, out->len), s->sum);
  g_byte_array_unref(options);
}

/* ---- UDP, UDP-Lite, ICMP, GRE ---- */

void hostile_udp(hostile_talk *t, guint dir, GByteArray *out)
{
  const guint payload = BELOW(t, 60);
  const gboolean sum_zero = CHANCE(t, 8);
  put16(out, t->port[dir]);
  put16(out, t->port[!dir]);
  put16(out, CHANCE(t, 95) ? 8 + payload : BELOW(t, 90));
  put16(out, 0);
  hostile_bytes(t, out, payload);
  if (CHANCE(t, 3))
    g_byte_array_set_size(out, BELOW(t, out->len));
  if (out->len < 8 || sum_zero)
    return;
  guint16 sum = sum_over(t, &t->addr[dir], &t->addr[!dir], CT_PROTO_UDP, out, out->len);
  sum_store(out, 6, sum ? sum : 0xffff, sum_choose(t));
}

void hostile_udplite(hostile_talk *t, guint dir, GByteArray *out)
{
  const guint payload = BELOW(t, 60);
  guint coverage = CHANCE(t, 60) ? 8 + BELOW(t, payload + 1) : BELOW(t, 80);
  put16(out, t->port[dir]);
  put16(out, t->port[!dir]);
  put16(out, CHANCE(t, 20) ? coverage = 0 : coverage);
  put16(out, 0);
  hostile_bytes(t, out, payload);
  if (coverage == 0 || coverage > out->len)
    coverage = out->len;
  /* Linux verifies with UDP's number in the pseudo header, so both are tried. */
  guint16 sum =
    sum_over(t, &t->addr[dir], &t->addr[!dir], CHANCE(t, 70) ? CT_PROTO_UDP : CT_PROTO_UDPLITE, out, coverage);
  sum_store(out, 6, sum ? sum : 0xffff, CHANCE(t, 5) ? HOSTILE_SUM_ZERO : sum_choose(t));
}

void hostile_icmp_sum(const hostile_talk *t, const ct_addr *src, const ct_addr *dst, GByteArray *icmp, hostile_sum how)
{
  if (icmp->len < 4)
    return;
  guint16 sum;
  set16(icmp, 2, 0);
  if (t->family == CT_IPV4)
    sum = (guint16)~ct_sum_fold(ct_sum_bytes(0, icmp->data, icmp->len));
  else
    sum = sum_over(t, src, dst, CT_PROTO_ICMPV6, icmp, icmp->len);
  sum_store(icmp, 2, sum, how);
}

void hostile_echo(hostile_talk *t, guint8 type, guint8 code, GByteArray *out)
{
  put8(out, type);
  put8(out, code);
  put16(out, 0);
  put16(out, t->port[0] + CHANCE(t, 5));
  put16(out, BELOW(t, 4));
  hostile_bytes(t, out, BELOW(t, 40));
  if (CHANCE(t, 2))
    g_byte_array_set_size(out, BELOW(t, 8));
}

void hostile_icmp_error(hostile_talk *t, guint8 type, guint8 code, const guint8 *about, guint n, GByteArray *out)
{
  put8(out, type);
  put8(out, code);
  put16(out, 0);
  put32(out, CHANCE(t, 70) ? 0 : BELOW(t, 70000));
  g_byte_array_append(out, about, n);
}

void hostile_redirect(hostile_talk *t, const guint8 *about, guint n, GByteArray *out)
{
  put32(out, 137u << 24 | (CHANCE(t, 5) ? 1u << 16 : 0));
  put32(out, 0);
  hostile_bytes(t, out, 32); /* target, destination */
  if (CHANCE(t, 5))
    return;
  put8(out, CHANCE(t, 90) ? 4 : BELOW(t, 6));
  put8(out, CHANCE(t, 90) ? (n + 15) / 8 : BELOW(t, 3));
  hostile_bytes(t, out, 6);
  g_byte_array_append(out, about, n);
  if (CHANCE(t, 5))
    g_byte_array_set_size(out, BELOW(t, out->len));
}

void hostile_gre(hostile_talk *t, guint dir, GByteArray *out)
{
  const guint version = CHANCE(t, 50);
  put16(out, (CHANCE(t, 50) ? 0x2000 : 0x1000) | version);
  put16(out, version && CHANCE(t, 85) ? 0x880b : 0x0800);
  put16(out, BELOW(t, 20));
  put16(out, t->port[!dir]);
  hostile_bytes(t, out, BELOW(t, 30));
  if (CHANCE(t, 8))
    g_byte_array_set_size(out, BELOW(t, out->len));
}

void hostile_sctp_sum(GByteArray *sctp, hostile_sum how)
{
  if (sctp->len < 12)
    return;
  guint32 crc = ct_crc32c_sctp(sctp->data, sctp->len);
  if (how == HOSTILE_SUM_WRONG)
    crc ^= 0x1234;
  for (guint i = 0; i < 4; i++)
    sctp->data[8 + i] = (guint8)(crc >> 8 * i);
}

/* ---- IP ---- */

static void packet_emit(hostile_talk *t, const GByteArray *packet)
{
  const verify_hostile_packet entry = { .conversation = t->number,
                                        .phase = (guint8)t->phase,
                                        .family = t->family,
                                        .offset = t->out->bytes->len,
                                        .length = packet->len };
  g_byte_array_append(t->out->bytes, packet->data, packet->len);
  g_array_append_val(t->out->packets, entry);
}

static void ipv4_finish(hostile_talk *t, GByteArray *p)
{
  const guint header = (p->data[0] & 15u) * 4;
  set16(p, 10, 0);
  guint16 sum = (guint16)~ct_sum_fold(ct_sum_bytes(0, p->data, MIN(header, p->len)));
  sum_store(p, 10, sum, CHANCE(t, 1) ? HOSTILE_SUM_WRONG : HOSTILE_SUM_RIGHT);
}

/* Lies at the IP layer, and bytes behind the packet. */
static void ip_lie(hostile_talk *t, GByteArray *p)
{
  const guint length_at = t->family == CT_IPV4 ? 2 : 4;
  switch (BELOW(t, 5)) {
  case 0: set16(p, length_at, BELOW(t, p->len + 30)); break;
  case 1: p->data[0] = (guint8)BELOW(t, 256); break;
  case 2: hostile_bytes(t, p, 1 + BELOW(t, 20)); break;
  case 3: g_byte_array_set_size(p, 1 + BELOW(t, p->len)); break;
  default: p->data[t->family == CT_IPV4 ? 8 : 7] = (guint8)BELOW(t, 3); /* TTL, hop limit */
  }
}

/* flags_offset: IPv4's 16 bits. */
static void ipv4_packet(hostile_talk *t, const ct_addr *src, const ct_addr *dst, guint8 proto, guint flags_offset,
                        guint16 id, const guint8 *data, guint n)
{
  GByteArray *p = g_byte_array_new();
  const guint words = flags_offset == 0 && CHANCE(t, 3) ? BELOW(t, 4) : 0;
  put8(p, 0x45 + words);
  put8(p, flags_offset ? 0 : BELOW(t, 4));
  put16(p, 20 + 4 * words + n);
  put16(p, id);
  put16(p, flags_offset);
  put8(p, 64);
  put8(p, proto);
  put16(p, 0);
  g_byte_array_append(p, src->bytes, 4);
  g_byte_array_append(p, dst->bytes, 4);
  for (guint i = 0; i < 4 * words; i++)
    put8(p, 1); /* no operation */
  g_byte_array_append(p, data, n);
  if (flags_offset == 0 && CHANCE(t, 2))
    ip_lie(t, p);
  if (p->len >= 20)
    ipv4_finish(t, p);
  packet_emit(t, p);
  g_byte_array_unref(p);
}

/* Six bytes of options: padding, router alert, a jumbo length, something unknown, in any order and not always whole. */
static void options_put(hostile_talk *t, GByteArray *header)
{
  switch (BELOW(t, 5)) {
  case 0:
    put32(header, 0x00000102);
    put16(header, 0);
    break;
  case 1:
    put32(header, 0x05020000);
    put16(header, 0x0100);
    break;
  case 2:
    put16(header, 0xc204);
    put32(header, BELOW(t, 2) ? 70000 : 40);
    break;
  case 3:
    put16(header, (0x1eu | BELOW(t, 4) << 6) << 8 | 4);
    put32(header, 0);
    break;
  default: hostile_bytes(t, header, 6);
  }
}

/*
 * One extension header in front of what follows. => its own number. Broken hop-by-hop options only in front of all
 * others: behind an atomic fragment's header they would be judged by the bridge's second look alone, which no router
 * takes.
 */
static guint8 extension_put(hostile_talk *t, GByteArray *chain, guint8 next, gboolean outermost)
{
  static const guint8 kinds[] = { 0, 43, 60, 51, 44 };
  const guint8 kind = kinds[BELOW(t, G_N_ELEMENTS(kinds))];
  GByteArray *header = g_byte_array_new();
  put8(header, next);
  put8(header, 0);
  if (kind == 44) {
    put16(header, 0); /* atomic fragment */
    put32(header, 0x10000u * BELOW(t, 60000) + t->ip_id);
  } else if (kind == 51) {
    header->data[1] = 1; /* AH: (1 + 2) * 4 bytes */
    hostile_bytes(t, header, 10);
  } else if (kind == 43) {
    put8(header, 4);
    hostile_bytes(t, header, 5);
  } else if (CHANCE(t, 60) || (kind == 0 && !outermost)) {
    put32(header, 0x01040000); /* PadN */
    put16(header, 0);
  } else {
    options_put(t, header);
  }
  g_byte_array_prepend(chain, header->data, header->len);
  g_byte_array_unref(header);
  return kind;
}

static void ipv6_header(GByteArray *p, const ct_addr *src, const ct_addr *dst, guint8 next, guint payload)
{
  put32(p, 0x60000000);
  put16(p, payload);
  put8(p, next);
  put8(p, 64);
  g_byte_array_append(p, src->bytes, 16);
  g_byte_array_append(p, dst->bytes, 16);
}

static void ipv6_packet(hostile_talk *t, const ct_addr *src, const ct_addr *dst, guint8 proto, const GByteArray *l4)
{
  GByteArray *p = g_byte_array_new(), *chain = g_byte_array_new();
  guint8 next = proto;
  for (guint n = CHANCE(t, 8) ? 1 + BELOW(t, 3) : 0; n > 0; n--)
    next = extension_put(t, chain, next, n == 1);
  ipv6_header(p, src, dst, next, chain->len + l4->len);
  g_byte_array_append(p, chain->data, chain->len);
  g_byte_array_append(p, l4->data, l4->len);
  if (proto == CT_PROTO_ICMPV6)
    p->data[7] = 255;
  if (CHANCE(t, 2))
    ip_lie(t, p);
  packet_emit(t, p);
  g_byte_array_unref(chain);
  g_byte_array_unref(p);
}

static void fragment_emit(hostile_talk *t, const ct_addr *src, const ct_addr *dst, guint8 proto, const GByteArray *l4,
                          guint begin, guint end, gboolean more, guint16 id)
{
  if (t->family == CT_IPV4) {
    ipv4_packet(t, src, dst, proto, begin / 8 | (more ? 0x2000u : 0), id, l4->data + begin, end - begin);
    return;
  }
  GByteArray *p = g_byte_array_new();
  ipv6_header(p, src, dst, 44, 8 + end - begin);
  put8(p, proto);
  put8(p, 0);
  put16(p, (begin & ~7u) | more);
  put32(p, 0x00010000u + id);
  g_byte_array_append(p, l4->data + begin, end - begin);
  packet_emit(t, p);
  g_byte_array_unref(p);
}

/* Cut at random multiples of eight, in any order; now and then one is missing, doubled, moved, or of an odd length. */
static void fragments_emit(hostile_talk *t, const ct_addr *src, const ct_addr *dst, guint8 proto, const GByteArray *l4)
{
  const guint pieces = 2 + BELOW(t, 3), units = l4->len / 8;
  guint cut[6] = { 0 };
  /* An identification is used once by a pair of hosts: a queue that never completes must not meet another datagram. */
  const guint16 id = t->ip_id++;
  for (guint i = 1; i < pieces; i++) {
    const guint at = cut[i - 1] + 1 + BELOW(t, 1 + units / pieces);
    cut[i] = MIN(at, units);
  }
  for (guint i = 0; i < pieces; i++) {
    const guint which = CHANCE(t, 70) ? i : pieces - 1 - i;
    guint begin = cut[which] * 8, end = which + 1 == pieces ? l4->len : cut[which + 1] * 8;
    if (CHANCE(t, 5) && begin >= 8)
      begin -= 8;
    if (CHANCE(t, 3) && end > begin)
      end--;
    if (CHANCE(t, 3))
      continue;
    for (guint again = 1 + CHANCE(t, 5); again > 0 && end > begin; again--)
      fragment_emit(t, src, dst, proto, l4, begin, end, which + 1 != pieces, id);
  }
}

void hostile_send(hostile_talk *t, const ct_addr *src, const ct_addr *dst, guint8 proto, const GByteArray *l4)
{
  if (l4->len >= 24 && CHANCE(t, 3))
    fragments_emit(t, src, dst, proto, l4);
  else if (t->family == CT_IPV4)
    ipv4_packet(t, src, dst, proto, 0, t->ip_id++, l4->data, l4->len);
  else
    ipv6_packet(t, src, dst, proto, l4);
}
