/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures in, batches of decoded packets out. With two threads the reading one fills a ring of slots and the caller
 * empties it in order; with one, the caller fills the one slot itself. The content of a slot never depends on which.
 */
#include "feed.h"
#include "look.h"
#include "pairs.h"
#include "select.h"
#include "zones.h"

#include <string.h>

enum {
  SLOTS = 16,
  PAIRING_SLOTS = REPLAY_PAIRS_AHEAD + 1, /* the last one played stays, for copies that came before their packet */
  /*
   * Batches read ahead hold no more than this and one batch: records may be huge, and frames of a merger each in a
   * buffer of their own.
   */
  RING_BYTES = 64 << 20,
  LARGE_BYTES =
    512 << 10, /* a batch that holds more gives it back as soon as it was used, not when its slot is filled again */
  SMALL_BYTES = 1 << 20,   /* below this a thread costs more than it brings */
  PATIENCE_US = 100 * 1000 /* how often a wait looks whether it was interrupted */
};

typedef struct slot {
  replay_batch batch;
  cap_batch *frames;
  pkt_arena *arena;
} slot;

struct replay_source {
  replay_options o;
  /* The reading side. */
  replay_feed *feed;
  replay_select *select;
  replay_look *look;
  pkt_decoder *decoder;
  replay_figures figures;
  guint64 before; /* frames that another run has read */
  guint link_fine, n_links_bad;
  guint32 named; /* the interface that name is of; G_MAXUINT32: none yet */
  const char *name;
  guint links_bad[8]; /* unsupported ones that were complained about */
  gboolean past_end;
  /* Between the sides. */
  slot *slots;
  guint n_slots;
  gboolean threaded;
  GThread *thread;
  GMutex lock;
  GCond filled, emptied;
  guint64 produced, taken,
    consumed;  /* slots filled, handed out, given back; consumed <= taken <= produced <= consumed + n_slots */
  gsize bytes; /* behind the batches produced and not consumed */
  gboolean ended, closing, waiting, full, live; /* waiting: the emptying side; full: the filling one waits */
  guint64 done_bytes, total_bytes, frames;      /* for the progress bar, under lock */
  /* The emptying side: batches that were taken, and wait to be handed out. */
  replay_pairs *pairs; /* NULL: none are wanted */
  gboolean pairing;    /* there is something to pair; changes under lock */
  gboolean taken_all;
  replay_batch *queue[REPLAY_PAIRS_AHEAD];
  guint first_queued, n_queued;
  GMutex engine_lock;
  ct_engine *engine; /* that the packets go to, under engine_lock; NULL: not known */
};

static gboolean stopped(const replay_source *s) { return s->o.stop != NULL && *s->o.stop != 0; }

static void check_link(replay_source *s, const cap_frame *frame, guint64 number)
{
  guint i;

  if (frame->link == s->link_fine)
    return;
  if (pkt_link_supported(frame->link)) {
    s->link_fine = frame->link;
    return;
  }
  for (i = 0; i < s->n_links_bad; i++)
    if (s->links_bad[i] == frame->link)
      return;
  if (s->n_links_bad >= G_N_ELEMENTS(s->links_bad))
    return;
  s->links_bad[s->n_links_bad++] = frame->link;
  replay_feed_complain(s->feed, g_strdup_printf("%s%slink type %s is not supported; its packets, the first being "
                                                "number %" G_GUINT64_FORMAT ", are left out",
                                                s->o.n_captures == 1 ? s->o.captures[0] : "",
                                                s->o.n_captures == 1 ? ": " : "", pkt_link_name(frame->link), number));
}

static void count_checksums(replay_figures *figures, guint flags)
{
  if (G_LIKELY((flags & (CT_PACKET_CSUM_BAD | CT_PACKET_CSUM_OFFLOAD | CT_PACKET_CSUM_SKIPPED)) == 0))
    return;
  figures->bad_checksums += (flags & CT_PACKET_CSUM_BAD) != 0;
  figures->offload_checksums += (flags & CT_PACKET_CSUM_OFFLOAD) != 0;
  figures->unjudged_checksums += (flags & CT_PACKET_CSUM_SKIPPED) != 0;
}

static void take_frame(replay_source *s, slot *to, guint i, guint64 number, const char *name)
{
  replay_batch *b = &to->batch;
  cap_frame *frame = &to->frames->frames[i];
  ct_packet *packet = &b->packets[b->n];
  replay_origin *origin = &b->origins[b->n];

  check_link(s, frame, number);
  *origin = (replay_origin){ .frame = frame, .interface = name };
  pkt_decode(s->decoder, frame, number, to->arena, packet, &origin->link);
  count_checksums(&s->figures, packet->flags);
  if (s->figures.fed < REPLAY_LOOK_PACKETS)
    replay_look_packet(s->look, packet, &origin->link, frame->interface, name);
  b->n++;
  s->figures.last_ns = s->figures.fed++ == 0 ? frame->ts_ns : MAX(s->figures.last_ns, frame->ts_ns);
}

/* Frames of one interface mostly come one after the other. */
static const char *name_of(replay_source *s, guint32 interface)
{
  if (s->named != interface) {
    s->named = interface;
    s->name = cap_reader_interface_name(replay_feed_reader(s->feed), interface);
  }
  return s->name;
}

static void take_batch(replay_source *s, slot *to)
{
  guint i;

  to->batch.frames = to->frames;
  to->batch.frames_from = s->figures.frames + 1;
  to->batch.decoder_ns = pkt_decoder_now(s->decoder);
  to->batch.at_rest = pkt_decoder_fragment_queues(s->decoder) == 0;
  for (i = 0; i < to->frames->n && !s->past_end; i++) {
    cap_frame *frame = &to->frames->frames[i];
    guint64 number = ++s->figures.frames;
    const char *name = name_of(s, frame->interface);

    if (s->o.skip != NULL && s->o.skip(number, s->o.hook_user))
      continue;
    if (s->o.retime != NULL)
      frame->ts_ns = s->o.retime(number, frame->ts_ns, s->o.hook_user);
    if (number == 1)
      s->figures.first_ns = frame->ts_ns;
    switch (replay_select_frame(s->select, frame, name, number, s->figures.first_ns)) {
    case REPLAY_TAKE: take_frame(s, to, i, number, name); break;
    case REPLAY_LEAVE: break;
    case REPLAY_PAST_END:
      s->figures.frames--;
      s->past_end = TRUE;
      break;
    }
  }
  to->batch.first_ns = s->figures.first_ns;
  to->batch.bytes = cap_batch_bytes(to->frames) + pkt_arena_bytes(to->arena);
}

/*
 * The memory for what these packets will need is made ready here: with two threads, that takes it off the busier one.
 */
static void make_room(replay_source *s)
{
  g_mutex_lock(&s->engine_lock);
  if (s->engine != NULL)
    ct_engine_populate(s->engine, s->n_slots * CAP_BATCH_FRAMES);
  g_mutex_unlock(&s->engine_lock);
}

/* => FALSE at the end: nothing more will come. */
static gboolean fill(replay_source *s, slot *to)
{
  to->batch.n = 0;
  pkt_arena_reset(to->arena);
  while (to->batch.n == 0) {
    if (s->past_end || stopped(s) || g_atomic_int_get(&s->closing) || !replay_feed_next(s->feed, to->frames))
      return FALSE;
    take_batch(s, to);
  }
  make_room(s);
  return TRUE;
}

/* The reading side's figures that others may ask for, published with each slot. */
static void publish(replay_source *s, gboolean more, gsize bytes)
{
  guint64 done, total;

  replay_feed_progress(s->feed, &done, &total);
  g_mutex_lock(&s->lock);
  s->done_bytes = done;
  s->total_bytes = total;
  s->frames = s->figures.frames;
  if (more) {
    s->produced++;
    s->bytes += bytes;
  } else {
    s->ended = TRUE;
  }
  /*
   * Half a ring before a sleeper is woken: a wake-up for each batch would cost more than the batch. Never with a live
   * source.
   */
  if (s->waiting && (s->live || s->ended || s->produced - s->taken >= SLOTS / 2))
    g_cond_signal(&s->filled);
  g_mutex_unlock(&s->lock);
}

/* There is no room, or it would hold too much. One batch is always ready all the same: the caller may be holding all
 * the others. */
static gboolean is_full(const replay_source *s)
{
  guint spare = s->pairs != NULL && !s->pairing ? PAIRING_SLOTS : 0;

  return s->produced - s->consumed >= s->n_slots - spare || (s->bytes >= RING_BYTES && s->produced != s->taken);
}

static void wait_for_room(replay_source *s)
{
  g_mutex_lock(&s->lock);
  while (is_full(s) && !s->closing) {
    if (s->waiting)
      g_cond_signal(&s->filled);
    s->full = TRUE;
    g_cond_wait(&s->emptied, &s->lock);
  }
  s->full = FALSE;
  g_mutex_unlock(&s->lock);
}

static gpointer read_all(gpointer data)
{
  replay_source *s = data;
  gboolean more = TRUE;

  while (more) {
    slot *to;

    wait_for_room(s);
    to = &s->slots[s->produced % s->n_slots];
    more = fill(s, to);
    publish(s, more, to->batch.bytes);
  }
  return NULL;
}

/* Batches that have to stay when another one is taken. */
static guint retained(const replay_source *s) { return MAX(s->o.keep, 1) - 1 + s->pairing + s->n_queued; }

/* The oldest batch that was handed out is not needed any more. */
static void give_back(replay_source *s)
{
  slot *oldest = &s->slots[s->consumed % s->n_slots];

  s->bytes -= oldest->batch.bytes;
  if (oldest->batch.bytes > LARGE_BYTES) {
    cap_batch_clear(oldest->frames);
    pkt_arena_reset(oldest->arena);
  }
  s->consumed++;
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
  guint i;

  replay_feed_start(s->feed);
  s->threaded = choose_threads(s) == 2;
  s->n_slots = (s->threaded ? SLOTS : 0) + MAX(s->o.keep, 1) + (s->pairs != NULL ? PAIRING_SLOTS : 0);
  s->slots = g_new0(slot, s->n_slots);
  for (i = 0; i < s->n_slots; i++) {
    s->slots[i].frames = cap_batch_new();
    s->slots[i].arena = pkt_arena_new();
  }
  /* Where the system grants no thread, one will do. */
  if (s->threaded)
    s->thread = g_thread_try_new("reader", read_all, s, NULL);
}

replay_source *replay_source_open(const replay_options *options, const ct_params *params, GError **error)
{
  replay_source *s = replay_source_prepare(options, params, error);

  if (s != NULL)
    replay_source_start(s);
  return s;
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
  if (resume_reads(io))
    s->before = io->failed ? 0 : f->frames;
}

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

void replay_source_free(replay_source *s)
{
  guint i;

  if (s == NULL)
    return;
  if (s->thread != NULL)
    join_reader(s);
  for (i = 0; i < s->n_slots; i++) {
    cap_batch_free(s->slots[i].frames);
    pkt_arena_free(s->slots[i].arena);
  }
  g_free(s->slots);
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
  if (s->full && s->produced - s->taken <= SLOTS / 2)
    g_cond_signal(&s->emptied);
  s->waiting = TRUE;
  while (s->produced == s->taken && !s->ended && !stopped(s))
    g_cond_wait_until(&s->filled, &s->lock, g_get_monotonic_time() + PATIENCE_US);
  s->waiting = FALSE;
  if (s->produced != s->taken && !stopped(s))
    batch = &s->slots[s->taken++ % s->n_slots].batch;
  if (s->bytes >= RING_BYTES)
    g_cond_signal(&s->emptied); /* the reader waits until nothing is left to be taken */
  g_mutex_unlock(&s->lock);
  return batch;
}

/* => the next batch as it was read; NULL at the end. */
static replay_batch *take(replay_source *s)
{
  gboolean more;
  slot *next;

  if (s->thread != NULL)
    return next_of_ring(s);
  while (s->taken - s->consumed > retained(s))
    give_back(s);
  next = &s->slots[s->taken % s->n_slots];
  more = !s->ended && fill(s, next);
  publish(s, more, next->batch.bytes);
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

static replay_batch *queued(const replay_source *s, guint i)
{
  return s->queue[(s->first_queued + i) % REPLAY_PAIRS_AHEAD];
}

/* Whether the first batch that waits may be played: what left because of its packets has been seen, if it will be. */
static gboolean is_ripe(replay_source *s)
{
  const replay_batch *first = queued(s, 0), *last = queued(s, s->n_queued - 1);

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
  replay_pairs_batch(s->pairs, batch, queued(s, 0)->packets[0].number);
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
  if (s->n_queued == 0 || stopped(s))
    return NULL;
  batch = queued(s, 0);
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

  if (s->thread != NULL && stopped(s)) {
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

void replay_source_translated(replay_source *s) { replay_look_translated(s->look); }

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
