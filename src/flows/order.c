/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "order.h"

#include <string.h>

enum { SPARE = 1024 };

/* Two values of a field are held against each other: each needs a scratch of its own. */
typedef struct sorting {
  const emit_field *field;
  gboolean turned;
  emit_row_context context[2];
} sorting;

static void sorting_init(sorting *s, const emit_field *field, gboolean turned, const emit_row_context *context)
{
  guint i;

  s->field = field;
  s->turned = turned;
  for (i = 0; i < 2; i++) {
    s->context[i] = *context;
    s->context[i].scratch = g_string_new(NULL);
  }
}

static void sorting_clear(sorting *s)
{
  g_string_free(s->context[0].scratch, TRUE);
  g_string_free(s->context[1].scratch, TRUE);
}

static int sorting_compare(const sorting *s, const void *a, const void *b)
{
  emit_value x = { .known = FALSE }, y = { .known = FALSE };
  gboolean words = s->field->kind == EMIT_KIND_TEXT || s->field->kind == EMIT_KIND_ADDRESS;
  int order;

  s->field->get(&s->context[0], a, &x);
  s->field->get(&s->context[1], b, &y);
  /* What is not known stands last, whichever way. */
  if (x.known != y.known)
    return x.known ? -1 : 1;
  order = emit_value_compare(s->field->kind, &x, &y);
  return words == s->turned ? -order : order;
}

/* ---- sorted ---- */

struct flows_order {
  sorting sorting;
  guint64 top;
  GArray *records; /* flow_record */
};

flows_order *flows_order_new(const emit_field *field, gboolean turned, guint64 top, const emit_row_context *context)
{
  flows_order *order = g_new0(flows_order, 1);

  sorting_init(&order->sorting, field, turned, context);
  order->top = top;
  order->records = g_array_new(FALSE, FALSE, sizeof(flow_record));
  g_array_set_clear_func(order->records, (GDestroyNotify)flow_record_clear);
  return order;
}

void flows_order_free(flows_order *order)
{
  if (order == NULL)
    return;
  sorting_clear(&order->sorting);
  g_array_unref(order->records);
  g_free(order);
}

static gint compare_records(gconstpointer a, gconstpointer b, gpointer user)
{
  const flow_record *x = a, *y = b;
  int order = sorting_compare(user, x, y);

  return order != 0 ? order : x->conn < y->conn ? -1 : x->conn > y->conn;
}

static void sort_and_cut(flows_order *order)
{
  g_array_sort_with_data(order->records, compare_records, &order->sorting);
  if (order->top != 0 && order->records->len > order->top)
    g_array_set_size(order->records, (guint)order->top);
}

void flows_order_add(flows_order *order, const flow_record *record)
{
  flow_record copy;

  flow_record_copy(&copy, record);
  g_array_append_val(order->records, copy);
  if (order->top != 0 && order->records->len >= 2 * order->top + SPARE)
    sort_and_cut(order);
}

void flows_order_end(flows_order *order, void (*fn)(const flow_record *record, gpointer user), gpointer user)
{
  guint i;

  sort_and_cut(order);
  for (i = 0; i < order->records->len; i++)
    fn(&g_array_index(order->records, flow_record, i), user);
  g_array_set_size(order->records, 0);
}

/* ---- counted together ---- */

struct flows_groups {
  flows_key key;
  guint8 length[2];
  emit_row_context context;
  GString *scratch, *word;
  GHashTable *groups; /* char * => flows_group * */
  GPtrArray *sorted;  /* of these */
};

static void free_group(gpointer data)
{
  flows_group *group = data;

  g_free((gpointer)group->key);
  g_free(group);
}

flows_groups *flows_groups_new(flows_key key, const guint8 length[2], const emit_row_context *context)
{
  flows_groups *g = g_new0(flows_groups, 1);

  g->key = key;
  memcpy(g->length, length, sizeof(g->length));
  g->scratch = g_string_new(NULL);
  g->word = g_string_new(NULL);
  g->context = *context;
  g->context.scratch = g->scratch;
  g->sorted = g_ptr_array_new();
  g->groups = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_group);
  return g;
}

void flows_groups_free(flows_groups *g)
{
  if (g == NULL)
    return;
  g_ptr_array_unref(g->sorted);
  g_hash_table_unref(g->groups);
  g_string_free(g->scratch, TRUE);
  g_string_free(g->word, TRUE);
  g_free(g);
}

static void put_addr(GString *word, guint8 family, const ct_addr *addr)
{
  emit_text text;

  emit_text_init(&text, -1);
  emit_text_addr(&text, family, addr, FALSE);
  g_string_append_len(word, text.data, (gssize)text.used);
  emit_text_clear(&text);
}

static void put_net(const flows_groups *g, const ct_tuple *tuple)
{
  guint length = g->length[tuple->family == CT_IPV6], i;
  ct_addr net = tuple->src;

  for (i = length; i < 128; i++)
    net.bytes[i / 8] &= (guint8) ~(0x80 >> i % 8);
  put_addr(g->word, tuple->family, &net);
  g_string_append_printf(g->word, "/%u", length);
}

/* A field's value, or a dash where there is none. */
static void put_field(const flows_groups *g, const flow_record *record, const char *name)
{
  const emit_field *field = emit_field_find(&flows_table, name, strlen(name));
  emit_value value = { .known = FALSE };

  field->get(&g->context, record, &value);
  g_string_append(g->word, value.known ? value.of.text : "-");
}

/* "tcp/80": a port is one of its protocol. */
static void put_dport(const flows_groups *g, const flow_record *record)
{
  emit_value value = { .known = FALSE };

  put_field(g, record, "proto");
  emit_value_tuple(&g->context, &record->tuple[CT_ORIGINAL], EMIT_TUPLE_DPORT, &value);
  if (value.known)
    g_string_append_printf(g->word, "/%" G_GUINT64_FORMAT, value.of.number);
}

static void put_state(const flows_groups *g, const flow_record *record)
{
  put_field(g, record, "proto");
  g_string_append_c(g->word, ' ');
  put_field(g, record, "state");
}

static void put_key(const flows_groups *g, const flow_record *record)
{
  const ct_tuple *tuple = &record->tuple[CT_ORIGINAL];

  g_string_truncate(g->word, 0);
  switch (g->key) {
  case FLOWS_BY_SRC: put_addr(g->word, tuple->family, &tuple->src); break;
  case FLOWS_BY_DST: put_addr(g->word, tuple->family, &tuple->dst); break;
  case FLOWS_BY_NET: put_net(g, tuple); break;
  case FLOWS_BY_DPORT: put_dport(g, record); break;
  case FLOWS_BY_STATE: put_state(g, record); break;
  case FLOWS_BY_PROTO: put_field(g, record, "proto"); break;
  default: g_string_append(g->word, record->alive ? "-" : ct_reason_word((ct_reason)record->reason)); break;
  }
}

static gboolean was_evicted(const flow_record *r)
{
  return !r->alive && (r->reason == CT_REASON_END_EVICTED || r->reason == CT_REASON_END_GC_EVICTED);
}

void flows_groups_add(flows_groups *g, const flow_record *r)
{
  flows_group *group;

  put_key(g, r);
  group = g_hash_table_lookup(g->groups, g->word->str);
  if (group == NULL) {
    group = g_new0(flows_group, 1);
    group->key = g_strdup(g->word->str);
    g_hash_table_insert(g->groups, (gpointer)group->key, group);
  }
  group->of_moment = r->of_moment;
  group->at_ns = r->at_ns;
  group->connections++;
  group->alive += r->alive;
  group->one_way += (r->status & CT_STATUS_SEEN_REPLY) == 0;
  group->evicted += was_evicted(r);
  group->missed += r->missed > 0;
  group->packets += r->packets[0] + r->packets[1];
  group->bytes += r->bytes[0] + r->bytes[1];
  group->ignored += r->uncounted[0] + r->uncounted[1];
  group->invalid += r->invalid;
  group->dropped += r->dropped;
  group->silence_ns = MAX(group->silence_ns, r->silence_ns);
}

static gint compare_groups(gconstpointer a, gconstpointer b, gpointer user)
{
  const flows_group *x = *(const flows_group *const *)a, *y = *(const flows_group *const *)b;
  int order = sorting_compare(user, x, y);

  return order != 0 ? order : strcmp(x->key, y->key);
}

guint flows_groups_sort(flows_groups *g, const emit_field *field, gboolean turned, guint64 top)
{
  GHashTableIter iter;
  gpointer group;
  gsize longest = 0;
  sorting s;
  guint i;

  g_ptr_array_set_size(g->sorted, 0);
  g_hash_table_iter_init(&iter, g->groups);
  while (g_hash_table_iter_next(&iter, NULL, &group))
    g_ptr_array_add(g->sorted, group);
  sorting_init(&s, field != NULL ? field : emit_field_find(&flows_group_table, "connections", 11), turned, &g->context);
  g_ptr_array_sort_with_data(g->sorted, compare_groups, &s);
  sorting_clear(&s);
  if (top != 0 && g->sorted->len > top)
    g_ptr_array_set_size(g->sorted, (gint)top);
  for (i = 0; i < g->sorted->len; i++)
    longest = MAX(longest, strlen(((const flows_group *)g_ptr_array_index(g->sorted, i))->key));
  return (guint)longest;
}

void flows_groups_end(flows_groups *g, void (*fn)(const flows_group *group, gpointer user), gpointer user)
{
  guint i;

  for (i = 0; i < g->sorted->len; i++)
    fn(g_ptr_array_index(g->sorted, i), user);
  g_ptr_array_set_size(g->sorted, 0);
  g_hash_table_remove_all(g->groups);
}

/* ---- their fields ---- */

#define GETTER(name, what, take)                                                                       \
  static void group_##name(const emit_row_context *c G_GNUC_UNUSED, const void *record, emit_value *v) \
  {                                                                                                    \
    const flows_group *g = record;                                                                     \
    take(v, what);                                                                                     \
  }
GETTER(key, g->key, emit_value_text)
GETTER(connections, g->connections, emit_value_number)
GETTER(alive, g->alive, emit_value_number)
GETTER(one_way, g->one_way, emit_value_number)
GETTER(evicted, g->evicted, emit_value_number)
GETTER(missed, g->missed, emit_value_number)
GETTER(packets, g->packets, emit_value_number)
GETTER(bytes, g->bytes, emit_value_number)
GETTER(ignored, g->ignored, emit_value_number)
GETTER(invalid, g->invalid, emit_value_number)
GETTER(dropped, g->dropped, emit_value_number)
GETTER(silence, g->silence_ns, emit_value_ns)

static void group_at(const emit_row_context *c G_GNUC_UNUSED, const void *record, emit_value *v)
{
  const flows_group *g = record;

  if (g->of_moment)
    emit_value_ns(v, g->at_ns);
}

#define FIELD(name, kind, width, rank, needs, help)                             \
  {                                                                             \
#name, EMIT_KIND_##kind, width, rank, NULL, needs, help, group_##name, NULL \
  }

/* clang-format off */
static const emit_field fields[] = {
  FIELD(key, TEXT, 20, 1, 0, "what its connections have in common"),
  FIELD(connections, NUMBER, -11, 1, 0, "how many they are"),
  FIELD(alive, NUMBER, -8, 4, 0, "of these, still in the table"),
  FIELD(one_way, NUMBER, -8, 4, 0, "of these, without any answer"),
  FIELD(evicted, NUMBER, -8, 5, 0, "of these, evicted because the table was full"),
  FIELD(missed, NUMBER, -8, 0, FLOWS_NEEDS_MISSED, "of these, missed: packets came after their end"),
  FIELD(packets, NUMBER, -10, 2, 0, "their packets, as the kernel counts them"),
  FIELD(bytes, NUMBER, -14, 2, 0, "their bytes"),
  FIELD(ignored, NUMBER, -8, 0, 0, "packets let through without being counted"),
  FIELD(invalid, NUMBER, -8, 3, 0, "INVALID packets that were found to belong to them"),
  FIELD(dropped, NUMBER, -8, 0, 0, "their packets that were dropped"),
  FIELD(silence, SPAN, -12, 0, 0, "the longest time that one of them was without a packet, in seconds"),
  FIELD(at, TIME, 30, 0, 0, "with --at: the moment at which all this was so"),
};
/* clang-format on */

const emit_table flows_group_table = { "group", fields, G_N_ELEMENTS(fields), NULL };
