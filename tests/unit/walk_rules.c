/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk_rules.h"

#include <string.h>

enum { RULES = 56, CHAINS = 3 };

guint64 walk_state;

guint walk_draw(guint n)
{
  walk_state ^= walk_state << 13;
  walk_state ^= walk_state >> 7;
  walk_state ^= walk_state << 17;
  return (guint)((walk_state >> 33) % n);
}

static const char *const networks[] = { "10.0.0.1/32", "10.0.0.2/32",    "10.0.0.0/24", "10.0.0.0/8",  "10.0.1.2/32",
                                        "10.0.1.0/24", "192.168.0.0/16", "10.0.1.7/32", "10.0.0.0/30", "10.0.0.9/32" };
static const char *const interfaces[] = { "eth0", "eth+", "eth1", "e+", "wan0" };
static const char *const ports[] = { "22", "80", "443", "1024:65535", "20:30", "53", "80:443" };
static const char *const lists[] = { "22,80", "22,80,443", "53", "20:30,80", "80", "1024:65535,53" };
static const char *const states[] = { "NEW", "ESTABLISHED", "NEW,ESTABLISHED", "INVALID", "RELATED,ESTABLISHED" };

/* "! -s net", one time in so many; often not at all. */
static void maybe_test(GString *out, const char *option, const char *value, guint rare)
{
  if (walk_draw(rare) == 0)
    g_string_append_printf(out, "%s %s %s", walk_draw(4) == 0 ? " !" : "", option, value);
}

static void put_tcp_or_udp(GString *out, gboolean tcp)
{
  if (walk_draw(5) == 0) {
    g_string_append_printf(out, " -m multiport%s --%sports %s", walk_draw(4) == 0 ? " !" : "",
                           WALK_ONE_OF(((const char *const[]){ "d", "s", "" })), WALK_ONE_OF(lists));
    return;
  }
  if (walk_draw(3) == 0)
    return;
  g_string_append(out, tcp ? " -m tcp" : " -m udp");
  maybe_test(out, "--dport", WALK_ONE_OF(ports), 2);
  maybe_test(out, "--sport", WALK_ONE_OF(ports), 4);
  if (tcp && walk_draw(4) == 0)
    g_string_append(out, WALK_ONE_OF(((const char *const[]){ " --tcp-flags FIN,SYN,RST,ACK SYN", " --tcp-flags SYN SYN",
                                                             " ! --tcp-flags SYN SYN", " --tcp-flags ALL SYN" })));
}

static void put_protocol(GString *out)
{
  switch (walk_draw(6)) {
  case 0: break;
  case 1: g_string_append(out, " ! -p icmp"); break;
  case 2:
    g_string_append(out, " -p icmp");
    if (walk_draw(2) == 0)
      g_string_append_printf(out, " -m icmp%s --icmp-type %s", walk_draw(4) == 0 ? " !" : "",
                             WALK_ONE_OF(((const char *const[]){ "8", "3", "3/1", "any" })));
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

  if (walk_draw(5) == 0)
    g_string_append(out, WALK_ONE_OF(others));
  if (walk_draw(4) == 0)
    g_string_append_printf(out, " -m conntrack%s --ctstate %s", walk_draw(4) == 0 ? " !" : "", WALK_ONE_OF(states));
  else if (walk_draw(8) == 0)
    g_string_append_printf(out, " -m state%s --state %s", walk_draw(4) == 0 ? " !" : "", WALK_ONE_OF(states));
  if (walk_draw(6) == 0)
    g_string_append(out, WALK_ONE_OF(others));
}

/* Of the built-in chain (0) or a user chain: jumps lead on to later ones, so that there are no loops. */
static void put_target(GString *out, guint chain)
{
  guint what = walk_draw(10);

  if (what < 3)
    g_string_append(out, walk_draw(2) == 0 ? " -j ACCEPT" : " -j DROP");
  else if (what < 5 && chain < CHAINS)
    g_string_append_printf(out, " -%c c%u", walk_draw(3) == 0 ? 'g' : 'j', chain + 1 + walk_draw(CHAINS - chain));
  else if (what == 5)
    g_string_append(out, walk_draw(2) == 0 ? " -j MARK --set-xmark 0x1/0x3" : " -j CONNMARK --set-xmark 0x1/0x3");
  else if (what == 6)
    g_string_append(out, " -j RETURN");
}

static void put_rule(GString *out, const char *chain, guint number)
{
  g_string_append_printf(out, "-A %s", chain);
  maybe_test(out, "-s", WALK_ONE_OF(networks), 3);
  maybe_test(out, "-d", WALK_ONE_OF(networks), 3);
  maybe_test(out, "-i", WALK_ONE_OF(interfaces), 6);
  if (strcmp(chain, "PREROUTING") != 0)
    maybe_test(out, "-o", WALK_ONE_OF(interfaces), 12);
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
  for (n = walk_draw(4); n > 0; n--)
    put_rule(out, walk_draw(2) == 0 ? "FORWARD" : "PREROUTING", CHAINS);
  g_string_append(out, "COMMIT\n");
}

char *walk_rules(void)
{
  GString *out = g_string_new(NULL);
  guint chain, i;

  if (walk_draw(2) == 0)
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

  if (walk_draw(8) == 0) {
    g_string_append_printf(out, "-A %s -d 10.0.0.0/24 -m ttl --ttl-gt 62\n", chain);
    return;
  }
  g_string_append_printf(out, "-A %s", chain);
  if (in)
    maybe_test(out, "-i", WALK_ONE_OF(interfaces), 4);
  if (leaves)
    maybe_test(out, "-o", WALK_ONE_OF(interfaces), 4);
  maybe_test(out, "-p", WALK_ONE_OF(((const char *const[]){ "tcp", "udp", "icmp" })), 3);
  if (walk_draw(3) == 0)
    g_string_append_printf(out, " -m conntrack%s --ctstate %s", walk_draw(4) == 0 ? " !" : "", WALK_ONE_OF(states));
  g_string_append(out, WALK_ONE_OF(((const char *const[]){ "", " -j ACCEPT\n", " -j ACCEPT\n", " -j DROP\n",
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
                           walk_draw(6) == 0 && strcmp(table, "filter") == 0 ? "DROP" : "ACCEPT");
  for (i = 0; chains[i] != NULL; i++)
    for (n = walk_draw(4); n > 0; n--)
      if (strcmp(table, "filter") == 0 || walk_draw(3) == 0)
        put_kind_rule(out, chains[i]);
  g_string_append(out, "COMMIT\n");
}

char *walk_kind_rules(void)
{
  static const char *const raw[] = { "PREROUTING", "OUTPUT", NULL },
                           *const filter[] = { "INPUT", "FORWARD", "OUTPUT", NULL },
                           *const mangle[] = { "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING", NULL };
  GString *out = g_string_new(NULL);

  if (walk_draw(2) == 0)
    put_kind_table(out, "raw", raw);
  if (walk_draw(2) == 0)
    put_kind_table(out, "mangle", mangle);
  put_kind_table(out, "filter", filter);
  return g_string_free(out, FALSE);
}

/* ---- rules that translate: most packets of a connection are, and nobody asks for their bytes ---- */

char *walk_nat_rules(void)
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
  g_autofree char *others = walk_kind_rules();
  GString *out = g_string_new("*nat\n");
  guint i;

  for (i = 0; i < G_N_ELEMENTS(targets); i++)
    if (walk_draw(3) == 0)
      g_string_append_printf(out, "-A %s %s -j %s\n", targets[i][0], targets[i][1], targets[i][2]);
  g_string_append(out, "COMMIT\n");
  switch (walk_draw(4)) {
  case 0: /* dropped before the first nat hook of its way, once its connection is translated */
    g_string_append(out, "*mangle\n-A PREROUTING -i wan0 -m conntrack --ctstate ESTABLISHED -j DROP\nCOMMIT\n");
    break;
  case 1: /* no other chains: what is mapped goes straight through */ break;
  default: g_string_append(out, others); break;
  }
  return g_string_free(out, FALSE);
}
