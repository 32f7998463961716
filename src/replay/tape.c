/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tape.h"

#include "zones.h"

#include <string.h>
#include <unistd.h>

/* A batch of frames, and which of them were chosen. */
typedef struct tape_block {
  guint64 from; /* number of its first frame */
  guint64 place;
  gint64 decoder_ns;
  cap_kept *kept; /* NULL: it is read at place */
  guint8 taken[CAP_BATCH_FRAMES / 8];
  guint16 n;
  gboolean at_rest;
} tape_block;

enum { FORGET_BLOCKS = 64 }; /* at once: what is left of the list moves up */

struct replay_tape {
  GArray *blocks; /* of tape_block */
  gsize kept_bytes, kept_bytes_most;
  guint64 last;
  gboolean keeps;
};

struct replay_rewind {
  const replay_tape *tape;
  replay_source *source;
  cap_reader *again; /* NULL: there is none */
  /* Taken by turns, so that the batch before stays. */
  struct {
    cap_batch *frames;
    pkt_arena *arena;
    replay_batch batch;
  } turns[2];
  guint turn; /* of the batch given last */
  pkt_decoder *decoder;
  guint64 next;       /* number of the frame that comes next */
  gboolean anew;      /* the reader does not stand there */
  gboolean from_file; /* where the batch at hand is from */
};

static tape_block *block_at(const replay_tape *tape, guint i) { return &g_array_index(tape->blocks, tape_block, i); }

static void clear_block(gpointer block) { cap_kept_free(((tape_block *)block)->kept); }

replay_tape *replay_tape_new(gsize kept_bytes_most)
{
  replay_tape *tape = g_new0(replay_tape, 1);

  tape->blocks = g_array_new(FALSE, FALSE, sizeof(tape_block));
  g_array_set_clear_func(tape->blocks, clear_block);
  tape->kept_bytes_most = kept_bytes_most;
  return tape;
}

void replay_tape_free(replay_tape *tape)
{
  if (tape == NULL)
    return;
  g_array_unref(tape->blocks);
  g_free(tape);
}

static gsize bytes_of(const replay_tape *tape, guint i)
{
  const tape_block *b = block_at(tape, i);

  return b->kept != NULL ? cap_kept_bytes(b->kept, i > 0 ? block_at(tape, i - 1)->kept : NULL) : 0;
}

/*
 * The oldest frames go. What a buffer shared with a later block holds is counted to the first of the two, so that the
 * account is a little low until that one goes, too.
 */
static void forget(replay_tape *tape)
{
  while (tape->kept_bytes > tape->kept_bytes_most && tape->blocks->len > 2 * FORGET_BLOCKS) {
    for (guint i = 0; i < FORGET_BLOCKS; i++)
      tape->kept_bytes -= MIN(tape->kept_bytes, bytes_of(tape, i));
    g_array_remove_range(tape->blocks, 0, FORGET_BLOCKS);
  }
}

void replay_tape_note(replay_tape *tape, const replay_batch *batch)
{
  tape_block b = { .from = batch->frames_from,
                   .place = batch->frames->place,
                   .decoder_ns = batch->decoder_ns,
                   .n = (guint16)batch->frames->n,
                   .at_rest = batch->at_rest };

  for (guint i = 0; i < batch->n; i++) {
    guint64 at = batch->packets[i].number - b.from;

    b.taken[at / 8] |= (guint8)(1 << at % 8);
  }
  if (b.place == CAP_NO_PLACE)
    b.kept = cap_batch_keep(batch->frames);
  g_array_append_val(tape->blocks, b);
  tape->last = batch->packets[batch->n - 1].number;
  if (b.kept == NULL)
    return;
  tape->keeps = TRUE;
  tape->kept_bytes += bytes_of(tape, tape->blocks->len - 1);
  forget(tape);
}

guint64 replay_tape_first(const replay_tape *tape) { return tape->blocks->len > 0 ? block_at(tape, 0)->from : 0; }

guint64 replay_tape_last(const replay_tape *tape) { return tape->last; }

gsize replay_tape_bytes(const replay_tape *tape) { return tape->kept_bytes + tape->blocks->len * sizeof(tape_block); }

gboolean replay_tape_keeps(const replay_tape *tape) { return tape->keeps; }

/* Number of the first frame that is not on it. */
static guint64 end_of(const replay_tape *tape)
{
  const tape_block *b = tape->blocks->len > 0 ? block_at(tape, tape->blocks->len - 1) : NULL;

  return b != NULL ? b->from + b->n : 0;
}

/* => the last block that begins at or before number; -1: there is none. */
static int find_block(const replay_tape *tape, guint64 number)
{
  guint low = 0, high = tape->blocks->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (block_at(tape, middle)->from <= number)
      low = middle + 1;
    else
      high = middle;
  }
  return (int)low - 1;
}

/* ---- reading again ---- */

/* Reading headers, and what stands before the first frame, makes the reader fit for places. */
static cap_reader *open_again(int fd, const char *path, cap_batch *batch)
{
  cap_reader *reader = fd >= 0 ? cap_reader_open_fd(fd, path, NULL) : NULL;

  if (reader != NULL)
    cap_reader_next(reader, batch, NULL);
  return reader;
}

replay_rewind *replay_rewind_new(const replay_tape *tape, replay_source *source, int fd, const char *path,
                                 const ct_params *params, ct_checksums checksums)
{
  replay_rewind *r = g_new0(replay_rewind, 1);

  r->tape = tape;
  r->source = source;
  for (guint i = 0; i < G_N_ELEMENTS(r->turns); i++) {
    r->turns[i].frames = cap_batch_new();
    r->turns[i].arena = pkt_arena_new();
  }
  r->decoder = pkt_decoder_new(params, checksums);
  r->again = open_again(fd, path, r->turns[0].frames);
  r->anew = TRUE;
  return r;
}

void replay_rewind_free(replay_rewind *r)
{
  if (r == NULL)
    return;
  cap_reader_free(r->again);
  for (guint i = 0; i < G_N_ELEMENTS(r->turns); i++) {
    cap_batch_free(r->turns[i].frames);
    pkt_arena_free(r->turns[i].arena);
  }
  pkt_decoder_free(r->decoder);
  g_free(r);
}

gboolean replay_rewind_seek(replay_rewind *r, guint64 number)
{
  int i = find_block(r->tape, number);

  if (i < 0 || number > r->tape->last)
    return FALSE;
  while (i > 0 && !block_at(r->tape, (guint)i)->at_rest)
    i--;
  r->next = block_at(r->tape, (guint)i)->from;
  r->anew = TRUE;
  pkt_decoder_resume(r->decoder, block_at(r->tape, (guint)i)->decoder_ns);
  return TRUE;
}

/* Gets the frames of a block, or of the file from the next frame on. */
static gboolean get_frames(replay_rewind *r, const tape_block *b, cap_batch *frames)
{
  r->from_file = b->kept == NULL;
  if (!r->from_file) {
    cap_kept_load(b->kept, frames);
    r->next = b->from;
    r->anew = TRUE;
    return TRUE;
  }
  if (r->anew) {
    if (r->again == NULL || !cap_reader_seek(r->again, b->place))
      return FALSE;
    r->next = b->from;
    r->anew = FALSE;
  }
  return cap_reader_next(r->again, frames, NULL);
}

static gboolean was_taken(const tape_block *b, guint64 number)
{
  guint64 at = number - b->from;

  return number >= b->from && at < b->n && (b->taken[at / 8] & 1 << at % 8) != 0;
}

static void take_frame(replay_rewind *r, guint turn, const cap_frame *frame, guint64 number)
{
  replay_batch *batch = &r->turns[turn].batch;
  guint i = batch->n++;
  const char *name = r->from_file ? cap_reader_interface_name(r->again, frame->interface)
                                  : replay_source_interface(r->source, frame->interface);

  batch->origins[i] = (replay_origin){ .frame = frame, .interface = name };
  pkt_decode(r->decoder, frame, number, r->turns[turn].arena, &batch->packets[i], &batch->origins[i].link);
  replay_zones_packet(replay_source_zone_by(r->source), &batch->packets[i], &batch->origins[i]);
}

/* Frames of a file come on in one stream, whatever blocks they were in; what the tape has not yet is not taken. */
static void take_frames(replay_rewind *r, guint turn, guint i)
{
  const cap_batch *frames = r->turns[turn].frames;
  const replay_tape *tape = r->tape;

  for (guint f = 0; f < frames->n; f++, r->next++) {
    while (i + 1 < tape->blocks->len && block_at(tape, i + 1)->from <= r->next)
      i++;
    if (r->next >= end_of(tape) || (r->from_file && block_at(tape, i)->kept != NULL)) {
      r->anew = TRUE;
      return;
    }
    if (was_taken(block_at(tape, i), r->next))
      take_frame(r, turn, &frames->frames[f], r->next);
  }
}

/* => the block that the next frame is of, or the first one behind it; -1 at the end. */
static int next_block(const replay_rewind *r)
{
  const replay_tape *tape = r->tape;
  int i = find_block(tape, r->next);

  if (r->next >= end_of(tape))
    return -1;
  if (i < 0 || r->next >= block_at(tape, (guint)i)->from + block_at(tape, (guint)i)->n)
    i++;
  return (guint)i < tape->blocks->len ? i : -1;
}

const replay_batch *replay_rewind_next(replay_rewind *r)
{
  guint turn = 1 - r->turn;
  replay_batch *batch = &r->turns[turn].batch;

  batch->n = 0;
  pkt_arena_reset(r->turns[turn].arena);
  while (batch->n == 0) {
    int i = next_block(r);
    guint64 before = r->next;

    if (i < 0 || !get_frames(r, block_at(r->tape, (guint)i), r->turns[turn].frames))
      return NULL;
    take_frames(r, turn, (guint)i);
    if (r->next == before)
      return NULL;
  }
  r->turn = turn;
  return batch;
}
