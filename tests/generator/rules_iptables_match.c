/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a random rule of iptables asks for. */
#include "rules_iptables.h"

#include <string.h>

void ipt_put_address(ipt_making *m, GString *out, char way)
{
  static const char *const four[] = { "10.1.0.0/24",     "10.1.0.2",     "10.1.0.3/32",
                                      "198.51.100.0/24", "198.51.100.4", "10.1.0.2/31",
                                      "198.51.100.1",    "10.1.0.1",     NULL },
                           *const six[] = { "fd01::/64", "fd01::2", "fd02::/64", "fd02::3", "fd01::1", NULL };

  g_string_append_printf(out, " %s-%c %s", no(m), way, gen_one_of(m->r, m->six ? six : four));
}

/* A chain's name says which interfaces may be asked for. */
static void put_interface(ipt_making *m, GString *out)
{
  const gboolean in = g_str_has_prefix(m->chain, "PRE") || g_str_equal(m->chain, "INPUT") ||
                      (g_str_equal(m->chain, "FORWARD") && percent(m, 50));
  const gboolean any = m->user < IPT_USER_CHAINS;

  g_string_append_printf(out, " %s-%c %s", no(m),
                         any  ? (percent(m, 50) ? 'i' : 'o')
                         : in ? 'i'
                              : 'o',
                         gen_one_of(m->r, (const char *const[]){ "lan0", "wan0", "lan+", "w+", "eth9", NULL }));
}

/* ---- what hangs on a protocol ---- */

static void put_tcp(ipt_making *m, GString *out)
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

/* Protocols that firewalls name now and then. */
static void put_other_protocol(ipt_making *m, GString *out)
{
  switch (below(m, 5)) {
  case 0:
    g_string_append_printf(out, " -p sctp -m sctp %s--%cport %s", no(m), percent(m, 50) ? 'd' : 's',
                           ONE_OF(m, "80", "1:1023", "20000:20400"));
    return;
  case 1:
    g_string_append_printf(out, " -p sctp -m sctp --chunk-types %s",
                           ONE_OF(m, "any DATA,INIT", "all INIT", "only DATA"));
    return;
  case 2: g_string_append_printf(out, " -p dccp -m dccp %s--dport %s", no(m), ONE_OF(m, "80", "1:1023")); return;
  case 3: g_string_append_printf(out, " -p esp -m esp --espspi %s", ONE_OF(m, "1000:1003", "1:999")); return;
  default: g_string_append_printf(out, " -p %s", ONE_OF(m, "gre", "udplite", "esp", "sctp"));
  }
}

void ipt_put_protocol(ipt_making *m, GString *out)
{
  switch (below(m, 7)) {
  case 0:
  case 1: put_tcp(m, out); return;
  case 6: put_other_protocol(m, out); return;
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

static void put_conntrack(ipt_making *m, GString *out)
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

static void put_counting(ipt_making *m, GString *out)
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

static void put_header_match(ipt_making *m, GString *out)
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

static void put_mark(ipt_making *m, GString *out)
{
  g_string_append_printf(out, " -m %s %s--mark 0x%x/0x%x", percent(m, 50) ? "mark" : "connmark", no(m), below(m, 8),
                         7 >> below(m, 3));
}

static gboolean is_tcp(const GString *out)
{
  return strstr(out->str, " -p tcp") != NULL && strstr(out->str, "! -p tcp") == NULL;
}

/* What rules ask for now and then. */
static void put_more(ipt_making *m, GString *out)
{
  switch (below(m, 12)) {
  case 10: /* far from midnight, and of which day it is the kernel knows as well */
    g_string_append_printf(out, " -m time %s",
                           ONE_OF(m, "--weekdays Mon,Tue,Wed,Thu", "--timestart 00:00:00 --timestop 23:59:59",
                                  "--datestart 2020-01-01T00:00:00", "--datestop 2020-01-01T00:00:00",
                                  "--monthdays 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"));
    return;
  case 0: g_string_append_printf(out, " -m helper %s--helper %s", no(m), ONE_OF(m, "tftp", "ftp")); return;
  case 1: g_string_append_printf(out, " -m addrtype %s--src-type %s", no(m), ONE_OF(m, "LOCAL", "UNICAST")); return;
  case 2:
    if (g_str_equal(m->chain, "PREROUTING") || g_str_equal(m->chain, "INPUT") || g_str_equal(m->chain, "FORWARD"))
      g_string_append_printf(out, " -m mac %s--mac-source 02:00:00:00:0%u:02", no(m), 1 + below(m, 2));
    return;
  case 3:
    if (is_tcp(out))
      g_string_append_printf(out, " -m tcpmss %s--mss %s", no(m), ONE_OF(m, "1000", "1400:1500", "0:999"));
    return;
  case 4:
    if (m->six)
      g_string_append_printf(out, " -m ipv6header %s--header %s --soft", no(m), ONE_OF(m, "dst", "prot", "frag"));
    else
      g_string_append_printf(out, " %s-f", no(m));
    return;
  case 5:
    g_string_append_printf(out, " -m u32 %s--u32 \"%s\"", no(m),
                           m->six ? ONE_OF(m, "4&0xFF=0x3f:0x40", "6&0xFF=6,17")
                                  : ONE_OF(m, "6&0xFF=6", "0>>22&0x3C@0&0xFFFF=0:1023", "5&0xFF=0x0:0x40"));
    return;
  case 6:
    g_string_append_printf(out, " -m conntrack %s--ctorigdst %s", no(m), m->six ? "fd02::/64" : "198.51.100.0/24");
    return;
  case 7:
    g_string_append_printf(out, " -m conntrack %s--ctreplsrc %s", no(m), m->six ? "fd01::2" : "10.1.0.2/31");
    return;
  case 8:
    g_string_append_printf(out, " -m conntrack --ctproto 6 %s--ct%sport %s", no(m),
                           ONE_OF(m, "origsrc", "origdst", "replsrc", "repldst"),
                           ONE_OF(m, "80", "20000:20400", "1:1023"));
    return;
  default:
    if (is(m, "raw") || is(m, "mangle"))
      if (g_str_equal(m->chain, "PREROUTING") && m->user == IPT_USER_CHAINS)
        g_string_append_printf(out, " -m rpfilter%s", ONE_OF(m, "", " --invert", " --loose", " --validmark"));
  }
}

void ipt_put_matches(ipt_making *m, GString *out)
{
  if (percent(m, 30))
    ipt_put_address(m, out, percent(m, 50) ? 's' : 'd');
  if (percent(m, 20))
    put_interface(m, out);
  if (percent(m, 45))
    ipt_put_protocol(m, out);
  if (percent(m, 35))
    put_conntrack(m, out);
  if (percent(m, 20))
    put_counting(m, out);
  if (percent(m, 20))
    put_header_match(m, out);
  if (percent(m, 20))
    put_mark(m, out);
  if (m->sets && percent(m, 30))
    ipt_put_set_match(m, out);
  if (percent(m, 10))
    put_more(m, out);
  if (percent(m, 10))
    g_string_append(out, " -m comment --comment \"a b\"");
}
