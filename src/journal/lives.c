/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lives.h"

#include <stdlib.h>

/* So far may packets be out of order; of a clock that goes back further nothing is told. */
#define BACK_NS G_GINT64_CONSTANT(1000000000)

typedef struct life {
  gint64 created_ns, renewed_ns, ended_ns;
  guint64 elsewhere;
  gint8 world;
  guint8 timeout, state, proto;
} life;

struct lives {
  ct_params params;
  GArray *all; /* life */
  guint most;
  gboolean cut;
  gint64 first_ns, last_ns;
};

lives *lives_new(const ct_params *params, guint most)
{
  lives *l = g_new0(lives, 1);

  l->params = *params;
  l->most = most;
  l->all = g_array_new(FALSE, FALSE, sizeof(life));
  l->first_ns = G_MAXINT64;
  l->last_ns = G_MININT64;
  return l;
}

void lives_free(lives *l)
{
  if (l == NULL)
    return;
  g_array_unref(l->all);
  g_free(l);
}

void lives_time(lives *l, gint64 time_ns)
{
  /* The engine's clock stands still then, while who is born has the packet's time: from when on is not known. */
  l->cut |= l->last_ns != G_MININT64 && l->last_ns - time_ns > BACK_NS;
  l->first_ns = MIN(l->first_ns, time_ns);
  l->last_ns = MAX(l->last_ns, time_ns);
}

void lives_ended(lives *l, int world, guint32 own_s, guint64 elsewhere, const ct_event *event)
{
  const ct_view *view = event->view;
  life new = { .created_ns = view->created_ns,
               .ended_ns = event->time_ns,
               .elsewhere = elsewhere,
               .world = (gint8)world,
               .timeout = view->timeout,
               .state = view->state,
               .proto = view->tuple[CT_ORIGINAL].proto };

  if (l->all->len >= l->most) {
    l->cut = TRUE;
    return;
  }
  if (view->timeout == world)
    new.renewed_ns = view->deadline_ns - own_s *G_GINT64_CONSTANT(1000000000);
  else if (view->timeout < CT_TIMEOUT_COUNT)
    new.renewed_ns = view->deadline_ns - ct_params_timeout_ns(&l->params, (ct_timeout)view->timeout);
  if (event->reason == CT_REASON_END_CAPTURE)
    new.ended_ns = G_MAXINT64;
  g_array_append_val(l->all, new);
}

static gboolean is_special(guint timeout)
{
  return timeout == CT_TIMEOUT_TCP_RETRANS || timeout == CT_TIMEOUT_TCP_UNACK;
}

static gint64 end_of(const life *at, int timeout, guint32 value_s, gboolean with_special)
{
  gboolean governed = at->timeout == timeout || (with_special && is_special(at->timeout) && at->proto == CT_PROTO_TCP &&
                                                 timeout == (int)CT_TIMEOUT_TCP_NONE + at->state);

  if (timeout == LIVES_REPLAY || !governed)
    return at->ended_ns;
  return MIN(at->ended_ns, at->renewed_ns + value_s * G_GINT64_CONSTANT(1000000000));
}

/* A moment, and whether somebody comes (1) or goes (-1) then; who goes does so first. */
typedef struct step {
  gint64 time_ns;
  int by;
} step;

static int compare_steps(const void *a, const void *b)
{
  const step *x = a, *y = b;

  if (x->time_ns != y->time_ns)
    return x->time_ns < y->time_ns ? -1 : 1;
  return x->by - y->by;
}

static GArray *steps_of(const lives *l, int timeout, guint32 value_s, gboolean with_special)
{
  GArray *steps = g_array_new(FALSE, FALSE, sizeof(step));
  gboolean longer = timeout != LIVES_REPLAY && value_s > l->params.timeout_s[timeout];
  guint i;

  for (i = 0; i < l->all->len; i++) {
    const life *at = &g_array_index(l->all, life, i);
    step begins = { at->created_ns, 1 }, ends = { 0, -1 };

    /* With a longer timeout its world has those that went another way, and those only. */
    if (at->world == LIVES_REPLAY ? longer && at->elsewhere >> timeout & 1 : !longer || at->world != timeout)
      continue;
    ends.time_ns = end_of(at, timeout, value_s, with_special);
    g_array_append_val(steps, begins);
    if (ends.time_ns <= l->last_ns)
      g_array_append_val(steps, ends);
  }
  qsort(steps->data, steps->len, sizeof(step), compare_steps);
  return steps;
}

gboolean lives_count(const lives *l, int timeout, guint32 value_s, gboolean with_special, guint64 *peak, double *mean)
{
  GArray *steps;
  gint64 now = 0, most = 0, since_ns = l->first_ns;
  double area = 0;
  guint i;

  *peak = 0;
  *mean = 0;
  if (l->cut)
    return FALSE;
  steps = steps_of(l, timeout, value_s, with_special);
  for (i = 0; i < steps->len; i++) {
    const step *at = &g_array_index(steps, step, i);

    area += (double)now * (double)(at->time_ns - since_ns);
    since_ns = at->time_ns;
    now += at->by;
    most = MAX(most, now);
  }
  g_array_unref(steps);
  if (l->last_ns > l->first_ns)
    *mean = (area + (double)now * (double)(l->last_ns - since_ns)) / (double)(l->last_ns - l->first_ns);
  else
    *mean = (double)now;
  *peak = (guint64)most;
  return TRUE;
}
