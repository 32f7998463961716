/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inside.h"

#include <string.h>

enum { MATES_ASKED = 64 /* of those that are alike, the first and as many of the last */ };

static guint ends_hash(gconstpointer t) { return (guint)across_hash_ends(t); }
static gboolean ends_equal(gconstpointer a, gconstpointer b) { return memcmp(a, b, sizeof(ct_tuple)) == 0; }

/* On B's side, whose ends the keys are made of. */
static const ct_tuple *ends_outside(const across *x, const across_sighting *s)
{
  const ct_tuple *known = s->side == ACROSS_A ? g_hash_table_lookup(x->outside, &s->ends) : NULL;

  return known != NULL ? known : &s->ends;
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
  c->kept_ids += a->ip_id != 0 && a->ip_id == b->ip_id;
  if (a->ttl != b->ttl)
    c->votes[a->dir] += a->ttl > b->ttl ? 2 : -2;
  else if (a->time_ns != b->time_ns)
    c->votes[a->dir] += a->time_ns < b->time_ns ? 1 : -1;
}

static void remember(GHashTable *table, const ct_tuple *from, const ct_tuple *to)
{
  g_hash_table_replace(table, g_memdup2(from, sizeof(*from)), g_memdup2(to, sizeof(*to)));
}

/* => whether that is news. */
static gboolean learn(across *x, const ct_tuple *a, const ct_tuple *b)
{
  const ct_tuple *known = g_hash_table_lookup(x->outside, a);
  ct_tuple back_a, back_b;

  if (ends_equal(a, b) || (known != NULL && ends_equal(known, b)) ||
      g_hash_table_size(x->outside) >= 2 * ACROSS_CONNECTIONS_MOST)
    return FALSE;
  across_invert(a, &back_a);
  across_invert(b, &back_b);
  remember(x->outside, a, b);
  remember(x->outside, &back_a, &back_b);
  remember(x->inside, b, a);
  remember(x->inside, &back_b, &back_a);
  return TRUE;
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

/* What came on A's side before anybody knew of the translation waits under its own ends. */
static void find_anew(across *x, const across_connection *c)
{
  const guint64 key = (guint64)(gsize)c;
  const across_waiting *w = g_hash_table_lookup(x->waiting[ACROSS_A][ACROSS_OF], &key);
  across_sighting *s, *last = w != NULL ? w->last : NULL, *next;

  for (s = last != NULL ? w->first : NULL; s != NULL; s = next) {
    next = s != last ? s->later[ACROSS_OF] : NULL;
    across_leave(x, s);
    across_make_keys(s, ends_outside(x, s));
    across_wait(x, s);
  }
}

void across_expect(across *x, across_sighting *s, const ct_tuple *other)
{
  gboolean news;

  if (ends_equal(&s->ends, other))
    return;
  across_part(x, s);
  across_leave(x, s);
  news = learn(x, s->side == ACROSS_A ? &s->ends : other, s->side == ACROSS_A ? other : &s->ends);
  if (s->connection != NULL)
    s->connection->seen[s->side]--;
  find_connection(x, s);
  if (s->connection != NULL) {
    s->connection->seen[s->side]++;
    s->connection->translated = TRUE;
    if (news)
      find_anew(x, s->connection);
  }
  across_make_keys(s, ends_outside(x, s));
  across_wait(x, s);
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

static gboolean is_unambiguous(const across_waiting *w) { return w->first == w->last; }

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
  find_anew(x, a->connection);
}

/* Neither waits any more. */
static void pair(across *x, across_sighting *a, across_sighting *b, gboolean sure)
{
  if (a->connection != NULL && !ends_equal(&a->ends, &b->ends))
    a->connection->translated = TRUE;
  vote(a, b);
  across_note_transit(x, a, b, sure);
  x->watcher.paired(a, b, x->watcher.user);
}

static void take_out(across *x, across_sighting *s)
{
  across_part(x, s);
  across_leave(x, s);
  s->paired = TRUE;
}

void across_pair_waiting(across *x, across_sighting *a, across_sighting *b, gboolean sure)
{
  take_out(x, a);
  take_out(x, b);
  pair(x, a, b, sure);
}

/* With the one that waits; s does not. */
static void pair_at_once(across *x, across_sighting *s, across_sighting *waits, across_key by)
{
  across_sighting *a = s->side == ACROSS_A ? s : waits, *b = s->side == ACROSS_A ? waits : s;

  take_out(x, waits);
  if (by == ACROSS_TRANSLATED)
    join_connections(x, a, b);
  pair(x, a, b, TRUE);
}

/* => NULL: nobody, or there are several on either side, or it would be early or late. */
static across_sighting *find_only(const across *x, const across_sighting *s, across_key key)
{
  const across_waiting *w = across_waiting_find(x, !s->side, s, key);

  return w != NULL && is_unambiguous(w) && across_waiting_find(x, s->side, s, key) == NULL &&
             across_is_usual(x, s, w->first)
           ? w->first
           : NULL;
}

/* Nothing was cut, and the end of it is not the same. */
static gboolean ends_otherwise(const across_sighting *s, const across_sighting *other)
{
  return s->captured - s->payload_at == other->captured - other->payload_at && s->payload != other->payload;
}

/* => NULL: nobody, or it is not sure. */
static across_sighting *find_sure(const across *x, const across_sighting *s, across_key *by)
{
  across_sighting *found;
  const across_waiting *w;
  guint key;

  for (key = ACROSS_ALIKE; key <= ACROSS_SAME_SEQ; key++)
    if (across_waiting_find(x, !s->side, s, (across_key)key) != NULL)
      break;
  *by = (across_key)key;
  if (key <= ACROSS_SAME) {
    found = find_only(x, s, *by);
    return found != NULL && (key == ACROSS_ALIKE || !ends_otherwise(s, found)) ? found : NULL;
  }
  if (key <= ACROSS_SAME_SEQ)
    return NULL;
  *by = ACROSS_TRANSLATED;
  w = across_waiting_find(x, !s->side, s, ACROSS_TRANSLATED);
  return w != NULL && is_unambiguous(w) && may_be_translated(x, s, w->first) ? w->first : NULL;
}

/* Of other and those behind it (or before it) the one whose time is most as usual; best if nobody is better. */
static across_sighting *better(const across *x, const across_sighting *s, across_key key, across_sighting *other,
                               gboolean earlier, across_sighting *best)
{
  gboolean is_known = across_is_transit_known(x, s);
  guint asked;

  for (asked = 0; other != NULL && asked < MATES_ASKED; asked++) {
    /* Who has a lesser mate may have a better one. */
    gboolean free = other->mate == NULL || (key <= ACROSS_SAME && other->mate_by > key);

    if (free && across_is_plausible(x, s, other) &&
        (best == NULL || (is_known && across_oddness(x, s, other) < across_oddness(x, s, best))))
      best = other;
    other = earlier ? other->earlier[key] : other->later[key];
  }
  return best;
}

static across_sighting *find_mate_under(const across *x, const across_sighting *s, across_key key)
{
  const across_waiting *w = across_waiting_find(x, !s->side, s, key);
  across_sighting *best;

  if (w == NULL || !across_is_possible(s, key))
    return NULL;
  best = better(x, s, key, w->first, FALSE, NULL);
  return better(x, s, key, w->last, TRUE, best);
}

static void find_mate(across *x, across_sighting *s)
{
  across_sighting *mate = NULL;
  guint key;

  for (key = ACROSS_ALIKE; key <= ACROSS_SAME_SEQ && mate == NULL; key++) {
    mate = find_mate_under(x, s, (across_key)key);
    if (mate != NULL)
      across_mate(x, s, mate, (across_key)key);
  }
}

/* Who is only like something that had come out before came in for all that. */
static gboolean came_in(const across_sighting *s)
{
  if (s->mate == NULL)
    return TRUE;
  return s->mate_by > ACROSS_SAME && s->connection != NULL && s->connection->votes[s->dir] != 0 &&
         (s->connection->votes[s->dir] > 0) == (s->side == ACROSS_A);
}

static void sighting_free(across *x, across_sighting *s)
{
  if (s->said != NULL && x->watcher.forget != NULL)
    x->watcher.forget(s->said);
  g_free(s);
}

static across_fate fate_of(const across_sighting *s);

/* What came on B's side before anybody knew of the translation was taken for another connection's. */
static void rename_translated(across *x, across_sighting *s)
{
  across_connection *before = s->connection;

  if (s->side != ACROSS_B || before == NULL || !g_hash_table_contains(x->inside, &s->ends))
    return;
  find_connection(x, s);
  /* What two connections that became one had seen has been taken along already. */
  if (before->seen[ACROSS_B] == 0)
    return;
  before->seen[ACROSS_B]--;
  if (s->connection != NULL)
    s->connection->seen[ACROSS_B]++;
}

static void give_up(across *x, across_sighting *s)
{
  across_part(x, s);
  across_leave(x, s);
  rename_translated(x, s);
  x->watcher.alone(s, fate_of(s), x->watcher.user);
  sighting_free(x, s);
}

/* What has its partner goes as soon as it is the oldest. */
static void trim(across *x, across_side side, guint most)
{
  GQueue *all = &x->all[side];
  across_sighting *s;

  while ((s = g_queue_peek_head(all)) != NULL && (s->paired || all->length > most)) {
    if (!s->paired)
      across_settle(x, s);
    g_queue_pop_head(all);
    if (s->paired)
      sighting_free(x, s);
    else
      give_up(x, s);
  }
}

across_sighting *across_see(across *x, across_side side, const ct_packet *packet)
{
  across_sighting *s = g_new(across_sighting, 1), *sure;
  across_key by;

  across_read(s, side, packet);
  x->now_ns = MAX(x->now_ns, s->time_ns);
  across_settle_aged(x);
  trim(x, side, ACROSS_WAITING - 1);
  trim(x, (across_side)!side, ACROSS_WAITING);
  find_connection(x, s);
  if (s->connection != NULL)
    s->connection->seen[side]++;
  across_make_keys(s, ends_outside(x, s));
  sure = find_sure(x, s, &by);
  if (sure != NULL) {
    pair_at_once(x, s, sure, by);
    sighting_free(x, s);
    s = NULL;
  } else {
    find_mate(x, s);
    across_wait(x, s);
    g_queue_push_tail(&x->all[side], s);
  }
  return s != NULL && came_in(s) ? s : NULL;
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

  across_settle_all(x);
  for (;;) {
    trim(x, ACROSS_A, ACROSS_WAITING);
    trim(x, ACROSS_B, ACROSS_WAITING);
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
  x->now_ns = G_MININT64;
  g_queue_init(&x->undecided);
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
  g_queue_clear(&x->undecided);
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
