/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "journal.h"

#include "conntrack/goes_on.h"
#include "conntrack/proto/proto.h"
#include "whatif.h"

enum { ENDS_FIRST = 1 << 8 };

typedef struct end_slot {
  guint32 hash;
  guint32 number; /* place in the ring, from 1; 0: empty */
} end_slot;

/* Of an end whose entry was translated: the key of its reply direction, which its tuple does not tell. */
typedef struct reply_end {
  ct_tuple key;
  guint32 number; /* its place in the ring, from 1, while that still has the end of conn */
  guint64 conn;
} reply_end;

struct journal {
  ct_params params;
  GHashTable *replies; /* of reply_end, its own key; at most twice as many as the ring has places */
  journal_end *ring;   /* those before `next` in the ring are the newest */
  guint size, most, next;
  end_slot *slots; /* open addressing; twice as many as the ring has places */
  guint mask;
  guint64 count;
  guint64 forgotten; /* before this one began */
};

static guint reply_hash(gconstpointer key) { return ct_tuple_hash(key); }
static gboolean reply_equal(gconstpointer a, gconstpointer b) { return ct_tuple_equal(a, b); }

static void remember_reply(journal *j, const journal_end *end, const ct_tuple *reply_key)
{
  reply_end *r;

  /* Those whose place is taken by later ends are not looked for one by one. */
  if (g_hash_table_size(j->replies) >= 2 * j->size)
    g_hash_table_remove_all(j->replies);
  r = g_new(reply_end, 1);
  *r = (reply_end){ *reply_key, (guint32)(end - j->ring) + 1, end->conn };
  g_hash_table_replace(j->replies, r, r);
}

static const journal_end *find_by_reply(const journal *j, const ct_tuple *key)
{
  const reply_end *r = g_hash_table_size(j->replies) > 0 ? g_hash_table_lookup(j->replies, key) : NULL;

  return r != NULL && j->ring[r->number - 1].conn == r->conn ? &j->ring[r->number - 1] : NULL;
}

static guint slot_find(const journal *j, const ct_tuple *key, guint32 hash)
{
  guint at = hash & j->mask;

  for (; j->slots[at].number != 0; at = (at + 1) & j->mask) {
    ct_tuple met;

    if (j->slots[at].hash != hash)
      continue;
    met = journal_key(&j->ring[j->slots[at].number - 1].tuple);
    if (ct_tuple_equal(&met, key))
      break;
  }
  return at;
}

/* What stands behind a hole moves into it where its search would end there. */
static void slot_remove(journal *j, guint hole)
{
  guint at;

  for (at = (hole + 1) & j->mask; j->slots[at].number != 0; at = (at + 1) & j->mask)
    if (((at - j->slots[at].hash) & j->mask) >= ((at - hole) & j->mask)) {
      j->slots[hole] = j->slots[at];
      hole = at;
    }
  j->slots[hole].number = 0;
}

static void index_ring(journal *j)
{
  guint i;

  j->mask = 2 * j->size - 1;
  g_free(j->slots);
  j->slots = g_new0(end_slot, 2 * j->size);
  for (i = 0; i < j->next; i++) {
    ct_tuple key = journal_key(&j->ring[i].tuple);

    /* A later end of the same tuple takes the slot of the earlier one. */
    j->slots[slot_find(j, &key, j->ring[i].hash)] = (end_slot){ j->ring[i].hash, i + 1 };
  }
}

journal *journal_new(const ct_params *params, guint most)
{
  journal *j = g_new0(journal, 1);

  j->params = *params;
  j->replies = g_hash_table_new_full(reply_hash, reply_equal, NULL, g_free);
  j->most = ENDS_FIRST;
  while (j->most < MIN(most, JOURNAL_ENDS_MOST))
    j->most *= 2;
  return j;
}

void journal_free(journal *j)
{
  if (j == NULL)
    return;
  g_hash_table_destroy(j->replies);
  g_free(j->ring);
  g_free(j->slots);
  g_free(j);
}

static void on_destroy(const ct_event *event, void *user) { journal_event(user, event); }

void journal_watch(journal *j, ct_engine *engine) { ct_engine_watch(engine, 1u << CT_EVENT_DESTROY, on_destroy, j); }

/* A place in the ring, that of the oldest end where it has grown as far as it may. */
static journal_end *ring_next(journal *j)
{
  journal_end *end;

  if (j->next == j->size && j->size < j->most) {
    j->size = j->size == 0 ? ENDS_FIRST : 2 * j->size;
    j->ring = g_renew(journal_end, j->ring, j->size);
    index_ring(j);
  }
  if (j->next == j->size)
    j->next = 0;
  end = &j->ring[j->next++];
  if (j->count++ >= j->size) {
    guint at = end->hash & j->mask;

    /* Its slot, or none where a later end of the same tuple has taken it. */
    while (j->slots[at].number != 0 && j->slots[at].number != j->next)
      at = (at + 1) & j->mask;
    if (j->slots[at].number != 0)
      slot_remove(j, at);
  }
  return end;
}

/* reply: of a translated entry, else what its tuple tells as well. */
static void end_add(journal *j, const journal_end *new, const ct_tuple *reply)
{
  ct_tuple key = journal_key(&new->tuple), reply_key = journal_key(reply);
  journal_end *end = ring_next(j);

  *end = *new;
  end->hash = ct_tuple_hash(&key);
  j->slots[slot_find(j, &key, end->hash)] = (end_slot){ end->hash, (guint32)(end - j->ring) + 1 };
  if (G_UNLIKELY(!ct_tuple_equal(&reply_key, &key)))
    remember_reply(j, end, &reply_key);
}

void journal_event(journal *j, const ct_event *event)
{
  const ct_view *view = event->view;
  journal_end end;

  if (event->type != CT_EVENT_DESTROY || event->reason == CT_REASON_END_CAPTURE)
    return;
  end = (journal_end){ .tuple = view->tuple[CT_ORIGINAL],
                       .conn = view->id,
                       .ended_ns = event->time_ns,
                       .by_packet = event->packet,
                       .reason = event->reason,
                       .timeout = (guint8)journal_timeout_of(&j->params, view),
                       .state = view->state };
  if (end.timeout < CT_TIMEOUT_COUNT)
    end.renewed_ns = view->deadline_ns - ct_params_timeout_ns(&j->params, (ct_timeout)end.timeout);
  end_add(j, &end, &view->tuple[CT_REPLY]);
}

/* ---- as bytes ---- */

static gboolean is_end(const journal *j, const journal_end *end)
{
  const ct_proto *proto = ct_proto_tracker(j->params.profile, end->tuple.proto);

  return (end->tuple.family == CT_IPV4 || end->tuple.family == CT_IPV6) && end->reason < CT_REASON_COUNT &&
         end->timeout < CT_TIMEOUT_OWNERS && (end->state == 0 || end->state < proto->n_states);
}

static void keep_end(journal_end *end, ct_tuple *reply, resume_io *io)
{
  resume_raw(io, &end->tuple, sizeof end->tuple);
  resume_raw(io, reply, sizeof *reply);
  resume_u64(io, &end->conn);
  resume_i64(io, &end->ended_ns);
  resume_i64(io, &end->renewed_ns);
  resume_u64(io, &end->by_packet);
  resume_raw(io, &end->reason, sizeof end->reason);
  resume_u8(io, &end->timeout);
  resume_u8(io, &end->state);
}

/* By their places: the keys of the replies that are still somebody's. NULL: none are. */
static const ct_tuple **replies_by_place(const journal *j)
{
  const ct_tuple **by_place = g_new0(const ct_tuple *, j->size);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init(&iter, j->replies);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const reply_end *r = value;

    if (j->ring[r->number - 1].conn == r->conn)
      by_place[r->number - 1] = &r->key;
  }
  return by_place;
}

static void put_ends(journal *j, guint32 n, resume_io *io)
{
  const ct_tuple **replies = replies_by_place(j);
  guint32 i;

  /* The oldest first: where the ring has come round, what comes next in it. */
  for (i = 0; i < n; i++) {
    guint at = (j->count > j->size ? j->next + i : i) % j->size;
    journal_end end = j->ring[at];
    ct_tuple reply = replies[at] != NULL ? *replies[at] : end.tuple;

    keep_end(&end, &reply, io);
  }
  g_free(replies);
}

static void get_ends(journal *j, guint32 n, resume_io *io)
{
  guint32 i;

  if (j->count > 0 || n > j->most) {
    resume_fail(io, "it remembers more ends than there may be");
    return;
  }
  for (i = 0; i < n && !io->failed; i++) {
    journal_end end = { .conn = 0 };
    ct_tuple reply;

    keep_end(&end, &reply, io);
    if (!io->failed && !is_end(j, &end))
      resume_fail(io, "it remembers an end that cannot have been");
    if (!io->failed)
      end_add(j, &end, &reply);
  }
}

void journal_keep(journal *j, resume_io *io)
{
  guint64 forgotten = journal_forgotten(j);
  guint32 n;

  resume_u64(io, &forgotten);
  n = resume_count(io, (guint32)MIN(j->count, j->size), 2 * sizeof(ct_tuple) + 36);

  if (resume_reads(io)) {
    j->forgotten = forgotten;
    get_ends(j, n, io);
  } else if (n > 0)
    put_ends(j, n, io);
}

const journal_end *journal_find(const journal *j, const ct_tuple *tuple)
{
  ct_tuple key;
  guint at;

  if (j->count == 0)
    return NULL;
  key = journal_key(tuple);
  at = slot_find(j, &key, ct_tuple_hash(&key));
  return j->slots[at].number != 0 ? &j->ring[j->slots[at].number - 1] : find_by_reply(j, &key);
}

void journal_each(const journal *j, void (*fn)(const ct_tuple *tuple, gpointer user), gpointer user)
{
  guint i, n = (guint)MIN(j->count, j->size);

  for (i = 0; i < n; i++)
    fn(&j->ring[i].tuple, user);
}

guint64 journal_forgotten(const journal *j) { return j->forgotten + (j->count > j->size ? j->count - j->size : 0); }

/*
 * What would have kept it, where the world of its timeout, or of a larger table, has it still; and what would have
 * become of the packet.
 */
static void look_beside(const whatif *w, journal_past *past)
{
  gboolean evicted = past->end->reason != CT_REASON_END_TIMEOUT;
  guint world = evicted ? (guint)WHATIF_MAX : past->end->timeout;
  whatif_answer answer;
  guint i;

  for (i = 0; w != NULL && whatif_answer_get(w, i, &answer); i++)
    if ((guint)answer.world == world && answer.kept) {
      past->kept_s = evicted ? 0 : answer.seconds;
      past->room_keeps = evicted;
      past->refused = !answer.passes;
      past->refused_why = answer.reason;
      return;
    }
}

journal_past journal_past_of(const journal *j, const whatif *w, const ct_packet *packet, const ct_result *result)
{
  journal_past past = { .end = NULL };
  const journal_end *end;

  if ((packet->kind != CT_PACKET_TRACK && packet->kind != CT_PACKET_ICMP_ERROR) || packet->reason != CT_REASON_NONE ||
      (result->conn != 0 && !(result->changes & CT_CHANGE_CREATED)))
    return past;
  end = journal_find(j, &packet->tuple);
  /* What ended to make room for this very packet's own entry is the packet's doing. */
  if (end == NULL || end->conn == result->conn ||
      (end->by_packet == packet->number && end->by_packet != 0 && end->reason != CT_REASON_END_TIMEOUT) ||
      !ct_packet_goes_on(packet, j->params.profile, end->state))
    return past;
  past.end = end;
  past.ago_ns = MAX(packet->time_ns - end->ended_ns, 0);
  if (end->reason == CT_REASON_END_TIMEOUT && end->timeout < CT_TIMEOUT_COUNT) {
    past.silent_ns = packet->time_ns - end->renewed_ns;
    look_beside(w, &past);
  } else if (end->reason == CT_REASON_END_EVICTED || end->reason == CT_REASON_END_GC_EVICTED) {
    look_beside(w, &past);
  }
  return past;
}
