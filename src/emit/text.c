/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

#include <errno.h>
#include <unistd.h>

/* Large enough that a write costs nothing beside what fills it, small enough to stay in the second-level cache. */
enum { TEXT_FD_BYTES = 256 * 1024, TEXT_MEMORY_BYTES = 4096 };

static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
                            "4950515253545556575859606162636465666768697071727374757677787980818283848586878889909192939495969798"
                            "99";

void emit_text_init(emit_text *out, int fd)
{
  out->fd = fd;
  out->error = 0;
  out->opened = FALSE;
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

void emit_text_bytes(emit_text *out, const char *bytes, gsize n)
{
  if (out->fd >= 0 && n >= TEXT_FD_BYTES) {
    emit_text_flush(out);
    write_all(out, bytes, n);
    return;
  }
  memcpy(emit_text_reserve(out, n), bytes, n);
  out->used += n;
}

void emit_text_string(emit_text *out, const char *s)
{
  emit_text_bytes(out, s, strlen(s));
}

/* Writes the digits of v so that they end before `end`; => where they begin. */
static char *digits_before(char *end, guint64 v)
{
  while (v >= 100) {
    end -= 2;
    memcpy(end, pairs + v % 100 * 2, 2);
    v /= 100;
  }
  if (v >= 10) {
    end -= 2;
    memcpy(end, pairs + v * 2, 2);
  } else {
    *--end = (char)('0' + v);
  }
  return end;
}

void emit_text_u64(emit_text *out, guint64 v)
{
  char buffer[20], *begin;
  gsize n;

  if (v < 10) {
    emit_text_char(out, (char)('0' + v));
    return;
  }
  begin = digits_before(buffer + sizeof(buffer), v);
  n = (gsize)(buffer + sizeof(buffer) - begin);
  memcpy(emit_text_reserve(out, n), begin, n);
  out->used += n;
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
  char buffer[20], *begin = digits_before(buffer + sizeof(buffer), v);

  g_assert(digits <= sizeof(buffer));
  while ((gsize)(buffer + sizeof(buffer) - begin) < digits)
    *--begin = '0';
  emit_text_bytes(out, begin, (gsize)(buffer + sizeof(buffer) - begin));
}

static void spaces(emit_text *out, gsize n)
{
  while (n-- > 0)
    emit_text_char(out, ' ');
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
  char buffer[21], *begin;

  buffer[20] = '\0';
  begin = digits_before(buffer + 20, v);
  emit_text_pad(out, begin, width);
}

/* RFC 8259: quote, backslash and control characters are escaped; what is not UTF-8 becomes U+FFFD, so that every reader can read it. */
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

static char *put_byte(char *p, guint8 v)
{
  if (v >= 100) {
    *p++ = (char)('0' + v / 100);
    v %= 100;
    memcpy(p, pairs + v * 2, 2);
    return p + 2;
  }
  if (v >= 10) {
    memcpy(p, pairs + v * 2, 2);
    return p + 2;
  }
  *p++ = (char)('0' + v);
  return p;
}

static char *put_ipv4(char *p, const guint8 *bytes)
{
  p = put_byte(p, bytes[0]);
  *p++ = '.';
  p = put_byte(p, bytes[1]);
  *p++ = '.';
  p = put_byte(p, bytes[2]);
  *p++ = '.';
  return put_byte(p, bytes[3]);
}

static char *put_group(char *p, guint group, gboolean in_full)
{
  static const char hex[] = "0123456789abcdef";

  if (in_full || group >= 0x1000)
    *p++ = hex[group >> 12];
  if (in_full || group >= 0x100)
    *p++ = hex[group >> 8 & 15];
  if (in_full || group >= 0x10)
    *p++ = hex[group >> 4 & 15];
  *p++ = hex[group & 15];
  return p;
}

/* inet_ntop's choice: the first longest run of at least two zero groups. => its length, 0 where there is none. */
static guint zero_run(const guint *group, guint *begin)
{
  guint i, run = 0, best = 0;

  for (i = 0; i < 8; i++) {
    run = group[i] == 0 ? run + 1 : 0;
    if (run > best) {
      best = run;
      *begin = i + 1 - run;
    }
  }
  return best >= 2 ? best : 0;
}

static char *put_ipv6(char *p, const guint8 *bytes, gboolean in_full)
{
  guint group[8], i, begin = 8, run = 0;

  for (i = 0; i < 8; i++)
    group[i] = (guint)bytes[2 * i] << 8 | bytes[2 * i + 1];
  if (!in_full)
    run = zero_run(group, &begin);
  for (i = 0; i < 8; i++) {
    if (run > 0 && i >= begin && i < begin + run) {
      if (i == begin)
        *p++ = ':';
      continue;
    }
    if (i > 0)
      *p++ = ':';
    /* IPv4-compatible and IPv4-mapped addresses end in dotted form, as glibc's inet_ntop prints them. */
    if (i == 6 && begin == 0 && (run == 6 || (run == 5 && group[5] == 0xffff)))
      return put_ipv4(p, bytes + 12);
    p = put_group(p, group[i], in_full);
  }
  if (run > 0 && begin + run == 8)
    *p++ = ':';
  return p;
}

void emit_text_addr(emit_text *out, guint8 family, const ct_addr *addr, gboolean in_full)
{
  char *begin = emit_text_reserve(out, 48), *end;

  end = family == CT_IPV6 ? put_ipv6(begin, addr->bytes, in_full) : put_ipv4(begin, addr->bytes);
  out->used += (gsize)(end - begin);
}

void emit_text_seconds(emit_text *out, gint64 ns, guint decimals)
{
  guint64 v = ns < 0 ? -(guint64)ns : (guint64)ns;
  guint64 fraction = v % 1000000000u;
  guint n = 9;

  g_assert(decimals <= 9);
  if (ns < 0)
    emit_text_char(out, '-');
  emit_text_u64(out, v / 1000000000u);
  while (n > decimals && fraction % 10 == 0) {
    fraction /= 10;
    n--;
  }
  if (n == 0)
    return;
  emit_text_char(out, '.');
  emit_text_u64_zeros(out, fraction, n);
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

static void date_and_clock(emit_text *out, const emit_date *d)
{
  /* An int64 of nanoseconds reaches from 1677 to 2262, so a year has four digits. */
  emit_text_u64_zeros(out, (guint64)d->year, 4);
  emit_text_char(out, '-');
  emit_text_u64_zeros(out, d->month, 2);
  emit_text_char(out, '-');
  emit_text_u64_zeros(out, d->day, 2);
  emit_text_char(out, 'T');
  emit_text_clock(out, d);
}

void emit_text_time_fixed(emit_text *out, gint64 time_ns)
{
  emit_date d = emit_date_from_ns(time_ns);

  date_and_clock(out, &d);
  emit_text_char(out, '.');
  emit_text_u64_zeros(out, d.ns / 1000, 6);
  emit_text_char(out, 'Z');
}

void emit_text_time(emit_text *out, gint64 time_ns)
{
  emit_date d = emit_date_from_ns(time_ns);
  guint decimals = 9;

  date_and_clock(out, &d);
  if (d.ns != 0) {
    emit_text_char(out, '.');
    while (d.ns % 10 == 0) {
      d.ns /= 10;
      decimals--;
    }
    emit_text_u64_zeros(out, d.ns, decimals);
  }
  emit_text_char(out, 'Z');
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
