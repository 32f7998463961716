/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gzip by whichever library was built in, held to zlib: the same bytes, the same input taken, the same words. */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "capture/gzip.h"
#include "unit.h"

/* The other one, beside the one in the library. */
#define cap_gzip zlib_gzip
#define cap_gzip_new zlib_gzip_new
#define cap_gzip_free zlib_gzip_free
#define cap_gzip_reset zlib_gzip_reset
#define cap_gzip_run zlib_gzip_run
struct zlib_gzip;
typedef struct zlib_gzip zlib_gzip;
zlib_gzip *zlib_gzip_new(void);
void zlib_gzip_free(zlib_gzip *g);
void zlib_gzip_reset(zlib_gzip *g);
cap_decompress_result zlib_gzip_run(zlib_gzip *g, cap_decompress_io *io);
#include "../../src/capture/gzip_zlib.c"
#undef cap_gzip
#undef cap_gzip_new
#undef cap_gzip_free
#undef cap_gzip_reset
#undef cap_gzip_run

typedef cap_decompress_result (*run_fn)(gpointer, cap_decompress_io *);

typedef struct told {
  GByteArray *out;
  cap_decompress_result result;
  gsize taken;
  const char *reason;
} told;

static cap_decompress_result run_built_in(gpointer g, cap_decompress_io *io) { return cap_gzip_run(g, io); }
static cap_decompress_result run_zlib(gpointer g, cap_decompress_io *io) { return zlib_gzip_run(g, io); }

/* All of it, in pieces of so many bytes in and out. */
static told inflate_all(run_fn run, gpointer g, const guint8 *bytes, gsize n, gsize in_step, gsize out_step)
{
  told t = { .out = g_byte_array_new(), .result = CAP_DECOMPRESS_MORE };
  guint8 *room = g_malloc(out_step);
  gsize made = 0;

  do {
    gsize given = MIN(in_step, n - t.taken);
    cap_decompress_io io = { .in = bytes + t.taken, .in_bytes = given, .out = room, .out_bytes = out_step };

    memset(room, 0x55, out_step);
    io.end = given == 0;
    t.result = run(g, &io);
    made = out_step - io.out_bytes;
    g_byte_array_append(t.out, room, (guint)made);
    t.taken += given - io.in_bytes;
    t.reason = io.reason;
    if (given > 0 && given == io.in_bytes && made == 0)
      break;
  } while (t.result == CAP_DECOMPRESS_MORE && (t.taken < n || made > 0));
  g_free(room);
  return t;
}

static GByteArray *packed(gsize n, int level)
{
  GByteArray *out = g_byte_array_sized_new((guint)(n + 1000));
  guint8 *plain = g_malloc(n);
  z_stream z = { 0 };
  gsize i;

  for (i = 0; i < n; i++)
    plain[i] = (guint8)(i % 977 < 600 ? i / 977 : (i * 2654435761u) >> 13);
  g_byte_array_set_size(out, (guint)(n + 1000));
  ck_assert_int_eq(deflateInit2(&z, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_in = plain;
  z.avail_in = (guint)n;
  z.next_out = out->data;
  z.avail_out = out->len;
  ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
  g_byte_array_set_size(out, (guint)z.total_out);
  deflateEnd(&z);
  g_free(plain);
  return out;
}

/* What a broken file may give less by igzip than by zlib: the longest copy. */
enum { NOT_VOUCHED_FOR = 258 };

/* How far both have to agree: on as much as both give; on all that is given; and on the input taken. */
typedef enum { PREFIX, OUTPUT, ALL } exactness;

static void check_alike(const guint8 *bytes, gsize n, gsize in_step, gsize out_step, exactness exact)
{
  cap_gzip *one = cap_gzip_new();
  zlib_gzip *other = zlib_gzip_new();
  told a = inflate_all(run_built_in, one, bytes, n, in_step, out_step);
  told b = inflate_all(run_zlib, other, bytes, n, in_step, out_step);
  gsize same = MIN(a.out->len, b.out->len);

  ck_assert_int_eq(a.result, b.result);
  ck_assert(same == 0 || memcmp(a.out->data, b.out->data, same) == 0);
  ck_assert_uint_le(b.out->len - same, NOT_VOUCHED_FOR);
  if (exact != PREFIX)
    ck_assert_uint_eq(a.out->len, b.out->len);
  if (exact == ALL)
    ck_assert_uint_eq(a.taken, b.taken);
  if (a.result == CAP_DECOMPRESS_BROKEN)
    ck_assert_str_eq(a.reason, b.reason);
  g_byte_array_unref(a.out);
  g_byte_array_unref(b.out);
  cap_gzip_free(one);
  zlib_gzip_free(other);
}

START_TEST(whole)
{
  static const gsize sizes[] = { 0, 1, 300, 70000, 400000 };
  static const gsize steps[][2] = { { 1 << 20, 1 << 20 }, { 4096, 65536 }, { 7, 100 }, { 1, 1 } };

  for (guint level = 0; level <= 9; level += 3)
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++)
      for (guint j = 0; j < G_N_ELEMENTS(steps); j++) {
        GByteArray *file = packed(sizes[i], (int)level);

        if (steps[j][0] == 1 && sizes[i] > 70000) {
          g_byte_array_unref(file);
          continue;
        }
        g_byte_array_append(file, (const guint8 *)"what follows", 12);
        check_alike(file->data, file->len, steps[j][0], steps[j][1], ALL);
        g_byte_array_unref(file);
      }
}
END_TEST

START_TEST(cut)
{
  GByteArray *file = packed(3000, 6);

  for (guint n = 0; n < file->len; n++)
    check_alike(file->data, n, 64, 256, ALL);
  g_byte_array_unref(file);
}
END_TEST

START_TEST(spoilt)
{
  GByteArray *file = packed(3000, 6);

  for (guint at = 0; at < file->len; at++)
    for (guint bit = 0; bit < 8; bit += 3) {
      file->data[at] ^= (guint8)(1u << bit);
      check_alike(file->data, file->len, 1 << 20, 1 << 20, PREFIX);
      file->data[at] ^= (guint8)(1u << bit);
    }
  g_byte_array_unref(file);
}
END_TEST

/* Huffman codes come with their first bit first, all else with its last. */
static void put_bits(GByteArray *to, guint *at, guint bits, guint n, gboolean code)
{
  for (guint i = 0; i < n; i++, (*at)++) {
    guint bit = bits >> (code ? n - 1 - i : i) & 1;

    if (*at % 8 == 0)
      g_byte_array_append(to, (const guint8 *)"", 1);
    to->data[to->len - 1] |= (guint8)(bit << *at % 8);
  }
}

static void put_stored(GByteArray *to, guint16 n)
{
  guint8 head[] = { 0, (guint8)n, (guint8)(n >> 8), (guint8)~n, (guint8)(~n >> 8) };

  g_byte_array_append(to, head, sizeof(head));
  for (guint i = 0; i < n; i++)
    g_byte_array_append(to, (const guint8[]){ (guint8)(i * 7) }, 1);
}

/* Literals and then a copy: of a distance that no stream has, or of one that goes back before the start. */
static GByteArray *with_a_wrong_copy(guint stored, guint literals, gboolean before_start)
{
  GByteArray *file = g_byte_array_new();
  guint at = 0;

  g_byte_array_append(file, (const guint8 *)"\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
  for (guint i = 0; i < stored; i++)
    put_stored(file, 60000);
  put_bits(file, &at, 1, 1, FALSE); /* the last block, of fixed codes */
  put_bits(file, &at, 1, 2, FALSE);
  for (guint i = 0; i < literals; i++)
    put_bits(file, &at, 0x30 + i % 100, 8, TRUE);
  put_bits(file, &at, 0xc5, 8, TRUE); /* 258 bytes */
  put_bits(file, &at, before_start ? 29 : 30, 5, TRUE);
  put_bits(file, &at, 0x1fff, 13, FALSE);
  for (guint i = 0; i < 100; i++)
    put_bits(file, &at, 0x30, 8, TRUE);
  return file;
}

/* igzip counts such a copy as made. What is given ends before it, as by zlib. */
START_TEST(wrong_copy)
{
  static const guint literals[] = { 1, 2, 3, 7, 500 };

  for (guint stored = 0; stored < 4; stored++)
    for (guint i = 0; i < G_N_ELEMENTS(literals); i++)
      for (guint before_start = 0; before_start < (stored == 0 ? 2 : 1); before_start++) {
        GByteArray *file = with_a_wrong_copy(stored, literals[i], before_start > 0);

        check_alike(file->data, file->len, 65536, 131072, OUTPUT);
        check_alike(file->data, file->len, 1 << 20, 1 << 20, OUTPUT);
        g_byte_array_unref(file);
      }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("gzip");
  TCase *tc = tcase_create("held to zlib");

  tcase_add_test(tc, whole);
  tcase_add_test(tc, cut);
  tcase_add_test(tc, spoilt);
  tcase_add_test(tc, wrong_copy);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
