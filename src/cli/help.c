/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include "help.h"
#include "option_help.h"
#include "sandbox.h"

#include <stdio.h>
#include <string.h>

enum { SCREEN_COLUMNS = 80, OPTION_COLUMN = 30 };

/* One screen of 24 lines; everything else stands in the manual. */
static const char text[] = "ctreplay [COMMAND] [OPTION]... CAPTURE...   what Linux conntrack would have done\n"
                           "Commands   (none) for a person: what happens, the table at the end, a summary\n"
                           "           -E [expect] event log   -L [expect] table   -C count   -S statistics\n"
                           "           -P one line per packet: class, entry, state before -> after, and why\n"
                           "           --evictions who was evicted or dropped when the table was full\n"
                           "Input      CAPTURE... pcap, pcapng, .gz .xz .zst; - is standard input   --merge\n"
                           "           --bpf EXPR  --start, --end POINT  --count N  -i, --interface IF\n"
                           "           --direction in|out  (POINT: 2026-11-21T10:00:00, +seconds, '#packet')\n"
                           "Kernel     --profile P  --sysctl NAME=VALUE|FILE  --max N  --hashsize N  --ram N\n"
                           "           --gc exact|kernel --hash-seed N --hz N --checksums auto|verify|ignore\n"
                           "           --helpers  --helper NAME:PORT  --no-helper NAME  --local ADDR/LEN\n"
                           "Rules      --rules FILE (iptables, nftables)  --route PREFIX=IF  --mode observe\n"
                           "Show only  -s SRC -d DST -r, -q REPLY-SRC, -DST  -p PROTO --sport N --dport N\n"
                           "           --host ADDR --net ADDR/LEN --port N (any end) --state STATE -u STATUS\n"
                           "           -f ipv4|ipv6  -m MARK  -e NEW,DESTROY,...  --show-from POINT\n"
                           "           -P: --class C  --reason R  --flow N  --verdict V  --rule R\n"
                           "Moments    --at POINT, --every SPAN for -L -C -S: the table as it was then\n"
                           "Output     -o FORMAT[,timestamp,extended,id]  --fields A,B  -W FILE  --plot SVG\n"
                           "           --color, --progress WHEN  --lines N  --load-state, --save-state FILE\n"
                           "A box      --table FILE (of conntrack -L)  --table-at POINT; agree compares\n";

void cli_help(void)
{
  const cli_subcommand *command;
  gsize column = 10;
  guint i;

  fputs(text, stdout);
  fputs("First word", stdout);
  for (i = 0; (command = cli_subcommand_get(i)) != NULL; i++) {
    column += 1 + strlen(command->name);
    if (column > SCREEN_COLUMNS) {
      fputs("\n          ", stdout);
      column = 10 + 1 + strlen(command->name);
    }
    printf(" %s", command->name);
  }
  fputs("; WORD, -P --help: all options\n"
        "Example    tcpdump -U -ni any -w - | ctreplay -E -o timestamp -\n"
        "ctreplay help WORD says what a word is, man ctreplay the rest.\n",
        stdout);
}

/* ---- of one sub-command ---- */

GPtrArray *cli_options_of(const cli_subcommand *command)
{
  GPtrArray *rows = g_ptr_array_new();
  char *argv[] = { g_strdup(command != NULL ? command->name : "ctreplay"), NULL };

  cli_options_listen(rows);
  if (command != NULL)
    command->run(1, argv);
  else
    cli_replay(1, argv);
  cli_options_listen(NULL);
  g_free(argv[0]);
  return rows;
}

char *cli_option_spelling(const cli_option *option)
{
  const char *argument = option->argument;
  GString *spelling = g_string_new(NULL);

  if (option->letter != 0)
    g_string_append_printf(spelling, "-%c%s", option->letter, option->name != NULL ? ", " : "");
  if (option->name != NULL)
    g_string_append_printf(spelling, "--%s", option->name);
  if (argument != NULL)
    g_string_append_printf(spelling, " %s", argument);
  return g_string_free(spelling, FALSE);
}

static void put_option(const char *command, const cli_option *option)
{
  const char *help = cli_option_help(command, option);
  char *spelling = cli_option_spelling(option);

  printf("  %s%-*s %s\n", option->letter != 0 ? "" : "    ", option->letter != 0 ? OPTION_COLUMN + 4 : OPTION_COLUMN,
         spelling, help != NULL ? help : "");
  g_free(spelling);
}

/* In the order of the table. */
static void put_group(const char *command, const GPtrArray *rows, guint groups, const char *heading)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < rows->len; i++) {
    const cli_option *option = g_ptr_array_index(rows, i);

    if (!(option->group & groups))
      continue;
    if (!any)
      printf("%s\n", heading);
    any = TRUE;
    put_option(command, option);
  }
}

static void put_groups(const char *command, const GPtrArray *rows)
{
  put_group(command, rows, CLI_OWN, "Its own options");
  put_group(command, rows, CLI_SHOW | CLI_FILTER | CLI_VERDICTS, "What is shown");
  put_group(command, rows, CLI_OUTPUT, "Output");
  put_group(command, rows, CLI_INPUT, "Input");
  put_group(command, rows, CLI_KERNEL, "The kernel");
  put_group(command, rows, CLI_RULES, "Rules");
  put_group(command, rows, CLI_COMMAND | CLI_RESUME | CLI_COMMON, "And");
  puts("`ctreplay help WORD` says what a word is; man ctreplay says the rest.");
}

void cli_help_subcommand(const cli_subcommand *command)
{
  GPtrArray *rows = cli_options_of(command);

  printf("ctreplay %s %s\n  %s\n", command->name, command->arguments, command->help);
  put_groups(command->name, rows);
  g_ptr_array_unref(rows);
}

/* ---- of -L, -E, -C, -S, -P and --evictions ---- */

/* Those that only some of them know what to do with; the others refuse them (replay.c), or have no use for them. */
static const struct {
  const char *option, *commands;
} places[] = {
  { "class", "P" },   { "reason", "P" },         { "flow", "P" },        { "verdict", "P" },
  { "rule", "P" },    { "annotate", "P" },       { "context", "P" },     { "as", "P" },
  { "redact", "P" },  { "display-filter", "P" }, { "event-mask", "E" },  { "show-from", "EPV" },
  { "at", "LCS" },    { "every", "LCS" },        { "fields", "EP" },     { "lines", "" },
  { "networks", "" }, { "tuple-src", "LEC" },    { "tuple-dst", "LEC" },
};

static gboolean is_for(const cli_option *option, int command)
{
  guint i;

  if (option->group == CLI_COMMAND || (option->group == CLI_FILTER && command == 'S'))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS(places); i++)
    if (strcmp(option->name, places[i].option) == 0)
      return strchr(places[i].commands, command) != NULL;
  return TRUE;
}

void cli_help_command(int command)
{
  GPtrArray *rows = cli_options_of(NULL), *own = g_ptr_array_new();
  guint i;

  for (i = 0; i < rows->len; i++) {
    const cli_option *option = g_ptr_array_index(rows, i);
    gboolean is_it = option->group == CLI_COMMAND && (int)option->value == command;

    if (is_it)
      printf("ctreplay %s%s [OPTION]... CAPTURE...\n  %s\n", option->letter != 0 ? "-" : "--",
             option->letter != 0 ? (char[]){ option->letter, '\0' } : option->name, cli_option_help(NULL, option));
    if (is_for(option, command))
      g_ptr_array_add(own, (gpointer)option);
  }
  put_groups(NULL, own);
  g_ptr_array_unref(own);
  g_ptr_array_unref(rows);
}

void cli_version(void)
{
  puts("ctreplay " PACKAGE_VERSION);
  printf("sandbox: %s\n", cli_sandbox_description());
}
