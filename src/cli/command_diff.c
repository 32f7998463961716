/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctreplay diff: where two runs part. One capture under two kernels (two profiles, two values of a setting) or two
 * rulesets, or two captures under a kernel each: packet by packet, side by side. Two captures under one kernel are
 * taken for those before and behind a firewall (diff_across.c). Two saved -P -o json outputs are compared as such
 * (diff_saved.c).
 */
#include "captures.h"
#include "commands.h"
#include "diff_across.h"
#include "diff_trial.h"
#include "interrupt.h"
#include "kernel.h"
#include "say.h"

#include <string.h>
#include <sys/stat.h>

enum { LINES = 20, FLOWS_MOST = 1 << 20 };

typedef struct diff_own {
  diff_style style;
  guint only; /* bits of DIFF_*; 0: all */
} diff_own;

/* ---- packet by packet ---- */

static diff_seen seen_by(const diff_side *s)
{
  return (diff_seen){ .params = &s->params,
                      .packet = s->packet,
                      .result = &s->result,
                      .trace = &s->trace,
                      .after = s->has_view ? &s->view : NULL,
                      .history = &s->history,
                      .first_ns = s->first_ns };
}

/* The very bytes. */
static gboolean same_frame(const diff_side *a, const diff_side *b)
{
  return a->frame->captured == b->frame->captured && a->frame->wire == b->frame->wire &&
         a->frame->link == b->frame->link && memcmp(a->frame->data, b->frame->data, a->frame->captured) == 0;
}

/* => 1 << DIFF_* */
static guint differences(diff_run *c)
{
  diff_side *a = &c->a, *b = &c->b;
  const diff_seen x = seen_by(a), y = seen_by(b);
  guint found = cli_diff_differences(&a->result, x.after, &b->result, y.after);

  a->ruling = cli_diff_ruling(c->rulings, 0, &x);
  b->ruling = cli_diff_ruling(c->rulings, 1, &y);
  found |= !cli_diff_rulings_same(&a->ruling, &b->ruling) << DIFF_RULING;
  found |= !cli_diff_rulings_same_way(c->rulings, &a->ruling, &b->ruling) << DIFF_RULE;
  return found | (a->ruling.mark != b->ruling.mark) << DIFF_MARK;
}

/* The default format is lines for people, and cannot fail. */
static void side_open_lines(diff_side *s, emit_text *line)
{
  const emit_options options = { .profile = s->params.profile };

  line->used = 0;
  emit_output_open(&s->shown, emit_format_get(0), EMIT_CAN_PACKETS, &options, line, NULL);
}

static void open_lines(diff_run *c)
{
  emit_text_init(&c->line, -1);
  side_open_lines(&c->a, &c->line);
  side_open_lines(&c->b, &c->line);
  c->heading = g_strndup(c->line.data, c->line.used);
  c->line.used = 0;
}

static void close_lines(diff_run *c)
{
  emit_output_close(&c->a.shown, NULL);
  emit_output_close(&c->b.shown, NULL);
  emit_text_clear(&c->line);
  g_free(c->heading);
}

static void side_line(diff_run *c, const char *name, diff_side *s, gboolean heading)
{
  const emit_packet packet = { .packet = s->packet,
                               .result = &s->result,
                               .view = s->has_view ? &s->view : NULL,
                               .first_ns = s->first_ns,
                               .advice = &s->history.advice,
                               .rules = cli_firewall_tell(&s->firewall, s->packet),
                               .sides = &s->history.sides };

  if (heading) {
    emit_text_literal(&c->output.text, "  ");
    emit_text_string(&c->output.text, c->heading);
  }
  emit_output_packet(&s->shown, &packet);
  emit_text_string(&c->output.text, name);
  emit_text_bytes(&c->output.text, c->line.data, c->line.used);
  c->line.used = 0;
}

const ct_tuple *cli_diff_flow(const diff_run *c)
{
  return c->a.has_view   ? &c->a.view.tuple[CT_ORIGINAL]
         : c->b.has_view ? &c->b.view.tuple[CT_ORIGINAL]
                         : &c->a.packet->tuple;
}

/*
 * A connection that has parted goes on differing: its first difference tells, and the first that a rule set would
 * notice (another class, or dropped); the rest is counted.
 */
static gboolean is_news(diff_run *c, gboolean noticed)
{
  const ct_tuple *t = cli_diff_flow(c);
  gpointer told;
  GBytes *key;

  if (c->lines >= c->lines_most || g_hash_table_size(c->flows) >= FLOWS_MOST)
    return FALSE;
  key = g_bytes_new(t, sizeof(*t));
  if (g_hash_table_lookup_extended(c->flows, key, NULL, &told) && (!noticed || GPOINTER_TO_INT(told))) {
    g_bytes_unref(key);
    return FALSE;
  }
  g_hash_table_insert(c->flows, key, GINT_TO_POINTER(noticed));
  return TRUE;
}

static void show_difference(diff_run *c, guint found)
{
  const diff_seen a = seen_by(&c->a), b = seen_by(&c->b);

  if (c->json) {
    c->lines++;
    cli_diff_put_packet_json(c, found);
    return;
  }
  side_line(c, "A ", &c->a, c->lines++ == 0);
  side_line(c, "B ", &c->b, FALSE);
  cli_diff_why(&c->output.text, &a, &b);
  if (c->two_rulesets && found & (1 << DIFF_RULING | 1 << DIFF_RULE)) {
    cli_diff_ruling_why(&c->output.text, "A", &c->a.ruling);
    cli_diff_ruling_why(&c->output.text, "B", &c->b.ruling);
  }
}

static void note_difference(diff_run *c, guint found)
{
  const guint of_rules = 1 << DIFF_RULING | 1 << DIFF_RULE | 1 << DIFF_MARK | 1 << DIFF_TRANSLATION;
  const diff_seen a = seen_by(&c->a), b = seen_by(&c->b);
  guint i;

  if (c->first == 0)
    c->first = c->a.packet->number;
  c->differing++;
  for (i = 0; i < DIFF_KINDS; i++)
    c->by_kind[i] += found >> i & 1;
  if (c->two_rulesets || c->json)
    cli_diff_rulings_count(c->rulings, &c->a.ruling, &c->b.ruling, cli_diff_flow(c), c->a.packet, c->a.params.profile,
                           found);
  /* Of two rulesets, what only they say otherwise has its own lines. */
  if (!c->two_rulesets || (found & ~of_rules) != 0)
    cli_diff_tally(c->whys, &a, &b);
  if (c->trial != NULL)
    cli_diff_trial_note(c->trial, &c->a, &c->b);
  if (is_news(c, (found & (1 << DIFF_CLASS | 1 << DIFF_VERDICT | 1 << DIFF_RULING | 1 << DIFF_RULE)) != 0))
    show_difference(c, found);
}

/* what: in words, with its end of line. */
static void note_parting(diff_run *c, const char *what)
{
  c->parting = g_strndup(what, strcspn(what, "\n"));
  if (c->a.batch != NULL)
    cli_diff_side_track(&c->a);
  if (c->b.batch != NULL)
    cli_diff_side_track(&c->b);
  if (c->json)
    return;
  emit_text_string(&c->output.text, what);
  if (c->a.batch != NULL)
    side_line(c, "A ", &c->a, FALSE);
  if (c->b.batch != NULL)
    side_line(c, "B ", &c->b, FALSE);
}

static const char *parting_words(const diff_run *c, gboolean more_a)
{
  if (more_a)
    return cli_diff_failed(&c->b) ? "The second capture could be read to here; the first goes on:\n"
                                  : "The second capture ends here; the first goes on:\n";
  return cli_diff_failed(&c->a) ? "The first capture could be read to here; the second goes on:\n"
                                : "The first capture ends here; the second goes on:\n";
}

/* => FALSE, said, where conntrack could tell the packets apart. */
static gboolean same_packet(diff_run *c)
{
  char *what = cli_diff_packet(c->a.packet, c->b.packet), *words;

  if (what == NULL) {
    c->ignored++;
    return TRUE;
  }
  words = g_strdup_printf("From here on the captures themselves differ: %s:\n", what);
  note_parting(c, words);
  g_free(words);
  g_free(what);
  return FALSE;
}

/*
 * What one side's rules answer with, the other's would not have had sent: there it is no packet. => FALSE: it was one.
 */
static gboolean track_both(diff_run *c)
{
  const gboolean by_a = cli_diff_side_sent(&c->a), by_b = cli_diff_side_sent(&c->b);

  c->sent[0] += by_a && !by_b;
  c->sent[1] += by_b && !by_a;
  if (by_b && !by_a)
    ct_engine_advance(c->a.engine, c->a.packet->time_ns);
  else
    cli_diff_side_track(&c->a);
  if (by_a && !by_b)
    ct_engine_advance(c->b.engine, c->b.packet->time_ns);
  else
    cli_diff_side_track(&c->b);
  return by_a == by_b;
}

static void run(diff_run *c)
{
  for (;;) {
    gboolean more_a = cli_diff_side_read(&c->a), more_b = cli_diff_side_read(&c->b);
    guint found;

    if ((!more_a && !more_b) || cli_stop != 0)
      return;
    if (more_a != more_b) {
      note_parting(c, parting_words(c, more_a));
      return;
    }
    if (!same_frame(&c->a, &c->b) && !same_packet(c))
      return;
    c->packets++;
    if (!track_both(c))
      continue;
    found = differences(c) & c->only;
    if (found != 0)
      note_difference(c, found);
  }
}

/* ---- the whole ---- */

static void side_clear(diff_side *s)
{
  cli_diff_side_clear(s);
  g_ptr_array_unref(s->o.sysctls);
  g_ptr_array_unref(s->o.rules);
}

/* Of each side that has something of its own to say. */
static void say_about_helpers(const diff_run *c, const cli_options *o)
{
  cli_say_about_helpers(o, &c->a.params, ct_engine_stats(c->a.engine));
  if (o->captures->len > 1 || c->a.params.profile != c->b.params.profile)
    cli_say_about_helpers(o, &c->b.params, ct_engine_stats(c->b.engine));
}

/* Each side's firewall, over rules of its own or those of both. => FALSE, said. */
static gboolean start_firewalls(diff_run *c)
{
  cli_firewall *own = &c->a.ruleset, *other = c->two_rulesets ? &c->b.ruleset : own;

  if (!cli_firewall_start(own, &c->a.params, 0, FALSE) ||
      (other != own && !cli_firewall_start(other, &c->b.params, 0, FALSE)))
    return FALSE;
  cli_firewall_fork(&c->a.firewall, own, &c->a.params, TRUE);
  cli_firewall_fork(&c->b.firewall, other, &c->b.params, TRUE);
  c->rulings = cli_diff_rulings_new(&c->a.firewall, &c->b.firewall);
  return TRUE;
}

static cli_exit close_comparison(diff_run *c, const cli_options *o)
{
  cli_exit code =
    cli_output_close(&c->output, c->differing > 0 || c->parting != NULL ? CLI_EXIT_DIFFERENT : CLI_EXIT_OK);

  code = cli_exit_graver(code, cli_say_about_captures(c->a.source));
  if (o->captures->len > 1) /* else it is the same capture, and all has been said */
    code = cli_exit_graver(code, cli_say_about_captures(c->b.source));
  say_about_helpers(c, o);
  cli_firewall_say_notes(&c->a.firewall);
  if (c->two_rulesets)
    cli_firewall_say_notes(&c->b.firewall);
  if (c->two_rulesets && c->a.firewall.firewall != NULL && !cli_diff_rulings_comparable(c->rulings))
    cli_say("note: the two rulesets are in two languages: what becomes of packets is compared, not by which rule");
  if (cli_stop != 0)
    code = cli_exit_graver(code, cli_interrupted());
  return code;
}

static cli_exit compare(diff_run *c, const cli_options *o)
{
  cli_exit code;

  if (!o->no_sandbox)
    cli_sandbox_enter();
  if (!start_firewalls(c))
    return CLI_EXIT_USAGE;
  replay_source_start(c->a.source);
  replay_source_start(c->b.source);
  cli_output_open(&c->output, "", NULL);
  open_lines(c);
  c->lines_most = o->lines >= 0 ? (guint64)o->lines : LINES;
  c->flows = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  cli_interrupts_catch(c->a.source, c->b.source);
  c->whys = cli_diff_tally_new();
  cli_diff_put_sides(c);
  run(c);
  cli_interrupts_release();
  if (c->trial != NULL)
    cli_diff_trial_run(c->trial, c);
  cli_diff_put_summary(c);
  code = close_comparison(c, o);
  close_lines(c);
  cli_diff_rulings_free(c->rulings);
  g_free(c->parting);
  g_hash_table_unref(c->flows);
  g_hash_table_unref(c->whys);
  return code;
}

static gboolean same_files(const GPtrArray *a, const GPtrArray *b)
{
  guint i;

  for (i = 0; i < a->len && i < b->len; i++)
    if (strcmp(g_ptr_array_index(a, i), g_ptr_array_index(b, i)) != 0)
      return FALSE;
  return a->len == b->len;
}

/*
 * One capture needs two kernels. Of a kernel that is given alone the other is the default profile. => FALSE and error
 * where both sides come to the same.
 */
static gboolean find_kernels(diff_run *c, const cli_options *o, GError **error)
{
  diff_side *a = &c->a, *b = &c->b;

  if (!cli_kernel_params(&a->o, &a->params, error) || !cli_kernel_params(&b->o, &b->params, error))
    return FALSE;
  c->two_rulesets = !same_files(a->o.rules, b->o.rules);
  if (o->captures->len > 1 || c->two_rulesets || memcmp(&a->params, &b->params, sizeof(a->params)) != 0)
    return TRUE;
  b->o.profile_name = NULL;
  if (!cli_kernel_params(&b->o, &b->params, error))
    return FALSE;
  if (a->params.profile != b->params.profile && o->profile_name_before == NULL)
    return TRUE;
  g_set_error(
    error, CLI_ERROR, CLI_ERROR_USAGE,
    "diff: one capture, and nothing that differs: give a second capture, two kernels (--profile A --profile B, "
    "--sysctl NAME=A,B, --max A,B) or two rulesets (--rules A --rules B)");
  return FALSE;
}

/* Which one speaks of two kernels goes packet by packet; of one kernel it is what lies between the captures. */
static gboolean is_across(const diff_run *c, const cli_options *o)
{
  return o->captures->len > 1 && memcmp(&c->a.params, &c->b.params, sizeof(c->a.params)) == 0;
}

/* Rules of both sides are read once. */
static cli_exit side_by_side(diff_run *c, const cli_options *o)
{
  GError *error = NULL;

  if (!cli_diff_side_prepare(&c->a, &error) || !cli_diff_side_prepare(&c->b, &error))
    return cli_usage(error);
  if (!cli_firewall_load(&c->a.ruleset, &c->a.o))
    return c->a.ruleset.refusal;
  if (c->two_rulesets && !cli_firewall_load(&c->b.ruleset, &c->b.o))
    return c->b.ruleset.refusal;
  c->trial = cli_diff_trial_prepare(&c->a, &c->b);
  return compare(c, o);
}

static cli_exit refuse_only(void)
{
  cli_say("diff --only: two captures, before and behind a firewall, have other differences");
  return CLI_EXIT_USAGE;
}

static const diff_own *own_of(const cli_options *o) { return o->own; }

static cli_exit diff(const cli_options *o)
{
  GStringChunk *chunk = g_string_chunk_new(256);
  diff_run c;
  GError *error = NULL;
  cli_exit code;

  memset(&c, 0, sizeof(c));
  c.json = own_of(o)->style == DIFF_JSON;
  c.only = own_of(o)->only != 0 ? own_of(o)->only : (1 << DIFF_KINDS) - 1;
  if (!cli_diff_sides(o, &c.a.o, &c.b.o, chunk, &error) || !find_kernels(&c, o, &error))
    code = cli_usage(error);
  else if (is_across(&c, o))
    code = own_of(o)->only != 0 ? refuse_only() : cli_diff_across(o, &c.a.o, &c.b.o, &c.a.params, own_of(o)->style);
  else
    code = side_by_side(&c, o);
  cli_diff_trial_free(c.trial);
  side_clear(&c.b); /* whose rules may be A's */
  side_clear(&c.a);
  g_string_chunk_free(chunk);
  return code;
}

/* One saved output among the two makes it a comparison of saved outputs, whatever became of the other. */
static cli_exit diff_two(const cli_options *o)
{
  cli_options opened = *o;
  const char *path[2];
  diff_kind kind[2];
  int fds[2];
  guint i;

  for (i = 0; i < 2; i++) {
    path[i] = g_ptr_array_index(o->captures, i);
    fds[i] = cli_diff_open(path[i]);
  }
  for (i = 0; i < 2; i++)
    kind[i] = cli_diff_kind(path[i], fds[i]);
  if (kind[0] != DIFF_SAVED && kind[1] != DIFF_SAVED) {
    opened.replay.fds = fds;
    return diff(&opened);
  }
  if (o->rules->len > 0) {
    cli_say("diff --rules: rules judge packets; a saved output was judged when it was made");
    return CLI_EXIT_USAGE;
  }
  if (own_of(o)->style != DIFF_TEXT || own_of(o)->only != 0) {
    cli_say("diff -o, --only: two saved outputs are compared as they stand, and told as text");
    return CLI_EXIT_USAGE;
  }
  for (i = 0; i < 2; i++) {
    if (kind[i] == DIFF_CAPTURE) {
      cli_say("diff: %s is a saved -o json and %s is not: give two of a kind", path[1 - i], path[i]);
      return CLI_EXIT_USAGE;
    }
    if (strcmp(path[i], "-") == 0)
      path[i] = "/dev/stdin";
  }
  return cli_diff_saved(path, fds, o->lines >= 0 ? (guint64)o->lines : LINES, !o->no_sandbox);
}

static cli_exit diff_one(const cli_options *o)
{
  const char *path = g_ptr_array_index(o->captures, 0);
  struct stat status;

  if (strcmp(path, "-") != 0 && (stat(path, &status) != 0 || !S_ISFIFO(status.st_mode)))
    return diff(o);
  cli_say("diff: each side reads the capture for itself; give a file instead of %s", path);
  return CLI_EXIT_USAGE;
}

static gboolean read_kinds(const cli_option *option, gpointer base, const char *value, GError **error)
{
  guint *only = cli_option_field(option, base), i, k;
  g_auto(GStrv) words = g_strsplit(value, ",", -1);

  for (i = 0; words[i] != NULL; i++) {
    for (k = 0; k < DIFF_KINDS && strcmp(words[i], diff_words[k]) != 0; k++) {}
    if (k == DIFF_KINDS)
      return cli_option_refuse(option, value, error);
    *only |= 1u << k;
  }
  return *only != 0 || cli_option_refuse(option, value, error);
}

static const cli_choice styles[] = { { "text", DIFF_TEXT }, { "json", DIFF_JSON }, { NULL, 0 } };
/* clang-format off */
static const cli_option own_options[] = {
  CLI_LINES_OPTION,
  { "output", 'o', "text|json", CLI_OWN, CLI_CHOICE(diff_own, style, styles, "text or json"), .called = "diff -o" },
  { "only", 0, "KIND,...", CLI_OWN, CLI_BY(read_kinds, diff_own, only),
    .wanted = "class, state, timeout, status, verdict, reason, ruling, rule, mark or translation, joined by commas" },
  { .name = NULL },
};
/* clang-format on */

cli_exit cli_command_diff(int argc, char **argv)
{
  diff_own own = { DIFF_TEXT, 0 };
  GError *error = NULL;
  cli_options o;
  cli_exit code = CLI_EXIT_USAGE;

  cli_options_init(&o);
  o.own = &own;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES, own_options, &error))
    cli_usage(error);
  else if (o.captures->len == 0 || o.captures->len > 2)
    cli_say(
      "diff: give two captures, or one and two kernels (--profile A --profile B, --sysctl NAME=A,B, --max A,B) or "
      "rulesets (--rules A --rules B), or two saved -o json");
  else
    code = o.captures->len == 2 ? diff_two(&o) : diff_one(&o);
  cli_options_clear(&o);
  return code;
}
