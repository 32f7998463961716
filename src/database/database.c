/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "database.h"

#include <string.h>

#include "conntrack/proto/proto.h"
#include "flows/flows.h"
#include "schema.h"
#include "table.h"
#include "vfs.h"

#define NS_PER_S G_GINT64_CONSTANT(1000000000)

typedef enum table_id { FLOWS, PACKETS, EVENTS, EXPECTATIONS, OCCUPANCY, N_TABLES } table_id;

/* Their trees are filled when the last row is known. */
typedef enum index_id {
  FLOWS_CONN,
  EXPECTATIONS_NUMBER,
  PACKETS_CONN,
  PACKETS_REASON,
  EVENTS_CONN,
  N_INDEXES
} index_id;

static const struct {
  const char *name;
  const char *sql; /* to make it; NULL: its table's UNIQUE does */
} index_rows[N_INDEXES] = {
  [FLOWS_CONN] = { "sqlite_autoindex_flows_1", NULL },
  [EXPECTATIONS_NUMBER] = { "sqlite_autoindex_expectations_1", NULL },
  [PACKETS_CONN] = { "packets_conn", "CREATE INDEX packets_conn ON packets(conn)" },
  [PACKETS_REASON] = { "packets_reason", "CREATE INDEX packets_reason ON packets(reason) WHERE reason IS NOT NULL" },
  [EVENTS_CONN] = { "events_conn", "CREATE INDEX events_conn ON events(conn)" },
};

typedef struct second {
  gint64 number;
  guint64 entries, most, packets, created;
} second;

/* One that may still be used: its row is written when it is known how it ended. */
typedef struct expected {
  ct_expect_view view;
  gint64 made_ns, ended_ns;
  const char *ended_by; /* NULL: it has not */
} expected;

struct database {
  int fd;
  sqlite3 *db; /* only while SQLite has the file: at the beginning and at the end */
  const emit_row_context *context;
  pages pages;
  table tables[N_TABLES];
  keys keys[N_INDEXES];
  guint32 index_roots[N_INDEXES];
  record row;
  const char *reason_words[CT_REASON_COUNT]; /* in SQLite's order */
  guint16 reason_keys[CT_REASON_COUNT];      /* where they stand there, from 1 */
  GPtrArray *meta, *captures;                /* words: key and value in turn; paths */
  GHashTable *rules;                         /* "rule\nverdict" => guint64 * */
  GHashTable *expected;                      /* number => expected * */
  guint64 n_events;
  second now;     /* what is not written yet; packets 0: none */
  GError *failed; /* the first; nothing is written after it */
};

gboolean database_is_built(void) { return TRUE; }

static void fail(database *d, const char *why)
{
  if (d->failed == NULL)
    g_set_error(&d->failed, EMIT_ERROR, EMIT_ERROR_FORMAT, "cannot be written: %s", why);
}

gboolean database_failed(const database *d) { return d->failed != NULL || d->pages.error != 0; }

static gboolean check(database *d, int result)
{
  if (result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE)
    return TRUE;
  fail(d, sqlite3_errmsg(d->db));
  return FALSE;
}

/* ---- through SQLite ---- */

static gboolean run(database *d, const char *sql)
{
  return d->failed == NULL && check(d, sqlite3_exec(d->db, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *prepare(database *d, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  if (d->failed == NULL)
    check(d, sqlite3_prepare_v2(d->db, sql, -1, &statement, NULL));
  return statement;
}

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
  if (text != NULL)
    sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT);
}

static void step(database *d, sqlite3_stmt *statement)
{
  if (d->failed == NULL)
    check(d, sqlite3_step(statement));
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

/* A number that SQLite knows; 0 where it does not. */
static gint64 ask(database *d, const char *sql, const char *name)
{
  sqlite3_stmt *statement = prepare(d, sql);
  gint64 number = 0;

  if (statement == NULL)
    return 0;
  bind_text(statement, 1, name);
  if (check(d, sqlite3_step(statement)))
    number = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return number;
}

static void open_sqlite(database *d)
{
  if (database_vfs_use(d->fd) != SQLITE_OK ||
      sqlite3_open_v2("run", &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      DATABASE_VFS_NAME) != SQLITE_OK)
    g_set_error(&d->failed, EMIT_ERROR, EMIT_ERROR_FORMAT, "SQLite cannot begin: %s", sqlite3_errmsg(d->db));
  /* Who writes a whole new file needs no way back: where it fails, the file is emptied. */
  run(d, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;"
         "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16384; PRAGMA foreign_keys = OFF;");
}

static void close_sqlite(database *d)
{
  if (d->db != NULL && sqlite3_close(d->db) != SQLITE_OK)
    fail(d, "SQLite does not close it");
  d->db = NULL;
}

/* ---- rows ---- */

static const emit_table *fields_of(table_id id)
{
  return id == FLOWS ? &flows_table : id == PACKETS ? &emit_table_packets : &emit_table_events;
}

/* => the row's number; 0: there is none. */
static gint64 put_fields(database *d, table_id id, const void *from)
{
  gint64 row;

  if (database_failed(d))
    return 0;
  if (table_put_fields(&d->tables[id], &d->row, d->context, from, &row))
    return row;
  fail(d, "rows are out of order");
  return 0;
}

static void put_record(database *d, table_id id, gint64 number)
{
  if (!database_failed(d) && !table_put(&d->tables[id], &d->row, number))
    fail(d, "rows are out of order");
}

static void put_key(database *d, index_id id, guint64 key, gint64 row)
{
  if (row > 0)
    keys_add(&d->keys[id], key, row);
}

void database_flow(database *d, const void *from)
{
  put_key(d, FLOWS_CONN, ((const flow_record *)from)->conn, put_fields(d, FLOWS, from));
}

void database_packet(database *d, const emit_packet_record *from)
{
  const ct_result *result = from->packet->result;
  gint64 row = put_fields(d, PACKETS, from);

  put_key(d, PACKETS_CONN, result->conn, row);
  if (result->reason != CT_REASON_NONE)
    put_key(d, PACKETS_REASON, d->reason_keys[result->reason], row);
}

/* Numbered among themselves, as -E has them: the engine counts what else it was asked to tell. */
static void put_event(database *d, const ct_event *event)
{
  ct_event numbered = *event;

  numbered.sequence = ++d->n_events;
  put_key(d, EVENTS_CONN, event->view != NULL ? event->view->id : 0, put_fields(d, EVENTS, &numbered));
}

static void put_second(database *d)
{
  record *r = &d->row;

  if (d->now.packets == 0)
    return;
  record_begin(r);
  record_null(r); /* the row's number */
  record_time(r, d->now.number * NS_PER_S);
  record_int(r, (gint64)d->now.entries);
  record_int(r, (gint64)d->now.most);
  record_int(r, (gint64)d->now.packets);
  record_int(r, (gint64)d->now.created);
  put_record(d, OCCUPANCY, d->now.number);
  d->now.packets = 0;
}

/* An expectation that does not care for a port or a source has 0 there. */
static void add_part(database *d, const ct_tuple *tuple, emit_kind kind, emit_tuple_part part)
{
  emit_value value = { .known = FALSE };

  emit_value_tuple(d->context, tuple, part, &value);
  value.known = value.known && !(kind == EMIT_KIND_NUMBER && value.of.number == 0);
  record_value(&d->row, kind, &value);
}

static void put_expected(database *d, const expected *x)
{
  const ct_expect_view *e = &x->view;
  record *r = &d->row;

  record_begin(r);
  record_int(r, (gint64)e->id);
  record_int(r, (gint64)e->master_id);
  record_text(r, e->helper);
  record_text(r, e->made_by);
  e->made_by_packet != 0 ? record_int(r, (gint64)e->made_by_packet) : record_null(r);
  record_time(r, x->made_ns);
  add_part(d, &e->tuple, EMIT_KIND_TEXT, EMIT_TUPLE_FAMILY);
  add_part(d, &e->tuple, EMIT_KIND_TEXT, EMIT_TUPLE_PROTO);
  if ((e->mask.src.halves[0] | e->mask.src.halves[1]) != 0)
    add_part(d, &e->tuple, EMIT_KIND_ADDRESS, EMIT_TUPLE_SRC);
  else
    record_null(r);
  add_part(d, &e->tuple, EMIT_KIND_NUMBER, EMIT_TUPLE_SPORT);
  add_part(d, &e->tuple, EMIT_KIND_ADDRESS, EMIT_TUPLE_DST);
  add_part(d, &e->tuple, EMIT_KIND_NUMBER, EMIT_TUPLE_DPORT);
  if (x->ended_by != NULL) {
    record_time(r, x->ended_ns);
    record_text(r, x->ended_by);
  }
  put_record(d, EXPECTATIONS, 0);
  put_key(d, EXPECTATIONS_NUMBER, e->id, d->tables[EXPECTATIONS].n);
}

/* ---- what the run sees ---- */

static void note_expectation(database *d, const ct_event *event)
{
  expected *x = g_new0(expected, 1);

  x->view = *event->expect;
  x->made_ns = event->time_ns;
  g_hash_table_insert(d->expected, &x->view.id, x);
}

static void end_expectation(database *d, const ct_event *event)
{
  expected *x = g_hash_table_lookup(d->expected, &event->expect->id);

  if (x == NULL)
    return;
  x->ended_ns = event->time_ns;
  x->ended_by = ct_reason_word((ct_reason)event->reason);
  put_expected(d, x);
  g_hash_table_remove(d->expected, &x->view.id);
}

static gint compare_expected(gconstpointer a, gconstpointer b)
{
  guint64 x = ((const expected *)a)->view.id, y = ((const expected *)b)->view.id;

  return x < y ? -1 : x > y;
}

static void put_unended(database *d)
{
  GList *all = g_list_sort(g_hash_table_get_values(d->expected), compare_expected), *at;

  for (at = all; at != NULL; at = at->next)
    put_expected(d, at->data);
  g_list_free(all);
}

void database_event(database *d, const ct_event *event)
{
  switch (event->type) {
  case CT_EVENT_NEW:
  case CT_EVENT_UPDATE:
  case CT_EVENT_DESTROY: put_event(d, event); break;
  case CT_EVENT_EXPECT_NEW: note_expectation(d, event); break;
  case CT_EVENT_EXPECT_DESTROY: end_expectation(d, event); break;
  default: break;
  }
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
    put_second(d);
    d->now = (second){ .number = number };
  }
  d->now.packets++;
  d->now.entries = count;
  d->now.most = MAX(d->now.most, count);
  d->now.created += (result->changes & CT_CHANGE_CREATED) != 0;
  count_rule(d, rules);
}

void database_meta(database *d, const char *key, const char *value)
{
  g_ptr_array_add(d->meta, g_strdup(key));
  g_ptr_array_add(d->meta, g_strdup(value));
}

void database_capture(database *d, const char *path) { g_ptr_array_add(d->captures, g_strdup(path)); }

/* ---- the beginning ---- */

static void make_tables(database *d)
{
  guint i;

  run(d, database_tables_sql);
  for (i = FLOWS; i <= EVENTS; i++) {
    char *sql = table_of_fields(&d->tables[i], fields_of(i));

    run(d, sql);
    g_free(sql);
  }
  for (i = 0; i < N_INDEXES; i++)
    if (index_rows[i].sql != NULL)
      run(d, index_rows[i].sql);
  run(d, database_views_sql);
}

static void write_reasons(database *d)
{
  sqlite3_stmt *statement = prepare(d, "INSERT INTO reasons VALUES (?,?,?)");
  guint i;

  for (i = CT_REASON_NONE + 1; i < CT_REASON_COUNT && d->failed == NULL; i++) {
    const char *sysctl = ct_reason_sysctl((ct_reason)i, d->context->profile);

    bind_text(statement, 1, ct_reason_word((ct_reason)i));
    bind_text(statement, 2, ct_reason_sentence((ct_reason)i));
    bind_text(statement, 3, sysctl != NULL && *sysctl != '\0' ? sysctl : NULL);
    step(d, statement);
  }
  sqlite3_finalize(statement);
}

static gint compare_words(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Where each reason's word stands among all of them. */
static void sort_reasons(database *d)
{
  const guint n = CT_REASON_COUNT - CT_REASON_NONE - 1;
  guint i, at;

  for (i = 0; i < n; i++)
    d->reason_words[i] = ct_reason_word((ct_reason)(CT_REASON_NONE + 1 + i));
  qsort(d->reason_words, n, sizeof(d->reason_words[0]), compare_words);
  for (i = CT_REASON_NONE + 1; i < CT_REASON_COUNT; i++)
    for (at = 0; at < n; at++)
      if (strcmp(d->reason_words[at], ct_reason_word((ct_reason)i)) == 0)
        d->reason_keys[i] = (guint16)(at + 1);
}

static void begin_trees(database *d)
{
  static const char root[] = "SELECT rootpage FROM sqlite_master WHERE name = ?";
  guint i;

  for (i = 0; i < N_TABLES; i++)
    tree_begin(&d->tables[i].tree, &d->pages, (guint32)ask(d, root, d->tables[i].name), FALSE);
  for (i = 0; i < N_INDEXES; i++) {
    d->index_roots[i] = (guint32)ask(d, root, index_rows[i].name);
    keys_init(&d->keys[i]);
  }
  pages_begin(&d->pages, d->fd, (guint32)ask(d, "PRAGMA page_count", NULL));
}

/* What SQLite makes, with all tables empty; then it leaves the file to us. */
static void begin(database *d)
{
  char *first = g_strdup_printf("PRAGMA page_size = %d; PRAGMA user_version = %d; BEGIN", PAGE_BYTES, DATABASE_SCHEMA);

  open_sqlite(d);
  run(d, first);
  make_tables(d);
  write_reasons(d);
  run(d, "COMMIT");
  if (d->failed == NULL)
    begin_trees(d);
  close_sqlite(d);
  sort_reasons(d);
  g_free(first);
}

static gboolean destroy(database *d, GError **error)
{
  gboolean fine = d->failed == NULL;
  guint i;

  if (!fine)
    g_propagate_error(error, d->failed);
  for (i = 0; i < N_TABLES; i++)
    tree_clear(&d->tables[i].tree);
  for (i = 0; i < N_INDEXES; i++)
    keys_clear(&d->keys[i]);
  pages_clear(&d->pages);
  record_clear(&d->row);
  g_ptr_array_unref(d->meta);
  g_ptr_array_unref(d->captures);
  g_hash_table_unref(d->rules);
  g_hash_table_unref(d->expected);
  g_free(d);
  return fine;
}

database *database_open(int fd, const emit_row_context *context, GError **error)
{
  database *d = g_new0(database, 1);

  d->fd = fd;
  d->context = context;
  d->tables[FLOWS] = (table){ .name = "flows" };
  d->tables[PACKETS] = (table){ .name = "packets", .own_number = TRUE };
  d->tables[EVENTS] = (table){ .name = "events", .own_number = TRUE };
  d->tables[EXPECTATIONS] = (table){ .name = "expectations" };
  d->tables[OCCUPANCY] = (table){ .name = "occupancy", .own_number = TRUE };
  record_init(&d->row);
  d->meta = g_ptr_array_new_with_free_func(g_free);
  d->captures = g_ptr_array_new_with_free_func(g_free);
  d->rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  d->expected = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
  /* One thread writes, and nobody asks for figures of memory. */
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  begin(d);
  if (d->failed == NULL)
    return d;
  destroy(d, error);
  return NULL;
}

/* ---- the end ---- */

/* An index whose keys were too large to be packed: SQLite's business. */
static void make_index(database *d, index_id id)
{
  char *sql;

  if (d->keys[id].fits)
    return;
  sql = g_strdup_printf("REINDEX %s", index_rows[id].name);
  run(d, sql);
  g_free(sql);
}

static void end_index(database *d, index_id id)
{
  guint64 again;
  tree index;

  tree_begin(&index, &d->pages, d->index_roots[id], TRUE);
  again = keys_write(&d->keys[id], &index, id == PACKETS_REASON ? d->reason_words : NULL);
  tree_end(&index);
  if (again > 0 && index_rows[id].sql == NULL)
    fail(d, "a key that is UNIQUE is there twice");
}

static void end_trees(database *d)
{
  guint i;

  put_second(d);
  put_unended(d);
  for (i = 0; i < N_TABLES; i++)
    tree_end(&d->tables[i].tree);
  for (i = 0; i < N_INDEXES; i++) {
    if (d->keys[i].fits)
      end_index(d, i);
    keys_clear(&d->keys[i]);
  }
  if (!pages_end(&d->pages))
    fail(d, g_strerror(d->pages.error));
}

static void write_rules(database *d)
{
  sqlite3_stmt *statement = prepare(d, "INSERT INTO rules VALUES (?,?,?)");
  GList *all = g_list_sort(g_hash_table_get_keys(d->rules), (GCompareFunc)g_strcmp0), *at;

  for (at = all; at != NULL && d->failed == NULL; at = at->next) {
    char **words = g_strsplit(at->data, "\n", 2);

    bind_text(statement, 1, words[0]);
    bind_text(statement, 2, words[1]);
    sqlite3_bind_int64(statement, 3, (sqlite3_int64) * (guint64 *)g_hash_table_lookup(d->rules, at->data));
    step(d, statement);
    g_strfreev(words);
  }
  g_list_free(all);
  sqlite3_finalize(statement);
}

static void write_words(database *d)
{
  sqlite3_stmt *meta = prepare(d, "INSERT INTO meta VALUES (?,?)"),
               *captures = prepare(d, "INSERT INTO captures VALUES (?,?)");
  guint i;

  for (i = 0; i + 1 < d->meta->len && d->failed == NULL; i += 2) {
    bind_text(meta, 1, g_ptr_array_index(d->meta, i));
    bind_text(meta, 2, g_ptr_array_index(d->meta, i + 1));
    step(d, meta);
  }
  for (i = 0; i < d->captures->len && d->failed == NULL; i++) {
    sqlite3_bind_int64(captures, 1, i + 1);
    bind_text(captures, 2, g_ptr_array_index(d->captures, i));
    step(d, captures);
  }
  sqlite3_finalize(meta);
  sqlite3_finalize(captures);
}

gboolean database_close(database *d, GError **error)
{
  guint i;

  if (d == NULL)
    return TRUE;
  if (d->failed == NULL)
    end_trees(d);
  if (d->failed == NULL) {
    open_sqlite(d);
    run(d, "BEGIN");
    for (i = 0; i < N_INDEXES; i++)
      make_index(d, i);
    write_rules(d);
    write_words(d);
    run(d, "COMMIT");
    close_sqlite(d);
  }
  return destroy(d, error);
}
