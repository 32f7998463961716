/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "victims.h"

#include <string.h>

struct pressure_victims {
  pressure_victim *ring; /* the newest `size` victims; one that was missed or overwritten is in the index no more */
  guint size, next;
  GHashTable *index;     /* tuple in the form it is looked up by => &ring[i] */
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

pressure_victims *pressure_victims_new(guint most)
{
  pressure_victims *victims = g_new0(pressure_victims, 1);

  victims->size = MAX(most, 1);
  victims->index = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
  return victims;
}

void pressure_victims_free(pressure_victims *victims)
{
  if (!victims)
    return;
  g_hash_table_destroy(victims->index);
  g_free(victims->ring);
  g_free(victims);
}

static void forget(pressure_victims *victims, const pressure_victim *victim)
{
  ct_tuple key;

  key_of(&victim->view.tuple[CT_ORIGINAL], &key);
  if (g_hash_table_lookup(victims->index, &key) == victim)
    g_hash_table_remove(victims->index, &key);
}

const pressure_victim *pressure_victims_event(pressure_victims *victims, const ct_event *event)
{
  pressure_victim *victim;
  ct_tuple *key;

  if (event->type != CT_EVENT_DESTROY ||
      (event->reason != CT_REASON_END_EVICTED && event->reason != CT_REASON_END_GC_EVICTED))
    return NULL;
  if (!victims->ring)
    victims->ring = g_new0(pressure_victim, victims->size);
  victim = &victims->ring[victims->next];
  if (victims->count >= victims->size)
    forget(victims, victim);
  victims->next = (victims->next + 1) % victims->size;
  victims->count++;
  memset(victim, 0, sizeof(*victim));
  victim->view = *event->view;
  victim->evicted_ns = event->time_ns;
  victim->by_packet = event->packet;
  victim->reason = (ct_reason)event->reason;
  if (event->cause)
    victim->by = event->cause->tuple;
  key = g_new(ct_tuple, 1);
  key_of(&victim->view.tuple[CT_ORIGINAL], key);
  g_hash_table_replace(victims->index, key, victim);
  return victim;
}

gboolean pressure_victims_packet(pressure_victims *victims, const ct_packet *packet, const ct_result *result,
                                 pressure_missed_fn missed, gpointer user)
{
  pressure_victim *victim;
  ct_tuple key;

  if (g_hash_table_size(victims->index) == 0 || packet->kind != CT_PACKET_TRACK ||
      (result->conn != 0 && !(result->changes & CT_CHANGE_CREATED)))
    return FALSE;
  key_of(&packet->tuple, &key);
  victim = g_hash_table_lookup(victims->index, &key);
  if (!victim || victim->by_packet == packet->number)
    return FALSE;
  g_hash_table_remove(victims->index, &key);
  if (packet->time_ns >= victim->view.deadline_ns)
    return FALSE; /* it would have been gone by now anyway */
  victims->missed++;
  if (missed)
    missed(victim, packet, result, user);
  return TRUE;
}

guint64 pressure_victims_count(const pressure_victims *victims) { return victims->count; }
guint64 pressure_victims_missed(const pressure_victims *victims) { return victims->missed; }
