/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree.h"

#include <string.h>

enum { TABLE_INNER = 0x05, TABLE_LEAF = 0x0d, INDEX_INNER = 0x02, INDEX_LEAF = 0x0a };
enum { LEAF_HEADER = 8, INNER_HEADER = 12, CHILD_BYTES = 4, POINTER_BYTES = 2 };
/* Of a row that is too long for a leaf, so much stays in it at least, and at most: fileformat2, section 1.6. */
enum { LOCAL_MOST = PAGE_BYTES - 35, LOCAL_LEAST = (PAGE_BYTES - 12) * 32 / 255 - 23, SPILLED = PAGE_BYTES - 4 };

guint varint_put(guint8 *to, guint64 value)
{
  guint8 bytes[VARINT_MOST];
  guint n = 0, i;

  if (value <= 0x7f) {
    to[0] = (guint8)value;
    return 1;
  }
  if (value >> 56 != 0) {
    /* Nine bytes: the last has eight bits. */
    to[8] = (guint8)value;
    value >>= 8;
    for (i = 8; i-- > 0; value >>= 7)
      to[i] = (guint8)(value & 0x7f) | 0x80;
    return VARINT_MOST;
  }
  for (; value != 0; value >>= 7)
    bytes[n++] = (guint8)(value & 0x7f) | 0x80;
  bytes[0] &= 0x7f;
  for (i = 0; i < n; i++)
    to[i] = bytes[n - 1 - i];
  return n;
}

static void put_u16(guint8 *to, guint value)
{
  to[0] = (guint8)(value >> 8);
  to[1] = (guint8)value;
}

static void put_u32(guint8 *to, guint32 value)
{
  put_u16(to, value >> 16);
  put_u16(to + 2, value & 0xffff);
}

static guint32 get_u32(const guint8 *from)
{
  return (guint32)from[0] << 24 | (guint32)from[1] << 16 | (guint32)from[2] << 8 | from[3];
}

/* ---- one page ---- */

static guint header_of(guint i) { return i == 0 ? LEAF_HEADER : INNER_HEADER; }

static void empty(tree_level *level)
{
  level->n = 0;
  level->top = PAGE_BYTES;
}

static tree_level *level_of(tree *t, guint i)
{
  g_assert(i < TREE_LEVELS);
  if (t->levels[i].page == NULL) {
    t->levels[i].page = g_malloc(PAGE_BYTES);
    empty(&t->levels[i]);
  }
  return &t->levels[i];
}

/* => where a cell of so many bytes goes; NULL: the page is full. */
static guint8 *make_cell(tree_level *level, guint i, gsize n)
{
  guint pointer = header_of(i) + POINTER_BYTES * level->n;

  if (level->top < pointer + POINTER_BYTES + n)
    return NULL;
  level->top -= (guint)n;
  put_u16(level->page + pointer, level->top);
  level->n++;
  return level->page + level->top;
}

/* Where the last cell but one begins. */
static guint second_last(const tree_level *level, guint i)
{
  const guint8 *pointer = level->page + header_of(i) + POINTER_BYTES * (level->n - 2);

  return (guint)pointer[0] << 8 | pointer[1];
}

/* The last cell, out of the page again, into `cell`. => its bytes. Keys are short: a full page has many. */
static gsize take_last(tree_level *level, guint i, guint8 *cell)
{
  guint before;
  gsize n;

  g_assert(level->n >= 2);
  before = second_last(level, i);
  n = before - level->top;
  memcpy(cell, level->page + level->top, n);
  level->top = before;
  level->n--;
  return n;
}

/* The page as it is read: its header, and nothing between pointers and cells. child: of an inner page, the last. */
static const guint8 *finish(const tree *t, tree_level *level, guint i, guint32 child)
{
  guint8 *page = level->page;
  guint pointers = header_of(i) + POINTER_BYTES * level->n;

  page[0] = i == 0 ? (t->is_index ? INDEX_LEAF : TABLE_LEAF) : (t->is_index ? INDEX_INNER : TABLE_INNER);
  put_u16(page + 1, 0);
  put_u16(page + 3, level->n);
  put_u16(page + 5, level->top);
  page[7] = 0;
  if (i > 0)
    put_u32(page + 8, child);
  memset(page + pointers, 0, level->top - pointers);
  return page;
}

/* ---- the tree ---- */

void tree_begin(tree *t, pages *into, guint32 root, gboolean is_index)
{
  *t = (tree){ .pages = into, .root = root, .is_index = is_index, .last_row = G_MININT64 };
}

/*
 * A page below is full: what divides it from the next one goes up with its number. A full page here ends with a child
 * that has no divider, so its last cell's goes further up; thereby no page is ever without a cell.
 */
static void add_child(tree *t, guint i, guint32 child, const guint8 *divider, gsize n)
{
  tree_level *level = level_of(t, i);
  guint8 *cell = make_cell(level, i, CHILD_BYTES + n);

  if (cell == NULL) {
    guint8 last[CHILD_BYTES + VARINT_MOST + TREE_KEY_MOST];
    gsize n_last = take_last(level, i, last);
    guint32 full = pages_add(t->pages, finish(t, level, i, get_u32(last)));

    add_child(t, i + 1, full, last + CHILD_BYTES, n_last - CHILD_BYTES);
    empty(level);
    cell = make_cell(level, i, CHILD_BYTES + n);
  }
  put_u32(cell, child);
  memcpy(cell + CHILD_BYTES, divider, n);
}

/* What a leaf has no room for, in pages of its own. => the first; they stand one behind the other. */
static guint32 spill(tree *t, const guint8 *head, gsize n_head, const guint8 *body, gsize n_body, gsize from)
{
  guint8 *page = g_malloc(PAGE_BYTES);
  guint32 first = 0;
  gsize n = n_head + n_body;

  while (from < n) {
    gsize used = 0;
    guint32 number;

    memset(page, 0, PAGE_BYTES);
    while (used < SPILLED && from < n) {
      const guint8 *piece = from < n_head ? head + from : body + (from - n_head);
      gsize here = MIN(from < n_head ? n_head - from : n - from, SPILLED - used);

      memcpy(page + CHILD_BYTES + used, piece, here);
      used += here;
      from += here;
    }
    if (from < n)
      put_u32(page, pages_after(t->pages));
    number = pages_add(t->pages, page);
    first = first != 0 ? first : number;
  }
  g_free(page);
  return first;
}

static guint8 *make_leaf_cell(tree *t, gsize n)
{
  tree_level *leaf = level_of(t, 0);
  guint8 *cell = make_cell(leaf, 0, n), divider[VARINT_MOST + TREE_KEY_MOST];
  gsize n_divider;
  guint32 full;

  if (cell != NULL)
    return cell;
  if (t->is_index)
    n_divider = take_last(leaf, 0, divider);
  else
    n_divider = varint_put(divider, (guint64)t->last_row);
  full = pages_add(t->pages, finish(t, leaf, 0, 0));
  add_child(t, 1, full, divider, n_divider);
  empty(leaf);
  return make_cell(leaf, 0, n);
}

/* How much of a row stays in its leaf. */
static gsize local_of(gsize n)
{
  gsize local;

  if (n <= LOCAL_MOST)
    return n;
  local = LOCAL_LEAST + (n - LOCAL_LEAST) % SPILLED;
  return local <= LOCAL_MOST ? local : LOCAL_LEAST;
}

gboolean tree_row(tree *t, gint64 row, const guint8 *head, gsize n_head, const guint8 *body, gsize n_body)
{
  guint8 front[2 * VARINT_MOST], *cell;
  gsize n = n_head + n_body, local = local_of(n), n_local_head = MIN(local, n_head);
  guint n_front = varint_put(front, n);
  guint32 rest = 0;

  if (row <= t->last_row)
    return FALSE;
  if (local < n)
    rest = spill(t, head, n_head, body, n_body, local);
  n_front += varint_put(front + n_front, (guint64)row);
  cell = make_leaf_cell(t, n_front + local + (rest != 0 ? CHILD_BYTES : 0));
  memcpy(cell, front, n_front);
  memcpy(cell + n_front, head, n_local_head);
  memcpy(cell + n_front + n_local_head, body, local - n_local_head);
  if (rest != 0)
    put_u32(cell + n_front + local, rest);
  t->last_row = row;
  return TRUE;
}

void tree_key(tree *t, const guint8 *record, gsize n)
{
  guint8 front[VARINT_MOST];
  guint n_front = varint_put(front, n);
  guint8 *cell = make_leaf_cell(t, n_front + n);

  g_assert(n <= TREE_KEY_MOST);
  memcpy(cell, front, n_front);
  memcpy(cell + n_front, record, n);
}

void tree_end(tree *t)
{
  guint32 child = 0;
  guint i;

  for (i = 0; i < TREE_LEVELS && t->levels[i].page != NULL; i++) {
    const guint8 *page = finish(t, &t->levels[i], i, child);

    if (i + 1 == TREE_LEVELS || t->levels[i + 1].page == NULL)
      pages_put(t->pages, t->root, page);
    else
      child = pages_add(t->pages, page);
  }
  tree_clear(t);
}

void tree_clear(tree *t)
{
  guint i;

  for (i = 0; i < TREE_LEVELS; i++)
    g_clear_pointer(&t->levels[i].page, g_free);
}
