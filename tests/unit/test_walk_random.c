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

enum { RULESETS = 400, PACKETS = 150, RULES = 56, CHAINS = 3 };

static guint64 state;

static guint draw(guint n)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (guint)((state >> 33) % n);
}

#define ONE_OF(list) (list)[draw(G_N_ELEMENTS(list))]

static const char *const networks[] = { "10.0.0.1/32", "10.0.0.2/32",    "10.0.0.0/24", "10.0.0.0/8",  "10.0.1.2/32",
                                        "10.0.1.0/24", "192.168.0.0/16", "10.0.1.7/32", "10.0.0.0/30", "10.0.0.9/32" };
static const char *const interfaces[] = { "eth0", "eth+", "eth1", "e+", "wan0" };
static const char *const ports[] = { "22", "80", "443", "1024:65535", "20:30", "53", "80:443" };
static const char *const lists[] = { "22,80", "22,80,443", "53", "20:30,80", "80", "1024:65535,53" };
static const char *const states[] = { "NEW", "ESTABLISHED", "NEW,ESTABLISHED", "INVALID", "RELATED,ESTABLISHED" };

/* "! -s net", one time in so many; often not at all. */
static void maybe_test(GString *out, const char *option, const char *value, guint rare)
{
  if (draw(rare) == 0)
    g_string_append_printf(out, "%s %s %s", draw(4) == 0 ? " !" : "", option, value);
}

static void put_tcp_or_udp(GString *out, gboolean tcp)
{
  if (draw(5) == 0) {
    g_string_append_printf(out, " -m multiport%s --%sports %s", draw(4) == 0 ? " !" : "",
                           ONE_OF(((const char *const[]){ "d", "s", "" })), ONE_OF(lists));
    return;
  }
  if (draw(3) == 0)
    return;
  g_string_append(out, tcp ? " -m tcp" : " -m udp");
  maybe_test(out, "--dport", ONE_OF(ports), 2);
  maybe_test(out, "--sport", ONE_OF(ports), 4);
  if (tcp && draw(4) == 0)
    g_string_append(out, ONE_OF(((const char *const[]){ " --tcp-flags FIN,SYN,RST,ACK SYN", " --tcp-flags SYN SYN",
                                                        " ! --tcp-flags SYN SYN", " --tcp-flags ALL SYN" })));
}

static void put_protocol(GString *out)
{
  switch (draw(6)) {
  case 0: break;
  case 1: g_string_append(out, " ! -p icmp"); break;
  case 2:
    g_string_append(out, " -p icmp");
    if (draw(2) == 0)
      g_string_append_printf(out, " -m icmp%s --icmp-type %s", draw(4) == 0 ? " !" : "",
                             ONE_OF(((const char *const[]){ "8", "3", "3/1", "any" })));
    break;
  case 3:
    g_string_append(out, " -p udp");
    put_tcp_or_udp(out, FALSE);
    break;
  default: g_string_append(out, " -p tcp"); put_tcp_or_udp(out, TRUE);
  }
}

static void put_matches(GString *out)
{
  static const char *const others[] = {
    " -m mark --mark 0x1/0x3",
    " -m mark ! --mark 0x2",
    " -m comment --comment x",
    " -m ttl --ttl-gt 63",
    " -m ttl --ttl-lt 63",
    " -m ttl --ttl-lt 0",
    " -m ttl --ttl-gt 255",
    " -m ttl --ttl-eq 63",
    " -m ttl ! --ttl-eq 63",
    " -m length --length 28:40",
    " -m length ! --length 0:29",
    " -m dscp --dscp 0x2e",
    " -m dscp ! --dscp 0x04",
    " -m tos --tos 0x10/0xff",
    " -m tos ! --tos 0x10/0x3f",
    " -m tos ! --tos 0xb8/0xff",
    " -m limit --limit 10/sec --limit-burst 3",
    " -m statistic --mode nth --every 3 --packet 0",
    " -m recent --set --name a --mask 255.255.255.255 --rsource",
    " -m recent --update --hitcount 3 --name a --mask 255.255.255.255 --rsource",
    " -m iprange --src-range 10.0.0.1-10.0.0.9",
    " -m cpu --cpu 0",
    " -m connlimit --connlimit-upto 2",
    " -m iprange ! --dst-range 10.0.0.1-10.0.1.7",
    " -m iprange --dst-range 10.0.0.2-10.0.0.9",
    " -m addrtype --dst-type LOCAL",
    " -m addrtype --src-type UNICAST",
    " -m addrtype ! --dst-type LOCAL,BROADCAST",
    " -m addrtype ! --src-type MULTICAST",
    " -m addrtype --dst-type MULTICAST",
    " -m addrtype --dst-type LOCAL,UNICAST",
    " -m addrtype ! --dst-type BROADCAST",
    " -m addrtype ! --src-type LOCAL,UNICAST",
    " -m conntrack --ctorigdst 10.0.0.2",
    " -m conntrack ! --ctorigsrc 10.0.0.0/24",
    " -m conntrack ! --ctreplsrc 10.0.0.1 --ctorigdst 10.0.0.0/8",
    " -m conntrack --ctrepldst 10.0.1.0/24",
    " -m iprange ! --src-range 10.0.0.1-10.0.0.1",
    " -m connmark --mark 0x0/0x3",
    " -m connmark --mark 0x1",
    " -m connmark ! --mark 0x1",
  };

  if (draw(5) == 0)
    g_string_append(out, ONE_OF(others));
  if (draw(4) == 0)
    g_string_append_printf(out, " -m conntrack%s --ctstate %s", draw(4) == 0 ? " !" : "", ONE_OF(states));
  else if (draw(8) == 0)
    g_string_append_printf(out, " -m state%s --state %s", draw(4) == 0 ? " !" : "", ONE_OF(states));
  if (draw(6) == 0)
    g_string_append(out, ONE_OF(others));
}

/* Of the built-in chain (0) or a user chain: jumps lead on to later ones, so that there are no loops. */
static void put_target(GString *out, guint chain)
{
  guint what = draw(10);

  if (what < 3)
    g_string_append(out, draw(2) == 0 ? " -j ACCEPT" : " -j DROP");
  else if (what < 5 && chain < CHAINS)
    g_string_append_printf(out, " -%c c%u", draw(3) == 0 ? 'g' : 'j', chain + 1 + draw(CHAINS - chain));
  else if (what == 5)
    g_string_append(out, draw(2) == 0 ? " -j MARK --set-xmark 0x1/0x3" : " -j CONNMARK --set-xmark 0x1/0x3");
  else if (what == 6)
    g_string_append(out, " -j RETURN");
}

static void put_rule(GString *out, const char *chain, guint number)
{
  g_string_append_printf(out, "-A %s", chain);
  maybe_test(out, "-s", ONE_OF(networks), 3);
  maybe_test(out, "-d", ONE_OF(networks), 3);
  maybe_test(out, "-i", ONE_OF(interfaces), 6);
  if (strcmp(chain, "PREROUTING") != 0)
    maybe_test(out, "-o", ONE_OF(interfaces), 12);
  put_protocol(out);
  put_matches(out);
  put_target(out, number);
  g_string_append_c(out, '\n');
}

/* A few rules that see the packet before filter does, and an empty chain. */
static void put_mangle(GString *out)
{
  guint n;

  g_string_append(out, "*mangle\n:PREROUTING ACCEPT\n:FORWARD ACCEPT\n:POSTROUTING ACCEPT\n");
  for (n = draw(4); n > 0; n--)
    put_rule(out, draw(2) == 0 ? "FORWARD" : "PREROUTING", CHAINS);
  g_string_append(out, "COMMIT\n");
}

static char *random_rules(void)
{
  GString *out = g_string_new(NULL);
  guint chain, i;

  if (draw(2) == 0)
    put_mangle(out);
  g_string_append(out, "*filter\n:FORWARD ACCEPT\n");
  for (chain = 1; chain <= CHAINS; chain++)
    g_string_append_printf(out, ":c%u -\n", chain);
  for (chain = 0; chain <= CHAINS; chain++)
    for (i = 0; i < (guint)RULES >> chain; i++) {
      g_autofree char *name = chain == 0 ? g_strdup("FORWARD") : g_strdup_printf("c%u", chain);

      put_rule(out, name, chain);
    }
  g_string_append(out, "COMMIT\n");
  return g_string_free(out, FALSE);
}

/* ---- rules that most packets need not be asked of one by one: settled.h ---- */

static void put_kind_rule(GString *out, const char *chain)
{
  const gboolean in = strcmp(chain, "OUTPUT") != 0 && strcmp(chain, "POSTROUTING") != 0,
                 leaves = strcmp(chain, "PREROUTING") != 0 && strcmp(chain, "INPUT") != 0;

  if (draw(8) == 0) {
    g_string_append_printf(out, "-A %s -d 10.0.0.0/24 -m ttl --ttl-gt 62\n", chain);
    return;
  }
  g_string_append_printf(out, "-A %s", chain);
  if (in)
    maybe_test(out, "-i", ONE_OF(interfaces), 4);
  if (leaves)
    maybe_test(out, "-o", ONE_OF(interfaces), 4);
  maybe_test(out, "-p", ONE_OF(((const char *const[]){ "tcp", "udp", "icmp" })), 3);
  if (draw(3) == 0)
    g_string_append_printf(out, " -m conntrack%s --ctstate %s", draw(4) == 0 ? " !" : "", ONE_OF(states));
  g_string_append(out, ONE_OF(((const char *const[]){ "", " -j ACCEPT\n", " -j ACCEPT\n", " -j DROP\n",
                                                      " -j MARK --set-mark 1\n" })));
  if (out->str[out->len - 1] != '\n')
    g_string_append_c(out, '\n');
}

static void put_kind_table(GString *out, const char *table, const char *const *chains)
{
  guint i, n;

  g_string_append_printf(out, "*%s\n", table);
  for (i = 0; chains[i] != NULL; i++)
    g_string_append_printf(out, ":%s %s\n", chains[i],
                           draw(6) == 0 && strcmp(table, "filter") == 0 ? "DROP" : "ACCEPT");
  for (i = 0; chains[i] != NULL; i++)
    for (n = draw(4); n > 0; n--)
      if (strcmp(table, "filter") == 0 || draw(3) == 0)
        put_kind_rule(out, chains[i]);
  g_string_append(out, "COMMIT\n");
}

static char *random_kind_rules(void)
{
  static const char *const raw[] = { "PREROUTING", "OUTPUT", NULL },
                           *const filter[] = { "INPUT", "FORWARD", "OUTPUT", NULL },
                           *const mangle[] = { "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING", NULL };
  GString *out = g_string_new(NULL);

  if (draw(2) == 0)
    put_kind_table(out, "raw", raw);
  if (draw(2) == 0)
    put_kind_table(out, "mangle", mangle);
  put_kind_table(out, "filter", filter);
  return g_string_free(out, FALSE);
}

/* ---- rules that translate: most packets of a connection are, and nobody asks for their bytes ---- */

static char *random_nat_rules(void)
{
  static const char *const targets[][3] = {
    { "PREROUTING", "-d 10.0.0.9/32", "DNAT --to-destination 10.0.1.2" },
    { "PREROUTING", "-p tcp -m tcp --dport 80", "DNAT --to-destination 10.0.1.2:443" },
    { "PREROUTING", "-p tcp -m tcp --dport 22", "REDIRECT --to-ports 25" },
    { "PREROUTING", "-d 192.168.0.0/16", "NETMAP --to 10.0.0.0/16" },
    { "OUTPUT", "-p udp", "DNAT --to-destination 10.0.1.7" },
    { "INPUT", "-p tcp", "SNAT --to-source 10.0.1.7" },
    { "POSTROUTING", "-o eth1", "MASQUERADE" },
    { "POSTROUTING", "-s 10.0.0.0/24", "SNAT --to-source 10.0.1.7" },
    { "POSTROUTING", "-p udp", "SNAT --to-source 10.0.0.9:40000-40002" },
    { "POSTROUTING", "-p tcp", "MASQUERADE --random" },
  };
  g_autofree char *others = random_kind_rules();
  GString *out = g_string_new("*nat\n");
  guint i;

  for (i = 0; i < G_N_ELEMENTS(targets); i++)
    if (draw(3) == 0)
      g_string_append_printf(out, "-A %s %s -j %s\n", targets[i][0], targets[i][1], targets[i][2]);
  g_string_append(out, "COMMIT\n");
  switch (draw(4)) {
  case 0: /* dropped before the first nat hook of its way, once its connection is translated */
    g_string_append(out, "*mangle\n-A PREROUTING -i wan0 -m conntrack --ctstate ESTABLISHED -j DROP\nCOMMIT\n");
    break;
  case 1: /* no other chains: what is mapped goes straight through */ break;
  default: g_string_append(out, others); break;
  }
  return g_string_free(out, FALSE);
}

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
  const char *from = ONE_OF(hosts), *to = ONE_OF(hosts), *in = ONE_OF(names);
  guint8 ttl = ONE_OF(((const guint8[]){ 64, 64, 64, 63, 2, 1 })),
         tos = ONE_OF(((const guint8[]){ 0, 0, 0x10, 0xb8, 0xba }));
  guint what = draw(8), sport = ONE_OF(numbers), dport = ONE_OF(numbers), with = ONE_OF(flags), ms = draw(200), i;

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
  if (draw(2) == 0)
    fw_box_facts_route(k->facts, "10.0.1.0/24=eth1");
  if (draw(3) == 0)
    fw_box_facts_local(k->facts, "10.0.0.9/24@eth0");
  k->facts->complete = draw(4) == 0;
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
  fw_backend backend = draw(2) == 0 ? FW_BACKEND_LEGACY : FW_BACKEND_NFT;
  guint64 seed = state;
  guint k;

  left.any = FALSE;
  start(&kits[0], rules, backend, FALSE);
  state = seed;
  start(&kits[1], rules, backend, TRUE);
  for (k = 0; k < PACKETS; k++) {
    g_autofree char *by = NULL;

    if (answers && left.any && draw(4) != 0)
      answer(kits);
    else
      send_any(kits);
    by = g_strdup(wk_by(&kits[0]));
    if (strcmp(by, wk_by(&kits[1])) != 0)
      ck_abort_msg("packet %u: %s and %s in\n%s", k, by, wk_by(&kits[1]), rules);
    expect_same_end(&kits[0], &kits[1]);
    note_left(fw_firewall_outcome(kits[0].firewall));
    if (one_in != 0 && draw(one_in) == 0)
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

  state = 0x2545f4914f6cdd1du + (guint64)_i * 0x9e3779b97f4a7c15u;
  for (i = 0; i < RULESETS; i++) {
    g_autofree char *rules = random_rules();
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

  state = 0x9e3779b97f4a7c15u + (guint64)_i * 0x2545f4914f6cdd1du;
  for (i = 0; i < RULESETS; i++) {
    g_autofree char *rules = random_kind_rules();
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

  state = 0xd1342543de82ef95u + (guint64)_i * 0x2545f4914f6cdd1du;
  for (i = 0; i < RULESETS; i++) {
    g_autofree char *rules = random_nat_rules();
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
