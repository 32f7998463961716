/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/read/packet.h"

#include "conntrack/proto/proto.h"
#include "conntrack/read/packet_check.h"

#include <string.h>

enum {
  IPV4_HEADER = 20,
  IPV6_HEADER = 40,
  ICMP_HEADER = 8,
  IPV6_HOP_BY_HOP = 0,
  IPV6_ROUTING = 43,
  IPV6_FRAGMENT = 44,
  IPV6_AUTH = 51,
  IPV6_NONE = 59,
  IPV6_DESTINATION = 60
};

/* ICMP and ICMPv6 types that this file decides about. */
enum {
  ICMP_UNREACHABLE = 3,
  ICMP_SOURCE_QUENCH = 4,
  ICMP_REDIRECT = 5,
  ICMP_TIME_EXCEEDED = 11,
  ICMP_PARAMETER = 12,
  ICMP_LAST_TYPE = 18,
  ICMPV6_FIRST_INFO = 128,
  ICMPV6_REDIRECT = 137,
  ICMPV6_REDIRECTED_HEADER = 4,
  ICMPV6_REDIRECT_BYTES = 40
};

/* An IP header, the packet's own or one inside an ICMP error, and what it leads to. */
typedef struct l3_header {
  uint32_t at; /* from packet->data */
  uint32_t l4; /* the same, of what follows; may lie behind the packet's end for IPv6 */
  uint8_t family;
  uint8_t proto;
} l3_header;

static ct_reason ipv4_walk(const ct_packet *packet, l3_header *l3)
{
  uint8_t scratch[IPV4_HEADER];
  const uint8_t *ip = ct_packet_at(packet, l3->at, IPV4_HEADER, scratch);

  if (ip == NULL)
    return CT_REASON_IP_HEADER_SHORT;
  if (ct_be16(ip + 6) & 0x1fff)
    return CT_REASON_IP_FRAGMENT;
  l3->l4 = l3->at + (uint32_t)(ip[0] & 0x0f) * 4;
  l3->proto = ip[9];
  return l3->l4 > packet->length ? CT_REASON_IP_HEADER_SHORT : CT_REASON_NONE;
}

/*
 * The kernel's walk (ipv6_skip_exthdr): a header whose length leads past the end is no error, the next look is; ESP
 * and unknown headers end it like any protocol. Linear in the packet: every step goes on by 8 bytes at least.
 */
static bool is_ipv6_extension(uint8_t proto)
{
  return proto == IPV6_HOP_BY_HOP || proto == IPV6_ROUTING || proto == IPV6_DESTINATION || proto == IPV6_AUTH ||
         proto == IPV6_FRAGMENT;
}

static ct_reason ipv6_walk(const ct_packet *packet, l3_header *l3)
{
  uint8_t scratch[IPV6_HEADER];
  const uint8_t *bytes = ct_packet_at(packet, l3->at, IPV6_HEADER, scratch);

  if (bytes == NULL)
    return CT_REASON_IP_HEADER_SHORT;
  l3->proto = bytes[6];
  l3->l4 = l3->at + IPV6_HEADER;
  for (;;) {
    /* Where nothing was captured all reads as zeros, which are empty headers up to the end: the answer is known, and a
     * lying length must not make the walk long. */
    if (l3->l4 >= packet->captured && is_ipv6_extension(l3->proto)) {
      if (l3->l4 + (l3->proto == IPV6_FRAGMENT ? 4 : 2) <= packet->length) {
        l3->l4 += ((packet->length - l3->l4 - 2) / 8 + 1) * 8; /* each is of 8 bytes */
        l3->proto = IPV6_HOP_BY_HOP;
      }
      return CT_REASON_IPV6_HEADERS;
    }
    switch (l3->proto) {
    case IPV6_NONE: return CT_REASON_IPV6_HEADERS;
    case IPV6_HOP_BY_HOP:
    case IPV6_ROUTING:
    case IPV6_DESTINATION:
      if ((bytes = ct_packet_at(packet, l3->l4, 2, scratch)) == NULL)
        return CT_REASON_IPV6_HEADERS;
      l3->l4 += ((uint32_t)bytes[1] + 1) * 8;
      break;
    case IPV6_AUTH:
      if ((bytes = ct_packet_at(packet, l3->l4, 2, scratch)) == NULL)
        return CT_REASON_IPV6_HEADERS;
      l3->l4 += ((uint32_t)bytes[1] + 2) * 4;
      break;
    case IPV6_FRAGMENT:
      if ((bytes = ct_packet_at(packet, l3->l4, 4, scratch)) == NULL)
        return CT_REASON_IPV6_HEADERS;
      if (ct_be16(bytes + 2) & 0xfff8)
        return CT_REASON_IP_FRAGMENT;
      l3->l4 += 8;
      break;
    default: return CT_REASON_NONE;
    }
    l3->proto = bytes[0];
  }
}

static void addresses_read(const ct_packet *packet, const l3_header *l3, ct_tuple *tuple)
{
  uint8_t scratch[32];
  const uint8_t *bytes;

  tuple->family = l3->family;
  if (l3->family == CT_IPV4) {
    bytes = ct_packet_at(packet, l3->at + 12, 8, scratch);
    memcpy(tuple->src.bytes, bytes, 4);
    memcpy(tuple->dst.bytes, bytes + 4, 4);
  } else {
    bytes = ct_packet_at(packet, l3->at + 8, 32, scratch);
    memcpy(tuple->src.bytes, bytes, 16);
    memcpy(tuple->dst.bytes, bytes + 16, 16);
  }
}

ct_reason ct_ids_read_ports(ct_packet *packet, uint32_t at, const ct_profile *profile, ct_tuple *tuple)
{
  uint8_t scratch[8];
  /* ip_conntrack asked for the eight bytes that every ICMP error holds. */
  const uint8_t *bytes = ct_packet_at(packet, at, profile->ip_conntrack ? 8 : 4, scratch);

  if (bytes == NULL)
    return CT_REASON_TUPLE_SHORT;
  tuple->src_id = ct_be16(bytes);
  tuple->dst_id = ct_be16(bytes + 2);
  return CT_REASON_NONE;
}

ct_reason ct_ids_read_icmp(ct_packet *packet, uint32_t at, const ct_profile *profile, ct_tuple *tuple)
{
  uint8_t scratch[ICMP_HEADER];
  const uint8_t *bytes = ct_packet_at(packet, at, ICMP_HEADER, scratch);

  (void)profile;
  if (bytes == NULL)
    return CT_REASON_TUPLE_SHORT;
  tuple->src_id = ct_be16(bytes + 4);
  tuple->dst_id = ct_be16(bytes);
  return CT_REASON_NONE;
}

/*
 * Whose ids and checks they are: by the protocol number alone, but up to 4.18 by the family too, what was not tracked
 * there being any protocol (KERNELS K2).
 */
static inline const ct_proto *reader_of(const ct_profile *profile, uint8_t number, uint8_t family)
{
  return profile->trackers_by_l3 ? ct_proto_find(profile, number, family) : profile->trackers[number];
}

/* The two ids by the protocol number alone: ICMP inside IPv6 reads like ICMP, it is its tracker that refuses it. */
static ct_reason ids_read(ct_packet *packet, const l3_header *l3, const ct_profile *profile, ct_tuple *tuple)
{
  const ct_proto *proto = reader_of(profile, l3->proto, l3->family);

  tuple->proto = l3->proto;
  return proto != NULL && proto->read_ids != NULL ? proto->read_ids(packet, l3->l4, profile, tuple) : CT_REASON_NONE;
}

/* ICMP types invert by the protocol number, whatever family carries them; what is not ICMP always does. */
static bool tuple_inverts(const ct_tuple *tuple, const ct_profile *profile)
{
  const ct_proto *proto = reader_of(profile, tuple->proto, tuple->family);
  ct_tuple own_family = *tuple, inverse;

  if (proto == NULL || proto->ids != CT_IDS_ICMP)
    return true;
  own_family.family = proto->family;
  return ct_tuple_invert(&own_family, &inverse);
}

/* One that icmpv6_redirect_precheck let through has some other option where the redirected header should stand. */
static bool is_redirect(const ct_tuple *tuple)
{
  return tuple->proto == CT_PROTO_ICMPV6 && tuple->family == CT_IPV6 && ct_tuple_icmp_type(tuple) == ICMPV6_REDIRECT &&
         ct_tuple_icmp_code(tuple) == 0;
}

/* packet->tuple is complete: makes it the key. One key serves a request and its answer: that of the request. */
static void tuple_finish(ct_packet *packet)
{
  if (ct_tuple_is_icmp_answer(&packet->tuple)) {
    ct_tuple answer = packet->tuple;

    ct_tuple_invert(&answer, &packet->tuple);
    packet->flags |= CT_PACKET_ANSWER;
  }
  packet->hash = ct_tuple_hash(&packet->tuple);
}

static void packet_refuse(ct_packet *packet, ct_reason reason)
{
  packet->kind = CT_PACKET_INVALID;
  packet->reason = (uint16_t)reason;
}

/* Failures of the ICMP pre-check count as `error`; in 2.6 those of every protocol's. */
static void packet_refuse_early(ct_packet *packet, ct_reason reason)
{
  packet_refuse(packet, reason);
  packet->flags |= CT_PACKET_COUNTS_ERROR;
}

/* An ICMP error (spec 1.1): at is where the packet inside it begins. */
static void icmp_error_prepare(ct_packet *packet, uint32_t at, const ct_profile *profile)
{
  l3_header inner = { .at = at, .family = packet->tuple.family };
  ct_addr outer_dst = packet->tuple.dst;
  ct_tuple tuple, inverse;
  ct_reason reason;

  reason = inner.family == CT_IPV4 ? ipv4_walk(packet, &inner) : ipv6_walk(packet, &inner);
  memset(&tuple, 0, sizeof(tuple));
  if (reason == CT_REASON_NONE) {
    addresses_read(packet, &inner, &tuple);
    reason = ids_read(packet, &inner, profile, &tuple);
  }
  if (reason == CT_REASON_IP_HEADER_SHORT || reason == CT_REASON_IPV6_HEADERS || reason == CT_REASON_TUPLE_SHORT)
    reason = CT_REASON_ICMP_ERROR_SHORT;
  else if (reason == CT_REASON_NONE && !ct_tuple_invert(&tuple, &inverse))
    reason = CT_REASON_TUPLE_NO_INVERSE;
  if (reason != CT_REASON_NONE) {
    packet_refuse_early(packet, reason);
    return;
  }
  packet->kind = CT_PACKET_ICMP_ERROR;
  packet->tuple = inverse;
  tuple_finish(packet);
  packet->l4.icmp.outer_dst = outer_dst;
}

static bool icmpv4_is_error(uint8_t type)
{
  return type == ICMP_UNREACHABLE || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ||
         type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETER;
}

/* => true where the packet is decided. */
static bool icmpv4_precheck(ct_packet *packet, uint32_t at, const ct_profile *profile)
{
  uint8_t scratch[1];

  switch (ct_packet_at(packet, at, 1, scratch)[0]) {
  case ICMP_UNREACHABLE:
  case ICMP_SOURCE_QUENCH:
  case ICMP_REDIRECT:
  case ICMP_TIME_EXCEEDED:
  case ICMP_PARAMETER: icmp_error_prepare(packet, at + ICMP_HEADER, profile); return true;
  case 0 ... 2:
  case 6 ... 10:
  case 13 ... ICMP_LAST_TYPE: return false;
  default: packet_refuse_early(packet, CT_REASON_ICMP_TYPE); return true;
  }
}

/* => why a redirect is refused before it is looked at closer; NONE: it is not. */
static ct_reason icmpv6_redirect_check(const ct_packet *packet, uint32_t at)
{
  uint8_t scratch[2], hop_limit_scratch[1];
  const uint8_t *source = packet->tuple.src.bytes, *option;

  if (ct_packet_at(packet, 7, 1, hop_limit_scratch)[0] != 255)
    return CT_REASON_ICMP_REDIRECT_HOPS;
  if (source[0] != 0xfe || (source[1] & 0xc0) != 0x80)
    return CT_REASON_ICMP_REDIRECT_SOURCE;
  option = ct_packet_at(packet, at + ICMPV6_REDIRECT_BYTES, 2, scratch);
  return option == NULL || option[1] == 0 ? CT_REASON_ICMP_REDIRECT_OPTION : CT_REASON_NONE;
}

static bool icmpv6_redirect_precheck(ct_packet *packet, uint32_t at, const ct_profile *profile)
{
  uint8_t scratch[2];
  ct_reason reason;

  if (at + ICMPV6_REDIRECT_BYTES > packet->length) {
    packet_refuse_early(packet, CT_REASON_ICMP_REDIRECT_SHORT);
    return true;
  }
  if (ct_packet_at(packet, at, 2, scratch)[1] != 0)
    return false;
  reason = icmpv6_redirect_check(packet, at);
  if (reason != CT_REASON_NONE) {
    packet_refuse_early(packet, reason);
    return true;
  }
  if (ct_packet_at(packet, at + ICMPV6_REDIRECT_BYTES, 2, scratch)[0] != ICMPV6_REDIRECTED_HEADER)
    return false;
  icmp_error_prepare(packet, at + ICMPV6_REDIRECT_BYTES + 8, profile);
  return true;
}

static void leave_untracked(ct_packet *packet, const uint8_t *icmp, ct_reason reason)
{
  packet->kind = CT_PACKET_UNTRACKED;
  packet->reason = (uint16_t)reason;
  packet->tuple.dst_id = ct_be16(icmp);
}

static bool icmpv6_precheck(ct_packet *packet, uint32_t at, const ct_profile *profile)
{
  uint8_t scratch[2];
  const uint8_t *icmp = ct_packet_at(packet, at, 2, scratch);

  switch (icmp[0]) {
  case 151 ... 152: /* multicast router discovery */
    if (!profile->icmpv6_mld2_untracked)
      return false;
    leave_untracked(packet, icmp, CT_REASON_MRD_UNTRACKED);
    return true;
  case 130 ... 132: /* multicast listeners */
  case 143: leave_untracked(packet, icmp, CT_REASON_MLD_UNTRACKED); return true;
  case 133 ... 136: leave_untracked(packet, icmp, CT_REASON_ICMPV6_UNTRACKED); return true;
  case ICMPV6_REDIRECT: return profile->icmpv6_redirect && icmpv6_redirect_precheck(packet, at, profile);
  case 0 ... ICMPV6_FIRST_INFO - 1: /* every one of them, known or not */
    icmp_error_prepare(packet, at + ICMP_HEADER, profile);
    return true;
  default: return false;
  }
}

bool ct_precheck_icmp(ct_packet *packet, uint32_t at, const ct_judge *judge, const ct_profile *profile)
{
  ct_judge own = *judge;
  uint8_t scratch[1];
  const uint8_t *type = ct_packet_at(packet, at, 1, scratch);
  ct_reason reason;

  if (profile->icmp_errors_summed)
    own.verify = judge->checksums != CT_CHECKSUMS_IGNORE && type != NULL && icmpv4_is_error(*type);
  reason = ct_check_icmp(packet, at, &own);
  if (reason != CT_REASON_NONE) {
    packet_refuse_early(packet, reason);
    return true;
  }
  return packet->tuple.family == CT_IPV4 ? icmpv4_precheck(packet, at, profile) : icmpv6_precheck(packet, at, profile);
}

/* What the tracker will find wrong, once the packet has been looked up; by the number alone, as with the ids. */
static ct_reason l4_check(ct_packet *packet, uint32_t at, const ct_judge *judge, const ct_profile *profile)
{
  const ct_proto *proto = reader_of(profile, packet->tuple.proto, packet->tuple.family);

  return proto != NULL && proto->check != NULL ? proto->check(packet, at, judge) : CT_REASON_NONE;
}

/*
 * The packet that nearly all are, known by its layout: TCP or UDP right behind the IP header, which is IPv4 without
 * options, no fragment, or IPv6 without extensions; its ports captured. => the header's length; 0 for any other, which
 * the careful way reads.
 */
static inline uint32_t plain_read(ct_packet *packet)
{
  const uint8_t *ip = packet->data, *l4;
  ct_tuple *tuple = &packet->tuple;

  if (packet->captured < IPV4_HEADER + 8)
    return 0;
  if (ip[0] == 0x45 && !(ct_be16(ip + 6) & 0x1fff) && (ip[9] == CT_PROTO_TCP || ip[9] == CT_PROTO_UDP)) {
    memcpy(tuple->src.bytes, ip + 12, 4);
    memcpy(tuple->dst.bytes, ip + 16, 4);
    tuple->family = CT_IPV4;
    tuple->proto = ip[9];
    l4 = ip + IPV4_HEADER;
  } else if (ip[0] >> 4 == 6 && packet->captured >= IPV6_HEADER + 8 &&
             (ip[6] == CT_PROTO_TCP || ip[6] == CT_PROTO_UDP)) {
    memcpy(tuple->src.bytes, ip + 8, 16);
    memcpy(tuple->dst.bytes, ip + 24, 16);
    tuple->family = CT_IPV6;
    tuple->proto = ip[6];
    l4 = ip + IPV6_HEADER;
  } else {
    return 0;
  }
  tuple->src_id = ct_be16(l4);
  tuple->dst_id = ct_be16(l4 + 2);
  packet->l4_offset = (uint16_t)(l4 - ip);
  packet->hash = ct_tuple_hash(tuple);
  return (uint32_t)(l4 - ip);
}

/*
 * => the offset of a layer-4 header that is still to be checked, with tuple and hash in place; 0 where the packet is
 * decided.
 */
static uint32_t any_read(ct_packet *packet, const ct_judge *judge, const ct_profile *profile)
{
  ct_tuple *tuple = &packet->tuple;
  const ct_proto *proto;
  l3_header l3 = { .family = packet->captured > 0 && packet->data[0] >> 4 == 6 ? CT_IPV6 : CT_IPV4 };
  ct_reason reason = l3.family == CT_IPV4 ? ipv4_walk(packet, &l3) : ipv6_walk(packet, &l3);

  if (reason != CT_REASON_NONE && profile->refusals_count_error)
    packet->flags |= CT_PACKET_COUNTS_ERROR;
  if (reason == CT_REASON_IP_HEADER_SHORT) {
    packet_refuse(packet, reason);
    return 0;
  }
  addresses_read(packet, &l3, tuple);
  tuple->proto = l3.proto;
  /*
   * IPv6 headers can end beyond what 16 bits say, or beyond the packet; there is next to nothing to read there either
   * way.
   */
  packet->l4_offset = (uint16_t)(l3.l4 < 0xffff ? l3.l4 : 0xffff);
  proto = ct_proto_find(profile, tuple->proto, tuple->family);
  if (reason == CT_REASON_NONE && proto->precheck != NULL && proto->precheck(packet, l3.l4, judge, profile))
    return 0;
  if (reason == CT_REASON_NONE)
    reason = ids_read(packet, &l3, profile, tuple);
  /* Where headers are checked before ids are read, too short for these is too short for the check. */
  if (reason == CT_REASON_TUPLE_SHORT && profile->refuses_before_look_up && proto->check != NULL)
    packet->flags |= CT_PACKET_COUNTS_ERROR;
  if (reason == CT_REASON_NONE && !tuple_inverts(tuple, profile))
    reason = is_redirect(tuple) ? CT_REASON_ICMP_REDIRECT_HEADER : CT_REASON_TUPLE_NO_INVERSE;
  if (reason != CT_REASON_NONE) {
    packet_refuse(packet, reason);
    return 0;
  }
  tuple_finish(packet);
  return l3.l4;
}

/*
 * The tuple is written in place, never copied: a copy made of stores that are still under way stalls the processor for
 * longer than all of this takes.
 */
void ct_packet_prepare(ct_packet *packet, ct_checksums checksums, const ct_params *params)
{
  const ct_judge judge = { checksums,
                           checksums != CT_CHECKSUMS_IGNORE && params->checksum != 0,
                           params->profile->lengths_judged,
                           params->profile->sctp_checksum,
                           params->profile->dccp_short_header == CT_SHORT_INVALID,
                           params->profile->tcp_flag_sets };
  uint32_t at;

  packet->kind = CT_PACKET_TRACK;
  packet->flags &= CT_PACKET_REASSEMBLED | CT_PACKET_CUT;
  if (packet->captured < packet->length)
    packet->flags |= CT_PACKET_CUT;
  packet->reason = CT_REASON_NONE;
  packet->l4_offset = 0;
  packet->hash = 0;
  packet->pad = 0;
  memset(&packet->l4, 0, sizeof(packet->l4));
  memset(&packet->tuple, 0, sizeof(packet->tuple));

  if ((at = plain_read(packet)) == 0 && (at = any_read(packet, &judge, params->profile)) == 0)
    return;
  packet->reason = (uint16_t)l4_check(packet, at, &judge, params->profile);
  if (packet->reason != CT_REASON_NONE && params->profile->refuses_before_look_up)
    packet_refuse_early(packet, (ct_reason)packet->reason);
}
