/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tuples: one direction of a connection, as the kernel keys it (spec section 2).
 *
 * A tuple is a value, and may be compared and hashed as bytes; nothing here allocates. Addresses are in network byte
 * order as they stand in the packet, the two layer-4 ids in host order:
 *
 *   protocol               src_id                   dst_id
 *   TCP UDP UDPLite SCTP   source port              destination port; DCCP too where a kernel tracks it
 *   ICMP ICMPv6            identifier               type << 8 | code
 *   GRE version 1          key of the source (PPTP) call id of the destination
 *   everything else        0                        0
 */
#ifndef CT_TUPLE_H
#define CT_TUPLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * The kernel's l3 numbers (AF_INET, AF_INET6 on Linux), spelled out: they are printed, so they must not follow the
 * build machine.
 */
enum { CT_IPV4 = 2, CT_IPV6 = 10 };

enum {
  CT_PROTO_ICMP = 1,
  CT_PROTO_TCP = 6,
  CT_PROTO_UDP = 17,
  CT_PROTO_DCCP = 33,
  CT_PROTO_GRE = 47,
  CT_PROTO_ICMPV6 = 58,
  CT_PROTO_SCTP = 132,
  CT_PROTO_UDPLITE = 136
};

typedef enum { CT_ORIGINAL = 0, CT_REPLY = 1 } ct_dir;

/* IPv4 addresses use word 0; the other words are zero, so that whole-union compares work for both families. */
typedef union ct_addr {
  uint32_t v4;
  uint32_t words[4];
  uint64_t halves[2];
  uint8_t bytes[16];
} ct_addr;

typedef struct ct_tuple {
  ct_addr src;
  ct_addr dst;
  uint16_t src_id;
  uint16_t dst_id;
  uint8_t family; /* CT_IPV4 or CT_IPV6 */
  uint8_t proto;  /* IANA protocol number */
  uint16_t zone;  /* that this direction is tracked in (NAT 16); 0 is the usual one */
} ct_tuple;

static inline uint8_t ct_tuple_icmp_type(const ct_tuple *t) { return (uint8_t)(t->dst_id >> 8); }
static inline uint8_t ct_tuple_icmp_code(const ct_tuple *t) { return (uint8_t)(t->dst_id & 0xff); }
static inline bool ct_tuple_is_icmp(const ct_tuple *t)
{
  return (t->proto == CT_PROTO_ICMP && t->family == CT_IPV4) || (t->proto == CT_PROTO_ICMPV6 && t->family == CT_IPV6);
}

static inline bool ct_addr_equal(const ct_addr *a, const ct_addr *b)
{
  return ((a->halves[0] ^ b->halves[0]) | (a->halves[1] ^ b->halves[1])) == 0;
}

static inline bool ct_tuple_equal(const ct_tuple *a, const ct_tuple *b)
{
  uint64_t rest[2];

  _Static_assert(sizeof(ct_tuple) == 2 * sizeof(ct_addr) + sizeof(rest[0]), "behind both addresses: one word");
  memcpy(&rest[0], &a->src_id, sizeof(rest[0]));
  memcpy(&rest[1], &b->src_id, sizeof(rest[1]));
  return ((a->src.halves[0] ^ b->src.halves[0]) | (a->src.halves[1] ^ b->src.halves[1]) |
          (a->dst.halves[0] ^ b->dst.halves[0]) | (a->dst.halves[1] ^ b->dst.halves[1]) | (rest[0] ^ rest[1])) == 0;
}

/* The next one, of the protocols whose ids are not one for each end. */
bool ct_tuple_invert_icmp(const ct_tuple *in, ct_tuple *inverse);
/*
 * The tuple of the answer (nf_ct_invert_tuple).
 * => false where the protocol has none: ICMP and ICMPv6 types that are neither a request nor its answer;
 *    *inverse is then unspecified. in and inverse may not be the same object.
 */
static inline bool ct_tuple_invert(const ct_tuple *in, ct_tuple *inverse)
{
  if (ct_tuple_is_icmp(in))
    return ct_tuple_invert_icmp(in, inverse);
  *inverse = (ct_tuple){ in->dst, in->src, in->dst_id, in->src_id, in->family, in->proto, in->zone };
  return true;
}

/* Whether a reply's tuple is another than the original's inverse, in whatever zones they are: NAT. */
static inline bool ct_tuple_is_translated(const ct_tuple *original, const ct_tuple *reply)
{
  ct_tuple inverse;

  if (!ct_tuple_invert(original, &inverse))
    return false;
  inverse.zone = reply->zone;
  return !ct_tuple_equal(&inverse, reply);
}

/*
 * True for the ICMP types that answer a request: their inverse is what the table is keyed by. proto/icmp_answers.h
 * says which they are.
 */
bool ct_tuple_is_icmp_answer(const ct_tuple *t);

/*
 * What the hashes below are keyed with: who writes a capture must not be able to choose where its connections fall, or
 * each look-up would walk them all. To be set, if at all, before anything is hashed, and the same for the whole
 * process; nothing that is shown depends on it. Fixed where it is not set.
 */
typedef struct ct_hash_key {
  uint64_t a, b;
} ct_hash_key;
extern ct_hash_key ct_hash_keyed_with;
void ct_hash_set_key(uint64_t a, uint64_t b);

/* => 64 bits of two words, which without the key nobody can make come out the same as those of two others. */
static inline uint64_t ct_hash_words(uint64_t a, uint64_t b)
{
  unsigned __int128 product = (unsigned __int128)(a ^ ct_hash_keyed_with.a) * (b ^ ct_hash_keyed_with.b);

  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t ct_hash_end(const ct_addr *addr, uint16_t id, uint8_t family)
{
  uint64_t words = family == CT_IPV6 ? ct_hash_words(addr->halves[0], addr->halves[1]) : addr->v4;

  return words ^ (uint64_t)id << 32;
}

/*
 * A hash that is the same for a tuple and its inverse, so that one index slot serves both directions.
 * Not the kernel's bucket hash (bucket.h): that one decides who is evicted, this one only finds.
 */
static inline uint32_t ct_tuple_hash(const ct_tuple *t)
{
  uint64_t src = ct_hash_end(&t->src, t->src_id, t->family), dst = ct_hash_end(&t->dst, t->dst_id, t->family);
  /* The smaller end first makes both directions equal. */
  uint64_t first = src < dst ? src : dst, second = src < dst ? dst : src;

  return (uint32_t)(ct_hash_words(first ^ (uint64_t)t->proto << 56, second ^ (uint64_t)t->zone << 48) *
                      UINT64_C(0x9e3779b97f4a7c15) >>
                    32);
}

/*
 * The form in which both directions, and an ICMP request and its answer, are the same key; its ct_tuple_hash is the
 * tuple's own, but for an ICMP answer.
 */
void ct_tuple_key(const ct_tuple *tuple, ct_tuple *key);

/* A total order, for listings and tests; family, protocol, zone, source, destination, ids. */
int ct_tuple_compare(const ct_tuple *a, const ct_tuple *b);

#endif
