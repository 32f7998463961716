/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A full table against what Linux did with the same captures (transcripts/PRESSURE.md): one TAP result a figure.
 * Figures that never varied over the kernel's boots must be met by each seed. Where the kernel's random key decides, a
 * boot and a seed are draws of the same lottery: the mean of the seeds must lie within what the boots gave, and, where
 * each boot's figure is known, no further from their mean than three standard errors of the difference. The truth is
 * found as in truth.c.
 */
#include <config.h>

#include <math.h>
#include <stdio.h>

#include "pressure/sweep.h"

enum { SEEDS = 100, BOOTS = 10, MAX = 1000, BUCKETS = 1024, HZ = 100 };

/* Least and most over ten boots; each boot's figure, where it is known (the last is not 0). */
typedef struct range {
  guint64 least, most;
  guint64 boots[BOOTS];
} range;

typedef struct truth {
  const char *capture;
  range drop, early_drop, entries;
} truth;

static const truth truths[] = {
  { "pressure-unreplied.pcap",
    { 0, 0, { 0 } },
    { 2000, 2003, { 2000, 2000, 2000, 2000, 2001, 2001, 2001, 2001, 2002, 2003 } },
    { 997, 1000, { 0 } } },
  { "pressure-assured.pcap", { 500, 500, { 0 } }, { 0, 0, { 0 } }, { 1000, 1000, { 0 } } },
  { "pressure-half.pcap", { 0, 2, { 0, 0, 0, 0, 0, 0, 0, 1, 1, 2 } }, { 1999, 2003, { 0 } }, { 997, 1000, { 0 } } },
  { "pressure-closing.pcap",
    { 674, 717, { 674, 677, 681, 686, 687, 688, 692, 698, 699, 717 } },
    { 232, 275, { 0 } },
    { 999,
      1000,
      { 0 } } }, /* 1000 in ten boots; one short where the very last eviction takes two, one time in some hundred */
};

static guint number, failed;

/* Mean of n figures, and the square of its standard error. */
static double mean_of(const guint64 *figures, guint n, double *error2)
{
  double mean = 0, squares = 0;
  guint i;

  for (i = 0; i < n; i++)
    mean += (double)figures[i] / n;
  for (i = 0; i < n; i++)
    squares += ((double)figures[i] - mean) * ((double)figures[i] - mean);
  *error2 = squares / (n - 1) / n;
  return mean;
}

static void check(const char *capture, const char *what, const guint64 *figures, const range *kernel)
{
  double error2, mean = mean_of(figures, SEEDS, &error2);
  gboolean fine = mean >= (double)kernel->least && mean <= (double)kernel->most;
  guint i;

  for (i = 0; i < SEEDS; i++)
    if (kernel->least == kernel->most && figures[i] != kernel->least)
      fine = FALSE;
  printf("# %s: %s %.1f +- %.1f in %d seeds\n", capture, what, mean, sqrt(error2 * SEEDS), SEEDS);
  if (kernel->boots[BOOTS - 1] != 0) {
    double boots_error2, boots = mean_of(kernel->boots, BOOTS, &boots_error2), apart = sqrt(error2 + boots_error2);

    if (fabs(mean - boots) > 3 * apart)
      fine = FALSE;
    printf("# Linux %.1f +- %.1f in %d boots: the means are %.1f standard errors apart\n", boots,
           sqrt(boots_error2 * BOOTS), BOOTS, fabs(mean - boots) / apart);
  }
  printf("%sok %u - %s: %s, Linux %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT "\n", fine ? "" : "not ", ++number,
         capture, what, kernel->least, kernel->most);
  failed += !fine;
}

static void check_capture(const truth *t, const char *path)
{
  guint64 drop[SEEDS], early_drop[SEEDS], entries[SEEDS];
  sweep_figures *figures = g_new0(sweep_figures, SEEDS);
  sweep_setting settings[SEEDS];
  replay_options options;
  replay_source *source;
  guint i;

  for (i = 0; i < SEEDS; i++) {
    ct_params_init(&settings[i].params, ct_profile_get(0));
    settings[i].params.max = MAX;
    settings[i].params.buckets = BUCKETS;
    settings[i].params.gc = CT_GC_KERNEL;
    settings[i].params.hz = HZ;
    settings[i].params.hash_seed = i;
    settings[i].label = NULL;
    settings[i].door = NULL;
  }
  replay_options_init(&options);
  options.captures = &path;
  options.n_captures = 1;
  sweep_options(&options);
  source = replay_source_open(&options, &settings[0].params, NULL);
  sweep_run(source, settings, SEEDS, 1, 1, figures, NULL, NULL);
  for (i = 0; i < SEEDS; i++) {
    drop[i] = figures[i].dropped;
    early_drop[i] = figures[i].early_drop;
    entries[i] = figures[i].final_count;
  }
  check(t->capture, "drop", drop, &t->drop);
  check(t->capture, "early_drop", early_drop, &t->early_drop);
  check(t->capture, "entries at the end", entries, &t->entries);
  replay_source_free(source);
  g_free(figures);
}

int main(void)
{
  const char *set = g_getenv("CTREPLAY_TRUTH"), *folder = set != NULL && *set != '\0' ? set : TRUTH_DEFAULT;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(truths); i++) {
    char *path = g_build_filename(folder, "captures", truths[i].capture, NULL);

    if (g_file_test(path, G_FILE_TEST_EXISTS))
      check_capture(&truths[i], path);
    else
      printf("ok %u - %s # SKIP not there: set CTREPLAY_TRUTH\n", ++number, path);
    g_free(path);
  }
  printf("1..%u\n", number);
  return failed != 0;
}
