/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/runner.h"

#include <string.h>

enum { PAST_EVENTS = 8 };

/* The printed line, with each run of blanks made one: columns are for eyes. */
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
  out->used = 0;
  return g_string_free(line, FALSE);
}

char *scn_line_of_entry(const scn_runner *runner, const ct_view *view)
{
  emit_output_entry(runner->lines, view);
  return take_squeezed(runner->lines->text);
}

char *scn_line_of_expect(const scn_runner *runner, const ct_expect_view *expect)
{
  emit_output_expect(runner->lines, expect);
  return take_squeezed(runner->lines->text);
}

static void on_event(const ct_event *event, void *user)
{
  scn_runner *runner = user;

  emit_output_event(runner->lines, event);
  g_ptr_array_add(runner->events, take_squeezed(runner->lines->text));
}

/* conntrack's lines, which are for people and cannot fail; without the heading of -P. */
static emit_output *open_lines(const ct_params *params, guint what)
{
  const emit_options options = { .profile = params->profile,
                                 .show_mark = params->features_mark,
                                 .show_secmark = params->features_secmark };
  emit_output *output = g_new0(emit_output, 1);
  emit_text *text = g_new0(emit_text, 1);

  emit_text_init(text, -1);
  emit_output_open(output, emit_format_get(0), what, &options, text, NULL);
  text->used = 0;
  return output;
}

static void close_lines(emit_output *output)
{
  emit_text *text = output->text;

  emit_output_close(output, NULL);
  emit_text_clear(text);
  g_free(text);
  g_free(output);
}

void scn_runner_init(scn_runner *runner, const ct_params *params, ct_checksums checksums)
{
  *runner = (scn_runner){ 0 };
  runner->engine = ct_engine_new(params);
  runner->decoder = pkt_decoder_new(params, checksums);
  runner->arena = pkt_arena_new();
  runner->lines = open_lines(params, EMIT_CAN_EVENTS);
  runner->packet_lines = open_lines(params, EMIT_CAN_PACKETS);
  runner->events = g_ptr_array_new_with_free_func(g_free);
  runner->past = g_ptr_array_new_with_free_func(g_free);
  ct_engine_watch(runner->engine, 1u << CT_EVENT_NEW | 1u << CT_EVENT_UPDATE | 1u << CT_EVENT_DESTROY, on_event,
                  runner);
  journal_history_begin(&runner->history, runner->engine);
  journal_history_try(&runner->history, runner->engine);
}

void scn_runner_trace(scn_runner *runner) { ct_engine_trace(runner->engine, &runner->trace); }

void scn_runner_clear(scn_runner *runner)
{
  ct_engine_free(runner->engine);
  journal_history_end(&runner->history);
  pkt_decoder_free(runner->decoder);
  pkt_arena_free(runner->arena);
  close_lines(runner->lines);
  close_lines(runner->packet_lines);
  g_ptr_array_unref(runner->events);
  g_ptr_array_unref(runner->past);
  g_free(runner->line);
}

static void keep_line(scn_runner *runner)
{
  const emit_packet packet = { .packet = &runner->packet,
                               .result = &runner->result,
                               .view = runner->has_view ? &runner->view : NULL,
                               .first_ns = runner->first_ns,
                               .past = &runner->history.past,
                               .advice = &runner->history.advice,
                               .sides = &runner->history.sides,
                               .rules = runner->rules };

  emit_output_packet(runner->packet_lines, &packet);
  g_free(runner->line);
  runner->line = take_squeezed(runner->packet_lines->text);
}

/* Events before this step are past. */
static void pass_events(scn_runner *runner)
{
  for (guint i = 0; i < runner->events->len; i++)
    g_ptr_array_add(runner->past, g_strdup(g_ptr_array_index(runner->events, i)));
  if (runner->past->len > PAST_EVENTS)
    g_ptr_array_remove_range(runner->past, 0, runner->past->len - PAST_EVENTS);
  g_ptr_array_set_size(runner->events, 0);
}

static void track(scn_runner *runner, const char *interface)
{
  const scn_firewall *firewall = runner->firewall;

  if (firewall == NULL) {
    ct_engine_packet(runner->engine, &runner->packet, &runner->result);
    return;
  }
  firewall->packet(runner->engine, &runner->frame, &runner->packet, interface, &runner->result, firewall->user);
  runner->rules = firewall->tell(&runner->packet, firewall->user);
}

void scn_runner_frame(scn_runner *runner, const cap_frame *frame, const char *interface)
{
  if (!runner->sent)
    runner->first_ns = frame->ts_ns;
  pass_events(runner);
  pkt_arena_reset(runner->arena);
  runner->sent = TRUE;
  runner->frame = *frame;
  runner->number++;
  pkt_decode(runner->decoder, frame, runner->number, runner->arena, &runner->packet, &runner->link);
  track(runner, interface);
  journal_history_packet(&runner->history, &runner->packet, &runner->result);
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
