/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conntrack's -o xml (spec 10.7), a flow a line. As conntrack does, the document opens with its first flow, so that
 * nothing to show is nothing printed; an SCTP state is spelled from TCP's table, which is the library's mistake and
 * what its readers know.
 */
#include "formats.h"
#include "parts.h"

static void element(emit_text *out, const char *name, guint64 value)
{
  emit_text_char(out, '<');
  emit_text_string(out, name);
  emit_text_char(out, '>');
  emit_text_u64(out, value);
  emit_text_literal(out, "</");
  emit_text_string(out, name);
  emit_text_char(out, '>');
}

static void addr_element(emit_text *out, const char *name, guint8 family, const ct_addr *addr)
{
  emit_text_char(out, '<');
  emit_text_string(out, name);
  emit_text_char(out, '>');
  emit_text_addr(out, family, addr, FALSE);
  emit_text_literal(out, "</");
  emit_text_string(out, name);
  emit_text_char(out, '>');
}

/* The document's root element, and whether it has been opened. */
typedef struct xml_private {
  const char *root;
  gboolean opened;
} xml_private;

static gboolean xml_open(emit_output *output, GError **error)
{
  xml_private *private = output->priv;

  (void)error;
  private->root = output->what == EMIT_CAN_EXPECT || output->what == EMIT_CAN_EXPECT_EVENTS ? "expect" : "conntrack";
  return TRUE;
}

static void open_document(emit_output *output)
{
  xml_private *private = output->priv;

  if (private->opened)
    return;
  private->opened = TRUE;
  emit_text_literal(output->text, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<");
  emit_text_string(output->text, private->root);
  emit_text_literal(output->text, ">\n");
}

static void layer_begin(emit_text *out, guint layer, guint number, const char *name)
{
  emit_text_literal(out, "<layer");
  emit_text_u64(out, layer);
  emit_text_literal(out, " protonum=\"");
  emit_text_u64(out, number);
  emit_text_literal(out, "\" protoname=\"");
  emit_text_string(out, name);
  emit_text_literal(out, "\">");
}

static void addresses(emit_text *out, const ct_tuple *tuple, guint8 family)
{
  addr_element(out, "src", family, &tuple->src);
  addr_element(out, "dst", family, &tuple->dst);
}

static void key_element(emit_text *out, const char *name, guint16 key)
{
  emit_text_char(out, '<');
  emit_text_string(out, name);
  emit_text_literal(out, ">0x");
  emit_text_hex(out, key);
  emit_text_literal(out, "</");
  emit_text_string(out, name);
  emit_text_char(out, '>');
}

/* ICMP has none here. */
static void ids(emit_text *out, const ct_tuple *tuple, guint8 kind)
{
  if (kind == CT_IDS_KEYS) {
    key_element(out, "srckey", tuple->src_id);
    key_element(out, "dstkey", tuple->dst_id);
  } else if (kind == CT_IDS_PORTS) {
    element(out, "sport", tuple->src_id);
    element(out, "dport", tuple->dst_id);
  }
}

static guint8 kind_of_ids(const emit_options *o, guint8 proto)
{
  const ct_proto *known = ct_proto_known(o->profile, proto);

  return known != NULL ? known->ids : CT_IDS_NONE;
}

static void direction(emit_text *out, const emit_options *o, const ct_view *view, guint parts, ct_dir dir)
{
  const ct_tuple *tuple = &view->tuple[dir];

  emit_text_literal(out, "<meta direction=\"");
  emit_text_string(out, dir == CT_ORIGINAL ? "original" : "reply");
  emit_text_literal(out, "\">");
  layer_begin(out, 3, tuple->family, emit_family_name(tuple->family));
  addresses(out, tuple, tuple->family);
  emit_text_literal(out, "</layer3>");
  layer_begin(out, 4, tuple->proto, ct_proto_name(o->profile, tuple->proto));
  ids(out, tuple, kind_of_ids(o, tuple->proto));
  emit_text_literal(out, "</layer4>");
  if (tuple->zone != 0 && emit_zone(view) == 0)
    element(out, "zone", tuple->zone);
  if (parts & EMIT_PART_COUNTERS) {
    emit_text_literal(out, "<counters>");
    element(out, "packets", view->packets[dir]);
    element(out, "bytes", view->bytes[dir]);
    emit_text_literal(out, "</counters>");
  }
  emit_text_literal(out, "</meta>");
}

static void times(emit_text *out, const emit_options *o, const ct_view *view, guint parts)
{
  if (o->options & EMIT_KTIMESTAMP) {
    emit_text_literal(out, "<timestamp>");
    element(out, "start", (guint64)view->created_ns);
    if (parts & EMIT_PART_STOP)
      element(out, "stop", (guint64)view->ended_ns);
    emit_text_literal(out, "</timestamp>");
  }
  /* Unlike the plain line, an ended flow's age is cut after the subtraction. */
  if (parts & EMIT_PART_STOP)
    element(out, "deltatime", (guint64)emit_floor_seconds(emit_time_since(view->ended_ns, view->created_ns)));
  else
    element(out, "deltatime", (guint64)emit_delta_seconds(view, parts));
}

static void escaped(emit_text *out, const char *text)
{
  g_autofree char *safe = g_markup_escape_text(text, -1);

  emit_text_string(out, safe);
}

static void label(emit_text *out, const char *name, guint before)
{
  emit_text_string(out, before == 0 ? "<labels><label>" : "<label>");
  escaped(out, name);
  emit_text_literal(out, "</label>");
}

static void independent(emit_text *out, const emit_options *o, const ct_view *view, guint parts)
{
  const ct_proto *tracker = ct_proto_tracker(o->profile, view->tuple[CT_ORIGINAL].proto);

  emit_text_literal(out, "<meta direction=\"independent\">");
  if (parts & EMIT_PART_STATE && view->state < tracker->n_states && tracker->states[view->state] != NULL) {
    emit_text_literal(out, "<state>");
    emit_text_string(out, (tracker == &ct_proto_sctp ? &ct_proto_tcp : tracker)->states[view->state]);
    emit_text_literal(out, "</state>");
  }
  if (parts & EMIT_PART_TIMEOUT)
    element(out, "timeout", emit_view_seconds(view));
  if (parts & EMIT_PART_MARK)
    element(out, "mark", view->mark);
  if (parts & EMIT_PART_SECMARK)
    element(out, "secmark", view->secmark);
  if (o->options & EMIT_LABELS && parts & EMIT_PART_LABELS && emit_labels(out, o, view, label) > 0)
    emit_text_literal(out, "</labels>");
  if (emit_zone(view) != 0)
    element(out, "zone", emit_zone(view));
  if (parts & EMIT_PART_USE)
    element(out, "use", view->use);
  element(out, "id", view->id);
  if (view->status & CT_STATUS_ASSURED)
    emit_text_literal(out, "<assured/>");
  if (!(view->status & CT_STATUS_SEEN_REPLY))
    emit_text_literal(out, "<unreplied/>");
  if (parts & EMIT_PART_START)
    times(out, o, view, parts);
  emit_text_literal(out, "</meta>");
}

static void two_digits(emit_text *out, const char *name, guint value)
{
  emit_text_char(out, '<');
  emit_text_string(out, name);
  emit_text_char(out, '>');
  emit_text_u64_zeros(out, value, 2);
  emit_text_literal(out, "</");
  emit_text_string(out, name);
  emit_text_char(out, '>');
}

static void when(emit_text *out, gint64 time_ns)
{
  emit_date d = emit_date_from_ns(time_ns);

  emit_text_literal(out, "<when>");
  element(out, "hour", d.second_of_day / 3600);
  two_digits(out, "min", d.second_of_day / 60 % 60);
  two_digits(out, "sec", d.second_of_day % 60);
  element(out, "wday", d.weekday + 1);
  element(out, "day", d.day);
  element(out, "month", d.month);
  element(out, "year", (guint64)d.year);
  emit_text_literal(out, "</when>");
}

static void flow(emit_text *out, const emit_options *o, const ct_view *view, guint parts, const ct_event *event)
{
  direction(out, o, view, parts, CT_ORIGINAL);
  direction(out, o, view, parts, CT_REPLY);
  independent(out, o, view, parts);
  if (event != NULL && o->options & EMIT_TIMESTAMP)
    when(out, event->time_ns);
  if (parts & EMIT_PART_HELPER) {
    emit_text_literal(out, "<helper>");
    emit_text_string(out, view->helper);
    emit_text_literal(out, "</helper>");
  }
  emit_text_literal(out, "</flow>\n");
}

/* <expected>, <mask>, <master>, each by the same function. */
static void three(emit_text *out, const ct_expect_view *expect, guint8 kind,
                  void (*piece)(emit_text *out, const ct_tuple *tuple, guint8 kind))
{
  const ct_tuple mask = emit_expect_mask(expect);

  emit_text_literal(out, "<expected>");
  piece(out, &expect->tuple, kind);
  emit_text_literal(out, "</expected><mask>");
  piece(out, &mask, kind);
  emit_text_literal(out, "</mask><master>");
  piece(out, &expect->master_tuple, kind);
  emit_text_literal(out, "</master>");
}

static void expectation(emit_text *out, const emit_options *o, const ct_expect_view *expect, const ct_event *event)
{
  guint8 family = expect->tuple.family, proto = expect->tuple.proto;

  layer_begin(out, 3, family, emit_family_name(family));
  three(out, expect, family, addresses);
  emit_text_literal(out, "</layer3>");
  layer_begin(out, 4, proto, ct_proto_name(o->profile, proto));
  three(out, expect, kind_of_ids(o, proto), ids);
  emit_text_literal(out, "</layer4><meta>");
  if (expect->helper != NULL && expect->helper[0] != '\0') {
    emit_text_literal(out, "<helper-name>");
    emit_text_string(out, expect->helper);
    emit_text_literal(out, "</helper-name>");
  }
  if (emit_expect_ends(expect))
    element(out, "timeout", expect->timeout_ns > 0 ? (guint64)expect->timeout_ns / 1000000000u : 0);
  element(out, "class", expect->class_number);
  if (event != NULL && o->options & EMIT_TIMESTAMP)
    when(out, event->time_ns);
  if (expect->flags & CT_EXPECT_PERMANENT)
    emit_text_literal(out, "<permanent/>");
  if (expect->flags & CT_EXPECT_INACTIVE)
    emit_text_literal(out, "<inactive/>");
  if (expect->flags & CT_EXPECT_USERSPACE)
    emit_text_literal(out, "<userspace/>");
  emit_text_literal(out, "</meta></flow>\n");
}

static void xml_entry(emit_output *output, const ct_view *view)
{
  open_document(output);
  emit_text_literal(output->text, "<flow>");
  flow(output->text, &output->options, view, emit_parts_entry(&output->options, view), NULL);
}

static void xml_expect(emit_output *output, const ct_expect_view *expect)
{
  open_document(output);
  emit_text_literal(output->text, "<flow>");
  expectation(output->text, &output->options, expect, NULL);
}

static void xml_event(emit_output *output, const ct_event *event)
{
  static const char *const types[CT_EVENT_TYPE_COUNT] = {
    [CT_EVENT_NEW] = "new",        [CT_EVENT_UPDATE] = "update",          [CT_EVENT_DESTROY] = "destroy",
    [CT_EVENT_EXPECT_NEW] = "new", [CT_EVENT_EXPECT_DESTROY] = "destroy",
  };
  emit_text *out = output->text;

  if (event->type == CT_EVENT_DROP)
    return;
  open_document(output);
  emit_text_literal(out, "<flow type=\"");
  emit_text_string(out, types[event->type]);
  emit_text_literal(out, "\">");
  if (event->expect != NULL)
    expectation(out, &output->options, event->expect, event);
  else
    flow(out, &output->options, event->view, emit_parts_event(&output->options, event), event);
}

/* The line above a snapshot is a comment within the one document. */
static void xml_snapshot(emit_output *output, gint64 time_ns, guint64 packet)
{
  emit_text *out = output->text;

  open_document(output);
  emit_text_literal(out, "<!-- at ");
  emit_text_time(out, time_ns);
  emit_text_literal(out, ", after packet ");
  emit_text_u64(out, packet);
  emit_text_literal(out, " -->\n");
}

static void xml_part(emit_output *output, const emit_part *part)
{
  open_document(output);
  emit_text_literal(output->text, "<!-- of a part: ");
  emit_part_put(output->text, part);
  emit_text_literal(output->text, " -->\n");
}

static gboolean xml_close(emit_output *output, GError **error)
{
  const xml_private *private = output->priv;

  (void)error;
  if (!private->opened)
    return TRUE;
  emit_text_literal(output->text, "</");
  emit_text_string(output->text, private->root);
  emit_text_literal(output->text, ">\n");
  return TRUE;
}

const emit_format emit_format_xml = {
  .name = "xml",
  .help = "as conntrack -o xml",
  .can = EMIT_CAN_LIST | EMIT_CAN_EXPECT | EMIT_CAN_EVENTS | EMIT_CAN_EXPECT_EVENTS,
  .private_bytes = sizeof(xml_private),
  .open = xml_open,
  .entry = xml_entry,
  .expect = xml_expect,
  .event = xml_event,
  .part = xml_part,
  .snapshot = xml_snapshot,
  .close = xml_close,
};
