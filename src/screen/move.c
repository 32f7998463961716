/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include "moment.h"

#include <string.h>

/* The other kernel is asked about the same moment. */
static void other_follows(session *s)
{
  if (s->other_at == NULL)
    return;
  if (cursor_is_later(s->at))
    cursor_go_time(s->other_at, cursor_ns(s->at));
  else
    cursor_go(s->other_at, cursor_number(s->at));
}

void session_moved(session *s, gboolean step)
{
  other_follows(s);
  s->rows_compare = step && !s->rows_old;
  s->rows_old = TRUE;
  s->is_new = TRUE;
}

/* Where somebody wanted to go is forgotten: as close to it as one can come. */
static void land(session *s)
{
  guint64 first = keyframes_first(timeline_keyframes(s->line)), last = timeline_last(s->line);
  guint64 there = first < last ? timeline_next(s->line, first, SCREEN_MARK_TAKEN) : last;
  g_autofree char *number = session_grouped(there);

  if (cursor_go(s->at, there))
    session_say(s, g_strdup_printf("packets before %s are no longer kept; with a larger --memory they are", number));
  else
    session_say(s, g_strdup("the capture can no longer be read there"));
}

static void go(session *s, guint64 number, gboolean step)
{
  gboolean there = cursor_go(s->at, number);

  if (!there)
    land(s);
  session_moved(s, step && there);
}

/* => FALSE: that is no longer kept. */
static gboolean go_time(session *s, gint64 time_ns, gboolean step)
{
  gboolean there = cursor_go_time(s->at, time_ns);

  if (!there)
    land(s);
  session_moved(s, step && there);
  return there;
}

void session_step_packet(session *s, gboolean forward)
{
  guint64 here = cursor_number(s->at), there;

  s->follows = FALSE;
  session_rows(s); /* what a step changes is marked */
  if (!forward && cursor_is_later(s->at))
    there = here; /* back to the packet before this time */
  else
    there =
      forward ? timeline_next(s->line, here, SCREEN_MARK_TAKEN) : timeline_previous(s->line, here, SCREEN_MARK_TAKEN);
  if (there != 0)
    go(s, there, TRUE);
  else if (forward)
    session_say(s, g_strdup(s->ended ? "this is the last packet" : "this is the last packet that has been read"));
  else
    go(s, 0, TRUE);
}

static gint64 add(gint64 a, gint64 b)
{
  gint64 sum;

  return __builtin_add_overflow(a, b, &sum) ? (b > 0 ? G_MAXINT64 : G_MININT64) : sum;
}

void session_step_time(session *s, gint64 by_ns)
{
  gint64 there = add(cursor_ns(s->at), by_ns);

  s->follows = FALSE;
  session_rows(s);
  /* Past the last packet time may go on as long as entries are left to expire. */
  if (by_ns > 0 && there > timeline_last_ns(s->line) && !s->ended)
    there = timeline_last_ns(s->line);
  go_time(s, MAX(there, timeline_first_ns(s->line)), TRUE);
}

void session_step_mark(session *s, guint8 marks, gboolean forward, const char *what)
{
  const timeline *line = session_line(s);
  guint64 here = cursor_number(s->at);
  guint64 there = forward ? timeline_next(line, here, marks) : timeline_previous(line, here, marks);

  s->follows = FALSE;
  if (there != 0)
    go(s, there, FALSE);
  else
    session_say(s, g_strdup_printf("no %s %s%s", what, forward ? "after this moment" : "before this moment",
                                   forward && !s->ended ? ", as far as it has been read" : ""));
}

void session_go_packet(session *s, guint64 number)
{
  s->follows = FALSE;
  go(s, number, FALSE);
}

void session_go_first(session *s)
{
  s->follows = FALSE;
  go(s, timeline_next(s->line, 0, SCREEN_MARK_TAKEN), FALSE);
}

void session_go_last(session *s)
{
  s->follows = s->live && !s->ended;
  go(s, timeline_last(s->line), FALSE);
}

/* ---- a moment by its name ---- */

/* => FALSE where the first pass has not come there. */
static gboolean go_moment(session *s, const moment *m)
{
  if (m->is_number) {
    if (m->number > timeline_last(s->line) && !s->ended)
      return FALSE;
    go(s, MIN(m->number, timeline_last(s->line)), FALSE);
    if (m->number > timeline_last(s->line))
      session_say(s, g_strdup_printf("there is no packet %" G_GUINT64_FORMAT "; this is the last one", m->number));
    return TRUE;
  }
  if (m->time_ns > timeline_last_ns(s->line) && !s->ended)
    return FALSE;
  if (go_time(s, m->time_ns, FALSE) && m->time_ns < timeline_first_ns(s->line))
    session_say(s, g_strdup("that is before the first packet"));
  return TRUE;
}

gboolean session_go(session *s, const char *text)
{
  moment m;

  /* What a time of day means is known once the first frame's day is. */
  if (timeline_last(s->line) == 0 && !s->ended) {
    if (!moment_parse(text, 0, 0, &m)) {
      session_say(s, moment_refused(text));
      return FALSE;
    }
    g_free(s->wanted);
    s->wanted = g_strdup(text);
    return TRUE;
  }
  if (!moment_parse(text, timeline_first_ns(s->line), cursor_ns(s->at), &m)) {
    session_say(s, moment_refused(text));
    return FALSE;
  }
  s->follows = FALSE;
  g_clear_pointer(&s->wanted, g_free);
  if (!go_moment(s, &m)) {
    s->wanted = g_strdup(text);
    session_say(s, g_strdup_printf("%s comes once it has been read", text));
  }
  return TRUE;
}

/* ---- what if ---- */

/* What is told reads a timeline: it goes before that does. */
static void end_what_if(session *s)
{
  g_clear_pointer(&s->told, told_free);
  g_clear_pointer(&s->other_at, cursor_free);
  g_clear_pointer(&s->other_pass, replay_rewind_free);
  g_clear_pointer(&s->other, timeline_free);
  g_clear_pointer(&s->other_text, g_free);
}

void session_no_what_if(session *s)
{
  if (s->other == NULL)
    return;
  end_what_if(s);
  session_moved(s, FALSE);
  session_tell_otherwise(s);
}

gboolean session_what_if(session *s, const char *text)
{
  ct_params params = s->host.params;
  guint ruleset = s->host.ruleset;
  GError *error = NULL;

  if (s->host.change == NULL || !s->host.change(text, &params, &ruleset, s->host.user, &error)) {
    session_say(s, g_strdup(error != NULL ? error->message : "that cannot be changed here"));
    g_clear_error(&error);
    return FALSE;
  }
  end_what_if(s);
  s->other = timeline_new_ruled(&params, s->host.keyframe_bytes, s->host.rules, ruleset);
  s->other_text = g_strdup(text);
  s->other_pass = session_rewind(s, &params);
  replay_rewind_seek(s->other_pass, replay_tape_first(s->tape));
  s->other_at = session_stand(s->other, session_rewind(s, &params), &s->other_evicted);
  session_moved(s, FALSE);
  session_tell_otherwise(s);
  return TRUE;
}
