/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From options to the kernel they describe: profile first, then what builds on it, whatever the order on the command
 * line.
 */
#include "options.h"

#include <string.h>

static gboolean usage(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean usage(GError **error, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  if (error != NULL && *error == NULL)
    *error = g_error_new_valist(CLI_ERROR, CLI_ERROR_USAGE, format, arguments);
  va_end(arguments);
  return FALSE;
}

/* Names that a mistyped one may have meant: they hold it, or it holds them. */
static char *similar_names(const ct_params *params, const char *name)
{
  const char *word = strrchr(name, '.') != NULL ? strrchr(name, '.') + 1 : name;
  GString *names = g_string_new(NULL);
  ct_param_info info;
  size_t i;
  guint shown = 0;

  for (i = 0; ct_params_describe(params, i, &info) && shown < 4; i++)
    if (strstr(info.name, word) != NULL || strstr(word, info.name) != NULL) {
      g_string_append_printf(names, "%s%s", shown++ > 0 ? ", " : "; did you mean ", info.name);
    }
  if (shown == 0)
    g_string_append(names, "; see ctreplay list sysctls");
  return g_string_free(names, FALSE);
}

static gboolean set_sysctl(ct_params *params, const char *where, const char *name, const char *value, GError **error)
{
  char *names;

  switch (ct_params_set(params, name, value)) {
  case CT_PARAM_OK:
    return TRUE;
  case CT_PARAM_UNKNOWN:
    names = similar_names(params, name);
    usage(error, "%s: %s has no sysctl %s%s", where, params->profile->name, name, names);
    g_free(names);
    return FALSE;
  case CT_PARAM_NOT_NUMBER:
    return usage(error, "%s: %s = %s: give a number", where, name, value);
  default:
    return usage(error, "%s: %s = %s: out of its range", where, name, value);
  }
}

/* In a file for a whole machine most lines are about other things. */
static gboolean is_ours(const char *name)
{
  /* Read-only, or of other kernels: a machine's own list of sysctls (sysctl -a) has them too. */
  if (g_str_has_suffix(name, "conntrack_count") || g_str_has_suffix(name, "conntrack_helper"))
    return FALSE;
  return strstr(name, "conntrack") != NULL || strstr(name, "ipfrag") != NULL;
}

/* A line of sysctl.conf(5). => FALSE on an error in what concerns us. */
static gboolean set_sysctl_line(ct_params *params, const char *path, guint number, char *line, GError **error)
{
  char *equals, *name, *value, *where;
  gboolean optional, fine;

  g_strstrip(line);
  if (*line == '\0' || *line == '#' || *line == ';')
    return TRUE;
  optional = *line == '-';
  equals = strchr(line, '=');
  if (equals == NULL)
    return !is_ours(line) || usage(error, "%s:%u: give NAME = VALUE", path, number);
  *equals = '\0';
  name = g_strstrip(line + (optional ? 1 : 0));
  value = g_strstrip(equals + 1);
  if (!is_ours(name))
    return TRUE;
  where = g_strdup_printf("%s:%u", path, number);
  fine = set_sysctl(params, where, name, value, optional ? NULL : error) || optional;
  g_free(where);
  return fine;
}

gboolean cli_kernel_sysctl_text(ct_params *params, const char *path, const char *text, GError **error)
{
  char **lines = g_strsplit(text, "\n", -1);
  gboolean fine = TRUE;
  guint i;

  for (i = 0; fine && lines[i] != NULL; i++)
    fine = set_sysctl_line(params, path, i + 1, lines[i], error);
  g_strfreev(lines);
  return fine;
}

static gboolean set_sysctl_file(ct_params *params, const char *path, GError **error)
{
  GError *why = NULL;
  gboolean fine;
  char *text;

  if (!g_file_get_contents(path, &text, NULL, &why)) {
    usage(error, "--sysctl %s: give NAME=VALUE or a readable file (%s)", path, why->message);
    g_error_free(why);
    return FALSE;
  }
  fine = cli_kernel_sysctl_text(params, path, text, error);
  g_free(text);
  return fine;
}

static gboolean set_sysctls(ct_params *params, const GPtrArray *sysctls, GError **error)
{
  guint i;

  for (i = 0; i < sysctls->len; i++) {
    const char *argument = g_ptr_array_index(sysctls, i);
    const char *equals = strchr(argument, '=');
    char *name;
    gboolean fine;

    if (equals == NULL) {
      if (!set_sysctl_file(params, argument, error))
        return FALSE;
      continue;
    }
    name = g_strstrip(g_strndup(argument, (gsize)(equals - argument)));
    fine = set_sysctl(params, "--sysctl", name, equals + 1, error);
    g_free(name);
    if (!fine)
      return FALSE;
  }
  return TRUE;
}

/*
 * As a machine would have them: by its memory, or by what it was set up for (spec 7.1). Who gives both sizes gets both.
 */
static gboolean set_sizes(const cli_options *o, ct_params *params, GError **error)
{
  guint64 size;

  if (o->ram != NULL) {
    if (!cli_size_parse(o->ram, (guint64)1 << 50, &size) || size < 1 << 20)
      return usage(error, "--ram %s: give a size (128M, 4G)", o->ram);
    ct_params_size_by_ram(params, size);
  }
  if (o->hashsize != NULL && strcmp(o->hashsize, "auto") != 0) {
    if (!cli_size_parse(o->hashsize, CT_BUCKETS_MAX, &size) || size == 0)
      return usage(error, "--hashsize %s: give a number of buckets (16384, 64k; a kernel takes %d at most) or auto", o->hashsize,
                   CT_BUCKETS_MAX);
    ct_params_size_by_hashsize(params, (uint32_t)size);
    if (o->max == NULL)
      return TRUE;
  }
  if (o->max != NULL) {
    uint32_t buckets = params->buckets;

    if (!cli_size_parse(o->max, G_MAXINT32, &size))
      return usage(error, "--max %s: give a number of entries (65536, 64k, 1M; 0: no limit)", o->max);
    if (size > 0)
      ct_params_size_by_max(params, (uint32_t)size);
    params->max = (uint32_t)size;
    if (o->hashsize != NULL && strcmp(o->hashsize, "auto") != 0)
      params->buckets = buckets;
  }
  return TRUE;
}

static gboolean set_features(const cli_options *o, ct_params *params, GError **error)
{
  char **words;
  gboolean fine = TRUE;
  guint i;

  if (o->features == NULL)
    return TRUE;
  params->acct = 0;
  params->features_mark = params->features_secmark = false;
  words = g_strsplit(o->features, ",", -1);
  for (i = 0; fine && words[i] != NULL; i++) {
    if (strcmp(words[i], "acct") == 0)
      params->acct = 1;
    else if (strcmp(words[i], "mark") == 0)
      params->features_mark = true;
    else if (strcmp(words[i], "secmark") == 0)
      params->features_secmark = true;
    else
      fine = strcmp(words[i], "none") == 0;
  }
  g_strfreev(words);
  return fine || usage(error, "--features %s: give acct, mark and secmark as they apply, joined by commas, or none",
                       o->features);
}

static gboolean set_machine(const cli_options *o, ct_params *params, GError **error)
{
  guint64 number;

  if (o->hash_seed != NULL) {
    if (!g_ascii_string_to_unsigned(o->hash_seed, 10, 0, G_MAXUINT64, &number, NULL))
      return usage(error, "--hash-seed %s: give a number", o->hash_seed);
    params->hash_seed = number;
  }
  if (o->hz != NULL) {
    if (!g_ascii_string_to_unsigned(o->hz, 10, 0, 10000, &number, NULL))
      return usage(error, "--hz %s: give ticks a second (100, 250, 1000; 0: exact)", o->hz);
    params->hz = (uint32_t)number;
  }
  if (o->gc != NULL) {
    if (strcmp(o->gc, "exact") != 0 && strcmp(o->gc, "kernel") != 0)
      return usage(error, "--gc %s: give exact or kernel", o->gc);
    params->gc = *o->gc == 'k' ? CT_GC_KERNEL : CT_GC_EXACT;
  }
  return TRUE;
}

static gboolean set_helper(const char *option, const char *value, ct_helper_error answer, GError **error)
{
  switch (answer) {
  case CT_HELPER_OK:
    return TRUE;
  case CT_HELPER_UNKNOWN:
    return usage(error, "--%s %s: no such helper; see ctreplay list helpers", option, value);
  case CT_HELPER_FORMAT:
    return usage(error, "--%s %s: give %s", option, value,
                 strcmp(option, "local") == 0 ? "ADDRESS/LENGTH" : "NAME:PORT");
  default:
    return usage(error, "--%s %s: one too many", option, value);
  }
}

static gboolean set_helpers(const cli_options *o, ct_params *params, GError **error)
{
  guint i;

  if (o->no_helpers_at_all)
    params->helpers_by_port = false;
  for (i = 0; i < o->helpers->len; i++) {
    const char *value = g_ptr_array_index(o->helpers, i);

    if (!set_helper("helper", value, ct_params_helper_parse(params, value), error))
      return FALSE;
  }
  for (i = 0; i < o->no_helpers->len; i++) {
    const char *value = g_ptr_array_index(o->no_helpers, i);

    if (!set_helper("no-helper", value, ct_params_helper_disable(params, value), error))
      return FALSE;
  }
  for (i = 0; i < o->locals->len; i++) {
    const char *value = g_ptr_array_index(o->locals, i);

    if (!set_helper("local", value, ct_params_local_add(params, value), error))
      return FALSE;
  }
  return TRUE;
}

gboolean cli_kernel_affords(guint64 buckets, GError **error)
{
  return ct_engine_affords(buckets) ||
         usage(error, "--hashsize: this machine has no memory for %" G_GUINT64_FORMAT " buckets: give a smaller --hashsize, --max or --ram",
               buckets);
}

gboolean cli_kernel_params(const cli_options *o, ct_params *params, GError **error)
{
  const ct_profile *profile = o->profile_name == NULL ? ct_profile_get(0) : ct_profile_find(o->profile_name);

  if (profile == NULL)
    return usage(error, "--profile %s: no such profile; see ctreplay list profiles", o->profile_name);
  ct_params_init(params, profile);
  return set_sizes(o, params, error) && set_features(o, params, error) && set_sysctls(params, o->sysctls, error) &&
         set_machine(o, params, error) && set_helpers(o, params, error) && cli_kernel_affords(params->buckets, error);
}
