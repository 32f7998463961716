/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chains, targets, hooks and what drops do to tracking, against RULES 1, 4, 6. */
#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#include "firewall/walk/log.h"
#include "firewall/walk/tell.h"
#include "firewall/walk/view.h"
#include "firewall/walk/words.h"
#include "unit.h"
#include "walk_kit.h"

#define A "10.0.0.1"
#define B "10.0.1.2"
#define SYN CT_TCP_SYN
#define ACK CT_TCP_ACK
#define FILTER(rules) "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n" rules "COMMIT\n"
#define DROPPED(verdict) ck_assert_int_eq(verdict, FW_VERDICT_DROP)
#define PASSED(verdict) ck_assert_int_eq(verdict, FW_VERDICT_ACCEPT)
#define REJECTED(verdict) ck_assert_int_eq(verdict, FW_VERDICT_REJECT)
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

/* "filter:FORWARD:rule:2 jump sub; ..." */
static char *trace(void)
{
  const fw_record *record = fw_firewall_record(kit.firewall);
  GString *text = g_string_new(NULL);
  guint i;

  for (i = 0; i < record->lines->len; i++) {
    const fw_recorded *line = &g_array_index(record->lines, fw_recorded, i);

    g_string_append(text, i > 0 ? "; " : "");
    fw_recorded_place(text, &line->said);
    g_string_append_c(text, ' ');
    fw_recorded_verdict(text, &line->said);
  }
  return g_string_free(text, FALSE);
}

static void expect_trace(const char *expected)
{
  g_autofree char *text = trace();

  ck_assert_str_eq(text, expected);
}

/* ---- chains ---- */

START_TEST(jump_goto_return)
{
  wk_start(&kit,
           FILTER(":sub - [0:0]\n:sub2 - [0:0]\n"
                  "-A FORWARD -p icmp\n"
                  "-A FORWARD -p tcp -j sub\n"
                  "-A FORWARD -p tcp -m tcp --dport 85 -j DROP\n"
                  "-A FORWARD -p tcp -g sub2\n"
                  "-A FORWARD -j DROP\n"
                  "-A sub -p tcp -m tcp --dport 82 -j ACCEPT\n"
                  "-A sub -p tcp -m tcp --dport 83 -j RETURN\n"
                  "-A sub2 -p udp\n"),
           NULL);
  PASSED(wk_tcp(&kit, A, 1, B, 80, SYN));
  expect_trace("filter:FORWARD:rule:2 jump sub; filter:sub:return:3 return; filter:FORWARD:rule:4 goto sub2; "
               "filter:sub2:return:2 return; filter:FORWARD:policy:6 accept");
  PASSED(wk_tcp(&kit, A, 1, B, 83, SYN));
  expect_trace("filter:FORWARD:rule:2 jump sub; filter:sub:rule:2 return; filter:FORWARD:rule:4 goto sub2; "
               "filter:sub2:return:2 return; filter:FORWARD:policy:6 accept");
  PASSED(wk_tcp(&kit, A, 1, B, 82, SYN));
  expect_trace("filter:FORWARD:rule:2 jump sub; filter:sub:rule:1 accept");
  DROPPED(wk_udp(&kit, A, 1, B, 85, "x"));
  ck_assert_uint_eq(wk_policy(&kit, "filter", "FORWARD"), 2); /* a goto that ends comes back to the policy */
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 2), 3);
}
END_TEST

START_TEST(policies)
{
  wk_start(&kit, "*filter\n:FORWARD DROP [5:500]\n-A FORWARD -p udp -j RETURN\n[7:70] -A FORWARD -p tcp\nCOMMIT\n",
           NULL);
  DROPPED(wk_udp(&kit, A, 1, B, 2, "x"));
  DROPPED(wk_tcp(&kit, A, 1, B, 2, SYN));
  ck_assert_uint_eq(wk_policy(&kit, "filter", "FORWARD"), 7); /* RETURN counts in both */
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 2), 8);
}
END_TEST

/* Two jumps to the next chain in each of many chains: the walk is bounded, and then unknown. */
START_TEST(doubling_chains)
{
  GString *rules = g_string_new("*filter\n:FORWARD ACCEPT\n");
  guint i;

  for (i = 0; i < 40; i++)
    g_string_append_printf(rules, ":c%u -\n", i);
  g_string_append(rules, "-A FORWARD -j c0\n");
  for (i = 0; i < 39; i++)
    g_string_append_printf(rules, "-A c%u -j c%u\n-A c%u -j c%u\n", i, i + 1, i, i + 1);
  g_string_append(rules, "COMMIT\n");
  kit.options.record = FALSE;
  wk_start(&kit, rules->str, NULL);
  UNKNOWN(wk_udp(&kit, A, 1, B, 2, "x"));
  g_string_free(rules, TRUE);
}
END_TEST

/* ---- three values ---- */

START_TEST(unknown_interfaces)
{
  wk_start(&kit, FILTER("-A FORWARD -o wan0 -j DROP\n"), NULL);
  UNKNOWN(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert_str_eq(wk_by(&kit), "filter:FORWARD:rule:1");
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1), 0); /* counters count what is sure */
  again(FILTER("-A FORWARD -o wan0 -j DROP\n-A FORWARD -j DROP\n"));
  DROPPED(wk_udp(&kit, A, 1, B, 2, "x")); /* either way */
  again(FILTER("-A FORWARD -o wan0 -p tcp -j DROP\n"));
  PASSED(wk_udp(&kit, A, 1, B, 2, "x")); /* something else is false */
  again(FILTER("-A FORWARD -o wan0 -j LOG\n"));
  PASSED(wk_udp(&kit, A, 1, B, 2, "x"));
  again(FILTER(":s -\n-A FORWARD -o wan0 -j s\n-A s -p udp -j DROP\n-A s -j ACCEPT\n"));
  UNKNOWN(wk_udp(&kit, A, 1, B, 2, "x"));
  PASSED(wk_tcp(&kit, A, 1, B, 2, SYN));
  again(FILTER("-A FORWARD -o wan0 -j MARK --set-mark 1\n-A FORWARD -m mark --mark 1 -j DROP\n"));
  UNKNOWN(wk_udp(&kit, A, 1, B, 2, "x"));
  again(FILTER("-A FORWARD -o wan0 -j MARK --set-mark 1\n-A FORWARD -m mark --mark 2 -j DROP\n"));
  PASSED(wk_udp(&kit, A, 1, B, 2, "x")); /* bit 1 is known */
  wk_stop(&kit);
  wk_init(&kit);
  ck_assert(fw_box_facts_route(kit.facts, "10.0.1.0/24=wan0"));
  wk_start(&kit, FILTER("-A FORWARD -o wan0 -j DROP\n"), NULL);
  DROPPED(wk_udp(&kit, A, 1, B, 2, "x"));
}
END_TEST

/* What remembers may not remember what perhaps never came to it. */
START_TEST(unknown_leaves_no_trace)
{
  wk_start(&kit,
           FILTER("-A FORWARD -o wan0 -m limit --limit 1/min --limit-burst 1 -j ACCEPT\n"
                  "-A FORWARD -p udp -m limit --limit 1/min --limit-burst 1 -j DROP\n"),
           NULL);
  UNKNOWN(wk_udp(&kit, A, 1, B, 2, "x"));
  PASSED(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 2), 0); /* nobody knows whether it came to the drop */
}
END_TEST

/* A policy that a packet perhaps never came to does not count it; one that says the same in any case does. */
START_TEST(unknown_does_not_count)
{
  wk_start(&kit, "*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\n-A FORWARD -o wan0 -j ACCEPT\nCOMMIT\n", NULL);
  UNKNOWN(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert_uint_eq(fw_firewall_tally(kit.firewall)->unknown, 1);
  ck_assert_uint_eq(wk_policy(&kit, "filter", "FORWARD"), 0);
  again("*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\n-A FORWARD -o wan0 -j DROP\nCOMMIT\n");
  DROPPED(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert_uint_eq(fw_firewall_tally(kit.firewall)->unknown, 0);
  ck_assert_uint_eq(wk_policy(&kit, "filter", "FORWARD"), 1);
}
END_TEST

START_TEST(assumptions)
{
  wk_start(&kit, FILTER("-A FORWARD -m devgroup --src-group 5 -j DROP\n-A FORWARD -m frobnicate --x -j DROP\n"), NULL);
  UNKNOWN(wk_udp(&kit, A, 1, B, 2, "x"));
  wk_stop(&kit);
  wk_init(&kit);
  ck_assert(fw_box_facts_assume(kit.facts, "devgroup=no"));
  ck_assert(fw_box_facts_assume(kit.facts, "frobnicate=yes"));
  ck_assert(!fw_box_facts_assume(kit.facts, "frobnicate=perhaps"));
  wk_start(&kit, FILTER("-A FORWARD -m devgroup --src-group 5 -j ACCEPT\n-A FORWARD -m frobnicate --x -j DROP\n"),
           NULL);
  DROPPED(wk_udp(&kit, A, 1, B, 2, "x"));
}
END_TEST

/* ---- targets ---- */

START_TEST(marks)
{
  wk_start(&kit,
           "*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff\n"
           "-A PREROUTING -m mark ! --mark 0 -j ACCEPT\n"
           "-A PREROUTING -j MARK --set-xmark 0x12/0xff\n-A PREROUTING -j MARK --or-mark 0x100\n"
           "-A PREROUTING -j CONNMARK --save-mark --nfmask 0xf0 --ctmask 0xf0\nCOMMIT\n",
           NULL);
  PASSED(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert_uint_eq(fw_firewall_outcome(kit.firewall)->packet.mark, 0x112);
  PASSED(wk_udp(&kit, B, 2, A, 1, "x"));
  ck_assert_uint_eq(fw_firewall_outcome(kit.firewall)->packet.mark, 0x10);
  ck_assert_uint_eq(wk_hits(&kit, "mangle", "PREROUTING", 3), 1);
  PASSED(wk_tcp(&kit, A, 1, B, 2, SYN | CT_TCP_RST)); /* no entry: nothing is saved */
}
END_TEST

/* What a target changes, later rules see. */
START_TEST(edits)
{
  wk_start(&kit,
           "*mangle\n:PREROUTING ACCEPT\n:FORWARD ACCEPT\n-A PREROUTING -j TTL --ttl-set 10\n"
           "-A PREROUTING -j DSCP --set-dscp 10\nCOMMIT\n"
           "*filter\n:FORWARD ACCEPT\n-A FORWARD -m ttl --ttl-eq 9 -m dscp --dscp 10 -j DROP\nCOMMIT\n",
           NULL);
  kit.tos = 3;
  DROPPED(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert_uint_eq(fw_firewall_outcome(kit.firewall)->packet.tos, 10 << 2 | 3);
  again("*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -j TTL --ttl-dec 70\nCOMMIT\n");
  DROPPED(wk_udp(&kit, A, 1, B, 2, "x")); /* 0: dies between PREROUTING and FORWARD */
  ck_assert_int_eq(fw_firewall_outcome(kit.firewall)->kernel, FW_KERNEL_TTL);
}
END_TEST

START_TEST(first_template_wins)
{
  wk_start(&kit,
           "*raw\n:PREROUTING ACCEPT\n-A PREROUTING -m conntrack --ctstate NEW -j DROP\n"
           "-A PREROUTING -p udp -j CT --helper tftp\n-A PREROUTING -j CT --notrack\n"
           "-A PREROUTING -m conntrack --ctstate NEW\n-A PREROUTING -m conntrack --ctstate UNTRACKED\nCOMMIT\n",
           NULL);
  PASSED(wk_udp(&kit, A, 1, B, 69, "x"));
  ck_assert_int_eq(kit.result.cls, CT_CLASS_NEW);
  PASSED(wk_tcp(&kit, A, 1, B, 69, SYN));
  ck_assert_int_eq(kit.result.cls, CT_CLASS_UNTRACKED);
  ck_assert_uint_eq(wk_hits(&kit, "raw", "PREROUTING", 1), 0); /* before conntrack all is INVALID */
  ck_assert_uint_eq(wk_hits(&kit, "raw", "PREROUTING", 4), 1); /* with a template, NEW */
  ck_assert_uint_eq(wk_hits(&kit, "raw", "PREROUTING", 5), 1);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 1);
}
END_TEST

/* ---- drops and tracking ---- */

START_TEST(places_of_drops)
{
  static const char *const places[] = { "*mangle\n:PREROUTING DROP\nCOMMIT\n", "*filter\n:FORWARD DROP\nCOMMIT\n",
                                        "*mangle\n:POSTROUTING DROP\nCOMMIT\n" };
  guint i;

  wk_start(&kit, "*raw\n:PREROUTING DROP\nCOMMIT\n", NULL);
  DROPPED(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->packets, 0); /* conntrack never saw it */
  ck_assert(fw_firewall_outcome(kit.firewall)->before_conntrack);
  ck_assert_int_eq(kit.result.cls, CT_CLASS_NONE);
  for (i = 0; i < G_N_ELEMENTS(places); i++) {
    again(places[i]);
    DROPPED(wk_udp(&kit, A, 1, B, 2, "x"));
    ck_assert_uint_eq(ct_engine_stats(kit.engine)->packets, 1);
    ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
    ck_assert_int_eq(kit.result.cls, CT_CLASS_NEW);
  }
}
END_TEST

START_TEST(observing)
{
  kit.options.mode = FW_MODE_OBSERVE;
  wk_start(&kit, "*filter\n:FORWARD DROP\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\nCOMMIT\n", NULL);
  DROPPED(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert_uint_eq(ct_engine_count(kit.engine), 1);
  PASSED(wk_udp(&kit, B, 2, A, 1, "x"));
}
END_TEST

static void open_tcp(void)
{
  PASSED(wk_segment(&kit, A, 1, B, 80, SYN, 100, 0, NULL, 0));
  PASSED(wk_segment(&kit, B, 80, A, 1, SYN | ACK, 200, 101, NULL, 0));
  PASSED(wk_segment(&kit, A, 1, B, 80, ACK, 101, 201, NULL, 0));
}

START_TEST(rejects)
{
  ct_view view;

  ck_assert(fw_box_facts_local(kit.facts, "10.0.0.254/24@eth0"));
  wk_start(&kit,
           FILTER("-A FORWARD -p tcp -m tcp --tcp-flags FIN FIN -j REJECT --reject-with tcp-reset\n"
                  "-A FORWARD -p udp -j REJECT\n-A OUTPUT -m conntrack --ctstate RELATED --ctdir REPLY\n"),
           NULL);
  open_tcp();
  REJECTED(wk_segment(&kit, A, 1, B, 80, ACK | CT_TCP_FIN, 101, 201, NULL, 0));
  ck_assert(ct_engine_find(kit.engine, 1, &view));
  ck_assert_uint_eq(view.state, CT_TCP_CLOSE);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 1), 1);
  REJECTED(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 1), 2);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 1); /* the rejected NEW one is not confirmed by its answer */
  REJECTED(wk_tcp(&kit, A, 9, B, 80, CT_TCP_FIN | CT_TCP_RST)); /* INVALID, and a reset: no answer */
  ck_assert(!fw_firewall_outcome(kit.firewall)->answer.sent);
}
END_TEST

/* Behind PREROUTING, before FORWARD and INPUT: recorded of Linux 6.18 with each of these. */
START_TEST(martians)
{
  static const struct {
    const char *from, *to;
    gboolean martian;
  } cases[] = {
    { "0.0.0.0", B, TRUE },
    { "0.0.0.0", "10.0.0.254", TRUE },
    { "0.0.0.0", "255.255.255.255", FALSE },
    { "0.0.0.0", "224.0.0.1", FALSE },
    { "0.0.0.0", "224.0.1.1", TRUE },
    { "0.0.0.5", B, FALSE },
    { "224.0.0.9", B, TRUE },
    { "224.0.0.9", "255.255.255.255", TRUE },
    { "255.255.255.255", B, TRUE },
    { "255.0.0.9", B, FALSE },
    { "240.0.0.9", B, FALSE },
    { A, "0.0.0.0", TRUE },
    { A, "0.0.0.9", FALSE },
    { A, "127.0.0.1", TRUE },
    { A, "127.255.0.9", TRUE },
  };
  guint i, n = 0;

  ck_assert(fw_box_facts_local(kit.facts, "10.0.0.254/24@eth0"));
  kit.facts->localnet_ends = TRUE;
  wk_start(&kit,
           FILTER("-A FORWARD -p udp\n-A INPUT -p udp\n") "*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -p udp\nCOMMIT\n",
           NULL);
  for (i = 0; i < G_N_ELEMENTS(cases); i++) {
    fw_verdict verdict = wk_udp(&kit, cases[i].from, 1, cases[i].to, 2, "x");
    const fw_outcome *o = fw_firewall_outcome(kit.firewall);

    ck_assert_msg((verdict == FW_VERDICT_DROP) == cases[i].martian, "%s > %s", cases[i].from, cases[i].to);
    ck_assert_int_eq(o->kernel, cases[i].martian ? FW_KERNEL_MARTIAN : FW_KERNEL_NOTHING);
    n += cases[i].martian;
  }
  ck_assert_uint_eq(wk_hits(&kit, "mangle", "PREROUTING", 1), i);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1) + wk_hits(&kit, "filter", "INPUT", 1), i - n);
  ck_assert_uint_eq(ct_engine_count(kit.engine), i - n);
  kit.facts->localnet_ends = FALSE;
  ck_assert_int_eq(wk_udp(&kit, A, 1, "127.0.0.1", 3, "x"), FW_VERDICT_ACCEPT);
  /* To 0.0.0.0 whoever sends it, route_localnet or not. */
  kit.facts->interface = g_strdup("eth0");
  ck_assert_int_eq(wk_udp(&kit, "127.0.0.1", 1, B, 4, "x"), FW_VERDICT_ACCEPT);
  ck_assert_int_eq(wk_udp(&kit, "127.0.0.1", 1, "0.0.0.0", 5, "x"), FW_VERDICT_DROP);
  ck_assert_int_eq(fw_firewall_outcome(kit.firewall)->kernel, FW_KERNEL_MARTIAN);
}
END_TEST

/* Sums of the kit's packets are wrong, which conntrack is told to pass by; REJECT asks for itself (RULES 1.3). */
START_TEST(wrong_sums)
{
  const fw_outcome *o;

  ck_assert(fw_box_facts_local(kit.facts, "10.0.0.254/24@eth0"));
  kit.options.sums_stand = TRUE;
  wk_start(&kit,
           FILTER("-A FORWARD -p tcp -j REJECT --reject-with tcp-reset\n-A FORWARD -p udp -j REJECT\n"
                  "-A FORWARD -p icmp -j REJECT\n"),
           NULL);
  o = fw_firewall_outcome(kit.firewall);
  REJECTED(wk_tcp(&kit, A, 9, B, 80, SYN));
  ck_assert(!o->answer.sent);
  ck_assert_str_eq(o->answer.why_not, "the packet's checksum is wrong");
  REJECTED(wk_icmp(&kit, A, B, 8, 0));
  ck_assert(!o->answer.sent);
  REJECTED(wk_udp(&kit, A, 1, B, 2, "x")); /* says that it has none */
  ck_assert(o->answer.sent);
}
END_TEST

/*
 * The kernel changes a sum as if each option stood at an even place. Behind the routing a reset asks for the sum again;
 * in INPUT, and for an ICMP error, what PREROUTING found of it stands (spoilt_live.tap).
 */
static void reject_lowered(const char *chain, const char *with, const char *from, const char *to, guint judged,
                           gboolean odd_is_sent)
{
  static const guint8 options[][8] = { { 1, 2, 4, 5, 0xb4, 1, 1, 0 }, { 1, 1, 2, 4, 5, 0xb4, 1, 0 } };
  g_autofree char *rules =
    g_strdup_printf("# Generated by %s-save\n*mangle\n-A %s -p tcp -j TCPMSS --set-mss 1300\nCOMMIT\n*filter\n"
                    "-A %s -p tcp -j REJECT --reject-with %s\nCOMMIT\n",
                    strchr(from, ':') != NULL ? "ip6tables" : "iptables", chain, chain, with);
  const fw_answer *a;
  wk_kit k;
  guint i;

  wk_init(&k);
  k.params.checksum = judged;
  ck_assert(fw_box_facts_local(k.facts, "10.0.0.254/24@eth0") && fw_box_facts_local(k.facts, "fd00::254/64@eth0"));
  wk_start(&k, rules, NULL);
  a = &fw_firewall_outcome(k.firewall)->answer;
  for (i = 0; i < 4; i++) {
    REJECTED(wk_segment(&k, from, (guint16)(9 + i), to, 80, SYN, 1, 0, options[i % 2], sizeof *options));
    ck_assert_msg(!a->sent == (i % 2 == 0 && !odd_is_sent), "%s %s %s %u", chain, with, from, i);
    if (!a->sent)
      ck_assert_str_eq(a->why_not, "the packet's checksum is wrong");
  }
  wk_stop(&k);
}

START_TEST(spoilt_sums)
{
  reject_lowered("FORWARD", "tcp-reset", A, B, 1, FALSE);
  reject_lowered("INPUT", "tcp-reset", A, "10.0.0.254", 1, TRUE);
  reject_lowered("FORWARD", "icmp-host-prohibited", A, B, 1, TRUE);
  reject_lowered("FORWARD", "tcp-reset", "fd00::1", "fd01::2", 1, FALSE);
  reject_lowered("INPUT", "tcp-reset", "fd00::1", "fd00::254", 1, TRUE);
  reject_lowered("FORWARD", "icmp6-adm-prohibited", "fd00::1", "fd01::2", 1, TRUE);
  /* Nobody has looked at them before (nf_conntrack_checksum=0). */
  reject_lowered("FORWARD", "tcp-reset", A, B, 0, FALSE);
  reject_lowered("INPUT", "tcp-reset", A, "10.0.0.254", 0, FALSE);
  reject_lowered("FORWARD", "icmp-host-prohibited", A, B, 0, FALSE);
  reject_lowered("INPUT", "icmp6-adm-prohibited", "fd00::1", "fd00::254", 0, FALSE);
}
END_TEST

/* The entry is closed when the reset is made (nf_ct_set_closing), also where OUTPUT drops that. */
START_TEST(reset_that_is_dropped)
{
  ct_view view;

  wk_start(&kit,
           FILTER("-A FORWARD -p tcp -m tcp --tcp-flags FIN FIN -j REJECT --reject-with tcp-reset\n"
                  "-A OUTPUT -j DROP\n"),
           NULL);
  open_tcp();
  REJECTED(wk_segment(&kit, A, 1, B, 80, ACK | CT_TCP_FIN, 101, 201, NULL, 0));
  ck_assert(ct_engine_find(kit.engine, 1, &view));
  ck_assert_uint_eq(view.state, CT_TCP_CLOSE);
}
END_TEST

/* What a rule that remembers says no for, after so many packets. */
static void expect_words(const char *match, guint packets, const char *words)
{
  g_autofree char *rules = g_strdup_printf("*filter\n:FORWARD ACCEPT\n-A FORWARD -p udp %s -j DROP\nCOMMIT\n", match);
  GString *said = g_string_new(NULL);
  wk_kit k;

  wk_init(&k);
  k.options.record = k.options.record_passed = TRUE;
  wk_start(&k, rules, NULL);
  for (; packets > 0; packets--)
    wk_udp(&k, A, 1, B, 2, "x");
  fw_words_walk(said, k.firewall);
  if (strstr(said->str, words) == NULL)
    ck_abort_msg("%s: no '%s' in\n%s", match, words, said->str);
  g_string_free(said, TRUE);
  wk_stop(&k);
}

START_TEST(why_not_in_words)
{
  expect_words("-m limit --limit 1/min --limit-burst 1", 2, "--limit-burst 1 has no token left");
  expect_words("-m hashlimit --hashlimit-upto 1/min --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-name h", 2,
               "has no token left for these packets");
  expect_words("-m hashlimit --hashlimit-above 1/min --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-name h", 1,
               "still has a token for these packets");
  expect_words("-m hashlimit --hashlimit-above 1mb/s --hashlimit-mode srcip --hashlimit-name h", 1,
               "still has bytes left for these packets");
  expect_words("-m recent --name r --rsource ! --set", 1, "has noted it");
  expect_words("-m recent --name r --rsource --rcheck", 1, "has not seen its address");
  expect_words("-m recent --name r --rsource --update --seconds 9 --hitcount 2", 1, "or not so often of late");
  expect_words("-m recent --name r --rsource --remove", 1, "did not have its address");
  expect_words("-m quota --quota 29", 2, "is used up");
  expect_words("-m quota ! --quota 1000", 1, "is not used up");
  expect_words("-m connlimit --connlimit-above 1 --connlimit-mask 32 --connlimit-saddr", 1, "is not exceeded");
  expect_words("-m connlimit --connlimit-upto 0 --connlimit-mask 32 --connlimit-saddr", 1, "is exceeded");
  expect_words("-m statistic --mode nth --every 2 --packet 0", 2, "it is not this packet's turn");
  expect_words("-m statistic --mode random --probability 0", 1, "the draw fell otherwise");
  expect_words("-m string --string nowhere --algo bm", 1, "does not hold");
}
END_TEST

START_TEST(icmp_limit)
{
  guint i, sent = 0;

  kit.options.no_answer_limit = FALSE;
  ck_assert(fw_box_facts_local(kit.facts, "10.0.0.254/24@eth0"));
  wk_start(&kit, FILTER("-A FORWARD -p udp -j REJECT\n"), NULL);
  for (i = 0; i < 8; i++) {
    REJECTED(wk_udp(&kit, A, 1, B, 2, "x"));
    sent += fw_firewall_outcome(kit.firewall)->answer.sent != 0;
    wk_pass_ms(&kit, 10);
  }
  ck_assert_uint_eq(sent, 6);
}
END_TEST

/* Types that are errors, unknown or a router's count as errors; a sum of GRE's own is not looked at. */
START_TEST(what_icmp_is_about)
{
  static const guint8 answered[] = { 0, 8, 13, 14, 15, 16, 17, 18 };
  static const guint8 gre[] = { 0x80, 0, 8, 0, 1, 2, 3, 4 };
  guint type;

  ck_assert(fw_box_facts_local(kit.facts, "10.0.0.254/24@eth0"));
  wk_start(&kit, FILTER("-A FORWARD -j REJECT\n"), NULL);
  for (type = 0; type < 24; type++) {
    REJECTED(wk_icmp(&kit, A, B, (guint8)type, 0));
    ck_assert_msg((fw_firewall_outcome(kit.firewall)->answer.sent != 0) ==
                    (memchr(answered, (int)type, sizeof answered) != NULL),
                  "type %u", type);
    wk_pass_ms(&kit, 2000);
  }
  kit.ttl = 1;
  wk_raw(&kit, A, B, 89, gre, sizeof gre); /* its sum would be wrong */
  ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
  kit.ttl = 64;
  REJECTED(wk_raw(&kit, A, B, 89, gre, sizeof gre));
  ck_assert(!fw_firewall_outcome(kit.firewall)->answer.sent);
  REJECTED(wk_raw(&kit, A, B, CT_PROTO_GRE, gre, sizeof gre));
  ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
  REJECTED(wk_raw(&kit, A, B, CT_PROTO_GRE, gre, 1));
  ck_assert(fw_firewall_outcome(kit.firewall)->answer.sent);
}
END_TEST

/* ---- ways ---- */

START_TEST(ways)
{
  ck_assert(fw_box_facts_local(kit.facts, "10.0.0.254/24"));
  wk_start(&kit,
           "*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\n-A INPUT -p udp\n-A OUTPUT -p udp\nCOMMIT\n"
           "*mangle\n:POSTROUTING ACCEPT\nCOMMIT\n",
           NULL);
  PASSED(wk_udp(&kit, A, 1, "10.0.0.254", 2, "x"));
  ck_assert_int_eq(fw_firewall_outcome(kit.firewall)->path, FW_PATH_INPUT);
  PASSED(wk_udp(&kit, "10.0.0.254", 2, A, 1, "x"));
  ck_assert_int_eq(fw_firewall_outcome(kit.firewall)->path, FW_PATH_OUTPUT);
  ck_assert_uint_eq(wk_policy(&kit, "mangle", "POSTROUTING"), 1);
  PASSED(wk_udp(&kit, A, 1, "10.0.0.255", 2, "x")); /* the subnet's broadcast */
  PASSED(wk_udp(&kit, A, 1, "224.0.0.1", 2, "x"));
  DROPPED(wk_udp(&kit, A, 1, "224.0.0.5", 2, "x"));
  ck_assert_int_eq(fw_firewall_outcome(kit.firewall)->kernel, FW_KERNEL_NO_LISTENER);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "INPUT", 1), 3);
  kit.ttl = 1;
  DROPPED(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert_int_eq(fw_firewall_outcome(kit.firewall)->kernel, FW_KERNEL_TTL);
}
END_TEST

/* ---- routes that end (RULES 1.6) ---- */

static void is_lost(fw_route_end end, int type, int code)
{
  const fw_outcome *o = fw_firewall_outcome(kit.firewall);
  const guint8 *b = o->answer.packet.data;

  ck_assert_int_eq(o->kernel, FW_KERNEL_NO_ROUTE);
  ck_assert_int_eq(o->ended, end);
  ck_assert_int_eq(o->answer.sent, type >= 0);
  ck_assert_int_eq(ct_engine_count(kit.engine), 0);
  if (type < 0)
    return;
  b += (b[0] >> 4) == 6 ? 40 : 20;
  ck_assert_int_eq(b[0], type);
  ck_assert_int_eq(b[1], code);
  ck_assert_int_eq(o->answer.cls, CT_CLASS_RELATED);
  ck_assert_int_eq(o->answer.dir, CT_REPLY);
}

static void lose(const char *from, const char *to, fw_route_end end, int type, int code)
{
  DROPPED(wk_udp(&kit, from, 1, to, 2, "x"));
  is_lost(end, type, code);
}

START_TEST(routes_that_end)
{
  static const char *const routes[] = { "192.0.2.0/26=unreachable", "192.0.2.64/26=prohibit",
                                        "192.0.2.128/26=blackhole", "192.0.2.192/26=throw",
                                        "192.0.2.32/28=wan0",       "10.9.0.0/16=?",
                                        "fd0a::/48=unreachable",    "fd0b::/48=prohibit",
                                        "fd0c::/48=blackhole" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(routes); i++)
    ck_assert(fw_box_facts_route(kit.facts, routes[i]));
  ck_assert(fw_box_facts_local(kit.facts, "10.0.0.254/24@lan0") && fw_box_facts_local(kit.facts, "fd01::1/64@lan0"));
  kit.options.no_answer_limit = TRUE;
  wk_start(&kit, "*filter\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n-A FORWARD\n-A OUTPUT -o lan0\nCOMMIT\n", NULL);
  lose("10.0.0.1", "192.0.2.1", FW_ROUTE_UNREACHABLE, 3, 1);
  lose("10.0.0.2", "192.0.2.65", FW_ROUTE_PROHIBIT, 3, 13);
  lose("10.0.0.3", "192.0.2.129", FW_ROUTE_BLACKHOLE, -1, 0);
  lose("10.0.0.4", "192.0.2.193", FW_ROUTE_NONE, 3, 0);
  lose("fd01::2", "fd0a::1", FW_ROUTE_UNREACHABLE, 1, 0);
  lose("fd01::2", "fd0b::1", FW_ROUTE_PROHIBIT, 1, 1);
  lose("fd01::2", "fd0c::1", FW_ROUTE_BLACKHOLE, -1, 0);
  kit.ttl = 1; /* that comes later */
  lose("10.0.0.5", "192.0.2.1", FW_ROUTE_UNREACHABLE, 3, 1);
  kit.ttl = 64;
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1), 0);
  ck_assert_uint_eq(wk_hits(&kit, "filter", "OUTPUT", 1), 4); /* the rules are of IPv4 */
  /* Nobody has said that there are no other routes; and a longer prefix goes on. */
  PASSED(wk_udp(&kit, "10.0.0.6", 1, "203.0.113.1", 2, "x"));
  PASSED(wk_udp(&kit, "10.0.0.6", 1, "192.0.2.33", 2, "x"));
  PASSED(wk_udp(&kit, "10.0.0.6", 1, "10.9.0.1", 2, "x"));
  PASSED(wk_udp(&kit, "fd01::2", 1, "fd0d::1", 2, "x"));
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 1), 3);
}
END_TEST

/* Of a host, which forwards nothing: IPv4 tells nobody, IPv6 where the way itself ends. */
START_TEST(hosts)
{
  static const char *const rules = "*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p udp --dport 7 -j DNAT --to 192.0.2.9\n"
                                   "-A PREROUTING -p udp --dport 8 -j REDIRECT --to-ports 80\nCOMMIT\n";
  guint i;

  kit.options.no_answer_limit = TRUE;
  kit.facts->host[FW_IPV4] = kit.facts->host[FW_IPV6] = TRUE;
  ck_assert(fw_box_facts_route(kit.facts, "192.0.2.0/26=unreachable") &&
            fw_box_facts_route(kit.facts, "fd0a::/48=unreachable") && fw_box_facts_route(kit.facts, "::/0=wan0"));
  ck_assert(fw_box_facts_local(kit.facts, "10.0.0.254/24@lan0") && fw_box_facts_local(kit.facts, "fd01::1/64@lan0"));
  wk_start(&kit, rules, NULL);
  for (i = 0; i < 4; i++) {
    kit.ttl = i % 2 != 0 ? 1 : 64;
    DROPPED(wk_udp(&kit, "10.0.0.1", 1, i < 2 ? "192.0.2.1" : "203.0.113.1", 2, "x"));
    ck_assert_int_eq(fw_firewall_outcome(kit.firewall)->kernel, FW_KERNEL_HOST);
    ck_assert(!fw_firewall_outcome(kit.firewall)->answer.sent);
    DROPPED(wk_udp(&kit, "fd01::2", 1, "fd0b::1", 2, "x"));
    ck_assert_int_eq(fw_firewall_outcome(kit.firewall)->kernel, FW_KERNEL_HOST);
    ck_assert(!fw_firewall_outcome(kit.firewall)->answer.sent);
    lose("fd01::2", "fd0a::1", FW_ROUTE_UNREACHABLE, 1, 0);
  }
  kit.ttl = 64;
  DROPPED(wk_udp(&kit, "10.0.0.1", 1, "10.0.0.254", 7, "x")); /* translated to elsewhere */
  ck_assert_int_eq(fw_firewall_outcome(kit.firewall)->kernel, FW_KERNEL_HOST);
  ck_assert_int_eq(ct_engine_count(kit.engine), 0);
  /* What is for the box, or for what rules make of it, and what it sends. */
  PASSED(wk_udp(&kit, "10.0.0.1", 1, "10.0.0.254", 2, "x"));
  PASSED(wk_udp(&kit, "10.0.0.1", 1, "10.0.0.255", 2, "x"));
  kit.in = "lan0"; /* whose address it is redirected to */
  PASSED(wk_udp(&kit, "10.0.0.1", 1, "203.0.113.1", 8, "x"));
  PASSED(wk_udp(&kit, "10.0.0.254", 1, "203.0.113.1", 3, "x"));
  PASSED(wk_udp(&kit, "203.0.113.1", 3, "10.0.0.254", 1, "x"));
  PASSED(wk_udp(&kit, "fd01::1", 1, "fd0b::1", 2, "x"));
  PASSED(wk_udp(&kit, "fd0b::1", 2, "fd01::1", 1, "x"));
}
END_TEST

/* IPv4's routing takes from the same account as its ICMP errors. */
START_TEST(limits_without_a_route)
{
  guint i, sent = 0;

  kit.options.no_answer_limit = FALSE;
  ck_assert(fw_box_facts_route(kit.facts, "default=throw") && fw_box_facts_route(kit.facts, "::/0=throw"));
  ck_assert(fw_box_facts_local(kit.facts, "10.0.0.254/24@lan0") && fw_box_facts_local(kit.facts, "fd01::1/64@lan0"));
  wk_start(&kit, "*nat\n:PREROUTING ACCEPT\n-A PREROUTING -d 10.0.0.254 -j DNAT --to-destination 192.0.2.1\nCOMMIT\n",
           NULL);
  for (i = 0; i < 9; i++) {
    DROPPED(wk_udp(&kit, "10.0.0.1", (guint16)(1 + i), "192.0.2.1", 2, "x"));
    sent += fw_firewall_outcome(kit.firewall)->answer.sent;
  }
  ck_assert_uint_eq(sent, 2);
  wk_pass_ms(&kit, 1200);
  DROPPED(wk_udp(&kit, "10.0.0.1", 1, "192.0.2.1", 2, "x")); /* routing takes it, and nothing is left */
  ck_assert(!fw_firewall_outcome(kit.firewall)->answer.sent);
  for (i = sent = 0; i < 9; i++) {
    DROPPED(wk_udp(&kit, "fd01::2", (guint16)(1 + i), "fd02::1", 2, "x"));
    sent += fw_firewall_outcome(kit.firewall)->answer.sent;
  }
  ck_assert_uint_eq(sent, 6);
  wk_pass_ms(&kit, 100);
  lose("fd01::2", "fd02::1", FW_ROUTE_NONE, 1, 0);
  /* Where it is translated to is what has to have a route. */
  lose("10.0.0.2", "10.0.0.254", FW_ROUTE_NONE, 3, 0);
}
END_TEST

START_TEST(bridges)
{
  kit.facts->bridge = TRUE;
  kit.facts->bridge_name = g_strdup("br0");
  wk_start(&kit,
           FILTER("-A FORWARD -i eth0 -j DROP\n-A FORWARD -i br0 -o br0 -m physdev --physdev-in eth0 "
                  "--physdev-is-bridged -m ttl --ttl-eq 64\n"),
           NULL);
  PASSED(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert_uint_eq(wk_hits(&kit, "filter", "FORWARD", 2), 1);
}
END_TEST

START_TEST(nat_is_asked_once)
{
  wk_start(&kit,
           "*nat\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n-A POSTROUTING -p udp -j MASQUERADE\n"
           "-A PREROUTING -p udp\nCOMMIT\n",
           NULL);
  PASSED(wk_udp(&kit, A, 1, B, 2, "x"));
  ck_assert_ptr_nonnull(fw_firewall_outcome(kit.firewall)->nat_unknown); /* nobody has said what eth1's address is */
  PASSED(wk_udp(&kit, A, 1, B, 2, "x"));                                 /* still NEW, but its translation stands */
  PASSED(wk_udp(&kit, B, 2, A, 1, "x"));
  ck_assert_ptr_null(fw_firewall_outcome(kit.firewall)->nat_unknown);
  ck_assert_uint_eq(wk_hits(&kit, "nat", "POSTROUTING", 1), 1);
  ck_assert_uint_eq(wk_hits(&kit, "nat", "PREROUTING", 1), 1);
}
END_TEST

/* ---- lines ---- */

START_TEST(log_lines)
{
  GString *line = g_string_new(NULL);

  wk_start(&kit, FILTER("-A FORWARD -j LOG --log-prefix \"no: \"\n"), NULL);
  kit.link = TRUE;
  memcpy(kit.ethernet, "\x02\0\0\0\x0a\x01\x02\0\0\0\x0a\x02\x08\0", 14);
  PASSED(wk_tcp(&kit, "10.1.0.2", 1000, "10.2.0.2", 81, SYN));
  fw_log_packet(line, &fw_firewall_outcome(kit.firewall)->packet, "no: ", 0);
  ck_assert_str_eq(line->str,
                   "no: IN=eth0 OUT=? MAC=02:00:00:00:0a:01:02:00:00:00:0a:02:08:00 SRC=10.1.0.2 DST=10.2.0.2 LEN=40 "
                   "TOS=0x00 PREC=0x00 TTL=63 ID=0 PROTO=TCP SPT=1000 DPT=81 WINDOW=8192 RES=0x00 SYN URGP=0 ");
  g_string_free(line, TRUE);
}
END_TEST

START_TEST(counters_as_saved)
{
  GString *text = g_string_new(NULL);

  wk_start(&kit, "*filter\n:FORWARD DROP [1:2]\n[3:4] -A FORWARD -p udp -j ACCEPT\nCOMMIT\n", NULL);
  PASSED(wk_udp(&kit, A, 1, B, 2, "x"));
  DROPPED(wk_tcp(&kit, A, 1, B, 2, SYN));
  fw_tell_save(text, kit.firewall, FW_IPV4);
  ck_assert_ptr_nonnull(strstr(text->str, ":FORWARD DROP [2:42]\n"));
  ck_assert_ptr_nonnull(strstr(text->str, "[4:33] -A FORWARD -p udp -j ACCEPT\n"));
  g_string_free(text, TRUE);
}
END_TEST

/* Behind a masquerading box answers stand in a capture with the translation undone. */
START_TEST(undone_is_put_back)
{
  GByteArray *bytes = g_byte_array_new();
  ct_packet arrived;
  ct_view view;
  ct_dir dir;
  wk_kit k;

  wk_init(&k);
  ck_assert(fw_box_facts_local(k.facts, "203.0.113.1/24@wan0"));
  ck_assert(fw_box_facts_route(k.facts, "10.0.0.0/8=lan0") && fw_box_facts_route(k.facts, "0.0.0.0/0=wan0"));
  wk_start(&k, "*nat\n-A POSTROUTING -s 10.0.0.1 -o wan0 -j MASQUERADE\nCOMMIT\n", NULL);
  wk_udp(&k, "10.0.0.1", 1000, "192.0.2.53", 53, "x");
  ck_assert(!fw_view_is_undone(k.engine, &k.packet));
  wk_udp(&k, "192.0.2.53", 53, "10.0.0.1", 1000, "y");
  ck_assert(fw_view_is_undone(k.engine, &k.packet));
  ck_assert(fw_view_as_arrived(k.engine, &k.packet, CT_CHECKSUMS_IGNORE, &arrived, bytes));
  ck_assert_uint_eq(arrived.tuple.dst.v4, inet_addr("203.0.113.1"));
  ck_assert_uint_eq(arrived.tuple.dst_id, 1000);
  ck_assert_uint_eq(arrived.tuple.src.v4, inet_addr("192.0.2.53"));
  ck_assert(ct_engine_lookup(k.engine, &arrived.tuple, &view, &dir));
  ck_assert_int_eq(dir, CT_REPLY);
  /* Of what is not translated nothing is undone. */
  wk_udp(&k, "10.0.0.2", 1000, "192.0.2.53", 53, "x");
  wk_udp(&k, "192.0.2.53", 53, "10.0.0.2", 1000, "y");
  ck_assert(!fw_view_is_undone(k.engine, &k.packet));
  ck_assert(!fw_view_as_arrived(k.engine, &k.packet, CT_CHECKSUMS_IGNORE, &arrived, bytes));
  g_byte_array_unref(bytes);
  wk_stop(&k);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("walk");
  TCase *tc = tcase_create("walk");

  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, jump_goto_return);
  tcase_add_test(tc, policies);
  tcase_add_test(tc, doubling_chains);
  tcase_add_test(tc, unknown_interfaces);
  tcase_add_test(tc, unknown_leaves_no_trace);
  tcase_add_test(tc, unknown_does_not_count);
  tcase_add_test(tc, assumptions);
  tcase_add_test(tc, marks);
  tcase_add_test(tc, edits);
  tcase_add_test(tc, first_template_wins);
  tcase_add_test(tc, places_of_drops);
  tcase_add_test(tc, observing);
  tcase_add_test(tc, rejects);
  tcase_add_test(tc, why_not_in_words);
  tcase_add_test(tc, reset_that_is_dropped);
  tcase_add_test(tc, wrong_sums);
  tcase_add_test(tc, spoilt_sums);
  tcase_add_test(tc, martians);
  tcase_add_test(tc, icmp_limit);
  tcase_add_test(tc, what_icmp_is_about);
  tcase_add_test(tc, ways);
  tcase_add_test(tc, routes_that_end);
  tcase_add_test(tc, hosts);
  tcase_add_test(tc, limits_without_a_route);
  tcase_add_test(tc, bridges);
  tcase_add_test(tc, nat_is_asked_once);
  tcase_add_test(tc, log_lines);
  tcase_add_test(tc, counters_as_saved);
  tcase_add_test(tc, undone_is_put_back);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
