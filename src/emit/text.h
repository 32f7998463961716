/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text formatted by hand into one large buffer, flushed to a file descriptor in big pieces: printing must not cost
 * more than tracking. Errors stick: after the first failed write nothing more is written, and emit_text_flush says so.
 */
#ifndef EMIT_TEXT_H
#define EMIT_TEXT_H

#include <glib.h>
#include <string.h>

#include "conntrack/tuple.h"

typedef struct emit_text {
  char *data;
  gsize used, size;
  gboolean begun; /* something has been written to fd */
  /* NULL, or called before that happens: what stands where it goes makes way. */
  void (*before_first)(gpointer user);
  gpointer before_first_user;
  int fd;              /* -1: kept in memory only (tests, reports): the buffer grows */
  gint64 clock_second; /* emit_text_time's last second, and how it was written ('\0' first: none yet) */
  char clock_text[19];
  int error; /* errno of the first failed write; 0 fine. EPIPE is remembered like any other: the caller decides */
} emit_text;

/* fd: stays its owner's; -1: all is kept in memory. What out held before is not freed. */
void emit_text_init(emit_text *out, int fd);
/* Frees the buffer; does not flush, does not close. */
void emit_text_clear(emit_text *out);
/* => FALSE where a write failed, now or earlier. */
gboolean emit_text_flush(emit_text *out);

/*
 * Makes room for n more bytes (by flushing, or by growing where there is no descriptor) and returns where they go; the
 * caller adds to out->used what it wrote. n is a constant of the caller's, far below the buffer's size.
 */
char *emit_text_make_room(emit_text *out, gsize n);
static inline char *emit_text_reserve(emit_text *out, gsize n)
{
  return G_LIKELY(out->size - out->used >= n) ? out->data + out->used : emit_text_make_room(out, n);
}

void emit_text_bytes(emit_text *out, const char *bytes, gsize n); /* any length */
void emit_text_string(emit_text *out, const char *s);
static inline void emit_text_char(emit_text *out, char c)
{
  *emit_text_reserve(out, 1) = c;
  out->used++;
}
/* A string literal: its length is known, so that it costs a copy of a few words. */
static inline void emit_text_constant(emit_text *out, const char *s, gsize n)
{
  memcpy(emit_text_reserve(out, n), s, n);
  out->used += n;
}
#define emit_text_literal(out, s) emit_text_constant(out, s "", sizeof(s) - 1)
/* printf, for what is written seldom: it allocates. */
void emit_text_format(emit_text *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
void emit_text_u64(emit_text *out, guint64 v);
void emit_text_i64(emit_text *out, gint64 v);
void emit_text_hex(emit_text *out, guint64 v); /* lower case, no 0x, no padding */
void emit_text_pad(emit_text *out, const char *s,
                   int width); /* left-justified as %-8s; negative width: right-justified */
void emit_text_u64_pad(emit_text *out, guint64 v, int width); /* as emit_text_pad */
void emit_text_u64_grouped(emit_text *out, guint64 v);        /* 1,234,567 */
/* The same, right-justified; whatever the figures, a blank stands before them. */
void emit_text_u64_grouped_pad(emit_text *out, guint64 v, guint width);
void emit_text_u64_zeros(emit_text *out, guint64 v, guint digits); /* zero-padded */
void emit_text_json_string(emit_text *out, const char *s);         /* with quotes and escapes */
/* IPv6: compressed as inet_ntop does, or in full as /proc does. */
void emit_text_addr(emit_text *out, guint8 family, const ct_addr *addr, gboolean in_full);
/*
 * Nanoseconds as seconds with as many decimals as it takes (at least `decimals`, at most 9): -1.5, 0.000000,
 * 12.000000001.
 */
void emit_text_seconds(emit_text *out, gint64 ns, guint decimals);
/* "1 y 20 d", "3 d 4 h", "12.5 s": two units are enough for a person. */
void emit_text_span(emit_text *out, gint64 ns);
/* RFC 3339 in UTC with nanoseconds where they are not zero: 2026-11-21T10:00:00.123456789Z. */
void emit_text_time(emit_text *out, gint64 time_ns);
/* The same with so many decimals at least; with nine it is 30 characters, and text that sorts as the times do. */
void emit_text_time_decimals(emit_text *out, gint64 time_ns, guint decimals);
/* The same with six decimals, cut: 27 characters, for columns. */
void emit_text_time_fixed(emit_text *out, gint64 time_ns);

/* a - b for two times, which a hostile capture may have put at both ends of what 64 bits hold. */
static inline gint64 emit_time_since(gint64 a, gint64 b) { return (gint64)((guint64)a - (guint64)b); }

/* A moment in UTC, for those who print it otherwise. */
typedef struct emit_date {
  gint64 year;
  guint month, day, weekday; /* 1..12, 1..31, 0 = Sunday */
  guint second_of_day, ns;
} emit_date;
emit_date emit_date_from_ns(gint64 time_ns);
void emit_text_clock(emit_text *out, const emit_date *date); /* 10:00:00 */
void emit_text_ctime(emit_text *out,
                     gint64 time_ns); /* as ctime(3) in UTC, without the newline: Sat Nov 21 10:00:00 2026 */

#endif
