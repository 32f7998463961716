/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command line taken apart by the table of options, and what it names held against each other. */
#include "box_options.h"
#include "captures.h"
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "conntrack/profile/aliases.h"

/* What getopt is told, made from the tables. */
typedef struct grammar {
  GArray *long_options; /* struct option; val: index into rows, from 256 */
  GPtrArray *rows;      /* const cli_option * */
  GString *letters;
} grammar;

static void grammar_add(grammar *g, const cli_option *option)
{
  int takes = option->argument == NULL     ? no_argument
              : option->argument[0] == '[' ? optional_argument
                                           : required_argument;
  struct option row = { option->name, takes, NULL, 256 + (int)g->rows->len };

  g_ptr_array_add(g->rows, (gpointer)option);
  if (option->name != NULL)
    g_array_append_val(g->long_options, row);
  if (option->letter != 0)
    g_string_append_printf(g->letters, "%c%s", option->letter,
                           takes == required_argument   ? ":"
                           : takes == optional_argument ? "::"
                                                        : "");
}

/* A sub-command may have its own way with an option of the common table. */
static gboolean has_own(const cli_option *own, const cli_option *option)
{
  for (; own != NULL && (own->name != NULL || own->letter != 0); own++)
    if (g_strcmp0(own->name, option->name) == 0)
      return TRUE;
  return FALSE;
}

static void grammar_init(grammar *g, guint groups, const cli_option *own)
{
  const cli_option *option;
  guint i;

  g->long_options = g_array_new(TRUE, TRUE, sizeof(struct option));
  g->rows = g_ptr_array_new();
  /* The colon: a missing argument is told apart from an unknown option. */
  g->letters = g_string_new(":");
  for (i = 0; (option = cli_option_get(i)) != NULL; i++)
    if ((option->group & (groups | CLI_COMMON)) && !has_own(own, option))
      grammar_add(g, option);
  for (; own != NULL && (own->name != NULL || own->letter != 0); own++)
    grammar_add(g, own);
}

static void grammar_clear(grammar *g)
{
  g_array_unref(g->long_options);
  g_ptr_array_unref(g->rows);
  g_string_free(g->letters, TRUE);
}

static const cli_option *grammar_find(const grammar *g, int c)
{
  guint i;

  if (c >= 256)
    return g_ptr_array_index(g->rows, c - 256);
  for (i = 0; i < g->rows->len; i++) {
    const cli_option *option = g_ptr_array_index(g->rows, i);

    if (option->letter == c)
      return option;
  }
  return NULL;
}

/*
 * Whether a word may be the argument of an option that need not have one: -n takes an address, or a number that is no
 * file, to say that lines are asked for otherwise now.
 */
static gboolean is_translation(const cli_option *option, const char *word)
{
  return g_str_has_prefix(option->argument, "[ADDRESS") &&
         (cli_filter_is_address(word) ||
          (word[strspn(word, "0123456789")] == '\0' && !g_file_test(word, G_FILE_TEST_EXISTS)));
}

static gboolean is_table(const char *word)
{
  return word != NULL && (strcmp(word, "conntrack") == 0 || strcmp(word, "expect") == 0 || strcmp(word, "dying") == 0 ||
                          strcmp(word, "unconfirmed") == 0);
}

/* -L expct: a word of no table and no file, which is hardly a capture. => the table that was meant, or NULL. */
static const char *table_meant(const cli_option *option, const char *word)
{
  static const char *const tables[] = { "conntrack", "expect", "dying", "unconfirmed" };
  guint i, distance;

  if (option->argument == NULL || strcmp(option->argument, "[TABLE]") != 0 || word == NULL ||
      strpbrk(word, "-./") != NULL || g_file_test(word, G_FILE_TEST_EXISTS))
    return NULL;
  for (i = 0; i < G_N_ELEMENTS(tables); i++)
    if (cli_word_similar(word, tables[i], &distance))
      return tables[i];
  return NULL;
}

/* Letters of conntrack(8) and iptables(8) for what ctreplay has under another name. */
static const char *instead_of(int letter)
{
  switch (letter) {
  case 'D':
  case 'F': return "nothing can be deleted; -L shows the table, -E when entries end";
  case 'n': return "for lines now it is --lines N";
  case 'w': return "to write a file now it is --write FILE, or -W";
  case 'G': return "-L with -s, -d, -p, --sport and --dport shows one entry";
  default: return "see ctreplay --help or man ctreplay";
  }
}

/* A spelling that is gone names the one to give, or says why there is none. */
static gboolean refuse_gone(const cli_option *option, GError **error)
{
  char *spelling =
    option->name != NULL ? g_strdup_printf("--%s", option->name) : g_strdup_printf("-%c", option->letter);

  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "%s: %s%s", spelling, option->renamed != NULL ? "now it is " : "",
              option->renamed != NULL ? option->renamed : option->absent);
  g_free(spelling);
  return FALSE;
}

/* How many names are told of those that a beginning fits. */
enum { NAMES_TOLD = 8 };

/* "--profle" of no option, "--s" of several: which one may be meant. */
static void complain_of_name(const grammar *g, const char *word, GError **error)
{
  g_autofree char *name = g_strndup(word + 2, strcspn(word + 2, "="));
  GString *fitting = g_string_new(NULL);
  const cli_option *best = NULL;
  guint i, distance, least = G_MAXUINT, n = 0;

  for (i = 0; i < g->rows->len; i++) {
    const cli_option *option = g_ptr_array_index(g->rows, i);

    if (option->name == NULL || cli_option_is_gone(option))
      continue;
    if (g_str_has_prefix(option->name, name) && n++ < NAMES_TOLD)
      g_string_append_printf(fitting, "%s--%s", fitting->len > 0 ? ", " : "", option->name);
    if (cli_word_similar(name, option->name, &distance) && distance < least) {
      least = distance;
      best = option;
    }
  }
  if (n > 1)
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s: that is not enough of a name: %s%s", name, fitting->str,
                n > NAMES_TOLD ? ", ..." : "");
  else if (best != NULL)
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s: no such option here; did you mean --%s?", name, best->name);
  else
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s: no such option here; see ctreplay --help or man ctreplay",
                name);
  g_string_free(fitting, TRUE);
}

/* One line for what getopt did not like. */
static void complain(const grammar *g, int c, char **argv, GError **error)
{
  const cli_option *option = optopt != 0 ? grammar_find(g, optopt) : NULL;

  if (option != NULL && cli_option_is_gone(option))
    refuse_gone(option, error);
  else if (c == ':' && option != NULL)
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s: give %s", option->name, option->argument);
  else if (option != NULL)
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s takes no argument", option->name);
  else if (optopt != 0)
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "-%c: no such option here; %s", optopt, instead_of(optopt));
  else
    complain_of_name(g, argv[optind - 1], error);
}

/*
 * What is wrong with a value is told under the option's chief name; whoever typed another spelling, or its letter,
 * looks for that.
 */
static void name_as_typed(const cli_option *option, int c, GError **error)
{
  g_autofree char *chief = g_strdup_printf("--%s", cli_option_name(option));
  g_autofree char *typed = c < 256 ? g_strdup_printf("-%c", c) : g_strdup_printf("--%s", option->name);
  gsize n = strlen(chief);
  char *told;

  if (error == NULL || !g_str_has_prefix((*error)->message, chief) ||
      ((*error)->message[n] != ' ' && (*error)->message[n] != ':'))
    return;
  told = g_strdup_printf("%s%s", typed, (*error)->message + n);
  g_free((*error)->message);
  (*error)->message = told;
}

/* Puts a value where it belongs; c: how the option was spelt, as the grammar has it. */
static gboolean take(cli_options *o, const cli_option *option, int c, const char *value, GError **error)
{
  gpointer base = option->group == CLI_OWN ? o->own : o;

  if (cli_option_is_gone(option))
    return refuse_gone(option, error);
  if (c < (int)G_N_ELEMENTS(o->letters))
    o->letters[c] = TRUE;
  if (option->read(option, base, value, error))
    return TRUE;
  name_as_typed(option, c, error);
  return FALSE;
}

/* ---- what a command takes, without running it ---- */

static GPtrArray *listener;

void cli_options_listen(GPtrArray *rows) { listener = rows; }

static gboolean tell_listener(const grammar *g, GError **error)
{
  guint i;

  for (i = 0; i < g->rows->len; i++)
    if (!cli_option_is_gone(g_ptr_array_index(g->rows, i)))
      g_ptr_array_add(listener, g_ptr_array_index(g->rows, i));
  g_set_error(error, CLI_ERROR, CLI_ERROR_ASKED, "asked for its options");
  return FALSE;
}

/*
 * A value that getopt has no notion of: -L's table stands behind the letter as a word of its own. => FALSE with an
 * error: the word was meant for a table, and is none.
 */
static gboolean value_behind(const cli_option *option, int argc, char **argv, const char **value, GError **error)
{
  const char *next = optind < argc ? argv[optind] : NULL, *meant;

  if (*value != NULL || next == NULL)
    return TRUE;
  if (option->argument != NULL && option->argument[0] == '[' &&
      (strcmp(option->argument, "[TABLE]") == 0 ? is_table(next) : is_translation(option, next))) {
    *value = next;
    optind++;
    return TRUE;
  }
  meant = table_meant(option, next);
  if (meant == NULL)
    return TRUE;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "-%c %s: no such file; did you mean %s?", option->letter, next, meant);
  return FALSE;
}

gboolean cli_options_parse(cli_options *o, int argc, char **argv, guint groups, const cli_option *own, GError **error)
{
  grammar g;
  gboolean fine = TRUE;
  guint from_stdin = 0;
  int c;

  grammar_init(&g, groups, own);
  if (listener != NULL) {
    fine = tell_listener(&g, error);
    grammar_clear(&g);
    return fine;
  }
  opterr = 0;
  optind = 0; /* glibc: start anew, also after an earlier parse */
  while (fine && (c = getopt_long(argc, argv, g.letters->str, (struct option *)g.long_options->data, NULL)) != -1) {
    const cli_option *option = c == '?' || c == ':' ? NULL : grammar_find(&g, c);
    const char *value = optarg;

    if (option == NULL) {
      complain(&g, c, argv, error);
      fine = FALSE;
      break;
    }
    fine = value_behind(option, argc, argv, &value, error) && take(o, option, c, value, error);
  }
  for (; fine && optind < argc; optind++) {
    from_stdin += strcmp(argv[optind], "-") == 0;
    g_ptr_array_add(o->captures, argv[optind]);
  }
  if (from_stdin > 1) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "-: standard input can be read only once");
    fine = FALSE;
  }
  if (fine && (groups & CLI_INPUT) != 0 && cli_shows_into_capture(o)) {
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "standard output: that is a capture being read");
    fine = FALSE;
  }
  fine = fine && cli_box_apply(o, error);
  /* A name of no profile is refused where the kernel's parameters are made. */
  o->filter.profile = o->profile_name != NULL ? ct_profile_named(o->profile_name, NULL) : NULL;
  o->replay.captures = (const char *const *)o->captures->pdata;
  o->replay.n_captures = o->captures->len;
  grammar_clear(&g);
  return fine;
}
