/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When -L, -C and -S look: at the times and packets of --at, and --every so often. */
#include "say.h"
#include "snapshots.h"

struct cli_snapshots {
  const cli_options *o;
  void (*show)(const replay_moments *now, gpointer user);
  gpointer user;
  GArray *times;   /* gint64, sorted; of --at */
  GArray *numbers; /* guint64, sorted */
  guint next_time, next_number;
  gint64 next_every_ns;
  gboolean any_every; /* one of --every was shown */
  guint64 left_out;   /* snapshots of an empty table in a silent time */
};

cli_snapshots *cli_snapshots_new(const cli_options *options, void (*show)(const replay_moments *now, gpointer user),
                                 gpointer user)
{
  cli_snapshots *s;

  if (options->at->len == 0 && options->every_ns == 0)
    return NULL;
  s = g_new0(cli_snapshots, 1);
  s->o = options;
  s->show = show;
  s->user = user;
  s->times = g_array_new(FALSE, FALSE, sizeof(gint64));
  s->numbers = g_array_new(FALSE, FALSE, sizeof(gint64));
  s->next_every_ns = G_MAXINT64;
  return s;
}

void cli_snapshots_free(cli_snapshots *s)
{
  if (s == NULL)
    return;
  if (s->left_out > 0)
    cli_say("note: %" G_GUINT64_FORMAT " snapshot%s of an empty table, in times without packets, %s left out",
            s->left_out, s->left_out == 1 ? "" : "s", s->left_out == 1 ? "was" : "were");
  if (s->next_every_ns != G_MAXINT64 && !s->any_every)
    cli_say("note: --every: the captures are shorter than that; --at +%.9g shows the table as it was after so long, "
            "and without "
            "both it stands as it is at the end",
            (double)s->o->every_ns / 1e9);
  for (; s->next_number < s->numbers->len; s->next_number++)
    cli_say("note: --at '#%" G_GINT64_FORMAT "': the captures end before",
            g_array_index(s->numbers, gint64, s->next_number));
  g_array_unref(s->times);
  g_array_unref(s->numbers);
  g_free(s);
}

static gint compare_times(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return x < y ? -1 : x > y;
}

/* Once the first packet's time is known. Points before it show the table as it was then: empty. */
static void begin(cli_snapshots *s, const replay_moments *m)
{
  guint i;

  for (i = 0; i < s->o->at->len; i++) {
    const replay_point *point = &g_array_index(s->o->at, replay_point, i);
    gint64 value = point->kind == REPLAY_POINT_NUMBER ? point->value : replay_point_time_ns(point, m->first_ns);

    g_array_append_val(point->kind == REPLAY_POINT_NUMBER ? s->numbers : s->times, value);
  }
  g_array_sort(s->times, compare_times);
  g_array_sort(s->numbers, compare_times);
  /* What lies before was shown, where the packets before were. */
  if (s->o->every_ns > 0)
    s->next_every_ns = replay_time_add(
      m->first_ns, (m->last_number > 0 ? (m->last_ns - m->first_ns) / s->o->every_ns + 1 : 1) * s->o->every_ns);
}

/* The next multiple; beyond a silence in which nothing is left that could change, the first one with news. */
static void next_every(cli_snapshots *s, const replay_moments *m, guint64 count)
{
  gint64 every_ns = s->o->every_ns, skip;

  s->next_every_ns = replay_time_add(s->next_every_ns, every_ns);
  if (count > 0 || m->upcoming_ns == G_MAXINT64 || m->upcoming_ns <= s->next_every_ns)
    return;
  skip = (m->upcoming_ns - s->next_every_ns - 1) / every_ns;
  s->left_out += (guint64)skip;
  s->next_every_ns = replay_time_add(s->next_every_ns, skip * every_ns);
}

/* A time of day may come only the day after, when there are no packets any more. */
static void say_next_day(const cli_snapshots *s, const replay_moments *m)
{
  guint i;

  for (i = 0; i < s->o->at->len; i++) {
    const replay_point *point = &g_array_index(s->o->at, replay_point, i);
    g_autofree char *missed = replay_point_missed(point, m->first_ns);

    if (*missed != '\0' && replay_point_time_ns(point, m->first_ns) > m->last_ns)
      cli_say("note: --at: %sthe captures end before", missed);
  }
}

void cli_snapshots_moment(cli_snapshots *s, replay_moments *m, guint64 count)
{
  gint64 now_ns = m->last_ns;

  if (!m->by_time && !m->by_number && !m->ended)
    begin(s, m);
  if (!m->by_time && !m->by_number && m->ended)
    say_next_day(s, m);
  if (m->by_number && s->next_number < s->numbers->len &&
      (guint64)g_array_index(s->numbers, gint64, s->next_number) <= m->next_number) {
    s->show(m, s->user);
    s->next_number++;
  }
  if (m->by_time) {
    gboolean shown = FALSE;

    for (; s->next_time < s->times->len && g_array_index(s->times, gint64, s->next_time) <= now_ns; s->next_time++)
      shown = shown || (s->show(m, s->user), TRUE);
    if (s->next_every_ns <= now_ns) {
      s->any_every = TRUE;
      if (!shown)
        s->show(m, s->user);
      next_every(s, m, count);
    }
  }
  m->next_number =
    s->next_number < s->numbers->len ? (guint64)g_array_index(s->numbers, gint64, s->next_number) : G_MAXUINT64;
  m->next_ns = s->next_time < s->times->len ? g_array_index(s->times, gint64, s->next_time) : G_MAXINT64;
  /* --at reaches beyond the last packet, --every does not. */
  if (!m->ended || s->next_every_ns <= m->last_ns)
    m->next_ns = MIN(m->next_ns, s->next_every_ns);
}
