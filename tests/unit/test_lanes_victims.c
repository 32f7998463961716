/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom lanes remember of those they evicted, and of those that expired: for so many packets, in so much memory, and
 * whatever other lanes there are beside it.
 */
#include <glib.h>

#include "conntrack/lanes/internal.h"
#include "conntrack/read/packet.h"
#include "conntrack/profile/profile.h"
#include "unit.h"

enum { COUNTED_BY = 1 << CT_LANES_SEEN_SHIFT };

static ct_params sized(guint max, guint buckets)
{
  ct_params params;

  ct_params_init(&params, ct_profile_get(0));
  params.gc = CT_GC_KERNEL;
  params.hash_seed = 3;
  params.max = max;
  params.buckets = buckets;
  return params;
}

static ct_lanes *lanes_of(const ct_params *params, guint n, guint remembered)
{
  const ct_params *each[CT_LANES_MOST];
  guint32 packets[CT_LANES_MOST];
  guint i;

  for (i = 0; i < n; i++) {
    each[i] = &params[i];
    packets[i] = remembered;
  }
  return ct_lanes_new(each, packets, n, NULL, NULL);
}

/* Of a UDP flow, by its number. */
static void send_at(ct_lanes *lanes, guint flow, gint64 after_ns)
{
  const ct_params params = sized(0, 1);
  /* clang-format off */
  guint8 ip[28] = { 0x45, 0, 0, 28, 0, 0, 0, 0, 64, CT_PROTO_UDP, 0, 0, 10, (guint8)(flow >> 16), (guint8)(flow >>
    8), (guint8)flow, 192, 0, 2, 1, 4, 0, 0, 53, 0, 8, 0, 0 };
  /* clang-format on */
  ct_packet p = { .time_ns = G_GINT64_CONSTANT(1700000000000000000) + after_ns,
                  .number = 1,
                  .data = ip,
                  .length = sizeof(ip),
                  .captured = sizeof(ip) };

  ct_packet_prepare(&p, CT_CHECKSUMS_IGNORE, &params);
  ct_lanes_packet(lanes, &p);
}

/* No time passes, so none expires. */
static void send(ct_lanes *lanes, guint flow) { send_at(lanes, flow, 0); }

/* Flow 1 is evicted by flow 2, of which so many packets come before its next. => how often it was missed. */
static guint64 missed_after(guint packets, guint remembered)
{
  const ct_params params = sized(1, 1);
  ct_lanes *lanes = lanes_of(&params, 1, remembered);
  guint64 missed;

  send(lanes, 1);
  while (packets-- > 0)
    send(lanes, 2);
  ck_assert_uint_eq(ct_lanes_stats(lanes, 0)->early_drop, 1);
  send(lanes, 1);
  missed = ct_lanes_stats(lanes, 0)->missed;
  ck_assert_int_eq(ct_lanes_forgot(lanes, 0), missed == 0);
  ct_lanes_free(lanes);
  return missed;
}

/*
 * Flow 1 expires, in one of two lanes a second before its next packet, in the other not; flow 2 has sent so many by
 * then.
 */
static guint64 cut_after(guint packets, guint remembered)
{
  ct_params params[] = { sized(10, 16), sized(10, 16) };
  const gint64 second_ns = G_GINT64_CONSTANT(1000000000);
  ct_lanes *lanes;
  guint64 cut;

  params[0].timeout_s[CT_TIMEOUT_UDP] = 29;
  params[1].timeout_s[CT_TIMEOUT_UDP] = 60;
  lanes = lanes_of(params, 2, remembered);
  send(lanes, 1);
  while (packets-- > 0)
    send(lanes, 2);
  send_at(lanes, 1, 30 * second_ns);
  send_at(lanes, 1, 31 * second_ns); /* which finds the new entry */
  cut = ct_lanes_stats(lanes, 0)->cut;
  ck_assert_uint_eq(ct_lanes_stats(lanes, 0)->created, 3);
  ck_assert_uint_eq(ct_lanes_stats(lanes, 1)->created, 2);
  ck_assert_uint_eq(ct_lanes_stats(lanes, 1)->cut, 0);
  ck_assert_int_eq(ct_lanes_forgot(lanes, 0), cut == 0);
  ck_assert(!ct_lanes_forgot(lanes, 1));
  ct_lanes_free(lanes);
  return cut;
}

START_TEST(test_the_expired_are_cut)
{
  ck_assert_uint_eq(cut_after(1, 4 * COUNTED_BY), 1);
  ck_assert_uint_eq(cut_after(4 * COUNTED_BY - 1, 4 * COUNTED_BY), 1);
  ck_assert_uint_eq(cut_after(5 * COUNTED_BY + 1, 4 * COUNTED_BY), 0);
}
END_TEST

/* One lane remembers longer than another: each counts what it remembers, and the entry is kept for the longer. */
START_TEST(test_each_as_long_as_it_does)
{
  const ct_params params[] = { sized(1, 1), sized(1, 2) };
  const ct_params *const each[] = { &params[0], &params[1] };
  const guint32 packets[] = { COUNTED_BY, 20 * COUNTED_BY };
  ct_lanes *lanes = ct_lanes_new(each, packets, 2, NULL, NULL);
  guint i;

  send(lanes, 1);
  for (i = 0; i < 5 * COUNTED_BY; i++)
    send(lanes, 2);
  send(lanes, 1);
  ck_assert_uint_eq(ct_lanes_stats(lanes, 0)->missed, 0);
  ck_assert_uint_eq(ct_lanes_stats(lanes, 1)->missed, 1);
  ct_lanes_free(lanes);
}
END_TEST

START_TEST(test_for_so_many_packets)
{
  ck_assert_uint_eq(missed_after(1, 4 * COUNTED_BY), 1);
  ck_assert_uint_eq(missed_after(4 * COUNTED_BY - 1, 4 * COUNTED_BY), 1);
  ck_assert_uint_eq(missed_after(5 * COUNTED_BY + 1, 4 * COUNTED_BY), 0);
  ck_assert_uint_eq(missed_after(5 * COUNTED_BY + 1, 8 * COUNTED_BY), 1);
}
END_TEST

/* A slow one: who would have expired needs no memory any more, however many packets are remembered. */
START_TEST(test_the_expired_are_let_go)
{
  const ct_params params = sized(10, 16);
  ct_lanes *lanes = lanes_of(&params, 1, 100000);
  guint i;

  for (i = 0; i < 20000; i++) {
    send_at(lanes, i, (gint64)i * 100000000);
    ck_assert_uint_le(lanes->engine->table.used, 10 + 400); /* UDP lives for 30 s, which are 300 packets */
  }
  ck_assert_uint_gt(ct_lanes_stats(lanes, 0)->early_drop, 10000);
  ct_lanes_free(lanes);
}
END_TEST

/* A flood that nobody answers: entries and queue hold no more than is remembered, and about the two last looked at. */
START_TEST(test_a_flood_stays_flat)
{
  const ct_params params[] = { sized(100, 128), sized(10, 16) };
  ct_lanes *lanes = lanes_of(params, 2, 8 * COUNTED_BY);
  guint i;

  for (i = 0; i < 200 * COUNTED_BY; i++) {
    send(lanes, i);
    ck_assert_uint_le(lanes->engine->table.used, 100 + 10 * COUNTED_BY);
    ck_assert_uint_le(lanes->queue_n, 10 * COUNTED_BY);
  }
  ck_assert_uint_gt(lanes->engine->table.used, 7 * COUNTED_BY);
  ck_assert_uint_eq(ct_lanes_stats(lanes, 0)->missed, 0);
  ct_lanes_free(lanes);
}
END_TEST

/* The same where all have room and expire. */
START_TEST(test_expiry_stays_flat)
{
  const ct_params params[] = { sized(0, 4096), sized(100000, 16384) };
  ct_lanes *lanes = lanes_of(params, 2, 8 * COUNTED_BY);
  guint i;

  for (i = 0; i < 200 * COUNTED_BY; i++) {
    send_at(lanes, i, (gint64)i * 1000000000);
    ck_assert_uint_le(lanes->engine->table.used, 12 * COUNTED_BY);
    ck_assert_uint_le(lanes->queue_n, 12 * COUNTED_BY);
  }
  ck_assert_uint_gt(ct_lanes_stats(lanes, 1)->expired, 190 * COUNTED_BY);
  ck_assert_uint_gt(lanes->engine->table.used, 7 * COUNTED_BY);
  ct_lanes_free(lanes);
}
END_TEST

static void play(ct_lanes *lanes, guint32 seed)
{
  GRand *rand = g_rand_new_with_seed(seed);
  guint i;

  /* Most of few flows, so that they come again, and a few of many. */
  for (i = 0; i < 60 * COUNTED_BY; i++)
    send(lanes, (guint)g_rand_int_range(rand, 0, g_rand_int_range(rand, 0, 4) == 0 ? 30000 : 600));
  g_rand_free(rand);
}

static guint64 missed_in(const ct_params *params, guint n, guint remembered, guint lane)
{
  ct_lanes *lanes = lanes_of(params, n, remembered);
  guint64 missed;

  play(lanes, 5);
  missed = ct_lanes_stats(lanes, lane)->missed;
  ct_lanes_free(lanes);
  return missed;
}

/* Also where much is forgotten: a row of a sweep is the same, whatever the others are. */
START_TEST(test_of_each_lane_alone)
{
  const ct_params params[] = { sized(10, 16), sized(100, 100), sized(1000, 1024), sized(0, 4096) };
  guint i;

  for (i = 0; i < 3; i++) {
    guint64 together = missed_in(params, 4, 4 * COUNTED_BY, i);

    ck_assert_uint_gt(together, 100);
    ck_assert_uint_eq(together, missed_in(&params[i], 1, 4 * COUNTED_BY, 0));
    ck_assert_uint_eq(together, missed_in(params, 3, 4 * COUNTED_BY, i));
    ck_assert_uint_lt(together, missed_in(params, 4, 1000 * COUNTED_BY, i));
  }
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("lanes_victims");
  TCase *tcase = tcase_create("lanes_victims");

  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, test_for_so_many_packets);
  tcase_add_test(tcase, test_each_as_long_as_it_does);
  tcase_add_test(tcase, test_the_expired_are_cut);
  tcase_add_test(tcase, test_the_expired_are_let_go);
  tcase_add_test(tcase, test_a_flood_stays_flat);
  tcase_add_test(tcase, test_expiry_stays_flat);
  tcase_add_test(tcase, test_of_each_lane_alone);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
