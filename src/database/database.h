/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run as an SQLite database: captures, connections, packets, events, expectations, occupancy, rules, with views that
 * answer common questions by name. The tables of connections, packets and events have the columns of emit's tables of
 * the same records, so that CSV, JSON and SQL hold the same rows. doc/database.md is the schema.
 *
 * It is written through a descriptor that is open already: no file is opened, neither a journal nor one for temporary
 * data. SQLite makes the schema and the small tables; the rows of the large ones are put into pages here (tree.h). What
 * is being written is no database until database_close has said that it is whole.
 *
 * Life: database_open; what the run sees; database_close.
 */
#ifndef DATABASE_DATABASE_H
#define DATABASE_DATABASE_H

#include "conntrack/engine.h"
#include "emit/row.h"

/* Raised with each change of a table or view that a query could stumble over; PRAGMA user_version. */
enum { DATABASE_SCHEMA = 5 };

typedef struct database database;

/* => whether this build can. */
gboolean database_is_built(void);
/*
 * Of a regular file, empty, open for reading and writing, which stays the caller's. context: for the columns; outlives
 * the database. => NULL and error where it cannot be begun.
 */
database *database_open(int fd, const emit_row_context *context, GError **error);
/* "kernel", "linux-6.18": what the run was, in words. */
void database_meta(database *d, const char *key, const char *value);
void database_capture(database *d, const char *path);
/* A record of flows_table (flows/flows.h). */
void database_flow(database *d, const void *record);
void database_packet(database *d, const emit_packet_record *record);
/* A packet has passed: for occupancy and the counts of rules. rules: NULL for none. */
void database_pass(database *d, const ct_packet *packet, const ct_result *result, guint64 count,
                   const emit_rules *rules);
/* Any event; those of connections and of expectations are kept. */
void database_event(database *d, const ct_event *event);
/* Whether something could not be written: the rest need not be played. */
gboolean database_failed(const database *d);
/*
 * Indexes, views, the last words. => FALSE and error where the database is not whole. Frees it in any case; NULL is
 * fine.
 */
gboolean database_close(database *d, GError **error);

#endif
