/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A replay cut anywhere, its engine written and read, goes on as if nothing had been. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/helper/list.h"
#include "conntrack/helper/modules.h"
#include "conntrack/helper/settings.h"
#include "state_kit.h"
#include "unit.h"

enum { CAPTURE_PACKETS = 4000, CAPTURE_CUTS = 5, SAMPLE_CUTS = 400 };

/* ---- under which kernels ---- */

typedef struct kernel {
  const char *profile;
  ct_gc gc;
  guint32 max, buckets, hz;
  gboolean all_helpers; /* those too that the kernel of the profile came without */
} kernel;

static const kernel kernels[] = {
  { "linux-6.18", CT_GC_EXACT, 262144, 262144, 0, TRUE },
  { "linux-6.18", CT_GC_KERNEL, 262144, 1024, 0, TRUE },
  { "linux-6.18", CT_GC_EXACT, 3, 4, 0, FALSE },
  { "linux-6.18", CT_GC_KERNEL, 3, 4, 250, FALSE },
  { "linux-6.1", CT_GC_EXACT, 0, 16, 1000, TRUE },
  { "linux-6.1", CT_GC_KERNEL, 12, 1, 0, TRUE },
  { "linux-2.6", CT_GC_EXACT, 5, 2, 0, TRUE },
  { "linux-2.4", CT_GC_EXACT, 4, 3, 100, TRUE },
  { "linux-2.4", CT_GC_EXACT, 65536, 8192, 0, FALSE },
};

static void params_of(const kernel *k, ct_params *params)
{
  ct_params_init(params, ct_profile_find(k->profile));
  params->helpers_by_port = true;
  params->gc = k->gc;
  params->max = k->max;
  params->buckets = k->buckets;
  params->hz = k->hz;
  params->hash_seed = G_GUINT64_CONSTANT(0x5eed00000007);
  if (!params->profile->ip_conntrack) {
    ck_assert_int_eq(ct_params_set_module(params, "nf_conntrack_ftp.ports", "21,2121"), CT_PARAM_OK);
    ck_assert_int_eq(ct_params_set_module(params, "nf_conntrack_sip.sip_timeout", "3000"), CT_PARAM_OK);
  }
  if (k->all_helpers)
    params->helpers.disabled = 0;
  ck_assert(ct_params_local_add(params, "10.0.0.2/24") == CT_HELPER_OK);
}

/* ---- cutting ---- */

/* What had been summed after each packet, and what was shown at the end. */
typedef struct whole {
  GArray *sums;
  guint64 shown, shown_later, sum_later;
} whole;

#define LATER_NS (3 * 86400 * CT_NS_PER_S)

/* The end of a replay: shown, then time passes, then all goes. */
static void finish(sk_side *s, whole *w, gboolean first)
{
  guint64 shown = sk_shown(s->engine), later;

  ct_engine_advance(s->engine, ct_engine_now(s->engine) + LATER_NS);
  later = sk_shown(s->engine);
  ct_engine_flush(s->engine);
  if (first) {
    w->shown = shown;
    w->shown_later = later;
    w->sum_later = s->sum;
  }
  ck_assert_uint_eq(shown, w->shown);
  ck_assert_uint_eq(later, w->shown_later);
  ck_assert_uint_eq(s->sum, w->sum_later);
}

static void go_on(sk_side *s, const sk_packets *p, guint from, whole *w, const char *name)
{
  for (guint i = from; i < p->packets->len; i++) {
    sk_side_packet(s, sk_packet(p, i));
    ck_assert_msg(s->sum == g_array_index(w->sums, guint64, i), "%s: cut before packet %u, another answer at %u", name,
                  from, i);
  }
}

/* One engine over all of it. At each of some cuts a copy, to which the others are held when the whole is known. */
static void check_packets(const sk_packets *p, const ct_params *params, guint cuts, const char *name)
{
  whole w = { g_array_new(FALSE, FALSE, sizeof(guint64)), 0, 0, 0 };
  guint n = p->packets->len, step = MAX(n / cuts, 1);
  GPtrArray *copies = g_ptr_array_new();
  sk_side one, other;

  sk_side_start(&one, ct_engine_new(params), 1);
  for (guint i = 0; i <= n; i++) {
    if (i % step == 0)
      g_ptr_array_add(copies, sk_copy(one.engine));
    if (i == n)
      break;
    sk_side_packet(&one, sk_packet(p, i));
    g_array_append_val(w.sums, one.sum);
  }
  finish(&one, &w, TRUE);
  sk_side_free(&one);
  for (guint c = 0; c < copies->len; c++) {
    guint from = c * step;

    sk_side_start(&other, g_ptr_array_index(copies, c), from == 0 ? 1 : g_array_index(w.sums, guint64, from - 1));
    go_on(&other, p, from, &w, name);
    finish(&other, &w, FALSE);
    sk_side_free(&other);
  }
  g_ptr_array_unref(copies);
  g_array_free(w.sums, TRUE);
}

/* A copy of a copy of ... after each packet. */
static void check_chain(const sk_packets *p, const ct_params *params)
{
  ct_engine *next;
  sk_side straight, chain;

  sk_side_start(&straight, ct_engine_new(params), 1);
  sk_side_start(&chain, ct_engine_new(params), 1);
  for (guint i = 0; i < p->packets->len; i++) {
    next = sk_copy(chain.engine);
    sk_side_free(&chain);
    sk_side_start(&chain, next, chain.sum);
    sk_side_packet(&straight, sk_packet(p, i));
    sk_side_packet(&chain, sk_packet(p, i));
    ck_assert_uint_eq(straight.sum, chain.sum);
  }
  ck_assert_uint_eq(sk_shown(straight.engine), sk_shown(chain.engine));
  sk_side_free(&straight);
  sk_side_free(&chain);
}

static void check_file(const char *path, guint cuts, const kernel *k, gboolean chain)
{
  sk_packets *p;
  ct_params params;

  params_of(k, &params);
  p = sk_packets_new(&params, CAPTURE_PACKETS);
  if (sk_packets_load(p, path) && p->packets->len > 0) {
    check_packets(p, &params, cuts, path);
    if (chain)
      check_chain(p, &params);
  }
  sk_packets_free(p);
}

static gint by_name(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static GPtrArray *files_in(const char *folder, const char *suffix)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
    if (strstr(name, suffix) != NULL)
      g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
  if (dir != NULL)
    g_dir_close(dir);
  g_ptr_array_sort(paths, by_name);
  return paths;
}

static char *samples(void)
{
  const char *srcdir = g_getenv("srcdir");

  return g_build_filename(srcdir != NULL ? srcdir : ".", "samples", NULL);
}

START_TEST(samples_go_on_from_anywhere)
{
  g_autofree char *folder = samples();
  g_autoptr(GPtrArray) paths = files_in(folder, ".ct");

  ck_assert_uint_gt(paths->len, 40);
  for (guint i = 0; i < paths->len; i++)
    check_file(g_ptr_array_index(paths, i), SAMPLE_CUTS, &kernels[_i], TRUE);
}
END_TEST

/* All of them under one kernel would take a minute: each is under another. */
START_TEST(captures_go_on_from_anywhere)
{
  const char *truth = g_getenv("CTREPLAY_TRUTH");
  const char *srcdir = g_getenv("srcdir");
  g_autofree char *beside = g_build_filename(srcdir != NULL ? srcdir : ".", "..", "shared", NULL);
  g_autofree char *folder = g_build_filename(truth != NULL ? truth : beside, "captures", NULL);
  g_autoptr(GPtrArray) paths = files_in(folder, ".pcap");

  if (paths->len == 0)
    puts("skipped: no shared captures here (CTREPLAY_TRUTH)");
  for (guint i = 0; i < paths->len; i++)
    check_file(g_ptr_array_index(paths, i), CAPTURE_CUTS, &kernels[(i * 7 + (guint)_i) % G_N_ELEMENTS(kernels)], FALSE);
}
END_TEST

/* ---- much traffic among few: full tables, long chains, corpses ---- */

enum { CROWD = 5000, CROWD_BYTES = 40 };

static void put16(guint8 *p, guint v)
{
  p[0] = (guint8)(v >> 8);
  p[1] = (guint8)v;
}

static void make_packet(GRand *rand, const ct_params *params, guint8 *ip, guint i, gint64 now_ns, ct_packet *packet)
{
  static const guint8 protos[] = { CT_PROTO_TCP, CT_PROTO_UDP, CT_PROTO_UDP, CT_PROTO_ICMP, CT_PROTO_SCTP, 50 };
  static const guint8 flags[] = { CT_TCP_SYN, CT_TCP_SYN | CT_TCP_ACK, CT_TCP_ACK, CT_TCP_FIN | CT_TCP_ACK,
                                  CT_TCP_RST };
  gboolean back = g_rand_boolean(rand);
  guint client = (guint)g_rand_int_range(rand, 1, 3000), server = 53;

  memset(ip, 0, CROWD_BYTES);
  ip[0] = 0x45;
  put16(ip + 2, CROWD_BYTES);
  ip[9] = protos[g_rand_int_range(rand, 0, G_N_ELEMENTS(protos))];
  ip[12] = ip[16] = 10;
  ip[back ? 19 : 15] = (guint8)g_rand_int_range(rand, 1, 20);
  ip[back ? 15 : 19] = 200;
  put16(ip + 20, back ? server : client);
  put16(ip + 22, back ? client : server);
  if (ip[9] == CT_PROTO_ICMP)
    put16(ip + 20, back ? 0 : 8 << 8);
  else if (ip[9] == CT_PROTO_UDP)
    put16(ip + 24, 20);
  ip[32] = 5 << 4;
  ip[33] = flags[g_rand_int_range(rand, 0, G_N_ELEMENTS(flags))];
  *packet =
    (ct_packet){ .time_ns = now_ns, .number = i + 1, .data = ip, .length = CROWD_BYTES, .captured = CROWD_BYTES };
  ct_packet_prepare(packet, CT_CHECKSUMS_IGNORE, params);
}

/* dense: so little time passes that a table of a thousand is filled. */
static sk_packets *crowd(const ct_params *params, guint32 seed, gboolean dense)
{
  sk_packets *p = sk_packets_new(params, CROWD);
  GRand *rand = g_rand_new_with_seed(seed);
  gint64 now_ns = 1700000000 * CT_NS_PER_S;

  for (guint i = 0; i < CROWD; i++) {
    guint8 *ip = g_malloc(CROWD_BYTES);
    ct_packet packet;

    if (g_rand_int_range(rand, 0, 4) == 0)
      now_ns += g_rand_int_range(rand, 0, 100) == 0 && !dense ? g_rand_int_range(rand, 1, 200) * CT_NS_PER_S
                                                              : g_rand_int_range(rand, 0, 90000000);
    make_packet(rand, params, ip, i, now_ns - (g_rand_int_range(rand, 0, 50) == 0 ? CT_NS_PER_S : 0), &packet);
    g_ptr_array_add(p->bytes, ip);
    g_array_append_val(p->packets, packet);
  }
  g_rand_free(rand);
  return p;
}

START_TEST(crowds_go_on_from_anywhere)
{
  static const struct {
    guint32 max, buckets;
  } sizes[] = { { 300, 64 }, { 0, 4 }, { 2000, 2048 }, { 1000, 1 } };
  ct_params params;
  sk_packets *p;

  for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
    params_of(&kernels[_i], &params);
    params.max = sizes[i].max;
    params.buckets = sizes[i].buckets;
    p = crowd(&params, (guint32)_i * 100 + i, sizes[i].buckets == 1);
    check_packets(p, &params, 20, "crowd");
    sk_packets_free(p);
  }
}
END_TEST

/* An engine that had another life before is a new one: in its answers, in what it shows, in its state's bytes. */
static void check_anew(const sk_packets *p, const ct_params *params, ct_engine *used, const char *name)
{
  GByteArray *bytes[2];
  sk_side fresh, anew;

  ct_engine_anew(used, params);
  sk_side_start(&fresh, ct_engine_new(params), 1);
  sk_side_start(&anew, used, 1);
  for (guint i = 0; i < p->packets->len; i++) {
    sk_side_packet(&fresh, sk_packet(p, i));
    sk_side_packet(&anew, sk_packet(p, i));
    ck_assert_msg(fresh.sum == anew.sum, "%s: begun anew, another answer at %u", name, i);
  }
  bytes[0] = sk_write(fresh.engine);
  bytes[1] = sk_write(used);
  ck_assert_uint_eq(bytes[0]->len, bytes[1]->len);
  ck_assert_mem_eq(bytes[0]->data, bytes[1]->data, bytes[0]->len);
  ck_assert_uint_eq(sk_shown(fresh.engine), sk_shown(used));
  g_byte_array_free(bytes[0], TRUE);
  g_byte_array_free(bytes[1], TRUE);
  sk_side_free(&fresh);
}

/* A crowd in an engine after a crowd, and each sample in the one that the sample before has left as it was, which was
 * under another kernel. */
START_TEST(what_was_before_is_gone)
{
  g_autofree char *folder = samples();
  g_autoptr(GPtrArray) paths = files_in(folder, ".ct");
  ct_params params;
  ct_engine *used;
  sk_packets *many;

  params_of(&kernels[_i], &params);
  used = ct_engine_new(&params);
  params.max = 0;
  many = crowd(&params, (guint32)_i, TRUE); /* more than fit into what a new engine has */
  check_anew(many, &params, used, "crowd");
  check_anew(many, &params, used, "crowd again");
  sk_packets_free(many);
  for (guint i = 0; i < paths->len; i++) {
    const char *path = g_ptr_array_index(paths, i);
    sk_packets *p;

    params_of(&kernels[((guint)_i + i) % G_N_ELEMENTS(kernels)], &params);
    p = sk_packets_new(&params, CAPTURE_PACKETS);
    if (sk_packets_load(p, path))
      check_anew(p, &params, used, path);
    sk_packets_free(p);
  }
  ct_engine_free(used);
}
END_TEST

/*
 * The collector has enough after so many corpses and goes on at the next tick: between two of its runs it knows where,
 * and what it has weighed so far.
 */
/* Flows of a minute, which live for half of one: at any later moment many are dead, and many have a rest to weigh. */
static ct_engine *with_corpses(const ct_params *params)
{
  enum { FLOWS = 6000, STEP_NS = 10000000 };
  ct_engine *engine = ct_engine_new(params);

  for (guint i = 0; i < FLOWS; i++) {
    guint8 ip[CROWD_BYTES] = { 0x45, [3] = CROWD_BYTES, [9] = CT_PROTO_UDP, [12] = 10, [16] = 11, [25] = 20 };
    ct_packet packet = { .time_ns = 1700000000 * CT_NS_PER_S + (gint64)i * STEP_NS,
                         .number = i + 1,
                         .data = ip,
                         .length = CROWD_BYTES,
                         .captured = CROWD_BYTES };
    ct_result result;

    put16(ip + 20, 1 + i);
    ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, params);
    ct_engine_packet(engine, &packet, &result);
  }
  return engine;
}

START_TEST(the_collector_goes_on_in_the_middle)
{
  guint in_the_middle = 0;
  ct_engine *engine, *copy;
  ct_params params;

  params_of(&kernels[1], &params);
  params.buckets = 512;
  engine = with_corpses(&params);
  for (guint i = 0; i < 400; i++) {
    ct_engine_advance(engine, engine->collector.next_run_ns);
    if (engine->collector.next_bucket == 0)
      continue;
    in_the_middle++;
    copy = sk_copy(engine);
    while (engine->collector.next_bucket != 0) {
      ct_engine_advance(engine, engine->collector.next_run_ns);
      ct_engine_advance(copy, copy->collector.next_run_ns);
    }
    ck_assert_int_eq(engine->collector.next_run_ns, copy->collector.next_run_ns);
    ck_assert_uint_eq(sk_shown(engine), sk_shown(copy));
    ct_engine_free(copy);
  }
  ck_assert_uint_gt(in_the_middle, 0);
  ct_engine_free(engine);
}
END_TEST

/* A segment of flow i at a moment: 10.0.0.0:i and 11.0.0.0:80, back from the second. */
static void segment(ct_engine *engine, guint i, gboolean back, guint8 flags, guint8 seq, guint8 ack, gint64 now_ns)
{
  guint8 ip[CROWD_BYTES] = { 0x45, [3] = CROWD_BYTES, [9] = CT_PROTO_TCP, [12] = 10, [16] = 11, [32] = 5 << 4 };
  ct_packet packet = { .time_ns = now_ns, .number = i, .data = ip, .length = CROWD_BYTES, .captured = CROWD_BYTES };
  ct_result result;

  ip[back ? 16 : 12] = 10;
  ip[back ? 12 : 16] = 11;
  put16(ip + (back ? 22 : 20), i);
  put16(ip + (back ? 20 : 22), 80);
  ip[27] = seq;
  ip[31] = ack;
  ip[33] = flags;
  ip[34] = 0x10;
  ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, ct_engine_params(engine));
  ct_engine_packet(engine, &packet, &result);
}

/* A packet that found a table full of what may not go: the collector's next run takes live entries on their way out. */
START_TEST(the_collector_knows_that_a_drop_failed)
{
  enum { FLOWS = 100 };
  const gint64 start_ns = 1700000000 * CT_NS_PER_S;
  ct_engine *engine, *copy;
  ct_params params;

  params_of(&kernels[1], &params);
  params.max = FLOWS;
  params.buckets = 16;
  engine = ct_engine_new(&params);
  for (guint i = 1; i <= FLOWS; i++) {
    segment(engine, i, FALSE, CT_TCP_SYN, 0, 0, start_ns);
    segment(engine, i, TRUE, CT_TCP_SYN | CT_TCP_ACK, 0, 1, start_ns);
    segment(engine, i, FALSE, CT_TCP_ACK, 1, 1, start_ns);
    segment(engine, i, FALSE, CT_TCP_FIN | CT_TCP_ACK, 1, 1, start_ns);
  }
  segment(engine, FLOWS + 1, FALSE, CT_TCP_SYN, 0, 0, start_ns);
  ck_assert_uint_eq(ct_engine_stats(engine)->drop, 1);
  copy = sk_copy(engine);
  ct_engine_advance(engine, start_ns + 60 * CT_NS_PER_S);
  ct_engine_advance(copy, start_ns + 60 * CT_NS_PER_S);
  ck_assert_uint_gt(ct_engine_stats(engine)->ended[CT_REASON_END_GC_EVICTED], 0);
  ck_assert_uint_eq(sk_shown(engine), sk_shown(copy));
  ct_engine_free(copy);
  ct_engine_free(engine);
}
END_TEST

/* What a hash key decides shows nowhere. */
START_TEST(the_hash_key_is_no_part_of_it)
{
  const ct_hash_key before = ct_hash_keyed_with;
  ct_params params;
  sk_packets *p;
  sk_side straight, other;
  GByteArray *bytes;
  ct_state_error error;

  params_of(&kernels[3], &params);
  params.max = 500;
  p = crowd(&params, 77, FALSE);
  sk_side_start(&straight, ct_engine_new(&params), 1);
  for (guint i = 0; i < CROWD / 2; i++)
    sk_side_packet(&straight, sk_packet(p, i));
  bytes = sk_write(straight.engine);
  other.sum = straight.sum;
  for (guint i = CROWD / 2; i < CROWD; i++)
    sk_side_packet(&straight, sk_packet(p, i));
  ct_hash_set_key(~before.a, before.b * 3);
  sk_side_start(&other, ct_state_read(bytes->data, bytes->len, &params, &error), other.sum);
  for (guint i = CROWD / 2; i < CROWD; i++) {
    ct_packet again = *sk_packet(p, i);

    ct_packet_prepare(&again, CT_CHECKSUMS_IGNORE, &params);
    sk_side_packet(&other, &again);
  }
  ck_assert_uint_eq(straight.sum, other.sum);
  ck_assert_uint_eq(sk_shown(straight.engine), sk_shown(other.engine));
  sk_side_free(&other);
  ct_hash_set_key(before.a, before.b);
  sk_side_free(&straight);
  g_byte_array_free(bytes, TRUE);
  sk_packets_free(p);
}
END_TEST

/* ---- what is refused ---- */

/* A small state with everything: TCP, UDP, a helper with an expectation, a child, PPTP's keys. */
static GByteArray *small_state(ct_params *params)
{
  static const char *const names[] = { "ftp-passive.ct", "pptp.ct", "sip.ct", "sctp-association.ct", "ipv6.ct" };
  g_autofree char *folder = samples();
  GByteArray *most = NULL;
  guint score, best = 0;
  sk_packets *p;
  sk_side s;

  params_of(&kernels[1], params);
  params->buckets = 16;
  p = sk_packets_new(params, CAPTURE_PACKETS);
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *path = g_build_filename(folder, names[i], NULL);

    ck_assert(sk_packets_load(p, path));
  }
  sk_side_start(&s, ct_engine_new(params), 1);
  for (guint i = 0; i < p->packets->len; i++) {
    ct_packet packet = *sk_packet(p, i);

    packet.time_ns = 1700000000 * CT_NS_PER_S + i * (CT_NS_PER_S / 100);
    sk_side_packet(&s, &packet);
    score = s.engine->table.used + 10 * ct_expect_count(s.engine) + 20 * ct_gre_key_any(s.engine);
    if (score > best) {
      if (most != NULL)
        g_byte_array_free(most, TRUE);
      most = sk_write(s.engine);
      best = score;
    }
  }
  sk_side_free(&s);
  sk_packets_free(p);
  return most;
}

static void check_refused(const guint8 *bytes, gsize n, const ct_params *params)
{
  guint8 *own = g_memdup2(bytes, MAX(n, 1)); /* ends where it ends */
  ct_state_error error;

  ck_assert_ptr_null(ct_state_read(own, n, params, &error));
  ck_assert_str_ne(error.text, "");
  ck_assert_uint_le(error.offset, n);
  g_free(own);
}

START_TEST(cut_short_it_is_refused)
{
  ct_params params;
  GByteArray *bytes = small_state(&params);

  for (guint n = 0; n < bytes->len; n++)
    check_refused(bytes->data, n, &params);
  g_byte_array_append(bytes, (const guint8 *)"x", 1);
  check_refused(bytes->data, bytes->len, &params);
  g_byte_array_free(bytes, TRUE);
}
END_TEST

START_TEST(damaged_it_is_refused)
{
  ct_params params;
  GByteArray *bytes = small_state(&params);

  for (guint i = 0; i < bytes->len; i++)
    for (guint change = 1; change < 256; change += i % 7 == 0 ? 1 : 50) {
      bytes->data[i] ^= (guint8)change;
      check_refused(bytes->data, bytes->len, &params);
      bytes->data[i] ^= (guint8)change;
    }
  g_byte_array_free(bytes, TRUE);
}
END_TEST

static void check_reason(const GByteArray *bytes, const ct_params *params, const char *reason)
{
  ct_state_error error;
  ct_engine *engine = ct_state_read(bytes->data, bytes->len, params, &error);

  ck_assert_ptr_null(engine);
  ck_assert_str_eq(error.text, reason);
}

START_TEST(other_parameters_are_refused_by_name)
{
  ct_params params, other;
  GByteArray *bytes = small_state(&params);
  ct_state_error error;
  ct_engine *engine;

  other = params;
  other.profile = ct_profile_find("linux-6.1");
  check_reason(bytes, &other, "other parameters: the profile is linux-6.18 there, linux-6.1 here");
  other = params;
  ck_assert(ct_params_set(&other, "net.netfilter.nf_conntrack_udp_timeout", "31") == CT_PARAM_OK);
  check_reason(bytes, &other, "other parameters: nf_conntrack_udp_timeout is 30 there, 31 here");
  other = params;
  other.max = 7;
  check_reason(bytes, &other, "other parameters: nf_conntrack_max is 262144 there, 7 here");
  other = params;
  other.timeout_s[CT_TIMEOUT_TCP_SYN_SENT2]++;
  check_reason(bytes, &other, "other parameters: the timeout TCP_SYN_SENT2 is 120 there, 121 here");
  other = params;
  other.gc = CT_GC_EXACT;
  check_reason(bytes, &other, "other parameters: gc is kernel there, exact here");
  other = params;
  other.hash_seed = 1;
  check_reason(bytes, &other, "other parameters: the hash seed is 104372000260103 there, 1 here");
  other = params;
  other.hz = 100;
  check_reason(bytes, &other, "other parameters: hz is 0 there, 100 here");
  other = params;
  ck_assert(ct_params_helper_disable(&other, "irc") == CT_HELPER_OK);
  check_reason(bytes, &other, "other parameters: the helper irc is on there, off here");
  other = params;
  ck_assert(ct_params_helper_add(&other, "ftp", 2121) == CT_HELPER_OK);
  check_reason(bytes, &other, "other parameters: the number of ports given to helpers is 2 there, 3 here");
  other = params;
  ck_assert(ct_params_set_module(&other, "nf_conntrack_sip.sip_direct_media", "0") == CT_PARAM_OK);
  check_reason(bytes, &other, "other parameters: nf_conntrack_sip.sip_direct_media is 1 there, 0 here");
  other = params;
  ck_assert(ct_params_set_module(&other, "nf_conntrack_ftp.ports", "21,2122") == CT_PARAM_OK);
  check_reason(bytes, &other, "other parameters: port 2121 is given to the helper ftp there, not here");
  other = params;
  other.helpers.local[0].prefix = 25;
  check_reason(bytes, &other, "other parameters: number 1 of the host's own addresses is another one");
  other = params; /* who prints may change its mind */
  other.features_mark = !other.features_mark;
  engine = ct_state_read(bytes->data, bytes->len, &other, &error);
  ck_assert_ptr_nonnull(engine);
  ct_engine_free(engine);
  g_byte_array_free(bytes, TRUE);
}
END_TEST

START_TEST(what_is_no_state_is_told_so)
{
  static const char no_state[] = "\xd4\xc3\xb2\xa1 and so on, which may be a capture but is certainly no state "
                                 "of anything, long as it is";
  ct_params params;
  GByteArray *bytes = small_state(&params), *none = g_byte_array_new();

  g_byte_array_append(none, (const guint8 *)no_state, sizeof(no_state));
  check_reason(none, &params, "it is no state of an engine");
  bytes->data[8] = 9;
  check_reason(bytes, &params, "it is of version 9 of the format, and this program reads version 4");
  g_byte_array_free(bytes, TRUE);
  g_byte_array_free(none, TRUE);
}
END_TEST

/* With none left the next would be number 0, which is to say that there is none. */
START_TEST(numbers_that_run_out_are_refused)
{
  static const guint8 syn[40] = { 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 9, 9,  9, 10, 9,
                                  9,    8, 1, 2,  3, 4, 0, 0, 0,  1, 0, 0, 0,  0, 80, 2, 1,  0 };
  ct_packet packet = { .number = 1, .data = syn, .length = sizeof(syn), .captured = sizeof(syn) };
  ct_state_error error;
  ct_params params;
  GByteArray *bytes = small_state(&params), *late;
  ct_engine *engine = ct_state_read(bytes->data, bytes->len, &params, &error);
  ct_result result;

  ck_assert_msg(engine != NULL, "%s", error.text);
  engine->last_id = (UINT64_C(1) << (CT_ENTRY_ID_BITS - 1)) - 1;
  late = sk_write(engine);
  ct_engine_free(engine);
  engine = ct_state_read(late->data, late->len, &params, &error);
  ck_assert_msg(engine != NULL, "%s", error.text);
  packet.time_ns = ct_engine_now(engine);
  ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, &params);
  ct_engine_packet(engine, &packet, &result);
  ck_assert_uint_eq(result.conn, UINT64_C(1) << (CT_ENTRY_ID_BITS - 1));
  g_byte_array_free(late, TRUE);
  engine->last_id = (UINT64_C(1) << CT_ENTRY_ID_BITS) - 1;
  late = sk_write(engine);
  check_reason(late, &params, "a number is 281474976710655 where at most 140737488355327 is possible");
  g_byte_array_free(late, TRUE);
  engine->last_id = 1000;
  ct_expect_set_last_id(engine, UINT64_MAX - 1);
  late = sk_write(engine);
  check_reason(late, &params, "a number is 18446744073709551614 where at most 9223372036854775807 is possible");
  ct_engine_free(engine);
  g_byte_array_free(late, TRUE);
  g_byte_array_free(bytes, TRUE);
}
END_TEST

/* ---- the head, and the sink ---- */

START_TEST(the_head_tells_what_it_is)
{
  ct_params params;
  GByteArray *bytes = small_state(&params);
  ct_state_info info;
  ct_state_error error;
  ct_engine *engine;

  ck_assert_msg(ct_state_look(bytes->data, MIN(bytes->len, CT_STATE_HEAD_MOST), &info, &error), "%s", error.text);
  engine = ct_state_read(bytes->data, bytes->len, &info.params, &error);
  ck_assert_msg(engine != NULL, "%s", error.text);
  ck_assert_uint_eq(info.version, CT_STATE_VERSION);
  ck_assert_str_eq(info.params.profile->name, "linux-6.18");
  ck_assert_int_eq(info.now_ns, ct_engine_now(engine));
  ck_assert_uint_eq(info.packets, ct_engine_stats(engine)->packets);
  ck_assert_uint_eq(info.entries, engine->table.used);
  ck_assert_uint_eq(info.expectations, ct_expect_count(engine));
  ck_assert_uint_gt(info.expectations, 0);
  ck_assert_uint_gt(info.sequence, 0);
  ct_engine_free(engine);
  g_byte_array_free(bytes, TRUE);
}
END_TEST

static bool refuse(const void *bytes, size_t n, void *user)
{
  (void)bytes;
  *(size_t *)user += n;
  return false;
}

START_TEST(a_sink_may_end_it)
{
  ct_params params;
  ct_state_error error;
  ct_engine *engine;
  size_t got = 0;

  params_of(&kernels[0], &params);
  engine = ct_engine_new(&params);
  ck_assert(!ct_state_write(engine, refuse, &got, &error));
  ck_assert_str_eq(error.text, "");
  ck_assert_uint_gt(got, 0);
  ct_engine_free(sk_copy(engine)); /* before the first packet it has a state, too */
  ct_engine_free(engine);
}
END_TEST

START_TEST(entries_of_a_keeper_are_not_written)
{
  static const ct_keeper keeper;
  ct_state_error error;
  ct_engine *engine;
  ct_params params;
  size_t got = 0;

  params_of(&kernels[1], &params);
  engine = ct_engine_new(&params);
  engine->keeper = &keeper;
  ck_assert(!ct_state_write(engine, refuse, &got, &error));
  ck_assert_str_eq(error.text, "an engine whose entries are kept by somebody else cannot be written");
  ck_assert_uint_eq(got, 0);
  engine->keeper = NULL;
  ct_engine_free(engine);
}
END_TEST

/* Each helper's memory is written field by field, all of it. */
START_TEST(helpers_memories_have_all_their_fields)
{
  for (guint i = 0; ct_helper_get(i) != NULL; i++) {
    const ct_helper *helper = ct_helper_get(i);
    size_t at = 0, widest = 1;

    ck_assert_msg((helper->state_bytes == 0) == (helper->state_fields == NULL), "%s", helper->name);
    for (const char *field = helper->state_fields; field != NULL && *field != '\0'; field++) {
      size_t n = (size_t)(*field - '0');

      ck_assert(n == 1 || n == 2 || n == 4);
      at = (at + n - 1) / n * n + n;
      widest = MAX(widest, n);
    }
    ck_assert_msg((at + widest - 1) / widest * widest == helper->state_bytes, "%s", helper->name);
  }
}
END_TEST

static Suite *state_suite(void)
{
  Suite *suite = suite_create("state");
  TCase *replays = tcase_create("replays"), *refusals = tcase_create("refusals");

  tcase_set_timeout(replays, 300);
  tcase_add_loop_test(replays, samples_go_on_from_anywhere, 0, G_N_ELEMENTS(kernels));
  tcase_add_loop_test(replays, captures_go_on_from_anywhere, 0, 2);
  tcase_add_loop_test(replays, crowds_go_on_from_anywhere, 0, G_N_ELEMENTS(kernels));
  tcase_add_loop_test(replays, what_was_before_is_gone, 0, G_N_ELEMENTS(kernels));
  tcase_add_test(replays, the_collector_goes_on_in_the_middle);
  tcase_add_test(replays, the_collector_knows_that_a_drop_failed);
  tcase_add_test(replays, the_hash_key_is_no_part_of_it);
  suite_add_tcase(suite, replays);
  tcase_set_timeout(refusals, 120);
  tcase_add_test(refusals, cut_short_it_is_refused);
  tcase_add_test(refusals, damaged_it_is_refused);
  tcase_add_test(refusals, other_parameters_are_refused_by_name);
  tcase_add_test(refusals, what_is_no_state_is_told_so);
  tcase_add_test(refusals, numbers_that_run_out_are_refused);
  tcase_add_test(refusals, the_head_tells_what_it_is);
  tcase_add_test(refusals, a_sink_may_end_it);
  tcase_add_test(refusals, entries_of_a_keeper_are_not_written);
  tcase_add_test(refusals, helpers_memories_have_all_their_fields);
  suite_add_tcase(suite, refusals);
  return suite;
}

int main(void) { return unit_run(state_suite()); }
