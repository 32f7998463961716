/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay help WORD: what a word is, from the tables that the program runs on. */
#include "commands.h"
#include "help.h"
#include "help_words.h"
#include "options.h"
#include "say.h"

#include <stdio.h>
#include <string.h>

enum { MEANT_MOST = 5 };

typedef struct search {
  const char *wanted;
  int (*compare)(const char *a, const char *b);
  guint found;
  GPtrArray *meant; /* char *: words that may have been meant, the nearest first */
  guint nearest;
} search;

/* "net.netfilter.nf_conntrack_max" and "/proc/sys/net/..." => what stands behind the last separator. */
static const char *without_place(const char *word)
{
  const char *dot = g_str_has_prefix(word, "net.") || word[0] == '/' ? strpbrk(word, "./") : NULL;

  for (; dot != NULL; dot = strpbrk(word, "./"))
    word = dot + 1;
  return word;
}

/* Dashes of an option may be left out. */
static gboolean is_it(const search *s, const char *name)
{
  if (s->compare(name, s->wanted) == 0)
    return TRUE;
  return s->wanted[0] != '-' && name[0] == '-' && name[1] == '-' && s->compare(name + 2, s->wanted) == 0;
}

static void on_word(const help_word *word, gpointer user)
{
  search *s = user;

  if (!is_it(s, word->name))
    return;
  printf("%s: %s%s%s\n", word->name, word->kind, *word->text != '\0' ? ": " : "", word->text);
  s->found++;
}

static gboolean is_meant_already(const search *s, const char *name)
{
  guint i;

  for (i = 0; i < s->meant->len; i++)
    if (strcmp(g_ptr_array_index(s->meant, i), name) == 0)
      return TRUE;
  return FALSE;
}

/* Few letters off; else words that have this one in them. */
static void on_similar(const help_word *word, gpointer user)
{
  search *s = user;
  const char *name = word->name + (s->wanted[0] != '-' ? strspn(word->name, "-") : 0);
  guint distance = 0;

  if (!cli_word_similar(s->wanted, name, &distance)) {
    if (strlen(s->wanted) < 3 || strstr(name, s->wanted) == NULL)
      return;
    distance = G_MAXUINT - 1;
  }
  if (distance > s->nearest || is_meant_already(s, word->name))
    return;
  if (distance < s->nearest)
    g_ptr_array_set_size(s->meant, 0);
  s->nearest = distance;
  g_ptr_array_add(s->meant, g_strdup(word->name));
}

static cli_exit refuse(search *s)
{
  GString *words = g_string_new(NULL);
  guint i;

  s->meant = g_ptr_array_new_with_free_func(g_free);
  s->nearest = G_MAXUINT;
  cli_help_words(on_similar, s);
  for (i = 0; i < s->meant->len && i < MEANT_MOST; i++)
    g_string_append_printf(words, "%s%s",
                           i == 0                                    ? ""
                           : i + 1 == MIN(s->meant->len, MEANT_MOST) ? " or "
                                                                     : ", ",
                           (char *)g_ptr_array_index(s->meant, i));
  if (words->len > 0)
    cli_say("help %s: no such word; did you mean %s?", s->wanted, words->str);
  else
    cli_say("help %s: no such word; ctreplay list WHAT has them all, and man ctreplay", s->wanted);
  g_string_free(words, TRUE);
  g_ptr_array_unref(s->meant);
  return CLI_EXIT_USAGE;
}

/* As it is written; where there is no such word, in whatever case. */
static cli_exit look_up(search *s)
{
  s->compare = strcmp;
  cli_help_words(on_word, s);
  if (s->found == 0) {
    s->compare = g_ascii_strcasecmp;
    cli_help_words(on_word, s);
  }
  return s->found > 0 ? CLI_EXIT_OK : refuse(s);
}

cli_exit cli_command_help(int argc, char **argv)
{
  search s = { .found = 0 };
  const cli_subcommand *command;
  GError *error = NULL;
  cli_options o;
  cli_exit code = CLI_EXIT_OK;

  cli_options_init(&o);
  /* Options are words here: nothing but the name is taken apart. */
  if (!cli_options_parse(&o, MIN(argc, 1), argv, CLI_COMMON, NULL, &error)) {
    code = cli_usage(error);
  } else if (argc < 2) {
    cli_help();
  } else if (argc > 2) {
    cli_say("help: give one word");
    code = CLI_EXIT_USAGE;
  } else if ((command = cli_subcommand_find(argv[1])) != NULL) {
    cli_help_subcommand(command);
  } else {
    s.wanted = without_place(argv[1]);
    code = look_up(&s);
  }
  cli_options_clear(&o);
  return code;
}
