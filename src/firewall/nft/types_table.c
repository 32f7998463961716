/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types of nftables' values, and the names that their values have. */
#include <string.h>

#include "firewall/nft/fields.h"

#define END \
  {         \
    NULL, 0 \
  }

static const fw_nft_symbol nf_proto[] = { { "ipv4", 2 }, { "ipv6", 10 }, END };
static const fw_nft_symbol boolean[] = { { "missing", 0 }, { "exists", 1 }, END };
static const fw_nft_symbol ether_type[] = { { "ip", 0x0800 },         { "arp", 0x0806 },       { "ip6", 0x86dd },
                                            { "8021q", 0x8100 },      { "8021ad", 0x88a8 },    { "vlan", 0x8100 },
                                            { "pppoe_disc", 0x8863 }, { "pppoe_ses", 0x8864 }, END };
static const fw_nft_symbol inet_proto[] = {
  { "icmp", 1 },        { "igmp", 2 },       { "ipencap", 4 }, { "tcp", 6 },         { "egp", 8 },
  { "udp", 17 },        { "dccp", 33 },      { "ipv6", 41 },   { "ipv6-route", 43 }, { "ipv6-frag", 44 },
  { "gre", 47 },        { "esp", 50 },       { "ah", 51 },     { "ipv6-icmp", 58 },  { "icmpv6", 58 },
  { "ipv6-nonxt", 59 }, { "ipv6-opts", 60 }, { "eigrp", 88 },  { "ospf", 89 },       { "ipip", 94 },
  { "pim", 103 },       { "ipcomp", 108 },   { "comp", 108 },  { "vrrp", 112 },      { "l2tp", 115 },
  { "sctp", 132 },      { "udplite", 136 },  { "ip", 0 },      { "hopopt", 0 },      END
};
static const fw_nft_symbol icmp_type[] = {
  { "echo-reply", 0 },         { "destination-unreachable", 3 }, { "source-quench", 4 },        { "redirect", 5 },
  { "echo-request", 8 },       { "router-advertisement", 9 },    { "router-solicitation", 10 }, { "time-exceeded", 11 },
  { "parameter-problem", 12 }, { "timestamp-request", 13 },      { "timestamp-reply", 14 },     { "info-request", 15 },
  { "info-reply", 16 },        { "address-mask-request", 17 },   { "address-mask-reply", 18 },  END
};
static const fw_nft_symbol icmp_code[] = {
  { "net-unreachable", 0 },  { "host-unreachable", 1 },  { "prot-unreachable", 2 },
  { "port-unreachable", 3 }, { "frag-needed", 4 },       { "net-prohibited", 9 },
  { "host-prohibited", 10 }, { "admin-prohibited", 13 }, END
};
static const fw_nft_symbol icmpv6_type[] = { { "destination-unreachable", 1 }, { "packet-too-big", 2 },
                                             { "time-exceeded", 3 },           { "parameter-problem", 4 },
                                             { "echo-request", 128 },          { "echo-reply", 129 },
                                             { "mld-listener-query", 130 },    { "mld-listener-report", 131 },
                                             { "mld-listener-done", 132 },     { "mld-listener-reduction", 132 },
                                             { "nd-router-solicit", 133 },     { "nd-router-advert", 134 },
                                             { "nd-neighbor-solicit", 135 },   { "nd-neighbor-advert", 136 },
                                             { "nd-redirect", 137 },           { "router-renumbering", 138 },
                                             { "ind-neighbor-solicit", 141 },  { "ind-neighbor-advert", 142 },
                                             { "mld2-listener-report", 143 },  END };
static const fw_nft_symbol icmpv6_code[] = { { "no-route", 0 },
                                             { "admin-prohibited", 1 },
                                             { "addr-unreachable", 3 },
                                             { "port-unreachable", 4 },
                                             { "policy-fail", 5 },
                                             { "reject-route", 6 },
                                             END };
static const fw_nft_symbol icmpx_code[] = {
  { "no-route", 0 }, { "port-unreachable", 1 }, { "host-unreachable", 2 }, { "admin-prohibited", 3 }, END
};
static const fw_nft_symbol igmp_type[] = { { "membership-query", 0x11 },     { "membership-report-v1", 0x12 },
                                           { "membership-report-v2", 0x16 }, { "membership-report-v3", 0x22 },
                                           { "leave-group", 0x17 },          END };
static const fw_nft_symbol tcp_flag[] = { { "fin", 1 },  { "syn", 2 },  { "rst", 4 },   { "psh", 8 }, { "ack", 16 },
                                          { "urg", 32 }, { "ecn", 64 }, { "cwr", 128 }, END };
static const fw_nft_symbol dccp_type[] = { { "request", 0 },
                                           { "response", 1 },
                                           { "data", 2 },
                                           { "ack", 3 },
                                           { "dataack", 4 },
                                           { "closereq", 5 },
                                           { "close", 6 },
                                           { "reset", 7 },
                                           { "sync", 8 },
                                           { "syncack", 9 },
                                           END };
static const fw_nft_symbol ct_state[] = { { "invalid", 1 }, { "established", 2 }, { "related", 4 },
                                          { "new", 8 },     { "untracked", 64 },  END };
static const fw_nft_symbol ct_dir[] = { { "original", 0 }, { "reply", 1 }, END };
static const fw_nft_symbol ct_status[] = { { "expected", 1 }, { "seen-reply", 2 }, { "assured", 4 }, { "confirmed", 8 },
                                           { "snat", 16 },    { "dnat", 32 },      { "dying", 512 }, END };
static const fw_nft_symbol ct_event[] = { { "new", 1 },      { "related", 2 },    { "destroy", 4 },  { "reply", 8 },
                                          { "assured", 16 }, { "protoinfo", 32 }, { "helper", 64 },  { "mark", 128 },
                                          { "seqadj", 256 }, { "secmark", 512 },  { "label", 1024 }, END };
static const fw_nft_symbol pkt_type[] = { { "host", 0 },      { "unicast", 0 }, { "broadcast", 1 },
                                          { "multicast", 2 }, { "other", 3 },   END };
static const fw_nft_symbol iface_type[] = { { "ether", 1 },      { "ppp", 512 }, { "ipip", 768 },  { "ipip6", 769 },
                                            { "loopback", 772 }, { "sit", 776 }, { "ipgre", 778 }, END };
static const fw_nft_symbol dscp[] = { { "cs0", 0 },   { "cs1", 8 },
                                      { "cs2", 16 },  { "cs3", 24 },
                                      { "cs4", 32 },  { "cs5", 40 },
                                      { "cs6", 48 },  { "cs7", 56 },
                                      { "df", 0 },    { "be", 0 },
                                      { "lephb", 1 }, { "af11", 10 },
                                      { "af12", 12 }, { "af13", 14 },
                                      { "af21", 18 }, { "af22", 20 },
                                      { "af23", 22 }, { "af31", 26 },
                                      { "af32", 28 }, { "af33", 30 },
                                      { "af41", 34 }, { "af42", 36 },
                                      { "af43", 38 }, { "va", 44 },
                                      { "ef", 46 },   END };
static const fw_nft_symbol ecn[] = { { "not-ect", 0 }, { "ect1", 1 }, { "ect0", 2 }, { "ce", 3 }, END };
static const fw_nft_symbol fib_addrtype[] = {
  { "unspec", 0 },    { "unicast", 1 },   { "local", 2 },       { "broadcast", 3 }, { "anycast", 4 },
  { "multicast", 5 }, { "blackhole", 6 }, { "unreachable", 7 }, { "prohibit", 8 },  END
};
static const fw_nft_symbol day[] = { { "Sunday", 0 },   { "Monday", 1 }, { "Tuesday", 2 },  { "Wednesday", 3 },
                                     { "Thursday", 4 }, { "Friday", 5 }, { "Saturday", 6 }, END };
static const fw_nft_symbol realm[] = { { "default", 0 }, { "cosmos", 0 }, END };
static const fw_nft_symbol mh_type[] = { { "binding-refresh-request", 0 },
                                         { "home-test-init", 1 },
                                         { "careof-test-init", 2 },
                                         { "home-test", 3 },
                                         { "careof-test", 4 },
                                         { "binding-update", 5 },
                                         { "binding-acknowledgement", 6 },
                                         { "binding-error", 7 },
                                         { "fast-binding-update", 8 },
                                         { "fast-binding-acknowledgement", 9 },
                                         { "fast-binding-advertisement", 10 },
                                         { "experimental-mobility-header", 11 },
                                         { "home-agent-switch-message", 12 },
                                         END };
static const fw_nft_symbol arp_op[] = { { "request", 1 },   { "reply", 2 },   { "rrequest", 3 }, { "rreply", 4 },
                                        { "inrequest", 8 }, { "inreply", 9 }, { "nak", 10 },     END };
static const fw_nft_symbol none[] = { END };

static const fw_nft_type types[] = {
  { "integer", 0, FW_NFT_FORM_NUMBER, FALSE, none },
  { "number", 1, FW_NFT_FORM_NUMBER, FALSE, none },
  { "hex", 0, FW_NFT_FORM_HEX, FALSE, none }, /* of raw payload, which nft calls integer as well */
  { "string", 16, FW_NFT_FORM_NAME, FALSE, none },
  { "ipv4_addr", 4, FW_NFT_FORM_IPV4, FALSE, none },
  { "ipv6_addr", 16, FW_NFT_FORM_IPV6, FALSE, none },
  { "ether_addr", 6, FW_NFT_FORM_ETHER, FALSE, none },
  { "ll_addr", 6, FW_NFT_FORM_ETHER, FALSE, none },
  { "ether_type", 2, FW_NFT_FORM_HEX, FALSE, ether_type },
  { "arp_op", 2, FW_NFT_FORM_NUMBER, FALSE, arp_op },
  { "inet_proto", 1, FW_NFT_FORM_NUMBER, FALSE, inet_proto },
  { "inet_service", 2, FW_NFT_FORM_NUMBER, FALSE, none },
  { "icmp_type", 1, FW_NFT_FORM_NUMBER, FALSE, icmp_type },
  { "icmp_code", 1, FW_NFT_FORM_NUMBER, FALSE, icmp_code },
  { "icmpv6_type", 1, FW_NFT_FORM_NUMBER, FALSE, icmpv6_type },
  { "icmpv6_code", 1, FW_NFT_FORM_NUMBER, FALSE, icmpv6_code },
  { "icmpx_code", 1, FW_NFT_FORM_NUMBER, FALSE, icmpx_code },
  { "igmp_type", 1, FW_NFT_FORM_NUMBER, FALSE, igmp_type },
  { "mh_type", 1, FW_NFT_FORM_NUMBER, FALSE, mh_type },
  { "dccp_pkttype", 1, FW_NFT_FORM_NUMBER, FALSE, dccp_type },
  { "tcp_flag", 1, FW_NFT_FORM_HEX, TRUE, tcp_flag },
  { "mark", 4, FW_NFT_FORM_HEX, FALSE, none },
  { "nf_proto", 1, FW_NFT_FORM_NUMBER, FALSE, nf_proto },
  { "ifname", 16, FW_NFT_FORM_NAME, FALSE, none },
  { "iface_index", 16, FW_NFT_FORM_NAME, FALSE,
    none }, /* by name here: numbers of interfaces are of one machine's boot */
  { "iface_type", 2, FW_NFT_FORM_NUMBER, FALSE, iface_type },
  { "uid", 4, FW_NFT_FORM_NUMBER, FALSE, none },
  { "gid", 4, FW_NFT_FORM_NUMBER, FALSE, none },
  { "realm", 4, FW_NFT_FORM_NUMBER, FALSE, realm },
  { "classid", 4, FW_NFT_FORM_CLASS, FALSE, none },
  { "devgroup", 4, FW_NFT_FORM_NUMBER, FALSE, realm },
  { "cgroupsv2", 8, FW_NFT_FORM_NUMBER, FALSE, none },
  { "secmark", 4, FW_NFT_FORM_NUMBER, FALSE, none },
  { "pkt_type", 1, FW_NFT_FORM_NUMBER, FALSE, pkt_type },
  { "ct_state", 4, FW_NFT_FORM_HEX, TRUE, ct_state },
  { "ct_dir", 1, FW_NFT_FORM_NUMBER, FALSE, ct_dir },
  { "ct_status", 4, FW_NFT_FORM_HEX, TRUE, ct_status },
  { "ct_event", 4, FW_NFT_FORM_HEX, TRUE, ct_event },
  { "ct_label", 16, FW_NFT_FORM_BIT, TRUE, none },
  { "ct_expiration", 4, FW_NFT_FORM_MILLISECONDS, FALSE, none },
  { "time", 8, FW_NFT_FORM_MILLISECONDS, FALSE, none },
  { "time_point", 8, FW_NFT_FORM_DATE, FALSE, none },
  { "hour", 4, FW_NFT_FORM_HOUR, FALSE, none },
  { "day", 1, FW_NFT_FORM_NUMBER, FALSE, day },
  { "dscp", 1, FW_NFT_FORM_HEX, FALSE, dscp },
  { "ecn", 1, FW_NFT_FORM_NUMBER, FALSE, ecn },
  { "boolean", 1, FW_NFT_FORM_PRESENCE, FALSE, boolean },
  { "fib_addrtype", 4, FW_NFT_FORM_NUMBER, FALSE, fib_addrtype },
};

const fw_nft_type *fw_nft_type_find(const char *name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(types); i++)
    if (strcmp(types[i].name, name) == 0)
      return &types[i];
  return NULL;
}

gboolean fw_nft_symbol_find(const fw_nft_type *type, const char *name, guint32 *value)
{
  const fw_nft_symbol *s;

  for (s = type->symbols; s->name != NULL; s++)
    if (strcmp(s->name, name) == 0) {
      *value = s->value;
      return TRUE;
    }
  return FALSE;
}

const char *fw_nft_symbol_name(const fw_nft_type *type, guint32 value)
{
  const fw_nft_symbol *s;

  for (s = type->symbols; s->name != NULL; s++)
    if (s->value == value)
      return s->name;
  return NULL;
}
