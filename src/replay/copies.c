/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "copies.h"

#include "place.h"

#include <string.h>

enum {
  SIGHTINGS = 256,    /* by their prints: a router forwards sooner than another packet takes the place */
  APART_NS = 5000000, /* and within so much time */
  PAYLOAD_BYTES = 8,  /* of what is behind the header, as much as is compared */
  FEWEST = 3,         /* that make a pattern */
  PLACES = 8          /* told apart; more than that are all one */
};

/* A packet less its addresses, ports and checksums: what a translation leaves as it is. */
typedef struct sighting {
  guint64 print; /* 0: none */
  gint64 time_ns;
  ct_tuple tuple;
  guint8 ttl, place, direction;
} sighting;

/* Where packets were captured, and how many translated ones speak for its being the side inside. */
typedef struct place {
  guint32 number;
  guint64 inside;
  char *name;
} place;

struct replay_copies {
  sighting sightings[SIGHTINGS];
  place places[PLACES];
  guint n_places;
  guint64 seen, translated, same;
};

replay_copies *replay_copies_new(void) { return g_new0(replay_copies, 1); }

void replay_copies_free(replay_copies *copies)
{
  guint i;

  if (copies == NULL)
    return;
  for (i = 0; i < copies->n_places; i++)
    g_free(copies->places[i].name);
  g_free(copies);
}

/* place->number is 0 where the capture does not say. */
static guint8 place_of(replay_copies *copies, guint32 number, const char *name)
{
  guint i;

  for (i = 0; i < copies->n_places; i++)
    if (copies->places[i].number == number)
      return (guint8)i;
  if (copies->n_places == PLACES)
    return PLACES - 1;
  copies->places[i].number = number;
  copies->places[i].name = number != 0 ? replay_place_name(name, number) : NULL;
  copies->n_places++;
  return (guint8)i;
}

static guint64 mix(guint64 print, guint64 value) { return (print ^ value) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15); }

/* The first bytes of the payload, as far as they were captured. */
static guint64 payload_of(const ct_packet *packet, guint32 from)
{
  guint64 bytes = 0;

  if (from + PAYLOAD_BYTES <= packet->captured)
    memcpy(&bytes, packet->data + from, PAYLOAD_BYTES);
  else if (from < packet->captured)
    memcpy(&bytes, packet->data + from, packet->captured - from);
  return bytes;
}

/* => 0 where the packet has nothing that tells it from others: a first SYN. */
static guint64 print_of(const ct_packet *packet)
{
  guint64 print = (guint64)packet->length << 32 | (guint64)ct_be16(packet->data + 4) << 8 | packet->tuple.proto;

  if (packet->tuple.proto == CT_PROTO_TCP && packet->reason != CT_REASON_TCP_SHORT) {
    if (!(packet->l4.tcp.flags & CT_TCP_ACK))
      return 0;
    print = mix(print, (guint64)packet->l4.tcp.seq << 32 | packet->l4.tcp.ack);
    print = mix(print, (guint64)packet->l4.tcp.window << 8 | packet->l4.tcp.flags);
    return mix(print, payload_of(packet, packet->l4_offset + packet->l4.tcp.header_bytes)) | 1;
  }
  if (packet->tuple.proto != CT_PROTO_UDP)
    return 0;
  return mix(print, payload_of(packet, packet->l4_offset + 8u)) | 1;
}

/*
 * One end as it was, the other with another address. A datagram without an id may have been sent to two by its sender:
 * that it was forwarded has to be seen, by its hop limit or the way that it went.
 */
static gboolean is_translated(const ct_packet *packet, const sighting *then, const sighting *now)
{
  const ct_tuple *a = &then->tuple, *b = &now->tuple;
  gboolean same_src = ct_addr_equal(&a->src, &b->src), same_dst = ct_addr_equal(&a->dst, &b->dst);

  if (packet->tuple.proto == CT_PROTO_UDP && ct_be16(packet->data + 4) == 0 && then->ttl != now->ttl + 1 &&
      !(then->direction == CAP_DIR_IN && now->direction == CAP_DIR_OUT))
    return FALSE;
  return (same_src && a->src_id == b->src_id && !same_dst) || (same_dst && a->dst_id == b->dst_id && !same_src);
}

/*
 * The side inside is where the addresses are that a translation hides: what goes out has its source replaced, what
 * comes in its destination.
 */
static void speak_for(replay_copies *copies, const sighting *then, const sighting *now)
{
  guint inside = ct_addr_equal(&then->tuple.src, &now->tuple.src) ? now->place : then->place;

  copies->places[inside].inside++;
}

void replay_copies_packet(replay_copies *copies, const ct_packet *packet, guint32 number, const char *name,
                          guint direction)
{
  sighting *then, now;

  if (packet->kind != CT_PACKET_TRACK || packet->tuple.family != CT_IPV4 || packet->captured < 20 ||
      packet->flags & CT_PACKET_REASSEMBLED || (now.print = print_of(packet)) == 0)
    return;
  copies->seen++;
  now.time_ns = packet->time_ns;
  now.tuple = packet->tuple;
  now.ttl = packet->data[8];
  now.place = place_of(copies, number, name);
  now.direction = (guint8)direction;
  then = &copies->sightings[now.print >> 56];
  if (then->print == now.print && ABS(now.time_ns - then->time_ns) <= APART_NS) {
    if (is_translated(packet, then, &now)) {
      copies->translated++;
      speak_for(copies, then, &now);
    } else if (ct_tuple_equal(&then->tuple, &now.tuple) && then->ttl == now.ttl && then->place == now.place &&
               then->direction == now.direction &&
               (packet->tuple.proto == CT_PROTO_TCP || ct_be16(packet->data + 4) != 0)) {
      copies->same++;
    }
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

const char *replay_copies_inside(const replay_copies *copies)
{
  const place *best = NULL;
  guint i;

  for (i = 0; i < copies->n_places; i++)
    if (copies->places[i].number != 0 && (best == NULL || copies->places[i].inside > best->inside))
      best = &copies->places[i];
  return best != NULL && copies->n_places > 1 ? best->name : NULL;
}

guint64 replay_copies_seen(const replay_copies *copies) { return copies->seen; }
guint64 replay_copies_n_translated(const replay_copies *copies) { return copies->translated; }
guint64 replay_copies_n_same(const replay_copies *copies) { return copies->same; }
