/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP and ICMPv6 before the lookup (spec 1.1, 2): types, answers, and the packets inside errors. */
#include "packet_expect.h"
#include "unit.h"

#include <string.h>

static kit_bytes b;

/* Every type of both families: which are tracked, and by what key; all others are refused before any lookup. */
START_TEST(icmp_types)
{
  static const guint8 request_v4[] = { 8, 13, 15, 17 }, answer_v4[] = { 0, 14, 16, 18 },
                      error_v4[] = { 3, 4, 5, 11, 12 };
  guint type;

  for (type = 0; type < 256; type++) {
    gboolean request = memchr(request_v4, (int)type, 4) != NULL, answer = memchr(answer_v4, (int)type, 4) != NULL;
    ct_packet p;

    kit_ipv4(&b, CT_PROTO_ICMP);
    kit_icmp(&b, (guint8)type, 7, 0x4711);
    p = expect_prepared(&b);
    if (request || answer) {
      expect(&p, CT_PACKET_TRACK, CT_REASON_NONE, "query");
      ck_assert_int_eq(p.flags, answer ? CT_PACKET_ANSWER : 0);
      ck_assert_int_eq(p.tuple.src_id, 0x4711);
      ck_assert_int_eq(ct_tuple_icmp_code(&p.tuple), 7);
      ck_assert_int_eq(p.tuple.src.bytes[3], answer ? 2 : 1);
      ck_assert_ptr_nonnull(memchr(request_v4, ct_tuple_icmp_type(&p.tuple), 4));
    } else if (memchr(error_v4, (int)type, 5) != NULL) {
      expect(&p, CT_PACKET_INVALID, CT_REASON_ICMP_ERROR_SHORT, "error about nothing");
      ck_assert_int_eq(p.flags, CT_PACKET_COUNTS_ERROR);
    } else if (type > 18) {
      expect(&p, CT_PACKET_INVALID, CT_REASON_ICMP_TYPE, "unknown");
      ck_assert_int_eq(p.flags, CT_PACKET_COUNTS_ERROR);
    } else {
      expect(&p, CT_PACKET_INVALID, CT_REASON_TUPLE_NO_INVERSE, "no inverse");
      ck_assert_int_eq(p.flags, 0);
    }
  }
}
END_TEST

START_TEST(icmpv6_types)
{
  guint type;

  for (type = 0; type < 256; type++) {
    gboolean answer = type == 129 || type == 140, request = type == 128 || type == 139;
    ct_packet p;

    kit_ipv6(&b, CT_PROTO_ICMPV6);
    kit_icmp(&b, (guint8)type, 0, 9);
    p = expect_prepared(&b);
    if (request || answer) {
      expect(&p, CT_PACKET_TRACK, CT_REASON_NONE, "query");
      ck_assert_int_eq(p.flags, answer ? CT_PACKET_ANSWER : 0);
      ck_assert_int_eq(p.tuple.src.bytes[15], answer ? 2 : 1);
    } else if ((type >= 130 && type <= 136) || type == 143 || type == 151 || type == 152) {
      expect(&p, CT_PACKET_UNTRACKED,
             type >= 151                  ? CT_REASON_MRD_UNTRACKED
             : type >= 133 && type <= 136 ? CT_REASON_ICMPV6_UNTRACKED
                                          : CT_REASON_MLD_UNTRACKED,
             "untracked");
      ck_assert_int_eq(p.tuple.dst_id, type << 8);
    } else if (type < 128) {
      expect(&p, CT_PACKET_INVALID, CT_REASON_ICMP_ERROR_SHORT, "error");
    } else if (type == 137) {
      expect(&p, CT_PACKET_INVALID, CT_REASON_ICMP_REDIRECT_SHORT, "redirect");
    } else {
      expect(&p, CT_PACKET_INVALID, CT_REASON_TUPLE_NO_INVERSE, "no inverse");
      ck_assert_int_eq(p.flags, 0);
    }
  }
}
END_TEST

START_TEST(icmp_short_and_foreign)
{
  ct_packet p;
  guint n;

  for (n = 0; n < 8; n++) {
    kit_ipv4(&b, CT_PROTO_ICMP);
    kit_fill(&b, 8, n);
    p = expect_prepared(&b);
    expect(&p, CT_PACKET_INVALID, CT_REASON_ICMP_SHORT, "v4");
    ck_assert_int_eq(p.flags, CT_PACKET_COUNTS_ERROR);
    kit_ipv6(&b, CT_PROTO_ICMPV6);
    kit_fill(&b, 128, n);
    p = expect_prepared(&b);
    expect(&p, CT_PACKET_INVALID, CT_REASON_ICMP_SHORT, "v6");
    /* The other family's ICMP misses the pre-check. */
    kit_ipv4(&b, CT_PROTO_ICMPV6);
    kit_fill(&b, 128, n);
    p = expect_prepared(&b);
    expect(&p, CT_PACKET_INVALID, CT_REASON_TUPLE_SHORT, "foreign");
    ck_assert_int_eq(p.flags, 0);
  }
  kit_ipv4(&b, CT_PROTO_ICMPV6);
  kit_icmp(&b, 128, 0, 1);
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_TRACK, CT_REASON_ICMP_FAMILY, "ICMPv6 in IPv4");
  kit_ipv6(&b, CT_PROTO_ICMP);
  kit_icmp(&b, 8, 0, 1);
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_TRACK, CT_REASON_ICMP_FAMILY, "ICMP in IPv6");
  kit_ipv6(&b, CT_PROTO_ICMP);
  kit_icmp(&b, 3, 0, 1);
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_INVALID, CT_REASON_TUPLE_NO_INVERSE, "ICMP error in IPv6");
}
END_TEST

START_TEST(icmp_error_tuple)
{
  ct_packet p;
  guint n;

  kit_icmp_error(&b, _i);
  kit_add_hex(&b, "04d20050");
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_ICMP_ERROR, CT_REASON_NONE, "four bytes of TCP");
  ck_assert_int_eq(p.tuple.src_id, 80);
  ck_assert_int_eq(p.tuple.dst_id, 1234);
  ck_assert_int_eq(p.tuple.src.bytes[_i ? 15 : 3], 0xbb);
  ck_assert_int_eq(p.tuple.dst.bytes[_i ? 15 : 3], 0xaa);
  ck_assert_int_eq(p.l4.icmp.outer_dst.bytes[_i ? 15 : 3], 2);
  ck_assert_uint_eq(p.hash, ct_tuple_hash(&p.tuple));
  /* Any fewer name no connection. */
  for (n = 1; n < b.n - (_i ? 48 : 28); n++) {
    kit_bytes whole = b;

    b.n -= n;
    p = expect_prepared(&b);
    expect(&p, CT_PACKET_INVALID, CT_REASON_ICMP_ERROR_SHORT, "cut");
    ck_assert_int_eq(p.flags, CT_PACKET_COUNTS_ERROR);
    b = whole;
  }
}
END_TEST

START_TEST(icmp_error_oddities)
{
  ct_packet p;
  guint32 at = kit_icmp_error(&b, FALSE);

  kit_add_hex(&b, "04d20050");
  b.at[at + 7] = 1; /* an inner fragment with an offset */
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_INVALID, CT_REASON_IP_FRAGMENT, "inner fragment");
  ck_assert_int_eq(p.flags, CT_PACKET_COUNTS_ERROR);
  b.at[at + 7] = 0;
  b.at[at + 6] = 0x20; /* the first one is fine */
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_ICMP_ERROR, CT_REASON_NONE, "first fragment");

  /* About an echo request: what is looked up is its answer, by the request's key. */
  at = kit_icmp_error(&b, FALSE);
  b.at[at + 9] = CT_PROTO_ICMP;
  kit_icmp(&b, 8, 0, 77);
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_ICMP_ERROR, CT_REASON_NONE, "echo request");
  ck_assert_int_eq(p.flags, CT_PACKET_ANSWER);
  ck_assert_int_eq(p.tuple.src.bytes[3], 0xaa);
  ck_assert_int_eq(ct_tuple_icmp_type(&p.tuple), 8);
  /* About an answer: what is looked up is the request itself. */
  at = kit_icmp_error(&b, FALSE);
  b.at[at + 9] = CT_PROTO_ICMP;
  kit_icmp(&b, 0, 0, 77);
  p = expect_prepared(&b);
  ck_assert_int_eq(p.flags, 0);
  ck_assert_int_eq(p.tuple.src.bytes[3], 0xbb);
  ck_assert_int_eq(ct_tuple_icmp_type(&p.tuple), 8);
  /* About another error: nothing to invert. */
  at = kit_icmp_error(&b, FALSE);
  b.at[at + 9] = CT_PROTO_ICMP;
  kit_icmp(&b, 11, 0, 77);
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_INVALID, CT_REASON_TUPLE_NO_INVERSE, "about an error");
  ck_assert_int_eq(p.flags, CT_PACKET_COUNTS_ERROR);
  /* About a protocol without ports: the addresses are enough. */
  at = kit_icmp_error(&b, FALSE);
  b.at[at + 9] = 50;
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_ICMP_ERROR, CT_REASON_NONE, "ESP");
  /* Extension headers of the inner packet are walked. */
  at = kit_icmp_error(&b, TRUE);
  b.at[at + 6] = 60;
  kit_add_hex(&b, "06 00 000000000000 04d20050");
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_ICMP_ERROR, CT_REASON_NONE, "inner extension");
  ck_assert_int_eq(p.tuple.proto, CT_PROTO_TCP);
  ck_assert_int_eq(p.tuple.dst_id, 1234);
}
END_TEST

START_TEST(icmpv6_redirect)
{
  enum { GOOD, HOPS, SOURCE, CODE, SHORT, NO_OPTION, ZERO_OPTION, OTHER_OPTION };
  static const struct {
    int change;
    ct_packet_kind kind;
    ct_reason reason;
    guint8 flags;
  } rows[] = {
    { GOOD, CT_PACKET_ICMP_ERROR, CT_REASON_NONE, 0 },
    { HOPS, CT_PACKET_INVALID, CT_REASON_ICMP_REDIRECT_HOPS, CT_PACKET_COUNTS_ERROR },
    { SOURCE, CT_PACKET_INVALID, CT_REASON_ICMP_REDIRECT_SOURCE, CT_PACKET_COUNTS_ERROR },
    { CODE, CT_PACKET_INVALID, CT_REASON_TUPLE_NO_INVERSE, 0 },
    { SHORT, CT_PACKET_INVALID, CT_REASON_ICMP_REDIRECT_SHORT, CT_PACKET_COUNTS_ERROR },
    { NO_OPTION, CT_PACKET_INVALID, CT_REASON_ICMP_REDIRECT_OPTION, CT_PACKET_COUNTS_ERROR },
    { ZERO_OPTION, CT_PACKET_INVALID, CT_REASON_ICMP_REDIRECT_OPTION, CT_PACKET_COUNTS_ERROR },
    { OTHER_OPTION, CT_PACKET_INVALID, CT_REASON_ICMP_REDIRECT_HEADER, 0 },
  };
  int change = rows[_i].change;
  ct_packet p;

  kit_ipv6(&b, CT_PROTO_ICMPV6);
  b.at[7] = change == HOPS ? 254 : 255;
  b.at[8] = change == SOURCE ? 0xfd : 0xfe;
  b.at[9] = change == SOURCE ? 0 : 0x80;
  kit_icmp(&b, 137, change == CODE ? 1 : 0, 0);
  kit_fill(&b, 0, change == SHORT ? 31 : 32);
  if (change != NO_OPTION && change != SHORT) {
    kit_add_hex(&b, change == ZERO_OPTION ? "04 00" : change == OTHER_OPTION ? "02 01" : "04 06");
    kit_fill(&b, 0, 6);
    kit_add_hex(&b, "60000000 0008 11 40");
    kit_add_hex(&b, "fd000000 00000000 00000000 000000aa fd000000 00000000 00000000 000000bb 00350036");
  }
  p = expect_prepared(&b);
  expect(&p, rows[_i].kind, rows[_i].reason, "redirect");
  ck_assert_int_eq(p.flags, rows[_i].flags);
  if (change == GOOD)
    ck_assert_int_eq(p.tuple.dst_id, 0x35);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("packet_icmp");
  TCase *c = tcase_create("icmp");

  tcase_add_test(c, icmp_types);
  tcase_add_test(c, icmpv6_types);
  tcase_add_test(c, icmp_short_and_foreign);
  tcase_add_loop_test(c, icmp_error_tuple, 0, 2);
  tcase_add_test(c, icmp_error_oddities);
  tcase_add_loop_test(c, icmpv6_redirect, 0, 8);
  suite_add_tcase(suite, c);
  return unit_run(suite);
}
