/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of a reading. Internal to src/report. */
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
  guint32 skipped;        /* packets of the connection before it that no row tells */
  guint8 dir, cls, old_state, new_state, flags, kind;
  guint8 input;       /* the state table's row that was used */
  const char *remark; /* with the packet's own figures; NULL: there is only its reason */
  const char *ruled;  /* what a rule did with it, where it did not let it pass; NULL: it did, or there are none */
  gboolean dropped : 1, assured : 1, has_timeout : 1, has_tcp : 1;
} report_row;

typedef struct report_conn {
  guint64 id;
  ct_tuple tuple; /* original; of a stray packet: its own */
  gint64 first_ns, last_ns, ended_ns;
  guint64 packets[2], bytes[2], invalid, ruled_out, left_out; /* left_out: packets after the last row */
  guint32 status;
  guint16 end_reason; /* NONE: still there */
  guint8 end_timeout; /* as ct_view.timeout, at the end */
  guint64 ended_for;  /* the packet that ended it, where it had to make room; 0: none */
  ct_tuple newcomer;  /* that packet's */
  guint8 state;
  GArray *rows; /* report_row; may be NULL */
} report_conn;

/* An address, and what it [0] sent, [1] was sent. */
typedef struct report_host {
  ct_addr addr;
  guint8 family;
  guint64 packets[2], bytes[2];
  guint64 begun, invalid; /* connections that it began, packets that it sent */
} report_host;

enum { REPORT_MACHINES_MAX = 16, REPORT_STEPS_MAX = 64 };

struct report {
  const ct_params *params;
  GHashTable *by_id; /* id => report_conn, owned by conns */
  GPtrArray *conns;  /* report_conn, in the order they were met */
  GArray *strays;    /* report_conn without id, with one row: INVALID and dropped packets that belong to nothing */
  guint64 conns_seen, strays_seen, rows, invalid, dropped;
  GStringChunk *words; /* of rules, and remarks */
  guint remarks;       /* that are kept */
  GHashTable *hosts;   /* of report_host */
  gboolean hosts_over; /* there were more addresses than are counted */
  guint64 bytes;       /* of IP packets */
  const char *ruled;   /* as in a row, of the packet to come */
  gboolean ruled_out;  /* it was dropped by a rule for certain */
  gboolean has_rules;
  guint64 by_rules; /* packets that rules dropped */
  char *drops;      /* by which; NULL: none was told */
  gint64 first_ns;
  gboolean begun;
  pressure_occupancy occupancy;
  guint n_machines; /* one for each protocol */
  states_machine *machines[REPORT_MACHINES_MAX];
  states_drawing *drawings[REPORT_MACHINES_MAX]; /* while writing; NULL where no packet of the protocol came */
};

/* The packets that changed the state, first to last, and where they stand among the rows. */
typedef struct report_walk {
  guint machine; /* REPORT_MACHINES_MAX: the protocol has none */
  guint n;
  states_step steps[REPORT_STEPS_MAX];
  guint rows[REPORT_STEPS_MAX];
} report_walk;

gboolean report_conn_is_troubled(const report_conn *conn);

/* Generated from page.css and page.js, line by line, NULL at the end. */
extern const char *const report_css[], *const report_js[];

/* hosts.c */
GHashTable *report_hosts_new(void);
void report_hosts_note(report *report, const ct_packet *packet, const ct_result *result);
void report_hosts_put(emit_text *out, const report *report);

/* page.c's pieces. */
void report_put_escaped(emit_text *out, const char *text);
/* With its first n rows; open: whether its walk is open from the start. */
void report_put_conn(emit_text *out, const report *report, const report_conn *conn, guint n, gboolean open);
/* step: the number of its step in the walk; 0: none. */
void report_put_row(emit_text *out, const report *report, const report_conn *conn, const report_row *row, guint step);
void report_put_row_heading(emit_text *out);
void report_put_tuple(emit_text *out, const report *report, const ct_tuple *tuple);
void report_walk_find(const report *report, const report_conn *conn, report_walk *walk);
void report_put_walk(emit_text *out, const report *report, const report_conn *conn, const report_walk *walk,
                     gboolean open);

#endif
