/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in the schema beside the tables of flows, packets and events. Internal to src/database. */
#ifndef DATABASE_SCHEMA_H
#define DATABASE_SCHEMA_H

/* SQL. */
extern const char *const database_tables_sql, *const database_views_sql;

#endif
