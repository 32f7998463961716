/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>

void cli_say(const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  fputs("ctreplay: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
}

cli_exit cli_usage(GError *error)
{
  cli_say("%s", error->message);
  g_error_free(error);
  return CLI_EXIT_USAGE;
}
