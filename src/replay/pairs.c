/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a router leaves as it is finds the other sighting: of IPv4 the identification, of TCP its flags and window, of
 * all the payload. Since a helper may have written a payload anew, and moved the numbers behind it, that is asked of
 * two prints: the weak one finds, and the strong one, or an end that has kept its address and port, confirms.
 */
#include "pairs.h"

#include "place.h"

#include <string.h>

enum {
  SETS = 8192,
  WAYS = 4,
  PAYLOAD_BYTES = 48,
  L4_BYTES = 8, /* of a header that are looked at, of what is neither TCP nor ICMP */
  SIGHTING_BYTES = 4 + 5 * 8 + sizeof(ct_tuple) + 4 + 3 + 2 /* in a state */
};

/* A router's queue may hold a packet for so long. */
#define APART_NS (100 * G_GINT64_CONSTANT(1000000))

typedef enum paired { ALONE, HAS_COPY, IS_COPY } paired;

typedef struct sighting {
  guint64 weak, strong; /* weak 0: none */
  gint64 time_ns;
  guint64 number, first; /* of the frame; of the one that arrived, where this is its copy */
  ct_tuple tuple;
  ct_packet *packet; /* good while the packet waits to be played */
  replay_origin *origin;
  guint32 place;
  guint8 ttl, direction, paired;
  gboolean has_id, error;
} sighting;

struct replay_pairs {
  gboolean wanted;
  gboolean any_place;
  guint32 place; /* of the first frame */
  sighting (*sets)[WAYS];
  replay_pairs_figures figures;
};

replay_pairs *replay_pairs_new(void) { return g_new0(replay_pairs, 1); }

void replay_pairs_free(replay_pairs *pairs)
{
  if (pairs == NULL)
    return;
  g_free(pairs->sets);
  g_free(pairs);
}

replay_pairs_figures *replay_pairs_tell(replay_pairs *pairs) { return &pairs->figures; }

gboolean replay_pairs_wanted(replay_pairs *pairs, const replay_batch *batch)
{
  if (batch->n > 0 && !pairs->wanted) {
    if (!pairs->any_place)
      pairs->place = batch->place;
    pairs->any_place = TRUE;
    pairs->wanted = batch->tells_place || batch->place != pairs->place;
  }
  if (pairs->wanted && pairs->sets == NULL)
    pairs->sets = g_malloc0(sizeof *pairs->sets * SETS);
  return pairs->wanted;
}

/* ---- prints ---- */

static guint64 mix(guint64 print, guint64 value)
{
  print = (print ^ value) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
  return print ^ print >> 29;
}

static guint64 mix_bytes(guint64 print, const ct_packet *packet, guint32 from, guint32 most)
{
  guint32 end = MIN(from + most, packet->captured), i;

  for (i = from; i < end; i++)
    print = mix(print, packet->data[i]);
  return print;
}

/* All of the packet but what a router changes: of what conntrack cannot tell, translation makes nothing else. */
static guint64 print_of_bytes(const ct_packet *packet)
{
  guint64 print = packet->length;
  guint32 i;

  for (i = 0; i < packet->captured && i < 128; i++)
    if (packet->tuple.family == CT_IPV6 ? i != 7 : i != 8 && i != 10 && i != 11)
      print = mix(print, packet->data[i]);
  return print | 1;
}

static void print_tcp(sighting *s, const ct_packet *packet)
{
  guint64 about = (guint64)packet->l4.tcp.window << 8 | packet->l4.tcp.flags;

  s->weak = mix(s->weak, about);
  s->strong = mix(s->strong, about);
  s->strong = mix(s->strong, (guint64)packet->l4.tcp.seq << 32 | packet->l4.tcp.ack);
  s->strong = mix_bytes(s->strong, packet, packet->l4_offset + packet->l4.tcp.header_bytes, PAYLOAD_BYTES);
}

/* Type and code, and of an echo its number; an error's payload has addresses in it. */
static void print_icmp(sighting *s, const ct_packet *packet)
{
  s->weak = mix_bytes(s->weak, packet, packet->l4_offset, 2);
  s->strong = mix_bytes(s->strong, packet, packet->l4_offset, 2);
  if (packet->kind == CT_PACKET_ICMP_ERROR)
    return;
  s->strong = mix_bytes(s->strong, packet, packet->l4_offset + 6U, 2 + PAYLOAD_BYTES);
}

/* What is told of a packet by its bytes. */
static void take_prints(sighting *s, const ct_packet *packet)
{
  gboolean six = packet->tuple.family == CT_IPV6;
  guint32 id = six ? ct_be32(packet->data) & 0xfffff : ct_be16(packet->data + 4);
  guint8 proto = ct_packet_proto(packet);

  s->has_id = !six && id != 0;
  if (packet->kind != CT_PACKET_TRACK && packet->kind != CT_PACKET_ICMP_ERROR) {
    s->weak = s->strong = print_of_bytes(packet);
    return;
  }
  s->weak = mix(proto, (guint64)six << 32 | id);
  s->strong = mix(s->weak, packet->length);
  if (ct_packet_has_tcp(packet))
    print_tcp(s, packet);
  else if (proto == CT_PROTO_ICMP || proto == CT_PROTO_ICMPV6)
    print_icmp(s, packet);
  else if (proto != CT_PROTO_TCP)
    s->strong = mix_bytes(s->strong, packet, packet->l4_offset + (guint32)L4_BYTES, PAYLOAD_BYTES);
  if (!s->has_id)
    s->weak = s->strong;
  s->weak |= 1;
}

static gboolean see(sighting *s, ct_packet *packet, replay_origin *origin)
{
  gboolean six = packet->tuple.family == CT_IPV6;

  if (packet->kind == CT_PACKET_NONE || packet->captured < (six ? 40U : 20U))
    return FALSE;
  *s = (sighting){ .time_ns = packet->time_ns,
                   .number = packet->number,
                   .tuple = packet->tuple,
                   .packet = packet,
                   .origin = origin,
                   .place = replay_place(origin),
                   .ttl = packet->data[six ? 7 : 8],
                   .direction = (guint8)origin->link.direction,
                   .error = packet->kind == CT_PACKET_ICMP_ERROR };
  take_prints(s, packet);
  return TRUE;
}

/* ---- two sightings ---- */

static gboolean src_kept(const ct_tuple *a, const ct_tuple *b)
{
  return a->src_id == b->src_id && ct_addr_equal(&a->src, &b->src);
}

static gboolean dst_kept(const ct_tuple *a, const ct_tuple *b)
{
  return a->dst_id == b->dst_id && ct_addr_equal(&a->dst, &b->dst);
}

/* Whether a packet that arrived as the one may have left as the other. */
static gboolean may_have_left(const sighting *in, const sighting *out)
{
  if (in->direction == CAP_DIR_IN && out->direction == CAP_DIR_OUT)
    return in->ttl == out->ttl + 1 || in->ttl == out->ttl;
  return in->direction != CAP_DIR_OUT && out->direction != CAP_DIR_IN && in->place != out->place &&
         in->ttl == out->ttl + 1;
}

static gboolean is_elsewhere(const sighting *a, const sighting *b)
{
  return a->place != b->place || a->direction != b->direction;
}

typedef enum relation { STRANGERS, LEFT, LEFT_BEFORE, AGAIN } relation;

static relation relation_of(const sighting *then, const sighting *now)
{
  if (ABS(now->time_ns - then->time_ns) > APART_NS)
    return STRANGERS;
  if (then->strong == now->strong && then->ttl == now->ttl && ct_tuple_equal(&then->tuple, &now->tuple) &&
      is_elsewhere(then, now))
    return AGAIN;
  if (then->paired != IS_COPY && may_have_left(then, now))
    return LEFT;
  /* Two captures, or two processors, may have them the other way round. */
  return then->paired == ALONE && may_have_left(now, then) ? LEFT_BEFORE : STRANGERS;
}

/* How well they go together; 0: not. */
static guint likeness(const sighting *then, const sighting *now)
{
  gboolean strong = then->strong == now->strong;
  gboolean kept = src_kept(&then->tuple, &now->tuple) || dst_kept(&then->tuple, &now->tuple);

  if (!strong && !(now->has_id && (kept || now->error)))
    return 0;
  return 1 + (then->paired == ALONE) + 2U * kept + 4U * strong;
}

/* ---- what is told ---- */

static gboolean waits(const sighting *s, guint64 first_waiting) { return s->number >= first_waiting; }

static void become_copy(sighting *s, guint64 first, ct_reason reason)
{
  s->paired = IS_COPY;
  s->first = first;
  s->packet->kind = CT_PACKET_NONE;
  s->packet->reason = (guint16)reason;
}

/* in: NULL where it has been played already. */
static void tell_left(replay_pairs *pairs, sighting *in, sighting *out, guint64 first_waiting)
{
  gboolean translated = !ct_tuple_equal(&in->tuple, &out->tuple);

  if (in->paired == ALONE && waits(in, first_waiting))
    in->origin->left = out->packet;
  in->paired = HAS_COPY;
  become_copy(out, in->number, CT_REASON_COPY);
  pairs->figures.left++;
  pairs->figures.translated += translated;
}

static sighting *best_of(sighting *set, const sighting *now, guint64 first_waiting, relation *best_relation)
{
  sighting *best = NULL;
  guint best_likeness = 0, i;

  for (i = 0; i < WAYS; i++) {
    relation r = set[i].weak == now->weak ? relation_of(&set[i], now) : STRANGERS;
    guint value = r == STRANGERS ? 0 : r == AGAIN ? G_MAXUINT : likeness(&set[i], now);

    if ((r == LEFT_BEFORE && !waits(&set[i], first_waiting)) || value == 0 || value < best_likeness ||
        (value == best_likeness && set[i].time_ns < best->time_ns))
      continue;
    best = &set[i];
    best_likeness = value;
    *best_relation = r;
  }
  return best;
}

static void remember(sighting *set, const sighting *now)
{
  guint oldest = 0, i;

  for (i = 1; i < WAYS; i++)
    if (set[i].time_ns < set[oldest].time_ns)
      oldest = i;
  set[oldest] = *now;
}

static void look_at(replay_pairs *pairs, ct_packet *packet, replay_origin *origin, guint64 first_waiting)
{
  relation how = STRANGERS;
  sighting now, *set, *then;

  if (!see(&now, packet, origin))
    return;
  pairs->figures.packets++;
  set = pairs->sets[now.weak >> 40 & (SETS - 1)];
  then = best_of(set, &now, first_waiting, &how);
  if (then != NULL && how == AGAIN) {
    become_copy(&now, then->paired == IS_COPY ? then->first : then->number, CT_REASON_COPY);
    pairs->figures.again++;
    return;
  }
  if (then != NULL && how == LEFT)
    tell_left(pairs, then, &now, first_waiting);
  else if (then != NULL)
    tell_left(pairs, &now, then, first_waiting);
  remember(set, &now);
}

void replay_pairs_batch(replay_pairs *pairs, replay_batch *batch, guint64 first_waiting)
{
  guint i;

  for (i = 0; i < batch->n; i++)
    look_at(pairs, &batch->packets[i], &batch->origins[i], first_waiting);
}

/* ---- over a resume ---- */

gboolean replay_pairs_begun(const replay_pairs *pairs) { return pairs->wanted; }

/* The latest moment that was seen, or nothing's. */
static gint64 newest_ns(const replay_pairs *pairs)
{
  gint64 newest = G_MININT64 / 2;
  guint i;

  for (i = 0; pairs->sets != NULL && i < SETS * WAYS; i++)
    if (pairs->sets[i / WAYS][i % WAYS].weak != 0)
      newest = MAX(newest, pairs->sets[i / WAYS][i % WAYS].time_ns);
  return newest;
}

static gboolean is_possible(const sighting *s, guint32 at)
{
  return at < SETS * WAYS && s->weak != 0 && (s->weak >> 40 & (SETS - 1)) == at / WAYS && s->paired <= IS_COPY &&
         s->direction <= CAP_DIR_OUT && s->time_ns >= 0 && s->time_ns <= CAP_TS_MAX_NS;
}

static void keep_sighting(replay_pairs *pairs, guint32 at, resume_io *io)
{
  sighting s = { .weak = 0 };
  gboolean has_id, error;

  if (!resume_reads(io))
    s = pairs->sets[at / WAYS][at % WAYS];
  has_id = s.has_id;
  error = s.error;
  resume_u32(io, &at);
  resume_u64(io, &s.weak);
  resume_u64(io, &s.strong);
  resume_i64(io, &s.time_ns);
  resume_u64(io, &s.number);
  resume_u64(io, &s.first);
  resume_raw(io, &s.tuple, sizeof s.tuple);
  resume_u32(io, &s.place);
  resume_u8(io, &s.ttl);
  resume_u8(io, &s.direction);
  resume_u8(io, &s.paired);
  resume_bool(io, &has_id);
  resume_bool(io, &error);
  if (!resume_reads(io) || io->failed)
    return;
  s.has_id = has_id;
  s.error = error;
  if (is_possible(&s, at))
    pairs->sets[at / WAYS][at % WAYS] = s;
  else
    resume_fail(io, "a packet that was seen cannot be");
}

static void keep_figures(replay_pairs_figures *f, resume_io *io)
{
  resume_u64(io, &f->packets);
  resume_u64(io, &f->left);
  resume_u64(io, &f->translated);
  resume_u64(io, &f->again);
  resume_u64(io, &f->inferred);
  resume_u64(io, &f->stray);
}

/* Where the clock does not go back, nothing older than APART_NS is paired any more. */
void replay_pairs_keep(replay_pairs *pairs, resume_io *io)
{
  gint64 from_ns = newest_ns(pairs) - APART_NS;
  GArray *kept = g_array_new(FALSE, FALSE, sizeof(guint32));
  guint32 n, i;

  resume_bool(io, &pairs->wanted);
  resume_bool(io, &pairs->any_place);
  resume_u32(io, &pairs->place);
  keep_figures(&pairs->figures, io);
  for (i = 0; !resume_reads(io) && pairs->sets != NULL && i < SETS * WAYS; i++)
    if (pairs->sets[i / WAYS][i % WAYS].weak != 0 && pairs->sets[i / WAYS][i % WAYS].time_ns >= from_ns)
      g_array_append_val(kept, i);
  n = resume_count(io, kept->len, SIGHTING_BYTES);
  if (resume_reads(io) && pairs->sets == NULL && pairs->wanted)
    pairs->sets = g_malloc0(sizeof *pairs->sets * SETS);
  if (n > 0 && pairs->sets == NULL)
    resume_fail(io, "it has packets that were seen, and none were to be");
  for (i = 0; i < n && !io->failed; i++)
    keep_sighting(pairs, resume_reads(io) ? 0 : g_array_index(kept, guint32, i), io);
  g_array_unref(kept);
}

void replay_pairs_wait(replay_pairs *pairs, ct_packet *packet, replay_origin *origin)
{
  sighting now, *set;
  guint i;

  if (pairs->sets == NULL || !see(&now, packet, origin))
    return;
  set = pairs->sets[now.weak >> 40 & (SETS - 1)];
  for (i = 0; i < WAYS; i++)
    if (set[i].weak == now.weak && set[i].number == now.number) {
      set[i].packet = packet;
      set[i].origin = origin;
    }
}

void replay_pairs_forget(replay_pairs *pairs, guint64 from)
{
  guint i;

  for (i = 0; pairs->sets != NULL && i < SETS * WAYS; i++) {
    sighting *s = &pairs->sets[i / WAYS][i % WAYS];

    if (s->number >= from && s->packet == NULL)
      *s = (sighting){ .weak = 0 };
  }
}
