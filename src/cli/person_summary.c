/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"
#include "emit/fold.h"
#include "part.h"
#include "person.h"
#include "pressure/occupancy.h"
#include "run_again.h"

#include <string.h>

/* Where an entry that is too long for a screen goes on. */
enum { TABLE_INDENT = 6, DROPS_INDENT = 25, HEADING_INDENT = 2, SUMMARY_INDENT = 14 };

/* A heading with more behind it, which goes into p->line until it ends. */
static void begin_heading(cli_person *p, const char *text)
{
  emit_text_char(&p->run.output.text, '\n');
  cli_text_colour(&p->run, &p->line, "\033[1m");
  emit_text_string(&p->line, text);
  cli_text_colour(&p->run, &p->line, "\033[0m");
}

static void end_heading(cli_person *p)
{
  emit_fold_line(&p->run.output.text, p->line.data, p->line.used, 0, HEADING_INDENT, p->run.screen);
  emit_text_char(&p->run.output.text, '\n');
  p->line.used = 0;
}

static void flags(emit_text *out, const ct_view *view)
{
  if (!(view->status & CT_STATUS_SEEN_REPLY))
    emit_text_literal(out, " [UNREPLIED]");
  if (view->status & CT_STATUS_ASSURED)
    emit_text_literal(out, " [ASSURED]");
  if (view->helper != NULL) {
    emit_text_literal(out, " helper=");
    emit_text_string(out, view->helper);
  }
  if (view->has_master) {
    emit_text_literal(out, " of #");
    emit_text_u64(out, view->master_id);
  }
}

/* ", leaves as tcp 203.0.113.1.40000 > 198.51.100.7.80 (inferred)": the reply tuple turned round, where it is another.
 */
static void translated(cli_person *p, const ct_view *view)
{
  ct_tuple leaves;

  if (!ct_tuple_invert(&view->tuple[CT_REPLY], &leaves))
    return;
  leaves.zone = view->tuple[CT_ORIGINAL].zone;
  if (ct_tuple_equal(&leaves, &view->tuple[CT_ORIGINAL]))
    return;
  emit_text_literal(&p->line, ", leaves as ");
  cli_text_flow(&p->run, &p->line, &leaves);
  if (view->inferred)
    emit_text_literal(&p->line, " (inferred)");
}

static void on_entry(const ct_view *view, void *user)
{
  cli_person *p = user;
  emit_text *out = &p->line;
  const char *state = ct_proto_state_name(p->run.params.profile, view->tuple[CT_ORIGINAL].proto, view->state);
  char text[64];
  gsize begin, column;

  if (!cli_filter_entry(&p->run.o->filter, view))
    return;
  if (p->in_table++ >= p->table_most) {
    p->table_hidden++;
    return;
  }
  g_snprintf(text, sizeof(text), "  #%-*" G_GUINT64_FORMAT "  %*" G_GINT64_FORMAT " s  ", (int)p->id_width,
             (guint64)view->id, (int)p->timeout_width, (gint64)(view->timeout_ns / 1000000000));
  emit_text_string(out, text);
  emit_text_pad(out, state != NULL ? state : "-", (int)p->state_width);
  emit_text_literal(out, "  ");
  emit_text_reserve(out, 256); /* no flush inside the column */
  begin = out->used;
  cli_text_flow(&p->run, out, &view->tuple[CT_ORIGINAL]);
  cli_text_pad_from(out, begin, p->flow_width);
  column = out->used;
  if (view->counted) {
    emit_text_literal(out, "  ");
    emit_text_u64_grouped(out, view->packets[CT_ORIGINAL]);
    emit_text_char(out, '+');
    emit_text_u64_grouped(out, view->packets[CT_REPLY]);
    emit_text_literal(out, " packets");
  }
  flags(out, view);
  translated(p, view);
  emit_fold_line(&p->run.output.text, p->line.data, p->line.used, column, TABLE_INDENT, p->run.screen);
  p->line.used = 0;
  emit_text_char(&p->run.output.text, '\n');
}

/* "12 NEW" and a comma before it where it is not the first. */
static void part(emit_text *out, gboolean *first, guint64 number, const char *text)
{
  if (number == 0)
    return;
  if (!*first)
    emit_text_literal(out, ", ");
  *first = FALSE;
  emit_text_u64_grouped(out, number);
  emit_text_char(out, ' ');
  emit_text_string(out, text);
}

static gsize digits_of(guint64 number)
{
  gsize n = 1;

  for (; number >= 10; number /= 10)
    n++;
  return n;
}

/* The columns are as wide as what they will show, and no wider: lines are to fit a terminal where they can. */
static void measure(cli_person *p, const ct_view *view)
{
  const char *state = ct_proto_state_name(p->run.params.profile, view->tuple[CT_ORIGINAL].proto, view->state);
  guint64 seconds = view->timeout_ns > 0 ? (guint64)view->timeout_ns / 1000000000u : 0;
  emit_text flow;

  p->id_width = MAX(p->id_width, digits_of(view->id));
  p->timeout_width = MAX(p->timeout_width, digits_of(seconds));
  emit_text_init(&flow, -1);
  cli_text_flow(&p->run, &flow, &view->tuple[CT_ORIGINAL]);
  p->flow_width = MAX(p->flow_width, flow.used);
  p->state_width = MAX(p->state_width, state != NULL ? strlen(state) : 1);
  emit_text_clear(&flow);
}

static void count_entry(const ct_view *view, void *user)
{
  cli_person *p = user;

  if (!cli_filter_entry(&p->run.o->filter, view))
    return;
  p->by_state[view->tuple[CT_ORIGINAL].proto][MIN(view->state, 15)]++;
  if (p->measured++ < p->table_most)
    measure(p, view);
}

/* ": 12 tcp ESTABLISHED, 3 udp", protocols in the order of their numbers. */
static void states_of_table(cli_person *p)
{
  const ct_profile *profile = p->run.params.profile;
  emit_text *out = &p->line;
  gboolean first = TRUE;
  guint proto, state;

  for (proto = 0; proto < 256; proto++)
    for (state = 0; state < 16; state++) {
      const char *name = ct_proto_state_name(profile, (guint8)proto, state);
      const char *protocol = ct_proto_word(profile, (guint8)proto);
      char text[64];

      if (p->by_state[proto][state] == 0)
        continue;
      if (protocol != NULL)
        g_snprintf(text, sizeof(text), "%s%s%s", protocol, name != NULL ? " " : "", name != NULL ? name : "");
      else
        g_snprintf(text, sizeof(text), "of protocol %u", proto);
      if (first)
        emit_text_literal(out, ": ");
      part(out, &first, p->by_state[proto][state], text);
    }
}

void cli_person_table(cli_person *p)
{
  emit_text *out = &p->run.output.text;

  ct_engine_each(p->run.engine, count_entry, p);
  begin_heading(p, "Table at the end");
  states_of_table(p);
  end_heading(p);
  ct_engine_each(p->run.engine, on_entry, p);
  if (p->in_table == 0)
    emit_text_literal(out, "  empty\n");
  if (p->table_hidden > 0) {
    emit_text_literal(out, "  ... and ");
    emit_text_u64_grouped(out, p->table_hidden);
    emit_text_literal(out, " more (-L lists all)\n");
  }
}

static guint64 lost(const ct_stats *stats) { return pressure_evictions(stats) + pressure_drops(stats); }

/*
 * The kernel's way beside the exact one. It costs a second read of the captures, so only where it may matter: corpses
 * that wait for the collector can fill a table that without them is half full.
 */
static void compare_kernel(cli_person *p, emit_pressed *kernel)
{
  const ct_stats *stats = ct_engine_stats(p->run.engine);
  sweep_figures *figures;

  if (lost(stats) == 0 && stats->peak_count < p->run.params.max / 2)
    return;
  figures = g_new0(sweep_figures, 1);
  if (cli_run_again(&p->run, figures)) {
    *kernel = (emit_pressed){ figures->evicted, figures->dropped + figures->insert_failed, figures->peak,
                              figures->final_count };
    p->summary.kernel = kernel;
  }
  g_free(figures);
}

void cli_person_summary(cli_person *p)
{
  emit_pressed kernel;
  replay_figures figures;
  emit_part part;

  replay_source_figures(p->run.source, &figures);
  p->summary.frames = figures.frames;
  p->summary.fed = figures.fed;
  p->summary.params = &p->run.params;
  p->summary.doubt = cli_profile_doubt(p->run.o);
  p->summary.stats = ct_engine_stats(p->run.engine);
  p->summary.entries = ct_engine_count(p->run.engine);
  p->summary.pressed = (emit_pressed){ pressure_evictions(p->summary.stats), pressure_drops(p->summary.stats),
                                       p->summary.stats->peak_count, p->summary.entries };
  p->summary.mean = ct_engine_mean(p->run.engine, p->summary.tally.first_ns);
  p->summary.ruled = p->drops != NULL;
  compare_kernel(p, &kernel);
  if (p->drops != NULL) {
    cli_person_heading(p, cli_rules_drops_by_kernel(p->drops) ? "Dropped by rules or the kernel" : "Dropped by rules");
    emit_text_char(&p->run.output.text, '\n');
    cli_rules_drops_put(p->drops, &p->line);
    emit_fold_text(&p->run.output.text, &p->line, DROPS_INDENT, p->run.screen);
    p->line.used = 0;
  }
  begin_heading(p, "Summary");
  if (cli_part_of(p->run.source, p->summary.stats->packets, p->run.output.text.error != 0, &part)) {
    emit_text_literal(&p->line, " of a part: ");
    emit_part_put(&p->line, &part);
    p->run.part_said = TRUE;
  }
  end_heading(p);
  emit_summary_print(&p->line, &p->summary, p->run.emit.colour);
  emit_fold_text(&p->run.output.text, &p->line, SUMMARY_INDENT, p->run.screen);
  p->line.used = 0;
  p->summary.kernel = NULL;
}
