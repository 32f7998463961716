/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By what packets are found, and who waits under it. */
#include "inside.h"

#include "conntrack/proto/proto.h"

enum { TCP_FLAGS_OF_KIND = 7 /* FIN, SYN, RST */ };

static guint64 join(guint64 a, guint64 b) { return ct_hash_words(a + UINT64_C(0x9e3779b97f4a7c15), b) ^ a << 7; }

guint64 across_hash_ends(const ct_tuple *t)
{
  guint64 so_far = join(t->src.halves[0], t->src.halves[1]);

  so_far = join(so_far, t->dst.halves[0]);
  so_far = join(so_far, t->dst.halves[1]);
  return join(so_far, (guint64)t->src_id << 32 | (guint64)t->dst_id << 16 | (guint64)t->family << 8 | t->proto);
}

static gboolean has_tcp(const across_sighting *s)
{
  return s->proto == CT_PROTO_TCP && s->l4_offset > 0 && s->l4_offset + 14u <= s->head_bytes;
}

static guint32 sequence_of(const across_sighting *s) { return has_tcp(s) ? ct_be32(s->head + s->l4_offset + 4) : 0; }

/* What nobody changes on the way: whether it is a SYN, FIN or RST, and whether it has data. */
static guint64 kind_of(const across_sighting *s)
{
  return has_tcp(s) ? (s->head[s->l4_offset + 13] & (guint64)TCP_FLAGS_OF_KIND) << 1 | (s->payload_bytes > 0) : 0;
}

/* A payload, an IP id or a sequence number: without any, packets of all hosts look alike. */
static gboolean tells_itself(const across_sighting *s)
{
  return s->ip_id != 0 || s->payload_bytes >= 4 || sequence_of(s) != 0;
}

void across_make_keys(across_sighting *s, const ct_tuple *with)
{
  guint64 ends = across_hash_ends(with);

  s->keyed = 1 << ACROSS_ALIKE | 1 << ACROSS_SAME | 1 << ACROSS_SAME_BUT_ID;
  s->key[ACROSS_SAME] = join(join(ends, s->identity), s->ip_id);
  s->key[ACROSS_ALIKE] = join(s->key[ACROSS_SAME], s->payload);
  s->key[ACROSS_SAME_BUT_ID] = join(ends, s->identity);
  if (s->ip_id != 0) {
    s->keyed |= 1 << ACROSS_SAME_ID;
    s->key[ACROSS_SAME_ID] = join(join(ends, s->ip_id), kind_of(s));
  }
  if (has_tcp(s)) {
    s->keyed |= 1 << ACROSS_SAME_SEQ;
    s->key[ACROSS_SAME_SEQ] =
      join(join(ends, kind_of(s)), (guint64)sequence_of(s) << 32 | ct_be32(s->head + s->l4_offset + 8));
  }
  if (tells_itself(s)) {
    s->keyed |= 1 << ACROSS_TRANSLATED;
    s->key[ACROSS_TRANSLATED] = join(s->identity, s->ip_id);
  }
  if (s->connection != NULL) {
    s->keyed |= 1 << ACROSS_OF;
    s->key[ACROSS_OF] = (guint64)(gsize)s->connection;
  }
}

static void wait_under(across *x, across_sighting *s, across_key key)
{
  GHashTable *table = x->waiting[s->side][key];
  across_waiting *w = g_hash_table_lookup(table, &s->key[key]);

  if (w == NULL) {
    w = g_new0(across_waiting, 1);
    w->key = s->key[key];
    g_hash_table_insert(table, &w->key, w);
  }
  s->earlier[key] = w->last;
  s->later[key] = NULL;
  if (w->last != NULL)
    w->last->later[key] = s;
  else
    w->first = s;
  w->last = s;
}

static void leave(across *x, across_sighting *s, across_key key)
{
  GHashTable *table = x->waiting[s->side][key];
  across_waiting *w = g_hash_table_lookup(table, &s->key[key]);

  if (s->earlier[key] != NULL)
    s->earlier[key]->later[key] = s->later[key];
  else
    w->first = s->later[key];
  if (s->later[key] != NULL)
    s->later[key]->earlier[key] = s->earlier[key];
  else
    w->last = s->earlier[key];
  if (w->first == NULL)
    g_hash_table_remove(table, &s->key[key]);
}

void across_wait(across *x, across_sighting *s)
{
  guint key;

  for (key = 0; key < ACROSS_KEYS; key++)
    if (s->keyed >> key & 1)
      wait_under(x, s, (across_key)key);
}

void across_leave(across *x, across_sighting *s)
{
  guint key;

  for (key = 0; key < ACROSS_KEYS; key++)
    if (s->keyed >> key & 1)
      leave(x, s, (across_key)key);
  s->keyed = 0;
}

across_waiting *across_waiting_find(const across *x, guint side, const across_sighting *s, across_key key)
{
  return s->keyed >> key & 1 ? g_hash_table_lookup(x->waiting[side][key], &s->key[key]) : NULL;
}
