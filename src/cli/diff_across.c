/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two captures, before a firewall and behind it. Both are read in the order of time. A packet whose partner has not
 * been seen came in there: rules and tracker of the box between the two judge it. The other one of a pair came out.
 */
#include "diff_across.h"

#include "captures.h"
#include "conntrack/nat/nat.h"
#include "emit/rules.h"
#include "interrupt.h"
#include "say.h"

#include <string.h>

enum { LINES = 20 };

typedef struct side {
  replay_source *source;
  const replay_batch *batch;
  guint next;
  const char *interface; /* of captures that name none; NULL: as --iface says */
  gboolean ended;
} side;

typedef struct crossing {
  const cli_options *o;
  const ct_params *params;
  side sides[2];
  ct_engine *engine;
  cli_firewall firewall;
  cli_output output;
  across *across;
  across_tally tally;
  across_teller teller;
} crossing;

/* ---- what rules and tracker say ---- */

static void said_free(gpointer data)
{
  across_said *said = data;

  g_free(said->words);
  g_free(said->member);
  g_free(said);
}

/* A word for people and a member for programs, of what did not pass. */
static void say_rules(crossing *c, across_said *said, const ct_packet *packet)
{
  const fw_outcome *o = fw_firewall_outcome(c->firewall.firewall);
  const emit_rules *rules = cli_firewall_tell(&c->firewall, packet);
  emit_text text;

  said->path = (guint8)o->path;
  said->ruling = (guint8)o->verdict;
  said->kernel = o->kernel != FW_KERNEL_NOTHING && o->kernel != FW_KERNEL_CONNTRACK;
  if (rules->verdict == NULL || o->kernel == FW_KERNEL_CONNTRACK || (o->verdict == FW_VERDICT_ACCEPT && !said->kernel))
    return;
  emit_text_init(&text, -1);
  emit_rules_words(&text, rules);
  said->words = g_strndup(text.data, text.used);
  text.used = 0;
  emit_rules_member(&text, rules);
  said->member = g_strndup(text.data, text.used);
  emit_text_clear(&text);
}

/* What the kernel draws at random no rules tell: then it is as it is seen. */
static gboolean is_drawn(const fw_outcome *o)
{
  guint i;

  for (i = 0; i < 2; i++)
    if (o->nat_how[i] == CT_NAT_HOW_ASKED || o->nat_how[i] == CT_NAT_HOW_RANGE || o->nat_how[i] == CT_NAT_HOW_CLASH)
      return TRUE;
  return FALSE;
}

/* With rules the way out is known of a new connection, whatever addresses it has there. */
static void expect_out(crossing *c, across_sighting *s, const ct_result *result)
{
  ct_tuple back, out;
  ct_view view;

  if (result->entry == NULL || !(result->changes & CT_CHANGE_CREATED) || result->dir != CT_ORIGINAL ||
      is_drawn(fw_firewall_said(c->firewall.firewall)))
    return;
  ct_entry_view(c->engine, result->entry, &view);
  back = across_ends(&view.tuple[CT_REPLY]);
  across_invert(&back, &out);
  across_expect(c->across, s, &out);
}

/* Without rules the tracker has never heard of translation: it is told of a packet as its connection began. */
static void as_it_began(const crossing *c, across_side from, ct_packet *p)
{
  ct_tuple ends = across_ends(&p->tuple), origin;

  if ((p->kind != CT_PACKET_TRACK && p->kind != CT_PACKET_ICMP_ERROR) ||
      !across_origin(c->across, from, &ends, &origin))
    return;
  if (p->kind == CT_PACKET_ICMP_ERROR && ct_addr_equal(&p->l4.icmp.outer_dst, &p->tuple.dst))
    p->l4.icmp.outer_dst = origin.dst;
  p->tuple.src = origin.src;
  p->tuple.dst = origin.dst;
  if (ct_tuple_is_icmp(&p->tuple)) {
    p->tuple.src_id = origin.src_id;
  } else {
    p->tuple.src_id = origin.src_id;
    p->tuple.dst_id = origin.dst_id;
  }
  p->hash = ct_tuple_hash(&p->tuple);
}

static void judge(crossing *c, across_side from, across_sighting *s, const ct_packet *packet,
                  const replay_origin *origin)
{
  const side *own = &c->sides[from];
  const char *interface = origin->interface[0] == '\0' && own->interface != NULL ? own->interface : origin->interface;
  across_said *said = g_new0(across_said, 1);
  ct_packet p = *packet;
  ct_result result;

  if (c->firewall.firewall != NULL) {
    const replay_seen seen = { origin->frame, packet, &origin->link, interface, &result, NULL, NULL, NULL };

    c->firewall.door.packet(c->engine, &seen, &result, c->firewall.door.user);
    say_rules(c, said, packet);
    expect_out(c, s, &result);
  } else {
    as_it_began(c, from, &p);
    ct_engine_packet(c->engine, &p, &result);
  }
  said->cls = result.cls;
  said->verdict = result.verdict;
  said->reason = result.reason;
  s->said = said;
}

/* ---- what is found ---- */

static gboolean is_dropped(const across_said *said)
{
  return said->verdict == CT_VERDICT_DROP || said->ruling == FW_VERDICT_DROP || said->ruling == FW_VERDICT_REJECT ||
         said->kernel;
}

static void on_paired(const across_sighting *a, const across_sighting *b, gpointer user)
{
  crossing *c = user;
  const across_said *said = a->said != NULL ? a->said : b->said;
  across_field fields[ACROSS_FIELDS_MOST], changed[ACROSS_FIELDS_MOST];
  guint n = across_fields(a, b, fields), i, n_changed = 0;

  across_tally_pair(&c->tally, a, b);
  for (i = 0; i < n; i++)
    if (!fields[i].translation) {
      changed[n_changed++] = fields[i];
      cli_diff_tally_count(c->tally.fields, fields[i].name);
    }
  if (n_changed < n)
    across_tell_translated(&c->teller, a, b);
  if (n_changed > 0) {
    c->tally.what[ACROSS_WHAT_CHANGED]++;
    across_tell_changed(&c->teller, a, b, changed, n_changed);
  }
  if (said != NULL && is_dropped(said)) {
    c->tally.what[ACROSS_WHAT_PASSED]++;
    across_tell_passed(&c->teller, a, b, said);
  }
}

static void on_lost(crossing *c, const across_sighting *s)
{
  const across_said *said = s->said;
  guint other = s->side == ACROSS_A ? ACROSS_B : ACROSS_A;
  char *words = across_said_words(said, c->params->profile, c->teller.rules);

  c->tally.what[ACROSS_WHAT_LOST]++;
  c->tally.lost[s->side == ACROSS_A ? 0 : 1]++;
  c->tally.after[s->side] += s->time_ns > c->tally.last_ns[other];
  cli_diff_tally_count(c->tally.whys, words);
  g_free(words);
  across_tell_alone(&c->teller, s, ACROSS_WHAT_LOST);
}

static void on_alone(const across_sighting *s, across_fate fate, gpointer user)
{
  crossing *c = user;
  const across_said *said = s->said;

  if (fate == ACROSS_STAYS) {
    c->tally.stays[s->side]++;
  } else if (said != NULL && (said->path == FW_PATH_INPUT || said->path == FW_PATH_OUTPUT)) {
    c->tally.own[s->side]++;
  } else if (fate == ACROSS_LOST) {
    on_lost(c, s);
  } else {
    c->tally.what[ACROSS_WHAT_ADDED]++;
    c->tally.added[s->side]++;
    across_tell_alone(&c->teller, s, ACROSS_WHAT_ADDED);
  }
}

/* ---- both captures in the order of time ---- */

static gboolean failed(const side *s) { return replay_source_problem(s->source, 0) != NULL; }

static const ct_packet *peek(side *s)
{
  if (s->ended)
    return NULL;
  if (s->batch == NULL || s->next >= s->batch->n) {
    s->batch = replay_source_next(s->source);
    s->next = 0;
  }
  s->ended = s->batch == NULL;
  return s->ended ? NULL : &s->batch->packets[s->next];
}

static gboolean is_fragment(const ct_packet *p)
{
  return p->reason >= CT_REASON_FRAGMENT_HELD && p->reason <= CT_REASON_FRAGMENT_BAD;
}

static void take(crossing *c, across_side from)
{
  side *s = &c->sides[from];
  const ct_packet *p = &s->batch->packets[s->next];
  const replay_origin *origin = &s->batch->origins[s->next++];
  across_sighting *waits;

  if (c->sides[!from].ended && failed(&c->sides[!from]) && p->time_ns > c->tally.last_ns[!from]) {
    c->tally.beyond[from]++; /* the other capture could not be read to here */
    return;
  }
  if (p->kind == CT_PACKET_NONE || p->captured < 20) {
    (is_fragment(p) ? c->tally.fragments : c->tally.skipped)[from]++;
    return;
  }
  c->tally.last_ns[from] = MAX(c->tally.last_ns[from], p->time_ns);
  waits = across_see(c->across, from, p);
  if (waits != NULL)
    judge(c, from, waits, p, origin);
}

static void run(crossing *c)
{
  for (;;) {
    const ct_packet *a = peek(&c->sides[ACROSS_A]), *b = peek(&c->sides[ACROSS_B]);

    if ((a == NULL && b == NULL) || cli_stop != 0)
      break;
    if (c->teller.first_ns == G_MININT64)
      c->teller.first_ns = MIN(a != NULL ? a->time_ns : G_MAXINT64, b != NULL ? b->time_ns : G_MAXINT64);
    take(c, a == NULL || (b != NULL && b->time_ns < a->time_ns) ? ACROSS_B : ACROSS_A);
  }
  across_end(c->across);
}

/* ---- beginning and end ---- */

static gboolean prepare(crossing *c, const cli_options *of[2], GError **error)
{
  guint i;

  for (i = 0; i < 2; i++) {
    replay_options replay = of[i]->replay;

    replay.stop = &cli_stop;
    replay.ruled = c->o->rules->len > 0;
    replay.pairs = FALSE; /* each capture is one side, and stays as it stands */
    c->sides[i].source = replay_source_prepare(&replay, c->params, error);
    if (c->sides[i].source == NULL)
      return FALSE;
  }
  return TRUE;
}

static void begin(crossing *c, const cli_options *of[2], diff_style style)
{
  const across_watcher watcher = { on_paired, on_alone, said_free, c };
  gint64 most = c->o->lines >= 0 ? c->o->lines : style == DIFF_JSON ? G_MAXINT64 : LINES;

  c->engine = ct_engine_new(c->params);
  c->across = across_new(&watcher);
  across_tally_begin(&c->tally);
  cli_output_open(&c->output, "", NULL);
  c->teller = (across_teller){ .out = &c->output.text,
                               .style = style,
                               .profile = c->params->profile,
                               .rules = c->firewall.firewall != NULL,
                               .lines_most = (guint64)most,
                               .first_ns = G_MININT64,
                               .translated = g_hash_table_new(NULL, NULL) };
  if (style == DIFF_JSON)
    return;
  cli_diff_side_put(c->teller.out, "A", of[0]->replay.captures[0], NULL, c->params, c->params);
  cli_diff_side_put(c->teller.out, "B", of[1]->replay.captures[0], NULL, c->params, c->params);
}

static cli_exit end(crossing *c)
{
  const across_figures figures = across_count(c->across);
  cli_exit code = CLI_EXIT_OK;
  guint i;

  across_tell_end(&c->teller, &c->tally, &figures);
  for (i = 0; i < ACROSS_WHATS; i++)
    if (c->tally.what[i] > 0)
      code = CLI_EXIT_DIFFERENT;
  code = cli_output_close(&c->output, code);
  for (i = 0; i < 2; i++)
    code = cli_exit_graver(code, cli_say_about_captures(c->sides[i].source));
  cli_say_about_helpers(c->o, c->params, ct_engine_stats(c->engine));
  cli_firewall_say_notes(&c->firewall);
  if (cli_stop != 0)
    code = cli_exit_graver(code, cli_interrupted());
  g_hash_table_unref(c->teller.translated);
  across_tally_end(&c->tally);
  return code;
}

static cli_exit cross(crossing *c, const cli_options *of[2], diff_style style)
{
  if (!c->o->no_sandbox)
    cli_sandbox_enter();
  if (!cli_firewall_start(&c->firewall, c->params, 0, FALSE))
    return CLI_EXIT_USAGE;
  replay_source_start(c->sides[0].source);
  replay_source_start(c->sides[1].source);
  begin(c, of, style);
  cli_interrupts_catch(c->sides[0].source, c->sides[1].source);
  run(c);
  cli_interrupts_release();
  return end(c);
}

/* "--iface eth0,eth1": A's and B's. */
static char **split_interfaces(crossing *c, cli_options *o)
{
  char **names;

  if (o->iface == NULL || strchr(o->iface, ',') == NULL || o->rules->len == 0)
    return NULL;
  names = g_strsplit(o->iface, ",", 2);
  c->sides[0].interface = names[0];
  c->sides[1].interface = names[1];
  o->iface = NULL;
  return names;
}

cli_exit cli_diff_across(const cli_options *o, const cli_options *side_a, const cli_options *side_b,
                         const ct_params *params, diff_style style)
{
  const cli_options *of[2] = { side_a, side_b };
  cli_options own = *o;
  GError *error = NULL;
  crossing c;
  char **names;
  cli_exit code;

  memset(&c, 0, sizeof(c));
  names = split_interfaces(&c, &own);
  c.o = &own;
  c.params = params;
  if (!prepare(&c, of, &error))
    code = cli_usage(error);
  else
    code = cli_firewall_load(&c.firewall, &own) ? cross(&c, of, style) : c.firewall.refusal;
  across_free(c.across);
  cli_firewall_clear(&c.firewall);
  replay_source_free(c.sides[0].source);
  replay_source_free(c.sides[1].source);
  ct_engine_free(c.engine);
  g_strfreev(names);
  return code;
}
