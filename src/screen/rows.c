/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rows.h"

#include "conntrack/proto/proto.h"
#include "emit/text.h"

#include <string.h>

/* ---- texts ---- */

static char *address_text(guint8 family, const ct_addr *addr)
{
  emit_text out;
  char *text;

  emit_text_init(&out, -1);
  emit_text_addr(&out, family, addr, FALSE);
  text = g_strndup(out.data, out.used);
  emit_text_clear(&out);
  return text;
}

/* "10.0.0.1.80", as the other screens write it; an ICMP's ids stand with the source. */
char *rows_end_text(const ct_params *params, const ct_tuple *tuple, gboolean source)
{
  g_autofree char *address = address_text(tuple->family, source ? &tuple->src : &tuple->dst);
  guint port = source ? tuple->src_id : tuple->dst_id;

  if (ct_proto_has_ports(params->profile, tuple))
    return g_strdup_printf("%s.%u", address, port);
  return g_steal_pointer(&address);
}

const char *rows_state_text(const ct_params *params, const rows_entry *entry)
{
  const char *state = ct_proto_state_name(params->profile, entry->tuple.proto, entry->state);

  if (state != NULL)
    return state;
  if (entry->status & CT_STATUS_ASSURED)
    return "assured";
  return entry->status & CT_STATUS_SEEN_REPLY ? "replied" : "unreplied";
}

/* ---- taking ---- */

typedef struct taking {
  rows *r;
  rows_filter filter;
  gpointer user;
} taking;

static rows_entry entry_of(const ct_view *v)
{
  return (rows_entry){ .id = v->id,
                       .tuple = v->tuple[CT_ORIGINAL],
                       .reply = v->tuple[CT_REPLY],
                       .timeout_ns = v->timeout_ns,
                       .created_ns = v->created_ns,
                       .idle_ns = v->idle_ns,
                       .packets = v->packets[0] + v->packets[1],
                       .bytes = v->bytes[0] + v->bytes[1],
                       .status = v->status,
                       .state = v->state,
                       .counted = v->counted,
                       .helper = v->helper };
}

static void count_protocol(rows *r, guint8 proto)
{
  switch (proto) {
  case CT_PROTO_TCP: r->tcp++; break;
  case CT_PROTO_UDP: r->udp++; break;
  case CT_PROTO_ICMP:
  case CT_PROTO_ICMPV6: r->icmp++; break;
  default: r->others++; break;
  }
}

static void on_entry(const ct_view *view, void *user)
{
  taking *t = user;
  rows_entry e;

  t->r->total++;
  count_protocol(t->r, view->tuple[CT_ORIGINAL].proto);
  if (t->filter != NULL && !t->filter(view, t->user))
    return;
  e = entry_of(view);
  g_array_append_val(t->r->entries, e);
}

static rows_entry *entry_at(GArray *entries, guint i) { return &g_array_index(entries, rows_entry, i); }

static gboolean differs(const rows_entry *a, const rows_entry *b)
{
  return a->state != b->state || a->status != b->status || a->packets != b->packets;
}

/* Both are sorted by id, which is never given twice; what went is appended. */
static void compare_with_before(rows *r)
{
  guint now = 0, n = r->entries->len, was;

  for (was = 0; was < r->before->len; was++) {
    const rows_entry *b = entry_at(r->before, was);

    if (b->change == ROWS_GONE)
      continue;
    for (; now < n && entry_at(r->entries, now)->id < b->id; now++)
      entry_at(r->entries, now)->change = ROWS_NEW;
    if (now < n && entry_at(r->entries, now)->id == b->id) {
      if (differs(entry_at(r->entries, now), b))
        entry_at(r->entries, now)->change = ROWS_CHANGED;
      now++;
    } else {
      rows_entry gone = *b;

      gone.change = ROWS_GONE;
      g_array_append_val(r->entries, gone);
    }
  }
  for (; now < n; now++)
    entry_at(r->entries, now)->change = ROWS_NEW;
}

static void begin(rows *r)
{
  GArray *before = r->before;

  if (r->entries == NULL) {
    r->entries = g_array_new(FALSE, FALSE, sizeof(rows_entry));
    before = g_array_new(FALSE, FALSE, sizeof(rows_entry));
    r->order = g_array_new(FALSE, FALSE, sizeof(guint));
    r->counts = g_array_new(FALSE, FALSE, sizeof(rows_count));
  }
  r->before = r->entries;
  r->entries = before;
  g_array_set_size(r->entries, 0);
  r->total = 0;
  r->tcp = r->udp = r->icmp = r->others = 0;
}

void rows_take(rows *r, const ct_engine *engine, rows_filter filter, gpointer user, gboolean compare)
{
  taking t = { r, filter, user };

  begin(r);
  ct_engine_each(engine, on_entry, &t);
  if (compare)
    compare_with_before(r);
}

/* ---- another kernel ---- */

static guint hash(gconstpointer entry) { return ct_tuple_hash(&((const rows_entry *)entry)->tuple); }

static gboolean equal(gconstpointer a, gconstpointer b)
{
  return ct_tuple_equal(&((const rows_entry *)a)->tuple, &((const rows_entry *)b)->tuple);
}

void rows_compare(rows *r, const ct_engine *other, rows_filter filter, gpointer user)
{
  GHashTable *own = g_hash_table_new(hash, equal);
  rows theirs = { 0 };
  guint i, n = r->entries->len;

  rows_take(&theirs, other, filter, user, FALSE);
  for (i = 0; i < n; i++) {
    entry_at(r->entries, i)->change = ROWS_NEW;
    g_hash_table_add(own, entry_at(r->entries, i));
  }
  GArray *gone = g_array_new(FALSE, FALSE, sizeof(rows_entry));
  for (i = 0; i < theirs.entries->len; i++) {
    rows_entry *e = entry_at(theirs.entries, i), *same = g_hash_table_lookup(own, e);

    if (same != NULL) {
      same->change = differs(same, e) ? ROWS_CHANGED : ROWS_SAME;
      continue;
    }
    e->change = ROWS_GONE;
    g_array_append_val(gone, *e);
  }
  g_hash_table_unref(own);
  g_array_append_vals(r->entries, gone->data, gone->len);
  g_array_unref(gone);
  rows_clear(&theirs);
}

/* ---- order ---- */

typedef struct sorting {
  const rows *r;
  const ct_params *params;
  rows_order by;
  gboolean descending;
} sorting;

static int compare_numbers(guint64 a, guint64 b) { return a < b ? -1 : a > b; }

static int compare_ends(const ct_tuple *a, const ct_tuple *b, gboolean source)
{
  const ct_addr *one = source ? &a->src : &a->dst, *two = source ? &b->src : &b->dst;
  int order = compare_numbers(a->family, b->family);

  if (order == 0)
    order = memcmp(one->bytes, two->bytes, sizeof(one->bytes));
  return order != 0 ? order : compare_numbers(source ? a->src_id : a->dst_id, source ? b->src_id : b->dst_id);
}

static int compare_by(const sorting *s, const rows_entry *a, const rows_entry *b)
{
  switch (s->by) {
  case ROWS_BY_SOURCE: return compare_ends(&a->tuple, &b->tuple, TRUE);
  case ROWS_BY_DESTINATION: return compare_ends(&a->tuple, &b->tuple, FALSE);
  case ROWS_BY_PROTO: return compare_numbers(a->tuple.proto, b->tuple.proto);
  case ROWS_BY_STATE: return strcmp(rows_state_text(s->params, a), rows_state_text(s->params, b));
  case ROWS_BY_TIMEOUT: return compare_numbers((guint64)MAX(a->timeout_ns, 0), (guint64)MAX(b->timeout_ns, 0));
  case ROWS_BY_PACKETS: return compare_numbers(a->packets, b->packets);
  case ROWS_BY_BYTES: return compare_numbers(a->bytes, b->bytes);
  default: return compare_numbers(a->id, b->id);
  }
}

static gint compare_rows(gconstpointer one, gconstpointer two, gpointer user)
{
  const sorting *s = user;
  const rows_entry *a = entry_at(s->r->entries, *(const guint *)one), *b = entry_at(s->r->entries, *(const guint *)two);
  int order = compare_by(s, a, b);

  if (order == 0)
    return compare_numbers(a->id, b->id);
  return s->descending ? -order : order;
}

/* ---- groups ---- */

static char *network_text(const ct_tuple *tuple)
{
  ct_addr addr = tuple->src;
  guint bytes = tuple->family == CT_IPV4 ? 3 : 8;

  memset(addr.bytes + bytes, 0, sizeof(addr.bytes) - bytes);
  g_autofree char *text = address_text(tuple->family, &addr);
  return g_strdup_printf("%s/%u", text, bytes * 8);
}

static char *group_key(const ct_params *params, const rows_entry *e, rows_group group)
{
  const ct_tuple *t = &e->tuple;
  const char *proto = ct_proto_name(params->profile, t->proto);

  switch (group) {
  case ROWS_GROUP_SOURCE: return address_text(t->family, &t->src);
  case ROWS_GROUP_DESTINATION: return address_text(t->family, &t->dst);
  case ROWS_GROUP_NETWORK: return network_text(t);
  case ROWS_GROUP_PORT:
    return ct_proto_has_ports(params->profile, t) ? g_strdup_printf("%s %u", proto, t->dst_id) : g_strdup(proto);
  default: return g_strdup_printf("%s %s", proto, rows_state_text(params, e));
  }
}

static void clear_counts(rows *r)
{
  guint i;

  for (i = 0; i < r->counts->len; i++)
    g_free(g_array_index(r->counts, rows_count, i).key);
  g_array_set_size(r->counts, 0);
}

static void count_together(rows *r, const ct_params *params, rows_group group)
{
  GHashTable *known = g_hash_table_new(g_str_hash, g_str_equal); /* index + 1 */
  guint i;

  for (i = 0; i < r->order->len; i++) {
    const rows_entry *e = entry_at(r->entries, g_array_index(r->order, guint, i));
    char *key;
    guint at;

    if (e->change == ROWS_GONE)
      continue;
    key = group_key(params, e, group);
    at = GPOINTER_TO_UINT(g_hash_table_lookup(known, key));
    if (at == 0) {
      rows_count fresh = { .key = key };

      g_array_append_val(r->counts, fresh);
      at = r->counts->len;
      g_hash_table_insert(known, key, GUINT_TO_POINTER(at));
    } else {
      g_free(key);
    }
    rows_count *c = &g_array_index(r->counts, rows_count, at - 1);
    c->entries++;
    c->packets += e->packets;
    c->bytes += e->bytes;
    c->unreplied += (e->status & CT_STATUS_SEEN_REPLY) == 0;
  }
  g_hash_table_unref(known);
}

static gint compare_counts(gconstpointer one, gconstpointer two, gpointer user)
{
  const sorting *s = user;
  const rows_count *a = one, *b = two;
  int order = s->by == ROWS_BY_PACKETS ? compare_numbers(a->packets, b->packets)
              : s->by == ROWS_BY_BYTES ? compare_numbers(a->bytes, b->bytes)
                                       : compare_numbers(a->entries, b->entries);

  if (order == 0)
    return strcmp(a->key, b->key);
  return s->descending ? -order : order;
}

/* ---- arranging ---- */

static gboolean contains(const ct_params *params, const rows_entry *e, const char *text)
{
  g_autofree char *source = rows_end_text(params, &e->tuple, TRUE);
  g_autofree char *destination = rows_end_text(params, &e->tuple, FALSE);
  g_autofree char *line = g_strdup_printf("#%" G_GUINT64_FORMAT " %s > %s %s %s %s", e->id, source, destination,
                                          ct_proto_name(params->profile, e->tuple.proto), rows_state_text(params, e),
                                          e->helper != NULL ? e->helper : "");
  g_autofree char *lower = g_ascii_strdown(line, -1);

  return strstr(lower, text) != NULL;
}

void rows_arrange(rows *r, const ct_params *params, rows_group group, rows_order by, gboolean descending,
                  const char *text)
{
  sorting s = { r, params, by, descending };
  g_autofree char *lower = text != NULL ? g_ascii_strdown(text, -1) : NULL;
  guint i, n = r->entries->len;

  g_array_set_size(r->order, 0);
  clear_counts(r);
  for (i = 0; i < n; i++)
    if (lower == NULL || contains(params, entry_at(r->entries, i), lower))
      g_array_append_val(r->order, i);
  if (group != ROWS_GROUP_NONE) {
    count_together(r, params, group);
    g_array_sort_with_data(r->counts, compare_counts, &s);
  } else if (by != ROWS_BY_CONN || descending || (n > 0 && entry_at(r->entries, n - 1)->change == ROWS_GONE)) {
    g_array_sort_with_data(r->order, compare_rows, &s);
  }
}

void rows_clear(rows *r)
{
  if (r->entries == NULL)
    return;
  clear_counts(r);
  g_array_unref(r->entries);
  g_array_unref(r->before);
  g_array_unref(r->order);
  g_array_unref(r->counts);
  *r = (rows){ 0 };
}
