/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a session stands: its kernel and moment, the rows of then, and what it says. Below all that moves or draws. */
#include "inside.h"

#include "pressure/occupancy.h"

void session_say(session *s, char *text)
{
  g_free(s->message);
  s->message = text;
  s->is_new = TRUE;
}

const timeline *session_line(const session *s) { return s->other != NULL ? s->other : s->line; }

cursor *session_cursor(const session *s) { return s->other_at != NULL ? s->other_at : s->at; }

replay_rewind *session_rewind(const session *s, const ct_params *params)
{
  int fd = s->host.reopen != NULL ? s->host.reopen(s->host.user) : -1;

  return replay_rewind_new(s->tape, s->host.source, fd, s->host.path, params, s->host.checksums);
}

static void on_end(const ct_event *event, void *user)
{
  session_evicted *e = user;

  if (event->packet == 0 || !pressure_is_eviction((ct_reason)event->reason))
    return;
  if (e->packet != event->packet)
    *e = (session_evicted){ event->packet, event->view->id, event->view->tuple[CT_ORIGINAL], 0 };
  e->n++;
}

static void on_engine(ct_engine *engine, gpointer user)
{
  *(session_evicted *)user = (session_evicted){ .packet = 0 };
  ct_engine_watch(engine, 1u << CT_EVENT_DESTROY, on_end, user);
}

cursor *session_stand(const timeline *line, replay_rewind *rewind, session_evicted *evicted)
{
  const cursor_watch watch = { .engine = on_engine, .user = evicted };

  return cursor_new(line, rewind, &watch);
}

void session_rows(session *s)
{
  gboolean letters = s->filter_letters;
  guint by = s->group != ROWS_GROUP_NONE;

  if (!s->rows_old || s->at == NULL)
    return;
  rows_take(&s->rows, cursor_engine(session_cursor(s)), letters ? s->host.chosen : NULL, s->host.user,
            s->other == NULL && s->rows_compare && s->rows.entries != NULL);
  if (s->other != NULL)
    rows_compare(&s->rows, cursor_engine(s->at), letters ? s->host.chosen : NULL, s->host.user);
  rows_arrange(&s->rows, timeline_params(session_line(s)), s->group, s->order[by], s->descending[by],
               letters ? NULL : s->filter);
  s->rows_old = FALSE;
  if (s->selected >= session_rows_count(s))
    s->selected = session_rows_count(s) > 0 ? session_rows_count(s) - 1 : 0;
}

guint session_rows_count(const session *s)
{
  if (s->rows.entries == NULL)
    return 0;
  return s->group == ROWS_GROUP_NONE ? s->rows.order->len : s->rows.counts->len;
}
