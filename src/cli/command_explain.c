/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay explain: each packet told as the kernel saw it. */
#include "commands.h"
#include "part.h"
#include "run.h"
#include "say.h"

#include "emit/asked.h"
#include "explain/explain.h"
#include "firewall/walk/words.h"

typedef enum explain_style { EXPLAIN_STYLE_TEXT, EXPLAIN_STYLE_JSON } explain_style;

typedef struct explain_own {
  explain_style style;
  guint64 packet, flow; /* 0: all */
  gboolean invalid;     /* only INVALID and dropped ones */
} explain_own;

typedef struct telling {
  cli_run run;
  const explain_own *own;
  ct_trace trace;
  emit_collector *collector;
  journal_history history;
  guint64 told;
  emit_asked asked;
} telling;

/* The number of a packet or a connection, as -P shows it: "12", "#12". */
static gboolean read_shown_number(const cli_option *option, gpointer base, const char *value, GError **error)
{
  if (g_ascii_string_to_unsigned(value[0] == '#' ? value + 1 : value, 10, 1, G_MAXINT64, cli_option_field(option, base),
                                 NULL))
    return TRUE;
  return cli_option_refuse(option, value, error);
}

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

static gboolean chosen(const explain_own *own, const replay_seen *seen)
{
  const ct_result *result = seen->result;

  if (own->packet != 0 && seen->packet->number != own->packet)
    return FALSE;
  if (own->flow != 0 && result->conn != own->flow)
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
                          .first_ns = t->run.first_ns };
  GString *words = g_string_new(NULL);
  ct_view after;

  if (t->run.firewall.firewall != NULL) {
    fw_words_walk(words, t->run.firewall.firewall);
    facts.rules = cli_firewall_tell(&t->run.firewall, seen->packet);
    facts.rules_told = words->str;
    if (facts.rules->before && !facts.rules->observes)
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

static void on_packet(const replay_seen *seen, gpointer user)
{
  telling *t = user;
  const emit_query *query = emit_asked_packet(&t->asked, seen->packet, seen->result);

  journal_history_packet(&t->history, seen->packet, seen->result);
  if (chosen(t->own, seen))
    tell(t, seen, query);
  emit_collector_clear(t->collector);
  if (t->own->packet != 0 && seen->packet->number >= t->own->packet)
    t->run.unwanted = TRUE;
}

static void on_event(const ct_event *event, void *user) { emit_collector_event(user, event); }

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
  cli_watch watch = { .packet = on_packet, .user = t };

  t->collector = emit_collector_new();
  ct_engine_trace(t->run.engine, &t->trace);
  ct_engine_watch(t->run.engine, G_MAXUINT32, on_event, t->collector);
  journal_history_begin(&t->history, t->run.engine);
  journal_history_try(&t->history, t->run.engine);
  cli_run_play(&t->run, &watch);
  journal_history_end(&t->history);
  emit_collector_free(t->collector);
  tell_part(t);
  if (t->told == 0 && t->run.code == CLI_EXIT_OK)
    say_nothing_told(t);
}

static const cli_choice styles[] = { { "text", EXPLAIN_STYLE_TEXT }, { "json", EXPLAIN_STYLE_JSON }, { NULL, 0 } };
/* clang-format off */
#define SHOWN_NUMBER(member) CLI_BY(read_shown_number, explain_own, member), .wanted = "a number as -P shows it"
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
