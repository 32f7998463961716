/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -P for people: a line per packet in columns that stay where they are, then the packet as tcpdump's readers know it,
 * then what there is to say about it. The columns are documented in doc/formats.md.
 */
#include "asked.h"
#include "formats.h"
#include "headers.h"
#include "one_sided.h"
#include "parts.h"
#include "past.h"
#include "rules.h"
#include "wire.h"
#include "zone.h"

enum {
  NUMBER_WIDTH = 6,
  TIME_WIDTH = 13,
  CONN_WIDTH = 7,
  CLASS_WIDTH = 12,
  DIR_WIDTH = 6,
  STATE_WIDTH = 26,
  TIMEOUT_WIDTH = 7
};

enum { PROTO_ESP = 50, HEADING_WIDTH = 120 };

void emit_packet_heading(emit_text *out, const emit_options *o)
{
  emit_text_pad(out, "packet", -NUMBER_WIDTH);
  emit_text_pad(out, o->options & EMIT_TIMESTAMP ? " time                       " : "time", -TIME_WIDTH);
  if (o->options & EMIT_TIMESTAMP && emit_zone_is_set())
    emit_text_literal(out, "     "); /* +02:00 for Z */
  emit_text_literal(out, "  ");
  emit_text_pad(out, "conn", CONN_WIDTH);
  emit_text_pad(out, "class", CLASS_WIDTH);
  emit_text_pad(out, "dir", DIR_WIDTH);
  emit_text_pad(out, "state", STATE_WIDTH);
  emit_text_pad(out, "timeout", TIMEOUT_WIDTH);
  /* What a line goes on with stands beneath it where the screen has no room for both. */
  emit_text_string(out, o->screen == 0 || o->screen >= HEADING_WIDTH ? "   packet\n" : "\n");
}

static void pad_from(emit_text *out, gsize begin, gsize width)
{
  while (out->used - begin < width)
    emit_text_char(out, ' ');
}

/*
 * Six decimals always: a column. The capture's nanoseconds are cut, not rounded, so that no packet seems to come before
 * its cause.
 */
static void time_column(emit_text *out, const emit_options *o, const emit_packet *p)
{
  gint64 ns = emit_time_since(p->packet->time_ns, p->first_ns);
  guint64 v = ns < 0 ? -(guint64)ns : (guint64)ns;
  char digits[24];

  if (o->options & EMIT_TIMESTAMP) {
    emit_text_char(out, ' ');
    emit_text_moment_fixed(out, p->packet->time_ns);
    return;
  }
  g_snprintf(digits, sizeof(digits), "%s%" G_GUINT64_FORMAT, ns < 0 ? "-" : "", v / 1000000000u);
  emit_text_char(out, ' '); /* whatever the figures, columns do not touch */
  emit_text_pad(out, digits, -(TIME_WIDTH - 8));
  emit_text_char(out, '.');
  emit_text_u64_zeros(out, v % 1000000000u / 1000u, 6);
}

static void colour(emit_text *out, const emit_options *o, const char *sequence)
{
  if (o->colour)
    emit_text_string(out, sequence);
}

static void class_column(emit_text *out, const emit_options *o, const ct_result *result)
{
  static const char *const colours[CT_CLASS_COUNT] = {
    [CT_CLASS_NONE] = "\033[2m",     [CT_CLASS_NEW] = "\033[32m",     [CT_CLASS_ESTABLISHED] = "",
    [CT_CLASS_RELATED] = "\033[36m", [CT_CLASS_INVALID] = "\033[31m", [CT_CLASS_UNTRACKED] = "\033[2m",
  };
  gboolean dropped = result->verdict == CT_VERDICT_DROP;
  const char *dir = "-";

  if (result->cls == CT_CLASS_NEW || result->cls == CT_CLASS_ESTABLISHED || result->cls == CT_CLASS_RELATED)
    dir = result->dir == CT_ORIGINAL ? "orig" : "reply";
  colour(out, o, dropped ? "\033[1;31m" : colours[result->cls]);
  emit_text_pad(out,
                dropped                        ? "dropped"
                : result->cls == CT_CLASS_NONE ? "-"
                                               : ct_class_name(result->cls),
                CLASS_WIDTH);
  colour(out, o, "\033[0m");
  emit_text_pad(out, dir, DIR_WIDTH);
}

/* Protocols without states have one all the same: whether an answer came, and whether it lasted. */
static const char *stateless(const ct_view *view)
{
  if (view->status & CT_STATUS_ASSURED)
    return "assured";
  return view->status & CT_STATUS_SEEN_REPLY ? "replied" : "unreplied";
}

static void state_column(emit_text *out, const emit_options *o, const emit_packet *p)
{
  gsize begin;
  guint8 proto = p->view != NULL ? p->view->tuple[CT_ORIGINAL].proto : p->packet->tuple.proto;
  const char *before = ct_proto_state_name(o->profile, proto, p->result->old_state),
             *after = ct_proto_state_name(o->profile, proto, p->result->new_state);

  if (before == NULL && after != NULL)
    before = "NONE";           /* DCCP: an entry without a state is one of a protocol without them */
  emit_text_reserve(out, 128); /* the column does not straddle a flush: its width is taken from what was written */
  begin = out->used;
  if (p->result->conn == 0) {
    emit_text_char(out, '-');
  } else if (before == NULL || after == NULL) {
    emit_text_string(out, p->view != NULL ? stateless(p->view) : "-");
  } else {
    if (before != after) {
      emit_text_string(out, before);
      emit_text_literal(out, " -> ");
    }
    emit_text_string(out, after);
  }
  pad_from(out, begin, STATE_WIDTH - 1);
  emit_text_char(out, ' ');
}

static void endpoint(emit_text *out, const emit_wire *wire, const ct_addr *addr, guint16 port)
{
  emit_text_addr(out, wire->family, addr, FALSE);
  if (!wire->has_ports)
    return;
  emit_text_char(out, '.');
  emit_text_u64(out, port);
}

/* What a line calls the protocol. */
static const char *title(const ct_proto *known) { return known->title != NULL ? known->title : known->name; }

static void icmp_part(emit_text *out, const ct_proto *known, const emit_wire *wire)
{
  const char *name = known->type_name(wire->icmp_type);

  emit_text_string(out, title(known));
  emit_text_char(out, ' ');
  if (name != NULL) {
    emit_text_string(out, name);
  } else {
    emit_text_literal(out, "type ");
    emit_text_u64(out, wire->icmp_type);
  }
  if (name == NULL || wire->icmp_code != 0) {
    emit_text_literal(out, " code ");
    emit_text_u64(out, wire->icmp_code);
  }
  if (name != NULL && strncmp(name, "echo", 4) == 0) {
    emit_text_literal(out, ", id ");
    emit_text_u64(out, wire->icmp_id);
  }
}

static void tcp_part(emit_text *out, const ct_packet *packet, const emit_wire *wire)
{
  char flags[10];

  emit_text_literal(out, "Flags [");
  emit_text_string(out, emit_tcp_flags(wire->tcp_flags, flags));
  emit_text_char(out, ']');
  if (!ct_packet_has_tcp(packet))
    return;
  emit_text_literal(out, ", seq ");
  emit_text_u64(out, packet->l4.tcp.seq);
  if (wire->tcp_flags & CT_TCP_ACK) {
    emit_text_literal(out, ", ack ");
    emit_text_u64(out, packet->l4.tcp.ack);
  }
  emit_text_literal(out, ", win ");
  emit_text_u64(out, packet->l4.tcp.window);
}

/* The length is tcpdump's: what the protocol carries for TCP and UDP, what IP carries for GRE and ESP, else the
 * packet's. */
static guint32 shown_length(const ct_packet *packet, const emit_wire *wire)
{
  if (wire->has_tcp && ct_packet_has_tcp(packet))
    return packet->l4.tcp.payload_bytes;
  if (wire->proto == CT_PROTO_UDP && packet->l4_offset != 0 && packet->length >= packet->l4_offset + 8u)
    return packet->length - packet->l4_offset - 8;
  if ((wire->proto == CT_PROTO_GRE || wire->proto == PROTO_ESP) && packet->l4_offset != 0 &&
      packet->length >= packet->l4_offset)
    return packet->length - packet->l4_offset;
  return packet->length;
}

static void packet_part(emit_text *out, const emit_options *o, const ct_packet *packet)
{
  const ct_proto *known;
  emit_wire wire;

  emit_wire_read(packet, o->profile, &wire);
  known = ct_proto_known(o->profile, wire.proto);
  if (wire.family == 0) {
    emit_text_char(out, '-');
    return;
  }
  endpoint(out, &wire, &wire.src, wire.sport);
  emit_text_literal(out, " > ");
  endpoint(out, &wire, &wire.dst, wire.dport);
  emit_text_literal(out, ": ");
  if (wire.has_tcp) {
    tcp_part(out, packet, &wire);
  } else if (wire.has_icmp) {
    icmp_part(out, known, &wire);
    emit_packet_about(out, o->profile, packet);
  } else if (!wire.has_proto) {
    emit_text_literal(out, "IP6");
  } else if (emit_headers_line(out, packet, &wire)) {
    /* It has said what there is to say. */
  } else if (known != NULL) {
    emit_text_string(out, known->ids == CT_IDS_ICMP ? known->name : title(known)); /* of ICMP there is no type to see */
  } else {
    emit_text_literal(out, "proto ");
    emit_text_u64(out, wire.proto);
  }
  emit_text_literal(out, ", length ");
  emit_text_u64(out, shown_length(packet, &wire));
}

const char *emit_reason_side(ct_reason reason)
{
  switch (reason) {
  case CT_REASON_TCP_SEQ_OVER:
  case CT_REASON_TCP_ACK_OVER:
  case CT_REASON_TCP_OVERSHOOT: return "beyond";
  case CT_REASON_TCP_SEQ_UNDER:
  case CT_REASON_TCP_ACK_UNDER:
  case CT_REASON_TCP_RST_SEQ: return "below";
  case CT_REASON_TCP_LIBERAL: return "away from";
  default: return NULL;
  }
}

/* What there is to say, clause by clause: the first after a dash, the others after semicolons. */
typedef struct remarks {
  emit_text *out;
  const ct_profile *profile;
  gboolean any;
} remarks;

static emit_text *remark(remarks *r)
{
  emit_text_string(r->out, r->any ? "; " : "  -- ");
  r->any = TRUE;
  return r->out;
}

static void reason_remarks(remarks *r, const emit_packet *p)
{
  const ct_result *result = p->result;
  ct_reason reason = result->reason;
  char words[CT_REASON_WORDS_BYTES];
  emit_text *out;

  if (reason == CT_REASON_NONE)
    return;
  out = remark(r);
  emit_text_string(out, ct_reason_words(reason, r->profile, words));
  if (reason == CT_REASON_TCP_SYN_IGNORED || reason == CT_REASON_TCP_REOPEN_IGNORED) {
    emit_text_literal(out, ", by acknowledging ");
    emit_text_u64(out, p->packet->l4.tcp.seq + p->packet->l4.tcp.payload_bytes + 1);
  }
  if (emit_reason_side(reason) != NULL) {
    emit_text_literal(out, ": ");
    emit_text_u64(out, result->bound.value);
    emit_text_literal(out, " is ");
    emit_text_u64(out, result->bound.over);
    emit_text_char(out, ' ');
    emit_text_string(out, emit_reason_side(reason));
    emit_text_char(out, ' ');
    emit_text_u64(out, result->bound.limit);
  }
  if (p->advice != NULL) {
    if (p->advice->helps == JOURNAL_HELPS_SETTING && !emit_past_tells(p->past, p->advice))
      emit_advice_words(remark(r), r->profile, reason, p->advice, p->rules != NULL);
  } else if ((result->cls == CT_CLASS_INVALID || result->verdict != CT_VERDICT_ACCEPT) &&
             ct_reason_sysctl(reason, r->profile)[0] != '\0') {
    emit_reason_hint(remark(r), r->profile, reason, p->rules != NULL);
  }
}

static void master_tuple(emit_text *out, const ct_profile *profile, const ct_tuple *tuple)
{
  bool ports = ct_proto_has_ports(profile, tuple);

  emit_text_addr(out, tuple->family, &tuple->src, FALSE);
  if (ports)
    emit_text_format(out, ".%u", tuple->src_id);
  emit_text_literal(out, " > ");
  emit_text_addr(out, tuple->family, &tuple->dst, FALSE);
  if (ports)
    emit_text_format(out, ".%u", tuple->dst_id);
}

/* Who announced what, and in which packet. */
static void announced(emit_text *out, const ct_expect_view *expect)
{
  if (expect->made_by == NULL)
    return;
  emit_text_literal(out, " (");
  if (expect->helper != NULL) {
    emit_text_string(out, expect->helper);
    emit_text_literal(out, ": ");
  }
  emit_text_string(out, expect->made_by);
  if (expect->made_by_packet != 0) {
    emit_text_literal(out, " in packet ");
    emit_text_u64(out, expect->made_by_packet);
  }
  emit_text_char(out, ')');
}

/* Whether an expectation was used up: told where that event is. */
static gboolean met_once(const emit_collector *events)
{
  guint i, n = events != NULL ? emit_collector_count(events) : 0;

  for (i = 0; i < n; i++)
    if (emit_collector_get(events, i)->type == CT_EVENT_EXPECT_DESTROY &&
        emit_collector_get(events, i)->reason == CT_REASON_END_USED)
      return TRUE;
  return FALSE;
}

static void stays_remark(remarks *r, const ct_view *view)
{
  emit_text *out = remark(r);

  emit_text_format(out, "expected by #%" G_GUINT64_FORMAT, view->master_id);
  if (view->expected_by != NULL)
    emit_text_format(out, " (%s%s%s in packet %" G_GUINT64_FORMAT ")",
                     view->expected_helper != NULL ? view->expected_helper : "",
                     view->expected_helper != NULL ? ": " : "", view->expected_by, view->expected_by_packet);
}

static void event_remark(remarks *r, const emit_packet *p, const ct_event *event)
{
  emit_text *out;

  switch (event->type) {
  case CT_EVENT_EXPECT_NEW:
    out = remark(r);
    emit_text_literal(out, "expects ");
    emit_expect_class(out, r->profile, event->expect);
    announced(out, event->expect);
    break;
  case CT_EVENT_EXPECT_DESTROY:
    if (event->reason != CT_REASON_END_USED)
      break;
    out = remark(r);
    emit_text_literal(out, "expected by #");
    emit_text_u64(out, event->expect->master_id);
    emit_text_char(out, ' ');
    master_tuple(out, r->profile, &event->expect->master_tuple);
    announced(out, event->expect);
    emit_text_literal(out, " as ");
    emit_expect_class(out, r->profile, event->expect);
    break;
  case CT_EVENT_DESTROY:
    /* Entries that end by themselves are no doing of this packet. */
    if (event->packet == 0 || event->reason == CT_REASON_END_TIMEOUT || event->view->id == p->result->conn)
      break;
    out = remark(r);
    emit_text_char(out, '#');
    emit_text_u64(out, event->view->id);
    emit_text_literal(out, " ends: ");
    emit_text_string(out, ct_reason_sentence(event->reason));
    break;
  default: break;
  }
}

/* The verdict, who gave it, and where that stands. */
static void rules_remark(remarks *r, const emit_rules *rules)
{
  if (rules == NULL || rules->verdict == NULL)
    return;
  emit_rules_words(remark(r), rules);
}

void emit_packet_remarks(emit_text *out, const emit_options *o, const emit_packet *p, const emit_collector *events)
{
  remarks r = { out, o->profile, FALSE };
  guint i, n = events != NULL ? emit_collector_count(events) : 0;

  rules_remark(&r, p->rules);
  reason_remarks(&r, p);
  if (emit_past_is_known(p->past))
    emit_past_words(remark(&r), o->profile, p->past);
  if (p->query != NULL)
    emit_query_remark(remark(&r), p->query);
  if (emit_sides_tell(p->packet, p->result, p->view, p->sides))
    emit_sides_words(remark(&r), o->profile, p->view, p->sides);
  if (p->result->events & CT_EV_ASSURED)
    emit_text_string(remark(&r), "assured");
  if (p->result->changes & CT_CHANGE_CREATED && p->view != NULL && p->view->has_master && !met_once(events))
    stays_remark(&r, p->view);
  for (i = 0; i < n; i++)
    event_remark(&r, p, emit_collector_get(events, i));
}

gsize emit_packet_line(emit_text *out, const emit_options *o, const emit_packet *p, const emit_collector *events)
{
  gsize begin = out->used, column;
  char conn[24];

  emit_text_u64_pad(out, p->packet->number, -NUMBER_WIDTH);
  time_column(out, o, p);
  emit_text_literal(out, "  ");
  if (p->result->conn != 0)
    g_snprintf(conn, sizeof(conn), "#%" G_GUINT64_FORMAT, (guint64)p->result->conn);
  emit_text_pad(out, p->result->conn != 0 ? conn : "-", CONN_WIDTH - 1);
  emit_text_char(out, ' ');
  class_column(out, o, p->result);
  state_column(out, o, p);
  if (p->view != NULL)
    emit_text_u64_pad(out, emit_view_seconds(p->view), -TIMEOUT_WIDTH);
  else
    emit_text_pad(out, "-", -TIMEOUT_WIDTH);
  emit_text_literal(out, "   ");
  column = out->used - begin;
  packet_part(out, o, p->packet);
  emit_packet_remarks(out, o, p, events);
  emit_text_char(out, '\n');
  return column;
}
