/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conntrack engine: time and packets in, verdicts and events out. It knows no files, no clock but the packets', no
 * randomness but its seed, and prints nothing. The same calls give the same answers on every machine.
 *
 * Life: ct_engine_new, then for each packet ct_engine_packet (optionally ct_engine_prefetch for the batch before), with
 * ct_engine_advance to let time pass without packets; snapshots by the _each functions; ct_engine_free. A firewall uses
 * the two halves of ct_engine_packet, and has its say between them: ct_engine_arrive, ct_engine_conclude.
 * One engine is used by one thread at a time; engines share nothing.
 */
#ifndef CT_ENGINE_H
#define CT_ENGINE_H

#include "conntrack/read/packet.h"
#include "conntrack/param.h"
#include "conntrack/profile/profile.h"
#include "conntrack/reason.h"
#include "conntrack/status.h"
#include "conntrack/view.h"

typedef struct ct_engine ct_engine;
typedef struct ct_entry ct_entry; /* opaque outside src/conntrack */

typedef enum ct_verdict {
  CT_VERDICT_NONE,   /* never reached conntrack */
  CT_VERDICT_ACCEPT, /* INVALID packets too: dropping them is a rule's business */
  CT_VERDICT_DROP    /* conntrack itself dropped it: table full, chain too long, helper; never a rule */
} ct_verdict;

/* ct_result.changes */
enum {
  CT_CHANGE_CREATED = 1 << 0,   /* a new entry was confirmed */
  CT_CHANGE_REFRESHED = 1 << 1, /* the deadline was set anew */
  CT_CHANGE_COUNTED = 1 << 2,
  CT_CHANGE_STATE = 1 << 3,
  CT_CHANGE_ENDED = 1 << 4,    /* the packet ended its own entry (RST before a reply) */
  CT_CHANGE_REOPENED = 1 << 5, /* the packet ended the entry that was there before it created its own */
  CT_CHANGE_EXPECTED = 1 << 6  /* the packet met an expectation */
};

/* The bound that a TCP segment broke, or that was waived: what explain and -P say in numbers. */
typedef struct ct_bound {
  uint32_t value; /* the segment's number */
  uint32_t limit; /* the bound */
  uint32_t over;  /* by how much, as a distance in sequence space */
} ct_bound;

typedef struct ct_result {
  uint8_t cls;                  /* ct_class */
  uint8_t dir;                  /* ct_dir; meaningful for NEW, ESTABLISHED, RELATED */
  uint8_t verdict;              /* ct_verdict */
  uint8_t old_state, new_state; /* layer-4 states around this packet */
  uint16_t reason;              /* ct_reason */
  uint16_t events;              /* CT_EV_* of the message delivered for the entry by this packet */
  uint16_t changes;             /* CT_CHANGE_* */
  uint64_t conn; /* the entry's id, also where the packet was found to belong to it but is INVALID; 0: none */
  const ct_entry
    *entry; /* the entry after the packet, NULL where none or gone; valid until the next call into the engine */
  ct_bound bound;
} ct_result;

typedef enum ct_event_type {
  CT_EVENT_NEW,
  CT_EVENT_UPDATE,
  CT_EVENT_DESTROY,
  CT_EVENT_EXPECT_NEW,
  CT_EVENT_EXPECT_DESTROY,
  CT_EVENT_DROP,                             /* a packet was dropped by conntrack itself (table full, ...); no entry */
  CT_EVENT_TYPE_COUNT,                       /* of messages */
  CT_EVENT_EXPECT_OVER = CT_EVENT_TYPE_COUNT /* no message: see ct_engine_watch_over */
} ct_event_type;

/*
 * One message as the kernel would send it; one that it would keep to itself is masked.
 * Valid until the callback returns. Exactly one DESTROY follows each NEW (ct_engine_flush sends those still open).
 */
typedef struct ct_event {
  ct_event_type type;
  int64_t time_ns;              /* engine clock when it happened; an exact expiry carries its deadline */
  uint64_t packet;              /* number of the packet being processed; 0 for timers */
  uint64_t sequence;            /* 1, 2, 3, ... over the engine's life */
  uint16_t bits;                /* CT_EV_* */
  uint16_t reason;              /* DESTROY, EXPECT_DESTROY: why it ended; DROP: why */
  const ct_view *view;          /* NULL for expectation events and DROP */
  const ct_expect_view *expect; /* expectation events only */
  const ct_packet *cause;       /* the packet, NULL for timers */
  bool masked;                  /* nf_conntrack_events=0 or a rule (CT --ctevents) keeps the kernel from sending it */
} ct_event;

typedef void (*ct_event_fn)(const ct_event *event, void *user);

/* Counters as conntrack -S names them (spec 7.6), then what people ask next. */
/* clang-format off */
#define CT_STAT_LIST(X)                                                                                                \
  X(found) X(invalid) X(insert) X(insert_failed) X(drop) X(early_drop) X(error) X(search_restart) X(clash_resolve)     \
  X(chaintoolong) X(expect_new) X(expect_create) X(expect_delete)
/* clang-format on */

typedef struct ct_stats {
#define X(name) uint64_t name;
  CT_STAT_LIST(X)
#undef X
  uint64_t packets;                /* that the engine was fed */
  uint64_t created;                /* entries confirmed */
  uint64_t begun;                  /* entries that a tracker took, confirmed or not */
  uint64_t hits;                   /* look-ups by packets that found their entry */
  uint64_t untracked;              /* packets that a rule took out of tracking */
  uint64_t ended[CT_REASON_COUNT]; /* entries ended, by reason */
  uint64_t invalid_by_reason[CT_REASON_COUNT];
  uint64_t dropped_by_reason[CT_REASON_COUNT];
  uint64_t
    expired_by_timeout[CT_TIMEOUT_COUNT]; /* END_TIMEOUT, by the timeout that they ran on, where the settings gave it */
  uint64_t clock_back;                    /* packets stamped before the engine's clock */
  uint64_t peak_count;
  int64_t peak_time_ns;              /* when it was first reached */
  uint64_t count_ns_hi, count_ns_lo; /* integral of the count over time, 128 bits: mean occupancy */
  uint64_t expect_peak, expect_expired, expect_refused;
  uint64_t helper_cut; /* flows whose helper could not see a payload, because the snap length cut it */
  /* By helper: flows to its standard port that nothing attached a helper to, though it was not switched off. */
  uint64_t unhelped[CT_HELPERS_MOST];
} ct_stats;

/* params are copied. Never fails: small allocations abort, large ones grow with use. */
ct_engine *ct_engine_new(const ct_params *params);
/*
 * As ct_engine_free and ct_engine_new, for those who need one engine after the other: where the old one was small, the
 * system is asked for no memory. Nothing of it is left, neither entries nor watchers. params may be its own. Not after
 * ct_engine_discard.
 */
void ct_engine_anew(ct_engine *engine, const ct_params *params);
/*
 * The kernel's hash table is laid out at once, and its size is anybody's to choose: ask before making engines that have
 * so many buckets in all. => false where the system has no room for them; ct_engine_new would abort.
 */
bool ct_engine_affords(uint64_t buckets);
/* Frees all; sends no events. NULL is fine. */
void ct_engine_free(ct_engine *engine);

/*
 * Whom a full table ends is chance, since the kernel's hash has a random key. evicts is asked of each entry that early
 * drop might end, in place of the hash: true ends it. Where it ends none, the newcomer is refused. NULL: the hash
 * again.
 */
typedef bool (*ct_evicts_fn)(const ct_tuple *original, void *user);
void ct_engine_evictions(ct_engine *engine, ct_evicts_fn evicts, void *user);

/*
 * Calls fn for the event types in mask (1 << ct_event_type), in registration order, synchronously; fn may not call back
 * into the engine but to read. Eight watchers at most, those of ct_engine_watch_over among them; there is no taking
 * back.
 */
void ct_engine_watch(ct_engine *engine, uint32_t mask, ct_event_fn fn, void *user);
/*
 * Calls fn for each expectation that is listed no more, though its message comes only when somebody comes by it
 * (KERNELS K8). No message, it has no number in their sequence.
 */
void ct_engine_watch_over(ct_engine *engine, ct_event_fn fn, void *user);

/*
 * Lets time pass up to now_ns: deadlines fire in (deadline, id) order. An earlier time than the clock's does nothing.
 */
void ct_engine_advance(ct_engine *engine, int64_t now_ns);

/*
 * Hints for the packets that come next; changes nothing that can be observed. Call with 16 to 32 packets. Other packets
 * may stand at the same place when they are tracked.
 */
void ct_engine_prefetch(ct_engine *engine, const ct_packet *packets, size_t n);

/*
 * Another hint: has the system make memory ready for what so many packets to come may need; at most a megabyte or so
 * ahead. The one function that may run on another thread while the engine is in use, one thread at a time.
 */
void ct_engine_populate(ct_engine *engine, uint32_t packets);

/*
 * The last of them, before ct_engine_free: gives one share of the entries' memory back, so that threads may do together
 * what takes one of them long. The engine is then good for nothing but the other shares and the end.
 */
void ct_engine_discard(ct_engine *engine, uint32_t share, uint32_t shares);

/*
 * Tracks one packet: arrives, and is concluded with CT_FATE_ACCEPT. For those who have no rules.
 */
void ct_engine_packet(ct_engine *engine, const ct_packet *packet, ct_result *result);

/* --- the same in two halves --- */

/* What a rule before conntrack has asked for (CT and NOTRACK in table raw). All zero asks for nothing. */
typedef struct ct_template {
  bool untracked; /* the packet is UNTRACKED, whatever it is: no look-up, no entry, no invalid packet */
  /*
   * A new entry that nobody expected gets the helper of this name (ct_helper_describe) if that is for its kind of
   * connection, and none otherwise. NULL: the helper that the settings give to its port.
   */
  const char *helper;
  /*
   * Of a new entry's messages only those are sent that tell of one of these CT_EV_*, and of its expectations' only
   * those of one of CT_EXPECT_EVENT_*. Both 0: all are. With nf_conntrack_events=2 all are, too: the rule was loaded
   * before anybody listened.
   */
  uint16_t event_mask, expect_mask;
  const int64_t *timeout_ns; /* by ct_timeout: a new entry's own from the first packet on; NULL: the settings' */
  uint16_t zone; /* the packet's zone, of those of its entry's directions that zone_dirs has (1 << ct_dir) */
  uint8_t zone_dirs;
} ct_template;

/* What became of a packet after it had arrived. */
typedef enum ct_fate {
  CT_FATE_ACCEPT,
  CT_FATE_DROP,
  CT_FATE_ANSWERED, /* dropped, and answered with an ICMP error, which was really sent (REJECT) */
  CT_FATE_RESET     /* dropped, and answered with a TCP reset, which was really sent (REJECT --reject-with tcp-reset) */
} ct_fate;

/* A packet between its halves. The caller's memory; what stands behind the result is the engine's business. */
typedef struct ct_passage {
  ct_result result;
  const ct_packet *packet;
  ct_entry *entry; /* that the packet is attached to; NULL: none, or it has gone */
  uint32_t hash;
  bool is_new; /* the entry; set where there is one only */
} ct_passage;

/*
 * The first half: time passes up to the packet (one from the past is tracked at the clock's present and counted), then
 * look-up or creation, class, tracker. A packet of kind CT_PACKET_NONE lets time pass and is seen by nothing else.
 * template: NULL for none.
 *
 * passage->result then says what rules see: class, direction, states; an entry that is new has an id and is not
 * CONFIRMED. Where its verdict is CT_VERDICT_DROP, conntrack itself has dropped the packet, and no rule sees it; where
 * it is CT_VERDICT_NONE, conntrack has not seen the packet.
 *
 * Each packet that arrived has to be concluded, with the same passage, before anything else is asked of the engine but
 * to read and the ct_passage functions below. The packet stays where it is until then.
 */
void ct_engine_arrive(ct_engine *engine, const ct_packet *packet, const ct_template *template, ct_passage *passage);

/*
 * The second half. passage->result then says what ct_engine_packet's would.
 *
 * CT_FATE_ACCEPT: the confirm hook. Helper, confirmation, events, and with them those that have waited. Conntrack may
 * still drop the packet there (verdict CT_VERDICT_DROP).
 *
 * CT_FATE_DROP: the confirm hook is not reached. An entry that is new goes without a trace: no NEW, no DESTROY, it
 * counts no more, its id is given again; what its arrival has ended (evicted entries, an expectation) stays ended. An
 * entry that was confirmed keeps what the tracker did: state, timeout, counters, SEEN_REPLY, ASSURED, its mark. Its
 * helper is not run, and its events wait for its next packet that passes the confirm hook: they are one message then.
 * The verdict stays conntrack's own.
 *
 * CT_FATE_ANSWERED: as CT_FATE_DROP, but the answer passes the confirm hook with the packet's entry: that of an entry
 * which is confirmed delivers its events at once, with those that have waited.
 *
 * CT_FATE_RESET: as CT_FATE_ANSWERED. Of TCP's own packets alone, which a reset answers, not of ICMP errors about
 * them. A confirmed TCP entry is CLOSE with that state's timeout from now on (where the kernel does so), and the events
 * are delivered at once.
 */
void ct_engine_conclude(ct_engine *engine, ct_passage *passage, ct_fate fate);
/*
 * A packet of the box to itself comes in by lo, after its passage was concluded and accepted. Its entry is attached
 * still: there is no look-up and no tracker. packet: as it left. passage: the concluded one, or a copy of it; it is
 * made ready for another ct_engine_conclude, and its result stays but for the events.
 */
void ct_engine_return(ct_engine *engine, const ct_packet *packet, ct_passage *passage);

/* The mark of the entry that the packet is attached to, or has ended (CONNMARK); 0 where there is none. */
uint32_t ct_passage_mark(const ct_engine *engine, const ct_passage *passage);
/* Between the halves only. A mark that changes is an event; without an entry nothing happens. */
void ct_passage_set_mark(ct_engine *engine, ct_passage *passage, uint32_t mark);
/*
 * From now on some rule uses labels (connlabel, nft's ct label set): entries that are made have room for them, those
 * that are there have none and never get any (NAT 18).
 */
void ct_engine_labels(ct_engine *engine);
/* The labels of the entry that the packet is attached to, or has ended. => false: it has no room for any; all are 0. */
bool ct_passage_labels(const ct_engine *engine, const ct_passage *passage, ct_labels *labels);
/* Between the halves only. Labels that the entry gets for the first time are an event; without room nothing happens. */
void ct_passage_add_labels(ct_engine *engine, ct_passage *passage, const ct_labels *labels);
/*
 * Between the halves only: of the entry's messages only those are sent from now on that tell of one of these CT_EV_*
 * (nft's ct event set). Without an entry nothing happens.
 */
void ct_passage_set_event_mask(ct_engine *engine, ct_passage *passage, uint16_t events);
/*
 * Between the halves only: a helper for an entry that is new and has none (nft's ct helper), by its name.
 * => whether the entry has got it.
 */
bool ct_passage_give_helper(ct_engine *engine, ct_passage *passage, const char *name);

/* What a rule announces (nft's ct expectation). */
typedef struct ct_announcement {
  uint8_t family, proto; /* family: 0: the connection's */
  uint16_t port;
  uint32_t timeout_s;
  uint32_t most; /* that the connection expects */
  ct_dir dir;    /* of the packet whose rule it is */
} ct_announcement;
typedef enum ct_announced {
  CT_ANNOUNCED,
  CT_ANNOUNCED_NOTHING, /* the entry is none, or not new, or expects that many already: the rule ends there */
  CT_ANNOUNCED_REFUSED  /* the kernel drops the packet: another's expectation is in the way, or there are too many */
} ct_announced;
/* Between the halves only: whom the packet goes to is expected to come to the port of who sent it, as it was sent. */
ct_announced ct_passage_announce(ct_engine *engine, ct_passage *passage, const ct_announcement *announcement);
/*
 * Between the halves only: timeouts of its own for an entry that is new, by ct_timeout (nft's ct timeout), and now the
 * first of them. timeout_ns is copied; ct_engine_timeouts is what to begin with. Without such an entry nothing happens.
 */
void ct_passage_set_timeouts(ct_engine *engine, ct_passage *passage, const int64_t *timeout_ns, ct_timeout first);
/* The settings' timeouts. => CT_TIMEOUT_COUNT of them. */
const int64_t *ct_engine_timeouts(const ct_engine *engine);

/* Ends everything in the table with DESTROY events of reason CT_REASON_END_CAPTURE, in order of creation. */
void ct_engine_flush(ct_engine *engine);

/*
 * Entries in the mean over the time from since_ns (the first packet's) to the clock; the present count where no time
 * has passed.
 */
double ct_engine_mean(const ct_engine *engine, int64_t since_ns);

/*
 * From now on each entry that ends is described in *view before it goes: a packet that ends its own connection is
 * judged by what that was. NULL: no more. The view has to live as long.
 */
void ct_engine_keep_ended(ct_engine *engine, ct_view *view);

int64_t ct_engine_now(const ct_engine *engine);    /* the clock; INT64_MIN before the first packet */
uint64_t ct_engine_count(const ct_engine *engine); /* as conntrack -C: what the kernel still counts */
const ct_stats *ct_engine_stats(const ct_engine *engine);
const ct_params *ct_engine_params(const ct_engine *engine);

/* The entry of a result or by its number, copied out. false where there is no (longer) such entry. */
void ct_entry_view(const ct_engine *engine, const ct_entry *entry, ct_view *view);
/*
 * Whether the entry is one of the many that have nothing but what packets settle: it is in no zone, not translated, and
 * has no helper, no master, no timeouts of its own. Costs next to nothing; false may be said of such an entry, too.
 */
bool ct_entry_is_plain(const ct_entry *entry);
/* Whether any entry so far was translated, or in a zone. */
bool ct_engine_translates(const ct_engine *engine);
bool ct_engine_find(const ct_engine *engine, uint64_t id, ct_view *view);
/* The live entry whose original or reply tuple this is. */
bool ct_engine_lookup(const ct_engine *engine, const ct_tuple *tuple, ct_view *view, ct_dir *dir);
/* The live entry whose tuple of that direction this is. */
bool ct_engine_lookup_as(const ct_engine *engine, const ct_tuple *tuple, ct_dir wanted, ct_view *view);

/*
 * The confirmed entry of that tuple, live or just ending, is in `to` as well from now on, with this deadline: its state
 * and counters, without helper, master and mark. `to` has no buckets yet, no entry of the tuple, and a clock that does
 * not lag behind. A watcher may call it: of `from` it only reads. => false where there is no such entry.
 */
bool ct_engine_copy(const ct_engine *from, const ct_tuple *tuple, ct_engine *to, int64_t deadline_ns);

/* All entries, in order of creation (byte-equal runs), expired ones left out; a snapshot changes nothing. */
void ct_engine_each(const ct_engine *engine, void (*fn)(const ct_view *view, void *user), void *user);
/* All expectations, in order of creation. */
void ct_engine_each_expect(const ct_engine *engine, void (*fn)(const ct_expect_view *view, void *user), void *user);

/* Bytes the engine holds for its entries and their indexes, for figures. */
uint64_t ct_engine_memory_bytes(const ct_engine *engine);

#endif
