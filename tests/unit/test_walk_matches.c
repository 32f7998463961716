/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Matches against RULES 3: each rule of a test drops, so that a packet's verdict says whether it held. */
#include <check.h>
#include <string.h>

#include "unit.h"
#include "walk_kit.h"

#define A "10.0.0.1"
#define B "10.0.1.2"
#define SYN CT_TCP_SYN
#define ACK CT_TCP_ACK
#define RST CT_TCP_RST
#define FORWARD(rules) "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n" rules "COMMIT\n"
#define RULE(words) FORWARD("-A FORWARD " words " -j DROP\n")
#define HOLDS(verdict) ck_assert_int_eq(verdict, FW_VERDICT_DROP)
#define FAILS(verdict) ck_assert_int_eq(verdict, FW_VERDICT_ACCEPT)
#define UNKNOWN(verdict) ck_assert_int_eq(verdict, FW_VERDICT_UNKNOWN)

static wk_kit kit;

static void setup(void) { wk_init(&kit); }
static void teardown(void) { wk_stop(&kit); }

static void again(const char *rules)
{
  wk_stop(&kit);
  wk_init(&kit);
  wk_start(&kit, rules, NULL);
}

/* The answers of a rule, one letter a packet: y, n. */
static void expect_timeline(const char *rules, gint64 every_ms, const char *answers)
{
  guint i;

  again(rules);
  for (i = 0; answers[i] != '\0'; i++) {
    fw_verdict verdict = wk_udp(&kit, A, (guint16)(1000 + i), B, 9, "x");

    ck_assert_msg((verdict == FW_VERDICT_DROP) == (answers[i] == 'y'), "%s packet %u", rules, i + 1);
    wk_pass_ms(&kit, every_ms);
  }
}

/* ---- plain tests and layer 4 ---- */

START_TEST(plain)
{
  wk_start(&kit, RULE("-s 10.0.0.0/24 ! -d 10.0.9.0/24 -i eth+ ! -p udp"), NULL);
  HOLDS(wk_tcp(&kit, A, 1, B, 2, SYN));
  FAILS(wk_tcp(&kit, "10.0.2.1", 1, B, 2, SYN));
  FAILS(wk_tcp(&kit, A, 1, "10.0.9.9", 2, SYN));
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  kit.in = "wan0";
  FAILS(wk_tcp(&kit, A, 1, B, 2, SYN));
  again(FORWARD("-A FORWARD -p tcp -j sub\n-N sub\n-A sub ! -i eth0 -j DROP\n"));
  FAILS(wk_tcp(&kit, A, 1, B, 2, SYN));
}
END_TEST

START_TEST(ports_and_flags)
{
  wk_start(&kit, RULE("-p tcp -m tcp --sport 1000:1010 ! --dport 80"), NULL);
  HOLDS(wk_tcp(&kit, A, 1010, B, 81, SYN));
  FAILS(wk_tcp(&kit, A, 1010, B, 80, SYN));
  FAILS(wk_tcp(&kit, A, 1011, B, 81, SYN));
  again(RULE("-p tcp -m tcp --syn"));
  HOLDS(wk_tcp(&kit, A, 1, B, 80, SYN | 0xc0)); /* ECE and CWR are nothing to it */
  FAILS(wk_tcp(&kit, A, 1, B, 80, SYN | ACK));
  again(RULE("-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN"));
  FAILS(wk_tcp(&kit, A, 1, B, 80, SYN));
  HOLDS(wk_tcp(&kit, A, 1, B, 80, ACK));
  again(RULE("-p udp -m multiport --ports 53,100:200"));
  HOLDS(wk_udp(&kit, A, 150, B, 1, ""));
  HOLDS(wk_udp(&kit, A, 1, B, 53, ""));
  FAILS(wk_udp(&kit, A, 99, B, 201, ""));
}
END_TEST

START_TEST(tcp_options)
{
  static const guint8 mss[4] = { 2, 4, 5, 0xb4 }, after_end[8] = { 0, 0, 0, 0, 2, 4, 5, 0xb4 };

  wk_start(&kit, RULE("-p tcp -m tcp --tcp-option 2"), NULL);
  HOLDS(wk_segment(&kit, A, 1, B, 2, SYN, 1, 0, mss, 4));
  HOLDS(wk_segment(&kit, A, 1, B, 2, SYN, 1, 0, after_end, 8)); /* the search does not stop at EOL */
  FAILS(wk_tcp(&kit, A, 1, B, 2, SYN));
  again(RULE("-p tcp -m tcpmss --mss 1460:1500"));
  HOLDS(wk_segment(&kit, A, 1, B, 2, SYN, 1, 0, mss, 4));
  FAILS(wk_tcp(&kit, A, 1, B, 2, SYN));
  again(RULE("-p tcp -m tcpmss ! --mss 1460:1500"));
  FAILS(wk_segment(&kit, A, 1, B, 2, SYN, 1, 0, mss, 4));
  HOLDS(wk_tcp(&kit, A, 1, B, 2, SYN));
}
END_TEST

/*
 * Legacy drops what is too short for tcp and udp. Ports and flags alone are nft's own expressions, for which the bytes
 * that they ask for are enough, and which just do not hold without. The rest is the same in both (iptables 1.8.9).
 */
START_TEST(short_headers)
{
  static const guint8 eight[8] = { 0, 1, 0, 80 }, four[4] = { 8 };
  static const char rules[] = FORWARD("-A FORWARD -p tcp -m tcp --dport 99 -j DROP\n"
                                      "-A FORWARD -p icmp -m icmp --icmp-type 0 -j ACCEPT\n");

  wk_start(&kit, rules, NULL);
  HOLDS(wk_raw(&kit, A, B, CT_PROTO_TCP, eight, 8));
  ck_assert(fw_firewall_outcome(kit.firewall)->decision.hotdrop);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1), 0);
  ck_assert_uint_eq(wk_policy(&kit, "filter", "FORWARD"), 0);
  HOLDS(wk_raw(&kit, A, B, CT_PROTO_ICMP, four, 4));
  wk_stop(&kit);
  wk_init(&kit);
  kit.options.backend = FW_BACKEND_NFT;
  wk_start(&kit, rules, NULL);
  FAILS(wk_raw(&kit, A, B, CT_PROTO_TCP, eight, 8));
  HOLDS(wk_raw(&kit, A, B, CT_PROTO_ICMP, four, 4));
  again(RULE("-p tcp -m multiport --dports 80"));
  HOLDS(wk_raw(&kit, A, B, CT_PROTO_TCP, eight, 4)); /* four bytes are enough for it */
}
END_TEST

START_TEST(short_headers_of_nft)
{
  static const guint8 bytes[16] = { 0, 1, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2 };
  static const struct {
    const char *match;
    guint8 protocol;
    guint n; /* bytes that are there */
    gboolean holds, dropped;
  } cases[] = {
    { "-p tcp -m tcp --sport 1", CT_PROTO_TCP, 1, FALSE, FALSE },
    { "-p tcp -m tcp --sport 1", CT_PROTO_TCP, 2, TRUE, FALSE },
    { "-p tcp -m tcp ! --sport 1", CT_PROTO_TCP, 1, FALSE, FALSE },
    { "-p tcp -m tcp --dport 80", CT_PROTO_TCP, 3, FALSE, FALSE },
    { "-p tcp -m tcp --dport 80", CT_PROTO_TCP, 4, TRUE, FALSE },
    { "-p tcp -m tcp --tcp-flags SYN SYN", CT_PROTO_TCP, 13, FALSE, FALSE },
    { "-p tcp -m tcp --tcp-flags SYN SYN", CT_PROTO_TCP, 14, TRUE, FALSE },
    { "-p udp -m udp --sport 1:5", CT_PROTO_UDP, 2, TRUE, FALSE },
    { "-p udp -m udp ! --dport 81", CT_PROTO_UDP, 4, TRUE, FALSE },
    { "-p tcp -m tcp", CT_PROTO_TCP, 14, FALSE, TRUE },
    { "-p udp -m udp", CT_PROTO_UDP, 7, FALSE, TRUE },
    { "-p udp -m udp --sport 0:65535", CT_PROTO_UDP, 7, FALSE, TRUE },
    { "-p tcp -m tcp --sport 1 --tcp-option 5", CT_PROTO_TCP, 14, FALSE, TRUE },
    { "-p tcp -m multiport --dports 80", CT_PROTO_TCP, 3, FALSE, TRUE },
  };

  wk_stop(&kit);
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *rules = g_strdup_printf("*filter\n:FORWARD ACCEPT\n-A FORWARD %s\nCOMMIT\n", cases[i].match);
    fw_verdict verdict;

    wk_init(&kit);
    kit.options.backend = FW_BACKEND_NFT;
    wk_start(&kit, rules, NULL);
    verdict = wk_raw(&kit, A, B, cases[i].protocol, bytes, cases[i].n);
    ck_assert_msg(verdict == (cases[i].dropped ? FW_VERDICT_DROP : FW_VERDICT_ACCEPT) &&
                    wk_hits(&kit, "filter", "FORWARD", 1) == (guint64)cases[i].holds,
                  "%s, %u bytes", cases[i].match, cases[i].n);
    wk_stop(&kit);
  }
  wk_init(&kit);
  wk_start(&kit, RULE("-p tcp"), NULL);
}
END_TEST

START_TEST(icmp_types)
{
  wk_start(&kit, RULE("-p icmp -m icmp --icmp-type 3/1"), NULL);
  HOLDS(wk_icmp(&kit, A, B, 3, 1));
  FAILS(wk_icmp(&kit, A, B, 3, 2));
  again(RULE("-p icmp -m icmp --icmp-type any"));
  HOLDS(wk_icmp(&kit, A, B, 77, 1));
  again(RULE("-p icmp -m icmp ! --icmp-type any"));
  FAILS(wk_icmp(&kit, A, B, 77, 1));
  again(RULE("-p icmp -m icmp ! --icmp-type echo-request"));
  HOLDS(wk_icmp(&kit, A, B, 0, 0));
  FAILS(wk_icmp(&kit, A, B, 8, 0));
  again(RULE("-p ipv6-icmp -m icmp6 --icmpv6-type 128"));
  HOLDS(wk_icmp(&kit, "fd00::1", "fd00:1::2", 128, 0));
  FAILS(wk_icmp(&kit, "fd00::1", "fd00:1::2", 129, 0));
}
END_TEST

START_TEST(sctp_chunks)
{
  /* Ports, tag, sum; DATA with flags B and E, then SHUTDOWN. */
  static const guint8 p[] = { 0, 1, 0, 2, 0, 0, 0, 0, 0,  0, 0, 0, 0, 3, 0, 17, 0, 0, 0, 0,
                              0, 0, 0, 0, 0, 0, 0, 0, 65, 0, 0, 0, 7, 0, 0, 8,  0, 0, 0, 0 };

  wk_start(&kit, RULE("-p sctp -m sctp --chunk-types any SHUTDOWN"), NULL);
  HOLDS(wk_raw(&kit, A, B, CT_PROTO_SCTP, p, sizeof p));
  again(RULE("-p sctp -m sctp --chunk-types only DATA"));
  FAILS(wk_raw(&kit, A, B, CT_PROTO_SCTP, p, sizeof p));
  again(RULE("-p sctp -m sctp --chunk-types all DATA:Be,SHUTDOWN"));
  FAILS(wk_raw(&kit, A, B, CT_PROTO_SCTP, p, sizeof p)); /* E is set */
  again(RULE("-p sctp -m sctp --chunk-types all DATA:BE,SHUTDOWN"));
  HOLDS(wk_raw(&kit, A, B, CT_PROTO_SCTP, p, sizeof p));
  again(RULE("-p sctp -m sctp --dport 7 ! --chunk-types any INIT"));
  FAILS(wk_raw(&kit, A, B, CT_PROTO_SCTP, p, sizeof p));
}
END_TEST

/* ---- the IP header ---- */

START_TEST(ip_header)
{
  wk_start(&kit, RULE("-m ttl --ttl-eq 63"), NULL);
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x")); /* one less in FORWARD */
  again(RULE("-m length --length 29:30"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "xy"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "xyz"));
  again(RULE("-m dscp --dscp 0x0a"));
  kit.tos = 0x0a << 2 | 1;
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  again(RULE("-m tos ! --tos 0x10/0x10"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  kit.tos = 0x18;
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  again(RULE("-m iprange --src-range 10.0.0.1-10.0.0.5 ! --dst-range 10.0.1.3-10.0.1.9"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  FAILS(wk_udp(&kit, A, 1, "10.0.1.3", 2, "x"));
  FAILS(wk_udp(&kit, "10.0.0.6", 1, B, 2, "x"));
  again(RULE("-p tcp -m ecn --ecn-tcp-cwr ! --ecn-ip-ect 2"));
  HOLDS(wk_tcp(&kit, A, 1, B, 2, SYN | 0x80));
  FAILS(wk_tcp(&kit, A, 1, B, 2, SYN | 0x40));
}
END_TEST

START_TEST(ipv6_headers)
{
  static const guint8 one[1] = { 6 };
  guint8 routed[8 + 20] = { CT_PROTO_TCP, 0 };

  wk_start(&kit, RULE("-p tcp -s fd00::/16"), NULL);
  HOLDS(wk_raw(&kit, "fd00::1", "fd00:1::2", 43, routed, sizeof routed)); /* behind the routing header */
  again(RULE("-p ipv6-route -s fd00::/16"));
  FAILS(wk_raw(&kit, "fd00::1", "fd00:1::2", 43, routed, sizeof routed)); /* never the protocol */
  again(FORWARD("-A FORWARD ! -p udp -s fd00::/16 -j ACCEPT\n"));
  HOLDS(wk_raw(&kit, "fd00::1", "fd00:1::2", 60, one, 1)); /* cut: dropped even with ! -p */
  again(FORWARD("-A FORWARD -s fd00::/16 -j ACCEPT\n"));
  FAILS(wk_raw(&kit, "fd00::1", "fd00:1::2", 60, one, 1)); /* rules without -p are not affected */
  again(RULE("-s fd00::/16 -m ipv6header --header route --soft"));
  HOLDS(wk_raw(&kit, "fd00::1", "fd00:1::2", 43, routed, sizeof routed));
  again(RULE("-s fd00::/16 -m rt --rt-type 0 --rt-segsleft 0"));
  HOLDS(wk_raw(&kit, "fd00::1", "fd00:1::2", 43, routed, sizeof routed));
}
END_TEST

/* ---- bytes ---- */

START_TEST(bytes)
{
  wk_start(&kit, RULE("-m string --algo bm --string abcdef --to 40"), NULL);
  HOLDS(wk_udp(&kit, A, 1, B, 2, "123456abcdef")); /* at 34: wholly inside */
  again(RULE("-m string --algo bm --string abcdef --to 39"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "123456abcdef"));
  again(RULE("-m string --algo kmp --icase --string ABCdef"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "xxabcDEFxx"));
  /* TTL and TOS are those of this hook, wherever the pattern begins. */
  again(RULE("-m string --algo bm --hex-string \"|3f11|\" --to 10"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "abc"));
  again(RULE("-m string --algo bm --hex-string \"|3f11|\" --to 9"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "abc"));
  again(RULE("-m string --algo bm --hex-string \"|3f11|\" --from 9"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "abc"));
  again(RULE("-m string --algo bm --hex-string \"|4011|\""));
  FAILS(wk_udp(&kit, A, 1, B, 2, "abc"));
  again(RULE("-m string --algo bm --hex-string \"|000100020000|\" --from 20"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "abc"));
  again(RULE("-m string --algo bm --hex-string \"|00010002000b|\" --from 3"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "abc"));
  again(RULE("-m string --algo kmp ! --string abc"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "abc"));
  again(RULE("-m u32 --u32 \"6&0xff=0x11&&0>>22&0x3c@0&0xffff=0x7\""));
  HOLDS(wk_udp(&kit, A, 1, B, 7, "x"));
  FAILS(wk_udp(&kit, A, 1, B, 8, "x"));
  again(RULE("-m bpf --bytecode \"4,48 0 0 9,21 0 1 17,6 0 0 1,6 0 0 0\""));
  HOLDS(wk_udp(&kit, A, 1, B, 7, "x"));
  FAILS(wk_tcp(&kit, A, 1, B, 7, SYN));
  again(RULE("-m u32 --u32 \"5&0xff=63\"")); /* the TTL as it is in FORWARD */
  HOLDS(wk_udp(&kit, A, 1, B, 7, "x"));
}
END_TEST

/* ---- around the packet ---- */

START_TEST(surroundings)
{
  wk_start(&kit, RULE("-m mac ! --mac-source 02:00:00:00:00:01"), NULL);
  kit.link = TRUE;
  memcpy(kit.ethernet, "\x02\0\0\0\0\x09\x02\0\0\0\0\x01\x08\0", 14);
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  kit.ethernet[11] = 2;
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  again(RULE("-m pkttype --pkt-type multicast"));
  kit.link = TRUE;
  memcpy(kit.ethernet, "\x01\0\x5e\0\0\x09\x02\0\0\0\0\x01\x08\0", 14);
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  again(RULE("-m physdev --physdev-in eth0"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  again(RULE("-m physdev ! --physdev-in eth0"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  again(RULE("-m addrtype --dst-type MULTICAST -m comment --comment \"a b\""));
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
}
END_TEST

START_TEST(times)
{
  /* 2020-09-13 12:26:40 UTC, a Sunday. */
  wk_start(&kit, RULE("-m time --timestart 12:26:40 --timestop 12:26:41 --weekdays Sun"), NULL);
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  wk_pass_ms(&kit, 2000);
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  again(RULE("-m time --timestart 23:00 --timestop 13:00 --monthdays 13"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  again(RULE("-m time --timestart 23:00 --timestop 13:00 --contiguous --monthdays 12"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x")); /* it counts to the day before */
  again(RULE("-m time --datestart 2020-09-13T12:26:41"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
}
END_TEST

/* ---- connections ---- */

START_TEST(states)
{
  wk_start(&kit, RULE("-m conntrack ! --ctstate NEW"), NULL);
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  HOLDS(wk_udp(&kit, B, 2, A, 1, "x"));
  HOLDS(wk_tcp(&kit, A, 1, B, 2, SYN | CT_TCP_RST)); /* INVALID */
  again(RULE("-m conntrack --ctstate INVALID --ctproto 99"));
  HOLDS(wk_tcp(&kit, A, 1, B, 2, SYN | CT_TCP_RST)); /* without an entry the other options are ignored */
  again(RULE("-m conntrack ! --ctstatus ASSURED"));
  FAILS(wk_tcp(&kit, A, 1, B, 2, SYN | CT_TCP_RST));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  again(RULE("-m conntrack --ctdir REPLY --ctorigdst 10.0.1.0/24 --ctorigdstport 2:5 --ctreplsrcport 2"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  HOLDS(wk_udp(&kit, B, 2, A, 1, "x"));
  again(RULE("-m conntrack --ctexpire 0:30"));
  HOLDS(wk_tcp(&kit, A, 1, B, 2, SYN)); /* 120 s, but of an entry that is not confirmed the value means nothing */
  again(RULE("-m conntrack --ctstatus NONE"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  again(RULE("-m connmark ! --mark 5"));
  FAILS(wk_tcp(&kit, A, 1, B, 2, SYN | CT_TCP_RST)); /* no entry: no, also with ! */
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  again(RULE("-m helper ! --helper ftp"));
  HOLDS(wk_tcp(&kit, A, 1, B, 21, SYN));
  again(RULE("-m connbytes --connbytes 2 --connbytes-dir both --connbytes-mode packets"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
}
END_TEST

/* ---- rates and memory ---- */

START_TEST(limits)
{
  wk_start(&kit, RULE("-m limit --limit 10/sec"), NULL);
  expect_timeline(RULE("-m limit --limit 10/sec --limit-burst 2"), 40, "yynynynnynynny");
  expect_timeline(RULE("-m limit --limit 8/min --limit-burst 5"), 0, "yyyyn");
  expect_timeline(RULE("-m limit --limit 7/min --limit-burst 5"), 0, "yyyyn");
  expect_timeline(RULE("-m limit --limit 10/min --limit-burst 5"), 0, "yyyyyn");
  expect_timeline(RULE("-m limit --limit 3/min --limit-burst 5"), 0, "yyyyyn");
  expect_timeline(RULE("-m limit --limit 7/hour --limit-burst 5"), 0, "yyyyyn");
}
END_TEST

START_TEST(counted)
{
  wk_start(&kit, RULE("-m quota --quota 60"), NULL);
  expect_timeline(RULE("-m quota --quota 60"), 0, "yynn"); /* 29 bytes each */
  expect_timeline(RULE("-m quota ! --quota 60"), 0, "nnyy");
  expect_timeline(RULE("-m statistic --mode nth --every 3 --packet 0"), 0, "ynnynny");
  expect_timeline(RULE("-m statistic --mode nth --every 3 --packet 1"), 0, "nynnynny");
  expect_timeline(RULE("-m statistic --mode random --probability 0"), 0, "nnn");
  expect_timeline(RULE("-m statistic --mode random ! --probability 0"), 0, "yyy");
}
END_TEST

START_TEST(hashlimits)
{
  /* A swept key starts anew, even if its rate would not have filled it again. */
  wk_start(&kit,
           RULE("-m hashlimit --hashlimit-upto 1/min --hashlimit-burst 2 --hashlimit-mode srcip "
                "--hashlimit-name a --hashlimit-htable-expire 300"),
           NULL);
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  HOLDS(wk_udp(&kit, "10.0.0.7", 1, B, 2, "x")); /* a key of its own */
  wk_pass_ms(&kit, 1600);
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  HOLDS(wk_udp(&kit, A, 1, B, 2, "x"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  expect_timeline(RULE("-m hashlimit --hashlimit-above 10/sec --hashlimit-burst 2 --hashlimit-name b"), 40,
                  "nnynynyynynyyn");
}
END_TEST

/* 200-byte packets every 40 ms against 1000 bytes a second: five, then about one in five. */
START_TEST(hashlimit_bytes)
{
  char payload[173];
  guint i, held = 0;

  memset(payload, 'x', 172);
  payload[172] = '\0';
  wk_start(&kit, RULE("-m hashlimit --hashlimit-upto 1000b/s --hashlimit-name c --hashlimit-mode srcip"), NULL);
  for (i = 0; i < 30; i++) {
    held += wk_udp(&kit, A, 1, B, 2, payload) == FW_VERDICT_DROP;
    if (i == 4)
      ck_assert_uint_ge(held, 4);
    wk_pass_ms(&kit, 40);
  }
  ck_assert_uint_ge(held, 9);
  ck_assert_uint_le(held, 11);
}
END_TEST

START_TEST(recents)
{
  wk_start(&kit,
           FORWARD("-A FORWARD -p tcp -m recent --name a --update --seconds 60 --hitcount 3 -j DROP\n"
                   "-A FORWARD -p tcp -m recent --name a --set -j ACCEPT\n"),
           NULL);
  FAILS(wk_tcp(&kit, A, 1, B, 22, SYN));
  FAILS(wk_tcp(&kit, A, 2, B, 22, SYN));
  FAILS(wk_tcp(&kit, A, 3, B, 22, SYN));
  HOLDS(wk_tcp(&kit, A, 4, B, 22, SYN));
  FAILS(wk_tcp(&kit, "10.0.0.9", 4, B, 22, SYN));
  wk_pass_ms(&kit, 61000);
  FAILS(wk_tcp(&kit, A, 5, B, 22, SYN));
  /* ! --set never holds, but records; ! --rcheck holds for unknown keys. */
  again(FORWARD("-A FORWARD -p tcp -m recent --name a ! --rcheck -j DROP\n"
                "-A FORWARD -p udp -m recent --name a ! --set -j DROP\n"));
  HOLDS(wk_tcp(&kit, A, 1, B, 22, SYN));
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  FAILS(wk_tcp(&kit, A, 1, B, 22, SYN));
  /* The key is the same only with the same TTL. */
  again(FORWARD("-A FORWARD -p tcp -m recent --name a --rcheck --rttl -j DROP\n"
                "-A FORWARD -m recent --name a --set\n"));
  FAILS(wk_udp(&kit, A, 1, B, 2, "x"));
  kit.ttl = 60;
  FAILS(wk_tcp(&kit, A, 1, B, 22, SYN));
  HOLDS(wk_tcp(&kit, A, 1, B, 22, SYN));
  again(FORWARD("-A FORWARD -p tcp -m recent --name a --remove -j DROP\n-A FORWARD -m recent --name a --set\n"));
  FAILS(wk_tcp(&kit, A, 1, B, 22, SYN));
  HOLDS(wk_tcp(&kit, A, 1, B, 22, SYN));
  FAILS(wk_tcp(&kit, A, 1, B, 22, SYN));
}
END_TEST

START_TEST(connlimits)
{
  wk_start(&kit, RULE("-p tcp --syn -m connlimit --connlimit-above 2"), NULL);
  FAILS(wk_tcp(&kit, A, 1, B, 80, SYN));
  wk_pass_ms(&kit, 10);
  FAILS(wk_tcp(&kit, A, 2, B, 80, SYN));
  wk_pass_ms(&kit, 10);
  HOLDS(wk_tcp(&kit, A, 3, B, 80, SYN));
  wk_pass_ms(&kit, 10);
  HOLDS(wk_tcp(&kit, A, 4, B, 80, SYN)); /* the dropped one does not stay counted: still the third */
  FAILS(wk_tcp(&kit, "10.0.0.9", 3, B, 80, SYN));
  /* The reset that closes a key's only connection finds an empty list, and is dropped; so does what comes behind it. */
  again(RULE("-p tcp -m connlimit --connlimit-above 9"));
  wk_segment(&kit, A, 1, B, 80, SYN, 1000, 0, NULL, 0);
  wk_pass_ms(&kit, 10);
  wk_segment(&kit, B, 80, A, 1, SYN | ACK, 5000, 1001, NULL, 0);
  wk_pass_ms(&kit, 10);
  wk_segment(&kit, A, 1, B, 80, ACK, 1001, 5001, NULL, 0);
  for (guint i = 0; i < 2; i++) {
    wk_pass_ms(&kit, 10);
    ck_assert_int_eq(wk_segment(&kit, A, 1, B, 80, i == 0 ? RST : ACK, 1001, i == 0 ? 0 : 5001, NULL, 0),
                     FW_VERDICT_DROP);
    ck_assert(fw_firewall_outcome(kit.firewall)->decision.hotdrop);
  }
  again(RULE("-p tcp -m connlimit --connlimit-upto 1 --connlimit-daddr --connlimit-mask 24"));
  HOLDS(wk_tcp(&kit, A, 1, B, 80, SYN));
}
END_TEST

/* ---- sets ---- */

START_TEST(sets)
{
  wk_start(&kit,
           FORWARD("-A FORWARD -p tcp -m set --match-set n src -j DROP\n"
                   "-A FORWARD -p tcp -m set --match-set n src --return-nomatch -j ACCEPT\n"
                   "-A FORWARD -p udp -m set --match-set p dst,dst -j DROP\n"
                   "-A FORWARD -p icmp -j SET --add-set t src\n"
                   "-A FORWARD -p icmp -m set --match-set t src -j DROP\n"
                   "-A FORWARD -p udp -m set --match-set t src -j DROP\n"),
           "create n hash:net family inet\nadd n 10.0.0.0/8\nadd n 10.0.5.0/24 nomatch\n"
           "create p hash:ip,port family inet\nadd p 10.0.1.2,udp:53\n"
           "create t hash:ip family inet timeout 10\n");
  HOLDS(wk_tcp(&kit, A, 1, B, 80, SYN));
  FAILS(wk_tcp(&kit, "10.0.5.1", 1, B, 80, SYN));
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 2), 1);
  FAILS(wk_tcp(&kit, "11.0.0.1", 1, B, 80, SYN));
  HOLDS(wk_udp(&kit, A, 1, B, 53, "x"));
  FAILS(wk_udp(&kit, A, 1, B, 54, "x"));
  HOLDS(wk_icmp(&kit, A, B, 8, 0)); /* added by the rule before */
  HOLDS(wk_udp(&kit, A, 1, B, 54, "x"));
  wk_pass_ms(&kit, 10001);
  FAILS(wk_udp(&kit, A, 1, B, 54, "x"));
}
END_TEST

START_TEST(no_such_set)
{
  wk_start(&kit, RULE("-m set --match-set nowhere src"), NULL);
  UNKNOWN(wk_udp(&kit, A, 1, B, 54, "x"));
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("walk_matches");
  TCase *tc = tcase_create("matches");

  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, plain);
  tcase_add_test(tc, ports_and_flags);
  tcase_add_test(tc, tcp_options);
  tcase_add_test(tc, short_headers);
  tcase_add_test(tc, short_headers_of_nft);
  tcase_add_test(tc, icmp_types);
  tcase_add_test(tc, sctp_chunks);
  tcase_add_test(tc, ip_header);
  tcase_add_test(tc, ipv6_headers);
  tcase_add_test(tc, bytes);
  tcase_add_test(tc, surroundings);
  tcase_add_test(tc, times);
  tcase_add_test(tc, states);
  tcase_add_test(tc, limits);
  tcase_add_test(tc, counted);
  tcase_add_test(tc, hashlimits);
  tcase_add_test(tc, hashlimit_bytes);
  tcase_add_test(tc, recents);
  tcase_add_test(tc, connlimits);
  tcase_add_test(tc, sets);
  tcase_add_test(tc, no_such_set);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
