/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <config.h>

#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "mutate.h"

enum { PCAP_HEADER = 24, PCAP_RECORD = 16, SNOOP_HEADER = 16, SNOOP_RECORD = 24, YEAR_S = 365 * 86400 };

typedef enum { KIND_OTHER, KIND_PCAP, KIND_PCAPNG, KIND_SNOOP } capture_kind;

/* Where the records of a capture lie; those of a pcapng are its blocks after the first. */
typedef struct records {
  capture_kind kind;
  gboolean big;
  gsize header; /* bytes before the first */
  GArray *at;   /* gsize: offsets, and that of the end */
} records;

guint64 mutate_random_next(mutate_random *random)
{
  guint64 z = (random->state += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

gsize mutate_random_below(mutate_random *random, gsize n)
{
  return n > 0 ? (gsize)(mutate_random_next(random) % n) : 0;
}

static guint32 get32(const guint8 *p, gboolean big)
{
  guint32 v;

  memcpy(&v, p, sizeof(v));
  return big ? GUINT32_FROM_BE(v) : GUINT32_FROM_LE(v);
}

static void put32(guint8 *p, gboolean big, guint32 v)
{
  v = big ? GUINT32_TO_BE(v) : GUINT32_TO_LE(v);
  memcpy(p, &v, sizeof(v));
}

/* ---- where records are ---- */

static void recognise(records *r, const guint8 *data, gsize n)
{
  guint32 magic = n >= PCAP_HEADER ? get32(data, FALSE) : 0;

  r->kind = KIND_OTHER;
  r->big = FALSE;
  r->header = n;
  if (magic == 0xa1b2c3d4 || magic == 0xa1b23c4d || magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1) {
    r->kind = KIND_PCAP;
    r->big = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
    r->header = PCAP_HEADER;
  } else if (magic == 0x0a0d0d0a) {
    r->kind = KIND_PCAPNG;
    r->big = get32(data + 8, TRUE) == 0x1a2b3c4d;
    r->header = get32(data + 4, r->big);
  } else if (magic == 0x6f6f6e73) {
    r->kind = KIND_SNOOP;
    r->big = TRUE;
    r->header = SNOOP_HEADER;
  }
}

/* => bytes of the record at p, of which n are left; 0: it is not whole. */
static gsize record_bytes(const records *r, const guint8 *p, gsize n)
{
  gsize bytes = 0;

  if (r->kind == KIND_PCAP && n >= PCAP_RECORD)
    bytes = PCAP_RECORD + (gsize)get32(p + 8, r->big);
  else if (r->kind == KIND_PCAPNG && n >= 12)
    bytes = MAX(get32(p + 4, r->big), 12);
  else if (r->kind == KIND_SNOOP && n >= SNOOP_RECORD)
    bytes = MAX(get32(p + 8, TRUE), SNOOP_RECORD);
  return bytes <= n ? bytes : 0;
}

static records find_records(const guint8 *data, gsize n)
{
  records r;
  gsize at, bytes;

  recognise(&r, data, n);
  r.at = g_array_new(FALSE, FALSE, sizeof(gsize));
  for (at = MIN(r.header, n); (bytes = record_bytes(&r, data + at, n - at)) > 0; at += bytes)
    g_array_append_val(r.at, at);
  g_array_append_val(r.at, at);
  return r;
}

static gsize record_at(const records *r, gsize i) { return g_array_index(r->at, gsize, i); }

GByteArray *mutate_piece(mutate_random *random, const guint8 *data, gsize n, gsize most_bytes)
{
  GByteArray *piece = g_byte_array_new();
  records r = find_records(data, n);
  gsize count = r.at->len - 1, first = mutate_random_below(random, count), last = first;

  if (n <= most_bytes || count == 0 || r.kind == KIND_PCAPNG) { /* a block may need those before */
    g_byte_array_append(piece, data, (guint)MIN(n, MAX(most_bytes, r.kind == KIND_PCAPNG ? most_bytes * 2 : 0)));
  } else {
    while (last < count && record_at(&r, last + 1) - record_at(&r, first) < most_bytes)
      last++;
    g_byte_array_append(piece, data, (guint)r.header);
    g_byte_array_append(piece, data + record_at(&r, first), (guint)(record_at(&r, last) - record_at(&r, first)));
  }
  g_array_free(r.at, TRUE);
  return piece;
}

/* ---- ways to spoil ---- */

void mutate_cut(mutate_random *random, GByteArray *c)
{
  g_byte_array_set_size(c, (guint)mutate_random_below(random, c->len));
}

static void flip(mutate_random *random, guint8 *data, gsize n, gsize times)
{
  for (; n > 0 && times > 0; times--) {
    gsize at = mutate_random_below(random, n);

    if (mutate_random_below(random, 2) != 0)
      data[at] ^= (guint8)(1u << mutate_random_below(random, 8));
    else
      data[at] = (guint8)mutate_random_next(random);
  }
}

/* Inside one record, near the start of its frame, where headers are. */
static void change_packet(mutate_random *random, GByteArray *c, const records *r)
{
  gsize i = mutate_random_below(random, r->at->len - 1), at = record_at(r, i), end = record_at(r, i + 1);
  gsize skip = r->kind == KIND_PCAP ? PCAP_RECORD : r->kind == KIND_SNOOP ? SNOOP_RECORD : 28;
  gsize far = mutate_random_below(random, 2) != 0 ? 80 : 1500; /* MIN asks twice */

  if (end - at <= skip)
    return;
  at += skip;
  flip(random, c->data + at, MIN(end - at, far), 1 + mutate_random_below(random, 4));
}

/* A length of a record or of the file's header. */
static void lie(mutate_random *random, GByteArray *c, const records *r)
{
  static const guint32 lies[] = { 0,          1,          3,          7,         12,         15,
                                  20,         28,         40,         64,        1514,       65535,
                                  65536,      262144,     262145,     0x1000000, 0x7ffffff0, 0x7fffffff,
                                  0x80000000, 0xfffffff0, 0xfffffffc, 0xffffffff };
  gsize i = mutate_random_below(random, r->at->len - 1), at = record_at(r, i), end = record_at(r, i + 1), field;
  guint32 v = lies[mutate_random_below(random, G_N_ELEMENTS(lies))];

  if (mutate_random_below(random, 4) == 0)
    v = (guint32)(end - at) - (guint32)mutate_random_below(random, 64) + 32;
  switch (r->kind) {
  case KIND_PCAP:
    field = mutate_random_below(random, 16) == 0 ? 16 : at + (mutate_random_below(random, 2) != 0 ? 8 : 12);
    break;
  case KIND_SNOOP: field = at + 4 * mutate_random_below(random, 3); break;
  default: /* of the block, at either end, or what an EPB says of its packet, or anywhere a number may be */
    field = mutate_random_below(random, 4);
    field = field == 0   ? at + 4
            : field == 1 ? end - 4
            : field == 2 ? at + 20
                         : at + 4 * mutate_random_below(random, (end - at) / 4);
    break;
  }
  if (field + 4 <= c->len)
    put32(c->data + field, r->big, v);
}

static void double_records(mutate_random *random, GByteArray *c, const records *r)
{
  gsize count = r->at->len - 1, i = mutate_random_below(random, count),
        j = i + 1 + mutate_random_below(random, MIN(count - i, 4));
  gsize from = record_at(r, i), n = record_at(r, j) - from, to = record_at(r, mutate_random_below(random, count + 1));
  guint8 *copy = g_memdup2(c->data + from, n);
  gsize tail = c->len - to;

  g_byte_array_set_size(c, (guint)(c->len + n));
  memmove(c->data + to + n, c->data + to, tail);
  memcpy(c->data + to, copy, n);
  g_free(copy);
}

static void swap_records(mutate_random *random, GByteArray *c, const records *r)
{
  gsize count = r->at->len - 1, i = mutate_random_below(random, count), j = mutate_random_below(random, count);
  gsize a = record_at(r, MIN(i, j)), a_end = record_at(r, MIN(i, j) + 1), b = record_at(r, MAX(i, j)),
        b_end = record_at(r, MAX(i, j) + 1);
  GByteArray *turned;

  if (i == j)
    return;
  turned = g_byte_array_new();
  g_byte_array_append(turned, c->data + b, (guint)(b_end - b));
  g_byte_array_append(turned, c->data + a_end, (guint)(b - a_end));
  g_byte_array_append(turned, c->data + a, (guint)(a_end - a));
  memcpy(c->data + a, turned->data, turned->len);
  g_byte_array_free(turned, TRUE);
}

static void drop_record(mutate_random *random, GByteArray *c, const records *r)
{
  gsize i = mutate_random_below(random, r->at->len - 1);

  g_byte_array_remove_range(c, (guint)record_at(r, i), (guint)(record_at(r, i + 1) - record_at(r, i)));
}

static void throw_one(GByteArray *c, const records *r, gsize at, gsize end, gint64 by_s)
{
  guint8 *p = c->data + at;

  if (r->kind == KIND_PCAPNG) {
    guint64 ticks;

    if (end - at < 32 || get32(p, r->big) != 6)
      return;
    ticks = ((guint64)get32(p + 12, r->big) << 32 | get32(p + 16, r->big)) + (guint64)by_s * 1000000;
    put32(p + 12, r->big, (guint32)(ticks >> 32));
    put32(p + 16, r->big, (guint32)ticks);
  } else {
    gsize field = r->kind == KIND_SNOOP ? 16 : 0;

    put32(p + field, r->big, get32(p + field, r->big) + (guint32)by_s);
  }
}

/* One record, or all from one on: back or forth by seconds, days or years. */
static void throw_clock(mutate_random *random, GByteArray *c, const records *r)
{
  static const gint64 scales[] = { 1, 3600, 86400, YEAR_S, YEAR_S };
  gsize count = r->at->len - 1, i = mutate_random_below(random, count);
  gsize last = mutate_random_below(random, 2) != 0 ? i + 1 : count;
  gint64 by_s =
    scales[mutate_random_below(random, G_N_ELEMENTS(scales))] * (gint64)(1 + mutate_random_below(random, 60));

  if (mutate_random_below(random, 2) != 0)
    by_s = -by_s;
  for (; i < last; i++)
    throw_one(c, r, record_at(r, i), record_at(r, i + 1), by_s);
}

/* ---- as a whole ---- */

static void gzip(GByteArray *c)
{
  uLong room;
  guint8 *out;
  z_stream z;

  memset(&z, 0, sizeof(z));
  g_assert_cmpint(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  room = deflateBound(&z, c->len);
  out = g_malloc(room);
  z.next_in = c->data;
  z.avail_in = c->len;
  z.next_out = out;
  z.avail_out = (uInt)room;
  g_assert_cmpint(deflate(&z, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size(c, 0);
  g_byte_array_append(c, out, (guint)z.total_out);
  deflateEnd(&z);
  g_free(out);
}

static void compress_it(mutate_random *random, GByteArray *c)
{
  gsize which = mutate_random_below(random, 3), room, made = 0;
  guint8 *out;

  if (which == 0) {
    gzip(c);
    return;
  }
  room = which == 1 ? lzma_stream_buffer_bound(c->len) : ZSTD_compressBound(c->len);
  out = g_malloc(room);
  if (which == 1)
    g_assert_cmpint(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, c->data, c->len, out, &made, room), ==, LZMA_OK);
  else
    made = ZSTD_compress(out, room, c->data, c->len, 1);
  g_assert_cmpuint(made, <=, room);
  g_byte_array_set_size(c, 0);
  g_byte_array_append(c, out, (guint)made);
  g_free(out);
}

static guint spoil_records(mutate_random *random, GByteArray *c)
{
  static const struct {
    void (*spoil)(mutate_random *random, GByteArray *c, const records *r);
    guint bit;
  } ways[] = { { change_packet, MUTATE_PACKET },  { change_packet, MUTATE_PACKET }, { lie, MUTATE_LENGTH },
               { double_records, MUTATE_DOUBLE }, { swap_records, MUTATE_SWAP },    { drop_record, MUTATE_DROP },
               { throw_clock, MUTATE_TIME } };
  records r = find_records(c->data, c->len);
  gsize which = mutate_random_below(random, G_N_ELEMENTS(ways));
  guint done = 0;

  if (r.at->len > 1) {
    ways[which].spoil(random, c, &r);
    done = ways[which].bit;
  }
  g_array_free(r.at, TRUE);
  return done;
}

guint mutate(mutate_random *random, GByteArray *c)
{
  guint done = 0;

  for (gsize left = 1 + mutate_random_below(random, 4); left > 0; left--)
    done |= spoil_records(random, c);
  if (done == 0 || mutate_random_below(random, 4) == 0) {
    flip(random, c->data, c->len, 1 + mutate_random_below(random, 16));
    done |= MUTATE_FLIP;
  }
  if (mutate_random_below(random, 6) == 0) {
    mutate_cut(random, c);
    done |= MUTATE_CUT;
  }
  if (mutate_random_below(random, 8) != 0)
    return done;
  compress_it(random, c);
  done |= MUTATE_COMPRESS;
  if (mutate_random_below(random, 2) == 0) {
    flip(random, c->data, c->len, 1 + mutate_random_below(random, 4));
    done |= MUTATE_COMPRESSED_SPOILT;
  }
  if (mutate_random_below(random, 2) == 0) {
    mutate_cut(random, c);
    done |= MUTATE_COMPRESSED_SPOILT;
  }
  return done;
}

char *mutate_describe(guint done)
{
  static const char *const words[] = {
#define X(id, word) word,
    MUTATE_LIST(X)
#undef X
  };
  GString *text = g_string_new(NULL);

  for (guint i = 0; i < MUTATE_COUNT; i++)
    if (done >> i & 1)
      g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", words[i]);
  return g_string_free(text, FALSE);
}
