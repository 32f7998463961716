/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/chunk.h"

#include <string.h>

cap_chunk *cap_chunk_new(gsize size)
{
  cap_chunk *chunk = g_try_malloc(sizeof(*chunk) + size);

  if (chunk != NULL) {
    chunk->refs = 1;
    chunk->size = size;
  }
  return chunk;
}

void cap_chunk_unref(cap_chunk *chunk)
{
  if (g_atomic_int_dec_and_test(&chunk->refs))
    g_free(chunk);
}

cap_batch *cap_batch_new(void)
{
  cap_batch *batch = g_new0(cap_batch, 1);

  batch->chunks = g_ptr_array_new_with_free_func((GDestroyNotify)cap_chunk_unref);
  return batch;
}

void cap_batch_free(cap_batch *batch)
{
  if (batch == NULL)
    return;
  g_ptr_array_unref(batch->chunks);
  g_free(batch);
}

gsize cap_batch_bytes(const cap_batch *batch)
{
  gsize bytes = 0;

  for (guint i = 0; i < batch->chunks->len; i++)
    bytes += ((const cap_chunk *)batch->chunks->pdata[i])->size;
  return bytes;
}

void cap_batch_hold(cap_batch *batch, cap_chunk *chunk)
{
  GPtrArray *held = batch->chunks;

  if (held->len > 0 && held->pdata[held->len - 1] == chunk)
    return;
  g_atomic_int_inc(&chunk->refs);
  g_ptr_array_add(held, chunk);
}

void cap_batch_clear(cap_batch *batch)
{
  batch->n = 0;
  if (batch->chunks->len > 0)
    g_ptr_array_set_size(batch->chunks, 0);
}

struct cap_kept {
  GPtrArray *chunks;
  guint n;
  cap_frame frames[];
};

cap_kept *cap_batch_keep(const cap_batch *batch)
{
  cap_kept *kept = g_malloc(sizeof(cap_kept) + batch->n * sizeof(cap_frame));

  kept->n = batch->n;
  memcpy(kept->frames, batch->frames, batch->n * sizeof(cap_frame));
  kept->chunks = g_ptr_array_new_full(batch->chunks->len, (GDestroyNotify)cap_chunk_unref);
  for (guint i = 0; i < batch->chunks->len; i++) {
    cap_chunk *chunk = batch->chunks->pdata[i];

    g_atomic_int_inc(&chunk->refs);
    g_ptr_array_add(kept->chunks, chunk);
  }
  return kept;
}

void cap_kept_free(cap_kept *kept)
{
  if (kept == NULL)
    return;
  g_ptr_array_unref(kept->chunks);
  g_free(kept);
}

void cap_kept_load(const cap_kept *kept, cap_batch *batch)
{
  cap_batch_clear(batch);
  batch->n = kept->n;
  batch->place = CAP_NO_PLACE;
  memcpy(batch->frames, kept->frames, kept->n * sizeof(cap_frame));
  for (guint i = 0; i < kept->chunks->len; i++)
    cap_batch_hold(batch, kept->chunks->pdata[i]);
}

gsize cap_kept_bytes(const cap_kept *kept, const cap_kept *before)
{
  const cap_chunk *last =
    before != NULL && before->chunks->len > 0 ? before->chunks->pdata[before->chunks->len - 1] : NULL;
  gsize bytes = sizeof(cap_kept) + kept->n * sizeof(cap_frame);

  for (guint i = 0; i < kept->chunks->len; i++) {
    const cap_chunk *chunk = kept->chunks->pdata[i];

    if (chunk != last)
      bytes += chunk->size;
  }
  return bytes;
}
