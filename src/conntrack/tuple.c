/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conntrack/tuple.h"

#include <string.h>

#include "conntrack/proto/icmp_answers.h"

ct_hash_key ct_hash_keyed_with = { UINT64_C(0x2d358dccaa6c78a5), UINT64_C(0x8bb84b93962eacc9) };

void ct_hash_set_key(uint64_t a, uint64_t b) { ct_hash_keyed_with = (ct_hash_key){ a, b }; }

/* => the type at the other end of an ICMP type's pair of request and answer, -1 where it is in none. */
static int other_type(const ct_tuple *t, bool *is_answer)
{
  const bool is_v6 = t->proto == CT_PROTO_ICMPV6;
  const uint8_t(*pairs)[2] = is_v6 ? ct_icmpv6_answers : ct_icmp_answers;
  unsigned i, n = is_v6 ? CT_ICMPV6_ANSWERS : CT_ICMP_ANSWERS, type = ct_tuple_icmp_type(t);

  for (i = 0; i < n; i++)
    if (pairs[i][0] == type || pairs[i][1] == type) {
      *is_answer = pairs[i][1] == type;
      return pairs[i][!*is_answer];
    }
  return -1;
}

bool ct_tuple_invert_icmp(const ct_tuple *in, ct_tuple *inverse)
{
  bool is_answer;
  int type = other_type(in, &is_answer);

  *inverse = *in;
  inverse->src = in->dst;
  inverse->dst = in->src;
  if (type < 0)
    return false;
  inverse->dst_id = (uint16_t)(type << 8 | ct_tuple_icmp_code(in));
  return true;
}

bool ct_tuple_is_icmp_answer(const ct_tuple *t)
{
  bool is_answer = false;

  return ct_tuple_is_icmp(t) && other_type(t, &is_answer) >= 0 && is_answer;
}

static int compare_u32(uint32_t a, uint32_t b) { return a < b ? -1 : a > b; }

int ct_tuple_compare(const ct_tuple *a, const ct_tuple *b)
{
  int c;

  if ((c = compare_u32(a->family, b->family)) != 0 || (c = compare_u32(a->proto, b->proto)) != 0 ||
      (c = compare_u32(a->zone, b->zone)) != 0 || (c = memcmp(a->src.bytes, b->src.bytes, sizeof(a->src))) != 0 ||
      (c = memcmp(a->dst.bytes, b->dst.bytes, sizeof(a->dst))) != 0 || (c = compare_u32(a->src_id, b->src_id)) != 0)
    return c;
  return compare_u32(a->dst_id, b->dst_id);
}

void ct_tuple_key(const ct_tuple *tuple, ct_tuple *key)
{
  ct_tuple inverse;

  *key = *tuple;
  if (ct_tuple_is_icmp(tuple)) {
    if (ct_tuple_is_icmp_answer(tuple))
      ct_tuple_invert(tuple, key);
    return;
  }
  ct_tuple_invert(tuple, &inverse);
  if (ct_tuple_compare(&inverse, tuple) < 0)
    *key = inverse;
}
