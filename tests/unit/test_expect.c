/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The expectation table: insertion, limits, clashes, matching, expiry, deaths (spec 8.1). */
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/expect/gre_key.h"
#include "conntrack/helper/helping.h"
#include "conntrack/master.h"
#include "helper_kit.h"
#include "unit.h"

#define CLIENT "10.1.0.2"
#define SERVER "10.2.0.2"

/* A live connection with the helper of its port. */
static ct_entry *master(hk *k, hk_end from, hk_end to)
{
  hk_udp_text(k, from, to, "hello");
  ck_assert_uint_ne(k->result.conn, 0);
  return ct_master_find(k->engine, k->result.conn);
}

static ct_expect_spec spec_from(const char *src_last, guint8 dst_last, guint16 port)
{
  ct_expect_spec s;
  ct_addr src, dst;

  memset(&src, 0, sizeof(src));
  memset(&dst, 0, sizeof(dst));
  memcpy(src.bytes, "\xa\x2\0\x2", 4);
  memcpy(dst.bytes, "\xa\x1\0\0", 4);
  dst.bytes[3] = dst_last;
  if (src_last != NULL)
    src.bytes[3] = (guint8)atoi(src_last);
  ct_expect_spec_init(&s, CT_IPV4, CT_PROTO_UDP, src_last ? &src : NULL, &dst, port, "test");
  return s;
}

static hk kit;
static void setup(void) { hk_start(&kit); }
static void teardown(void) { hk_stop(&kit); }

START_TEST(expected_once)
{
  ct_entry *m = master(&kit, CLIENT ":1000", SERVER ":69");
  ct_expect_spec s = spec_from("2", 2, 5000);
  ct_view view;

  ck_assert(ct_expect_add(kit.engine, m, &s, 7) == CT_EXPECT_OK);
  hk_udp_text(&kit, "10.2.0.3:9", CLIENT ":5000", "x"); /* from somebody else */
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_NEW);
  hk_udp_text(&kit, SERVER ":9", CLIENT ":5000", "x");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
  ck_assert(kit.result.changes & CT_CHANGE_EXPECTED);
  ck_assert(ct_engine_find(kit.engine, kit.result.conn, &view));
  ck_assert(view.status & CT_STATUS_EXPECTED);
  ck_assert(view.has_master);
  ck_assert_uint_eq(view.master_id, 1);
  ck_assert_str_eq(view.expected_helper, "tftp");
  ck_assert_str_eq(view.expected_by, "test");
  ck_assert_uint_eq(view.expected_by_packet, 7);
  ck_assert(ct_engine_find(kit.engine, 1, &view));
  ck_assert_uint_eq(view.use, 2);                       /* its child holds on to it */
  hk_udp_text(&kit, SERVER ":10", CLIENT ":5000", "x"); /* used up */
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_NEW);
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:5000 udp 300 test\n- 10.2.0.2 > 10.1.0.2:5000 udp used\n");
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->expect_new, 1);
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->expect_create, 1);
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->expect_delete, 1);
}
END_TEST

START_TEST(related_until_a_reply)
{
  ct_entry *m = master(&kit, CLIENT ":1000", SERVER ":69");
  ct_expect_spec s = spec_from("2", 2, 5000);

  ct_expect_add(kit.engine, m, &s, 1);
  hk_udp_text(&kit, SERVER ":9", CLIENT ":5000", "x");
  hk_udp_text(&kit, SERVER ":9", CLIENT ":5000", "x");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
  hk_udp_text(&kit, CLIENT ":5000", SERVER ":9", "x");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_ESTABLISHED);
  hk_udp_text(&kit, SERVER ":9", CLIENT ":5000", "x");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_ESTABLISHED);
}
END_TEST

START_TEST(permanent_and_inactive)
{
  ct_entry *m = master(&kit, CLIENT ":1000", SERVER ":5060");
  ct_expect_spec s = spec_from("2", 2, 5000);
  ct_tuple t = s.tuple;

  s.flags = CT_EXPECT_PERMANENT | CT_EXPECT_INACTIVE;
  ck_assert(ct_expect_add(kit.engine, m, &s, 1) == CT_EXPECT_OK);
  hk_udp_text(&kit, SERVER ":9", CLIENT ":5000", "x");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_NEW);
  ct_expect_renew(kit.engine, ct_expect_find(kit.engine, &t), true, 60);
  hk_udp_text(&kit, SERVER ":10", CLIENT ":5000", "x");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
  hk_udp_text(&kit, SERVER ":11", CLIENT ":5000", "x");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
  hk_pass(&kit, 59);
  ck_assert_ptr_nonnull(ct_expect_find(kit.engine, &t));
  hk_pass(&kit, 1);
  ck_assert_ptr_null(ct_expect_find(kit.engine, &t));
  hk_expect_said(
    &kit, "+ 10.2.0.2 > 10.1.0.2:5000 udp 180 permanent inactive test\n- 10.2.0.2 > 10.1.0.2:5000 udp timeout\n");
}
END_TEST

START_TEST(the_same_again_replaces)
{
  ct_entry *m = master(&kit, CLIENT ":1000", SERVER ":5060");
  ct_expect_spec s = spec_from("2", 2, 5000);

  s.class_number = 1;
  ck_assert(ct_expect_add(kit.engine, m, &s, 1) == CT_EXPECT_OK);
  ck_assert(ct_expect_add(kit.engine, m, &s, 2) == CT_EXPECT_OK);
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:5000 udp 180 test\n- 10.2.0.2 > 10.1.0.2:5000 udp replaced\n"
                       "+ 10.2.0.2 > 10.1.0.2:5000 udp 180 test\n");
  s.class_number = 2;
  ck_assert(ct_expect_add(kit.engine, m, &s, 3) == CT_EXPECT_ALREADY);
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->expect_refused, 1);
  hk_expect_said(&kit, "");
}
END_TEST

START_TEST(clashes)
{
  ct_entry *a = master(&kit, CLIENT ":1000", SERVER ":5060"), *b = master(&kit, CLIENT ":1001", SERVER ":5060");
  ct_expect_spec s = spec_from("2", 2, 5000), anyone = spec_from(NULL, 2, 5000), other = spec_from("3", 2, 5000);

  s.class_number = anyone.class_number = other.class_number = 1;
  ck_assert(ct_expect_add(kit.engine, a, &s, 1) == CT_EXPECT_OK);
  ck_assert(ct_expect_add(kit.engine, b, &s, 2) == CT_EXPECT_BUSY);      /* another master's */
  ck_assert(ct_expect_add(kit.engine, a, &anyone, 3) == CT_EXPECT_BUSY); /* a packet could fit both */
  ck_assert(ct_expect_add(kit.engine, b, &other, 4) == CT_EXPECT_OK);
  s.skip_master = true;
  ck_assert(ct_expect_add(kit.engine, b, &s, 5) == CT_EXPECT_ALREADY);
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->expect_refused, 3);
}
END_TEST

START_TEST(class_limit_and_global_limit)
{
  ct_entry *m;
  ct_expect_spec s;
  guint16 port;

  kit.params.expect_max = 5;
  m = master(&kit, CLIENT ":1000", SERVER ":5060");
  for (port = 5000; port < 5005; port++) {
    s = spec_from("2", 2, port);
    s.class_number = 1; /* at most 4 */
    ck_assert(ct_expect_add(kit.engine, m, &s, 1) == CT_EXPECT_OK);
  }
  s = spec_from("2", 2, 5000);
  ck_assert_ptr_null(ct_expect_find(kit.engine, &s.tuple)); /* the oldest of the class went */
  s.tuple.dst_id = 6000;
  s.class_number = 2;
  ck_assert(ct_expect_add(kit.engine, m, &s, 1) == CT_EXPECT_OK);
  s.tuple.dst_id = 6001;
  ck_assert(ct_expect_add(kit.engine, m, &s, 1) == CT_EXPECT_FULL);
  s.tuple.dst_id = 6000; /* replacing needs no more room */
  ck_assert(ct_expect_add(kit.engine, m, &s, 1) == CT_EXPECT_OK);
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->expect_peak, 5);
}
END_TEST

START_TEST(goes_with_its_master)
{
  ct_entry *m = master(&kit, CLIENT ":1000", SERVER ":69");
  ct_expect_spec s = spec_from("2", 2, 5000);

  ct_expect_add(kit.engine, m, &s, 1);
  hk_udp_text(&kit, SERVER ":9", CLIENT ":5000", "x"); /* a child, which lives on */
  s.tuple.dst_id = 5001;
  ct_expect_add(kit.engine, ct_master_find(kit.engine, 1), &s, 2);
  g_string_truncate(kit.said, 0);
  hk_pass(&kit, 29);
  hk_udp_text(&kit, SERVER ":9", CLIENT ":5000", "x");
  hk_expect_said(&kit, "");
  hk_pass(&kit, 2);
  hk_expect_said(&kit, "- 10.2.0.2 > 10.1.0.2:5001 udp master-gone\n");
  ck_assert(!ct_expect_any(kit.engine));
  ck_assert_uint_eq(ct_engine_count(kit.engine), 2); /* the child, and its dead master for its sake */
  hk_pass(&kit, 60);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
}
END_TEST

/* 300 s at 250 Hz lie on the wheel's fifth level: slots of 4096 ticks, 16.384 s. */
START_TEST(the_kernels_wheel_is_late)
{
  ct_entry *m;
  ct_expect_spec s = spec_from("2", 2, 5000);
  gint64 late_ns;

  kit.params.gc = CT_GC_KERNEL;
  m = master(&kit, CLIENT ":1000", SERVER ":69");
  ct_expect_add(kit.engine, m, &s, 1);
  late_ns = ct_expect_next_deadline(kit.engine) - ct_engine_now(kit.engine) - 300 * CT_NS_PER_S;
  ck_assert_int_gt(late_ns, 0);
  ck_assert_int_le(late_ns, G_GINT64_CONSTANT(16384000000));
}
END_TEST

START_TEST(many_in_order)
{
  ct_expect_spec s;
  ct_entry *m[200];
  char from[32];
  guint i;

  for (i = 0; i < 200; i++) {
    g_snprintf(from, sizeof(from), CLIENT ":%u", 2000 + i);
    m[i] = master(&kit, from, SERVER ":5060");
  }
  for (i = 0; i < 800; i++) {
    s = spec_from("2", (guint8)(i % 7), (guint16)(10000 + i));
    s.class_number = 1;
    ck_assert(ct_expect_add(kit.engine, ct_master_find(kit.engine, 1 + i % 200), &s, 1) == CT_EXPECT_OK);
  }
  for (i = 0; i < 800; i++) {
    s = spec_from("2", (guint8)(i % 7), (guint16)(10000 + i));
    ck_assert_ptr_nonnull(ct_expect_find(kit.engine, &s.tuple));
    if (i % 3 == 0)
      ct_expect_remove(kit.engine, ct_expect_find(kit.engine, &s.tuple), CT_REASON_END_WITHDRAWN);
    else
      ct_expect_renew(kit.engine, ct_expect_find(kit.engine, &s.tuple), false, 1 + (i * 37) % 500);
  }
  for (gint64 last = 0; ct_expect_any(kit.engine);) { /* the earliest first, to the last one */
    gint64 next = ct_expect_next_deadline(kit.engine);

    ck_assert_int_ge(next, last);
    last = next;
    ct_expect_advance(kit.engine, next);
  }
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->expect_expired, 800 - 267);
  (void)m;
}
END_TEST

START_TEST(gre_keys)
{
  ct_gre_keys *keys = ct_gre_keys_new();
  ct_tuple t = { .family = CT_IPV4, .proto = CT_PROTO_GRE, .src_id = 11, .dst_id = 22 }, other = t;

  t.src.v4 = 1;
  t.dst.v4 = 2;
  other = t;
  other.src_id = 33;
  ck_assert(!ct_gre_keys_any(keys));
  ck_assert(ct_gre_keys_add(keys, 5, CT_ORIGINAL, &t));
  ck_assert(ct_gre_keys_add(keys, 5, CT_ORIGINAL, &t));     /* the same call again */
  ck_assert(ct_gre_keys_add(keys, 6, CT_ORIGINAL, &other)); /* another master: the first one answers */
  ck_assert_uint_eq(ct_gre_keys_find(keys, &other), 11);
  ct_gre_keys_drop(keys, 5);
  ck_assert_uint_eq(ct_gre_keys_find(keys, &t), 33);
  t.dst_id = 23;
  ck_assert(!ct_gre_keys_add(keys, 6, CT_ORIGINAL, &t)); /* one call at a time */
  ck_assert_uint_eq(ct_gre_keys_find(keys, &t), 0);
  ct_gre_keys_drop(keys, 6);
  ct_gre_keys_drop(keys, 7);
  ck_assert(!ct_gre_keys_any(keys));
  ct_gre_keys_add(keys, 8, CT_REPLY, &t);
  ct_gre_keys_free(keys);
  ct_gre_keys_free(NULL);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("expect");
  TCase *tc = tcase_create("table");

  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, expected_once);
  tcase_add_test(tc, related_until_a_reply);
  tcase_add_test(tc, permanent_and_inactive);
  tcase_add_test(tc, the_same_again_replaces);
  tcase_add_test(tc, clashes);
  tcase_add_test(tc, class_limit_and_global_limit);
  tcase_add_test(tc, goes_with_its_master);
  tcase_add_test(tc, the_kernels_wheel_is_late);
  tcase_add_test(tc, many_in_order);
  tcase_add_test(tc, gre_keys);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
