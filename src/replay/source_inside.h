/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both halves of a source share. Internal to source*.c and held.c. */
#ifndef REPLAY_SOURCE_INSIDE_H
#define REPLAY_SOURCE_INSIDE_H

#include "feed.h"
#include "look.h"
#include "pairs.h"
#include "select.h"

enum {
  REPLAY_SLOTS = 16,
  REPLAY_PAIRING_SLOTS =
    REPLAY_PAIRS_AHEAD + 1, /* the last one played stays, for copies that came before their packet */
  /*
   * Batches read ahead hold no more than this and one batch: records may be huge, and frames of a merger each in a
   * buffer of their own.
   */
  REPLAY_RING_BYTES = 64 << 20
};

typedef struct replay_slot {
  replay_batch batch;
  cap_batch *frames;
  pkt_arena *arena;
  /* With replay_options.holds, as they stood before the batch. */
  replay_figures figures;
  GByteArray *before; /* the decoder; NULL: not known, since it had much waiting */
} replay_slot;

/* Packets that wait from one run to the next (held.h). */
typedef struct replay_held replay_held;

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
  replay_slot **ring; /* the slots that are filled, in order, by produced, taken and consumed */
  replay_slot **idle; /* n_idle that are not; the one that was emptied last is filled next, while the caches have it */
  guint n_ahead, n_slots, n_idle; /* how many there may be, without pairing and with it; that wait to be filled */
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
  gboolean placed;            /* some frame said where it passed, whether that is wanted or not */
  GPtrArray *interfaces;      /* names of those of the run before, by number; NULL: none */
  replay_held *waited, *held; /* of the run before, of this one; NULL: none */
  GMutex engine_lock;
  ct_engine *engine; /* that the packets go to, under engine_lock; NULL: not known */
};

static inline gboolean replay_source_stopped(const replay_source *s) { return s->o.stop != NULL && *s->o.stop != 0; }

/* source_slot.c. What a slot that is all zero holds its batch in, and the end of that; the slot itself stays its
 * owner's. */
void replay_slot_begin(replay_slot *slot);
void replay_slot_clear(replay_slot *slot);

static inline replay_batch *replay_source_queued(const replay_source *s, guint i)
{
  return s->queue[(s->first_queued + i) % REPLAY_PAIRS_AHEAD];
}

/* source_read.c. A frame into a batch, decoded; counted and looked at are all of a batch, by _note_taken. */
void replay_source_take_frame(replay_source *source, replay_slot *to, cap_frame *frame, guint64 number,
                              const char *name);
void replay_source_note_taken(replay_source *source, replay_batch *batch);
/* Counts a frame that is fed. */
void replay_source_count(replay_figures *figures, const cap_frame *frame, const ct_packet *packet);
/* Notes in the slot how figures and decoder stand, for who has to go back there. */
void replay_source_remember(replay_source *source, replay_slot *to);
/* A slot to be filled: there is one while produced < consumed + n_slots. It goes into the ring by _publish. */
replay_slot *replay_source_slot(replay_source *source);
/* source_read.c: the next batch. => FALSE at the end: nothing more will come. */
gboolean replay_source_fill(replay_source *source, replay_slot *to);
/* The reading side's figures that others may ask for, and a slot that was filled (more), or that it was the last. */
void replay_source_publish(replay_source *source, gboolean more, replay_slot *slot);
/* The reading thread: fills slots until nothing more comes, or the source closes. data: the replay_source. => NULL. */
gpointer replay_source_read_all(gpointer data);

#endif
