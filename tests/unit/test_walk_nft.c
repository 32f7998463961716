/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What rules of nftables make of packets, and of connections: each case is one in which random rulesets and the kernel
 * (Linux 6.18.44) had come out otherwise than we did.
 */
#include <check.h>
#include <string.h>

#include "firewall/walk/tell.h"
#include "unit.h"
#include "walk_kit.h"

#define A "10.1.0.2"
#define B "198.51.100.2"
enum { SYN = 2, RST = 4, ACK = 16 };

#define TABLE(family, name) "{\"table\":{\"family\":\"" family "\",\"name\":\"" name "\"}}"
#define BASE(family, table, name, type, hook, prio)                                                       \
  ",{\"chain\":{\"family\":\"" family "\",\"table\":\"" table "\",\"name\":\"" name "\",\"type\":\"" type \
  "\",\"hook\":\"" hook "\",\"prio\":" prio ",\"policy\":\"accept\"}}"
#define RULE(family, table, chain, expr) \
  ",{\"rule\":{\"family\":\"" family "\",\"table\":\"" table "\",\"chain\":\"" chain "\",\"expr\":[" expr "]}}"
#define COUNTER "{\"counter\":{\"packets\":0,\"bytes\":0}}"
#define DOCUMENT(text) "{\"nftables\":[" text "]}"

static wk_kit kit;

static void start(const char *rules)
{
  wk_init(&kit);
  wk_start(&kit, rules, NULL);
}

static ct_expect_view expected; /* the last that was listed */

static void note_expect(const ct_expect_view *view, void *user)
{
  guint *n = user;

  expected = *view;
  (*n)++;
}

static guint count_expected(const wk_kit *k)
{
  guint n = 0;

  ct_engine_each_expect(k->engine, note_expect, &n);
  return n;
}

/* Of the only or the first table. */
static void listing_has(const char *words)
{
  g_autoptr(GString) out = g_string_new(NULL);

  fw_tell_nft(out, kit.firewall);
  ck_assert_msg(strstr(out->str, words) != NULL, "no \"%s\" in:\n%s", words, out->str);
}

/* Only PREROUTING and OUTPUT have a conntrack to stand before. */
START_TEST(low_priorities_behind_routing)
{
  static const char *const hooks[] = { "forward", "postrouting" };

  for (guint i = 0; i < G_N_ELEMENTS(hooks); i++) {
    g_autofree char *rules = g_strdup_printf(
      DOCUMENT(TABLE("ip", "t") BASE("ip", "t", "c", "filter", "%s", "-300") RULE("ip", "t", "c", "{\"drop\":null}")),
      hooks[i]);

    start(rules);
    ck_assert_int_eq(wk_udp(&kit, A, 1, B, 2, "x"), FW_VERDICT_DROP);
    wk_stop(&kit);
  }
}
END_TEST

/* Of equal priorities the chain that came later goes first: chains of type nat are one, since the first of them. */
START_TEST(nat_among_its_equals)
{
  static const char *const rules[] = {
    DOCUMENT(TABLE("ip", "t") BASE("ip", "t", "n", "nat", "prerouting", "-100")
               BASE("ip", "t", "c", "filter", "prerouting", "-100") RULE("ip", "t", "n", COUNTER)
                 RULE("ip", "t", "c", "{\"drop\":null}")),
    DOCUMENT(TABLE("ip", "t") BASE("ip", "t", "c", "filter", "prerouting", "-100")
               BASE("ip", "t", "n", "nat", "prerouting", "-100") RULE("ip", "t", "n", COUNTER)
                 RULE("ip", "t", "c", "{\"drop\":null}")),
  };

  for (guint i = 0; i < G_N_ELEMENTS(rules); i++) {
    start(rules[i]);
    ck_assert_int_eq(wk_udp(&kit, A, 1, B, 2, "x"), FW_VERDICT_DROP);
    ck_assert_uint_eq(wk_hits(&kit, "t", "n", 1), i);
    wk_stop(&kit);
  }
}
END_TEST

/* Several rulesets, several tables: the last chain of a priority sees the packet, and what it drops no other does. */
START_TEST(equal_priorities_of_several_tables)
{
  start(DOCUMENT(TABLE("ip", "a") BASE("ip", "a", "c", "filter", "forward", "0")
                   RULE("ip", "a", "c", COUNTER) "," TABLE("inet", "b") BASE("inet", "b", "c", "filter", "forward", "0")
                     RULE("inet", "b", "c", COUNTER) BASE("inet", "b", "d", "filter", "forward", "0")
                       RULE("inet", "b", "d", "{\"drop\":null}")));
  ck_assert_int_eq(wk_udp(&kit, A, 1, B, 2, "x"), FW_VERDICT_DROP);
  ck_assert_uint_eq(wk_hits(&kit, "b", "d", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "b", "c", 1), 0);
  ck_assert_uint_eq(wk_hits(&kit, "a", "c", 1), 0);
  wk_stop(&kit);
}
END_TEST

/* A reset ends the connection that nobody has answered; what that was is known to the rules behind. */
START_TEST(the_entry_that_a_packet_ends)
{
#define STATUS "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"status\"}},\"right\":\"confirmed\"}}"
#define PORT "{\"match\":{\"op\":\"==\",\"left\":{\"ct\":{\"key\":\"proto-dst\",\"dir\":\"original\"}},\"right\":80}}"
#define MARK "{\"match\":{\"op\":\"==\",\"left\":{\"ct\":{\"key\":\"mark\"}},\"right\":7}}"
  start(DOCUMENT(TABLE("ip", "t") BASE("ip", "t", "c", "filter", "forward", "0") RULE(
    "ip", "t", "c", STATUS "," COUNTER) RULE("ip", "t", "c", PORT "," COUNTER) RULE("ip", "t", "c", MARK "," COUNTER)
                   RULE("ip", "t", "c", "{\"mangle\":{\"key\":{\"ct\":{\"key\":\"mark\"}},\"value\":7}}")));
  wk_segment(&kit, A, 1, B, 80, SYN, 1000, 0, NULL, 0);
  wk_segment(&kit, B, 80, A, 1, RST | ACK, 0, 1001, NULL, 0);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 2), 2);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 3), 1);
  wk_stop(&kit);
}
END_TEST

/* An answer is an answer, though it ends the connection; what rules set then, those behind see, and so with a limit. */
START_TEST(the_entry_that_an_answer_ends)
{
#define ANSWERED "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"status\"}},\"right\":\"seen-reply\"}},"
#define SET_MARK "{\"mangle\":{\"key\":{\"ct\":{\"key\":\"mark\"}},\"value\":7}}"
#define LIMIT "{\"ct count\":{\"val\":1}},"
  for (guint i = 0; i < 2; i++) {
    start(DOCUMENT(TABLE("ip", "t") BASE("ip", "t", "c", "filter", "forward", "0") RULE(
      "ip", "t", "c", ANSWERED SET_MARK) RULE("ip", "t", "c", MARK "," COUNTER) RULE("ip", "t", "c", LIMIT COUNTER)));
    wk_segment(&kit, A, 1, B, 80, SYN, 1000, 0, NULL, 0);
    ck_assert_uint_eq(wk_hits(&kit, "t", "c", 3), 1);
    wk_pass_ms(&kit, 10);
    if (i == 0)
      wk_segment(&kit, B, 80, A, 1, RST | ACK, 0, 1001, NULL, 0);
    else
      wk_segment(&kit, A, 1, B, 80, RST, 1001, 0, NULL, 0);
    ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
    ck_assert_uint_eq(wk_hits(&kit, "t", "c", 1), i == 0);
    ck_assert_uint_eq(wk_hits(&kit, "t", "c", 2), i == 0);
    ck_assert_uint_eq(wk_hits(&kit, "t", "c", 3), 2);
    wk_stop(&kit);
  }
}
END_TEST

/* The same of iptables: a mark, a label, a limit of connections. */
START_TEST(what_is_done_to_an_ended_entry)
{
  start("*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n"
        "-A FORWARD -m conntrack --ctstatus SEEN_REPLY -j CONNMARK --set-xmark 0x3/0xff\n"
        "-A FORWARD -m connmark --mark 0x3\n"
        "-A FORWARD -m connlimit --connlimit-upto 1 --connlimit-mask 24 --connlimit-saddr\n"
        "-A FORWARD -p tcp -m tcp --tcp-flags RST RST -m connlabel --label 5 --set\n"
        "-A FORWARD -m connlabel --label 5\nCOMMIT\n");
  wk_segment(&kit, A, 1, B, 80, SYN, 1000, 0, NULL, 0);
  wk_pass_ms(&kit, 10);
  ck_assert_int_eq(wk_segment(&kit, B, 80, A, 1, RST | ACK, 0, 1001, NULL, 0), FW_VERDICT_ACCEPT);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 2), 1);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 3), 2);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 4), 1);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 5), 1);
  wk_stop(&kit);
}
END_TEST

/* What was known of an entry before its translation is not what rules behind see of it. */
START_TEST(a_translation_is_seen_at_once)
{
  start("*mangle\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n-A PREROUTING -m conntrack ! --ctstate DNAT\nCOMMIT\n"
        "*nat\n:PREROUTING ACCEPT\n-A PREROUTING -j DNAT --to-destination 10.1.0.9\nCOMMIT\n"
        "*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate DNAT\n"
        "-A FORWARD -m conntrack --ctreplsrc 10.1.0.9\nCOMMIT\n");
  wk_udp(&kit, A, 1, B, 53, "x");
  ck_assert_uint_eq(wk_hits(&kit, "mangle", "PREROUTING", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 2), 1);
  wk_stop(&kit);
}
END_TEST

/* What the CT target attaches is confirmed from the start, in the eyes of rules behind. */
START_TEST(a_template_is_confirmed)
{
  start("*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A PREROUTING -m conntrack --ctstatus CONFIRMED\n"
        "-A PREROUTING -j CT --zone 2\n-A PREROUTING -m conntrack --ctstatus CONFIRMED\n"
        "-A PREROUTING -m conntrack --ctstatus ASSURED,SEEN_REPLY\nCOMMIT\n");
  wk_udp(&kit, A, 1, B, 53, "x");
  ck_assert_uint_eq(wk_hits(&kit, "raw", "PREROUTING", 1), 0);
  ck_assert_uint_eq(wk_hits(&kit, "raw", "PREROUTING", 3), 1);
  ck_assert_uint_eq(wk_hits(&kit, "raw", "PREROUTING", 4), 0);
  wk_stop(&kit);
}
END_TEST

/* What has no entry, of a flow with a zone of one direction, counts each time anew. */
START_TEST(connections_of_half_a_zone)
{
  start("*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A PREROUTING -s " A " -j CT --zone-orig 3\n"
        "-A PREROUTING -s " B " -m connlimit --connlimit-above 2 --connlimit-mask 24 --connlimit-saddr\nCOMMIT\n");
  wk_udp(&kit, A, 1, B, 53, "x");
  for (guint i = 0; i < 4; i++) {
    wk_pass_ms(&kit, 10);
    wk_udp(&kit, B, 53, A, 1, "x");
  }
  ck_assert_uint_eq(wk_hits(&kit, "raw", "PREROUTING", 2), 2);
  wk_stop(&kit);
}
END_TEST

/* The connection is closed though the reset does not get out. */
START_TEST(a_reset_that_is_dropped)
{
  ct_view view;

  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "10.1.0.1/24@eth0"));
  ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=eth0"));
  wk_start(&kit,
           "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT DROP\n"
           "-A FORWARD -p tcp -m tcp --tcp-flags SYN,PSH PSH -j REJECT --reject-with tcp-reset\nCOMMIT\n",
           NULL);
  wk_segment(&kit, A, 1, B, 80, SYN, 1000, 0, NULL, 0);
  wk_segment(&kit, B, 80, A, 1, SYN | ACK, 9000, 1001, NULL, 0);
  ck_assert_int_eq(wk_segment(&kit, A, 1, B, 80, 8 | ACK, 1001, 9001, NULL, 0), FW_VERDICT_REJECT);
  ck_assert(!fw_firewall_outcome(kit.firewall)->answer.sent);
  ck_assert(ct_engine_find(kit.engine, 1, &view));
  ck_assert_int_eq(view.state, CT_TCP_CLOSE);
  wk_stop(&kit);
}
END_TEST

/* A list of recent is both families', by the mask of the rule that made it. */
START_TEST(one_list_of_both_families)
{
#define FULL "--mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource\n"
  wk_init(&kit);
  wk_start(&kit,
           "*filter\n:FORWARD ACCEPT\n-A FORWARD -s fd00::1/128 -m recent --set --name r " FULL
           "-A FORWARD -m recent --rcheck --name r " FULL "COMMIT\n",
           "*raw\n:PREROUTING ACCEPT\n"
           "-A PREROUTING -s 10.9.9.9/32 -m recent --rcheck --name r --mask 255.255.255.255 --rsource\nCOMMIT\n");
  wk_udp(&kit, "fd00::1", 1, "fd01::2", 53, "x");
  wk_udp(&kit, "fd00::3", 1, "fd01::2", 53, "x");
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 2), 1);
  wk_stop(&kit);
}
END_TEST

/* The kernel knows no domain of a security label (CIPSO) at first: it refuses all options, wherever the label stands.
 */
START_TEST(a_label_hides_all_options)
{
#define RECORDS "{\"match\":{\"op\":\"==\",\"left\":{\"ip option\":{\"name\":\"rr\"}},\"right\":true}}," COUNTER
  static const guint8 datagrams[]
                               [52] = {
                                 { 0x47, 0,   0, 36, 0, 1, 0, 0, 64, 17, 0, 0, 10, 1, 0, 2, 198,
                                   51,   100, 2, 7,  7, 4, 0, 0, 0,  0,  0, 0, 1,  0, 2, 0, 8 },
                                 { 0x4a, 0, 0, 48, 0,   1,  0, 0, 64, 17, 0, 0, 10, 1, 0, 2, 198, 51, 100, 2, 7, 7, 4,
                                   0,    0, 0, 0,  134, 10, 0, 0, 0,  5,  1, 4, 0,  1, 0, 0, 0,   0,  1,   0, 2, 0, 8 },
                                 { 0x4a, 0, 0, 48, 0, 1, 0, 0, 64, 17, 0, 0, 10, 1, 0, 2, 198, 51, 100, 2, 134, 10, 0,
                                   0,    0, 5, 1,  4, 0, 1, 7, 7,  4,  0, 0, 0,  0, 0, 0, 0,   0,  1,   0, 2,   0,  8 },
                               };
  guint i;

  start(DOCUMENT(TABLE("ip", "t") BASE("ip", "t", "c", "filter", "prerouting", "-300") RULE("ip", "t", "c", RECORDS)));
  for (i = 0; i < G_N_ELEMENTS(datagrams); i++)
    wk_whole(&kit, datagrams[i], datagrams[i][3]);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 1), 1);
  wk_stop(&kit);
}
END_TEST

/* No interface leads to the box itself. */
START_TEST(a_way_to_the_box)
{
#define OIF(flag)                                                                      \
  "{\"match\":{\"op\":\"==\",\"left\":{\"fib\":{\"result\":\"oif\",\"flags\":[\"" flag \
  "\",\"iif\"]}},\"right\":true}}," COUNTER
  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "10.1.0.1/24@eth0"));
  ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=eth0"));
  kit.in = "eth0";
  wk_start(&kit,
           DOCUMENT(TABLE("ip", "t") BASE("ip", "t", "c", "filter", "prerouting", "0")
                      RULE("ip", "t", "c", OIF("daddr")) RULE("ip", "t", "c", OIF("saddr"))
                        RULE("ip", "t", "c", OIF("saddr\",\"mark"))),
           NULL);
  wk_udp(&kit, A, 9, "10.1.0.1", 2, "x");
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 1), 0);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 2), 1);
  /* A mark chooses among tables of routes, of which there is one here: firewalld asks so. */
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 3), 1);
  wk_stop(&kit);
}
END_TEST

/* What quotes the packet that has ended a translated connection quotes it as its sender knows it. */
START_TEST(an_answer_about_what_has_ended)
{
  static const guint8 outside[4] = { 198, 51, 100, 1 };
  const fw_packet *seen;
  guint8 scratch[4];

  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "10.1.0.1/24@lan0") && fw_box_facts_local(kit.facts, "198.51.100.1/24@wan0"));
  ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=lan0") && fw_box_facts_route(kit.facts, "0.0.0.0/0=wan0"));
  wk_start(&kit,
           "*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n*filter\n:FORWARD ACCEPT\n"
           "-A FORWARD -s " B " -j REJECT --reject-with icmp-host-prohibited\nCOMMIT\n",
           NULL);
  wk_segment(&kit, A, 1, B, 80, SYN, 1000, 0, NULL, 0);
  ck_assert_int_eq(wk_segment(&kit, B, 80, "198.51.100.1", 1, RST | ACK, 0, 1001, NULL, 0), FW_VERDICT_REJECT);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
  ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
  seen = &fw_firewall_outcome(kit.firewall)->answer.seen;
  ck_assert_mem_eq(fw_packet_at(seen, 20 + 8 + 16, 4, scratch), outside, 4);
  wk_stop(&kit);
}
END_TEST

/* Before conntrack the zone is that which a rule has given the packet. */
START_TEST(connections_of_a_template_are_counted)
{
  start("*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A PREROUTING -p udp -j CT --zone 2\n"
        "-A PREROUTING -m connlimit --connlimit-above 1 --connlimit-mask 24 --connlimit-saddr\nCOMMIT\n"
        "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n");
  for (guint16 i = 1; i <= 3; i++) {
    wk_udp(&kit, A, i, B, 53, "x");
    wk_pass_ms(&kit, 10);
  }
  ck_assert_uint_eq(wk_hits(&kit, "raw", "PREROUTING", 2), 2);
  wk_stop(&kit);
}
END_TEST

/*
 * What REJECT says of a packet that belongs to nothing may be about a translated connection: it goes where that goes,
 * and arrives by lo where that is the box itself.
 */
START_TEST(answers_take_the_way_of_their_translation)
{
  static const char *const to[] = { "10.1.0.9", "10.1.0.1", "203.0.113.9" }, *const out[] = { "lan0", NULL, "wan0" };

  for (guint i = 0; i < G_N_ELEMENTS(to); i++) {
    g_autofree char *rules = g_strdup_printf(
      "*nat\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n-A PREROUTING -p tcp -j DNAT --to-destination %s\n"
      "COMMIT\n*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n"
      "-A FORWARD -s " B " -j REJECT --reject-with icmp-admin-prohibited\n"
      "-A INPUT -i lo -p icmp -m conntrack --ctstate RELATED\nCOMMIT\n*raw\n:PREROUTING ACCEPT\n"
      "-A PREROUTING -i lo -m conntrack --ctstate RELATED\nCOMMIT\n",
      to[i]);

    wk_init(&kit);
    ck_assert(fw_box_facts_local(kit.facts, "10.1.0.1/24@lan0") &&
              fw_box_facts_local(kit.facts, "198.51.100.1/24@wan0"));
    ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=lan0") && fw_box_facts_route(kit.facts, "0.0.0.0/0=wan0"));
    wk_start(&kit, rules, NULL);
    wk_segment(&kit, A, 1, B, 80, SYN, 1000, 0, NULL, 0);
    ck_assert_int_eq(wk_segment(&kit, B, 80, A, 1, SYN | ACK, 0, 1001, NULL, 0), FW_VERDICT_REJECT);
    ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
    ck_assert_int_eq(fw_firewall_outcome(kit.firewall)->answer.looped, out[i] == NULL);
    if (out[i] != NULL)
      ck_assert_str_eq(fw_firewall_outcome(kit.firewall)->answer.seen.out->name, out[i]);
    ck_assert_uint_eq(wk_hits(&kit, "filter", "INPUT", 1), i == 1);
    ck_assert_uint_eq(wk_hits(&kit, "raw", "PREROUTING", 1), i == 1);
    wk_stop(&kit);
  }
}
END_TEST

/*
 * A rule announces what the server will open towards the client (RULES 5.2): of a new connection alone, at most `size`,
 * and where another connection announced the same the kernel drops the packet. A minute is 59999 seconds and a bit.
 */
START_TEST(a_rule_expects_connections)
{
#define OBJECT                                                                                                  \
  ",{\"ct expectation\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"e\",\"protocol\":\"tcp\",\"dport\":5432," \
  "\"timeout\":60000,\"size\":1,\"l3proto\":\"ip\"}}"
#define TO_PORT(n) \
  "{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}},\"right\":" n "}},"
#define IS_RELATED "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":\"state\"}},\"right\":\"related\"}},"
  static const char rules[] = DOCUMENT(TABLE("ip", "t") OBJECT BASE("ip", "t", "c", "filter", "forward", "0")
                                         RULE("ip", "t", "c", TO_PORT("21") "{\"ct expectation\":\"e\"}," COUNTER)
                                           RULE("ip", "t", "c", TO_PORT("21") "{\"ct expectation\":\"e\"}," COUNTER)
                                             RULE("ip", "t", "c", IS_RELATED COUNTER));
  ct_view view;

  start(rules);
  ck_assert_int_eq(wk_segment(&kit, A, 1, B, 21, SYN, 1000, 0, NULL, 0), FW_VERDICT_ACCEPT);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 2), 0);
  ck_assert_uint_eq(count_expected(&kit), 1);
  ck_assert_int_eq(expected.timeout_ns / 1000000000, 60000);
  ck_assert(expected.helper == NULL);
  ck_assert_uint_eq(expected.tuple.dst_id, 5432);
  /* Another connection of the same hosts would expect the same. */
  ck_assert_int_eq(wk_segment(&kit, A, 2, B, 21, SYN, 1000, 0, NULL, 0), FW_VERDICT_DROP);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 1), 1);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 1);
  /* Neither by a port that is not announced, nor by who was not asked. */
  wk_segment(&kit, B, 9, A, 5433, SYN, 1000, 0, NULL, 0);
  wk_segment(&kit, "198.51.100.9", 9, A, 5432, SYN, 1000, 0, NULL, 0);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 3), 0);
  wk_segment(&kit, B, 9, A, 5432, SYN, 1000, 0, NULL, 0);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 3), 1);
  ck_assert(ct_engine_find(kit.engine, kit.result.conn, &view));
  ck_assert_uint_eq(view.master_id, 1);
  ck_assert_uint_eq(count_expected(&kit), 0);
  wk_stop(&kit);
}
END_TEST

/* What the box answers goes the other way: whom that is for is expected of who asked. */
START_TEST(an_answer_expects_connections)
{
  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "10.1.0.1/24@eth0"));
  ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=eth0"));
  wk_start(&kit,
           DOCUMENT(TABLE("ip", "t") OBJECT BASE("ip", "t", "c", "filter", "forward", "0")
                      BASE("ip", "t", "d", "filter", "postrouting", "0") RULE(
                        "ip", "t", "c", TO_PORT("22") "{\"reject\":{\"type\":\"icmp\",\"expr\":\"port-unreachable\"}}")
                        RULE("ip", "t", "d", "{\"ct expectation\":\"e\"}," COUNTER)),
           NULL);
  ck_assert_int_eq(wk_segment(&kit, A, 1, B, 21, SYN, 1000, 0, NULL, 0), FW_VERDICT_ACCEPT);
  ck_assert_int_eq(wk_segment(&kit, A, 1, B, 22, SYN, 1000, 0, NULL, 0), FW_VERDICT_REJECT);
  ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
  ck_assert_uint_eq(wk_hits(&kit, "t", "d", 1), 2);
  wk_stop(&kit);
}
END_TEST

/* Who has announced something gets no helper any more (Linux 6.18). */
START_TEST(no_helper_behind_an_announcement)
{
#define HELPER                                                                                               \
  ",{\"ct helper\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"h\",\"type\":\"ftp\",\"protocol\":\"tcp\"," \
  "\"l3proto\":\"ip\"}}"
#define EXPECTS RULE("ip", "t", "c", "{\"ct expectation\":\"e\"}")
#define HELPS RULE("ip", "t", "c", "{\"ct helper\":\"h\"}")
  static const char *const rules[] = {
    DOCUMENT(TABLE("ip", "t") OBJECT HELPER BASE("ip", "t", "c", "filter", "forward", "0") HELPS EXPECTS),
    DOCUMENT(TABLE("ip", "t") OBJECT HELPER BASE("ip", "t", "c", "filter", "forward", "0") EXPECTS HELPS),
  };
  ct_view view;

  for (guint i = 0; i < G_N_ELEMENTS(rules); i++) {
    start(rules[i]);
    wk_segment(&kit, A, 1, B, 21, SYN, 1000, 0, NULL, 0);
    ck_assert(ct_engine_find(kit.engine, 1, &view));
    ck_assert_int_eq(view.helper != NULL, i == 0);
    wk_stop(&kit);
  }
}
END_TEST

/* What was announced by a packet that is dropped afterwards goes with its entry. */
START_TEST(a_dropped_packet_expects_nothing)
{
  start(DOCUMENT(TABLE("ip", "t") OBJECT BASE("ip", "t", "c", "filter", "forward", "0")
                   RULE("ip", "t", "c", "{\"ct expectation\":\"e\"},{\"drop\":null}")));
  ck_assert_int_eq(wk_segment(&kit, A, 1, B, 21, SYN, 1000, 0, NULL, 0), FW_VERDICT_DROP);
  ck_assert_uint_eq(count_expected(&kit), 0);
  ck_assert_int_eq(wk_segment(&kit, A, 2, B, 21, SYN, 1000, 0, NULL, 0), FW_VERDICT_DROP);
  ck_assert_uint_eq(count_expected(&kit), 0);
  wk_stop(&kit);
}
END_TEST

/* An element counts as the rule that put it there has said, not as others that name its set. */
START_TEST(an_element_is_its_makers)
{
#define SET ",{\"set\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"s\",\"type\":\"ipv4_addr\",\"size\":9}}"
#define SADDR "\"elem\":{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}},\"set\":\"@s\""
#define IS_UDP "{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"l4proto\"}},\"right\":\"udp\"}},"
  start(DOCUMENT(TABLE("ip", "t") SET BASE("ip", "t", "c", "filter", "forward", "0")
                   RULE("ip", "t", "c", TO_PORT("9") "{\"set\":{\"op\":\"delete\"," SADDR "}}")
                     RULE("ip", "t", "c", IS_UDP "{\"set\":{\"op\":\"update\"," SADDR ",\"stmt\":[" COUNTER "]}}")
                       RULE("ip", "t", "c",
                            "{\"set\":{\"op\":\"add\"," SADDR ",\"stmt\":[{\"quota\":{\"val\":100,"
                            "\"val_unit\":\"bytes\"}}]}}")));
  wk_udp(&kit, A, 1, B, 2, "xxxx");
  wk_segment(&kit, B, 80, A, 1, SYN, 1000, 0, NULL, 0);
  wk_udp(&kit, B, 80, A, 1, "xxxx");
  listing_has("10.1.0.2 counter packets 2 bytes 64");
  listing_has("198.51.100.2 quota 100 bytes used 100 bytes");
  wk_stop(&kit);
}
END_TEST

/* What is found where nothing should be found ends the rule, and has not counted. */
START_TEST(elements_of_what_is_not_in_it)
{
#define COUNTED                                                                                                      \
  ",{\"set\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"s\",\"type\":\"ipv4_addr\",\"elem\":[{\"elem\":{\"val\":" \
  "\"10.1.0.2\"," COUNTER_IN "}}]}}"
#define COUNTER_IN "\"counter\":{\"packets\":0,\"bytes\":0}"
#define FROM(op)             \
  "{\"match\":{\"op\":\"" op \
  "\",\"left\":{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}},\"right\":\"@s\"}}," COUNTER
  start(
    DOCUMENT(TABLE("ip", "t") COUNTED BASE("ip", "t", "c", "filter", "forward", "0") RULE("ip", "t", "c", FROM("!="))));
  wk_udp(&kit, A, 9, B, 2, "x");
  wk_udp(&kit, B, 9, A, 2, "x");
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 1), 1);
  listing_has("10.1.0.2 counter packets 0 bytes 0");
  wk_stop(&kit);
  start(
    DOCUMENT(TABLE("ip", "t") COUNTED BASE("ip", "t", "c", "filter", "forward", "0") RULE("ip", "t", "c", FROM("=="))));
  wk_udp(&kit, A, 9, B, 2, "x");
  listing_has("10.1.0.2 counter packets 1 bytes 29");
  wk_stop(&kit);
}
END_TEST

/* The rest of the rule is done then, and its end is the rule's. */
START_TEST(a_verdict_map_that_goes_on)
{
#define VMAP(verdict) \
  "{\"vmap\":{\"key\":{\"meta\":{\"key\":\"l4proto\"}},\"data\":{\"set\":[[\"udp\",{\"" verdict "\":null}]]}}}"
  static const struct {
    const char *behind;
    fw_verdict verdict;
    guint64 hits; /* of the rule behind it, which drops */
  } cases[] = {
    { ",{\"drop\":null}", FW_VERDICT_DROP, 0 },
    { ",{\"accept\":null}", FW_VERDICT_ACCEPT, 0 },
    { "," COUNTER ",{\"return\":null}", FW_VERDICT_ACCEPT, 0 },
    { ",{\"continue\":null}", FW_VERDICT_DROP, 1 },
    { "," COUNTER, FW_VERDICT_DROP, 1 },
    { "", FW_VERDICT_DROP, 1 },
    { ",{\"jump\":{\"target\":\"u\"}}", FW_VERDICT_ACCEPT, 0 },
    { "," VMAP("accept"), FW_VERDICT_ACCEPT, 0 },
    { "," VMAP("continue") ",{\"accept\":null}", FW_VERDICT_ACCEPT, 0 },
    { ",{\"reject\":null}", FW_VERDICT_REJECT, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *rules = g_strdup_printf(
      DOCUMENT(TABLE("ip", "t") BASE(
        "ip", "t", "c", "filter", "forward",
        "0") ",{\"chain\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"u\"}}" RULE("ip", "t", "u", "{\"accept\":null}")
                 RULE("ip", "t", "c", "%s%s") RULE("ip", "t", "c", "{\"drop\":null}")),
      VMAP("continue"), cases[i].behind);

    start(rules);
    ck_assert_msg(wk_udp(&kit, A, 9, B, 2, "x") == cases[i].verdict, "behind it: %s", cases[i].behind);
    ck_assert_uint_eq(wk_hits(&kit, "t", "c", 2), cases[i].hits);
    wk_stop(&kit);
  }
}
END_TEST

/* The address is looked up before the family is asked for. */
START_TEST(an_address_for_the_other_family)
{
  start(DOCUMENT(TABLE("inet", "t") BASE("inet", "t", "n", "nat", "prerouting", "-100") RULE(
    "inet", "t", "n",
    COUNTER ",{\"dnat\":{\"family\":\"ip\",\"addr\":{\"map\":{\"key\":{\"numgen\":{\"mode\":\"inc\",\"mod\":2,"
            "\"offset\":0}},\"data\":{\"set\":[[0,\"10.1.0.9\"],[1,\"10.1.0.10\"]]}}}}}")));
  wk_udp(&kit, "fd00::1", 9, "fd01::2", 2, "x");
  wk_udp(&kit, A, 9, B, 2, "x");
  ck_assert_uint_eq(fw_firewall_outcome(kit.firewall)->packet.destination.bytes[3], 10);
  wk_stop(&kit);
}
END_TEST

/* Who knocks at one port may knock at the next: a constant beside what is the packet's has the type of the set's part.
 */
START_TEST(a_constant_in_a_key)
{
#define PAIRS                                                                                                         \
  ",{\"set\":{\"family\":\"ip\",\"table\":\"t\",\"name\":\"k\",\"type\":[\"ipv4_addr\",\"inet_service\"],\"size\":9," \
  "\"timeout\":9}}"
#define SADDR_OF(second) "{\"concat\":[{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}}," second "]}"
#define UDP_DPORT "{\"payload\":{\"protocol\":\"udp\",\"field\":\"dport\"}}"
  start(DOCUMENT(
    TABLE("ip", "t") PAIRS BASE("ip", "t", "c", "filter", "forward", "0")
      RULE("ip", "t", "c", "{\"match\":{\"op\":\"==\",\"left\":" SADDR_OF(UDP_DPORT) ",\"right\":\"@k\"}}," COUNTER)
        RULE("ip", "t", "c",
             "{\"match\":{\"op\":\"==\",\"left\":" UDP_DPORT ",\"right\":1}},"
             "{\"set\":{\"op\":\"add\",\"elem\":" SADDR_OF("2") ",\"set\":\"@k\"}}")
          RULE("ip", "t", "c", "{\"match\":{\"op\":\"==\",\"left\":" SADDR_OF("2") ",\"right\":\"@k\"}}," COUNTER)));
  ck_assert_uint_eq(kit.ruleset->notes->len, 0);
  wk_udp(&kit, A, 9, B, 2, "x");
  wk_udp(&kit, A, 9, B, 1, "x");
  wk_udp(&kit, B, 9, A, 2, "x");
  wk_udp(&kit, A, 9, B, 2, "x");
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 3), 2);
  listing_has("add @k { ip saddr . 2 }");
  wk_stop(&kit);
}
END_TEST

/* nft rejects before conntrack as well; the answer is a packet of its own. What was too short has a wrong sum. */
START_TEST(answers_before_conntrack)
{
  static const guint8 four[] = { 0, 1, 0, 2 };

  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "10.1.0.1/24@eth0"));
  ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=eth0"));
  wk_start(&kit,
           DOCUMENT(TABLE("inet", "t") BASE("inet", "t", "c", "filter", "prerouting", "-300")
                      RULE("inet", "t", "c", "{\"reject\":{\"type\":\"icmpx\",\"expr\":\"no-route\"}}")
                        BASE("inet", "t", "o", "filter", "output", "0") RULE("inet", "t", "o", COUNTER)),
           NULL);
  ck_assert_int_eq(wk_udp(&kit, A, 1, B, 2, "xxxx"), FW_VERDICT_REJECT);
  ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
  ck_assert_uint_eq(wk_hits(&kit, "t", "o", 1), 1);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
  ck_assert_int_eq(wk_raw(&kit, A, B, CT_PROTO_UDP, four, sizeof four), FW_VERDICT_REJECT);
  ck_assert(!fw_firewall_outcome(kit.firewall)->answer.sent);
  ck_assert_int_eq(wk_raw(&kit, A, B, CT_PROTO_TCP, four, sizeof four), FW_VERDICT_REJECT);
  ck_assert(!fw_firewall_outcome(kit.firewall)->answer.sent);
  wk_stop(&kit);
}
END_TEST

/* connlimit counts each zone for itself; what has no entry is in none. */
START_TEST(connections_of_a_zone_are_counted)
{
  start("*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A PREROUTING -p udp -j CT --zone 2\nCOMMIT\n"
        "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n"
        "-A FORWARD -m connlimit --connlimit-upto 2 --connlimit-mask 24 --connlimit-saddr\nCOMMIT\n");
  for (guint16 i = 1; i <= 3; i++) {
    wk_udp(&kit, A, i, B, 53, "x");
    wk_pass_ms(&kit, 10);
  }
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1), 2);
  wk_segment(&kit, A, 1, B, 80, SYN, 1000, 0, NULL, 0);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1), 3);
  wk_stop(&kit);
}
END_TEST

/* A dropped packet's translation is not that of the next connection, which has its number. */
START_TEST(numbers_are_given_again)
{
  start(DOCUMENT(TABLE("ip", "t") BASE("ip", "t", "n", "nat", "prerouting", "-100") RULE(
    "ip", "t", "n",
    "{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"udp\",\"field\":\"dport\"}},"
    "\"right\":53}},{\"dnat\":{\"addr\":\"10.1.0.9\"}}") BASE("ip", "t", "c", "filter", "forward", "0")
                   RULE("ip", "t", "c",
                        "{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"l4proto\"}},\"right\":\"udp\"}},"
                        "{\"drop\":null}")));
  ck_assert_int_eq(wk_udp(&kit, A, 1, B, 53, "x"), FW_VERDICT_DROP);
  wk_segment(&kit, A, 1, B, 80, SYN, 1000, 0, NULL, 0);
  ck_assert_int_eq(wk_segment(&kit, B, 80, A, 1, RST | ACK, 0, 1001, NULL, 0), FW_VERDICT_ACCEPT);
  ck_assert(!fw_firewall_outcome(kit.firewall)->packet.translated);
  wk_stop(&kit);
}
END_TEST

/* A zone of one direction is that direction's; the first that is set stays, and undoes notrack. */
START_TEST(zones_have_directions)
{
#define ZONE(dir, n) "{\"mangle\":{\"key\":{\"ct\":{\"key\":\"zone\"" dir "}},\"value\":" n "}}"
#define IS(dir, n) "{\"match\":{\"op\":\"==\",\"left\":{\"ct\":{\"key\":\"zone\"" dir "}},\"right\":" n "}}," COUNTER
  ct_view view;

  start(DOCUMENT(TABLE("ip", "t") BASE("ip", "t", "r", "filter", "prerouting", "-300")
                   RULE("ip", "t", "r", "{\"notrack\":null}," ZONE(",\"dir\":\"original\"", "5") "," ZONE("", "6"))
                     BASE("ip", "t", "c", "filter", "forward", "0") RULE("ip", "t", "c", IS("", "5"))
                       RULE("ip", "t", "c", IS(",\"dir\":\"original\"", "5"))
                         RULE("ip", "t", "c", IS(",\"dir\":\"reply\"", "0"))));
  wk_udp(&kit, A, 1, B, 2, "x");
  for (guint i = 1; i <= 3; i++)
    ck_assert_uint_eq(wk_hits(&kit, "t", "c", i), 1);
  ck_assert(ct_engine_find(kit.engine, 1, &view));
  ck_assert_uint_eq(view.tuple[0].zone, 5);
  ck_assert_uint_eq(view.tuple[1].zone, 0);
  wk_stop(&kit);
}
END_TEST

/* The kernel counts on beyond a quota, and lists no more than that. */
START_TEST(a_quota_that_is_used_up)
{
  start(DOCUMENT(TABLE("ip", "t") BASE("ip", "t", "c", "filter", "forward", "0")
                   RULE("ip", "t", "c", "{\"quota\":{\"val\":40,\"val_unit\":\"bytes\"}}")));
  wk_udp(&kit, A, 1, B, 2, "xxxx");
  wk_udp(&kit, A, 1, B, 2, "xxxx");
  listing_has("quota 40 bytes used 40 bytes");
  wk_stop(&kit);
}
END_TEST

/* As many as the burst at once, then as the rate gives; of packets and of bytes, and what is over the other way round.
 */
START_TEST(a_limit_gives_what_it_says)
{
  start(DOCUMENT(
    TABLE("ip", "t") BASE("ip", "t", "c", "filter", "forward", "0")
      RULE("ip", "t", "c", "{\"limit\":{\"rate\":2,\"burst\":3,\"per\":\"second\"}}," COUNTER)
        RULE("ip", "t", "c",
             "{\"limit\":{\"rate\":64,\"rate_unit\":\"bytes\",\"burst\":32,\"burst_unit\":\"bytes\","
             "\"per\":\"second\"}}," COUNTER)
          RULE("ip", "t", "c", "{\"limit\":{\"rate\":2,\"burst\":3,\"per\":\"second\",\"inv\":true}}," COUNTER)));
  for (guint i = 0; i < 4; i++)
    wk_udp(&kit, A, 1, B, 2, "xxxx");
  wk_pass_ms(&kit, 499);
  wk_udp(&kit, A, 1, B, 2, "xxxx");
  wk_pass_ms(&kit, 1);
  wk_udp(&kit, A, 1, B, 2, "xxxx");
  listing_has("limit rate 2/second burst 3 packets counter packets 4 bytes 128");
  listing_has("limit rate 64 bytes/second burst 32 bytes counter packets 4 bytes 128");
  listing_has("limit rate over 2/second burst 3 packets counter packets 2 bytes 64");
  wk_stop(&kit);
}
END_TEST

/* A protocol without a checksum is held to one by what answers: over all of its payload. */
START_TEST(answers_ask_for_a_sum)
{
  static const guint8 right[] = { 0xff, 0xff, 0, 0 }, wrong[] = { 1, 2, 3, 4 };

  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "10.1.0.1/24@eth0"));
  ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=eth0"));
  wk_start(&kit,
           DOCUMENT(TABLE("ip", "t") BASE("ip", "t", "c", "filter", "forward", "0")
                      RULE("ip", "t", "c", "{\"reject\":{\"type\":\"icmp\",\"expr\":\"port-unreachable\"}}")),
           NULL);
  ck_assert_int_eq(wk_raw(&kit, A, B, 253, right, sizeof right), FW_VERDICT_REJECT);
  ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
  ck_assert_int_eq(wk_raw(&kit, A, B, 253, wrong, sizeof wrong), FW_VERDICT_REJECT);
  ck_assert(!fw_firewall_outcome(kit.firewall)->answer.sent);
  /* DCCP is such a one, since the kernel knows it no more. */
  ck_assert_int_eq(wk_raw(&kit, A, B, CT_PROTO_DCCP, wrong, sizeof wrong), FW_VERDICT_REJECT);
  ck_assert(!fw_firewall_outcome(kit.firewall)->answer.sent);
  ck_assert_int_eq(wk_raw(&kit, A, B, CT_PROTO_DCCP, right, sizeof right), FW_VERDICT_REJECT);
  ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
  ck_assert_int_eq(wk_raw(&kit, A, B, 253, wrong, 0), FW_VERDICT_REJECT);
  ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
  wk_stop(&kit);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("walk_nft");
  TCase *tc = tcase_create("kernel");

  tcase_add_test(tc, low_priorities_behind_routing);
  tcase_add_test(tc, nat_among_its_equals);
  tcase_add_test(tc, equal_priorities_of_several_tables);
  tcase_add_test(tc, the_entry_that_a_packet_ends);
  tcase_add_test(tc, the_entry_that_an_answer_ends);
  tcase_add_test(tc, what_is_done_to_an_ended_entry);
  tcase_add_test(tc, connections_of_a_zone_are_counted);
  tcase_add_test(tc, connections_of_half_a_zone);
  tcase_add_test(tc, a_label_hides_all_options);
  tcase_add_test(tc, a_way_to_the_box);
  tcase_add_test(tc, one_list_of_both_families);
  tcase_add_test(tc, an_answer_about_what_has_ended);
  tcase_add_test(tc, a_reset_that_is_dropped);
  tcase_add_test(tc, a_translation_is_seen_at_once);
  tcase_add_test(tc, a_template_is_confirmed);
  tcase_add_test(tc, connections_of_a_template_are_counted);
  tcase_add_test(tc, answers_take_the_way_of_their_translation);
  tcase_add_test(tc, answers_before_conntrack);
  tcase_add_test(tc, a_constant_in_a_key);
  tcase_add_test(tc, elements_of_what_is_not_in_it);
  tcase_add_test(tc, a_verdict_map_that_goes_on);
  tcase_add_test(tc, an_address_for_the_other_family);
  tcase_add_test(tc, a_rule_expects_connections);
  tcase_add_test(tc, an_answer_expects_connections);
  tcase_add_test(tc, an_element_is_its_makers);
  tcase_add_test(tc, a_dropped_packet_expects_nothing);
  tcase_add_test(tc, no_helper_behind_an_announcement);
  tcase_add_test(tc, numbers_are_given_again);
  tcase_add_test(tc, zones_have_directions);
  tcase_add_test(tc, a_quota_that_is_used_up);
  tcase_add_test(tc, a_limit_gives_what_it_says);
  tcase_add_test(tc, answers_ask_for_a_sum);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
