/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people read: -P's lines and the summary. */
#include "emit/summary.h"
#include "emit_views.h"
#include "unit.h"

static emit_text text;
static emit_options options;
static emit_output output;
static guint8 bytes[64];
static ct_packet packet;
static ct_result result;
static emit_packet shown;

/* 10.1.0.2.1000 > 10.2.0.2.80, a SYN, half a second into the capture. */
static void setup(void)
{
  static const guint8 syn[40] = { 0x45, 0,    0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10,   1,    0,    2, 10, 2, 0, 2,
                                  0x03, 0xe8, 0, 80, 0, 0, 0, 7, 0,  0, 0, 0, 0x50, 0x02, 0x20, 0, 0,  0, 0, 0 };

  emit_text_init(&text, -1);
  memset(&options, 0, sizeof(options));
  options.profile = ct_profile_find("linux-6.18");
  memcpy(bytes, syn, sizeof(syn));
  memset(&packet, 0, sizeof(packet));
  packet.time_ns = VIEW_NOW_NS + 500000999;
  packet.number = 1;
  packet.data = bytes;
  packet.length = packet.captured = 40;
  packet.tuple = view_tuple(CT_PROTO_TCP, "10.1.0.2", "10.2.0.2", 1000, 80);
  packet.l4_offset = 20;
  packet.kind = CT_PACKET_TRACK;
  packet.l4.tcp.seq = 7;
  packet.l4.tcp.window = 8192;
  memset(&result, 0, sizeof(result));
  result.cls = CT_CLASS_NEW;
  result.verdict = CT_VERDICT_ACCEPT;
  result.new_state = CT_TCP_SYN_SENT;
  result.conn = 1;
  memset(&shown, 0, sizeof(shown));
  shown.packet = &packet;
  shown.result = &result;
  shown.first_ns = VIEW_NOW_NS;
}

static void teardown(void) { output_end(&output, &text); }

static emit_output *in_lines(void) { return output_in(&output, "conntrack", EMIT_CAN_PACKETS, &options, &text); }

static const char *line(void)
{
  emit_output_packet(in_lines(), &shown);
  return text_taken(&text);
}

static const char *heading(void)
{
  emit_output begun;

  ck_assert(emit_output_open(&begun, emit_format_find("conntrack"), EMIT_CAN_PACKETS, &options, &text, NULL));
  ck_assert(emit_output_close(&begun, NULL));
  return text_taken(&text);
}

START_TEST(columns)
{
  ct_view view = view_tcp(CT_TCP_SYN_SENT, 0, 120);

  shown.view = &view;
  ck_assert_str_eq(heading(), "packet         time  conn   class       dir   state                     timeout"
                              "   packet\n");
  ck_assert_str_eq(line(), "     1     0.500000  #1     NEW         orig  NONE -> SYN_SENT              120"
                           "   10.1.0.2.1000 > 10.2.0.2.80: Flags [S], seq 7, win 8192, length 0\n");
  options.options = EMIT_TIMESTAMP;
  ck_assert_str_eq(heading(), "packet time                         conn   class       dir   state"
                              "                     timeout   packet\n");
  ck_assert_str_eq(line(), "     1 2026-11-21T10:04:58.500000Z  #1     NEW         orig  NONE -> SYN_SENT"
                           "              120   10.1.0.2.1000 > 10.2.0.2.80: Flags [S], seq 7, win 8192, length 0\n");
  options.options = 0;
  options.colour = TRUE;
  ck_assert(strstr(line(), "\033[32mNEW         \033[0morig") != NULL);
}
END_TEST

START_TEST(window_failure)
{
  ct_view view = view_tcp(CT_TCP_ESTABLISHED, CT_STATUS_SEEN_REPLY, 299);

  shown.view = &view;
  result.cls = CT_CLASS_INVALID;
  result.reason = CT_REASON_TCP_SEQ_OVER;
  result.old_state = result.new_state = CT_TCP_ESTABLISHED;
  result.bound = (ct_bound){ .value = 5000, .limit = 4800, .over = 200 };
  ck_assert_str_eq(line(), "     1     0.500000  #1     INVALID     -     ESTABLISHED                   299"
                           "   10.1.0.2.1000 > 10.2.0.2.80: Flags [S], seq 7, win 8192, length 0"
                           "  -- sequence number beyond the receiver's window: 5000 is 200 beyond 4800; "
                           "nf_conntrack_tcp_be_liberal=1 would let it pass\n");
}
END_TEST

START_TEST(dropped)
{
  result.cls = CT_CLASS_NONE;
  result.verdict = CT_VERDICT_DROP;
  result.reason = CT_REASON_TABLE_FULL;
  result.conn = 0;
  ck_assert_str_eq(line(),
                   "     1     0.500000  -      dropped     -     -                               -"
                   "   10.1.0.2.1000 > 10.2.0.2.80: Flags [S], seq 7, win 8192, length 0"
                   "  -- nf_conntrack: table full, dropping packet; a larger nf_conntrack_max would have room\n");
}
END_TEST

START_TEST(not_ip)
{
  packet.kind = CT_PACKET_NONE;
  packet.reason = result.reason = CT_REASON_NOT_IP;
  result.cls = CT_CLASS_NONE;
  result.verdict = CT_VERDICT_NONE;
  result.conn = 0;
  ck_assert_str_eq(line(), "     1     0.500000  -      -           -     -                               -   -"
                           "  -- the frame carries neither IPv4 nor IPv6\n");
}
END_TEST

/* No byte that was not captured is looked at, whatever the offsets say. */
START_TEST(cut_packets)
{
  guint captured;

  for (captured = 0; captured < 40; captured++) {
    guint8 *exact = g_memdup2(bytes, captured);

    packet.data = exact;
    packet.captured = captured;
    packet.flags = CT_PACKET_CUT;
    packet.reason = result.reason = CT_REASON_TCP_SHORT;
    ck_assert(strstr(line(), captured >= 24   ? " 10.1.0.2.1000 > 10.2.0.2.80: "
                             : captured >= 20 ? " 10.1.0.2 > 10.2.0.2: "
                                              : "   -  -- ") != NULL);
    g_free(exact);
  }
}
END_TEST

START_TEST(expected)
{
  ct_view view = view_tcp(CT_TCP_SYN_SENT, CT_STATUS_EXPECTED, 120);
  ct_expect_view expect = expect_make();
  ct_event event = event_make(CT_EVENT_EXPECT_DESTROY, 0, NULL);

  shown.view = &view;
  result.cls = CT_CLASS_RELATED;
  event.expect = &expect;
  event.reason = CT_REASON_END_USED;
  emit_output_note(in_lines(), &event);
  event = event_make(CT_EVENT_DESTROY, CT_EV_DESTROY, &view);
  view.id = 7;
  event.reason = CT_REASON_END_EVICTED;
  emit_output_note(in_lines(), &event);
  event.type = CT_EVENT_EXPECT_NEW;
  event.view = NULL;
  event.expect = &expect;
  emit_output_note(in_lines(), &event);
  ck_assert_str_eq(
    strstr(line(), "  -- "),
    "  -- expected by #1 10.1.0.2.4000 > 10.2.0.2.21 (ftp: PASV in packet 17) as tcp 10.1.0.2 > 10.2.0.2.1234; "
    "#7 ends: early_drop: the table was full; expects tcp 10.1.0.2 > 10.2.0.2.1234 (ftp: PASV in packet 17)\n");
  ck_assert_ptr_null(strstr(line(), "  -- ")); /* the line has taken what was told */
}
END_TEST

static emit_summary summary;
static ct_stats stats;
static ct_params params;

static void busy_summary(void)
{
  guint i;

  memset(&stats, 0, sizeof(stats));
  ct_params_init(&params, options.profile);
  params.max = 65536;
  emit_summary_init(&summary);
  for (i = 0; i < 1000; i++) {
    packet.time_ns = VIEW_NOW_NS + i * 20 * VIEW_SECOND_NS;
    packet.tuple.proto = i % 4 == 0 ? CT_PROTO_UDP : CT_PROTO_TCP;
    packet.flags = i % 10 == 0 ? CT_PACKET_CSUM_OFFLOAD : 0;
    result.cls = i % 100 == 0 ? CT_CLASS_INVALID : i % 3 == 0 ? CT_CLASS_NEW : CT_CLASS_ESTABLISHED;
    emit_tally_packet(&summary.tally, &packet, &result);
  }
  packet.kind = CT_PACKET_NONE;
  packet.reason = CT_REASON_NOT_IP;
  emit_tally_packet(&summary.tally, &packet, NULL);
  stats.created = 330;
  stats.ended[CT_REASON_END_TIMEOUT] = 300;
  stats.ended[CT_REASON_END_EVICTED] = 7;
  stats.expired_by_timeout[CT_TIMEOUT_UDP] = 100;
  stats.expired_by_timeout[CT_TIMEOUT_TCP_TIME_WAIT] = 150;
  stats.expired_by_timeout[CT_TIMEOUT_TCP_CLOSE] = 50;
  stats.invalid_by_reason[CT_REASON_TCP_SEQ_OVER] = 9;
  stats.invalid_by_reason[CT_REASON_TCP_FLAGS] = 1;
  stats.dropped_by_reason[CT_REASON_TABLE_FULL] = 2;
  stats.peak_count = 65536;
  stats.peak_time_ns = VIEW_NOW_NS + 12345 * (VIEW_SECOND_NS / 1000);
  summary.mean = 12;
  stats.expect_create = 3;
  summary.params = &params;
  summary.stats = &stats;
  summary.frames = 1234;
  summary.fed = 1001;
  stats.drop = 2;
  summary.entries = 23;
  summary.pressed = (emit_pressed){ 7, 2, 65536, 23 };
}

START_TEST(summary_page)
{
  static const char *const notes[] = { "each packet stands in the capture twice, as it came in and as it went out; "
                                       "--direction in takes one of them",
                                       NULL };

  busy_summary();
  summary.notes = notes;
  emit_summary_print(&text, &summary, FALSE);
  ck_assert_str_eq(text_taken(&text),
                   "  capture     1,234 frames, 1,001 of them replayed, 5 h 33 min from 2026-11-21T10:04:58Z\n"
                   "  kernel      linux-6.18, max 65,536, hash size 262,144, hash seed 0, gc exact\n"
                   "  packets            NEW  ESTABLISHED   INVALID\n"
                   "  tcp                250          500         0\n"
                   "  udp                 80          160        10\n"
                   "  all                330          660        10\n"
                   "  entries     330 created, 307 ended, 23 still there\n"
                   "              peak 65,536 of 65,536 at +12.345 s, mean 12\n"
                   "              evicted 7, nf_conntrack_udp_timeout 100,\n"
                   "              nf_conntrack_tcp_timeout_time_wait 150,\n"
                   "              nf_conntrack_tcp_timeout_close 50\n"
                   "  table full  a kernel's expired entries count until they are collected, and its\n"
                   "              collector evicts when the table is nearly full: --gc kernel shows\n"
                   "              how\n"
                   "  INVALID             9  sequence number beyond the receiver's window\n"
                   "                         (tcp-seq-over)\n"
                   "                         nf_conntrack_tcp_be_liberal=1 would let it pass\n"
                   "                      1  invalid combination of TCP flags (tcp-flags)\n"
                   "  dropped             2  nf_conntrack: table full, dropping packet (table-full)\n"
                   "                         a larger nf_conntrack_max would have room (--evictions\n"
                   "                         finds how large)\n"
                   "  not tracked         1  the frame carries neither IPv4 nor IPv6 (not-ip)\n"
                   "  checksums   0 wrong, 100 look like offload (captured on the sender): not judged\n"
                   "  expected    3 expectations made, 0 met, 0 expired, 0 refused; peak 0\n"
                   "  note        each packet stands in the capture twice, as it came in and as it\n"
                   "              went out; --direction in takes one of them\n");
}
END_TEST

/*
 * What the kernel's collector would have made of it, beside what exact expiry did; silent where neither lost anything.
 */
START_TEST(summary_beside_the_kernel)
{
  emit_pressed kernel = { 0, 0, 65536, 23 };

  busy_summary();
  summary.kernel = &kernel;
  kernel = (emit_pressed){ 12, 3456, 65536, 123 };
  emit_summary_print(&text, &summary, FALSE);
  text_taken(&text);
  ck_assert(strstr(text.data, "  table full               evicted  dropped     peak  still there\n"
                              "              this run           7        2   65,536           23\n"
                              "              --gc kernel       12    3,456   65,536          123\n"
                              "              a kernel's expired") != NULL);
  kernel = (emit_pressed){ 7, 2, 65536, 23 };
  emit_summary_print(&text, &summary, FALSE);
  text_taken(&text);
  ck_assert(strstr(text.data, "comes to the same here\n") != NULL);
  summary.pressed = (emit_pressed){ 0, 0, 65536, 23 };
  emit_summary_print(&text, &summary, FALSE);
  text_taken(&text);
  ck_assert(strstr(text.data, "  nearly full ") != NULL);
  kernel = (emit_pressed){ 0, 0, 65536, 23 };
  emit_summary_print(&text, &summary, FALSE);
  ck_assert(strstr(text_taken(&text), " full ") == NULL);
}
END_TEST

/* A scan has every reason there is: the page stays a page. */
START_TEST(summary_of_many_reasons)
{
  guint i;

  busy_summary();
  for (i = CT_REASON_TCP_SHORT; i <= CT_REASON_SCTP_STATE; i++)
    stats.invalid_by_reason[i] = 1000 - i;
  emit_summary_print(&text, &summary, TRUE);
  text_taken(&text);
  ck_assert(strstr(text.data, "\033[31m  INVALID     \033[0m") != NULL);
  ck_assert(strstr(text.data, " other reasons (-S -o extended lists all)\n") != NULL);
}
END_TEST

/* An IPv4 packet of a protocol, in memory of exactly the bytes that were captured. => its line, from the packet on. */
static const char *line_of(guint8 proto, const guint8 *l4, guint length, guint captured)
{
  guint8 *exact = g_malloc(captured);
  const char *shown_line;
  guint8 whole[20 + 64] = { 0x45, 0, 0, (guint8)(20 + length), 0, 0, 0, 0, 64, proto, 0, 0, 10, 1, 0, 2, 10, 2, 0, 2 };

  memcpy(whole + 20, l4, length);
  memcpy(exact, whole, captured);
  packet.data = exact;
  packet.length = 20 + length;
  packet.captured = captured;
  packet.tuple.proto = proto;
  shown_line = line();
  g_free(exact);
  return strstr(shown_line, "10.2.0.2");
}

/* Chunks, keys and SPIs as tcpdump spells them, as far as they were captured. */
START_TEST(headers)
{
  static const guint8 sctp[40] = { 0, 9, 0, 7, 0, 0,  0, 5, 0, 0, 0, 0, 1,   0, 0, 20, 0,  0, 4, 0x57,
                                   0, 1, 0, 0, 0, 10, 0, 3, 0, 0, 0, 1, 130, 0, 0, 4,  14, 0, 0, 4 };
  static const guint8 gre[16] = { 0xb0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 42, 0, 0, 0, 7 },
                      esp[8] = { 1, 2, 3, 4, 0, 0, 0, 10 };
  static const guint8 pptp[16] = { 0x30, 0x81, 0x88, 0x0b, 0, 4, 0x03, 0xe8, 0, 0, 0, 1, 0, 0, 0, 2 };
  guint captured;

  ck_assert_str_eq(line_of(CT_PROTO_SCTP, sctp, 40, 60),
                   "10.2.0.2.7: sctp (1) [INIT] [init tag: 1111] [rwnd: 65536] [OS: 10] [MIS: 3] [init TSN: 1], "
                   "(2) [Unknown chunk type: 0x82], (3) [SHUTDOWN COMPLETE], length 60\n");
  ck_assert_str_eq(line_of(CT_PROTO_SCTP, sctp, 40, 40), "10.2.0.2.7: sctp (1) [INIT], length 60\n");
  ck_assert_str_eq(line_of(CT_PROTO_GRE, gre, 16, 36), "10.2.0.2: GREv0, key=0x2a, seq 7, length 16\n");
  ck_assert_str_eq(line_of(CT_PROTO_GRE, pptp, 16, 36), "10.2.0.2: GREv1, call 1000, seq 1, ack 2, length 16\n");
  ck_assert_str_eq(line_of(50, esp, 8, 28), "10.2.0.2: ESP(spi=0x01020304,seq=0xa), length 8\n");
  ck_assert_str_eq(line_of(50, esp, 8, 27), "10.2.0.2: proto 50, length 8\n");
  for (captured = 20; captured < 60; captured++)
    ck_assert_ptr_nonnull(line_of(CT_PROTO_SCTP, sctp, 40, captured));
  for (captured = 20; captured < 36; captured++) {
    ck_assert_ptr_nonnull(line_of(CT_PROTO_GRE, gre, 16, captured));
    ck_assert_ptr_nonnull(line_of(CT_PROTO_GRE, pptp, 16, captured));
  }
}
END_TEST

/* A segment acknowledges its other side, of which nothing was accepted; else, or without an ACK, nothing is said. */
START_TEST(one_side_only)
{
  ct_view view = view_tcp(CT_TCP_SYN_SENT, 0, 120);
  journal_sides sides = { .other_side = 0 };
  char *sentence;

  packet.tuple = view.tuple[CT_ORIGINAL];
  packet.l4.tcp.flags = CT_TCP_ACK;
  result.cls = CT_CLASS_INVALID;
  result.reason = CT_REASON_TCP_STATE;
  shown.view = &view;
  ck_assert_ptr_nonnull(
    strstr(line(), "was accepted for #1 so far: one direction only, out of order, or translated on the way\n"));
  memset(&stats, 0, sizeof(stats));
  ct_params_init(&params, options.profile);
  emit_summary_init(&summary);
  summary.params = &params;
  summary.stats = &stats;
  emit_tally_sides(&summary.tally, &packet, &result, &view, &sides);
  result.conn = 2;
  emit_tally_sides(&summary.tally, &packet, &result, &view, &sides);
  emit_tally_sides(&summary.tally, &packet, &result, &view, &sides);
  emit_summary_print(&text, &summary, FALSE);
  emit_tally_clear(&summary.tally);
  sentence = g_strdup(text_taken(&text));
  ck_assert_ptr_nonnull(strstr(sentence, "  one-sided   2 TCP connections of whose other"));
  ck_assert_ptr_nonnull(strstr(sentence, "3 packets INVALID"));
  g_free(sentence);
  view.status |= CT_STATUS_SEEN_REPLY;
  ck_assert_ptr_null(strstr(line(), "one direction only"));
  view.status &= ~(guint32)CT_STATUS_SEEN_REPLY;
  packet.l4.tcp.flags = CT_TCP_SYN;
  ck_assert_ptr_null(strstr(line(), "one direction only"));
}
END_TEST

START_TEST(summary_of_nothing)
{
  memset(&stats, 0, sizeof(stats));
  ct_params_init(&params, options.profile);
  emit_summary_init(&summary);
  summary.params = &params;
  summary.stats = &stats;
  emit_summary_print(&text, &summary, FALSE);
  ck_assert_str_eq(text_taken(&text),
                   "  capture     0 frames\n"
                   "  kernel      linux-6.18, max 262,144, hash size 262,144, hash seed 0, gc exact\n"
                   "  packets     none\n"
                   "  entries     0 created, 0 ended, 0 still there\n"
                   "              peak 0 of 262,144\n");
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("emit_people");
  TCase *tcase = tcase_create("people");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, columns);
  tcase_add_test(tcase, window_failure);
  tcase_add_test(tcase, dropped);
  tcase_add_test(tcase, not_ip);
  tcase_add_test(tcase, cut_packets);
  tcase_add_test(tcase, headers);
  tcase_add_test(tcase, one_side_only);
  tcase_add_test(tcase, expected);
  tcase_add_test(tcase, summary_page);
  tcase_add_test(tcase, summary_beside_the_kernel);
  tcase_add_test(tcase, summary_of_many_reasons);
  tcase_add_test(tcase, summary_of_nothing);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
