/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames of every link type, unwrapped; and the IP layer's own checks (spec 0.1). */
#include "link_frames.h"
#include "packet_kit.h"
#include "unit.h"

#include <string.h>

#include "packet/packet.h"

/* Decodes one frame with a fresh decoder. */
static ct_packet decode(guint link, const guint8 *data, guint32 captured, guint32 wire, ct_checksums checksums,
                        pkt_link_info *info)
{
  g_autofree guint8 *exact = g_memdup2(data, MAX(captured, 1)); /* so that a sanitizer sees a byte too many */
  cap_frame frame = { .ts_ns = 5, .data = exact, .captured = captured, .wire = wire, .link = (guint16)link };
  pkt_decoder *decoder = pkt_decoder_new(kit_params(TRUE), checksums);
  pkt_arena *arena = pkt_arena_new();
  ct_packet packet;

  memset(&packet, 0xa5, sizeof(packet));
  pkt_decode(decoder, &frame, 3, arena, &packet, info);
  ck_assert_uint_eq(packet.number, 3);
  ck_assert_int_eq(packet.time_ns, 5);
  packet.data = NULL;
  pkt_arena_free(arena);
  pkt_decoder_free(decoder);
  return packet;
}

START_TEST(link_types)
{
  guint8 family = link_frames[_i].family;
  kit_bytes frame, ip;
  pkt_link_info info;
  ct_packet p;
  guint32 n;

  if (family == 6)
    kit_ipv6(&ip, 50);
  else
    kit_ipv4(&ip, 50);
  kit_finish(&ip);
  kit_start(&frame);
  kit_add_hex(&frame, link_frames[_i].header);
  n = frame.n;
  kit_add(&frame, ip.at, ip.n);
  p = decode(link_frames[_i].link, frame.at, frame.n, frame.n, CT_CHECKSUMS_VERIFY, &info);
  if (family == 0) {
    ck_assert_int_eq(p.kind, CT_PACKET_NONE);
    ck_assert_msg(ct_reason_is_of_link((ct_reason)p.reason), "%s", ct_reason_word(p.reason));
    ck_assert_int_eq(info.l3_offset, 0);
  } else {
    ck_assert_msg(p.kind == CT_PACKET_TRACK, "%s: %s", link_frames[_i].header, ct_reason_word(p.reason));
    ck_assert_int_eq(p.tuple.family, family == 4 ? CT_IPV4 : CT_IPV6);
    ck_assert_int_eq(info.l3_offset, n);
    ck_assert_int_eq(info.layers, link_frames[_i].layers);
    ck_assert_int_eq(info.direction, link_frames[_i].direction);
    ck_assert_uint_eq(info.cooked_ifindex, link_frames[_i].link == 276 ? 7 : 0);
    ck_assert_uint_eq(p.length, ip.n);
  }
  /* Cut anywhere inside its link header, it is no packet, and nothing behind the cut is read. */
  while (n-- > 0) {
    p = decode(link_frames[_i].link, frame.at, n, frame.n, CT_CHECKSUMS_VERIFY, NULL);
    ck_assert_msg(p.kind == CT_PACKET_NONE, "%u bytes of link header give a packet", n);
  }
}
END_TEST

/* A frame check sequence that radiotap announces is not the packet's. */
START_TEST(radiotap_fcs)
{
  kit_bytes frame, ip;
  ct_packet p;

  kit_ipv4(&ip, 50);
  kit_finish(&ip);
  kit_set16(&ip, 2, ip.n + 4); /* claims four bytes that only the FCS could be */
  kit_start(&frame);
  kit_add_hex(&frame, "0000 0900 02000000 10 0801 0000 " WLAN "1000 " SNAP4);
  kit_add(&frame, ip.at, ip.n);
  kit_add_hex(&frame, "deadbeef");
  p = decode(127, frame.at, frame.n, frame.n, CT_CHECKSUMS_IGNORE, NULL);
  ck_assert_int_eq(p.reason, CT_REASON_IP_TRUNCATED);
  frame.at[8] = 0; /* without the flag they are the packet's */
  p = decode(127, frame.at, frame.n, frame.n, CT_CHECKSUMS_IGNORE, NULL);
  ck_assert_int_eq(p.kind, CT_PACKET_TRACK);
}
END_TEST

/* As is that of a bridged frame whose SNAP header says that it has one, and the trailer that PKTAP tells of. */
START_TEST(trailers)
{
  static const struct {
    guint link;
    const char *with, *without; /* the trailer */
  } rows[] = {
    { 107, "1841 03 80 0080c2 0001 " MACS "0800", "1841 03 80 0080c2 0007 " MACS "0800" },
    { 11, "aaaa03 0080c2 0001 0000 " MACS "0800", "aaaa03 0080c2 0007 0000 " MACS "0800" },
    { 258, "6c000000 01000000 0c000000" ZEROS_32 "00000000 04000000" ZEROS_32 ZEROS_24,
      "6c000000 01000000 0c000000" ZEROS_32 "00000000 00000000" ZEROS_32 ZEROS_24 },
  };
  kit_bytes frame, ip;

  kit_ipv4(&ip, 50);
  kit_finish(&ip);
  kit_set16(&ip, 2, ip.n + 4); /* claims the trailer's bytes */
  for (guint with = 0; with < 2; with++) {
    ct_packet p;

    kit_start(&frame);
    kit_add_hex(&frame, with ? rows[_i].with : rows[_i].without);
    kit_add(&frame, ip.at, ip.n);
    kit_add_hex(&frame, "deadbeef");
    p = decode(rows[_i].link, frame.at, frame.n, frame.n, CT_CHECKSUMS_IGNORE, NULL);
    ck_assert_int_eq(p.kind, with ? CT_PACKET_NONE : CT_PACKET_TRACK);
    ck_assert_int_eq(p.reason, with ? CT_REASON_IP_TRUNCATED : CT_REASON_NONE);
  }
}
END_TEST

START_TEST(link_names)
{
  ck_assert(pkt_link_supported(1));
  ck_assert(pkt_link_supported(276));
  ck_assert(!pkt_link_supported(189));
  ck_assert(!pkt_link_supported(2));
  ck_assert(!pkt_link_supported(4000000000u));
  ck_assert_str_eq(pkt_link_name(1), "EN10MB (Ethernet)");
  ck_assert_ptr_nonnull(strstr(pkt_link_name(189), "189"));
  ck_assert_str_eq(pkt_link_name(54321), "54321");
}
END_TEST

/* No decoder without frames in link_frames.h. */
START_TEST(every_type_has_frames)
{
  for (guint link = 0; link < 1024; link++) {
    gboolean found = FALSE;

    for (guint i = 0; i < G_N_ELEMENTS(link_frames) && !found; i++)
      found = link_frames[i].link == link && link_frames[i].family != 0;
    ck_assert_msg(found == pkt_link_supported(link), "link type %u", link);
  }
}
END_TEST

/* Of a type that nobody decodes one cannot say what it carries; nor of such a type inside another. */
START_TEST(unsupported)
{
  static const struct {
    guint link;
    const char *frame;
    ct_reason reason;
  } rows[] = {
    { 189, MACS "0800", CT_REASON_LINK_UNSUPPORTED },
    { 54321, "", CT_REASON_LINK_UNSUPPORTED },
    { 192, "0000 0800 bd000000 00", CT_REASON_LINK_UNSUPPORTED },
    { 192, "0000 0800 c0000000 0000 0800 01000000 " MACS "0800", CT_REASON_NOT_IP },
    { 1, MACS "0806", CT_REASON_NOT_IP },
  };
  kit_bytes frame;
  ct_packet p;

  kit_start(&frame);
  kit_add_hex(&frame, rows[_i].frame);
  p = decode(rows[_i].link, frame.at, frame.n, frame.n, CT_CHECKSUMS_VERIFY, NULL);
  ck_assert_int_eq(p.kind, CT_PACKET_NONE);
  ck_assert_str_eq(ct_reason_word(p.reason), ct_reason_word(rows[_i].reason));
}
END_TEST

static kit_bytes b;

static ct_packet decode_ip(guint32 captured, guint32 wire, ct_checksums checksums)
{
  return decode(b.at[0] >> 4 == 6 ? 229 : 228, b.at, captured, wire, checksums, NULL);
}

START_TEST(ipv4_refused)
{
  static const struct {
    const char *what;
    guint32 at;
    guint8 value;
    guint32 wire; /* of 28 */
    gboolean mend;
    ct_reason reason;
  } rows[] = {
    { "fine", 0, 0x45, 28, TRUE, CT_REASON_NONE },
    { "no header", 0, 0x45, 19, TRUE, CT_REASON_IP_HEADER_SHORT },
    { "version", 0, 0x55, 28, TRUE, CT_REASON_IP_VERSION },
    { "header length", 0, 0x44, 28, FALSE, CT_REASON_IP_HEADER_SHORT },
    { "header beyond the packet", 0, 0x48, 28, FALSE, CT_REASON_IP_HEADER_SHORT },
    { "sum", 8, 0x41, 28, FALSE, CT_REASON_IP_CHECKSUM },
    { "longer than the wire", 3, 29, 28, TRUE, CT_REASON_IP_TRUNCATED },
    { "shorter than the header", 3, 19, 28, TRUE, CT_REASON_IP_LENGTH },
    { "length of zero", 3, 0, 28, TRUE, CT_REASON_IP_LENGTH },
    { "link padding", 3, 24, 28, TRUE, CT_REASON_NONE },
  };
  ct_packet p;

  kit_ipv4(&b, 50);
  kit_add32(&b, 1);
  kit_add32(&b, 2);
  kit_finish(&b);
  b.at[rows[_i].at] = rows[_i].value;
  if (rows[_i].mend) { /* over the header alone */
    guint32 n = b.n;

    b.n = 20;
    kit_sum(&b, 0, 10, 0);
    b.n = n;
  }
  p = decode_ip(rows[_i].wire, rows[_i].wire, CT_CHECKSUMS_VERIFY);
  ck_assert_msg(p.reason == rows[_i].reason, "%s: %s", rows[_i].what, ct_reason_word(p.reason));
  ck_assert_int_eq(p.kind, rows[_i].reason == CT_REASON_NONE ? CT_PACKET_TRACK : CT_PACKET_NONE);
  if (rows[_i].reason == CT_REASON_NONE) {
    ck_assert_uint_eq(p.length, b.at[3]);
    ck_assert_uint_eq(p.captured, b.at[3]);
  }
}
END_TEST

START_TEST(ipv4_header_sum_policies)
{
  static const struct {
    guint sum_xor; /* 0x10000: the field is zero */
    ct_checksums policy;
    ct_reason reason;
    guint8 flags;
  } rows[] = {
    { 1, CT_CHECKSUMS_VERIFY, CT_REASON_IP_CHECKSUM, CT_PACKET_CSUM_BAD },
    { 1, CT_CHECKSUMS_AUTO, CT_REASON_IP_CHECKSUM, CT_PACKET_CSUM_BAD },
    { 1, CT_CHECKSUMS_IGNORE, CT_REASON_NONE, 0 },
    { 0x10000, CT_CHECKSUMS_VERIFY, CT_REASON_IP_CHECKSUM, CT_PACKET_CSUM_BAD },
    { 0x10000, CT_CHECKSUMS_AUTO, CT_REASON_NONE, CT_PACKET_CSUM_OFFLOAD },
    { 0x10000, CT_CHECKSUMS_IGNORE, CT_REASON_NONE, 0 },
  };
  ct_packet p;

  kit_ipv4(&b, 50);
  kit_finish(&b);
  b.at[11] ^= rows[_i].sum_xor & 0xff;
  if (rows[_i].sum_xor == 0x10000)
    kit_set16(&b, 10, 0);
  p = decode_ip(b.n, b.n, rows[_i].policy);
  ck_assert_int_eq(p.reason, rows[_i].reason);
  ck_assert_int_eq(p.flags, rows[_i].flags);
}
END_TEST

START_TEST(ipv6_refused)
{
  static const struct {
    const char *what;
    guint8 next;
    const char *payload;
    guint claimed, wire; /* payload bytes */
    ct_reason reason;
    guint length;
  } rows[] = {
    { "fine", 50, "0102", 2, 2, CT_REASON_NONE, 42 },
    { "link padding", 50, "0102", 1, 2, CT_REASON_NONE, 41 },
    { "longer than the wire", 50, "0102", 3, 2, CT_REASON_IP_TRUNCATED, 0 },
    { "no payload", 50, "", 0, 0, CT_REASON_NONE, 40 },
    { "payload of zero trims", 50, "0102", 0, 2, CT_REASON_NONE, 40 },
    { "options", 0, "3200 050200000000", 8, 8, CT_REASON_NONE, 48 },
    { "pads", 0, "3200 00 0102 0000 00", 8, 8, CT_REASON_NONE, 48 },
    { "option beyond the header", 0, "3200 010500000000", 8, 8, CT_REASON_IP_OPTIONS, 0 },
    { "half an option", 0, "3200 000000000001", 8, 8, CT_REASON_IP_OPTIONS, 0 },
    { "options beyond the packet", 0, "3201 0104 00000000", 8, 8, CT_REASON_IP_OPTIONS, 0 },
    { "options beyond the claimed payload", 0, "3200 010400000000", 7, 8, CT_REASON_IP_OPTIONS, 0 },
    { "options beyond a payload of zero", 0, "3200 010400000000", 0, 8, CT_REASON_IPV6_HEADERS, 40 },
    { "no options header", 0, "32", 1, 1, CT_REASON_IP_OPTIONS, 0 },
    { "jumbo beside a length", 0, "3200 c204 00010000", 8, 8, CT_REASON_IP_OPTIONS, 0 },
    { "jumbo too small", 0, "3200 c204 0000ffff", 0, 8, CT_REASON_IP_OPTIONS, 0 },
    { "jumbo beyond the packet", 0, "3200 c204 00010000", 0, 8, CT_REASON_IP_OPTIONS, 0 },
    { "jumbo misplaced", 0, "3200 00 c204 00010000 00000000 000000", 0, 16, CT_REASON_IP_OPTIONS, 0 },
    { "jumbo of a wrong size", 0, "3200 c203 000100 00", 0, 8, CT_REASON_IP_OPTIONS, 0 },
  };
  ct_packet p;

  kit_ipv6(&b, rows[_i].next);
  kit_add_hex(&b, rows[_i].payload);
  kit_set16(&b, 4, rows[_i].claimed);
  p = decode_ip(40 + rows[_i].wire, 40 + rows[_i].wire, CT_CHECKSUMS_VERIFY);
  ck_assert_msg(p.reason == rows[_i].reason, "%s: %s", rows[_i].what, ct_reason_word(p.reason));
  if (rows[_i].reason == CT_REASON_NONE)
    ck_assert_uint_eq(p.length, rows[_i].length);
}
END_TEST

START_TEST(ipv6_jumbogram)
{
  ct_packet p;

  kit_ipv6(&b, 0);
  kit_add_hex(&b, "3200 c204 00010000");
  kit_fill(&b, 7, 65536 - 8);
  p = decode_ip(b.n, b.n, CT_CHECKSUMS_VERIFY);
  ck_assert_int_eq(p.kind, CT_PACKET_TRACK);
  ck_assert_uint_eq(p.length, 65576);
  p = decode_ip(60, b.n, CT_CHECKSUMS_VERIFY);
  ck_assert_int_eq(p.kind, CT_PACKET_TRACK);
  ck_assert_uint_eq(p.length, 65576);
}
END_TEST

START_TEST(family_and_version)
{
  kit_ipv4(&b, 50);
  kit_finish(&b);
  ck_assert_int_eq(decode(229, b.at, b.n, b.n, CT_CHECKSUMS_VERIFY, NULL).reason, CT_REASON_IP_HEADER_SHORT);
  kit_fill(&b, 0, 40);
  ck_assert_int_eq(decode(229, b.at, b.n, b.n, CT_CHECKSUMS_VERIFY, NULL).reason, CT_REASON_IP_VERSION);
}
END_TEST

/* A frame may claim gigabytes on the wire, and a jumbogram inside it too: nobody pads that much. */
START_TEST(ipv6_jumbogram_that_lies)
{
  ct_packet p;

  kit_ipv6(&b, 0);
  kit_add_hex(&b, _i ? "8400 c204 fffffff0" : "0600 c204 fffffff0");
  if (_i)
    kit_add_hex(&b, "0bb80050 00000001 00000000 0100001400000001 00001000 00010001 00000001");
  else
    kit_tcp(&b, 1, 2, CT_TCP_ACK, "");
  p = decode_ip(b.n, G_MAXUINT32, CT_CHECKSUMS_VERIFY);
  ck_assert_int_eq(p.reason, CT_REASON_IP_OPTIONS);
  kit_set16(&b, 46, 0xff00);
  p = decode_ip(b.n - 1, G_MAXUINT32, CT_CHECKSUMS_VERIFY);
  ck_assert_int_eq(p.kind, CT_PACKET_TRACK);
  ck_assert_uint_eq(p.length, 0xffffff00u + 40);
  ck_assert_uint_le(p.captured, 65575);
}
END_TEST

/* Fragments or not, ip_conntrack's time has no IPv6. */
START_TEST(ipv4_only)
{
  ct_params params;
  pkt_decoder *decoder;
  pkt_arena *arena = pkt_arena_new();
  ct_packet p;

  ct_params_init(&params, ct_profile_find("linux-2.6"));
  decoder = pkt_decoder_new(&params, CT_CHECKSUMS_IGNORE);
  kit_ipv6(&b, _i ? 44 : 50);
  kit_add_hex(&b, "1100 0001 00000001 00350036 00080000");
  kit_finish(&b);
  pkt_decode_ip(decoder, 1, 1, CT_IPV6, b.at, b.n, b.n, arena, &p);
  ck_assert_int_eq(p.kind, CT_PACKET_NONE);
  ck_assert_int_eq(p.reason, CT_REASON_NOT_IPV4);
  ck_assert_uint_eq(pkt_decoder_fragment_queues(decoder), 0);
  pkt_arena_free(arena);
  pkt_decoder_free(decoder);
}
END_TEST

/*
 * Cut by the snap length at any byte from the version on, a packet is what its lengths claim, where the wire length
 * bears them out. Wherever the TCP options or an SCTP chunk would be read, there are zeros to read.
 */
START_TEST(snap_length)
{
  guint8 proto = _i ? CT_PROTO_SCTP : CT_PROTO_TCP;
  guint32 captured, header;
  ct_packet p;

  kit_ipv4(&b, proto);
  if (proto == CT_PROTO_TCP)
    kit_tcp(&b, 1, 2, CT_TCP_ACK, "0101080a 00000001 00000002");
  else
    kit_add_hex(&b, "0bb80050 00000001 00000000 0100001400000001 00001000 00010001 00000001");
  kit_fill(&b, 9, 60);
  kit_finish(&b);
  header = proto == CT_PROTO_TCP ? 52 : b.n;
  for (captured = 34; captured < b.n; captured++) {
    p = decode_ip(captured, b.n + 6, CT_CHECKSUMS_VERIFY);
    ck_assert_int_eq(p.kind, CT_PACKET_TRACK);
    ck_assert_uint_eq(p.length, b.n);
    ck_assert_uint_eq(p.captured, MAX(captured, header));
    ck_assert_int_eq(p.flags, CT_PACKET_CUT | CT_PACKET_CSUM_SKIPPED);
  }
  for (captured = 1; captured < 34; captured++) {
    p = decode_ip(captured, b.n + 6, CT_CHECKSUMS_VERIFY);
    ck_assert(p.flags & CT_PACKET_CUT);
  }
  /* Shorter on the wire than it claims: that is no snap length's doing. */
  p = decode_ip(40, b.n - 1, CT_CHECKSUMS_VERIFY);
  ck_assert_int_eq(p.reason, CT_REASON_IP_TRUNCATED);
}
END_TEST

/* A cut inside an option does not hide it: what is missing reads as zeros. */
START_TEST(snap_length_inside_options)
{
  ct_packet p;

  kit_ipv4(&b, CT_PROTO_TCP);
  kit_tcp(&b, 1, 2, CT_TCP_ACK, "0402 050a 00000001 00000002 0303 07 00");
  kit_finish(&b);
  for (guint32 captured = 34; captured <= b.n; captured++) {
    guint8 holds = (captured > 41 ? CT_TCP_HOLDS_SACK_PERM : 0) | (captured > 43 ? CT_TCP_HOLDS_SACK : 0) |
                   (captured > 53 ? CT_TCP_HOLDS_SCALE : 0);

    p = decode_ip(captured, b.n, CT_CHECKSUMS_IGNORE);
    ck_assert_int_eq(p.kind, CT_PACKET_TRACK);
    ck_assert_int_eq(p.l4.tcp.holds, holds);
    ck_assert_int_eq(p.l4.tcp.scale, captured > 54 ? 7 : 0);
  }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("packet_link");
  TCase *c = tcase_create("link");

  tcase_add_loop_test(c, link_types, 0, G_N_ELEMENTS(link_frames));
  tcase_add_test(c, radiotap_fcs);
  tcase_add_loop_test(c, trailers, 0, 3);
  tcase_add_test(c, link_names);
  tcase_add_test(c, every_type_has_frames);
  tcase_add_loop_test(c, unsupported, 0, 5);
  tcase_add_loop_test(c, ipv4_refused, 0, 10);
  tcase_add_loop_test(c, ipv4_header_sum_policies, 0, 6);
  tcase_add_loop_test(c, ipv6_refused, 0, 18);
  tcase_add_test(c, ipv6_jumbogram);
  tcase_add_test(c, family_and_version);
  tcase_add_loop_test(c, ipv6_jumbogram_that_lies, 0, 2);
  tcase_add_loop_test(c, ipv4_only, 0, 2);
  tcase_add_loop_test(c, snap_length, 0, 2);
  tcase_add_test(c, snap_length_inside_options);
  suite_add_tcase(suite, c);
  return unit_run(suite);
}
