/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "whatif.h"

#include <string.h>

#include "conntrack/goes_on.h"
#include "conntrack/proto/tables.h"

enum {
  WORLD_ENTRIES = 4 * WHATIF_FOLLOWED_MOST,
  SIDE_DATA_UNACKNOWLEDGED = 0x10 /* ct_tcp_side_view.flags: IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED */
};

/* A connection's tuple in one world. */
typedef struct follow {
  struct follow *next; /* of the same tuple, in another world */
  whatif_world world;
  gint64 longest_ns; /* of a timeout's world: the longest silence on that timeout that a packet ended */
  gint64 special_ns; /* the same of silences in its state on one of TCP's special timeouts, which were shorter */
  gint64 renewed_ns, deadline_ns; /* as it lived on: when it had last been renewed, and until when; while that holds */
  gboolean lost;                  /* a packet of it found nothing even there */
  guint8 ended_by;                /* the timeout that last ended it there; CT_TIMEOUT_OWNERS: none has */
  gboolean special;               /* that deadline is a special timeout's */
} follow;

typedef struct followed {
  ct_tuple key;
  follow *first;
} followed;

/* A translated connection's answers have a tuple of their own. */
typedef struct alias {
  ct_tuple reply_key, key;
} alias;

typedef struct world_ends {
  struct whatif *whatif;
  whatif_world world;
} world_ends;

struct whatif {
  ct_params params;
  ct_engine *engine; /* the one that is played */
  ct_engine *worlds[WHATIF_WORLDS];
  guint32 top_s[CT_TIMEOUT_COUNT]; /* each timeout in its own world */
  guint64 settable;                /* bit by world: the kernel has its sysctl */
  GHashTable *by_key;              /* followed, its own key */
  GHashTable *by_reply;            /* alias, its own key */
  guint n;
  gboolean full;
  whatif_silences silences[CT_TIMEOUT_COUNT];
  guint64 next[CT_TIMEOUT_COUNT]; /* bit by timeout: whatif_next_of */
  world_ends ends[WHATIF_WORLDS];
  whatif_ended_fn ended; /* NULL: nobody asks */
  gpointer ended_user;
  guint n_answers;
  whatif_answer answers[WHATIF_WORLDS];
};

static guint key_hash(gconstpointer key) { return ct_tuple_hash(key); }
static gboolean key_equal(gconstpointer a, gconstpointer b) { return ct_tuple_equal(a, b); }

static void followed_free(gpointer data)
{
  followed *f = data;

  while (f->first != NULL) {
    follow *next = f->first->next;

    g_free(f->first);
    f->first = next;
  }
  g_free(f);
}

gboolean whatif_is_special(guint timeout)
{
  return timeout == CT_TIMEOUT_TCP_RETRANS || timeout == CT_TIMEOUT_TCP_UNACK;
}

gboolean whatif_is_of_tcp_state(guint timeout)
{
  return timeout >= CT_TIMEOUT_TCP_NONE && timeout <= CT_TIMEOUT_TCP_SYN_SENT2;
}

/*
 * As long as it may be. A special timeout of TCP is chosen where that of the state is longer, so it stays below the
 * shortest of those.
 */
static guint32 top_of(const ct_params *params, ct_timeout timeout)
{
  guint32 top = CT_TIMEOUT_LARGEST_S, i;

  for (i = CT_TIMEOUT_TCP_NONE; whatif_is_special(timeout) && i <= CT_TIMEOUT_TCP_SYN_SENT2; i++)
    if (params->timeout_s[i] > params->timeout_s[timeout])
      top = MIN(top, params->timeout_s[i] - 1);
  return top;
}

static const char *sysctl_of(const ct_profile *profile, whatif_world world, guint32 *value)
{
  static const struct {
    const char *name;
    guint32 value;
  } settings[] = {
#define X(id, name, value) { "nf_conntrack_" name, value },
    WHATIF_SETTING_LIST(X)
#undef X
  };
  guint at = (guint)world - CT_TIMEOUT_COUNT;

  if ((guint)world < CT_TIMEOUT_COUNT)
    return ct_params_spell_timeout(profile, (ct_timeout)world);
  if (value != NULL)
    *value = settings[at].value;
  return ct_params_spell(profile, settings[at].name);
}

whatif *whatif_new(const ct_params *params)
{
  whatif *w = g_new0(whatif, 1);
  guint i;

  w->params = *params;
  for (i = 0; i < WHATIF_WORLDS; i++)
    w->settable |= (guint64)(sysctl_of(params->profile, (whatif_world)i, NULL) != NULL) << i;
  for (i = 0; i < CT_TIMEOUT_COUNT; i++)
    w->top_s[i] = MAX(top_of(params, (ct_timeout)i), params->timeout_s[i]);
  w->by_key = g_hash_table_new_full(key_hash, key_equal, NULL, followed_free);
  w->by_reply = g_hash_table_new_full(key_hash, key_equal, NULL, g_free);
  return w;
}

void whatif_free(whatif *w)
{
  guint i;

  if (w == NULL)
    return;
  for (i = 0; i < WHATIF_WORLDS; i++)
    ct_engine_free(w->worlds[i]);
  g_hash_table_unref(w->by_key);
  g_hash_table_unref(w->by_reply);
  g_free(w);
}

const char *whatif_sysctl(const whatif *w, whatif_world world, guint32 *value)
{
  return sysctl_of(w->params.profile, world, value);
}

gboolean whatif_is_full(const whatif *w) { return w->full; }
void whatif_close(whatif *w) { w->full = TRUE; }

static void world_params(const whatif *w, whatif_world world, ct_params *params)
{
  *params = w->params;
  /* Room for all that are followed, and no chain that is too long: the engine keeps no buckets. */
  params->max = WORLD_ENTRIES;
  params->buckets = WORLD_ENTRIES;
  params->gc = CT_GC_EXACT;
  switch (world) {
  case WHATIF_LIBERAL: params->tcp_be_liberal = 1; break;
  case WHATIF_INVALID_RST: params->tcp_ignore_invalid_rst = 1; break;
  case WHATIF_LOOSE: params->tcp_loose = 1; break;
  case WHATIF_CHECKSUM: params->checksum = 0; break;
  case WHATIF_DCCP_LOOSE: params->dccp_loose = 1; break;
  case WHATIF_MAX: break;
  default: params->timeout_s[world] = w->top_s[world];
  }
}

static follow *follow_of(const whatif *w, const ct_tuple *tuple, whatif_world world);

/* Beyond what it can be at the most, a special timeout of TCP gives way to that of the state. */
static guint8 ended_by(const whatif *w, whatif_world world, const ct_view *view)
{
  guint timeout = journal_timeout_of(&w->params, view);

  return (guint8)(timeout == (guint)world && whatif_is_special(timeout) ? (guint)CT_TIMEOUT_TCP_NONE + view->state
                                                                        : timeout);
}

static void on_world_destroy(const ct_event *event, void *user)
{
  const world_ends *ends = user;
  whatif *w = ends->whatif;
  follow *f;

  if (event->reason == CT_REASON_END_TIMEOUT &&
      (f = follow_of(w, &event->view->tuple[CT_ORIGINAL], ends->world)) != NULL)
    f->ended_by = ended_by(w, ends->world, event->view);
  if (w->ended != NULL)
    w->ended(ends->world, event, w->ended_user);
}

/* The world's engine, with its clock at now_ns. */
static ct_engine *world_engine(whatif *w, whatif_world world, gint64 now_ns)
{
  ct_params params;

  if (w->worlds[world] == NULL) {
    world_params(w, world, &params);
    w->worlds[world] = ct_engine_new(&params);
    w->ends[world] = (world_ends){ w, world };
    ct_engine_watch(w->worlds[world], 1u << CT_EVENT_DESTROY, on_world_destroy, &w->ends[world]);
  }
  ct_engine_advance(w->worlds[world], now_ns);
  return w->worlds[world];
}

void whatif_tell_ends(whatif *w, whatif_ended_fn ended, gpointer user)
{
  w->ended = ended;
  w->ended_user = user;
}

void whatif_flush(whatif *w, gint64 now_ns)
{
  guint i;

  for (i = 0; i < WHATIF_WORLDS; i++)
    if (w->worlds[i] != NULL) {
      ct_engine_advance(w->worlds[i], now_ns);
      ct_engine_flush(w->worlds[i]);
    }
}

whatif_silences whatif_silences_of(const whatif *w, ct_timeout timeout) { return w->silences[timeout]; }
guint64 whatif_next_of(const whatif *w, ct_timeout timeout) { return w->next[timeout]; }
guint32 whatif_top_s(const whatif *w, ct_timeout timeout) { return w->top_s[timeout]; }

/* What answers a translated connection that is followed is its, even where that began an entry of its own. */
static ct_tuple key_of(const whatif *w, const ct_tuple *tuple)
{
  ct_tuple key = journal_key(tuple);
  const alias *other = g_hash_table_size(w->by_reply) > 0 ? g_hash_table_lookup(w->by_reply, &key) : NULL;

  return other != NULL ? other->key : key;
}

static const followed *followed_of(const whatif *w, const ct_tuple *tuple)
{
  ct_tuple key = key_of(w, tuple);

  return g_hash_table_lookup(w->by_key, &key);
}

static follow *follow_of(const whatif *w, const ct_tuple *tuple, whatif_world world)
{
  const followed *f = followed_of(w, tuple);
  follow *at;

  for (at = f != NULL ? f->first : NULL; at != NULL; at = at->next)
    if (at->world == world)
      return at;
  return NULL;
}

guint64 whatif_follows(const whatif *w, const ct_tuple *tuple)
{
  const followed *f = followed_of(w, tuple);
  const follow *at;
  guint64 worlds = 0;

  for (at = f != NULL ? f->first : NULL; at != NULL; at = at->next)
    worlds |= G_GUINT64_CONSTANT(1) << at->world;
  return worlds;
}

static void note_reply(whatif *w, const ct_tuple *key, const ct_tuple *reply)
{
  ct_tuple reply_key = journal_key(reply);
  alias *new;

  if (G_LIKELY(ct_tuple_equal(&reply_key, key)) || g_hash_table_size(w->by_reply) >= WHATIF_FOLLOWED_MOST)
    return;
  new = g_new(alias, 1);
  *new = (alias){ reply_key, *key };
  g_hash_table_replace(w->by_reply, new, new);
}

/*
 * reply: NULL: as the tuple has it. => NULL where it is followed there already, no more can be, or the kernel has no
 * such setting.
 */
static follow *begin_follow(whatif *w, const ct_tuple *tuple, const ct_tuple *reply, whatif_world world)
{
  follow *new, *at;
  followed *f;
  ct_tuple key;

  if (w->full || !(w->settable >> world & 1))
    return NULL;
  key = key_of(w, tuple);
  f = g_hash_table_lookup(w->by_key, &key);
  for (at = f != NULL ? f->first : NULL; at != NULL; at = at->next)
    if (at->world == world)
      return NULL;
  if (w->n >= WHATIF_FOLLOWED_MOST) {
    w->full = TRUE;
    return NULL;
  }
  w->n++;
  if (reply != NULL)
    note_reply(w, &key, reply);
  if (f == NULL) {
    f = g_new0(followed, 1);
    f->key = key;
    g_hash_table_add(w->by_key, f);
  }
  new = g_new0(follow, 1);
  new->world = world;
  new->ended_by = CT_TIMEOUT_OWNERS;
  new->next = f->first;
  f->first = new;
  return new;
}

static gint64 seconds_ns(guint32 seconds) { return seconds * G_GINT64_CONSTANT(1000000000); }

/*
 * Which timeout TCP would have chosen at the last packet, were that of the state at its top: choose_timeout() of
 * proto/tcp.c, from what the entry still knows of it.
 */
static ct_timeout chosen_at_top(const whatif *w, const ct_view *view)
{
  ct_timeout timeout = (ct_timeout)view->timeout;

  if (!journal_tcp_is_old(&w->params) && view->tcp.last_index == CT_TCP_INDEX_RST)
    return timeout;
  if (view->tcp.retrans >= w->params.tcp_max_retrans)
    return CT_TIMEOUT_TCP_RETRANS;
  if (journal_tcp_is_old(&w->params))
    return timeout;
  if ((view->tcp.side[0].flags | view->tcp.side[1].flags) & SIDE_DATA_UNACKNOWLEDGED)
    return CT_TIMEOUT_TCP_UNACK;
  return view->tcp.last_window == 0 ? CT_TIMEOUT_TCP_RETRANS : timeout;
}

/* How an entry that ended goes on in that world. */
static void live_on(const whatif *w, follow *f, const ct_view *view)
{
  ct_timeout timeout = (ct_timeout)f->world;

  f->deadline_ns = view->deadline_ns;
  if ((guint)f->world >= CT_TIMEOUT_COUNT)
    return;
  f->renewed_ns = view->deadline_ns - ct_params_timeout_ns(&w->params, timeout);
  if (whatif_is_of_tcp_state(f->world) && view->tuple[CT_ORIGINAL].proto == CT_PROTO_TCP)
    timeout = chosen_at_top(w, view);
  /* Nobody has answered: what is unacknowledged is not waited for longer than its own timeout. */
  if (timeout == CT_TIMEOUT_TCP_RETRANS && !(view->status & CT_STATUS_SEEN_REPLY) &&
      view->state == CT_TCP_ESTABLISHED && !journal_tcp_is_old(&w->params))
    timeout = CT_TIMEOUT_TCP_UNACK;
  f->special = timeout != (ct_timeout)f->world;
  f->deadline_ns = f->renewed_ns + seconds_ns(f->special ? w->params.timeout_s[timeout] : w->top_s[f->world]);
}

static void on_destroy(const ct_event *event, void *user)
{
  const ct_view *view = event->view;
  whatif *w = user;
  whatif_world world;
  follow *f;

  if (event->reason == CT_REASON_END_TIMEOUT && view->timeout < CT_TIMEOUT_COUNT)
    world = (whatif_world)view->timeout;
  else if (event->reason == CT_REASON_END_EVICTED || event->reason == CT_REASON_END_GC_EVICTED)
    world = WHATIF_MAX;
  else
    return;
  if ((f = begin_follow(w, &view->tuple[CT_ORIGINAL], &view->tuple[CT_REPLY], world)) == NULL)
    return;
  live_on(w, f, view);
  ct_engine_copy(w->engine, &view->tuple[CT_ORIGINAL], world_engine(w, world, event->time_ns), f->deadline_ns);
}

void whatif_watch(whatif *w, ct_engine *engine)
{
  w->engine = engine;
  ct_engine_watch(engine, 1u << CT_EVENT_DESTROY, on_destroy, w);
}

void whatif_silence_note(whatif_silences *silences, ct_timeout own, gint64 silence_ns, const ct_params *params,
                         const ct_view *view, const ct_packet *packet)
{
  if (packet->reason != CT_REASON_NONE ||
      (packet->kind == CT_PACKET_ICMP_ERROR && !ct_packet_is_to_sender(packet, params->profile)))
    return;                        /* it is refused either way */
  silence_ns = MAX(silence_ns, 1); /* 0 is none */
  if (!ct_packet_goes_on(packet, params->profile, view->state)) {
    if (view->timeout == own)
      silences->begun_ns = MAX(silences->begun_ns, silence_ns);
  } else if (view->timeout == own) {
    silences->own_ns = MAX(silences->own_ns, silence_ns);
  } else if (whatif_is_special(view->timeout) && (guint)own == (guint)CT_TIMEOUT_TCP_NONE + view->state) {
    silences->special_ns = MAX(silences->special_ns, silence_ns);
  }
}

/*
 * The silence that this packet ends, if the world's own timeout governed it, or would have. => whether it found an
 * entry.
 */
static gboolean note_silence(whatif *w, follow *f, const ct_engine *engine, const ct_packet *packet)
{
  guint world = f->world;
  gint64 silence_ns;
  ct_view view;
  ct_dir dir;

  if (!ct_engine_lookup(engine, &packet->tuple, &view, &dir)) {
    f->lost = TRUE;
    if (world < CT_TIMEOUT_COUNT) {
      w->silences[world].lost = TRUE;
      if (f->ended_by < CT_TIMEOUT_OWNERS)
        w->next[world] |= G_GUINT64_CONSTANT(1) << f->ended_by;
    }
    return FALSE;
  }
  if (world >= CT_TIMEOUT_COUNT || view.timeout >= CT_TIMEOUT_COUNT)
    return TRUE;
  if (view.deadline_ns == f->deadline_ns) { /* as it lived on */
    silence_ns = ct_engine_now(engine) - f->renewed_ns;
    view.timeout = f->special ? CT_TIMEOUT_TCP_RETRANS : world;
    if (whatif_is_of_tcp_state(world)) /* a simultaneous open has moved on without a new deadline */
      view.state = (guint8)(world - CT_TIMEOUT_TCP_NONE);
    if (f->special)
      f->special_ns = MAX(f->special_ns, silence_ns);
  } else {
    silence_ns = ct_engine_now(engine) - view.deadline_ns +
                 seconds_ns(view.timeout == world ? w->top_s[world] : w->params.timeout_s[view.timeout]);
  }
  if (view.timeout == world)
    f->longest_ns = MAX(f->longest_ns, silence_ns);
  else if (whatif_is_special(view.timeout) && world == (guint)CT_TIMEOUT_TCP_NONE + view.state)
    f->special_ns = MAX(f->special_ns, silence_ns);
  whatif_silence_note(&w->silences[world], (ct_timeout)world, silence_ns, &w->params, &view, packet);
  return TRUE;
}

/*
 * What is long enough. A state's timeout that grows beyond TCP's special ones would be replaced by them at some
 * packets, and at which is not known of those before: nothing is said then.
 */
static guint32 long_enough_s(const whatif *w, const follow *f)
{
  guint64 own_s = (guint64)(f->longest_ns / 1000000000) + 1,
          all_s = (guint64)(MAX(f->longest_ns, f->special_ns) / 1000000000) + 1;
  guint32 retrans_s = w->params.timeout_s[CT_TIMEOUT_TCP_RETRANS], unack_s = w->params.timeout_s[CT_TIMEOUT_TCP_UNACK];
  guint32 now_s;

  if ((guint)f->world >= CT_TIMEOUT_COUNT || f->lost)
    return 0;
  now_s = w->params.timeout_s[f->world];
  if (f->world == (whatif_world)CT_TIMEOUT_TCP_RETRANS && now_s <= unack_s && own_s > unack_s)
    return 0;
  if (!whatif_is_of_tcp_state(f->world) || now_s > MAX(retrans_s, unack_s))
    return (guint32)MAX(own_s, now_s + G_GUINT64_CONSTANT(1));
  return all_s <= MIN(retrans_s, unack_s) ? (guint32)MAX(all_s, now_s + G_GUINT64_CONSTANT(1)) : 0;
}

/* unjudged: the same packet, its checksum not looked at. */
static void track_there(whatif *w, follow *f, const ct_packet *packet, const ct_packet *unjudged)
{
  ct_engine *engine = world_engine(w, f->world, packet->time_ns);
  whatif_answer *answer = &w->answers[w->n_answers++];
  ct_result result;

  if (f->world == WHATIF_CHECKSUM)
    packet = unjudged;
  answer->kept = note_silence(w, f, engine, packet);
  ct_engine_packet(engine, packet, &result);
  answer->world = f->world;
  answer->reason = (ct_reason)result.reason;
  answer->passes = result.cls != CT_CLASS_INVALID && result.verdict == CT_VERDICT_ACCEPT;
  answer->seconds = long_enough_s(w, f);
}

/* A packet that was refused for a setting goes on in the world where it is otherwise, with its connection as it is. */
static void part_ways(whatif *w, const ct_packet *unjudged, ct_reason reason)
{
  whatif_world world = whatif_own_world(reason);
  gboolean found;
  ct_view view;
  ct_dir dir;

  if (world == WHATIF_WORLDS)
    return;
  found = ct_engine_lookup(w->engine, &unjudged->tuple, &view, &dir);
  if (begin_follow(w, found ? &view.tuple[CT_ORIGINAL] : &unjudged->tuple, found ? &view.tuple[CT_REPLY] : NULL,
                   world) != NULL &&
      found)
    ct_engine_copy(w->engine, &unjudged->tuple, world_engine(w, world, ct_engine_now(w->engine)), view.deadline_ns);
}

static void sort_answers(whatif *w)
{
  guint i, k;

  for (i = 1; i < w->n_answers; i++)
    for (k = i; k > 0 && w->answers[k].world < w->answers[k - 1].world; k--) {
      whatif_answer swap = w->answers[k];

      w->answers[k] = w->answers[k - 1];
      w->answers[k - 1] = swap;
    }
}

void whatif_packet(whatif *w, const ct_packet *packet, const ct_result *result)
{
  ct_packet unjudged;
  const followed *f;
  follow *at;

  w->n_answers = 0;
  /* Nobody is followed, and this one passes: nothing to do. */
  if (g_hash_table_size(w->by_key) == 0 && result->cls != CT_CLASS_INVALID && result->verdict != CT_VERDICT_DROP)
    return;
  if (packet->kind != CT_PACKET_TRACK && packet->kind != CT_PACKET_ICMP_ERROR && !(packet->flags & CT_PACKET_CSUM_BAD))
    return;
  unjudged = *packet;
  if (packet->flags & CT_PACKET_CSUM_BAD)
    ct_packet_prepare(&unjudged, CT_CHECKSUMS_IGNORE, &w->params);
  if (result->cls == CT_CLASS_INVALID || result->verdict == CT_VERDICT_DROP)
    part_ways(w, &unjudged, (ct_reason)result->reason);
  if (g_hash_table_size(w->by_key) == 0)
    return;
  f = followed_of(w, &unjudged.tuple);
  for (at = f != NULL ? f->first : NULL; at != NULL; at = at->next)
    if (at->world == WHATIF_CHECKSUM || packet->kind != CT_PACKET_INVALID)
      track_there(w, at, packet, &unjudged);
  sort_answers(w);
}

gboolean whatif_answer_get(const whatif *w, guint i, whatif_answer *answer)
{
  if (i >= w->n_answers)
    return FALSE;
  *answer = w->answers[i];
  return TRUE;
}
