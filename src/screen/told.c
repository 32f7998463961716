/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "told.h"

#include "canvas.h"
#include "conntrack/proto/proto.h"
#include "emit/evicted.h"
#include "emit/formats.h"
#include "emit/parts.h"
#include "emit/past.h"
#include "emit/wire.h"
#include "explain/explain.h"

#include <string.h>

enum { ARROW = 26, TOPIC = 13 };

struct told {
  const timeline *line;
  cursor *at;
  char *title, *heading;
  GArray *lines; /* of told_line */
  guint columns;
  gboolean over;
  guint64 conn;   /* told: a connection; 0: a packet */
  guint64 number; /* the packet */
  guint64 since;  /* where the history begins; 0: at the start */
  ct_trace trace;
  emit_collector *events;
  journal_history history;
};

static void clear_line(gpointer line) { g_free(((told_line *)line)->text); }

/* Takes the text. */
static void add(told *t, guint8 style, guint64 number, char *text)
{
  told_line line = { text, number, style };

  if (t->lines->len < TOLD_LINES_MOST)
    g_array_append_val(t->lines, line);
  else
    clear_line(&line);
  if (t->lines->len == TOLD_LINES_MOST)
    t->over = TRUE;
}

static char *take_text(emit_text *out)
{
  char *text = g_strndup(out->data, out->used);

  emit_text_clear(out);
  return text;
}

/* Text of any length on lines of the screen, broken at blanks, with a margin. */
static void add_wrapped(told *t, guint8 style, guint64 number, guint margin, const char *text)
{
  gsize room = MAX(t->columns, margin + 20) - margin - 1;

  while (*text != '\0') {
    gsize n = strlen(text), cut = n;

    if (n > room) {
      for (cut = room; cut > 0 && text[cut] != ' '; cut--)
        continue;
      if (cut == 0)
        cut = room;
    }
    add(t, style, number, g_strdup_printf("%*s%.*s", (int)margin, "", (int)cut, text));
    for (text += cut; *text == ' '; text++)
      continue;
  }
}

/* ---- a connection ---- */

static const char *flags_of(const ct_packet *packet, char *text)
{
  static const struct {
    guint8 bit;
    const char *name;
  } names[] = {
    { CT_TCP_SYN, "SYN" }, { CT_TCP_FIN, "FIN" }, { CT_TCP_RST, "RST" }, { CT_TCP_PSH, "PSH" }, { CT_TCP_ACK, "ACK" }
  };
  guint i;

  *text = '\0';
  for (i = 0; i < G_N_ELEMENTS(names); i++)
    if (packet->l4.tcp.flags & names[i].bit) {
      if (*text != '\0')
        g_strlcat(text, " ", ARROW);
      g_strlcat(text, names[i].name, ARROW);
    }
  return text;
}

/* "SYN ACK", "PSH ACK 120", "UDP 60", "ICMP about it". */
static void label_of(const ct_params *params, const ct_packet *packet, char *label)
{
  char flags[ARROW];

  if (packet->kind == CT_PACKET_ICMP_ERROR)
    g_snprintf(label, ARROW, "ICMP about it");
  else if (!ct_packet_has_tcp(packet))
    g_snprintf(label, ARROW, "%s %u", ct_proto_name(params->profile, packet->tuple.proto), packet->length);
  else if (packet->l4.tcp.payload_bytes > 0)
    g_snprintf(label, ARROW, "%s %u", flags_of(packet, flags), packet->l4.tcp.payload_bytes);
  else
    g_snprintf(label, ARROW, "%s", flags_of(packet, flags));
}

/* "--- SYN ----------->" */
static void arrow_of(const char *label, gboolean right, char *arrow)
{
  gsize n = MIN(strlen(label), (gsize)ARROW - 6), left = (ARROW - 2 - n) / 2;

  memset(arrow, '-', ARROW);
  arrow[ARROW] = '\0';
  arrow[left] = ' ';
  memcpy(arrow + left + 1, label, n);
  arrow[left + 1 + n] = ' ';
  if (right)
    arrow[ARROW - 1] = '>';
  else
    arrow[0] = '<';
}

static gboolean is_reply(const ct_engine *engine, const ct_packet *packet, const ct_result *result)
{
  ct_view view;

  if (result->cls == CT_CLASS_NEW || result->cls == CT_CLASS_ESTABLISHED)
    return result->dir == CT_REPLY;
  return result->entry != NULL && (ct_entry_view(engine, result->entry, &view), TRUE) &&
         ct_addr_equal(&packet->tuple.src, &view.tuple[CT_REPLY].src);
}

static guint8 style_of(const ct_result *result)
{
  if (result->verdict == CT_VERDICT_DROP || result->cls == CT_CLASS_INVALID)
    return STYLE_BAD;
  return result->changes & CT_CHANGE_CREATED ? STYLE_NEW : result->old_state != result->new_state ? STYLE_CHANGED : 0;
}

/* => what rules made of the packet that the cursor has just done; NULL: there are none. */
static const emit_rules *rules_of(const told *t, const ct_packet *packet)
{
  const way *w = cursor_way(t->at);

  return w->firewall != NULL ? w->rules->tell(w->firewall, packet) : NULL;
}

static void add_remarks(told *t, const ct_packet *packet, const ct_result *result, const ct_view *view)
{
  const ct_params *params = timeline_params(t->line);
  emit_options options = { .profile = params->profile };
  emit_packet p = { .packet = packet,
                    .result = result,
                    .view = view,
                    .first_ns = timeline_first_ns(t->line),
                    .past = &t->history.past,
                    .advice = &t->history.advice,
                    .rules = rules_of(t, packet) };
  emit_text out;

  emit_text_init(&out, -1);
  emit_packet_remarks(&out, &options, &p, t->events);
  g_autofree char *text = take_text(&out);
  if (strlen(text) > 5)
    add_wrapped(t, style_of(result) == STYLE_BAD ? STYLE_BAD : STYLE_DIM, packet->number, 24, text + 5);
}

/* The rules that it passed, a line each. */
static void add_walk(told *t, guint64 number, guint margin)
{
  const way *w = cursor_way(t->at);
  char *walk, **lines;
  guint i;

  if (w->firewall == NULL)
    return;
  walk = w->rules->walk(w->firewall);
  lines = g_strsplit(walk, "\n", -1);
  for (i = 0; lines[i] != NULL; i++)
    add_wrapped(t, way_dropped(w) ? STYLE_BAD : STYLE_DIM, number, margin, lines[i]);
  g_strfreev(lines);
  g_free(walk);
}

static void add_step(told *t, const ct_engine *engine, const ct_packet *packet, const ct_result *result)
{
  const ct_params *params = timeline_params(t->line);
  gint64 into_ns = emit_time_since(packet->time_ns, timeline_first_ns(t->line));
  char label[ARROW], arrow[ARROW + 1];
  ct_view view, *after = NULL;
  const char *state;

  if (result->entry != NULL) {
    ct_entry_view(engine, result->entry, &view);
    after = &view;
  }
  label_of(params, packet, label);
  arrow_of(label, !is_reply(engine, packet, result), arrow);
  state = ct_proto_state_name(params->profile, packet->tuple.proto, result->new_state);
  if (state == NULL && after != NULL)
    state = after->status & CT_STATUS_ASSURED      ? "assured"
            : after->status & CT_STATUS_SEEN_REPLY ? "replied"
                                                   : "unreplied";
  add(t, way_dropped(cursor_way(t->at)) ? STYLE_BAD : style_of(result), packet->number,
      g_strdup_printf("%8" G_GUINT64_FORMAT " %13.6f  %s  %-11s %8s", packet->number, (double)into_ns / 1e9, arrow,
                      result->cls == CT_CLASS_INVALID                                        ? "INVALID"
                      : result->verdict == CT_VERDICT_DROP || way_dropped(cursor_way(t->at)) ? "dropped"
                      : state != NULL                                                        ? state
                                                                                             : "-",
                      ""));
  if (after != NULL) {
    told_line *line = &g_array_index(t->lines, told_line, t->lines->len - 1);
    char *whole = g_strdup_printf("%.*s%8" G_GUINT64_FORMAT " s", (int)strlen(line->text) - 8, line->text,
                                  emit_view_seconds(after));

    g_free(line->text);
    line->text = whole;
  }
  add_remarks(t, packet, result, after);
  add_walk(t, packet->number, 24);
}

static void add_end(told *t, const ct_event *event)
{
  const ct_params *params = timeline_params(t->line);
  gint64 into_ns = emit_time_since(event->time_ns, timeline_first_ns(t->line));
  emit_text out;

  emit_text_init(&out, -1);
  emit_text_format(&out, "%8s %13.6f  ended: ", "", (double)into_ns / 1e9);
  if (event->reason == CT_REASON_END_EVICTED || event->reason == CT_REASON_END_GC_EVICTED)
    emit_evicted_words(&out, params->profile, params->max, (ct_reason)event->reason, event->view);
  else
    emit_end_words(&out, params->profile, (ct_reason)event->reason, event->view->timeout);
  if (event->cause != NULL && event->reason == CT_REASON_END_EVICTED) {
    emit_text_format(&out, ", for packet %" G_GUINT64_FORMAT ": ", event->packet);
    emit_packet_flow(&out, params->profile, event->cause);
  }
  g_autofree char *text = take_text(&out);
  add_wrapped(t, event->reason == CT_REASON_END_EVICTED ? STYLE_EVICTED : STYLE_GONE, event->packet, 0, text);
  t->over = TRUE;
}

/* What was expected has come. */
static void add_child(told *t, const ct_event *event)
{
  const ct_view *child = event->view;
  emit_text out;

  emit_text_init(&out, -1);
  emit_text_format(&out, "its child #%" G_GUINT64_FORMAT " begins: ", (guint64)child->id);
  emit_flow(&out, timeline_params(t->line)->profile, &child->tuple[CT_ORIGINAL]);
  emit_text_format(&out, " (packet %" G_GUINT64_FORMAT ")", event->packet);
  g_autofree char *text = take_text(&out);
  add_wrapped(t, STYLE_NEW, event->packet, 24, text);
}

static void connection_heads(told *t, const rows_entry *e)
{
  const ct_params *params = timeline_params(t->line);
  g_autofree char *source = rows_end_text(params, &e->tuple, TRUE);
  g_autofree char *destination = rows_end_text(params, &e->tuple, FALSE);

  t->title = g_strdup_printf("connection #%" G_GUINT64_FORMAT "  %s  %s > %s%s%s", e->id,
                             ct_proto_name(params->profile, e->tuple.proto), source, destination,
                             e->helper != NULL ? "  helper " : "", e->helper != NULL ? e->helper : "");
  t->heading =
    g_strdup_printf("%8s %13s  %-*s  %-11s %10s", "packet", "time", ARROW, "original > < reply", "state", "timeout");
}

/* ---- a packet ---- */

/* The heading stands in front of the first line. */
static void add_topic(told *t, const char *heading, const char *text, guint8 style)
{
  guint first = t->lines->len;

  add_wrapped(t, style, 0, TOPIC, text);
  if (t->lines->len > first && *heading != '\0')
    memcpy(g_array_index(t->lines, told_line, first).text, heading, MIN(strlen(heading), (gsize)TOPIC));
}

static void add_explanation(told *t, const ct_engine *engine, const ct_packet *packet, const ct_result *result)
{
  static const char *const headings[] = {
#define X(id, name, heading) [EXPLAIN_##id] = heading,
    EXPLAIN_TOPIC_LIST(X)
#undef X
  };
  static const ct_trace untracked;
  explain_facts facts = { .params = timeline_params(t->line),
                          .packet = packet,
                          .result = result,
                          .trace = packet->kind == CT_PACKET_NONE ? &untracked : &t->trace,
                          .collector = t->events,
                          .history = &t->history,
                          .first_ns = timeline_first_ns(t->line) };
  const way *w = cursor_way(t->at);
  g_autofree char *walk = w->firewall != NULL ? w->rules->walk(w->firewall) : NULL;
  GPtrArray *sentences;
  explain_topic last = EXPLAIN_TOPIC_COUNT;
  ct_view after;
  guint i;

  if (result->entry != NULL) {
    ct_entry_view(engine, result->entry, &after);
    facts.after = &after;
  }
  facts.rules = rules_of(t, packet);
  facts.rules_told = walk;
  if (facts.rules != NULL && facts.rules->before && !facts.rules->observes)
    facts.trace = &untracked;
  sentences = explain_sentences(&facts);
  for (i = 0; i < sentences->len; i++) {
    const explain_sentence *s = g_ptr_array_index(sentences, i);

    add_topic(t, s->topic != last ? headings[s->topic] : "", s->text,
              s->topic == EXPLAIN_VERDICT ? style_of(result) : STYLE_PLAIN);
    last = s->topic;
  }
  g_ptr_array_unref(sentences);
  if (t->since > 0)
    add_wrapped(t, STYLE_DIM, 0, 0,
                "What ended long before is not looked at here; ctreplay explain --packet does, from the start.");
  t->over = TRUE;
}

/* ---- both ---- */

static void on_event(const ct_event *event, void *user)
{
  told *t = user;

  emit_collector_event(t->events, event);
  if (t->conn == 0 || t->over)
    return;
  if (event->type == CT_EVENT_DESTROY && event->view->id == t->conn)
    add_end(t, event);
  else if (event->type == CT_EVENT_NEW && event->view->has_master && event->view->master_id == t->conn)
    add_child(t, event);
}

static void on_engine(ct_engine *engine, gpointer user)
{
  told *t = user;

  emit_collector_clear(t->events);
  journal_history_end(&t->history);
  ct_engine_trace(engine, &t->trace);
  ct_engine_watch(engine, G_MAXUINT32, on_event, t);
  journal_history_begin(&t->history, engine);
  /* What was before a keyframe is not known to it. */
  if (ct_engine_now(engine) != G_MININT64)
    journal_history_goes_on(&t->history, FALSE);
  else if (t->conn == 0)
    journal_history_try(&t->history, engine);
}

static void on_packet(const ct_engine *engine, const ct_packet *packet, const ct_result *result, gpointer user)
{
  told *t = user;

  journal_history_packet(&t->history, packet, result);
  if (t->conn != 0 && !t->over && result->conn == t->conn)
    add_step(t, engine, packet, result);
  if (t->conn == 0 && packet->number == t->number)
    add_explanation(t, engine, packet, result);
  emit_collector_clear(t->events);
}

static told *begin(const timeline *line, replay_rewind *rewind, guint64 conn, guint columns, guint64 from)
{
  told *t = g_new0(told, 1);
  cursor_watch watch = { on_engine, on_packet, t, TRUE };

  t->line = line;
  t->conn = conn;
  t->columns = columns;
  t->lines = g_array_new(FALSE, FALSE, sizeof(told_line));
  g_array_set_clear_func(t->lines, clear_line);
  t->events = emit_collector_new();
  t->at = cursor_new(line, rewind, &watch);
  /* A keyframe lies before it; what is tracked from there on is seen by the watch. */
  if (from > 0)
    cursor_begin_before(t->at, from);
  t->since = cursor_number(t->at);
  return t;
}

told *told_connection(const timeline *line, replay_rewind *rewind, const rows_entry *entry, guint columns)
{
  guint64 from = timeline_before(line, entry->created_ns - 1);
  told *t = begin(line, rewind, entry->id, columns, from);

  connection_heads(t, entry);
  return t;
}

told *told_packet(const timeline *line, replay_rewind *rewind, guint64 number, guint columns)
{
  guint64 from = number > TOLD_HISTORY_PACKETS ? number - TOLD_HISTORY_PACKETS : 0;
  told *t = begin(line, rewind, 0, columns, from);

  t->number = number;
  t->title = g_strdup_printf("packet %" G_GUINT64_FORMAT, number);
  return t;
}

static void add_expect(const ct_expect_view *view, void *user)
{
  told *t = user;
  const ct_profile *profile = timeline_params(t->line)->profile;
  emit_text out;

  emit_text_init(&out, -1);
  if (view->deadline_ns == G_MAXINT64)
    emit_text_format(&out, "%9s  ", "-");
  else
    emit_text_format(&out, "%7" G_GINT64_FORMAT " s  ", view->timeout_ns / 1000000000);
  emit_expect_class(&out, profile, view);
  emit_text_format(&out, "  (%s, of #%" G_GUINT64_FORMAT, view->helper, (guint64)view->master_id);
  if (view->made_by != NULL)
    emit_text_format(&out, ", %s in packet %" G_GUINT64_FORMAT, view->made_by, (guint64)view->made_by_packet);
  emit_text_char(&out, ')');
  g_autofree char *text = take_text(&out);
  add_wrapped(t, STYLE_PLAIN, view->made_by_packet, 0, text);
}

told *told_expects(const timeline *line, const ct_engine *engine, guint columns)
{
  told *t = g_new0(told, 1);

  t->line = line;
  t->columns = columns;
  t->over = TRUE;
  t->lines = g_array_new(FALSE, FALSE, sizeof(told_line));
  g_array_set_clear_func(t->lines, clear_line);
  t->events = emit_collector_new();
  t->title = g_strdup("expected now: for how long, whom, and who announced it");
  ct_engine_each_expect(engine, add_expect, t);
  if (t->lines->len == 0)
    add(t, STYLE_DIM, 0, g_strdup("  none"));
  return t;
}

void told_free(told *t)
{
  if (t == NULL)
    return;
  cursor_free(t->at);
  journal_history_end(&t->history);
  emit_collector_free(t->events);
  g_array_unref(t->lines);
  g_free(t->title);
  g_free(t->heading);
  g_free(t);
}

gboolean told_work(told *t, guint packets)
{
  guint64 end = t->conn != 0 ? timeline_last(t->line) : t->number;

  while (packets-- > 0 && !t->over && cursor_number(t->at) < end)
    if (!cursor_on(t->at, 1))
      return FALSE;
  return !t->over && cursor_number(t->at) < end;
}

const char *told_title(const told *t) { return t->title; }
const char *told_heading(const told *t) { return t->heading; }
guint told_lines(const told *t) { return t->lines->len; }
const told_line *told_get(const told *t, guint i) { return &g_array_index(t->lines, told_line, i); }
