/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "database.h"

#include <string.h>

#include "conntrack/proto/proto.h"
#include "flows/flows.h"
#include "schema.h"
#include "vfs.h"

#define NS_PER_S G_GINT64_CONSTANT(1000000000)

/* The statement of a table of emit's: one place for each of its columns, in order. */
typedef struct inserting {
  sqlite3_stmt *statement;
  emit_columns columns;
} inserting;

/* Texts of one row, until it is written: SQLite need not copy them. */
enum { ARENA_BYTES = 32 * 1024 };

typedef struct second {
  gint64 number;
  guint64 entries, most, packets, created;
} second;

struct database {
  sqlite3 *db;
  const emit_row_context *context;
  inserting flows, packets, events;
  sqlite3_stmt *meta, *capture, *expect, *expect_end, *occupancy;
  GHashTable *rules; /* "rule\nverdict" => guint64 * */
  guint64 n_events;
  second now;     /* what is not written yet; packets 0: none */
  emit_text text; /* for values that are text only here */
  char *arena;
  gsize used;     /* of the arena */
  GError *failed; /* the first; nothing is written after it */
};

gboolean database_is_built(void) { return TRUE; }

static gboolean check(database *d, int result)
{
  if (result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE)
    return TRUE;
  if (d->failed == NULL)
    g_set_error(&d->failed, EMIT_ERROR, EMIT_ERROR_FORMAT, "cannot be written: %s", sqlite3_errmsg(d->db));
  return FALSE;
}

static gboolean run(database *d, const char *sql)
{
  return d->failed == NULL && check(d, sqlite3_exec(d->db, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *prepare(database *d, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  if (d->failed == NULL)
    check(d, sqlite3_prepare_v3(d->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
  return statement;
}

static void step(database *d, sqlite3_stmt *statement)
{
  if (d->failed == NULL)
    check(d, sqlite3_step(statement));
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  d->used = 0;
}

/* ---- tables made of fields ---- */

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

static gboolean is_told_elsewhere(const emit_table *table, const emit_field *field)
{
  gsize n = strlen(table->name);
  guint i;

  for (i = 0; i < G_N_ELEMENTS(told_elsewhere); i++)
    if (strncmp(told_elsewhere[i], table->name, n) == 0 && told_elsewhere[i][n] == '.' &&
        strcmp(told_elsewhere[i] + n + 1, field->name) == 0)
      return TRUE;
  return FALSE;
}

static void choose(emit_columns *columns, const emit_table *table)
{
  guint i;

  columns->table = table;
  columns->n = 0;
  for (i = 0; i < table->n; i++)
    if (!is_told_elsewhere(table, &table->fields[i]))
      columns->column[columns->n++] = &table->fields[i];
}

/* The first column of each table is its key. */
static void create(database *d, const emit_columns *columns)
{
  GString *sql = g_string_new(NULL);
  guint i;

  g_string_printf(sql, "CREATE TABLE %ss (", columns->table->name);
  for (i = 0; i < columns->n; i++) {
    const emit_field *field = columns->column[i];
    /* "ended" is a reason's word of a connection, and a flag of a packet. */
    const char *more = i == 0 ? " PRIMARY KEY" : field->kind == EMIT_KIND_FLAG ? "" : points_at(field->name);

    g_string_append_printf(sql, "%s\"%s\" %s%s", i > 0 ? ", " : "", field->name, type_of(field->kind), more);
  }
  g_string_append(sql, ");");
  run(d, sql->str);
  g_string_free(sql, TRUE);
}

static void prepare_insert(database *d, inserting *into, const emit_table *table)
{
  GString *sql = g_string_new(NULL);
  guint i;

  choose(&into->columns, table);
  create(d, &into->columns);
  g_string_printf(sql, "INSERT INTO %ss VALUES (", table->name);
  for (i = 0; i < into->columns.n; i++)
    g_string_append(sql, i > 0 ? ",?" : "?");
  g_string_append_c(sql, ')');
  into->statement = prepare(d, sql->str);
  g_string_free(sql, TRUE);
}

static void bind_bytes(database *d, sqlite3_stmt *statement, int at, const char *text, gsize n)
{
  if (n > ARENA_BYTES - d->used) {
    sqlite3_bind_text(statement, at, text, (int)n, SQLITE_TRANSIENT);
    return;
  }
  memcpy(d->arena + d->used, text, n);
  sqlite3_bind_text(statement, at, d->arena + d->used, (int)n, SQLITE_STATIC);
  d->used += n;
}

static void bind_text(database *d, sqlite3_stmt *statement, int at, const char *text)
{
  if (text != NULL)
    bind_bytes(d, statement, at, text, strlen(text));
}

/* Addresses and times, as the other formats write them. */
static void bind_put(database *d, sqlite3_stmt *statement, int at, emit_kind kind, const emit_value *value)
{
  d->text.used = 0;
  emit_value_put(&d->text, kind, value);
  bind_bytes(d, statement, at, d->text.data, d->text.used);
}

static void bind(database *d, sqlite3_stmt *statement, int at, emit_kind kind, const emit_value *value)
{
  switch (kind) {
  case EMIT_KIND_TEXT: bind_text(d, statement, at, value->of.text); break;
  case EMIT_KIND_SPAN: sqlite3_bind_double(statement, at, (double)value->of.ns / 1e9); break;
  case EMIT_KIND_ADDRESS:
  case EMIT_KIND_TIME: bind_put(d, statement, at, kind, value); break;
  default: sqlite3_bind_int64(statement, at, (sqlite3_int64)value->of.number); break;
  }
}

static void insert(database *d, const inserting *into, const void *record)
{
  guint i;

  if (d->failed != NULL)
    return;
  for (i = 0; i < into->columns.n; i++) {
    const emit_field *field = into->columns.column[i];
    emit_value value;

    value.known = FALSE;
    field->get(d->context, record, &value);
    if (value.known)
      bind(d, into->statement, (int)i + 1, field->kind, &value);
  }
  step(d, into->statement);
}

void database_flow(database *d, const void *record) { insert(d, &d->flows, record); }

void database_packet(database *d, const emit_packet_record *record) { insert(d, &d->packets, record); }

/* ---- the others ---- */

void database_meta(database *d, const char *key, const char *value)
{
  bind_text(d, d->meta, 1, key);
  bind_text(d, d->meta, 2, value);
  step(d, d->meta);
}

void database_capture(database *d, guint number, const char *path)
{
  sqlite3_bind_int64(d->capture, 1, number);
  bind_text(d, d->capture, 2, path);
  step(d, d->capture);
}

static void bind_time(database *d, sqlite3_stmt *statement, int at, gint64 time_ns)
{
  const emit_value value = { .known = TRUE, .of.ns = time_ns };

  bind_put(d, statement, at, EMIT_KIND_TIME, &value);
}

static void write_second(database *d)
{
  if (d->now.packets == 0)
    return;
  sqlite3_bind_int64(d->occupancy, 1, d->now.number);
  bind_time(d, d->occupancy, 2, d->now.number * NS_PER_S);
  sqlite3_bind_int64(d->occupancy, 3, (sqlite3_int64)d->now.entries);
  sqlite3_bind_int64(d->occupancy, 4, (sqlite3_int64)d->now.most);
  sqlite3_bind_int64(d->occupancy, 5, (sqlite3_int64)d->now.packets);
  sqlite3_bind_int64(d->occupancy, 6, (sqlite3_int64)d->now.created);
  step(d, d->occupancy);
  d->now.packets = 0;
}

static void count_rule(database *d, const emit_rules *rules)
{
  char *key;
  guint64 *count;

  if (rules == NULL || rules->verdict == NULL)
    return;
  key = g_strdup_printf("%s\n%s", rules->rule, rules->verdict);
  count = g_hash_table_lookup(d->rules, key);
  if (count != NULL) {
    g_free(key);
  } else {
    count = g_new0(guint64, 1);
    g_hash_table_insert(d->rules, key, count);
  }
  ++*count;
}

void database_pass(database *d, const ct_packet *packet, const ct_result *result, guint64 count,
                   const emit_rules *rules)
{
  /* Times from before 1970 there are none; a packet stamped back in time belongs to the second that it came in. */
  gint64 number = MAX(packet->time_ns / NS_PER_S, d->now.number);

  if (number != d->now.number) {
    write_second(d);
    d->now = (second){ .number = number };
  }
  d->now.packets++;
  d->now.entries = count;
  d->now.most = MAX(d->now.most, count);
  d->now.created += (result->changes & CT_CHANGE_CREATED) != 0;
  count_rule(d, rules);
}

static void bind_value(database *d, sqlite3_stmt *statement, int at, emit_kind kind, const ct_tuple *tuple,
                       emit_tuple_part part)
{
  emit_value value = { .known = FALSE };

  emit_value_tuple(d->context, tuple, part, &value);
  /* An expectation that does not care for a port or a source has 0 there. */
  if (value.known && !(kind == EMIT_KIND_NUMBER && value.of.number == 0))
    bind(d, statement, at, kind, &value);
}

static void note_expectation(database *d, const ct_event *event)
{
  const ct_expect_view *e = event->expect;
  sqlite3_stmt *s = d->expect;

  sqlite3_bind_int64(s, 1, (sqlite3_int64)e->id);
  sqlite3_bind_int64(s, 2, (sqlite3_int64)e->master_id);
  bind_text(d, s, 3, e->helper);
  bind_text(d, s, 4, e->made_by);
  if (e->made_by_packet != 0)
    sqlite3_bind_int64(s, 5, (sqlite3_int64)e->made_by_packet);
  bind_time(d, s, 6, event->time_ns);
  bind_value(d, s, 7, EMIT_KIND_TEXT, &e->tuple, EMIT_TUPLE_FAMILY);
  bind_value(d, s, 8, EMIT_KIND_TEXT, &e->tuple, EMIT_TUPLE_PROTO);
  if ((e->mask.src.halves[0] | e->mask.src.halves[1]) != 0)
    bind_value(d, s, 9, EMIT_KIND_ADDRESS, &e->tuple, EMIT_TUPLE_SRC);
  bind_value(d, s, 10, EMIT_KIND_NUMBER, &e->tuple, EMIT_TUPLE_SPORT);
  bind_value(d, s, 11, EMIT_KIND_ADDRESS, &e->tuple, EMIT_TUPLE_DST);
  bind_value(d, s, 12, EMIT_KIND_NUMBER, &e->tuple, EMIT_TUPLE_DPORT);
  step(d, s);
}

static void end_expectation(database *d, const ct_event *event)
{
  bind_time(d, d->expect_end, 1, event->time_ns);
  bind_text(d, d->expect_end, 2, ct_reason_word((ct_reason)event->reason));
  sqlite3_bind_int64(d->expect_end, 3, (sqlite3_int64)event->expect->id);
  step(d, d->expect_end);
}

/* Numbered among themselves, as -E has them: the engine counts what else it was asked to tell. */
static void note_event(database *d, const ct_event *event)
{
  ct_event numbered = *event;

  numbered.sequence = ++d->n_events;
  insert(d, &d->events, &numbered);
}

void database_event(database *d, const ct_event *event)
{
  switch (event->type) {
  case CT_EVENT_NEW:
  case CT_EVENT_UPDATE:
  case CT_EVENT_DESTROY: note_event(d, event); break;
  case CT_EVENT_EXPECT_NEW: note_expectation(d, event); break;
  case CT_EVENT_EXPECT_DESTROY: end_expectation(d, event); break;
  default: break;
  }
}

/* ---- beginning and end ---- */

static void prepare_all(database *d)
{
  prepare_insert(d, &d->flows, &flows_table);
  prepare_insert(d, &d->packets, &emit_table_packets);
  prepare_insert(d, &d->events, &emit_table_events);
  d->meta = prepare(d, "INSERT INTO meta VALUES (?,?)");
  d->capture = prepare(d, "INSERT INTO captures VALUES (?,?)");
  d->expect = prepare(d, "INSERT INTO expectations (expectation, master, helper, made_by, made_by_packet, made, family,"
                         " proto, src, sport, dst, dport) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)");
  d->expect_end = prepare(d, "UPDATE expectations SET ended = ?, reason = ? WHERE expectation = ?");
  d->occupancy = prepare(d, "INSERT INTO occupancy VALUES (?,?,?,?,?,?)");
}

static void write_reasons(database *d)
{
  sqlite3_stmt *statement = prepare(d, "INSERT INTO reasons VALUES (?,?,?)");
  guint i;

  for (i = CT_REASON_NONE + 1; i < CT_REASON_COUNT && d->failed == NULL; i++) {
    const char *sysctl = ct_reason_sysctl((ct_reason)i, d->context->profile);

    bind_text(d, statement, 1, ct_reason_word((ct_reason)i));
    bind_text(d, statement, 2, ct_reason_sentence((ct_reason)i));
    bind_text(d, statement, 3, sysctl != NULL && *sysctl != '\0' ? sysctl : NULL);
    step(d, statement);
  }
  sqlite3_finalize(statement);
}

static void begin(database *d)
{
  char *version = g_strdup_printf("PRAGMA user_version = %d;", DATABASE_SCHEMA);

  /* Who writes a whole new file needs no way back: where it fails, the file is emptied. */
  run(d, "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;"
         "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16384; PRAGMA foreign_keys = OFF;");
  run(d, version);
  run(d, "BEGIN");
  run(d, database_tables_sql);
  prepare_all(d);
  write_reasons(d);
  g_free(version);
}

static void finalize(database *d)
{
  sqlite3_finalize(d->flows.statement);
  sqlite3_finalize(d->packets.statement);
  sqlite3_finalize(d->events.statement);
  sqlite3_finalize(d->meta);
  sqlite3_finalize(d->capture);
  sqlite3_finalize(d->expect);
  sqlite3_finalize(d->expect_end);
  sqlite3_finalize(d->occupancy);
}

static gboolean destroy(database *d, GError **error)
{
  gboolean fine = d->failed == NULL;

  finalize(d);
  if (sqlite3_close(d->db) != SQLITE_OK && fine) {
    g_set_error_literal(&d->failed, EMIT_ERROR, EMIT_ERROR_FORMAT, "cannot be closed");
    fine = FALSE;
  }
  if (!fine)
    g_propagate_error(error, d->failed);
  g_hash_table_unref(d->rules);
  emit_text_clear(&d->text);
  g_free(d->arena);
  g_free(d);
  return fine;
}

database *database_open(int fd, const emit_row_context *context, GError **error)
{
  database *d = g_new0(database, 1);

  d->context = context;
  d->rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  emit_text_init(&d->text, -1);
  d->arena = g_malloc(ARENA_BYTES);
  /* One thread writes, and nobody asks for figures of memory. */
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  if (database_vfs_use(fd) != SQLITE_OK ||
      sqlite3_open_v2("run", &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      DATABASE_VFS_NAME) != SQLITE_OK)
    g_set_error(&d->failed, EMIT_ERROR, EMIT_ERROR_FORMAT, "SQLite cannot begin: %s", sqlite3_errmsg(d->db));
  begin(d);
  if (d->failed == NULL)
    return d;
  destroy(d, error);
  return NULL;
}

gboolean database_failed(const database *d) { return d->failed != NULL; }

static void write_rules(database *d)
{
  sqlite3_stmt *statement = prepare(d, "INSERT INTO rules VALUES (?,?,?)");
  GList *keys = g_list_sort(g_hash_table_get_keys(d->rules), (GCompareFunc)g_strcmp0), *at;

  for (at = keys; at != NULL && d->failed == NULL; at = at->next) {
    char **words = g_strsplit(at->data, "\n", 2);

    bind_text(d, statement, 1, words[0]);
    bind_text(d, statement, 2, words[1]);
    sqlite3_bind_int64(statement, 3, (sqlite3_int64) * (guint64 *)g_hash_table_lookup(d->rules, at->data));
    step(d, statement);
    g_strfreev(words);
  }
  g_list_free(keys);
  sqlite3_finalize(statement);
}

gboolean database_close(database *d, GError **error)
{
  if (d == NULL)
    return TRUE;
  write_second(d);
  write_rules(d);
  run(d, database_end_sql);
  run(d, "COMMIT");
  return destroy(d, error);
}
