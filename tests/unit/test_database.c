/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages of a database that are written past SQLite: SQLite finds them whole, and in them what was put there. */
#include <glib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "database/keys.h"
#include "database/record.h"
#include "database/tree.h"
#include "database/vfs.h"
#include "unit.h"

typedef struct file {
  int fd;
  sqlite3 *db;
} file;

static void open_db(file *f)
{
  ck_assert_int_eq(database_vfs_use(f->fd), SQLITE_OK);
  ck_assert_int_eq(sqlite3_open_v2("test", &f->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, DATABASE_VFS_NAME),
                   SQLITE_OK);
}

static void close_db(file *f)
{
  ck_assert_int_eq(sqlite3_close(f->db), SQLITE_OK);
  f->db = NULL;
}

static void run(const file *f, const char *sql)
{
  ck_assert_msg(sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(f->db));
}

/* The first column of the first row. */
static char *ask(const file *f, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  char *answer;

  ck_assert_msg(sqlite3_prepare_v2(f->db, sql, -1, &statement, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(f->db));
  ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
  answer = g_strdup((const char *)sqlite3_column_text(statement, 0));
  sqlite3_finalize(statement);
  return answer;
}

static void answers(const file *f, const char *sql, const char *expected)
{
  char *answer = ask(f, sql);

  ck_assert_msg(g_strcmp0(answer, expected) == 0, "%s: %s, not %s", sql, answer, expected);
  g_free(answer);
}

static guint32 root_of(const file *f, const char *name)
{
  char *sql = g_strdup_printf("SELECT rootpage FROM sqlite_master WHERE name = '%s'", name), *root = ask(f, sql);
  guint32 number = (guint32)g_ascii_strtoull(root, NULL, 10);

  g_free(root);
  g_free(sql);
  return number;
}

typedef struct roots {
  guint32 table, index;
} roots;

/* An empty database with a table of rows and an index over them. => how many pages it has. */
static guint32 begin(file *f, roots *r)
{
  char name[] = "test_database-XXXXXX", *count;
  guint32 n;

  f->fd = g_mkstemp(name);
  ck_assert_int_ge(f->fd, 0);
  g_unlink(name);
  open_db(f);
  run(f, "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF;"
         "CREATE TABLE rows (n INTEGER PRIMARY KEY, k INTEGER, r REAL, t TEXT);"
         "CREATE INDEX rows_k ON rows(k);");
  r->table = root_of(f, "rows");
  r->index = root_of(f, "rows_k");
  count = ask(f, "PRAGMA page_count");
  n = (guint32)g_ascii_strtoull(count, NULL, 10);
  g_free(count);
  close_db(f);
  return n;
}

/* The row's text: so many bytes of it. */
static gsize length_of(guint n, guint64 longest) { return (gsize)((guint64)n * 2654435761U % (longest + 1)); }

static void fill(pages *p, const roots *r, guint rows, guint64 longest)
{
  record *values = g_new(record, 1);
  char *text = g_malloc(longest + 1);
  tree table, index;
  keys k;
  guint n;

  memset(text, 'x', longest);
  record_init(values);
  keys_init(&k);
  tree_begin(&table, p, r->table, FALSE);
  for (n = 1; n <= rows; n++) {
    gsize n_head, length = length_of(n, longest);
    const guint8 *head;

    record_begin(values);
    record_null(values);
    n % 3 == 0 ? record_null(values) : record_int(values, n * 7919 % 5000 + 1);
    record_real(values, n / 4.0);
    text[length] = '\0';
    n % 5 == 0 ? record_null(values) : record_text(values, text);
    text[length] = 'x';
    head = record_head(values, &n_head);
    ck_assert(tree_row(&table, 3 * (gint64)n, head, n_head, (const guint8 *)values->body.data, values->body.used));
    keys_add(&k, n % 3 == 0 ? 0 : n * 7919 % 5000 + 1, 3 * (gint64)n);
  }
  /* What is not above the last row is refused. */
  ck_assert(rows == 0 || !tree_row(&table, 3 * (gint64)rows, (const guint8 *)"\1", 1, (const guint8 *)"", 0));
  tree_end(&table);
  ck_assert(k.fits);
  tree_begin(&index, p, r->index, TRUE);
  keys_write(&k, &index, NULL);
  tree_end(&index);
  keys_clear(&k);
  record_clear(values);
  g_free(values);
  g_free(text);
}

static void holds(const file *f, guint rows, guint64 longest)
{
  guint64 length = 0, keyed = 0;
  guint n;
  char number[24];

  for (n = 1; n <= rows; n++) {
    length += n % 5 == 0 ? 0 : length_of(n, longest);
    keyed += n % 3 != 0 && n * 7919 % 5000 + 1 == 919;
  }
  g_snprintf(number, sizeof(number), "%u", rows);
  answers(f, "SELECT count(*) FROM rows", number);
  answers(f, "SELECT count(*) FROM rows WHERE n % 3 = 0 AND r = n / 12.0", number);
  g_snprintf(number, sizeof(number), "%" G_GUINT64_FORMAT, length);
  answers(f, "SELECT ifnull(sum(length(t)), 0) FROM rows", number);
  answers(f, "SELECT count(*) FROM rows WHERE replace(t, 'x', '') <> ''", "0");
  g_snprintf(number, sizeof(number), "%" G_GUINT64_FORMAT, keyed);
  answers(f, "SELECT count(*) FROM rows INDEXED BY rows_k WHERE k = 919", number);
}

/* From an empty tree to three levels; rows that go on in pages of their own. */
START_TEST(pages_are_as_sqlite_reads_them)
{
  static const struct {
    guint rows;
    guint64 longest;
  } cases[] = { { 0, 0 },      { 1, 10 },      { 1, 100000 },  { 40, 300 }, { 700, 40 },
                { 201, 8200 }, { 150, 40000 }, { 30000, 100 }, { 50000, 0 } };
  const guint n = G_N_ELEMENTS(cases);
  guint i;

  for (i = 0; i < n; i++) {
    pages p;
    roots r;
    file f;

    pages_begin(&p, -1, begin(&f, &r));
    p.fd = f.fd;
    fill(&p, &r, cases[i].rows, cases[i].longest);
    ck_assert(pages_end(&p));
    open_db(&f);
    answers(&f, "PRAGMA integrity_check", "ok");
    holds(&f, cases[i].rows, cases[i].longest);
    /* And SQLite goes on from there. */
    run(&f, "PRAGMA journal_mode = OFF; INSERT INTO rows VALUES (1, 919, 0.5, 'y')");
    answers(&f, "PRAGMA integrity_check", "ok");
    close_db(&f);
    close(f.fd);
  }
}
END_TEST

/* No row may lie where SQLite locks files: in the page that begins at 1 GiB. */
START_TEST(the_locked_page_is_left_out)
{
  const guint32 locked = 0x40000000 / PAGE_BYTES + 1;
  guint32 count;
  guint back;

  for (back = 1; back <= 12; back += 11) {
    pages p;
    roots r;
    file f;

    count = begin(&f, &r);
    ck_assert_uint_lt(count, locked);
    pages_begin(&p, f.fd, locked - 1 - back);
    fill(&p, &r, 300, 20000);
    ck_assert(pages_end(&p));
    open_db(&f);
    holds(&f, 300, 20000);
    close_db(&f);
    close(f.fd);
  }
}
END_TEST

static void is_varint(guint64 value, guint n, guint8 first, guint8 last)
{
  guint8 bytes[VARINT_MOST];

  ck_assert_uint_eq(varint_put(bytes, value), n);
  ck_assert_uint_eq(bytes[0], first);
  ck_assert_uint_eq(bytes[n - 1], last);
}

START_TEST(numbers_have_as_many_bytes_as_they_need)
{
  is_varint(0, 1, 0, 0);
  is_varint(0x7f, 1, 0x7f, 0x7f);
  is_varint(0x80, 2, 0x81, 0);
  is_varint(0x3fff, 2, 0xff, 0x7f);
  is_varint(0x4000, 3, 0x81, 0);
  is_varint((G_GUINT64_CONSTANT(1) << 56) - 1, 8, 0xff, 0x7f);
  is_varint(G_GUINT64_CONSTANT(1) << 56, 9, 0x80, 0);
  is_varint(G_MAXUINT64, 9, 0xff, 0xff);
}
END_TEST

/* Keys and rows that are too large to be packed: SQLite's business. */
START_TEST(keys_say_when_they_do_not_fit)
{
  keys k;

  keys_init(&k);
  keys_add(&k, 1u << 29, G_GINT64_CONSTANT(1) << 33);
  ck_assert(k.fits);
  keys_add(&k, G_GUINT64_CONSTANT(1) << 30, 1);
  ck_assert(!k.fits);
  keys_clear(&k);
  keys_init(&k);
  keys_add(&k, 1, G_GINT64_CONSTANT(1) << 34);
  ck_assert(!k.fits);
  keys_clear(&k);
}
END_TEST

/* Every size of integer, and reals, as SQLite reads them. */
START_TEST(values_are_read_as_they_were_put)
{
  static const gint64 ints[] = { 0,
                                 1,
                                 2,
                                 -1,
                                 127,
                                 128,
                                 -128,
                                 -129,
                                 32767,
                                 32768,
                                 -32769,
                                 8388607,
                                 8388608,
                                 -8388609,
                                 2147483647,
                                 2147483648,
                                 -2147483649,
                                 G_GINT64_CONSTANT(140737488355327),
                                 G_GINT64_CONSTANT(140737488355328),
                                 G_GINT64_CONSTANT(-140737488355329),
                                 G_MAXINT64,
                                 G_MININT64 };
  static const double reals[] = { 0.0, 0.5, -0.25, 432000.0, 1e11, 1e15, 1e300, 0.1, 29.999999999 };
  record *values = g_new(record, 1);
  guint i, n = 0;
  tree table;
  pages p;
  roots r;
  file f;

  pages_begin(&p, -1, begin(&f, &r));
  p.fd = f.fd;
  record_init(values);
  tree_begin(&table, &p, r.table, FALSE);
  for (i = 0; i < G_N_ELEMENTS(ints) + G_N_ELEMENTS(reals); i++) {
    gsize n_head;
    const guint8 *head;

    record_begin(values);
    record_null(values);
    i < G_N_ELEMENTS(ints) ? record_int(values, ints[i]) : record_null(values);
    if (i >= G_N_ELEMENTS(ints))
      record_real(values, reals[i - G_N_ELEMENTS(ints)]);
    head = record_head(values, &n_head);
    ck_assert(tree_row(&table, ++n, head, n_head, (const guint8 *)values->body.data, values->body.used));
  }
  tree_end(&table);
  ck_assert(pages_end(&p));
  open_db(&f);
  for (i = 0; i < n; i++) {
    sqlite3_stmt *statement = NULL;
    gboolean is_int = i < G_N_ELEMENTS(ints);

    ck_assert_int_eq(sqlite3_prepare_v2(f.db, "SELECT k, r FROM rows WHERE n = ?", -1, &statement, NULL), SQLITE_OK);
    sqlite3_bind_int64(statement, 1, i + 1);
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    ck_assert_int_eq(sqlite3_column_type(statement, is_int ? 0 : 1), is_int ? SQLITE_INTEGER : SQLITE_FLOAT);
    if (is_int)
      ck_assert(sqlite3_column_int64(statement, 0) == ints[i]);
    else
      ck_assert(
        memcmp(&(double){ sqlite3_column_double(statement, 1) }, &reals[i - G_N_ELEMENTS(ints)], sizeof(double)) == 0);
    sqlite3_finalize(statement);
  }
  close_db(&f);
  close(f.fd);
  record_clear(values);
  g_free(values);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("database");
  TCase *tcase = tcase_create("database");

  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, pages_are_as_sqlite_reads_them);
  tcase_add_test(tcase, the_locked_page_is_left_out);
  tcase_add_test(tcase, numbers_have_as_many_bytes_as_they_need);
  tcase_add_test(tcase, keys_say_when_they_do_not_fit);
  tcase_add_test(tcase, values_are_read_as_they_were_put);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
