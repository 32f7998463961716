/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One command line as the options of two sides: an option given twice, or with two values, is one for each. */
#include "diff.h"

#include <string.h>

static gboolean refuse(GError **error, const char *option)
{
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s: diff compares two values: give --%s%sA,B or give it twice",
              option, option, g_str_has_prefix(option, "sysctl ") ? "=" : " ");
  return FALSE;
}

/*
 * "600,3600" => "600" for the first side, "3600" for the second, which the chunk keeps; before: what was given before
 * value, or NULL.
 * => FALSE and error where it is more than two.
 */
static gboolean split(GStringChunk *chunk, const char *option, const char *before, const char *value,
                      const char *sides[2], GError **error)
{
  const char *comma = value != NULL ? strchr(value, ',') : NULL;

  if ((comma != NULL && (before != NULL || strchr(comma + 1, ',') != NULL)) ||
      (before != NULL && strchr(before, ',') != NULL))
    return refuse(error, option);
  sides[0] = before != NULL ? before : comma != NULL ? g_string_chunk_insert_len(chunk, value, comma - value) : value;
  sides[1] = comma != NULL ? comma + 1 : value;
  return TRUE;
}

/*
 * "net.netfilter.nf_conntrack_max=4" => the name's length, and where it starts without what stands before the last dot.
 * NULL: a file.
 */
static const char *sysctl_name(const char *argument, gsize *length)
{
  const char *equals = strchr(argument, '='), *at = argument, *p;

  for (p = argument; equals != NULL && p < equals; p++)
    if (*p == '.' || *p == '/')
      at = p + 1;
  *length = equals != NULL ? (gsize)(equals - at) : 0;
  return equals != NULL ? at : NULL;
}

/* How many of the first n have the name. last: the index of the last of them. */
static guint times_before(const GPtrArray *sysctls, guint n, const char *name, gsize length, guint *last)
{
  guint i, times = 0;

  for (i = 0; i < n; i++) {
    gsize other_length;
    const char *other = sysctl_name(g_ptr_array_index(sysctls, i), &other_length);

    if (other == NULL || other_length != length || memcmp(other, name, length) != 0)
      continue;
    times++;
    *last = i;
  }
  return times;
}

/* Both get what has one value; of a second value for a name only the second side hears. */
static gboolean split_sysctl(const cli_options *o, guint i, cli_options *a, cli_options *b, GStringChunk *chunk,
                             GError **error)
{
  const char *argument = g_ptr_array_index(o->sysctls, i), *values[2], *name, *earlier;
  gboolean fine;
  guint before = 0, side, times;
  gsize length;
  char *option;

  name = sysctl_name(argument, &length);
  if (name == NULL) {
    g_ptr_array_add(a->sysctls, (gpointer)argument);
    g_ptr_array_add(b->sysctls, (gpointer)argument);
    return TRUE;
  }
  times = times_before(o->sysctls, i, name, length, &before);
  option = g_strdup_printf("sysctl %.*s", (int)length, name);
  earlier = times > 0 ? strchr(g_ptr_array_index(o->sysctls, before), '=') + 1 : NULL;
  fine = times > 1 ? refuse(error, option) : split(chunk, option, earlier, name + length + 1, values, error);
  g_free(option);
  if (!fine)
    return FALSE;
  for (side = times > 0 ? 1 : 0; side < 2; side++) {
    char *whole = g_strdup_printf("%.*s=%s", (int)(name + length - argument), argument, values[side]);

    g_ptr_array_add(side == 0 ? a->sysctls : b->sysctls, g_string_chunk_insert(chunk, whole));
    g_free(whole);
  }
  return TRUE;
}

static gboolean is_file(const char *path) { return g_file_test(path, G_FILE_TEST_EXISTS); }

/* "a.rules+a.sets" => the files of one side. A file of that very name is that file. */
static void add_files(GPtrArray *files, GStringChunk *chunk, const char *value)
{
  char **parts = is_file(value) ? NULL : g_strsplit(value, "+", -1);
  guint i;

  if (parts == NULL)
    g_ptr_array_add(files, (gpointer)value);
  for (i = 0; parts != NULL && parts[i] != NULL; i++)
    g_ptr_array_add(files, g_string_chunk_insert(chunk, parts[i]));
  g_strfreev(parts);
}

static gboolean split_rules(const cli_options *o, cli_options *a, cli_options *b, GStringChunk *chunk, GError **error)
{
  const char *last = o->rules->len > 0 ? g_ptr_array_index(o->rules, o->rules->len - 1) : NULL;
  const char *before = o->rules->len > 1 ? g_ptr_array_index(o->rules, 0) : NULL;
  const char *sides[2] = { before != NULL ? before : last, last };

  if (last == NULL)
    return TRUE;
  if (o->captures->len > 1) { /* they are those of what lies between, or of both kernels */
    g_ptr_array_extend(a->rules, o->rules, NULL, NULL);
    g_ptr_array_extend(b->rules, o->rules, NULL, NULL);
    return TRUE;
  }
  if (o->rules->len > 2 ||
      (!is_file(last) && strchr(last, ',') != NULL && !split(chunk, "rules", before, last, sides, NULL))) {
    g_set_error(
      error, CLI_ERROR, CLI_ERROR_USAGE,
      "--rules: diff compares two rulesets: give --rules A,B or give it twice; files that make one ruleset are "
      "joined by +");
    return FALSE;
  }
  add_files(a->rules, chunk, sides[0]);
  add_files(b->rules, chunk, sides[1]);
  return TRUE;
}

gboolean cli_diff_sides(const cli_options *o, cli_options *a, cli_options *b, GStringChunk *chunk, GError **error)
{
  const char *values[2];
  gboolean fine = TRUE;
  guint i;

  *a = *b = *o;
  a->sysctls = g_ptr_array_new();
  b->sysctls = g_ptr_array_new();
  a->rules = g_ptr_array_new();
  b->rules = g_ptr_array_new();
  a->replay.n_captures = b->replay.n_captures = 1;
  if (o->captures->len > 1) {
    b->replay.captures++;
    b->replay.fds = o->replay.fds != NULL ? o->replay.fds + 1 : NULL;
  }
  if (o->thrice != NULL)
    return refuse(error, o->thrice);
#define X(field, option)                                                           \
  fine = fine && split(chunk, option, o->field##_before, o->field, values, error); \
  if (fine) {                                                                      \
    a->field = values[0];                                                          \
    b->field = values[1];                                                          \
  }
  CLI_SINGLE_LIST(X)
#undef X
  for (i = 0; fine && i < o->sysctls->len; i++)
    fine = split_sysctl(o, i, a, b, chunk, error);
  return fine && split_rules(o, a, b, chunk, error);
}
