/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lanes count what engines of their own count, over seeded random traffic in which thousands of entries come and go;
 * and their hash chains.
 */
#include <glib.h>
#include <string.h>

#include "lanes_pair.h"
#include "conntrack/helper/settings.h"
#include "conntrack/lanes/internal.h"
#include "conntrack/profile/profile.h"
#include "unit.h"

#define S INT64_C(1000000000)

enum { PACKETS = 20000, HEADERS = 60 };

/* --- traffic --- */

typedef struct mill {
  GRand *rand;
  ct_params params;
  int64_t now_ns;
  guint hosts, ports; /* that it is among */
  guint64 number;
  uint8_t bytes[32][HEADERS];
} mill;

static void put16(uint8_t *p, guint v)
{
  p[0] = (uint8_t)(v >> 8);
  p[1] = (uint8_t)v;
}

static uint8_t *put_addresses(uint8_t *ip, gboolean v6, gboolean back, guint host)
{
  static const uint8_t net[2] = { 10, 0 };

  memset(ip, 0, HEADERS);
  if (v6) {
    ip[0] = 0x60;
    put16(ip + 4, 20);
    ip[8] = ip[24] = 0xfd;
    put16(ip + (back ? 38 : 22), host);
    return ip + 40;
  }
  ip[0] = 0x45;
  put16(ip + 2, 40);
  memcpy(ip + 12, net, 2);
  memcpy(ip + 16, net, 2);
  put16(ip + (back ? 18 : 14), host);
  return ip + 20;
}

static void put_tcp(mill *m, uint8_t *l4)
{
  static const uint8_t flags[] = { CT_TCP_SYN, CT_TCP_SYN, CT_TCP_SYN | CT_TCP_ACK, CT_TCP_ACK,
                                   CT_TCP_ACK, CT_TCP_ACK, CT_TCP_FIN | CT_TCP_ACK, CT_TCP_RST };

  put16(l4 + 6, 1000 + (guint)g_rand_int_range(m->rand, 0, 3));
  put16(l4 + 10, 1000 + (guint)g_rand_int_range(m->rand, 0, 3));
  l4[12] = 5 << 4;
  l4[13] = flags[g_rand_int_range(m->rand, 0, G_N_ELEMENTS(flags))];
  put16(l4 + 14, (guint)g_rand_int_range(m->rand, 0, 2) * 1000);
}

static void next_packet(mill *m, ct_packet *packet, uint8_t *ip)
{
  static const uint8_t protos[] = { CT_PROTO_TCP, CT_PROTO_TCP, CT_PROTO_UDP, CT_PROTO_UDP, CT_PROTO_ICMP, 50 };
  gboolean back = g_rand_boolean(m->rand), v6 = g_rand_int_range(m->rand, 0, 5) == 0;
  guint host = (guint)g_rand_int_range(m->rand, 1, (gint)m->hosts),
        port = 1024 + (guint)g_rand_int_range(m->rand, 0, (gint)m->ports);
  uint8_t *l4 = put_addresses(ip, v6, back, host),
          proto = protos[g_rand_int_range(m->rand, 0, v6 ? 4 : G_N_ELEMENTS(protos))];

  ip[v6 ? 6 : 9] = proto;
  put16(l4 + (back ? 2 : 0), port);
  put16(l4 + (back ? 0 : 2), 80);
  if (proto == CT_PROTO_UDP)
    put16(l4 + 4, 20);
  else if (proto == CT_PROTO_TCP)
    put_tcp(m, l4);
  else if (proto == CT_PROTO_ICMP) {
    put16(l4, back ? 0 : 8 << 8);
    put16(l4 + 4, port);
  }
  m->now_ns += g_rand_int_range(m->rand, 0, 200000);
  if (g_rand_int_range(m->rand, 0, 500) == 0)
    m->now_ns += g_rand_int_range(m->rand, 1, 20) * S;
  *packet = (ct_packet){ .time_ns = m->now_ns - (g_rand_int_range(m->rand, 0, 90) == 0 ? S : 0),
                         .number = ++m->number,
                         .data = ip,
                         .length = v6 ? 60 : 40,
                         .captured = v6 ? 60 : 40 };
  ct_packet_prepare(packet, CT_CHECKSUMS_IGNORE, &m->params);
}

/* Half of the runs are told of in advance. */
static void run(mill *m, lanes_pair *pair, guint n)
{
  ct_packet packets[32];
  guint i, j;

  for (i = 0; i < n; i += 32) {
    for (j = 0; j < 32; j++)
      next_packet(m, &packets[j], m->bytes[j]);
    if (g_rand_boolean(m->rand))
      lanes_pair_prefetch(pair, packets, 32);
    for (j = 0; j < 32; j++)
      lanes_pair_packet(pair, &packets[j]);
  }
  lanes_pair_advance(pair, m->now_ns + 1000 * S);
}

static mill *mill_new(guint32 seed, guint hosts, guint ports)
{
  mill *m = g_new0(mill, 1);

  ct_params_init(&m->params, ct_profile_get(0));
  m->params.helpers_by_port = true;
  m->params.gc = CT_GC_KERNEL;
  m->params.hash_seed = seed;
  m->rand = g_rand_new_with_seed(seed);
  m->now_ns = 1700000000 * S;
  m->hosts = hosts;
  m->ports = ports;
  return m;
}

static void mill_free(mill *m)
{
  g_rand_free(m->rand);
  g_free(m);
}

/* --- sizes --- */

static ct_params sized(const mill *m, guint max, guint buckets)
{
  ct_params params = m->params;

  params.max = max;
  params.buckets = buckets;
  return params;
}

/* What makes the comparison worth something: that lanes differed, and that what is counted happened. */
static void expect_pressure(const lanes_pair *pair, guint n)
{
  guint64 early_drop = 0, drop = 0, missed = 0, expired = 0, refused = 0, cut = 0, invalid = 0;
  guint i;

  for (i = 0; i < n; i++) {
    const ct_lane_stats *s = ct_lanes_stats(lanes_pair_lanes(pair), i);

    early_drop += s->early_drop;
    drop += s->drop;
    missed += s->missed;
    expired += s->expired;
    refused += s->refused;
    cut += s->cut;
    invalid += s->invalid;
  }
  ck_assert_uint_gt(early_drop, 1000);
  ck_assert_uint_gt(drop, 10);
  ck_assert_uint_gt(missed, 100);
  ck_assert_uint_gt(expired, 1000);
  ck_assert_uint_gt(refused, 10);
  ck_assert_uint_gt(cut, 100);
  ck_assert_uint_gt(invalid, 100);
}

START_TEST(test_sizes)
{
  mill *m = mill_new(1 + (guint)_i, 40, 100);
  const ct_params params[] = { sized(m, 0, 4096),    sized(m, 10, 16),    sized(m, 100, 100),   sized(m, 500, 512),
                               sized(m, 1000, 1024), sized(m, 1000, 333), sized(m, 2000, 5000), sized(m, 3000, 65536) };
  lanes_pair *pair = lanes_pair_new(params, G_N_ELEMENTS(params), PACKETS);

  run(m, pair, PACKETS);
  expect_pressure(pair, G_N_ELEMENTS(params));
  lanes_pair_free(pair);
  mill_free(m);
}
END_TEST

/* Chains too long for some lanes and not for others. */
START_TEST(test_long_chains)
{
  mill *m = mill_new(5, 60, 100);
  const ct_params params[] = { sized(m, 0, 4096), sized(m, 0, 16), sized(m, 0, 17), sized(m, 3000, 64) };
  lanes_pair *pair = lanes_pair_new(params, G_N_ELEMENTS(params), PACKETS);
  const ct_lanes *lanes = lanes_pair_lanes(pair);

  run(m, pair, PACKETS);
  ck_assert_uint_eq(ct_lanes_stats(lanes, 0)->insert_failed, 0);
  ck_assert_uint_gt(ct_lanes_stats(lanes, 1)->insert_failed, 100);
  ck_assert_uint_gt(ct_lanes_stats(lanes, 2)->insert_failed, 100);
  ck_assert_uint_gt(ct_lanes_stats(lanes, 3)->insert_failed, 10);
  lanes_pair_free(pair);
  mill_free(m);
}
END_TEST

/* --- timeouts --- */

/* Sizes by the lane's number, each with every value of a timeout. */
static void run_timed(mill *m, ct_timeout timeout, const guint *values, guint n_values)
{
  static const guint maxima[] = { 0, 200, 1500 };
  ct_params params[CT_LANES_MOST];
  lanes_pair *pair;
  guint64 first, first_cut, differing = 0, differing_cut = 0;
  guint i, n = G_N_ELEMENTS(maxima) * n_values;

  for (i = 0; i < n; i++) {
    params[i] = sized(m, maxima[i % 3], i % 3 == 2 ? 1500 : 1024);
    params[i].timeout_s[timeout] = values[i / 3];
  }
  pair = lanes_pair_new(params, n, PACKETS);
  run(m, pair, PACKETS / 2);
  first = ct_lanes_stats(lanes_pair_lanes(pair), 0)->created;
  first_cut = ct_lanes_stats(lanes_pair_lanes(pair), 0)->cut;
  for (i = 3; i < n; i += 3) {
    differing += ct_lanes_stats(lanes_pair_lanes(pair), i)->created != first;
    differing_cut += ct_lanes_stats(lanes_pair_lanes(pair), i)->cut != first_cut;
  }
  ck_assert_uint_gt(differing, 0);
  ck_assert_uint_gt(differing_cut, 0);
  lanes_pair_free(pair);
}

START_TEST(test_timeouts)
{
  static const struct {
    ct_timeout timeout;
    guint values[4];
  } cases[] = {
    { CT_TIMEOUT_TCP_ESTABLISHED, { 432000, 600, 5, 1 } }, /* some longer than the special timeouts, some not */
    { CT_TIMEOUT_TCP_SYN_SENT, { 120, 1, 2, 1000 } },
    { CT_TIMEOUT_TCP_UNACK, { 300, 1, 20, 500000 } },
    { CT_TIMEOUT_UDP, { 30, 1, 2, 60 } },
    { CT_TIMEOUT_UDP_STREAM, { 120, 1, 2, 60 } },
    { CT_TIMEOUT_GENERIC, { 600, 0, 1, 2 } },
    { CT_TIMEOUT_ICMP, { 30, 0, 1, 2 } },
  };
  mill *m = mill_new(100 + (guint)_i, 30, 60);

  run_timed(m, cases[_i].timeout, cases[_i].values, 4);
  mill_free(m);
}
END_TEST

/*
 * A lane of few buckets and short timeouts, which never loses anything, must not keep one of many buckets and long ones
 * in few bins.
 */
START_TEST(test_few_buckets_beside_many)
{
  mill *m = mill_new(9, 2, 1);
  ct_params params[] = { sized(m, 0, 16), sized(m, 0, 65536) };
  lanes_pair *pair;
  const ct_lanes *lanes;
  guint i, bin, cells = 0;

  params[0].timeout_s[CT_TIMEOUT_UDP] = 1;
  params[1].timeout_s[CT_TIMEOUT_UDP] = 86400;
  pair = lanes_pair_new(params, G_N_ELEMENTS(params), PACKETS);
  lanes = lanes_pair_lanes(pair);
  for (i = 0; i < PACKETS; i++) {
    /* clang-format off */
    uint8_t ip[HEADERS] = { 0x45, 0, 0, 40, [9] = CT_PROTO_UDP, [12] = 10, [14] = (uint8_t)(i >> 8), [15] =
      (uint8_t)i, [16] = 10, [20] = 4, [23] = 9, [25] = 20 };
    /* clang-format on */
    ct_packet packet = { .time_ns = m->now_ns += S / 10, .number = i + 1, .data = ip, .length = 40, .captured = 40 };

    ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, &params[0]);
    lanes_pair_packet(pair, &packet);
  }
  ck_assert_uint_eq(ct_lanes_stats(lanes, 1)->count, PACKETS);
  for (i = 0; i < lanes->n_bins; i++)
    for (bin = 0; bin < lanes->bins[i]->n; bin++) {
      const ct_bin *cell = &lanes->bins[i]->bins[bin];
      guint behind = 0;

      while ((cell = ct_bins_older(lanes->bins[i], cell)) != NULL)
        behind++;
      cells = MAX(cells, behind);
    }
  ck_assert_uint_le(cells, CT_BINS_DEEP);
  lanes_pair_free(pair);
  mill_free(m);
}
END_TEST

/* --- who may go together --- */

START_TEST(test_fit)
{
  mill *m = mill_new(1, 2, 2);
  ct_params a = m->params, b = a;

  b.max = 5;
  b.buckets = 7;
  b.timeout_s[CT_TIMEOUT_UDP] = 3;
  ck_assert(ct_lanes_fit(&a, &b));
  b.tcp_loose = 0;
  ck_assert(!ct_lanes_fit(&a, &b));
  b = a;
  b.helpers_by_port = !a.helpers_by_port;
  ck_assert(!ct_lanes_fit(&a, &b));
  b = a;
  ck_assert_int_eq(ct_params_helper_parse(&b, "ftp:2121"), CT_HELPER_OK);
  ck_assert(!ct_lanes_fit(&a, &b));
  b = a;
  b.hash_seed++;
  ck_assert(!ct_lanes_fit(&a, &b));
  a.gc = b.gc = CT_GC_EXACT;
  ck_assert(!ct_lanes_fit(&a, &a));
  ct_params_init(&a, ct_profile_find("linux-2.6"));
  a.gc = CT_GC_KERNEL;
  ck_assert(!ct_lanes_fit(&a, &a));
  mill_free(m);
}
END_TEST

/* --- bins against a plain list --- */

typedef struct thing {
  guint32 number, hash[2];
} thing;

/* The nodes of a bin, the newest first, one by one. */
static void check_bin(const ct_bins *bins, guint32 bin, const GArray *things)
{
  const ct_bin *cell = &bins->bins[bin];
  guint at = cell->head.n, i, dir, n = 0;

  for (i = things->len; i-- > 0;)
    for (dir = 2; dir-- > 0;) {
      const thing *t = &g_array_index(things, thing, i);

      if (ct_bins_of(bins, t->hash[dir]) != bin)
        continue;
      while (at == 0 && (cell = ct_bins_older(bins, cell)) != NULL)
        at = cell->head.n;
      ck_assert_ptr_nonnull(cell);
      at--;
      ck_assert_uint_eq(cell->node[at].number, t->number);
      ck_assert_uint_eq(cell->node[at].hash, t->hash[dir]);
      n++;
    }
  while (at == 0 && cell != NULL && (cell = ct_bins_older(bins, cell)) != NULL)
    at = cell->head.n;
  ck_assert_uint_eq(at, 0);
  ck_assert(ct_bin_is_empty(&bins->bins[bin]) == (n == 0));
  ck_assert(ct_bins_holds(bins, bin) || n == 0);
}

static gboolean is_odd(guint32 number, gpointer user)
{
  (void)user;
  return number & 1;
}

static bool keep_odd(uint32_t number, void *user) { return is_odd(number, user); }

static void check_bins(const ct_bins *bins, const GArray *things)
{
  guint32 bin;

  for (bin = 0; bin < bins->n; bin++)
    check_bin(bins, bin, things);
  ck_assert_uint_eq(bins->used, 2 * things->len);
}

static void change(ct_bins *bins, GArray *things, GRand *rand, guint32 number, guint32 hashes)
{
  guint at = things->len == 0 ? 0 : (guint)g_rand_int_range(rand, 0, (gint)things->len),
        what = (guint)g_rand_int_range(rand, 0, 10);
  thing t = { number, { g_rand_int(rand) & hashes, g_rand_int(rand) & hashes } };

  if (what < 6 || things->len == 0) {
    ct_bins_insert(bins, number, t.hash, ct_bins_nearness(bins, (gint64)number * S));
    g_array_append_val(things, t);
  } else if (what < 8) {
    ct_bins_remove(bins, g_array_index(things, thing, at).number, g_array_index(things, thing, at).hash);
    g_array_remove_index(things, at);
  } else {
    thing *other = &g_array_index(things, thing, at);

    memcpy(t.hash, other->hash, sizeof(t.hash));
    ct_bins_insert_beside(bins, number, t.hash, other->number, what == 8);
    if (what == 8)
      other->number = number;
    else
      g_array_insert_val(things, at + 1, t);
  }
}

/* With hashes that grow the bins, and with such that collide. */
START_TEST(test_bins)
{
  static const guint32 masks[] = { 0xffffffff, 0xf00000ff, 0xff000000 };
  static const uint32_t buckets[] = { 1024, 8, 3 };
  GRand *rand = g_rand_new_with_seed(7 + (guint32)_i);
  GArray *things = g_array_new(FALSE, FALSE, sizeof(thing));
  ct_bins bins, copy;
  guint32 number, i;

  ct_bins_init(&bins);
  ct_bins_share(&bins, 1, &buckets[_i]);
  for (number = 1; number < 3000; number++) {
    change(&bins, things, rand, number, masks[_i] & ~(number & 1 ? 0 : UINT32_C(1) << 31));
    if (number % 50 == 0)
      for (i = 0; i < bins.n; i++)
        ck_assert(ct_bins_holds(&bins, i) || ct_bin_is_empty(&bins.bins[i]));
  }
  ck_assert_uint_le(bins.n, buckets[_i]);
  ct_bins_copy(&copy, &bins);
  ct_bins_sift(&copy, keep_odd, NULL);
  for (i = things->len; i-- > 0;)
    if (!is_odd(g_array_index(things, thing, i).number, NULL))
      g_array_remove_index(things, i);
  ck_assert_uint_eq(copy.used, 2 * things->len);
  for (i = 0; i < things->len; i++)
    ct_bins_remove(&copy, g_array_index(things, thing, i).number, g_array_index(things, thing, i).hash);
  ck_assert_uint_eq(copy.used, 0);
  for (i = 0; i < copy.n; i++) {
    ck_assert(ct_bin_is_empty(&copy.bins[i]));
    ct_bins_look_at(&copy, i);
    ck_assert(!ct_bins_holds(&copy, i));
  }
  ct_bins_clear(&copy);
  ct_bins_clear(&bins);
  g_array_free(things, TRUE);
  g_rand_free(rand);
}
END_TEST

/* The order of a chain, through spills, growth and removals. */
START_TEST(test_bins_order)
{
  const uint32_t buckets = _i == 0 ? 2 : 4096;
  const guint most = _i == 0 ? 200 : 900;
  GRand *rand = g_rand_new_with_seed(70 + (guint32)_i);
  GArray *things = g_array_new(FALSE, FALSE, sizeof(thing));
  guint32 number;
  ct_bins bins;

  ct_bins_init(&bins);
  ct_bins_share(&bins, 1, &buckets);
  for (number = 1; number < 3000; number++) {
    guint32 low = g_rand_int(rand) & 0x7fffffff, high = g_rand_int(rand) | UINT32_C(1) << 31;
    thing t = { number, { low, high } };

    if (things->len > most && g_rand_boolean(rand)) {
      guint at = (guint)g_rand_int_range(rand, 0, (gint)things->len);

      ct_bins_remove(&bins, g_array_index(things, thing, at).number, g_array_index(things, thing, at).hash);
      g_array_remove_index(things, at);
    } else if (things->len > 0 && g_rand_int_range(rand, 0, 4) == 0) {
      guint at = (guint)g_rand_int_range(rand, 0, (gint)things->len);

      memcpy(t.hash, g_array_index(things, thing, at).hash, sizeof(t.hash));
      ct_bins_insert_beside(&bins, number, t.hash, g_array_index(things, thing, at).number, false);
      g_array_insert_val(things, at + 1, t);
    } else {
      ct_bins_insert(&bins, number, t.hash, ct_bins_nearness(&bins, (gint64)number * S));
      g_array_append_val(things, t);
    }
    if (number % 20 == 0)
      check_bins(&bins, things);
  }
  ck_assert(_i == 0 ? bins.n == 2 && bins.deepest > 10 : bins.n >= 512);
  ct_bins_clear(&bins);
  g_array_free(things, TRUE);
  g_rand_free(rand);
}
END_TEST

/* Somebody aims at one bin, out of as many buckets as there can be: the walk through it stays short. */
START_TEST(test_bins_aimed_at)
{
  const uint32_t buckets = 1u << 25;
  ct_bins bins;
  guint32 number;

  ct_bins_init(&bins);
  ct_bins_share(&bins, 1, &buckets);
  for (number = 1; number < 50000; number++) {
    const uint32_t hash[2] = { number * 128, number * 85899 };

    ct_bins_insert(&bins, number, hash, ct_bins_nearness(&bins, S));
  }
  ck_assert_uint_lt(bins.deepest, 16); /* about 32 nodes in each of the bins aimed at; all in one would be 7000 cells */
  ck_assert_uint_le(bins.n, 1u << 20);
  ct_bins_clear(&bins);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("lanes");
  TCase *tcase = tcase_create("lanes");

  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, test_sizes, 0, 3);
  tcase_add_test(tcase, test_long_chains);
  tcase_add_loop_test(tcase, test_timeouts, 0, 7);
  tcase_add_test(tcase, test_few_buckets_beside_many);
  tcase_add_test(tcase, test_fit);
  tcase_add_loop_test(tcase, test_bins, 0, 3);
  tcase_add_loop_test(tcase, test_bins_order, 0, 2);
  tcase_add_test(tcase, test_bins_aimed_at);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
