/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which packets of a capture are others as they left (replay/pairs.h). */
#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#include "conntrack/profile/profile.h"
#include "replay/pairs.h"
#include "unit.h"

#define MS (1000 * G_GINT64_CONSTANT(1000))

/* A datagram as it passed somewhere. */
typedef struct passage {
  const char *from, *to;
  guint16 sport, dport, id;
  guint8 ttl;
  cap_direction direction;
  guint32 interface;
  gint64 time_ns;
  const char *payload;
} passage;

typedef struct kit {
  replay_pairs *pairs;
  replay_batch *batch;
  cap_frame frames[8];
  guint8 bytes[8][128];
} kit;

static void start(kit *k)
{
  memset(k, 0, sizeof *k);
  k->pairs = replay_pairs_new();
  k->batch = g_new0(replay_batch, 1);
  k->batch->tells_place = TRUE;
}

static void stop(kit *k)
{
  replay_pairs_free(k->pairs);
  g_free(k->batch);
}

static void put16(guint8 *at, guint value)
{
  at[0] = (guint8)(value >> 8);
  at[1] = (guint8)value;
}

static void add(kit *k, const passage *p)
{
  const guint n = k->batch->n++, bytes = 28 + (guint)strlen(p->payload);
  ct_packet *packet = &k->batch->packets[n];
  guint8 *b = k->bytes[n];
  ct_params params;

  ct_params_init(&params, ct_profile_get(0));
  b[0] = 0x45;
  put16(b + 2, bytes);
  put16(b + 4, p->id);
  b[8] = p->ttl;
  b[9] = CT_PROTO_UDP;
  ck_assert_int_eq(inet_pton(AF_INET, p->from, b + 12), 1);
  ck_assert_int_eq(inet_pton(AF_INET, p->to, b + 16), 1);
  put16(b + 20, p->sport);
  put16(b + 22, p->dport);
  put16(b + 24, bytes - 20);
  memcpy(b + 28, p->payload, bytes - 28);
  *packet = (ct_packet){ .time_ns = p->time_ns, .number = n + 1, .data = b, .length = bytes, .captured = bytes };
  ct_packet_prepare(packet, CT_CHECKSUMS_IGNORE, &params);
  k->frames[n].interface = p->interface;
  k->batch->origins[n] =
    (replay_origin){ .frame = &k->frames[n], .interface = "", .link.direction = (guint16)p->direction };
}

/* => what was made of two passages, the first of them still waiting. */
static const replay_pairs_figures *look_at(kit *k, const passage *first, const passage *second)
{
  start(k);
  add(k, first);
  add(k, second);
  ck_assert(replay_pairs_wanted(k->pairs, k->batch));
  replay_pairs_batch(k->pairs, k->batch, 1);
  return replay_pairs_tell(k->pairs);
}

static const passage arrived = { "192.168.1.10", "198.51.100.7", 5000, 53, 7, 64, CAP_DIR_IN, 0, 10 * MS, "query" },
                     left = { "203.0.113.1", "198.51.100.7", 33333, 53, 7, 63, CAP_DIR_OUT, 0, 11 * MS, "query" };

static void expect_left(const passage *first, const passage *second, guint arrival)
{
  kit k;
  const replay_pairs_figures *f = look_at(&k, first, second);
  const ct_packet *copy = &k.batch->packets[!arrival];

  ck_assert_uint_eq(f->left, 1);
  ck_assert_uint_eq(f->translated, 1);
  ck_assert_ptr_eq(k.batch->origins[arrival].left, copy);
  ck_assert_ptr_null(k.batch->origins[!arrival].left);
  ck_assert_int_eq(copy->kind, CT_PACKET_NONE);
  ck_assert_int_eq(copy->reason, CT_REASON_COPY);
  ck_assert_int_eq(k.batch->packets[arrival].kind, CT_PACKET_TRACK);
  stop(&k);
}

static void expect_strangers(const passage *first, const passage *second)
{
  kit k;
  const replay_pairs_figures *f = look_at(&k, first, second);

  ck_assert_uint_eq(f->packets, 2);
  ck_assert_uint_eq(f->left + f->again, 0);
  ck_assert_ptr_null(k.batch->origins[0].left);
  ck_assert_int_eq(k.batch->packets[0].kind, CT_PACKET_TRACK);
  ck_assert_int_eq(k.batch->packets[1].kind, CT_PACKET_TRACK);
  stop(&k);
}

START_TEST(what_left_is_found)
{
  passage in = arrived, out = left;

  expect_left(&arrived, &left, 0);
  /* The other way round, as two captures may have it. */
  expect_left(&left, &arrived, 1);
  /* By its interfaces alone, with one hop less. */
  in.direction = out.direction = CAP_DIR_UNKNOWN;
  out.interface = 1;
  expect_left(&in, &out, 0);
  /* Without an identification all the payload says it. */
  in.id = out.id = 0;
  expect_left(&in, &out, 0);
}
END_TEST

START_TEST(a_payload_written_anew_needs_an_end_that_stays)
{
  passage out = left;

  out.payload = "other";
  expect_left(&arrived, &out, 0);
  out.to = "198.51.100.8";
  expect_strangers(&arrived, &out);
}
END_TEST

START_TEST(strangers_stay_what_they_are)
{
  passage in = arrived, out = left;

  out.time_ns = arrived.time_ns + 101 * MS;
  expect_strangers(&arrived, &out);
  out = left;
  out.ttl = 62;
  expect_strangers(&arrived, &out);
  out = left;
  out.direction = CAP_DIR_IN;
  expect_strangers(&arrived, &out);
  out = left;
  out.id = 8;
  expect_strangers(&arrived, &out);
  in.id = 0;
  out = left;
  out.id = 0;
  out.payload = "quers";
  expect_strangers(&in, &out);
}
END_TEST

START_TEST(the_same_at_another_place_is_seen_once)
{
  passage again = arrived;
  const replay_pairs_figures *f;
  kit k;

  again.interface = 1;
  again.time_ns += MS;
  f = look_at(&k, &arrived, &again);
  ck_assert_uint_eq(f->again, 1);
  ck_assert_uint_eq(f->left, 0);
  ck_assert_int_eq(k.batch->packets[1].kind, CT_PACKET_NONE);
  stop(&k);
}
END_TEST

/* A packet that was played before its copy came is told nothing any more; the copy is one nevertheless. */
START_TEST(who_was_played_is_told_nothing)
{
  kit k;

  start(&k);
  add(&k, &arrived);
  add(&k, &left);
  ck_assert(replay_pairs_wanted(k.pairs, k.batch));
  replay_pairs_batch(k.pairs, k.batch, 2);
  ck_assert_ptr_null(k.batch->origins[0].left);
  ck_assert_int_eq(k.batch->packets[1].kind, CT_PACKET_NONE);
  stop(&k);
}
END_TEST

START_TEST(one_place_pairs_nothing)
{
  kit k;

  start(&k);
  k.batch->tells_place = FALSE;
  add(&k, &arrived);
  ck_assert(!replay_pairs_wanted(k.pairs, k.batch));
  stop(&k);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("pairs");
  TCase *tc = tcase_create("pairs");

  tcase_add_test(tc, what_left_is_found);
  tcase_add_test(tc, a_payload_written_anew_needs_an_end_that_stays);
  tcase_add_test(tc, strangers_stay_what_they_are);
  tcase_add_test(tc, the_same_at_another_place_is_seen_once);
  tcase_add_test(tc, who_was_played_is_told_nothing);
  tcase_add_test(tc, one_place_pairs_nothing);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
