/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cursor.h"

enum {
  RUN = 32,                          /* packets prefetched together */
  NEARBY_PACKETS = 512,              /* before a target that was jumped to, a state of the cursor's own is kept */
  NEARBY_WORTH = 4 * NEARBY_PACKETS, /* where the way from the keyframe is longer */
  NEARBY_BYTES = 1                   /* one state, whatever its size */
};

struct cursor {
  const timeline *line;
  replay_rewind *rewind;
  cursor_watch watch;
  ct_engine *engine;
  way way;
  keyframes *nearby;
  guint64 number;
  const replay_batch *batch; /* NULL: none is at hand */
  guint at;                  /* in the batch: the packet that comes next */
  const ct_packet *packet;   /* the last done; NULL: not at hand */
  gboolean later;            /* the clock has gone on since */
  ct_result result;
};

static void use_engine(cursor *c, ct_engine *engine, guint64 number)
{
  ct_engine_free(c->engine);
  c->engine = engine;
  c->number = number;
  c->batch = NULL;
  c->packet = NULL;
  c->later = FALSE;
  if (c->watch.engine != NULL)
    c->watch.engine(engine, c->watch.user);
}

cursor *cursor_new(const timeline *line, replay_rewind *rewind, const cursor_watch *watch)
{
  cursor *c = g_new0(cursor, 1);

  c->line = line;
  c->rewind = rewind;
  if (watch != NULL)
    c->watch = *watch;
  c->nearby = keyframes_new(NEARBY_BYTES);
  timeline_way(line, &c->way, c->watch.records);
  use_engine(c, ct_engine_new(timeline_params(line)), 0);
  return c;
}

void cursor_free(cursor *c)
{
  if (c == NULL)
    return;
  ct_engine_free(c->engine);
  way_end(&c->way);
  keyframes_free(c->nearby);
  replay_rewind_free(c->rewind);
  g_free(c);
}

/* => the packet that comes next, NULL at the end of the tape. */
static const ct_packet *peek(cursor *c)
{
  if (c->batch == NULL && !replay_rewind_seek(c->rewind, c->number + 1))
    return NULL;
  while (c->batch == NULL || c->at == c->batch->n || c->batch->packets[c->at].number <= c->number) {
    if (c->batch != NULL && c->at < c->batch->n) {
      c->at++;
      continue;
    }
    c->batch = replay_rewind_next(c->rewind);
    c->at = 0;
    if (c->batch == NULL)
      return NULL;
  }
  return &c->batch->packets[c->at];
}

static void track(cursor *c, const ct_packet *packet)
{
  if (c->at % RUN == 0)
    ct_engine_prefetch(c->engine, packet, MIN(c->batch->n - c->at, (guint)RUN));
  way_packet(&c->way, c->engine, c->batch, c->at, &c->result);
  c->number = packet->number;
  c->at++;
  c->packet = packet;
  c->later = FALSE;
  if (c->watch.packet != NULL)
    c->watch.packet(c->engine, packet, &c->result, c->watch.user);
  c->result.entry = NULL;
}

gboolean cursor_begin_before(cursor *c, guint64 number)
{
  guint64 far = keyframes_before(timeline_keyframes(c->line), number), near = keyframes_before(c->nearby, number);
  gboolean close_by = near != G_MAXUINT64 && (far == G_MAXUINT64 || near > far);
  guint64 at = number;
  const guint8 *beside;
  gsize n_beside;
  ct_engine *engine = keyframes_find(close_by ? c->nearby : timeline_keyframes(c->line), &at, &beside, &n_beside);

  if (engine == NULL)
    return FALSE;
  way_return(&c->way, beside, n_beside);
  use_engine(c, engine, at);
  return TRUE;
}

/* Whether the way from here to a packet is longer than from a state. */
static gboolean worth_a_jump(const cursor *c, guint64 number)
{
  guint64 far = keyframes_before(timeline_keyframes(c->line), number);

  return far != G_MAXUINT64 && far > c->number + KEYFRAMES_PACKETS_LEAST / 4;
}

/* Another step back will probably follow. */
static void keep_nearby(cursor *c)
{
  keyframes_free(c->nearby);
  c->nearby = keyframes_new(NEARBY_BYTES);
  keyframes_offer(c->nearby, c->engine, c->number, way_keep(&c->way));
}

static void track_to(cursor *c, guint64 number, gboolean back)
{
  gboolean keeps = back && number > c->number + NEARBY_WORTH;
  const ct_packet *packet;

  while (c->number < number && (packet = peek(c)) != NULL && packet->number <= number) {
    if (keeps && packet->number + NEARBY_PACKETS > number) {
      keep_nearby(c);
      keeps = FALSE;
    }
    track(c, packet);
  }
}

gboolean cursor_go(cursor *c, guint64 number)
{
  gboolean back;

  number = timeline_previous(c->line, number + 1, SCREEN_MARK_TAKEN);
  back = number < c->number || (number == c->number && (c->later || c->packet == NULL));
  if (number == 0) {
    way_return(&c->way, NULL, 0);
    use_engine(c, ct_engine_new(timeline_params(c->line)), 0);
    return timeline_first(c->line) <= 1 || replay_rewind_seek(c->rewind, 1);
  }
  /* From before it, so that it is tracked, and what became of it known. */
  if ((back || worth_a_jump(c, number - 1)) && !cursor_begin_before(c, number - 1))
    return FALSE;
  track_to(c, number, back);
  return c->number == number;
}

gboolean cursor_go_time(cursor *c, gint64 time_ns)
{
  guint64 before = timeline_before(c->line, time_ns);
  const ct_packet *packet;

  if (time_ns < cursor_ns(c) && c->number != 0) {
    if (!cursor_begin_before(c, MAX(before, 1) - 1))
      return FALSE;
    track_to(c, before, TRUE);
  } else if (before > 0 && worth_a_jump(c, before - 1) && !cursor_begin_before(c, before - 1)) {
    return FALSE;
  }
  /* What is stamped earlier than the clock comes at the clock's time. */
  while ((packet = peek(c)) != NULL && packet->number <= timeline_last(c->line) && packet->time_ns <= time_ns)
    track(c, packet);
  if (c->number != 0 && time_ns > cursor_ns(c)) {
    ct_engine_advance(c->engine, time_ns);
    c->later = TRUE;
  }
  return TRUE;
}

gboolean cursor_on(cursor *c, guint packets)
{
  const ct_packet *packet = NULL;

  while (packets-- > 0 && (packet = peek(c)) != NULL)
    track(c, packet);
  return packet != NULL;
}

const ct_engine *cursor_engine(const cursor *c) { return c->engine; }

guint64 cursor_number(const cursor *c) { return c->number; }

gint64 cursor_ns(const cursor *c)
{
  gint64 now = ct_engine_now(c->engine);

  return now == G_MININT64 ? timeline_first_ns(c->line) : now;
}

const ct_packet *cursor_packet(const cursor *c, const ct_result **result)
{
  *result = &c->result;
  return c->packet;
}

const way *cursor_way(const cursor *c) { return &c->way; }

gboolean cursor_is_later(const cursor *c) { return c->later; }
