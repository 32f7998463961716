/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "commands.h"
#include "option.h"

#include <string.h>

static const cli_subcommand subcommands[] = {
#define X(name, arguments, help) { #name, arguments, help, cli_command_##name },
  CLI_SUBCOMMAND_LIST(X)
#undef X
};

const cli_subcommand *cli_subcommand_get(guint i) { return i < G_N_ELEMENTS(subcommands) ? &subcommands[i] : NULL; }

const cli_subcommand *cli_subcommand_find(const char *name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS(subcommands); i++)
    if (strcmp(subcommands[i].name, name) == 0)
      return &subcommands[i];
  return NULL;
}

const cli_subcommand *cli_subcommand_similar(const char *word)
{
  const cli_subcommand *best = NULL;
  guint i, distance, least = G_MAXUINT;

  for (i = 0; i < G_N_ELEMENTS(subcommands); i++) {
    if (!cli_word_similar(word, subcommands[i].name, &distance) || distance >= least)
      continue;
    least = distance;
    best = &subcommands[i];
  }
  return best;
}
