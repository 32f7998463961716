/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario's content, as the parser leaves it: plain data, owned by the scn_scenario. Numbers that the text left out
 * are marked so (has_...): the compiler fills them in, because they depend on the packets before.
 */
#ifndef SCN_AST_H
#define SCN_AST_H

#include <glib.h>

#include "conntrack/status.h"
#include "conntrack/tuple.h"
#include "conntrack/view.h"

/* Directions are the flow's: '>' from its first address (original), '<' from its second (reply). */
typedef struct scn_flow {
  char *name;
  guint index;
  guint line;
  guint8 family; /* CT_IPV4, CT_IPV6 */
  guint8 proto;
  ct_addr addr[2];
  guint16 port[2];
  guint32 isn[2];  /* TCP: initial sequence numbers; SCTP: verification tags announced by each side */
  guint16 id;      /* ICMP echo */
  guint16 call[2]; /* GRE version 1: call id carried by packets of this direction */
  gboolean has_call;
} scn_flow;

/*
 * What the language calls a protocol, and back: conntrack's names of what today's kernel tracks, and of what nobody
 * does (esp), but that ICMPv6 is icmp too, by the flow's family. => NULL, FALSE where it is written by its number.
 */
const char *scn_proto_word(guint8 proto);
gboolean scn_proto_of_word(const char *word, guint8 *proto);
/* Whether its flows are written with ports. */
gboolean scn_proto_has_ports(guint8 proto);

/* A checksum field: right, wrong (off by one bit pattern), or as given. */
typedef enum { SCN_SUM_RIGHT, SCN_SUM_WRONG, SCN_SUM_GIVEN } scn_sum_kind;
typedef struct scn_sum {
  scn_sum_kind kind;
  guint32 value;
} scn_sum;

typedef struct scn_patch {
  guint32 offset; /* from the IP header */
  GByteArray *bytes;
} scn_patch;

typedef struct scn_extension {
  guint8 type;      /* IPv6 next-header number of this extension header */
  GByteArray *body; /* after its first two bytes; made whole to a multiple of 8 by the builder */
} scn_extension;

/* Words that any packet may have about its IP header and its frame. */
typedef struct scn_ip {
  gboolean has_ttl, has_tos, has_id, has_df, has_from, has_to, has_cut, has_length, has_flow_label;
  guint8 ttl, tos;
  gboolean df;
  guint32 id; /* IPv4 identification, IPv6 fragment identification */
  guint32 flow_label;
  ct_addr from, to;      /* same family as the packet's */
  guint32 cut;           /* bytes of the frame that the capture keeps */
  guint16 length;        /* a lying length field */
  scn_sum sum;           /* IPv4 header */
  GByteArray *options;   /* IPv4; NULL none */
  GByteArray *trailer;   /* after the IP packet in the frame; NULL none */
  GPtrArray *extensions; /* scn_extension; NULL none */
  GPtrArray *patches;    /* scn_patch; NULL none */
  guint8 direction;      /* cap_direction: as a cooked link layer says */
  char *iface;           /* by which it came in; NULL: not said */
} scn_ip;

enum {
  SCN_TCP_MSS = 2,
  SCN_TCP_WSCALE = 3,
  SCN_TCP_SACK_OK = 4,
  SCN_TCP_SACK = 5,
  SCN_TCP_TIMESTAMP = 8,
  SCN_TCP_RAW = 256
};

typedef struct scn_tcp_option {
  guint16 kind; /* the option's number, or SCN_TCP_RAW: bytes as given */
  guint32 a, b; /* mss, shift, timestamp value and echo */
  guint blocks;
  guint32 edge[4][2]; /* SACK, relative to the other side's ISN */
  GByteArray *raw;
} scn_tcp_option;

typedef struct scn_tcp {
  guint16 flags; /* as in the header, AE (256) to FIN (1) */
  gboolean has_seq, has_ack;
  guint32 seq, ack; /* relative */
  guint16 window;
  guint16 urgent;
  gboolean has_doff;
  guint8 doff;     /* in words */
  GArray *options; /* scn_tcp_option; NULL none */
} scn_tcp;

typedef struct scn_icmp {
  guint8 type, code;
  gboolean has_rest;
  guint32 rest; /* bytes 4 to 7 */
  char *about;  /* label of the packet it quotes; NULL none */
  gboolean has_quote;
  guint32 quote; /* bytes quoted at most */
} scn_icmp;

enum { SCN_CHUNK_DATA = 0, SCN_CHUNK_INIT = 1, SCN_CHUNK_INIT_ACK = 2, SCN_CHUNK_SACK = 3, SCN_CHUNK_SHUTDOWN = 7 };

typedef struct scn_chunk {
  guint8 type, flags;
  gboolean has_length, has_tag;
  guint16 length; /* a lying length field */
  guint32 tag, a_rwnd, os, is, tsn, sid, ssn, ppid;
  GByteArray *value; /* after the chunk's fixed fields; NULL none */
} scn_chunk;

typedef struct scn_sctp {
  gboolean has_vtag;
  guint32 vtag;
  GPtrArray *chunks; /* scn_chunk */
} scn_sctp;

typedef struct scn_gre {
  guint8 version;
  gboolean has_call, has_seq, has_ack, has_key;
  guint16 protocol, call;
  guint32 seq, ack, key;
} scn_gre;

typedef struct scn_packet {
  const scn_flow *flow;
  ct_dir dir;
  guint8 proto; /* the flow's, or ICMP's for an error along it */
  scn_ip ip;
  scn_sum sum; /* layer 4 */
  gboolean has_udp_length;
  guint16 udp_length; /* UDP: a lying length; UDP-Lite: coverage */
  union {
    scn_tcp tcp;
    scn_icmp icmp;
    scn_sctp sctp;
    scn_gre gre;
  } l4;
  GByteArray *payload; /* never NULL */
} scn_packet;

typedef enum { SCN_LAYER_VLAN, SCN_LAYER_QINQ, SCN_LAYER_MPLS, SCN_LAYER_PPPOE } scn_layer_kind;
typedef struct scn_layer {
  scn_layer_kind kind;
  guint32 value; /* VLAN id, label, session */
} scn_layer;

typedef struct scn_link {
  guint16 dlt;
  guint16 ifindex; /* Linux cooked v2 */
  guint layers;
  scn_layer layer[8]; /* Ethernet, outermost first */
} scn_link;

/* The members that a check may ask for; a bit each, so that a failure can name every difference. */
enum {
  SCN_CHECK_CLASS = 1 << 0,
  SCN_CHECK_DIR = 1 << 1,
  SCN_CHECK_STATE = 1 << 2,
  SCN_CHECK_TIMEOUT = 1 << 3,
  SCN_CHECK_PACKETS = 1 << 4,
  SCN_CHECK_BYTES = 1 << 5,
  SCN_CHECK_REASON = 1 << 6,
  SCN_CHECK_HELPER = 1 << 7,
  SCN_CHECK_DROPPED = 1 << 8,
  SCN_CHECK_MASTER = 1 << 9,
  SCN_CHECK_MARK = 1 << 10,
  SCN_CHECK_VERDICT = 1 << 11,
  SCN_CHECK_BY = 1 << 12,
  SCN_CHECK_HIT = 1 << 13,
  SCN_CHECK_NFMARK = 1 << 14,
  SCN_CHECK_LABELS = 1 << 15,
  SCN_CHECK_ZONE = 1 << 16
};

typedef enum {
  SCN_ABOUT_PACKET,      /* the packet just sent, and the entry after it */
  SCN_ABOUT_ENTRY,       /* the entry of a flow */
  SCN_ABOUT_ABSENT,      /* no entry for a flow */
  SCN_ABOUT_COUNT,       /* entries in the table */
  SCN_ABOUT_STATS,       /* statistics by conntrack -S's names */
  SCN_ABOUT_EVENT,       /* a line of conntrack -E since the step before */
  SCN_ABOUT_LIST,        /* a line of conntrack -L */
  SCN_ABOUT_EXPECTATION, /* a line of conntrack -L expect */
  SCN_ABOUT_RULE         /* what a rule has counted */
} scn_about;

typedef struct scn_stat {
  char *name;
  guint64 value;
} scn_stat;

/* A rule by its name, or by a part of it as it is written. */
typedef struct scn_rule_wanted {
  char *place; /* by its spelling (scn_rule_spelling); NULL: any */
  char *text;  /* blanks squeezed; NULL: any */
} scn_rule_wanted;

typedef struct scn_check {
  scn_about about;
  guint fields;         /* SCN_CHECK_* */
  const scn_flow *flow; /* ENTRY, ABSENT */
  guint8 cls;           /* ct_class */
  guint8 dir;           /* ct_dir */
  char *state;          /* as printed */
  gint64 timeout_ns;
  gboolean timeout_exact;        /* to the nanosecond; else whole seconds, as listings show them */
  guint32 status_on, status_off; /* CT_STATUS_* */
  guint64 packets[2], bytes[2];
  guint16 reason; /* ct_reason */
  guint32 mark;
  ct_labels labels;       /* all that it has */
  GPtrArray *label_names; /* char *: those of them that are named (scn_scenario_name_labels); NULL: none */
  guint32 zone[2];        /* by direction */
  char *helper;           /* "" none */
  const scn_flow *master;
  gboolean absent;     /* EVENT, LIST, EXPECTATION: no such line; with text NULL none at all */
  char *text;          /* part of the line, blanks squeezed */
  guint64 count;       /* COUNT */
  GArray *stats;       /* scn_stat */
  const char *verdict; /* of rules: "accept", ... */
  scn_rule_wanted by;  /* one of those that decided; RULE: which has counted */
  scn_rule_wanted hit; /* one of those that held */
  guint32 nfmark;      /* of the packet as it leaves */
} scn_check;

typedef enum {
  SCN_STEP_SEND,     /* packet, built and sent */
  SCN_STEP_HOLD,     /* packet, built and kept under its label */
  SCN_STEP_AGAIN,    /* the packet of a label, sent (again) */
  SCN_STEP_FRAGMENT, /* a part of the packet of a label */
  SCN_STEP_RAW,      /* an IP packet as bytes */
  SCN_STEP_FRAME,    /* a frame as bytes */
  SCN_STEP_WAIT,     /* time passes */
  SCN_STEP_ISN,      /* new initial sequence numbers or tags for a flow */
  SCN_STEP_LINK,
  SCN_STEP_CHECK
} scn_step_kind;

typedef enum { SCN_TIME_NONE, SCN_TIME_PLUS, SCN_TIME_SINCE_START, SCN_TIME_ABSOLUTE } scn_time_kind;

typedef struct scn_step {
  scn_step_kind kind;
  guint line;
  scn_time_kind time_kind;
  gint64 time_ns;
  char *label;        /* SEND: its own (NULL none), HOLD: its own; AGAIN, FRAGMENT: whose */
  scn_packet *packet; /* SEND, HOLD; FRAGMENT and AGAIN: NULL */
  struct {
    guint32 begin, end; /* of the IP payload, bytes; end G_MAXUINT32: to its end */
    gint more;          /* -1: as it is, 0, 1 */
    scn_ip ip;          /* id, ttl, trailer, cut, patches: over the packet's own */
    GByteArray *data;   /* other bytes than the packet's; NULL none */
  } fragment;
  GByteArray *bytes;    /* RAW, FRAME */
  scn_ip frame;         /* RAW, FRAME: cut, direction, trailer */
  const scn_flow *flow; /* ISN */
  guint32 isn[2];
  scn_link link;
  scn_check *check;
  char *source; /* CHECK: its text */
} scn_step;

typedef struct scn_setting {
  guint line;
  char *name, *value;
} scn_setting;

/* Rules that all packets of the scenario meet: iptables-save's text, ipset's, or nftables' JSON. */
typedef struct scn_rules {
  guint line;
  char *file; /* as written; NULL: a block */
  char *text; /* a block's, behind so many ends of lines that each line has its number in the scenario; NULL: a file */
} scn_rules;

typedef struct scn_scenario {
  char *file;
  char *profile; /* NULL: the default */
  guint profile_line;
  gint64 start_ns;                          /* of the clock, since 1970 */
  GPtrArray *sysctls;                       /* scn_setting: kernel names */
  GPtrArray *settings;                      /* scn_setting: gc, hash-seed, hz, checksums, helpers, local, route ... */
  GPtrArray *rules;                         /* scn_rules */
  GPtrArray *flows;                         /* scn_flow */
  GPtrArray *steps;                         /* scn_step */
  GHashTable *flow_by_name, *step_by_label; /* into flows and steps */
} scn_scenario;

/* The parser's way of making things that the scenario owns. */
scn_packet *scn_packet_new(void);
scn_step *scn_step_new(scn_step_kind kind, guint line);
scn_check *scn_check_new(scn_about about);
scn_scenario *scn_scenario_new(const char *file);
scn_tcp_option *scn_tcp_option_add(scn_tcp *tcp, guint16 kind); /* valid until the next */
scn_chunk *scn_chunk_add(scn_sctp *sctp, guint8 type);
void scn_ip_patch_add(scn_ip *ip, guint32 offset, GByteArray *bytes); /* takes bytes */
void scn_ip_extension_add(scn_ip *ip, guint8 type, GByteArray *body); /* takes body */
void scn_packet_free(scn_packet *packet);
void scn_step_free(scn_step *step);
void scn_check_free(scn_check *check);

const scn_flow *scn_scenario_flow(const scn_scenario *scenario, const char *name); /* NULL: no such flow */
/* The latest step that carries the label, NULL where there is none. */
const scn_step *scn_scenario_labelled(const scn_scenario *scenario, const char *label);

/* "filter:FORWARD:policy:5" => "filter:FORWARD:policy": who adds a rule need not count. To be freed. */
char *scn_rule_spelling(const char *place);

/* Bytes that stand for a payload whose content nobody cares about: the alphabet, over and over. */
void scn_payload_fill(GByteArray *payload, gsize n);

#endif
