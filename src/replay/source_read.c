/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reading half of a source: frames chosen and decoded into slots, on a thread of its own where there are two. */
#include "source_inside.h"

#include "place.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 64 }; /* where a batch begins, so that each of its packets has its own lines */

enum { BEFORE_BYTES_MOST = 256 << 10 }; /* of fragments that wait, noted with each batch */

/* Whether it can be decoded at all; a type that cannot is told of once. */
static void check_link(replay_source *s, const cap_frame *frame, guint64 number)
{
  guint i;

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

static inline void take_frame(replay_source *s, replay_slot *to, cap_frame *frame, guint64 number, const char *name)
{
  guint at = to->batch.n++;
  ct_packet *packet = &to->batch.packets[at];
  replay_origin *origin = &to->batch.origins[at];

  if (G_UNLIKELY(frame->link != s->link_fine))
    check_link(s, frame, number);
  origin->frame = frame;
  origin->interface = name;
  origin->left = NULL;
  pkt_decode(s->decoder, frame, number, to->arena, packet, &origin->link);
  count_checksums(&s->figures, packet->flags);
}

void replay_source_count(replay_figures *f, const cap_frame *frame, const ct_packet *packet)
{
  count_checksums(f, packet->flags);
  f->last_ns = f->fed++ == 0 ? frame->ts_ns : MAX(f->last_ns, frame->ts_ns);
}

void replay_source_take_frame(replay_source *s, replay_slot *to, cap_frame *frame, guint64 number, const char *name)
{
  take_frame(s, to, frame, number, name);
}

/* Of the packets that were taken together: the first ones are looked at, and what they all say is noted. */
void replay_source_note_taken(replay_source *s, replay_batch *b)
{
  gint64 last_ns = s->figures.fed == 0 ? G_MININT64 : s->figures.last_ns;
  gboolean tells = FALSE;
  guint i;

  if (b->n == 0)
    return;
  for (i = 0; i < b->n && s->figures.fed + i < REPLAY_LOOK_PACKETS; i++)
    replay_look_packet(s->look, &b->packets[i], &b->origins[i].link, b->origins[i].frame->interface,
                       b->origins[i].interface);
  b->place = replay_place(&b->origins[0]);
  for (i = 0; i < b->n; i++) {
    tells |= b->origins[i].link.direction != CAP_DIR_UNKNOWN || replay_place(&b->origins[i]) != b->place;
    last_ns = MAX(last_ns, b->packets[i].time_ns);
  }
  b->tells_place = tells;
  s->figures.last_ns = last_ns;
  s->figures.fed += b->n;
}

void replay_source_remember(replay_source *s, replay_slot *to)
{
  resume_io io = { .failed = FALSE };

  to->figures = s->figures;
  g_clear_pointer(&to->before, g_byte_array_unref);
  if (pkt_decoder_fragment_bytes(s->decoder) > BEFORE_BYTES_MOST)
    return;
  io.out = to->before = g_byte_array_new();
  pkt_decoder_keep(s->decoder, &io);
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

/* Whether a frame that somebody may leave out is taken. => REPLAY_PAST_END: neither it nor any other. */
static replay_choice choose(replay_source *s, cap_frame *frame, guint64 number, const char *name)
{
  if (s->o.skip != NULL && s->o.skip(number, s->o.hook_user))
    return REPLAY_LEAVE;
  if (s->o.retime != NULL)
    frame->ts_ns = s->o.retime(number, frame->ts_ns, s->o.hook_user);
  if (number == 1)
    s->figures.first_ns = frame->ts_ns;
  return replay_select_asks(s->select) ? replay_select_frame(s->select, frame, name, number, s->figures.first_ns)
                                       : REPLAY_TAKE;
}

static void take_chosen(replay_source *s, replay_slot *to)
{
  guint i;

  for (i = 0; i < to->frames->n; i++) {
    cap_frame *frame = &to->frames->frames[i];
    guint64 number = ++s->figures.frames;
    const char *name = name_of(s, frame->interface);
    replay_choice choice = choose(s, frame, number, name);

    if (choice == REPLAY_TAKE)
      take_frame(s, to, frame, number, name);
    if (choice == REPLAY_PAST_END) {
      s->figures.frames--;
      s->past_end = TRUE;
      return;
    }
  }
}

static void take_all(replay_source *s, replay_slot *to)
{
  cap_frame *frame, *end = to->frames->frames + to->frames->n;
  guint64 number = s->figures.frames;

  if (number == 0)
    s->figures.first_ns = to->frames->frames[0].ts_ns;
  for (frame = to->frames->frames; frame < end; frame++)
    take_frame(s, to, frame, ++number, name_of(s, frame->interface));
  s->figures.frames = number;
}

static void take_batch(replay_source *s, replay_slot *to)
{
  to->batch.frames = to->frames;
  to->batch.frames_from = s->figures.frames + 1;
  to->batch.decoder_ns = pkt_decoder_now(s->decoder);
  to->batch.at_rest = pkt_decoder_fragment_queues(s->decoder) == 0;
  if (s->o.holds)
    replay_source_remember(s, to);
  if (s->o.skip == NULL && s->o.retime == NULL && !replay_select_asks(s->select))
    take_all(s, to);
  else
    take_chosen(s, to);
  replay_source_note_taken(s, &to->batch);
  s->placed = s->placed || to->batch.tells_place;
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
    ct_engine_populate(s->engine, s->n_ahead * CAP_BATCH_FRAMES);
  g_mutex_unlock(&s->engine_lock);
}

replay_slot *replay_source_slot(replay_source *s)
{
  replay_slot *slot = NULL;

  g_mutex_lock(&s->lock);
  if (s->n_idle > 0)
    slot = s->idle[--s->n_idle];
  g_mutex_unlock(&s->lock);
  if (slot == NULL) {
    slot = aligned_alloc(LINE_BYTES, (sizeof(*slot) + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES);
    if (slot == NULL)
      g_error("there is no memory for a batch of packets");
    memset(slot, 0, sizeof(*slot));
    replay_slot_begin(slot);
  }
  return slot;
}

gboolean replay_source_fill(replay_source *s, replay_slot *to)
{
  to->batch.n = 0;
  to->batch.tells_place = FALSE;
  pkt_arena_reset(to->arena);
  while (to->batch.n == 0) {
    if (s->past_end || replay_source_stopped(s) || g_atomic_int_get(&s->closing) ||
        !replay_feed_next(s->feed, to->frames))
      return FALSE;
    take_batch(s, to);
  }
  make_room(s);
  return TRUE;
}

/* The reading side's figures that others may ask for, published with each slot. */
void replay_source_publish(replay_source *s, gboolean more, replay_slot *slot)
{
  guint64 done, total;

  replay_feed_progress(s->feed, &done, &total);
  g_mutex_lock(&s->lock);
  s->done_bytes = done;
  s->total_bytes = total;
  s->frames = s->figures.frames;
  if (more) {
    s->ring[s->produced++ % s->n_slots] = slot;
    s->bytes += slot->batch.bytes;
  } else {
    s->idle[s->n_idle++] = slot;
    s->ended = TRUE;
  }
  /*
   * Half a ring before a sleeper is woken: a wake-up for each batch would cost more than the batch. Never with a live
   * source.
   */
  if (s->waiting && (s->live || s->ended || s->produced - s->taken >= REPLAY_SLOTS / 2))
    g_cond_signal(&s->filled);
  g_mutex_unlock(&s->lock);
}

/* There is no room, or it would hold too much. One batch is always ready all the same: the caller may be holding all
 * the others. */
static gboolean is_full(const replay_source *s)
{
  return s->produced - s->consumed >= (s->pairing ? s->n_slots : s->n_ahead) ||
         (s->bytes >= REPLAY_RING_BYTES && s->produced != s->taken);
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

gpointer replay_source_read_all(gpointer data)
{
  replay_source *s = data;
  gboolean more = TRUE;

  while (more) {
    replay_slot *to;

    wait_for_room(s);
    to = replay_source_slot(s);
    more = replay_source_fill(s, to);
    replay_source_publish(s, more, to);
  }
  return NULL;
}
