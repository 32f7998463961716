/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nf_conntrack_reasm's rules. Unlike IPv4's, a fragment that contradicts the datagram's end is dropped alone, and what
 * cannot be reassembled may go on as it is: conntrack then finds it INVALID, or tracks it by the ports it has.
 */
#include "packet/defrag.h"

#include <string.h>

enum {
  IPV6_HEADER = 40,
  FRAGMENT_HEADER = 8,
  NEXT_HOP_BY_HOP = 0,
  NEXT_TCP = 6,
  NEXT_UDP = 17,
  NEXT_ROUTING = 43,
  NEXT_FRAGMENT = 44,
  NEXT_AUTH = 51,
  NEXT_ICMPV6 = 58,
  NEXT_NONE = 59,
  NEXT_DESTINATION = 60,
  PAYLOAD_LARGEST = 65535
};

static gboolean is_extension(guint8 next)
{
  return next == NEXT_HOP_BY_HOP || next == NEXT_ROUTING || next == NEXT_FRAGMENT || next == NEXT_AUTH ||
         next == NEXT_NONE || next == NEXT_DESTINATION;
}

/* => the header's length by its second byte. */
static guint32 extension_bytes(guint8 next, guint8 length)
{
  return next == NEXT_AUTH ? (length + 2u) * 4 : (length + 1u) * 8;
}

/* => the offset of the first fragment header, 0 where there is none; *leads_at is the byte that names it. */
static guint32 fragment_header_find(const ct_packet *packet, guint32 *leads_at)
{
  guint8 scratch[2];
  const guint8 *bytes = ct_packet_at(packet, 6, 1, scratch);
  guint32 at = IPV6_HEADER;
  guint8 next = bytes[0];

  *leads_at = 6;
  while (next != NEXT_FRAGMENT) {
    if (!is_extension(next) || next == NEXT_NONE || (bytes = ct_packet_at(packet, at, 2, scratch)) == NULL)
      return 0;
    *leads_at = at;
    at += extension_bytes(next, bytes[1]);
    next = bytes[0];
  }
  return at <= packet->length ? at : 0;
}

/*
 * RFC 8200 4.5: a first fragment must hold all headers up to the transport's. at is its fragment header. A chain that
 * breaks off, or another fragment header with an offset, does not count as one that was cut.
 */
static gboolean headers_cut(const ct_packet *packet, guint32 at)
{
  guint8 scratch[4], next = NEXT_FRAGMENT;
  const guint8 *bytes;

  while (is_extension(next)) {
    if (next == NEXT_NONE || (bytes = ct_packet_at(packet, at, 2, scratch)) == NULL)
      return FALSE;
    if (next == NEXT_FRAGMENT) {
      if ((bytes = ct_packet_at(packet, at, 4, scratch)) == NULL || ct_be16(bytes + 2) & 0xfff8)
        return FALSE;
      at += FRAGMENT_HEADER;
    } else {
      at += extension_bytes(next, bytes[1]);
    }
    next = bytes[0];
  }
  at += next == NEXT_TCP ? 20 : next == NEXT_UDP || next == NEXT_ICMPV6 ? 8 : 1;
  return at > packet->length;
}

/* Keeps all before the fragment header. */
static void header_keep(defrag_queue *queue, const ct_packet *packet, guint32 header_bytes, guint32 leads_at,
                        guint8 next)
{
  guint32 here = MIN(packet->captured, header_bytes);

  g_byte_array_set_size(queue->header, header_bytes);
  memcpy(queue->header->data, packet->data, here);
  memset(queue->header->data + here, 0, header_bytes - here);
  /* The kernel keeps this offset in 8 bits, so behind 255 bytes of headers it patches the wrong byte; so do we. */
  queue->next_header_at = (guint8)leads_at;
  queue->next_header = next;
}

static ct_reason queue_finish(defrag_table *table, defrag_queue *queue, pkt_arena *arena, ct_packet *packet)
{
  guint32 payload = queue->header->len - IPV6_HEADER + queue->end;
  ct_reason reason = CT_REASON_NONE;

  if (defrag_ecn_bad(queue->ecn)) {
    reason = CT_REASON_FRAGMENT_ECN;
  } else if (payload > PAYLOAD_LARGEST) {
    reason = CT_REASON_FRAGMENT_TOO_BIG;
  } else {
    queue->header->data[queue->next_header_at] = queue->next_header;
    queue->header->data[4] = (guint8)(payload >> 8);
    queue->header->data[5] = (guint8)payload;
    defrag_queue_assemble(queue, arena, packet);
  }
  defrag_queue_free(table, queue);
  return reason;
}

ct_reason defrag_ipv6(defrag_table *table, gint64 now_ns, pkt_arena *arena, ct_packet *packet)
{
  guint8 scratch[FRAGMENT_HEADER], ip_scratch[IPV6_HEADER];
  const guint8 *ip = ct_packet_at(packet, 0, IPV6_HEADER, ip_scratch), *fragment;
  guint32 leads_at, at, payload_at, offset, end;
  defrag_key key = { .proto = 0 };
  defrag_queue *queue;

  if (ct_be16(ip + 4) == 0)
    return CT_REASON_NONE; /* a jumbogram cannot be one */
  at = fragment_header_find(packet, &leads_at);
  if (at == 0 || headers_cut(packet, at))
    return CT_REASON_NONE;
  fragment = ct_packet_at(packet, at, FRAGMENT_HEADER, scratch);
  if (fragment == NULL)
    return CT_REASON_FRAGMENT_BAD;
  memcpy(key.src.bytes, ip + 8, 16);
  memcpy(key.dst.bytes, ip + 24, 16);
  key.id = ct_be32(fragment + 4);
  queue = defrag_table_get(table, &key, now_ns);
  if (queue == NULL)
    return CT_REASON_FRAGMENT_MEMORY;

  payload_at = at + FRAGMENT_HEADER;
  offset = ct_be16(fragment + 2) & 0xfff8u;
  end = offset + packet->length - payload_at;
  if (end > PAYLOAD_LARGEST)
    return CT_REASON_FRAGMENT_TOO_BIG;
  if (fragment[3] & 1 && end % 8 != 0) {
    defrag_queue_free(table, queue);
    return CT_REASON_NONE;
  }
  if (!defrag_queue_end_set(queue, end, !(fragment[3] & 1)))
    return CT_REASON_FRAGMENT_END;
  if (end == offset)
    return CT_REASON_FRAGMENT_EMPTY;
  switch (defrag_queue_insert(table, queue, packet, payload_at, offset, end - offset)) {
  case DEFRAG_DUPLICATE: return CT_REASON_FRAGMENT_DUPLICATE;
  case DEFRAG_OVERLAP: defrag_queue_free(table, queue); return CT_REASON_FRAGMENT_OVERLAP;
  case DEFRAG_INSERTED: break;
  }
  queue->ecn |= (guint8)(1 << (ip[1] >> 4 & 3));
  queue->largest_bytes = MAX(queue->largest_bytes, packet->length);
  if (offset == 0)
    header_keep(queue, packet, at, leads_at, fragment[0]);
  return defrag_queue_complete(queue) ? queue_finish(table, queue, arena, packet) : CT_REASON_FRAGMENT_HELD;
}
