/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "commands.h"

#include <string.h>

enum { WORD_MOST = 15, LETTERS_APART = 2 };

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

/*
 * How many letters are to be put in, taken out or changed to make one of the other (Levenshtein). Of words of at most
 * WORD_MOST letters.
 */
static guint letters_apart(const char *a, const char *b)
{
  guint row[WORD_MOST + 1], n = (guint)strlen(b), i, k;

  for (k = 0; k <= n; k++)
    row[k] = k;
  for (i = 0; a[i] != '\0'; i++) {
    guint diagonal = row[0];

    row[0] = i + 1;
    for (k = 1; k <= n; k++) {
      guint above = row[k];

      row[k] = MIN(MIN(row[k - 1], above) + 1, diagonal + (a[i] != b[k - 1]));
      diagonal = above;
    }
  }
  return row[n];
}

const cli_subcommand *cli_subcommand_similar(const char *word)
{
  const cli_subcommand *best = NULL;
  guint i, distance, least = LETTERS_APART + 1;

  if (strlen(word) > WORD_MOST)
    return NULL;
  for (i = 0; i < G_N_ELEMENTS(subcommands); i++) {
    distance = letters_apart(word, subcommands[i].name);
    /* Of a short word, two letters are too much. */
    if (distance >= least || distance * 2 > strlen(subcommands[i].name))
      continue;
    least = distance;
    best = &subcommands[i];
  }
  return best;
}
