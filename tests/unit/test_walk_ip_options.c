/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of IPv4 on their way through a router, held to bytes that Linux 6.18.44 sent (RULES 1.7). */
#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#include "firewall/walk/firewall_internal.h"
#include "unit.h"
#include "walk_kit.h"

static wk_kit kit;

static void setup(void)
{
  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "10.0.0.254/24@b0"));
  ck_assert(fw_box_facts_local(kit.facts, "203.0.113.1/24@c0"));
  ck_assert(fw_box_facts_route(kit.facts, "0.0.0.0/0=c0"));
}
static void teardown(void) { wk_stop(&kit); }

static guint from_hex(const char *hex, guint8 *to)
{
  guint n;

  for (n = 0; hex[0] != '\0'; n++, hex += 2)
    to[n] = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
  return n;
}

static guint32 sum_of(const guint8 *bytes, guint n)
{
  guint32 sum = 0;
  guint i;

  for (i = 0; i < n; i += 2)
    sum += ct_be16(bytes + i);
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

/* A UDP datagram of four bytes from 10.0.0.1, with these options. */
static fw_verdict send_with(const char *options, const char *to, guint8 ttl)
{
  static const guint8 udp[] = { 0, 1, 0, 2, 0, 12, 0, 0, 'x', 'x', 'x', 'x' };
  guint8 b[128] = { 0x45, 0, 0, 0, 0, 1, 0, 0, ttl, CT_PROTO_UDP, 0, 0, 10, 0, 0, 1 };
  guint n = 20 + from_hex(options, b + 20);
  guint32 sum;
  fw_address address;

  n = (n + 3) / 4 * 4;
  ck_assert_int_eq(inet_pton(AF_INET, to, address.bytes), 1);
  memcpy(b + 16, address.bytes, 4);
  b[0] = (guint8)(0x40 | n / 4);
  b[3] = (guint8)(n + sizeof udp);
  sum = ~sum_of(b, n);
  b[10] = (guint8)(sum >> 8);
  b[11] = (guint8)sum;
  memcpy(b + n, udp, sizeof udp);
  return wk_whole(&kit, b, n + sizeof udp);
}

static void check_bytes(const char *said, const guint8 *got, guint n, const guint8 *expected)
{
  guint i;

  for (i = 0; i < n; i++)
    ck_assert_msg(got[i] == expected[i], "%s: byte %u is %02x, not %02x", said, i, got[i], expected[i]);
}

/* What the kernel's time was, in milliseconds of its day. */
static void at(guint32 ms) { kit.now_ns = (G_GINT64_CONSTANT(20000) * 86400000 + ms) * 1000000; }

/* But for the id, and the header's sum with it. */
START_TEST(answers)
{
  /* clang-format off */
  static const struct {
    const char *options;
    guint8 ttl;
    guint32 ms;
    fw_kernel_drop why;
    const char *answer;
  } cases[] = {
    { "0707050000000000", 64, 0, FW_KERNEL_OPTIONS,
      "45c0004408da000040015c210a0000fe0a0000010c00ecff160000004700002800010000401138870a000001c633640207070500"
      "0000000000010002000c000078787878" },
    { "440405f0", 64, 0, FW_KERNEL_OPTIONS,
      "45c000400904000040015bfb0a0000fe0a0000010c00ebff1700000046000024000100004011fb9d0a000001c6336402440405f0"
      "00010002000c000078787878" },
    { "070704000000005501", 64, 0, FW_KERNEL_OPTIONS,
      "47c000500922000040014cbb0a0000fe0a0000010707080a0000fe000c00e5f41b0000004800002c000100004011372e0a000001"
      "c63364020707080a0000fe550100000000010002000c000078787878" },
    { "070b0400000000000000005501", 64, 0, FW_KERNEL_OPTIONS,
      "48c0005809350000400149910a0000fe0a000001070b0c0a0000fe0a0000fe000c00e1f41f000000490000300001000040113626"
      "0a000001c6336402070b080a0000fe00000000550100000000010002000c000078787878" },
    { "830708c63364095501", 64, 0, FW_KERNEL_OPTIONS,
      "47c000501ac2000040016edbcb007101c63364098307040a000001000c00e7ff1b0000004800002c0001000040117a030a000001"
      "c6336402830708c6336409550100000000010002000c000078787878" },
    { "07070400000000", 1, 0, FW_KERNEL_TTL,
      "47c0004c0999000040014c480a0000fe0a0000010707080a0000fe000b0001f5000000004700002800010000011178870a000001"
      "c63364020707080a0000fe0000010002000c000078787878" },
    { "4408050000000000", 1, 0x0091e591, FW_KERNEL_TTL,
      "47c0004c0a680000400125600a0000fe0a000001440809000091e5910b0019dd00000000470000280001000001113a860a000001"
      "c6336402440809000091e59100010002000c000078787878" },
    { "4404050055010000", 64, 0, FW_KERNEL_OPTIONS,
      "46c000480a7600004001106d0a0000fe0a000001440405100c00eaef1800000047000028000100004011a6880a000001c6336402"
      "440405105501000000010002000c000078787878" },
    { "440c05010000000000000000", 1, 0x0091e722, FW_KERNEL_TTL,
      "48c000540a7c0000400113b00a0000fe0a000001440c0d010a0000fe0091e7220b00094e000000004800002c000100000111397d"
      "0a000001c6336402440c0d010a0000fe0091e72200010002000c000078787878" },
    { "860600000001", 64, 0, FW_KERNEL_OPTIONS,
      "47c0004c0aac00004001d23f0a0000fe0a00000186060000000100000c00edff1500000047000028000100004011be860a000001"
      "c6336402860600000001000000010002000c000078787878" },
    { "44080503cb007101", 64, 0, FW_KERNEL_OPTIONS,
      "45c000440ac2000040015a390a0000fe0a0000010c00ecff1600000047000028000100004011bf800a000001c633640244080503"
      "cb00710100010002000c000078787878" },
    { "440c0503cb00710100000000", 1, 0x0091ea45, FW_KERNEL_TTL,
      "48c000540aca00004001df380a0000fe0a000001440c0d03cb0071010091ea450b001129000000004800002c000100000111fd78"
      "0a000001c6336402440c0d03cb0071010091ea4500010002000c000078787878" },
  };
  /* clang-format on */
  guint8 expected[256];
  guint i, n;

  kit.options.no_answer_limit = TRUE;
  wk_start(&kit, "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n", NULL);
  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    const fw_outcome *o;

    at(cases[i].ms);
    ck_assert_int_eq(send_with(cases[i].options, "198.51.100.2", cases[i].ttl), FW_VERDICT_DROP);
    o = fw_firewall_outcome(kit.firewall);
    ck_assert_msg(o->kernel == cases[i].why, "%s", cases[i].options);
    ck_assert_msg(o->answer.sent, "%s: %s", cases[i].options, o->answer.why_not);
    n = from_hex(cases[i].answer, expected);
    ck_assert_msg(o->answer.packet.length == n, "%s", cases[i].options);
    memcpy(expected + 4, o->answer.packet.data + 4, 2);
    memcpy(expected + 10, o->answer.packet.data + 10, 2);
    check_bytes(cases[i].options, o->answer.packet.data, n, expected);
    ck_assert_uint_eq(sum_of(o->answer.packet.data, o->answer.packet.l4_offset), 0xffff);
  }
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
}
END_TEST

/* What goes on has the address of the way out, and a header whose sum is right. */
START_TEST(those_that_go_on)
{
  static const struct {
    const char *options, *sent;
  } cases[] = {
    { "07070400000000", "47000028000100003f11344b0a000001c6336402070708cb00710100"
                        "00010002000c000078787878" },
    { "00010000", "46000024000100003f1146920a000001c633640200000000"
                  "00010002000c000078787878" },
    { "07030400", "46000024000100003f113b8f0a000001c633640207030400"
                  "00010002000c000078787878" },
  };
  g_autoptr(GByteArray) got = g_byte_array_new();
  guint8 expected[256];
  guint i;

  wk_start(&kit, "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n", NULL);
  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    const fw_packet *p;

    ck_assert_int_eq(send_with(cases[i].options, "198.51.100.2", 64), FW_VERDICT_ACCEPT);
    p = &fw_firewall_outcome(kit.firewall)->packet;
    g_byte_array_set_size(got, 0);
    fw_packet_append(p, p->raw->length, got);
    ck_assert_uint_eq(got->len, from_hex(cases[i].sent, expected));
    check_bytes(cases[i].options, got->data, got->len, expected);
  }
}
END_TEST

/* net.ipv4.conf.*.accept_source_route is 0 unless somebody says otherwise. */
START_TEST(source_routes)
{
  static const char loose[] = "830704c6336409", strict[] = "890704c6336409";
  const fw_outcome *o;

  kit.options.no_answer_limit = TRUE;
  wk_start(&kit, "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n", NULL);
  o = fw_firewall_said(kit.firewall);
  ck_assert_int_eq(send_with(loose, "198.51.100.2", 64), FW_VERDICT_DROP);
  ck_assert_int_eq(o->kernel, FW_KERNEL_SOURCE_ROUTE);
  ck_assert_int_eq(send_with(loose, "203.0.113.1", 64), FW_VERDICT_DROP);
  ck_assert_int_eq(send_with(strict, "198.51.100.2", 64), FW_VERDICT_DROP);
  ck_assert(!o->answer.sent);
  kit.facts->source_routes = TRUE;
  ck_assert_int_eq(send_with(loose, "198.51.100.2", 64), FW_VERDICT_ACCEPT);
  ck_assert_int_eq(send_with(strict, "198.51.100.2", 64), FW_VERDICT_DROP);
  ck_assert_int_eq(o->kernel, FW_KERNEL_OPTIONS);
  ck_assert(o->answer.sent);
  ck_assert_uint_eq(o->answer.packet.data[o->answer.packet.l4_offset + 4], 16);
}
END_TEST

/* A bridge routes nothing, and reads none. */
START_TEST(where_nobody_reads)
{
  kit.facts->bridge = TRUE;
  kit.facts->bridge_name = g_strdup("br0");
  wk_start(&kit, "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n", NULL);
  ck_assert_int_eq(send_with("0707050000000000", "198.51.100.2", 64), FW_VERDICT_ACCEPT);
  kit.facts->bridge = FALSE;
  ck_assert_int_eq(send_with("0707050000000000", "198.51.100.2", 64), FW_VERDICT_DROP);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("walk_ip_options");
  TCase *tc = tcase_create("walk_ip_options");

  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, answers);
  tcase_add_test(tc, those_that_go_on);
  tcase_add_test(tc, source_routes);
  tcase_add_test(tc, where_nobody_reads);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
