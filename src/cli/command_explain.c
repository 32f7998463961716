/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay explain: each packet told as the kernel saw it. */
#include "beside.h"
#include "commands.h"
#include "part.h"
#include "run.h"
#include "say.h"

#include "conntrack/proto/proto.h"
#include "emit/asked.h"
#include "emit/past.h"
#include "explain/explain.h"
#include "firewall/walk/words.h"

typedef enum explain_style { EXPLAIN_STYLE_TEXT, EXPLAIN_STYLE_JSON } explain_style;

typedef struct explain_own {
  explain_style style;
  guint64 packet, flow; /* 0: all */
  gboolean invalid;     /* only INVALID and dropped ones */
} explain_own;

/* The end of the connection that is asked for, until it is told. */
typedef struct told_end {
  gboolean waits;
  ct_reason reason;
  guint8 timeout;
  guint64 packet; /* at which it ended; 0: a timer's doing */
  gint64 time_ns;
} told_end;

typedef struct telling {
  cli_run run;
  told_end end;
  gboolean over; /* it has ended */
  const explain_own *own;
  ct_trace trace;
  emit_collector *collector;
  journal_history history;
  cli_beside beside;
  guint64 told;
  emit_asked asked;
} telling;

static void put_text(emit_text *out, const explain_facts *facts, gboolean first)
{
  if (!first)
    emit_text_char(out, '\n');
  explain_text(out, facts);
}

static void put_json(emit_text *out, const explain_facts *facts, gboolean first)
{
  (void)first;
  explain_json(out, facts);
}

/* A packet that would have belonged to the connection is told, too. */
static gboolean is_of_flow(const telling *t, const ct_result *result)
{
  const journal_end *past = t->history.past.end;

  return result->conn == t->own->flow || (past != NULL && past->conn == t->own->flow);
}

static gboolean chosen(const telling *t, const replay_seen *seen)
{
  const explain_own *own = t->own;
  const ct_result *result = seen->result;

  if (own->packet != 0 && seen->packet->number != own->packet)
    return FALSE;
  if (own->flow != 0 && !is_of_flow(t, result))
    return FALSE;
  return !own->invalid || result->cls == CT_CLASS_INVALID || result->verdict == CT_VERDICT_DROP;
}

static void tell(telling *t, const replay_seen *seen, const emit_query *query)
{
  static void (*const puts[])(emit_text * out, const explain_facts *facts, gboolean first) = { put_text, put_json };
  static const ct_trace untracked;
  explain_facts facts = { .params = &t->run.params,
                          .packet = seen->packet,
                          .result = seen->result,
                          .trace = seen->packet->kind == CT_PACKET_NONE ? &untracked : &t->trace,
                          .collector = t->collector,
                          .history = &t->history,
                          .query = query,
                          .first_ns = t->run.first_ns,
                          .columns = t->run.screen };
  GString *words = g_string_new(NULL);
  ct_view after;

  if (t->run.firewall.firewall != NULL) {
    fw_words_walk(words, t->run.firewall.firewall);
    facts.rules = cli_firewall_tell(&t->run.firewall, seen->packet);
    facts.rules_told = words->str;
    if ((facts.rules->before && !facts.rules->observes) || facts.rules->answer_to != 0)
      facts.trace = &untracked;
  }
  if (seen->result->entry != NULL) {
    ct_entry_view(t->run.engine, seen->result->entry, &after);
    facts.after = &after;
  }
  puts[t->own->style](&t->run.output.text, &facts, t->told == 0);
  g_string_free(words, TRUE);
  t->told++;
}

static void end_text(telling *t, const told_end *end)
{
  emit_text *out = &t->run.output.text;

  emit_text_literal(out, "\nConnection #");
  emit_text_u64(out, t->own->flow);
  emit_text_literal(out, " ended at ");
  emit_text_seconds(out, emit_time_since(end->time_ns, t->run.first_ns), 6);
  emit_text_literal(out, " s");
  if (end->packet != 0) {
    emit_text_literal(out, ", at packet ");
    emit_text_u64(out, end->packet);
  }
  emit_text_literal(out, ": ");
  emit_end_words(out, t->run.params.profile, end->reason, end->timeout);
  emit_text_literal(out, ".\n");
}

static void end_json(telling *t, const told_end *end)
{
  emit_text *out = &t->run.output.text;
  const char *sysctl = end->reason != CT_REASON_END_TIMEOUT ? ct_reason_sysctl(end->reason, t->run.params.profile)
                       : end->timeout < CT_TIMEOUT_COUNT
                         ? ct_params_spell_timeout(t->run.params.profile, (ct_timeout)end->timeout)
                         : NULL;

  emit_text_literal(out, "{\"schema\":1,\"type\":\"end\",\"conn\":");
  emit_text_u64(out, t->own->flow);
  emit_text_literal(out, ",\"time\":\"");
  emit_text_time(out, end->time_ns);
  emit_text_literal(out, "\",\"reason\":\"");
  emit_text_string(out, ct_reason_word(end->reason));
  emit_text_char(out, '"');
  if (sysctl != NULL && *sysctl != '\0') {
    emit_text_literal(out, ",\"sysctl\":\"");
    emit_text_string(out, sysctl);
    emit_text_char(out, '"');
  }
  if (end->packet != 0) {
    emit_text_literal(out, ",\"n\":");
    emit_text_u64(out, end->packet);
  }
  emit_text_literal(out, "}\n");
}

static void tell_end(telling *t)
{
  static void (*const puts[])(telling * t, const told_end *end) = { end_text, end_json };

  if (t->end.waits)
    puts[t->own->style](t, &t->end);
  t->end.waits = FALSE;
}

/* Of --flow: what stands at the end, where it has not ended. */
static void tell_alive(telling *t)
{
  emit_text *out = &t->run.output.text;
  const char *state;
  ct_view view;

  if (t->own->flow == 0 || t->told == 0 || t->over || t->own->packet != 0 || t->own->style != EXPLAIN_STYLE_TEXT ||
      !ct_engine_find(t->run.engine, t->own->flow, &view))
    return;
  state = ct_proto_state_name(t->run.params.profile, view.tuple[CT_ORIGINAL].proto, view.state);
  emit_text_literal(out, "\nConnection #");
  emit_text_u64(out, t->own->flow);
  emit_text_literal(out, " was still there at the end");
  if (state != NULL) {
    emit_text_literal(out, ", ");
    emit_text_string(out, state);
  }
  emit_text_literal(out, ", with ");
  emit_text_seconds(out, view.timeout_ns, 0);
  emit_text_literal(out, " s left.\n");
}

static void on_packet(const replay_seen *seen, gpointer user)
{
  telling *t = user;
  const emit_query *query = emit_asked_packet(&t->asked, t->run.engine, seen->packet, seen->result);

  journal_history_packet(&t->history, seen->packet, seen->result);
  cli_beside_packet(&t->beside, &t->history, seen);
  /* What a timer ended went before this packet. */
  if (t->end.packet == 0)
    tell_end(t);
  if (chosen(t, seen))
    tell(t, seen, query);
  tell_end(t);
  emit_collector_clear(t->collector);
  if (t->own->packet != 0 && seen->packet->number >= t->own->packet)
    t->run.unwanted = TRUE;
}

static void on_event(const ct_event *event, void *user)
{
  telling *t = user;

  emit_collector_event(t->collector, event);
  if (event->type != CT_EVENT_DESTROY || event->view->id != t->own->flow || t->own->packet != 0)
    return;
  t->over = TRUE;
  t->end = (told_end){ TRUE, (ct_reason)event->reason, event->view->timeout, event->packet, event->time_ns };
}

/* What was asked for is not there; that there is nothing wrong is an answer. */
static void say_nothing_told(telling *t)
{
  const explain_own *own = t->own;

  if (own->invalid) {
    cli_say("explain: no packet was refused%s", own->packet != 0 || own->flow != 0 ? " among those" : "");
    return;
  }
  if (own->packet != 0)
    cli_say("explain: there is no packet %" G_GUINT64_FORMAT "%s", own->packet,
            own->flow != 0 ? " of that connection" : "");
  else if (own->flow != 0)
    cli_say("explain: there is no connection #%" G_GUINT64_FORMAT "; -P shows their numbers", own->flow);
  else
    return;
  t->run.code = CLI_EXIT_DIFFERENT;
}

static void tell_part(telling *t)
{
  static void (*const puts[])(emit_text * out, const emit_part *part) = { emit_part_line, emit_part_json };
  emit_part part;

  if (!cli_part_of_run(&t->run, &part))
    return;
  if (t->told > 0 && t->own->style == EXPLAIN_STYLE_TEXT)
    emit_text_char(&t->run.output.text, '\n');
  puts[t->own->style](&t->run.output.text, &part);
}

static void play(telling *t)
{
  cli_watch watch = { .packet = on_packet, .ahead = TRUE, .user = t };

  t->collector = emit_collector_new();
  ct_engine_trace(t->run.engine, &t->trace);
  ct_engine_watch(t->run.engine, G_MAXUINT32, on_event, t);
  journal_history_begin(&t->history, t->run.engine);
  journal_history_try(&t->history, t->run.engine);
  cli_beside_begin(&t->beside, &t->run);
  cli_run_play(&t->run, &watch);
  cli_beside_end(&t->beside);
  journal_history_end(&t->history);
  emit_collector_free(t->collector);
  tell_end(t);
  tell_alive(t);
  tell_part(t);
  if (t->told == 0 && t->run.code == CLI_EXIT_OK)
    say_nothing_told(t);
}

static const cli_choice styles[] = { { "text", EXPLAIN_STYLE_TEXT }, { "json", EXPLAIN_STYLE_JSON }, { NULL, 0 } };
/* clang-format off */
#define SHOWN_NUMBER(member) CLI_BY(cli_read_shown_number, explain_own, member), .wanted = "a number as -P shows it"
static const cli_option own_options[] = {
  { "packet", 0, "N", CLI_OWN, SHOWN_NUMBER(packet) },
  { "flow", 0, "N", CLI_OWN, SHOWN_NUMBER(flow) },
  { "invalid", 0, NULL, CLI_OWN, CLI_FLAG(explain_own, invalid) },
  { "output", 'o', "text|json", CLI_OWN, CLI_CHOICE(explain_own, style, styles, "text or json"),
    .called = "explain -o" },
  { .name = NULL },
};
/* clang-format on */

cli_exit cli_command_explain(int argc, char **argv)
{
  explain_own own = { EXPLAIN_STYLE_TEXT, 0, 0, FALSE };
  telling t = { .own = &own };
  GError *error = NULL;
  cli_options o;
  cli_exit code;

  cli_options_init(&o);
  o.own = &own;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES, own_options, &error)) {
    code = cli_usage(error);
  } else {
    o.explains = TRUE;
    if (cli_run_open(&t.run, &o, 0))
      play(&t);
    code = cli_run_close(&t.run);
  }
  cli_options_clear(&o);
  return code;
}
