/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --plot of a replay: how full the table was over time, as a picture. */
#include "run_plot.h"
#include "part.h"
#include "say.h"

#include <string.h>
#include <sys/stat.h>

#include "pressure/plot.h"

struct cli_plot {
  cli_run *run;
  cli_output output;
  gboolean begun;
  pressure_occupancy occupancy;
};

static gboolean same_file(const char *a, const char *b)
{
  struct stat there, here;

  return strcmp(a, b) == 0 || (stat(a, &there) == 0 && stat(b, &here) == 0 && S_ISREG(there.st_mode) &&
                               there.st_dev == here.st_dev && there.st_ino == here.st_ino);
}

gboolean cli_plot_open(cli_run *run)
{
  const char *path = run->o->plot, *write = run->o->write;
  struct cli_plot *plot;

  if (path == NULL)
    return TRUE;
  if (strcmp(path, "-") == 0) {
    cli_say("--plot -: give a file; standard output is for text");
    return FALSE;
  }
  if (replay_source_reads(run->source, path)) {
    cli_say("--plot %s: that is a capture being read", path);
    return FALSE;
  }
  if (write != NULL && same_file(path, write)) {
    cli_say("--plot %s: that is what -W writes", path);
    return FALSE;
  }
  plot = g_new0(struct cli_plot, 1);
  plot->run = run;
  if (!cli_output_open(&plot->output, "--plot", path)) {
    g_free(plot);
    run->code = CLI_EXIT_OUTPUT;
    return FALSE;
  }
  run->plot = plot;
  return TRUE;
}

static void note(struct cli_plot *plot, guint64 count)
{
  const ct_engine *engine = plot->run->engine;
  const ct_stats *stats = ct_engine_stats(engine);

  pressure_occupancy_note(&plot->occupancy, ct_engine_now(engine), count, pressure_evictions(stats),
                          pressure_drops(stats));
}

/* An entry that ends still counts when its event comes. */
static void on_event(const ct_event *event, void *user)
{
  struct cli_plot *plot = user;

  note(plot, ct_engine_count(plot->run->engine) - (event->type == CT_EVENT_DESTROY));
}

void cli_plot_watch(cli_run *run)
{
  if (run->plot != NULL)
    ct_engine_watch(run->engine, 1u << CT_EVENT_NEW | 1u << CT_EVENT_DESTROY | 1u << CT_EVENT_DROP, on_event,
                    run->plot);
}

void cli_plot_begin(cli_run *run)
{
  if (run->plot == NULL || run->plot->begun)
    return;
  run->plot->begun = TRUE;
  pressure_occupancy_note(&run->plot->occupancy, run->first_ns, 0, 0, 0);
}

void cli_plot_keep(cli_run *run, resume_io *io)
{
  gboolean there = run->plot != NULL && run->plot->begun;
  pressure_occupancy *occupancy;

  resume_bool(io, &there);
  if (!there && run->plot != NULL && resume_reads(io))
    cli_say("note: --plot: the state that is loaded has no curve: this one begins where the state was written");
  if (!there)
    return;
  occupancy = run->plot != NULL ? &run->plot->occupancy : g_new0(pressure_occupancy, 1);
  pressure_occupancy_keep(occupancy, io);
  if (run->plot == NULL)
    g_free(occupancy);
  else
    run->plot->begun = TRUE;
}

char *cli_plot_title(const cli_options *o, const emit_part *part)
{
  char *first = g_path_get_basename(g_ptr_array_index(o->captures, 0));
  GString *title = g_string_new(strcmp(first, "-") == 0 ? "standard input" : first);

  if (o->captures->len > 1)
    g_string_append_printf(title, " and %u more", o->captures->len - 1);
  g_string_append(title, ": conntrack entries over time");
  if (part != NULL) {
    char *words = emit_part_words(part);

    g_string_append_printf(title, ", of a part: %s", words);
    g_free(words);
  }
  g_free(first);
  return g_string_free(title, FALSE);
}

static char *label_of(const ct_params *params)
{
  GString *label = g_string_new(params->profile->name);

  if (params->max != 0)
    g_string_append_printf(label, ", max %" G_GUINT64_FORMAT, (guint64)params->max);
  g_string_append_printf(label, ", hashsize %u, --gc %s", params->buckets, ct_gc_name(params->gc));
  return g_string_free(label, FALSE);
}

void cli_plot_close(cli_run *run)
{
  struct cli_plot *plot = run->plot;

  if (plot == NULL)
    return;
  run->plot = NULL;
  if (run->engine != NULL) {
    emit_part part;
    gboolean partial =
      cli_part_of(run->source, ct_engine_stats(run->engine)->packets, run->output.text.error != 0, &part);
    char *title = cli_plot_title(run->o, partial ? &part : NULL), *label = label_of(&run->params);
    plot_line line = { label, &plot->occupancy, run->params.max,
                       ct_params_spell(run->params.profile, "nf_conntrack_max") };

    if (plot->begun && ct_engine_now(run->engine) != INT64_MIN) {
      plot->run = run;
      note(plot, ct_engine_count(run->engine));
    }
    pressure_plot(&plot->output.text, title, &line, 1);
    g_free(title);
    g_free(label);
  }
  run->code = cli_output_close(&plot->output, run->code);
  g_free(plot);
}
