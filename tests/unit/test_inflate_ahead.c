/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decompressed by a thread of its own and without one: the same batches, the same share of the file at each, the same
 * words at the end. Of files that are whole, cut, damaged and put together. AHEAD_PLACES says in how many places.
 */
#include <config.h>

#include <string.h>
#include <unistd.h>

#include "capture/inflate_ahead.h"
#include "capture_expect.h"

enum { PLACES = 10, PIECES = 5, FRAMES = 4000, SMALL_FRAMES = 6 };

static guint places(void)
{
  const char *asked = g_getenv("AHEAD_PLACES");

  return asked != NULL ? (guint)g_ascii_strtoull(asked, NULL, 10) : PLACES;
}

static void expect_same_error(const GError *here, const GError *ahead)
{
  ck_assert_int_eq(here != NULL, ahead != NULL);
  if (here == NULL)
    return;
  ck_assert(g_error_matches(ahead, here->domain, here->code));
  ck_assert_str_eq(ahead->message, here->message);
}

static void expect_same_batch(const cap_batch *here, const cap_batch *ahead)
{
  guint i;

  ck_assert_uint_eq(here->n, ahead->n);
  ck_assert_uint_eq(here->place, ahead->place);
  for (i = 0; i < here->n; i++) {
    const cap_frame *a = &here->frames[i], *b = &ahead->frames[i];

    ck_assert_int_eq(a->ts_ns, b->ts_ns);
    ck_assert_uint_eq(a->captured, b->captured);
    ck_assert_uint_eq(a->wire, b->wire);
    ck_assert_uint_eq(a->interface, b->interface);
    ck_assert(memcmp(a->data, b->data, a->captured) == 0);
  }
}

static void expect_same_share(const cap_reader *here, const cap_reader *ahead)
{
  guint64 done[2], total[2];

  cap_reader_progress(here, &done[0], &total[0]);
  cap_reader_progress(ahead, &done[1], &total[1]);
  ck_assert_uint_eq(done[0], done[1]);
  ck_assert_uint_eq(total[0], total[1]);
  ck_assert_uint_le(done[0], total[0]);
}

/* Both step by step, to their ends, past errors. Takes both over. => frames. */
static guint expect_same_steps(cap_reader *here, cap_reader *ahead)
{
  cap_batch *batches[2] = { cap_batch_new(), cap_batch_new() };
  gboolean more[2], failed = FALSE;
  guint frames = 0;

  cap_reader_inflate_ahead(ahead);
  do {
    GError *errors[2] = { NULL, NULL };

    more[0] = cap_reader_next(here, batches[0], &errors[0]);
    more[1] = cap_reader_next(ahead, batches[1], &errors[1]);
    ck_assert_int_eq(more[0], more[1]);
    expect_same_error(errors[0], errors[1]);
    expect_same_batch(batches[0], batches[1]);
    expect_same_share(here, ahead);
    frames += batches[0]->n;
    failed = errors[0] != NULL;
    g_clear_error(&errors[0]);
    g_clear_error(&errors[1]);
  } while (more[0] || failed);
  cap_reader_free(here);
  cap_reader_free(ahead);
  cap_batch_free(batches[0]);
  cap_batch_free(batches[1]);
  return frames;
}

static guint expect_same_file(const char *path)
{
  GError *errors[2] = { NULL, NULL };
  cap_reader *here = cap_reader_open(path, &errors[0]), *ahead = cap_reader_open(path, &errors[1]);
  guint frames = 0;

  ck_assert_int_eq(here != NULL, ahead != NULL);
  expect_same_error(errors[0], errors[1]);
  g_clear_error(&errors[0]);
  g_clear_error(&errors[1]);
  if (here != NULL)
    frames = expect_same_steps(here, ahead);
  return frames;
}

static guint expect_same_bytes(const GByteArray *file)
{
  char *path = kit_save(file->data, file->len);
  guint frames = expect_same_file(path);

  kit_remove(path);
  return frames;
}

static GByteArray *packed_pcap(guint frames, kit_compression kind)
{
  kit_file f = make_pcap(frames, 1, 1, 0, 1);
  GByteArray *packed = kit_compress(kind, f.bytes->data, f.bytes->len);

  ck_assert(frames < FRAMES || f.bytes->len > PIECES * CAP_PIECE_BYTES);
  kit_file_clear(&f);
  return packed;
}

START_TEST(whole)
{
  GByteArray *packed = packed_pcap(FRAMES, (kit_compression)_i),
             *other = packed_pcap(SMALL_FRAMES, (kit_compression)_i);

  ck_assert_uint_eq(expect_same_bytes(packed), FRAMES);
  g_byte_array_append(packed, other->data,
                      other->len); /* another member or frame: the file's header again, as a record */
  ck_assert_uint_ge(expect_same_bytes(packed), FRAMES);
  g_byte_array_append(packed, (const guint8 *)"\0\0\0\0\0\0\0\0", 8);
  expect_same_bytes(packed);
  g_byte_array_append(packed, (const guint8 *)"what is none of it", 18);
  expect_same_bytes(packed);
  g_byte_array_unref(packed);
  g_byte_array_unref(other);
}
END_TEST

/* From the end to the start, so that one file can be made shorter and shorter. */
static void expect_same_cut(GByteArray *file, guint step)
{
  char *path = kit_save(file->data, file->len);
  guint n;

  for (n = file->len; n > 0; n -= MIN(n, step)) {
    ck_assert_int_eq(truncate(path, n), 0);
    expect_same_file(path);
  }
  kit_remove(path);
}

START_TEST(cut_at_every_byte)
{
  GByteArray *packed = packed_pcap(SMALL_FRAMES, (kit_compression)_i);

  expect_same_cut(packed, 1);
  g_byte_array_unref(packed);
}
END_TEST

START_TEST(cut)
{
  GByteArray *packed = packed_pcap(FRAMES, (kit_compression)_i);

  expect_same_cut(packed, 1 + packed->len / places());
  g_byte_array_unref(packed);
}
END_TEST

START_TEST(damaged)
{
  GByteArray *packed = packed_pcap(FRAMES, (kit_compression)_i);
  GRand *random = g_rand_new_with_seed(24);
  guint i;

  for (i = 0; i < places(); i++) {
    guint at = (guint)g_rand_int_range(random, 12, (gint32)packed->len);
    guint8 flip = (guint8)(1U << g_rand_int_range(random, 0, 8));

    packed->data[at] ^= flip;
    expect_same_bytes(packed);
    packed->data[at] ^= flip;
  }
  g_rand_free(random);
  g_byte_array_unref(packed);
}
END_TEST

/* Records that begin in one piece and end in another, and such as no piece has room for: as in the plain file. */
START_TEST(records_across_pieces)
{
  static const guint sizes[] = { 66000, 70000, 20, 262144, 131072, 131056, 9000, 200000 };
  kit_file f = kit_file_new(FALSE);
  kit_result *plain, *unpacked;
  GByteArray *packed;
  guint i;

  kit_pcap_header(&f, CAP_MAGIC_PCAP_USEC, 4, 262144, 1);
  for (i = 0; i < 4 * G_N_ELEMENTS(sizes); i++)
    kit_pcap_record(&f, i, 0, sizes[i % G_N_ELEMENTS(sizes)], 262144, i);
  plain = kit_read_file(&f);
  ck_assert(plain->error == NULL);
  ck_assert_uint_eq(plain->frames->len, i);
  packed = kit_compress((kit_compression)_i, f.bytes->data, f.bytes->len);
  ck_assert_uint_eq(expect_same_bytes(packed), i);
  unpacked = read_bytes(packed->data, packed->len);
  expect_same(plain, unpacked);
  g_byte_array_set_size(f.bytes, f.bytes->len - 100001); /* what is cut inside says the same bytes of it */
  g_byte_array_unref(packed);
  kit_result_free(unpacked);
  kit_result_free(plain);
  packed = kit_compress((kit_compression)_i, f.bytes->data, f.bytes->len);
  plain = kit_read_file(&f);
  unpacked = read_bytes(packed->data, packed->len);
  expect_same(plain, unpacked);
  ck_assert_str_eq(strstr(plain->error->message, ": at byte"), strstr(unpacked->error->message, ": at byte"));
  g_byte_array_unref(packed);
  kit_result_free(unpacked);
  kit_result_free(plain);
  kit_file_clear(&f);
}
END_TEST

/* One after the other, one of which is cut; and merged, where nothing is ahead. */
START_TEST(several)
{
  GByteArray *packed[KIT_COMPRESSIONS];
  cap_reader *here[KIT_COMPRESSIONS], *ahead[KIT_COMPRESSIONS];
  char *paths[KIT_COMPRESSIONS];
  guint i, frames;

  for (i = 0; i < KIT_COMPRESSIONS; i++) {
    packed[i] = packed_pcap(FRAMES, (kit_compression)i);
    paths[i] = kit_save(packed[i]->data, packed[i]->len / (i == 1 ? 2 : 1));
    here[i] = cap_reader_open(paths[i], NULL);
    ahead[i] = cap_reader_open(paths[i], NULL);
  }
  frames = _i == 0 ? expect_same_steps(cap_reader_new_list(here, i), cap_reader_new_list(ahead, i))
                   : expect_same_steps(cap_reader_new_merged(here, i), cap_reader_new_merged(ahead, i));
  ck_assert_uint_gt(frames, 2 * FRAMES);
  for (i = 0; i < KIT_COMPRESSIONS; i++) {
    kit_remove(paths[i]);
    g_byte_array_unref(packed[i]);
  }
}
END_TEST

/* Who leaves before the end, or asks from elsewhere that reading ends, does not wait for all that could be made. */
START_TEST(left)
{
  GByteArray *packed = packed_pcap(FRAMES, KIT_GZIP);
  char *path = kit_save(packed->data, packed->len);
  cap_batch *batch = cap_batch_new();
  guint i;

  for (i = 0; i < 3; i++) {
    cap_reader *reader = cap_reader_open(path, NULL);
    GError *error = NULL;
    guint frames = 0;

    cap_reader_inflate_ahead(reader);
    if (i > 0)
      ck_assert(cap_reader_next(reader, batch, NULL));
    if (i > 1) {
      cap_reader_interrupt(reader);
      while (cap_reader_next(reader, batch, &error))
        frames += batch->n;
      ck_assert_ptr_null(error);
      ck_assert_uint_lt(frames, FRAMES);
    }
    cap_reader_free(reader);
  }
  cap_batch_free(batch);
  kit_remove(path);
  g_byte_array_unref(packed);
}
END_TEST

typedef struct endless {
  guint64 made;
  gint taken; /* atomic */
} endless;

static void make_endless(gpointer user, cap_piece *piece)
{
  endless *e = user;

  /* What is made may be taken at once: the count that is read here can be late by one, and never early. */
  ck_assert_uint_lt(e->made, (guint64)g_atomic_int_get(&e->taken) + CAP_AHEAD_PIECES + 1);
  memcpy(piece->chunk->data, &e->made, sizeof(e->made));
  piece->file_bytes = e->made++;
  piece->bytes = CAP_PIECE_BYTES;
  piece->failed = NULL;
}

/* Of what never ends no more is there than CAP_AHEAD_PIECES, and each comes in its turn, with its chunk. */
START_TEST(ahead_is_bounded)
{
  endless e = { 0, 0 };
  cap_ahead *ahead = cap_ahead_new(make_endless, &e);
  cap_piece piece = { .chunk = cap_chunk_new(CAP_PIECE_CHUNK_BYTES) };
  guint64 i, number;

  ck_assert_ptr_nonnull(ahead);
  for (i = 0; i < 2000; i++) {
    g_atomic_int_inc(&e.taken);
    cap_ahead_take(ahead, &piece);
    memcpy(&number, piece.chunk->data, sizeof(number));
    ck_assert_uint_eq(number, i);
    ck_assert_uint_eq(piece.file_bytes, i);
    if (i % 500 == 0)
      g_usleep(1000); /* now the maker is the one that waits */
  }
  cap_ahead_free(ahead);
  ck_assert_uint_le(e.made, i + CAP_AHEAD_PIECES);
  cap_chunk_unref(piece.chunk);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("inflate-ahead");
  TCase *same = tcase_create("same");

  if (g_getenv("AHEAD_PLACES") != NULL)
    tcase_set_timeout(same, 0);
  tcase_add_loop_test(same, whole, 0, KIT_COMPRESSIONS);
  tcase_add_loop_test(same, cut_at_every_byte, 0, KIT_COMPRESSIONS);
  tcase_add_loop_test(same, cut, 0, KIT_COMPRESSIONS);
  tcase_add_loop_test(same, damaged, 0, KIT_COMPRESSIONS);
  tcase_add_loop_test(same, records_across_pieces, 0, KIT_COMPRESSIONS);
  tcase_add_loop_test(same, several, 0, 2);
  tcase_add_test(same, left);
  tcase_add_test(same, ahead_is_bounded);
  suite_add_tcase(suite, same);
  return unit_run(suite);
}
