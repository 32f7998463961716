/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "captures.h"
#include "say.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conntrack/helper/settings.h"

static gboolean is_same(const struct stat *a, const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

gboolean cli_names_capture(const cli_options *o, const char *path)
{
  struct stat output, capture;
  guint i;

  if (stat(path, &output) != 0 || !S_ISREG(output.st_mode))
    return FALSE;
  for (i = 0; i < o->captures->len; i++)
    if (stat(g_ptr_array_index(o->captures, i), &capture) == 0 && is_same(&output, &capture))
      return TRUE;
  return FALSE;
}

gboolean cli_shows_into_capture(const cli_options *o)
{
  struct stat output, capture;
  guint i;

  if (fstat(STDOUT_FILENO, &output) != 0 || !S_ISREG(output.st_mode))
    return FALSE;
  for (i = 0; i < o->captures->len; i++) {
    const char *path = g_ptr_array_index(o->captures, i);

    if ((strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &capture) : stat(path, &capture)) == 0 &&
        is_same(&output, &capture))
      return TRUE;
  }
  return FALSE;
}

void cli_allow_many_files(guint n)
{
  struct rlimit limit;

  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= n + 64 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = MIN((rlim_t)n + 64, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

cli_exit cli_say_about_captures(replay_source *source)
{
  cli_exit code = CLI_EXIT_OK;
  const char *text;
  guint i;

  for (i = 0; (text = replay_source_remark(source, i)) != NULL; i++)
    cli_say("note: %s", text);
  for (i = 0; (text = replay_source_problem(source, i)) != NULL; i++) {
    cli_say("%s", text);
    code = CLI_EXIT_INPUT;
  }
  return code;
}

gboolean cli_has_captures(replay_source *source, cli_exit *code)
{
  if (replay_source_readable(source))
    return TRUE;
  replay_source_next(source);
  *code = cli_exit_graver(*code, cli_say_about_captures(source));
  return FALSE;
}

/* Those of broadcasts have nothing to do but for the host itself. */
static gboolean would_help(const ct_params *params, const ct_helper_info *info)
{
  return params->helpers.n_local > 0 || !info->own_host;
}

/* One line: whoever waits for RELATED would look for it in vain. Who gave --no-helpers knows. */
void cli_say_about_helpers(const cli_options *o, const ct_params *params, const ct_stats *stats)
{
  GString *flows = g_string_new(NULL);
  ct_helper_info info;
  guint i;

  for (i = 0; o->helpers_by_port != CLI_HELPERS_NONE && ct_helper_describe(i, &info); i++)
    if (stats->unhelped[i] > 0 && would_help(params, &info))
      g_string_append_printf(flows, "%s%" G_GUINT64_FORMAT " of %s", flows->len > 0 ? ", " : "", stats->unhelped[i],
                             info.name);
  if (flows->len > 0)
    cli_say(
      "note: flows to a helper's port, without the helper: %s. %s attaches one only where a rule says so; what it "
      "would announce is NEW here, not RELATED (--helpers: as if rules did)",
      flows->str, params->profile->name);
  g_string_free(flows, TRUE);
}
