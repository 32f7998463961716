/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/inflate_ahead.h"

#include <string.h>

struct cap_ahead {
  cap_ahead_make make;
  gpointer user;
  GThread *thread;
  gsize at; /* of the oldest piece, already taken; the taker's own */
  GMutex lock;
  GCond made_one, took_one;
  /* Under the lock; a piece's bytes are the maker's before it is counted as made, and then the taker's. */
  guint64 made, taken;
  gboolean stopping, ended;
  GError *failed;
  gsize bytes[CAP_AHEAD_PIECES];
  guint8 pieces[CAP_AHEAD_PIECES][CAP_AHEAD_PIECE_BYTES];
};

/* A piece is filled as far as it goes: each costs the two threads a meeting. => whether there are more. */
static gboolean fill(cap_ahead *a, guint8 *piece, gsize *bytes, GError **error)
{
  gssize n = 1;

  for (*bytes = 0; n > 0 && *bytes < CAP_AHEAD_PIECE_BYTES;) {
    n = a->make(a->user, piece + *bytes, CAP_AHEAD_PIECE_BYTES - *bytes, error);
    *bytes += (gsize)MAX(n, 0);
  }
  return n > 0;
}

static gpointer make_all(gpointer user)
{
  cap_ahead *a = user;

  g_mutex_lock(&a->lock);
  while (!a->stopping && !a->ended) {
    guint at = (guint)(a->made % CAP_AHEAD_PIECES);
    GError *failed = NULL;
    gboolean more;
    gsize bytes;

    if (a->made - a->taken == CAP_AHEAD_PIECES) {
      g_cond_wait(&a->took_one, &a->lock);
      continue;
    }
    g_mutex_unlock(&a->lock);
    more = fill(a, a->pieces[at], &bytes, &failed);
    g_mutex_lock(&a->lock);
    a->bytes[at] = bytes;
    a->made += bytes > 0;
    a->failed = failed;
    a->ended = !more;
    g_cond_signal(&a->made_one);
  }
  g_mutex_unlock(&a->lock);
  return NULL;
}

cap_ahead *cap_ahead_new(cap_ahead_make make, gpointer user)
{
  cap_ahead *a = g_new(cap_ahead, 1);

  memset(a, 0, G_STRUCT_OFFSET(cap_ahead, pieces));
  a->make = make;
  a->user = user;
  g_mutex_init(&a->lock);
  g_cond_init(&a->made_one);
  g_cond_init(&a->took_one);
  a->thread = g_thread_try_new("inflater", make_all, a, NULL);
  if (a->thread != NULL)
    return a;
  cap_ahead_free(a);
  return NULL;
}

void cap_ahead_free(cap_ahead *a)
{
  if (a == NULL)
    return;
  if (a->thread != NULL) {
    g_mutex_lock(&a->lock);
    a->stopping = TRUE;
    g_cond_signal(&a->took_one);
    g_mutex_unlock(&a->lock);
    g_thread_join(a->thread);
  }
  g_clear_error(&a->failed);
  g_mutex_clear(&a->lock);
  g_cond_clear(&a->made_one);
  g_cond_clear(&a->took_one);
  g_free(a);
}

/* => the bytes of the oldest piece; 0 where the stream has ended, with error set where it says why. */
static gsize wait_for_piece(cap_ahead *a, GError **error)
{
  gsize bytes = 0;

  g_mutex_lock(&a->lock);
  while (a->made == a->taken && !a->ended)
    g_cond_wait(&a->made_one, &a->lock);
  if (a->made != a->taken)
    bytes = a->bytes[a->taken % CAP_AHEAD_PIECES];
  else if (a->failed != NULL)
    g_propagate_error(error, g_steal_pointer(&a->failed));
  g_mutex_unlock(&a->lock);
  return bytes;
}

static void give_back(cap_ahead *a)
{
  a->at = 0;
  g_mutex_lock(&a->lock);
  a->taken++;
  g_cond_signal(&a->took_one);
  g_mutex_unlock(&a->lock);
}

gssize cap_ahead_read(cap_ahead *a, guint8 *to, gsize size, GError **error)
{
  GError *failed = NULL;
  gsize bytes = wait_for_piece(a, &failed), n;

  if (failed != NULL) {
    g_propagate_error(error, failed);
    return -1;
  }
  if (bytes == 0)
    return 0;
  n = MIN(size, bytes - a->at);
  memcpy(to, a->pieces[a->taken % CAP_AHEAD_PIECES] + a->at, n);
  a->at += n;
  if (a->at == bytes)
    give_back(a);
  return (gssize)n;
}
