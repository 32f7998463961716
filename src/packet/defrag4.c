/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/defrag.h"

#include "conntrack/read/checksum.h"

#include <string.h>

enum {
  HEADER_LEAST = 20,
  HEADER_LARGEST = 60,
  MORE_FRAGMENTS = 0x2000,
  DONT_FRAGMENT = 0x4000,
  OFFSET_MASK = 0x1fff,
  DATAGRAM_LARGEST = 65535
};

/*
 * More fragments than ipfrag_max_dist came from the same source since this queue's latest one: its id has probably been
 * used again, so the fragments here are given up.
 */
static gboolean queue_too_far(defrag_queue *queue, guint32 max_distance)
{
  guint32 before = queue->source_count;

  if (max_distance == 0)
    return FALSE;
  queue->source_count = ++queue->source->count;
  return queue->pieces->len > 0 && queue->source_count - before > max_distance;
}

/* The first fragment's header, made that of the datagram. */
static void header_finish(defrag_queue *queue)
{
  guint8 *ip = queue->header->data;
  guint32 length = queue->header->len + queue->end;
  guint16 sum;

  ip[2] = (guint8)(length >> 8);
  ip[3] = (guint8)length;
  ip[6] = queue->largest_df_bytes > 0 && queue->largest_df_bytes == queue->largest_bytes ? DONT_FRAGMENT >> 8 : 0;
  ip[7] = ip[10] = ip[11] = 0;
  sum = (guint16)~ct_sum_fold(ct_sum_bytes(0, ip, queue->header->len));
  memcpy(ip + 10, &sum, sizeof(sum));
}

static ct_reason queue_finish(defrag_table *table, defrag_queue *queue, pkt_arena *arena, ct_packet *packet)
{
  ct_reason reason = CT_REASON_NONE;

  if (defrag_ecn_bad(queue->ecn)) {
    reason = CT_REASON_FRAGMENT_ECN;
  } else if (queue->header->len + queue->end > DATAGRAM_LARGEST) {
    reason = CT_REASON_FRAGMENT_TOO_BIG;
  } else {
    header_finish(queue);
    defrag_queue_assemble(queue, arena, packet);
  }
  defrag_queue_free(table, queue);
  return reason;
}

ct_reason defrag_ipv4(defrag_table *table, guint32 max_distance, gint64 now_ns, pkt_arena *arena, ct_packet *packet)
{
  guint8 scratch[HEADER_LARGEST];
  guint32 header_bytes = (packet->data[0] & 0x0fu) * 4;
  const guint8 *ip = ct_packet_at(packet, 0, header_bytes, scratch);
  defrag_key key = { .id = 0 };
  guint32 field, offset, end;
  defrag_queue *queue;
  gboolean last;

  g_assert(ip != NULL && header_bytes >= HEADER_LEAST); /* pkt_ipv4_check let it through */
  field = ct_be16(ip + 6);
  last = !(field & MORE_FRAGMENTS);
  offset = (field & OFFSET_MASK) * 8;
  end = offset + packet->length - header_bytes;
  key.id = ct_be16(ip + 4);
  key.proto = ip[9];
  memcpy(key.src.bytes, ip + 12, 4);
  memcpy(key.dst.bytes, ip + 16, 4);
  queue = defrag_table_get(table, &key, now_ns);
  if (queue == NULL)
    return CT_REASON_FRAGMENT_MEMORY;
  if (queue_too_far(queue, max_distance))
    defrag_queue_restart(table, queue, now_ns);
  if (!last)
    end &= ~7u;
  if (!defrag_queue_end_set(queue, end, last)) {
    defrag_queue_free(table, queue);
    return CT_REASON_FRAGMENT_END;
  }
  if (end == offset) {
    defrag_queue_free(table, queue);
    return CT_REASON_FRAGMENT_EMPTY;
  }
  switch (defrag_queue_insert(table, queue, packet, header_bytes, offset, end - offset)) {
  case DEFRAG_DUPLICATE: return CT_REASON_FRAGMENT_DUPLICATE;
  case DEFRAG_OVERLAP: defrag_queue_free(table, queue); return CT_REASON_FRAGMENT_OVERLAP;
  case DEFRAG_INSERTED: break;
  }
  queue->ecn |= (guint8)(1 << (ip[1] & 3));
  queue->largest_bytes = MAX(queue->largest_bytes, packet->length);
  if (field & DONT_FRAGMENT)
    queue->largest_df_bytes = MAX(queue->largest_df_bytes, packet->length);
  if (offset == 0) {
    g_byte_array_set_size(queue->header, 0);
    g_byte_array_append(queue->header, ip, header_bytes);
  }
  return defrag_queue_complete(queue) ? queue_finish(table, queue, arena, packet) : CT_REASON_FRAGMENT_HELD;
}
