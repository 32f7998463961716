/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay sweep: would other settings have helped? Every combination in one read of the capture. */
#include "captures.h"
#include "commands.h"
#include "firewall.h"
#include "interrupt.h"
#include "kernel.h"
#include "output.h"
#include "part.h"
#include "run_plot.h"
#include "sandbox.h"
#include "say.h"
#include "sweep_print.h"

#include <string.h>

#include "pressure/plot.h"

enum { SETTINGS_MOST = 256 };

typedef struct sweep_own {
  sweep_style style;
  const char *plot; /* a file, or NULL */
} sweep_own;

/* One thing that is varied: "--max" or a sysctl's name, with its values. */
typedef struct dimension {
  char *name;
  char **values;
} dimension;

static void dimension_clear(gpointer data)
{
  dimension *d = data;

  g_free(d->name);
  g_strfreev(d->values);
}

static void add_dimension(GArray *dimensions, const char *name, const char *values)
{
  dimension d = { g_strdup(name), g_strsplit(values, ",", -1) };

  g_array_append_val(dimensions, d);
}

/* What has several values becomes a dimension; a sysctl with one value, or a file, stays with the base. */
static GArray *find_dimensions(const cli_options *o, GPtrArray *base_sysctls)
{
  GArray *dimensions = g_array_new(FALSE, FALSE, sizeof(dimension));
  guint i;

  g_array_set_clear_func(dimensions, dimension_clear);
  if (o->max != NULL)
    add_dimension(dimensions, "max", o->max);
  if (o->hashsize != NULL && strcmp(o->hashsize, "auto") != 0)
    add_dimension(dimensions, "hashsize", o->hashsize);
  for (i = 0; i < o->sysctls->len; i++) {
    char *text = g_ptr_array_index(o->sysctls, i), *equals = strchr(text, '=');

    if (equals == NULL || strchr(equals, ',') == NULL) {
      g_ptr_array_add(base_sysctls, g_strdup(text));
    } else {
      char *name = g_strndup(text, (gsize)(equals - text));

      add_dimension(dimensions, g_strstrip(name), equals + 1);
      g_free(name);
    }
  }
  return dimensions;
}

/* A setting that is varied and given once more: one of the two would be lost, and the labels wrong. */
static gboolean refuse_repeated(const cli_options *o, const GArray *dimensions, GError **error)
{
  guint i, j;

  for (i = 0; i < dimensions->len; i++) {
    const char *name = cli_sysctl_base_name(g_array_index(dimensions, dimension, i).name);
    guint n = 0;

    for (j = 0; j < o->sysctls->len; j++) {
      char **words = g_strsplit(g_ptr_array_index(o->sysctls, j), "=", 2);

      n += words[0] != NULL && words[1] != NULL && strcmp(cli_sysctl_base_name(g_strstrip(words[0])), name) == 0;
      g_strfreev(words);
    }
    if (n > 1) {
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                  "sweep: --sysctl %s: give all its values at once, joined by commas", name);
      return FALSE;
    }
  }
  return TRUE;
}

/* These act before the engine, where there is one reading for all settings. */
static gboolean is_same_reading(const ct_params *a, const ct_params *b)
{
  return a->checksum == b->checksum && a->frag6_timeout == b->frag6_timeout &&
         a->frag6_high_thresh == b->frag6_high_thresh && a->frag6_low_thresh == b->frag6_low_thresh &&
         a->ipfrag_time_s == b->ipfrag_time_s && a->ipfrag_high_thresh == b->ipfrag_high_thresh &&
         a->ipfrag_low_thresh == b->ipfrag_low_thresh && a->ipfrag_max_dist == b->ipfrag_max_dist;
}

static const char *short_name(const char *name)
{
  const char *at = strstr(name, "conntrack_");

  return at != NULL ? at + strlen("conntrack_") : name;
}

/* The index-th combination; the last dimension changes fastest. */
static gboolean make_setting(const cli_options *o, const GPtrArray *base, const GArray *dimensions, guint index,
                             sweep_setting *setting, GError **error)
{
  cli_options copy = *o;
  GString *label = g_string_new(NULL);
  GPtrArray *sysctls = g_ptr_array_new_with_free_func(g_free);
  gboolean fine;
  guint i;

  copy.max = copy.hashsize = NULL;
  copy.sysctls = sysctls;
  copy.gc = o->gc != NULL ? o->gc : "kernel";
  for (i = 0; i < base->len; i++)
    g_ptr_array_add(sysctls, g_strdup(g_ptr_array_index(base, i)));
  for (i = dimensions->len; i-- > 0;) {
    const dimension *d = &g_array_index(dimensions, dimension, i);
    guint n = g_strv_length(d->values);
    const char *value = d->values[index % n];
    char *word = g_strdup_printf("%s=%s%s", short_name(d->name), value, label->len > 0 ? " " : "");

    index /= n;
    g_string_prepend(label, word);
    g_free(word);
    if (strcmp(d->name, "max") == 0)
      copy.max = value;
    else if (strcmp(d->name, "hashsize") == 0)
      copy.hashsize = value;
    else
      g_ptr_array_add(sysctls, g_strdup_printf("%s=%s", d->name, value));
  }
  setting->label = g_string_free(label, FALSE);
  if (*setting->label == '\0') {
    g_free(setting->label);
    setting->label = g_strdup("as given");
  }
  fine = cli_kernel_params(&copy, &setting->params, error);
  g_ptr_array_free(sysctls, TRUE);
  return fine;
}

static void setting_clear(gpointer data) { g_free(((sweep_setting *)data)->label); }

/* => sweep_setting[], or NULL and a usage error. */
static GArray *make_settings(const cli_options *o, GError **error)
{
  GPtrArray *base = g_ptr_array_new_with_free_func(g_free);
  GArray *dimensions = find_dimensions(o, base), *settings = g_array_new(FALSE, TRUE, sizeof(sweep_setting));
  guint64 n = 1, buckets = 0;
  guint i;

  g_array_set_clear_func(settings, setting_clear);
  for (i = 0; i < dimensions->len && n <= SETTINGS_MOST; i++)
    n *= g_strv_length(g_array_index(dimensions, dimension, i).values);
  if (!refuse_repeated(o, dimensions, error))
    n = 0;
  else if (n == 0 || n > SETTINGS_MOST)
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "sweep: give 1 to %d combinations of settings", SETTINGS_MOST);
  for (i = 0; *error == NULL && i < n; i++) {
    sweep_setting setting = { .label = NULL };

    if (make_setting(o, base, dimensions, i, &setting, error) && i > 0 &&
        !is_same_reading(&setting.params, &g_array_index(settings, sweep_setting, 0).params))
      g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE,
                  "sweep: %s: checksums and fragments are judged once for all settings, not varied", setting.label);
    buckets += setting.params.buckets;
    g_array_append_val(settings, setting);
  }
  g_array_free(dimensions, TRUE);
  g_ptr_array_free(base, TRUE);
  if (*error == NULL)
    cli_kernel_affords(buckets, error);
  if (*error == NULL)
    return settings;
  g_array_free(settings, TRUE);
  return NULL;
}

/*
 * One line for each value, however many settings it is part of. In their order (find_dimensions), max alone changes
 * more slowly.
 */
static void say_roundings(const cli_options *o, const GArray *settings)
{
  char **values = g_strsplit(o->hashsize != NULL ? o->hashsize : "", ",", -1),
       **most = g_strsplit(o->max != NULL ? o->max : "", ",", -1);
  guint i, n = g_strv_length(values), stride = settings->len / MAX(1, n * MAX(1, g_strv_length(most)));

  for (i = 0; i < n; i++) {
    char *value = values[i];

    values[i] = NULL; /* ends those before it */
    if (!g_strv_contains((const char *const *)values, value))
      cli_say_rounding(value, g_array_index(settings, sweep_setting, i * stride).params.buckets);
    values[i] = value;
  }
  g_strfreev(values);
  g_strfreev(most);
}

/* --- the plot --- */

static void plot_figures(emit_text *out, const cli_options *o, const sweep_result *result)
{
  plot_line *lines = g_new(plot_line, result->n);
  char *title = cli_plot_title(o, result->partial ? &result->part : NULL);
  guint i;

  for (i = 0; i < result->n; i++) {
    const sweep_setting *s = &result->settings[i];

    lines[i] = (plot_line){ s->label, &result->figures[i].occupancy, s->params.max, cli_sweep_max_name(&s->params) };
  }
  pressure_plot(out, title, lines, result->n);
  g_free(title);
  g_free(lines);
}

/* --- the rules --- */

/* => as many firewalls as settings, each the door of its own; NULL: there are no rules. */
static cli_firewall *make_doors(const cli_firewall *rules, GArray *settings)
{
  cli_firewall *firewalls;
  guint i;

  if (rules->firewall == NULL)
    return NULL;
  firewalls = g_new0(cli_firewall, settings->len);
  for (i = 0; i < settings->len; i++) {
    sweep_setting *s = &g_array_index(settings, sweep_setting, i);

    cli_firewall_fork(&firewalls[i], rules, &s->params);
    s->door = &firewalls[i].door;
  }
  if (settings->len > 1)
    cli_say("note: with rules each of the %u settings is replayed for itself, which takes as long as so many replays",
            settings->len);
  return firewalls;
}

static void free_doors(cli_firewall *firewalls, guint n)
{
  guint i;

  for (i = 0; firewalls != NULL && i < n; i++)
    cli_firewall_clear(&firewalls[i]);
  g_free(firewalls);
}

/* --- the run --- */

static cli_exit sweep_captures(const cli_options *o, const sweep_own *own, GArray *settings, cli_firewall *rules,
                               cli_output *plot)
{
  const sweep_setting *first = (const sweep_setting *)(void *)settings->data;
  sweep_figures *figures;
  cli_firewall *doors;
  replay_options replay = o->replay;
  GError *error = NULL;
  replay_source *source;
  cli_exit code = CLI_EXIT_OK;
  sweep_result result;
  guint64 packets;
  cli_output out;

  replay.stop = &cli_stop;
  replay.ruled = o->rules->len > 0;
  sweep_options(&replay);
  cli_allow_many_files(o->captures->len);
  source = replay_source_prepare(&replay, &first->params, &error);
  if (source == NULL)
    return cli_usage(error);
  say_roundings(o, settings);
  if (!o->no_sandbox)
    cli_sandbox_enter();
  if (!cli_firewall_start(rules, &first->params, 0, FALSE)) {
    replay_source_free(source);
    return CLI_EXIT_USAGE;
  }
  doors = make_doors(rules, settings);
  figures = g_new0(sweep_figures, settings->len);
  replay_source_start(source);
  if (!cli_has_captures(source, &code)) {
    replay_source_free(source);
    g_free(figures);
    return code;
  }
  cli_interrupts_catch(source, NULL);
  packets = sweep_run(source, first, settings->len, replay.threads == 1 ? 1 : g_get_num_processors(),
                      replay.threads > 1 ? g_get_num_processors() : 1, figures, NULL, NULL);
  cli_interrupts_release();
  cli_output_open(&out, "", NULL);
  result = (sweep_result){ .settings = first, .figures = figures, .n = settings->len };
  result.judgement = sweep_judge(first, figures, settings->len);
  result.partial = cli_part_of(source, packets, FALSE, &result.part);
  cli_sweep_print(&out.text, own->style, &result);
  code = cli_output_close(&out, code);
  if (plot != NULL)
    plot_figures(&plot->text, o, &result);
  code = cli_exit_graver(code, cli_say_about_captures(source));
  replay_source_free(source);
  g_free(figures);
  if (doors != NULL)
    cli_firewall_say_notes(&doors[0]);
  free_doors(doors, settings->len);
  return cli_stop != 0 ? cli_exit_graver(code, CLI_EXIT_INTERRUPTED) : code;
}

cli_exit cli_command_sweep(int argc, char **argv)
{
  static const cli_choice styles[] = {
    { "table", SWEEP_STYLE_TABLE }, { "json", SWEEP_STYLE_JSON }, { "csv", SWEEP_STYLE_CSV }, { NULL, 0 }
  };
  static const cli_option own_options[] = {
    { "output", 'o', "table|json|csv", CLI_OWN, CLI_CHOICE(sweep_own, style, styles, "table, json or csv"),
      .called = "sweep -o" },
    { "plot", 0, "FILE.svg", CLI_OWN, CLI_TEXT(sweep_own, plot) },
    { .name = NULL },
  };
  sweep_own own = { SWEEP_STYLE_TABLE, NULL };
  GError *error = NULL;
  GArray *settings = NULL;
  cli_options o;
  cli_exit code = CLI_EXIT_USAGE;
  cli_firewall rules = { .firewall = NULL };
  cli_output plot;

  cli_options_init(&o);
  o.own = &own;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES, own_options, &error) ||
      (settings = make_settings(&o, &error)) == NULL) {
    cli_usage(error);
  } else if (o.captures->len == 0) {
    cli_say("sweep: give a capture (- for standard input)");
  } else if (o.max_before != NULL || o.hashsize_before != NULL) {
    cli_say("sweep: --%s was given twice: give its values in one, joined by commas",
            o.max_before != NULL ? "max" : "hashsize");
  } else if (g_strcmp0(own.plot, "-") == 0) {
    cli_say("--plot -: give a file; standard output is for text");
  } else if (own.plot != NULL && cli_names_capture(&o, own.plot)) {
    cli_say("--plot %s: is one of the captures to be read", own.plot);
  } else if (!cli_firewall_load(&rules, &o)) {
    code = CLI_EXIT_USAGE;
  } else if (own.plot != NULL && !cli_output_open(&plot, "--plot", own.plot)) {
    code = CLI_EXIT_OUTPUT;
  } else {
    code = sweep_captures(&o, &own, settings, &rules, own.plot != NULL ? &plot : NULL);
    if (own.plot != NULL)
      code = cli_output_close(&plot, code);
  }
  cli_firewall_clear(&rules);
  if (settings != NULL)
    g_array_free(settings, TRUE);
  cli_options_clear(&o);
  return code;
}
