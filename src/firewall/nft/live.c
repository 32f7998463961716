/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets while packets run. Keys that are single values lie in a hash table, where packets may add others; those that
 * stand for many lie in a list, sorted where it can be searched by halves. Elements that were there from the start and
 * those that packets have put there are alike, but for where their data is.
 */
#include <string.h>

#include "firewall/nft/run_internal.h"

enum { SIZE_DEFAULT = 65535, SIZE_MOST = 1 << 22, INNER_MOST = 8 };

typedef struct item {
  gint64 expires_ns; /* 0: never */
  gint64 timeout_ns; /* what it was given; 0: none */
  guint32 element;   /* + 1; 0: a packet has put it there */
  guint32 verdict;   /* of a packet's: + 1, in the live set's verdicts */
  guint32 maker;     /* whose statements go with it: + 1, in the live set's makers; 0: the set's */
  guint32 zero;      /* states behind it begin at multiples of eight bytes */
  guint8 rest[];     /* data, then states */
} item;

G_STATIC_ASSERT(G_STRUCT_OFFSET(item, rest) % 8 == 0);

struct fw_nft_live {
  const fw_nft_set *set;
  guint key_bytes, data_bytes, item_bytes;
  guint32 size;
  gboolean limited;
  fw_memory exact; /* key => item */
  guint n_ranges;
  guint8 *from, *to; /* n_ranges keys each */
  guint8 *range_items;
  guint32 *range_of; /* by number of an element: its range + 1 */
  gboolean sorted;   /* ranges can be searched by halves */
  item *any;         /* "*" */
  guint n_inner;     /* statements that an element has at most */
  gint64 swept_ns;
  GPtrArray *verdicts; /* fw_nft_verdict that packets have put there */
  GPtrArray *makers;   /* fw_nft_statement that have put elements there */
};

/* ---- bounds ---- */

static void fill_bits(guint8 *from, guint8 *to, guint n_bits, guint n_bytes)
{
  guint i;

  for (i = n_bits; i < 8 * n_bytes; i++) {
    from[i / 8] &= (guint8) ~(0x80 >> i % 8);
    to[i / 8] |= (guint8)(0x80 >> i % 8);
  }
}

gboolean fw_nft_bounds(const fw_nft_expr *e, guint8 *from, guint8 *to)
{
  guint at = 0, i;

  switch (e->kind) {
  case FW_NFT_VALUE:
  case FW_NFT_WILDCARD:
  case FW_NFT_PREFIX:
    memcpy(from, e->value, e->n_bytes);
    memcpy(to, e->value, e->n_bytes);
    if (e->kind != FW_NFT_VALUE)
      fill_bits(from, to, e->n_bits, e->n_bytes);
    return TRUE;
  case FW_NFT_RANGE:
    memcpy(from, e->value, e->n_bytes);
    memcpy(to, e->value_to, e->n_bytes);
    return TRUE;
  case FW_NFT_ANY:
    memset(from, 0, e->n_bytes);
    memset(to, 0xff, e->n_bytes);
    return TRUE;
  case FW_NFT_CONCAT:
    memset(from, 0, e->n_bytes);
    memset(to, 0, e->n_bytes);
    for (i = 0; i < e->n_parts; i++) {
      if (!fw_nft_bounds(e->parts[i], from + at, to + at))
        return FALSE;
      at += fw_nft_padded(e->parts[i]->n_bytes);
    }
    return TRUE;
  default: return FALSE;
  }
}

/* ---- items ---- */

static fw_nft_state *states_of(const fw_nft_live *l, item *i) { return (fw_nft_state *)(i->rest + l->data_bytes); }

static const fw_nft_element *element_of(const fw_nft_live *l, const item *i)
{
  return i->element > 0 ? &g_array_index(l->set->elements, fw_nft_element, i->element - 1) : NULL;
}

static const fw_nft_statement *inner_of(const fw_nft_live *l, const item *i, guint *n)
{
  const fw_nft_element *e = element_of(l, i);

  if (e != NULL && e->n_inner > 0) {
    *n = MIN(e->n_inner, l->n_inner);
    return e->inner;
  }
  if (e == NULL && i->maker > 0) {
    const fw_nft_statement *maker = g_ptr_array_index(l->makers, i->maker - 1);

    *n = MIN(maker->n_inner, l->n_inner);
    return maker->inner;
  }
  *n = MIN(l->set->n_inner, l->n_inner);
  return l->set->inner;
}

static void start_item(fw_program *program, fw_nft_live *l, item *i)
{
  const fw_nft_statement *inner;
  guint n, k;

  inner = inner_of(l, i, &n);
  for (k = 0; k < n; k++)
    fw_nft_state_start(program, &inner[k], &states_of(l, i)[k]);
}

static gint64 in_ns(gint64 timeout_s)
{
  return timeout_s > 0 && timeout_s < G_MAXINT32 ? timeout_s * FW_NFT_NS_PER_S : 0;
}

static gint64 expiry(gint64 now_ns, gint64 timeout_s) { return timeout_s > 0 ? now_ns + in_ns(timeout_s) : 0; }

static void set_timeout(item *i, gint64 now_ns, gint64 timeout_s)
{
  i->timeout_ns = in_ns(timeout_s);
  i->expires_ns = expiry(now_ns, timeout_s);
}

static void start_static(fw_program *program, fw_nft_live *l, item *i, guint number)
{
  const fw_nft_element *e = &g_array_index(l->set->elements, fw_nft_element, number);

  i->element = number + 1;
  set_timeout(i, program->now_ns, e->timeout_s >= 0 ? e->timeout_s : l->set->timeout_s);
  if (e->expires_s >= 0 && i->timeout_ns > 0)
    i->expires_ns = program->now_ns + MIN(e->expires_s, (gint64)G_MAXINT32) * FW_NFT_NS_PER_S;
  start_item(program, l, i);
}

static gboolean has_gone(const item *i, gint64 now_ns) { return i->expires_ns != 0 && i->expires_ns <= now_ns; }

/* ---- making one ---- */

static gint by_from(gconstpointer a, gconstpointer b, gpointer user)
{
  const fw_nft_live *l = user;
  guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;

  return memcmp(l->from + (gsize)x * l->key_bytes, l->from + (gsize)y * l->key_bytes, l->key_bytes);
}

/* Ranges of one part that do not overlap are sorted; others stay in the order of the list. */
static void sort_ranges(fw_nft_live *l, const guint32 *numbers)
{
  guint8 *from = g_malloc0((gsize)l->n_ranges * l->key_bytes + 1),
         *to = g_malloc0((gsize)l->n_ranges * l->key_bytes + 1);
  guint32 *order = g_new(guint32, l->n_ranges + 1);
  guint i;

  for (i = 0; i < l->n_ranges; i++)
    order[i] = i;
  if (l->set->n_types == 1)
    g_qsort_with_data(order, (gint)l->n_ranges, sizeof *order, by_from, l);
  for (i = 0; i < l->n_ranges; i++) {
    memcpy(from + (gsize)i * l->key_bytes, l->from + (gsize)order[i] * l->key_bytes, l->key_bytes);
    memcpy(to + (gsize)i * l->key_bytes, l->to + (gsize)order[i] * l->key_bytes, l->key_bytes);
    /* A number stands there for each range: NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
    ((item *)(l->range_items + (gsize)i * l->item_bytes))->element = numbers[order[i]] + 1;
    l->range_of[numbers[order[i]]] = i + 1;
  }
  g_free(l->from);
  g_free(l->to);
  g_free(order);
  l->from = from;
  l->to = to;
  l->sorted = l->set->n_types == 1;
  for (i = 1; i < l->n_ranges && l->sorted; i++)
    l->sorted = memcmp(l->from + (gsize)i * l->key_bytes, l->to + (gsize)(i - 1) * l->key_bytes, l->key_bytes) > 0;
}

static void take_elements(fw_program *program, fw_nft_live *l)
{
  GArray *elements = l->set->elements;
  guint8 from[FW_NFT_VALUE_MOST + 8], to[FW_NFT_VALUE_MOST + 8];
  guint32 *numbers = g_new(guint32, elements->len + 1);
  guint i;

  l->range_of = g_new0(guint32, elements->len + 1);
  l->from = g_malloc0((gsize)elements->len * l->key_bytes + 1);
  l->to = g_malloc0((gsize)elements->len * l->key_bytes + 1);
  for (i = 0; i < elements->len; i++) {
    const fw_nft_element *e = &g_array_index(elements, fw_nft_element, i);

    memset(from, 0, sizeof from);
    memset(to, 0, sizeof to);
    if (e->key == NULL) {
      l->any = l->any != NULL ? l->any : g_malloc0(l->item_bytes);
      start_static(program, l, l->any, i);
    } else if (fw_nft_bounds(e->key, from, to)) {
      if (memcmp(from, to, l->key_bytes) == 0) {
        item *there = fw_memory_find(&l->exact, from);

        start_static(program, l, there != NULL ? there : fw_memory_add(&l->exact, from), i);
        continue;
      }
      memcpy(l->from + (gsize)l->n_ranges * l->key_bytes, from, l->key_bytes);
      memcpy(l->to + (gsize)l->n_ranges * l->key_bytes, to, l->key_bytes);
      numbers[l->n_ranges++] = i;
    }
  }
  l->range_items = g_malloc0((gsize)l->n_ranges * l->item_bytes + 1);
  sort_ranges(l, numbers);
  for (i = 0; i < l->n_ranges; i++) {
    item *range = (item *)(l->range_items + (gsize)i * l->item_bytes);

    start_static(program, l, range, range->element - 1);
  }
  g_free(numbers);
}

static guint shape_bytes(const guint16 *widths, guint n)
{
  guint bytes = 0, i;

  for (i = 0; i < n; i++)
    bytes += n == 1 ? widths[i] : fw_nft_padded(widths[i]);
  return bytes;
}

static guint most_inner(const fw_nft_set *set)
{
  guint most = 0, i;

  for (i = 0; i < set->elements->len; i++)
    most = MAX(most, g_array_index(set->elements, fw_nft_element, i).n_inner);
  return most;
}

fw_nft_live *fw_nft_live_new(fw_program *program, const fw_nft_set *set, guint rules_inner)
{
  fw_nft_live *l = g_new0(fw_nft_live, 1);

  l->set = set;
  l->n_inner = MIN(MAX(MAX(set->n_inner, rules_inner), most_inner(set)), INNER_MOST);
  l->key_bytes = (shape_bytes(set->widths, set->n_types) + 7U) & ~7U;
  l->data_bytes = (shape_bytes(set->data_widths, set->n_data_types) + 7U) & ~7U;
  l->item_bytes = (guint)(sizeof(item) + l->data_bytes + l->n_inner * sizeof(fw_nft_state));
  l->size = MIN(set->size > 0 ? set->size : SIZE_DEFAULT, SIZE_MOST);
  l->verdicts = g_ptr_array_new();
  l->makers = g_ptr_array_new();
  fw_memory_init(&l->exact, MAX(l->key_bytes, 8), l->item_bytes);
  l->key_bytes = MAX(l->key_bytes, 8);
  take_elements(program, l);
  return l;
}

void fw_nft_live_free(fw_nft_live *l)
{
  if (l == NULL)
    return;
  fw_memory_clear(&l->exact);
  g_free(l->from);
  g_free(l->to);
  g_free(l->range_items);
  g_free(l->range_of);
  g_free(l->any);
  g_ptr_array_free(l->verdicts, TRUE);
  g_ptr_array_free(l->makers, TRUE);
  g_free(l);
}

/* ---- looking up ---- */

/* Part by part: each within its own bounds. */
static gboolean is_within(const fw_nft_live *l, const guint8 *key, guint number)
{
  const guint8 *from = l->from + (gsize)number * l->key_bytes, *to = l->to + (gsize)number * l->key_bytes;
  const fw_nft_set *set = l->set;
  guint at = 0, i;

  for (i = 0; i < set->n_types; i++) {
    guint n = set->widths[i];

    if (memcmp(key + at, from + at, n) < 0 || memcmp(key + at, to + at, n) > 0)
      return FALSE;
    at += set->n_types == 1 ? n : fw_nft_padded(n);
  }
  return TRUE;
}

static item *find_range(const fw_nft_live *l, const guint8 *key, gint64 now_ns)
{
  guint low = 0, high = l->n_ranges, i;

  if (!l->sorted) {
    for (i = 0; i < l->n_ranges; i++) {
      item *one = (item *)(l->range_items + (gsize)i * l->item_bytes);

      if (is_within(l, key, i) && !has_gone(one, now_ns))
        return one;
    }
    return NULL;
  }
  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (memcmp(l->from + (gsize)middle * l->key_bytes, key, l->key_bytes) <= 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0 || !is_within(l, key, low - 1))
    return NULL;
  return has_gone((item *)(l->range_items + (gsize)(low - 1) * l->item_bytes), now_ns)
           ? NULL
           : (item *)(l->range_items + (gsize)(low - 1) * l->item_bytes);
}

static item *find(const fw_nft_live *l, const guint8 *key, gint64 now_ns)
{
  item *i = l->exact.n > 0 ? fw_memory_find(&l->exact, key) : NULL;

  if (i != NULL && !has_gone(i, now_ns))
    return i;
  i = l->n_ranges > 0 ? find_range(l, key, now_ns) : NULL;
  if (i != NULL)
    return i;
  return l->any != NULL && !has_gone(l->any, now_ns) ? l->any : NULL;
}

static void key_of(const fw_nft_live *l, const fw_nft_value *value, guint8 *key)
{
  guint n = MIN(value->n, l->key_bytes);

  memcpy(key, value->bytes, n);
  memset(key + n, 0, l->key_bytes - n);
}

static void tell(const fw_nft_live *l, item *i, fw_nft_found *found)
{
  found->element = element_of(l, i);
  found->data = i->rest;
  found->n_data = l->data_bytes;
  found->verdict = found->element != NULL ? found->element->verdict
                   : i->verdict > 0       ? g_ptr_array_index(l->verdicts, i->verdict - 1)
                                          : NULL;
  found->states = states_of(l, i);
  found->inner = inner_of(l, i, &found->n_inner);
}

fw_truth fw_nft_live_find(fw_program *program, const fw_nft_set *set, const fw_nft_value *value, fw_nft_found *found)
{
  fw_nft_live *l = program->nft->lives[set->number];
  guint8 key[FW_NFT_VALUE_MOST + 8];
  item *i;

  if (set->unknown || l == NULL || value->unknown != 0)
    return FW_UNKNOWN;
  key_of(l, value, key);
  i = find(l, key, program->now_ns);
  if (i == NULL)
    return FW_NO;
  tell(l, i, found);
  return FW_YES;
}

/* ---- what packets do to sets ---- */

typedef struct sweep {
  fw_program *program;
  fw_nft_live *live;
} sweep;

static void end_item(fw_program *program, fw_nft_live *l, item *i)
{
  const fw_nft_statement *inner;
  guint n, k;

  inner = inner_of(l, i, &n);
  for (k = 0; k < n; k++)
    fw_nft_state_end(program->nft, &inner[k], &states_of(l, i)[k]);
}

static gboolean sweep_one(const void *key, void *value, gpointer user)
{
  sweep *s = user;

  (void)key;
  if (!has_gone(value, s->program->now_ns))
    return FALSE;
  end_item(s->program, s->live, value);
  return TRUE;
}

/* => NULL: it is full. */
static item *make_room(fw_program *program, fw_nft_live *l, const guint8 *key)
{
  sweep s = { program, l };

  if (l->exact.n >= l->size && (l->set->has_timeout || l->set->timeout_s > 0) && l->swept_ns != program->now_ns) {
    fw_memory_sweep(&l->exact, sweep_one, &s);
    l->swept_ns = program->now_ns;
  }
  return l->exact.n < l->size ? fw_memory_add(&l->exact, key) : NULL;
}

static gint64 timeout_of(const fw_nft_live *l, const fw_nft_statement *s)
{
  return s->timeout_s >= 0 ? s->timeout_s : l->set->timeout_s;
}

/* + 1 */
static guint32 number_in(GPtrArray *all, gconstpointer one)
{
  guint i;

  for (i = 0; i < all->len; i++)
    if (g_ptr_array_index(all, i) == one)
      return i + 1;
  g_ptr_array_add(all, (gpointer)one);
  return all->len;
}

static fw_truth data_of(fw_program *program, fw_packet *p, const fw_nft_statement *s, fw_nft_value *data)
{
  fw_truth truth;

  data->n = 0;
  if (s->right == NULL)
    return FW_YES;
  truth = fw_nft_value_of(program, p, s->right, data);
  return truth == FW_YES && data->unknown != 0 ? FW_UNKNOWN : truth;
}

static fw_truth put(fw_program *program, fw_packet *p, fw_nft_live *l, const fw_nft_statement *s, const guint8 *key)
{
  item *i = fw_memory_find(&l->exact, key);
  gboolean again = i != NULL && has_gone(i, program->now_ns);
  fw_nft_value data;
  fw_nft_found found;
  fw_truth truth = data_of(program, p, s, &data);

  if (truth != FW_YES)
    return truth;
  if (i == NULL || again) {
    if (again)
      end_item(program, l, i);
    else
      i = make_room(program, l, key);
    if (i == NULL)
      return FW_NO;
    memset(i, 0, l->item_bytes);
    memcpy(i->rest, data.bytes, MIN(data.n, l->data_bytes));
    i->verdict = s->data_verdict != NULL ? number_in(l->verdicts, s->data_verdict) : 0;
    i->maker = s->n_inner > 0 ? number_in(l->makers, s) : 0;
    set_timeout(i, program->now_ns, timeout_of(l, s));
    start_item(program, l, i);
  } else if (s->op == FW_NFT_SET_UPDATE && (l->set->has_timeout || l->set->timeout_s > 0)) {
    i->expires_ns = expiry(program->now_ns, timeout_of(l, s)); /* what it was given first stays */
  }
  tell(l, i, &found);
  return fw_nft_all_stateful(program, p, &found);
}

fw_truth fw_nft_live_op(fw_program *program, fw_packet *p, const fw_nft_statement *s)
{
  fw_nft_live *l = program->nft->lives[s->set->number];
  guint8 key[FW_NFT_VALUE_MOST + 8];
  fw_nft_value value;
  fw_truth truth = fw_nft_value_of(program, p, s->left, &value);

  if (truth != FW_YES)
    return truth;
  if (program->maybe || s->set->unknown || l == NULL || value.unknown != 0)
    return FW_UNKNOWN;
  key_of(l, &value, key);
  if (s->op == FW_NFT_SET_DELETE) {
    item *i = fw_memory_find(&l->exact, key);

    if (i != NULL) {
      end_item(program, l, i);
      fw_memory_remove(&l->exact, key);
    }
    return FW_YES;
  }
  return put(program, p, l, s, key);
}

/* ---- listing ---- */

static void show_item(const fw_nft_live *l, const guint8 *key, item *i,
                      void (*each)(const fw_nft_item *item, gpointer user), gpointer user)
{
  guint n_inner;
  fw_nft_item shown = { .key = key,
                        .data = i->element == 0 ? i->rest : NULL,
                        .element = element_of(l, i),
                        .states = states_of(l, i),
                        .inner = inner_of(l, i, &n_inner),
                        .timeout_ns = i->timeout_ns,
                        .expires_ns = i->expires_ns };

  shown.n_inner = n_inner;
  each(&shown, user);
}

/* => NULL: it has gone, or another has its place. */
static item *item_of_element(const fw_nft_live *l, guint number, guint8 *key)
{
  const fw_nft_element *e = &g_array_index(l->set->elements, fw_nft_element, number);
  guint8 to[FW_NFT_VALUE_MOST + 8];
  item *i;

  if (e->key == NULL)
    return l->any;
  memset(key, 0, FW_NFT_VALUE_MOST + 8);
  if (l->range_of[number] != 0)
    return (item *)(l->range_items + (gsize)(l->range_of[number] - 1) * l->item_bytes);
  if (!fw_nft_bounds(e->key, key, to))
    return NULL;
  i = fw_memory_find(&l->exact, key);
  return i != NULL && i->element == number + 1 ? i : NULL;
}

/* Those from the start in their order, then what packets have put there in the order in which they did. */
void fw_nft_live_each(const fw_nft_now *now, const fw_nft_set *set,
                      void (*each)(const fw_nft_item *item, gpointer user), gpointer user)
{
  fw_nft_live *l = ((const fw_nft_run *)now->run)->lives[set->number];
  guint8 room[FW_NFT_VALUE_MOST + 8];
  guint i;

  for (i = 0; i < set->elements->len; i++) {
    item *one = item_of_element(l, i, room);

    if (one != NULL && !has_gone(one, now->now_ns))
      show_item(l, room, one, each, user);
  }
  for (i = 0; i < l->exact.n_items; i++) {
    const guint8 *key = l->exact.items + (gsize)i * (l->exact.key_bytes + l->exact.value_bytes);
    item *one = fw_memory_find(&l->exact, key);

    /* A place that was given back holds a key that leads elsewhere, or nowhere. */
    if (one == (const void *)(key + l->exact.key_bytes) && !has_gone(one, now->now_ns) && one->element == 0)
      show_item(l, key, one, each, user);
  }
}
