/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "refused.h"

typedef struct first_refused {
  ct_tuple tuple; /* as the segment had it */
  guint64 number;
} first_refused;

struct journal_refused {
  GHashTable *by_tuple; /* first_refused, its own key */
};

static guint tuple_hash(gconstpointer key) { return ct_tuple_hash(key); }
static gboolean tuple_equal(gconstpointer a, gconstpointer b) { return ct_tuple_equal(a, b); }

journal_refused *journal_refused_new(void)
{
  journal_refused *r = g_new0(journal_refused, 1);

  r->by_tuple = g_hash_table_new_full(tuple_hash, tuple_equal, NULL, g_free);
  return r;
}

void journal_refused_free(journal_refused *r)
{
  if (r == NULL)
    return;
  g_hash_table_unref(r->by_tuple);
  g_free(r);
}

static first_refused *first_new(const ct_packet *packet)
{
  first_refused *first = g_new0(first_refused, 1);

  *first = (first_refused){ packet->tuple, packet->number };
  return first;
}

void journal_refused_packet(journal_refused *r, const ct_packet *packet, const ct_result *result)
{
  if (result->cls != CT_CLASS_INVALID || !ct_packet_has_tcp(packet) ||
      g_hash_table_size(r->by_tuple) >= JOURNAL_REFUSED_MOST || g_hash_table_contains(r->by_tuple, &packet->tuple))
    return;
  g_hash_table_add(r->by_tuple, first_new(packet));
}

guint64 journal_refused_other_side(const journal_refused *r, const ct_packet *packet)
{
  const first_refused *first;
  ct_tuple other;

  if (!ct_packet_has_tcp(packet) || !ct_tuple_invert(&packet->tuple, &other))
    return 0;
  first = g_hash_table_lookup(r->by_tuple, &other);
  return first != NULL ? first->number : 0;
}
