/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "victims.h"

#include <string.h>

enum { FILTER_BITS = 1 << 20 };

struct pressure_victims {
  pressure_victim *ring; /* the newest `size` victims; one that was missed or overwritten is in the index no more */
  ct_view *views;        /* beside the ring, or NULL */
  gboolean with_views;
  guint size, next;
  GHashTable *index;     /* &ring[i].key => &ring[i] */
  guint64 *filter;       /* bits by hash: where one is clear, no victim of that hash is in the index */
  guint64 count, missed;
};

/* The form in which both directions, and an ICMP request and its answer, are the same key. */
static void key_of(const ct_tuple *tuple, ct_tuple *key)
{
  ct_tuple inverse;

  *key = *tuple;
  if (ct_tuple_is_icmp(tuple)) {
    if (ct_tuple_is_icmp_answer(tuple))
      ct_tuple_invert(tuple, key);
    return;
  }
  ct_tuple_invert(tuple, &inverse);
  if (ct_tuple_compare(&inverse, tuple) < 0)
    *key = inverse;
}

static guint key_hash(gconstpointer key) { return ct_tuple_hash(key); }
static gboolean key_equal(gconstpointer a, gconstpointer b) { return ct_tuple_equal(a, b); }

pressure_victims *pressure_victims_new(guint most, gboolean with_views)
{
  pressure_victims *victims = g_new0(pressure_victims, 1);

  victims->size = MAX(most, 1);
  victims->with_views = with_views;
  victims->index = g_hash_table_new(key_hash, key_equal);
  return victims;
}

void pressure_victims_free(pressure_victims *victims)
{
  if (!victims)
    return;
  g_hash_table_destroy(victims->index);
  g_free(victims->filter);
  g_free(victims->views);
  g_free(victims->ring);
  g_free(victims);
}

static void filter_add(pressure_victims *victims, const ct_tuple *key)
{
  guint bit = ct_tuple_hash(key) % FILTER_BITS;

  victims->filter[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static gboolean filter_has(const pressure_victims *victims, guint hash)
{
  return victims->filter[hash % FILTER_BITS / 64] >> (hash % FILTER_BITS % 64) & 1;
}

static void filter_refill(gpointer key, gpointer value, gpointer user)
{
  (void)value;
  filter_add(user, key);
}

static pressure_victim *ring_next(pressure_victims *victims)
{
  pressure_victim *victim;

  if (!victims->ring) {
    victims->ring = g_new0(pressure_victim, victims->size);
    victims->views = victims->with_views ? g_new(ct_view, victims->size) : NULL;
    victims->filter = g_new0(guint64, FILTER_BITS / 64);
  }
  if (victims->next == victims->size) {
    /* Once a round the bits of those that are no longer followed are cleared. */
    victims->next = 0;
    memset(victims->filter, 0, FILTER_BITS / 8);
    g_hash_table_foreach(victims->index, filter_refill, victims);
  }
  victim = &victims->ring[victims->next];
  if (victims->count >= victims->size && g_hash_table_lookup(victims->index, &victim->key) == victim)
    g_hash_table_remove(victims->index, &victim->key);
  victim->view = victims->views ? &victims->views[victims->next] : NULL;
  victims->next++;
  return victim;
}

const pressure_victim *pressure_victims_event(pressure_victims *victims, const ct_event *event)
{
  pressure_victim *victim;

  if (event->type != CT_EVENT_DESTROY ||
      (event->reason != CT_REASON_END_EVICTED && event->reason != CT_REASON_END_GC_EVICTED))
    return NULL;
  victim = ring_next(victims);
  victims->count++;
  key_of(&event->view->tuple[CT_ORIGINAL], &victim->key);
  victim->deadline_ns = event->view->deadline_ns;
  victim->evicted_ns = event->time_ns;
  victim->by_packet = event->packet;
  victim->reason = (ct_reason)event->reason;
  if (victim->view)
    *victim->view = *event->view;
  g_hash_table_replace(victims->index, &victim->key, victim);
  filter_add(victims, &victim->key);
  return victim;
}

gboolean pressure_victims_packet(pressure_victims *victims, const ct_packet *packet, const ct_result *result,
                                 pressure_missed_fn missed, gpointer user)
{
  pressure_victim *victim;
  ct_tuple key;

  if (g_hash_table_size(victims->index) == 0 || packet->kind != CT_PACKET_TRACK ||
      (result->conn != 0 && !(result->changes & CT_CHANGE_CREATED)) || !filter_has(victims, packet->hash))
    return FALSE;
  key_of(&packet->tuple, &key);
  victim = g_hash_table_lookup(victims->index, &key);
  if (!victim || victim->by_packet == packet->number)
    return FALSE;
  g_hash_table_remove(victims->index, &key);
  if (packet->time_ns >= victim->deadline_ns)
    return FALSE; /* it would have been gone by now anyway */
  victims->missed++;
  if (missed)
    missed(victim, packet, result, user);
  return TRUE;
}

guint64 pressure_victims_count(const pressure_victims *victims) { return victims->count; }
guint64 pressure_victims_missed(const pressure_victims *victims) { return victims->missed; }
