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
 * Each field has two: get_ for who wants a value, text_ for CSV and TSV, which write every field of every connection.
 * What captures, rules and files name has get_ alone: it has to be asked for quotes.
 */
#define GETTER(name)                                                                    \
  static void get_##name(const emit_row_context *c, const void *record, emit_value *v); \
  static void get_##name(const emit_row_context *c G_GNUC_UNUSED, const void *record, emit_value *v)
#define FLOW const flow_record *const r = record
/* e: NULL where the field is alone, without the rest of its row. */
#define TEXTER(name)                                                                                              \
  static inline char *text_##name(char *p, emit_text *out G_GNUC_UNUSED, const emit_row_context *c G_GNUC_UNUSED, \
                                  const flow_record *r, const ends *e G_GNUC_UNUSED)

/* Of a connection, for the columns of a row that repeat them. */
typedef struct ends {
  put_ends original;
  gboolean known, ports, translated;
} ends;

#define NUMBER(name, what)      \
  GETTER(name)                  \
  {                             \
    FLOW;                       \
    emit_value_number(v, what); \
  }                             \
  TEXTER(name) { return put_count(p, what); }
/* A number of which 0 says that there is none. */
#define NUMBER_IF(name, what)     \
  GETTER(name)                    \
  {                               \
    FLOW;                         \
    if ((what) != 0)              \
      emit_value_number(v, what); \
  }                               \
  TEXTER(name) { return (what) != 0 ? put_count(p, what) : p; }
#define NS_IF(name, condition, what, put) \
  GETTER(name)                            \
  {                                       \
    FLOW;                                 \
    if (condition)                        \
      emit_value_ns(v, what);             \
  }                                       \
  TEXTER(name) { return (condition) ? put : p; }
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
  TEXTER(name)                                   \
  {                                              \
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
  TEXTER(name) { return put_tuple(p, c, r, e, CT_##dir, EMIT_TUPLE_##part); }

static inline char *put_proto(char *p, const emit_row_context *c, const ct_tuple *tuple)
{
  const ct_proto *proto = ct_proto_known(c->profile, tuple->proto);

  return proto != NULL ? put_word(p, proto->name) : put_u64(p, tuple->proto);
}

static inline char *put_known_addr(char *p, const ct_tuple *tuple, const ct_addr *addr)
{
  return tuple->family == CT_IPV4 || tuple->family == CT_IPV6 ? put_addr(p, tuple->family, addr, FALSE) : p;
}

static gboolean is_translated(const flow_record *r)
{
  return ct_tuple_is_translated(&r->tuple[CT_ORIGINAL], &r->tuple[CT_REPLY]);
}

static void write_ends(ends *e, const emit_row_context *c, const flow_record *r)
{
  const ct_tuple *t = &r->tuple[CT_ORIGINAL];

  put_ends_of(&e->original, t);
  e->known = t->family == CT_IPV4 || t->family == CT_IPV6;
  e->ports = ct_proto_has_ports(c->profile, t);
  e->translated = is_translated(r);
}

/* A whole row has them already; of a reply where it is the original turned round. */
static inline char *put_of_ends(char *p, const ends *e, gboolean turned, emit_tuple_part part)
{
  switch (part) {
  case EMIT_TUPLE_SRC:
  case EMIT_TUPLE_DST:
    return e->known ? put_end_addr(p, &e->original, turned == (part == EMIT_TUPLE_SRC) ? PUT_DST : PUT_SRC) : p;
  default: return e->ports ? put_end_id(p, &e->original, turned == (part == EMIT_TUPLE_SPORT) ? PUT_DST : PUT_SRC) : p;
  }
}

/* "tcp 10.0.0.1.1234 > 10.0.0.2.80", as put_flow has it. */
static inline char *put_flow_of_ends(char *p, const emit_row_context *c, const flow_record *r, const ends *e)
{
  const ct_tuple *t = &r->tuple[CT_ORIGINAL];
  const ct_proto *proto = ct_proto_known(c->profile, t->proto);

  if (!e->ports || !e->known || proto == NULL)
    return put_flow(p, c->profile, t);
  p = put_literal(put_word(p, proto->name), " ");
  p = put_literal(put_of_ends(p, e, FALSE, EMIT_TUPLE_SRC), ".");
  p = put_literal(put_of_ends(p, e, FALSE, EMIT_TUPLE_SPORT), " > ");
  p = put_literal(put_of_ends(p, e, FALSE, EMIT_TUPLE_DST), ".");
  return put_of_ends(p, e, FALSE, EMIT_TUPLE_DPORT);
}

/* Which part is known where this is inlined. */
static inline char *put_tuple(char *p, const emit_row_context *c, const flow_record *r, const ends *e, ct_dir dir,
                              emit_tuple_part part)
{
  const ct_tuple *tuple = &r->tuple[dir];
  guint number;

  if (e != NULL && part == EMIT_TUPLE_FLOW)
    return put_flow_of_ends(p, c, r, e);
  if (e != NULL && (dir == CT_ORIGINAL || !e->translated) &&
      (part == EMIT_TUPLE_SRC || part == EMIT_TUPLE_DST || part == EMIT_TUPLE_SPORT || part == EMIT_TUPLE_DPORT))
    return put_of_ends(p, e, dir == CT_REPLY, part);
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
TEXTER(status)
{
  p = put_status_words(p, r->status & ~(guint32)CT_STATUS_DYING);
  return r->inferred ? put_literal(p, "|inferred") : p;
}

/* The reply is not what answers the original, packet for packet: NAT. */
GETTER(nat)
{
  FLOW;
  emit_value_number(v, is_translated(r));
}
TEXTER(nat) { return put_count(p, (guint64)(e != NULL ? e->translated : is_translated(r))); }

NUMBER(inferred, r->inferred)

TEXTER(history)
{
  p = put_bytes(p, r->history, sizeof(r->history)) - sizeof(r->history) + r->steps;
  return r->more_steps ? put_literal(p, "+") : p;
}
GETTER(history)
{
  char text[FLOWS_HISTORY_MOST + 2];

  *text_history(text, NULL, c, record, NULL) = '\0';
  emit_value_text(v, g_string_assign(c->scratch, text)->str);
}

/* "SYN_SENT@0 SYN_RECV@0.01 ...": seconds since its first packet. */
TEXTER(states)
{
  guint i;

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
  char text[EMIT_PUT_BYTES], *end = text_states(text, NULL, c, record, NULL);

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

/* ---- the table ---- */

/* F: a field; T: of a tuple; Q: one that may need quotes. X(name, kind, width, rank, heading, needs, help) */
/* clang-format off */
#define FIELDS(F, T, Q) \
  F(conn, NUMBER, -6, 1, NULL, 0, "its number, as everywhere: order of confirmation, from 1")                                        \
  F(start, SPAN, -12, 3, NULL, 0, "first packet, in seconds since the captures' first one")                                          \
  F(first, TIME, 30, 0, NULL, 0, "time of its first packet")                                                                         \
  F(last, TIME, 30, 0, NULL, 0, "time of the last packet that was let through as its own")                                           \
  F(first_packet, NUMBER, -12, 0, NULL, 0, "number of its first packet")                                                             \
  F(last_packet, NUMBER, -11, 0, NULL, 0, "number of the last packet that was let through as its own")                               \
  F(duration, SPAN, -12, 4, NULL, 0, "seconds from first to last packet")                                                            \
  EMIT_TUPLE_COLUMNS(T)                                                                                                              \
  F(zone_orig, NUMBER, -9, 0, NULL, 0, "the zone that the original direction is tracked in; 0 is the usual one")                     \
  F(zone_reply, NUMBER, -10, 0, NULL, 0, "the zone that the reply is tracked in")                                                    \
  F(nat, FLAG, 3, 0, NULL, 0, "whether the reply tuple is another than the original one turned round")                               \
  F(inferred, FLAG, 8, 0, NULL, 0, "whether that is inferred from how packets were seen to leave, as no rule says it")                \
  F(state, TEXT, 11, 5, NULL, 0, "state of its protocol at the end, of protocols that have states")                                  \
  F(status, TEXT, 20, 0, NULL, 0, "status bits at the end, joined by |; inferred: as the column")                                    \
  F(history, TEXT, 8, 6, NULL, 0, "a letter for each state it reached, capital where the original side led there")                   \
  F(states, TEXT, 40, 0, NULL, FLOWS_NEEDS_STEPS, "the same in words, each with @seconds since its first packet")                    \
  F(packets, NUMBER, -8, 2, NULL, 0, "packets counted, both ways")                                                                   \
  F(bytes, NUMBER, -10, 3, NULL, 0, "bytes counted, both ways: of IP packets, headers included")                                     \
  F(packets_orig, NUMBER, -12, 0, NULL, 0, "packets counted in the original direction, as the kernel counts")                        \
  F(packets_reply, NUMBER, -13, 0, NULL, 0, "packets counted in the reply direction")                                                \
  F(bytes_orig, NUMBER, -11, 0, NULL, 0, "bytes counted in the original direction")                                                  \
  F(bytes_reply, NUMBER, -11, 0, NULL, 0, "bytes counted in the reply direction")                                                    \
  F(ignored, NUMBER, -7, 0, NULL, 0, "packets let through without being counted: retransmissions, and what the state table ignores") \
  F(icmp_errors, NUMBER, -11, 0, NULL, 0, "ICMP errors about it")                                                                    \
  F(invalid, NUMBER, -7, 5, NULL, 0, "INVALID packets found to belong to it; most belong to none (-P)")                              \
  F(invalid_reason, TEXT, 18, 0, NULL, 0, "why the first of them was INVALID")                                                       \
  F(dropped, NUMBER, -7, 0, NULL, 0, "its packets that a rule dropped, or its helper")                                               \
  F(silence, SPAN, -12, 0, NULL, 0, "the longest time without a packet of it, in seconds")                                           \
  F(silence_packet, NUMBER, -14, 0, NULL, 0, "the packet that ended that silence")                                                   \
  F(one_way, FLAG, 7, 0, NULL, 0, "whether no answer was ever seen")                                                                 \
  F(ended, TEXT, 13, 2, NULL, 0, "why it ended (list reasons); nothing: it had not when the captures did")                           \
  F(ended_at, TIME, 30, 0, NULL, 0, "when it ended")                                                                                 \
  F(ended_by, TEXT, 40, 0, NULL, 0, "the sysctl that ended it: its timeout's, or the table's size")                                  \
  F(ended_packet, NUMBER, -12, 0, NULL, 0, "the packet at which it ended: for which it was evicted, or which ended it")              \
  F(evicted, FLAG, 7, 0, NULL, 0, "whether it had to go because the table was full")                                                 \
  F(missed, NUMBER, -6, 0, NULL, FLOWS_NEEDS_MISSED, "packets that came after its end and found nothing")                            \
  F(missed_packet, NUMBER, -13, 0, NULL, FLOWS_NEEDS_MISSED, "the first of them")                                                    \
  F(missed_after, SPAN, -12, 0, NULL, FLOWS_NEEDS_MISSED, "seconds from its end to that packet")                                     \
  F(helper, TEXT, 8, 0, NULL, 0, "its helper")                                                                                       \
  F(master, NUMBER, -6, 0, NULL, 0, "the connection that announced it")                                                              \
  F(expected_by, TEXT, 11, 0, NULL, 0, "the words that announced it")                                                                \
  F(mark, NUMBER, -10, 0, NULL, 0, "its mark at the end")                                                                            \
  F(secmark, NUMBER, -10, 0, NULL, 0, "its security mark at the end")                                                                \
  Q(labels, TEXT, 12, 0, NULL, 0, "its labels at the end, joined by |: names where --connlabels has them, else numbers")             \
  Q(rule, TEXT, 28, 0, NULL, FLOWS_NEEDS_RULES, "with --rules: the rule that let its first packet in")                               \
  Q(verdict, TEXT, 8, 0, NULL, FLOWS_NEEDS_RULES, "with --rules: what became of its first packet")                                   \
  Q(dropped_rule, TEXT, 28, 0, NULL, FLOWS_NEEDS_RULES, "with --rules: the last rule that dropped a packet of it")                   \
  Q(interface, TEXT, 10, 0, NULL, 0, "interface of its first packet, of captures that name them")                                    \
  F(vlan, NUMBER, -4, 0, NULL, 0, "VLAN of its first packet, the outer of two")                                                      \
  F(inner_vlan, NUMBER, -10, 0, NULL, 0, "the inner of two VLANs")                                                                   \
  F(at, TIME, 30, 0, NULL, 0, "with --at: the moment at which all this was so")                                                      \
  F(flow, TEXT, 44, 1, NULL, 0, "protocol and original direction in words")
/* clang-format on */

#define WRAP(name, kind, width, rank, heading, needs, help)                                               \
  static char *put_##name##_field(char *p, emit_text *out, const emit_row_context *c, const void *record) \
  {                                                                                                       \
    return text_##name(p, out, c, record, NULL);                                                          \
  }
#define WRAP_TUPLE(name, dir, part, kind, width, help) WRAP(name, kind, width, 0, NULL, 0, help)
#define NOTHING(name, kind, width, rank, heading, needs, help)
FIELDS(WRAP, WRAP_TUPLE, NOTHING)

#define PUT(name, kind, width, rank, heading, needs, help) \
  p = text_##name(p, out, c, r, &e);                       \
  *p++ = separator;
#define PUT_TUPLE(name, dir, part, kind, width, help) PUT(name, kind, width, 0, NULL, 0, help)
#define PUT_NOTHING(name, kind, width, rank, heading, needs, help) *p++ = separator;

/* All fields at once. */
static char *put_row(char *p, emit_text *out, const emit_row_context *c, const void *record, char separator)
{
  ends e;
  FLOW;

  if (r->rule != NULL || r->verdict != NULL || r->dropped_rule != NULL || r->interface != NULL ||
      ct_labels_any(&r->labels))
    return NULL;
  write_ends(&e, c, r);
  FIELDS(PUT, PUT_TUPLE, PUT_NOTHING)
  p[-1] = '\n';
  return p;
}

#define FIELD_OF(name, kind, width, rank, heading, needs, help, put)            \
  {                                                                             \
#name, EMIT_KIND_##kind, width, rank, heading, needs, help, get_##name, put \
  }
#define FIELD(name, kind, width, rank, heading, needs, help) \
  FIELD_OF(name, kind, width, rank, heading, needs, help, put_##name##_field),
#define FIELD_TUPLE(name, dir, part, kind, width, help) FIELD(name, kind, width, 0, NULL, 0, help)
#define FIELD_QUOTED(name, kind, width, rank, heading, needs, help) \
  FIELD_OF(name, kind, width, rank, heading, needs, help, NULL),

static const emit_field fields[] = { FIELDS(FIELD, FIELD_TUPLE, FIELD_QUOTED) };

const emit_table flows_table = { "flow", fields, G_N_ELEMENTS(fields), put_row };
