/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "victims.h"
#include "conntrack/goes_on.h"
#include "occupancy.h"

/*
 * Where a flood fills the table, each packet makes a victim in each engine of a sweep, so this is on the way of every
 * packet: an index of 8-byte slots with open addressing, one line of memory a question. (As a GHashTable it took a
 * quarter of a sweep's time.)
 */
typedef struct victim_slot {
  guint32 hash;
  guint32 number; /* place in the ring, from 1; 0: empty */
} victim_slot;

/* By which key victims are found: the reply direction's, which is another where the entry was translated. */
enum { BY_ORIGINAL, BY_REPLY, INDEXES };

typedef struct victim_index {
  victim_slot *slots; /* at most half of them are taken; NULL: nobody is in it */
  guint n;
} victim_index;

/* The reply direction's key of a translated victim. */
typedef struct reply_key {
  ct_tuple key;
  guint32 hash;
} reply_key;

struct pressure_victims {
  const ct_profile *profile;
  pressure_ends ends;
  pressure_victim *ring; /* the newest `size` victims; one that was missed or overwritten is in the index no more */
  ct_view *views;        /* beside the ring, or NULL */
  gboolean with_views;
  reply_key *replies; /* beside the ring; NULL: no victim was translated so far */
  guint size, next, mask;
  victim_index index[INDEXES];
  guint64 count, missed;
  gboolean forgot;
};

static inline const ct_tuple *key_of(const pressure_victims *victims, guint by, guint32 number)
{
  return by == BY_ORIGINAL ? &victims->ring[number - 1].key : &victims->replies[number - 1].key;
}

/* The slot of that key; where there is none, the empty one that ends its search. */
static inline guint slot_find(const pressure_victims *victims, guint by, const ct_tuple *key, guint32 hash)
{
  const victim_slot *slots = victims->index[by].slots;
  guint at = hash & victims->mask;

  for (; slots[at].number != 0; at = (at + 1) & victims->mask)
    if (slots[at].hash == hash && ct_tuple_equal(key_of(victims, by, slots[at].number), key))
      break;
  return at;
}

/*
 * What stands behind a hole moves into it where its search would end there: no marks are left that searches would have
 * to pass.
 */
static void slot_remove(pressure_victims *victims, guint by, guint hole)
{
  victim_slot *slots = victims->index[by].slots;
  guint at, mask = victims->mask;

  for (at = (hole + 1) & mask; slots[at].number != 0; at = (at + 1) & mask)
    if (((at - slots[at].hash) & mask) >= ((at - hole) & mask)) {
      slots[hole] = slots[at];
      hole = at;
    }
  slots[hole].number = 0;
  victims->index[by].n--;
}

static void slot_set(pressure_victims *victims, guint by, guint32 number, guint32 hash)
{
  guint at = slot_find(victims, by, key_of(victims, by, number), hash);

  victims->index[by].n += victims->index[by].slots[at].number == 0;
  victims->index[by].slots[at] = (victim_slot){ hash, number };
}

/* => whether it was still there, under that key. */
static gboolean slot_drop(pressure_victims *victims, guint by, guint32 number, guint32 hash)
{
  guint at;

  if (victims->index[by].n == 0)
    return FALSE;
  at = slot_find(victims, by, key_of(victims, by, number), hash);
  if (victims->index[by].slots[at].number != number)
    return FALSE;
  slot_remove(victims, by, at);
  return TRUE;
}

/* => whether it could still be found. */
static gboolean forget(pressure_victims *victims, guint32 number)
{
  gboolean there = slot_drop(victims, BY_ORIGINAL, number, victims->ring[number - 1].hash);

  if (victims->replies != NULL)
    slot_drop(victims, BY_REPLY, number, victims->replies[number - 1].hash);
  return there;
}

static void remember_reply(pressure_victims *victims, guint32 number, const ct_tuple *reply)
{
  ct_tuple key;

  ct_tuple_key(reply, &key);
  if (G_LIKELY(ct_tuple_equal(&key, &victims->ring[number - 1].key)))
    return;
  if (victims->replies == NULL) {
    victims->replies = g_new0(reply_key, victims->size);
    victims->index[BY_REPLY].slots = g_new0(victim_slot, victims->mask + 1);
  }
  victims->replies[number - 1] = (reply_key){ key, ct_tuple_hash(&key) };
  slot_set(victims, BY_REPLY, number, victims->replies[number - 1].hash);
}

pressure_victims *pressure_victims_new(const ct_profile *profile, pressure_ends ends, guint most, gboolean with_views)
{
  pressure_victims *victims = g_new0(pressure_victims, 1);

  victims->profile = profile;
  victims->ends = ends;
  victims->size = CLAMP(most, 1, G_MAXUINT32 / 4);
  victims->with_views = with_views;
  return victims;
}

void pressure_victims_free(pressure_victims *victims)
{
  if (!victims)
    return;
  g_free(victims->index[BY_ORIGINAL].slots);
  g_free(victims->index[BY_REPLY].slots);
  g_free(victims->replies);
  g_free(victims->views);
  g_free(victims->ring);
  g_free(victims);
}

static void start(pressure_victims *victims)
{
  guint slots = 2;

  while (slots < 2 * victims->size)
    slots *= 2;
  victims->mask = slots - 1;
  victims->index[BY_ORIGINAL].slots = g_new0(victim_slot, slots);
  victims->ring = g_new0(pressure_victim, victims->size);
  victims->views = victims->with_views ? g_new(ct_view, victims->size) : NULL;
}

static pressure_victim *ring_next(pressure_victims *victims)
{
  pressure_victim *victim;

  if (!victims->ring)
    start(victims);
  if (victims->next == victims->size)
    victims->next = 0;
  victim = &victims->ring[victims->next];
  if (victims->count >= victims->size && forget(victims, victims->next + 1))
    victims->forgot = TRUE;
  victim->view = victims->views ? &victims->views[victims->next] : NULL;
  victims->next++;
  return victim;
}

static gboolean is_followed(const pressure_victims *victims, ct_reason reason)
{
  return victims->ends == PRESSURE_EVICTED ? pressure_is_eviction(reason) : reason == CT_REASON_END_TIMEOUT;
}

const pressure_victim *pressure_victims_event(pressure_victims *victims, const ct_event *event)
{
  pressure_victim *victim;

  if (event->type != CT_EVENT_DESTROY || !is_followed(victims, (ct_reason)event->reason))
    return NULL;
  victim = ring_next(victims);
  victims->count++;
  ct_tuple_key(&event->view->tuple[CT_ORIGINAL], &victim->key);
  victim->hash = ct_tuple_hash(&victim->key);
  victim->deadline_ns = event->view->deadline_ns;
  victim->evicted_ns = event->time_ns;
  victim->by_packet = event->packet;
  victim->reason = (ct_reason)event->reason;
  victim->state = event->view->state;
  if (victim->view)
    *victim->view = *event->view;
  slot_set(victims, BY_ORIGINAL, (guint32)(victim - victims->ring) + 1, victim->hash);
  remember_reply(victims, (guint32)(victim - victims->ring) + 1, &event->view->tuple[CT_REPLY]);
  return victim;
}

/*
 * Of packets, those that look entries up; and of those, those that tell something of who ended. One that a rule has
 * dropped before conntrack, or has kept from it, misses nothing.
 */
static gboolean may_miss(const pressure_victims *victims, const ct_packet *packet, const ct_result *result)
{
  if (result->verdict == CT_VERDICT_NONE || result->cls == CT_CLASS_UNTRACKED)
    return FALSE;
  if (victims->ends == PRESSURE_EVICTED)
    return packet->kind == CT_PACKET_TRACK;
  return (packet->kind == CT_PACKET_TRACK || packet->kind == CT_PACKET_ICMP_ERROR) && packet->reason == CT_REASON_NONE;
}

/* => its number; 0: none is known by that key. */
static guint32 find(const pressure_victims *victims, guint by, const ct_packet *packet)
{
  ct_tuple key;

  if (victims->index[by].n == 0 || victims->index[by].slots[packet->hash & victims->mask].number == 0)
    return 0;
  ct_tuple_key(&packet->tuple, &key);
  return victims->index[by].slots[slot_find(victims, by, &key, packet->hash)].number;
}

gboolean pressure_victims_packet(pressure_victims *victims, const ct_packet *packet, const ct_result *result,
                                 gint64 now_ns, pressure_missed_fn missed, gpointer user)
{
  pressure_victim *victim;
  guint32 number;

  if (victims->index[BY_ORIGINAL].n == 0 || !may_miss(victims, packet, result) ||
      (result->conn != 0 && !(result->changes & CT_CHANGE_CREATED)))
    return FALSE;
  number = find(victims, BY_ORIGINAL, packet);
  if (number == 0)
    number = find(victims, BY_REPLY, packet);
  if (number == 0)
    return FALSE;
  victim = &victims->ring[number - 1];
  if (victims->ends == PRESSURE_EVICTED && victim->by_packet == packet->number)
    return FALSE;
  forget(victims, number);
  if (victims->ends == PRESSURE_EVICTED ? now_ns >= victim->deadline_ns /* it would have been gone by now anyway */
                                        : !ct_packet_goes_on(packet, victims->profile, victim->state))
    return FALSE;
  victims->missed++;
  if (missed)
    missed(victim, packet, result, user);
  return TRUE;
}

guint64 pressure_victims_count(const pressure_victims *victims) { return victims->count; }
guint64 pressure_victims_missed(const pressure_victims *victims) { return victims->missed; }
gboolean pressure_victims_forgot(const pressure_victims *victims) { return victims->forgot; }

/* ---- kept over a resume ---- */

enum { KEPT_FOUND = 1, KEPT_REPLY = 2 };

static gboolean is_found(const pressure_victims *victims, guint by, guint32 number, guint32 hash)
{
  return victims->index[by].n > 0 &&
         victims->index[by].slots[slot_find(victims, by, key_of(victims, by, number), hash)].number == number;
}

static guint8 kept_bits(const pressure_victims *victims, guint32 number)
{
  guint8 bits = is_found(victims, BY_ORIGINAL, number, victims->ring[number - 1].hash) ? KEPT_FOUND : 0;

  if (victims->replies != NULL && is_found(victims, BY_REPLY, number, victims->replies[number - 1].hash))
    bits |= KEPT_REPLY;
  return bits;
}

/* A hash hangs on the process. */
static void keep_key(resume_io *io, ct_tuple *key)
{
  resume_raw(io, key, sizeof *key);
  if (!resume_reads(io) || io->failed)
    return;
  if (key->family != CT_IPV4 && key->family != CT_IPV6)
    resume_fail(io, "it remembers a connection of no family");
}

static void keep_victim(pressure_victims *victims, guint32 number, resume_io *io)
{
  pressure_victim *victim = &victims->ring[number - 1];
  guint8 bits = resume_reads(io) ? 0 : kept_bits(victims, number);
  guint32 reason = victim->reason;
  ct_tuple reply = { .family = 0 };

  resume_u8(io, &bits);
  if (bits == 0)
    return;
  keep_key(io, &victim->key);
  resume_i64(io, &victim->evicted_ns);
  resume_i64(io, &victim->deadline_ns);
  resume_u64(io, &victim->by_packet);
  resume_u32(io, &reason);
  resume_u8(io, &victim->state);
  if (bits & KEPT_REPLY) {
    if (!resume_reads(io))
      reply = victims->replies[number - 1].key;
    keep_key(io, &reply);
  }
  if (!resume_reads(io) || io->failed)
    return;
  victim->reason = (ct_reason)reason;
  victim->hash = ct_tuple_hash(&victim->key);
  if (bits & KEPT_FOUND)
    slot_set(victims, BY_ORIGINAL, number, victim->hash);
  if (bits & KEPT_REPLY)
    remember_reply(victims, number, &reply);
}

void pressure_victims_keep(pressure_victims *victims, resume_io *io)
{
  gboolean any = victims->ring != NULL;
  guint32 next = victims->next, n = (guint32)MIN(victims->count, victims->size), i;

  resume_u64(io, &victims->count);
  resume_u64(io, &victims->missed);
  resume_bool(io, &victims->forgot);
  resume_bool(io, &any);
  resume_u32(io, &next);
  n = resume_count(io, n, 1);
  if (n != MIN(victims->count, victims->size) || next > victims->size || any != (n > 0) || victims->with_views)
    resume_fail(io, "its numbers of those who ended contradict each other");
  if (io->failed || !any)
    return;
  if (victims->ring == NULL)
    start(victims);
  victims->next = next;
  for (i = 1; i <= n && !io->failed; i++)
    keep_victim(victims, i, io);
}
