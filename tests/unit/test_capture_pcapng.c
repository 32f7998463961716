/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng as our own reader takes it: every variant by hand, and every way in which a file can lie. */
#include <string.h>

#include "capture/reader.h"
#include "capture_expect.h"

START_TEST(pcapng_sections_interfaces_and_clocks)
{
  kit_file f = kit_file_new(FALSE);
  kit_result *r;

  kit_section(&f);
  kit_interface(&f, 1, "eth0", -1);
  kit_interface(&f, 101, "tun0", 9);
  kit_interface(&f, 276, NULL, 0x80 | 10); /* 1/1024 s */
  kit_packet(&f, 0, 5000001, 60, 60, 1, 1);
  kit_packet(&f, 1, 6 * S_NS + 7, 33, 1400, 2, 2);
  kit_packet(&f, 2, 7 * 1024 + 512, 5, 5, 3, 0);
  f.big = TRUE; /* the second section, from another machine */
  kit_section(&f);
  kit_interface(&f, 1, "eth0", 12);
  kit_interface(&f, 1, "eth1", 0);
  kit_packet(&f, 0, G_GUINT64_CONSTANT(8000000000123), 8, 8, 4, -1);
  kit_packet(&f, 1, 9, 9, 9, 5, -1);
  r = kit_read_file(&f);
  ck_assert_msg(r->error == NULL, "%s", r->error ? r->error->message : "");
  ck_assert_uint_eq(r->frames->len, 5);
  expect_frame(r, 0, 5 * S_NS + 1000, 1, 60, 60, 1);
  expect_frame(r, 1, 6 * S_NS + 7, 2, 33, 1400, 12);
  expect_frame(r, 2, 7 * S_NS + S_NS / 2, 3, 5, 5, 276);
  expect_frame(r, 3, 8 * S_NS, 4, 8, 8, 1);
  expect_frame(r, 4, 9 * S_NS, 5, 9, 9, 1);
  ck_assert_uint_eq(kit_frame(r, 0)->direction, CAP_DIR_IN);
  ck_assert_uint_eq(kit_frame(r, 1)->direction, CAP_DIR_OUT);
  ck_assert_uint_eq(kit_frame(r, 2)->direction, CAP_DIR_UNKNOWN);
  ck_assert_uint_eq(kit_frame(r, 3)->interface, kit_frame(r, 0)->interface); /* the same one again */
  ck_assert_uint_ne(kit_frame(r, 4)->interface, kit_frame(r, 1)->interface);
  ck_assert_str_eq(r->names->pdata[0], "eth0");
  ck_assert_str_eq(r->names->pdata[1], "tun0");
  ck_assert_str_eq(r->names->pdata[2], "");
  ck_assert_str_eq(r->names->pdata[4], "eth1");
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

static void put_interface_with(kit_file *f, guint code, const void *value, gsize n, guint32 snaplen)
{
  gsize begin = kit_block_begin(f, 1);

  kit_put16(f, 1);
  kit_put16(f, 0);
  kit_put32(f, snaplen);
  if (n > 0)
    kit_option(f, code, value, n);
  kit_block_end(f, begin);
}

START_TEST(pcapng_time_offsets_and_extremes)
{
  gint64 offsets[] = { 100, -3, G_MAXINT64, G_MININT64 };
  gint64 want[] = { 102 * S_NS, 0, CAP_TS_MAX_NS, 0 };
  kit_file f = kit_file_new(FALSE);
  kit_result *r;

  kit_section(&f);
  for (guint i = 0; i < G_N_ELEMENTS(offsets); i++) {
    put_interface_with(&f, 14, &offsets[i], 8, 0);
    kit_packet(&f, i, 2000000, 4, 4, i, -1);
  }
  kit_interface(&f, 1, NULL, 0x80 | 127);
  kit_packet(&f, 4, G_MAXUINT64, 4, 4, 4, -1);
  kit_interface(&f, 1, NULL, 0);
  kit_packet(&f, 5, G_MAXUINT64, 4, 4, 5, -1);
  kit_interface(&f, 1, NULL, 19);
  kit_packet(&f, 6, G_MAXUINT64, 4, 4, 6, -1);
  kit_interface(&f, 1, NULL, 0x80 | 63);
  kit_packet(&f, 7, G_MAXUINT64, 4, 4, 7, -1);
  r = kit_read_file(&f);
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, 8);
  for (guint i = 0; i < G_N_ELEMENTS(offsets); i++)
    ck_assert_int_eq(kit_frame(r, i)->ts_ns, want[i]);
  ck_assert_int_eq(kit_frame(r, 4)->ts_ns, 0);
  ck_assert_int_eq(kit_frame(r, 5)->ts_ns, CAP_TS_MAX_NS);
  ck_assert_int_eq(kit_frame(r, 6)->ts_ns, 1844674407);
  ck_assert_int_eq(kit_frame(r, 7)->ts_ns, 1999999999);
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

START_TEST(pcapng_old_and_simple_packets)
{
  kit_file f = kit_file_new(_i != 0);
  kit_result *r;
  gsize begin;

  kit_section(&f);
  put_interface_with(&f, 0, NULL, 0, 32);
  begin = kit_block_begin(&f, 0x80000bad); /* somebody's own block */
  kit_put_frame(&f, 9, 5000);
  kit_block_end(&f, begin);
  begin = kit_block_begin(&f, 2);
  kit_put16(&f, 0);
  kit_put16(&f, 77); /* drops */
  kit_put32(&f, 0);
  kit_put32(&f, 1500000);
  kit_put32(&f, 10);
  kit_put32(&f, 20);
  kit_put_frame(&f, 1, 10);
  kit_put_bytes(&f, "\0\0", 2);
  kit_put16(&f, 2);
  kit_put16(&f, 4);
  kit_put32(&f, 2);
  kit_block_end(&f, begin);
  begin = kit_block_begin(&f, 3);
  kit_put32(&f, 50);
  kit_put_frame(&f, 2, 32); /* the snap length */
  kit_block_end(&f, begin);
  begin = kit_block_begin(&f, 3);
  kit_put32(&f, 7);
  kit_put_frame(&f, 3, 7);
  kit_block_end(&f, begin);
  r = kit_read_file(&f);
  ck_assert_msg(r->error == NULL, "%s", r->error ? r->error->message : "");
  ck_assert_uint_eq(r->frames->len, 3);
  expect_frame(r, 0, S_NS + S_NS / 2, 1, 10, 20, 1);
  ck_assert_uint_eq(kit_frame(r, 0)->direction, CAP_DIR_OUT);
  expect_frame(r, 1, S_NS + S_NS / 2, 2, 32, 50, 1); /* no time of its own */
  expect_frame(r, 2, S_NS + S_NS / 2, 3, 7, 7, 1);
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

/* One good packet, then the lie. */
static kit_file ng_start(void)
{
  kit_file f = kit_file_new(FALSE);

  kit_section(&f);
  kit_interface(&f, 1, "eth0", 6);
  kit_packet(&f, 0, 1, 20, 20, 1, -1);
  return f;
}

static void ng_lie(guint32 type, const guint32 *words, guint n, guint32 length, const char *says)
{
  kit_file f = ng_start();

  kit_put32(&f, type);
  kit_put32(&f, length);
  for (guint i = 0; i < n; i++)
    kit_put32(&f, words[i]);
  expect_error(&f, 1, CAP_ERROR_BROKEN, says);
  kit_file_clear(&f);
}

START_TEST(pcapng_refuses_what_cannot_be)
{
  ng_lie(5, (guint32[]){ 0, 0 }, 2, 11, "claims a length of 11 bytes");
  ng_lie(5, (guint32[]){ 0, 0 }, 2, 0, "claims a length of 0 bytes");
  ng_lie(5, (guint32[]){ 0, 0 }, 2, 18, "claims a length of 18 bytes");
  ng_lie(5, (guint32[]){ 0, 0 }, 2, 0xfffffffc, "claims a length of 4294967292 bytes");
  ng_lie(5, (guint32[]){ 0, 20 }, 2, 16, "differs between its front and its end");
  ng_lie(6, (guint32[]){ 0, 16 }, 2, 16, "packet block is too short");
  ng_lie(3, (guint32[]){ 12 }, 1, 12, "packet block is too short");
  ng_lie(1, (guint32[]){ 1, 16 }, 2, 16, "interface block is too short");
  ng_lie(6, (guint32[]){ 1, 0, 0, 0, 0, 32 }, 6, 32, "interface that is not described");
  ng_lie(6, (guint32[]){ 0, 0, 0, 1, 1, 32 }, 6, 32, "more bytes than its block has");
  ng_lie(6, (guint32[]){ 0, 0, 0, 0xffffffff, 1, 32 }, 6, 32, "more bytes than any frame");
  ng_lie(3, (guint32[]){ 5, 16 }, 2, 16, "more bytes than its block has");
  ng_lie(1, (guint32[]){ 1, 0, 0x00050002, 24 }, 4, 24, "option runs past");
  ng_lie(1, (guint32[]){ 1, 0, 0x00010009, 99, 28 }, 5, 28, "time resolution");
  ng_lie(1, (guint32[]){ 1, 0, 0x0004000e, 99, 28 }, 5, 28, "time offset");
  ng_lie(0x0a0d0d0a, (guint32[]){ 0x1a2b3c4e, 0 }, 2, 28, "without a byte order");
  ng_lie(0x0a0d0d0a, (guint32[]){ 0x1a2b3c4d, 16 }, 2, 16, "section header is too short");
  ng_lie(0x0a0d0d0a, (guint32[]){ 0x1a2b3c4d, 16 }, 2, 2 << 20, "claims a length of 2097152 bytes");
}
END_TEST

START_TEST(pcapng_cut_anywhere)
{
  kit_file f = ng_start();
  guint section = 28, interface = 40, whole = f.bytes->len;

  for (guint n = whole; n-- > 4;) {
    g_byte_array_set_size(f.bytes, n);
    if (n != section && n != section + interface) {
      expect_error(&f, 0, CAP_ERROR_CUT, "ends inside a");
      continue;
    }
    kit_result *r = kit_read_file(&f);

    ck_assert_ptr_null(r->error);
    ck_assert_uint_eq(r->frames->len, 0);
    kit_result_free(r);
  }
  kit_file_clear(&f);
}
END_TEST

/* A statistics block of an interface, with so many packets lost by it and by the system; 8 bytes each or it is damage.
 */
static void put_statistics(kit_file *f, guint32 interface, guint64 by_interface, guint64 by_system, gsize n)
{
  gsize begin = kit_block_begin(f, 5);

  kit_put32(f, interface);
  kit_put32(f, 0);
  kit_put32(f, 0);
  kit_option(f, 5, &by_interface, n);
  kit_option(f, 7, &by_system, n);
  kit_block_end(f, begin);
}

static guint64 dropped_of(const kit_file *f)
{
  char *path = kit_save(f->bytes->data, f->bytes->len);
  cap_reader *reader = cap_reader_open(path, NULL);
  cap_batch *batch = cap_batch_new();
  guint64 dropped;

  ck_assert_ptr_nonnull(reader);
  while (cap_reader_next(reader, batch, NULL))
    continue;
  dropped = cap_reader_dropped(reader);
  cap_batch_free(batch);
  cap_reader_free(reader);
  kit_remove(path);
  return dropped;
}

/* Statistics count from the capture's begin: the latest of each interface holds. Sections add up. */
START_TEST(pcapng_dropped)
{
  kit_file f = kit_file_new(FALSE);

  kit_section(&f);
  kit_interface(&f, 1, "eth0", -1);
  kit_interface(&f, 1, "eth1", -1);
  kit_packet(&f, 0, 1, 4, 4, 1, 1);
  ck_assert_uint_eq(dropped_of(&f), 0);
  put_statistics(&f, 0, 3, 4, 8);
  put_statistics(&f, 0, 5, 4, 8);
  put_statistics(&f, 1, 0, 10, 8);
  ck_assert_uint_eq(dropped_of(&f), 19);
  put_statistics(&f, 7, 100, 100, 8); /* of nobody */
  put_statistics(&f, 1, 100, 100, 4); /* damaged: it says 0 */
  ck_assert_uint_eq(dropped_of(&f), 9);
  kit_section(&f);
  kit_interface(&f, 1, "eth0", -1);
  put_statistics(&f, 0, G_MAXUINT64, G_MAXUINT64, 8);
  ck_assert_uint_eq(dropped_of(&f), 9 + (G_GUINT64_CONSTANT(2) << 40));
  kit_file_clear(&f);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("capture_pcapng");
  TCase *ng = tcase_create("pcapng");

  tcase_add_test(ng, pcapng_sections_interfaces_and_clocks);
  tcase_add_test(ng, pcapng_time_offsets_and_extremes);
  tcase_add_loop_test(ng, pcapng_old_and_simple_packets, 0, 2);
  tcase_add_test(ng, pcapng_refuses_what_cannot_be);
  tcase_add_test(ng, pcapng_cut_anywhere);
  tcase_add_test(ng, pcapng_dropped);
  suite_add_tcase(suite, ng);
  return unit_run(suite);
}
