/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ctreplay decompile CAPTURE`: a scenario that passes, with the same packets. */
#include <config.h>

#include <string.h>

#include "captures.h"
#include "conntrack/helper/modules.h"
#include "commands.h"
#include "interrupt.h"
#include "kernel.h"
#include "output.h"
#include "sandbox.h"
#include "say.h"
#include "scenario/decompile.h"

/* The kernel that was asked, as settings: what differs from its profile. */
static char *head_text(const cli_options *o, const ct_params *params)
{
  GString *head = g_string_new("# Made by ctreplay decompile.\n");
  ct_params fresh;
  ct_param_info mine, usual;
  ct_module_info module, loaded;

  if (o->profile_name != NULL)
    g_string_append_printf(head, "profile %s\n", o->profile_name);
  ct_params_init(&fresh, params->profile);
  for (size_t i = 0; ct_params_describe(params, i, &mine) && ct_params_describe(&fresh, i, &usual); i++)
    if (mine.value != usual.value)
      g_string_append_printf(head, "sysctl %s=%" G_GUINT64_FORMAT "\n", mine.name, mine.value);
  if (o->features != NULL)
    g_string_append_printf(head, "set features=%s\n", o->features);
  if (o->gc != NULL)
    g_string_append_printf(head, "set gc=%s\n", o->gc);
  if (o->hash_seed != NULL)
    g_string_append_printf(head, "set hash-seed=%s\n", o->hash_seed);
  if (o->hz != NULL)
    g_string_append_printf(head, "set hz=%s\n", o->hz);
  if (o->replay.checksums != CT_CHECKSUMS_AUTO)
    g_string_append_printf(head, "set checksums=%s\n",
                           o->replay.checksums == CT_CHECKSUMS_VERIFY ? "verify" : "ignore");
  for (guint i = 0; i < o->helpers->len; i++)
    g_string_append_printf(head, "set helper=%s\n", (const char *)g_ptr_array_index(o->helpers, i));
  for (guint i = 0; i < o->no_helpers->len; i++)
    g_string_append_printf(head, "set no-helper=%s\n", (const char *)g_ptr_array_index(o->no_helpers, i));
  for (guint i = 0; i < o->locals->len; i++)
    g_string_append_printf(head, "set local=%s\n", (const char *)g_ptr_array_index(o->locals, i));
  for (size_t i = 0; ct_params_describe_module(params, i, &module) && ct_params_describe_module(&fresh, i, &loaded);
       i++)
    if (strcmp(module.value, loaded.value) != 0)
      g_string_append_printf(head, "set module=%s=%s\n", module.name, module.value);
  if (o->helpers_by_port != CLI_HELPERS_OF_PROFILE)
    g_string_append_printf(head, "set %s=all\n", o->helpers_by_port == CLI_HELPERS_ALL ? "helper" : "no-helper");
  return g_string_free(head, FALSE);
}

static cli_exit decompile(const cli_options *o, const ct_params *params)
{
  GError *error = NULL;
  replay_options replay = o->replay;
  replay_source *source;
  cli_output out;
  scn_decompiler *decompiler;
  const replay_batch *batch;
  cli_exit code;
  char *head, *text;

  replay.stop = &cli_stop;
  replay.pairs = FALSE; /* all packets, as they stand */
  cli_allow_many_files(o->captures->len);
  source = replay_source_prepare(&replay, params, &error);
  if (source == NULL)
    return cli_usage(error);
  if (o->write != NULL && cli_names_capture(o, o->write)) {
    cli_say("-W %s: is one of the captures to be read", o->write);
    replay_source_free(source);
    return CLI_EXIT_USAGE;
  }
  if (!cli_output_open(&out, "-W", o->write)) {
    replay_source_free(source);
    return CLI_EXIT_OUTPUT;
  }
  if (!o->no_sandbox)
    cli_sandbox_enter();
  replay_source_start(source);
  code = CLI_EXIT_OK;
  if (!cli_has_captures(source, &code)) {
    replay_source_free(source);
    return cli_output_close(&out, code);
  }
  decompiler = scn_decompiler_new(params, o->replay.checksums);
  cli_interrupts_catch(source, NULL);
  while ((batch = replay_source_next(source)) != NULL)
    for (guint i = 0; i < batch->n; i++)
      scn_decompiler_frame(decompiler, batch->origins[i].frame);
  cli_interrupts_release();
  code = cli_say_about_captures(source);
  replay_source_free(source);
  head = head_text(o, params);
  text = scn_decompiler_text(decompiler, head);
  emit_text_string(&out.text, text);
  code = cli_output_close(&out, code);
  if (cli_stop != 0)
    code = cli_exit_graver(code, CLI_EXIT_INTERRUPTED);
  g_free(text);
  g_free(head);
  scn_decompiler_free(decompiler);
  return code;
}

cli_exit cli_command_decompile(int argc, char **argv)
{
  GError *error = NULL;
  cli_options options;
  ct_params params;
  cli_exit code = CLI_EXIT_USAGE;

  cli_options_init(&options);
  if (!cli_options_parse(&options, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_OUTPUT, NULL, &error) ||
      !cli_kernel_params(&options, &params, &error))
    cli_usage(error);
  else if (options.captures->len == 0 || options.format != NULL)
    cli_say("decompile: give captures (- is standard input), and -W SCENARIO where it shall not go to standard output");
  else
    code = decompile(&options, &params);
  cli_options_clear(&options);
  return code;
}
