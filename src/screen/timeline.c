/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "timeline.h"

#include "pressure/occupancy.h"

#include <string.h>

enum { PAGE_FRAMES = 1 << 16 };

/* Marks of frames whose numbers are alike but for their lowest bits. */
typedef struct page {
  guint64 dropped, invalid; /* before it */
  guint8 any;
  guint8 marks[PAGE_FRAMES];
} page;

/* Where a batch ended. */
typedef struct block {
  guint64 last;
  gint64 clock_ns;
} block;

struct timeline {
  ct_params params;
  ct_engine *engine;
  way way;
  keyframes *frames;
  strip strip;
  GPtrArray *pages; /* page *, NULL where nothing was marked or all is forgotten */
  GArray *blocks;
  guint64 first, last;
  guint64 dropped, invalid; /* packets so far */
  gint64 first_ns;
  guint8 pending; /* marks of what happened since the packet before */
};

static void on_event(const ct_event *event, void *user)
{
  timeline *t = user;
  guint8 marks = SCREEN_MARK_EVENT;

  if (event->type == CT_EVENT_NEW)
    marks |= SCREEN_MARK_NEW;
  else if (event->type == CT_EVENT_DROP)
    marks = SCREEN_MARK_DROPPED;
  else if (event->type == CT_EVENT_DESTROY && pressure_is_eviction((ct_reason)event->reason))
    marks |= SCREEN_MARK_EVICTED;
  t->pending |= marks;
  /* Within a packet the count is not what it comes to: whoever makes room has not gone yet. */
  strip_note(&t->strip, event->time_ns, event->packet == 0 ? ct_engine_count(t->engine) : t->strip.last_count, marks);
}

timeline *timeline_new(const ct_params *params, gsize keyframe_bytes)
{
  return timeline_new_ruled(params, keyframe_bytes, NULL, 0);
}

timeline *timeline_new_ruled(const ct_params *params, gsize keyframe_bytes, const screen_rules *rules, guint which)
{
  timeline *t = g_new0(timeline, 1);

  t->params = *params;
  t->engine = ct_engine_new(params);
  way_begin(&t->way, rules, which, &t->params, FALSE);
  t->frames = keyframes_new(keyframe_bytes);
  t->pages = g_ptr_array_new_with_free_func(g_free);
  t->blocks = g_array_new(FALSE, FALSE, sizeof(block));
  ct_engine_watch(t->engine, G_MAXUINT32, on_event, t);
  return t;
}

void timeline_free(timeline *t)
{
  if (t == NULL)
    return;
  ct_engine_free(t->engine);
  way_end(&t->way);
  keyframes_free(t->frames);
  g_ptr_array_unref(t->pages);
  g_array_unref(t->blocks);
  g_free(t);
}

static void mark(timeline *t, guint64 number, guint8 marks)
{
  guint at = (guint)(number / PAGE_FRAMES);
  page *p;

  if (at >= t->pages->len)
    g_ptr_array_set_size(t->pages, (gint)at + 1);
  p = t->pages->pdata[at];
  if (p == NULL) {
    t->pages->pdata[at] = p = g_new0(page, 1);
    p->dropped = t->dropped;
    p->invalid = t->invalid;
  }
  t->dropped += (marks & SCREEN_MARK_DROPPED) != 0;
  t->invalid += (marks & SCREEN_MARK_INVALID) != 0;
  p->any |= marks;
  p->marks[number % PAGE_FRAMES] = marks;
}

static guint8 marks_of(const ct_result *result)
{
  guint8 marks = SCREEN_MARK_TAKEN;

  if (result->cls == CT_CLASS_INVALID)
    marks |= SCREEN_MARK_INVALID;
  if (result->verdict == CT_VERDICT_DROP)
    marks |= SCREEN_MARK_DROPPED;
  if (result->changes & CT_CHANGE_STATE || result->old_state != result->new_state)
    marks |= SCREEN_MARK_STATE;
  return marks;
}

void timeline_take(timeline *t, const replay_batch *batch)
{
  block b;
  guint i;

  if (t->first == 0) {
    t->first = batch->packets[0].number;
    t->first_ns = batch->first_ns;
  }
  if (keyframes_due(t->frames, t->engine, t->last))
    keyframes_offer(t->frames, t->engine, t->last, way_keep(&t->way));
  ct_engine_prefetch(t->engine, batch->packets, MIN(batch->n, 32));
  for (i = 0; i < batch->n; i++) {
    const ct_packet *packet = &batch->packets[i];
    ct_result result;
    guint8 marks;

    if (i % 32 == 0 && i > 0)
      ct_engine_prefetch(t->engine, packet, MIN(batch->n - i, 32));
    way_packet(&t->way, t->engine, batch, i, &result);
    marks = marks_of(&result) | t->pending | (way_dropped(&t->way) ? SCREEN_MARK_DROPPED : 0);
    t->pending = 0;
    strip_note(&t->strip, ct_engine_now(t->engine), ct_engine_count(t->engine), marks);
    mark(t, packet->number, marks);
  }
  t->last = batch->packets[batch->n - 1].number;
  b = (block){ t->last, ct_engine_now(t->engine) };
  g_array_append_val(t->blocks, b);
}

void timeline_forget(timeline *t, guint64 number)
{
  guint i, gone = 0;

  keyframes_forget(t->frames, number);
  for (i = 0; i < number / PAGE_FRAMES && i < t->pages->len; i++)
    g_clear_pointer(&t->pages->pdata[i], g_free);
  while (gone < t->blocks->len && g_array_index(t->blocks, block, gone).last < number)
    gone++;
  if (gone > 0)
    g_array_remove_range(t->blocks, 0, gone);
  t->first = MAX(t->first, number);
}

void timeline_way(const timeline *t, way *w, gboolean records)
{
  way_begin(w, t->way.rules, t->way.which, &t->params, records);
}

const ct_params *timeline_params(const timeline *t) { return &t->params; }
const keyframes *timeline_keyframes(const timeline *t) { return t->frames; }
const strip *timeline_strip(const timeline *t) { return &t->strip; }
guint64 timeline_first(const timeline *t) { return t->first; }
guint64 timeline_last(const timeline *t) { return t->last; }
gint64 timeline_first_ns(const timeline *t) { return t->first_ns; }
gint64 timeline_last_ns(const timeline *t) { return ct_engine_now(t->engine); }

const ct_stats *timeline_stats(const timeline *t) { return ct_engine_stats(t->engine); }

gsize timeline_bytes(const timeline *t)
{
  return keyframes_bytes(t->frames) + t->pages->len * sizeof(page) + t->blocks->len * sizeof(block);
}

static const page *page_of(const timeline *t, guint64 number)
{
  return number / PAGE_FRAMES < t->pages->len ? t->pages->pdata[number / PAGE_FRAMES] : NULL;
}

guint8 timeline_marks(const timeline *t, guint64 number)
{
  const page *p = page_of(t, number);

  return p != NULL ? p->marks[number % PAGE_FRAMES] : 0;
}

guint64 timeline_count(const timeline *t, guint64 number, guint8 mark)
{
  gboolean drops = mark == SCREEN_MARK_DROPPED;
  guint64 at = number / PAGE_FRAMES, n, last, i;
  const page *p;

  if (number >= t->last)
    return drops ? t->dropped : t->invalid;
  /* There is no page where there are no packets. */
  while ((p = page_of(t, at * PAGE_FRAMES)) == NULL && at > 0)
    at--;
  if (p == NULL)
    return 0;
  n = drops ? p->dropped : p->invalid;
  last = at == number / PAGE_FRAMES ? number % PAGE_FRAMES : PAGE_FRAMES - 1;
  for (i = 0; i <= last; i++)
    n += (p->marks[i] & mark) != 0;
  return n;
}

guint64 timeline_next(const timeline *t, guint64 number, guint8 marks)
{
  for (number++; number <= t->last; number++) {
    const page *p = page_of(t, number);

    if (p == NULL || (p->any & marks) == 0)
      number |= PAGE_FRAMES - 1;
    else if (p->marks[number % PAGE_FRAMES] & marks)
      return number;
  }
  return 0;
}

guint64 timeline_previous(const timeline *t, guint64 number, guint8 marks)
{
  for (number = MIN(number, t->last + 1); number-- > t->first;) {
    const page *p = page_of(t, number);

    if (p == NULL || (p->any & marks) == 0)
      number &= ~(guint64)(PAGE_FRAMES - 1);
    else if (p->marks[number % PAGE_FRAMES] & marks)
      return number;
    if (number == 0)
      break;
  }
  return 0;
}

/* => the first block that ends after it. */
static guint block_after(const timeline *t, gint64 time_ns)
{
  guint low = 0, high = t->blocks->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (g_array_index(t->blocks, block, middle).clock_ns <= time_ns)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

guint64 timeline_before(const timeline *t, gint64 time_ns)
{
  guint after = block_after(t, time_ns);

  return after > 0 ? g_array_index(t->blocks, block, after - 1).last : 0;
}

gint64 timeline_time_of(const timeline *t, guint64 number)
{
  guint low = 0, high = t->blocks->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (g_array_index(t->blocks, block, middle).last < number)
      low = middle + 1;
    else
      high = middle;
  }
  return low < t->blocks->len ? g_array_index(t->blocks, block, low).clock_ns : timeline_last_ns(t);
}
