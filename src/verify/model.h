/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values that are compared: entries, expectations, events, a run's answer to a frame (a line), and the end behind
 * the last frame. Transcripts are read into these, an engine and a kernel answer in these. Also the error domain
 * of all of src/verify.
 *
 * Ownership: strings are interned (g_intern_string) and never freed; a line owns its arrays.
 */
#ifndef VERIFY_MODEL_H
#define VERIFY_MODEL_H

#include <glib.h>

#include "conntrack/status.h"
#include "conntrack/tuple.h"

#define VERIFY_NS_PER_S G_GINT64_CONSTANT(1000000000)

/* Members that a listing or an event may or may not carry. */
enum {
  VERIFY_HAS_REPLY = 1 << 0,
  VERIFY_HAS_STATUS = 1 << 1,
  VERIFY_HAS_STATE = 1 << 2,
  VERIFY_HAS_TIMEOUT = 1 << 3,
  VERIFY_HAS_COUNTERS = 1 << 4,
  VERIFY_HAS_WSCALE = 1 << 5,
  VERIFY_HAS_TFLAGS = 1 << 6,
  VERIFY_HAS_VTAG = 1 << 7,
  VERIFY_HAS_HELPER = 1 << 8,
  VERIFY_HAS_MASTER = 1 << 9
};

/* An entry as listed, or as an event carried it. Strings are interned (g_intern_string). */
typedef struct verify_entry {
  ct_tuple orig, reply, master;
  guint32 has;    /* VERIFY_HAS_* */
  guint32 status; /* CT_STATUS_* */
  const char *state, *helper;
  gint64 timeout_s; /* seconds left, as listed: rounded down */
  gint64 rest_ns;   /* the same in full, where the source knows it (an engine); else timeout_s in ns */
  gint64 listed_ns; /* when it was listed: the time of the frame */
  guint8 wscale[2], tflags[2];
  guint32 vtag[2];
  guint64 packets[2], bytes[2];
  guint64 stamp; /* number of the frame at which it was last listed */
} verify_entry;

typedef struct verify_expect {
  ct_tuple tuple, mask, master;
  gint64 timeout_s, rest_ns; /* as in verify_entry; below 0 where the kernel's timer wheel fires late */
  gint64 listed_ns;
  gint64 collected_ns; /* the other run's EXP_DESTROY with an expired master: how much earlier than the frame that may
                          have been seen */
  guint32 class_number, flags;
  const char *helper; /* interned; "" where none */
  gboolean timeless;  /* it has no timeout (2.4): timeout_s and rest_ns are 0 */
  guint64 stamp;
} verify_expect;

typedef enum {
  VERIFY_EV_NEW,
  VERIFY_EV_UPDATE,
  VERIFY_EV_DESTROY,
  VERIFY_EV_EXP_NEW,
  VERIFY_EV_EXP_DESTROY
} verify_event_type;

typedef struct verify_event {
  verify_event_type type;
  gboolean expired; /* DESTROY because the deadline passed, or an expectation's because its master's did (a transcript
                       names no cause) */
  union {
    verify_entry entry;
    verify_expect expect;
  } u;
} verify_event;

const char *verify_event_name(verify_event_type type);

/* First line. Strings live as long as the transcript. */
typedef struct verify_header {
  const char *kernel, *capture;
  gboolean virtual_clock; /* the clock followed the capture's; else the machine's own */
  GStrv sysctls;          /* "name=value" */
  GStrv helpers;          /* "proto:port:name" */
  GStrv machine;          /* "gc=kernel", only in ctreplay's own; NULL: nothing is said */
} verify_header;

/* One frame. The arrays hold values and stay true until the next line is read. */
typedef struct verify_line {
  guint64 number;  /* of the frame, from 1 */
  gint64 time_ns;  /* since the first frame; of the last frame before where this one was never sent */
  gint64 seen_ns;  /* when the table was looked at: time_ns where the transcript does not say */
  const char *why; /* the frame never reached IP: nothing else is meaningful; else NULL. Interned */
  ct_class cls;
  char dir; /* 'o', 'r', '-'; 0 where cls is CT_CLASS_NONE */
  gboolean forwarded, padded;
  GArray *events;      /* verify_event */
  GArray *listed;      /* verify_entry: new or changed */
  GArray *gone;        /* ct_tuple */
  GArray *expected;    /* verify_expect: new */
  GArray *expect_gone; /* ct_tuple */
} verify_line;

void verify_line_init(verify_line *line);
void verify_line_reset(verify_line *line);
void verify_line_clear(verify_line *line);

/* The end, behind the last line: tables and statistics. */
typedef struct verify_end {
  gint64 time_ns, seen_ns; /* when the tables were asked for and had been read; -1 where that stands nowhere */
  GArray *table;           /* verify_entry */
  GArray *expected;        /* verify_expect */
  GHashTable *stats;       /* name => guint64 *; sums over all CPUs */
} verify_end;

#define VERIFY_ERROR (verify_error_quark())
GQuark verify_error_quark(void);
typedef enum {
  VERIFY_ERROR_READ,    /* the file cannot be opened or read */
  VERIFY_ERROR_FORMAT,  /* not a transcript, or a broken one */
  VERIFY_ERROR_CAPTURE, /* the capture does not fit the transcript */
  VERIFY_ERROR_MISSING, /* this machine lacks something */
  VERIFY_ERROR_SYSTEM   /* the machine refused something it should do */
} verify_error;

guint verify_tuple_hash(gconstpointer tuple);
gboolean verify_tuple_equal(gconstpointer a, gconstpointer b);

#endif
