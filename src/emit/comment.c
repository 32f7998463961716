/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "comment.h"

#include "formats.h"
#include "parts.h"

static void put_class(emit_text *out, const ct_result *result)
{
  if (result->verdict == CT_VERDICT_DROP) {
    emit_text_literal(out, ", dropped");
    return;
  }
  if (result->cls == CT_CLASS_NONE) {
    emit_text_literal(out, ", not tracked: never reaches conntrack");
    return;
  }
  emit_text_literal(out, ", ");
  emit_text_string(out, ct_class_name((ct_class)result->cls));
  if (result->cls == CT_CLASS_NEW || result->cls == CT_CLASS_ESTABLISHED || result->cls == CT_CLASS_RELATED)
    emit_text_string(out, result->dir == CT_ORIGINAL ? " original" : " reply");
}

static void put_states(emit_text *out, const emit_options *o, const emit_packet *p)
{
  guint8 proto = p->view != NULL ? p->view->tuple[CT_ORIGINAL].proto : p->packet->tuple.proto;
  const char *before = ct_proto_state_name(o->profile, proto, p->result->old_state),
             *after = ct_proto_state_name(o->profile, proto, p->result->new_state);

  if (p->result->conn == 0 || after == NULL)
    return;
  emit_text_literal(out, ", ");
  if (before != NULL && before != after) {
    emit_text_string(out, before);
    emit_text_literal(out, " -> ");
  }
  emit_text_string(out, after);
}

void emit_packet_comment(emit_text *out, const emit_options *o, const emit_packet *p, const emit_collector *events)
{
  emit_text_literal(out, "packet ");
  emit_text_u64(out, p->packet->number);
  if (p->result->conn != 0) {
    emit_text_literal(out, ", #");
    emit_text_u64(out, p->result->conn);
  }
  put_class(out, p->result);
  put_states(out, o, p);
  if (p->view != NULL) {
    emit_text_literal(out, ", ");
    emit_text_u64(out, emit_view_seconds(p->view));
    emit_text_literal(out, " s left");
  }
  emit_packet_remarks(out, o, p, events);
}
