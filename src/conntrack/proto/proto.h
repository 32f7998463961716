/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Layer-4 trackers. Each stands in its own file under proto/ and is one line of the list in proto.c. A tracker judges a
 * packet of an entry, moves the entry's state, and chooses the timeout; it never prints, looks anything up or knows
 * options other than the engine's params. Internal to src/conntrack.
 */
#ifndef CT_PROTO_H
#define CT_PROTO_H

#include "conntrack/engine_internal.h"

typedef enum ct_track {
  CT_TRACK_ACCEPT,
  CT_TRACK_INVALID, /* result->reason says why; a new entry is forgotten */
  CT_TRACK_DROP,
  CT_TRACK_REPEAT, /* the entry was ended: look up again */
  CT_TRACK_GONE    /* accepted, and the entry was ended with it */
} ct_track;

/*
 * What a tracker says of how timeouts enter its judgements, for those who keep one entry for kernels whose timeouts
 * differ. Sets of timeouts are 64 bits, 1 << ct_timeout each; timeout_ns is by ct_timeout.
 */
typedef struct ct_timing {
  /*
   * The timeouts that the tracker holds against one another to choose the one that it sets the deadline by, which
   * ct_proto.timeout then names. 0: it does not choose so.
   */
  uint64_t choices;
  /* With choices: whether all these comparisons come out the same for two kernels. */
  bool (*chooses_alike)(const int64_t *timeout_ns, const int64_t *other_ns);
  /*
   * The timeouts whose length, beside the choice, may have decided what became of an entry with this packet, and what
   * its deadline is if that was not chosen; more than that do no harm. SEEN_REPLY may have been set since.
   */
  uint64_t (*asked)(const ct_entry *entry, const ct_packet *packet, ct_track verdict);
  /* A hint, of a packet alone: it may bring its entry's deadline nearer. NULL: that is rare. */
  bool (*shortens)(const ct_packet *packet);
} ct_timing;

typedef struct ct_proto {
  const char *name; /* as conntrack prints it */
  uint8_t number;
  uint8_t family; /* 0: both */
  /* The packet passed ct_packet_prepare without a reason. An unconfirmed entry is all zero but for its key. */
  ct_track (*packet)(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result);
  /* May an ASSURED entry go in the collector's early-drop mode? NULL: never. */
  bool (*may_evict)(const ct_entry *entry);
  /* Which timeout an entry in its present state runs on, for statistics. */
  ct_timeout (*timeout)(const ct_entry *entry);
  /* NULL: any timeout may have been asked of but other trackers' choices. */
  const ct_timing *timing;
} ct_proto;

extern const ct_proto ct_proto_tcp, ct_proto_udp, ct_proto_udplite, ct_proto_icmp, ct_proto_icmpv6, ct_proto_sctp,
  ct_proto_gre, ct_proto_dccp, ct_proto_generic;

/* As ip_conntrack had them; a profile names them where it wants them. */
extern const ct_proto ct_proto_tcp_2_6, ct_proto_tcp_2_4, ct_proto_icmp_2_6;

/* tcp.c: a firewall has answered a packet of this confirmed entry with a reset, which closes it. */
void ct_tcp_close(ct_engine *engine, ct_entry *entry, ct_result *result);

/* The tracker for a tuple under a profile; never NULL (generic). */
const ct_proto *ct_proto_find(const ct_profile *profile, const ct_tuple *tuple);
/* The tracker's static facts for an entry that exists. */
const ct_proto *ct_proto_of_entry(const ct_entry *entry);

/* Whether all trackers that choose between timeouts choose alike for two kernels (ct_timing). */
bool ct_proto_choose_alike(const int64_t *timeout_ns, const int64_t *other_ns);
/* All that any of them chooses from. */
uint64_t ct_proto_choices(void);

/* Whether the collector's early-drop mode may take a live entry. */
bool ct_proto_may_go_early(const ct_entry *entry);

#endif
