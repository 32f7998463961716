/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the advice true? Replays captures, asks what would have let each INVALID packet pass, and tries it: with the
 * advised setting the packet has to pass, it may be advised (advisable.h), and of a timeout a second less does not do;
 * where it is said that no sysctl would have helped, none may, each alone at its least, its greatest and (timeouts) ten
 * years, one run a capture and value; where it is said that none does that may be advised, only others may.
 * The same of how long a timeout would have kept what a packet would have belonged to: so long it does, a second less,
 * and some lengths between that and its own, it does not.
 *
 * usage: try_advice [--profile NAME] [--sysctl NAME=VALUE]... CAPTURE...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/advisable.h"
#include "journal/history.h"
#include "replay/replay.h"

enum { TEN_YEARS_S = 10 * 31557600 };

typedef struct refused {
  guint64 number;
  ct_reason reason;
  journal_helps helps;
  char setting[96]; /* "NAME=VALUE" where one is advised */
} refused;

/* "N s would have kept it" */
typedef struct kept {
  guint64 number;
  ct_timeout timeout;
  guint32 seconds;
} kept;

typedef struct trial {
  const char *capture;
  ct_params base;
  GArray *refused;         /* refused, by number */
  GArray *kept;            /* kept, by number */
  journal_history history; /* of the first run only */
  GHashTable *passed;      /* numbers of packets that passed, of the run at hand */
  GHashTable *found;       /* ... that found an entry */
  guint64 tried, ruled_out, unknown, wrong;
} trial;

static void note_refused(trial *t, const ct_packet *packet, const ct_result *result)
{
  const journal_advice *advice = &t->history.advice;
  refused r = { packet->number, (ct_reason)result->reason, advice->helps, "" };

  if (advice->helps == JOURNAL_HELPS_SETTING)
    g_snprintf(r.setting, sizeof(r.setting), "%s=%u", advice->setting.sysctl, advice->setting.value);
  g_array_append_val(t->refused, r);
}

static void note_kept(trial *t, const ct_packet *packet)
{
  const journal_past *past = &t->history.past;
  kept k = { packet->number, past->end != NULL ? (ct_timeout)past->end->timeout : CT_TIMEOUT_COUNT, past->kept_s };

  if (past->end != NULL && past->kept_s != 0)
    g_array_append_val(t->kept, k);
}

static void note_passed(trial *t, const ct_packet *packet, const ct_result *result)
{
  if (result->cls != CT_CLASS_INVALID && result->cls != CT_CLASS_NONE && result->verdict == CT_VERDICT_ACCEPT)
    g_hash_table_add(t->passed, GUINT_TO_POINTER((guint)packet->number));
  if (result->conn != 0 && !(result->changes & CT_CHANGE_CREATED))
    g_hash_table_add(t->found, GUINT_TO_POINTER((guint)packet->number));
}

static void replay(trial *t, const ct_params *params, gboolean first)
{
  const char *captures[] = { t->capture };
  replay_options options;
  replay_source *source;
  ct_engine *engine = ct_engine_new(params);
  const replay_batch *batch;
  guint i;

  replay_options_init(&options);
  options.captures = captures;
  options.n_captures = 1;
  options.threads = 1;
  source = replay_source_open(&options, params, NULL);
  if (first) {
    journal_history_begin(&t->history, engine);
    journal_history_try(&t->history, engine);
  }
  while ((batch = replay_source_next(source)) != NULL)
    for (i = 0; i < batch->n; i++) {
      const ct_packet *packet = &batch->packets[i];
      ct_result result;

      ct_engine_packet(engine, packet, &result);
      if (packet->kind == CT_PACKET_NONE)
        continue;
      if (!first) {
        note_passed(t, packet, &result);
        continue;
      }
      journal_history_packet(&t->history, packet, &result);
      note_kept(t, packet);
      if (result.cls == CT_CLASS_INVALID)
        note_refused(t, packet, &result);
    }
  replay_source_free(source);
  ct_engine_free(engine);
}

/* => FALSE where the setting is refused. */
static gboolean run_with(trial *t, const char *name, const char *value)
{
  ct_params params = t->base;

  if (ct_params_set(&params, name, value) != CT_PARAM_OK)
    return FALSE;
  g_hash_table_remove_all(t->passed);
  g_hash_table_remove_all(t->found);
  replay(t, &params, FALSE);
  return TRUE;
}

static gboolean passes(const trial *t, const refused *r)
{
  return g_hash_table_contains(t->passed, GUINT_TO_POINTER((guint)r->number));
}

static void complain(trial *t, const refused *r, const char *what)
{
  if (t->wrong++ < 20)
    printf("%s: packet %" G_GUINT64_FORMAT " (%s): %s\n", t->capture, r->number, ct_reason_word(r->reason), what);
}

/* A second less, of a timeout; and whether it is one that may be advised. name: of the first refused that it is advised
 * for. */
static void try_less(trial *t, const refused *r, const char *name, guint64 value)
{
  ct_param_info info;
  char text[160];
  guint i;

  for (i = 0; ct_params_describe(&t->base, i, &info) && strcmp(info.name, name) != 0; i++)
    ;
  g_snprintf(text, sizeof(text), "is advised %s", r->setting);
  if (!journal_is_advisable(&info, value))
    complain(t, r, text);
  if (!info.is_timeout || value <= info.value + 1)
    return;
  g_snprintf(text, sizeof(text), "%" G_GUINT64_FORMAT, value - 1);
  if (!run_with(t, name, text))
    return;
  g_snprintf(text, sizeof(text), "passes with a second less than %s", r->setting);
  for (i = 0; i < t->refused->len; i++) {
    const refused *other = &g_array_index(t->refused, refused, i);

    if (strcmp(other->setting, r->setting) == 0 && passes(t, other))
      complain(t, other, text);
  }
}

static void try_advised(trial *t)
{
  GHashTable *done = g_hash_table_new(g_str_hash, g_str_equal);
  guint i, k;

  for (i = 0; i < t->refused->len; i++) {
    refused *r = &g_array_index(t->refused, refused, i);
    char **parts;

    if (r->setting[0] == '\0' || !g_hash_table_add(done, r->setting))
      continue;
    parts = g_strsplit(r->setting, "=", 2);
    if (parts[1] == NULL || !run_with(t, parts[0], parts[1])) {
      complain(t, r, r->setting);
    } else {
      for (k = i; k < t->refused->len; k++) {
        refused *other = &g_array_index(t->refused, refused, k);
        char text[160];

        if (strcmp(other->setting, r->setting) != 0)
          continue;
        t->tried++;
        g_snprintf(text, sizeof(text), "does not pass with %s", r->setting);
        if (!passes(t, other))
          complain(t, other, text);
      }
      try_less(t, r, parts[0], g_ascii_strtoull(parts[1], NULL, 10));
    }
    g_strfreev(parts);
  }
  g_hash_table_destroy(done);
}

/* --- how long it would have been kept --- */

enum { LESSER = 4 /* lengths that are tried beside the least */ };

static void try_kept_for(trial *t, const kept *of, guint32 seconds)
{
  const char *sysctl = ct_params_spell_timeout(t->base.profile, of->timeout);
  char value[24], what[160];
  guint i;

  g_snprintf(value, sizeof(value), "%u", seconds);
  if (sysctl == NULL || !run_with(t, sysctl, value))
    return;
  for (i = 0; i < t->kept->len; i++) {
    const kept *k = &g_array_index(t->kept, kept, i);
    refused r = { .number = k->number };
    gboolean found = g_hash_table_contains(t->found, GUINT_TO_POINTER((guint)k->number));

    if (k->timeout != of->timeout || (k->seconds == seconds ? found : k->seconds < seconds || !found))
      continue;
    g_snprintf(what, sizeof(what), "%u s of %s would have kept it, it is said; %u %s", k->seconds, sysctl, seconds,
               found ? "does already" : "does not");
    complain(t, &r, what);
  }
}

static void try_kept(trial *t)
{
  GHashTable *done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  guint i, k;

  for (i = 0; i < t->kept->len; i++) {
    const kept *of = &g_array_index(t->kept, kept, i);
    guint32 now_s = t->base.timeout_s[of->timeout];
    char *key = g_strdup_printf("%u %u", (guint)of->timeout, of->seconds);

    if (!g_hash_table_add(done, key))
      continue;
    try_kept_for(t, of, of->seconds);
    for (k = 0; k < LESSER && of->seconds - 1 - k * k > now_s; k++)
      try_kept_for(t, of, of->seconds - 1 - k * k);
    if (of->seconds > now_s + 2)
      try_kept_for(t, of, now_s + (of->seconds - now_s) / 2);
  }
  g_hash_table_destroy(done);
}

static void try_value(trial *t, const ct_param_info *info, guint64 value)
{
  char text[32], what[160];
  guint i;

  g_snprintf(text, sizeof(text), "%" G_GUINT64_FORMAT, value);
  if (!run_with(t, info->name, text))
    return;
  for (i = 0; i < t->refused->len; i++) {
    refused *r = &g_array_index(t->refused, refused, i);

    if (r->helps == JOURNAL_HELPS_SETTING || r->helps == JOURNAL_HELPS_UNKNOWN || !passes(t, r) ||
        (r->helps == JOURNAL_HELPS_UNADVISABLE && !journal_is_advisable(info, value)))
      continue;
    g_snprintf(what, sizeof(what), "no sysctl%s, it is said; passes with %s=%s",
               r->helps == JOURNAL_HELPS_UNADVISABLE ? " that may be advised" : "", info->name, text);
    complain(t, r, what);
  }
}

/* The greatest value that is taken: found by asking. */
static guint64 greatest(const ct_params *params, const char *name)
{
  guint64 low = 0, high = G_MAXUINT32;

  while (low < high) {
    guint64 middle = low + (high - low + 1) / 2;
    ct_params copy = *params;
    char text[32];

    g_snprintf(text, sizeof(text), "%" G_GUINT64_FORMAT, middle);
    if (ct_params_set(&copy, name, text) == CT_PARAM_OK)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

static void try_each_alone(trial *t)
{
  gboolean any = FALSE;
  ct_param_info info;
  guint i;

  for (i = 0; i < t->refused->len; i++) {
    journal_helps helps = g_array_index(t->refused, refused, i).helps;

    t->unknown += helps == JOURNAL_HELPS_UNKNOWN;
    t->ruled_out += helps != JOURNAL_HELPS_UNKNOWN && helps != JOURNAL_HELPS_SETTING;
    any = any || (helps != JOURNAL_HELPS_UNKNOWN && helps != JOURNAL_HELPS_SETTING);
  }
  for (i = 0; any && ct_params_describe(&t->base, i, &info); i++) {
    if (strstr(info.name, "buckets") != NULL)
      continue; /* whom a full table evicts is not what is asked here, and the greatest takes gigabytes */
    try_value(t, &info, 0);
    try_value(t, &info, greatest(&t->base, info.name));
    if (info.is_timeout)
      try_value(t, &info, TEN_YEARS_S);
  }
}

int main(int argc, char **argv)
{
  guint64 wrong = 0;
  ct_params base;
  int i;

  ct_params_init(&base, ct_profile_get(0));
  for (i = 1; i < argc; i++) {
    trial t = { .capture = argv[i] };

    if (strcmp(argv[i], "--profile") == 0 && i + 1 < argc) {
      const ct_profile *profile = ct_profile_find(argv[++i]);

      if (profile == NULL)
        return 2;
      ct_params_init(&base, profile);
      continue;
    }
    if (strcmp(argv[i], "--sysctl") == 0 && i + 1 < argc) {
      char **parts = g_strsplit(argv[++i], "=", 2);

      if (parts[1] == NULL || ct_params_set(&base, parts[0], parts[1]) != CT_PARAM_OK)
        return 2;
      g_strfreev(parts);
      continue;
    }
    t.base = base;
    t.refused = g_array_new(FALSE, FALSE, sizeof(refused));
    t.kept = g_array_new(FALSE, FALSE, sizeof(kept));
    t.passed = g_hash_table_new(NULL, NULL);
    t.found = g_hash_table_new(NULL, NULL);
    replay(&t, &base, TRUE);
    try_advised(&t);
    try_each_alone(&t);
    try_kept(&t);
    printf("%s: %u INVALID, %" G_GUINT64_FORMAT " advised and tried, %" G_GUINT64_FORMAT
           " said to be without help and tried, %" G_GUINT64_FORMAT " left open, %u kept and tried, %" G_GUINT64_FORMAT
           " wrong\n",
           t.capture, t.refused->len, t.tried, t.ruled_out, t.unknown, t.kept->len, t.wrong);
    wrong += t.wrong;
    g_hash_table_destroy(t.passed);
    g_hash_table_destroy(t.found);
    g_array_unref(t.kept);
    g_array_unref(t.refused);
    journal_history_end(&t.history);
  }
  return wrong > 0 ? 1 : 0;
}
