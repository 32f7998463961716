/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two halves of a packet's passage: what a drop does to tracking (RULES 1.2, 1.3), templates, marks. */
#include <string.h>

#include "conntrack/engine_internal.h"
#include "conntrack/helper/helping.h"
#include "conntrack/master.h"
#include "helper_kit.h"
#include "unit.h"

#define CLIENT "10.1.0.2"
#define SERVER "10.2.0.2"
#define DROPPED(call)        \
  do {                       \
    kit.fate = CT_FATE_DROP; \
    call;                    \
  } while (0)
#define RESET(call)           \
  do {                        \
    kit.fate = CT_FATE_RESET; \
    call;                     \
  } while (0)

#define ANSWERED(call)           \
  do {                           \
    kit.fate = CT_FATE_ANSWERED; \
    call;                        \
  } while (0)

static hk kit;
static GString *events; /* "new 1 NEW" */
static ct_view seen;    /* between the halves */
static ct_result seen_result;

static void listen(const ct_event *event, void *user)
{
  static const char *const types[] = { "new", "update", "destroy" };
  static const struct {
    guint16 bit;
    const char *name;
  } bits[] = { { CT_EV_NEW, "NEW" },       { CT_EV_RELATED, "RELATED" }, { CT_EV_DESTROY, "DESTROY" },
               { CT_EV_REPLY, "REPLY" },   { CT_EV_ASSURED, "ASSURED" }, { CT_EV_PROTOINFO, "PROTOINFO" },
               { CT_EV_HELPER, "HELPER" }, { CT_EV_MARK, "MARK" } };

  (void)user;
  g_string_append_printf(events, "%s %u", types[event->type], (guint)event->view->id);
  for (guint i = 0; i < G_N_ELEMENTS(bits); i++)
    if (event->bits & bits[i].bit)
      g_string_append_printf(events, " %s", bits[i].name);
  g_string_append_c(events, '\n');
}

static void start(void)
{
  ct_engine_watch(hk_engine(&kit), 1 << CT_EVENT_NEW | 1 << CT_EVENT_UPDATE | 1 << CT_EVENT_DESTROY, listen, NULL);
}

static void setup(void)
{
  hk_start(&kit);
  events = g_string_new(NULL);
}

static void teardown(void)
{
  hk_stop(&kit);
  g_string_free(events, TRUE);
}

static void expect_events(const char *lines)
{
  ck_assert_str_eq(events->str, lines);
  g_string_set_size(events, 0);
}

static void look(hk *k, ct_passage *passage)
{
  seen_result = passage->result;
  if (passage->result.entry != NULL)
    ct_entry_view(k->engine, passage->result.entry, &seen);
}

static ct_view view_of(guint64 id)
{
  ct_view view;

  memset(&view, 0, sizeof(view));
  ck_assert(ct_engine_find(kit.engine, id, &view));
  return view;
}

/* ---- a drop ---- */

START_TEST(dropped_new_leaves_no_trace)
{
  const ct_stats *stats;

  start();
  kit.between = look;
  DROPPED(hk_udp_text(&kit, CLIENT ":1000", SERVER ":53", "query"));
  ck_assert_uint_eq(seen_result.cls, CT_CLASS_NEW);
  ck_assert_uint_eq(seen_result.verdict, CT_VERDICT_ACCEPT);
  ck_assert_uint_eq(seen.id, 1);
  ck_assert_uint_eq(seen.status & CT_STATUS_CONFIRMED, 0);
  ck_assert_uint_eq(kit.result.conn, 0);
  ck_assert_ptr_null(kit.result.entry);
  ck_assert_uint_eq(kit.result.events, 0);
  ck_assert_uint_eq(kit.result.verdict, CT_VERDICT_ACCEPT); /* conntrack's own */
  stats = ct_engine_stats(kit.engine);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
  ck_assert_uint_eq(stats->created + stats->drop + stats->invalid + stats->insert_failed, 0);
  ck_assert_uint_eq(stats->packets, 1);
  expect_events("");
  hk_udp_text(&kit, CLIENT ":1000", SERVER ":53", "query"); /* the flow's next packet is NEW again */
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_NEW);
  ck_assert_uint_eq(kit.result.conn, 1);
  expect_events("new 1 NEW\n");
}
END_TEST

START_TEST(its_eviction_stays_done)
{
  kit.params.max = 1;
  kit.params.buckets = 1;
  start();
  hk_udp_text(&kit, CLIENT ":1000", SERVER ":53", "query");
  DROPPED(hk_udp_text(&kit, CLIENT ":1001", SERVER ":53", "query"));
  expect_events("new 1 NEW\ndestroy 1 DESTROY\n");
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->early_drop, 1);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
}
END_TEST

/* A tftp server answers from another port, which its helper has announced. */
static void ask_tftp(void) { hk_udp(&kit, CLIENT ":1000", SERVER ":69", "\0\1file\0octet", 13); }
static void answer_tftp(void) { hk_udp_text(&kit, SERVER ":5000", CLIENT ":1000", "data"); }

START_TEST(its_expectation_stays_consumed)
{
  start();
  ask_tftp();
  DROPPED(answer_tftp());
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:1000 udp 300 RRQ\n- 10.2.0.2 > 10.1.0.2:1000 udp used\n");
  ck_assert_uint_eq(view_of(1).use, 1); /* its master is nobody's any more */
  ck_assert_uint_eq(ct_engine_count(kit.engine), 1);
  answer_tftp();
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_NEW);
}
END_TEST

START_TEST(dropped_packet_of_an_entry_keeps_what_it_did)
{
  hk_tcp t;
  ct_view view;

  start();
  hk_tcp_init(&kit, &t, CLIENT ":1000", SERVER ":80");
  hk_tcp_segment(&t, 0, CT_TCP_SYN, "", 0);
  expect_events("new 1 NEW PROTOINFO\n");
  DROPPED(hk_tcp_segment(&t, 1, CT_TCP_SYN | CT_TCP_ACK, "", 0));
  ck_assert_uint_eq(kit.result.conn, 1);
  ck_assert_uint_eq(kit.result.new_state, CT_TCP_SYN_RECV);
  ck_assert_uint_eq(kit.result.events, 0);
  expect_events("");
  view = view_of(1);
  ck_assert_uint_eq(view.state, CT_TCP_SYN_RECV);
  ck_assert_int_eq(view.timeout_ns, 60 * CT_NS_PER_S);
  ck_assert(view.status & CT_STATUS_SEEN_REPLY);
  ck_assert_uint_eq(view.packets[1], 1);
  hk_tcp_segment(&t, 0, CT_TCP_ACK, "", 0); /* one message for both */
  expect_events("update 1 REPLY ASSURED PROTOINFO\n");
  ck_assert_uint_eq(view_of(1).state, CT_TCP_ESTABLISHED);
}
END_TEST

START_TEST(dropped_assurance_stays)
{
  start();
  hk_udp_text(&kit, CLIENT ":1000", SERVER ":500", "a");
  hk_udp_text(&kit, SERVER ":500", CLIENT ":1000", "b");
  g_string_set_size(events, 0);
  hk_pass(&kit, 3);
  DROPPED(hk_udp_text(&kit, CLIENT ":1000", SERVER ":500", "c"));
  ck_assert(view_of(1).status & CT_STATUS_ASSURED);
  expect_events("");
  DROPPED(hk_udp_text(&kit, CLIENT ":1000", SERVER ":500", "d"));
  expect_events("");
  hk_udp_text(&kit, CLIENT ":1000", SERVER ":500", "e");
  expect_events("update 1 ASSURED\n");
  hk_udp_text(&kit, CLIENT ":1000", SERVER ":500", "f");
  expect_events("");
}
END_TEST

START_TEST(no_helper_sees_what_was_dropped)
{
  hk_tcp t;

  start();
  hk_tcp_open(&kit, &t, CLIENT ":1000", SERVER ":21");
  hk_tcp_text(&t, 0, "USER x\r\n");
  DROPPED(hk_tcp_segment(&t, 0, CT_TCP_ACK | CT_TCP_PSH, "PORT 10,1,0,2,10,1\r\n", 20));
  hk_expect_said(&kit, "");
  t.seq[0] -= 20;
  hk_tcp_segment(&t, 0, CT_TCP_ACK | CT_TCP_PSH, "PORT 10,1,0,2,10,1\r\n", 20);
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:2561 tcp 300 PORT\n");
}
END_TEST

START_TEST(what_ended_its_entry_is_done)
{
  hk_tcp t;

  start();
  hk_tcp_init(&kit, &t, CLIENT ":1000", SERVER ":80");
  hk_tcp_segment(&t, 0, CT_TCP_SYN, "", 0);
  DROPPED(hk_tcp_segment(&t, 1, CT_TCP_RST | CT_TCP_ACK, "", 0));
  expect_events("new 1 NEW PROTOINFO\ndestroy 1 DESTROY\n");
  ck_assert_ptr_null(kit.result.entry);
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
}
END_TEST

/* ---- a reset ---- */

START_TEST(reset_closes)
{
  hk_tcp t;
  ct_view view;

  start();
  hk_tcp_open(&kit, &t, CLIENT ":1000", SERVER ":80");
  g_string_set_size(events, 0);
  RESET(hk_tcp_segment(&t, 0, CT_TCP_ACK | CT_TCP_PSH, "x", 1));
  expect_events("update 1 PROTOINFO\n");
  ck_assert_uint_eq(kit.result.old_state, CT_TCP_ESTABLISHED);
  ck_assert_uint_eq(kit.result.new_state, CT_TCP_CLOSE);
  ck_assert(kit.result.changes & CT_CHANGE_STATE);
  view = view_of(1);
  ck_assert_uint_eq(view.state, CT_TCP_CLOSE);
  ck_assert_int_eq(view.timeout_ns, 10 * CT_NS_PER_S);
  ck_assert_uint_eq(view.packets[0], 3);
  RESET(hk_tcp_segment(&t, 0, CT_TCP_ACK | CT_TCP_PSH, "y", 1));
  ck_assert_uint_eq(view_of(1).state, CT_TCP_CLOSE);
}
END_TEST

/* Its pass through the confirm hook delivers what waited. */
START_TEST(reset_delivers)
{
  hk_tcp t;

  start();
  hk_tcp_init(&kit, &t, CLIENT ":1000", SERVER ":80");
  hk_tcp_segment(&t, 0, CT_TCP_SYN, "", 0);
  DROPPED(hk_tcp_segment(&t, 1, CT_TCP_SYN | CT_TCP_ACK, "", 0));
  g_string_set_size(events, 0);
  RESET(hk_tcp_segment(&t, 0, CT_TCP_ACK, "", 0));
  expect_events("update 1 REPLY ASSURED PROTOINFO\n");
  ck_assert_uint_eq(view_of(1).state, CT_TCP_CLOSE);
}
END_TEST

/* So does an ICMP error's, which changes nothing. */
START_TEST(answer_delivers)
{
  hk_tcp t;

  start();
  hk_tcp_init(&kit, &t, CLIENT ":1000", SERVER ":80");
  hk_tcp_segment(&t, 0, CT_TCP_SYN, "", 0);
  g_string_set_size(events, 0);
  ANSWERED(hk_tcp_segment(&t, 1, CT_TCP_SYN | CT_TCP_ACK, "", 0));
  expect_events("update 1 REPLY PROTOINFO\n");
  ck_assert_uint_eq(view_of(1).state, CT_TCP_SYN_RECV);
  g_string_set_size(events, 0);
  ANSWERED(hk_udp_text(&kit, CLIENT ":1000", SERVER ":53", "query"));
  expect_events("");
  ck_assert_uint_eq(ct_engine_count(kit.engine), 1);
}
END_TEST

START_TEST(reset_of_new_leaves_no_trace)
{
  hk_tcp t;

  start();
  hk_tcp_init(&kit, &t, CLIENT ":1000", SERVER ":80");
  RESET(hk_tcp_segment(&t, 0, CT_TCP_SYN, "", 0));
  ck_assert_uint_eq(ct_engine_count(kit.engine), 0);
  expect_events("");
}
END_TEST

START_TEST(old_kernels_close_nothing)
{
  hk_tcp t;

  ct_params_init(&kit.params, ct_profile_find("linux-2.6"));
  start();
  hk_tcp_open(&kit, &t, CLIENT ":1000", SERVER ":80");
  RESET(hk_tcp_segment(&t, 0, CT_TCP_ACK | CT_TCP_PSH, "x", 1));
  ck_assert_uint_eq(view_of(1).state, CT_TCP_ESTABLISHED);
}
END_TEST

/* ---- templates ---- */

START_TEST(untracked_is_not_looked_up)
{
  static const ct_template untracked = { .untracked = true };

  start();
  hk_udp_text(&kit, CLIENT ":1000", SERVER ":53", "query");
  kit.template = &untracked;
  hk_udp_text(&kit, SERVER ":53", CLIENT ":1000", "answer");
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_UNTRACKED);
  ck_assert_uint_eq(kit.result.verdict, CT_VERDICT_ACCEPT);
  ck_assert_ptr_null(kit.result.entry);
  ck_assert_uint_eq(view_of(1).packets[1], 0);
  kit.template = &untracked;
  hk_udp_text(&kit, CLIENT ":2000", SERVER ":53", "query");
  kit.template = &untracked;
  kit.fate = CT_FATE_DROP;
  hk_udp_text(&kit, CLIENT ":2000", SERVER ":53", "query");
  ck_assert_uint_eq(ct_engine_count(kit.engine), 1);
  expect_events("new 1 NEW\n");
}
END_TEST

/* It is UNTRACKED whatever it is, and counts as nothing else. */
START_TEST(untracked_is_not_invalid)
{
  static const ct_template untracked = { .untracked = true };
  guint8 bytes[20 + 4] = { 0x45, 0, 0, 24, 0, 0, 0, 0, 64, CT_PROTO_ICMP, 0, 0, 10, 1, 0, 2, 10, 2, 0, 2 };
  ct_packet packet = { .number = 1, .time_ns = 1, .data = bytes, .length = 24, .captured = 24 };
  ct_passage passage;

  ct_packet_prepare(&packet, CT_CHECKSUMS_IGNORE, &kit.params);
  ck_assert_int_eq(packet.kind, CT_PACKET_INVALID);
  ct_engine_arrive(hk_engine(&kit), &packet, &untracked, &passage);
  ct_engine_conclude(kit.engine, &passage, CT_FATE_ACCEPT);
  ck_assert_uint_eq(passage.result.cls, CT_CLASS_UNTRACKED);
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->error, 0);
  ct_engine_arrive(kit.engine, &packet, NULL, &passage);
  ct_engine_conclude(kit.engine, &passage, CT_FATE_DROP);
  ck_assert_uint_eq(passage.result.cls, CT_CLASS_INVALID);
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->error, 1);
}
END_TEST

static const ct_template tftp = { .helper = "tftp" }, ftp = { .helper = "ftp" }, sip = { .helper = "sip" };

START_TEST(template_gives_its_helper)
{
  start();
  kit.template = &tftp;
  hk_udp(&kit, CLIENT ":1000", SERVER ":1069", "\0\1file\0octet", 13);
  expect_events("new 1 NEW HELPER\n");
  ck_assert_str_eq(view_of(1).helper, "tftp");
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:1000 udp 300 RRQ\n");
  kit.template = &ftp; /* for TCP alone */
  hk_udp_text(&kit, CLIENT ":1001", SERVER ":69", "x");
  ck_assert_ptr_null(view_of(2).helper);
  kit.template = &sip; /* in place of the one that the port says */
  hk_udp_text(&kit, CLIENT ":1002", SERVER ":69", "x");
  ck_assert_str_eq(view_of(3).helper, "sip");
  kit.template = &sip; /* too late */
  hk_udp_text(&kit, CLIENT ":1001", SERVER ":69", "x");
  ck_assert_ptr_null(view_of(2).helper);
  hk_udp_text(&kit, CLIENT ":1003", SERVER ":69", "x");
  ck_assert_str_eq(view_of(4).helper, "tftp");
}
END_TEST

START_TEST(template_gives_none_to_the_expected)
{
  start();
  ask_tftp();
  kit.template = &sip;
  answer_tftp();
  ck_assert_uint_eq(kit.result.cls, CT_CLASS_RELATED);
  ck_assert_ptr_null(view_of(2).helper);
}
END_TEST

/* ---- between the halves ---- */

static void give_tftp(hk *k, ct_passage *passage) { ct_passage_give_helper(k->engine, passage, "tftp"); }

START_TEST(rule_gives_a_helper)
{
  start();
  kit.between = give_tftp;
  hk_udp(&kit, CLIENT ":1000", SERVER ":1069", "\0\1file\0octet", 13);
  expect_events("new 1 NEW HELPER\n");
  hk_expect_said(&kit, "+ 10.2.0.2 > 10.1.0.2:1000 udp 300 RRQ\n");
  hk_udp_text(&kit, CLIENT ":1001", SERVER ":1069", "x");
  kit.between = give_tftp; /* too late */
  hk_udp_text(&kit, CLIENT ":1001", SERVER ":1069", "x");
  ck_assert_ptr_null(view_of(2).helper);
  kit.between = give_tftp; /* has one */
  hk_udp_text(&kit, CLIENT ":1002", SERVER ":5060", "x");
  ck_assert_str_eq(view_of(3).helper, "sip");
}
END_TEST

static void mark_7(hk *k, ct_passage *passage)
{
  ct_passage_set_mark(k->engine, passage, 7);
  ck_assert_uint_eq(ct_passage_mark(k->engine, passage), passage->result.conn != 0 ? 7 : 0);
}

START_TEST(mark_is_kept)
{
  start();
  kit.between = mark_7;
  ask_tftp();
  expect_events("new 1 NEW HELPER MARK\n");
  ck_assert_uint_eq(view_of(1).mark, 7);
  answer_tftp(); /* inherits it */
  ck_assert_uint_eq(view_of(2).mark, 7);
  g_string_set_size(events, 0);
  kit.between = mark_7; /* as it was */
  ask_tftp();
  expect_events("");
  hk_udp_text(&kit, CLIENT ":1001", SERVER ":53", "x");
  g_string_set_size(events, 0);
  kit.between = mark_7;
  DROPPED(hk_udp_text(&kit, CLIENT ":1001", SERVER ":53", "x"));
  expect_events("");
  ck_assert_uint_eq(view_of(3).mark, 7);
  hk_udp_text(&kit, CLIENT ":1001", SERVER ":53", "x");
  expect_events("update 3 MARK\n");
}
END_TEST

START_TEST(nothing_to_mark)
{
  static const ct_template untracked = { .untracked = true };

  start();
  kit.template = &untracked;
  kit.between = mark_7;
  hk_udp_text(&kit, CLIENT ":1001", SERVER ":53", "x");
  expect_events("");
}
END_TEST

/* ---- the door itself ---- */

START_TEST(no_packet_is_time)
{
  ct_packet none = { .kind = CT_PACKET_NONE, .reason = CT_REASON_NOT_IP };
  ct_result result;

  start();
  hk_udp_text(&kit, CLIENT ":1000", SERVER ":53", "query");
  g_string_set_size(events, 0);
  none.time_ns = kit.now_ns + 31 * CT_NS_PER_S;
  ct_engine_packet(kit.engine, &none, &result);
  expect_events("destroy 1 DESTROY\n");
  ck_assert_uint_eq(result.verdict, CT_VERDICT_NONE);
  ck_assert_uint_eq(result.cls, CT_CLASS_NONE);
  ck_assert_uint_eq(result.reason, CT_REASON_NOT_IP);
  ck_assert_int_eq(ct_engine_now(kit.engine), none.time_ns);
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->packets, 1);
  none.time_ns = 0;
  ct_engine_packet(kit.engine, &none, &result);
  ck_assert_uint_eq(ct_engine_stats(kit.engine)->clock_back, 0);
}
END_TEST

static void advance(hk *k, ct_passage *passage)
{
  (void)passage;
  ct_engine_advance(k->engine, k->now_ns + CT_NS_PER_S);
}

static void flush(hk *k, ct_passage *passage)
{
  (void)passage;
  ct_engine_flush(k->engine);
}

static void another(hk *k, ct_passage *passage)
{
  ct_result result;

  ct_engine_packet(k->engine, passage->packet, &result);
}

static void conclude_twice(hk *k, ct_passage *passage) { ct_engine_conclude(k->engine, passage, CT_FATE_ACCEPT); }

START_TEST(nothing_comes_between)
{
  static void (*const calls[])(hk *, ct_passage *) = { advance, flush, another, conclude_twice };

  kit.between = calls[_i];
  hk_udp_text(&kit, CLIENT ":1000", SERVER ":53", "query");
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("door");
  TCase *tc = tcase_create("halves");

  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_add_test(tc, dropped_new_leaves_no_trace);
  tcase_add_test(tc, its_eviction_stays_done);
  tcase_add_test(tc, its_expectation_stays_consumed);
  tcase_add_test(tc, dropped_packet_of_an_entry_keeps_what_it_did);
  tcase_add_test(tc, dropped_assurance_stays);
  tcase_add_test(tc, no_helper_sees_what_was_dropped);
  tcase_add_test(tc, what_ended_its_entry_is_done);
  tcase_add_test(tc, reset_closes);
  tcase_add_test(tc, reset_delivers);
  tcase_add_test(tc, answer_delivers);
  tcase_add_test(tc, reset_of_new_leaves_no_trace);
  tcase_add_test(tc, old_kernels_close_nothing);
  tcase_add_test(tc, untracked_is_not_looked_up);
  tcase_add_test(tc, untracked_is_not_invalid);
  tcase_add_test(tc, template_gives_its_helper);
  tcase_add_test(tc, template_gives_none_to_the_expected);
  tcase_add_test(tc, rule_gives_a_helper);
  tcase_add_test(tc, mark_is_kept);
  tcase_add_test(tc, nothing_to_mark);
  tcase_add_test(tc, no_packet_is_time);
  tcase_add_loop_test_raise_signal(tc, nothing_comes_between, SIGABRT, 0, 4);
  suite_add_tcase(suite, tc);
  return unit_run(suite);
}
