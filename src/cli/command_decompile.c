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
#include "scenario_rules.h"

/* As the scenario, which may stand elsewhere, finds it. */
static char *path_of_rules(const cli_options *o, const char *path)
{
  g_autofree char *folder = o->write != NULL ? g_path_get_dirname(o->write) : g_strdup(".");

  if (g_path_is_absolute(path) || strcmp(folder, ".") == 0)
    return g_strdup(path);
  return g_canonicalize_filename(path, NULL);
}

static void put_file(GString *head, const char *path)
{
  g_string_append(head, "rules \"");
  for (; *path != '\0'; path++)
    g_string_append_printf(head, "%s%c", *path == '"' || *path == '\\' ? "\\" : "", *path);
  g_string_append(head, "\"\n");
}

/* As the scenario can name it, where rules ask for it; NULL: it has no name, or none of Linux. */
static const char *interface_of(const cli_options *o, const replay_origin *origin)
{
  const char *name = origin->interface;
  gboolean fits = o->rules->len > 0 && o->iface == NULL && name != NULL && *name != '\0' && strlen(name) < 16;

  return fits && strpbrk(name, " \t#\"") == NULL ? name : NULL;
}

/* Rules and where the box stands. */
static void put_rules(GString *head, const cli_options *o)
{
  guint i;

  for (i = 0; i < o->rules->len; i++) {
    g_autofree char *path = path_of_rules(o, g_ptr_array_index(o->rules, i));

    put_file(head, path);
  }
  for (i = 0; i < o->routes->len; i++)
    g_string_append_printf(head, "set route=%s\n", (const char *)g_ptr_array_index(o->routes, i));
  for (i = 0; i < o->assumptions->len; i++)
    g_string_append_printf(head, "set assume=%s\n", (const char *)g_ptr_array_index(o->assumptions, i));
  if (o->iface != NULL)
    g_string_append_printf(head, "set iface=%s\n", o->iface);
  if (o->bridge != NULL)
    g_string_append_printf(head, "set bridge=%s\n", o->bridge);
  if (o->rules_mode != 0)
    g_string_append_printf(head, "set mode=%s\n", o->rules_mode == FW_MODE_OBSERVE + 1 ? "observe" : "faithful");
  if (o->backend != FW_BACKEND_UNSET)
    g_string_append_printf(head, "set backend=%s\n", o->backend == FW_BACKEND_LEGACY ? "legacy" : "nft");
}

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
  put_rules(head, o);
  return g_string_free(head, FALSE);
}

/* Behind the fence: source and firewall are ended by the caller. */
static cli_exit write_scenario(const cli_options *o, const ct_params *params, replay_source *source,
                               cli_firewall *firewall, const char *head, emit_text *out)
{
  scn_decompiler *decompiler;
  scn_firewall rules;
  const replay_batch *batch;
  cli_exit code = CLI_EXIT_OK;
  g_autofree char *text = NULL;

  replay_source_start(source);
  if (!cli_firewall_start(firewall, params, EMIT_WANTS_WALK, FALSE) || !cli_has_captures(source, &code))
    return firewall->firewall == NULL && o->rules->len > 0 ? CLI_EXIT_USAGE : code;
  rules = cli_scenario_rules(firewall);
  decompiler = scn_decompiler_new(params, o->replay.checksums, o->rules->len > 0 ? &rules : NULL);
  cli_interrupts_catch(source, NULL);
  while ((batch = replay_source_next(source)) != NULL)
    for (guint i = 0; i < batch->n; i++)
      scn_decompiler_frame(decompiler, batch->origins[i].frame, interface_of(o, &batch->origins[i]));
  cli_interrupts_release();
  code = cli_say_about_captures(source);
  cli_firewall_say_notes(firewall);
  text = scn_decompiler_text(decompiler, head);
  emit_text_string(out, text);
  scn_decompiler_free(decompiler);
  return code;
}

/* All that is read and written is open when the fence closes. */
static cli_exit decompile_with(const cli_options *o, const ct_params *params, replay_source *source,
                               cli_firewall *firewall)
{
  cli_output out;
  cli_exit code;
  g_autofree char *head = NULL;

  if (!cli_output_open(&out, "-W", o->write))
    return CLI_EXIT_OUTPUT;
  /* Who is no longer root may not be told where we stand. */
  head = head_text(o, params);
  if (!o->no_sandbox)
    cli_sandbox_enter();
  code = cli_output_close(&out, write_scenario(o, params, source, firewall, head, &out.text));
  return cli_stop != 0 ? cli_exit_graver(code, cli_interrupted()) : code;
}

static cli_exit decompile(const cli_options *o, const ct_params *params)
{
  GError *error = NULL;
  replay_options replay = o->replay;
  replay_source *source;
  cli_firewall firewall;
  cli_exit code;

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
  code = cli_firewall_load(&firewall, o) ? decompile_with(o, params, source, &firewall) : firewall.refusal;
  replay_source_free(source);
  cli_firewall_clear(&firewall);
  return code;
}

cli_exit cli_command_decompile(int argc, char **argv)
{
  static const cli_option own_options[] = {
    { "write", 'W', "SCENARIO", CLI_OUTPUT, CLI_TEXT(cli_options, write) },
    { .name = NULL },
  };
  GError *error = NULL;
  cli_options options;
  ct_params params;
  cli_exit code = CLI_EXIT_USAGE;

  cli_options_init(&options);
  if (!cli_options_parse(&options, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES, own_options, &error) ||
      !cli_kernel_params(&options, &params, &error))
    cli_usage(error);
  else if (options.captures->len == 0)
    cli_say("decompile: give captures (- is standard input), and -W SCENARIO where it shall not go to standard output");
  else
    code = decompile(&options, &params);
  cli_options_clear(&options);
  return code;
}
