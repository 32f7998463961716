/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firewall/walk/pieces.h"

#include <string.h>

#include "conntrack/read/checksum.h"

enum {
  IPV6_HEADER = 40,
  FRAGMENT_HEADER = 8,
  IPV6_MTU_LEAST = 1280,
  HOP_BY_HOP = 0,
  ROUTING = 43,
  FRAGMENT = 44,
  DESTINATION = 60,
  DONT_FRAGMENT = 0x4000,
  MORE_FRAGMENTS = 0x2000,
  OPTION_COPIED = 0x80,
  OPTION_END = 0,
  OPTION_NOOP = 1
};

typedef struct cutting {
  const guint8 *bytes;
  guint32 n, header_bytes; /* the part that all pieces begin with */
  guint32 at_most;         /* payload of a piece */
  gboolean six, df;
  guint8 leads_at; /* IPv6: in the header, the byte that is to lead to the fragment header */
  guint8 *piece;
  fw_piece_fn each;
  gpointer user;
} cutting;

/* Options that are not to be copied stand in the first piece alone (ip_options_fragment). */
static void blank_options(guint8 *ip, guint32 header_bytes)
{
  guint32 at = 20, length;

  while (at < header_bytes && ip[at] != OPTION_END) {
    if (ip[at] == OPTION_NOOP) {
      at++;
      continue;
    }
    length = at + 1 < header_bytes ? ip[at + 1] : 0;
    if (length < 2 || length > header_bytes - at)
      return;
    if (!(ip[at] & OPTION_COPIED))
      memset(ip + at, OPTION_NOOP, length);
    at += length;
  }
}

static void finish4(const cutting *c, guint32 from, guint32 n, gboolean last)
{
  guint8 *ip = c->piece;
  guint32 length = c->header_bytes + n, field = from / 8 | (last ? 0 : MORE_FRAGMENTS) | (c->df ? DONT_FRAGMENT : 0);
  guint16 sum;

  if (from > 0)
    blank_options(ip, c->header_bytes);
  ip[2] = (guint8)(length >> 8);
  ip[3] = (guint8)length;
  ip[6] = (guint8)(field >> 8);
  ip[7] = (guint8)field;
  ip[10] = ip[11] = 0;
  sum = (guint16)~ct_sum_fold(ct_sum_bytes(0, ip, c->header_bytes));
  memcpy(ip + 10, &sum, sizeof sum);
}

/* Which identification the box gives them nobody can know: 0. */
static void finish6(const cutting *c, guint32 from, guint32 n, gboolean last)
{
  guint8 *ip = c->piece, *fragment = ip + c->header_bytes;
  guint32 length = c->header_bytes - IPV6_HEADER + FRAGMENT_HEADER + n, field = from | !last;

  memset(fragment, 0, FRAGMENT_HEADER);
  fragment[0] = ip[c->leads_at];
  fragment[2] = (guint8)(field >> 8);
  fragment[3] = (guint8)field;
  ip[c->leads_at] = FRAGMENT;
  ip[4] = (guint8)(length >> 8);
  ip[5] = (guint8)length;
}

static void put(const cutting *c, guint32 from, guint32 to)
{
  guint32 at = c->header_bytes + (c->six ? FRAGMENT_HEADER : 0), n = to - from;
  gboolean last = c->header_bytes + to == c->n;

  memcpy(c->piece, c->bytes, c->header_bytes);
  memcpy(c->piece + at, c->bytes + c->header_bytes + from, n);
  if (c->six)
    finish6(c, from, n, last);
  else
    finish4(c, from, n, last);
  c->each(c->piece, at + n, c->user);
}

/* The old sizes stay where no piece is too large now and all but the last end at a multiple of eight. */
static gboolean fits(const cutting *c, const ct_pieces *pieces)
{
  guint32 i, from = 0;

  if (pieces == NULL || pieces->n < 2 || c->header_bytes + pieces->ends[pieces->n - 1] != c->n)
    return FALSE;
  for (i = 0; i < pieces->n; i++) {
    guint32 n = pieces->ends[i] - from;

    if (n > c->at_most || (n % 8 != 0 && i + 1 < pieces->n))
      return FALSE;
    from = pieces->ends[i];
  }
  return TRUE;
}

static void cut(cutting *c, const ct_pieces *pieces)
{
  guint32 payload = c->n - c->header_bytes, from, to, i;

  if (pieces != NULL && fits(c, pieces)) {
    c->df = FALSE; /* as the kernel forgets it, then */
    for (i = 0, from = 0; i < pieces->n; i++) {
      put(c, from, pieces->ends[i]);
      from = pieces->ends[i];
    }
    return;
  }
  for (from = 0; from < payload; from = to) {
    to = payload - from <= c->at_most ? payload : from + (c->at_most & ~7u);
    put(c, from, to);
  }
}

/* => the length of the headers that each piece has; *leads_at is where they say what follows. */
static guint32 shared_headers(const guint8 *bytes, guint32 n, guint8 *leads_at)
{
  guint32 at = IPV6_HEADER;
  guint8 next = bytes[6];
  gboolean routed = FALSE;

  *leads_at = 6;
  while ((next == HOP_BY_HOP || next == ROUTING || (next == DESTINATION && !routed)) && at + 8 <= n && at < 200) {
    routed |= next == ROUTING;
    *leads_at = (guint8)at;
    next = bytes[at];
    at += (bytes[at + 1] + 1U) * 8;
  }
  return MIN(at, n);
}

gboolean fw_pieces_each(const guint8 *bytes, guint32 n, const ct_pieces *pieces, guint32 mtu_bytes, fw_piece_fn each,
                        gpointer user)
{
  cutting c = { .bytes = bytes, .n = n, .six = bytes[0] >> 4 == 6, .each = each, .user = user };
  guint32 most = mtu_bytes != 0 ? mtu_bytes : G_MAXUINT16, head;

  if (pieces == NULL ? n <= most : c.six && n <= most && n <= pieces->largest_bytes) {
    each(bytes, n, user);
    return TRUE;
  }
  c.header_bytes = c.six ? shared_headers(bytes, n, &c.leads_at) : (bytes[0] & 15U) * 4;
  if (pieces != NULL ? pieces->largest_bytes > most && (c.six || pieces->keeps_df)
                     : c.six || ct_be16(bytes + 6) & DONT_FRAGMENT)
    return FALSE;
  if (pieces != NULL)
    most = MIN(most, c.six ? MAX(pieces->largest_bytes, IPV6_MTU_LEAST) : pieces->largest_bytes);
  c.df = pieces != NULL && pieces->keeps_df;
  head = c.header_bytes + (c.six ? FRAGMENT_HEADER : 0);
  if (most < head + 8)
    return FALSE;
  c.at_most = most - head;
  c.piece = g_malloc(head + (gsize)n);
  cut(&c, pieces);
  g_free(c.piece);
  return TRUE;
}
