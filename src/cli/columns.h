/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --fields: which columns of which table a run shows. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include "emit/row.h"
#include "options.h"

/* The table of what an output is opened for; NULL where it has none. */
const emit_table *cli_columns_table(guint what);
/*
 * What a run in that format shows as rows: the fields asked for, or a format's own choice where rows are all it can.
 * => FALSE and CLI_ERROR_USAGE where a field is none. columns->n is 0 where no rows are shown.
 */
gboolean cli_columns_choose(emit_columns *columns, const cli_options *options, const emit_format *format, guint what,
                            const emit_table *table, GError **error);
/* The columns of the terminal that standard output is, before the sandbox; 0: it is none. */
guint cli_columns_screen(void);
/* Every field of every table, with the command whose it is. */
void cli_columns_each(void (*fn)(const char *command, const emit_field *field, gpointer user), gpointer user);
/* list fields */
void cli_columns_list(void);

#endif
