/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table at a moment as rows: chosen, sorted, compared with the moment before, or counted together.
 *
 * Life: all zero; rows_take at each moment; rows_arrange after it, and where the order or the choice changed;
 * rows_clear.
 */
#ifndef SCREEN_ROWS_H
#define SCREEN_ROWS_H

#include <glib.h>

#include "conntrack/engine.h"

/* X(ID, heading, descending at first) */
#define ROWS_ORDER_LIST(X)             \
  X(CONN, "conn", FALSE)               \
  X(SOURCE, "source", FALSE)           \
  X(DESTINATION, "destination", FALSE) \
  X(PROTO, "prot", FALSE)              \
  X(STATE, "state", FALSE)             \
  X(TIMEOUT, "timeout", TRUE)          \
  X(PACKETS, "packets", TRUE)          \
  X(BYTES, "bytes", TRUE)
typedef enum rows_order {
#define X(id, heading, descending) ROWS_BY_##id,
  ROWS_ORDER_LIST(X)
#undef X
    ROWS_ORDERS
} rows_order;

/* X(ID, word): entries that have this in common are one row. */
#define ROWS_GROUP_LIST(X)       \
  X(NONE, "connections")         \
  X(SOURCE, "sources")           \
  X(DESTINATION, "destinations") \
  X(NETWORK, "networks")         \
  X(PORT, "ports")               \
  X(STATE, "states")
typedef enum rows_group {
#define X(id, word) ROWS_GROUP_##id,
  ROWS_GROUP_LIST(X)
#undef X
    ROWS_GROUPS
} rows_group;

typedef enum rows_change { ROWS_SAME, ROWS_NEW, ROWS_CHANGED, ROWS_GONE } rows_change;

/* What a row shows of an entry: a view is four times as large. */
typedef struct rows_entry {
  guint64 id;
  ct_tuple tuple, reply;
  gint64 timeout_ns, created_ns, idle_ns;
  guint64 packets, bytes;
  guint32 status;
  guint8 state;
  guint8 change; /* rows_change since the moment before */
  gboolean counted;
  const char *helper; /* static, or NULL */
} rows_entry;

typedef struct rows_count {
  char *key;
  guint64 entries, packets, bytes, unreplied;
} rows_count;

typedef struct rows {
  GArray *entries, *before; /* of rows_entry, by id: now, and at the moment before */
  GArray *order;            /* of guint: indices of the chosen ones in entries, as they are shown */
  GArray *counts;           /* of rows_count, as they are shown */
  guint64 total;            /* entries that are there, chosen or not */
  guint tcp, udp, icmp, others;
} rows;

/* Who chooses. A view is what filters are asked of. NULL: all are chosen. */
typedef gboolean (*rows_filter)(const ct_view *view, gpointer user);

/*
 * The entries now. compare: with those of the call before, whose missing ones are among the rows as GONE; or with none,
 * where too much lies between the two moments.
 */
void rows_take(rows *r, const ct_engine *engine, rows_filter filter, gpointer user, gboolean compare);
/*
 * The same for another kernel at the same moment: marks what is not alike with the entries of `other`, by their tuples.
 * What only the other one has is GONE.
 */
void rows_compare(rows *r, const ct_engine *other, rows_filter filter, gpointer user);
/* params: whose the states are. text: rows that contain it; NULL: all. */
void rows_arrange(rows *r, const ct_params *params, rows_group group, rows_order by, gboolean descending,
                  const char *text);
void rows_clear(rows *r);

/* Texts of a row, each to be freed. */
char *rows_end_text(const ct_params *params, const ct_tuple *tuple, gboolean source);
const char *rows_state_text(const ct_params *params, const rows_entry *entry);

#endif
