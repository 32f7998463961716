/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each switch of a profile, turned, has to be noticed: by a recording of that kernel, or by a scenario beside the rule
 * (tests/golden/profiles/NAME*.ct). One TAP result for each switch and each kernel that changed it. Arguments, if any,
 * select kernels by name; --table before them prints a table in Markdown instead. What nothing shows yet stands in the
 * list below, and is a failure that is to be done; once something notices it, it has to leave the list.
 */
#include <config.h>

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "conntrack/helper/settings.h"
#include "conntrack/profile/aliases.h"
#include "conntrack/profile/switches.h"
#include "scenario/perform.h"
#include "switches_known.h"
#include "verify/engine_side.h"
#include "verify/offline.h"

/* "switch kernel" */
static const char *const unshown[] = {
#include "switches_unshown.h" /* comma-ended strings */
  NULL
};

enum { PHASE_STEP_NS = 100000, PHASE_LAST_NS = 9900000 };

typedef struct recording {
  char *capture, *transcript, *name;
  gint64 phase_ns; /* -1: not known yet; -2: it cannot be compared */
} recording;

static void recording_free(gpointer data)
{
  recording *r = data;

  g_free(r->capture);
  g_free(r->transcript);
  g_free(r->name);
  g_free(r);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
  const recording *x = *(recording *const *)a, *y = *(recording *const *)b;

  return strcmp(x->name, y->name);
}

static void recordings_add(GPtrArray *list, const char *captures, const char *folder)
{
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    const char *end = strstr(name, ".jsonl");
    recording *r;

    if (end == NULL)
      continue;
    r = g_new0(recording, 1);
    r->name = g_strndup(name, (gsize)(end - name));
    r->capture = g_build_filename(captures, r->name, NULL);
    r->transcript = g_build_filename(folder, name, NULL);
    r->phase_ns = -1;
    g_ptr_array_add(list, r);
  }
  if (dir != NULL)
    g_dir_close(dir);
}

static GPtrArray *recordings_of(const char *truth, const ct_profile *profile)
{
  GPtrArray *list = g_ptr_array_new_with_free_func(recording_free);
  g_autofree char *captures = g_build_filename(truth, "captures", NULL);
  g_autofree char *folder =
    g_build_filename(truth, "transcripts", profile == ct_profile_get(0) ? "" : profile->name, NULL);
  g_autofree char *real = g_strconcat(folder, "-real", NULL);

  recordings_add(list, captures, folder);
  recordings_add(list, captures, real);
  g_ptr_array_sort(list, by_name);
  return list;
}

static gboolean agrees(const ct_profile *profile, const recording *r, gint64 phase_ns)
{
  verify_report report = { 0 };
  gboolean equal = verify_offline_as(profile, phase_ns, r->capture, r->transcript, &report, NULL) && report.equal;

  verify_report_clear(&report);
  return equal;
}

/* => whether it is of use: the kernel as it is agrees with it in some phase. */
static gboolean phase_find(recording *r)
{
  gint64 ns;

  if (r->phase_ns == -1) {
    r->phase_ns = agrees(NULL, r, VERIFY_PHASE_NS) ? VERIFY_PHASE_NS : -2;
    for (ns = 0; r->phase_ns == -2 && ns <= PHASE_LAST_NS; ns += PHASE_STEP_NS)
      if (agrees(NULL, r, ns))
        r->phase_ns = ns;
  }
  return r->phase_ns >= 0;
}

static void outcome_ignore(const scn_outcome *outcome, gpointer user)
{
  (void)outcome;
  (void)user;
}

/* => whether all of the scenario's expectations are met under these rules. */
static gboolean scenario_holds(const scn_scenario *scenario, const ct_profile *profile)
{
  ct_checksums checksums = CT_CHECKSUMS_AUTO;
  scn_run_figures figures;
  ct_params params;
  guint i;

  ct_params_init(&params, profile);
  for (i = 0; i < scenario->sysctls->len; i++) {
    const scn_setting *s = g_ptr_array_index(scenario->sysctls, i);

    if (ct_params_set(&params, s->name, s->value) != CT_PARAM_OK)
      return FALSE;
  }
  for (i = 0; i < scenario->settings->len; i++) {
    const scn_setting *s = g_ptr_array_index(scenario->settings, i);

    if (strcmp(s->name, "checksums") == 0)
      checksums = strcmp(s->value, "ignore") == 0 ? CT_CHECKSUMS_IGNORE : CT_CHECKSUMS_VERIFY;
    else if (strcmp(s->name, "hash-seed") == 0)
      ct_params_set_machine(&params, s->name, s->value);
    else if (strcmp(s->name, "helper") == 0)
      ct_params_helper_parse(&params, s->value);
    else if (strcmp(s->name, "gc") == 0)
      params.gc = strcmp(s->value, "kernel") == 0 ? CT_GC_KERNEL : CT_GC_EXACT;
  }
  return scn_scenario_run(scenario, &params, checksums, NULL, outcome_ignore, NULL, &figures, NULL) &&
         figures.failed == 0;
}

/* => the name of a scenario of this kernel that holds for it, and not for its turned copy; NULL where there is none. */
static char *noticed_by_scenario(const ct_profile *own, const ct_profile *turned)
{
  GDir *dir = g_dir_open(SCENARIOS, 0, NULL);
  const char *name;
  char *found = NULL;

  while (dir != NULL && found == NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(SCENARIOS, name, NULL);
    scn_scenario *scenario = g_str_has_suffix(name, ".ct") ? scn_scenario_load(path, NULL) : NULL;

    if (scenario != NULL && scenario->profile != NULL && ct_profile_named(scenario->profile, NULL) == own &&
        scenario_holds(scenario, own) && !scenario_holds(scenario, turned))
      found = g_strdup(name);
    scn_scenario_free(scenario);
  }
  if (dir != NULL)
    g_dir_close(dir);
  return found;
}

static char *noticed_by(const ct_switch *sw, const ct_profile *own, GPtrArray *recordings)
{
  ct_profile turned = *own;
  char *by;
  guint i;

  ct_switch_turn(sw, &turned);
  by = known_wrong(own, own) == NULL ? g_strdup(known_wrong(own, &turned)) : NULL;
  if (by == NULL)
    by = noticed_by_scenario(own, &turned);
  for (i = 0; by == NULL && i < recordings->len; i++) {
    recording *r = g_ptr_array_index(recordings, i);

    if (phase_find(r) && !agrees(&turned, r, r->phase_ns))
      by = g_strdup(r->name);
  }
  return by;
}

static gboolean is_unshown(const ct_switch *sw, const ct_profile *profile)
{
  g_autofree char *pair = g_strdup_printf("%s %s", sw->name, profile->name);

  return g_strv_contains(unshown, pair);
}

static gboolean selected(const ct_profile *profile, char **names)
{
  gboolean any = *names != NULL;

  for (; *names != NULL; names++)
    if (strcmp(*names, profile->name) == 0)
      return TRUE;
  return !any;
}

/* "ok 3 - tcp_overshoot (K1.6) turned in linux-6.1 is noticed by hostile-1", or a row of a Markdown table. */
static void tell(gboolean table, guint number, const ct_switch *sw, const ct_profile *profile, const char *by)
{
  gboolean listed = is_unshown(sw, profile);

  if (table)
    printf("| `%s` | %s | %s | %s |\n", sw->name, sw->rule, profile->name, by != NULL ? by : "nothing");
  else if (listed)
    printf("not ok %u - %s (%s) turned in %s%s%s\n", number, sw->name, sw->rule, profile->name,
           by == NULL ? " # TODO nothing shows it" : " is noticed, and still in the list: by ", by == NULL ? "" : by);
  else
    printf("%sok %u - %s (%s) turned in %s is noticed%s%s\n", by == NULL ? "not " : "", number, sw->name, sw->rule,
           profile->name, by == NULL ? "" : " by ", by == NULL ? "" : by);
  fflush(stdout);
}

int main(int argc, char **argv)
{
  const char *set = g_getenv("CTREPLAY_TRUTH");
  const char *truth = set != NULL && *set != '\0' ? set : TRUTH_DEFAULT;
  gboolean table = FALSE;
  guint number = 0, p;
  const ct_profile *profile, *before;

  if (argc > 1 && strcmp(argv[1], "--table") == 0) {
    table = TRUE;
    argv++;
    puts("| switch | rule | turned in | noticed by |\n|---|---|---|---|");
  }
  for (p = 0; (profile = ct_profile_get(p)) != NULL; p++) {
    g_autoptr(GPtrArray) recordings = NULL;
    const ct_switch *sw;
    guint i;

    before = ct_profile_get(p + 1);
    if (before == NULL || before->ip_conntrack || !selected(profile, argv + 1))
      continue;
    recordings = recordings_of(truth, profile);
    if (recordings->len == 0 && profile->recorded) {
      printf("ok %u - %s # SKIP no transcripts (CTREPLAY_TRUTH)\n", ++number, profile->name);
      continue;
    }
    for (i = 0; (sw = ct_switch_get(i)) != NULL; i++) {
      g_autofree char *by = NULL;

      if (!ct_switch_differs(sw, profile, before))
        continue;
      by = noticed_by(sw, profile, recordings);
      tell(table, ++number, sw, profile, by);
    }
  }
  if (!table)
    printf("1..%u\n", number);
  return 0;
}
