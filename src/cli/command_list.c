/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ctreplay list WHAT`: the words that options take, one a line, from the very tables the program runs on. */
#include "columns.h"
#include "commands.h"
#include "kernel.h"
#include "list_changes.h"
#include "list_rules.h"
#include "say.h"

#include <stdio.h>
#include <string.h>

#include "conntrack/helper/modules.h"
#include "conntrack/helper/settings.h"
#include "conntrack/profile/aliases.h"
#include "conntrack/proto/proto.h"

static void list_formats(const ct_params *params)
{
  static const struct {
    guint bit;
    const char *command;
  } commands[] = { { EMIT_CAN_LIST, "-L" },    { EMIT_CAN_EXPECT, "-L expect" },
                   { EMIT_CAN_EVENTS, "-E" },  { EMIT_CAN_EXPECT_EVENTS, "-E expect" },
                   { EMIT_CAN_PACKETS, "-P" }, { EMIT_CAN_STATS, "-S" },
                   { EMIT_CAN_COUNT, "-C" },   { EMIT_CAN_FLOWS, "flows" } };
  const emit_format *format;
  const char *separator;
  guint i, j;

  (void)params;
  for (i = 0; (format = emit_format_get(i)) != NULL; i++) {
    printf("%-12s %s (", format->name, format->help);
    for (j = 0, separator = ""; j < G_N_ELEMENTS(commands); j++)
      if (format->can & commands[j].bit) {
        printf("%s%s", separator, commands[j].command);
        separator = ", ";
      }
    puts(")");
  }
}

static void list_sysctls(const ct_params *params)
{
  ct_param_info info;
  size_t i;

  for (i = 0; ct_params_describe(params, i, &info); i++)
    printf("%-42s %10" G_GUINT64_FORMAT "%s  %s\n", info.name, info.value, info.is_timeout ? " s" : "  ", info.help);
}

static void list_reasons(const ct_params *params)
{
  guint i;

  for (i = 1; i < CT_REASON_COUNT; i++) {
    const char *sysctl = ct_reason_sysctl((ct_reason)i, params->profile);

    printf("%-20s %s%s%s%s\n", ct_reason_word((ct_reason)i), ct_reason_sentence((ct_reason)i),
           *sysctl != '\0' ? " (" : "", sysctl, *sysctl != '\0' ? ")" : "");
  }
}

static void list_profiles(const ct_params *params)
{
  const ct_profile_alias *alias;
  const ct_profile *profile;
  guint i;

  (void)params;
  for (i = 0; (profile = ct_profile_get(i)) != NULL; i++)
    printf("%-12s %s; %s\n", profile->name, profile->help,
           profile->recorded ? "compared with recordings of that kernel" : "rests on the spec, nothing recorded");
  puts("\nOther names, beside a kernel's own release (uname -r); rocky, alma, centos and oracle are as rhel:");
  for (i = 0; (alias = ct_profile_alias_get(i)) != NULL; i++)
    printf("%-12s %s%s%s\n", alias->name, alias->profile->name, alias->doubt != NULL ? ": " : "",
           alias->doubt != NULL ? alias->doubt : "");
}

static void list_helpers(const ct_params *params)
{
  ct_helper_info info;
  unsigned i;

  (void)params;
  for (i = 0; ct_helper_describe(i, &info); i++) {
    char port[16] = "-";

    if (info.port != 0)
      g_snprintf(port, sizeof(port), "%u", info.port);
    printf("%-12s %-7s %5s  %s  %s\n", info.name,
           info.tcp && info.udp ? "tcp,udp"
           : info.tcp           ? "tcp"
                                : "udp",
           port,
           info.ipv4 && info.ipv6 ? "ipv4,ipv6"
           : info.ipv6            ? "ipv6     "
                                  : "ipv4     ",
           info.help);
  }
}

static void list_modules(const ct_params *params)
{
  ct_module_info info;
  size_t i;

  for (i = 0; ct_params_describe_module(params, i, &info); i++)
    printf("%-42s %10s  %s\n", info.name, info.value, info.help);
}

static void list_classes(const ct_params *params)
{
  guint i;

  (void)params;
  for (i = 0; i < CT_CLASS_COUNT; i++)
    puts(ct_class_name((ct_class)i));
  puts("dropped");
}

static void list_states(const ct_params *params)
{
  const ct_proto *proto;
  guint i, state;

  for (i = 0; (proto = ct_proto_get(params->profile, i)) != NULL; i++)
    for (state = 0; state < proto->n_states; state++)
      if (proto->states[state] != NULL)
        printf("%-4s %s\n", proto->name, proto->states[state]);
}

static void list_options(const ct_params *params)
{
  const cli_option *option;
  guint i;

  (void)params;
  for (i = 0; (option = cli_option_get(i)) != NULL; i++) {
    if (cli_option_is_gone(option))
      continue;
    if (option->letter != 0)
      printf("-%c, ", option->letter);
    printf("--%s%s%s\n", option->name, option->argument != NULL ? " " : "",
           option->argument != NULL ? option->argument : "");
  }
}

static void list_fields(const ct_params *params)
{
  (void)params;
  cli_columns_list();
}

static void list_commands(const ct_params *params)
{
  const cli_subcommand *command;
  guint i;

  (void)params;
  for (i = 0; (command = cli_subcommand_get(i)) != NULL; i++)
    printf("%s\n", command->name);
}

/* list changes A B */
static cli_exit list_changes(const GPtrArray *words)
{
  const ct_profile *profiles[2];
  GError *error = NULL;
  guint i;

  if (words->len != 3) {
    cli_say("list changes: give two kernels: ctreplay list changes rhel-7 linux-6.18");
    return CLI_EXIT_USAGE;
  }
  for (i = 0; i < 2; i++) {
    profiles[i] = cli_profile_named(g_ptr_array_index(words, i + 1), "list changes ", &error);
    if (profiles[i] == NULL)
      return cli_usage(error);
  }
  cli_list_changes(profiles[0], profiles[1]);
  return CLI_EXIT_OK;
}

static const struct {
  const char *name;
  void (*print)(const ct_params *params);
} lists[] = { { "formats", list_formats },   { "sysctls", list_sysctls },     { "reasons", list_reasons },
              { "profiles", list_profiles }, { "helpers", list_helpers },     { "modules", list_modules },
              { "classes", list_classes },   { "states", list_states },       { "options", list_options },
              { "commands", list_commands }, { "matches", cli_list_matches }, { "targets", cli_list_targets },
              { "fields", list_fields } };

const char *cli_list_similar(const char *word)
{
  const char *best = NULL;
  guint i, distance, least = G_MAXUINT;

  for (i = 0; i <= G_N_ELEMENTS(lists); i++) {
    const char *name = i < G_N_ELEMENTS(lists) ? lists[i].name : "changes";

    if (!cli_word_similar(word, name, &distance) || distance >= least)
      continue;
    least = distance;
    best = name;
  }
  return best;
}

/* "formats, sysctls, ..., commands" */
static char *list_names(void)
{
  GString *names = g_string_new(lists[0].name);
  guint i;

  for (i = 1; i < G_N_ELEMENTS(lists); i++)
    g_string_append_printf(names, ", %s", lists[i].name);
  return g_string_free(names, FALSE);
}

static void refuse_word(const char *word)
{
  const char *meant = word != NULL ? cli_list_similar(word) : NULL;
  g_autofree char *names = list_names();

  if (meant != NULL && strcmp(meant, word) != 0)
    cli_say("list %s: did you mean %s? There are %s, changes", word, meant, names);
  else
    cli_say("list: give one of %s, changes", names);
}

static cli_exit list(const cli_options *o, const ct_params *params)
{
  const char *word = o->captures->len > 0 ? g_ptr_array_index(o->captures, 0) : NULL;
  guint i;

  if (word != NULL && strcmp(word, "changes") == 0)
    return list_changes(o->captures);
  for (i = 0; word != NULL && o->captures->len == 1 && i < G_N_ELEMENTS(lists); i++)
    if (strcmp(word, lists[i].name) == 0) {
      lists[i].print(params);
      return CLI_EXIT_OK;
    }
  refuse_word(word);
  return CLI_EXIT_USAGE;
}

cli_exit cli_command_list(int argc, char **argv)
{
  GError *error = NULL;
  cli_options options;
  cli_exit code = CLI_EXIT_OK;
  ct_params params;

  cli_options_init(&options);
  if (!cli_options_parse(&options, argc, argv, CLI_KERNEL, NULL, &error) ||
      !cli_kernel_params(&options, &params, &error)) {
    code = cli_usage(error);
  } else if (options.help) {
    g_autofree char *names = list_names();

    printf("ctreplay list WHAT [--profile PROFILE] [--sysctl NAME=VALUE]\nWHAT is one of %s.\n"
           "ctreplay list changes A B tells what kernel B does otherwise than kernel A.\n",
           names);
  } else {
    code = list(&options, &params);
  }
  cli_options_clear(&options);
  return code;
}
