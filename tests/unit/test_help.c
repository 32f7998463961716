/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help follows the tables of options: none is without its line, and no line is about an option that is none. */
#include <string.h>

#include "cli/help_words.h"
#include "cli/option_help.h"
#include "emit/emit.h"
#include "unit.h"

/* The i-th is the command line without a sub-command. => FALSE past the end. */
static gboolean next_command(guint i, const cli_subcommand **command)
{
  *command = i > 0 ? cli_subcommand_get(i - 1) : NULL;
  return i == 0 || *command != NULL;
}

static const char *name_of(const cli_subcommand *command) { return command != NULL ? command->name : NULL; }

static void check_line(const cli_subcommand *command, const cli_option *option, GString *missing)
{
  const char *help = cli_option_help(name_of(command), option);

  if (help == NULL)
    g_string_append_printf(missing, " %s --%s", command != NULL ? command->name : "ctreplay", option->name);
  else
    ck_assert_msg(strlen(help) <= 70, "--%s: its line is long", option->name);
}

START_TEST(every_option_has_a_line)
{
  GString *missing = g_string_new(NULL);
  const cli_subcommand *command;
  guint i, k;

  for (i = 0; next_command(i, &command); i++) {
    GPtrArray *rows = cli_options_of(command);

    ck_assert_uint_gt(rows->len, 0);
    for (k = 0; k < rows->len; k++)
      check_line(command, g_ptr_array_index(rows, k), missing);
    g_ptr_array_unref(rows);
  }
  ck_assert_msg(missing->len == 0, "to be written in src/cli/option_help_table.c:%s", missing->str);
  g_string_free(missing, TRUE);
}
END_TEST

static gboolean takes(const cli_subcommand *command, const char *name)
{
  GPtrArray *rows = cli_options_of(command);
  gboolean found = FALSE;
  guint i;

  for (i = 0; i < rows->len; i++)
    found |= strcmp(((const cli_option *)g_ptr_array_index(rows, i))->name, name) == 0;
  g_ptr_array_unref(rows);
  return found;
}

START_TEST(every_line_has_an_option)
{
  const char *command, *option;
  guint i;

  for (i = 0; cli_option_help_get(i, &command, &option); i++)
    ck_assert_msg(takes(command != NULL ? cli_subcommand_find(command) : NULL, option), "%s --%s is no option",
                  command != NULL ? command : "ctreplay", option);
}
END_TEST

/* Once within a sub-command, or getopt would take the first. */
START_TEST(no_spelling_twice)
{
  const cli_subcommand *command;
  guint i, k, l;

  for (i = 0; next_command(i, &command); i++) {
    GPtrArray *rows = cli_options_of(command);

    for (k = 0; k < rows->len; k++)
      for (l = k + 1; l < rows->len; l++) {
        const cli_option *a = g_ptr_array_index(rows, k), *b = g_ptr_array_index(rows, l);

        ck_assert_msg(strcmp(a->name, b->name) != 0 && (a->letter == 0 || a->letter != b->letter), "%s --%s twice",
                      command != NULL ? command->name : "ctreplay", a->name);
      }
    g_ptr_array_unref(rows);
  }
}
END_TEST

/* What completion offers for flows -o is what flows has. */
START_TEST(formats_of_flows_are_named)
{
  GPtrArray *rows = cli_options_of(cli_subcommand_find("flows"));
  const emit_format *format;
  char **words = NULL;
  guint i, n = 0;

  for (i = 0; i < rows->len; i++) {
    const cli_option *option = g_ptr_array_index(rows, i);

    if (strcmp(option->name, "output") == 0)
      words = g_strsplit(option->argument, "|", -1);
  }
  ck_assert_ptr_nonnull(words);
  for (i = 0; (format = emit_format_get(i)) != NULL; i++) {
    gboolean named = g_strv_contains((const char *const *)words, format->name);

    ck_assert_msg(named == ((format->can & EMIT_CAN_FLOWS) != 0), "%s", format->name);
    n += named;
  }
  ck_assert_uint_eq(n, g_strv_length(words));
  g_strfreev(words);
  g_ptr_array_unref(rows);
}
END_TEST

static void count_word(const help_word *word, gpointer user)
{
  guint *n = user;

  ck_assert_msg(*word->name != '\0' && *word->text != '\0' && strchr(word->text, '\n') == NULL, "%s %s", word->kind,
                word->name);
  ++*n;
}

START_TEST(every_word_is_told_on_a_line)
{
  guint n = 0;

  cli_help_words(count_word, &n);
  ck_assert_uint_gt(n, 400);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("help");
  TCase *tcase = tcase_create("help");

  tcase_add_test(tcase, every_option_has_a_line);
  tcase_add_test(tcase, every_line_has_an_option);
  tcase_add_test(tcase, no_spelling_twice);
  tcase_add_test(tcase, formats_of_flows_are_named);
  tcase_add_test(tcase, every_word_is_told_on_a_line);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
