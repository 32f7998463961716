/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_parts.h"

/* Room for the longest: three tuples of IPv6 addresses, all status bits, a helper's name (static, short), figures. */
enum { TUPLE_BYTES = 256, ENTRY_BYTES = 3072 };

/* Only what the kernel's tracker has is in its messages: DCCP's ports were, while it was tracked (spec 10.5). */
static gboolean has_ports(const emit_options *o, const ct_tuple *tuple)
{
  ct_ids ids = ct_proto_ids(o->profile, tuple->proto);

  return ids == CT_IDS_PORTS || ids == CT_IDS_KEYS;
}

/* Of a tuple whose ids are ports. */
static char *put_ports_tuple(char *p, guint8 proto, const put_ends *ends, put_end src, put_end dst)
{
  p = put_literal(put_end_addr(put_literal(p, "{\"src\":\""), ends, src), "\",\"dst\":\"");
  p = put_literal(put_end_addr(p, ends, dst), "\",\"proto\":");
  p = put_literal(put_u64(p, proto), ",\"sport\":");
  p = put_literal(put_end_id(p, ends, src), ",\"dport\":");
  return put_end_id(p, ends, dst);
}

static char *put_plain_tuple(char *p, const emit_options *o, const ct_tuple *tuple)
{
  put_ends ends;

  put_ends_of(&ends, tuple);
  if (has_ports(o, tuple))
    return put_ports_tuple(p, tuple->proto, &ends, PUT_SRC, PUT_DST);
  p = put_literal(put_end_addr(put_literal(p, "{\"src\":\""), &ends, PUT_SRC), "\",\"dst\":\"");
  p = put_literal(put_end_addr(p, &ends, PUT_DST), "\",\"proto\":");
  p = put_u64(p, tuple->proto);
  if (!ct_tuple_is_icmp(tuple))
    return p;
  p = put_u64(put_literal(p, ",\"id\":"), tuple->src_id);
  p = put_u64(put_literal(p, ",\"type\":"), ct_tuple_icmp_type(tuple));
  return put_u64(put_literal(p, ",\"code\":"), ct_tuple_icmp_code(tuple));
}

static char *put_zone(char *p, guint16 zone)
{
  p = put_literal(p, ",\"zone\":");
  return put_u64(p, zone);
}

static char *put_tuple(char *p, const emit_options *o, const ct_tuple *tuple)
{
  return put_literal(put_plain_tuple(p, o, tuple), "}");
}

void emit_json_tuple(emit_text *out, const emit_options *o, const ct_tuple *tuple)
{
  emit_text_advance(out, put_tuple(emit_text_reserve(out, TUPLE_BYTES), o, tuple));
}

static void address(emit_text *out, guint8 family, const ct_addr *addr)
{
  emit_text_addr(out, family, addr, FALSE);
  emit_text_char(out, '"');
}

void emit_json_tuple_sorted(emit_text *out, const emit_options *o, const ct_tuple *tuple)
{
  gboolean ports = has_ports(o, tuple), icmp = ct_tuple_is_icmp(tuple);

  emit_text_char(out, '{');
  if (icmp) {
    emit_text_literal(out, "\"code\":");
    emit_text_u64(out, ct_tuple_icmp_code(tuple));
    emit_text_char(out, ',');
  }
  if (ports) {
    emit_text_literal(out, "\"dport\":");
    emit_text_u64(out, tuple->dst_id);
    emit_text_char(out, ',');
  }
  emit_text_literal(out, "\"dst\":\"");
  address(out, tuple->family, &tuple->dst);
  if (icmp) {
    emit_text_literal(out, ",\"id\":");
    emit_text_u64(out, tuple->src_id);
  }
  emit_text_literal(out, ",\"proto\":");
  emit_text_u64(out, tuple->proto);
  if (ports) {
    emit_text_literal(out, ",\"sport\":");
    emit_text_u64(out, tuple->src_id);
  }
  emit_text_literal(out, ",\"src\":\"");
  address(out, tuple->family, &tuple->src);
  if (icmp) {
    emit_text_literal(out, ",\"type\":");
    emit_text_u64(out, ct_tuple_icmp_type(tuple));
  }
  if (tuple->zone != 0) {
    emit_text_literal(out, ",\"zone\":");
    emit_text_u64(out, tuple->zone);
  }
  emit_text_char(out, '}');
}

static char *put_pair(char *p, guint64 a, guint64 b)
{
  p = put_literal(put_count(put_literal(p, "["), a), ",");
  p = put_count(p, b);
  return put_literal(p, "]");
}

/* ,"status":["SEEN_REPLY","ASSURED",...]: the lowest bit first. */
static char *put_status_bits(char *p, guint32 bits)
{
  p = put_literal(p, ",\"status\":[");
  if (bits == 0)
    return put_literal(p, "]");
  for (; bits != 0; bits &= bits - 1) {
    p = put_literal(p, "\"");
    p = put_word(p, ct_status_name((unsigned)__builtin_ctz(bits)));
    p = put_literal(p, "\",");
  }
  return put_literal(p - 1, "]");
}

/* ,"status":["ASSURED",...]: by name, as the transcripts sort them. */
static char *put_status(char *p, guint32 bits)
{
  static const struct {
    guint32 bit;
    put_name name;
  } names[] = {
#define NAME(name) { CT_STATUS_##name, PUT_NAME(#name) }
    NAME(ASSURED),       NAME(CONFIRMED), NAME(DST_NAT),      NAME(DST_NAT_DONE), NAME(DYING),   NAME(EXPECTED),
    NAME(FIXED_TIMEOUT), NAME(HELPER),    NAME(HW_OFFLOAD),   NAME(NAT_CLASH),    NAME(OFFLOAD), NAME(SEEN_REPLY),
    NAME(SEQ_ADJUST),    NAME(SRC_NAT),   NAME(SRC_NAT_DONE), NAME(TEMPLATE),
#undef NAME
  };
  gboolean any = FALSE;
  guint i;

  p = put_literal(p, ",\"status\":[");
  for (i = 0; i < G_N_ELEMENTS(names); i++) {
    if (!(bits & names[i].bit))
      continue;
    p = put_listed(p, &names[i].name);
    any = TRUE;
  }
  if (any)
    p--; /* the last comma */
  return put_literal(p, "]");
}

static char *put_state(char *p, const emit_options *o, const ct_view *view, guint parts)
{
  const ct_proto *tracker = ct_proto_tracker(o->profile, view->tuple[CT_ORIGINAL].proto);
  const char *name = view->state < tracker->n_states ? tracker->states[view->state] : NULL;

  if (name == NULL)
    return p;
  p = put_literal(p, ",\"state\":\"");
  p = put_word(p, name);
  p = put_literal(p, "\"");
  if (!(parts & EMIT_JSON_DETAILS))
    return p;
  if (tracker->shows & CT_SHOWS_WINDOWS) {
    p = put_literal(p, ",\"wscale\":");
    p = put_pair(p, view->tcp.side[0].scale, view->tcp.side[1].scale);
    p = put_literal(p, ",\"tflags\":");
    p = put_pair(p, view->tcp.side[0].flags, view->tcp.side[1].flags);
  } else if (tracker->shows & CT_SHOWS_TAGS) {
    p = put_literal(p, ",\"vtag\":");
    p = put_pair(p, view->sctp_vtag[0], view->sctp_vtag[1]);
  }
  return p;
}

/* Whether these are the packet's own addresses and ports: PUT_SRC is whose source is the tuple's; PUT_NONE: no. */
static guint is_of_packet(const emit_json_name *name, const ct_tuple *tuple)
{
  const ct_tuple *own = &name->packet;

  if (!name->has_ends || own->family != tuple->family)
    return PUT_NONE;
  if (own->src_id == tuple->src_id && own->dst_id == tuple->dst_id && ct_addr_equal(&own->src, &tuple->src) &&
      ct_addr_equal(&own->dst, &tuple->dst))
    return PUT_SRC;
  return put_is_turned(own, tuple) ? PUT_DST : PUT_NONE;
}

/* Both of a connection whose reply is its original turned round. */
static char *put_turned_tuples(char *p, const ct_tuple *original, const emit_json_name *name)
{
  guint src = name != NULL ? is_of_packet(name, original) : (guint)PUT_NONE;
  const put_ends *ends = src != PUT_NONE ? &name->ends : NULL;
  put_ends own;

  if (ends == NULL) {
    put_ends_of(&own, original);
    ends = &own;
    src = PUT_SRC;
  }
  p = put_ports_tuple(put_literal(p, "\"orig\":"), original->proto, ends, (put_end)src, (put_end)!src);
  p = put_ports_tuple(put_literal(p, "},\"reply\":"), original->proto, ends, (put_end)!src, (put_end)src);
  return put_literal(p, "}");
}

/* name: NULL, or the packet's. */
static char *put_tuples(char *p, const emit_options *o, const ct_view *view, const emit_json_name *name)
{
  const ct_tuple *tuple = view->tuple;
  guint16 original = tuple[CT_ORIGINAL].zone, reply = tuple[CT_REPLY].zone;
  gboolean both = original == reply;

  if (both && has_ports(o, &tuple[CT_ORIGINAL]) && put_is_turned(&tuple[CT_ORIGINAL], &tuple[CT_REPLY])) {
    p = put_turned_tuples(p, &tuple[CT_ORIGINAL], name);
    return original != 0 ? put_zone(p, original) : p;
  }
  p = put_plain_tuple(put_literal(p, "\"orig\":"), o, &tuple[CT_ORIGINAL]);
  if (!both && original != 0)
    p = put_zone(p, original);
  p = put_plain_tuple(put_literal(p, "},\"reply\":"), o, &tuple[CT_REPLY]);
  if (!both && reply != 0)
    p = put_zone(p, reply);
  p = put_literal(p, "}");
  return both && original != 0 ? put_zone(p, original) : p;
}

static char *put_i32(char *p, gint32 value)
{
  if (value >= 0)
    return put_u64(p, (guint32)value);
  p = put_literal(p, "-");
  return put_u64(p, (guint64) - (gint64)value);
}

/* ,"seqadj":[[1009,0,-1],[0,0,0]] */
static char *put_seqadj(char *p, const ct_view *view)
{
  guint dir;

  p = put_literal(p, ",\"seqadj\":[");
  for (dir = 0; dir < 2; dir++) {
    p = put_literal(p, "[");
    p = put_u64(p, view->seqadj[dir].position);
    p = put_literal(p, ",");
    p = put_i32(p, view->seqadj[dir].before);
    p = put_literal(p, ",");
    p = put_i32(p, view->seqadj[dir].after);
    p = put_literal(p, "],");
  }
  return put_literal(p - 1, "]");
}

/* ,"labels":[5,9] */
static char *put_labels(char *p, const ct_labels *labels)
{
  guint i;

  p = put_literal(p, ",\"labels\":[");
  for (i = 0; i < CT_LABELS; i++)
    if (ct_labels_have(labels, i))
      p = put_literal(put_u64(p, i), ",");
  return put_literal(p - 1, "]");
}

/* The status, and the state with what TCP has beside it: a few of all that there may be stand in most lines. */
static char *put_standing(char *p, const emit_options *o, const ct_view *view, guint parts, emit_phrases *phrases)
{
  guint32 status = view->status | (parts & EMIT_JSON_DYING ? CT_STATUS_DYING : 0u);
  guint8 proto = view->tuple[CT_ORIGINAL].proto;
  const ct_tcp_side_view *side = view->tcp.side;
  guint64 key = EMIT_PHRASE_STANDING | (guint64)(parts & EMIT_PART_STATE ? 1 : 0) << 4 |
                (guint64)(parts & EMIT_JSON_DETAILS ? 1 : 0) << 5 | (guint64)proto << 8 |
                (guint64)(status & 0xffff) << 16 | (guint64)view->state << 32 | (guint64)(side[0].scale & 15) << 40 |
                (guint64)(side[1].scale & 15) << 44 | (guint64)side[0].flags << 48 | (guint64)side[1].flags << 56;
  char *begin = p, *end;

  /* SCTP has tags there, which are many; of scales there are up to 14. */
  if (parts & EMIT_JSON_RULES || proto == CT_PROTO_SCTP ||
      (status | side[0].scale << 12 | side[1].scale << 12) > 0xffff)
    phrases = NULL;
  end = put_phrase(p, phrases, key);
  if (end != NULL)
    return end;
  p = parts & EMIT_JSON_RULES ? put_status_bits(p, status) : put_status(p, status);
  if (parts & EMIT_PART_STATE)
    p = put_state(p, o, view, parts);
  return put_phrase_kept(phrases, key, begin, p);
}

/* What follows the tuples. */
static char *put_entry(char *p, const emit_options *o, const ct_view *view, guint parts, emit_phrases *phrases)
{
  p = put_standing(p, o, view, parts, phrases);
  if (parts & EMIT_PART_HELPER) {
    p = put_literal(p, ",\"helper\":\"");
    p = put_word(p, view->helper);
    p = put_literal(p, "\"");
  }
  if (parts & EMIT_PART_TIMEOUT) {
    p = put_literal(p, ",\"timeout\":");
    p = put_u64(p, emit_view_seconds(view));
  }
  if (parts & EMIT_PART_COUNTERS) {
    p = put_literal(p, ",\"counters\":[");
    p = put_pair(p, view->packets[0], view->bytes[0]);
    p = put_literal(p, ",");
    p = put_pair(p, view->packets[1], view->bytes[1]);
    p = put_literal(p, "]");
  }
  if (parts & EMIT_JSON_RULES && view->mark != 0) {
    p = put_literal(p, ",\"mark\":");
    p = put_u64(p, view->mark);
  }
  if (parts & EMIT_PART_LABELS)
    p = put_labels(p, &view->labels);
  if (view->status & CT_STATUS_SEQ_ADJUST && parts & EMIT_PART_COUNTERS)
    p = put_seqadj(p, view);
  if (parts & EMIT_JSON_ID) {
    p = put_literal(p, ",\"id\":");
    p = put_u64(p, view->id);
  }
  if (parts & EMIT_JSON_MASTER && view->has_master) {
    p = put_literal(p, ",\"master\":");
    p = put_tuple(p, o, &view->master_tuple);
  }
  return p;
}

void emit_json_entry(emit_text *out, const emit_options *o, const ct_view *view, guint parts)
{
  char *p = emit_text_reserve(out, ENTRY_BYTES);

  emit_text_advance(out, put_entry(put_tuples(p, o, view, NULL), o, view, parts, NULL));
}

void emit_json_entry_named(emit_text *out, const emit_options *o, const ct_view *view, guint parts,
                           emit_json_name *name)
{
  char *p = emit_text_reserve(out, ENTRY_BYTES);

  if (name->length == 0 || name->id != view->id) {
    char *end = put_u64(put_literal(name->text, "\"id\":"), view->id);

    name->length = (gsize)(put_tuples(put_literal(end, ","), o, view, name) - name->text);
    name->id = view->id;
  }
  emit_text_advance(out, put_entry(put_bytes(p, name->text, name->length), o, view, parts, name->phrases));
}

guint emit_json_event_parts(const emit_options *o, const ct_event *event)
{
  guint parts = emit_parts_event(o, event);

  if (event->type == CT_EVENT_DESTROY)
    return parts | EMIT_JSON_DYING; /* of the protocol's part it carries the state alone */
  return parts | EMIT_JSON_DETAILS | (event->type == CT_EVENT_NEW ? EMIT_JSON_MASTER : 0u);
}

/* ,"nat":{"dir":"r","tuple":{...}}: the saved address and port as the source of a tuple of the master's. */
static void put_saved(emit_text *out, const emit_options *o, const ct_expect_view *expect)
{
  ct_tuple saved = { .family = expect->tuple.family, .proto = expect->master_tuple.proto };

  saved.src = expect->saved;
  saved.src_id = expect->saved_id;
  emit_text_literal(out, ",\"nat\":{\"dir\":\"");
  emit_text_char(out, expect->nat_dir == CT_ORIGINAL ? 'o' : 'r');
  emit_text_literal(out, "\",\"tuple\":");
  emit_json_tuple(out, o, &saved);
  emit_text_char(out, '}');
}

/* That, where anything was saved (ctnetlink asks the same), and ,"fn":"sip". */
static void put_translation(emit_text *out, const emit_options *o, const ct_expect_view *expect)
{
  const ct_addr none = { .halves = { 0, 0 } };

  if (expect->saved_id != 0 || !ct_addr_equal(&expect->saved, &none))
    put_saved(out, o, expect);
  if (expect->fn[0] != '\0') {
    emit_text_literal(out, ",\"fn\":");
    emit_text_json_string(out, expect->fn);
  }
}

void emit_json_expect(emit_text *out, const emit_options *o, const ct_expect_view *expect)
{
  ct_tuple mask = emit_expect_mask(expect);

  emit_text_literal(out, "\"master\":");
  emit_json_tuple(out, o, &expect->master_tuple);
  emit_text_literal(out, ",\"tuple\":");
  emit_json_tuple(out, o, &expect->tuple);
  emit_text_literal(out, ",\"mask\":");
  emit_json_tuple(out, o, &mask);
  if (emit_expect_ends(expect)) {
    emit_text_literal(out, ",\"timeout\":");
    emit_text_u64(out, expect->timeout_ns > 0 ? (guint64)expect->timeout_ns / 1000000000u : 0);
  }
  emit_text_literal(out, ",\"helper\":");
  emit_text_json_string(out, expect->helper != NULL ? expect->helper : "");
  emit_text_literal(out, ",\"flags\":");
  emit_text_u64(out, expect->flags);
  emit_text_literal(out, ",\"class\":");
  emit_text_u64(out, expect->class_number);
  if (expect->translated)
    put_translation(out, o, expect);
}

const char *emit_event_name(ct_event_type type)
{
  static const char *const names[CT_EVENT_TYPE_COUNT] = {
    [CT_EVENT_NEW] = "NEW",
    [CT_EVENT_UPDATE] = "UPDATE",
    [CT_EVENT_DESTROY] = "DESTROY",
    [CT_EVENT_EXPECT_NEW] = "EXP_NEW",
    [CT_EVENT_EXPECT_DESTROY] = "EXP_DESTROY",
    [CT_EVENT_DROP] = "DROP",
  };

  return names[type];
}
