/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "refused.h"

#include <string.h>

typedef struct refused {
  ct_tuple tuple; /* as the packet had it */
  guint64 first;  /* TCP segment that was INVALID; 0: none was */
  guint64 synack; /* the first of them that is a SYN/ACK, acknowledging synack_ack; 0: none is */
  guint32 synack_ack;
  journal_opener opener;
  gint64 opened_ns;
  guint32 answer; /* TCP: what its answer acknowledges */
} refused;

enum { MET_BYTES = 1 << 14 };

struct journal_refused {
  GHashTable *by_tuple;  /* refused, its own key */
  guint8 met[MET_BYTES]; /* a bit by hash, which is the same for both directions: one like that is remembered */
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

static void add(journal_refused *r, refused *of)
{
  guint32 hash = ct_tuple_hash(&of->tuple);

  g_hash_table_add(r->by_tuple, of);
  r->met[hash / 8 % MET_BYTES] |= (guint8)(1u << hash % 8);
}

gboolean journal_refused_may_know(const journal_refused *r, const ct_packet *packet)
{
  guint32 hash;

  if (g_hash_table_size(r->by_tuple) == 0)
    return FALSE;
  hash = ct_tuple_hash(&packet->tuple);
  /* An ICMP message's answer has a hash of its own. */
  return ct_tuple_is_icmp(&packet->tuple) || r->met[hash / 8 % MET_BYTES] >> hash % 8 & 1;
}

/* => NULL where there is no more room. */
static refused *refused_of(journal_refused *r, const ct_tuple *tuple)
{
  refused *of = g_hash_table_lookup(r->by_tuple, tuple);

  if (of != NULL || g_hash_table_size(r->by_tuple) >= JOURNAL_REFUSED_MOST)
    return of;
  of = g_new0(refused, 1);
  of->tuple = *tuple;
  add(r, of);
  return of;
}

static gboolean has_flags(const ct_packet *packet, guint8 flags)
{
  return (packet->l4.tcp.flags & (CT_TCP_SYN | CT_TCP_ACK)) == flags;
}

/* => whether the packet could have begun a connection and did not; then what became of it. */
static gboolean is_lost_opener(const ct_packet *packet, const ct_result *result, journal_opener *opener)
{
  if (packet->kind != CT_PACKET_TRACK || packet->flags & CT_PACKET_ANSWER || result->conn != 0 ||
      (packet->tuple.proto == CT_PROTO_TCP && (!ct_packet_has_tcp(packet) || !has_flags(packet, CT_TCP_SYN))))
    return FALSE;
  *opener = (journal_opener){ .number = packet->number, .reason = (ct_reason)result->reason };
  if (result->verdict == CT_VERDICT_NONE)
    opener->fate = JOURNAL_BEFORE;
  else if (result->cls == CT_CLASS_UNTRACKED)
    opener->fate = JOURNAL_UNTRACKED;
  else if (result->cls == CT_CLASS_INVALID && packet->reason != CT_REASON_NONE) /* for its own bytes */
    opener->fate = JOURNAL_REFUSED;
  else if (result->verdict == CT_VERDICT_DROP)
    opener->fate = JOURNAL_DROPPED;
  else if (result->cls == CT_CLASS_NEW || result->cls == CT_CLASS_RELATED)
    opener->fate = JOURNAL_DROPPED_BY_RULES;
  else
    return FALSE;
  return TRUE;
}

/* Of a SYN, whose data may be acknowledged, too. */
static gboolean is_acknowledged(const ct_packet *packet, guint32 ack)
{
  return ack - packet->l4.tcp.seq - 1 <= packet->l4.tcp.payload_bytes;
}

static void note_segment(refused *of, const ct_packet *packet)
{
  if (of->first == 0)
    of->first = packet->number;
  if (!has_flags(packet, CT_TCP_SYN | CT_TCP_ACK) || (of->synack != 0 && of->synack_ack == packet->l4.tcp.ack))
    return;
  of->synack = packet->number;
  of->synack_ack = packet->l4.tcp.ack;
}

void journal_refused_packet(journal_refused *r, const ct_packet *packet, const ct_result *result)
{
  journal_opener opener;
  refused *of;

  if (result->cls == CT_CLASS_INVALID && ct_packet_has_tcp(packet) && (of = refused_of(r, &packet->tuple)) != NULL)
    note_segment(of, packet);
  if (is_lost_opener(packet, result, &opener) && (of = refused_of(r, &packet->tuple)) != NULL) {
    of->opener = opener;
    of->opened_ns = packet->time_ns;
    if (packet->tuple.proto == CT_PROTO_TCP)
      of->answer = packet->l4.tcp.seq + packet->l4.tcp.payload_bytes + 1;
  }
}

void journal_refused_each(const journal_refused *r, void (*fn)(const ct_tuple *tuple, gpointer user), gpointer user)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init(&iter, r->by_tuple);
  while (g_hash_table_iter_next(&iter, NULL, &value))
    fn(&((const refused *)value)->tuple, user);
}

static const refused *of_other_side(const journal_refused *r, const ct_packet *packet)
{
  ct_tuple other;

  if (packet->flags & CT_PACKET_ANSWER) /* its tuple is that of its request already */
    return g_hash_table_lookup(r->by_tuple, &packet->tuple);
  return ct_tuple_invert(&packet->tuple, &other) ? g_hash_table_lookup(r->by_tuple, &other) : NULL;
}

guint64 journal_refused_other_side(const journal_refused *r, const ct_packet *packet, const ct_view *entry)
{
  const refused *other;

  if (!ct_packet_has_tcp(packet))
    return 0;
  if (entry != NULL && entry->status & CT_STATUS_SEEN_REPLY) {
    other = g_hash_table_lookup(r->by_tuple, &entry->tuple[CT_REPLY]);
    return other != NULL ? other->synack : 0;
  }
  other = of_other_side(r, packet);
  return other != NULL ? other->first : 0;
}

gboolean journal_refused_began(const journal_refused *r, const ct_packet *packet)
{
  const refused *own = g_hash_table_lookup(r->by_tuple, &packet->tuple), *other = of_other_side(r, packet);

  return (own != NULL && own->opener.number != 0) || (other != NULL && other->opener.number != 0) ||
         g_hash_table_size(r->by_tuple) >= JOURNAL_REFUSED_MOST;
}

guint64 journal_refused_synack(const journal_refused *r, const ct_packet *packet)
{
  const refused *other;

  if (!ct_packet_has_tcp(packet) || !has_flags(packet, CT_TCP_SYN))
    return 0;
  other = of_other_side(r, packet);
  return other != NULL && other->synack != 0 && is_acknowledged(packet, other->synack_ack) ? other->synack : 0;
}

/* Whether the packet may be the answer, as far as its numbers tell. */
static gboolean may_answer(const refused *opened, const ct_packet *packet)
{
  if (packet->kind != CT_PACKET_TRACK || packet->tuple.proto != CT_PROTO_TCP)
    return TRUE;
  return ct_packet_has_tcp(packet) && packet->l4.tcp.flags & CT_TCP_ACK && packet->l4.tcp.ack == opened->answer;
}

journal_opener journal_refused_opener(const journal_refused *r, const ct_packet *packet, const ct_result *result)
{
  const journal_opener none = { .number = 0 };
  const refused *opened;
  journal_opener opener;

  if ((packet->kind != CT_PACKET_TRACK && result->reason != CT_REASON_ICMP_ERROR_UNKNOWN) ||
      packet->reason != CT_REASON_NONE || (result->conn != 0 && !(result->changes & CT_CHANGE_CREATED)) ||
      (result->cls != CT_CLASS_INVALID && result->cls != CT_CLASS_NEW))
    return none;
  opened = of_other_side(r, packet);
  if (opened == NULL || opened->opener.number == 0 ||
      packet->time_ns - opened->opened_ns > JOURNAL_ANSWERS_WITHIN_S * G_GINT64_CONSTANT(1000000000) ||
      !may_answer(opened, packet))
    return none;
  opener = opened->opener;
  opener.is_inside = packet->kind == CT_PACKET_ICMP_ERROR;
  return opener;
}

/* ---- as bytes ---- */

static void keep_one(refused *of, resume_io *io)
{
  guint32 fate = of->opener.fate, reason = of->opener.reason;

  resume_raw(io, &of->tuple, sizeof of->tuple);
  resume_u64(io, &of->first);
  resume_u64(io, &of->synack);
  resume_u32(io, &of->synack_ack);
  resume_u64(io, &of->opener.number);
  resume_bool(io, &of->opener.is_inside);
  resume_u32(io, &fate);
  resume_u32(io, &reason);
  resume_i64(io, &of->opened_ns);
  resume_u32(io, &of->answer);
  if (fate > JOURNAL_REFUSED || reason >= CT_REASON_COUNT)
    resume_fail(io, "it remembers a refused packet that cannot have been");
  of->opener.fate = (journal_fate)fate;
  of->opener.reason = (ct_reason)reason;
}

static gint by_tuple(gconstpointer a, gconstpointer b) { return memcmp(a, b, sizeof(ct_tuple)); }

void journal_refused_keep(journal_refused *r, resume_io *io)
{
  guint32 n = resume_count(io, g_hash_table_size(r->by_tuple), sizeof(ct_tuple) + 49), i;
  GList *list, *at;

  if (n > JOURNAL_REFUSED_MOST)
    resume_fail(io, "it remembers more refused packets than there may be");
  for (i = 0; resume_reads(io) && i < n && !io->failed; i++) {
    refused *of = g_new0(refused, 1);

    keep_one(of, io);
    add(r, of);
  }
  if (resume_reads(io))
    return;
  /* In an order that no hash decides. */
  list = g_list_sort(g_hash_table_get_keys(r->by_tuple), by_tuple);
  for (at = list; at != NULL; at = at->next)
    keep_one(at->data, io);
  g_list_free(list);
}
