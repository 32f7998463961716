/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet's way through conntrack, in the kernel's order, on which several observable effects depend (spec 0, 1, 3,
 * 4): look up or create, class, tracker, SEEN_REPLY, helper, confirm, events.
 */
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/trace_internal.h"
#include "conntrack/way.h"

ct_entry *ct_core_find(ct_engine *engine, const ct_tuple *tuple, ct_dir *dir)
{
  ct_entry *entry;

  if (engine->keeper != NULL)
    return engine->keeper->find(engine->kept_by, tuple, dir);
  entry = ct_table_find(&engine->table, tuple, ct_tuple_hash(tuple), dir);

  return entry && !ct_core_is_expired(engine, entry) ? entry : NULL;
}

/* Where the packet's entry was when it was fetched; 0: not known. */
static inline uint32_t hint_of(const ct_engine *engine, const ct_packet *packet)
{
  uintptr_t at = (uintptr_t)packet - (uintptr_t)engine->hinted;

  return at < engine->n_hints * sizeof(*packet) ? engine->hints[at / sizeof(*packet)] : 0;
}

static ct_entry *look_up(ct_engine *engine, const ct_packet *packet, const ct_tuple *tuple, uint32_t hash, ct_dir *dir)
{
  uint32_t hint = hint_of(engine, packet);
  ct_entry *entry;
  ct_tuple own;

  if (engine->params.gc == CT_GC_KERNEL)
    ct_evict_reap_bucket(engine, ct_way_own_tuple(packet, tuple, &own));
  entry = hint != 0 ? ct_table_find_hinted(&engine->table, tuple, hint, dir) : NULL;
  if (entry == NULL)
    entry = ct_table_find(&engine->table, tuple, hash, dir);
  if (packet->flags & CT_PACKET_ANSWER)
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

/* Where 2.6 counts an error, it counts an invalid packet as well. */
static void count_refusal(ct_engine *engine, bool error)
{
  engine->stats.error += error;
  engine->stats.invalid += !error || engine->params.profile->refuses_before_look_up;
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

/*
 * The confirm hook (spec 0.6): helper, confirmation, events. => false where the packet was dropped.
 */
static bool at_confirm(ct_engine *engine, ct_entry *entry, const ct_packet *packet, uint32_t hash, bool is_new,
                       ct_result *result)
{
  ct_ext *ext = ct_ext_get(engine, entry);

  if (ct_way_is_helped(engine, entry, result) && !ct_way_help(engine, entry, packet, result)) {
    if (is_new)
      ct_core_forget(engine, entry);
    else
      ext->pending_events |= result->events;
    return false;
  }
  if (is_new && !ct_core_confirm(engine, entry, packet, hash, result)) {
    ct_core_forget(engine, entry);
    return false;
  }
  if (ext && ext->pending_events != 0) {
    result->events |= ext->pending_events;
    ext->pending_events = 0;
  }
  if (result->events != 0)
    ct_event_entry(engine, is_new ? CT_EVENT_NEW : CT_EVENT_UPDATE, entry, result->events, CT_REASON_NONE,
                   engine->now_ns);
  return true;
}

/*
 * Dropped at the confirm hook: its class was seen before, and what the tracker did to an entry that exists stays done.
 */
static void set_refused(ct_engine *engine, bool is_new, ct_result *result)
{
  result->verdict = CT_VERDICT_DROP;
  if (is_new) {
    engine->last_id--;
    result->conn = 0;
    result->entry = NULL;
  }
  engine->stats.dropped_by_reason[result->reason]++;
  ct_event_drop(engine, (ct_reason)result->reason);
}

/* An ICMP error belongs to the connection of the packet inside it (spec 1.1). */
static void track_icmp_error(ct_engine *engine, const ct_packet *packet, ct_result *result)
{
  ct_dir dir = CT_ORIGINAL;
  ct_entry *entry = look_up(engine, packet, &packet->tuple, packet->hash, &dir);

  CT_TRACE(engine, ct_trace_note_look_up(engine, &packet->tuple, entry));
  result->reason = CT_REASON_ICMP_ERROR_UNKNOWN;
  if (!entry || !ct_way_relate(engine, dir, packet, result)) {
    result->cls = CT_CLASS_INVALID;
    count_refusal(engine, true);
    engine->stats.invalid_by_reason[result->reason]++;
    return;
  }
  if (engine->params.profile->refuses_before_look_up)
    count_refusal(engine, true); /* 2.6 counted those that it understood, too */
  result->conn = entry->id;
  result->entry = entry;
  result->old_state = result->new_state = (uint8_t)entry->state;
  /* It passes the confirm hook like any packet: a helper may look at it, and events that wait are delivered. */
  if (entry->ext != 0 && !at_confirm(engine, entry, packet, 0, false, result))
    set_refused(engine, false, result);
}

/* What the tracker said of an entry, new or old. => false where the packet's way ends here. */
static bool judge(ct_engine *engine, ct_entry *entry, const ct_packet *packet, bool is_new, ct_track track,
                  ct_result *result)
{
  switch (track) {
  case CT_TRACK_GONE:
    result->entry = NULL; /* the tracker has told the state it ended in */
    result->changes |= CT_CHANGE_ENDED;
    return false;
  case CT_TRACK_ACCEPT:
    if (is_new)
      ct_way_begin(engine, entry, packet);
    ct_way_note_reply(entry, result);
    return true;
  case CT_TRACK_DROP: engine->stats.drop += !engine->params.profile->refuses_before_look_up; break;
  default: break;
  }
  if (is_new)
    ct_core_forget(engine, entry);
  else if (result->events != 0) /* SCTP: the chunks before the one that was refused had their effect */
    ct_ext_need(engine, entry)->pending_events |= result->events;
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

static void track(ct_engine *engine, const ct_packet *packet, ct_result *result)
{
  const ct_tuple *tuple = &packet->tuple;
  ct_tuple keyed, own;
  uint32_t hash = packet->hash;
  ct_entry *entry;
  ct_track verdict;
  bool is_new;

  if (ct_way_gre_key(engine, packet, &keyed)) {
    tuple = &keyed;
    hash = ct_tuple_hash(tuple);
  }
  do {
    ct_dir dir = CT_ORIGINAL;

    entry = look_up(engine, packet, tuple, hash, &dir);
    CT_TRACE(engine, ct_trace_note_look_up(engine, ct_way_own_tuple(packet, tuple, &own), entry));
    is_new = entry == NULL;
    if (is_new) {
      dir = CT_ORIGINAL;
      entry = ct_core_create(engine, ct_way_own_tuple(packet, tuple, &own), result);
    }
    if (!entry) {
      set_dropped(engine, result);
      return;
    }
    verdict = ct_way_judge(engine, entry, dir, packet, result);
  } while (verdict == CT_TRACK_REPEAT);
  if (!judge(engine, entry, packet, is_new, verdict, result))
    return;
  result->conn = entry->id;
  result->entry = entry;
  result->new_state = (uint8_t)entry->state;
  if (result->new_state != result->old_state)
    result->changes |= CT_CHANGE_STATE;
  CT_TRACE(engine, ct_trace_note_timeout(engine->trace, entry));
  if (!at_confirm(engine, entry, packet, hash, is_new, result))
    set_refused(engine, is_new, result);
}

void ct_engine_packet(ct_engine *engine, const ct_packet *packet, ct_result *result)
{
  int64_t now_ns = ct_core_on_tick(engine, packet->time_ns);

  g_assert(packet->kind != CT_PACKET_NONE && !engine->in_watcher);
  memset(result, 0, sizeof(*result));
  result->verdict = CT_VERDICT_ACCEPT;
  if (now_ns > engine->now_ns)
    ct_core_pass_time(engine, now_ns);
  else if (now_ns < engine->now_ns)
    engine->stats.clock_back++;
  engine->packet = packet;
  engine->stats.packets++;
  CT_TRACE(engine, ct_trace_begin(engine->trace));
  switch (packet->kind) {
  case CT_PACKET_TRACK: track(engine, packet, result); break;
  case CT_PACKET_ICMP_ERROR: track_icmp_error(engine, packet, result); break;
  case CT_PACKET_UNTRACKED:
    result->cls = CT_CLASS_UNTRACKED;
    result->reason = packet->reason;
    break;
  default:
    result->reason = packet->reason;
    set_invalid(engine, packet, result);
    break;
  }
  engine->packet = NULL;
}

/*
 * A packet that makes an entry touches the bucket of its answer too; and where the table is full, those in its own
 * bucket go first.
 */
static void prefetch_new(const ct_engine *engine, const ct_tuple *tuple, uint32_t bucket, bool full)
{
  ct_tuple inverse;

  if (ct_tuple_invert(tuple, &inverse))
    ct_buckets_prefetch(&engine->buckets, ct_buckets_index(&engine->buckets, &inverse));
  if (full)
    ct_evict_prefetch(engine, bucket);
}

static void prefetch_kernel(ct_engine *engine, const ct_packet *packets, size_t n)
{
  bool full = engine->params.max != 0 && engine->count + n > engine->params.max && engine->buckets.nodes_size != 0;
  uint32_t at[CT_PREFETCH_MOST], n_new = 0, before;
  size_t i;

  for (i = 0; i < n; i++) {
    at[i] = ct_buckets_index(&engine->buckets, &packets[i].tuple);
    ct_buckets_prefetch(&engine->buckets, at[i]);
  }
  for (i = 0; i < n; i++) {
    before = n_new;
    engine->hints[i] = ct_table_prefetch_entry(&engine->table, packets[i].hash, &n_new);
    if (n_new != before && packets[i].kind == CT_PACKET_TRACK)
      prefetch_new(engine, &packets[i].tuple, at[i], full);
  }
}

void ct_engine_prefetch(ct_engine *engine, const ct_packet *packets, size_t n)
{
  uint32_t n_new = 0;
  size_t i;

  n = MIN(n, CT_PREFETCH_MOST);
  for (i = 0; i < n; i++)
    ct_table_prefetch_slot(&engine->table, packets[i].hash);
  engine->hinted = packets;
  engine->n_hints = n;
  if (engine->params.gc == CT_GC_KERNEL) {
    prefetch_kernel(engine, packets, n);
    return;
  }
  for (i = 0; i < n; i++)
    engine->hints[i] = ct_table_prefetch_entry(&engine->table, packets[i].hash, &n_new);
}

void ct_engine_populate(ct_engine *engine, uint32_t packets)
{
  ct_table_populate(&engine->table, packets);
  ct_timer_populate(&engine->timer);
}

void ct_engine_discard(ct_engine *engine, uint32_t share, uint32_t shares)
{
  ct_table_discard(&engine->table, share, shares);
}
