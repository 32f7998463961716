/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctreplay box: what was gathered on a box, what of it is used and how, and what is missing. */
#include "box_options.h"
#include "commands.h"
#include "kernel.h"
#include "output.h"
#include "say.h"

/* Names come from the box: what a terminal could take for a command is not let through. */
static void put_clean(emit_text *out, const char *text)
{
  for (; *text != '\0'; text++)
    emit_text_char(out, (guchar)*text < 32 || *text == 127 ? '?' : *text);
}

static void put_file(emit_text *out, const box_file *f)
{
  emit_text_literal(out, "  ");
  emit_text_pad(out, box_kind_word(f->kind), 20);
  emit_text_char(out, ' ');
  put_clean(out, f->name);
  emit_text_literal(out, ": ");
  put_clean(out, f->says);
  emit_text_char(out, '\n');
}

static void print_files(emit_text *out, const box *b, gboolean used, const char *title)
{
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < b->files->len; i++) {
    const box_file *f = g_ptr_array_index(b->files, i);

    if (f->used != used)
      continue;
    emit_text_string(out, any ? "" : title);
    any = TRUE;
    put_file(out, f);
  }
}

/* What nft lists has the rules of iptables-nft in it. */
static gboolean is_missing(const box *b, box_kind kind)
{
  const box_file *nft = box_get(b, BOX_NFT);

  return box_get(b, kind) == NULL && !((kind == BOX_IPTABLES || kind == BOX_IP6TABLES) && nft != NULL && nft->used);
}

static void print_missing(emit_text *out, const box *b)
{
  gboolean any = FALSE;
  guint kind;

  for (kind = 0; kind < BOX_KINDS; kind++) {
    if (!is_missing(b, (box_kind)kind))
      continue;
    emit_text_string(out, any ? "" : "Missing\n");
    any = TRUE;
    emit_text_literal(out, "  ");
    emit_text_pad(out, box_kind_word((box_kind)kind), 20);
    emit_text_char(out, ' ');
    emit_text_string(out, box_kind_cost((box_kind)kind));
    emit_text_char(out, '\n');
  }
}

static void put_list(emit_text *out, const char *option, const GPtrArray *values)
{
  guint i;

  for (i = 0; i < values->len; i++) {
    emit_text_format(out, "  --%s ", option);
    put_clean(out, g_ptr_array_index(values, i));
    emit_text_char(out, '\n');
  }
}

/* What has no option of its own: rules of policy routing, and routes of the tables that they choose. */
static void put_routing(emit_text *out, const char *title, const GPtrArray *values)
{
  guint i;

  for (i = 0; i < values->len; i++) {
    emit_text_format(out, "  %s", title);
    put_clean(out, g_ptr_array_index(values, i));
    emit_text_char(out, '\n');
  }
}

static void print_options(emit_text *out, const cli_options *o, const ct_params *params)
{
  emit_text_format(out, "It sets\n  --profile %s\n  nf_conntrack_max %" G_GUINT64_FORMAT ", %u buckets\n",
                   params->profile->name, (guint64)params->max, params->buckets);
  put_list(out, "local", o->locals);
  put_list(out, "route", o->routes);
  if (o->box_routed) {
    put_routing(out, "rule of routing: IPv", o->box->rules[0]);
    put_routing(out, "rule of routing: IPv", o->box->rules[1]);
    put_routing(out, "route of table ", o->box->tables);
  }
  put_list(out, "module", o->modules);
}

static cli_exit print(const cli_options *o)
{
  cli_output output;
  GError *error = NULL;
  ct_params params;

  if (!cli_kernel_params(o, &params, &error))
    return cli_usage(error);
  if (!cli_output_open(&output, "-W", NULL))
    return CLI_EXIT_OUTPUT;
  print_files(&output.text, o->box, TRUE, "Used\n");
  print_files(&output.text, o->box, FALSE, "Not used\n");
  print_missing(&output.text, o->box);
  print_options(&output.text, o, &params);
  return cli_output_close(&output, CLI_EXIT_OK);
}

static cli_exit run(cli_options *o)
{
  GError *error = NULL;

  if (o->captures->len + (o->box_path != NULL) != 1) {
    cli_say("box: give one folder, or tar, of what was gathered (examples/ctreplay-gather, sos report)");
    return CLI_EXIT_USAGE;
  }
  if (o->box_path == NULL)
    o->box_path = g_ptr_array_index(o->captures, 0);
  if (!cli_box_apply(o, &error)) {
    cli_usage(error);
    return CLI_EXIT_INPUT;
  }
  return print(o);
}

cli_exit cli_command_box(int argc, char **argv)
{
  GError *error = NULL;
  cli_options o;
  cli_exit code;

  cli_options_init(&o);
  if (!cli_options_parse(&o, argc, argv, CLI_KERNEL | CLI_RULES, NULL, &error))
    code = cli_usage(error);
  else
    code = run(&o);
  cli_options_clear(&o);
  return code;
}
