/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules of nftables ask for that stands in no header by name: raw bytes, hashes, ways, clocks; wide maps, meters.
 */
#include "rules_nft.h"

#include <string.h>

/* Bytes of the network's and of the transport's header, by their places. */
static void put_raw(nft_making *m, GString *out)
{
  if (!is(m, "inet") && percent(m, 60)) {
    if (is(m, "ip6"))
      g_string_append_printf(out, "@nh,%s ", ONE_OF(m, "48,8 0x11", "56,8 > 0x3f", "64,16 0xfd01", "300,4 != 0x3"));
    else
      g_string_append_printf(out, "@nh,%s ",
                             ONE_OF(m, "96,32 & 0xffffff00 == 0x0a010000", "64,8 > 0x3f", "128,16 != 0x0a01",
                                    "156,4 0x2", "72,8 & 0x07 == 0x01"));
  } else if (takes(&m->l4, "raw")) {
    g_string_append_printf(out, "@th,%s ",
                           ONE_OF(m, "0,32 != 0x500016", "16,16 { 0x16, 0x50, 0x1bb }", "0,16 > 0x4e20", "96,4 0x5",
                                  "104,8 & 0x2 == 0x2", "500,8 0x78", "13,5 < 0x9"));
  }
}

/* Numbers that are counted or hashed, compared or looked up. */
static void put_number(nft_making *m, GString *out)
{
  switch (below(m, 6)) {
  case 0: g_string_append_printf(out, "numgen inc mod 5 offset 7 < %u ", 8 + below(m, 4)); return;
  case 1: g_string_append_printf(out, "numgen inc mod 4 %s{ 0, 2 } ", op(m)); return;
  case 2:
    if (!is(m, "ip6") && takes(&m->l3, "ip"))
      g_string_append_printf(out, "jhash ip %s mod 4 seed 0x%x %s{ 0, 1 } ", ONE_OF(m, "saddr", "daddr"),
                             1 + below(m, 999), op(m));
    return;
  case 3:
    if (is(m, "ip6") && takes(&m->l3, "ip6"))
      g_string_append_printf(out, "jhash ip6 saddr . ip6 daddr mod 3 seed 0x%x %u ", 1 + below(m, 999), below(m, 3));
    return;
  case 4:
    if (!is(m, "ip6") && takes(&m->l3, "ip") && takes_tcp(m))
      g_string_append_printf(out, "jhash ip saddr . tcp dport mod 8 seed 0x%x < %u ", 1 + below(m, 999),
                             2 + below(m, 5));
    return;
  default:
    if (takes_tcp(m))
      g_string_append_printf(out, "jhash tcp sport mod 5 seed 0x%x offset 10 %u-%u ", 1 + below(m, 999),
                             10 + below(m, 3), 12 + below(m, 3));
  }
}

/* The ways of the box are asked where it has them all: before it sends, or while it does. */
static void put_fib(nft_making *m, GString *out)
{
  if (!at(m, "prerouting") && !at(m, "input") && !at(m, "forward"))
    return;
  switch (below(m, 6)) {
  case 0: g_string_append_printf(out, "fib saddr . iif oifname %s\"%s0\" ", op(m), ONE_OF(m, "lan", "wan")); return;
  case 1: g_string_append_printf(out, "fib daddr oifname %s\"%s0\" ", op(m), ONE_OF(m, "lan", "wan")); return;
  case 2: g_string_append_printf(out, "fib saddr type %s{ local, unicast } ", op(m)); return;
  case 3: g_string_append_printf(out, "fib saddr oif %s ", ONE_OF(m, "exists", "missing", "lan0", "wan0")); return;
  case 4:
    if (at(m, "prerouting") || at(m, "input"))
      g_string_append_printf(out, "fib daddr . iif type %slocal ", op(m));
    return;
  default: g_string_append_printf(out, "fib saddr . mark . iif oif %s ", ONE_OF(m, "exists", "missing")); return;
  }
}

/* In intervals and of several parts, with and without what all else is. */
static void put_wide_map(nft_making *m, GString *out)
{
  switch (below(m, 5)) {
  case 0:
    if (!is(m, "ip6") && takes(&m->l3, "ip"))
      g_string_append_printf(
        out, "ip %s vmap { 10.1.0.0/30 : continue, 10.1.0.4-10.1.0.200 : drop, 198.51.100.2 : %s%s } ",
        ONE_OF(m, "saddr", "daddr"), ONE_OF(m, "accept", "return"), percent(m, 40) ? ", * : continue" : "");
    return;
  case 1:
    if (!is(m, "ip6") && takes(&m->l3, "ip") && takes_tcp(m))
      g_string_append_printf(
        out,
        "ip daddr . tcp dport vmap { 198.51.100.0/30 . 22-25 : accept, 10.1.0.0/24 . 0-65535 : continue, "
        "198.51.100.2-198.51.100.3 . 80 : %s } ",
        ONE_OF(m, "drop", "continue"));
    return;
  case 2:
    g_string_append_printf(out, "meta length vmap { 0-%u : continue, %u-65535 : %s } ", 60u, 61u,
                           ONE_OF(m, "accept", "continue", "drop"));
    return;
  case 3: g_string_append(out, "ct state . meta mark vmap { new . 0 : continue, established . 1 : accept } "); return;
  default:
    if (!is(m, "ip") && takes(&m->l3, "ip6"))
      g_string_append_printf(out, "ip6 saddr vmap { fd01::/126 : continue, fd02::2-fd02::3 : %s } ",
                             ONE_OF(m, "drop", "accept"));
  }
}

static void put_meter(nft_making *m, GString *out)
{
  const char *what = ONE_OF(m, "limit rate 1/hour burst 2 packets", "quota 200 bytes", "counter",
                            "limit rate over 1/hour burst 3 packets", "quota over 100 bytes");

  if (is(m, "ip6") ? !takes(&m->l3, "ip6") : !takes(&m->l3, "ip"))
    return;
  if (is(m, "ip6"))
    g_string_append_printf(out, "meter w%u size %u { %s timeout 1h %s } ", m->serial++, 2 + below(m, 50),
                           ONE_OF(m, "ip6 saddr", "ip6 saddr & ffff:ffff:ffff:ffff::", "iifname . ip6 daddr"), what);
  else if (percent(m, 50))
    g_string_append_printf(out, "meter w%u size %u { %s timeout 1h %s } ", m->serial++, 2 + below(m, 50),
                           ONE_OF(m, "iifname . ip saddr", "ip saddr & 255.255.255.0", "meta mark . ip daddr"), what);
  else if (takes_tcp(m))
    g_string_append_printf(out, "meter w%u size %u { ip saddr . ip daddr . tcp dport %s } ", m->serial++,
                           2 + below(m, 50), what);
}

/* Far from midnight and from the hour: what a day takes is longer than a ruleset. */
static void put_time(nft_making *m, GString *out)
{
  g_string_append_printf(out, "meta %s ",
                         ONE_OF(m, "day { 0, 1, 2, 3 }", "day != 6", "time > \"2020-01-01 00:00:00\"",
                                "time < \"2020-01-01 00:00:00\"", "hour \"00:00\"-\"23:59:59\""));
}

void nft_put_wide(nft_making *m, GString *out)
{
  switch (below(m, 7)) {
  case 0:
  case 6: put_raw(m, out); return;
  case 1: put_number(m, out); return;
  case 2: put_fib(m, out); return;
  case 3: put_wide_map(m, out); return;
  case 4: put_meter(m, out); return;
  default: put_time(m, out);
  }
}
