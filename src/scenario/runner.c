/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner.h"

#include <string.h>

#include "explain/explain.h"

enum { PAST_EVENTS = 8 };

/* What was printed, with each run of blanks made one: columns are for eyes. */
static char *take_squeezed(emit_text *out)
{
  GString *line = g_string_new(NULL);

  for (gsize i = 0; i < out->used; i++) {
    char ch = out->data[i] == '\n' ? ' ' : out->data[i];

    if (ch != ' ' || (line->len > 0 && line->str[line->len - 1] != ' '))
      g_string_append_c(line, ch);
  }
  while (line->len > 0 && line->str[line->len - 1] == ' ')
    g_string_truncate(line, line->len - 1);
  emit_text_clear(out);
  return g_string_free(line, FALSE);
}

char *scn_line_of_entry(const scn_runner *runner, const ct_view *view)
{
  emit_text out;

  emit_text_init(&out, -1);
  runner->format->entry(&out, &runner->emit, view);
  return take_squeezed(&out);
}

char *scn_line_of_expect(const scn_runner *runner, const ct_expect_view *expect)
{
  emit_text out;

  emit_text_init(&out, -1);
  runner->format->expect(&out, &runner->emit, expect);
  return take_squeezed(&out);
}

static void on_event(const ct_event *event, void *user)
{
  scn_runner *runner = user;
  emit_text out;

  emit_text_init(&out, -1);
  runner->format->event(&out, &runner->emit, event);
  g_ptr_array_add(runner->events, take_squeezed(&out));
}

void scn_runner_init(scn_runner *runner, const ct_params *params, ct_checksums checksums)
{
  *runner = (scn_runner){ 0 };
  runner->engine = ct_engine_new(params);
  runner->decoder = pkt_decoder_new(params, checksums);
  runner->arena = pkt_arena_new();
  runner->format = emit_format_get(0);
  runner->emit = (emit_options){ .profile = params->profile,
                                 .show_mark = params->features_mark,
                                 .show_secmark = params->features_secmark };
  runner->events = g_ptr_array_new_with_free_func(g_free);
  runner->past = g_ptr_array_new_with_free_func(g_free);
  ct_engine_watch(runner->engine, 1u << CT_EVENT_NEW | 1u << CT_EVENT_UPDATE | 1u << CT_EVENT_DESTROY, on_event,
                  runner);
}

void scn_runner_trace(scn_runner *runner) { ct_engine_trace(runner->engine, &runner->trace); }

void scn_runner_clear(scn_runner *runner)
{
  ct_engine_free(runner->engine);
  pkt_decoder_free(runner->decoder);
  pkt_arena_free(runner->arena);
  g_ptr_array_unref(runner->events);
  g_ptr_array_unref(runner->past);
  g_free(runner->line);
}

static void keep_line(scn_runner *runner)
{
  emit_packet packet = { .frame = &runner->frame,
                         .packet = &runner->packet,
                         .result = &runner->result,
                         .view = runner->has_view ? &runner->view : NULL,
                         .first_ns = runner->first_ns };
  emit_text out;

  emit_text_init(&out, -1);
  runner->format->packet(&out, &runner->emit, &packet);
  g_free(runner->line);
  runner->line = take_squeezed(&out);
}

/* What happened before this step is past. */
static void pass_events(scn_runner *runner)
{
  for (guint i = 0; i < runner->events->len; i++)
    g_ptr_array_add(runner->past, g_strdup(g_ptr_array_index(runner->events, i)));
  if (runner->past->len > PAST_EVENTS)
    g_ptr_array_remove_range(runner->past, 0, runner->past->len - PAST_EVENTS);
  g_ptr_array_set_size(runner->events, 0);
}

void scn_runner_frame(scn_runner *runner, const cap_frame *frame)
{
  if (!runner->sent)
    runner->first_ns = frame->ts_ns;
  pass_events(runner);
  pkt_arena_reset(runner->arena);
  runner->sent = TRUE;
  runner->frame = *frame;
  runner->number++;
  pkt_decode(runner->decoder, frame, runner->number, runner->arena, &runner->packet, &runner->link);
  memset(&runner->result, 0, sizeof(runner->result));
  if (runner->packet.kind == CT_PACKET_NONE) {
    ct_engine_advance(runner->engine, frame->ts_ns);
    runner->result.reason = runner->packet.reason;
  } else
    ct_engine_packet(runner->engine, &runner->packet, &runner->result);
  runner->has_view = runner->result.entry != NULL;
  if (runner->has_view)
    ct_entry_view(runner->engine, runner->result.entry, &runner->view);
  keep_line(runner);
}

void scn_runner_wait(scn_runner *runner, gint64 now_ns)
{
  pass_events(runner);
  ct_engine_advance(runner->engine, now_ns);
}

/* Bounds of a window that were kept explain nothing. */
static void explain_packet(const scn_runner *runner, GString *why)
{
  static const ct_trace untracked;
  explain_facts facts = { .params = ct_engine_params(runner->engine),
                          .packet = &runner->packet,
                          .result = &runner->result,
                          .trace = runner->packet.kind == CT_PACKET_NONE ? &untracked : &runner->trace,
                          .after = runner->has_view ? &runner->view : NULL,
                          .first_ns = runner->first_ns };
  GPtrArray *sentences = explain_sentences(&facts);

  for (guint i = 0; i < sentences->len; i++) {
    const explain_sentence *s = g_ptr_array_index(sentences, i);

    if (s->topic != EXPLAIN_PACKET && s->topic != EXPLAIN_WINDOW)
      g_string_append_printf(why, "%s%s", why->len > 0 ? "\n" : "", s->text);
  }
  g_ptr_array_unref(sentences);
}

static void check(scn_runner *runner, const scn_step *step, scn_outcome_fn fn, gpointer user, scn_run_figures *figures)
{
  GString *expected = g_string_new(NULL), *got = g_string_new(NULL), *related = g_string_new(NULL);
  GString *why = g_string_new(NULL);
  scn_outcome outcome = { .line = step->line, .expectation = step->source };

  outcome.met = scn_check_eval(runner, step->check, expected, got, related);
  if (!outcome.met && step->check->about == SCN_ABOUT_PACKET && runner->sent)
    explain_packet(runner, why);
  outcome.expected = expected->str;
  outcome.got = got->str;
  outcome.packet = runner->line ? runner->line : "";
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
                          scn_outcome_fn fn, gpointer user, scn_run_figures *figures, GError **error)
{
  scn_compiler *compiler = scn_compiler_new(scenario);
  scn_runner runner;
  gboolean fine = TRUE;

  *figures = (scn_run_figures){ 0 };
  scn_runner_init(&runner, params, checksums);
  scn_runner_trace(&runner);
  for (guint i = 0; fine && i < scenario->steps->len; i++) {
    const scn_step *step = g_ptr_array_index(scenario->steps, i);
    scn_frame frame;

    fine = scn_compiler_step(compiler, step, &frame, error);
    if (!fine)
      break;
    if (step->kind == SCN_STEP_CHECK)
      check(&runner, step, fn, user, figures);
    else if (frame.frame.wire > 0) {
      scn_runner_frame(&runner, &frame.frame);
      figures->packets++;
    } else if (step->kind == SCN_STEP_WAIT)
      scn_runner_wait(&runner, frame.frame.ts_ns);
  }
  scn_runner_clear(&runner);
  scn_compiler_free(compiler);
  return fine;
}
