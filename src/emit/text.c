/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "put.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

/*
 * Large enough that a write costs nothing beside what fills it, small enough to stay in the second-level cache; in
 * memory, what malloc hands out fastest.
 */
enum { TEXT_FD_BYTES = 256 * 1024, TEXT_MEMORY_BYTES = 1024 };

void emit_text_init(emit_text *out, int fd)
{
  out->fd = fd;
  out->error = 0;
  out->begun = FALSE;
  out->before_first = NULL;
  out->clock_text[0] = '\0';
  out->used = 0;
  out->size = fd >= 0 ? TEXT_FD_BYTES : TEXT_MEMORY_BYTES;
  out->data = g_malloc(out->size);
}

void emit_text_clear(emit_text *out)
{
  g_free(out->data);
  out->data = NULL;
  out->used = out->size = 0;
}

static void write_all(emit_text *out, const char *data, gsize n)
{
  if (n > 0 && !out->begun && out->before_first != NULL)
    out->before_first(out->before_first_user);
  out->begun = out->begun || n > 0;
  while (n > 0 && out->error == 0) {
    ssize_t done = write(out->fd, data, n);

    if (done < 0) {
      if (errno != EINTR)
        out->error = errno;
      continue;
    }
    data += done;
    n -= (gsize)done;
  }
}

gboolean emit_text_flush(emit_text *out)
{
  if (out->fd >= 0) {
    write_all(out, out->data, out->used);
    out->used = 0;
  }
  return out->error == 0;
}

char *emit_text_make_room(emit_text *out, gsize n)
{
  if (out->fd >= 0)
    emit_text_flush(out);
  if (out->size - out->used < n) {
    while (out->size - out->used < n)
      out->size *= 2;
    out->data = g_realloc(out->data, out->size);
  }
  return out->data + out->used;
}

/* Most of what is printed is shorter than a call to memcpy is worth: two overlapping moves of a fixed size do. */
static inline void copy_short(char *to, const char *from, gsize n)
{
  if (n > 16) {
    memcpy(to, from, n);
  } else if (n >= 8) {
    memcpy(to, from, 8);
    memcpy(to + n - 8, from + n - 8, 8);
  } else if (n >= 4) {
    memcpy(to, from, 4);
    memcpy(to + n - 4, from + n - 4, 4);
  } else {
    while (n-- > 0)
      to[n] = from[n];
  }
}

void emit_text_bytes(emit_text *out, const char *bytes, gsize n)
{
  if (out->fd >= 0 && n >= TEXT_FD_BYTES) {
    emit_text_flush(out);
    write_all(out, bytes, n);
    return;
  }
  copy_short(emit_text_reserve(out, n), bytes, n);
  out->used += n;
}

void emit_text_string(emit_text *out, const char *s) { emit_text_bytes(out, s, strlen(s)); }

void emit_text_format(emit_text *out, const char *format, ...)
{
  va_list args;
  char *text;

  va_start(args, format);
  text = g_strdup_vprintf(format, args);
  va_end(args);
  emit_text_string(out, text);
  g_free(text);
}

void emit_text_u64(emit_text *out, guint64 v)
{
  emit_text_advance(out, put_u64(emit_text_reserve(out, PUT_U64_BYTES), v));
}

void emit_text_i64(emit_text *out, gint64 v)
{
  if (v < 0) {
    emit_text_char(out, '-');
    emit_text_u64(out, -(guint64)v);
  } else {
    emit_text_u64(out, (guint64)v);
  }
}

void emit_text_hex(emit_text *out, guint64 v)
{
  char buffer[16], *p = buffer + sizeof(buffer);

  do {
    *--p = "0123456789abcdef"[v & 15];
    v >>= 4;
  } while (v != 0);
  emit_text_bytes(out, p, (gsize)(buffer + sizeof(buffer) - p));
}

void emit_text_u64_zeros(emit_text *out, guint64 v, guint digits)
{
  char buffer[PUT_U64_BYTES];
  gsize n = (gsize)(put_u64(buffer, v) - buffer);

  for (; digits > n; digits--)
    emit_text_char(out, '0');
  emit_text_bytes(out, buffer, n);
}

void emit_text_u64_grouped(emit_text *out, guint64 v)
{
  if (v >= 1000) {
    emit_text_u64_grouped(out, v / 1000);
    emit_text_char(out, ',');
    emit_text_u64_zeros(out, v % 1000, 3);
  } else {
    emit_text_u64(out, v);
  }
}

static void spaces(emit_text *out, gsize n)
{
  while (n-- > 0)
    emit_text_char(out, ' ');
}

void emit_text_u64_grouped_pad(emit_text *out, guint64 v, guint width)
{
  guint64 rest = v;
  guint n = 1;

  for (; rest >= 10; rest /= 10)
    n++;
  n += (n - 1) / 3;
  spaces(out, n < width ? width - n : 1);
  emit_text_u64_grouped(out, v);
}

void emit_text_pad(emit_text *out, const char *s, int width)
{
  gsize n = strlen(s), wide = (gsize)ABS(width);

  if (width < 0 && n < wide)
    spaces(out, wide - n);
  emit_text_bytes(out, s, n);
  if (width > 0 && n < wide)
    spaces(out, wide - n);
}

void emit_text_u64_pad(emit_text *out, guint64 v, int width)
{
  char buffer[PUT_U64_BYTES + 1];

  *put_u64(buffer, v) = '\0';
  emit_text_pad(out, buffer, width);
}

/*
 * RFC 8259: quote, backslash and control characters are escaped; what is not UTF-8 becomes U+FFFD, so that every reader
 * can read it.
 */
void emit_text_json_string(emit_text *out, const char *s)
{
  emit_text_char(out, '"');
  while (*s != '\0') {
    guchar c = (guchar)*s;

    if (c == '"' || c == '\\') {
      emit_text_char(out, '\\');
      emit_text_char(out, *s++);
    } else if (c < 0x20) {
      emit_text_literal(out, "\\u00");
      emit_text_char(out, c < 0x10 ? '0' : '1');
      emit_text_char(out, "0123456789abcdef"[c & 15]);
      s++;
    } else if (c < 0x80) {
      emit_text_char(out, *s++);
    } else {
      gunichar u = g_utf8_get_char_validated(s, -1);

      if (u == (gunichar)-1 || u == (gunichar)-2) {
        emit_text_literal(out, "\357\277\275");
        s++;
      } else {
        const char *next = g_utf8_next_char(s);

        emit_text_bytes(out, s, (gsize)(next - s));
        s = next;
      }
    }
  }
  emit_text_char(out, '"');
}

void emit_text_addr(emit_text *out, guint8 family, const ct_addr *addr, gboolean in_full)
{
  emit_text_advance(out, put_addr(emit_text_reserve(out, PUT_ADDR_BYTES), family, addr, in_full));
}

void emit_text_seconds(emit_text *out, gint64 ns, guint decimals)
{
  g_assert(decimals <= 9);
  emit_text_advance(out, put_seconds(emit_text_reserve(out, PUT_SECONDS_BYTES), ns, decimals));
}

void emit_text_span(emit_text *out, gint64 ns)
{
  static const struct {
    gint64 seconds;
    const char *name;
  } units[] = { { 31536000, " y" }, { 86400, " d" }, { 3600, " h" }, { 60, " min" } };
  gint64 seconds = ns / 1000000000;
  guint i;

  for (i = 0; i < G_N_ELEMENTS(units); i++) {
    if (seconds < units[i].seconds)
      continue;
    emit_text_u64_grouped(out, (guint64)(seconds / units[i].seconds));
    emit_text_string(out, units[i].name);
    seconds %= units[i].seconds;
    emit_text_char(out, ' ');
    emit_text_u64(out, (guint64)(i == 3 ? seconds : seconds / units[i + 1].seconds));
    emit_text_string(out, i == 3 ? " s" : units[i + 1].name);
    return;
  }
  emit_text_seconds(out, ns / 1000000 * 1000000, 0);
  emit_text_literal(out, " s");
}

emit_date emit_date_from_ns(gint64 time_ns)
{
  emit_date d;
  gint64 seconds = time_ns / 1000000000, days, era, of_era, year, of_year, month;
  gint64 ns = time_ns % 1000000000;

  if (ns < 0) {
    ns += 1000000000;
    seconds--;
  }
  days = seconds / 86400;
  if (seconds % 86400 < 0)
    days--;
  d.ns = (guint)ns;
  d.second_of_day = (guint)(seconds - days * 86400);
  d.weekday = (guint)(((days + 4) % 7 + 7) % 7);
  /* Years that begin in March put the leap day last; 719468 days lie between 0000-03-01 and 1970-01-01. */
  days += 719468;
  era = (days >= 0 ? days : days - 146096) / 146097;
  of_era = days - era * 146097;
  year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  of_year = of_era - (365 * year + year / 4 - year / 100);
  month = (5 * of_year + 2) / 153;
  d.day = (guint)(of_year - (153 * month + 2) / 5 + 1);
  d.month = (guint)(month < 10 ? month + 3 : month - 9);
  d.year = year + era * 400 + (d.month <= 2);
  return d;
}

static char *put_zeros(char *p, guint v, guint digits)
{
  guint i;

  for (i = digits; i-- > 0; v /= 10)
    p[i] = (char)('0' + v % 10);
  return p + digits;
}

/* Many lines fall in the same second: its text is kept. => the nanoseconds within it. */
static guint keep_clock(emit_text *out, gint64 time_ns)
{
  gint64 second = time_ns / 1000000000;
  gint64 ns = time_ns - second * 1000000000;

  if (ns < 0) {
    ns += 1000000000;
    second--;
  }
  if (out->clock_text[0] == '\0' || second != out->clock_second) {
    emit_date d = emit_date_from_ns(time_ns);
    char *p = out->clock_text;

    /* An int64 of nanoseconds reaches from 1677 to 2262, so a year has four digits. */
    p = put_literal(put_zeros(p, (guint)d.year, 4), "-");
    p = put_literal(put_zeros(p, d.month, 2), "-");
    p = put_literal(put_zeros(p, d.day, 2), "T");
    p = put_literal(put_zeros(p, d.second_of_day / 3600, 2), ":");
    p = put_literal(put_zeros(p, d.second_of_day / 60 % 60, 2), ":");
    put_zeros(p, d.second_of_day % 60, 2);
    out->clock_second = second;
  }
  return (guint)ns;
}

char *put_time(char *p, emit_text *out, gint64 time_ns)
{
  guint ns = keep_clock(out, time_ns);

  return put_literal(put_fraction(put_bytes(p, out->clock_text, sizeof(out->clock_text)), ns, 0), "Z");
}

void emit_text_time(emit_text *out, gint64 time_ns)
{
  emit_text_advance(out, put_time(emit_text_reserve(out, PUT_TIME_BYTES), out, time_ns));
}

char *put_time_decimals(char *p, emit_text *out, gint64 time_ns, guint decimals)
{
  guint ns = keep_clock(out, time_ns);

  return put_literal(put_fraction(put_bytes(p, out->clock_text, sizeof(out->clock_text)), ns, decimals), "Z");
}

void emit_text_time_decimals(emit_text *out, gint64 time_ns, guint decimals)
{
  emit_text_advance(out, put_time_decimals(emit_text_reserve(out, PUT_TIME_BYTES), out, time_ns, decimals));
}

void emit_text_time_fixed(emit_text *out, gint64 time_ns)
{
  guint ns = keep_clock(out, time_ns);
  char *p = put_bytes(emit_text_reserve(out, PUT_TIME_BYTES), out->clock_text, sizeof(out->clock_text));

  emit_text_advance(out, put_literal(put_zeros(put_literal(p, "."), ns / 1000, 6), "Z"));
}

void emit_text_clock(emit_text *out, const emit_date *d)
{
  emit_text_u64_zeros(out, d->second_of_day / 3600, 2);
  emit_text_char(out, ':');
  emit_text_u64_zeros(out, d->second_of_day / 60 % 60, 2);
  emit_text_char(out, ':');
  emit_text_u64_zeros(out, d->second_of_day % 60, 2);
}

void emit_text_ctime(emit_text *out, gint64 time_ns)
{
  static const char weekdays[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  emit_date d = emit_date_from_ns(time_ns);

  emit_text_bytes(out, weekdays + d.weekday * 3, 3);
  emit_text_char(out, ' ');
  emit_text_bytes(out, months + (d.month - 1) * 3, 3);
  emit_text_char(out, ' ');
  emit_text_u64_pad(out, d.day, -2);
  emit_text_char(out, ' ');
  emit_text_clock(out, &d);
  emit_text_char(out, ' ');
  emit_text_u64(out, (guint64)d.year);
}
