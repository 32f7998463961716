/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sweep concludes from its figures, and whom it takes for refused or cut. */
#include <config.h>

#include "unit.h"

#include "conntrack/goes_on.h"
#include "conntrack/refused.h"
#include "pressure/sweep.h"

enum { SETTINGS = 3 };

typedef struct table {
  sweep_setting settings[SETTINGS];
  sweep_figures figures[SETTINGS];
} table;

/* Three settings of one size, with more of a timeout each. */
static void table_init(table *t)
{
  guint i;

  *t = (table){ 0 };
  for (i = 0; i < SETTINGS; i++) {
    ct_params_init(&t->settings[i].params, ct_profile_get(0));
    t->settings[i].params.timeout_s[CT_TIMEOUT_TCP_ESTABLISHED] = 100 * (i + 1);
    t->figures[i].created = 10;
  }
}

static sweep_judgement judge(table *t) { return sweep_judge(t->settings, t->figures, SETTINGS); }

START_TEST(test_cut_is_lost)
{
  sweep_judgement j;
  table t;

  table_init(&t);
  t.figures[0].cut = 5;
  t.figures[1].cut = t.figures[2].cut = 2;
  j = judge(&t);
  ck_assert_uint_eq(j.least, 1);
  ck_assert_uint_eq(j.cut, 2);
  ck_assert(!t.figures[0].lossless && t.figures[1].lossless && t.figures[2].lossless);
}
END_TEST

START_TEST(test_invalid_is_lost)
{
  table t;

  table_init(&t);
  t.figures[0].invalid = t.figures[1].invalid = 3;
  ck_assert_uint_eq(judge(&t).least, 2);
}
END_TEST

/* A full table evicts who would have expired: that it cuts nobody is no merit. */
START_TEST(test_a_full_table_sets_no_measure)
{
  table t;

  table_init(&t);
  t.figures[0].evicted = 4;
  t.figures[1].cut = t.figures[2].cut = 1;
  ck_assert_uint_eq(judge(&t).least, 1);
  t.figures[1].insert_failed = 1;
  ck_assert_uint_eq(judge(&t).least, 2);
}
END_TEST

START_TEST(test_none_is_least)
{
  sweep_judgement j;
  table t;

  table_init(&t);
  t.figures[0].cut = 1;
  t.figures[1].invalid = t.figures[2].invalid = 1;
  t.figures[2].cut = 2;
  j = judge(&t);
  ck_assert_uint_eq(j.least, SETTINGS);
  ck_assert(j.any_roomy && !j.any_lossless);
  ck_assert_uint_eq(j.fewest_cut, 1);
  ck_assert_uint_eq(j.fewest_invalid, 0);
}
END_TEST

START_TEST(test_smallest_max_first)
{
  table t;

  table_init(&t);
  t.settings[0].params.max = 0; /* no limit */
  t.settings[1].params.max = 64;
  t.settings[2].params.max = 32;
  ck_assert_uint_eq(judge(&t).least, 2);
  t.figures[1].dropped = t.figures[2].dropped = 1;
  ck_assert_uint_eq(judge(&t).least, SETTINGS);
  t.settings[1].params.max = t.settings[2].params.max = 0;
  ck_assert_uint_eq(judge(&t).least, 0);
}
END_TEST

START_TEST(test_one_alone_is_judged_by_nothing)
{
  table t;

  table_init(&t);
  t.figures[0].cut = 1;
  sweep_judge(t.settings, t.figures, 1);
  ck_assert(!t.figures[0].lossless);
}
END_TEST

static ct_tuple tuple_of(guint32 n, gboolean reply)
{
  ct_tuple t = { .family = CT_IPV4, .proto = CT_PROTO_UDP, .src_id = 1, .dst_id = 2 }, inverse;

  t.src.v4 = n;
  t.dst.v4 = 7;
  ct_tuple_invert(&t, &inverse);
  return reply ? inverse : t;
}

static guint32 note(ct_refused *refused, guint32 n, gboolean reply, guint32 kernels)
{
  ct_tuple t = tuple_of(n, reply);

  return ct_refused_note(refused, &t, ct_tuple_hash(&t), kernels);
}

START_TEST(test_refused_once)
{
  ct_refused *refused = ct_refused_new();
  guint32 i;

  ck_assert_uint_eq(note(refused, 1, FALSE, 5), 5);
  ck_assert_uint_eq(note(refused, 1, TRUE, 7), 2); /* the other direction, in one kernel more */
  ck_assert_uint_eq(note(refused, 1, FALSE, 7), 0);
  for (i = 2; i <= CT_REFUSED_MOST; i++)
    ck_assert_uint_eq(note(refused, i, FALSE, 1), 1);
  ck_assert_uint_eq(note(refused, 1, FALSE, 7), 0);
  ck_assert_uint_eq(note(refused, CT_REFUSED_MOST + 1, FALSE, 1), 1); /* one too many: the oldest is forgotten */
  ck_assert_uint_eq(note(refused, 2, FALSE, 1), 0);
  ck_assert_uint_eq(note(refused, 1, FALSE, 7), 7);
  ck_assert_uint_eq(note(refused, 2, FALSE, 1), 1);
  ck_assert_uint_eq(note(refused, CT_REFUSED_MOST, FALSE, 1), 0);
  ct_refused_free(refused);
}
END_TEST

START_TEST(test_goes_on)
{
  const ct_profile *profile = ct_profile_get(0);
  ct_packet packet = { .kind = CT_PACKET_TRACK };

  packet.tuple = tuple_of(1, FALSE);
  ck_assert(ct_packet_goes_on(&packet, profile, 0));
  packet.tuple.proto = CT_PROTO_TCP;
  packet.l4.tcp.flags = CT_TCP_ACK;
  ck_assert(ct_packet_goes_on(&packet, profile, CT_TCP_ESTABLISHED));
  packet.l4.tcp.flags = CT_TCP_SYN;
  ck_assert(!ct_packet_goes_on(&packet, profile, CT_TCP_ESTABLISHED));
  ck_assert(ct_packet_goes_on(&packet, profile, CT_TCP_SYN_SENT));
  packet.l4.tcp.flags = CT_TCP_SYN | CT_TCP_ACK;
  ck_assert(ct_packet_goes_on(&packet, profile, CT_TCP_ESTABLISHED));
  packet.reason = CT_REASON_TCP_SHORT;
  ck_assert(!ct_packet_goes_on(&packet, profile, CT_TCP_ESTABLISHED));
  packet.kind = CT_PACKET_ICMP_ERROR;
  packet.reason = CT_REASON_NONE;
  packet.l4.icmp.outer_dst = packet.tuple.src;
  packet.flags = CT_PACKET_ANSWER;
  ck_assert(ct_packet_goes_on(&packet, profile, CT_TCP_ESTABLISHED));
  /* An error that goes to somebody who did not send what is in it is INVALID whatever there is. */
  packet.l4.icmp.outer_dst.bytes[0] ^= 1;
  ck_assert(!ct_packet_goes_on(&packet, profile, CT_TCP_ESTABLISHED));
  ck_assert(ct_packet_goes_on(&packet, ct_profile_find("linux-2.6"), CT_TCP_ESTABLISHED));
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("sweep");
  TCase *tcase = tcase_create("sweep");

  tcase_add_test(tcase, test_cut_is_lost);
  tcase_add_test(tcase, test_invalid_is_lost);
  tcase_add_test(tcase, test_a_full_table_sets_no_measure);
  tcase_add_test(tcase, test_none_is_least);
  tcase_add_test(tcase, test_smallest_max_first);
  tcase_add_test(tcase, test_one_alone_is_judged_by_nothing);
  tcase_add_test(tcase, test_refused_once);
  tcase_add_test(tcase, test_goes_on);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
