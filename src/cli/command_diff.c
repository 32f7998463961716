/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctreplay diff: where two runs part. One capture under two kernels (two profiles, two values of a setting), or two
 * captures under a kernel each: packet by packet, side by side. Two captures under one kernel are taken for those
 * before and behind a firewall (diff_across.c). Two saved -P -o json outputs are compared as such (diff_saved.c).
 */
#include "captures.h"
#include "commands.h"
#include "diff.h"
#include "diff_across.h"
#include "firewall.h"
#include "interrupt.h"
#include "kernel.h"
#include "say.h"

#include <string.h>
#include <sys/stat.h>

enum { LINES = 20, FLOWS_MOST = 1 << 20 };

/* What can differ in a packet's answer; the words of the summary. */
#define DIFFERENCE_LIST(X) \
  X(CLASS, "class")        \
  X(STATE, "state")        \
  X(TIMEOUT, "timeout") X(STATUS, "status") X(VERDICT, "verdict") X(REASON, "reason") X(RULES, "rules")
enum {
#define X(id, word) DIFFERENCE_##id,
  DIFFERENCE_LIST(X)
#undef X
    DIFFERENCE_COUNT
};

typedef struct diff_own {
  diff_style style;
} diff_own;

typedef struct side {
  cli_options o; /* a copy with this side's own values; shares the rest */
  ct_params params;
  replay_source *source;
  ct_engine *engine;
  cli_firewall firewall; /* of this side alone, over the rules of both */
  journal_history history;
  emit_output shown; /* on the comparison's line, as this side's kernel has it */
  const replay_batch *batch;
  guint next;
  gint64 first_ns;
  /* the packet at hand */
  const ct_packet *packet;
  const cap_frame *frame;
  ct_result result;
  ct_trace trace;
  ct_view view;
  gboolean has_view;
} side;

typedef struct comparison {
  side a, b;
  cli_firewall ruleset; /* as it was read */
  cli_output output;
  emit_text line; /* of -P, which stands behind words of ours */
  char *heading;
  guint64 packets, differing, lines_most, lines;
  guint64 ignored; /* packets whose bytes differ where conntrack does not look */
  guint64 by_kind[DIFFERENCE_COUNT];
  guint64 first;     /* number of the first packet that differs; 0: none */
  GHashTable *flows; /* those that have had their line => whether one of them told of another class or verdict */
  GHashTable *whys;
  diff_rules rules;
  gboolean parted; /* the captures themselves differ: there is no going on */
} comparison;

/* ---- two sides ---- */

/* => FALSE, said. */
static gboolean side_prepare(side *s, GError **error)
{
  replay_options replay = s->o.replay;

  replay.stop = &cli_stop;
  replay.ruled = s->o.rules->len > 0;
  s->source = replay_source_prepare(&replay, &s->params, error);
  if (s->source == NULL)
    return FALSE;
  s->engine = ct_engine_new(&s->params);
  journal_history_begin(&s->history, s->engine);
  journal_history_try(&s->history, s->engine);
  ct_engine_trace(s->engine, &s->trace);
  return TRUE;
}

/* Also of a side that was not prepared. */
static void side_clear(side *s)
{
  cli_firewall_clear(&s->firewall);
  replay_source_free(s->source);
  ct_engine_free(s->engine);
  journal_history_end(&s->history);
  g_ptr_array_unref(s->o.sysctls);
}

/* ---- packet by packet ---- */

static void side_track(side *s, const replay_origin *origin)
{
  const replay_seen seen = { origin->frame, s->packet, &origin->link, origin->interface, &s->result, origin->left };
  const replay_door *door = &s->firewall.door;

  if (s->firewall.firewall != NULL)
    door->packet(s->engine, &seen, &s->result, door->user);
  else
    ct_engine_packet(s->engine, s->packet, &s->result);
}

static gboolean side_next(side *s)
{
  const replay_origin *origin;

  if (s->batch == NULL || s->next >= s->batch->n) {
    s->batch = replay_source_next(s->source);
    s->next = 0;
  }
  if (s->batch == NULL)
    return FALSE;
  s->first_ns = s->batch->first_ns;
  s->packet = &s->batch->packets[s->next];
  origin = &s->batch->origins[s->next++];
  s->frame = origin->frame;
  memset(&s->trace, 0, sizeof(s->trace));
  side_track(s, origin);
  journal_history_packet(&s->history, s->packet, &s->result);
  s->has_view = s->result.entry != NULL;
  if (s->has_view)
    ct_entry_view(s->engine, s->result.entry, &s->view);
  return TRUE;
}

/* The very bytes. */
static gboolean same_frame(const side *a, const side *b)
{
  return a->frame->captured == b->frame->captured && a->frame->wire == b->frame->wire &&
         a->frame->link == b->frame->link && memcmp(a->frame->data, b->frame->data, a->frame->captured) == 0;
}

/* What rules said of the packet at hand. */
static gboolean same_ruling(const side *a, const side *b)
{
  const fw_outcome *x, *y;

  if (a->firewall.firewall == NULL || a->packet->kind == CT_PACKET_NONE)
    return TRUE;
  x = fw_firewall_outcome(a->firewall.firewall);
  y = fw_firewall_outcome(b->firewall.firewall);
  if (x->kernel == FW_KERNEL_CONNTRACK || y->kernel == FW_KERNEL_CONNTRACK)
    return TRUE; /* that is conntrack's difference */
  return x->verdict == y->verdict && x->decision.rule == y->decision.rule && x->decision.chain == y->decision.chain;
}

/* => 1 << DIFFERENCE_*. Connection numbers are left out: one entry more and all later ones would differ. */
static guint differences(const side *a, const side *b)
{
  guint found = 0;

  found |= (a->result.cls != b->result.cls || a->result.dir != b->result.dir) << DIFFERENCE_CLASS;
  found |= (a->result.verdict != b->result.verdict) << DIFFERENCE_VERDICT;
  found |= (a->result.reason != b->result.reason) << DIFFERENCE_REASON;
  found |= !same_ruling(a, b) << DIFFERENCE_RULES;
  /* Refused is refused, whether before the look-up or after it. */
  if (a->result.cls == CT_CLASS_INVALID && b->result.cls == CT_CLASS_INVALID && a->has_view != b->has_view)
    return found;
  if (a->has_view != b->has_view)
    return found | 1 << DIFFERENCE_STATE;
  if (!a->has_view)
    return found;
  found |= (a->view.state != b->view.state) << DIFFERENCE_STATE;
  found |= (a->view.timeout_ns / 1000000000 != b->view.timeout_ns / 1000000000) << DIFFERENCE_TIMEOUT;
  return found | (a->view.status != b->view.status) << DIFFERENCE_STATUS;
}

/* The default format is lines for people, and cannot fail. */
static void side_open_lines(side *s, emit_text *line)
{
  const emit_options options = { .profile = s->params.profile };

  line->used = 0;
  emit_output_open(&s->shown, emit_format_get(0), EMIT_CAN_PACKETS, &options, line, NULL);
}

static void open_lines(comparison *c)
{
  emit_text_init(&c->line, -1);
  side_open_lines(&c->a, &c->line);
  side_open_lines(&c->b, &c->line);
  c->heading = g_strndup(c->line.data, c->line.used);
  c->line.used = 0;
}

static void close_lines(comparison *c)
{
  emit_output_close(&c->a.shown, NULL);
  emit_output_close(&c->b.shown, NULL);
  emit_text_clear(&c->line);
  g_free(c->heading);
}

static void side_line(comparison *c, const char *name, side *s, gboolean heading)
{
  const emit_packet packet = { .packet = s->packet,
                               .result = &s->result,
                               .view = s->has_view ? &s->view : NULL,
                               .first_ns = s->first_ns,
                               .advice = &s->history.advice,
                               .rules = cli_firewall_tell(&s->firewall, s->packet),
                               .other_side = s->history.other_side };

  if (heading) {
    emit_text_literal(&c->output.text, "  ");
    emit_text_string(&c->output.text, c->heading);
  }
  emit_output_packet(&s->shown, &packet);
  emit_text_string(&c->output.text, name);
  emit_text_bytes(&c->output.text, c->line.data, c->line.used);
  c->line.used = 0;
}

static diff_seen seen_by(const side *s)
{
  return (diff_seen){ .params = &s->params,
                      .packet = s->packet,
                      .result = &s->result,
                      .trace = &s->trace,
                      .after = s->has_view ? &s->view : NULL,
                      .history = &s->history,
                      .first_ns = s->first_ns };
}

/*
 * A connection that has parted goes on differing: its first difference tells, and the first that a rule set would
 * notice (another class, or dropped); the rest is counted.
 */
static gboolean is_news(comparison *c, gboolean noticed)
{
  const ct_tuple *t = c->a.has_view   ? &c->a.view.tuple[CT_ORIGINAL]
                      : c->b.has_view ? &c->b.view.tuple[CT_ORIGINAL]
                                      : &c->a.packet->tuple;
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

static void note_difference(comparison *c, guint found)
{
  const diff_seen a = seen_by(&c->a), b = seen_by(&c->b);
  guint i;

  if (c->first == 0)
    c->first = c->a.packet->number;
  c->differing++;
  for (i = 0; i < DIFFERENCE_COUNT; i++)
    c->by_kind[i] += found >> i & 1;
  cli_diff_tally(c->whys, &a, &b);
  cli_diff_rule(&c->rules, &a, &b);
  if (!is_news(c, (found & (1 << DIFFERENCE_CLASS | 1 << DIFFERENCE_VERDICT | 1 << DIFFERENCE_RULES)) != 0))
    return;
  side_line(c, "A ", &c->a, c->lines++ == 0);
  side_line(c, "B ", &c->b, FALSE);
  cli_diff_why(&c->output.text, &a, &b);
}

static void note_parting(comparison *c, const char *what)
{
  c->parted = TRUE;
  emit_text_string(&c->output.text, what);
  if (c->a.batch != NULL)
    side_line(c, "A ", &c->a, FALSE);
  if (c->b.batch != NULL)
    side_line(c, "B ", &c->b, FALSE);
}

/* Known once a source has ended. */
static gboolean failed(const side *s) { return replay_source_problem(s->source, 0) != NULL; }

static const char *parting_words(const comparison *c, gboolean more_a)
{
  if (more_a)
    return failed(&c->b) ? "The second capture could be read to here; the first goes on:\n"
                         : "The second capture ends here; the first goes on:\n";
  return failed(&c->a) ? "The first capture could be read to here; the second goes on:\n"
                       : "The first capture ends here; the second goes on:\n";
}

/* => FALSE, said, where conntrack could tell the packets apart. */
static gboolean same_packet(comparison *c)
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

static void run(comparison *c)
{
  for (;;) {
    gboolean more_a = side_next(&c->a), more_b = side_next(&c->b);
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
    found = differences(&c->a, &c->b);
    if (found != 0)
      note_difference(c, found);
  }
}

/* ---- what stands at the end ---- */

static void number(emit_text *out, const char *before, guint64 value, const char *after)
{
  emit_text_string(out, before);
  emit_text_u64_grouped(out, value);
  emit_text_string(out, after);
}

static void figure(comparison *c, const char *name, guint64 a, guint64 b)
{
  if (a == b)
    return;
  emit_text_literal(&c->output.text, "  ");
  emit_text_pad(&c->output.text, name, 12);
  number(&c->output.text, " A ", a, "");
  number(&c->output.text, "  B ", b, "\n");
}

static void summary(comparison *c)
{
  static const char *const words[] = {
#define X(id, word) word,
    DIFFERENCE_LIST(X)
#undef X
  };
  const ct_stats *a = ct_engine_stats(c->a.engine), *b = ct_engine_stats(c->b.engine);
  emit_text *out = &c->output.text;
  gboolean cut_short = failed(&c->a) || failed(&c->b);
  guint i, n = 0;

  number(out, "", c->packets, " packets compared");
  if (cut_short && c->packets == 0)
    emit_text_literal(out, ": there was nothing to compare\n");
  else if (c->differing == 0) {
    emit_text_string(out, cut_short ? " until reading failed" : "");
    emit_text_string(out, c->parted || cut_short ? "; up to here no difference\n" : ": no difference\n");
  } else {
    number(out, cut_short ? " until reading failed, " : ", ", c->differing, " differ, the first is number ");
    number(out, "", c->first, " (");
    for (i = 0; i < DIFFERENCE_COUNT; i++)
      if (c->by_kind[i] > 0) {
        number(out, n++ > 0 ? ", " : "", c->by_kind[i], " ");
        emit_text_string(out, words[i]);
      }
    emit_text_literal(out, ")\n");
    if (c->differing > c->lines) {
      number(out, "shown: ", c->lines, ", the first of each connection and the first that changes its class");
      emit_text_string(out, c->lines >= c->lines_most ? " (--lines N shows more)\n" : "\n");
    }
  }
  if (c->ignored > 0)
    number(out, "ignored in ", c->ignored,
           " packets: bytes that conntrack does not look at (link header, TTL or hop limit, TOS, IP id, flow label, "
           "checksums)\n");
  cli_diff_tally_put(out, c->whys, "packets");
  cli_diff_rules_put(out, &c->rules, c->a.params.profile, c->b.params.profile);
  figure(c, "entries", ct_engine_count(c->a.engine), ct_engine_count(c->b.engine));
  figure(c, "created", a->created, b->created);
  figure(c, "peak", a->peak_count, b->peak_count);
  figure(c, "invalid", a->invalid, b->invalid);
  figure(c, "early_drop", a->early_drop, b->early_drop);
  figure(c, "drop", a->drop, b->drop);
}

/* Of each side that has something of its own to say. */
static void say_about_helpers(const comparison *c, const cli_options *o)
{
  cli_say_about_helpers(o, &c->a.params, ct_engine_stats(c->a.engine));
  if (o->captures->len > 1 || c->a.params.profile != c->b.params.profile)
    cli_say_about_helpers(o, &c->b.params, ct_engine_stats(c->b.engine));
}

static cli_exit compare(comparison *c, const cli_options *o)
{
  cli_exit code = CLI_EXIT_OK;

  if (!o->no_sandbox)
    cli_sandbox_enter();
  if (!cli_firewall_start(&c->ruleset, &c->a.params, 0, FALSE))
    return CLI_EXIT_USAGE;
  cli_firewall_fork(&c->a.firewall, &c->ruleset, &c->a.params);
  cli_firewall_fork(&c->b.firewall, &c->ruleset, &c->b.params);
  replay_source_start(c->a.source);
  replay_source_start(c->b.source);
  cli_output_open(&c->output, "", NULL);
  open_lines(c);
  c->lines_most = o->lines >= 0 ? (guint64)o->lines : LINES;
  c->flows = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  cli_interrupts_catch(c->a.source, c->b.source);
  c->whys = cli_diff_tally_new();
  cli_diff_side_put(&c->output.text, "A", c->a.o.replay.captures[0], &c->a.params, &c->b.params);
  cli_diff_side_put(&c->output.text, "B", c->b.o.replay.captures[0], &c->b.params, &c->a.params);
  run(c);
  cli_interrupts_release();
  summary(c);
  if (c->differing > 0 || c->parted)
    code = CLI_EXIT_DIFFERENT;
  code = cli_output_close(&c->output, code);
  code = cli_exit_graver(code, cli_say_about_captures(c->a.source));
  if (o->captures->len > 1) /* else it is the same capture, and all has been said */
    code = cli_exit_graver(code, cli_say_about_captures(c->b.source));
  say_about_helpers(c, o);
  cli_firewall_say_notes(&c->a.firewall);
  if (cli_stop != 0)
    code = cli_exit_graver(code, CLI_EXIT_INTERRUPTED);
  close_lines(c);
  g_hash_table_unref(c->flows);
  g_hash_table_unref(c->whys);
  return code;
}

/*
 * One capture needs two kernels. Of a kernel that is given alone the other is the default profile. => FALSE and error
 * where both sides come to the same.
 */
static gboolean find_kernels(comparison *c, const cli_options *o, GError **error)
{
  side *a = &c->a, *b = &c->b;

  if (!cli_kernel_params(&a->o, &a->params, error) || !cli_kernel_params(&b->o, &b->params, error))
    return FALSE;
  if (o->captures->len > 1 || memcmp(&a->params, &b->params, sizeof(a->params)) != 0)
    return TRUE;
  b->o.profile_name = NULL;
  if (!cli_kernel_params(&b->o, &b->params, error))
    return FALSE;
  if (a->params.profile != b->params.profile && o->profile_name_before == NULL)
    return TRUE;
  g_set_error(
    error, CLI_ERROR, CLI_ERROR_USAGE,
    "diff: one capture, and nothing that differs: give a second capture, or two kernels (--profile A --profile B, "
    "--sysctl NAME=A,B, --max A,B)");
  return FALSE;
}

/* Which one speaks of two kernels goes packet by packet; of one kernel it is what lies between the captures. */
static gboolean is_across(const comparison *c, const cli_options *o)
{
  return o->captures->len > 1 && memcmp(&c->a.params, &c->b.params, sizeof(c->a.params)) == 0;
}

static cli_exit side_by_side(comparison *c, const cli_options *o)
{
  GError *error = NULL;

  if (!side_prepare(&c->a, &error) || !side_prepare(&c->b, &error))
    return cli_usage(error);
  return cli_firewall_load(&c->ruleset, o) ? compare(c, o) : c->ruleset.refusal;
}

static cli_exit refuse_json(void)
{
  cli_say("diff -o json: two captures, before and behind a firewall, are told so; for others compare saved outputs "
          "(ctreplay -P -o json)");
  return CLI_EXIT_USAGE;
}

static diff_style style_of(const cli_options *o) { return ((const diff_own *)o->own)->style; }

static cli_exit diff(const cli_options *o)
{
  GStringChunk *chunk = g_string_chunk_new(256);
  comparison c;
  GError *error = NULL;
  cli_exit code;

  memset(&c, 0, sizeof(c));
  if (!cli_diff_sides(o, &c.a.o, &c.b.o, chunk, &error) || !find_kernels(&c, o, &error))
    code = cli_usage(error);
  else if (is_across(&c, o))
    code = cli_diff_across(o, &c.a.o, &c.b.o, &c.a.params, style_of(o));
  else
    code = style_of(o) == DIFF_JSON ? refuse_json() : side_by_side(&c, o);
  side_clear(&c.a);
  side_clear(&c.b);
  cli_firewall_clear(&c.ruleset);
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
  for (i = 0; i < 2; i++) {
    if (kind[i] == DIFF_CAPTURE) {
      cli_say("diff: %s is a saved -o json and %s is not: give two of a kind", path[1 - i], path[i]);
      return CLI_EXIT_USAGE;
    }
    if (strcmp(path[i], "-") == 0)
      path[i] = "/dev/stdin";
  }
  if (style_of(o) == DIFF_JSON)
    return refuse_json();
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

static const cli_choice styles[] = { { "text", DIFF_TEXT }, { "json", DIFF_JSON }, { NULL, 0 } };
/* clang-format off */
static const cli_option own_options[] = {
  CLI_LINES_OPTION,
  { "output", 'o', "text|json", CLI_OWN, CLI_CHOICE(diff_own, style, styles, "text or json"), .called = "diff -o" },
  { .name = NULL }
};
/* clang-format on */

cli_exit cli_command_diff(int argc, char **argv)
{
  diff_own own = { DIFF_TEXT };
  GError *error = NULL;
  cli_options o;
  cli_exit code = CLI_EXIT_USAGE;

  cli_options_init(&o);
  o.own = &own;
  if (!cli_options_parse(&o, argc, argv, CLI_INPUT | CLI_KERNEL | CLI_RULES, own_options, &error))
    cli_usage(error);
  else if (o.captures->len == 0 || o.captures->len > 2)
    cli_say("diff: give two captures, or one and two kernels (--profile A --profile B, --sysctl NAME=A,B, --max A,B), "
            "or two saved -o json");
  else
    code = o.captures->len == 2 ? diff_two(&o) : diff_one(&o);
  cli_options_clear(&o);
  return code;
}
