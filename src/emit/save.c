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
  const char *source = ct_addr_equal(&reply->src, &orig->dst) ? "-r" : "-g";
  const char *destination = ct_addr_equal(&reply->dst, &orig->src) ? "-q" : "-n";

  option_addr(out, "-s", orig->family, &orig->src);
  option_addr(out, "-d", orig->family, &orig->dst);
  option_addr(out, source, reply->family, &reply->src);
  option_addr(out, destination, reply->family, &reply->dst);
}

static void ports(emit_text *out, const emit_options *o, const ct_view *view, guint parts)
{
  const ct_tuple *orig = &view->tuple[CT_ORIGINAL], *reply = &view->tuple[CT_REPLY];
  const char *state = ct_proto_state_name(o->profile, orig->proto, view->state);

  option(out, "--sport", orig->src_id);
  option(out, "--dport", orig->dst_id);
  option(out, "--reply-port-src", reply->src_id);
  option(out, "--reply-port-dst", reply->dst_id);
  if (!(parts & EMIT_PART_STATE) || state == NULL)
    return;
  emit_text_literal(out, " --state ");
  emit_text_string(out, state);
}

/* --icmp-type, --icmpv6-code, ... */
static void icmp_option(emit_text *out, const char *protocol, const char *what, guint value)
{
  char name[32];

  g_snprintf(name, sizeof(name), "--%s-%s", protocol, what);
  option(out, name, value);
}

static void protocol(emit_text *out, const emit_options *o, const ct_view *view, guint parts, gboolean tags)
{
  const ct_tuple *orig = &view->tuple[CT_ORIGINAL], *reply = &view->tuple[CT_REPLY];
  const ct_proto *tracker = ct_proto_tracker(o->profile, orig->proto), *known = ct_proto_known(o->profile, orig->proto);

  emit_text_literal(out, " -p ");
  if (known == NULL) {
    emit_text_u64(out, orig->proto);
    return;
  }
  emit_text_string(out, known->name);
  switch (tracker->ids) {
  case CT_IDS_PORTS:
    ports(out, o, view, parts);
    if (tracker->shows & CT_SHOWS_TAGS && parts & EMIT_PART_STATE && tags) {
      /*
       * conntrack takes the tags as they come in the message, in network order: on the machines it is used on,
       * backwards.
       */
      option(out, "--orig-vtag", GUINT32_SWAP_LE_BE(view->sctp_vtag[0]));
      option(out, "--reply-vtag", GUINT32_SWAP_LE_BE(view->sctp_vtag[1]));
    }
    break;
  case CT_IDS_ICMP:
    icmp_option(out, known->name, "type", ct_tuple_icmp_type(orig));
    icmp_option(out, known->name, "code", ct_tuple_icmp_code(orig));
    icmp_option(out, known->name, "id", orig->src_id);
    break;
  case CT_IDS_KEYS:
    option(out, "--srckey", orig->src_id);
    option(out, "--dstkey", orig->dst_id);
    option(out, "--reply-key-src", reply->src_id);
    option(out, "--reply-key-dst", reply->dst_id);
    break;
  }
}

/* Of both directions, or of one. */
static void zone(emit_text *out, const ct_view *view)
{
  const guint16 both = emit_zone(view), orig = view->tuple[CT_ORIGINAL].zone, reply = view->tuple[CT_REPLY].zone;

  if (both != 0) {
    option(out, "-w", both);
    return;
  }
  if (orig != 0)
    option(out, "--orig-zone", orig);
  if (reply != 0)
    option(out, "--reply-zone", reply);
}

static void flow(emit_text *out, const emit_options *o, const ct_view *view, guint parts, gboolean tags)
{
  if (parts & EMIT_PART_TIMEOUT)
    option(out, "-t", emit_view_seconds(view));
  status(out, view->status);
  if (parts & EMIT_PART_SECMARK)
    option(out, "-c", view->secmark);
  zone(out, view);
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

/* conntrack -R passes over lines that begin so. */
static void save_part(emit_output *output, const emit_part *part)
{
  emit_text_literal(output->text, "# of a part: ");
  emit_part_put(output->text, part);
  emit_text_char(output->text, '\n');
}

const emit_format emit_format_save = {
  .name = "save",
  .help = "what conntrack -R loads",
  .can = EMIT_CAN_LIST | EMIT_CAN_EXPECT | EMIT_CAN_EVENTS | EMIT_CAN_EXPECT_EVENTS,
  .entry = save_entry,
  .expect = save_expect,
  .event = save_event,
  .part = save_part,
  .snapshot = emit_snapshot_line,
};
