/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture of the box itself holds what REJECT has answered (RULES 1.3): each answer is known for what it is. */
#include <check.h>
#include <string.h>

#include "conntrack/proto/proto.h"
#include "unit.h"
#include "walk_kit.h"

enum { SYN = 2, RST = 4, PSH = 8, ACK = 16 };

#define A "10.1.0.2"
#define B "198.51.100.2"
#define A6 "fd01::2"
#define B6 "fd02::2"
#define RULES                                                                                   \
  "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n"                                   \
  "-A FORWARD -p tcp -m tcp --dport 23 -j REJECT --reject-with tcp-reset\n"                     \
  "-A FORWARD -p tcp -m tcp --dport 24 --tcp-flags PSH PSH -j REJECT --reject-with tcp-reset\n" \
  "-A FORWARD -p udp -j REJECT\n"                                                               \
  "-A OUTPUT -m conntrack --ctstate RELATED --ctdir REPLY\n-A OUTPUT -m conntrack --ctstate INVALID\nCOMMIT\n"

static wk_kit kit;
/* The last answer, as a capture has it. */
static guint8 bytes[1500];
static guint32 length;

static void start_with(const char *rules, gboolean placed, gboolean apart)
{
  wk_init(&kit);
  if (placed) {
    ck_assert(fw_box_facts_local(kit.facts, "10.1.0.1/24@eth0"));
    ck_assert(fw_box_facts_local(kit.facts, "fd01::1/64@eth0"));
  }
  ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=eth0"));
  ck_assert(fw_box_facts_route(kit.facts, "fd01::/64=eth0"));
  kit.options.answers_apart = apart;
  kit.options.no_answer_limit = TRUE;
  wk_start(&kit, rules, NULL);
}

static void start(void) { start_with(RULES, TRUE, FALSE); }

static const fw_outcome *outcome(void) { return fw_firewall_outcome(kit.firewall); }

static void take(void)
{
  const fw_answer *a = &outcome()->answer;

  ck_assert(a->sent);
  length = a->packet.length;
  memcpy(bytes, a->packet.data, length);
}

/* The answer is captured, with its first so many bytes. */
static void capture(guint32 captured, gboolean brought)
{
  ct_packet packet = {
    .time_ns = kit.now_ns, .number = ++kit.number, .data = bytes, .length = length, .captured = captured
  };
  fw_arrival arrival = { .packet = &packet, .brought = brought };

  ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, &kit.params);
  fw_firewall_packet(kit.firewall, kit.engine, &arrival, &kit.result);
}

static void is_answer_to(guint64 number)
{
  const fw_outcome *o = outcome();

  ck_assert_uint_eq(o->answer_to, number);
  ck_assert_int_eq(o->path, FW_PATH_OUTPUT);
  ck_assert_int_eq(o->verdict, FW_VERDICT_ACCEPT);
  ck_assert_int_eq(kit.result.cls, CT_CLASS_RELATED);
  ck_assert_int_eq(kit.result.dir, CT_REPLY);
}

static void is_none(void)
{
  ck_assert_uint_eq(outcome()->answer_to, 0);
  ck_assert_int_eq(kit.result.cls, CT_CLASS_INVALID);
}

static guint64 related(void) { return wk_hits(&kit, "filter", "OUTPUT", 1); }
static guint64 invalid(void) { return wk_hits(&kit, "filter", "OUTPUT", 2); }

START_TEST(a_reset_and_an_error_count_once)
{
  start();
  ck_assert_int_eq(wk_tcp(&kit, A, 1, B, 23, SYN), FW_VERDICT_REJECT);
  take();
  ck_assert_uint_eq(related(), 1);
  capture(length, FALSE);
  is_answer_to(1);
  ck_assert_uint_eq(kit.result.conn, 0);
  ck_assert_uint_eq(related(), 1);
  ck_assert_uint_eq(invalid(), 0);
  ck_assert_str_eq(wk_by(&kit), "filter:OUTPUT:policy:3");
  ck_assert_int_eq(wk_udp(&kit, A, 1, B, 53, "x"), FW_VERDICT_REJECT);
  take();
  capture(length, FALSE);
  is_answer_to(3);
  ck_assert_uint_eq(related(), 2);
  ck_assert_uint_eq(invalid(), 0);
  ck_assert_uint_eq(fw_firewall_tally(kit.firewall)->own, 2);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
  wk_stop(&kit);
}
END_TEST

/* It belongs to the connection that it has closed, and does nothing to it once more. */
START_TEST(a_reset_of_a_connection)
{
  start();
  wk_segment(&kit, A, 1, B, 24, SYN, 100, 0, NULL, 0);
  wk_segment(&kit, B, 24, A, 1, SYN | ACK, 200, 101, NULL, 0);
  wk_segment(&kit, A, 1, B, 24, ACK, 101, 201, NULL, 0);
  ck_assert_int_eq(wk_segment(&kit, A, 1, B, 24, PSH | ACK, 101, 201, NULL, 0), FW_VERDICT_REJECT);
  take();
  wk_pass_ms(&kit, 5);
  capture(length, FALSE);
  is_answer_to(4);
  ck_assert_uint_eq(kit.result.conn, 1);
  ck_assert_uint_eq(kit.result.new_state, CT_TCP_CLOSE);
  ck_assert_uint_eq(kit.result.changes, 0);
  wk_stop(&kit);
}
END_TEST

/* Ten milliseconds and no more; a clock may stand still, and go back. */
START_TEST(within_ten_milliseconds)
{
  start();
  wk_tcp(&kit, A, 1, B, 23, SYN);
  take();
  wk_pass_ms(&kit, 10);
  capture(length, FALSE);
  is_answer_to(1);
  wk_pass_ms(&kit, 1);
  capture(length, FALSE);
  is_none();
  wk_tcp(&kit, A, 2, B, 23, SYN);
  take();
  wk_pass_ms(&kit, -9);
  capture(length, FALSE);
  is_answer_to(4);
  wk_stop(&kit);
}
END_TEST

/* The first that is alike is the first one's; a second copy of one is that answer once more. */
START_TEST(alike)
{
  start();
  wk_tcp(&kit, A, 1, B, 23, SYN);
  wk_tcp(&kit, A, 1, B, 23, SYN);
  take();
  capture(length, FALSE);
  is_answer_to(1);
  capture(length, FALSE);
  is_answer_to(2);
  capture(length, FALSE);
  is_answer_to(2);
  ck_assert_uint_eq(related(), 2);
  ck_assert_uint_eq(invalid(), 0);
  wk_stop(&kit);
}
END_TEST

/* What differs in a number, an address or what is quoted is somebody else's; sums and the TTL are not asked. */
START_TEST(what_is_compared)
{
  static const guint resets[] = { 12, 16, 20, 22, 24, 28, 33 }, errors[] = { 12, 16, 21, 24, 30, 32, 40, 44, 48, 50 };
  guint i;

  start();
  wk_tcp(&kit, A, 1, B, 23, SYN);
  take();
  for (i = 0; i < G_N_ELEMENTS(resets); i++) {
    bytes[resets[i]] ^= 1;
    capture(length, FALSE);
    ck_assert_uint_eq(outcome()->answer_to, 0);
    bytes[resets[i]] ^= 1;
  }
  bytes[8] = 63;
  bytes[36] ^= 1;
  capture(length, FALSE);
  is_answer_to(1);
  wk_pass_ms(&kit, 100);
  kit.number = 100;
  wk_udp(&kit, A, 1, B, 53, "x");
  take();
  for (i = 0; i < G_N_ELEMENTS(errors); i++) {
    bytes[errors[i]] ^= 1;
    capture(length, FALSE);
    ck_assert_uint_eq(outcome()->answer_to, 0);
    bytes[errors[i]] ^= 1;
  }
  bytes[22] ^= 1;     /* its sum */
  bytes[28 + 8] ^= 1; /* the quoted TTL, sum, UDP sum */
  bytes[28 + 10] ^= 1;
  bytes[28 + 20 + 6] ^= 1;
  capture(length, FALSE);
  is_answer_to(101);
  wk_stop(&kit);
}
END_TEST

/* A capture that keeps little of each packet has its ports at least. */
START_TEST(a_cut_capture)
{
  start();
  wk_udp(&kit, A, 1, B, 53, "a long question");
  take();
  capture(28 + 24, FALSE);
  is_answer_to(1);
  capture(28 + 20, FALSE);
  is_answer_to(1);
  capture(28 + 19, FALSE);
  ck_assert_uint_eq(outcome()->answer_to, 0);
  wk_stop(&kit);
}
END_TEST

/* A device has brought it: somebody else has sent it. */
START_TEST(from_outside)
{
  start();
  wk_tcp(&kit, A, 1, B, 23, SYN);
  take();
  capture(length, TRUE);
  is_none();
  wk_stop(&kit);
  start_with(RULES, TRUE, TRUE);
  wk_tcp(&kit, A, 1, B, 23, SYN);
  take();
  capture(length, FALSE);
  is_none();
  wk_stop(&kit);
}
END_TEST

START_TEST(of_ipv6)
{
  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "fd01::1/64@eth0"));
  kit.options.no_answer_limit = TRUE;
  wk_start(&kit,
           "# Generated by ip6tables-save v1.8.9 (nf_tables) on Sun Nov 29 21:11:02 2026\n*filter\n:INPUT ACCEPT\n"
           ":FORWARD ACCEPT\n:OUTPUT ACCEPT\n-A FORWARD -p tcp -j REJECT --reject-with tcp-reset\n"
           "-A FORWARD -p udp -j REJECT --reject-with icmp6-adm-prohibited\n-A OUTPUT\nCOMMIT\n",
           NULL);
  ck_assert_int_eq(wk_tcp(&kit, A6, 1, B6, 23, SYN), FW_VERDICT_REJECT);
  take();
  capture(length, FALSE);
  is_answer_to(1);
  ck_assert_int_eq(wk_udp(&kit, A6, 1, B6, 53, "x"), FW_VERDICT_REJECT);
  take();
  bytes[7] = 63;
  bytes[48 + 7] ^= 1;
  capture(length, FALSE);
  is_answer_to(3);
  bytes[48 + 40 + 1] ^= 1;
  capture(length, FALSE);
  ck_assert_uint_eq(outcome()->answer_to, 0);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 1), 3);
  wk_stop(&kit);
}
END_TEST

/* Of an error whose sender nobody has said nothing was judged: that is counted, to be told. */
START_TEST(from_an_unknown_address)
{
  const fw_tally *t;

  start();
  wk_udp(&kit, A, 1, B, 53, "x");
  take();
  wk_stop(&kit);
  start_with(RULES, FALSE, FALSE);
  wk_udp(&kit, A, 1, B, 53, "x");
  ck_assert(!outcome()->answer.sent);
  capture(length, FALSE);
  is_none();
  t = fw_firewall_tally(kit.firewall);
  ck_assert_uint_eq(t->unplaced, 1);
  ck_assert_uint_eq(t->own, 0);
  ck_assert_int_eq(memcmp(t->unplaced_from.bytes, "\12\1\0\1", 4), 0);
  wk_stop(&kit);
}
END_TEST

/* More at once than are remembered: the oldest are forgotten, and nothing else happens. */
START_TEST(many_at_once)
{
  guint8 first[40];
  guint i;

  start();
  for (i = 0; i < 3000; i++) {
    wk_tcp(&kit, A, (guint16)(1000 + i), B, 23, SYN);
    take();
    if (i == 0)
      memcpy(first, bytes, sizeof first);
    if (i % 3 == 0) {
      capture(length, FALSE);
      is_answer_to(kit.number - 1);
    }
  }
  memcpy(bytes, first, sizeof first);
  capture(length, FALSE);
  is_none();
  ck_assert_uint_eq(related(), 3000);
  wk_stop(&kit);
}
END_TEST

/* A run that goes on behind the packet knows its answer as the whole run does. */
START_TEST(over_a_resume)
{
  g_autoptr(GByteArray) kept = g_byte_array_new();
  resume_io io = { .out = kept };

  start();
  wk_tcp(&kit, A, 1, B, 23, SYN);
  take();
  fw_firewall_keep(kit.firewall, &io);
  ck_assert(!io.failed);
  wk_stop(&kit);
  start();
  io = (resume_io){ .at = kept->data, .end = kept->data + kept->len };
  fw_firewall_keep(kit.firewall, &io);
  ck_assert(!io.failed && io.at == io.end);
  wk_pass_ms(&kit, 1);
  capture(length, FALSE);
  is_answer_to(1);
  ck_assert_str_eq(wk_by(&kit), "filter:OUTPUT:policy:3");
  wk_stop(&kit);
}
END_TEST

/* What SNPT or DNPT drops, as no word is left in its address, is told where in the header that is. */
START_TEST(of_a_prefix)
{
  static const struct {
    const char *from, *to;
    guint8 pointer;
  } cases[] = { { A6, "fd03::ffff:ffff:ffff:ffff", 24 }, { "fd01::ffff:ffff:ffff:ffff", B6, 8 } };
  guint i;

  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "fd01::1/64@eth0"));
  ck_assert(fw_box_facts_route(kit.facts, "::/0=eth1"));
  wk_start(&kit,
           "# Generated by ip6tables-save v1.8.9 (nf_tables) on Sun Nov 29 21:11:02 2026\n*mangle\n:PREROUTING ACCEPT\n"
           ":INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n"
           "-A PREROUTING -d fd03::/64 -j DNPT --src-pfx fd03::/64 --dst-pfx fd02::/64\n"
           "-A POSTROUTING -s fd01::ffff:ffff:ffff:ffff -j SNPT --src-pfx fd01::/64 --dst-pfx fd04::/64\nCOMMIT\n",
           NULL);
  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    static const guint8 head[2] = { 4, 0 };
    const guint8 where[4] = { 0, 0, 0, cases[i].pointer };

    ck_assert_int_eq(wk_udp(&kit, cases[i].from, 1, cases[i].to, 53, "x"), FW_VERDICT_DROP);
    take();
    ck_assert_mem_eq(bytes + 40, head, 2);
    ck_assert_mem_eq(bytes + 44, where, 4);
    ck_assert_mem_eq(bytes + 24, bytes + 48 + 8, 16); /* it goes to the source as it is by then */
    capture(length, FALSE);
    is_answer_to(1 + 2 * i);
  }
  wk_stop(&kit);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("walk_own");
  TCase *tc = tcase_create("answers");

  tcase_add_test(tc, a_reset_and_an_error_count_once);
  tcase_add_test(tc, a_reset_of_a_connection);
  tcase_add_test(tc, within_ten_milliseconds);
  tcase_add_test(tc, alike);
  tcase_add_test(tc, what_is_compared);
  tcase_add_test(tc, a_cut_capture);
  tcase_add_test(tc, from_outside);
  tcase_add_test(tc, of_ipv6);
  tcase_add_test(tc, of_a_prefix);
  tcase_add_test(tc, from_an_unknown_address);
  tcase_add_test(tc, many_at_once);
  tcase_add_test(tc, over_a_resume);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
