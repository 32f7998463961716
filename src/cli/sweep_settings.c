/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep_settings.h"
#include "kernel.h"
#include "say.h"

#include <string.h>

enum { SETTINGS_MOST = 256 };

/* One thing that is varied: "profile", "max", "hashsize" or a sysctl's name, with its values. */
typedef struct dimension {
  char *name;
  char **values;
} dimension;

static void dimension_clear(gpointer data)
{
  dimension *d = data;

  g_free(d->name);
  g_strfreev(d->values);
}

static void add_dimension(GArray *dimensions, const char *name, const char *values)
{
  dimension d = { g_strdup(name), g_strsplit(values, ",", -1) };

  g_array_append_val(dimensions, d);
}

/* What rows have in common. */
typedef struct common {
  const char *profile; /* by its own name; NULL: the default, or varied */
  GPtrArray *sysctls;
} common;

/* "5.15,linux-6.1" => "linux-5.15,linux-6.1", each said once, as rows would say it again and again. NULL and error. */
static char *profiles_named(const char *names, GError **error)
{
  char **words = g_strsplit(names, ",", -1);
  GString *own = g_string_new(NULL);
  const ct_profile *profile;
  guint i;

  for (i = 0; words[i] != NULL && *error == NULL; i++) {
    profile = cli_profile_named(words[i], "--profile ", error);
    if (profile != NULL)
      g_string_append_printf(own, "%s%s", i > 0 ? "," : "", profile->name);
  }
  g_strfreev(words);
  return g_string_free(own, *error != NULL);
}

static gboolean find_profiles(const cli_options *o, common *base, GArray *dimensions, GError **error)
{
  g_autofree char *names = o->profile_name != NULL ? profiles_named(o->profile_name, error) : NULL;

  if (names != NULL && strchr(names, ',') != NULL)
    add_dimension(dimensions, "profile", names);
  else if (names != NULL)
    base->profile = ct_profile_find(names)->name;
  return *error == NULL;
}

/*
 * What has several values becomes a dimension, kernels the first; a sysctl with one value, or a file, stays with the
 * base.
 */
static GArray *find_dimensions(const cli_options *o, common *base, GError **error)
{
  GArray *dimensions = g_array_new(FALSE, FALSE, sizeof(dimension));
  guint i;

  g_array_set_clear_func(dimensions, dimension_clear);
  if (!find_profiles(o, base, dimensions, error))
    return dimensions;
  if (o->max != NULL)
    add_dimension(dimensions, "max", o->max);
  if (o->hashsize != NULL && strcmp(o->hashsize, "auto") != 0)
    add_dimension(dimensions, "hashsize", o->hashsize);
  for (i = 0; i < o->sysctls->len; i++) {
    char *text = g_ptr_array_index(o->sysctls, i), *equals = strchr(text, '=');

    if (equals == NULL || strchr(equals, ',') == NULL) {
      g_ptr_array_add(base->sysctls, g_strdup(text));
    } else {
      char *name = g_strndup(text, (gsize)(equals - text));

      add_dimension(dimensions, g_strstrip(name), equals + 1);
      g_free(name);
    }
  }
  return dimensions;
}

/* A setting that is varied and given once more: one of the two would be lost, and the labels wrong. */
static gboolean refuse_repeated(const cli_options *o, const GArray *dimensions, GError **error)
{
  guint i, j;

  for (i = 0; i < dimensions->len; i++) {
    const char *name = cli_sysctl_base_name(g_array_index(dimensions, dimension, i).name);
    guint n = 0;

    for (j = 0; j < o->sysctls->len; j++) {
      char **words = g_strsplit(g_ptr_array_index(o->sysctls, j), "=", 2);

      n += words[0] != NULL && words[1] != NULL && strcmp(cli_sysctl_base_name(g_strstrip(words[0])), name) == 0;
      g_strfreev(words);
    }
    if (n > 1) {
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                  "sweep: --sysctl %s: give all its values at once, joined by commas", name);
      return FALSE;
    }
  }
  return TRUE;
}

/* These act before the engine, where there is one reading for all settings. */
static gboolean is_same_reading(const ct_params *a, const ct_params *b)
{
  return a->checksum == b->checksum && a->frag6_timeout == b->frag6_timeout &&
         a->frag6_high_thresh == b->frag6_high_thresh && a->frag6_low_thresh == b->frag6_low_thresh &&
         a->ipfrag_time_s == b->ipfrag_time_s && a->ipfrag_high_thresh == b->ipfrag_high_thresh &&
         a->ipfrag_low_thresh == b->ipfrag_low_thresh && a->ipfrag_max_dist == b->ipfrag_max_dist;
}

static const char *short_name(const char *name)
{
  const char *at = strstr(name, "conntrack_");

  return at != NULL ? at + strlen("conntrack_") : name;
}

/* The index-th combination; the last dimension changes fastest. */
static gboolean make_setting(const cli_options *o, const common *base, const GArray *dimensions, guint index,
                             sweep_setting *setting, GError **error)
{
  cli_options copy = *o;
  GString *label = g_string_new(NULL);
  GPtrArray *sysctls = g_ptr_array_new_with_free_func(g_free);
  gboolean fine;
  guint i;

  copy.profile_name = base->profile;
  copy.max = copy.hashsize = NULL;
  copy.sysctls = sysctls;
  copy.gc = o->gc != NULL ? o->gc : "kernel";
  for (i = 0; i < base->sysctls->len; i++)
    g_ptr_array_add(sysctls, g_strdup(g_ptr_array_index(base->sysctls, i)));
  for (i = dimensions->len; i-- > 0;) {
    const dimension *d = &g_array_index(dimensions, dimension, i);
    guint n = g_strv_length(d->values);
    const char *value = d->values[index % n];
    char *word = g_strdup_printf("%s=%s%s", short_name(d->name), value, label->len > 0 ? " " : "");

    index /= n;
    g_string_prepend(label, word);
    g_free(word);
    if (strcmp(d->name, "profile") == 0)
      copy.profile_name = value;
    else if (strcmp(d->name, "max") == 0)
      copy.max = value;
    else if (strcmp(d->name, "hashsize") == 0)
      copy.hashsize = value;
    else
      g_ptr_array_add(sysctls, g_strdup_printf("%s=%s", d->name, value));
  }
  setting->label = g_string_free(label, FALSE);
  if (*setting->label == '\0') {
    g_free(setting->label);
    setting->label = g_strdup("as given");
  }
  fine = cli_kernel_params(&copy, &setting->params, error);
  g_ptr_array_free(sysctls, TRUE);
  return fine;
}

static void setting_clear(gpointer data) { g_free(((sweep_setting *)data)->label); }

/* => sweep_setting[], or NULL and a usage error. */
GArray *cli_sweep_settings(const cli_options *o, GError **error)
{
  common base = { NULL, g_ptr_array_new_with_free_func(g_free) };
  GArray *dimensions = find_dimensions(o, &base, error), *settings = g_array_new(FALSE, TRUE, sizeof(sweep_setting));
  guint64 n = 1, buckets = 0;
  guint i;

  g_array_set_clear_func(settings, setting_clear);
  for (i = 0; i < dimensions->len && n <= SETTINGS_MOST; i++)
    n *= g_strv_length(g_array_index(dimensions, dimension, i).values);
  if (*error != NULL || !refuse_repeated(o, dimensions, error))
    n = 0;
  else if (n == 0 || n > SETTINGS_MOST)
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "sweep: give 1 to %d combinations of settings", SETTINGS_MOST);
  for (i = 0; *error == NULL && i < n; i++) {
    sweep_setting setting = { .label = NULL };

    if (make_setting(o, &base, dimensions, i, &setting, error) && i > 0 &&
        !is_same_reading(&setting.params, &g_array_index(settings, sweep_setting, 0).params))
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                  "sweep: %s: checksums and fragments are judged once for all settings, not varied", setting.label);
    buckets += setting.params.buckets;
    g_array_append_val(settings, setting);
  }
  g_array_free(dimensions, TRUE);
  g_ptr_array_free(base.sysctls, TRUE);
  if (*error == NULL)
    cli_kernel_affords(buckets, error);
  if (*error == NULL)
    return settings;
  g_array_free(settings, TRUE);
  return NULL;
}

guint cli_sweep_kernel_len(const sweep_setting *settings, guint first, guint n)
{
  guint i;

  for (i = first + 1; i < n && settings[i].params.profile == settings[first].params.profile; i++)
    ;
  return i - first;
}

/*
 * One line for each value, however many settings it is part of. In their order (find_dimensions), kernels and max alone
 * change more slowly. Kernels that round alike are heard of once.
 */
void cli_sweep_say_roundings(const cli_options *o, const GArray *settings)
{
  const sweep_setting *all = (const sweep_setting *)(void *)settings->data;
  g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  char **values = g_strsplit(o->hashsize != NULL ? o->hashsize : "", ",", -1),
       **most = g_strsplit(o->max != NULL ? o->max : "", ",", -1);
  guint block = cli_sweep_kernel_len(all, 0, settings->len), n = g_strv_length(values), i;
  guint stride = MAX(1, block / MAX(1, n * MAX(1, g_strv_length(most))));

  for (i = 0; n > 0 && i < settings->len; i += stride) {
    const char *value = values[i / stride % n];

    if (g_hash_table_add(said, g_strdup_printf("%s %u", value, all[i].params.buckets)))
      cli_say_rounding(value, all[i].params.buckets);
  }
  g_strfreev(values);
  g_strfreev(most);
}
