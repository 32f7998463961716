/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes behind frames. A reader fills chunks through its window; batches hold references on the chunks their
 * frames point into, so frames are never copied, and a chunk goes back into the reader's pool once the last batch
 * lets go. Only the record that the end of a chunk cuts is moved, to the start of the next one.
 */
#ifndef CAP_CHUNK_H
#define CAP_CHUNK_H

#include "capture/capture.h"
#include "capture/source.h"

/* Two of them (one being read, one being filled) fit into a common second-level cache. */
enum { CAP_CHUNK_BYTES = 128 * 1024 };

typedef struct cap_chunk {
  gint refs; /* atomic: one of the pool, one of each batch */
  gsize size;
  guint8 data[];
} cap_chunk;

/* => NULL where there is no memory for it: the size may come from a file. */
cap_chunk *cap_chunk_new(gsize size);
void cap_chunk_unref(cap_chunk *chunk);

/*
 * The batch keeps the chunk alive as long as its frames are valid; several calls for the same chunk in a row cost
 * nothing.
 */
void cap_batch_hold(cap_batch *batch, cap_chunk *chunk);

/* The bytes between start and end of the chunk have been read and not been parsed. The parser moves start. */
typedef struct cap_window {
  cap_source *source; /* owned */
  cap_chunk *chunk;   /* of the pool */
  gsize start, end;
  guint64 chunk_offset; /* of data[0] in the (decompressed) stream */
  GPtrArray *pool;
} cap_window;

void cap_window_init(cap_window *window, cap_source *source);
void cap_window_clear(cap_window *window);
/* At the end of the stream: gives the buffers back. The place of the window is remembered. */
void cap_window_release(cap_window *window);

/*
 * Goes on at an offset of the stream, where it is a plain file. => TRUE with at least one byte there.
 */
gboolean cap_window_seek(cap_window *window, guint64 offset);

/*
 * Reads until need bytes stand between start and end, and takes the bytes that come along with them. => FALSE at the
 * end of the stream, or with error set where reading fails; the bytes that were there stay. Memory grows with the bytes
 * that were really read, not with the need.
 */
gboolean cap_window_need(cap_window *window, gsize need, GError **error);

static inline gsize cap_window_have(const cap_window *window) { return window->end - window->start; }

static inline guint64 cap_window_offset(const cap_window *window) { return window->chunk_offset + window->start; }

#endif
