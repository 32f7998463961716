/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ahead.h"

enum { RUN = 32 }; /* packets prefetched together: enough to hide a miss, few enough to stay in the cache */

typedef struct run {
  ct_engine *engine;
  replay_pairs_figures *pairs; /* NULL: nothing is paired, so far */
  const replay_watcher *watcher;
  replay_moments moments;
  replay_ahead ahead; /* where the watcher wants it: the batch at hand, and the one behind it */
} run;

/* A batch, and what was known of pairs when it was read. */
typedef struct ready {
  const replay_batch *batch; /* NULL: none */
  replay_pairs_figures *pairs;
} ready;

/* Before the first packet there is only the time that was asked for. */
static void pass_time(run *r)
{
  ct_engine_advance(r->engine, r->moments.next_ns);
  r->moments.last_ns = r->moments.last_number == 0 ? r->moments.next_ns : MAX(r->moments.last_ns, r->moments.next_ns);
}

static void ask(run *r, gboolean by_time, gboolean by_number)
{
  r->moments.by_time = by_time;
  r->moments.by_number = by_number;
  if (r->watcher->moment != NULL)
    r->watcher->moment(&r->moments, r->watcher->user);
}

/* Of a stream that goes on, there are packets before the first one. */
static void begin(run *r, gint64 first_ns, guint64 before, gint64 upcoming_ns)
{
  r->moments.first_ns = r->moments.last_ns = first_ns;
  r->moments.upcoming_ns = upcoming_ns;
  if (before > 0) {
    r->moments.last_number = before;
    r->moments.last_ns = MAX(first_ns, ct_engine_now(r->engine));
  }
  r->moments.next_ns = G_MAXINT64;
  r->moments.next_number = G_MAXUINT64;
  ask(r, FALSE, FALSE);
}

/* Numbers first: the clock still stands at the last packet, and a moment's time lies at or after it. */
static void reach_moments(run *r, gint64 time_ns, guint64 number)
{
  r->moments.upcoming_ns = time_ns;
  while (number > r->moments.next_number)
    ask(r, FALSE, TRUE);
  while (time_ns > r->moments.next_ns) {
    pass_time(r);
    ask(r, TRUE, FALSE);
  }
}

/* The times that are left lie at or after the last packet. */
static void end(run *r)
{
  r->moments.ended = TRUE;
  r->moments.upcoming_ns = G_MAXINT64;
  while (r->moments.next_number <= r->moments.last_number)
    ask(r, FALSE, TRUE);
  ask(r, FALSE, FALSE);
  while (r->moments.next_ns != G_MAXINT64) {
    pass_time(r);
    ask(r, TRUE, FALSE);
  }
}

static void see(run *r, const replay_batch *b, guint i, ct_result *result)
{
  const replay_origin *origin = &b->origins[i];
  replay_seen seen = { origin->frame, &b->packets[i], &origin->link, origin->interface,
                       result,        origin->left,   r->pairs,      NULL };

  if (r->ahead.batch != NULL) {
    r->ahead.at = i;
    seen.ahead = &r->ahead;
  }
  r->watcher->packet(&seen, r->watcher->user);
}

static void pass_door(run *r, const replay_batch *b, guint i, ct_result *result)
{
  const replay_origin *origin = &b->origins[i];
  const replay_seen seen = { origin->frame, &b->packets[i], &origin->link, origin->interface,
                             result,        origin->left,   r->pairs,      NULL };

  r->watcher->door->packet(r->engine, &seen, result, r->watcher->door->user);
}

static void track(run *r, const replay_batch *b, guint i)
{
  const ct_packet *packet = &b->packets[i];
  ct_result result;

  if (G_UNLIKELY(packet->time_ns > r->moments.next_ns || packet->number > r->moments.next_number))
    reach_moments(r, packet->time_ns, packet->number);
  if (G_UNLIKELY(r->watcher->door != NULL))
    pass_door(r, b, i, &result);
  else if (G_UNLIKELY(r->pairs != NULL))
    replay_infer_packet(r->engine, packet, &b->origins[i], r->pairs, &result);
  else
    ct_engine_packet(r->engine, packet, &result);
  r->moments.last_number = packet->number;
  r->moments.last_ns = MAX(r->moments.last_ns, packet->time_ns);
  if (r->watcher->packet != NULL)
    see(r, b, i, &result);
}

static void track_batch(run *r, const replay_batch *b)
{
  guint from, i;

  for (from = 0; from < b->n; from += RUN) {
    guint n = MIN((guint)RUN, b->n - from);

    ct_engine_prefetch(r->engine, &b->packets[from], n);
    for (i = from; i < from + n; i++)
      track(r, b, i);
  }
}

static ready take(run *r, replay_source *source)
{
  ready next = { .batch = NULL };

  if (r->watcher->idle != NULL && !replay_source_ready(source))
    r->watcher->idle(r->watcher->user);
  next.batch = replay_source_next(source);
  next.pairs = replay_source_pairs(source);
  return next;
}

static void run_batches(run *r, replay_source *source)
{
  const replay_watcher *watcher = r->watcher;
  gboolean ahead = watcher->ahead && !replay_source_live(source), begun = FALSE;
  ready now = take(r, source), next = { .batch = NULL };

  for (; now.batch != NULL; now = ahead ? next : take(r, source)) {
    if (ahead) {
      next = take(r, source);
      r->ahead = (replay_ahead){ .batch = now.batch, .next = next.batch };
    }
    if (!begun)
      begin(r, now.batch->first_ns, replay_source_before(source), now.batch->packets[0].time_ns);
    begun = TRUE;
    r->pairs = now.pairs;
    track_batch(r, now.batch);
    if (watcher->tick != NULL)
      watcher->tick(watcher->user);
    if (watcher->wanted != NULL && !watcher->wanted(watcher->user))
      return;
  }
  if (begun)
    end(r);
}

void replay_run(replay_source *source, ct_engine *engine, const replay_watcher *watcher)
{
  run r = { .engine = engine, .watcher = watcher };

  replay_source_serve(source, engine);
  run_batches(&r, source);
  replay_source_serve(source, NULL);
}
