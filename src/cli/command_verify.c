/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `ctreplay verify CAPTURE`: the same packets through a kernel and through the engine, and where they first disagree.
 */
#include <config.h>

#include "captures.h"
#include "commands.h"
#include "interrupt.h"
#include "output.h"
#include "rules_text.h"
#include "say.h"

#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "conntrack/helper/settings.h"
#include "verify/offline.h"
#include "verify/rules.h"
#ifdef HAVE_LIVE
#include "verify/live.h"
#include "verify/routed.h"
#endif

typedef struct verify_own {
  const char *against, *record, *own;
  GPtrArray *rules;           /* paths */
  GPtrArray *locals, *routes; /* as they stand */
  gboolean routed;
  GPtrArray *sysctls, *helpers; /* strings for the transcript's header, owned */
  gboolean checksums;
  gint64 max_gap_ns;
  guint64 count;
} verify_own;

/* "ftp" or "ftp:2121" => "tcp:21:ftp" for each protocol that the helper serves. */
static gboolean read_helper(const cli_option *option, gpointer base, const char *value, GError **error)
{
  GPtrArray *helpers = *(GPtrArray **)cli_option_field(option, base);
  g_auto(GStrv) words = g_strsplit(value, ":", 2);
  ct_helper_info info;
  guint64 port = 0;
  for (guint i = 0; ct_helper_describe(i, &info); i++) {
    if (g_ascii_strcasecmp(info.name, words[0] ? words[0] : "") != 0 || info.port == 0)
      continue;
    port = info.port;
    if (words[1] && !g_ascii_string_to_unsigned(words[1], 10, 1, 65535, &port, NULL))
      break;
    if (info.tcp)
      g_ptr_array_add(helpers, g_strdup_printf("tcp:%" G_GUINT64_FORMAT ":%s", port, info.name));
    if (info.udp)
      g_ptr_array_add(helpers, g_strdup_printf("udp:%" G_GUINT64_FORMAT ":%s", port, info.name));
    return TRUE;
  }
  return cli_option_refuse(option, value, error);
}

/* Each on its standard port. */
static gboolean read_all_helpers(const cli_option *option, gpointer base, const char *value, GError **error)
{
  ct_helper_info info;

  (void)value;
  for (guint i = 0; ct_helper_describe(i, &info); i++)
    if (info.port != 0 && !read_helper(option, base, info.name, error))
      return FALSE;
  return TRUE;
}

/* As a transcript's header has it: the folder is added to names that stand alone. */
static gboolean read_sysctl(const cli_option *option, gpointer base, const char *value, GError **error)
{
  GPtrArray *sysctls = *(GPtrArray **)cli_option_field(option, base);
  const char *prefix = g_str_has_prefix(value, "nf_") ? "net.netfilter." : "";

  if (strchr(value, '=') == NULL)
    return cli_option_refuse(option, value, error);
  g_ptr_array_add(sysctls, g_strconcat(prefix, value, NULL));
  return TRUE;
}

static const cli_choice judges_checksums[] = { { "verify", TRUE }, { "ignore", FALSE }, { NULL, 0 } };
/* clang-format off */
static const cli_option own_options[] = {
  { "against", 0, "FILE", CLI_OWN, CLI_TEXT(verify_own, against) },
  { "rules", 0, "FILE", CLI_OWN, CLI_LIST(verify_own, rules) },
  { "routed", 0, NULL, CLI_OWN, CLI_FLAG(verify_own, routed) },
  { "local", 0, "ADDR/LEN@IF", CLI_OWN, CLI_LIST(verify_own, locals) },
  { "route", 0, "PREFIX=IFACE", CLI_OWN, CLI_LIST(verify_own, routes) },
  { "own", 0, "FILE", CLI_OWN, CLI_TEXT(verify_own, own) },
  { "record", 0, "FILE", CLI_OWN, CLI_TEXT(verify_own, record) },
  { "sysctl", 0, "K=V", CLI_OWN, CLI_BY(read_sysctl, verify_own, sysctls), .wanted = "NAME=VALUE" },
  { "helper", 0, "NAME", CLI_OWN, CLI_BY(read_helper, verify_own, helpers),
    .wanted = "a helper (ctreplay list helpers), with :PORT where it is not on its own" },
  { "helpers", 0, NULL, CLI_OWN, CLI_BY(read_all_helpers, verify_own, helpers) },
  { "checksums", 0, "WHAT", CLI_OWN, CLI_CHOICE(verify_own, checksums, judges_checksums, "verify or ignore") },
  { "max-gap", 0, "SECONDS", CLI_OWN, CLI_SECONDS(verify_own, max_gap_ns, VERIFY_MAX_GAP_S, "seconds, at most a day") },
  { "count", 0, "N", CLI_OWN, CLI_SIZE(verify_own, count, 1, G_MAXUINT64, "a number of packets") },
  { .name = NULL },
};
/* clang-format on */

static cli_exit report_show(const verify_report *report)
{
  GString *text = g_string_new(NULL);
  verify_report_print(text, report);
  fputs(text->str, stdout);
  g_string_free(text, TRUE);
  if (!report->equal)
    return CLI_EXIT_DIFFERENT;
  return report->nothing != NULL ? CLI_EXIT_SKIP : CLI_EXIT_OK;
}

static cli_exit failure_show(const GError *error)
{
  if (error->domain == CLI_ERROR)
    return cli_usage(g_error_copy(error));
  cli_say("%s", error->message);
  return g_error_matches(error, VERIFY_ERROR, VERIFY_ERROR_MISSING) ? CLI_EXIT_SKIP : CLI_EXIT_INPUT;
}

static cli_exit verify_offline(const char *capture, const verify_own *own)
{
  GError *error = NULL;
  verify_report report = { 0 };
  cli_exit code;
  if (verify_offline_capture(capture, own->against, &report, &error))
    code = report_show(&report);
  else
    code = failure_show(error);
  verify_report_clear(&report);
  g_clear_error(&error);
  return code;
}

static cli_exit rules_show(const verify_rules_report *report)
{
  GString *text = g_string_new(NULL);

  verify_rules_report_print(text, report);
  fputs(text->str, stdout);
  g_string_free(text, TRUE);
  return report->differences == 0 ? CLI_EXIT_OK : CLI_EXIT_DIFFERENT;
}

static cli_exit verify_rules(const char *capture, verify_own *own)
{
  verify_rules_report report = { 0 };
  GError *error = NULL;
  cli_output kept;
  cli_exit code;

  if (own->own != NULL && !cli_output_open(&kept, "--own", own->own))
    return CLI_EXIT_OUTPUT;
  g_ptr_array_add(own->rules, NULL);
  if (verify_rules_capture(capture, own->against, (const char *const *)own->rules->pdata, cli_rules_text_list,
                           own->own != NULL ? kept.fd : -1, &report, &error))
    code = rules_show(&report);
  else
    code = failure_show(error);
  if (own->own != NULL)
    code = cli_output_close(&kept, code);
  verify_rules_report_clear(&report);
  g_clear_error(&error);
  return code;
}

#ifdef HAVE_LIVE
static cli_exit verify_live(const char *capture, verify_own *own)
{
  GError *error = NULL;
  verify_report report = { 0 };
  cli_exit code;
  cli_output record;
  verify_live_options options = {
    .checksums = own->checksums, .max_gap_ns = own->max_gap_ns, .count = own->count, .stop = &cli_stop
  };
  g_ptr_array_add(own->sysctls, NULL);
  g_ptr_array_add(own->helpers, NULL);
  options.sysctls = (GStrv)own->sysctls->pdata;
  options.helpers = (GStrv)own->helpers->pdata;
  if (own->record) {
    if (!cli_output_open(&record, "--record", own->record))
      return CLI_EXIT_OUTPUT;
    options.record = &record.text;
  }
  /* The laboratory ends with the process in any case. */
  cli_interrupts_catch(NULL, NULL);
  if (verify_live_capture(capture, &options, &report, &error))
    code = report_show(&report);
  else
    code = failure_show(error);
  if (cli_stop)
    code = cli_exit_graver(code, cli_interrupted());
  if (own->record)
    code = cli_output_close(&record, code);
  verify_report_clear(&report);
  g_clear_error(&error);
  return code;
}

static cli_exit verify_routed(const char *capture, verify_own *own)
{
  verify_routed_report report = { 0 };
  verify_routed_options options = { .max_gap_ns = own->max_gap_ns, .count = own->count, .stop = &cli_stop };
  GString *text = g_string_new(NULL);
  GError *error = NULL;
  cli_exit code;

  g_ptr_array_add(own->rules, NULL);
  g_ptr_array_add(own->locals, NULL);
  g_ptr_array_add(own->routes, NULL);
  options.rules = (const char *const *)own->rules->pdata;
  options.locals = (const char *const *)own->locals->pdata;
  options.routes = (const char *const *)own->routes->pdata;
  cli_interrupts_catch(NULL, NULL);
  if (verify_routed_capture(capture, &options, &report, &error)) {
    verify_routed_report_print(text, &report);
    fputs(text->str, stdout);
    code = report.differences == 0 ? CLI_EXIT_OK : CLI_EXIT_DIFFERENT;
  } else {
    gboolean option = g_str_has_prefix(error->message, "--");

    code = failure_show(error);
    code = option ? CLI_EXIT_USAGE : code;
  }
  if (cli_stop)
    code = cli_exit_graver(code, cli_interrupted());
  g_string_free(text, TRUE);
  verify_routed_report_clear(&report);
  g_clear_error(&error);
  return code;
}
#else
static cli_exit verify_routed(const char *capture, verify_own *own)
{
  (void)capture;
  (void)own;
  cli_say("verify --routed: built without libmnl or Linux headers");
  return CLI_EXIT_SKIP;
}

static cli_exit verify_live(const char *capture, verify_own *own)
{
  (void)capture;
  (void)own;
  cli_say("verify: built without libmnl or Linux headers: only --against FILE can be checked here");
  return CLI_EXIT_SKIP;
}
#endif

/* => FALSE: options contradict each other, or one lacks another; said. */
static gboolean is_asked_well(const cli_options *o, const verify_own *own)
{
  const gboolean any_rules = own->rules->len > 0;
  const gboolean sets = own->sysctls->len > 0 || own->helpers->len > 0 || own->checksums;

  if (o->captures->len != 1)
    cli_say("verify: give one capture");
  else if (own->against != NULL && (own->record != NULL || sets || own->max_gap_ns != 0 || own->count != 0))
    cli_say("verify: with --against everything else is as in the transcript: no other option");
  else if (g_strcmp0(own->record, "-") == 0)
    cli_say("--record -: give a file; standard output is for the report");
  else if (own->record != NULL && cli_names_capture(o, own->record))
    cli_say("--record %s: that is a capture being read", own->record);
  else if (own->routed && (!any_rules || own->against != NULL || own->record != NULL || own->own != NULL || sets))
    cli_say("verify --routed: give --rules FILE, and --local and --route as the box has them; no recording, sysctls or "
            "helpers");
  else if (!own->routed && own->locals->len + own->routes->len > 0)
    cli_say("verify --local, --route: say where the box of --routed stands");
  else if (!own->routed && any_rules && (own->against == NULL || !verify_rules_is_transcript(own->against)))
    cli_say("verify --rules: give --against FILE too, a recording of rules, or --routed");
  else if (own->against != NULL && !any_rules && verify_rules_is_transcript(own->against))
    cli_say("--against %s: that is a recording of rules: give --rules FILE too", own->against);
  else if (own->own != NULL && (!any_rules || strcmp(own->own, "-") == 0))
    cli_say("--own: give a file, and --rules FILE too");
  else if (own->own != NULL && cli_names_capture(o, own->own))
    cli_say("--own %s: that is a capture being read", own->own);
  else
    return TRUE;
  return FALSE;
}

static cli_exit verify(const char *capture, verify_own *own)
{
  if (own->routed)
    return verify_routed(capture, own);
  if (own->rules->len > 0)
    return verify_rules(capture, own);
  return own->against != NULL ? verify_offline(capture, own) : verify_live(capture, own);
}

cli_exit cli_command_verify(int argc, char **argv)
{
  verify_own own = { .sysctls = g_ptr_array_new_with_free_func(g_free),
                     .helpers = g_ptr_array_new_with_free_func(g_free),
                     .rules = g_ptr_array_new(),
                     .locals = g_ptr_array_new(),
                     .routes = g_ptr_array_new() };
  GError *error = NULL;
  cli_options options;
  cli_exit code = CLI_EXIT_USAGE;
  cli_options_init(&options);
  options.own = &own;
  if (!cli_options_parse(&options, argc, argv, CLI_OWN, own_options, &error))
    code = cli_usage(error);
  else if (is_asked_well(&options, &own))
    code = verify(g_ptr_array_index(options.captures, 0), &own);
  g_ptr_array_unref(own.sysctls);
  g_ptr_array_unref(own.helpers);
  g_ptr_array_unref(own.rules);
  g_ptr_array_unref(own.locals);
  g_ptr_array_unref(own.routes);
  cli_options_clear(&options);
  return code;
}
