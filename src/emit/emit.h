/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output formats: views and events in, text out. One file per format, one line each in formats.h. A format never sees
 * the engine's insides and decides nothing: what is shown was decided before it is called. Spec 10, doc/formats.md.
 *
 * Life of an output: begin; then, as the command goes, entry, expect, event, packet, stats or count; end. Several
 * snapshots stand between one begin and one end, each under its snapshot line. A function may be NULL where the format
 * has nothing to say at that point.
 */
#ifndef EMIT_EMIT_H
#define EMIT_EMIT_H

#include <glib.h>

#include "collect.h"
#include "conntrack/engine.h"
#include "packet/packet.h"
#include "text.h"

/* Content options that conntrack's -o adds to a format: timestamp, extended, id, ... */
enum { EMIT_TIMESTAMP = 1 << 0, EMIT_EXTENDED = 1 << 1, EMIT_ID = 1 << 2, EMIT_KTIMESTAMP = 1 << 3 };

/* What a format can show: one bit per command of the command line. */
enum {
  EMIT_CAN_LIST = 1 << 0,         /* -L */
  EMIT_CAN_EXPECT = 1 << 1,       /* -L expect */
  EMIT_CAN_EVENTS = 1 << 2,       /* -E */
  EMIT_CAN_PACKETS = 1 << 3,      /* -P */
  EMIT_CAN_STATS = 1 << 4,        /* -S */
  EMIT_CAN_COUNT = 1 << 5,        /* -C */
  EMIT_CAN_EXPECT_EVENTS = 1 << 6 /* -E expect */
};

/* What a transcript's last line holds: copies of all views, in order of creation, and the statistics. */
typedef struct emit_tables {
  const ct_view *entries;
  guint n_entries;
  const ct_expect_view *expects;
  guint n_expects;
  const ct_stats *stats; /* may be NULL */
} emit_tables;

/* Who fills the table: what -S adds to the kernel's counters in its longer forms. Rows come heaviest first. */
typedef struct emit_heavy {
  ct_addr addr;
  guint8 family;
  guint64 count;
} emit_heavy;

/* X(ID, words, JSON key): whose entries or dropped packets are counted, and by which address. */
#define EMIT_HEAVY_LIST(X)                             \
  X(HELD_SRC, "held-source", "sources_held")           \
  X(HELD_DST, "held-destination", "destinations_held") \
  X(DROPPED_SRC, "dropped-source", "sources_dropped")  \
  X(DROPPED_DST, "dropped-destination", "destinations_dropped")
typedef enum emit_heavy_kind {
#define X(id, words, key) EMIT_HEAVY_##id,
  EMIT_HEAVY_LIST(X)
#undef X
    EMIT_HEAVY_COUNT
} emit_heavy_kind;

enum { EMIT_HEAVY_ROWS = 5 };

typedef struct emit_pressure {
  double mean; /* entries, over the time since the first packet */
  guint n[EMIT_HEAVY_COUNT];
  emit_heavy heavy[EMIT_HEAVY_COUNT][EMIT_HEAVY_ROWS];
  guint n_idle;
  ct_view idle[EMIT_HEAVY_ROWS]; /* ASSURED entries, the longest idle first */
} emit_pressure;

typedef struct emit_options {
  guint options; /* EMIT_* */
  const ct_profile *profile;
  gboolean show_mark, show_secmark; /* what a kernel of the profile prints: params.features_mark, features_secmark */
  gboolean show_times;              /* nf_conntrack_timestamp=1: entries carry their start */
  gboolean colour;                  /* lines for people only */

  const emit_pressure *pressure; /* -S: may be NULL */
  emit_collector *collector;     /* for formats that collect */
  const emit_tables *tables;     /* transcript: needed by its end(); NULL stands for empty ones */
  const char *capture;           /* transcript: the capture's name; NULL is "-" */
  const char *const *sysctls;    /* transcript: "net.netfilter.x=1", ..., NULL; may be NULL */
  const char *const *helpers;    /* transcript: "tcp:21:ftp", ..., NULL; may be NULL */
} emit_options;

/*
 * A packet as -P shows it. view is the entry after it (NULL where none); frame is NULL where the source was no capture.
 */
typedef struct emit_packet {
  const cap_frame *frame;
  const ct_packet *packet;
  const ct_result *result;
  const ct_view *view;
  gint64 first_ns; /* time of the first frame: what relative times count from */
} emit_packet;

typedef struct emit_format {
  const char *name;
  const char *help;
  guint can;         /* EMIT_CAN_* */
  gboolean collects; /* -P: the events of a packet go to options->collector before the packet is shown (collect.h) */
  void (*begin)(emit_text *out, const emit_options *o, guint what); /* what: one EMIT_CAN_* */
  void (*entry)(emit_text *out, const emit_options *o, const ct_view *view);
  void (*expect)(emit_text *out, const emit_options *o, const ct_expect_view *expect);
  void (*event)(emit_text *out, const emit_options *o, const ct_event *event);
  void (*packet)(emit_text *out, const emit_options *o, const emit_packet *packet);
  void (*stats)(emit_text *out, const emit_options *o, const ct_stats *stats, guint64 count);
  void (*count)(emit_text *out, const emit_options *o, guint64 count);
  void (*snapshot)(emit_text *out, const emit_options *o, gint64 time_ns,
                   guint64 packet); /* the line above a snapshot */
  void (*end)(emit_text *out, const emit_options *o, guint what);
} emit_format;

/* An entry as the object that json's lines hold under "entry", for lines of other types. */
void emit_json_entry_object(emit_text *out, const emit_options *o, const ct_view *view);

/* TRUE where a listing of entries goes on with the expectations, as 2.4's one file did. */
gboolean emit_format_lists_both(const emit_format *format, const emit_options *o);

/* By name; NULL where there is none. */
const emit_format *emit_format_find(const char *name);
/* The i-th, the default first; NULL past the end. */
const emit_format *emit_format_get(guint i);

#endif
