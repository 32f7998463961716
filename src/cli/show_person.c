/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

cli_exit cli_show_person(const cli_options *options)
{
  (void)options;
  cli_say("give a command: -L, -E, -C, -S or -P");
  return CLI_EXIT_USAGE;
}
