/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person.h"

#include "emit/fold.h"
#include "emit/one_sided.h"
#include "emit/rules.h"
#include "emit/wire.h"
#include "pressure/occupancy.h"
#include "emit/zone.h"

enum { TIME_WIDTH = 13, CONN_WIDTH = 8, WORD_WIDTH = 9, STATE_WIDTH = 26, TIMEOUT_WIDTH = 8 };

/* From one packet to the next, what is told of the clock, and how often. */
static const gint64 JUMP_NS = G_GINT64_CONSTANT(86400) * 1000000000;
enum { JUMPS_MOST = 5 };

/* Where a line goes on that a screen is too narrow for: beneath the word. */
enum { FOLD_INDENT = 7 + TIME_WIDTH + 2 + CONN_WIDTH, HIDDEN_INDENT = 12 };

static const struct {
  const char *word, *colour;
  gboolean notable;
} happenings[CLI_HAPPENING_COUNT] = {
#define X(id, word, colour, notable) { word, colour, notable },
  CLI_HAPPENING_LIST(X)
#undef X
};

/*
 * The line is whole. On a narrow screen a flow stands on a line of its own, and not where it is that of the line above
 * and all there is to say.
 */
static void end_of_line(cli_person *p, guint64 conn)
{
  emit_text *out = p->holding ? &p->held : &p->run.output.text, *line = &p->line;

  if (p->run.screen > 0 && conn != 0 && conn == p->line_conn && line->used == p->line_flow &&
      emit_fold_width(line->data, line->used) > p->run.screen)
    line->used = p->line_column;
  emit_fold_line(out, line->data, line->used, p->line_column, FOLD_INDENT, p->run.screen);
  emit_text_char(out, '\n');
  line->used = 0;
  p->line_flow = 0;
  p->line_conn = conn;
}

static void say_notable(cli_person *p)
{
  if (p->notable > 0 || p->notable_most == 0 || p->said_notable)
    return;
  cli_alike_tell(p);
  p->line_conn = 0;
  emit_text_string(&p->run.output.text,
                   p->drops != NULL
                     ? "        ... from here on only what is INVALID, DROPPED, REJECTED or EVICTED, at first ...\n"
                     : "        ... from here on only what is INVALID, DROPPED or EVICTED, at first ...\n");
  p->said_notable = TRUE;
}

/* TRUE where a line of this kind is to be shown; else it is counted. */
static gboolean wanted(cli_person *p, const cli_alike *line)
{
  gboolean has_room = p->lines < p->lines_most;
  cli_alike_fate fate;

  if (!has_room) {
    say_notable(p);
    if (!happenings[line->what].notable || p->notable >= p->notable_most) {
      p->hidden[line->what]++;
      return FALSE;
    }
  }
  fate = cli_alike_ask(p, line);
  p->holding = fate == CLI_ALIKE_HOLD;
  if (fate != CLI_ALIKE_SHOW)
    return p->holding;
  if (!has_room)
    p->notable++;
  else if (p->lines++ == 0)
    emit_text_literal(&p->run.output.text,
                      " packet         time  conn    what     state                      timeout  flow\n");
  return TRUE;
}

static void begin_line(cli_person *p, cli_happening what, guint64 packet, gint64 time_ns, guint64 conn)
{
  emit_text *out = &p->line;
  char text[32];

  if (packet != 0)
    emit_text_u64_pad(out, packet, -7);
  else
    emit_text_pad(out, "-", -7);
  /* Whatever the figures, columns do not touch. */
  emit_text_char(out, ' ');
  cli_person_time(p, out, time_ns, -(TIME_WIDTH - 1));
  emit_text_literal(out, "  ");
  g_snprintf(text, sizeof(text), "#%" G_GUINT64_FORMAT, conn);
  emit_text_pad(out, conn != 0 ? text : "-", CONN_WIDTH - 1);
  emit_text_char(out, ' ');
  cli_text_colour(&p->run, out, happenings[what].colour);
  emit_text_pad(out, happenings[what].word, WORD_WIDTH);
  cli_text_colour(&p->run, out, *happenings[what].colour != '\0' ? "\033[0m" : "");
}

static void state_and_timeout(cli_person *p, const char *before, const char *after, gint64 timeout_ns)
{
  emit_text *out = &p->line;
  int width = TIMEOUT_WIDTH;
  gsize begin;
  char text[32];

  emit_text_reserve(out, 128); /* no flush inside the column: its width is taken from what was written */
  begin = out->used;
  if (before != NULL && before != after) {
    emit_text_string(out, before);
    emit_text_literal(out, " -> ");
  }
  emit_text_string(out, after);
  cli_text_pad_from(out, begin, STATE_WIDTH - 1);
  emit_text_char(out, ' ');
  *text = '\0';
  if (timeout_ns >= 0)
    g_snprintf(text, sizeof(text), "%" G_GINT64_FORMAT " s", timeout_ns / 1000000000);
  /* Where states with long names leave no room for the column, the figure is closer to them. */
  if (p->run.screen > 0 && out->used + TIMEOUT_WIDTH > p->run.screen)
    width = (int)(1 + strlen(text));
  emit_text_pad(out, text, -width);
  emit_text_literal(out, "  ");
  p->line_column = out->used;
}

/* Protocols without states have one all the same: whether an answer came, and whether it lasted. */
static const char *state_of(const cli_person *p, const ct_view *view, guint state)
{
  const char *name = ct_proto_state_name(p->run.params.profile, view->tuple[CT_ORIGINAL].proto, state);

  if (name != NULL)
    return name;
  if (view->status & CT_STATUS_ASSURED)
    return "assured";
  return view->status & CT_STATUS_SEEN_REPLY ? "replied" : "unreplied";
}

/* What a packet did to its entry that is worth a line; CLI_HAPPENING_COUNT: nothing. */
static cli_happening happening_of(const ct_result *r)
{
  if (r->verdict == CT_VERDICT_DROP)
    return CLI_HAPPENING_DROPPED;
  if (r->cls == CT_CLASS_INVALID)
    return CLI_HAPPENING_INVALID;
  if (r->changes & CT_CHANGE_CREATED)
    return r->cls == CT_CLASS_RELATED ? CLI_HAPPENING_RELATED : CLI_HAPPENING_NEW;
  if (r->changes & CT_CHANGE_ENDED)
    return CLI_HAPPENING_COUNT; /* its DESTROY has had its line */
  if (r->old_state != r->new_state)
    return CLI_HAPPENING_STATE;
  if (r->events & CT_EV_ASSURED)
    return CLI_HAPPENING_ASSURED;
  if (r->events & CT_EV_REPLY)
    return CLI_HAPPENING_REPLY;
  if (r->cls == CT_CLASS_RELATED)
    return CLI_HAPPENING_RELATED;
  switch (r->reason) {
  case CT_REASON_NONE:
  case CT_REASON_TCP_UNACKED: /* every other packet of a busy connection */
  case CT_REASON_TCP_RETRANS: return CLI_HAPPENING_COUNT;
  default: return r->cls == CT_CLASS_UNTRACKED ? CLI_HAPPENING_COUNT : CLI_HAPPENING_NOTE;
  }
}

/* With rules, they have the last word. Where tracking only watches, it is said behind what tracking says. */
static cli_happening happening_with_rules(const cli_person *p, const ct_result *r)
{
  cli_happening what = happening_of(r);
  const fw_outcome *o;

  if (p->drops == NULL)
    return what;
  o = fw_firewall_said(p->run.firewall.firewall);
  if (what != CLI_HAPPENING_COUNT && p->run.o->rules_mode == FW_MODE_OBSERVE + 1)
    return what;
  if (o->verdict == FW_VERDICT_DROP)
    return CLI_HAPPENING_DROPPED;
  return o->verdict == FW_VERDICT_REJECT ? CLI_HAPPENING_REJECTED : what;
}

/* "drop by filter:FORWARD:rule:4 (rules.v4:12)"; nothing of what is accepted. */
static void rules_said(cli_person *p, const ct_packet *packet, const char *before)
{
  emit_text *out = &p->line;
  fw_verdict verdict;

  if (p->drops == NULL)
    return;
  verdict = fw_firewall_said(p->run.firewall.firewall)->verdict;
  if (verdict == FW_VERDICT_NONE || verdict == FW_VERDICT_ACCEPT)
    return;
  emit_text_string(out, before);
  emit_rules_words(out, cli_firewall_tell(&p->run.firewall, packet));
}

/* What was expected, where this packet used it up. */
static void put_used(const cli_person *p, emit_text *out, const char *before, guint64 packet)
{
  if (p->used_by != packet)
    return;
  emit_text_string(out, before);
  emit_expect_class(out, p->run.params.profile, &p->used);
}

static void expected_by(emit_text *out, const ct_view *view)
{
  emit_text_literal(out, ", expected by #");
  emit_text_u64(out, view->master_id);
  if (view->expected_by == NULL)
    return;
  emit_text_literal(out, " (");
  if (view->expected_helper != NULL) {
    emit_text_string(out, view->expected_helper);
    emit_text_char(out, ' ');
  }
  emit_text_string(out, view->expected_by);
  emit_text_literal(out, " in packet ");
  emit_text_u64(out, view->expected_by_packet);
  emit_text_char(out, ')');
}

/* What the packet would have belonged to. */
static void past(cli_person *p, const replay_seen *seen, emit_text *out)
{
  if (p->query != NULL) {
    emit_text_literal(out, "; ");
    emit_query_remark(out, p->query);
  }
  journal_history_shorten(&p->history, seen->packet, seen->result);
  if (!emit_past_is_known(&p->history.past))
    return;
  emit_text_literal(out, "; ");
  emit_past_words(out, p->run.params.profile, &p->history.past);
}

static cli_alike alike_of_tuple(cli_happening what, guint64 packet, gint64 time_ns, const ct_tuple *tuple)
{
  cli_alike line;

  memset(&line, 0, sizeof(line));
  line.what = what;
  line.packet = packet;
  line.time_ns = time_ns;
  line.port = tuple->dst_id;
  line.key.what = (guint8)what;
  line.key.family = tuple->family;
  line.key.proto = tuple->proto;
  line.key.dst = tuple->dst;
  return line;
}

/* What a packet's line says beside whose it is. */
static void alike_result(const cli_person *p, cli_alike *line, const replay_seen *seen)
{
  const ct_result *r = seen->result;

  line->key.kind = (guint8)seen->packet->kind;
  line->key.reason = (guint16)r->reason;
  line->key.before = r->old_state;
  line->key.after = r->new_state;
  line->key.has_past = p->history.past.end != NULL || p->query != NULL;
  if (p->drops != NULL)
    line->key.rule = fw_firewall_said(p->run.firewall.firewall)->decision.rule;
}

static void entry_line(cli_person *p, const replay_seen *seen, cli_happening what)
{
  const ct_result *r = seen->result;
  emit_text *out = &p->line;
  gboolean changed = r->old_state != r->new_state && !(r->changes & CT_CHANGE_CREATED);
  char words[CT_REASON_WORDS_BYTES];
  cli_alike line;
  ct_view view;

  ct_entry_view(p->run.engine, r->entry, &view);
  if (!cli_filter_entry(&p->run.o->filter, &view))
    return;
  line = alike_of_tuple(what, seen->packet->number, seen->packet->time_ns, &view.tuple[CT_ORIGINAL]);
  alike_result(p, &line, seen);
  if (!wanted(p, &line))
    return;
  begin_line(p, what, seen->packet->number, seen->packet->time_ns, r->conn);
  state_and_timeout(p, changed ? state_of(p, &view, r->old_state) : NULL, state_of(p, &view, view.state),
                    view.timeout_ns);
  cli_text_flow(&p->run, out, &view.tuple[CT_ORIGINAL]);
  p->line_flow = out->used;
  if ((r->events & CT_EV_ASSURED) && what != CLI_HAPPENING_ASSURED)
    emit_text_literal(out, ", assured");
  if ((r->changes & CT_CHANGE_CREATED) && view.has_master)
    expected_by(out, &view);
  if (r->changes & CT_CHANGE_CREATED)
    put_used(p, out, " as ", seen->packet->number);
  if (r->reason != CT_REASON_NONE && r->reason != CT_REASON_TCP_UNACKED) {
    emit_text_literal(out, ": ");
    emit_text_string(out, ct_reason_words((ct_reason)r->reason, p->run.params.profile, words));
  }
  if (seen->packet->kind == CT_PACKET_ICMP_ERROR) { /* the flow was its connection's */
    emit_text_literal(out, ": ");
    emit_packet_own_flow(out, p->run.params.profile, seen->packet);
  }
  past(p, seen, out);
  if (p->history.sides.untranslated != 0) {
    emit_text_literal(out, "; ");
    emit_sides_words(out, p->run.params.profile, &view, &p->history.sides);
  }
  rules_said(p, seen->packet, "; ");
  end_of_line(p, r->conn);
}

/* Why conntrack refuses it, or what else there is to say of it. => FALSE: nothing. */
static gboolean refusal(cli_person *p, const ct_packet *packet, const ct_result *r, cli_happening what)
{
  emit_text *out = &p->line;
  char words[CT_REASON_WORDS_BYTES];

  if (r->reason == CT_REASON_NONE || (p->drops != NULL && r->reason == CT_REASON_TCP_UNACKED))
    return FALSE;
  emit_text_literal(out, ": ");
  if (what > CLI_HAPPENING_INVALID && r->cls == CT_CLASS_INVALID)
    emit_text_literal(out, "INVALID, ");
  emit_text_string(out, ct_reason_words((ct_reason)r->reason, p->run.params.profile, words));
  if (r->reason == CT_REASON_TCP_FLAGS) {
    emit_text_literal(out, ": ");
    emit_text_string(out, emit_tcp_flags(packet->l4.tcp.flags, words));
  } else if (r->reason == CT_REASON_TCP_STATE || r->reason == CT_REASON_TCP_NEW ||
             r->reason == CT_REASON_TCP_NOT_LOOSE) {
    emit_text_format(out, " (flags %s)", emit_tcp_flags(packet->l4.tcp.flags, words));
  }
  if (r->bound.over != 0) {
    emit_text_literal(out, ", by ");
    emit_text_u64_grouped(out, r->bound.over);
  }
  return TRUE;
}

static void packet_line(cli_person *p, const replay_seen *seen, cli_happening what)
{
  const ct_result *r = seen->result;
  emit_text *out = &p->line;
  cli_alike line;
  ct_view view;

  if (r->entry != NULL)
    ct_entry_view(p->run.engine, r->entry, &view);
  if (!(r->entry != NULL ? cli_filter_entry(&p->run.o->filter, &view)
                         : cli_filter_packet(&p->run.o->filter, seen->packet)))
    return;
  line = r->entry != NULL ? alike_of_tuple(what, seen->packet->number, seen->packet->time_ns, &view.tuple[CT_ORIGINAL])
                          : alike_of_tuple(what, seen->packet->number, seen->packet->time_ns, &seen->packet->tuple);
  alike_result(p, &line, seen);
  if (!wanted(p, &line))
    return;
  begin_line(p, what, seen->packet->number, seen->packet->time_ns, r->conn);
  state_and_timeout(p, NULL, r->entry != NULL ? state_of(p, &view, view.state) : "-",
                    r->entry != NULL ? view.timeout_ns : -1);
  emit_packet_flow(out, p->run.params.profile, seen->packet);
  rules_said(p, seen->packet, refusal(p, seen->packet, r, what) ? "; " : ": ");
  if (p->used_by == seen->packet->number) {
    emit_text_format(out, "; it used up the expectation of #%" G_GUINT64_FORMAT, p->used.master_id);
    put_used(p, out, ", ", seen->packet->number);
  }
  past(p, seen, out);
  if (r->cls == CT_CLASS_INVALID &&
      emit_sides_tell(seen->packet, r, r->entry != NULL ? &view : NULL, &p->history.sides)) {
    emit_text_literal(out, "; ");
    emit_sides_words(out, p->run.params.profile, &view, &p->history.sides);
  }
  if (p->history.advice.helps == JOURNAL_HELPS_SETTING && !emit_past_tells(&p->history.past, &p->history.advice)) {
    emit_text_literal(out, "; ");
    emit_advice_words(out, p->run.params.profile, (ct_reason)r->reason, &p->history.advice,
                      p->run.firewall.firewall != NULL);
  }
  end_of_line(p, r->conn);
}

/*
 * A silence of a day ends nearly everything that is tracked, and a capture whose clock was set is easily taken for one
 * with a fault of another kind.
 */
static void clock_jump(cli_person *p, const ct_packet *packet)
{
  emit_text *out = &p->line;
  gint64 before_ns = p->clock_ns, by_ns;

  p->clock_ns = packet->time_ns;
  if (!p->clock_known || !p->run.showing || p->jumps == JUMPS_MOST) {
    p->clock_known = TRUE;
    return;
  }
  by_ns = emit_time_since(packet->time_ns, before_ns);
  if ((packet->time_ns >= before_ns) != (by_ns >= 0)) /* further than 64 bits of nanoseconds reach */
    by_ns = packet->time_ns >= before_ns ? G_MAXINT64 : -G_MAXINT64;
  if (by_ns > -JUMP_NS && by_ns < JUMP_NS)
    return;
  p->jumps++;
  cli_alike_tell(p);
  p->line_column = 0;
  emit_text_format(out, "        ... the clock goes %s ", by_ns > 0 ? "on by" : "back by");
  emit_text_span(out, by_ns > 0 ? by_ns : -by_ns);
  emit_text_literal(out, " before packet ");
  emit_text_u64(out, packet->number);
  emit_text_literal(out, ", to ");
  emit_text_moment(out, packet->time_ns);
  emit_text_string(out, by_ns > 0 ? "" : ": tracked at the present");
  p->holding = FALSE;
  end_of_line(p, 0);
}

static void tally_sides(cli_person *p, const replay_seen *seen)
{
  const ct_result *r = seen->result;
  gboolean viewed = r->entry != NULL && emit_one_sided_may_be(seen->packet, r);
  ct_view view;

  if (viewed)
    ct_entry_view(p->run.engine, r->entry, &view);
  emit_tally_sides(&p->summary.tally, seen->packet, r, viewed ? &view : NULL, &p->history.sides);
}

void cli_person_packet(const replay_seen *seen, gpointer user)
{
  cli_person *p = user;
  const ct_result *r = seen->result;
  cli_happening what;

  emit_tally_packet(&p->summary.tally, seen->packet, r);
  journal_history_packet(&p->history, seen->packet, r);
  cli_beside_packet(&p->beside, &p->history, seen);
  p->query = emit_asked_packet(&p->asked, p->run.engine, seen->packet, r);
  cli_person_holders_packet(p);
  if (r->cls == CT_CLASS_INVALID || r->verdict == CT_VERDICT_DROP)
    emit_tally_helped(&p->summary.tally, (ct_reason)r->reason,
                      p->history.advice.helps == JOURNAL_HELPS_SETTING &&
                        p->history.advice.world == whatif_own_world((ct_reason)r->reason));
  tally_sides(p, seen);
  clock_jump(p, seen->packet);
  if (seen->packet->kind == CT_PACKET_NONE)
    return;
  if (p->drops != NULL)
    cli_rules_drops_packet(p->drops, fw_firewall_said(p->run.firewall.firewall), seen->packet);
  what = happening_with_rules(p, r);
  if (what == CLI_HAPPENING_COUNT || !p->run.showing)
    return;
  if (what >= CLI_HAPPENING_INVALID || r->entry == NULL)
    packet_line(p, seen, what);
  else
    entry_line(p, seen, what);
}

static void end_line(cli_person *p, const ct_event *event)
{
  const ct_view *view = event->view;
  cli_happening what = pressure_is_eviction(event->reason) ? CLI_HAPPENING_EVICTED : CLI_HAPPENING_END;
  emit_text *out = &p->line;
  cli_alike line = alike_of_tuple(what, event->packet, event->time_ns, &view->tuple[CT_ORIGINAL]);

  line.key.reason = (guint16)event->reason;
  line.key.after = view->state;
  if (!cli_filter_entry(&p->run.o->filter, view) || !wanted(p, &line))
    return;
  begin_line(p, what, event->packet, event->time_ns, view->id);
  state_and_timeout(p, NULL, state_of(p, view, view->state), -1);
  cli_text_flow(&p->run, out, &view->tuple[CT_ORIGINAL]);
  emit_text_literal(out, ": ");
  emit_end_words(out, p->run.params.profile, (ct_reason)event->reason, view->timeout);
  if (view->counted) {
    emit_text_literal(out, " (");
    emit_text_u64_grouped(out, view->packets[CT_ORIGINAL]);
    emit_text_char(out, '+');
    emit_text_u64_grouped(out, view->packets[CT_REPLY]);
    emit_text_literal(out, " packets, ");
    emit_text_u64_grouped(out, view->bytes[CT_ORIGINAL]);
    emit_text_char(out, '+');
    emit_text_u64_grouped(out, view->bytes[CT_REPLY]);
    emit_text_literal(out, " bytes)");
  }
  end_of_line(p, view->id);
}

static void expect_line(cli_person *p, const ct_event *event)
{
  const ct_expect_view *expect = event->expect;
  emit_text *out = &p->line;

  cli_alike line = alike_of_tuple(CLI_HAPPENING_EXPECT, event->packet, event->time_ns, &expect->master_tuple);

  if (!cli_filter_expect(&p->run.o->filter, expect) || !wanted(p, &line))
    return;
  begin_line(p, CLI_HAPPENING_EXPECT, event->packet, event->time_ns, expect->master_id);
  state_and_timeout(p, NULL, expect->made_by != NULL ? expect->made_by : "",
                    expect->deadline_ns == G_MAXINT64 ? -1 : expect->timeout_ns);
  emit_expect_flow(out, p->run.params.profile, expect);
  emit_text_literal(out, " (");
  emit_text_string(out, expect->helper != NULL ? expect->helper : "by a rule");
  emit_text_char(out, ')');
  end_of_line(p, expect->master_id);
}

void cli_person_event(const ct_event *event, void *user)
{
  cli_person *p = user;

  if (event->type == CT_EVENT_EXPECT_DESTROY && event->reason == CT_REASON_END_USED) {
    p->used = *event->expect;
    p->used_by = event->packet;
  }
  if (!p->run.showing)
    return;
  if (event->type == CT_EVENT_DESTROY)
    end_line(p, event);
  else if (event->type == CT_EVENT_EXPECT_NEW)
    expect_line(p, event);
}

void cli_person_hidden(cli_person *p)
{
  emit_text *out = &p->run.output.text;
  guint64 all = 0;
  gboolean first = TRUE;
  guint i;

  cli_alike_tell(p);
  if (p->lines == 0 && p->lines_most > 0)
    emit_text_literal(out, "No connection began, changed or ended.\n");

  for (i = 0; i < CLI_HAPPENING_COUNT; i++)
    all += p->hidden[i];
  if (all == 0)
    return;
  out = &p->line;
  emit_text_literal(out, "        ... not shown: ");
  for (i = 0; i < CLI_HAPPENING_COUNT; i++) {
    if (p->hidden[i] == 0)
      continue;
    if (!first)
      emit_text_literal(out, ", ");
    emit_text_u64_grouped(out, p->hidden[i]);
    emit_text_char(out, ' ');
    emit_text_string(out, happenings[i].word);
    first = FALSE;
  }
  emit_text_literal(out, " (--lines all shows everything; -E, -P and filters choose)");
  emit_fold_line(&p->run.output.text, out->data, out->used, 0, HIDDEN_INDENT, p->run.screen);
  emit_text_char(&p->run.output.text, '\n');
  out->used = 0;
}
