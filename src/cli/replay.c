/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line without a sub-command. */
#include "commands.h"
#include "help.h"
#include "options.h"
#include "say.h"
#include "show.h"

#include <string.h>

/* Options that only some commands know what to do with: silence would look like an answer. */
static cli_exit refuse_misplaced(const cli_options *o)
{
  gboolean snapshots = o->at->len > 0 || o->every_ns > 0;

  if (snapshots && o->command != 'L' && o->command != 'C' && o->command != 'S')
    cli_say("--at and --every show the table: give -L, -C or -S with them");
  else if ((o->classes != 0 || o->any_reason) && o->command != 'P')
    cli_say("--class and --reason: for -P");
  else if ((o->annotate || o->context != 0) && (o->command != 'P' || o->write == NULL))
    cli_say("--annotate and --context: for -P with -W FILE.pcapng");
  else if (o->redact != NULL && (o->command != 'P' || o->write == NULL || o->sent || o->annotate))
    cli_say("--redact: for -P with -W FILE.pcap, without --as sent and --annotate");
  else if (o->sent && (o->command != 'P' || o->write == NULL || o->rules->len == 0))
    cli_say("--as sent: with --rules, and -W FILE.pcapng of -P: packets as they leave the box");
  else if (o->sent && o->context != 0)
    cli_say("--context: not with --as sent");
  else if (o->display_filter && (o->command != 'P' || o->format != NULL || o->fields != NULL || o->captures->len > 1))
    cli_say("--display-filter: for -P of one capture, without -o and --fields");
  else if (o->flow != 0 && o->command != 'P')
    cli_say("--flow: for -P, and the command explain");
  else if ((o->verdicts != 0 || o->rule_wanted.table != NULL) && o->command != 'P')
    cli_say("--verdict and --rule: for -P");
  else if (o->event_mask != CLI_EVENT_ALL && o->command != 'E')
    cli_say("-e: for -E");
  else if (o->show_from.kind != REPLAY_POINT_NONE && strchr("EPV", o->command) == NULL)
    cli_say("--show-from: for -E and -P; -L, -C and -S have --at");
  else if (o->fields != NULL && o->command != 'P' && (o->command != 'E' || o->table != CLI_TABLE_CONNTRACK))
    cli_say("--fields: for -P and -E, and the command flows");
  else if (o->filter.any && o->command == 'S')
    cli_say("-S counts everything, whatever filter is given; -C counts what one chooses");
  else if (o->lines >= 0 && o->command != 0)
    cli_say("--lines: only without a command");
  else
    return CLI_EXIT_OK;
  return CLI_EXIT_USAGE;
}

/* "decompil x.pcap": the first word is no capture. => FALSE, said. */
static gboolean is_no_mistyped_command(int argc, char **argv)
{
  const cli_subcommand *meant =
    argc > 1 && argv[1][0] != '-' && !g_file_test(argv[1], G_FILE_TEST_EXISTS) ? cli_subcommand_similar(argv[1]) : NULL;

  const char *listed = argc > 1 && argv[1][0] != '-' && !g_file_test(argv[1], G_FILE_TEST_EXISTS) && meant == NULL
                         ? cli_list_similar(argv[1])
                         : NULL;

  if (meant != NULL)
    cli_say("%s: no such file; did you mean the command %s?", argv[1], meant->name);
  else if (listed != NULL)
    cli_say("%s: no such file; did you mean list %s?", argv[1], listed);
  return meant == NULL && listed == NULL;
}

static cli_exit dispatch(const cli_options *o)
{
  if (refuse_misplaced(o) != CLI_EXIT_OK)
    return CLI_EXIT_USAGE;
  switch (o->command) {
  case 'E': return cli_show_events(o);
  case 'P': return cli_show_packets(o);
  case 'V': return cli_show_evictions(o);
  case 0: return cli_show_person(o);
  default: return cli_show_table(o);
  }
}

/* --helper list */
static gboolean asks_for_helpers(const cli_options *o)
{
  return o->helpers->len == 1 && strcmp(g_ptr_array_index(o->helpers, 0), "list") == 0;
}

static cli_exit list_helpers(void)
{
  char list[] = "list", helpers[] = "helpers", *argv[] = { list, helpers, NULL };

  return cli_command_list(2, argv);
}

cli_exit cli_replay(int argc, char **argv)
{
  GError *error = NULL;
  cli_options options;
  cli_exit code = CLI_EXIT_OK;

  if (!is_no_mistyped_command(argc, argv))
    return CLI_EXIT_INPUT;
  cli_options_init(&options);
  if (!cli_options_parse(&options, argc, argv,
                         CLI_COMMAND | CLI_INPUT | CLI_KERNEL | CLI_RULES | CLI_VERDICTS | CLI_FILTER | CLI_SHOW |
                           CLI_OUTPUT | CLI_RESUME,
                         NULL, &error))
    code = cli_usage(error);
  else if (options.help && options.command != 0)
    cli_help_command(options.command);
  else if (options.help)
    cli_help();
  else if (options.version)
    cli_version();
  else if (asks_for_helpers(&options))
    code = list_helpers();
  else {
    /* What leaves are packets. */
    if (options.sent && options.command == 0)
      options.command = 'P';
    code = dispatch(&options);
  }
  cli_options_clear(&options);
  return code;
}
