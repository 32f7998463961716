/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libctreplay: what Linux connection tracking (nf_conntrack) does with packets, as a library. Packets go in, each with
 * its time; the class of each, the changes of its connection, events and the table come out. No kernel, privilege,
 * thread, file or clock takes part: the time is that of the packets, and the same calls give the same answers on every
 * machine. The one thing asked of the system is a key for the hashes that find entries, once a process, by its first
 * engine: who writes the packets cannot make them collide, and no answer depends on it.
 *
 *   ctreplay_engine *engine = ctreplay_engine_new(NULL);
 *   ctreplay_result result = { .struct_bytes = sizeof(result) };
 *
 *   ctreplay_engine_set_sysctl(engine, "nf_conntrack_max", "1000");
 *   while (... another packet ...)
 *     if (ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, time_ns, bytes, captured, wire, &result) == CTREPLAY_OK)
 *       puts(ctreplay_class_name(result.packet_class));
 *   ctreplay_engine_free(engine);
 *
 * Compile and link with what `pkg-config --cflags --libs ctreplay` says (--static for the archive). This header is the
 * manual; the example track.c, installed with the documentation, uses most of it.
 *
 * Errors.  Functions that return int give CTREPLAY_OK, which is 0, or one of the negative ctreplay_error; then nothing
 * has happened. ctreplay_engine_error says it in words. What is wrong with a packet is no error but an answer: INVALID,
 * with a reason. There are no bytes that a packet must not hold. Where there is no memory left the process is ended
 * (abort), as GLib does it inside; memory grows with the entries of the table (nf_conntrack_max), with expectations
 * (nf_conntrack_expect_max) and with fragments (ipfrag_high_thresh, nf_conntrack_frag6_high_thresh), which all have
 * bounds unless nf_conntrack_max is 0.
 *
 * Threads.  An engine is used by one thread at a time; engines share nothing that changes, so each thread may have its
 * own. Functions without an engine may be called by any thread at any time.
 *
 * Callbacks.  They are called on the caller's thread, before the function that leads to them returns. Inside one the
 * engine may be read (find, lookup, each, statistics, now, get_sysctl, error) but not fed or changed:
 * CTREPLAY_ERROR_BUSY.
 *
 * Lifetimes.  Strings handed out are static and live as long as the program, but where it is said otherwise. What a
 * callback is given is valid until it returns; all else is copied into memory of the caller.
 *
 * Growing.  Structs that the caller has start with struct_bytes, which the caller sets to sizeof the struct: later
 * versions add members at the end, and fill in only as many as the caller has room for; members that a library does not
 * know yet are zeroed. In structs that a callback is given, struct_bytes says how much of it is there. Enums only grow,
 * so be ready for values you do not know. All times are nanoseconds.
 */
#ifndef CTREPLAY_H
#define CTREPLAY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ctreplay_engine ctreplay_engine;

typedef enum ctreplay_error {
  CTREPLAY_OK = 0,
  CTREPLAY_ERROR_ARGUMENT =
    -1, /* NULL where something must be, struct_bytes not set, lengths that contradict each other */
  CTREPLAY_ERROR_UNKNOWN = -2, /* no sysctl, option or helper of that name */
  CTREPLAY_ERROR_VALUE = -3,   /* no number, out of range, not one of the words */
  CTREPLAY_ERROR_STARTED = -4, /* settings are for the time before the first packet */
  CTREPLAY_ERROR_BUSY = -5,    /* called by a callback of the same engine */
  CTREPLAY_ERROR_TIME =
    -6, /* a time below 0 or above CTREPLAY_TIME_LARGEST_NS; advance: a time that has passed already */
  CTREPLAY_ERROR_LINK = -7,     /* a link type that cannot be decoded */
  CTREPLAY_ERROR_MANY = -8,     /* more watchers, helper ports or local addresses than there is room for */
  CTREPLAY_ERROR_NOT_FOUND = -9 /* no such entry in the table */
} ctreplay_error;

/* The latest time there is, as nanoseconds since 1970 in the year 2116. */
#define CTREPLAY_TIME_LARGEST_NS (INT64_MAX / 2)
/* What is left to something that has no timeout. */
#define CTREPLAY_NO_TIMEOUT_NS INT64_MAX
/* No frame is larger than this many bytes, as libpcap has it too; a frame's length on the wire may be anything. */
#define CTREPLAY_CAPTURED_LARGEST 262144

/* ---- the library ---- */

/* "0.1.0": of the library that runs, not of this header. */
const char *ctreplay_version(void);
/* A few words for an error; "unknown error" for any other number. */
const char *ctreplay_error_text(int error);
/* The i-th kernel there is, from 0, the default first: "linux-6.18", ...; NULL past the end. */
const char *ctreplay_profile_name(unsigned i);

/* ---- an engine and its settings ---- */

/*
 * A kernel of that profile with an empty table, by a name that the command line takes too ("linux-5.15", "debian-12",
 * a kernel's release); NULL: the default one. => NULL where there is no such profile. To be
 * freed by the caller. Its settings are those of the kernel's source; it starts with the first packet or
 * ctreplay_engine_advance, and cannot be set from then on.
 */
ctreplay_engine *ctreplay_engine_new(const char *profile);
/* NULL is fine. Sends no events (see ctreplay_engine_flush). By a callback of the same engine it does nothing. */
void ctreplay_engine_free(ctreplay_engine *engine);
/*
 * What the last function that failed on this engine had to say: "nf_conntrack_udp_timeot: linux-6.18 has no such
 * sysctl"; "" before the first. Valid until the next call that fails, or the engine is freed.
 */
const char *ctreplay_engine_error(const ctreplay_engine *engine);

/*
 * Sets a sysctl by the name the kernel has for it, with or without "net.netfilter.", dots or slashes; ip_conntrack_*
 * where the profile is of that time; net.ipv4.ipfrag_*. value: a decimal number. => also UNKNOWN, VALUE, STARTED, BUSY.
 */
int ctreplay_engine_set_sysctl(ctreplay_engine *engine, const char *name, const char *value);
int ctreplay_engine_get_sysctl(ctreplay_engine *engine, const char *name, uint64_t *value);
/* The i-th sysctl of the engine's profile, from 0, as get and set take it; NULL past the end. */
const char *ctreplay_engine_sysctl_name(const ctreplay_engine *engine, unsigned i);

/*
 * What a kernel is set up with otherwise, in the words of ctreplay's command line (and of `set` in scenarios):
 *   max N         a machine set up for N entries: nf_conntrack_max and the hash size that goes with it; 0: no limit
 *   hashsize N    loaded with that many buckets: nf_conntrack_buckets, and nf_conntrack_max as it follows from them
 *   gc exact|kernel       entries end at their deadline (default), or when the kernel's collector or a look-up comes by
 *   hz N          ticks a second of the kernel's clock, up to 10000; 0 (default): continuous
 *   hash-seed N   everything a kernel draws at random
 *   checksums auto|verify|ignore   auto (default): not judged where a network card would have filled the sum in
 *   helper NAME:PORT|all, no-helper NAME|all, local ADDRESS/LENGTH   connection helpers; each may be given several
 *                 times; all is each on its standard port, which the profiles of 6.x leave to rules
 *   module MODULE.PARAMETER=VALUE   what a helper's module is loaded with: nf_conntrack_sip.sip_direct_media=0
 * and of the box that rules stand on (see there): local ADDRESS/LENGTH[@INTERFACE], route PREFIX=INTERFACE, iface NAME,
 * bridge NAME, backend legacy|nft (before rules are loaded), mode faithful|observe, assume MATCH=yes|no
 * max and hashsize set sysctls anew: single ones are to be set after them. VALUE also where the system has no memory
 * for so many buckets, whichever way they were asked for. => also UNKNOWN, VALUE, STARTED, BUSY, MANY.
 */
int ctreplay_engine_set_option(ctreplay_engine *engine, const char *name, const char *value);

/* ---- packets ---- */

/*
 * Link types as capture files number them (LINKTYPE_*, tcpdump.org/linktypes.html); what libpcap calls DLT_* on Linux
 * is as good. These are two of those known.
 */
enum {
  CTREPLAY_LINK_ETHERNET = 1,
  CTREPLAY_LINK_RAW = 101 /* no link layer: an IPv4 or IPv6 packet, by its version field */
};
/* 1 where frames of that type can be decoded, else 0. */
int ctreplay_link_supported(uint32_t link);

/* What a rule's `ct state` matches. */
typedef enum ctreplay_class {
  CTREPLAY_CLASS_NONE =
    0, /* conntrack never classed it: refused by the IP layer, a fragment that is held, or dropped */
  CTREPLAY_CLASS_NEW = 1,
  CTREPLAY_CLASS_ESTABLISHED = 2,
  CTREPLAY_CLASS_RELATED = 3,
  CTREPLAY_CLASS_INVALID = 4,
  CTREPLAY_CLASS_UNTRACKED = 5
} ctreplay_class;

enum { CTREPLAY_ORIGINAL = 0, CTREPLAY_REPLY = 1 }; /* directions: as the connection's first packet went, and back */

typedef enum ctreplay_verdict {
  CTREPLAY_VERDICT_NONE = 0,   /* it never reached conntrack */
  CTREPLAY_VERDICT_ACCEPT = 1, /* INVALID packets too: dropping them is a rule's business */
  CTREPLAY_VERDICT_DROP = 2    /* conntrack itself dropped it: table full, chain too long, helper */
} ctreplay_verdict;

/* ctreplay_result.changes */
enum {
  CTREPLAY_CHANGE_CREATED = 1 << 0,   /* a new entry */
  CTREPLAY_CHANGE_REFRESHED = 1 << 1, /* its timeout starts anew */
  CTREPLAY_CHANGE_COUNTED = 1 << 2,   /* in packets and bytes */
  CTREPLAY_CHANGE_STATE = 1 << 3,
  CTREPLAY_CHANGE_ENDED = 1 << 4,    /* the packet ended its own entry (RST before a reply) */
  CTREPLAY_CHANGE_REOPENED = 1 << 5, /* it ended the entry that was there and created its own */
  CTREPLAY_CHANGE_EXPECTED = 1 << 6  /* it met an expectation */
};

/* Status bits of an entry: IPS_* of linux/netfilter/nf_conntrack_common.h, as conntrack and the kernel have them. */
enum {
  CTREPLAY_STATUS_EXPECTED = 1 << 0,
  CTREPLAY_STATUS_SEEN_REPLY = 1 << 1,
  CTREPLAY_STATUS_ASSURED = 1 << 2,
  CTREPLAY_STATUS_CONFIRMED = 1 << 3,
  CTREPLAY_STATUS_DYING = 1 << 9,
  CTREPLAY_STATUS_FIXED_TIMEOUT = 1 << 10,
  CTREPLAY_STATUS_HELPER = 1 << 13
};

/* What became of one packet. */
typedef struct ctreplay_result {
  size_t struct_bytes;   /* set by the caller */
  uint64_t packet;       /* its number: 1, 2, ... of those fed */
  uint64_t connection;   /* the connection it belongs to, also where it is INVALID; 0: none */
  uint32_t packet_class; /* ctreplay_class */
  uint32_t direction;    /* where the class is NEW, ESTABLISHED or RELATED */
  uint32_t verdict;      /* ctreplay_verdict */
  uint32_t changes;      /* CTREPLAY_CHANGE_* */
  uint32_t
    protocol; /* of the connection, as IP numbers them; where there is none, of the packet, as far as it was read; 0 */
  uint32_t state_before; /* see ctreplay_state_name; 0 where there is no connection */
  uint32_t state_after;
  uint32_t status; /* CTREPLAY_STATUS_*; this and the next three are the entry's after the packet, 0 where it has none
                      (any more) */
  int64_t timeout_ns;  /* what is left until it ends if nothing else comes */
  uint64_t packets[2]; /* by direction; 0 where nf_conntrack_acct is 0 */
  uint64_t bytes[2];
  const char *reason;      /* why, as one word that stays: "tcp-seq-over" (the manual of ctreplay -P lists them); NULL:
                              nothing to say */
  const char *reason_text; /* the same as a sentence; "" */
  const char *sysctl;      /* the sysctl that would have changed it, or "" */
  uint32_t bound_over;     /* TCP, beyond a bound: by how much; 0: no bound was broken */
  uint32_t bound_value;    /* the segment's number */
  uint32_t bound_limit;    /* what it should not be beyond */
  uint32_t reserved;
} ctreplay_result;

/*
 * Tracks one packet: lets time pass up to it, takes the link layers off, makes the IP layer's checks, reassembles
 * fragments, looks the connection up or creates it, judges, counts, and sends events. A packet from the past (time_ns
 * below ctreplay_engine_now) is tracked at the present, as a kernel would that was given it late. link      see above
 *   bytes     what was captured of the frame, captured bytes of it; only read during the call; may be NULL where
 * captured is 0 wire      bytes the frame had on the wire, at least captured: what a capture cut off is missing, not
 * wrong result    may be NULL
 * => also TIME, LINK, BUSY; ARGUMENT where captured is above wire or CTREPLAY_CAPTURED_LARGEST, or wire does not fit 32
 * bits.
 */
int ctreplay_engine_packet(ctreplay_engine *engine, uint32_t link, int64_t time_ns, const void *bytes, size_t captured,
                           size_t wire, ctreplay_result *result);

/*
 * Lets time pass without a packet: what runs out up to and at now_ns ends, each at its own deadline. => also TIME,
 * BUSY.
 */
int ctreplay_engine_advance(ctreplay_engine *engine, int64_t now_ns);
/* The clock: the latest time seen; INT64_MIN before the start, and of NULL. */
int64_t ctreplay_engine_now(const ctreplay_engine *engine);
/*
 * Ends what is in the table, in order of creation, with DESTROY events of reason "end": the end of the traffic. => also
 * BUSY.
 */
int ctreplay_engine_flush(ctreplay_engine *engine);

/* ---- rules ---- */

/*
 * A firewall's rules have their say on each packet, and what they drop does to tracking what it does in a kernel: with
 * rules loaded, ctreplay_engine_packet takes packets through them, and its result says what conntrack made of it. What
 * is not known of the box makes a verdict unknown rather than guessed: give its addresses, routes and interfaces by
 * ctreplay_engine_set_option. Packets to a local address go to the box, those from one come from it, all others are
 * forwarded.
 */

/*
 * Adds a file of rules, as iptables-save or ip6tables-save wrote it, or of sets, as ipset save did; several make one
 * ruleset, in any order. Rulesets of nftables are not read here, though the program ctreplay reads their JSON: such a
 * text is refused. name: for messages. => also VALUE, where the text cannot be read: ctreplay_engine_error then has
 * "NAME:LINE:COLUMN: " and what was expected or is wrong; STARTED, BUSY.
 */
int ctreplay_engine_load_rules(ctreplay_engine *engine, const char *name, const void *bytes, size_t n_bytes);
/*
 * The i-th thing in them that is not understood, from 0, as "NAME:LINE: unknown match: words": its rule is unknown to
 * each packet that comes to it. NULL past the end. Valid until rules are loaded again, or the engine is freed.
 */
const char *ctreplay_engine_rules_note(const ctreplay_engine *engine, unsigned i);
/*
 * The interface by which the packets come that are fed from now on; "" or NULL: not known (the option iface, or the
 * routes, then say it). => also BUSY.
 */
int ctreplay_engine_set_interface(ctreplay_engine *engine, const char *interface);

/* What rules said of a packet. */
typedef enum ctreplay_rules_verdict {
  CTREPLAY_RULES_NONE = 0, /* there are none, or it met none */
  CTREPLAY_RULES_ACCEPT = 1,
  CTREPLAY_RULES_DROP = 2,
  CTREPLAY_RULES_REJECT = 3,
  CTREPLAY_RULES_UNKNOWN = 4 /* it hangs on what is not known here */
} ctreplay_rules_verdict;

typedef struct ctreplay_ruling {
  size_t struct_bytes;   /* set by the caller */
  uint32_t verdict;      /* ctreplay_rules_verdict */
  uint32_t mark;         /* of the packet, as it left or was dropped; that of its connection is the entry's */
  const char *table;     /* of the rule or policy that decided, or on which an unknown verdict hangs; NULL: none did */
  const char *chain;     /* its chain */
  uint32_t rule;         /* its number there, from 1; 0: the chain's policy */
  uint32_t line;         /* where it stands in its file; 0: nowhere */
  const char *file;      /* as it was named; NULL: nowhere */
  const char *rule_text; /* "-A FORWARD -j DROP"; "": a policy. Valid until the next packet */
  uint32_t by_kernel;    /* 1: no rule dropped it, but conntrack, address translation, or a TTL that ended */
  uint32_t answered;     /* 1: REJECT has answered, and the answer got out */
  uint64_t answer_to;    /* the packet is the box's own answer to the packet of that number; 0: it is none */
} ctreplay_ruling;

/* Of the packet that was fed last. => also ARGUMENT; NOT_FOUND before the first packet. */
int ctreplay_engine_ruling(ctreplay_engine *engine, ctreplay_ruling *ruling);

/* ---- connections ---- */

/* One direction of a connection. */
typedef struct ctreplay_tuple {
  uint8_t source[16], destination[16]; /* as they stand in the packet; IPv4: the first four bytes, then zeros */
  uint16_t source_id;                  /* the port; ICMP: the identifier; GRE: the key */
  uint16_t destination_id;             /* the port; ICMP: type << 8 | code; GRE: the call id */
  uint8_t family;                      /* 4 or 6 */
  uint8_t protocol;                    /* as IP numbers them */
  uint16_t zone;                       /* of that direction */
} ctreplay_tuple;

/* What the TCP tracker knows of one side. */
typedef struct ctreplay_tcp_side {
  uint32_t end, max_end, max_window, max_ack;
  uint8_t scale;
  uint8_t flags; /* IP_CT_TCP_FLAG_* */
  uint8_t reserved[2];
} ctreplay_tcp_side;

/* An entry of the table, copied out. */
typedef struct ctreplay_connection {
  size_t struct_bytes;
  uint64_t id;             /* 1, 2, ... in order of creation; never used twice */
  ctreplay_tuple tuple[2]; /* by direction */
  uint32_t status;         /* CTREPLAY_STATUS_* */
  uint32_t state;          /* see ctreplay_state_name */
  int64_t deadline_ns;     /* when it ends if nothing else comes */
  int64_t timeout_ns;      /* from the engine's clock until then; 0 where past */
  int64_t created_ns;
  int64_t ended_ns;              /* in DESTROY events; else 0 */
  uint64_t packets[2], bytes[2]; /* where counted */
  uint32_t counted;              /* 1 where nf_conntrack_acct was on when it was created */
  uint32_t mark, secmark;
  uint32_t use;             /* 1, and 1 for each connection it is the master of */
  const char *helper;       /* "ftp", ...; NULL: none */
  uint64_t master_id;       /* the connection whose helper expected this one; 0: none */
  ctreplay_tuple master;    /* its original direction */
  ctreplay_tcp_side tcp[2]; /* TCP */
  uint32_t sctp_tag[2];     /* SCTP: verification tags */
  uint32_t labels[4];       /* the label n is bit n % 32 of [n / 32] */
} ctreplay_connection;

/* A connection that a helper expects. */
typedef struct ctreplay_expectation {
  size_t struct_bytes;
  uint64_t id;
  ctreplay_tuple tuple;
  ctreplay_tuple mask; /* of the source: address and id; all else must be equal */
  uint64_t master_id;
  ctreplay_tuple master;
  int64_t timeout_ns;      /* may be below 0: such a timer fires late; or CTREPLAY_NO_TIMEOUT_NS: FTP's and TFTP's under
                              linux-2.4 */
  uint32_t flags;          /* 1 permanent, 2 inactive, 4 userspace */
  uint32_t policy;         /* the helper's class, by number */
  const char *policy_name; /* "" where it has none */
  const char *helper;
} ctreplay_expectation;

/*
 * The entry of that number, or the one that has tuple as either direction (*direction, where not NULL: which). => also
 * NOT_FOUND; what has run out is not there. find looks through the whole table, lookup goes straight to it.
 */
int ctreplay_engine_find(ctreplay_engine *engine, uint64_t id, ctreplay_connection *connection);
int ctreplay_engine_lookup(ctreplay_engine *engine, const ctreplay_tuple *tuple, ctreplay_connection *connection,
                           uint32_t *direction);

/* => 0: go on; anything else: no more of them. */
typedef int (*ctreplay_connection_fn)(const ctreplay_connection *connection, void *user);
typedef int (*ctreplay_expectation_fn)(const ctreplay_expectation *expectation, void *user);
/*
 * All entries, all expectations, in order of creation. A look changes nothing. => CTREPLAY_OK also where fn wanted no
 * more.
 */
int ctreplay_engine_each(ctreplay_engine *engine, ctreplay_connection_fn fn, void *user);
int ctreplay_engine_each_expectation(ctreplay_engine *engine, ctreplay_expectation_fn fn, void *user);

/* ---- events ---- */

typedef enum ctreplay_event_type {
  CTREPLAY_EVENT_NEW = 0,
  CTREPLAY_EVENT_UPDATE = 1,
  CTREPLAY_EVENT_DESTROY = 2,
  CTREPLAY_EVENT_EXPECT_NEW = 3,
  CTREPLAY_EVENT_EXPECT_DESTROY = 4,
  CTREPLAY_EVENT_DROP = 5 /* conntrack dropped a packet */
} ctreplay_event_type;

/* ctreplay_event.bits: what a message is about, as 1 << IPCT_*. */
enum {
  CTREPLAY_BIT_NEW = 1 << 0,
  CTREPLAY_BIT_RELATED = 1 << 1,
  CTREPLAY_BIT_DESTROY = 1 << 2,
  CTREPLAY_BIT_REPLY = 1 << 3,
  CTREPLAY_BIT_ASSURED = 1 << 4,
  CTREPLAY_BIT_PROTOINFO = 1 << 5,
  CTREPLAY_BIT_HELPER = 1 << 6,
  CTREPLAY_BIT_MARK = 1 << 7,
  CTREPLAY_BIT_LABEL = 1 << 10
};

typedef struct ctreplay_event {
  size_t struct_bytes;
  uint64_t sequence;                       /* 1, 2, 3, ... over the engine's life */
  uint32_t type;                           /* ctreplay_event_type */
  uint32_t bits;                           /* CTREPLAY_BIT_* */
  int64_t time_ns;                         /* when it happened: for what ran out, its deadline */
  uint64_t packet;                         /* the number of the packet that caused it; 0: time did */
  const char *reason;                      /* DESTROY, EXPECT_DESTROY: why it ended; DROP: why; else NULL */
  const char *reason_text;                 /* "" */
  const ctreplay_connection *connection;   /* NEW, UPDATE, DESTROY; else NULL */
  const ctreplay_expectation *expectation; /* EXPECT_*; else NULL */
} ctreplay_event;

typedef void (*ctreplay_event_fn)(const ctreplay_event *event, void *user);

/*
 * Calls fn for each event of the types in mask (1u << type, ...; ~0u: all) from now on, as the kernel would send them:
 * with nf_conntrack_events=0 there are none but DROP. One DESTROY follows each NEW in time (ctreplay_engine_flush sends
 * those still open). Several watchers are called in the order in which they came. => also BUSY, MANY (there is room for
 * eight).
 */
int ctreplay_engine_watch(ctreplay_engine *engine, uint32_t mask, ctreplay_event_fn fn, void *user);

/* ---- statistics ---- */

typedef struct ctreplay_statistics {
  size_t struct_bytes;
  uint64_t count; /* entries, as conntrack -C */
  /* as conntrack -S */
  uint64_t found, invalid, insert, insert_failed, drop, early_drop, error, search_restart, clash_resolve, chaintoolong;
  uint64_t expect_new, expect_create, expect_delete;
  uint64_t packets;       /* fed */
  uint64_t not_seen;      /* of these, never seen by conntrack: no IP, refused, fragments that were held */
  uint64_t from_the_past; /* tracked at the present, being stamped before it */
  uint64_t created;       /* entries */
  uint64_t peak_count;    /* the most entries at once */
  int64_t peak_time_ns;   /* when that was reached first */
  uint64_t fragment_queues,
    fragment_bytes;      /* datagrams that wait for fragments, and what the kernel would charge for them */
  uint64_t memory_bytes; /* held here for entries and their indexes */
} ctreplay_statistics;

int ctreplay_engine_statistics(ctreplay_engine *engine, ctreplay_statistics *statistics);

/* ---- words ---- */

/* "NEW", ...; "none" for CTREPLAY_CLASS_NONE; NULL for a number that is none. */
const char *ctreplay_class_name(uint32_t packet_class);
/*
 * "ESTABLISHED", ...: the printed name of a state of TCP (6) or SCTP (132), numbered as the kernel does (enum
 * tcp_conntrack, sctp_conntrack); NULL for protocols without states and numbers that are none.
 */
const char *ctreplay_state_name(uint32_t protocol, uint32_t state);
/*
 * The name of a single status bit: ctreplay_status_name(CTREPLAY_STATUS_ASSURED) is "ASSURED"; NULL for what is not one
 * bit of them.
 */
const char *ctreplay_status_name(uint32_t status);
/* "accept", "drop", "reject", "unknown", "none" of ctreplay_rules_verdict; NULL for a number that is none. */
const char *ctreplay_rules_verdict_name(uint32_t verdict);
/* "NEW", "UPDATE", "DESTROY", "EXPECT_NEW", ...; NULL for a number that is none. */
const char *ctreplay_event_name(uint32_t type);

#ifdef __cplusplus
}
#endif

#endif
