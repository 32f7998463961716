/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From options to the kernel they describe: profile first, then what builds on it, whatever the order on the command
 * line.
 */
#include "kernel.h"

#include "box/box.h"
#include "modules.h"
#include "say.h"

#include <string.h>

#include "conntrack/helper/settings.h"
#include "conntrack/profile/aliases.h"

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

/* What nearly all names begin with says nothing. */
static const char *without_prefix(const char *name)
{
  return g_str_has_prefix(name, "nf_conntrack_") ? name + strlen("nf_conntrack_") : name;
}

/* => the name that is fewest letters apart; NULL where all are too far. */
static const char *nearest_name(const ct_params *params, const char *word)
{
  const char *nearest = NULL;
  ct_param_info info;
  guint distance, least = G_MAXUINT;
  size_t i;

  for (i = 0; ct_params_describe(params, i, &info); i++)
    if (cli_word_similar(without_prefix(word), without_prefix(info.name), &distance) && distance < least) {
      least = distance;
      nearest = info.name;
    }
  return nearest;
}

/* Names that a mistyped one may have meant: they hold it, or it holds them; or else few letters are wrong. */
static char *similar_names(const ct_params *params, const char *name)
{
  const char *word = strrchr(name, '.') != NULL ? strrchr(name, '.') + 1 : name, *rest = without_prefix(word);
  GString *names = g_string_new(NULL);
  ct_param_info info;
  size_t i;
  guint shown = 0;

  for (i = 0; ct_params_describe(params, i, &info) && shown < 4; i++)
    if (strstr(info.name, word) != NULL || strstr(word, info.name) != NULL ||
        (strlen(rest) > 2 && g_str_has_suffix(info.name, rest))) {
      g_string_append_printf(names, "%s%s", shown++ > 0 ? ", " : "; did you mean ", info.name);
    }
  if (shown == 0 && nearest_name(params, word) != NULL)
    g_string_append_printf(names, "; did you mean %s", nearest_name(params, word));
  else if (shown == 0)
    g_string_append(names, "; see ctreplay list sysctls");
  return g_string_free(names, FALSE);
}

/* "linux-6.12, linux-6.8": the kernels that have that sysctl; "" where it is none of any. */
static char *kernels_with(const char *name)
{
  GString *names = g_string_new(NULL);
  const ct_profile *profile;
  ct_params params;
  guint i;

  for (i = 0; (profile = ct_profile_get(i)) != NULL; i++) {
    ct_params_init(&params, profile);
    if (ct_params_set(&params, name, "x") == CT_PARAM_NOT_NUMBER)
      g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", profile->name);
  }
  return g_string_free(names, FALSE);
}

static gboolean set_sysctl(ct_params *params, const char *where, const char *name, const char *value, GError **error)
{
  char *names;

  switch (ct_params_set(params, name, value)) {
  case CT_PARAM_OK: return TRUE;
  case CT_PARAM_UNKNOWN:
    if (cli_modules_has(params, name))
      return usage(error, "%s: %s is a parameter of a module: --module %s=%s", where, name, name, value);
    names = kernels_with(name);
    if (*names != '\0') {
      g_set_error(error, CLI_ERROR, CLI_ERROR_UNKNOWN_SYSCTL, "%s: %s has no sysctl %s; %s have it", where,
                  params->profile->name, name, names);
      g_free(names);
      return FALSE;
    }
    g_free(names);
    names = similar_names(params, name);
    g_set_error(error, CLI_ERROR, CLI_ERROR_UNKNOWN_SYSCTL, "%s: %s has no sysctl %s%s", where, params->profile->name,
                name, names);
    g_free(names);
    return FALSE;
  case CT_PARAM_NOT_NUMBER: return usage(error, "%s: %s = %s: give a number", where, name, value);
  default:
    return usage(error, "%s: %s = %s: out of its range, 0 to %" G_GUINT64_FORMAT, where, name, value,
                 ct_params_largest(params, name));
  }
}

/* In a file for a whole machine most lines are about other things. */
static gboolean is_ours(const char *name)
{
  /* Read-only: a machine's own list of sysctls (sysctl -a) has it too. */
  if (g_str_has_suffix(name, "conntrack_count"))
    return FALSE;
  return strstr(name, "conntrack") != NULL || strstr(name, "ipfrag") != NULL;
}

/* One line for all that is wrong with a file. */
static void join_error(GError **all, GError *one)
{
  if (*all == NULL) {
    *all = one;
    return;
  }
  g_prefix_error(&one, "%s; ", (*all)->message);
  g_error_free(*all);
  *all = one;
}

/*
 * A line of sysctl.conf(5). What this kernel does not know is a note, as sysctl -p goes on there; the rest goes to
 * error.
 */
static void set_sysctl_line(ct_params *params, const char *path, guint number, char *line, GPtrArray *notes,
                            GError **error)
{
  char *equals, *name, *value, *where;
  GError *problem = NULL;
  gboolean optional;

  g_strstrip(line);
  if (*line == '\0' || *line == '#' || *line == ';')
    return;
  optional = *line == '-';
  equals = strchr(line, '=');
  if (equals == NULL) {
    if (is_ours(line)) {
      usage(&problem, "%s:%u: give NAME = VALUE", path, number);
      join_error(error, problem);
    }
    return;
  }
  *equals = '\0';
  name = g_strstrip(line + (optional ? 1 : 0));
  value = g_strstrip(equals + 1);
  if (!is_ours(name))
    return;
  where = g_strdup_printf("%s:%u", path, number);
  if (!set_sysctl(params, where, name, value, &problem)) {
    if (!optional && g_error_matches(problem, CLI_ERROR, CLI_ERROR_UNKNOWN_SYSCTL))
      g_ptr_array_add(notes, g_strdup_printf("%s; the line is left out", problem->message));
    else if (!optional)
      join_error(error, g_steal_pointer(&problem));
    g_clear_error(&problem);
  }
  g_free(where);
}

gboolean cli_kernel_sysctl_text(ct_params *params, const char *path, const char *text, GPtrArray *notes, GError **error)
{
  char **lines = g_strsplit(text, "\n", -1);
  GError *problems = NULL;
  guint i;

  for (i = 0; lines[i] != NULL; i++)
    set_sysctl_line(params, path, i + 1, lines[i], notes, &problems);
  g_strfreev(lines);
  if (problems == NULL)
    return TRUE;
  g_propagate_error(error, problems);
  return FALSE;
}

/* A sweep asks for a kernel for each of its rows: each note is said once. */
static void say_notes(const cli_options *o, const GPtrArray *notes)
{
  guint i;

  for (i = 0; i < notes->len; i++)
    if (g_hash_table_add(o->notes_said, g_strdup(g_ptr_array_index(notes, i))))
      cli_say("note: %s", (const char *)g_ptr_array_index(notes, i));
}

static gboolean set_sysctl_file(const cli_options *o, ct_params *params, const char *path, GError **error)
{
  GPtrArray *notes;
  GError *why = NULL;
  gboolean fine;
  char *text;

  if (!g_file_get_contents(path, &text, NULL, &why)) {
    usage(error, "--sysctl %s: give NAME=VALUE or a readable file (%s)", path, why->message);
    g_error_free(why);
    return FALSE;
  }
  notes = g_ptr_array_new_with_free_func(g_free);
  fine = cli_kernel_sysctl_text(params, path, text, notes, error);
  say_notes(o, notes);
  g_ptr_array_unref(notes);
  g_free(text);
  return fine;
}

const char *cli_sysctl_base_name(const char *name)
{
  const char *slash = strrchr(name, '/'), *dot = strrchr(name, '.');

  return slash == NULL && dot == NULL ? name : MAX(slash, dot) + 1;
}

static gboolean gives_hashsize(const cli_options *o) { return o->hashsize != NULL && strcmp(o->hashsize, "auto") != 0; }

/* Two words of the command line for one size, of which one would be silently lost. */
static gboolean refuse_second_size(const cli_options *o, const char *name, const char *value, GError **error)
{
  const char *base = cli_sysctl_base_name(name);

  if (o->max != NULL && !o->max_of_file && g_str_has_suffix(base, "_conntrack_max"))
    return usage(error, "--max %s and --sysctl %s=%s: give one of them", o->max, name, value);
  if (gives_hashsize(o) && !o->hashsize_of_file && g_str_has_suffix(base, "_conntrack_buckets"))
    return usage(error, "--hashsize %s and --sysctl %s=%s: give one of them", o->hashsize, name, value);
  return TRUE;
}

static gboolean set_sysctl_argument(const cli_options *o, ct_params *params, const char *argument, gboolean of_file,
                                    GError **error)
{
  const char *equals = strchr(argument, '=');
  char *name = g_strstrip(g_strndup(argument, (gsize)(equals - argument)));
  gboolean fine = (of_file || refuse_second_size(o, name, equals + 1, error)) &&
                  set_sysctl(params, "--sysctl", name, equals + 1, error);

  g_free(name);
  return fine;
}

/* What was gathered on a box comes before all that is given; a value that is no good is said, and left out. */
static void set_sysctls_of_box(const cli_options *o, ct_params *params)
{
  GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
  const box_file *file = box_get(o->box, BOX_SYSCTL);
  GError *error = NULL;

  if (!cli_kernel_sysctl_text(params, file != NULL ? file->name : "", o->box->sysctls->str, notes, &error)) {
    g_ptr_array_add(notes, g_strdup_printf("--box: %s", error->message));
    g_error_free(error);
  }
  say_notes(o, notes);
  g_ptr_array_unref(notes);
}

/* Files first: what stands on the command line itself has the last word. */
static gboolean set_sysctls(const cli_options *o, ct_params *params, GError **error)
{
  guint round, i;

  if (o->box != NULL)
    set_sysctls_of_box(o, params);
  for (round = 0; round < 2; round++)
    for (i = 0; i < o->sysctls->len; i++) {
      const char *argument = g_ptr_array_index(o->sysctls, i);
      gboolean is_file = strchr(argument, '=') == NULL, of_file = is_file || i < o->sysctls_of_file;

      if (of_file != (round == 0))
        continue;
      if (!(is_file ? set_sysctl_file(o, params, argument, error)
                    : set_sysctl_argument(o, params, argument, of_file, error)))
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
  if (gives_hashsize(o)) {
    if (!cli_size_parse(o->hashsize, CT_BUCKETS_MAX, &size) || size == 0)
      return usage(error, "--hashsize %s: give a number of buckets (16384, 64k; a kernel takes %d at most) or auto",
                   o->hashsize, CT_BUCKETS_MAX);
    ct_params_size_by_hashsize(params, (uint32_t)size);
    if (o->max == NULL)
      return TRUE;
  }
  if (o->max != NULL) {
    uint32_t buckets = params->buckets;

    if (!cli_size_parse(o->max, G_MAXINT32, &size))
      return usage(error, "--max %s: give a number of entries (65536, 64k, 1M; 0: no limit)", o->max);
    ct_params_size_by_max(params, (uint32_t)size);
    if (gives_hashsize(o))
      params->buckets = buckets;
  }
  return TRUE;
}

void cli_kernel_sizes(const cli_options *o, ct_params *params)
{
  GError *ignored = NULL;

  set_sizes(o, params, &ignored);
  g_clear_error(&ignored);
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

/*
 * Sizes, then sysctls, then the sizes that the command line itself gives once more: a file's say is above what is only
 * derived from them, not above them.
 */
static gboolean set_sizes_and_sysctls(const cli_options *o, ct_params *params, GError **error)
{
  ct_params sized;

  if (!set_sizes(o, params, error))
    return FALSE;
  sized = *params;
  if (!set_features(o, params, error) || !set_sysctls(o, params, error))
    return FALSE;
  if (o->max != NULL && !o->max_of_file)
    params->max = sized.max;
  if (gives_hashsize(o) && !o->hashsize_of_file)
    params->buckets = sized.buckets;
  return TRUE;
}

static gboolean set_machine(const cli_options *o, ct_params *params, GError **error)
{
  if (o->hash_seed != NULL && ct_params_set_machine(params, "hash-seed", o->hash_seed) != CT_PARAM_OK)
    return usage(error, "--hash-seed %s: give a number", o->hash_seed);
  if (o->hz != NULL && ct_params_set_machine(params, "hz", o->hz) != CT_PARAM_OK)
    return usage(error, "--hz %s: give ticks a second (100, 250, 1000; 0: exact)", o->hz);
  if (o->gc != NULL && ct_params_set_machine(params, "gc", o->gc) != CT_PARAM_OK)
    return usage(error, "--gc %s: give exact or kernel", o->gc);
  return TRUE;
}

static gboolean set_helper(const char *option, const char *value, ct_helper_error answer, GError **error)
{
  switch (answer) {
  case CT_HELPER_OK: return TRUE;
  case CT_HELPER_UNKNOWN: return usage(error, "--%s %s: no such helper; see ctreplay list helpers", option, value);
  case CT_HELPER_FORMAT:
    return usage(error, "--%s %s: give %s", option, value,
                 strcmp(option, "local") == 0 ? "ADDRESS/LENGTH" : "NAME:PORT, the port a number from 1 to 65535");
  default: return usage(error, "--%s %s: one too many", option, value);
  }
}

/* Whether a broadcast may be sent into the network of the address that was added last. */
static gboolean has_broadcast(const ct_helper_settings *s)
{
  guint prefix = s->local[s->n_local - 1].prefix;

  return s->local[s->n_local - 1].family == CT_IPV4 && prefix > 0 && prefix <= 30;
}

/*
 * Rules take any number of addresses (firewall.c). Helpers of broadcasts look for the sender and its network, and know
 * a few: of a box with many addresses they are told those that can send a broadcast.
 */
static gboolean set_locals(const cli_options *o, ct_params *params, GError **error)
{
  const gboolean many = o->locals->len > CT_LOCAL_MAX;
  ct_params beyond = *params; /* to see whether it is an address, where there is no room */
  guint left_out = 0, i;

  for (i = 0; i < o->locals->len; i++) {
    const char *value = g_ptr_array_index(o->locals, i), *at = strchr(value, '@');
    g_autofree char *network = at != NULL ? g_strndup(value, (gsize)(at - value)) : g_strdup(value);
    gboolean full = params->helpers.n_local == CT_LOCAL_MAX;

    beyond.helpers.n_local = 0;
    if (!set_helper("local", value, ct_params_local_add(full ? &beyond : params, network), error))
      return FALSE;
    if (full)
      left_out += has_broadcast(&beyond.helpers);
    else if (many && !has_broadcast(&params->helpers))
      params->helpers.n_local--;
  }
  if (left_out > 0)
    cli_say(
      "note: of the box's own addresses helpers know %u: answers to broadcasts that the %u other%s may send are not "
      "expected",
      (guint)CT_LOCAL_MAX, left_out, left_out == 1 ? "" : "s");
  return TRUE;
}

static gboolean set_helpers(const cli_options *o, ct_params *params, GError **error)
{
  guint i;

  if (!cli_modules_set(o, params, error))
    return FALSE;
  if (o->helpers_by_port != CLI_HELPERS_OF_PROFILE)
    params->helpers_by_port = o->helpers_by_port == CLI_HELPERS_ALL;
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
  return set_locals(o, params, error);
}

gboolean cli_kernel_affords(guint64 buckets, GError **error)
{
  return ct_engine_affords(buckets) || usage(error,
                                             "--hashsize: this machine has no memory for %" G_GUINT64_FORMAT
                                             " buckets: give a smaller --hashsize, --max or --ram",
                                             buckets);
}

/* How alike two names are: what they begin with and what they end with. */
static gint likeness(const char *name, const char *word)
{
  gint n = (gint)strlen(name), m = (gint)strlen(word), begin = 0, end = 0;

  while (begin < MIN(n, m) && name[begin] == g_ascii_tolower(word[begin]))
    begin++;
  while (end < MIN(n, m) - begin && name[n - 1 - end] == g_ascii_tolower(word[m - 1 - end]))
    end++;
  return begin < 3 ? 0 : 2 * (begin + end) - ABS(n - m);
}

static const char *similar_profile(const char *word)
{
  const ct_profile_alias *alias;
  const ct_profile *profile;
  const char *best = NULL;
  gint most = 6, alike; /* less is no likeness */
  guint i;

  for (i = 0; (profile = ct_profile_get(i)) != NULL; i++)
    if ((alike = likeness(profile->name, word)) > most) {
      most = alike;
      best = profile->name;
    }
  for (i = 0; (alias = ct_profile_alias_get(i)) != NULL; i++)
    if ((alike = likeness(alias->name, word)) > most) {
      most = alike;
      best = alias->name;
    }
  return best;
}

/* Of a word too short for that, or with a letter amiss at its beginning. */
static const char *near_profile(const char *word)
{
  const ct_profile_alias *alias;
  const ct_profile *profile;
  const char *best = NULL;
  guint i, distance, least = G_MAXUINT;

  for (i = 0; (profile = ct_profile_get(i)) != NULL; i++)
    if (cli_word_similar(word, profile->name, &distance) && distance < least) {
      least = distance;
      best = profile->name;
    }
  for (i = 0; (alias = ct_profile_alias_get(i)) != NULL; i++)
    if (cli_word_similar(word, alias->name, &distance) && distance < least) {
      least = distance;
      best = alias->name;
    }
  return best;
}

const ct_profile *cli_profile_named(const char *name, const char *where, GError **error)
{
  const char *doubt, *similar;
  const ct_profile *profile = ct_profile_named(name, &doubt);

  if (profile == NULL) {
    similar = similar_profile(name);
    if (similar == NULL)
      similar = near_profile(name);
    usage(error, "%s%s: no such profile%s%s; see ctreplay list profiles", where, name,
          similar != NULL ? "; did you mean " : "", similar != NULL ? similar : "");
    return NULL;
  }
  if (strcmp(profile->name, name) != 0)
    cli_say("note: %s is %s%s%s", name, profile->name, doubt != NULL ? ": " : "", doubt != NULL ? doubt : "");
  return profile;
}

const char *cli_profile_doubt(const cli_options *o)
{
  const char *doubt = NULL;

  if (o->profile_name != NULL)
    ct_profile_named(o->profile_name, &doubt);
  return doubt;
}

gboolean cli_kernel_params(const cli_options *o, ct_params *params, GError **error)
{
  const ct_profile *profile =
    o->profile_name == NULL ? ct_profile_get(0) : cli_profile_named(o->profile_name, "--profile ", error);

  if (profile == NULL)
    return FALSE;
  ct_params_init(params, profile);
  return set_sizes_and_sysctls(o, params, error) && set_machine(o, params, error) && set_helpers(o, params, error) &&
         cli_kernel_affords(params->buckets, error);
}

void cli_say_rounding(const char *hashsize, guint32 buckets)
{
  guint64 wanted;

  if (hashsize != NULL && cli_size_parse(hashsize, CT_BUCKETS_MAX, &wanted) && wanted != buckets)
    cli_say("note: --hashsize %s is %u buckets, as this kernel rounds it", hashsize, buckets);
}
