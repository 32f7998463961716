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
