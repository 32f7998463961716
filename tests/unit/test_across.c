/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of two captures find each other, whatever was lost, translated or changed between them. */
#include <glib.h>
#include <string.h>

#include "across/across.h"
#include "across/align.h"
#include "packet_kit.h"
#include "unit.h"

typedef struct seen {
  guint pairs, fates[3];
  guint64 last_a, last_b, alone_sum, forgotten;
  across_field fields[ACROSS_FIELDS_MOST];
  guint n;
} seen;

static void on_paired(const across_sighting *a, const across_sighting *b, gpointer user)
{
  seen *s = user;

  s->pairs++;
  s->last_a = a->number;
  s->last_b = b->number;
  s->n = across_fields(a, b, s->fields);
}

static void on_alone(const across_sighting *sighting, across_fate fate, gpointer user)
{
  seen *s = user;

  s->fates[fate]++;
  s->alone_sum += sighting->number;
}

static across *start(seen *s)
{
  const across_watcher watcher = { on_paired, on_alone, NULL, s };

  return across_new(&watcher);
}

/* UDP from 10.0.0.HOST port 1000 to 10.0.0.2 port 53, whose payload is one number. */
static ct_packet query(kit_bytes *b, guint8 host, guint16 ip_id, guint8 ttl, guint32 says, guint64 number, gint64 ns)
{
  ct_packet packet;

  kit_start(b);
  kit_ipv4(b, CT_PROTO_UDP);
  kit_udp(b, 1000, 53, 0);
  kit_add32(b, says);
  b->at[15] = host;
  b->at[8] = ttl;
  kit_set16(b, 4, ip_id);
  kit_finish(b);
  packet = kit_prepare(b, CT_CHECKSUMS_IGNORE, FALSE);
  packet.number = number;
  packet.time_ns = ns;
  return packet;
}

static const across_field *find_field(const seen *s, const char *name)
{
  guint i;

  for (i = 0; i < s->n; i++)
    if (strcmp(s->fields[i].name, name) == 0)
      return &s->fields[i];
  return NULL;
}

START_TEST(a_translated_packet_is_the_same_one)
{
  kit_bytes b;
  seen s = { 0 };
  across *x = start(&s);
  ct_packet p = query(&b, 1, 7, 64, 5, 1, 10);
  across_sighting *waits;
  const across_field *source;

  waits = across_see(x, ACROSS_A, &p);
  ck_assert_ptr_nonnull(waits);
  p = query(&b, 99, 7, 63, 5, 4, 20);
  ck_assert_ptr_null(across_see(x, ACROSS_B, &p));
  ck_assert_uint_eq(s.pairs, 1);
  ck_assert_uint_eq(s.last_a, 1);
  ck_assert_uint_eq(s.last_b, 4);
  source = find_field(&s, "source address");
  ck_assert_ptr_nonnull(source);
  ck_assert_str_eq(source->a, "10.0.0.1");
  ck_assert_str_eq(source->b, "10.0.0.99");
  ck_assert_uint_eq(s.n, 1);
  /* The next one is known by its connection, although nothing else is the same but its IP id. */
  p = query(&b, 1, 8, 64, 6, 2, 30);
  across_see(x, ACROSS_A, &p);
  p = query(&b, 99, 8, 63, 7, 5, 40);
  ck_assert_ptr_null(across_see(x, ACROSS_B, &p));
  across_end(x);
  ck_assert_ptr_nonnull(find_field(&s, "payload"));
  ck_assert_uint_eq(across_count(x).connections, 1);
  ck_assert_uint_eq(across_count(x).translated, 1);
  across_free(x);
}
END_TEST

/* Two hosts say the very same: which of them was translated to a third address nobody can know. */
START_TEST(nothing_is_guessed_of_two_that_are_alike)
{
  kit_bytes b;
  seen s = { 0 };
  across *x = start(&s);
  ct_packet p = query(&b, 1, 7, 64, 5, 1, 10);

  across_see(x, ACROSS_A, &p);
  p = query(&b, 3, 7, 64, 5, 2, 11);
  across_see(x, ACROSS_A, &p);
  p = query(&b, 99, 7, 63, 5, 1, 20);
  ck_assert_ptr_nonnull(across_see(x, ACROSS_B, &p));
  across_end(x);
  ck_assert_uint_eq(s.pairs, 0);
  ck_assert_uint_eq(s.fates[ACROSS_LOST], 3);
  across_free(x);
}
END_TEST

/* The TTL says which way; a copy that comes out a second time was added, one that never comes out is lost. */
START_TEST(lost_and_added_are_told_by_the_way)
{
  kit_bytes b;
  seen s = { 0 };
  across *x = start(&s);
  guint i;
  ct_packet p;

  for (i = 1; i <= 3; i++) {
    p = query(&b, 1, (guint16)i, 64, i, i, 100 * i);
    across_see(x, ACROSS_A, &p);
  }
  p = query(&b, 1, 1, 63, 1, 1, 1000);
  across_see(x, ACROSS_B, &p);
  p = query(&b, 1, 1, 63, 1, 2, 1001);
  ck_assert_int_eq(across_way(across_see(x, ACROSS_B, &p)), 1);
  across_end(x);
  ck_assert_uint_eq(s.pairs, 1);
  ck_assert_uint_eq(s.fates[ACROSS_LOST], 2);
  ck_assert_uint_eq(s.fates[ACROSS_ADDED], 1);
  across_free(x);
}
END_TEST

START_TEST(what_no_router_forwards_is_not_lost)
{
  kit_bytes b;
  seen s = { 0 };
  across *x = start(&s);
  ct_packet p = query(&b, 1, 1, 64, 1, 1, 1);

  b.at[16] = 224;
  kit_finish(&b);
  p = kit_prepare(&b, CT_CHECKSUMS_IGNORE, FALSE);
  across_see(x, ACROSS_A, &p);
  across_end(x);
  ck_assert_uint_eq(s.fates[ACROSS_STAYS], 1);
  ck_assert_uint_eq(s.fates[ACROSS_LOST], 0);
  across_free(x);
}
END_TEST

/* Whatever subset comes out, in whatever order within reach: those that do not are the lost ones, each of them. */
START_TEST(exactly_those_that_went_are_lost)
{
  enum { PACKETS = 5000, REACH = 40 };
  GRand *rand = g_rand_new_with_seed(_i);
  guint64 gone_sum = 0;
  guint gone = 0, i, j, held = 0;
  kit_bytes b;
  seen s = { 0 };
  across *x = start(&s);
  guint waiting[REACH];

  for (i = 1; i <= PACKETS; i++) {
    ct_packet p = query(&b, (guint8)(i % 7 + 10), (guint16)i, 64, i, i, i);

    across_see(x, ACROSS_A, &p);
    if (g_rand_int_range(rand, 0, 5) == 0) {
      gone++;
      gone_sum += i;
    } else {
      waiting[held++] = i;
    }
    while (held == REACH || (i == PACKETS && held > 0)) {
      j = (guint)g_rand_int_range(rand, 0, (gint32)held);
      p = query(&b, (guint8)(waiting[j] % 7 + 10), (guint16)waiting[j], 63, waiting[j], waiting[j], i);
      ck_assert_ptr_null(across_see(x, ACROSS_B, &p));
      waiting[j] = waiting[--held];
    }
  }
  across_end(x);
  ck_assert_uint_eq(s.pairs, PACKETS - gone);
  ck_assert_uint_eq(s.fates[ACROSS_LOST], gone);
  ck_assert_uint_eq(s.alone_sum, gone_sum);
  across_free(x);
  g_rand_free(rand);
}
END_TEST

/* What waits has a bound: the oldest is given up, once, while the others come. */
START_TEST(who_waits_too_long_is_given_up)
{
  kit_bytes b;
  seen s = { 0 };
  across *x = start(&s);
  guint i;

  for (i = 1; i <= ACROSS_WAITING + 10; i++) {
    ct_packet p = query(&b, 1, 1, 64, i, i, i);

    across_see(x, ACROSS_A, &p);
  }
  ck_assert_uint_eq(s.fates[ACROSS_LOST], 10);
  ck_assert_uint_eq(s.alone_sum, 55);
  across_free(x);
}
END_TEST

static gint64 least_cost(const gint64 *a, guint m, const gint64 *b, guint n, gint64 alone)
{
  gint64 best;

  if (m == 0 || n == 0)
    return (gint64)(m + n) * alone;
  best = ABS(*a - *b) + least_cost(a + 1, m - 1, b + 1, n - 1, alone);
  best = MIN(best, alone + least_cost(a + 1, m - 1, b, n, alone));
  return MIN(best, alone + least_cost(a, m, b + 1, n - 1, alone));
}

/* Against all ways that there are. */
START_TEST(rows_are_aligned_at_the_least_cost)
{
  GRand *rand = g_rand_new_with_seed((guint32)_i);
  gint64 a[6], b[6], alone = g_rand_int_range(rand, 1, 30), cost = 0;
  guint m = (guint)g_rand_int_range(rand, 1, 7), n = (guint)g_rand_int_range(rand, 1, 7), i, paired = 0;
  guint8 partner[6];
  gint last = -1;

  for (i = 0; i < 6; i++) {
    a[i] = 10 * i + g_rand_int_range(rand, 0, 10);
    b[i] = 10 * i + g_rand_int_range(rand, 0, 10);
  }
  across_align(a, m, b, n, alone, FALSE, partner);
  for (i = 0; i < m; i++)
    if (partner[i] != ACROSS_NOBODY) {
      ck_assert_int_gt(partner[i], last);
      ck_assert_uint_lt(partner[i], n);
      last = partner[i];
      cost += ABS(a[i] - b[partner[i]]);
      paired++;
    }
  ck_assert_int_eq(cost + (m + n - 2 * paired) * alone, least_cost(a, m, b, n, alone));
  g_rand_free(rand);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("across");
  TCase *tcase = tcase_create("across");

  tcase_add_test(tcase, a_translated_packet_is_the_same_one);
  tcase_add_test(tcase, nothing_is_guessed_of_two_that_are_alike);
  tcase_add_test(tcase, lost_and_added_are_told_by_the_way);
  tcase_add_test(tcase, what_no_router_forwards_is_not_lost);
  tcase_add_loop_test(tcase, exactly_those_that_went_are_lost, 0, 4);
  tcase_add_test(tcase, who_waits_too_long_is_given_up);
  tcase_add_loop_test(tcase, rows_are_aligned_at_the_least_cost, 0, 200);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
