/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON lines for people and jq: one object a line, each with the schema's version and a type. doc/formats.md is the
 * schema; a change that a reader could stumble over raises EMIT_JSON_SCHEMA. Static words of ours need no escaping.
 */
#include "asked.h"
#include "formats.h"
#include "headers.h"
#include "json_parts.h"
#include "past.h"
#include "one_sided.h"
#include "put.h"
#include "row.h"
#include "rules.h"
#include "wire.h"

/* Room for the longest of the pieces that are put at a pointer. */
enum { WIRE_BYTES = 512, HEAD_BYTES = 2048 };

static void json_time(emit_text *out, gint64 time_ns)
{
  emit_text_literal(out, ",\"time\":\"");
  emit_text_time(out, time_ns);
  emit_text_char(out, '"');
}

/* -P: what happened until the packet that is shown next; and the members of each reason, once it was met. */
typedef struct json_private {
  emit_collector *events;
  emit_row_context context; /* of rows */
  char *reasons[CT_REASON_COUNT];
  emit_phrases phrases;
} json_private;

/* A kernel of another age has names of its own in a reason's sentence: which, is worked out once. */
static const char *reason_members(json_private *priv, const emit_options *o, ct_reason reason)
{
  char words[CT_REASON_WORDS_BYTES];
  const char *sysctl;

  if (priv->reasons[reason] != NULL)
    return priv->reasons[reason];
  sysctl = ct_reason_sysctl(reason, o->profile);
  priv->reasons[reason] = g_strdup_printf(*sysctl != '\0' ? ",\"reason\":\"%s\",\"text\":\"%s\",\"sysctl\":\"%s\""
                                                          : ",\"reason\":\"%s\",\"text\":\"%s\"",
                                          ct_reason_word(reason), ct_reason_words(reason, o->profile, words), sysctl);
  return priv->reasons[reason];
}

static char *put_reason(char *p, json_private *priv, const emit_options *o, ct_reason reason)
{
  return reason == CT_REASON_NONE ? p : put_word(p, reason_members(priv, o, reason));
}

/* "name",...]: the names of the bits that are set, the lowest first. bits is not 0. */
static char *put_bits(char *p, guint bits, const put_name *names)
{
  for (; bits != 0; bits &= bits - 1)
    p = put_listed(p, &names[__builtin_ctz(bits)]);
  return put_literal(p - 1, "]");
}

static void expect_object(emit_text *out, const emit_options *o, const ct_expect_view *expect)
{
  emit_text_literal(out, "{\"id\":");
  emit_text_u64(out, expect->id);
  emit_text_char(out, ',');
  emit_json_expect(out, o, expect);
  if (expect->class_name != NULL && expect->class_name[0] != '\0')
    json_word(out, "class_name", expect->class_name);
  json_number(out, "master_id", expect->master_id);
  if (expect->made_by != NULL) {
    emit_text_literal(out, ",\"made_by\":");
    emit_text_json_string(out, expect->made_by);
  }
  json_number(out, "made_by_packet", expect->made_by_packet);
  emit_text_char(out, '}');
}

/* With the text of both ends, for the entry. */
static char *put_wire(char *p, const emit_wire *wire, emit_json_name *name)
{
  if (wire->family == 0)
    return p;
  name->packet = (ct_tuple){ wire->src, wire->dst, wire->sport, wire->dport, wire->family, wire->proto, 0 };
  put_ends_of(&name->ends, &name->packet);
  name->has_ends = wire->has_ports;
  p = put_end_addr(put_literal(p, ",\"src\":\""), &name->ends, PUT_SRC);
  p = put_end_addr(put_literal(p, "\",\"dst\":\""), &name->ends, PUT_DST);
  p = put_literal(p, "\"");
  if (wire->has_proto)
    p = put_u64(put_literal(p, ",\"proto\":"), wire->proto);
  if (wire->has_ports) {
    p = put_end_id(put_literal(p, ",\"sport\":"), &name->ends, PUT_SRC);
    p = put_end_id(put_literal(p, ",\"dport\":"), &name->ends, PUT_DST);
  } else if (wire->has_icmp) {
    p = put_literal(p, ",\"icmp_type\":");
    p = put_u64(p, wire->icmp_type);
    p = put_literal(p, ",\"icmp_code\":");
    p = put_u64(p, wire->icmp_code);
  }
  return p;
}

static char *put_flags(char *p, guint8 flags, emit_phrases *phrases)
{
  guint64 key = EMIT_PHRASE_FLAGS | (guint64)flags << 4;
  char *begin = p, *end = put_phrase(p, phrases, key), text[10];

  if (end != NULL)
    return end;
  p = put_word(put_literal(p, ",\"tcp\":{\"flags\":\""), emit_tcp_flags(flags, text));
  return put_phrase_kept(phrases, key, begin, put_literal(p, "\",\"seq\":"));
}

static char *put_tcp(char *p, const ct_packet *packet, const emit_wire *wire, emit_phrases *phrases)
{
  p = put_flags(p, wire->tcp_flags, phrases);
  p = put_u64(p, packet->l4.tcp.seq);
  p = put_literal(p, ",\"ack\":");
  p = put_u64(p, packet->l4.tcp.ack);
  p = put_literal(p, ",\"win\":");
  p = put_u64(p, packet->l4.tcp.window);
  p = put_literal(p, ",\"payload\":");
  p = put_u64(p, packet->l4.tcp.payload_bytes);
  return put_literal(p, "}");
}

static const put_name event_bits[] = { PUT_NAME("NEW"),    PUT_NAME("RELATED"), PUT_NAME("DESTROY"),
                                       PUT_NAME("REPLY"),  PUT_NAME("ASSURED"), PUT_NAME("PROTOINFO"),
                                       PUT_NAME("HELPER"), PUT_NAME("MARK") };

/* ,"bits":["NEW","PROTOINFO"] */
static char *put_event_bits(char *p, guint bits, emit_phrases *phrases)
{
  guint64 key = EMIT_PHRASE_EVENT | (guint64)bits << 4;
  char *end = put_phrase(p, phrases, key);

  return end != NULL ? end
                     : put_phrase_kept(phrases, key, p, put_bits(put_literal(p, ",\"bits\":["), bits, event_bits));
}

/*
 * What an event says, without braces; "time" and "n" stand on the packet's own line already, where it is the packet's.
 */
static void event_fields(emit_output *output, const ct_event *event, gboolean of_packet, emit_json_name *name)
{
  const emit_options *o = &output->options;
  emit_text *out = output->text;
  const guint known = (1u << G_N_ELEMENTS(event_bits)) - 1;
  char *p;

  p = put_word(put_literal(emit_text_reserve(out, WIRE_BYTES), "\"event\":\""), emit_event_name(event->type));
  emit_text_advance(out, put_literal(p, "\""));
  if (!of_packet || event->packet == 0)
    json_time(out, event->time_ns);
  if (!of_packet && event->packet != 0)
    json_number(out, "n", event->packet);
  p = emit_text_reserve(out, WIRE_BYTES);
  if ((event->bits & known) != 0)
    p = put_event_bits(p, event->bits & known, &((json_private *)output->priv)->phrases);
  emit_text_advance(out, put_reason(p, output->priv, o, event->reason));
  if (event->view != NULL) {
    emit_text_literal(out, ",\"entry\":");
    emit_json_object(out, o, event->view, emit_json_event_parts(o, event), name);
  }
  if (event->expect != NULL) {
    emit_text_literal(out, ",\"expect\":");
    expect_object(out, o, event->expect);
  }
}

static void json_entry(emit_output *output, const ct_view *view)
{
  emit_text *out = output->text;

  emit_text_literal(out, "{\"schema\":" EMIT_JSON_SCHEMA ",\"type\":\"entry\",\"created\":\"");
  emit_text_time(out, view->created_ns);
  emit_text_literal(out, "\",\"entry\":");
  emit_json_entry_object(out, &output->options, view);
  emit_text_literal(out, "}\n");
}

static void json_expect(emit_output *output, const ct_expect_view *expect)
{
  emit_text *out = output->text;

  emit_text_literal(out, "{\"schema\":" EMIT_JSON_SCHEMA ",\"type\":\"expect\",\"expect\":");
  expect_object(out, &output->options, expect);
  emit_text_literal(out, "}\n");
}

static void json_event(emit_output *output, const ct_event *event)
{
  emit_text *out = output->text;
  emit_json_name name;

  emit_json_name_begin(&name, &((json_private *)output->priv)->phrases);
  emit_text_literal(out, "{\"schema\":" EMIT_JSON_SCHEMA ",\"type\":\"event\",");
  event_fields(output, event, FALSE, &name);
  if (event->type == CT_EVENT_DROP && event->cause != NULL) {
    emit_wire wire;

    emit_wire_read(event->cause, output->options.profile, &wire);
    emit_text_advance(out, put_wire(emit_text_reserve(out, WIRE_BYTES), &wire, &name));
  }
  emit_text_literal(out, "}\n");
}

/* ,"verdict":"accept","class":"NEW","dir":"original" */
static char *put_outcome(char *p, const ct_result *result, const char *ruled)
{
  static const char *const verdicts[] = { "none", "accept", "drop" };

  p = put_word(put_literal(p, ",\"verdict\":\""), ruled != NULL ? ruled : verdicts[result->verdict]);
  if (result->cls == CT_CLASS_NONE)
    return put_literal(p, "\",\"class\":null");
  p = put_word(put_literal(p, "\",\"class\":\""), ct_class_name(result->cls));
  p = put_literal(p, "\"");
  if (result->cls != CT_CLASS_NEW && result->cls != CT_CLASS_ESTABLISHED && result->cls != CT_CLASS_RELATED)
    return p;
  p = put_word(put_literal(p, ",\"dir\":\""), result->dir == CT_ORIGINAL ? "original" : "reply");
  return put_literal(p, "\"");
}

/* ,"before":"NONE","after":"SYN_SENT", or nothing */
static char *put_states(char *p, const emit_options *o, guint8 proto, const ct_result *result)
{
  const char *before = ct_proto_state_name(o->profile, proto, result->old_state),
             *after = ct_proto_state_name(o->profile, proto, result->new_state);

  if (before == NULL || after == NULL)
    return p;
  p = put_word(put_literal(p, ",\"before\":\""), before);
  p = put_word(put_literal(p, "\",\"after\":\""), after);
  return put_literal(p, "\"");
}

/* ,"verdict":"accept","class":"NEW","dir":"original","conn":1,"before":"NONE","after":"SYN_SENT" */
static char *put_result(char *p, const emit_options *o, const emit_packet *shown, emit_phrases *phrases)
{
  const ct_result *result = shown->result;
  guint8 proto = shown->packet->tuple.proto;
  const char *ruled = shown->rules != NULL ? shown->rules->verdict : NULL;
  guint64 outcome = EMIT_PHRASE_RESULT | (guint64)result->verdict << 8 | (guint64)result->cls << 16 |
                    (guint64)result->dir << 24,
          states = EMIT_PHRASE_STATES | (guint64)proto << 8 | (guint64)result->old_state << 16 |
                   (guint64)result->new_state << 24;
  emit_phrases *kept = ruled == NULL ? phrases : NULL;
  char *end = put_phrase(p, kept, outcome);

  p = end != NULL ? end : put_phrase_kept(kept, outcome, p, put_outcome(p, result, ruled));
  if (result->conn == 0)
    return p;
  p = put_u64(put_literal(p, ",\"conn\":"), result->conn);
  end = put_phrase(p, phrases, states);
  return end != NULL ? end : put_phrase_kept(phrases, states, p, put_states(p, o, proto, result));
}

static char *put_bound(char *p, ct_reason reason, const ct_bound *bound)
{
  if (emit_reason_side(reason) == NULL)
    return p;
  p = put_u64(put_literal(p, ",\"bound\":{\"value\":"), bound->value);
  p = put_u64(put_literal(p, ",\"limit\":"), bound->limit);
  p = put_u64(put_literal(p, ",\"over\":"), bound->over);
  return put_literal(p, "}");
}

static void events_list(emit_output *output, emit_json_name *name)
{
  emit_collector *events = ((json_private *)output->priv)->events;
  emit_text *out = output->text;
  guint i, n = events != NULL ? emit_collector_count(events) : 0;

  if (n == 0)
    return;
  emit_text_literal(out, ",\"events\":[");
  for (i = 0; i < n; i++) {
    if (i > 0)
      emit_text_char(out, ',');
    emit_text_char(out, '{');
    event_fields(output, emit_collector_get(events, i), TRUE, name);
    emit_text_char(out, '}');
  }
  emit_text_char(out, ']');
  emit_collector_clear(events);
}

/* ,"changes":["created","refreshed","counted","state"], or nothing */
static char *put_changes(char *p, guint changes, emit_phrases *phrases)
{
  static const put_name names[] = { PUT_NAME("created"), PUT_NAME("refreshed"), PUT_NAME("counted"), PUT_NAME("state"),
                                    PUT_NAME("ended"),   PUT_NAME("reopened"),  PUT_NAME("expected") };
  guint known = changes & ((1u << G_N_ELEMENTS(names)) - 1);
  guint64 key = EMIT_PHRASE_CHANGES | (guint64)known << 4;
  char *end;

  if (known == 0)
    return p;
  end = put_phrase(p, phrases, key);
  return end != NULL ? end : put_phrase_kept(phrases, key, p, put_bits(put_literal(p, ",\"changes\":["), known, names));
}

/* What stands before the entry: the packet, and what became of it. */
static char *put_head(char *p, emit_output *output, const emit_packet *shown, emit_json_name *name)
{
  const ct_packet *packet = shown->packet;
  const ct_result *result = shown->result;
  const emit_options *o = &output->options;
  emit_text *out = output->text;
  emit_wire wire;

  emit_wire_read(packet, o->profile, &wire);
  p = put_u64(put_literal(p, "{\"schema\":" EMIT_JSON_SCHEMA ",\"type\":\"packet\",\"n\":"), packet->number);
  p = put_time(put_literal(p, ",\"time\":\""), out, packet->time_ns);
  p = put_seconds(put_literal(p, "\",\"t\":"), emit_time_since(packet->time_ns, shown->first_ns), 1);
  p = put_u64(put_literal(p, ",\"length\":"), packet->length);
  if (packet->flags & CT_PACKET_CUT)
    p = put_literal(p, ",\"cut\":true");
  if (packet->flags & CT_PACKET_REASSEMBLED)
    p = put_literal(p, ",\"reassembled\":true");
  p = put_wire(p, &wire, name);
  if (wire.has_tcp && ct_packet_has_tcp(packet))
    p = put_tcp(p, packet, &wire, name->phrases);
  p = put_result(p, o, shown, name->phrases);
  p = put_reason(p, output->priv, o, result->reason);
  p = put_bound(p, result->reason, &result->bound);
  return put_changes(p, result->changes, name->phrases);
}

static void query_member(emit_text *out, const emit_query *query)
{
  emit_text_literal(out, ",\"query\":{\"n\":");
  emit_text_u64(out, query->packet);
  emit_text_literal(out, ",\"conn\":");
  emit_text_u64(out, query->conn);
  emit_text_literal(out, ",\"dst\":\"");
  emit_text_addr(out, query->tuple.family, &query->tuple.dst, FALSE);
  emit_text_literal(out, "\"}");
}

/* What was refused of its other side before tells of packets out of order, rather than of one direction. */
static void sides_members(emit_text *out, const emit_packet *p)
{
  const journal_sides *sides = p->sides;

  if (emit_one_sided(p->packet, p->result, p->view) || (sides != NULL && sides->unopened)) {
    if (sides != NULL && sides->syn != 0)
      emit_text_format(out, ",\"syn\":%" G_GUINT64_FORMAT, sides->syn);
    else if (sides != NULL && sides->other_side != 0)
      emit_text_format(out, ",\"other_side\":%" G_GUINT64_FORMAT, sides->other_side);
    else
      emit_text_literal(out, ",\"one_sided\":true");
  } else if (sides != NULL && sides->untranslated != 0) {
    emit_text_format(out, ",\"untranslated\":%" G_GUINT64_FORMAT, sides->untranslated);
  } else if (sides != NULL && sides->synack != 0) {
    emit_text_format(out, ",\"synack\":%" G_GUINT64_FORMAT, sides->synack);
  }
}

static void json_packet(emit_output *output, const emit_packet *p)
{
  const emit_options *o = &output->options;
  emit_text *out = output->text;
  emit_json_name name;
  emit_wire wire;

  emit_json_name_begin(&name, &((json_private *)output->priv)->phrases);
  emit_text_advance(out, put_head(emit_text_reserve(out, HEAD_BYTES), output, p, &name));
  if (!ct_packet_has_tcp(p->packet)) {
    emit_wire_read(p->packet, o->profile, &wire);
    emit_headers_json(out, p->packet, &wire);
  }
  if (p->query != NULL)
    query_member(out, p->query);
  sides_members(out, p);
  if (p->view != NULL) {
    emit_text_literal(out, ",\"entry\":");
    emit_json_object(out, o, p->view, emit_json_listed_parts(o, p->view), &name);
  }
  if (emit_past_is_known(p->past))
    emit_past_member(out, o->profile, p->past);
  if (p->advice != NULL && p->advice->helps == JOURNAL_HELPS_SETTING)
    emit_advice_member(out, p->advice);
  events_list(output, &name);
  emit_rules_member(out, p->rules);
  emit_text_literal(out, "}\n");
}

static void json_part(emit_output *output, const emit_part *part) { emit_part_json(output->text, part); }

static void json_snapshot(emit_output *output, gint64 time_ns, guint64 packet)
{
  emit_text *out = output->text;

  emit_text_literal(out, "{\"schema\":" EMIT_JSON_SCHEMA ",\"type\":\"snapshot\"");
  json_time(out, time_ns);
  json_number(out, "n", packet);
  emit_text_literal(out, "}\n");
}

static void json_count(emit_output *output, guint64 count, const emit_part *part)
{
  emit_text *out = output->text;

  emit_text_literal(out, "{\"schema\":" EMIT_JSON_SCHEMA ",\"type\":\"count\"");
  if (part != NULL)
    emit_part_members(out, part);
  json_number(out, "count", count);
  emit_text_literal(out, "}\n");
}

/* ,"name":{"word":n,...}: figures by reason, those that are not zero. */
static void reasons_object(emit_text *out, const char *name, const uint64_t *figures)
{
  gboolean any = FALSE;
  guint i;

  emit_text_literal(out, ",\"");
  emit_text_string(out, name);
  emit_text_literal(out, "\":{");
  for (i = 0; i < CT_REASON_COUNT; i++) {
    if (figures[i] == 0)
      continue;
    emit_text_string(out, any ? ",\"" : "\"");
    emit_text_string(out, ct_reason_word(i));
    emit_text_literal(out, "\":");
    emit_text_u64(out, figures[i]);
    any = TRUE;
  }
  emit_text_char(out, '}');
}

static void json_stats(emit_output *output, const emit_statistics *statistics)
{
  const ct_stats *stats = statistics->stats;
  emit_text *out = output->text;

  emit_text_literal(out, "{\"schema\":" EMIT_JSON_SCHEMA ",\"type\":\"stats\"");
#define X(name) json_number(out, #name, stats->name);
  CT_STAT_LIST(X)
#undef X
  if (statistics->part != NULL)
    emit_part_members(out, statistics->part);
  json_number(out, "count", statistics->count);
  json_number(out, "packets", stats->packets);
  json_number(out, "created", stats->created);
  reasons_object(out, "ended", stats->ended);
  emit_timeouts_object(out, stats);
  reasons_object(out, "invalid_by_reason", stats->invalid_by_reason);
  reasons_object(out, "dropped_by_reason", stats->dropped_by_reason);
  json_number(out, "clock_back", stats->clock_back);
  json_number(out, "peak", stats->peak_count);
  if (stats->peak_count > 0) {
    emit_text_literal(out, ",\"peak_time\":\"");
    emit_text_time(out, stats->peak_time_ns);
    emit_text_char(out, '"');
  }
  json_number(out, "expect_peak", stats->expect_peak);
  json_number(out, "expect_expired", stats->expect_expired);
  json_number(out, "expect_refused", stats->expect_refused);
  json_number(out, "helper_cut", stats->helper_cut);
  emit_pressure_members(out, &output->options, statistics->pressure);
  emit_text_literal(out, "}\n");
}

static guint json_wants(const emit_options *o, guint what)
{
  (void)o;
  return what == EMIT_CAN_STATS ? EMIT_WANTS_PRESSURE : what == EMIT_CAN_PACKETS ? EMIT_WANTS_WALK : 0;
}

static gboolean json_open(emit_output *output, GError **error)
{
  json_private *p = output->priv;

  (void)error;
  if (output->options.columns != NULL)
    p->context = (emit_row_context){ output->options.profile, output->options.first_ns, g_string_new(NULL),
                                     output->options.label_names };
  if (output->what == EMIT_CAN_PACKETS)
    p->events = emit_collector_new();
  return TRUE;
}

static void json_note(emit_output *output, const ct_event *event)
{
  emit_collector_event(((json_private *)output->priv)->events, event);
}

static void json_skip(emit_output *output) { emit_collector_clear(((json_private *)output->priv)->events); }

/* A packet that was dropped is told as -P tells it. */
static void json_loss(emit_output *output, const emit_loss *loss)
{
  const emit_packet packet = { .packet = loss->packet, .result = loss->result, .first_ns = loss->first_ns };

  if (loss->kind == EMIT_LOSS_DROPPED)
    json_packet(output, &packet);
  else
    emit_json_loss(output, loss);
}

static void json_row(emit_output *output, const void *record)
{
  emit_row_json(output->text, output->options.columns, &((json_private *)output->priv)->context, record);
}

static gboolean json_close(emit_output *output, GError **error)
{
  json_private *p = output->priv;
  guint i;

  (void)error;
  emit_collector_free(p->events);
  for (i = 0; i < G_N_ELEMENTS(p->reasons); i++)
    g_free(p->reasons[i]);
  if (p->context.scratch != NULL)
    g_string_free(p->context.scratch, TRUE);
  return TRUE;
}

const emit_format emit_format_json = {
  .name = "json",
  .help = "one JSON object a line, for jq and other programs",
  .can = EMIT_CAN_LIST | EMIT_CAN_EXPECT | EMIT_CAN_EVENTS | EMIT_CAN_EXPECT_EVENTS | EMIT_CAN_PACKETS |
         EMIT_CAN_STATS | EMIT_CAN_COUNT | EMIT_CAN_LOSSES | EMIT_CAN_FLOWS,
  .private_bytes = sizeof(json_private),
  .wants = json_wants,
  .open = json_open,
  .entry = json_entry,
  .expect = json_expect,
  .event = json_event,
  .note = json_note,
  .packet = json_packet,
  .skip = json_skip,
  .stats = json_stats,
  .count = json_count,
  .loss = json_loss,
  .row = json_row,
  .part = json_part,
  .snapshot = json_snapshot,
  .close = json_close,
};
