/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that are alike, and packets of which somebody's exact partner may still come: who belongs to whom. */
#include "inside.h"

#include "align.h"

enum {
  EARLY_NS = 20 * 1000 * 1000,  /* before it could have come in: another packet that is like it */
  ASIDE = ACROSS_ALIGN_MOST / 4 /* of those that came before the one that is asked about */
};

#define SETTLE_NS (2 * G_GINT64_CONSTANT(1000000000))

/* ---- how long it takes ---- */

/* Captures may say any times. */
static gint64 sum(gint64 a, gint64 b) { return (gint64)((guint64)a + (guint64)b); }
static gint64 difference(gint64 to, gint64 from) { return (gint64)((guint64)to - (guint64)from); }

static gint64 transit(const across_sighting *a, const across_sighting *b)
{
  return across_way(a) >= 0 ? difference(b->time_ns, a->time_ns) : difference(a->time_ns, b->time_ns);
}

static const across_transit *transits_of(const across *x, const across_sighting *s)
{
  return &x->transits[across_way(s) < 0];
}

static gint64 off(const across *x, const across_sighting *s, const across_sighting *other)
{
  gint64 took = s->side == ACROSS_A ? transit(s, other) : transit(other, s);

  return difference(took, transits_of(x, s)->typical_ns);
}

gboolean across_is_transit_known(const across *x, const across_sighting *s) { return transits_of(x, s)->n > 0; }

gboolean across_is_plausible(const across *x, const across_sighting *s, const across_sighting *other)
{
  return transits_of(x, s)->n == 0 || off(x, s, other) >= -EARLY_NS;
}

gboolean across_is_usual(const across *x, const across_sighting *s, const across_sighting *other)
{
  return transits_of(x, s)->n == 0 || across_oddness(x, s, other) <= EARLY_NS;
}

gint64 across_oddness(const across *x, const across_sighting *s, const across_sighting *other)
{
  gint64 ns = off(x, s, other);

  return ns < 0 ? -MAX(ns, -G_MAXINT64) : ns;
}

static gint compare_ns(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return x < y ? -1 : x > y;
}

static gint64 median(gint64 *ns, guint n)
{
  if (n == 0)
    return 0;
  qsort(ns, n, sizeof(*ns), compare_ns);
  return ns[(n - 1) / 2];
}

void across_note_transit(across *x, const across_sighting *a, const across_sighting *b, gboolean sure)
{
  across_transit *t = &x->transits[across_way(a) < 0];
  gint64 ns[ACROSS_TRANSITS];
  guint i;

  /* What was chosen by time would make its own mistakes usual. */
  if (!sure && t->n == ACROSS_TRANSITS)
    return;
  t->ns[t->next] = transit(a, b);
  t->next = (t->next + 1) % ACROSS_TRANSITS;
  t->n = MIN(t->n + 1, ACROSS_TRANSITS);
  for (i = 0; i < t->n; i++)
    ns[i] = t->ns[i];
  t->typical_ns = median(ns, t->n);
}

/* ---- mates ---- */

gboolean across_is_possible(const across_sighting *s, across_key key)
{
  return key <= ACROSS_SAME || key == ACROSS_SAME_ID || s->connection == NULL || s->connection->kept_ids == 0;
}

void across_part(across *x, across_sighting *s)
{
  across_sighting *pair[2] = { s, s->mate };
  guint i;

  if (s->mate == NULL)
    return;
  for (i = 0; i < 2; i++) {
    pair[i]->mate = NULL;
    if (pair[i]->undecided != NULL)
      g_queue_delete_link(&x->undecided, pair[i]->undecided);
    pair[i]->undecided = NULL;
  }
}

void across_mate(across *x, across_sighting *s, across_sighting *other, across_key key)
{
  across_part(x, s);
  across_part(x, other);
  s->mate = other;
  other->mate = s;
  s->mate_by = other->mate_by = (guint8)key;
  s->since_ns = x->now_ns;
  g_queue_push_tail(&x->undecided, s);
  s->undecided = x->undecided.tail;
}

/* ---- rows of those that are alike ---- */

/* Around the two that are asked about; the oldest first. Who has a mate by a better key is not of them. */
typedef struct rows {
  across_sighting *at[2][ACROSS_ALIGN_MOST];
  guint n[2];
  across_key key;
} rows;

static void fill_row(rows *r, across_sighting *around)
{
  across_sighting *s = around;
  guint before = 0, *n = &r->n[around->side];

  while (before < ASIDE && s->earlier[r->key] != NULL) {
    s = s->earlier[r->key];
    before++;
  }
  for (*n = 0; s != NULL && *n < ACROSS_ALIGN_MOST; s = s->later[r->key])
    if (s->mate == NULL || s->mate_by >= r->key)
      r->at[around->side][(*n)++] = s;
}

static gboolean is_one_to_one(const rows *r) { return r->n[ACROSS_A] == 1 && r->n[ACROSS_B] == 1; }

/* Nobody has found his partner yet: they are taken to be pairs in their order. */
static gint64 guess_typical(const rows *r)
{
  gint64 ns[ACROSS_ALIGN_MOST];
  guint n = MIN(r->n[ACROSS_A], r->n[ACROSS_B]), i;

  for (i = 0; i < n; i++)
    ns[i] = transit(r->at[ACROSS_A][i], r->at[ACROSS_B][i]);
  return median(ns, n);
}

/*
 * Of two that are alike to the byte, one later than is usual by more than twice this is another one, and the first was
 * lost. An IP id makes it more likely that they are the same.
 */
static gint64 alone_cost(const across *x, const rows *r)
{
  const across_sighting *s = r->at[ACROSS_A][0];
  gboolean same_id = (r->key <= ACROSS_SAME && s->ip_id != 0) || r->key == ACROSS_SAME_ID;

  if (transits_of(x, s)->n == 0 || (r->key <= ACROSS_SAME && is_one_to_one(r)))
    return ACROSS_ALIGN_ALL;
  return same_id ? 15 * G_GINT64_CONSTANT(1000000000) : G_GINT64_CONSTANT(500000000);
}

static void align(const across *x, const rows *r, gboolean open, guint8 *partner)
{

  const across_sighting *first = r->at[ACROSS_A][0];
  gint64 expected[ACROSS_ALIGN_MOST], came[ACROSS_ALIGN_MOST];
  gint64 typical = transits_of(x, first)->n > 0 ? transits_of(x, first)->typical_ns : guess_typical(r);
  guint i;

  for (i = 0; i < r->n[ACROSS_A]; i++)
    expected[i] = across_way(first) >= 0 ? sum(r->at[ACROSS_A][i]->time_ns, typical)
                                         : difference(r->at[ACROSS_A][i]->time_ns, typical);
  for (i = 0; i < r->n[ACROSS_B]; i++)
    came[i] = r->at[ACROSS_B][i]->time_ns;
  across_align(expected, r->n[ACROSS_A], came, r->n[ACROSS_B], alone_cost(x, r), open, partner);
}

/* ---- decisions ---- */

/* What is decided of rows: of each side those before a place, and whom somebody asks about. */
typedef struct deciding {
  guint before[2];
  const across_sighting *asked;
  gboolean open;    /* others come after these rows */
  guint decided[2]; /* out: those up to the last pair */
} deciding;

static gboolean is_decided(const across *x, const deciding *d, const rows *r, guint i, guint j)
{
  const across_sighting *a = r->at[ACROSS_A][i], *b = r->at[ACROSS_B][j];

  return (i < d->before[ACROSS_A] && j < d->before[ACROSS_B]) || a == d->asked || b == d->asked ||
         MAX(a->time_ns, b->time_ns) <= difference(x->now_ns, SETTLE_NS);
}

static void settle_rows(across *x, const rows *r, deciding *d)
{
  guint8 partner[ACROSS_ALIGN_MOST];
  guint i;

  align(x, r, d->open, partner);
  for (i = 0; i < r->n[ACROSS_A]; i++) {
    across_sighting *a = r->at[ACROSS_A][i], *b = partner[i] != ACROSS_NOBODY ? r->at[ACROSS_B][partner[i]] : NULL;

    if (a->mate != NULL && a->mate != b && a->mate_by == r->key)
      across_part(x, a);
    if (b == NULL)
      continue;
    if (is_decided(x, d, r, i, partner[i])) {
      d->decided[ACROSS_A] = i + 1;
      d->decided[ACROSS_B] = partner[i] + 1u;
      across_pair_waiting(x, a, b, is_one_to_one(r));
    } else if (a->mate == NULL && b->mate == NULL) {
      across_mate(x, a, b, r->key);
    }
  }
}

/* Where there are more than are looked at, the first of them are decided: nobody could tell them from the others. */
static void settle_around(across *x, across_sighting *s, across_key key)
{
  const across_waiting *w = across_waiting_find(x, !s->side, s, key);
  across_sighting *other = s->mate != NULL && s->mate_by == key ? s->mate : w != NULL ? w->first : NULL;
  deciding d = { { 0, 0 }, s, TRUE, { 0, 0 } };
  guint side;
  rows r;

  if (other == NULL || !across_is_possible(s, key))
    return;
  r.key = key;
  fill_row(&r, s);
  fill_row(&r, other);
  if (r.n[ACROSS_A] == 0 || r.n[ACROSS_B] == 0)
    return;
  if (r.n[ACROSS_A] == ACROSS_ALIGN_MOST || r.n[ACROSS_B] == ACROSS_ALIGN_MOST)
    for (side = 0; side < 2; side++)
      d.before[side] = r.n[side] - r.n[side] / 4;
  settle_rows(x, &r, &d);
}

void across_settle_aged(across *x)
{
  across_sighting *s;

  while ((s = g_queue_peek_head(&x->undecided)) != NULL && difference(x->now_ns, s->since_ns) > SETTLE_NS) {
    settle_around(x, s, (across_key)s->mate_by);
    if (g_queue_peek_head(&x->undecided) == s)
      across_part(x, s);
  }
}

void across_settle(across *x, across_sighting *s)
{
  guint key;

  for (key = ACROSS_ALIKE; key <= ACROSS_SAME_SEQ && !s->paired; key++)
    settle_around(x, s, (across_key)key);
  if (!s->paired)
    across_part(x, s);
}

/* ---- at the end ---- */

static GPtrArray *row_of(across_sighting *s, across_key key)
{
  GPtrArray *row = g_ptr_array_new();

  for (; s != NULL; s = s->later[key])
    g_ptr_array_add(row, s);
  return row;
}

/* Nobody in these rows is another's: the one that is over earlier goes. */
static void skip_earlier(const across *x, const rows *r, guint at[2], const guint before[2])
{
  const across_sighting *a = r->at[ACROSS_A][before[ACROSS_A] - 1], *b = r->at[ACROSS_B][before[ACROSS_B] - 1];
  guint side = (across_way(a) >= 0) == (off(x, a, b) >= 0) ? ACROSS_A : ACROSS_B;

  at[side] += before[side];
}

static void settle_group(across *x, GPtrArray *const row[2], across_key key)
{
  guint at[2] = { 0, 0 }, side, i;

  while (at[0] < row[0]->len && at[1] < row[1]->len) {
    deciding d = { { 0, 0 }, NULL, FALSE, { 0, 0 } };
    rows r;

    r.key = key;
    for (side = 0; side < 2; side++) {
      r.n[side] = MIN(row[side]->len - at[side], ACROSS_ALIGN_MOST);
      d.before[side] = at[side] + r.n[side] < row[side]->len ? r.n[side] - r.n[side] / 4 : r.n[side];
      for (i = 0; i < r.n[side]; i++)
        r.at[side][i] = g_ptr_array_index(row[side], at[side] + i);
    }
    d.open = at[0] + r.n[0] < row[0]->len || at[1] + r.n[1] < row[1]->len;
    settle_rows(x, &r, &d);
    if (d.decided[0] == 0)
      skip_earlier(x, &r, at, d.before);
    at[0] += d.decided[0];
    at[1] += d.decided[1];
  }
}

void across_settle_all(across *x)
{
  guint key, side;
  GList *l;

  for (key = ACROSS_ALIKE; key <= ACROSS_SAME_SEQ; key++)
    for (l = x->all[ACROSS_A].head; l != NULL; l = l->next) {
      across_sighting *s = l->data;
      GPtrArray *row[2];
      across_waiting *w[2];

      /* The first of its group speaks for all. */
      if (s->paired || !across_is_possible(s, (across_key)key) || !(s->keyed >> key & 1) || s->earlier[key] != NULL)
        continue;
      for (side = 0; side < 2; side++)
        w[side] = across_waiting_find(x, side, s, (across_key)key);
      if (w[ACROSS_B] == NULL)
        continue;
      for (side = 0; side < 2; side++)
        row[side] = row_of(w[side]->first, (across_key)key);
      settle_group(x, row, (across_key)key);
      g_ptr_array_unref(row[0]);
      g_ptr_array_unref(row[1]);
    }
}
