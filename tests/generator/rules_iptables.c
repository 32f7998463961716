/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rulesets of iptables, of both families. Nothing that the clock or chance decides: limits give a burst and then
 * nothing for an hour.
 */
#include "generator.h"

enum { RULES_MOST = 14, USER_CHAINS = 3 };

typedef struct making {
  gen_case *c;
  verify_random *r;
  gboolean six, table_is_nat;
  const char *table, *chain; /* chain: of the base chains that a rule may be reached from, or a user chain */
  guint user;                /* of a user chain: its number; USER_CHAINS: a base chain */
  guint serial;              /* of names that must not be shared */
} making;

static guint below(making *m, guint n) { return verify_random_below(m->r, n); }
static gboolean percent(making *m, guint n) { return verify_random_percent(m->r, n); }
static const char *no(making *m) { return percent(m, 20) ? "! " : ""; }

static void put_address(making *m, GString *out, char way)
{
  static const char *const four[] = { "10.1.0.0/24",     "10.1.0.2",     "10.1.0.3/32",
                                      "198.51.100.0/24", "198.51.100.4", "10.1.0.2/31",
                                      "198.51.100.1",    "10.1.0.1",     NULL },
                           *const six[] = { "fd01::/64", "fd01::2", "fd02::/64", "fd02::3", "fd01::1", NULL };

  g_string_append_printf(out, " %s-%c %s", no(m), way, gen_one_of(m->r, m->six ? six : four));
}

/* A chain's name says which interfaces may be asked for. */
static void put_interface(making *m, GString *out)
{
  const gboolean in = g_str_has_prefix(m->chain, "PRE") || g_str_equal(m->chain, "INPUT") ||
                      (g_str_equal(m->chain, "FORWARD") && percent(m, 50));
  const gboolean any = m->user < USER_CHAINS;

  g_string_append_printf(out, " %s-%c %s", no(m),
                         any  ? (percent(m, 50) ? 'i' : 'o')
                         : in ? 'i'
                              : 'o',
                         gen_one_of(m->r, (const char *const[]){ "lan0", "wan0", "lan+", "w+", "eth9", NULL }));
}

/* ---- what hangs on a protocol ---- */

static void put_tcp(making *m, GString *out)
{
  static const char *const flags[] = { "SYN SYN",  "SYN,ACK SYN", "FIN,SYN,RST,ACK SYN", "ALL SYN,ACK",     "RST RST",
                                       "ALL NONE", "FIN FIN",     "PSH,ACK ACK",         "SYN,FIN SYN,FIN", NULL };

  g_string_append(out, " -p tcp -m tcp");
  if (percent(m, 40))
    g_string_append_printf(out, " %s--tcp-flags %s", no(m), gen_one_of(m->r, flags));
  if (percent(m, 40))
    g_string_append_printf(
      out, " %s--dport %s", no(m),
      gen_one_of(m->r, (const char *const[]){ "80", "22:443", "1024:65535", ":100", "8080", NULL }));
  if (percent(m, 20))
    g_string_append_printf(out, " %s--sport %s", no(m),
                           gen_one_of(m->r, (const char *const[]){ "80", "20000:20300", "1024:65535", NULL }));
}

static void put_protocol(making *m, GString *out)
{
  switch (below(m, 6)) {
  case 0:
  case 1: put_tcp(m, out); return;
  case 2:
    g_string_append_printf(out, " -p udp -m udp %s--%cport %s", no(m), percent(m, 70) ? 'd' : 's',
                           gen_one_of(m->r, (const char *const[]){ "53", "5060", "20000:20400", "1:1023", NULL }));
    return;
  case 3:
    g_string_append_printf(out, " -p %s -m multiport %s--%s %s", percent(m, 60) ? "tcp" : "udp", no(m),
                           gen_one_of(m->r, (const char *const[]){ "ports", "dports", "sports", NULL }),
                           gen_one_of(m->r, (const char *const[]){ "80,443", "22,53:80,8080", "20000:20350", NULL }));
    return;
  case 4:
    if (m->six)
      g_string_append_printf(out, " -p ipv6-icmp -m icmp6 %s--icmpv6-type %s", no(m),
                             gen_one_of(m->r, (const char *const[]){ "128", "129", "1", "3", NULL }));
    else
      g_string_append_printf(out, " -p icmp -m icmp %s--icmp-type %s", no(m),
                             gen_one_of(m->r, (const char *const[]){ "8", "0", "3", "3/3", "11", NULL }));
    return;
  default:
    g_string_append_printf(
      out, " %s-p %s", no(m),
      gen_one_of(m->r, (const char *const[]){ "tcp", "udp", m->six ? "ipv6-icmp" : "icmp", "253", NULL }));
  }
}

/* ---- matches ---- */

static void put_conntrack(making *m, GString *out)
{
  static const char *const states[] = { "NEW",     "ESTABLISHED",      "RELATED,ESTABLISHED",
                                        "INVALID", "INVALID,NEW",      "UNTRACKED",
                                        "RELATED", "NEW,UNTRACKED",    "SNAT",
                                        "DNAT",    "ESTABLISHED,DNAT", NULL };

  switch (below(m, 7)) {
  case 0:
  case 1:
  case 2: g_string_append_printf(out, " -m conntrack %s--ctstate %s", no(m), gen_one_of(m->r, states)); return;
  case 3:
    g_string_append_printf(out, " -m conntrack %s--ctstatus %s", no(m),
                           gen_one_of(m->r, (const char *const[]){ "SEEN_REPLY", "ASSURED", "CONFIRMED", "NONE",
                                                                   "SEEN_REPLY,CONFIRMED", NULL }));
    return;
  case 4: g_string_append_printf(out, " -m conntrack --ctdir %s", percent(m, 50) ? "ORIGINAL" : "REPLY"); return;
  case 5:
    g_string_append_printf(out, " -m conntrack %s--ctproto %s", no(m),
                           gen_one_of(m->r, (const char *const[]){ "6", "17", "1", "58", NULL }));
    return;
  default:
    g_string_append_printf(out, " -m state --state %s",
                           gen_one_of(m->r, (const char *const[]){ "NEW", "ESTABLISHED", "INVALID",
                                                                   "RELATED,ESTABLISHED", "UNTRACKED", NULL }));
  }
}

static void put_counting(making *m, GString *out)
{
  const guint serial = m->serial++;

  switch (below(m, 7)) {
  case 0: g_string_append_printf(out, " -m limit --limit 1/hour --limit-burst %u", 1 + below(m, 20)); return;
  case 1:
    g_string_append_printf(out, " -m statistic --mode nth --every %u --packet %u", 2 + below(m, 5), below(m, 2));
    return;
  case 2: g_string_append_printf(out, " -m quota --quota %u", 100 + below(m, 5000)); return;
  case 3:
    g_string_append_printf(out, " -m connbytes --connbytes %u: --connbytes-dir %s --connbytes-mode %s", below(m, 6),
                           gen_one_of(m->r, (const char *const[]){ "original", "reply", "both", NULL }),
                           gen_one_of(m->r, (const char *const[]){ "packets", "bytes", "avgpkt", NULL }));
    return;
  case 4:
    g_string_append_printf(out, " -m recent --name r%u %s --rsource", below(m, 3),
                           gen_one_of(m->r, (const char *const[]){ "--set", "--rcheck", "--update --hitcount 3",
                                                                   "--remove", "--rcheck --seconds 1000", NULL }));
    return;
  case 5:
    g_string_append_printf(out,
                           " -m hashlimit --hashlimit-upto 1/hour --hashlimit-burst %u --hashlimit-mode %s "
                           "--hashlimit-name h%u%s%u",
                           1 + below(m, 6),
                           gen_one_of(m->r, (const char *const[]){ "srcip", "dstip", "srcip,dstport", NULL }), serial,
                           m->six ? "s" : "f", (guint)(m->c->seed % 100000));
    return;
  default:
    g_string_append_printf(out, " -m connlimit --connlimit-%s %u --connlimit-mask %u --connlimit-saddr",
                           percent(m, 50) ? "upto" : "above", 1 + below(m, 3), m->six ? 64u : 24u);
  }
}

static void put_header_match(making *m, GString *out)
{
  switch (below(m, 8)) {
  case 0: g_string_append_printf(out, " -m length %s--length %u:%u", no(m), below(m, 60), 60 + below(m, 200)); return;
  case 1:
    if (m->six)
      g_string_append_printf(out, " -m hl --hl-%s 63", percent(m, 50) ? "gt" : "lt");
    else
      g_string_append_printf(out, " -m ttl --ttl-%s %u", percent(m, 50) ? "gt" : "lt", 60 + below(m, 10));
    return;
  case 2: g_string_append_printf(out, " -m tos %s--tos 0x%02x/0x%02x", no(m), below(m, 32) << 3, 0xf8); return;
  case 3: g_string_append_printf(out, " -m dscp %s--dscp 0x%02x", no(m), below(m, 64)); return;
  case 4:
    g_string_append_printf(
      out, m->six ? " -m iprange %s--src-range fd01::2-fd01::3" : " -m iprange %s--src-range 10.1.0.2-10.1.0.3", no(m));
    return;
  case 5: g_string_append_printf(out, " -m addrtype %s--dst-type LOCAL", no(m)); return;
  case 6: g_string_append_printf(out, " -m pkttype %s--pkt-type unicast", no(m)); return;
  default: g_string_append_printf(out, " -m string %s--string \"%cx\" --algo bm", no(m), 'a' + (int)below(m, 4));
  }
}

static void put_mark(making *m, GString *out)
{
  g_string_append_printf(out, " -m %s %s--mark 0x%x/0x%x", percent(m, 50) ? "mark" : "connmark", no(m), below(m, 8),
                         7 >> below(m, 3));
}

static void put_matches(making *m, GString *out)
{
  if (percent(m, 30))
    put_address(m, out, percent(m, 50) ? 's' : 'd');
  if (percent(m, 20))
    put_interface(m, out);
  if (percent(m, 45))
    put_protocol(m, out);
  if (percent(m, 35))
    put_conntrack(m, out);
  if (percent(m, 20))
    put_counting(m, out);
  if (percent(m, 20))
    put_header_match(m, out);
  if (percent(m, 20))
    put_mark(m, out);
  if (percent(m, 10))
    g_string_append(out, " -m comment --comment \"a b\"");
}

/* ---- targets ---- */

static void put_mark_target(making *m, GString *out)
{
  switch (below(m, 4)) {
  case 0: g_string_append(out, " -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff"); return;
  case 1: g_string_append(out, " -j CONNMARK --restore-mark --nfmask 0x7 --ctmask 0x7"); return;
  default:
    g_string_append_printf(out, " -j %s --set-xmark 0x%x/0x%x", percent(m, 50) ? "MARK" : "CONNMARK", below(m, 8),
                           7 >> below(m, 3));
  }
}

static gboolean is(const making *m, const char *table) { return g_str_equal(m->table, table); }

static void put_reject(making *m, GString *out)
{
  static const char *const four[] = { "icmp-port-unreachable", "icmp-host-prohibited", "icmp-admin-prohibited",
                                      "icmp-net-unreachable", NULL },
                           *const six[] = { "icmp6-port-unreachable", "icmp6-adm-prohibited", "icmp6-no-route", NULL };

  g_string_append_printf(out, " -j REJECT --reject-with %s", gen_one_of(m->r, m->six ? six : four));
}

static void put_header_target(making *m, GString *out)
{
  switch (below(m, 4)) {
  case 0: g_string_append_printf(out, " -j TOS --set-tos 0x%02x/0x%02x", below(m, 64) << 2, 0xfc); return;
  case 1: g_string_append_printf(out, " -j DSCP --set-dscp 0x%02x", below(m, 64)); return;
  case 2:
    if (m->six)
      g_string_append_printf(out, " -j HL --hl-%s", percent(m, 50) ? "set 70" : "inc 1");
    else
      g_string_append_printf(out, " -j TTL --ttl-%s", percent(m, 50) ? "set 70" : "inc 1");
    return;
  default: put_mark_target(m, out);
  }
}

static void put_nat(making *m, GString *out)
{
  static const char *const wan4[] = { "198.51.100.1", "198.51.100.20", "198.51.100.21", NULL },
                           *const wan6[] = { "fd02::1", "fd02::14", "fd02::15", NULL },
                           *const hosts4[] = { "10.1.0.3", "10.1.0.9", "198.51.100.9", NULL },
                           *const hosts6[] = { "fd01::3", "fd01::9", "fd02::9", NULL };

  if (g_str_equal(m->chain, "POSTROUTING")) {
    if (percent(m, 40))
      g_string_append(out, " -j MASQUERADE");
    else
      g_string_append_printf(out, " -j SNAT --to-source %s", gen_one_of(m->r, m->six ? wan6 : wan4));
  } else {
    g_string_append_printf(out, " -j DNAT --to-destination %s", gen_one_of(m->r, m->six ? hosts6 : hosts4));
  }
}

static gboolean put_jump(making *m, GString *out)
{
  const guint from = m->user < USER_CHAINS ? m->user + 1 : 0;

  if (from >= USER_CHAINS || m->table_is_nat)
    return FALSE;
  g_string_append_printf(out, " -%c u%u", percent(m, 80) ? 'j' : 'g', from + below(m, USER_CHAINS - from));
  return TRUE;
}

static void put_target(making *m, GString *out)
{
  if (percent(m, 15))
    return;
  if (percent(m, 20) && put_jump(m, out))
    return;
  if (m->table_is_nat) {
    if (percent(m, 70) && g_str_has_suffix(m->chain, "ROUTING"))
      put_nat(m, out);
    else
      g_string_append_printf(out, " -j %s", percent(m, 50) ? "ACCEPT" : "RETURN");
    return;
  }
  if (is(m, "raw") && percent(m, 50)) {
    if (percent(m, 50))
      g_string_append(out, " -j CT --notrack");
    else
      g_string_append_printf(out, " -j CT --zone%s %u", gen_one_of(m->r, (const char *const[]){ "", "-orig", NULL }),
                             1 + below(m, 3));
    return;
  }
  if (is(m, "mangle") && percent(m, 70)) {
    put_header_target(m, out);
    return;
  }
  if (percent(m, 30)) {
    put_mark_target(m, out);
    return;
  }
  if (is(m, "filter") && percent(m, 20)) {
    put_reject(m, out);
    return;
  }
  g_string_append_printf(
    out, " -j %s", gen_one_of(m->r, (const char *const[]){ "ACCEPT", "ACCEPT", "ACCEPT", "DROP", "RETURN", NULL }));
}

/* A match of several protocols cannot stand in raw before tracking: those of conntrack may, and see nothing. */
static void put_rule(making *m)
{
  g_autoptr(GString) rule = g_string_new(NULL);

  g_string_printf(rule, "-A %s", m->chain);
  if (m->table_is_nat) {
    if (percent(m, 50))
      put_address(m, rule, percent(m, 50) ? 's' : 'd');
    if (percent(m, 50))
      put_protocol(m, rule);
  } else {
    put_matches(m, rule);
  }
  put_target(m, rule);
  gen_line_add(m->c, TRUE, m->six, "%s", rule->str);
}

static void put_table(making *m, const char *table, const char *const *chains)
{
  static const char *const users[] = { "u0", "u1", "u2" };
  guint i, n;

  m->table = table;
  m->table_is_nat = g_str_equal(table, "nat");
  gen_line_add(m->c, FALSE, m->six, "*%s", table);
  for (i = 0; chains[i] != NULL; i++)
    gen_line_add(m->c, FALSE, m->six, ":%s %s [0:0]", chains[i], is(m, "filter") && percent(m, 25) ? "DROP" : "ACCEPT");
  for (i = 0; !m->table_is_nat && i < USER_CHAINS; i++)
    gen_line_add(m->c, FALSE, m->six, ":%s - [0:0]", users[i]);
  for (i = 0; chains[i] != NULL; i++) {
    m->chain = chains[i];
    m->user = USER_CHAINS;
    for (n = below(m, RULES_MOST / (m->table_is_nat ? 3 : is(m, "filter") ? 1 : 2)); n > 0; n--)
      put_rule(m);
  }
  for (i = 0; !m->table_is_nat && i < USER_CHAINS; i++) {
    m->chain = users[i];
    m->user = i;
    for (n = below(m, 5); n > 0; n--)
      put_rule(m);
  }
  gen_line_add(m->c, FALSE, m->six, "COMMIT");
}

void gen_rules_iptables(gen_case *c, verify_random *random)
{
  static const char *const filter[] = { "INPUT", "FORWARD", "OUTPUT", NULL },
                           *const raw[] = { "PREROUTING", "OUTPUT", NULL }, *const mangle[] = { "PREROUTING",  "INPUT",
                                                                                                "FORWARD",     "OUTPUT",
                                                                                                "POSTROUTING", NULL },
                           *const nat[] = { "PREROUTING", "INPUT", "OUTPUT", "POSTROUTING", NULL };

  for (guint six = 0; six < 2; six++) {
    making m = { .c = c, .r = random, .six = six != 0 };

    if (percent(&m, 30))
      put_table(&m, "raw", raw);
    if (percent(&m, 50))
      put_table(&m, "mangle", mangle);
    if (percent(&m, 35))
      put_table(&m, "nat", nat);
    put_table(&m, "filter", filter);
  }
}
