/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay report: one page about a capture. */
#include "kernel.h"
#include "beside.h"
#include "captures.h"
#include "commands.h"
#include "part.h"
#include "rules_drops.h"
#include "run.h"
#include "say.h"

#include "report/report.h"

typedef struct reporting {
  cli_run run;
  ct_trace trace;
  report *report;
  journal_history history;
  cli_beside beside;
  emit_summary summary;
  cli_rules_drops *drops; /* of rules; NULL: there are none */
} reporting;

static void on_event(const ct_event *event, void *user)
{
  reporting *p = user;

  report_event(p->report, p->run.engine, event);
}

static void on_packet(const replay_seen *seen, gpointer user)
{
  reporting *p = user;
  const ct_result *result = seen->result;
  gboolean fed = seen->packet->kind != CT_PACKET_NONE;
  const emit_rules *rules = cli_firewall_tell(&p->run.firewall, seen->packet);
  ct_view after;

  if (rules != NULL)
    report_rules(p->report, rules);
  if (p->drops != NULL && fed)
    cli_rules_drops_packet(p->drops, fw_firewall_said(p->run.firewall.firewall), seen->packet);
  emit_tally_packet(&p->summary.tally, seen->packet, fed ? result : NULL);
  journal_history_packet(&p->history, seen->packet, result);
  cli_beside_packet(&p->beside, &p->history, seen);
  if (result->entry != NULL)
    ct_entry_view(p->run.engine, result->entry, &after);
  report_packet(p->report, p->run.engine, seen->packet, result, &p->trace, result->entry != NULL ? &after : NULL,
                &p->history);
}

/* "a.pcap, b.pcap and 3 more, of a part: 12 packets (interrupted)" */
static char *make_title(cli_run *run)
{
  const cli_options *o = run->o;
  GString *title = g_string_new(NULL);
  emit_part part;
  guint i;

  for (i = 0; i < o->captures->len && i < 3; i++) {
    char *base = g_path_get_basename(g_ptr_array_index(o->captures, i));

    g_string_append_printf(title, "%s%s", i > 0 ? ", " : "", base);
    g_free(base);
  }
  if (o->captures->len > 3)
    g_string_append_printf(title, " and %u more", o->captures->len - 3);
  if (cli_part_of_run(run, &part)) {
    char *words = emit_part_words(&part);

    g_string_append_printf(title, ", of a part: %s", words);
    g_free(words);
  }
  return g_string_free(title, FALSE);
}

static void tell_drops(reporting *p)
{
  emit_text lines;

  if (p->drops == NULL)
    return;
  emit_text_init(&lines, -1);
  cli_rules_drops_put(p->drops, &lines);
  emit_text_char(&lines, '\0');
  report_drops(p->report, lines.data);
  emit_text_clear(&lines);
}

static void play(reporting *p)
{
  cli_watch watch = { .packet = on_packet, .ahead = TRUE, .user = p };
  replay_figures figures;
  char *title;

  p->report = report_new(&p->run.params);
  p->drops = p->run.firewall.firewall != NULL ? cli_rules_drops_new() : NULL;
  emit_summary_init(&p->summary);
  ct_engine_trace(p->run.engine, &p->trace);
  ct_engine_watch(p->run.engine, 1u << CT_EVENT_DESTROY, on_event, p);
  journal_history_begin(&p->history, p->run.engine);
  journal_history_remember(&p->history, p->run.engine);
  cli_beside_begin(&p->beside, &p->run);
  cli_run_play(&p->run, &watch);
  cli_beside_end(&p->beside);
  journal_history_end(&p->history);
  replay_source_figures(p->run.source, &figures);
  p->summary.frames = figures.frames;
  p->summary.fed = figures.fed;
  p->summary.params = &p->run.params;
  p->summary.doubt = cli_profile_doubt(p->run.o);
  p->summary.stats = ct_engine_stats(p->run.engine);
  p->summary.entries = ct_engine_count(p->run.engine);
  tell_drops(p);
  title = make_title(&p->run);
  report_write(p->report, &p->run.output.text, title, &p->summary);
  report_free(p->report);
  cli_rules_drops_free(p->drops);
  g_free(title);
}

cli_exit cli_command_report(int argc, char **argv)
{
  static const cli_option own_options[] = {
    { "write", 'W', "FILE.html", CLI_OUTPUT, CLI_TEXT(cli_options, write) },
    { .name = NULL },
  };
  reporting p = { .report = NULL };
  GError *error = NULL;
  cli_options o;
  cli_exit code = CLI_EXIT_USAGE;

  cli_options_init(&o);
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES, own_options, &error)) {
    code = cli_usage(error);
  } else if (o.write == NULL) {
    cli_say("report: say where the page goes: -W report.html (- for standard output)");
  } else if (cli_names_capture(&o, o.write)) {
    cli_say("-W %s: that is a capture being read", o.write);
  } else {
    if (cli_run_open(&p.run, &o, 0))
      play(&p);
    code = cli_run_close(&p.run);
  }
  cli_options_clear(&o);
  return code;
}
