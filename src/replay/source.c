/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures in, batches of decoded packets out. With two threads the reading one fills a ring of slots and the caller
 * empties it in order; with one, the caller fills the one slot itself. The content of a slot never depends on which.
 */
#include "held.h"
#include "source_inside.h"
#include "zones.h"

#include <stdlib.h>
#include <string.h>

enum {
  LARGE_BYTES =
    512 << 10, /* a batch that holds more gives it back as soon as it was used, not when its slot is filled again */
  SMALL_BYTES = 1 << 20,   /* below this a thread costs more than it brings */
  PATIENCE_US = 100 * 1000 /* how often a wait looks whether it was interrupted */
};

/* Batches that have to stay when another one is taken. */
static guint retained(const replay_source *s) { return MAX(s->o.keep, 1) - 1 + s->pairing + s->n_queued; }

/* The oldest batch that was handed out is not needed any more. */
static void give_back(replay_source *s)
{
  replay_slot *oldest = s->ring[s->consumed % s->n_slots];

  s->bytes -= oldest->batch.bytes;
  if (oldest->batch.bytes > LARGE_BYTES) {
    cap_batch_clear(oldest->frames);
    pkt_arena_reset(oldest->arena);
  }
  s->consumed++;
  s->idle[s->n_idle++] = oldest;
}

void replay_source_release(replay_source *s)
{
  g_mutex_lock(&s->lock);
  while (s->taken - s->consumed > s->pairing + s->n_queued)
    give_back(s);
  if (s->thread != NULL)
    g_cond_signal(&s->emptied);
  g_mutex_unlock(&s->lock);
}

static guint choose_threads(const replay_source *s)
{
  guint64 done, total;

  if (s->o.threads != 0)
    return s->o.threads;
  replay_feed_progress(s->feed, &done, &total);
  /* A live source always gets its own reader: an interrupt must not wait for the next packet. */
  return replay_feed_live(s->feed) || (total > SMALL_BYTES && g_get_num_processors() > 1) ? 2 : 1;
}

replay_source *replay_source_prepare(const replay_options *options, const ct_params *params, GError **error)
{
  replay_source *s = g_new0(replay_source, 1);

  s->o = *options;
  s->select = replay_select_new(&s->o, error);
  if (s->select == NULL) {
    g_free(s);
    return NULL;
  }
  s->link_fine = G_MAXUINT;
  s->named = G_MAXUINT32;
  s->feed = replay_feed_new(&s->o);
  s->look = replay_look_new();
  if (s->o.zone_by == REPLAY_ZONE_VLAN)
    replay_look_zoned(s->look);
  s->decoder = pkt_decoder_new(params, s->o.checksums);
  g_mutex_init(&s->lock);
  g_mutex_init(&s->engine_lock);
  g_cond_init(&s->filled);
  g_cond_init(&s->emptied);
  s->live = replay_feed_live(s->feed);
  s->pairs = s->o.pairs ? replay_pairs_new() : NULL;
  return s;
}

void replay_source_start(replay_source *s)
{
  replay_feed_start(s->feed, s->interfaces);
  s->threaded = choose_threads(s) == 2;
  if (s->threaded && replay_feed_reader(s->feed) != NULL)
    cap_reader_inflate_ahead(replay_feed_reader(s->feed));
  s->n_ahead = (s->threaded ? REPLAY_SLOTS : 0) + MAX(s->o.keep, 1);
  s->n_slots = s->n_ahead + (s->pairs != NULL ? REPLAY_PAIRING_SLOTS : 0);
  s->ring = g_new0(replay_slot *, s->n_slots);
  s->idle = g_new0(replay_slot *, s->n_slots);
  replay_held_begin(s);
  /* Where the system grants no thread, one will do. */
  if (s->threaded)
    s->thread = g_thread_try_new("reader", replay_source_read_all, s, NULL);
}

replay_source *replay_source_open(const replay_options *options, const ct_params *params, GError **error)
{
  replay_source *s = replay_source_prepare(options, params, error);

  if (s != NULL)
    replay_source_start(s);
  return s;
}

/*
 * Where packets passed is told by numbers of interfaces, which the next capture may count otherwise: it goes on behind
 * these names. Without any name there is nothing to be told apart.
 */
static void keep_interfaces(replay_source *s, resume_io *io)
{
  const cap_reader *reader = replay_feed_reader(s->feed);
  guint32 n = 0, i;

  for (i = 0; reader != NULL && !resume_reads(io) && i < cap_reader_interfaces(reader); i++)
    if (*cap_reader_interface_name(reader, i) != '\0')
      n = cap_reader_interfaces(reader);
  n = resume_count(io, n, sizeof(guint32));
  if (resume_reads(io))
    s->interfaces = g_ptr_array_new_with_free_func(g_free);
  for (i = 0; i < n && !io->failed; i++) {
    if (resume_reads(io))
      g_ptr_array_add(s->interfaces, resume_get_text(io));
    else
      resume_put_text(io, cap_reader_interface_name(reader, i));
  }
}

/* What was paired is gone on with in the same manner: else a packet would be tracked twice, or not at all. */
static void keep_pairs(replay_source *s, resume_io *io)
{
  gboolean pairs = s->pairs != NULL, placed = s->placed || s->pairing;

  resume_bool(io, &pairs);
  resume_bool(io, &placed);
  if (resume_reads(io) && placed && pairs != (s->pairs != NULL)) {
    resume_fail(io, pairs ? "it is of packets that are tracked once where a router's capture shows them twice, and "
                            "this run takes each as it stands (--nat off, -o transcript)"
                          : "it is of packets taken each as it stands (--nat off, -o transcript), and this run tracks "
                            "once what a router's capture shows twice");
    return;
  }
  s->placed = placed;
  if (pairs && placed)
    replay_pairs_keep(s->pairs, io);
}

void replay_source_keep(replay_source *s, resume_io *io)
{
  replay_figures *f = &s->figures;

  resume_u64(io, &f->frames);
  resume_u64(io, &f->fed);
  resume_u64(io, &f->bad_checksums);
  resume_u64(io, &f->offload_checksums);
  resume_u64(io, &f->unjudged_checksums);
  resume_i64(io, &f->first_ns);
  resume_i64(io, &f->last_ns);
  if (f->fed > f->frames || f->frames > G_MAXINT64)
    resume_fail(io, "its numbers of packets contradict each other");
  pkt_decoder_keep(s->decoder, io);
  keep_interfaces(s, io);
  keep_pairs(s, io);
  replay_held_keep(s, io);
  if (resume_reads(io))
    s->before = io->failed ? 0 : f->frames;
}

guint64 replay_source_held(const replay_source *s) { return replay_held_n(s->held); }

guint64 replay_source_before(const replay_source *s) { return s->before; }

void replay_source_serve(replay_source *s, ct_engine *engine)
{
  g_mutex_lock(&s->engine_lock);
  s->engine = engine;
  g_mutex_unlock(&s->engine_lock);
}

void replay_source_interrupt(replay_source *s)
{
  cap_reader *reader = replay_feed_reader(s->feed);

  if (reader != NULL)
    cap_reader_interrupt(reader);
}

static void join_reader(replay_source *s)
{
  g_mutex_lock(&s->lock);
  s->closing = TRUE;
  g_cond_signal(&s->emptied);
  g_mutex_unlock(&s->lock);
  replay_source_interrupt(s);
  g_thread_join(s->thread);
}

static void free_slot(replay_slot *slot)
{
  replay_slot_clear(slot);
  free(slot);
}

void replay_source_free(replay_source *s)
{
  if (s == NULL)
    return;
  if (s->thread != NULL)
    join_reader(s);
  for (; s->consumed < s->produced; s->consumed++)
    free_slot(s->ring[s->consumed % s->n_slots]);
  while (s->n_idle > 0)
    free_slot(s->idle[--s->n_idle]);
  g_free(s->ring);
  g_free(s->idle);
  replay_held_free(s->waited);
  replay_held_free(s->held);
  g_clear_pointer(&s->interfaces, g_ptr_array_unref);
  pkt_decoder_free(s->decoder);
  replay_look_free(s->look);
  replay_pairs_free(s->pairs);
  replay_select_free(s->select);
  replay_feed_free(s->feed);
  g_mutex_clear(&s->lock);
  g_mutex_clear(&s->engine_lock);
  g_cond_clear(&s->filled);
  g_cond_clear(&s->emptied);
  g_free(s);
}

static replay_batch *next_of_ring(replay_source *s)
{
  replay_batch *batch = NULL;

  g_mutex_lock(&s->lock);
  while (s->taken - s->consumed > retained(s))
    give_back(s);
  if (s->full && s->produced - s->taken <= REPLAY_SLOTS / 2)
    g_cond_signal(&s->emptied);
  s->waiting = TRUE;
  while (s->produced == s->taken && !s->ended && !replay_source_stopped(s))
    g_cond_wait_until(&s->filled, &s->lock, g_get_monotonic_time() + PATIENCE_US);
  s->waiting = FALSE;
  if (s->produced != s->taken && !replay_source_stopped(s))
    batch = &s->ring[s->taken++ % s->n_slots]->batch;
  if (s->bytes >= REPLAY_RING_BYTES)
    g_cond_signal(&s->emptied); /* the reader waits until nothing is left to be taken */
  g_mutex_unlock(&s->lock);
  return batch;
}

/* => the next batch as it was read; NULL at the end. */
static replay_batch *take(replay_source *s)
{
  gboolean more;
  replay_slot *next;

  if (s->thread != NULL)
    return next_of_ring(s);
  while (s->taken - s->consumed > retained(s))
    give_back(s);
  next = replay_source_slot(s);
  more = !s->ended && replay_source_fill(s, next);
  replay_source_publish(s, more, next);
  s->taken += more;
  return more ? &next->batch : NULL;
}

static gboolean is_there(replay_source *s)
{
  gboolean there;

  g_mutex_lock(&s->lock);
  there = s->thread == NULL ? !s->live : s->ended || !s->live || s->produced != s->taken;
  g_mutex_unlock(&s->lock);
  return there;
}

/* A forwarded packet leaves a moment after it has arrived: of what is live, that long is waited. */
static gboolean comes_soon(replay_source *s)
{
  enum { LOOKS = 5, LOOK_US = 1000 };
  guint i;

  for (i = 0; i < LOOKS && !is_there(s); i++)
    g_usleep(LOOK_US);
  return is_there(s);
}

/* Whether the first batch that waits may be played: what left because of its packets has been seen, if it will be. */
static gboolean is_ripe(replay_source *s)
{
  const replay_batch *first = replay_source_queued(s, 0), *last = replay_source_queued(s, s->n_queued - 1);

  if (!s->pairing || s->n_queued == REPLAY_PAIRS_AHEAD)
    return TRUE;
  return last->packets[last->n - 1].time_ns - first->packets[first->n - 1].time_ns >= REPLAY_PAIRS_AHEAD_NS ||
         !comes_soon(s);
}

static void pair(replay_source *s, replay_batch *batch)
{
  if (!replay_pairs_wanted(s->pairs, batch))
    return;
  g_mutex_lock(&s->lock);
  s->pairing = TRUE;
  g_mutex_unlock(&s->lock);
  replay_pairs_batch(s->pairs, batch, replay_source_queued(s, 0)->packets[0].number);
}

static replay_batch *next_paired(replay_source *s)
{
  replay_batch *batch;

  while (!s->taken_all && (s->n_queued == 0 || !is_ripe(s))) {
    batch = take(s);
    s->taken_all = batch == NULL;
    if (batch == NULL)
      break;
    s->queue[(s->first_queued + s->n_queued++) % REPLAY_PAIRS_AHEAD] = batch;
    pair(s, batch);
  }
  if (s->taken_all && s->o.holds && s->held == NULL && !replay_source_stopped(s))
    replay_held_take(s);
  if (s->n_queued == 0 || replay_source_stopped(s))
    return NULL;
  batch = replay_source_queued(s, 0);
  s->first_queued = (s->first_queued + 1) % REPLAY_PAIRS_AHEAD;
  s->n_queued--;
  return batch;
}

const replay_batch *replay_source_next(replay_source *s)
{
  replay_batch *batch = s->pairs != NULL ? next_paired(s) : take(s);

  if (batch != NULL)
    replay_zones_batch((replay_zone_by)s->o.zone_by, batch);
  return batch;
}

replay_zone_by replay_source_zone_by(const replay_source *s) { return (replay_zone_by)s->o.zone_by; }

replay_pairs_figures *replay_source_pairs(replay_source *s) { return s->pairing ? replay_pairs_tell(s->pairs) : NULL; }

gboolean replay_source_readable(const replay_source *s) { return replay_feed_readable(s->feed); }

gboolean replay_source_threaded(const replay_source *s) { return s->threaded; }

gboolean replay_source_live(const replay_source *s) { return replay_feed_live(s->feed); }

gboolean replay_source_ready(replay_source *s) { return s->n_queued > 0 || is_there(s); }

/* The reading side's own matters: only asked for when nobody reads any more. A stopped reader is waited for. */
static gboolean at_rest(replay_source *s)
{
  gboolean rest;

  if (s->thread != NULL && replay_source_stopped(s)) {
    join_reader(s);
    s->thread = NULL;
  }
  g_mutex_lock(&s->lock);
  rest = s->ended || s->thread == NULL;
  g_mutex_unlock(&s->lock);
  return rest;
}

gboolean replay_source_reads(const replay_source *s, const char *path) { return replay_feed_reads(s->feed, path); }

cap_writer_kind replay_source_writer_kind(const replay_source *s)
{
  cap_reader *reader = replay_feed_reader(s->feed);

  return reader != NULL ? cap_reader_writer_kind(reader) : CAP_WRITER_PCAP;
}

const char *replay_source_interface(const replay_source *s, guint32 interface)
{
  cap_reader *reader = replay_feed_reader(s->feed);

  return reader != NULL ? cap_reader_interface_name(reader, interface) : "";
}

const char *replay_source_problem(replay_source *s, guint i)
{
  const char *problem;
  guint n;

  if (!at_rest(s))
    return NULL;
  for (n = 0; (problem = replay_feed_problem(s->feed, n)) != NULL; n++)
    if (n == i)
      return problem;
  return i == n ? replay_select_problem(s->select) : NULL;
}

gboolean replay_source_links_are_the_problem(replay_source *s)
{
  guint n = at_rest(s) ? s->n_links_bad : 0;

  return n > 0 && replay_source_problem(s, n) == NULL;
}

void replay_source_translated(replay_source *s, replay_translation translation)
{
  replay_look_translated(s->look, translation);
}

const char *replay_source_remark(replay_source *s, guint i)
{
  const char *remark;
  guint n;

  if (!at_rest(s))
    return NULL;
  if (replay_feed_reader(s->feed) != NULL)
    replay_look_dropped(s->look, cap_reader_dropped(replay_feed_reader(s->feed)));
  if (s->o.ruled)
    replay_look_ruled(s->look);
  if (s->pairing && replay_pairs_tell(s->pairs)->left + replay_pairs_tell(s->pairs)->again > 0)
    replay_look_paired(s->look, replay_pairs_tell(s->pairs));
  for (n = 0; (remark = replay_look_remark(s->look, n)) != NULL; n++)
    if (n == i)
      return remark;
  return i == n ? replay_select_remark(s->select) : NULL;
}

void replay_source_progress(replay_source *s, replay_progress *progress)
{
  g_mutex_lock(&s->lock);
  progress->done_bytes = s->done_bytes;
  progress->total_bytes = s->total_bytes;
  progress->frames = s->frames;
  g_mutex_unlock(&s->lock);
}

void replay_source_figures(replay_source *s, replay_figures *figures)
{
  if (at_rest(s))
    *figures = s->figures;
  else
    memset(figures, 0, sizeof(*figures));
}
