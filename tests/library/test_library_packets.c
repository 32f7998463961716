/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libctreplay by its header alone: what becomes of packets, possible and impossible ones. */
#include <config.h>

#include "library_kit.h"

#include <string.h>

#include "unit.h"

START_TEST(a_connection_goes_through_its_states)
{
  ctreplay_engine *engine = kit_engine();
  ctreplay_result r = kit_tcp(engine, S, (kit_segment){ 2, 80, SYN, 40000, 80, 999, 0, NULL, 0 });

  ck_assert_uint_eq(r.packet, 1);
  ck_assert_uint_eq(r.connection, 1);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NEW);
  ck_assert_uint_eq(r.verdict, CTREPLAY_VERDICT_ACCEPT);
  ck_assert_uint_eq(r.changes & CTREPLAY_CHANGE_CREATED, CTREPLAY_CHANGE_CREATED);
  ck_assert_str_eq(ctreplay_state_name(r.protocol, r.state_after), "SYN_SENT");
  ck_assert_int_eq(r.timeout_ns / S, 120);
  ck_assert_ptr_null(r.reason);
  ck_assert_str_eq(r.reason_text, "");
  r = kit_tcp(engine, S + 10 * MS, (kit_segment){ 80, 2, SYN | ACK, 80, 40000, 4999, 1000, NULL, 0 });
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_ESTABLISHED);
  ck_assert_uint_eq(r.direction, CTREPLAY_REPLY);
  r = kit_tcp(engine, S + 20 * MS, (kit_segment){ 2, 80, ACK, 40000, 80, 1000, 5000, NULL, 0 });
  ck_assert_str_eq(ctreplay_state_name(r.protocol, r.state_before), "SYN_RECV");
  ck_assert_str_eq(ctreplay_state_name(r.protocol, r.state_after), "ESTABLISHED");
  ck_assert_uint_eq(r.direction, CTREPLAY_ORIGINAL);
  ck_assert_uint_eq(r.status & CTREPLAY_STATUS_ASSURED, CTREPLAY_STATUS_ASSURED);
  ck_assert_int_eq(r.timeout_ns / S, 432000);
  ck_assert_uint_eq(r.packets[0], 2);
  ck_assert_uint_eq(r.packets[1], 1);
  ck_assert_uint_eq(r.bytes[0], 80);
  r = kit_tcp(engine, S + 30 * MS, (kit_segment){ 2, 80, ACK, 40000, 80, 51000, 5000, "x", 0 });
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
  ctreplay_engine *engine = kit_engine();
  ctreplay_result unset = { .struct_bytes = 0 }, short_one = { .struct_bytes = 16 },
                  wild = { .struct_bytes = SIZE_MAX }, fine = RESULT;
  const uint8_t bytes[28] = { 0x45 };

  ck_assert_int_eq(ctreplay_engine_packet(NULL, CTREPLAY_LINK_RAW, S, bytes, 28, 28, &fine), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, 28, 28, &unset),
                   CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, 28, 28, &short_one),
                   CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, 28, 28, &wild), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, 28, 27, &fine), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, NULL, 28, 28, &fine), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_str_eq(ctreplay_engine_error(engine), "28 bytes captured, but the pointer to them is NULL");
  ck_assert_int_eq(
    ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, CTREPLAY_CAPTURED_LARGEST + 1, SIZE_MAX, &fine),
    CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_packet(engine, 189, S, bytes, 28, 28, &fine), CTREPLAY_ERROR_LINK);
  ck_assert_int_eq(ctreplay_engine_packet(engine, 65536 + CTREPLAY_LINK_ETHERNET, S, bytes, 28, 28, &fine),
                   CTREPLAY_ERROR_LINK);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, -1, bytes, 28, 28, &fine), CTREPLAY_ERROR_TIME);
  ck_assert_int_eq(
    ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, CTREPLAY_TIME_LARGEST_NS + 1, bytes, 28, 28, &fine),
    CTREPLAY_ERROR_TIME);
  ck_assert_int_eq(ctreplay_engine_now(engine), INT64_MIN);
  ck_assert_uint_eq(kit_statistics(engine).packets, 0);
  ck_assert_int_eq(ctreplay_link_supported(CTREPLAY_LINK_ETHERNET), 1);
  ck_assert_int_eq(ctreplay_link_supported(189), 0);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(what_is_wrong_with_bytes_is_an_answer)
{
  ctreplay_engine *engine = kit_engine();
  uint8_t bytes[28];
  ctreplay_result r = RESULT;

  kit_udp_put(bytes, 2, 40000, 53, 53);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, NULL, 0, 0, &r), CTREPLAY_OK);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NONE);
  ck_assert_uint_eq(r.verdict, CTREPLAY_VERDICT_NONE);
  ck_assert_ptr_nonnull(r.reason);
  r = kit_feed(engine, S, bytes, 20);
  ck_assert_str_eq(r.reason, "ip-truncated");
  bytes[25] = 9;
  r = kit_feed(engine, S, bytes, 28);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_INVALID);
  ck_assert_str_eq(r.reason, "udp-length");
  bytes[25] = 8;
  /* Cut by the capture behind its length field, not short on the wire; and nobody need ask for the result. */
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, S, bytes, 26, 28, &r), CTREPLAY_OK);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NEW);
  ck_assert_int_eq(ctreplay_engine_packet(engine, CTREPLAY_LINK_RAW, CTREPLAY_TIME_LARGEST_NS, bytes, 28, 28, NULL),
                   CTREPLAY_OK);
  ck_assert_uint_eq(kit_statistics(engine).packets, 5);
  ck_assert_uint_eq(kit_statistics(engine).not_seen, 2);
  ck_assert_uint_eq(kit_statistics(engine).created, 2);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(fragments_are_put_together)
{
  ctreplay_engine *engine = kit_engine();
  uint8_t whole[28], first[28], second[24];
  ctreplay_result r;

  kit_udp_put(whole, 2, 40000, 53, 53);
  memset(first, 0, sizeof(first));
  memcpy(first, whole, 28);
  first[6] = 0x20;
  first[25] = 12;
  kit_ip_put(second, 17, 2, 53, 24);
  memset(second + 20, 'x', 4);
  second[6] = 0;
  second[7] = 1;
  r = kit_feed(engine, S, first, 28);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NONE);
  ck_assert_str_eq(r.reason, "fragment-held");
  ck_assert_uint_eq(kit_statistics(engine).fragment_queues, 1);
  ck_assert_uint_gt(kit_statistics(engine).fragment_bytes, 0);
  memset(first, 0xff, sizeof(first)); /* the engine has its own copy */
  r = kit_feed(engine, S, second, 24);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NEW);
  ck_assert_uint_eq(r.bytes[0], 32);
  ck_assert_uint_eq(kit_statistics(engine).fragment_queues, 0);
  ctreplay_engine_free(engine);
}
END_TEST

START_TEST(time_does_not_go_back)
{
  ctreplay_engine *engine = kit_engine();
  ctreplay_result r;

  ck_assert_int_eq(ctreplay_engine_advance(NULL, S), CTREPLAY_ERROR_ARGUMENT);
  ck_assert_int_eq(ctreplay_engine_advance(engine, -1), CTREPLAY_ERROR_TIME);
  ck_assert_int_eq(ctreplay_engine_advance(engine, 100 * S), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_advance(engine, 100 * S), CTREPLAY_OK);
  ck_assert_int_eq(ctreplay_engine_advance(engine, 99 * S), CTREPLAY_ERROR_TIME);
  r = kit_udp(engine, 50 * S, 2, 40000, 53, 53);
  ck_assert_uint_eq(r.packet_class, CTREPLAY_CLASS_NEW);
  ck_assert_int_eq(r.timeout_ns, 30 * S);
  ck_assert_int_eq(ctreplay_engine_now(engine), 100 * S);
  ck_assert_uint_eq(kit_statistics(engine).from_the_past, 1);
  ck_assert_int_eq(ctreplay_engine_advance(engine, CTREPLAY_TIME_LARGEST_NS), CTREPLAY_OK);
  ck_assert_uint_eq(kit_statistics(engine).count, 0);
  ck_assert_int_eq(ctreplay_engine_now(NULL), INT64_MIN);
  ctreplay_engine_free(engine);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("library_packets");
  TCase *tests = tcase_create("library_packets");

  tcase_add_test(tests, a_connection_goes_through_its_states);
  tcase_add_test(tests, impossible_packets_are_refused_and_leave_no_trace);
  tcase_add_test(tests, what_is_wrong_with_bytes_is_an_answer);
  tcase_add_test(tests, fragments_are_put_together);
  tcase_add_test(tests, time_does_not_go_back);
  suite_add_tcase(suite, tests);
  return unit_run(suite);
}
