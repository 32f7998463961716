/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures and addresses as text. How long one is, nobody can foresee, and a branch that was not foreseen costs more
 * than the digits do: so all are made at once in the bytes of a word, and those in front that are not wanted are
 * shifted out.
 */
#include "put.h"

enum { EIGHT = 100000000 };
#define ZEROS UINT64_C(0x3030303030303030)

/* Eight decimal digits, the first in the lowest byte, as values and not as characters. v < 10^8. */
static inline guint64 digits_of(guint32 v)
{
  guint64 fours, twos, ones;

  /*
   * Two numbers below 10^4 in 32 bits each, four below 100 in 16 each, eight digits: multiplications by rounded
   * reciprocals.
   */
  fours = v / 10000 | (guint64)(v % 10000) << 32;
  twos = (fours * 10486 >> 20) & UINT64_C(0x7f0000007f);
  twos |= (fours - twos * 100) << 16;
  ones = (twos * 103 >> 10) & UINT64_C(0x000f000f000f000f);
  return ones | (twos - ones * 10) << 8;
}

/* Writes the eight bytes of a word, the lowest first. */
static inline void store(char *p, guint64 bytes)
{
  bytes = GUINT64_TO_LE(bytes);
  memcpy(p, &bytes, sizeof(bytes));
}

/*
 * How many decimal digits: from the number of bits, right or one too few. That is known long before the digits are, and
 * whoever writes next waits for it alone.
 */
static inline guint count_digits(guint64 v)
{
  static const guint64 powers[20] = { 0,
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
                                      10000000000000000000u };
  guint guess = (64 - (guint)__builtin_clzll(v | 1)) * 1233 >> 12; /* 1233 / 4096 is log10(2) */

  return guess + (v >= powers[guess]);
}

/* The last n of eight digits, n being 1 to 8; writes eight bytes, whatever comes out. */
static inline void put_last(char *p, guint32 v, guint n) { store(p, (digits_of(v) | ZEROS) >> (8 - n) * 8); }

char *put_u64(char *p, guint64 v)
{
  guint n;

  if (v < 10) {
    *p = (char)('0' + v);
    return p + 1;
  }
  n = count_digits(v);
  if (v < EIGHT) {
    put_last(p, (guint32)v, n);
  } else if (n <= 16) {
    put_last(p, (guint32)(v / EIGHT), n - 8);
    put_last(p + n - 8, (guint32)(v % EIGHT), 8);
  } else {
    put_last(p, (guint32)(v / EIGHT / EIGHT), n - 16);
    put_last(p + n - 16, (guint32)(v / EIGHT % EIGHT), 8);
    put_last(p + n - 8, (guint32)(v % EIGHT), 8);
  }
  return p + n;
}

char *put_fraction(char *p, guint ns, guint decimals)
{
  guint64 digits = digits_of(ns / 10);
  guint ninth = ns % 10, n = ninth != 0 ? 9 : digits != 0 ? 8 - (guint)__builtin_clzll(digits) / 8 : 0;

  *p = '.';
  store(p + 1, digits | ZEROS);
  p[9] = (char)('0' + ninth);
  n = MAX(n, decimals);
  return n > 0 ? p + 1 + n : p;
}

char *put_seconds(char *p, gint64 ns, guint decimals)
{
  guint64 v = ns < 0 ? -(guint64)ns : (guint64)ns;

  if (ns < 0)
    *p++ = '-';
  return put_fraction(put_u64(p, v / 1000000000u), (guint)(v % 1000000000u), decimals);
}

/* "0." to "255.": three digits at most, a dot, and the length. */
/* clang-format off */
#define OCTET_1(v) { { '0' + (v), '.' }, 2 }
/* clang-format on */
#define OCTET_2(v)                             \
  {                                            \
    { '0' + (v) / 10, '0' + (v) % 10, '.' }, 3 \
  }
#define OCTET_3(v)                                                   \
  {                                                                  \
    { '0' + (v) / 100, '0' + (v) / 10 % 10, '0' + (v) % 10, '.' }, 4 \
  }
#define OCTETS_10(octet, v)                                                                                   \
  octet(v), octet(v + 1), octet(v + 2), octet(v + 3), octet(v + 4), octet(v + 5), octet(v + 6), octet(v + 7), \
    octet(v + 8), octet(v + 9)
#define OCTETS_50(octet, v)                                                                          \
  OCTETS_10(octet, v), OCTETS_10(octet, v + 10), OCTETS_10(octet, v + 20), OCTETS_10(octet, v + 30), \
    OCTETS_10(octet, v + 40)
static const struct {
  char text[4];
  guint8 length;
  /* clang-format off */
} octets[256] = { OCTETS_10(OCTET_1, 0),  OCTETS_10(OCTET_2, 10), OCTETS_10(OCTET_2, 20),  OCTETS_10(OCTET_2, 30),
  OCTETS_10(OCTET_2, 40), OCTETS_50(OCTET_2, 50), OCTETS_50(OCTET_3, 100), OCTETS_50(OCTET_3, 150),
  OCTETS_50(OCTET_3, 200), OCTET_3(250), OCTET_3(251), OCTET_3(252), OCTET_3(253), OCTET_3(254), OCTET_3(255) };
/* clang-format on */

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

/* Four hexadecimal digits, or as many as it takes; writes four bytes in either case. */
static inline char *put_group(char *p, guint32 group, gboolean in_full)
{
  guint32 digits = group >> 12 | (group >> 8 & 15) << 8 | (group >> 4 & 15) << 16 | (group & 15) << 24;
  guint32 letters = (digits + 0x06060606) >> 4 & 0x01010101; /* 10 and more carry into the next four bits */
  guint zeros = in_full ? 0 : ((guint)__builtin_clz(group | 1) - 16) / 4;
  guint32 text = GUINT32_TO_LE((digits + 0x30303030 + letters * ('a' - '0' - 10)) >> zeros * 8);

  memcpy(p, &text, sizeof(text));
  return p + 4 - zeros;
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

void put_ends_of(put_ends *ends, const ct_tuple *tuple)
{
  ends->addr_bytes[PUT_SRC] =
    (guint8)(put_addr(ends->addr[PUT_SRC], tuple->family, &tuple->src, FALSE) - ends->addr[0]);
  ends->addr_bytes[PUT_DST] =
    (guint8)(put_addr(ends->addr[PUT_DST], tuple->family, &tuple->dst, FALSE) - ends->addr[1]);
  ends->id_bytes[PUT_SRC] = (guint8)(put_u64(ends->id[PUT_SRC], tuple->src_id) - ends->id[0]);
  ends->id_bytes[PUT_DST] = (guint8)(put_u64(ends->id[PUT_DST], tuple->dst_id) - ends->id[1]);
}
