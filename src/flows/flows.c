/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flows.h"

#include <string.h>

#include "waiting.h"

#include "conntrack/proto/tables.h"
#include "conntrack/profile/profile.h"
#include "conntrack/proto/proto.h"

struct flows {
  ct_engine *engine;
  const ct_params *params;
  flows_options options;
  waiting waiting;
  const char *interface;                 /* the last one; interned */
  live_flows *known;                     /* those that have ended, too, until they are handed out */
  live_ended *first_ended, **last_ended; /* the oldest end first; where the next one goes */
  live_ended *spare;                     /* handed out: for the next end */
  guint n_ended;
  guint64 kept_most;
  flow_step states[FLOWS_STEPS_MOST]; /* of the record at hand */
  /* Of the peak: each new one is a new epoch. */
  guint64 epoch, peak_count, peak_packet;
  gint64 peak_ns;
  guint64 peak_last_conn; /* the newest connection then */
  GPtrArray *gone;        /* flow_record *: ended since the peak, as they were at it */
  guint64 newest;
};

static void free_record(gpointer record)
{
  flow_record_clear(record);
  g_free(record);
}

/* ---- what a record is made of ---- */

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

static void put_extra(flow_record *record, const live_extra *extra)
{
  if (!record->counted) {
    memcpy(record->packets, extra->packets, sizeof(record->packets));
    memcpy(record->bytes, extra->bytes, sizeof(record->bytes));
  }
  memcpy(record->uncounted, extra->uncounted, sizeof(record->uncounted));
  record->errors = extra->errors;
  record->invalid = extra->invalid;
  record->invalid_reason = extra->invalid_reason;
  record->dropped = extra->dropped;
  record->missed = extra->missed;
  record->missed_packet = extra->missed_packet;
  record->missed_after_ns = extra->missed_after_ns;
  record->rule = extra->rule;
  record->verdict = extra->verdict;
  record->dropped_rule = extra->dropped_rule;
}

/* What packets said of it, after take_view. The states stay as they are until the next record is made. */
static void put_seen(flows *f, const live_flow *live, flow_record *record)
{
  record->conn = live->conn;
  record->first_ns = live->first_ns;
  record->last_ns = live->last_ns;
  record->first_packet = live->first_packet;
  record->last_packet = live->last_packet;
  record->silence_ns = live->silence_ns;
  record->silence_packet = live->silence_packet;
  record->interface = live->interface;
  record->vlan = live->vlan;
  record->steps = live->steps;
  record->more_steps = live->more_steps;
  memcpy(record->history, live->history, sizeof(record->history));
  record->states = f->states;
  record->n_states = (guint8)live_states(live, f->states);
  if (live->extra != NULL)
    put_extra(record, live->extra);
}

/* One that lives. now: what its entry says */
static void make_record(flows *f, const live_flow *live, const ct_view *now, flow_record *record)
{
  memset(record, 0, sizeof(*record));
  record->alive = TRUE;
  take_view(record, now);
  put_seen(f, live, record);
}

/* ---- the peak ---- */

/* As it was after its last packet; to be freed. */
static flow_record *copy_of_peak(flows *f, const live_flow *live)
{
  flow_record now = *live->extra->now, *copy = g_new(flow_record, 1);

  put_seen(f, live, &now);
  flow_record_copy(copy, &now);
  return copy;
}

/* Before the first change since the peak: a copy of what was. */
static void keep_of_peak(flows *f, live_flow *live)
{
  if (!f->options.at_peak || live->extra->epoch == f->epoch || live->conn > f->peak_last_conn || live->ended != NULL)
    return;
  if (live->extra->at_peak != NULL)
    free_record(live->extra->at_peak);
  live->extra->at_peak = copy_of_peak(f, live);
  live->extra->epoch = f->epoch;
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
static void leave_peak(flows *f, live_flow *live)
{
  if (f->options.at_peak && live->extra->at_peak != NULL && live->extra->epoch == f->epoch && live->wanted) {
    g_ptr_array_add(f->gone, live->extra->at_peak);
    live->extra->at_peak = NULL;
  }
}

/* ---- ends ---- */

static live_flow *make(flows *f, guint64 conn)
{
  live_flow *live = live_flows_add(f->known, conn);

  live->wanted = TRUE;
  if (f->options.at_peak) {
    live_extra_make(live)->now = g_new0(flow_record, 1);
    live->extra->now->alive = TRUE;
  }
  f->kept_most = MAX(f->kept_most, live_flows_count(f->known));
  f->newest = MAX(f->newest, conn);
  return live;
}

static void note_waiting(flows *f);

static live_ended *take_ended(flows *f)
{
  live_ended *ended = f->spare;

  if (ended == NULL)
    return g_new0(live_ended, 1);
  f->spare = ended->next;
  memset(ended, 0, sizeof(*ended));
  return ended;
}

static void on_destroy(const ct_event *event, void *user)
{
  flows *f = user;
  const ct_view *view = event->view;
  live_ended *ended = take_ended(f);
  live_flow *live;

  note_waiting(f);
  live = live_flows_find(f->known, view->id);
  if (live == NULL)
    live = make(f, view->id);
  keep_of_peak(f, live);
  take_view(&ended->record, view);
  live->state = view->state;
  live->wanted = f->options.keep == NULL || f->options.keep(view, f->options.user);
  ended->record.reason = event->reason;
  ended->record.ended_ns = event->time_ns;
  ended->record.ended_packet = event->packet;
  ended->live = live;
  live->ended = ended;
  leave_peak(f, live);
  *f->last_ended = ended;
  f->last_ended = &ended->next;
  f->n_ended++;
}

static void hand_out_oldest(flows *f)
{
  live_ended *ended = f->first_ended;
  live_flow *live = ended->live;

  f->first_ended = ended->next;
  if (f->first_ended == NULL)
    f->last_ended = &f->first_ended;
  f->n_ended--;
  if (live->wanted) {
    put_seen(f, live, &ended->record);
    ended->record.state = live->state;
    f->options.done(&ended->record, f->options.user);
  }
  live_flows_remove(f->known, live);
  ended->next = f->spare;
  f->spare = ended;
}

/* So many wait to be missed. */
static guint most_ended(const flows *f) { return f->options.needs & FLOWS_NEEDS_MISSED ? FLOWS_ENDED_MOST : 0; }

static void hand_out(flows *f)
{
  while (f->n_ended > most_ended(f))
    hand_out_oldest(f);
}

/* ---- packets ---- */

static void add_letter(live_flow *live, char letter, guint8 dir)
{
  if (live->steps == FLOWS_HISTORY_MOST) {
    live->more_steps = TRUE;
    return;
  }
  live->history[live->steps++] = dir == CT_ORIGINAL ? g_ascii_toupper(letter) : g_ascii_tolower(letter);
}

static void add_step(const flows *f, live_flow *live, const flow_packet *seen, guint8 proto)
{
  const ct_result *result = seen->result;
  const flow_step step = { seen->packet->time_ns, result->new_state, result->dir };

  live->state = result->new_state;
  add_letter(live, flow_letter(proto, result->new_state), result->dir);
  if (f->options.needs & FLOWS_NEEDS_STEPS)
    live_add_state(live, &step);
}

/* Protocols without states have three steps: the first packet, the first answer, and that it is ASSURED. */
static void add_stateless(live_flow *live, const ct_result *result)
{
  if (result->changes & CT_CHANGE_CREATED)
    add_letter(live, 'n', result->dir);
  if (result->dir == CT_REPLY && strchr(live->history, 'r') == NULL)
    add_letter(live, 'r', result->dir);
  if (result->events & CT_EV_ASSURED)
    add_letter(live, 'a', result->dir);
}

static void note_steps(const flows *f, live_flow *live, const flow_packet *seen)
{
  const ct_result *result = seen->result;
  guint8 proto = seen->packet->tuple.proto;

  if (ct_proto_state_name(f->params->profile, proto, result->new_state) == NULL &&
      ct_proto_state_name(f->params->profile, proto, result->old_state) == NULL)
    add_stateless(live, result);
  else if (result->new_state != live->state || live->steps == 0)
    add_step(f, live, seen, proto);
}

static void note_silence(live_flow *live, const ct_packet *packet)
{
  gint64 silence_ns = emit_time_since(packet->time_ns, live->last_ns);

  if (!live->begun) {
    live->begun = TRUE;
    live->first_ns = packet->time_ns;
    live->first_packet = packet->number;
  } else if (silence_ns > live->silence_ns || live->silence_packet == 0) {
    live->silence_ns = MAX(silence_ns, 0);
    live->silence_packet = packet->number;
  }
  live->last_ns = packet->time_ns;
  live->last_packet = packet->number;
}

/*
 * Whether the kernel counts it: with each renewal, and a reset that ends an entry which was never answered (spec 5.9).
 * Where nf_conntrack_acct is on, the entry itself has counted.
 */
static gboolean is_counted(const ct_result *result)
{
  return (result->changes & (CT_CHANGE_REFRESHED | CT_CHANGE_ENDED)) != 0;
}

static void note_first(live_flow *live, const flow_packet *seen)
{
  live->interface = seen->interface[0] != '\0' ? g_intern_string(seen->interface) : NULL;
  live->vlan = seen->vlan;
  if (seen->rules != NULL && seen->rules->verdict != NULL) {
    live_extra *extra = live_extra_of(live);

    extra->verdict = g_intern_string(seen->rules->verdict);
    extra->rule = seen->rules->rule[0] != '\0' ? g_intern_string(seen->rules->rule) : NULL;
  }
}

static void note_drop(live_flow *live, const flow_packet *seen)
{
  const emit_rules *rules = seen->rules;
  gboolean by_rule = rules != NULL && rules->verdict != NULL &&
                     (strcmp(rules->verdict, "drop") == 0 || strcmp(rules->verdict, "reject") == 0);
  live_extra *extra;

  if (!by_rule && seen->result->verdict != CT_VERDICT_DROP)
    return;
  extra = live_extra_of(live);
  extra->dropped++;
  if (by_rule && rules->rule[0] != '\0')
    extra->dropped_rule = g_intern_string(rules->rule);
}

static void note_own(const flows *f, live_flow *live, const flow_packet *seen)
{
  const ct_packet *packet = seen->packet;
  const ct_result *result = seen->result;
  live_extra *extra;

  if (!live->begun)
    note_first(live, seen);
  note_silence(live, packet);
  note_steps(f, live, seen);
  if (live->ended != NULL && live->ended->record.counted)
    return; /* the entry has counted it before it went */
  if (!is_counted(result)) {
    live_extra_of(live)->uncounted[result->dir]++;
  } else if (!f->params->acct) {
    extra = live_extra_of(live);
    extra->packets[result->dir]++;
    extra->bytes[result->dir] += packet->length;
  }
}

static void note_packet(flows *f, live_flow *live, const flow_packet *seen)
{
  const ct_result *result = seen->result;
  live_extra *extra;
  ct_view view;

  keep_of_peak(f, live);
  if (result->cls == CT_CLASS_INVALID) {
    extra = live_extra_of(live);
    if (extra->invalid++ == 0)
      extra->invalid_reason = result->reason;
    /* The chunks before the one that was refused had their effect. */
    live->state = live->ended == NULL ? result->new_state : live->state;
  } else if (seen->packet->kind == CT_PACKET_ICMP_ERROR) {
    live_extra_of(live)->errors++;
  } else {
    note_own(f, live, seen);
  }
  note_drop(live, seen);
  if (f->options.at_peak && result->entry != NULL) {
    ct_entry_view(f->engine, result->entry, &view);
    take_view(live->extra->now, &view);
    live->state = view.state;
  }
}

static void note_missed(flows *f, const flow_packet *seen)
{
  live_flow *live = live_flows_find(f->known, seen->past->end->conn);
  live_extra *extra;

  if (live == NULL || live->ended == NULL)
    return;
  extra = live_extra_of(live);
  if (extra->missed++ > 0)
    return;
  extra->missed_packet = seen->packet->number;
  extra->missed_after_ns = seen->past->ago_ns;
}

static void note(flows *f, const flow_packet *seen)
{
  const ct_result *result = seen->result;
  live_flow *live = live_flows_find(f->known, result->conn);

  if (live == NULL && result->changes & CT_CHANGE_CREATED)
    live = make(f, result->conn);
  if (live != NULL)
    note_packet(f, live, seen);
}

/* All of them, before anybody looks at what they say, or something else happens to their connections. */
static void note_waiting(flows *f)
{
  waiting *w = &f->waiting;

  while (w->begin != w->end)
    note(f, &waiting_at(w, w->begin++)->seen);
}

static const char *intern(flows *f, const char *interface)
{
  if (interface[0] == '\0')
    return "";
  if (strcmp(f->interface, interface) != 0)
    f->interface = g_intern_string(interface);
  return f->interface;
}

/* Whether it says nothing but what is kept of it while it waits. */
static gboolean may_wait(const flows *f, const flow_packet *seen)
{
  return !f->options.at_peak && seen->rules == NULL && (seen->past == NULL || seen->past->end == NULL);
}

void flows_packet(flows *f, const flow_packet *seen)
{
  waiting *w = &f->waiting;

  if (may_wait(f, seen)) {
    if (seen->result->conn != 0) {
      if (waiting_is_full(w))
        note(f, &waiting_at(w, w->begin++)->seen);
      waiting_add(w, f->known, seen, intern(f, seen->interface));
    }
  } else {
    note_waiting(f);
    if (seen->result->conn != 0)
      note(f, seen);
    if (seen->past != NULL && seen->past->end != NULL)
      note_missed(f, seen);
    note_peak(f, seen->packet);
  }
  if (f->n_ended > most_ended(f)) {
    note_waiting(f);
    hand_out(f);
  }
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
  const live_flow *live = live_flows_find(w->f->known, view->id);
  flow_record now;

  if (live == NULL || (w->f->options.keep != NULL && !w->f->options.keep(view, w->f->options.user)))
    return;
  make_record(w->f, live, view, &now);
  if (w->at_ns != NULL) {
    now.of_moment = TRUE;
    now.at_ns = *w->at_ns;
  }
  w->fn(&now, w->user);
}

void flows_each(flows *f, gint64 at_ns, void (*fn)(const flow_record *record, gpointer user), gpointer user)
{
  walk w = { f, &at_ns, fn, user };

  note_waiting(f);
  ct_engine_each(f->engine, walk_entry, &w);
}

static gint compare_conns(gconstpointer a, gconstpointer b)
{
  guint64 x = (*(const flow_record *const *)a)->conn, y = (*(const flow_record *const *)b)->conn;

  return x < y ? -1 : x > y;
}

typedef struct peak_walk {
  flows *f;
  GPtrArray *all; /* flow_record *, owned */
} peak_walk;

static void add_at_peak(live_flow *live, gpointer user)
{
  const peak_walk *w = user;
  flows *f = w->f;
  ct_view view;
  flow_record *copy;

  if (live->ended != NULL || live->conn > f->peak_last_conn || !ct_engine_find(f->engine, live->conn, &view) ||
      (f->options.keep != NULL && !f->options.keep(&view, f->options.user)))
    return;
  if (live->extra->at_peak != NULL && live->extra->epoch == f->epoch) {
    copy = g_new(flow_record, 1);
    flow_record_copy(copy, live->extra->at_peak);
  } else {
    copy = copy_of_peak(f, live);
  }
  g_ptr_array_add(w->all, copy);
}

void flows_each_at_peak(flows *f, void (*fn)(const flow_record *record, gpointer user), gpointer user)
{
  peak_walk w = { f, g_ptr_array_new_with_free_func(free_record) };
  guint i;

  note_waiting(f);
  for (i = 0; i < f->gone->len; i++) {
    flow_record *copy = g_new(flow_record, 1);

    flow_record_copy(copy, g_ptr_array_index(f->gone, i));
    g_ptr_array_add(w.all, copy);
  }
  live_flows_each(f->known, add_at_peak, &w);
  g_ptr_array_sort(w.all, compare_conns);
  for (i = 0; i < w.all->len; i++) {
    flow_record now = *(const flow_record *)g_ptr_array_index(w.all, i);

    now.of_moment = TRUE;
    now.at_ns = f->peak_ns;
    fn(&now, user);
  }
  g_ptr_array_unref(w.all);
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

  note_waiting(f);
  while (f->n_ended > 0)
    hand_out_oldest(f);
  ct_engine_each(f->engine, walk_entry, &w);
}

flows *flows_new(ct_engine *engine, const flows_options *options)
{
  flows *f = g_new0(flows, 1);

  f->engine = engine;
  f->params = ct_engine_params(engine);
  f->options = *options;
  f->known = live_flows_new();
  f->interface = "";
  f->gone = g_ptr_array_new_with_free_func(free_record);
  f->last_ended = &f->first_ended;
  ct_engine_watch(engine, 1u << CT_EVENT_DESTROY, on_destroy, f);
  return f;
}

static void free_ended(live_ended *ended)
{
  while (ended != NULL) {
    live_ended *next = ended->next;

    g_free(ended);
    ended = next;
  }
}

void flows_free(flows *f)
{
  if (f == NULL)
    return;
  free_ended(f->first_ended);
  free_ended(f->spare);
  live_flows_free(f->known);
  g_ptr_array_unref(f->gone);
  g_free(f);
}
