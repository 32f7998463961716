/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay states: the state machine of a protocol, printed from what runs; with captures, the arcs they took. */
#include "commands.h"
#include "kernel.h"
#include "run.h"
#include "say.h"

#include "states/states.h"

typedef void states_put(emit_text *out, const states_machine *machine);

/* X(ID, word, function) */
#define STYLE_LIST(X)                          \
  X(TEXT, "text", states_put_text)             \
  X(MARKDOWN, "markdown", states_put_markdown) \
  X(DOT, "dot", states_put_dot)                \
  X(SVG, "svg", states_put_svg)
typedef enum states_style {
#define X(id, word, put) STATES_STYLE_##id,
  STYLE_LIST(X)
#undef X
} states_style;
static const cli_choice styles[] = {
#define X(id, word, put) { word, STATES_STYLE_##id },
  STYLE_LIST(X)
#undef X
    { NULL, 0 }
};
static states_put *const puts_by_style[] = {
#define X(id, word, put) put,
  STYLE_LIST(X)
#undef X
};

typedef struct states_own {
  states_style style;
} states_own;

typedef struct counting {
  cli_run run;
  ct_trace trace;
  states_machine *machine;
} counting;

static void on_packet(const replay_seen *seen, gpointer user)
{
  counting *c = user;
  ct_view after;

  if (seen->result->entry != NULL)
    ct_entry_view(c->run.engine, seen->result->entry, &after);
  if (seen->packet->kind != CT_PACKET_NONE)
    states_machine_count(c->machine, seen->packet, seen->result, &c->trace,
                         seen->result->entry != NULL ? &after : NULL);
}

/* => the exit code of a run that counts and then prints. */
static cli_exit count_captures(const cli_options *o, states_machine *machine, states_put *put)
{
  counting c = { .machine = machine };
  cli_watch watch = { .packet = on_packet, .user = &c };

  if (cli_run_open(&c.run, o, 0)) {
    machine->counted = TRUE;
    ct_engine_trace(c.run.engine, &c.trace);
    cli_run_play(&c.run, &watch);
    put(&c.run.output.text, machine);
  }
  return cli_run_close(&c.run);
}

static cli_exit print_machine(const states_machine *machine, states_put *put)
{
  cli_output output;

  cli_output_open(&output, "", NULL);
  put(&output.text, machine);
  return cli_output_close(&output, CLI_EXIT_OK);
}

/* "states quic: give tcp, sctp, ... or gre" */
static void say_protocols(const char *given)
{
  GString *names = g_string_new(NULL);
  const ct_proto *proto;
  guint i;

  for (i = 0; (proto = states_protocol(NULL, i)) != NULL; i++)
    g_string_append_printf(names, "%s%s",
                           i == 0                                 ? ""
                           : states_protocol(NULL, i + 1) != NULL ? ", "
                                                                  : " or ",
                           proto->name);
  cli_say("states%s%s: give %s", given != NULL ? " " : "", given != NULL ? given : "", names->str);
  g_string_free(names, TRUE);
}

/* Where a kernel is asked for, what the one before it had otherwise is worth a mark. */
static void compare_with_before(const cli_options *o, states_machine *machine, const ct_params *params)
{
  const ct_profile *before;
  states_machine *other;
  ct_params others;
  guint i;

  for (i = 0; ct_profile_get(i) != params->profile; i++) {}
  before = ct_profile_get(i + 1);
  if (o->profile_name == NULL || before == NULL)
    return;
  ct_params_init(&others, before);
  other = states_machine_new(machine->protocol, &others);
  if (other != NULL)
    states_machine_compare(machine, other);
  states_machine_free(other);
}

static cli_exit show(const cli_options *o, const char *protocol, const states_own *own)
{
  GError *error = NULL;
  states_machine *machine;
  ct_params params;
  cli_exit code;

  if (!cli_kernel_params(o, &params, &error))
    return cli_usage(error);
  machine = states_machine_new(protocol, &params);
  if (machine == NULL) {
    say_protocols(protocol);
    return CLI_EXIT_USAGE;
  }
  compare_with_before(o, machine, &params);
  code = o->captures->len > 0 ? count_captures(o, machine, puts_by_style[own->style])
                              : print_machine(machine, puts_by_style[own->style]);
  states_machine_free(machine);
  return code;
}

cli_exit cli_command_states(int argc, char **argv)
{
  static const cli_option own_options[] = {
    { "output", 'o', "text|markdown|dot|svg", CLI_OWN,
      CLI_CHOICE(states_own, style, styles, "text, markdown, dot or svg"), .called = "states -o" },
    { .name = NULL },
  };
  states_own own = { STATES_STYLE_TEXT };
  GError *error = NULL;
  cli_options o;
  cli_exit code;
  char *protocol;

  cli_options_init(&o);
  o.own = &own;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES, own_options, &error)) {
    code = cli_usage(error);
  } else if (o.captures->len == 0) {
    say_protocols(NULL);
    code = CLI_EXIT_USAGE;
  } else {
    /* The first word is the protocol, what follows are captures. */
    protocol = g_strdup(g_ptr_array_index(o.captures, 0));
    g_ptr_array_remove_index(o.captures, 0);
    o.replay.captures = (const char *const *)o.captures->pdata;
    o.replay.n_captures = o.captures->len;
    code = show(&o, protocol, &own);
    g_free(protocol);
  }
  cli_options_clear(&o);
  return code;
}
