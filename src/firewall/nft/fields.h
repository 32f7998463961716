/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What nftables' expressions can name: types of values, fields of headers, keys of meta and ct. */
#ifndef FIREWALL_NFT_FIELDS_H
#define FIREWALL_NFT_FIELDS_H

#include <glib.h>

/* How a value is written, where it is none of its type's names. */
typedef enum fw_nft_form {
  FW_NFT_FORM_NUMBER,
  FW_NFT_FORM_HEX, /* 0x, all digits of its width */
  FW_NFT_FORM_IPV4,
  FW_NFT_FORM_IPV6,
  FW_NFT_FORM_ETHER,
  FW_NFT_FORM_NAME, /* of an interface, a helper: in quotes */
  FW_NFT_FORM_SECONDS,
  FW_NFT_FORM_MILLISECONDS,
  FW_NFT_FORM_DATE,
  FW_NFT_FORM_HOUR,
  FW_NFT_FORM_PRESENCE,
  FW_NFT_FORM_BIT,  /* the number of a bit */
  FW_NFT_FORM_CLASS /* of traffic: 1:2 */
} fw_nft_form;

typedef struct fw_nft_symbol {
  const char *name;
  guint32 value;
} fw_nft_symbol;

typedef struct fw_nft_type {
  const char *name;
  guint8 n_bytes; /* 0: as wide as what it is compared with */
  guint8 form;
  gboolean bits; /* its values are sets of bits */
  const fw_nft_symbol *symbols;
} fw_nft_type;

/* => NULL: none of ours. */
const fw_nft_type *fw_nft_type_find(const char *name);
gboolean fw_nft_symbol_find(const fw_nft_type *type, const char *name, guint32 *value);
const char *fw_nft_symbol_name(const fw_nft_type *type, guint32 value);

typedef enum fw_nft_base { FW_NFT_LL, FW_NFT_NH, FW_NFT_TH, FW_NFT_IH } fw_nft_base;

/* What a packet has to be for a field to be in it: the test that JSON does not show (RULES 5.2). */
typedef enum fw_nft_needs {
  FW_NFT_NEEDS_NOTHING,
  FW_NFT_NEEDS_ETHER,
  FW_NFT_NEEDS_IPV4,
  FW_NFT_NEEDS_IPV6,
  FW_NFT_NEEDS_PROTOCOL, /* number */
  FW_NFT_NEEDS_ECHO,     /* number, and type echo request or reply */
  FW_NFT_NEEDS_TYPE,     /* number, and a type of ICMP */
  FW_NFT_NEEDS_NEVER     /* no packet here is one: ARP, VLAN */
} fw_nft_needs;

typedef struct fw_nft_field {
  const char *protocol, *name;
  guint8 base, needs, number, type_number;
  guint16 offset_bits, n_bits;
  const char *type;
} fw_nft_field;

const fw_nft_field *fw_nft_payload_find(const char *protocol, const char *name);
/* Extension headers of IPv6; number is the header's own. */
const fw_nft_field *fw_nft_exthdr_find(const char *name, const char *field);
/* Options of TCP; number is the option's. field NULL: its presence. */
const fw_nft_field *fw_nft_tcp_option_find(const char *name, const char *field);
/* The same of IPv4's options, and of SCTP's chunks. */
const fw_nft_field *fw_nft_ip_option_find(const char *name, const char *field);
const fw_nft_field *fw_nft_chunk_find(const char *name, const char *field);

/* X(NAME, text, bytes, type). Of those in the second list nobody can know. */
/* clang-format off */
#define FW_NFT_META_LIST(X)                                                                                            \
  X(LENGTH, "length", 4, "integer") X(PROTOCOL, "protocol", 2, "ether_type") X(NFPROTO, "nfproto", 1, "nf_proto")      \
  X(L4PROTO, "l4proto", 1, "inet_proto") X(MARK, "mark", 4, "mark") X(IIF, "iif", 16, "iface_index")                   \
  X(OIF, "oif", 16, "iface_index") X(IIFNAME, "iifname", 16, "ifname") X(OIFNAME, "oifname", 16, "ifname")             \
  X(IIFTYPE, "iiftype", 2, "iface_type") X(OIFTYPE, "oiftype", 2, "iface_type")                                        \
  X(PKTTYPE, "pkttype", 1, "pkt_type") X(TIME, "time", 8, "time_point") X(DAY, "day", 1, "day")                        \
  X(HOUR, "hour", 4, "hour") X(NFTRACE, "nftrace", 1, "number") X(PRIORITY, "priority", 4, "classid")                  \
  X(SKUID, "skuid", 4, "uid") X(SKGID, "skgid", 4, "gid") X(RTCLASSID, "rtclassid", 4, "realm")                        \
  X(IIFGROUP, "iifgroup", 4, "devgroup") X(OIFGROUP, "oifgroup", 4, "devgroup") X(CGROUP, "cgroup", 4, "integer")      \
  X(CPU, "cpu", 4, "integer") X(RANDOM, "random", 4, "integer") X(SECMARK, "secmark", 4, "secmark")                    \
  X(IIFKIND, "iifkind", 16, "ifname") X(OIFKIND, "oifkind", 16, "ifname") X(IBRNAME, "ibrname", 16, "ifname")          \
  X(OBRNAME, "obrname", 16, "ifname") X(IBRPVID, "ibrpvid", 2, "integer")                                              \
  X(IBRVPROTO, "ibrvproto", 2, "ether_type") X(IBRIPORT, "ibriport", 16, "ifname")                                     \
  X(OBRIPORT, "obriport", 16, "ifname") X(IPSEC, "ipsec", 1, "boolean") X(SECPATH, "secpath", 1, "boolean")            \
  X(SDIF, "sdif", 16, "iface_index") X(SDIFNAME, "sdifname", 16, "ifname") X(BROUTE, "broute", 1, "number")            \
  X(IBRHWADDR, "ibrhwaddr", 6, "ether_addr")
/* clang-format on */

typedef enum fw_nft_meta {
#define X(name, text, bytes, type) FW_NFT_META_##name,
  FW_NFT_META_LIST(X)
#undef X
    FW_NFT_META_COUNT
} fw_nft_meta;

/* clang-format off */
#define FW_NFT_CT_LIST(X)                                                                                              \
  X(STATE, "state", 4, "ct_state") X(DIRECTION, "direction", 1, "ct_dir") X(STATUS, "status", 4, "ct_status")          \
  X(MARK, "mark", 4, "mark") X(EXPIRATION, "expiration", 4, "ct_expiration") X(HELPER, "helper", 16, "string")         \
  X(L3PROTO, "l3proto", 1, "nf_proto") X(PROTOCOL, "protocol", 1, "inet_proto") X(BYTES, "bytes", 8, "integer")        \
  X(PACKETS, "packets", 8, "integer") X(AVGPKT, "avgpkt", 8, "integer") X(LABEL, "label", 16, "ct_label")              \
  X(ZONE, "zone", 2, "integer") X(ID, "id", 4, "integer") X(EVENT, "event", 4, "ct_event")                             \
  X(SECMARK, "secmark", 4, "secmark") X(SADDR, "saddr", 0, "address") X(DADDR, "daddr", 0, "address")                  \
  X(PROTO_SRC, "proto-src", 2, "inet_service") X(PROTO_DST, "proto-dst", 2, "inet_service")                            \
  X(COUNT, "count", 4, "integer")
/* clang-format on */

typedef enum fw_nft_ct {
#define X(name, text, bytes, type) FW_NFT_CT_##name,
  FW_NFT_CT_LIST(X)
#undef X
    FW_NFT_CT_KEYS
} fw_nft_ct;

typedef struct fw_nft_key {
  const char *name;
  guint8 n_bytes;
  const char *type;
} fw_nft_key;

extern const fw_nft_key fw_nft_meta_keys[FW_NFT_META_COUNT];
extern const fw_nft_key fw_nft_ct_keys[FW_NFT_CT_KEYS];
/* => its number; -1: none of ours. */
int fw_nft_key_find(const fw_nft_key *keys, guint n, const char *name);

#endif
