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

#define PAIRS_10(tens) tens "0" tens "1" tens "2" tens "3" tens "4" tens "5" tens "6" tens "7" tens "8" tens "9"
static const char pairs[] = PAIRS_10("0") PAIRS_10("1") PAIRS_10("2") PAIRS_10("3") PAIRS_10("4") PAIRS_10("5")
  PAIRS_10("6") PAIRS_10("7") PAIRS_10("8") PAIRS_10("9");

static inline guint32 pair_of(guint32 v)
{
  guint16 pair;

  memcpy(&pair, pairs + 2 * v, sizeof(pair));
  return GUINT16_FROM_LE(pair);
}

/* Four characters, the first in the lowest byte. v < 10^4. */
static inline guint32 four_of(guint32 v) { return pair_of(v / 100) | pair_of(v % 100) << 16; }

/* Eight characters; v < 10^8. */
static inline guint64 eight_of(guint32 v) { return four_of(v / 10000) | (guint64)four_of(v % 10000) << 32; }

/*
 * How many decimal digits v has, which is below 10^8: by the number of its bits, to which what is added carries into
 * the upper half where the digits become more. That is known long before the digits are, and whoever writes next waits
 * for it alone.
 */
static inline guint count_digits(guint32 v)
{
#define ALL_HAVE(n) (guint64)(n) << 32
#define FROM_ON(n, power) ((guint64)(n) << 32) - (power)
  static const guint64 by_bits[27] = {
    ALL_HAVE(1), ALL_HAVE(1), ALL_HAVE(1),          FROM_ON(2, 10), ALL_HAVE(2), ALL_HAVE(2),         FROM_ON(3, 100),
    ALL_HAVE(3), ALL_HAVE(3), FROM_ON(4, 1000),     ALL_HAVE(4),    ALL_HAVE(4), ALL_HAVE(4),         FROM_ON(5, 10000),
    ALL_HAVE(5), ALL_HAVE(5), FROM_ON(6, 100000),   ALL_HAVE(6),    ALL_HAVE(6), FROM_ON(7, 1000000), ALL_HAVE(7),
    ALL_HAVE(7), ALL_HAVE(7), FROM_ON(8, 10000000), ALL_HAVE(8),    ALL_HAVE(8), ALL_HAVE(8)
  };
#undef ALL_HAVE
#undef FROM_ON

  return (guint)((v + by_bits[31 - __builtin_clz(v | 1)]) >> 32);
}

/* v < 10^8. Writes eight bytes, whatever comes out. */
static inline char *put_small(char *p, guint32 v)
{
  guint n = count_digits(v);

  if (v < 10000)
    store(p, (guint64)four_of(v) >> (4 - n) * 8);
  else
    store(p, eight_of(v) >> (8 - n) * 8);
  return p + n;
}

static char *put_eight(char *p, guint32 v)
{
  store(p, eight_of(v));
  return p + 8;
}

static __attribute__((noinline)) char *put_large(char *p, guint64 v)
{
  guint64 upper = v / EIGHT;

  p = upper < EIGHT ? put_small(p, (guint32)upper)
                    : put_eight(put_small(p, (guint32)(upper / EIGHT)), (guint32)(upper % EIGHT));
  return put_eight(p, (guint32)(v % EIGHT));
}

char *put_u64(char *p, guint64 v)
{
  if (v < 10) {
    *p = (char)('0' + v);
    return p + 1;
  }
  return v < EIGHT ? put_small(p, (guint32)v) : put_large(p, v);
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
