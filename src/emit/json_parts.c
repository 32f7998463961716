/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_parts.h"

/* Whether the protocol's ids are its own, and so listed: DCCP's only where a kernel tracked it (spec 10.5). */
static gboolean has_ports(const emit_options *o, const ct_tuple *tuple)
{
  return ct_tuple_has_ports(tuple) || tuple->proto == CT_PROTO_GRE ||
         (tuple->proto == CT_PROTO_DCCP && o->profile != NULL && o->profile->dccp_tracker);
}

static void address(emit_text *out, guint8 family, const ct_addr *addr)
{
  emit_text_addr(out, family, addr, FALSE);
  emit_text_char(out, '"');
}

void emit_json_tuple(emit_text *out, const emit_options *o, const ct_tuple *tuple)
{
  emit_text_literal(out, "{\"src\":\"");
  address(out, tuple->family, &tuple->src);
  emit_text_literal(out, ",\"dst\":\"");
  address(out, tuple->family, &tuple->dst);
  emit_text_literal(out, ",\"proto\":");
  emit_text_u64(out, tuple->proto);
  if (has_ports(o, tuple)) {
    emit_text_literal(out, ",\"sport\":");
    emit_text_u64(out, tuple->src_id);
    emit_text_literal(out, ",\"dport\":");
    emit_text_u64(out, tuple->dst_id);
  } else if (ct_tuple_is_icmp(tuple)) {
    emit_text_literal(out, ",\"id\":");
    emit_text_u64(out, tuple->src_id);
    emit_text_literal(out, ",\"type\":");
    emit_text_u64(out, ct_tuple_icmp_type(tuple));
    emit_text_literal(out, ",\"code\":");
    emit_text_u64(out, ct_tuple_icmp_code(tuple));
  }
  emit_text_char(out, '}');
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
  emit_text_char(out, '}');
}

static void pair(emit_text *out, guint64 a, guint64 b)
{
  emit_text_char(out, '[');
  emit_text_u64(out, a);
  emit_text_char(out, ',');
  emit_text_u64(out, b);
  emit_text_char(out, ']');
}

static void status(emit_text *out, guint32 bits)
{
  /* By name, as the transcripts sort them. */
  static const struct {
    guint32 bit;
    guint length;
    const char *text;
  } names[] = {
#define NAME(name) { CT_STATUS_##name, sizeof("\"" #name "\"") - 1, "\"" #name "\"" }
    NAME(ASSURED),      NAME(CONFIRMED), NAME(DST_NAT),    NAME(DST_NAT_DONE), NAME(DYING),      NAME(EXPECTED),
    NAME(FIXED_TIMEOUT), NAME(HELPER),   NAME(HW_OFFLOAD), NAME(NAT_CLASH),    NAME(OFFLOAD),    NAME(SEEN_REPLY),
    NAME(SEQ_ADJUST),   NAME(SRC_NAT),   NAME(SRC_NAT_DONE), NAME(TEMPLATE),
#undef NAME
  };
  gboolean any = FALSE;
  guint i;

  emit_text_char(out, '[');
  for (i = 0; i < G_N_ELEMENTS(names); i++) {
    if (!(bits & names[i].bit))
      continue;
    if (any)
      emit_text_char(out, ',');
    emit_text_bytes(out, names[i].text, names[i].length);
    any = TRUE;
  }
  emit_text_char(out, ']');
}

static void state(emit_text *out, const ct_view *view, guint parts)
{
  const char *name = ct_state_name(view->tuple[CT_ORIGINAL].proto, view->state);

  if (name == NULL)
    return;
  emit_text_literal(out, ",\"state\":\"");
  emit_text_string(out, name);
  emit_text_char(out, '"');
  if (!(parts & EMIT_JSON_DETAILS))
    return;
  if (view->tuple[CT_ORIGINAL].proto == CT_PROTO_TCP) {
    emit_text_literal(out, ",\"wscale\":");
    pair(out, view->tcp.side[0].scale, view->tcp.side[1].scale);
    emit_text_literal(out, ",\"tflags\":");
    pair(out, view->tcp.side[0].flags, view->tcp.side[1].flags);
  } else if (view->tuple[CT_ORIGINAL].proto == CT_PROTO_SCTP) {
    emit_text_literal(out, ",\"vtag\":");
    pair(out, view->sctp_vtag[0], view->sctp_vtag[1]);
  }
}

void emit_json_entry(emit_text *out, const emit_options *o, const ct_view *view, guint parts)
{
  emit_text_literal(out, "\"orig\":");
  emit_json_tuple(out, o, &view->tuple[CT_ORIGINAL]);
  emit_text_literal(out, ",\"reply\":");
  emit_json_tuple(out, o, &view->tuple[CT_REPLY]);
  emit_text_literal(out, ",\"status\":");
  status(out, view->status | (parts & EMIT_JSON_DYING ? CT_STATUS_DYING : 0u));
  if (parts & EMIT_PART_STATE)
    state(out, view, parts);
  if (parts & EMIT_PART_HELPER) {
    emit_text_literal(out, ",\"helper\":\"");
    emit_text_string(out, view->helper);
    emit_text_char(out, '"');
  }
  if (parts & EMIT_PART_TIMEOUT) {
    emit_text_literal(out, ",\"timeout\":");
    emit_text_u64(out, emit_view_seconds(view));
  }
  if (parts & EMIT_PART_COUNTERS) {
    emit_text_literal(out, ",\"counters\":[");
    pair(out, view->packets[0], view->bytes[0]);
    emit_text_char(out, ',');
    pair(out, view->packets[1], view->bytes[1]);
    emit_text_char(out, ']');
  }
  if (parts & EMIT_JSON_ID) {
    emit_text_literal(out, ",\"id\":");
    emit_text_u64(out, view->id);
  }
  if (parts & EMIT_JSON_MASTER && view->has_master) {
    emit_text_literal(out, ",\"master\":");
    emit_json_tuple(out, o, &view->master_tuple);
  }
}

guint emit_json_event_parts(const emit_options *o, const ct_event *event)
{
  guint parts = emit_parts_event(o, event);

  if (event->type == CT_EVENT_DESTROY)
    return parts | EMIT_JSON_DYING; /* of the protocol's part it carries the state alone */
  return parts | EMIT_JSON_DETAILS | (event->type == CT_EVENT_NEW ? EMIT_JSON_MASTER : 0u);
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
  emit_text_literal(out, ",\"timeout\":");
  emit_text_u64(out, expect->timeout_ns > 0 ? (guint64)expect->timeout_ns / 1000000000u : 0);
  emit_text_literal(out, ",\"helper\":");
  emit_text_json_string(out, expect->helper != NULL ? expect->helper : "");
  emit_text_literal(out, ",\"flags\":");
  emit_text_u64(out, expect->flags);
  emit_text_literal(out, ",\"class\":");
  emit_text_u64(out, expect->class_number);
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
