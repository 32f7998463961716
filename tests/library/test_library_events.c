/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libctreplay by its header alone: what an engine tells and shows: events, the table, what helpers expect. */
#include <config.h>

#include "library_kit.h"

#include <string.h>

#include "unit.h"

/* ---- events ---- */

START_TEST(events_come_in_order_and_by_mask)
{
  ctreplay_engine *engine = kit_engine();
  kit_log_book all = { .engine = engine }, ends = { .engine = engine };

  ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, kit_on_event, &all), CTREPLAY_OK);
  kit_udp(engine, S, 2, 40000, 53, 53);
  ck_assert_int_eq(ctreplay_engine_watch(engine, 1u << CTREPLAY_EVENT_DESTROY, kit_on_event, &ends), CTREPLAY_OK);
  kit_udp(engine, S, 53, 53, 2, 40000);
  kit_udp(engine, S, 2, 40001, 53, 53);
  ck_assert_uint_eq(all.by_type[CTREPLAY_EVENT_NEW], 2);
  ck_assert_uint_eq(all.by_type[CTREPLAY_EVENT_UPDATE], 1);
  ck_assert_int_eq(all.found, 2);
  ck_assert_int_eq(ctreplay_engine_advance(engine, 40 * S), CTREPLAY_OK);
  ck_assert_uint_eq(all.by_type[CTREPLAY_EVENT_DESTROY], 2);
  ck_assert_int_eq(all.last_time_ns, 31 * S);
  ck_assert_str_eq(all.last_reason, "timeout");
  kit_udp(engine, 50 * S, 2, 40002, 53, 53);
  ck_assert_int_eq(ctreplay_engine_flush(engine), CTREPLAY_OK);
  ck_assert_str_eq(all.last_reason, "end");
  ck_assert_uint_eq(ends.by_type[CTREPLAY_EVENT_DESTROY], 3);
  ck_assert_uint_eq(ends.by_type[CTREPLAY_EVENT_NEW], 0);
  ctreplay_engine_free(engine);
}
END_TEST

/* A message of PPTP's control connection, whose numbers go on from seq[direction]. */
static void pptp(ctreplay_engine *engine, int64_t time_ns, int dir, uint32_t seq[2], uint8_t type, const char *body,
                 size_t body_bytes)
{
  char message[12 + 208] = { 0, (char)220, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, (char)type };
  kit_segment s = { dir ? 80 : 2, dir ? 2 : 80, ACK,     dir ? 1723 : 40000, dir ? 40000 : 1723,
                    seq[dir],     seq[!dir],    message, sizeof(message) };

  memcpy(message + 12, body, body_bytes);
  ck_assert_uint_eq(kit_tcp(engine, time_ns, s).packet_class, CTREPLAY_CLASS_ESTABLISHED);
  seq[dir] += sizeof(message);
}

/* A control connection, its call, and the call's tunnel: entries 1 and 2. */
static void pptp_call(ctreplay_engine *engine)
{
  const uint8_t gre[16] = { 0x20, 0x01, 0x88, 0x0b, 0, 0, 0, 200 };
  uint32_t seq[2] = { 1000, 5000 };
  uint8_t packet[36];

  kit_tcp(engine, S, (kit_segment){ 2, 80, SYN, 40000, 1723, 999, 0, NULL, 0 });
  kit_tcp(engine, S, (kit_segment){ 80, 2, SYN | ACK, 1723, 40000, 4999, 1000, NULL, 0 });
  kit_tcp(engine, S, (kit_segment){ 2, 80, ACK, 40000, 1723, 1000, 5000, NULL, 0 });
  pptp(engine, S, 0, seq, 1, "", 0);
  pptp(engine, S, 1, seq, 2, "\1\0\1\0", 4);
  pptp(engine, S, 0, seq, 7, "\0\x64", 2);
  pptp(engine, S, 1, seq, 8, "\0\xc8\0\x64\1", 5);
  memcpy(packet + 20, gre, sizeof(gre));
  ck_assert_uint_eq(kit_feed(engine, S, packet, kit_ip_put(packet, 47, 2, 80, sizeof(packet))).packet_class,
                    CTREPLAY_CLASS_RELATED);
}

START_TEST(a_flush_sends_one_end_for_each_entry)
{
  ctreplay_engine *engine = kit_engine();
  kit_log_book book = { .engine = engine };

  /* The control connection, older, takes its tunnel with it. */
  ck_assert_int_eq(ctreplay_engine_set_option(engine, "helper", "pptp:1723"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, kit_on_event, &book), CTREPLAY_OK);
  pptp_call(engine);
  kit_udp(engine, S, 2, 40000, 53, 53);
  ck_assert_uint_eq(kit_statistics(engine).count, 3);
  ck_assert_int_eq(ctreplay_engine_flush(engine), CTREPLAY_OK);
  ck_assert_uint_eq(kit_statistics(engine).count, 0);
  ck_assert_uint_eq(book.by_type[CTREPLAY_EVENT_NEW], 3);
  ck_assert_uint_eq(book.by_type[CTREPLAY_EVENT_DESTROY], 3);
  kit_udp(engine, 2 * S, 2, 40001, 53, 53);
  ck_assert_uint_eq(kit_statistics(engine).count, 1);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(a_kernel_without_events_sends_none)
{
  ctreplay_engine *engine = kit_engine();
  kit_log_book book = { .engine = engine };
  int i;

  ck_assert_int_eq(ctreplay_engine_set_sysctl(engine, "nf_conntrack_events", "0"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, NULL, NULL), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_watch(NULL, ~0u, kit_on_event, NULL), CTREPLAY_ERROR_ARGUMENT);
  for (i = 0; i < 8; i++)
    ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, kit_on_event, &book), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, kit_on_event, &book), CTREPLAY_ERROR_MANY);
  kit_udp(engine, S, 2, 40000, 53, 53);
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
  ctreplay_engine *engine = kit_engine();
  ctreplay_connection c = CONNECTION, unset = { .struct_bytes = 0 };
  ctreplay_tuple back;
  uint32_t direction = 7;

  ck_assert_int_eq(ctreplay_engine_find(engine, 1, &c), CTREPLAY_ERROR_NOT_FOUND);
  ck_assert_int_eq(ctreplay_engine_each(engine, count_two, &engine), CTREPLAY_OK);
  kit_udp(engine, S, 2, 40000, 53, 53);
  kit_udp(engine, S, 2, 40001, 53, 53);
  kit_udp(engine, S, 2, 40002, 53, 53);
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
  ck_assert_uint_eq(kit_statistics(engine).count, 3);
  ck_assert_uint_eq(kit_statistics(engine).peak_count, 3);
  ck_assert_int_eq(kit_statistics(engine).peak_time_ns, S);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(structs_may_grow)
{
  struct {
    ctreplay_statistics known;
    uint8_t later[16], beyond[8];
  } newer;
  ctreplay_engine *engine = kit_engine();

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
  kit_tcp(engine, S, (kit_segment){ 2, 21, SYN, 40000, 21, 999, 0, NULL, 0 });
  kit_tcp(engine, S, (kit_segment){ 21, 2, SYN | ACK, 21, 40000, 4999, 1000, NULL, 0 });
  kit_tcp(engine, S, (kit_segment){ 2, 21, ACK, 40000, 21, 1000, 5000, NULL, 0 });
  kit_tcp(engine, S, (kit_segment){ 2, 21, ACK, 40000, 21, 1000, 5000, "USER me\r\n", 0 });
  kit_tcp(engine, S, (kit_segment){ 2, 21, ACK, 40000, 21, 1009, 5000, "PORT 10,0,0,2,156,65\r\n", 0 });
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
  ctreplay_engine *engine = kit_engine();
  kit_log_book book = { .engine = engine };
  ctreplay_expectation e = { .id = 0 };
  ctreplay_connection c = CONNECTION;
  ctreplay_result r;

  ck_assert_int_eq(ctreplay_engine_set_option(engine, "helper", "all"), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_watch(engine, ~0u, kit_on_event, &book), CTREPLAY_OK);
  ftp_port(engine);
  ck_assert_uint_eq(book.by_type[CTREPLAY_EVENT_EXPECT_NEW], 1);
  ck_assert_int_eq(ctreplay_engine_each_expectation(engine, copy_expectation, &e), CTREPLAY_OK);
  ck_assert_int_eq(e.timeout_ns / S, 300);
  ck_assert_uint_eq(e.struct_bytes, sizeof(e));
  ck_assert_uint_eq(e.tuple.destination_id, 40001);
  ck_assert_uint_eq(e.master_id, 1);
  ck_assert_str_eq(e.helper, "ftp");
  r = kit_tcp(engine, S, (kit_segment){ 21, 2, SYN, 20, 40001, 1, 0, NULL, 0 });
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

int main(void)
{
  Suite *suite = suite_create("library_events");
  TCase *tests = tcase_create("library_events");

  tcase_add_test(tests, events_come_in_order_and_by_mask);
  tcase_add_test(tests, a_flush_sends_one_end_for_each_entry);
  tcase_add_test(tests, a_kernel_without_events_sends_none);
  tcase_add_test(tests, the_table_can_be_looked_at);
  tcase_add_test(tests, structs_may_grow);
  tcase_add_test(tests, helpers_announce_connections);
  tcase_add_test(tests, an_expectation_need_not_time_out);
  suite_add_tcase(suite, tests);
  return unit_run(suite);
}
