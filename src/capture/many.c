/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several captures as one: a list, one after the other, or merged by time. Interfaces get numbers of the whole. */
#include "capture/reader.h"

#include <string.h>

/*
 * Each file's frames lie in buffers of its own: a batch of frames that are all large or of many files ends before it is
 * full.
 */
enum { BATCH_BYTES = 32 << 20 };

typedef struct many_child {
  cap_reader *reader;
  GArray *numbers; /* by the child's interface number: that of the whole + 1, 0 not met yet */
  /* Of a merger: */
  cap_batch *batch;
  guint at;        /* the frame of the batch whose turn it is */
  guint64 held_in; /* the fill that keeps this batch's bytes alive already */
} many_child;

typedef struct many_reader {
  cap_reader base;
  guint n;
  many_child *children;
  /* Of a list: */
  guint current;
  GHashTable *named; /* name -> number + 1, where files share interfaces by their names; NULL: they do not */
  /* Of a merger: children by the time of their frame, the earliest on top, and those that have none at hand. */
  guint *heap, heap_n;
  guint *waiting, waiting_n;
  guint64 fills;
} many_reader;

static void many_free(cap_reader *reader)
{
  many_reader *m = (many_reader *)reader;

  for (guint i = 0; i < m->n; i++) {
    cap_reader_free(m->children[i].reader);
    g_array_unref(m->children[i].numbers);
    cap_batch_free(m->children[i].batch);
  }
  g_free(m->children);
  g_clear_pointer(&m->named, g_hash_table_unref);
  g_free(m->heap);
  g_free(m->waiting);
  g_free(m);
}

static void many_interrupt(cap_reader *reader)
{
  many_reader *m = (many_reader *)reader;

  for (guint i = 0; i < m->n; i++)
    cap_reader_interrupt(m->children[i].reader);
}

/* One after the other, so that one thread is there at a time. */
static void list_inflate_ahead(cap_reader *reader)
{
  many_reader *m = (many_reader *)reader;

  for (guint i = 0; i < m->n; i++)
    cap_reader_inflate_ahead(m->children[i].reader);
}

/* Each would have a thread of its own all the time. */
static void merged_inflate_ahead(cap_reader *reader G_GNUC_UNUSED) {}

static void many_progress(const cap_reader *reader, guint64 *done_bytes, guint64 *total_bytes)
{
  const many_reader *m = (const many_reader *)reader;
  gboolean known = TRUE;

  *done_bytes = *total_bytes = 0;
  for (guint i = 0; i < m->n; i++) {
    guint64 done, total;

    cap_reader_progress(m->children[i].reader, &done, &total);
    *done_bytes += done;
    *total_bytes += total;
    known = known && total > 0;
  }
  if (!known)
    *total_bytes = 0;
}

static guint64 many_dropped(const cap_reader *reader)
{
  const many_reader *m = (const many_reader *)reader;
  guint64 dropped = 0;

  for (guint i = 0; i < m->n; i++)
    dropped += cap_reader_dropped(m->children[i].reader);
  return dropped;
}

static gboolean many_reads(const cap_reader *reader, const char *path)
{
  const many_reader *m = (const many_reader *)reader;

  for (guint i = 0; i < m->n; i++)
    if (cap_reader_reads(m->children[i].reader, path))
      return TRUE;
  return FALSE;
}

/* => the number of the whole for an interface of that name, or -1 where there are too many. */
static int number_of(many_reader *m, const char *name)
{
  int number = m->named != NULL ? GPOINTER_TO_INT(g_hash_table_lookup(m->named, name)) - 1 : -1;

  if (number >= 0)
    return number;
  number = cap_reader_add_interface(&m->base, name);
  if (m->named != NULL && number >= 0 && *name != '\0')
    g_hash_table_insert(m->named, g_strdup(name), GINT_TO_POINTER(number + 1));
  return number;
}

/* => the number of the whole for a child's interface, or -1 where there are too many. */
static int number_new(many_reader *m, many_child *c, guint interface)
{
  int number = number_of(m, cap_reader_interface_name(c->reader, interface));

  if (number < 0) {
    m->base.ended = TRUE;
    g_clear_error(&m->base.failed);
    g_set_error(&m->base.failed, CAP_ERROR, CAP_ERROR_BROKEN,
                "the captures have more interfaces than can be told apart");
    return -1;
  }
  if (interface >= c->numbers->len)
    g_array_set_size(c->numbers, interface + 1);
  g_array_index(c->numbers, guint32, interface) = (guint32)number + 1;
  return number;
}

/* Gives the frames of a child's batch the numbers of the whole; cuts the batch where that fails. */
static void renumber(many_reader *m, many_child *c, cap_batch *batch)
{
  for (guint i = 0; i < batch->n; i++) {
    cap_frame *f = &batch->frames[i];
    guint32 known = f->interface < c->numbers->len ? g_array_index(c->numbers, guint32, f->interface) : 0;
    int number = known > 0 ? (int)known - 1 : number_new(m, c, f->interface);

    if (number < 0) {
      batch->n = i;
      return;
    }
    f->interface = (guint32)number;
  }
}

static void list_fill(cap_reader *reader, cap_batch *batch)
{
  many_reader *m = (many_reader *)reader;

  while (m->current < m->n) {
    many_child *c = &m->children[m->current];

    if (cap_reader_next(c->reader, batch, &reader->failed)) {
      batch->place = CAP_NO_PLACE; /* it is the file's, not the list's */
      renumber(m, c, batch);
      return;
    }
    if (reader->failed != NULL)
      return; /* the next call finds this child at its end */
    m->current++;
  }
  reader->ended = TRUE;
}

static gboolean comes_before(const many_reader *m, guint a, guint b)
{
  const many_child *ca = &m->children[a], *cb = &m->children[b];
  gint64 ta = ca->batch->frames[ca->at].ts_ns, tb = cb->batch->frames[cb->at].ts_ns;

  return ta != tb ? ta < tb : a < b;
}

static void heap_push(many_reader *m, guint child)
{
  guint i = m->heap_n++;

  for (; i > 0 && comes_before(m, child, m->heap[(i - 1) / 2]); i = (i - 1) / 2)
    m->heap[i] = m->heap[(i - 1) / 2];
  m->heap[i] = child;
}

/* After the child on top has moved on. */
static void heap_sift(many_reader *m)
{
  guint child = m->heap[0], i = 0, next;

  while ((next = 2 * i + 1) < m->heap_n) {
    if (next + 1 < m->heap_n && comes_before(m, m->heap[next + 1], m->heap[next]))
      next++;
    if (!comes_before(m, m->heap[next], child))
      break;
    m->heap[i] = m->heap[next];
    i = next;
  }
  m->heap[i] = child;
}

/* => FALSE where a child failed (base.failed says how). Every child that has more is in the heap then. */
static gboolean get_waiting(many_reader *m)
{
  while (m->waiting_n > 0) {
    guint number = m->waiting[m->waiting_n - 1];
    many_child *c = &m->children[number];

    c->at = 0;
    c->held_in = 0;
    if (cap_reader_next(c->reader, c->batch, &m->base.failed)) {
      renumber(m, c, c->batch);
      if (m->base.failed != NULL)
        return FALSE;
      m->waiting_n--;
      heap_push(m, number);
    } else if (m->base.failed != NULL) {
      return FALSE; /* still waiting: asked again it is at its end */
    } else {
      m->waiting_n--;
    }
  }
  return TRUE;
}

static void take_top(many_reader *m, cap_batch *batch)
{
  guint number = m->heap[0];
  many_child *c = &m->children[number];

  if (c->held_in != m->fills) {
    c->held_in = m->fills;
    for (guint i = 0; i < c->batch->chunks->len; i++)
      cap_batch_hold(batch, c->batch->chunks->pdata[i]);
  }
  batch->frames[batch->n++] = c->batch->frames[c->at++];
  if (c->at == c->batch->n) {
    m->heap[0] = m->heap[--m->heap_n];
    m->waiting[m->waiting_n++] = number;
  }
  if (m->heap_n > 0)
    heap_sift(m);
}

static void merged_fill(cap_reader *reader, cap_batch *batch)
{
  many_reader *m = (many_reader *)reader;
  guint chunks = 0;

  m->fills++;
  while (batch->n < CAP_BATCH_FRAMES) {
    if (batch->chunks->len != chunks && cap_batch_bytes(batch) >= BATCH_BYTES)
      return;
    chunks = batch->chunks->len;
    if (!get_waiting(m))
      return;
    if (m->heap_n == 0) {
      reader->ended = TRUE;
      return;
    }
    take_top(m, batch);
  }
}

static const cap_reader_ops list_ops = { .fill = list_fill,
                                         .free = many_free,
                                         .interrupt = many_interrupt,
                                         .inflate_ahead = list_inflate_ahead,
                                         .progress = many_progress,
                                         .reads = many_reads,
                                         .dropped = many_dropped };
static const cap_reader_ops merged_ops = { .fill = merged_fill,
                                           .free = many_free,
                                           .interrupt = many_interrupt,
                                           .inflate_ahead = merged_inflate_ahead,
                                           .progress = many_progress,
                                           .reads = many_reads,
                                           .dropped = many_dropped };

static many_reader *many_new(const cap_reader_ops *ops, cap_reader *const *readers, guint n)
{
  many_reader *m = (many_reader *)cap_reader_new(ops, sizeof(many_reader), NULL);

  g_assert(n > 0);
  m->n = n;
  m->children = g_new0(many_child, n);
  m->base.one_link = TRUE;
  m->base.link = readers[0]->link;
  for (guint i = 0; i < n; i++) {
    m->children[i].reader = readers[i];
    m->children[i].numbers = g_array_new(FALSE, TRUE, sizeof(guint32));
    m->base.one_link = m->base.one_link && readers[i]->one_link && readers[i]->link == m->base.link;
  }
  return m;
}

cap_reader *cap_reader_new_list(cap_reader *const *readers, guint n)
{
  if (n == 1)
    return readers[0];
  return &many_new(&list_ops, readers, n)->base;
}

cap_reader *cap_reader_new_merged(cap_reader *const *readers, guint n)
{
  many_reader *m;

  if (n == 1)
    return readers[0];
  m = many_new(&merged_ops, readers, n);
  m->heap = g_new(guint, n);
  m->waiting = g_new(guint, n);
  for (guint i = 0; i < n; i++) {
    m->children[i].batch = cap_batch_new();
    m->waiting[m->waiting_n++] = n - 1 - i; /* taken from the end: errors come in the order of the files */
  }
  return &m->base;
}

cap_reader *cap_reader_new_behind(char *const *names, guint n_names, cap_reader *const *readers, guint n,
                                  gboolean merge)
{
  many_reader *m = merge && n > 1 ? (many_reader *)cap_reader_new_merged(readers, n) : many_new(&list_ops, readers, n);

  if (!merge || n == 1)
    m->named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < n_names; i++) {
    int number = cap_reader_add_interface(&m->base, names[i]);

    if (m->named != NULL && number >= 0 && *names[i] != '\0' && !g_hash_table_contains(m->named, names[i]))
      g_hash_table_insert(m->named, g_strdup(names[i]), GINT_TO_POINTER(number + 1));
  }
  return &m->base;
}
