/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ctreplay test FILE...`: scenarios run, one TAP line for each thing they expect. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "firewall/build.h"
#include "firewall/iptables.h"
#include "captures.h"
#include "commands.h"
#include "kernel.h"
#include "sandbox.h"
#include "rules_text.h"
#include "say.h"
#include "labels.h"
#include "scenario_rules.h"
#include "scenario/perform.h"

typedef struct tap {
  const char *path, *file; /* as given, and as messages call it */
  guint number;
  gboolean failed;
  GHashTable *notes_said; /* as in cli_options: once for all scenarios */
  const GPtrArray *rules; /* cli_rules_text: the command line's, in place of the scenarios' own */
  char **label_names;     /* --connlabels; NULL: not given */
  GString *policies;      /* --timeout-policies, as it was read; NULL: not given */
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
  fine = cli_options_parse(options, argc, copy, CLI_KERNEL | CLI_RULES, own_options, error);
  g_free(copy);
  return fine;
}

/* The command line comes after the scenario, and has the last word. cli_options_clear is due in any case. */
static gboolean kernel_of(tap *t, const GPtrArray *of_scenario, int argc, char **argv, cli_options *options,
                          ct_params *params, GError **error)
{
  const char *max, *hashsize;
  gboolean fine;

  cli_options_init(options);
  g_hash_table_unref(options->notes_said);
  options->notes_said = g_hash_table_ref(t->notes_said);
  options->label_names = t->label_names;
  options->policies_text = t->policies != NULL ? t->policies->str : NULL;
  fine = parse_copy(options, (int)of_scenario->len, (char *const *)of_scenario->pdata, error);
  options->sysctls_of_file = options->sysctls->len;
  max = options->max;
  hashsize = options->hashsize;
  fine = fine && parse_copy(options, argc, argv, error);
  options->max_of_file = options->max == max;
  options->hashsize_of_file = options->hashsize == hashsize;
  return fine && cli_kernel_params(options, params, error);
}

/* The line of the setting without which all is well; 0: none of them. */
static guint line_at_fault(tap *t, const scn_scenario *scenario, int argc, char **argv)
{
  guint settings = 1 + scenario->settings->len + scenario->sysctls->len, line = 0, most;
  gboolean well = TRUE;

  for (most = 0; well && most <= settings; most++) {
    GPtrArray *all;
    cli_options options;
    ct_params params;

    line = 0;
    all = scenario_arguments(scenario, most, &line);
    well = kernel_of(t, all, argc, argv, &options, &params, NULL);
    cli_options_clear(&options);
    g_ptr_array_unref(all);
  }
  return well ? 0 : line;
}

/*
 * The kernel that scenario and command line describe together. arguments holds the strings of options. => FALSE and
 * error, which names the line at fault.
 */
static gboolean scenario_kernel(tap *t, const scn_scenario *scenario, int argc, char **argv, const GPtrArray *arguments,
                                cli_options *options, ct_params *params, GError **error)
{
  guint line;

  if (kernel_of(t, arguments, argc, argv, options, params, error))
    return TRUE;
  line = line_at_fault(t, scenario, argc, argv);
  if (line > 0)
    g_prefix_error(error, "%s:%u: ", scenario->file, line);
  return FALSE;
}

/* What is no test at all fails as one, so that who reads only the TAP does not miss it. */
static cli_exit refuse(tap *t, GError *error)
{
  /* What the file names as its own fault is input; what is left is the command line's. */
  cli_exit code = g_error_matches(error, CLI_ERROR, CLI_ERROR_CANNOT)                       ? CLI_EXIT_SKIP
                  : error->domain != CLI_ERROR || g_str_has_prefix(error->message, t->file) ? CLI_EXIT_INPUT
                                                                                            : CLI_EXIT_USAGE;

  t->number++;
  fw_make_harmless(error->message); /* a setting is quoted as the scenario has it */
  printf("not ok %u - %s\n  ---\n  error: %s\n  ...\n", t->number, t->file, error->message);
  cli_say("%s", error->message);
  g_error_free(error);
  return code;
}

/* => FALSE and error where it says how to judge by rules, and there are none. */
static gboolean has_use(const tap *t, const scn_scenario *scenario, const cli_options *options, GError **error)
{
  const char *name = t->rules->len == 0 && scenario->rules->len == 0 ? cli_firewall_option(options) : NULL;
  guint i;

  if (name == NULL)
    return TRUE;
  for (i = 0; i < scenario->settings->len; i++) {
    const scn_setting *setting = g_ptr_array_index(scenario->settings, i);

    if (strcmp(setting->name, name) != 0)
      continue;
    g_set_error(error, SCN_ERROR, SCN_ERROR_SYNTAX, "%s:%u: %s says nothing without rules", scenario->file,
                setting->line, name);
    return FALSE;
  }
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s: says nothing without rules", name);
  return FALSE;
}

static gboolean perform(tap *t, const cli_scenario_text *text, scn_scenario *scenario, int argc, char **argv,
                        scn_run_figures *figures, GError **error)
{
  guint line = 0;
  GPtrArray *arguments = scenario_arguments(scenario, G_MAXUINT, &line);
  cli_options options;
  cli_firewall firewall = { 0 };
  scn_firewall rules;
  ct_params params;
  gboolean fine = scenario_kernel(t, scenario, argc, argv, arguments, &options, &params, error);

  fine = fine && has_use(t, scenario, &options, error) &&
         scn_scenario_name_labels(scenario, (const char *const *)t->label_names, error) &&
         cli_scenario_firewall(&firewall, &rules, text, scenario, t->rules, &options, &params, error) &&
         scn_scenario_run(scenario, &params, options.replay.checksums, firewall.firewall != NULL ? &rules : NULL,
                          on_outcome, t, figures, error);
  if (fine)
    cli_firewall_say_notes(&firewall);
  cli_firewall_clear(&firewall);
  cli_options_clear(&options);
  g_ptr_array_unref(arguments);
  return fine;
}

static cli_exit test_file(tap *t, cli_scenario_text *text, int argc, char **argv)
{
  GError *error = NULL;
  scn_scenario *scenario;
  scn_run_figures figures;
  gboolean fine;

  if (!cli_scenario_have(text))
    return refuse(t, g_steal_pointer(&text->error));
  scenario = scn_scenario_parse(text->text->str, (gssize)text->text->len, t->file, &error);
  if (scenario == NULL)
    return refuse(t, error);
  fine = perform(t, text, scenario, argc, argv, &figures, &error);
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

/* All are open, and read with the rules that they name, before the first is parsed. */
static cli_exit test_files(tap *t, const cli_options *o, int argc, char **argv)
{
  guint n = o->captures->len, i;
  int *fds = g_new(int, n);
  GError **errors = g_new0(GError *, n);
  cli_scenario_text *texts = g_new0(cli_scenario_text, n);
  cli_exit code = CLI_EXIT_OK;

  cli_allow_many_files(n);
  for (i = 0; i < n; i++)
    fds[i] = cap_input_open(g_ptr_array_index(o->captures, i), &errors[i]);
  for (i = 0; i < n; i++)
    cli_scenario_read(&texts[i], fds[i], g_ptr_array_index(o->captures, i), errors[i]);
  if (!o->no_sandbox)
    cli_sandbox_enter();
  for (i = 0; i < n; i++) {
    t->path = g_ptr_array_index(o->captures, i);
    t->file = strcmp(t->path, "-") == 0 ? "standard input" : t->path;
    code = cli_exit_graver(code, test_file(t, &texts[i], argc, argv));
    cli_scenario_read_clear(&texts[i]);
  }
  g_free(texts);
  g_free(errors);
  g_free(fds);
  return code;
}

/* Behind the fence no file is opened any more. */
static gboolean read_policies(const cli_options *o, GString **text, GError **error)
{
  if (o->timeout_policies == NULL)
    return TRUE;
  *text = g_string_new(NULL);
  return fw_rules_load(o->timeout_policies, *text, error);
}

cli_exit cli_command_test(int argc, char **argv)
{
  char **copy = g_new0(char *, (gsize)argc + 1);
  GPtrArray *rules = NULL;
  GError *error = NULL;
  cli_options options;
  cli_exit code = CLI_EXIT_OK;
  tap t = { NULL, NULL, 0, FALSE, NULL, NULL, NULL, NULL };

  memcpy(copy, argv, (gsize)argc * sizeof(char *));
  cli_options_init(&options);
  if (!cli_options_parse(&options, argc, copy, CLI_KERNEL | CLI_RULES, own_options, &error))
    code = cli_usage(error);
  else if (options.captures->len == 0) {
    cli_say("test: give scenarios (- is standard input)");
    code = CLI_EXIT_USAGE;
  } else if ((rules = cli_rules_texts_read(options.rules, &error)) == NULL ||
             !cli_labels_read(&options, &t.label_names, &error) || !read_policies(&options, &t.policies, &error)) {
    code = cli_usage(error);
  } else {
    puts("TAP version 13");
    t.notes_said = options.notes_said;
    t.rules = rules;
    code = test_files(&t, &options, argc, argv);
  }
  if (t.number > 0)
    printf("1..%u\n", t.number);
  if (rules != NULL)
    g_ptr_array_unref(rules);
  cli_labels_free(t.label_names);
  if (t.policies != NULL)
    g_string_free(t.policies, TRUE);
  cli_options_clear(&options);
  g_free(copy);
  return code;
}
