/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What no input may do: make memory grow beyond its limit, or a packet cost more than in proportion to its bytes. Time
 * is compared with itself: eight times as much of the same may cost up to GROWTH_MOST times as much, where a square law
 * would cost sixty-four times.
 */
#include <config.h>

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine_check.h"
#include "conntrack/engine_internal.h"
#include "conntrack/expect/gre_key.h"
#include "helper_kit.h"
#include "packet/packet.h"
#include "packet_kit.h"
#include "pressure/top.h"
#include "pressure/victims.h"
#include "replay/replay.h"
#include "unit.h"

enum { GROWTH_MOST = 32, TRIES = 7, REPEATS = 20, TIMES = 8 };

/* ---- time ---- */

static gint64 cpu_ns(void)
{
  struct timespec t;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * G_GINT64_CONSTANT(1000000000) + t.tv_nsec;
}

/* The least of some tries: what the machine adds is left out. */
static gint64 cost_ns(void (*work)(guint n), guint n)
{
  gint64 least = G_MAXINT64;

  for (guint i = 0; i < TRIES; i++) {
    gint64 start = cpu_ns();

    for (guint j = 0; j < REPEATS; j++)
      work(n);
    least = MIN(least, cpu_ns() - start);
  }
  return MAX(least, 1);
}

static void check_growth(const char *what, void (*work)(guint n), guint n)
{
  gint64 one, many;

  work(n); /* first touches of memory */
  one = cost_ns(work, n);
  many = cost_ns(work, n * TIMES);
  ck_assert_msg(many < one * GROWTH_MOST, "%s: %u cost %" G_GINT64_FORMAT " ns, %u cost %" G_GINT64_FORMAT, what, n,
                one, n * TIMES, many);
}

static void track(kit_bytes *b, guint8 family)
{
  pkt_decoder *decoder = pkt_decoder_new(kit_params(FALSE), CT_CHECKSUMS_IGNORE);
  pkt_arena *arena = pkt_arena_new();
  ct_engine *engine = ct_engine_new(kit_params(FALSE));
  ct_packet p;
  ct_result r;

  pkt_decode_ip(decoder, 1, 1, family, b->at, b->n, b->n, arena, &p);
  if (p.kind != CT_PACKET_NONE)
    ct_engine_packet(engine, &p, &r);
  ct_engine_free(engine);
  pkt_arena_free(arena);
  pkt_decoder_free(decoder);
}

/* n headers of 8 bytes, one after the other. */
static void extension_headers(guint n)
{
  static kit_bytes b;

  kit_start(&b);
  kit_ipv6(&b, 60);
  for (guint i = 0; i < n; i++)
    kit_add_hex(&b, i + 1 < n ? "3c00 010400000000" : "1100 010400000000");
  kit_udp(&b, 1, 2, 0);
  kit_finish(&b);
  track(&b, CT_IPV6);
}

/* n chunks of 4 bytes. */
static void sctp_chunks(guint n)
{
  static kit_bytes b;

  kit_start(&b);
  kit_ipv4(&b, CT_PROTO_SCTP);
  kit_add_hex(&b, "0001 0002 00000000 00000000");
  for (guint i = 0; i < n; i++)
    kit_add_hex(&b, i == 0 ? "0b000004" : "03000004");
  kit_finish(&b);
  track(&b, CT_IPV4);
}

/* n fragments of 8 bytes, from the end to the start: each has to be put before all others. */
static void fragments(guint n)
{
  pkt_decoder *decoder = pkt_decoder_new(kit_params(FALSE), CT_CHECKSUMS_IGNORE);
  pkt_arena *arena = pkt_arena_new();
  static kit_bytes b;
  ct_packet p;

  for (guint i = n; i-- > 0;) {
    kit_start(&b);
    kit_ipv4(&b, CT_PROTO_UDP);
    kit_set16(&b, 6, i | (i + 1 < n ? 0x2000 : 0));
    kit_fill(&b, 0, 8);
    kit_finish(&b);
    pkt_decode_ip(decoder, 1, i, CT_IPV4, b.at, b.n, b.n, arena, &p);
    if (i % 3 == 0) /* and again, overlapping by nothing new */
      pkt_decode_ip(decoder, 1, i, CT_IPV4, b.at, b.n, b.n, arena, &p);
    pkt_arena_reset(arena);
  }
  ck_assert_uint_le(pkt_decoder_fragment_bytes(decoder), kit_params(FALSE)->ipfrag_high_thresh + 131072 + 256);
  pkt_arena_free(arena);
  pkt_decoder_free(decoder);
}

/* ---- payloads ---- */

static void say_udp(guint16 port, const char *head, const char *again, guint n)
{
  GString *text = g_string_new(head);
  char *server = g_strdup_printf("10.2.0.2:%u", port);
  hk k;

  for (guint i = 0; i < n; i++)
    g_string_append(text, again);
  hk_start(&k);
  hk_udp(&k, "10.1.0.2:40000", server, text->str, text->len);
  hk_stop(&k);
  g_string_free(text, TRUE);
  g_free(server);
}

static void say_tcp(guint16 port, const char *head, const char *again, gsize bytes, guint n)
{
  GByteArray *text = g_byte_array_new();
  char *server = g_strdup_printf("10.2.0.2:%u", port);
  hk k;
  hk_tcp tcp;

  g_byte_array_append(text, (const guint8 *)head, (guint)strlen(head));
  for (guint i = 0; i < n; i++)
    g_byte_array_append(text, (const guint8 *)again, (guint)bytes);
  hk_start(&k);
  hk_tcp_open(&k, &tcp, "10.1.0.2:40000", server);
  hk_tcp_send(&tcp, 0, text->data, text->len);
  hk_tcp_send(&tcp, 1, text->data, text->len);
  hk_stop(&k);
  g_byte_array_free(text, TRUE);
  g_free(server);
}

#define INVITE "INVITE sip:a@10.2.0.2 SIP/2.0\r\nCSeq: 1 INVITE\r\n"

static void sip_contacts(guint n)
{
  say_udp(5060, "REGISTER sip:a@10.2.0.2 SIP/2.0\r\nCSeq: 1 REGISTER\r\n",
          "Contact: <sip:a@10.1.0.2:5062>;expires=9\r\n", n);
}
static void sip_blank_lines(guint n) { say_udp(5060, INVITE, "\r\n\t ", n); }
static void sip_commas(guint n) { say_udp(5060, INVITE "Via: ", "SIP/2.0/UDP 1,", n); }
static void sip_media(guint n)
{
  say_udp(5060, INVITE "Content-Length: 60000\r\nContent-Type: application/sdp\r\n\r\nv=0\r\nc=IN IP4 10.1.0.2\r\n",
          "m=audio 9000 RTP\r\nm=x 1\r\n", n);
}
static void sip_messages(guint n)
{
  say_tcp(5060, "", INVITE "Content-Length: 0\r\n\r\n", sizeof(INVITE "Content-Length: 0\r\n\r\n") - 1, n);
}
static void ftp_digits(guint n) { say_tcp(21, "PORT ", "1,2", 3, n); }
static void ftp_replies(guint n) { say_tcp(21, "227 ", "(1,", 3, n); }
static void irc_lines(guint n) { say_tcp(6667, "", "PRIVMSG a :\1DCC SEND f 167837954 1\1\r\n", 35, n); }
static void h323_frames(guint n) { say_tcp(1720, "", "\3\0\0\x09\x08\2\0\1\5", 9, n); }
static void amanda_lines(guint n) { say_udp(10080, "Amanda 2.4 REP HANDLE 00\nCONNECT ", "DATA 1 MESG 2 INDEX 3 ", n); }
static void sane_bytes(guint n) { say_tcp(6566, "\0\0\0\2", "\0\0\0\2", 4, n); }

START_TEST(headers_cost_their_bytes)
{
  check_growth("IPv6 extension headers", extension_headers, 900);
  check_growth("SCTP chunks", sctp_chunks, 1800);
  check_growth("fragments", fragments, 300);
}
END_TEST

START_TEST(payloads_cost_their_bytes)
{
  check_growth("SIP contacts", sip_contacts, 150);
  check_growth("SIP blank lines", sip_blank_lines, 1800);
  check_growth("SIP commas", sip_commas, 500);
  check_growth("SDP media", sip_media, 300);
  check_growth("SIP messages", sip_messages, 80);
  check_growth("FTP digits", ftp_digits, 2500);
  check_growth("FTP replies", ftp_replies, 2500);
  check_growth("IRC lines", irc_lines, 200);
  check_growth("H.323 frames", h323_frames, 800);
  check_growth("Amanda words", amanda_lines, 350);
  check_growth("SANE bytes", sane_bytes, 1800);
}
END_TEST

/* Any number of PPTP calls of the same addresses and id. */
static void same_calls(guint n)
{
  ct_gre_keys *keys = ct_gre_keys_new();
  ct_tuple tuple;

  memset(&tuple, 0, sizeof(tuple));
  tuple.family = CT_IPV4;
  tuple.proto = CT_PROTO_GRE;
  tuple.dst_id = 7;
  for (guint i = 1; i <= n; i++) {
    tuple.src_id = (guint16)i;
    ck_assert(ct_gre_keys_add(keys, i, CT_ORIGINAL, &tuple));
  }
  ck_assert_uint_eq(ct_gre_keys_find(keys, &tuple), 1);
  for (guint i = n; i > 1; i--)
    ct_gre_keys_drop(keys, i);
  ck_assert_uint_eq(ct_gre_keys_find(keys, &tuple), 1);
  ct_gre_keys_drop(keys, 1);
  ck_assert(!ct_gre_keys_any(keys));
  ct_gre_keys_free(keys);
}

START_TEST(calls_of_one_name_cost_their_number) { check_growth("PPTP keys", same_calls, 500); }
END_TEST

/* ---- chains under a known seed ---- */

enum { AIMED_MAX = 4096, AIMED_BUCKETS = 1024, AIMED_AFTER = 2000 };

/* The next UDP packet that an attacker who knows the seed would send: its original direction falls into bucket 0. */
static void aim(const ct_buckets *like, guint32 *counter, kit_bytes *b)
{
  ct_tuple t;

  memset(&t, 0, sizeof(t));
  t.family = CT_IPV4;
  t.proto = CT_PROTO_UDP;
  do {
    ++*counter;
    t.src_id = (guint16)(1024 + *counter % 60000);
    t.dst_id = (guint16)(1024 + *counter / 60000);
    t.src.v4 = GUINT32_TO_BE(0x0a000001);
    t.dst.v4 = GUINT32_TO_BE(0x0a000002);
  } while (ct_buckets_index(like, &t) != 0);
  kit_start(b);
  kit_ipv4(b, CT_PROTO_UDP);
  kit_udp(b, t.src_id, t.dst_id, 0);
  kit_finish(b);
}

static guint longest_chain(const ct_engine *engine)
{
  guint longest = 0;

  for (guint32 at = 0; engine->buckets.active && at < engine->buckets.size; at++) {
    guint n = 0;

    for (guint32 node = ct_buckets_first(&engine->buckets, at); node != 0;
         node = ct_buckets_after(&engine->buckets, node))
      n++;
    longest = MAX(longest, n);
  }
  return longest;
}

static void collide(ct_gc gc, guint chain_most)
{
  ct_params params = *kit_params(FALSE);
  static kit_bytes b;
  ct_engine *engine;
  guint32 counter = 0;
  ct_result r;

  params.max = AIMED_MAX;
  params.buckets = AIMED_BUCKETS;
  params.hash_seed = 7;
  params.gc = gc;
  engine = ct_engine_new(&params);
  ck_assert_uint_eq(ct_buckets_index(&engine->buckets, &(ct_tuple){ .family = CT_IPV4 }) < AIMED_BUCKETS, 1);
  for (guint i = 0; i < AIMED_MAX + AIMED_AFTER; i++) {
    ct_packet p;

    aim(&engine->buckets, &counter, &b);
    p = kit_prepare(&b, CT_CHECKSUMS_IGNORE, FALSE);
    p.time_ns = 1 + i;
    ct_engine_packet(engine, &p, &r);
  }
  ck_assert_uint_le(ct_engine_count(engine), AIMED_MAX);
  ck_assert(engine->buckets.active);
  ck_assert_uint_gt(longest_chain(engine), 40);
  ck_assert_uint_le(longest_chain(engine), chain_most);
  engine_check(engine);
  ct_engine_flush(engine);
  engine_check(engine);
  ct_engine_free(engine);
}

START_TEST(aimed_chains_stay_short)
{
  collide(CT_GC_KERNEL, 83);
  collide(CT_GC_EXACT, 250);
}
END_TEST

/* ---- a table that stays full ---- */

static gsize resident_bytes(void)
{
  gsize pages = 0;
  char *text;

  if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
    return 0;
  sscanf(text, "%*u %" G_GSIZE_MODIFIER "u", &pages);
  g_free(text);
  return pages * (gsize)sysconf(_SC_PAGESIZE);
}

enum { FLAT_MAX = 8192, FLAT_FIRST = 100000, FLAT_ALL = 1000000, FLAT_MORE_BYTES = 1 << 20 };

static void note_victim(const ct_event *event, void *victims) { pressure_victims_event(victims, event); }

/* A flow that has not been before: the n-th of a flood, a packet every 20 us. */
static void flood(ct_engine *engine, pressure_victims *victims, pressure_top *top, guint n)
{
  /* clang-format off */
  guint8 ip[28] = { 0x45, 0, 0, 28, 0, 0, 0, 0, 64, CT_PROTO_UDP, 0, 0, (guint8)(n >> 24), (guint8)(n >> 16),
    (guint8)(n >> 8), (guint8)n, 10, 0, 0, 1, 4, 0, 0, 53, 0, 8, 0, 0 };
  /* clang-format on */
  ct_packet p = { .time_ns = (gint64)n * 20000, .number = n, .data = ip, .length = sizeof(ip), .captured = sizeof(ip) };
  ct_result r;

  ct_packet_prepare(&p, CT_CHECKSUMS_IGNORE, ct_engine_params(engine));
  ct_engine_packet(engine, &p, &r);
  pressure_victims_packet(victims, &p, &r, ct_engine_now(engine), NULL, NULL);
  pressure_top_add(top, CT_IPV4, &p.tuple.src);
}

/* Ten times as many connections against the same max, with all that is kept about them, take no more memory. */
START_TEST(a_flood_stays_flat)
{
  ct_params params = *kit_params(FALSE);
  pressure_victims *victims = pressure_victims_new(ct_profile_get(0), PRESSURE_EVICTED, FLAT_MAX, TRUE);
  pressure_top *top = pressure_top_new();
  ct_engine *engine;
  gsize resident;
  guint64 held;
  guint i;

  params.max = FLAT_MAX;
  params.buckets = FLAT_MAX;
  params.gc = _i == 0 ? CT_GC_EXACT : CT_GC_KERNEL;
  engine = ct_engine_new(&params);
  ct_engine_watch(engine, 1u << CT_EVENT_DESTROY, note_victim, victims);
  for (i = 1; i <= FLAT_FIRST; i++)
    flood(engine, victims, top, i);
  held = ct_engine_memory_bytes(engine);
  resident = resident_bytes();
  for (; i <= FLAT_ALL; i++)
    flood(engine, victims, top, i);
  ck_assert_uint_eq(ct_engine_stats(engine)->created, FLAT_ALL);
  ck_assert_uint_le(ct_engine_stats(engine)->peak_count, FLAT_MAX);
  ck_assert_uint_gt(pressure_victims_count(victims), FLAT_ALL / 2);
  ck_assert_uint_eq(ct_engine_memory_bytes(engine), held);
  ck_assert_msg(resident_bytes() <= resident + FLAT_MORE_BYTES, "%" G_GSIZE_FORMAT " bytes more",
                resident_bytes() - resident);
  engine_check(engine);
  ct_engine_free(engine);
  pressure_victims_free(victims);
  pressure_top_free(top);
}
END_TEST

/* ---- reading ahead ---- */

enum { LARGE_FRAME = 8 << 20, LARGE_FRAMES = 40, READ_AHEAD_MOST = (64 + 4 * 8 + 40) << 20 };

/* => the path of a capture of D-Bus frames, of which each may have up to 128 MB; to be freed. */
static char *write_large(void)
{
  static const guint32 header[6] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 128 << 20, 231 };
  guint32 record[4] = { 0, 0, LARGE_FRAME, LARGE_FRAME };
  char *path, *zeros = g_malloc0(LARGE_FRAME);
  int fd = g_file_open_tmp("ctreplay-test-XXXXXX", &path, NULL);

  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, header, sizeof(header)), sizeof(header));
  for (guint i = 0; i < LARGE_FRAMES; i++) {
    ck_assert_int_eq(write(fd, record, sizeof(record)), sizeof(record));
    ck_assert_int_eq(write(fd, zeros, LARGE_FRAME), LARGE_FRAME);
  }
  close(fd);
  g_free(zeros);
  return path;
}

/* keep: how many batches the reader's user holds on to, giving them back where they are too much, as sweep does. */
static void read_slowly(const char *path, guint threads, guint keep)
{
  const char *captures[] = { path };
  replay_options options = { .captures = captures, .n_captures = 1, .threads = threads, .keep = keep };
  gsize before = resident_bytes(), most = 0, held = 0;
  replay_source *source = replay_source_open(&options, kit_params(FALSE), NULL);
  const replay_batch *batch;
  guint frames = 0;

  ck_assert_ptr_nonnull(source);
  while ((batch = replay_source_next(source)) != NULL) {
    frames += batch->n;
    ck_assert_uint_ge(batch->bytes, LARGE_FRAME);
    held += batch->bytes;
    g_usleep(3000); /* the reading thread runs as far ahead as it may */
    most = MAX(most, resident_bytes());
    if (keep > 1 && held > 64 << 20) {
      replay_source_release(source);
      held = 0;
    }
  }
  ck_assert_uint_eq(frames, LARGE_FRAMES);
  ck_assert_msg(most < before + READ_AHEAD_MOST, "%" G_GSIZE_FORMAT " MB held", (most - before) >> 20);
  replay_source_free(source);
}

START_TEST(what_is_read_ahead_is_bounded)
{
  char *path = write_large();

  read_slowly(path, 1, 1);
  read_slowly(path, 2, 1);
  read_slowly(path, 1, 64);
  read_slowly(path, 2, 64);
  g_unlink(path);
  g_free(path);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("bounds");
  TCase *tcase = tcase_create("bounds");

  tcase_add_test(tcase, headers_cost_their_bytes);
  tcase_add_test(tcase, payloads_cost_their_bytes);
  tcase_add_test(tcase, calls_of_one_name_cost_their_number);
  tcase_add_test(tcase, aimed_chains_stay_short);
  /* The sanitizers keep freed memory for a while. */
  if (g_getenv("SANITIZED") == NULL) {
    tcase_add_loop_test(tcase, a_flood_stays_flat, 0, 2);
    tcase_add_test(tcase, what_is_read_ahead_is_bounded);
  }
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
