/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/inflate_ahead.h"

struct cap_ahead {
  cap_ahead_make make;
  gpointer user;
  GThread *thread;
  GMutex lock;
  GCond made_some, took_some;
  /* Under the lock. A piece is the maker's before it is counted as made, and then the taker's. */
  guint64 made, taken;
  gboolean stopping, ended, maker_waits, taker_waits;
  cap_piece pieces[CAP_AHEAD_PIECES];
};

enum { HALF = CAP_AHEAD_PIECES / 2 }; /* a sleeper is not woken for less: that costs as much as a piece */

/* => the piece to be made next; NULL where nobody wants any more. */
static cap_piece *wait_for_room(cap_ahead *a)
{
  cap_piece *piece = NULL;

  g_mutex_lock(&a->lock);
  while (a->made - a->taken == CAP_AHEAD_PIECES && !a->stopping) {
    a->maker_waits = TRUE;
    g_cond_wait(&a->took_some, &a->lock);
  }
  a->maker_waits = FALSE;
  if (!a->stopping)
    piece = &a->pieces[a->made % CAP_AHEAD_PIECES];
  g_mutex_unlock(&a->lock);
  return piece;
}

/* => FALSE where it was the last. */
static gboolean publish(cap_ahead *a, const cap_piece *piece)
{
  gboolean more = piece->bytes > 0;

  g_mutex_lock(&a->lock);
  a->made++;
  a->ended = !more;
  if (a->taker_waits && (a->ended || a->made - a->taken >= HALF))
    g_cond_signal(&a->made_some);
  g_mutex_unlock(&a->lock);
  return more;
}

static gpointer make_all(gpointer user)
{
  cap_ahead *a = user;
  cap_piece *piece;

  do {
    piece = wait_for_room(a);
    if (piece != NULL)
      a->make(a->user, piece);
  } while (piece != NULL && publish(a, piece));
  return NULL;
}

cap_ahead *cap_ahead_new(cap_ahead_make make, gpointer user)
{
  cap_ahead *a = g_new0(cap_ahead, 1);
  gboolean roomy = TRUE;
  guint i;

  a->make = make;
  a->user = user;
  g_mutex_init(&a->lock);
  g_cond_init(&a->made_some);
  g_cond_init(&a->took_some);
  for (i = 0; i < CAP_AHEAD_PIECES && roomy; i++) {
    a->pieces[i].chunk = cap_chunk_new(CAP_PIECE_CHUNK_BYTES);
    roomy = a->pieces[i].chunk != NULL;
  }
  if (roomy)
    a->thread = g_thread_try_new("inflater", make_all, a, NULL);
  if (a->thread != NULL)
    return a;
  cap_ahead_free(a);
  return NULL;
}

static void stop(cap_ahead *a)
{
  g_mutex_lock(&a->lock);
  a->stopping = TRUE;
  g_cond_signal(&a->took_some);
  g_mutex_unlock(&a->lock);
  g_thread_join(a->thread);
}

void cap_ahead_free(cap_ahead *a)
{
  guint i;

  if (a == NULL)
    return;
  if (a->thread != NULL)
    stop(a);
  for (i = 0; i < CAP_AHEAD_PIECES; i++) {
    g_clear_pointer(&a->pieces[i].chunk, cap_chunk_unref);
    g_clear_error(&a->pieces[i].failed);
  }
  g_mutex_clear(&a->lock);
  g_cond_clear(&a->made_some);
  g_cond_clear(&a->took_some);
  g_free(a);
}

void cap_ahead_take(cap_ahead *a, cap_piece *piece)
{
  cap_piece *oldest, empty = { .chunk = piece->chunk };

  g_mutex_lock(&a->lock);
  while (a->made == a->taken) {
    a->taker_waits = TRUE;
    g_cond_wait(&a->made_some, &a->lock);
  }
  a->taker_waits = FALSE;
  oldest = &a->pieces[a->taken++ % CAP_AHEAD_PIECES];
  *piece = *oldest;
  *oldest = empty;
  if (a->maker_waits && a->made - a->taken <= HALF)
    g_cond_signal(&a->took_some);
  g_mutex_unlock(&a->lock);
}
