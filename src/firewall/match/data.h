/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the options of each match mean, parsed: fw_match.data of an extension NAME is the struct named here (fw_tcp for
 * tcp). Numbers are in host order, addresses in network order. `given` says which tests there are, `invert` which of
 * them were written with '!'; their bits stand before each struct. Ranges that were not given hold everything.
 */
#ifndef FIREWALL_MATCH_DATA_H
#define FIREWALL_MATCH_DATA_H

#include "firewall/ruleset.h"

/* -- headers of layer 4 -- */

enum { FW_TCP_SPORT = 1, FW_TCP_DPORT = 2, FW_TCP_FLAGS = 4, FW_TCP_OPTION = 8 };

typedef struct fw_tcp {
  guint8 given, invert;
  guint8 flags_mask, flags_value; /* FIN 1 SYN 2 RST 4 PSH 8 ACK 16 URG 32 */
  guint8 option;
  fw_range16 sport, dport;
} fw_tcp;

/* Bits as FW_TCP_SPORT and FW_TCP_DPORT. */
typedef struct fw_udp {
  guint8 given, invert;
  fw_range16 sport, dport;
} fw_udp;

/* icmp and icmp6. type 255 with codes 0 to 255 is `any` of icmp, and holds for everything. */
typedef struct fw_icmp {
  guint8 type, code_from, code_to;
  gboolean invert;
} fw_icmp;

enum { FW_SCTP_SPORT = 1, FW_SCTP_DPORT = 2, FW_SCTP_CHUNKS = 4 };
typedef enum fw_sctp_how { FW_SCTP_ANY, FW_SCTP_ALL, FW_SCTP_ONLY } fw_sctp_how;
#define FW_SCTP_FLAGS 20

typedef struct fw_sctp {
  guint8 given, invert;
  guint8 how; /* fw_sctp_how */
  guint8 n_flags;
  gboolean every; /* the list was ALL or NONE */
  fw_range16 sport, dport;
  guint32 chunks[8]; /* bit t % 32 of [t / 32]: type t is listed */
  struct {
    guint8 chunk, mask, value; /* (flags & mask) == value is asked of chunks of this type */
  } flags[FW_SCTP_FLAGS];
} fw_sctp;

enum { FW_DCCP_SPORT = 1, FW_DCCP_DPORT = 2, FW_DCCP_TYPES = 4, FW_DCCP_OPTION = 8 };

typedef struct fw_dccp {
  guint8 given, invert;
  guint8 option;
  guint16 types; /* 1 << type; bit 10: every type from 10 on */
  fw_range16 sport, dport;
} fw_dccp;

/* esp, ipcomp: the SPI or CPI; reserved: ipcomp's field is 0. */
enum { FW_SPI = 1, FW_SPI_RESERVED = 2 };

typedef struct fw_spi {
  guint8 given, invert;
  fw_range32 spi;
} fw_spi;

/* ah of both families; length and reserved are IPv6's. */
enum { FW_AH_SPI = 1, FW_AH_LENGTH = 2, FW_AH_RESERVED = 4 };

typedef struct fw_ah {
  guint8 given, invert;
  fw_range32 spi;
  guint32 length;
} fw_ah;

typedef enum fw_multiport_side { FW_MULTIPORT_SOURCE, FW_MULTIPORT_DESTINATION, FW_MULTIPORT_EITHER } fw_multiport_side;
#define FW_MULTIPORT_RANGES 15

typedef struct fw_multiport {
  guint8 side; /* fw_multiport_side */
  guint8 n;
  gboolean invert;
  fw_range16 ports[FW_MULTIPORT_RANGES]; /* a single port is a range of one */
} fw_multiport;

typedef struct fw_tcpmss {
  fw_range16 mss;
  gboolean invert;
} fw_tcpmss;

enum { FW_ECN_ECT = 1, FW_ECN_ECE = 2, FW_ECN_CWR = 4 };

typedef struct fw_ecn {
  guint8 given, invert;
  guint8 ect;
} fw_ecn;

/* -- the IP header -- */

typedef enum fw_compare { FW_COMPARE_EQ, FW_COMPARE_NE, FW_COMPARE_LT, FW_COMPARE_GT } fw_compare;

/* ttl and hl. */
typedef struct fw_ttl {
  guint8 compare; /* fw_compare */
  guint8 value;
} fw_ttl;

typedef struct fw_length {
  fw_range16 length;
  gboolean invert;
} fw_length;

typedef struct fw_dscp {
  guint8 dscp;
  gboolean invert;
} fw_dscp;

typedef struct fw_tos {
  guint8 value, mask;
  gboolean invert;
} fw_tos;

/* IPv6 header kinds, bits of fw_ipv6header.headers. */
enum {
  FW_IPV6_PROTO = 1,
  FW_IPV6_NONE = 2,
  FW_IPV6_ESP = 4,
  FW_IPV6_AH = 8,
  FW_IPV6_FRAGMENT = 16,
  FW_IPV6_ROUTE = 32,
  FW_IPV6_DST = 64,
  FW_IPV6_HBH = 128
};

typedef struct fw_ipv6header {
  guint8 headers;
  gboolean invert, soft;
} fw_ipv6header;

enum {
  FW_FRAG_ID = 1,
  FW_FRAG_LENGTH = 2,
  FW_FRAG_RESERVED = 4,
  FW_FRAG_FIRST = 8,
  FW_FRAG_MORE = 16,
  FW_FRAG_LAST = 32
};

typedef struct fw_frag {
  guint8 given, invert;
  fw_range32 id;
  guint32 length;
} fw_frag;

/* hbh and dst. */
enum { FW_OPTS_LENGTH = 1, FW_OPTS_LIST = 2 };
#define FW_OPTS 16

typedef struct fw_opts {
  guint8 given, invert;
  guint8 n;
  guint32 length;
  struct {
    guint8 type;
    gint16 length; /* -1: any */
  } opts[FW_OPTS];
} fw_opts;

enum {
  FW_RT_TYPE = 1,
  FW_RT_SEGMENTS = 2,
  FW_RT_LENGTH = 4,
  FW_RT_RESERVED = 8,
  FW_RT_ADDRESSES = 16,
  FW_RT_NOT_STRICT = 32
};
#define FW_RT_HOPS 16

typedef struct fw_rt {
  guint8 given, invert;
  guint8 n;
  guint32 type, length;
  fw_range32 segments;
  fw_address addresses[FW_RT_HOPS];
} fw_rt;

typedef struct fw_mh {
  guint8 from, to;
  gboolean given, invert;
} fw_mh;

enum {
  FW_SRH_NEXT = 1 << 0,
  FW_SRH_LENGTH_EQ = 1 << 1,
  FW_SRH_LENGTH_GT = 1 << 2,
  FW_SRH_LENGTH_LT = 1 << 3,
  FW_SRH_SEGMENTS_EQ = 1 << 4,
  FW_SRH_SEGMENTS_GT = 1 << 5,
  FW_SRH_SEGMENTS_LT = 1 << 6,
  FW_SRH_LAST_EQ = 1 << 7,
  FW_SRH_LAST_GT = 1 << 8,
  FW_SRH_LAST_LT = 1 << 9,
  FW_SRH_TAG = 1 << 10,
  FW_SRH_PREVIOUS_SID = 1 << 11,
  FW_SRH_NEXT_SID = 1 << 12,
  FW_SRH_LAST_SID = 1 << 13
};

typedef struct fw_srh {
  guint16 given, invert;
  guint8 next, length, segments, last;
  guint16 tag;
  fw_address previous[2], following[2], final[2]; /* address, mask */
} fw_srh;

enum { FW_IPRANGE_SOURCE = 1, FW_IPRANGE_DESTINATION = 2 };

typedef struct fw_iprange {
  guint8 given, invert;
  fw_address source[2], destination[2]; /* first, last */
} fw_iprange;

/* -- bytes -- */

#define FW_U32_TESTS 10
typedef enum fw_u32_op { FW_U32_AND, FW_U32_LEFT, FW_U32_RIGHT, FW_U32_AT } fw_u32_op;

typedef struct fw_u32_test {
  guint8 n_locations, n_values;
  struct {
    guint8 op; /* fw_u32_op; of the first one without a meaning */
    guint32 number;
  } locations[FW_U32_TESTS + 1];
  fw_range32 values[FW_U32_TESTS + 1];
} fw_u32_test;

typedef struct fw_u32 {
  guint8 n;
  gboolean invert;
  fw_u32_test tests[FW_U32_TESTS + 1];
} fw_u32;

#define FW_STRING_MAX 128

typedef struct fw_string {
  guint16 from, to;
  guint8 length;
  gboolean invert, ignore_case, given, hex;
  char algorithm[16];
  guint8 pattern[FW_STRING_MAX];
} fw_string;

#define FW_BPF_MAX 64

typedef struct fw_bpf {
  guint16 n;
  const char *path; /* --object-pinned; NULL: the program is here */
  struct {
    guint16 code;
    guint8 jt, jf;
    guint32 k;
  } program[FW_BPF_MAX];
} fw_bpf;

/* Rates are bytes and packets a second: [0] of --rateest-bps1, [1] of the others. given: by the options' ids. */
typedef struct fw_rateest {
  guint16 given;
  gboolean invert;
  const char *names[2]; /* [1] NULL: against numbers */
  guint32 bps[2], pps[2];
} fw_rateest;

/* -- about the packet -- */

typedef struct fw_mark_test {
  fw_mark mark;
  gboolean invert;
} fw_mark_test; /* mark and connmark */

typedef struct fw_mac {
  guint8 source[6];
  gboolean invert;
} fw_mac;

typedef struct fw_pkttype {
  guint8 type; /* the kernel's: 0 host, 1 broadcast, 2 multicast, 3 otherhost, 4 outgoing, 5 loopback */
  gboolean invert;
} fw_pkttype;

enum { FW_PHYSDEV_IN = 1, FW_PHYSDEV_OUT = 2, FW_PHYSDEV_IS_IN = 4, FW_PHYSDEV_IS_OUT = 8, FW_PHYSDEV_IS_BRIDGED = 16 };

typedef struct fw_physdev {
  guint8 given, invert;
  fw_interface in, out;
} fw_physdev;

enum { FW_ADDRTYPE_SOURCE = 1, FW_ADDRTYPE_DESTINATION = 2, FW_ADDRTYPE_LIMIT_IN = 4, FW_ADDRTYPE_LIMIT_OUT = 8 };
/* Bits of the masks, by the kernel's numbers. */
enum {
  FW_ADDRTYPE_UNSPEC = 1 << 0,
  FW_ADDRTYPE_UNICAST = 1 << 1,
  FW_ADDRTYPE_LOCAL = 1 << 2,
  FW_ADDRTYPE_BROADCAST = 1 << 3,
  FW_ADDRTYPE_ANYCAST = 1 << 4,
  FW_ADDRTYPE_MULTICAST = 1 << 5,
  FW_ADDRTYPE_BLACKHOLE = 1 << 6,
  FW_ADDRTYPE_UNREACHABLE = 1 << 7,
  FW_ADDRTYPE_PROHIBIT = 1 << 8,
  FW_ADDRTYPE_THROW = 1 << 9,
  FW_ADDRTYPE_NAT = 1 << 10,
  FW_ADDRTYPE_XRESOLVE = 1 << 11
};

typedef struct fw_addrtype {
  guint8 given, invert;
  guint16 source, destination;
} fw_addrtype;

enum { FW_OWNER_UID = 1, FW_OWNER_GID = 2, FW_OWNER_SOCKET = 4, FW_OWNER_SUPPL = 8 };

typedef struct fw_owner {
  guint8 given, invert;
  fw_range32 uid, gid;
  const char *uid_name, *gid_name; /* a name that no number is known for here; NULL: numbers */
} fw_owner;

typedef struct fw_cgroup {
  const char *path; /* NULL: classid */
  guint32 classid;
  guint8 given, invert; /* 1: path, 2: classid */
} fw_cgroup;

enum { FW_SOCKET_TRANSPARENT = 1, FW_SOCKET_NOWILDCARD = 2, FW_SOCKET_RESTORE = 4 };

typedef struct fw_socket {
  guint8 given;
} fw_socket;

enum {
  FW_POLICY_REQID = 1,
  FW_POLICY_SPI = 2,
  FW_POLICY_PROTO = 4,
  FW_POLICY_MODE = 8,
  FW_POLICY_SADDR = 16,
  FW_POLICY_DADDR = 32
};
#define FW_POLICY_ELEMENTS 4

typedef struct fw_policy_match {
  gboolean out;  /* --dir out */
  gboolean none; /* --pol none */
  gboolean strict;
  guint8 n;
  struct {
    guint8 given, invert;
    guint8 proto; /* esp 50, ah 51, ipcomp 108 */
    gboolean tunnel;
    guint32 reqid, spi;
    fw_address source[2], destination[2]; /* address, mask */
  } elements[FW_POLICY_ELEMENTS];
} fw_policy_match;

typedef struct fw_realm {
  fw_mark id;
  gboolean invert;
} fw_realm;

enum { FW_RPFILTER_LOOSE = 1, FW_RPFILTER_VALIDMARK = 2, FW_RPFILTER_ACCEPT_LOCAL = 4, FW_RPFILTER_INVERT = 8 };

typedef struct fw_rpfilter {
  guint8 given;
} fw_rpfilter;

enum { FW_DEVGROUP_SOURCE = 1, FW_DEVGROUP_DESTINATION = 2 };

typedef struct fw_devgroup {
  guint8 given, invert;
  fw_mark source, destination;
} fw_devgroup;

typedef struct fw_cpu {
  guint32 cpu;
  gboolean invert;
} fw_cpu;

typedef struct fw_cluster {
  guint32 total, nodemask, seed;
  gboolean invert;
} fw_cluster;

enum { FW_OSF_GENRE = 1, FW_OSF_TTL = 2, FW_OSF_LOG = 4 };

typedef struct fw_osf {
  const char *genre;
  guint32 ttl, log;
  guint8 given, invert;
} fw_osf;

enum {
  FW_IPVS_ANY = 1,
  FW_IPVS_PROTO = 2,
  FW_IPVS_ADDR = 4,
  FW_IPVS_PORT = 8,
  FW_IPVS_DIR = 16,
  FW_IPVS_METHOD = 32,
  FW_IPVS_PORTCTL = 64
};

typedef struct fw_ipvs {
  guint8 given, invert;
  guint8 proto;
  guint8 method; /* 0 MASQ, 2 IPIP, 3 GATE */
  guint16 port, portctl;
  gboolean reply;
  fw_address address[2];
} fw_ipvs;

typedef struct fw_nfacct {
  const char *name;
} fw_nfacct;

typedef struct fw_time {
  gint64 date_start, date_stop; /* seconds since 1970, both inside; 0 and G_MAXINT32: not limited */
  guint32 day_start, day_stop;  /* seconds of the day, both inside; 0 and 86399: not limited */
  guint32 month_days;           /* 1 << day, days from 1; all: 0xfffffffe */
  guint8 week_days;             /* 1 << day, Monday 1 to Sunday 7; all: 0xfe */
  gboolean contiguous, kernel_zone;
} fw_time;

typedef struct fw_comment {
  const char *text;
} fw_comment;

/* -- connection tracking -- */

/* Bits of states. */
enum {
  FW_STATE_INVALID = 1,
  FW_STATE_ESTABLISHED = 2,
  FW_STATE_RELATED = 4,
  FW_STATE_NEW = 8,
  FW_STATE_UNTRACKED = 64,
  FW_STATE_SNAT = 128,
  FW_STATE_DNAT = 256
};

typedef struct fw_state {
  guint16 states;
  gboolean invert;
} fw_state;

enum {
  FW_CT_STATE = 1 << 0,
  FW_CT_PROTO = 1 << 1,
  FW_CT_ORIGSRC = 1 << 2,
  FW_CT_ORIGDST = 1 << 3,
  FW_CT_REPLSRC = 1 << 4,
  FW_CT_REPLDST = 1 << 5,
  FW_CT_ORIGSRC_PORT = 1 << 6,
  FW_CT_ORIGDST_PORT = 1 << 7,
  FW_CT_REPLSRC_PORT = 1 << 8,
  FW_CT_REPLDST_PORT = 1 << 9,
  FW_CT_STATUS = 1 << 10,
  FW_CT_EXPIRE = 1 << 11,
  FW_CT_DIRECTION = 1 << 12
};

typedef struct fw_conntrack {
  guint16 given, invert;
  guint16 states; /* FW_STATE_ */
  guint8 proto;
  guint32 status; /* EXPECTED 1, SEEN_REPLY 2, ASSURED 4, CONFIRMED 8; NONE is 0 */
  gboolean reply; /* --ctdir */
  fw_range32 expire_s;
  fw_address origsrc[2], origdst[2], replsrc[2], repldst[2]; /* address, mask */
  fw_range16 origsrc_port, origdst_port, replsrc_port, repldst_port;
} fw_conntrack;

typedef struct fw_helper {
  const char *name; /* "": any */
  gboolean invert;
} fw_helper;

typedef enum fw_connbytes_what { FW_CONNBYTES_PACKETS, FW_CONNBYTES_BYTES, FW_CONNBYTES_AVGPKT } fw_connbytes_what;
typedef enum fw_connbytes_dir { FW_CONNBYTES_ORIGINAL, FW_CONNBYTES_REPLY, FW_CONNBYTES_BOTH } fw_connbytes_dir;

typedef struct fw_connbytes {
  guint8 what, direction;
  gboolean invert;
  fw_range64 range; /* to is G_MAXUINT64 where only one number was given */
} fw_connbytes;

typedef struct fw_connlabel {
  guint16 bit;
  const char *name; /* as written; NULL: a number */
  gboolean invert, set;
} fw_connlabel;

typedef struct fw_connlimit {
  guint32 limit;
  gboolean above; /* count > limit; else count <= limit */
  gboolean destination;
  guint8 prefix;
  fw_address mask;
} fw_connlimit;

/* -- rates and memory -- */

typedef struct fw_limit {
  guint32 avg; /* 10000 * unit / rate, as the tool computes */
  guint32 burst;
} fw_limit;

enum { FW_HASHLIMIT_DSTIP = 1, FW_HASHLIMIT_DSTPORT = 2, FW_HASHLIMIT_SRCIP = 4, FW_HASHLIMIT_SRCPORT = 8 };

typedef struct fw_hashlimit {
  const char *name;
  guint8 mode;
  guint8 srcmask, dstmask; /* lengths of prefixes */
  gboolean above;          /* the result inverted */
  gboolean bytes;          /* avg is the tool's cost of a 16-byte unit: 0xffffffff / (bytes_per_s / 16 + 1) */
  gboolean rate_match;
  guint64 avg;                                  /* packets: 10^6 * unit / rate, with rate_match divided by the unit */
  guint64 burst;                                /* packets; bytes: refills */
  guint32 interval_s;                           /* rate_match */
  guint32 size, max, gc_interval_ms, expire_ms; /* size, max 0: the kernel's choice */
  guint32 unit_s;                               /* of the rate as written */
} fw_hashlimit;

typedef enum fw_recent_op { FW_RECENT_SET, FW_RECENT_CHECK, FW_RECENT_UPDATE, FW_RECENT_REMOVE } fw_recent_op;

typedef struct fw_recent {
  const char *name;
  guint8 op; /* fw_recent_op */
  gboolean invert, destination, ttl, reap;
  guint32 seconds, hitcount; /* 0: not given */
  gboolean four;             /* of IPv4 */
  fw_address mask;
} fw_recent;

typedef struct fw_statistic {
  gboolean nth; /* else random */
  gboolean invert;
  guint32 probability;   /* of 2^31 */
  guint32 every, packet; /* every as written, from 1 */
} fw_statistic;

typedef struct fw_quota {
  guint64 bytes;
  gboolean invert;
} fw_quota;

#define FW_SET_FLAGS 6

/* What set matches and targets look up: src or dst for each part. */
typedef struct fw_set_ref {
  const char *name;
  fw_set *set; /* NULL: no such set in the ruleset */
  guint8 n;
  guint8 source; /* 1 << i: the i-th is src */
} fw_set_ref;

typedef enum fw_set_compare { FW_SET_NO_TEST, FW_SET_EQ, FW_SET_NE, FW_SET_LT, FW_SET_GT } fw_set_compare;

typedef struct fw_set_match {
  fw_set_ref ref;
  gboolean invert, return_nomatch;
  gboolean keep_counters, keep_subcounters; /* ! --update-counters, ! --update-subcounters */
  guint8 packets_op, bytes_op;              /* fw_set_compare */
  guint64 packets, bytes;
} fw_set_match;

#endif
