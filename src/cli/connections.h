/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which connections rows of a table have met, so that each is counted once in each row. A flood has more connections
 * than can be kept: then what rows count is "at least".
 */
#ifndef CLI_CONNECTIONS_H
#define CLI_CONNECTIONS_H

#include <glib.h>

#include "conntrack/tuple.h"

typedef struct cli_connections cli_connections;

cli_connections *cli_connections_new(void);
void cli_connections_free(cli_connections *connections); /* NULL is fine */
/* tuple: of either direction. => whether this row meets its connection for the first time; FALSE once it is full. */
gboolean cli_connections_meet(cli_connections *connections, const ct_tuple *tuple, guint row);
/* From now on those that are met for the first time are not counted. */
gboolean cli_connections_full(const cli_connections *connections);

#endif
