/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/nat/rewrite.h"

#include <string.h>

#include "conntrack/read/checksum.h"
#define LESSER(a, b) ((a) < (b) ? (a) : (b))

enum { IPV4_LEAST = 20, IPV6_HEADER = 40, ICMP_HEADER = 8, TCP_HEADER = 20, SCTP_HEADER = 12, GRE_KEYED = 8 };

/* --- sums --- */

/* A piece of n bytes (even) at a place of even offset becomes another: RFC 1624, with the kernel's choice of zeros. */
static void change_sum(uint8_t *sum, const uint8_t *old, const uint8_t *new, uint32_t n)
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
  at[0] = (uint8_t)(value >> 8);
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
  change_sum(sum, address_of(r), r->address, address_bytes(r));
}

static void set_id(uint8_t *at, uint16_t id, uint8_t *sum)
{
  uint8_t new[2];

  put16(new, id);
  if (sum != NULL)
    change_sum(sum, at, new, 2);
  memcpy(at, new, 2);
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
    change_sum(ip + 10, address_of(&r), r.address, 4);
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
