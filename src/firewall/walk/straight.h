/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shortest way through the firewall: a packet of a connection that is mapped, where nothing stands but nat chains,
 * which are not asked for it. It is tracked, and routed; what its headers are and become is told when somebody asks. A
 * first packet asks the chains (fw_nat_first), and waits like the others to be told what it becomes.
 */
#ifndef FIREWALL_WALK_STRAIGHT_H
#define FIREWALL_WALK_STRAIGHT_H

#include "firewall/walk/where.h"

/*
 * Its headers are whole and plain, and no chain stands before conntrack: that may be asked before anything is read.
 * Whether rules ask for an address's kind is known only since the rules were loaded, which the first packet does.
 */
static inline gboolean fw_straight_may(const fw_firewall *f, const fw_arrival *a)
{
  const ct_packet *packet = a->packet;
  const guint8 proto = packet->tuple.proto;

  return f->bare && !f->program->asks_types && f->listener == NULL && !f->facts->bridge && !a->sent &&
         packet->kind == CT_PACKET_TRACK && packet->reason == CT_REASON_NONE && packet->tuple.family == CT_IPV4 &&
         packet->l4_offset == 20 && /* without options */
         (proto == CT_PROTO_TCP || proto == CT_PROTO_UDP) && (packet->data[6] & 0x1f) == 0 && packet->data[7] == 0 &&
         packet->l4_offset + (proto == CT_PROTO_TCP ? 20U : 8U) <= MIN(packet->length, packet->captured);
}

/*
 * Of such a packet that has reached conntrack. => TRUE: it has gone, and the outcome says so, but for the packet, which
 * waits to be told; FALSE: it has to walk.
 */
static inline gboolean fw_straight_go(fw_firewall *f, ct_engine *engine, const fw_arrival *a, ct_passage *passage,
                                      ct_result *result)
{
  const fw_interface_name *out;
  guint32 to, device;

  if (!ct_passage_nat_goes(engine, passage, &to, &device) || a->packet->data[8] <= 1)
    return FALSE;
  out = fw_where_straight(f, a->packet->tuple.src.v4, to);
  if (out == NULL || out->ended != FW_ROUTE_GOES || (device != 0 && out->known && device != out->device))
    return FALSE;
  f->outcome.path = FW_PATH_FORWARD;
  f->outcome.verdict = FW_VERDICT_ACCEPT;
  f->outcome.packet.mark = f->outcome.packet.mark_unknown = 0;
  f->straight = (fw_straight){ TRUE, passage->result.dir, CT_CLASS_ESTABLISHED, *a, passage->entry };
  f->program->passage = NULL;
  ct_engine_conclude(engine, passage, CT_FATE_ACCEPT);
  *result = passage->result;
  return TRUE;
}

/* The outcome's packet, of one that has gone and waits. */
void fw_straight_tell(fw_firewall *f);

#endif
