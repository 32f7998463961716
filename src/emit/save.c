/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conntrack's -o save: lines that conntrack -R would load (spec 10.8). It knows no counters, no mark and no options
 * beside.
 */
#include "formats.h"
#include "parts.h"

/* Each word brings the blank before it. */
static void option(emit_text *out, const char *name, guint64 value)
{
  emit_text_char(out, ' ');
  emit_text_string(out, name);
  emit_text_char(out, ' ');
  emit_text_u64(out, value);
}

static void option_addr(emit_text *out, const char *name, guint8 family, const ct_addr *addr)
{
  emit_text_char(out, ' ');
  emit_text_string(out, name);
  emit_text_char(out, ' ');
  emit_text_addr(out, family, addr, FALSE);
}

static void status(emit_text *out, guint32 bits)
{
  static const struct {
    guint32 bit;
    const char *name;
  } names[] = { { CT_STATUS_EXPECTED, "EXPECTED" },
                { CT_STATUS_SEEN_REPLY, "SEEN_REPLY" },
                { CT_STATUS_ASSURED, "ASSURED" },
                { CT_STATUS_FIXED_TIMEOUT, "FIXED_TIMEOUT" } };
  gboolean any = FALSE;
  guint i;

  emit_text_literal(out, " -u ");
  for (i = 0; i < G_N_ELEMENTS(names); i++) {
    if (!(bits & names[i].bit))
      continue;
    if (any)
      emit_text_char(out, ',');
    emit_text_string(out, names[i].name);
    any = TRUE;
  }
  if (!any)
    emit_text_literal(out, "UNSET");
}

static void addresses(emit_text *out, const ct_view *view)
{
  const ct_tuple *orig = &view->tuple[CT_ORIGINAL], *reply = &view->tuple[CT_REPLY];
  const char *source = view->status & CT_STATUS_DST_NAT ? "-g" : "-r";
  const char *destination = view->status & CT_STATUS_SRC_NAT ? "-n" : "-q";

  option_addr(out, "-s", orig->family, &orig->src);
  option_addr(out, "-d", orig->family, &orig->dst);
  option_addr(out, source, reply->family, &reply->src);
  option_addr(out, destination, reply->family, &reply->dst);
}

static void ports(emit_text *out, const ct_view *view, guint parts)
{
  const ct_tuple *orig = &view->tuple[CT_ORIGINAL], *reply = &view->tuple[CT_REPLY];
  const char *state = ct_state_name(orig->proto, view->state);

  option(out, "--sport", orig->src_id);
  option(out, "--dport", orig->dst_id);
  option(out, "--reply-port-src", reply->src_id);
  option(out, "--reply-port-dst", reply->dst_id);
  if (!(parts & EMIT_PART_STATE) || state == NULL)
    return;
  emit_text_literal(out, " --state ");
  emit_text_string(out, state);
}

static void protocol(emit_text *out, const emit_options *o, const ct_view *view, guint parts, gboolean tags)
{
  const ct_tuple *orig = &view->tuple[CT_ORIGINAL], *reply = &view->tuple[CT_REPLY];
  const char *name = emit_protocol_name(orig->proto);

  emit_text_literal(out, " -p ");
  if (strcmp(name, "unknown") == 0) {
    emit_text_u64(out, orig->proto);
    return;
  }
  emit_text_string(out, name);
  switch (orig->proto) {
  case CT_PROTO_DCCP:
    if (o->profile == NULL || !o->profile->dccp_tracker)
      break;
    /* fall through */
  case CT_PROTO_TCP:
  case CT_PROTO_UDP:
  case CT_PROTO_UDPLITE:
  case CT_PROTO_SCTP:
    ports(out, view, parts);
    if (orig->proto == CT_PROTO_SCTP && parts & EMIT_PART_STATE && tags) {
      /*
       * conntrack takes the tags as they come in the message, in network order: on the machines it is used on,
       * backwards.
       */
      option(out, "--orig-vtag", GUINT32_SWAP_LE_BE(view->sctp_vtag[0]));
      option(out, "--reply-vtag", GUINT32_SWAP_LE_BE(view->sctp_vtag[1]));
    }
    break;
  case CT_PROTO_ICMP:
    option(out, "--icmp-type", ct_tuple_icmp_type(orig));
    option(out, "--icmp-code", ct_tuple_icmp_code(orig));
    option(out, "--icmp-id", orig->src_id);
    break;
  case CT_PROTO_ICMPV6:
    option(out, "--icmpv6-type", ct_tuple_icmp_type(orig));
    option(out, "--icmpv6-code", ct_tuple_icmp_code(orig));
    option(out, "--icmpv6-id", orig->src_id);
    break;
  case CT_PROTO_GRE:
    option(out, "--srckey", orig->src_id);
    option(out, "--dstkey", orig->dst_id);
    option(out, "--reply-key-src", reply->src_id);
    option(out, "--reply-key-dst", reply->dst_id);
    break;
  }
}

static void flow(emit_text *out, const emit_options *o, const ct_view *view, guint parts, gboolean tags)
{
  if (parts & EMIT_PART_TIMEOUT)
    option(out, "-t", emit_view_seconds(view));
  status(out, view->status);
  if (parts & EMIT_PART_SECMARK)
    option(out, "-c", view->secmark);
  addresses(out, view);
  protocol(out, o, view, parts, tags);
  emit_text_char(out, '\n');
}

static void save_entry(emit_output *output, const ct_view *view)
{
  emit_text_literal(output->text, "-A");
  flow(output->text, &output->options, view, emit_parts_entry(&output->options, view), TRUE);
}

static void save_event(emit_output *output, const ct_event *event)
{
  static const char letters[CT_EVENT_TYPE_COUNT][3] = {
    [CT_EVENT_NEW] = "-A", [CT_EVENT_UPDATE] = "-U", [CT_EVENT_DESTROY] = "-D"
  };

  if (event->view == NULL) {
    /* conntrack has no save form of expectations: it prints its usual one. */
    emit_format_conntrack.event(output, event);
    return;
  }
  emit_text_bytes(output->text, letters[event->type], 2);
  flow(output->text, &output->options, event->view, emit_parts_event(&output->options, event),
       event->type != CT_EVENT_DESTROY);
}

static void save_expect(emit_output *output, const ct_expect_view *expect)
{
  emit_format_conntrack.expect(output, expect);
}

const emit_format emit_format_save = {
  .name = "save",
  .help = "what conntrack -R loads",
  .can = EMIT_CAN_LIST | EMIT_CAN_EXPECT | EMIT_CAN_EVENTS | EMIT_CAN_EXPECT_EVENTS,
  .entry = save_entry,
  .expect = save_expect,
  .event = save_event,
  .snapshot = emit_snapshot_line,
};
