/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcap as our own reader takes it, and the other kinds: every variant by hand, and every way in which a file can lie.
 */
#include <string.h>

#include "capture/link.h"
#include "capture/reader.h"
#include "capture_expect.h"

enum { USEC = 0xa1b2c3d4, NSEC = 0xa1b23c4d, PATCHED = 0xa1b2cd34 };

START_TEST(pcap_reads_either_order_and_resolution)
{
  gboolean big = (_i & 1) != 0, nsec = (_i & 2) != 0;
  kit_file f = kit_file_new(big);
  kit_result *r;

  kit_pcap_header(&f, nsec ? NSEC : USEC, 4, 65535, 101);
  kit_pcap_record(&f, 1000, 5, 40, 40, 1);
  kit_pcap_record(&f, 1001, 999999, 64, 1500, 2);
  kit_pcap_record(&f, 1002, 0, 0, 0, 3);
  r = kit_read_file(&f);
  ck_assert_msg(r->error == NULL, "%s", r->error ? r->error->message : "");
  ck_assert_uint_eq(r->frames->len, 3);
  expect_frame(r, 0, 1000 * S_NS + (nsec ? 5 : 5000), 1, 40, 40, 12);
  expect_frame(r, 1, 1001 * S_NS + (nsec ? 999999 : 999999000), 2, 64, 1500, 12);
  expect_frame(r, 2, 1002 * S_NS, 3, 0, 0, 12);
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

START_TEST(pcap_patched_records_are_longer)
{
  kit_file f = kit_file_new(_i != 0);
  kit_result *r;

  kit_pcap_header(&f, PATCHED, 4, 68, 1);
  for (guint i = 0; i < 2; i++) {
    kit_put32(&f, 7 + i);
    kit_put32(&f, 1);
    kit_put32(&f, 82);
    kit_put32(&f, 82);
    kit_put_bytes(&f, "\0\0\0\2\0\0\0\0", 8);
    kit_put_frame(&f, i, 82); /* 14 over the snap length: its cooked mode */
  }
  r = kit_read_file(&f);
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, 2);
  expect_frame(r, 0, 7 * S_NS + 1000, 0, 82, 82, 1);
  expect_frame(r, 1, 8 * S_NS + 1000, 1, 82, 82, 1);
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

/* Before version 2.3 the wire length came first; in 2.3 it depends. */
START_TEST(pcap_old_versions_swap_lengths)
{
  kit_file f = kit_file_new(FALSE);
  kit_result *r;
  guint minor = _i == 0 ? 2 : 3;

  kit_pcap_header(&f, USEC, minor, 65535, 1);
  for (guint i = 0; i < 2; i++) {
    gboolean wire_first = minor == 2 || i == 0;

    kit_put32(&f, i);
    kit_put32(&f, 0);
    kit_put32(&f, wire_first ? 100 : 60);
    kit_put32(&f, wire_first ? 60 : 100);
    kit_put_frame(&f, i, 60);
  }
  r = kit_read_file(&f);
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, 2);
  expect_frame(r, 0, 0, 0, 60, 100, 1);
  expect_frame(r, 1, S_NS, 1, 60, 100, 1);
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

START_TEST(pcap_times_are_clamped)
{
  static const struct {
    guint32 s, us;
    gint64 ts_ns;
  } times[] = {
    { 0xffffffff, 0, 4294967295 * S_NS },
    { 0xffffffff, 0x7fffffff, 4294967295 * S_NS + 2147483647000 },
    { 10, 1500000, 11 * S_NS + 500000000 },
    { 10, (guint32)-500000, 9 * S_NS + 500000000 },
    { 0, (guint32)-1, 0 },
  };
  kit_file f = kit_file_new(FALSE);
  kit_result *r;

  kit_pcap_header(&f, USEC, 4, 65535, 1);
  for (guint i = 0; i < G_N_ELEMENTS(times); i++)
    kit_pcap_record(&f, times[i].s, times[i].us, 1, 1, i);
  r = kit_read_file(&f);
  ck_assert_ptr_null(r->error);
  for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
    ck_assert_int_eq(kit_frame(r, i)->ts_ns, times[i].ts_ns);
    ck_assert_int_le(kit_frame(r, i)->ts_ns, CAP_TS_MAX_NS);
  }
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

/* libpcap's rule: a frame over the snap length is delivered up to it, and the file goes on behind the whole frame. */
START_TEST(pcap_cuts_at_the_snap_length)
{
  kit_file f = kit_file_new(FALSE);
  kit_result *r;

  kit_pcap_header(&f, USEC, 4, 50, 1);
  kit_pcap_record(&f, 1, 0, 90, 90, 1);
  kit_pcap_record(&f, 2, 0, 20, 10, 2); /* wire below captured: lifted */
  r = kit_read_file(&f);
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, 2);
  expect_frame(r, 0, S_NS, 1, 50, 90, 1);
  expect_frame(r, 1, 2 * S_NS, 2, 20, 20, 1);
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

/* Cut at every single byte: whole records come out, the rest is said. */
START_TEST(pcap_cut_anywhere)
{
  kit_file f = kit_file_new(FALSE);
  guint whole;

  kit_pcap_header(&f, USEC, 4, 65535, 1);
  kit_pcap_record(&f, 1, 0, 30, 30, 1);
  kit_pcap_record(&f, 2, 0, 40, 40, 2);
  whole = f.bytes->len;
  for (guint n = whole; n-- > 4;) {
    gboolean at_end = n == 24 || n == 24 + 46;

    g_byte_array_set_size(f.bytes, n);
    if (!at_end) {
      expect_error(&f, n < 24 + 46 ? 0 : 1, CAP_ERROR_CUT, n < 24 ? "file header" : "record");
      continue;
    }
    kit_result *r = kit_read_file(&f);

    ck_assert_ptr_null(r->error);
    ck_assert_uint_eq(r->frames->len, n == 24 ? 0 : 1);
    kit_result_free(r);
  }
  kit_file_clear(&f);
}
END_TEST

START_TEST(pcap_refuses_what_cannot_be)
{
  kit_file f = kit_file_new(FALSE);

  kit_pcap_header(&f, USEC, 4, 65535, 1);
  kit_pcap_record(&f, 1, 0, 30, 30, 1);
  kit_put32(&f, 1);
  kit_put32(&f, 0);
  kit_put32(&f, 262145);
  kit_put32(&f, 262145);
  expect_error(&f, 1, CAP_ERROR_BROKEN, "at byte 70: a record claims 262145 captured bytes");
  kit_file_clear(&f);

  f = kit_file_new(TRUE);
  kit_pcap_header(&f, USEC, 5, 65535, 1);
  expect_error(&f, 0, CAP_ERROR_FORMAT, "version 2.5");
  kit_file_clear(&f);

  f = kit_file_new(TRUE);
  kit_pcap_header(&f, USEC, 4, 65535, 0x10001);
  expect_error(&f, 0, CAP_ERROR_FORMAT, "link type 65537");
  kit_file_clear(&f);
}
END_TEST

/* Two captures in one, as cat makes them: the second one's header is no record. */
START_TEST(pcap_second_capture)
{
  static const guint32 magics[] = { 0xa1b2c3d4, 0xa1b23c4d };

  for (guint i = 0; i < 4; i++) {
    kit_file f = kit_file_new(FALSE), second = kit_file_new(i % 2 != 0);

    kit_pcap_header(&f, 0xa1b2c3d4, 4, 65535, 1);
    kit_pcap_record(&f, 1, 2, 30, 30, 1);
    kit_pcap_header(&second, magics[i / 2], 4, 65535, 1);
    kit_pcap_record(&second, 1, 2, 30, 30, 1);
    kit_put_bytes(&f, second.bytes->data, second.bytes->len);
    expect_error(&f, 1, CAP_ERROR_BROKEN, "at byte 70: a second capture begins here");
    kit_file_clear(&f);
    f = kit_file_new(FALSE);
    kit_section(&f);
    kit_interface(&f, 1, NULL, -1);
    kit_packet(&f, 0, 1, 30, 30, 1, -1);
    kit_put_bytes(&f, second.bytes->data, second.bytes->len);
    expect_error(&f, 1, CAP_ERROR_BROKEN, "a second capture begins here");
    kit_file_clear(&second);
    kit_file_clear(&f);
  }
}
END_TEST

/* A D-Bus frame may have 128 MiB; what only claims to must not cost them, and what has them must come out. */
START_TEST(pcap_giant_records)
{
  kit_file f = kit_file_new(FALSE);
  kit_result *r;

  kit_pcap_header(&f, USEC, 4, 0, 231);
  kit_pcap_record(&f, 1, 0, 30, 30, 1);
  kit_pcap_record(&f, 2, 0, 3000000, 3000000, 2);
  kit_pcap_record(&f, 3, 0, 130000, 130000, 3);
  kit_pcap_record(&f, 4, 0, 50, 50, 4);
  r = kit_read_file(&f);
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, 4);
  expect_frame(r, 1, 2 * S_NS, 2, 3000000, 3000000, 231);
  expect_frame(r, 2, 3 * S_NS, 3, 130000, 130000, 231);
  expect_frame(r, 3, 4 * S_NS, 4, 50, 50, 231);
  kit_result_free(r);
  kit_put32(&f, 5);
  kit_put32(&f, 0);
  kit_put32(&f, 128 << 20);
  kit_put32(&f, 128 << 20);
  kit_put_frame(&f, 5, 1000);
  expect_error(&f, 4, CAP_ERROR_CUT, "1016 of its 134217744 bytes");
  kit_file_clear(&f);
}
END_TEST

/* Many frames across many chunks: nothing lost where a chunk ends, whatever the sizes. */
START_TEST(pcap_many_frames)
{
  kit_file f = kit_file_new(_i != 0);
  kit_result *r;
  guint n = 6000;

  kit_pcap_header(&f, NSEC, 4, 0, 1);
  for (guint i = 0; i < n; i++)
    kit_pcap_record(&f, i, i, (i * 37) % 1500, 1500, i);
  r = kit_read_file(&f);
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, n);
  for (guint i = 0; i < n; i++)
    expect_frame(r, i, i * S_NS + i, i, (i * 37) % 1500, 1500, 1);
  ck_assert_uint_ge(r->batches, n / CAP_BATCH_FRAMES);
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

static void put_snoop_record(kit_file *f, guint32 s, guint32 us, guint32 captured, guint32 wire, guint32 padding,
                             guint seed)
{
  kit_put32(f, wire);
  kit_put32(f, captured);
  kit_put32(f, 24 + captured + padding);
  kit_put32(f, 0);
  kit_put32(f, s);
  kit_put32(f, us);
  kit_put_frame(f, seed, captured);
  kit_put_frame(f, 99, padding);
}

START_TEST(snoop_reads_and_refuses)
{
  kit_file f = kit_file_new(TRUE);
  guint good;
  kit_result *r;

  kit_put_bytes(&f, "snoop\0\0", 8);
  kit_put32(&f, 2);
  kit_put32(&f, 4);
  put_snoop_record(&f, 5, 6, 61, 90, 3, 1);
  put_snoop_record(&f, 7, 8, 60, 60, 0, 2);
  good = f.bytes->len;
  r = kit_read_file(&f);
  ck_assert_msg(r->error == NULL, "%s", r->error ? r->error->message : "");
  ck_assert_uint_eq(r->frames->len, 2);
  expect_frame(r, 0, 5 * S_NS + 6000, 1, 61, 90, 1);
  expect_frame(r, 1, 7 * S_NS + 8000, 2, 60, 60, 1);
  kit_result_free(r);
  put_snoop_record(&f, 9, 0, 10, 10, 5000, 3);
  expect_error(&f, 2, CAP_ERROR_BROKEN, "claims 10 captured bytes in 5034");
  g_byte_array_set_size(f.bytes, good + 8);
  kit_put32(&f, 20); /* shorter than its own header */
  kit_put_frame(&f, 0, 60);
  expect_error(&f, 2, CAP_ERROR_BROKEN, "in 20 of its own");
  g_byte_array_set_size(f.bytes, good - 1);
  expect_error(&f, 1, CAP_ERROR_CUT, "83 of its 84 bytes");
  kit_file_clear(&f);
}
END_TEST

START_TEST(names_what_it_does_not_read)
{
  static const struct {
    const char *bytes;
    gsize n;
    const char *says;
  } files[] = {
    { "", 0, "empty" },
    { "abc", 3, "too short" },
    { "snoop\0\0\0\0\0\0\2\0\0\0\5\0\0\0\0\0\0\0\0", 24, "snoop capture of version 2 and link type 5" },
    { "BZh91AY&SY", 10, "bzip2" },
    { "PK\3\4aaaa", 8, "zip archive" },
    { "GMBU\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24, "of a version other than 2" },
    { "\x28\x5c\x8f\2\0\0\0\0\2\4\2\x30\0\1\2\x1e\0\0\x10\x10\x10\x10\x10\x10", 24, "no capture" }, /* ERF, perhaps */
    { "Hello, world. This is text.", 27, "begins with 48 65 6c 6c" },
    { "\n\r\r\n text that begins so", 24, "no capture" },
  };
  kit_file f = kit_file_new(FALSE);

  for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
    g_byte_array_set_size(f.bytes, 0);
    kit_put_bytes(&f, files[i].bytes, files[i].n);
    expect_error(&f, 0, CAP_ERROR_FORMAT, files[i].says);
  }
  kit_file_clear(&f);
}
END_TEST

START_TEST(names_what_it_cannot_open)
{
  GError *error = NULL;

  ck_assert_ptr_null(cap_reader_open("/nowhere/at.pcap", &error));
  ck_assert(g_error_matches(error, CAP_ERROR, CAP_ERROR_OPEN));
  ck_assert_ptr_nonnull(strstr(error->message, "/nowhere/at.pcap: cannot be opened: No such file"));
  g_clear_error(&error);
  ck_assert_ptr_null(cap_reader_open("/", &error));
  ck_assert(g_error_matches(error, CAP_ERROR, CAP_ERROR_OPEN));
  g_clear_error(&error);
}
END_TEST

/* Files whose frames hold headers in the writer's byte order: libpcap turns them round, so libpcap it must be. */
START_TEST(foreign_nflog_goes_through_libpcap)
{
  static const guint8 nflog[] = { 2, 0, 0, 0, 0, 6, 0, 10, 1, 2, 0, 0 }; /* one TLV: length 6, type 10 */
  kit_file f = kit_file_new(TRUE);
  kit_result *r;

  kit_pcap_header(&f, USEC, 4, 65535, 239);
  kit_put32(&f, 1);
  kit_put32(&f, 2);
  kit_put32(&f, sizeof(nflog));
  kit_put32(&f, sizeof(nflog));
  kit_put_bytes(&f, nflog, sizeof(nflog));
  r = kit_read_file(&f);
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, 1);
  ck_assert_uint_eq(kit_frame(r, 0)->link, 239);
  ck_assert_int_eq(kit_frame(r, 0)->ts_ns, S_NS + 2000);
  ck_assert_uint_eq(kit_frame(r, 0)->data[4], 6);
  ck_assert_uint_eq(kit_frame(r, 0)->data[6], 10);
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

START_TEST(link_types_go_both_ways)
{
  static const guint dlts[] = { 0,   1,   9,   11,  12,  13,  15,  16,  50,  51,  104,
                                105, 107, 108, 113, 127, 228, 229, 239, 246, 258, 276 };

  ck_assert_uint_eq(cap_link_to_file(12), 101);
  ck_assert_uint_eq(cap_link_from_file(101), 12);
  ck_assert_uint_eq(cap_link_from_file(1), 1);
  ck_assert_uint_eq(cap_link_from_file(276), 276);
  for (guint i = 0; i < G_N_ELEMENTS(dlts); i++)
    ck_assert_uint_eq(cap_link_from_file(cap_link_to_file(dlts[i])), dlts[i]);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("capture");
  TCase *pcap = tcase_create("pcap"), *other = tcase_create("other kinds");

  tcase_add_loop_test(pcap, pcap_reads_either_order_and_resolution, 0, 4);
  tcase_add_loop_test(pcap, pcap_patched_records_are_longer, 0, 2);
  tcase_add_loop_test(pcap, pcap_old_versions_swap_lengths, 0, 2);
  tcase_add_test(pcap, pcap_times_are_clamped);
  tcase_add_test(pcap, pcap_cuts_at_the_snap_length);
  tcase_add_test(pcap, pcap_cut_anywhere);
  tcase_add_test(pcap, pcap_refuses_what_cannot_be);
  tcase_add_test(pcap, pcap_second_capture);
  tcase_add_test(pcap, pcap_giant_records);
  tcase_add_loop_test(pcap, pcap_many_frames, 0, 2);
  tcase_add_test(other, snoop_reads_and_refuses);
  tcase_add_test(other, names_what_it_does_not_read);
  tcase_add_test(other, names_what_it_cannot_open);
  tcase_add_test(other, foreign_nflog_goes_through_libpcap);
  tcase_add_test(other, link_types_go_both_ways);
  suite_add_tcase(suite, pcap);
  suite_add_tcase(suite, other);
  return unit_run(suite);
}
