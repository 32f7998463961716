/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "modules.h"
#include "say.h"

#include <string.h>

#include "conntrack/helper/modules.h"

static gboolean refuse(GError **error, const char *where, const char *name, const char *value, const char *why)
{
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s: %s=%s: %s", where, name, value, why);
  return FALSE;
}

static gboolean out_of_range(const ct_params *params, GError **error, const char *where, const char *name,
                             const char *value)
{
  ct_module_range range = { 0, 0, FALSE };
  char why[80];

  ct_params_module_range(params, name, &range);
  if (range.ports)
    g_snprintf(why, sizeof(why), "out of its range: up to %d ports, %u to %u", CT_MODULE_PORTS_MAX, range.least,
               range.largest);
  else
    g_snprintf(why, sizeof(why), "out of its range, %u to %u", range.least, range.largest);
  return refuse(error, where, name, value, why);
}

static gboolean set(ct_params *params, const char *where, const char *name, const char *value, GError **error)
{
  switch (ct_params_set_module(params, name, value)) {
  case CT_PARAM_OK: return TRUE;
  case CT_PARAM_UNKNOWN:
    g_set_error(error, CLI_ERROR, CLI_ERROR_UNKNOWN_SYSCTL,
                "%s: %s has no helper's module with a parameter %s; see "
                "ctreplay list modules",
                where, params->profile->name, name);
    return FALSE;
  case CT_PARAM_NOT_NUMBER: return refuse(error, where, name, value, "give a number");
  default: return out_of_range(params, error, where, name, value);
  }
}

gboolean cli_modules_has(const ct_params *params, const char *name)
{
  ct_module_info info;
  size_t i;

  for (i = 0; ct_params_describe_module(params, i, &info); i++)
    if (strcmp(info.name, name) == 0)
      return TRUE;
  return FALSE;
}

/* Other modules of conntrack, and all others, have parameters that are not about helpers. */
static gboolean is_helpers(const ct_params *params, const char *module)
{
  ct_module_info info;
  size_t i, n = strlen(module);
  char *name = g_strdelimit(g_strdup(module), "-", '_');
  gboolean found = FALSE;

  for (i = 0; !found && ct_params_describe_module(params, i, &info); i++)
    found = strncmp(info.name, name, n) == 0 && info.name[n] == '.';
  g_free(name);
  return found;
}

/* A word behind "options MODULE": "loose=1", or a switch alone. */
static gboolean set_word(ct_params *params, const char *where, const char *module, const char *word, GPtrArray *notes,
                         GError **error)
{
  const char *equals = strchr(word, '=');
  char *name = equals != NULL ? g_strdup_printf("%s.%.*s", module, (int)(equals - word), word)
                              : g_strdup_printf("%s.%s", module, word);
  GError *problem = NULL;
  gboolean fine = set(params, where, name, equals != NULL ? equals + 1 : "y", &problem);

  g_free(name);
  if (fine)
    return TRUE;
  if (!g_error_matches(problem, CLI_ERROR, CLI_ERROR_UNKNOWN_SYSCTL)) {
    g_propagate_error(error, problem);
    return FALSE;
  }
  g_ptr_array_add(notes, g_strdup_printf("%s; it is left out", problem->message));
  g_error_free(problem);
  return TRUE;
}

static gboolean set_line(ct_params *params, const char *where, const char *line, GPtrArray *notes, GError **error)
{
  char **words = g_strsplit_set(line, " \t\r\"", -1);
  const char *module = NULL;
  gboolean fine = TRUE, options = FALSE;
  guint i;

  for (i = 0; fine && words[i] != NULL; i++) {
    const char *word = words[i];

    if (*word == '\0')
      continue;
    if (!options && strcmp(word, "options") != 0)
      break;
    if (!options)
      options = TRUE;
    else if (module == NULL) {
      module = word;
      if (strcmp(module, "nf_conntrack") == 0 && strstr(line, "hashsize") != NULL)
        g_ptr_array_add(notes, g_strdup_printf("%s: hashsize is left out: give it as --hashsize", where));
      if (!is_helpers(params, module))
        break;
    } else
      fine = set_word(params, where, module, word, notes, error);
  }
  g_strfreev(words);
  return fine;
}

gboolean cli_modules_text(ct_params *params, const char *path, const char *text, GPtrArray *notes, GError **error)
{
  char **lines = g_strsplit(text, "\n", -1);
  GString *whole = g_string_new(NULL); /* a backslash at its end joins a line with the next */
  gboolean fine = TRUE;
  guint i;

  for (i = 0; fine && lines[i] != NULL; i++) {
    gsize n;

    g_string_append(whole, lines[i]);
    n = whole->len;
    if (n > 0 && whole->str[n - 1] == '\\' && lines[i + 1] != NULL) {
      g_string_truncate(whole, n - 1);
      continue;
    }
    if (whole->str[strspn(whole->str, " \t")] != '#') {
      char *where = g_strdup_printf("%s:%u", path, i + 1);

      fine = set_line(params, where, whole->str, notes, error);
      g_free(where);
    }
    g_string_truncate(whole, 0);
  }
  g_string_free(whole, TRUE);
  g_strfreev(lines);
  return fine;
}

static gboolean set_file(const cli_options *o, ct_params *params, const char *path, GError **error)
{
  GPtrArray *notes;
  GError *why = NULL;
  gboolean fine;
  char *text;
  guint i;

  if (!g_file_get_contents(path, &text, NULL, &why)) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--module %s: give MODULE.PARAMETER=VALUE or a readable file (%s)",
                path, why->message);
    g_error_free(why);
    return FALSE;
  }
  notes = g_ptr_array_new_with_free_func(g_free);
  fine = cli_modules_text(params, path, text, notes, error);
  for (i = 0; i < notes->len; i++) /* each once, however many kernels a command makes */
    if (g_hash_table_add(o->notes_said, g_strdup(g_ptr_array_index(notes, i))))
      cli_say("note: %s", (const char *)g_ptr_array_index(notes, i));
  g_ptr_array_unref(notes);
  g_free(text);
  return fine;
}

gboolean cli_modules_set(const cli_options *o, ct_params *params, GError **error)
{
  guint i, round;

  for (round = 0; round < 2; round++)
    for (i = 0; i < o->modules->len; i++) {
      const char *argument = g_ptr_array_index(o->modules, i), *equals = strchr(argument, '=');
      GError *problem = NULL;
      gboolean fine;
      char *name;

      if ((equals == NULL) != (round == 0))
        continue;
      if (equals == NULL) {
        if (!set_file(o, params, argument, error))
          return FALSE;
        continue;
      }
      name = g_strndup(argument, (gsize)(equals - argument));
      fine = set(params, "--module", name, equals + 1, &problem);
      g_free(name);
      if (!fine) {
        g_propagate_error(error, problem);
        return FALSE;
      }
    }
  return TRUE;
}
