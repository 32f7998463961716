/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/window.h"

#include <string.h>

#include "capture/piece.h"

/* Less room than this is not worth a system call: move on to a fresh chunk. */
enum { READ_MIN_BYTES = 8 * 1024 };

void cap_window_init(cap_window *window, cap_source *source)
{
  *window = (cap_window){ .source = source, .pool = g_ptr_array_new_with_free_func((GDestroyNotify)cap_chunk_unref) };
}

void cap_window_clear(cap_window *window)
{
  if (window->pool == NULL)
    return;
  g_ptr_array_unref(window->pool);
  cap_source_free(window->source);
  *window = (cap_window){ 0 };
}

void cap_window_release(cap_window *window)
{
  if (window->pool == NULL)
    return;
  window->chunk_offset += window->start;
  window->start = window->end = 0;
  window->chunk = NULL;
  g_ptr_array_set_size(window->pool, 0);
}

gboolean cap_window_seek(cap_window *window, guint64 offset)
{
  cap_window_release(window);
  if (window->pool == NULL || !cap_source_seek(window->source, offset))
    return FALSE;
  window->chunk_offset = offset;
  return cap_window_need(window, 1, NULL);
}

static gboolean is_idle(const cap_chunk *chunk) { return g_atomic_int_get(&chunk->refs) == 1; }

/*
 * => a chunk that no batch looks at, other than the window's own. Bigger ones than usual served one giant record
 * and are given back.
 */
static cap_chunk *pool_take(cap_window *window, gsize size)
{
  GPtrArray *pool = window->pool;
  cap_chunk *taken = NULL;

  for (guint i = 0; i < pool->len;) {
    cap_chunk *chunk = pool->pdata[i];

    if (chunk == window->chunk || !is_idle(chunk)) {
      i++;
    } else if (chunk->size > MAX(size, CAP_CHUNK_BYTES) || chunk->size < size) {
      g_ptr_array_remove_index_fast(pool, i);
    } else {
      taken = chunk;
      break;
    }
  }
  if (taken == NULL && (taken = cap_chunk_new(size)) != NULL)
    g_ptr_array_add(pool, taken);
  return taken;
}

/*
 * A record larger than a chunk gets its room by doubling, so that a lying length costs no more than twice what the
 * file really holds.
 */
static gsize chunk_size_for(gsize have, gsize need)
{
  return need <= CAP_CHUNK_BYTES ? CAP_CHUNK_BYTES : MIN(need, MAX(2 * have, CAP_CHUNK_BYTES));
}

static gboolean make_room(cap_window *window, gsize need)
{
  cap_chunk *chunk = window->chunk;
  gsize have = cap_window_have(window);
  gsize size = chunk_size_for(have, need);

  if (chunk != NULL) {
    gsize room = chunk->size - window->end;

    if (room >= READ_MIN_BYTES || (chunk->size > CAP_CHUNK_BYTES && room >= need - have))
      return TRUE;
    if (chunk->size >= size && window->start > 0 && is_idle(chunk)) {
      memmove(chunk->data, chunk->data + window->start, have);
      goto moved;
    }
  }
  cap_chunk *next = pool_take(window, size);

  if (next == NULL)
    return FALSE;
  if (chunk != NULL)
    memcpy(next->data, chunk->data + window->start, have);
  window->chunk = next;
moved:
  window->chunk_offset += window->start;
  window->start = 0;
  window->end = have;
  return TRUE;
}

static gboolean no_memory(const cap_window *window, gsize need, GError **error)
{
  g_set_error(error, CAP_ERROR, CAP_ERROR_OPEN,
              "%s: at byte %" G_GUINT64_FORMAT ": no memory for a record of %" G_GSIZE_FORMAT " bytes",
              cap_source_name(window->source), cap_window_offset(window), need);
  return FALSE;
}

/* => whether more bytes are there. */
static gboolean read_more(cap_window *window, gsize need, GError **error)
{
  gssize n;

  if (!make_room(window, need))
    return no_memory(window, need, error);
  n = cap_source_read(window->source, window->chunk->data + window->end, window->chunk->size - window->end, error);
  if (n > 0)
    window->end += (gsize)n;
  return n > 0;
}

/* What the window has goes before the piece, whose chunk becomes the window's. */
static void move_on(cap_window *window, const cap_piece *piece)
{
  gsize have = cap_window_have(window);

  if (have > 0)
    memcpy(piece->chunk->data + CAP_PIECE_HEAD_BYTES - have, window->chunk->data + window->start, have);
  /* Before the first byte of the stream this is less than nothing, which a sum with a place in the chunk makes good. */
  window->chunk_offset += (guint64)window->end - CAP_PIECE_HEAD_BYTES;
  window->chunk = piece->chunk;
  window->start = CAP_PIECE_HEAD_BYTES - have;
  window->end = CAP_PIECE_HEAD_BYTES + piece->bytes;
}

/* Behind a record that fills more than the piece's chunk has room for. => FALSE where there is no memory for it. */
static gboolean append(cap_window *window, const cap_piece *piece, gsize need)
{
  gsize have = cap_window_have(window);

  if (window->chunk->size - window->end < piece->bytes) {
    cap_chunk *larger = pool_take(window, chunk_size_for(have, need) + CAP_PIECE_BYTES);

    if (larger == NULL)
      return FALSE;
    memcpy(larger->data, window->chunk->data + window->start, have);
    window->chunk = larger;
    window->chunk_offset += window->start;
    window->start = 0;
    window->end = have;
  }
  memcpy(window->chunk->data + window->end, piece->chunk->data + CAP_PIECE_HEAD_BYTES, piece->bytes);
  window->end += piece->bytes;
  return TRUE;
}

/* A chunk that is lent to the source while it fills it is nobody else's. */
static cap_chunk *pool_lend(cap_window *window)
{
  cap_chunk *chunk = pool_take(window, CAP_PIECE_CHUNK_BYTES);
  guint at;

  if (chunk != NULL && g_ptr_array_find(window->pool, chunk, &at))
    g_ptr_array_steal_index_fast(window->pool, at);
  return chunk;
}

/* => whether more bytes are there. */
static gboolean take_piece(cap_window *window, gsize need, GError **error)
{
  cap_piece piece = { .chunk = pool_lend(window) };
  gboolean fits = cap_window_have(window) <= CAP_PIECE_HEAD_BYTES, more;

  if (piece.chunk == NULL)
    return no_memory(window, need, error);
  more = cap_source_piece(window->source, &piece, error) > 0;
  if (more && fits)
    move_on(window, &piece);
  else if (more && !append(window, &piece, need))
    more = no_memory(window, need, error);
  g_ptr_array_add(window->pool, piece.chunk);
  return more;
}

gboolean cap_window_need(cap_window *window, gsize need, GError **error)
{
  gboolean pieces = cap_source_in_pieces(window->source);

  while (cap_window_have(window) < need)
    if (!(pieces ? take_piece(window, need, error) : read_more(window, need, error)))
      return FALSE;
  return TRUE;
}
