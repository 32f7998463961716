/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes what the shells' completion has to know of options, from the tables that the program parses by:
 * `generate bash`, which completions/ctreplay.bash follows, and `generate zsh`, which is all of it.
 */
#include "cli/option_help.h"

#include <stdio.h>
#include <string.h>

/* ---- bash ---- */

static void bash_options(const char *command, const GPtrArray *rows)
{
  guint i;

  printf("    %s) echo '", command);
  for (i = 0; i < rows->len; i++) {
    const cli_option *option = g_ptr_array_index(rows, i);

    if (option->name != NULL)
      printf("%s--%s", i > 0 ? " " : "", option->name);
    if (option->letter != 0)
      printf(" -%c", option->letter);
  }
  puts("' ;;");
}

/* What an option wants, as its table has it. */
static void bash_wants(const char *command, const GPtrArray *rows)
{
  guint i;

  for (i = 0; i < rows->len; i++) {
    const cli_option *option = g_ptr_array_index(rows, i);

    if (option->argument == NULL)
      continue;
    printf("    '%s --%s'", command, option->name);
    if (option->letter != 0)
      printf(" | '%s -%c'", command, option->letter);
    printf(") echo '%s' ;;\n", option->argument);
  }
}

static void each(void (*put)(const char *command, const GPtrArray *rows))
{
  const cli_subcommand *command = NULL;
  guint i = 0;

  do {
    GPtrArray *rows = cli_options_of(command);

    put(command != NULL ? command->name : "ctreplay", rows);
    g_ptr_array_unref(rows);
  } while ((command = cli_subcommand_get(i++)) != NULL);
}

static void generate_bash(void)
{
  const cli_subcommand *command;
  guint i;

  printf("# SPDX-License-Identifier: GPL-2.0-or-later\n"
         "# Made from the tables of options when ctreplay was built.\n"
         "_ctreplay_commands='");
  for (i = 0; (command = cli_subcommand_get(i)) != NULL; i++)
    printf("%s%s", i > 0 ? " " : "", command->name);
  puts("'\n\n# COMMAND: its options; \"ctreplay\" is the command line without one.\n_ctreplay_options()\n{\n    case "
       "$1 in");
  each(bash_options);
  puts("    esac\n}\n\n# COMMAND OPTION: what it wants\n_ctreplay_wants()\n{\n    case \"$1 $2\" in");
  each(bash_wants);
  puts("    esac\n}\n");
}

/* ---- zsh ---- */

/* In single quotes, and of a description what _arguments would take for its own. */
static void zsh_text(const char *text)
{
  for (; *text != '\0'; text++) {
    if (*text == '\'')
      fputs("'\\''", stdout);
    else if (strchr("[]:\\", *text) != NULL)
      printf("\\%c", *text);
    else
      putchar(*text);
  }
}

static const char *zsh_action(const char *argument)
{
  static const struct {
    const char *argument, *action;
  } actions[] = {
    { "FILE", "_files" },
    { "PROFILE", "_ctreplay_list profiles" },
    { "FORMAT", "_ctreplay_list formats" },
    { "REASON", "_ctreplay_list reasons" },
    { "CLASS", "_ctreplay_list classes" },
    { "NAME:PORT", "_ctreplay_list helpers" },
    { "K=V", "_ctreplay_list sysctls" },
    { "M.P=V", "_ctreplay_list modules" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(actions); i++)
    if (g_str_has_prefix(argument, actions[i].argument))
      return actions[i].action;
  return NULL;
}

static gboolean is_choice(const char *argument)
{
  return strchr(argument, '|') != NULL &&
         strspn(argument, "abcdefghijklmnopqrstuvwxyz0123456789|-") == strlen(argument);
}

static void zsh_argument(const char *argument)
{
  const char *action = zsh_action(argument);

  fputs(argument[0] == '[' ? "::" : ":", stdout);
  zsh_text(argument);
  putchar(':');
  if (is_choice(argument)) {
    putchar('(');
    for (; *argument != '\0'; argument++)
      putchar(*argument == '|' ? ' ' : *argument);
    putchar(')');
  } else if (action != NULL) {
    fputs(action, stdout);
  } else {
    putchar(' ');
  }
}

static void zsh_option(const char *command, const cli_option *option, const char *spelling)
{
  const char *help = cli_option_help(command, option);

  printf("        '*%s%s[", spelling, option->argument == NULL ? "" : spelling[1] == '-' ? "=" : "+");
  zsh_text(help != NULL ? help : option->name);
  putchar(']');
  if (option->argument != NULL)
    zsh_argument(option->argument);
  puts("' \\");
}

static void zsh_command(const char *command, const GPtrArray *rows)
{
  const char *own = strcmp(command, "ctreplay") == 0 ? NULL : command;
  guint i;

  printf("    %s)\n        _arguments -s -S \\\n", own != NULL ? own : "*");
  for (i = 0; i < rows->len; i++) {
    const cli_option *option = g_ptr_array_index(rows, i);
    char letter[] = { '-', option->letter, '\0' };
    char *name = g_strdup_printf("--%s", option->name);

    zsh_option(own, option, name);
    if (option->letter != 0)
      zsh_option(own, option, letter);
    g_free(name);
  }
  puts("        '*:capture:_files'\n        ;;");
}

static void generate_zsh(void)
{
  const cli_subcommand *command;
  guint i;

  puts("#compdef ctreplay\n"
       "# SPDX-License-Identifier: GPL-2.0-or-later\n"
       "# Made from the tables of options when ctreplay was built.\n\n"
       "_ctreplay_list() {\n"
       "    local -a found\n"
       "    found=(${(f)\"$(_call_program words ctreplay list $1 2> /dev/null | cut -d' ' -f1)\"})\n"
       "    compadd -a found\n"
       "}\n\n"
       "_ctreplay_commands() {\n    local -a commands\n    commands=(");
  for (i = 0; (command = cli_subcommand_get(i)) != NULL; i++) {
    printf("        '%s:", command->name);
    zsh_text(command->help);
    puts("'");
  }
  puts("    )\n    _describe command commands\n}\n\n"
       "_ctreplay() {\n"
       "    if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then\n"
       "        _ctreplay_commands\n        _files\n        return\n    fi\n"
       "    local command=$words[2]\n"
       "    case $command in");
  for (i = 0; (command = cli_subcommand_get(i)) != NULL; i++) {
    GPtrArray *rows = cli_options_of(command);

    zsh_command(command->name, rows);
    g_ptr_array_unref(rows);
  }
  {
    GPtrArray *rows = cli_options_of(NULL);

    zsh_command("ctreplay", rows);
    g_ptr_array_unref(rows);
  }
  puts("    esac\n}\n\n_ctreplay \"$@\"");
}

int main(int argc, char **argv)
{
  if (argc == 2 && strcmp(argv[1], "bash") == 0)
    generate_bash();
  else if (argc == 2 && strcmp(argv[1], "zsh") == 0)
    generate_zsh();
  else
    return 2;
  return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 4;
}
