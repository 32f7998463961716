/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "captures.h"
#include "say.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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
