/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ct_packet_prepare: headers, tuples, what is INVALID or UNTRACKED without any state (spec 1, 1.1, 2). Checksums:
 * test_packet_checksum.c.
 */
#include "packet_expect.h"
#include "unit.h"

#include <string.h>

static kit_bytes b;

START_TEST(tcp_fields)
{
  ct_packet p;

  kit_ipv4(&b, CT_PROTO_TCP);
  kit_tcp(&b, 1234, 80, CT_TCP_SYN | 0xc0, "020405b4 01010101");
  kit_fill(&b, 'x', 7);
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_TRACK, CT_REASON_NONE, "syn");
  ck_assert_int_eq(p.tuple.family, CT_IPV4);
  ck_assert_int_eq(p.tuple.proto, CT_PROTO_TCP);
  ck_assert_int_eq(p.tuple.src_id, 1234);
  ck_assert_int_eq(p.tuple.dst_id, 80);
  ck_assert_mem_eq(p.tuple.src.bytes, "\x0a\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  ck_assert_mem_eq(p.tuple.dst.bytes, "\x0a\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  ck_assert_int_eq(p.tuple.zone, 0);
  ck_assert_int_eq(p.l4_offset, 20);
  ck_assert_uint_eq(p.l4.tcp.seq, 0x01020304);
  ck_assert_uint_eq(p.l4.tcp.ack, 0x05060708);
  ck_assert_int_eq(p.l4.tcp.window, 0x2000);
  ck_assert_int_eq(p.l4.tcp.flags, CT_TCP_SYN); /* without ECE and CWR */
  ck_assert_int_eq(p.l4.tcp.header_bytes, 28);
  ck_assert_int_eq(p.l4.tcp.payload_bytes, 7);
  ck_assert_int_eq(p.l4.tcp.options, CT_TCP_OPTIONS_OTHER);
  ck_assert_uint_eq(p.hash, ct_tuple_hash(&p.tuple));
}
END_TEST

START_TEST(tcp_options_kinds)
{
  static const struct {
    const char *hex;
    ct_tcp_options kind;
  } rows[] = {
    { "", CT_TCP_OPTIONS_NONE },
    { "0101080a 00000001 00000002", CT_TCP_OPTIONS_TIMESTAMP },
    { "0101050a 00000001 00000002", CT_TCP_OPTIONS_OTHER },
    { "080a0000 00010000 00020101", CT_TCP_OPTIONS_OTHER },
    { "0101080a 00000001 00000002 01010101", CT_TCP_OPTIONS_OTHER },
  };

  kit_ipv4(&b, CT_PROTO_TCP);
  kit_tcp(&b, 1, 2, CT_TCP_ACK, rows[_i].hex);
  ck_assert_int_eq(expect_prepared(&b).l4.tcp.options, rows[_i].kind);
}
END_TEST

START_TEST(tcp_options_hold)
{
  static const struct {
    const char *hex;
    guint8 holds, scale;
  } rows[] = {
    { "", 0, 0 },
    { "0101080a 00000001 00000002", 0, 0 },
    { "020405b4 01030307 04020000", CT_TCP_HOLDS_SCALE | CT_TCP_HOLDS_SACK_PERM, 7 },
    { "0303ff00", CT_TCP_HOLDS_SCALE, 14 }, /* RFC 7323, 2.3 */
    { "00030307", 0, 0 },                   /* behind the end of the list */
    { "03040700 04030000", 0, 0 },          /* neither has its length */
    { "0402050a 00000001 00000002", CT_TCP_HOLDS_SACK_PERM | CT_TCP_HOLDS_SACK, 0 },
    { "0101050b 00000001 00000002 03000000", 0, 0 }, /* no whole number of blocks */
    { "04020328", CT_TCP_HOLDS_SACK_PERM, 0 },       /* longer than the header */
  };
  ct_packet p;

  kit_ipv4(&b, CT_PROTO_TCP);
  kit_tcp(&b, 1, 2, CT_TCP_SYN, rows[_i].hex);
  p = expect_prepared(&b);
  ck_assert_uint_eq(p.l4.tcp.holds, rows[_i].holds);
  ck_assert_uint_eq(p.l4.tcp.scale, rows[_i].scale);
}
END_TEST

/* All 256 values of the flags byte; the nine sets are spelled out once more here, as letters. */
START_TEST(tcp_flag_sets)
{
  static const char *const valid[] = { "S", "SU", "SA", "R", "RA", "FA", "FAU", "A", "AU" };
  static const struct {
    char letter;
    guint8 bit;
  } letters[] = { { 'F', 1 }, { 'S', 2 }, { 'R', 4 }, { 'A', 16 }, { 'U', 32 } };
  gboolean ok[256] = { FALSE };
  guint flags, i, j;

  for (i = 0; i < G_N_ELEMENTS(valid); i++) {
    flags = 0;
    for (j = 0; j < G_N_ELEMENTS(letters); j++)
      if (strchr(valid[i], letters[j].letter) != NULL)
        flags |= letters[j].bit;
    for (j = 0; j < 8; j++) /* PSH, ECE, CWR in all combinations */
      ok[flags | (j & 1 ? 0x08 : 0) | (j & 2 ? 0x40 : 0) | (j & 4 ? 0x80 : 0)] = TRUE;
  }
  for (flags = 0; flags < 256; flags++) {
    ct_packet p;

    kit_ipv4(&b, CT_PROTO_TCP);
    kit_tcp(&b, 1, 2, (guint8)flags, "");
    p = expect_prepared(&b);
    expect(&p, CT_PACKET_TRACK, ok[flags] ? CT_REASON_NONE : CT_REASON_TCP_FLAGS, "flags");
  }
}
END_TEST

/* A header cut on the wire at every length: no ports, no lookup; ports only, and the tracker refuses. */
START_TEST(short_headers)
{
  static const struct {
    guint8 proto;
    guint32 ports, whole;
    ct_reason reason;
  } rows[] = {
    { CT_PROTO_TCP, 4, 20, CT_REASON_TCP_SHORT },    { CT_PROTO_UDP, 4, 8, CT_REASON_UDP_SHORT },
    { CT_PROTO_UDPLITE, 4, 8, CT_REASON_UDP_SHORT }, { CT_PROTO_SCTP, 4, 12, CT_REASON_SCTP_SHORT },
    { CT_PROTO_DCCP, 0, 0, CT_REASON_NONE }, /* generic since 6.17 */
    { CT_PROTO_GRE, 0, 0, CT_REASON_NONE },          { 50, 0, 0, CT_REASON_NONE },
  };
  guint family, n;

  for (family = 0; family < 2; family++)
    for (n = 0; n < 20; n++) {
      guint8 proto = rows[_i].proto;
      ct_packet p;

      if (family == 0)
        kit_ipv4(&b, proto);
      else
        kit_ipv6(&b, proto);
      kit_fill(&b, 0, n);
      p = expect_prepared(&b);
      if (n < rows[_i].ports)
        expect(&p, CT_PACKET_INVALID, CT_REASON_TUPLE_SHORT, "no ports");
      else if (n < rows[_i].whole)
        expect(&p, CT_PACKET_TRACK, rows[_i].reason, "short");
      else
        ck_assert_int_eq(p.kind, CT_PACKET_TRACK);
    }
}
END_TEST

START_TEST(tcp_data_offset)
{
  static const struct {
    guint8 words;
    guint payload;
    ct_reason reason;
  } rows[] = {
    { 4, 0, CT_REASON_TCP_SHORT },   { 0, 0, CT_REASON_TCP_SHORT }, { 6, 0, CT_REASON_TCP_SHORT },
    { 6, 3, CT_REASON_TCP_SHORT },   { 6, 4, CT_REASON_NONE },      { 15, 40, CT_REASON_NONE },
    { 15, 39, CT_REASON_TCP_SHORT },
  };
  ct_packet p;

  kit_ipv4(&b, CT_PROTO_TCP);
  kit_tcp(&b, 1, 2, CT_TCP_ACK, "");
  kit_fill(&b, 0, rows[_i].payload);
  b.at[32] = (guint8)(rows[_i].words << 4);
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_TRACK, rows[_i].reason, "data offset");
}
END_TEST

START_TEST(udp_lengths)
{
  static const struct {
    guint8 proto;
    guint claimed;
    ct_reason reason;
  } rows[] = {
    { CT_PROTO_UDP, 18, CT_REASON_NONE },
    { CT_PROTO_UDP, 8, CT_REASON_NONE },
    { CT_PROTO_UDP, 7, CT_REASON_UDP_LENGTH },
    { CT_PROTO_UDP, 0, CT_REASON_UDP_LENGTH },
    { CT_PROTO_UDP, 19, CT_REASON_UDP_LENGTH },
    { CT_PROTO_UDPLITE, 0, CT_REASON_NONE }, /* covers all */
    { CT_PROTO_UDPLITE, 8, CT_REASON_NONE },
    { CT_PROTO_UDPLITE, 18, CT_REASON_NONE },
    { CT_PROTO_UDPLITE, 7, CT_REASON_UDPLITE_COVERAGE },
    { CT_PROTO_UDPLITE, 1, CT_REASON_UDPLITE_COVERAGE },
    { CT_PROTO_UDPLITE, 19, CT_REASON_UDPLITE_COVERAGE },
  };
  ct_packet p;

  kit_ipv4(&b, rows[_i].proto);
  kit_udp(&b, 5, 6, 10);
  kit_set16(&b, 24, rows[_i].claimed);
  kit_set16(&b, 26, 1);
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_TRACK, rows[_i].reason, "length");
}
END_TEST

START_TEST(ipv6_header_chains)
{
  static const struct {
    guint8 next;
    const char *chain;
    guint8 proto; /* that it leads to */
    guint l4;
    ct_packet_kind kind;
    ct_reason reason;
  } rows[] = {
    { 17, "00350036 0008 0000", 17, 40, CT_PACKET_TRACK, CT_REASON_NONE },
    { 0, "1100 000000000000 00350036 0008 0000", 17, 48, CT_PACKET_TRACK, CT_REASON_NONE },
    { 60, "2b00 000000000000 1101 0000000000000000000000000000 00350036 0008 0000", 17, 64, CT_PACKET_TRACK,
      CT_REASON_NONE },
    { 51, "1101 00000000 00000000 0000 00350036 0008 0000", 17, 52, CT_PACKET_TRACK,
      CT_REASON_NONE }, /* in words of 4, plus 2 */
    { 44, "1100 0001 00000000 00350036 0008 0000", 17, 48, CT_PACKET_TRACK, CT_REASON_NONE },
    { 44, "1100 0008 00000000 00350036 0008 0000", 44, 40, CT_PACKET_INVALID, CT_REASON_IP_FRAGMENT },
    { 59, "00350036", 59, 40, CT_PACKET_INVALID, CT_REASON_IPV6_HEADERS },
    { 0, "3b00 000000000000", 59, 48, CT_PACKET_INVALID, CT_REASON_IPV6_HEADERS },
    { 0, "11", 0, 40, CT_PACKET_INVALID, CT_REASON_IPV6_HEADERS },
    { 51, "11", 51, 40, CT_PACKET_INVALID, CT_REASON_IPV6_HEADERS },
    { 44, "1100 00", 44, 40, CT_PACKET_INVALID, CT_REASON_IPV6_HEADERS },
    { 0, "1105 000000000000", 17, 88, CT_PACKET_INVALID,
      CT_REASON_TUPLE_SHORT },                                           /* leads past the end: UDP lacks bytes */
    { 0, "2f05 000000000000", 47, 88, CT_PACKET_TRACK, CT_REASON_NONE }, /* GRE wants none */
    { 0, "3a05 000000000000", 58, 88, CT_PACKET_INVALID, CT_REASON_ICMP_SHORT },
    { 50, "", 50, 40, CT_PACKET_TRACK, CT_REASON_NONE },
    { 253, "1234", 253, 40, CT_PACKET_TRACK, CT_REASON_NONE },
  };
  ct_packet p;

  kit_ipv6(&b, rows[_i].next);
  kit_add_hex(&b, rows[_i].chain);
  p = expect_prepared(&b);
  expect(&p, rows[_i].kind, rows[_i].reason, rows[_i].chain);
  ck_assert_int_eq(p.tuple.proto, rows[_i].proto);
  ck_assert_int_eq(p.l4_offset, rows[_i].l4);
}
END_TEST

START_TEST(ipv4_header)
{
  ct_packet p;

  kit_ipv4(&b, CT_PROTO_UDP);
  b.at[0] = 0x47;
  kit_add_hex(&b, "01010101 00000000");
  kit_udp(&b, 53, 54, 0);
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_TRACK, CT_REASON_NONE, "options");
  ck_assert_int_eq(p.l4_offset, 28);
  ck_assert_int_eq(p.tuple.src_id, 53);
  kit_set16(&b, 6, 0x0001);
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_INVALID, CT_REASON_IP_FRAGMENT, "offset");
  kit_set16(&b, 6, 0x2000);
  p = expect_prepared(&b);
  expect(&p, CT_PACKET_TRACK, CT_REASON_NONE, "more fragments alone is no matter");
  kit_ipv4(&b, CT_PROTO_UDP);
  b.at[0] = 0x4f;
  p = kit_prepare(&b, CT_CHECKSUMS_IGNORE, FALSE);
  expect(&p, CT_PACKET_INVALID, CT_REASON_IP_HEADER_SHORT, "header beyond the end");
}
END_TEST

START_TEST(gre_versions)
{
  static const struct {
    const char *hex;
    guint16 dst_id;
    guint8 flags;
    ct_packet_kind kind;
    ct_reason reason;
  } rows[] = {
    { "", 0, 0, CT_PACKET_TRACK, CT_REASON_NONE },
    { "3001 88", 0, 0, CT_PACKET_TRACK, CT_REASON_NONE },
    { "0000 0800 4500", 0, 0, CT_PACKET_TRACK, CT_REASON_NONE },
    { "3001 880b 0010 4711", 0x4711, CT_PACKET_GRE_V1, CT_PACKET_TRACK, CT_REASON_NONE },
    { "3001 0800 0010 4711", 0, 0, CT_PACKET_INVALID, CT_REASON_GRE_VERSION },
    { "3001 0800 0010 47", 0, 0, CT_PACKET_TRACK, CT_REASON_NONE }, /* too short to be looked at */
    { "3002 0800 0010 4711", 0, 0, CT_PACKET_TRACK, CT_REASON_NONE },
    { "3089 880b 0010 4711", 0x4711, CT_PACKET_GRE_V1, CT_PACKET_TRACK, CT_REASON_NONE }, /* flags beside the version */
  };
  ct_packet p;

  kit_ipv4(&b, CT_PROTO_GRE);
  kit_add_hex(&b, rows[_i].hex);
  p = expect_prepared(&b);
  expect(&p, rows[_i].kind, rows[_i].reason, rows[_i].hex);
  ck_assert_int_eq(p.tuple.src_id, 0);
  ck_assert_int_eq(p.tuple.dst_id, rows[_i].dst_id);
  ck_assert_int_eq(p.flags, rows[_i].flags);
}
END_TEST

/* A connection has one hash, whichever way a packet goes. */
START_TEST(one_hash_both_ways)
{
  static const guint8 protos[] = { CT_PROTO_TCP,  CT_PROTO_UDP,    CT_PROTO_UDPLITE, CT_PROTO_SCTP,
                                   CT_PROTO_ICMP, CT_PROTO_ICMPV6, CT_PROTO_GRE,     50 };
  guint8 proto = protos[_i];
  guint family;

  for (family = 0; family < 2; family++) {
    guint way;
    ct_packet p[2];

    for (way = 0; way < 2; way++) {
      if (family == 0)
        kit_ipv4(&b, proto);
      else
        kit_ipv6(&b, proto);
      if (proto == CT_PROTO_ICMP)
        kit_icmp(&b, way ? 0 : 8, 0, 5);
      else if (proto == CT_PROTO_ICMPV6)
        kit_icmp(&b, way ? 129 : 128, 0, 5);
      else
        kit_tcp(&b, way ? 80 : 1234, way ? 1234 : 80, CT_TCP_ACK, "");
      if (way)
        kit_swap_addresses(&b);
      p[way] = expect_prepared(&b);
    }
    ck_assert_int_eq(p[0].kind, CT_PACKET_TRACK);
    if ((proto == CT_PROTO_ICMP) == (family == 0) || (proto != CT_PROTO_ICMP && proto != CT_PROTO_ICMPV6))
      ck_assert_uint_eq(p[0].hash, p[1].hash);
  }
}
END_TEST

/* What a profile's kernel has no tracker for has no ports; what it has one for has. */
START_TEST(profiles)
{
  ct_params params;
  ct_packet p = { .data = b.at };

  kit_ipv4(&b, CT_PROTO_DCCP);
  kit_tcp(&b, 10, 20, 0, "");
  kit_finish(&b);
  p.length = p.captured = b.n;
  ct_params_init(&params, ct_profile_find("linux-6.1"));
  ct_packet_prepare(&p, CT_CHECKSUMS_IGNORE, &params);
  ck_assert_int_eq(p.tuple.src_id, 10);
  ct_params_init(&params, ct_profile_find("linux-6.18"));
  ct_packet_prepare(&p, CT_CHECKSUMS_IGNORE, &params);
  ck_assert_int_eq(p.tuple.src_id, 0);

  kit_ipv6(&b, CT_PROTO_ICMPV6);
  kit_icmp(&b, 151, 0, 0);
  kit_finish(&b);
  p.length = p.captured = b.n;
  ct_params_init(&params, ct_profile_find("linux-6.1"));
  ct_packet_prepare(&p, CT_CHECKSUMS_IGNORE, &params);
  expect(&p, CT_PACKET_INVALID, CT_REASON_TUPLE_NO_INVERSE, "6.1");
  ct_params_init(&params, ct_profile_find("linux-6.18"));
  ct_packet_prepare(&p, CT_CHECKSUMS_IGNORE, &params);
  expect(&p, CT_PACKET_UNTRACKED, CT_REASON_MRD_UNTRACKED, "6.18");

  kit_ipv4(&b, CT_PROTO_TCP);
  kit_tcp(&b, 10, 20, CT_TCP_SYN | CT_TCP_FIN, "");
  kit_finish(&b);
  p.length = p.captured = b.n;
  ct_packet_prepare(&p, CT_CHECKSUMS_IGNORE, &params);
  expect(&p, CT_PACKET_TRACK, CT_REASON_TCP_FLAGS, "6.18 judges flags");
  ct_params_init(&params, ct_profile_find("linux-2.4"));
  ct_packet_prepare(&p, CT_CHECKSUMS_IGNORE, &params);
  expect(&p, CT_PACKET_TRACK, CT_REASON_NONE, "2.4 does not");
  p.length = p.captured = 27; /* ports want eight bytes there */
  ct_packet_prepare(&p, CT_CHECKSUMS_IGNORE, &params);
  expect(&p, CT_PACKET_INVALID, CT_REASON_TUPLE_SHORT, "2.4");
  b.at[9] = CT_PROTO_SCTP;
  ct_packet_prepare(&p, CT_CHECKSUMS_VERIFY, &params);
  expect(&p, CT_PACKET_TRACK, CT_REASON_NONE, "no SCTP tracker in 2.4");
  ck_assert_int_eq(p.tuple.src_id, 0);
}
END_TEST

static void cut_sample(int i)
{
  switch (i) {
  case 0:
    kit_ipv4(&b, CT_PROTO_TCP);
    kit_tcp(&b, 1234, 80, CT_TCP_ACK, "0101080a 00000001 00000002");
    kit_fill(&b, 'x', 20);
    break;
  case 1:
    kit_ipv6(&b, 60);
    kit_add_hex(&b, "0600 010400000000");
    kit_tcp(&b, 1234, 80, CT_TCP_SYN, "020405b4");
    break;
  case 2:
    kit_icmp_error(&b, FALSE);
    kit_add_hex(&b, "04d20050 00000001");
    break;
  case 3:
    kit_ipv6(&b, CT_PROTO_ICMPV6);
    b.at[7] = 255;
    b.at[8] = 0xfe;
    b.at[9] = 0x80;
    kit_icmp(&b, 137, 0, 0);
    kit_fill(&b, 0, 32);
    kit_add_hex(&b, "0406 000000000000 60000000 0008 11 40");
    kit_add_hex(&b, "fd000000 00000000 00000000 000000aa fd000000 00000000 00000000 000000bb 00350036");
    break;
  default:
    kit_ipv4(&b, CT_PROTO_GRE);
    kit_add_hex(&b, "3001 880b 0010 4711 00000000");
    break;
  }
  kit_finish(&b);
}

/* A packet cut at any length reads as if zeros followed. */
START_TEST(cut_reads_as_zeros)
{
  guint32 captured;
  kit_bytes zeros;

  cut_sample(_i);
  for (captured = 0; captured < b.n; captured++) {
    g_autofree guint8 *exact = g_memdup2(b.at, MAX(captured, 1)); /* so that a sanitizer sees a byte too many */
    ct_packet p = { .data = exact, .length = b.n, .captured = captured }, like;

    zeros = b;
    memset(zeros.at + captured, 0, b.n - captured);
    ct_packet_prepare(&p, CT_CHECKSUMS_VERIFY, kit_params(TRUE));
    like = kit_prepare(&zeros, CT_CHECKSUMS_IGNORE, FALSE);
    ck_assert_int_eq(p.kind, like.kind);
    ck_assert_int_eq(p.reason, like.reason);
    ck_assert_int_eq(p.flags & ~CT_PACKET_CSUM_SKIPPED, like.flags | CT_PACKET_CUT);
    ck_assert_mem_eq(&p.tuple, &like.tuple, sizeof(p.tuple));
    ck_assert_uint_eq(p.hash, like.hash);
    ck_assert_mem_eq(&p.l4, &like.l4, sizeof(p.l4));
  }
}
END_TEST

/* Tuples made to share their low bits under one key fall apart under another: no key, no crafted collisions. */
START_TEST(hash_depends_on_key)
{
  enum { BITS = 12, CRAFTED = 512, FAIR = 12 /* of 512 in 4096 places, one has that many once in 10^12 */ };
  const ct_hash_key before = ct_hash_keyed_with;
  static ct_tuple crafted[CRAFTED];
  static guint8 places[1 << BITS];
  ct_tuple t = { .family = CT_IPV4, .proto = CT_PROTO_TCP, .dst_id = 80 }, inverse;
  guint n = 0, worst = 0, i;

  ct_hash_set_key(1, 2);
  for (t.src.v4 = 1, t.dst.v4 = 7; n < CRAFTED; t.src.v4++)
    if (ct_tuple_hash(&t) % (1 << BITS) == 0)
      crafted[n++] = t;
  ct_hash_set_key(G_GUINT64_CONSTANT(0x0123456789abcdef), G_GUINT64_CONSTANT(0xfedcba9876543211));
  for (i = 0; i < CRAFTED; i++) {
    guint place = ct_tuple_hash(&crafted[i]) % (1 << BITS);

    worst = MAX(worst, ++places[place]);
    ct_tuple_invert(&crafted[i], &inverse);
    ck_assert_uint_eq(ct_tuple_hash(&crafted[i]), ct_tuple_hash(&inverse));
  }
  ck_assert_uint_le(worst, FAIR);
  ct_hash_set_key(before.a, before.b);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("packet");
  TCase *c = tcase_create("prepare");

  tcase_add_test(c, tcp_fields);
  tcase_add_loop_test(c, tcp_options_kinds, 0, 5);
  tcase_add_loop_test(c, tcp_options_hold, 0, 9);
  tcase_add_test(c, hash_depends_on_key);
  tcase_add_test(c, tcp_flag_sets);
  tcase_add_loop_test(c, short_headers, 0, 7);
  tcase_add_loop_test(c, tcp_data_offset, 0, 7);
  tcase_add_loop_test(c, udp_lengths, 0, 11);
  tcase_add_loop_test(c, ipv6_header_chains, 0, 16);
  tcase_add_test(c, ipv4_header);
  tcase_add_loop_test(c, gre_versions, 0, 8);
  tcase_add_loop_test(c, one_hash_both_ways, 0, 8);
  tcase_add_test(c, profiles);
  tcase_add_loop_test(c, cut_reads_as_zeros, 0, 5);
  suite_add_tcase(suite, c);
  return unit_run(suite);
}
