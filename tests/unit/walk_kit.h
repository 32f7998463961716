/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules from text, packets by their fields, one after the other through a firewall and an engine. */
#ifndef TESTS_WALK_KIT_H
#define TESTS_WALK_KIT_H

#include "firewall/walk/firewall.h"

typedef struct wk_kit {
  fw_ruleset *ruleset;
  fw_box_facts *facts;
  fw_firewall *firewall;
  fw_firewall_options options;
  ct_params params;
  ct_engine *engine;
  gint64 now_ns;
  guint64 number;
  guint64 straight; /* of them have gone straight through the firewall */
  guint8 bytes[2048], ethernet[14];
  ct_packet packet; /* the last */
  guint8 ttl, tos;
  const char *in;
  gboolean link; /* packets come with an Ethernet header */
  ct_result result;
} wk_kit;

/* Before wk_start facts, options, params may be changed. Rules and sets as their tools save them; sets NULL: none. */
void wk_init(wk_kit *k);
void wk_start(wk_kit *k, const char *rules, const char *sets);
void wk_stop(wk_kit *k);

/* Each sends one packet at the kit's time. => what became of it. */
fw_verdict wk_tcp(wk_kit *k, const char *from, guint16 sport, const char *to, guint16 dport, guint8 flags);
fw_verdict wk_udp(wk_kit *k, const char *from, guint16 sport, const char *to, guint16 dport, const char *payload);
fw_verdict wk_icmp(wk_kit *k, const char *from, const char *to, guint8 type, guint8 code);
/* IPv4 or IPv6 with these bytes behind the IP header. */
fw_verdict wk_raw(wk_kit *k, const char *from, const char *to, guint8 protocol, const void *bytes, guint n);
/* A whole packet, from the IP header on. */
fw_verdict wk_whole(wk_kit *k, const void *bytes, guint n);
/* A TCP segment with sequence numbers, options and payload. */
fw_verdict wk_segment(wk_kit *k, const char *from, guint16 sport, const char *to, guint16 dport, guint8 flags,
                      guint32 seq, guint32 ack, const void *options, guint n_options);
void wk_pass_ms(wk_kit *k, gint64 ms);

/* How often a rule held, a policy decided. */
guint64 wk_hits(const wk_kit *k, const char *table, const char *chain, guint rule);
guint64 wk_policy(const wk_kit *k, const char *table, const char *chain);
/* "filter:FORWARD:rule:4": who had the last word. Valid until the next call. */
const char *wk_by(const wk_kit *k);

#endif
