/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rulesets of nftables: several tables with chains at all hooks, sets and maps. Nothing that the clock or chance
 * decides. */
#include "generator.h"

enum { TABLES = 2, USER_CHAINS = 3, BASES_MOST = 7, RULES_MOST = 8 };

typedef struct making {
  gen_case *c;
  verify_random *r;
  const char *family; /* of the table */
  const char *hook;   /* of the base chain; NULL: a user chain */
  gint priority;
  guint user; /* of a user chain: its number; USER_CHAINS: a base chain */
  gboolean nat;
  gboolean compared;   /* of two comparisons beside each other nft makes one, and not the same */
  const char *l3, *l4; /* what the rule has asked for so far; nft refuses what contradicts it. NULL: nothing */
} making;

static guint below(making *m, guint n) { return verify_random_below(m->r, n); }
static gboolean percent(making *m, guint n) { return verify_random_percent(m->r, n); }
#define ONE_OF(m, ...) gen_one_of((m)->r, (const char *const[]){ __VA_ARGS__, NULL })
static const char *op(making *m) { return percent(m, 25) ? "!= " : ""; }
static gboolean is(const making *m, const char *family) { return g_str_equal(m->family, family); }
static gboolean at(const making *m, const char *hook) { return m->hook != NULL && g_str_equal(m->hook, hook); }

/* Whether the rule may ask for it; if so, it does. */
static gboolean takes(const char **asked, const char *what)
{
  if (*asked != NULL && !g_str_equal(*asked, what))
    return FALSE;
  *asked = what;
  return TRUE;
}

static gboolean takes_order(making *m)
{
  const gboolean may = !m->compared;

  m->compared = TRUE;
  return may;
}

static gboolean takes_tcp(making *m) { return takes(&m->l4, "tcp"); }

/* ---- matches ---- */

static void put_ip(making *m, GString *out)
{
  const gboolean six = is(m, "ip6") || (is(m, "inet") && percent(m, 30));

  if (!takes(&m->l3, six ? "ip6" : "ip"))
    return;
  switch (below(m, 5)) {
  case 0:
    g_string_append_printf(
      out, "%s %saddr %s%s ", six ? "ip6" : "ip", percent(m, 50) ? "s" : "d", op(m),
      six ? ONE_OF(m, "fd01::/64", "fd02::2", "{ fd01::2, fd01::3 }", "fd01::2-fd01::3")
          : ONE_OF(m, "10.1.0.0/24", "10.1.0.2", "{ 10.1.0.2, 198.51.100.0/24 }", "10.1.0.2-10.1.0.3", "198.51.100.3"));
    return;
  case 1:
    g_string_append_printf(out, "%s dscp %s%s ", six ? "ip6" : "ip", op(m),
                           ONE_OF(m, "cs0", "cs1", "ef", "{ cs0, af11 }"));
    return;
  case 2:
    if (takes_order(m))
      g_string_append_printf(out, six ? "ip6 hoplimit %s %u " : "ip ttl %s %u ", ONE_OF(m, "<", ">", "==", ">="),
                             60 + below(m, 8));
    return;
  case 3:
    if (takes_order(m))
      g_string_append_printf(out, six ? "ip6 length %s %u " : "ip length %s %u ", ONE_OF(m, "<", ">"),
                             30 + below(m, 120));
    return;
  default:
    if (!takes(&m->l4, "some"))
      return;
    if (six)
      g_string_append_printf(out, "ip6 nexthdr %s%s ", op(m), ONE_OF(m, "tcp", "udp", "icmpv6"));
    else
      g_string_append_printf(out, "ip protocol %s%s ", op(m), ONE_OF(m, "tcp", "udp", "icmp", "253"));
  }
}

static void put_ports(making *m, GString *out)
{
  const char *protocol = m->l4 == NULL ? ONE_OF(m, "tcp", "udp", "th") : g_str_equal(m->l4, "udp") ? "udp" : "tcp";

  if (!takes(&m->l4, g_str_equal(protocol, "th") ? "some" : protocol))
    return;
  g_string_append_printf(out, "%s %s %s%s ", protocol, ONE_OF(m, "dport", "sport"), op(m),
                         ONE_OF(m, "80", "1-1023", "{ 22, 53, 80 }", "{ 1-100, 443, 20000-20200 }", "5060"));
}

static void put_icmp(making *m, GString *out)
{
  const gboolean six = m->l3 != NULL ? g_str_equal(m->l3, "ip6") : is(m, "ip6") || (is(m, "inet") && percent(m, 40));

  if (!takes(&m->l4, six ? "icmpv6" : "icmp") || !takes(&m->l3, six ? "ip6" : "ip"))
    return;
  g_string_append_printf(out, "%s type %s%s ", six ? "icmpv6" : "icmp", op(m),
                         six ? ONE_OF(m, "echo-request", "echo-reply", "{ 1, 3, 128 }")
                             : ONE_OF(m, "echo-request", "destination-unreachable", "{ 0, 8 }"));
}

static void put_l4(making *m, GString *out)
{
  switch (below(m, 6)) {
  case 0: put_ports(m, out); return;
  case 1:
    if (takes_tcp(m))
      g_string_append_printf(
        out, "tcp flags %s ",
        ONE_OF(m, "syn", "== syn", "!= syn", "syn / syn,ack", "& (fin | rst) != 0", "{ syn, ack }", "== 0x0", "! rst"));
    return;
  case 2: put_icmp(m, out); return;
  case 3:
    if (takes(&m->l4, "some"))
      g_string_append_printf(out, "meta l4proto %s%s ", op(m), ONE_OF(m, "tcp", "{ tcp, udp }", "253", "icmpv6"));
    return;
  case 4: /* beside a protocol of no name nft 1.0.6 aborts when it lists */
    if (takes(&m->l4, "raw"))
      g_string_append_printf(out, "@th,%u,8 & 0x3 == 0x%x ", 8 * below(m, 8), below(m, 4));
    return;
  default:
    if (takes_tcp(m) && takes_order(m))
      g_string_append_printf(out, "tcp %s %s %u ", ONE_OF(m, "sequence", "window", "ackseq"), ONE_OF(m, "<", ">"),
                             1 + below(m, 9000));
  }
}

static void put_meta(making *m, GString *out)
{
  switch (below(m, 6)) {
  case 0:
    g_string_append_printf(out, "iifname %s%s ", op(m), ONE_OF(m, "lan0", "wan0", "{ lan0, eth9 }", "\"w*\""));
    return;
  case 1: g_string_append_printf(out, "oifname %s%s ", op(m), ONE_OF(m, "lan0", "wan0", "\"l*\"")); return;
  case 2:
    g_string_append_printf(out, "meta mark %s ", ONE_OF(m, "0", "!= 1", "{ 1, 2 }", "& 0x3 == 0x2", "1-3", "!= 1-2"));
    return;
  case 3:
    if (takes_order(m))
      g_string_append_printf(out, "meta length %s %u ", ONE_OF(m, "<", ">"), 30 + below(m, 150));
    return;
  case 4: {
    const gboolean six = percent(m, 50);

    if (is(m, "inet") && takes(&m->l3, six ? "ip6" : "ip"))
      g_string_append_printf(out, "meta nfproto ipv%c ", six ? '6' : '4');
    return;
  }
  default:
    if (at(m, "prerouting") || at(m, "input") || at(m, "forward"))
      g_string_append_printf(out, "fib daddr type %s%s ", op(m), ONE_OF(m, "local", "unicast"));
    else
      g_string_append_printf(out, "meta pkttype %shost ", op(m));
  }
}

static void put_ct(making *m, GString *out)
{
  switch (below(m, 11)) {
  case 0:
  case 1:
  case 2:
    g_string_append_printf(out, "ct state %s%s ", op(m),
                           ONE_OF(m, "new", "established", "invalid", "established,related", "{ new, untracked }"));
    return;
  case 3:
    g_string_append_printf(out, "ct status %s ",
                           ONE_OF(m, "seen-reply", "assured", "confirmed", "!= confirmed", "snat", "dnat"));
    return;
  case 4: g_string_append_printf(out, "ct direction %s ", ONE_OF(m, "original", "reply")); return;
  case 5:
    g_string_append_printf(out, "ct mark %s ", ONE_OF(m, "0", "!= 1", "{ 1, 2 }", "& 0x3 == 0x1", "!= 0"));
    return;
  case 6:
    if (takes_order(m))
      g_string_append_printf(out, "ct %s%s %s %u ", ONE_OF(m, "", "original ", "reply "), ONE_OF(m, "packets", "bytes"),
                             ONE_OF(m, "<", ">="), 1 + below(m, 5));
    return;
  case 7:
    if (takes(&m->l4, "some"))
      g_string_append_printf(out, "meta l4proto tcp ct %s proto-dst %s%s ", ONE_OF(m, "original", "reply"), op(m),
                             ONE_OF(m, "80", "1-1023", "443"));
    return;
  case 8:
    g_string_append_printf(out, "ct %szone %s%u ", ONE_OF(m, "", "original ", "reply "), op(m), below(m, 3));
    return;
  case 9:
    if (!takes(&m->l3, is(m, "ip6") ? "ip6" : "ip"))
      return;
    if (is(m, "ip6"))
      g_string_append_printf(out, "ct original ip6 saddr fd01::/64 ");
    else
      g_string_append_printf(out, "ct original ip daddr %s198.51.100.0/24 ", op(m));
    return;
  default:
    if (takes(&m->l4, "some"))
      g_string_append_printf(out, "ct protocol %s%s ", op(m), ONE_OF(m, "tcp", "udp", "{ tcp, udp }"));
  }
}

static void put_counting(making *m, GString *out)
{
  switch (below(m, 6)) {
  case 0:
    g_string_append_printf(out, "limit rate %s1/hour burst %u packets ", ONE_OF(m, "", "over "), 1 + below(m, 12));
    return;
  case 1:
    g_string_append_printf(out, "quota %s%u bytes ", ONE_OF(m, "", "over ", "until "), 50 + below(m, 3000));
    return;
  case 2:
    if (percent(m, 20))
      g_string_append_printf(out, "ct count %s%u ", ONE_OF(m, "", "over "), below(m, 5));
    return;
  case 3: g_string_append_printf(out, "numgen inc mod %u %u ", 2 + below(m, 4), below(m, 2)); return;
  case 4:
    g_string_append_printf(out, "limit rate %s1 kbytes/day burst %u bytes ", ONE_OF(m, "", "over "),
                           100 + below(m, 3000));
    return;
  default:
    g_string_append_printf(out, "%s ",
                           ONE_OF(m, "counter name \"named\"", "quota name \"some\"", "limit name \"few\""));
  }
}

/* The table's own sets are of addresses of IPv4, and of ports. */
static void put_set(making *m, GString *out)
{
  if (is(m, "ip6") || percent(m, 20)) {
    if (takes_tcp(m))
      g_string_append_printf(out, "tcp dport %s@ports ", op(m));
    return;
  }
  if (!takes(&m->l3, "ip"))
    return;
  switch (below(m, 5)) {
  case 0: g_string_append_printf(out, "ip %s %s@hosts ", ONE_OF(m, "saddr", "daddr"), op(m)); return;
  case 1:
    if (takes_tcp(m))
      g_string_append_printf(out, "ip saddr . tcp dport %s@pairs ", op(m));
    return;
  case 2: g_string_append_printf(out, "%s @seen { ip saddr } ", ONE_OF(m, "add", "update")); return;
  case 3:
    g_string_append_printf(out, "%s @limited { ip saddr limit rate 1/hour burst 3 packets } ",
                           ONE_OF(m, "add", "update"));
    return;
  default: g_string_append_printf(out, "ip %s %s@seen ", ONE_OF(m, "saddr", "daddr"), op(m)); return;
  }
}

static void put_match(making *m, GString *out)
{
  switch (below(m, 12)) {
  case 0:
  case 1: put_ip(m, out); return;
  case 2:
  case 3:
  case 4: put_l4(m, out); return;
  case 5:
  case 6: put_meta(m, out); return;
  case 7:
  case 8: put_ct(m, out); return;
  case 9: put_counting(m, out); return;
  default: put_set(m, out);
  }
}

/* ---- what a rule does ---- */

static void put_change(making *m, GString *out)
{
  switch (below(m, 7)) {
  case 0:
    g_string_append_printf(out, "meta mark set %s ",
                           ONE_OF(m, "1", "2", "ct mark", "meta mark | 0x4", "meta mark ^ 0x1"));
    return;
  case 1: g_string_append_printf(out, "ct mark set %s ", ONE_OF(m, "1", "2", "meta mark", "ct mark | 0x4")); return;
  case 2:
    if (!takes(&m->l3, is(m, "ip6") ? "ip6" : "ip"))
      return;
    if (is(m, "ip6"))
      g_string_append_printf(out, "ip6 dscp set %s ", ONE_OF(m, "cs1", "ef"));
    else
      g_string_append_printf(out, "ip dscp set %s ", ONE_OF(m, "cs1", "ef"));
    return;
  case 3:
    if (!is(m, "ip6") && takes(&m->l3, "ip"))
      g_string_append_printf(out, "ip ttl set %u ", 60 + below(m, 20));
    return;
  case 4:
    if (takes_tcp(m))
      g_string_append(out, "meta mark set tcp dport map { 22 : 1, 80 : 2, 443 : 3 } ");
    return;
  case 5:
    if (at(m, "prerouting") && m->priority < -200)
      g_string_append(out, ONE_OF(m, "notrack ", "ct zone set 1 ", "ct original zone set 2 "));
    return;
  default:
    if (!is(m, "ip6") && takes(&m->l3, "ip"))
      g_string_append_printf(out, "meta mark set jhash ip saddr . ip daddr mod %u seed 0x%x offset 1 ", 2 + below(m, 3),
                             below(m, 1000));
  }
}

static gboolean put_jump(making *m, GString *out)
{
  const guint from = m->user < USER_CHAINS ? m->user + 1 : 0;
  guint to;

  if (from >= USER_CHAINS || m->nat)
    return FALSE;
  to = from + below(m, USER_CHAINS - from);
  switch (below(m, 4)) {
  case 0: g_string_append_printf(out, "goto u%u", to); return TRUE;
  case 1:
    g_string_append_printf(out, "ct state vmap { established : accept, new : jump u%u, invalid : drop }", to);
    return TRUE;
  case 2:
    if (!takes_tcp(m))
      return FALSE;
    g_string_append_printf(out, "tcp dport vmap { 22 : jump u%u, 80-90 : accept, 443 : continue, 53 : return }", to);
    return TRUE;
  default: g_string_append_printf(out, "jump u%u", to); return TRUE;
  }
}

static void put_nat(making *m, GString *out)
{
  const gboolean six = is(m, "ip6"), inet = is(m, "inet"), plain = !takes(&m->l3, six ? "ip6" : "ip");

  if (at(m, "postrouting")) {
    if (plain || percent(m, 40))
      g_string_append(out, "masquerade");
    else if (six)
      g_string_append_printf(out, "snat to %s", ONE_OF(m, "fd02::1", "fd02::14"));
    else
      g_string_append_printf(out, "snat %sto %s", inet ? "ip " : "",
                             ONE_OF(m, "198.51.100.1", "198.51.100.20",
                                    "ip saddr map { 10.1.0.2 : 198.51.100.20, 10.1.0.3 : 198.51.100.21 }"));
  } else if (plain) {
    g_string_append(out, "return");
  } else if (six) {
    g_string_append_printf(out, "dnat to %s", ONE_OF(m, "fd01::9", "fd02::9"));
  } else {
    g_string_append_printf(
      out, "dnat %sto %s", inet ? "ip " : "",
      ONE_OF(m, "10.1.0.9", "198.51.100.9", "ip daddr map { 198.51.100.2 : 198.51.100.9, 10.1.0.2 : 10.1.0.9 }"));
  }
}

static void put_end(making *m, GString *out)
{
  if (percent(m, 25))
    return;
  if (m->nat && percent(m, 60)) {
    put_nat(m, out);
    return;
  }
  if (percent(m, 30) && put_jump(m, out))
    return;
  if (!m->nat && (at(m, "input") || at(m, "forward") || at(m, "output")) && percent(m, 15)) {
    const char *how = is(m, "ip6")  ? ONE_OF(m, "reject", "reject with icmpv6 type no-route")
                      : is(m, "ip") ? ONE_OF(m, "reject", "reject with icmp type host-prohibited")
                                    : ONE_OF(m, "reject", "reject with icmpx type admin-prohibited");

    g_string_append(out, how);
    return;
  }
  g_string_append(out, ONE_OF(m, "accept", "accept", "accept", "drop", "return", "continue"));
}

static void put_rule(making *m)
{
  g_autoptr(GString) rule = g_string_new("  ");
  guint n;

  m->l3 = m->l4 = NULL;
  m->compared = FALSE;

  for (n = below(m, 3); n > 0; n--)
    put_match(m, rule);
  if (percent(m, 70))
    g_string_append(rule, "counter ");
  if (!m->nat && percent(m, 35))
    put_change(m, rule);
  if (percent(m, 15))
    g_string_append(rule, "counter ");
  put_end(m, rule);
  if (rule->len == 2)
    g_string_append(rule, "counter");
  if (percent(m, 10))
    g_string_append(rule, " comment \"some words\"");
  gen_line_add(m->c, TRUE, FALSE, "%s", rule->str);
}

/* ---- tables ---- */

static void put_sets(making *m)
{
  static const char *const lines[] = {
    " counter named { }",
    " quota some { 2000 bytes }",
    " limit few { rate 1/hour burst 4 packets; }",
    " set ports { type inet_service; flags interval; elements = { 22, 80-90, 5060 }; }",
    " set hosts { type ipv4_addr; flags interval; elements = { 10.1.0.2, 198.51.100.0/30 }; }",
    " set pairs { type ipv4_addr . inet_service; elements = { 10.1.0.2 . 80, 198.51.100.3 . 22 }; }",
    " set seen { type ipv4_addr; size 1000; flags dynamic,timeout; timeout 1h; }",
    " set limited { type ipv4_addr; size 1000; flags dynamic,timeout; timeout 1h; }",

  };

  for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
    gen_line_add(m->c, FALSE, FALSE, "%s", lines[i]);
}

static void put_chain(making *m, guint number)
{
  static const gint priorities[] = { -300, -150, -100, 0, 0, 0, 50, 100, 10, -250 };

  m->user = USER_CHAINS;
  m->nat = percent(m, 15);
  m->hook = m->nat ? ONE_OF(m, "prerouting", "postrouting")
                   : ONE_OF(m, "prerouting", "input", "forward", "forward", "output", "postrouting");
  m->priority = m->nat ? (at(m, "prerouting") ? -100 : 100) : priorities[below(m, G_N_ELEMENTS(priorities))];
  gen_line_add(m->c, FALSE, FALSE, " chain b%u {", number);
  gen_line_add(m->c, FALSE, FALSE, "  type %s hook %s priority %d; policy %s;", m->nat ? "nat" : "filter", m->hook,
               m->priority, !m->nat && percent(m, 12) ? "drop" : "accept");
  for (guint n = below(m, RULES_MOST); n > 0; n--)
    put_rule(m);
  gen_line_add(m->c, FALSE, FALSE, " }");
}

static void put_table(making *m, guint number)
{
  m->family = ONE_OF(m, "inet", "inet", "ip", "ip6");
  gen_line_add(m->c, FALSE, FALSE, "table %s t%u {", m->family, number);
  put_sets(m);
  /* What is jumped to stands before who jumps. */
  for (guint i = USER_CHAINS; i-- > 0;) {
    m->user = i;
    m->hook = NULL;
    m->nat = FALSE;
    gen_line_add(m->c, FALSE, FALSE, " chain u%u {", i);
    for (guint n = below(m, 4); n > 0; n--)
      put_rule(m);
    gen_line_add(m->c, FALSE, FALSE, " }");
  }
  for (guint i = 0, n = 1 + below(m, BASES_MOST); i < n; i++)
    put_chain(m, i);
  gen_line_add(m->c, FALSE, FALSE, "}");
}

void gen_rules_nft(gen_case *c, verify_random *random)
{
  making m = { .c = c, .r = random };

  for (guint i = 0; i < TABLES; i++)
    put_table(&m, i);
}
