/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep_runner.h"

#include <string.h>

#include "conntrack/lanes.h"
#include "conntrack/refused.h"
#include "conntrack/state/state.h"
#include "victims.h"

enum { RUN_PACKETS = 32 };

/* Entries a bucket that lanes are good for; and buckets, where there is no limit to entries. */
enum { LOAD_MOST = 4, ROOMY_BUCKETS = 65536 };

enum { SIZES_LEAST = 2 /* a part */ };

struct sweep_runner {
  ct_lanes *lanes;   /* or */
  ct_engine *engine; /* with: */
  pressure_victims *victims, *expired;
  ct_refused *refused;
  const replay_door *door; /* NULL: there are no rules */
  gboolean paired;         /* packets that are there twice are known: what left unseen is none of its own, */
  replay_pairs_figures
    inferred; /* and translation is inferred, where there are no rules; counted apart, since runners go side by side */
  guint64 n_refused, n_invalid, n_by_rules;
  guint n;
  guint setting[CT_LANES_MOST]; /* which of all */
  guint32 buckets[CT_LANES_MOST];
  pressure_occupancy *occupancy; /* n of them */
};

/* --- lanes --- */

/* Packets that found no room, in the table or in a chain: not those that a tracker dropped. */
static guint64 no_room(const ct_lane_stats *s) { return s->drop - s->by_tracker + s->insert_failed; }

/* Within a step, an occupancy needs to know no more than the highest count: it is told when its step is over. */
static gint64 note_lanes(const ct_lanes *lanes, guint32 changed, void *user)
{
  sweep_runner *r = user;
  gint64 now_ns = ct_lanes_now(lanes), until_ns = G_MAXINT64;
  guint i;

  for (; changed != 0; changed &= changed - 1) {
    pressure_occupancy *o;
    const ct_lane_stats *s;

    i = (guint)__builtin_ctz(changed);
    o = &r->occupancy[i];
    s = ct_lanes_stats(lanes, i);
    pressure_occupancy_note(o, now_ns, s->crest, s->early_drop + s->gc_evicted, no_room(s));
    o->last_count = s->count;
  }
  for (i = 0; i < r->n; i++)
    until_ns = MIN(until_ns, r->occupancy[i].step_ns == 0 ? G_MININT64 : r->occupancy[i].until_ns);
  return until_ns;
}

static void run_lanes(sweep_runner *r, const replay_batch *batch, guint from, guint n)
{
  guint i;

  ct_lanes_prefetch(r->lanes, &batch->packets[from], n);
  for (i = from; i < from + n; i++)
    ct_lanes_packet(r->lanes, &batch->packets[i]);
}

static void lane_figures(const sweep_runner *r, guint i, sweep_figures *f)
{
  const ct_lane_stats *s = ct_lanes_stats(r->lanes, i);

  f->peak = s->peak;
  f->created = s->created;
  f->expired = s->expired;
  f->evicted = s->early_drop + s->gc_evicted;
  f->early_drop = s->early_drop;
  f->dropped = s->drop - s->by_tracker;
  f->insert_failed = s->insert_failed;
  f->refused = s->refused;
  f->missed = s->missed;
  f->cut = s->cut;
  f->forgot = ct_lanes_forgot(r->lanes, i);
  f->invalid = s->invalid;
  f->final_count = s->count;
  f->occupancy = r->occupancy[i];
  if (s->count != 0 || s->created != 0 || no_room(s) != 0) /* what has not been told yet; to the capture's end */
    pressure_occupancy_note(&f->occupancy, ct_lanes_now(r->lanes), s->crest, f->evicted, no_room(s));
  f->mean = f->occupancy.step_ns == 0 ? 0 : ct_lanes_mean(r->lanes, i, f->occupancy.start_ns);
}

/* --- an engine --- */

/* An end, while the entry still counts. Between packets this is all that moves the count. */
static void follow(const ct_event *event, void *user)
{
  sweep_runner *r = user;
  const ct_stats *stats = ct_engine_stats(r->engine);

  pressure_victims_event(r->victims, event);
  pressure_victims_event(r->expired, event);
  pressure_occupancy_note(r->occupancy, ct_engine_now(r->engine), ct_engine_count(r->engine) - 1,
                          pressure_evictions(stats), pressure_drops(stats));
}

static gboolean finds_no_room(const ct_result *result)
{
  return result->verdict == CT_VERDICT_DROP &&
         (result->reason == CT_REASON_TABLE_FULL || result->reason == CT_REASON_CHAIN_TOO_LONG);
}

/* What a packet tells of who ended before it, and of itself. */
static void count_packet(sweep_runner *r, const ct_packet *packet, const ct_result *result)
{
  gint64 now_ns = ct_engine_now(r->engine);

  pressure_victims_packet(r->victims, packet, result, now_ns, NULL, NULL);
  pressure_victims_packet(r->expired, packet, result, now_ns, NULL, NULL);
  r->n_invalid += result->cls == CT_CLASS_INVALID;
  if (finds_no_room(result))
    r->n_refused += ct_refused_note(r->refused, &packet->tuple, packet->hash, 1);
}

static void pass_door(sweep_runner *r, const replay_batch *batch, guint i, ct_result *result)
{
  const replay_origin *origin = &batch->origins[i];
  const replay_seen seen = { .frame = origin->frame,
                             .packet = &batch->packets[i],
                             .link = &origin->link,
                             .interface = origin->interface,
                             .result = result,
                             .left = origin->left,
                             .pairs = r->paired ? &r->inferred : NULL };

  r->door->packet(r->engine, &seen, result, r->door->user);
  r->n_by_rules += batch->packets[i].kind != CT_PACKET_NONE && r->door->dropped(r->door->user);
}

static void run_engine(sweep_runner *r, const replay_batch *batch, guint from, guint n)
{
  const ct_stats *stats = ct_engine_stats(r->engine);
  guint i;

  ct_engine_prefetch(r->engine, &batch->packets[from], n);
  for (i = from; i < from + n; i++) {
    ct_result result = { .conn = 0 };

    if (r->door != NULL)
      pass_door(r, batch, i, &result);
    else if (r->paired)
      replay_infer_packet(r->engine, &batch->packets[i], &batch->origins[i], &r->inferred, &result);
    else
      ct_engine_packet(r->engine, &batch->packets[i], &result);
    count_packet(r, &batch->packets[i], &result);
    if (result.changes & CT_CHANGE_CREATED || result.verdict == CT_VERDICT_DROP)
      pressure_occupancy_note(r->occupancy, ct_engine_now(r->engine), ct_engine_count(r->engine),
                              pressure_evictions(stats), pressure_drops(stats));
  }
}

static void engine_figures(const sweep_runner *r, sweep_figures *f)
{
  const ct_stats *stats = ct_engine_stats(r->engine);

  f->peak = stats->peak_count;
  f->created = stats->created;
  f->expired = stats->ended[CT_REASON_END_TIMEOUT];
  f->evicted = pressure_evictions(stats);
  f->early_drop = stats->early_drop;
  f->dropped = stats->dropped_by_reason[CT_REASON_TABLE_FULL];
  f->insert_failed = stats->dropped_by_reason[CT_REASON_CHAIN_TOO_LONG];
  f->clashed = stats->dropped_by_reason[CT_REASON_CLASH];
  f->refused = r->n_refused;
  f->missed = pressure_victims_missed(r->victims);
  f->cut = pressure_victims_missed(r->expired);
  f->invalid = r->n_invalid;
  f->by_rules = r->n_by_rules;
  f->forgot = pressure_victims_forgot(r->victims) || pressure_victims_forgot(r->expired);
  f->final_count = ct_engine_count(r->engine);
  f->occupancy = *r->occupancy;
  if (f->occupancy.step_ns != 0) /* to the capture's end, where nothing may have happened any more */
    pressure_occupancy_note(&f->occupancy, ct_engine_now(r->engine), f->final_count, f->evicted,
                            f->dropped + f->insert_failed);
  f->mean = f->occupancy.step_ns == 0 ? 0 : ct_engine_mean(r->engine, f->occupancy.start_ns);
}

/* --- either --- */

static void runner_free(gpointer data)
{
  sweep_runner *r = data;

  ct_lanes_free(r->lanes);
  pressure_victims_free(r->victims);
  pressure_victims_free(r->expired);
  ct_refused_free(r->refused);
  ct_engine_free(r->engine);
  g_free(r->occupancy);
  g_free(r);
}

/* Where chains get long, an engine, which knows each one's length, walks them less. */
static gboolean has_room(const ct_params *params)
{
  return params->max == 0 ? params->buckets >= ROOMY_BUCKETS : params->buckets >= params->max / LOAD_MOST;
}

static gboolean can_join(const sweep_setting *first, const sweep_setting *other)
{
  return first->door == NULL && other->door == NULL && ct_lanes_fit(&first->params, &other->params) &&
         has_room(&first->params) && has_room(&other->params);
}

/*
 * Which settings have as many buckets as an earlier one: 0, 1, ... by the size's first appearance. => how many sizes
 * there are.
 */
static guint rank_sizes(const sweep_setting *settings, guint n, guint *rank)
{
  guint i, j, sizes = 0;

  for (i = 0; i < n; i++) {
    for (j = 0; j < i && settings[j].params.buckets != settings[i].params.buckets; j++)
      ;
    rank[i] = j < i ? rank[j] : sizes++;
  }
  return sizes;
}

/* In which part each setting goes, where all could go together: those of one size in the same. */
static void deal(const sweep_setting *settings, guint n, guint most, guint *part)
{
  guint i, parts = MIN(most, rank_sizes(settings, n, part) / SIZES_LEAST);

  for (i = 0; i < n; i++)
    if (!can_join(&settings[0], &settings[i]))
      parts = 1;
  for (i = 0; i < n; i++)
    part[i] %= MAX(parts, 1);
}

/*
 * Of a victim. It grows with the table, and so does what it takes: at worst an entry for each packet, in each version
 * that timeouts make.
 */
static guint32 packets_remembered(guint64 max) { return (guint32)CLAMP(4 * max, 1 << 20, 1 << 22); }

/* The settings of its part that can go with the first, and it, as far as nobody has taken them; part NULL: it alone. */
static sweep_runner *runner_new(const sweep_setting *settings, guint first, guint n, const guint *part, gboolean *taken,
                                gboolean paired)
{
  sweep_runner *r = g_new0(sweep_runner, 1);
  const ct_params *params[CT_LANES_MOST];
  guint32 remembered[CT_LANES_MOST];
  gboolean alone = part == NULL;
  guint i;

  for (i = first; i < n && r->n < CT_LANES_MOST; i++) {
    if (taken[i] || (i != first && (alone || part[i] != part[first] || !can_join(&settings[first], &settings[i]))))
      continue;
    taken[i] = TRUE;
    r->setting[r->n] = i;
    r->buckets[r->n] = settings[i].params.buckets;
    remembered[r->n] = packets_remembered(settings[i].params.max);
    params[r->n++] = &settings[i].params;
  }
  r->occupancy = g_new0(pressure_occupancy, r->n);
  r->paired = paired;
  if (!alone && can_join(&settings[first], &settings[first])) {
    r->lanes = ct_lanes_new(params, remembered, r->n, note_lanes, r);
    return r;
  }
  r->door = settings[first].door;
  r->engine = ct_engine_new(params[0]);
  r->victims =
    pressure_victims_new(params[0]->profile, PRESSURE_EVICTED, pressure_victims_followed(params[0]->max), FALSE);
  r->expired =
    pressure_victims_new(params[0]->profile, PRESSURE_EXPIRED, pressure_victims_followed(params[0]->max), FALSE);
  r->refused = ct_refused_new();
  ct_engine_watch(r->engine, 1u << CT_EVENT_DESTROY, follow, r);
  return r;
}

GPtrArray *sweep_runners_new(const sweep_setting *settings, guint n, guint most)
{
  GPtrArray *runners = g_ptr_array_new_with_free_func(runner_free);
  gboolean *taken = g_new0(gboolean, n);
  guint *part = g_new0(guint, n);
  guint i;

  deal(settings, n, most, part);
  for (i = 0; i < n; i++)
    if (!taken[i])
      g_ptr_array_add(runners, runner_new(settings, i, n, part, taken, FALSE));
  g_free(part);
  g_free(taken);
  return runners;
}

GPtrArray *sweep_runners_whole(const sweep_setting *settings, guint n, gboolean paired)
{
  GPtrArray *runners = g_ptr_array_new_with_free_func(runner_free);
  gboolean *taken = g_new0(gboolean, n);
  guint i;

  for (i = 0; i < n; i++)
    g_ptr_array_add(runners, runner_new(settings, i, n, NULL, taken, paired));
  g_free(taken);
  return runners;
}

/* --- kept over a resume --- */

static bool append(const void *bytes, size_t n, void *user)
{
  GByteArray *out = user;

  if (n > G_MAXUINT32 / 2 - MIN(out->len, G_MAXUINT32 / 2))
    return false;
  g_byte_array_append(out, bytes, (guint)n);
  return true;
}

static void write_engine(const sweep_runner *r, resume_io *io)
{
  guint at = io->out->len;
  ct_state_error error;
  guint64 n = 0;

  resume_u64(io, &n);
  if (!ct_state_write(r->engine, append, io->out, &error)) {
    resume_fail(io, "the tables of all settings are too much for one state");
    return;
  }
  n = GUINT64_TO_LE((guint64)io->out->len - at - sizeof n);
  memcpy(io->out->data + at, &n, sizeof n);
}

static void read_engine(sweep_runner *r, const ct_params *params, resume_io *io)
{
  ct_state_error error;
  ct_engine *engine;
  guint64 n = 0;

  resume_u64(io, &n);
  if (n > (guint64)(io->end - io->at))
    resume_fail(io, "it ends within its parts");
  if (io->failed)
    return;
  engine = ct_state_read(io->at, (gsize)n, params, &error);
  if (engine == NULL) {
    resume_fail(io, g_intern_string(error.text));
    return;
  }
  io->at += n;
  ct_engine_free(r->engine);
  r->engine = engine;
  ct_engine_watch(r->engine, 1u << CT_EVENT_DESTROY, follow, r);
}

static void write_refused(const ct_tuple *key, uint32_t kernels, void *user)
{
  guint32 bits = kernels;

  resume_raw(user, (gpointer)key, sizeof *key);
  resume_u32(user, &bits);
}

static void count_refused(const ct_tuple *key, uint32_t kernels, void *user)
{
  (void)key;
  (void)kernels;
  ++*(guint32 *)user;
}

static void keep_refused(ct_refused *refused, resume_io *io)
{
  guint32 n = 0, i, kernels = 0;
  ct_tuple key;

  if (!resume_reads(io))
    ct_refused_each(refused, count_refused, &n);
  n = resume_count(io, n, sizeof key + 4);
  if (!resume_reads(io)) {
    ct_refused_each(refused, write_refused, io);
    return;
  }
  for (i = 0; i < n && !io->failed; i++) {
    resume_raw(io, &key, sizeof key);
    resume_u32(io, &kernels);
    if (!io->failed)
      ct_refused_note(refused, &key, ct_tuple_hash(&key), kernels);
  }
}

void sweep_runner_keep(sweep_runner *r, const sweep_setting *setting, resume_io *io)
{
  if (resume_reads(io))
    read_engine(r, &setting->params, io);
  else
    write_engine(r, io);
  if (r->door != NULL && r->door->keep != NULL)
    r->door->keep(io, r->door->user);
  resume_u64(io, &r->inferred.inferred); /* where there are any, packets may be stray */
  pressure_victims_keep(r->victims, io);
  pressure_victims_keep(r->expired, io);
  keep_refused(r->refused, io);
  resume_u64(io, &r->n_refused);
  resume_u64(io, &r->n_invalid);
  resume_u64(io, &r->n_by_rules);
  pressure_occupancy_keep(r->occupancy, io);
}

void sweep_runner_run(sweep_runner *runner, const replay_batch *batch)
{
  guint at;

  for (at = 0; at < batch->n; at += RUN_PACKETS)
    (runner->lanes ? run_lanes : run_engine)(runner, batch, at, MIN(RUN_PACKETS, batch->n - at));
}

void sweep_runner_figures(const sweep_runner *r, sweep_figures *figures)
{
  guint i;

  for (i = 0; i < r->n; i++) {
    sweep_figures *f = &figures[r->setting[i]];

    if (r->lanes)
      lane_figures(r, i, f);
    else
      engine_figures(r, f);
    f->kernel_bytes = f->peak * SWEEP_KERNEL_ENTRY_BYTES + (guint64)r->buckets[i] * SWEEP_KERNEL_BUCKET_BYTES;
  }
}
