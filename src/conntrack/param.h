/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an engine can be told: the kernel's sysctls by their real names, and the few inputs a kernel draws at random or
 * takes from the machine. A profile (profile.h) is a set of defaults for these. Spec 12.
 */
#ifndef CT_PARAM_H
#define CT_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conntrack/tuple.h"

/*
 * X(ID, sysctl suffix after nf_conntrack_, ip_conntrack name or "", default of 6.18 in seconds, help).
 * The TCP, SCTP and DCCP blocks stand in the order of their state enums, so that a state's timeout is base + state.
 */
#define CT_TIMEOUT_LIST(X)                                                                                           \
  X(GENERIC, "generic_timeout", "generic_timeout", 600, "protocols without a tracker of their own")                  \
  X(ICMP, "icmp_timeout", "icmp_timeout", 30, "ICMP requests")                                                       \
  X(ICMPV6, "icmpv6_timeout", "", 30, "ICMPv6 requests")                                                             \
  X(UDP, "udp_timeout", "udp_timeout", 30, "UDP, until the flow is a stream")                                        \
  X(UDP_STREAM, "udp_timeout_stream", "udp_timeout_stream", 120, "UDP seen in both directions for over two seconds") \
  X(UDPLITE, "udplite_timeout", "", 30, "UDP-Lite, until it is answered")                                            \
  X(UDPLITE_STREAM, "udplite_timeout_stream", "", 180, "UDP-Lite in both directions")                                \
  X(GRE, "gre_timeout", "", 30, "GRE without a reply")                                                               \
  X(GRE_STREAM, "gre_timeout_stream", "", 180, "GRE in both directions")                                             \
  X(TCP_NONE, "", "", 120, "")                                                                                       \
  X(TCP_SYN_SENT, "tcp_timeout_syn_sent", "tcp_timeout_syn_sent", 120, "a SYN was sent")                             \
  X(TCP_SYN_RECV, "tcp_timeout_syn_recv", "tcp_timeout_syn_recv", 60, "a SYN/ACK was sent")                          \
  X(TCP_ESTABLISHED, "tcp_timeout_established", "tcp_timeout_established", 432000, "established connections")        \
  X(TCP_FIN_WAIT, "tcp_timeout_fin_wait", "tcp_timeout_fin_wait", 120, "the first FIN was sent")                     \
  X(TCP_CLOSE_WAIT, "tcp_timeout_close_wait", "tcp_timeout_close_wait", 60, "the first FIN was acknowledged")        \
  X(TCP_LAST_ACK, "tcp_timeout_last_ack", "tcp_timeout_last_ack", 30, "the second FIN was sent")                     \
  X(TCP_TIME_WAIT, "tcp_timeout_time_wait", "tcp_timeout_time_wait", 120, "closed by FINs")                          \
  X(TCP_CLOSE, "tcp_timeout_close", "tcp_timeout_close", 10, "closed by a reset")                                    \
  X(TCP_SYN_SENT2, "", "", 120, "simultaneous open")                                                                 \
  X(TCP_RETRANS, "tcp_timeout_max_retrans", "tcp_timeout_max_retrans", 300, "after tcp_max_retrans identical ACKs")  \
  X(TCP_UNACK, "tcp_timeout_unacknowledged", "", 300, "data that waits for its acknowledgement")                     \
  X(SCTP_NONE, "", "", 10, "")                                                                                       \
  X(SCTP_CLOSED, "sctp_timeout_closed", "sctp_timeout_closed", 10, "")                                               \
  X(SCTP_COOKIE_WAIT, "sctp_timeout_cookie_wait", "sctp_timeout_cookie_wait", 3, "")                                 \
  X(SCTP_COOKIE_ECHOED, "sctp_timeout_cookie_echoed", "sctp_timeout_cookie_echoed", 3, "")                           \
  X(SCTP_ESTABLISHED, "sctp_timeout_established", "sctp_timeout_established", 210, "")                               \
  X(SCTP_SHUTDOWN_SENT, "sctp_timeout_shutdown_sent", "sctp_timeout_shutdown_sent", 3, "")                           \
  X(SCTP_SHUTDOWN_RECD, "sctp_timeout_shutdown_recd", "sctp_timeout_shutdown_recd", 3, "")                           \
  X(SCTP_SHUTDOWN_ACK_SENT, "sctp_timeout_shutdown_ack_sent", "sctp_timeout_shutdown_ack_sent", 3, "")               \
  X(SCTP_HEARTBEAT_SENT, "sctp_timeout_heartbeat_sent", "", 30, "")                                                  \
  X(SCTP_HEARTBEAT_ACKED, "sctp_timeout_heartbeat_acked", "", 210, "")                                               \
  X(DCCP_NONE, "", "", 0, "")                                                                                        \
  X(DCCP_REQUEST, "dccp_timeout_request", "", 240, "")                                                               \
  X(DCCP_RESPOND, "dccp_timeout_respond", "", 480, "")                                                               \
  X(DCCP_PARTOPEN, "dccp_timeout_partopen", "", 480, "")                                                             \
  X(DCCP_OPEN, "dccp_timeout_open", "", 43200, "")                                                                   \
  X(DCCP_CLOSEREQ, "dccp_timeout_closereq", "", 64, "")                                                              \
  X(DCCP_CLOSING, "dccp_timeout_closing", "", 64, "")                                                                \
  X(DCCP_TIMEWAIT, "dccp_timeout_timewait", "", 240, "")

typedef enum ct_timeout {
#define X(id, name, old, s, help) CT_TIMEOUT_##id,
  CT_TIMEOUT_LIST(X)
#undef X
    CT_TIMEOUT_COUNT
} ct_timeout;

/* Where a timeout's owner is told, beside a ct_timeout: its entry's helper set it, or a rule's timeout policy. */
enum { CT_TIMEOUT_OF_HELPER = CT_TIMEOUT_COUNT, CT_TIMEOUT_OF_POLICY, CT_TIMEOUT_OWNERS };

/* INT_MAX bytes of list heads: beyond that the kernel refuses (nf_ct_alloc_hashtable). */
enum { CT_BUCKETS_MAX = 0x7fffffff / 8 };

/* X(field, sysctl suffix after nf_conntrack_, ip_conntrack name or "", default of 6.18, largest value, help) */
#define CT_SETTING_LIST(X)                                                                                             \
  X(max, "max", "max", 262144, 2147483647, "entries the table may hold; 0 is no limit")                                \
  X(buckets, "buckets", "buckets", 262144, CT_BUCKETS_MAX, "size of the kernel's hash table")                          \
  X(expect_max, "expect_max", "", 4096, 2147483647, "expectations there may be at once")                               \
  X(acct, "acct", "", 1, 1, "count packets and bytes of each connection")                                              \
  X(checksum, "checksum", "checksum", 1, 1, "verify layer-4 checksums")                                                \
  X(events, "events", "", 2, 2, "deliver events")                                                                      \
  X(log_invalid, "log_invalid", "log_invalid", 0, 255, "accepted and without effect: -P always says why")              \
  X(helper, "helper", "", 0, 1, "attach helpers by their standard ports, as --helpers does")                           \
  X(events_retry_timeout, "events_retry_timeout", "", 15, 2147483647, "accepted and without effect: no event is lost") \
  X(timestamp, "timestamp", "", 0, 1, "show when connections started")                                                 \
  X(tcp_loose, "tcp_loose", "tcp_loose", 1, 255, "pick up running connections")                                        \
  X(tcp_be_liberal, "tcp_be_liberal", "tcp_be_liberal", 0, 1, "accept what is outside the window")                     \
  X(tcp_ignore_invalid_rst, "tcp_ignore_invalid_rst", "", 0, 1, "accept resets with an old sequence number")           \
  X(tcp_max_retrans, "tcp_max_retrans", "tcp_max_retrans", 3, 255, "identical ACKs before the short timeout")          \
  X(dccp_loose, "dccp_loose", "", 1, 255, "let DCCP entries begin without a request")                                  \
  X(frag6_timeout, "frag6_timeout", "", 60, 2147483647, "seconds an incomplete IPv6 datagram is held")                 \
  X(frag6_low_thresh, "frag6_low_thresh", "", 3145728, 2147483647, "bytes of fragments kept when pruning")             \
  X(frag6_high_thresh, "frag6_high_thresh", "", 4194304, 2147483647, "bytes of fragments held at most")

/*
 * What the helpers' modules are loaded with, beside their ports (helpers.ports).
 * X(field, module, parameter, a helper of it, kind of value, default, least, largest, ip_conntrack had it, help)
 */
/* clang-format off */
#define CT_MODULE_LIST(X)                                                                                              \
  X(ftp_loose, "ftp", "loose", "ftp", SWITCH, 0, 0, 1, true,                                                           \
    "expect also at an address that is not the sender's")                                                              \
  X(irc_max_dcc_channels, "irc", "max_dcc_channels", "irc", NUMBER, 8, 1, 255, true,                                   \
    "offers that may wait at once")                                                                                    \
  X(irc_dcc_timeout, "irc", "dcc_timeout", "irc", NUMBER, 300, 0, CT_TIMEOUT_LARGEST_S, true,                          \
    "seconds that an offer waits")                                                                                     \
  X(sip_timeout, "sip", "sip_timeout", "sip", NUMBER, 3600, 0, CT_TIMEOUT_LARGEST_S, true,                             \
    "seconds that a message keeps its flow")                                                                           \
  X(sip_direct_signalling, "sip", "sip_direct_signalling", "sip", NUMBER, 1, 0, INT32_MAX, false,                      \
    "expect calls to a phone from its registrar only")                                                                 \
  X(sip_direct_media, "sip", "sip_direct_media", "sip", NUMBER, 1, 0, INT32_MAX, false,                                \
    "expect media only between the ends of the signalling")                                                            \
  X(sip_external_media, "sip", "sip_external_media", "sip", NUMBER, 0, 0, INT32_MAX, false,                            \
    "accepted and without effect: it asks for routes")                                                                 \
  X(amanda_master_timeout, "amanda", "master_timeout", "amanda", NUMBER, 300, 0, CT_TIMEOUT_LARGEST_S, true,           \
    "seconds that an answer keeps its flow")                                                                           \
  X(netbios_timeout, "netbios_ns", "timeout", "netbios-ns", NUMBER, 3, 0, CT_TIMEOUT_LARGEST_S, true,                  \
    "seconds that answers to a broadcast are expected")                                                                \
  X(snmp_timeout, "snmp", "timeout", "snmp", NUMBER, 30, 0, CT_TIMEOUT_LARGEST_S, false,                               \
    "seconds that answers to a broadcast are expected")                                                                \
  X(h323_default_rrq_ttl, "h323", "default_rrq_ttl", "RAS", NUMBER, 300, 0, CT_TIMEOUT_LARGEST_S, true,                \
    "seconds that a registration keeps its flow, where it does not say")                                               \
  X(h323_gkrouted_only, "h323", "gkrouted_only", "RAS", NUMBER, 1, 0, INT32_MAX, true,                                 \
    "expect calls to an endpoint from its gatekeeper only")                                                            \
  X(h323_callforward_filter, "h323", "callforward_filter", "Q.931", SWITCH, 1, 0, 1, true,                             \
    "accepted and without effect: it asks for routes")
/* clang-format on */

typedef struct ct_module_settings {
#define X(field, module, name, helper, kind, usual, least, largest, old, help) uint32_t field;
  CT_MODULE_LIST(X)
#undef X
} ct_module_settings;

typedef enum ct_gc { CT_GC_EXACT, CT_GC_KERNEL } ct_gc;

/* Ticks a second at most. */
enum { CT_HZ_MOST = 10000 };

struct ct_profile;

/* Which helpers run where, beside their standard ports (helpers_by_port). Plain data: a copy of the parameters is a
 * copy of these. */
enum { CT_HELPERS_MOST = 32, CT_HELPER_PORTS_MAX = 32, CT_LOCAL_MAX = 16 };
typedef struct ct_helper_settings {
  uint32_t disabled; /* bit by helper number */
  uint32_t moved;    /* likewise: not on its standard port, but those of its module */
  uint8_t n_ports, n_local;
  struct {
    uint16_t port;
    uint8_t helper; /* number */
    bool by_module; /* as its module was loaded with: in place of the standard port, and like it */
  } ports[CT_HELPER_PORTS_MAX];
  struct {
    ct_addr addr;
    uint8_t family, prefix;
  } local[CT_LOCAL_MAX]; /* the capturing host's own addresses */
} ct_helper_settings;

typedef struct ct_params {
  const struct ct_profile *profile; /* static; never NULL */
  uint32_t timeout_s[CT_TIMEOUT_COUNT];
  uint16_t
    timeout_ms[CT_TIMEOUT_COUNT]; /* on top: 0 but for SCTP's shutdown of 0.3 s in 2.6; use ct_params_timeout_ns */
#define X(field, name, old, value, largest, help) uint32_t field;
  CT_SETTING_LIST(X)
#undef X
  uint32_t ipfrag_time_s;      /* net.ipv4.ipfrag_time */
  uint32_t ipfrag_high_thresh; /* net.ipv4.ipfrag_high_thresh, bytes */
  uint32_t ipfrag_low_thresh;
  uint32_t ipfrag_max_dist;
  /* Of flow tables and tunnels, which are not played: known by name, without effect. */
  uint32_t flowtable_tcp_timeout_s, flowtable_udp_timeout_s, hooks_lwtunnel;
  /*
   * Everything the kernel draws at random or has by chance: the hash key from all of it; from the upper 32 bits, how
   * many milliseconds before the first packet the collector last ran. So small seeds differ in their victims alone.
   */
  uint64_t hash_seed;
  ct_gc gc;
  uint32_t hz;          /* ticks a second of the engine's clock; 0: continuous */
  int64_t hz_phase_ns;  /* added to a time before it is cut down to a tick */
  bool helpers_by_port; /* attach helpers to flows to their standard ports, not only to those to ports added */
  ct_helper_settings helpers;
  ct_module_settings modules;
  bool features_mark; /* what a kernel of the profile's time printed if built so */
  bool features_secmark;
} ct_params;

/* A timeout no kernel of the profile had: longer than anything it is compared with. */
#define CT_TIMEOUT_NEVER_S UINT32_MAX
/* What a sysctl takes at most: INT_MAX ticks, at the 100 ticks a second of the slowest kernels. */
enum { CT_TIMEOUT_LARGEST_S = 21474836 };

static inline int64_t ct_params_timeout_ns(const ct_params *params, ct_timeout timeout)
{
  return params->timeout_s[timeout] * INT64_C(1000000000) + params->timeout_ms[timeout] * INT64_C(1000000);
}

/* A time on the engine's clock: cut down to a tick where it ticks. */
static inline int64_t ct_params_on_tick(const ct_params *params, int64_t time_ns)
{
  int64_t tick_ns, ticks;

  if (params->hz == 0)
    return time_ns;
  tick_ns = INT64_C(1000000000) / params->hz;
  time_ns += params->hz_phase_ns;
  ticks = time_ns / tick_ns - (time_ns % tick_ns < 0);
  return ticks * tick_ns;
}

/* The profile's own values. */
void ct_params_init(ct_params *params, const struct ct_profile *profile);

/*
 * From now on of that profile: what has the old profile's own value gets the new one's, what was set otherwise stays.
 */
void ct_params_follow(ct_params *params, const struct ct_profile *profile);

/* Whether nothing is different but max, buckets and timeouts of connections. */
bool ct_params_same_rules(const ct_params *a, const ct_params *b);

typedef enum ct_param_error {
  CT_PARAM_OK,
  CT_PARAM_UNKNOWN, /* no sysctl of that name in this profile */
  CT_PARAM_NOT_NUMBER,
  CT_PARAM_RANGE
} ct_param_error;

/*
 * Sets a sysctl by its name: "net.netfilter.nf_conntrack_udp_timeout", the prefix "net.netfilter." optional, slashes as
 * good as dots, a leading /proc/sys/ as well; net.nf_conntrack_max; net.ipv4.netfilter.ip_conntrack_* and
 * net.ipv4.ip_conntrack_max instead where the profile is of that time, and beside them up to 4.7; net.ipv4.ipfrag_*;
 * nf_flowtable_* and nf_hooks_lwtunnel where the kernel has them. value is decimal.
 * What is refused changes nothing.
 */
ct_param_error ct_params_set(ct_params *params, const char *name, const char *value);

/* => the greatest value of a sysctl by the name that ct_params_set takes; the least is 0. UNKNOWN: 0. */
uint64_t ct_params_largest(const ct_params *params, const char *name);

/*
 * Sets what is no sysctl, but of the machine: "gc" to exact or kernel, "hz" and "hash-seed" to a number. UNKNOWN is
 * another name; NOT_NUMBER and RANGE are another value. What is refused changes nothing.
 */
ct_param_error ct_params_set_machine(ct_params *params, const char *name, const char *value);
/* => "exact" or "kernel" */
const char *ct_gc_name(ct_gc gc);

/*
 * The sysctl that is called so today ("nf_conntrack_max"), and that of a timeout, as the profile's kernel spells it.
 * => a static name without its folder, NULL where that kernel had no such sysctl.
 */
const char *ct_params_spell(const struct ct_profile *profile, const char *name);
const char *ct_params_spell_timeout(const struct ct_profile *profile, ct_timeout timeout);

/*
 * For listings, completion and error messages: the i-th sysctl of the profile, its current value; false past the end.
 */
typedef struct ct_param_info {
  const char *name; /* without prefix: nf_conntrack_udp_timeout */
  const char *help;
  uint64_t value;
  bool is_timeout;
} ct_param_info;
bool ct_params_describe(const ct_params *params, size_t i, ct_param_info *info);

#endif
