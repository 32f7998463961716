/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

static const char *type_of(emit_kind kind)
{
  switch (kind) {
  case EMIT_KIND_NUMBER:
  case EMIT_KIND_FLAG: return "INTEGER";
  case EMIT_KIND_SPAN: return "REAL";
  default: return "TEXT";
  }
}

/* What a column of that name points at, in whatever table. */
static const char *points_at(const char *name)
{
  static const char *const conns[] = { "conn", "master", "past_conn" }, *const reasons[] = { "reason", "ended",
                                                                                             "invalid_reason" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS(conns); i++)
    if (g_str_equal(name, conns[i]))
      return " REFERENCES flows(conn)";
  for (i = 0; i < G_N_ELEMENTS(reasons); i++)
    if (g_str_equal(name, reasons[i]))
      return " REFERENCES reasons(reason)";
  return "";
}

/*
 * What another table tells already: a connection's tuple stands in flows, a reason's words in reasons. So a million
 * rows stay small.
 */
static const char *const told_elsewhere[] = {
  "packet.text",       "packet.flow",     "event.family",      "event.proto",     "event.src",     "event.sport",
  "event.dst",         "event.dport",     "event.icmp_type",   "event.icmp_code", "event.icmp_id", "event.reply_src",
  "event.reply_sport", "event.reply_dst", "event.reply_dport", "event.helper",    "event.master",  "event.flow",
  "event.t",           "flow.at",         "flow.states",
};

static gboolean is_told_elsewhere(const emit_table *of, const emit_field *field)
{
  gsize n = strlen(of->name);
  guint i;

  for (i = 0; i < G_N_ELEMENTS(told_elsewhere); i++)
    if (strncmp(told_elsewhere[i], of->name, n) == 0 && told_elsewhere[i][n] == '.' &&
        strcmp(told_elsewhere[i] + n + 1, field->name) == 0)
      return TRUE;
  return FALSE;
}

static void choose(emit_columns *columns, const emit_table *of)
{
  guint i;

  columns->table = of;
  columns->n = 0;
  for (i = 0; i < of->n; i++)
    if (!is_told_elsewhere(of, &of->fields[i]))
      columns->column[columns->n++] = &of->fields[i];
}

char *table_of_fields(table *t, const emit_table *of)
{
  GString *sql = g_string_new(NULL);
  guint i;

  choose(&t->columns, of);
  g_string_printf(sql, "CREATE TABLE %s (", t->name);
  for (i = 0; i < t->columns.n; i++) {
    const emit_field *field = t->columns.column[i];
    const char *more = field->kind == EMIT_KIND_FLAG ? "" : points_at(field->name);

    /* "ended" is a reason's word of a connection, and a flag of a packet. The first column is the key. */
    if (i == 0)
      more = t->own_number ? " PRIMARY KEY" : " NOT NULL UNIQUE";
    g_string_append_printf(sql, "%s\"%s\" %s%s", i > 0 ? ", " : "", field->name, type_of(field->kind), more);
  }
  g_string_append(sql, ");");
  return g_string_free(sql, FALSE);
}

void record_time(record *r, gint64 time_ns)
{
  record_text_begin(r);
  emit_text_time_decimals(&r->body, time_ns, 9);
  record_text_end(r);
}

void record_span(record *r, gint64 ns) { record_real(r, (double)ns / 1e9); }

void record_value(record *r, emit_kind kind, const emit_value *value)
{
  if (!value->known) {
    record_null(r);
    return;
  }
  switch (kind) {
  case EMIT_KIND_TEXT: record_text(r, value->of.text); break;
  case EMIT_KIND_SPAN: record_span(r, value->of.ns); break;
  case EMIT_KIND_TIME: record_time(r, value->of.ns); break;
  case EMIT_KIND_ADDRESS:
    record_text_begin(r);
    emit_text_addr(&r->body, value->family, &value->of.addr, FALSE);
    record_text_end(r);
    break;
  default: record_int(r, (gint64)value->of.number); break;
  }
}

gboolean table_put(table *t, record *r, gint64 number)
{
  gsize n_head;
  const guint8 *head = record_head(r, &n_head);

  t->n++;
  return tree_row(&t->tree, t->own_number ? number : t->n, head, n_head, (const guint8 *)r->body.data, r->body.used);
}

gboolean table_put_fields(table *t, record *r, const emit_row_context *context, const void *from, gint64 *row)
{
  gint64 number = 0;
  guint i;

  record_begin(r);
  for (i = 0; i < t->columns.n; i++) {
    const emit_field *field = t->columns.column[i];
    emit_value value;

    value.known = FALSE;
    field->get(context, from, &value);
    if (i == 0 && t->own_number) {
      /* SQLite takes it from the row's number. */
      number = (gint64)value.of.number;
      record_null(r);
    } else {
      record_value(r, field->kind, &value);
    }
  }
  *row = t->own_number ? number : t->n + 1;
  return table_put(t, r, number);
}
