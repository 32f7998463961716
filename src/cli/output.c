/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

gboolean cli_output_open(cli_output *o, const char *option, const char *path)
{
  o->path = path != NULL && strcmp(path, "-") != 0 ? path : NULL;
  o->fd = STDOUT_FILENO;
  if (o->path != NULL)
    o->fd = open(o->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (o->fd < 0) {
    cli_say("%s %s: %s", option, path, g_strerror(errno));
    return FALSE;
  }
  emit_text_init(&o->text, o->fd);
  return TRUE;
}

cli_exit cli_output_close(cli_output *o, cli_exit code)
{
  int failed;

  emit_text_flush(&o->text);
  failed = o->text.error;
  emit_text_clear(&o->text);
  if (o->path != NULL && failed != 0 && ftruncate(o->fd, 0) != 0 &&
      errno != EINVAL) /* EINVAL: no file that could keep anything */
    cli_say("%s: what was written of it is not whole", o->path);
  if (o->path != NULL && close(o->fd) != 0 && failed == 0)
    failed = errno;
  o->fd = -1;
  if (failed == 0 || failed == EPIPE)
    return code;
  cli_say("%s: %s", o->path != NULL ? o->path : "standard output", g_strerror(failed));
  return cli_exit_graver(code, CLI_EXIT_OUTPUT);
}
