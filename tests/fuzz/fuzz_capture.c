/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a capture file. Properties: frames keep their contract; twice the same, also with a thread that
 * decompresses ahead; a pipe gives what a file gives; two of them merged give all frames of both; what the writer
 * writes reads back; and a plain pcap gives the frames that libpcap gives.
 */
#include <config.h>

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/formats.h"
#include "capture/open.h"
#include "capture_kit.h"
#include "fuzz.h"

static int to_memory_file(const uint8_t *data, size_t size)
{
  int fd = memfd_create("fuzz", MFD_CLOEXEC);

  g_assert_cmpint(fd, >=, 0);
  for (size_t done = 0; done < size;) {
    ssize_t n = write(fd, data + done, size - done);

    g_assert_cmpint(n, >, 0);
    done += (size_t)n;
  }
  g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
  return fd;
}

static cap_reader *open_data(const uint8_t *data, size_t size)
{
  GError *error = NULL;
  cap_reader *reader = cap_reader_open_fd(to_memory_file(data, size), "fuzz", &error);

  g_assert_true((reader == NULL) == (error != NULL));
  g_clear_error(&error);
  return reader;
}

static void check_contract(const kit_result *r)
{
  for (guint i = 0; i < r->frames->len; i++) {
    const cap_frame *f = kit_frame(r, i);

    g_assert_cmpint(f->ts_ns, >=, 0);
    g_assert_cmpint(f->ts_ns, <=, CAP_TS_MAX_NS);
    g_assert_cmpuint(f->direction, <=, CAP_DIR_OUT);
    g_assert_cmpuint(f->captured, <=, 128u << 20);
  }
  g_assert_cmpuint(r->errors, <=, 1);
}

static void check_same(const kit_result *a, const kit_result *b)
{
  g_autofree char *difference = kit_frames_differ(a, b);

  if (difference != NULL)
    g_error("%s", difference);
  g_assert_cmpuint(a->errors, ==, b->errors);
}

static void check_pipe(const uint8_t *data, size_t size, const kit_result *like)
{
  GError *error = NULL;
  kit_result *r;
  int fds[2];

  if (size > 60000) /* a pipe holds 64 KiB */
    return;
  g_assert_cmpint(pipe(fds), ==, 0);
  g_assert_cmpint(write(fds[1], data, size), ==, (gssize)size);
  close(fds[1]);

  cap_reader *reader = cap_reader_open_fd(fds[0], "fuzz", &error);

  r = kit_read(reader, error);
  check_same(like, r);
  kit_result_free(r);
}

static void check_ahead(const uint8_t *data, size_t size, const kit_result *like)
{
  cap_reader *reader = open_data(data, size);
  kit_result *r;

  if (reader == NULL)
    return;
  cap_reader_inflate_ahead(reader);
  r = kit_read(reader, NULL);
  check_same(like, r);
  g_assert_cmpstr(like->error != NULL ? like->error->message : "", ==, r->error != NULL ? r->error->message : "");
  kit_result_free(r);
}

static void check_merged(const uint8_t *data, size_t size, const kit_result *like)
{
  cap_reader *readers[2] = { open_data(data, size), open_data(data, size) };
  kit_result *r;

  if (readers[0] == NULL)
    return;
  r = kit_read(cap_reader_new_merged(readers, 2), NULL);
  g_assert_cmpuint(r->frames->len, ==, 2 * like->frames->len);
  g_assert_cmpuint(r->errors, ==, 2 * like->errors);
  kit_result_free(r);
}

static void check_writer(const kit_result *r)
{
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
  GError *error = NULL;
  cap_writer *w = cap_writer_open(path, CAP_WRITER_PCAPNG, &error);
  kit_result *again;

  g_assert_no_error(error);
  for (guint i = 0; i < r->frames->len; i++)
    cap_writer_frame(w, kit_frame(r, i), r->names->pdata[i], NULL);
  g_assert_true(cap_writer_close(w, &error));

  cap_reader *reader = cap_reader_open_fd(fd, "written", &error);

  again = kit_read(reader, error);
  g_assert_no_error(again->error);
  g_autofree char *difference = kit_frames_differ(r, again);

  if (difference != NULL)
    g_error("written and read again: %s", difference);
  kit_result_free(again);
}

/* Where a file header stands in the place of a record, ours stops and says so; libpcap takes it for a record. */
static gboolean stopped_at_another(const kit_result *own)
{
  return own->error != NULL && strstr(own->error->message, "a second capture begins here") != NULL;
}

/* Times left out: libpcap 1.10 has signed seconds. Wire lengths too: it mends those of some USB captures. */
static void check_referee(const uint8_t *data, size_t size, const kit_result *own)
{
  int fd = to_memory_file(data, size);
  g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
  GError *error = NULL;
  cap_reader *reader = cap_reader_open_libpcap(path, &error);
  kit_result *theirs = kit_read(reader, error);

  close(fd);
  if (stopped_at_another(own)) {
    g_assert_cmpuint(own->frames->len, <=, theirs->frames->len);
  } else if (own->error == NULL || own->error->code != CAP_ERROR_FORMAT) { /* ours refuses link types beyond 16 bits */
    g_assert_cmpuint(own->frames->len, ==, theirs->frames->len);
    g_assert_cmpuint(own->errors, ==, theirs->errors);
  }
  for (guint i = 0; i < own->frames->len; i++) {
    const cap_frame *a = kit_frame(own, i), *b = kit_frame(theirs, i);

    g_assert_cmpuint(a->captured, ==, b->captured);
    g_assert_cmpuint(a->link, ==, b->link);
    g_assert_true(a->captured == 0 || memcmp(a->data, b->data, a->captured) == 0);
  }
  kit_result_free(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  GError *error = NULL;
  cap_reader *reader = cap_reader_open_fd(to_memory_file(data, size), "fuzz", &error);
  kit_result *r = kit_read(reader, error);

  check_contract(r);
  check_pipe(data, size, r);
  check_ahead(data, size, r);
  check_merged(data, size, r);
  if (r->frames->len > 0)
    check_writer(r);
  if (size >= 24 && cap_format_pcap.recognises(data, size))
    check_referee(data, size, r);
  kit_result_free(r);
  return 0;
}

static void seed_add(fuzz_add_fn add, kit_file *f)
{
  add(f->bytes->data, f->bytes->len);
  kit_file_clear(f);
}

static void seed_pcap(fuzz_add_fn add, gboolean big, guint32 magic, guint minor, guint32 snaplen, guint32 linktype)
{
  kit_file f = kit_file_new(big);

  kit_pcap_header(&f, magic, minor, snaplen, linktype);
  for (guint i = 0; i < 4; i++)
    kit_pcap_record(&f, 1000 + i, 999999 * (i & 1), 10 + 17 * i, 100, i);
  seed_add(add, &f);
}

static void seed_pcapng(fuzz_add_fn add, gboolean big)
{
  kit_file f = kit_file_new(big);
  gsize begin;

  for (guint section = 0; section < 2; section++, f.big = !f.big) {
    kit_section(&f);
    kit_interface(&f, 1, "eth0", 6);
    kit_interface(&f, 276, NULL, 0x80 | 20);
    kit_packet(&f, 0, 1234567, 33, 60, 1, 1);
    begin = kit_block_begin(&f, 5);
    kit_put32(&f, 0);
    kit_block_end(&f, begin);
    kit_packet(&f, 1, 99, 0, 60, 2, -1);
    begin = kit_block_begin(&f, 3);
    kit_put32(&f, 9);
    kit_put_frame(&f, 3, 9);
    kit_block_end(&f, begin);
    begin = kit_block_begin(&f, 2);
    for (guint i = 0; i < 5; i++)
      kit_put32(&f, (guint32[]){ 0, 0, 77, 8, 80 }[i]);
    kit_put_frame(&f, 4, 8);
    kit_block_end(&f, begin);
  }
  seed_add(add, &f);
}

static void seed_snoop(fuzz_add_fn add)
{
  kit_file f = kit_file_new(TRUE);

  kit_put_bytes(&f, "snoop\0\0", 8);
  kit_put32(&f, 2);
  kit_put32(&f, 4);
  for (guint i = 0; i < 3; i++) {
    for (guint word = 0; word < 6; word++)
      kit_put32(&f, (guint32[]){ 60, 30 + i, 56 + i, 0, 1000, i }[word]);
    kit_put_frame(&f, i, 32 + i);
  }
  seed_add(add, &f);
}

/* Three records of Ethernet, one of them with extension headers, and one of padding. */
static void seed_erf(fuzz_add_fn add)
{
  static const guint8 types[] = { 2, 0x8b, 48, 1 };
  kit_file f = kit_file_new(FALSE);

  for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
    kit_put32(&f, i);
    kit_put32(&f, 1000 + i);
    kit_put_bytes(&f, (guint8[]){ types[i], (guint8)(4 + i), 0, 80, 0, 0, 0, 60 }, 8);
    kit_put_bytes(&f, "\3\0\0\0\0\0\0\1\0\0", 10);
    kit_put_frame(&f, i, 54);
  }
  seed_add(add, &f);
}

/* Two frames, the table naming the second first. */
static void seed_netmon(fuzz_add_fn add, guint minor)
{
  static const guint trailer[] = { 0, 2, 6, 15 };
  const guint record = 16 + 40 + trailer[minor];
  kit_file f = kit_file_new(FALSE);

  kit_put_bytes(&f, "GMBU", 4);
  kit_put_bytes(&f, (guint8[]){ (guint8)minor, 2, 1, 0 }, 4);
  for (guint i = 0; i < 8; i++)
    kit_put16(&f, (guint16[]){ 2026, 11, 0, 29, 23, 59, 58, 250 }[i]);
  kit_put32(&f, 128 + 2 * record);
  kit_put32(&f, 8);
  kit_put_frame(&f, 0, 128 - f.bytes->len);
  for (guint i = 0; i < 2; i++) {
    for (guint word = 0; word < 4; word++)
      kit_put32(&f, (guint32[]){ 1000 * i, 0, 60, 40 }[word]);
    kit_put_frame(&f, i, 40);
    kit_put_bytes(&f, "\1\0\xff\xff\xff\xff\0\x80\x3e\xd5\xde\xb1\x9d\1\0", trailer[minor]);
  }
  kit_put32(&f, 128 + record);
  kit_put32(&f, 128);
  seed_add(add, &f);
}

static void seed_pktap(fuzz_add_fn add, guint32 linktype)
{
  static const guint8 start[] = { 108, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 'e', 'n' };
  kit_file f = kit_file_new(FALSE);

  kit_pcap_header(&f, 0xa1b2c3d4, 4, 65535, linktype);
  for (guint i = 0; i < 3; i++) {
    for (guint word = 0; word < 4; word++)
      kit_put32(&f, (guint32[]){ 1, i, 120, 120 }[word]);
    kit_put_bytes(&f, start, sizeof(start));
    kit_put_bytes(&f, (guint8[]){ (guint8)('0' + i), 0 }, 2);
    kit_put_frame(&f, i, 120 - sizeof(start) - 2);
  }
  seed_add(add, &f);
}

static void seed_compressed(fuzz_add_fn add, kit_compression kind)
{
  kit_file f = kit_file_new(FALSE);
  GByteArray *packed;

  kit_pcap_header(&f, 0xa1b2c3d4, 4, 65535, 1);
  kit_pcap_record(&f, 1, 2, 60, 60, 1);
  packed = kit_compress(kind, f.bytes->data, f.bytes->len);
  add(packed->data, packed->len);
  g_byte_array_append(packed, packed->data, packed->len / 2);
  add(packed->data, packed->len);
  g_byte_array_unref(packed);
  kit_file_clear(&f);
}

void fuzz_seeds(fuzz_add_fn add)
{
  for (int big = 0; big < 2; big++) {
    seed_pcap(add, big, 0xa1b2c3d4, 4, 65535, 1);
    seed_pcap(add, big, 0xa1b23c4d, 4, 30, 101);
    seed_pcap(add, big, 0xa1b2cd34, 4, 0, 1);
    seed_pcap(add, big, 0xa1b2c3d4, 3, 65535, 113);
    seed_pcap(add, big, 0xa1b2c3d4, 4, 65535, 239);
    seed_pcap(add, big, 0xa1b2c3d4, 4, 65535, 231);
    seed_pcapng(add, big);
  }
  seed_snoop(add);
  seed_erf(add);
  for (guint minor = 0; minor < 4; minor++)
    seed_netmon(add, minor);
  seed_pktap(add, 149);
  seed_pktap(add, 258);
  for (guint kind = 0; kind < KIT_COMPRESSIONS; kind++)
    seed_compressed(add, (kit_compression)kind);
}
