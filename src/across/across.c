/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "across.h"

#include <string.h>

/* What waits under one key on one side; the oldest first. */
typedef struct waiting {
  guint64 key;
  across_sighting *first, *last;
} waiting;

struct across {
  across_watcher watcher;
  GHashTable *waiting[2][ACROSS_KEYS]; /* key => waiting */
  GQueue all[2];                       /* across_sighting, in the order in which they came; also paired ones */
  GHashTable *outside, *inside;        /* ends on A's side => on B's, and back */
  GHashTable *connections;             /* the lesser end first => across_connection */
};

/* ---- keys ---- */

static guint64 join(guint64 a, guint64 b) { return ct_hash_words(a + UINT64_C(0x9e3779b97f4a7c15), b) ^ a << 7; }

/* Not the same for both directions. */
static guint64 hash_ends(const ct_tuple *t)
{
  guint64 so_far = join(t->src.halves[0], t->src.halves[1]);

  so_far = join(so_far, t->dst.halves[0]);
  so_far = join(so_far, t->dst.halves[1]);
  return join(so_far, (guint64)t->src_id << 32 | (guint64)t->dst_id << 16 | (guint64)t->family << 8 | t->proto);
}

static guint ends_hash(gconstpointer t) { return (guint)hash_ends(t); }
static gboolean ends_equal(gconstpointer a, gconstpointer b) { return memcmp(a, b, sizeof(ct_tuple)) == 0; }

/* On B's side, whose ends the keys are made of. */
static const ct_tuple *ends_outside(const across *x, const across_sighting *s)
{
  const ct_tuple *known = s->side == ACROSS_A ? g_hash_table_lookup(x->outside, &s->ends) : NULL;

  return known != NULL ? known : &s->ends;
}

static guint32 sequence_of(const across_sighting *s)
{
  return s->l4_offset > 0 && s->l4_offset + 14u <= s->head_bytes ? ct_be32(s->head + s->l4_offset + 4) : 0;
}

/* A payload, an IP id or a sequence number: without any, packets of all hosts look alike. */
static gboolean tells_itself(const across_sighting *s)
{
  return s->ip_id != 0 || s->payload_bytes >= 4 || (s->proto == CT_PROTO_TCP && sequence_of(s) != 0);
}

/* With these ends instead of its own. */
static void make_keys(across_sighting *s, const ct_tuple *with)
{
  guint64 ends = hash_ends(with);

  s->keyed = 1 << ACROSS_SAME | 1 << ACROSS_SAME_BUT_ID;
  s->key[ACROSS_SAME] = join(join(ends, s->identity), s->ip_id);
  s->key[ACROSS_SAME_BUT_ID] = join(ends, s->identity);
  if (s->ip_id != 0) {
    s->keyed |= 1 << ACROSS_SAME_ID;
    s->key[ACROSS_SAME_ID] = join(ends, s->ip_id);
  }
  if (s->proto == CT_PROTO_TCP && s->l4_offset > 0 && s->l4_offset + 14u <= s->head_bytes) {
    s->keyed |= 1 << ACROSS_SAME_SEQ;
    s->key[ACROSS_SAME_SEQ] =
      join(join(ends, sequence_of(s)), (s->head[s->l4_offset + 13] & 7u) << 1 | (s->payload_bytes > 0));
  }
  if (tells_itself(s)) {
    s->keyed |= 1 << ACROSS_TRANSLATED;
    s->key[ACROSS_TRANSLATED] = join(s->identity, s->ip_id);
  }
}

static void wait_under(across *x, across_sighting *s, across_key key)
{
  GHashTable *table = x->waiting[s->side][key];
  waiting *w = g_hash_table_lookup(table, &s->key[key]);

  if (w == NULL) {
    w = g_new0(waiting, 1);
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
  waiting *w = g_hash_table_lookup(table, &s->key[key]);

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

static void wait_under_all(across *x, across_sighting *s)
{
  guint key;

  for (key = 0; key < ACROSS_KEYS; key++)
    if (s->keyed >> key & 1)
      wait_under(x, s, (across_key)key);
}

static void leave_all(across *x, across_sighting *s)
{
  guint key;

  for (key = 0; key < ACROSS_KEYS; key++)
    if (s->keyed >> key & 1)
      leave(x, s, (across_key)key);
  s->keyed = 0;
}

/* ---- connections ---- */

/* => the direction; name: what the connection is found by. */
static guint8 name_connection(const across *x, across_side side, const ct_tuple *ends, ct_tuple *name)
{
  const ct_tuple *known = side == ACROSS_B ? g_hash_table_lookup(x->inside, ends) : NULL;
  ct_tuple inverse;

  *name = known != NULL ? *known : *ends;
  across_invert(name, &inverse);
  if (memcmp(name, &inverse, sizeof(inverse)) <= 0)
    return 0;
  *name = inverse;
  return 1;
}

static void find_connection(across *x, across_sighting *s)
{
  ct_tuple ends;

  s->dir = name_connection(x, (across_side)s->side, &s->ends, &ends);
  s->connection = g_hash_table_lookup(x->connections, &ends);
  if (s->connection == NULL && g_hash_table_size(x->connections) < ACROSS_CONNECTIONS_MOST) {
    s->connection = g_new0(across_connection, 1);
    s->connection->first_side = s->side;
    s->connection->first_dir = s->dir;
    g_hash_table_insert(x->connections, g_memdup2(&ends, sizeof(ends)), s->connection);
  }
}

int across_way(const across_sighting *s)
{
  const across_connection *c = s->connection;
  int first;

  if (c == NULL)
    return 0;
  if (c->votes[s->dir] != 0)
    return c->votes[s->dir] > 0 ? 1 : -1;
  if (c->votes[!s->dir] != 0)
    return c->votes[!s->dir] > 0 ? -1 : 1;
  first = c->first_side == ACROSS_A ? 1 : -1;
  return s->dir == c->first_dir ? first : -first;
}

/* A router takes one off the TTL, whatever the clocks of the two captures say; behind a bridge time has to tell. */
static void vote(const across_sighting *a, const across_sighting *b)
{
  across_connection *c = a->connection;

  if (c == NULL)
    return;
  c->paired++;
  if (a->ttl != b->ttl)
    c->votes[a->dir] += a->ttl > b->ttl ? 2 : -2;
  else if (a->time_ns != b->time_ns)
    c->votes[a->dir] += a->time_ns < b->time_ns ? 1 : -1;
}

static void remember(GHashTable *table, const ct_tuple *from, const ct_tuple *to)
{
  g_hash_table_replace(table, g_memdup2(from, sizeof(*from)), g_memdup2(to, sizeof(*to)));
}

static void learn(across *x, const ct_tuple *a, const ct_tuple *b)
{
  const ct_tuple *known = g_hash_table_lookup(x->outside, a);
  ct_tuple back_a, back_b;

  if (ends_equal(a, b) || (known != NULL && ends_equal(known, b)) ||
      g_hash_table_size(x->outside) >= 2 * ACROSS_CONNECTIONS_MOST)
    return;
  across_invert(a, &back_a);
  across_invert(b, &back_b);
  remember(x->outside, a, b);
  remember(x->outside, &back_a, &back_b);
  remember(x->inside, b, a);
  remember(x->inside, &back_b, &back_a);
}

gboolean across_origin(const across *x, across_side side, const ct_tuple *ends, ct_tuple *origin)
{
  const across_connection *c;
  const ct_tuple *known;
  ct_tuple name;

  name_connection(x, side, ends, &name);
  c = g_hash_table_lookup(x->connections, &name);
  if (c == NULL || c->first_side == side)
    return FALSE;
  known = g_hash_table_lookup(side == ACROSS_A ? x->outside : x->inside, ends);
  if (known != NULL)
    *origin = *known;
  return known != NULL;
}

void across_expect(across *x, across_sighting *s, const ct_tuple *other)
{
  if (ends_equal(&s->ends, other))
    return;
  leave_all(x, s);
  learn(x, s->side == ACROSS_A ? &s->ends : other, s->side == ACROSS_A ? other : &s->ends);
  if (s->connection != NULL)
    s->connection->seen[s->side]--;
  find_connection(x, s);
  if (s->connection != NULL) {
    s->connection->seen[s->side]++;
    s->connection->translated = TRUE;
  }
  make_keys(s, ends_outside(x, s));
  wait_under_all(x, s);
}

/* ---- pairs ---- */

/* Neither has been seen on the other side, and one address is as it was: what differs is translation. */
static gboolean may_be_translated(const across *x, const across_sighting *s, const across_sighting *other)
{
  const across_sighting *a = s->side == ACROSS_A ? s : other, *b = s->side == ACROSS_A ? other : s;

  if (a->connection == NULL || b->connection == NULL || a->connection->paired > 0 || b->connection->paired > 0)
    return FALSE;
  if (g_hash_table_contains(x->outside, &a->ends) || g_hash_table_contains(x->inside, &b->ends))
    return FALSE;
  return ct_addr_equal(&a->ends.src, &b->ends.src) || ct_addr_equal(&a->ends.dst, &b->ends.dst);
}

static gboolean is_unambiguous(const waiting *w) { return w->first == w->last; }

static across_sighting *find_under(across *x, const across_sighting *s, across_key *by)
{
  guint key;

  for (key = 0; key < ACROSS_KEYS; key++) {
    const waiting *w = NULL;

    if (s->keyed >> key & 1)
      w = g_hash_table_lookup(x->waiting[!s->side][key], &s->key[key]);
    if (w == NULL)
      continue;
    if (key == ACROSS_TRANSLATED && (!is_unambiguous(w) || !may_be_translated(x, s, w->first)))
      continue;
    *by = (across_key)key;
    return w->first;
  }
  return NULL;
}

/* What came on A's side before anybody knew of the translation waits under its own ends. */
static across_sighting *find_partner(across *x, across_sighting *s, across_key *by)
{
  const ct_tuple *inside = s->side == ACROSS_B ? g_hash_table_lookup(x->inside, &s->ends) : NULL;
  across_sighting *found = find_under(x, s, by);

  if (found != NULL || inside == NULL)
    return found;
  make_keys(s, inside);
  found = find_under(x, s, by);
  make_keys(s, &s->ends);
  return found;
}

/* The connection that B's packet seemed to be is A's, translated. */
static void join_connections(across *x, across_sighting *a, across_sighting *b)
{
  across_connection *other = b->connection;

  learn(x, &a->ends, &b->ends);
  a->connection->translated = TRUE;
  a->connection->seen[ACROSS_B] += other->seen[ACROSS_B];
  other->seen[ACROSS_B] = 0;
  if (b->time_ns < a->time_ns && a->connection->seen[ACROSS_A] == 1) {
    a->connection->first_side = ACROSS_B;
    a->connection->first_dir = a->dir;
  }
  b->connection = a->connection;
  b->dir = a->dir;
}

static void pair(across *x, across_sighting *a, across_sighting *b, across_key by)
{
  if (by == ACROSS_TRANSLATED)
    join_connections(x, a, b);
  if (a->connection != NULL && !ends_equal(&a->ends, &b->ends))
    a->connection->translated = TRUE;
  vote(a, b);
  x->watcher.paired(a, b, x->watcher.user);
}

static void sighting_free(across *x, across_sighting *s)
{
  if (s->said != NULL && x->watcher.forget != NULL)
    x->watcher.forget(s->said);
  g_free(s);
}

static across_fate fate_of(const across_sighting *s);

static void give_up(across *x, across_sighting *s)
{
  leave_all(x, s);
  x->watcher.alone(s, fate_of(s), x->watcher.user);
  sighting_free(x, s);
}

/* What has its partner goes as soon as it is the oldest. */
static void trim(across *x, across_side side)
{
  GQueue *all = &x->all[side];
  across_sighting *s;

  while ((s = g_queue_peek_head(all)) != NULL && (s->paired || all->length > ACROSS_WAITING)) {
    g_queue_pop_head(all);
    if (s->paired)
      sighting_free(x, s);
    else
      give_up(x, s);
  }
}

across_sighting *across_see(across *x, across_side side, const ct_packet *packet)
{
  across_sighting *s = g_new(across_sighting, 1), *partner;
  across_key by = ACROSS_SAME;

  across_read(s, side, packet);
  find_connection(x, s);
  if (s->connection != NULL)
    s->connection->seen[side]++;
  make_keys(s, ends_outside(x, s));
  partner = find_partner(x, s, &by);
  if (partner == NULL) {
    wait_under_all(x, s);
    g_queue_push_tail(&x->all[side], s);
    trim(x, side);
    return s;
  }
  leave_all(x, partner);
  partner->paired = TRUE;
  pair(x, side == ACROSS_A ? s : partner, side == ACROSS_A ? partner : s, by);
  s->said = NULL;
  sighting_free(x, s);
  trim(x, (across_side)!side);
  return NULL;
}

/* ---- those alone ---- */

static gboolean goes_nowhere(const ct_tuple *t, const ct_addr *addr)
{
  const guint8 *b = addr->bytes;

  if (t->family == CT_IPV4)
    return b[0] >= 224 || b[0] == 127 || b[0] == 0 || (b[0] == 169 && b[1] == 254);
  /* fe80::/10, ff00::/8, ::, ::1 */
  return b[0] == 0xff || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) ||
         (addr->halves[0] == 0 && memcmp(b + 8, "\0\0\0\0\0\0\0", 7) == 0 && b[15] <= 1);
}

static across_fate fate_of(const across_sighting *s)
{
  int way = across_way(s);

  if (goes_nowhere(&s->ends, &s->ends.src) || goes_nowhere(&s->ends, &s->ends.dst))
    return ACROSS_STAYS;
  if (way == 0)
    return ACROSS_LOST;
  return (way > 0) == (s->side == ACROSS_A) ? ACROSS_LOST : ACROSS_ADDED;
}

void across_end(across *x)
{
  across_sighting *head[2];
  guint side;

  for (;;) {
    trim(x, ACROSS_A);
    trim(x, ACROSS_B);
    for (side = 0; side < 2; side++)
      head[side] = g_queue_peek_head(&x->all[side]);
    if (head[0] == NULL && head[1] == NULL)
      return;
    side = head[0] == NULL || (head[1] != NULL && head[1]->time_ns < head[0]->time_ns) ? ACROSS_B : ACROSS_A;
    give_up(x, g_queue_pop_head(&x->all[side]));
  }
}

across_figures across_count(const across *x)
{
  across_figures figures = { 0 };
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init(&iter, x->connections);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const across_connection *c = value;

    if (c->seen[ACROSS_A] == 0 && c->seen[ACROSS_B] == 0)
      continue;
    figures.connections++;
    figures.only[ACROSS_A] += c->seen[ACROSS_B] == 0;
    figures.only[ACROSS_B] += c->seen[ACROSS_A] == 0;
    figures.translated += c->translated;
  }
  return figures;
}

across *across_new(const across_watcher *watcher)
{
  across *x = g_new0(across, 1);
  guint side, key;

  x->watcher = *watcher;
  for (side = 0; side < 2; side++) {
    g_queue_init(&x->all[side]);
    for (key = 0; key < ACROSS_KEYS; key++)
      x->waiting[side][key] = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
  }
  x->outside = g_hash_table_new_full(ends_hash, ends_equal, g_free, g_free);
  x->inside = g_hash_table_new_full(ends_hash, ends_equal, g_free, g_free);
  x->connections = g_hash_table_new_full(ends_hash, ends_equal, g_free, g_free);
  return x;
}

void across_free(across *x)
{
  guint side, key;

  if (x == NULL)
    return;
  for (side = 0; side < 2; side++) {
    across_sighting *s;

    while ((s = g_queue_pop_head(&x->all[side])) != NULL)
      sighting_free(x, s);
    for (key = 0; key < ACROSS_KEYS; key++)
      g_hash_table_unref(x->waiting[side][key]);
  }
  g_hash_table_unref(x->outside);
  g_hash_table_unref(x->inside);
  g_hash_table_unref(x->connections);
  g_free(x);
}
