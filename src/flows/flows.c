/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flows.h"

#include <string.h>

#include "conntrack/proto/tables.h"
#include "conntrack/profile/profile.h"
#include "conntrack/proto/proto.h"

/* A record on its way from the first packet to whoever takes it. */
typedef struct live_flow live_flow;
struct live_flow {
  flow_record record;
  flow_record *at_peak; /* as it was then, where it has changed since; NULL: it has not */
  guint64 epoch;        /* the peak that at_peak is of */
  gboolean wanted;
};

struct flows {
  ct_engine *engine;
  const ct_params *params;
  flows_options options;
  GHashTable *known; /* guint64 conn => live_flow *; owns them */
  GQueue ended;      /* live_flow *, the oldest end first; in known, too, until they are handed out */
  guint64 kept_most;
  /* Of the peak: each new one is a new epoch. */
  guint64 epoch, peak_count, peak_packet;
  gint64 peak_ns;
  guint64 peak_last_conn; /* the newest connection then */
  GPtrArray *gone;        /* flow_record *: ended since the peak, as they were at it */
  guint64 newest;
};

void flow_record_copy(flow_record *to, const flow_record *from)
{
  *to = *from;
  if (from->states != NULL) {
    to->states = g_array_sized_new(FALSE, FALSE, sizeof(flow_step), from->states->len);
    g_array_append_vals(to->states, from->states->data, from->states->len);
  }
}

void flow_record_clear(flow_record *record)
{
  if (record->states != NULL)
    g_array_unref(record->states);
  record->states = NULL;
}

static void free_record(gpointer record)
{
  flow_record_clear(record);
  g_free(record);
}

static void free_live(gpointer data)
{
  live_flow *flow = data;

  if (flow->at_peak != NULL)
    free_record(flow->at_peak);
  flow_record_clear(&flow->record);
  g_free(flow);
}

/* ---- the peak ---- */

/* What the table knows of it, rather than its packets. */
static void take_view(flow_record *record, const ct_view *view)
{
  record->tuple[CT_ORIGINAL] = view->tuple[CT_ORIGINAL];
  record->tuple[CT_REPLY] = view->tuple[CT_REPLY];
  record->status = view->status;
  record->mark = view->mark;
  record->secmark = view->secmark;
  record->labels = view->labels;
  record->state = view->state;
  record->timeout = view->timeout;
  record->deadline_ns = view->deadline_ns;
  record->created_ns = view->created_ns;
  record->helper = view->helper;
  record->master = view->has_master ? view->master_id : 0;
  record->expected_by = view->has_master ? view->expected_by : NULL;
  record->counted = view->counted;
  record->inferred = view->inferred;
  if (view->counted) {
    memcpy(record->packets, view->packets, sizeof(record->packets));
    memcpy(record->bytes, view->bytes, sizeof(record->bytes));
  }
}

/* Before the first change since the peak: a copy of what was. */
static void keep_of_peak(flows *f, live_flow *flow)
{
  if (!f->options.at_peak || flow->epoch == f->epoch || flow->record.conn > f->peak_last_conn || !flow->record.alive)
    return;
  if (flow->at_peak == NULL)
    flow->at_peak = g_new(flow_record, 1);
  else
    flow_record_clear(flow->at_peak);
  flow_record_copy(flow->at_peak, &flow->record);
  flow->epoch = f->epoch;
}

static void note_peak(flows *f, const ct_packet *packet)
{
  const ct_stats *stats = ct_engine_stats(f->engine);

  if (!f->options.at_peak || stats->peak_count <= f->peak_count)
    return;
  f->peak_count = stats->peak_count;
  f->peak_ns = packet->time_ns;
  f->peak_packet = packet->number;
  f->peak_last_conn = f->newest;
  f->epoch++;
  g_ptr_array_set_size(f->gone, 0);
}

/* An end after the peak: what was at it stays. */
static void leave_peak(flows *f, live_flow *flow)
{
  if (flow->at_peak != NULL && flow->epoch == f->epoch && flow->wanted) {
    g_ptr_array_add(f->gone, flow->at_peak);
    flow->at_peak = NULL;
  }
}

/* ---- ends ---- */

static live_flow *find(const flows *f, guint64 conn) { return g_hash_table_lookup(f->known, &conn); }

static live_flow *make(flows *f, guint64 conn)
{
  live_flow *flow = g_new0(live_flow, 1);

  flow->record.conn = conn;
  flow->record.alive = TRUE;
  flow->wanted = TRUE;
  if (f->options.needs & FLOWS_NEEDS_STEPS)
    flow->record.states = g_array_new(FALSE, FALSE, sizeof(flow_step));
  g_hash_table_insert(f->known, &flow->record.conn, flow);
  f->kept_most = MAX(f->kept_most, g_hash_table_size(f->known));
  f->newest = MAX(f->newest, conn);
  return flow;
}

static void on_destroy(const ct_event *event, void *user)
{
  flows *f = user;
  const ct_view *view = event->view;
  live_flow *flow = find(f, view->id);

  if (flow == NULL)
    flow = make(f, view->id);
  keep_of_peak(f, flow);
  take_view(&flow->record, view);
  flow->wanted = f->options.keep == NULL || f->options.keep(view, f->options.user);
  flow->record.alive = FALSE;
  flow->record.reason = event->reason;
  flow->record.ended_ns = event->time_ns;
  flow->record.ended_packet = event->packet;
  leave_peak(f, flow);
  g_queue_push_tail(&f->ended, flow);
}

static void hand_out_oldest(flows *f)
{
  live_flow *flow = g_queue_pop_head(&f->ended);

  if (flow->wanted)
    f->options.done(&flow->record, f->options.user);
  g_hash_table_remove(f->known, &flow->record.conn);
}

static void hand_out(flows *f)
{
  guint most = f->options.needs & FLOWS_NEEDS_MISSED ? FLOWS_ENDED_MOST : 0;

  while (f->ended.length > most)
    hand_out_oldest(f);
}

/* ---- packets ---- */

static void add_letter(flow_record *record, char letter, guint8 dir)
{
  if (record->steps == FLOWS_HISTORY_MOST) {
    record->more_steps = TRUE;
    return;
  }
  record->history[record->steps++] = dir == CT_ORIGINAL ? g_ascii_toupper(letter) : g_ascii_tolower(letter);
}

static void add_step(flow_record *record, const flow_packet *seen, guint8 proto)
{
  const ct_result *result = seen->result;
  flow_step step = { seen->packet->time_ns, result->new_state, result->dir };

  record->state = result->new_state;
  add_letter(record, flow_letter(proto, result->new_state), result->dir);
  if (record->states != NULL && record->states->len < FLOWS_STEPS_MOST)
    g_array_append_val(record->states, step);
}

/* Protocols without states have three steps: the first packet, the first answer, and that it is ASSURED. */
static void add_stateless(flow_record *record, const ct_result *result)
{
  if (result->changes & CT_CHANGE_CREATED)
    add_letter(record, 'n', result->dir);
  if (result->dir == CT_REPLY && strchr(record->history, 'r') == NULL)
    add_letter(record, 'r', result->dir);
  if (result->events & CT_EV_ASSURED)
    add_letter(record, 'a', result->dir);
}

static void note_steps(const flows *f, flow_record *record, const flow_packet *seen)
{
  const ct_result *result = seen->result;
  guint8 proto = seen->packet->tuple.proto;

  if (ct_proto_state_name(f->params->profile, proto, result->new_state) == NULL &&
      ct_proto_state_name(f->params->profile, proto, result->old_state) == NULL)
    add_stateless(record, result);
  else if (result->new_state != record->state || record->steps == 0)
    add_step(record, seen, proto);
}

static void note_silence(flow_record *record, const ct_packet *packet)
{
  gint64 silence_ns = emit_time_since(packet->time_ns, record->last_ns);

  if (record->first_packet == 0) {
    record->first_ns = packet->time_ns;
    record->first_packet = packet->number;
  } else if (silence_ns > record->silence_ns || record->silence_packet == 0) {
    record->silence_ns = MAX(silence_ns, 0);
    record->silence_packet = packet->number;
  }
  record->last_ns = packet->time_ns;
  record->last_packet = packet->number;
}

/*
 * Whether the kernel counts it: with each renewal, and a reset that ends an entry which was never answered (spec 5.9).
 * Asked only where nf_conntrack_acct is off; where it is on, the entry itself has counted.
 */
static gboolean is_counted(const ct_result *result)
{
  return (result->changes & (CT_CHANGE_REFRESHED | CT_CHANGE_ENDED)) != 0;
}

static void note_first(flow_record *record, const flow_packet *seen)
{
  record->tuple[CT_ORIGINAL] = seen->packet->tuple;
  record->interface = seen->interface[0] != '\0' ? g_intern_string(seen->interface) : NULL;
  record->vlan = seen->vlan;
  if (seen->rules != NULL && seen->rules->verdict != NULL) {
    record->verdict = g_intern_string(seen->rules->verdict);
    record->rule = seen->rules->rule[0] != '\0' ? g_intern_string(seen->rules->rule) : NULL;
  }
}

static void note_drop(flow_record *record, const flow_packet *seen)
{
  const emit_rules *rules = seen->rules;
  gboolean by_rule = rules != NULL && rules->verdict != NULL &&
                     (strcmp(rules->verdict, "drop") == 0 || strcmp(rules->verdict, "reject") == 0);

  if (!by_rule && seen->result->verdict != CT_VERDICT_DROP)
    return;
  record->dropped++;
  if (by_rule && rules->rule[0] != '\0')
    record->dropped_rule = g_intern_string(rules->rule);
}

static void note_own(const flows *f, flow_record *record, const flow_packet *seen)
{
  const ct_packet *packet = seen->packet;
  const ct_result *result = seen->result;

  if (record->first_packet == 0)
    note_first(record, seen);
  note_silence(record, packet);
  note_steps(f, record, seen);
  if (!record->alive && record->counted)
    return; /* the entry has counted it before it went */
  if (is_counted(result)) {
    record->packets[result->dir]++;
    record->bytes[result->dir] += packet->length;
  } else {
    record->uncounted[result->dir]++;
  }
}

static void note_packet(flows *f, live_flow *flow, const flow_packet *seen)
{
  const ct_result *result = seen->result;
  flow_record *record = &flow->record;
  ct_view view;

  keep_of_peak(f, flow);
  if (result->cls == CT_CLASS_INVALID) {
    if (record->invalid++ == 0)
      record->invalid_reason = result->reason;
    /* The chunks before the one that was refused had their effect. */
    record->state = record->alive ? result->new_state : record->state;
  } else if (seen->packet->kind == CT_PACKET_ICMP_ERROR) {
    record->errors++;
  } else {
    note_own(f, record, seen);
  }
  note_drop(record, seen);
  if (f->options.at_peak && result->entry != NULL) {
    ct_entry_view(f->engine, result->entry, &view);
    take_view(record, &view);
  }
}

static void note_missed(flows *f, const flow_packet *seen)
{
  live_flow *flow = find(f, seen->past->end->conn);

  if (flow == NULL || flow->record.alive)
    return;
  if (flow->record.missed++ > 0)
    return;
  flow->record.missed_packet = seen->packet->number;
  flow->record.missed_after_ns = seen->past->ago_ns;
}

void flows_packet(flows *f, const flow_packet *seen)
{
  const ct_result *result = seen->result;

  if (result->conn != 0) {
    live_flow *flow = find(f, result->conn);

    if (flow == NULL && result->changes & CT_CHANGE_CREATED)
      flow = make(f, result->conn);
    if (flow != NULL)
      note_packet(f, flow, seen);
  }
  if (seen->past != NULL && seen->past->end != NULL)
    note_missed(f, seen);
  note_peak(f, seen->packet);
  if (f->ended.length > 0)
    hand_out(f);
}

/* ---- what is there ---- */

typedef struct walk {
  flows *f;
  const gint64 *at_ns; /* NULL: it is the end */
  void (*fn)(const flow_record *record, gpointer user);
  gpointer user;
} walk;

static void walk_entry(const ct_view *view, void *user)
{
  const walk *w = user;
  live_flow *flow = find(w->f, view->id);
  flow_record now;

  if (flow == NULL || (w->f->options.keep != NULL && !w->f->options.keep(view, w->f->options.user)))
    return;
  now = flow->record;
  take_view(&now, view);
  if (w->at_ns != NULL) {
    now.of_moment = TRUE;
    now.at_ns = *w->at_ns;
  }
  w->fn(&now, w->user);
}

void flows_each(flows *f, gint64 at_ns, void (*fn)(const flow_record *record, gpointer user), gpointer user)
{
  walk w = { f, &at_ns, fn, user };

  ct_engine_each(f->engine, walk_entry, &w);
}

static gint compare_conns(gconstpointer a, gconstpointer b)
{
  guint64 x = (*(const flow_record *const *)a)->conn, y = (*(const flow_record *const *)b)->conn;

  return x < y ? -1 : x > y;
}

void flows_each_at_peak(flows *f, void (*fn)(const flow_record *record, gpointer user), gpointer user)
{
  GPtrArray *all = g_ptr_array_new();
  GHashTableIter iter;
  gpointer value;
  ct_view view;
  guint i;

  for (i = 0; i < f->gone->len; i++)
    g_ptr_array_add(all, g_ptr_array_index(f->gone, i));
  g_hash_table_iter_init(&iter, f->known);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    live_flow *flow = value;

    if (!flow->record.alive || flow->record.conn > f->peak_last_conn ||
        !ct_engine_find(f->engine, flow->record.conn, &view) ||
        (f->options.keep != NULL && !f->options.keep(&view, f->options.user)))
      continue;
    g_ptr_array_add(all, flow->at_peak != NULL && flow->epoch == f->epoch ? flow->at_peak : &flow->record);
  }
  g_ptr_array_sort(all, compare_conns);
  for (i = 0; i < all->len; i++) {
    flow_record now = *(const flow_record *)g_ptr_array_index(all, i);

    now.of_moment = TRUE;
    now.at_ns = f->peak_ns;
    fn(&now, user);
  }
  g_ptr_array_unref(all);
}

void flows_peak(const flows *f, gint64 *time_ns, guint64 *packet)
{
  *time_ns = f->peak_ns;
  *packet = f->peak_packet;
}

guint64 flows_kept_most(const flows *f) { return f->kept_most; }

void flows_end(flows *f)
{
  walk w = { f, NULL, f->options.done, f->options.user };

  while (f->ended.length > 0)
    hand_out_oldest(f);
  ct_engine_each(f->engine, walk_entry, &w);
}

flows *flows_new(ct_engine *engine, const flows_options *options)
{
  flows *f = g_new0(flows, 1);

  f->engine = engine;
  f->params = ct_engine_params(engine);
  f->options = *options;
  f->known = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_live);
  f->gone = g_ptr_array_new_with_free_func(free_record);
  g_queue_init(&f->ended);
  ct_engine_watch(engine, 1u << CT_EVENT_DESTROY, on_destroy, f);
  return f;
}

void flows_free(flows *f)
{
  if (f == NULL)
    return;
  g_queue_clear(&f->ended);
  g_hash_table_unref(f->known);
  g_ptr_array_unref(f->gone);
  g_free(f);
}
