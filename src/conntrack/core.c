/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet's way through conntrack, in the kernel's order, on which several observable effects depend (spec 0, 1, 3, 4):
 * look up or create, class, tracker, SEEN_REPLY, helper, confirm, events.
 */
#include <string.h>

#include "engine_internal.h"
#include "helper.h"
#include "proto.h"
#include "trace_internal.h"

/* A chain this long may be too long: 50, a random number up to 29, and two (spec 7.4). */
enum { CHAIN_LEAST = 50, CHAIN_RANDOM = 30, CHAIN_SLACK = 2 };

enum { EXPIRY_AHEAD = 8 }; /* index slots fetched before their entries expire */

ct_engine *ct_engine_new(const ct_params *params)
{
  ct_engine *engine = g_new0(ct_engine, 1);
  int i;

  engine->params = *params;
  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    engine->timeout_ns[i] = ct_params_timeout_ns(params, (ct_timeout)i);
  engine->now_ns = INT64_MIN;
  engine->collector.next_run_ns = INT64_MAX;
  ct_table_init(&engine->table);
  ct_timer_init(&engine->timer);
  ct_buckets_init(&engine->buckets, params->buckets, params->hash_seed);
  /* The kernel's buckets are needed from the start where corpses lie in them, or where chains can grow too long. */
  if (params->gc == CT_GC_KERNEL || params->max == 0 || params->buckets < params->max / 4)
    ct_buckets_build(&engine->buckets, &engine->table);
  engine->free_exts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  engine->ext_owners = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  engine->orphaned_masters = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  engine->expects = ct_expect_table_new();
  return engine;
}

void ct_engine_free(ct_engine *engine)
{
  uint32_t i;

  if (!engine)
    return;
  for (i = 1; i <= engine->n_exts; i++)
    if (engine->exts[i]) {
      g_free(engine->exts[i]->helper_state);
      g_free(engine->exts[i]);
    }
  g_free(engine->exts);
  g_array_free(engine->free_exts, TRUE);
  g_hash_table_destroy(engine->ext_owners);
  g_hash_table_destroy(engine->orphaned_masters);
  ct_expect_table_free(engine->expects);
  ct_buckets_clear(&engine->buckets);
  ct_timer_clear(&engine->timer);
  ct_table_clear(&engine->table);
  g_free(engine);
}

int64_t ct_engine_now(const ct_engine *engine) { return engine->now_ns; }
uint64_t ct_engine_count(const ct_engine *engine) { return engine->count; }
const ct_stats *ct_engine_stats(const ct_engine *engine) { return &engine->stats; }
const ct_params *ct_engine_params(const ct_engine *engine) { return &engine->params; }

uint64_t ct_engine_memory_bytes(const ct_engine *engine)
{
  return ct_table_memory_bytes(&engine->table) + ct_timer_memory_bytes(&engine->timer) +
         ct_buckets_memory_bytes(&engine->buckets) + (uint64_t)engine->n_exts * sizeof(ct_ext);
}

/* --- counting --- */

void ct_core_count_add(ct_engine *engine, int delta)
{
  unsigned __int128 area = (unsigned __int128)engine->stats.count_ns_hi << 64 | engine->stats.count_ns_lo;

  if (engine->count_since_ns < engine->now_ns) {
    area += (unsigned __int128)engine->count * (uint64_t)(engine->now_ns - engine->count_since_ns);
    engine->stats.count_ns_hi = (uint64_t)(area >> 64);
    engine->stats.count_ns_lo = (uint64_t)area;
  }
  engine->count_since_ns = engine->now_ns;
  engine->count = (uint64_t)((int64_t)engine->count + delta);
}

double ct_engine_mean(const ct_engine *engine, int64_t since_ns)
{
  double area = (double)engine->stats.count_ns_hi * 18446744073709551616.0 + (double)engine->stats.count_ns_lo;

  if (engine->now_ns <= since_ns)
    return (double)engine->count;
  area += (double)engine->count * ((double)engine->now_ns - (double)engine->count_since_ns);
  return area / ((double)engine->now_ns - (double)since_ns);
}

static void note_peak(ct_engine *engine)
{
  if (engine->count > engine->stats.peak_count) {
    engine->stats.peak_count = engine->count;
    engine->stats.peak_time_ns = engine->now_ns;
  }
}

/* --- time --- */

static int64_t on_tick(const ct_engine *engine, int64_t time_ns)
{
  int64_t tick_ns, ticks;

  if (engine->params.hz == 0)
    return time_ns;
  tick_ns = CT_NS_PER_S / engine->params.hz;
  time_ns += engine->params.hz_phase_ns;
  ticks = time_ns / tick_ns - (time_ns % tick_ns < 0);
  return ticks * tick_ns;
}

static void expire_up_to(ct_engine *engine, int64_t now_ns)
{
  ct_entry *entry;

  while ((entry = ct_timer_pop(&engine->timer, engine->table.slab, now_ns)) != NULL) {
    const ct_timer_due *soon = ct_timer_peek(&engine->timer, EXPIRY_AHEAD);

    if (soon && ct_table_entry(&engine->table, soon->number)->id == soon->id)
      ct_table_prefetch_removal(&engine->table, ct_table_entry(&engine->table, soon->number));
    engine->now_ns = MAX(engine->now_ns, entry->deadline_ns);
    ct_core_destroy_at(engine, entry, CT_REASON_END_TIMEOUT, entry->deadline_ns);
  }
  if (engine->params.gc == CT_GC_KERNEL)
    ct_collector_advance(engine, now_ns);
  engine->now_ns = now_ns;
}

static void pass_time(ct_engine *engine, int64_t now_ns)
{
  int64_t due_ns;

  if (G_UNLIKELY(engine->now_ns == INT64_MIN)) {
    engine->now_ns = engine->count_since_ns = now_ns;
    if (engine->params.gc == CT_GC_KERNEL)
      ct_collector_start(engine, now_ns);
  }
  while ((due_ns = ct_expect_next_deadline(engine)) <= now_ns) {
    expire_up_to(engine, MAX(due_ns, engine->now_ns));
    ct_expect_advance(engine, engine->now_ns);
  }
  expire_up_to(engine, now_ns);
}

void ct_engine_advance(ct_engine *engine, int64_t now_ns)
{
  g_assert(!engine->in_watcher);
  now_ns = on_tick(engine, now_ns);
  if (now_ns > engine->now_ns)
    pass_time(engine, now_ns);
}

/* --- entries: refresh, creation, end --- */

void ct_core_refresh(ct_engine *engine, ct_entry *entry, int64_t timeout_ns)
{
  bool sooner;

  if (entry->status & CT_STATUS_FIXED_TIMEOUT)
    return;
  sooner = engine->now_ns + timeout_ns < entry->deadline_ns;
  entry->deadline_ns = engine->now_ns + timeout_ns;
  if (!(entry->status & CT_STATUS_CONFIRMED))
    return;
  if (sooner && engine->params.gc == CT_GC_KERNEL)
    ct_buckets_sooner(&engine->buckets, &engine->table, entry);
  if (engine->params.gc == CT_GC_EXACT)
    ct_timer_refresh(&engine->timer, entry, ct_table_number(&engine->table, entry), engine->now_ns);
}

void ct_core_refresh_acct(ct_engine *engine, ct_entry *entry, ct_dir dir, const ct_packet *packet, int64_t timeout_ns,
                          ct_result *result)
{
  ct_core_refresh(engine, entry, timeout_ns);
  result->changes |= CT_CHANGE_REFRESHED;
  if (entry->traits & CT_ENTRY_COUNTED) {
    ct_counter_add(&entry->counter[dir], packet->length);
    result->changes |= CT_CHANGE_COUNTED;
  }
}

/* Frees an entry that is in no list any more. A dead master still counts while a child holds on to it. */
static void release(ct_engine *engine, ct_entry *entry)
{
  bool counts_on = false;

  if (entry->ext != 0) {
    const ct_ext *ext;

    ct_expect_master_gone(engine, entry);
    ext = ct_ext_get(engine, entry);
    if (ext && ext->children != 0) {
      gint64 *id = g_new(gint64, 1);

      *id = (gint64)entry->id;
      g_hash_table_insert(engine->orphaned_masters, id, GUINT_TO_POINTER(ext->children));
      counts_on = true;
    }
    ct_ext_drop(engine, entry);
  }
  if (!counts_on)
    ct_core_count_add(engine, -1);
  ct_table_give(&engine->table, entry);
}

void ct_core_child_gone(ct_engine *engine, uint64_t master_id)
{
  ct_entry *master = ct_core_by_id(engine, master_id);
  gint64 key = (gint64)master_id;
  guint children;

  if (master) {
    ct_ext_get(engine, master)->children--;
    return;
  }
  children = GPOINTER_TO_UINT(g_hash_table_lookup(engine->orphaned_masters, &key));
  g_assert(children > 0);
  if (children == 1) {
    g_hash_table_remove(engine->orphaned_masters, &key);
    ct_core_count_add(engine, -1);
  } else {
    gint64 *id = g_new(gint64, 1);

    *id = key;
    g_hash_table_insert(engine->orphaned_masters, id, GUINT_TO_POINTER(children - 1));
  }
}

void ct_core_destroy_at(ct_engine *engine, ct_entry *entry, ct_reason reason, int64_t ended_ns)
{
  entry->status |= CT_STATUS_DYING;
  engine->stats.ended[reason]++;
  if (reason == CT_REASON_END_TIMEOUT)
    engine->stats.expired_by_timeout[ct_proto_of_entry(entry)->timeout(entry)]++;
  ct_event_entry(engine, CT_EVENT_DESTROY, entry, CT_EV_DESTROY, reason, ended_ns);
  if (engine->buckets.active)
    ct_buckets_remove(&engine->buckets, &engine->table, entry);
  ct_table_remove(&engine->table, entry);
  release(engine, entry);
}

void ct_core_destroy(ct_engine *engine, ct_entry *entry, ct_reason reason)
{
  ct_core_destroy_at(engine, entry, reason, engine->now_ns);
}

/* => a new unconfirmed entry, or NULL where the table is full and nobody had to go. */
static ct_entry *create(ct_engine *engine, const ct_packet *packet, const ct_tuple *tuple, ct_result *result)
{
  ct_entry *entry;

  ct_core_count_add(engine, 1);
  if (engine->params.max != 0 && engine->count > engine->params.max && !ct_evict_early_drop(engine, tuple)) {
    ct_core_count_add(engine, -1);
    engine->stats.drop++;
    result->reason = CT_REASON_TABLE_FULL;
    return NULL;
  }
  entry = ct_table_take(&engine->table, tuple);
  if (engine->params.acct)
    entry->traits |= CT_ENTRY_COUNTED;
  if (ct_expect_any(engine) && ct_expect_meet(engine, entry, tuple, packet))
    result->changes |= CT_CHANGE_EXPECTED;
  return entry;
}

static void forget(ct_engine *engine, ct_entry *entry)
{
  release(engine, entry);
}

static bool chain_is_too_long(ct_engine *engine, const uint32_t at[2])
{
  int dir;

  for (dir = 0; dir < 2; dir++) {
    uint32_t length = ct_buckets_length(&engine->buckets, at[dir]);
    uint64_t draw;

    if (length < CHAIN_LEAST + CHAIN_SLACK)
      continue;
    draw = (engine->params.hash_seed ^ engine->last_id) * UINT64_C(0x9e3779b97f4a7c15);
    if (length >= CHAIN_LEAST + CHAIN_SLACK + (draw >> 40) % CHAIN_RANDOM)
      return true;
  }
  return false;
}

/* __nf_conntrack_confirm, spec 4.1. Clashes need parallel packets and cannot happen here. */
static bool confirm(ct_engine *engine, ct_entry *entry, const ct_packet *packet, uint32_t hash, ct_result *result)
{
  uint32_t at[2] = { 0, 0 };

  if (engine->buckets.active)
    ct_buckets_of_entry(&engine->buckets, &engine->table, entry, at);
  if (engine->buckets.active && chain_is_too_long(engine, at)) {
    engine->stats.chaintoolong++;
    engine->stats.insert_failed++;
    result->reason = CT_REASON_CHAIN_TOO_LONG;
    return false;
  }
  entry->status |= CT_STATUS_CONFIRMED;
  entry->created_ns = packet->time_ns;
  ct_table_insert(&engine->table, entry, hash);
  if (engine->buckets.active)
    ct_buckets_insert(&engine->buckets, &engine->table, entry, at);
  if (engine->params.gc == CT_GC_EXACT) {
    ct_timer_arm(&engine->timer, entry, ct_table_number(&engine->table, entry), engine->now_ns);
    if (ct_timer_is_wasteful(&engine->timer, engine->table.used))
      ct_timer_compact(&engine->timer, engine->table.slab);
  }
  engine->stats.created++;
  note_peak(engine);
  result->changes |= CT_CHANGE_CREATED;
  result->events |= entry->status & CT_STATUS_EXPECTED ? CT_EV_RELATED : CT_EV_NEW;
  if (entry->status & CT_STATUS_HELPER)
    result->events |= CT_EV_HELPER;
  return true;
}

/* --- a packet's way --- */

ct_entry *ct_core_find(ct_engine *engine, const ct_tuple *tuple, ct_dir *dir)
{
  ct_entry *entry = ct_table_find(&engine->table, tuple, ct_tuple_hash(tuple), dir);

  return entry && !ct_core_is_expired(engine, entry) ? entry : NULL;
}

/* The tuple as it stands in the packet: an ICMP answer is looked up by its request's, but is a tuple of its own to the kernel. */
static const ct_tuple *packet_tuple(const ct_packet *packet, const ct_tuple *tuple, ct_tuple *own)
{
  if (!(packet->flags & CT_PACKET_ANSWER))
    return tuple;
  ct_tuple_invert(tuple, own);
  return own;
}

static ct_entry *look_up(ct_engine *engine, const ct_packet *packet, const ct_tuple *tuple, uint32_t hash, ct_dir *dir)
{
  ct_entry *entry;

  ct_tuple own;

  if (engine->params.gc == CT_GC_KERNEL)
    ct_evict_reap_bucket(engine, packet_tuple(packet, tuple, &own));
  entry = ct_table_find(&engine->table, tuple, hash, dir);
  if (packet->flags & CT_PACKET_ANSWER)
    *dir = CT_REPLY;
  return entry && !ct_core_is_expired(engine, entry) ? entry : NULL;
}

static void set_class(const ct_entry *entry, ct_dir dir, ct_result *result)
{
  result->dir = dir;
  if (dir == CT_REPLY || entry->status & CT_STATUS_SEEN_REPLY)
    result->cls = CT_CLASS_ESTABLISHED;
  else
    result->cls = entry->status & CT_STATUS_EXPECTED ? CT_CLASS_RELATED : CT_CLASS_NEW;
}

static void set_invalid(ct_engine *engine, const ct_packet *packet, ct_result *result)
{
  result->cls = CT_CLASS_INVALID;
  result->dir = CT_ORIGINAL;
  result->events = result->changes = 0;
  result->conn = 0;
  result->entry = NULL;
  if (packet->flags & CT_PACKET_ICMP_COUNTS_ERROR)
    engine->stats.error++;
  else
    engine->stats.invalid++;
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
  ct_reason reason = (ct_reason)result->reason;
  bool for_helper = result->cls != CT_CLASS_RELATED || result->dir == CT_ORIGINAL;

  if (ext && ext->helper && for_helper) {
    ct_verdict verdict = ct_helper_run(engine, entry, (ct_dir)result->dir, (ct_class)result->cls, packet, &reason);

    result->reason = (uint16_t)reason;
    if (verdict == CT_VERDICT_DROP) {
      if (is_new)
        forget(engine, entry);
      else
        ext->pending_events |= result->events;
      return false;
    }
  }
  if (is_new && !confirm(engine, entry, packet, hash, result)) {
    forget(engine, entry);
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

/* Dropped at the confirm hook: its class was seen before, and what the tracker did to an entry that exists stays done. */
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

/* An ICMP error belongs to whoever sent the packet inside it (spec 1.1); it changes nothing of the entry. */
static void track_icmp_error(ct_engine *engine, const ct_packet *packet, ct_result *result)
{
  bool answer = packet->flags & CT_PACKET_ANSWER;
  const ct_addr *to = answer ? &packet->tuple.src : &packet->tuple.dst;
  ct_dir dir = CT_ORIGINAL;
  ct_entry *entry = look_up(engine, packet, &packet->tuple, packet->hash, &dir);

  CT_TRACE(engine, ct_trace_note_look_up(engine, &packet->tuple, entry));
  if (!entry || !ct_addr_equal(to, &packet->l4.icmp.outer_dst)) {
    result->reason = entry ? CT_REASON_ICMP_ERROR_ADDRESS : CT_REASON_ICMP_ERROR_UNKNOWN;
    result->cls = CT_CLASS_INVALID;
    engine->stats.error++;
    engine->stats.invalid_by_reason[result->reason]++;
    return;
  }
  result->cls = CT_CLASS_RELATED;
  result->dir = dir;
  result->reason = CT_REASON_ICMP_ERROR;
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
    result->entry = NULL;
    result->new_state = CT_TCP_CLOSE; /* only a reset ends its own entry */
    result->changes |= CT_CHANGE_ENDED;
    return false;
  case CT_TRACK_ACCEPT:
    if (is_new) {
      entry->id = ++engine->last_id;
      if (entry->ext)
        ct_ext_own(engine, entry);
      if (engine->params.helpers_by_port)
        ct_helper_attach(engine, entry, &packet->tuple);
    }
    return true;
  case CT_TRACK_DROP:
    engine->stats.drop++;
    break;
  default:
    break;
  }
  if (is_new)
    forget(engine, entry);
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

static ct_track run_tracker(ct_engine *engine, ct_entry *entry, const ct_packet *packet, ct_result *result)
{
  if (packet->reason != CT_REASON_NONE) {
    result->reason = packet->reason;
    return CT_TRACK_INVALID;
  }
  return ct_proto_find(engine->params.profile, &packet->tuple)->packet(engine, entry, (ct_dir)result->dir, packet, result);
}

static void track(ct_engine *engine, const ct_packet *packet, ct_result *result)
{
  const ct_tuple *tuple = &packet->tuple;
  ct_tuple keyed, own;
  uint32_t hash = packet->hash;
  ct_entry *entry;
  ct_track verdict;
  bool is_new;

  if (packet->flags & CT_PACKET_GRE_V1 && ct_gre_key_any(engine)) {
    keyed = *tuple;
    keyed.src_id = ct_gre_key_find(engine, tuple);
    tuple = &keyed;
    hash = ct_tuple_hash(tuple);
  }
  do {
    ct_dir dir = CT_ORIGINAL;

    entry = look_up(engine, packet, tuple, hash, &dir);
    CT_TRACE(engine, ct_trace_note_look_up(engine, packet_tuple(packet, tuple, &own), entry));
    is_new = entry == NULL;
    if (is_new) {
      dir = CT_ORIGINAL;
      entry = create(engine, packet, packet_tuple(packet, tuple, &own), result);
    }
    if (!entry) {
      set_dropped(engine, result);
      return;
    }
    set_class(entry, dir, result);
    result->conn = entry->id;
    result->old_state = (uint8_t)entry->state;
    verdict = run_tracker(engine, entry, packet, result);
  } while (verdict == CT_TRACK_REPEAT);
  if (!judge(engine, entry, packet, is_new, verdict, result))
    return;
  if (result->dir == CT_REPLY && !(entry->status & CT_STATUS_SEEN_REPLY)) {
    entry->status |= CT_STATUS_SEEN_REPLY;
    result->events |= CT_EV_REPLY;
  }
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
  int64_t now_ns = on_tick(engine, packet->time_ns);

  g_assert(packet->kind != CT_PACKET_NONE && !engine->in_watcher);
  memset(result, 0, sizeof(*result));
  result->verdict = CT_VERDICT_ACCEPT;
  if (now_ns > engine->now_ns)
    pass_time(engine, now_ns);
  else if (now_ns < engine->now_ns)
    engine->stats.clock_back++;
  engine->packet = packet;
  engine->stats.packets++;
  CT_TRACE(engine, ct_trace_begin(engine->trace));
  switch (packet->kind) {
  case CT_PACKET_TRACK:
    track(engine, packet, result);
    break;
  case CT_PACKET_ICMP_ERROR:
    track_icmp_error(engine, packet, result);
    break;
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

void ct_engine_prefetch(ct_engine *engine, const ct_packet *packets, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    ct_table_prefetch_slot(&engine->table, packets[i].hash);
  for (i = 0; engine->params.gc == CT_GC_KERNEL && i < n; i++)
    ct_buckets_prefetch(&engine->buckets, &packets[i].tuple);
  for (i = 0; i < n; i++)
    ct_table_prefetch_entry(&engine->table, packets[i].hash);
}

void ct_engine_flush(ct_engine *engine)
{
  uint32_t n, i, *order = ct_table_in_order(&engine->table, &n);

  for (i = 0; i < n; i++)
    ct_core_destroy(engine, ct_table_entry(&engine->table, order[i]), CT_REASON_END_CAPTURE);
  g_free(order);
}
