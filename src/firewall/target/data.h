/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the options of each target mean, parsed: fw_target.data. As match/data.h. */
#ifndef FIREWALL_TARGET_DATA_H
#define FIREWALL_TARGET_DATA_H

#include "firewall/match/data.h"
#include "firewall/ruleset.h"

enum { FW_LOG_TCP_SEQUENCE = 1, FW_LOG_TCP_OPTIONS = 2, FW_LOG_IP_OPTIONS = 4, FW_LOG_UID = 8, FW_LOG_MAC = 32 };

typedef struct fw_log {
  const char *prefix; /* "": none */
  guint8 level;
  guint8 flags;
} fw_log;

typedef struct fw_nflog {
  const char *prefix;
  guint16 group, threshold;
  guint32 size; /* --nflog-size or --nflog-range; 0: all of it */
  gboolean has_size, has_range;
} fw_nflog;

typedef struct fw_ulog {
  const char *prefix;
  guint32 group, copy_range, threshold; /* group from 1 */
} fw_ulog;

typedef struct fw_nfqueue {
  guint16 from, to;
  gboolean balance, bypass, cpu_fanout;
} fw_nfqueue;

/* X(NAME, type or code): what is sent back. */
typedef enum fw_reject_kind { FW_REJECT_ICMP, FW_REJECT_TCP_RESET } fw_reject_kind;

typedef struct fw_reject {
  const char *with; /* as saved: "icmp-port-unreachable" */
  guint8 kind;      /* fw_reject_kind */
  guint8 type, code;
  guint8 pointer; /* of a parameter problem of IPv6: where in the header; no rule has one */
} fw_reject;

enum { FW_CT_ZONE_BOTH, FW_CT_ZONE_ORIG, FW_CT_ZONE_REPLY };

typedef struct fw_ct {
  gboolean notrack;
  gboolean has_zone, zone_mark; /* zone_mark: the zone is the low half of the packet's mark */
  guint8 zone_dir;
  guint16 zone;
  const char *helper, *timeout; /* NULL: none */
  guint16 events;               /* 1 << n, in the order of FW_CT_EVENTS; 0: not given */
  gboolean has_events, has_exp_events;
  guint16 exp_events; /* 1: new */
} fw_ct;

/* X(name, the kernel's number of the event). */
#define FW_CT_EVENTS(X) \
  X("new", 0)           \
  X("related", 1)       \
  X("destroy", 2)       \
  X("reply", 3)         \
  X("assured", 4) X("protoinfo", 5) X("helper", 6) X("mark", 7) X("natseqinfo", 8) X("secmark", 9) X("label", 10)

/* mark = (mark & ~mask) ^ value. */
typedef struct fw_set_mark {
  fw_mark mark;
} fw_set_mark;

typedef enum fw_connmark_op { FW_CONNMARK_SET, FW_CONNMARK_SAVE, FW_CONNMARK_RESTORE } fw_connmark_op;

typedef struct fw_connmark {
  guint8 op; /* fw_connmark_op */
  guint32 mark, ctmask, nfmask;
  guint8 shift;
  gboolean shift_right;
} fw_connmark;

typedef struct fw_connsecmark {
  gboolean save; /* else restore */
} fw_connsecmark;

typedef struct fw_secmark {
  const char *context;
} fw_secmark;

/* tos = (tos & ~mask) ^ value. */
typedef struct fw_set_tos {
  guint8 value, mask;
} fw_set_tos;

typedef struct fw_set_dscp {
  guint8 dscp;
} fw_set_dscp;

typedef enum fw_ttl_op { FW_TTL_SET, FW_TTL_INC, FW_TTL_DEC } fw_ttl_op;

/* TTL and HL. */
typedef struct fw_set_ttl {
  guint8 op; /* fw_ttl_op */
  guint8 value;
} fw_set_ttl;

enum { FW_SET_ECN_ECT = 1, FW_SET_ECN_ECE = 2, FW_SET_ECN_CWR = 4 };

typedef struct fw_set_ecn {
  guint8 given; /* --ecn-tcp-remove: ECE and CWR to 0 */
  guint8 ect, ece, cwr;
} fw_set_ecn;

typedef struct fw_set_tcpmss {
  guint16 mss;
  gboolean clamp; /* to the MTU of the path */
} fw_set_tcpmss;

typedef struct fw_tcpoptstrip {
  guint32 options[8]; /* bit n % 32 of [n / 32] */
} fw_tcpoptstrip;

typedef struct fw_classify {
  guint32 priority; /* major << 16 | minor */
} fw_classify;

typedef struct fw_idletimer {
  guint32 timeout_s;
  const char *label;
  gboolean alarm, notify;
} fw_idletimer;

typedef struct fw_led {
  const char *trigger;
  guint32 delay_ms;
  gboolean infinite, always_blink;
} fw_led;

typedef struct fw_tee {
  fw_address gateway;
  const char *oif;
} fw_tee;

typedef struct fw_audit {
  guint8 type; /* 0 accept, 1 drop, 2 reject */
} fw_audit;

typedef struct fw_set_target {
  fw_set_ref add, del, map; /* name NULL: not given */
  gboolean exist, map_mark, map_priority, map_queue;
  gboolean has_timeout;
  guint32 timeout_s;
} fw_set_target;

typedef struct fw_tproxy {
  guint16 port;
  fw_address address;
  gboolean has_address;
  fw_mark mark;
} fw_tproxy;

enum {
  FW_SYNPROXY_MSS = 1,
  FW_SYNPROXY_WSCALE = 2,
  FW_SYNPROXY_SACK = 4,
  FW_SYNPROXY_TIMESTAMP = 8,
  FW_SYNPROXY_ECN = 16
};

typedef struct fw_synproxy {
  guint8 given;
  guint8 wscale;
  guint16 mss;
} fw_synproxy;

enum {
  FW_NAT_ADDRESS = 1, /* SNAT, DNAT */
  FW_NAT_PORTS = 2,
  FW_NAT_RANDOM = 4,
  FW_NAT_PERSISTENT = 8,
  FW_NAT_RANDOM_FULLY = 16,
  FW_NAT_PORT_OFFSET = 32, /* DNAT: base */
  FW_NAT_COMPUTED = 64     /* nftables: what it maps to is looked up for each packet */
};

/* SNAT, DNAT, MASQUERADE, REDIRECT. */
typedef struct fw_nat {
  guint8 given;
  fw_address from, to;
  fw_range16 ports;
  guint16 base;
} fw_nat;

typedef struct fw_netmap {
  fw_address address, mask;
} fw_netmap;

/* SNPT, DNPT. */
typedef struct fw_npt {
  fw_address source, destination;
  guint8 source_prefix, destination_prefix;
} fw_npt;

/* values: by the options' ids, as given says. */
typedef struct fw_hmark {
  guint16 given;
  guint8 by_conntrack; /* --hmark-tuple names ct */
  guint32 values[13];
} fw_hmark;

#endif
