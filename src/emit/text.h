/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text formatted by hand into one large buffer, flushed to a file descriptor in big pieces: printing must not cost
 * more than tracking. Errors stick: after the first failed write nothing more is written, and emit_text_flush says so.
 */
#ifndef EMIT_TEXT_H
#define EMIT_TEXT_H

#include <glib.h>

#include "conntrack/tuple.h"

typedef struct emit_text {
  char *data;
  gsize used, size;
  int fd;        /* -1: kept in memory only (tests, reports): the buffer grows */
  int error;     /* errno of the first failed write; 0 fine. EPIPE is remembered like any other: the caller decides */
} emit_text;

void emit_text_init(emit_text *out, int fd);
/* Frees the buffer; does not flush, does not close. */
void emit_text_clear(emit_text *out);
/* => FALSE where a write failed, now or earlier. */
gboolean emit_text_flush(emit_text *out);

void emit_text_bytes(emit_text *out, const char *bytes, gsize n);
void emit_text_string(emit_text *out, const char *s);
void emit_text_char(emit_text *out, char c);
void emit_text_u64(emit_text *out, guint64 v);
void emit_text_i64(emit_text *out, gint64 v);
void emit_text_hex(emit_text *out, guint64 v);                /* lower case, no 0x, no padding */
void emit_text_pad(emit_text *out, const char *s, int width); /* left-justified as %-8s; negative width: right-justified */
void emit_text_u64_zeros(emit_text *out, guint64 v, guint digits); /* zero-padded */
void emit_text_json_string(emit_text *out, const char *s);    /* with quotes and escapes */
/* IPv6: compressed as inet_ntop does, or in full as /proc does. */
void emit_text_addr(emit_text *out, guint8 family, const ct_addr *addr, gboolean in_full);
/* RFC 3339 in UTC with nanoseconds where they are not zero: 2026-11-21T10:00:00.123456789Z. */
void emit_text_time(emit_text *out, gint64 time_ns);

#endif
