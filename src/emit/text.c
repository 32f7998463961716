/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "put.h"

#include <errno.h>
#include <stdarg.h>
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
  out->root = NULL;
  out->opened = FALSE;
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

/* How many decimal digits: from the number of bits, right or one too many. */
static guint digits_of(guint64 v)
{
  static const guint64 powers[20] = {
    0,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
  };
  guint guess = (64 - (guint)__builtin_clzll(v | 1)) * 1233 >> 12; /* 1233 / 4096 is log10(2) */

  return guess + (v >= powers[guess]);
}

char *put_u64(char *p, guint64 v)
{
  char *end;

  if (v < 10) {
    *p = (char)('0' + v);
    return p + 1;
  }
  end = p + digits_of(v);
  digits_before(end, v);
  return end;
}

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
  char buffer[20], *begin = digits_before(buffer + sizeof(buffer), v);

  g_assert(digits <= sizeof(buffer));
  while ((gsize)(buffer + sizeof(buffer) - begin) < digits)
    *--begin = '0';
  emit_text_bytes(out, begin, (gsize)(buffer + sizeof(buffer) - begin));
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

/* "0." to "255.": three digits at most, a dot, and the length. */
#define OCTET_1(v) { { '0' + (v), '.' }, 2 }
#define OCTET_2(v) { { '0' + (v) / 10, '0' + (v) % 10, '.' }, 3 }
#define OCTET_3(v) { { '0' + (v) / 100, '0' + (v) / 10 % 10, '0' + (v) % 10, '.' }, 4 }
#define OCTETS_10(octet, v)                                                                                            \
  octet(v), octet(v + 1), octet(v + 2), octet(v + 3), octet(v + 4), octet(v + 5), octet(v + 6), octet(v + 7),          \
    octet(v + 8), octet(v + 9)
#define OCTETS_50(octet, v)                                                                                            \
  OCTETS_10(octet, v), OCTETS_10(octet, v + 10), OCTETS_10(octet, v + 20), OCTETS_10(octet, v + 30),                   \
    OCTETS_10(octet, v + 40)
static const struct {
  char text[4];
  guint8 length;
} octets[256] = { OCTETS_10(OCTET_1, 0),  OCTETS_10(OCTET_2, 10), OCTETS_10(OCTET_2, 20),  OCTETS_10(OCTET_2, 30),
                  OCTETS_10(OCTET_2, 40), OCTETS_50(OCTET_2, 50), OCTETS_50(OCTET_3, 100), OCTETS_50(OCTET_3, 150),
                  OCTETS_50(OCTET_3, 200), OCTET_3(250), OCTET_3(251), OCTET_3(252), OCTET_3(253), OCTET_3(254), OCTET_3(255) };

/* Writes up to 16 bytes, the last of them behind the end. */
static char *put_ipv4(char *p, const guint8 *bytes)
{
  guint i;

  for (i = 0; i < 4; i++) {
    memcpy(p, octets[bytes[i]].text, 4);
    p += octets[bytes[i]].length;
  }
  return p - 1; /* the last dot */
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

char *put_addr(char *p, guint8 family, const ct_addr *addr, gboolean in_full)
{
  return family == CT_IPV6 ? put_ipv6(p, addr->bytes, in_full) : put_ipv4(p, addr->bytes);
}

void emit_text_addr(emit_text *out, guint8 family, const ct_addr *addr, gboolean in_full)
{
  emit_text_advance(out, put_addr(emit_text_reserve(out, PUT_ADDR_BYTES), family, addr, in_full));
}

/* ".123", the nanoseconds without the zeros behind, but at least `decimals` digits; nothing where none are left. */
static void fraction(emit_text *out, guint ns, guint decimals)
{
  char digits[10] = ".000000000";
  guint n = 9, v = ns;
  char *p = digits + 10;

  while (v >= 100) {
    p -= 2;
    memcpy(p, pairs + v % 100 * 2, 2);
    v /= 100;
  }
  memcpy(p - 2, pairs + v * 2, 2); /* nine digits are odd: a ninth brings a zero with it that falls on the dot */
  digits[0] = '.';
  while (n > decimals && digits[n] == '0')
    n--;
  if (n > 0)
    emit_text_bytes(out, digits, n + 1);
}

void emit_text_seconds(emit_text *out, gint64 ns, guint decimals)
{
  guint64 v = ns < 0 ? -(guint64)ns : (guint64)ns;

  g_assert(decimals <= 9);
  if (ns < 0)
    emit_text_char(out, '-');
  emit_text_u64(out, v / 1000000000u);
  fraction(out, (guint)(v % 1000000000u), decimals);
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

static void date_and_clock_write(emit_text *out, const emit_date *d)
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

/* Many lines fall in the same second: its text is kept. => the nanoseconds within it. */
static guint date_and_clock(emit_text *out, gint64 time_ns)
{
  gint64 second = time_ns / 1000000000;
  gint64 ns = time_ns - second * 1000000000;

  if (ns < 0) {
    ns += 1000000000;
    second--;
  }
  if (out->clock_text[0] != '\0' && second == out->clock_second) {
    emit_text_constant(out, out->clock_text, sizeof(out->clock_text));
  } else {
    emit_date d = emit_date_from_ns(time_ns);

    emit_text_reserve(out, sizeof(out->clock_text));
    date_and_clock_write(out, &d);
    memcpy(out->clock_text, out->data + out->used - sizeof(out->clock_text), sizeof(out->clock_text));
    out->clock_second = second;
  }
  return (guint)ns;
}

void emit_text_time_fixed(emit_text *out, gint64 time_ns)
{
  guint ns = date_and_clock(out, time_ns);

  emit_text_char(out, '.');
  emit_text_u64_zeros(out, ns / 1000, 6);
  emit_text_char(out, 'Z');
}

void emit_text_time(emit_text *out, gint64 time_ns)
{
  fraction(out, date_and_clock(out, time_ns), 0);
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
