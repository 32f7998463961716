/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "held.h"

enum {
  PACKETS_MOST = REPLAY_PAIRS_AHEAD * CAP_BATCH_FRAMES, /* no more can wait in the queue */
  BYTES_MOST = 16 << 20,
  FRAME_BYTES_MOST = 1 << 24,
  NAME_BYTES_MOST = 1 << 16,
  KEPT_BYTES_LEAST = 8 + 8 + 4 * 4 + 2 * 2 + 1 + 4 + 4 + 4
};

/* A frame, and what its pair is. */
typedef struct held_packet {
  guint64 number;
  cap_frame frame; /* data: NULL until all bytes are there; they begin at `at` */
  gsize at;
  const char *interface;
  guint32 left; /* its place among the held, from 1; 0: none */
  gboolean is_copy;
} held_packet;

struct replay_held {
  GArray *packets;
  GByteArray *bytes;
  GStringChunk *names;
  guint64 frames; /* of the stream, up to its end */
  replay_slot *slots;
  guint n_slots;
};

static replay_held *held_new(void)
{
  replay_held *held = g_new0(replay_held, 1);

  held->packets = g_array_new(FALSE, TRUE, sizeof(held_packet));
  held->bytes = g_byte_array_new();
  held->names = g_string_chunk_new(256);
  return held;
}

void replay_held_free(replay_held *held)
{
  guint i;

  if (held == NULL)
    return;
  for (i = 0; i < held->n_slots; i++)
    replay_slot_clear(&held->slots[i]);
  g_free(held->slots);
  g_array_unref(held->packets);
  g_byte_array_unref(held->bytes);
  g_string_chunk_free(held->names);
  g_free(held);
}

guint64 replay_held_n(const replay_held *held) { return held != NULL ? held->packets->len : 0; }

static held_packet *held_at(const replay_held *held, guint i) { return &g_array_index(held->packets, held_packet, i); }

/* ---- which ---- */

/* Where in the queue: batch and packet. */
typedef struct queue_place {
  guint batch, packet;
} queue_place;

static gboolean is_copy(const ct_packet *packet)
{
  return packet->kind == CT_PACKET_NONE && packet->reason == CT_REASON_COPY;
}

static gboolean is_alone(const replay_batch *b, guint i)
{
  return b->packets[i].kind != CT_PACKET_NONE && b->origins[i].left == NULL;
}

/* A batch is the first in its slot. */
static replay_slot *slot_of(const replay_source *s, guint q) { return (replay_slot *)replay_source_queued(s, q); }

static gint64 newest_ns(replay_source *s)
{
  gint64 newest = G_MININT64;
  guint q, i;

  for (q = 0; q < s->n_queued; q++) {
    const replay_batch *b = replay_source_queued(s, q);

    for (i = 0; i < b->n; i++)
      newest = MAX(newest, b->packets[i].time_ns);
  }
  return newest;
}

/* A datagram whose first fragments the decoder held before the batch can only be decoded again with them. */
static gboolean can_begin(replay_source *s, guint q) { return slot_of(s, q)->before != NULL; }

static gboolean find_first(replay_source *s, queue_place *first)
{
  gint64 from_ns = newest_ns(s) - REPLAY_PAIRS_AHEAD_NS;
  guint q, i;

  for (q = 0; q < s->n_queued; q++) {
    const replay_batch *b = replay_source_queued(s, q);

    for (i = 0; i < b->n && can_begin(s, q); i++)
      if (is_alone(b, i) && b->packets[i].time_ns > from_ns) {
        *first = (queue_place){ q, i };
        return TRUE;
      }
  }
  return FALSE;
}

/* ---- taking ---- */

static void add_packet(replay_held *held, const replay_batch *b, guint i)
{
  const replay_origin *origin = &b->origins[i];
  held_packet p = { .number = b->packets[i].number,
                    .frame = *origin->frame,
                    .at = held->bytes->len,
                    .interface = g_string_chunk_insert_const(held->names, origin->interface),
                    .is_copy = is_copy(&b->packets[i]) };

  p.frame.data = NULL;
  g_byte_array_append(held->bytes, origin->frame->data, origin->frame->captured);
  g_array_append_val(held->packets, p);
}

static gint by_number(gconstpointer a, gconstpointer b)
{
  guint64 x = ((const held_packet *)a)->number, y = ((const held_packet *)b)->number;

  return (x > y) - (x < y);
}

/* => its place from 1; 0: it is not held. */
static guint32 find_held(const replay_held *held, guint64 number)
{
  const held_packet key = { .number = number };
  guint at;

  return g_array_binary_search(held->packets, &key, by_number, &at) ? at + 1 : 0;
}

static void add_all(replay_source *s, replay_held *held, queue_place first)
{
  guint q, i, n = 0;

  for (q = first.batch; q < s->n_queued; q++)
    for (i = q == first.batch ? first.packet : 0; i < replay_source_queued(s, q)->n; i++)
      add_packet(held, replay_source_queued(s, q), i);
  for (q = first.batch; q < s->n_queued; q++)
    for (i = q == first.batch ? first.packet : 0; i < replay_source_queued(s, q)->n; i++) {
      const ct_packet *left = replay_source_queued(s, q)->origins[i].left;

      held_at(held, n++)->left = left != NULL ? find_held(held, left->number) : 0;
    }
}

/* Figures and decoder to before the packet. */
static void go_back(replay_source *s, queue_place to)
{
  replay_slot *slot = slot_of(s, to.batch);
  resume_io io = { .at = slot->before->data, .end = slot->before->data + slot->before->len };
  pkt_arena *arena = pkt_arena_new();
  const gint64 first_ns = s->figures.first_ns;
  ct_packet again;
  guint i;

  s->figures = slot->figures;
  s->figures.first_ns = first_ns; /* may be that of a packet that waits */
  pkt_decoder_resume(s->decoder, G_MININT64);
  pkt_decoder_keep(s->decoder, &io);
  for (i = 0; i < to.packet; i++) {
    const ct_packet *packet = &slot->batch.packets[i];

    pkt_decode(s->decoder, slot->batch.origins[i].frame, packet->number, arena, &again, NULL);
    replay_source_count(&s->figures, slot->batch.origins[i].frame, packet);
  }
  s->figures.frames = slot->batch.packets[to.packet].number - 1;
  pkt_arena_free(arena);
}

static gsize bytes_from(replay_source *s, queue_place first)
{
  gsize bytes = 0;
  guint q, i;

  for (q = first.batch; q < s->n_queued; q++)
    for (i = q == first.batch ? first.packet : 0; i < replay_source_queued(s, q)->n; i++)
      bytes += replay_source_queued(s, q)->origins[i].frame->captured;
  return bytes;
}

void replay_held_take(replay_source *s)
{
  queue_place first;

  if (!s->pairing || s->n_queued == 0 || !find_first(s, &first) || bytes_from(s, first) > BYTES_MOST)
    return;
  s->held = held_new();
  s->held->frames = s->figures.frames;
  add_all(s, s->held, first);
  go_back(s, first);
  replay_source_queued(s, first.batch)->n = first.packet;
  s->n_queued = first.batch + (first.packet > 0);
}

/* ---- as bytes ---- */

static void keep_packet(replay_held *held, held_packet *p, resume_io *io)
{
  guint32 link = p->frame.link, direction = p->frame.direction;

  resume_u64(io, &p->number);
  resume_i64(io, &p->frame.ts_ns);
  resume_u32(io, &p->frame.wire);
  resume_u32(io, &p->frame.interface);
  resume_u32(io, &link);
  resume_u32(io, &direction);
  resume_u32(io, &p->left);
  resume_bool(io, &p->is_copy);
  if (resume_reads(io)) {
    char *name = resume_get_text(io);

    p->interface = g_string_chunk_insert_const(held->names, name);
    g_free(name);
  } else {
    resume_put_text(io, p->interface);
  }
  p->frame.captured = resume_count(io, p->frame.captured, 1);
  p->frame.link = (guint16)link;
  p->frame.direction = (guint16)direction;
  if (resume_reads(io) && p->frame.captured > BYTES_MOST - held->bytes->len) {
    resume_fail(io, "packets that wait have more bytes than they can");
    p->frame.captured = 0;
  }
  if (resume_reads(io)) {
    p->at = held->bytes->len;
    g_byte_array_set_size(held->bytes, held->bytes->len + p->frame.captured);
  }
  resume_raw(io, held->bytes->data + p->at, p->frame.captured);
}

static gboolean is_possible(const held_packet *p, guint64 before, guint64 frames, guint n)
{
  return p->number > before && p->number <= frames && p->frame.ts_ns >= 0 && p->frame.ts_ns <= CAP_TS_MAX_NS &&
         p->frame.wire >= p->frame.captured && p->frame.captured <= FRAME_BYTES_MOST &&
         p->frame.direction <= CAP_DIR_OUT && strlen(p->interface) <= NAME_BYTES_MOST && p->left <= n;
}

/* In and out: without any where none were held. */
void replay_held_keep(replay_source *s, resume_io *io)
{
  replay_held *held = resume_reads(io) || s->held == NULL ? held_new() : s->held;
  guint64 before = s->figures.frames;
  guint32 n = resume_count(io, held->packets->len, KEPT_BYTES_LEAST), i;

  if (n > PACKETS_MOST || (n > 0 && s->pairs == NULL))
    resume_fail(io, "more packets wait than can");
  else if (resume_reads(io))
    g_array_set_size(held->packets, n);
  if (n > 0)
    resume_u64(io, &held->frames);
  if (held->frames > G_MAXINT64)
    resume_fail(io, "its numbers of packets contradict each other");
  for (i = 0; i < n && !io->failed; i++) {
    held_packet *p = held_at(held, i);

    keep_packet(held, p, io);
    if (!io->failed && !is_possible(p, before, held->frames, n))
      resume_fail(io, "a packet that waits cannot be");
    before = p->number;
  }
  if (resume_reads(io) && n > 0 && !io->failed)
    s->waited = held;
  else if (held != s->held)
    replay_held_free(held);
}

/* ---- going on ---- */

static void take_frames(replay_source *s, replay_held *held, guint from, replay_slot *to)
{
  guint i;

  to->frames->n = MIN(CAP_BATCH_FRAMES, held->packets->len - from);
  to->batch.frames = to->frames;
  to->batch.frames_from = held_at(held, from)->number;
  to->batch.decoder_ns = pkt_decoder_now(s->decoder);
  to->batch.first_ns = s->figures.first_ns;
  replay_source_remember(s, to);
  for (i = 0; i < to->frames->n; i++) {
    held_packet *p = held_at(held, from + i);

    p->frame.data = held->bytes->data + p->at;
    to->frames->frames[i] = p->frame;
    replay_source_take_frame(s, to, &to->frames->frames[i], p->number, p->interface);
  }
  replay_source_note_taken(s, &to->batch);
  to->batch.bytes = to->frames->n * sizeof(cap_frame);
}

static replay_batch *batch_of(const replay_held *held, guint i) { return &held->slots[i / CAP_BATCH_FRAMES].batch; }

static ct_packet *packet_of(const replay_held *held, guint i)
{
  return &batch_of(held, i)->packets[i % CAP_BATCH_FRAMES];
}

static replay_origin *origin_of(const replay_held *held, guint i)
{
  return &batch_of(held, i)->origins[i % CAP_BATCH_FRAMES];
}

/* What was found of pairs is told again; packets whose copies come now are found by their numbers. */
static void tell_pairs(replay_source *s, const replay_held *held)
{
  guint i;

  for (i = 0; i < held->packets->len; i++) {
    const held_packet *p = held_at(held, i);

    replay_pairs_wait(s->pairs, packet_of(held, i), origin_of(held, i));
    if (p->is_copy) {
      packet_of(held, i)->kind = CT_PACKET_NONE;
      packet_of(held, i)->reason = CT_REASON_COPY;
    }
    if (p->left > 0)
      origin_of(held, i)->left = packet_of(held, p->left - 1);
  }
}

void replay_held_begin(replay_source *s)
{
  replay_held *held = s->waited;
  guint i;

  if (s->pairs != NULL)
    s->pairing = replay_pairs_begun(s->pairs);
  if (held == NULL) {
    /* None waits: what the state has of packets that are still to come cannot be. */
    if (s->pairs != NULL)
      replay_pairs_forget(s->pairs, s->figures.frames + 1);
    return;
  }
  held->n_slots = (held->packets->len + CAP_BATCH_FRAMES - 1) / CAP_BATCH_FRAMES;
  held->slots = g_new0(replay_slot, held->n_slots);
  for (i = 0; i < held->n_slots; i++) {
    replay_slot_begin(&held->slots[i]);
    take_frames(s, held, i * CAP_BATCH_FRAMES, &held->slots[i]);
    s->queue[s->n_queued++] = &held->slots[i].batch;
  }
  tell_pairs(s, held);
  replay_pairs_forget(s->pairs, held_at(held, 0)->number);
  s->figures.frames = held->frames;
}
