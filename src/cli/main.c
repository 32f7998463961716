/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include "commands.h"
#include "help.h"
#include "memory.h"
#include "say.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "packet/hash_key.h"

/* A pipe whose reader has closed it says so, whatever became of errno since. */
static gboolean reader_has_gone(int fd)
{
  struct pollfd pipe_end = { .fd = fd, .events = POLLOUT };

  return poll(&pipe_end, 1, 0) == 1 && (pipe_end.revents & POLLERR) != 0;
}

/* What goes to stdout through stdio (help, lists) was really written? A pipe that closed early is the reader's wish. */
static cli_exit close_stdout(cli_exit code)
{
  if ((fflush(stdout) == 0 && !ferror(stdout)) || reader_has_gone(STDOUT_FILENO))
    return code;
  cli_say("standard output: could not be written");
  return cli_exit_graver(code, CLI_EXIT_OUTPUT);
}

/* --help wherever it stands, -h alone: elsewhere that may be a value. */
static gboolean asks_for_help(int argc, char **argv)
{
  int i;

  for (i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], "--help") == 0 || (argc == 3 && strcmp(argv[i], "-h") == 0))
      return TRUE;
  return FALSE;
}

int main(int argc, char **argv)
{
  const cli_subcommand *subcommand = argc > 1 ? cli_subcommand_find(argv[1]) : NULL;

  cli_catch_out_of_memory();
  pkt_hash_key_draw();
  /* Writes to a pipe whose reader has gone fail with EPIPE instead of ending the process half-way. */
  signal(SIGPIPE, SIG_IGN);
  if (subcommand != NULL && asks_for_help(argc, argv)) {
    cli_help_subcommand(subcommand);
    return close_stdout(CLI_EXIT_OK);
  }
  if (subcommand != NULL)
    return close_stdout(subcommand->run(argc - 1, argv + 1));
  return close_stdout(cli_replay(argc, argv));
}
