/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/nft/jhash.h"

static guint32 rotated(guint32 x, guint by) { return x << by | x >> (32 - by); }

static guint32 word(const guint8 *b, guint n)
{
  guint32 w = 0;
  guint i;

  for (i = 0; i < n; i++)
    w |= (guint32)b[i] << 8 * i;
  return w;
}

static void mix(guint32 *a, guint32 *b, guint32 *c)
{
  *a -= *c, *a ^= rotated(*c, 4), *c += *b;
  *b -= *a, *b ^= rotated(*a, 6), *a += *c;
  *c -= *b, *c ^= rotated(*b, 8), *b += *a;
  *a -= *c, *a ^= rotated(*c, 16), *c += *b;
  *b -= *a, *b ^= rotated(*a, 19), *a += *c;
  *c -= *b, *c ^= rotated(*b, 4), *b += *a;
}

static void finish(guint32 *a, guint32 *b, guint32 *c)
{
  *c ^= *b, *c -= rotated(*b, 14);
  *a ^= *c, *a -= rotated(*c, 11);
  *b ^= *a, *b -= rotated(*a, 25);
  *c ^= *b, *c -= rotated(*b, 16);
  *a ^= *c, *a -= rotated(*c, 4);
  *b ^= *a, *b -= rotated(*a, 14);
  *c ^= *b, *c -= rotated(*b, 24);
}

guint32 fw_nft_jhash(const guint8 *k, guint n, guint32 seed)
{
  guint32 a = 0xdeadbeef + n + seed, b = a, c = a;

  for (; n > 12; n -= 12, k += 12) {
    a += word(k, 4);
    b += word(k + 4, 4);
    c += word(k + 8, 4);
    mix(&a, &b, &c);
  }
  if (n == 0)
    return c;
  a += word(k, MIN(n, 4));
  b += n > 4 ? word(k + 4, MIN(n - 4, 4)) : 0;
  c += n > 8 ? word(k + 8, n - 8) : 0;
  finish(&a, &b, &c);
  return c;
}
