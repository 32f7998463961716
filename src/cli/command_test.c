/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ctreplay test FILE...`: scenarios run, one TAP line for each thing they expect. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "captures.h"
#include "commands.h"
#include "kernel.h"
#include "sandbox.h"
#include "say.h"
#include "scenario/perform.h"

typedef struct tap {
  const char *path, *file; /* as given, and as messages call it */
  guint number;
  gboolean failed;
  GHashTable *notes_said; /* as in cli_options: once for all scenarios */
} tap;

/* A block of YAML text: a line each, indented. */
static void print_block(const char *key, const char *text)
{
  if (*text == '\0')
    return;
  if (strchr(text, '\n') == NULL) {
    printf("  %s: %s\n", key, text);
    return;
  }
  printf("  %s: |\n", key);
  while (*text != '\0') {
    int n = (int)strcspn(text, "\n");

    printf("    %.*s\n", n, text);
    text += n + (text[n] == '\n' ? 1 : 0);
  }
}

static void on_outcome(const scn_outcome *outcome, gpointer user)
{
  tap *t = user;

  t->number++;
  printf("%sok %u - %s:%u: %s\n", outcome->met ? "" : "not ", t->number, t->file, outcome->line, outcome->expectation);
  if (outcome->met)
    return;
  t->failed = TRUE;
  puts("  ---");
  print_block("expected", outcome->expected);
  print_block("got", outcome->got);
  print_block("packet", outcome->packet);
  print_block("why", outcome->why);
  print_block("there", outcome->related);
  puts("  ...");
}

static const cli_option own_options[] = { CLI_CHECKSUMS_OPTION, { .name = NULL } };

static char *setting_as_option(const scn_setting *setting, gboolean sysctl)
{
  if (sysctl)
    return g_strdup_printf("--sysctl=%s=%s", setting->name, setting->value);
  if (g_str_has_suffix(setting->name, "helper") && strcmp(setting->value, "all") == 0)
    return g_strdup_printf("--%ss", setting->name);
  return g_strdup_printf("--%s=%s", setting->name, setting->value);
}

/*
 * A scenario's settings are options of the same names. Only the first `most` settings are taken, and *line is the line
 * of the last one. => to be freed with g_ptr_array_unref, with its strings.
 */
static GPtrArray *scenario_arguments(const scn_scenario *scenario, guint most, guint *line)
{
  const GPtrArray *const lists[] = { scenario->settings, scenario->sysctls };
  GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
  guint n = 0;

  g_ptr_array_add(all, g_strdup("test"));
  if (scenario->profile != NULL && n++ < most) {
    g_ptr_array_add(all, g_strdup_printf("--profile=%s", scenario->profile));
    *line = scenario->profile_line;
  }
  for (guint k = 0; k < G_N_ELEMENTS(lists); k++)
    for (guint i = 0; i < lists[k]->len && n++ < most; i++) {
      const scn_setting *setting = g_ptr_array_index(lists[k], i);

      g_ptr_array_add(all, setting_as_option(setting, k == 1));
      *line = setting->line;
    }
  return all;
}

static gboolean parse_copy(cli_options *options, int argc, char *const *argv, GError **error)
{
  char **copy = g_new0(char *, (gsize)argc + 1); /* parsing moves arguments about */
  gboolean fine;

  memcpy(copy, argv, (gsize)argc * sizeof(char *));
  fine = cli_options_parse(options, argc, copy, CLI_KERNEL, own_options, error);
  g_free(copy);
  return fine;
}

/* The command line comes after the scenario, and has the last word. */
static gboolean kernel_of(tap *t, const GPtrArray *of_scenario, int argc, char **argv, ct_params *params,
                          ct_checksums *checksums, GError **error)
{
  cli_options options;
  const char *max, *hashsize;
  gboolean fine;

  cli_options_init(&options);
  g_hash_table_unref(options.notes_said);
  options.notes_said = g_hash_table_ref(t->notes_said);
  fine = parse_copy(&options, (int)of_scenario->len, (char *const *)of_scenario->pdata, error);
  options.sysctls_of_file = options.sysctls->len;
  max = options.max;
  hashsize = options.hashsize;
  fine = fine && parse_copy(&options, argc, argv, error);
  options.max_of_file = options.max == max;
  options.hashsize_of_file = options.hashsize == hashsize;
  fine = fine && cli_kernel_params(&options, params, error);
  *checksums = options.replay.checksums;
  cli_options_clear(&options);
  return fine;
}

/*
 * The kernel that scenario and command line describe together. => FALSE and error, which names the line at fault: the
 * one without which all is well.
 */
static gboolean scenario_kernel(tap *t, const scn_scenario *scenario, int argc, char **argv, ct_params *params,
                                ct_checksums *checksums, GError **error)
{
  guint settings = 1 + scenario->settings->len + scenario->sysctls->len, line = 0;
  GPtrArray *all = scenario_arguments(scenario, settings, &line);
  gboolean fine = kernel_of(t, all, argc, argv, params, checksums, error);

  g_ptr_array_unref(all);
  for (guint most = 0; !fine && most <= settings; most++) {
    gboolean well;

    line = 0;
    all = scenario_arguments(scenario, most, &line);
    well = kernel_of(t, all, argc, argv, params, checksums, NULL);
    g_ptr_array_unref(all);
    if (!well)
      break;
  }
  if (!fine && line > 0)
    g_prefix_error(error, "%s:%u: ", scenario->file, line);
  return fine;
}

/* What is no test at all fails as one, so that who reads only the TAP does not miss it. */
static cli_exit refuse(tap *t, GError *error)
{
  /* What the file names as its own fault is input; what is left is the command line's. */
  cli_exit code =
    error->domain != CLI_ERROR || g_str_has_prefix(error->message, t->file) ? CLI_EXIT_INPUT : CLI_EXIT_USAGE;

  t->number++;
  printf("not ok %u - %s\n  ---\n  error: %s\n  ...\n", t->number, t->file, error->message);
  cli_say("%s", error->message);
  g_error_free(error);
  return code;
}

/* fd: the file, or -1 and why not. */
static cli_exit test_file(tap *t, int fd, GError *error, int argc, char **argv)
{
  scn_scenario *scenario = fd >= 0 ? scn_scenario_load_fd(fd, t->path, &error) : NULL;
  scn_run_figures figures;
  ct_checksums checksums;
  ct_params params;
  gboolean fine;

  if (scenario == NULL)
    return refuse(t, error);
  fine = scenario_kernel(t, scenario, argc, argv, &params, &checksums, &error);
  fine = fine && scn_scenario_run(scenario, &params, checksums, on_outcome, t, &figures, &error);
  scn_scenario_free(scenario);
  if (!fine)
    return refuse(t, error);
  if (figures.checks == 0) {
    printf("ok %u - %s # SKIP expects nothing (%u packet%s)\n", ++t->number, t->file, figures.packets,
           figures.packets == 1 ? "" : "s");
    cli_say("%s: expects nothing, so nothing was tested", t->file);
  }
  return figures.failed > 0 ? CLI_EXIT_DIFFERENT : CLI_EXIT_OK;
}

/* All are open before the first is parsed. */
static cli_exit test_files(tap *t, const cli_options *o, int argc, char **argv)
{
  guint n = o->captures->len;
  int *fds = g_new(int, n);
  GError **errors = g_new0(GError *, n);
  cli_exit code = CLI_EXIT_OK;

  cli_allow_many_files(n);
  for (guint i = 0; i < n; i++)
    fds[i] = cap_input_open(g_ptr_array_index(o->captures, i), &errors[i]);
  if (!o->no_sandbox)
    cli_sandbox_enter();
  for (guint i = 0; i < n; i++) {
    t->path = g_ptr_array_index(o->captures, i);
    t->file = strcmp(t->path, "-") == 0 ? "standard input" : t->path;
    code = cli_exit_graver(code, test_file(t, fds[i], errors[i], argc, argv));
  }
  g_free(errors);
  g_free(fds);
  return code;
}

cli_exit cli_command_test(int argc, char **argv)
{
  char **copy = g_new0(char *, (gsize)argc + 1);
  GError *error = NULL;
  cli_options options;
  cli_exit code = CLI_EXIT_OK;
  tap t = { NULL, NULL, 0, FALSE, NULL };

  memcpy(copy, argv, (gsize)argc * sizeof(char *));
  cli_options_init(&options);
  if (!cli_options_parse(&options, argc, copy, CLI_KERNEL, own_options, &error))
    code = cli_usage(error);
  else if (options.captures->len == 0) {
    cli_say("test: give scenarios (- is standard input)");
    code = CLI_EXIT_USAGE;
  } else {
    puts("TAP version 13");
    t.notes_said = options.notes_said;
    code = test_files(&t, &options, argc, argv);
  }
  if (t.number > 0)
    printf("1..%u\n", t.number);
  cli_options_clear(&options);
  g_free(copy);
  return code;
}
