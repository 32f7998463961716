/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "zones.h"

enum { VLAN_MASK = 0xfff, ZONE_MASK = 0xffff };

static guint16 zone_of(replay_zone_by by, const replay_origin *origin)
{
  if (by == REPLAY_ZONE_VLAN)
    return (guint16)(origin->link.vlan & VLAN_MASK);
  return (guint16)((origin->link.cooked_ifindex != 0 ? origin->link.cooked_ifindex : origin->frame->interface + 1) &
                   ZONE_MASK);
}

void replay_zones_packet(replay_zone_by by, ct_packet *packet, const replay_origin *origin)
{
  if (by == REPLAY_ZONE_NONE || (packet->kind != CT_PACKET_TRACK && packet->kind != CT_PACKET_ICMP_ERROR))
    return;
  packet->tuple.zone = zone_of(by, origin);
  packet->hash = ct_tuple_hash(&packet->tuple);
}

void replay_zones_batch(replay_zone_by by, replay_batch *batch)
{
  guint i;

  for (i = 0; by != REPLAY_ZONE_NONE && i < batch->n; i++)
    replay_zones_packet(by, &batch->packets[i], &batch->origins[i]);
}
