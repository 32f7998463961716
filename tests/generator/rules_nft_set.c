/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What random rules of nftables refer to: sets, maps, objects. */
#include "rules_nft.h"

void nft_put_sets(nft_making *m)
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
    " set counted { type ipv4_addr; size 1000; flags dynamic; }",
    " set connected { type ipv4_addr; size 1000; flags dynamic; }",
    " set spent { type ipv4_addr . inet_service; size 3; flags dynamic,timeout; }",
    " set ranges { type ipv4_addr . inet_service; flags interval; elements = { 10.1.0.0/24 . 1-1023, "
    "198.51.100.2-198.51.100.3 . 80 }; }",
    " set hits { type ipv4_addr; counter; elements = { 10.1.0.2 counter, 198.51.100.3 counter }; }",
    " map verdicts { type inet_service : verdict; flags interval; elements = { 22 : accept, 80-90 : drop, 443 : "
    "continue }; }",
    " map others { type inet_service : verdict; elements = { 22 : accept, 53 : continue, * : drop }; }",
    " map marks { type ipv4_addr : mark; elements = { 10.1.0.2 : 1, 10.1.0.3 : 2, 198.51.100.3 : 3 }; }",
    " map hosts_to { type ipv4_addr : ipv4_addr; elements = { 198.51.100.2 : 10.1.0.9, 10.1.0.2 : 198.51.100.9 }; }",
    " map totals { type inet_service : counter; elements = { 22 : \"named\", 80 : \"named\" }; }",
    " ct helper ftps { type \"ftp\" protocol tcp; }",
    " ct helper tftps { type \"tftp\" protocol udp; }",
    " ct timeout quick {",
    "  protocol tcp;",
    "  policy = { syn_sent : 33, established : 77, close : 5 }",
    " }",
    " ct timeout brief {",
    "  protocol udp;",
    "  policy = { unreplied : 11, replied : 44 }",
    " }",
  };

  for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
    gen_line_add(m->c, FALSE, FALSE, "%s", lines[i]);
  /* Announced: what the generated conversations go on with (packets.c). */
  for (guint i = 0; i < 2; i++)
    gen_line_add(m->c, FALSE, FALSE, " ct expectation ex%u { protocol %s; dport %u; timeout 1h; size %u; l3proto %s; }",
                 i, i == 0 ? "udp" : "tcp", GEN_ANNOUNCED, 1 + i,
                 !is(m, "inet") ? m->family
                 : i == 0       ? "ip"
                                : "ip6");
}
