/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listed.h"

#include <string.h>

/* A referee's two looks at an unchanged deadline may differ by the second each is cut to (transcripts' README). */
#define SAME_DEADLINE_NS (G_GINT64_CONSTANT(1500000000))

typedef struct listed_entry {
  gint64 deadline_ns;  /* as it was shown */
  GSequenceIter *ends; /* deadline as it is */
  guint64 packets[2], bytes[2];
  guint32 status, vtag[2];
  guint8 state, scale[2], flags[2];
  const char *helper;
  guint32 mark;
  ct_labels labels;
} listed_entry;

typedef struct expect_key {
  ct_tuple tuple, mask;
} expect_key;

/* Whose it is: within one packet a helper can take an expectation back and expect the same for another purpose. */
typedef struct listed_expect {
  ct_tuple master;
  guint32 class_number;
  const char *helper;
} listed_expect;

/* An entry's deadline, one for each that is noted. */
typedef struct deadline {
  gint64 deadline_ns;
  gint64 id;
  ct_tuple tuple;
} deadline;

struct emit_listed {
  GSequence *deadlines; /* deadline, the earliest first */
  GHashTable *entries;  /* guint64 id => listed_entry */
  GHashTable *expects;  /* expect_key => listed_expect */
};

static guint expect_key_hash(gconstpointer p) { return ct_tuple_hash(&((const expect_key *)p)->tuple); }

static gboolean expect_key_equal(gconstpointer a, gconstpointer b) { return memcmp(a, b, sizeof(expect_key)) == 0; }

emit_listed *emit_listed_new(void)
{
  emit_listed *l = g_new0(emit_listed, 1);

  l->deadlines = g_sequence_new(g_free);
  l->entries = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
  l->expects = g_hash_table_new_full(expect_key_hash, expect_key_equal, g_free, g_free);
  return l;
}

void emit_listed_free(emit_listed *l)
{
  g_sequence_free(l->deadlines);
  g_hash_table_destroy(l->entries);
  g_hash_table_destroy(l->expects);
  g_free(l);
}

static void describe(listed_entry *listed, const ct_view *view)
{
  guint dir;

  memset(listed, 0, sizeof(*listed));
  listed->deadline_ns = view->deadline_ns;
  listed->status = view->status;
  listed->state = view->state;
  listed->helper = view->helper;
  listed->mark = view->mark;
  listed->labels = view->labels;
  for (dir = 0; dir < 2; dir++) {
    if (view->counted) {
      listed->packets[dir] = view->packets[dir];
      listed->bytes[dir] = view->bytes[dir];
    }
    listed->scale[dir] = view->tcp.side[dir].scale; /* each 0 where the protocol has no such thing */
    listed->flags[dir] = view->tcp.side[dir].flags;
    listed->vtag[dir] = view->sctp_vtag[dir];
  }
}

static gboolean same(const listed_entry *a, const listed_entry *b)
{
  gint64 moved = (gint64)((guint64)a->deadline_ns - (guint64)b->deadline_ns);

  return moved <= SAME_DEADLINE_NS && moved >= -SAME_DEADLINE_NS && a->status == b->status && a->state == b->state &&
         memcmp(a->packets, b->packets, sizeof(a->packets)) == 0 && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0 &&
         memcmp(a->vtag, b->vtag, sizeof(a->vtag)) == 0 && memcmp(a->scale, b->scale, sizeof(a->scale)) == 0 &&
         memcmp(a->flags, b->flags, sizeof(a->flags)) == 0 && g_strcmp0(a->helper, b->helper) == 0 &&
         a->mark == b->mark && memcmp(&a->labels, &b->labels, sizeof a->labels) == 0;
}

static gint by_deadline(gconstpointer a, gconstpointer b, gpointer user)
{
  const deadline *x = a, *y = b;

  (void)user;
  if (x->deadline_ns != y->deadline_ns)
    return x->deadline_ns < y->deadline_ns ? -1 : 1;
  return (x->id > y->id) - (x->id < y->id);
}

ct_tuple emit_listed_original(const ct_view *view)
{
  ct_tuple original = view->tuple[CT_ORIGINAL];

  if (original.zone == view->tuple[CT_REPLY].zone)
    original.zone = 0;
  return original;
}

/* Sets it, in place of the one before (NULL: none). */
static GSequenceIter *deadline_note(emit_listed *l, GSequenceIter *before, const ct_view *view)
{
  deadline *d = g_new(deadline, 1);

  if (before != NULL)
    g_sequence_remove(before);
  *d = (deadline){ view->deadline_ns, (gint64)view->id, emit_listed_original(view) };
  return g_sequence_insert_sorted(l->deadlines, d, by_deadline, NULL);
}

void emit_listed_expire(emit_listed *l, gint64 now_ns, void (*fn)(const ct_tuple *tuple, gpointer user), gpointer user)
{
  GSequenceIter *first;

  while (!g_sequence_iter_is_end(first = g_sequence_get_begin_iter(l->deadlines))) {
    const deadline *d = g_sequence_get(first);

    if (d->deadline_ns > now_ns)
      return;
    fn(&d->tuple, user);
    g_hash_table_remove(l->entries, &d->id);
    g_sequence_remove(first);
  }
}

gboolean emit_listed_entry(emit_listed *l, const ct_view *view)
{
  gint64 id = (gint64)view->id;
  listed_entry now, *listed = g_hash_table_lookup(l->entries, &id);

  describe(&now, view);
  if (listed == NULL) {
    gint64 *key = g_new(gint64, 1);

    *key = id;
    now.ends = deadline_note(l, NULL, view);
    listed = g_new(listed_entry, 1);
    *listed = now;
    g_hash_table_insert(l->entries, key, listed);
    return TRUE;
  }
  now.ends = listed->ends;
  if (((deadline *)g_sequence_get(listed->ends))->deadline_ns != view->deadline_ns)
    listed->ends = now.ends = deadline_note(l, listed->ends, view);
  if (same(listed, &now))
    return FALSE;
  *listed = now;
  return TRUE;
}

void emit_listed_entry_over(emit_listed *l, const ct_view *view)
{
  gint64 id = (gint64)view->id;
  listed_entry *listed = g_hash_table_lookup(l->entries, &id);

  if (listed != NULL)
    listed->ends = deadline_note(l, listed->ends, view);
}

gboolean emit_listed_has(const emit_listed *l, guint64 id)
{
  gint64 key = (gint64)id;

  return g_hash_table_contains(l->entries, &key);
}

gboolean emit_listed_entry_gone(emit_listed *l, guint64 id)
{
  gint64 key = (gint64)id;
  const listed_entry *listed = g_hash_table_lookup(l->entries, &key);

  if (listed == NULL)
    return FALSE;
  g_sequence_remove(listed->ends);
  return g_hash_table_remove(l->entries, &key);
}

static expect_key key_of(const ct_expect_view *expect)
{
  expect_key key;

  memset(&key, 0, sizeof(key));
  key.tuple = expect->tuple;
  key.mask = expect->mask;
  return key;
}

gboolean emit_listed_expect(emit_listed *l, const ct_expect_view *expect)
{
  expect_key key = key_of(expect);
  listed_expect *listed = g_hash_table_lookup(l->expects, &key);

  if (listed != NULL && listed->class_number == expect->class_number &&
      ct_tuple_equal(&listed->master, &expect->master_tuple) && g_strcmp0(listed->helper, expect->helper) == 0)
    return FALSE;
  if (listed == NULL) {
    listed = g_new(listed_expect, 1);
    g_hash_table_insert(l->expects, g_memdup2(&key, sizeof(key)), listed);
  }
  *listed = (listed_expect){ expect->master_tuple, expect->class_number, expect->helper };
  return TRUE;
}

gboolean emit_listed_expect_gone(emit_listed *l, const ct_expect_view *expect)
{
  expect_key key = key_of(expect);

  return g_hash_table_remove(l->expects, &key);
}
