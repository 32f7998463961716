/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

/* How many packets of a connection or packet that is told are gone through between two looks at the clock. */
enum { TOLD_SLICE = 4096 };

session *session_new(const session_host *host)
{
  session *s = g_new0(session, 1);

  s->host = *host;
  s->tape = replay_tape_new(host->kept_bytes);
  s->line = timeline_new_ruled(&host->params, host->keyframe_bytes, host->rules, host->ruleset);
  s->live = replay_source_live(host->source);
  s->follows = s->live;
  s->speed = 1;
  s->columns = 80;
  s->descending[1] = TRUE;
  s->rows_old = TRUE;
  s->is_new = TRUE;
  return s;
}

void session_free(session *s)
{
  if (s == NULL)
    return;
  told_free(s->told);
  cursor_free(s->other_at);
  replay_rewind_free(s->other_pass);
  timeline_free(s->other);
  cursor_free(s->at);
  timeline_free(s->line);
  replay_tape_free(s->tape);
  rows_clear(&s->rows);
  g_free(s->other_text);
  g_free(s->wanted);
  g_free(s->filter);
  g_free(s->search);
  g_free(s->message);
  g_free(s);
}

/* ---- work ---- */

/* The first batch of all: there is something to stand at. */
static void begin(session *s)
{
  s->at = session_stand(s->line, session_rewind(s, &s->host.params), &s->evicted);
  s->first = timeline_first(s->line);
  session_go_first(s);
  s->follows = s->live;
}

static void forget(session *s)
{
  guint64 first = replay_tape_first(s->tape);

  if (replay_tape_keeps(s->tape) && first > timeline_first(s->line) + CAP_BATCH_FRAMES)
    timeline_forget(s->line, first);
}

static void take(session *s, const replay_batch *batch)
{
  replay_tape_note(s->tape, batch);
  timeline_take(s->line, batch);
  forget(s);
  if (s->at == NULL)
    begin(s);
  if (s->follows && !s->plays) {
    cursor_go(s->at, timeline_last(s->line));
    session_moved(s, FALSE);
  }
}

static void end(session *s)
{
  s->ended = TRUE;
  s->follows = FALSE;
  s->is_new = TRUE;
  if (s->at != NULL)
    return;
  /* Not one packet: the table is empty, and stays so. */
  s->at = session_stand(s->line, session_rewind(s, &s->host.params), &s->evicted);
}

/* The moment that was asked for before it had been read. */
static void look_for_wanted(session *s)
{
  g_autofree char *wanted = g_steal_pointer(&s->wanted);
  char *message;

  if (wanted == NULL || s->at == NULL)
    return;
  message = g_steal_pointer(&s->message);
  session_go(s, wanted);
  if (s->wanted != NULL)
    g_clear_pointer(&s->message, g_free);
  if (s->message == NULL)
    s->message = message;
  else
    g_free(message);
}

/* => whether there may be more. */
static gboolean first_pass(session *s, gint64 until_us)
{
  const replay_batch *batch;

  while (!s->ended && replay_source_ready(s->host.source)) {
    batch = replay_source_next(s->host.source);
    if (batch == NULL)
      end(s);
    else
      take(s, batch);
    s->is_new = TRUE;
    if (g_get_monotonic_time() >= until_us)
      break;
  }
  look_for_wanted(s);
  return !s->ended && (!s->live || replay_source_ready(s->host.source));
}

static gboolean other_pass(session *s, gint64 until_us)
{
  const replay_batch *batch;

  if (s->other == NULL)
    return FALSE;
  while ((batch = replay_rewind_next(s->other_pass)) != NULL) {
    timeline_take(s->other, batch);
    s->is_new = TRUE;
    if (g_get_monotonic_time() >= until_us)
      break;
  }
  if (batch != NULL && timeline_last(s->other) >= cursor_number(s->at) &&
      cursor_number(s->other_at) != cursor_number(s->at))
    session_moved(s, FALSE);
  if (batch == NULL && cursor_number(s->other_at) != cursor_number(s->at))
    session_moved(s, FALSE);
  return batch != NULL;
}

static gboolean tell(session *s, gint64 until_us)
{
  gboolean more = FALSE;

  if (s->told == NULL)
    return FALSE;
  do {
    guint lines = told_lines(s->told);

    more = told_work(s->told, TOLD_SLICE);
    s->is_new = s->is_new || lines != told_lines(s->told) || !more;
  } while (more && g_get_monotonic_time() < until_us);
  return more;
}

gboolean session_work(session *s, gint64 budget_us)
{
  gint64 now_us = g_get_monotonic_time();
  gboolean more = tell(s, now_us + budget_us / 2);

  more = first_pass(s, now_us + budget_us) || more;
  return other_pass(s, g_get_monotonic_time() + budget_us / 2) || more;
}

/* ---- playing ---- */

void session_tick(session *s, gint64 now_us)
{
  gint64 passed_us = now_us - s->tick_us, there;

  s->tick_us = now_us;
  if (!s->plays || passed_us <= 0 || s->at == NULL)
    return;
  there = cursor_ns(s->at);
  if (__builtin_add_overflow(there, MIN(passed_us, 1000000) * 1000 * s->speed, &there))
    there = G_MAXINT64;
  if (there >= timeline_last_ns(s->line)) {
    there = timeline_last_ns(s->line);
    s->plays = !s->ended;
    if (s->ended)
      session_say(s, g_strdup("the end of the capture"));
  }
  cursor_go_time(s->at, there);
  session_moved(s, TRUE);
}

gboolean session_plays(const session *s) { return s->plays; }

gboolean session_is_new(const session *s) { return s->is_new; }
