/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The box's timeouts, as far as its listing tells them: what is left of an entry there, and how long it has been silent
 * here, are together what its timeout was when it was last renewed. Both are cut to seconds.
 */
#include "internal.h"

static gint by_value(gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;

  return x < y ? -1 : x > y;
}

/* An entry that hardware forwards has no timeout there; one whose helper set it, none here. */
static void note(agree *a, const listing_entry *e, const ct_view *v)
{
  gint64 total_ns, assumed_ns = a->params->timeout_s[v->timeout < CT_TIMEOUT_COUNT ? v->timeout : 0] * NS_PER_S;
  guint32 value_s;

  if (!(e->has & LISTING_TIMEOUT) || e->status & (CT_STATUS_OFFLOAD | CT_STATUS_FIXED_TIMEOUT) ||
      v->timeout >= CT_TIMEOUT_COUNT || (e->has & LISTING_STATE && e->state != v->state) ||
      (v->timeout == CT_TIMEOUT_UDP_STREAM && !(e->status & CT_STATUS_ASSURED)))
    return;
  if (e->timeout_s > a->timeouts[v->timeout].largest_s)
    a->timeouts[v->timeout].largest_s = e->timeout_s;
  /* What is left was cut to seconds, so that the sum is above the value less one, and not above it. */
  total_ns = e->timeout_s * NS_PER_S + v->idle_ns;
  /* An entry that was listed later than the first has been silent for longer. */
  if (assumed_ns > total_ns)
    total_ns = MIN(assumed_ns, total_ns + a->facts.took_ns);
  value_s = (guint32)CLAMP((total_ns + NS_PER_S - 1) / NS_PER_S, 0, G_MAXUINT32);
  if (a->implied[v->timeout] == NULL)
    a->implied[v->timeout] = g_array_new(FALSE, FALSE, sizeof(guint32));
  g_array_append_val(a->implied[v->timeout], value_s);
}

static guint count_of(const GArray *values, guint from, guint to, guint32 value)
{
  guint n = 0;

  for (; from < to; from++)
    n += g_array_index(values, guint32, from) == value;
  return n;
}

/* Clocks are read one after the other, so that neighbours say the same. What most of all say is the value. */
static void settle(agree_timeout *t, GArray *values)
{
  guint from, to = 0;

  g_array_sort(values, by_value);
  t->seen = values->len;
  for (from = 0; from < values->len; from++) {
    guint32 first = g_array_index(values, guint32, from);

    while (to < values->len && g_array_index(values, guint32, to) <= first + 1)
      to++;
    if (to - from <= t->agreeing)
      continue;
    t->agreeing = to - from;
    t->value_s = 2 * count_of(values, from, to, first) >= to - from ? first : first + 1;
  }
  if (2 * t->agreeing <= t->seen)
    t->agreeing = 0;
}

void agree_find_timeouts(agree *a)
{
  guint i;

  for (i = 0; i < a->there->entries->len; i++)
    if (a->view_of[i] != 0)
      note(a, &g_array_index(a->there->entries, listing_entry, i),
           &g_array_index(a->views, ct_view, a->view_of[i] - 1));
  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    if (a->implied[i] != NULL)
      settle(&a->timeouts[i], a->implied[i]);
}

/*
 * What is left there and the silence here are less by as much where the listing is the later one, in each state.
 * Timeouts that somebody has set are round numbers, and differ.
 */
void agree_find_shift(agree *a)
{
  agree_shift s = { .shift_s = 0 };
  gboolean any_odd = FALSE;
  guint i;

  for (i = 0; i < CT_TIMEOUT_COUNT; i++) {
    const agree_timeout *t = &a->timeouts[i];
    gint64 less_s = (gint64)a->params->timeout_s[i] - (gint64)t->value_s;

    if (t->agreeing == 0)
      continue;
    if (ABS(less_s) <= 1 || (s.states > 0 && ABS(less_s - s.shift_s) > 1))
      return;
    s.shift_s = s.states == 0 ? less_s : s.shift_s;
    s.states++;
    any_odd |= t->value_s % 5 != 0;
  }
  s.is_sure = s.states > 1 && any_odd;
  if (s.states > 1 || any_odd)
    a->shift = s;
}

agree_shift agree_shift_of(const agree *a) { return a->shift; }
