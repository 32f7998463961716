/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes behind frames. A reader fills chunks through its window (window.h); batches hold references on the chunks
 * their frames point into, so frames are never copied, and a chunk goes back into the reader's pool once the last batch
 * lets go. Only the record that the end of a chunk cuts is moved, to the start of the next one.
 */
#ifndef CAP_CHUNK_H
#define CAP_CHUNK_H

#include "capture/capture.h"

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

#endif
