/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aligned PER written bit by bit after the recommendations (H.225.0, H.245), not with the reader's tables; and the
 * pieces that several messages of H.323 have in common.
 */
#ifndef TESTS_PER_WRITER_H
#define TESTS_PER_WRITER_H

#include <glib.h>

typedef struct bits {
  guint8 at[2000];
  gsize n;
} bits;

static inline void put(bits *b, guint width, guint32 v)
{
  for (; width > 0; width--, b->n++) {
    if (b->n % 8 == 0)
      b->at[b->n / 8] = 0;
    if (v >> (width - 1) & 1)
      b->at[b->n / 8] |= (guint8)(0x80 >> b->n % 8);
  }
}
static inline void even(bits *b) { put(b, (guint)(-b->n & 7), 0); }
static inline void u8(bits *b, guint v)
{
  even(b);
  put(b, 8, v);
}
static inline void u16(bits *b, guint v)
{
  even(b);
  put(b, 16, v);
}
static inline void zeros(bits *b, guint bytes)
{
  even(b);
  while (bytes-- > 0)
    put(b, 8, 0);
}
static inline void oid(bits *b)
{
  u8(b, 2);
  u16(b, 0x0102);
}
/* Length determinant and content. */
static inline void open_type(bits *b, const bits *inner)
{
  gsize n = (inner->n + 7) / 8;

  even(b);
  if (n < 128)
    put(b, 8, (guint32)n);
  else
    put(b, 16, 0x8000 | (guint32)n);
  for (gsize i = 0; i < n; i++)
    put(b, 8, inner->at[i]);
}
/* The marks of extensions 0..n-1, set for those in mask (bit i: extension i). */
static inline void extensions(bits *b, guint n, guint32 mask)
{
  put(b, 7, n - 1);
  for (guint i = 0; i < n; i++)
    put(b, 1, mask >> i & 1);
}
static inline void bmp(bits *b, guint chars)
{
  put(b, 7, chars - 1);
  zeros(b, 2 * chars);
}

/* H.225.0 TransportAddress: ipAddress, ip6Address */
static inline void address(bits *b, guint8 last, guint port)
{
  put(b, 1 + 3, 0);
  even(b);
  put(b, 32, 0x0a010000u | last);
  u16(b, port);
}
static inline void address6(bits *b, guint8 last, guint port)
{
  put(b, 1 + 3, 3);
  put(b, 1, 0);
  zeros(b, 0);
  put(b, 32, 0xfd010000);
  zeros(b, 11);
  put(b, 8, last);
  u16(b, port);
}
/* H.245 TransportAddress: unicast iPAddress */
static inline void address245(bits *b, guint8 last, guint port)
{
  put(b, 1 + 1, 0);     /* unicastAddress */
  put(b, 1 + 3 + 1, 0); /* iPAddress, not extended */
  even(b);
  put(b, 32, 0x0a010000u | last);
  u16(b, port);
}
/* EndpointType: a terminal */
static inline void endpoint(bits *b)
{
  put(b, 1, 0);
  put(b, 6, 1); /* terminal */
  put(b, 1 + 1, 0);
  put(b, 2, 0); /* mc, undefinedNode */
}
static inline void vendor(bits *b)
{
  put(b, 1 + 2, 0);
  put(b, 1, 0);
  u8(b, 0xb5);
  u8(b, 0);
  u16(b, 1);
}

#endif
