/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libctreplay by its header alone: nothing else of this tree is included. */
#include <config.h>

#include "lib/ctreplay.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/unit/unit.h"

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16, MS = 1000000 };
static const int64_t S = INT64_C(1000000000);

#define RESULT { .struct_bytes = sizeof(ctreplay_result) }
#define CONNECTION { .struct_bytes = sizeof(ctreplay_connection) }
#define STATISTICS { .struct_bytes = sizeof(ctreplay_statistics) }

/* ---- packets without sums: the engines here do not verify them ---- */

static size_t ip_put(uint8_t *p, uint8_t proto, uint8_t from, uint8_t to, size_t length)
{
  const uint8_t head[20] = { 0x45, 0, (uint8_t)(length >> 8), (uint8_t)length, 0, 7, 0x40, 0, 64, proto, 0, 0, 10, 0, 0, from, 10, 0, 0, to };

  memcpy(p, head, sizeof(head));
  return length;
}

static void ports_put(uint8_t *p, uint16_t from, uint16_t to)
{
  p[20] = (uint8_t)(from >> 8);
  p[21] = (uint8_t)from;
  p[22] = (uint8_t)(to >> 8);
  p[23] = (uint8_t)to;
}

static size_t udp_put(uint8_t *p, uint8_t from, uint16_t from_port, uint8_t to, uint16_t to_port)
{
  memset(p, 0, 28);
  ports_put(p, from_port, to_port);
  p[25] = 8;
  return ip_put(p, 17, from, to, 28);
}

typedef struct segment {
  uint8_t from, to, flags;
  uint16_t from_port, to_port;
  uint32_t seq, ack;
  const char *payload;
  size_t payload_bytes; /* 0: it is a string */
} segment;

static void be32_put(uint8_t *p, uint32_t value)
{
  p[0] = (uint8_t)(value >> 24);
  p[1] = (uint8_t)(value >> 16);
  p[2] = (uint8_t)(value >> 8);
  p[3] = (uint8_t)value;
}

static size_t tcp_put(uint8_t *p, const segment *s)
{
  size_t payload = s->payload_bytes > 0 || s->payload == NULL ? s->payload_bytes : strlen(s->payload);

  memset(p, 0, 40);
  ports_put(p, s->from_port, s->to_port);
  be32_put(p + 24, s->seq);
  be32_put(p + 28, s->ack);
  p[32] = 5 << 4;
  p[33] = s->flags;
  p[34] = 0x20;
  if (payload > 0)
    memcpy(p + 40, s->payload, payload);
  return ip_put(p, 6, s->from, s->to, 40 + payload);
}

static ctreplay_engine *engine_new(void)
{
  ctreplay_engine *engine = ctreplay_engine_new(NULL);

  ck_assert_ptr_nonnull(engine);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "checksums", "ignore"), CTREPLAY_OK);
  return engine;
}

static ctreplay_result feed(ctreplay_engine *engine, int64_t time_ns, const uint8_t *packet, size_t length)
{
  ctreplay_result result = RESULT;

  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, time_ns, packet, length, length, &result), CTREPLAY_OK);
  return result;
}

static ctreplay_result udp(ctreplay_engine *engine, int64_t time_ns, uint8_t from, uint16_t from_port, uint8_t to, uint16_t to_port)
{
  uint8_t packet[28];

  return feed(engine, time_ns, packet, udp_put(packet, from, from_port, to, to_port));
}

static ctreplay_result tcp(ctreplay_engine *engine, int64_t time_ns, segment s)
{
  uint8_t packet[300];

  return feed(engine, time_ns, packet, tcp_put(packet, &s));
}

static ctreplay_statistics statistics_of(ctreplay_engine *engine)
{
  ctreplay_statistics statistics = STATISTICS;

  ck_assert_int_eq(ctreplay_engine_statistics(engine, &statistics), CTREPLAY_OK);
  return statistics;
}

/* ---- settings ---- */

START_TEST(engines_come_by_their_profile)
{
  unsigned i;

  ck_assert_str_eq(ctreplay_profile_name(0), "linux-6.18");
  for (i = 0; ctreplay_profile_name(i) != NULL; i++) {
    ctreplay_engine *engine = ctreplay_engine_new(ctreplay_profile_name(i));

    ck_assert_ptr_nonnull(engine);
    ctreplay_engine_free(engine);
  }
  ck_assert_uint_ge(i, 4);
  ck_assert_ptr_null(ctreplay_engine_new("linux-9.99"));
  ctreplay_engine_free(NULL);
}
END_TEST

START_TEST(sysctls_are_set_by_their_names)
{
  ctreplay_engine *engine = engine_new();
  uint64_t value = 0;
  unsigned i;

  ck_assert_str_eq(ctreplay_engine_error(engine), "");
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "net.netfilter.nf_conntrack_udp_timeout", "7"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_udp_timeout", &value), CTREPLAY_OK);
  ck_assert_uint_eq(value, 7);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "net/ipv4/ipfrag_time", &value), CTREPLAY_OK);
  ck_assert_uint_eq(value, 30);
  ck_assert_int_eq(udp(engine, S, 2, 40000, 53, 53).timeout_ns / S, 7);
  for (i = 0; ctreplay_engine_sysctl_name(engine, i) != NULL; i++)
    ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, ctreplay_engine_sysctl_name(engine, i), &value), CTREPLAY_OK);
  ck_assert_uint_ge(i, 30);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(wrong_settings_change_nothing_and_say_why)
{
  ctreplay_engine *engine = engine_new();
  uint64_t value = 0;

  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_udp_timeot", "7"), CTREPLAY_ERROR_UNKNOWN);
  ck_assert_str_eq(ctreplay_engine_error(engine), "nf_conntrack_udp_timeot: linux-6.18 has no such sysctl");
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_udp_timeout", "7s"), CTREPLAY_ERROR_VALUE);
  ck_assert_str_eq(ctreplay_engine_error(engine), "nf_conntrack_udp_timeout: 7s is no number");
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_acct", "2"), CTREPLAY_ERROR_VALUE);
  ck_assert_str_eq(ctreplay_engine_error(engine), "nf_conntrack_acct: 2 is out of range");
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, NULL, "7"), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_udp_timeout", NULL), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_set_sysctl(NULL, "nf_conntrack_udp_timeout", "7"), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_nothing", &value), CTREPLAY_ERROR_UNKNOWN);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "net.ipv4.nf_conntrack_udp_timeout", &value), CTREPLAY_ERROR_UNKNOWN);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_udp_timeout", NULL), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_udp_timeout", &value), CTREPLAY_OK);
  ck_assert_uint_eq(value, 30);
  ck_assert_ptr_null(ctreplay_engine_sysctl_name(NULL, 0));
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(options_are_those_of_the_command_line)
{
  static const struct {
    const char *name, *value;
    int code;
  } tries[] = {
    { "max", "8", CTREPLAY_OK },          { "max", "-1", CTREPLAY_ERROR_VALUE },     { "max", "0", CTREPLAY_OK },
    { "hashsize", "2048", CTREPLAY_OK },  { "hashsize", "0", CTREPLAY_ERROR_VALUE }, { "gc", "kernel", CTREPLAY_OK },
    { "gc", "ker", CTREPLAY_ERROR_VALUE }, { "hz", "1000", CTREPLAY_OK },             { "hz", "10001", CTREPLAY_ERROR_VALUE },
    { "hash-seed", "18446744073709551615", CTREPLAY_OK },
    { "hash-seed", "18446744073709551616", CTREPLAY_ERROR_VALUE },
    { "checksums", "verify", CTREPLAY_OK }, { "checksums", "never", CTREPLAY_ERROR_VALUE },
    { "helper", "ftp:2121", CTREPLAY_OK },  { "helper", "ftp", CTREPLAY_ERROR_VALUE },
    { "helper", "gopher:70", CTREPLAY_ERROR_UNKNOWN },
    { "no-helper", "sip", CTREPLAY_OK },    { "no-helper", "gopher", CTREPLAY_ERROR_UNKNOWN },
    { "no-helper", "all", CTREPLAY_OK },    { "local", "192.0.2.1/24", CTREPLAY_OK },
    { "local", "here", CTREPLAY_ERROR_VALUE }, { "colour", "always", CTREPLAY_ERROR_UNKNOWN },
  };
  ctreplay_engine *engine = engine_new();
  uint64_t value = 0;
  size_t i;

  for (i = 0; i < sizeof tries / sizeof tries[0]; i++)
    ck_assert_msg(ctreplay_engine_set_option(engine, tries[i].name, tries[i].value) == tries[i].code, "%s %s: %s", tries[i].name,
                  tries[i].value, ctreplay_engine_error(engine));
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_buckets", &value), CTREPLAY_OK);
  ck_assert_uint_eq(value, 2048);
  for (i = 0; i < 64; i++)
    if (ctreplay_engine_set_option(engine, "local", "192.0.2.1/24") != CTREPLAY_OK)
      break;
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "local", "192.0.2.1/24"), CTREPLAY_ERROR_MANY);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(what_no_machine_has_memory_for_is_refused)
{
  struct rlimit all = { 0 }, less;
  ctreplay_engine *engine = engine_new();
  int hashsize, max, sysctl;
  uint64_t buckets = 0;

  ck_assert_int_eq(getrlimit(RLIMIT_AS, &all), 0);
  less = all;
  less.rlim_cur = 1 << 30;
  ck_assert_int_eq(setrlimit(RLIMIT_AS, &less), 0);
  hashsize = ctreplay_engine_set_option(engine, "hashsize", "260000000");
  max = ctreplay_engine_set_option(engine, "max", "2000000000");
  sysctl = ctreplay_engine_set_sysctl(engine, "nf_conntrack_buckets", "260000000");
  ck_assert_int_eq(setrlimit(RLIMIT_AS, &all), 0);
  ck_assert_int_eq(hashsize, CTREPLAY_ERROR_VALUE);
  ck_assert_int_eq(max, CTREPLAY_ERROR_VALUE);
  ck_assert_int_eq(sysctl, CTREPLAY_ERROR_VALUE);
  ck_assert_str_eq(ctreplay_engine_error(engine), "nf_conntrack_buckets: there is no memory for 260000000 buckets");
  ck_assert_int_eq(ctreplay_engine_get_sysctl(engine, "nf_conntrack_buckets", &buckets), CTREPLAY_OK);
  ck_assert_uint_eq(buckets, 262144);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(settings_end_where_packets_begin)
{
  ctreplay_engine *engine = engine_new();

  udp(engine, S, 2, 40000, 53, 53);
  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_udp_timeout", "7"), CTREPLAY_ERROR_STARTED);
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "max", "7"), CTREPLAY_ERROR_STARTED);
  ctreplay_engine_free(engine);
}
END_TEST

/* ---- packets ---- */

START_TEST(a_connection_goes_through_its_states)
{
  ctreplay_engine *engine = engine_new();
  ctreplay_result r = tcp(engine, S, (segment){ 2, 80, SYN, 40000, 80, 999, 0, NULL, 0 });

  ck_assert_uint_eq(r.packet, 1);
  ck_assert_uint_eq(r.connection, 1);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NEW);
  ck_assert_uint_eq(r.verdict, CTREPLAY_VERDICT_ACCEPT);
  ck_assert_uint_eq(r.changes & CTREPLAY_CHANGE_CREATED, CTREPLAY_CHANGE_CREATED);
  ck_assert_str_eq(ctreplay_state_name(r.protocol, r.state_after), "SYN_SENT");
  ck_assert_int_eq(r.timeout_ns / S, 120);
  ck_assert_ptr_null(r.reason);
  ck_assert_str_eq(r.reason_text, "");
  r = tcp(engine, S + 10 * MS, (segment){ 80, 2, SYN | ACK, 80, 40000, 4999, 1000, NULL, 0 });
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_ESTABLISHED);
  ck_assert_uint_eq(r.direction, CTREPLAY_REPLY);
  r = tcp(engine, S + 20 * MS, (segment){ 2, 80, ACK, 40000, 80, 1000, 5000, NULL, 0 });
  ck_assert_str_eq(ctreplay_state_name(r.protocol, r.state_before), "SYN_RECV");
  ck_assert_str_eq(ctreplay_state_name(r.protocol, r.state_after), "ESTABLISHED");
  ck_assert_uint_eq(r.direction, CTREPLAY_ORIGINAL);
  ck_assert_uint_eq(r.status & CTREPLAY_STATUS_ASSURED, CTREPLAY_STATUS_ASSURED);
  ck_assert_int_eq(r.timeout_ns / S, 432000);
  ck_assert_uint_eq(r.packets[0], 2);
  ck_assert_uint_eq(r.packets[1], 1);
  ck_assert_uint_eq(r.bytes[0], 80);
  r = tcp(engine, S + 30 * MS, (segment){ 2, 80, ACK, 40000, 80, 51000, 5000, "x", 0 });
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_INVALID);
  ck_assert_uint_eq(r.connection, 1);
  ck_assert_str_eq(r.reason, "tcp-seq-over");
  ck_assert_str_eq(r.sysctl, "nf_conntrack_tcp_be_liberal");
  ck_assert_uint_eq(r.bound_value, 51000);
  ck_assert_uint_eq(r.bound_value - r.bound_limit, r.bound_over);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(impossible_packets_are_refused_and_leave_no_trace)
{
  ctreplay_engine *engine = engine_new();
  ctreplay_result unset = { .struct_bytes = 0 }, short_one = { .struct_bytes = 16 }, wild = { .struct_bytes = SIZE_MAX }, fine = RESULT;
  const uint8_t bytes[28] = { 0x45 };

  ck_assert_int_eq(ctreplay_engine_packet(NULL, CTREPLAY_LINK_RAW, S, bytes, 28, 28, &fine), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, 28, 28, &unset), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, 28, 28, &short_one), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, 28, 28, &wild), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, 28, 27, &fine), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, NULL, 28, 28, &fine), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_str_eq(ctreplay_engine_error(engine), "28 bytes captured, but the pointer to them is NULL");
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, CTREPLAY_CAPTURED_LARGEST + 1, SIZE_MAX, &fine),
                   CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, 189, S, bytes, 28, 28, &fine), CTREPLAY_ERROR_LINK);
  ck_assert_int_eq(ctreplay_engine_packet(engine, 65536 + CTREPLAY_LINK_ETHERNET, S, bytes, 28, 28, &fine), CTREPLAY_ERROR_LINK);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, -1, bytes, 28, 28, &fine), CTREPLAY_ERROR_TIME);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, CTREPLAY_TIME_LARGEST_NS + 1, bytes, 28, 28, &fine), CTREPLAY_ERROR_TIME);
  ck_assert_int_eq(ctreplay_engine_now(engine), INT64_MIN);
  ck_assert_uint_eq(statistics_of(engine).packets, 0);
  ck_assert_int_eq(ctreplay_link_supported(CTREPLAY_LINK_ETHERNET), 1);
  ck_assert_int_eq(ctreplay_link_supported(189), 0);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(what_is_wrong_with_bytes_is_an_answer)
{
  ctreplay_engine *engine = engine_new();
  uint8_t bytes[28];
  ctreplay_result r = RESULT;

  udp_put(bytes, 2, 40000, 53, 53);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, NULL, 0, 0, &r), CTREPLAY_OK);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NONE);
  ck_assert_uint_eq(r.verdict, CTREPLAY_VERDICT_NONE);
  ck_assert_ptr_nonnull(r.reason);
  r = feed(engine, S, bytes, 20);
  ck_assert_str_eq(r.reason, "ip-truncated");
  bytes[25] = 9;
  r = feed(engine, S, bytes, 28);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_INVALID);
  ck_assert_str_eq(r.reason, "udp-length");
  bytes[25] = 8;
  /* Cut by the capture behind its length field, not short on the wire; and nobody need ask for the result. */
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, 26, 28, &r), CTREPLAY_OK);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NEW);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, CTREPLAY_TIME_LARGEST_NS, bytes, 28, 28, NULL), CTREPLAY_OK);
  ck_assert_uint_eq(statistics_of(engine).packets, 5);
  ck_assert_uint_eq(statistics_of(engine).not_seen, 2);
  ck_assert_uint_eq(statistics_of(engine).created, 2);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(fragments_are_put_together)
{
  ctreplay_engine *engine = engine_new();
  uint8_t whole[28], first[28], second[24];
  ctreplay_result r;

  udp_put(whole, 2, 40000, 53, 53);
  memset(first, 0, sizeof(first));
  memcpy(first, whole, 28);
  first[6] = 0x20;
  first[25] = 12;
  ip_put(second, 17, 2, 53, 24);
  memset(second + 20, 'x', 4);
  second[6] = 0;
  second[7] = 1;
  r = feed(engine, S, first, 28);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NONE);
  ck_assert_str_eq(r.reason, "fragment-held");
  ck_assert_uint_eq(statistics_of(engine).fragment_queues, 1);
  ck_assert_uint_gt(statistics_of(engine).fragment_bytes, 0);
  memset(first, 0xff, sizeof(first)); /* the engine has its own copy */
  r = feed(engine, S, second, 24);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NEW);
  ck_assert_uint_eq(r.bytes[0], 32);
  ck_assert_uint_eq(statistics_of(engine).fragment_queues, 0);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(time_does_not_go_back)
{
  ctreplay_engine *engine = engine_new();
  ctreplay_result r;

  ck_assert_int_eq(ctreplay_engine_advance(NULL, S), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_advance(engine, -1), CTREPLAY_ERROR_TIME);
  ck_assert_int_eq(ctreplay_engine_advance(engine, 100 * S), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_advance(engine, 100 * S), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_advance(engine, 99 * S), CTREPLAY_ERROR_TIME);
  r = udp(engine, 50 * S, 2, 40000, 53, 53);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NEW);
  ck_assert_int_eq(r.timeout_ns, 30 * S);
  ck_assert_int_eq(ctreplay_engine_now(engine), 100 * S);
  ck_assert_uint_eq(statistics_of(engine).from_the_past, 1);
  ck_assert_int_eq(ctreplay_engine_advance(engine, CTREPLAY_TIME_LARGEST_NS), CTREPLAY_OK);
  ck_assert_uint_eq(statistics_of(engine).count, 0);
  ck_assert_int_eq(ctreplay_engine_now(NULL), INT64_MIN);
  ctreplay_engine_free(engine);
}
END_TEST

/* ---- events ---- */

typedef struct log_book {
  ctreplay_engine *engine;
  unsigned by_type[8];
  uint64_t last_sequence;
  int64_t last_time_ns;
  char last_reason[32];
  int found;
} log_book;

static void on_event(const ctreplay_event *event, void *user)
{
  log_book *book = user;
  ctreplay_connection connection = CONNECTION;
  ctreplay_result result = RESULT;
  uint8_t packet[28] = { 0x45 };

  ck_assert_uint_lt(event->type, 6);
  ck_assert_uint_eq(event->struct_bytes, sizeof(*event));
  ck_assert_uint_gt(event->sequence, book->last_sequence);
  book->by_type[event->type]++;
  book->last_sequence = event->sequence;
  book->last_time_ns = event->time_ns;
  book->last_reason[0] = '\0';
  if (event->reason != NULL)
    strncat(book->last_reason, event->reason, sizeof(book->last_reason) - 1);
  ck_assert_int_eq(event->connection != NULL, event->type <= CTREPLAY_EVENT_DESTROY);
  if (event->type == CTREPLAY_EVENT_NEW) {
    ck_assert_uint_eq(event->connection->struct_bytes, sizeof(connection));
    book->found += ctreplay_engine_find(book->engine, event->connection->id, &connection) == CTREPLAY_OK;
  }
  /* It may look, not touch. */
  ck_assert_int_eq(ctreplay_engine_packet(book->engine, CTREPLAY_LINK_RAW, event->time_ns, packet, 28, 28, &result), CTREPLAY_ERROR_BUSY);
  ck_assert_int_eq(ctreplay_engine_advance(book->engine, event->time_ns), CTREPLAY_ERROR_BUSY);
  ck_assert_int_eq(ctreplay_engine_flush(book->engine), CTREPLAY_ERROR_BUSY);
  ck_assert_int_eq(ctreplay_engine_watch(book->engine, ~0u, on_event, user), CTREPLAY_ERROR_BUSY);
  ctreplay_engine_free(book->engine);
}

START_TEST(events_come_in_order_and_by_mask)
{
  ctreplay_engine *engine = engine_new();
  log_book all = { .engine = engine }, ends = { .engine = engine };

  ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, on_event, &all), CTREPLAY_OK);
  udp(engine, S, 2, 40000, 53, 53);
  ck_assert_int_eq(ctreplay_engine_watch(engine, 1u << CTREPLAY_EVENT_DESTROY, on_event, &ends), CTREPLAY_OK);
  udp(engine, S, 53, 53, 2, 40000);
  udp(engine, S, 2, 40001, 53, 53);
  ck_assert_uint_eq(all.by_type[CTREPLAY_EVENT_NEW], 2);
  ck_assert_uint_eq(all.by_type[CTREPLAY_EVENT_UPDATE], 1);
  ck_assert_int_eq(all.found, 2);
  ck_assert_int_eq(ctreplay_engine_advance(engine, 40 * S), CTREPLAY_OK);
  ck_assert_uint_eq(all.by_type[CTREPLAY_EVENT_DESTROY], 2);
  ck_assert_int_eq(all.last_time_ns, 31 * S);
  ck_assert_str_eq(all.last_reason, "timeout");
  udp(engine, 50 * S, 2, 40002, 53, 53);
  ck_assert_int_eq(ctreplay_engine_flush(engine), CTREPLAY_OK);
  ck_assert_str_eq(all.last_reason, "end");
  ck_assert_uint_eq(ends.by_type[CTREPLAY_EVENT_DESTROY], 3);
  ck_assert_uint_eq(ends.by_type[CTREPLAY_EVENT_NEW], 0);
  ctreplay_engine_free(engine);
}
END_TEST

/* A message of PPTP's control connection, whose numbers go on from seq[direction]. */
static void pptp(ctreplay_engine *engine, int64_t time_ns, int dir, uint32_t seq[2], uint8_t type, const char *body, size_t body_bytes)
{
  char message[12 + 208] = { 0, (char)220, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, (char)type };
  segment s = { dir ? 80 : 2, dir ? 2 : 80, ACK, dir ? 1723 : 40000, dir ? 40000 : 1723, seq[dir], seq[!dir], message, sizeof(message) };

  memcpy(message + 12, body, body_bytes);
  ck_assert_uint_eq(tcp(engine, time_ns, s).packet_class, CTREPLAY_CLASS_ESTABLISHED);
  seq[dir] += sizeof(message);
}

/* A control connection, its call, and the call's tunnel: entries 1 and 2. */
static void pptp_call(ctreplay_engine *engine)
{
  const uint8_t gre[16] = { 0x20, 0x01, 0x88, 0x0b, 0, 0, 0, 200 };
  uint32_t seq[2] = { 1000, 5000 };
  uint8_t packet[36];

  tcp(engine, S, (segment){ 2, 80, SYN, 40000, 1723, 999, 0, NULL, 0 });
  tcp(engine, S, (segment){ 80, 2, SYN | ACK, 1723, 40000, 4999, 1000, NULL, 0 });
  tcp(engine, S, (segment){ 2, 80, ACK, 40000, 1723, 1000, 5000, NULL, 0 });
  pptp(engine, S, 0, seq, 1, "", 0);
  pptp(engine, S, 1, seq, 2, "\1\0\1\0", 4);
  pptp(engine, S, 0, seq, 7, "\0\x64", 2);
  pptp(engine, S, 1, seq, 8, "\0\xc8\0\x64\1", 5);
  memcpy(packet + 20, gre, sizeof(gre));
  ck_assert_uint_eq(feed(engine, S, packet, ip_put(packet, 47, 2, 80, sizeof(packet))).packet_class, CTREPLAY_CLASS_RELATED);
}

START_TEST(a_flush_sends_one_end_for_each_entry)
{
  ctreplay_engine *engine = engine_new();
  log_book book = { .engine = engine };

  /* The control connection, older, takes its tunnel with it. */
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "helper", "pptp:1723"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, on_event, &book), CTREPLAY_OK);
  pptp_call(engine);
  udp(engine, S, 2, 40000, 53, 53);
  ck_assert_uint_eq(statistics_of(engine).count, 3);
  ck_assert_int_eq(ctreplay_engine_flush(engine), CTREPLAY_OK);
  ck_assert_uint_eq(statistics_of(engine).count, 0);
  ck_assert_uint_eq(book.by_type[CTREPLAY_EVENT_NEW], 3);
  ck_assert_uint_eq(book.by_type[CTREPLAY_EVENT_DESTROY], 3);
  udp(engine, 2 * S, 2, 40001, 53, 53);
  ck_assert_uint_eq(statistics_of(engine).count, 1);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(a_kernel_without_events_sends_none)
{
  ctreplay_engine *engine = engine_new();
  log_book book = { .engine = engine };
  int i;

  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_events", "0"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, NULL, NULL), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_watch(NULL, ~0u, on_event, NULL), CTREPLAY_ERROR_ARGUMENT);
  for (i = 0; i < 8; i++)
    ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, on_event, &book), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, on_event, &book), CTREPLAY_ERROR_MANY);
  udp(engine, S, 2, 40000, 53, 53);
  ck_assert_uint_eq(book.last_sequence, 0);
  ctreplay_engine_free(engine);
}
END_TEST

/* ---- looks ---- */

static int count_two(const ctreplay_connection *connection, void *user)
{
  ctreplay_engine **engine = user;
  static unsigned seen;

  ck_assert_int_eq(ctreplay_engine_advance(*engine, 100 * S), CTREPLAY_ERROR_BUSY);
  ck_assert_uint_eq(connection->id, ++seen);
  return seen == 2;
}

START_TEST(the_table_can_be_looked_at)
{
  ctreplay_engine *engine = engine_new();
  ctreplay_connection c = CONNECTION, unset = { .struct_bytes = 0 };
  ctreplay_tuple back;
  uint32_t direction = 7;

  ck_assert_int_eq(ctreplay_engine_find(engine, 1, &c), CTREPLAY_ERROR_NOT_FOUND);
  ck_assert_int_eq(ctreplay_engine_each(engine, count_two, &engine), CTREPLAY_OK);
  udp(engine, S, 2, 40000, 53, 53);
  udp(engine, S, 2, 40001, 53, 53);
  udp(engine, S, 2, 40002, 53, 53);
  ck_assert_int_eq(ctreplay_engine_find(engine, 3, &c), CTREPLAY_OK);
  ck_assert_uint_eq(c.tuple[0].source_id, 40002);
  ck_assert_uint_eq(c.tuple[0].family, 4);
  ck_assert_mem_eq(c.tuple[0].destination, "\012\0\0\065\0\0\0\0", 8);
  ck_assert_int_eq(c.timeout_ns, 30 * S);
  ck_assert_int_eq(c.created_ns, S);
  back = c.tuple[1];
  memset(&c, 0, sizeof(c));
  c.struct_bytes = sizeof(c);
  ck_assert_int_eq(ctreplay_engine_lookup(engine, &back, &c, &direction), CTREPLAY_OK);
  ck_assert_uint_eq(c.id, 3);
  ck_assert_uint_eq(direction, CTREPLAY_REPLY);
  ck_assert_int_eq(ctreplay_engine_lookup(engine, &c.tuple[0], &c, NULL), CTREPLAY_OK);
  back.source_id = 54;
  ck_assert_int_eq(ctreplay_engine_lookup(engine, &back, &c, &direction), CTREPLAY_ERROR_NOT_FOUND);
  back.family = 2;
  ck_assert_int_eq(ctreplay_engine_lookup(engine, &back, &c, &direction), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_lookup(engine, NULL, &c, &direction), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_find(engine, 1, &unset), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_find(engine, 1, NULL), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_each(engine, count_two, &engine), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_each(engine, NULL, NULL), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_each(NULL, count_two, NULL), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_statistics(engine, NULL), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_uint_eq(statistics_of(engine).count, 3);
  ck_assert_uint_eq(statistics_of(engine).peak_count, 3);
  ck_assert_int_eq(statistics_of(engine).peak_time_ns, S);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(structs_may_grow)
{
  struct {
    ctreplay_statistics known;
    uint8_t later[16], beyond[8];
  } newer;
  ctreplay_engine *engine = engine_new();

  memset(&newer, 0xaa, sizeof(newer));
  newer.known.struct_bytes = sizeof(newer.known) + sizeof(newer.later);
  ck_assert_int_eq(ctreplay_engine_statistics(engine, &newer.known), CTREPLAY_OK);
  ck_assert_uint_eq(newer.known.struct_bytes, sizeof(newer.known) + sizeof(newer.later));
  ck_assert_uint_eq(newer.known.count, 0);
  ck_assert_mem_eq(newer.later, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
  ck_assert_mem_eq(newer.beyond, "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa", 8);
  ctreplay_engine_free(engine);
}
END_TEST

static int copy_expectation(const ctreplay_expectation *expectation, void *user)
{
  *(ctreplay_expectation *)user = *expectation;
  return 0;
}

static void ftp_port(ctreplay_engine *engine)
{
  tcp(engine, S, (segment){ 2, 21, SYN, 40000, 21, 999, 0, NULL, 0 });
  tcp(engine, S, (segment){ 21, 2, SYN | ACK, 21, 40000, 4999, 1000, NULL, 0 });
  tcp(engine, S, (segment){ 2, 21, ACK, 40000, 21, 1000, 5000, NULL, 0 });
  tcp(engine, S, (segment){ 2, 21, ACK, 40000, 21, 1000, 5000, "USER me\r\n", 0 });
  tcp(engine, S, (segment){ 2, 21, ACK, 40000, 21, 1009, 5000, "PORT 10,0,0,2,156,65\r\n", 0 });
}

START_TEST(an_expectation_need_not_time_out)
{
  ctreplay_engine *engine = ctreplay_engine_new("linux-2.4");
  ctreplay_expectation e = { .id = 0 };

  ftp_port(engine);
  ck_assert_int_eq(ctreplay_engine_advance(engine, 4000 * S), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_each_expectation(engine, copy_expectation, &e), CTREPLAY_OK);
  ck_assert_uint_eq(e.tuple.destination_id, 40001);
  ck_assert(e.timeout_ns == CTREPLAY_NO_TIMEOUT_NS);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(helpers_announce_connections)
{
  ctreplay_engine *engine = engine_new();
  log_book book = { .engine = engine };
  ctreplay_expectation e = { .id = 0 };
  ctreplay_connection c = CONNECTION;
  ctreplay_result r;

  ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, on_event, &book), CTREPLAY_OK);
  ftp_port(engine);
  ck_assert_uint_eq(book.by_type[CTREPLAY_EVENT_EXPECT_NEW], 1);
  ck_assert_int_eq(ctreplay_engine_each_expectation(engine, copy_expectation, &e), CTREPLAY_OK);
  ck_assert_int_eq(e.timeout_ns / S, 300);
  ck_assert_uint_eq(e.struct_bytes, sizeof(e));
  ck_assert_uint_eq(e.tuple.destination_id, 40001);
  ck_assert_uint_eq(e.master_id, 1);
  ck_assert_str_eq(e.helper, "ftp");
  r = tcp(engine, S, (segment){ 21, 2, SYN, 20, 40001, 1, 0, NULL, 0 });
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_RELATED);
  ck_assert_uint_eq(r.changes & CTREPLAY_CHANGE_EXPECTED, CTREPLAY_CHANGE_EXPECTED);
  ck_assert_uint_eq(book.by_type[CTREPLAY_EVENT_EXPECT_DESTROY], 1);
  ck_assert_int_eq(ctreplay_engine_find(engine, 2, &c), CTREPLAY_OK);
  ck_assert_uint_eq(c.master_id, 1);
  ck_assert_uint_eq(c.master.source_id, 40000);
  ck_assert_int_eq(ctreplay_engine_find(engine, 1, &c), CTREPLAY_OK);
  ck_assert_str_eq(c.helper, "ftp");
  ck_assert_uint_eq(c.use, 2);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(numbers_have_words)
{
  int error;

  ck_assert_str_eq(ctreplay_class_name(CTREPLAY_CLASS_UNTRACKED), "UNTRACKED");
  ck_assert_ptr_null(ctreplay_class_name(6));
  ck_assert_str_eq(ctreplay_state_name(132, 1), "CLOSED");
  ck_assert_ptr_null(ctreplay_state_name(17, 0));
  ck_assert_ptr_null(ctreplay_state_name(6 + 256, 1));
  ck_assert_str_eq(ctreplay_status_name(CTREPLAY_STATUS_ASSURED), "ASSURED");
  ck_assert_str_eq(ctreplay_status_name(1u << 15), "HW_OFFLOAD");
  ck_assert_ptr_null(ctreplay_status_name(0));
  ck_assert_ptr_null(ctreplay_status_name(3));
  ck_assert_ptr_null(ctreplay_status_name(1u << 16));
  ck_assert_str_eq(ctreplay_event_name(CTREPLAY_EVENT_EXPECT_DESTROY), "EXPECT_DESTROY");
  ck_assert_ptr_null(ctreplay_event_name(6));
  ck_assert_str_eq(ctreplay_version(), PACKAGE_VERSION);
  for (error = CTREPLAY_OK; error >= CTREPLAY_ERROR_NOT_FOUND; error--)
    ck_assert_str_ne(ctreplay_error_text(error), "unknown error");
  ck_assert_str_eq(ctreplay_error_text(error), "unknown error");
  ck_assert_str_eq(ctreplay_error_text(1), "unknown error");
  ck_assert_str_ne(ctreplay_engine_error(NULL), "");
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("library");
  TCase *tests = tcase_create("library");

  tcase_add_test(tests, engines_come_by_their_profile);
  tcase_add_test(tests, sysctls_are_set_by_their_names);
  tcase_add_test(tests, wrong_settings_change_nothing_and_say_why);
  tcase_add_test(tests, options_are_those_of_the_command_line);
  if (getenv("SANITIZED") == NULL) /* the sanitizers need address space of their own */
    tcase_add_test(tests, what_no_machine_has_memory_for_is_refused);
  tcase_add_test(tests, settings_end_where_packets_begin);
  tcase_add_test(tests, a_connection_goes_through_its_states);
  tcase_add_test(tests, impossible_packets_are_refused_and_leave_no_trace);
  tcase_add_test(tests, what_is_wrong_with_bytes_is_an_answer);
  tcase_add_test(tests, fragments_are_put_together);
  tcase_add_test(tests, time_does_not_go_back);
  tcase_add_test(tests, events_come_in_order_and_by_mask);
  tcase_add_test(tests, a_flush_sends_one_end_for_each_entry);
  tcase_add_test(tests, a_kernel_without_events_sends_none);
  tcase_add_test(tests, the_table_can_be_looked_at);
  tcase_add_test(tests, structs_may_grow);
  tcase_add_test(tests, helpers_announce_connections);
  tcase_add_test(tests, an_expectation_need_not_time_out);
  tcase_add_test(tests, numbers_have_words);
  suite_add_tcase(suite, tests);
  return unit_run(suite);
}
