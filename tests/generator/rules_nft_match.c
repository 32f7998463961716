/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a random rule of nftables asks for. */
#include "rules_nft.h"

#include <string.h>

/* ---- matches ---- */

static void put_ip(nft_making *m, GString *out)
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

static void put_ports(nft_making *m, GString *out)
{
  const char *protocol = m->l4 == NULL ? ONE_OF(m, "tcp", "udp", "th") : g_str_equal(m->l4, "udp") ? "udp" : "tcp";

  if (!takes(&m->l4, g_str_equal(protocol, "th") ? "some" : protocol))
    return;
  g_string_append_printf(out, "%s %s %s%s ", protocol, ONE_OF(m, "dport", "sport"), op(m),
                         ONE_OF(m, "80", "1-1023", "{ 22, 53, 80 }", "{ 1-100, 443, 20000-20200 }", "5060"));
}

static void put_icmp(nft_making *m, GString *out)
{
  const gboolean six = m->l3 != NULL ? g_str_equal(m->l3, "ip6") : is(m, "ip6") || (is(m, "inet") && percent(m, 40));

  if (!takes(&m->l4, six ? "icmpv6" : "icmp") || !takes(&m->l3, six ? "ip6" : "ip"))
    return;
  g_string_append_printf(out, "%s type %s%s ", six ? "icmpv6" : "icmp", op(m),
                         six ? ONE_OF(m, "echo-request", "echo-reply", "{ 1, 3, 128 }")
                             : ONE_OF(m, "echo-request", "destination-unreachable", "{ 0, 8 }"));
}

static void put_other_protocol(nft_making *m, GString *out)
{
  switch (below(m, 5)) {
  case 0:
    if (takes(&m->l4, "sctp"))
      g_string_append_printf(out, "sctp %s ", ONE_OF(m, "dport 80", "sport 20000-20400", "vtag 0", "dport { 22, 80 }"));
    return;
  case 1:
    if (m->l4 == NULL)
      g_string_append_printf(
        out, "sctp chunk %s ",
        ONE_OF(m, "data exists", "init missing", "init init-tag != 5", "data flags 0", "sack exists"));
    return;
  case 2:
    if (takes(&m->l4, "dccp"))
      g_string_append_printf(out, "dccp dport %s%s ", op(m), ONE_OF(m, "80", "1-1023"));
    return;
  case 3:
    if (takes(&m->l4, "esp"))
      g_string_append_printf(out, "esp spi %s ", ONE_OF(m, "1000-1003", "!= 1001"));
    return;
  default:
    if (takes(&m->l4, "udplite"))
      g_string_append_printf(out, "udplite dport %s%s ", op(m), ONE_OF(m, "80", "1-1023"));
  }
}

static void put_l4(nft_making *m, GString *out)
{
  switch (below(m, 7)) {
  case 6: put_other_protocol(m, out); return;
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

static void put_more_meta(nft_making *m, GString *out)
{
  switch (below(m, 6)) {
  case 0: g_string_append(out, "meta pkttype host "); return;
  case 1: g_string_append_printf(out, "iif %s ", ONE_OF(m, "lo", "lan0", "wan0")); return;
  case 2:
    if (at(m, "prerouting") || at(m, "input") || at(m, "forward"))
      g_string_append_printf(out, "fib %s . iif oif %s ", ONE_OF(m, "saddr", "saddr", "daddr"),
                             ONE_OF(m, "exists", "missing"));
    return;
  case 3:
    if (takes_tcp(m))
      g_string_append_printf(out, "iifname . tcp dport %s{ \"lan0\" . 80, \"wan0\" . 22, \"lan0\" . 443 } ", op(m));
    return;
  case 4: g_string_append_printf(out, "log prefix \"gen %u \" ", below(m, 9)); return;
  default: g_string_append_printf(out, "ct label %s%u ", op(m), 1 + below(m, 3));
  }
}

static void put_option(nft_making *m, GString *out)
{
  if (percent(m, 30) && (is(m, "inet") || is(m, "ip6")) && takes(&m->l3, "ip6")) {
    g_string_append_printf(out, "exthdr dst %s ", ONE_OF(m, "exists", "missing"));
    return;
  }
  if (!takes_tcp(m))
    return;
  if (percent(m, 50))
    g_string_append_printf(out, "tcp option %s %s ", ONE_OF(m, "maxseg", "window", "timestamp"),
                           ONE_OF(m, "exists", "missing"));
  else
    g_string_append_printf(out, "tcp option maxseg size %s%u ", ONE_OF(m, "", "!= "), 1000 + 460 * below(m, 2));
}

static void put_meta(nft_making *m, GString *out)
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

static void put_ct(nft_making *m, GString *out)
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
  default: /* nft 1.0.6 lists no family that is asked for before it */
    if (strstr(out->str, "meta nfproto") == NULL && takes(&m->l4, "some"))
      g_string_append_printf(out, "ct protocol %s%s ", op(m), ONE_OF(m, "tcp", "udp", "{ tcp, udp }"));
  }
}

static void put_counting(nft_making *m, GString *out)
{
  switch (below(m, 8)) {
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
  case 5:
    if (takes_tcp(m))
      g_string_append(out, percent(m, 50) ? "counter name tcp dport map @totals "
                                          : "counter name tcp dport map { 80 : \"named\", 443 : \"named\" } ");
    return;
  case 6:
    if (!is(m, "ip6") && takes(&m->l3, "ip"))
      g_string_append_printf(out, "meter m%u size %u { ip %s %s } ", m->serial++, 2 + below(m, 100),
                             ONE_OF(m, "saddr", "daddr", "saddr . ip daddr"),
                             ONE_OF(m, "limit rate 1/hour burst 3 packets", "quota 300 bytes", "counter",
                                    "limit rate over 1/hour burst 2 packets"));
    return;
  default:
    g_string_append_printf(out, "%s ",
                           ONE_OF(m, "counter name \"named\"", "quota name \"some\"", "limit name \"few\""));
  }
}

/* The table's own sets are of addresses of IPv4, and of ports. */
static void put_set(nft_making *m, GString *out)
{
  if (is(m, "ip6") || percent(m, 20)) {
    if (takes_tcp(m))
      g_string_append_printf(out, "tcp dport %s@ports ", op(m));
    return;
  }
  if (!takes(&m->l3, "ip"))
    return;
  switch (below(m, 11)) {
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
  case 4: g_string_append_printf(out, "%s @counted { ip saddr counter } ", ONE_OF(m, "add", "update")); return;
  case 5: g_string_append(out, "delete @counted { ip saddr } "); return;
  case 6:
    if (percent(m, 20))
      g_string_append_printf(out, "add @connected { ip saddr ct count %s%u } ", ONE_OF(m, "", "over "),
                             1 + below(m, 3));
    return;
  case 7:
    if (takes_tcp(m))
      g_string_append_printf(out, "%s @spent { ip daddr . tcp dport timeout 2h quota 200 bytes } ",
                             ONE_OF(m, "add", "update"));
    return;
  case 8:
    if (takes_tcp(m))
      g_string_append_printf(out, "ip %s . tcp dport %s@ranges ", ONE_OF(m, "saddr", "daddr"), op(m));
    return;
  case 9: g_string_append_printf(out, "ip %s %s@hits ", ONE_OF(m, "saddr", "daddr"), op(m)); return;
  default: g_string_append_printf(out, "ip %s %s@seen ", ONE_OF(m, "saddr", "daddr"), op(m)); return;
  }
}

/* What rules ask for now and then. */
static void put_rare(nft_making *m, GString *out)
{
  switch (below(m, 9)) {
  case 0:
    if (takes(&m->l4, "some"))
      g_string_append_printf(out, "ct helper %s\"%s\" ", op(m), ONE_OF(m, "tftp", "ftp"));
    return;
  case 1:
    if (takes_order(m))
      g_string_append_printf(out, "ct %savgpkt %s %u ", ONE_OF(m, "", "original ", "reply "), ONE_OF(m, "<", ">="),
                             40 + below(m, 200));
    return;
  case 2:
    if (takes(&m->l4, "udp"))
      g_string_append_printf(out, "udp length %s%u-%u ", op(m), 8 + below(m, 40), 60 + below(m, 100));
    return;
  case 3:
    if (!is(m, "ip6") && takes(&m->l3, "ip"))
      g_string_append_printf(out, "ip %s ", ONE_OF(m, "version 4", "hdrlength 5", "frag-off & 0x1fff != 0", "id 1-4"));
    return;
  case 4:
    if (takes(&m->l4, "icmp") && !is(m, "ip6") && takes(&m->l3, "ip"))
      g_string_append_printf(out, "icmp %s ", ONE_OF(m, "code 0", "code != 1", "id 20000-20400", "sequence 1"));
    return;
  case 5:
    if (takes_tcp(m))
      g_string_append_printf(out, "tcp %s ", ONE_OF(m, "doff 5", "doff > 5", "urgptr 0", "checksum != 0"));
    return;
  case 6:
    if (!is(m, "ip6") && takes(&m->l3, "ip"))
      g_string_append_printf(
        out, "ip saddr . ip daddr %s{ 10.1.0.0/24 . 198.51.100.2, 198.51.100.3 . 10.1.0.0-10.1.0.3 } ", op(m));
    return;
  case 7: /* of an ICMP error of the box's own the kernel draws the flow label */
    if (is(m, "ip6") && takes(&m->l3, "ip6"))
      g_string_append_printf(out, "ip6 %s ",
                             ONE_OF(m, at(m, "output") || at(m, "postrouting") ? "version 6" : "flowlabel 0",
                                    "version 6", "saddr . ip6 daddr { fd01::2 . fd02::2, fd02::3 . fd01::3 }"));
    return;
  default: g_string_append(out, "ct direction original ");
  }
}

void nft_put_match(nft_making *m, GString *out)
{
  switch (below(m, 17)) {
  case 16:
  case 15: nft_put_wide(m, out); return;
  case 14: put_rare(m, out); return;
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
  case 10: put_more_meta(m, out); return;
  case 11: put_option(m, out); return;
  default: put_set(m, out);
  }
}
