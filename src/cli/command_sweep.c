/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay sweep: would other settings have helped? Every combination in one read of the capture. */
#include "captures.h"
#include "commands.h"
#include "firewall.h"
#include "interrupt.h"
#include "output.h"
#include "part.h"
#include "run_plot.h"
#include "sandbox.h"
#include "say.h"
#include "sweep_print.h"
#include "sweep_resume.h"
#include "sweep_settings.h"

#include <string.h>
#include <sys/stat.h>

#include "pressure/plot.h"

typedef struct sweep_own {
  sweep_style style;
  const char *plot; /* a file, or NULL */
  const char *load_state, *save_state;
} sweep_own;

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

    cli_firewall_fork(&firewalls[i], rules, &s->params, FALSE);
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

/* One reading for each kernel: what a packet is to conntrack depends on it. */
typedef struct reading {
  replay_source *source;
  guint first, n; /* of the settings */
} reading;

static void reading_clear(gpointer data) { replay_source_free(((reading *)data)->source); }

/* => reading[], all of them open; NULL and a usage error. */
static GArray *prepare_readings(const cli_options *o, const GArray *settings, GError **error)
{
  const sweep_setting *all = (const sweep_setting *)(void *)settings->data;
  GArray *readings = g_array_new(FALSE, FALSE, sizeof(reading));
  replay_options replay = o->replay;
  guint i, n;

  g_array_set_clear_func(readings, reading_clear);
  replay.stop = &cli_stop;
  replay.holds = ((const sweep_own *)o->own)->save_state != NULL;
  replay.ruled = o->rules->len > 0 || o->box_ruled;
  sweep_options(&replay);
  for (i = 0; i < settings->len; i += n) {
    reading r = { .first = i };

    r.n = n = cli_sweep_kernel_len(all, i, settings->len);
    r.source = replay_source_prepare(&replay, &all[i].params, error);
    if (r.source == NULL) {
      g_array_unref(readings);
      return NULL;
    }
    g_array_append_val(readings, r);
  }
  return readings;
}

static guint64 run_source(const cli_options *o, const reading *r, cli_sweep_resume *resume, guint threads,
                          sweep_figures *figures, const sweep_result *result)
{
  sweep_keeping keeping;

  if (resume == NULL)
    return sweep_run(r->source, result->settings + r->first, r->n, threads,
                     o->replay.threads > 1 ? g_get_num_processors() : 1, figures + r->first, NULL, NULL);
  keeping = cli_sweep_resume_keeping(resume);
  return sweep_run_on(r->source, result->settings + r->first, r->n, threads, &keeping, figures + r->first);
}

/* What is partly read by one kernel's reading is the less of them. => FALSE, and *code: nothing could be read. */
static gboolean run_reading(const cli_options *o, const reading *r, cli_sweep_resume *resume, sweep_figures *figures,
                            sweep_result *result, cli_exit *code)
{
  guint threads = o->replay.threads == 1 ? 1 : g_get_num_processors();
  guint64 packets;
  emit_part part;

  if (resume != NULL && !cli_sweep_resume_source(resume, r->source)) {
    *code = CLI_EXIT_INPUT;
    return FALSE;
  }
  replay_source_start(r->source);
  if (!cli_has_captures(r->source, code))
    return FALSE;
  cli_interrupts_catch(r->source, NULL);
  packets = run_source(o, r, resume, threads, figures, result);
  cli_interrupts_release();
  if (resume != NULL && !cli_sweep_resume_fine(resume)) {
    *code = CLI_EXIT_INPUT;
    return FALSE;
  }
  if (!cli_part_of(r->source, packets, FALSE, &part) || (result->partial && result->part.packets <= part.packets))
    return TRUE;
  result->partial = TRUE;
  result->part = part;
  return TRUE;
}

static void show(const cli_options *o, const sweep_own *own, sweep_result *result, sweep_figures *figures,
                 cli_output *plot, cli_exit *code)
{
  guint i, of_kernel;
  cli_output out;

  cli_output_open(&out, "", NULL);
  result->judgement = sweep_judge(result->settings, figures, result->n);
  for (i = 0; i < result->n; i += of_kernel) {
    of_kernel = cli_sweep_kernel_len(result->settings, i, result->n);
    sweep_judge(result->settings + i, figures + i, of_kernel); /* lossless is by kernel */
  }
  cli_sweep_print(&out.text, own->style, result);
  *code = cli_output_close(&out, *code);
  if (plot != NULL)
    plot_figures(&plot->text, o, result);
}

static gboolean begin_resume(cli_sweep_resume *resume, const cli_options *o, const cli_firewall *rules,
                             const GArray *settings, cli_exit *code)
{
  const char *unkept = rules->firewall != NULL ? fw_firewall_unkept(rules->firewall) : NULL;

  *code = unkept != NULL ? CLI_EXIT_USAGE : CLI_EXIT_INPUT;
  if (unkept != NULL)
    cli_say("sweep: --save-state and --load-state: what is remembered by %s cannot be kept yet", unkept);
  return unkept == NULL && cli_sweep_resume_begin(resume, o, rules, settings);
}

static cli_exit sweep_captures(const cli_options *o, const sweep_own *own, GArray *settings, cli_firewall *rules,
                               cli_sweep_resume *resume, cli_output *plot)
{
  sweep_figures *figures = g_new0(sweep_figures, settings->len);
  sweep_result result = { .settings = (const sweep_setting *)(void *)settings->data,
                          .figures = figures,
                          .n = settings->len };
  GError *error = NULL;
  GArray *readings;
  cli_firewall *doors;
  cli_exit code;
  gboolean readable = TRUE;
  guint i;

  cli_allow_many_files(o->captures->len * settings->len);
  readings = prepare_readings(o, settings, &error);
  if (readings == NULL) {
    g_free(figures);
    return cli_usage(error);
  }
  cli_sweep_say_roundings(o, settings);
  if (!o->no_sandbox)
    cli_sandbox_enter();
  if (!cli_firewall_start(rules, &result.settings[0].params, 0, FALSE)) {
    g_array_unref(readings);
    g_free(figures);
    return CLI_EXIT_USAGE;
  }
  if (resume != NULL && !begin_resume(resume, o, rules, settings, &code)) {
    g_array_unref(readings);
    g_free(figures);
    return code;
  }
  code = CLI_EXIT_OK;
  doors = make_doors(rules, settings);
  if (doors == NULL && o->replay.zone_by != REPLAY_ZONE_NONE && settings->len > 1)
    cli_say(
      "note: with --zone-by each of the %u settings is replayed for itself, which takes as long as so many replays",
      settings->len);
  for (i = 0; readable && i < readings->len; i++)
    readable = run_reading(o, &g_array_index(readings, reading, i), resume, figures, &result, &code);
  if (readable) {
    show(o, own, &result, figures, plot, &code);
    /* All have read the same: what there is to say about it is said once. */
    code = cli_exit_graver(code, cli_say_about_captures(g_array_index(readings, reading, 0).source));
    if (resume != NULL)
      code = cli_sweep_resume_end(resume, code);
  }
  g_array_unref(readings);
  g_free(figures);
  if (doors != NULL && readable)
    cli_firewall_say_notes(&doors[0]);
  free_doors(doors, settings->len);
  return cli_stop != 0 ? cli_exit_graver(code, cli_interrupted()) : code;
}

/* => the capture that cannot be read once for each of several kernels; NULL: all can. */
static const char *read_once_only(const cli_options *o, const GArray *settings)
{
  const sweep_setting *all = (const sweep_setting *)(void *)settings->data;
  struct stat status;
  guint i;

  for (i = 0; i < o->captures->len && cli_sweep_kernel_len(all, 0, settings->len) < settings->len; i++) {
    const char *path = g_ptr_array_index(o->captures, i);

    if (strcmp(path, "-") == 0 || (stat(path, &status) == 0 && S_ISFIFO(status.st_mode)))
      return path;
  }
  return NULL;
}

/* => whether the command line can be done, error else. */
static gboolean check_sweep(const cli_options *o, const sweep_own *own, const GArray *settings)
{
  const char *twice = o->profile_name_before != NULL ? "profile"
                      : o->max_before != NULL        ? "max"
                      : o->hashsize_before != NULL   ? "hashsize"
                                                     : NULL;
  const char *once = read_once_only(o, settings);

  if (o->captures->len == 0)
    cli_say("sweep: give a capture (- for standard input)");
  else if (twice != NULL)
    cli_say("sweep: --%s was given twice: give its values in one, joined by commas", twice);
  else if (once != NULL)
    cli_say("sweep: each kernel reads the capture for itself; give a file instead of %s", once);
  else if (g_strcmp0(own->plot, "-") == 0)
    cli_say("--plot -: give a file; standard output is for text");
  else if (own->plot != NULL && cli_names_capture(o, own->plot))
    cli_say("--plot %s: is one of the captures to be read", own->plot);
  else if (own->save_state != NULL && cli_names_capture(o, own->save_state))
    cli_say("--save-state %s: that is a capture being read", own->save_state);
  else
    return TRUE;
  return FALSE;
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
    { "load-state", 0, "FILE", CLI_OWN, CLI_TEXT(sweep_own, load_state) },
    { "save-state", 0, "FILE", CLI_OWN, CLI_TEXT(sweep_own, save_state) },
    { .name = NULL },
  };
  sweep_own own = { .style = SWEEP_STYLE_TABLE };
  GError *error = NULL;
  GArray *settings = NULL;
  cli_options o;
  cli_exit code = CLI_EXIT_USAGE;
  cli_firewall rules = { .firewall = NULL };
  cli_sweep_resume *resume = NULL;
  cli_output plot;

  cli_options_init(&o);
  o.own = &own;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES, own_options, &error) ||
      (settings = cli_sweep_settings(&o, &error)) == NULL) {
    cli_usage(error);
  } else if (!check_sweep(&o, &own, settings)) {
    code = CLI_EXIT_USAGE;
  } else if (!cli_firewall_load(&rules, &o)) {
    code = rules.refusal;
  } else if (!cli_sweep_resume_open(&resume, own.load_state, own.save_state, &code)) {
    cli_sweep_resume_close(g_steal_pointer(&resume));
  } else if (own.plot != NULL && !cli_output_open(&plot, "--plot", own.plot)) {
    code = CLI_EXIT_OUTPUT;
  } else {
    code = sweep_captures(&o, &own, settings, &rules, resume, own.plot != NULL ? &plot : NULL);
    if (own.plot != NULL)
      code = cli_output_close(&plot, code);
  }
  cli_sweep_resume_close(resume);
  cli_firewall_clear(&rules);
  if (settings != NULL)
    g_array_free(settings, TRUE);
  cli_options_clear(&o);
  return code;
}
