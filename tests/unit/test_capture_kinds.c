/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ERF and Network Monitor 2, made by hand; and interfaces that the frames of a PKTAP capture name. */
#include "capture_expect.h"
#include "packet_kit.h"

static void put_be16(kit_file *f, guint v) { kit_put_bytes(f, (guint8[]){ (guint8)(v >> 8), (guint8)v }, 2); }

static guint put_hex(kit_file *f, const char *hex)
{
  static kit_bytes bytes;

  kit_start(&bytes);
  kit_add_hex(&bytes, hex);
  kit_put_bytes(f, bytes.at, bytes.n);
  return bytes.n;
}

/* A record of ERF at s seconds and a half; what follows the first header as hex, then the frame, then padding. */
static void put_erf(kit_file *f, guint32 s, guint type, guint flags, const char *more, guint seed, guint n, guint wire)
{
  gsize begin = f->bytes->len;

  kit_put32(f, 0x80000000u);
  kit_put32(f, s);
  kit_put_bytes(f, (guint8[]){ (guint8)type, (guint8)flags }, 2);
  put_be16(f, 0);
  put_be16(f, 0);
  put_be16(f, wire);
  put_hex(f, more);
  kit_put_frame(f, seed, n);
  while ((f->bytes->len - begin) % 8 != 0)
    kit_put_bytes(f, "", 1);
  f->bytes->data[begin + 10] = (guint8)((f->bytes->len - begin) >> 8);
  f->bytes->data[begin + 11] = (guint8)(f->bytes->len - begin);
}

static const struct {
  guint type, flags;
  const char *more;
  guint captured, wire, link, says_wire; /* wire: what the frame is to have, says_wire: what the record claims */
} erf_kinds[] = {
  { 2, 4, "0000", 62, 66, 1, 66 },
  { 11, 5, "0000", 60, 60, 1, 60 },
  { 16, 6, "0000", 38, 1514, 1, 1514 },
  { 20, 7, "0000", 61, 61, 1, 61 },
  { 0x82, 4, "83 00000000000001 03 00000000000002 0000", 60, 60, 1, 60 },
  { 4, 4, "00000010", 60, 60, 11, 64 },
  { 9, 4, "00000001 00000010", 60, 60, 11, 68 },
  { 22, 4, "", 60, 60, 228, 60 },
  { 23, 4, "", 60, 60, 229, 60 },
};

START_TEST(erf_frames)
{
  kit_file f = kit_file_new(FALSE);
  kit_result *r;

  for (guint i = 0; i < G_N_ELEMENTS(erf_kinds); i++) {
    put_erf(&f, 1000 + i, erf_kinds[i].type, erf_kinds[i].flags, erf_kinds[i].more, i, erf_kinds[i].captured,
            erf_kinds[i].says_wire);
    put_erf(&f, 1000 + i, 48, 4, "", 9, 24, 0); /* padding is nothing */
  }
  r = kit_read_file(&f);
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, G_N_ELEMENTS(erf_kinds));
  for (guint i = 0; i < r->frames->len; i++) {
    g_autofree char *name = g_strdup_printf("port%u", erf_kinds[i].flags & 3);

    expect_frame(r, i, (1000 + i) * S_NS + S_NS / 2, i, erf_kinds[i].captured, erf_kinds[i].wire, erf_kinds[i].link);
    ck_assert_str_eq(r->names->pdata[i], name);
  }
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

/* A serial line may carry anything, and what no link type stands for comes whole. */
START_TEST(erf_lines_and_records)
{
  static const struct {
    guint type;
    const char *more;
    guint link, wire, bytes;
  } rows[] = {
    { 1, "0f00 0800", 50, 4, 4 },
    { 1, "ff03 0021", 50, 4, 4 },
    { 10, "0021 4500", 50, 4, 4 },
    { 15, "1841 03cc", 107, 4, 4 },
    { 19, "1841 0800", 107, 4, 4 },
    { 5, "00000001 0f00 0800", 50, 8, 4 },
    { 17, "00000001 1841 03", 107, 7, 3 },
    { 3, "00000010", 197, 4, 24 },
    { 7, "00000001 00000010", 197, 8, 24 },
    { 21, "00000010", 197, 4, 24 },
    { 27, "0001 0004 00000000", 197, 8, 24 },
  };
  kit_file f = kit_file_new(FALSE);
  kit_result *r;

  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    put_erf(&f, 1000, rows[i].type, 4, rows[i].more, 0, 0, rows[i].wire);
  r = kit_read_file(&f);
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, G_N_ELEMENTS(rows));
  for (guint i = 0; i < r->frames->len; i++) {
    ck_assert_uint_eq(kit_frame(r, i)->link, rows[i].link);
    ck_assert_uint_eq(kit_frame(r, i)->captured, rows[i].bytes);
  }
  kit_result_free(r);
  kit_file_clear(&f);
}
END_TEST

START_TEST(erf_damage)
{
  kit_file f = kit_file_new(FALSE);
  gsize good;

  for (guint i = 0; i < 3; i++)
    put_erf(&f, 1000, 2, 4, "0000", i, 62, 62);
  good = f.bytes->len;
  put_erf(&f, 1000, 0x82, 4, "83 00000000000001", 3, 0, 62); /* another extension is announced, and not there */
  expect_error(&f, 3, CAP_ERROR_BROKEN, "at byte 240: a record of type 2 is shorter than its headers (24 bytes)");
  f.bytes->data[good + 8] = 2;
  f.bytes->data[good + 11] = 15;
  expect_error(&f, 3, CAP_ERROR_BROKEN, "claims a length of 15 bytes");
  g_byte_array_set_size(f.bytes, (guint)good - 1);
  expect_error(&f, 2, CAP_ERROR_CUT, "79 of its 80 bytes");
  g_byte_array_set_size(f.bytes, 40); /* a single one, cut */
  expect_error(&f, 0, CAP_ERROR_CUT, "40 of its 80 bytes");
  kit_file_clear(&f);
}
END_TEST

/* Network Monitor: a header, frames wherever, a table of where they are. */
typedef struct netmon {
  kit_file f;
  guint minor, n;
  guint32 at[8];
} netmon;

static netmon netmon_new(guint minor)
{
  static const guint16 start[] = { 2026, 11, 0, 29, 23, 59, 58, 250 };
  netmon m = { .f = kit_file_new(FALSE), .minor = minor };

  kit_put_bytes(&m.f, "GMBU", 4);
  kit_put_bytes(&m.f, (guint8[]){ (guint8)minor, 2 }, 2);
  kit_put16(&m.f, 1);
  for (guint i = 0; i < G_N_ELEMENTS(start); i++)
    kit_put16(&m.f, start[i]);
  while (m.f.bytes->len < 128)
    kit_put_bytes(&m.f, "", 1);
  return m;
}

static void put64(kit_file *f, guint64 v)
{
  kit_put32(f, (guint32)v);
  kit_put32(f, (guint32)(v >> 32));
}

static void netmon_put(netmon *m, gint64 us, guint network, const char *head, guint seed, guint n, guint wire)
{
  static kit_bytes bytes;

  kit_start(&bytes);
  kit_add_hex(&bytes, head);
  m->at[m->n++] = m->f.bytes->len;
  put64(&m->f, (guint64)us);
  kit_put32(&m->f, bytes.n + wire);
  kit_put32(&m->f, bytes.n + n);
  kit_put_bytes(&m->f, bytes.at, bytes.n);
  kit_put_frame(&m->f, seed, n);
  if (m->minor >= 1)
    kit_put16(&m->f, (guint16)network);
  if (m->minor >= 2)
    kit_put32(&m->f, 0xffffffff);
  if (m->minor >= 3) { /* a second and 700 ns after 1970, and us later */
    put64(&m->f, G_GUINT64_CONSTANT(116444736000000000) + 10000000 + (guint64)us * 10 + 7);
    kit_put_bytes(&m->f, "", 1);
  }
}

/* The order of the frames is the table's. */
static void netmon_end(netmon *m, const guint *order)
{
  const guint32 at = m->f.bytes->len;

  for (guint i = 0; i < m->n; i++)
    kit_put32(&m->f, m->at[order != NULL ? order[i] : i]);
  memcpy(m->f.bytes->data + 24, (guint8[]){ (guint8)at, (guint8)(at >> 8), 0, 0, (guint8)(m->n * 4) }, 5);
}

static const gint64 netmon_start_ns = G_GINT64_CONSTANT(1795996798250000000);

START_TEST(netmon_versions)
{
  netmon m = netmon_new((guint)_i);
  kit_result *r;

  netmon_put(&m, 1, 1, "", 0, 60, 60);
  netmon_put(&m, 2000000, 1, "", 1, 33, 1514);
  netmon_end(&m, NULL);
  r = kit_read_file(&m.f);
  ck_assert_msg(r->error == NULL, "%s", r->error ? r->error->message : "");
  ck_assert_uint_eq(r->frames->len, 2);
  expect_frame(r, 0, _i < 3 ? netmon_start_ns + 1000 : S_NS + 1700, 0, 60, 60, 1);
  expect_frame(r, 1, _i < 3 ? netmon_start_ns + 2 * S_NS : 3 * S_NS + 700, 1, 33, 1514, 1);
  kit_result_free(r);
  kit_file_clear(&m.f);
}
END_TEST

START_TEST(netmon_order_and_gaps)
{
  static const gint64 us[] = { -10, 20, 30 };
  netmon m = netmon_new(2);
  kit_result *r;

  netmon_put(&m, us[2], 1, "", 2, 62, 62); /* lies first, and comes last */
  kit_put_bytes(&m.f, "a gap", 5);
  netmon_put(&m, us[0], 1, "", 0, 60, 60); /* before the start */
  netmon_put(&m, us[1], 1, "", 1, 61, 61);
  netmon_end(&m, (guint[]){ 1, 2, 0 });
  kit_put_bytes(&m.f, "comments and more", 17);
  r = kit_read_file(&m.f);
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, 3);
  for (guint i = 0; i < 3; i++)
    expect_frame(r, i, netmon_start_ns + us[i] * 1000, i, 60 + i, 60 + i, 1);
  kit_result_free(r);
  kit_file_clear(&m.f);
}
END_TEST

static const struct {
  guint network;
  const char *head; /* before the frame */
  guint link;
} netmon_kinds[] = {
  { 0, "", 1 },
  { 1, "", 1 },
  { 2, "", 6 },
  { 3, "", 10 },
  { 4, "000000000000 000000000000 0000 0020", 11 },
  { 6, "02 0800 0000000000", 105 },
  { 7, "", 12 },
  { 8, "", 12 },
  { 9, "", 12 },
  { 10, "", CAP_LINK_NOTES },
  { 0xe001, "", 1 },
  { 0xe065, "", 12 },
  { 0xe080, "", 105 },
  { 0xe083, "", CAP_LINK_NOTES },
  { 0xe0e5, "", 229 },
  { 0xffe0, "", CAP_LINK_NOTES },
  { 0xffff, "", CAP_LINK_NOTES },
};

START_TEST(netmon_networks)
{
  netmon m = netmon_new(1);
  kit_result *r;

  netmon_put(&m, 0, netmon_kinds[_i].network, netmon_kinds[_i].head, 5, 40, 50);
  netmon_end(&m, NULL);
  r = kit_read_file(&m.f);
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, 1);
  expect_frame(r, 0, netmon_start_ns, 5, 40, 50, netmon_kinds[_i].link);
  kit_result_free(r);
  kit_file_clear(&m.f);
}
END_TEST

START_TEST(netmon_damage)
{
  netmon m = netmon_new(1);

  netmon_put(&m, 0, 1, "", 0, 60, 60);
  netmon_put(&m, 0, 1, "", 1, 60, 60);
  netmon_end(&m, NULL);
  m.f.bytes->data[m.f.bytes->len - 1] = 0x7f;
  expect_error(&m.f, 1, CAP_ERROR_BROKEN, "frame 2 is said to lie at byte 21307");
  m.f.bytes->data[m.f.bytes->len - 1] = 0;
  m.f.bytes->data[128 + 13] = 1; /* 316 bytes of the first frame: beyond the end */
  expect_error(&m.f, 0, CAP_ERROR_BROKEN, "at byte 128: a record claims 316 captured bytes");
  m.f.bytes->data[128 + 15] = 1;
  expect_error(&m.f, 0, CAP_ERROR_BROKEN, "captured bytes");
  m.f.bytes->data[128 + 13] = m.f.bytes->data[128 + 15] = 0;
  g_byte_array_set_size(m.f.bytes, m.f.bytes->len - 1);
  expect_error(&m.f, 0, CAP_ERROR_CUT, "ends before its table of frames");
  g_byte_array_set_size(m.f.bytes, 100);
  expect_error(&m.f, 0, CAP_ERROR_CUT, "100 of its 128 bytes");
  kit_file_clear(&m.f);
}
END_TEST

/* A frame of PKTAP: its header says length, kind, link type, name, flags. */
static void put_pktap(kit_file *f, gboolean big, const char *name, guint flags)
{
  guint8 header[108] = { 0 };

  header[big ? 3 : 0] = 108;
  header[big ? 7 : 4] = 1;
  header[big ? 11 : 8] = 12;
  memcpy(header + 12, name, MIN(strlen(name), 24));
  header[big ? 39 : 36] = (guint8)flags;
  kit_put_bytes(f, header, sizeof(header));
}

static const struct {
  const char *name;
  guint flags;
  gboolean big;
  const char *want;
  cap_direction direction;
} pktap_rows[] = {
  { "en0", 1, FALSE, "en0", CAP_DIR_IN },
  { "utun3", 2, FALSE, "utun3", CAP_DIR_OUT },
  { "en0", 0, FALSE, "en0", CAP_DIR_UNKNOWN },
  { "en0", 3, TRUE, "en0", CAP_DIR_UNKNOWN },
  { "", 1, FALSE, "", CAP_DIR_IN },
  { "abcdefghijklmnopqrstuvwxyz", 1, TRUE, "abcdefghijklmnopqrstuvwx", CAP_DIR_IN },
  { "\xff\xfe", 1, FALSE, "\xef\xbf\xbd\xef\xbf\xbd", CAP_DIR_IN },
};

static void expect_pktap(kit_result *r)
{
  ck_assert_ptr_null(r->error);
  ck_assert_uint_eq(r->frames->len, G_N_ELEMENTS(pktap_rows) + 1);
  for (guint i = 0; i < G_N_ELEMENTS(pktap_rows); i++) {
    ck_assert_str_eq(r->names->pdata[i], pktap_rows[i].want);
    ck_assert_uint_eq(kit_frame(r, i)->direction, pktap_rows[i].direction);
    ck_assert_uint_eq(kit_frame(r, i)->captured, 108); /* the header stays */
  }
  ck_assert_uint_eq(kit_frame(r, 0)->interface, kit_frame(r, 2)->interface);
  ck_assert_uint_ne(kit_frame(r, 0)->interface, kit_frame(r, 1)->interface);
  ck_assert_str_eq(r->names->pdata[G_N_ELEMENTS(pktap_rows)], ""); /* too short for a header */
  kit_result_free(r);
}

START_TEST(pktap_names)
{
  const guint linktype = _i ? 149 : 258;
  kit_file f = kit_file_new(FALSE);

  kit_pcap_header(&f, 0xa1b2c3d4, 4, 65535, linktype);
  for (guint i = 0; i < G_N_ELEMENTS(pktap_rows); i++) {
    for (guint word = 0; word < 4; word++)
      kit_put32(&f, (guint32[]){ 1, 0, 108, 108 }[word]);
    put_pktap(&f, pktap_rows[i].big, pktap_rows[i].name, pktap_rows[i].flags);
  }
  kit_pcap_record(&f, 1, 0, 107, 108, 1);
  expect_pktap(kit_read_file(&f));
  kit_file_clear(&f);
}
END_TEST

START_TEST(pktap_names_in_pcapng)
{
  kit_file f = kit_file_new(FALSE);

  kit_section(&f);
  kit_interface(&f, _i ? 149 : 258, NULL, -1);
  for (guint i = 0; i < G_N_ELEMENTS(pktap_rows); i++) {
    gsize begin = kit_block_begin(&f, 6);

    for (guint word = 0; word < 5; word++)
      kit_put32(&f, (guint32[]){ 0, 0, 1, 108, 108 }[word]);
    put_pktap(&f, pktap_rows[i].big, pktap_rows[i].name, pktap_rows[i].flags);
    kit_block_end(&f, begin);
  }
  kit_packet(&f, 0, 1, 107, 108, 1, -1);
  expect_pktap(kit_read_file(&f));
  kit_file_clear(&f);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("capture-kinds");
  TCase *tc = tcase_create("kinds");

  tcase_add_test(tc, erf_frames);
  tcase_add_test(tc, erf_lines_and_records);
  tcase_add_test(tc, erf_damage);
  tcase_add_loop_test(tc, netmon_versions, 0, 4);
  tcase_add_test(tc, netmon_order_and_gaps);
  tcase_add_loop_test(tc, netmon_networks, 0, G_N_ELEMENTS(netmon_kinds));
  tcase_add_test(tc, netmon_damage);
  tcase_add_loop_test(tc, pktap_names, 0, 2);
  tcase_add_loop_test(tc, pktap_names_in_pcapng, 0, 2);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
