/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trials.h"

#include <string.h>

#include "advisable.h"
#include "conntrack/proto/proto.h"
#include "journal.h"

enum {
  HEADER_BYTES = 64,   /* of layer 4: what is looked at where the protocol keeps to its header */
  CHUNKS_BYTES = 2048, /* and of a packet whose header goes on as far as it does */
  CHUNK = 1 << 20,     /* bytes of records that are allocated at once */
  GAPS_MOST = 8,       /* silences that are tried around with what is not advisable, the longest */
  VALUES_MOST = GAPS_MOST + 4,
  TRIES_MOST = 128,   /* of one question */
  PLAYING_COSTS = 64, /* packets: an engine is made anew for each */
  RETRIES_MOST = 32,  /* values of what is counted in packets */
  TRIAL_ENTRIES = 4096,
  SLOTS_FIRST = 1 << 10,
  ALIKE = 1 << 12
};

/* Whether it is fed where checksums are looked at, and where they are not. */
typedef enum checking { ALWAYS, CHECKED, UNCHECKED } checking;

typedef struct record {
  struct record *next;
  ct_packet packet; /* its data are bytes; captured: none where they are more than are remembered */
  guint8 when;      /* checking */
  bool expected;    /* nothing that comes behind it is remembered */
  guint8 bytes[];
} record;

/* Memory for what is kept to the end, or thrown away as a whole. */
typedef struct heap {
  GPtrArray *chunks;
  gsize left; /* bytes in the last of them */
} heap;

typedef struct connection {
  ct_tuple key;
  record *first, *last;
  guint n;
  gboolean cut; /* not all of it is remembered, or it is not its own master */
} connection;

/*
 * Whose a packet is, nobody asks before one is refused, and then of one connection alone. So packets wait in the order
 * in which they came until somebody does; then they go to their connections.
 */
typedef struct waiting {
  heap heap;
  record *first, *last;
  guint n;
  guint32 alike[ALIKE]; /* by hash: of all that came; while none are more than may be of one connection, all are kept */
  gboolean some_go;     /* perhaps not all are */
} waiting;

typedef struct slot {
  guint32 hash;
  connection *connection; /* NULL: free */
} slot;

struct trials {
  ct_params params;
  heap heap;   /* records and connections */
  slot *slots; /* open addressing; NULL: there were too many packets, and no more trials */
  guint mask, n_connections;
  waiting waiting;
  ct_tuple last;     /* tuple of the last packet */
  gboolean any_last; /* which is remembered, if its connection is */
  connection *at;    /* its connection, once somebody asks; NULL: not remembered */
  gboolean refused;  /* it is by its own bytes, whether its sums are looked at or not */
  guint n;           /* records of connections */
  guint64 fed;
  guint64 next_s[CT_TIMEOUT_COUNT]; /* at which length of each timeout more than now its connection goes otherwise */
  ct_result there;                  /* of the last playing with another setting */
  ct_engine *player;                /* of the last playing; NULL before the first */
  ct_param_info *infos;             /* all that the kernel has; NULL before they are asked for */
  guint n_infos;
};

static void heap_begin(heap *h) { h->chunks = g_ptr_array_new_with_free_func(g_free); }

static void heap_end(heap *h)
{
  g_clear_pointer(&h->chunks, g_ptr_array_unref);
  h->left = 0;
}

static gpointer heap_take(heap *h, gsize bytes)
{
  bytes = (bytes + 7) & ~(gsize)7;
  if (G_UNLIKELY(h->left < bytes)) {
    g_ptr_array_add(h->chunks, g_malloc(CHUNK));
    h->left = CHUNK;
  }
  h->left -= bytes;
  return (char *)g_ptr_array_index(h->chunks, h->chunks->len - 1) + h->left;
}

/* All of it is free again; a chunk stays. */
static void heap_clear(heap *h)
{
  if (h->chunks->len > 1)
    g_ptr_array_set_size(h->chunks, 1);
  h->left = h->chunks->len * (gsize)CHUNK;
}

trials *trials_new(const ct_params *params)
{
  trials *t = g_new0(trials, 1);

  t->params = *params;
  /* Room for one connection after the other, exact deadlines, and no buckets. */
  t->params.max = t->params.buckets = TRIAL_ENTRIES;
  t->params.gc = CT_GC_EXACT;
  t->slots = g_new0(slot, SLOTS_FIRST);
  t->mask = SLOTS_FIRST - 1;
  heap_begin(&t->heap);
  heap_begin(&t->waiting.heap);
  return t;
}

/* No more trials. */
static void forget_all(trials *t)
{
  g_clear_pointer(&t->slots, g_free);
  heap_end(&t->heap);
  heap_end(&t->waiting.heap);
  t->at = NULL;
}

void trials_free(trials *t)
{
  if (t == NULL)
    return;
  if (t->slots != NULL)
    forget_all(t);
  ct_engine_free(t->player);
  g_free(t->infos);
  g_free(t);
}

/* => how many bytes decide what becomes of the packet; 0: more than are remembered. */
static guint32 bytes_of(const ct_packet *packet)
{
  if (packet->tuple.proto == CT_PROTO_SCTP && packet->kind == CT_PACKET_TRACK)
    return packet->captured <= CHUNKS_BYTES ? packet->captured : 0;
  return MIN(packet->captured, packet->l4_offset + (guint32)HEADER_BYTES);
}

static record *record_new(heap *h, const ct_packet *packet, checking when)
{
  guint32 n = bytes_of(packet);
  record *r = heap_take(h, sizeof(record) + n);

  r->next = NULL;
  r->packet = *packet;
  r->when = (guint8)when;
  r->expected = false;
  memcpy(r->bytes, packet->data, n);
  r->packet.data = r->bytes;
  r->packet.captured = n;
  return r;
}

static void remember(trials *t, connection *c, const ct_packet *packet, checking when)
{
  record *r;

  if (bytes_of(packet) == 0 || c->n >= TRIALS_OF_ONE_MOST) {
    c->cut = TRUE;
    return;
  }
  r = record_new(&t->heap, packet, when);
  if (c->last != NULL)
    c->last->next = r;
  else
    c->first = r;
  c->last = r;
  c->n++;
  t->n++;
}

static slot *slot_of(const trials *t, const ct_tuple *key, guint32 hash)
{
  guint at = hash & t->mask;

  while (t->slots[at].connection != NULL &&
         (t->slots[at].hash != hash || !ct_tuple_equal(&t->slots[at].connection->key, key)))
    at = (at + 1) & t->mask;
  return &t->slots[at];
}

static void grow_slots(trials *t)
{
  slot *old = t->slots;
  guint i, n = t->mask + 1;

  t->mask = 2 * n - 1;
  t->slots = g_new0(slot, 2 * (gsize)n);
  for (i = 0; i < n; i++)
    if (old[i].connection != NULL)
      *slot_of(t, &old[i].connection->key, old[i].hash) = old[i];
  g_free(old);
}

static connection *connection_of(trials *t, const ct_tuple *tuple)
{
  ct_tuple key = journal_key(tuple);
  guint32 hash = ct_tuple_hash(&key);
  slot *s = slot_of(t, &key, hash);
  connection *c;

  if (s->connection != NULL)
    return s->connection;
  if (2 * ++t->n_connections > t->mask) {
    grow_slots(t);
    s = slot_of(t, &key, hash);
  }
  c = heap_take(&t->heap, sizeof(*c));
  *c = (connection){ .key = key };
  *s = (slot){ hash, c };
  return c;
}

/* Those that wait go to their connections, as they would have when they came. */
static void sort_waiting(trials *t)
{
  waiting *w = &t->waiting;
  record *r;

  for (r = w->first; r != NULL; r = r->next) {
    connection *c = connection_of(t, &r->packet.tuple);

    if (c->cut)
      continue;
    remember(t, c, &r->packet, (checking)r->when);
    c->cut |= r->expected;
  }
  w->first = w->last = NULL;
  w->n = 0;
  heap_clear(&w->heap);
}

void trials_set_apart(trials *t, const ct_tuple *tuple)
{
  ct_tuple any_zone = *tuple;

  any_zone.zone = 0;
  if (t->slots == NULL)
    return;
  sort_waiting(t);
  connection_of(t, &any_zone)->cut = TRUE;
  t->waiting.some_go = TRUE;
}

static gboolean is_tracked(const ct_packet *packet)
{
  return packet->kind == CT_PACKET_TRACK || packet->kind == CT_PACKET_ICMP_ERROR;
}

/* Whether no more packets can be remembered. */
static gboolean is_full(trials *t)
{
  if (t->n + t->waiting.n < TRIALS_PACKETS_MOST)
    return FALSE;
  if (t->waiting.some_go) /* so there may be more room than it seems */
    sort_waiting(t);
  return t->n + t->waiting.n >= TRIALS_PACKETS_MOST;
}

static void count_alike(waiting *w, const ct_tuple *tuple, guint n)
{
  ct_tuple request;
  guint32 *alike;

  if (G_UNLIKELY(ct_tuple_is_icmp(tuple))) { /* the hash of others is the same for both directions */
    request = journal_key(tuple);
    tuple = &request;
  }
  alike = &w->alike[ct_tuple_hash(tuple) % ALIKE];
  *alike += n;
  w->some_go |= *alike > TRIALS_OF_ONE_MOST;
}

/* An ordinary packet, of which nothing is asked yet. */
static void let_wait(trials *t, const ct_packet *packet, gboolean expected)
{
  waiting *w = &t->waiting;
  record *r = record_new(&w->heap, packet, ALWAYS);

  r->expected = expected;
  if (w->last != NULL)
    w->last->next = r;
  else
    w->first = r;
  w->last = r;
  w->n++;
  w->some_go |= expected || r->packet.captured == 0;
  count_alike(w, &packet->tuple, 1);
}

static void take_at_once(trials *t, const ct_packet *packet, const ct_packet *unjudged, gboolean expected)
{
  connection *c;

  sort_waiting(t);
  c = connection_of(t, &unjudged->tuple);
  if (c->cut)
    return; /* some_go has been told of */
  if (is_tracked(packet))
    remember(t, c, packet, CHECKED);
  if (!c->cut)
    remember(t, c, unjudged, UNCHECKED);
  c->cut |= expected;
  count_alike(&t->waiting, &unjudged->tuple, 2);
  t->waiting.some_go |= c->cut;
}

/* Of the packet whose sums were not looked at. */
static void take(trials *t, const ct_packet *packet, const ct_packet *unjudged, gboolean expected)
{
  t->refused = unjudged->kind == CT_PACKET_INVALID;
  if (!is_tracked(unjudged))
    return;
  t->any_last = TRUE;
  t->last = unjudged->tuple;
  if (unjudged->kind != packet->kind || unjudged->reason != packet->reason)
    take_at_once(t, packet, unjudged, expected);
  else
    let_wait(t, unjudged, expected);
}

void trials_packet(trials *t, const ct_packet *packet, const ct_result *result)
{
  gboolean expected = (result->changes & CT_CHANGE_EXPECTED) != 0;

  t->at = NULL;
  t->any_last = FALSE;
  t->refused = FALSE;
  if (t->slots == NULL)
    return;
  if (is_full(t)) {
    forget_all(t);
    return;
  }
  if (G_UNLIKELY(packet->flags & CT_PACKET_CSUM_BAD)) {
    ct_packet unjudged = *packet;

    ct_packet_prepare(&unjudged, CT_CHECKSUMS_IGNORE, &t->params);
    take(t, packet, &unjudged, expected);
  } else {
    take(t, packet, packet, expected);
  }
}

/* The last packet's connection, with all that is remembered of it. */
static gboolean find_connection(trials *t)
{
  if (t->slots == NULL || !t->any_last)
    return FALSE;
  sort_waiting(t);
  t->at = connection_of(t, &t->last);
  return !t->at->cut;
}

/* One playing of a connection, and for each timeout the next length of it at which that would have gone otherwise. */
typedef struct playing {
  const ct_params *params;
  gint64 now_ns;                    /* of the packet at hand */
  guint64 next_s[CT_TIMEOUT_COUNT]; /* 0: at none does it */
} playing;

/* Until the first packet that an entry missed would have found it, a longer timeout changes nothing. */
static void note_end(const ct_event *event, void *user)
{
  const ct_view *view = event->view;
  playing *p = user;
  guint timeout = journal_timeout_of(p->params, view);
  gint64 tick_ns = p->params->hz != 0 ? G_GINT64_CONSTANT(1000000000) / p->params->hz : 0;
  guint64 length_s;

  if (event->reason != CT_REASON_END_TIMEOUT || timeout >= CT_TIMEOUT_COUNT)
    return;
  /* Clocks that tick may end it up to two ticks later or earlier: a second more is tried in its turn. */
  length_s =
    (guint64)MAX(p->now_ns - view->deadline_ns - 2 * tick_ns, 0) / 1000000000 + 1 + p->params->timeout_s[timeout];
  if (p->next_s[timeout] == 0 || length_s < p->next_s[timeout])
    p->next_s[timeout] = length_s;
}

/* => an engine with nothing in it; it serves for one playing after the other. */
static ct_engine *fresh_player(trials *t, const ct_params *params)
{
  if (t->player == NULL)
    t->player = ct_engine_new(params);
  else
    ct_engine_anew(t->player, params);
  return t->player;
}

/*
 * => what the packet of this number, the last, comes to; FALSE where it was not fed. next_s: of each timeout, or NULL.
 */
static gboolean play(trials *t, const ct_params *params, guint64 number, ct_result *result, guint64 *next_s)
{
  ct_engine *engine = fresh_player(t, params);
  /* Kernels without the sysctl look at some sums all the same. */
  checking other = params->checksum == 0 && t->params.checksum != 0 ? CHECKED : UNCHECKED;
  playing p = { .params = params };
  gboolean fed = FALSE;
  const record *r;

  if (next_s != NULL)
    ct_engine_watch(engine, 1u << CT_EVENT_DESTROY, note_end, &p);
  for (r = t->at->first; r != NULL; r = r->next)
    if (r->when != other) {
      p.now_ns = r->packet.time_ns;
      ct_engine_packet(engine, &r->packet, result);
      fed = r->packet.number == number;
    }
  t->fed += t->at->n + PLAYING_COSTS;
  if (next_s != NULL)
    memcpy(next_s, p.next_s, sizeof(p.next_s));
  return fed;
}

/* Whether the packets alone come to what they came to among all others. Fills next_s. */
static gboolean is_alone(trials *t, const ct_packet *packet, const ct_result *result)
{
  ct_result own;

  if (t->fed >= TRIALS_FED_MOST || !find_connection(t))
    return FALSE;
  if (!play(t, &t->params, packet->number, &own, t->next_s))
    return result->cls == CT_CLASS_INVALID && packet->kind == CT_PACKET_INVALID;
  return own.cls == result->cls && own.verdict == result->verdict && own.reason == result->reason &&
         (own.conn != 0) == (result->conn != 0) && own.old_state == result->old_state;
}

static gboolean reaches(const ct_result *result, trials_aim aim)
{
  if (aim == TRIALS_FINDS)
    return result->conn != 0 && !(result->changes & CT_CHANGE_CREATED);
  return result->cls != CT_CLASS_INVALID && result->cls != CT_CLASS_NONE && result->verdict == CT_VERDICT_ACCEPT;
}

/* => FALSE also where the kernel does not take it. next_s: as of play. */
static gboolean reaches_with(trials *t, guint64 number, trials_aim aim, const char *sysctl, guint64 value,
                             guint64 *next_s)
{
  ct_params params = t->params;
  char text[24];

  g_snprintf(text, sizeof(text), "%" G_GUINT64_FORMAT, value);
  return ct_params_set(&params, sysctl, text) == CT_PARAM_OK && play(t, &params, number, &t->there, next_s) &&
         reaches(&t->there, aim);
}

/* Whether it can have a say in this connection: other protocols' sysctls have none, and some never do. */
static gboolean is_about(const trials *t, const char *sysctl)
{
  static const char *const protocols[] = { "tcp_", "udp_", "udplite_", "icmp_", "icmpv6_", "gre_", "sctp_", "dccp_" };
  static const char *const idle[] = { "max", "buckets", "expect_max", "acct", "events", "log_invalid", "timestamp" };
  const ct_proto *proto = ct_proto_find(t->params.profile, t->at->key.proto, t->at->key.family);
  const char *suffix = strstr(sysctl, "conntrack_");
  guint i;

  if (suffix == NULL)
    return TRUE;
  suffix += strlen("conntrack_");
  for (i = 0; i < G_N_ELEMENTS(protocols); i++)
    if (g_str_has_prefix(suffix, protocols[i]))
      return strncmp(protocols[i], proto->name, strlen(proto->name)) == 0 &&
             strlen(protocols[i]) == strlen(proto->name) + 1;
  for (i = 0; i < G_N_ELEMENTS(idle); i++)
    if (strcmp(suffix, idle[i]) == 0)
      return FALSE;
  return TRUE;
}

static void insert_value(guint64 *values, guint *n, guint64 value)
{
  guint i;

  for (i = 0; i < *n; i++)
    if (values[i] == value)
      return;
  if (*n < VALUES_MOST)
    values[(*n)++] = value;
}

/* What lies behind each of the longest silences, the shortest first. */
static void insert_gaps(const trials *t, guint64 *values, guint *n)
{
  gint64 gaps[GAPS_MOST] = { 0 };
  const record *r;
  guint i;

  for (r = t->at->first; r != NULL && r->next != NULL; r = r->next) {
    gint64 gap = MAX(r->next->packet.time_ns - r->packet.time_ns, 0);

    for (i = 0; i < GAPS_MOST && gap > 0; i++)
      if (gap > gaps[i]) {
        gint64 swap = gaps[i];

        gaps[i] = gap;
        gap = swap;
      }
  }
  for (i = GAPS_MOST; i-- > 0;)
    if (gaps[i] > 0)
      insert_value(values, n, (guint64)(gaps[i] / 1000000000) + 1);
}

/* Its values to be tried; those that it cannot take do no harm. */
static guint values_of(const trials *t, const ct_param_info *info, guint64 *values)
{
  guint n = 0;

  if (info->is_timeout)
    insert_gaps(t, values, &n);
  insert_value(values, &n, 0);
  insert_value(values, &n, 1);
  insert_value(values, &n, info->is_timeout ? CT_TIMEOUT_LARGEST_S : 255);
  return n;
}

/* --- what is advisable --- */

/*
 * At which length above this another playing differs: the next at which something is kept, or at which TCP, which
 * chooses among its timeouts by comparison, chooses otherwise. 0: at none.
 */
static guint64 length_after(const trials *t, ct_timeout timeout, guint64 length_s, const guint64 *next_s)
{
  guint64 least_s = next_s[timeout];
  guint i, more;

  if (timeout < CT_TIMEOUT_TCP_NONE || timeout > CT_TIMEOUT_TCP_UNACK)
    return least_s;
  for (i = CT_TIMEOUT_TCP_NONE; i <= CT_TIMEOUT_TCP_UNACK; i++)
    for (more = 0; more < 2; more++) {
      guint64 other_s = (guint64)t->params.timeout_s[i] + more;

      if (other_s > length_s && (least_s == 0 || other_s < least_s))
        least_s = other_s;
    }
  return least_s;
}

/* The shortest length of a timeout above its own that does it, from one playing to the next. */
static trials_found find_length(trials *t, guint64 number, trials_aim aim, ct_timeout timeout, trials_setting *setting)
{
  const char *sysctl = ct_params_spell_timeout(t->params.profile, timeout);
  guint64 next_s[CT_TIMEOUT_COUNT], length_s = length_after(t, timeout, t->params.timeout_s[timeout], t->next_s);
  guint i;

  for (i = 0; i < TRIES_MOST && length_s != 0 && length_s <= CT_TIMEOUT_LARGEST_S; i++) {
    if (reaches_with(t, number, aim, sysctl, length_s, next_s)) {
      *setting = (trials_setting){ sysctl, (guint32)length_s };
      return TRIALS_SETTING;
    }
    length_s = length_after(t, timeout, length_s, next_s);
  }
  return i < TRIES_MOST ? TRIALS_NONE : TRIALS_UNKNOWN;
}

/* Of a setting that is none: its values that may be advised, the least first. */
static gboolean find_value(trials *t, guint64 number, const ct_param_info *info, trials_setting *setting)
{
  guint64 value;
  guint i;

  for (i = 0; i <= 1 + RETRIES_MOST; i++) {
    value = i <= 1 ? i : info->value + i - 1;
    if (journal_is_advisable(info, value) && reaches_with(t, number, TRIALS_PASSES, info->name, value, NULL)) {
      *setting = (trials_setting){ info->name, (guint32)value };
      return TRUE;
    }
  }
  return FALSE;
}

/* With a sum that is looked at no sysctl but the one helps. */
static gboolean can_help(const trials *t, const ct_packet *packet, const char *sysctl)
{
  return is_about(t, sysctl) && (packet->kind != CT_PACKET_INVALID || strstr(sysctl, "_checksum") != NULL);
}

/* To find one costs as much as to walk past those before it: all are looked up once. => n_infos of them. */
static const ct_param_info *infos_of(trials *t)
{
  ct_param_info info;

  if (t->infos != NULL)
    return t->infos;
  while (ct_params_describe(&t->params, t->n_infos, &info)) {
    t->infos = g_renew(ct_param_info, t->infos, t->n_infos + 1);
    t->infos[t->n_infos++] = info;
  }
  return t->infos;
}

static gboolean find_advisable(trials *t, const ct_packet *packet, trials_setting *setting)
{
  const ct_param_info *infos = infos_of(t);
  guint i;

  for (i = 0; i < CT_TIMEOUT_COUNT; i++) {
    const char *sysctl = ct_params_spell_timeout(t->params.profile, (ct_timeout)i);

    if (sysctl != NULL && can_help(t, packet, sysctl) &&
        find_length(t, packet->number, TRIALS_PASSES, (ct_timeout)i, setting) == TRIALS_SETTING)
      return TRUE;
  }
  for (i = 0; i < t->n_infos; i++)
    if (!infos[i].is_timeout && can_help(t, packet, infos[i].name) && find_value(t, packet->number, &infos[i], setting))
      return TRUE;
  return FALSE;
}

/* --- what is not --- */

static gboolean any_else(trials *t, const ct_packet *packet)
{
  const ct_param_info *infos = infos_of(t);
  guint64 values[VALUES_MOST];
  guint i, k, n;

  for (i = 0; i < t->n_infos; i++) {
    const ct_param_info *info = &infos[i];

    if (!can_help(t, packet, info->name))
      continue;
    n = values_of(t, info, values);
    for (k = 0; k < n; k++)
      if (values[k] != info->value && reaches_with(t, packet->number, TRIALS_PASSES, info->name, values[k], NULL))
        return TRUE;
  }
  return FALSE;
}

/* --- the questions --- */

trials_found trials_find(trials *t, const ct_packet *packet, const ct_result *result, trials_setting *setting)
{
  if (t->refused)
    return TRIALS_NONE;
  if (!is_alone(t, packet, result))
    return TRIALS_UNKNOWN;
  if (find_advisable(t, packet, setting))
    return TRIALS_SETTING;
  return any_else(t, packet) ? TRIALS_UNADVISABLE : TRIALS_NONE;
}

trials_found trials_try(trials *t, const ct_packet *packet, const ct_result *result, const trials_setting *setting)
{
  if (!is_alone(t, packet, result))
    return TRIALS_UNKNOWN;
  return reaches_with(t, packet->number, TRIALS_PASSES, setting->sysctl, setting->value, NULL) ? TRIALS_SETTING
                                                                                               : TRIALS_NONE;
}

trials_found trials_shortest(trials *t, const ct_packet *packet, const ct_result *result, trials_aim aim,
                             ct_timeout timeout, trials_setting *setting, ct_result *there)
{
  trials_found found;

  if (ct_params_spell_timeout(t->params.profile, timeout) == NULL || !is_alone(t, packet, result))
    return TRIALS_UNKNOWN;
  found = find_length(t, packet->number, aim, timeout, setting);
  if (found == TRIALS_SETTING && there != NULL)
    *there = t->there;
  return found;
}
