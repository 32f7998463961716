/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ctreplay compile FILE -w x.pcap`: the capture that a scenario describes. */
#include <config.h>

#include "commands.h"
#include "scenario/scenario.h"

static cli_exit compile(const char *path, const char *write)
{
  GError *error = NULL;
  scn_scenario *scenario = scn_scenario_load(path, &error);
  cli_exit code = CLI_EXIT_INPUT;

  if (scenario != NULL && scn_scenario_write(scenario, write, &error))
    code = CLI_EXIT_OK;
  else {
    code = error->domain == CAP_ERROR ? CLI_EXIT_OUTPUT : CLI_EXIT_INPUT;
    cli_say("%s", error->message);
    g_error_free(error);
  }
  scn_scenario_free(scenario);
  return code;
}

cli_exit cli_command_compile(int argc, char **argv)
{
  GError *error = NULL;
  cli_options options;
  cli_exit code = CLI_EXIT_USAGE;

  cli_options_init(&options);
  if (!cli_options_parse(&options, argc, argv, CLI_OUTPUT, NULL, &error))
    cli_usage(error);
  else if (options.captures->len != 1 || options.write == NULL || options.format != NULL)
    cli_say("compile: give one scenario (- is standard input) and -w CAPTURE (- is standard output)");
  else
    code = compile(g_ptr_array_index(options.captures, 0), options.write);
  cli_options_clear(&options);
  return code;
}
