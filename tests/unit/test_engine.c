/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold for the engine whatever it is fed: properties over seeded random traffic. */
#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "conntrack/engine.h"
#include "unit.h"

#define S INT64_C(1000000000)

enum { PACKETS = 6000, HEADERS = 40 };

/* Random traffic among few hosts and ports, so that everything happens: the same for the same seed. */
typedef struct traffic {
  ct_packet packets[PACKETS];
  uint8_t bytes[PACKETS][HEADERS];
} traffic;

static void put16(uint8_t *p, guint v)
{
  p[0] = (uint8_t)(v >> 8);
  p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, guint32 v)
{
  put16(p, v >> 16);
  put16(p + 2, v & 0xffff);
}

static uint8_t some_flags(GRand *rand)
{
  static const uint8_t flags[] = { CT_TCP_SYN,
                                   CT_TCP_SYN,
                                   CT_TCP_SYN | CT_TCP_ACK,
                                   CT_TCP_ACK,
                                   CT_TCP_ACK,
                                   CT_TCP_ACK,
                                   CT_TCP_FIN | CT_TCP_ACK,
                                   CT_TCP_RST,
                                   CT_TCP_RST | CT_TCP_ACK,
                                   0,
                                   CT_TCP_SYN | CT_TCP_FIN };

  return flags[g_rand_int_range(rand, 0, G_N_ELEMENTS(flags))];
}

static void fill_l4(GRand *rand, uint8_t *ip, uint8_t proto, gboolean back)
{
  uint8_t *l4 = ip + 20;
  guint client = 1024 + (guint)g_rand_int_range(rand, 0, 40), server = 80;

  if (proto == CT_PROTO_ICMP) {
    l4[0] = back ? 0 : 8;
    put16(l4 + 4, client);
    return;
  }
  put16(l4, back ? server : client);
  put16(l4 + 2, back ? client : server);
  if (proto == CT_PROTO_UDP) {
    put16(l4 + 4, 20);
    return;
  }
  put32(l4 + 4, 1000 + (guint32)g_rand_int_range(rand, 0, 3));
  put32(l4 + 8, 1000 + (guint32)g_rand_int_range(rand, 0, 3));
  l4[12] = 5 << 4;
  l4[13] = some_flags(rand);
  put16(l4 + 14, (guint)g_rand_int_range(rand, 0, 2) * 1000);
}

static traffic *traffic_new(guint32 seed)
{
  static const uint8_t protos[] = { CT_PROTO_TCP, CT_PROTO_TCP, CT_PROTO_UDP, CT_PROTO_ICMP, 50 };
  GRand *rand = g_rand_new_with_seed(seed);
  traffic *t = g_new0(traffic, 1);
  int64_t now_ns = 1700000000 * S;
  ct_params params;
  guint i;

  ct_params_init(&params, ct_profile_get(0));
  for (i = 0; i < PACKETS; i++) {
    uint8_t *ip = t->bytes[i];
    gboolean back = g_rand_boolean(rand);
    guint host = (guint)g_rand_int_range(rand, 1, 20);

    ip[0] = 0x45;
    put16(ip + 2, HEADERS);
    ip[9] = protos[g_rand_int_range(rand, 0, G_N_ELEMENTS(protos))];
    put32(ip + (back ? 16 : 12), 0x0a000000 + host);
    put32(ip + (back ? 12 : 16), 0x0a010001);
    fill_l4(rand, ip, ip[9], back);
    if (g_rand_int_range(rand, 0, 4) == 0)
      now_ns +=
        g_rand_int_range(rand, 0, 20) == 0 ? g_rand_int_range(rand, 1, 400) * S : g_rand_int_range(rand, 0, 900000000);
    t->packets[i] = (ct_packet){ .time_ns = now_ns - (g_rand_int_range(rand, 0, 50) == 0 ? S : 0),
                                 .number = i + 1,
                                 .data = ip,
                                 .length = HEADERS,
                                 .captured = HEADERS };
    ct_packet_prepare(&t->packets[i], CT_CHECKSUMS_IGNORE, &params);
  }
  g_rand_free(rand);
  return t;
}

static ct_params small_table(uint32_t max, ct_gc gc)
{
  ct_params params;

  ct_params_init(&params, ct_profile_get(0));
  params.max = max;
  params.buckets = 64;
  params.gc = gc;
  return params;
}

/* A watcher that writes down all it sees and checks the life of every entry. */
typedef struct diary {
  GString *text;
  GHashTable *alive; /* ids */
  guint64 created, ended, ended_by[CT_REASON_COUNT], dropped;
  int64_t last_ns;
} diary;

static void note(const ct_event *event, void *user)
{
  diary *d = user;
  gint64 id = event->view ? (gint64)event->view->id : 0;

  ck_assert_int_ge(event->time_ns, event->type == CT_EVENT_DESTROY ? INT64_MIN : d->last_ns);
  d->last_ns = MAX(d->last_ns, event->time_ns);
  g_string_append_printf(d->text, "%d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %u %u %" G_GUINT64_FORMAT "\n",
                         event->type, event->time_ns, id, event->bits, event->reason, event->packet);
  switch (event->type) {
  case CT_EVENT_NEW:
    ck_assert(g_hash_table_add(d->alive, g_memdup2(&id, sizeof(id))));
    d->created++;
    break;
  case CT_EVENT_UPDATE: ck_assert(g_hash_table_contains(d->alive, &id)); break;
  case CT_EVENT_DESTROY:
    ck_assert(g_hash_table_remove(d->alive, &id));
    d->ended++;
    d->ended_by[event->reason]++;
    break;
  case CT_EVENT_DROP: d->dropped++; break;
  default: break;
  }
}

static diary *diary_new(ct_engine *engine)
{
  diary *d = g_new0(diary, 1);

  d->text = g_string_new(NULL);
  d->alive = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  d->last_ns = INT64_MIN;
  ct_engine_watch(engine, ~0u, note, d);
  return d;
}

static void diary_free(diary *d)
{
  g_string_free(d->text, TRUE);
  g_hash_table_destroy(d->alive);
  g_free(d);
}

static void feed(ct_engine *engine, const traffic *t, guint from, guint to)
{
  guint i;

  for (i = from; i < to; i++) {
    ct_result result;

    ct_engine_packet(engine, &t->packets[i], &result);
    if (ct_engine_params(engine)->max != 0)
      ck_assert_uint_le(ct_engine_count(engine), ct_engine_params(engine)->max);
    if (result.cls == CT_CLASS_INVALID || result.verdict == CT_VERDICT_DROP)
      ck_assert_int_ne(result.reason, CT_REASON_NONE);
  }
}

typedef struct setting {
  uint32_t max;
  ct_gc gc;
} setting;

static const setting settings[] = {
  { 0, CT_GC_EXACT },  { 200, CT_GC_EXACT },  { 30, CT_GC_EXACT },
  { 0, CT_GC_KERNEL }, { 200, CT_GC_KERNEL }, { 30, CT_GC_KERNEL },
};

START_TEST(every_entry_ends_once_and_the_log_equals_the_statistics)
{
  ct_params params = small_table(settings[_i].max, settings[_i].gc);
  ct_engine *engine = ct_engine_new(&params);
  diary *d = diary_new(engine);
  traffic *t = traffic_new(11);
  const ct_stats *stats = ct_engine_stats(engine);
  int reason;

  feed(engine, t, 0, PACKETS);
  ck_assert_uint_eq(d->created - d->ended, ct_engine_count(engine));
  ct_engine_flush(engine);
  ck_assert_uint_eq(g_hash_table_size(d->alive), 0);
  ck_assert_uint_eq(ct_engine_count(engine), 0);
  ck_assert_uint_gt(d->created, 500);
  ck_assert_uint_eq(d->created, d->ended);
  ck_assert_uint_eq(d->created, stats->created);
  ck_assert_uint_eq(d->dropped, stats->drop);
  ck_assert_uint_eq(stats->ended[CT_REASON_END_EVICTED], stats->early_drop);
  for (reason = 0; reason < CT_REASON_COUNT; reason++)
    ck_assert_uint_eq(d->ended_by[reason], stats->ended[reason]);
  if (params.max == 30)
    ck_assert_uint_gt(stats->early_drop + stats->drop, 0);
  g_free(t);
  diary_free(d);
  ct_engine_free(engine);
}
END_TEST

START_TEST(the_same_run_twice_and_split_anywhere)
{
  ct_params params = small_table(settings[_i].max, settings[_i].gc);
  traffic *t = traffic_new(23);
  char *first = NULL;
  guint run;

  for (run = 0; run < 3; run++) {
    ct_engine *engine = ct_engine_new(&params);
    diary *d = diary_new(engine);
    guint cut = run * 2111;

    feed(engine, t, 0, cut);
    ct_engine_prefetch(engine, &t->packets[cut], MIN(32, PACKETS - cut));
    if (cut > 0) /* time that passes without packets in between changes nothing */
      ct_engine_advance(engine, t->packets[cut].time_ns);
    feed(engine, t, cut, PACKETS);
    ct_engine_flush(engine);
    if (first)
      ck_assert_str_eq(d->text->str, first);
    else
      first = g_strdup(d->text->str);
    diary_free(d);
    ct_engine_free(engine);
  }
  g_free(first);
  g_free(t);
}
END_TEST

/* A UDP packet of one more connection. */
static void connect_udp(ct_engine *engine, const ct_params *params, guint i, gint64 time_ns)
{
  uint8_t ip[HEADERS] = { 0x45 };
  ct_packet packet = { .time_ns = time_ns, .number = i + 1, .data = ip, .length = HEADERS, .captured = HEADERS };
  ct_result result;

  put16(ip + 2, HEADERS);
  ip[9] = CT_PROTO_UDP;
  put32(ip + 12, 0x0a000000 + i);
  put32(ip + 16, 0x0a010001);
  put16(ip + 24, HEADERS - 20);
  ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, params);
  ct_engine_packet(engine, &packet, &result);
  ck_assert_int_eq(result.cls, CT_CLASS_NEW);
}

/* When the first of 100 entries that have expired together is collected, in seconds after the first packet. */
static guint collected_after_s(guint64 seed)
{
  ct_params params = small_table(0, CT_GC_KERNEL);
  ct_engine *engine;
  guint i, s;

  params.hash_seed = seed;
  engine = ct_engine_new(&params);
  for (i = 0; i < 100; i++)
    connect_udp(engine, &params, i, S);
  for (s = 1; ct_engine_count(engine) == 100; s++)
    ct_engine_advance(engine, (1 + (gint64)s) * S);
  ct_engine_free(engine);
  return s - 1;
}

/*
 * The collector comes by once a minute; when in that minute stands in the seed's upper half, in milliseconds before the
 * minute's end.
 */
START_TEST(the_phase_of_the_collector_is_the_seed_s)
{
  guint64 before_ms;

  for (before_ms = 0; before_ms < 60000; before_ms += 1500) {
    guint first_s = (guint)((60000 - before_ms + 999) / 1000), s = collected_after_s(before_ms << 32);

    if (first_s >= 30)
      ck_assert_uint_eq(s, first_s);
    else /* UDP's 30 s are not over: it is the next time, which comes sooner for entries that have not long to live */
      ck_assert(s >= 30 && s < first_s + 60);
    ck_assert_uint_eq(s, collected_after_s(before_ms << 32 | 12345)); /* the lower half is the hash key's */
  }
}
END_TEST

/*
 * Sixty years are thirty million runs over a quarter of a million buckets: whoever does each of them does not end. The
 * entries do, at the first run behind their deadline.
 */
START_TEST(the_collector_leaps_over_runs_that_find_nothing)
{
  const gint64 year_ns = 365 * G_GINT64_CONSTANT(86400) * S;
  ct_params params = small_table(0, CT_GC_KERNEL);
  ct_engine *engine;
  guint i;

  params.buckets = 262144;
  params.timeout_s[CT_TIMEOUT_UDP] = G_MAXINT32;
  engine = ct_engine_new(&params);
  for (i = 0; i < 1000; i++)
    connect_udp(engine, &params, i, S);
  ct_engine_advance(engine, 60 * year_ns);
  ck_assert_uint_eq(ct_engine_count(engine), 1000);
  ct_engine_advance(engine, (1 + (gint64)G_MAXINT32) * S - 1);
  ck_assert_uint_eq(ct_engine_count(engine), 1000);
  ct_engine_advance(engine, (61 + (gint64)G_MAXINT32) * S);
  ck_assert_uint_eq(ct_engine_count(engine), 0);
  ct_engine_free(engine);
}
END_TEST

/* How often somebody asks what time it is makes no difference: few runs at a time, or many of which some are leapt. */
START_TEST(leaping_changes_nothing)
{
  static const char *const profiles[] = { "linux-6.18", "linux-5.10" };
  ct_params params = small_table(0, CT_GC_KERNEL);
  ct_engine *often, *seldom;
  guint i, k, s;

  params.profile = ct_profile_find(profiles[_i % 2]);
  params.hz = _i % 3 == 0 ? 0 : 300;
  params.hash_seed = (guint64)_i << 40 | (guint)_i;
  params.timeout_s[CT_TIMEOUT_UDP] = 7 * 60;
  often = ct_engine_new(&params);
  seldom = ct_engine_new(&params);
  ct_engine_advance(seldom, S); /* the collector's phase counts from here */
  for (s = 1, i = 0; s < 4000; s++) {
    ct_engine_advance(often, (gint64)s * S);
    if (s % 1000 < 10) { /* so many end together that their last minute makes the runs more frequent */
      for (k = 0; k < 20; k++, i++) {
        connect_udp(often, &params, i, (gint64)s * S);
        connect_udp(seldom, &params, i, (gint64)s * S);
      }
    } else if (s % 440 == (guint)_i) {
      ct_engine_advance(seldom, (gint64)s * S);
    } else {
      continue;
    }
    ck_assert_uint_eq(ct_engine_count(often), ct_engine_count(seldom));
  }
  ck_assert_uint_gt(i, 100);
  ck_assert_uint_gt(ct_engine_stats(seldom)->ended[CT_REASON_END_TIMEOUT], 50);
  ck_assert_uint_eq(ct_engine_stats(often)->ended[CT_REASON_END_TIMEOUT],
                    ct_engine_stats(seldom)->ended[CT_REASON_END_TIMEOUT]);
  ct_engine_free(often);
  ct_engine_free(seldom);
}
END_TEST

/*
 * Packets in a buffer that is filled again and again: hints for its packets, for those that were in it before, and
 * none.
 */
START_TEST(hints_never_show)
{
  enum { RUN = 24 };
  ct_params params = small_table(settings[_i].max, settings[_i].gc);
  traffic *t = traffic_new(41);
  char *first = NULL;
  guint hints, i, n;

  for (hints = 0; hints < 3; hints++) {
    ct_engine *engine = ct_engine_new(&params);
    diary *d = diary_new(engine);
    ct_packet packets[RUN];
    ct_result result;

    for (i = 0; i < PACKETS; i += n) {
      guint j;

      n = MIN(RUN, PACKETS - i);
      memcpy(packets, &t->packets[i], n * sizeof(*packets));
      if (hints == 1 || (hints == 2 && i / RUN % 3 == 0))
        ct_engine_prefetch(engine, packets, n);
      for (j = 0; j < n; j++)
        ct_engine_packet(engine, &packets[j], &result);
    }
    ct_engine_flush(engine);
    if (first)
      ck_assert_str_eq(d->text->str, first);
    else
      first = g_strdup(d->text->str);
    diary_free(d);
    ct_engine_free(engine);
  }
  g_free(first);
  g_free(t);
}
END_TEST

static void count_listed(const ct_view *view, void *user)
{
  guint64 *n = user;

  ck_assert(view->status & CT_STATUS_CONFIRMED);
  ck_assert_int_gt(view->timeout_ns, 0);
  (*n)++;
}

START_TEST(a_listing_changes_nothing)
{
  ct_params params = small_table(200, settings[_i].gc);
  ct_engine *engine = ct_engine_new(&params), *other = ct_engine_new(&params);
  diary *d = diary_new(engine), *e = diary_new(other);
  traffic *t = traffic_new(5);
  guint i;

  for (i = 0; i < PACKETS; i += 100) {
    guint64 listed = 0;

    feed(engine, t, i, i + 100);
    feed(other, t, i, i + 100);
    ct_engine_each(other, count_listed, &listed);
    ck_assert_uint_le(listed, ct_engine_count(other));
  }
  ck_assert_str_eq(d->text->str, e->text->str);
  g_free(t);
  diary_free(d);
  diary_free(e);
  ct_engine_free(engine);
  ct_engine_free(other);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("engine");
  TCase *tc = tcase_create("properties");

  tcase_add_loop_test(tc, every_entry_ends_once_and_the_log_equals_the_statistics, 0, G_N_ELEMENTS(settings));
  tcase_add_loop_test(tc, the_same_run_twice_and_split_anywhere, 0, G_N_ELEMENTS(settings));
  tcase_add_test(tc, the_phase_of_the_collector_is_the_seed_s);
  tcase_add_test(tc, the_collector_leaps_over_runs_that_find_nothing);
  tcase_add_loop_test(tc, leaping_changes_nothing, 0, 20);
  tcase_add_loop_test(tc, hints_never_show, 0, G_N_ELEMENTS(settings));
  tcase_add_loop_test(tc, a_listing_changes_nothing, 0, G_N_ELEMENTS(settings));
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
