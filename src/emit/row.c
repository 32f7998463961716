/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "row.h"

#include "parts.h"
#include "put.h"

const emit_field *emit_field_find(const emit_table *table, const char *name, gsize length)
{
  guint i;

  for (i = 0; i < table->n; i++)
    if (strlen(table->fields[i].name) == length && memcmp(table->fields[i].name, name, length) == 0)
      return &table->fields[i];
  return NULL;
}

static void add(emit_columns *columns, const emit_field *field)
{
  g_assert(columns->n < EMIT_COLUMNS_MOST);
  columns->width[columns->n] = (guint8)ABS(field->width);
  columns->column[columns->n++] = field;
  columns->needs |= field->needs;
}

static void begin(emit_columns *columns, const emit_table *table)
{
  memset(columns, 0, sizeof(*columns));
  columns->table = table;
}

void emit_columns_all(emit_columns *columns, const emit_table *table)
{
  guint i;

  begin(columns, table);
  for (i = 0; i < table->n; i++)
    add(columns, &table->fields[i]);
  columns->all = TRUE;
}

/* A name that is given twice is a column that stands there twice: no program wants that. */
static gboolean is_in(const emit_columns *columns, const emit_field *field)
{
  guint i;

  for (i = 0; i < columns->n; i++)
    if (columns->column[i] == field)
      return TRUE;
  return FALSE;
}

gboolean emit_columns_choose(emit_columns *columns, const emit_table *table, const char *names, char **wrong)
{
  if (strcmp(names, "all") == 0) {
    emit_columns_all(columns, table);
    columns->asked = TRUE;
    return TRUE;
  }
  begin(columns, table);
  columns->asked = TRUE;
  for (;;) {
    gsize length = strcspn(names, ",");
    const emit_field *field = emit_field_find(table, names, length);

    if (field == NULL || is_in(columns, field)) {
      *wrong = g_strndup(names, length);
      return FALSE;
    }
    add(columns, field);
    if (names[length] == '\0')
      return TRUE;
    names += length + 1;
  }
}

static guint width_of(const emit_field *field) { return (guint)ABS(field->width) + 1; }

void emit_columns_ranked(emit_columns *columns, const emit_table *table, guint screen)
{
  guint width = 0, i, worst, last = G_MAXUINT8;

  for (;;) {
    begin(columns, table);
    for (i = width = worst = 0; i < table->n; i++) {
      const emit_field *field = &table->fields[i];

      if (field->rank == 0 || field->rank >= last)
        continue;
      add(columns, field);
      width += width_of(field);
      worst = MAX(worst, field->rank);
    }
    if (screen == 0 || width <= screen || worst <= 1)
      return;
    last = worst;
  }
}

static guint width_of_all(const emit_columns *columns, guint8 *worst)
{
  guint width = 0, i;

  *worst = 0;
  for (i = 0; i < columns->n; i++) {
    width += columns->width[i] + 1u;
    *worst = MAX(*worst, columns->column[i]->rank);
  }
  return width;
}

static void leave_out(emit_columns *columns, guint8 rank)
{
  guint i, kept = 0;

  for (i = 0; i < columns->n; i++)
    if (columns->column[i]->rank != rank) {
      columns->column[kept] = columns->column[i];
      columns->width[kept++] = columns->width[i];
    }
  columns->n = kept;
  columns->all = FALSE;
}

void emit_columns_widen(emit_columns *columns, const char *name, guint width, guint screen)
{
  guint8 worst;
  guint i;

  for (i = 0; i < columns->n; i++)
    if (strcmp(columns->column[i]->name, name) == 0)
      columns->width[i] = (guint8)MIN(MAX(columns->width[i], width), G_MAXUINT8);
  while (!columns->asked && screen > 0 && width_of_all(columns, &worst) > screen && worst > 1)
    leave_out(columns, worst);
}

static int compare_addresses(const emit_value *a, const emit_value *b)
{
  if (a->family != b->family)
    return a->family < b->family ? -1 : 1;
  return memcmp(a->of.addr.bytes, b->of.addr.bytes, sizeof(a->of.addr.bytes));
}

int emit_value_compare(emit_kind kind, const emit_value *a, const emit_value *b)
{
  if (!a->known || !b->known)
    return (int)a->known - (int)b->known;
  switch (kind) {
  case EMIT_KIND_TEXT: return strcmp(a->of.text, b->of.text);
  case EMIT_KIND_ADDRESS: return compare_addresses(a, b);
  case EMIT_KIND_TIME:
  case EMIT_KIND_SPAN: return a->of.ns < b->of.ns ? -1 : a->of.ns > b->of.ns;
  default: return a->of.number < b->of.number ? -1 : a->of.number > b->of.number;
  }
}

static void get_flow(const emit_row_context *c, const ct_tuple *tuple, emit_value *v)
{
  char text[PUT_FLOW_BYTES];

  g_string_truncate(c->scratch, 0);
  g_string_append_len(c->scratch, text, put_flow(text, c->profile, tuple) - text);
  emit_value_text(v, c->scratch->str);
}

static void get_proto(const emit_row_context *c, const ct_tuple *tuple, emit_value *v)
{
  const ct_proto *proto = ct_proto_known(c->profile, tuple->proto);

  if (proto != NULL) {
    emit_value_text(v, proto->name);
    return;
  }
  g_string_printf(c->scratch, "%u", tuple->proto);
  emit_value_text(v, c->scratch->str);
}

void emit_value_tuple(const emit_row_context *c, const ct_tuple *tuple, emit_tuple_part part, emit_value *v)
{
  gboolean icmp = ct_tuple_is_icmp(tuple);

  switch (part) {
  case EMIT_TUPLE_PROTO: get_proto(c, tuple, v); return;
  case EMIT_TUPLE_FAMILY: emit_value_text(v, emit_family_name(tuple->family)); return;
  case EMIT_TUPLE_SRC: emit_value_addr(v, tuple->family, &tuple->src); return;
  case EMIT_TUPLE_DST: emit_value_addr(v, tuple->family, &tuple->dst); return;
  case EMIT_TUPLE_FLOW: get_flow(c, tuple, v); return;
  case EMIT_TUPLE_SPORT: v->of.number = tuple->src_id; break;
  case EMIT_TUPLE_DPORT: v->of.number = tuple->dst_id; break;
  case EMIT_TUPLE_ICMP_TYPE: v->of.number = ct_tuple_icmp_type(tuple); break;
  case EMIT_TUPLE_ICMP_CODE: v->of.number = ct_tuple_icmp_code(tuple); break;
  case EMIT_TUPLE_ICMP_ID: v->of.number = tuple->src_id; break;
  }
  v->known = part == EMIT_TUPLE_SPORT || part == EMIT_TUPLE_DPORT ? ct_proto_has_ports(c->profile, tuple) : icmp;
}

void emit_value_labels(const emit_row_context *c, const ct_labels *labels, emit_value *v)
{
  guint i;

  if (!ct_labels_any(labels))
    return;
  g_string_truncate(c->scratch, 0);
  for (i = 0; i < CT_LABELS; i++) {
    const char *name = c->label_names != NULL ? c->label_names[i] : NULL;

    if (!ct_labels_have(labels, i))
      continue;
    if (c->scratch->len > 0)
      g_string_append_c(c->scratch, '|');
    if (name != NULL && *name != '\0')
      g_string_append(c->scratch, name);
    else
      g_string_append_printf(c->scratch, "%u", i);
  }
  emit_value_text(v, c->scratch->str);
}

char *put_status_words(char *p, guint32 status)
{
  guint32 rest = status & 0xffff;

  for (; rest != 0; rest &= rest - 1) {
    p = put_word(p, ct_status_name((guint)__builtin_ctz(rest)));
    *p++ = '|';
  }
  return (status & 0xffff) != 0 ? p - 1 : p;
}

void emit_value_status(const emit_row_context *c, guint32 status, emit_value *v)
{
  char text[PUT_STATUS_BYTES];

  g_string_truncate(c->scratch, 0);
  g_string_append_len(c->scratch, text, put_status_words(text, status) - text);
  emit_value_text(v, c->scratch->str);
}

char *emit_value_write(char *p, emit_text *out, emit_kind kind, const emit_value *v)
{
  switch (kind) {
  case EMIT_KIND_ADDRESS: return put_addr(p, v->family, &v->of.addr, FALSE);
  case EMIT_KIND_TIME: return put_time_decimals(p, out, v->of.ns, 9);
  case EMIT_KIND_SPAN: return put_seconds(p, v->of.ns, 0);
  default: return put_u64(p, v->of.number);
  }
}

void emit_value_put(emit_text *out, emit_kind kind, const emit_value *v)
{
  if (!v->known)
    return;
  if (kind == EMIT_KIND_TEXT)
    emit_text_string(out, v->of.text);
  else
    emit_text_advance(out, emit_value_write(emit_text_reserve(out, EMIT_VALUE_BYTES), out, kind, v));
}
