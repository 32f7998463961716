/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/nat/rewrite.h"

#include <string.h>

#include "conntrack/read/checksum.h"
#define LESSER(a, b) ((a) < (b) ? (a) : (b))

enum { IPV4_LEAST = 20, IPV6_HEADER = 40, ICMP_HEADER = 8, TCP_HEADER = 20, SCTP_HEADER = 12, GRE_KEYED = 8 };

/* --- sums --- */

void ct_nat_change_sum(uint8_t *sum, const uint8_t *old, const uint8_t *new, uint32_t n)
{
  uint64_t s = (uint16_t)~ct_be16(sum) + UINT64_C(0xffff);
  uint32_t i;

  for (i = 0; i < n; i += 2)
    s += (uint64_t)(uint16_t)~ct_be16(old + i) + ct_be16(new + i);
  while (s >> 16 != 0)
    s = (s & 0xffff) + (s >> 16);
  sum[0] = (uint8_t)(~s >> 8);
  sum[1] = (uint8_t)~s;
}

static void put16(uint8_t *at, uint16_t value)
{
  at[0] = (uint8_t)(value >> 8); /* headers are there: NOLINT(clang-analyzer-core.NullDereference) */
  at[1] = (uint8_t)value;
}

static uint64_t add_words(uint64_t sum, const uint8_t *bytes, uint32_t n)
{
  uint32_t i;

  for (i = 0; i + 1 < n; i += 2)
    sum += ct_be16(bytes + i);
  return n % 2 != 0 ? sum + ((uint64_t)bytes[n - 1] << 8) : sum;
}

static uint16_t folded(uint64_t sum)
{
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)sum;
}

/* --- where things are --- */

static bool is_ipv6(const uint8_t *bytes) { return bytes[0] >> 4 == 6; }

uint32_t ct_nat_l4_offset(const uint8_t *bytes, uint32_t n, uint8_t *proto, bool *later)
{
  uint32_t at = IPV6_HEADER;
  uint8_t next;

  *later = false;
  *proto = 0;
  if (!is_ipv6(bytes)) {
    *proto = bytes[9];
    *later = (ct_be16(bytes + 6) & 0x1fff) != 0;
    return LESSER((bytes[0] & 15U) * 4, n);
  }
  for (next = bytes[6]; next == 0 || next == 43 || next == 44 || next == 51 || next == 60;) {
    const uint8_t *h = bytes + at;

    if ((uint64_t)at + 8 > n)
      return n;
    if (next == 44)
      *later = *later || (ct_be16(h + 2) & 0xfff8) != 0;
    at += next == 44 ? 8 : next == 51 ? (h[1] + 2U) << 2 : (h[1] + 1U) << 3;
    next = h[0];
    if (*later)
      break;
  }
  *proto = next;
  return LESSER(at, n);
}

/* --- layer 4 --- */

/* A packet, or one inside another, and what becomes of it. */
typedef struct rewriting {
  uint8_t *ip;
  uint32_t n;  /* to the end of all bytes */
  uint32_t l4; /* from ip */
  ct_nat_manip manip;
  const uint8_t *address; /* the new one */
  const ct_tuple *target;
} rewriting;

static uint32_t address_bytes(const rewriting *r) { return is_ipv6(r->ip) ? 16 : 4; }
static uint8_t *address_of(const rewriting *r)
{
  return r->ip + (is_ipv6(r->ip) ? 8 : 12) + (r->manip == CT_NAT_DST ? address_bytes(r) : 0);
}
static uint32_t left(const rewriting *r) { return r->n - r->l4; }

/* A sum that covers the pseudo header. */
static void change_address_sum(const rewriting *r, uint8_t *sum)
{
  ct_nat_change_sum(sum, address_of(r), r->address, address_bytes(r));
}

static void set_id(uint8_t *at, uint16_t id, uint8_t *sum)
{
  uint8_t new[2];

  put16(new, id);
  if (sum != NULL)
    ct_nat_change_sum(sum, at, new, 2);
  put16(at, id);
}

static uint16_t new_port(const rewriting *r) { return r->manip == CT_NAT_SRC ? r->target->src_id : r->target->dst_id; }
static uint8_t *port_of(const rewriting *r) { return r->ip + r->l4 + (r->manip == CT_NAT_SRC ? 0 : 2); }

static bool tcp(const rewriting *r)
{
  uint8_t *sum = r->ip + r->l4 + 16;

  if (left(r) < 8)
    return false;
  if (left(r) < TCP_HEADER) {
    set_id(port_of(r), new_port(r), NULL);
    return true;
  }
  change_address_sum(r, sum);
  set_id(port_of(r), new_port(r), sum);
  return true;
}

static bool udp(const rewriting *r, bool always)
{
  uint8_t *sum = r->ip + r->l4 + 6;

  if (left(r) < 8)
    return false;
  if (!always && ct_be16(sum) == 0) {
    set_id(port_of(r), new_port(r), NULL);
    return true;
  }
  change_address_sum(r, sum);
  set_id(port_of(r), new_port(r), sum);
  if (ct_be16(sum) == 0)
    put16(sum, 0xffff);
  return true;
}

static bool sctp(const rewriting *r)
{
  uint32_t crc;
  uint8_t *h = r->ip + r->l4;

  if (left(r) < 8)
    return false;
  set_id(port_of(r), new_port(r), NULL);
  if (left(r) < SCTP_HEADER)
    return true;
  crc = ct_crc32c_sctp(h, left(r));
  h[8] = (uint8_t)crc;
  h[9] = (uint8_t)(crc >> 8);
  h[10] = (uint8_t)(crc >> 16);
  h[11] = (uint8_t)(crc >> 24);
  return true;
}

static bool has_icmp_id(uint8_t type) { return type == 0 || type == 8 || (type >= 13 && type <= 18); }

static bool icmp(const rewriting *r)
{
  uint8_t *h = r->ip + r->l4;

  if (left(r) < ICMP_HEADER)
    return false;
  if (has_icmp_id(h[0]))
    set_id(h + 4, r->target->src_id, h + 2);
  return true;
}

static bool icmpv6(const rewriting *r)
{
  uint8_t *h = r->ip + r->l4;

  if (left(r) < ICMP_HEADER)
    return false;
  change_address_sum(r, h + 2);
  if (h[0] == 128 || h[0] == 129)
    set_id(h + 4, r->target->src_id, h + 2);
  return true;
}

/* Only the receiver's key stands in a packet, and that of version 1 alone is one. */
static bool gre(const rewriting *r)
{
  uint8_t *h = r->ip + r->l4;

  if (left(r) < GRE_KEYED)
    return false;
  if (r->manip != CT_NAT_DST || (h[1] & 7) == 0)
    return true;
  if ((h[1] & 7) != 1)
    return false;
  put16(h + 6, r->target->dst_id);
  return true;
}

/* nf_nat_l4proto_manip_pkt */
static bool layer4(const rewriting *r, uint8_t proto)
{
  switch (proto) {
  case CT_PROTO_TCP: return tcp(r);
  case CT_PROTO_UDP: return udp(r, false);
  case CT_PROTO_UDPLITE: return udp(r, true);
  case CT_PROTO_SCTP: return sctp(r);
  case CT_PROTO_ICMP: return is_ipv6(r->ip) || icmp(r);
  case CT_PROTO_ICMPV6: return !is_ipv6(r->ip) || icmpv6(r);
  case CT_PROTO_GRE: return gre(r);
  default: return true;
  }
}

/* nf_nat_ipv4_manip_pkt, nf_nat_ipv6_manip_pkt */
static bool one_packet(uint8_t *ip, uint32_t n, ct_nat_manip manip, const ct_tuple *target)
{
  rewriting r = { .ip = ip, .n = n, .manip = manip, .target = target };
  uint8_t proto;
  bool later;

  if (n < (is_ipv6(ip) ? IPV6_HEADER : IPV4_LEAST))
    return false;
  r.address = manip == CT_NAT_SRC ? target->src.bytes : target->dst.bytes;
  r.l4 = ct_nat_l4_offset(ip, n, &proto, &later);
  if (!later && !layer4(&r, proto))
    return false;
  if (!is_ipv6(ip))
    ct_nat_change_sum(ip + 10, address_of(&r), r.address, 4);
  memcpy(address_of(&r), r.address, address_bytes(&r));
  return true;
}

bool ct_nat_rewrite(uint8_t *bytes, uint32_t n, ct_nat_manip manip, const ct_tuple *target)
{
  return one_packet(bytes, n, manip, target);
}

/* --- ICMP errors --- */

/* The sum of an ICMP message, with what ICMPv6 adds of the header before it; 0xffff where its own sum is right. */
static uint16_t message_sum(const uint8_t *bytes, uint32_t n, uint32_t l4)
{
  uint64_t sum = add_words(0, bytes + l4, n - l4);

  if (is_ipv6(bytes))
    sum = add_words(sum, bytes + 8, 32) + (n - l4) + CT_PROTO_ICMPV6;
  return folded(sum);
}

bool ct_nat_error_is_sound(const uint8_t *bytes, uint32_t n, bool *redirect)
{
  uint8_t proto;
  bool later;
  uint32_t l4 = ct_nat_l4_offset(bytes, n, &proto, &later);

  if (n - l4 < ICMP_HEADER)
    return false;
  *redirect = bytes[l4] == (is_ipv6(bytes) ? 137 : 5);
  return message_sum(bytes, n, l4) == 0xffff;
}

bool ct_nat_rewrite_error(uint8_t *bytes, uint32_t n, ct_nat_manip manip, const ct_tuple *inner, const ct_tuple *target)
{
  uint8_t proto;
  bool later;
  uint32_t l4 = ct_nat_l4_offset(bytes, n, &proto, &later);
  uint16_t sum;

  if (n - l4 < ICMP_HEADER ||
      !one_packet(bytes + l4 + ICMP_HEADER, n - l4 - ICMP_HEADER, manip == CT_NAT_SRC ? CT_NAT_DST : CT_NAT_SRC, inner))
    return false;
  put16(bytes + l4 + 2, 0);
  sum = (uint16_t)~message_sum(bytes, n, l4);
  put16(bytes + l4 + 2, sum);
  return one_packet(bytes, n, manip, target);
}

/* --- payloads and sequence numbers --- */

static void put32(uint8_t *at, uint32_t value)
{
  put16(at, (uint16_t)(value >> 16));
  put16(at + 2, (uint16_t)value);
}

/* The sum of layer 4 with its pseudo header. */
static uint16_t whole_sum(const uint8_t *bytes, uint32_t n, uint32_t l4, uint8_t proto)
{
  uint64_t sum = add_words((uint64_t)proto + (n - l4), bytes + l4, n - l4);

  sum = is_ipv6(bytes) ? add_words(sum, bytes + 8, 32) : add_words(sum, bytes + 12, 8);
  return (uint16_t)~folded(sum);
}

void ct_nat_mend(uint8_t *bytes, uint32_t n, uint32_t l4)
{
  uint8_t proto, *sum;
  bool later;

  ct_nat_l4_offset(bytes, n, &proto, &later);
  if (is_ipv6(bytes)) {
    put16(bytes + 4, (uint16_t)(n - IPV6_HEADER));
  } else {
    put16(bytes + 2, (uint16_t)n);
    put16(bytes + 10, 0);
    put16(bytes + 10, (uint16_t)~folded(add_words(0, bytes, (bytes[0] & 15U) * 4)));
  }
  sum = bytes + l4 + (proto == CT_PROTO_TCP ? 16 : 6);
  if (proto == CT_PROTO_UDP) {
    put16(bytes + l4 + 4, (uint16_t)(n - l4));
    if (ct_be16(sum) == 0)
      return;
  }
  put16(sum, 0);
  put16(sum, whole_sum(bytes, n, l4, proto));
  if (proto == CT_PROTO_UDP && ct_be16(sum) == 0)
    put16(sum, 0xffff);
}

/* a lies after b in sequence space. */
static bool is_after(uint32_t a, uint32_t b) { return (int32_t)(b - a) < 0; }

static void change32(uint8_t *at, uint32_t value, uint8_t *sum)
{
  uint8_t new[4];

  put32(new, value);
  ct_nat_change_sum(sum, at, new, 4);
  memcpy(at, new, 4);
}

/* An acknowledgement, back into the numbers of who sent what it is about. */
static uint32_t moved_back(const ct_seqadj *way, uint32_t ack)
{
  return ack - (uint32_t)(is_after(ack - (uint32_t)way->before, way->position) ? way->after : way->before);
}

/* A sum is kept by words at even places, and SACK blocks need not stand at one. */
static void change_unaligned(uint8_t *tcp, uint8_t *at, uint32_t value)
{
  uint8_t old[6] = { 0 }, new[6] = { 0 };
  uint32_t odd = (uint32_t)(at - tcp) % 2;

  memcpy(old + odd, at, 4);
  put32(new + odd, value);
  ct_nat_change_sum(tcp + 16, old, new, 6);
  put32(at, value);
}

static void move_sack(uint8_t *tcp, uint8_t *option, const ct_seqadj *way)
{
  uint32_t i;

  for (i = 2; i + 4 <= option[1]; i += 4)
    change_unaligned(tcp, option + i, moved_back(way, ct_be32(option + i)));
}

/* nf_ct_sack_adjust */
static bool move_sacks(uint8_t *tcp, uint32_t header, const ct_seqadj *way)
{
  uint32_t at = TCP_HEADER;

  while (at < header) {
    uint8_t *option = tcp + at;

    if (option[0] == 0)
      return true;
    if (option[0] == 1) {
      at++;
      continue;
    }
    if (at + 1 == header || at + option[1] > header || option[1] < 2)
      return false;
    if (option[0] == 5 && option[1] >= 10 && (option[1] - 2) % 8 == 0)
      move_sack(tcp, option, way);
    at += option[1];
  }
  return true;
}

bool ct_nat_adjust(uint8_t *bytes, uint32_t n, const ct_seqadj way[2])
{
  uint8_t proto, *tcp;
  uint32_t l4, header, seq;
  bool later;

  l4 = ct_nat_l4_offset(bytes, n, &proto, &later);
  tcp = bytes + l4;
  if (proto != CT_PROTO_TCP || later || n - l4 < TCP_HEADER)
    return false;
  header = (tcp[12] >> 4) * 4U;
  seq = ct_be32(tcp + 4);
  change32(tcp + 4, seq + (uint32_t)(is_after(seq, way[0].position) ? way[0].after : way[0].before), tcp + 16);
  if (!(tcp[13] & CT_TCP_ACK))
    return true;
  change32(tcp + 8, moved_back(&way[1], ct_be32(tcp + 8)), tcp + 16);
  return header <= n - l4 && move_sacks(tcp, header, &way[1]);
}
