/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a connection's record. */
#include "flows.h"

#include "conntrack/profile/profile.h"
#include "conntrack/proto/proto.h"
#include "conntrack/proto/tables.h"
#include "emit/parts.h"
#include "emit/put.h"

/* ---- letters ---- */

/* One for each state, different within its protocol. NONE is never reached. */
static const char tcp_letters[CT_TCP_STATE_COUNT] = {
  [CT_TCP_SYN_SENT] = 'S',  [CT_TCP_SYN_RECV] = 'R',   [CT_TCP_ESTABLISHED] = 'E',
  [CT_TCP_FIN_WAIT] = 'F',  [CT_TCP_CLOSE_WAIT] = 'W', [CT_TCP_LAST_ACK] = 'L',
  [CT_TCP_TIME_WAIT] = 'T', [CT_TCP_CLOSE] = 'C',      [CT_TCP_SYN_SENT2] = 'D',
};
static const char sctp_letters[CT_SCTP_STATE_COUNT] = {
  [CT_SCTP_CLOSED] = 'C',
  [CT_SCTP_COOKIE_WAIT] = 'S',
  [CT_SCTP_COOKIE_ECHOED] = 'R',
  [CT_SCTP_ESTABLISHED] = 'E',
  [CT_SCTP_SHUTDOWN_SENT] = 'F',
  [CT_SCTP_SHUTDOWN_RECD] = 'W',
  [CT_SCTP_SHUTDOWN_ACK_SENT] = 'L',
  [CT_SCTP_HEARTBEAT_SENT] = 'H',
  [CT_SCTP_HEARTBEAT_ACKED] = 'A',
};
static const char dccp_letters[CT_DCCP_STATE_COUNT] = {
  [CT_DCCP_REQUEST] = 'S',  [CT_DCCP_RESPOND] = 'R', [CT_DCCP_PARTOPEN] = 'P', [CT_DCCP_OPEN] = 'E',
  [CT_DCCP_CLOSEREQ] = 'Q', [CT_DCCP_CLOSING] = 'F', [CT_DCCP_TIMEWAIT] = 'T',
};

char flow_letter(guint8 proto, guint8 state)
{
  char letter = '\0';

  if (proto == CT_PROTO_TCP && state < G_N_ELEMENTS(tcp_letters))
    letter = tcp_letters[state];
  else if (proto == CT_PROTO_SCTP && state < G_N_ELEMENTS(sctp_letters))
    letter = sctp_letters[state];
  else if (proto == CT_PROTO_DCCP && state < G_N_ELEMENTS(dccp_letters))
    letter = dccp_letters[state];
  return letter != '\0' ? letter : 'X';
}

/* ---- getters ---- */

/*
 * Each field has two: get_ for who wants a value, put_ for CSV and TSV, which write every field of every connection.
 * Words are put where they are ours: what captures, rules and files name has to be asked for quotes.
 */
#define GETTER(name)                                                                    \
  static void get_##name(const emit_row_context *c, const void *record, emit_value *v); \
  static void get_##name(const emit_row_context *c G_GNUC_UNUSED, const void *record, emit_value *v)
#define PUTTER(name)                                                                                              \
  static char *put_##name##_field(char *p, emit_text *out, const emit_row_context *c, const void *record);        \
  static char *put_##name##_field(char *p, emit_text *out G_GNUC_UNUSED, const emit_row_context *c G_GNUC_UNUSED, \
                                  const void *record)
#define FLOW const flow_record *const r = record

#define NUMBER(name, what)      \
  GETTER(name)                  \
  {                             \
    FLOW;                       \
    emit_value_number(v, what); \
  }                             \
  PUTTER(name)                  \
  {                             \
    FLOW;                       \
    return put_u64(p, what);    \
  }
/* A number of which 0 says that there is none. */
#define NUMBER_IF(name, what)                  \
  GETTER(name)                                 \
  {                                            \
    FLOW;                                      \
    if ((what) != 0)                           \
      emit_value_number(v, what);              \
  }                                            \
  PUTTER(name)                                 \
  {                                            \
    FLOW;                                      \
    return (what) != 0 ? put_u64(p, what) : p; \
  }
#define NS_IF(name, condition, what, put) \
  GETTER(name)                            \
  {                                       \
    FLOW;                                 \
    if (condition)                        \
      emit_value_ns(v, what);             \
  }                                       \
  PUTTER(name)                            \
  {                                       \
    FLOW;                                 \
    if (!(condition))                     \
      return p;                           \
    return put;                           \
  }
#define TIME_IF(name, condition, what) NS_IF(name, condition, what, put_time_decimals(p, out, what, 9))
#define SPAN_IF(name, condition, what) NS_IF(name, condition, what, put_seconds(p, what, 0))
#define FOREIGN_TEXT(name, what) \
  GETTER(name)                   \
  {                              \
    FLOW;                        \
    emit_value_text(v, what);    \
  }
#define TEXT(name, what)                         \
  FOREIGN_TEXT(name, what)                       \
  PUTTER(name)                                   \
  {                                              \
    FLOW;                                        \
    const char *word = what;                     \
                                                 \
    return word != NULL ? put_word(p, word) : p; \
  }
#define TUPLE(name, dir, part, kind, width, help)                   \
  GETTER(name)                                                      \
  {                                                                 \
    FLOW;                                                           \
    emit_value_tuple(c, &r->tuple[CT_##dir], EMIT_TUPLE_##part, v); \
  }                                                                 \
  PUTTER(name)                                                      \
  {                                                                 \
    FLOW;                                                           \
    return put_tuple(p, c, &r->tuple[CT_##dir], EMIT_TUPLE_##part); \
  }

static inline char *put_proto(char *p, const emit_row_context *c, const ct_tuple *tuple)
{
  const ct_proto *proto = ct_proto_known(c->profile, tuple->proto);

  return proto != NULL ? put_word(p, proto->name) : put_u64(p, tuple->proto);
}

static inline char *put_known_addr(char *p, const ct_tuple *tuple, const ct_addr *addr)
{
  return tuple->family == CT_IPV4 || tuple->family == CT_IPV6 ? put_addr(p, tuple->family, addr, FALSE) : p;
}

/* Which part is known where this is inlined. */
static inline char *put_tuple(char *p, const emit_row_context *c, const ct_tuple *tuple, emit_tuple_part part)
{
  guint number;

  switch (part) {
  case EMIT_TUPLE_PROTO: return put_proto(p, c, tuple);
  case EMIT_TUPLE_FAMILY: return put_word(p, emit_family_name(tuple->family));
  case EMIT_TUPLE_SRC: return put_known_addr(p, tuple, &tuple->src);
  case EMIT_TUPLE_DST: return put_known_addr(p, tuple, &tuple->dst);
  case EMIT_TUPLE_FLOW: return put_flow(p, c->profile, tuple);
  case EMIT_TUPLE_SPORT:
  case EMIT_TUPLE_DPORT:
    number = part == EMIT_TUPLE_SPORT ? tuple->src_id : tuple->dst_id;
    return ct_proto_has_ports(c->profile, tuple) ? put_u64(p, number) : p;
  case EMIT_TUPLE_ICMP_TYPE: number = ct_tuple_icmp_type(tuple); break;
  case EMIT_TUPLE_ICMP_CODE: number = ct_tuple_icmp_code(tuple); break;
  default: number = tuple->src_id; break;
  }
  return ct_tuple_is_icmp(tuple) ? put_u64(p, number) : p;
}

NUMBER(conn, r->conn)
NUMBER(zone_orig, r->tuple[CT_ORIGINAL].zone)
NUMBER(zone_reply, r->tuple[CT_REPLY].zone)
SPAN_IF(start, TRUE, emit_time_since(r->first_ns, *c->first_ns))
TIME_IF(first, r->first_packet != 0, r->first_ns)
TIME_IF(last, r->first_packet != 0, r->last_ns)
NUMBER_IF(first_packet, r->first_packet)
NUMBER_IF(last_packet, r->last_packet)
SPAN_IF(duration, r->first_packet != 0, MAX(emit_time_since(r->last_ns, r->first_ns), 0))
EMIT_TUPLE_COLUMNS(TUPLE)
TUPLE(flow, ORIGINAL, FLOW, TEXT, 0, "")
TEXT(state, ct_proto_state_name(c->profile, r->tuple[0].proto, r->state))
NUMBER(packets, r->packets[0] + r->packets[1])
NUMBER(bytes, r->bytes[0] + r->bytes[1])
NUMBER(packets_orig, r->packets[CT_ORIGINAL])
NUMBER(packets_reply, r->packets[CT_REPLY])
NUMBER(bytes_orig, r->bytes[CT_ORIGINAL])
NUMBER(bytes_reply, r->bytes[CT_REPLY])
NUMBER(ignored, r->uncounted[0] + r->uncounted[1])
NUMBER(icmp_errors, r->errors)
NUMBER(invalid, r->invalid)
TEXT(invalid_reason, r->invalid > 0 ? ct_reason_word((ct_reason)r->invalid_reason) : NULL)
NUMBER(dropped, r->dropped)
SPAN_IF(silence, r->silence_packet != 0, r->silence_ns)
NUMBER_IF(silence_packet, r->silence_packet)
NUMBER(one_way, (r->status & CT_STATUS_SEEN_REPLY) == 0)
TEXT(ended, r->alive ? NULL : ct_reason_word((ct_reason)r->reason))
TIME_IF(ended_at, !r->alive, r->ended_ns)
NUMBER_IF(ended_packet, r->alive ? 0 : r->ended_packet)
NUMBER_IF(missed, r->missed)
NUMBER_IF(missed_packet, r->missed_packet)
SPAN_IF(missed_after, r->missed > 0, r->missed_after_ns)
TEXT(helper, r->helper)
NUMBER_IF(master, r->master)
TEXT(expected_by, r->expected_by)
NUMBER(mark, r->mark)
NUMBER(secmark, r->secmark)
GETTER(labels)
{
  FLOW;
  emit_value_labels(c, &r->labels, v);
}
FOREIGN_TEXT(rule, r->rule)
FOREIGN_TEXT(verdict, r->verdict)
FOREIGN_TEXT(dropped_rule, r->dropped_rule)
FOREIGN_TEXT(interface, r->interface)
TIME_IF(at, r->of_moment, r->at_ns)
NUMBER_IF(vlan, r->vlan >= 4096 ? r->vlan >> 12 : r->vlan)
NUMBER_IF(inner_vlan, r->vlan >= 4096 ? r->vlan & 4095 : 0)

GETTER(status)
{
  FLOW;
  emit_value_status(c, r->status & ~(guint32)CT_STATUS_DYING, v);
  if (r->inferred)
    emit_value_text(v, g_string_append(c->scratch, "|inferred")->str);
}
PUTTER(status)
{
  FLOW;
  p = put_status_words(p, r->status & ~(guint32)CT_STATUS_DYING);
  return r->inferred ? put_literal(p, "|inferred") : p;
}

/* The reply is not what answers the original, packet for packet: NAT. */
static gboolean is_translated(const flow_record *r)
{
  ct_tuple inverse;

  return ct_tuple_invert(&r->tuple[CT_ORIGINAL], &inverse) && !ct_tuple_equal(&inverse, &r->tuple[CT_REPLY]);
}
NUMBER(nat, (guint64)is_translated(r))

PUTTER(history)
{
  FLOW;
  p = put_bytes(p, r->history, sizeof(r->history)) - sizeof(r->history) + r->steps;
  return r->more_steps ? put_literal(p, "+") : p;
}
GETTER(history)
{
  char text[FLOWS_HISTORY_MOST + 2];

  *put_history_field(text, NULL, c, record) = '\0';
  emit_value_text(v, g_string_assign(c->scratch, text)->str);
}

/* "SYN_SENT@0 SYN_RECV@0.01 ...": seconds since its first packet. */
PUTTER(states)
{
  guint i;
  FLOW;

  for (i = 0; i < r->n_states; i++) {
    const flow_step *step = &r->states[i];
    const char *name = ct_proto_state_name(c->profile, r->tuple[0].proto, step->state);

    if (i > 0)
      *p++ = ' ';
    p = put_literal(put_word(p, name != NULL ? name : "NONE"), "@");
    p = put_seconds(p, emit_time_since(step->time_ns, r->first_ns), 0);
  }
  return i > 0 && r->more_steps ? put_literal(p, " ...") : p;
}
GETTER(states)
{
  char text[EMIT_PUT_BYTES], *end = put_states_field(text, NULL, c, record);

  *end = '\0';
  if (end > text)
    emit_value_text(v, g_string_assign(c->scratch, text)->str);
}

/* The sysctl that ended it: its timeout's, or what a reason names. */
static const char *ended_by(const ct_profile *profile, const flow_record *r)
{
  const char *sysctl = NULL;

  if (r->alive)
    return NULL;
  if (r->reason != CT_REASON_END_TIMEOUT)
    sysctl = ct_reason_sysctl((ct_reason)r->reason, profile);
  else if (r->timeout < CT_TIMEOUT_COUNT)
    sysctl = ct_params_spell_timeout(profile, (ct_timeout)r->timeout);
  return sysctl != NULL && *sysctl != '\0' ? sysctl : NULL;
}
TEXT(ended_by, ended_by(c->profile, r))

NUMBER(evicted, !r->alive && (r->reason == CT_REASON_END_EVICTED || r->reason == CT_REASON_END_GC_EVICTED))

/* Which have no put_. */
#define put_labels_field NULL
#define put_rule_field NULL
#define put_verdict_field NULL
#define put_dropped_rule_field NULL
#define put_interface_field NULL

/* ---- the table ---- */

#define FIELD(name, kind, width, rank, heading, needs, help)                                   \
  {                                                                                            \
#name, EMIT_KIND_##kind, width, rank, heading, needs, help, get_##name, put_##name##_field \
  }

#define TUPLE_FIELD(name, dir, part, kind, width, help) FIELD(name, kind, width, 0, NULL, 0, help),

/* clang-format off */
static const emit_field fields[] = {
  FIELD(conn, NUMBER, -6, 1, NULL, 0, "its number, as everywhere: order of confirmation, from 1"),
  FIELD(start, SPAN, -12, 3, NULL, 0, "first packet, in seconds since the captures' first one"),
  FIELD(first, TIME, 30, 0, NULL, 0, "time of its first packet"),
  FIELD(last, TIME, 30, 0, NULL, 0, "time of the last packet that was let through as its own"),
  FIELD(first_packet, NUMBER, -12, 0, NULL, 0, "number of its first packet"),
  FIELD(last_packet, NUMBER, -11, 0, NULL, 0, "number of the last packet that was let through as its own"),
  FIELD(duration, SPAN, -12, 4, NULL, 0, "seconds from first to last packet"),
  EMIT_TUPLE_COLUMNS(TUPLE_FIELD)
  FIELD(zone_orig, NUMBER, -9, 0, NULL, 0, "the zone that the original direction is tracked in; 0 is the usual one"),
  FIELD(zone_reply, NUMBER, -10, 0, NULL, 0, "the zone that the reply is tracked in"),
  FIELD(nat, FLAG, 3, 0, NULL, 0, "whether the reply tuple is another than the original one turned round"),
  FIELD(state, TEXT, 11, 5, NULL, 0, "state of its protocol at the end, of protocols that have states"),
  FIELD(status, TEXT, 20, 0, NULL, 0, "status bits at the end, joined by |; inferred: its translation is, from how packets left"),
  FIELD(history, TEXT, 8, 6, NULL, 0, "a letter for each state it reached, capital where the original side led there"),
  FIELD(states, TEXT, 40, 0, NULL, FLOWS_NEEDS_STEPS, "the same in words, each with @seconds since its first packet"),
  FIELD(packets, NUMBER, -8, 2, NULL, 0, "packets counted, both ways"),
  FIELD(bytes, NUMBER, -10, 3, NULL, 0, "bytes counted, both ways: of IP packets, headers included"),
  FIELD(packets_orig, NUMBER, -12, 0, NULL, 0, "packets counted in the original direction, as the kernel counts"),
  FIELD(packets_reply, NUMBER, -13, 0, NULL, 0, "packets counted in the reply direction"),
  FIELD(bytes_orig, NUMBER, -11, 0, NULL, 0, "bytes counted in the original direction"),
  FIELD(bytes_reply, NUMBER, -11, 0, NULL, 0, "bytes counted in the reply direction"),
  FIELD(ignored, NUMBER, -7, 0, NULL, 0, "packets let through without being counted: retransmissions, and what the state table ignores"),
  FIELD(icmp_errors, NUMBER, -11, 0, NULL, 0, "ICMP errors about it"),
  FIELD(invalid, NUMBER, -7, 5, NULL, 0, "INVALID packets found to belong to it; most belong to none (-P)"),
  FIELD(invalid_reason, TEXT, 18, 0, NULL, 0, "why the first of them was INVALID"),
  FIELD(dropped, NUMBER, -7, 0, NULL, 0, "its packets that a rule dropped, or its helper"),
  FIELD(silence, SPAN, -12, 0, NULL, 0, "the longest time without a packet of it, in seconds"),
  FIELD(silence_packet, NUMBER, -14, 0, NULL, 0, "the packet that ended that silence"),
  FIELD(one_way, FLAG, 7, 0, NULL, 0, "whether no answer was ever seen"),
  FIELD(ended, TEXT, 13, 2, NULL, 0, "why it ended (list reasons); nothing: it had not when the captures did"),
  FIELD(ended_at, TIME, 30, 0, NULL, 0, "when it ended"),
  FIELD(ended_by, TEXT, 40, 0, NULL, 0, "the sysctl that ended it: its timeout's, or the table's size"),
  FIELD(ended_packet, NUMBER, -12, 0, NULL, 0, "the packet at which it ended: for which it was evicted, or which ended it"),
  FIELD(evicted, FLAG, 7, 0, NULL, 0, "whether it had to go because the table was full"),
  FIELD(missed, NUMBER, -6, 0, NULL, FLOWS_NEEDS_MISSED, "packets that came after its end and found nothing"),
  FIELD(missed_packet, NUMBER, -13, 0, NULL, FLOWS_NEEDS_MISSED, "the first of them"),
  FIELD(missed_after, SPAN, -12, 0, NULL, FLOWS_NEEDS_MISSED, "seconds from its end to that packet"),
  FIELD(helper, TEXT, 8, 0, NULL, 0, "its helper"),
  FIELD(master, NUMBER, -6, 0, NULL, 0, "the connection that announced it"),
  FIELD(expected_by, TEXT, 11, 0, NULL, 0, "the words that announced it"),
  FIELD(mark, NUMBER, -10, 0, NULL, 0, "its mark at the end"),
  FIELD(secmark, NUMBER, -10, 0, NULL, 0, "its security mark at the end"),
  FIELD(labels, TEXT, 12, 0, NULL, 0, "its labels at the end, joined by |: names where --connlabels has them, else numbers"),
  FIELD(rule, TEXT, 28, 0, NULL, FLOWS_NEEDS_RULES, "with --rules: the rule that let its first packet in"),
  FIELD(verdict, TEXT, 8, 0, NULL, FLOWS_NEEDS_RULES, "with --rules: what became of its first packet"),
  FIELD(dropped_rule, TEXT, 28, 0, NULL, FLOWS_NEEDS_RULES, "with --rules: the last rule that dropped a packet of it"),
  FIELD(interface, TEXT, 10, 0, NULL, 0, "interface of its first packet, of captures that name them"),
  FIELD(vlan, NUMBER, -4, 0, NULL, 0, "VLAN of its first packet, the outer of two"),
  FIELD(inner_vlan, NUMBER, -10, 0, NULL, 0, "the inner of two VLANs"),
  FIELD(at, TIME, 30, 0, NULL, 0, "with --at: the moment at which all this was so"),
  FIELD(flow, TEXT, 44, 1, NULL, 0, "protocol and original direction in words"),
};
/* clang-format on */

const emit_table flows_table = { "flow", fields, G_N_ELEMENTS(fields) };
