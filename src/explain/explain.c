/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packet, the look-up, the class; the order of the rest. */
#include "parts.h"

#include <stdarg.h>
#include <string.h>

#include "conntrack/proto/tables.h"
#include "emit/parts.h"
#include "emit/wire.h"

static void sentence_free(gpointer data)
{
  g_free(((explain_sentence *)data)->text);
  g_free(data);
}

void explain_say(explain_teller *t, explain_topic topic, const char *format, ...)
{
  explain_sentence *sentence = g_new(explain_sentence, 1);
  va_list args;

  va_start(args, format);
  *sentence = (explain_sentence){ topic, g_strdup_vprintf(format, args) };
  va_end(args);
  g_ptr_array_add(t->sentences, sentence);
}

/* --- words --- */

static char *text_of_addr(guint8 family, const ct_addr *addr)
{
  emit_text text;
  char *s;

  emit_text_init(&text, -1);
  emit_text_addr(&text, family, addr, FALSE);
  s = g_strndup(text.data, text.used);
  emit_text_clear(&text);
  return s;
}

char *explain_tuple_words(const ct_tuple *tuple)
{
  char *src = text_of_addr(tuple->family, &tuple->src), *dst = text_of_addr(tuple->family, &tuple->dst), *words;
  const char *proto = emit_protocol_name(tuple->proto);

  if (ct_tuple_has_ports(tuple))
    words = g_strdup_printf("%s from %s port %u to %s port %u", proto, src, tuple->src_id, dst, tuple->dst_id);
  else if (ct_tuple_is_icmp(tuple))
    words = g_strdup_printf("%s from %s to %s, type %u, code %u, id %u", proto, src, dst, ct_tuple_icmp_type(tuple),
                            ct_tuple_icmp_code(tuple), tuple->src_id);
  else if (tuple->proto == CT_PROTO_GRE)
    words = g_strdup_printf("gre from %s key %u to %s key %u", src, tuple->src_id, dst, tuple->dst_id);
  else
    words = g_strdup_printf("protocol %u from %s to %s", tuple->proto, src, dst);
  g_free(src);
  g_free(dst);
  return words;
}

char *explain_seconds(gint64 ns)
{
  emit_text text;
  char *s;

  if (ns % 1000000000 == 0)
    return g_strdup_printf("%" G_GINT64_FORMAT " s", ns / 1000000000);
  emit_text_init(&text, -1);
  emit_text_seconds(&text, ns, 1);
  s = g_strdup_printf("%.*s s", (int)text.used, text.data);
  emit_text_clear(&text);
  return s;
}

const char *explain_dir(guint dir) { return dir == CT_ORIGINAL ? "original" : "reply"; }

const char *explain_cell_name(guint8 proto, guint cell)
{
  if (cell == CT_TCP_INVALID)
    return "INVALID";
  if (cell == CT_TCP_IGNORE)
    return "ignore";
  return proto == CT_PROTO_DCCP && cell == 0 ? "NONE" : ct_state_name(proto, cell);
}

const char *explain_row_name(guint8 proto, guint row)
{
  static const char *const tcp[] = {
#define X(id, name) name,
    CT_TCP_INDEX_LIST(X)
#undef X
  };
  static const char *const sctp[] = {
#define X(id, type, name) name,
    CT_SCTP_ROW_LIST(X)
#undef X
  };

  static const char *const dccp[] = {
#define X(id, name) name,
    CT_DCCP_ROW_LIST(X)
#undef X
  };

  return proto == CT_PROTO_TCP ? tcp[row] : proto == CT_PROTO_SCTP ? sctp[row] : dccp[row];
}

/* --- the packet --- */

static char *flag_words(guint8 flags)
{
  static const struct {
    guint8 bit;
    const char *name;
  } names[] = { { CT_TCP_SYN, "SYN" }, { CT_TCP_FIN, "FIN" }, { CT_TCP_RST, "RST" },
                { CT_TCP_PSH, "PSH" }, { CT_TCP_ACK, "ACK" }, { CT_TCP_URG, "URG" } };
  GString *words = g_string_new(NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS(names); i++)
    if (flags & names[i].bit)
      g_string_append_printf(words, "%s%s", words->len > 0 ? "+" : "", names[i].name);
  if (words->len == 0)
    g_string_append(words, "no flags");
  return g_string_free(words, FALSE);
}

static void say_packet(explain_teller *t)
{
  const ct_packet *packet = t->facts->packet;
  GString *text = g_string_new(NULL);
  emit_wire wire;

  emit_wire_read(packet, &wire);
  if (wire.family == 0) {
    g_string_append(text, "a frame without an IP packet that could be read");
  } else {
    char *src = text_of_addr(wire.family, &wire.src), *dst = text_of_addr(wire.family, &wire.dst);

    if (wire.has_proto && strcmp(emit_protocol_name(wire.proto), "unknown") == 0)
      g_string_append_printf(text, "protocol %u", wire.proto);
    else
      g_string_append(text, wire.has_proto ? emit_protocol_name(wire.proto) : "IPv6");
    g_string_append_printf(text, wire.has_ports ? " from %s port %u" : " from %s", src, wire.sport);
    g_string_append_printf(text, wire.has_ports ? " to %s port %u" : " to %s", dst, wire.dport);
    if (wire.has_icmp)
      g_string_append_printf(text, ", type %u, code %u", wire.icmp_type, wire.icmp_code);
    if (wire.has_tcp && packet->kind == CT_PACKET_TRACK && packet->reason != CT_REASON_TCP_SHORT) {
      char *flags = flag_words(packet->l4.tcp.flags);

      g_string_append_printf(text, ", %s, sequence number %u", flags, packet->l4.tcp.seq);
      if (packet->l4.tcp.flags & CT_TCP_ACK)
        g_string_append_printf(text, ", acknowledging %u", packet->l4.tcp.ack);
      g_string_append_printf(text, ", window %u, %u bytes of data", packet->l4.tcp.window,
                             packet->l4.tcp.payload_bytes);
      g_free(flags);
    } else {
      g_string_append_printf(text, ", %u bytes", packet->length);
    }
    g_free(src);
    g_free(dst);
  }
  explain_say(t, EXPLAIN_PACKET, "%s.", text->str);
  g_string_free(text, TRUE);
}

/* --- the look-up --- */

/* What early drop looked through for nothing. */
static const char *searched(ct_eviction eviction)
{
  switch (eviction) {
  case CT_EVICT_OLDEST8: return "the first eight entries from its own bucket on hold nothing";
  case CT_EVICT_OWN: return "its own bucket holds nothing";
  case CT_EVICT_ROUND: return "neither its own bucket nor the one whose turn it was holds anything";
  default: return "the eight buckets from its own hold nothing";
  }
}

static void say_found(explain_teller *t, const char *words)
{
  const ct_trace *trace = t->facts->trace;
  const ct_result *result = t->facts->result;
  gboolean icmp_error = t->facts->packet->kind == CT_PACKET_ICMP_ERROR;
  const char *state = ct_state_name(trace->before.tuple[0].proto, trace->before.state);

  if (icmp_error)
    explain_say(t, EXPLAIN_LOOK_UP,
                "It is an ICMP error, so the packet inside it was looked up, from the answering side: %s.", words);
  else
    explain_say(t, EXPLAIN_LOOK_UP, "It was looked up as %s.", words);
  if (!trace->has_before && result->reason == CT_REASON_TABLE_FULL) {
    explain_say(t, EXPLAIN_LOOK_UP, "The table has no such connection, and no room for a new entry: %s that may go.",
                searched(t->facts->params->profile->eviction));
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
      searched(t->facts->params->profile->eviction));
  else if (trace->look_ups > 1)
    explain_say(
      t, EXPLAIN_LOOK_UP,
      "That entry was over, and the packet was looked up a second time: nothing was found, and a new entry was begun.");
}

static void say_look_up(explain_teller *t)
{
  const ct_trace *trace = t->facts->trace;
  const ct_packet *packet = t->facts->packet;
  const ct_result *result = t->facts->result;
  const char *sentence = ct_reason_sentence((ct_reason)result->reason);
  char *words;

  if (packet->kind == CT_PACKET_NONE) {
    explain_say(t, EXPLAIN_LOOK_UP, "It never reached connection tracking: %s.", sentence);
  } else if (packet->kind == CT_PACKET_UNTRACKED) {
    explain_say(t, EXPLAIN_LOOK_UP, "It was not looked up: %s.", sentence);
  } else if (trace->look_ups == 0) {
    explain_say(t, EXPLAIN_LOOK_UP, "It was refused before it could be looked up.");
  } else {
    words = explain_tuple_words(&trace->tuple);
    say_found(t, words);
    g_free(words);
  }
  if (result->changes & CT_CHANGE_EXPECTED)
    explain_say(t, EXPLAIN_LOOK_UP, "An expectation waited for it: a helper had announced this connection.");
}

static void say_class(explain_teller *t)
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
                t->facts->packet->kind == CT_PACKET_ICMP_ERROR
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
  default: explain_say(t, EXPLAIN_CLASS, "None: no rule ever sees it with a class."); break;
  }
}

GPtrArray *explain_sentences(const explain_facts *facts)
{
  explain_teller t = { facts, g_ptr_array_new_with_free_func(sentence_free) };

  say_packet(&t);
  say_look_up(&t);
  say_class(&t);
  explain_tcp_cells(&t);
  explain_window(&t);
  explain_verdict(&t);
  explain_timeout(&t);
  explain_changes(&t);
  explain_events(&t);
  return t.sentences;
}
