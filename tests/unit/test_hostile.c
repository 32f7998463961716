/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hostile conversations: the same everywhere from the same seed, each by itself, and such that they get somewhere. */
#include <config.h>

#include <string.h>

#include "conntrack/tuple.h"
#include "unit.h"
#include "verify/hostile.h"
#include "verify/random.h"

START_TEST(same_seed_same_bytes)
{
  verify_hostile a, b, c;
  verify_hostile_init(&a);
  verify_hostile_init(&b);
  verify_hostile_init(&c);
  for (guint32 n = 1; n <= 50; n++) {
    verify_hostile_add(&a, 7, n);
    verify_hostile_add(&b, 7, n);
    verify_hostile_add(&c, 8, n);
  }
  ck_assert_uint_eq(a.bytes->len, b.bytes->len);
  ck_assert_mem_eq(a.bytes->data, b.bytes->data, a.bytes->len);
  ck_assert(a.bytes->len != c.bytes->len || memcmp(a.bytes->data, c.bytes->data, a.bytes->len) != 0);
  verify_hostile_clear(&a);
  verify_hostile_clear(&b);
  verify_hostile_clear(&c);
}
END_TEST

/* A machine with another byte order or compiler must not make other packets: this sum was taken on x86-64. */
START_TEST(bytes_do_not_depend_on_the_machine)
{
  verify_hostile h;
  verify_hostile_init(&h);
  for (guint32 n = 1; n <= 200; n++)
    verify_hostile_add(&h, 1, n);
  g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, h.bytes->data, h.bytes->len);
  ck_assert_str_eq(sum, "cc68e7d6405d37a77364c8f5da496e0cfe19418a02a2bde5b81f1f5bf7698b40");
  verify_hostile_clear(&h);
}
END_TEST

START_TEST(a_conversation_does_not_depend_on_those_before)
{
  verify_hostile alone, after;
  verify_hostile_init(&alone);
  verify_hostile_init(&after);
  verify_hostile_add(&alone, 3, 12);
  verify_hostile_add(&after, 3, 11);
  const guint before = after.bytes->len;
  verify_hostile_add(&after, 3, 12);
  ck_assert_uint_eq(after.bytes->len - before, alone.bytes->len);
  ck_assert_mem_eq(after.bytes->data + before, alone.bytes->data, alone.bytes->len);
  verify_hostile_clear(&alone);
  verify_hostile_clear(&after);
}
END_TEST

START_TEST(packets_are_in_order_and_inside)
{
  verify_hostile h;
  guint protocols[256] = { 0 }, phases[VERIFY_HOSTILE_PHASES] = { 0 };
  verify_hostile_init(&h);
  for (guint32 n = 1; n <= 500; n++)
    verify_hostile_add(&h, 5, n);
  for (guint i = 0; i < h.packets->len; i++) {
    const verify_hostile_packet *p = &g_array_index(h.packets, verify_hostile_packet, i);
    ck_assert_uint_le(p->offset + p->length, h.bytes->len);
    ck_assert_uint_ge(p->length, 1);
    ck_assert_uint_lt(p->phase, VERIFY_HOSTILE_PHASES);
    if (i > 0 && p[-1].conversation == p->conversation)
      ck_assert_uint_ge(p->phase, p[-1].phase);
    phases[p->phase]++;
    if (p->family == CT_IPV4 && p->length > 9)
      protocols[h.bytes->data[p->offset + 9]]++;
  }
  for (guint i = 0; i < VERIFY_HOSTILE_PHASES; i++)
    ck_assert_uint_gt(phases[i], 0);
  const guint8 wanted[] = { CT_PROTO_TCP, CT_PROTO_UDP, CT_PROTO_ICMP, CT_PROTO_SCTP, CT_PROTO_GRE, CT_PROTO_UDPLITE };
  for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
    ck_assert_msg(protocols[wanted[i]] > 0, "no packet of protocol %u", wanted[i]);
  verify_hostile_clear(&h);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("hostile");
  TCase *tc = tcase_create("generator");
  tcase_add_test(tc, same_seed_same_bytes);
  tcase_add_test(tc, bytes_do_not_depend_on_the_machine);
  tcase_add_test(tc, a_conversation_does_not_depend_on_those_before);
  tcase_add_test(tc, packets_are_in_order_and_inside);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
