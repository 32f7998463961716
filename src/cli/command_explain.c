/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay explain: each packet told as the kernel saw it. */
#include "commands.h"
#include "run.h"
#include "say.h"

#include <string.h>

#include "explain/explain.h"

typedef struct explain_own {
  gboolean json;
  guint64 packet, flow; /* 0: all */
  gboolean invalid;     /* only INVALID and dropped ones */
} explain_own;

typedef struct telling {
  cli_run run;
  const explain_own *own;
  ct_trace trace;
  emit_collector *collector;
  guint64 told;
} telling;

static gboolean set_own(cli_options *o, const char *name, const char *value, GError **error)
{
  explain_own *own = o->own;

  if (strcmp(name, "invalid") == 0) {
    own->invalid = TRUE;
    return TRUE;
  }
  if (strcmp(name, "output") == 0) {
    own->json = strcmp(value, "json") == 0;
    if (own->json || strcmp(value, "text") == 0)
      return TRUE;
    g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "explain -o %s: give text or json", value);
    return FALSE;
  }
  if (g_ascii_string_to_unsigned(value[0] == '#' ? value + 1 : value, 10, 1, G_MAXINT64,
                                 strcmp(name, "flow") == 0 ? &own->flow : &own->packet, NULL))
    return TRUE;
  g_set_error(error, CLI_ERROR, CLI_ERROR_USAGE, "--%s %s: give a number as -P shows it", name, value);
  return FALSE;
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

static void tell(telling *t, const replay_seen *seen)
{
  static const ct_trace untracked;
  explain_facts facts = { .params = &t->run.params,
                          .packet = seen->packet,
                          .result = seen->result,
                          .trace = seen->packet->kind == CT_PACKET_NONE ? &untracked : &t->trace,
                          .collector = t->collector,
                          .first_ns = t->run.first_ns };
  ct_view after;

  if (seen->result->entry != NULL) {
    ct_entry_view(t->run.engine, seen->result->entry, &after);
    facts.after = &after;
  }
  if (t->own->json) {
    explain_json(&t->run.output.text, &facts);
  } else {
    if (t->told > 0)
      emit_text_char(&t->run.output.text, '\n');
    explain_text(&t->run.output.text, &facts);
  }
  t->told++;
}

static void on_packet(const replay_seen *seen, gpointer user)
{
  telling *t = user;

  if (chosen(t->own, seen))
    tell(t, seen);
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

static void play(telling *t)
{
  cli_watch watch = { .packet = on_packet, .user = t };

  t->collector = emit_collector_new();
  ct_engine_trace(t->run.engine, &t->trace);
  ct_engine_watch(t->run.engine, G_MAXUINT32, on_event, t->collector);
  cli_run_play(&t->run, &watch);
  emit_collector_free(t->collector);
  if (t->told == 0 && t->run.code == CLI_EXIT_OK)
    say_nothing_told(t);
}

cli_exit cli_command_explain(int argc, char **argv)
{
  static const cli_option own_options[] = {
    { "packet", 0, "N", CLI_OWN, "packet", set_own },
    { "flow", 0, "N", CLI_OWN, "flow", set_own },
    { "invalid", 0, NULL, CLI_OWN, "invalid", set_own },
    { "output", 'o', "text|json", CLI_OWN, "output", set_own },
    { NULL, 0, NULL, 0, NULL, NULL },
  };
  explain_own own = { FALSE, 0, 0, FALSE };
  telling t = { .own = &own };
  GError *error = NULL;
  cli_options o;
  cli_exit code;

  cli_options_init(&o);
  o.own = &own;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL, own_options, &error)) {
    code = cli_usage(error);
  } else {
    if (cli_run_open(&t.run, &o, 0))
      play(&t);
    code = cli_run_close(&t.run);
  }
  cli_options_clear(&o);
  return code;
}
