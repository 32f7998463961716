/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output formats: views and events in, text out. One file per format, one line each in formats.h. A format never sees
 * the engine's insides and decides nothing: what is shown was decided before it is called. Spec 10, doc/formats.md.
 *
 * Life of an output: emit_output_open; then, as the command goes, what the format's functions receive; then
 * emit_output_close. What a format has to remember between two calls is its output's own (priv), so that several
 * outputs of one format may be open at once. Several snapshots stand between one open and one close, each under its
 * snapshot line.
 */
#ifndef EMIT_EMIT_H
#define EMIT_EMIT_H

#include <glib.h>

#include "conntrack/engine.h"
#include "conntrack/read/packet.h"
#include "text.h"

#define EMIT_ERROR (emit_error_quark())
GQuark emit_error_quark(void);
typedef enum { EMIT_ERROR_FORMAT } emit_error;

/* Content options that conntrack's -o adds to a format. X(ID, bit, word) */
#define EMIT_WORD_LIST(X)        \
  X(TIMESTAMP, 0, "timestamp")   \
  X(EXTENDED, 1, "extended")     \
  X(ID, 2, "id")                 \
  X(KTIMESTAMP, 3, "ktimestamp") \
  X(LABELS, 4, "labels")
enum {
#define X(id, bit, word) EMIT_##id = 1 << (bit),
  EMIT_WORD_LIST(X)
#undef X
};

/* What an output can be opened for: one bit per command of the command line. */
enum {
  EMIT_CAN_LIST = 1 << 0,          /* -L */
  EMIT_CAN_EXPECT = 1 << 1,        /* -L expect */
  EMIT_CAN_EVENTS = 1 << 2,        /* -E */
  EMIT_CAN_PACKETS = 1 << 3,       /* -P */
  EMIT_CAN_STATS = 1 << 4,         /* -S */
  EMIT_CAN_COUNT = 1 << 5,         /* -C */
  EMIT_CAN_EXPECT_EVENTS = 1 << 6, /* -E expect */
  EMIT_CAN_LOSSES = 1 << 7,        /* --evictions */
  EMIT_CAN_FLOWS = 1 << 8          /* flows */
};

/* What a format asks for beyond what the command is about. */
enum {
  EMIT_WANTS_EXPECTS = 1 << 0,  /* a listing of entries goes on with the expectations, as 2.4's one file did */
  EMIT_WANTS_PRESSURE = 1 << 1, /* statistics come with emit_pressure */
  EMIT_WANTS_WALK = 1 << 3,     /* packets come with emit_rules.walk */
  EMIT_WANTS_FIREWALL = 1 << 4, /* packets come with emit_rules.transcript */
  EMIT_WANTS_END = 1 << 2       /* after the last packet come the entries, the expectations and the statistics */
};

/* Who fills the table: what -S adds to the kernel's counters in its longer forms. Rows come heaviest first. */
typedef struct emit_heavy {
  ct_addr addr;
  guint8 family;
  guint64 count;
  guint64 least; /* where count is an estimate, which is never too low: it is at least so many; else count itself */
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

/* What is shown speaks of a part of the captures only: reading ended early. */
typedef struct emit_part {
  guint64 packets;
  double share;    /* of the captures, 0 to 1, about; negative: not known */
  const char *why; /* "interrupted", ... */
} emit_part;

typedef struct emit_statistics {
  const ct_stats *stats;
  guint64 count;                 /* entries in the table */
  const emit_pressure *pressure; /* may be NULL */
  const char *rules;             /* JSON: the rules' counters, for a transcript; NULL: there are no rules */
  const emit_part *part;         /* NULL: of all */
} emit_statistics;

/* What is replayed. */
typedef struct emit_subject {
  const char *capture; /* the name of the first */
  const ct_params *params;
  ct_checksums checksums;
  const char *rules; /* JSON: members about rules for a transcript's first line, each behind a comma; NULL: none */
} emit_subject;

struct emit_columns;

/* What all formats read. */
typedef struct emit_options {
  guint options; /* the words of EMIT_WORD_LIST that were given */
  const ct_profile *profile;
  gboolean show_mark, show_secmark;   /* what a kernel of the profile prints: params.features_mark, features_secmark */
  gboolean show_times;                /* nf_conntrack_timestamp=1: entries carry their start */
  const char *const *label_names;     /* of the CT_LABELS labels, NULL for one without; NULL: numbers are printed */
  gboolean colour;                    /* lines for people only */
  const emit_subject *subject;        /* NULL: not told */
  const struct emit_columns *columns; /* row.h: what is shown comes as rows of these; NULL: it does not */
  const gint64 *first_ns;             /* with columns: where the time of the first frame will stand */
  guint screen;                       /* columns of the terminal; 0: there is none */
} emit_options;

struct journal_past;
struct journal_advice;

/* What rules made of a packet, in the words of whoever walked it through them. */
typedef struct emit_rules {
  const char *verdict; /* "accept", "drop", ...; NULL: it met no rule */
  const char *rule;    /* "filter:FORWARD:rule:4"; "" where none had a say */
  const char *why;     /* a remark; "": none */
  const char *file;    /* where the rule stands; NULL: nowhere */
  guint line;
  guint32 mark;           /* of the packet, as it left */
  gboolean answered;      /* and what answers it has passed conntrack with the packet's entry */
  gboolean reset;         /* rejected by a reset, which has closed the packet's entry */
  guint64 answer_to;      /* it is the box's own answer to the packet of that number; 0: no */
  gboolean before;        /* dropped before conntrack, which has not seen it */
  gboolean to_box;        /* what takes it is the box itself */
  gboolean observes;      /* verdicts are told, but tracking goes on as if all were accepted */
  const char *walk;       /* JSON: a list of steps; NULL: not asked for */
  const char *leaves;     /* JSON: an object, of a packet that left translated; NULL: it did not */
  const char *transcript; /* JSON: members of a transcript's line, each behind a comma; NULL: not asked for */
  const GArray *expects;  /* ct_expect_view: those that a transcript lists though no event tells of them; NULL: none */
} emit_rules;

/* A packet as -P shows it. view is the entry after it (NULL where none). */
typedef struct emit_packet {
  const ct_packet *packet;
  const ct_result *result;
  const ct_view *view;
  gint64 first_ns;                     /* time of the first frame: what relative times count from */
  const struct journal_past *past;     /* what it would have belonged to; NULL: not told */
  const struct journal_advice *advice; /* what would have let it pass; NULL: the reason's own sysctl is named */
  const struct emit_query *query; /* the query to a group that it answers in vain (asked.h); NULL: none, or not told */
  const struct journal_sides *sides; /* what its verdict rests on (journal/history.h); NULL: not told */
  const emit_rules *rules;           /* NULL: there are none */
} emit_packet;

/* What a table lost by being full, or would have needed: --evictions. */
typedef enum emit_loss_kind { EMIT_LOSS_EVICTED, EMIT_LOSS_MISSED, EMIT_LOSS_DROPPED } emit_loss_kind;

typedef struct emit_loss {
  emit_loss_kind kind;
  gint64 first_ns; /* as in emit_packet */
  guint64 max;     /* nf_conntrack_max */
  /* EVICTED and MISSED: the entry as it was when it went, when, and for which packet (0: the collector took it). */
  const ct_view *view;
  gint64 evicted_ns;
  ct_reason reason;
  guint64 by_packet;
  /* MISSED and DROPPED: the packet that found no entry any more, or no room. */
  const ct_packet *packet;
  const ct_result *result;
  const emit_rules *dropped_by; /* MISSED: and rules have dropped it; NULL: they have not */
} emit_loss;

/* A format on its way to one place. Formats may read all of it and write through text and priv. */
typedef struct emit_output {
  const struct emit_format *format;
  gpointer priv;        /* the format's private_bytes, zero when it is opened */
  emit_text *text;      /* the place; its errors stick to it, and are told by whoever opened the place */
  emit_options options; /* as they were when the output was opened */
  guint what;           /* the EMIT_CAN_* that it is opened for */
} emit_output;

/* What is NULL has nothing to say at that point, but for what `can` and `wants` promise to take. */
typedef struct emit_format {
  const char *name;
  const char *help;
  guint can;           /* EMIT_CAN_* */
  gsize private_bytes; /* of emit_output.priv; 0: none */
  /* Rows are lines for people: without --fields as many columns as a screen has room for, each as wide as need be. */
  gboolean fits_screen;
  gboolean
    is_database; /* it is no text: a file of its own, which the command writes (src/database); nothing below is set */

  guint (*wants)(const emit_options *options, guint what); /* => EMIT_WANTS_*, when it is opened for what */
  gboolean (*open)(emit_output *output, GError **error);   /* the first words */
  void (*entry)(emit_output *output, const ct_view *view);
  void (*expect)(emit_output *output, const ct_expect_view *expect);
  void (*event)(emit_output *output, const ct_event *event);
  /*
   * -P: what happened since the packet before, told before the packet it belongs to; a timer's events have packet
   * number 0. Then comes packet, or, where the packet is not shown, skip: what was told is to be forgotten.
   */
  void (*note)(emit_output *output, const ct_event *event);
  void (*packet)(emit_output *output, const emit_packet *packet);
  void (*skip)(emit_output *output);
  void (*stats)(emit_output *output, const emit_statistics *statistics);
  void (*count)(emit_output *output, guint64 count, const emit_part *part); /* part: NULL: of all */
  void (*loss)(emit_output *output, const emit_loss *loss);
  void (*row)(emit_output *output, const void *record);     /* with options.columns: a record of their table */
  void (*part)(emit_output *output, const emit_part *part); /* at the end: what was shown is of a part */
  void (*snapshot)(emit_output *output, gint64 time_ns, guint64 packet); /* the line above a snapshot */
  gboolean (*close)(emit_output *output, GError **error);                /* the last words */
} emit_format;

/*
 * Opens an output of the format, for one of the bits of format->can, on a place that outlives it. Of options, what they
 * point at has to outlive it too. => FALSE and error where the format says that it cannot; nothing is open then.
 */
gboolean emit_output_open(emit_output *output, const emit_format *format, guint what, const emit_options *options,
                          emit_text *text, GError **error);
/* An output that was opened, and is not closed yet. */
gboolean emit_output_is_open(const emit_output *output);
/* What the output receives: one call of the format's each. */
static inline void emit_output_entry(emit_output *o, const ct_view *view) { o->format->entry(o, view); }
static inline void emit_output_expect(emit_output *o, const ct_expect_view *expect) { o->format->expect(o, expect); }
static inline void emit_output_event(emit_output *o, const ct_event *event) { o->format->event(o, event); }
static inline void emit_output_note(emit_output *o, const ct_event *event) { o->format->note(o, event); }
static inline void emit_output_skip(emit_output *o)
{
  if (o->format->skip != NULL)
    o->format->skip(o);
}
static inline void emit_output_packet(emit_output *o, const emit_packet *packet) { o->format->packet(o, packet); }
static inline void emit_output_stats(emit_output *o, const emit_statistics *s) { o->format->stats(o, s); }
static inline void emit_output_count(emit_output *o, guint64 count, const emit_part *part)
{
  o->format->count(o, count, part);
}
static inline void emit_output_loss(emit_output *o, const emit_loss *loss) { o->format->loss(o, loss); }
static inline void emit_output_row(emit_output *o, const void *record) { o->format->row(o, record); }
static inline void emit_output_part(emit_output *o, const emit_part *part)
{
  if (o->format->part != NULL)
    o->format->part(o, part);
}
static inline void emit_output_snapshot(emit_output *o, gint64 time_ns, guint64 packet)
{
  if (o->format->snapshot != NULL)
    o->format->snapshot(o, time_ns, packet);
}

/*
 * The format's last words; the output is closed afterwards in any case. => FALSE and error where the format says that
 * it is not whole. What the place could not take is told by the place.
 */
gboolean emit_output_close(emit_output *output, GError **error);

/* "12345 packets, about 33% of what was given (interrupted)" => to be freed; the same into a text */
char *emit_part_words(const emit_part *part);
void emit_part_put(emit_text *out, const emit_part *part);
/* ,"partial":true,"packets_read":12345,"share":0.330 */
void emit_part_members(emit_text *out, const emit_part *part);
/* The line of JSON with these members, of type "partial"; the line of text "Of a part: ...". */
void emit_part_json(emit_text *out, const emit_part *part);
void emit_part_line(emit_text *out, const emit_part *part);

/*
 * tcp 10.0.0.1.1234 > 10.0.0.2.80: what a tuple is about, for people. A protocol that the profile has no name for is
 * told by its number.
 */
void emit_flow(emit_text *out, const ct_profile *profile, const ct_tuple *tuple);
/* The same of what is expected: the source is an address, a network or "any", with its port where one is expected. */
void emit_expect_flow(emit_text *out, const ct_profile *profile, const ct_expect_view *expect);
/* The same, with its class where that has a name. */
void emit_expect_class(emit_text *out, const ct_profile *profile, const ct_expect_view *expect);
/*
 * The same of a packet, from its own headers: the tuple that was looked up is another one for ICMP's answers and
 * errors, and less of it is there where the packet was refused early. icmp 10.0.0.1 > 10.0.0.2 unreachable code 3 about
 * udp 10.0.0.2.53 > 10.0.0.3.999.
 */
void emit_packet_flow(emit_text *out, const ct_profile *profile, const ct_packet *packet);
/* Without what an ICMP error is about. */
void emit_packet_own_flow(emit_text *out, const ct_profile *profile, const ct_packet *packet);
/* " about " and the packet inside an ICMP error, as it was sent; nothing of others, or where it could not be read. */
void emit_packet_about(emit_text *out, const ct_profile *profile, const ct_packet *packet);

/* => EMIT_WANTS_* */
guint emit_format_wants(const emit_format *format, const emit_options *options, guint what);

/* By name; NULL where there is none. */
const emit_format *emit_format_find(const char *name);
/* The i-th, the default first; NULL past the end. */
const emit_format *emit_format_get(guint i);
/* The bit of a content option ("timestamp"); 0 where there is none of that name. */
guint emit_word_find(const char *word);

#endif
