/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "one_sided.h"

gboolean emit_one_sided_may_be(const ct_packet *packet, const ct_result *result)
{
  return ct_packet_has_tcp(packet) && packet->l4.tcp.flags & CT_TCP_ACK && result->conn != 0 &&
         !(result->changes & CT_CHANGE_CREATED) &&
         (result->cls == CT_CLASS_NEW || (result->cls == CT_CLASS_INVALID && result->reason == CT_REASON_TCP_STATE));
}

gboolean emit_one_sided(const ct_packet *packet, const ct_result *result, const ct_view *view)
{
  return emit_one_sided_may_be(packet, result) && view != NULL && !(view->status & CT_STATUS_SEEN_REPLY) &&
         ct_tuple_equal(&packet->tuple, &view->tuple[CT_ORIGINAL]);
}

void emit_one_sided_words(emit_text *out, guint64 conn, guint64 other_side)
{
  emit_text_format(
    out, "nothing of its other side, which it acknowledges, was accepted for #%" G_GUINT64_FORMAT " so far: ", conn);
  if (other_side != 0)
    emit_text_format(out, "packet %" G_GUINT64_FORMAT " of it was refused before, so packets may be out of order",
                     other_side);
  else
    emit_text_literal(out, "one direction only, or out of order");
}
