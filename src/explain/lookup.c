/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packet itself, the look-up, the class. */
#include <string.h>

#include "conntrack/proto/proto.h"
#include "emit/asked.h"
#include "emit/evicted.h"
#include "emit/headers.h"
#include "emit/parts.h"
#include "emit/past.h"
#include "emit/wire.h"
#include "explain/topics.h"

/* --- the packet --- */

void explain_packet(explain_teller *t)
{
  const ct_packet *packet = t->facts->packet;
  GString *text = g_string_new(NULL);
  const ct_profile *profile = t->facts->params->profile;
  emit_text headers;
  emit_wire wire;

  emit_wire_read(packet, profile, &wire);
  if (wire.family == 0) {
    g_string_append(text, "a frame without an IP packet that could be read");
  } else {
    char *src = explain_addr_words(wire.family, &wire.src), *dst = explain_addr_words(wire.family, &wire.dst);

    if (wire.has_proto && ct_proto_known(profile, wire.proto) == NULL)
      g_string_append_printf(text, "protocol %u", wire.proto);
    else
      g_string_append(text, wire.has_proto ? ct_proto_name(profile, wire.proto) : "IPv6");
    g_string_append_printf(text, wire.has_ports ? " from %s port %u" : " from %s", src, wire.sport);
    g_string_append_printf(text, wire.has_ports ? " to %s port %u" : " to %s", dst, wire.dport);
    if (wire.has_icmp)
      g_string_append_printf(text, ", type %u, code %u", wire.icmp_type, wire.icmp_code);
    if (wire.has_tcp && ct_packet_has_tcp(packet)) {
      char *flags = explain_flag_words(packet->l4.tcp.flags);

      g_string_append_printf(text, ", %s, sequence number %u", flags, packet->l4.tcp.seq);
      if (packet->l4.tcp.flags & CT_TCP_ACK)
        g_string_append_printf(text, ", acknowledging %u", packet->l4.tcp.ack);
      g_string_append_printf(text, ", window %u, %u byte%s of data", packet->l4.tcp.window,
                             packet->l4.tcp.payload_bytes, packet->l4.tcp.payload_bytes == 1 ? "" : "s");
      g_free(flags);
    } else {
      emit_text_init(&headers, -1);
      emit_headers_words(&headers, packet, &wire);
      if (headers.used > 0)
        g_string_append_printf(text, ", %.*s", (int)headers.used, headers.data);
      emit_text_clear(&headers);
      g_string_append_printf(text, ", %u bytes", packet->length);
    }
    g_free(src);
    g_free(dst);
  }
  explain_say(t, EXPLAIN_PACKET, "%s.", text->str);
  g_string_free(text, TRUE);
}

/* --- the look-up --- */

static void say_found(explain_teller *t, const char *words)
{
  const ct_trace *trace = t->facts->trace;
  const ct_result *result = t->facts->result;
  gboolean icmp_error = t->facts->packet->kind == CT_PACKET_ICMP_ERROR;
  const char *state = ct_proto_state_name(t->facts->params->profile, trace->before.tuple[0].proto, trace->before.state);

  if (icmp_error)
    explain_say(t, EXPLAIN_LOOK_UP,
                "It is an ICMP error, so the packet inside it was looked up, from the answering side: %s.", words);
  else
    explain_say(t, EXPLAIN_LOOK_UP, "It was looked up as %s.", words);
  if (!trace->has_before && result->reason == CT_REASON_TABLE_FULL) {
    explain_say(t, EXPLAIN_LOOK_UP, "The table has no such connection, and no room for a new entry: %s that may go.",
                emit_searched_words(t->facts->params->profile));
    return;
  }
  if (!trace->has_before) {
    explain_say(t, EXPLAIN_LOOK_UP,
                icmp_error
                  ? "The table has no such connection."
                  : "The table has no such connection, so a new entry was begun with this as its original direction.");
    return;
  }
  explain_say(t, EXPLAIN_LOOK_UP, "Found: connection #%" G_GUINT64_FORMAT "%s%s%s.", trace->before.id,
              result->cls == CT_CLASS_INVALID || trace->look_ups > 1 ? "" : ", in its ",
              result->cls == CT_CLASS_INVALID || trace->look_ups > 1 ? ""
              : result->dir == CT_ORIGINAL                           ? "original direction"
                                                                     : "reply direction",
              state != NULL                                 ? ""
              : trace->before.status & CT_STATUS_SEEN_REPLY ? ", answered before"
                                                            : ", not answered yet");
  if (trace->look_ups > 1 && result->reason == CT_REASON_TABLE_FULL)
    explain_say(
      t, EXPLAIN_LOOK_UP,
      "That entry was over, and the packet was looked up a second time: nothing was found, and there is no room for "
      "a new entry: %s that may go.",
      emit_searched_words(t->facts->params->profile));
  else if (trace->look_ups > 1)
    explain_say(
      t, EXPLAIN_LOOK_UP,
      "That entry was over, and the packet was looked up a second time: nothing was found, and a new entry was begun.");
}

/* What it would have belonged to. */
static void say_past(explain_teller *t)
{
  const journal_history *h = t->facts->history;
  emit_text words;

  if (h == NULL || !emit_past_is_known(&h->past))
    return;
  emit_text_init(&words, -1);
  emit_past_words(&words, t->facts->params->profile, &h->past);
  explain_say(t, EXPLAIN_LOOK_UP, "It %.*s.", (int)words.used, words.data);
  emit_text_clear(&words);
}

static void say_query(explain_teller *t, const struct emit_query *query)
{
  char *group = explain_addr_words(query->tuple.family, &query->tuple.dst);
  emit_text words;

  emit_text_init(&words, -1);
  emit_query_words(&words, query);
  explain_say(t, EXPLAIN_LOOK_UP,
              "It answers packet %" G_GUINT64_FORMAT ", which went to %s. Connection #%" G_GUINT64_FORMAT
              " waits for an answer from there: %.*s. A rule has to let it in as NEW.",
              query->packet, group, query->conn, (int)words.used, words.data);
  emit_text_clear(&words);
  g_free(group);
}

/* Which expectation it was: whose, for what, by whom. */
static void say_met(explain_teller *t)
{
  const ct_expect_view *met = &t->facts->trace->met;
  GString *text = g_string_new(NULL);
  emit_text flow;

  if (!t->facts->trace->has_met) {
    g_string_free(text, TRUE);
    return;
  }
  emit_text_init(&flow, -1);
  emit_expect_flow(&flow, t->facts->params->profile, met);
  g_string_append_printf(text, "It meets an expectation of connection #%" G_GUINT64_FORMAT ": %.*s", met->master_id,
                         (int)flow.used, flow.data);
  emit_text_clear(&flow);
  if (met->class_name[0] != '\0')
    g_string_append_printf(text, ", class %s", met->class_name);
  g_string_append_printf(text, ", announced to the %s helper", met->helper);
  if (met->made_by != NULL && met->made_by_packet != 0)
    g_string_append_printf(text, " (%s in packet %" G_GUINT64_FORMAT ")", met->made_by, met->made_by_packet);
  explain_say(t, EXPLAIN_LOOK_UP, "%s.", text->str);
  explain_say(t, EXPLAIN_LOOK_UP,
              met->flags & CT_EXPECT_PERMANENT ? "The expectation stays, for others." : "The expectation is used up.");
  g_string_free(text, TRUE);
}

void explain_look_up(explain_teller *t)
{
  const ct_trace *trace = t->facts->trace;
  const ct_packet *packet = t->facts->packet;
  const ct_result *result = t->facts->result;
  const char *sentence = ct_reason_sentence((ct_reason)result->reason);
  char *words;

  if (explain_is_before_conntrack(t->facts)) {
    explain_say(t, EXPLAIN_LOOK_UP, "It was not looked up: a rule drops it before conntrack has its turn.");
  } else if (explain_answers(t->facts) != 0) {
    explain_say(t, EXPLAIN_LOOK_UP,
                "It is the box's own answer to packet %" G_GUINT64_FORMAT
                ". It was made, and went through conntrack and the rules, when that was dropped: nothing is looked up "
                "or counted here.",
                explain_answers(t->facts));
  } else if (packet->kind == CT_PACKET_NONE) {
    explain_say(t, EXPLAIN_LOOK_UP, "It never reached connection tracking: %s.", sentence);
  } else if (packet->kind == CT_PACKET_UNTRACKED) {
    explain_say(t, EXPLAIN_LOOK_UP, "It was not looked up: %s.", sentence);
  } else if (trace->look_ups == 0) {
    explain_say(t, EXPLAIN_LOOK_UP, "It was refused before it could be looked up.");
  } else {
    words = explain_tuple_words(t->facts->params->profile, &trace->tuple);
    say_found(t, words);
    say_past(t);
    g_free(words);
  }
  if (t->facts->query != NULL)
    say_query(t, t->facts->query);
  say_met(t);
}

void explain_class(explain_teller *t)
{
  const ct_result *result = t->facts->result;

  switch (result->cls) {
  case CT_CLASS_NEW: explain_say(t, EXPLAIN_CLASS, "NEW: nobody has answered yet."); break;
  case CT_CLASS_ESTABLISHED:
    explain_say(t, EXPLAIN_CLASS,
                result->dir == CT_REPLY ? "ESTABLISHED: it goes in the reply direction."
                                        : "ESTABLISHED: an answer was seen before.");
    break;
  case CT_CLASS_RELATED:
    explain_say(t, EXPLAIN_CLASS,
                explain_answers(t->facts) != 0
                  ? "RELATED: the kernel has given it the connection of the packet that it answers."
                : t->facts->packet->kind == CT_PACKET_ICMP_ERROR
                  ? "RELATED: an error about a connection that is in the table."
                  : "RELATED: a connection that another one announced, and nobody has answered yet.");
    break;
  case CT_CLASS_INVALID:
    explain_say(t, EXPLAIN_CLASS,
                "INVALID: the packet goes on without an entry; dropping it is the business of a rule.");
    break;
  case CT_CLASS_UNTRACKED:
    explain_say(t, EXPLAIN_CLASS, "UNTRACKED: it passes, and the table knows nothing of it.");
    break;
  default:
    explain_say(t, EXPLAIN_CLASS,
                explain_is_before_conntrack(t->facts) ? "None: conntrack never sees it."
                                                      : "None: no rule ever sees it with a class.");
    break;
  }
}
