/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ctreplay compile FILE -W x.pcap`: the capture that a scenario describes. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "capture/capture.h"
#include "commands.h"
#include "options.h"
#include "sandbox.h"
#include "say.h"
#include "scenario/scenario.h"

/*
 * Output before input: what cannot be written need not be read. The file is not emptied yet: a scenario may turn out to
 * be none.
 */
static int open_output(const char *write)
{
  int fd = strcmp(write, "-") == 0 ? STDOUT_FILENO : open(write, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

  if (fd < 0)
    cli_say("-W %s: %s", write, g_strerror(errno));
  return fd;
}

static cli_exit compile(const cli_options *o, const char *path)
{
  GError *error = NULL;
  scn_scenario *scenario = NULL;
  cli_exit code = CLI_EXIT_OK;
  int in = cap_input_open(path, &error), out = in >= 0 ? open_output(o->write) : -1;

  if (in >= 0 && out < 0)
    return CLI_EXIT_OUTPUT;
  if (in >= 0) {
    if (!o->no_sandbox)
      cli_sandbox_enter();
    scenario = scn_scenario_load_fd(in, path, &error);
  }
  if (scenario == NULL || !scn_scenario_write_fd(scenario, out, o->write, &error)) {
    gboolean closed = g_error_matches(error, CAP_ERROR, CAP_ERROR_CLOSED),
             written = g_error_matches(error, CAP_ERROR, CAP_ERROR_WRITE);

    code = closed ? CLI_EXIT_OK : written ? CLI_EXIT_OUTPUT : CLI_EXIT_INPUT;
    if (!closed)
      cli_say("%s", error->message);
    g_error_free(error);
  }
  scn_scenario_free(scenario);
  return code;
}

cli_exit cli_command_compile(int argc, char **argv)
{
  static const cli_option own_options[] = {
    { "write", 'W', "CAPTURE", CLI_OUTPUT, CLI_TEXT(cli_options, write) },
    { .name = NULL },
  };
  GError *error = NULL;
  cli_options options;
  cli_exit code = CLI_EXIT_USAGE;

  cli_options_init(&options);
  if (!cli_options_parse(&options, argc, argv, 0, own_options, &error))
    cli_usage(error);
  else if (options.captures->len != 1 || options.write == NULL)
    cli_say("compile: give one scenario (- is standard input) and -W CAPTURE (- is standard output)");
  else
    code = compile(&options, g_ptr_array_index(options.captures, 0));
  cli_options_clear(&options);
  return code;
}
