/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ahead.h"

static const ct_packet *packet_at(const replay_ahead *ahead, guint i)
{
  if (i < ahead->batch->n)
    return &ahead->batch->packets[i];
  i -= ahead->batch->n;
  return ahead->next != NULL && i < ahead->next->n ? &ahead->next->packets[i] : NULL;
}

static gboolean has_flags(const ct_packet *packet, guint8 flags)
{
  return ct_packet_has_tcp(packet) && (packet->l4.tcp.flags & (CT_TCP_SYN | CT_TCP_ACK)) == flags;
}

guint64 replay_ahead_syn(const replay_seen *seen)
{
  const ct_packet *packet = seen->packet, *later;
  ct_tuple other;
  guint i;

  if (seen->ahead == NULL || !has_flags(packet, CT_TCP_SYN | CT_TCP_ACK) || !ct_tuple_invert(&packet->tuple, &other))
    return 0;
  for (i = 1; i <= REPLAY_AHEAD_PACKETS && (later = packet_at(seen->ahead, seen->ahead->at + i)) != NULL; i++)
    if (later->hash == packet->hash && has_flags(later, CT_TCP_SYN) && ct_tuple_equal(&later->tuple, &other) &&
        packet->l4.tcp.ack - later->l4.tcp.seq - 1 <= later->l4.tcp.payload_bytes)
      return later->number;
  return 0;
}
