/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of headers as nftables names them, and the keys of meta and ct. */
#include <string.h>

#include "firewall/nft/fields.h"

#define LL(p, f, offset, bits, type)                              \
  {                                                               \
    p, f, FW_NFT_LL, FW_NFT_NEEDS_ETHER, 0, 0, offset, bits, type \
  }
#define IP4(f, offset, bits, type)                                  \
  {                                                                 \
    "ip", f, FW_NFT_NH, FW_NFT_NEEDS_IPV4, 0, 0, offset, bits, type \
  }
#define IP6(f, offset, bits, type)                                   \
  {                                                                  \
    "ip6", f, FW_NFT_NH, FW_NFT_NEEDS_IPV6, 0, 0, offset, bits, type \
  }
#define L4(p, number, f, offset, bits, type)                              \
  {                                                                       \
    p, f, FW_NFT_TH, FW_NFT_NEEDS_PROTOCOL, number, 0, offset, bits, type \
  }
#define OF_TYPE(p, number, of, f, offset, bits, type)                  \
  {                                                                    \
    p, f, FW_NFT_TH, FW_NFT_NEEDS_TYPE, number, of, offset, bits, type \
  }
#define ECHO(p, number, f, offset)                                       \
  {                                                                      \
    p, f, FW_NFT_TH, FW_NFT_NEEDS_ECHO, number, 0, offset, 16, "integer" \
  }
#define NEVER(p, f, bits, type)                              \
  {                                                          \
    p, f, FW_NFT_LL, FW_NFT_NEEDS_NEVER, 0, 0, 0, bits, type \
  }
#define PORTS(p, number) L4(p, number, "sport", 0, 16, "inet_service"), L4(p, number, "dport", 16, 16, "inet_service")

static const fw_nft_field payloads[] = {
  LL("ether", "daddr", 0, 48, "ether_addr"),
  LL("ether", "saddr", 48, 48, "ether_addr"),
  LL("ether", "type", 96, 16, "ether_type"),
  NEVER("vlan", "id", 12, "integer"),
  NEVER("vlan", "cfi", 1, "integer"),
  NEVER("vlan", "dei", 1, "integer"),
  NEVER("vlan", "pcp", 3, "integer"),
  NEVER("vlan", "type", 16, "ether_type"),
  NEVER("arp", "htype", 16, "integer"),
  NEVER("arp", "ptype", 16, "ether_type"),
  NEVER("arp", "hlen", 8, "integer"),
  NEVER("arp", "plen", 8, "integer"),
  NEVER("arp", "operation", 16, "arp_op"),
  NEVER("arp", "saddr ether", 48, "ether_addr"),
  NEVER("arp", "saddr ip", 32, "ipv4_addr"),
  NEVER("arp", "daddr ether", 48, "ether_addr"),
  NEVER("arp", "daddr ip", 32, "ipv4_addr"),
  IP4("version", 0, 4, "integer"),
  IP4("hdrlength", 4, 4, "integer"),
  IP4("dscp", 8, 6, "dscp"),
  IP4("ecn", 14, 2, "ecn"),
  IP4("length", 16, 16, "integer"),
  IP4("id", 32, 16, "integer"),
  IP4("frag-off", 48, 16, "integer"),
  IP4("ttl", 64, 8, "integer"),
  IP4("protocol", 72, 8, "inet_proto"),
  IP4("checksum", 80, 16, "integer"),
  IP4("saddr", 96, 32, "ipv4_addr"),
  IP4("daddr", 128, 32, "ipv4_addr"),
  IP6("version", 0, 4, "integer"),
  IP6("dscp", 4, 6, "dscp"),
  IP6("ecn", 10, 2, "ecn"),
  IP6("flowlabel", 12, 20, "integer"),
  IP6("length", 32, 16, "integer"),
  IP6("nexthdr", 48, 8, "inet_proto"),
  IP6("hoplimit", 56, 8, "integer"),
  IP6("saddr", 64, 128, "ipv6_addr"),
  IP6("daddr", 192, 128, "ipv6_addr"),
  { "th", "sport", FW_NFT_TH, FW_NFT_NEEDS_NOTHING, 0, 0, 0, 16, "inet_service" },
  { "th", "dport", FW_NFT_TH, FW_NFT_NEEDS_NOTHING, 0, 0, 16, 16, "inet_service" },
  PORTS("tcp", 6),
  L4("tcp", 6, "sequence", 32, 32, "integer"),
  L4("tcp", 6, "ackseq", 64, 32, "integer"),
  L4("tcp", 6, "doff", 96, 4, "integer"),
  L4("tcp", 6, "reserved", 100, 4, "integer"),
  L4("tcp", 6, "flags", 104, 8, "tcp_flag"),
  L4("tcp", 6, "window", 112, 16, "integer"),
  L4("tcp", 6, "checksum", 128, 16, "integer"),
  L4("tcp", 6, "urgptr", 144, 16, "integer"),
  PORTS("udp", 17),
  L4("udp", 17, "length", 32, 16, "integer"),
  L4("udp", 17, "checksum", 48, 16, "integer"),
  PORTS("udplite", 136),
  L4("udplite", 136, "csumcov", 32, 16, "integer"),
  L4("udplite", 136, "checksum", 48, 16, "integer"),
  PORTS("sctp", 132),
  L4("sctp", 132, "vtag", 32, 32, "integer"),
  L4("sctp", 132, "checksum", 64, 32, "integer"),
  PORTS("dccp", 33),
  L4("dccp", 33, "type", 67, 4, "dccp_pkttype"),
  L4("icmp", 1, "type", 0, 8, "icmp_type"),
  L4("icmp", 1, "code", 8, 8, "icmp_code"),
  L4("icmp", 1, "checksum", 16, 16, "integer"),
  ECHO("icmp", 1, "id", 32),
  ECHO("icmp", 1, "sequence", 48),
  OF_TYPE("icmp", 1, 5, "gateway", 32, 32, "integer"),
  OF_TYPE("icmp", 1, 3, "mtu", 48, 16, "integer"),
  L4("icmpv6", 58, "type", 0, 8, "icmpv6_type"),
  L4("icmpv6", 58, "code", 8, 8, "icmpv6_code"),
  L4("icmpv6", 58, "checksum", 16, 16, "integer"),
  OF_TYPE("icmpv6", 58, 4, "parameter-problem", 32, 32, "integer"),
  OF_TYPE("icmpv6", 58, 2, "mtu", 32, 32, "integer"),
  OF_TYPE("icmpv6", 58, 2, "packet-too-big", 32, 32, "integer"),
  ECHO("icmpv6", 58, "id", 32),
  ECHO("icmpv6", 58, "sequence", 48),
  OF_TYPE("icmpv6", 58, 130, "max-delay", 32, 16, "integer"),
  OF_TYPE("icmpv6", 58, 135, "taddr", 64, 128, "ipv6_addr"),
  OF_TYPE("icmpv6", 58, 137, "daddr", 192, 128, "ipv6_addr"),
  L4("igmp", 2, "type", 0, 8, "igmp_type"),
  L4("igmp", 2, "mrt", 8, 8, "integer"),
  L4("igmp", 2, "checksum", 16, 16, "integer"),
  L4("igmp", 2, "group", 32, 32, "ipv4_addr"),
  L4("ah", 51, "nexthdr", 0, 8, "inet_proto"),
  L4("ah", 51, "hdrlength", 8, 8, "integer"),
  L4("ah", 51, "reserved", 16, 16, "integer"),
  L4("ah", 51, "spi", 32, 32, "integer"),
  L4("ah", 51, "sequence", 64, 32, "integer"),
  L4("esp", 50, "spi", 0, 32, "integer"),
  L4("esp", 50, "sequence", 32, 32, "integer"),
  L4("comp", 108, "nexthdr", 0, 8, "inet_proto"),
  L4("comp", 108, "flags", 8, 8, "hex"),
  L4("comp", 108, "cpi", 16, 16, "integer"),
  L4("gre", 47, "flags", 0, 5, "integer"),
  L4("gre", 47, "version", 13, 3, "integer"),
  L4("gre", 47, "protocol", 16, 16, "ether_type"),
};

#define EXT(p, number, f, offset, bits, type)         \
  {                                                   \
    p, f, FW_NFT_NH, 0, number, 0, offset, bits, type \
  }

static const fw_nft_field exthdrs[] = {
  EXT("hbh", 0, "nexthdr", 0, 8, "inet_proto"),
  EXT("hbh", 0, "hdrlength", 8, 8, "integer"),
  EXT("rt", 43, "nexthdr", 0, 8, "inet_proto"),
  EXT("rt", 43, "hdrlength", 8, 8, "integer"),
  EXT("rt", 43, "type", 16, 8, "integer"),
  EXT("rt", 43, "seg-left", 24, 8, "integer"),
  EXT("rt0", 43, "addr", 64, 128, "ipv6_addr"),
  EXT("srh", 43, "last-entry", 32, 8, "integer"),
  EXT("srh", 43, "flags", 40, 8, "integer"),
  EXT("srh", 43, "tag", 48, 16, "integer"),
  EXT("frag", 44, "nexthdr", 0, 8, "inet_proto"),
  EXT("frag", 44, "reserved", 8, 8, "integer"),
  EXT("frag", 44, "frag-off", 16, 13, "integer"),
  EXT("frag", 44, "reserved2", 29, 2, "integer"),
  EXT("frag", 44, "more-fragments", 31, 1, "integer"),
  EXT("frag", 44, "id", 32, 32, "integer"),
  EXT("dst", 60, "nexthdr", 0, 8, "inet_proto"),
  EXT("dst", 60, "hdrlength", 8, 8, "integer"),
  EXT("mh", 135, "nexthdr", 0, 8, "inet_proto"),
  EXT("mh", 135, "hdrlength", 8, 8, "integer"),
  EXT("mh", 135, "type", 16, 8, "mh_type"),
  EXT("mh", 135, "reserved", 24, 8, "integer"),
  EXT("mh", 135, "checksum", 32, 16, "integer"),
};

#define TCP(p, number, f, offset, bits)                    \
  {                                                        \
    p, f, FW_NFT_TH, 0, number, 0, offset, bits, "integer" \
  }
#define TCP_OPTION(p, number) TCP(p, number, "kind", 0, 8), TCP(p, number, "length", 8, 8)

static const fw_nft_field tcp_options[] = {
  TCP("eol", 0, "kind", 0, 8),
  TCP("nop", 1, "kind", 0, 8),
  TCP("noop", 1, "kind", 0, 8),
  TCP_OPTION("maxseg", 2),
  TCP("maxseg", 2, "size", 16, 16),
  TCP_OPTION("mss", 2),
  TCP("mss", 2, "size", 16, 16),
  TCP_OPTION("window", 3),
  TCP("window", 3, "count", 16, 8),
  TCP_OPTION("sack-perm", 4),
  TCP_OPTION("sack-permitted", 4),
  TCP_OPTION("sack", 5),
  TCP("sack", 5, "left", 16, 32),
  TCP("sack", 5, "right", 48, 32),
  TCP_OPTION("sack0", 5),
  TCP("sack0", 5, "left", 16, 32),
  TCP("sack0", 5, "right", 48, 32),
  TCP("sack1", 5, "left", 80, 32),
  TCP("sack1", 5, "right", 112, 32),
  TCP("sack2", 5, "left", 144, 32),
  TCP("sack2", 5, "right", 176, 32),
  TCP("sack3", 5, "left", 208, 32),
  TCP("sack3", 5, "right", 240, 32),
  TCP_OPTION("timestamp", 8),
  TCP("timestamp", 8, "tsval", 16, 32),
  TCP("timestamp", 8, "tsecr", 48, 32),
  TCP_OPTION("md5sig", 19),
  TCP_OPTION("mptcp", 30),
  TCP("mptcp", 30, "subtype", 16, 4),
  TCP_OPTION("fastopen", 34),
};

#define IP_OPTION(p, number) \
  { p, "type", FW_NFT_NH, 0, number, 0, 0, 8, "integer" }, { p, "length", FW_NFT_NH, 0, number, 0, 8, 8, "integer" }
#define ROUTE_OPTION(p, number)                                                  \
  IP_OPTION(p, number), { p, "ptr", FW_NFT_NH, 0, number, 0, 16, 8, "integer" }, \
  {                                                                              \
    p, "addr", FW_NFT_NH, 0, number, 0, 24, 32, "integer"                        \
  }

static const fw_nft_field ip_options[] = {
  ROUTE_OPTION("rr", 7),
  ROUTE_OPTION("lsrr", 131),
  ROUTE_OPTION("ssrr", 137),
  IP_OPTION("ra", 148),
  { "ra", "value", FW_NFT_NH, 0, 148, 0, 16, 16, "integer" },
};

#define CHUNK(p, number) TCP(p, number, "type", 0, 8), TCP(p, number, "flags", 8, 8), TCP(p, number, "length", 16, 16)
#define INIT_CHUNK(p, number)                                                                       \
  CHUNK(p, number), TCP(p, number, "init-tag", 32, 32), TCP(p, number, "a-rwnd", 64, 32),           \
    TCP(p, number, "num-outbound-streams", 96, 16), TCP(p, number, "num-inbound-streams", 112, 16), \
    TCP(p, number, "initial-tsn", 128, 32)

static const fw_nft_field chunks[] = {
  CHUNK("data", 0),
  TCP("data", 0, "tsn", 32, 32),
  TCP("data", 0, "stream", 64, 16),
  TCP("data", 0, "ssn", 80, 16),
  TCP("data", 0, "ppid", 96, 32),
  INIT_CHUNK("init", 1),
  INIT_CHUNK("init-ack", 2),
  CHUNK("sack", 3),
  TCP("sack", 3, "cum-tsn-ack", 32, 32),
  TCP("sack", 3, "a-rwnd", 64, 32),
  TCP("sack", 3, "num-gap-ack-blocks", 96, 16),
  TCP("sack", 3, "num-dup-tsns", 112, 16),
  CHUNK("heartbeat", 4),
  CHUNK("heartbeat-ack", 5),
  CHUNK("abort", 6),
  CHUNK("shutdown", 7),
  TCP("shutdown", 7, "cum-tsn-ack", 32, 32),
  CHUNK("shutdown-ack", 8),
  CHUNK("error", 9),
  CHUNK("cookie-echo", 10),
  CHUNK("cookie-ack", 11),
  CHUNK("ecne", 12),
  TCP("ecne", 12, "lowest-tsn", 32, 32),
  CHUNK("cwr", 13),
  TCP("cwr", 13, "lowest-tsn", 32, 32),
  CHUNK("shutdown-complete", 14),
  CHUNK("asconf-ack", 128),
  TCP("asconf-ack", 128, "seqno", 32, 32),
  CHUNK("forward-tsn", 192),
  TCP("forward-tsn", 192, "new-cum-tsn", 32, 32),
  CHUNK("asconf", 193),
  TCP("asconf", 193, "seqno", 32, 32),
};

static const fw_nft_field *find(const fw_nft_field *fields, guint n, const char *protocol, const char *name)
{
  guint i;

  for (i = 0; i < n; i++)
    if (strcmp(fields[i].protocol, protocol) == 0 && (name == NULL || strcmp(fields[i].name, name) == 0))
      return &fields[i];
  return NULL;
}

const fw_nft_field *fw_nft_payload_find(const char *protocol, const char *name)
{
  return find(payloads, G_N_ELEMENTS(payloads), protocol, name);
}

const fw_nft_field *fw_nft_exthdr_find(const char *name, const char *field)
{
  return find(exthdrs, G_N_ELEMENTS(exthdrs), name, field);
}

const fw_nft_field *fw_nft_tcp_option_find(const char *name, const char *field)
{
  return find(tcp_options, G_N_ELEMENTS(tcp_options), name, field);
}

const fw_nft_field *fw_nft_ip_option_find(const char *name, const char *field)
{
  return find(ip_options, G_N_ELEMENTS(ip_options), name, field);
}

const fw_nft_field *fw_nft_chunk_find(const char *name, const char *field)
{
  return find(chunks, G_N_ELEMENTS(chunks), name, field);
}

const fw_nft_key fw_nft_meta_keys[FW_NFT_META_COUNT] = {
#define X(name, text, bytes, type) { text, bytes, type },
  FW_NFT_META_LIST(X)
#undef X
};

const fw_nft_key fw_nft_ct_keys[FW_NFT_CT_KEYS] = {
#define X(name, text, bytes, type) { text, bytes, type },
  FW_NFT_CT_LIST(X)
#undef X
};

int fw_nft_key_find(const fw_nft_key *keys, guint n, const char *name)
{
  guint i;

  for (i = 0; i < n; i++)
    if (strcmp(keys[i].name, name) == 0)
      return (int)i;
  return -1;
}
