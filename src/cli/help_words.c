/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "help_words.h"

#include "columns.h"
#include "emit/emit.h"
#include "kernel.h"
#include "option_help.h"

#include <string.h>

#include "conntrack/helper/modules.h"
#include "conntrack/helper/settings.h"
#include "conntrack/profile/aliases.h"
#include "conntrack/proto/proto.h"
#include "firewall/extension.h"
#include "firewall/walk/walk.h"

typedef struct teller {
  void (*say)(const help_word *word, gpointer user);
  gpointer user;
} teller;

static void tell(const teller *t, const char *kind, const char *name, const char *text)
{
  const help_word word = { kind, name, text };

  t->say(&word, t->user);
}

static void tell_format(const teller *t, const char *kind, const char *name, const char *format, ...)
  G_GNUC_PRINTF(4, 5);

static void tell_format(const teller *t, const char *kind, const char *name, const char *format, ...)
{
  va_list arguments;
  char *text;

  va_start(arguments, format);
  text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  tell(t, kind, name, text);
  g_free(text);
}

/* ---- of the command line ---- */

static void tell_commands(const teller *t)
{
  const cli_subcommand *command;
  guint i;

  for (i = 0; (command = cli_subcommand_get(i)) != NULL; i++)
    tell_format(t, "command", command->name, "%s (ctreplay %s --help)", command->help, command->name);
}

/* An option that means something else to a sub-command is told once more, as that one's. */
static void tell_option(const teller *t, const cli_subcommand *command, const cli_option *option)
{
  const char *help = cli_option_help(command != NULL ? command->name : NULL, option);
  char *spelling = cli_option_spelling(option), *name = g_strdup_printf("--%s", option->name);

  tell_format(t, "option", name, "%s%s%s: %s", spelling, command != NULL ? " of " : "",
              command != NULL ? command->name : "", help != NULL ? help : "");
  if (option->letter != 0) {
    char letter[] = { '-', option->letter, '\0' };

    tell_format(t, "option", letter, "%s%s%s: %s", spelling, command != NULL ? " of " : "",
                command != NULL ? command->name : "", help != NULL ? help : "");
  }
  g_free(spelling);
  g_free(name);
}

static void tell_options(const teller *t)
{
  GPtrArray *rows = cli_options_of(NULL);
  const cli_subcommand *command;
  guint i, k;

  for (i = 0; i < rows->len; i++)
    tell_option(t, NULL, g_ptr_array_index(rows, i));
  g_ptr_array_unref(rows);
  for (i = 0; (command = cli_subcommand_get(i)) != NULL; i++) {
    rows = cli_options_of(command);
    for (k = 0; k < rows->len; k++) {
      const cli_option *option = g_ptr_array_index(rows, k);

      if (option->group == CLI_OWN || cli_option_help(NULL, option) != cli_option_help(command->name, option))
        tell_option(t, command, option);
    }
    g_ptr_array_unref(rows);
  }
}

static void tell_field(const char *command, const emit_field *field, gpointer user)
{
  tell_format(user, "field", field->name, "%s (--fields of %s)", field->help, command);
}

static void tell_outputs(const teller *t)
{
  const emit_format *format;
  guint i;

  for (i = 0; (format = emit_format_get(i)) != NULL; i++)
    tell_format(t, "format", format->name, "-o %s: %s", format->name, format->help);
  cli_columns_each(tell_field, (gpointer)t);
}

/* ---- of the kernel ---- */

static void tell_sysctls(const teller *t)
{
  ct_param_info info;
  ct_params params;
  size_t i;

  ct_params_init(&params, ct_profile_get(0));
  for (i = 0; ct_params_describe(&params, i, &info); i++)
    tell_format(t, "sysctl", info.name, "%s; %" G_GUINT64_FORMAT "%s unless it is set (%s)", info.help, info.value,
                info.is_timeout ? " s" : "", params.profile->name);
}

static void tell_modules(const teller *t)
{
  ct_module_info info;
  ct_params params;
  size_t i;

  ct_params_init(&params, ct_profile_get(0));
  for (i = 0; ct_params_describe_module(&params, i, &info); i++)
    tell_format(t, "module's parameter", info.name, "%s; %s unless it is set", info.help, info.value);
}

static void tell_reasons(const teller *t)
{
  guint i;

  for (i = 1; i < CT_REASON_COUNT; i++) {
    const char *sysctl = ct_reason_sysctl((ct_reason)i, NULL);

    tell_format(t, "reason", ct_reason_word((ct_reason)i), "%s%s%s%s", ct_reason_sentence((ct_reason)i),
                *sysctl != '\0' ? " (" : "", sysctl, *sysctl != '\0' ? ")" : "");
  }
}

static void tell_profiles(const teller *t)
{
  const ct_profile_alias *alias;
  const ct_profile *profile;
  guint i;

  for (i = 0; (profile = ct_profile_get(i)) != NULL; i++)
    tell_format(t, "kernel", profile->name, "%s (--profile %s)", profile->help, profile->name);
  for (i = 0; (alias = ct_profile_alias_get(i)) != NULL; i++)
    tell_format(t, "kernel", alias->name, "another name of %s", alias->profile->name);
}

static void tell_helpers(const teller *t)
{
  ct_helper_info info;
  unsigned i;

  for (i = 0; ct_helper_describe(i, &info); i++)
    tell_format(t, "helper", info.name, "%s (port %u)", info.help, info.port);
}

static void tell_states(const teller *t)
{
  const ct_proto *proto;
  guint i, state;

  for (i = 0; (proto = ct_proto_get(ct_profile_get(0), i)) != NULL; i++) {
    tell_format(t, "protocol", proto->name, "protocol number %u (ctreplay states %s)", proto->number, proto->name);
    for (state = 0; state < proto->n_states; state++)
      if (proto->states[state] != NULL)
        tell_format(t, "state", proto->states[state], "a state of %s (ctreplay states %s)", proto->name, proto->name);
  }
}

static void tell_classes(const teller *t)
{
  static const char *const classes[CT_CLASS_COUNT] = {
    [CT_CLASS_NEW] = "begins a connection; -m conntrack --ctstate NEW",
    [CT_CLASS_ESTABLISHED] = "belongs to a connection that has seen both directions, or is its reply",
    [CT_CLASS_RELATED] = "begins a connection that another announced, or is an ICMP error about one",
    [CT_CLASS_INVALID] = "belongs to no connection and can begin none, or breaks its protocol's rules",
    [CT_CLASS_UNTRACKED] = "was taken out of tracking, by a rule or by its kind",
    [CT_CLASS_NONE] = "never reached conntrack",
  };
  guint i;

  for (i = 0; i < CT_CLASS_COUNT; i++)
    tell(t, "class", ct_class_name((ct_class)i), classes[i] != NULL ? classes[i] : "");
}

static void tell_extensions(const teller *t)
{
  const fw_target_ops *target;
  const fw_match_ops *match;
  guint i;

  for (i = 0; (match = fw_match_get(i)) != NULL; i++)
    tell_format(t, "match", match->name, "-m %s of iptables (ctreplay list matches)", match->name);
  for (i = 0; (target = fw_target_get(i)) != NULL; i++)
    tell_format(t, "target", target->name, "-j %s of iptables (ctreplay list targets)", target->name);
}

void cli_help_words(void (*say)(const help_word *word, gpointer user), gpointer user)
{
  const teller t = { say, user };

  tell_commands(&t);
  tell_options(&t);
  tell_outputs(&t);
  tell_sysctls(&t);
  tell_modules(&t);
  tell_reasons(&t);
  tell_profiles(&t);
  tell_helpers(&t);
  tell_states(&t);
  tell_classes(&t);
  tell_extensions(&t);
}
