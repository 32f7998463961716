/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rulesets of nftables: several tables with chains at all hooks. Nothing that the clock or chance decides. */
#include "rules_nft.h"

enum { TABLES = 2, BASES_MOST = 7, RULES_MOST = 8 };

/* ---- what a rule does ---- */

/* What conntrack is told of a connection. */
static void put_track(nft_making *m, GString *out)
{
  switch (below(m, 6)) {
  case 0: g_string_append_printf(out, "ct helper set \"%s\" ", ONE_OF(m, "tftps", "tftps", "ftps")); return;
  case 1: g_string_append_printf(out, "ct timeout set \"%s\" ", ONE_OF(m, "quick", "brief")); return;
  case 2:
  case 3: g_string_append_printf(out, "ct expectation set \"ex%u\" ", below(m, 2)); return;
  case 4: g_string_append_printf(out, "ct label set %u ", 1 + below(m, 3)); return;
  default: g_string_append(out, "ct event set new,destroy ");
  }
}

static void put_change(nft_making *m, GString *out)
{
  switch (below(m, 12)) {
  case 10:
    if (takes_tcp(m))
      g_string_append_printf(out, "tcp flags syn tcp option maxseg size set %u ", 500 + below(m, 1000));
    return;
  case 11:
    if (takes_tcp(m))
      g_string_append_printf(out, "%s ", ONE_OF(m, "reset tcp option timestamp", "reset tcp option maxseg"));
    return;
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
      g_string_append(out, ONE_OF(m, "notrack ", "ct zone set 1 ", "ct original zone set 2 ", "ct reply zone set 3 "));
    else if (percent(m, 20))
      g_string_append(out, "notrack ");
    return;
  case 6:
    if (!is(m, "ip6") && takes(&m->l3, "ip"))
      g_string_append_printf(out, "%s mark set ip %s map %s ", ONE_OF(m, "meta", "ct"), ONE_OF(m, "saddr", "daddr"),
                             ONE_OF(m, "@marks", "{ 10.1.0.0/24 : 1, 198.51.100.0/24 : 2 }"));
    return;
  case 7: g_string_append(out, "meta mark set numgen inc mod 3 map { 0 : 1, 1 : 2, 2 : 3 } "); return;
  case 8:
    if (m->hook != NULL && m->priority > -200)
      put_track(m, out);
    return;
  default:
    if (!is(m, "ip6") && takes(&m->l3, "ip"))
      g_string_append_printf(out, "meta mark set jhash ip saddr . ip daddr mod %u seed 0x%x offset 1 ", 2 + below(m, 3),
                             1 + below(m, 1000));
  }
}

static gboolean put_jump(nft_making *m, GString *out)
{
  const guint from = m->user < NFT_USER_CHAINS ? m->user + 1 : 0;
  guint to;

  if (from >= NFT_USER_CHAINS || m->nat)
    return FALSE;
  to = from + below(m, NFT_USER_CHAINS - from);
  switch (below(m, 8)) {
  case 0: g_string_append_printf(out, "goto u%u", to); return TRUE;
  case 1:
    g_string_append_printf(out, "ct state vmap { established : accept, new : jump u%u, invalid : drop }", to);
    return TRUE;
  case 2:
    if (!takes_tcp(m))
      return FALSE;
    g_string_append_printf(out, "tcp dport vmap { 22 : jump u%u, 80-90 : accept, 443 : continue, 53 : return }", to);
    return TRUE;
  case 3:
    if (!takes_tcp(m))
      return FALSE;
    g_string_append_printf(out, "tcp dport vmap @%s", ONE_OF(m, "verdicts", "others"));
    return TRUE;
  case 4:
    if (is(m, "ip6") || !takes(&m->l3, "ip"))
      return FALSE;
    g_string_append_printf(
      out, "ip saddr . ip daddr vmap { 10.1.0.2 . 198.51.100.2 : drop, 10.1.0.3 . 198.51.100.3 : jump u%u }", to);
    return TRUE;
  case 5:
    /* nft 1.0.6 lists neither before it. */
    if (strstr(out->str, "ct protocol") != NULL || strstr(out->str, "ip6 nexthdr") != NULL || !takes(&m->l4, "some"))
      return FALSE;
    g_string_append_printf(
      out, "meta l4proto . th dport vmap { tcp . 22 : goto u%u, udp . 53 : drop, tcp . 80 : accept }", to);
    return TRUE;
  default: g_string_append_printf(out, "jump u%u", to); return TRUE;
  }
}

static gboolean at_source(const nft_making *m) { return at(m, "postrouting") || at(m, "input"); }

/* To ports, which only some protocols have. => FALSE: it does not fit the rule. */
static gboolean put_nat_ports(nft_making *m, GString *out)
{
  if (!takes(&m->l3, "ip") || !takes_tcp(m))
    return FALSE;
  if (strstr(out->str, "tcp dport") == NULL && strstr(out->str, "tcp sport") == NULL &&
      strstr(out->str, "tcp flags") == NULL && strstr(out->str, "l4proto tcp") == NULL)
    g_string_append(out, "meta l4proto tcp ");
  if (!at_source(m))
    g_string_append(out, percent(m, 50) ? "redirect to :8080" : "dnat ip to 10.1.0.9:8080");
  else
    g_string_append(out,
                    at(m, "postrouting") && percent(m, 50) ? "masquerade to :6000" : "snat ip to 198.51.100.20:6000");
  return TRUE;
}

static void put_source_nat(nft_making *m, GString *out, gboolean plain)
{
  const gboolean inet = is(m, "inet");

  if (at(m, "postrouting") && (plain || percent(m, 40)))
    g_string_append(out, "masquerade");
  else if (plain)
    g_string_append(out, "return");
  else if (is(m, "ip6"))
    g_string_append_printf(out, "snat to %s", ONE_OF(m, "fd02::1", "fd02::14"));
  else
    g_string_append_printf(out, "snat %sto %s", inet ? "ip " : "",
                           ONE_OF(m, "198.51.100.1", "198.51.100.20",
                                  "ip saddr map { 10.1.0.2 : 198.51.100.20, 10.1.0.3 : 198.51.100.21 }"));
}

static void put_nat(nft_making *m, GString *out)
{
  const gboolean six = is(m, "ip6"), inet = is(m, "inet"), plain = !takes(&m->l3, six ? "ip6" : "ip");

  /* As before a reset, nft 1.0.6 leaves out a family that is asked for before an address of it. */
  if (inet && (strstr(out->str, "meta nfproto") != NULL || strstr(out->str, "meta protocol") != NULL)) {
    g_string_append(out, "accept");
    return;
  }
  if (inet && !plain && percent(m, 20) && put_nat_ports(m, out))
    return;
  if (at_source(m)) {
    put_source_nat(m, out, plain);
  } else if (percent(m, 20)) {
    g_string_append(out, "redirect");
  } else if (plain) {
    g_string_append(out, "return");
  } else if (six) {
    g_string_append_printf(out, "dnat to %s", ONE_OF(m, "fd01::9", "fd02::9"));
  } else {
    g_string_append_printf(out, "dnat %sto %s", inet ? "ip " : "",
                           ONE_OF(m, "10.1.0.9", "198.51.100.9",
                                  "ip daddr map { 198.51.100.2 : 198.51.100.9, 10.1.0.2 : 10.1.0.9 }",
                                  "ip daddr map @hosts_to", "numgen inc mod 2 map { 0 : 10.1.0.9, 1 : 10.1.0.10 }"));
  }
}

/* => FALSE: it does not fit the rule. */
static gboolean put_reject(nft_making *m, GString *out)
{
  /* Before an answer of TCP nft 1.0.6 leaves the family out that a rule of inet asks for. */
  const gboolean family = strstr(out->str, "meta nfproto") != NULL || strstr(out->str, "meta protocol") != NULL;

  if (!family && percent(m, 40) && takes_tcp(m))
    g_string_append(out, "meta l4proto tcp reject with tcp reset");
  else if (is(m, "ip6"))
    g_string_append(out, ONE_OF(m, "reject", "reject with icmpv6 type no-route"));
  else if (is(m, "ip"))
    g_string_append(out, ONE_OF(m, "reject", "reject with icmp type host-prohibited"));
  else
    g_string_append(out,
                    ONE_OF(m, "reject", "reject with icmpx type admin-prohibited", "reject with icmpx type no-route"));
  return TRUE;
}

static void put_end(nft_making *m, GString *out)
{
  if (percent(m, 25))
    return;
  if (m->nat && percent(m, 60)) {
    put_nat(m, out);
    return;
  }
  if (percent(m, 30) && put_jump(m, out))
    return;
  if (!m->nat && m->hook != NULL && !at(m, "postrouting") && percent(m, 15) && put_reject(m, out))
    return;
  g_string_append(out, ONE_OF(m, "accept", "accept", "accept", "drop", "return", "continue"));
}

static void put_rule(nft_making *m)
{
  g_autoptr(GString) rule = g_string_new("  ");
  guint n;

  m->l3 = m->l4 = NULL;
  m->compared = FALSE;

  for (n = below(m, 3); n > 0; n--)
    nft_put_match(m, rule);
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

static void put_chain(nft_making *m, guint number)
{
  static const gint priorities[] = { -300, -150, -100, 0, 0, 0, 50, 100, 10, -250 };

  m->user = NFT_USER_CHAINS;
  m->nat = percent(m, 15);
  m->hook = m->nat ? ONE_OF(m, "prerouting", "prerouting", "postrouting", "postrouting", "input", "output")
                   : ONE_OF(m, "prerouting", "input", "forward", "forward", "output", "postrouting");
  m->priority =
    m->nat ? (at(m, "prerouting") || at(m, "output") ? -100 : 100) : priorities[below(m, G_N_ELEMENTS(priorities))];
  gen_line_add(m->c, FALSE, FALSE, " chain b%u {", number);
  gen_line_add(m->c, FALSE, FALSE, "  type %s hook %s priority %d; policy %s;", m->nat ? "nat" : "filter", m->hook,
               m->priority, !m->nat && percent(m, 12) ? "drop" : "accept");
  for (guint n = below(m, RULES_MOST); n > 0; n--)
    put_rule(m);
  gen_line_add(m->c, FALSE, FALSE, " }");
}

static void put_table(nft_making *m, guint number)
{
  m->family = ONE_OF(m, "inet", "inet", "ip", "ip6");
  gen_line_add(m->c, FALSE, FALSE, "table %s t%u {", m->family, number);
  nft_put_sets(m);
  /* What is jumped to stands before who jumps. */
  for (guint i = NFT_USER_CHAINS; i-- > 0;) {
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
  nft_making m = { .c = c, .r = random };

  for (guint i = 0; i < TABLES; i++)
    put_table(&m, i);
}
