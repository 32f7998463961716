/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules predict of packets, held against how they were seen to leave: which go as predicted, and what is said. */
#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#include "cli/leaving.h"
#include "unit.h"
#include "walk_kit.h"

#define INSIDE "192.168.1.10"
#define SERVER "198.51.100.7"
#define PUBLIC "203.0.113.1"
#define MASQUERADE "*nat\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n"
#define FILTER(rule) "*filter\n:FORWARD ACCEPT\n-A FORWARD " rule "\nCOMMIT\n"

static wk_kit kit;
static cli_leaving leaving;
static guint8 bytes[256];
static ct_packet copy; /* as the packet was seen to leave */
static pkt_link_info link_info;

static void setup(void)
{
  memset(&leaving, 0, sizeof leaving);
  link_info = (pkt_link_info){ .direction = CAP_DIR_IN };
  wk_init(&kit);
  kit.options.record = FALSE;
  kit.in = "lan0";
  fw_box_facts_local(kit.facts, PUBLIC "/24@wan0");
  fw_box_facts_local(kit.facts, "192.168.1.1/24@lan0");
  fw_box_facts_route(kit.facts, "0.0.0.0/0=wan0");
}

static void teardown(void)
{
  cli_leaving_clear(&leaving);
  wk_stop(&kit);
}

/* The packet that came last, one hop on. from: its new source; NULL: the old one. */
static void leaves_from(const char *from)
{
  memcpy(bytes, kit.bytes, kit.packet.length);
  bytes[8]--;
  if (from != NULL)
    ck_assert_int_eq(inet_pton(AF_INET, from, bytes + 12), 1);
  copy = (ct_packet){ .data = bytes, .length = kit.packet.length, .captured = kit.packet.length };
}

static void judge(const ct_packet *left)
{
  const replay_seen seen = { .packet = &kit.packet, .link = &link_info, .result = &kit.result, .left = left };

  cli_leaving_packet(&leaving, kit.firewall, &seen);
}

static void expect(guint64 judged, guint64 as_predicted, guint64 unknown)
{
  ck_assert_uint_eq(leaving.judged, judged);
  ck_assert_uint_eq(leaving.as_predicted, as_predicted);
  ck_assert_uint_eq(leaving.unknown, unknown);
}

static void expect_first(const char *text)
{
  ck_assert_ptr_nonnull(leaving.first);
  ck_assert_str_eq(leaving.first->str, text);
}

static void send_syn(void) { wk_tcp(&kit, INSIDE, 40000, SERVER, 80, CT_TCP_SYN); }

START_TEST(as_predicted)
{
  wk_start(&kit, MASQUERADE, NULL);
  send_syn();
  leaves_from(PUBLIC);
  judge(&copy);
  expect(1, 1, 0);
  /* Sums are what a card fills in. */
  bytes[10] ^= 0xff;
  bytes[20 + 16] ^= 0xff;
  judge(&copy);
  expect(2, 2, 0);
  wk_udp(&kit, INSIDE, 5000, SERVER, 53, "asked");
  leaves_from(PUBLIC);
  bytes[20 + 6] ^= 0xff;
  judge(&copy);
  expect(3, 3, 0);
  ck_assert_ptr_null(leaving.first);
}
END_TEST

/* Of a connection that is mapped, whose packets go straight through. */
START_TEST(an_answer_and_what_follows)
{
  wk_start(&kit, MASQUERADE, NULL);
  send_syn();
  kit.in = "wan0";
  wk_tcp(&kit, SERVER, 80, PUBLIC, 40000, CT_TCP_SYN | CT_TCP_ACK);
  leaves_from(NULL);
  inet_pton(AF_INET, INSIDE, bytes + 16);
  judge(&copy);
  expect(1, 1, 0);
  kit.in = "lan0";
  wk_tcp(&kit, INSIDE, 40000, SERVER, 80, CT_TCP_ACK);
  leaves_from(PUBLIC);
  judge(&copy);
  expect(2, 2, 0);
  leaves_from(NULL);
  judge(&copy);
  expect(3, 2, 0);
  ck_assert_uint_eq(kit.straight, 3);
  expect_first("packet 3, 192.168.1.10.40000 > 198.51.100.7.80 is predicted to leave as 203.0.113.1.40000 > "
               "198.51.100.7.80, and left as 192.168.1.10.40000 > 198.51.100.7.80");
}
END_TEST

/* Only the first is told. */
START_TEST(another_port)
{
  wk_start(&kit, MASQUERADE, NULL);
  send_syn();
  leaves_from(PUBLIC);
  bytes[20] = 4;
  bytes[21] = 1;
  judge(&copy);
  expect(1, 0, 0);
  leaves_from(NULL);
  judge(&copy);
  expect(2, 0, 0);
  expect_first("packet 1, 192.168.1.10.40000 > 198.51.100.7.80 is predicted to leave as 203.0.113.1.40000 > "
               "198.51.100.7.80, and left as 203.0.113.1.1025 > 198.51.100.7.80");
}
END_TEST

START_TEST(another_id)
{
  wk_start(&kit, MASQUERADE, NULL);
  wk_icmp(&kit, INSIDE, SERVER, 8, 0);
  leaves_from(PUBLIC);
  bytes[20 + 5] = 9;
  judge(&copy);
  expect(1, 0, 0);
  expect_first(
    "packet 1, 192.168.1.10 (id 0) > 198.51.100.7 is predicted to leave as 203.0.113.1 (id 0) > 198.51.100.7, "
    "and left as 203.0.113.1 (id 9) > 198.51.100.7");
}
END_TEST

#define ALIKE \
  "packet 1, 192.168.1.10.40000 > 198.51.100.7.80 is predicted to leave as 203.0.113.1.40000 > 198.51.100.7.80"

/* The byte at that place differs. */
static const struct {
  guint at;
  const char *said;
} differing[] = {
  { 1, ALIKE ", and so it left, but for its type of service" },
  { 5, ALIKE ", and so it left, but for its IP header" },
  { 8, ALIKE ", and so it left, but for its TTL" },
  { 20 + 4, ALIKE ", and so it left, but for its sequence numbers" },
  { 20 + 15, ALIKE ", and so it left, but for its TCP header" },
  { 20 + 20, ALIKE ", and so it left, but for its payload or options" },
};

START_TEST(one_byte)
{
  wk_start(&kit, MASQUERADE, NULL);
  wk_segment(&kit, INSIDE, 40000, SERVER, 80, CT_TCP_SYN, 1000, 0, "\2\4\5\264", 4);
  leaves_from(PUBLIC);
  bytes[differing[_i].at] ^= 1;
  judge(&copy);
  expect(1, 0, 0);
  expect_first(differing[_i].said);
}
END_TEST

START_TEST(another_length)
{
  wk_start(&kit, MASQUERADE, NULL);
  wk_segment(&kit, INSIDE, 40000, SERVER, 80, CT_TCP_SYN, 1000, 0, "\2\4\5\264", 4);
  leaves_from(PUBLIC);
  copy.length = copy.captured = 40;
  judge(&copy);
  expect(1, 0, 0);
  expect_first(ALIKE " with 44 bytes, and left with 40");
}
END_TEST

/* What the capture has cut off is not compared: of either of them. */
START_TEST(cut_short)
{
  wk_start(&kit, MASQUERADE, NULL);
  wk_udp(&kit, INSIDE, 5000, SERVER, 53, "asked");
  leaves_from(PUBLIC);
  bytes[32] ^= 1;
  copy.captured = 28;
  judge(&copy);
  expect(1, 1, 0);
  leaves_from(PUBLIC);
  bytes[32] ^= 1;
  kit.packet.captured = 28;
  judge(&copy);
  expect(2, 2, 0);
  bytes[27] ^= 1; /* its sum */
  bytes[24] ^= 1; /* its length */
  judge(&copy);
  expect(3, 2, 0);
}
END_TEST

START_TEST(not_seen_to_leave)
{
  wk_start(&kit, MASQUERADE, NULL);
  send_syn();
  judge(NULL);
  expect(1, 0, 0);
  expect_first(
    ALIKE
    ", and was not seen to leave: dropped in a way that the rules do not tell, as by a full table, for the box itself "
    "(--local), or missing in the capture");
}
END_TEST

START_TEST(dropped_but_left)
{
  wk_start(&kit, FILTER("-p tcp -j DROP"), NULL);
  send_syn();
  judge(NULL); /* as predicted, but nobody counts what does not leave */
  expect(0, 0, 0);
  leaves_from(NULL);
  judge(&copy);
  expect(1, 0, 0);
  expect_first("packet 1, 192.168.1.10.40000 > 198.51.100.7.80 left as 192.168.1.10.40000 > 198.51.100.7.80, and is "
               "predicted to be dropped by filter:FORWARD:rule:1");
}
END_TEST

/* By the kernel: no rule is named. */
START_TEST(too_old_but_left)
{
  wk_start(&kit, FILTER("-p udp -j DROP"), NULL);
  kit.ttl = 1;
  send_syn();
  leaves_from(NULL);
  judge(&copy);
  expect(1, 0, 0);
  expect_first("packet 1, 192.168.1.10.40000 > 198.51.100.7.80 left as 192.168.1.10.40000 > 198.51.100.7.80, and is "
               "predicted to be dropped");
}
END_TEST

START_TEST(for_the_box_but_left)
{
  wk_start(&kit, MASQUERADE, NULL);
  wk_tcp(&kit, INSIDE, 40000, "192.168.1.1", 22, CT_TCP_SYN);
  judge(NULL);
  expect(0, 0, 0);
  leaves_from(NULL);
  judge(&copy);
  expect(1, 0, 0);
  expect_first("packet 1, 192.168.1.10.40000 > 192.168.1.1.22 left as 192.168.1.10.40000 > 192.168.1.1.22, and is "
               "predicted to be for the box itself (--local)");
}
END_TEST

/* Nobody knows whether it was to leave. */
START_TEST(unknown)
{
  wk_start(&kit, FILTER("-m geoip -j DROP"), NULL);
  send_syn();
  leaves_from(NULL);
  judge(&copy);
  expect(0, 0, 1);
  judge(NULL);
  expect(0, 0, 2);
  ck_assert_ptr_null(leaving.first);
}
END_TEST

/* Nor as what: the address of the device that it leaves by. */
START_TEST(unknown_address)
{
  wk_stop(&kit);
  wk_init(&kit);
  fw_box_facts_route(kit.facts, "0.0.0.0/0=wan0");
  wk_start(&kit, MASQUERADE, NULL);
  send_syn();
  leaves_from(PUBLIC);
  judge(&copy);
  expect(0, 0, 1);
}
END_TEST

/* What went out is a copy of what came in, or the box's own; and what is no packet leaves nothing. */
START_TEST(not_judged)
{
  wk_start(&kit, MASQUERADE, NULL);
  send_syn();
  leaves_from(NULL);
  link_info.direction = CAP_DIR_OUT;
  judge(&copy);
  link_info.direction = CAP_DIR_IN;
  kit.packet.kind = CT_PACKET_NONE;
  judge(&copy);
  expect(0, 0, 0);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("leaving");
  TCase *tc = tcase_create("leaving");

  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, as_predicted);
  tcase_add_test(tc, an_answer_and_what_follows);
  tcase_add_test(tc, another_port);
  tcase_add_test(tc, another_id);
  tcase_add_loop_test(tc, one_byte, 0, G_N_ELEMENTS(differing));
  tcase_add_test(tc, another_length);
  tcase_add_test(tc, cut_short);
  tcase_add_test(tc, not_seen_to_leave);
  tcase_add_test(tc, dropped_but_left);
  tcase_add_test(tc, too_old_but_left);
  tcase_add_test(tc, for_the_box_but_left);
  tcase_add_test(tc, unknown);
  tcase_add_test(tc, unknown_address);
  tcase_add_test(tc, not_judged);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
