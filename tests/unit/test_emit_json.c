/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json and transcript: the same packets through both, and the differences that a transcript shows. */
#include "conntrack/helper/settings.h"
#include "emit/collect.h"
#include "emit_views.h"
#include "unit.h"

static emit_text text;
static emit_options options;
static emit_output output;
static const char *told_in; /* the format that is told what happens */
static ct_packet packet;
static ct_result result;
static emit_packet shown;

static void setup(void)
{
  told_in = "transcript";
  emit_text_init(&text, -1);
  memset(&options, 0, sizeof(options));
  options.profile = ct_profile_find("linux-6.18");
  memset(&packet, 0, sizeof(packet));
  packet.time_ns = VIEW_NOW_NS + 100100000;
  packet.number = 2;
  packet.length = 52;
  packet.kind = CT_PACKET_TRACK;
  packet.tuple = view_tuple(CT_PROTO_TCP, "10.1.0.2", "10.2.0.2", 1000, 80);
  memset(&result, 0, sizeof(result));
  result.cls = CT_CLASS_NEW;
  result.verdict = CT_VERDICT_ACCEPT;
  memset(&shown, 0, sizeof(shown));
  shown.packet = &packet;
  shown.result = &result;
  shown.first_ns = VIEW_NOW_NS;
}

static void teardown(void) { output_end(&output, &text); }

static emit_output *in(const char *format, guint what) { return output_in(&output, format, what, &options, &text); }

static const char *line_in(const char *format)
{
  emit_output_packet(in(format, EMIT_CAN_PACKETS), &shown);
  return text_taken(&text);
}

static void happen(ct_event_type type, guint bits, const ct_view *view)
{
  ct_event event = event_make(type, bits, view);

  emit_output_note(in(told_in, EMIT_CAN_PACKETS), &event);
}

static void expect_happen(ct_event_type type, const ct_expect_view *expect)
{
  ct_event event = event_make(type, 0, NULL);

  event.expect = expect;
  emit_output_note(in(told_in, EMIT_CAN_PACKETS), &event);
}

#define ORIG "{\"src\":\"10.1.0.2\",\"dst\":\"10.2.0.2\",\"proto\":6,\"sport\":1000,\"dport\":80}"
#define REPLY "{\"src\":\"10.2.0.2\",\"dst\":\"10.1.0.2\",\"proto\":6,\"sport\":80,\"dport\":1000}"

START_TEST(transcript_new_entry)
{
  ct_view view = view_counted(view_tcp(CT_TCP_SYN_SENT, 0, 120), 1, 52, 0, 0);

  view.tcp.side[0].scale = 14;
  view.tcp.side[0].flags = 3;
  happen(CT_EVENT_NEW, CT_EV_NEW | CT_EV_PROTOINFO, &view);
  shown.view = &view;
  ck_assert_str_eq(
    line_in("transcript"),
    "{\"n\":2,\"t\":0.1001,\"fwd\":1,\"cls\":\"NEW\",\"dir\":\"o\",\"ev\":[{\"orig\":" ORIG ",\"reply\":" REPLY
    ",\"status\":[\"CONFIRMED\"],\"state\":\"SYN_SENT\",\"wscale\":[14,0],\"tflags\":[3,0],\"timeout\":120,"
    "\"ev\":\"NEW\"}],\"ct\":[{\"orig\":" ORIG ",\"reply\":" REPLY
    ",\"status\":[\"CONFIRMED\"],\"state\":\"SYN_SENT\",\"wscale\":[14,0],\"tflags\":[3,0],\"timeout\":120,"
    "\"counters\":[[1,52],[0,0]]}]}\n");
}
END_TEST

/* After the first look an entry stands on a line only where it differs. */
START_TEST(transcript_differences)
{
  ct_view view = view_counted(view_tcp(CT_TCP_ESTABLISHED, CT_STATUS_SEEN_REPLY, 300), 1, 52, 0, 0);

  shown.view = &view;
  result.cls = CT_CLASS_ESTABLISHED;
  result.dir = CT_REPLY;
  ck_assert(strstr(line_in("transcript"), "\"ct\":[") != NULL);
  ck_assert_str_eq(line_in("transcript"), "{\"n\":2,\"t\":0.1001,\"fwd\":1,\"cls\":\"ESTABLISHED\",\"dir\":\"r\"}\n");
  view.deadline_ns += VIEW_SECOND_NS * 3 / 2;
  ck_assert(strstr(line_in("transcript"), "\"ct\":[") == NULL);
  view.deadline_ns += 1;
  ck_assert(strstr(line_in("transcript"), "\"ct\":[") != NULL);
  view.tcp.side[1].flags = 0x10;
  ck_assert(strstr(line_in("transcript"), "\"tflags\":[0,16]") != NULL);
  view.packets[0]++;
  ck_assert(strstr(line_in("transcript"), "\"ct\":[") != NULL);
  view.status |= CT_STATUS_ASSURED;
  ck_assert(strstr(line_in("transcript"), "[\"ASSURED\",\"CONFIRMED\",\"SEEN_REPLY\"]") != NULL);
  ck_assert(strstr(line_in("transcript"), "\"ct\":[") == NULL);
}
END_TEST

START_TEST(transcript_gone)
{
  ct_view view =
    view_counted(view_make(view_tuple(CT_PROTO_ICMP, "10.1.0.2", "10.2.0.2", 9, 8 << 8), 0, 0, 0), 1, 84, 0, 0);

  shown.view = &view;
  /* One whose time is over is not listed. */
  ck_assert(strstr(line_in("transcript"), "\"ct\":[") == NULL);
  view.timeout_ns = 30 * VIEW_SECOND_NS;
  view.deadline_ns += view.timeout_ns;
  ck_assert(strstr(line_in("transcript"), "\"ct\":[") != NULL);
  shown.view = NULL;
  result.cls = CT_CLASS_INVALID;
  view.timeout_ns = 0;
  happen(CT_EVENT_DESTROY, CT_EV_DESTROY, &view);
  ck_assert_str_eq(
    line_in("transcript"),
    "{\"n\":2,\"t\":0.1001,\"fwd\":1,\"cls\":\"INVALID\",\"dir\":\"-\",\"ev\":[{\"orig\":"
    "{\"src\":\"10.1.0.2\",\"dst\":\"10.2.0.2\",\"proto\":1,\"id\":9,\"type\":8,\"code\":0},\"reply\":"
    "{\"src\":\"10.2.0.2\",\"dst\":\"10.1.0.2\",\"proto\":1,\"id\":9,\"type\":0,\"code\":0},"
    "\"status\":[\"CONFIRMED\",\"DYING\"],\"counters\":[[1,84],[0,0]],\"ev\":\"DESTROY\"}],"
    "\"gone\":[{\"code\":0,\"dst\":\"10.2.0.2\",\"id\":9,\"proto\":1,\"src\":\"10.1.0.2\",\"type\":8}]}\n");
  /* Never listed: its end is no news of the table. */
  happen(CT_EVENT_DESTROY, CT_EV_DESTROY, &view);
  ck_assert(strstr(line_in("transcript"), "gone") == NULL);
}
END_TEST

/* Ended and made again on one line: the tuple never left the table. */
START_TEST(transcript_reopened)
{
  ct_view old = view_tcp(CT_TCP_TIME_WAIT, CT_STATUS_SEEN_REPLY, 60), fresh = view_tcp(CT_TCP_SYN_SENT, 0, 120);
  const char *line;

  shown.view = &old;
  line_in("transcript");
  fresh.id = 2;
  happen(CT_EVENT_DESTROY, CT_EV_DESTROY, &old);
  happen(CT_EVENT_NEW, CT_EV_NEW | CT_EV_PROTOINFO, &fresh);
  shown.view = &fresh;
  line = line_in("transcript");
  ck_assert(strstr(line, "\"gone\"") == NULL);
  ck_assert(strstr(line, "\"ct\":[{\"orig\":" ORIG) != NULL);
}
END_TEST

/* An entry that is not the packet's own is listed by its event, once, as the last event left it. */
START_TEST(transcript_others)
{
  ct_view view = view_tcp(CT_TCP_SYN_SENT, 0, 120), other = view_tcp(CT_TCP_ESTABLISHED, CT_STATUS_SEEN_REPLY, 300);
  const char *line, *ct;

  other.id = 5;
  other.tuple[CT_ORIGINAL].src_id = other.tuple[CT_REPLY].dst_id = 5;
  happen(CT_EVENT_UPDATE, CT_EV_REPLY, &other);
  other.status |= CT_STATUS_ASSURED;
  happen(CT_EVENT_UPDATE, CT_EV_ASSURED, &other);
  shown.view = &view;
  line = line_in("transcript");
  ct = strstr(line, "\"ct\":[");
  ck_assert(ct != NULL);
  ck_assert(strstr(ct, "\"sport\":5,") != NULL);
  ck_assert(strstr(strstr(ct, "\"sport\":5,") + 1, "\"sport\":5,") == NULL);
  ck_assert(strstr(ct, "ASSURED") != NULL);
  ck_assert(strstr(ct, "\"sport\":1000") != NULL);
}
END_TEST

#define EXPECT_TUPLE "{\"src\":\"10.1.0.2\",\"dst\":\"10.2.0.2\",\"proto\":6,\"sport\":0,\"dport\":1234}"
#define EXPECT                                                                                                   \
  "{\"master\":{\"src\":\"10.1.0.2\",\"dst\":\"10.2.0.2\",\"proto\":6,\"sport\":4000,\"dport\":21},"             \
  "\"tuple\":" EXPECT_TUPLE                                                                                      \
  ",\"mask\":{\"src\":\"255.255.255.255\",\"dst\":\"255.255.255.255\",\"proto\":6,\"sport\":0,\"dport\":65535}," \
  "\"timeout\":299,\"helper\":\"ftp\",\"flags\":0,\"class\":0"

START_TEST(transcript_expectations)
{
  ct_expect_view expect = expect_make();

  expect_happen(CT_EVENT_EXPECT_NEW, &expect);
  ck_assert_str_eq(line_in("transcript"),
                   "{\"n\":2,\"t\":0.1001,\"fwd\":1,\"cls\":\"NEW\",\"dir\":\"o\",\"ev\":[" EXPECT
                   ",\"ev\":\"EXP_NEW\"}],\"exp\":[" EXPECT "}]}\n");
  /* Replaced by its like: nothing new in the table. */
  expect_happen(CT_EVENT_EXPECT_DESTROY, &expect);
  expect_happen(CT_EVENT_EXPECT_NEW, &expect);
  ck_assert(strstr(line_in("transcript"), "\"exp") == NULL);
  expect_happen(CT_EVENT_EXPECT_DESTROY, &expect);
  ck_assert_str_eq(strstr(line_in("transcript"), ",\"exp_gone\""), ",\"exp_gone\":[" EXPECT_TUPLE "]}\n");
  /* Made and met on one line. */
  expect_happen(CT_EVENT_EXPECT_NEW, &expect);
  expect_happen(CT_EVENT_EXPECT_DESTROY, &expect);
  ck_assert(strstr(line_in("transcript"), "\"exp") == NULL);
}
END_TEST

START_TEST(transcript_frames_without_class)
{
  ct_view view = view_tcp(CT_TCP_SYN_SENT, 0, 120);

  happen(CT_EVENT_DESTROY, CT_EV_DESTROY, &view);
  packet.kind = CT_PACKET_NONE;
  packet.reason = CT_REASON_NOT_IP;
  result.cls = CT_CLASS_NONE;
  result.verdict = CT_VERDICT_NONE;
  ck_assert_str_eq(line_in("transcript"), "{\"n\":2,\"cls\":null,\"why\":\"not ip\"}\n");
  /* What happened meanwhile stands on the next line that was sent. */
  packet.reason = CT_REASON_FRAGMENT_HELD;
  packet.flags = CT_PACKET_CUT;
  ck_assert(
    g_str_has_prefix(line_in("transcript"), "{\"n\":2,\"padded\":1,\"t\":0.1001,\"fwd\":0,\"cls\":null,\"ev\":[{"));
}
END_TEST

START_TEST(transcript_first_and_last_line)
{
  const char *const helpers[] = { "ftp", "tftp" };
  ct_view view = view_tcp(CT_TCP_SYN_SENT, 0, 120);
  ct_expect_view expect = expect_make();
  ct_stats stats;
  const emit_statistics statistics = { .stats = &stats, .count = 1 };
  ct_params params;
  const emit_subject subject = { "a \"b\".pcap", &params, CT_CHECKSUMS_IGNORE, NULL };
  ct_helper_info info;
  guint i;

  memset(&stats, 0, sizeof(stats));
  stats.chaintoolong = 3;
  ct_params_init(&params, options.profile);
  params.helpers_by_port = true;
  for (i = 0; ct_helper_describe(i, &info); i++)
    if (strcmp(info.name, helpers[0]) != 0 && strcmp(info.name, helpers[1]) != 0)
      params.helpers.disabled |= 1u << i;
  options.subject = &subject;
  ck_assert(emit_output_open(&output, emit_format_find("transcript"), EMIT_CAN_PACKETS, &options, &text, NULL));
  ck_assert_str_eq(text_taken(&text),
                   "{\"transcript\":1,\"kernel\":\"ctreplay linux-6.18\",\"capture\":\"a \\\"b\\\".pcap\","
                   "\"sysctl\":[\"net.netfilter.nf_conntrack_checksum=0\"],\"helper\":[\"tcp:21:ftp\",\"udp:69:tftp\"],"
                   "\"machine\":[\"checksums=ignore\"],\"clock\":\"virtual\"}\n");
  emit_output_entry(&output, &view);
  emit_output_expect(&output, &expect);
  emit_output_stats(&output, &statistics);
  ck_assert(emit_output_close(&output, NULL));
  ck_assert_str_eq(
    text_taken(&text),
    "{\"end\":1,\"table\":[{\"orig\":" ORIG ",\"reply\":" REPLY ",\"status\":[\"CONFIRMED\"],\"state\":\"SYN_SENT\","
    "\"wscale\":[0,0],\"tflags\":[0,0],\"timeout\":120,\"id\":1}],\"expect\":[" EXPECT "}],"
    "\"stats\":[\"cpu=0\",\"found=0\",\"invalid=0\",\"insert=0\",\"insert_failed=0\",\"drop=0\",\"early_drop=0\","
    "\"error=0\",\"search_restart=0\",\"clash_resolve=0\",\"chaintoolong=3\"]}\n");
}
END_TEST

/* Nothing is there at the end, or nobody tells what is: the line has all its lists. */
START_TEST(transcript_of_nothing)
{
  in("transcript", EMIT_CAN_PACKETS);
  ck_assert(emit_output_close(&output, NULL));
  ck_assert_str_eq(text_taken(&text), "{\"end\":1,\"table\":[],\"expect\":[],\"stats\":[]}\n");
}
END_TEST

/* Two at once do not know of each other. */
START_TEST(transcripts_apart)
{
  ct_view view = view_tcp(CT_TCP_SYN_SENT, 0, 120);
  emit_output other;
  emit_text elsewhere;

  emit_text_init(&elsewhere, -1);
  shown.view = &view;
  ck_assert(strstr(line_in("transcript"), "\"ct\":[") != NULL);
  ck_assert(emit_output_open(&other, emit_format_find("transcript"), EMIT_CAN_PACKETS, &options, &elsewhere, NULL));
  emit_output_packet(&other, &shown);
  ck_assert(strstr(text_taken(&elsewhere), "\"ct\":[") != NULL);
  ck_assert(emit_output_close(&other, NULL));
  emit_text_clear(&elsewhere);
  ck_assert(strstr(line_in("transcript"), "\"ct\":[") == NULL);
}
END_TEST

/* A packet that is not shown takes what happened with it. */
START_TEST(skipped)
{
  ct_view view = view_tcp(CT_TCP_SYN_SENT, 0, 120);

  happen(CT_EVENT_NEW, CT_EV_NEW, &view);
  emit_output_skip(&output);
  ck_assert(strstr(line_in("transcript"), "\"ev\"") == NULL);
}
END_TEST

START_TEST(json_of_a_packet)
{
  static const guint8 syn[40] = { 0x45, 0,    0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10,   1,    0,    2, 10, 2, 0, 2,
                                  0x03, 0xe8, 0, 80, 0, 0, 0, 7, 0,  0, 0, 0, 0x50, 0x12, 0x20, 0, 0,  0, 0, 0 };
  ct_view view = view_counted(view_tcp(CT_TCP_SYN_SENT, 0, 120), 1, 40, 0, 0);

  packet.data = syn;
  packet.captured = packet.length = 40;
  packet.l4_offset = 20;
  packet.l4.tcp.seq = 7;
  packet.l4.tcp.window = 8192;
  result.conn = 1;
  result.cls = CT_CLASS_INVALID;
  result.new_state = CT_TCP_SYN_SENT;
  result.reason = CT_REASON_TCP_SEQ_OVER;
  result.bound = (ct_bound){ .value = 5000, .limit = 4800, .over = 200 };
  result.changes = CT_CHANGE_CREATED | CT_CHANGE_EXPECTED;
  shown.view = &view;
  told_in = "json";
  happen(CT_EVENT_UPDATE, CT_EV_REPLY | CT_EV_ASSURED, &view);
  ck_assert_str_eq(
    line_in("json"),
    "{\"schema\":1,\"type\":\"packet\",\"n\":2,\"time\":\"2026-11-21T10:04:58.1001Z\",\"t\":0.1001,\"length\":40,"
    "\"src\":\"10.1.0.2\",\"dst\":\"10.2.0.2\",\"proto\":6,\"sport\":1000,\"dport\":80,"
    "\"tcp\":{\"flags\":\"S.\",\"seq\":7,\"ack\":0,\"win\":8192,\"payload\":0},"
    "\"verdict\":\"accept\",\"class\":\"INVALID\",\"conn\":1,\"before\":\"NONE\",\"after\":\"SYN_SENT\","
    "\"reason\":\"tcp-seq-over\",\"text\":\"sequence number beyond the receiver's window\","
    "\"sysctl\":\"nf_conntrack_tcp_be_liberal\",\"bound\":{\"value\":5000,\"limit\":4800,\"over\":200},"
    "\"changes\":[\"created\",\"expected\"],"
    "\"entry\":{\"id\":1,\"orig\":" ORIG ",\"reply\":" REPLY ",\"status\":[\"CONFIRMED\"],\"state\":\"SYN_SENT\","
    "\"wscale\":[0,0],\"tflags\":[0,0],\"timeout\":120,\"counters\":[[1,40],[0,0]],\"use\":1},"
    "\"events\":[{\"event\":\"UPDATE\",\"bits\":[\"REPLY\",\"ASSURED\"],\"entry\":{\"id\":1,\"orig\":" ORIG
    ",\"reply\":" REPLY ",\"status\":[\"CONFIRMED\"],\"timeout\":120}}]}\n");
  ck_assert_ptr_null(strstr(line_in("json"), "\"events\"")); /* the line has taken what was told */
}
END_TEST

START_TEST(json_of_tables)
{
  ct_view view =
    view_make(view_tuple(CT_PROTO_SCTP, "10.1.0.2", "10.2.0.2", 5, 6), CT_SCTP_CLOSED, CT_STATUS_EXPECTED, 10);
  ct_expect_view expect = expect_make();

  view.sctp_vtag[1] = 4026531841u;
  view.has_master = true;
  view.master_id = 9;
  view.master_tuple = view_tuple(CT_PROTO_TCP, "10.1.0.2", "10.2.0.2", 1000, 80);
  view.helper = "sip";
  view.mark = 3;
  emit_output_entry(in("json", EMIT_CAN_LIST), &view);
  ck_assert_str_eq(
    text_taken(&text),
    "{\"schema\":1,\"type\":\"entry\",\"created\":\"2026-11-21T10:04:56Z\",\"entry\":{\"id\":1,\"orig\":"
    "{\"src\":\"10.1.0.2\",\"dst\":\"10.2.0.2\",\"proto\":132,\"sport\":5,\"dport\":6},\"reply\":"
    "{\"src\":\"10.2.0.2\",\"dst\":\"10.1.0.2\",\"proto\":132,\"sport\":6,\"dport\":5},"
    "\"status\":[\"CONFIRMED\",\"EXPECTED\"],\"state\":\"CLOSED\",\"vtag\":[0,4026531841],\"helper\":\"sip\","
    "\"timeout\":10,\"master\":" ORIG ",\"mark\":3,\"master_id\":9,\"use\":1}}\n");
  emit_output_expect(in("json", EMIT_CAN_LIST), &expect);
  ck_assert_str_eq(
    text_taken(&text),
    "{\"schema\":1,\"type\":\"expect\",\"expect\":{\"id\":1,"
    "\"master\":{\"src\":\"10.1.0.2\",\"dst\":\"10.2.0.2\",\"proto\":6,\"sport\":4000,\"dport\":21},"
    "\"tuple\":" EXPECT_TUPLE ",\"mask\":{\"src\":\"255.255.255.255\",\"dst\":\"255.255.255.255\","
    "\"proto\":6,\"sport\":0,\"dport\":65535},\"timeout\":299,\"helper\":\"ftp\",\"flags\":0,\"class\":0,"
    "\"master_id\":1,\"made_by\":\"PASV\",\"made_by_packet\":17}}\n");
  expect.deadline_ns = G_MAXINT64; /* no timeout */
  emit_output_expect(in("json", EMIT_CAN_LIST), &expect);
  ck_assert_ptr_nonnull(strstr(text_taken(&text), "\"dport\":65535},\"helper\":\"ftp\""));
  emit_output_count(in("json", EMIT_CAN_LIST), 12, NULL);
  ck_assert_str_eq(text_taken(&text), "{\"schema\":1,\"type\":\"count\",\"count\":12}\n");
  emit_output_snapshot(in("json", EMIT_CAN_LIST), VIEW_NOW_NS, 5);
  ck_assert_str_eq(text_taken(&text),
                   "{\"schema\":1,\"type\":\"snapshot\",\"time\":\"2026-11-21T10:04:58Z\",\"n\":5}\n");
}
END_TEST

START_TEST(json_of_events)
{
  ct_view view = view_tcp(CT_TCP_CLOSE, 0, 0);
  ct_event event = event_make(CT_EVENT_DESTROY, CT_EV_DESTROY, &view);

  event.packet = 0;
  event.reason = CT_REASON_END_TIMEOUT;
  emit_output_event(in("json", EMIT_CAN_EVENTS), &event);
  ck_assert_str_eq(
    text_taken(&text),
    "{\"schema\":1,\"type\":\"event\",\"event\":\"DESTROY\",\"time\":\"2026-11-21T10:04:58Z\",\"bits\":[\"DESTROY\"],"
    "\"reason\":\"timeout\",\"text\":\"its timeout ran out\",\"entry\":{\"id\":1,\"orig\":" ORIG ",\"reply\":" REPLY
    ",\"status\":[\"CONFIRMED\",\"DYING\"],\"state\":\"CLOSE\"}}\n");
  event = event_make(CT_EVENT_DROP, 0, NULL);
  event.packet = 9;
  event.reason = CT_REASON_TABLE_FULL;
  emit_output_event(in("json", EMIT_CAN_EVENTS), &event);
  ck_assert_str_eq(text_taken(&text),
                   "{\"schema\":1,\"type\":\"event\",\"event\":\"DROP\",\"time\":\"2026-11-21T10:04:58Z\",\"n\":9,"
                   "\"reason\":\"table-full\",\"text\":\"nf_conntrack: table full, dropping packet\","
                   "\"sysctl\":\"nf_conntrack_max\"}\n");
}
END_TEST

START_TEST(json_of_statistics)
{
  ct_stats stats;
  const emit_statistics statistics = { .stats = &stats, .count = 7 };

  memset(&stats, 0, sizeof(stats));
  stats.drop = 2;
  stats.ended[CT_REASON_END_TIMEOUT] = 5;
  stats.expired_by_timeout[CT_TIMEOUT_TCP_TIME_WAIT] = 5;
  stats.peak_count = 1;
  stats.peak_time_ns = VIEW_NOW_NS;
  emit_output_stats(in("json", EMIT_CAN_STATS), &statistics);
  ck_assert_str_eq(
    text_taken(&text),
    "{\"schema\":1,\"type\":\"stats\",\"found\":0,\"invalid\":0,\"insert\":0,\"insert_failed\":0,\"drop\":2,"
    "\"early_drop\":0,\"error\":0,\"search_restart\":0,\"clash_resolve\":0,\"chaintoolong\":0,\"expect_new\":0,"
    "\"expect_create\":0,\"expect_delete\":0,\"count\":7,\"packets\":0,\"created\":0,\"ended\":{\"timeout\":5},"
    "\"expired_by_timeout\":{\"tcp_time_wait\":5},\"invalid_by_reason\":{},\"dropped_by_reason\":{},"
    "\"clock_back\":0,\"peak\":1,\"peak_time\":\"2026-11-21T10:04:58Z\",\"expect_peak\":0,\"expect_expired\":0,"
    "\"expect_refused\":0,\"helper_cut\":0}\n");
}
END_TEST

/* The store moves as it grows: events must still find their views. */
/* The store moves as it grows: events must still find their views. */
START_TEST(collector_grows)
{
  emit_collector *collector = emit_collector_new();
  ct_view view = view_tcp(CT_TCP_SYN_SENT, 0, 120);
  ct_expect_view expect = expect_make();
  ct_event of_entry = event_make(CT_EVENT_NEW, CT_EV_NEW, &view);
  ct_event of_expect = event_make(CT_EVENT_EXPECT_NEW, 0, NULL);
  guint i;

  of_expect.expect = &expect;
  for (i = 0; i < 1000; i++) {
    view.id = expect.id = i;
    emit_collector_event(collector, i % 3 == 0 ? &of_expect : &of_entry);
  }
  ck_assert_uint_eq(emit_collector_count(collector), 1000);
  for (i = 0; i < 1000; i++) {
    const ct_event *event = emit_collector_get(collector, i);

    ck_assert_uint_eq(i % 3 == 0 ? event->expect->id : event->view->id, i);
    ck_assert((event->expect == NULL) == (i % 3 != 0) && (event->view == NULL) == (i % 3 == 0));
  }
  emit_collector_clear(collector);
  ck_assert_uint_eq(emit_collector_count(collector), 0);
  emit_collector_free(collector);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("emit_json");
  TCase *tcase = tcase_create("json");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, transcript_new_entry);
  tcase_add_test(tcase, transcript_differences);
  tcase_add_test(tcase, transcript_gone);
  tcase_add_test(tcase, transcript_reopened);
  tcase_add_test(tcase, transcript_others);
  tcase_add_test(tcase, transcript_expectations);
  tcase_add_test(tcase, transcript_frames_without_class);
  tcase_add_test(tcase, transcript_first_and_last_line);
  tcase_add_test(tcase, transcript_of_nothing);
  tcase_add_test(tcase, transcripts_apart);
  tcase_add_test(tcase, skipped);
  tcase_add_test(tcase, json_of_a_packet);
  tcase_add_test(tcase, json_of_tables);
  tcase_add_test(tcase, json_of_events);
  tcase_add_test(tcase, json_of_statistics);
  tcase_add_test(tcase, collector_grows);
  suite_add_tcase(suite, tcase);
  return unit_run(suite);
}
