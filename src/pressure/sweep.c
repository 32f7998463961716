/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep.h"

#include <string.h>

enum { RUN_PACKETS = 32, VICTIMS_FOLLOWED = 65536 };

/* Each engine gets so many batches at once that fetching its tables into the processor's caches is worth the while. */
enum { GROUP_BATCHES = 64, GROUP_BYTES = 64 << 20 };

typedef struct lane {
  ct_engine *engine;
  pressure_victims *victims;
  pressure_occupancy occupancy;
} lane;

typedef struct sweep {
  lane *lanes;
  guint n, threads;
  const replay_batch *group[GROUP_BATCHES];
  guint n_group; /* 0: the end */
  GMutex lock;
  GCond changed;
  guint64 round;  /* which group */
  guint working;  /* threads that have not finished it */
} sweep;

typedef struct worker {
  sweep *sweep;
  guint number;
} worker;

/* An end, while the entry still counts. Between packets this is all that moves the count. */
static void follow(const ct_event *event, void *user)
{
  lane *l = user;
  const ct_stats *stats = ct_engine_stats(l->engine);

  pressure_victims_event(l->victims, event);
  pressure_occupancy_note(&l->occupancy, ct_engine_now(l->engine), ct_engine_count(l->engine) - 1, pressure_evictions(stats),
                          pressure_drops(stats));
}

static void track_run(lane *l, const ct_packet *packets, guint n)
{
  const ct_stats *stats = ct_engine_stats(l->engine);
  guint i;

  ct_engine_prefetch(l->engine, packets, n);
  for (i = 0; i < n; i++) {
    ct_result result;

    if (packets[i].kind == CT_PACKET_NONE) {
      ct_engine_advance(l->engine, packets[i].time_ns);
      continue;
    }
    ct_engine_packet(l->engine, &packets[i], &result);
    if (pressure_evictions(stats) != 0)
      pressure_victims_packet(l->victims, &packets[i], &result, NULL, NULL);
    if (result.changes & CT_CHANGE_CREATED || result.verdict == CT_VERDICT_DROP)
      pressure_occupancy_note(&l->occupancy, ct_engine_now(l->engine), ct_engine_count(l->engine), pressure_evictions(stats),
                              pressure_drops(stats));
  }
}

/* The lanes of one thread: every threads-th. */
static void track_group(const sweep *s, guint number)
{
  guint i, g, at;

  for (i = number; i < s->n; i += s->threads)
    for (g = 0; g < s->n_group; g++)
      for (at = 0; at < s->group[g]->n; at += RUN_PACKETS)
        track_run(&s->lanes[i], &s->group[g]->packets[at], MIN(RUN_PACKETS, s->group[g]->n - at));
}

static gpointer work(gpointer data)
{
  worker *w = data;
  sweep *s = w->sweep;
  guint64 done = 0;
  gboolean more = TRUE;

  while (more) {
    g_mutex_lock(&s->lock);
    while (s->round == done)
      g_cond_wait(&s->changed, &s->lock);
    done = s->round;
    g_mutex_unlock(&s->lock);
    more = s->n_group > 0;
    track_group(s, w->number);
    g_mutex_lock(&s->lock);
    s->working--;
    g_cond_broadcast(&s->changed);
    g_mutex_unlock(&s->lock);
  }
  return NULL;
}

/* => FALSE at the end of the source. */
static gboolean gather(sweep *s, replay_source *source)
{
  gsize bytes = 0;

  replay_source_release(source);
  for (s->n_group = 0; s->n_group < GROUP_BATCHES && bytes < GROUP_BYTES; s->n_group++) {
    if ((s->group[s->n_group] = replay_source_next(source)) == NULL)
      break;
    bytes += s->group[s->n_group]->bytes;
  }
  return s->n_group > 0;
}

static void hand_out(sweep *s)
{
  g_mutex_lock(&s->lock);
  s->round++;
  s->working = s->threads - 1;
  g_cond_broadcast(&s->changed);
  g_mutex_unlock(&s->lock);
}

static void wait_for_all(sweep *s)
{
  g_mutex_lock(&s->lock);
  while (s->working > 0)
    g_cond_wait(&s->changed, &s->lock);
  g_mutex_unlock(&s->lock);
}

static void run_lanes(sweep *s, replay_source *source, void (*progress)(gpointer user), gpointer user)
{
  worker *workers = g_new(worker, s->threads);
  GThread **threads = g_new0(GThread *, s->threads);
  gboolean more;
  guint i;

  for (i = 1; i < s->threads; i++) {
    workers[i] = (worker){ s, i };
    threads[i] = g_thread_new("sweep", work, &workers[i]);
  }
  do {
    more = gather(s, source);
    hand_out(s);
    track_group(s, 0);
    wait_for_all(s);
    if (progress)
      progress(user);
  } while (more);
  for (i = 1; i < s->threads; i++)
    g_thread_join(threads[i]);
  g_free(threads);
  g_free(workers);
}

static void take_figures(const lane *l, sweep_figures *f)
{
  const ct_stats *stats = ct_engine_stats(l->engine);
  const ct_params *params = ct_engine_params(l->engine);

  f->peak = stats->peak_count;
  f->created = stats->created;
  f->expired = stats->ended[CT_REASON_END_TIMEOUT];
  f->evicted = pressure_evictions(stats);
  f->early_drop = stats->early_drop;
  f->dropped = stats->drop;
  f->insert_failed = stats->insert_failed;
  f->broken = pressure_victims_missed(l->victims);
  f->final_count = ct_engine_count(l->engine);
  f->mean = l->occupancy.step_ns == 0 ? 0 : ct_engine_mean(l->engine, l->occupancy.start_ns);
  f->kernel_bytes = f->peak * SWEEP_KERNEL_ENTRY_BYTES + (guint64)params->buckets * SWEEP_KERNEL_BUCKET_BYTES;
  f->lossless = f->evicted == 0 && f->dropped == 0 && f->insert_failed == 0;
  f->occupancy = l->occupancy;
  if (f->occupancy.step_ns != 0) /* to the capture's end, where nothing may have happened any more */
    pressure_occupancy_note(&f->occupancy, ct_engine_now(l->engine), f->final_count, f->evicted, f->dropped + f->insert_failed);
}

void sweep_options(replay_options *options) { options->keep = GROUP_BATCHES; }

void sweep_run(replay_source *source, const sweep_setting *settings, guint n, guint threads, sweep_figures *figures,
               void (*progress)(gpointer user), gpointer user)
{
  sweep s = { .n = n, .threads = CLAMP(threads, 1, MAX(n, 1)) };
  guint i;

  g_mutex_init(&s.lock);
  g_cond_init(&s.changed);
  s.lanes = g_new0(lane, n);
  for (i = 0; i < n; i++) {
    s.lanes[i].engine = ct_engine_new(&settings[i].params);
    s.lanes[i].victims = pressure_victims_new(VICTIMS_FOLLOWED, FALSE);
    ct_engine_watch(s.lanes[i].engine, 1u << CT_EVENT_DESTROY, follow, &s.lanes[i]);
  }
  run_lanes(&s, source, progress, user);
  for (i = 0; i < n; i++) {
    take_figures(&s.lanes[i], &figures[i]);
    pressure_victims_free(s.lanes[i].victims);
    ct_engine_free(s.lanes[i].engine);
  }
  g_free(s.lanes);
  g_mutex_clear(&s.lock);
  g_cond_clear(&s.changed);
}

guint sweep_smallest_lossless(const sweep_setting *settings, const sweep_figures *figures, guint n)
{
  guint i, best = n;

  for (i = 0; i < n; i++)
    if (figures[i].lossless && settings[i].params.max != 0 &&
        (best == n || settings[i].params.max < settings[best].params.max))
      best = i;
  return best;
}
