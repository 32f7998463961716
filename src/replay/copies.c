/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "copies.h"

#include <string.h>

enum {
  LOOKED_AT = 4096, /* packets that tell: a pattern is there from the first on */
  SLOT_BITS = 8,
  APART_NS = 5000000, /* a router forwards faster */
  PAYLOAD_BYTES = 32, /* of what is behind the header, as much as is compared */
  FEWEST = 3          /* that make a pattern */
};

/* A packet less its addresses, ports and checksums: what a translation leaves as it is. */
typedef struct sighting {
  guint64 inner, place;
  gint64 time_ns;
  ct_tuple tuple;
  guint8 ttl;
} sighting;

struct replay_copies {
  sighting recent[1 << SLOT_BITS]; /* by the upper bits of inner */
  guint64 seen, translated, same;
};

replay_copies *replay_copies_new(void) { return g_new0(replay_copies, 1); }
void replay_copies_free(replay_copies *copies) { g_free(copies); }

static guint64 mix(guint64 print, guint64 value) { return (print ^ value) * G_GUINT64_CONSTANT(0x100000001b3); }

static guint64 mix_bytes(guint64 print, const ct_packet *packet, guint32 from)
{
  guint32 end = MIN(packet->captured, from + PAYLOAD_BYTES);
  guint64 word;

  for (; from + sizeof(word) <= end; from += sizeof(word)) {
    memcpy(&word, packet->data + from, sizeof(word));
    print = mix(print, word);
    print ^= print >> 32;
  }
  for (; from < end; from++)
    print = mix(print, packet->data[from]);
  return print;
}

/* => FALSE where the packet has nothing that tells it from others: a first SYN, a datagram without an id. */
static gboolean look_at(const ct_packet *packet, sighting *now)
{
  guint16 id;

  if (packet->kind != CT_PACKET_TRACK || packet->tuple.family != CT_IPV4 || packet->captured < 20 ||
      packet->flags & CT_PACKET_REASSEMBLED)
    return FALSE;
  id = ct_be16(packet->data + 4);
  now->time_ns = packet->time_ns;
  now->tuple = packet->tuple;
  now->ttl = packet->data[8];
  now->inner = mix(mix(packet->length, id), packet->tuple.proto);
  if (packet->tuple.proto == CT_PROTO_TCP && packet->reason != CT_REASON_TCP_SHORT) {
    if (!(packet->l4.tcp.flags & CT_TCP_ACK))
      return FALSE;
    now->inner = mix(mix(mix(now->inner, packet->l4.tcp.seq), packet->l4.tcp.ack), packet->l4.tcp.flags);
    now->inner = mix(now->inner, packet->l4.tcp.window);
    now->inner = mix_bytes(now->inner, packet, packet->l4_offset + packet->l4.tcp.header_bytes);
    return TRUE;
  }
  if (packet->tuple.proto != CT_PROTO_UDP || id == 0)
    return FALSE;
  now->inner = mix_bytes(now->inner, packet, packet->l4_offset + 8u);
  return TRUE;
}

/* One end as it was, the other with another address. */
static gboolean is_translated(const ct_tuple *a, const ct_tuple *b)
{
  gboolean same_src = ct_addr_equal(&a->src, &b->src), same_dst = ct_addr_equal(&a->dst, &b->dst);

  return (same_src && a->src_id == b->src_id && !same_dst) || (same_dst && a->dst_id == b->dst_id && !same_src);
}

void replay_copies_packet(replay_copies *copies, const ct_packet *packet, guint64 place)
{
  sighting now = { .place = place }, *then;

  if (copies->seen >= LOOKED_AT || !look_at(packet, &now))
    return;
  copies->seen++;
  then = &copies->recent[now.inner >> (64 - SLOT_BITS)];
  if (then->inner == now.inner && ABS(now.time_ns - then->time_ns) <= APART_NS && then->tuple.family != 0) {
    copies->translated += is_translated(&then->tuple, &now.tuple);
    copies->same += ct_tuple_equal(&then->tuple, &now.tuple) && then->ttl == now.ttl && then->place == now.place;
  }
  *then = now;
}

/* Of packets that are all there twice, half are seen again. */
gboolean replay_copies_translated(const replay_copies *copies)
{
  return copies->translated >= FEWEST && copies->translated * 5 >= copies->seen;
}

gboolean replay_copies_same(const replay_copies *copies)
{
  return copies->same >= FEWEST && copies->same * 5 >= copies->seen * 2;
}

guint64 replay_copies_seen(const replay_copies *copies) { return copies->seen; }
guint64 replay_copies_n_translated(const replay_copies *copies) { return copies->translated; }
guint64 replay_copies_n_same(const replay_copies *copies) { return copies->same; }
