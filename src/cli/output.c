/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

gboolean cli_output_open(cli_output *o, const char *option, const char *path)
{
  *o = (cli_output){ .path = path != NULL && strcmp(path, "-") != 0 ? path : NULL, .fd = STDOUT_FILENO };
  if (o->path != NULL)
    o->fd = open(o->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (o->fd < 0) {
    cli_say("%s %s: %s", option, path, g_strerror(errno));
    return FALSE;
  }
  emit_text_init(&o->text, o->fd);
  return TRUE;
}

gboolean cli_output_colour(const cli_output *o, cli_when when)
{
  const char *no_color = g_getenv("NO_COLOR"), *term = g_getenv("TERM");

  if (when != CLI_AUTO)
    return when == CLI_ALWAYS;
  return isatty(o->fd) && (no_color == NULL || *no_color == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

cli_exit cli_output_end_format(cli_output *o, emit_output *format, cli_exit code)
{
  const char *name = format->format->name;
  GError *error = NULL;

  if (emit_output_close(format, &error))
    return code;
  o->spoilt = TRUE;
  cli_say("-o %s: %s", name, error->message);
  g_error_free(error);
  return cli_exit_graver(code, CLI_EXIT_OUTPUT);
}

/* EINVAL: it is no file that could keep anything. */
static void empty(const cli_output *o)
{
  if (ftruncate(o->fd, 0) != 0 && errno != EINVAL)
    cli_say("%s: what was written of it is not whole", o->path);
}

cli_exit cli_output_close(cli_output *o, cli_exit code)
{
  int failed;

  if (o->text.data == NULL)
    return code;
  emit_text_flush(&o->text);
  failed = o->text.error;
  emit_text_clear(&o->text);
  if (o->path != NULL && (failed != 0 || o->spoilt))
    empty(o);
  if (o->path != NULL && close(o->fd) != 0 && failed == 0)
    failed = errno;
  o->fd = -1;
  if (failed == 0 || failed == EPIPE)
    return code;
  cli_say("%s: %s", o->path != NULL ? o->path : "standard output", g_strerror(failed));
  return cli_exit_graver(code, CLI_EXIT_OUTPUT);
}
