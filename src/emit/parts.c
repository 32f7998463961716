/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parts.h"

guint emit_parts_entry(const emit_options *o, const ct_view *view)
{
  return EMIT_PART_TIMEOUT | EMIT_PART_STATE | EMIT_PART_USE | (view->counted ? EMIT_PART_COUNTERS : 0u) |
         (o->show_mark || view->mark != 0 ? EMIT_PART_MARK : 0u) |
         (o->show_secmark || view->secmark != 0 ? EMIT_PART_SECMARK : 0u) | (o->show_times ? EMIT_PART_START : 0u) |
         (view->helper != NULL ? EMIT_PART_HELPER : 0u) | (ct_labels_any(&view->labels) ? EMIT_PART_LABELS : 0u);
}

guint emit_parts_event(const emit_options *o, const ct_event *event)
{
  const ct_view *view = event->view;
  guint parts =
    (view->mark != 0 || event->bits & CT_EV_MARK ? EMIT_PART_MARK : 0u) | (view->secmark != 0 ? EMIT_PART_SECMARK : 0u);

  if (event->type == CT_EVENT_DESTROY) {
    /*
     * A DESTROY whose timeout has run out carries none: nothing is printed in its place. Up to 5.10 none did, nor a
     * state (KERNELS K10).
     */
    parts |= view->counted ? EMIT_PART_COUNTERS : 0u;
    if (o->profile == NULL || o->profile->destroy_event_has_state)
      parts |= EMIT_PART_STATE | (emit_view_seconds(view) > 0 ? EMIT_PART_TIMEOUT : 0u);
    if (o->show_times)
      parts |= EMIT_PART_START | EMIT_PART_STOP;
    return parts;
  }
  return parts | EMIT_PART_TIMEOUT | (event->bits & CT_EV_PROTOINFO ? EMIT_PART_STATE : 0u) |
         (view->helper != NULL ? EMIT_PART_HELPER : 0u) |
         (event->bits & CT_EV_LABEL && ct_labels_any(&view->labels) ? EMIT_PART_LABELS : 0u);
}

gint64 emit_delta_seconds(const ct_view *view, guint parts)
{
  gint64 stop_ns = parts & EMIT_PART_STOP ? view->ended_ns : emit_view_now_ns(view);

  return emit_floor_seconds(stop_ns) - emit_floor_seconds(view->created_ns); /* seconds: no overflow */
}

const char *emit_family_name(guint8 family)
{
  return family == CT_IPV4 ? "ipv4" : family == CT_IPV6 ? "ipv6" : "unknown";
}

void emit_assured(emit_text *out, guint32 status)
{
  if (status & CT_STATUS_HW_OFFLOAD)
    emit_text_literal(out, "[HW_OFFLOAD] ");
  else if (status & CT_STATUS_OFFLOAD)
    emit_text_literal(out, "[OFFLOAD] ");
  else if (status & CT_STATUS_ASSURED)
    emit_text_literal(out, "[ASSURED] ");
}

void emit_tuple_ids(emit_text *out, const ct_profile *profile, const ct_tuple *tuple)
{
  const ct_proto *proto = ct_proto_known(profile, tuple->proto);

  switch (proto != NULL ? (ct_ids)proto->ids : CT_IDS_NONE) {
  case CT_IDS_PORTS:
    emit_text_literal(out, "sport=");
    emit_text_u64(out, tuple->src_id);
    emit_text_literal(out, " dport=");
    emit_text_u64(out, tuple->dst_id);
    break;
  case CT_IDS_ICMP:
    emit_text_literal(out, "type=");
    emit_text_u64(out, ct_tuple_icmp_type(tuple));
    emit_text_literal(out, " code=");
    emit_text_u64(out, ct_tuple_icmp_code(tuple));
    emit_text_literal(out, " id=");
    emit_text_u64(out, tuple->src_id);
    break;
  case CT_IDS_KEYS:
    emit_text_literal(out, "srckey=0x");
    emit_text_hex(out, tuple->src_id);
    emit_text_literal(out, " dstkey=0x");
    emit_text_hex(out, tuple->dst_id);
    break;
  default: return;
  }
  emit_text_char(out, ' ');
}

void emit_tuple(emit_text *out, const ct_profile *profile, const ct_tuple *tuple)
{
  emit_text_literal(out, "src=");
  emit_text_addr(out, tuple->family, &tuple->src, FALSE);
  emit_text_literal(out, " dst=");
  emit_text_addr(out, tuple->family, &tuple->dst, FALSE);
  emit_text_char(out, ' ');
  emit_tuple_ids(out, profile, tuple);
}

ct_tuple emit_expect_mask(const ct_expect_view *expect)
{
  ct_tuple mask = expect->mask;
  guint words = expect->tuple.family == CT_IPV6 ? 4 : 1;

  memset(mask.dst.words, 0xff, words * sizeof(mask.dst.words[0]));
  mask.dst_id = 0xffff;
  mask.family = expect->tuple.family;
  mask.proto = expect->tuple.proto;
  return mask;
}

void emit_expect_flags(emit_text *out, guint32 bits)
{
  static const struct {
    guint32 flag;
    const char *name;
  } flags[] = { { CT_EXPECT_PERMANENT, "PERMANENT" },
                { CT_EXPECT_INACTIVE, "INACTIVE" },
                { CT_EXPECT_USERSPACE, "USERSPACE" } };
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(flags); i++) {
    if (!(bits & flags[i].flag))
      continue;
    if (any)
      emit_text_char(out, ',');
    emit_text_string(out, flags[i].name);
    any = TRUE;
  }
  if (any)
    emit_text_char(out, ' ');
}

guint emit_labels(emit_text *out, const emit_options *o, const ct_view *view,
                  void (*put)(emit_text *out, const char *name, guint before))
{
  char number[12];
  guint i, n = 0;

  for (i = 0; i < CT_LABELS; i++) {
    const char *name = o->label_names != NULL ? o->label_names[i] : number;

    if (!ct_labels_have(&view->labels, i) || name == NULL || (o->label_names != NULL && *name == '\0'))
      continue;
    g_snprintf(number, sizeof number, "%u", i);
    put(out, name, n++);
  }
  return n;
}

guint16 emit_zone(const ct_view *view)
{
  return view->tuple[CT_ORIGINAL].zone == view->tuple[CT_REPLY].zone ? view->tuple[CT_ORIGINAL].zone : 0;
}

void emit_direction_zone(emit_text *out, const ct_view *view, ct_dir dir)
{
  guint16 zone = view->tuple[dir].zone;

  if (zone == 0 || zone == emit_zone(view))
    return;
  emit_text_string(out, dir == CT_ORIGINAL ? "zone-orig=" : "zone-reply=");
  emit_text_u64(out, zone);
  emit_text_char(out, ' ');
}
