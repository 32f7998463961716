/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is remembered while reading. Internal to src/report. */
#ifndef REPORT_COLLECT_H
#define REPORT_COLLECT_H

#include "pressure/occupancy.h"
#include "report.h"
#include "states/states.h"

/* A packet in a ladder. */
typedef struct report_row {
  guint64 number;
  gint64 time_ns;
  guint32 seq, ack, length, timeout_s;
  guint16 reason, status; /* status: of the entry after the packet */
  guint8 dir, cls, old_state, new_state, flags, kind;
  gboolean dropped : 1, assured : 1, has_timeout : 1, has_tcp : 1;
} report_row;

typedef struct report_conn {
  guint64 id;
  ct_tuple tuple; /* original; of a stray packet: its own */
  gint64 first_ns, last_ns, ended_ns;
  guint64 packets[2], bytes[2], invalid, left_out; /* left_out: packets that no row tells */
  guint32 status;
  guint16 end_reason; /* NONE: still there */
  guint8 state;
  GArray *rows; /* report_row; may be NULL */
} report_conn;

enum { REPORT_MACHINES = 3 };

struct report {
  const ct_params *params;
  GHashTable *by_id; /* id => report_conn, owned by conns */
  GPtrArray *conns;  /* report_conn, in the order they were met */
  GArray *strays;    /* report_conn without id, with one row: INVALID and dropped packets that belong to nothing */
  guint64 conns_seen, strays_seen, rows, invalid, dropped;
  gint64 first_ns;
  gboolean begun;
  pressure_occupancy occupancy;
  states_machine *machines[REPORT_MACHINES];
};

gboolean report_conn_is_troubled(const report_conn *conn);

/* Generated from page.css and page.js, line by line, NULL at the end. */
extern const char *const report_css[], *const report_js[];

/* page.c's pieces. */
void report_put_escaped(emit_text *out, const char *text);
void report_put_conn(emit_text *out, const report *report, const report_conn *conn, guint *rows_left);
void report_put_row(emit_text *out, const report *report, const report_conn *conn, const report_row *row);
void report_put_row_heading(emit_text *out);
void report_put_tuple(emit_text *out, const ct_tuple *tuple);
const char *report_protocol(guint8 proto);

#endif
