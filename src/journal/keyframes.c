/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keyframes.h"

#include "conntrack/state/state.h"

typedef struct keyframe {
  guint64 number;
  guint8 *state;
  gsize n;
  GByteArray *beside; /* NULL: nothing */
} keyframe;

struct keyframes {
  GArray *all; /* of keyframe, by number */
  gsize bytes, bytes_most;
  guint usual_bytes; /* of the latest state */
  guint stretch;     /* how many times as far apart as they should be */
};

static keyframe *at(const keyframes *k, guint i) { return &g_array_index(k->all, keyframe, i); }

static void clear(gpointer data)
{
  keyframe *frame = data;

  g_free(frame->state);
  if (frame->beside != NULL)
    g_byte_array_unref(frame->beside);
}

static gsize size_of(const keyframe *frame) { return frame->n + (frame->beside != NULL ? frame->beside->len : 0); }

keyframes *keyframes_new(gsize bytes_most)
{
  keyframes *k = g_new0(keyframes, 1);

  k->all = g_array_new(FALSE, FALSE, sizeof(keyframe));
  g_array_set_clear_func(k->all, clear);
  k->bytes_most = bytes_most;
  k->stretch = 1;
  return k;
}

void keyframes_free(keyframes *k)
{
  if (k == NULL)
    return;
  g_array_unref(k->all);
  g_free(k);
}

static bool append(const void *bytes, size_t n, void *user)
{
  g_byte_array_append(user, bytes, (guint)n);
  return true;
}

gboolean keyframes_due(const keyframes *k, const ct_engine *engine, guint64 number)
{
  guint64 apart = MAX((guint64)KEYFRAMES_PACKETS_LEAST, ct_engine_count(engine) * (guint64)KEYFRAMES_PACKETS_AN_ENTRY);

  return k->all->len == 0 || number >= at(k, k->all->len - 1)->number + apart * k->stretch;
}

/* The first one stays: from it everything can be reached. */
static void thin(keyframes *k)
{
  guint i;

  for (i = 1; i < k->all->len; i++) {
    k->bytes -= size_of(at(k, i));
    g_array_remove_index(k->all, i);
  }
  k->stretch *= 2;
}

void keyframes_offer(keyframes *k, const ct_engine *engine, guint64 number, GByteArray *beside)
{
  keyframe frame = { .number = number, .beside = beside };
  ct_state_error error;
  GByteArray *state;
  gboolean written;

  if (!keyframes_due(k, engine, number)) {
    clear(&frame);
    return;
  }
  state = g_byte_array_sized_new(k->usual_bytes);
  written = ct_state_write(engine, append, state, &error);
  frame.n = k->usual_bytes = state->len;
  /* An array has room to grow; what is kept has none. */
  frame.state = g_realloc(g_byte_array_free(state, FALSE), MAX(frame.n, 1));
  if (!written) {
    clear(&frame);
    return;
  }
  k->bytes += size_of(&frame);
  g_array_append_val(k->all, frame);
  while (k->bytes > k->bytes_most && k->all->len > 2)
    thin(k);
}

/* => the index of the last one at or before number; -1: none. */
static int find(const keyframes *k, guint64 number)
{
  guint low = 0, high = k->all->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (at(k, middle)->number <= number)
      low = middle + 1;
    else
      high = middle;
  }
  return (int)low - 1;
}

guint64 keyframes_before(const keyframes *k, guint64 number)
{
  int i = find(k, number);

  return i < 0 ? G_MAXUINT64 : at(k, (guint)i)->number;
}

guint64 keyframes_first(const keyframes *k) { return k->all->len > 0 ? at(k, 0)->number : G_MAXUINT64; }

ct_engine *keyframes_find(const keyframes *k, guint64 *number, const guint8 **beside, gsize *n_beside)
{
  int i = find(k, *number);
  const keyframe *frame;
  ct_state_error error;
  ct_state_info info;

  if (i < 0)
    return NULL;
  frame = at(k, (guint)i);
  *number = frame->number;
  *beside = frame->beside != NULL ? frame->beside->data : NULL;
  *n_beside = frame->beside != NULL ? frame->beside->len : 0;
  return ct_state_look(frame->state, frame->n, &info, &error)
           ? ct_state_read(frame->state, frame->n, &info.params, &error)
           : NULL;
}

void keyframes_forget(keyframes *k, guint64 number)
{
  guint i = 0;

  while (i < k->all->len && at(k, i)->number < number)
    k->bytes -= size_of(at(k, i++));
  if (i > 0)
    g_array_remove_range(k->all, 0, i);
}

guint keyframes_count(const keyframes *k) { return k->all->len; }

gsize keyframes_bytes(const keyframes *k) { return k->bytes; }
