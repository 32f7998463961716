/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of a conversation: headers, options, sums right and wrong, fragments. */
#include <string.h>

#include "conntrack/read/checksum.h"
#include "conntrack/read/packet.h"
#include "verify/talk.h"

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

void verify_talk_bytes(verify_talk *t, GByteArray *out, guint n)
{
  for (guint i = 0; i < n; i++)
    put8(out, below(t, 256));
}

/* --- sums --- */

static guint16 sum_over(const verify_talk *t, const ct_addr *src, const ct_addr *dst, guint proto, const GByteArray *l4,
                        guint covered)
{
  guint n = t->family == CT_IPV4 ? 4 : 16;
  ct_sum sum = ct_sum_value(ct_sum_value(0, (guint16)proto), (guint16)l4->len);

  sum = ct_sum_bytes(ct_sum_bytes(sum, src->bytes, n), dst->bytes, n);

  guint16 folded = (guint16)~ct_sum_fold(ct_sum_bytes(sum, l4->data, covered));

  return folded;
}

/* Stores a sum whose field is zero so far. */
static void sum_store(GByteArray *l4, guint field, guint16 sum, verify_sum_kind how)
{
  if (how == VERIFY_SUM_WRONG)
    sum ^= 0x5a01;
  if (how != VERIFY_SUM_ZERO)
    memcpy(l4->data + field, &sum, 2);
}

static verify_sum_kind sum_choose(verify_talk *t) { return chance(t, 97) ? VERIFY_SUM_RIGHT : VERIFY_SUM_WRONG; }

/* --- TCP --- */

static void sack_blocks(verify_talk *t, guint dir, GByteArray *out)
{
  guint blocks = below(t, 4);

  put8(out, 5);
  put8(out, chance(t, 95) ? 2 + 8 * blocks : below(t, 40));
  for (guint i = 0; i < blocks; i++) {
    guint32 left = t->next[!dir] + below(t, 300) - 100;

    put32(out, left);
    put32(out, left + below(t, 200));
  }
}

static void timestamp(verify_talk *t, GByteArray *out)
{
  put8(out, 8);
  put8(out, 10);
  verify_talk_bytes(t, out, 8);
}

static void option_any(verify_talk *t, guint dir, GByteArray *out)
{
  switch (below(t, 8)) {
  case 0: put8(out, 1); break;
  case 1: put8(out, 0); break;
  case 2:
    put8(out, 3);
    put8(out, chance(t, 90) ? 3 : below(t, 6));
    put8(out, below(t, 20));
    break;
  case 3:
    put8(out, 4);
    put8(out, chance(t, 90) ? 2 : below(t, 4));
    break;
  case 4: sack_blocks(t, dir, out); break;
  case 5: timestamp(t, out); break;
  case 6: put32(out, 0x020405b4); break;
  default: verify_talk_bytes(t, out, 1 + below(t, 4));
  }
}

/* The options that stacks send with this kind of segment, or any at all. */
void verify_talk_tcp_options(verify_talk *t, const verify_segment *s, guint dir, GByteArray *out)
{
  if (chance(t, 12)) {
    for (guint n = below(t, 4); n > 0 && out->len < 30; n--)
      option_any(t, dir, out);
  } else if (s->flags & CT_TCP_SYN) {
    if (chance(t, 80))
      put32(out, 0x020405b4);
    if (chance(t, 70)) {
      put32(out, 0x01030300 | t->scale[dir]);
    }
    if (chance(t, 70))
      put32(out, 0x01010402);
  } else if (chance(t, 30)) {
    put16(out, 0x0101);
    timestamp(t, out);
  } else if (chance(t, 15)) {
    put16(out, 0x0101);
    sack_blocks(t, dir, out);
  }
  while (out->len % 4)
    put8(out, chance(t, 50));
  if (out->len > 40)
    g_byte_array_set_size(out, 40);
}

void verify_talk_tcp(verify_talk *t, const verify_segment *s, guint dir, GByteArray *out)
{
  GByteArray *options = g_byte_array_new();

  verify_talk_tcp_options(t, s, dir, options);
  put16(out, t->port[dir]);
  put16(out, t->port[!dir]);
  put32(out, s->seq);
  put32(out, s->ack);
  put8(out, chance(t, 99) ? (20 + options->len) << 2 : below(t, 256));
  put8(out, s->flags);
  put16(out, s->window);
  put32(out, 0);
  g_byte_array_append(out, options->data, options->len);
  verify_talk_bytes(t, out, s->payload);
  if (chance(t, 1))
    g_byte_array_set_size(out, below(t, out->len));
  if (out->len >= 18)
    sum_store(out, 16, sum_over(t, &t->addr[dir], &t->addr[!dir], CT_PROTO_TCP, out, out->len), s->sum);
  g_byte_array_unref(options);
}

/* --- UDP, UDP-Lite, ICMP, GRE --- */

void verify_talk_udp(verify_talk *t, guint dir, GByteArray *out)
{
  guint payload = below(t, 60);
  gboolean sum_zero = chance(t, 8);

  put16(out, t->port[dir]);
  put16(out, t->port[!dir]);
  put16(out, chance(t, 95) ? 8 + payload : below(t, 90));
  put16(out, 0);
  verify_talk_bytes(t, out, payload);
  if (chance(t, 3))
    g_byte_array_set_size(out, below(t, out->len));
  if (out->len < 8 || sum_zero)
    return;

  guint16 sum = sum_over(t, &t->addr[dir], &t->addr[!dir], CT_PROTO_UDP, out, out->len);

  sum_store(out, 6, sum ? sum : 0xffff, sum_choose(t));
}

void verify_talk_udplite(verify_talk *t, guint dir, GByteArray *out)
{
  guint payload = below(t, 60);
  guint coverage = chance(t, 60) ? 8 + below(t, payload + 1) : below(t, 80);

  put16(out, t->port[dir]);
  put16(out, t->port[!dir]);
  put16(out, chance(t, 20) ? coverage = 0 : coverage);
  put16(out, 0);
  verify_talk_bytes(t, out, payload);
  if (coverage == 0 || coverage > out->len)
    coverage = out->len;

  /* Linux verifies with UDP's number in the pseudo header, so both are tried. */
  guint16 sum =
    sum_over(t, &t->addr[dir], &t->addr[!dir], chance(t, 70) ? CT_PROTO_UDP : CT_PROTO_UDPLITE, out, coverage);

  sum_store(out, 6, sum ? sum : 0xffff, chance(t, 5) ? VERIFY_SUM_ZERO : sum_choose(t));
}

void verify_talk_icmp_sum(const verify_talk *t, const ct_addr *src, const ct_addr *dst, GByteArray *icmp,
                          verify_sum_kind how)
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

void verify_talk_echo(verify_talk *t, guint8 type, guint8 code, GByteArray *out)
{
  put8(out, type);
  put8(out, code);
  put16(out, 0);
  put16(out, t->port[0] + chance(t, 5));
  put16(out, below(t, 4));
  verify_talk_bytes(t, out, below(t, 40));
  if (chance(t, 2))
    g_byte_array_set_size(out, below(t, 8));
}

void verify_talk_icmp_error(verify_talk *t, guint8 type, guint8 code, const guint8 *about, guint n, GByteArray *out)
{
  put8(out, type);
  put8(out, code);
  put16(out, 0);
  put32(out, chance(t, 70) ? 0 : below(t, 70000));
  g_byte_array_append(out, about, n);
}

void verify_talk_redirect(verify_talk *t, const guint8 *about, guint n, GByteArray *out)
{
  put32(out, 137u << 24 | (chance(t, 5) ? 1u << 16 : 0));
  put32(out, 0);
  verify_talk_bytes(t, out, 32); /* target, destination */
  if (chance(t, 5))
    return;
  put8(out, chance(t, 90) ? 4 : below(t, 6));
  put8(out, chance(t, 90) ? (n + 15) / 8 : below(t, 3));
  verify_talk_bytes(t, out, 6);
  g_byte_array_append(out, about, n);
  if (chance(t, 5))
    g_byte_array_set_size(out, below(t, out->len));
}

void verify_talk_gre(verify_talk *t, guint dir, GByteArray *out)
{
  guint version = chance(t, 50);

  put16(out, (chance(t, 50) ? 0x2000 : 0x1000) | version);
  put16(out, version && chance(t, 85) ? 0x880b : 0x0800);
  put16(out, below(t, 20));
  put16(out, t->port[!dir]);
  verify_talk_bytes(t, out, below(t, 30));
  if (chance(t, 8))
    g_byte_array_set_size(out, below(t, out->len));
}

void verify_talk_sctp_sum(GByteArray *sctp, verify_sum_kind how)
{
  if (sctp->len < 12)
    return;

  guint32 crc = ct_crc32c_sctp(sctp->data, sctp->len);

  if (how == VERIFY_SUM_WRONG)
    crc ^= 0x1234;
  for (guint i = 0; i < 4; i++)
    sctp->data[8 + i] = (guint8)(crc >> 8 * i);
}

/* --- IP --- */

static void packet_emit(verify_talk *t, const GByteArray *packet)
{
  const verify_hostile_packet entry = { .conversation = t->number,
                                        .phase = (guint8)t->phase,
                                        .family = t->family,
                                        .offset = t->out->bytes->len,
                                        .length = packet->len };

  g_byte_array_append(t->out->bytes, packet->data, packet->len);
  g_array_append_val(t->out->packets, entry);
}

static void ipv4_finish(verify_talk *t, GByteArray *p)
{
  guint header = (p->data[0] & 15u) * 4;

  set16(p, 10, 0);

  guint16 sum = (guint16)~ct_sum_fold(ct_sum_bytes(0, p->data, MIN(header, p->len)));

  sum_store(p, 10, sum, chance(t, 1) ? VERIFY_SUM_WRONG : VERIFY_SUM_RIGHT);
}

/*
 * Another version, another header length. Not one that makes IPv4 options of what lies behind: conntrack does not read
 * them, but a router does, and refuses most of what chance writes.
 */
static void first_byte_lie(verify_talk *t, GByteArray *p)
{
  guint8 byte = (guint8)below(t, 256);

  if (t->family == CT_IPV4 && byte >> 4 == 4 && (byte & 15u) * 4 <= p->len)
    byte = (guint8)(0x40 | below(t, 6));
  p->data[0] = byte;
}

/* Lies at the IP layer, and bytes behind the packet. */
static void ip_lie(verify_talk *t, GByteArray *p)
{
  guint length_at = t->family == CT_IPV4 ? 2 : 4;

  switch (below(t, 5)) {
  case 0: set16(p, length_at, below(t, p->len + 30)); break;
  case 1: first_byte_lie(t, p); break;
  case 2: verify_talk_bytes(t, p, 1 + below(t, 20)); break;
  case 3: g_byte_array_set_size(p, 1 + below(t, p->len)); break;
  default: p->data[t->family == CT_IPV4 ? 8 : 7] = (guint8)below(t, 3); /* TTL, hop limit */
  }
}

/* flags_offset: IPv4's 16 bits. */
static void ipv4_packet(verify_talk *t, const ct_addr *src, const ct_addr *dst, guint8 proto, guint flags_offset,
                        guint16 id, const guint8 *data, guint n)
{
  GByteArray *p = g_byte_array_new();
  guint words = flags_offset == 0 && chance(t, 3) ? below(t, 4) : 0;

  put8(p, 0x45 + words);
  put8(p, flags_offset ? 0 : below(t, 4));
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
  if (flags_offset == 0 && chance(t, 2))
    ip_lie(t, p);
  if (p->len >= 20)
    ipv4_finish(t, p);
  packet_emit(t, p);
  g_byte_array_unref(p);
}

/*
 * Six bytes of options: padding, router alert, a jumbo length, something unknown, not always whole. read: a router
 * reads them (hop by hop, in front of all others), so they are none that it has to refuse for its own sake, which
 * conntrack does not: unknown ones that forbid to go on.
 */
static void options_put(verify_talk *t, GByteArray *header, gboolean read)
{
  switch (below(t, read ? 4 : 5)) {
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
    put32(header, below(t, 2) ? 70000 : 40);
    break;
  case 3:
    put16(header, read ? 0x1e00u | below(t, 8) : (0x1eu | below(t, 4) << 6) << 8 | 4);
    put32(header, 0);
    break;
  default: verify_talk_bytes(t, header, 6);
  }
}

/*
 * One extension header in front of the rest. => its own number. Hop-by-hop options behind other headers are nobody's to
 * read, whatever they hold: a bridge that reassembles looks at them, a router does not.
 */
static guint8 extension_put(verify_talk *t, GByteArray *chain, guint8 next, gboolean outermost)
{
  static const guint8 kinds[] = { 0, 43, 60, 51, 44 };
  guint8 kind = kinds[below(t, G_N_ELEMENTS(kinds))];
  GByteArray *header = g_byte_array_new();

  put8(header, next);
  put8(header, 0);
  if (kind == 44) {
    put16(header, 0); /* atomic fragment */
    put32(header, 0x10000u * below(t, 60000) + t->ip_id);
  } else if (kind == 51) {
    header->data[1] = 1; /* AH: (1 + 2) * 4 bytes */
    verify_talk_bytes(t, header, 10);
  } else if (kind == 43) {
    put8(header, 4);
    verify_talk_bytes(t, header, 5);
  } else if (chance(t, 60)) {
    put32(header, 0x01040000); /* PadN */
    put16(header, 0);
  } else {
    options_put(t, header, kind == 0 && outermost);
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

static void ipv6_packet(verify_talk *t, const ct_addr *src, const ct_addr *dst, guint8 proto, const GByteArray *l4)
{
  GByteArray *p = g_byte_array_new(), *chain = g_byte_array_new();
  guint8 next = proto;

  for (guint n = chance(t, 8) ? 1 + below(t, 3) : 0; n > 0; n--)
    next = extension_put(t, chain, next, n == 1);
  ipv6_header(p, src, dst, next, chain->len + l4->len);
  g_byte_array_append(p, chain->data, chain->len);
  g_byte_array_append(p, l4->data, l4->len);
  if (proto == CT_PROTO_ICMPV6)
    p->data[7] = 255;
  if (chance(t, 2))
    ip_lie(t, p);
  packet_emit(t, p);
  g_byte_array_unref(chain);
  g_byte_array_unref(p);
}

static void fragment_emit(verify_talk *t, const ct_addr *src, const ct_addr *dst, guint8 proto, const GByteArray *l4,
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
static void fragments_emit(verify_talk *t, const ct_addr *src, const ct_addr *dst, guint8 proto, const GByteArray *l4)
{
  guint pieces = 2 + below(t, 3), units = l4->len / 8;
  guint cut[6] = { 0 };
  /* An identification is used once by a pair of hosts: a queue that never completes must not meet another datagram. */
  guint16 id = t->ip_id++;

  for (guint i = 1; i < pieces; i++) {
    guint at = cut[i - 1] + 1 + below(t, 1 + units / pieces);

    cut[i] = MIN(at, units);
  }
  for (guint i = 0; i < pieces; i++) {
    guint which = chance(t, 70) ? i : pieces - 1 - i;
    guint begin = cut[which] * 8, end = which + 1 == pieces ? l4->len : cut[which + 1] * 8;

    if (chance(t, 5) && begin >= 8)
      begin -= 8;
    if (chance(t, 3) && end > begin)
      end--;
    if (chance(t, 3))
      continue;
    for (guint again = 1 + chance(t, 5); again > 0 && end > begin; again--)
      fragment_emit(t, src, dst, proto, l4, begin, end, which + 1 != pieces, id);
  }
}

void verify_talk_send(verify_talk *t, const ct_addr *src, const ct_addr *dst, guint8 proto, const GByteArray *l4)
{
  if (l4->len >= 24 && chance(t, 3))
    fragments_emit(t, src, dst, proto, l4);
  else if (t->family == CT_IPV4)
    ipv4_packet(t, src, dst, proto, 0, t->ip_id++, l4->data, l4->len);
  else
    ipv6_packet(t, src, dst, proto, l4);
}
