/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet's passage through conntrack, in the kernel's order, on which several observable effects depend (spec 0, 1,
 * 3, 4): look up or create, class, tracker, SEEN_REPLY in the first half; helper, confirmation, events in the second.
 * Between them a firewall has its say. What of this concerns one entry alone stands in way.c.
 */
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/trace_internal.h"
#include "conntrack/way.h"

/* ct_engine_packet has both halves inside it and no template: calls between them would cost it 2%. */
#define CT_ALWAYS_INLINE static inline __attribute__((always_inline))

/* Where the packet's entry was when it was fetched; 0: not known. */
static inline uint32_t hint_of(const ct_engine *engine, const ct_packet *packet)
{
  uintptr_t at = (uintptr_t)packet - (uintptr_t)engine->hinted;

  return at < engine->n_hints * sizeof(*packet) ? engine->hints[at / sizeof(*packet)] : 0;
}

/* The kernel's look-up ends what has expired in the chain that it walks. */
static __attribute__((noinline)) void reap(ct_engine *engine, const ct_packet *packet, const ct_tuple *tuple)
{
  ct_tuple own;

  ct_evict_reap_bucket(engine, ct_way_own_tuple(packet, tuple, &own));
}

CT_ALWAYS_INLINE ct_entry *look_up(ct_engine *engine, const ct_packet *packet, const ct_tuple *tuple, uint32_t hash,
                                   ct_dir *dir)
{
  ct_dir asked = packet->flags & CT_PACKET_ANSWER ? CT_REPLY : CT_ORIGINAL;
  /* Of several entries of a tuple the newest is found; what was fetched before may be an older one. */
  uint32_t hint = G_UNLIKELY(engine->table.split) ? 0 : hint_of(engine, packet);
  ct_entry *entry;

  if (G_UNLIKELY(engine->params.gc == CT_GC_KERNEL))
    reap(engine, packet, tuple);
  *dir = asked;
  entry = hint != 0 ? ct_table_find_hinted(&engine->table, tuple, hint, dir) : NULL;
  if (entry == NULL) {
    *dir = asked;
    entry = ct_table_find(&engine->table, tuple, hash, dir);
  }
  if (asked == CT_REPLY)
    *dir = CT_REPLY;
  if (entry == NULL || !ct_core_is_expired(engine, entry))
    return entry;
  /*
   * It ends at this very moment, and the clock has not gone on since: a timeout of 0, or packets stamped alike. Left
   * there it would hide the new entry of the same tuple.
   */
  ct_core_destroy_at(engine, entry, CT_REASON_END_TIMEOUT, entry->deadline_ns);
  return NULL;
}

/* Of that direction alone: an ICMP packet says itself which it is. */
static ct_entry *look_up_as(ct_engine *engine, const ct_packet *packet, const ct_tuple *tuple, uint32_t hash,
                            ct_dir wanted)
{
  ct_entry *entry;

  if (ct_tuple_is_icmp(tuple) && (packet->flags & CT_PACKET_ANSWER ? CT_REPLY : CT_ORIGINAL) != wanted)
    return NULL;
  if (engine->params.gc == CT_GC_KERNEL)
    reap(engine, packet, tuple);
  entry = ct_table_find_as(&engine->table, tuple, hash, wanted);
  if (entry == NULL || !ct_core_is_expired(engine, entry))
    return entry;
  ct_core_destroy_at(engine, entry, CT_REASON_END_TIMEOUT, entry->deadline_ns);
  return NULL;
}

/*
 * The same with a zone (NAT 16): of a packet whose two directions are in two zones, each counts for its own. => where
 * there is no entry, *tuple is the one that a new one gets.
 */
static __attribute__((noinline)) ct_entry *look_up_zoned(ct_engine *engine, const ct_packet *packet,
                                                         const ct_template *template, ct_tuple *tuple, uint32_t *hash,
                                                         ct_dir *dir)
{
  uint16_t original = template->zone_dirs & 1 << CT_ORIGINAL ? template->zone : 0;
  uint16_t reply = template->zone_dirs & 1 << CT_REPLY ? template->zone : 0;
  ct_entry *entry;

  tuple->zone = original;
  *hash = ct_tuple_hash(tuple);
  if (original == reply)
    return look_up(engine, packet, tuple, *hash, dir);
  entry = look_up_as(engine, packet, tuple, *hash, CT_ORIGINAL);
  *dir = CT_ORIGINAL;
  if (entry != NULL)
    return entry;
  tuple->zone = reply;
  entry = look_up_as(engine, packet, tuple, ct_tuple_hash(tuple), CT_REPLY);
  *dir = CT_REPLY;
  tuple->zone = original;
  return entry;
}

/* An entry that begins with a zone has one for its answers, too. */
static void set_reply_zone(ct_engine *engine, ct_entry *entry, const ct_template *template)
{
  ct_tuple reply;

  ct_table_tuple(&engine->table, entry, CT_REPLY, &reply);
  reply.zone = template->zone_dirs & 1 << CT_REPLY ? template->zone : 0;
  ct_table_set_reply(&engine->table, entry, &reply);
}

static inline bool has_zone(const ct_template *template) { return template != NULL && template->zone != 0; }

/* What a new entry gets from its template before its tracker judges the packet. */
static __attribute__((noinline)) void begin_with(ct_engine *engine, ct_entry *entry, const ct_template *template)
{
  if (has_zone(template))
    set_reply_zone(engine, entry, template);
  else if (template->zone_dirs == 1 << CT_ORIGINAL || template->zone_dirs == 1 << CT_REPLY)
    ct_ext_need(engine, entry)->zone_way = template->zone_dirs;
  if (template->timeout_ns != NULL)
    ct_ext_need(engine, entry)->timeout_ns = ct_engine_policy(engine, template->timeout_ns);
}

/* Where kernels up to 5.4 count an error, they count an invalid packet as well (KERNELS K5). */
static void count_refusal(ct_engine *engine, bool error)
{
  engine->stats.error += error;
  engine->stats.invalid += !error || engine->params.profile->refusals_count_error;
}

static void set_invalid(ct_engine *engine, const ct_packet *packet, ct_result *result)
{
  result->cls = CT_CLASS_INVALID;
  result->dir = CT_ORIGINAL;
  result->events = result->changes = 0;
  result->conn = 0;
  result->entry = NULL;
  count_refusal(engine, packet->flags & CT_PACKET_COUNTS_ERROR);
  engine->stats.invalid_by_reason[result->reason]++;
}

static void set_dropped(ct_engine *engine, ct_result *result)
{
  result->cls = CT_CLASS_NONE;
  result->verdict = CT_VERDICT_DROP;
  result->conn = 0;
  result->entry = NULL;
  engine->stats.dropped_by_reason[result->reason]++;
  ct_event_drop(engine, (ct_reason)result->reason);
}

/* --- the second half --- */

/* An entry that was never confirmed goes without a trace: its id is the next one's. */
static void vanish(ct_engine *engine, ct_entry *entry, ct_result *result)
{
  ct_core_forget(engine, entry);
  engine->last_id--;
  result->conn = 0;
  result->entry = NULL;
}

/* What the packet has brought about waits for the next one of its entry that passes the confirm hook. */
static void keep_events(ct_engine *engine, ct_entry *entry, uint16_t events)
{
  if (events != 0)
    ct_ext_need(engine, entry)->pending_events |= events;
}

static void send_events(ct_engine *engine, ct_entry *entry, bool is_new, ct_result *result)
{
  ct_ext *ext = ct_ext_get(engine, entry);

  if (ext && ext->pending_events != 0) {
    result->events |= ext->pending_events;
    ext->pending_events = 0;
  }
  if (result->events != 0 && ct_event_wanted(engine, is_new ? CT_EVENT_NEW : CT_EVENT_UPDATE))
    ct_event_entry(engine, is_new ? CT_EVENT_NEW : CT_EVENT_UPDATE, entry, result->events, CT_REASON_NONE,
                   engine->now_ns);
}

/*
 * Conntrack itself drops a packet at the confirm hook. Its class was seen before, and what the tracker did to an entry
 * that exists stays done.
 */
static void refuse(ct_engine *engine, ct_entry *entry, bool is_new, ct_result *result)
{
  if (is_new)
    vanish(engine, entry, result);
  else
    keep_events(engine, entry, result->events);
  result->verdict = CT_VERDICT_DROP;
  engine->stats.dropped_by_reason[result->reason]++;
  ct_event_drop(engine, (ct_reason)result->reason);
}

/* Whether the confirm hook has nothing to do: an entry that is there, without a helper, and nothing to be told. */
static inline bool is_settled(const ct_engine *engine, const ct_passage *passage, const ct_result *result)
{
  return !passage->is_new && passage->entry->ext == 0 &&
         (result->events == 0 || !ct_event_wanted(engine, CT_EVENT_UPDATE));
}

/* The confirm hook (spec 0.6): helper, confirmation, events. */
static void confirm(ct_engine *engine, const ct_passage *passage, ct_result *result)
{
  ct_entry *entry = passage->entry;
  bool is_new = passage->is_new;

  if ((ct_way_is_helped(engine, entry, result) && !ct_way_help(engine, entry, passage->packet, result)) ||
      (is_new && !ct_core_confirm(engine, entry, passage->packet, passage->hash, result)))
    refuse(engine, entry, is_new, result);
  else
    send_events(engine, entry, is_new, result);
}

/*
 * An entry with timeouts of its own is judged, or closed, by those. => what to put back.
 */
static inline const int64_t *lend_timeouts(ct_engine *engine, const ct_entry *entry)
{
  const int64_t *before = engine->timeout_ns;
  const ct_ext *ext = entry->ext != 0 ? ct_ext_get(engine, entry) : NULL;

  if (G_UNLIKELY(ext != NULL && ext->timeout_ns != NULL))
    engine->timeout_ns = ext->timeout_ns;
  return before;
}

/* A rule drops the packet (RULES 1.2), and what answers it passes the confirm hook with its entry (RULES 1.3). */
static void drop(ct_engine *engine, const ct_passage *passage, ct_fate fate, ct_result *result)
{
  ct_entry *entry = passage->entry;

  if (passage->is_new) {
    vanish(engine, entry, result);
    result->events = 0;
  } else if (fate != CT_FATE_DROP) {
    const int64_t *before = lend_timeouts(engine, entry);

    if (fate == CT_FATE_RESET && engine->params.profile->reset_closes && entry->proto == CT_PROTO_TCP)
      ct_tcp_close(engine, entry, result);
    engine->timeout_ns = before;
    send_events(engine, entry, false, result);
  } else {
    keep_events(engine, entry, result->events);
    result->events = 0;
  }
}

CT_ALWAYS_INLINE void conclude(ct_engine *engine, const ct_passage *passage, ct_fate fate, ct_result *result)
{
  if (passage->entry != NULL) {
    if (G_LIKELY(fate == CT_FATE_ACCEPT)) {
      if (!is_settled(engine, passage, result))
        confirm(engine, passage, result);
    } else
      drop(engine, passage, fate, result);
  }
  engine->packet = NULL;
}

/* --- the first half --- */

/* An ICMP error belongs to the connection of the packet inside it (spec 1.1). */
static __attribute__((noinline)) void track_icmp_error(ct_engine *engine, const ct_packet *packet,
                                                       const ct_template *template, ct_passage *passage,
                                                       ct_result *result)
{
  ct_tuple tuple = packet->tuple;
  uint32_t hash = packet->hash;
  ct_entry *entry;
  ct_dir dir;

  entry = has_zone(template) ? look_up_zoned(engine, packet, template, &tuple, &hash, &dir)
                             : look_up(engine, packet, &packet->tuple, packet->hash, &dir);
  CT_TRACE(engine, ct_trace_note_look_up(engine, &packet->tuple, entry));
  result->reason = CT_REASON_ICMP_ERROR_UNKNOWN;
  engine->stats.hits += entry != NULL;
  if (!entry || !ct_way_relate(engine, dir, packet, result)) {
    result->cls = CT_CLASS_INVALID;
    count_refusal(engine, true);
    engine->stats.invalid_by_reason[result->reason]++;
    return;
  }
  if (engine->params.profile->icmp_errors_count_error)
    count_refusal(engine, true); /* 2.6 counted those that it understood, too */
  result->conn = entry->id;
  result->entry = entry;
  result->old_state = result->new_state = (uint8_t)entry->state;
  /* It passes the confirm hook like any packet: a helper may look at it, and events that wait are delivered. */
  passage->entry = entry;
  passage->is_new = false;
}

/* The kernel notes an answer behind the tracker, also of an entry that the tracker has just ended (spec 5.9). */
static void note_late_reply(ct_engine *engine, const ct_result *result)
{
  if (engine->ended_view != NULL && result->dir == CT_REPLY)
    engine->ended_view->status |= CT_STATUS_SEEN_REPLY;
}

/* What the tracker said of an entry, new or old. => false where the packet's way ends here. */
CT_ALWAYS_INLINE bool judge(ct_engine *engine, ct_entry *entry, const ct_packet *packet, const ct_template *template,
                            bool is_new, ct_track track, ct_result *result)
{
  switch (track) {
  case CT_TRACK_GONE:
    result->entry = NULL; /* the tracker has told the state it ended in */
    result->changes |= CT_CHANGE_ENDED;
    note_late_reply(engine, result);
    return false;
  case CT_TRACK_ACCEPT:
    if (is_new) {
      engine->stats.begun++;
      ct_way_begin(engine, entry, packet, template, result);
    }
    ct_way_note_reply(entry, result);
    return true;
  case CT_TRACK_DROP: engine->stats.drop += !engine->params.profile->ip_conntrack; break;
  default: break;
  }
  if (is_new)
    ct_core_forget(engine, entry);
  else /* SCTP: the chunks before the one that was refused had their effect */
    keep_events(engine, entry, result->events);
  set_invalid(engine, packet, result);
  if (track == CT_TRACK_DROP) {
    set_dropped(engine, result);
  } else if (!is_new) { /* detached, but whoever asks why wants to know from what */
    result->conn = entry->id;
    result->entry = entry;
    result->new_state = (uint8_t)entry->state;
  }
  return false;
}

CT_ALWAYS_INLINE void track(ct_engine *engine, const ct_packet *packet, const ct_template *template,
                            ct_passage *passage, ct_result *result)
{
  const ct_tuple *tuple = &packet->tuple;
  ct_tuple keyed, own;
  uint32_t hash = packet->hash;
  ct_entry *entry;
  const int64_t *before;
  ct_track verdict;
  bool is_new;

  if (ct_way_gre_key(engine, packet, &keyed)) {
    tuple = &keyed;
    hash = ct_tuple_hash(tuple);
  }
  do {
    ct_dir dir;

    if (G_UNLIKELY(has_zone(template))) {
      if (tuple != &keyed)
        keyed = *tuple;
      tuple = &keyed;
      entry = look_up_zoned(engine, packet, template, &keyed, &hash, &dir);
    } else {
      entry = look_up(engine, packet, tuple, hash, &dir);
    }
    CT_TRACE(engine, ct_trace_note_look_up(engine, ct_way_own_tuple(packet, tuple, &own), entry));
    is_new = entry == NULL;
    engine->stats.hits += !is_new;
    if (is_new) {
      dir = CT_ORIGINAL;
      entry = ct_core_create(engine, ct_way_own_tuple(packet, tuple, &own), result);
      if (G_UNLIKELY(template != NULL) && entry != NULL)
        begin_with(engine, entry, template);
    }
    if (!entry) {
      set_dropped(engine, result);
      return;
    }
    before = lend_timeouts(engine, entry);
    verdict = ct_way_judge(engine, entry, dir, packet, result);
    engine->timeout_ns = before;
    if (G_UNLIKELY(verdict == CT_TRACK_REPEAT))
      engine->stats.invalid += engine->params.profile->reopen_counts_invalid;
  } while (verdict == CT_TRACK_REPEAT);
  if (!judge(engine, entry, packet, template, is_new, verdict, result))
    return;
  result->conn = entry->id;
  result->entry = entry;
  result->new_state = (uint8_t)entry->state;
  if (result->new_state != result->old_state)
    result->changes |= CT_CHANGE_STATE;
  CT_TRACE(engine, ct_trace_note_timeout(engine, entry));
  passage->entry = entry;
  passage->hash = hash;
  passage->is_new = is_new;
}

static void set_untracked(ct_result *result, ct_reason reason)
{
  result->cls = CT_CLASS_UNTRACKED;
  result->reason = (uint16_t)reason;
}

CT_ALWAYS_INLINE void arrive(ct_engine *engine, const ct_packet *packet, const ct_template *template,
                             ct_passage *passage, ct_result *result)
{
  int64_t now_ns = ct_core_on_tick(engine, packet->time_ns);

  g_assert(engine->packet == NULL && !engine->in_watcher);
  memset(result, 0, sizeof(*result));
  passage->packet = packet;
  passage->entry = NULL;
  if (now_ns > engine->now_ns)
    ct_core_pass_time(engine, now_ns);
  engine->packet = packet;
  if (G_UNLIKELY(packet->kind == CT_PACKET_NONE)) {
    result->reason = packet->reason;
    return;
  }
  if (now_ns < engine->now_ns)
    engine->stats.clock_back++;
  engine->stats.packets++;
  result->verdict = CT_VERDICT_ACCEPT;
  CT_TRACE(engine, ct_trace_begin(engine->trace));
  if (template && template->untracked) {
    set_untracked(result, CT_REASON_NONE);
    engine->stats.untracked++;
    return;
  }
  switch (packet->kind) {
  case CT_PACKET_TRACK: track(engine, packet, template, passage, result); break;
  case CT_PACKET_ICMP_ERROR: track_icmp_error(engine, packet, template, passage, result); break;
  case CT_PACKET_UNTRACKED: set_untracked(result, (ct_reason)packet->reason); break;
  default:
    result->reason = packet->reason;
    set_invalid(engine, packet, result);
    break;
  }
}

/* --- the door --- */

void ct_engine_arrive(ct_engine *engine, const ct_packet *packet, const ct_template *template, ct_passage *passage)
{
  arrive(engine, packet, template, passage, &passage->result);
}

void ct_engine_conclude(ct_engine *engine, ct_passage *passage, ct_fate fate)
{
  g_assert(engine->packet != NULL && engine->packet == passage->packet);
  conclude(engine, passage, fate, &passage->result);
}

void ct_engine_return(ct_engine *engine, const ct_packet *packet, ct_passage *passage)
{
  engine->packet = passage->packet = packet;
  passage->is_new = false;
  passage->result.events = 0;
}

void ct_engine_packet(ct_engine *engine, const ct_packet *packet, ct_result *result)
{
  ct_passage passage; /* its own result stays unused: one copy less for each packet */

  arrive(engine, packet, NULL, &passage, result);
  conclude(engine, &passage, CT_FATE_ACCEPT, result);
}

/* --- between the halves --- */

void ct_engine_keep_ended(ct_engine *engine, ct_view *view) { engine->ended_view = view; }

uint32_t ct_passage_mark(const ct_engine *engine, const ct_passage *passage)
{
  const ct_ext *ext = passage->entry != NULL ? ct_ext_get(engine, passage->entry) : NULL;

  if (passage->entry == NULL && passage->result.conn != 0 && passage->result.conn == engine->ended_id)
    return engine->ended_mark;
  return ext != NULL ? ext->mark : 0;
}

/* Whether the packet holds an entry that it has ended; what is kept of such a one is that entry's then. */
static bool holds_ended(ct_engine *engine, const ct_passage *passage)
{
  if (passage->entry != NULL || !(passage->result.changes & CT_CHANGE_ENDED))
    return false;
  if (engine->ended_id != passage->result.conn) {
    engine->ended_id = passage->result.conn;
    engine->ended_mark = 0;
    engine->ended_labels = (ct_labels){ { 0 } };
  }
  return true;
}

void ct_passage_set_mark(ct_engine *engine, ct_passage *passage, uint32_t mark)
{
  g_assert(engine->packet != NULL && engine->packet == passage->packet);
  if (holds_ended(engine, passage)) {
    engine->ended_mark = mark;
    return;
  }
  if (passage->entry == NULL || ct_passage_mark(engine, passage) == mark)
    return;
  ct_ext_need(engine, passage->entry)->mark = mark;
  passage->result.events |= CT_EV_MARK;
}

/* Whether the entry was made while some rule used labels: only then has it room for any (NAT 18). */
static bool has_room_for_labels(const ct_engine *engine, uint64_t id)
{
  return engine->labels_from != 0 && id >= engine->labels_from;
}

bool ct_passage_labels(const ct_engine *engine, const ct_passage *passage, ct_labels *labels)
{
  const ct_ext *ext = passage->entry != NULL ? ct_ext_get(engine, passage->entry) : NULL;

  *labels = (ct_labels){ { 0 } };
  if (passage->result.conn == 0 || !has_room_for_labels(engine, passage->result.conn))
    return false;
  if (ext != NULL)
    *labels = ext->labels;
  else if (passage->entry == NULL && passage->result.conn == engine->ended_id)
    *labels = engine->ended_labels;
  return true;
}

void ct_passage_add_labels(ct_engine *engine, ct_passage *passage, const ct_labels *labels)
{
  ct_labels now;
  ct_ext *ext;
  unsigned i;

  g_assert(engine->packet != NULL && engine->packet == passage->packet);
  if (holds_ended(engine, passage)) {
    for (i = 0; has_room_for_labels(engine, passage->result.conn) && i < G_N_ELEMENTS(now.words); i++)
      engine->ended_labels.words[i] |= labels->words[i];
    return;
  }
  if (passage->entry == NULL || !ct_passage_labels(engine, passage, &now) || !ct_labels_any(labels))
    return;
  ext = ct_ext_need(engine, passage->entry);
  for (i = 0; i < G_N_ELEMENTS(now.words); i++)
    if ((ext->labels.words[i] | labels->words[i]) != ext->labels.words[i]) {
      ext->labels.words[i] |= labels->words[i];
      passage->result.events |= CT_EV_LABEL;
    }
}

void ct_engine_labels(ct_engine *engine)
{
  if (engine->labels_from == 0)
    engine->labels_from = engine->last_id + 1;
}

void ct_passage_set_event_mask(ct_engine *engine, ct_passage *passage, uint16_t events)
{
  const ct_ext *ext = passage->entry != NULL ? ct_ext_get(engine, passage->entry) : NULL;

  g_assert(engine->packet != NULL && engine->packet == passage->packet);
  if (passage->entry != NULL)
    ct_ext_mask_events(ct_ext_need(engine, passage->entry), events,
                       ext != NULL && ext->masked ? ext->expect_mask : CT_EXPECT_EVENTS_ALL);
}

bool ct_passage_give_helper(ct_engine *engine, ct_passage *passage, const char *name)
{
  const ct_ext *ext = passage->entry != NULL ? ct_ext_get(engine, passage->entry) : NULL;

  g_assert(engine->packet != NULL && engine->packet == passage->packet);
  return passage->entry != NULL && passage->is_new && (ext == NULL || !ext->announces) &&
         ct_helper_give_later(engine, passage->entry, &passage->packet->tuple, name);
}

void ct_passage_set_timeouts(ct_engine *engine, ct_passage *passage, const int64_t *timeout_ns, ct_timeout first)
{
  g_assert(engine->packet != NULL && engine->packet == passage->packet);
  if (passage->entry == NULL || !passage->is_new)
    return;
  ct_ext_need(engine, passage->entry)->timeout_ns = ct_engine_policy(engine, timeout_ns);
  ct_core_refresh(engine, passage->entry, timeout_ns[first]);
}

const int64_t *ct_engine_timeouts(const ct_engine *engine) { return engine->own_timeout_ns; }
