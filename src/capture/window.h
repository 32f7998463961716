/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A reader's view of the stream: a stretch of it that moves on. Its bytes stand in chunks (chunk.h), which it fills
 * from the source itself, or takes from it as pieces.
 */
#ifndef CAP_WINDOW_H
#define CAP_WINDOW_H

#include "capture/chunk.h"
#include "capture/source.h"

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
