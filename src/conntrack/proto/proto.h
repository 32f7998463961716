/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to know of a layer-4 protocol, in one place: its name and number, what the two ids of a tuple are and
 * how they are read, how a packet is checked, its states, and its tracker. Everybody reads it here: the engine,
 * filters, formats, the scenario language, state pictures, explain and the report.
 *
 * A description stands in a file under proto/, of its own or of its kin (udp.c has UDP-Lite's too, icmp.c ICMPv6's),
 * and is a line of the list in list.h. A kernel's trackers stand
 * in its profile. The two differ: a kernel may have no tracker for a protocol whose name people know all the same.
 *
 * A tracker judges a packet of an entry, moves the entry's state, and chooses the timeout; it never prints, looks
 * anything up or knows options other than the engine's params.
 */
#ifndef CT_PROTO_H
#define CT_PROTO_H

#include "conntrack/engine.h"
#include "conntrack/proto/list.h"

typedef enum ct_track {
  CT_TRACK_ACCEPT,
  CT_TRACK_INVALID, /* result->reason says why; a new entry is forgotten */
  CT_TRACK_DROP,
  CT_TRACK_REPEAT, /* the entry was ended: look up again */
  CT_TRACK_GONE    /* accepted, and the entry was ended with it */
} ct_track;

/* What the two ids of a tuple are; tuple.h says which is which. */
typedef enum ct_ids {
  CT_IDS_NONE, /* both are 0 */
  CT_IDS_PORTS,
  CT_IDS_ICMP, /* identifier, type and code */
  CT_IDS_KEYS  /* GRE's, of PPTP */
} ct_ids;

/* What a view of an entry holds of the protocol's own. */
enum {
  CT_SHOWS_WINDOWS = 1 << 0, /* ct_view.tcp */
  CT_SHOWS_TAGS = 1 << 1,    /* ct_view.sctp_vtag */
  CT_SHOWS_TIMEOUTS = 1 << 2 /* ct_view.gre_timeout_s */
};

struct ct_judge;    /* read/packet_check.h */
struct ct_state_io; /* state/io.h */

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
  uint8_t family;            /* 0: both; packets of the other one have no tracker */
  uint8_t ids;               /* ct_ids */
  uint8_t shows;             /* CT_SHOWS_* */
  uint8_t sum_at, sum_bytes; /* where its checksum stands in its header; sum_bytes 0: it has none */

  /*
   * Its packets. at is where the layer-4 header is, from packet->data; it may lie behind the packet's end but for
   * check. All three may be NULL.
   */
  /* Puts the ids into the tuple. => NONE, or why there are none to read. */
  ct_reason (*read_ids)(ct_packet *packet, uint32_t at, const ct_profile *profile, ct_tuple *tuple);
  /* Looks at the packet before it is looked up. => true where that decided what becomes of it. */
  bool (*precheck)(ct_packet *packet, uint32_t at, const struct ct_judge *judge, const ct_profile *profile);
  /* => NONE, or why the tracker will refuse it. */
  ct_reason (*check)(ct_packet *packet, uint32_t at, const struct ct_judge *judge);

  /* ICMP: the types that have an answer, each before that; n_answers pairs. What has none cannot be inverted. */
  const uint8_t (*answers)[2];
  uint8_t n_answers;
  /* ICMP: what a type is called; NULL where it has no name. */
  const char *(*type_name)(uint8_t type);
  const char *title; /* what a line about a packet calls it; NULL: its name */

  /*
   * Its states by number, NULL where it has none. 0 is what an entry is in before its first packet; where that has no
   * name, an entry without a state is one of a kernel without this tracker.
   */
  const char *const *states;
  uint8_t n_states;
  uint8_t n_inputs;          /* rows of its state table, 0 where it has none */
  bool many_inputs;          /* a packet can hold more than one input (SCTP's chunks) */
  const char *const *inputs; /* what they are called */
  /* The table by [direction or role][input][state], as the profile's kernel has it. */
  const uint8_t *(*table)(const ct_profile *profile);
  ct_timeout first_timeout; /* of state 0; those of the others follow */

  /* The packet passed ct_packet_prepare without a reason. An unconfirmed entry is all zero but for its key. */
  ct_track (*packet)(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result);
  /* May an ASSURED entry go in the collector's early-drop mode? NULL: never. */
  bool (*may_evict)(const ct_entry *entry);
  /* Which timeout an entry in its present state runs on, for statistics. */
  ct_timeout (*timeout)(const ct_entry *entry);
  /* NULL: any timeout may have been asked of but other trackers' choices. */
  const ct_timing *timing;
  /* Copies out what it shows; NULL where that is nothing. */
  void (*view)(const ct_engine *engine, const ct_entry *entry, ct_view *view);

  /*
   * What it keeps in ct_entry.l4, when the engine's state is written or read (state/): each field once, for both ways.
   * NULL: it keeps nothing there. A change of it is a higher CT_STATE_VERSION.
   */
  void (*keep)(struct ct_state_io *io, const ct_engine *engine, ct_entry *entry);
  /* Whether the state and what keep got can have come from its tracker; bytes are never trusted. NULL: they can. */
  bool (*sound)(const ct_entry *entry);
} ct_proto;

/* Each in its file: ct_proto_tcp, ... */
#define X(id, number) extern const ct_proto ct_proto_##id;
CT_PROTO_LIST(X)
#undef X

/* What a kernel has no tracker for. It is in no list. */
extern const ct_proto ct_proto_generic;

/* As ip_conntrack had them, and GRE over IPv4 alone; a profile names them where it wants them. */
extern const ct_proto ct_proto_gre_v4, ct_proto_tcp_2_6, ct_proto_tcp_2_4, ct_proto_icmp_2_6;

/* tcp.c: the tracker of ct_proto_tcp by its name, so that who has most of its packets to do with it can have it inline.
 */
ct_track ct_tcp_packet(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, ct_result *result);
/* tcp.c: a firewall has answered a packet of this confirmed entry with a reset, which closes it. */
void ct_tcp_close(ct_engine *engine, ct_entry *entry, ct_result *result);

/* Those of the list by their numbers, NULL where there is none. */
extern const ct_proto *const ct_proto_by_number[256];

/* The tracker of a profile for a packet or entry; never NULL (generic). */
static inline const ct_proto *ct_proto_find(const ct_profile *profile, uint8_t number, uint8_t family)
{
  const ct_proto *proto = profile->trackers[number];

  return proto != NULL && (proto->family == 0 || proto->family == family) ? proto : &ct_proto_generic;
}

/* The tracker of an entry that exists. */
const ct_proto *ct_proto_of_entry(const ct_profile *profile, const ct_entry *entry);

/* Whether the collector's early-drop mode may take a live entry. */
bool ct_proto_may_go_early(const ct_profile *profile, const ct_entry *entry);

/* Whether all trackers of a profile that choose between timeouts choose alike for two kernels (ct_timing). */
bool ct_proto_choose_alike(const ct_profile *profile, const int64_t *timeout_ns, const int64_t *other_ns);
/* All that any of them chooses from. */
uint64_t ct_proto_choices(const ct_profile *profile);

/* --- for people and their tools (names.c). profile may be NULL: then it is that of today's kernel. --- */

/* The i-th protocol: those of the list in its order, then those that only the profile has. NULL past the end. */
const ct_proto *ct_proto_get(const ct_profile *profile, unsigned i);

/*
 * What the number means to people: the profile's tracker, or else the list's description, since conntrack names
 * protocols that its kernel does not track. NULL where nobody has a name for it.
 */
const ct_proto *ct_proto_known(const ct_profile *profile, uint8_t number);
/* Its name, "unknown" where there is none. */
const char *ct_proto_name(const ct_profile *profile, uint8_t number);

/*
 * The name people write, also of what nobody tracks: "esp". NULL where there is none. And back, in any case of letters:
 * => the number, or -1.
 */
const char *ct_proto_word(const ct_profile *profile, uint8_t number);
int ct_proto_number(const ct_profile *profile, const char *word);

/* What the profile's kernel takes it for: its tracker, or the generic one. */
const ct_proto *ct_proto_tracker(const ct_profile *profile, uint8_t number);

/* What such a kernel has in a tuple of this protocol: NONE where it does not track it. */
ct_ids ct_proto_ids(const ct_profile *profile, uint8_t number);
static inline bool ct_proto_has_ports(const ct_profile *profile, const ct_tuple *tuple)
{
  return ct_proto_ids(profile, tuple->proto) == CT_IDS_PORTS;
}

/*
 * The printed name of a state, or NULL where the protocol has no states there, or none of that number. Without a
 * profile: by the list.
 */
const char *ct_proto_state_name(const ct_profile *profile, uint8_t number, unsigned state);

#endif
