/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where captures come from: compressed, from pipes, several as one. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include <zlib.h>

#include "capture_expect.h"

START_TEST(compressed_equals_plain)
{
  kit_file f = make_pcap(3000, 1, 1, 0, 1);
  kit_result *plain = kit_read_file(&f), *packed;
  GByteArray *whole = kit_compress((kit_compression)_i, f.bytes->data, f.bytes->len);

  ck_assert_uint_eq(plain->frames->len, 3000);
  packed = read_bytes(whole->data, whole->len);
  ck_assert_msg(packed->error == NULL, "%s", packed->error ? packed->error->message : "");
  expect_same(plain, packed);
  kit_result_free(packed);
  g_byte_array_unref(whole);

  /* In two members, the seam inside a record, as `cat a.gz b.gz` of a split file makes them. */
  whole = kit_compress((kit_compression)_i, f.bytes->data, 10007);
  GByteArray *second = kit_compress((kit_compression)_i, f.bytes->data + 10007, f.bytes->len - 10007);

  g_byte_array_append(whole, second->data, second->len);
  packed = read_bytes(whole->data, whole->len);
  ck_assert_msg(packed->error == NULL, "%s", packed->error ? packed->error->message : "");
  expect_same(plain, packed);
  kit_result_free(packed);
  g_byte_array_unref(whole);
  g_byte_array_unref(second);
  kit_result_free(plain);
  kit_file_clear(&f);
}
END_TEST

START_TEST(compressed_and_cut)
{
  kit_file f = make_pcap(2000, 1, 1, 0, 1);
  kit_result *plain = kit_read_file(&f);
  GByteArray *whole = kit_compress((kit_compression)_i, f.bytes->data, f.bytes->len);
  guint delivered = 0;

  for (guint n = 7; n < whole->len; n += 1 + whole->len / 50) {
    kit_result *r = read_bytes(whole->data, n);

    ck_assert(g_error_matches(r->error, CAP_ERROR, CAP_ERROR_CUT));
    ck_assert_msg(strstr(r->error->message, "the compressed file ends early") != NULL, "%s", r->error->message);
    ck_assert_ptr_nonnull(strstr(r->error->message, kit_compression_name((kit_compression)_i)));
    ck_assert_uint_eq(r->errors, 1);
    delivered = MAX(delivered, r->frames->len);
    g_array_set_size(plain->frames, MAX(r->frames->len, 1));
    if (r->frames->len > 0)
      expect_same(plain, r);
    kit_result_free(r);
    kit_result_free(plain);
    plain = kit_read_file(&f);
  }
  ck_assert_uint_gt(delivered, 0);
  kit_result_free(plain);
  g_byte_array_unref(whole);
  kit_file_clear(&f);
}
END_TEST

/*
 * One bit turned: either what is delivered is right and the damage is said, or (in a name field, say) nothing is
 * lost.
 */
START_TEST(compressed_and_corrupt)
{
  kit_file f = make_pcap(200, 1, 1, 0, 1);
  kit_result *plain = kit_read_file(&f);
  GByteArray *whole = kit_compress((kit_compression)_i, f.bytes->data, f.bytes->len);
  guint said = 0;

  for (guint at = 12; at < whole->len; at += 1 + whole->len / 60) {
    kit_result *r;

    whole->data[at] ^= 0x10;
    r = read_bytes(whole->data, whole->len);
    whole->data[at] ^= 0x10;
    if (r->error != NULL) {
      said++;
      ck_assert_ptr_nonnull(strstr(r->error->message, "ctreplay-test-"));
    } else {
      expect_same(plain, r);
    }
    kit_result_free(r);
  }
  ck_assert_uint_gt(said, 40);
  g_byte_array_append(whole, (const guint8 *)"garbage that follows", 20);
  kit_result *r = read_bytes(whole->data, whole->len);

  ck_assert(g_error_matches(r->error, CAP_ERROR, CAP_ERROR_BROKEN));
  expect_same(plain, r);
  kit_result_free(r);
  kit_result_free(plain);
  g_byte_array_unref(whole);
  kit_file_clear(&f);
}
END_TEST

/* A byte that is wrong takes nothing along of what stands before it: no less is read than where the file ends there. */
START_TEST(what_stands_before_a_broken_byte)
{
  kit_file f = make_pcap(4000, 1, 1, 0, 1);
  GByteArray *whole = kit_compress((kit_compression)_i, f.bytes->data, f.bytes->len);
  guint at;

  for (at = 12; at < whole->len; at += 1 + whole->len / 12) {
    kit_result *cut = read_bytes(whole->data, at), *broken;

    whole->data[at] ^= 0x10;
    broken = read_bytes(whole->data, whole->len);
    whole->data[at] ^= 0x10;
    ck_assert_uint_ge(broken->frames->len, cut->frames->len);
    kit_result_free(broken);
    kit_result_free(cut);
  }
  g_byte_array_unref(whole);
  kit_file_clear(&f);
}
END_TEST

static void put(int fd, const void *data, gsize n) { ck_assert_int_eq(write(fd, data, n), (gssize)n); }

static void open_pipe(int fds[2]) { ck_assert_int_eq(pipe(fds), 0); }

/* The pipe stays open, so whatever waits for more than there is hangs until Check ends it. */
START_TEST(live_frames_come_at_once)
{
  kit_file f = make_pcap(3, 1, 1, 0, 1);
  const guint8 *bytes = f.bytes->data;
  cap_batch *batch = cap_batch_new();
  GError *error = NULL;
  cap_reader *reader;
  int fds[2];

  open_pipe(fds);
  put(fds[1], bytes, 24 + 16 + 20 + 10);
  reader = cap_reader_open_fd(fds[0], "pipe", &error);
  ck_assert_ptr_null(error);
  ck_assert(cap_reader_next(reader, batch, &error));
  ck_assert_uint_eq(batch->n, 1);
  ck_assert(kit_frame_is(&batch->frames[0], 0, 20));
  put(fds[1], bytes + 70, 16 + 21 - 10);
  ck_assert(cap_reader_next(reader, batch, &error));
  ck_assert_uint_eq(batch->n, 1);
  ck_assert(kit_frame_is(&batch->frames[0], 1, 21));
  cap_reader_interrupt(reader);
  ck_assert(!cap_reader_next(reader, batch, &error));
  ck_assert_ptr_null(error);
  cap_reader_free(reader);
  cap_batch_free(batch);
  close(fds[1]);
  kit_file_clear(&f);
}
END_TEST

START_TEST(live_pcapng_and_gzip_come_at_once)
{
  kit_file f = kit_file_new(FALSE);
  cap_batch *batch = cap_batch_new();
  GError *error = NULL;
  cap_reader *reader;
  guint8 packed[4096];
  z_stream z = { 0 };
  int fds[2];

  kit_section(&f);
  kit_interface(&f, 1, "eth0", 9);
  kit_packet(&f, 0, 1, 30, 30, 1, -1);
  open_pipe(fds);
  g_assert_cmpint(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  z.next_in = f.bytes->data;
  z.avail_in = f.bytes->len;
  z.next_out = packed;
  z.avail_out = sizeof(packed);
  g_assert_cmpint(deflate(&z, Z_SYNC_FLUSH), ==, Z_OK);
  put(fds[1], packed, sizeof(packed) - z.avail_out);
  deflateEnd(&z);
  reader = cap_reader_open_fd(fds[0], "pipe", &error);
  ck_assert_ptr_null(error);
  ck_assert(cap_reader_next(reader, batch, &error));
  ck_assert_uint_eq(batch->n, 1);
  ck_assert(kit_frame_is(&batch->frames[0], 1, 30));
  close(fds[1]);
  ck_assert(!cap_reader_next(reader, batch, &error));
  ck_assert(g_error_matches(error, CAP_ERROR, CAP_ERROR_CUT));
  g_clear_error(&error);
  cap_reader_free(reader);
  cap_batch_free(batch);
  kit_file_clear(&f);
}
END_TEST

static gpointer interrupt_soon(gpointer reader)
{
  g_usleep(20000);
  cap_reader_interrupt(reader);
  return NULL;
}

START_TEST(interrupt_wakes_a_waiting_reader)
{
  kit_file f = make_pcap(0, 1, 1, 0, 1);
  cap_batch *batch = cap_batch_new();
  GError *error = NULL;
  cap_reader *reader;
  GThread *thread;
  int fds[2];

  open_pipe(fds);
  put(fds[1], f.bytes->data, f.bytes->len);
  reader = cap_reader_open_fd(fds[0], "pipe", &error);
  ck_assert_ptr_null(error);
  thread = g_thread_new("interrupt", interrupt_soon, reader);
  ck_assert(!cap_reader_next(reader, batch, &error));
  ck_assert_ptr_null(error);
  g_thread_join(thread);
  cap_reader_free(reader);
  cap_batch_free(batch);
  close(fds[1]);
  kit_file_clear(&f);
}
END_TEST

static void do_nothing(int number G_GNUC_UNUSED) {}

START_TEST(a_signal_ends_the_wait_for_a_header)
{
  struct itimerval often = { .it_interval = { .tv_usec = 10000 }, .it_value = { .tv_usec = 10000 } };
  struct sigaction action = { .sa_handler = do_nothing };
  GError *error = NULL;
  int fds[2];

  open_pipe(fds);
  ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
  ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
  ck_assert_ptr_null(cap_reader_open_fd(fds[0], "pipe", &error));
  ck_assert(g_error_matches(error, CAP_ERROR, CAP_ERROR_OPEN));
  ck_assert_ptr_nonnull(strstr(error->message, "interrupted"));
  g_clear_error(&error);
  close(fds[1]);
}
END_TEST

START_TEST(dash_is_standard_input)
{
  kit_file f = make_pcap(5, 1, 1, 0, 1);
  char *path = kit_save(f.bytes->data, f.bytes->len);
  int fd = open(path, O_RDONLY);
  guint64 done, total;
  GError *error = NULL;
  cap_reader *reader;
  kit_result *r;

  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
  reader = cap_reader_open("-", &error);
  ck_assert_ptr_null(error);
  cap_reader_progress(reader, &done, &total);
  ck_assert_uint_eq(total, f.bytes->len);
  ck_assert_uint_gt(done, 0);
  r = kit_read(reader, NULL);
  ck_assert_uint_eq(r->frames->len, 5);
  kit_result_free(r);
  close(fd);
  kit_remove(path);
  kit_file_clear(&f);
}
END_TEST

/* Every batch keeps its own bytes: nothing is overwritten while it is held, not even when the reader is gone. */
START_TEST(batches_outlive_the_reader)
{
  kit_file f = make_pcap(4000, 1, 1, 0, 1);
  char *path = kit_save(f.bytes->data, f.bytes->len);
  cap_reader *reader = cap_reader_open(path, NULL);
  GPtrArray *batches = g_ptr_array_new_with_free_func((GDestroyNotify)cap_batch_free);
  guint seed = 0;

  for (;;) {
    cap_batch *batch = cap_batch_new();

    g_ptr_array_add(batches, batch);
    if (!cap_reader_next(reader, batch, NULL))
      break;
  }
  cap_reader_free(reader);
  for (guint b = 0; b < batches->len; b++) {
    const cap_batch *batch = batches->pdata[b];

    for (guint i = 0; i < batch->n; i++, seed++)
      ck_assert(kit_frame_is(&batch->frames[i], seed, 20 + seed % 300));
  }
  ck_assert_uint_eq(seed, 4000);
  g_ptr_array_unref(batches);
  kit_remove(path);
  kit_file_clear(&f);
}
END_TEST

typedef struct many_files {
  char *paths[4];
  cap_reader *readers[4];
  guint n;
} many_files;

static void many_add(many_files *m, kit_file f)
{
  GError *error = NULL;

  m->paths[m->n] = kit_save(f.bytes->data, f.bytes->len);
  m->readers[m->n] = cap_reader_open(m->paths[m->n], &error);
  ck_assert_ptr_null(error);
  m->n++;
  kit_file_clear(&f);
}

static void many_remove(many_files *m)
{
  for (guint i = 0; i < m->n; i++)
    kit_remove(m->paths[i]);
}

START_TEST(list_is_one_after_the_other)
{
  many_files m = { .n = 0 };
  kit_file cut = make_pcap(2, 100, 1, 50, 1);
  kit_result *r;

  many_add(&m, make_pcap(300, 1000, 1, 0, 1));
  g_byte_array_set_size(cut.bytes, cut.bytes->len - 1);
  many_add(&m, cut);
  many_add(&m, make_pcap(2, 5, 1, 70, 1));
  ck_assert_uint_eq(cap_reader_writer_kind(m.readers[0]), CAP_WRITER_PCAP);
  r = kit_read(cap_reader_new_list(m.readers, m.n), NULL);
  ck_assert_uint_eq(r->frames->len, 303);
  ck_assert(kit_frame_is(kit_frame(r, 299), 299, 319));
  ck_assert(kit_frame_is(kit_frame(r, 300), 50, 20));
  ck_assert(kit_frame_is(kit_frame(r, 301), 70, 20));
  ck_assert_uint_eq(r->errors, 1);
  ck_assert(g_error_matches(r->error, CAP_ERROR, CAP_ERROR_CUT));
  ck_assert_ptr_nonnull(strstr(r->error->message, m.paths[1]));
  for (guint i = 0; i < 3; i++)
    ck_assert_uint_eq(kit_frame(r, (guint[]){ 0, 300, 302 }[i])->interface, i);
  kit_result_free(r);
  many_remove(&m);
}
END_TEST

START_TEST(merged_is_by_time_and_stable)
{
  many_files m = { .n = 0 };
  kit_file ng = kit_file_new(TRUE), cut = make_pcap(2, 3, 1, 9000, 1);
  gint64 last_ns = 0;
  guint next[4] = { 0, 1000, 2000, 9000 };
  cap_reader *reader;
  kit_result *r;

  kit_section(&ng);
  kit_interface(&ng, 101, "tun0", 0);
  for (guint i = 0; i < 900; i++)
    kit_packet(&ng, 0, 2 * i + 1, 20 + i % 300, 1500, 2000 + i, -1);
  many_add(&m, make_pcap(1000, 0, 1, 0, 1));
  many_add(&m, make_pcap(500, 0, 2, 1000, 1)); /* every second a tie with the first */
  many_add(&m, ng);
  g_byte_array_set_size(cut.bytes, cut.bytes->len - 5);
  many_add(&m, cut);
  reader = cap_reader_new_merged(m.readers, m.n);
  ck_assert(cap_reader_reads(reader, m.paths[2]));
  ck_assert(!cap_reader_reads(reader, "/dev/null"));
  r = kit_read(reader, NULL);
  ck_assert_uint_eq(r->frames->len, 1000 + 500 + 900 + 1);
  ck_assert_uint_eq(r->errors, 1);
  ck_assert_ptr_nonnull(strstr(r->error->message, m.paths[3]));
  for (guint i = 0, last_file = 0; i < r->frames->len; i++) {
    const cap_frame *f = kit_frame(r, i);
    guint file = f->interface, seed;

    ck_assert_uint_lt(file, 4);
    ck_assert_int_ge(f->ts_ns, last_ns);
    if (f->ts_ns == last_ns && i > 0)
      ck_assert_uint_gt(file, last_file);
    ck_assert_str_eq(r->names->pdata[i], file == 2 ? "tun0" : "");
    ck_assert_uint_eq(f->link, file == 2 ? 12 : 1);
    seed = next[file]++;
    ck_assert(kit_frame_is(f, seed, 20 + (seed % 1000) % 300));
    last_ns = f->ts_ns;
    last_file = file;
  }
  kit_result_free(r);
  many_remove(&m);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("capture-stream");
  TCase *in = tcase_create("in"), *many = tcase_create("many");

  tcase_add_loop_test(in, compressed_equals_plain, 0, KIT_COMPRESSIONS);
  tcase_add_loop_test(in, compressed_and_cut, 0, KIT_COMPRESSIONS);
  tcase_add_loop_test(in, compressed_and_corrupt, 0, KIT_COMPRESSIONS);
  tcase_add_loop_test(in, what_stands_before_a_broken_byte, 0, KIT_COMPRESSIONS);
  tcase_add_test(in, live_frames_come_at_once);
  tcase_add_test(in, live_pcapng_and_gzip_come_at_once);
  tcase_add_test(in, interrupt_wakes_a_waiting_reader);
  tcase_add_test(in, a_signal_ends_the_wait_for_a_header);
  tcase_add_test(in, dash_is_standard_input);
  tcase_add_test(in, batches_outlive_the_reader);
  tcase_add_test(many, list_is_one_after_the_other);
  tcase_add_test(many, merged_is_by_time_and_stable);
  suite_add_tcase(suite, in);
  suite_add_tcase(suite, many);
  return unit_run(suite);
}
