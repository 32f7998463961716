/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page about a capture that works from a mail attachment: one file, nothing fetched, readable without scripts, by
 * keyboard, by screen reader, on paper. Memory is bounded for captures of any size, and the page says what
 * was left out.
 *
 * Life: report_new; report_event from ct_engine_watch and report_packet for every packet; report_write; report_free.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "conntrack/engine.h"
#include "conntrack/trace.h"
#include "emit/emit.h"
#include "emit/summary.h"
#include "emit/text.h"
#include "journal/history.h"

/* The most that the page may hold. */
enum {
  REPORT_CONNS_KEPT = 50000,    /* connections remembered while reading, first come first served */
  REPORT_TROUBLED_KEPT = 20000, /* and beyond those, only ones in trouble: INVALID, evicted */
  REPORT_ROWS_KEPT = 400000,    /* packets remembered for ladders, of all connections together */
  REPORT_NOTABLE_KEPT = 100000, /* and beyond those, only ones that say something: INVALID, dropped, a new state */
  REPORT_ROWS_PER_CONN = 200,   /* of one connection */
  REPORT_NOTABLE_PER_CONN = 60, /* and beyond those, as above */
  REPORT_CONNS_SHOWN = 1500,    /* connections on the page, those in trouble first */
  REPORT_ROWS_SHOWN = 15000,    /* packets in ladders on the page */
  REPORT_ROWS_SURE = 5,         /* of each connection on it, at least */
  REPORT_OPEN_MAX = 50,         /* connections on a page whose walks are open from the start */
  REPORT_STRAYS_SHOWN = 500,    /* packets without a connection */
  REPORT_REMARKS_KEPT = 20000,  /* what is said of a packet with its own figures; beyond, only the reason is */
  REPORT_TRIED = 500,           /* of these, for so many advice is made as short as it may be, which takes time */
  REPORT_HOSTS_KEPT = 65536,    /* addresses that are counted */
  REPORT_HOSTS_SHOWN = 10
};

typedef struct report report;

/* params must live as long as the report. */
report *report_new(const ct_params *params);
void report_free(report *report); /* NULL is fine */

/* As it comes from engine, with the mask of CT_EVENT_DESTROY. */
void report_event(report *report, const ct_engine *engine, const ct_event *event);
/*
 * after: the entry after the packet, or NULL; trace: the engine's, of this packet. history: of this packet, too; NULL:
 * what it would have belonged to, and what would have let it pass, is not said.
 */
void report_packet(report *report, const ct_engine *engine, const ct_packet *packet, const ct_result *result,
                   const ct_trace *trace, const ct_view *after, journal_history *history);

/* Before report_packet: what rules made of that packet. Without a call there are none. */
void report_rules(report *report, const emit_rules *rules);
/* Before report_write: lines that say which rules dropped how many packets; copied. */
void report_drops(report *report, const char *lines);

/* title: the captures' names; any bytes. summary: complete. */
void report_write(report *report, emit_text *out, const char *title, const emit_summary *summary);

#endif
