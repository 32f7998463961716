/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reassembly (spec 9): what IPv6 alone has: headers before and behind the fragment header. */
#include <string.h>

#include "fragments.h"

START_TEST(ipv6_atomic)
{
  ct_packet p;

  p = send_fragment(TRUE, (fragment){ .offset = 0, .length = 19, .id = 1 });
  expect_whole(&p, TRUE, 19);
  ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), 0);
}
END_TEST

/* RFC 8200 4.5: a first fragment must reach the end of the transport header, else it goes on as it is. */
START_TEST(ipv6_headers_in_the_first)
{
  static const struct {
    guint8 proto;
    guint length;
    gboolean held;
  } rows[] = { { 6, 16, FALSE }, { 6, 24, TRUE }, { 17, 8, TRUE }, { 58, 8, TRUE }, { 132, 8, TRUE }, { 47, 8, TRUE } };
  ct_packet p =
    send_fragment(TRUE, (fragment){ .length = rows[_i].length, .more = TRUE, .id = 1, .proto = rows[_i].proto });

  ck_assert_int_eq(p.reason == HELD, rows[_i].held);
  if (!rows[_i].held)
    ck_assert_int_ne(p.kind, CT_PACKET_NONE);
}
END_TEST

START_TEST(ipv6_chains)
{
  kit_bytes *b = &fragment_bytes;
  ct_packet p;

  /*
   * Options before the fragment header stay, options behind it are payload; the header that led to it leads to what
   * follows.
   */
  kit_ipv6(b, 60);
  kit_add_hex(b, "2c00 010400000000 3c00 0001 00000009 1100 010400000000 00350036 00100000");
  kit_finish(b);
  p = send_bytes(b, 0);
  expect(&p, HELD, "first");
  kit_ipv6(b, 60);
  kit_add_hex(b, "2c00 010400000000 3b00 0010 00000009 aabbccdd eeff0011");
  kit_finish(b);
  p = send_bytes(b, 0);
  expect(&p, WHOLE, "second");
  ck_assert_uint_eq(p.length, 40 + 8 + 24);
  ck_assert_int_eq(p.data[40], 60);
  ck_assert_int_eq(p.data[48], 17);
  ck_assert_int_eq(p.l4_offset, 56);
  ck_assert_int_eq(p.tuple.src_id, 0x35);
  ck_assert_mem_eq(p.data + 64, "\xaa\xbb\xcc\xdd\xee\xff\x00\x11", 8);
  /* Fewer than eight bytes of fragment header cannot be one. */
  kit_ipv6(b, 44);
  kit_add_hex(b, "1100 0008 0000");
  kit_finish(b);
  p = send_bytes(b, 0);
  expect(&p, CT_REASON_FRAGMENT_BAD, "short header");
  /* A second fragment header behind the first, with an offset: reassembled, then conntrack's to refuse. */
  kit_ipv6(b, 44);
  kit_add_hex(b, "2c00 0000 00000009 1100 0010 00000008 00350036");
  kit_finish(b);
  p = send_bytes(b, 0);
  ck_assert_int_eq(p.kind, CT_PACKET_INVALID);
  ck_assert_int_eq(p.reason, CT_REASON_IP_FRAGMENT);
  ck_assert(p.flags & CT_PACKET_REASSEMBLED);
  /* A chain that breaks off before it is conntrack's to refuse. */
  kit_ipv6(b, 60);
  kit_add_hex(b, "2c05 010400000000");
  kit_finish(b);
  p = send_bytes(b, 0);
  ck_assert_int_eq(p.kind, CT_PACKET_INVALID);
  ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), 0);
}
END_TEST

/* What stands before the fragment header counts for the datagram's size as well. */
START_TEST(ipv6_too_big_with_options)
{
  kit_bytes *b = &fragment_bytes;
  ct_packet p;

  kit_ipv6(b, 60);
  kit_add_hex(b, "2c00 010400000000 1100 0001 00000009");
  kit_fill(b, 0, 65504);
  kit_finish(b);
  p = send_bytes(b, 0);
  expect(&p, HELD, "first");
  p = send_fragment(TRUE, (fragment){ .offset = 65504, .length = 31, .id = 9 });
  expect(&p, CT_REASON_FRAGMENT_TOO_BIG, "65543");
  ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), 0);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("packet-defrag6");
  TCase *c = tcase_create("defrag");

  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_test(c, ipv6_atomic);
  tcase_add_loop_test(c, ipv6_headers_in_the_first, 0, 6);
  tcase_add_test(c, ipv6_chains);
  tcase_add_test(c, ipv6_too_big_with_options);
  suite_add_tcase(suite, c);
  return unit_run(suite);
}
