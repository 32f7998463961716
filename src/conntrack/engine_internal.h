/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's insides, shared by the files of src/conntrack only: the struct, and the few operations that trackers,
 * helpers, expectations and eviction may use on it. Which file answers for what:
 *
 *   core.c    a packet's passage    way.c     what it does to one entry
 *   create.c  an entry comes to be  renew.c   it goes on       end.c     it ends
 *   count.c   how many there are    master.c  masters and children
 *   clock.c   what comes due        evict.c   full table, collector
 *   event.c   messages to watchers  view.c    copies for sinks ext.c     what few entries have
 *   setup.c   the whole             prefetch.c  hints about what comes
 *   load.c    entries of a listing  copy.c    entries taken over  announce.c  what a rule expects
 *   trace.c   a packet, step by step  collector.h  when the collector runs  refused.h  who found no room
 *   keeper.h  entries that others keep                         nat/  translation
 *   table/    slab, index, deadlines, the kernel's buckets     expect/   what is expected
 */
#ifndef CT_ENGINE_INTERNAL_H
#define CT_ENGINE_INTERNAL_H

#include <glib.h>

#include "conntrack/table/bucket.h"
#include "conntrack/evict.h"
#include "conntrack/ext.h"
#include "conntrack/expect/expect.h"
#include "conntrack/keeper.h"
#include "conntrack/table/table.h"
#include "conntrack/table/timer.h"

#define CT_NS_PER_S INT64_C(1000000000)

typedef struct ct_watcher {
  ct_event_fn fn;
  void *user;
  uint32_t mask;
} ct_watcher;

enum { CT_WATCHERS_MAX = 8, CT_PREFETCH_MOST = 32 };

struct ct_engine {
  ct_params params;
  const int64_t *timeout_ns; /* by ct_timeout: own_timeout_ns, or what a keeper has put in their place */
  int64_t own_timeout_ns[CT_TIMEOUT_COUNT];
  int64_t now_ns;          /* never goes back; INT64_MIN before the first packet */
  const ct_packet *packet; /* has arrived and is not concluded yet; NULL between packets */
  const ct_packet *hinted; /* the first of n_hints packets that ct_engine_prefetch saw */
  size_t n_hints;
  uint32_t hints[CT_PREFETCH_MOST]; /* where it saw their entries; 0: nowhere */
  struct ct_trace *trace;           /* somebody wants to know how it went; NULL normally */
  uint64_t count; /* what the kernel counts: unconfirmed entries, corpses, dead masters with children */
  uint64_t last_id;
  ct_table table; /* this and the next stay together: ct_engine_anew leaves them out */
  ct_timer timer;
  ct_buckets buckets;
  uint32_t buckets_round; /* 2.4: where the next eviction looks first */
  ct_collector collector;
  uint32_t watched; /* union of the watchers' masks */
  uint32_t n_watchers;
  ct_watcher watchers[CT_WATCHERS_MAX];
  bool in_watcher; /* a watcher that feeds the engine is a bug */
  uint64_t sequence;
  ct_stats stats;
  int64_t count_since_ns; /* since when count has had its value */
  ct_ext **exts;          /* by number, from 1 */
  GArray *free_exts;
  GHashTable *ext_owners; /* id => number of the entry, for those that have an extension */
  uint32_t n_exts, exts_size;
  GPtrArray *policies;          /* int64_t[CT_TIMEOUT_COUNT]: timeouts of their own that some entries have, or had */
  GHashTable *orphaned_masters; /* id of a dead master => number of children alive: it still counts (spec 3.3, 7.2) */
  ct_expect_table *expects;
  /* The last entry with an extension that ended, its mark and labels: the packet that ended it may ask. */
  uint64_t ended_id;
  uint32_t ended_mark;
  ct_labels ended_labels;
  uint64_t labels_from;    /* entries from this id on have room for labels; 0: none have */
  ct_view *ended_view;     /* where the view of the entry that ended last goes; NULL: nobody asks */
  struct ct_nat *nat;      /* there are nat hooks; NULL normally */
  const ct_keeper *keeper; /* the entries are not this engine's own (keeper.h); NULL normally */
  void *kept_by;           /* what the keeper is called with */
  ct_evicts_fn evicts;     /* knows whom early drop ends; NULL: the hash decides */
  void *evicts_user;
};

/* --- for trackers and helpers --- */

static inline int64_t ct_core_timeout(const ct_engine *engine, ct_timeout timeout)
{
  return engine->timeout_ns[timeout];
}

/* Renews the deadline to now + timeout_ns (not where FIXED_TIMEOUT); counts nothing. */
void ct_core_refresh(ct_engine *engine, ct_entry *entry, int64_t timeout_ns);
/* Renews and counts the packet (spec 3.5): what a tracker does with what it accepted. */
void ct_core_refresh_acct(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, int64_t timeout_ns,
                          ct_result *result);

/*
 * Ends a confirmed entry now: out of the table, DESTROY sent, its expectations gone, memory free. The pointer is dead
 * afterwards, and perhaps others: a helper may end further entries with it (a PPTP control connection its tunnel). Who
 * walks entries has to look again.
 */
void ct_core_destroy(ct_engine *engine, ct_entry *entry, ct_reason reason);
/* The same at another moment (a deadline that passed: ended_ns is the nominal one). */
void ct_core_destroy_at(ct_engine *engine, ct_entry *entry, ct_reason reason, int64_t ended_ns);

static inline bool ct_core_is_expired(const ct_engine *engine, const ct_entry *entry)
{
  return entry->deadline_ns <= engine->now_ns;
}

/* The live, confirmed entry of either tuple; its direction goes to *dir. NULL where there is none or it is expired. */
ct_entry *ct_core_find(ct_engine *engine, const ct_tuple *tuple, ct_dir *dir);

/* --- between the files above --- */

/* A packet's time on the engine's clock: cut down to a tick where it ticks. */
int64_t ct_core_on_tick(const ct_engine *engine, int64_t time_ns);
/* Lets the clock go on to now_ns, which lies after it, with all that is due on the way. */
void ct_core_pass_time(ct_engine *engine, int64_t now_ns);

/* => a new unconfirmed entry, or NULL where the table is full and nobody had to go (result says so). */
ct_entry *ct_core_create(ct_engine *engine, const ct_tuple *tuple, ct_result *result);
/* Frees an entry that was never confirmed. */
void ct_core_forget(ct_engine *engine, ct_entry *entry);
/*
 * An entry with an extension has left its table (after its DESTROY), or was never in it: its helper's gone() is called,
 * its expectations go, its own master is let go, and its extension is freed. => true where it counts on, a dead master
 * with children.
 */
bool ct_core_bury(ct_engine *engine, ct_entry *entry);
/* __nf_conntrack_confirm: puts it into the table. => false where that is refused (chain too long); result says so. */
bool ct_core_confirm(ct_engine *engine, ct_entry *entry, const ct_packet *packet, uint32_t hash, ct_result *result);

/* Changes the number of entries counted, keeping the mean. */
void ct_core_count_add(ct_engine *engine, int delta);
/* An entry was confirmed: there may be more than ever. */
void ct_core_note_peak(ct_engine *engine);

/* --- events (event.c) --- */

void ct_event_entry(ct_engine *engine, ct_event_type type, const ct_entry *entry, uint16_t bits, ct_reason reason,
                    int64_t time_ns);
void ct_event_expect(ct_engine *engine, ct_event_type type, const ct_expect_view *expect, ct_reason reason,
                     int64_t time_ns);
void ct_event_drop(ct_engine *engine, ct_reason reason);
static inline bool ct_event_wanted(const ct_engine *engine, ct_event_type type) { return engine->watched >> type & 1; }

#endif
