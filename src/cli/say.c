/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>

#include "filter.h"

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
  const cli_exit code = g_error_matches(error, CLI_ERROR, CLI_ERROR_CANNOT) ? CLI_EXIT_SKIP : CLI_EXIT_USAGE;

  if (!g_error_matches(error, CLI_ERROR, CLI_ERROR_ASKED))
    cli_say("%s", error->message);
  g_error_free(error);
  return code;
}
