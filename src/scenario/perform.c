/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/perform.h"

#include "explain/explain.h"
#include "scenario/check.h"

/* Bounds of a window that were kept explain nothing. */
static void explain_packet(const scn_runner *runner, GString *why)
{
  static const ct_trace untracked;
  const scn_firewall *firewall = runner->firewall;
  GString *walk = g_string_new(NULL);
  explain_facts facts = { .params = ct_engine_params(runner->engine),
                          .packet = &runner->packet,
                          .result = &runner->result,
                          .trace = runner->packet.kind == CT_PACKET_NONE ? &untracked : &runner->trace,
                          .after = runner->has_view ? &runner->view : NULL,
                          .history = &runner->history,
                          .rules = runner->rules,
                          .rules_told = walk->str,
                          .first_ns = runner->first_ns };
  GPtrArray *sentences;

  if (firewall != NULL) {
    firewall->walk(walk, firewall->user);
    facts.rules_told = walk->str;
    if (runner->rules->before && !runner->rules->observes)
      facts.trace = &untracked;
  }
  sentences = explain_sentences(&facts);

  for (guint i = 0; i < sentences->len; i++) {
    const explain_sentence *s = g_ptr_array_index(sentences, i);

    if (s->topic != EXPLAIN_PACKET && s->topic != EXPLAIN_WINDOW)
      g_string_append_printf(why, "%s%s", why->len > 0 ? "\n" : "", s->text);
  }
  g_ptr_array_unref(sentences);
  g_string_free(walk, TRUE);
}

static void check_tell(scn_runner *runner, const scn_step *step, scn_outcome_fn fn, gpointer user,
                       scn_run_figures *figures)
{
  GString *expected = g_string_new(NULL), *got = g_string_new(NULL), *related = g_string_new(NULL);
  GString *why = g_string_new(NULL);
  scn_outcome outcome = { .line = step->line, .expectation = step->source };

  outcome.met = scn_check_eval(runner, step->check, expected, got, related);
  if (!outcome.met && step->check->about == SCN_ABOUT_PACKET && runner->sent)
    explain_packet(runner, why);
  outcome.expected = expected->str;
  outcome.got = got->str;
  outcome.packet = runner->line != NULL ? runner->line : "";
  outcome.why = why->str;
  outcome.related = related->str;
  figures->checks++;
  figures->failed += outcome.met ? 0 : 1;
  fn(&outcome, user);
  g_string_free(expected, TRUE);
  g_string_free(got, TRUE);
  g_string_free(related, TRUE);
  g_string_free(why, TRUE);
}

gboolean scn_scenario_run(const scn_scenario *scenario, const ct_params *params, ct_checksums checksums,
                          const scn_firewall *firewall, scn_outcome_fn fn, gpointer user, scn_run_figures *figures,
                          GError **error)
{
  scn_compiler *compiler = scn_compiler_new(scenario);
  scn_runner runner;
  gboolean fine = TRUE;

  *figures = (scn_run_figures){ 0 };
  scn_runner_init(&runner, params, checksums);
  scn_runner_trace(&runner);
  runner.firewall = firewall;
  for (guint i = 0; fine && i < scenario->steps->len; i++) {
    const scn_step *step = g_ptr_array_index(scenario->steps, i);
    scn_frame frame;

    fine = scn_compiler_step(compiler, step, &frame, error);
    if (!fine)
      break;
    if (step->kind == SCN_STEP_CHECK)
      check_tell(&runner, step, fn, user, figures);
    else if (frame.frame.wire > 0) {
      scn_runner_frame(&runner, &frame.frame, frame.interface);
      figures->packets++;
    } else if (step->kind == SCN_STEP_WAIT)
      scn_runner_wait(&runner, frame.frame.ts_ns);
  }
  scn_runner_clear(&runner);
  scn_compiler_free(compiler);
  return fine;
}
