/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a database that grow with the capture, and their indexes: their rows go past SQLite. */
#ifndef DATABASE_TABLE_H
#define DATABASE_TABLE_H

#include <sqlite3.h>

#include "emit/row.h"
#include "keys.h"

typedef struct table {
  const char *name;
  emit_columns columns; /* of a table made of fields; n 0: of none */
  gboolean own_number;  /* its first column is the row's number, and ascends; else rows are counted */
  gint64 n;
  tree tree;
} table;

/* The SQL that makes a table of the fields of `of`, but for those that another table tells. To be freed. */
char *table_of_fields(table *t, const emit_table *of);
/* The values of a record's columns, into r, and from it into the table. => FALSE: its number is not above the last. */
gboolean table_put_fields(table *t, record *r, const emit_row_context *context, const void *from, gint64 *row);
/* The same of values that stand in r already; number: of the row, of a table that has its own. */
gboolean table_put(table *t, record *r, gint64 number);

/* Times as text, as everywhere. */
void record_time(record *r, gint64 time_ns);
void record_span(record *r, gint64 ns);
/* A value as its column has it. */
void record_value(record *r, emit_kind kind, const emit_value *value);

#endif
