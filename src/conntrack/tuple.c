/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/tuple.h"

#include <string.h>

ct_hash_key ct_hash_keyed_with = { UINT64_C(0x2d358dccaa6c78a5), UINT64_C(0x8bb84b93962eacc9) };

void ct_hash_set_key(uint64_t a, uint64_t b) { ct_hash_keyed_with = (ct_hash_key){ a, b }; }

/*
 * Pairs of request and answer; spec 2. Indexed by type, 0 where there is none; the answer to the request 8 is type 0,
 * hence the +1.
 */
static const uint8_t icmp_inverse[19] = {
  [8] = 1 + 0, [0] = 1 + 8, [13] = 1 + 14, [14] = 1 + 13, [15] = 1 + 16, [16] = 1 + 15, [17] = 1 + 18, [18] = 1 + 17
};

static unsigned inverse_type(const ct_tuple *t)
{
  unsigned type = ct_tuple_icmp_type(t);

  if (t->proto == CT_PROTO_ICMP)
    return type < sizeof(icmp_inverse) ? icmp_inverse[type] : 0;
  switch (type) {
  case 128: return 1 + 129;
  case 129: return 1 + 128;
  case 139: return 1 + 140;
  case 140: return 1 + 139;
  default: return 0;
  }
}

bool ct_addr_equal(const ct_addr *a, const ct_addr *b)
{
  return a->halves[0] == b->halves[0] && a->halves[1] == b->halves[1];
}

bool ct_tuple_equal(const ct_tuple *a, const ct_tuple *b) { return memcmp(a, b, sizeof(*a)) == 0; }

bool ct_tuple_invert(const ct_tuple *in, ct_tuple *inverse)
{
  *inverse = *in;
  inverse->src = in->dst;
  inverse->dst = in->src;
  if (ct_tuple_is_icmp(in)) {
    unsigned type = inverse_type(in);

    if (type == 0)
      return false;
    inverse->dst_id = (uint16_t)((type - 1) << 8 | ct_tuple_icmp_code(in));
    return true;
  }
  inverse->src_id = in->dst_id;
  inverse->dst_id = in->src_id;
  return true;
}

bool ct_tuple_is_icmp_answer(const ct_tuple *t)
{
  unsigned type = ct_tuple_icmp_type(t);

  if (!ct_tuple_is_icmp(t))
    return false;
  if (t->proto == CT_PROTO_ICMP)
    return type == 0 || type == 14 || type == 16 || type == 18;
  return type == 129 || type == 140;
}

static int compare_u32(uint32_t a, uint32_t b) { return a < b ? -1 : a > b; }

int ct_tuple_compare(const ct_tuple *a, const ct_tuple *b)
{
  int c;

  if ((c = compare_u32(a->family, b->family)) != 0 || (c = compare_u32(a->proto, b->proto)) != 0 ||
      (c = memcmp(a->src.bytes, b->src.bytes, sizeof(a->src))) != 0 ||
      (c = memcmp(a->dst.bytes, b->dst.bytes, sizeof(a->dst))) != 0 || (c = compare_u32(a->src_id, b->src_id)) != 0)
    return c;
  return compare_u32(a->dst_id, b->dst_id);
}
