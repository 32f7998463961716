/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What random rulesets have found against the kernel (tests/generator), each as small as it gets. */
#include <check.h>
#include <string.h>

#include "conntrack/proto/proto.h"
#include "unit.h"
#include "walk_kit.h"

enum { SYN = 2, RST = 4, ACK = 16 };

#define A "10.1.0.2"
#define B "198.51.100.2"

static wk_kit kit;

static void start(const char *rules)
{
  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "10.1.0.1/24@eth0"));
  ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=eth0"));
  wk_start(&kit, rules, NULL);
}

/*
 * A packet whose zone is of the original direction alone is no answer to a connection with that zone in both, though
 * addresses, ports and number fit: it begins one of its own, beside the other.
 */
START_TEST(half_a_zone_beside_a_whole_one)
{
  ct_view view;

  start("*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A PREROUTING -s " A " -j CT --zone 1\n"
        "-A PREROUTING -j CT --zone-orig 1\nCOMMIT\n");
  ck_assert_int_eq(wk_udp(&kit, A, 1, B, 53, "x"), FW_VERDICT_ACCEPT);
  ck_assert_int_eq(wk_udp(&kit, B, 53, A, 1, "x"), FW_VERDICT_ACCEPT);
  ck_assert_int_eq(kit.result.cls, CT_CLASS_NEW);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 2);
  ck_assert(ct_engine_find(kit.engine, 2, &view));
  ck_assert_uint_eq(view.tuple[CT_ORIGINAL].zone, 1);
  ck_assert_uint_eq(view.tuple[CT_REPLY].zone, 0);
  /* Each goes on with its own: of both that have the tuple the later one is found. */
  ck_assert_int_eq(wk_udp(&kit, B, 53, A, 1, "x"), FW_VERDICT_ACCEPT);
  ck_assert_uint_eq(kit.result.conn, 2);
  ck_assert_int_eq(kit.result.dir, CT_ORIGINAL);
  wk_udp(&kit, A, 1, B, 53, "x");
  ck_assert_uint_eq(kit.result.conn, 1);
  ck_assert_int_eq(kit.result.dir, CT_ORIGINAL);
  wk_stop(&kit);
}
END_TEST

/* The mark that a zone is taken from is that with which the packet comes to conntrack. */
START_TEST(a_zone_by_a_later_mark)
{
  ct_view view;

  start("*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A PREROUTING -j MARK --set-xmark 0x3\n"
        "-A PREROUTING -j CT --zone-orig mark\n-A PREROUTING -s " A " -j MARK --set-xmark 0x10007\nCOMMIT\n");
  ck_assert_int_eq(wk_udp(&kit, A, 1, B, 53, "x"), FW_VERDICT_ACCEPT);
  ck_assert(ct_engine_find(kit.engine, 1, &view));
  ck_assert_uint_eq(view.tuple[CT_ORIGINAL].zone, 7);
  ck_assert_uint_eq(view.tuple[CT_REPLY].zone, 0);
  ck_assert_int_eq(wk_udp(&kit, B, 1, A, 53, "x"), FW_VERDICT_ACCEPT);
  ck_assert(ct_engine_find(kit.engine, 2, &view));
  ck_assert_uint_eq(view.tuple[CT_ORIGINAL].zone, 3);
  wk_stop(&kit);
}
END_TEST

/* Half a zone of a ping, whose answer is told from a request by its type. */
START_TEST(half_a_zone_of_a_ping)
{
  start("*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A PREROUTING -s " A " -j CT --zone 1\n"
        "-A PREROUTING -j CT --zone-reply 1\nCOMMIT\n");
  wk_icmp(&kit, A, B, 8, 0);
  ck_assert_int_eq(kit.result.cls, CT_CLASS_NEW);
  wk_icmp(&kit, B, A, 0, 0);
  ck_assert_int_eq(kit.result.cls, CT_CLASS_ESTABLISHED);
  ck_assert_int_eq(kit.result.dir, CT_REPLY);
  wk_stop(&kit);
}
END_TEST

/*
 * A confirmed connection is looked for in its list however often it comes in a jiffy; only one that is new is put in
 * twice then.
 */
START_TEST(a_confirmed_connection_counts_once)
{
  start("*mangle\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n:u -\n"
        "-A POSTROUTING -j u\n-A POSTROUTING -j u\n"
        "-A u -m connlimit --connlimit-upto 1 --connlimit-mask 24 --connlimit-saddr\nCOMMIT\n");
  wk_udp(&kit, A, 1, B, 53, "x");
  ck_assert_uint_eq(wk_hits(&kit, "mangle", "u", 1), 1);
  wk_pass_ms(&kit, 10);
  wk_udp(&kit, B, 53, A, 1, "x");
  ck_assert_uint_eq(wk_hits(&kit, "mangle", "u", 1), 3);
  wk_stop(&kit);
}
END_TEST

#define REJECTING(target)                                                                            \
  "*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A PREROUTING " target "-A OUTPUT -j NOTRACK\nCOMMIT\n" \
  "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n-A FORWARD -j REJECT\n"                  \
  "-A OUTPUT -m conntrack --ctstate UNTRACKED\n-A OUTPUT -m conntrack --ctstate INVALID\n"           \
  "-A OUTPUT -m conntrack --ctstate RELATED\nCOMMIT\n"

static void expect_answer(guint64 untracked, guint64 invalid, guint64 related)
{
  ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 1), untracked);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 2), invalid);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 3), related);
  wk_stop(&kit);
}

/*
 * The answer to an untracked packet has a class attached, and no entry: NOTRACK takes it for tracked, and conntrack
 * does not. One to an INVALID packet has nothing; one to a tracked packet keeps its entry.
 */
START_TEST(an_answer_to_an_untracked_packet)
{
  start(REJECTING("-j NOTRACK\n"));
  ck_assert_int_eq(wk_udp(&kit, A, 1, B, 53, "x"), FW_VERDICT_REJECT);
  expect_answer(0, 1, 0);
  start(REJECTING("-s 10.9.9.9 -j NOTRACK\n"));
  ck_assert_int_eq(wk_udp(&kit, A, 1, B, 53, "x"), FW_VERDICT_REJECT);
  expect_answer(0, 0, 1);
  start(REJECTING("-s 10.9.9.9 -j NOTRACK\n"));
  ck_assert_int_eq(wk_segment(&kit, A, 1, B, 80, SYN | RST | ACK, 1, 1, NULL, 0), FW_VERDICT_REJECT);
  expect_answer(1, 0, 0);
}
END_TEST

#define NFT(statements)                                                                                             \
  "{\"nftables\":[{\"table\":{\"family\":\"ip\",\"name\":\"t\"}},{\"chain\":{\"family\":\"ip\",\"table\":\"t\","    \
  "\"name\":"                                                                                                       \
  "\"c\",\"type\":\"filter\",\"hook\":\"forward\",\"prio\":0,\"policy\":\"accept\"}},{\"rule\":{\"family\":\"ip\"," \
  "\"table\":"                                                                                                      \
  "\"t\",\"chain\":\"c\",\"expr\":[" statements "]}}]}"

/* A rule that strips an option ends at what is no TCP; of TCP the option becomes NOPs, where there is one. */
START_TEST(an_option_is_stripped)
{
  static const guint8 options[] = { 2, 4, 5, 0xb4, 1, 1, 1, 1 };
  guint8 scratch[4];

  start(NFT("{\"reset\":{\"tcp option\":{\"name\":\"maxseg\"}}},{\"counter\":{\"packets\":0,\"bytes\":0}}"));
  wk_udp(&kit, A, 1, B, 53, "x");
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 1), 0);
  wk_segment(&kit, A, 1, B, 80, SYN, 1000, 0, options, sizeof options);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 1), 1);
  ck_assert_mem_eq(fw_packet_at(&fw_firewall_outcome(kit.firewall)->packet, 40, 4, scratch), "\1\1\1\1", 4);
  wk_segment(&kit, A, 1, B, 80, ACK, 1001, 0, NULL, 0);
  ck_assert_uint_eq(wk_hits(&kit, "t", "c", 1), 2);
  wk_stop(&kit);
}
END_TEST

/* ECN drops what has no whole TCP header, where it is to change that. */
START_TEST(a_header_that_cannot_be_changed)
{
  static const guint8 three[] = { 0, 1, 0 };

  start("*mangle\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n"
        "-A PREROUTING -p tcp -j ECN --ecn-tcp-remove\nCOMMIT\n");
  ck_assert_int_eq(wk_raw(&kit, A, B, CT_PROTO_TCP, three, sizeof three), FW_VERDICT_DROP);
  ck_assert_int_eq(wk_segment(&kit, A, 1, B, 80, SYN, 1, 0, NULL, 0), FW_VERDICT_ACCEPT);
  wk_stop(&kit);
}
END_TEST

/* The rule that translates is named, not the end of a chain of nat before it; the filter's word is above both. */
START_TEST(who_is_named_of_nat)
{
  static const char nat[] = "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n"
                            "-A POSTROUTING -j SNAT --to-source 203.0.113.1\nCOMMIT\n";
  g_autofree char *both = g_strconcat(nat, "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n", NULL);

  start(nat);
  ck_assert_int_eq(wk_udp(&kit, A, 1, B, 53, "x"), FW_VERDICT_ACCEPT);
  ck_assert_str_eq(wk_by(&kit), "nat:POSTROUTING:rule:1");
  wk_stop(&kit);
  start(both);
  ck_assert_int_eq(wk_udp(&kit, A, 1, B, 53, "x"), FW_VERDICT_ACCEPT);
  ck_assert_str_eq(wk_by(&kit), "filter:FORWARD:policy:1");
  wk_stop(&kit);
}
END_TEST

/* Such an answer, a reset, may end the connection that it belongs to: rules see it all the same. */
START_TEST(an_answer_that_ends_its_entry)
{
  start("*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n"
        "-A FORWARD -p tcp -m conntrack --ctstate INVALID -j REJECT --reject-with tcp-reset\n"
        "-A OUTPUT -m conntrack ! --ctstatus NONE\n-A OUTPUT -m conntrack --ctproto 6 --ctdir REPLY\nCOMMIT\n");
  wk_segment(&kit, A, 1, B, 80, SYN, 1000, 0, NULL, 0);
  ck_assert_int_eq(wk_segment(&kit, A, 1, B, 80, 0, 1001, 0, NULL, 0), FW_VERDICT_REJECT);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 2), 1);
  wk_stop(&kit);
}
END_TEST

/* An address of the box is unicast, too; and of several kinds of IPv6 all that an address is by itself must hold. */
START_TEST(kinds_of_addresses_of_ipv6)
{
  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "fd01::1/64@eth0"));
  wk_start(
    &kit,
    "*mangle\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n"
    "-A PREROUTING -s fd00::/8 -m addrtype --dst-type UNICAST\n-A PREROUTING -s fd00::/8 -m addrtype --dst-type LOCAL\n"
    "-A PREROUTING -s fd00::/8 -m addrtype --dst-type LOCAL,UNICAST\n"
    "-A PREROUTING -s fd00::/8 -m addrtype --dst-type LOCAL,MULTICAST\n"
    "-A PREROUTING -s fd00::/8 -m addrtype ! --src-type LOCAL\nCOMMIT\n",
    NULL);
  wk_udp(&kit, "fd01::2", 1, "fd01::1", 53, "x");
  for (guint rule = 1; rule <= 5; rule++)
    ck_assert_uint_eq(wk_hits(&kit, "mangle", "PREROUTING", rule), rule != 4);
  wk_udp(&kit, "fd01::2", 1, "fd02::1", 53, "x");
  ck_assert_uint_eq(wk_hits(&kit, "mangle", "PREROUTING", 1), 2);
  ck_assert_uint_eq(wk_hits(&kit, "mangle", "PREROUTING", 2), 1);
  ck_assert_uint_eq(wk_hits(&kit, "mangle", "PREROUTING", 3), 1);
  wk_stop(&kit);
}
END_TEST

#define FORWARD(rules) "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n" rules "COMMIT\n"

static guint64 hits(guint rule) { return wk_hits(&kit, "filter", "FORWARD", rule); }

/*
 * An element counts a packet before its counters are compared; a list's sets are asked without, and what cannot be
 * marked as no match is not asked for that.
 */
START_TEST(counters_of_elements_and_lists)
{
  wk_init(&kit);
  wk_start(
    &kit,
    FORWARD("-A FORWARD -m set --match-set c src --packets-gt 0\n-A FORWARD -m set --match-set c src --packets-lt 2\n"
            "-A FORWARD -m set ! --match-set c src --packets-eq 3\n"
            "-A FORWARD -m set --match-set l src --return-nomatch\n"
            "-A FORWARD -m set --match-set a src --return-nomatch\n"
            "-A FORWARD -m set --match-set m src --packets-gt 100\n"),
    "create c hash:ip family inet counters\nadd c " A " packets 0 bytes 0\n"
    "create a hash:ip family inet\nadd a " A "\ncreate l list:set size 8\nadd l a\n"
    "create m list:set size 8\nadd m c\n");
  wk_udp(&kit, A, 1, B, 53, "x"); /* counts 1, 2, 3 and, by the list, 4 */
  ck_assert_uint_eq(hits(1), 1);
  ck_assert_uint_eq(hits(2), 0);
  ck_assert_uint_eq(hits(3), 0);
  for (guint rule = 4; rule <= 6; rule++)
    ck_assert_uint_eq(hits(rule), 1);
  wk_stop(&kit);
}
END_TEST

/* src is the header's source, dst its destination; without a header nobody knows. */
START_TEST(sets_of_hardware_addresses)
{
  wk_init(&kit);
  kit.link = TRUE;
  memcpy(kit.ethernet, "\x02\0\0\0\x0a\x01\x02\0\0\0\x0a\x02\x08\0", 14);
  wk_start(&kit,
           FORWARD("-A FORWARD -m set --match-set m src\n-A FORWARD -m set --match-set n dst\n"
                   "-A FORWARD -m set --match-set n src\n-A FORWARD -m set --match-set m dst\n"),
           "create m hash:mac\nadd m 02:00:00:00:0A:02\ncreate n hash:mac\nadd n 02:00:00:00:0A:01\n");
  wk_udp(&kit, A, 1, B, 53, "x");
  for (guint rule = 1; rule <= 4; rule++)
    ck_assert_uint_eq(hits(rule), rule <= 2);
  wk_stop(&kit);
}
END_TEST

/* A set of ports has nothing for a header that is not whole, though its ports are there. */
START_TEST(ports_of_short_headers)
{
  static const guint8 eight[] = { 0, 1, 0, 80, 0, 0, 0, 1 };

  wk_init(&kit);
  wk_start(&kit, FORWARD("-A FORWARD -m set --match-set p dst\n-A FORWARD -p tcp -m set --match-set i dst,dst\n"),
           "create p bitmap:port range 0-1023\nadd p 80\ncreate i hash:ip,port family inet\nadd i " B ",tcp:80\n");
  wk_raw(&kit, A, B, CT_PROTO_TCP, eight, sizeof eight);
  ck_assert_uint_eq(hits(1), 0);
  ck_assert_uint_eq(hits(2), 0);
  wk_segment(&kit, A, 1, B, 80, SYN, 1, 0, NULL, 0);
  ck_assert_uint_eq(hits(1), 1);
  ck_assert_uint_eq(hits(2), 1);
  wk_stop(&kit);
}
END_TEST

/*
 * What SET puts into a set of networks is as long as the most specific one there; a list takes it into the first of its
 * sets that has it not yet, and out of the first that has it.
 */
START_TEST(what_set_adds_to)
{
  wk_init(&kit);
  wk_start(&kit,
           FORWARD("-A FORWARD -p udp -j SET --add-set n src\n-A FORWARD -s 10.1.0.99 -m set --match-set n src\n"
                   "-A FORWARD -p udp -j SET --add-set l src\n-A FORWARD -m set --match-set a src\n"
                   "-A FORWARD -m set --match-set b src\n-A FORWARD -p icmp -j SET --del-set l src\n"
                   "-A FORWARD -p icmp -m set --match-set a src\n-A FORWARD -p icmp -m set --match-set b src\n"),
           "create n hash:net family inet\nadd n 192.0.2.0/24\nadd n 203.0.0.0/16\n"
           "create a hash:ip family inet\ncreate b hash:ip family inet\ncreate l list:set size 8\nadd l a\nadd l b\n");
  wk_udp(&kit, A, 1, B, 53, "x");
  ck_assert_uint_eq(hits(4), 1);
  ck_assert_uint_eq(hits(5), 0);
  wk_segment(&kit, "10.1.0.99", 1, B, 80, SYN, 1, 0, NULL, 0);
  ck_assert_uint_eq(hits(2), 1);
  wk_udp(&kit, A, 1, B, 53, "x");
  ck_assert_uint_eq(hits(5), 1);
  wk_icmp(&kit, A, B, 8, 0);
  ck_assert_uint_eq(hits(7), 0);
  ck_assert_uint_eq(hits(8), 1);
  wk_stop(&kit);
}
END_TEST

/* What is taken out is a network as long as the most specific one: another of the same first address stays. */
START_TEST(what_set_takes_out)
{
  wk_init(&kit);
  wk_start(&kit,
           FORWARD("-A FORWARD -p icmp -j SET --del-set n src\n-A FORWARD -s 10.0.0.5 -p udp -m set --match-set n src\n"
                   "-A FORWARD -s 192.168.5.9 -p udp -m set --match-set n src\n"),
           "create n hash:net family inet\nadd n 10.0.0.0/8\nadd n 192.168.5.0/24\n");
  wk_icmp(&kit, "10.0.0.5", B, 8, 0);
  wk_udp(&kit, "10.0.0.5", 1, B, 53, "x");
  wk_udp(&kit, "192.168.5.9", 1, B, 53, "x");
  ck_assert_uint_eq(hits(2), 1);
  ck_assert_uint_eq(hits(3), 1);
  wk_icmp(&kit, "192.168.5.7", B, 8, 0);
  wk_udp(&kit, "192.168.5.9", 2, B, 53, "x");
  ck_assert_uint_eq(hits(3), 1);
  wk_stop(&kit);
}
END_TEST

/* What SET puts in again is as new: this packet is in its counters, and it is marked no more. */
START_TEST(what_set_renews)
{
  wk_init(&kit);
  wk_start(
    &kit,
    FORWARD("-A FORWARD -p udp -j SET --add-set c src\n-A FORWARD -p udp -m set --match-set c src --packets-eq 2\n"
            "-A FORWARD -p icmp -j SET --add-set c src --exist\n"
            "-A FORWARD -p icmp -m set ! --update-counters --match-set c src --packets-eq 1 --bytes-gt 27\n"
            "-A FORWARD -p icmp -m set --match-set m src\n-A FORWARD -p icmp -j SET --add-set m src --exist\n"
            "-A FORWARD -p icmp -m set --match-set m src\n"),
    "create c hash:ip family inet counters\ncreate m hash:net family inet\nadd m " A "/31 nomatch\n"
    "add m 10.0.0.0/8\n");
  wk_udp(&kit, A, 1, B, 53, "x");
  ck_assert_uint_eq(hits(2), 1);
  wk_icmp(&kit, A, B, 8, 0);
  ck_assert_uint_eq(hits(4), 1);
  ck_assert_uint_eq(hits(5), 0);
  ck_assert_uint_eq(hits(7), 1);
  wk_stop(&kit);
}
END_TEST

/*
 * A network that has expired is there until the kernel looks: a second after the set was made and each third of its
 * timeout from then on. It cannot be taken out any more, but SET's networks are as long as it.
 */
START_TEST(what_set_adds_to_beside_expired_ones)
{
  wk_init(&kit);
  wk_start(
    &kit,
    FORWARD("-A FORWARD -p udp -j SET --add-set n src --timeout 2\n"
            "-A FORWARD -s 10.1.0.100/30 -p icmp -m set --match-set n src\n"
            "-A FORWARD -s 10.1.0.200 -p icmp -m set --match-set n src\n"),
    "create n hash:net family inet timeout 30\nadd n 192.0.2.0/24 timeout 1000\nadd n 203.0.113.0/28 timeout 5\n");
  wk_udp(&kit, B, 1, A, 53, "x"); /* the set's time begins with the first packet */
  wk_pass_ms(&kit, 6000);
  wk_udp(&kit, "10.1.0.97", 1, B, 53, "x"); /* 10.1.0.96/28 */
  wk_icmp(&kit, "10.1.0.101", B, 8, 0);
  ck_assert_uint_eq(hits(2), 1);
  wk_icmp(&kit, "10.1.0.200", B, 8, 0);
  ck_assert_uint_eq(hits(3), 0);
  wk_pass_ms(&kit, 6000); /* it looked at 11 s */
  wk_icmp(&kit, "10.1.0.101", B, 8, 0);
  ck_assert_uint_eq(hits(2), 1);
  wk_udp(&kit, "10.1.0.97", 1, B, 53, "x"); /* 10.1.0.0/24 */
  wk_icmp(&kit, "10.1.0.200", B, 8, 0);
  ck_assert_uint_eq(hits(3), 1);
  wk_stop(&kit);
}
END_TEST

/* A full set takes out what has expired at once, and its networks' lengths with it. */
START_TEST(a_full_set_of_expired_ones)
{
  wk_init(&kit);
  wk_start(&kit, FORWARD("-A FORWARD -p udp -j SET --add-set n src\n-A FORWARD -p icmp -m set --match-set n src\n"),
           "create n hash:net family inet timeout 300 maxelem 2\nadd n 192.0.2.0/24 timeout 1000\n"
           "add n 203.0.113.0/28 timeout 5\n");
  wk_udp(&kit, B, 1, A, 53, "x"); /* full */
  wk_pass_ms(&kit, 6000);
  wk_udp(&kit, "10.1.0.97", 1, B, 53, "x"); /* still as long as the one that goes for it: 10.1.0.96/28 */
  wk_icmp(&kit, "10.1.0.111", B, 8, 0);
  wk_icmp(&kit, "10.1.0.112", B, 8, 0);
  ck_assert_uint_eq(hits(2), 1);
  wk_stop(&kit);
}
END_TEST

/*
 * Rules of POSTROUTING know by which device a packet came in: of a router since 5.5, of a bridge never (nftables'
 * iifname, and -i in a user chain, on 6.18.44).
 */
static guint64 postrouting_knows(const char *profile, gboolean bridge)
{
  guint64 knows;

  wk_init(&kit);
  ct_params_init(&kit.params, ct_profile_find(profile));
  kit.facts->bridge = bridge;
  if (bridge)
    kit.facts->bridge_name = g_strdup("br0");
  ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=eth0"));
  wk_start(&kit,
           "*mangle\n:PREROUTING ACCEPT\n:FORWARD ACCEPT\n:POSTROUTING ACCEPT\n:in - [0:0]\n-A FORWARD -i eth0\n"
           "-A FORWARD -i br0\n-A POSTROUTING -j in\n-A in -i eth0\n-A in -i br0\n-A in ! -i eth0\n-A in\nCOMMIT\n",
           NULL);
  /* Twice: the second is settled by its kind. */
  wk_udp(&kit, A, 1, B, 53, "x");
  wk_udp(&kit, A, 1, B, 53, "x");
  ck_assert_uint_eq(wk_hits(&kit, "mangle", "FORWARD", bridge ? 2 : 1), 2);
  ck_assert_uint_eq(wk_hits(&kit, "mangle", "in", 4), 2);
  knows = wk_hits(&kit, "mangle", "in", 1) + wk_hits(&kit, "mangle", "in", 2);
  ck_assert_uint_eq(wk_hits(&kit, "mangle", "in", 3), 2 - knows);
  ck_assert_str_eq(fw_firewall_outcome(kit.firewall)->packet.in->name, bridge ? "br0" : "eth0");
  wk_stop(&kit);
  return knows;
}

START_TEST(the_input_device_in_postrouting)
{
  ck_assert_uint_eq(postrouting_knows("linux-6.18", FALSE), 2);
  ck_assert_uint_eq(postrouting_knows("linux-5.10", FALSE), 2);
  ck_assert_uint_eq(postrouting_knows("linux-5.4", FALSE), 0);
  ck_assert_uint_eq(postrouting_knows("linux-4.19", FALSE), 0);
  ck_assert_uint_eq(postrouting_knows("rhel-8", FALSE), 2);
  ck_assert_uint_eq(postrouting_knows("linux-6.18", TRUE), 0);
}
END_TEST

/* The header of ESP is eight bytes, of AH twelve, of IPComp four: who asks for its index drops what is shorter. */
START_TEST(short_headers_of_ipsec)
{
  static const struct {
    guint8 protocol, bytes;
    const char *rule;
  } kinds[] = { { 50, 8, "-p esp -m esp --espspi 1:2" },
                { 51, 12, "-p ah -m ah --ahspi 5:6" },
                { 108, 4, "-p 108 -m ipcomp --ipcompspi 5" } };
  guint8 body[16] = { 9 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
    g_autofree char *rules =
      g_strdup_printf("*filter\n:FORWARD ACCEPT\n-A FORWARD %s -j ACCEPT\n-A FORWARD\nCOMMIT\n", kinds[i].rule);

    start(rules);
    ck_assert_int_eq(wk_raw(&kit, A, B, kinds[i].protocol, body, kinds[i].bytes - 1U), FW_VERDICT_DROP);
    ck_assert(fw_firewall_outcome(kit.firewall)->decision.hotdrop);
    ck_assert_int_eq(wk_raw(&kit, A, B, kinds[i].protocol, body, kinds[i].bytes), FW_VERDICT_ACCEPT);
    ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 2), 1);
    wk_stop(&kit);
  }
}
END_TEST

/*
 * A reset of the box's own that OUTPUT rejects is answered in its turn, to the address that it is from: with the entry,
 * and the other way round. That answer is not answered any more.
 */
START_TEST(an_answer_to_an_answer)
{
  const fw_answer *answer;

  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "10.1.0.1/24@eth0") && fw_box_facts_local(kit.facts, "198.51.100.1/24@eth1"));
  ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=eth0") && fw_box_facts_route(kit.facts, "198.51.100.0/24=eth1"));
  wk_start(
    &kit,
    "*filter\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:INPUT ACCEPT\n-A FORWARD -p tcp -j REJECT --reject-with tcp-reset\n"
    "-A INPUT -i lo -p icmp -j ACCEPT\n-A INPUT -p tcp -j REJECT --reject-with tcp-reset\n"
    "-A OUTPUT -p tcp -j REJECT --reject-with icmp-host-prohibited\n"
    "-A OUTPUT -p icmp -m conntrack --ctstate RELATED --ctdir ORIGINAL\n"
    "-A OUTPUT -s 10.1.0.1 -p icmp -m conntrack --ctstate INVALID -j REJECT\nCOMMIT\n",
    NULL);
  answer = &fw_firewall_outcome(kit.firewall)->answer;
  wk_segment(&kit, A, 1, B, 80, SYN, 1, 0, NULL, 0);
  ck_assert(answer->sent && !answer->looped);
  ck_assert_uint_eq(answer->seen.protocol, CT_PROTO_ICMP);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 2), 1);
  wk_segment(&kit, A, 2, "10.1.0.1", 80, SYN, 1, 0, NULL, 0);
  ck_assert(answer->sent && answer->looped && answer->delivered);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 2), 2);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "INPUT", 1), 1);
  /* Without an entry: neither the reset nor what is said of it belongs to one. */
  wk_segment(&kit, A, 3, "10.1.0.1", 80, ACK, 1, 1, NULL, 0); /* tracking takes it up: not INVALID */
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 1), 3);
  wk_segment(&kit, A, 4, "10.1.0.1", 80, 1, 1, 1, NULL, 0); /* FIN */
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 1), 4);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 3), 1);
  ck_assert(!answer->sent);
  /* What is said of the resets has confirmed the entries of the packets before. */
  ck_assert_uint_eq(ct_engine_count(kit.engine), 3);
  wk_stop(&kit);
}
END_TEST

/* A reset to what nobody has answered ends that entry: what OUTPUT says of this reset finds nothing to be translated
 * by. */
START_TEST(an_answer_to_one_that_ended_its_entry)
{
  wk_init(&kit);
  ck_assert(fw_box_facts_local(kit.facts, "10.1.0.1/24@eth0") && fw_box_facts_local(kit.facts, "198.51.100.1/24@eth1"));
  ck_assert(fw_box_facts_route(kit.facts, "10.1.0.0/24=eth0") && fw_box_facts_route(kit.facts, "0.0.0.0/0=eth1"));
  wk_start(&kit,
           "*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -d 203.0.113.9 -j MASQUERADE\nCOMMIT\n"
           "*filter\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n"
           "-A FORWARD -p tcp -m conntrack --ctstate INVALID -j REJECT --reject-with tcp-reset\n"
           "-A OUTPUT -p tcp -j REJECT --reject-with icmp-admin-prohibited\nCOMMIT\n",
           NULL);
  wk_segment(&kit, A, 1, B, 80, SYN, 1, 0, NULL, 0);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 1);
  wk_segment(&kit, A, 1, B, 80, ACK, 2, 1, NULL, 0);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 1), 1);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
  wk_stop(&kit);
}
END_TEST

/* What a capture has cut off a header is nothing that memory behind it may decide. */
START_TEST(a_header_that_is_cut)
{
  static const guint8 nothing[16];
  guint8 *bytes = g_memdup2("\x45\0\0\x59\1\0", 6);
  ct_packet raw = { .data = bytes, .length = 89, .captured = 6 };
  fw_packet p;

  fw_packet_read(&p, &raw);
  ck_assert_int_eq(p.family, FW_IPV4);
  ck_assert_mem_eq(p.source.bytes, nothing, 4);
  ck_assert_mem_eq(p.destination.bytes, nothing, 4);
  bytes[0] = 0x60;
  fw_packet_read(&p, &raw);
  ck_assert_int_eq(p.family, FW_IPV6);
  ck_assert_mem_eq(p.destination.bytes, nothing, 16);
  g_free(bytes);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("walk_found");
  TCase *tc = tcase_create("kernel");

  tcase_add_test(tc, half_a_zone_beside_a_whole_one);
  tcase_add_test(tc, a_zone_by_a_later_mark);
  tcase_add_test(tc, half_a_zone_of_a_ping);
  tcase_add_test(tc, a_confirmed_connection_counts_once);
  tcase_add_test(tc, an_answer_to_an_untracked_packet);
  tcase_add_test(tc, counters_of_elements_and_lists);
  tcase_add_test(tc, sets_of_hardware_addresses);
  tcase_add_test(tc, an_option_is_stripped);
  tcase_add_test(tc, a_header_that_cannot_be_changed);
  tcase_add_test(tc, who_is_named_of_nat);
  tcase_add_test(tc, an_answer_that_ends_its_entry);
  tcase_add_test(tc, kinds_of_addresses_of_ipv6);
  tcase_add_test(tc, what_set_adds_to);
  tcase_add_test(tc, what_set_takes_out);
  tcase_add_test(tc, ports_of_short_headers);
  tcase_add_test(tc, what_set_renews);
  tcase_add_test(tc, an_answer_to_an_answer);
  tcase_add_test(tc, a_header_that_is_cut);
  tcase_add_test(tc, an_answer_to_one_that_ended_its_entry);
  tcase_add_test(tc, what_set_adds_to_beside_expired_ones);
  tcase_add_test(tc, a_full_set_of_expired_ones);
  tcase_add_test(tc, the_input_device_in_postrouting);
  tcase_add_test(tc, short_headers_of_ipsec);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
