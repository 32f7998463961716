/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures as they are written. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_expect.h"

static char *temporary_path(void) { return kit_save("", 0); }

static void write_all(cap_writer *w, const kit_result *r)
{
  for (guint i = 0; i < r->frames->len; i++)
    ck_assert(cap_writer_frame(w, kit_frame(r, i), r->names->pdata[i], NULL));
}

START_TEST(written_pcap_reads_back)
{
  kit_file f = make_pcap(2000, 5, 1, 0, 101);
  kit_result *r = kit_read_file(&f), *again;
  char *path = temporary_path();
  cap_writer *w = cap_writer_open(path, CAP_WRITER_PCAP, NULL);
  cap_frame other;
  GError *error = NULL;

  write_all(w, r);
  ck_assert(cap_writer_close(w, &error));
  again = kit_read_path(path);
  ck_assert_ptr_null(again->error);
  expect_same(r, again);
  kit_result_free(again);

  w = cap_writer_open(path, CAP_WRITER_PCAP, NULL);
  ck_assert(cap_writer_close(w, &error));
  again = kit_read_path(path);
  ck_assert_ptr_null(again->error);
  ck_assert_uint_eq(again->frames->len, 0);
  kit_result_free(again);

  w = cap_writer_open(path, CAP_WRITER_PCAP, NULL);
  ck_assert(cap_writer_frame(w, kit_frame(r, 0), NULL, &error));
  other = *kit_frame(r, 1);
  other.link = 1;
  ck_assert(!cap_writer_frame(w, &other, NULL, &error));
  ck_assert(g_error_matches(error, CAP_ERROR, CAP_ERROR_FORMAT));
  g_clear_error(&error);
  ck_assert(!cap_writer_close(w, &error));
  g_clear_error(&error);
  kit_result_free(r);
  kit_remove(path);
  kit_file_clear(&f);
}
END_TEST

START_TEST(written_pcapng_reads_back)
{
  kit_file f = kit_file_new(FALSE);
  char *path = temporary_path();
  cap_writer *w = cap_writer_open(path, CAP_WRITER_PCAPNG, NULL);
  kit_result *r, *again;

  kit_section(&f);
  kit_interface(&f, 1, "eth0", 9);
  kit_interface(&f, 113, "any", 9);
  kit_interface(&f, 1, NULL, 9);
  for (guint i = 0; i < 600; i++)
    kit_packet(&f, i % 3, 1000 + i, i % 97, 1400, i, (int)(i % 3));
  r = kit_read_file(&f);
  ck_assert_uint_eq(r->frames->len, 600);
  write_all(w, r);
  ck_assert(cap_writer_close(w, NULL));
  again = kit_read_path(path);
  ck_assert_msg(again->error == NULL, "%s", again->error ? again->error->message : "");
  expect_same(r, again);
  for (guint i = 0; i < 600; i++) {
    ck_assert_str_eq(again->names->pdata[i], r->names->pdata[i]);
    ck_assert_uint_eq(kit_frame(again, i)->direction, kit_frame(r, i)->direction);
    ck_assert_uint_eq(kit_frame(again, i)->interface, kit_frame(r, i)->interface);
  }
  kit_result_free(again);
  kit_result_free(r);
  kit_remove(path);
  kit_file_clear(&f);
}
END_TEST

START_TEST(write_errors_are_said)
{
  kit_file f = make_pcap(3000, 5, 1, 0, 1);
  kit_result *r = kit_read_file(&f);
  cap_writer *w;
  GError *error = NULL;
  struct rlimit small = { 150000, 150000 };
  char *path = temporary_path();
  struct stat st;
  int fds[2];

  ck_assert_ptr_null(cap_writer_open("/nowhere/x.pcap", CAP_WRITER_PCAP, &error));
  ck_assert(g_error_matches(error, CAP_ERROR, CAP_ERROR_WRITE));
  g_clear_error(&error);

  if (access("/dev/full", W_OK) == 0) {
    w = cap_writer_open("/dev/full", CAP_WRITER_PCAP, &error);
    ck_assert(cap_writer_frame(w, kit_frame(r, 0), NULL, &error));
    ck_assert(!cap_writer_close(w, &error));
    ck_assert(g_error_matches(error, CAP_ERROR, CAP_ERROR_WRITE));
    ck_assert_ptr_nonnull(strstr(error->message, "/dev/full: cannot be written: No space left"));
    g_clear_error(&error);
  }

  /* A disk that fills up in the middle leaves nothing that looks whole. */
  signal(SIGXFSZ, SIG_IGN);
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
  w = cap_writer_open(path, CAP_WRITER_PCAP, &error);
  for (guint i = 0; i < r->frames->len; i++)
    cap_writer_frame(w, kit_frame(r, i), NULL, NULL);
  ck_assert(!cap_writer_close(w, &error));
  ck_assert(g_error_matches(error, CAP_ERROR, CAP_ERROR_WRITE));
  g_clear_error(&error);
  ck_assert_int_eq(g_stat(path, &st), 0);
  ck_assert_int_eq(st.st_size, 0);

  signal(SIGPIPE, SIG_IGN);
  ck_assert_int_eq(pipe(fds), 0);
  ck_assert_int_eq(dup2(fds[1], STDOUT_FILENO), STDOUT_FILENO);
  close(fds[0]);
  close(fds[1]);
  w = cap_writer_open("-", CAP_WRITER_PCAP, &error);
  ck_assert(cap_writer_frame(w, kit_frame(r, 0), NULL, &error));
  ck_assert(!cap_writer_flush(w, &error));
  ck_assert(g_error_matches(error, CAP_ERROR, CAP_ERROR_CLOSED));
  g_clear_error(&error);
  ck_assert(!cap_writer_close(w, &error));
  g_clear_error(&error);
  kit_result_free(r);
  kit_remove(path);
  kit_file_clear(&f);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("capture-writer");
  TCase *out = tcase_create("out");

  tcase_add_test(out, written_pcap_reads_back);
  tcase_add_test(out, written_pcapng_reads_back);
  tcase_add_test(out, write_errors_are_said);
  suite_add_tcase(suite, out);
  return unit_run(suite);
}
