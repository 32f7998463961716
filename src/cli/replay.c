/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line without a sub-command. */
#include "commands.h"

cli_exit cli_replay(int argc, char **argv)
{
  GError *error = NULL;
  cli_options options;
  ct_params params;
  cli_exit code = CLI_EXIT_OK;

  cli_options_init(&options);
  if (!cli_options_parse(&options, argc, argv, CLI_COMMAND | CLI_INPUT | CLI_KERNEL | CLI_FILTER | CLI_SHOW | CLI_OUTPUT, NULL, &error))
    code = cli_usage(error);
  else if (options.help)
    cli_help();
  else if (options.version)
    cli_version();
  else if (!cli_kernel_params(&options, &params, &error))
    code = cli_usage(error);
  else if (options.captures->len == 0) {
    cli_say("give a capture (- for standard input), or --help");
    code = CLI_EXIT_USAGE;
  } else {
    cli_say("replaying is not in this build yet");
    code = CLI_EXIT_SKIP;
  }
  cli_options_clear(&options);
  return code;
}
