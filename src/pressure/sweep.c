/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep.h"

#include "sweep_runner.h"

/* Each runner gets so many batches at once that fetching its tables into the processor's caches is worth the while. */
enum { GROUP_BATCHES = 64, GROUP_BYTES = 64 << 20 };

typedef struct sweep {
  GPtrArray *runners; /* sweep_runner */
  guint threads;
  const replay_batch *group[GROUP_BATCHES];
  guint n_group; /* 0: the end */
  GMutex lock;
  GCond changed;
  guint64 round;   /* which group */
  guint working;   /* threads that have not finished it */
  guint64 packets; /* so far */
} sweep;

typedef struct worker {
  sweep *sweep;
  guint number;
} worker;

/* The runners of one thread: every threads-th. */
static void track_group(const sweep *s, guint number)
{
  guint i, g;

  for (i = number; i < s->runners->len; i += s->threads)
    for (g = 0; g < s->n_group; g++)
      sweep_runner_run(g_ptr_array_index(s->runners, i), s->group[g]);
}

static gpointer work(gpointer data)
{
  worker *w = data;
  sweep *s = w->sweep;
  guint64 done = 0;
  gboolean more = TRUE;

  while (more) {
    g_mutex_lock(&s->lock);
    while (s->round == done)
      g_cond_wait(&s->changed, &s->lock);
    done = s->round;
    g_mutex_unlock(&s->lock);
    more = s->n_group > 0;
    track_group(s, w->number);
    g_mutex_lock(&s->lock);
    s->working--;
    g_cond_broadcast(&s->changed);
    g_mutex_unlock(&s->lock);
  }
  return NULL;
}

/* Frames that nobody can decode are left out, as is said of them. */
static guint64 packets_of(const replay_batch *batch)
{
  guint64 n = 0;
  guint i;

  for (i = 0; i < batch->n; i++)
    n += batch->packets[i].reason != CT_REASON_LINK_UNSUPPORTED;
  return n;
}

/* => FALSE at the end of the source. */
static gboolean gather(sweep *s, replay_source *source)
{
  gsize bytes = 0;

  replay_source_release(source);
  for (s->n_group = 0; s->n_group < GROUP_BATCHES && bytes < GROUP_BYTES; s->n_group++) {
    if ((s->group[s->n_group] = replay_source_next(source)) == NULL)
      break;
    bytes += s->group[s->n_group]->bytes;
    s->packets += packets_of(s->group[s->n_group]);
  }
  return s->n_group > 0;
}

static void hand_out(sweep *s)
{
  g_mutex_lock(&s->lock);
  s->round++;
  s->working = s->threads - 1;
  g_cond_broadcast(&s->changed);
  g_mutex_unlock(&s->lock);
}

static void wait_for_all(sweep *s)
{
  g_mutex_lock(&s->lock);
  while (s->working > 0)
    g_cond_wait(&s->changed, &s->lock);
  g_mutex_unlock(&s->lock);
}

static void run_all(sweep *s, replay_source *source, void (*progress)(gpointer user), gpointer user)
{
  worker *workers = g_new(worker, s->threads);
  GThread **threads = g_new0(GThread *, s->threads);
  gboolean more = s->n_group > 0;
  guint i;

  for (i = 1; i < s->threads; i++) {
    workers[i] = (worker){ s, i };
    threads[i] = g_thread_new("sweep", work, &workers[i]);
  }
  for (;;) {
    hand_out(s);
    track_group(s, 0);
    wait_for_all(s);
    if (progress)
      progress(user);
    if (!more)
      break;
    more = gather(s, source);
  }
  for (i = 1; i < s->threads; i++)
    g_thread_join(threads[i]);
  g_free(threads);
  g_free(workers);
}

void sweep_options(replay_options *options) { options->keep = GROUP_BATCHES; }

static void run_runners(sweep *s, replay_source *source, guint threads, void (*progress)(gpointer user), gpointer user)
{
  s->threads = CLAMP(threads, 1, s->runners->len);
  g_mutex_init(&s->lock);
  g_cond_init(&s->changed);
  run_all(s, source, progress, user);
  g_mutex_clear(&s->lock);
  g_cond_clear(&s->changed);
}

static void keep_runners(const sweep *s, const sweep_setting *settings, resume_io *io)
{
  guint i;

  for (i = 0; io != NULL && i < s->runners->len && !io->failed; i++)
    sweep_runner_keep(g_ptr_array_index(s->runners, i), &settings[i], io);
}

static gboolean is_paired(replay_source *source) { return replay_source_pairs(source) != NULL; }

guint64 sweep_run_on(replay_source *source, const sweep_setting *settings, guint n, guint threads,
                     const sweep_keeping *keeping, sweep_figures *figures)
{
  sweep s = { .runners = NULL };
  guint i;

  gather(&s, source);
  s.runners = sweep_runners_whole(settings, n, is_paired(source));
  keep_runners(&s, settings, keeping->load);
  if (keeping->load == NULL || !keeping->load->failed) {
    run_runners(&s, source, threads, NULL, NULL);
    keep_runners(&s, settings, keeping->save);
  }
  for (i = 0; i < s.runners->len; i++)
    sweep_runner_figures(g_ptr_array_index(s.runners, i), figures);
  g_ptr_array_free(s.runners, TRUE);
  return s.packets;
}

guint64 sweep_run(replay_source *source, const sweep_setting *settings, guint n, guint threads, guint parts,
                  sweep_figures *figures, void (*progress)(gpointer user), gpointer user)
{
  sweep s = { .runners = NULL };
  guint i;

  /* Whether a router's capture shows packets twice is known with its first frames. */
  gather(&s, source);
  s.runners = is_paired(source) || replay_source_zone_by(source) != REPLAY_ZONE_NONE
                ? sweep_runners_whole(settings, n, is_paired(source))
                : sweep_runners_new(settings, n, parts);
  run_runners(&s, source, threads, progress, user);
  for (i = 0; i < s.runners->len; i++)
    sweep_runner_figures(g_ptr_array_index(s.runners, i), figures);
  g_ptr_array_free(s.runners, TRUE);
  return s.packets;
}

/* --- what the figures say --- */

static gboolean is_roomy(const sweep_figures *f) { return f->evicted == 0 && f->dropped == 0 && f->insert_failed == 0; }

static void find_fewest(const sweep_figures *figures, guint n, sweep_judgement *j)
{
  guint i;

  for (i = 0; i < n; i++) {
    const sweep_figures *f = &figures[i];

    j->tracked =
      j->tracked || f->created > 0 || f->dropped > 0 || f->insert_failed > 0 || f->invalid > 0 || f->clashed > 0;
    if (!is_roomy(f))
      continue;
    if (!j->any_roomy || f->cut < figures[j->fewest_cut].cut)
      j->fewest_cut = i;
    if (!j->any_roomy || f->invalid < figures[j->fewest_invalid].invalid)
      j->fewest_invalid = i;
    if (!j->any_roomy || f->clashed < figures[j->fewest_clashed].clashed)
      j->fewest_clashed = i;
    j->any_roomy = TRUE;
  }
  if (j->any_roomy && n > 1) {
    j->cut = figures[j->fewest_cut].cut;
    j->invalid = figures[j->fewest_invalid].invalid;
    j->clashed = figures[j->fewest_clashed].clashed;
  }
}

static gboolean is_less(const ct_params *a, const ct_params *b)
{
  guint64 max_a = a->max != 0 ? a->max : G_MAXUINT64, max_b = b->max != 0 ? b->max : G_MAXUINT64;
  guint t;

  if (max_a != max_b)
    return max_a < max_b;
  for (t = 0; t < CT_TIMEOUT_COUNT; t++)
    if (a->timeout_s[t] != b->timeout_s[t])
      return a->timeout_s[t] < b->timeout_s[t];
  return FALSE;
}

static gboolean has_limits(const sweep_setting *settings, guint n)
{
  guint i;

  for (i = 0; i < n && settings[i].params.max == 0; i++)
    ;
  return i < n;
}

guint sweep_least(const sweep_setting *settings, const sweep_figures *figures, guint n)
{
  gboolean limits = has_limits(settings, n);
  guint i, least = n;

  for (i = 0; i < n; i++)
    if (figures[i].lossless && (!limits || settings[i].params.max != 0) &&
        (least == n || is_less(&settings[i].params, &settings[least].params)))
      least = i;
  return least;
}

sweep_judgement sweep_judge(const sweep_setting *settings, sweep_figures *figures, guint n)
{
  sweep_judgement j = { 0 };
  guint i;

  find_fewest(figures, n, &j);
  for (i = 0; i < n; i++) {
    figures[i].lossless = is_roomy(&figures[i]) && figures[i].cut == j.cut && figures[i].invalid == j.invalid &&
                          figures[i].clashed == j.clashed;
    j.any_lossless = j.any_lossless || figures[i].lossless;
  }
  j.least = sweep_least(settings, figures, n);
  return j;
}
