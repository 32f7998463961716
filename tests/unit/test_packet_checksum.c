/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums: the sums themselves against slow ones, and who judges which under auto, verify, ignore (spec 1, table). */
#include "packet_kit.h"
#include "unit.h"

#include <string.h>

#include "conntrack/read/checksum.h"

static kit_bytes b;

typedef enum { GOOD, BAD, PSEUDO, PSEUDO_NO_LENGTH, ZERO } field_state;

typedef struct carrier {
  guint8 family, proto;
  guint32 l4, field;
  guint8 pseudo; /* protocol in the pseudo header, 0 for none */
  ct_reason reason;
} carrier;

static const carrier carriers[] = {
  { 4, CT_PROTO_TCP, 20, 36, CT_PROTO_TCP, CT_REASON_TCP_CHECKSUM },
  { 6, CT_PROTO_TCP, 40, 56, CT_PROTO_TCP, CT_REASON_TCP_CHECKSUM },
  { 4, CT_PROTO_UDP, 20, 26, CT_PROTO_UDP, CT_REASON_UDP_CHECKSUM },
  { 6, CT_PROTO_UDP, 40, 46, CT_PROTO_UDP, CT_REASON_UDP_CHECKSUM },
  { 4, CT_PROTO_UDPLITE, 20, 26, CT_PROTO_UDP, CT_REASON_UDPLITE_CHECKSUM },
  { 6, CT_PROTO_UDPLITE, 40, 46, CT_PROTO_UDP, CT_REASON_UDPLITE_CHECKSUM },
  { 4, CT_PROTO_ICMP, 20, 22, 0, CT_REASON_ICMP_CHECKSUM },
  { 6, CT_PROTO_ICMPV6, 40, 42, CT_PROTO_ICMPV6, CT_REASON_ICMP_CHECKSUM },
};

static void carrier_build(const carrier *c, guint payload, field_state state)
{
  if (c->family == 4)
    kit_ipv4(&b, c->proto);
  else
    kit_ipv6(&b, c->proto);
  if (c->proto == CT_PROTO_TCP)
    kit_tcp(&b, 1234, 80, CT_TCP_ACK, "");
  else if (c->proto == CT_PROTO_ICMP)
    kit_icmp(&b, 8, 0, 3);
  else if (c->proto == CT_PROTO_ICMPV6)
    kit_icmp(&b, 128, 0, 3);
  else
    kit_udp(&b, 1234, 80, 0);
  kit_fill(&b, 0xc3, payload);
  if (c->proto == CT_PROTO_UDP || c->proto == CT_PROTO_UDPLITE)
    kit_set16(&b, c->l4 + 4, 8 + payload);
  kit_finish(&b);
  kit_sum(&b, c->l4, c->field, c->pseudo);
  if (state == BAD)
    b.at[c->field] ^= 0x40;
  else if (state == PSEUDO)
    kit_set16(&b, c->field, kit_pseudo(&b, c->l4, c->pseudo));
  else if (state == PSEUDO_NO_LENGTH)
    kit_set16(&b, c->field, (guint16)(kit_pseudo(&b, c->l4, c->pseudo) - (b.n - c->l4)));
  else if (state == ZERO)
    kit_set16(&b, c->field, 0);
}

static gboolean refused(const ct_packet *p, const carrier *c)
{
  ck_assert_msg(p->reason == CT_REASON_NONE || p->reason == c->reason, "reason %s", ct_reason_word(p->reason));
  return p->reason != CT_REASON_NONE;
}

/* Every length up to a few words: odd bytes, tails, both families. */
START_TEST(sums_of_all_lengths)
{
  const carrier *c = &carriers[_i];
  guint payload;

  for (payload = 0; payload < 70; payload++) {
    ct_packet p;

    carrier_build(c, payload, GOOD);
    p = kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE);
    ck_assert_msg(!refused(&p, c), "payload %u", payload);
    ck_assert_int_eq(p.flags, 0);
    carrier_build(c, payload, BAD);
    p = kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE);
    ck_assert_msg(refused(&p, c), "payload %u", payload);
    ck_assert(p.flags & CT_PACKET_CSUM_BAD);
    ck_assert_int_eq(p.kind, c->reason == CT_REASON_ICMP_CHECKSUM ? CT_PACKET_INVALID : CT_PACKET_TRACK);
    ck_assert_int_eq((p.flags & CT_PACKET_COUNTS_ERROR) != 0, c->reason == CT_REASON_ICMP_CHECKSUM);
  }
}
END_TEST

START_TEST(policies)
{
  static const struct {
    field_state state;
    ct_checksums policy;
    gboolean verify_l4, refused;
    guint8 flags;
  } rows[] = {
    { BAD, CT_CHECKSUMS_VERIFY, TRUE, TRUE, CT_PACKET_CSUM_BAD },
    { BAD, CT_CHECKSUMS_AUTO, TRUE, TRUE, CT_PACKET_CSUM_BAD },
    { BAD, CT_CHECKSUMS_IGNORE, TRUE, FALSE, 0 },
    { BAD, CT_CHECKSUMS_VERIFY, FALSE, FALSE, 0 },
    { BAD, CT_CHECKSUMS_AUTO, FALSE, FALSE, 0 },
    { PSEUDO, CT_CHECKSUMS_VERIFY, TRUE, TRUE, CT_PACKET_CSUM_BAD },
    { PSEUDO, CT_CHECKSUMS_AUTO, TRUE, FALSE, CT_PACKET_CSUM_OFFLOAD },
    { PSEUDO, CT_CHECKSUMS_IGNORE, TRUE, FALSE, 0 },
    { PSEUDO_NO_LENGTH, CT_CHECKSUMS_VERIFY, TRUE, TRUE, CT_PACKET_CSUM_BAD },
    { PSEUDO_NO_LENGTH, CT_CHECKSUMS_AUTO, TRUE, FALSE, CT_PACKET_CSUM_OFFLOAD },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(carriers); i++) {
    const carrier *c = &carriers[i];
    ct_packet p;

    if (c->pseudo == 0 && (rows[_i].state == PSEUDO || rows[_i].state == PSEUDO_NO_LENGTH))
      continue;
    carrier_build(c, 10, rows[_i].state);
    p = kit_prepare(&b, rows[_i].policy, rows[_i].verify_l4);
    ck_assert_msg(refused(&p, c) == rows[_i].refused, "carrier %u", i);
    ck_assert_int_eq(p.flags & ~CT_PACKET_COUNTS_ERROR, rows[_i].flags);
  }
}
END_TEST

/* A cut packet cannot be judged, even where zeros were put back for what was cut. */
START_TEST(cut_packets)
{
  const carrier *c = &carriers[_i];
  ct_packet p;

  carrier_build(c, 10, BAD);
  p = (ct_packet){ .data = b.at, .length = b.n, .captured = b.n - 1 };
  ct_packet_prepare(&p, CT_CHECKSUMS_VERIFY, kit_params(TRUE));
  ck_assert(!refused(&p, c));
  ck_assert_int_eq(p.flags, CT_PACKET_CUT | CT_PACKET_CSUM_SKIPPED);
  p = (ct_packet){ .data = b.at, .length = b.n, .captured = b.n, .flags = CT_PACKET_CUT | CT_PACKET_REASSEMBLED };
  ct_packet_prepare(&p, CT_CHECKSUMS_VERIFY, kit_params(TRUE));
  ck_assert(!refused(&p, c));
  ck_assert_int_eq(p.flags, CT_PACKET_CUT | CT_PACKET_REASSEMBLED | CT_PACKET_CSUM_SKIPPED);
  ct_packet_prepare(&p, CT_CHECKSUMS_IGNORE, kit_params(TRUE));
  ck_assert_int_eq(p.flags, CT_PACKET_CUT | CT_PACKET_REASSEMBLED);
}
END_TEST

START_TEST(udp_without_sum)
{
  ct_packet p;

  carrier_build(&carriers[2], 5, ZERO);
  ck_assert_int_eq(kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE).reason, CT_REASON_NONE);
  carrier_build(&carriers[3], 5, ZERO);
  ck_assert_int_eq(kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE).reason, CT_REASON_NONE);
  /* UDP-Lite must have one, whoever looks. */
  carrier_build(&carriers[4], 5, ZERO);
  p = kit_prepare(&b, CT_CHECKSUMS_IGNORE, FALSE);
  ck_assert_int_eq(p.reason, CT_REASON_UDPLITE_NO_CHECKSUM);
}
END_TEST

/*
 * Bytes behind the UDP datagram but inside the IP packet are summed too: right for the datagram is wrong for the
 * kernel.
 */
START_TEST(udp_trailing_bytes)
{
  carrier_build(&carriers[2], 6, GOOD);
  kit_add_hex(&b, "dead");
  kit_finish(&b);
  ck_assert_int_eq(kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE).reason, CT_REASON_UDP_CHECKSUM);
  kit_sum(&b, 20, 26, CT_PROTO_UDP);
  ck_assert_int_eq(kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE).reason, CT_REASON_NONE);
}
END_TEST

/* RFC 3828's own pseudo header, with protocol 136, is refused; the covered part alone counts. */
START_TEST(udplite_sums)
{
  carrier_build(&carriers[4], 10, GOOD);
  kit_sum(&b, 20, 26, CT_PROTO_UDPLITE);
  ck_assert_int_eq(kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE).reason, CT_REASON_UDPLITE_CHECKSUM);

  carrier_build(&carriers[4], 10, GOOD);
  kit_set16(&b, 24, 8); /* covers the header: sum it with the payload taken as zeros */
  memset(b.at + 28, 0, 10);
  kit_sum(&b, 20, 26, CT_PROTO_UDP);
  memset(b.at + 28, 0xee, 10);
  ck_assert_int_eq(kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE).reason, CT_REASON_NONE);
  b.at[21] ^= 1;
  ck_assert_int_eq(kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE).reason, CT_REASON_UDPLITE_CHECKSUM);
}
END_TEST

/* With a routing header the fixed header's destination counts, as in the kernel's check. */
START_TEST(ipv6_routing_header)
{
  kit_ipv6(&b, 43);
  kit_add_hex(&b, "1102 0001 00000000 fd000000 00000000 00000000 000000ff");
  kit_udp(&b, 1, 2, 3);
  kit_finish(&b);
  kit_sum(&b, 64, 70, CT_PROTO_UDP);
  ck_assert_int_eq(kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE).reason, CT_REASON_NONE);
}
END_TEST

static guint32 crc_bit_by_bit(const guint8 *bytes, gsize n)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < n; i++) {
    crc ^= i >= 8 && i < 12 ? 0 : bytes[i];
    for (guint bit = 0; bit < 8; bit++)
      crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
  }
  return ~crc;
}

START_TEST(crc_all_lengths)
{
  guint8 bytes[200];
  gsize n;

  for (n = 0; n < sizeof(bytes); n++)
    bytes[n] = (guint8)(n * 37 + 11);
  for (n = 12; n <= sizeof(bytes); n++) {
    ck_assert_uint_eq(ct_crc32c_sctp(bytes, n), crc_bit_by_bit(bytes, n));
    ck_assert_uint_eq(ct_crc32c_sctp_portable(bytes, n), crc_bit_by_bit(bytes, n));
  }
}
END_TEST

START_TEST(sctp_sums)
{
  guint32 crc;
  ct_packet p;

  kit_ipv4(&b, CT_PROTO_SCTP);
  kit_add_hex(&b, "0bb80050 00000001 00000000 0a000004");
  kit_finish(&b);
  p = kit_prepare(&b, CT_CHECKSUMS_AUTO, TRUE); /* zero: left to the card */
  ck_assert_int_eq(p.reason, CT_REASON_NONE);
  ck_assert_int_eq(p.flags, CT_PACKET_CSUM_OFFLOAD);
  ck_assert_int_eq(kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE).reason, CT_REASON_SCTP_CHECKSUM);
  crc = crc_bit_by_bit(b.at + 20, b.n - 20);
  for (guint i = 0; i < 4; i++)
    b.at[28 + i] = (guint8)(crc >> 8 * i);
  p = kit_prepare(&b, CT_CHECKSUMS_VERIFY, TRUE);
  ck_assert_int_eq(p.reason, CT_REASON_NONE);
  ck_assert_int_eq(p.flags, 0);
  b.at[20] ^= 1;
  p = kit_prepare(&b, CT_CHECKSUMS_AUTO, TRUE);
  ck_assert_int_eq(p.reason, CT_REASON_SCTP_CHECKSUM);
  ck_assert_int_eq(p.flags, CT_PACKET_CSUM_BAD);
  ck_assert_int_eq(kit_prepare(&b, CT_CHECKSUMS_AUTO, FALSE).reason, CT_REASON_NONE);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("packet_checksum");
  TCase *c = tcase_create("checksum");

  tcase_add_loop_test(c, sums_of_all_lengths, 0, G_N_ELEMENTS(carriers));
  tcase_add_loop_test(c, policies, 0, 10);
  tcase_add_loop_test(c, cut_packets, 0, G_N_ELEMENTS(carriers));
  tcase_add_test(c, udp_without_sum);
  tcase_add_test(c, udp_trailing_bytes);
  tcase_add_test(c, udplite_sums);
  tcase_add_test(c, ipv6_routing_header);
  tcase_add_test(c, crc_all_lengths);
  tcase_add_test(c, sctp_sums);
  suite_add_tcase(suite, c);
  return unit_run(suite);
}
