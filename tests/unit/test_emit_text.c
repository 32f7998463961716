/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "emit/text.h"
#include "unit.h"

static emit_text text;

static void setup(void) { emit_text_init(&text, -1); }
static void teardown(void) { emit_text_clear(&text); }

/* What was written since the last call. */
static const char *taken(void)
{
  emit_text_char(&text, '\0');
  text.used = 0;
  return text.data;
}

START_TEST(numbers)
{
  static const guint64 values[] = { 0, 9, 10, 99, 100, 101, 999, 1000, 4294967295u, 4294967296u, G_MAXUINT64 };
  char expected[32];
  guint i;

  for (i = 0; i < G_N_ELEMENTS(values); i++) {
    g_snprintf(expected, sizeof(expected), "%" G_GUINT64_FORMAT, values[i]);
    emit_text_u64(&text, values[i]);
    ck_assert_str_eq(taken(), expected);
    g_snprintf(expected, sizeof(expected), "%" G_GINT64_MODIFIER "x", values[i]);
    emit_text_hex(&text, values[i]);
    ck_assert_str_eq(taken(), expected);
    g_snprintf(expected, sizeof(expected), "%06" G_GUINT64_FORMAT, values[i]);
    emit_text_u64_zeros(&text, values[i], 6);
    ck_assert_str_eq(taken(), expected);
    g_snprintf(expected, sizeof(expected), "%8" G_GUINT64_FORMAT "|", values[i]);
    emit_text_u64_pad(&text, values[i], -8);
    emit_text_char(&text, '|');
    ck_assert_str_eq(taken(), expected);
  }
  emit_text_i64(&text, G_MININT64);
  emit_text_char(&text, ' ');
  emit_text_i64(&text, -1);
  emit_text_char(&text, ' ');
  emit_text_i64(&text, G_MAXINT64);
  ck_assert_str_eq(taken(), "-9223372036854775808 -1 9223372036854775807");
}
END_TEST

/* The library's printer is printf: ours must never differ, whatever the length, and beside each power of ten. */
START_TEST(numbers_as_printf)
{
  guint64 random = 1, power = 1;
  char expected[32];
  guint i;

  for (i = 0; i < 200000; i++) {
    guint64 v;

    random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    power = i % 20 == 0 ? 1 : power * 10;
    v = i % 2 == 0 ? random >> (random >> 58) : power + i / 20 % 3 - 1;
    g_snprintf(expected, sizeof(expected), "%" G_GUINT64_FORMAT, v);
    emit_text_u64(&text, v);
    ck_assert_str_eq(taken(), expected);
    g_snprintf(expected, sizeof(expected), "%" G_GUINT64_FORMAT ".%09u", v / 2 / 1000000000u,
               (guint)(v / 2 % 1000000000u));
    emit_text_seconds(&text, (gint64)(v / 2), 9);
    ck_assert_str_eq(taken(), expected);
    if (v / 2 % 1000000000u != 0) {
      while (expected[strlen(expected) - 1] == '0')
        expected[strlen(expected) - 1] = '\0';
      emit_text_seconds(&text, (gint64)(v / 2), 0);
      ck_assert_str_eq(taken(), expected);
    }
  }
}
END_TEST

START_TEST(padding)
{
  emit_text_pad(&text, "tcp", 8);
  emit_text_pad(&text, "[NEW]", -9);
  emit_text_pad(&text, "longer than that", 4);
  emit_text_pad(&text, "longer than that", -4);
  ck_assert_str_eq(taken(), "tcp         [NEW]longer than thatlonger than that");
}
END_TEST

START_TEST(seconds)
{
  emit_text_seconds(&text, 0, 6);
  emit_text_char(&text, ' ');
  emit_text_seconds(&text, -1500000000, 1);
  emit_text_char(&text, ' ');
  emit_text_seconds(&text, 12000000001, 6);
  emit_text_char(&text, ' ');
  emit_text_seconds(&text, 3000000000, 0);
  emit_text_char(&text, ' ');
  emit_text_seconds(&text, G_MININT64, 0);
  ck_assert_str_eq(taken(), "0.000000 -1.5 12.000000001 3 -9223372036.854775808");
}
END_TEST

/* The library's printer is inet_ntop: ours must never differ, least of all in which run of zeros is left out. */
START_TEST(ipv6_as_inet_ntop)
{
  guint32 random = 1;
  char expected[INET6_ADDRSTRLEN];
  ct_addr addr;
  guint i, j;

  for (i = 0; i < 200000; i++) {
    for (j = 0; j < 8; j++) {
      random = random * 1664525 + 1013904223;
      guint kind = random >> 28, group = random >> 8 & 0xffff;

      group = kind < 9 ? 0 : kind < 11 ? 0xffff : kind < 13 ? group & 0xff : group;
      addr.bytes[2 * j] = (guint8)(group >> 8);
      addr.bytes[2 * j + 1] = (guint8)group;
    }
    ck_assert(inet_ntop(AF_INET6, addr.bytes, expected, sizeof(expected)) != NULL);
    emit_text_addr(&text, CT_IPV6, &addr, FALSE);
    ck_assert_str_eq(taken(), expected);
  }
}
END_TEST

START_TEST(addresses)
{
  ct_addr addr = { .bytes = { 0xfd, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 } };
  ct_addr v4 = { .bytes = { 192, 0, 10, 255 } };

  emit_text_addr(&text, CT_IPV6, &addr, TRUE);
  ck_assert_str_eq(taken(), "fd01:0000:0000:0000:0000:0000:0000:0002");
  emit_text_addr(&text, CT_IPV4, &v4, TRUE);
  ck_assert_str_eq(taken(), "192.0.10.255");
}
END_TEST

START_TEST(json_strings)
{
  emit_text_json_string(&text, "a\"b\\c\n\037\t\177 \303\251 \377 \303");
  ck_assert_str_eq(taken(), "\"a\\\"b\\\\c\\u000a\\u001f\\u0009\177 \303\251 \357\277\275 \357\277\275\"");
}
END_TEST

START_TEST(times_as_gmtime)
{
  guint64 random = 7;
  guint i;

  for (i = 0; i < 20000; i++) {
    char expected[64];
    time_t t;
    struct tm tm;

    random = random * 6364136223846793005u + 1442695040888963407u;
    t = (time_t)((gint64)(random >> 1) / 1000000000 - 4000000000);
    ck_assert(gmtime_r(&t, &tm) != NULL);
    strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm);
    emit_text_time(&text, (gint64)t * 1000000000);
    ck_assert_str_eq(taken(), expected);
    ck_assert(asctime_r(&tm, expected) != NULL);
    emit_text_ctime(&text, (gint64)t * 1000000000);
    emit_text_char(&text, '\n');
    ck_assert_str_eq(taken(), expected);
  }
  emit_text_time(&text, 1123456789);
  emit_text_char(&text, ' ');
  emit_text_time(&text, -500000000);
  ck_assert_str_eq(taken(), "1970-01-01T00:00:01.123456789Z 1969-12-31T23:59:59.5Z");
}
END_TEST

/* More than the buffer goes out in pieces, in order, each byte once. */
START_TEST(large_output)
{
  char name[] = "/tmp/ctreplay-emit-XXXXXX";
  int fd = mkstemp(name);
  emit_text out;
  gchar *content;
  gsize length, i;

  ck_assert_int_ge(fd, 0);
  emit_text_init(&out, fd);
  for (i = 0; i < 200000; i++) {
    emit_text_u64_zeros(&out, i, 6);
    emit_text_char(&out, '\n');
  }
  ck_assert(emit_text_flush(&out));
  emit_text_clear(&out);
  close(fd);
  ck_assert(g_file_get_contents(name, &content, &length, NULL));
  unlink(name);
  ck_assert_uint_eq(length, 200000 * 7);
  for (i = 0; i < 200000; i++)
    ck_assert_uint_eq(g_ascii_strtoull(content + i * 7, NULL, 10), i);
  g_free(content);
}
END_TEST

START_TEST(errors_stick)
{
  int fd = open("/dev/full", O_WRONLY);
  emit_text out;

  ck_assert_int_ge(fd, 0);
  emit_text_init(&out, fd);
  emit_text_string(&out, "lost");
  ck_assert(!emit_text_flush(&out));
  ck_assert_int_eq(out.error, ENOSPC);
  emit_text_string(&out, "lost too");
  ck_assert(!emit_text_flush(&out));
  emit_text_clear(&out);
  close(fd);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("emit_text");
  TCase *tcase = tcase_create("text");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, numbers);
  tcase_add_test(tcase, padding);
  tcase_add_test(tcase, seconds);
  tcase_add_test(tcase, numbers_as_printf);
  tcase_add_test(tcase, ipv6_as_inet_ntop);
  tcase_add_test(tcase, addresses);
  tcase_add_test(tcase, json_strings);
  tcase_add_test(tcase, times_as_gmtime);
  tcase_add_test(tcase, large_output);
  tcase_add_test(tcase, errors_stick);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
