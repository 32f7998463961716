/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random rulesets and packets: the short way through a chain says what asking every rule says, and a rule that is
 * proved never to match never does.
 */
#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#include "firewall/cover.h"
#include "unit.h"
#include "walk_kit.h"
#include "walk_rules.h"

enum { RULESETS = 400, PACKETS = 150 };

/* The packet that left last, which is answered now and then. */
typedef struct leaving {
  gboolean any;
  char from[16], to[16];
  guint16 sport, dport;
  guint8 protocol, flags;
} leaving;
static leaving left;

static void note_left(const fw_outcome *o)
{
  const fw_packet *p = &o->packet;

  left.any = o->verdict == FW_VERDICT_ACCEPT && o->path == FW_PATH_FORWARD && o->kernel == FW_KERNEL_NOTHING &&
             p->l4 & FW_L4_WHOLE && (p->protocol == CT_PROTO_TCP || p->protocol == CT_PROTO_UDP);
  if (!left.any)
    return;
  inet_ntop(AF_INET, p->source.bytes, left.from, sizeof left.from);
  inet_ntop(AF_INET, p->destination.bytes, left.to, sizeof left.to);
  left.sport = p->source_port;
  left.dport = p->destination_port;
  left.protocol = p->protocol;
  left.flags = p->tcp_flags;
}

/* In both kits. */
static void answer(wk_kit *kits)
{
  const guint8 flags = left.flags == CT_TCP_SYN ? CT_TCP_SYN | CT_TCP_ACK : CT_TCP_ACK;
  guint i;

  for (i = 0; i < 2; i++) {
    kits[i].in = NULL;
    kits[i].ttl = 64;
    wk_pass_ms(&kits[i], 1);
    if (left.protocol == CT_PROTO_TCP)
      wk_tcp(&kits[i], left.to, left.dport, left.from, left.sport, flags);
    else
      wk_udp(&kits[i], left.to, left.dport, left.from, left.sport, "x");
  }
}

/* The same to both. */
static void send_any(wk_kit *kits)
{
  static const char *const hosts[] = { "10.0.0.1", "10.0.0.2", "10.0.1.2", "10.0.1.7", "192.168.3.4", "10.0.0.9" };
  static const guint16 numbers[] = { 22, 80, 443, 53, 25, 2000, 40000 };
  static const guint8 flags[] = { CT_TCP_SYN, CT_TCP_SYN | CT_TCP_ACK, CT_TCP_ACK, CT_TCP_RST };
  static const char *const names[] = { "eth0", "eth1", "wan0", NULL };
  const char *from = WALK_ONE_OF(hosts), *to = WALK_ONE_OF(hosts), *in = WALK_ONE_OF(names);
  guint8 ttl = WALK_ONE_OF(((const guint8[]){ 64, 64, 64, 63, 2, 1 })),
         tos = WALK_ONE_OF(((const guint8[]){ 0, 0, 0x10, 0xb8, 0xba }));
  guint what = walk_draw(8), sport = WALK_ONE_OF(numbers), dport = WALK_ONE_OF(numbers), with = WALK_ONE_OF(flags),
        ms = walk_draw(200), i;

  for (i = 0; i < 2; i++) {
    wk_kit *k = &kits[i];

    k->in = in;
    k->ttl = ttl;
    k->tos = tos;
    wk_pass_ms(k, ms);
    if (what < 4)
      wk_tcp(k, from, (guint16)sport, to, (guint16)dport, (guint8)with);
    else if (what < 6)
      wk_udp(k, from, (guint16)sport, to, (guint16)dport, "x");
    else if (what == 6)
      wk_icmp(k, from, to, dport & 1 ? 8 : 3, dport & 2 ? 1 : 0);
    else /* cut short: 0 to 11 bytes behind the IP header */
      wk_raw(k, from, to, sport & 1 ? CT_PROTO_TCP : CT_PROTO_UDP, "\0\26\0\120\0\0\0\0\0\0\0\0", dport % 12);
  }
}

static void start(wk_kit *k, const char *rules, fw_backend backend, gboolean every)
{
  wk_init(k);
  k->options.backend = backend;
  k->options.record = k->options.record_passed = every;
  if (walk_draw(2) == 0)
    fw_box_facts_route(k->facts, "10.0.1.0/24=eth1");
  if (walk_draw(3) == 0)
    fw_box_facts_local(k->facts, "10.0.0.9/24@eth0");
  k->facts->complete = walk_draw(4) == 0;
  wk_start(k, rules, NULL);
}

static void compare_counts(const wk_kit *a, const wk_kit *b, const char *rules)
{
  const fw_program *p = fw_firewall_program(a->firewall), *q = fw_firewall_program(b->firewall);
  guint i;

  for (i = 0; i < a->ruleset->n_rules; i++) {
    const fw_hits *x = &p->hits[i], *y = &q->hits[i];

    if (x->packets != y->packets)
      ck_abort_msg("rule %u: %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT " of\n%s", i, x->packets, y->packets, rules);
    ck_assert_uint_eq(x->counters.bytes, y->counters.bytes);
    ck_assert_uint_eq(x->first_packet, y->first_packet);
    ck_assert_uint_eq(x->last_packet, y->last_packet);
    ck_assert_int_eq(x->first_ns, y->first_ns);
    ck_assert_int_eq(x->last_ns, y->last_ns);
  }
  for (i = 0; i < p->n_chains; i++) {
    ck_assert_uint_eq(p->chains[i].counters.packets, q->chains[i].counters.packets);
    ck_assert_uint_eq(p->chains[i].counters.bytes, q->chains[i].counters.bytes);
    ck_assert_uint_eq(p->chains[i].deepest, q->chains[i].deepest);
  }
}

/* => how many rules were proved never to match. */
static guint check_covered(const wk_kit *k, const char *rules)
{
  const fw_program *p = fw_firewall_program(k->firewall);
  GArray *covered = fw_cover_find(k->ruleset, NULL);
  guint i, n = covered->len;

  for (i = 0; i < n; i++) {
    const fw_rule *rule = g_array_index(covered, fw_covered, i).rule;

    if (p->hits[rule->serial].packets != 0)
      ck_abort_msg("line %u has matched in\n%s", rule->line, rules);
  }
  g_array_free(covered, TRUE);
  return n;
}

static void expect_same_end(const wk_kit *a, const wk_kit *b)
{
  const fw_outcome *x = fw_firewall_outcome(a->firewall), *y = fw_firewall_outcome(b->firewall);

  ck_assert_int_eq(x->verdict, y->verdict);
  ck_assert_int_eq(x->path, y->path);
  ck_assert_int_eq(x->hook, y->hook);
  ck_assert_int_eq(x->kernel, y->kernel);
  ck_assert_int_eq(x->packet.hook, y->packet.hook);
  ck_assert_int_eq(x->packet.ttl, y->packet.ttl);
  ck_assert_int_eq(x->packet.edited, y->packet.edited);
  ck_assert_str_eq(x->packet.out->name, y->packet.out->name);
  ck_assert_int_eq(x->packet.translated, y->packet.translated);
  ck_assert_mem_eq(&x->packet.source, &y->packet.source, sizeof(fw_address));
  ck_assert_mem_eq(&x->packet.destination, &y->packet.destination, sizeof(fw_address));
  ck_assert_uint_eq(x->packet.source_port, y->packet.source_port);
  ck_assert_uint_eq(x->packet.destination_port, y->packet.destination_port);
  ck_assert_uint_eq(x->packet.raw->length, y->packet.raw->length);
  ck_assert_mem_eq(x->packet.raw->data, y->packet.raw->data, x->packet.raw->length);
  ck_assert_int_eq(x->answer.sent, y->answer.sent);
  if (x->answer.sent)
    ck_assert_mem_eq(x->answer.packet.data, y->answer.packet.data, x->answer.packet.length);
}

/* One ruleset, and packets through both ways. one_in: after about so many packets counters are looked at; 0: at the
 * end. answers: a packet that left is answered most often. */
static void walk_both(wk_kit *kits, const char *rules, guint one_in, gboolean answers)
{
  fw_backend backend = walk_draw(2) == 0 ? FW_BACKEND_LEGACY : FW_BACKEND_NFT;
  guint64 seed = walk_state;
  guint k;

  left.any = FALSE;
  start(&kits[0], rules, backend, FALSE);
  walk_state = seed;
  start(&kits[1], rules, backend, TRUE);
  for (k = 0; k < PACKETS; k++) {
    g_autofree char *by = NULL;

    if (answers && left.any && walk_draw(4) != 0)
      answer(kits);
    else
      send_any(kits);
    by = g_strdup(wk_by(&kits[0]));
    if (strcmp(by, wk_by(&kits[1])) != 0)
      ck_abort_msg("packet %u: %s and %s in\n%s", k, by, wk_by(&kits[1]), rules);
    expect_same_end(&kits[0], &kits[1]);
    note_left(fw_firewall_outcome(kits[0].firewall));
    if (one_in != 0 && walk_draw(one_in) == 0)
      compare_counts(&kits[0], &kits[1], rules); /* and on, from counters that were looked at */
  }
  compare_counts(&kits[0], &kits[1], rules);
}

static void stop_both(wk_kit *kits)
{
  wk_stop(&kits[0]);
  wk_stop(&kits[1]);
}

START_TEST(short_way_says_the_same)
{
  guint covered = 0, indexed = 0, i, k;

  walk_state = 0x2545f4914f6cdd1du + (guint64)_i * 0x9e3779b97f4a7c15u;
  for (i = 0; i < RULESETS; i++) {
    g_autofree char *rules = walk_rules();
    wk_kit kits[2];

    walk_both(kits, rules, 0, FALSE);
    covered += check_covered(&kits[0], rules);
    for (k = 0; k < fw_firewall_program(kits[0].firewall)->n_chains; k++)
      indexed += fw_firewall_program(kits[0].firewall)->chains[k].index != NULL;
    stop_both(kits);
  }
  ck_assert_uint_gt(covered, RULESETS); /* there was something to prove wrong */
  ck_assert_uint_gt(indexed, RULESETS / 4);
}
END_TEST

START_TEST(kinds_are_told_the_same)
{
  guint i;

  walk_state = 0x9e3779b97f4a7c15u + (guint64)_i * 0x2545f4914f6cdd1du;
  for (i = 0; i < RULESETS; i++) {
    g_autofree char *rules = walk_kind_rules();
    wk_kit kits[2];

    walk_both(kits, rules, 40, FALSE);
    stop_both(kits);
  }
}
END_TEST

START_TEST(translated_the_same)
{
  guint64 translated = 0, straight = 0;
  guint i;

  walk_state = 0xd1342543de82ef95u + (guint64)_i * 0x2545f4914f6cdd1du;
  for (i = 0; i < RULESETS; i++) {
    g_autofree char *rules = walk_nat_rules();
    wk_kit kits[2];

    walk_both(kits, rules, 40, TRUE);
    translated += fw_firewall_tally(kits[0].firewall)->mapped;
    straight += kits[0].straight;
    ck_assert_uint_eq(kits[1].straight, 0); /* who watches has it walk */
    stop_both(kits);
  }
  ck_assert_uint_gt(translated, RULESETS);
  ck_assert_uint_gt(straight, RULESETS);
}
END_TEST

/* "3:1 5:2 7:0": which are covered by which, 0 for a chain to which nobody comes. */
static void expect_covered(const char *rules, const char *expected)
{
  GString *text = g_string_new(NULL);
  GArray *covered;
  wk_kit k;
  guint i;

  wk_init(&k);
  wk_start(&k, rules, NULL);
  covered = fw_cover_find(k.ruleset, NULL);
  for (i = 0; i < covered->len; i++) {
    const fw_covered *c = &g_array_index(covered, fw_covered, i);

    g_string_append_printf(text, "%s%u:%u", i > 0 ? " " : "", c->rule->line, c->by != NULL ? c->by->line : 0);
  }
  ck_assert_str_eq(text->str, expected);
  g_string_free(text, TRUE);
  g_array_free(covered, TRUE);
  wk_stop(&k);
}

#define HEAD "*filter\n:FORWARD ACCEPT\n:c - \n"

START_TEST(what_is_proved)
{
  expect_covered(HEAD "-A FORWARD -s 10.0.0.0/8 -j ACCEPT\n-A FORWARD -s 10.1.0.0/16 -p tcp -j DROP\nCOMMIT\n", "5:4");
  expect_covered(HEAD "-A FORWARD -j DROP\n-A FORWARD -p tcp -j c\n-A c -j ACCEPT\nCOMMIT\n", "5:4 6:0");
  expect_covered(HEAD "-A FORWARD -p tcp -m tcp --dport 1:100 -j DROP\n-A FORWARD -p tcp -m tcp --dport 80 -j c\n"
                      "-A FORWARD -p tcp -m tcp --dport 80:101 -j c\nCOMMIT\n",
                 "5:4");
  expect_covered(HEAD "-A FORWARD -p tcp -m multiport --dports 22,80:90 -j DROP\n"
                      "-A FORWARD -p tcp -m tcp --dport 82 -j ACCEPT\n"
                      "-A FORWARD -p tcp -m multiport --dports 22,91 -j ACCEPT\nCOMMIT\n",
                 "5:4");
  expect_covered(HEAD "-A FORWARD -m conntrack --ctstate NEW,RELATED -j DROP\n"
                      "-A FORWARD -p tcp -m state --state NEW -j ACCEPT\nCOMMIT\n",
                 "5:4");
  expect_covered(HEAD "-A FORWARD -i eth+ -j DROP\n-A FORWARD -i eth0 -o lo -j ACCEPT\nCOMMIT\n", "5:4");
  expect_covered(HEAD "-A FORWARD ! -s 10.0.0.0/24 -j DROP\n-A FORWARD -s 10.0.1.0/24 -j ACCEPT\nCOMMIT\n", "5:4");
  expect_covered(HEAD "-A FORWARD -p tcp -m tcp --tcp-flags SYN SYN -j DROP\n"
                      "-A FORWARD -p tcp -m tcp --tcp-flags SYN,ACK SYN -j ACCEPT\nCOMMIT\n",
                 "5:4");
  expect_covered(HEAD "-A FORWARD -j c\n-A c -s 10.0.0.1 -j RETURN\n-A c -s 10.0.0.1 -j DROP\nCOMMIT\n", "6:5");
}
END_TEST

START_TEST(what_is_not_proved)
{
  /* A rule in between may change what is asked for. */
  expect_covered(HEAD "-A FORWARD -m mark --mark 1 -j DROP\n-A FORWARD -j MARK --set-mark 1\n"
                      "-A FORWARD -m mark --mark 1 -j ACCEPT\nCOMMIT\n",
                 "");
  /* It remembers. */
  expect_covered(HEAD "-A FORWARD -m limit --limit 1/sec -j ACCEPT\n-A FORWARD -m limit --limit 1/sec -j ACCEPT\n"
                      "COMMIT\n",
                 "");
  /* It goes on, or is not known. */
  expect_covered(HEAD "-A FORWARD -j LOG\n-A FORWARD -j c\n-A FORWARD -m geoip -j DROP\n-A FORWARD -j QUEUE\n"
                      "-A FORWARD -j DROP\nCOMMIT\n",
                 "");
  /* iptables-nft passes a cut header by, where four bytes are enough for multiport. */
  expect_covered(HEAD "-A FORWARD -p tcp -m tcp --dport 80 -j DROP\n"
                      "-A FORWARD -p tcp -m multiport --dports 80 -j ACCEPT\nCOMMIT\n",
                 "");
  /* A later fragment has no ports. */
  expect_covered(HEAD "-A FORWARD -p tcp -m tcp -j DROP\n-A FORWARD -p tcp -j ACCEPT\nCOMMIT\n", "");
  /* In table raw a class changes when a rule asks for it. */
  expect_covered("*raw\n:PREROUTING ACCEPT\n-A PREROUTING -m state --state INVALID -j ACCEPT\n"
                 "-A PREROUTING -m state --state INVALID -j DROP\nCOMMIT\n",
                 "");
  expect_covered(HEAD "-A FORWARD -s 10.1.0.0/16 -j ACCEPT\n-A FORWARD -s 10.0.0.0/8 -j DROP\nCOMMIT\n", "");
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("walk random");
  TCase *tc = tcase_create("walk random");

  tcase_set_timeout(tc, 120);
  tcase_add_loop_test(tc, short_way_says_the_same, 0, 2);
  tcase_add_loop_test(tc, kinds_are_told_the_same, 0, 1);
  tcase_add_loop_test(tc, translated_the_same, 0, 1);
  tcase_add_test(tc, what_is_proved);
  tcase_add_test(tc, what_is_not_proved);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
