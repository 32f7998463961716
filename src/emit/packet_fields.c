/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a packet, as -P --fields has them. Those that json's lines have too have the same names. */
#include "formats.h"
#include "parts.h"
#include "past.h"
#include "row.h"

#define GETTER(name) static void get_##name(const emit_row_context *c G_GNUC_UNUSED, const void *record, emit_value *v)
#define PACKET                                              \
  const emit_packet_record *const r G_GNUC_UNUSED = record; \
  const emit_packet *const e = r->packet;                   \
  const ct_packet *const p G_GNUC_UNUSED = e->packet;       \
  const ct_result *const result G_GNUC_UNUSED = e->result

#define VALUE(name, condition, take, what) \
  GETTER(name)                             \
  {                                        \
    PACKET;                                \
    if (condition)                         \
      take(v, what);                       \
  }

static gboolean has_direction(const ct_result *result)
{
  return result->cls == CT_CLASS_NEW || result->cls == CT_CLASS_ESTABLISHED || result->cls == CT_CLASS_RELATED;
}

static const char *verdict_word(guint8 verdict)
{
  return verdict == CT_VERDICT_DROP ? "drop" : verdict == CT_VERDICT_ACCEPT ? "accept" : "none";
}

VALUE(n, TRUE, emit_value_number, p->number)
VALUE(time, TRUE, emit_value_ns, p->time_ns)
VALUE(t, TRUE, emit_value_ns, emit_time_since(p->time_ns, *c->first_ns))
VALUE(length, TRUE, emit_value_number, p->length)
VALUE(frame_length, TRUE, emit_value_number, r->frame_bytes)
VALUE(family, r->wire.family != 0, emit_value_text, emit_family_name(r->wire.family))
GETTER(src)
{
  PACKET;
  emit_value_addr(v, r->wire.family, &r->wire.src);
}
GETTER(dst)
{
  PACKET;
  emit_value_addr(v, r->wire.family, &r->wire.dst);
}
GETTER(proto)
{
  ct_tuple tuple = { .proto = 0 };
  PACKET;

  if (!r->wire.has_proto)
    return;
  tuple.proto = r->wire.proto;
  emit_value_tuple(c, &tuple, EMIT_TUPLE_PROTO, v);
}
VALUE(sport, r->wire.has_ports, emit_value_number, r->wire.sport)
VALUE(dport, r->wire.has_ports, emit_value_number, r->wire.dport)
VALUE(icmp_type, r->wire.has_icmp, emit_value_number, r->wire.icmp_type)
VALUE(icmp_code, r->wire.has_icmp, emit_value_number, r->wire.icmp_code)
VALUE(seq, ct_packet_has_tcp(p), emit_value_number, p->l4.tcp.seq)
VALUE(ack, ct_packet_has_tcp(p), emit_value_number, p->l4.tcp.ack)
VALUE(window, ct_packet_has_tcp(p), emit_value_number, p->l4.tcp.window)
VALUE(payload, ct_packet_has_tcp(p), emit_value_number, p->l4.tcp.payload_bytes)
GETTER(tcp_flags)
{
  char flags[10];
  PACKET;

  if (!r->wire.has_tcp)
    return;
  g_string_assign(c->scratch, emit_tcp_flags(r->wire.tcp_flags, flags));
  emit_value_text(v, c->scratch->str);
}
VALUE(verdict, TRUE, emit_value_text, verdict_word(result->verdict))
VALUE(class, result->cls != CT_CLASS_NONE, emit_value_text, ct_class_name((ct_class)result->cls))
VALUE(dir, has_direction(result), emit_value_text, result->dir == CT_ORIGINAL ? "original" : "reply")
VALUE(conn, result->conn != 0, emit_value_number, result->conn)
VALUE(before, result->conn != 0, emit_value_text, ct_proto_state_name(c->profile, p->tuple.proto, result->old_state))
VALUE(after, result->conn != 0, emit_value_text, ct_proto_state_name(c->profile, p->tuple.proto, result->new_state))
VALUE(timeout, e->view != NULL, emit_value_ns, e->view->timeout_ns)
VALUE(created, result->conn != 0, emit_value_number, (result->changes & CT_CHANGE_CREATED) != 0)
VALUE(counted, result->conn != 0, emit_value_number, (result->changes & CT_CHANGE_COUNTED) != 0)
VALUE(ended, result->conn != 0, emit_value_number, (result->changes & CT_CHANGE_ENDED) != 0)
VALUE(reason, result->reason != CT_REASON_NONE, emit_value_text, ct_reason_word((ct_reason)result->reason))
GETTER(text)
{
  char words[CT_REASON_WORDS_BYTES];
  PACKET;

  if (result->reason == CT_REASON_NONE)
    return;
  g_string_assign(c->scratch, ct_reason_words((ct_reason)result->reason, c->profile, words));
  emit_value_text(v, c->scratch->str);
}
VALUE(over, emit_reason_side((ct_reason)result->reason) != NULL, emit_value_number, result->bound.over)
GETTER(advice)
{
  emit_text text;
  PACKET;

  if (e->advice == NULL || e->advice->helps != JOURNAL_HELPS_SETTING)
    return;
  emit_text_init(&text, -1);
  emit_advice_setting(&text, e->advice);
  g_string_truncate(c->scratch, 0);
  g_string_append_len(c->scratch, text.data, (gssize)text.used);
  emit_text_clear(&text);
  emit_value_text(v, c->scratch->str);
}
VALUE(past_conn, e->past != NULL && e->past->end != NULL, emit_value_number, e->past->end->conn)
VALUE(past_ago, e->past != NULL && e->past->end != NULL, emit_value_ns, e->past->ago_ns)
GETTER(status)
{
  PACKET;
  if (e->view != NULL)
    emit_value_status(c, e->view->status, v);
}
VALUE(mark, e->view != NULL, emit_value_number, e->view->mark)
GETTER(labels)
{
  PACKET;
  if (e->view != NULL)
    emit_value_labels(c, &e->view->labels, v);
}
VALUE(helper, e->view != NULL, emit_value_text, e->view->helper)
VALUE(rules_verdict, e->rules != NULL, emit_value_text, e->rules->verdict)
VALUE(rule, e->rules != NULL && e->rules->rule[0] != '\0', emit_value_text, e->rules->rule)
VALUE(rules_why, e->rules != NULL && e->rules->why[0] != '\0', emit_value_text, e->rules->why)
VALUE(packet_mark, e->rules != NULL, emit_value_number, e->rules->mark)
VALUE(interface, r->interface[0] != '\0', emit_value_text, r->interface)
VALUE(vlan, r->vlan != 0, emit_value_number, r->vlan >= 4096 ? r->vlan >> 12 : r->vlan)
VALUE(inner_vlan, r->vlan >= 4096, emit_value_number, r->vlan & 4095)
GETTER(flow)
{
  PACKET;
  if (p->kind == CT_PACKET_TRACK || p->kind == CT_PACKET_ICMP_ERROR)
    emit_value_tuple(c, &p->tuple, EMIT_TUPLE_FLOW, v);
}

#define FIELD(name, kind, width, needs, help)                              \
  {                                                                        \
#name, EMIT_KIND_##kind, width, 0, NULL, needs, help, get_##name, NULL \
  }
#define WIRE EMIT_NEEDS_WIRE
#define HISTORY EMIT_NEEDS_HISTORY
#define VIEW EMIT_NEEDS_VIEW
#define RULES EMIT_NEEDS_RULES

/* clang-format off */
static const emit_field fields[] = {
  FIELD(n, NUMBER, -8, 0, "its number in the captures, from 1"),
  FIELD(time, TIME, 30, 0, "when it was captured"),
  FIELD(t, SPAN, -12, 0, "seconds since the first packet"),
  FIELD(length, NUMBER, -6, 0, "bytes of the IP packet; once reassembled, of the datagram"),
  FIELD(frame_length, NUMBER, -12, 0, "bytes of the frame on the wire"),
  FIELD(family, TEXT, 6, WIRE, "ipv4 or ipv6"),
  FIELD(proto, TEXT, 7, WIRE, "protocol, by name or number"),
  FIELD(src, ADDRESS, 15, WIRE, "source address"),
  FIELD(sport, NUMBER, -5, WIRE, "source port"),
  FIELD(dst, ADDRESS, 15, WIRE, "destination address"),
  FIELD(dport, NUMBER, -5, WIRE, "destination port"),
  FIELD(icmp_type, NUMBER, -9, WIRE, "ICMP's or ICMPv6's type"),
  FIELD(icmp_code, NUMBER, -9, WIRE, "ICMP's or ICMPv6's code"),
  FIELD(tcp_flags, TEXT, 9, WIRE, "TCP flags as tcpdump spells them"),
  FIELD(seq, NUMBER, -10, 0, "TCP sequence number"),
  FIELD(ack, NUMBER, -10, 0, "TCP acknowledgement number"),
  FIELD(window, NUMBER, -6, 0, "TCP window, unscaled"),
  FIELD(payload, NUMBER, -7, 0, "bytes that TCP carries"),
  FIELD(verdict, TEXT, 7, 0, "conntrack's own: accept, drop, or none where it never saw it"),
  FIELD(class, TEXT, 11, 0, "what rules would see: NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED"),
  FIELD(dir, TEXT, 8, 0, "original or reply"),
  FIELD(conn, NUMBER, -6, 0, "number of its connection"),
  FIELD(before, TEXT, 11, 0, "its connection's state before"),
  FIELD(after, TEXT, 11, 0, "its connection's state after"),
  FIELD(timeout, SPAN, -14, VIEW, "seconds that its connection may be silent from now on"),
  FIELD(created, FLAG, 7, 0, "whether it made its connection"),
  FIELD(counted, FLAG, 7, 0, "whether the kernel counted it"),
  FIELD(ended, FLAG, 5, 0, "whether it ended its connection"),
  FIELD(reason, TEXT, 18, 0, "a word for why (list reasons)"),
  FIELD(text, TEXT, 40, 0, "the same in words"),
  FIELD(over, NUMBER, -10, 0, "by how much it broke a bound of TCP's window"),
  FIELD(advice, TEXT, 40, HISTORY, "the sysctl that would have let it pass"),
  FIELD(past_conn, NUMBER, -9, HISTORY, "the connection that it would have belonged to, had that not ended"),
  FIELD(past_ago, SPAN, -12, HISTORY, "how many seconds before that had ended"),
  FIELD(status, TEXT, 20, VIEW, "status bits of its connection, joined by |"),
  FIELD(mark, NUMBER, -10, VIEW, "mark of its connection"),
  FIELD(labels, TEXT, 12, VIEW, "labels of its connection, joined by |"),
  FIELD(helper, TEXT, 8, VIEW, "helper of its connection"),
  FIELD(rules_verdict, TEXT, 13, RULES, "with --rules: accept, drop, reject or unknown"),
  FIELD(rule, TEXT, 28, RULES, "with --rules: the rule that decided"),
  FIELD(rules_why, TEXT, 30, RULES, "with --rules: a remark"),
  FIELD(packet_mark, NUMBER, -11, RULES, "with --rules: the packet's own mark, as it left"),
  FIELD(interface, TEXT, 10, 0, "interface, of captures that name them"),
  FIELD(vlan, NUMBER, -4, 0, "VLAN, the outer of two"),
  FIELD(inner_vlan, NUMBER, -10, 0, "the inner of two VLANs"),
  FIELD(flow, TEXT, 44, 0, "protocol and tuple in words, as conntrack looks it up"),
};
/* clang-format on */

const emit_table emit_table_packets = { "packet", fields, G_N_ELEMENTS(fields), NULL };
